"""A sweep at the end is one child: `max_child` and `min_rest` aside, but within the participation that is allowed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from oms.model.enums import Life, Side
from oms.model.events import SliceDecided
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.work import Pace
from tests.algo_desk import AlgoDesk

Told: TypeAlias = dict[str, Any]


def at_the_end(desk: AlgoDesk, printed: int, name: str = "twap", **told: Any) -> Order:  # noqa: ANN401
    """Give an order for 100 in a market that has printed so much, as it has ended."""
    desk.quote(ask_size=1000)
    given: dict[str, Any] = {"duration": 60, "on_residual": "sweep", **told}
    slices = {"slices": 2} if name == "twap" else {}
    order = desk.submit(name, 100, Side.BUY, **slices, **given)
    desk.wait(59)
    desk.trade(printed)
    desk.quote(ask_size=1000)
    assert order.cum_qty == 0
    desk.wait(1)
    for second in range(70):
        desk.quote(ask_size=1000 + second % 2)
        desk.wait(1)
    desk.check()
    return order


# Of 500 that others trade, a tenth is 50; nothing is worth a child before the end.
KEPT_BACK: Told = {"max_participation": "0.1", "min_child": 60}


@pytest.mark.parametrize(
    ("printed", "told", "sizes"),
    [
        pytest.param(0, {"max_participation": "0.1"}, [], id="nothing was printed"),
        pytest.param(509, KEPT_BACK, [50], id="a part of what was printed"),
        pytest.param(509, {**KEPT_BACK, "max_child": 60}, [50], id="with a largest child"),
    ],
)
def test_a_sweep_takes_no_more_than_the_participation_allows(
    printed: int, told: Told, sizes: list[int]
) -> None:
    desk = AlgoDesk()
    order = at_the_end(desk, printed, **told)
    assert desk.sizes(order) == sizes
    why = "" if sizes else ": no room under the caps for a child"
    assert (order.life, order.text) == (
        Life.EXPIRED,
        f"end_time: {100 - sum(sizes)} of 100 did not trade{why}",
    )


def test_what_is_wanted_of_a_sweep_is_on_record_beside_what_its_cap_leaves() -> None:
    desk = AlgoDesk()
    at_the_end(desk, 509, **KEPT_BACK)
    (swept,) = [one for one in desk.store.read() if isinstance(one, SliceDecided) and one.role == "sweep"]
    assert (swept.asked_qty, swept.qty, swept.pace) == (Decimal(100), Decimal(50), Pace.COMPLETING)


@pytest.mark.parametrize(("may_pass", "sizes"), [("N", []), ("Y", [100])])
def test_a_sweep_passes_the_cap_of_an_order_that_may_to_be_finished(may_pass: str, sizes: list[int]) -> None:
    """Its market is crossed until its end, so that nothing was done before."""
    desk = AlgoDesk()
    desk.quote("102", "101")
    order = desk.submit(
        "twap", 100, duration=60, slices=2, on_residual="sweep", max_participation="0.1", force_completion="Y",
        completion_window=10, completion_ignores_caps=may_pass,
    )  # fmt: skip
    desk.wait(61)
    assert desk.sizes(order) == []
    desk.quote(ask_size=1000)
    desk.wait(1)
    assert desk.sizes(order) == sizes


def test_less_than_the_instrument_lets_through_is_not_swept() -> None:
    desk = AlgoDesk(Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_qty=20))
    order = at_the_end(desk, 199, max_participation="0.1", min_child=60)
    assert desk.sizes(order) == []
    assert order.life is Life.EXPIRED


@pytest.mark.parametrize(("basis", "size"), [("of_others", 50), ("of_total", 55)])
def test_a_sweep_of_participation_goes_by_its_own_basis(basis: str, size: int) -> None:
    desk = AlgoDesk()
    order = at_the_end(
        desk, 500, "pov", participation_rate="0.1", rate_basis=basis, max_participation="0.1", min_child=60
    )
    assert desk.sizes(order) == [size]


def test_what_is_printed_as_a_sweep_waits_gives_it_room() -> None:
    """The volume is counted on beyond the end, also by a manager that comes after a restart."""
    desk = AlgoDesk()
    desk.quote(ask_size=1000)
    order = desk.submit(
        "pov", 100, duration=60, on_residual="sweep", participation_rate="0.1", rate_basis="of_others",
        max_participation="0.1", min_child=60,
    )  # fmt: skip
    desk.wait(59)
    desk.trade(200)
    desk.quote("102", "101")
    for _ in range(3):
        desk.wait(1)
    desk.trade(100)
    desk.wait(1)
    desk.restart()
    order = desk.om.order(order.order_id)
    desk.quote("102", "101")
    desk.wait(1)
    desk.trade(100)
    desk.wait(1)
    desk.quote(ask_size=1000)
    desk.wait(1)
    assert desk.sizes(order) == [40]


def test_a_sweep_is_one_child_whatever_the_largest_child_and_the_rest_between_two() -> None:
    desk = AlgoDesk()
    desk.quote(ask_size=1000)
    order = desk.submit("twap", 100, duration=60, slices=2, on_residual="sweep", max_child=10, min_rest=20)
    for second in range(62):
        desk.wait(1)
        desk.quote(ask_size=1000 + second % 2)
    assert desk.sizes(order) == [10, 10, 10, 70]
    assert order.is_filled

"""What the caps keep back of a slice goes out in it as they leave room, whatever the catch-up: cases worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from oms.algos.volume_curve import VolumeCurve
from oms.model.enums import Life, Side
from oms.model.limits import RiskLimits
from oms.model.order import Order
from tests.algo_desk import NOON_NS, AlgoDesk
from tests.integration.test_worked_schedules import CURVE, HOURS

S = 1_000_000_000
POLICIES = ("spread", "carry", "give_up", "cross")

Sent = list[tuple[int, int]]
"""When each child went out, in seconds after the order, and how large it was."""


def deep_desk(curve: VolumeCurve | None = None) -> AlgoDesk:
    """Open one with more shown than anybody asks for."""
    desk = AlgoDesk(curve=curve, session=None if curve is None else HOURS)
    desk.quote(bid_size=10_000, ask_size=10_000)
    return desk


def play(desk: AlgoDesk, seconds: int, *, prints: int = 0) -> None:
    """Let seconds pass, each with so much printed, and the same market as before."""
    for _ in range(seconds):
        desk.wait(1)
        if prints:
            desk.trade(prints)
        desk.quote(bid_size=10_000, ask_size=10_000)


def sent(desk: AlgoDesk, order: Order) -> Sent:
    """When each child went out, and how large it was."""
    return [((one.created_ns - NOON_NS) // S, int(one.order_qty)) for one in desk.om.children(order)]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("catch_up", POLICIES)
def test_a_slice_of_which_a_child_is_a_part_goes_out_in_several(catch_up: str, side: Side) -> None:
    """1,000 in four slices of 250, and a hundred at a time: 100, 100 and 50, one as soon as the one before has executed."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, side, duration=40, slices=4, max_child=100, catch_up=catch_up)
    play(desk, 39)
    assert sent(desk, order) == [(10 * k, qty) for k in range(4) for qty in (100, 100, 50)]
    assert order.is_filled
    desk.check()


@pytest.mark.parametrize("catch_up", POLICIES)
def test_the_parts_of_a_slice_rest_in_between_where_they_are_to(catch_up: str) -> None:
    desk = deep_desk()
    terms: dict[str, Any] = {"max_child": 100, "min_rest": 3, "catch_up": catch_up}
    order = desk.submit("twap", 1_000, duration=40, slices=4, **terms)
    play(desk, 39)
    assert sent(desk, order) == [
        (10 * k + rest, qty) for k in range(4) for rest, qty in ((0, 100), (3, 100), (6, 50))
    ]


@pytest.mark.parametrize("catch_up", POLICIES)
def test_a_slice_goes_on_as_the_others_make_room_for_it(catch_up: str) -> None:
    """A fifth of the 100 that are printed each second: 20 a second, until the slice of 100 is done; later there is room enough."""
    desk = deep_desk()
    order = desk.submit("twap", 400, duration=40, slices=4, max_participation="0.2", catch_up=catch_up)
    play(desk, 39, prints=100)
    first = [(second, 20) for second in range(1, 6)]
    # In the tenth second the time is heard of before the print: a fifth of 900 is 180, of which 100 are done.
    assert sent(desk, order) == [*first, (10, 80), (10, 20), (20, 100), (30, 100)]
    assert order.is_filled
    desk.check()


@pytest.mark.parametrize(
    ("catch_up", "second"),
    [
        # 250 were missed: of them what 250 are of the 750 that are left, rounded up to a lot.
        ("spread", [100, 100, 100, 34]),
        ("carry", [100, 100, 100, 100, 100]),
        ("give_up", [100, 100, 50]),
    ],
)
def test_what_was_missed_before_goes_with_a_capped_slice_once(catch_up: str, second: list[int]) -> None:
    """The offer is beyond the limit until the first slice is over: with the second goes what the policy says, and no more."""
    desk = AlgoDesk()
    desk.quote("101", "102", 10_000, 10_000)
    order = desk.submit(
        "twap", 1_000, duration=40, slices=4, max_child=100, catch_up=catch_up, limit_price="101"
    )
    for _ in range(10):
        desk.wait(1)
        desk.quote("101", "102", 10_000, 10_000)
    desk.quote(bid_size=10_000, ask_size=10_000)
    play(desk, 9)
    assert sent(desk, order) == [(10, qty) for qty in second]


@pytest.mark.parametrize("catch_up", POLICIES)
def test_a_part_of_a_slice_that_is_refused_goes_out_again_in_it(catch_up: str) -> None:
    """One message in two seconds: 100, then 100 refused at once and a second later, and sent two seconds after that; so the last 50."""
    limits = RiskLimits(
        max_order_qty=None,
        max_order_notional=None,
        price_collar=None,
        max_open_orders=None,
        max_messages=1,
        message_window_s=2,
        off_by="a test",
    )
    desk = AlgoDesk(limits=limits)
    desk.quote(bid_size=10_000, ask_size=10_000)
    order = desk.submit("twap", 1_000, duration=40, slices=4, max_child=100, catch_up=catch_up)
    play(desk, 9)
    taken = [one for one in desk.om.children(order) if one.life is not Life.DENIED]
    assert [((one.created_ns - NOON_NS) // S, int(one.order_qty)) for one in taken] == [
        (0, 100),
        (3, 100),
        (6, 50),
    ]
    assert len(desk.om.children(order)) == 7
    desk.check()


@pytest.mark.parametrize("catch_up", POLICIES)
def test_a_capped_slice_goes_on_after_a_restart(catch_up: str) -> None:
    desk = deep_desk()
    terms: dict[str, Any] = {"max_child": 100, "min_rest": 3, "catch_up": catch_up}
    order = desk.submit("twap", 1_000, duration=40, slices=4, **terms)
    play(desk, 4)
    desk.restart()
    order = desk.om.order(order.order_id)
    play(desk, 5)
    assert sent(desk, order) == [(0, 100), (3, 100), (6, 50)]


@pytest.mark.parametrize("volume", [10, 300])
def test_what_is_due_by_the_volume_goes_out_in_several_too(volume: int) -> None:
    """As one child, but for its size: by the curve of 400, 100, 200 and 300, up to a tenth ahead of it or behind."""
    found = []
    for most in (1_000, 70):
        desk = deep_desk(CURVE)
        order = desk.submit(
            "vwap", 1_000, duration=100, dynamic_band="0.1", expected_volume=10_000, max_child=most
        )
        play(desk, 99, prints=volume)
        assert max(qty for _, qty in sent(desk, order)) <= most
        assert order.is_filled
        times = sorted({second for second, _ in sent(desk, order)})
        found.append([(at, sum(qty for when, qty in sent(desk, order) if when == at)) for at in times])
    assert found[0] == found[1]


def test_what_is_taken_at_a_good_price_counts_as_sent_of_the_slice() -> None:
    """Fifty of the first hundred, thirty at 99 five seconds later, and so twenty; the next slices have all of theirs."""
    desk = deep_desk()
    would: dict[str, Any] = {"i_would_price": "99", "i_would_qty": 30}
    order = desk.submit("twap", 400, duration=100, slices=4, max_child=50, min_rest=5, **would)
    desk.wait(3)
    desk.quote("98", "99", 10_000, 10_000)
    desk.wait(2)
    play(desk, 26)
    assert sent(desk, order) == [(0, 50), (5, 30), (10, 20), (25, 50), (30, 50)]
    desk.check()

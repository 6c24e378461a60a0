"""What participation could have sent and has not: what a largest child keeps back, what was refused, and what passed in a pause."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from oms.model.enums import ExecType, Side
from oms.model.events import SliceDecided
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Strategy
from oms.model.work import Pace
from tests.algo_desk import AlgoDesk
from tests.integration.test_own_prints import PX, House, Venue

FIFTH: dict[str, Any] = {"participation_rate": "0.2", "rate_basis": "of_others", "duration": 3600}


def at_work(**parameters: int | str) -> tuple[AlgoDesk, Order]:
    """Take a fifth of what the others trade, in a market with enough of it."""
    desk = AlgoDesk()
    desk.quote(ask_size=10**5)
    return desk, desk.submit("pov", 10**5, **{**FIFTH, **parameters})


def print_of(desk: AlgoDesk, size: int, number: int = 0) -> None:
    """Let others trade, and be quoted anew."""
    desk.wait(1)
    desk.quote(ask_size=10**5 + number)
    desk.trade(size)


# ---------------------------------------------------------------- a pause


@pytest.mark.parametrize(
    "parameters",
    [{}, {"child_style": "passive_then_cross"}, {"interval": 60}],
    ids=["crossing", "waiting", "by intervals"],
)
def test_what_is_printed_in_a_pause_is_not_followed_by_a_burst(parameters: dict[str, Any]) -> None:
    """Ten thousand are printed in the pause, then a thousand: two hundred are sent, and the rest is told to be passed over."""
    desk, order = at_work(**parameters)
    desk.om.pause_order(order, "lunch")
    for number in range(10):
        print_of(desk, 1000, number)
    desk.om.resume_order(order, "back")
    print_of(desk, 1000)
    desk.wait(60)
    assert desk.sizes(order) == [200]
    passed = [
        one for one in desk.store.read() if isinstance(one, SliceDecided) and one.pace is Pace.SUSPENDED
    ]
    assert sum(one.asked_qty for one in passed) == 2000
    desk.check()


def test_a_pause_is_known_after_a_restart() -> None:
    desk, order = at_work()
    desk.om.pause_order(order, "lunch")
    print_of(desk, 500)
    desk.restart()
    order = desk.om.order(order.order_id)
    for number in range(3):
        print_of(desk, 1000, number)
    desk.om.resume_order(order, "back")
    print_of(desk, 1000)
    assert desk.sizes(order) == [200]


# ---------------------------------------------------------------- the largest child


@pytest.mark.parametrize(
    ("parameters", "sizes"),
    [({}, [50] * 4), ({"interval": 1}, [50] * 4), ({"max_child": 60}, [60, 60, 60, 20])],
    ids=["at once", "by intervals", "a rest that is smaller"],
)
def test_what_a_largest_child_keeps_back_goes_out_with_the_next(
    parameters: dict[str, Any], sizes: list[int]
) -> None:
    """Two hundred are due, of which each child is fifty at most: each as soon as the one before has executed."""
    desk, order = at_work(**{"max_child": 50, **parameters})
    print_of(desk, 1000)
    desk.wait(1)
    assert desk.sizes(order) == sizes
    desk.check()


def test_with_a_rest_between_children_what_is_left_goes_out_after_it() -> None:
    desk, order = at_work(max_child=50, min_rest=10)
    print_of(desk, 1000)
    found = []
    for _ in range(4):
        found.append(sum(desk.sizes(order)))
        desk.wait(10)
    assert found == [50, 100, 150, 200]


def test_one_child_after_the_other_waits() -> None:
    """Two hundred may be sent: no second child goes out beside the one that waits."""
    desk, order = at_work(max_child=50, child_style="passive_then_cross")
    print_of(desk, 1000)
    desk.wait(30)
    assert desk.children(order) == ["0/50 @ 100 live"]
    desk.quote("99", "100", 10**5, 10**5)
    desk.quote("100", "101", 10**5, 10**5)
    assert order.cum_qty
    assert [child.cum_qty for child in desk.om.children(order)][:-1] == [50] * (len(desk.children(order)) - 1)
    desk.check()


def test_what_is_left_of_an_interval_that_is_over_was_missed() -> None:
    """A child of fifty waits as the next ten seconds are over: of what was printed in them twenty are sent, and no more."""
    desk, order = at_work(max_child=50, child_style="passive_then_cross", interval=10)
    print_of(desk, 1000)
    desk.wait(9)
    assert desk.sizes(order) == [50]
    print_of(desk, 100)
    desk.wait(10)
    assert desk.sizes(order) == [50, 20]
    decided = [one for one in desk.store.read() if isinstance(one, SliceDecided) and one.child is None]
    assert [(one.pace, int(one.asked_qty)) for one in decided] == [(Pace.MISSED, 150)]


def test_what_is_left_is_known_after_a_restart() -> None:
    desk, order = at_work(max_child=50, min_rest=10)
    print_of(desk, 1000)
    desk.restart()
    desk.quote(ask_size=10**5)
    desk.wait(40)
    assert desk.sizes(desk.om.order(order.order_id))[:2] == [50, 50]


@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_due_and_rests_is_sent_after_a_restart_too(*, restarts: bool) -> None:
    """Two hundred are sent; of what is printed as the order rests after that a hundred are due, and follow."""
    desk, order = at_work(min_rest=10)
    print_of(desk, 1000)
    print_of(desk, 500)
    if restarts:
        desk.restart()
        desk.quote("100", "101", 10**5, 10**5)
    desk.wait(10)
    assert desk.sizes(desk.om.order(order.order_id)) == [200, 100]


# ---------------------------------------------------------------- refusals


class Refusing(Venue):
    """Refuses some orders in passing, and executes the others."""

    def __init__(self, refused: int) -> None:
        super().__init__(is_simulated=True)
        self._left = refused

    def execute(self, px: Decimal = PX, at_ns: int | None = None) -> list[Decimal]:
        """Answer what was sent since."""
        for request in list(self.requests) if self._left else ():
            assert self.sink is not None
            self.sink.put(
                ExecutionReport(ExecType.REJECTED, request.cl_ord_id, reject_code="0", text="later")
            )
            self.requests.remove(request)
            self._left -= 1
        return super().execute(px, at_ns)


@pytest.mark.parametrize(
    "interval", [{}, {"interval": 2}, {"interval": 600}], ids=["at once", "short", "long"]
)
def test_what_is_refused_in_passing_is_sent_again_after_its_rest(interval: dict[str, Any]) -> None:
    """Refused three times, it rests for one, two and four seconds."""
    house = House(is_simulated=True, venue=Refusing(3))
    order = house.om.submit("X", Side.BUY, 1000, Strategy("pov", {**FIFTH, **interval}))
    house.trade(1000)
    house.wait(599 if interval.get("interval") == 600 else 1)
    house.wait(12)
    children = house.om.children(order)
    assert [int(child.order_qty) for child in children] == [200] * 4
    assert order.cum_qty == 200
    rests = [(b.created_ns - a.created_ns) / 1e9 for a, b in pairwise(children)]
    assert all(least <= rest <= least + 2 for least, rest in zip((1, 2, 4), rests, strict=True))


def test_what_is_refused_goes_with_what_is_printed_while_it_rests() -> None:
    house = House(is_simulated=True, venue=Refusing(1))
    order = house.om.submit("X", Side.BUY, 1000, Strategy("pov", FIFTH))
    house.trade(1000)
    house.wait(1)
    house.trade(100)
    house.wait(5)
    assert [int(child.order_qty) for child in house.om.children(order)] in ([200, 220], [200, 200, 20])
    assert order.cum_qty == 220


def test_five_refusals_in_a_row_suspend_it_and_nothing_is_sent_again_for_them() -> None:
    house = House(is_simulated=True, venue=Refusing(5))
    order = house.om.submit("X", Side.BUY, 1000, Strategy("pov", FIFTH))
    house.trade(1000)
    house.wait(100)
    assert len(house.om.children(order)) == 5
    assert house.om.work(order).suspended is not None
    house.om.resume_order(order, "go on")
    house.wait(10)
    assert len(house.om.children(order)) == 5
    house.trade(100)
    house.wait(2)
    assert order.cum_qty == 20

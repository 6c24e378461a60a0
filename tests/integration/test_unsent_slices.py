"""Each slice of a plan is decided: of those that an order's end leaves out it is said why."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from oms.model import events as ev
from oms.model.enums import OrdStatus, SessionPhase
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.work import Pace
from oms.simulation.venue_acts import BustTrade
from tests.algo_desk import AlgoDesk

ENDS: dict[str, tuple[Callable[[AlgoDesk, Order], object], Pace, OrdStatus]] = {
    "somebody cancels it": (lambda desk, order: desk.om.cancel(order), Pace.CANCELED, OrdStatus.CANCELED),
    "all are canceled": (lambda desk, _: desk.om.mass_cancel(), Pace.CANCELED, OrdStatus.CANCELED),
    "its time is over": (lambda desk, _: desk.wait(50), Pace.PAST_END, OrdStatus.EXPIRED),
    "its day is over": (
        lambda desk, _: desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105")),
        Pace.PAST_END,
        OrdStatus.EXPIRED,
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_what_an_end_leaves_out_is_told_with_the_reason(how: str) -> None:
    act, pace, status = ENDS[how]
    desk = AlgoDesk()
    order = desk.submit("twap", 100, duration=60, slices=4)
    desk.wait(16)
    desk.halt()

    act(desk, order)

    assert order.status is status
    work = desk.om.work(order)
    assert work.slices == ()
    assert dict(work.decided) == {0: Pace.ON_SCHEDULE, 1: Pace.ON_SCHEDULE, 2: pace, 3: pace}
    told = [one for one in desk.store.read() if isinstance(one, ev.SliceDecided)]
    assert sorted(one.number for one in told) == [0, 1, 2, 3]
    for one in told[2:]:
        assert (one.asked_qty, one.qty) == (Decimal(25), Decimal(0))
        assert one.child is None
    desk.restart()
    assert desk.om.work(desk.om.order(order.order_id)) == work
    desk.check()


def test_an_order_that_is_filled_before_its_time_has_nothing_to_come() -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", 100, duration=60, slices=4, i_would_price="99.5")
    desk.quote("99", "99.5", ask_size=200)
    desk.wait(1)

    assert order.status is OrdStatus.FILLED
    assert desk.om.work(order).slices == ()


def decided(desk: AlgoDesk) -> list[tuple[int, Pace]]:
    return [(one.number, one.pace) for one in desk.store.read() if isinstance(one, ev.SliceDecided)]


def filled_early(desk: AlgoDesk) -> Order:
    """Have an order filled as its price comes, with two slices to come."""
    order = desk.submit("twap", 400, duration=100, slices=4, i_would_price="99")
    desk.wait(26)
    desk.quote("98", "99", ask_size=1000)
    desk.wait(1)
    assert order.status is OrdStatus.FILLED
    return order


SPARED = [(2, Pace.DONE), (3, Pace.DONE)]


def test_of_what_an_early_fill_leaves_out_it_is_told_why() -> None:
    desk = AlgoDesk()
    desk.quote(ask_size=500)
    order = filled_early(desk)

    assert decided(desk)[-2:] == SPARED
    assert {number for number, _ in decided(desk)} == {0, 1, 2, 3}
    work = desk.om.work(order)
    assert work.slices == ()
    desk.wait(200)
    desk.restart()
    assert desk.om.work(desk.om.order(order.order_id)) == work
    assert decided(desk)[-2:] == SPARED
    desk.check()


def bust(desk: AlgoDesk) -> None:
    """Have the venue declare the last execution of an order void."""
    last = [one for one in desk.store.read() if isinstance(one, ev.Traded)][-1]
    desk.broker.act(BustTrade(last.exec_id), desk.clock.now_ns())
    desk.om.poll()


@pytest.mark.parametrize("restarts", [False, True])
def test_what_an_early_fill_left_out_is_due_again_after_a_bust(*, restarts: bool) -> None:
    desk = AlgoDesk()
    desk.quote(ask_size=500)
    order = filled_early(desk)
    desk.quote("100", "101", ask_size=500)
    if restarts:
        desk.restart()
        desk.quote("100", "101", ask_size=500)
        order = desk.om.order(order.order_id)

    bust(desk)

    assert order.status is OrdStatus.PARTIALLY_FILLED
    assert [each.number for each in desk.om.work(order).slices] == [2, 3]
    desk.check()
    desk.wait(80)
    assert [one for one in decided(desk) if one[0] in (2, 3) and one not in SPARED] != []
    assert order.leaves_qty == 0
    desk.check()

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

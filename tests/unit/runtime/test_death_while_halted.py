"""A process that dies while it is halted takes the word of its emergency cancels with it: what the next one makes of that."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.errors import StoreError
from oms.model import events as ev
from oms.model.enums import OrdStatus
from oms.model.ids import Account, ClOrdId, Symbol
from oms.model.reports import PositionLine, SendResult, Sent
from oms.model.requests import OrderCancelRequest
from oms.runtime.recovery import recover, state_hash
from tests.fakes import d
from tests.unit.runtime.test_reconciliation import House, Venue


class Canceling(Venue):
    """Cancels what it is asked to, and says nothing of it until it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.canceled: list[ClOrdId] = []

    def cancel(self, request: object) -> SendResult:
        assert isinstance(request, OrderCancelRequest)
        assert request.orig_cl_ord_id is not None
        now = self.orders[request.orig_cl_ord_id]
        self.orders[request.orig_cl_ord_id] = evolve(now, ord_status=OrdStatus.CANCELED, leaves_qty=d(0))
        self.canceled.append(request.cl_ord_id)
        return Sent()


def died_halted(filled: int = 0) -> House:
    """Give a house whose manager has sent a cancel while halted, and is gone without another word."""
    house = House(Canceling())
    order = house.submit(10)
    if filled:
        house.venue.trade(order, "x1", filled)
        house.venue.held = (PositionLine(Symbol("AAPL"), d(filled), Account("main")),)
    house.store.failure = StoreError("the disk is full")
    with pytest.raises(StoreError):
        house.submit(5)
    house.wait(1)
    house.om.cancel(order)
    house.store.failure = None
    return house


@pytest.mark.parametrize("filled", [0, 4])
def test_the_next_process_finds_the_order_canceled_and_records_why(filled: int) -> None:
    house = died_halted(filled)
    venue = house.venue
    assert isinstance(venue, Canceling)
    before = house.store.version
    # The cancel is on no record: only its number was set aside for it.
    assert not [event for event in house.store.read() if isinstance(event, ev.CancelRequested)]

    house.restart()
    house.wait()
    house.wait()

    (order,) = house.om.orders()
    assert (order.status, order.leaves_qty, order.cum_qty) == (OrdStatus.CANCELED, d(0), d(filled))
    assert not house.om.unreconciled()
    assert not house.om.breaks()
    (canceled,) = [event for event in house.store.read(before) if isinstance(event, ev.OrderCanceled)]
    assert (canceled.order_id, canceled.cause.origin) == (order.order_id, "venue")
    # One cancel left, its number is never used again, and a second look finds nothing.
    assert len(venue.canceled) == 1
    following = house.submit(5)
    assert following.cl_ord_id not in venue.canceled
    assert house.reconcile().count("OrderCanceled") == 0
    recovered = recover(house.store.read())
    assert state_hash(recovered.state, recovered.positions) == house.om.state_hash()


def test_where_the_cancel_did_not_arrive_the_order_works_on_and_can_be_canceled() -> None:
    house = House()  # whose venue takes cancels and does nothing
    order = house.submit(10)
    house.store.failure = StoreError("the disk is full")
    with pytest.raises(StoreError):
        house.submit(5)
    house.om.cancel(order)
    house.store.failure = None

    house.restart()
    house.wait()

    (order,) = house.om.open_orders()
    house.om.cancel(order)
    asked = [event.cl_ord_id for event in house.store.read() if isinstance(event, ev.CancelRequested)]
    assert len(asked) == 1
    assert house.venue.asked.count("cancel") == 2

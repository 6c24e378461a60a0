"""While a manager is halted, replaces that only take less leave as cancels do, and are recorded when it goes on."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.errors import HaltedError, LimitExceededError, StoreError
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.reports import ExecutionReport, NotSent, Refused, SendResult, Sent, Unknown
from oms.model.requests import OrderCancelReplaceRequest
from oms.testing.faulty_store import StoreFault
from tests.fakes import CAN_ALL, T0, d
from tests.unit.runtime.test_halting import EVERY_FAULT, House


def replaces(house: House) -> list[OrderCancelReplaceRequest]:
    return [one for one in house.broker.requests if isinstance(one, OrderCancelReplaceRequest)]


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.name)
def test_whatever_fails_a_reduction_leaves_at_once_and_is_recorded_when_it_goes_on(fault: StoreFault) -> None:
    house = House()
    order = house.live()
    house.halt(fault)
    house.clock.advance_by(1)

    house.om.replace(order, order_qty=40, asked_by="trader")

    (request,) = replaces(house)
    asked = (request.order_id, request.orig_cl_ord_id, request.order_qty, request.terms, request.time_ns)
    assert asked == (1, order.cl_ord_id, d(40), order.terms, T0 + 10**9)
    recorded = [event for event in house.resume() if isinstance(event, ev.ReplaceRequested)]
    assert [(one.cl_ord_id, one.order_qty, one.left_ns, one.cause) for one in recorded] == [
        (request.cl_ord_id, d(40), T0 + 10**9, ev.Cause("ReplaceOrder", "trader"))
    ]
    house.broker.sink.put(  # type: ignore[union-attr]
        ExecutionReport(
            ExecType.REPLACED, request.cl_ord_id, request.orig_cl_ord_id, order_qty=request.order_qty
        )
    )
    house.om.poll()
    assert (order.order_qty, order.leaves_qty, order.status) == (d(40), d(40), OrdStatus.NEW)
    house.check()


@pytest.mark.parametrize(
    "more",
    [
        {"order_qty": 100},
        {"order_qty": 101},
        {"price": 99},
        {"order_qty": 40, "price": 99},
        {"order_qty": 40, "display_qty": 5},
    ],
    ids=str,
)
def test_what_does_more_than_take_less_is_refused(more: dict[str, Any]) -> None:
    house = House()
    order = house.live()
    house.halt()
    with pytest.raises(HaltedError) as raised:
        house.om.replace(order, **more)
    assert "only take less" in raised.value.remedy
    assert replaces(house) == []


def test_one_that_meets_the_failure_itself_raises_and_may_be_asked_for_again() -> None:
    house = House()
    order = house.live()
    house.next_fails(StoreFault.FAILS_AFTER)
    with pytest.raises(StoreError):
        house.om.replace(order, order_qty=40)
    assert replaces(house) == []

    house.om.replace(order, order_qty=40)

    (left,) = replaces(house)
    assert left.orig_cl_ord_id == order.cl_ord_id
    house.resume()
    assert [one.cl_ord_id for one in order.outstanding_requests] == [left.cl_ord_id]
    refused = [event.cl_ord_id for event in house.store.inner.read() if isinstance(event, ev.ReplaceRejected)]
    assert len(refused) == 1
    assert refused != [left.cl_ord_id]
    house.check()


def test_an_order_is_reduced_once_and_its_cancel_then_names_the_reduction() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.replace(order, order_qty=40)
    with pytest.raises(HaltedError, match="reduced already"):
        house.om.replace(order, order_qty=30)

    house.om.cancel(order)

    (reduction,), (cancel,) = replaces(house), house.canceled()
    assert cancel.orig_cl_ord_id == reduction.cl_ord_id
    house.resume()
    assert [one.cl_ord_id for one in order.outstanding_requests] == [reduction.cl_ord_id, cancel.cl_ord_id]
    house.check()


@pytest.mark.parametrize("answer", [Refused("no"), NotSent("no line"), Unknown("no answer")], ids=repr)
def test_a_cancel_does_not_name_a_reduction_that_came_to_nothing(answer: SendResult) -> None:
    house = House(Sent(), answer)
    order = house.live()
    house.halt()
    house.om.replace(order, order_qty=40)
    house.om.cancel(order)
    (cancel,) = house.canceled()
    assert cancel.orig_cl_ord_id == order.cl_ord_id
    house.resume()
    house.check()


def test_what_the_venue_or_the_instrument_does_not_allow_is_refused_aloud() -> None:
    house = House(can=evolve(CAN_ALL, amendable=frozenset({"price"})))
    order = house.live()
    house.halt()
    with pytest.raises(HaltedError, match="could not leave") as raised:
        house.om.replace(order, order_qty=40)
    assert "UNSUPPORTED: order_qty = 40" in raised.value.remedy

    other = House()
    order = other.live()
    other.halt()
    with pytest.raises(HaltedError) as raised:
        other.om.replace(order, order_qty="40.5")
    assert "OFF_LOT" in raised.value.remedy
    assert replaces(house) + replaces(other) == []


def test_nothing_is_reduced_of_what_has_ended_or_never_left() -> None:
    house = House()
    ended = house.live()
    house.say(ExecType.CANCELED, ended)
    house.om.poll()
    house.next_fails(StoreFault.FAILS_AFTER)
    with pytest.raises(StoreError):
        house.buy()
    for order_id in (1, 2):
        with pytest.raises(HaltedError, match="could not leave") as raised:
            house.om.replace(order_id, order_qty=40)
        assert "NOT_WORKING" in raised.value.remedy
    assert replaces(house) == []


def test_without_an_id_that_is_on_record_nothing_is_reduced() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om._loop.halting._next_id = house.om._loop.halting._last_id
    with pytest.raises(LimitExceededError, match="EMERGENCY_IDS"):
        house.om.replace(order, order_qty=40)


def test_a_reduction_of_an_order_that_has_ended_meanwhile_is_set_aside_with_the_request() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.say(ExecType.CANCELED, order)
    house.om.replace(order, order_qty=40)
    (request,) = replaces(house)

    recorded = house.resume()

    assert order.status is OrdStatus.CANCELED
    (told,) = [one for one in recorded if isinstance(one, ev.AnomalyRaised)]
    assert (told.code, told.order_id) == (AnomalyCode.CONTRADICTS_ORDER, 1)
    assert f"the emergency reduction {request.cl_ord_id} left" in told.text
    house.check()


def test_the_next_halt_begins_anew() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.replace(order, order_qty=40)
    house.resume()
    (first,) = replaces(house)
    house.broker.sink.put(  # type: ignore[union-attr]
        ExecutionReport(ExecType.REPLACED, first.cl_ord_id, first.orig_cl_ord_id, order_qty=first.order_qty)
    )
    house.om.poll()
    house.halt()
    house.om.replace(order, order_qty=20)
    second = replaces(house)[-1]
    assert (second.order_qty, second.orig_cl_ord_id) == (d(20), first.cl_ord_id)
    house.resume()
    house.check()

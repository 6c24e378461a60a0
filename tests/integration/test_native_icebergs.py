"""Icebergs that a venue works, as somebody changes them: where it changes nothing of an order, that is taken back and sent anew."""

from __future__ import annotations

from attrs import evolve

from oms.model.enums import ExecType, Side
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Strategy
from tests.fakes import CAN_ALL, ScriptedBroker
from tests.smart_desk import Desk


def test_what_a_venue_does_not_change_is_taken_back_and_sent_anew() -> None:
    fixed = evolve(CAN_ALL, amendable=frozenset())
    broker = ScriptedBroker(name="one", can=fixed)
    desk = Desk(broker, ScriptedBroker(name="two", can=fixed))
    om = desk.om
    told: dict[str, int | str] = {"limit_price": 10, "display_qty": 30, "iceberg_mode": "native"}
    order = om.submit("AAPL", Side.BUY, 100, Strategy("iceberg", told), broker="one")
    (child,) = om.children(order)
    om.replace(order, order_qty=150)
    om.poll()
    assert om.work(order).available == 50
    # It may only be changed once its venue has it.
    desk.says(broker, child, ExecType.NEW)
    desk.clock.advance_by(1)
    om.poll()
    desk.says(broker, child, ExecType.CANCELED)
    om.poll()

    assert [type(request) for request in broker.requests] == [
        NewOrderSingle,
        OrderCancelRequest,
        NewOrderSingle,
    ]
    _, again = om.children(order)
    assert again.order_qty == 150
    assert again.terms == Limit(10, display_qty=30)
    desk.check(order)


def test_a_larger_total_makes_no_part_larger_than_the_largest_child() -> None:
    """Parts of 60 of 100, and of 150 then: the venue has one of them at a time."""
    broker = ScriptedBroker(name="one", can=CAN_ALL)
    desk = Desk(broker, ScriptedBroker(name="two", can=CAN_ALL))
    om = desk.om
    told: dict[str, int | str] = {
        "limit_price": 10,
        "display_qty": 30,
        "iceberg_mode": "native",
        "max_child": 60,
    }
    order = om.submit("AAPL", Side.BUY, 100, Strategy("iceberg", told), broker="one")
    (child,) = om.children(order)
    desk.says(broker, child, ExecType.NEW)
    om.replace(order, order_qty=150)
    for _ in range(3):
        desk.clock.advance_by(1)
        om.poll()
    assert [type(request) for request in broker.requests] == [NewOrderSingle]
    for size in (60, 60, 30):
        last = om.children(order)[-1]
        assert last.order_qty == size
        desk.says(broker, last, ExecType.TRADE, cum=size, last=size)
        om.poll()
    assert order.is_filled
    desk.check(order)


def test_a_part_grows_up_to_the_largest_child() -> None:
    broker = ScriptedBroker(name="one", can=CAN_ALL)
    desk = Desk(broker, ScriptedBroker(name="two", can=CAN_ALL))
    om = desk.om
    told: dict[str, int | str] = {
        "limit_price": 10,
        "display_qty": 30,
        "iceberg_mode": "native",
        "max_child": 60,
    }
    order = om.submit("AAPL", Side.BUY, 40, Strategy("iceberg", told), broker="one")
    (child,) = om.children(order)
    desk.says(broker, child, ExecType.NEW)
    om.replace(order, order_qty=150)
    desk.clock.advance_by(1)
    om.poll()
    asked = broker.requests[-1]
    assert isinstance(asked, OrderCancelReplaceRequest)
    assert asked.order_qty == 60

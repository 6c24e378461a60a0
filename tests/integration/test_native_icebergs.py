"""Icebergs that a venue works, as somebody changes them: where it changes nothing of an order, that is taken back and sent anew."""

from __future__ import annotations

from attrs import evolve

from oms.model.enums import ExecType, Side
from oms.model.requests import NewOrderSingle, OrderCancelRequest
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

"""How a broker is asked about an order."""

from __future__ import annotations

from oms.lifecycle.machine import request_of
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Order
from oms.model.requests import OrderStatusRequest
from oms.model.venue_profile import VenueProfile


def can_ask(order: Order, identity: ClOrdId, profile: VenueProfile | None) -> bool:
    """Tell whether a question about an order can name it at its broker, and that broker is attached: its profile is known."""
    if profile is None or order.broker is None:
        return False
    return bool(profile.looks_up_by_cl_ord_id and identity) or order.venue_order_id is not None


def status_request(order: Order, identity: ClOrdId, time_ns: int) -> OrderStatusRequest:
    """Give the question what became of a request of an order that was sent."""
    assert order.broker is not None
    asked = request_of(order, identity)
    is_amendment = asked is not None and asked.kind is not RequestKind.NEW
    return OrderStatusRequest(
        order.broker,
        order.order_id,
        identity,
        time_ns,
        order.cl_ord_id if is_amendment else None,
        order.venue_order_id,
        order.symbol,
        order.side,
        order.account,
    )

"""Find an order by any identity that it ever had."""

from __future__ import annotations

from oms.model.ids import BrokerName, ClOrdId, OrderId, VenueOrderId
from oms.model.order import Order

# A property of `Order` costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


class OrderIndex:
    """Every order, by every identity.

    Attributes:
        by_id: By our own.
        by_cl_ord_id: By every ClOrdID of its requests.
        by_venue_id: By what each broker called it.
        by_client_ref: By the caller's own name.
    """

    __slots__ = ("by_cl_ord_id", "by_client_ref", "by_id", "by_venue_id")

    def __init__(self) -> None:
        """Begin empty."""
        self.by_id: dict[OrderId, Order] = {}
        self.by_cl_ord_id: dict[ClOrdId, Order] = {}
        self.by_venue_id: dict[BrokerName, dict[VenueOrderId, Order]] = {}
        self.by_client_ref: dict[str, Order] = {}

    def add(self, order: Order) -> None:
        """Take in a new order; the first order under a reference keeps it."""
        self.by_id[order._order_id] = order
        if order._client_ref is not None:
            self.by_client_ref.setdefault(order._client_ref, order)

    def name_at_venue(self, broker: BrokerName, venue_order_id: VenueOrderId, order: Order) -> None:
        """Take in what a broker calls an order; the first order under a name keeps it."""
        try:
            self.by_venue_id[broker].setdefault(venue_order_id, order)
        except KeyError:
            self.by_venue_id[broker] = {venue_order_id: order}

    def find(
        self,
        broker: BrokerName,
        cl_ord_id: ClOrdId | None,
        orig: ClOrdId | None,
        venue_order_id: VenueOrderId | None,
    ) -> Order | None:
        """Give the order that a broker speaks of; None if nobody knows it here."""
        for identity in (cl_ord_id, orig):
            if type(identity) is str:
                order = self.by_cl_ord_id.get(identity)
                if order is not None:
                    return order if order.broker == broker else None
        if type(venue_order_id) is str:
            return self.by_venue_id.get(broker, {}).get(venue_order_id)
        return None

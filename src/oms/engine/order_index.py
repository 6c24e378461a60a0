"""Find an order by any identity that it ever had."""

from __future__ import annotations

from collections.abc import Callable

from oms.model.ids import BrokerName, ClOrdId, OrderId, VenueOrderId
from oms.model.order import Order

# A property of `Order` costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


class OrderIndex:
    """Every order, by every identity.

    Attributes:
        by_id: By our own.
        by_cl_ord_id: By every ClOrdID of our requests: no two orders share one.
        foreign: By every ClOrdID that is none of ours, and the broker that used it: two brokers may use the same.
        by_venue_id: By what each broker called it.
        by_client_ref: By the caller's own name.
        earlier: By what each broker called it in an earlier trading session, where its ids begin anew with each.
    """

    __slots__ = ("by_cl_ord_id", "by_client_ref", "by_id", "by_venue_id", "earlier", "foreign")

    def __init__(self) -> None:
        """Begin empty."""
        self.by_id: dict[OrderId, Order] = {}
        self.by_cl_ord_id: dict[ClOrdId, Order] = {}
        self.foreign: dict[ClOrdId, dict[BrokerName, Order]] = {}
        self.by_venue_id: dict[BrokerName, dict[VenueOrderId, Order]] = {}
        self.by_client_ref: dict[str, Order] = {}
        self.earlier: dict[BrokerName, dict[VenueOrderId, Order]] = {}

    def add(self, order: Order) -> None:
        """Take in a new order; the first order under a reference keeps it."""
        self.by_id[order._order_id] = order
        if order._client_ref is not None:
            self.by_client_ref.setdefault(order._client_ref, order)

    def name_request(self, broker: BrokerName, cl_ord_id: ClOrdId, order: Order) -> None:
        """Take in a ClOrdID that a broker calls an order by; the first order under it there keeps it."""
        if self.by_cl_ord_id.get(cl_ord_id) is not order:
            self.foreign.setdefault(cl_ord_id, {}).setdefault(broker, order)

    def requested(self, broker: BrokerName, cl_ord_id: ClOrdId | None) -> Order | None:
        """Give the order that a broker calls by a ClOrdID, ours or another's; None if there is none."""
        if type(cl_ord_id) is not str:
            return None
        order = self.by_cl_ord_id.get(cl_ord_id)
        if order is not None and order._broker == broker:
            return order
        return self.foreign[cl_ord_id].get(broker) if cl_ord_id in self.foreign else None

    def called(self, cl_ord_id: ClOrdId) -> tuple[Order, ...]:
        """Give every order under a ClOrdID: our own request's, else those of any broker that uses it."""
        order = self.by_cl_ord_id.get(cl_ord_id)
        return tuple(self.foreign.get(cl_ord_id, {}).values()) if order is None else (order,)

    def name_at_venue(self, broker: BrokerName, venue_order_id: VenueOrderId, order: Order) -> Order:
        """Take in what a broker calls an order; the first order under a name keeps it, and is given."""
        try:
            return self.by_venue_id[broker].setdefault(venue_order_id, order)
        except KeyError:
            self.by_venue_id[broker] = {venue_order_id: order}
            return order

    def begin_session(self, broker: BrokerName, is_new_to: Callable[[Order], bool]) -> None:
        """Take in that a broker's order ids begin anew for these orders: the old ones are good while an order is open."""
        names, earlier = self.by_venue_id.get(broker, {}), self.earlier.get(broker, {})
        self.earlier[broker] = {name: order for name, order in earlier.items() if not order.is_closed}
        for name, order in list(names.items()):
            if is_new_to(order):
                del names[name]
                if not order.is_closed:
                    self.earlier[broker][name] = order

    def find(
        self,
        broker: BrokerName,
        cl_ord_id: ClOrdId | None,
        orig: ClOrdId | None,
        venue_order_id: VenueOrderId | None,
    ) -> Order | None:
        """Give the order that a broker speaks of; None if nobody knows it here."""
        return (
            self.requested(broker, cl_ord_id)
            or self.requested(broker, orig)
            or self.named_at_venue(broker, venue_order_id)
        )

    def other_named(
        self, broker: BrokerName, venue_order_id: VenueOrderId | None, order: Order
    ) -> Order | None:
        """Give the order that a broker calls so now where it is another one than `order`, and never was called so itself.

        Where ids begin anew with each session, one that another order had in an earlier one says nothing against this one.
        """
        if type(venue_order_id) is not str:
            return None
        now = self.by_venue_id.get(broker, {}).get(venue_order_id)
        if now is order or (self.earlier and self.earlier.get(broker, {}).get(venue_order_id) is order):
            return None
        return now

    def named_at_venue(self, broker: BrokerName, venue_order_id: VenueOrderId | None) -> Order | None:
        """Give the order that a broker calls so now, or called so in an earlier session and which is still open."""
        if type(venue_order_id) is not str:
            return None
        order = self.by_venue_id.get(broker, {}).get(venue_order_id)
        if order is None and self.earlier:
            order = self.earlier.get(broker, {}).get(venue_order_id)
            return None if order is None or order.is_closed else order
        return order

"""What we ask of a broker. Only routing makes these; the names are FIX's messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias

from oms.model.contingency import Contingency
from oms.model.define import record
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, ListId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce


@record
class NewOrderSingle:
    """Message D: work this order.

    Attributes:
        broker: Whom it goes to.
        order_id: Our own identity of the order; not for the wire.
        cl_ord_id: The request's identity (11).
        time_ns: When it was decided, in nanoseconds UTC.
        symbol: What to trade.
        side: Buy or sell.
        order_qty: How much (38).
        terms: At what price.
        time_in_force: For how long.
        account: For whom (1).
        cash_order_qty: The amount of money to spend instead of a quantity, which is 0 then (152).
        instructions: How it is to be handled beside its price and time (18, 110); None where nothing is asked for.
    """

    broker: BrokerName
    order_id: OrderId
    cl_ord_id: ClOrdId
    time_ns: int
    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    cash_order_qty: Decimal | None = None
    instructions: Instructions | None = None


@record
class NewOrderList:
    """Message E: work these orders, which depend on one another, or refuse all of them.

    Attributes:
        broker: Whom it goes to.
        list_id: What the list goes by (66).
        time_ns: When it was decided, in nanoseconds UTC.
        contingency: How they depend on one another; see `oms.model.contingencies.type_of` for FIX's words (1385).
        orders: One for each leg of the tree, in the order of `oms.model.contingency.legs_of`. The quantity of each is what it
            may come to at most; how much of it works follows from the others.
    """

    broker: BrokerName
    list_id: ListId
    time_ns: int
    contingency: Contingency
    orders: tuple[NewOrderSingle, ...]

    @property
    def order_id(self) -> OrderId:
        """Our own identity of its first order."""
        return self.orders[0].order_id

    @property
    def cl_ord_id(self) -> ClOrdId:
        """The identity of its first order."""
        return self.orders[0].cl_ord_id


@record
class OrderCancelRequest:
    """Message F: cancel what is left.

    Attributes:
        orig_cl_ord_id: The last identity sent for the order that has not been refused (41).
        venue_order_id: What the venue calls the order, where it has said so (37).
        order_qty: The order's total (38).
    """

    broker: BrokerName
    order_id: OrderId
    cl_ord_id: ClOrdId
    time_ns: int
    orig_cl_ord_id: ClOrdId
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    order_qty: Decimal
    account: Account


@record
class OrderCancelReplaceRequest:
    """Message G: work the order on these terms instead.

    Attributes:
        orig_cl_ord_id: The last identity sent for the order that has not been refused (41).
        venue_order_id: What the venue calls the order, where it has said so (37).
        order_qty: The total wanted, what has traded included (38).
        terms: The terms wanted, whole.
    """

    broker: BrokerName
    order_id: OrderId
    cl_ord_id: ClOrdId
    time_ns: int
    orig_cl_ord_id: ClOrdId
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account


@record
class OrderStatusRequest:
    """Message H: say what the order is now.

    Attributes:
        cl_ord_id: The identity that is asked about: the order's, or that of a request that is in doubt (11).
        orig_cl_ord_id: The identity in force where `cl_ord_id` is that of a cancel or replace, else None.
        venue_order_id: What the venue calls the order, where it has said so (37).
    """

    broker: BrokerName
    order_id: OrderId
    cl_ord_id: ClOrdId
    time_ns: int
    orig_cl_ord_id: ClOrdId | None
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    account: Account


@record
class TradeCaptureReportRequest:
    """Message AD: say what has executed since.

    Attributes:
        cursor: Where the last answer ended, in the broker's words; None for everything that it can tell.
    """

    broker: BrokerName
    time_ns: int
    cursor: str | None


@record
class OrderMassStatusRequest:
    """Message AF: say which orders are open.

    Attributes:
        after_sequence: The newest event by then: what the events up to it have asked for has left before this question. An
            answer that is complete gives it back.
    """

    broker: BrokerName
    time_ns: int
    after_sequence: int


@record
class RequestForPositions:
    """Message AN: say what is held."""

    broker: BrokerName
    time_ns: int


ListingRequest: TypeAlias = TradeCaptureReportRequest | OrderMassStatusRequest | RequestForPositions
"""What is asked of a broker as a whole."""

Request: TypeAlias = (
    NewOrderSingle | NewOrderList | OrderCancelRequest | OrderCancelReplaceRequest | OrderStatusRequest
)
"""What is asked of a broker about orders."""

Outgoing: TypeAlias = Request | ListingRequest
"""Whatever leaves for a broker."""


def new_orders(request: Request) -> tuple[NewOrderSingle, ...]:
    """Give the orders that a request places."""
    if type(request) is NewOrderList:
        return request.orders
    return (request,) if type(request) is NewOrderSingle else ()


def ids_of(requests: Iterable[Request]) -> Iterator[ClOrdId]:
    """Give the ClOrdIDs of requests, of a list those of all its orders; a question about an order without one has none."""
    for request in requests:
        for one in new_orders(request) or (request,):
            if one.cl_ord_id:
                yield one.cl_ord_id

"""An order as a row, with every fact of it and every name by which it is found, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from attrs import fields

from oms.engine.order_index import OrderIndex
from oms.model.define import record
from oms.model.enums import Life, OrdStatus, RequestKind, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.instructions import Instructions
from oms.model.order import NO_AMENDMENTS, NO_MARKS, NOTHING_SEEN, Loss, Mark, Order
from oms.model.outstanding import NO_REQUESTS, OutstandingRequest
from oms.model.reasons import Reason
from oms.model.routing import RouteDecision
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

# What is written is what `Order` keeps to itself.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


@record
class OrderRow:
    """An order as it stands; the fields up to `splits` are those of `Order`, and so are `routing` and `given_time_in_force`; the others name it in the index.

    Attributes:
        has_ref: It is the one that its `client_ref` names.
    """

    order_id: OrderId
    symbol: Symbol
    side: Side
    order_qty: Decimal
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None
    reference_px: Decimal | None
    created_ns: int
    cash_order_qty: Decimal | None
    instructions: Instructions | None
    given_terms: Terms | None
    life: Life
    status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    notional: Decimal
    avg_px: Decimal | None
    broker: BrokerName | None
    cl_ord_id: ClOrdId | None
    venue_order_id: VenueOrderId | None
    is_pending: bool
    exposed_qty: Decimal
    is_external: bool
    text: str
    day: str
    day_cum_qty: Decimal
    is_over: bool
    lost_qty: Decimal
    reasons: tuple[Reason, ...]
    guarantee: tuple[Decimal | None, Decimal | None] | None
    losses: tuple[Loss, ...]
    requests: tuple[OutstandingRequest, ...]
    marks: tuple[tuple[Mark, int, int], ...]
    amendments: tuple[tuple[ClOrdId, RequestKind], ...]
    said: tuple[int, int, bool] | None
    cleared: tuple[tuple[Mark, int, int], ...]
    acknowledged: tuple[int, int] | None
    asked_qty: Decimal | None
    end: tuple[int, int, ClOrdId | None] | None
    seen: tuple[tuple[str, int], ...]
    splits: tuple[tuple[int, Decimal, Decimal, str, int], ...]
    cl_ord_ids: tuple[ClOrdId, ...]
    foreign_ids: tuple[tuple[BrokerName, ClOrdId], ...]
    venue_ids: tuple[tuple[BrokerName, VenueOrderId], ...]
    earlier_ids: tuple[tuple[BrokerName, VenueOrderId], ...]
    has_ref: bool
    routing: RouteDecision | None = None
    given_time_in_force: TimeInForce | None = None


@record
class Names:
    """By what an order is found, besides its own number and reference."""

    cl_ord_ids: list[ClOrdId]
    foreign_ids: list[tuple[BrokerName, ClOrdId]]
    venue_ids: list[tuple[BrokerName, VenueOrderId]]
    earlier_ids: list[tuple[BrokerName, VenueOrderId]]


_REBUILT: Final = frozenset(
    {"routing", "given_time_in_force", "requests", "marks", "cleared", "amendments", "seen"}
)
_AS_THEY_ARE: Final = tuple(
    item.name for item in fields(OrderRow) if f"_{item.name}" in Order.__slots__ and item.name not in _REBUILT
)
"""The facts that a row holds in the same form as the order."""


def row_of(order: Order, names: Names, *, has_ref: bool) -> OrderRow:
    """Give an order as a row."""
    facts: dict[str, Any] = {name: getattr(order, f"_{name}") for name in _AS_THEY_ARE}
    return OrderRow(
        **facts,
        requests=tuple(order._requests.values()),
        marks=tuple((mark, *said) for mark, said in order._marks.items()),
        cleared=tuple((mark, *said) for mark, said in sorted(order._cleared.items(), key=str)),
        amendments=tuple(order._amendments.items()),
        # A set has no order; sorted, equal orders make equal texts.
        seen=tuple(sorted(order._seen)),
        cl_ord_ids=tuple(sorted(names.cl_ord_ids)),
        foreign_ids=tuple(sorted(names.foreign_ids)),
        venue_ids=tuple(sorted(names.venue_ids)),
        earlier_ids=tuple(sorted(names.earlier_ids)),
        has_ref=has_ref,
        routing=order.routing,
        given_time_in_force=getattr(order, "_given_time_in_force", None),
    )


def order_of(row: OrderRow, into: Order | None = None) -> Order:
    """Give the order that a row was made from; `into` is set to it where a handle of it is still about."""
    order = Order.__new__(Order) if into is None else into
    for name in _AS_THEY_ARE:
        setattr(order, f"_{name}", getattr(row, name))
    order._requests = {request.cl_ord_id: request for request in row.requests} or NO_REQUESTS
    order._marks = {mark: (at_ns, number) for mark, at_ns, number in row.marks} or NO_MARKS
    order._cleared = {mark: (at_ns, number) for mark, at_ns, number in row.cleared} or NO_MARKS
    order._amendments = dict(row.amendments) or NO_AMENDMENTS
    order._seen = frozenset(row.seen) or NOTHING_SEEN
    if row.routing is not None:
        order._routing = row.routing
    if row.given_time_in_force is not None:
        order._given_time_in_force = row.given_time_in_force
    return order


def put_back(index: OrderIndex, row: OrderRow, order: Order) -> None:
    """Take an order into the index, under every name that a row gives it; a name that another order has by now stays its."""
    index.by_id[order._order_id] = order
    if row.has_ref and order._client_ref is not None:
        index.by_client_ref.setdefault(order._client_ref, order)
    for identity in row.cl_ord_ids:
        index.by_cl_ord_id.setdefault(identity, order)
    for broker, identity in row.foreign_ids:
        index.name_request(broker, identity, order)
    for broker, name in row.venue_ids:
        index.name_at_venue(broker, name, order)
    for broker, name in row.earlier_ids:
        index.earlier.setdefault(broker, {}).setdefault(name, order)

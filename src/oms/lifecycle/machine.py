"""Apply an event to an order. The only writer of orders, and the only reader of the transition tables.

An illegal event raises before anything moved. Decimal operators are used as they are, so call this inside
`oms.model.decimals.exact_arithmetic`, as the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, Final

from attrs import evolve

from oms.errors import TransitionError
from oms.lifecycle.facts import CHANGES, mark
from oms.lifecycle.states import OF_LIFE, status_of
from oms.lifecycle.transitions import LIFE, MARKS, REQUESTS, MarkEffect, Notes, Takes
from oms.model import events as ev
from oms.model.enums import Life, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Order
from oms.model.outstanding import NO_REQUESTS, OutstandingRequest

# This module writes what `Order` keeps to itself; nobody else may.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_SELDOM: Final = ("__weakref__", "_given_time_in_force", "_routing")
_FACTS: Final = tuple(slot for slot in Order.__slots__ if slot not in _SELDOM)
_FILLED: Final = OrdStatus.FILLED
_PARTIALLY_FILLED: Final = OrdStatus.PARTIALLY_FILLED
_OUTRANKED_BY_A_FILL: Final = frozenset({Life.LIVE, Life.REJECTED})
_LIVE: Final = Life.LIVE
_NEW: Final = RequestKind.NEW
_REPLACE: Final = RequestKind.REPLACE


def apply(order: Order, event: ev.OrderEvent) -> None:
    """Move an order by an event, and fill the event's after-values in.

    Raises:
        TransitionError: The tables do not allow this event in the order's state; nothing has moved.
    """
    lives, change, adds, answer, marks = _STEPS[type(event)]
    try:
        life = order._life = lives[order._life]
    except KeyError:
        raise TransitionError(
            f"{type(event).__name__} is not allowed for an order that is {order._life.value}: {order!r}"
        ) from None
    if change is not None:
        change(order, event)
    if adds is not None:
        _add(order, event, adds)
    elif answer is not None and order._requests:
        answer(order, event)
    if marks is not None and (order._marks or marks.sets):
        mark(order, event, marks.sets, marks.clears)
    # The general answer is `status_of`; nearly every order has no mark and nothing pending, and is read off directly.
    cum_qty = order._cum_qty
    if order._is_pending or order._marks:
        status = status_of(order)
    # A total of 0 is one that is not known yet: that of an order given as an amount of money.
    elif not cum_qty or (
        life not in _OUTRANKED_BY_A_FILL and (cum_qty < order._order_qty or not order._order_qty)
    ):
        status = OF_LIFE[life]
    else:
        status = _FILLED if cum_qty >= order._order_qty and order._order_qty else _PARTIALLY_FILLED
    order._status = status
    # The event is frozen to the type checkers; `Any` lets its maker finish it.
    stamped: Any = event
    stamped.status = status
    stamped.cum_qty = cum_qty
    stamped.leaves_qty = order._leaves_qty
    stamped.avg_px = order._avg_px


def new_order(event: ev.OrderCreated | ev.OrderAdopted) -> Order:
    """Give the order that an event begins, as it stands before that event is applied."""
    if isinstance(event, ev.OrderAdopted):
        whose = (event.time_in_force, event.account, None, None, event.time_ns)
        return Order(event.order_id, event.symbol, event.side, event.order_qty, event.terms, *whose)
    return Order(
        event.order_id, event.symbol, event.side, event.order_qty, event.terms, event.time_in_force, event.account,
        event.client_ref, event.reference_px, event.time_ns, event.cash_order_qty, event.instructions,
    )  # fmt: skip


def fulfil(order: Order, event: ev.OrderCreated | ev.OrderAdopted) -> None:
    """Begin an order whose handle was given out before, as `new_order` does; it forgets whatever it was."""
    become(order, new_order(event))


def become(order: Order, other: Order) -> None:
    """Let a handle that somebody holds stand for what another one stands for."""
    was_held = order._given_terms is not None or other._given_terms is not None
    for slot in _FACTS:
        setattr(order, slot, getattr(other, slot))
    # The facts that most orders do not have.
    if was_held:
        if hasattr(other, "_given_time_in_force"):
            order._given_time_in_force = other._given_time_in_force
        elif hasattr(order, "_given_time_in_force"):
            del order._given_time_in_force
    if other.routing is not None:
        order._routing = other.routing
    elif order.routing is not None:
        del order._routing


def unsend(order: Order) -> None:
    """Let a handle say that its order is unsent: what made it more was never recorded, and never left."""
    whose = (order._time_in_force, order._account, order._client_ref, None, order._created_ns)
    become(
        order,
        Order(
            order._order_id, order._symbol, order._side, order._order_qty, order._terms, *whose, order._cash_order_qty,
            order._instructions,
        ),
    )  # fmt: skip


def lives_that_allow(kind: type[ev.OrderEvent]) -> Container[Life]:
    """Give every life in which an event of this class may happen to an order."""
    return _STEPS[kind][0].keys()


def is_allowed(order: Order, kind: type[ev.OrderEvent]) -> bool:
    """Tell whether an event of this class may happen to the order now."""
    return order._life in _STEPS[kind][0]


# ---------------------------------------------------------------- the set of unanswered requests


def request_of(order: Order, identity: str | None) -> OutstandingRequest | None:
    """Give the unanswered request of an identity; None if there is none."""
    return next((request for known, request in order._requests.items() if known == identity), None)


def _add(order: Order, event: Any, kind: RequestKind) -> None:
    identity = event.cl_ord_id
    if kind is _NEW:
        request = OutstandingRequest(identity, kind, event.time_ns, None, None)
    else:
        order._amendments = {**order._amendments, identity: kind}
        if kind is _REPLACE:
            request = OutstandingRequest(
                identity,
                kind,
                event.time_ns,
                event.order_qty,
                event.terms,
                time_in_force=event.time_in_force,
            )
        else:
            request = OutstandingRequest(identity, kind, event.time_ns, None, None)
    # The empty set is shared by all orders, so it is replaced and never written to.
    order._requests = {**order._requests, identity: request}


def _keep(order: Order, requests: dict[ClOrdId, OutstandingRequest]) -> None:
    order._requests = requests or NO_REQUESTS
    order._is_pending = any(request.pending for request in requests.values())


def _answer_new(order: Order, event: Any) -> None:
    requests = order._requests
    if len(requests) == 1:
        (request,) = requests.values()
        if request.kind is _NEW:
            order._requests = NO_REQUESTS
            order._is_pending = False
        return
    _keep(order, {key: request for key, request in requests.items() if request.kind is not _NEW})


def _answer_own(order: Order, event: Any) -> None:
    _keep(order, {key: request for key, request in order._requests.items() if key != event.cl_ord_id})


def _answer_new_and_own(order: Order, event: Any) -> None:
    _answer_own(order, event)
    _answer_new(order, event)


def _answer_all(order: Order, event: Any) -> None:
    order._requests = NO_REQUESTS
    order._is_pending = False


def _note_pending(order: Order, event: Any) -> None:
    noted = order._requests.get(event.cl_ord_id)
    if noted is not None:
        # A broker that is deciding has the request: it is no longer in doubt.
        _keep(order, {**order._requests, event.cl_ord_id: evolve(noted, pending=True, in_doubt=False)})


def _note_new_pending(order: Order, event: Any) -> None:
    for identity, noted in order._requests.items():
        if noted.kind is _NEW:
            # A broker that has the order: it is no longer in doubt.
            _keep(order, {**order._requests, identity: evolve(noted, pending=True, in_doubt=False)})
            return


def _note_in_doubt(order: Order, event: Any) -> None:
    noted = order._requests.get(event.cl_ord_id)
    if noted is not None:
        _keep(order, {**order._requests, event.cl_ord_id: evolve(noted, in_doubt=True)})


_ANSWERS: Final[dict[Takes, Callable[[Order, Any], None] | None]] = {
    Takes.NOTHING: None,
    Takes.ITS_OWN: _answer_own,
    Takes.NEW: _answer_new,
    Takes.NEW_AND_ITS_OWN: _answer_new_and_own,
    Takes.ALL: _answer_all,
}
_NOTES: Final[dict[Notes, Callable[[Order, Any], None] | None]] = {
    Notes.NOTHING: None,
    Notes.PENDING: _note_pending,
    Notes.NEW_PENDING: _note_new_pending,
    Notes.IN_DOUBT: _note_in_doubt,
}


_Change = Callable[[Order, Any], None]
_Step = tuple[dict[Life, Life], _Change | None, RequestKind | None, _Change | None, MarkEffect | None]

_STEPS: Final[dict[type[ev.OrderEvent], _Step]] = {
    kind: (
        {life: row[kind] for life, row in LIFE.items() if kind in row},
        CHANGES.get(kind),
        effect.adds,
        _ANSWERS[effect.takes] or _NOTES[effect.notes],
        MARKS.get(kind),
    )
    for kind, effect in REQUESTS.items()
}
"""The tables, brought together under each event: what it takes one look-up to know."""

ORDER_EVENTS: Final = frozenset(_STEPS)
"""Every class of event that may happen to an order."""

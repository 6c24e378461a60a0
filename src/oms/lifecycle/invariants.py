"""What is true of every order whatever has happened to it: one checker, for tests and for every recovered journal.

It works the facts out again in the slowest and plainest way and says where the order disagrees.
"""

from __future__ import annotations

from collections.abc import Iterator

from oms.lifecycle.facts import counted_qty
from oms.lifecycle.states import status_of
from oms.model.decimals import QUOTIENT, ZERO, exact_arithmetic
from oms.model.enums import Life, RequestKind
from oms.model.order import Mark, Order
from oms.model.terms import Strategy

# What is no longer to be traded is known to an order alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def check_order(order: Order) -> tuple[str, ...]:
    """Give everything that is wrong with an order, as sentences that begin with its id; nothing when all is well."""
    with exact_arithmetic():
        found = (*_check_quantities(order), *_check_requests(order), *_check_life(order))
    return tuple(f"order {order.order_id}: {what}" for what in found)


def _check_quantities(order: Order) -> Iterator[str]:
    if order.cum_qty < ZERO:
        yield f"cum_qty is {order.cum_qty}, below zero"
    works = not order.is_ended and not order._is_over
    left = max(order.order_qty - order.cum_qty - order._lost_qty, ZERO) if works else ZERO
    if order.leaves_qty != left:
        yield f"leaves_qty is {order.leaves_qty}, {order.cum_qty} of {order.order_qty} executed leave {left}"
    lost = sum((counted_qty(order, *loss[2:]) for loss in order._losses), ZERO)
    if order._lost_qty != lost:
        yield f"{order._lost_qty} are taken for lost, one by one they are {lost}"
    if not ZERO <= order.day_cum_qty <= order.cum_qty:
        yield f"day_cum_qty is {order.day_cum_qty} of a cum_qty of {order.cum_qty}"
    if not order.cum_qty and order.notional:
        yield f"notional is {order.notional} with nothing executed"
    average = QUOTIENT.divide(order.notional, order.cum_qty) if order.cum_qty else None
    if order.avg_px != average:
        yield f"avg_px is {order.avg_px}, {order.notional} over {order.cum_qty} is {average}"


def _check_requests(order: Order) -> Iterator[str]:
    requests = order.outstanding_requests
    if len({request.cl_ord_id for request in requests}) < len(requests):
        yield "two outstanding requests have one identity"
    if order.is_ended and requests:
        yield f"it is {order.life.value} with {len(requests)} outstanding requests"
    awaited = sum(request.kind is RequestKind.NEW for request in requests)
    if awaited != (order.life is Life.SENT and not order.is_external):
        yield f"it is {order.life.value} with {awaited} unanswered new orders"
    for request in requests:
        has_terms = request.order_qty is not None and request.terms is not None
        if has_terms is not (request.kind is RequestKind.REPLACE):
            yield f"the {request.kind.value} request {request.cl_ord_id} asks for {request.order_qty} on {request.terms}"


def _check_life(order: Order) -> Iterator[str]:
    if order.status is not status_of(order):
        yield f"it is shown as {order.status.name}, its facts say {status_of(order).name}"
    kept = order.marks - {Mark.CALCULATED}
    if order.is_ended and kept:
        yield f"it is {order.life.value} and still {', '.join(sorted(mark.value for mark in kept))}"
    if (order.life is Life.DENIED) is not bool(order.reasons):
        yield f"it is {order.life.value} with {len(order.reasons)} reasons"
    was_sent = order.life is not Life.UNSENT and order.life is not Life.DENIED
    # What was held here may have ended without ever having been sent; what is worked here never is.
    is_worked = order._given_terms is not None and isinstance(order.terms, Strategy)
    was_sent &= not (
        order._given_terms is not None and order.broker is None and (order.is_ended or is_worked)
    )
    is_named = order.cl_ord_id is not None or (order.is_external and order.venue_order_id is not None)
    if (order.broker is not None) is not was_sent or is_named is not was_sent:
        yield f"it is {order.life.value} at {order.broker} as {order.cl_ord_id}"
    if order.cum_qty and (not (was_sent or is_worked) or order.life is Life.SENT):
        yield f"it is {order.life.value} with {order.cum_qty} executed"

"""Why an order stands where it stands: the last sentences of its story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from oms.model import events as ev
from oms.model.decimals import plain
from oms.model.define import value
from oms.model.enums import Life, RequestKind
from oms.model.order import Mark, Order
from oms.model.outstanding import OutstandingRequest
from oms.model.parent import is_parent
from oms.projections import wording
from oms.projections.rebuilding import Doubt
from oms.projections.sentences import because, is_cancel_asked, of_guarantee, of_reasons


@value(kw_only=True)
class Known:
    """What the journal says of an order that the order itself does not keep.

    Attributes:
        doubts: Its requests that are in doubt.
        executions: How many of its executions stand.
        ended: Why its life ended, from `ending`; empty while it has not.
        held: The reports about it that are kept because they cannot be understood yet, oldest first.
        anomalies: The numbers of the anomalies about it that nobody has acknowledged.
    """

    doubts: Sequence[Doubt]
    executions: int
    ended: str
    held: Sequence[ev.ReportHeld]
    anomalies: Sequence[int]


def ending(event: ev.OrderEvent, order: Order, canceled_by: str) -> str:
    """Tell why an order's life ended.

    Args:
        event: What ended it.
        order: The order as it stood before.
        canceled_by: Who asked for the last cancel that was sent.
    """
    match event:
        case ev.OrderDenied(reasons=reasons):
            return of_reasons(reasons)
        case ev.OrderRejected(text=text, reject_code=code):
            return f"refused by {order.broker}{because(text, code)}"
        case ev.OrderCanceled(text=text):
            if is_cancel_asked(order):
                asked = f"asked for by {wording.words(canceled_by) or 'the caller'}"
            elif Mark.PENDING_CANCEL in order.marks:
                asked = "asked for elsewhere"
            else:
                asked = wording.at_once(order.time_in_force) or "not asked for by us"
            return f"{asked}{because(text)}"
        case ev.OrderExpired(text=text):
            return f"by its time in force{because(text)}"
        case _:
            return ""


def verdict(order: Order, known: Known) -> Iterator[str]:
    """Tell why an order stands where it stands."""
    shown = wording.of_status(order.status) + (", IN DOUBT" if order.is_in_doubt else "")
    why = "; ".join(filter(None, (_executed(order, known.executions), _cause(order, known.ended))))
    yield f"{shown}: {why}."
    if order.is_external:
        yield f"It was not given here, but adopted from what {order.broker} reported."
    for mark in sorted(order.marks, key=lambda mark: mark.value):
        yield _marked(mark, order)
    doubts = {doubt.request.cl_ord_id: doubt for doubt in known.doubts}
    for request in order.outstanding_requests:
        doubt = doubts.get(request.cl_ord_id)
        yield _unanswered(request, order.broker) if doubt is None else _doubted(doubt)
    if order.is_filled and order.cum_qty > order.order_qty:
        whom = "those who executed its children" if is_parent(order) else order.broker
        yield f"OVERFILLED: {plain(order.cum_qty - order.order_qty)} more than asked for. Take it up with {whom}."
    for held in known.held:
        yield f"A report about it, #{held.sequence}, is kept until it can be understood{because(held.text)}."
    if known.anomalies:
        yield _unacknowledged(known.anomalies)


def _executed(order: Order, executions: int) -> str:
    if order.life is Life.UNSENT or order.life is Life.DENIED:
        return ""
    if not order.cum_qty or order.avg_px is None:
        return "nothing executed"
    pieces = "its children" if is_parent(order) else f"{executions} execution{'' if executions == 1 else 's'}"
    by = "by" if is_parent(order) else "in"
    of_total = f" of {plain(order.order_qty)}" if order.order_qty else ""
    return f"{plain(order.cum_qty)}{of_total} executed {by} {pieces}, average {wording.rounded(order.avg_px)}"


def _cause(order: Order, ended: str) -> str:
    if order.life is Life.UNSENT:
        return "asked for, and not decided upon before the journal ends"
    if order.life is Life.SENT:
        how = "with" if order.is_external else "sent to"
        return f"{how} {order.broker}, which has not confirmed it"
    return _working(order) if order.life is Life.LIVE else ended


def _working(order: Order) -> str:
    unfilled = order.order_qty - order.cum_qty
    if order.leaves_qty:
        lost = unfilled - order.leaves_qty
        more = f", and {plain(lost)} that was busted does not work again" if lost else ""
        where = "worked here by its children" if is_parent(order) else f"with {order.broker}"
        return f"{plain(order.leaves_qty)} left, {where}{more}"
    if order.is_filled:
        return ""
    if not order.is_closed and order.cash_order_qty is not None:
        cash = plain(order.cash_order_qty)
        return f"for {cash} in cash, with {order.broker}, which has not said how much that buys"
    if Mark.DONE_FOR_DAY in order.marks:
        return f"its day is done, and the other {plain(unfilled)} will not trade"
    return f"the other {plain(unfilled)} will not trade: what was busted does not work again"


def _marked(mark: Mark, order: Order) -> str:
    match mark:
        case Mark.DONE_FOR_DAY:
            return (
                "The venue executes no more of it."
                if order.is_closed
                else "The venue executes no more of it today."
            )
        case Mark.STOPPED:
            return f"The venue guarantees {of_guarantee(order.guarantee or (None, None))}."
        case Mark.SUSPENDED:
            return "The venue holds it back."
        case Mark.CALCULATED:
            return "The venue has reported its end-of-day figures."
        case Mark.ACCEPTED_FOR_BIDDING:
            return "The venue has it and is pricing the list that it belongs to."
        case Mark.PENDING_CANCEL:
            return "The broker is deciding on a cancel that was asked for elsewhere."
        case Mark.PENDING_REPLACE:
            return "The broker is deciding on a replace that was asked for elsewhere."
        case _:
            assert_never(mark)


def _unanswered(request: OutstandingRequest, broker: str | None) -> str:
    what = f"The {wording.of_request(request.kind)} {request.cl_ord_id}"
    if not request.pending:
        return f"{what}, sent {wording.day_and_time(request.sent_ns)} UTC, is not answered yet."
    if request.kind is RequestKind.NEW:
        return f"{broker} has it, as {request.cl_ord_id}, and has not decided."
    return f"{what} is with {broker}, which has not decided."


def _doubted(doubt: Doubt) -> str:
    broker, asked = doubt.order.broker, doubt.asked
    what = f"{wording.of_request(doubt.request.kind)} {doubt.request.cl_ord_id}"
    since = f"In doubt since {wording.day_and_time(asked.since_ns)} UTC: nobody knows whether {broker} has the {what}."
    if not asked.attempts:
        return f"{since} It was not asked about yet; only evidence resolves it."
    last = wording.day_and_time(asked.asked_ns)
    return f"{since} Asked about {wording.times(asked.attempts)}, last {last} UTC; only evidence resolves it."


def _unacknowledged(numbers: Sequence[int]) -> str:
    which = ", ".join(f"#{number}" for number in numbers)
    if len(numbers) == 1:
        return f"1 anomaly about it is acknowledged by nobody: {which}. Somebody should look."
    return f"{len(numbers)} anomalies about it are acknowledged by nobody: {which}. Somebody should look."

"""The sentences of an order's story: one for each class of event, and why an order stands where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from oms.model import events as ev
from oms.model.decimals import plain
from oms.model.define import value
from oms.model.enums import Life, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark, Order, OrderSnapshot, OutstandingRequest
from oms.model.reasons import Reason
from oms.projections import wording

MAX_REASONS: Final = 2000
"""How much of the reasons for a refusal is told, in characters: there may be a dozen."""


@value(kw_only=True)
class Step:
    """One event of the story.

    Attributes:
        sequence: Its place in the journal.
        time_ns: When, in nanoseconds UTC.
        gap_ns: How long after the step before it; None for the first.
        who: Who spoke and how, such as `paper: ExecutionReport`.
        input_sequence: The first event of the input that led to it; steps of one input share it.
        text: What happened.
        after: What the order was shown as afterwards; empty where the step is not an event of the order itself.
    """

    sequence: int
    time_ns: int
    gap_ns: int | None
    who: str
    input_sequence: int
    text: str
    after: str


def headline(order: OrderSnapshot) -> str:
    """Give which order it is, and what it is for."""
    return f"Order {order.order_id}: {title(order)}"


def names(order: OrderSnapshot) -> str:
    """Give the other names that an order has, and whom it belongs to."""
    known = {
        "account": order.account,
        "ref": order.client_ref,
        "broker": order.broker,
        "ClOrdID": order.cl_ord_id,
        "venue id": order.venue_order_id,
    }
    return ", ".join(f"{what} {wording.words(name)}" for what, name in known.items() if name)


def table(steps: Sequence[Step]) -> str:
    """Give the steps of a story as an aligned text table, with a line wherever a day begins."""
    rows: list[tuple[str, ...]] = []
    day = ""
    spoken: int | None = None
    for step in steps:
        today = wording.day(step.time_ns)
        if today != day:
            rows.append(("", f"{today} UTC", "", "", "", ""))
            day = today
        # What one input led to is one paragraph: who spoke is said once.
        is_same_input = spoken == step.input_sequence
        spoken = step.input_sequence
        passed = "" if is_same_input or step.gap_ns is None else f"+{wording.gap(step.gap_ns)}"
        rows.append(
            (
                f"#{step.sequence}",
                wording.time_of_day(step.time_ns),
                passed,
                "" if is_same_input else step.who,
                step.after,
                step.text,
            )
        )
    return wording.table((">event", "time", ">after", "who and how", "stands at", "what happened"), rows)


def speaker(cause: ev.Cause) -> str:
    """Give who spoke and how, such as `paper: ExecutionReport`."""
    return wording.words(f"{cause.origin}: {cause.kind}" if cause.origin else cause.kind)


def title(order: Order | OrderSnapshot | ev.OrderCreated) -> str:
    """Give what an order is for, in a few words."""
    terms, tif = wording.of_terms(order.terms), wording.of_time_in_force(order.time_in_force)
    return f"{wording.of_side(order.side)} {plain(order.order_qty)} {order.symbol} {terms} {tif}"


def after(event: ev.OrderEvent, order: Order) -> str:
    """Give the values after an event, such as `PARTIALLY FILLED 40/100 @ 189.5`."""
    average = "" if event.avg_px is None else f" @ {wording.rounded(event.avg_px)}"
    return f"{wording.of_status(event.status)} {plain(event.cum_qty)}/{plain(order.order_qty)}{average}"


def anomaly(event: ev.AnomalyRaised) -> str:
    """Tell of something that cannot simply be believed."""
    return f"ANOMALY, {event.code.value}: {wording.words(event.text)}"


def of_event(event: ev.OrderEvent, order: Order) -> str:
    """Tell an event in words.

    Args:
        event: What happened.
        order: The order as it stood before.
    """
    return _TOLD[type(event)](event, order)


# ---------------------------------------------------------------- one sentence an event


def _because(text: str, code: str = "") -> str:
    said = wording.words(" ".join(filter(None, (text, code and f"[{code}]"))))
    return f": {said}" if said else ""


def _named(venue_order_id: str | None, order: Order) -> str:
    if not venue_order_id or venue_order_id == order.venue_order_id:
        return ""
    return f", the venue calls it {wording.words(venue_order_id)}"


def _reasons(reasons: tuple[Reason, ...]) -> str:
    return wording.words("; ".join(str(reason) for reason in reasons), MAX_REASONS)


def _created(event: ev.OrderCreated) -> str:
    market = ""
    if event.reference_px is not None:
        market = f"; the market was at {plain(event.reference_px)}, {wording.gap(event.time_ns - event.reference_ns)} before"
    return f"asked for: {title(event)}{market}"


def _traded(event: ev.Traded, order: Order) -> str:
    role = wording.of_liquidity(event.last_liquidity_ind)
    fee = f"{plain(event.commission)} {event.comm_currency}".rstrip()
    details = [
        f"execution {event.exec_id}",
        role,
        f"fee {fee}" if event.commission else "",
        f"at the venue {wording.time_of_day(event.transact_time_ns)}" if event.transact_time_ns else "",
    ]
    late = "late: " if order.is_ended else ""
    what = f"{plain(event.last_qty)} at {plain(event.last_px)}"
    return f"{late}executed {what} ({wording.words(', '.join(filter(None, details)))})"


def _corrected(event: ev.TradeCorrected) -> str:
    now, was = _lot(event.last_qty, event.last_px), _lot(event.old_qty, event.old_px)
    return f"execution {wording.words(event.exec_ref_id)} is corrected: {now}, not {was}"


def _busted(event: ev.TradeCanceled) -> str:
    return f"execution {wording.words(event.exec_ref_id)} is busted: {_lot(event.old_qty, event.old_px)} did not happen"


def _lot(qty: Decimal, px: Decimal) -> str:
    return f"{plain(qty)} at {plain(px)}"


def _canceled(event: ev.OrderCanceled, order: Order) -> str:
    if _is_cancel_asked(order):
        return f"canceled{_because(event.text)}"
    return f"canceled, {wording.at_once(order.time_in_force) or 'though nobody here had asked'}{_because(event.text)}"


def _is_cancel_asked(order: Order) -> bool:
    return any(request.kind is RequestKind.CANCEL for request in order.outstanding_requests)


def _wanted(event: ev.ReplaceRequested | ev.OrderReplaced | ev.OrderRestated) -> str:
    return f"{plain(event.order_qty)} in all, {wording.of_terms(event.terms)}"


def _doubted(event: ev.RequestInDoubt, order: Order) -> str:
    request = next((r for r in order.outstanding_requests if r.cl_ord_id == event.cl_ord_id), None)
    what = "request" if request is None else _KINDS[request.kind]
    return f"the {what} {event.cl_ord_id} is in doubt: nobody knows whether it arrived{_because(event.text)}"


def _stopped(event: ev.OrderStopped) -> str:
    if event.last_qty is None or event.last_px is None:
        return "the venue guarantees a price"
    return f"the venue guarantees {_lot(event.last_qty, event.last_px)}"


def _ignored(event: ev.ReportIgnored) -> str:
    named = f" {event.exec_id}" if event.exec_id else ""
    return f"no news{_because(f'{event.exec_type}{named}: {event.text}')}"


def _venue(event: ev.OrderPendingCancel | ev.OrderPendingReplace) -> str:
    return f"{event.cl_ord_id} is with the broker, which has not decided"


_KINDS: Final = {RequestKind.NEW: "new order", RequestKind.CANCEL: "cancel", RequestKind.REPLACE: "replace"}

_TOLD: Final[dict[type[ev.OrderEvent], Callable[[Any, Order], str]]] = {
    ev.OrderCreated: lambda event, _: _created(event),
    ev.OrderDenied: lambda event, _: f"denied here, never sent: {_reasons(event.reasons)}",
    ev.OrderSubmitted: lambda event, _: f"new order {event.cl_ord_id} sent to {event.broker}",
    ev.OrderPendingNew: lambda event, order: (
        f"the broker has it and has not decided{_named(event.venue_order_id, order)}"
    ),
    ev.OrderAcknowledged: lambda event, order: f"acknowledged{_named(event.venue_order_id, order)}",
    ev.OrderRejected: lambda event, _: f"rejected{_because(event.text, event.reject_code)}",
    ev.Traded: _traded,
    ev.TradeCorrected: lambda event, _: _corrected(event),
    ev.TradeCanceled: lambda event, _: _busted(event),
    ev.CancelRequested: lambda event, order: (
        f"cancel {event.cl_ord_id} of {event.orig_cl_ord_id} sent to {order.broker}"
    ),
    ev.CancelDenied: lambda event, _: f"cancel refused here, not sent: {_reasons(event.reasons)}",
    ev.OrderPendingCancel: lambda event, _: f"cancel {_venue(event)}",
    ev.OrderCanceled: _canceled,
    ev.CancelRejected: lambda event, _: (
        f"cancel {event.cl_ord_id} refused{_because(event.text, event.reject_code)}"
    ),
    ev.ReplaceRequested: lambda event, order: (
        f"replace {event.cl_ord_id} of {event.orig_cl_ord_id} sent to {order.broker}: {_wanted(event)}"
    ),
    ev.ReplaceDenied: lambda event, _: f"replace refused here, not sent: {_reasons(event.reasons)}",
    ev.OrderPendingReplace: lambda event, _: f"replace {_venue(event)}",
    ev.OrderReplaced: lambda event, order: (
        f"replaced by {event.cl_ord_id}: {_wanted(event)}{_named(event.venue_order_id, order)}"
    ),
    ev.ReplaceRejected: lambda event, _: (
        f"replace {event.cl_ord_id} refused{_because(event.text, event.reject_code)}"
    ),
    ev.RequestInDoubt: _doubted,
    ev.OrderExpired: lambda event, _: f"expired{_because(event.text)}",
    ev.OrderDoneForDay: lambda event, _: f"done for the day{_because(event.text)}",
    ev.OrderStopped: lambda event, _: _stopped(event),
    ev.OrderSuspended: lambda event, _: f"suspended by the venue{_because(event.text)}",
    ev.OrderCalculated: lambda event, _: f"the venue reported its end-of-day figures{_because(event.text)}",
    ev.OrderRestated: lambda event, _: f"restated by the venue: {_wanted(event)}{_because(event.text)}",
    ev.OrderTriggered: lambda event, _: f"triggered{_because(event.text)}",
    ev.ReportIgnored: lambda event, _: _ignored(event),
}


# ---------------------------------------------------------------- why it stands where it stands


def ending(event: ev.OrderEvent, order: Order, canceled_by: str) -> str:
    """Tell why an order's life ended.

    Args:
        event: What ended it.
        order: The order as it stood before.
        canceled_by: Who asked for the last cancel that was sent.
    """
    match event:
        case ev.OrderDenied(reasons=reasons):
            return _reasons(reasons)
        case ev.OrderRejected(text=text, reject_code=code):
            return f"refused by {order.broker}{_because(text, code)}"
        case ev.OrderCanceled(text=text):
            if _is_cancel_asked(order):
                asked = f"asked for by {wording.words(canceled_by) or 'the caller'}"
            else:
                asked = wording.at_once(order.time_in_force) or "not asked for by us"
            return f"{asked}{_because(text)}"
        case ev.OrderExpired(text=text):
            return f"by its time in force{_because(text)}"
        case _:
            return ""


def verdict(
    order: Order, doubts: Mapping[ClOrdId, int], executions: int, ended: str, anomalies: int
) -> Iterator[str]:
    """Tell why an order stands where it stands.

    Args:
        order: The order as it stands.
        doubts: Since when requests have been in doubt, in nanoseconds UTC.
        executions: How many executions stand.
        ended: Why its life ended, from `ending`; empty while it has not.
        anomalies: How many were raised about it.
    """
    shown = wording.of_status(order.status) + (", IN DOUBT" if order.is_in_doubt else "")
    yield f"{shown}: {'; '.join(filter(None, (_executed(order, executions), _cause(order, ended))))}."
    for mark in sorted(order.marks, key=lambda mark: mark.value):
        yield _MARKED[mark]
    for request in order.outstanding_requests:
        yield _unanswered(request, doubts.get(request.cl_ord_id), order.broker)
    if order.cum_qty > order.order_qty:
        yield f"OVERFILLED: {plain(order.cum_qty - order.order_qty)} more than asked for. Take it up with {order.broker}."
    if anomalies:
        yield f"{anomalies} anomal{'y was' if anomalies == 1 else 'ies were'} raised about it; somebody should look."


def _cause(order: Order, ended: str) -> str:
    if order.life is Life.UNSENT:
        return "asked for, and not decided upon before the journal ends"
    if order.life is Life.SENT:
        return f"sent to {order.broker}, which has not confirmed it"
    if order.life is Life.LIVE and order.leaves_qty:
        return f"{plain(order.leaves_qty)} left, with {order.broker}"
    return ended


def _executed(order: Order, executions: int) -> str:
    if order.life is Life.UNSENT or order.life is Life.DENIED:
        return ""
    if not order.cum_qty or order.avg_px is None:
        return "nothing executed"
    pieces = f"{executions} execution{'' if executions == 1 else 's'}"
    done = f"{plain(order.cum_qty)} of {plain(order.order_qty)}"
    return f"{done} executed in {pieces}, average {wording.rounded(order.avg_px)}"


def _unanswered(request: OutstandingRequest, doubted_ns: int | None, broker: str | None) -> str:
    what = f"{_KINDS[request.kind]} {request.cl_ord_id}"
    if request.in_doubt and doubted_ns is not None:
        since = wording.day_and_time(doubted_ns)
        return f"In doubt since {since} UTC: nobody knows whether {broker} has the {what}. Query it; only evidence resolves it."
    if request.pending:
        return f"The {what} is with {broker}, which has not decided."
    return f"The {what}, sent {wording.day_and_time(request.sent_ns)} UTC, is not answered yet."


_MARKED: Final[dict[Mark, str]] = {
    Mark.PENDING_NEW: "The broker has it and has not decided.",
    Mark.DONE_FOR_DAY: "The venue executes no more of it today.",
    Mark.STOPPED: "The venue guarantees a price.",
    Mark.SUSPENDED: "The venue holds it back.",
    Mark.CALCULATED: "The venue has reported its end-of-day figures.",
}

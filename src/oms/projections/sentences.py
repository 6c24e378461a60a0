"""The sentences of an order's story: one for each class of event."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never

from oms.model import events as ev
from oms.model.decimals import ONE, plain
from oms.model.enums import RequestKind
from oms.model.order import Mark, Order
from oms.model.order_snapshot import OrderSnapshot
from oms.model.reasons import Reason
from oms.model.time_in_force import TimeInForce
from oms.projections import wording
from oms.projections.route_sentences import routed
from oms.projections.work_sentences import WORK_TOLD, of_slippage

MAX_REASONS: Final = 2000
"""How much of the reasons for a refusal is told, in characters: there may be a dozen."""

Restart: TypeAlias = ev.EpochStarted | ev.ManagerHalted | ev.ManagerResumed
"""Events that are about every order that was there."""

BreakEvent: TypeAlias = ev.BreakOpened | ev.BreakChanged | ev.BreakAssigned | ev.BreakResolved
"""Events about a difference between the books and a broker."""

Remark: TypeAlias = (
    ev.AnomalyRaised | ev.AnomalyAcknowledged | ev.ReportHeld | Restart | BreakEvent | ev.SlippageAlerted
)
"""Events that have a sentence in the story of an order without being events of it."""


def title(order: Order | OrderSnapshot | ev.OrderCreated | ev.OrderAdopted) -> str:
    """Give what an order is for, in a few words."""
    qty = f" {plain(order.order_qty)}" if order.order_qty else ""
    amount = None if isinstance(order, ev.OrderAdopted) else order.cash_order_qty
    cash = "" if amount is None else f" for {plain(amount)} in cash"
    terms, tif = wording.of_terms(order.terms), wording.of_time_in_force(order.time_in_force)
    return f"{wording.of_side(order.side)}{qty} {order.symbol}{cash} {terms} {tif}"


def of_event(event: ev.OrderEvent, order: Order) -> str:
    """Tell an event in words.

    Args:
        event: What happened.
        order: The order as it stood before.
    """
    return _TOLD[type(event)](event, order)


def of_remark(event: Remark) -> str:
    """Tell of what is not an event of the order itself: anomalies, reports that are kept, starts of the manager."""
    match event:
        case ev.AnomalyRaised(code=code, text=text):
            return f"ANOMALY, {code.value}: {wording.words(text)}"
        case ev.AnomalyAcknowledged(anomaly=number, reason=reason):
            who = wording.words(event.cause.origin) or "somebody"
            return f"anomaly #{number} acknowledged by {who}{because(reason)}"
        case ev.ReportHeld(text=text):
            return f"a report is kept until it can be understood{because(text)}"
        case ev.EpochStarted(epoch=epoch):
            return f"the manager was started again (run {epoch})"
        case ev.ManagerHalted(reason=reason, since_ns=since_ns):
            return f"the manager had been halted since {wording.day_and_time(since_ns)} UTC{because(reason)}"
        case ev.ManagerResumed(reason=reason):
            who = wording.words(event.cause.origin) or "somebody"
            return f"the manager was resumed by {who}{because(reason)}"
        case ev.BreakOpened(kind=kind, broker=broker, expected=expected, said=said, text=text):
            where = f"{wording.words(expected)} here, {wording.words(said)} at {broker}"
            return f"BREAK, {kind.value}: {where}{because(text)}"
        case ev.BreakChanged(number=number, expected=expected, said=said):
            return f"break #{number} is {wording.words(expected)} here, {wording.words(said)} there by now"
        case ev.BreakAssigned(number=number, owner=owner):
            return f"break #{number} is looked after by {wording.words(owner)}"
        case ev.BreakResolved(number=number, text=text, is_accepted=is_accepted):
            how = "accepted as it is" if is_accepted else "resolved"
            return f"break #{number} is {how}{because(text)}"
        case ev.SlippageAlerted(finding=finding):
            return of_slippage(finding)
        case _:
            assert_never(event)


def of_release(event: ev.ReportReleased, held: ev.ReportHeld) -> str:
    """Tell that a report which was kept waits no longer."""
    since = "" if held.order_id is not None else f", kept since {wording.day_and_time(held.time_ns)} UTC,"
    return f"the report of #{held.sequence}{since} waits no longer{because(event.text)}"


def of_speaker(cause: ev.Cause) -> str:
    """Give who spoke and how, such as `paper: ExecutionReport`."""
    return wording.words(f"{cause.origin}: {cause.kind}" if cause.origin else cause.kind)


def of_values(event: ev.OrderEvent, order: Order) -> str:
    """Give the values after an event, such as `PARTIALLY FILLED 40/100 @ 189.5`."""
    average = "" if event.avg_px is None else f" @ {wording.rounded(event.avg_px)}"
    # The total of an order that was given as an amount of money is the broker's to say.
    total = f"/{plain(order.order_qty)}" if order.order_qty or order.cash_order_qty is None else ""
    return f"{wording.of_status(event.status)} {plain(event.cum_qty)}{total}{average}"


def because(text: str, code: str = "") -> str:
    """Give somebody else's words and code as the end of a sentence; empty where there are none."""
    said = wording.words(" ".join(filter(None, (text, code and f"[{code}]"))))
    return f": {said}" if said else ""


def of_reasons(reasons: tuple[Reason, ...]) -> str:
    """Give why something was refused here."""
    return wording.words("; ".join(str(reason) for reason in reasons), MAX_REASONS)


def is_cancel_asked(order: Order) -> bool:
    """Tell whether a cancel of ours is unanswered."""
    return any(request.kind is RequestKind.CANCEL for request in order.outstanding_requests)


# ---------------------------------------------------------------- the order and its requests


def _of(orig_cl_ord_id: str) -> str:
    # An order that was adopted by the broker's id alone has no ClOrdID.
    return f" of {orig_cl_ord_id}" if orig_cl_ord_id else ""


def _unrecorded(left_ns: int, what: str) -> str:
    if not left_ns:
        return ""
    return f" at {wording.day_and_time(left_ns)} UTC, before it could be recorded: an emergency {what}"


def _named(venue_order_id: str | None, order: Order) -> str:
    if not venue_order_id or venue_order_id == order.venue_order_id:
        return ""
    return f", the venue calls it {wording.words(venue_order_id)}"


def _created(event: ev.OrderCreated) -> str:
    market = ""
    if event.reference_px is not None:
        market = f"; the market was at {plain(event.reference_px)}, {wording.gap(event.time_ns - event.reference_ns)} before"
    leg = "" if event.leg is None else f", leg {event.leg[1]} of group {event.leg[0]}"
    return f"asked for: {title(event)}{leg}{market}"


def _adopted(event: ev.OrderAdopted, order: Order) -> str:
    identity = f", ClOrdID {wording.words(event.cl_ord_id)}" if event.cl_ord_id else ""
    why = f"; {wording.words(event.text)}" if event.text else ""
    named = _named(event.venue_order_id, order)
    return f"not given here, adopted from {event.broker}: {title(event)}{identity}{named}{why}"


def _amended(event: ev.OrderAmended, _: Order) -> str:
    until = wording.of_trigger(event.trigger)
    return f"changed here: {_terms(event, event.time_in_force)}; held until {until}"


def _missed(event: ev.TriggerMissed, _: Order) -> str:
    what = f"{plain(event.px)} has reached {plain(event.trigger_px)}"
    how = wording.of_policy(event.policy)
    return f"{what}, perhaps not for the first time since the manager was away: {how}"


def _released(event: ev.OrderReleased, order: Order) -> str:
    units = ""
    if event.cash_px is not None:
        qty = "no lot" if event.order_qty is None else plain(event.order_qty)
        units = f", its money as {qty} at {plain(event.cash_px)}"
    terms = wording.of_terms(event.terms)
    if event.time_in_force is not None:
        terms += f" {wording.of_time_in_force(event.time_in_force)}, as its venue takes them,"
    if wording.takes_what_is_shown(order.given_terms):
        return f"released as {terms} by what the market shows{units}"
    what = f"{plain(event.px)} has reached {plain(event.trigger_px)}"
    return f"released as {terms.removesuffix(',')}: {what}{units}"


def _acknowledged(event: ev.OrderAcknowledged, order: Order) -> str:
    total = ""
    if event.order_qty is not None and event.order_qty != order.order_qty:
        asked = f", not {plain(order.order_qty)}" if order.order_qty else ""
        total = f" with {plain(event.order_qty)} in all{asked}"
    return f"acknowledged{total}{_named(event.venue_order_id, order)}"


def _canceled(event: ev.OrderCanceled, order: Order) -> str:
    if order.broker is None:
        return f"canceled here{because(event.text)}"
    if is_cancel_asked(order):
        return f"canceled{because(event.text)}"
    if Mark.PENDING_CANCEL in order.marks:
        return f"canceled, as was asked for elsewhere{because(event.text)}"
    return f"canceled, {wording.at_once(order.time_in_force) or 'though nobody here had asked'}{because(event.text)}"


def _terms(
    event: ev.OrderAmended | ev.ReplaceRequested | ev.OrderReplaced | ev.OrderRestated,
    tif: TimeInForce | None,
) -> str:
    kept = "" if tif is None else f" {wording.of_time_in_force(tif)}"
    return f"{plain(event.order_qty)} in all, {wording.of_terms(event.terms)}{kept}"


def _replaced(event: ev.OrderReplaced, order: Order) -> str:
    late = "late: " if order.is_ended else ""
    by = "" if event.cl_ord_id == order.cl_ord_id else f" by {event.cl_ord_id}"
    is_resumed = event.is_resumed and not order.marks.isdisjoint(_HELD_BACK)
    resumed = ", and works again" if is_resumed else ""
    terms = _terms(event, event.time_in_force)
    return f"{late}replaced{by}: {terms}{resumed}{_named(event.venue_order_id, order)}"


def _deciding(event: ev.OrderPendingCancel | ev.OrderPendingReplace, what: str) -> str:
    if event.cl_ord_id is None:
        return f"the broker is deciding on a {what} that was asked for elsewhere"
    return f"{what} {event.cl_ord_id} is with the broker, which has not decided"


def _request(identity: str, order: Order) -> str:
    request = next((r for r in order.outstanding_requests if r.cl_ord_id == identity), None)
    return (
        f"the {'request' if request is None else wording.of_request(request.kind)} {wording.words(identity)}"
    )


def _asked(event: ev.OrderStatusRequested, order: Order) -> str:
    is_doubt = any(r.in_doubt for r in order.outstanding_requests if r.cl_ord_id == event.cl_ord_id)
    what = _request(event.cl_ord_id, order) if is_doubt else "the order"
    before = f", asked {wording.times(event.attempt)} before" if event.attempt else ""
    return f"asked {order.broker} about {what}{before}{because(event.text)}"


# ---------------------------------------------------------------- executions and what they cost


def _lot(qty: Decimal, px: Decimal) -> str:
    return f"{plain(qty)} at {plain(px)}"


def _traded(event: ev.Traded, order: Order) -> str:
    fee = f"{plain(event.commission)} {event.comm_currency}".rstrip()
    details = [
        f"execution {event.exec_id}",
        wording.of_liquidity(event.last_liquidity_ind),
        f"fee {fee}" if event.commission else "",
        f"at the venue {wording.time_of_day(event.transact_time_ns)}" if event.transact_time_ns else "",
    ]
    late = "late: " if order.is_ended else ""
    what = _lot(event.last_qty, event.last_px)
    if event.is_synthetic:
        return f"{late}executed {what}, by the broker's count: nobody has reported it ({event.exec_id})"
    return f"{late}executed {what} ({wording.words(', '.join(filter(None, details)))})"


def _corrected(event: ev.TradeCorrected) -> str:
    now, was = _lot(event.last_qty, event.last_px), _lot(event.old_qty, event.old_px)
    lost = (
        "" if event.reopens or event.last_qty >= event.old_qty else "; what it takes off does not work again"
    )
    return f"execution {wording.words(event.exec_ref_id)} is corrected: {now}, not {was}{lost}"


def _busted(event: ev.TradeCanceled) -> str:
    lost = "" if event.reopens else ", and does not work again"
    was = _lot(event.old_qty, event.old_px)
    return f"execution {wording.words(event.exec_ref_id)} is busted: {was} did not happen{lost}"


def _charged(event: ev.FeeCharged) -> str:
    what = "rebate" if event.amount < 0 else "fee"
    kind = f" ({wording.words(event.kind)})" if event.kind else ""
    whose = "the order" if event.exec_id is None else f"execution {wording.words(event.exec_id)}"
    amount = f"{plain(event.amount.copy_abs())} {wording.words(event.currency)}"
    return f"{what} of {amount}{kind} for {whose}"


# ---------------------------------------------------------------- what the venue says beside


def _done_for_day(event: ev.OrderDoneForDay) -> str:
    over = ", nothing more of it will trade" if event.is_over else ""
    return f"done for the day{over}{because(event.text)}"


def _restated(event: ev.OrderRestated) -> str:
    reason = "" if event.reason is None else f", {wording.of_restatement(event.reason)}"
    split = ""
    if (event.split_new, event.split_old) != (ONE, ONE):
        split = f"; what had executed counts {plain(event.split_new)} for {plain(event.split_old)}"
        if event.unsplit_qty:
            split = f"{split}, but for the {plain(event.unsplit_qty)} since"
    return f"restated by the venue{reason}: {_terms(event, None)}{split}{because(event.text)}"


def _ignored(event: ev.ReportIgnored) -> str:
    named = f" {event.exec_id}" if event.exec_id else ""
    return f"no news{because(f'{event.exec_type}{named}: {event.text}')}"


_HELD_BACK: Final = frozenset({Mark.DONE_FOR_DAY, Mark.STOPPED, Mark.SUSPENDED})

_TOLD: Final[dict[type[ev.OrderEvent], Callable[[Any, Order], str]]] = {
    ev.OrderCreated: lambda event, _: _created(event),
    ev.OrderAdopted: _adopted,
    ev.OrderDenied: lambda event, _: f"denied here, never sent: {of_reasons(event.reasons)}",
    ev.OrderHeld: lambda event, _: f"held here for {event.broker} until {wording.of_trigger(event.trigger)}",
    ev.OrderAmended: _amended,
    ev.TriggerMissed: _missed,
    ev.OrderReleased: _released,
    ev.OrderRouted: lambda event, _: routed(event),
    ev.OrderSubmitted: lambda event, _: f"new order {event.cl_ord_id} sent to {event.broker}",
    ev.OrderPendingNew: lambda event, order: (
        f"the broker has it and has not decided{_named(event.venue_order_id, order)}"
    ),
    ev.OrderAcceptedForBidding: lambda event, order: (
        f"the broker has it and is pricing the list that it belongs to{_named(event.venue_order_id, order)}"
    ),
    ev.OrderAcknowledged: _acknowledged,
    ev.OrderNamed: lambda event, _: (
        f"the venue calls it {wording.words(event.venue_order_id or event.cl_ord_id)}"
    ),
    ev.OrderRejected: lambda event, _: f"rejected{because(event.text, event.reject_code)}",
    ev.Traded: _traded,
    ev.TradeCorrected: lambda event, _: _corrected(event),
    ev.TradeCanceled: lambda event, _: _busted(event),
    ev.FeeCharged: lambda event, _: _charged(event),
    ev.CancelRequested: lambda event, order: (
        f"cancel {event.cl_ord_id}{_of(event.orig_cl_ord_id)} sent to {order.broker}"
        f"{_unrecorded(event.left_ns, 'cancel')}"
    ),
    ev.CancelDenied: lambda event, _: f"cancel refused here, not sent: {of_reasons(event.reasons)}",
    ev.OrderPendingCancel: lambda event, _: _deciding(event, "cancel"),
    ev.OrderCanceled: _canceled,
    ev.CancelRejected: lambda event, _: (
        f"cancel {event.cl_ord_id} refused{because(event.text, event.reject_code)}"
    ),
    ev.ReplaceRequested: lambda event, order: (
        f"replace {event.cl_ord_id}{_of(event.orig_cl_ord_id)} sent to {order.broker}: "
        f"{_terms(event, event.time_in_force)}{_unrecorded(event.left_ns, 'reduction')}"
    ),
    ev.ReplaceDenied: lambda event, _: f"replace refused here, not sent: {of_reasons(event.reasons)}",
    ev.OrderPendingReplace: lambda event, _: _deciding(event, "replace"),
    ev.OrderReplaced: _replaced,
    ev.ReplaceSuperseded: lambda event, _: (
        f"replace {event.cl_ord_id} was accepted, and a later one is in force already: nothing changes"
    ),
    ev.ReplaceRejected: lambda event, _: (
        f"replace {event.cl_ord_id} refused{because(event.text, event.reject_code)}"
    ),
    ev.RequestInDoubt: lambda event, order: (
        f"{_request(event.cl_ord_id, order)} is in doubt: nobody knows whether it arrived{because(event.text)}"
    ),
    ev.OrderStatusRequested: _asked,
    ev.DoubtResolved: lambda event, order: (
        f"{_request(event.cl_ord_id, order)} is in doubt no longer, by {wording.words(event.evidence)}"
        f"{because(event.text)}"
    ),
    ev.OrderExpired: lambda event, _: f"expired{because(event.text)}",
    ev.OrderDoneForDay: lambda event, _: _done_for_day(event),
    ev.OrderDayBegan: lambda event, _: f"the venue speaks of it on a later trading day, {event.trade_date}",
    ev.OrderStopped: lambda event, _: f"the venue guarantees {of_guarantee((event.last_qty, event.last_px))}",
    ev.OrderSuspended: lambda event, _: f"suspended by the venue{because(event.text)}",
    ev.OrderResumed: lambda event, _: f"the venue works it again{because(event.text)}",
    ev.OrderCalculated: lambda event, _: f"the venue reported its end-of-day figures{because(event.text)}",
    ev.OrderRestated: lambda event, _: _restated(event),
    ev.OrderReinstated: lambda event, _: (
        f"by the venue's word it works again, though it had ended{because(event.text)}"
    ),
    ev.OrderTriggered: lambda event, _: f"triggered{because(event.text)}",
    ev.ReportIgnored: lambda event, _: _ignored(event),
    **WORK_TOLD,
}


def of_guarantee(guarantee: tuple[Decimal | None, Decimal | None]) -> str:
    """Tell what a venue guarantees: a size at a price, as far as it says."""
    qty, px = guarantee
    return "a price" if qty is None or px is None else _lot(qty, px)

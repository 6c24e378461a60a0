"""Read how an order fares: received, accepted or refused, and ended."""

from __future__ import annotations

from typing import Final

from oms.lifecycle.anomalies import At, Events, anomaly, contradiction, dated, ignored, illegal, late, said_at
from oms.lifecycle.changes import unordered
from oms.lifecycle.facts import is_later
from oms.lifecycle.machine import is_allowed
from oms.model import events as ev
from oms.model.decimals import ZERO, is_sane
from oms.model.door import readable
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, RequestKind
from oms.model.order import Mark, Order
from oms.model.reports import ExecutionReport

# The readers read the slots of `Order`: a property costs a call, and some facts are for them alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_CANCELED: Final = Life.CANCELED
_SENT: Final = Life.SENT
_LIVE: Final = Life.LIVE
_NEW: Final = ExecType.NEW
_SUSPENDED: Final = OrdStatus.SUSPENDED
_BIDDING: Final = OrdStatus.ACCEPTED_FOR_BIDDING
_DUPLICATE_ORDER: Final = "6"


def read_new(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the broker works the order."""
    if order._life is not _SENT:
        return (
            _read_new_again(order, report, at) if order._life is _LIVE else _read_old_new(order, report, at)
        )
    if report.ord_status is _BIDDING:
        return read_bidding(order, report, at)
    order_qty = report.order_qty
    # A status answer resumes no order that was suspended before it, and nor does what shows it as suspended.
    is_at_work = report.exec_type is _NEW and report.ord_status is not _SUSPENDED
    if order_qty is not None and not _is_total(order_qty):
        said = said_at(report) if is_at_work else (0, 0)
        taken = ev.OrderAcknowledged(*at.envelope(), order.order_id, report.venue_order_id, None, *said)
        text = f"acknowledged, whatever its order_qty means: {order_qty!r}"
        return (taken, anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report, 1))
    return (
        ev.OrderAcknowledged(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order._order_id,
            report.venue_order_id,
            # To compare None to a number costs a look at what kinds of number there are.
            None if order_qty is None or order_qty == order._order_qty else order_qty,
            (report.transact_time_ns or 0) if is_at_work else 0,
            (report.report_seq or 0) if is_at_work else 0,
        ),
    )


def _read_old_new(order: Order, report: ExecutionReport, at: At) -> Events:
    # Brokers resend whole days: what acknowledged it once is known, however the order ended.
    if order._acknowledged == said_at(report):
        return ignored(order, report, at, "already acknowledged")
    return late(order, report, at)


def _is_total(order_qty: object) -> bool:
    return is_sane(order_qty) and order_qty > ZERO


def _read_new_again(order: Order, report: ExecutionReport, at: At) -> Events:
    said = said_at(report)
    suspended = order._marks.get(Mark.SUSPENDED)
    is_at_work = report.ord_status is not _SUSPENDED
    if suspended is not None and is_at_work:
        if is_later(said, suspended):
            return (ev.OrderResumed(*at.envelope(), order.order_id, report.text, report.exec_id, *said),)
        if not is_later(suspended, said):
            # Nothing tells if the order works again, or this is its acknowledgement once more.
            return (
                *ignored(order, report, at, "already acknowledged"),
                *unordered(order, report, at, 1, "not applied"),
            )
    # The first word on the total may come after an execution that implied the acknowledgement.
    order_qty = report.order_qty
    if order._said is None and _is_total(order_qty) and order_qty != order._order_qty:
        when = said if is_at_work else (0, 0)
        return (
            ev.OrderAcknowledged(*at.envelope(), order.order_id, report.venue_order_id, order_qty, *when),
        )
    # It may be that the order is resumed, heard before it was suspended.
    text, cleared = "already acknowledged", order._cleared.get(Mark.SUSPENDED)
    if suspended is None and is_at_work and (cleared is None or is_later(said, cleared)):
        return dated(order, report, at, text)
    return ignored(order, report, at, text)


def read_bidding(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the order is being priced."""
    if Mark.ACCEPTED_FOR_BIDDING in order._marks:
        return ignored(order, report, at, "no news")
    return (ev.OrderAcceptedForBidding(*at.envelope(), order.order_id, report.venue_order_id),)


def read_pending_new(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the broker has the order and has not decided."""
    if order._life is _SENT and report.ord_status is _BIDDING:
        return read_bidding(order, report, at)
    awaited = next((request for request in order._requests.values() if request.kind is RequestKind.NEW), None)
    if awaited is None or awaited.pending:
        return ignored(order, report, at, "no news")
    return (ev.OrderPendingNew(*at.envelope(), order.order_id, report.venue_order_id),)


def read_rejected(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that an order was refused: this one, or another under its name."""
    if order._life is Life.REJECTED:
        return ignored(order, report, at, "already rejected")
    # A second order under a used ClOrdID is refused in the first one's name (FIX F.1.a); the first one lives on.
    if report.ord_status is not None and report.ord_status is not OrdStatus.REJECTED:
        return (
            contradiction(
                order, report, at, f"a rejection that shows the order as {readable(report.ord_status)}"
            ),
        )
    if order._life is _LIVE and report.reject_code == _DUPLICATE_ORDER:
        return (contradiction(order, report, at, "a rejection of another order with its ClOrdID"),)
    if not is_allowed(order, ev.OrderRejected):
        return illegal(order, report, at)
    if order._cum_qty:
        text = f"a rejection after {order.cum_qty} executed; taken as a cancel"
        ended = ev.OrderCanceled(
            *at.envelope(), order.order_id, report.cl_ord_id, report.text, *said_at(report)
        )
        return (ended, anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, report, 1))
    return (ev.OrderRejected(*at.envelope(), order.order_id, report.text, report.reject_code),)


def read_canceled(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the order was canceled, asked for or not."""
    if order._life is _CANCELED:
        return ignored(order, report, at, "already canceled")
    if order.broker is None or not is_allowed(order, ev.OrderCanceled):
        return illegal(order, report, at)
    ended = ev.OrderCanceled(*at.envelope(), order.order_id, report.cl_ord_id, report.text, *said_at(report))
    return (ended, *_end_of_filled(order, report, at))


def read_expired(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the order ended by its time in force."""
    if order._life is Life.EXPIRED:
        return ignored(order, report, at, "already expired")
    if order.broker is None or not is_allowed(order, ev.OrderExpired):
        return illegal(order, report, at)
    ended = ev.OrderExpired(*at.envelope(), order.order_id, report.text, *said_at(report))
    return (ended, *_end_of_filled(order, report, at))


def _end_of_filled(order: Order, report: ExecutionReport, at: At) -> Events:
    # It stays Filled, by precedence; that nothing is unanswered any more is news all the same.
    if not order.is_filled:
        return ()
    text = f"{report.exec_type.name} for an order of which all {order.order_qty} executed"
    return (anomaly(at, AnomalyCode.ILLEGAL_IN_STATE, order.order_id, text, report, 1),)

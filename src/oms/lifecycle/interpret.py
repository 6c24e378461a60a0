"""Read a broker's report as events: what is news, what is a repeat, and what cannot simply be believed.

Brokers resend whole days, answer late and out of order, and contradict themselves; none of that is impossible. A repeat
leaves a trace (`ReportIgnored`), a contradiction is set aside with the raw report (`AnomalyRaised`), and an execution is
always booked, with an anomaly beside it where it should not have been. Nothing is applied here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.lifecycle.anomalies import (
    At,
    Events,
    anomaly,
    clean,
    contradiction,
    ignored,
    illegal,
    is_plain,
    malformed,
)
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.executions import read_amendment, read_trade
from oms.lifecycle.machine import is_allowed, lives_that_allow
from oms.model import events as ev
from oms.model.decimals import ZERO, is_sane
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark, Order
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.terms import Limit, Terms

# The two readers of nearly all the traffic read the slots of `Order`; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_TRADE: Final = ExecType.TRADE
_NEW: Final = ExecType.NEW
_MAY_ACKNOWLEDGE: Final = lives_that_allow(ev.OrderAcknowledged)


def interpret(order: Order, report: Report, at: At, executions: ExecutionIndex) -> Events:
    """Give the events that a report about an order amounts to, numbered from `at.sequence`.

    Args:
        order: The order that the report was matched to; it is only read.
        report: What the broker said.
        at: The envelope.
        executions: The executions known so far.
    """
    if type(report) is not ExecutionReport:
        return _read_other(order, report, at)
    if report.symbol is not None and report.symbol != order._symbol:
        return (
            contradiction(order, report, at, f"symbol {report.symbol!r}, the order's is {order.symbol!r}"),
        )
    if report.side is not None and report.side is not order._side:
        return (contradiction(order, report, at, f"side {report.side!r}, the order's is {order.side.name}"),)
    # The two that make up most of the traffic look at the fields that they use themselves.
    exec_type = report.exec_type
    if exec_type is _TRADE:
        return read_trade(order, report, at, executions)
    if exec_type is _NEW and is_plain(report):
        return _read_new(order, report, at)
    said = report
    report, faults = clean(report)
    if faults:
        return malformed(order, said, at, "; ".join(faults))
    if exec_type is ExecType.TRADE_CANCEL or exec_type is ExecType.TRADE_CORRECT:
        return read_amendment(order, report, at, executions)
    reader = _READERS.get(exec_type) if isinstance(exec_type, ExecType) else None
    if reader is None:
        return malformed(order, report, at, f"exec_type {exec_type!r}")
    return reader(order, report, at)


def _read_other(order: Order, report: Report, at: At) -> Events:
    if type(report) is not OrderCancelReject:
        return malformed(order, report, at, "not a report")
    refusal, faults = clean(report)
    return (
        malformed(order, report, at, "; ".join(faults)) if faults else _read_cancel_reject(order, refusal, at)
    )


# ---------------------------------------------------------------- the rest of an order's life


def _read_new(order: Order, report: ExecutionReport, at: At) -> Events:
    if order._life in _MAY_ACKNOWLEDGE:
        return (
            ev.OrderAcknowledged(
                at.sequence,
                at.epoch,
                at.cause,
                at.input_sequence,
                at.time_ns,
                order._order_id,
                report.venue_order_id,
            ),
        )
    return (
        ignored(order, report, at, "already acknowledged")
        if order.life is Life.LIVE
        else illegal(order, report, at)
    )


def _read_pending_new(order: Order, report: ExecutionReport, at: At) -> Events:
    if Mark.PENDING_NEW in order.marks or not is_allowed(order, ev.OrderPendingNew):
        return ignored(order, report, at, "no news")
    return (
        ev.OrderPendingNew(
            *at.envelope(),
            order.order_id,
            report.venue_order_id,
        ),
    )


def _read_rejected(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.REJECTED:
        return ignored(order, report, at, "already rejected")
    if report.ord_status is not None and report.ord_status is not OrdStatus.REJECTED:
        # A second order under a used ClOrdID is refused in the first one's name (FIX F.1.a); the first one lives on.
        return (
            contradiction(order, report, at, f"a rejection that shows the order as {report.ord_status!r}"),
        )
    if not is_allowed(order, ev.OrderRejected) or not order.leaves_qty:
        return illegal(order, report, at)
    if order.cum_qty:
        text = f"a rejection after {order.cum_qty} executed; taken as a cancel"
        ended = ev.OrderCanceled(
            *at.envelope(),
            order.order_id,
            report.cl_ord_id,
            report.text,
        )
        return (ended, anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, report, 1))
    return (
        ev.OrderRejected(
            *at.envelope(),
            order.order_id,
            report.text,
            report.reject_code,
        ),
    )


def _read_canceled(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.CANCELED:
        return ignored(order, report, at, "already canceled")
    if not is_allowed(order, ev.OrderCanceled) or not order.leaves_qty:
        return illegal(order, report, at)
    return (
        ev.OrderCanceled(
            *at.envelope(),
            order.order_id,
            report.cl_ord_id,
            report.text,
        ),
    )


def _read_expired(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.EXPIRED:
        return ignored(order, report, at, "already expired")
    if not is_allowed(order, ev.OrderExpired) or not order.leaves_qty:
        return illegal(order, report, at)
    return (ev.OrderExpired(*at.envelope(), order.order_id, report.text),)


def _read_pending(order: Order, report: ExecutionReport, at: At) -> Events:
    kind = RequestKind.CANCEL if report.exec_type is ExecType.PENDING_CANCEL else RequestKind.REPLACE
    if order.is_ended:
        return illegal(order, report, at)
    asked = next(
        (r for r in order.outstanding_requests if r.kind is kind and r.cl_ord_id == report.cl_ord_id), None
    )
    if asked is None:
        text = f"no {kind.value} request {report.cl_ord_id!r} is outstanding"
        return (anomaly(at, AnomalyCode.UNKNOWN_REQUEST, order.order_id, text, report),)
    if asked.pending:
        return ignored(order, report, at, "already pending")
    event = ev.OrderPendingCancel if kind is RequestKind.CANCEL else ev.OrderPendingReplace
    return (event(*at.envelope(), order.order_id, asked.cl_ord_id),)


def _new_terms(report: ExecutionReport, wanted: Terms) -> Terms | None:
    # The answer's price wins over the request's; None where it makes no sense.
    if report.price is None or not isinstance(wanted, Limit):
        return wanted
    return Limit(report.price) if is_sane(report.price) else None


def _new_qty(order: Order, report: ExecutionReport, wanted: Decimal) -> Decimal | None:
    qty = wanted if report.order_qty is None else report.order_qty
    if not is_sane(qty) or qty < ZERO:
        return None
    # A total at or below what has executed means "stop here" (FIX C.3.c).
    return max(qty, order.cum_qty)


def _read_replaced(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderReplaced):
        return illegal(order, report, at)
    asked = next((r for r in order.outstanding_requests if r.cl_ord_id == report.cl_ord_id), None)
    wanted_qty, wanted_terms = order.order_qty, order.terms
    if asked is not None and asked.order_qty is not None and asked.terms is not None:
        wanted_qty, wanted_terms = asked.order_qty, asked.terms
    elif report.order_qty is None and report.price is None:
        return ignored(order, report, at, "no such replace is outstanding")
    qty, terms = _new_qty(order, report, wanted_qty), _new_terms(report, wanted_terms)
    if qty is None or terms is None:
        text = f"a replace to {report.order_qty!r} at {report.price!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    cl_ord_id = report.cl_ord_id or order.cl_ord_id or ClOrdId("")
    return (
        ev.OrderReplaced(
            *at.envelope(),
            order.order_id,
            cl_ord_id,
            report.venue_order_id,
            qty,
            terms,
        ),
    )


def _read_restated(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderRestated):
        return illegal(order, report, at)
    qty, terms = _new_qty(order, report, order.order_qty), _new_terms(report, order.terms)
    if qty is None or terms is None:
        text = f"a restatement to {report.order_qty!r} at {report.price!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    return (
        ev.OrderRestated(
            *at.envelope(),
            order.order_id,
            qty,
            terms,
            report.text,
        ),
    )


_MARKING: Final[
    dict[ExecType, tuple[Mark, type[ev.OrderDoneForDay | ev.OrderSuspended | ev.OrderCalculated]]]
] = {
    ExecType.DONE_FOR_DAY: (Mark.DONE_FOR_DAY, ev.OrderDoneForDay),
    ExecType.SUSPENDED: (Mark.SUSPENDED, ev.OrderSuspended),
    ExecType.CALCULATED: (Mark.CALCULATED, ev.OrderCalculated),
}


def _read_marking(order: Order, report: ExecutionReport, at: At) -> Events:
    mark, event = _MARKING[report.exec_type]
    if mark in order.marks:
        return ignored(order, report, at, "no news")
    if not is_allowed(order, event):
        return illegal(order, report, at)
    return (event(*at.envelope(), order.order_id, report.text),)


def _read_stopped(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderStopped) or not order.leaves_qty:
        return illegal(order, report, at)
    if not all(number is None or is_sane(number) for number in (report.last_qty, report.last_px)):
        return malformed(order, report, at, f"a guarantee of {report.last_qty!r} at {report.last_px!r}")
    return (
        ev.OrderStopped(
            *at.envelope(),
            order.order_id,
            report.last_qty,
            report.last_px,
        ),
    )


def _read_triggered(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderTriggered):
        return illegal(order, report, at)
    return (ev.OrderTriggered(*at.envelope(), order.order_id, report.text),)


def _read_status(order: Order, report: ExecutionReport, at: At) -> Events:
    return ignored(order, report, at, "a status answer")


_READERS: Final[dict[ExecType, Callable[[Order, ExecutionReport, At], Events]]] = {
    ExecType.NEW: _read_new,
    ExecType.PENDING_NEW: _read_pending_new,
    ExecType.REJECTED: _read_rejected,
    ExecType.CANCELED: _read_canceled,
    ExecType.EXPIRED: _read_expired,
    ExecType.PENDING_CANCEL: _read_pending,
    ExecType.PENDING_REPLACE: _read_pending,
    ExecType.REPLACED: _read_replaced,
    ExecType.RESTATED: _read_restated,
    ExecType.DONE_FOR_DAY: _read_marking,
    ExecType.SUSPENDED: _read_marking,
    ExecType.CALCULATED: _read_marking,
    ExecType.STOPPED: _read_stopped,
    ExecType.TRIGGERED: _read_triggered,
    ExecType.ORDER_STATUS: _read_status,
}


def _read_cancel_reject(order: Order, report: OrderCancelReject, at: At) -> Events:
    asked = next((r for r in order.outstanding_requests if r.cl_ord_id == report.cl_ord_id), None)
    if asked is None:
        return ignored(order, report, at, "that request is no longer outstanding")
    wanted = CxlRejResponseTo.CANCEL if asked.kind is RequestKind.CANCEL else CxlRejResponseTo.REPLACE
    if asked.kind is RequestKind.NEW or report.response_to is not wanted:
        text = f"{report.cl_ord_id!r} is a {asked.kind.value} request, refused as {report.response_to!r}"
        return (contradiction(order, report, at, text),)
    event = ev.CancelRejected if asked.kind is RequestKind.CANCEL else ev.ReplaceRejected
    return (
        event(
            *at.envelope(),
            order.order_id,
            asked.cl_ord_id,
            report.text,
            report.reject_code,
        ),
    )

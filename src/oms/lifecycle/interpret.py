"""Read a broker's report as events: what is news, what is a repeat, and what cannot simply be believed.

Brokers resend whole days, answer late and out of order, and contradict themselves; none of that is impossible. A repeat
leaves a trace (`ReportIgnored`), a contradiction is set aside with the raw report (`AnomalyRaised`), and an execution is
always booked, with an anomaly beside it where it should not have been. Nothing is applied here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.lifecycle.anomalies import At, Events, anomaly, clean, is_plain
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.lifecycle.machine import is_allowed, lives_that_allow
from oms.model import events as ev
from oms.model.decimals import GRID, ZERO, is_sane, residue
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark, Order
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.sessions import utc_date
from oms.model.terms import Limit, Terms

# The two readers of nearly all the traffic read the slots of `Order`; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_TRADE: Final = ExecType.TRADE
_NEW: Final = ExecType.NEW
_BUNDLED_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED})
_MAY_TRADE: Final = lives_that_allow(ev.Traded)
_MAY_ACKNOWLEDGE: Final = lives_that_allow(ev.OrderAcknowledged)
_WORKING: Final = frozenset({Life.SENT, Life.LIVE})


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
            _contradiction(order, report, at, f"symbol {report.symbol!r}, the order's is {order.symbol!r}"),
        )
    if report.side is not None and report.side is not order._side:
        return (_contradiction(order, report, at, f"side {report.side!r}, the order's is {order.side.name}"),)
    # The two that make up most of the traffic look at the fields that they use themselves.
    exec_type = report.exec_type
    if exec_type is _TRADE:
        return _read_trade(order, report, at, executions)
    if exec_type is _NEW and is_plain(report):
        return _read_new(order, report, at)
    said = report
    report, faults = clean(report)
    if faults:
        return _malformed(order, said, at, "; ".join(faults))
    if exec_type is ExecType.TRADE_CANCEL or exec_type is ExecType.TRADE_CORRECT:
        return _read_amendment(order, report, at, executions)
    reader = _READERS.get(exec_type) if isinstance(exec_type, ExecType) else None
    if reader is None:
        return _malformed(order, report, at, f"exec_type {exec_type!r}")
    return reader(order, report, at)


def _read_other(order: Order, report: Report, at: At) -> Events:
    if type(report) is not OrderCancelReject:
        return _malformed(order, report, at, "not a report")
    refusal, faults = clean(report)
    return (
        _malformed(order, report, at, "; ".join(faults))
        if faults
        else _read_cancel_reject(order, refusal, at)
    )


def _contradiction(order: Order, report: Report, at: At, text: str) -> ev.AnomalyRaised:
    return anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, report)


def _malformed(order: Order, report: object, at: At, text: str) -> Events:
    return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)


def _illegal(order: Order, report: Report, at: At) -> Events:
    said = report.exec_type.name if isinstance(report, ExecutionReport) else "cancel reject"
    text = f"{said} for an order that is {order.life.value} with {order.leaves_qty} left"
    return (anomaly(at, AnomalyCode.ILLEGAL_IN_STATE, order.order_id, text, report),)


def _ignored(order: Order, report: Report, at: At, text: str) -> Events:
    said = report.exec_type.name if isinstance(report, ExecutionReport) else "CANCEL_REJECT"
    exec_id = report.exec_id if isinstance(report, ExecutionReport) else None
    return (
        ev.ReportIgnored(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            said,
            exec_id,
            text,
        ),
    )


# ---------------------------------------------------------------- executions


def _read_trade(order: Order, said: ExecutionReport, at: At, executions: ExecutionIndex) -> Events:
    # An execution is booked without what is of the wrong kind, as long as it can be told from others.
    report, faults = (said, ()) if is_plain(said) else clean(said)
    exec_id = report.exec_id
    last_qty = report.last_qty
    last_px = report.last_px
    if (
        not exec_id
        or type(last_qty) is not Decimal
        or residue(last_qty, GRID)
        or last_qty <= ZERO
        or type(last_px) is not Decimal
        or residue(last_px, GRID)
    ):
        text = f"an execution needs an exec_id, a last_qty above zero and a last_px: {exec_id!r}, {last_qty!r}, {last_px!r}"
        return _malformed(order, said, at, text)
    transact_time_ns = report.transact_time_ns or 0
    # The day comes from the venue, never from when we happened to hear of it.
    trade_date = report.trade_date or (utc_date(transact_time_ns) if transact_time_ns else "")
    if exec_id in executions.by_exec_id:
        known = executions.find(exec_id, at.broker, order._account, order._symbol, trade_date)
        if known is not None:
            return _read_repeat(order, report, at, known)
    if order._life not in _MAY_TRADE:
        return _illegal(order, report, at)
    commission = report.commission
    traded = ev.Traded(
        at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order._order_id,
        exec_id, order._symbol, order._side, order._account, at.broker, last_qty, last_px, trade_date, transact_time_ns,
        report.last_liquidity_ind, commission if commission is not None and is_sane(commission) else ZERO,
        report.comm_currency or "", report.venue_order_id, report.raw,
    )  # fmt: skip
    # The usual case: nothing to flag, and the report bundles no end with the execution.
    if (
        order._life in _WORKING
        and last_qty <= order._leaves_qty
        and trade_date
        and report.ord_status not in _BUNDLED_ENDS
        and (commission is None or traded.commission is commission)
        and not faults
    ):
        return (traded,)
    return (traded, *_flags(order, report, said, at, traded, faults))


def _flags(
    order: Order,
    report: ExecutionReport,
    said: ExecutionReport,
    at: At,
    traded: ev.Traded,
    faults: tuple[str, ...],
) -> Events:
    flagged: list[ev.Event] = []

    def flag(code: AnomalyCode, text: str) -> None:
        flagged.append(anomaly(at, code, order.order_id, text, said, len(flagged) + 1))

    if order.is_ended:
        flag(AnomalyCode.LATE_EXECUTION, f"booked, although the order is {order.life.value}")
    if order.cum_qty + traded.last_qty > order.order_qty:
        flag(AnomalyCode.OVERFILL, f"booked, {order.cum_qty + traded.last_qty} executed of {order.order_qty}")
    if not traded.trade_date:
        flag(
            AnomalyCode.NO_TRADE_DATE,
            "booked, without the venue's time its repeats on other days look the same",
        )
    if report.commission is not None and report.commission is not traded.commission:
        flag(AnomalyCode.MALFORMED, f"booked without its commission, {report.commission!r}")
    if faults:
        flag(AnomalyCode.MALFORMED, f"booked, but for {'; '.join(faults)}")
    # Exchanges may bundle the end of the order with its last execution (EX:I.1.b).
    ends = {OrdStatus.CANCELED: ev.OrderCanceled, OrdStatus.EXPIRED: ev.OrderExpired}
    if not order.is_ended and report.ord_status in ends and traded.last_qty < order.leaves_qty:
        place = at.sequence + len(flagged) + 1
        if report.ord_status is OrdStatus.CANCELED:
            cl_ord_id = report.cl_ord_id
            end: ev.Event = ev.OrderCanceled(
                place,
                at.epoch,
                at.cause,
                at.input_sequence,
                at.time_ns,
                order.order_id,
                cl_ord_id,
                report.text,
            )
        else:
            end = ev.OrderExpired(
                place, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, report.text
            )
        flagged.append(end)
    return tuple(flagged)


def _read_repeat(order: Order, report: ExecutionReport, at: At, known: Execution) -> Events:
    if known.order_id != order.order_id:
        text = f"exec_id {report.exec_id!r} was an execution of order {known.order_id}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    if type(known) is ev.Traded and (known.last_qty != report.last_qty or known.last_px != report.last_px):
        text = f"exec_id {report.exec_id!r} was {known.last_qty} at {known.last_px}, now {report.last_qty} at {report.last_px}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    return _ignored(order, report, at, "repeat of a known execution")


def _read_amendment(order: Order, report: ExecutionReport, at: At, executions: ExecutionIndex) -> Events:
    exec_id, ref = report.exec_id, report.exec_ref_id
    if not exec_id or not ref:
        text = f"a bust or correction needs an exec_id and an exec_ref_id: {exec_id!r}, {ref!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    transact_time_ns = report.transact_time_ns or 0
    today = report.trade_date or (utc_date(transact_time_ns) if transact_time_ns else "")
    scope = (at.broker, order.account, order.symbol, today)
    heard = executions.find(exec_id, *scope)
    if isinstance(heard, ev.Traded) or (heard is not None and heard.order_id != order.order_id):
        text = f"exec_id {exec_id!r} was an execution of order {heard.order_id}, now it amends {ref!r}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    if heard is not None:
        return _ignored(order, report, at, "repeat of a known bust or correction")
    known = executions.latest(ref, *scope)
    if known is None or known.order_id != order.order_id or isinstance(known, ev.TradeCanceled):
        text = f"exec_ref_id {ref!r} is no execution of this order that still stands"
        return (anomaly(at, AnomalyCode.UNKNOWN_EXECUTION, order.order_id, text, report),)
    envelope = (at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, exec_id, ref)
    whose = (order.symbol, order.side, order.account, at.broker)
    old = (known.last_qty, known.last_px)
    if report.exec_type is ExecType.TRADE_CANCEL:
        return (ev.TradeCanceled(*envelope, *whose, *old, known.trade_date, report.raw),)
    last_qty, last_px = report.last_qty, report.last_px
    if (
        last_qty is None
        or not is_sane(last_qty)
        or last_qty <= ZERO
        or last_px is None
        or not is_sane(last_px)
    ):
        text = f"a correction needs a last_qty above zero and a last_px: {last_qty!r}, {last_px!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    return (ev.TradeCorrected(*envelope, *whose, last_qty, last_px, *old, known.trade_date, report.raw),)


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
        _ignored(order, report, at, "already acknowledged")
        if order.life is Life.LIVE
        else _illegal(order, report, at)
    )


def _read_pending_new(order: Order, report: ExecutionReport, at: At) -> Events:
    if Mark.PENDING_NEW in order.marks or not is_allowed(order, ev.OrderPendingNew):
        return _ignored(order, report, at, "no news")
    return (
        ev.OrderPendingNew(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            report.venue_order_id,
        ),
    )


def _read_rejected(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.REJECTED:
        return _ignored(order, report, at, "already rejected")
    if report.ord_status is not None and report.ord_status is not OrdStatus.REJECTED:
        # A second order under a used ClOrdID is refused in the first one's name (FIX F.1.a); the first one lives on.
        return (
            _contradiction(order, report, at, f"a rejection that shows the order as {report.ord_status!r}"),
        )
    if not is_allowed(order, ev.OrderRejected) or not order.leaves_qty:
        return _illegal(order, report, at)
    if order.cum_qty:
        text = f"a rejection after {order.cum_qty} executed; taken as a cancel"
        ended = ev.OrderCanceled(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            report.cl_ord_id,
            report.text,
        )
        return (ended, anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, report, 1))
    return (
        ev.OrderRejected(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            report.text,
            report.reject_code,
        ),
    )


def _read_canceled(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.CANCELED:
        return _ignored(order, report, at, "already canceled")
    if not is_allowed(order, ev.OrderCanceled) or not order.leaves_qty:
        return _illegal(order, report, at)
    return (
        ev.OrderCanceled(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            report.cl_ord_id,
            report.text,
        ),
    )


def _read_expired(order: Order, report: ExecutionReport, at: At) -> Events:
    if order.life is Life.EXPIRED:
        return _ignored(order, report, at, "already expired")
    if not is_allowed(order, ev.OrderExpired) or not order.leaves_qty:
        return _illegal(order, report, at)
    return (
        ev.OrderExpired(
            at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, report.text
        ),
    )


def _read_pending(order: Order, report: ExecutionReport, at: At) -> Events:
    kind = RequestKind.CANCEL if report.exec_type is ExecType.PENDING_CANCEL else RequestKind.REPLACE
    if order.is_ended:
        return _illegal(order, report, at)
    asked = next(
        (r for r in order.outstanding_requests if r.kind is kind and r.cl_ord_id == report.cl_ord_id), None
    )
    if asked is None:
        text = f"no {kind.value} request {report.cl_ord_id!r} is outstanding"
        return (anomaly(at, AnomalyCode.UNKNOWN_REQUEST, order.order_id, text, report),)
    if asked.pending:
        return _ignored(order, report, at, "already pending")
    event = ev.OrderPendingCancel if kind is RequestKind.CANCEL else ev.OrderPendingReplace
    return (
        event(
            at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, asked.cl_ord_id
        ),
    )


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
        return _illegal(order, report, at)
    asked = next((r for r in order.outstanding_requests if r.cl_ord_id == report.cl_ord_id), None)
    wanted_qty, wanted_terms = order.order_qty, order.terms
    if asked is not None and asked.order_qty is not None and asked.terms is not None:
        wanted_qty, wanted_terms = asked.order_qty, asked.terms
    elif report.order_qty is None and report.price is None:
        return _ignored(order, report, at, "no such replace is outstanding")
    qty, terms = _new_qty(order, report, wanted_qty), _new_terms(report, wanted_terms)
    if qty is None or terms is None:
        text = f"a replace to {report.order_qty!r} at {report.price!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    cl_ord_id = report.cl_ord_id or order.cl_ord_id or ClOrdId("")
    return (
        ev.OrderReplaced(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            cl_ord_id,
            report.venue_order_id,
            qty,
            terms,
        ),
    )


def _read_restated(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderRestated):
        return _illegal(order, report, at)
    qty, terms = _new_qty(order, report, order.order_qty), _new_terms(report, order.terms)
    if qty is None or terms is None:
        text = f"a restatement to {report.order_qty!r} at {report.price!r}"
        return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)
    return (
        ev.OrderRestated(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
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
        return _ignored(order, report, at, "no news")
    if not is_allowed(order, event):
        return _illegal(order, report, at)
    return (
        event(at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, report.text),
    )


def _read_stopped(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderStopped) or not order.leaves_qty:
        return _illegal(order, report, at)
    if not all(number is None or is_sane(number) for number in (report.last_qty, report.last_px)):
        return _malformed(order, report, at, f"a guarantee of {report.last_qty!r} at {report.last_px!r}")
    return (
        ev.OrderStopped(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            report.last_qty,
            report.last_px,
        ),
    )


def _read_triggered(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderTriggered):
        return _illegal(order, report, at)
    return (
        ev.OrderTriggered(
            at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order.order_id, report.text
        ),
    )


def _read_status(order: Order, report: ExecutionReport, at: At) -> Events:
    return _ignored(order, report, at, "a status answer")


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
        return _ignored(order, report, at, "that request is no longer outstanding")
    wanted = CxlRejResponseTo.CANCEL if asked.kind is RequestKind.CANCEL else CxlRejResponseTo.REPLACE
    if asked.kind is RequestKind.NEW or report.response_to is not wanted:
        text = f"{report.cl_ord_id!r} is a {asked.kind.value} request, refused as {report.response_to!r}"
        return (_contradiction(order, report, at, text),)
    event = ev.CancelRejected if asked.kind is RequestKind.CANCEL else ev.ReplaceRejected
    return (
        event(
            at.sequence,
            at.epoch,
            at.cause,
            at.input_sequence,
            at.time_ns,
            order.order_id,
            asked.cl_ord_id,
            report.text,
            report.reject_code,
        ),
    )

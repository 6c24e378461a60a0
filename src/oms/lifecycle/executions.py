"""Read what a broker reports of executions: new ones, repeats, and the busts and corrections of known ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.lifecycle.anomalies import (
    At,
    Events,
    anomaly,
    clean,
    ignored,
    illegal,
    is_plain,
    malformed,
    shown,
)
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.lifecycle.machine import lives_that_allow
from oms.model import events as ev
from oms.model.decimals import GRID, ZERO, is_sane, residue
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.sessions import utc_date

# An execution is read off the slots of `Order`; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_BUNDLED_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED})
_MAY_TRADE: Final = lives_that_allow(ev.Traded)
_WORKING: Final = frozenset({Life.SENT, Life.LIVE})
_NAN: Final = Decimal("NaN")


def read_trade(order: Order, said: ExecutionReport, at: At, executions: ExecutionIndex) -> Events:
    """Read an execution: it is booked whatever else is wrong, once, and with an anomaly beside it where something is."""
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
        return malformed(order, said, at, text)
    transact_time_ns = report.transact_time_ns or 0
    # The day comes from the venue, never from when we happened to hear of it.
    trade_date = report.trade_date or (utc_date(transact_time_ns) if transact_time_ns else "")
    if exec_id in executions.by_exec_id:
        known = executions.find(exec_id, at.broker, order._account, order._symbol, trade_date)
        if known is not None:
            return _read_repeat(order, report, at, known)
    if order._life not in _MAY_TRADE:
        return illegal(order, report, at)
    commission, cum_qty = report.commission, report.cum_qty
    if type(cum_qty) is Decimal and cum_qty.is_snan():
        cum_qty = _NAN  # To compare a signalling NaN raises.
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
        and (cum_qty is None or (type(cum_qty) is Decimal and cum_qty == order._cum_qty + last_qty))
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
    counted, ours = report.cum_qty, order.cum_qty + traded.last_qty
    if counted is not None and not is_sane(counted):
        flag(AnomalyCode.MALFORMED, f"booked, whatever its cum_qty means: {shown(counted)}")
    elif counted is not None and counted > ours:
        # Less is an older report that comes late; more is an execution that we have not heard of.
        flag(
            AnomalyCode.MISSING_EXECUTION,
            f"booked, and {counted} executed in all, of which {ours} are known here",
        )
    # Exchanges may bundle the end of the order with its last execution (EX:I.1.b).
    ends = {OrdStatus.CANCELED: ev.OrderCanceled, OrdStatus.EXPIRED: ev.OrderExpired}
    if not order.is_ended and report.ord_status in ends and traded.last_qty < order.leaves_qty:
        place = len(flagged) + 1
        if report.ord_status is OrdStatus.CANCELED:
            cl_ord_id = report.cl_ord_id
            end: ev.Event = ev.OrderCanceled(
                *at.envelope(place),
                order.order_id,
                cl_ord_id,
                report.text,
            )
        else:
            end = ev.OrderExpired(*at.envelope(place), order.order_id, report.text)
        flagged.append(end)
    return tuple(flagged)


def _read_repeat(order: Order, report: ExecutionReport, at: At, known: Execution) -> Events:
    if known.order_id != order.order_id:
        text = f"exec_id {report.exec_id!r} was an execution of order {known.order_id}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    if type(known) is ev.Traded and (known.last_qty != report.last_qty or known.last_px != report.last_px):
        text = f"exec_id {report.exec_id!r} was {known.last_qty} at {known.last_px}, now {report.last_qty} at {report.last_px}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    return ignored(order, report, at, "repeat of a known execution")


def read_amendment(order: Order, report: ExecutionReport, at: At, executions: ExecutionIndex) -> Events:
    """Read a bust or a correction of an execution."""
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
        return ignored(order, report, at, "repeat of a known bust or correction")
    known = executions.latest(ref, *scope)
    if known is None or known.order_id != order.order_id or isinstance(known, ev.TradeCanceled):
        text = f"exec_ref_id {ref!r} is no execution of this order that still stands"
        return (anomaly(at, AnomalyCode.UNKNOWN_EXECUTION, order.order_id, text, report),)
    envelope = (*at.envelope(), order.order_id, exec_id, ref)
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

"""Read a broker's report as events: what is news, what is a repeat, and what cannot simply be believed.

Brokers resend whole days, answer late and out of order, and contradict themselves; none of that is impossible. A repeat
leaves a trace (`ReportIgnored`), a contradiction is set aside with the raw report (`AnomalyRaised`), and an execution is
always booked, with an anomaly beside it where it should not have been. Nothing is applied here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve

from oms.lifecycle.amendments import read_amendment
from oms.lifecycle.anomalies import (
    At,
    Events,
    anomaly,
    clean,
    contradiction,
    ignored,
    is_bare,
    is_plain,
    late,
    malformed,
    said_at,
)
from oms.lifecycle.answers import read_cancel_reject, read_pending
from oms.lifecycle.changes import (
    day_of,
    read_done_for_day,
    read_marking,
    read_replaced,
    read_restated,
    read_stopped,
)
from oms.lifecycle.course import read_canceled, read_expired, read_new, read_pending_new, read_rejected
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.executions import read_trade
from oms.lifecycle.machine import is_allowed
from oms.lifecycle.status_answers import read_status
from oms.model import events as ev
from oms.model.decimals import ZERO, is_sane
from oms.model.door import readable
from oms.model.enums import AnomalyCode, ExecType, Life
from oms.model.order import Order
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.venue_profile import VenueProfile

# The readers read the slots of `Order`: a property costs a call, and some facts are for them alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_TRADE: Final = ExecType.TRADE
_NEW: Final = ExecType.NEW
_RESTATED: Final = ExecType.RESTATED
_SENT: Final = Life.SENT
_AMENDMENTS: Final = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_COUNTING: Final = frozenset(
    {
        ExecType.NEW,
        ExecType.CANCELED,
        ExecType.EXPIRED,
        ExecType.DONE_FOR_DAY,
        ExecType.REPLACED,
        ExecType.ORDER_STATUS,
        ExecType.CALCULATED,
    }
)
"""Reports whose CumQty is held against what has been booked."""


def interpret(
    order: Order, report: Report, at: At, executions: ExecutionIndex, profile: VenueProfile
) -> Events:
    """Give the events that a report about an order amounts to, numbered from `at.sequence`.

    Args:
        order: The order that the report was matched to; it is only read.
        report: What the broker said.
        at: The envelope.
        executions: The executions known so far.
        profile: How the venue behaves.
    """
    if type(report) is not ExecutionReport:
        return _read_other(order, report, at)
    if report.symbol is not None and report.symbol != order._symbol:
        return (
            contradiction(order, report, at, f"symbol {report.symbol!r}, the order's is {order.symbol!r}"),
        )
    if report.side is not None and report.side is not order._side:
        return (
            contradiction(
                order, report, at, f"side {readable(report.side)}, the order's is {order.side.name}"
            ),
        )
    # The two that make up most of the traffic look at the fields that they use themselves.
    exec_type = report.exec_type
    if exec_type is _TRADE:
        return read_trade(order, report, at, executions, profile)
    if exec_type is _NEW and order._life is _SENT and not report.cum_qty and is_plain(report):
        return read_new(order, report, at)
    if not (is_plain(report) and is_bare(report)):
        said = report
        report, faults = clean(report)
        if faults:
            return malformed(order, said, at, "; ".join(faults))
    if type(exec_type) is not ExecType:
        return malformed(order, report, at, f"exec_type {readable(exec_type)}")
    if (report.exec_id, report.transact_time_ns or 0) in order._seen:
        return ignored(order, report, at, "repeat of a known report")
    began = _day_began(order, report, at)
    if began:
        at = evolve(at, sequence=at.sequence + 1)
    if exec_type in _AMENDMENTS:
        return (*began, *read_amendment(order, report, at, executions, profile))
    if exec_type is _RESTATED:
        return (*began, *read_restated(order, report, at, executions, profile))
    events = _READERS[exec_type](order, report, at)
    return (*began, *(events if exec_type not in _COUNTING else _counted(order, report, at, events)))


def _day_began(order: Order, report: ExecutionReport | OrderCancelReject, at: At) -> Events:
    """Give that a trading day began where a report is the first of a later one; executions see to it themselves."""
    if not is_allowed(order, ev.OrderDayBegan) or not (order._day or _tells_of_executions(report)):
        return ()
    day = day_of(report)
    if day <= order._day:
        return ()
    return (ev.OrderDayBegan(*at.envelope(), order.order_id, day),)


def _tells_of_executions(report: ExecutionReport | OrderCancelReject) -> bool:
    # Of an order that nothing is known to have executed of, the day matters only once something did, on an earlier one.
    counted = report.cum_qty if isinstance(report, ExecutionReport) else None
    return is_sane(counted) and counted > ZERO


def _counted(order: Order, report: ExecutionReport, at: At, events: Events) -> Events:
    counted = report.cum_qty
    if counted is None or (is_sane(counted) and counted <= order._cum_qty):
        return events
    # Less is an older report that comes late; more is an execution that we have not heard of.
    if not is_sane(counted):
        text = f"a cum_qty of {counted!r}"
        return (*events, anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report, len(events)))
    code = AnomalyCode.MISSING_EXECUTION
    text = f"{counted} executed in all, of which {order._cum_qty} are known here"
    return (*events, anomaly(at, code, order.order_id, text, report, len(events), counted))


def _read_other(order: Order, report: Report, at: At) -> Events:
    if type(report) is not OrderCancelReject:
        return malformed(order, report, at, "not a report")
    refusal, faults = clean(report)
    if faults:
        return malformed(order, report, at, "; ".join(faults))
    began = _day_began(order, refusal, at)
    if began:
        at = evolve(at, sequence=at.sequence + 1)
    return (*began, *read_cancel_reject(order, refusal, at))


def _read_triggered(order: Order, report: ExecutionReport, at: At) -> Events:
    if not is_allowed(order, ev.OrderTriggered):
        return late(order, report, at)
    said = (report.exec_id, *said_at(report))
    return (ev.OrderTriggered(*at.envelope(), order.order_id, report.text, *said),)


_READERS: Final[dict[ExecType, Callable[[Order, ExecutionReport, At], Events]]] = {
    ExecType.NEW: read_new,
    ExecType.PENDING_NEW: read_pending_new,
    ExecType.REJECTED: read_rejected,
    ExecType.CANCELED: read_canceled,
    ExecType.EXPIRED: read_expired,
    ExecType.PENDING_CANCEL: read_pending,
    ExecType.PENDING_REPLACE: read_pending,
    ExecType.REPLACED: read_replaced,
    ExecType.DONE_FOR_DAY: read_done_for_day,
    ExecType.SUSPENDED: read_marking,
    ExecType.CALCULATED: read_marking,
    ExecType.STOPPED: read_stopped,
    ExecType.TRIGGERED: _read_triggered,
    ExecType.ORDER_STATUS: read_status,
}

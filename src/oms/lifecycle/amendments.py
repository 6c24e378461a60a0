"""Read the busts and corrections of executions: along their chain, on any later day, and before the execution itself."""

from __future__ import annotations

from decimal import Decimal

from oms.lifecycle.anomalies import At, Events, anomaly, ignored, malformed, said_at
from oms.lifecycle.changes import day_of, unordered
from oms.lifecycle.execution_index import Execution, ExecutionIndex, number_of
from oms.lifecycle.facts import is_later
from oms.model import events as ev
from oms.model.decimals import ZERO, is_sane
from oms.model.enums import AnomalyCode, ExecType
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.venue_profile import VenueProfile

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def read_amendment(
    order: Order, report: ExecutionReport, at: At, executions: ExecutionIndex, profile: VenueProfile
) -> Events:
    """Read a bust or a correction; one of an execution that is not known yet is kept until that turns up."""
    exec_id, ref = report.exec_id, report.exec_ref_id
    if not exec_id or not ref:
        text = f"a bust or correction needs an exec_id and an exec_ref_id: {exec_id!r}, {ref!r}"
        return malformed(order, report, at, text)
    is_bust = report.exec_type is ExecType.TRADE_CANCEL
    # What a bust says of its own size is not looked at: it is often 0 (FIX J.1.a).
    resized = None if is_bust else _size(report)
    if resized is None and not is_bust:
        text = (
            f"a correction needs a last_qty above zero and a last_px: {report.last_qty!r}, {report.last_px!r}"
        )
        return malformed(order, report, at, text)
    today = day_of(report)
    scope = (at.broker, order.account, order.symbol, today)
    heard = _heard(executions.all_of(order.order_id, exec_id), today) or executions.find(exec_id, *scope)
    if heard is not None:
        return _read_repeat(order, report, at, heard)
    known = executions.latest(order.order_id, ref, today)
    elsewhere = executions.find(ref, *scope) if known is None else None
    if elsewhere is not None:
        text = f"exec_ref_id {ref!r} is an execution of order {elsewhere.order_id}"
        return (anomaly(at, AnomalyCode.UNKNOWN_EXECUTION, order.order_id, text, report),)
    if known is None:
        text = f"exec_ref_id {ref!r} is no execution of this order that is known; kept until it is"
        kept = ev.ReportHeld(*at.envelope(1), at.broker, order.order_id, report, f"execution {ref}")
        return (anomaly(at, AnomalyCode.UNKNOWN_EXECUTION, order.order_id, text, report), kept)
    if isinstance(known, ev.TradeCanceled):
        text = f"execution {ref!r} was busted by {known.exec_id!r} before"
        return (anomaly(at, AnomalyCode.UNKNOWN_EXECUTION, order.order_id, text, report),)
    said = said_at(report)
    # By the chain the later one is told, but not where both name the execution itself.
    rival = known if isinstance(known, ev.TradeCorrected) and ref != known.exec_id else None
    last = None if rival is None else (rival.venue_ns, rival.venue_seq)
    if last is not None and is_later(last, said):
        return ignored(order, report, at, f"older than correction {known.exec_id}")
    envelope = (*at.envelope(), order.order_id, exec_id, ref)
    whose = (order.symbol, order.side, order.account, at.broker)
    old = (known.last_qty, known.last_px)
    first = known.sequence if isinstance(known, ev.Traded) else known.trade_sequence
    day, traded_ns, reopens = known.trade_date, known.transact_time_ns, _reopens(order, report, profile)
    amended: ev.Event
    if resized is None:
        amended = ev.TradeCanceled(*envelope, *whose, *old, day, report.raw, traded_ns, reopens, *said, first)
    else:
        amended = ev.TradeCorrected(
            *envelope, *whose, *resized, *old, day, report.raw, traded_ns, reopens, *said, first, number_of(known),
        )  # fmt: skip
    if last is not None and not is_bust and not is_later(said, last):
        return (amended, *unordered(order, report, at, 1))
    return (amended,)


def _size(report: ExecutionReport) -> tuple[Decimal, Decimal] | None:
    """Give the size and price that a correction corrects to; None where they make no sense."""
    last_qty, last_px = report.last_qty, report.last_px
    return (last_qty, last_px) if is_sane(last_qty) and last_qty > ZERO and is_sane(last_px) else None


def _heard(own: tuple[Execution, ...], today: str) -> Execution | None:
    # ExecIDs are used again: an execution of another day under the same one is another one.
    amended = (known for known in own if not isinstance(known, ev.Traded))
    traded = (known for known in own if not today or known.trade_date in ("", today))
    return next(amended, None) or next(traded, None)


def _reopens(order: Order, report: ExecutionReport, profile: VenueProfile) -> bool:
    """Tell whether what is taken off the executed quantity works again: by the report's own numbers, else the profile."""
    last = order._said
    if last is not None and is_later(last, said_at(report)):
        # The total has been said anew since: what was lost before that is not part of it.
        return True
    leaves, counted = report.leaves_qty, report.cum_qty
    if not is_sane(leaves):
        return profile.reopens_filled
    if not is_sane(counted):
        return leaves > ZERO
    total = report.order_qty if is_sane(report.order_qty) else order.order_qty
    return counted + leaves >= total


def _read_repeat(order: Order, report: ExecutionReport, at: At, heard: Execution) -> Events:
    if not _is_same(order, report, heard):
        text = f"exec_id {report.exec_id!r} said something else before than that it amends {report.exec_ref_id!r}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    return ignored(order, report, at, "repeat of a known bust or correction")


def _is_same(order: Order, report: ExecutionReport, heard: Execution) -> bool:
    if isinstance(heard, ev.Traded) or heard.order_id != order.order_id:
        return False
    if heard.exec_id != report.exec_id:
        return True  # What this one said has been amended since, and is not known any more.
    if heard.exec_ref_id != report.exec_ref_id:
        return False
    if isinstance(heard, ev.TradeCanceled):
        return report.exec_type is ExecType.TRADE_CANCEL
    is_same = (heard.last_qty, heard.last_px) == (report.last_qty, report.last_px)
    return report.exec_type is ExecType.TRADE_CORRECT and is_same

"""Read what a broker reports of executions: new ones, and repeats of known ones."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.lifecycle.anomalies import (
    At,
    Events,
    anomaly,
    clean,
    ignored,
    illegal,
    is_plain,
    malformed,
    said_at,
    shown,
)
from oms.lifecycle.changes import read_stopped
from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.lifecycle.facts import counted_qty, is_later
from oms.lifecycle.machine import apply, lives_that_allow
from oms.lifecycle.synthetic import standing_for, withdrawn
from oms.model import events as ev
from oms.model.decimals import GRID, ZERO, is_sane, residue
from oms.model.enums import AnomalyCode, Life, OrdStatus
from oms.model.order import Mark, Order
from oms.model.reports import ExecutionReport
from oms.model.sessions import utc_date
from oms.model.venue_profile import LateFills, VenueProfile

# An execution is read off the slots of `Order`; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED})
_STOPPED: Final = OrdStatus.STOPPED
_UNUSUAL: Final = _ENDS | {OrdStatus.STOPPED}
"""What may be more than an execution when it is shown with one: an end bundled with it, or a guarantee instead of it."""
_FOR_THE_DAY: Final = frozenset({Mark.DONE_FOR_DAY, Mark.SUSPENDED})
_MAY_TRADE: Final = lives_that_allow(ev.Traded)
_WORKING: Final = frozenset({Life.SENT, Life.LIVE})


def read_trade(
    order: Order, said: ExecutionReport, at: At, executions: ExecutionIndex, profile: VenueProfile
) -> Events:
    """Read an execution: it is booked whatever else is wrong, once, and with an anomaly beside it where something is."""
    # An execution is booked without what is of the wrong kind, as long as it can be told from others.
    report, faults = (said, ()) if is_plain(said) else clean(said)
    exec_id, last_qty, last_px = report.exec_id, report.last_qty, report.last_px
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
        if known is None:
            known = executions.undated(order._order_id, exec_id, trade_date, last_qty, last_px)
        if known is not None:
            return _read_repeat(order, report, at, known)
    if order._life not in _MAY_TRADE:
        return illegal(order, report, at)
    commission, cum_qty, status = report.commission, report.cum_qty, report.ord_status
    if status is _STOPPED and _is_guarantee(order, report, last_qty, profile):
        if (exec_id, transact_time_ns) in order._seen:
            return ignored(order, report, at, "repeat of a known report")
        return read_stopped(order, report, at)
    traded = ev.Traded(
        at.sequence, at.epoch, at.cause, at.input_sequence, at.time_ns, order._order_id,
        exec_id, order._symbol, order._side, order._account, at.broker, last_qty, last_px, trade_date, transact_time_ns,
        report.last_liquidity_ind, commission if commission is not None and is_sane(commission) else ZERO,
        report.comm_currency or "", report.venue_order_id, report.raw, False, report.report_seq or 0,
    )  # fmt: skip
    if executions.synthetic and order._order_id in executions.synthetic:
        return _in_place_of(order, report, said, at, traded, faults, profile, executions)
    # The usual case: nothing to flag, and the report bundles no end with the execution.
    if (
        last_qty <= order._leaves_qty
        and not order._marks
        and not order._splits
        and trade_date
        and status not in _UNUSUAL
        and (report.account is None or report.account == order._account)
        and (commission is None or traded.commission is commission)
        and not faults
        # To compare a signalling NaN raises.
        and (
            cum_qty is None
            or (type(cum_qty) is Decimal and not cum_qty.is_snan() and cum_qty == order._cum_qty + last_qty)
        )
    ):
        return (traded,)
    return _with_flags(order, report, said, at, traded, faults, profile, executions)


def _in_place_of(
    order: Order,
    report: ExecutionReport,
    said: ExecutionReport,
    at: At,
    traded: ev.Traded,
    faults: tuple[str, ...],
    profile: VenueProfile,
    executions: ExecutionIndex,
) -> Events:
    """Read an execution of an order of which something was inferred: it takes the place of that, and is not counted twice."""
    qty, standing = standing_for(order, traded, report.cum_qty, executions)
    taken_back = withdrawn(qty, standing, at)
    if not taken_back:
        return _with_flags(order, report, said, at, traded, faults, profile, executions)
    # What is flagged is what is wrong with the order as it is without the inferred one; that it comes late is no news.
    trial = copy(order)
    for event in taken_back:
        apply(trial, event)
    at = evolve(at, sequence=at.sequence + len(taken_back))
    traded = evolve(traded, sequence=at.sequence)
    expected = evolve(profile, late_fills=LateFills.EXPECTED)
    return (*taken_back, *_with_flags(trial, report, said, at, traded, faults, expected, executions))


def _with_flags(
    order: Order,
    report: ExecutionReport,
    said: ExecutionReport,
    at: At,
    traded: ev.Traded,
    faults: tuple[str, ...],
    profile: VenueProfile,
    executions: ExecutionIndex,
) -> Events:
    total = report.order_qty
    if total is None and report.ord_status is OrdStatus.FILLED:
        # All of it is what has executed, whatever that was to be.
        total = report.cum_qty if is_sane(report.cum_qty) else order._cum_qty + traded.last_qty
    if order._awaits_quantity and order._life in _WORKING and is_sane(total) and total > ZERO:
        # It brings the total of an order given as an amount of money, and so comes after it.
        taken = ev.OrderAcknowledged(*at.envelope(), order.order_id, report.venue_order_id, total)
        at = evolve(at, sequence=at.sequence + 1)
        traded = evolve(traded, sequence=at.sequence)
        return (taken, traded, *_flags(order, report, said, at, traded, faults, profile, total, executions))
    return (traded, *_flags(order, report, said, at, traded, faults, profile, order._order_qty, executions))


def _is_guarantee(order: Order, report: ExecutionReport, last_qty: Decimal, profile: VenueProfile) -> bool:
    # The executed quantity is as it was (4.2:D37). An execution may look alike when others are heard late or were busted,
    # which is why only venues that give guarantees in this way are read so.
    cum_qty = report.cum_qty
    return (
        profile.guarantees_by_trade and is_sane(cum_qty) and (cum_qty == order._cum_qty or cum_qty < last_qty)
    )


def _flags(
    order: Order,
    report: ExecutionReport,
    said: ExecutionReport,
    at: At,
    traded: ev.Traded,
    faults: tuple[str, ...],
    profile: VenueProfile,
    total: Decimal,
    executions: ExecutionIndex,
) -> Events:
    flagged: list[ev.Event] = []
    ours = order.cum_qty + counted_qty(
        order, traded.last_qty, traded.transact_time_ns, traded.trade_date, traded.sequence
    )
    is_total_known = bool(total) or not order._awaits_quantity

    def flag(code: AnomalyCode, text: str, counted_qty: Decimal | None = None) -> None:
        flagged.append(anomaly(at, code, order.order_id, text, said, len(flagged) + 1, counted_qty))

    is_later_day = bool(order._day) and traded.trade_date > order._day
    if order.is_ended:
        # A rejected order cannot trade: the venue contradicts itself, whatever its profile says.
        if profile.late_fills is LateFills.FLAGGED or order._life is Life.REJECTED:
            flag(AnomalyCode.LATE_EXECUTION, f"booked, although the order is {order.life.value}")
    elif order._is_over or not (is_later_day or _FOR_THE_DAY.isdisjoint(order._marks)):
        flag(AnomalyCode.LATE_EXECUTION, f"booked, although the order is {order.status.name}")
    if report.account is not None and report.account != order._account:
        flag(
            AnomalyCode.CONTRADICTS_ORDER,
            f"booked for {order.account}, although it says account {shown(report.account)}",
        )
    if is_total_known and ours > total:
        flag(AnomalyCode.OVERFILL, f"booked, {ours} executed of {total}")
    if not traded.trade_date:
        flag(
            AnomalyCode.NO_TRADE_DATE,
            "booked, without the venue's time its repeats on other days look the same",
        )
    if report.commission is not None and report.commission is not traded.commission:
        flag(AnomalyCode.MALFORMED, f"booked without its commission, {report.commission!r}")
    if faults:
        flag(AnomalyCode.MALFORMED, f"booked, but for {'; '.join(faults)}")
    counted = report.cum_qty
    if counted is not None and not is_sane(counted):
        flag(AnomalyCode.MALFORMED, f"booked, whatever its cum_qty means: {shown(counted)}")
    elif counted is not None and counted > ours:
        # Less is an older report that comes late; more is an execution that we have not heard of.
        text = f"booked, and {counted} executed in all, of which {ours} are known here"
        flag(AnomalyCode.MISSING_EXECUTION, text, counted)
    # Exchanges may bundle the end of the order with its last execution (EX:I.1.b); there is none where nothing was left.
    if (
        report.ord_status not in _ENDS
        or order.is_ended
        or (is_total_known and _executed_by(order, report, executions, ours) >= total)
    ):
        return tuple(flagged)
    return (*flagged, *_bundled_end(order, report, at, len(flagged) + 1))


def _executed_by(order: Order, report: ExecutionReport, executions: ExecutionIndex, ours: Decimal) -> Decimal:
    """Give how much of an order had executed or was lost when a report was made: later fills may be known already."""
    said, counted = said_at(report), report.cum_qty
    if is_sane(counted):
        # What was lost after that is among what it counts.
        lost = [loss for loss in order._losses if not is_later(loss, said)]
        return sum((counted_qty(order, *loss[2:]) for loss in lost), counted)
    later = executions.executed_after(order.order_id, said)
    lost = [loss for loss in order._losses if not said[0] or loss[3] <= said[0]]
    return sum((counted_qty(order, *loss[2:]) for loss in lost), ours - later)


def _bundled_end(order: Order, report: ExecutionReport, at: At, place: int) -> Events:
    if report.ord_status is OrdStatus.CANCELED:
        canceled = (report.cl_ord_id, report.text, *said_at(report))
        return (ev.OrderCanceled(*at.envelope(place), order.order_id, *canceled),)
    return (ev.OrderExpired(*at.envelope(place), order.order_id, report.text, *said_at(report)),)


def _read_repeat(order: Order, report: ExecutionReport, at: At, known: Execution) -> Events:
    if known.order_id != order.order_id:
        text = f"exec_id {report.exec_id!r} was an execution of order {known.order_id}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    if type(known) is not ev.Traded and known.exec_id == report.exec_id:
        text = f"exec_id {report.exec_id!r} was a bust or correction"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    if type(known) is ev.Traded and (known.last_qty != report.last_qty or known.last_px != report.last_px):
        text = f"exec_id {report.exec_id!r} was {known.last_qty} at {known.last_px}, now {report.last_qty} at {report.last_px}"
        return (anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, report),)
    return ignored(order, report, at, "repeat of a known execution")

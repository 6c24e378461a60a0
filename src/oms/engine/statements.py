"""What a broker says of everything at once: read line by line, and noted where a reconciliation waits for it.

A line that is no news leaves no trace while a reconciliation is under way: it is asked for again and again.
"""

from __future__ import annotations

from typing import Final

from oms.engine.held_reports import EXECUTION
from oms.engine.plain_reports import of_our_own_class, plain_report
from oms.engine.reconciliation import name_of, of_order
from oms.engine.reconciliation_run import Difference, Run
from oms.engine.report_processing import process_report
from oms.engine.retention import recall_named
from oms.engine.state import State
from oms.lifecycle.anomalies import MAX_NAME, At, anomaly, shown
from oms.lifecycle.interpret import interpret
from oms.lifecycle.status_answers import is_at_work
from oms.model import events as ev
from oms.model.decimals import is_sane, plain
from oms.model.door import MAX_TIME_NS
from oms.model.enums import AnomalyCode, BreakKind, ExecType, Listing
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.reports import ExecutionReport, ExecutionsReport, MassStatus, PositionLine, PositionReport
from oms.model.venue_profile import EXCHANGE

MAX_PAGES: Final = 10_000
"""In how many parts a broker may tell its executions in one go."""

_COMPARED: Final = frozenset({AnomalyCode.MISSING_EXECUTION, AnomalyCode.CONTRADICTS_ORDER})
"""What a reconciliation finds itself, so that nothing is raised about it beside."""


def hear_listed(state: State, run: Run, order: Order | None, said: ExecutionReport, evidence: str) -> None:
    """Take in one line of a list of orders."""
    report = plain_report(said)
    if not isinstance(report, ExecutionReport):
        process_report(state, run.broker, said, evidence)
        return
    if order is None:
        name = name_of(report)
        # What has ended without an execution is nobody's concern.
        if name is not None and (is_at_work(report) is not False or report.cum_qty):
            run.unknown[name] = report
        elif name is None:
            process_report(state, run.broker, said, evidence)
        return
    run.named.add(order.order_id)
    if not _is_no_news(state, run.broker, order, report, compares=bool(of_order(order, report))):
        process_report(state, run.broker, said, evidence)
    run.heard.append((order, report))


def is_compared(state: State, run: Run, order: Order, report: ExecutionReport) -> bool:
    """Tell whether an answer about an order says nothing but what the reconciliation that asked for it looks at itself."""
    return order.order_id in run.asked and _is_no_news(
        state, run.broker, order, report, compares=bool(of_order(order, report))
    )


def end_list(run: Run, said: MassStatus) -> None:
    """Take in that a list of orders has ended."""
    run.has_all_open = said.has_all_open is True or said.is_complete is True
    run.as_of_ns = said.as_of_ns
    _answered(run, Listing.OPEN_ORDERS)


def take_executions(state: State, broker: BrokerName, said: ExecutionsReport) -> None:
    """Take in what has executed since a cursor."""
    cursor = said.cursor
    if (
        type(said.reports) not in {tuple, list}
        or not (cursor is None or (type(cursor) is str and 0 < len(cursor) <= MAX_NAME))
        or not all(isinstance(one, ExecutionReport) for one in said.reports)
    ):
        _malformed(
            state,
            broker,
            said,
            f"an ExecutionsReport needs a tuple of reports and a cursor: {shown(cursor):.200}",
        )
        return
    run = state.runs.get(broker)
    for one in said.reports:
        try:
            plain = of_our_own_class(one)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # a class of the adapter's own may fail at anything
            _malformed(state, broker, one, f"{type(error).__name__}: {shown(error)}")
            continue
        assert isinstance(plain, ExecutionReport), "it was one of a derived class"
        _take_execution(state, run, broker, plain)
    is_further = cursor is not None and state.breaks.cursors.get(broker) != cursor
    if cursor is not None and is_further:
        state.record(ev.ExecutionsListed(*state.envelope(), broker, cursor))
    if run is None:
        return
    run.pages += 1
    if said.is_complete is not True and is_further and run.pages < MAX_PAGES:
        run.to_ask.insert(0, Listing.EXECUTIONS)
    _answered(run, Listing.EXECUTIONS)


def take_positions(state: State, broker: BrokerName, said: PositionReport) -> None:
    """Take in what a broker says is held; nothing is done with it unless it was asked for."""
    if (
        type(said.positions) not in {tuple, list}
        or not all(_is_line(line) for line in said.positions)
        or type(said.as_of_ns) is not int
        or not 0 <= said.as_of_ns <= MAX_TIME_NS
    ):
        _malformed(
            state,
            broker,
            said,
            "a PositionReport needs a tuple of lines, each with a symbol and an exact quantity",
        )
        return
    run = state.runs.get(broker)
    if run is not None:
        run.positions = said
        run.looks += 1
        _answered(run, Listing.POSITIONS)


def _is_line(line: object) -> bool:
    return (
        isinstance(line, PositionLine)
        and type(line.symbol) is str
        and len(line.symbol) <= MAX_NAME
        and is_sane(line.net_qty)
        and (line.account is None or (type(line.account) is str and len(line.account) <= MAX_NAME))
    )


def _malformed(state: State, broker: BrokerName, said: object, text: str) -> None:
    state.record(anomaly(At(*state.envelope(), broker), AnomalyCode.MALFORMED, None, text, said))


def _answered(run: Run, listing: Listing) -> None:
    if run.awaited is listing:
        run.awaited = None
        run.attempts = 0


def _take_execution(state: State, run: Run | None, broker: BrokerName, said: ExecutionReport) -> None:
    report = plain_report(said)
    recall_named(state, broker, report)
    order = (
        state.index.find(broker, report.cl_ord_id, report.orig_cl_ord_id, report.venue_order_id)
        if isinstance(report, ExecutionReport)
        else None
    )
    if run is None or not isinstance(report, ExecutionReport):
        process_report(state, broker, said)
        return
    if order is None:
        at = At(*state.envelope(), broker)
        if state.held.repeated(ev.ReportHeld(*at.envelope(), broker, None, report, "")) is None:
            process_report(state, broker, said)
        return
    differs = _fill_difference(state, broker, order, report)
    run.fills += differs
    is_known = any(state.breaks.find(broker, one.kind, one.key) is not None for one in differs)
    if not is_known and not _is_no_news(state, broker, order, report, compares=False):
        process_report(state, broker, said)


def _is_no_news(
    state: State, broker: BrokerName, order: Order, report: ExecutionReport, *, compares: bool
) -> bool:
    """Tell whether a line changes nothing, and raises nothing but what the comparison is to find."""
    at = At(*state.envelope(), broker)
    events = interpret(order, report, at, state.executions, state.profiles.get(broker, EXCHANGE))
    return all(
        (isinstance(event, ev.ReportIgnored) and not event.is_known)
        or (compares and isinstance(event, ev.AnomalyRaised) and event.code in _COMPARED)
        for event in events
    )


def _fill_difference(
    state: State, broker: BrokerName, order: Order, report: ExecutionReport
) -> list[Difference]:
    exec_id, qty, px = report.exec_id, report.last_qty, report.last_px
    if report.exec_type is not ExecType.TRADE or exec_id is None or qty is None or px is None:
        return []
    known = state.executions.find(exec_id, broker, order.account, order.symbol, report.trade_date or "")
    if not isinstance(known, ev.Traded):
        return []
    found: list[Difference] = []
    if (known.last_qty, known.last_px) != (qty, px):
        ours, theirs = f"{plain(known.last_qty)} at {plain(known.last_px)}", f"{plain(qty)} at {plain(px)}"
        found.append(
            Difference(BreakKind.FILL, exec_id, order.order_id, ours, theirs, f"{EXECUTION} {exec_id}")
        )
    if report.commission is not None and report.commission != known.commission:
        ours = f"{plain(known.commission)} {known.comm_currency}".strip()
        theirs = f"{plain(report.commission)} {report.comm_currency or ''}".strip()
        found.append(
            Difference(BreakKind.FEE, exec_id, order.order_id, ours, theirs, f"{EXECUTION} {exec_id}")
        )
    return found

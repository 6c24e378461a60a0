"""Everything that a broker may say, whatever kind of thing it is, and what follows at once from what it made known."""

from __future__ import annotations

from oms.engine.doubt import MASS_STATUS, REPORT, resolve_absent
from oms.engine.fees import process_fee
from oms.engine.inputs import SetAside
from oms.engine.plain_reports import of_our_own_class, plain_report
from oms.engine.report_processing import process_report
from oms.engine.retention import recall_named
from oms.engine.state import State
from oms.engine.statements import end_list, hear_listed, take_executions, take_positions
from oms.lifecycle.anomalies import At, anomaly, shown
from oms.lifecycle.machine import request_of
from oms.model.door import MAX_TIME_NS
from oms.model.enums import AnomalyCode, RequestKind, Side
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.reports import (
    ExecutionReport,
    ExecutionsReport,
    FeeReport,
    MassStatus,
    OrderCancelReject,
    PositionReport,
)


def take_in(state: State, broker: BrokerName, said: object, evidence: str = REPORT) -> None:
    """Take in whatever a broker said; a report of a class derived from ours counts as one of ours."""
    try:
        said = of_our_own_class(said)
    except MemoryError:
        raise  # we lack it: that says nothing of the report
    except Exception as error:  # noqa: BLE001  # a class of the adapter's own may fail at anything
        _set_aside(state, broker, said, error)
        return
    if isinstance(said, FeeReport):
        process_fee(state, broker, said)
    elif isinstance(said, MassStatus):
        _process_mass_status(state, broker, said)
    elif isinstance(said, ExecutionReport | OrderCancelReject):
        process_report(state, broker, said, evidence)
    elif isinstance(said, ExecutionsReport):
        take_executions(state, broker, said)
    elif isinstance(said, PositionReport):
        take_positions(state, broker, said)
    else:
        # Nobody else is let in by the types; what comes all the same is set aside.
        wanted = "put an ExecutionReport, OrderCancelReject, FeeReport, MassStatus, ExecutionsReport or PositionReport"
        text = f"{shown(said):.200} is no report: {wanted}"
        state.record(anomaly(At(*state.envelope(), broker), AnomalyCode.MALFORMED, None, text, said))


def set_aside(state: State, what: SetAside) -> None:
    """Put on record what a broker said as it came, since nothing more could be made of it."""
    state.begin(type(what.said), what.broker)
    at = At(*state.envelope(), what.broker)
    state.record(anomaly(at, AnomalyCode.MALFORMED, None, what.text, what.said))


def _set_aside(state: State, broker: BrokerName, said: object, error: Exception) -> None:
    text = f"{type(error).__name__}: {shown(error)}"
    state.record(anomaly(At(*state.envelope(), broker), AnomalyCode.MALFORMED, None, text, said))


def _process_mass_status(state: State, broker: BrokerName, said: MassStatus) -> None:
    at = At(*state.envelope(), broker)
    if (
        type(said.reports) not in {tuple, list}
        or type(said.as_of_ns) is not int
        or not 0 <= said.as_of_ns <= MAX_TIME_NS
    ):
        text = f"a mass status needs a tuple of reports and a time: {shown(said.as_of_ns):.200}"
        state.record(anomaly(at, AnomalyCode.MALFORMED, None, text, said))
        return
    run = state.runs.get(broker)
    named: set[OrderId] = set()
    nameless: list[tuple[Symbol | None, Side | None]] = []
    for report in said.reports:
        try:
            one = of_our_own_class(report)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # see `take_in`
            _set_aside(state, broker, report, error)
            nameless.append((None, None))
            continue
        if not isinstance(one, ExecutionReport):
            at = At(*state.envelope(), broker)
            text = "a mass status holds what is no execution report"
            state.record(anomaly(at, AnomalyCode.MALFORMED, None, text, report))
            nameless.append((None, None))
            continue
        recall_named(state, broker, one)
        order = state.index.find(broker, one.cl_ord_id, one.orig_cl_ord_id, one.venue_order_id)
        if run is None:
            process_report(state, broker, one, MASS_STATUS)
        else:
            hear_listed(state, run, order, one, MASS_STATUS)
        plain = plain_report(one)
        if order is not None:
            named.add(order.order_id)
        elif not isinstance(plain, ExecutionReport):
            nameless.append((None, None))
        else:
            nameless.append((plain.symbol, plain.side))
    if said.is_complete is True:
        _resolve_missing(state, broker, said.after_sequence, named, nameless)
    if run is not None:
        end_list(run, said)


def _resolve_missing(
    state: State,
    broker: BrokerName,
    after_sequence: int | None,
    named: set[OrderId],
    nameless: list[tuple[Symbol | None, Side | None]],
) -> None:
    """Take in that new orders in doubt which a complete snapshot does not name never arrived.

    Only one that was asked for proves it, and only of what had left and was in doubt before: no clock can tell when a snapshot
    was taken.
    An order that it names by ids which nobody knows here may be any of ours in that instrument and on that side, such as one
    named by an emergency cancel that never got into the journal; what cannot be read of it may be about any of ours at all.
    """
    if type(after_sequence) is not int:
        return
    for identity, inquiry in list(state.inquiries.doubts.items()):
        order = inquiry.order
        asked = request_of(order, identity)
        if (
            asked is not None
            and asked.in_doubt
            and asked.kind is RequestKind.NEW
            and inquiry.sequence <= after_sequence
            and order.broker == broker
            and order.order_id not in named
            and not any(
                symbol in {None, order.symbol} and side in {None, order.side} for symbol, side in nameless
            )
        ):
            resolve_absent(
                state, order, asked, MASS_STATUS, "it is not in the broker's complete list of orders"
            )

"""Reports that nothing here explains yet: kept until what they are about turns up, and handled then in the order they came."""

from __future__ import annotations

from oms.engine.plain_reports import Holdable
from oms.engine.state import State
from oms.lifecycle.anomalies import At, anomaly
from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import BrokerName, OrderId


def hold(
    state: State, broker: BrokerName, report: Holdable, code: AnomalyCode, order_id: OrderId | None, text: str
) -> ev.ReportHeld | None:
    """Raise that a report is not understood, and keep it; the oldest kept one is given up where there are too many.

    Gives what was kept; None where the same report is kept already, which leaves a trace and no more.
    """
    at = At(*state.envelope(), broker)
    held = ev.ReportHeld(*at.envelope(1), broker, order_id, report, text)
    kept = state.held.repeated(held)
    if kept is not None:
        again = f"the same as the report that is kept under number {kept}"
        order = None if order_id is None else state.index.by_id[order_id]
        if order is None:
            state.record(anomaly(at, code, None, again, report))
        else:
            said = type(report).__name__
            state.record_of(order, ev.ReportIgnored(*at.envelope(), order.order_id, said, None, again))
        return None
    state.record(anomaly(at, code, order_id, text, report))
    state.record(held)
    make_room(state, broker)
    return held


def release(state: State, held: ev.ReportHeld, text: str) -> None:
    """Say that a kept report waits no longer."""
    state.record(ev.ReportReleased(*state.envelope(), held.sequence, text))


def make_room(state: State, broker: BrokerName) -> None:
    """Give the oldest kept report of a broker up where there are too many."""
    oldest = state.held.surplus(broker)
    if oldest is None:
        return
    release(state, oldest, "given up: too many reports are kept")
    at = At(*state.envelope(), broker)
    text = f"given up: nothing explained it since it was kept as number {oldest.sequence}"
    state.record(anomaly(at, AnomalyCode.UNKNOWN_ORDER, oldest.order_id, text, oldest.report))

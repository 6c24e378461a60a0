"""What happened while the manager was halted, put on record when a person lets it go on."""

from __future__ import annotations

from oms.engine.doubt import ask, is_askable
from oms.engine.inputs import EmergencyCancel, EmergencyReduction, Resume
from oms.engine.retention import order_of_id
from oms.engine.state import State
from oms.lifecycle.anomalies import At, anomaly
from oms.lifecycle.machine import is_allowed
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder
from oms.model.enums import AnomalyCode
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request


def resume(state: State, what: Resume, requests: list[Request]) -> None:
    """Take in that the manager was halted and goes on; where reports were lost, ask about what they may have changed."""
    state.begin(Resume, what.by)
    halted = (what.halted, what.since_ns, what.first, what.last, what.was_kept)
    state.record(ev.ManagerHalted(*state.envelope(), *halted))
    counts = (what.held, sum(count for _, count in what.lost), what.emergencies)
    state.record(ev.ManagerResumed(*state.envelope(), what.reason, *counts))
    for broker, count in what.lost:
        _make_up(state, broker, count, requests)


def journal_cancel(state: State, what: EmergencyCancel) -> None:
    """Put a cancel on record that has left already."""
    request = what.request
    state.begin(CancelOrder, what.asked_by)
    order = order_of_id(state, request.order_id)
    if order is not None and is_allowed(order, ev.CancelRequested):
        identities = (order.order_id, request.cl_ord_id, request.orig_cl_ord_id)
        state.record_of(order, ev.CancelRequested(*state.envelope(), *identities, request.time_ns))
        return
    _set_aside(state, order, "cancel", request)


def journal_reduction(state: State, what: EmergencyReduction) -> None:
    """Put a replace on record that has left already."""
    request = what.request
    state.begin(ReplaceOrder, what.asked_by)
    order = order_of_id(state, request.order_id)
    if order is not None and is_allowed(order, ev.ReplaceRequested):
        asked = ev.ReplaceRequested(
            *state.envelope(), order.order_id, request.cl_ord_id, request.orig_cl_ord_id, request.order_qty, request.terms,
            left_ns=request.time_ns,
        )  # fmt: skip
        state.record_of(order, asked)
        return
    _set_aside(state, order, "reduction", request)


def _set_aside(
    state: State, order: Order | None, what: str, request: OrderCancelRequest | OrderCancelReplaceRequest
) -> None:
    # It was open as far as anybody knew when this left, and the journal does not know that.
    text = (
        f"the emergency {what} {request.cl_ord_id} left for an order that the journal does not show as open"
    )
    at = At(*state.envelope(), request.broker)
    known = None if order is None else order.order_id
    state.record(anomaly(at, AnomalyCode.CONTRADICTS_ORDER, known, text, request))


def _make_up(state: State, broker: BrokerName, count: int, requests: list[Request]) -> None:
    at = At(*state.envelope(), broker)
    text = (
        f"{count} reports came while the manager was halted and could not be kept: reconcile with the broker"
    )
    state.record(anomaly(at, AnomalyCode.MISSING_EXECUTION, None, text, f"{count} reports"))
    for _, order in sorted(state.book.exposure.open_orders.items()):
        if order.broker == broker and is_askable(state, order, None):
            ask(state, order, None, "reports were lost while halted", requests)

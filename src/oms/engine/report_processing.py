"""What brokers say: matched to an order, read as events, made true. Nothing a broker says raises."""

from __future__ import annotations

from oms.engine.inputs import Answered
from oms.engine.state import State
from oms.lifecycle.anomalies import At, Events, anomaly, shown
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import is_allowed
from oms.model import events as ev
from oms.model.enums import AnomalyCode, RequestKind
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order, OutstandingRequest
from oms.model.reports import Acknowledged, NotSent, Refused, Report, Sent, Unknown

# A property of `Order` costs a call, for each report.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def process_report(state: State, broker: BrokerName, report: Report) -> None:
    """Take in what a broker said."""
    at = state.at
    at.sequence = state.version + 1
    at.epoch = state.epoch
    at.cause = state.cause
    at.input_sequence = state.input_sequence
    at.time_ns = state.now_ns
    at.broker = broker
    order: Order | None = None
    try:
        order = state.index.by_cl_ord_id.get(report.cl_ord_id)  # type: ignore[arg-type]  # None is nobody's
        if order is None or order._broker != broker:
            order = state.index.find(broker, report.cl_ord_id, report.orig_cl_ord_id, report.venue_order_id)
        if order is None:
            events: Events = (
                anomaly(at, AnomalyCode.UNKNOWN_ORDER, None, "no order here has these identities", report),
            )
        else:
            events = interpret(order, report, at, state.executions)
    except Exception as error:  # noqa: BLE001  # a field may be an object that fails at anything that is done with it
        # Nothing has been applied yet, and the report is kept, whatever it is.
        whose: OrderId | None = None if order is None else order.order_id
        events = (
            anomaly(at, AnomalyCode.MALFORMED, whose, f"{type(error).__name__}: {shown(error)}", report),
        )
    for event in events:
        if order is not None and isinstance(event, ev.OrderEvent):
            state.record_of(order, event)
        else:
            state.record(event)


def process_answer(state: State, answered: Answered) -> None:
    """Take in what became of a send."""
    request, result = answered.request, answered.result
    if isinstance(result, Acknowledged):
        process_report(state, request.broker, result.report)
        return
    order = state.index.by_cl_ord_id.get(request.cl_ord_id)
    asked = (
        None
        if order is None
        else next((r for r in order.outstanding_requests if r.cl_ord_id == request.cl_ord_id), None)
    )
    if isinstance(result, Sent) or order is None or asked is None:
        return
    if isinstance(result, Unknown):
        put_in_doubt(state, order, asked, shown(result.text))
    elif isinstance(result, (Refused, NotSent)):
        _refuse(state, order, asked, result)
    else:
        put_in_doubt(state, order, asked, f"the adapter answered {shown(result)}")


def put_in_doubt(state: State, order: Order, asked: OutstandingRequest, text: str) -> None:
    """Say that nobody knows whether a request arrived."""
    if not asked.in_doubt:
        state.record_of(order, ev.RequestInDoubt(*state.envelope(), order.order_id, asked.cl_ord_id, text))


def _refuse(state: State, order: Order, asked: OutstandingRequest, result: Refused | NotSent) -> None:
    text = shown(result.text) if isinstance(result, Refused) else f"never sent: {shown(result.text)}"
    code = shown(result.code) if isinstance(result, Refused) else ""
    envelope = (*state.envelope(), order.order_id)
    if asked.kind is RequestKind.CANCEL:
        state.record_of(order, ev.CancelRejected(*envelope, asked.cl_ord_id, text, code))
    elif asked.kind is RequestKind.REPLACE:
        state.record_of(order, ev.ReplaceRejected(*envelope, asked.cl_ord_id, text, code))
    elif order.cum_qty or not is_allowed(order, ev.OrderRejected):
        at = At(*state.envelope(), order.broker or BrokerName(""))
        told = f"refused in the send, although {order.cum_qty} executed"
        state.record(anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, told, result))
    else:
        state.record_of(order, ev.OrderRejected(*envelope, text, code))

"""What brokers say: matched to an order, read as events, made true. Nothing a broker says raises."""

from __future__ import annotations

from oms.engine.inputs import Answered
from oms.engine.state import State
from oms.lifecycle.anomalies import At, Events, anomaly, contradiction, ignored, shown
from oms.lifecycle.interpret import interpret
from oms.model import events as ev
from oms.model.enums import AnomalyCode, Life, RequestKind
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order, OutstandingRequest
from oms.model.reports import Acknowledged, NotSent, Refused, Report, Sent, Unknown
from oms.model.requests import NewOrderSingle

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
            if type(events[0]) is ev.OrderReplaced:
                events = _doubt_replaced(state, order, events[0], report) or events
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


def _doubt_replaced(state: State, order: Order, replaced: ev.OrderReplaced, report: Report) -> Events:
    """Give what a replaced report amounts to that does not answer an outstanding replace of ours; else nothing."""
    asked = order._requests.get(replaced.cl_ord_id)
    if asked is not None:
        if asked.kind is RequestKind.REPLACE:
            return ()
        text = f"replaced by {replaced.cl_ord_id}, which is a {asked.kind.value} request"
        return (contradiction(order, report, state.at, text),)
    if state.index.by_cl_ord_id.get(replaced.cl_ord_id) is not order:
        return ()  # The venue's own doing, under an id of its own.
    # That request was answered before: brokers resend whole days, and its terms may be out of date by now.
    if (replaced.order_qty, replaced.terms) == (order.order_qty, order.terms):
        return ignored(order, report, state.at, "repeat of an answered replace")
    text = f"{replaced.cl_ord_id} was answered before, and now {replaced.order_qty} at {replaced.terms}; not applied"
    return (contradiction(order, report, state.at, text),)


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
    if isinstance(result, Sent) or order is None:
        return
    if asked is None:
        # A report was quicker than the result of the send. That it never arrived, or was refused, contradicts that.
        is_new = isinstance(request, NewOrderSingle)
        if is_new and isinstance(result, (Refused, NotSent)) and order.life is not Life.REJECTED:
            at = At(*state.envelope(), request.broker)
            text = f"the send of {request.cl_ord_id} came to nothing, and the broker has answered it"
            state.record(anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, result))
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
    else:
        # Nothing is known of it but that it was sent: what says more also answers the request.
        state.record_of(order, ev.OrderRejected(*envelope, text, code))

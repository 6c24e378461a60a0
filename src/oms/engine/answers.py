"""What became of sends and questions, as the adapters answer them."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from oms.engine.doubt import QUERY, put_in_doubt, refuse, resolve_absent
from oms.engine.incoming import take_in
from oms.engine.inputs import Answered
from oms.engine.inquiries import SEND_RESULT
from oms.engine.plain_reports import of_our_own_class, plain_report
from oms.engine.reconciler import take_query_result
from oms.engine.retention import REQUEST, order_of_id, recall, recall_named
from oms.engine.state import State
from oms.engine.statements import is_compared
from oms.lifecycle.anomalies import At, anomaly, shown
from oms.lifecycle.machine import request_of
from oms.model import events as ev
from oms.model.door import readable
from oms.model.enums import AnomalyCode, Life, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Order
from oms.model.reports import Absent, Acknowledged, ExecutionReport, Found, NotSent, Refused, Sent, Unknown
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderMassStatusRequest,
    OrderStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)

_NOT_PENDING: Final = frozenset({OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED})

# What was asked of an order, and in what order, is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def process_answer(state: State, answered: Answered) -> None:
    """Take in what became of a send or of a question."""
    request, result = answered.request, answered.result
    if isinstance(request, TradeCaptureReportRequest | OrderMassStatusRequest | RequestForPositions):
        # Any other answer leaves the question open; it is asked again.
        if isinstance(result, Acknowledged):
            state.begin(type(result.report), request.broker)
            take_in(state, request.broker, result.report)
        return
    if isinstance(request, OrderStatusRequest):
        _process_query_result(state, request, result)
        return
    if isinstance(result, Acknowledged):
        take_in(state, request.broker, result.report)
        return
    if isinstance(request, NewOrderList):
        for one in request.orders:
            process_answer(state, Answered(one, result))
        return
    if state.retired and request.cl_ord_id not in state.index.by_cl_ord_id:
        recall(state, REQUEST, request.cl_ord_id)
    order = state.index.by_cl_ord_id.get(request.cl_ord_id)
    if isinstance(result, Sent) or order is None:
        return
    asked = request_of(order, request.cl_ord_id)
    if asked is None:
        # A report was quicker than the result of the send. That it never arrived, or was refused, contradicts that.
        is_new = isinstance(request, NewOrderSingle)
        if is_new and isinstance(result, (Refused, NotSent)) and order.life is not Life.REJECTED:
            at = At(*state.envelope(), request.broker)
            text = f"the send of {request.cl_ord_id} came to nothing, and the broker has answered it"
            state.record(anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, result))
    elif asked.pending and not isinstance(result, Refused):
        # A report was quicker here too: the broker has said that it has the request, so that it did arrive.
        if isinstance(result, NotSent):
            at = At(*state.envelope(), request.broker)
            text = f"{asked.cl_ord_id} was never sent, and the broker has said that it is deciding"
            state.record(anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, result))
    elif isinstance(result, Unknown):
        put_in_doubt(state, order, asked, shown(result.text))
    elif isinstance(result, (Refused, NotSent)):
        text = shown(result.text) if isinstance(result, Refused) else f"never sent: {shown(result.text)}"
        if asked.in_doubt:
            envelope = (*state.envelope(), order.order_id, asked.cl_ord_id)
            state.record_of(order, ev.DoubtResolved(*envelope, SEND_RESULT, text))
        code = shown(result.code) if isinstance(result, Refused) else ""
        refuse(state, order, asked, text, code, never_sent=isinstance(result, NotSent))
    else:
        put_in_doubt(state, order, asked, f"the adapter answered {shown(result)}")


def _process_query_result(state: State, request: OrderStatusRequest, result: Any) -> None:  # noqa: ANN401  # adapters answer anything
    order = order_of_id(state, request.order_id)
    if order is None:
        return
    if isinstance(result, (Found, Acknowledged)):
        _take_found(state, order, request, result.report)
    elif isinstance(result, Absent) and result.is_authoritative is True:
        _take_absent(state, order, request, shown(result.text))
    # Everything else leaves it where it was: the question is asked again when its time comes.
    if state.runs:
        take_query_result(state, order, request, result)


def _take_found(state: State, order: Order, request: OrderStatusRequest, said: object) -> None:
    try:
        report = of_our_own_class(said)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # a class of the adapter's own may fail at anything; it is set aside for it
        report = said
    else:
        plain = plain_report(report)
        recall_named(state, request.broker, plain)
        if isinstance(report, ExecutionReport) and isinstance(plain, ExecutionReport):
            if (
                _is_unsaid(report.cl_ord_id)
                and _is_unsaid(report.orig_cl_ord_id)
                and _names_no_other(state, request, plain)
            ) or _is_by_unknown_ids(state, order, request, report, plain):
                # Who is asked about one order need not say which one the answer is about, or may call it by a name of its own,
                # or by an emergency cancel that never got into the journal.
                report = evolve(report, cl_ord_id=request.orig_cl_ord_id or request.cl_ord_id)
            run = state.runs.get(request.broker)
            if run is None or not is_compared(state, run, order, plain):
                take_in(state, request.broker, report, QUERY)
            _take_overtaken(state, order, request, plain.cl_ord_id)
            _take_decided(state, order, request, plain.ord_status)
            return
    take_in(state, request.broker, report, QUERY)


def _is_unsaid(identity: object) -> bool:
    return identity is None or (type(identity) is str and not identity)


def _is_by_unknown_ids(
    state: State, order: Order, request: OrderStatusRequest, said: ExecutionReport, report: ExecutionReport
) -> bool:
    """Tell whether an answer names what it is about by ids that nobody knows here, and by nothing that is not the order's."""
    ids = (report.cl_ord_id, report.orig_cl_ord_id, report.venue_order_id)
    return (
        report.cl_ord_id is not None
        and ids == (said.cl_ord_id, said.orig_cl_ord_id, said.venue_order_id)
        and (report.symbol, report.side) == (order._symbol, order._side)
        and state.index.find(request.broker, *ids) is None
    )


def _names_no_other(state: State, request: OrderStatusRequest, report: ExecutionReport) -> bool:
    return state.index.named_at_venue(request.broker, report.venue_order_id) is None


def _take_absent(state: State, order: Order, request: OrderStatusRequest, text: str) -> None:
    asked = request_of(order, request.cl_ord_id)
    profile = state.profiles.get(request.broker)
    # A broker that was asked by its own id for the order has said nothing about a cancel or replace of it.
    by_request = profile is not None and profile.looks_up_by_cl_ord_id
    if asked is not None and asked.in_doubt and (by_request or asked.kind is RequestKind.NEW):
        resolve_absent(state, order, asked, QUERY, text or "the broker does not have it")
    elif asked is not None and asked.pending:
        # It has said that it is deciding on it, so that it is not one that never arrived.
        at = At(*state.envelope(), request.broker)
        what = f"the broker does not have {request.cl_ord_id}, on which it was deciding: {text}"
        state.record(anomaly(at, AnomalyCode.ABSENT_AT_BROKER, order.order_id, what, Absent(True, text)))
    elif order.life is Life.LIVE and not order.is_closed and (asked is None or not by_request):
        at = At(*state.envelope(), request.broker)
        what = f"the broker does not have {request.cl_ord_id or request.venue_order_id}: {text}"
        state.record(anomaly(at, AnomalyCode.ABSENT_AT_BROKER, order.order_id, what, Absent(True, text)))
    else:
        # It was answered, or ended, before this was known.
        ignored = ev.ReportIgnored(*state.envelope(), order.order_id, "ABSENT", None, text)
        state.record_of(order, ignored)


def _take_overtaken(
    state: State, order: Order, request: OrderStatusRequest, shown_as: ClOrdId | None
) -> None:
    # The broker knows the replace that it was asked about and shows the order under a later one: it was decided, and is
    # overtaken, so that nothing more will be heard of it.
    asked, chain = request_of(order, request.cl_ord_id), list(order._amendments)
    is_open = asked is not None and (asked.in_doubt or asked.pending)
    if asked is None or not is_open or asked.kind is not RequestKind.REPLACE:
        return
    if shown_as == order._cl_ord_id and shown_as in chain[chain.index(asked.cl_ord_id) + 1 :]:
        text = f"the broker shows the order under {shown_as}, a later replace"
        head = (order.order_id, asked.cl_ord_id)
        if asked.in_doubt:
            state.record_of(order, ev.DoubtResolved(*state.envelope(), *head, QUERY, text))
        state.record_of(order, ev.ReplaceSuperseded(*state.envelope(), *head))


def _take_decided(
    state: State, order: Order, request: OrderStatusRequest, shown_as: OrdStatus | None
) -> None:
    # What is pending outranks what is at work or filled. A broker that was asked after it had said that it was deciding on a
    # cancel, and shows the order so, has decided, and not for it. Of a replace this tells nothing: it may have been accepted.
    asked, inquiry = request_of(order, request.cl_ord_id), state.inquiries.of_requests.get(request.cl_ord_id)
    if (
        asked is not None
        and asked.pending
        and asked.kind is RequestKind.CANCEL
        and inquiry is not None
        and inquiry.asked_ns == request.time_ns
        and shown_as in _NOT_PENDING
    ):
        refuse(
            state,
            order,
            asked,
            f"not pending any more: the broker shows the order as {readable(shown_as)}",
            "",
        )

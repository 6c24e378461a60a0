"""Read what a broker answers to cancels and replaces, short of doing as it was asked: that it is deciding, or refuses."""

from __future__ import annotations

from typing import Final

from oms.lifecycle.anomalies import At, Events, anomaly, contradiction, ignored, late
from oms.lifecycle.machine import is_allowed, request_of
from oms.model import events as ev
from oms.model.door import readable
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark, Order
from oms.model.reports import ExecutionReport, OrderCancelReject

# The readers read the slots of `Order`: a property costs a call, and some facts are for them alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_UNKNOWN_ORDER: Final = "1"
_ENDED: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED})


def read_pending(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read that the broker is deciding on a cancel or replace."""
    is_cancel = report.exec_type is ExecType.PENDING_CANCEL
    kind = RequestKind.CANCEL if is_cancel else RequestKind.REPLACE
    event = ev.OrderPendingCancel if is_cancel else ev.OrderPendingReplace
    asked = request_of(order, report.cl_ord_id)
    if asked is not None and asked.kind is kind:
        if asked.pending:
            return ignored(order, report, at, "already pending")
        return (event(*at.envelope(), order.order_id, asked.cl_ord_id),)
    if not is_allowed(order, event):
        return late(order, report, at)
    if report.cl_ord_id in order._amendments:
        return ignored(order, report, at, "that request is no longer outstanding")
    # Asked for elsewhere: by telephone, or in another system.
    if (Mark.PENDING_CANCEL if is_cancel else Mark.PENDING_REPLACE) in order._marks:
        return ignored(order, report, at, "already pending")
    return (event(*at.envelope(), order.order_id, None),)


def read_cancel_reject(order: Order, report: OrderCancelReject, at: At) -> Events:
    """Read that a cancel or replace was refused."""
    asked = request_of(order, report.cl_ord_id)
    if asked is None:
        return _read_others_reject(order, report, at)
    is_cancel = asked.kind is RequestKind.CANCEL
    wanted = CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE
    if asked.kind is RequestKind.NEW or report.response_to is not wanted:
        text = (
            f"{report.cl_ord_id!r} is a {asked.kind.value} request, refused as {readable(report.response_to)}"
        )
        return (contradiction(order, report, at, text),)
    event = ev.CancelRejected if is_cancel else ev.ReplaceRejected
    refused = event(*at.envelope(), order.order_id, asked.cl_ord_id, report.text, report.reject_code)
    shown_as = report.ord_status
    # "Unknown order" may be an order that is still on its way: it is no end, and somebody has to ask.
    if report.reject_code == _UNKNOWN_ORDER or shown_as is OrdStatus.REJECTED:
        text = "refused because the broker does not know the order"
        return (refused, anomaly(at, AnomalyCode.ABSENT_AT_BROKER, order.order_id, text, report, 1))
    # What has ended has no request left that could be refused.
    if shown_as in _ENDED or (shown_as is OrdStatus.FILLED and not order.is_filled):
        text = f"refused, and the order is shown as {readable(shown_as)}, which nothing has said before"
        return (refused, anomaly(at, AnomalyCode.UNORDERED, order.order_id, text, report, 1))
    return (refused,)


def _read_others_reject(order: Order, report: OrderCancelReject, at: At) -> Events:
    if report.cl_ord_id not in order._amendments:
        # An adapter may have put nothing there, whatever the class says.
        identity = ClOrdId(report.cl_ord_id or "")
        envelope = (*at.envelope(), order.order_id, identity, report.text, report.reject_code)
        if report.response_to is CxlRejResponseTo.CANCEL and Mark.PENDING_CANCEL in order._marks:
            return (ev.CancelRejected(*envelope),)
        if report.response_to is CxlRejResponseTo.REPLACE and Mark.PENDING_REPLACE in order._marks:
            return (ev.ReplaceRejected(*envelope),)
    return ignored(order, report, at, "that request is no longer outstanding")

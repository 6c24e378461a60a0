"""Read answers to status requests: news where they show what no other report has said."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from oms.lifecycle.anomalies import (
    OLDER,
    At,
    Events,
    anomaly,
    contradiction,
    ignored,
    is_before_the_end,
)
from oms.lifecycle.changes import read_replaced
from oms.lifecycle.course import (
    read_canceled,
    read_expired,
    read_new,
    read_pending_new,
    read_rejected,
)
from oms.lifecycle.machine import request_of
from oms.model import events as ev
from oms.model.decimals import ZERO, is_sane
from oms.model.door import readable
from oms.model.enums import AnomalyCode, Life, OrdStatus, RequestKind
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.reports import ExecutionReport

# The readers read the slots of `Order`: a property costs a call, and some facts are for them alone.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_SENT: Final = Life.SENT
_AT_WORK: Final = frozenset(
    {
        OrdStatus.NEW,
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.PENDING_NEW,
        OrdStatus.PENDING_CANCEL,
        OrdStatus.PENDING_REPLACE,
        OrdStatus.SUSPENDED,
        OrdStatus.STOPPED,
    }
)
_WORKING: Final = frozenset({OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED})
_RESTS: Final = frozenset({OrdStatus.DONE_FOR_DAY, OrdStatus.CALCULATED})
"""What an order is shown as at the end of a day; it works on where something of it is left."""
_HIDES_AN_END: Final = frozenset({OrdStatus.CALCULATED, OrdStatus.STOPPED, OrdStatus.SUSPENDED})
"""What goes before an end where a venue shows one thing of several."""
_PENDING_STATUS: Final = {
    OrdStatus.PENDING_CANCEL: RequestKind.CANCEL,
    OrdStatus.PENDING_REPLACE: RequestKind.REPLACE,
}


def is_at_work(report: ExecutionReport) -> bool | None:
    """Tell whether a venue shows an order as one that may still trade; None where it does not say."""
    if report.ord_status is None:
        return None if report.leaves_qty is None else bool(report.leaves_qty)
    return report.ord_status in _AT_WORK or (report.ord_status in _RESTS and _has_some_left(report))


def _has_some_left(report: ExecutionReport) -> bool:
    return is_sane(report.leaves_qty) and report.leaves_qty > ZERO


def is_plainly_working(report: ExecutionReport) -> bool:
    """Tell whether a venue shows an order as working, with nothing before that that would hide how it fares."""
    return report.ord_status in _WORKING


def has_filled_there(order: Order, report: ExecutionReport) -> bool:
    """Tell whether all of an order has executed by a venue's count, whatever else it is shown as."""
    counted, total = counted_there(report), report.order_qty
    return report.ord_status is OrdStatus.FILLED or (
        is_sane(counted) and counted >= (total if is_sane(total) else order._order_qty)
    )


def how_it_ended(report: ExecutionReport) -> str:
    """Give how a venue shows that an order has ended, in a word; empty where it does not show that."""
    status = report.ord_status
    return status.name.lower() if status is not None and status in _ENDING else ""


def counted_there(report: ExecutionReport) -> Decimal | None:
    """Give how much of an order has executed by a venue's count; None where it does not say."""
    if report.cum_qty is None and report.ord_status is OrdStatus.FILLED:
        return report.order_qty
    return report.cum_qty


def read_status(order: Order, report: ExecutionReport, at: At) -> Events:
    """Read an answer to a status request: it is news where it shows what no other report has said."""
    status = report.ord_status
    if order.is_ended:
        return _read_after_the_end(order, status, report, at)
    if status is None and order._life is not _SENT:
        return ignored(order, report, at, "a status answer")
    if status is None:
        return read_pending_new(order, report, at)  # Whatever it is now, the broker has it.
    if status is OrdStatus.REJECTED and report.reject_code == "5":
        return (contradiction(order, report, at, "the broker says that it does not know the order"),)
    if status in _ENDING:
        return _ENDING[status](order, report, at)
    if order._life is _SENT:
        return _read_first_status(order, status, report, at)
    kind = _PENDING_STATUS.get(status)
    if kind is not None:
        waiting = _meant(order, kind, report)
        if waiting is not None and not waiting.pending:
            event = ev.OrderPendingCancel if kind is RequestKind.CANCEL else ev.OrderPendingReplace
            return (event(*at.envelope(), order.order_id, waiting.cl_ord_id),)
        return ignored(order, report, at, "a status answer")
    asked = request_of(order, report.cl_ord_id)
    if asked is not None and asked.kind is RequestKind.REPLACE:
        # The identity of a replace is in force only once it is accepted (FIX G.1.c).
        return read_replaced(order, report, at)
    if asked is not None and asked.kind is RequestKind.CANCEL and _is_over(status, report):
        return read_canceled(order, report, at)
    if status is OrdStatus.FILLED:
        return _read_filled(order, report, at)
    return ignored(order, report, at, "a status answer")


def _is_over(status: OrdStatus, report: ExecutionReport) -> bool:
    # A cancel that is decided on would be shown; of an order that has filled nothing would be missing.
    total, counted = report.order_qty, report.cum_qty
    return (
        status in _HIDES_AN_END
        and report.leaves_qty == ZERO
        and is_sane(total)
        and is_sane(counted)
        and counted < total
    )


def _read_after_the_end(order: Order, status: OrdStatus | None, report: ExecutionReport, at: At) -> Events:
    is_older = is_before_the_end(order, report)
    if status in _AT_WORK and not is_older:
        # What ended it may have been wrong: a person's word, or a broker that had not looked everywhere.
        return (
            contradiction(
                order, report, at, f"{order.life.value} here, and the broker shows it as {readable(status)}"
            ),
        )
    return ignored(order, report, at, OLDER if is_older else "a status answer")


def _read_filled(order: Order, report: ExecutionReport, at: At) -> Events:
    if not order.is_filled:
        if report.cum_qty is not None:
            return ignored(
                order, report, at, "a status answer"
            )  # What it counts is looked at for every report.
        text = f"shown as filled, of which {order.cum_qty} of {order.order_qty} are known here"
        code, total = AnomalyCode.MISSING_EXECUTION, order.order_qty
        return (anomaly(at, code, order.order_id, text, report, counted_qty=total),)
    # Nothing is left that a cancel could still stop: its answer, if there is to be one, can only be a refusal.
    late = [
        asked for asked in order._requests.values() if asked.kind is RequestKind.CANCEL and asked.in_doubt
    ]
    refused = tuple(
        ev.CancelRejected(*at.envelope(place), order.order_id, asked.cl_ord_id, "the order has filled", "")
        for place, asked in enumerate(late)
    )
    return refused or ignored(order, report, at, "a status answer")


def _meant(order: Order, kind: RequestKind | None, report: ExecutionReport) -> OutstandingRequest | None:
    named = request_of(order, report.cl_ord_id)
    if named is not None and named.kind is kind:
        return named
    # An answer that is older than a request says nothing of it, and one about the order does not say which of several
    # it means: that one may never have arrived.
    if named is None and report.cl_ord_id in order._amendments:
        return None  # It is about a request that was answered since.
    said_ns = report.transact_time_ns
    asked = [request for request in order._requests.values() if request.kind is kind]
    is_meant = len(asked) == 1 and (said_ns is None or asked[0].sent_ns <= said_ns)
    return asked[0] if is_meant else None


def _read_first_status(order: Order, status: OrdStatus, report: ExecutionReport, at: At) -> Events:
    if status is OrdStatus.PENDING_NEW:
        return read_pending_new(order, report, at)
    kind = _PENDING_STATUS.get(status)
    asked = _meant(order, kind, report)
    if asked is not None:
        if asked.pending:
            return ignored(order, report, at, "already pending")
        event = ev.OrderPendingCancel if kind is RequestKind.CANCEL else ev.OrderPendingReplace
        return (event(*at.envelope(), order.order_id, asked.cl_ord_id),)
    return read_new(order, report, at)


_ENDING: Final[dict[OrdStatus, Callable[[Order, ExecutionReport, At], Events]]] = {
    OrdStatus.CANCELED: read_canceled,
    OrdStatus.EXPIRED: read_expired,
    OrdStatus.REJECTED: read_rejected,
}

"""What in a report cannot be taken as it is: fields of a wrong kind, and the event that sets a report aside.

What a broker says ends up in the journal, so every field of it must be one that the journal can hold, whatever an adapter
has put there.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias, TypeVar

from attrs import define, evolve

from oms.lifecycle.facts import is_later
from oms.model import events as ev
from oms.model.door import MAX_TIME_NS
from oms.model.enums import AnomalyCode, ExecRestatementReason, LastLiquidityInd, OrdStatus
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order, Said
from oms.model.reports import ExecutionReport, OrderCancelReject, Report

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

MAX_RAW: Final = 4096
"""How much of a report an anomaly keeps, in characters; and how much is kept of what is said in words."""

MAX_PAYLOAD: Final = 65_536
"""How much of the message as it came an execution keeps, in characters."""

MAX_NAME: Final = 256
"""The longest identity or code that is taken from a broker, in characters."""

_NAMES: Final = {
    ExecutionReport: (
        "cl_ord_id", "orig_cl_ord_id", "venue_order_id", "exec_id", "exec_ref_id", "trade_date", "comm_currency", "reject_code",
    ),
    OrderCancelReject: ("cl_ord_id", "orig_cl_ord_id", "venue_order_id", "reject_code"),
}  # fmt: skip

R = TypeVar("R", ExecutionReport, OrderCancelReject)


@define
class At:
    """Where the events go: the envelope of the first one, and the broker that speaks.

    The engine keeps one and moves it on from report to report.
    """

    sequence: int
    epoch: int
    cause: ev.Cause
    input_sequence: int
    time_ns: int
    broker: BrokerName

    def envelope(self, place: int = 0) -> tuple[int, int, ev.Cause, int, int]:
        """Give the first fields of the event that stands `place` events after the first."""
        return self.sequence + place, self.epoch, self.cause, self.input_sequence, self.time_ns


Events: TypeAlias = tuple[ev.Event, ...]


OLDER: Final = "older than the end"
"""Why a report is no news that was certainly said before the end of its order."""


def anomaly(
    at: At,
    code: AnomalyCode,
    order_id: OrderId | None,
    text: str,
    report: object,
    place: int = 0,
    counted_qty: Decimal | None = None,
) -> ev.AnomalyRaised:
    """Give the event that sets a report aside, `place` events after the first of the envelope; `counted_qty` where it counts more."""
    raw = shown(report)
    text = text[:MAX_RAW]
    return ev.AnomalyRaised(
        *at.envelope(place),
        code,
        at.broker,
        order_id,
        text,
        raw,
        counted_qty,
    )


def contradiction(order: Order, report: Report, at: At, text: str) -> ev.AnomalyRaised:
    """Give the event that sets aside a report that denies what the order is."""
    return anomaly(at, AnomalyCode.CONTRADICTS_ORDER, order.order_id, text, report)


def malformed(order: Order, report: object, at: At, text: str) -> Events:
    """Give the event that sets aside a report that makes no sense."""
    return (anomaly(at, AnomalyCode.MALFORMED, order.order_id, text, report),)


def illegal(order: Order, report: ExecutionReport, at: At) -> Events:
    """Give the event that sets aside a report of what cannot happen to the order now."""
    text = f"{report.exec_type.name} for an order that is {order.life.value} with {order.leaves_qty} left"
    return (anomaly(at, AnomalyCode.ILLEGAL_IN_STATE, order.order_id, text, report),)


def late(order: Order, report: ExecutionReport, at: At) -> Events:
    """Give the event that sets aside a report of what cannot happen to the order now; only a trace where it was said before the end."""
    if is_before_the_end(order, report):
        return ignored(order, report, at, OLDER)
    return illegal(order, report, at)


def is_before_the_end(order: Order, report: ExecutionReport) -> bool:
    """Tell whether a report was certainly said before the end of its order."""
    end = order._end
    return end is not None and is_later(end, said_at(report))


def said_at(report: ExecutionReport) -> Said:
    """Give when a venue said something, by its own time and its own number; 0 where it gave none."""
    return report.transact_time_ns or 0, report.report_seq or 0


def ignored(order: Order, report: Report, at: At, text: str, *, is_known: bool = False) -> Events:
    """Give the event that leaves a trace of a report that is no news; one that `is_known` never is, if it comes again."""
    said, exec_id, venue_ns = "CANCEL_REJECT", None, 0
    if isinstance(report, ExecutionReport):
        said, exec_id = report.exec_type.name, report.exec_id
        venue_ns = (report.transact_time_ns or 0) if is_known else 0
    is_known = is_known and exec_id is not None
    return (ev.ReportIgnored(*at.envelope(), order.order_id, said, exec_id, text, venue_ns, is_known),)


def dated(order: Order, report: ExecutionReport, at: At, text: str) -> Events:
    """Give the event that leaves a trace of a report that is no news but for when it was said."""
    return (
        ev.ReportIgnored(
            *at.envelope(),
            order.order_id,
            report.exec_type.name,
            report.exec_id,
            text,
            report.transact_time_ns or 0,
            venue_seq=report.report_seq or 0,
            is_dated=True,
        ),
    )


def shown(said: object) -> str:
    """Give what was said as text, whatever it is, at most `MAX_RAW` characters of it."""
    if isinstance(said, Enum):
        return f"{type(said).__name__}.{said.name}"
    try:
        return (said if type(said) is str else repr(said))[:MAX_RAW]
    except Exception as error:  # noqa: BLE001  # an int too long to print, a nest too deep, a __repr__ that fails
        return f"a {type(said).__name__} that cannot be shown: {type(error).__name__}"


def clean(report: R) -> tuple[R, tuple[str, ...]]:
    """Give a report without the fields that the journal could not hold, and what was wrong with each of them.

    Quantities and prices are left to those who use them. A long text is no fault; only a part of it is kept.
    """
    changed: dict[str, Any] = {}
    faults: list[str] = []

    def drop(field: str, instead: object, wanted: str) -> None:
        changed[field] = instead
        faults.append(f"{field} must be {wanted}: {shown(getattr(report, field))}")

    for field in _NAMES[type(report)]:
        name = getattr(report, field)
        if name is not None and (type(name) is not str or len(name) > MAX_NAME):
            drop(field, "" if field == "reject_code" else None, f"a text of at most {MAX_NAME} characters")
    # None in the place of an empty text is too common to lose an answer over.
    if report.reject_code is None:
        changed["reject_code"] = ""
    for field, most in (("text", MAX_RAW), ("raw", MAX_PAYLOAD)):
        text = getattr(report, field)
        if text is None:
            changed[field] = ""
        elif type(text) is not str:
            drop(field, shown(text), "a text")
        elif len(text) > most:
            changed[field] = text[:most]
    time_ns = report.transact_time_ns
    if time_ns is not None and (type(time_ns) is not int or not 0 <= time_ns <= MAX_TIME_NS):
        drop("transact_time_ns", None, "an int of nanoseconds since 1970")
    if report.ord_status is not None and type(report.ord_status) is not OrdStatus:
        drop("ord_status", None, "an OrdStatus")
    if isinstance(report, ExecutionReport):
        liquidity = report.last_liquidity_ind
        if liquidity is not None and type(liquidity) is not LastLiquidityInd:
            drop("last_liquidity_ind", None, "a LastLiquidityInd")
        why = report.exec_restatement_reason
        if why is not None and type(why) is not ExecRestatementReason:
            drop("exec_restatement_reason", None, "an ExecRestatementReason")
        place = report.report_seq
        if place is not None and (type(place) is not int or not 0 <= place <= MAX_TIME_NS):
            drop("report_seq", None, "an int of 0 or more")
    return (evolve(report, **changed) if changed else report), tuple(faults)


def is_plain(report: ExecutionReport) -> bool:
    """Tell, at little cost, that `clean` would find nothing; False says nothing."""
    # What is left unsaid is None, and passes at once; texts that are short together are short each.
    exec_id, venue_order_id, raw, text = report.exec_id, report.venue_order_id, report.raw, report.text
    trade_date, currency = report.trade_date, report.comm_currency
    time_ns, place = report.transact_time_ns, report.report_seq
    if (
        type(report.cl_ord_id) is not str
        or not (exec_id is None or type(exec_id) is str)
        or not (venue_order_id is None or type(venue_order_id) is str)
        or not (trade_date is None or type(trade_date) is str)
        or not (currency is None or type(currency) is str)
        or not (report.ord_status is None or type(report.ord_status) is OrdStatus)
        or not (report.last_liquidity_ind is None or type(report.last_liquidity_ind) is LastLiquidityInd)
        or not (time_ns is None or (type(time_ns) is int and 0 <= time_ns <= MAX_TIME_NS))
        or not (place is None or (type(place) is int and 0 <= place <= MAX_TIME_NS))
    ):
        return False
    names = len(f"{report.cl_ord_id}{exec_id}{venue_order_id}{trade_date}{currency}")
    return (
        names <= MAX_NAME
        and type(raw) is str
        and len(raw) <= MAX_PAYLOAD
        and type(text) is str
        and len(text) <= MAX_RAW
    )


def is_bare(report: ExecutionReport) -> bool:
    """Tell, at little cost, that `clean` would find nothing in the fields that `is_plain` leaves out; False says nothing."""
    orig = report.orig_cl_ord_id
    return (
        (orig is None or (type(orig) is str and len(orig) <= MAX_NAME))
        and report.exec_ref_id is None
        and report.exec_restatement_reason is None
        and type(report.reject_code) is str
        and not report.reject_code
    )

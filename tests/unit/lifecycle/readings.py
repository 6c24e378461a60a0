"""Orders in a given state, and what a report about one amounts to."""
# ruff: noqa: ANN401  # the fields of events and reports are of any kind

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any, Final

from oms.lifecycle.anomalies import At
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType
from oms.model.ids import BrokerName, ClOrdId, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit
from oms.model.venue_profile import FIX_BROKER, VenueProfile
from tests.unit.journals import NEW_ID, T0, make, new_order

PAPER: Final = BrokerName("paper")
CAUSE: Final = ev.Cause("ExecutionReport", "paper")
AT: Final = At(7, 2, CAUSE, 7, T0, PAPER)
THEIRS: Final = ClOrdId("venue-1")
"""An identity that the venue gave to an order of its own accord."""

SENT: Final = (make(ev.OrderSubmitted),)
LIVE: Final = (*SENT, make(ev.OrderAcknowledged))
PART: Final = (*LIVE, make(ev.Traded))  # 40 of 100 at 189.50
FULL: Final = (*LIVE, make(ev.Traded, last_qty=Decimal(100)))
ASKED: Final = (*PART, make(ev.ReplaceRequested, order_qty=Decimal(150)), make(ev.CancelRequested))
CANCELED: Final = (*LIVE, make(ev.OrderCanceled))
OLD: Final = Limit("189.50")


def envelope(place: int = 0) -> tuple[int, int, ev.Cause, int, int]:
    """The envelope of an event, so many after the first that a report leads to."""
    return 7 + place, 2, CAUSE, 7, T0


def first(place: int = 0) -> tuple[int, int, ev.Cause, int, int, OrderId]:
    """The envelope, and the order that the event is about."""
    return (*envelope(place), OrderId(1))


def d(number: str | int) -> Decimal:
    """An exact number, briefly."""
    return Decimal(number)


def after(*events: ev.OrderEvent, **fields: Any) -> Order:
    """The order of 100 AAPL at 189.50, but for these fields, after these events."""
    order = new_order(**fields)
    for event in events:
        apply(order, copy(event))
    return order


def report(exec_type: ExecType, **fields: Any) -> ExecutionReport:
    """A report under the identity of the new order, unless it says otherwise."""
    return ExecutionReport(exec_type, **{"cl_ord_id": NEW_ID, **fields})


def facts_of(order: Order) -> dict[str, Any]:
    """Every fact of an order, those that it keeps to itself too."""
    return {slot: getattr(order, slot, None) for slot in Order.__slots__}


def read(
    order: Order,
    said: Any,
    executions: ExecutionIndex | None = None,
    profile: VenueProfile = FIX_BROKER,
) -> tuple[ev.Event, ...]:
    """What a report amounts to; the order is only looked at."""
    before = facts_of(order)
    events = interpret(order, said, AT, executions or ExecutionIndex(), profile)
    assert facts_of(order) == before
    return events


def take(order: Order, events: tuple[ev.Event, ...]) -> Order:
    """The order after what a report amounts to: the tables agree that it may happen."""
    for event in events:
        if isinstance(event, ev.OrderEvent):
            apply(order, copy(event))
    return order


def told(events: tuple[ev.Event, ...]) -> list[str]:
    """The events' classes, and for an anomaly its code."""
    return [
        event.code.name if isinstance(event, ev.AnomalyRaised) else type(event).__name__ for event in events
    ]


def these(*facts: object) -> tuple[object, ...]:
    """Facts to be held against what is expected, whatever their types: a `Decimal` may be held against an `int`."""
    return facts


def set_aside(
    code: AnomalyCode, text: str, said: object, place: int = 0, counted: Decimal | None = None
) -> ev.AnomalyRaised:
    """The event that sets a report aside, or flags it; where executions are missing, with what it counts."""
    if code is AnomalyCode.MISSING_EXECUTION and isinstance(said, ExecutionReport):
        counted = said.cum_qty if counted is None else counted
    return ev.AnomalyRaised(*envelope(place), code, PAPER, OrderId(1), text, repr(said), counted)


def ignored(said: ExecutionReport, text: str) -> ev.ReportIgnored:
    """The trace of a report that is no news."""
    return ev.ReportIgnored(*first(), said.exec_type.name, said.exec_id, text)

"""One reconciliation under way: what was asked of a broker, and what it has said."""

from __future__ import annotations

from attrs import define, field

from oms.engine.plain_reports import of_our_own_class, plain_report
from oms.model.breaks import Break
from oms.model.define import record
from oms.model.enums import BreakKind, Listing
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, PositionReport

# What is known of an order is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


@record
class Difference:
    """What differs; the fields are those of `Break`."""

    kind: BreakKind
    key: str
    order_id: OrderId | None
    expected: str
    said: str
    text: str

    def is_same_as(self, known: Break) -> bool:
        """Tell whether a break says the same of it."""
        return (known.expected, known.said) == (self.expected, self.said)


@define(eq=False)
class Run:
    """What one round of questions has brought so far.

    Attributes:
        broker: Who is asked.
        grace_ns: For how long what differs may still explain itself, in nanoseconds.
        to_ask: What is still to be listed, the next first.
        awaited: What it was asked to list and has not.
        attempts: How often it was asked for that.
        due_ns: When something is to happen although it says nothing, in nanoseconds UTC.
        pages: How many parts of its executions it has told.
        heard: Its words on orders that are still to be held against the books.
        said: Its last word on each order that it named.
        noticed: How each suspect differed when that word came.
        named: The orders that its list named.
        has_all_open: Its list named every open one.
        as_of_ns: The moment that the list shows.
        missing: The orders that are open here and should have been in it.
        unknown: The orders that it named and nobody knows here, by their names there.
        fills: What differs in single executions and their fees.
        is_compared: The list was looked through, and what differs was asked about.
        asked: The orders that were asked about and are not answered.
        rested: The orders that were asked about so lately that they are not asked about again; nothing new is concluded of them.
        confirmed: The orders that it was asked about and has found.
        absent: The orders that it certainly does not have.
        positions: What it says is held.
        looks: How often it was asked for that.
        grace_until_ns: Nothing is concluded before, in nanoseconds UTC; None while nothing differs.
    """

    broker: BrokerName
    grace_ns: int
    to_ask: list[Listing]
    awaited: Listing | None = None
    attempts: int = 0
    due_ns: int = 0
    pages: int = 0
    heard: list[tuple[Order, ExecutionReport]] = field(factory=list)
    said: dict[OrderId, ExecutionReport] = field(factory=dict)
    noticed: dict[OrderId, tuple[Difference, ...]] = field(factory=dict)
    named: set[OrderId] = field(factory=set)
    has_all_open: bool = False
    as_of_ns: int = 0
    missing: list[Order] = field(factory=list)
    unknown: dict[str, ExecutionReport] = field(factory=dict)
    fills: list[Difference] = field(factory=list)
    is_compared: bool = False
    asked: set[OrderId] = field(factory=set)
    rested: set[OrderId] = field(factory=set)
    confirmed: set[OrderId] = field(factory=set)
    absent: set[OrderId] = field(factory=set)
    positions: PositionReport | None = None
    looks: int = 0
    grace_until_ns: int | None = None


def note_status(run: Run, order: Order, said: object) -> None:
    """Note a broker's answer about an order; it is held against the books once they have taken it in."""
    try:
        report = plain_report(of_our_own_class(said))
    except Exception:  # noqa: BLE001  # a class of the adapter's own may fail at anything; it was set aside before
        return
    run.asked.discard(order._order_id)
    if isinstance(report, ExecutionReport):
        run.confirmed.add(order._order_id)
        run.heard.append((order, report))

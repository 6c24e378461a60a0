"""An order that the library works by children: a live record that anyone may read and only `oms.engine.parent_book` writes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import value
from oms.model.enums import RequestKind
from oms.model.ids import BrokerName, ExecId, OrderId
from oms.model.order import ENDED, Order
from oms.model.terms import Strategy, Terms
from oms.model.time_in_force import Day
from oms.model.work import NO_MEMO, Memo, Pace, Slice, WorkEnd

# What is counted of an order is read off its slots; what the engine keeps here is its own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

ORIGIN: Final = "algo"
"""Who speaks where an algorithm asks for something, or something is asked on its account."""

AUCTION: Final = "auction"
"""What a child is for that goes into an auction."""
SLICE: Final = "slice"
"""What most children are for: a slice of the schedule."""

Seen: TypeAlias = tuple[Decimal | None, Decimal | None, int]
"""The best bid and offer of a quote that could be used, and when it was received, in nanoseconds UTC; 0 where there was none."""

NOTHING_SEEN: Final[Seen] = (None, None, 0)


class Child:
    """An order that was made of another one, its parent. Reading is free.

    Attributes:
        order_id: Its number.
        number: Of which slice it is.
        role: What it is for, such as `slice`, `sweep` or `auction`.
        until_ns: When that slice ends, in nanoseconds UTC; 0 where it is of none that was planned.
        order: The order; None where it was announced and is yet to be created.
        filled: What it has executed.
        working: What it may still execute, whatever is unanswered.
        exec_id: Its last execution, correction or bust; None before the first.
        is_taken_back: A cancel of it was asked for here by the algorithm, or on its account.
        counted: What has executed of it by its venue's count, where that was more than was reported; 0 where it never was.
        missing: What of that was not reported yet, once it has ended: its parent counts it as at work.
    """

    __slots__ = (
        "_told", "counted", "exec_id", "filled", "is_taken_back", "missing", "number", "order", "order_id", "refused_ns", "role", "unmoved_ns", "until_ns", "working",
    )  # fmt: skip

    def __init__(self, order_id: OrderId, number: int, role: str, until_ns: int = 0) -> None:
        """Begin with a number that no order has yet."""
        self.until_ns = until_ns
        self.order_id = order_id
        self.number = number
        self.role = role
        self.order: Order | None = None
        self.exec_id: ExecId | None = None
        self.filled = self.working = ZERO
        self.counted = self.missing = ZERO
        self.is_taken_back = False
        # When a cancel of it was last refused, in nanoseconds UTC; 0 where none was.
        self.refused_ns = 0
        # The same of another price.
        self.unmoved_ns = 0
        # What its parent was told of: how much it has executed, and what that was worth.
        self._told = (ZERO, ZERO)

    @property
    def is_open(self) -> bool:
        """It may still execute."""
        return bool(self.working)

    @property
    def is_for_auction(self) -> bool:
        """It goes into the opening or the closing auction."""
        return self.role == AUCTION

    @property
    def is_for_the_day(self) -> bool:
        """It is good for the day."""
        order = self.order
        return order is not None and type(order._time_in_force) is Day

    @property
    def is_pending_cancel(self) -> bool:
        """A cancel of it was asked for and is unanswered."""
        order = self.order
        return order is not None and any(one.kind is RequestKind.CANCEL for one in order._requests.values())

    def __repr__(self) -> str:
        """Give one readable line."""
        return f"<Child {self.role} {self.number}: {self.order or self.order_id!r}>"


class Parent:
    """An order that is worked here, as it stands. Reading is free.

    Not for use from several threads at once: it moves when its manager handles an input.

    Attributes:
        order: The order itself.
        slices: The plan by the numbers of its slices: what was planned and not decided yet.
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The first moment after its time, in nanoseconds UTC.
        arrival: The last usable quote as it was planned for the first time.
        memo: What its handler keeps of its own.
        children: Every child that is in memory, by its number, oldest first.
        open: Those of them that may still execute.
        away: What children that have left memory had executed, by the number of their slice; those that come back are among
            `children` again.
        planned: What these slices are together.
        taken: The slices of which a child was sent and is not known to have been taken: they are due again if it is refused.
        decided: What became of each slice that was decided, and why.
        filled: What its children have executed.
        working: What they may still execute, those in doubt included; and what has executed of them by their venue's count, and was
            not reported yet.
        rejects: How many children in a row were refused, here or by the venue.
        refused_ns: When the last of them was, in nanoseconds UTC.
        last_child_ns: When the last child was announced, in nanoseconds UTC; 0 before the first.
        suspended: Why nothing is sent until somebody lets it go on; None where it is not suspended.
        held: What forbids a child for now that somebody was told of; None where nothing does.
        stopped: What kind of end it comes to; None where it does not.
        broker: Where all its children go; None where that was not said as it came.
        amend: The total and the terms that it is to be changed to once enough is taken back; None where it is not.
    """

    __slots__ = (
        "_away_told", "_told_excess", "amend", "arrival", "away", "broker", "children", "decided", "end_ns", "filled", "held", "last_child_ns", "memo", "open", "order", "planned",
        "refused_ns", "rejects", "slices", "start_ns", "stop_text", "stopped", "suspended", "taken", "working",
    )  # fmt: skip

    def __init__(self, order: Order) -> None:
        """Begin without a plan."""
        self.order = order
        self.slices: dict[int, Slice] = {}
        self.start_ns = self.end_ns = 0
        self.arrival: Seen = NOTHING_SEEN
        self.memo: Memo = NO_MEMO
        self.children: dict[OrderId, Child] = {}
        self.open: dict[OrderId, Child] = {}
        self.away: dict[int, Decimal] = {}
        # What it was told of these: how much they had executed, and what that was worth.
        self._away_told = (ZERO, ZERO)
        self.taken: dict[int, Slice] = {}
        self.decided: dict[int, Pace] = {}
        self.filled = self.working = self.planned = ZERO
        self.rejects = self.refused_ns = self.last_child_ns = 0
        self.suspended: str | None = None
        self.held: Pace | None = None
        self.stopped: WorkEnd | None = None
        self.stop_text = ""
        self.amend: tuple[Decimal, Terms] | None = None
        self.broker: BrokerName | None = None
        # By how much it was overfilled as somebody was told.
        self._told_excess = ZERO

    @property
    def order_id(self) -> OrderId:
        """The order's number."""
        return self.order._order_id

    @property
    def qty(self) -> Decimal:
        """How much was ordered; where less is wanted and is waited for, that."""
        total = self.order._order_qty
        return total if self.amend is None else min(total, self.amend[0])

    @property
    def available(self) -> Decimal:
        """What may still be sent: what was ordered and has neither executed nor works."""
        return max(EXACT.subtract(self.qty, EXACT.add(self.filled, self.working)), ZERO)

    @property
    def excess(self) -> Decimal:
        """By how much what has executed is more than was ordered."""
        return max(EXACT.subtract(self.filled, self.order._order_qty), ZERO)

    @property
    def beyond(self) -> Decimal:
        """How much works, and no cancel of it is on its way, beyond what is left to execute; zero where all is well."""
        if not self.working:
            return ZERO
        left = max(EXACT.subtract(self.order._order_qty, self.filled), ZERO)
        if self.working <= left:
            return ZERO
        works = self.missing
        for child in self.open.values():
            if not child.is_pending_cancel:
                works = EXACT.add(works, child.working)
        return max(EXACT.subtract(works, left), ZERO)

    @property
    def missing(self) -> Decimal:
        """How much has executed by their venues' count of children that have ended, and was not reported."""
        found = self.working
        for child in self.open.values():
            found = EXACT.subtract(found, child.working)
        return found

    @property
    def may_send(self) -> bool:
        """Nothing of its own forbids another child: it is not suspended, stopped, ended, or about to be made smaller."""
        return (
            self.suspended is None
            and self.stopped is None
            and self.amend is None
            and self.order._life not in ENDED
        )

    @property
    def is_over(self) -> bool:
        """Nothing is left to be done about it: it has ended or is filled, and no child may execute."""
        return not self.open and (self.order._life in ENDED or self.filled >= self.order._order_qty)

    def due(self, now_ns: int) -> Iterator[Slice]:
        """Give the slices that are due by now and have not been decided, in the order of their times."""
        return takewhile(lambda each: each.start_ns <= now_ns, self.slices.values())

    def memo_of(self, name: str) -> str | None:
        """Give what its handler keeps under a name; None where that is nothing."""
        return next((text for key, text in self.memo if key == name), None)

    def snapshot(self) -> WorkView:
        """Give how it stands now, as a value that will not move."""
        return WorkView(
            self.order_id, self.order._order_qty, self.filled, self.working, self.available, self.start_ns, self.end_ns,
            () if self.is_over else tuple(self.slices.values()), tuple(self.decided.items()),
            tuple((one.order_id, one.number, one.role, one.filled, one.working) for one in self.children.values()),
            self.suspended, self.stopped, self.arrival, self.memo, self.held,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Give one readable line."""
        done = f"{plain(self.filled)} executed, {plain(self.working)} at work"
        return f"<Parent {self.order!r}: {done}, {len(self.slices)} slices to come>"


@value
class WorkView:
    """How an order stands that is worked here.

    Attributes:
        order_id: The order.
        qty: How much was ordered.
        filled: What its children have executed.
        working: What they may still execute.
        available: What may still be sent.
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The first moment after its time, in nanoseconds UTC.
        slices: What was planned and is still to come; nothing of one that is over.
        decided: The numbers of the slices that were decided, each with why so much was sent or nothing.
        children: Its children: number, slice, role, executed, and what may still execute.
        suspended: Why nothing is sent until somebody lets it go on; None where it is not suspended.
        stopped: What kind of end it comes to; None where it does not.
        arrival: The last usable quote as it was planned for the first time.
        memo: What its handler keeps of its own.
        held: What forbids a child for now that somebody was told of; None where nothing does.
    """

    order_id: OrderId
    qty: Decimal
    filled: Decimal
    working: Decimal
    available: Decimal
    start_ns: int
    end_ns: int
    slices: tuple[Slice, ...]
    decided: tuple[tuple[int, Pace], ...]
    children: tuple[tuple[OrderId, int, str, Decimal, Decimal], ...]
    suspended: str | None
    stopped: WorkEnd | None
    arrival: Seen
    memo: Memo
    held: Pace | None = None


def may_execute(order: Order) -> Decimal:
    """Give the most that an order may still execute, whatever is unanswered; also of one that was not sent yet."""
    return ZERO if order._life in ENDED else max(order._leaves_qty, order._exposed_qty)


def missing_of(order: Order, counted: Decimal) -> Decimal:
    """Give how much of an order was executed by its venue's count and not reported yet; 0 while it works, of which that is a part."""
    return max(EXACT.subtract(counted, order._cum_qty), ZERO) if order._life in ENDED else ZERO


def is_parent(order: Order) -> bool:
    """Tell whether an order is worked here by children, or was meant to be: it is never sent itself."""
    return order._given_terms is not None and order._broker is None and type(order._terms) is Strategy

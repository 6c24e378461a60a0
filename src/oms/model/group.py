"""A group of orders: a live handle that anyone may read and only `oms.engine.group_book` writes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oms.model.contingency import Contingency, Leg, Oco, Oto, SubmitGroup
from oms.model.decimals import ZERO, plain
from oms.model.define import record
from oms.model.enums import LegEnd, WorkedBy
from oms.model.ids import Account, ListId, OrderId
from oms.model.market import MarketUpdate
from oms.model.order import Order
from oms.model.terms import Terms, in_words

# What the engine keeps on a leg is its own.


NO_ORDERS: Final[frozenset[OrderId]] = frozenset()
NOTHING_REFUSED: Final[Mapping[OrderId, int]] = {}


@record
class Reach:
    """That the market has reached the price of a leg whose order is held here, and has not been sent yet.

    Attributes:
        terms: What it is to be sent as.
        trigger_px: The price that it waited for.
        px: The price that reached it.
        px_ns: When that was received, in nanoseconds UTC.
    """

    terms: Terms
    trigger_px: Decimal
    px: Decimal
    px_ns: int


class GroupLeg:
    """A leg as it stands. Reading is free.

    Attributes:
        number: Its place in the group, from 0.
        leg: What it was asked for with.
        terms: With which it goes to its venue from now on: those it was asked for with, as they were replaced since, and
            once its price was reached what is left of them.
        orders: What was made of it, oldest first.
        held: The last of these, where it is held here until its price comes; None where it is not.
        end: Why nothing more is made of it; None while something may be.
        reached: The number of the event by which its price was reached while it waited here; 0 where that has not happened.
        reach: That its price was reached, and it waits for its turn; None where it does not.
        executed_qty: Executed by all of its orders.
        open_qty: The most that may still execute of those that were sent, whatever is unanswered.
        asked_qty: What may still execute of them once everything that is unanswered is granted.
        first_qty: What had executed after the first execution; 0 before that.
        has_ended: Its orders had all ended once.
        is_final: It is at the market since its price was reached.
        may_rest: Its venue takes it as it is; False where it is held here until its price comes. Not part of the state.
        reduces: Its orders may only reduce a position.
        is_entry: Other legs are placed for what it brings.
    """

    __slots__ = (
        "_asked_away",
        "_brings_bare",
        "_cut",
        "_cut_at",
        "_cut_told",
        "_entry",
        "_excess_told",
        "_group",
        "_no_cancel",
        "_no_replace",
        "_passed",
        "_stuck",
        "_wait_told",
        "_wanted_at",
        "asked_qty",
        "end",
        "executed_qty",
        "first_qty",
        "has_ended",
        "held",
        "is_entry",
        "is_final",
        "leg",
        "may_rest",
        "number",
        "open_qty",
        "orders",
        "reach",
        "reached", "reduces",
        "terms",
    )  # fmt: skip

    def __init__(self, group: Group, number: int, leg: Leg) -> None:
        """Begin without an order."""
        self._group = group
        self.number = number
        self.leg = leg
        self.terms = leg.terms
        self.orders: list[Order] = []
        self.held: Order | None = None
        self.end: LegEnd | None = None
        self.reach: Reach | None = None
        self.reached = 0
        self.executed_qty = self.open_qty = self.asked_qty = self.first_qty = ZERO
        self.has_ended = self.is_final = self.is_entry = False
        self.may_rest = True
        self.reduces = leg.instructions is not None and leg.instructions.reduce_only
        if self.reduces:
            group._reduces = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # a part of it
        self._entry: GroupLeg | None = None
        # The market with which the gate would have let it go as it was reached; not part of the state.
        self._passed: MarketUpdate | None = None
        # Somebody was told that it waits, or that the exits of what it has brought do.
        self._asked_away = self._wait_told = False
        # It has brought more since one of its exits was lost, and nobody was told yet; not part of the state.
        self._brings_bare = False
        # The position and what is left of it as more was wanted last, and where what came of that was taken off by the rule of
        # reduce-only orders: while that is all there is, it would be again. Somebody was told; not part of the state.
        self._wanted_at: tuple[Decimal, Decimal] | None = None
        self._cut_at: tuple[Decimal, Decimal] | None = None
        self._cut_told = False
        self._excess_told = ZERO
        # Canceled by the group itself; beyond what they should be for, and somebody was told.
        self._cut = self._stuck = NO_ORDERS
        # When what was asked for last was refused, in nanoseconds UTC; replaced, never changed.
        self._no_replace: Mapping[OrderId, int] = NOTHING_REFUSED
        self._no_cancel: Mapping[OrderId, int] = NOTHING_REFUSED

    def __repr__(self) -> str:
        """Give one readable line."""
        end = "" if self.end is None else f", {self.end.value}"
        done = f"{plain(self.executed_qty)} executed by {len(self.orders)} orders{end}"
        return f"<GroupLeg {self.number} {_leg(self.leg)}: {done}>"


class Group:
    """Orders that depend on one another, as they stand.

    Not for use from several threads at once: it moves when its manager handles an input.

    Attributes:
        group_id: Ours, for life; 0 while it waits to be taken.
        contingency: How its legs depend on one another.
        account: For whom the legs are that name nobody.
        client_ref: The caller's own name for it.
        legs: Its legs, in the order of the tree.
        is_canceled: It was asked for that nothing more is made of it.
        list_id: What it goes by at the venue that works it as one list; None where it is worked here.
    """

    __slots__ = (
        "_has_executed", "_has_lost", "_has_notes", "_is_unknown", "_reduces", "account", "client_ref", "contingency", "group_id", "is_canceled", "legs", "list_id",
    )  # fmt: skip

    def __init__(self, group_id: int, asked: SubmitGroup) -> None:
        """Begin without an order."""
        self.group_id = group_id
        self.contingency: Contingency = asked.contingency
        self.account: Account = asked.account
        self.client_ref = asked.client_ref
        self.is_canceled = False
        self.list_id: ListId | None = None
        self._reduces = False
        # One of its legs was lost once.
        self._has_lost = False
        self.legs = tuple([GroupLeg(self, number, leg) for number, leg in enumerate(asked.legs)])
        # Nobody has looked since it is known: since an order may have ended that was not to, and since something executed.
        self._is_unknown = self._has_executed = True
        # Something was refused of it, or somebody was told of an excess: once, for nobody takes note of the last of it.
        self._has_notes = False

    @property
    def worked_by(self) -> WorkedBy:
        """Who releases its exits and keeps its legs from executing too much: its venue, or the library."""
        return WorkedBy.OMS if self.list_id is None else WorkedBy.VENUE

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order that was made for it, by leg."""
        return tuple(order for leg in self.legs for order in leg.orders)

    @property
    def entry(self) -> Order | None:
        """The latest order of its first leg; None while there is none."""
        orders = self.legs[0].orders
        return orders[-1] if orders else None

    def __repr__(self) -> str:
        """Give one readable line."""
        done = ", ".join(plain(leg.executed_qty) for leg in self.legs)
        return f"<Group {self.group_id} {_tree(self.contingency)}: executed {done}>"


def _leg(leg: Leg) -> str:
    qty = "" if leg.order_qty is None else f"{plain(leg.order_qty)} "
    return f"{leg.side.name} {qty}{leg.symbol} {in_words(leg.terms)}"


def _tree(node: Contingency) -> str:
    match node:
        case Leg():
            return _leg(node)
        case Oco(legs=legs):
            return f"({' | '.join(map(_tree, legs))})"
        case Oto(entry=entry, exits=exits):
            return f"{_leg(entry)} -> {' & '.join(map(_tree, exits))}"

"""A group of orders: a live handle that anyone may read and only `oms.engine.group_book` writes."""

from __future__ import annotations

from decimal import Decimal

from oms.model.contingency import Contingency, Leg, Oco, Oto, SubmitGroup, legs_of
from oms.model.decimals import ZERO, plain
from oms.model.enums import LegEnd, WorkedBy
from oms.model.ids import Account, ListId, OrderId
from oms.model.order import Order
from oms.model.terms import in_words

# What the engine keeps on a leg is its own.


class GroupLeg:
    """A leg as it stands. Reading is free.

    Attributes:
        number: Its place in the group, from 0.
        leg: What it was asked for with.
        orders: What was made of it, oldest first.
        end: Why nothing more is made of it; None while something may be.
        reached: The number of the event by which its price was reached while it waited here; 0 where that has not happened.
    """

    __slots__ = (
        "_asked_away", "_cut", "_excess_told", "_first_qty", "_group", "_has_ended", "_no_cancel", "_no_replace", "end", "leg",
        "number", "orders", "reached",
    )  # fmt: skip

    def __init__(self, group: Group, number: int, leg: Leg) -> None:
        """Begin without an order."""
        self._group = group
        self.number = number
        self.leg = leg
        self.orders: list[Order] = []
        self.end: LegEnd | None = None
        self.reached = 0
        self._first_qty = ZERO
        self._has_ended = self._asked_away = self._excess_told = False
        self._cut: set[OrderId] = set()  # Canceled by the group itself.
        self._no_replace: set[OrderId] = set()  # Refused; so the next.
        self._no_cancel: set[OrderId] = set()

    @property
    def executed_qty(self) -> Decimal:
        """Executed by all of its orders."""
        return sum([order.cum_qty for order in self.orders], ZERO)

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

    __slots__ = ("account", "client_ref", "contingency", "group_id", "is_canceled", "legs", "list_id")

    def __init__(self, group_id: int, asked: SubmitGroup) -> None:
        """Begin without an order."""
        self.group_id = group_id
        self.contingency: Contingency = asked.contingency
        self.account: Account = asked.account
        self.client_ref = asked.client_ref
        self.is_canceled = False
        self.list_id: ListId | None = None
        self.legs = tuple(
            GroupLeg(self, number, leg) for number, leg in enumerate(legs_of(asked.contingency))
        )

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

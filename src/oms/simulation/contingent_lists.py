"""Orders that depend on one another at the simulated venue: how much of each works, at every moment.

The total of an order is what it may come to at most; how much of that works follows from what has executed. The exits of an
entry are held until it executes, and then work for what it has brought, each of them at the same time. What one leg of an
`Oco` executes is taken off the others, or ends them, in the same moment, before anything else can trade; so all that the
exits of an entry can still execute never exceeds what the entry has brought, and there is no race.

What may work more, or for the first time, is worked like an order that arrives then, after the update of the market or the
request that has led to it. What worked of it before works on meanwhile, where it is. What may work no more is held again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import count
from typing import Final, TypeAlias

from attrs import define, evolve

from oms.model.contingency import Arm, Contingency, Leg, Oco, Remainder, Siblings, legs_of
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import ExecRestatementReason, ExecType
from oms.model.ids import VenueOrderId
from oms.simulation.book import Book
from oms.simulation.reporting import Reports, execution_report
from oms.simulation.venue_order import Stage, VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
NOTHING_LEFT: Final = "its list leaves it nothing to execute"


@define(eq=False)
class _Member:
    """One order of a list; `own_qty` is what it may execute by its own word, None for all that it is given."""

    order: VenueOrder
    book: Book
    own_qty: Decimal | None
    first_qty: Decimal = ZERO

    @property
    def is_open(self) -> bool:
        return self.order.stage is Stage.OPEN


@define(eq=False)
class _Either:
    legs: tuple[int | _Entry, ...]
    cancels: bool


@define(eq=False)
class _Entry:
    number: int
    exits: tuple[_Node, ...]
    arm: Arm
    cancels_rest: bool


_Node: TypeAlias = "int | _Either | _Entry"


def _node_of(tree: Contingency, number: Callable[[], int], *, is_exit: bool = False) -> _Node:
    if isinstance(tree, Leg):
        return number()
    if isinstance(tree, Oco):
        legs = tuple(_node_of(one, number, is_exit=is_exit) for one in tree.legs)
        return _Either(legs, tree.siblings is Siblings.CANCEL)  # type: ignore[arg-type]  # an Oco holds none
    first = number()
    exits = tuple(_node_of(one, number, is_exit=True) for one in tree.exits)
    # The rest of an entry that is itself an exit is for what its own entry has brought.
    return _Entry(first, exits, tree.arm, tree.remainder is Remainder.CANCEL and not is_exit)


@define(eq=False)
class _List:
    """One list: its orders, by the number of their leg, and what they make of one another."""

    members: tuple[_Member, ...]
    root: _Node

    def totals(self, *, at_most: bool) -> list[Decimal]:
        """Give what each order may come to now, what it has executed included; or what it may come to at most."""
        totals = [ZERO] * len(self.members)
        self._give(self.root, None, totals, at_most=at_most)
        return totals

    def entries(self, node: _Node) -> Iterable[_Entry]:
        """Give every entry from a node on."""
        parts: Iterable[_Node] = ()
        if isinstance(node, _Entry):
            yield node
            parts = node.exits
        elif isinstance(node, _Either):
            parts = node.legs
        for one in parts:
            yield from self.entries(one)

    def taken_off(self, node: _Node, number: int) -> Decimal:
        """Give what the siblings of an order have executed, in an `Oco` from a node on."""
        if isinstance(node, _Entry):
            return _total(self.taken_off(one, number) for one in node.exits)
        if not isinstance(node, _Either):
            return ZERO
        if number in map(_first, node.legs):
            return _total(self.executed(one) for one in node.legs if _first(one) != number)
        return _total(self.taken_off(one, number) for one in node.legs)

    def executed(self, node: _Node) -> Decimal:
        """Give what a node has executed: of an entry with exits what it has brought."""
        if isinstance(node, _Either):
            return _total(self.executed(one) for one in node.legs)
        return self.members[_first(node)].order.cum_qty

    def _give(self, node: _Node, most: Decimal | None, totals: list[Decimal], *, at_most: bool) -> None:
        if isinstance(node, _Either):
            self._give_either(node, most, totals, at_most=at_most)
            return
        member = self.members[_first(node)]
        executed = member.order.cum_qty
        known = [qty for qty in (member.own_qty, most) if qty is not None]
        total = max(min(known), executed) if member.is_open else executed
        totals[_first(node)] = total
        if isinstance(node, _Entry):
            budget = total if at_most else self._brought(node, member)
            self._share_out(node, budget, totals, at_most=at_most)

    def _brought(self, node: _Entry, entry: _Member) -> Decimal:
        # What of an entry's executions its exits are to be for by now.
        if not entry.is_open or node.arm is Arm.EACH_FILL:
            return entry.order.cum_qty
        return min(entry.order.cum_qty, entry.first_qty) if node.arm is Arm.FIRST_FILL else ZERO

    def _share_out(self, node: _Entry, budget: Decimal, totals: list[Decimal], *, at_most: bool) -> None:
        done = [self.executed(one) for one in node.exits]
        free = max(_SUBTRACT(budget, _total(done)), ZERO)
        for one, executed in zip(node.exits, done, strict=True):
            part = ZERO
            if self._is_open(one):
                own = self._own(one)
                part = free if own is None else min(free, max(_SUBTRACT(own, executed), ZERO))
            free = _SUBTRACT(free, part)
            self._give(one, _ADD(executed, part), totals, at_most=at_most)

    def _give_either(
        self, node: _Either, most: Decimal | None, totals: list[Decimal], *, at_most: bool
    ) -> None:
        done = [self.executed(one) for one in node.legs]
        spent = _total(done)
        for at, one in enumerate(node.legs):
            others = _SUBTRACT(spent, done[at])
            known = [qty for qty in (self.members[_first(one)].own_qty, most) if qty is not None]
            # Whoever was first has ended the others at once, so that of two only one has executed.
            left = ZERO if node.cancels and others else max(_SUBTRACT(min(known), others), ZERO)
            self._give(one, max(left, done[at]), totals, at_most=at_most)

    def _own(self, node: _Node) -> Decimal | None:
        if not isinstance(node, _Either):
            return self.members[_first(node)].own_qty
        owns = [self.members[_first(one)].own_qty for one in node.legs]
        return None if None in owns else max(qty for qty in owns if qty is not None)

    def _is_open(self, node: _Node) -> bool:
        firsts = map(_first, node.legs) if isinstance(node, _Either) else (_first(node),)
        return any(self.members[number].is_open for number in firsts)


def _total(qtys: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for qty in qtys:
        total = _ADD(total, qty)
    return total


def _first(node: int | _Entry) -> int:
    return node.number if isinstance(node, _Entry) else node


class ContingentLists:
    """Every list of the venue.

    Attributes:
        armed: Orders of which more may work now, or something for the first time, in the order in which that came to be.
    """

    __slots__ = ("_of", "armed")

    def __init__(self) -> None:
        """Begin without any."""
        self._of: dict[VenueOrderId, tuple[_List, int]] = {}
        self.armed: list[VenueOrder] = []

    def add(self, tree: Contingency, orders: tuple[VenueOrder, ...], books: tuple[Book, ...]) -> None:
        """Tie orders together, each a leg of the tree; nothing of them works yet, and nothing is looked at."""
        numbers = count()
        root = _node_of(tree, lambda: next(numbers))
        own = (leg.order_qty for leg in legs_of(tree))
        one = _List(tuple(_Member(*parts) for parts in zip(orders, books, own, strict=True)), root)
        for number, order in enumerate(orders):
            self._of[order.venue_order_id] = one, number
            order.working_qty = ZERO

    def at_most(self, order: VenueOrder) -> list[Decimal]:
        """Give what each order of a list may come to at most."""
        return self._of[order.venue_order_id][0].totals(at_most=True)

    def mates(self, order: VenueOrder) -> tuple[VenueOrder, ...]:
        """Give the orders of a list, this one among them."""
        return tuple(member.order for member in self._of[order.venue_order_id][0].members)

    def has_none_left(self, order: VenueOrder) -> bool:
        """Tell whether an order can never execute any more, as its list stands."""
        one, number = self._of[order.venue_order_id]
        return one.totals(at_most=True)[number] <= order.cum_qty

    def arm(self, order: VenueOrder) -> bool:
        """Let as much of an order work as its list leaves it now; tell whether something is to work that did not."""
        if order.stage is not Stage.OPEN:
            return False
        one, number = self._of[order.venue_order_id]
        before = order.open_qty
        order.working_qty = one.totals(at_most=False)[number]
        return order.open_qty > before

    def amend(self, order: VenueOrder) -> None:
        """Take note that an order was given another total, beside what was taken off it by then."""
        one, number = self._of[order.venue_order_id]
        one.members[number].own_qty = _ADD(order.order_qty, one.taken_off(one.root, number))

    def follow(self, moved: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Let a list follow what has happened to one of its orders, which is left where it is."""
        one, number = self._of[moved.venue_order_id]
        member = one.members[number]
        member.first_qty = member.first_qty or moved.cum_qty
        self._settle(one, moved, time_ns, reports)

    def begin(self, order: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Look at the list of an order for the first time."""
        self._settle(self._of[order.venue_order_id][0], None, time_ns, reports)

    def _settle(self, one: _List, moved: VenueOrder | None, time_ns: int, reports: Reports) -> None:
        while self._end_one(one, moved, time_ns, reports):
            pass
        for entry, most, now in zip(
            one.members, one.totals(at_most=True), one.totals(at_most=False), strict=True
        ):
            order = entry.order
            if not entry.is_open:
                continue
            before = ZERO if order.room is entry.book.held else order.open_qty
            if most != order.order_qty and most > order.cum_qty:
                _restate(entry, most, time_ns, reports)
            order.working_qty = now
            if order is not moved:
                self._place(entry.book, order, before)
            elif order in self.armed:
                _keep(order, before)

    def _end_one(self, one: _List, moved: VenueOrder | None, time_ns: int, reports: Reports) -> bool:
        """Cancel the first order that can execute nothing more, or need not; False where there is none."""
        done = [
            one.members[entry.number]
            for entry in one.entries(one.root)
            if entry.cancels_rest
            and ZERO
            < one.members[entry.number].order.cum_qty
            <= _total(one.executed(exit_) for exit_ in entry.exits)
        ]
        most = one.totals(at_most=True)
        done += [
            member for member, total in zip(one.members, most, strict=True) if total <= member.order.cum_qty
        ]
        for member in done:
            if member.is_open and member.order is not moved:
                member.book.remove(member.order)
                member.order.end(Stage.CANCELED)
                trade_date = member.book.trade_date_at(time_ns)
                reports.append(
                    execution_report(member.order, ExecType.CANCELED, time_ns, trade_date, text=NOTHING_LEFT)
                )
                return True
        return False

    def _place(self, book: Book, order: VenueOrder, before: Decimal) -> None:
        if not order.open_qty:
            if order.room is not book.held:
                book.remove(order)
                book.set_apart(order, book.held)
        # An order that waits for a price has no place to lose.
        elif order.room is book.held or (order.open_qty > before and order.watch is None):
            _keep(order, before)
            if order not in self.armed:
                self.armed.append(order)


def _keep(order: VenueOrder, before: Decimal) -> None:
    # More than so much of it works after whatever it is that happens now.
    order.working_qty = _ADD(order.cum_qty, min(order.open_qty, before))


def _restate(member: _Member, total: Decimal, time_ns: int, reports: Reports) -> None:
    order = member.order
    reason = ExecRestatementReason.PARTIAL_DECLINE if total < order.order_qty else ExecRestatementReason.OTHER
    order.amend(total, order.terms)
    trade_date = member.book.trade_date_at(time_ns)
    text = "its list has changed its total"
    report = execution_report(order, ExecType.RESTATED, time_ns, trade_date, text=text)
    reports.append(evolve(report, exec_restatement_reason=reason))

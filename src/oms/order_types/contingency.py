"""What each leg of a group should have at work, from what has executed and what may still execute; pure arithmetic.

It is asked anew whenever something has changed, and the answer depends on cumulative quantities alone, never on what came
first or on the status of an order. The same facts give the same answer after a restart, after a bust, and in whatever order
reports arrive.

What all exits of an entry have executed and may still execute never becomes more than what the entry has executed: a leg is
given more only where there is room beside everything that may still trade. So of the legs of an `Oco` that trade one
instrument on one side, only one lies at the venue at a time. That is the one whose price was reached last, or else the first
that its venue takes as it is; the others wait for their price. Legs in other instruments, or on the other side, work at the
same time: there a race can execute two of them, and what executes is taken off the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import count
from typing import TypeAlias

from oms.model.contingency import (
    Arm,
    Contingency,
    Leg,
    Oco,
    Oto,
    Remainder,
    Siblings,
    first_leg,
    own_qty,
    trades_alike,
)
from oms.model.decimals import ZERO
from oms.model.define import record


@record(kw_only=True)
class LegFacts:
    """How a leg stands.

    Attributes:
        executed: By all of its orders.
        open_qty: The most that may still execute of them, whatever is unanswered.
        first_qty: What had executed after the first execution.
        is_placed: It has had an order.
        has_ended: Its orders had all ended once.
        is_stopped: Nothing more is to be made of it.
        may_rest: Its venue takes it as it is; False only where it can be held until its price comes.
        rank: The higher, the later its price was reached; 0 where that has not happened.
        is_final: Its price was reached, and it is at the market now: nothing takes its turn.
    """

    executed: Decimal = ZERO
    open_qty: Decimal = ZERO
    first_qty: Decimal = ZERO
    is_placed: bool = False
    has_ended: bool = False
    is_stopped: bool = False
    may_rest: bool = True
    rank: int = 0
    is_final: bool = False


@record
class LegGoal:
    """What a leg should come to.

    Attributes:
        total: What it has executed and has at work at its venue, together; None where it is placed with its own quantity and
            then left alone.
        room: How much may be added to what may still execute, now; None for any quantity.
        is_held: Its price is to be waited for here.
        completes: Its exits have executed all that it had brought: its rest is to be canceled for good.
    """

    total: Decimal | None
    room: Decimal | None = None
    is_held: bool = False
    completes: bool = False


@record
class _LegNode:
    number: int
    qty: Decimal | None

    def executed(self, facts: Sequence[LegFacts]) -> Decimal:
        return facts[self.number].executed

    def open_qty(self, facts: Sequence[LegFacts]) -> Decimal:
        return facts[self.number].open_qty

    def is_dead(self, facts: Sequence[LegFacts]) -> bool:
        return facts[self.number].is_stopped

    @property
    def first(self) -> int:
        return self.number


@record
class _OtoNode:
    entry: _LegNode
    exits: tuple[_Node, ...]
    arm: Arm
    remainder: Remainder

    def executed(self, facts: Sequence[LegFacts]) -> Decimal:
        return self.entry.executed(facts)

    def open_qty(self, facts: Sequence[LegFacts]) -> Decimal:
        return self.entry.open_qty(facts)

    def is_dead(self, facts: Sequence[LegFacts]) -> bool:
        return self.entry.is_dead(facts)

    @property
    def first(self) -> int:
        return self.entry.number

    @property
    def qty(self) -> Decimal | None:
        return self.entry.qty


@record
class _OcoNode:
    legs: tuple[_LegNode | _OtoNode, ...]
    turns: tuple[tuple[int, ...], ...]  # those that share an instrument and a side, by their places
    siblings: Siblings
    qty: Decimal | None

    def executed(self, facts: Sequence[LegFacts]) -> Decimal:
        return sum((one.executed(facts) for one in self.legs), ZERO)

    def open_qty(self, facts: Sequence[LegFacts]) -> Decimal:
        return max(self.open_in(turn, facts) for turn in self.turns)

    def open_in(self, turn: Sequence[int], facts: Sequence[LegFacts]) -> Decimal:
        return sum((self.legs[place].open_qty(facts) for place in turn), ZERO)

    def is_dead(self, facts: Sequence[LegFacts]) -> bool:
        return all(one.is_dead(facts) for one in self.legs)


_Node: TypeAlias = _LegNode | _OcoNode | _OtoNode


class Sharing:
    """One tree, ready to be asked.

    Attributes:
        exits_of: By the number of each entry, the numbers of the legs of its exits.
    """

    __slots__ = ("_count", "_root", "exits_of")

    def __init__(self, tree: Contingency) -> None:
        """Number the legs of a tree in the order of `oms.model.contingency.legs_of`."""
        numbers = count()
        self.exits_of: dict[int, tuple[int, ...]] = {}
        self._root = self._node(tree, lambda: next(numbers))
        self._count = next(numbers)

    def _node(self, tree: Contingency, number: Callable[[], int]) -> _Node:
        match tree:
            case Leg(order_qty=qty):
                return _LegNode(number(), qty)
            case Oto():
                entry = _LegNode(number(), tree.entry.order_qty)
                exits = tuple(self._node(one, number) for one in tree.exits)
                self.exits_of[entry.number] = tuple(leg for one in exits for leg in _budgeted(one))
                return _OtoNode(entry, exits, tree.arm, tree.remainder)
            case Oco():
                legs = tuple(self._node(one, number) for one in tree.legs)
                turns: list[list[int]] = []
                for place, one in enumerate(tree.legs):
                    for turn in turns:
                        if trades_alike(first_leg(tree.legs[turn[0]]), first_leg(one)):
                            turn.append(place)
                            break
                    else:
                        turns.append([place])
                alike = tuple(tuple(turn) for turn in turns)
                return _OcoNode(legs, alike, tree.siblings, own_qty(tree))  # type: ignore[arg-type]  # an Oco holds none

    def goals(self, facts: Sequence[LegFacts]) -> list[LegGoal]:
        """Give what each leg should come to.

        Args:
            facts: How each leg stands, by its number.
        """
        goals = [LegGoal(None)] * self._count
        _share(self._root, None, None, facts, goals)
        return goals

    def excess(self, facts: Sequence[LegFacts]) -> dict[int, Decimal]:
        """Give by how much exits have executed more than their entry, by the number of the entry; only where they have."""
        over = {}
        for entry, exits in self.exits_of.items():
            spent = sum((facts[leg].executed for leg in exits), ZERO)
            if spent > facts[entry].executed:
                over[entry] = spent - facts[entry].executed
        return over


def _budgeted(node: _Node) -> tuple[int, ...]:
    # The legs that share what an entry brings; those behind an entry among them share what that one brings.
    return (node.first,) if not isinstance(node, _OcoNode) else tuple(one.first for one in node.legs)


def _share(
    node: _Node,
    total: Decimal | None,
    room: Decimal | None,
    facts: Sequence[LegFacts],
    goals: list[LegGoal],
    *,
    waits: bool = False,
) -> None:
    match node:
        case _LegNode():
            goals[node.number] = _goal(facts[node.number], total, room, waits=waits)
        case _OtoNode():
            goals[node.entry.number] = _goal(facts[node.entry.number], total, room, waits=waits)
            _share_out(node, facts, goals)
        case _OcoNode():
            _take_turns(node, total, room, facts, goals)


def _goal(facts: LegFacts, total: Decimal | None, room: Decimal | None, *, waits: bool) -> LegGoal:
    executed = facts.executed
    if facts.is_stopped or (total is not None and total <= executed):
        return LegGoal(executed, ZERO)
    if waits or not facts.may_rest:
        return LegGoal(executed, ZERO, is_held=True)
    return LegGoal(total, room)


def _share_out(node: _OtoNode, facts: Sequence[LegFacts], goals: list[LegGoal]) -> None:
    """Share what an entry has brought out among its exits."""
    entry = facts[node.entry.number]
    brought = entry.executed
    done = [one.executed(facts) for one in node.exits]
    spent = sum(done, ZERO)
    if (
        node.remainder is Remainder.CANCEL
        and ZERO < brought <= spent
        and not entry.is_stopped
        and not entry.has_ended
    ):
        goals[node.entry.number] = LegGoal(brought, ZERO, completes=True)
    budget = brought
    if not entry.has_ended and node.arm is not Arm.EACH_FILL:
        budget = min(brought, entry.first_qty) if node.arm is Arm.FIRST_FILL else ZERO
    # What is over after a bust is taken from the last exit first.
    free = max(budget - spent, ZERO)
    room = max(budget - spent - sum((one.open_qty(facts) for one in node.exits), ZERO), ZERO)
    for one, executed in zip(node.exits, done, strict=True):
        part = ZERO
        if not one.is_dead(facts):
            part = free if one.qty is None else min(free, max(one.qty - executed, ZERO))
        free -= part
        _share(one, executed + part, room, facts, goals)


def _take_turns(
    node: _OcoNode,
    total: Decimal | None,
    room: Decimal | None,
    facts: Sequence[LegFacts],
    goals: list[LegGoal],
) -> None:
    """Give each leg what the others have not executed, and of those that trade alike only one the venue."""
    done = [one.executed(facts) for one in node.legs]
    spent = sum(done, ZERO)
    winner = None
    if node.siblings is Siblings.CANCEL:
        fits = (at for at, one in enumerate(node.legs) if done[at] and not one.is_dead(facts))
        winner = next(fits, None)
    wanted = []
    for at, one in enumerate(node.legs):
        known = [qty for qty in (one.qty, total) if qty is not None]
        left = max(min(known) - (spent - done[at]), done[at])
        wanted.append(done[at] if winner not in (None, at) else left)
    most = node.open_qty(facts)
    for turn in node.turns:
        open_here = node.open_in(turn, facts)
        spare = None if room is None else room + most - open_here
        if len(turn) == 1:
            at = turn[0]
            is_untouched = total is None and spent == done[at]
            _share(node.legs[at], None if is_untouched else wanted[at], spare, facts, goals)
            continue
        whose = _whose_turn(node, turn, wanted, done, facts)
        is_final = whose is not None and facts[node.legs[whose].first].is_final
        for at in turn:
            if at == whose:
                here = max(wanted[at] - done[at] - open_here, ZERO)
                _share(node.legs[at], wanted[at], here if spare is None else min(here, spare), facts, goals)
            else:
                kept = done[at] if is_final else wanted[at]
                _share(node.legs[at], kept, ZERO, facts, goals, waits=True)


def _whose_turn(
    node: _OcoNode,
    turn: Sequence[int],
    wanted: Sequence[Decimal],
    done: Sequence[Decimal],
    facts: Sequence[LegFacts],
) -> int | None:
    open_to = [at for at in turn if wanted[at] > done[at] and not node.legs[at].is_dead(facts)]
    ranked = {at: facts[node.legs[at].first] for at in open_to}
    reached = [at for at in open_to if ranked[at].rank]
    if reached:
        return max(reached, key=lambda at: (ranked[at].is_final, ranked[at].rank))
    return next((at for at in open_to if ranked[at].may_rest), None)

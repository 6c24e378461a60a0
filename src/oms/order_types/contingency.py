"""What each leg of a group should have at work, from what has executed and what may still execute; pure arithmetic.

It is asked anew whenever something has changed, and the answer depends on cumulative quantities alone, never on what came
first or on the status of an order. The same facts give the same answer after a restart, after a bust, and in whatever order
reports arrive.

What all exits of an entry have executed and may still execute never becomes more than what the entry has executed: a leg is
given more only where there is room beside everything that may still trade. So of the legs of an `Oco` that trade one
instrument on one side, only one lies at the venue at a time. That is the one whose price was reached last, or else the first
that its venue takes as it is; the others are held here until their price comes. Legs in other instruments, or on the other
side, work at the same time: there a race can execute two of them, and what executes is taken off the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from functools import cache
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
from oms.model.ids import Account
from oms.order_types.flat_bracket import flat_bracket
from oms.order_types.leg_goals import LET_BE, NOTHING, LegFacts, LegGoal

_Facts: TypeAlias = Sequence[LegFacts]
_Goals: TypeAlias = list[LegGoal]


@record
class _LegNode:
    number: int
    qty: Decimal | None

    def executed(self, facts: _Facts) -> Decimal:
        return facts[self.number].executed_qty

    def open_qty(self, facts: _Facts) -> Decimal:
        return facts[self.number].open_qty

    def is_dead(self, facts: _Facts) -> bool:
        return facts[self.number].end is not None

    @property
    def first(self) -> int:
        return self.number

    def share(
        self,
        total: Decimal | None,
        room: Decimal | None,
        facts: _Facts,
        goals: _Goals,
        *,
        waits: bool = False,
    ) -> None:
        known = facts[self.number]
        executed = known.executed_qty
        if known.end is not None or (total is not None and total <= executed):
            goals[self.number] = LegGoal(executed, ZERO) if executed else NOTHING
        elif waits or not known.may_rest:
            goals[self.number] = LegGoal(total, ZERO, is_held=True)
        elif total is not None or room is not None:
            goals[self.number] = LegGoal(total, room if room is None or room > ZERO else ZERO)


@record
class _OtoNode:
    entry: _LegNode
    exits: tuple[_Node, ...]
    arm: Arm
    remainder: Remainder
    is_exit: bool

    def executed(self, facts: _Facts) -> Decimal:
        return facts[self.entry.number].executed_qty

    def open_qty(self, facts: _Facts) -> Decimal:
        return facts[self.entry.number].open_qty

    def is_dead(self, facts: _Facts) -> bool:
        return facts[self.entry.number].end is not None

    @property
    def first(self) -> int:
        return self.entry.number

    @property
    def qty(self) -> Decimal | None:
        return self.entry.qty

    def share(
        self,
        total: Decimal | None,
        room: Decimal | None,
        facts: _Facts,
        goals: _Goals,
        *,
        waits: bool = False,
    ) -> None:
        """Share what the entry has brought out among its exits."""
        self.entry.share(total, room, facts, goals, waits=waits)
        entry = facts[self.entry.number]
        brought = entry.executed_qty
        exits = self.exits
        done = [one.executed(facts) for one in exits]
        spent = sum(done, ZERO)
        if (
            ZERO < brought <= spent
            and self.remainder is Remainder.CANCEL
            and not self.is_exit  # Its rest is for what its own entry has brought.
            and entry.end is None
            and not entry.has_ended
        ):
            goals[self.entry.number] = LegGoal(brought, ZERO, completes=True)
        budget = brought
        if self.arm is not Arm.EACH_FILL and not entry.has_ended:
            budget = min(brought, entry.first_qty) if self.arm is Arm.FIRST_FILL else ZERO
        # What is over after a bust is taken from the last exit first. There is less than no room where what is to be canceled or
        # made smaller may execute still: the legs of an `Oco` that can race reckon with that.
        free = space = ZERO
        if budget > spent:
            free = space = budget - spent
            for one in exits:
                space -= one.open_qty(facts)
        for one, executed in zip(exits, done, strict=True):
            part = ZERO
            if free and not one.is_dead(facts):
                part = free if one.qty is None else min(free, max(one.qty - executed, ZERO))
                free -= part
            one.share(executed + part, space, facts, goals)


@record
class _OcoNode:
    legs: tuple[_LegNode | _OtoNode, ...]
    turns: tuple[tuple[int, ...], ...]  # those that share an instrument and a side, by their places
    siblings: Siblings
    qty: Decimal | None

    def executed(self, facts: _Facts) -> Decimal:
        return sum([one.executed(facts) for one in self.legs], ZERO)

    def open_qty(self, facts: _Facts) -> Decimal:
        if len(self.turns) == 1:
            return sum([one.open_qty(facts) for one in self.legs], ZERO)
        return max([self.open_in(turn, facts) for turn in self.turns])

    def open_in(self, turn: Sequence[int], facts: _Facts) -> Decimal:
        return sum([self.legs[place].open_qty(facts) for place in turn], ZERO)

    def is_dead(self, facts: _Facts) -> bool:
        return all(one.is_dead(facts) for one in self.legs)

    def share(self, total: Decimal | None, room: Decimal | None, facts: _Facts, goals: _Goals) -> None:
        """Give each leg what the others have not executed, and of those that trade alike only one the venue."""
        legs = self.legs
        done = [one.executed(facts) for one in legs]
        spent = sum(done, ZERO)
        may_go_on: Collection[int] = range(len(legs))
        if spent and self.siblings is Siblings.CANCEL:
            may_go_on = self._left_by(done, facts, is_fed=total is not None)
        wanted = []
        for at, one in enumerate(legs):
            own, executed = one.qty, done[at]
            most = own if total is None or (own is not None and own < total) else total
            assert most is not None, "a leg that no entry feeds has a quantity"
            left = most - (spent - executed)
            wanted.append(left if left > executed and at in may_go_on else executed)
        turns = self.turns
        most_open = self.open_qty(facts)
        for turn in turns:
            open_here = most_open if len(turns) == 1 else self.open_in(turn, facts)
            spare = None if room is None else room + most_open - open_here
            if len(turn) == 1:
                at = turn[0]
                is_untouched = total is None and spent == done[at]
                legs[at].share(None if is_untouched else wanted[at], spare, facts, goals)
                continue
            whose = self._whose_turn(turn, wanted, done, facts)
            is_final = whose is not None and facts[legs[whose].first].is_final
            for at in turn:
                if at == whose:
                    here = max(wanted[at] - done[at] - open_here, ZERO)
                    fits_in = here if spare is None or here < spare else spare
                    legs[at].share(wanted[at], fits_in, facts, goals)
                else:
                    kept = done[at] if is_final else wanted[at]
                    legs[at].share(kept, ZERO, facts, goals, waits=True)

    def _left_by(self, done: Sequence[Decimal], facts: _Facts, *, is_fed: bool) -> Collection[int]:
        """Give the places of the legs that may still execute once one has executed and cancels the others."""
        first = [at for at, qty in enumerate(done) if qty]
        if not is_fed:
            # Nothing has to be protected: the others never come again, whatever becomes of the first one, and where two have
            # executed in a race both have an end.
            return first if len(first) == 1 else ()
        alive = next((at for at in first if not self.legs[at].is_dead(facts)), None)
        if alive is not None:
            return (alive,)
        # What is left has lost its exit: another one takes over that closes the same on the same side.
        return [at for turn in self.turns if any(done[one] for one in turn) for at in turn]

    def _whose_turn(
        self, turn: Sequence[int], wanted: Sequence[Decimal], done: Sequence[Decimal], facts: _Facts
    ) -> int | None:
        legs = self.legs
        first = last = None
        highest = (False, 0)
        for at in turn:
            known = facts[legs[at].first]
            if wanted[at] <= done[at] or known.end is not None:
                continue
            if known.reached and known.may_rest and (known.is_final, known.reached) > highest:
                highest, last = (known.is_final, known.reached), at
            if first is None and known.may_rest:
                first = at
        return first if last is None else last


_Node: TypeAlias = _LegNode | _OcoNode | _OtoNode


class Sharing:
    """One tree, ready to be asked.

    Attributes:
        exits_of: By the number of each entry, the numbers of the legs of its exits.
        turns: The numbers of the legs of which others trade the same instrument on the same side in the same `Oco`, each with
            the number of the first of these.
    """

    __slots__ = ("_account", "_bracket", "_count", "_root", "exits_of", "turns")

    def __init__(self, tree: Contingency, account: Account | None = None, *, is_flat: bool = True) -> None:
        """Number the legs of a tree in the order of `oms.model.contingency.legs_of`.

        Args:
            tree: The tree.
            account: For whom the legs are that name nobody.
            is_flat: A bracket may be worked as one.
        """
        self._root: _Node | None = None
        self._account = account
        self._bracket = flat = flat_bracket(tree, account) if is_flat else None
        self.exits_of: dict[int, tuple[int, ...]]
        self.turns: dict[int, int]
        self.exits_of, self.turns, self._count = ({}, {}, 0) if flat is None else _of_flat(len(flat.qtys))
        if flat is not None:
            return
        numbers = count()
        self._root = self._node(tree, numbers.__next__)
        self._count = next(numbers)

    def _node(self, tree: Contingency, number: Callable[[], int], *, is_exit: bool = False) -> _Node:
        if isinstance(tree, Leg):
            return _LegNode(number(), tree.order_qty)
        if isinstance(tree, Oto):
            entry = _LegNode(number(), tree.entry.order_qty)
            exits = tuple([self._node(one, number, is_exit=True) for one in tree.exits])
            self.exits_of[entry.number] = tuple([leg for one in exits for leg in _budgeted(one)])
            return _OtoNode(entry, exits, tree.arm, tree.remainder, is_exit)
        return self._oco(tree, number, is_exit=is_exit)

    def _oco(self, tree: Oco, number: Callable[[], int], *, is_exit: bool) -> _OcoNode:
        legs = tuple([self._node(one, number, is_exit=is_exit) for one in tree.legs])
        turns: list[list[int]] = []
        for place, one in enumerate(tree.legs):
            for turn in turns:
                if trades_alike(first_leg(tree.legs[turn[0]]), first_leg(one), self._account):
                    turn.append(place)
                    break
            else:
                turns.append([place])
        node = _OcoNode(legs, tuple([tuple(turn) for turn in turns]), tree.siblings, own_qty(tree))  # type: ignore[arg-type]  # an Oco holds none
        for turn in turns:
            if len(turn) > 1:
                numbers = [legs[place].first for place in turn]  # type: ignore[union-attr]  # likewise
                self.turns |= dict.fromkeys(numbers, numbers[0])
        return node

    @property
    def is_flat(self) -> bool:
        """Tell whether the tree is an entry with exits that all take turns."""
        return self._bracket is not None

    def goals(self, facts: Sequence[LegFacts]) -> list[LegGoal]:
        """Give what each leg should come to.

        Args:
            facts: How each leg stands, by its number.
        """
        if self._bracket is not None:
            return self._bracket.goals(facts)
        goals = [LET_BE] * self._count
        assert self._root is not None
        self._root.share(None, None, facts, goals)
        return goals

    def excess(self, facts: Sequence[LegFacts]) -> dict[int, Decimal]:
        """Give by how much exits have executed more than their entry, by the number of the entry; only where they have."""
        over: dict[int, Decimal] = {}
        if self._bracket is not None:
            # Of one entry, which is the first.
            spent = ZERO
            for one in facts[1:]:
                if one.executed_qty:
                    spent += one.executed_qty
            if spent > facts[0].executed_qty:
                over[0] = spent - facts[0].executed_qty
            return over
        for entry, exits in self.exits_of.items():
            spent = sum([facts[leg].executed_qty for leg in exits], ZERO)
            if spent > facts[entry].executed_qty:
                over[entry] = spent - facts[entry].executed_qty
        return over


@cache
def _of_flat(exits: int) -> tuple[dict[int, tuple[int, ...]], dict[int, int], int]:
    # What all brackets with so many exits have alike; nobody writes to it.
    numbers = tuple(range(1, exits + 1))
    return {0: numbers}, dict.fromkeys(numbers, 1), 1 + exits


def _budgeted(node: _Node) -> tuple[int, ...]:
    # The legs that share what an entry brings; those behind an entry among them share what that one brings.
    return (node.first,) if not isinstance(node, _OcoNode) else tuple([one.first for one in node.legs])

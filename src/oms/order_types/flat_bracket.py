"""The arithmetic of a bracket, which most groups are: that of `oms.order_types.contingency`, written out flat.

It gives the same, and costs a third; a property test holds the one against the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.contingency import (
    Arm,
    Contingency,
    Leg,
    Oco,
    Oto,
    Remainder,
    Siblings,
    own_qty,
    trades_alike,
)
from oms.model.decimals import ZERO
from oms.model.define import record
from oms.model.ids import Account
from oms.order_types.leg_goals import HELD, LET_BE, NOTHING, LegFacts, LegGoal

_EACH_FILL: Final = Arm.EACH_FILL
_CANCEL: Final = Remainder.CANCEL


@record
class FlatBracket:
    """An entry with one `Oco` of legs that all take turns.

    Attributes:
        qtys: The own quantities of the exits, from the leg with the number 1 on.
        own_qty: That of the `Oco`.
        arm: As in `Oto`.
        remainder: As in `Oto`.
        siblings: As in `Oco`.
    """

    qtys: tuple[Decimal | None, ...]
    own_qty: Decimal | None
    arm: Arm
    remainder: Remainder
    siblings: Siblings

    def goals(self, facts: Sequence[LegFacts]) -> list[LegGoal]:
        """Give what each leg should come to."""
        entry, exits = facts[0], facts[1:]
        brought = budget = entry.executed_qty
        spent = open_qty = ZERO
        is_dead, was_reached = True, False
        for one in exits:
            # Nearly always there is nothing to add.
            if one.executed_qty:
                spent += one.executed_qty
            if one.open_qty:
                open_qty += one.open_qty
            if one.end is None:
                is_dead = False
            if one.reached:
                was_reached = True
        if entry.end is not None:
            goals = [LegGoal(brought, ZERO)]
        elif spent and ZERO < brought <= spent and self.remainder is _CANCEL and not entry.has_ended:
            goals = [LegGoal(brought, ZERO, completes=True)]
        else:
            goals = [LET_BE if entry.may_rest else HELD]
        if self.arm is not _EACH_FILL and not entry.has_ended:
            budget = min(brought, entry.first_qty) if self.arm is Arm.FIRST_FILL else ZERO
        free = part = budget - spent
        if self.own_qty is not None and free > self.own_qty - spent:
            part = self.own_qty - spent
        if is_dead or part <= ZERO:
            # Nothing is left for any of them.
            for one in exits:
                goals.append(LegGoal(one.executed_qty, ZERO) if one.executed_qty else NOTHING)
        elif was_reached or spent:
            self._share(exits, spent + part, spent, free - open_qty, open_qty, goals)
        else:
            self._begin(exits, part, open_qty, goals)
        return goals

    def _begin(
        self, exits: Sequence[LegFacts], total: Decimal, open_qty: Decimal, goals: list[LegGoal]
    ) -> None:
        # As `_share`, while none of them has executed anything or was reached.
        is_taken = False
        for at, one in enumerate(exits):
            own = self.qtys[at]
            wanted = total if own is None or own > total else own
            if one.end is not None:
                goals.append(NOTHING)
            elif is_taken or not one.may_rest:
                goals.append(LegGoal(wanted, ZERO, True))
            else:
                is_taken = True
                goals.append(LegGoal(wanted, max(ZERO, wanted - open_qty) if open_qty else wanted))

    def _share(
        self,
        exits: Sequence[LegFacts],
        total: Decimal,
        spent: Decimal,
        room: Decimal,
        open_qty: Decimal,
        goals: list[LegGoal],
    ) -> None:
        winner = None
        if spent and self.siblings is Siblings.CANCEL:
            fits = (at for at, one in enumerate(exits) if one.executed_qty and one.end is None)
            winner = next(fits, None)
        wanted = []
        whose, rank, is_final = None, 0, False
        for at, one in enumerate(exits):
            own = self.qtys[at]
            executed = one.executed_qty
            left = (total if own is None or own > total else own) - spent + executed
            if left <= executed or one.end is not None or (winner is not None and winner != at):
                wanted.append(executed)
            else:
                wanted.append(left)
                reached = one.reached
                if reached and one.may_rest:
                    if (one.is_final, reached) > (is_final, rank):
                        whose, rank, is_final = at, reached, one.is_final
                elif whose is None and one.may_rest:
                    whose = at
        for at, one in enumerate(exits):
            executed, comes_to = one.executed_qty, wanted[at]
            if comes_to <= executed or (is_final and at != whose):
                goals.append(LegGoal(executed, ZERO) if executed else NOTHING)
            elif at != whose or not one.may_rest:
                goals.append(LegGoal(comes_to, ZERO, True))
            else:
                here = comes_to - executed - open_qty
                here = min(here, room)
                goals.append(LegGoal(comes_to, max(ZERO, here)))


def flat_bracket(tree: Contingency, account: Account | None = None) -> FlatBracket | None:
    """Give a tree flat where it is an entry with one `Oco` of legs that all take turns; None where it is not.

    Args:
        tree: The tree.
        account: For whom the legs are that name nobody.
    """
    if type(tree) is not Oto or len(tree.exits) != 1 or type(tree.exits[0]) is not Oco:
        return None
    oco = tree.exits[0]
    legs = oco.legs
    first = legs[0]
    if type(first) is not Leg:
        return None
    qtys = [first.order_qty]
    for one in legs[1:]:
        if type(one) is not Leg or not trades_alike(first, one, account):
            return None
        qtys.append(one.order_qty)
    # As `own_qty` has it: nearly always there is none.
    return FlatBracket(
        tuple(qtys), None if None in qtys else own_qty(oco), tree.arm, tree.remainder, oco.siblings
    )

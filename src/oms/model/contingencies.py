"""What a venue works of orders that depend on one another, as data, and what a group of them is in FIX's words."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, Final

from oms.errors import ValidationError
from oms.model.contingency import (
    MAX_LEGS,
    Arm,
    Contingency,
    Leg,
    Oco,
    Oto,
    Remainder,
    Siblings,
    legs_of,
    own_qty,
)
from oms.model.decimals import EXACT, ZERO
from oms.model.define import value
from oms.model.door import shown
from oms.model.enums import ContingencyType
from oms.model.instructions import INSTRUCTIONS
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

_TRIGGERS: Final = ContingencyType.ONE_TRIGGERS_THE_OTHER
_UPDATES: Final = {
    Siblings.CANCEL: ContingencyType.ONE_CANCELS_THE_OTHER,
    Siblings.REDUCE: ContingencyType.ONE_UPDATES_THE_OTHER_ABSOLUTE,
}


@value(kw_only=True)
class Contingencies:
    """Which groups a venue works by itself, with the same meaning as the library.

    An order depends on others where these release it, change its quantity or end it: every leg but the entry of the whole.

    Attributes:
        types: How orders may depend on one another.
        order_types: The pairs of terms and time in force that an order which depends on others may have; the rest is as in
            `Capabilities.order_types`.
        arms: When exits may be released.
        remainders: What may become of the rest of an entry whose exits have executed.
        instructions: What may be asked beside of an order that depends on others, out of `INSTRUCTIONS`.
        max_orders: How many orders a list may have.
        is_nested: An exit, or a leg of an `Oco`, may have exits of its own.
        crosses_symbols: The orders of one list may be of several instruments.

    Raises:
        ValidationError: Something is of another kind.
    """

    types: frozenset[ContingencyType]
    order_types: frozenset[tuple[type[Terms], type[TimeInForce]]]
    arms: frozenset[Arm] = frozenset({Arm.EACH_FILL})
    remainders: frozenset[Remainder] = frozenset({Remainder.CANCEL})
    instructions: frozenset[str] = frozenset()
    max_orders: int = MAX_LEGS
    is_nested: bool = False
    crosses_symbols: bool = False

    def __attrs_post_init__(self) -> None:
        """Check the kinds: what is taken for granted here nobody looks after."""
        for name, kind in (("types", ContingencyType), ("arms", Arm), ("remainders", Remainder)):
            given: Any = getattr(self, name)
            if not isinstance(given, AbstractSet) or not all(type(one) is kind for one in given):
                raise ValidationError(name, shown(given), f"pass a frozenset of {kind.__name__} members")
        if not isinstance(self.order_types, AbstractSet):
            allowed = "pass a frozenset of pairs, such as {(Limit, Day), (Stop, Day)}"
            raise ValidationError("order_types", shown(self.order_types), allowed)
        if not isinstance(self.instructions, AbstractSet) or not self.instructions <= INSTRUCTIONS:
            allowed = f"pass a frozenset of names out of {', '.join(sorted(INSTRUCTIONS))}"
            raise ValidationError("instructions", shown(self.instructions), allowed)
        if type(self.max_orders) is not int or self.max_orders < 2:
            raise ValidationError("max_orders", shown(self.max_orders), "pass an int from 2 on")
        for name in ("is_nested", "crosses_symbols"):
            if type(getattr(self, name)) is not bool:
                raise ValidationError(name, shown(getattr(self, name)), "pass True or False")

    def why_not(self, tree: Contingency, known: Sequence[Leg] = ()) -> str:
        """Give what of a group is not worked here, in words; empty where all of it is.

        Args:
            tree: How its orders depend on one another.
            known: The legs of it, where somebody has them already.
        """
        if isinstance(tree, Leg):
            return "a single order"
        legs = known or legs_of(tree)
        if len(legs) > self.max_orders:
            return f"{len(legs)} orders: at most {self.max_orders}"
        if not self.crosses_symbols and len({leg.symbol for leg in legs}) > 1:
            return "orders of several instruments"
        return self._why_not_node(tree, is_root=True) or self._why_not_orders(
            legs[1:] if isinstance(tree, Oto) else legs
        )

    def _why_not_node(self, node: Oco | Oto, *, is_root: bool = False) -> str:
        kind = type_of(node)
        if kind not in self.types:
            return f"the contingency type {kind.name}"
        parts: tuple[Contingency, ...]
        if isinstance(node, Oco):
            parts = node.legs
            if not self.is_nested and Oto in map(type, parts):
                return "an entry among the legs of an Oco"
        else:
            parts = node.exits
            if not (is_root or self.is_nested):
                return "an exit with exits of its own"
            if node.arm not in self.arms:
                return f"exits that are placed with {node.arm.value}"
            if node.remainder not in self.remainders:
                return f"the remainder policy {node.remainder.value}"
        for one in parts:
            if not isinstance(one, Leg) and (why_not := self._why_not_node(one)):
                return why_not
        return ""

    def _why_not_orders(self, legs: Sequence[Leg]) -> str:
        for leg in legs:
            pair = type(leg.terms), type(leg.time_in_force)
            if pair not in self.order_types:
                return f"an order that depends on others as {pair[0].__name__} {pair[1].__name__}"
            if leg.instructions is not None:
                unknown = sorted(set(leg.instructions.asked) - self.instructions)
                if unknown:
                    return f"{', '.join(unknown)} for an order that depends on others"
        return ""


def type_of(node: Oco | Oto) -> ContingencyType:
    """Give how the orders of a group, or of a part of one, depend on one another (1385)."""
    return _TRIGGERS if isinstance(node, Oto) else _UPDATES[node.siblings]


def order_qtys(tree: Contingency) -> tuple[Decimal, ...]:
    """Give the total with which each order of a group goes out as one of a list: what it may come to at most.

    0 is that of an exit for which those before it leave nothing.
    """
    qtys: list[Decimal] = []
    _add_qtys(tree, None, qtys)
    return tuple(qtys)


def _add_qtys(node: Contingency, most: Decimal | None, qtys: list[Decimal]) -> None:
    if isinstance(node, Leg):
        qtys.append(_least(node.order_qty, most))
    elif isinstance(node, Oco):
        for one in node.legs:
            if type(one) is Leg:
                # Nearly always it takes all that there is.
                own = one.order_qty
                qtys.append(most if own is None and most is not None else _least(own, most))
            else:
                _add_qtys(one, most, qtys)
    else:
        own = node.entry.order_qty
        left = own if most is None and own is not None else _least(own, most)
        qtys.append(left)
        for exit_ in node.exits:
            own = own_qty(exit_)
            part = left if own is None or own > left else own
            left = ZERO if part is left else EXACT.subtract(left, part)
            _add_qtys(exit_, part, qtys)


def _least(own: Decimal | None, most: Decimal | None) -> Decimal:
    if own is None or most is None:
        return (most if own is None else own) or ZERO
    return min(own, most)

"""The exits of a list that its venue works: whether it was done with one that it has ended, and what is left without any.

Pure arithmetic on cumulative quantities. What is said of different orders may arrive in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, count
from typing import Final

from oms.model.contingency import TRAILS, Contingency, Oco, Oto, Remainder, Siblings, legs_of
from oms.model.decimals import ZERO
from oms.model.enums import Life
from oms.model.group import Group, GroupLeg
from oms.model.order import Order
from oms.model.terms import Stop, StopLimit
from oms.order_types.contingency import Sharing

# What is kept on a leg is the group book's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_STOPS: Final = TRAILS | {Stop, StopLimit}
"""Terms that end a loss."""


def executed(group: Group, legs: Iterable[int]) -> Decimal:
    """Give what legs have executed, by their numbers."""
    return sum((group.legs[number].executed_qty for number in legs), ZERO)


def is_done_with(leg: GroupLeg, exits: Iterable[int]) -> bool:
    """Tell whether its list leaves an exit nothing to execute, as far as anybody knows: so it cancels it.

    Args:
        leg: The exit.
        exits: The numbers of all exits of its entry.
    """
    group, entry = leg._group, leg._entry
    assert entry is not None, "an exit has an entry"
    node = _entry_node(group.contingency, entry.number, count())
    spent, coming = executed(group, exits), entry.executed_qty
    is_taken_back = node is None or (
        node.remainder is Remainder.CANCEL and entry._entry is None and ZERO < coming <= spent
    )
    if not entry.has_ended and not is_taken_back:
        coming += entry.open_qty
    left = coming - spent
    # Nearly always; it never becomes more.
    for unit, siblings in _units(node, entry.number) if left > ZERO else ():
        if leg.number not in unit:
            left -= max(_open_qty(group.legs[one]) for one in unit)
            continue
        if siblings is Siblings.CANCEL and executed(group, [one for one in unit if one != leg.number]):
            return True
        if leg.leg.order_qty is not None:
            left = min(left, leg.leg.order_qty - executed(group, unit))
    return left <= ZERO


def without(leg: GroupLeg, exits: Iterable[int]) -> Decimal:
    """Give what an entry has brought that no exit has executed, and that an exit which works no more should still work for.

    Args:
        leg: The exit.
        exits: The numbers of all exits of its entry.
    """
    group, entry, number = leg._group, leg._entry, leg.number
    if entry is None:
        return ZERO
    left = entry.executed_qty - executed(group, exits)
    if left <= ZERO:
        return ZERO
    for unit, siblings in _units(_entry_node(group.contingency, entry.number, count()), entry.number):
        if number not in unit:
            left -= max(_open_qty(group.legs[one]) for one in unit)
        elif siblings is Siblings.CANCEL:
            # Its sibling was first, and goes on alone, for as much as it works; but where all that it had executed was busted.
            others = [group.legs[one] for one in unit if one != number]
            left -= sum((_open_qty(one) for one in others if one.executed_qty), ZERO)
    return left


def has_another(lost: GroupLeg) -> bool:
    """Tell whether the `Oco` of an exit that is lost has another leg instead: for as much, and that of a stop is a stop."""
    group, entry = lost._group, lost._entry
    assert entry is not None, "an exit has an entry"
    units = _units(_entry_node(group.contingency, entry.number, count()), entry.number)
    qty, is_stop = lost.leg.order_qty, type(lost.leg.terms) in _STOPS
    for other in (group.legs[number] for unit, _ in units if lost.number in unit for number in unit):
        most = other.leg.order_qty
        is_for_as_much = most is None or (qty is not None and most >= qty)
        if other.end is None and is_for_as_much and (type(other.leg.terms) in _STOPS or not is_stop):
            return True
    return False


def is_short(leg: GroupLeg, exits: Iterable[int]) -> bool:
    """Tell whether an exit that still works has lost something for good that it should work for: its list never makes up for that."""
    order = leg.orders[-1]
    if not order._lost_qty or order._requests:
        return False
    most = order._order_qty - order._cum_qty
    return min(without(leg, exits), most) > order._leaves_qty


def together(group: Group, sharing: Sharing, qtys: Sequence[Decimal]) -> Decimal:
    """Give how much the orders of a list may execute together as it stands now.

    What one leg of an `Oco` executes is off the others, and exits execute no more than their entry has.

    Args:
        group: It.
        sharing: Its arithmetic.
        qtys: How much the order of each leg may execute by itself, as far as anybody has heard.
    """
    turns, legs, may = sharing.turns, group.legs, list(qtys)
    for numbers, siblings in _ocos(group.contingency, count()):
        spent = executed(group, numbers)
        for number in numbers if spent else ():
            own = legs[number].leg.order_qty
            if spent > legs[number].executed_qty and siblings is Siblings.CANCEL:
                may[number] = ZERO
            elif own is not None:
                may[number] = min(may[number], max(own - spent, ZERO))
    of_turn: dict[int, Decimal] = {}
    for number, qty in enumerate(may):
        turn = turns.get(number, number)
        of_turn[turn] = max(qty, of_turn.get(turn, ZERO))
    total = ZERO
    for entry, exits in sharing.exits_of.items():
        fed = sum((of_turn.pop(number, ZERO) for number in exits), ZERO)
        total += min(fed, max(legs[entry].executed_qty - executed(group, exits), ZERO))
    return sum(of_turn.values(), total)


def without_alternative(leg: GroupLeg, order: Order) -> Decimal:
    """Give for how much an order was that its venue has ended, and that no entry feeds: it may be an exit of a position.

    What the other legs of its `Oco` have executed it was not for. One that was denied never was at a venue.
    """
    tree = leg._group.contingency
    if leg.is_entry or order._life is Life.DENIED or not isinstance(tree, Oco):
        return ZERO
    others = executed(leg._group, [one for one in _firsts(tree, 0) if one != leg.number])
    if others and tree.siblings is Siblings.CANCEL:
        return ZERO
    total = leg.leg.order_qty
    assert total is not None, "a leg that no entry feeds has a quantity"
    return min(order._order_qty - order._cum_qty, total - leg.executed_qty - others)


def _open_qty(leg: GroupLeg) -> Decimal:
    return sum((order.leaves_qty for order in leg.orders), ZERO)


def _entry_node(node: Contingency, entry: int, numbers: Iterator[int]) -> Oto | None:
    # The part of a tree that begins with the leg of this number.
    if isinstance(node, Oco):
        return next(filter(None, (_entry_node(one, entry, numbers) for one in node.legs)), None)
    number = next(numbers)
    if not isinstance(node, Oto):
        return None
    if number == entry:
        return node
    return next(filter(None, (_entry_node(one, entry, numbers) for one in node.exits)), None)


def _firsts(node: Contingency, number: int) -> list[int]:
    # The numbers of the legs that stand for an exit, or for the alternatives of an `Oco`, from this number on.
    firsts = []
    for leg in node.legs if isinstance(node, Oco) else (node,):
        firsts.append(number)
        number += len(legs_of(leg))
    return firsts


def _units(node: Oto | None, entry: int) -> list[tuple[tuple[int, ...], Siblings | None]]:
    # The exits of an entry, by the numbers of the legs that stand for each.
    units: list[tuple[tuple[int, ...], Siblings | None]] = []
    number = entry + 1
    for one in () if node is None else node.exits:
        units.append((tuple(_firsts(one, number)), one.siblings if isinstance(one, Oco) else None))
        number += len(legs_of(one))
    return units


def _ocos(node: Contingency, numbers: Iterator[int]) -> Iterator[tuple[list[int], Siblings]]:
    # Every `Oco` of a tree, by the numbers of the legs that stand for its parts.
    if isinstance(node, Oco):
        firsts = []
        for one in node.legs:
            first = next(numbers)
            firsts.append(first)
            yield from _ocos(one, chain((first,), numbers))
        yield firsts, node.siblings
        return
    next(numbers)
    for exit_ in node.exits if isinstance(node, Oto) else ():
        yield from _ocos(exit_, numbers)

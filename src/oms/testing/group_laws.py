"""What is true of any tree of legs, told from the numbers of its legs alone: the arithmetic of the library is not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from typing import Final, TypeAlias

from oms.engine.held_orders import HeldOrders
from oms.model.contingency import Contingency, Leg, Oco, Oto, Siblings, legs_of
from oms.model.enums import LegEnd, RequestKind, Side
from oms.model.group import GroupLeg
from oms.model.ids import Account, OrderId
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.triggers import TrailingTrigger

# ruff: noqa: SLF001  # where a held order waits for the market to come back is its book's own
# pyright: reportPrivateUsage=false

MAIN: Final = Account("main")
"""For whom the machines place a group: the account of a leg that names nobody."""

OfLeg: TypeAlias = Callable[[int], Decimal]
"""A quantity of a leg, by its number."""


def entries(tree: Contingency) -> Iterator[tuple[Oto, int]]:
    """Give every entry with exits of a tree, with the number of its leg."""
    yield from _entries(tree, count())


def _entries(node: Contingency, numbers: Iterator[int]) -> Iterator[tuple[Oto, int]]:
    if isinstance(node, Oco):
        for one in node.legs:
            yield from _entries(one, numbers)
        return
    number = next(numbers)
    if isinstance(node, Oto):
        yield node, number
        for exit_ in node.exits:
            yield from _entries(exit_, numbers)


def turns(oco: Oco, first: int) -> list[list[int]]:
    """Give the numbers of the legs of an `Oco` that share an instrument, a direction and an account, those that do together; `first` is its own."""
    found: dict[tuple[str, bool, str], list[int]] = {}
    for one in oco.legs:
        leg = one if isinstance(one, Leg) else one.entry
        found.setdefault((leg.symbol, leg.side is Side.BUY, leg.account or MAIN), []).append(first)
        first += len(legs_of(one))
    return list(found.values())


def exits_of(oto: Oto, number: int) -> list[tuple[Contingency, int]]:
    """Give the exits of an entry, each with the number of its first leg."""
    found: list[tuple[Contingency, int]] = []
    first = number + 1
    for one in oto.exits:
        found.append((one, first))
        first += len(legs_of(one))
    return found


def at_once(oto: Oto, number: int, of: OfLeg) -> Decimal:
    """Give the sum over the exits of an entry, where of those in other instruments or on other sides only the largest counts."""
    total = Decimal()
    for one, first in exits_of(oto, number):
        if isinstance(one, Oco):
            total += max(sum((of(leg) for leg in turn), Decimal()) for turn in turns(one, first))
        else:
            total += of(first)
    return total


def each(oto: Oto, number: int) -> list[int]:
    """Give the numbers of all legs that stand for the exits of an entry."""
    found: list[int] = []
    for one, first in exits_of(oto, number):
        found += [leg for turn in turns(one, first) for leg in turn] if isinstance(one, Oco) else [first]
    return found


def asked_of(order: Order) -> Decimal:
    """Give what an order may still execute, once everything that is unanswered is granted."""
    pending = {request.kind for request in order.outstanding_requests}
    if order.is_ended or RequestKind.CANCEL in pending:
        return Decimal()
    totals = [one.order_qty for one in order.outstanding_requests if one.order_qty is not None]
    return max((totals[-1] if totals else order.order_qty) - order.cum_qty, Decimal())


def asked_of_leg(leg: GroupLeg) -> Decimal:
    """Give the same of all orders of a leg that were sent: what is held waits until there is room for it."""
    return sum((asked_of(order) for order in leg.orders if order is not leg.held), Decimal())


def covered(oto: Oto, number: int, asked: OfLeg, held: OfLeg) -> Decimal:
    """Give for how much of what an entry has brought its exits are at work or held."""
    total = Decimal()
    for one, first in exits_of(oto, number):
        if isinstance(one, Oco):
            at_work = (sum(map(asked, turn), Decimal()) for turn in turns(one, first))
            total += max(*at_work, *(held(leg) for turn in turns(one, first) for leg in turn))
        else:
            total += asked(first) + held(first)
    return total


def sizes_in_turns(
    oto: Oto, number: int, legs: Sequence[GroupLeg], asked: OfLeg, held: OfLeg
) -> Iterator[set[Decimal]]:
    """Give for what the legs are that take turns behind an entry, where each is for the same.

    One that has ended, that has a quantity of its own, or that the gate does not let grow, which was told, need not be.
    """
    for one, first in exits_of(oto, number):
        if not isinstance(one, Oco) or one.siblings is not Siblings.REDUCE:
            continue
        for turn in turns(one, first):
            in_turn = [legs[place] for place in turn]
            if len(turn) > 1 and not any(
                leg.end is not None
                or leg.leg.order_qty is not None
                or leg.is_final
                or leg._wait_told
                or (leg._entry or leg)._wait_told
                for leg in in_turn
            ):
                yield {asked(place) + held(place) for place in turn}


def lost_for(legs: Iterable[GroupLeg]) -> Iterator[set[ReasonCode]]:
    """Give for what each of the legs was denied that are lost for that."""
    for leg in legs:
        if leg.end is LegEnd.LOST and leg.orders[-1].reasons:
            yield {one.code for one in leg.orders[-1].reasons}


def trails(held: HeldOrders) -> Iterator[tuple[OrderId, Decimal]]:
    """Give where each trailing stop stands that is held and follows the market."""
    for order_id in held.orders:
        is_back = order_id in held.book and order_id not in held._backs
        px = held.book.trigger_px(order_id) if is_back else None
        if px is not None and isinstance(held.trigger(order_id), TrailingTrigger):
            yield order_id, px

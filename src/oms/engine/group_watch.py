"""The legs of groups that wait here for their price, while another one has their turn at the venue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from oms.model.enums import TriggerPriceType
from oms.model.group import Group, GroupLeg
from oms.model.ids import OrderId
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.terms import Limit, LimitIfTouched, Market, MarketIfTouched, Stop, StopLimit, Terms
from oms.model.triggers import Trigger, TriggerHit, if_touched, trigger_of
from oms.order_types.contingency import LegGoal
from oms.order_types.trigger_book import TriggerBook

if TYPE_CHECKING:
    from oms.engine.state import State

_WAITS: Final = frozenset({Limit, Stop, StopLimit, MarketIfTouched, LimitIfTouched})
_LEGS: Final = 1_000
"""A leg's number in the book is its group's times this and its own."""


class GroupWatch:
    """The prices that legs wait for.

    What is waited for follows from the groups, so that it is no part of the state: after a start it is made anew, and a price
    that was reached meanwhile is noticed with the next update that is still beyond it.

    Attributes:
        waiting: The legs, with the terms that they wait with; empty where none does.
    """

    __slots__ = ("_book", "_instruments", "_state", "waiting")

    def __init__(self, state: State) -> None:
        """Wait for nothing."""
        self._state = state
        self.waiting: dict[int, Terms] = {}
        self._instruments: tuple[object, ...] = ()
        self._book = TriggerBook(())

    def can_wait(self, leg: GroupLeg) -> bool:
        """Tell whether a leg can be kept until its price comes."""
        return type(leg.leg.terms) in _WAITS

    def is_final(self, leg: GroupLeg) -> bool:
        """Tell whether a leg whose price was reached is at the market from then on."""
        return type(released(leg)) is Market

    def follow(self, group: Group, goals: Sequence[LegGoal]) -> None:
        """Wait for the prices that are to be waited for, and for no others."""
        for leg, goal in zip(group.legs, goals, strict=True):
            key = group.group_id * _LEGS + leg.number
            terms = released(leg) if goal.is_held else None
            before = self.waiting.get(key)
            if before == terms:
                continue
            if before is not None:
                del self.waiting[key]
                self._book.remove(OrderId(key))
            trigger = None if terms is None else _trigger(leg, terms)
            if terms is not None and trigger is not None:
                self._follow_instruments()
                self._book.add(OrderId(key), leg.leg.symbol, trigger)
                self.waiting[key] = terms

    def reached(self, update: MarketUpdate) -> Iterator[tuple[int, int, TriggerHit]]:
        """Give the groups and legs whose prices an update reaches; they do not wait any more."""
        for hit in self._hits(update):
            del self.waiting[hit.order_id]
            group_id, number = divmod(hit.order_id, _LEGS)
            yield group_id, number, hit

    def _hits(self, update: MarketUpdate) -> Sequence[TriggerHit]:
        match update:
            case Quote():
                return self._book.on_quote(update)
            case TradePrint():
                return self._book.on_trade(update)
            case MarkPrice():
                return self._book.on_mark(update)

    def _follow_instruments(self) -> None:
        known = tuple(self._state.instruments.values())
        if known != self._instruments:
            self._instruments = known
            self._book = TriggerBook.from_rows(self._book.to_rows(), known)


def released(leg: GroupLeg) -> Terms:
    """Give the terms with which a leg goes to its venue now: once its price was reached, what is left of them."""
    terms = leg.leg.terms
    if not leg.reached:
        return terms
    match terms:
        case Stop() | MarketIfTouched():
            return Market()
        case StopLimit(price=price) | LimitIfTouched(price=price):
            return Limit(price)
        case _:
            return terms


def _trigger(leg: GroupLeg, terms: Terms) -> Trigger | None:
    if isinstance(terms, Limit):
        return if_touched(leg.leg.side, terms.price, price_type=TriggerPriceType.BID_ASK)
    return trigger_of(leg.leg.side, terms)

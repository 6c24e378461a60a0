"""The trigger book once more, slow and obvious: a list of orders, each of which looks at every update by itself.

It shares nothing with the library but the values that say what is wanted, and counts prices in fractions. Every price of a grid
is written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from oms.model.enums import PegOffsetType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.offset import Offset
from oms.model.triggers import PriceTrigger, TrailingTrigger, Trigger

Hit: TypeAlias = tuple[int, Fraction, Fraction, Fraction | None]
"""Whose, its trigger price, the price that reached it, and its limit."""

QUOTED: Final = {TriggerPriceType.BID_ASK, TriggerPriceType.MID, TriggerPriceType.DOUBLE_BID_ASK}
TRADED: Final = {TriggerPriceType.LAST, TriggerPriceType.DOUBLE_LAST}
DOUBLE: Final = {TriggerPriceType.DOUBLE_LAST, TriggerPriceType.DOUBLE_BID_ASK}


@dataclass
class SlowOrder:
    """One order, and what it remembers."""

    number: int
    symbol: str
    trigger: Trigger
    mark: Fraction | None = None
    saw_first: bool = False

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.trigger.side is Side.BUY

    @property
    def goes_up(self) -> bool:
        """Whether a price that rises reaches it."""
        if isinstance(self.trigger, PriceTrigger):
            return self.trigger.direction is TriggerPriceDirection.UP
        return self.is_buy


class SlowBook:
    """All orders in one list, in order of arrival."""

    def __init__(self, grids: dict[str, Sequence[Decimal]]) -> None:
        """Begin empty, with every price of each instrument, the lowest first."""
        self.orders: list[SlowOrder] = []
        self.grids = {symbol: [Fraction(px) for px in grid] for symbol, grid in grids.items()}

    def add(self, number: int, symbol: str, trigger: Trigger, mark: Decimal | None) -> None:
        """Hold an order, with the water mark that its trail begins from."""
        self.orders.append(SlowOrder(number, symbol, trigger, None if mark is None else Fraction(mark)))

    def remove(self, number: int) -> None:
        """Hold an order no longer."""
        self.orders = [order for order in self.orders if order.number != number]

    def amend(self, number: int, trigger: Trigger) -> None:
        """Give an order another trigger; the same one changes nothing."""
        [order] = [order for order in self.orders if order.number == number]
        if order.trigger == trigger:
            return
        goes_on = isinstance(trigger, TrailingTrigger) and trigger.price_type is order.trigger.price_type
        self.remove(number)
        self.orders.append(SlowOrder(number, order.symbol, trigger, order.mark if goes_on else None))

    def stop(self, order: SlowOrder) -> Fraction | None:
        """Give where an order triggers at present."""
        trigger = order.trigger
        if isinstance(trigger, PriceTrigger):
            return Fraction(trigger.trigger_px)
        if order.mark is None:
            return None
        return self.shifted(trigger.offset, order.mark, order, outward=True)

    def shifted(self, offset: Offset, px: Fraction, order: SlowOrder, *, outward: bool) -> Fraction:
        """Go from a price by an offset: up for a purchase. Rounded outward, or back towards where it came from."""
        grid, size = self.grids[order.symbol], Fraction(offset.distance)
        up = order.is_buy
        if offset.offset_type is PegOffsetType.TICKS:
            start = grid.index(self.rounded(grid, px, up=up))
            return grid[start + int(size) if up else start - int(size)]
        if offset.offset_type is PegOffsetType.BASIS_POINTS:
            size = abs(px) * size / 10_000
        elif offset.offset_type is PegOffsetType.PERCENTAGE:
            size = abs(px) * size / 100
        target = self.rounded(grid, px + size if up else px - size, up=up is outward)
        if outward and target == px:
            target = grid[grid.index(px) + (1 if up else -1)]
        return target

    @staticmethod
    def rounded(grid: Sequence[Fraction], px: Fraction, *, up: bool) -> Fraction:
        """Give the next price of a grid."""
        return min(one for one in grid if one >= px) if up else max(one for one in grid if one <= px)

    def quote(self, symbol: str, bid: Decimal | None, ask: Decimal | None, *, has_sizes: bool) -> list[Hit]:
        """Look at a quote, and give who is released."""
        counts = bid is not None and ask is not None and has_sizes and bid <= ask
        seen: list[tuple[SlowOrder, Fraction | None]] = []
        for order in self.orders:
            if order.symbol != symbol or order.trigger.price_type not in QUOTED:
                continue
            if not counts:
                seen.append((order, None))
                continue
            assert bid is not None
            assert ask is not None
            if order.trigger.price_type is TriggerPriceType.MID:
                seen.append((order, (Fraction(bid) + Fraction(ask)) / 2))
            else:
                seen.append((order, Fraction(ask if order.is_buy else bid)))
        return self.look(seen)

    def trade(self, symbol: str, px: Decimal, size: int) -> list[Hit]:
        """Look at a trade."""
        if not size:
            return []
        return self.look([(one, Fraction(px)) for one in self.waiting_for(symbol, TRADED)])

    def mark(self, symbol: str, px: Decimal) -> list[Hit]:
        """Look at a mark price."""
        return self.look([(one, Fraction(px)) for one in self.waiting_for(symbol, {TriggerPriceType.MARK})])

    def waiting_for(self, symbol: str, kinds: set[TriggerPriceType]) -> list[SlowOrder]:
        """Give who is compared to some kinds of price."""
        return [one for one in self.orders if one.symbol == symbol and one.trigger.price_type in kinds]

    def look(self, seen: Sequence[tuple[SlowOrder, Fraction | None]]) -> list[Hit]:
        """Let each order look at its price, then take out and sort those that trigger."""
        hits = []
        for order, px in seen:
            stop = self.stop(order)
            if px is None:
                order.saw_first = False
            elif stop is not None and (px >= stop if order.goes_up else px <= stop):
                if order.trigger.price_type not in DOUBLE or order.saw_first:
                    hits.append((order, stop, px))
                order.saw_first = True
            else:
                order.saw_first = False
                self.trail(order, px)
        places = {order.number: place for place, order in enumerate(self.orders)}
        for order, _, _ in hits:
            self.remove(order.number)
        hits.sort(
            key=lambda hit: (not hit[0].goes_up, hit[1] if hit[0].goes_up else -hit[1], places[hit[0].number])
        )
        return [(order.number, stop, px, self.limit(order, stop)) for order, stop, px in hits]

    def trail(self, order: SlowOrder, px: Fraction) -> None:
        """Let a trail begin or follow."""
        trigger = order.trigger
        if not isinstance(trigger, TrailingTrigger):
            return
        if order.mark is not None:
            order.mark = min(order.mark, px) if order.is_buy else max(order.mark, px)
            return
        start = trigger.activation_px
        if start is None or (px <= start if order.is_buy else px >= start):
            order.mark = px

    def limit(self, order: SlowOrder, stop: Fraction) -> Fraction | None:
        """Give the limit of an order that is released at a stop price."""
        trigger = order.trigger
        if not isinstance(trigger, TrailingTrigger) or trigger.limit_offset is None:
            return None
        return self.shifted(trigger.limit_offset, stop, order, outward=False)

"""What an order that waits for a price sees of the market, and when that is enough.

The library's own trigger book is built otherwise and shares nothing with this, so that each checks the other.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.model.enums import PegOffsetType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.price_grid import PriceGrid
from oms.model.terms import Terms
from oms.model.triggers import PriceTrigger, Trigger, trigger_of

_SHARES: Final = {PegOffsetType.BASIS_POINTS: Decimal("0.0001"), PegOffsetType.PERCENTAGE: Decimal("0.01")}
_HALF: Final = Decimal("0.5")
_QUOTED: Final = {TriggerPriceType.BID_ASK, TriggerPriceType.MID, TriggerPriceType.DOUBLE_BID_ASK}
_TRADED: Final = {TriggerPriceType.LAST, TriggerPriceType.DOUBLE_LAST}
_DOUBLE: Final = {TriggerPriceType.DOUBLE_LAST, TriggerPriceType.DOUBLE_BID_ASK}


def counts(quote: Quote) -> bool:
    """Tell whether a quote shows a market: both sides are there, with sizes, and not crossed; a locked one does."""
    bid, ask = quote.bid, quote.ask
    return bid is not None and ask is not None and bool(quote.bid_size and quote.ask_size) and bid <= ask


def watch_of(side: Side, terms: Terms, grid: PriceGrid) -> Watch | None:
    """Give the eye on the market of an order of these terms; None where it waits for no price."""
    trigger = trigger_of(side, terms)
    return None if trigger is None else Watch(trigger, grid)


class Watch:
    """One order's eye on the market, from the next update on.

    Attributes:
        trigger: What it waits for.
        is_buy: Whether the order buys.
        stop_px: The price that releases it now; None while its trail has not begun.
    """

    __slots__ = ("_goes_up", "_grid", "_is_double", "_mark", "_saw_first", "is_buy", "stop_px", "trigger")

    def __init__(self, trigger: Trigger, grid: PriceGrid) -> None:
        """Begin without having seen anything."""
        self.trigger = trigger
        self.is_buy = is_buy = trigger.side is Side.BUY
        self._grid = grid
        self._is_double = trigger.price_type in _DOUBLE
        self._mark: Decimal | None = None
        self._saw_first = False
        if isinstance(trigger, PriceTrigger):
            self.stop_px: Decimal | None = trigger.trigger_px
            self._goes_up = trigger.direction is TriggerPriceDirection.UP
        else:
            self.stop_px = None
            self._goes_up = is_buy

    @property
    def rank(self) -> tuple[bool, Decimal]:
        """What sorts those that one update releases: the rises first, from the lowest; then the falls, from the highest."""
        assert self.stop_px is not None
        return not self._goes_up, self.stop_px if self._goes_up else self.stop_px.copy_negate()

    @property
    def goes_up(self) -> bool:
        """Whether a rise releases the order; a fall does otherwise."""
        return self._goes_up

    @property
    def fixed_px(self) -> Decimal | None:
        """The one price that releases the order by one update; None where it moves, or has to be seen twice."""
        is_fixed = isinstance(self.trigger, PriceTrigger) and not self._is_double
        return self.stop_px if is_fixed else None

    @property
    def limit_px(self) -> Decimal | None:
        """The limit of what a trail releases now: beyond the stop price, rounded back towards it; None where it has none."""
        offset = None if isinstance(self.trigger, PriceTrigger) else self.trigger.limit_offset
        if offset is None:
            return None
        assert self.stop_px is not None
        target = self._gone(offset, self.stop_px)
        return self._grid.down(target) if self.is_buy else self._grid.up(target)

    def reached_on_the_way_to(self, px: Decimal, *, is_up: bool) -> Decimal | None:
        """Give the price that releases the order by one trade, if it is no further than `px` on a way that rises or falls."""
        stop_px = self.stop_px
        if (
            stop_px is None
            or self._goes_up is not is_up
            or self.trigger.price_type is not TriggerPriceType.LAST
        ):
            return None
        return stop_px if (stop_px <= px if is_up else stop_px >= px) else None

    def sees(self, update: Quote | TradePrint | MarkPrice) -> bool:
        """Take an update of the market, and tell whether it releases the order."""
        price_type = self.trigger.price_type
        match update:
            case Quote():
                return price_type in _QUOTED and self._sees_quote(update)
            case TradePrint():
                return price_type in _TRADED and bool(update.size) and self._meets(update.price)
            case MarkPrice():
                return price_type is TriggerPriceType.MARK and self._meets(update.price)

    def _sees_quote(self, quote: Quote) -> bool:
        if not counts(quote):
            self._saw_first = False
            return False
        bid, ask = quote.bid, quote.ask
        assert bid is not None
        assert ask is not None
        if self.trigger.price_type is TriggerPriceType.MID:
            return self._meets(EXACT.multiply(EXACT.add(bid, ask), _HALF))
        return self._meets(ask if self.is_buy else bid)

    def _meets(self, px: Decimal) -> bool:
        stop_px = self.stop_px
        if stop_px is not None and (px >= stop_px if self._goes_up else px <= stop_px):
            if self._saw_first or not self._is_double:
                return True
            self._saw_first = True
            return False
        self._saw_first = False
        if not isinstance(self.trigger, PriceTrigger):
            self._follow(px, self.trigger.offset, self.trigger.activation_px)
        return False

    def _follow(self, px: Decimal, offset: Offset, activation_px: Decimal | None) -> None:
        mark = self._mark
        if mark is None:
            begins = activation_px is None or (px <= activation_px if self.is_buy else px >= activation_px)
            if not begins:
                return
        elif not (px < mark if self.is_buy else px > mark):
            return
        self._mark = px
        grid, is_buy = self._grid, self.is_buy
        target = self._gone(offset, px)
        stop_px = grid.up(target) if is_buy else grid.down(target)
        if stop_px == px:
            # A share of nothing is nothing: a trail is a tick wide at least.
            stop_px = grid.stepped(px, 1 if is_buy else -1)
        self.stop_px = stop_px

    def _gone(self, offset: Offset, px: Decimal) -> Decimal:
        # From a price by an offset: up for a purchase, down for a sale.
        if offset.offset_type is PegOffsetType.TICKS:
            steps, grid = int(offset.distance), self._grid
            return grid.stepped(grid.up(px), steps) if self.is_buy else grid.stepped(grid.down(px), -steps)
        share = _SHARES.get(offset.offset_type)
        away = (
            offset.distance
            if share is None
            else EXACT.multiply(px.copy_abs(), EXACT.multiply(offset.distance, share))
        )
        return EXACT.add(px, away) if self.is_buy else EXACT.subtract(px, away)

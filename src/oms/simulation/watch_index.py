"""The orders of one instrument that wait for a price, so that an update of the market is shown to those alone that it may concern.

Whoever waits for one price that does not move is found by that price. Trails, and those that want two updates in a row, have
to look at each update by themselves.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from sortedcontainers import SortedDict

from oms.model.decimals import EXACT
from oms.model.enums import TriggerPriceType
from oms.model.ids import VenueOrderId
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.simulation.venue_order import VenueOrder
from oms.simulation.watch import counts

_HALF: Final = Decimal("0.5")
_NEVER_UP: Final = Decimal("Infinity")
_NEVER_DOWN: Final = Decimal("-Infinity")
_Place: TypeAlias = tuple[TriggerPriceType, bool, bool]
# What price, whether a purchase waits for it, and whether it has to rise.
_Waiting: TypeAlias = "SortedDict[Decimal, dict[VenueOrderId, VenueOrder]]"


class _Near:
    """The nearest prices that a kind of update can release somebody at: beyond neither, it releases nobody.

    A rise counts by the higher price that an update shows, a fall by the lower one, so that an update may come near and yet
    release nobody, and never the other way round.
    """

    __slots__ = ("_types", "falls_to", "rises_to")

    def __init__(self, *types: TriggerPriceType) -> None:
        self._types = types
        self.rises_to, self.falls_to = _NEVER_UP, _NEVER_DOWN

    def look(self, fixed: dict[_Place, _Waiting]) -> None:
        """Find them anew."""
        rises = [waiting for (of, _, goes_up), waiting in fixed.items() if goes_up and of in self._types]
        falls = [waiting for (of, _, goes_up), waiting in fixed.items() if not goes_up and of in self._types]
        self.rises_to = min((waiting.peekitem(0)[0] for waiting in rises if waiting), default=_NEVER_UP)
        self.falls_to = max((waiting.peekitem(-1)[0] for waiting in falls if waiting), default=_NEVER_DOWN)


class WatchIndex:
    """Orders by the price that they wait for.

    Attributes:
        has_lookers: Whether somebody has to look at each update.
    """

    __slots__ = ("_fixed", "_looking", "_near_quotes", "_near_trades", "has_lookers")

    def __init__(self) -> None:
        """Begin with nobody."""
        self._fixed: dict[_Place, _Waiting] = {}
        self._looking: dict[VenueOrderId, VenueOrder] = {}
        self._near_quotes = _Near(TriggerPriceType.BID_ASK, TriggerPriceType.MID)
        self._near_trades = _Near(TriggerPriceType.LAST)
        self.has_lookers = False

    def is_far_from(self, bid: Decimal, ask: Decimal) -> bool:
        """Tell whether a quote that is not crossed releases nobody, where nobody has to look at each."""
        near = self._near_quotes
        return near.falls_to < bid and ask < near.rises_to

    def is_far_from_trade(self, px: Decimal) -> bool:
        """Tell whether a trade releases nobody, where nobody has to look at each."""
        near = self._near_trades
        return near.falls_to < px < near.rises_to

    def add(self, order: VenueOrder) -> None:
        """Let an order wait, from the next update on."""
        watch = order.watch
        assert watch is not None
        fixed_px = watch.fixed_px
        if fixed_px is None:
            self._looking[order.venue_order_id] = order
            self.has_lookers = True
            return
        place = (watch.trigger.price_type, order.is_buy, watch.goes_up)
        waiting = self._fixed.get(place)
        if waiting is None:
            waiting = self._fixed[place] = SortedDict()
        at_px = waiting.get(fixed_px)
        if at_px is not None:
            at_px[order.venue_order_id] = order
            return
        waiting[fixed_px] = {order.venue_order_id: order}
        self._look()

    def remove(self, order: VenueOrder) -> None:
        """Let an order wait no longer; its watch must be the one that it came with."""
        watch = order.watch
        assert watch is not None
        fixed_px = watch.fixed_px
        if fixed_px is None:
            del self._looking[order.venue_order_id]
            self.has_lookers = bool(self._looking)
            return
        waiting = self._fixed[watch.trigger.price_type, order.is_buy, watch.goes_up]
        del waiting[fixed_px][order.venue_order_id]
        if not waiting[fixed_px]:
            del waiting[fixed_px]
            self._look()

    def _look(self) -> None:
        self._near_quotes.look(self._fixed)
        self._near_trades.look(self._fixed)

    def released_by(self, update: MarketUpdate) -> list[VenueOrder]:
        """Give whom an update releases, in no order; they wait on until they are removed."""
        found: list[VenueOrder] = []
        if self._fixed:
            match update:
                case TradePrint():
                    if update.size:
                        self._reached(TriggerPriceType.LAST, update.price, update.price, found)
                case MarkPrice():
                    self._reached(TriggerPriceType.MARK, update.price, update.price, found)
                case Quote(bid=bid, ask=ask):
                    if bid is not None and ask is not None and counts(update):
                        self._reached(TriggerPriceType.BID_ASK, ask, bid, found)
                        middle = EXACT.multiply(EXACT.add(bid, ask), _HALF)
                        self._reached(TriggerPriceType.MID, middle, middle, found)
        found += [order for order in self._looking.values() if order.watch and order.watch.sees(update)]
        return found

    def _reached(
        self, price_type: TriggerPriceType, buy_px: Decimal, sell_px: Decimal, found: list[VenueOrder]
    ) -> None:
        for is_buy, px in ((True, buy_px), (False, sell_px)):
            for goes_up in (True, False):
                waiting = self._fixed.get((price_type, is_buy, goes_up))
                if waiting:
                    reach = waiting.irange(None, px) if goes_up else waiting.irange(px, None)
                    for stop_px in reach:
                        found += waiting[stop_px].values()

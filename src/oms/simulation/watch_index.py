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
_Place: TypeAlias = tuple[TriggerPriceType, bool, bool]
# What price, whether a purchase waits for it, and whether it has to rise.
_Waiting: TypeAlias = "SortedDict[Decimal, dict[VenueOrderId, VenueOrder]]"


class WatchIndex:
    """Orders by the price that they wait for."""

    __slots__ = ("_fixed", "_looking")

    def __init__(self) -> None:
        """Begin with nobody."""
        self._fixed: dict[_Place, _Waiting] = {}
        self._looking: dict[VenueOrderId, VenueOrder] = {}

    def add(self, order: VenueOrder) -> None:
        """Let an order wait, from the next update on."""
        watch = order.watch
        assert watch is not None
        fixed_px = watch.fixed_px
        if fixed_px is None:
            self._looking[order.venue_order_id] = order
            return
        place = (watch.trigger.price_type, order.is_buy, watch.goes_up)
        waiting = self._fixed.get(place)
        if waiting is None:
            waiting = self._fixed[place] = SortedDict()
        waiting.setdefault(fixed_px, {})[order.venue_order_id] = order

    def remove(self, order: VenueOrder) -> None:
        """Let an order wait no longer; its watch must be the one that it came with."""
        watch = order.watch
        assert watch is not None
        fixed_px = watch.fixed_px
        if fixed_px is None:
            del self._looking[order.venue_order_id]
            return
        waiting = self._fixed[watch.trigger.price_type, order.is_buy, watch.goes_up]
        del waiting[fixed_px][order.venue_order_id]
        if not waiting[fixed_px]:
            del waiting[fixed_px]

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

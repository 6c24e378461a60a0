"""The triggers of one instrument: which price of an update moves which of them, and in which order they are released."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.model.enums import Side, TriggerPriceType
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.price_grid import PriceGrid
from oms.model.triggers import Trigger, TriggerHit
from oms.order_types.trigger_line import Reached, TriggerLine
from oms.order_types.trigger_records import LineName

_BUY: Final = Side.BUY
_HALF: Final = Decimal("0.5")
COUNTED: Final = frozenset(
    {TriggerPriceType.MID, TriggerPriceType.DOUBLE_BID_ASK, TriggerPriceType.DOUBLE_LAST}
)
"""The kinds of price of which it is counted who waits for them."""


class TriggerDesk:
    """The lines of one instrument, one for each price that a trigger can be compared to.

    Whoever is told of every update may leave out those that change nothing: a quote whose bid lies from `bid_low` to `bid_high`
    and whose ask lies from `ask_low` to `ask_high`, or of which `is_quiet` tells so; a trade from `last_low` to `last_high`; a
    mark price within the range of `marks`. The middle of a quote is never below its bid nor above its ask, so that it need not
    be known for the first; `is_quiet` looks at it.

    Attributes:
        marks: What the mark price moves.
        bid_low: The lowest bid at which nothing happens.
        bid_high: The highest one.
        ask_low: The lowest ask at which nothing happens.
        ask_high: The highest one.
        last_low: The lowest price of a trade at which nothing happens.
        last_high: The highest one.
    """

    __slots__ = (
        "_asks", "_bids", "_double_ask", "_double_bid", "_double_last", "_double_quotes", "_double_trades", "_lasts", "_lines",
        "_mid", "_mids", "_of_quotes", "ask_high", "ask_low", "bid_high", "bid_low", "last_high", "last_low", "marks",
    )  # fmt: skip

    def __init__(self, instrument: Instrument, moves: dict[LineName, Decimal]) -> None:
        """Make empty lines; what lets trails begin or follow is noted in `moves`."""
        grid, symbol = PriceGrid(instrument), instrument.symbol
        # How many orders wait for what few of them do: a line that nobody waits in is not told of its price.
        self._mids = self._double_quotes = self._double_trades = 0
        self._of_quotes: tuple[Decimal, ...] = ()

        def of_quotes(price_type: TriggerPriceType, side: Side | None = None) -> TriggerLine:
            return TriggerLine(grid, (symbol, price_type, side), moves, self._settle_quotes)

        def of_trades(price_type: TriggerPriceType) -> TriggerLine:
            return TriggerLine(grid, (symbol, price_type, None), moves, self._settle_trades)

        self._bids, self._asks = (of_quotes(TriggerPriceType.BID_ASK, side) for side in (Side.SELL, Side.BUY))
        self._mid = of_quotes(TriggerPriceType.MID)
        self._double_bid, self._double_ask = (
            of_quotes(TriggerPriceType.DOUBLE_BID_ASK, side) for side in (Side.SELL, Side.BUY)
        )
        self._lasts, self._double_last = map(of_trades, (TriggerPriceType.LAST, TriggerPriceType.DOUBLE_LAST))
        self.marks = TriggerLine(grid, (symbol, TriggerPriceType.MARK, None), moves)
        # For orders that sell, and for those that buy.
        self._lines = {
            TriggerPriceType.LAST: (self._lasts, self._lasts),
            TriggerPriceType.BID_ASK: (self._bids, self._asks),
            TriggerPriceType.MID: (self._mid, self._mid),
            TriggerPriceType.MARK: (self.marks, self.marks),
            TriggerPriceType.DOUBLE_LAST: (self._double_last, self._double_last),
            TriggerPriceType.DOUBLE_BID_ASK: (self._double_bid, self._double_ask),
        }
        self._settle_quotes()
        self._settle_trades()

    def line(self, trigger: Trigger) -> TriggerLine:
        """Give the line that a trigger belongs to."""
        return self._lines[trigger.price_type][trigger.side is _BUY]

    def line_of(self, price_type: TriggerPriceType, side: Side | None) -> TriggerLine:
        """Give the line that orders of a side wait in for a kind of price."""
        return self._lines[price_type][side is _BUY]

    def count(self, trigger: Trigger, change: int) -> None:
        """Take note that an order with this trigger came (+1) or went (-1)."""
        match trigger.price_type:
            case TriggerPriceType.MID:
                self._mids += change
                self._settle_quotes()
            case TriggerPriceType.DOUBLE_BID_ASK:
                self._double_quotes += change
                self._settle_quotes()
            case TriggerPriceType.DOUBLE_LAST:
                self._double_trades += change
                self._settle_trades()
            case _:
                pass

    def _settle_quotes(self) -> None:
        bids, asks = self._bids, self._asks
        self.bid_low, self.bid_high, self.ask_low, self.ask_high = bids.low, bids.high, asks.low, asks.high
        if self._double_quotes:
            bids, asks = self._double_bid, self._double_ask
            self.bid_low, self.bid_high = max(self.bid_low, bids.low), min(self.bid_high, bids.high)
            self.ask_low, self.ask_high = max(self.ask_low, asks.low), min(self.ask_high, asks.high)
        if self._mids:
            # Twice the middle is the sum of both prices.
            twice = EXACT.add(self._mid.low, self._mid.low), EXACT.add(self._mid.high, self._mid.high)
            self._of_quotes = self.bid_low, self.bid_high, self.ask_low, self.ask_high, *twice
            self.bid_low = max(self.bid_low, self._mid.low)
            self.ask_high = min(self.ask_high, self._mid.high)

    def _settle_trades(self) -> None:
        lasts = self._lasts
        self.last_low, self.last_high = lasts.low, lasts.high
        if self._double_trades:
            lasts = self._double_last
            self.last_low, self.last_high = max(self.last_low, lasts.low), min(self.last_high, lasts.high)

    def is_quiet(self, bid: Decimal, ask: Decimal) -> bool:
        """Tell whether a quote with these prices changes nothing, where they do not lie in the ranges that leave out its middle."""
        if not self._mids:
            return False
        bid_low, bid_high, ask_low, ask_high, low, high = self._of_quotes
        is_near = bid_low <= bid <= bid_high and ask_low <= ask <= ask_high
        return is_near and low <= EXACT.add(bid, ask) <= high

    def on_quote(self, quote: Quote) -> Sequence[TriggerHit]:
        """Take note of a quote, and give who is released."""
        bid, ask = quote.bid, quote.ask
        if bid is None or ask is None or not quote.bid_size or not quote.ask_size or bid > ask:
            # Where nobody waits for two quotes, nothing is remembered of the one before.
            if self._double_quotes:
                self._double_bid.forget_before()
                self._double_ask.forget_before()
            return ()
        if self.bid_low <= bid <= self.bid_high and self.ask_low <= ask <= self.ask_high:
            return ()
        reached = [*self._bids.meet(bid), *self._asks.meet(ask)]
        if self._mids:
            reached += self._mid.meet(EXACT.multiply(EXACT.add(bid, ask), _HALF))
        if self._double_quotes:
            reached += self._double_bid.meet(bid)
            reached += self._double_ask.meet(ask)
        return self._released(reached) if reached else ()

    def on_trade(self, trade: TradePrint) -> Sequence[TriggerHit]:
        """Take note of a trade, and give who is released."""
        px = trade.price
        if not trade.size or self.last_low <= px <= self.last_high:
            return ()
        reached = [*self._lasts.meet(px)]
        if self._double_trades:
            reached += self._double_last.meet(px)
        return self._released(reached) if reached else ()

    def on_mark(self, mark: MarkPrice) -> Sequence[TriggerHit]:
        """Take note of a mark price, and give who is released."""
        reached = self.marks.meet(mark.price)
        return self._released([*reached]) if reached else ()

    def _released(self, reached: list[Reached]) -> tuple[TriggerHit, ...]:
        # Arrivals differ, so that orders are never compared.
        reached.sort()
        for _, _, _, held, _, _, _ in reached:
            self.count(held.trigger, -1)
        return tuple(
            TriggerHit(held.order_id, trigger_px, px, limit_px)
            for _, _, _, held, trigger_px, px, limit_px in reached
        )

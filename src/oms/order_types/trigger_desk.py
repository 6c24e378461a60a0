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

    Whoever is told of every update may leave out those that change nothing: a quote whose bid is within the range of `bids` and
    whose ask is within that of `asks`, while nobody waits `by_quotes`; a trade within that of `lasts`, while nobody waits
    `by_trades`; a mark price within that of `marks`.

    Attributes:
        bids: What the bid moves.
        asks: What the ask moves.
        lasts: What the price of a trade moves.
        marks: What the mark price moves.
        by_quotes: How many orders wait for the mid, or for two quotes in a row.
        by_trades: How many wait for two trades in a row.
    """

    __slots__ = (
        "_double_ask",
        "_double_bid",
        "_double_last",
        "_double_quotes",
        "_lines",
        "_mid",
        "_mids",
        "asks",
        "bids",
        "by_quotes",
        "by_trades",
        "lasts",
        "marks",
    )

    def __init__(self, instrument: Instrument, moves: dict[LineName, Decimal]) -> None:
        """Make empty lines; what lets trails begin or follow is noted in `moves`."""
        grid = PriceGrid(instrument)

        def line(price_type: TriggerPriceType, side: Side | None = None) -> TriggerLine:
            return TriggerLine(grid, (instrument.symbol, price_type, side), moves)

        self.lasts, self._mid = line(TriggerPriceType.LAST), line(TriggerPriceType.MID)
        self.marks, self._double_last = line(TriggerPriceType.MARK), line(TriggerPriceType.DOUBLE_LAST)
        self.bids, self.asks = (line(TriggerPriceType.BID_ASK, side) for side in (Side.SELL, Side.BUY))
        self._double_bid, self._double_ask = (
            line(TriggerPriceType.DOUBLE_BID_ASK, side) for side in (Side.SELL, Side.BUY)
        )
        # For orders that sell, and for those that buy.
        self._lines = {
            TriggerPriceType.LAST: (self.lasts, self.lasts),
            TriggerPriceType.BID_ASK: (self.bids, self.asks),
            TriggerPriceType.MID: (self._mid, self._mid),
            TriggerPriceType.MARK: (self.marks, self.marks),
            TriggerPriceType.DOUBLE_LAST: (self._double_last, self._double_last),
            TriggerPriceType.DOUBLE_BID_ASK: (self._double_bid, self._double_ask),
        }
        # How many orders wait for what few of them do: a line that nobody waits in is not told of its price.
        self._mids = self._double_quotes = self.by_quotes = self.by_trades = 0

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
                self.by_quotes += change
            case TriggerPriceType.DOUBLE_BID_ASK:
                self._double_quotes += change
                self.by_quotes += change
            case TriggerPriceType.DOUBLE_LAST:
                self.by_trades += change
            case _:
                pass

    def on_quote(self, quote: Quote) -> Sequence[TriggerHit]:
        """Take note of a quote, and give who is released."""
        bid, ask = quote.bid, quote.ask
        if bid is None or ask is None or not quote.bid_size or not quote.ask_size or bid > ask:
            # Where nobody waits for two quotes, nothing is remembered of the one before.
            if self._double_quotes:
                self._double_bid.forget_before()
                self._double_ask.forget_before()
            return ()
        bids, asks = self.bids, self.asks
        reached: list[Reached] = []
        if not (bids.low <= bid <= bids.high and asks.low <= ask <= asks.high):
            reached += bids.meet(bid)
            reached += asks.meet(ask)
        if self._mids:
            reached += self._mid.meet(EXACT.multiply(EXACT.add(bid, ask), _HALF))
        if self._double_quotes:
            reached += self._double_bid.meet(bid)
            reached += self._double_ask.meet(ask)
        return self._released(reached) if reached else ()

    def on_trade(self, trade: TradePrint) -> Sequence[TriggerHit]:
        """Take note of a trade, and give who is released."""
        if not trade.size:
            return ()
        reached = self.lasts.meet(trade.price)
        if self.by_trades:
            reached = (*reached, *self._double_last.meet(trade.price))
        return self._released([*reached]) if reached else ()

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

"""The best prices of a market of which more is heard than those."""

from __future__ import annotations

from oms.model.depth import BookOrder, Depth, Level
from oms.model.depth_book import DepthBook
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.market_order_book import MarketOrderBook


class TopOfBook:
    """Makes quotes from depth: one whenever the best prices, or the sizes there, have changed.

    Where a market is heard by level and by order, its orders are believed: levels count until the first order comes, and not
    from then on. Of numbered changes nothing is quoted before the first snapshot; after a gap it goes on.

    Attributes:
        by_level: The book by level; None until a level is heard.
        by_order: The book by order; None until an order is heard.
    """

    __slots__ = ("_ask", "_bid", "_symbol", "by_level", "by_order")

    def __init__(self, symbol: Symbol) -> None:
        """Begin with an empty market.

        Args:
            symbol: What is traded.
        """
        self._symbol = symbol
        self._bid: Level | None = None
        self._ask: Level | None = None
        self.by_level: DepthBook | None = None
        self.by_order: MarketOrderBook | None = None

    def take(self, depth: Depth) -> Quote | None:
        """Take depth in, and give the quote that follows from it; None where the best of both sides is as it was.

        Raises:
            ValidationError: It is about something else, or is no depth.
        """
        book: DepthBook | MarketOrderBook
        if isinstance(depth, BookOrder):
            if self.by_order is None:
                self.by_order = MarketOrderBook(self._symbol)
            book = self.by_order
            book.take(depth)
        else:
            if self.by_level is None:
                self.by_level = DepthBook(self._symbol)
            book = self.by_level
            book.take(depth)
            if self.by_order is not None or not book.has_begun:
                return None
        bid, ask = book.bids.best, book.asks.best
        if bid == self._bid and ask == self._ask:
            return None
        self._bid, self._ask = bid, ask
        return book.quote(depth.time_ns)

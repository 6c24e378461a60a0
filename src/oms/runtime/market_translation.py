"""What the engine hears of a market that is told by depth or by bars: quotes and trades, as of any other market."""

from __future__ import annotations

from collections.abc import Sequence

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.door import shown
from oms.model.ids import BrokerName, Symbol
from oms.model.market import (
    NEWS,
    MarketData,
    MarketNews,
    MarketUpdate,
    MarkPrice,
    PrintCorrection,
    Quote,
    TradePrint,
)
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.security_status import SecurityStatus
from oms.model.top_of_book import TopOfBook
from oms.simulation.bar_path import BarPath, prints_of, quotes_of


class Translation:
    """Makes quotes of depth, and quotes or trades of bars.

    Attributes:
        tops: The best prices of each market that is heard in depth, with its books.
    """

    __slots__ = ("_path", "_venues", "tops")

    def __init__(self, path: BarPath) -> None:
        """Begin with no market.

        Args:
            path: How prices are taken to go inside a bar.

        Raises:
            ValidationError: The path is none.
        """
        if not isinstance(path, BarPath):
            raise ValidationError("bar_path", shown(path), "pass a BarPath, such as BarPath.ADAPTIVE")
        self._path = path
        self.tops: dict[Symbol, TopOfBook] = {}
        self._venues: dict[BrokerName, Translation] = {}

    def at(
        self, broker: BrokerName, heard: MarketData, *, is_home: bool = False
    ) -> Sequence[MarketUpdate | MarketNews]:
        """Give what follows from what one broker says of its own market, whose book is its own; errors as in `of`.

        Its halts are those of the instrument where that trades nowhere else (`is_home`).
        """
        if isinstance(heard, Quote | TradePrint | MarkPrice):
            return (heard,)
        its_own = self._venues.get(broker)
        if its_own is None:
            its_own = self._venues[broker] = Translation(self._path)
        if is_home and isinstance(heard, SecurityStatus):
            return (heard,)
        # A halt at one venue stops nothing elsewhere, and what is said beside prices is said of the market as a whole. But a print
        # counts wherever it was made, and so does its correction.
        told = its_own.of(heard)
        return [one for one in told if isinstance(one, PrintCorrection) or not isinstance(one, NEWS)]

    def of(self, heard: MarketData) -> Sequence[MarketUpdate | MarketNews]:
        """Give what follows from depth or a bar; a halt, and other news of the market, goes on as it is.

        Raises:
            ValidationError: It is nothing that a market says.
        """
        match heard:
            case BookUpdate() | BookOrder() | BookSnapshot():
                top = self.tops.get(heard.symbol)
                if top is None:
                    top = self.tops[heard.symbol] = TopOfBook(heard.symbol)
                quote = top.take(heard)
                return () if quote is None else (quote,)
            case Bar():
                return prints_of(heard, self._path)
            case QuoteBar():
                return quotes_of(heard, self._path)
            case SecurityStatus() | PriceLimits() | FeedGap() | PrintCorrection():
                return (heard,)
            case _:
                text = "pass a Quote, a TradePrint, a MarkPrice, depth (`oms.model.depth`) or a bar (`oms.model.bars`)"
                raise ValidationError("update", shown(heard), text)

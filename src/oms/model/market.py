"""What is heard from a market: inputs that move simulated exchanges and held orders. They are not journaled."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.define import record
from oms.model.depth import Depth
from oms.model.door import moment, shown
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market_fields import price as _px
from oms.model.market_fields import price_or_none as _px_or_none
from oms.model.market_fields import size as _size
from oms.model.market_fields import symbol as _symbol
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.security_status import SecurityStatus


@record
class Quote:
    """The best prices of a market and the sizes shown at them; numbers may be given as ints or decimal texts too.

    Attributes:
        symbol: What is quoted.
        time_ns: When it was received, in nanoseconds UTC.
        bid: The best price to sell at; None where nobody bids.
        bid_size: How much is wanted there; 0 where nobody bids.
        ask: The best price to buy at; None where nobody offers.
        ask_size: How much is offered there; 0 where nobody offers.

    Raises:
        ValidationError: A number is not exact and finite, a size is below zero, the time is no int from 0 to 2^63 - 1, or the
            symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    bid: Decimal | None = field(converter=_px_or_none)
    bid_size: Decimal = field(converter=_size)
    ask: Decimal | None = field(converter=_px_or_none)
    ask_size: Decimal = field(converter=_size)

    @property
    def is_two_sided(self) -> bool:
        """Whether both sides are there, each with a size, and do not cross; no other quote triggers anything."""
        bid, ask = self.bid, self.ask
        return bid is not None and ask is not None and bool(self.bid_size and self.ask_size) and bid <= ask

    @property
    def is_crossed(self) -> bool:
        """Whether both sides are there, each with a size, and the bid is above the ask."""
        bid, ask = self.bid, self.ask
        return bid is not None and ask is not None and bid > ask and bool(self.bid_size and self.ask_size)


@record
class TradePrint:
    """A trade between others; numbers may be given as ints or decimal texts too.

    Attributes:
        symbol: What was traded.
        time_ns: When it was received, in nanoseconds UTC.
        price: The price.
        size: The quantity.
        aggressor: The side of whoever took liquidity, None where the market does not say.

    Raises:
        ValidationError: A number is not exact and finite, the size is below zero, the time is no int from 0 to 2^63 - 1, or
            the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    price: Decimal = field(converter=_px)
    size: Decimal = field(converter=_size)
    aggressor: Side | None = None


@record
class OwnTrade:
    """What has executed here of any order, and is printed too.

    Attributes:
        qty: How much; below zero where it was busted or corrected.
        price: The price.
        time_ns: When it happened by its venue, or else was heard of, in nanoseconds UTC.
        sequence: The sequence number of the execution's own event, also where it was busted or corrected.
    """

    qty: Decimal
    price: Decimal
    time_ns: int
    sequence: int


@record
class MarkPrice:
    """A price at which a venue values positions; it may be given as an int or a decimal text too.

    Attributes:
        symbol: What is valued.
        time_ns: When it was received, in nanoseconds UTC.
        price: The price.

    Raises:
        ValidationError: The price is not exact and finite, the time is no int from 0 to 2^63 - 1, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    price: Decimal = field(converter=_px)


@record
class PrintCorrection:
    """A print that was heard before is void, or was another one.

    Attributes:
        time_ns: When that was received, in nanoseconds UTC.
        was: The print as it was heard.
        now: What it is now, with the time of the first one; None where it is void.

    Raises:
        ValidationError: One of them is no print, they are of two instruments, or the time is no int from 0 to 2^63 - 1.
    """

    time_ns: int = field(converter=moment)
    was: TradePrint
    now: TradePrint | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what corrects nothing."""
        for name, given in (("was", self.was), ("now", self.now)):
            if type(given) is not TradePrint and (given is not None or name == "was"):
                raise ValidationError(name, shown(given), "pass a TradePrint")
        if self.now is not None and self.now.symbol != self.was.symbol:
            raise ValidationError("now", f"a print of {self.now.symbol}", f"pass one of {self.was.symbol}")

    @property
    def symbol(self) -> Symbol:
        """What was traded."""
        return self.was.symbol


MarketUpdate: TypeAlias = Quote | TradePrint | MarkPrice
"""What the engine hears of a market."""

MarketNews: TypeAlias = SecurityStatus | PriceLimits | FeedGap | PrintCorrection
"""What it hears beside that, for the orders that are worked here."""

NEWS: Final = (SecurityStatus, PriceLimits, FeedGap, PrintCorrection)
"""The classes of it."""

UNWATCHED: Final = (SecurityStatus, PriceLimits)
"""Those of it that say nothing of what was traded: watchers are not told."""

WatchedUpdate: TypeAlias = MarketUpdate | FeedGap | PrintCorrection
"""What watchers hear of a market."""

MarketData: TypeAlias = MarketUpdate | Depth | Bar | QuoteBar | MarketNews
"""All that is heard of a market; of depth and bars the engine hears what follows from them."""

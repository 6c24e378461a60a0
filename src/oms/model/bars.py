"""What is heard of a market where it is thinned to bars: the prices of a span of time.

A bar is known once its span is over, so its time is the end of it: a bar that is heard at its beginning tells the future.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import plain
from oms.model.define import record
from oms.model.door import moment
from oms.model.ids import Symbol
from oms.model.market_fields import price, price_or_none, size_or_none
from oms.model.market_fields import symbol as _symbol


def _check_span(start_ns: int, time_ns: int) -> None:
    if start_ns >= time_ns:
        raise ValidationError("start_ns", start_ns, f"a bar begins before it ends, which is at {time_ns}")


def _check_prices(side: str, opening: Decimal, high: Decimal, low: Decimal, closing: Decimal) -> None:
    for name, px in (("open", opening), ("low", low), ("close", closing)):
        if px > high:
            text = f"{side}high is the highest price of a bar, and {side}{name} is {plain(px)}"
            raise ValidationError(f"{side}high", plain(high), text)
    for name, px in (("open", opening), ("close", closing)):
        if px < low:
            text = f"{side}low is the lowest price of a bar, and {side}{name} is {plain(px)}"
            raise ValidationError(f"{side}low", plain(low), text)


@record
class Bar:
    """The trades of a span of time; numbers may be given as ints or decimal texts too.

    Attributes:
        symbol: What was traded.
        time_ns: The end of the span, which is not in it, and when the bar is known, in nanoseconds UTC.
        start_ns: The beginning of the span, in nanoseconds UTC; most files label their bars with it.
        open: The price of the first trade.
        high: The highest price.
        low: The lowest price.
        close: The price of the last trade.
        volume: How much was traded; None where it is not known.

    Raises:
        ValidationError: A number is not exact and finite, a price is outside low and high, the volume is below zero, a time
            is no int from 0 to 2^63 - 1, the span is empty, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    start_ns: int = field(converter=moment)
    open: Decimal = field(converter=price)
    high: Decimal = field(converter=price)
    low: Decimal = field(converter=price)
    close: Decimal = field(converter=price)
    volume: Decimal | None = field(default=None, converter=size_or_none)

    def __attrs_post_init__(self) -> None:
        """Check what needs several fields."""
        _check_span(self.start_ns, self.time_ns)
        _check_prices("", self.open, self.high, self.low, self.close)


@record
class QuoteBar:
    """The best prices of a span of time; numbers may be given as ints or decimal texts too.

    A side has four prices or, where nobody was there, none.

    Attributes:
        symbol: What was quoted.
        time_ns: The end of the span, which is not in it, and when the bar is known, in nanoseconds UTC.
        start_ns: The beginning of the span, in nanoseconds UTC.
        bid_open: The first of the best bids; None, like the other three, where nobody bid.
        bid_high: The highest of the best bids.
        bid_low: The lowest of the best bids.
        bid_close: The last of the best bids.
        bid_size: How much was wanted at the last; None where it is not known.
        ask_open: The first of the best offers; None, like the other three, where nobody offered.
        ask_high: The highest of the best offers.
        ask_low: The lowest of the best offers.
        ask_close: The last of the best offers.
        ask_size: How much was offered at the last; None where it is not known.

    Raises:
        ValidationError: A number is not exact and finite, a price is outside low and high, a side has some of its prices,
            a size is below zero, a time is no int from 0 to 2^63 - 1, the span is empty, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    start_ns: int = field(converter=moment)
    bid_open: Decimal | None = field(converter=price_or_none)
    bid_high: Decimal | None = field(converter=price_or_none)
    bid_low: Decimal | None = field(converter=price_or_none)
    bid_close: Decimal | None = field(converter=price_or_none)
    bid_size: Decimal | None = field(converter=size_or_none)
    ask_open: Decimal | None = field(converter=price_or_none)
    ask_high: Decimal | None = field(converter=price_or_none)
    ask_low: Decimal | None = field(converter=price_or_none)
    ask_close: Decimal | None = field(converter=price_or_none)
    ask_size: Decimal | None = field(converter=size_or_none)

    def __attrs_post_init__(self) -> None:
        """Check what needs several fields."""
        _check_span(self.start_ns, self.time_ns)
        _check_side("bid_", self.bid_open, self.bid_high, self.bid_low, self.bid_close)
        _check_side("ask_", self.ask_open, self.ask_high, self.ask_low, self.ask_close)


def _check_side(
    side: str, opening: Decimal | None, high: Decimal | None, low: Decimal | None, closing: Decimal | None
) -> None:
    if opening is not None and high is not None and low is not None and closing is not None:
        _check_prices(side, opening, high, low, closing)
    elif not (opening is high is low is closing is None):
        prices = ", ".join("None" if px is None else plain(px) for px in (opening, high, low, closing))
        raise ValidationError(f"{side}open", prices, "pass all four prices of a side, or None for each")

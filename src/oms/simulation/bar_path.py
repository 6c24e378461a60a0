"""The way that a price is taken to have gone inside a bar, of which only four prices are known.

The first price is the open and the last the close. Which of the extremes came first nobody can tell from a bar; it is a
choice, and it has a name. A trigger at the high is reached before one at the low only if the path says so.

What follows from a bar has the time of its end: nobody knew it sooner.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.bars import Bar, QuoteBar
from oms.model.decimals import EXACT, GRID, MAX_DECIMALS, ONE, ZERO
from oms.model.enums import Choice
from oms.model.market import Quote, TradePrint

SOME: Final = GRID
"""The size of what is there in an unknown size: enough to be seen, and next to nothing to trade with."""


class BarPath(Choice):
    """Which extreme of a bar comes first."""

    OHLC = "open-high-low-close"
    """The high."""
    OLHC = "open-low-high-close"
    """The low."""
    ADAPTIVE = "adaptive"
    """The one nearer to the open; where both are as far, the one with which the whole way is shorter: the low where the bar
    closes above its open, the high otherwise."""


_Prices: TypeAlias = tuple[Decimal, Decimal, Decimal, Decimal]
# Open, high, low and close.


def path_of(bar: Bar, path: BarPath) -> tuple[Decimal, ...]:
    """Give the prices through which a bar goes, from its open to its close; one that stays is named once."""
    way = _way((bar.open, bar.high, bar.low, bar.close), path)
    return tuple([px for place, px in enumerate(way) if not place or px != way[place - 1]])


def prints_of(bar: Bar, path: BarPath) -> list[TradePrint]:
    """Give trades that a bar can stand for: one at each price of its path, with equal parts of its volume.

    All are at the bar's end. The sizes add up to the volume; what cannot be parted equally is in the last. A volume that is
    not known is `SOME` at each price. Where nothing was traded (a volume of 0) there are none.
    """
    prices = path_of(bar, path)
    made = zip(prices, _parts(bar.volume, len(prices)), strict=True)
    return [TradePrint(bar.symbol, bar.time_ns, px, size) for px, size in made if size]


def quotes_of(bar: QuoteBar, path: BarPath) -> list[Quote]:
    """Give quotes that a quote bar can stand for: both sides at their open, extremes and close.

    Both sides go the same way, since prices of one moment belong together: that of the bids, or of the offers where nobody
    bids. All are at the bar's end. Sizes are those of the bar; one that is not known is `SOME`.
    """
    bids, asks = _bids(bar), _asks(bar)
    known = bids or asks
    if known is None:
        return [Quote(bar.symbol, bar.time_ns, None, ZERO, None, ZERO)]
    is_high_first = _is_high_first(known, path)
    made: list[Quote] = []
    for bid, ask in zip(_side_way(bids, is_high_first), _side_way(asks, is_high_first), strict=True):
        if not made or (made[-1].bid, made[-1].ask) != (bid, ask):
            bid_size, ask_size = _shown(bid, bar.bid_size), _shown(ask, bar.ask_size)
            made.append(Quote(bar.symbol, bar.time_ns, bid, bid_size, ask, ask_size))
    return made


def _is_high_first(prices: _Prices, path: BarPath) -> bool:
    if path is not BarPath.ADAPTIVE:
        return path is BarPath.OHLC
    opening, high, low, closing = prices
    up, down = EXACT.subtract(high, opening), EXACT.subtract(opening, low)
    return up < down or (up == down and closing <= opening)


def _way(prices: _Prices, path: BarPath) -> _Prices:
    return _turned(prices, _is_high_first(prices, path))


def _turned(prices: _Prices, is_high_first: bool) -> _Prices:
    opening, high, low, closing = prices
    return (opening, high, low, closing) if is_high_first else (opening, low, high, closing)


def _side_way(prices: _Prices | None, is_high_first: bool) -> tuple[Decimal | None, ...]:
    return (None,) * 4 if prices is None else _turned(prices, is_high_first)


def _parts(volume: Decimal | None, count: int) -> list[Decimal]:
    if volume is None:
        return [SOME] * count
    # Two decimals more than the volume has are enough for halves and quarters.
    exponent = volume.as_tuple().exponent
    assert isinstance(exponent, int)
    step = ONE.scaleb(max(exponent - 2, -MAX_DECIMALS), EXACT)
    part = EXACT.multiply(EXACT.divide_int(volume, EXACT.multiply(step, Decimal(count))), step)
    return [part] * (count - 1) + [EXACT.subtract(volume, EXACT.multiply(part, Decimal(count - 1)))]


def _bids(bar: QuoteBar) -> _Prices | None:
    opening, high, low, closing = bar.bid_open, bar.bid_high, bar.bid_low, bar.bid_close
    if opening is None or high is None or low is None or closing is None:
        return None
    return opening, high, low, closing


def _asks(bar: QuoteBar) -> _Prices | None:
    opening, high, low, closing = bar.ask_open, bar.ask_high, bar.ask_low, bar.ask_close
    if opening is None or high is None or low is None or closing is None:
        return None
    return opening, high, low, closing


def _shown(px: Decimal | None, size: Decimal | None) -> Decimal:
    if px is None:
        return ZERO
    return SOME if size is None else size

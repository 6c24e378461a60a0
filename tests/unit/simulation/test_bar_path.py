"""The way inside a bar: which extreme comes first, and what follows from it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import pytest

from oms.model.bars import Bar, QuoteBar
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint
from oms.simulation.bar_path import SOME, BarPath, path_of, prints_of, quotes_of

AAPL = Symbol("AAPL")
OHLC, OLHC, ADAPTIVE = BarPath.OHLC, BarPath.OLHC, BarPath.ADAPTIVE


def bar(opening: int, high: int, low: int, closing: int, volume: int | str | None = 8) -> Bar:
    size = None if volume is None else Decimal(volume)
    return Bar(AAPL, 60, 0, Decimal(opening), Decimal(high), Decimal(low), Decimal(closing), size)


@pytest.mark.parametrize(
    ("prices", "path", "way"),
    [
        ((10, 15, 8, 12), OHLC, (10, 15, 8, 12)),
        ((10, 15, 8, 12), OLHC, (10, 8, 15, 12)),
        ((10, 15, 8, 12), ADAPTIVE, (10, 8, 15, 12)),
        ((10, 11, 5, 8), ADAPTIVE, (10, 11, 5, 8)),
        ((10, 12, 8, 11), ADAPTIVE, (10, 8, 12, 11)),
        ((10, 12, 8, 9), ADAPTIVE, (10, 12, 8, 9)),
        ((10, 12, 8, 10), ADAPTIVE, (10, 12, 8, 10)),
        ((10, 12, 10, 12), OHLC, (10, 12, 10, 12)),
        ((10, 12, 10, 12), ADAPTIVE, (10, 12)),
        ((12, 12, 10, 10), ADAPTIVE, (12, 10)),
        ((10, 10, 10, 10), OLHC, (10,)),
    ],
    ids=[
        "the high first",
        "the low first",
        "the low is nearer",
        "the high is nearer",
        "as near, and it rises",
        "as near, and it falls",
        "as near, and it stays",
        "up, back and up again, as the path says",
        "straight up",
        "straight down",
        "it never moves",
    ],
)
def test_the_way_inside_a_bar(prices: tuple[int, int, int, int], path: BarPath, way: tuple[int, ...]) -> None:
    assert path_of(bar(*prices), path) == way


@pytest.mark.parametrize(
    ("prices", "volume", "sizes"),
    [
        ((10, 15, 8, 12), 5699, ["1424.75", "1424.75", "1424.75", "1424.75"]),
        ((10, 12, 10, 12), 1, ["0.5", "0.5"]),
        ((10, 15, 10, 12), 1, ["0.33", "0.33", "0.34"]),
        ((10, 10, 10, 10), "0.3", ["0.3"]),
        ((10, 15, 8, 12), "1E-18", ["1E-18"]),
        ((10, 15, 8, 12), 0, []),
        ((10, 12, 10, 12), None, [str(SOME), str(SOME)]),
    ],
    ids=["quarters", "halves", "thirds", "one price", "too little to part", "nothing traded", "nobody knows"],
)
def test_a_volume_is_parted_among_the_prices_and_none_of_it_is_lost(
    prices: tuple[int, int, int, int], volume: int | str | None, sizes: list[str]
) -> None:
    trades = prints_of(bar(*prices, volume), ADAPTIVE)

    assert [trade.size for trade in trades] == [Decimal(size) for size in sizes]


def test_the_trades_of_a_bar_are_at_its_end_and_say_nothing_of_who_took() -> None:
    half = Decimal(1)

    assert prints_of(bar(10, 11, 10, 11, 2), ADAPTIVE) == [
        TradePrint(AAPL, 60, Decimal(10), half),
        TradePrint(AAPL, 60, Decimal(11), half),
    ]


Prices: TypeAlias = tuple[int, int, int, int]


def quote_bar(
    bids: Prices | None, asks: Prices | None, bid_size: int | None = 3, ask_size: int | None = 4
) -> QuoteBar:
    bid = [None if bids is None else Decimal(px) for px in bids or range(4)]
    ask = [None if asks is None else Decimal(px) for px in asks or range(4)]
    sizes = [None if size is None else Decimal(size) for size in (bid_size, ask_size)]
    return QuoteBar(
        AAPL, 60, 0, bid[0], bid[1], bid[2], bid[3], sizes[0], ask[0], ask[1], ask[2], ask[3], sizes[1]
    )


def test_both_sides_of_a_quote_bar_go_the_way_of_the_bids() -> None:
    # Of the offers alone the high would be nearer.
    quotes = quotes_of(quote_bar((10, 15, 8, 12), (16, 17, 12, 13)), ADAPTIVE)

    assert quotes == [
        Quote(AAPL, 60, 10, 3, 16, 4),
        Quote(AAPL, 60, 8, 3, 12, 4),
        Quote(AAPL, 60, 15, 3, 17, 4),
        Quote(AAPL, 60, 12, 3, 13, 4),
    ]


def test_a_quote_bar_with_one_side_goes_its_way() -> None:
    quotes = quotes_of(quote_bar(None, (16, 17, 12, 13), None), ADAPTIVE)

    assert [quote.ask for quote in quotes] == [16, 17, 12, 13]
    assert all((quote.bid, quote.bid_size) == (None, Decimal(0)) for quote in quotes)


def test_a_quote_bar_in_which_nobody_was_is_a_quote_of_nobody() -> None:
    assert quotes_of(quote_bar(None, None), OHLC) == [Quote(AAPL, 60, None, 0, None, 0)]


def test_a_quote_bar_that_stays_is_one_quote_and_unknown_sizes_are_next_to_nothing() -> None:
    assert quotes_of(quote_bar((9, 9, 9, 9), (10, 10, 10, 10), None, None), OHLC) == [
        Quote(AAPL, 60, 9, SOME, 10, SOME)
    ]

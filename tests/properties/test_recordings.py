"""What is written to a file is what is read from it; and bars are what a list of trades says."""

from __future__ import annotations

import gzip
import tempfile
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given

from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.fields import TimeFormat
from oms.feeds.recording import Recording
from oms.feeds.resampling import bars_of, resample
from oms.model.bars import Bar
from oms.model.depth import BookUpdate
from oms.model.ids import Symbol
from oms.model.market import MarketData, Quote, TradePrint

X = Symbol("X")
S = 1_000_000_000

times = st.integers(0, 2**63 - 1)
prices = st.decimals(min_value="0.01", max_value=10**9, places=2)
sizes = st.decimals(min_value=0, max_value=10**6, places=8)
sides = st.one_of(st.tuples(prices, sizes), st.just((None, Decimal(0))))


def text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def read(rows: list[str], columns: ColumnMap) -> list[MarketData]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.csv.gz"
        path.write_bytes(gzip.compress("\n".join(rows).encode(), compresslevel=1))
        recording = Recording(path, X, columns=columns)
        return list(recording)


@given(st.lists(st.tuples(times, sides, sides), max_size=5))
def test_quotes_are_read_as_they_were_written(
    drawn: list[tuple[int, tuple[Decimal | None, Decimal], tuple[Decimal | None, Decimal]]],
) -> None:
    quotes = [
        Quote(X, at, bid, bid_size, ask, ask_size)
        for at, (bid, bid_size), (ask, ask_size) in sorted(drawn, key=lambda row: row[0])
    ]
    rows = ["t,b,bs,a,as"] + [
        f"{quote.time_ns},{text(quote.bid)},{text(quote.bid_size)},{text(quote.ask)},{text(quote.ask_size)}"
        for quote in quotes
    ]
    columns = {"time": "t", "bid": "b", "bid_size": "bs", "ask": "a", "ask_size": "as"}

    assert read(rows, ColumnMap(kind=Kind.QUOTES, columns=columns, time_format=TimeFormat.NS)) == quotes


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.lists(st.tuples(st.booleans(), prices, sizes), min_size=1, max_size=3)
        ),
        max_size=5,
    )
)
def test_updates_are_read_as_they_were_written(
    drawn: list[tuple[int, list[tuple[bool, Decimal, Decimal]]]],
) -> None:
    updates, rows, at, last = [], ["t,f,l,side,px,qty"], 0, 0
    for wait, levels in drawn:
        at, first, last = at + wait, last + 1, last + len(levels)
        bids, asks = (
            [(px, size) for is_bid, px, size in levels if is_bid is wanted] for wanted in (True, False)
        )
        updates.append(BookUpdate(X, at, bids, asks, first, last))
        rows += [
            f"{at},{first},{last},{'BID' if is_bid else 'ASK'},{px},{size:f}" for is_bid, px, size in levels
        ]
    columns = {"time": "t", "first_id": "f", "last_id": "l", "side": "side", "price": "px", "size": "qty"}

    assert read(rows, ColumnMap(kind=Kind.UPDATES, columns=columns, time_format=TimeFormat.NS)) == updates


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9), st.integers(0, 3)), max_size=20),
    st.sampled_from([10, 60]),
    st.sampled_from([0, 5, 30]),
)
def test_bars_are_what_a_list_of_trades_says_and_longer_ones_too(
    drawn: list[tuple[int, int, int]], span_s: int, offset_s: int
) -> None:
    trades = [
        TradePrint(X, 1000 * S + at * S, Decimal(px), Decimal(size))
        for at, px, size in sorted(drawn, key=lambda row: row[0])
    ]

    def slow(length_s: int) -> list[Bar]:
        made = []
        for number in range(-1, 2000 // length_s + 1):
            start_ns = (number * length_s + offset_s) * S
            of_span = [trade for trade in trades if start_ns <= trade.time_ns < start_ns + length_s * S]
            if of_span:
                seen = [trade.price for trade in of_span]
                volume = sum((trade.size for trade in of_span), Decimal(0))
                end_ns = start_ns + length_s * S
                made.append(Bar(X, end_ns, start_ns, seen[0], max(seen), min(seen), seen[-1], volume))
        return made

    bars = list(bars_of(trades, span_s=span_s, offset_s=offset_s))

    assert bars == slow(span_s)
    assert list(resample(bars, span_s=4 * span_s, offset_s=offset_s)) == slow(4 * span_s)

"""Files of any layout, read by a map of their columns."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.feeds.column_map import BarLabel, ColumnMap, Kind
from oms.feeds.faults import FeedError
from oms.feeds.fields import TimeFormat
from oms.feeds.recording import Recording
from oms.model.bars import Bar, QuoteBar
from oms.model.enums import Side
from oms.model.market import Quote, TradePrint
from tests.unit.feeds.files import OPENING_NS, S, X, read, write

TRADES = ColumnMap(kind=Kind.TRADES, columns={"time": "when", "price": "px", "size": "qty"})


def d(number: str | int) -> Decimal:
    return Decimal(number)


def test_trades_by_the_names_of_their_columns(tmp_path: Path) -> None:
    assert read(tmp_path, TRADES, "qty,note,px,when", "5,x,10.50,2018-01-02 14:30:00Z") == [
        TradePrint(X, OPENING_NS, d("10.50"), d(5))
    ]


def test_trades_by_place_where_there_is_no_header(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.TRADES,
        columns={"time": 0, "price": 2, "size": 1, "aggressor": 3},
        time_format=TimeFormat.NS,
        has_header=False,
        delimiter=";",
        sides={"b": Side.BUY, "s": Side.SELL},
    )

    assert read(tmp_path, columns, "7;5;10;b", "8;6;11;") == [
        TradePrint(X, 7, d(10), d(5), Side.BUY),
        TradePrint(X, 8, d(11), d(6)),
    ]


@pytest.mark.parametrize(
    ("time_format", "text", "time_ns"),
    [
        (TimeFormat.ISO, "2018-01-02T14:30:00Z", OPENING_NS),
        (TimeFormat.S, "1514903400", OPENING_NS),
        (TimeFormat.S, "1514903400.000000001", OPENING_NS + 1),
        (TimeFormat.MS, "1514903400000", OPENING_NS),
        (TimeFormat.MS, "1514903400000.5", OPENING_NS + 500_000),
        (TimeFormat.US, "1514903400000000", OPENING_NS),
        (TimeFormat.US, "1514903400000000.125", OPENING_NS + 125),
        (TimeFormat.NS, "1514903400000000000", OPENING_NS),
    ],
)
def test_times_are_written_in_several_ways(
    tmp_path: Path, time_format: TimeFormat, text: str, time_ns: int
) -> None:
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, time_format=time_format)

    (trade,) = read(tmp_path, columns, "when,px,qty", f"{text},1,1")

    assert trade.time_ns == time_ns


@pytest.mark.parametrize(
    ("time_format", "text"),
    [
        (TimeFormat.S, "1.5e9"),
        (TimeFormat.S, "-1"),
        (TimeFormat.S, "1514903400.0000000001"),
        (TimeFormat.S, "9223372037"),
        (TimeFormat.MS, "5.1234567"),
        (TimeFormat.MS, ""),
        (TimeFormat.US, "2018-01-02T14:30:00Z"),
        (TimeFormat.NS, "1514903400.5"),
        (TimeFormat.ISO, "1514903400"),
    ],
)
def test_times_that_are_written_otherwise_are_bad_rows(
    tmp_path: Path, time_format: TimeFormat, text: str
) -> None:
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, time_format=time_format)

    with pytest.raises(FeedError, match="line 2: when"):
        read(tmp_path, columns, "when,px,qty", f"{text},1,1")


@pytest.mark.parametrize("number", ["10,5", "1.234,50", "1,234", "1,234.50", " 1,5"])
def test_a_decimal_comma_and_marks_between_thousands_are_refused_in_words(
    tmp_path: Path, number: str
) -> None:
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, delimiter=";")

    with pytest.raises(FeedError) as caught:
        read(tmp_path, columns, "when;px;qty", f"2018-01-02T14:30:00Z;{number};1")

    assert (caught.value.line, caught.value.field, caught.value.value) == (2, "px", number)
    assert "write numbers with a decimal point and nothing between thousands" in caught.value.allowed


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_mark_of_the_byte_order_is_no_part_of_the_first_column(
    tmp_path: Path, packed: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "market.csv"
    path.write_bytes(packed("\ufeffwhen,px,qty\n2018-01-02T14:30:00Z,1,1\n".encode()))

    assert len(list(Recording(path, "X", columns=TRADES))) == 1


# ---------------------------------------------------------------- quotes


QUOTE_COLUMNS = {"time": "t", "bid": "b", "ask": "a"}
SIZES = {"bid_size": "bs", "ask_size": "as"}


def test_a_quote_with_an_empty_price_or_one_of_zero_has_one_side(tmp_path: Path) -> None:
    columns = ColumnMap(kind=Kind.QUOTES, columns=QUOTE_COLUMNS | SIZES, time_format=TimeFormat.NS)

    assert read(tmp_path, columns, "t,b,bs,a,as", "1,,,10,2", "2,9,1,0,5", "3,9,1,10,2") == [
        Quote(X, 1, None, d(0), d(10), d(2)),
        Quote(X, 2, d(9), d(1), None, d(0)),
        Quote(X, 3, d(9), d(1), d(10), d(2)),
    ]


def test_quotes_without_sizes_are_for_the_size_that_is_said(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.QUOTES, columns=QUOTE_COLUMNS, time_format=TimeFormat.NS, assumed_size="1000000"
    )

    assert read(tmp_path, columns, "t,b,a", "1,9,10", "2,,10") == [
        Quote(X, 1, d(9), d(1_000_000), d(10), d(1_000_000)),
        Quote(X, 2, None, d(0), d(10), d(1_000_000)),
    ]


def test_prices_below_zero_are_prices_where_it_is_said(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.QUOTES, columns=QUOTE_COLUMNS, time_format=TimeFormat.NS, assumed_size=1, negative_px=True
    )
    trades = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, time_format=TimeFormat.NS, negative_px=True)

    assert read(tmp_path, columns, "t,b,a", "1,-2.5,0") == [Quote(X, 1, d("-2.5"), d(1), d(0), d(1))]
    assert read(tmp_path, trades, "when,px,qty", "1,-37.63,1", "2,0,1") == [
        TradePrint(X, 1, d("-37.63"), d(1)),
        TradePrint(X, 2, d(0), d(1)),
    ]


def test_rows_that_are_not_wanted_are_left_out_and_counted(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.TRADES,
        columns=TRADES.columns,
        time_format=TimeFormat.NS,
        only={"pair": {"EURUSD"}, "kind": ("spot", "fix")},
    )
    path = write(
        tmp_path, "when,px,qty,pair,kind", "1,1,1,EURUSD,spot", "2,1,1,EURUSD,swap", "x,,,USDJPY,spot"
    )
    recording = Recording(path, "X", columns=columns)

    assert [trade.time_ns for trade in recording] == [1]
    assert (recording.left_out_count, recording.bad_row_count) == (2, 0)


# ---------------------------------------------------------------- bars


BAR_COLUMNS = {"time": "t", "open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}


@pytest.mark.parametrize(
    ("label", "start_ns"), [(BarLabel.START, 120 * S), (BarLabel.END, 60 * S)], ids=["start", "end"]
)
def test_a_bar_is_known_at_its_end_whichever_end_it_is_labelled_with(
    tmp_path: Path, label: BarLabel, start_ns: int
) -> None:
    columns = ColumnMap(kind=Kind.BARS, columns=BAR_COLUMNS, time_format=TimeFormat.S, span_s=60, label=label)

    assert read(tmp_path, columns, "t,o,h,l,c,v", "120,10,12,9,11,5") == [
        Bar(X, start_ns + 60 * S, start_ns, d(10), d(12), d(9), d(11), d(5))
    ]


def test_a_bar_may_not_know_its_volume(tmp_path: Path) -> None:
    columns = ColumnMap(kind=Kind.BARS, columns=BAR_COLUMNS, time_format=TimeFormat.S, span_s=60)
    without = {name: column for name, column in BAR_COLUMNS.items() if name != "volume"}

    for made, rows in (
        (columns, ("t,o,h,l,c,v", "60,10,12,9,11,")),
        (
            ColumnMap(kind=Kind.BARS, columns=without, time_format=TimeFormat.S, span_s=60),
            ("t,o,h,l,c", "60,10,12,9,11"),
        ),
    ):
        (bar,) = read(tmp_path, made, *rows)
        assert isinstance(bar, Bar)
        assert bar.volume is None


def test_bars_that_are_longer_than_the_file_allows_are_bad_rows(tmp_path: Path) -> None:
    columns = ColumnMap(kind=Kind.BARS, columns=BAR_COLUMNS, time_format=TimeFormat.S, span_s=300)

    with pytest.raises(FeedError, match=r"line 3: t = 120: the bar before ends later; .* \(300 now\)"):
        read(tmp_path, columns, "t,o,h,l,c,v", "60,10,12,9,11,1", "120,10,12,9,11,1")


def test_quote_bars_may_have_one_side_and_no_sizes(tmp_path: Path) -> None:
    names = [f"{side}_{name}" for side in ("bid", "ask") for name in ("open", "high", "low", "close")]
    columns = ColumnMap(
        kind=Kind.QUOTE_BARS,
        columns={"time": "t", **{name: name for name in names}},
        time_format=TimeFormat.S,
        span_s=1,
    )

    (bar,) = read(tmp_path, columns, f"t,{','.join(names)}", "1,9,10,8,9,,,,")

    assert bar == QuoteBar(X, 2 * S, S, d(9), d(10), d(8), d(9), None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("60,10,9,9,11,1", "high"),
        ("60,10,12,11,11,1", "low"),
        ("60,x,12,9,11,1", "o"),
        ("60,10,12,9,11,-1", "v"),
        ("x,10,12,9,11,1", "t"),
    ],
)
def test_bars_that_cannot_be_are_bad_rows(tmp_path: Path, row: str, column: str) -> None:
    columns = ColumnMap(kind=Kind.BARS, columns=BAR_COLUMNS, time_format=TimeFormat.S, span_s=60)

    with pytest.raises(FeedError) as caught:
        read(tmp_path, columns, "t,o,h,l,c,v", row)

    assert (caught.value.line, caught.value.field) == (2, column)


# ---------------------------------------------------------------- maps that cannot be


def column_map(**given: Any) -> ColumnMap:
    return ColumnMap(**{"kind": Kind.TRADES, "columns": {"time": "t", "price": "p", "size": "s"}, **given})


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "no kind": ({"kind": "trades"}, "pass a Kind"),
    "a field is missing": (
        {"columns": {"time": "t", "price": "p"}},
        "trades need time, price, size; place size",
    ),
    "a field of another kind": (
        {"columns": {"time": "t", "price": "p", "size": "s", "bid": "b"}},
        "columns = bid: trades have time, price, size and may have aggressor",
    ),
    "a place where there is a header": (
        {"columns": {"time": 0, "price": "p", "size": "s"}},
        "the name of a column",
    ),
    "a name where there is no header": ({"has_header": False}, "the place of a column, from 0"),
    "a place before the first": (
        {"columns": {"time": -1, "price": 1, "size": 2}, "has_header": False},
        "the place of a column, from 0",
    ),
    "a filter on a place where there is a header": ({"only": {3: {"x"}}}, "the name of a column"),
    "a text where texts are asked for": (
        {"only": {"venue": "NYSE"}},
        r"only = venue: 'NYSE': .* such as \{'NYSE'\}",
    ),
    "a time format that is none": ({"time_format": "iso"}, "pass a TimeFormat"),
    "two delimiters": ({"delimiter": "||"}, "pass one character"),
    "bars of no length": ({"kind": Kind.BARS, "columns": BAR_COLUMNS}, "say how long a bar is"),
    "bars of half a second": ({"span_s": 0.5}, "pass whole seconds"),
    "quotes without sizes": ({"kind": Kind.QUOTES, "columns": QUOTE_COLUMNS}, "say for how much"),
    "quotes with one size": (
        {"kind": Kind.QUOTES, "columns": QUOTE_COLUMNS | {"bid_size": "bs"}},
        "place both bid_size and ask_size, or neither",
    ),
    "changes with half a range": (
        {
            "kind": Kind.UPDATES,
            "columns": {"time": "t", "side": "x", "price": "p", "size": "s", "last_id": "i"},
        },
        "place both first_id and last_id, or neither",
    ),
    "an assumed size of nothing": ({"assumed_size": 0}, "pass more than zero"),
}


@pytest.mark.parametrize(("given", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_map_that_cannot_be_meant_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        column_map(**given)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("when,px", "columns = qty: name one of the columns when, px"),
        ("when,px,qty,qty", "columns = qty: name one of .*; it is there twice"),
    ],
    ids=["not there", "there twice"],
)
def test_a_column_that_the_map_names_is_there_once(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(FeedError, match=f"line 1: {said}"):
        Recording(write(tmp_path, header), "X", columns=TRADES)


def test_a_place_is_within_the_first_row(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.TRADES,
        columns={"time": 0, "price": 1, "size": 3},
        has_header=False,
        time_format=TimeFormat.NS,
    )

    with pytest.raises(FeedError, match=r"line 1: columns = 3: a row has 3 fields; places are from 0 to 2"):
        Recording(write(tmp_path, "1,2,3"), "X", columns=columns)


def test_what_is_in_a_map_is_not_said_again(tmp_path: Path) -> None:
    path = write(tmp_path, "when,px,qty")

    with pytest.raises(ValidationError, match="give span_s and assumed_size in the map"):
        Recording(path, "X", columns=TRADES, span_s=60)


@pytest.mark.parametrize(
    ("header", "given", "said"),
    [
        ("start,open,high,low,close,volume", {}, "say how long a bar is"),
        ("ts,bid,ask", {}, "say for how much"),
        ("recv_ns,price,size,taker_side", {"span_s": 60}, "Binance trades are no bars"),
        ("recv_ns,bid,bid_size,ask,ask_size", {"assumed_size": 5}, "Binance quotes have sizes"),
    ],
)
def test_what_a_known_layout_does_not_say_is_asked_for_and_nothing_else_is_taken(
    tmp_path: Path, header: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(FeedError, match=said):
        Recording(write(tmp_path, header), "X", **given)

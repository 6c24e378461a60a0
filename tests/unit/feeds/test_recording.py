from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from oms.errors import ValidationError
from oms.feeds import formats
from oms.feeds.faults import FeedError
from oms.feeds.fields import NumberReader, epoch_ns, iso_ns
from oms.feeds.recording import Recording
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import MarketData, Quote, TradePrint

X = Symbol("X")
ZERO = Decimal(0)

BINANCE_QUOTES = "recv_ns,update_id,bid,bid_size,ask,ask_size"
BINANCE_TRADES = "recv_ns,exch_ms,trade_id,price,size,taker_side"
EQUITY_QUOTES = "ts,venue,bid,bid_size,ask,ask_size"
EQUITY_TRADES = "ts,venue,price,size,cond,corr"

OPENING_NS = 1_514_903_400_000_000_000
"""2018-01-02 14:30 UTC."""


def write(folder: Path, *lines: str, name: str = "market.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read(folder: Path, *lines: str) -> list[MarketData]:
    return list(Recording(write(folder, *lines), "X"))


def trade(time_ns: int, price: str, size: str, aggressor: Side | None = None) -> TradePrint:
    return TradePrint(X, time_ns, Decimal(price), Decimal(size), aggressor)


def test_binance_quotes(tmp_path: Path) -> None:
    rows = ("1723161254087891268,50093239212,61837.63,3.78826,61837.64,1.54698",)

    assert read(tmp_path, BINANCE_QUOTES, *rows) == [
        Quote(
            X,
            1723161254087891268,
            Decimal("61837.63"),
            Decimal("3.78826"),
            Decimal("61837.64"),
            Decimal("1.54698"),
        )
    ]


def test_binance_trades_say_who_took(tmp_path: Path) -> None:
    rows = ("10,1,7,61837.63,0.02,SELL", "10,1,8,61837.64,0.048,BUY")

    assert read(tmp_path, BINANCE_TRADES, *rows) == [
        trade(10, "61837.63", "0.02", Side.SELL),
        trade(10, "61837.64", "0.048", Side.BUY),
    ]


def test_equity_quotes_are_those_of_one_venue_and_may_be_one_sided(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        EQUITY_QUOTES,
        "2018-01-02T14:30:00.000000Z,N,157.80,200,157.90,100",
        "2018-01-02T14:30:00.500000Z,P,157.70,200,157.90,100",
        "2018-01-02T14:30:01.000000Z,N,0,0,157.90,100",
        "2018-01-02T14:30:02.000000Z,N,157.80,200,0,100",
    )

    assert list(Recording(path, "X")) == [
        Quote(X, OPENING_NS, Decimal("157.80"), Decimal(200), Decimal("157.90"), Decimal(100)),
        Quote(X, OPENING_NS + 1_000_000_000, None, ZERO, Decimal("157.90"), Decimal(100)),
        Quote(X, OPENING_NS + 2_000_000_000, Decimal("157.80"), Decimal(200), None, ZERO),
    ]
    assert len(list(Recording(path, "X", venue="P"))) == 1
    assert len(list(Recording(path, "X", venue=None))) == 4


def test_equity_trades_of_all_venues_are_read_but_for_the_irregular_and_the_corrected(tmp_path: Path) -> None:
    rows = (
        "2018-01-02T14:30:00.000Z,N,158,130,,0",
        "2018-01-02T14:30:01.000Z,D,158.01,7,FI,0",  # an odd lot is a trade like others
        "2018-01-02T14:30:02.000Z,P,150,900,T,0",  # out of hours
        "2018-01-02T14:30:03.000Z,P,151,900,F4I,0",  # a price of before
        "2018-01-02T14:30:04.000Z,P,152,900,,1",  # corrected later
    )

    assert read(tmp_path, EQUITY_TRADES, *rows) == [
        trade(OPENING_NS, "158", "130"),
        trade(OPENING_NS + 1_000_000_000, "158.01", "7"),
    ]


def test_columns_are_found_by_name_and_gzip_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "market.csv"
    path.write_bytes(gzip.compress(b"taker_side,size,price,recv_ns,venue\r\nBUY,2,3,4,B\r\n\r\n"))
    recording = Recording(path, "X")

    assert recording.layout is not None
    assert recording.layout.name == "Binance trades"
    assert list(recording) == [trade(4, "3", "2", Side.BUY)]
    assert list(recording) == [trade(4, "3", "2", Side.BUY)]  # read anew


BAD_ROWS: dict[str, tuple[str, str, str]] = {
    "a field is missing": (BINANCE_QUOTES, "2,0,10,1,11", "row"),
    "a field too many": (BINANCE_QUOTES, "2,0,10,1,11,1,9", "row"),
    "not a number": (BINANCE_QUOTES, "2,0,ten,1,11,1", "bid"),
    "no number": (BINANCE_QUOTES, "2,0,10,,11,1", "bid_size"),
    "nan": (BINANCE_QUOTES, "2,0,10,1,nan,1", "ask"),
    "infinite": (BINANCE_QUOTES, "2,0,10,1,11,Infinity", "ask_size"),
    "below zero": (BINANCE_QUOTES, "2,0,10,1,11,-1", "ask_size"),
    "full-width digits": (BINANCE_QUOTES, "2,0,\uff11\uff10,1,11,1", "bid"),
    "underscores": (BINANCE_QUOTES, "2,0,1_0,1,11,1", "bid"),
    "far too large": (BINANCE_QUOTES, "2,0,1e999,1,11,1", "bid"),
    "a time in full-width digits": (BINANCE_QUOTES, "\uff12,0,10,1,11,1", "recv_ns"),
    "a time below zero": (BINANCE_QUOTES, "-2,0,10,1,11,1", "recv_ns"),
    "a time of twenty digits": (BINANCE_QUOTES, "20000000000000000000,0,10,1,11,1", "recv_ns"),
    "a time beyond 2262": (BINANCE_QUOTES, "9223372036854775808,0,10,1,11,1", "recv_ns"),
    "an earlier time": (BINANCE_QUOTES, "0,0,10,1,11,1", "time_ns"),
    "a trade for nothing": (BINANCE_TRADES, "2,0,0,0,1,BUY", "price"),
    "a trade of nothing": (BINANCE_TRADES, "2,0,0,1,0,BUY", "size"),
    "an unknown taker": (BINANCE_TRADES, "2,0,0,1,1,buy", "taker_side"),
    "a time without zone": (EQUITY_TRADES, "2018-01-02T14:30:00,N,1,1,,0", "ts"),
    "a day that never was": (EQUITY_TRADES, "2018-02-30T14:30:00Z,N,1,1,,0", "ts"),
    "an hour that never was": (EQUITY_TRADES, "2018-02-03T24:30:00Z,N,1,1,,0", "ts"),
}
GOOD_ROWS = {
    BINANCE_QUOTES: "1,0,10,1,11,1",
    BINANCE_TRADES: "1,0,0,10,1,BUY",
    EQUITY_TRADES: "2018-01-02T14:30:00Z,N,10,1,,0",
}


@pytest.mark.parametrize(("header", "row", "field"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_row_that_cannot_be_meant_is_named(tmp_path: Path, header: str, row: str, field: str) -> None:
    path = write(tmp_path, header, GOOD_ROWS[header], row)
    updates = iter(Recording(path, "X"))

    next(updates)
    with pytest.raises(FeedError) as caught:
        next(updates)

    error = caught.value
    assert (error.path, error.line, error.field) == (path, 3, field)
    assert str(error).startswith(f"{path}, line 3: {field} = ")
    assert isinstance(error, ValidationError)


@pytest.mark.parametrize(("header", "row", "field"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_bad_rows_can_be_skipped_and_are_counted(tmp_path: Path, header: str, row: str, field: str) -> None:
    del field
    path = write(tmp_path, header, GOOD_ROWS[header], row, GOOD_ROWS[header])
    recording = Recording(path, "X", bad_rows="skip")

    assert len(list(recording)) == 2
    assert recording.bad_row_count == 1
    assert len(list(recording)) == 2
    assert recording.bad_row_count == 1


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_bytes_that_are_no_text_make_a_bad_row(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "market.csv"
    path.write_bytes(packed(f"{BINANCE_QUOTES}\n".encode() + b"1,0,1\xff0,1,11,1\n"))

    with pytest.raises(FeedError, match="line 2: bid"):
        list(Recording(path, "X"))


def test_unknown_columns_are_answered_with_those_that_are_known(tmp_path: Path) -> None:
    path = write(tmp_path, "when,what", "1,2")

    with pytest.raises(FeedError) as caught:
        Recording(path, "X")

    assert caught.value.line == 1
    assert caught.value.value == "when,what"
    for layout in formats.LAYOUTS:
        assert f"{layout.name}: {','.join(layout.columns)}" in str(caught.value)


def test_an_empty_file_is_no_recording(tmp_path: Path) -> None:
    path = write(tmp_path)

    with pytest.raises(FeedError, match=r"market\.csv: file = empty: give a file that begins with a header"):
        Recording(path, "X")


def test_a_gzip_file_that_is_cut_short_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    rows = "".join(f"{number},0,{number % 97}.5,1,{number % 89}.25,{number}\n" for number in range(5000))
    whole = gzip.compress(f"{BINANCE_QUOTES}\n{rows}".encode())
    path = tmp_path / "market.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    read_before: list[MarketData] = []

    with pytest.raises(FeedError, match="damaged or cut short") as caught:
        read_before.extend(Recording(path, "X", bad_rows="skip"))

    assert caught.value.line > 1


def test_a_field_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, BINANCE_QUOTES, "1" * 200_000)

    with pytest.raises(FeedError, match="field larger than"):
        list(Recording(path, "X"))


def test_arguments_are_checked(tmp_path: Path) -> None:
    path = write(tmp_path, BINANCE_QUOTES)

    with pytest.raises(ValidationError, match="symbol"):
        Recording(path, "not a symbol")
    with pytest.raises(ValidationError, match="bad_rows"):
        Recording(path, "X", bad_rows="ignore")  # type: ignore[arg-type]  # what it is about
    with pytest.raises(FileNotFoundError):
        Recording(tmp_path / "nothing.csv", "X")


def test_a_reader_remembers_a_bounded_number_of_numbers() -> None:
    reader = NumberReader(limit=3)

    for number in range(1, 9):
        for _ in range(2):
            assert reader.read(str(number), "bid") == number
        assert 1 <= len(reader.kept) <= 3


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-02T01:02:03.5+00:00", 90_123_500_000_000),
        ("2018-01-02T14:30:00Z", OPENING_NS),
        ("1969-12-31T23:59:59.9Z", -100_000_000),
    ],
)
def test_iso_times_are_read_to_the_nanosecond(text: str, time_ns: int) -> None:
    assert iso_ns(text) == time_ns


@pytest.mark.parametrize(
    "text", ["2018-01-02", "2018-01-02T14:30:00", "2018-01-02T14:30:00+01:00", "2018-01-02T14:60:00Z"]
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="UTC"):
        iso_ns(text)


def test_epoch_times_go_up_to_2_to_the_63() -> None:
    assert epoch_ns("9223372036854775807") == 2**63 - 1


def test_a_header_that_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_text("recv_ns,price,price,size,taker_side\n1,10,11,1,BUY\n")
    with pytest.raises(FeedError, match="columns = price: name each column once"):
        Recording(path, "X")

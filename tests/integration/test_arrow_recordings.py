"""Recordings in Parquet, in Arrow files and in memory: the same messages as from the same rows as text."""
# ruff: noqa: ANN401  # pyarrow has no annotations

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.feeds import arrow
from oms.feeds.arrow import ArrowRecording
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.faults import FeedError
from oms.feeds.fields import TimeFormat
from oms.feeds.recording import Recording
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import MarketData, TradePrint

pa: Any = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

X = Symbol("X")
OPENING = datetime(2018, 1, 2, 14, 30, tzinfo=UTC)
OPENING_NS = 1_514_903_400_000_000_000
TRADES = ColumnMap(
    kind=Kind.TRADES, columns={"time": "ts", "price": "px", "size": "qty", "aggressor": "side"}
)


def table(**columns: Any) -> Any:
    made = {
        "note": pa.array(["", "left out"]),
        "side": pa.array(["BUY", None]).dictionary_encode(),
        "qty": pa.array([5, 7], pa.int32()),
        "px": pa.array([Decimal("10.50"), Decimal("10.25")], pa.decimal128(12, 2)),
        "ts": pa.array([OPENING, OPENING], pa.timestamp("us", "UTC")),
    }
    return pa.table({**made, **columns})


def parquet(made: Any, path: Path) -> None:
    package: Any = import_module("pyarrow.parquet")
    package.write_table(made, path)


def arrow_file(made: Any, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, made.schema) as writer:
        writer.write_table(made)


def arrow_stream(made: Any, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_table(made)


MESSAGES: list[MarketData] = [
    TradePrint(X, OPENING_NS, Decimal("10.50"), Decimal(5), Side.BUY),
    TradePrint(X, OPENING_NS, Decimal("10.25"), Decimal(7)),
]


@pytest.mark.parametrize("store", [parquet, arrow_file, arrow_stream])
def test_a_file_is_told_by_its_first_bytes_and_read_as_often_as_wanted(
    tmp_path: Path, store: Callable[[Any, Path], None]
) -> None:
    path = tmp_path / "market"
    store(table(), path)

    recording = ArrowRecording(path, "X", columns=TRADES)

    assert list(recording) == MESSAGES
    assert list(recording) == MESSAGES


def test_a_table_in_memory_is_read_through_the_arrow_interface() -> None:
    class Foreign:
        """A table of another library."""

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return table().__arrow_c_stream__(requested_schema)

    assert list(ArrowRecording(Foreign(), "X", columns=TRADES)) == MESSAGES


@pytest.mark.parametrize(
    "columns",
    [
        {"ts": pa.array(["2018-01-02T14:30:00Z"] * 2)},
        {"ts": pa.array([OPENING] * 2, pa.timestamp("s", "America/New_York"))},
        {"ts": pa.array([OPENING_NS] * 2, pa.timestamp("ns", "UTC"))},
        {"px": pa.array(["10.50", "10.25"], pa.large_string())},
        {"qty": pa.array([Decimal(5), Decimal(7)], pa.decimal256(40, 3))},
        {"qty": pa.array([5, 7], pa.uint64())},
    ],
    ids=["texts", "another zone", "nanoseconds", "prices as texts", "sizes as decimals", "unsigned sizes"],
)
def test_values_of_several_types_are_the_same_numbers_and_times(columns: dict[str, Any]) -> None:
    assert list(ArrowRecording(table(**columns), "X", columns=TRADES)) == MESSAGES


def test_times_may_be_numbers_as_the_map_says() -> None:
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, time_format=TimeFormat.MS)
    ms = pa.array([OPENING_NS // 1_000_000] * 2, pa.int64())

    assert list(ArrowRecording(table(ts=ms), "X", columns=columns)) == MESSAGES


def test_floats_are_refused_or_taken_as_the_shortest_decimal() -> None:
    floats = table(px=pa.array([10.5, 0.1], pa.float64()))

    with pytest.raises(FeedError, match=r'px = double: floats are inexact: .* or pass floats="shortest"'):
        ArrowRecording(floats, "X", columns=TRADES)

    trades = list(ArrowRecording(floats, "X", columns=TRADES, floats="shortest"))

    assert [trade.price for trade in trades if isinstance(trade, TradePrint)] == [
        Decimal("10.5"),
        Decimal("0.1"),
    ]


def test_times_without_a_zone_are_refused_or_said_to_be_utc() -> None:
    naive = table(ts=pa.array([OPENING.replace(tzinfo=None)] * 2, pa.timestamp("us")))

    with pytest.raises(FeedError, match=r"ts = timestamp\[us\]: its times have no zone"):
        ArrowRecording(naive, "X", columns=TRADES)

    assert list(ArrowRecording(naive, "X", columns=TRADES, naive_is_utc=True)) == MESSAGES


def test_bad_rows_are_named_by_the_row() -> None:
    bad = table(px=pa.array(["ten", None]))

    with pytest.raises(FeedError, match=r"\(a table in memory\), line 1: px = ten"):
        list(ArrowRecording(bad, "X", columns=TRADES))

    recording = ArrowRecording(bad, "X", columns=TRADES, bad_rows="skip")

    assert list(recording) == []
    assert [(row.line, row.column, row.value) for row in recording.bad_rows] == [
        (1, "px", "ten"),
        (2, "px", "''"),
    ]
    assert (recording.bad_row_count, recording.left_out_count) == (2, 0)


def test_rows_that_are_not_wanted_are_left_out() -> None:
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, only={"note": {""}})
    recording = ArrowRecording(table(), "X", columns=columns)

    assert list(recording) == MESSAGES[:1]
    assert recording.left_out_count == 1


def test_batches_follow_one_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(arrow, "BATCH_ROWS", 3)
    count = 10
    path = tmp_path / "market.parquet"
    made = pa.table(
        {
            "ts": list(range(count)),
            "px": [str(n) for n in range(1, count + 1)],
            "qty": [1] * count,
            "side": [""] * count,
        }
    )
    parquet(made, path)
    columns = ColumnMap(kind=Kind.TRADES, columns=TRADES.columns, time_format=TimeFormat.NS)

    for source in (path, made):
        trades = list(ArrowRecording(source, "X", columns=columns))
        assert [trade.time_ns for trade in trades] == list(range(count))


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a column that is not there": (
        {},
        {"columns": {"time": "ts", "price": "p", "size": "qty"}},
        "columns = p: name one",
    ),
    "a list": ({"px": pa.array([[1], [2]])}, {}, "px = list<.*>: store times as timestamps"),
    "a truth": ({"px": pa.array([True, False])}, {}, "px = bool: store"),
}


@pytest.mark.parametrize(("columns", "given", "said"), REFUSED.values(), ids=REFUSED)
def test_columns_that_cannot_be_read_are_refused_as_the_source_is_opened(
    columns: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    column_map = ColumnMap(kind=Kind.TRADES, columns=given.get("columns", TRADES.columns))

    with pytest.raises(FeedError, match=said):
        ArrowRecording(table(**columns), "X", columns=column_map)


def test_arguments_are_checked(tmp_path: Path) -> None:
    by_place = ColumnMap(kind=Kind.TRADES, columns={"time": 0, "price": 1, "size": 2}, has_header=False)

    with pytest.raises(ValidationError, match='pass "refuse" or "shortest"'):
        ArrowRecording(table(), "X", columns=TRADES, floats="round")  # type: ignore[arg-type]  # what it is about
    with pytest.raises(ValidationError, match="name the columns"):
        ArrowRecording(table(), "X", columns=by_place)
    with pytest.raises(ValidationError, match="source = 7: pass the path of a file, or a table"):
        ArrowRecording(7, "X", columns=TRADES)  # type: ignore[arg-type]  # what it is about
    with pytest.raises(FileNotFoundError):
        ArrowRecording(tmp_path / "nothing", "X", columns=TRADES)


@pytest.mark.parametrize("content", [b"", b"ts,px", b"PAR1 and nothing else"], ids=repr)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "market"
    path.write_bytes(content)

    with pytest.raises(FeedError, match="file = "):
        ArrowRecording(path, "X", columns=TRADES)


def test_a_file_that_is_damaged_inside_is_named(tmp_path: Path) -> None:
    path = tmp_path / "market"
    arrow_stream(table(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(FeedError, match="file = "):
        list(ArrowRecording(path, "X", columns=TRADES))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ValidationError, match=r"pyarrow = not installed: pip install 'openoms\[parquet\]'"):
        ArrowRecording(Path("market"), "X", columns=TRADES)


@pytest.mark.market_data
@pytest.mark.slow
def test_a_recorded_market_is_the_same_in_parquet(market_data: Path, tmp_path: Path) -> None:
    source = market_data / "crypto_btcusdt_binance_2024-08-08_trades.csv.gz"
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = pa.table(
        {
            "recv_ns": pa.array([int(row["recv_ns"]) for row in rows], pa.timestamp("ns", "UTC")),
            "price": pa.array([Decimal(row["price"]) for row in rows], pa.decimal128(18, 8)),
            "size": pa.array([Decimal(row["size"]) for row in rows], pa.decimal128(18, 8)),
            "taker": pa.array([row["taker_side"] for row in rows]).dictionary_encode(),
        }
    )
    path = tmp_path / "trades.parquet"
    parquet(made, path)
    columns = ColumnMap(
        kind=Kind.TRADES, columns={"time": "recv_ns", "price": "price", "size": "size", "aggressor": "taker"}
    )

    assert list(ArrowRecording(path, "BTCUSDT", columns=columns)) == list(Recording(source, "BTCUSDT"))

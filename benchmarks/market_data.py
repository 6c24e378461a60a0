"""How fast recorded markets are read and their books rebuilt, file by file.

    python -m benchmarks.market_data [--quick] [--data FOLDER]

The floor of a file is the bare loop over its rows that `gzip` and `csv` allow. Books are given messages that were read before.
CPU time, arms alternate, the median of the rounds. Without `--data` the folder is `$OMS_MARKET_DATA`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
import tempfile
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks.measuring import Figure, figure, ratios, take_turns
from oms.feeds.arrow import ArrowRecording
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.recording import Recording
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook
from oms.model.ids import Symbol
from oms.model.market_order_book import MarketOrderBook
from oms.model.top_of_book import TopOfBook

ROUNDS: Final = 5
X: Final = Symbol("X")
FILES: Final[dict[str, dict[str, Any]]] = {
    "crypto_btcusdt_binance_2024-08-08_depth": {},
    "crypto_btcusdt_binance_2024-08-08_quotes": {},
    "crypto_btcusdt_binance_2024-08-08_trades": {},
    "crypto_btcusd_bitstamp_2015-05-01_orders": {},
    "crypto_btcusd_bitstamp_2015-05-01_book10": {},
    "crypto_btcusd_coinbase_bars_1m_trade": {"span_s": 60},
    "crypto_btcusd_coinbase_bars_1m_quote": {"span_s": 60},
    "fx_eurusd_oanda_quotes_2014-05-06": {"assumed_size": 1_000_000},
    "index_future_bars_1m_2006-01": {"span_s": 60},
    "us_equity_xxx_quotes_2018-01-02": {},
    "us_equity_xxx_trades_2018-01-02": {},
}
"""What is read, and what the files do not say."""


def data_folder() -> Path | None:
    """Give the folder of recorded markets; None where it is not said or not there."""
    named = os.environ.get("OMS_MARKET_DATA", "")
    return Path(named) if named and Path(named).is_dir() else None


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.csv.gz"


def _bare(path: Path) -> int:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def readers(folder: Path, rounds: int = ROUNDS) -> list[Figure]:
    """Measure each file from its first row to its last."""
    found: list[Figure] = []
    for name, given in FILES.items():
        path = _path(folder, name)
        count = _bare(path)

        def read(path: Path = path, given: dict[str, Any] = given, count: int = count) -> int:
            for _ in Recording(path, "X", **given):
                pass
            return count

        took = take_turns({"floor": lambda path=path: _bare(path), "ours": read}, rounds=rounds)  # type: ignore[misc]  # bound now
        what = name.replace("crypto_", "").replace("us_equity_", "")
        found += [
            figure(f"read {what}", [1e6 / us for us in took["ours"]], "rows/s"),
            figure("  beside a bare loop over its rows", ratios(took["ours"], took["floor"]), "x"),
            figure("  the whole file", [us * count / 1e6 for us in took["ours"]], "s"),
        ]
    return found


def books(folder: Path, rounds: int = ROUNDS) -> list[Figure]:
    """Measure each book from its first message to its last."""
    snapshot = list(Recording(_path(folder, "crypto_btcusdt_binance_2024-08-08_snapshot"), "X"))
    depth = snapshot + list(Recording(_path(folder, "crypto_btcusdt_binance_2024-08-08_depth"), "X"))
    levels = [message for message in depth if isinstance(message, BookSnapshot | BookUpdate)]
    changes = sum(len(message.bids) + len(message.asks) for message in levels)
    heard = list(Recording(_path(folder, "crypto_btcusd_bitstamp_2015-05-01_orders"), "X"))
    orders = [message for message in heard if isinstance(message, BookOrder)]

    def by_level() -> int:
        book = DepthBook(X)
        for message in levels:
            book.take(message)
        return changes

    def by_order() -> int:
        book = MarketOrderBook(X)
        for message in orders:
            book.take(message)
        return len(orders)

    def quoted() -> int:
        top = TopOfBook(X)
        for message in orders:
            top.take(message)
        return len(orders)

    took = take_turns({"by level": by_level, "by order": by_order, "quoted": quoted}, rounds=rounds)
    return [
        figure("book by level (L2), Binance", [1e6 / us for us in took["by level"]], "changes/s"),
        figure("  the whole file", [us * changes / 1e6 for us in took["by level"]], "s"),
        figure("book by order (L3), Bitstamp", [1e6 / us for us in took["by order"]], "messages/s"),
        figure(
            "  with a quote for each change of the best prices",
            [1e6 / us for us in took["quoted"]],
            "messages/s",
        ),
        figure("  the whole file", [us * len(orders) / 1e6 for us in took["by order"]], "s"),
    ]


def columns(folder: Path, rounds: int = ROUNDS) -> list[Figure]:
    """Measure trades in Parquet; nothing where `pyarrow` is not installed."""
    if find_spec("pyarrow") is None:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "trades.parquet"
        count = _write_parquet(_path(folder, "crypto_btcusdt_binance_2024-08-08_trades"), path)
        fields = {"time": "recv_ns", "price": "price", "size": "size", "aggressor": "taker_side"}
        recording = ArrowRecording(path, "X", columns=ColumnMap(kind=Kind.TRADES, columns=fields))

        def read() -> int:
            for _ in recording:
                pass
            return count

        took = take_turns({"ours": read}, rounds=rounds)
    return [figure("read the Binance trades from Parquet", [1e6 / us for us in took["ours"]], "rows/s")]


def _write_parquet(source: Path, path: Path) -> int:
    arrow: Any = import_module("pyarrow")
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = arrow.table(
        {
            "recv_ns": arrow.array([int(row["recv_ns"]) for row in rows], arrow.timestamp("ns", "UTC")),
            "price": arrow.array([Decimal(row["price"]) for row in rows], arrow.decimal128(18, 8)),
            "size": arrow.array([Decimal(row["size"]) for row in rows], arrow.decimal128(18, 8)),
            "taker_side": arrow.array([row["taker_side"] for row in rows]).dictionary_encode(),
        }
    )
    import_module("pyarrow.parquet").write_table(table, path)
    return len(rows)


def figures(folder: Path, rounds: int = ROUNDS) -> list[Figure]:
    """Measure readers, columns and books."""
    return [*readers(folder, rounds), *columns(folder, rounds), *books(folder, rounds)]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.market_data")
    parser.add_argument("--quick", action="store_true", help="one round; not to be quoted")
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder of recorded markets")
    asked = parser.parse_args()
    if asked.data is None:
        print("say where the recorded markets are, with --data or $OMS_MARKET_DATA", file=sys.stderr)
        return 2
    parts: list[Callable[[Path, int], list[Figure]]] = [readers, columns, books]
    for part in parts:
        for one in part(asked.data, 1 if asked.quick else ROUNDS):
            digits = 0 if one.value > 100 else 2
            print(f"{one.what:<60} {one.value:>12,.{digits}f} {one.unit}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

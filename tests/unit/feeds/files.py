"""Small files of market data, for tests."""

from __future__ import annotations

from pathlib import Path

from oms.feeds.column_map import ColumnMap
from oms.feeds.recording import Recording
from oms.model.ids import Symbol
from oms.model.market import MarketData

X = Symbol("X")
OPENING_NS = 1_514_903_400_000_000_000
"""2018-01-02 14:30 UTC."""
S = 1_000_000_000


def write(folder: Path, *lines: str, name: str = "market.csv") -> Path:
    """Write lines to a file."""
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read(folder: Path, columns: ColumnMap, *lines: str) -> list[MarketData]:
    """Read lines by a map."""
    return list(Recording(write(folder, *lines), "X", columns=columns))

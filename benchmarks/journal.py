"""What a store costs: appending and reading, beside a bare SQLite loop that makes as many commits of the same texts.

Run from the repository: `python -m benchmarks.journal [DIRECTORY]`, with a directory on the disk that is to be measured.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from benchmarks.codec import FIXTURE
from oms.codec.event_codec import decode, encode
from oms.model.events import Event
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore

ROUNDS = 7
PLANS = ((5, 2_500), (500, 50_000))
"""Events a commit, and events in all: one lifecycle a commit, and a hundred."""

Arm = Callable[[Path, Sequence[Event], int], None]


def sqlite_store(path: Path, events: Sequence[Event], batch: int) -> None:
    """Append to the durable store."""
    with SQLiteEventStore(path) as store:
        for start in range(0, len(events), batch):
            store.append(events[start : start + batch], start)


def memory_store(_: Path, events: Sequence[Event], batch: int) -> None:
    """Append to the store in memory."""
    with MemoryEventStore() as store:
        for start in range(0, len(events), batch):
            store.append(events[start : start + batch], start)


def bare_sqlite(path: Path, events: Sequence[Event], batch: int) -> None:
    """Insert texts that are ready; their making is no part of the bare cost and is taken off by the caller."""
    rows = [(event.sequence, encode(event)) for event in events]
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
    for start in range(0, len(rows), batch):
        database.execute("BEGIN")
        database.executemany("INSERT INTO events VALUES (?, ?)", rows[start : start + batch])
        database.execute("COMMIT")
    database.close()


def encoding(_: Path, events: Sequence[Event], __: int) -> None:
    """Make the texts and drop them."""
    _rows = [(event.sequence, encode(event)) for event in events]


ARMS: dict[str, Arm] = {
    "sqlite": sqlite_store,
    "bare": bare_sqlite,
    "encode": encoding,
    "memory": memory_store,
}


def measure(folder: Path, batch: int, total: int) -> dict[str, float]:
    """The median wall time of each arm in microseconds an event; the arms take turns."""
    traded = next(
        event for event in map(decode, FIXTURE.read_text("ascii").splitlines()) if "Traded(" in repr(event)
    )
    events = [attrs.evolve(traded, sequence=number) for number in range(1, total + 1)]
    times: dict[str, list[float]] = {name: [] for name in ARMS}
    for number in range(ROUNDS):
        for name, arm in ARMS.items():
            gc.collect()
            start = time.perf_counter()
            arm(folder / f"{name}-{batch}-{number}.db", events, batch)
            times[name].append((time.perf_counter() - start) / total * 1e6)
    return {name: statistics.median(found) for name, found in times.items()}


def read_us(path: Path) -> float:
    """Reading a whole journal and making its events, in microseconds an event."""
    with SQLiteEventStore(path, read_only=True) as store:
        start = time.perf_counter()
        count = sum(1 for _ in store.read())
        return (time.perf_counter() - start) / count * 1e6


def main(folder: str | None) -> None:
    """Print the table."""
    print(f"{'µs an event':24}{'sqlite':>10}{'bare':>10}{'ratio':>8}{'encode':>10}{'memory':>10}{'read':>10}")
    for batch, total in PLANS:
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            found = measure(Path(temporary), batch, total)
            bare = found["bare"] - found["encode"]
            read = min(read_us(Path(temporary) / f"sqlite-{batch}-{number}.db") for number in range(ROUNDS))
        print(
            f"{f'{batch} events a commit':24}{found['sqlite']:10.2f}{bare:10.2f}{found['sqlite'] / bare:8.2f}"
            f"{found['encode']:10.2f}{found['memory']:10.2f}{read:10.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

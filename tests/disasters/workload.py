"""A process that writes a journal and says on its standard output how far it has got, one number a line.

Run as `workload.py JOURNAL SEED APPENDS OPTION...`; its system calls are what the campaigns on power cuts and failing disks are
about. The store is the library's own. Options, for what it is told about its surroundings:

    --checkpoint-every N    pages after which SQLite moves what is in its log into the file
    --synchronous LEVEL     NORMAL or OFF: how it would be without the promise, to see that the campaign finds that out
    --reopen-every N        appends after which the journal is closed and opened again
"""

from __future__ import annotations

import argparse
import os
import random  # noqa: TID251  # sizes are drawn from the seed
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oms.model import events as ev
from oms.stores.sqlite import SQLiteEventStore
from tests.disasters.venue import T0

CAUSE = ev.Cause("SubmitOrder", "bot")


def appends(seed: int, count: int) -> Iterator[list[ev.Event]]:
    """Give what is appended: mostly one event, now and then some, or one that is longer than a page."""
    dice = random.Random(seed)
    sequence = 0
    for _ in range(count):
        size = dice.choice((1, 1, 1, 2, 7))
        length = dice.choice((10, 10, 300, 300, 6_000)) if size == 1 else 40
        group: list[ev.Event] = []
        for _ in range(size):
            sequence += 1
            text = "".join(dice.choices("abcdefghij", k=length))
            group.append(ev.KillSwitchReleased(sequence, 1, CAUSE, sequence, T0 + sequence, text))
        yield group


def _configured(checkpoint_every: int, synchronous: str) -> None:
    class Connection(sqlite3.Connection):
        """Does what it is asked, but for what the options are about."""

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401  # as the one it replaces
            if sql.startswith("PRAGMA synchronous ="):
                if checkpoint_every:
                    super().execute(f"PRAGMA wal_autocheckpoint = {checkpoint_every}")
                sql = f"PRAGMA synchronous = {synchronous}"
            elif sql == "PRAGMA synchronous":
                return super().execute("SELECT 2")
            return super().execute(sql, *parameters)

    connect = sqlite3.connect
    sqlite3.connect = lambda *given, **named: connect(*given, **named, factory=Connection)  # type: ignore[assignment]  # of fewer forms


def main() -> None:
    """Write, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("journal", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("appends", type=int)
    parser.add_argument("--checkpoint-every", type=int, default=0)
    parser.add_argument("--synchronous", default="FULL")
    parser.add_argument("--reopen-every", type=int, default=0)
    given = parser.parse_args()
    if given.checkpoint_every or given.synchronous != "FULL":
        _configured(given.checkpoint_every, given.synchronous)
    store = SQLiteEventStore(given.journal)
    os.write(1, b"0\n")
    for number, group in enumerate(appends(given.seed, given.appends), 1):
        store.append(group, group[0].sequence - 1)
        os.write(1, f"{group[-1].sequence}\n".encode())
        if given.reopen_every and not number % given.reopen_every:
            store.close()
            store = SQLiteEventStore(given.journal)
    store.close()


if __name__ == "__main__":
    main()

"""Journals as the commands read them: never written to, so that a running manager is not disturbed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from oms.errors import NotAJournalError
from oms.model.events import Event
from oms.ports.event_store import EventStore
from oms.stores.files import Grip, real_path
from oms.stores.jsonl import JSONLEventStore
from oms.stores.sqlite import SQLiteEventStore

JOURNAL: Final = "the journal, a SQLite file or one of lines (JSONL)"
NEW_JOURNAL: Final = (
    "where the journal goes, a file of lines where the name ends with .jsonl, and else a SQLite file; "
    "a temporary folder unless given"
)
_SQLITE: Final = b"SQLite format 3\x00"
_LINES: Final = b"{"


@contextmanager
def opened(path: str) -> Iterator[EventStore]:
    """Open a journal for reading, of whichever kind its first bytes say that it is; notices of its store go to stderr.

    Raises:
        NotAJournalError: There is no journal, or it is of no kind that is known.
        StoreError: It cannot be read.
    """
    with _reader(path) as store:
        for notice in store.notices:
            print(f"oms: {path}: {notice}", file=sys.stderr)
        yield store


def read_journal(path: str) -> Iterator[Event]:
    """Give every event of a journal, in order; it is closed at the end.

    Raises:
        StoreError: There is no journal, or it cannot be read.
    """
    with opened(path) as store:
        yield from store.read()


def begun(path: Path) -> SQLiteEventStore | JSONLEventStore:
    """Begin a journal: a file of lines where the name ends with `.jsonl`, and else a SQLite file.

    Raises:
        StoreError: It cannot be made.
    """
    return JSONLEventStore(path) if path.suffix == ".jsonl" else SQLiteEventStore(path)


def _reader(path: str) -> SQLiteEventStore | JSONLEventStore:
    start = _beginning(path)
    if start[:1] == _LINES:
        # What is read is checked as it is read.
        return JSONLEventStore(path, read_only=True, check="quick")
    if start == _SQLITE[: len(start)]:
        return SQLiteEventStore(path, read_only=True)
    raise NotAJournalError(
        f"{path} is neither a SQLite file nor one of lines, hence no journal of oms: name another file"
    )


def _beginning(path: str) -> bytes:
    # Not opened and closed on its own: this process would lose the locks that it may have on the file.
    grip = Grip(real_path(path), alone=False)
    try:
        return grip.beginning(len(_SQLITE))
    finally:
        grip.let_go()

"""Journals as the commands read them: never written to, so that a running manager is not disturbed."""

from __future__ import annotations

from collections.abc import Iterator

from oms.model.events import Event
from oms.stores.sqlite import SQLiteEventStore


def read_journal(path: str) -> Iterator[Event]:
    """Give every event of a journal, in order; it is closed at the end.

    Raises:
        StoreError: There is no journal, or it cannot be read.
    """
    with SQLiteEventStore(path, read_only=True) as store:
        yield from store.read()

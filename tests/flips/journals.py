"""A journal of every kind of event, some with long foreign texts, as both kinds of files."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import attrs

from oms.codec.event_codec import encode
from oms.model.events import Event
from oms.stores.sqlite import SQLiteEventStore
from tests.chained_files import linked, write_lines
from tests.unit.codec.v1_events import EXPECTED

RAW = (
    "8=FIX.4.4|9=176|35=8|49=BROKER|56=DESK|34=1042|52=20260105-14:30:00.123|37=H-1|17=X-77|150=F|39=1|" * 30
)


def events(size: int) -> list[Event]:
    """Events whose records are about so many bytes together."""
    made, total = [], 0
    for event in _endless():
        made.append(event)
        total += len(encode(event)) + 138
        if total >= size:
            break
    return made


def _endless() -> Iterator[Event]:
    for number, event in enumerate(cycle(EXPECTED), 1):
        longer = {"raw": RAW} if hasattr(event, "raw") else {}
        yield attrs.evolve(event, sequence=number, input_sequence=number, epoch=1, **longer)  # type: ignore[arg-type]


def as_lines(path: Path, size: int) -> list[bytes]:
    """Write a journal of lines, and give its records."""
    records = linked([encode(event) for event in events(size)])
    write_lines(path, records)
    return records


def as_sqlite(path: Path, size: int) -> list[Event]:
    """Write a journal in a SQLite file with the store, and give its events."""
    kept = events(size)
    with SQLiteEventStore(path) as store:
        store.append(kept, 0)
    return kept

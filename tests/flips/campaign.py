"""Every byte of a journal flipped in turn, and what the verifier and the store say of it.

One bit of a byte is turned, another one from byte to byte. In a file of lines each record's bytes and line ends are
flipped; in a SQLite file every byte there is. A flip in a record has to be found at this record; a flip elsewhere in a
SQLite file has to be found, or to change nothing: then the store reads the same events.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

from attrs import define, field

from oms.audit.raw_journal import open_raw
from oms.audit.verifier import Anchor, verify
from oms.codec.event_codec import encode
from oms.errors import NotAJournalError, OmsError
from oms.stores.sqlite import SQLiteEventStore
from tests.chained_files import STORE_ID, linked
from tests.flips.journals import as_lines, as_sqlite, events

STORE_EVERY: Final = 401
"""The store itself reads the journal after every so many flips that the verifier finds, and after each that it does not."""


@define
class Result:
    """What was done and found; `failures` names the first of what was not."""

    counts: Counter[str] = field(factory=Counter)
    failures: list[str] = field(factory=list)

    def fail(self, text: str) -> None:
        """Remember something that was not found."""
        if len(self.failures) < 20:
            self.failures.append(text)


def flip_lines(path: Path, size: int, *, every: int = 1) -> Result:
    """Flip the bytes of a file of lines; with `every` above 1 only some of them."""
    records = as_lines(path, size)
    result = Result()
    place = path.read_bytes().index(b"\n") + 1
    with path.open("r+b", buffering=0) as file:
        for number, record in enumerate(records, 1):
            for offset in range(len(record) + 1):
                if offset < len(record) and (place + offset) % every:
                    continue
                with _flipped(file.fileno(), place + offset):
                    found = verify(open_raw(str(path)), most=1).findings
                    result.counts[
                        "bytes of records, in lines" if offset < len(record) else "ends of lines"
                    ] += 1
                    if not found or found[0].position != number:
                        result.fail(f"byte {offset} of record {number} in lines: {found}")
            place += len(record) + 1
    return result


def flip_sqlite(path: Path, size: int, *, every: int = 1) -> Result:
    """Flip the bytes of a SQLite file; with `every` above 1 only some of them."""
    kept = as_sqlite(path, size)
    texts, result = [encode(event) for event in kept], Result()
    owners, total = _owners(path), path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        for place in range(0, total, every):
            with _flipped(file.fileno(), place):
                _judge_sqlite(path, place, owners.get(place), texts, result)
    return result


def _judge_sqlite(path: Path, place: int, owner: int | None, texts: list[str], result: Result) -> None:
    try:
        found = verify(open_raw(str(path)), most=1).findings
        position = found[0].position if found else None
    except NotAJournalError:
        found, position = (), 0
    read: list[str] | None = None
    if position is None or place % STORE_EVERY == 0:
        result.counts["readings by the store"] += 1
        read = _read(path)
    if owner is not None:
        result.counts["bytes of records, in SQLite"] += 1
        if position != owner or read == texts:
            result.fail(f"byte {place} of SQLite, in record {owner}: {found}")
    elif position is not None:
        result.counts["bytes beside records that were found"] += 1
    elif read is None:
        result.counts["bytes beside records that the store alone refuses"] += 1
    else:
        result.counts["bytes beside records without effect"] += 1
        if read != texts:
            result.fail(f"byte {place} of SQLite: nothing is found, and the store reads other events")


def _read(path: Path) -> list[str] | None:
    """What the store reads; None where it refuses."""
    try:
        with SQLiteEventStore(path, read_only=True) as store:
            return [encode(event) for event in store.read()]
    except OmsError:
        return None


def _owners(path: Path) -> dict[int, int]:
    """The record of each byte of the file that holds a record's text."""
    content = path.read_bytes()
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT sequence, payload FROM events").fetchall()
    connection.close()
    owners = {}
    for sequence, payload in rows:
        for start, piece in _pieces(content, payload.encode("ascii")):
            owners.update(dict.fromkeys(range(start, start + len(piece)), sequence))
    return owners


def _pieces(content: bytes, text: bytes) -> Iterator[tuple[int, bytes]]:
    """Where a text stands: in one place, or where it does not fit a page in its own cell and on overflow pages."""
    start = content.find(text)
    if start >= 0:
        yield start, text
        return
    head = text[:200]  # its sequence number is in there
    start = content.index(head)
    length = 200
    while length < len(text) and content[start : start + length + 1] == text[: length + 1]:
        length += 1
    yield start, text[:length]
    page = int.from_bytes(content[start + length : start + length + 4], "big")
    size = int.from_bytes(content[16:18], "big") or 65536
    while length < len(text):
        base = (page - 1) * size
        piece = text[length : length + size - 4]
        assert content[base + 4 : base + 4 + len(piece)] == piece
        yield base + 4, piece
        length += len(piece)
        page = int.from_bytes(content[base : base + 4], "big")


@contextmanager
def _flipped(descriptor: int, place: int) -> Iterator[None]:
    old = os.pread(descriptor, 1, place)
    os.pwrite(descriptor, bytes([old[0] ^ (1 << (place * 5 % 8))]), place)
    try:
        yield
    finally:
        os.pwrite(descriptor, old, place)


@define
class Rows:
    """A journal of records in memory."""

    records: Sequence[bytes]
    store_id: str = STORE_ID

    def rows(self) -> Iterator[tuple[int | None, object]]:
        """Give them as lines have them: filed under nothing."""
        return ((None, record) for record in self.records)

    def faults(self) -> Iterator[str]:
        """There is nothing around them."""
        return iter(())


def move_records(size: int) -> Result:
    """Remove, repeat, swap and cut every record in turn."""
    records = linked([encode(event) for event in events(size)])
    result = Result()
    whole = verify(Rows(records))
    anchor = Anchor(size=whole.size, head=whole.head, root=whole.root, name="the anchor")

    def expect(name: str, meddled: list[bytes], position: int, kind: str, *anchors: Anchor) -> None:
        result.counts[name] += 1
        found = verify(Rows(meddled), anchors, most=1).findings
        if [(it.position, it.kind) for it in found] != [(position, kind)]:
            result.fail(f"{name} at {position}: {found}")

    for place in range(len(records)):
        before, after = records[:place], records[place + 1 :]
        is_last = not after
        if not is_last:
            expect("records removed", before + after, place + 1, "removed")
            pair = [records[place + 1], records[place]]
            expect("neighbors swapped", before + pair + after[1:], place + 1, "swapped")
        expect("records said twice", [*before, records[place], records[place], *after], place + 2, "inserted")
        expect("tails cut, with an anchor", before, place + 1, "cut", anchor)
        result.counts["tails cut, without an anchor: not to be told"] += not verify(Rows(before)).findings
    for first, second in pairwise(range(0, len(records), 7)):
        swapped = list(records)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        expect("records swapped far apart", swapped, first + 1, "swapped")
    return result


CAMPAIGNS: Final[dict[str, Callable[[Path, int], Result]]] = {
    "lines": flip_lines,
    "sqlite": flip_sqlite,
    "moves": lambda _, size: move_records(size),
}
"""Each part by its name."""

COUNTED: Final = (
    "bytes of records, in lines",
    "ends of lines",
    "bytes of records, in SQLite",
    "bytes beside records that were found",
    "bytes beside records that the store alone refuses",
    "bytes beside records without effect",
    "readings by the store",
    "records removed",
    "records said twice",
    "neighbors swapped",
    "records swapped far apart",
    "tails cut, with an anchor",
    "tails cut, without an anchor: not to be told",
)
"""What the whole campaign has to count."""

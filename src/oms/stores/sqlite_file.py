"""The file of the SQLite journal: how it is made, recognised, opened and read. `oms.stores.sqlite` decides when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from oms.codec.chain import Chain, genesis, head_of
from oms.codec.linked_codec import decode_linked, encode_linked
from oms.codec.numbering import MAX_SNAPSHOT_LENGTH, snapshot_hash
from oms.errors import (
    JournalDamagedError,
    JournalNewerError,
    NotAJournalError,
    StoreBusyError,
    StoreError,
    ValidationError,
)
from oms.model.events import Event
from oms.ports.event_store import SnapshotPassedOver
from oms.stores.files import Grip, sync_directory

APPLICATION_ID: Final = 0x6F6D736A  # "omsj"
FORMAT: Final = 1
"""The version of the file's layout, kept as its `user_version`."""
WAL_RESET_FIXED: Final = (3, 51, 3)
"""From this version on SQLite lets several connections write to one file without the danger of the WAL-reset defect."""

_WAL_SINCE: Final = (3, 7, 0)
_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_LENGTH: Final = 100
_MAX_CELL: Final = 1 << 24
_EVENTS: Final = "CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)"
_META: Final = "CREATE TABLE meta (name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID"
_SNAPSHOTS: Final = "CREATE TABLE snapshots (version INTEGER PRIMARY KEY, head TEXT NOT NULL, sha256 TEXT NOT NULL, content TEXT NOT NULL)"
_ABOUT: Final = (
    "An order journal of oms (pip install openoms). One row of `events` is one event, as JSON, chained by SHA-256 to the "
    "one before. Only ever appended to."
)
_LAST: Final = "SELECT max(sequence) FROM events"
_READ: Final = "SELECT sequence, payload FROM events WHERE sequence > ? ORDER BY sequence"
_ONE: Final = "SELECT payload FROM events WHERE sequence = ?"

# Any other error is one of the moment or of the machine, and says nothing about the file.
_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG}
)


def check_sharing(version: tuple[int, int, int]) -> None:
    """Check that several processes may write to one file with this version of SQLite.

    Raises:
        StoreError: It has the WAL-reset defect, by which two connections that write or checkpoint at once corrupt the file.
    """
    if _WAL_SINCE <= version < WAL_RESET_FIXED:
        here, fixed = (".".join(map(str, each)) for each in (version, WAL_RESET_FIXED))
        raise StoreError(
            f"SQLite {here} has the WAL-reset defect, by which two processes that write to one file corrupt it: use a "
            f"Python with SQLite {fixed} or newer, or leave out shared=True, so that there is one writer at a time"
        )


def check_header(path: Path, grip: Grip) -> None:
    """Look at the first bytes, before SQLite touches the file or leaves anything beside it.

    Raises:
        NotAJournalError: The file is something else.
        JournalNewerError: A newer version of this library made it.
        JournalDamagedError: It is cut short.
    """
    header = grip.beginning(_HEADER_LENGTH)
    if not header:
        raise NotAJournalError(
            f"{path} is empty, which no journal is: name another file, or delete it to begin a new one"
        )
    if not header.startswith(_MAGIC) and header != _MAGIC[: len(header)]:
        raise NotAJournalError(f"{path} is not a SQLite file, hence no journal of oms: name another file")
    if len(header) < _HEADER_LENGTH:
        raise JournalDamagedError(1, f"{path} is cut short within its header, after {len(header)} bytes")
    user_version, application = (int.from_bytes(header[place : place + 4], "big") for place in (60, 68))
    if application != APPLICATION_ID:
        raise NotAJournalError(
            f"{path} is a SQLite database of another application: name another file for the journal"
        )
    if user_version > FORMAT:
        raise JournalNewerError(
            f"{path} has format {user_version}, and format {FORMAT} is the newest one known to this version of oms: use a "
            "newer one"
        )
    if user_version < 1:
        raise JournalDamagedError(1, f"{path} says that it has format {user_version}, which there never was")


def create(path: Path, store_id: str) -> None:
    """Make an empty journal: whole under another name first, so that a crash never leaves a part of one.

    Raises:
        StoreError: It cannot be made.
    """
    unfinished = Path(f"{path}-unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(connect(unfinished, "rwc")) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            for table in (_EVENTS, _META, _SNAPSHOTS):
                connection.execute(table)
            connection.executemany("INSERT INTO meta VALUES (?, ?)", [("about", _ABOUT), ("id", store_id)])
            make_durable(connection, "FULL")
        unfinished.rename(path)
        sync_directory(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} cannot be made ({error})") from error


def connect(
    path: Path, mode: str, *, timeout_s: float = 5.0, max_cell: int = _MAX_CELL
) -> sqlite3.Connection:
    """Open a connection, by which no code in the file is run and no length is believed that a damaged record claims.

    One with the mode `ro` cannot write to the file, nor checkpoint: SQLite itself refuses.

    Raises:
        StoreError: It cannot be opened.
    """
    uri = f"{path.as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened ({error})") from error
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max_cell)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def connect_for_snapshots(path: Path, mode: str, *, timeout_s: float) -> sqlite3.Connection:
    """Open a connection that lets longer texts through."""
    return connect(path, mode, timeout_s=timeout_s, max_cell=MAX_SNAPSHOT_LENGTH + _MAX_CELL)


def make_durable(connection: sqlite3.Connection, level: str) -> None:
    """Have each commit wait for the disk; with the level NORMAL, only each checkpoint.

    Raises:
        sqlite3.Error: The file system cannot do so.
    """
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {level}")
    # macOS alone knows these two; there a plain fsync does not reach the disk.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    found = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, found) != ("wal", {"NORMAL": 1, "FULL": 2}[level]):
        raise sqlite3.OperationalError(
            f"journal_mode {mode}, synchronous {found}: this file system gives no durability"
        )


def check_schema(connection: sqlite3.Connection) -> str:
    """Check the tables, and give the id of the journal.

    Raises:
        JournalNewerError: A newer version of this library made them.
        JournalDamagedError: They are not as they were made, or the id is gone.
        StoreError: They cannot be read now.
    """
    try:
        found = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise JournalNewerError(
                f"the journal has format {version}, newer than {FORMAT}: use a newer version of oms"
            )
        if found != (_EVENTS,):
            raise JournalDamagedError(1, "the table of events is missing or is not as it was made")
        added = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchone()
        if added is not None:
            # SQLite would run it with the next append.
            raise JournalDamagedError(1, f"there is a trigger, {added[0]!r}, which no journal has")
        named = connection.execute("SELECT content FROM meta WHERE name = 'id'").fetchone()
    except sqlite3.Error as error:
        raise failure(error, 1) from error
    if named is None or type(named[0]) is not str:
        raise JournalDamagedError(1, "the id of the journal, with which its chain begins, is gone")
    return str(named[0])


def end_of(connection: sqlite3.Connection, store_id: str) -> tuple[int, str, int]:
    """Give the number of the last event, the hash of its record and its epoch; 0, the genesis and 0 for an empty journal.

    Raises:
        JournalDamagedError: It cannot be read; the error names the first event of all that cannot.
        StoreError: The file cannot be read now.
    """
    try:
        last = int(connection.execute(_LAST).fetchone()[0] or 0)
        if not last:
            return 0, genesis(store_id), 0
        next(
            chained(connection, store_id, 0), None
        )  # of this id, as what is read from the middle cannot tell
        for event, head in chained(connection, store_id, last - 1):
            return last, head, event.epoch
        raise JournalDamagedError(last, "it is missing")
    except (sqlite3.Error, JournalDamagedError) as error:
        good = 0
        for event, _ in chained(connection, store_id, 0):  # raises at the first bad one
            good = event.sequence
        if isinstance(error, sqlite3.Error):
            raise failure(error, good + 1) from error
        raise


def chained(connection: sqlite3.Connection, store_id: str, after: int) -> Iterator[tuple[Event, str]]:
    """Give events with the hash of each record, and check them against the one before.

    Raises:
        JournalDamagedError: A record is missing, unreadable, or not the one that followed there.
        JournalNewerError: A newer version of this library wrote one.
        StoreError: The file cannot be read now.
    """
    expected = after + 1
    try:
        chain = Chain(_head_at(connection, store_id, after))
        for sequence, payload in connection.execute(_READ, (after,)):
            if sequence != expected:
                raise JournalDamagedError(expected, f"it is missing; the next one there is {sequence}")
            if type(payload) is not str:
                _as_text(payload, sequence)
            event = decode_linked(payload, chain, sequence)
            if event.sequence != sequence:
                raise JournalDamagedError(expected, f"its record says that it is number {event.sequence}")
            yield event, chain.head
            expected += 1
    except sqlite3.Error as error:
        raise failure(error, expected) from error
    except ValidationError as error:
        raise JournalDamagedError(expected, str(error)) from error


def linked(events: Sequence[Event], head: str) -> tuple[list[str], str]:
    """Give the records of events as they are stored after the record with this hash, and the hash of the last.

    Raises:
        ValidationError: An event holds what cannot be read back.
    """
    chain = Chain(head)
    return [encode_linked(event, chain) for event in events], chain.head


def check_pages(connection: sqlite3.Connection) -> None:
    """Let SQLite look at every page of the file, those without events too.

    Raises:
        JournalDamagedError: It found something wrong, and the records are all right.
        StoreError: The file cannot be read now.
    """
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise failure(error, 1) from error
    if found != "ok":
        raise JournalDamagedError(1, f"every record is whole, but the file around them is not: {found}")


def write_snapshot(connection: sqlite3.Connection, store_id: str, version: int, text: str) -> None:
    """Keep a snapshot and the one before it.

    Raises:
        sqlite3.Error: It was not kept.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        head = _head_at(connection, store_id, version)
        row = (version, head, snapshot_hash(version, head, text), text)
        connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", row)
        connection.execute(
            "DELETE FROM snapshots WHERE version NOT IN (SELECT version FROM snapshots ORDER BY version DESC LIMIT 2)"
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def read_snapshot(
    connection: sqlite3.Connection, store_id: str
) -> tuple[tuple[int, str] | None, list[SnapshotPassedOver]]:
    """Give the newest snapshot that can be trusted, and those that were passed over."""
    passed: list[SnapshotPassedOver] = []
    try:
        last = connection.execute(_LAST).fetchone()[0] or 0
        rows = connection.execute(
            "SELECT version, head, sha256, content FROM snapshots ORDER BY version DESC"
        )
        for version, head, sha, text in rows:
            reason = ""
            if type(version) is not int or type(text) is not str or sha != snapshot_hash(version, head, text):
                reason = "its content and its hash do not agree: it was changed"
            elif version > last:
                reason = f"the journal ends at event {last}, before it"
            elif _head_at(connection, store_id, version) != head:
                reason = "it was made of other events than those in the journal"
            if not reason:
                return (version, text), passed
            passed.append(SnapshotPassedOver(version if type(version) is int else 0, reason))
    except (sqlite3.Error, JournalDamagedError) as error:
        passed.append(SnapshotPassedOver(0, f"it cannot be read ({error})"))
    return None, passed


def failure(error: sqlite3.Error, sequence: int) -> StoreError:
    """Give what SQLite's error means for whoever reads the journal."""
    code = primary_code(error)
    if code in _DAMAGE:
        return JournalDamagedError(sequence, str(error))
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusyError(f"the journal is locked by somebody ({error}): try again")
    return StoreError(f"the journal cannot be read ({error})")


def primary_code(error: sqlite3.Error) -> int:
    """Give SQLite's code; errors that Python raises by itself, such as for text that is not UTF-8, carry none."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _head_at(connection: sqlite3.Connection, store_id: str, version: int) -> str:
    if not version:
        return genesis(store_id)
    found = connection.execute(_ONE, (version,)).fetchone()
    if found is not None:
        return head_of(_as_text(found[0], version), version)
    beyond = connection.execute("SELECT min(sequence) FROM events WHERE sequence > ?", (version,)).fetchone()[
        0
    ]
    if beyond is not None:
        raise JournalDamagedError(version, f"it is missing; the next one there is {beyond}")
    return ""


def _as_text(payload: object, sequence: int) -> str:
    if type(payload) is not str:
        raise JournalDamagedError(
            sequence, f"its record is no text, but of type {type(payload).__name__}: it was changed"
        )
    return payload

"""A journal in a SQLite file: what `append` has returned for is on the disk.

The file is in WAL mode with `synchronous=FULL`, so that each commit waits for the disk; one call of `append` is one
transaction. A file has one writer. As long as that is open, it holds a lock beside the journal, an exclusive SQLite
transaction on an empty database of its own: this works wherever SQLite works, between processes and within one, it lets
readers through, and the operating system releases it when the process dies. Readers open the file so that SQLite cannot
write to it; an existing file is opened in this way first by everyone, so that a damaged one is left as it is.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NoReturn, Self

from oms.codec.event_codec import decode, encode
from oms.codec.numbering import check_numbering
from oms.errors import (
    ConcurrencyConflictError,
    JournalDamagedError,
    JournalNewerError,
    NotAJournalError,
    StoreError,
    ValidationError,
)
from oms.model.events import Event

APPLICATION_ID: Final = 0x6F6D736A  # "omsj"
FORMAT: Final = 1
"""The version of the file's layout, kept as its `user_version`."""
BUSY_TIMEOUT_S: Final = 5.0
"""How long an append may wait for somebody who has locked the file against the rules."""

_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_LENGTH: Final = 100
_MAX_CELL: Final = 1 << 24
_EVENTS: Final = "CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)"
_META: Final = "CREATE TABLE meta (name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID"
_ABOUT: Final = "An order journal of oms (pip install openoms). One row of `events` is one event, as JSON. Only ever appended to."
_INSERT: Final = "INSERT INTO events (sequence, payload) VALUES (?, ?)"
_LAST: Final = "SELECT max(sequence) FROM events"
_READ: Final = "SELECT sequence, payload FROM events WHERE sequence > ? ORDER BY sequence"

# Any other error is one of the moment or of the machine, and says nothing about the file.
_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG}
)


class SQLiteEventStore:
    """A durable journal in one file.

    It may be handed from thread to thread, but is not for use by two at once.
    """

    def __init__(self, path: str | os.PathLike[str], *, read_only: bool = False) -> None:
        """Open the journal; where there is no file, begin one.

        Args:
            path: The file. Its directory must exist. SQLite keeps files with `-wal` and `-shm` behind the name beside it
                as long as it is open, this store one with `-writer`.
            read_only: Only read; for looking at a journal that another process is writing.

        Raises:
            NotAJournalError: The file is something else, or there is none and it is only to be read.
            JournalNewerError: A newer version of this library wrote it.
            JournalDamagedError: It is cut short or corrupt.
            StoreError: Another writer has it open, or it cannot be opened.
            ValidationError: The path is not one.
        """
        self._path = _real_path(path)
        self._is_closed = False
        self._is_in_doubt = False
        self._writer: sqlite3.Connection | None = None
        self._lock: sqlite3.Connection | None = None
        self._version = 0
        if read_only or os.path.lexists(self._path):
            _check_header(self._path)
        if not read_only:
            self._lock = _take_writer_lock(self._path)
        try:
            if not read_only and not os.path.lexists(self._path):
                _create(self._path)
            self._learn()
        except BaseException:
            self.close()
            raise

    @property
    def version(self) -> int:
        """The sequence number of the last event; 0 when empty."""
        self._check_open()
        if self._is_in_doubt or self._lock is None:
            self._learn()
        return self._version

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, all or none; they are on the disk when this returns.

        After a `StoreError` it is not known whether they were kept. Nothing more is taken then until `version` or `read`
        has been asked, which open the file afresh and so tell what it holds.

        Args:
            events: Numbered from `expected_version` + 1 without a gap.
            expected_version: The last sequence number that the caller knows.

        Raises:
            ConcurrencyConflictError: The journal ends elsewhere; nothing was written.
            StoreError: The events could not be kept, or the journal is closed, open for reading or in doubt.
            ValidationError: An event is not numbered in this way, or holds what cannot be read back; nothing was written.
        """
        self._check_open()
        if self._lock is None:
            raise StoreError(f"{self._path} is open for reading only: open it without read_only to append")
        if self._is_in_doubt:
            raise StoreError(
                "the last append is in doubt: read the journal again to learn whether it was kept"
            )
        check_numbering(events, expected_version)
        last = expected_version + len(events)
        payloads = [encode(event) for event in events]
        try:
            self._write(payloads, expected_version)
        except ConcurrencyConflictError:
            raise
        except sqlite3.Error as error:
            self._let_go_in_doubt()
            raise StoreError(
                f"whether events {expected_version + 1} to {last} were kept is in doubt ({error}): "
                f"read {self._path} again to find out"
            ) from error
        except BaseException:
            self._let_go_in_doubt()  # an interrupt from the keyboard leaves as much doubt
            raise
        self._version = last

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after` that are there when reading begins, in order.

        They are read one by one from the file; while the iterator is alive, the file's `-wal` cannot shrink.

        Raises:
            JournalDamagedError: A record is missing or unreadable; those before it were given.
            JournalNewerError: A newer version of this library wrote one.
            StoreError: The journal is closed or cannot be read.
            ValidationError: `after` is below zero.
        """
        self._check_open()
        if after < 0:
            raise ValidationError(
                "after", str(after), "pass 0 for all events, or the number of the last one you have"
            )
        if self._is_in_doubt:
            self._learn()
        return self._stream(after)

    def close(self) -> None:
        """Let go of the file and of the writer's lock; may be called twice."""
        self._is_closed = True
        self._let_go()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a journal cannot be pickled or copied: open {self._path} again where it is needed")

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError(f"the journal {self._path} is closed")

    def _learn(self) -> None:
        with closing(_open(self._path, "ro")) as reader:
            _check_schema(reader)
            self._version = _last(reader)
        self._is_in_doubt = False

    def _let_go(self) -> None:
        if self._writer is not None:
            with suppress(sqlite3.Error):
                self._writer.close()
            self._writer = None

    def _let_go_in_doubt(self) -> None:
        self._is_in_doubt = True
        self._let_go()

    def _write(self, payloads: list[str], expected_version: int) -> None:
        if self._writer is None:
            # Not before there is something to write: to close a connection that may write moves what a crash left in
            # the `-wal` into the file, which nobody should do to a journal that was then found to be damaged.
            self._writer = _open(self._path, "rw")
            _make_durable(self._writer)
        cursor = self._writer.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        # To a row that comes without a number SQLite gives the one after the last, which tells where the journal ended
        # without a query of its own.
        if payloads:
            found = (cursor.execute(_INSERT, (None, payloads[0])).lastrowid or 0) - 1
        else:
            found = cursor.execute(_LAST).fetchone()[0] or 0
        if found != expected_version:
            cursor.execute("ROLLBACK")
            self._version = found
            raise ConcurrencyConflictError(expected_version, found)
        if len(payloads) > 1:
            cursor.executemany(_INSERT, enumerate(payloads[1:], expected_version + 2))
        cursor.execute("COMMIT")

    def _stream(self, after: int) -> Iterator[Event]:
        with closing(_open(self._path, "ro")) as reader:
            for event in _events(reader, after):
                self._check_open()
                yield event


def _real_path(path: str | os.PathLike[str]) -> Path:
    try:
        text = os.fspath(path)
    except TypeError:
        text = ""
    if not isinstance(text, str) or not text or "\x00" in text:
        raise ValidationError("path", path, "pass the path of a file, as a str or a pathlib.Path")
    if text == ":memory:":
        raise ValidationError(
            "path", text, "use oms.stores.memory.MemoryEventStore() for a journal that is not kept"
        )
    real = Path(os.path.realpath(text))
    if not real.parent.is_dir():
        raise NotAJournalError(
            f"{text}: there is no directory {real.parent}; make it first, or name another path"
        )
    return real


def _check_header(path: Path) -> None:
    """Look at the first bytes, before SQLite touches the file or leaves anything beside it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotAJournalError(f"{path} is not a file: name a file of its own for the journal")
        with path.open("rb") as file:
            header = file.read(_HEADER_LENGTH)
    except FileNotFoundError as error:
        raise NotAJournalError(f"{path} does not exist: there is nothing to read") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error})") from error
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


def _take_writer_lock(path: Path) -> sqlite3.Connection:
    lock_path = Path(f"{path}-writer")
    lock = _open(lock_path, "rwc", timeout_s=0)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if _primary_code(error) == sqlite3.SQLITE_BUSY:
            raise StoreError(
                f"{path} is open for writing elsewhere: close it there first, or open it with read_only=True"
            ) from error
        raise StoreError(f"the writer's lock {lock_path} cannot be taken ({error})") from error
    return lock


def _create(path: Path) -> None:
    """Make an empty journal: whole under another name first, so that a crash never leaves a part of one."""
    unfinished = Path(f"{path}-unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(_open(unfinished, "rwc")) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute(_EVENTS)
            connection.execute(_META)
            connection.execute("INSERT INTO meta VALUES ('about', ?)", (_ABOUT,))
            _make_durable(connection)
        unfinished.rename(path)
        if hasattr(os, "O_DIRECTORY"):  # where directories can be synced, so that the name is on the disk too
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} cannot be made ({error})") from error


def _open(path: Path, mode: str, *, timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    uri = f"{path.as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened ({error})") from error
    # A length that a damaged record claims is not believed; no code in a file is run.
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _make_durable(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous = FULL")
    # macOS alone knows these two; there a plain fsync does not reach the disk.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, level) != ("wal", 2):
        raise sqlite3.OperationalError(
            f"journal_mode {mode}, synchronous {level}: this file system gives no durability"
        )


def _check_schema(connection: sqlite3.Connection) -> None:
    try:
        found = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise _failure(error, 1) from error
    if version > FORMAT:
        raise JournalNewerError(
            f"the journal has format {version}, newer than {FORMAT}: use a newer version of oms"
        )
    if found != (_EVENTS,):
        raise JournalDamagedError(1, "the table of events is missing or is not as it was made")


def _last(connection: sqlite3.Connection) -> int:
    try:
        return int(connection.execute(_LAST).fetchone()[0] or 0)
    except sqlite3.Error as error:
        good = 0
        for event in _events(connection, 0):  # raises at the first bad one
            good = event.sequence
        raise _failure(error, good + 1) from error


def _events(connection: sqlite3.Connection, after: int) -> Iterator[Event]:
    expected = after + 1
    try:
        for sequence, payload in connection.execute(_READ, (after,)):
            if sequence != expected:
                raise JournalDamagedError(expected, f"it is missing; the next one there is {sequence}")
            event = decode(payload)
            if event.sequence != sequence:
                raise JournalDamagedError(expected, f"its record says that it is number {event.sequence}")
            yield event
            expected += 1
    except sqlite3.Error as error:
        raise _failure(error, expected) from error
    except ValidationError as error:
        raise JournalDamagedError(expected, str(error)) from error


def _failure(error: sqlite3.Error, sequence: int) -> StoreError:
    if _primary_code(error) in _DAMAGE:
        return JournalDamagedError(sequence, str(error))
    return StoreError(f"the journal cannot be read ({error})")


def _primary_code(error: sqlite3.Error) -> int:
    # Errors that Python raises by itself, such as for text that is not UTF-8, carry no code.
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF

"""A journal in a SQLite file: what `append` has returned for is on the disk.

The file is in WAL mode with `synchronous=FULL`, so that each commit waits for the disk; one call of `append` is one
transaction. Records are chained by hashes, and whatever is read is checked against the record before it. A file has one
writer, which holds a lock beside the journal (see `oms.stores.writer_lock`) for as long as it is open. Readers open the
file so that SQLite can neither write to it nor checkpoint; an existing file is opened in this way first by everyone, so
that a damaged one is left as it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, Literal, NoReturn, Self

from attrs import evolve

from oms.codec.numbering import check_after, check_numbering, check_snapshot, conflict
from oms.errors import (
    ConcurrencyConflictError,
    JournalDamagedError,
    StoreBusyError,
    StoreError,
    ValidationError,
)
from oms.model.events import Event
from oms.ports.event_store import StoreCapabilities, StoreNotice
from oms.stores import sqlite_file as file
from oms.stores.files import Grip, abandon, check_store_id, new_store_id, real_path
from oms.stores.writer_lock import WriterLock

APPLICATION_ID: Final = file.APPLICATION_ID
FORMAT: Final = file.FORMAT
CAPABILITIES: Final = StoreCapabilities(
    durable=True, synced=True, chained=True, many_readers=True, one_writer=True
)
"""What a store promises that was opened without further words."""
BUSY_TIMEOUT_S: Final = 5.0
"""How long an append waits for somebody who has locked the file, unless it is said otherwise."""
MAX_BUSY_TIMEOUT_S: Final = 60.0

_INSERT: Final = "INSERT INTO events (sequence, payload) VALUES (?, ?)"
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class SQLiteEventStore:
    """A durable journal in one file.

    It may be handed from thread to thread, but is not for use by two at once, nor in a process that was forked from the one
    that opened it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        check: Literal["quick", "full"] = "quick",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        synchronous: Literal["FULL", "NORMAL"] = "FULL",
        may_lose_acknowledged_events: bool = False,
        shared: bool = False,
        store_id: str | None = None,
    ) -> None:
        """Open the journal; where there is no file, begin one.

        Args:
            path: The file, in a directory that exists. Beside it lie files with `-wal`, `-shm` and `-writer` behind the name.
            read_only: Only read; for looking at a journal that another process is writing.
            check: Look at the tables and the last record ("quick") or at every record and page ("full") now.
            busy_timeout_s: How long an append waits for somebody who has locked the file; at most 60.
            synchronous: With "NORMAL" a loss of power takes acknowledged events; the journal stays whole.
            may_lose_acknowledged_events: Must be True with "NORMAL", and only then.
            shared: Let other writers in, one of which takes over by a newer epoch; needs SQLite 3.51.3.
            store_id: The id of a journal that is begun, 32 hex digits; a random one if none is given.

        Raises:
            NotAJournalError: The file is something else, or there is none and it is only to be read.
            JournalNewerError: A newer version of this library wrote it.
            JournalDamagedError: It is cut short or corrupt.
            StoreBusyError: Another writer has it open.
            StoreError: It cannot be opened, has a second name, or must not be shared with this SQLite.
            ValidationError: An argument cannot be right.
        """
        self._path = real_path(path)
        _check_durability(synchronous, may_lose=may_lose_acknowledged_events)
        _check_choices(check, busy_timeout_s)
        new_id = new_store_id() if store_id is None else check_store_id(store_id)
        if shared:
            file.check_sharing(sqlite3.sqlite_version_info)
        self._synchronous = synchronous
        self._timeout_s = busy_timeout_s
        self._is_shared = shared
        self._is_closed = False
        self._must_read = False
        self._writer: sqlite3.Connection | None = None
        self._lock: WriterLock | None = None
        self._grip: Grip | None = None
        self._store_id = ""
        self._notices: list[StoreNotice] = []
        self._version, self._head, self._epoch = 0, "", 0
        try:
            self._open(None if read_only else new_id)
            self._learn()
            if check == "full":
                self._check_all()
        except BaseException:
            self.close()
            raise

    def _open(self, new_id: str | None) -> None:
        """Take hold of the file, and of the lock where it is for writing; a new journal gets the id."""
        path, is_writing = self._path, new_id is not None
        if not is_writing or os.path.lexists(path):
            self._take_hold(alone=is_writing)
        if new_id is None:
            return
        if self._is_shared and self._grip is None:
            # Two who share it must not both begin it.
            alone = WriterLock(path)
            try:
                if not os.path.lexists(path):
                    file.create(path, new_id)
            finally:
                alone.release(None)
        self._lock = WriterLock(path, shared=self._is_shared)
        if not os.path.lexists(path):
            file.create(path, new_id)
        if self._grip is None:
            self._take_hold(alone=True)
        self._held.watch(self._lock.path)

    def _take_hold(self, *, alone: bool) -> None:
        self._grip = Grip(self._path, alone=alone)
        file.check_header(self._path, self._grip)

    @property
    def _held(self) -> Grip:
        assert self._grip is not None
        return self._grip

    @property
    def capabilities(self) -> StoreCapabilities:
        """What the store promises, as it was opened."""
        return evolve(CAPABILITIES, synced=self._synchronous == "FULL", one_writer=not self._is_shared)

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        """The snapshots that were passed over since the journal was opened; nothing else is ever repaired here."""
        return tuple(self._notices)

    @property
    def store_id(self) -> str:
        """The id of the journal, with which its chain begins: 32 hex digits."""
        return self._store_id

    @property
    def version(self) -> int:
        """The sequence number of the last event; 0 when empty."""
        self._check_open()
        if self._must_read or self._lock is None or self._is_shared:
            self._learn()
        return self._version

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, all or none; they are on the disk when this returns.

        After a `StoreError` that is none of those below it is not known whether they were kept. Nothing more is taken then
        until `version` or `read` has been asked, which open the file afresh and so tell what it holds.

        Args:
            events: Numbered from `expected_version` + 1 without a gap.
            expected_version: The last sequence number that the caller knows.

        Raises:
            FencedOutError: The journal has an event of a newer epoch; nothing was written.
            ConcurrencyConflictError: The journal ends elsewhere; nothing was written.
            StoreBusyError: Somebody had the file locked for as long as may be waited; nothing was written.
            JournalMovedError: The file or one of those beside it was deleted or replaced, or the process was forked;
                nothing was written.
            StoreError: The events could not be kept, or the journal is closed, open for reading or in doubt.
            ValidationError: An event is not numbered in this way, or holds what cannot be read back; nothing was written.
        """
        if self._is_closed or self._lock is None or self._must_read:
            self._refuse_to_write()
        check_numbering(events, expected_version)
        if expected_version != self._version or (events and events[0].epoch < self._epoch):
            raise conflict(events, expected_version, self._version, self._epoch)
        self._held.check()
        if not events:
            return
        payloads, head = file.linked(events, self._head)
        try:
            self._write(events, payloads, expected_version)
        except (ConcurrencyConflictError, StoreBusyError):
            raise
        except (sqlite3.Error, StoreError) as error:
            self._let_go_in_doubt()
            raise StoreError(
                f"whether events {expected_version + 1} to {events[-1].sequence} were kept is in doubt ({error}): "
                f"read {self._path} again to find out"
            ) from error
        except BaseException:
            self._let_go_in_doubt()  # an interrupt from the keyboard leaves as much doubt
            raise
        self._version, self._head, self._epoch = events[-1].sequence, head, events[-1].epoch

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after` that are there when reading begins, in order.

        They are read one by one from the file, and each is checked against the one before; while the iterator is alive,
        the file's `-wal` cannot shrink.

        Raises:
            JournalDamagedError: A record is missing, unreadable or was changed; those before it were given.
            JournalNewerError: A newer version of this library wrote one.
            StoreError: The journal is closed or cannot be read.
            ValidationError: `after` is below zero.
        """
        self._check_open()
        check_after(after)
        if self._must_read:
            self._learn()
        return self._stream(after)

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep a snapshot, and the one before it, in a table of their own.

        Raises:
            StoreError: It could not be kept; the journal is as it was.
            ValidationError: The journal has no event with this number, or the text is none that can be kept.
        """
        if self._is_closed or self._lock is None or self._must_read:
            self._refuse_to_write()
        check_snapshot(version, text, self._version)
        self._held.check()
        try:
            with closing(
                file.connect_for_snapshots(self._path, "rw", timeout_s=self._timeout_s)
            ) as connection:
                file.make_durable(connection, self._synchronous)
                file.write_snapshot(connection, self._store_id, version, text)
        except sqlite3.Error as error:
            raise StoreError(
                f"the snapshot at event {version} could not be kept ({error}); the journal is as it was"
            ) from error

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot that is whole and was made of the events in this journal; None where there is none.

        Raises:
            StoreError: The journal is closed or cannot be read.
        """
        self._check_open()
        with closing(file.connect_for_snapshots(self._path, "ro", timeout_s=self._timeout_s)) as reader:
            found, passed = file.read_snapshot(reader, self._store_id)
        self._notices += passed
        return found

    def close(self) -> None:
        """Let go of the file and of the writer's lock; may be called twice."""
        self._is_closed = True
        self._let_go()
        if self._lock is not None:
            self._lock.release(self._grip)
        if self._grip is not None:
            self._grip.let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a journal cannot be pickled or copied: open {self._path} again where it is needed")

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError(f"the journal {self._path} is closed")
        self._held.check()

    def _refuse_to_write(self) -> NoReturn:
        self._check_open()
        if self._lock is None:
            raise StoreError(f"{self._path} is open for reading only: open it without read_only to append")
        raise StoreError("the last append is in doubt: read the journal again to learn whether it was kept")

    def _learn(self) -> None:
        with closing(file.connect(self._path, "ro", timeout_s=self._timeout_s)) as reader:
            self._store_id = file.check_schema(reader)
            self._version, self._head, self._epoch = file.end_of(reader, self._store_id)
        self._must_read = False

    def _check_all(self) -> None:
        with closing(file.connect(self._path, "ro", timeout_s=self._timeout_s)) as reader:
            for _ in file.chained(reader, self._store_id, 0):
                pass
            file.check_pages(reader)

    def _let_go(self) -> None:
        if self._writer is not None:
            if self._held.is_forked:
                abandon(self._writer)
            else:
                with suppress(sqlite3.Error):
                    self._writer.close()
            self._held.unwatch(Path(f"{self._path}-wal"))
            self._writer = None

    def _let_go_in_doubt(self) -> None:
        self._must_read = True
        self._let_go()

    def _begin(self) -> sqlite3.Cursor:
        try:
            if self._writer is None:
                # Not before there is something to write: to close a connection that may write moves what a crash left in
                # the `-wal` into the file, which nobody should do to a journal that was then found to be damaged.
                self._writer = file.connect(self._path, "rw", timeout_s=self._timeout_s)
                file.make_durable(self._writer, self._synchronous)
            cursor = self._writer.cursor()
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if file.primary_code(error) in _BUSY:
                raise StoreBusyError(
                    f"{self._path} was locked by somebody for {self._timeout_s:g} s: nothing was kept; see who holds it, "
                    "and append again"
                ) from error
            raise
        return cursor

    def _write(self, events: Sequence[Event], payloads: list[str], expected_version: int) -> None:
        is_first = self._writer is None
        cursor = self._begin()
        # To a row that comes without a number SQLite gives the one after the last, which tells where the journal ended
        # without a query of its own.
        found = (cursor.execute(_INSERT, (None, payloads[0])).lastrowid or 0) - 1
        if found != expected_version:
            cursor.execute("ROLLBACK")
            self._must_read = True
            epoch = self._epoch
            with suppress(JournalDamagedError):
                epoch = file.end_of(cursor.connection, self._store_id)[2]
            raise conflict(events, expected_version, found, epoch)
        if len(payloads) > 1:
            cursor.executemany(_INSERT, enumerate(payloads[1:], expected_version + 2))
        cursor.execute("COMMIT")
        if is_first:
            self._held.watch(Path(f"{self._path}-wal"))

    def _stream(self, after: int) -> Iterator[Event]:
        with closing(file.connect(self._path, "ro", timeout_s=self._timeout_s)) as reader:
            for event, _ in file.chained(reader, self._store_id, after):
                if self._is_closed:
                    self._check_open()
                yield event


def _check_choices(check: str, busy_timeout_s: float) -> None:
    if not 0 <= busy_timeout_s <= MAX_BUSY_TIMEOUT_S:
        raise ValidationError(
            "busy_timeout_s", busy_timeout_s, f"pass seconds from 0 to {MAX_BUSY_TIMEOUT_S:g}"
        )
    if check not in {"quick", "full"}:
        raise ValidationError("check", check, 'pass "quick" or "full"')


def _check_durability(synchronous: str, *, may_lose: bool) -> None:
    if synchronous not in {"FULL", "NORMAL"}:
        raise ValidationError(
            "synchronous", synchronous, 'pass "FULL", which loses nothing; OFF can corrupt the file'
        )
    if (synchronous == "NORMAL") is not may_lose:
        raise ValidationError(
            "may_lose_acknowledged_events",
            may_lose,
            'pass True together with synchronous="NORMAL", by which a loss of power takes events that were acknowledged, '
            "and never else",
        )

"""A journal in a file of lines, one JSON object an event: what `append` has returned for is on the disk.

For reading with the eyes, with `grep` and `jq`, and where there must be no database. One call of `append` is one write
and one fsync. Records are chained by hashes, as in the SQLite store, and the writer holds the same kind of lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NoReturn, Self

from attrs import evolve

from oms.codec.numbering import check_after, check_numbering, check_snapshot, conflict, snapshot_hash
from oms.errors import JournalMovedError, StoreError, ValidationError
from oms.model.events import Event
from oms.ports.event_store import SnapshotPassedOver, StoreCapabilities, StoreNotice, TailCut
from oms.stores import jsonl_file as file
from oms.stores.files import Grip, check_store_id, new_store_id, real_path, sync_directory
from oms.stores.writer_lock import WriterLock

CAPABILITIES: Final = StoreCapabilities(
    durable=True, synced=True, chained=True, many_readers=True, one_writer=True
)
KEPT_SNAPSHOTS: Final = 2


class JSONLEventStore:
    """A durable journal in one file of lines.

    It may be handed from thread to thread, but is not for use by two at once, nor in a process that was forked from the one
    that opened it. Reading from the middle passes over all lines before it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        check: Literal["quick", "full"] = "full",
        store_id: str | None = None,
    ) -> None:
        """Open the journal; where there is no file, begin one.

        What a crash has left of an append is cut off by a writer, kept beside the journal with `-torn-` and a number behind
        its name, and said in `notices`; a reader only leaves it out.

        Args:
            path: The file, in a directory that exists. Beside it lie files with `-writer` and `-snapshot-` behind the name.
            read_only: Only read; for looking at a journal that another process is writing.
            check: Look at the last append ("quick") or at every line ("full") now. What is read is checked in any case.
            store_id: The id of a journal that is begun, 32 hex digits; a random one if none is given.

        Raises:
            NotAJournalError: The file is something else, or there is none and it is only to be read.
            JournalNewerError: A newer version of this library wrote it.
            JournalDamagedError: A line is missing, twice there, no whole record, or was changed; nothing was repaired.
            StoreBusyError: Another writer has it open.
            StoreError: It cannot be opened, or has a second name.
            ValidationError: An argument cannot be right.
        """
        self._path = real_path(path)
        if check not in {"quick", "full"}:
            raise ValidationError("check", check, 'pass "quick" or "full"')
        new_id = new_store_id() if store_id is None else check_store_id(store_id)
        self._is_closed = False
        self._must_read = False
        self._descriptor: int | None = None
        self._lock: WriterLock | None = None
        self._grip: Grip | None = None
        self._store_id, self._start = "", 0
        self._notices: list[StoreNotice] = []
        self._end = file.End(0, 0, "", 0, b"")
        self._synced = 0  # how much of the file is known to be on the disk
        try:
            self._open(None if read_only else new_id)
            self._end = file.end_of(self._path, self._store_id, self._start)
            if check == "full":
                self._check_all()
            if read_only and self._end.torn:
                self._notices.append(TailCut(self._end.version + 1, len(self._end.torn), ""))
            if not read_only:
                self._begin_to_write()
        except BaseException:
            self.close()
            raise

    def _open(self, new_id: str | None) -> None:
        if new_id is None or os.path.lexists(self._path):
            self._take_hold(alone=new_id is not None)
        if new_id is None:
            return
        self._lock = WriterLock(self._path)
        if not os.path.lexists(self._path):
            file.create(self._path, new_id)
        if self._grip is None:
            self._take_hold(alone=True)
        self._held.watch(self._lock.path)

    def _take_hold(self, *, alone: bool) -> None:
        self._grip = Grip(self._path, alone=alone)
        self._store_id, self._start = file.read_header(self._path, self._grip.beginning(file.MAX_HEADER))

    def _begin_to_write(self) -> None:
        """Cut a tear off, and bring to the disk what a dead process may have left unsynced."""
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | getattr(os, "O_BINARY", 0))
            if self._end.torn:
                self._cut(self._kept_beside(self._end.torn))
            file.sync(self._descriptor)
            self._synced = self._end.offset
        except OSError as error:
            raise StoreError(f"{self._path} cannot be made ready for writing ({error})") from error

    @property
    def _held(self) -> Grip:
        assert self._grip is not None
        return self._grip

    @property
    def capabilities(self) -> StoreCapabilities:
        """What the store promises."""
        return CAPABILITIES

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        """The tears that were cut off, and the snapshots that were passed over, since the journal was opened."""
        return tuple(self._notices)

    @property
    def store_id(self) -> str:
        """The id of the journal, with which its chain begins: 32 hex digits."""
        return self._store_id

    @property
    def version(self) -> int:
        """The sequence number of the last event; 0 when empty."""
        self._check_open()
        if self._must_read or self._lock is None:
            self._learn()
        return self._end.version

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, all or none; they are on the disk when this returns.

        After a `StoreError` that is none of those below it is not known whether they were kept. Nothing more is taken then
        until `version` or `read` has been asked, which look what the file holds and bring that to the disk.

        Args:
            events: Numbered from `expected_version` + 1 without a gap.
            expected_version: The last sequence number that the caller knows.

        Raises:
            FencedOutError: The journal has an event of a newer epoch; nothing was written.
            ConcurrencyConflictError: The journal ends elsewhere; nothing was written.
            JournalMovedError: The file or the lock beside it was deleted or replaced, or the process was forked; nothing was
                written.
            StoreError: The events could not be kept, or the journal is closed, open for reading or in doubt.
            ValidationError: An event is not numbered in this way, or holds what cannot be read back; nothing was written.
        """
        if self._is_closed or self._descriptor is None or self._must_read:
            self._refuse_to_write()
        end = self._end
        check_numbering(events, expected_version)
        if expected_version != end.version or (events and events[0].epoch < end.epoch):
            raise conflict(events, expected_version, end.version, end.epoch)
        self._held.check()
        if not events:
            return
        content, head = file.lines_of(events, end.head)
        if os.fstat(self._descriptor).st_size != end.offset:
            # Somebody has written around the lock.
            self._learn()
            raise conflict(events, expected_version, self._end.version, self._end.epoch)
        try:
            os.lseek(self._descriptor, end.offset, os.SEEK_SET)
            file.write_all(self._descriptor, content)
            file.sync(self._descriptor)
        except OSError as error:
            self._must_read = True
            raise StoreError(
                f"whether events {expected_version + 1} to {events[-1].sequence} were kept is in doubt ({error}): "
                f"read {self._path} again to find out"
            ) from error
        except BaseException:
            self._must_read = True  # an interrupt from the keyboard leaves as much doubt
            raise
        last = events[-1]
        self._synced = end.offset + len(content)
        self._end = file.End(self._synced, last.sequence, head, last.epoch, b"")

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after` that are there when reading begins, in order.

        Raises:
            JournalDamagedError: A line is missing, twice there, no whole record, or was changed; those before it were given.
            JournalNewerError: A newer version of this library wrote one.
            StoreError: The journal is closed or cannot be read.
            ValidationError: `after` is below zero.
        """
        self._check_open()
        check_after(after)
        if self._must_read or self._lock is None:
            self._learn()
        return self._stream(after, self._end.offset)

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep a snapshot in a file of its own, and the one before it.

        Raises:
            StoreError: It could not be kept; the journal is as it was.
            ValidationError: The journal has no event with this number, or the text is none that can be kept.
        """
        if self._is_closed or self._descriptor is None or self._must_read:
            self._refuse_to_write()
        check_snapshot(version, text, self._end.version)
        self._held.check()
        head = self._head_at(version)
        about = {"id": self._store_id, "version": version, "head": head}
        about["sha256"] = snapshot_hash(version, head, text)
        try:
            content = f"{json.dumps(about, separators=(',', ':'))}\n{text}".encode()
            file.write_whole(Path(f"{self._path}-snapshot-{version}"), content)
            for old in self._snapshots()[KEPT_SNAPSHOTS:]:
                old[1].unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"the snapshot at event {version} could not be kept ({error}); the journal is as it was"
            ) from error

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot that is whole and was made of the events in this journal; None where there is none.

        Raises:
            StoreError: The journal is closed or cannot be read.
        """
        last = self.version
        for version, path in self._snapshots():
            try:
                header, _, text = path.read_bytes().decode("ascii").partition("\n")
                about = json.loads(header)
                sha = snapshot_hash(version, about["head"], text)
                is_whole = (about["id"], about["version"], about["sha256"]) == (self._store_id, version, sha)
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                self._notices.append(SnapshotPassedOver(version, f"it cannot be read ({error})"))
                continue
            if not is_whole:
                reason = "its content and its hash do not agree: it was changed, or is another journal's"
            elif version > last:
                reason = f"the journal ends at event {last}, before it"
            elif self._head_at(version) != about["head"]:
                reason = "it was made of other events than those in the journal"
            else:
                return version, text
            self._notices.append(SnapshotPassedOver(version, reason))
        return None

    def close(self) -> None:
        """Let go of the file and of the writer's lock; may be called twice."""
        self._is_closed = True
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
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
        before = self._synced
        self._end = end = file.end_of(self._path, self._store_id, self._start)
        if self._descriptor is None:
            return
        if end.offset < before:
            raise JournalMovedError(
                f"{self._path} has lost events: it had {before} bytes that were on the disk, and ends after {end.offset} now"
            )
        try:
            if end.torn:
                self._cut("")  # it was never acknowledged, and whoever wanted it is still there
            # After a failed fsync the system may hold pages for written that are not: they are written again.
            os.lseek(self._descriptor, before, os.SEEK_SET)
            again = os.read(self._descriptor, end.offset - before)
            os.lseek(self._descriptor, before, os.SEEK_SET)
            file.write_all(self._descriptor, again)
            file.sync(self._descriptor)
        except OSError as error:
            self._must_read = True
            raise StoreError(f"what {self._path} holds could not be brought to the disk ({error})") from error
        self._must_read = False

    def _check_all(self) -> None:
        for _ in file.records(self._path, self._store_id, self._start, 0, self._end.offset):
            pass

    def _cut(self, kept_at: str) -> None:
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, self._end.offset)
        self._notices.append(TailCut(self._end.version + 1, len(self._end.torn), kept_at))
        self._end = evolve(self._end, torn=b"")

    def _kept_beside(self, torn: bytes) -> str:
        number = 1
        while os.path.lexists(f"{self._path}-torn-{number}"):
            number += 1
        kept = Path(f"{self._path}-torn-{number}")
        file.write_whole(kept, torn)
        sync_directory(kept.parent)
        return str(kept)

    def _stream(self, after: int, end: int) -> Iterator[Event]:
        for event in file.events(self._path, self._store_id, self._start, after, end):
            if self._is_closed:
                self._check_open()
            yield event

    def _head_at(self, version: int) -> str:
        if version == self._end.version:
            return self._end.head
        return file.head_at(self._path, self._store_id, self._start, version, self._end.offset)

    def _snapshots(self) -> list[tuple[int, Path]]:
        prefix = f"{self._path.name}-snapshot-"
        found = [
            (int(path.name.removeprefix(prefix)), path)
            for path in self._path.parent.iterdir()
            if path.name.startswith(prefix) and path.name.removeprefix(prefix).isdecimal()
        ]
        return sorted(found, reverse=True)

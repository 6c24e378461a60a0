"""The records of a journal as the bytes that lie in its file: no event is made, and nothing is ever written.

This is the auditor's own way into a file. It shares no code with the stores, so that a mistake there is no mistake here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

from oms.errors import NotAJournalError, StoreError

_SQLITE: Final = b"SQLite format 3\x00"
_REMEDY: Final = "name a journal of oms, a SQLite file or one of lines (JSONL)"
_MAX_LINE: Final = 1 << 24
_MAX_ID: Final = 1 << 10


class RawJournal(Protocol):
    """A journal's id and records."""

    @property
    def store_id(self) -> str:
        """The id that was made with the journal."""
        ...

    def rows(self) -> Iterator[tuple[int | None, object]]:
        """Give each record in order: the number it is filed under, None where it is filed under none, and its content.

        The content is bytes, unless the file was meddled with.

        Raises:
            StoreError: The file cannot be read on.
        """
        ...

    def faults(self) -> Iterator[str]:
        """Give what is wrong with the file around the records, in words."""
        ...


def open_raw(path: str) -> RawJournal:
    """Open a journal, of whichever kind it is.

    Raises:
        NotAJournalError: It is none, or its beginning cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            start = file.read(len(_SQLITE))
    except OSError as error:
        raise NotAJournalError(f"{path} cannot be read ({error.strerror or error}): {_REMEDY}") from error
    return RawSQLite(path) if start == _SQLITE else RawLines(path)


class RawSQLite:
    """A journal in a SQLite file."""

    def __init__(self, path: str) -> None:
        """Find the journal's id.

        Raises:
            NotAJournalError: There is none.
        """
        self._path = Path(path).resolve()
        try:
            with closing(self._open()) as connection:
                found = connection.execute("SELECT content FROM meta WHERE name = 'id'").fetchall()
                [kind] = connection.execute("SELECT type FROM sqlite_master WHERE name = 'events'").fetchall()
        except (sqlite3.Error, ValueError) as error:
            raise NotAJournalError(f"{path} is no journal that can be read ({error}): {_REMEDY}") from error
        if kind != (b"table",):
            raise NotAJournalError(f"{path} has no table of events: it is no journal, or not one any more")
        if len(found) != 1 or not isinstance(found[0][0], bytes):
            raise NotAJournalError(f"{path} has no id, so that its chain of hashes has no beginning")
        self.store_id = found[0][0].decode("utf-8", "replace")

    def rows(self) -> Iterator[tuple[int | None, object]]:
        """Give each row of the table of events, as `RawJournal` says."""
        try:
            with closing(self._open()) as connection:
                yield from connection.execute("SELECT sequence, payload FROM events ORDER BY sequence")
        except sqlite3.Error as error:
            raise StoreError(f"SQLite cannot read on: {error}") from error

    def faults(self) -> Iterator[str]:
        """Give what SQLite itself finds wrong with its file."""
        try:
            with closing(self._open()) as connection:
                lines = connection.execute("PRAGMA integrity_check(10)").fetchall()
        except sqlite3.Error as error:
            yield f"SQLite cannot check the file: {error}"
            return
        for (line,) in lines:
            if line != b"ok":
                yield f"SQLite finds: {line.decode('utf-8', 'replace')}"

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect("mode=ro")
        except sqlite3.OperationalError:
            # A directory that may not be written to has no room for SQLite's own files beside the journal.
            if Path(f"{self._path}-wal").exists():
                raise
            return self._connect("mode=ro&immutable=1")

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._path.as_uri()}?{mode}", uri=True)
        try:
            connection.text_factory = bytes
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_LINE)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection


class RawLines:
    """A journal of lines: the first is about the journal, each other one a record."""

    def __init__(self, path: str) -> None:
        """Find the journal's id.

        Raises:
            NotAJournalError: There is none.
        """
        self._path = Path(path)
        self._has_end = True
        try:
            with self._path.open("rb") as file:
                head = json.loads(file.readline(_MAX_ID))
        except (OSError, ValueError, RecursionError) as error:
            raise NotAJournalError(f"{path} is no journal that can be read ({error}): {_REMEDY}") from error
        store_id = head.get("id") if isinstance(head, dict) else None
        if not isinstance(store_id, str):
            raise NotAJournalError(f"{path} has no id in its first line, so that its chain has no beginning")
        self.store_id = store_id

    def rows(self) -> Iterator[tuple[int | None, object]]:
        """Give each line after the first without its end, as `RawJournal` says."""
        with self._path.open("rb") as file:
            file.readline(_MAX_ID)
            while line := file.readline(_MAX_LINE):
                self._has_end = line.endswith(b"\n")
                # A space before the end tells that the records of one append go on in the next line.
                yield None, line.removesuffix(b"\n").removesuffix(b" ")

    def faults(self) -> Iterator[str]:
        """Tell of a last line without an end, once the rows were read."""
        if not self._has_end:
            yield "the last line has no end: whoever wrote it was interrupted"

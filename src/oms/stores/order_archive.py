"""Archives of the orders that have left memory: in a SQLite file of its own beside the journal, and in memory for tests.

A file of its own, so that the journal stays what it is, and the archive can be deleted: it is made again from the journal.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from oms.errors import StoreError, ValidationError
from oms.ports.order_archive import ArchivedOrder

APPLICATION_ID: Final = 0x6F6D7361  # "omsa"

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS sweeps (sweep INTEGER PRIMARY KEY, mark TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS orders (order_id INTEGER PRIMARY KEY, sweep INTEGER NOT NULL, sha256 BLOB NOT NULL, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS keys (key BLOB NOT NULL, order_id INTEGER NOT NULL, PRIMARY KEY (key, order_id)) WITHOUT ROWID",
)
_FIND: Final = "SELECT orders.order_id, sweep, sha256, text FROM keys JOIN orders USING (order_id) WHERE key = ? ORDER BY orders.order_id"


class MemoryOrderArchive:
    """Keeps the orders as long as the process lives."""

    def __init__(self) -> None:
        """Begin empty."""
        self._marks: dict[int, str] = {}
        self._orders: dict[int, tuple[int, str]] = {}
        self._keys: dict[str, set[int]] = {}

    def put(self, sweep: int, mark: str, orders: Sequence[ArchivedOrder]) -> None:
        """Keep the orders of a sweep, in place of what is known of them."""
        for order in orders:
            self._orders[order.order_id] = (sweep, order.text)
            for key in order.keys:
                self._keys.setdefault(key, set()).add(order.order_id)
        self._marks[sweep] = mark

    def mark(self, sweep: int) -> str | None:
        """Give the mark of a sweep; None where it was never kept here."""
        return self._marks.get(sweep)

    def find(self, key: str) -> Sequence[tuple[int, str]]:
        """Give every order with a key, oldest first: the sweep that it was kept with last, and its text."""
        return [self._orders[order_id] for order_id in sorted(self._keys.get(key, ()))]

    def close(self) -> None:
        """Do nothing."""


class SQLiteOrderArchive:
    """Keeps the orders in a SQLite file: what `put` has returned for is on the disk. For one thread at a time."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the archive of a journal, or begin one.

        Args:
            path: The file, another one than the journal's. Its directory must exist.

        Raises:
            StoreError: It cannot be opened, or is something else.
            ValidationError: It is no path.
        """
        if not isinstance(path, str | os.PathLike) or not str(path):
            raise ValidationError("path", repr(path), "pass the path of a file, as a str or a pathlib.Path")
        self._path = Path(os.path.realpath(path))
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._begin(self._connection)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"the archive {self._path} cannot be opened ({error}); {_REMEDY}") from error
        except BaseException:
            self.close()
            raise

    def put(self, sweep: int, mark: str, orders: Sequence[ArchivedOrder]) -> None:
        """Keep the orders of a sweep, all or none, in place of what is known of them; they are on the disk after that.

        Raises:
            StoreError: They could not be kept.
        """
        connection = self._open()
        rows = [(one.order_id, sweep, hashlib.sha256(one.text.encode()).digest(), one.text) for one in orders]
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", rows)
            keys = ((_bytes(key), one.order_id) for one in orders for key in one.keys)
            connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", keys)
            connection.execute("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", (sweep, mark))
            connection.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"the archive {self._path} cannot be written ({error})") from error
            raise

    def mark(self, sweep: int) -> str | None:
        """Give the mark of a sweep; None where it was never kept here.

        Raises:
            StoreError: The archive cannot be read.
        """
        found = self._ask("SELECT mark FROM sweeps WHERE sweep = ?", (sweep,))
        return str(found[0][0]) if found else None

    def find(self, key: str) -> Sequence[tuple[int, str]]:
        """Give every order with a key, oldest first: the sweep that it was kept with last, and its text.

        Raises:
            StoreError: The archive cannot be read, or is damaged.
        """
        found = self._ask(_FIND, (_bytes(key),))
        for order_id, _, sha256, text in found:
            if hashlib.sha256(str(text).encode()).digest() != sha256:
                raise StoreError(f"the archive {self._path} is damaged at order {order_id}; {_REMEDY}")
        return [(int(sweep), str(text)) for _, sweep, _, text in found]

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found != APPLICATION_ID and not (is_new and not found):
            raise StoreError(f"{self._path} is no archive of orders: name another file")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for table in _TABLES:
            connection.execute(table)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"the archive {self._path} is closed")
        return self._connection

    def _ask(self, query: str, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:  # fmt: skip
        try:
            return self._open().execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the archive {self._path} cannot be read ({error}); {_REMEDY}") from error


def _bytes(key: str) -> bytes:
    # A venue may give an order any text as its id, half a surrogate pair too.
    return key.encode("utf-8", "surrogatepass")


_REMEDY: Final = "delete it, and it is made again from the journal"

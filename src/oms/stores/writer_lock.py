"""The lock of a journal's writer: a transaction on an empty SQLite database beside it.

It works wherever SQLite works, between processes and within one, and the operating system releases it when the process
dies. It lets readers through, who never ask for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from oms.errors import StoreBusyError, StoreError
from oms.stores.files import Grip, abandon

_BUSY: Final = sqlite3.SQLITE_BUSY


class WriterLock:
    """The right to write to a journal, held until it is released."""

    def __init__(self, journal: Path, *, shared: bool = False) -> None:
        """Take the lock, at once or not at all.

        Args:
            journal: The journal.
            shared: Let others in who share it too, and nobody who wants it alone.

        Raises:
            StoreBusyError: Somebody has it.
            StoreError: It cannot be taken.
        """
        self.path = Path(f"{journal}-writer")
        try:
            self._connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode=rwc",
                uri=True,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise StoreError(f"the writer's lock {self.path} cannot be taken ({error})") from error
        try:
            self._connection.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
            with closing(self._connection.execute("SELECT count(*) FROM sqlite_master")) as looked:
                looked.fetchone()  # a deferred transaction locks with its first look
        except sqlite3.Error as error:
            self._connection.close()
            if int(getattr(error, "sqlite_errorcode", 0)) & 0xFF == _BUSY:
                raise StoreBusyError(
                    f"{journal} is open for writing elsewhere: close it there first, or open it with read_only=True"
                ) from error
            raise StoreError(f"the writer's lock {self.path} cannot be taken ({error})") from error

    def release(self, grip: Grip | None) -> None:
        """Let go; may be called twice. In a forked process the lock stays the parent's."""
        if grip is not None and grip.is_forked:
            abandon(self._connection)
        else:
            self._connection.close()

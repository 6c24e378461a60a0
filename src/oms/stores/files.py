"""What every journal in a file needs: a path, names that are on the disk, and word of it when the ground moves."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Lock
from typing import Final

from oms.errors import JournalMovedError, NotAJournalError, StoreError, ValidationError

Identity = tuple[int, int]
"""The device and the number of a file, which stay the same whatever it is called."""


def real_path(path: str | os.PathLike[str]) -> Path:
    """Give the path without symbolic links, so that a file has one writer's lock under all its names.

    Raises:
        NotAJournalError: There is no such directory.
        ValidationError: It is no path of a file.
    """
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


def sync_directory(directory: Path) -> None:
    """Bring the names in a directory to the disk, where directories can be synced."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def new_store_id() -> str:
    """Draw the id of a new journal: 32 hex digits."""
    # No id of the engine's: it only keeps the records of two journals apart, and a replay never needs it again.
    return os.urandom(16).hex()


def check_store_id(store_id: str) -> str:
    """Check the id that somebody wants a new journal to have.

    Raises:
        ValidationError: It is not 32 lower-case hex digits.
    """
    if type(store_id) is not str or len(store_id) != 32 or set(store_id) - set("0123456789abcdef"):
        raise ValidationError("store_id", store_id, "pass 32 lower-case hex digits, or leave it out")
    return store_id


class _Held:
    __slots__ = ("count", "descriptor", "pid")

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.count = 0
        self.pid = os.getpid()


# Module state, since the operating system has it too: when a process closes any descriptor of a file, it loses all its
# locks on that file, SQLite's among them. So a file is opened here once, and closed when the last store lets go of it.
_HELD: Final[dict[Identity, _Held]] = {}
_GUARD: Final = Lock()
_ABANDONED: Final[list[object]] = []


def abandon(connection: object) -> None:
    """Keep something from ever being closed: a connection that was opened before a fork belongs to the parent."""
    _ABANDONED.append(connection)


class Grip:
    """The files of an open journal as they were found, and the process that found them.

    While it holds the journal, its number can go to no other file, even when it is deleted.
    """

    def __init__(self, path: Path, *, alone: bool) -> None:
        """Take hold of a journal.

        Args:
            path: The journal.
            alone: It must have no second name in the file system, under which somebody could write to it too.

        Raises:
            NotAJournalError: There is no such file, or it is no plain file.
            StoreError: It cannot be opened, has a second name, or was open in the parent of a forked process.
        """
        self._path = path
        self._pid = os.getpid()
        self._is_held = False
        with _GUARD:
            try:
                found = path.stat()
                if not stat.S_ISREG(found.st_mode):
                    raise NotAJournalError(f"{path} is not a file: name a file of its own for the journal")
                if alone and found.st_nlink > 1:
                    raise StoreError(
                        f"{path} has a second name (a hard link), under which another process could write to it: "
                        "delete that name, or copy the journal"
                    )
                self._identity = (found.st_dev, found.st_ino)
                held = _HELD.get(self._identity)
                if held is None:
                    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
                    held = _HELD[self._identity] = _Held(descriptor)
            except FileNotFoundError as error:
                raise NotAJournalError(f"{path} does not exist: there is nothing to read") from error
            except OSError as error:
                raise StoreError(f"{path} cannot be read ({error})") from error
            if held.pid != self._pid:
                raise JournalMovedError(
                    f"{path} was open when this process was forked, which leaves its locks behind: start the process by "
                    "spawn, or open the journal after the fork only"
                )
            held.count += 1
            self._is_held = True
            self._descriptor = held.descriptor
        self._watched: dict[str, Identity] = {str(path): self._identity}

    @property
    def is_forked(self) -> bool:
        """Whether this is another process than the one that opened the journal."""
        return os.getpid() != self._pid

    def beginning(self, length: int) -> bytes:
        """Give the first bytes of the journal.

        Raises:
            StoreError: They cannot be read.
        """
        with _GUARD:
            try:
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                return os.read(self._descriptor, length)
            except OSError as error:
                raise StoreError(f"{self._path} cannot be read ({error})") from error

    def watch(self, path: Path) -> None:
        """Have `check` look at a further file, which must be there now.

        Raises:
            JournalMovedError: It is not there.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise JournalMovedError(f"{path} is gone ({error})") from error
        self._watched[str(path)] = (found.st_dev, found.st_ino)

    def unwatch(self, path: Path) -> None:
        """Have `check` look at a file no more."""
        self._watched.pop(str(path), None)

    def check(self) -> None:
        """Check that this is the process, and that the files in place are those, that were there at the beginning.

        Raises:
            JournalMovedError: They are not.
        """
        if os.getpid() != self._pid:
            raise JournalMovedError(
                f"{self._path} was opened before this process was forked, and belongs to its parent: open it anew where "
                "it is needed"
            )
        for path, identity in self._watched.items():
            try:
                found = os.stat(path)  # noqa: PTH116  # half the time of Path.stat, before each append
            except OSError as error:
                raise JournalMovedError(
                    f"{path} was deleted or moved while the journal was open ({error}): put it back, or close the journal "
                    "and look at what is left of it"
                ) from error
            if (found.st_dev, found.st_ino) != identity:
                raise JournalMovedError(
                    f"another file was put in the place of {path} while the journal was open: close the journal, and look "
                    "at both files before you open one of them"
                )

    def let_go(self) -> None:
        """Let go of the journal; may be called twice."""
        with _GUARD:
            if not self._is_held or self.is_forked:
                return
            self._is_held = False
            held = _HELD[self._identity]
            held.count -= 1
            if not held.count:
                del _HELD[self._identity]
                os.close(held.descriptor)

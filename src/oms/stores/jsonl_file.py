"""The file of the JSONL journal: its lines, how its end is found, and what is a tear and what is damage.

The first line says what the file is. Every other line is one record, so that event N stands in line N + 1. Where more
events of the same append follow, there is a space before the line's end: an append that a crash has cut short is known by
that, and never given in part.

A tear is what a crash leaves of an append: any number of its first bytes, at the end of the file. Everything else that
is not as it was written is damage, bytes of zero at the end among it: those may stand where acknowledged events stood.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from oms.codec.chain import LINK_LENGTH, Chain, genesis, head_of
from oms.codec.event_codec import MAX_RECORD_LENGTH, decode
from oms.codec.linked_codec import encode_linked
from oms.errors import (
    ChainBrokenError,
    JournalDamagedError,
    JournalNewerError,
    NotAJournalError,
    StoreError,
    ValidationError,
)
from oms.model.define import record
from oms.model.events import Event
from oms.stores.files import check_store_id, sync_directory

FORMAT: Final = 1
"""The version of the file's layout, said in its first line."""

_ABOUT: Final = (
    "An order journal of oms (pip install openoms). Each further line is one event, as JSON, chained by SHA-256 to the one "
    "before. Only ever appended to."
)
_NAME: Final = "oms journal"
_BEGINNING: Final = b'{"format":"oms journal","version":'
MAX_HEADER: Final = 512
_MAX_LINE: Final = MAX_RECORD_LENGTH + LINK_LENGTH + 2
_WINDOW: Final = 1 << 16
_RECORD_BEGINNING: Final = b'{"type":"'
_SEQUENCE: Final = re.compile(r'"sequence":([0-9]{1,18}),')
_PREV: Final = re.compile(r'"prev_hash":"([0-9a-f]{64})"')


@record
class End:
    """Where the whole appends of a journal end.

    Attributes:
        offset: The number of bytes up to there.
        version: The number of the last event; 0 when empty.
        head: The hash of its record.
        epoch: Its epoch.
        torn: What stands behind it: the beginning of an append.
    """

    offset: int
    version: int
    head: str
    epoch: int
    torn: bytes


def create(path: Path, store_id: str) -> None:
    """Make an empty journal: whole under another name first, so that a crash never leaves a part of one.

    Raises:
        StoreError: It cannot be made.
    """
    about = {"format": _NAME, "version": FORMAT, "id": store_id, "about": _ABOUT}
    try:
        write_whole(path, f"{json.dumps(about, separators=(',', ':'))}\n".encode())
    except OSError as error:
        raise StoreError(f"{path} cannot be made ({error})") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, whatever happens, and on the disk when this returns.

    Raises:
        OSError: It cannot be written.
    """
    unfinished = Path(f"{path}-unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        write_all(descriptor, content)
        sync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(path)
    sync_directory(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte where the descriptor stands.

    Raises:
        OSError: Some could not be written.
    """
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync(descriptor: int) -> None:
    """Bring a file to the disk; on macOS, where a plain fsync does not reach it, by what does.

    Raises:
        OSError: It cannot be.
    """
    if _FULL_SYNC is None:
        os.fsync(descriptor)
    else:  # pragma: no cover  # macOS
        _fcntl.fcntl(descriptor, _FULL_SYNC)


try:
    import fcntl as _fcntl
except ImportError:  # pragma: no cover  # Windows
    _FULL_SYNC: int | None = None
else:
    _FULL_SYNC = getattr(_fcntl, "F_FULLFSYNC", None)


def read_header(path: Path, beginning: bytes) -> tuple[str, int]:
    """Give the journal's id and the length of its first line.

    Args:
        path: The file, for the error.
        beginning: Its first `MAX_HEADER` bytes.

    Raises:
        NotAJournalError: The file is something else.
        JournalNewerError: A newer version of this library made it.
        JournalDamagedError: The line is cut short or was changed.
    """
    if not beginning:
        raise NotAJournalError(
            f"{path} is empty, which no journal is: name another file, or delete it to begin a new one"
        )
    if not beginning.startswith(_BEGINNING) and beginning != _BEGINNING[: len(beginning)]:
        raise NotAJournalError(f"{path} does not begin as a journal of oms does: name another file")
    line, end, _ = beginning.partition(b"\n")
    try:
        header = json.loads(line) if end else {}
        if header.get("version", 0) > FORMAT:
            raise JournalNewerError(
                f"{path} has format {header['version']}, and format {FORMAT} is the newest one known to this version of "
                "oms: use a newer one"
            )
        store_id = check_store_id(header["id"])
        if header != {"format": _NAME, "version": FORMAT, "id": store_id, "about": _ABOUT}:
            raise ValidationError("header", line.decode(), "what it was made with")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalDamagedError(
            1, f"line 1 of {path}, which says what the file is, was changed or cut short"
        ) from error
    return store_id, len(line) + 1


def lines_of(events: Sequence[Event], head: str) -> tuple[bytes, str]:
    """Give the lines of one append after the record with this hash, and the hash of its last record.

    Raises:
        ValidationError: An event holds what cannot be read back.
    """
    chain = Chain(head)
    return (" \n".join([encode_linked(event, chain) for event in events]) + "\n").encode(), chain.head


def end_of(path: Path, store_id: str, start: int) -> End:
    """Find where the last whole append ends, from the end of the file.

    Args:
        path: The journal.
        store_id: Its id.
        start: The length of its first line.

    Raises:
        JournalDamagedError: The last record was changed, or what stands behind it is no tear; names the first bad event.
        StoreError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            window = min(_WINDOW, size - start)
            while True:
                file.seek(size - window)
                tail = file.read(window)
                last = tail.rfind(b"}\n")
                begin = tail.rfind(b"\n", 0, max(last, 0))
                if window == size - start or (last >= 0 and begin >= 0):
                    break
                window = min(window * 2, size - start)
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error})") from error
    offset = size - window + last + 2 if last >= 0 else start
    torn = tail[last + 2 :] if last >= 0 else tail
    try:
        if last >= 0:
            event, head = _alone(tail[begin + 1 : last + 1])
            end = End(offset, event.sequence, head, event.epoch, torn)
        else:
            end = End(start, 0, genesis(store_id), 0, torn)
        _check_tear(end)
    except (JournalDamagedError, ValidationError):
        for _ in records(path, store_id, start, 0, size):  # raises at the first bad one
            pass
        raise
    return end


def _alone(line: bytes) -> tuple[Event, str]:
    """Give the event of a line, and its hash, without the line before."""
    text = _text(line, 1)
    found, prev = _SEQUENCE.search(text), _PREV.search(text)
    sequence = 1 if found is None else int(found[1])
    chain = Chain("" if prev is None else prev[1])
    return decode(chain.unlink(text, sequence)), chain.head


def _check_tear(end: End) -> None:
    """Check that what stands behind the last whole append is the beginning of another one."""
    if not end.torn:
        return
    chain, sequence = Chain(end.head), end.version
    *whole, rest = end.torn.split(b"\n")
    for line in whole:
        sequence += 1
        if not line.endswith(b"} "):
            raise JournalDamagedError(sequence, f"line {sequence + 1} is no whole record")
        chain.unlink(_text(line[:-1], sequence), sequence)
    sequence += 1
    is_beginning = rest.startswith(_RECORD_BEGINNING) or _RECORD_BEGINNING.startswith(rest)
    if not is_beginning or not rest.isascii() or not rest.decode().isprintable():
        raise JournalDamagedError(
            sequence, f"line {sequence + 1} is no beginning of a record, such as a crash leaves"
        )
    if not rest.endswith((b"}", b" ")) and _is_whole(rest[:-1]):
        raise JournalDamagedError(sequence, f"line {sequence + 1} is a whole record, and its end was changed")


def _is_whole(line: bytes) -> bool:
    try:
        head_of(line.decode(), 1)
    except ChainBrokenError:
        return False
    return True


def records(path: Path, store_id: str, start: int, after: int, end: int) -> Iterator[tuple[int, str, str]]:
    """Give the numbers, the plain texts and the hashes of records, each checked against the one before.

    Args:
        path: The journal.
        store_id: Its id.
        start: The length of its first line.
        after: The number after which to begin; the lines up to it are passed over unread, but for the last of them.
        end: Where the last whole append ends.

    Raises:
        JournalDamagedError: A line is missing, twice there, no whole record, or was changed.
        StoreError: The file cannot be read.
    """
    chain = Chain(genesis(store_id))
    sequence, position = 0, start
    try:
        with path.open("rb") as file:
            file.seek(start)
            while position < end:
                line = file.readline(_MAX_LINE + 1)
                sequence += 1
                position += len(line)
                if sequence < after:
                    continue
                try:
                    text = _text(line.removesuffix(b"\n").removesuffix(b" "), sequence)
                    if sequence == after:
                        chain.head = head_of(text, sequence)
                        continue
                    if not line.endswith(b"\n"):
                        raise JournalDamagedError(sequence, "it is no whole record")
                    plain = chain.unlink(text, sequence)
                except JournalDamagedError as error:
                    raise _explained(error, line, sequence) from error
                yield sequence, plain, chain.head
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error})") from error


def events(path: Path, store_id: str, start: int, after: int, end: int) -> Iterator[Event]:
    """Give events; arguments and errors as those of `records`.

    Raises:
        JournalNewerError: A newer version of this library wrote one.
    """
    for sequence, text, _ in records(path, store_id, start, after, end):
        try:
            event = decode(text)
        except ValidationError as error:
            raise JournalDamagedError(sequence, f"line {sequence + 1}: {error}") from error
        if event.sequence != sequence:
            raise JournalDamagedError(
                sequence, f"line {sequence + 1} says that it is number {event.sequence}"
            )
        yield event


def head_at(path: Path, store_id: str, start: int, version: int, end: int) -> str:
    """Give the hash of one record; errors as those of `records`."""
    if not version:
        return genesis(store_id)
    for sequence, _, head in records(path, store_id, start, version - 1, end):
        assert sequence == version
        return head
    return ""


def _text(line: bytes, sequence: int) -> str:
    if len(line) > _MAX_LINE:
        raise JournalDamagedError(sequence, f"it is longer than {_MAX_LINE} bytes")
    try:
        return line.decode("ascii")
    except UnicodeDecodeError as error:
        raise JournalDamagedError(sequence, f"byte {error.start} of it is none that a record has") from error


def _explained(error: JournalDamagedError, line: bytes, sequence: int) -> JournalDamagedError:
    """Name the line, and what stands in it if it is a whole record of another number."""
    reason = str(error).partition(": ")[2]
    found = _SEQUENCE.search(line[:_WINDOW].decode("ascii", "replace"))
    if found is not None and int(found[1]) != sequence and _is_whole_line(line):
        number = int(found[1])
        reason = f"event {number} stands there: " + (
            f"{sequence} is missing" if number > sequence else f"{number} is there twice"
        )
    elif not line.endswith((b"}\n", b"} \n")):
        reason = "it is no whole record"
    return type(error)(sequence, f"line {sequence + 1}: {reason}")


def _is_whole_line(line: bytes) -> bool:
    return line.isascii() and _is_whole(line.removesuffix(b"\n").removesuffix(b" "))

"""The records of a journal taken apart, and a look at those to come."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import chain, islice
from typing import Final, TypeAlias

from oms.errors import StoreError
from oms.model.define import record

WINDOW: Final = 256
"""How many records are looked ahead to tell a removed record from a moved one."""
TAIL_LENGTH: Final = len(',"hash":""}') + 64
"""How long the end of a record is, its own hash."""

HEAD: Final = re.compile(
    rb'\{"type":"[A-Za-z]+","schema":[0-9]+,"sequence":([0-9]{1,19}),"epoch":([0-9]{1,19}),.*?"prev_hash":"([0-9a-f]{64})"',
    re.DOTALL,
).match
"""Finds a record's sequence, its epoch and the hash of the one before. No text within a record can look like the key."""
TAIL: Final = re.compile(rb',"hash":"([0-9a-f]{64})"\}').fullmatch
"""Finds a record's own hash in its end."""

_PROGRESS_EVERY: Final = 10_000

Filed: TypeAlias = tuple[int | None, object]
"""The number that a record is filed under, if it is, and its content."""


@record
class Row:
    """One record as far as it can be read: `own` is the hash that it carries, `true` the one that it should."""

    filed: object
    content: bytes
    sequence: int
    epoch: int
    prev: str
    own: str
    true: str

    @property
    def is_whole(self) -> bool:
        """Its content is what its hash was made from."""
        return self.own == self.true != ""


def read_row(filed: object, content: object) -> Row:
    """Take a record apart as far as that goes."""
    if not isinstance(content, bytes):
        return Row(filed, b"", 0, 0, "", "", "")
    head, tail = HEAD(content), TAIL(content[-TAIL_LENGTH:])
    true = sha256(content[:-TAIL_LENGTH]).hexdigest()
    own = tail[1].decode("ascii") if tail else ""
    if head is None:
        return Row(filed, content, 0, 0, "", "", "")
    return Row(filed, content, int(head[1]), int(head[2]), head[3].decode("ascii"), own, true)


class Ahead:
    """The rows of a journal, with a look at those to come."""

    def __init__(self, rows: Iterator[Filed], progress: Callable[[int], None] | None) -> None:
        """Begin to read; `error` says later why it ended, where that was not the end."""
        self.error = ""
        self._rows = self._read(rows, progress)
        self._ahead: deque[Filed] = deque()

    def _read(self, rows: Iterator[Filed], progress: Callable[[int], None] | None) -> Iterator[Filed]:
        number = 0
        try:
            for number, row in enumerate(rows, 1):
                if number % _PROGRESS_EVERY == 0 and progress is not None:
                    progress(number)
                yield row
        except StoreError as error:
            self.error = str(error)
        if progress is not None:
            progress(number)

    def __iter__(self) -> Iterator[Filed]:
        # Not one generator over both: that would close the reading when somebody stops in the middle.
        return chain(self._drain(), self._rows)

    def _drain(self) -> Iterator[Filed]:
        while self._ahead:
            yield self._ahead.popleft()

    def look(self) -> Sequence[Row]:
        """Give the next records, at most `WINDOW`, without taking them."""
        self._ahead.extend(islice(self._rows, WINDOW - len(self._ahead)))
        return [read_row(*filed) for filed in self._ahead]

    def leave_out(self, count: int) -> None:
        """Take some of those that `look` gave, and forget them."""
        for _ in range(count):
            self._ahead.popleft()

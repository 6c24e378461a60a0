"""Whether a journal is still what was written: a second implementation of the chain, with `hashlib` and nothing of ours.

What is judged is the bytes of each record. A record ends with `"hash"`, the SHA-256 of its text before that key, and
names the hash of the record before it as its `"prev_hash"`; the first one names the SHA-256 of `openoms journal`, a line
feed and the journal's id. Where that does not hold, the records around the place tell what was done, as far as it can be
told at all: each finding says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from oms.audit.raw_journal import RawJournal
from oms.audit.reading_ahead import HEAD, TAIL_LENGTH, WINDOW, Ahead, Row, read_row
from oms.model.define import value

MAX_FINDINGS: Final = 100
"""How many findings are kept; a journal with more is past telling one from the other."""


@value(kw_only=True)
class Anchor:
    """What somebody else keeps about a journal.

    Attributes:
        size: How many records it had.
        head: The own hash of the last of them, or what the first will name where there are none: 64 hex digits.
        root: The root of the tree over them, 64 hex digits.
        name: What to call it in a finding.
    """

    size: int
    head: str
    root: str
    name: str


@value(kw_only=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        position: The number of the first record that is affected, as it was numbered when it was written.
        kind: `changed`, `removed`, `inserted`, `swapped`, `replaced`, `renumbered`, `rewritten`, `cut`, `unreadable` or
            `file`.
        text: What was found, and what cannot be told.
    """

    position: int
    kind: str
    text: str


@value(kw_only=True)
class Verdict:
    """What came of a verification.

    Attributes:
        findings: In the order of their positions; none for a journal that is as it was written.
        size: How many records there are.
        head: The own hash of the last of them.
        root: The root of the tree over them: 64 hex digits.
        epoch: The run of the manager that wrote the last one, 0 where there is none.
        anchored: How many of the first records are exactly those that the anchors speak of.
    """

    findings: tuple[Finding, ...]
    size: int
    head: str
    root: str
    epoch: int
    anchored: int


def verify(
    journal: RawJournal,
    anchors: Iterable[Anchor] = (),
    *,
    most: int = MAX_FINDINGS,
    progress: Callable[[int], None] | None = None,
    each: Callable[[int, bytes, str], None] | None = None,
) -> Verdict:
    """Read a journal through and judge it.

    Args:
        journal: The journal.
        anchors: What is known of it from elsewhere, in any order.
        most: How many findings are looked for; reading ends with the last of them.
        progress: Called with the number of records read, now and then.
        each: Called with the number, the bytes and the own hash of each record that was found to be whole and in place.

    Raises:
        StoreError: It could not be read because of the machine, not of the journal.
    """
    reading = _Reading(journal.store_id, anchors, each, most)
    rows = Ahead(journal.rows(), progress)
    while (row := reading.follow(rows)) is not None and reading.has_room:
        reading.explain(row, rows)
    if rows.error:
        reading.find(reading.expected, "unreadable", f"from here on nothing can be read ({rows.error})")
    reading.compare_with_what_is_missing()
    if reading.has_room:
        for fault in journal.faults():
            reading.find(reading.expected, "file", fault)
    return reading.verdict()


class _Reading:
    """How far the judgement has come."""

    def __init__(
        self,
        store_id: str,
        anchors: Iterable[Anchor],
        each: Callable[[int, bytes, str], None] | None,
        most: int,
    ) -> None:
        self.expected = 1
        self._most = most
        self._findings: list[Finding] = []
        self._head = sha256(b"openoms journal\n" + store_id.encode("utf-8", "surrogatepass")).hexdigest()
        self._other_heads: frozenset[str] | None = frozenset()  # None: whatever the next one names
        self._epoch = 0
        self._peaks: list[bytes] = []
        self._each = each
        self._anchored = 0
        self._anchors = sorted(anchors, key=lambda anchor: anchor.size)
        self._next_anchor = 0
        self._compare()

    @property
    def has_room(self) -> bool:
        return len(self._findings) < self._most

    def follow(self, rows: Ahead) -> Row | None:
        """Move on over the records that are whole and in place; give the first that is not, None at the end."""
        each = None if self._findings else self._each
        for filed, content in rows:
            if not isinstance(content, bytes) or (found := HEAD(content)) is None:
                return read_row(filed, content)
            sequence, prev = int(found[1]), found[3].decode("ascii")
            own = sha256(content[:-TAIL_LENGTH]).hexdigest()
            if (
                content[-TAIL_LENGTH:] != b',"hash":"%b"}' % own.encode("ascii")
                or (prev != self._head and not self._is_followed_by(prev))
                or sequence != self.expected
                or (filed is not None and filed != sequence)
            ):
                return read_row(filed, content)
            self._head = own
            self.expected = sequence + 1
            if self._findings:
                self._other_heads = frozenset()
                continue
            self._epoch = int(found[2])
            if each is not None:
                each(sequence, content, own)
            self._grow(own, sequence)
        return None

    def _grow(self, own: str, sequence: int) -> None:
        whole, size = sha256(b"\x00" + bytes.fromhex(own)).digest(), sequence - 1
        while size & 1:
            whole = sha256(b"\x01" + self._peaks.pop() + whole).digest()
            size >>= 1
        self._peaks.append(whole)
        if self._next_anchor < len(self._anchors) and self._anchors[self._next_anchor].size == sequence:
            self._compare()

    @property
    def _size(self) -> int:
        return self.expected - 1

    def explain(self, row: Row, rows: Ahead) -> None:
        """Say what is wrong with the record that stands here, and find the place to go on from."""
        number = self.expected
        later = next((ahead for ahead, other in enumerate(rows.look(), 1) if self._follows(other)), None)
        if not row.is_whole:
            self._explain_broken(row, later, rows)
        elif not self._follows(row):
            self._explain_stranger(row, later, rows)
        elif row.sequence != number:
            self.find(
                number, "renumbered", f"the record that follows here says that it is number {row.sequence}"
            )
            self._move_past(row)
        else:
            self.find(number, "renumbered", f"the record that follows here is filed under number {row.filed}")
            self._move_past(row)

    def _explain_broken(self, row: Row, later: int | None, rows: Ahead) -> None:
        number = self.expected
        if later is not None and rows.look()[later - 1].sequence == number:
            self.find(number, "inserted", f"{_several(later)} here that no record of this journal follows")
            rows.leave_out(later - 1)
            return
        what = "content and hash of the record do not agree" if row.own else "what stands here is no record"
        self.find(number, "changed", what)
        self._move_past(row)
        # Whether the content was changed or the hash itself, the next record names what was there.
        self._other_heads = frozenset({row.own, row.true}) if row.own else None

    def _explain_stranger(self, row: Row, later: int | None, rows: Ahead) -> None:
        number = self.expected
        if later is not None:
            first = rows.look()[later - 1]
            if row.sequence == number + later and first.sequence == number:
                self.find(
                    number, "swapped", f"records {number} and {row.sequence} stand in each other's place"
                )
                rows.leave_out(later)
                self._move_past(row)
            elif row.sequence > number:
                self.find(
                    number, "swapped", f"record {row.sequence} stands here: it was moved from its place"
                )
            else:
                self.find(
                    number,
                    "inserted",
                    f"{_several(later)} here that no record of this journal follows; the first calls itself number "
                    f"{row.sequence}",
                )
                rows.leave_out(later - 1)
            return
        if row.sequence > number:
            missing = (
                f"record {number} is"
                if row.sequence == number + 1
                else f"records {number} to {row.sequence - 1} are"
            )
            self.find(number, "removed", f"{missing} missing (or were moved by more than {WINDOW} places)")
            self._move_past(row)
        elif row.sequence < number:
            self.find(number, "inserted", f"a record that calls itself number {row.sequence} stands here")
        elif number == 1:
            self.find(
                1,
                "replaced",
                "the first record is not of a journal with this id: the id or the record is another",
            )
            self._move_past(row)
        else:
            position = number if self._anchored == number - 1 else number - 1
            self.find(
                position,
                "replaced",
                f"record {number} is whole and does not follow record {number - 1}: either record {number - 1} was replaced "
                f"by one with a hash of its own, or everything from {number} on; which of the two cannot be told from here",
            )
            self._move_past(row)

    def _follows(self, row: Row) -> bool:
        return row.is_whole and (row.prev == self._head or self._is_followed_by(row.prev))

    def _is_followed_by(self, prev: str) -> bool:
        return self._other_heads is None or prev in self._other_heads

    def _move_past(self, row: Row) -> None:
        """Go on behind a record that was told of."""
        self._head = row.own
        self._other_heads = frozenset()
        self.expected = max(row.sequence if row.is_whole else 0, self.expected) + 1

    def _compare(self) -> None:
        """Hold what was read up to here against every anchor of this size."""
        while self._next_anchor < len(self._anchors):
            anchor = self._anchors[self._next_anchor]
            if anchor.size != self._size:
                return
            self._next_anchor += 1
            if (anchor.head, anchor.root) == (self._head, self._root()):
                self._anchored = self._size
                continue
            first = self._anchored + 1
            where = f"from {first} to {anchor.size}" if anchor.size >= first else "of these"
            self.find(
                min(first, max(anchor.size, 1)),
                "rewritten",
                f"the records up to {anchor.size} fit together and are not those that {anchor.name} speaks of: at least one "
                f"{where} is another, and those after it were made to fit; which one cannot be told from here",
            )
            return

    def compare_with_what_is_missing(self) -> None:
        """Find anchors of more records than there are."""
        if self._findings:
            return
        for anchor in self._anchors[self._next_anchor :]:
            missing = anchor.size - self._size
            self.find(
                self._size + 1,
                "cut",
                f"the journal ends after record {self._size}, and {anchor.name} speaks of {anchor.size}: at least {missing} "
                "were cut off its end",
            )
            return

    def find(self, position: int, kind: str, text: str) -> None:
        if self.has_room:
            self._findings.append(Finding(position=position, kind=kind, text=text))

    def _root(self) -> str:
        if not self._peaks:
            return sha256(b"").hexdigest()
        *others, root = self._peaks
        for peak in reversed(others):
            root = sha256(b"\x01" + peak + root).digest()
        return root.hex()

    def verdict(self) -> Verdict:
        return Verdict(
            findings=tuple(self._findings),
            size=self._size,
            head=self._head,
            root=self._root(),
            epoch=self._epoch,
            anchored=self._anchored,
        )


def _several(count: int) -> str:
    return "a record stands" if count == 1 else f"{count} records stand"

"""What a journal implements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from oms.model.define import value
from oms.model.events import Event


@value
class StoreCapabilities:
    """What a store promises, as data: the contract suite asks of a store what it claims here, and nothing else.

    Attributes:
        durable: What was appended is there when the journal is opened again, after the death of the process too.
        synced: When `append` returns, the disk has it, as far as disk and file system tell the truth.
        chained: Records are linked by hashes, so that a change, a removal, an insertion or a swap is found.
        fenced: An append of an older epoch is refused once a newer one is in the journal.
        snapshots: `save_snapshot` keeps what it is given.
        many_readers: The journal can be opened for reading beside a live writer.
        one_writer: A second writer is refused as long as the first is open.
    """

    durable: bool = False
    synced: bool = False
    chained: bool = False
    fenced: bool = True
    snapshots: bool = True
    many_readers: bool = False
    one_writer: bool = False


@value
class TailCut:
    """The end of a journal was an append that a crash had cut short; it is no part of the journal any more.

    Attributes:
        sequence: The first event that was cut.
        length: How many bytes were cut.
        kept_at: The file in which they are kept; empty where the journal is only read, and nothing was changed.
    """

    sequence: int
    length: int
    kept_at: str

    def __str__(self) -> str:
        """Give it in words."""
        if not self.kept_at:
            return f"{self.length} bytes at the end, from event {self.sequence} on, are no whole append, and are left out"
        return (
            f"{self.length} bytes at the end, from event {self.sequence} on, were no whole append: they were cut off, and are "
            f"kept in {self.kept_at}"
        )


@value
class SnapshotPassedOver:
    """A snapshot that was not given, since it cannot be trusted; what it was made from is in the journal.

    Attributes:
        version: The number of the last event in it, as far as that can be told; 0 where not.
        reason: What is wrong with it.
    """

    version: int
    reason: str

    def __str__(self) -> str:
        """Give it in words."""
        which = f"the snapshot at event {self.version}" if self.version else "a snapshot"
        return f"{which} was passed over: {self.reason}"


StoreNotice: TypeAlias = TailCut | SnapshotPassedOver
"""What a store has repaired or passed over by itself, and somebody should hear of."""


class EventStore(Protocol):
    """An append-only journal of events, numbered 1, 2, 3 and so on."""

    @property
    def capabilities(self) -> StoreCapabilities:
        """What the store promises."""
        ...

    @property
    def notices(self) -> Sequence[StoreNotice]:
        """What was repaired or passed over since the journal was opened, oldest first."""
        ...

    @property
    def version(self) -> int:
        """The sequence number of the last event; 0 when empty."""
        ...

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, all or none, durably as far as the store promises durability.

        Args:
            events: Numbered from `expected_version` + 1 without a gap.
            expected_version: The last sequence number that the caller knows.

        Raises:
            FencedOutError: The journal has an event of a newer epoch; nothing was kept.
            ConcurrencyConflictError: Somebody else appended; nothing was kept.
            StoreBusyError: The journal was locked for longer than may be waited; nothing was kept.
            StoreError: They could not be kept; whether they were is then in doubt, and nothing more is taken until
                `version` or `read` was asked.
            ValidationError: They are not numbered in this way; nothing was kept.
        """
        ...

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after`, in order.

        Raises:
            JournalDamagedError: A record is missing or unreadable.
        """
        ...

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep what somebody has made of the events up to `version`; it is no part of the record, and may be lost.

        Args:
            version: The number of the last event in it, at most the journal's own.
            text: Whatever its maker can read again; the store does not look into it.

        Raises:
            StoreError: It could not be kept; the journal is as it was.
            ValidationError: The journal has no event with this number.
        """
        ...

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot that is whole and belongs to this journal, with its version; None where there is none.

        One that is damaged, or newer than the journal, is passed over, and `notices` says so.

        Raises:
            StoreError: The journal cannot be read.
        """
        ...

    def close(self) -> None:
        """Let go of the journal; may be called twice."""
        ...

"""What a journal implements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from oms.model.events import Event


class EventStore(Protocol):
    """An append-only journal of events, numbered 1, 2, 3 and so on."""

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
            ConcurrencyConflictError: Somebody else appended.
            StoreError: They could not be kept; whether they were is then in doubt.
        """
        ...

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after`, in order.

        Raises:
            JournalDamagedError: A record is missing or unreadable.
        """
        ...

    def close(self) -> None:
        """Let go of the journal; may be called twice."""
        ...

"""A journal in memory: for backtests and tests, gone with the process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NoReturn, Self

from oms.codec.numbering import check_numbering
from oms.errors import ConcurrencyConflictError, StoreError, ValidationError
from oms.model.events import Event


class MemoryEventStore:
    """Keeps the events as they are, as long as the process lives; nothing is made text."""

    def __init__(self) -> None:
        """Begin an empty journal."""
        self._events: list[Event] = []
        self._snapshot: tuple[int, str] | None = None
        self._is_closed = False

    @property
    def version(self) -> int:
        """The sequence number of the last event; 0 when empty."""
        self._check_open()
        return len(self._events)

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, all or none.

        Args:
            events: Numbered from `expected_version` + 1 without a gap.
            expected_version: The last sequence number that the caller knows.

        Raises:
            ConcurrencyConflictError: The journal ends elsewhere.
            StoreError: The journal is closed.
            ValidationError: The events are not numbered in this way.
        """
        kept = self._events
        if self._is_closed:
            self._check_open()
        if expected_version != len(kept):
            raise ConcurrencyConflictError(expected_version, len(kept))
        if len(events) != 1 or events[0].sequence != expected_version + 1:
            check_numbering(events, expected_version)
        kept += events

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after` that are there now, in order.

        Raises:
            StoreError: The journal is closed.
            ValidationError: `after` is below zero.
        """
        self._check_open()
        if after < 0:
            raise ValidationError(
                "after", str(after), "pass 0 for all events, or the number of the last one you have"
            )
        # Appending while reading is fine: the end was fixed when reading began.
        return islice(self._events, after, len(self._events))

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep what somebody has made of the events up to `version`, in place of what was kept before.

        Raises:
            StoreError: The journal is closed.
            ValidationError: The journal has no event with this number.
        """
        self._check_open()
        if not 0 < version <= len(self._events):
            raise ValidationError(
                "version", str(version), f"an event of the journal, 1 to {len(self._events)}"
            )
        self._snapshot = (version, text)

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot, with its version; None where there is none.

        Raises:
            StoreError: The journal is closed.
        """
        self._check_open()
        return self._snapshot

    def close(self) -> None:
        """Let go of the journal and its events; may be called twice."""
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a journal cannot be pickled or copied: read its events and pass those on")

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError("the journal is closed")

"""A journal in memory: for backtests and tests, gone with the process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NoReturn, Self

from oms.codec.numbering import check_after, check_numbering, check_snapshot, conflict
from oms.errors import StoreError
from oms.model.events import Event
from oms.ports.event_store import StoreCapabilities, StoreNotice

CAPABILITIES: Final = StoreCapabilities()
"""Fenced, with snapshots; nothing outlives the process."""


class MemoryEventStore:
    """Keeps the events as they are, as long as the process lives; nothing is made text."""

    def __init__(self) -> None:
        """Begin an empty journal."""
        self._events: list[Event] = []
        self._epoch = 0
        self._snapshot: tuple[int, str] | None = None
        self._is_closed = False

    @property
    def capabilities(self) -> StoreCapabilities:
        """What the store promises."""
        return CAPABILITIES

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        """Nothing: there is nothing that could have been repaired."""
        return ()

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
            FencedOutError: The journal has an event of a newer epoch.
            ConcurrencyConflictError: The journal ends elsewhere.
            StoreError: The journal is closed.
            ValidationError: The events are not numbered in this way.
        """
        kept = self._events
        if self._is_closed:
            self._check_open()
        epoch, number = self._epoch, expected_version
        if number != len(kept):
            self._check(events, expected_version)
        # Nearly always they follow one another in the epoch under way; to tell what is wrong otherwise is left to the check.
        for event in events:
            number += 1
            if event.sequence != number or event.epoch != epoch:
                self._check(events, expected_version)
                break
        kept += events

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after` that are there now, in order.

        Raises:
            StoreError: The journal is closed.
            ValidationError: `after` is below zero.
        """
        self._check_open()
        check_after(after)
        # Appending while reading is fine: the end was fixed when reading began.
        return islice(self._events, after, len(self._events))

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep a snapshot in the place of the one before.

        Raises:
            StoreError: The journal is closed.
            ValidationError: The journal has no event with this number, or the text is none that can be kept.
        """
        self._check_open()
        check_snapshot(version, text, len(self._events))
        if self._snapshot is None or self._snapshot[0] <= version:
            self._snapshot = version, text

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot and its version; None where there is none.

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

    def _check(self, events: Sequence[Event], expected_version: int) -> None:
        check_numbering(events, expected_version)
        if expected_version != len(self._events) or (events and events[0].epoch < self._epoch):
            raise conflict(events, expected_version, len(self._events), self._epoch)
        if events:
            self._epoch = events[-1].epoch

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError("the journal is closed")

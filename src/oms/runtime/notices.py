"""What a journal's store has repaired or passed over by itself: kept for whoever asks, and published where somebody can listen."""

from __future__ import annotations

from oms.bus import Bus
from oms.ports.event_store import EventStore, SnapshotPassedOver, StoreNotice
from oms.runtime.snapshots import Beginning


class Notices:
    """The notices of one manager's journal."""

    __slots__ = ("_at_start", "_bus", "_known", "_store", "_told")

    def __init__(self, store: EventStore, begun: Beginning, bus: Bus) -> None:
        """Begin with what there is at a start, of which nobody can listen yet."""
        self._store = store
        self._bus = bus
        self._at_start: tuple[StoreNotice, ...] = tuple(store.notices)
        self._known = self._told = len(self._at_start)
        if begun.passed_over:
            self._at_start += (SnapshotPassedOver(begun.found, begun.passed_over),)

    def all(self) -> tuple[StoreNotice, ...]:
        """Give every notice, oldest first."""
        return (*self._at_start, *self._store.notices[self._known :])

    def tell(self) -> None:
        """Publish what has come since the start, or since the last time."""
        for notice in self._store.notices[self._told :]:
            self._told += 1
            self._bus.notify(notice)

"""What one manager has of the journal of a run: it fails by plan, and what was acknowledged is remembered."""

from __future__ import annotations

from collections.abc import Sequence

from oms.model.events import Event
from oms.ports.event_store import EventStore
from oms.testing.faulty_store import Dice, FaultyStore, StorePlan


class RunJournal(FaultyStore):
    """A store that fails by plan; it is let go of without being closed, as another manager may have the one behind it.

    Attributes:
        acknowledged: The last event that the manager was told is kept.
    """

    def __init__(self, inner: EventStore, plan: StorePlan, dice: Dice) -> None:
        """Stand in front of a store; parameters as of `FaultyStore`."""
        super().__init__(inner, plan, dice=dice)
        self.acknowledged = inner.version

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, unless the plan says otherwise; errors as of `FaultyStore`."""
        super().append(events, expected_version)
        self.acknowledged = events[-1].sequence

    def close(self) -> None:
        """Let go."""

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep a snapshot; this does not fail by plan."""
        self.inner.save_snapshot(version, text)

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot; None where there is none."""
        return self.inner.snapshot()

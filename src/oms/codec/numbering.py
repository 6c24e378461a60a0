"""The numbers of events that are to be appended; one rule for every store."""

from __future__ import annotations

from collections.abc import Sequence

from oms.errors import ValidationError
from oms.model.events import Event


def check_numbering(events: Sequence[Event], expected_version: int) -> None:
    """Check that events carry the sequence numbers after `expected_version`, without a gap.

    Raises:
        ValidationError: One does not.
    """
    expected = expected_version
    for event in events:
        expected += 1
        if event.sequence != expected:
            raise ValidationError(
                "events",
                f"number {event.sequence!r} in place of {expected}",
                f"number them from {expected_version + 1} without a gap",
            )

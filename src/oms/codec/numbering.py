"""The numbers of events that are to be appended, and of snapshots; one rule for every store."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from oms.errors import ConcurrencyConflictError, FencedOutError, ValidationError
from oms.model.events import Event

MAX_SNAPSHOT_LENGTH: Final = 1 << 28
"""The longest snapshot in characters."""


def check_numbering(events: Sequence[Event], expected_version: int) -> None:
    """Check that events carry the sequence numbers after `expected_version`, without a gap, and that no epoch comes back.

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
    # Nobody makes events of three epochs at once, so that the ends will do.
    if events and events[-1].epoch < events[0].epoch:
        raise ValidationError(
            "events",
            f"epoch {events[-1].epoch} after epoch {events[0].epoch}",
            "append events of one epoch, or of ascending ones",
        )


def conflict(
    events: Sequence[Event], expected_version: int, found: int, epoch: int
) -> ConcurrencyConflictError:
    """Give the error of an append to a journal that ends elsewhere, or belongs to a newer epoch.

    Args:
        events: What was to be appended.
        expected_version: Where the journal was thought to end.
        found: Where it ends.
        epoch: The epoch of its last event.
    """
    if events and events[0].epoch < epoch:
        return FencedOutError(expected_version, found, events[0].epoch, epoch)
    return ConcurrencyConflictError(expected_version, found)


def check_after(after: int) -> None:
    """Check the number after which a journal is to be read.

    Raises:
        ValidationError: It is below zero.
    """
    if after < 0:
        raise ValidationError(
            "after", str(after), "pass 0 for all events, or the number of the last one you have"
        )


def check_snapshot(version: int, text: str, last: int) -> None:
    """Check what is to be kept as a snapshot of a journal with `last` events.

    Raises:
        ValidationError: The journal has no event with this number, or the text is none that can be kept.
    """
    if type(version) is not int or not 0 < version <= last:
        raise ValidationError(
            "version", version, f"pass the number of an event that is in the journal, 1 to {last}"
        )
    if type(text) is not str or not text.isascii():
        raise ValidationError("text", type(text).__name__, "pass a text of ASCII characters")
    if len(text) > MAX_SNAPSHOT_LENGTH:
        raise ValidationError("text", f"{len(text)} characters", f"at most {MAX_SNAPSHOT_LENGTH} characters")


def snapshot_hash(version: int, head: str, text: str) -> str:
    """Give what is kept beside a snapshot: SHA-256 over its version, the record it ends with, and its text."""
    return sha256(f"{version}\n{head}\n{text}".encode(errors="replace")).hexdigest()

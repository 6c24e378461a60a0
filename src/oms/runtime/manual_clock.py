"""A clock that is set by hand: for replays, backtests and tests."""

from __future__ import annotations

from datetime import datetime

from oms.errors import ValidationError
from oms.model.sessions import to_ns


class ManualClock:
    """Stands still until it is moved on."""

    __slots__ = ("_now_ns",)

    def __init__(self, start: datetime | int = 0) -> None:
        """Begin at an aware datetime, or at a number of nanoseconds UTC."""
        self._now_ns = start if isinstance(start, int) else to_ns(start)

    def now_ns(self) -> int:
        """Give the time that was last set, in nanoseconds UTC."""
        return self._now_ns

    def advance_to(self, time_ns: int) -> None:
        """Move on to a time, in nanoseconds UTC; an earlier one leaves the clock where it is."""
        self._now_ns = max(self._now_ns, time_ns)

    def advance_by(self, seconds: int) -> None:
        """Move on by whole seconds.

        Raises:
            ValidationError: Less than nothing.
        """
        if seconds < 0:
            raise ValidationError("seconds", repr(seconds), "pass zero or more; time does not go back")
        self._now_ns += seconds * 1_000_000_000

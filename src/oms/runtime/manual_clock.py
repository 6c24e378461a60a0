"""A clock that is set by hand: for replays, backtests and tests."""

from __future__ import annotations

from datetime import datetime

from oms.errors import ValidationError
from oms.model.door import moment, shown
from oms.model.sessions import NS_PER_S, to_ns


class ManualClock:
    """Stands still until it is moved on."""

    __slots__ = ("_now_ns",)

    def __init__(self, start: datetime | int = 0) -> None:
        """Begin at an aware datetime, or at a number of nanoseconds UTC.

        Raises:
            ValidationError: It is neither, or a moment before 1970.
        """
        self._now_ns = moment(to_ns(start) if isinstance(start, datetime) else start)

    def now_ns(self) -> int:
        """Give the time that was last set, in nanoseconds UTC."""
        return self._now_ns

    def advance_to(self, time_ns: int) -> None:
        """Move on to a time, in nanoseconds UTC; an earlier one leaves the clock where it is.

        Raises:
            ValidationError: It is no int from 0 to 2^63 - 1.
        """
        self._now_ns = max(self._now_ns, moment(time_ns))

    def advance_by(self, seconds: int) -> None:
        """Move on by whole seconds.

        Raises:
            ValidationError: No int, less than nothing, or more than there is time.
        """
        if type(seconds) is not int:
            raise ValidationError("seconds", shown(seconds), "pass whole seconds as an int")
        if seconds < 0:
            raise ValidationError("seconds", shown(seconds), "pass zero or more; time does not go back")
        self._now_ns = moment(self._now_ns + seconds * NS_PER_S)

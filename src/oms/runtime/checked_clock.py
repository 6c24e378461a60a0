"""A clock of somebody else's, from which only times come."""

from __future__ import annotations

from oms.errors import ClockError
from oms.model.door import MAX_TIME_NS, shown
from oms.ports.clock import Clock
from oms.runtime.manual_clock import ManualClock
from oms.runtime.system_clock import SystemClock

_OWN = (ManualClock, SystemClock)


class CheckedClock:
    """Asks another clock, and believes only what can be a time."""

    __slots__ = ("_clock",)

    def __init__(self, clock: Clock) -> None:
        """Ask this clock."""
        self._clock = clock

    def now_ns(self) -> int:
        """Give the time in nanoseconds UTC.

        Raises:
            ClockError: The clock raised, or gave no int from 0 to 2^63 - 1.
        """
        try:
            now_ns = self._clock.now_ns()
        except Exception as error:
            raise ClockError(f"the clock raised {type(error).__name__}") from error
        if type(now_ns) is not int or not 0 <= now_ns <= MAX_TIME_NS:
            raise ClockError(f"the clock gave {shown(now_ns)}, which is no int from 0 to 2^63 - 1")
        return now_ns


def checked(clock: Clock) -> Clock:
    """Give a clock that gives times or raises `ClockError`; the library's own are known to, and are asked directly."""
    return clock if type(clock) in _OWN else CheckedClock(clock)

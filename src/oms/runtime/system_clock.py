"""The wall clock: the one place in the library that reads it."""

from __future__ import annotations

import time


class SystemClock:
    """The machine's time."""

    now_ns = staticmethod(time.time_ns)
    """Give the time in nanoseconds UTC."""

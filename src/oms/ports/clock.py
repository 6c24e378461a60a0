"""Where the time comes from."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """A source of the present time."""

    def now_ns(self) -> int:
        """Give the time in nanoseconds UTC."""
        ...

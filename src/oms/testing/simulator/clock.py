"""A clock that may be wrong: it jumps, stands still, and is set right again."""

from __future__ import annotations

from collections.abc import Callable


class WanderingClock:
    """What a manager takes for the time.

    Attributes:
        offset_ns: How far it is ahead, in nanoseconds; negative where it is behind.
        frozen_ns: The time it stands at, in nanoseconds UTC; None while it goes.
    """

    __slots__ = ("_true_ns", "frozen_ns", "offset_ns")

    def __init__(self, true_ns: Callable[[], int]) -> None:
        """Begin right.

        Args:
            true_ns: Gives the true time, in nanoseconds UTC.
        """
        self._true_ns = true_ns
        self.offset_ns = 0
        self.frozen_ns: int | None = None

    def now_ns(self) -> int:
        """Give the time, in nanoseconds UTC, right or wrong."""
        return self._true_ns() + self.offset_ns if self.frozen_ns is None else self.frozen_ns

    def jump(self, by_ns: int) -> None:
        """Go on so many nanoseconds ahead; back, where that is negative."""
        self.frozen_ns = None
        self.offset_ns += by_ns

    def freeze(self) -> None:
        """Stand still from now on."""
        self.frozen_ns = self.now_ns()

    def set_right(self) -> None:
        """Show the true time again."""
        self.offset_ns = 0
        self.frozen_ns = None

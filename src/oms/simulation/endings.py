"""Which orders the clock ends, and when."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from oms.simulation.venue_order import Stage, VenueOrder

NEVER_NS: Final = 2**63
"""After the last moment that there is."""


class Endings:
    """The orders that the clock ends, the first due first.

    Attributes:
        due_ns: No order expires by the clock sooner than this, in nanoseconds UTC; `NEVER_NS` where none does.
    """

    __slots__ = ("_count", "_expiring", "due_ns")

    def __init__(self) -> None:
        """Begin without any."""
        self._count = 0
        self.due_ns = NEVER_NS
        # Some have ended meanwhile, or have another place or another time.
        self._expiring: list[tuple[int, int, int, VenueOrder]] = []

    def add(self, order: VenueOrder) -> None:
        """Look after an order, if the clock ends it."""
        if order.expires_ns is not None:
            self._count += 1
            heappush(self._expiring, (order.expires_ns, order.place, self._count, order))
            self.due_ns = self._expiring[0][0]

    def over(self, time_ns: int) -> Iterator[tuple[VenueOrder, int]]:
        """Give what is good no longer at a moment, in nanoseconds UTC, and since when; what was given is forgotten."""
        expiring = self._expiring
        while expiring and expiring[0][0] <= time_ns:
            due_ns, place, _, order = heappop(expiring)
            if order.stage is Stage.OPEN and (order.expires_ns, order.place) == (due_ns, place):
                yield order, due_ns
        self.due_ns = expiring[0][0] if expiring else NEVER_NS

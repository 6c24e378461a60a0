"""How much of an order a schedule says should have traded by a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from itertools import accumulate

from oms.model.decimals import EXACT, QUOTIENT, ZERO
from oms.model.define import record
from oms.model.work import Slice


@record
class Due:
    """What should have traded by a moment.

    Attributes:
        least: Of slices that have ended.
        ideal: Of each slice so much as it has gone on, evenly, to 28 digits.
        most: Of slices that have begun.
    """

    least: Decimal
    ideal: Decimal
    most: Decimal

    def beyond(self, traded: Decimal) -> Decimal:
        """Give by how much what has traded is off the schedule.

        Above zero it is ahead of every slice that has begun, below zero behind those that have ended; in between, the slice under
        way may still do it.
        """
        if traded > self.most:
            return EXACT.subtract(traded, self.most)
        return EXACT.subtract(traded, self.least) if traded < self.least else ZERO


class Timetable:
    """The slices of an order, so arranged that what is due by a moment is found without a walk through them.

    Attributes:
        qty: All of them together.
    """

    __slots__ = ("_before", "_ends", "_slices", "_starts", "qty")

    def __init__(self, slices: Iterable[Slice]) -> None:
        """Take the slices in, in any order."""
        self._slices = sorted(slices, key=lambda each: (each.start_ns, each.end_ns))
        self._starts = [each.start_ns for each in self._slices]
        # The latest end so far, so that up to a place everything has ended; slices seldom overlap.
        self._ends = list(accumulate((each.end_ns for each in self._slices), max))
        self._before = [ZERO]
        for each in self._slices:
            self._before.append(EXACT.add(self._before[-1], each.qty))
        self.qty = self._before[-1]

    def due(self, time_ns: int) -> Due:
        """Give what is due by a moment; a slice has begun at its start, and ended at its end."""
        begun = bisect_right(self._starts, time_ns)
        ended = bisect_right(self._ends, time_ns, 0, begun)
        least = ideal = self._before[ended]
        for each in self._slices[ended:begun]:
            if each.end_ns <= time_ns:
                least, ideal = EXACT.add(least, each.qty), QUOTIENT.add(ideal, each.qty)
                continue
            gone, length = Decimal(time_ns - each.start_ns), Decimal(each.end_ns - each.start_ns)
            ideal = QUOTIENT.add(ideal, QUOTIENT.divide(EXACT.multiply(each.qty, gone), length))
        return Due(least, ideal, self._before[begun])

"""How much of an order a schedule says should have traded by a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable
from decimal import Decimal
from itertools import accumulate

from attrs import evolve

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

    __slots__ = ("_before", "_ends", "_slices", "_starts", "_stood", "qty")

    def __init__(self, slices: Iterable[Slice], stood: Iterable[tuple[int, int]] = ()) -> None:
        """Take the slices in, in any order, and from when to when their time stood, in nanoseconds UTC."""
        self._stood = tuple(stood)
        self._slices = sorted(slices, key=lambda each: (each.start_ns, each.end_ns))
        self._starts = [each.start_ns for each in self._slices]
        # The latest end so far, so that up to a place everything has ended; slices seldom overlap.
        self._ends = list(accumulate((each.end_ns for each in self._slices), max))
        self._before = [ZERO]
        for each in self._slices:
            self._before.append(EXACT.add(self._before[-1], each.qty))
        self.qty = self._before[-1]

    def due(self, time_ns: int, stands_ns: int | None = None, decided: Container[int] = ()) -> Due:
        """Give what is due by a moment; a slice has begun at its start, and ended at its end.

        Args:
            time_ns: When, in nanoseconds UTC.
            stands_ns: Since when its time stands; None where it goes on.
            decided: The numbers of slices that were decided. Those whose turn came while the time stood, as that of an auction does,
                have begun; they have not ended before it goes on.
        """
        if stands_ns is not None and stands_ns < time_ns:
            since, until = bisect_right(self._starts, stands_ns), bisect_right(self._starts, time_ns)
            aside = Timetable(one for one in self._slices[since:until] if one.number in decided)
            due, more = self.due(stands_ns), aside.due(time_ns)
            return Due(due.least, QUOTIENT.add(due.ideal, more.ideal), EXACT.add(due.most, more.most))
        begun = bisect_right(self._starts, time_ns)
        ended = bisect_right(self._ends, time_ns, 0, begun)
        least = ideal = self._before[ended]
        for each in self._slices[ended:begun]:
            if each.end_ns <= time_ns:
                least, ideal = EXACT.add(least, each.qty), QUOTIENT.add(ideal, each.qty)
                continue
            gone, length = self._between(each.start_ns, time_ns), self._between(each.start_ns, each.end_ns)
            if gone:
                ideal = QUOTIENT.add(ideal, QUOTIENT.divide(EXACT.multiply(each.qty, gone), length))
        return Due(least, ideal, self._before[begun])

    def put_off(
        self, since_ns: int, until_ns: int, left: Iterable[Slice], decided: Container[int]
    ) -> Timetable:
        """Give the slices as they are after their time stood; those under way have so much longer.

        Args:
            since_ns: Since when, in nanoseconds UTC.
            until_ns: Until when.
            left: The plan from then on, of all that was not decided.
            decided: The numbers of those that were.
        """
        plan = {each.number: each for each in left}
        slices = []
        for each in self._slices:
            to = plan.pop(each.number, None)
            if to is None and each.number not in decided:
                continue  # Another one takes it along.
            now = each if to is None else to
            if each.start_ns <= since_ns < each.end_ns:
                # It goes on: what has gone by of it counts.
                end_ns = each.end_ns + until_ns - since_ns if to is None else to.end_ns
                slices.append(Slice(each.number, each.start_ns, end_ns, now.qty))
            else:
                slices.append(now if each.start_ns > since_ns else evolve(each, qty=now.qty))
        return Timetable([*slices, *plan.values()], (*self._stood, (since_ns, until_ns)))

    def _between(self, start_ns: int, end_ns: int) -> Decimal:
        stood = sum(max(min(end_ns, to) - max(start_ns, since), 0) for since, to in self._stood)
        return Decimal(end_ns - start_ns - stood)

"""The time in which a market trades: the only time that a schedule is made of.

Breaks, nights and holidays are not part of a schedule. It is made as if they were not there, and its windows are put back then to
where they belong: a slice is due after so much open time. One into which the market closes lies in the longer part of what it has on
either side, the earlier where both are as long, so that no slice has a moment in which nobody trades.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from oms.algos.slicing import Window
from oms.errors import ValidationError
from oms.model.define import record
from oms.model.trading_session import TradingSession


@record
class OpenTime:
    """The spans of time in which a market trades.

    Attributes:
        spans: From when to when, and without that, in nanoseconds UTC; in order, and apart.
    """

    spans: tuple[tuple[int, int], ...]

    @property
    def start_ns(self) -> int:
        """The first moment of it."""
        return self.spans[0][0]

    @property
    def end_ns(self) -> int:
        """The first moment after it."""
        return self.spans[-1][1]

    @property
    def length_ns(self) -> int:
        """How long all of it is."""
        return sum(end - begin for begin, end in self.spans)

    def before(self, time_ns: int) -> int:
        """Give how much of it lies before a moment."""
        return sum(min(end, time_ns) - begin for begin, end in self.spans if begin < time_ns)

    def begins(self, after_ns: int) -> int:
        """Give the moment in it that so much of it lies before; its end where there is no such moment."""
        for begin, end in self.spans:
            if after_ns < end - begin:
                return begin + max(after_ns, 0)
            after_ns -= end - begin
        return self.end_ns

    def ends(self, after_ns: int) -> int:
        """Give the first moment that so much of it lies before, which the market may close at."""
        for begin, end in self.spans:
            if after_ns <= end - begin:
                return begin + max(after_ns, 0)
            after_ns -= end - begin
        return self.end_ns

    def spread(self, windows: Iterable[Window]) -> tuple[Window, ...]:
        """Give windows that were made as if the market had traded without a pause from the first moment on, in their true times."""
        start = self.start_ns
        return tuple(
            evolve(each, start_ns=self.begins(each.start_ns - start), end_ns=self.ends(each.end_ns - start))
            for each in windows
        )

    def stretches(self, start_ns: int, end_ns: int) -> list[tuple[int, int]]:
        """Give what of it lies between two moments, from when to when, in order."""
        parts = [(max(begin, start_ns), min(end, end_ns)) for begin, end in self.spans]
        return [(begin, end) for begin, end in parts if begin < end]

    def longest(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Give the longest stretch of it between two moments, the first of several; these moments where there is none."""
        parts = self.stretches(start_ns, end_ns)
        return max(parts, key=lambda part: part[1] - part[0], default=(start_ns, end_ns))

    def kept(self, windows: Iterable[Window]) -> tuple[Window, ...]:
        """Give windows with the longest stretch of each, the first of several, and all of its weight.

        Those that have none of it, such as an auction's, which has no length, stay as they are.
        """
        result = []
        for each in windows:
            begin, end = self.longest(each.start_ns, each.end_ns)
            result.append(evolve(each, start_ns=begin, end_ns=end))
        return tuple(result)


def open_time(sessions: Sequence[TradingSession], start_ns: int, end_ns: int) -> OpenTime:
    """Give when a market trades between two moments.

    Args:
        sessions: Its sessions, in order; none where it trades at all times.
        start_ns: The first moment that is looked at, in nanoseconds UTC.
        end_ns: The first one after.

    Raises:
        ValidationError: It does not trade at all between them.
    """
    if not sessions:
        return OpenTime(((start_ns, end_ns),))
    spans: list[tuple[int, int]] = []
    for session in sessions:
        for begin, end in trading(session):
            first, last = max(begin, start_ns), min(end, end_ns)
            if first >= last:
                continue
            if spans and spans[-1][1] == first:
                # Where one session opens as the one before closes, the market has not paused.
                first = spans.pop()[0]
            spans.append((first, last))
    if not spans:
        what = f"{start_ns} to {end_ns}"
        raise ValidationError("end_time", what, "pass a window in which the market is open")
    return OpenTime(tuple(spans))


def trading(session: TradingSession) -> list[tuple[int, int]]:
    """Give from when to when a session trades: without its breaks."""
    begin, result = session.open_ns, []
    for pause, again in session.breaks:
        result.append((begin, pause))
        begin = again
    return [*result, (begin, session.close_ns)]

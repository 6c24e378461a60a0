"""Times that are named on the command line, and the halts of trading that begin at such times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time
from typing import Final

from attrs import field

from oms.cli.words import nanoseconds
from oms.errors import ValidationError
from oms.model.define import value
from oms.model.enums import SecurityTradingStatus
from oms.model.ids import Symbol
from oms.model.market import MarketData
from oms.model.security_status import SecurityStatus
from oms.model.sessions import NS_PER_S, to_datetime

_DAY_NS: Final = 86_400 * NS_PER_S
_LONGEST_NS: Final = 366 * _DAY_NS
_HALT_USAGE: Final = (
    "write START+SECONDS[,START+SECONDS...], where START is a time of day in UTC such as 14:30:00, or seconds after the "
    "first row, and SECONDS above zero and at most a year"
)
_TIME_USAGE: Final = "write a time of day in UTC such as 21:00:00, or seconds after the first row"


@value
class Moment:
    """A time of each day, or one so long after a market begins.

    Attributes:
        ns: Nanoseconds since midnight UTC, or since the first row.
        is_daily: Whether it is a time of each day.
    """

    ns: int
    is_daily: bool

    def first_ns(self, begin_ns: int) -> int:
        """Give when it first is, not before a market begins, in nanoseconds UTC."""
        if not self.is_daily:
            return begin_ns + self.ns
        at_ns = begin_ns - begin_ns % _DAY_NS + self.ns
        return at_ns if at_ns >= begin_ns else at_ns + _DAY_NS

    def next_ns(self, at_ns: int) -> int | None:
        """Give when it is again; None where it is once."""
        return at_ns + _DAY_NS if self.is_daily else None

    def __str__(self) -> str:
        """Give it as a person says it."""
        if not self.is_daily:
            return f"{self.ns / NS_PER_S:g} seconds after the first row"
        return to_datetime(self.ns).time().isoformat()


@value
class Halts:
    """When trading in an instrument is halted, and for how long; one that begins while another lasts makes it longer.

    Attributes:
        symbol: The instrument.
        spans: When each begins, and how many nanoseconds it lasts.
    """

    symbol: Symbol
    spans: tuple[tuple[Moment, int], ...]
    _came: set[Moment] = field(factory=set, init=False, eq=False, repr=False)

    def never(self) -> list[Moment]:
        """Give the beginnings that have not come among the updates that were heard."""
        return [moment for moment, _ in self.spans if moment not in self._came]

    def among(self, updates: Iterable[MarketData]) -> Iterator[MarketData]:
        """Give the updates, and each halt and its end in its place among them, before what has the same time.

        None begins after the last update; one that lasts then ends at its time.
        """
        starts: list[tuple[int, int, Moment]] | None = None
        until_ns: int | None = None
        for update in updates:
            now_ns = update.time_ns
            if starts is None:
                starts = [(moment.first_ns(now_ns), length_ns, moment) for moment, length_ns in self.spans]
            while True:
                due = min(starts, key=lambda one: one[0], default=None)
                if until_ns is not None and until_ns <= now_ns and (due is None or until_ns < due[0]):
                    yield self._told(until_ns, SecurityTradingStatus.RESUME)
                    until_ns = None
                elif due is not None and due[0] <= now_ns:
                    start_ns, length_ns, moment = due
                    starts.remove(due)
                    self._came.add(moment)
                    again_ns = moment.next_ns(start_ns)
                    if again_ns is not None:
                        starts.append((again_ns, length_ns, moment))
                    if until_ns is None:
                        yield self._told(start_ns, SecurityTradingStatus.TRADING_HALT)
                    until_ns = max(until_ns or 0, start_ns + length_ns)
                else:
                    break
            yield update
        if until_ns is not None:
            yield self._told(until_ns, SecurityTradingStatus.RESUME)

    def _told(self, time_ns: int, status: SecurityTradingStatus) -> SecurityStatus:
        return SecurityStatus(self.symbol, time_ns, status)


def halts(text: str, symbol: Symbol) -> Halts:
    """Give the halts of an instrument.

    Raises:
        ValidationError: The text says none.
    """
    try:
        return Halts(symbol, tuple(_span(word) for word in text.split(",")))
    except (ArithmeticError, ValueError) as error:
        raise ValidationError("--halt", text, _HALT_USAGE) from error


def moment(option: str, text: str) -> Moment:
    """Give the time that an option names.

    Raises:
        ValidationError: It names none.
    """
    try:
        return _moment(text)
    except (ArithmeticError, ValueError) as error:
        raise ValidationError(option, text, _TIME_USAGE) from error


def _span(word: str) -> tuple[Moment, int]:
    start, _, seconds = word.partition("+")
    length_ns = _seconds_ns(seconds)
    if not length_ns:
        raise ValueError(word)
    return _moment(start), length_ns


def _moment(text: str) -> Moment:
    if ":" not in text:
        return Moment(_seconds_ns(text), is_daily=False)
    if not text.isascii():
        raise ValueError(text)
    at = time.fromisoformat(text)
    if at.tzinfo is not None:
        raise ValueError(text)
    seconds = (at.hour * 60 + at.minute) * 60 + at.second
    return Moment(seconds * NS_PER_S + at.microsecond * 1_000, is_daily=True)


def _seconds_ns(text: str) -> int:
    ns = 1_000 * nanoseconds(text)
    if not 0 <= ns <= _LONGEST_NS:
        raise ValueError(text)
    return ns

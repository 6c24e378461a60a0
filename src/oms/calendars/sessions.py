"""The sessions of several markets as one row of changes, for a manager that is to tell them by its clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from oms.calendars.walking import (
    MAX_CLOSED,
    has_ended,
    known_changes,
    next_session,
    session_at,
    standing,
)
from oms.errors import ValidationError
from oms.model.door import shown
from oms.model.ids import Symbol
from oms.model.ids import symbol as checked_symbol
from oms.model.sessions import NS_PER_S, SessionChange
from oms.model.trading_session import TradingSession
from oms.ports.calendar import TradingCalendar

_AHEAD_NS: Final = MAX_CLOSED // timedelta(seconds=1) * NS_PER_S


class CalendarSessions:
    """What opens and closes by the calendars of instruments."""

    __slots__ = ("_calendars",)

    def __init__(self, calendars: TradingCalendar | Mapping[str, TradingCalendar]) -> None:
        """Go by one calendar for all instruments, or by those of the instruments that are named.

        Raises:
            ValidationError: An instrument is named by what is no symbol.
        """
        if not isinstance(calendars, Mapping):
            self._calendars: tuple[tuple[Symbol | None, TradingCalendar], ...] = ((None, calendars),)
            return
        for key in calendars:
            if type(key) is not str:
                raise ValidationError("calendars", shown(key), "name each instrument by its symbol")
        self._calendars = tuple((checked_symbol(key), one) for key, one in sorted(calendars.items()))

    def changes(self, after_ns: int, until_ns: int) -> list[SessionChange]:
        """Give what opens and closes after one moment and up to and including another, breaks too, in order; of one time, closes first.

        On a day that a calendar does not know, nothing does.
        """
        every = [
            change
            for symbol, calendar in self._calendars
            for change in known_changes(calendar, after_ns, until_ns, symbol)
        ]
        return sorted(every, key=lambda change: change.sort_key)

    def next_ns(self, after_ns: int) -> int | None:
        """Give when the next one is, in nanoseconds UTC; None where there is none for as long as a market may be closed."""
        return min((change.time_ns for change in self.changes(after_ns, after_ns + _AHEAD_NS)), default=None)

    def standing(self, time_ns: int) -> list[SessionChange]:
        """Give how each market stands at a moment in nanoseconds UTC, by its calendar."""
        every = (standing(calendar, time_ns, symbol) for symbol, calendar in self._calendars)
        return [one for one in every if one is not None]

    def ended(self, time_ns: int) -> list[str]:
        """Give which calendars know nothing that opens or closes after a moment in nanoseconds UTC, each in words."""
        return [
            f"the calendar {calendar.name} of {symbol or 'all instruments'}"
            for symbol, calendar in self._calendars
            if has_ended(calendar, time_ns)
        ]

    def session_at(self, symbol: str, time_ns: int) -> TradingSession | None:
        """Give the session that an instrument is in at a moment in nanoseconds UTC, or the next one; None where it has no calendar.

        Raises:
            ValidationError: None comes for as long as a market may be closed, or its calendar does not know the day.
        """
        for named, calendar in self._calendars:
            if named is None or named == symbol:
                return session_at(calendar, time_ns) or next_session(calendar, time_ns)
        return None

"""From moments to sessions: which one it is now, which is next, and what opens or closes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from oms.errors import ValidationError
from oms.model.enums import SessionPhase
from oms.model.ids import Symbol
from oms.model.sessions import SessionChange, to_datetime
from oms.model.trading_session import TradingSession
from oms.ports.calendar import TradingCalendar

_DAY: Final = timedelta(days=1)
_EPOCH: Final = date(1970, 1, 1)
_AROUND: Final = 2 * _DAY
"""How far a session's hours may lie from its trading day as UTC counts days."""
MAX_CLOSED: Final = timedelta(days=60)
"""How long a market may be closed before it is taken for one that does not trade any more."""
_A_YEAR: Final = timedelta(days=366)
"""How far a session is looked for in a calendar that knows its days, and has none for as long as a market may be closed."""
_MAX_BACK: Final = timedelta(days=3_660)
"""How far the last session is looked for."""


def sessions(calendar: TradingCalendar, first: date, last: date) -> Iterator[TradingSession]:
    """Give the sessions of the trading days from `first` to `last`, both included, in order."""
    day = max(first, _EPOCH)
    while day <= last:
        session = calendar.session(day)
        if session is not None:
            yield session
        day += _DAY


def session_at(calendar: TradingCalendar, time_ns: int) -> TradingSession | None:
    """Give the session that a moment lies in, its breaks included; None while the market is closed.

    Raises:
        ValidationError: The calendar does not know the day.
    """
    today = to_datetime(time_ns).date()
    for session in _known(calendar, today - _AROUND, today + _AROUND):
        if session.open_ns <= time_ns < session.close_ns:
            return session
    calendar.session(today)  # a day that it does not know is no day without a session
    return None


def next_session(calendar: TradingCalendar, time_ns: int) -> TradingSession:
    """Give the first session that opens at or after a moment.

    Raises:
        ValidationError: None does for `MAX_CLOSED`.
    """
    today = to_datetime(time_ns).date()
    for session in _known(calendar, today - _AROUND, today + MAX_CLOSED):
        if session.open_ns >= time_ns:
            return session
    moment = f"{to_datetime(time_ns):%Y-%m-%d %H:%M} UTC"
    allowed = f"a moment within {MAX_CLOSED.days} days of a session of {calendar.name}"
    raise ValidationError("time_ns", moment, allowed)


def trade_date_at(calendar: TradingCalendar, time_ns: int) -> str:
    """Give the trading day, YYYYMMDD, of what happens at a moment: that of its session, else of the next one."""
    return (session_at(calendar, time_ns) or next_session(calendar, time_ns)).trade_date


def close_of(calendar: TradingCalendar, time_ns: int) -> int:
    """Give when a day order that is placed at a moment ends: the close of its session, or of the next one, in ns UTC."""
    return (session_at(calendar, time_ns) or next_session(calendar, time_ns)).close_ns


def changes(
    calendar: TradingCalendar, after_ns: int, until_ns: int, symbol: Symbol | None = None
) -> Iterator[SessionChange]:
    """Give what opens and closes after one moment and up to and including another, in order, and where breaks begin and end.

    Where one session closes as the next one opens, the close comes first.

    Args:
        calendar: Whose sessions.
        after_ns: Nothing at this moment, in nanoseconds UTC.
        until_ns: Nothing after this one.
        symbol: The instrument that the changes are to be about; None for all.

    Raises:
        ValidationError: The calendar does not know the day of one of the moments.
    """
    for moment_ns in (after_ns, until_ns):
        calendar.session(to_datetime(moment_ns).date())
    yield from known_changes(calendar, after_ns, until_ns, symbol)


def known_changes(
    calendar: TradingCalendar, after_ns: int, until_ns: int, symbol: Symbol | None = None
) -> Iterator[SessionChange]:
    """As `changes`, with nothing on days that the calendar does not know."""
    first, last = to_datetime(after_ns).date() - _AROUND, to_datetime(until_ns).date() + _AROUND
    for session in _known(calendar, first, last):
        for time_ns, phase in _phases(session):
            if after_ns < time_ns <= until_ns:
                yield SessionChange(time_ns, phase, session.trade_date, symbol)


def standing(calendar: TradingCalendar, time_ns: int, symbol: Symbol | None = None) -> SessionChange | None:
    """Give how a market stands at a moment: what opened, closed or had a break last, at or before it.

    Before the first session that the calendar knows, it is closed since that moment, with the day before. None where no session is
    known for ten years back nor for `MAX_CLOSED` ahead.
    """
    today = to_datetime(time_ns).date()
    day, last = today + _AROUND, max(today - _MAX_BACK, _EPOCH)
    while day >= last:
        session = _known_of(calendar, day)
        if session is not None and session.open_ns <= time_ns:
            since_ns, phase = [one for one in _phases(session) if one[0] <= time_ns][-1]
            return SessionChange(since_ns, phase, session.trade_date, symbol)
        day -= _DAY
    first = next(_known(calendar, today - _AROUND, today + MAX_CLOSED), None)
    if first is None:
        return None
    before = date.fromisoformat(first.trade_date) - _DAY
    return SessionChange(time_ns, SessionPhase.CLOSED, before.strftime("%Y%m%d"), symbol)


def has_ended(calendar: TradingCalendar, time_ns: int) -> bool:
    """Tell whether a calendar knows of nothing that opens or closes after a moment.

    That is within `MAX_CLOSED`; one that knows all these days may have a session later within `_A_YEAR`.
    """
    today = to_datetime(time_ns).date()
    if any(one.close_ns > time_ns for one in _known(calendar, today - _AROUND, today + MAX_CLOSED)):
        return False
    try:
        return not any(one.close_ns > time_ns for one in sessions(calendar, today, today + _A_YEAR))
    except ValidationError:
        return True


def _phases(session: TradingSession) -> Iterator[tuple[int, SessionPhase]]:
    """Give when a session opens, has its breaks and closes, in order."""
    breaks = [(begin, end) for begin, end in session.breaks if begin < end]
    shut = {session.close_ns, *(begin for begin, _ in breaks)}
    yield session.open_ns, SessionPhase.OPEN
    for begin, end in breaks:
        yield begin, SessionPhase.HALTED
        if end not in shut:
            yield end, SessionPhase.OPEN
    yield session.close_ns, SessionPhase.CLOSED


def _known(calendar: TradingCalendar, first: date, last: date) -> Iterator[TradingSession]:
    # As `sessions`, with nothing on days that the calendar does not know: what is asked for lies within, and is only looked for
    # around it.
    day = max(first, _EPOCH)
    while day <= last:
        session = _known_of(calendar, day)
        if session is not None:
            yield session
        day += _DAY


def _known_of(calendar: TradingCalendar, day: date) -> TradingSession | None:
    try:
        return calendar.session(day)
    except ValidationError:
        return None

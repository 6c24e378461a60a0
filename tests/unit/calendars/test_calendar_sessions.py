"""The sessions of several markets as one row of changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oms.calendars.always import AlwaysOpen
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.errors import ValidationError
from oms.model.sessions import to_ns


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of January 2026, UTC; the 2nd is a Friday."""
    return to_ns(datetime(2026, 1, day, hour, minute, tzinfo=UTC))


def told(sessions: CalendarSessions, after_ns: int, until_ns: int) -> list[tuple[int, str, str, str | None]]:
    changes = sessions.changes(after_ns, until_ns)
    return [(change.time_ns, change.phase.name, change.trade_date, change.symbol) for change in changes]


def test_one_calendar_is_that_of_all_instruments() -> None:
    assert told(CalendarSessions(nyse()), at(2, 17), at(5, 17)) == [
        (at(2, 21), "CLOSED", "20260102", None),
        (at(5, 14, 30), "OPEN", "20260105", None),
    ]


def test_each_instrument_may_have_its_own_and_of_one_time_closes_come_first() -> None:
    sessions = CalendarSessions({"BTC": AlwaysOpen(), "AAPL": nyse()})
    assert told(sessions, at(2, 17), at(3, 17)) == [
        (at(2, 21), "CLOSED", "20260102", "AAPL"),
        (at(3, 0), "CLOSED", "20260102", "BTC"),
        (at(3, 0), "OPEN", "20260103", "BTC"),
    ]


def test_the_next_change_is_the_first_of_all() -> None:
    sessions = CalendarSessions({"BTC": AlwaysOpen(), "AAPL": nyse()})
    assert sessions.next_ns(at(2, 17)) == at(2, 21)
    assert sessions.next_ns(at(2, 21)) == at(3, 0)
    assert CalendarSessions({}).next_ns(at(2, 17)) is None


@pytest.mark.parametrize("key", [7, "", "A B"])
def test_an_instrument_is_named_by_its_symbol(key: str) -> None:
    with pytest.raises(ValidationError):
        CalendarSessions({key: nyse()})

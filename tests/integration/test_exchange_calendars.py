"""Our own rules beside those of a package that many rely on, and the adapter to it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo  # noqa: TID251  # local time, to be compared

import pytest

from oms.brokers.paper import PaperBroker
from oms.calendars.exchange import ExchangeCalendar
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.errors import ValidationError
from oms.model.enums import AnomalyCode
from oms.model.sessions import to_datetime, to_ns
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL

pytest.importorskip("exchange_calendars", reason="the extra `calendars` is not installed")

FIRST, LAST = date(2000, 1, 1), date(2027, 12, 31)


@pytest.mark.slow
def test_every_day_of_new_york_from_2000_to_2027_is_the_same() -> None:
    ours, theirs = nyse(), ExchangeCalendar("XNYS", FIRST, LAST)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    assert len(days) == 10_227
    assert [day for day in days if ours.session(day) != theirs.session(day)] == []
    assert sum(ours.session(day) is not None for day in days) == 7_041


@pytest.mark.slow
def test_a_market_with_a_break_is_read_with_it() -> None:
    tokyo = ExchangeCalendar("XTKS", date(2026, 1, 1), date(2026, 1, 31))
    session = tokyo.session(date(2026, 1, 5))
    assert session is not None
    (pause,) = session.breaks
    local = [to_datetime(at).astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") for at in pause]
    assert local == ["11:30", "12:30"]
    assert tokyo.session(date(2026, 1, 3)) is None


@pytest.mark.slow
def test_what_was_not_read_is_refused() -> None:
    tokyo = ExchangeCalendar("XTKS", date(2026, 1, 1), date(2026, 1, 31))
    with pytest.raises(ValidationError, match="day = 2026-02-01: pass a day from 2026-01-01 to 2026-01-31"):
        tokyo.session(date(2026, 2, 1))


@pytest.mark.slow
def test_a_market_that_the_package_does_not_know_is_refused() -> None:
    with pytest.raises(ValidationError, match="XNOWHERE, 2026-01-01 to 2026-01-31"):
        ExchangeCalendar("XNOWHERE", date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.slow
def test_a_manager_is_not_harmed_by_the_ends_of_a_span() -> None:
    clock = ManualClock(to_ns(datetime(2026, 1, 2, 14, tzinfo=UTC)))
    calendar = ExchangeCalendar("XNYS", date(2026, 1, 1), date(2026, 1, 16))
    om = OrderManager(
        brokers=[PaperBroker([AAPL])],
        store=MemoryEventStore(),
        clock=clock,
        sessions=CalendarSessions(calendar),
    )
    assert om.state.sessions.is_closed(AAPL.symbol)
    closed = []
    for hour in range(24 * 20):
        clock.advance_to(to_ns(datetime(2026, 1, 2, 15, tzinfo=UTC) + timedelta(hours=hour)))
        om.poll()
        closed.append(om.state.sessions.is_closed(AAPL.symbol))
    # Eleven trading days from the 2nd to the 16th, each from 14:30 to 21:00: open at 15:00 to 20:00.
    assert closed.count(False) == 11 * 6
    assert [one.code for one in om.anomalies()] == [AnomalyCode.CALENDAR_ENDED]

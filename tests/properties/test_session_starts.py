"""A manager knows how its markets stand, whenever it is started, and whatever its journal has of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.calendars.always import AlwaysOpen
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.sessions import NS_PER_S, to_datetime, to_ns
from oms.model.trading_session import TradingSession
from oms.ports.calendar import TradingCalendar
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import WatchedStore, all_events

START_NS = to_ns(datetime(2026, 3, 2, tzinfo=UTC))
MINUTE_NS = 60 * NS_PER_S
SPAN_MIN = 14 * 24 * 60
"""Two weeks, with a change of the clocks in New York."""

NEW_YORK = nyse()
FUTURES = WeeklyCalendar(
    "futures",
    "America/Chicago",
    dict.fromkeys(range(5), Hours(open=time(17), open_day=-1, close=time(16))),
)
CALENDARS: dict[str, TradingCalendar] = {"STOCK": NEW_YORK, "FUTURE": FUTURES, "COIN": AlwaysOpen()}
INSTRUMENTS = [Instrument(symbol=one, currency="USD", tick="0.01", lot=1) for one in CALENDARS]


def started(clock: ManualClock, store: WatchedStore) -> OrderManager:
    return OrderManager(
        brokers=[PaperBroker(INSTRUMENTS)], store=store, clock=clock, sessions=CalendarSessions(CALENDARS)
    )


def standing(om: OrderManager) -> dict[str, tuple[bool, str]]:
    sessions = om.state.sessions
    return {one: (sessions.is_closed(Symbol(one)), sessions.trade_date(Symbol(one))) for one in CALENDARS}


def by_hand(calendar: TradingCalendar, now_ns: int) -> tuple[bool, str]:
    """Whether it is closed, and the day of the session that opened last: by looking at every day."""
    day = date(2026, 2, 20)
    last: TradingSession | None = None
    while day < date(2026, 3, 25):
        session = calendar.session(day)
        if session is not None and session.open_ns <= now_ns:
            last = session
        day += timedelta(days=1)
    assert last is not None
    return not last.open_ns <= now_ns < last.close_ns, last.trade_date


MINUTES = st.lists(st.integers(0, SPAN_MIN), min_size=1, max_size=6, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(MINUTES, st.data())
def test_it_stands_as_the_calendar_has_it_whenever_it_was_started_polled_or_died(
    minutes: list[int], data: st.DataObject
) -> None:
    clock, store = ManualClock(START_NS + minutes[0] * MINUTE_NS), WatchedStore()
    om = started(clock, store)
    for minute in minutes:
        clock.advance_to(START_NS + minute * MINUTE_NS)
        match data.draw(st.sampled_from(["poll", "restart", "die"])):
            case "poll":
                om.poll()
            case "restart":
                # Something may be on record of after a change of which nothing is.
                if data.draw(st.booleans()):
                    om.kill("a pause")
                store = WatchedStore(all_events(store))
                om = started(clock, store)
            case _:
                om.poll()
                events = all_events(store)
                store = WatchedStore(events[: data.draw(st.integers(0, len(events)))])
                om = started(clock, store)
        assert standing(om) == {one: by_hand(calendar, clock.now_ns()) for one, calendar in CALENDARS.items()}


class Spanned:
    """A market of which some days are known."""

    name = "XSPN"

    def __init__(self, first: date, last: date) -> None:
        self._first, self._last = first, last

    def session(self, day: date) -> TradingSession | None:
        if not self._first <= day <= self._last:
            raise ValidationError("day", day.isoformat(), "a day of the span")
        return NEW_YORK.session(day)


DAYS = st.integers(0, 20).map(lambda days: date(2026, 3, 1) + timedelta(days=days))


@settings(max_examples=60, deadline=None)
@given(MINUTES, DAYS, DAYS)
def test_it_never_fails_for_the_days_that_its_calendar_does_not_know(
    minutes: list[int], one: date, other: date
) -> None:
    first, last = min(one, other), max(one, other)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    has_any = any(NEW_YORK.session(day) is not None for day in days)
    sessions = CalendarSessions(Spanned(first, last))
    clock = ManualClock(START_NS + minutes[0] * MINUTE_NS)
    om = OrderManager(
        brokers=[PaperBroker(INSTRUMENTS)], store=WatchedStore(), clock=clock, sessions=sessions
    )
    for minute in minutes:
        clock.advance_to(START_NS + minute * MINUTE_NS)
        om.poll()
        if has_any and to_datetime(clock.now_ns()).date() in days:
            assert om.state.sessions.is_closed(Symbol("STOCK")) is by_hand(NEW_YORK, clock.now_ns())[0]
    assert len(om.anomalies()) <= 1

"""Sessions that end by the clock, although nobody tells the manager of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from oms.brokers.paper import PaperBroker
from oms.calendars.always import AlwaysOpen
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.engine.inputs import CalendarEnded
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.depth import BookUpdate
from oms.model.enums import AnomalyCode, Life, OrdStatus, SessionPhase, Side
from oms.model.market import Quote, TradePrint
from oms.model.sessions import NS_PER_S, SessionChange, to_ns
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import CLS, DAY, GTC, GoodTillDate, TimeInForce, in_words
from oms.model.trading_session import TradingSession
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.session_clock import NEVER_NS, SessionClock
from tests.fakes import AAPL, WatchedStore, all_events, d


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of January 2026, UTC; the 2nd is a Friday."""
    return to_ns(datetime(2026, 1, day, hour, minute, tzinfo=UTC))


def opened(clock: ManualClock, store: WatchedStore) -> OrderManager:
    return OrderManager(
        brokers=[PaperBroker([AAPL])], store=store, clock=clock, sessions=CalendarSessions(nyse())
    )


def phases(store: WatchedStore) -> list[tuple[SessionPhase, str]]:
    told = [event for event in all_events(store) if isinstance(event, ev.SessionChanged)]
    return [(event.phase, event.trade_date) for event in told]


def clocked(
    source: CalendarSessions | None, tell: Callable[[SessionChange], None], told_ns: int | None
) -> SessionClock:
    ends: list[CalendarEnded] = []
    known = None if told_ns is None else SessionChange(told_ns, SessionPhase.OPEN, "20260102")
    return SessionClock(source, tell, ends.append, lambda symbol: known if symbol is None else None)


FRIDAY_OPEN = (SessionPhase.OPEN, "20260102")
FRIDAY_CLOSE, MONDAY_OPEN = (SessionPhase.CLOSED, "20260102"), (SessionPhase.OPEN, "20260105")


@pytest.mark.parametrize("tif", [DAY, CLS, GoodTillDate("20260102")], ids=in_words)
def test_orders_of_the_day_are_not_alive_three_days_later_although_nobody_said_that_it_was_over(
    tif: TimeInForce,
) -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    order = om.submit("AAPL", Side.BUY, 10, Limit(100), tif=tif)
    clock.advance_to(at(5, 17))
    om.poll()
    assert order.status is OrdStatus.EXPIRED
    assert phases(store) == [FRIDAY_OPEN, FRIDAY_CLOSE, MONDAY_OPEN]
    om.poll()
    assert len(phases(store)) == 3


def test_a_session_closes_at_its_close_and_not_before() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    order = om.submit("AAPL", Side.BUY, 10, Limit(100))
    clock.advance_to(at(2, 21) - 1)
    om.poll()
    assert om.open_orders() == [order]
    clock.advance_to(at(2, 21))
    om.poll()
    assert order.status is OrdStatus.EXPIRED


def test_a_tick_lets_the_clock_be_looked_at_and_is_not_believed_itself() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    order = om.submit("AAPL", Side.BUY, 10, Limit(100))
    om.update(Quote(AAPL.symbol, at(9, 17), d(101), d(5), d(102), d(5)))
    assert om.open_orders() == [order]
    clock.advance_to(at(2, 21, 5))
    om.update(Quote(AAPL.symbol, at(2, 21, 5), d(99), d(5), d(100), d(5)))
    assert (order.status, order.cum_qty) == (OrdStatus.EXPIRED, d(0))


def test_depth_lets_the_clock_be_looked_at_too() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    order = om.submit("AAPL", Side.BUY, 10, Limit(100))
    clock.advance_to(at(2, 21, 5))
    om.update(BookUpdate(AAPL.symbol, at(2, 21, 5), [], [(100, 5)]))
    assert (order.status, order.cum_qty) == (OrdStatus.EXPIRED, d(0))


def test_what_was_missed_while_no_manager_ran_is_told_at_the_start() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    day = om.submit("AAPL", Side.BUY, 10, Limit(100)).order_id
    gtc = om.submit("AAPL", Side.BUY, 10, Limit(100), tif=GTC).order_id
    clock.advance_to(at(5, 17))
    later = WatchedStore(all_events(store))
    om = opened(clock, later)
    assert phases(later) == [FRIDAY_OPEN, FRIDAY_CLOSE, MONDAY_OPEN]
    assert [om.order(day).status, om.order(gtc).status] == [OrdStatus.EXPIRED, OrdStatus.NEW]


def test_a_listener_that_polls_hears_each_change_once() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)

    def poll(event: ev.SessionChanged) -> None:
        assert event.trade_date
        om.poll()

    om.on(ev.SessionChanged, poll)
    clock.advance_to(at(5, 17))
    om.poll()
    assert phases(store) == [FRIDAY_OPEN, FRIDAY_CLOSE, MONDAY_OPEN]


def test_what_could_not_be_told_is_told_again() -> None:
    heard: list[str] = []

    def tell(change: SessionChange) -> None:
        heard.append(change.phase.name)
        if heard == ["CLOSED", "OPEN"]:
            raise OSError("no")

    sessions = clocked(CalendarSessions(nyse()), tell, at(2, 17))
    sessions.go_on(at(2, 17))
    with pytest.raises(OSError, match="no"):
        sessions.go_on(at(5, 17))
    assert sessions.due_ns == at(2, 21)
    sessions.go_on(at(5, 17))
    assert heard == ["CLOSED", "OPEN", "CLOSED", "OPEN"]
    assert sessions.due_ns == at(5, 21)


def test_without_a_calendar_nothing_is_ever_due_and_without_markets_nothing_is_told() -> None:
    heard: list[SessionChange] = []
    assert clocked(None, heard.append, None).due_ns == NEVER_NS
    sessions = clocked(CalendarSessions({}), heard.append, None)
    sessions.go_on(at(5, 17))
    assert (heard, sessions.due_ns) == ([], at(6, 17))


# ---------------------------------------------------------------- what is not on record at a start


@pytest.mark.parametrize(
    ("start_ns", "known"),
    [
        (at(3, 15), FRIDAY_CLOSE),
        (at(5, 13), FRIDAY_CLOSE),
        (at(5, 14, 30), MONDAY_OPEN),
        (at(5, 17), MONDAY_OPEN),
    ],
    ids=["Saturday", "Monday, 08:00 in New York", "Monday, 09:30", "Monday, 12:00"],
)
def test_a_fresh_journal_begins_with_how_the_market_stands(
    start_ns: int, known: tuple[SessionPhase, str]
) -> None:
    store = WatchedStore()
    om = opened(ManualClock(start_ns), store)
    assert phases(store) == [known]
    sessions = om.state.sessions
    assert (sessions.is_closed(AAPL.symbol), sessions.trade_date(AAPL.symbol)) == (
        known[0] is SessionPhase.CLOSED,
        known[1],
    )
    opened(ManualClock(start_ns), again := WatchedStore(all_events(store)))
    assert phases(again) == [known]


@pytest.mark.parametrize("start_ns", [at(3, 15), at(5, 13)], ids=["Saturday", "Monday, 08:00 in New York"])
def test_a_stop_that_is_held_here_does_not_fire_before_the_first_opening_after_a_start(start_ns: int) -> None:
    clock = ManualClock(start_ns)
    venue = PaperBroker([AAPL], order_types=ALL_ORDER_TYPES)
    om = OrderManager(brokers=[venue], store=WatchedStore(), clock=clock, sessions=CalendarSessions(nyse()))
    stop = om.submit("AAPL", Side.SELL, 10, Stop(95), tif=GTC)
    clock.advance_to(start_ns + 600 * NS_PER_S)
    om.update(TradePrint(AAPL.symbol, clock.now_ns(), d(94), d(10)))
    assert stop.life is Life.UNSENT
    clock.advance_to(at(5, 14, 31))
    om.update(Quote(AAPL.symbol, clock.now_ns(), d(94), d(50), d(96), d(50)))
    om.update(TradePrint(AAPL.symbol, clock.now_ns(), d(94), d(10)))
    assert stop.is_filled


def test_a_close_that_was_due_before_the_last_event_is_told_after_a_restart() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    day = om.submit("AAPL", Side.BUY, 10, Limit(100)).order_id
    # Nobody polls: the journal has an event of after the close, and not the close.
    clock.advance_to(at(2, 21, 5))
    om.kill("a pause")
    assert phases(store) == [FRIDAY_OPEN]
    later = WatchedStore(all_events(store))
    om = opened(clock, later)
    assert phases(later) == [FRIDAY_OPEN, FRIDAY_CLOSE]
    assert om.order(day).status is OrdStatus.EXPIRED


def test_a_manager_that_died_between_two_changes_tells_the_second_one() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    clock.advance_to(at(5, 17))
    om.poll()
    events = all_events(store)
    closed = next(number for number, one in enumerate(events) if _is_close(one))
    later = WatchedStore(events[: closed + 1])
    opened(clock, later)
    assert phases(later) == [FRIDAY_OPEN, FRIDAY_CLOSE, MONDAY_OPEN]


def test_a_manager_that_died_as_one_day_closed_opens_the_next_one() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()

    def around_the_clock(store: WatchedStore) -> OrderManager:
        sessions = CalendarSessions(AlwaysOpen())
        return OrderManager(brokers=[PaperBroker([AAPL])], store=store, clock=clock, sessions=sessions)

    om = around_the_clock(store)
    clock.advance_to(at(3, 0))
    om.poll()
    events = all_events(store)
    assert phases(store) == [FRIDAY_OPEN, FRIDAY_CLOSE, (SessionPhase.OPEN, "20260103")]
    closed = next(number for number, one in enumerate(events) if _is_close(one))
    around_the_clock(later := WatchedStore(events[: closed + 1]))
    assert phases(later) == phases(store)


def _is_close(event: ev.Event) -> bool:
    return isinstance(event, ev.SessionChanged) and event.phase is SessionPhase.CLOSED


def test_what_a_person_said_after_the_last_change_holds_after_a_restart() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    om.session(SessionChange(at(2, 17), SessionPhase.CLOSED, "20260102"))
    clock.advance_to(at(2, 18))
    om = opened(clock, later := WatchedStore(all_events(store)))
    assert om.state.sessions.is_closed(AAPL.symbol)
    assert phases(later) == [FRIDAY_OPEN, FRIDAY_CLOSE]


def test_what_a_person_said_of_the_future_is_not_believed() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = opened(clock, store)
    om.session(SessionChange(at(20, 17), SessionPhase.OPEN, "20260102"))
    clock.advance_to(at(2, 22))
    om = opened(clock, WatchedStore(all_events(store)))
    assert om.state.sessions.is_closed(AAPL.symbol)


def test_after_months_without_a_manager_the_last_weeks_are_told() -> None:
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    day = opened(clock, store).submit("AAPL", Side.BUY, 10, Limit(100)).order_id
    clock.advance_to(to_ns(datetime(2026, 8, 3, 12, tzinfo=UTC)))
    om = opened(clock, later := WatchedStore(all_events(store)))
    told = phases(later)
    # 60 days before that is a Thursday, the 4th of June, at 12:00: its opening is the first that is told.
    assert (told[1], told[-1]) == (
        (SessionPhase.OPEN, "20260604"),
        (SessionPhase.CLOSED, "20260731"),
    )
    assert om.order(day).status is OrdStatus.EXPIRED


# ---------------------------------------------------------------- calendars that reach no further


class Spanned:
    """New York, read for a span of days."""

    name = "XSPN"

    def __init__(self, first: date, last: date) -> None:
        self._days, self._first, self._last = nyse(), first, last

    def session(self, day: date) -> TradingSession | None:
        if not self._first <= day <= self._last:
            raise ValidationError("day", day.isoformat(), "a day of the span")
        return self._days.session(day)


def spanned(clock: ManualClock, store: WatchedStore, first: date, last: date) -> OrderManager:
    sessions = CalendarSessions(Spanned(first, last))
    return OrderManager(brokers=[PaperBroker([AAPL])], store=store, clock=clock, sessions=sessions)


def ends(om: OrderManager) -> list[str]:
    return [one.text for one in om.anomalies(code=AnomalyCode.CALENDAR_ENDED)]


ENDED = "the calendar XSPN of all instruments reaches no further: nothing opens or closes by it any more"


def test_a_calendar_that_ends_is_gone_by_to_its_last_close_and_that_is_told_once() -> None:
    clock, store = ManualClock(at(5, 17)), WatchedStore()
    om = spanned(clock, store, date(2025, 12, 1), date(2026, 1, 6))
    order = om.submit("AAPL", Side.BUY, 10, Limit(100), tif=GoodTillDate("20260106"))
    clock.advance_to(at(6, 21) - 1)
    om.poll()
    assert (ends(om), order.is_closed) == ([], False)
    clock.advance_to(at(6, 21))
    om.poll()
    assert (ends(om), order.status) == ([ENDED], OrdStatus.EXPIRED)
    told = phases(store)
    for day in range(7, 29):
        clock.advance_to(at(day, 17))
        om.poll()
        om.update(Quote(AAPL.symbol, at(day, 17), d(99), d(5), d(100), d(5)))
    assert (ends(om), phases(store)) == ([ENDED], told)
    assert om.state.sessions.is_closed(AAPL.symbol)


def test_a_start_after_the_end_is_told_of_once_and_again_only_after_somebody_has_looked() -> None:
    span = date(2025, 12, 1), date(2026, 1, 6)
    clock, store = ManualClock(at(28, 17)), WatchedStore()
    om = spanned(clock, store, *span)
    assert (ends(om), phases(store)) == ([ENDED], [(SessionPhase.CLOSED, "20260106")])
    om = spanned(clock, store := WatchedStore(all_events(store)), *span)
    assert ends(om) == [ENDED]
    om.acknowledge(om.anomalies()[0], by="desk", reason="the next one is on its way")
    om.poll()
    assert ends(om) == []
    om = spanned(clock, WatchedStore(all_events(store)), *span)
    assert ends(om) == [ENDED]


def test_before_the_first_day_of_a_calendar_the_market_is_closed() -> None:
    clock, store = ManualClock(at(2, 13)), WatchedStore()
    om = spanned(clock, store, date(2026, 1, 2), date(2026, 1, 30))
    assert (phases(store), ends(om)) == ([(SessionPhase.CLOSED, "20260101")], [])
    opened_again = WatchedStore(all_events(store))
    clock.advance_to(at(2, 14))
    om = spanned(clock, opened_again, date(2026, 1, 2), date(2026, 1, 30))
    assert phases(opened_again) == [(SessionPhase.CLOSED, "20260101")]
    clock.advance_to(at(2, 14, 30))
    om.poll()
    assert not om.state.sessions.is_closed(AAPL.symbol)


def test_a_market_that_is_closed_for_months_is_looked_at_again() -> None:
    shut = frozenset(date(2026, 1, 5) + timedelta(days=one) for one in range(90))
    calendar = nyse(closed=shut)
    clock, store = ManualClock(at(2, 17)), WatchedStore()
    om = OrderManager(
        brokers=[PaperBroker([AAPL])], store=store, clock=clock, sessions=CalendarSessions(calendar)
    )
    for day in range(100):
        clock.advance_to(at(2, 22) + day * 86_400 * NS_PER_S)
        om.poll()
    # The last closed day is the 4th of April, a Saturday.
    assert phases(store)[:3] == [FRIDAY_OPEN, FRIDAY_CLOSE, (SessionPhase.OPEN, "20260406")]
    assert ends(om) == []

"""Sessions that end by the clock, although nobody tells the manager of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.model import events as ev
from oms.model.depth import BookUpdate
from oms.model.enums import OrdStatus, SessionPhase, Side
from oms.model.market import Quote
from oms.model.sessions import SessionChange, to_ns
from oms.model.terms import Limit
from oms.model.time_in_force import CLS, DAY, GTC, GoodTillDate, TimeInForce, in_words
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.session_clock import NEVER_NS, SessionClock
from tests.fakes import AAPL, WatchedStore, all_events, d


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of January 2026, UTC; the 2nd is a Friday."""
    return to_ns(datetime(2026, 1, day, hour, minute, tzinfo=UTC))


CLOCK = ManualClock(at(2, 17))


def opened(clock: ManualClock, store: WatchedStore) -> OrderManager:
    return OrderManager(
        brokers=[PaperBroker([AAPL])], store=store, clock=clock, sessions=CalendarSessions(nyse())
    )


def phases(store: WatchedStore) -> list[tuple[SessionPhase, str]]:
    told = [event for event in all_events(store) if isinstance(event, ev.SessionChanged)]
    return [(event.phase, event.trade_date) for event in told]


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
    assert phases(store) == [FRIDAY_CLOSE, MONDAY_OPEN]
    om.poll()
    assert len(phases(store)) == 2


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
    assert phases(later) == [FRIDAY_CLOSE, MONDAY_OPEN]
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
    assert phases(store) == [FRIDAY_CLOSE, MONDAY_OPEN]


def test_what_could_not_be_told_is_told_again() -> None:
    heard: list[str] = []

    def tell(change: SessionChange) -> None:
        heard.append(change.phase.name)
        if heard == ["CLOSED", "OPEN"]:
            raise OSError("no")

    sessions = SessionClock(CalendarSessions(nyse()), tell, at(2, 17), CLOCK)
    with pytest.raises(OSError, match="no"):
        sessions.go_on(at(5, 17))
    assert sessions.due_ns == at(2, 21)
    sessions.go_on(at(5, 17))
    assert heard == ["CLOSED", "OPEN", "CLOSED", "OPEN"]
    assert sessions.due_ns == at(5, 21)


def test_without_a_calendar_nothing_is_ever_due() -> None:
    heard: list[SessionChange] = []
    assert SessionClock(None, heard.append, 0, CLOCK).due_ns == NEVER_NS
    assert SessionClock(CalendarSessions({}), heard.append, 0, CLOCK).due_ns == NEVER_NS

"""A paper broker that opens and closes by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.model.enums import Side
from oms.model.sessions import to_ns
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, GTC
from oms.simulation.latency import Constant, Latency
from tests.unit.brokers.house import INSTRUMENT, MS, House, shown

NEW_YORK = CalendarSessions(nyse())
FRIDAY_NOON_NS = to_ns(datetime(2024, 1, 5, 17, tzinfo=UTC))
MINUTE_MS = 60_000
CLOSE_MS = 4 * 60 * MINUTE_MS
MONDAY_OPEN_MS = (
    2 * 24 + 21 * 1
) * 60 * MINUTE_MS + 30 * MINUTE_MS  # 14:30 UTC on Monday is 69.5 hours later


def house(latency: Latency | None = None) -> House:
    return House(PaperBroker([INSTRUMENT], sessions=NEW_YORK, latency=latency), start_ns=FRIDAY_NOON_NS)


def test_orders_expire_at_the_close_and_the_others_trade_after_the_weekend() -> None:
    desk = house()
    today = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=DAY)
    longer = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=GTC)
    desk.to(CLOSE_MS - 1)
    assert [shown(today), shown(longer)] == ["NEW 0/5", "NEW 0/5"]
    desk.to(CLOSE_MS)
    assert [shown(today), shown(longer)] == ["EXPIRED 0/5", "NEW 0/5"]

    # The market is shut over the weekend: nothing trades, and nothing is taken.
    desk.trade(CLOSE_MS + MINUTE_MS, "99", 50)
    late = desk.buy(5, "100")
    assert [shown(longer), shown(late)] == ["NEW 0/5", "REJECTED 0/5"]
    desk.trade(MONDAY_OPEN_MS - 1, "99", 50)
    assert shown(longer) == "NEW 0/5"
    desk.trade(MONDAY_OPEN_MS + 1, "99", 50)
    assert shown(longer) == "FILLED 5/5 @100"


def test_the_news_of_a_close_takes_time() -> None:
    desk = house(Latency(to_venue=Constant(10 * MS), from_venue=Constant(5 * MS)))
    today = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=DAY)
    desk.to(CLOSE_MS - 5)
    late = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=DAY)
    desk.to(CLOSE_MS + 4)
    assert shown(today) == "NEW 0/5"
    desk.to(CLOSE_MS + 20)
    # The later order arrives 5 ms after the close.
    assert [shown(today), shown(late)] == ["EXPIRED 0/5", "REJECTED 0/5"]


def test_a_venue_that_is_first_heard_of_at_night_is_closed() -> None:
    desk = House(PaperBroker([INSTRUMENT], sessions=NEW_YORK), start_ns=FRIDAY_NOON_NS - 10 * 3600 * 10**9)
    assert shown(desk.buy(5, "101")) == "REJECTED 0/5"


def test_without_hours_of_its_own_it_is_told_of_them() -> None:
    assert PaperBroker([INSTRUMENT]).due_ns is None

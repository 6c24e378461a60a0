"""Orders that expire, from the manager to the simulated exchange and back, over restarts too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.walking import changes
from oms.model import events as ev
from oms.model.enums import OrdStatus, SessionPhase, Side
from oms.model.sessions import SessionChange, to_ns
from oms.model.terms import Limit
from oms.model.time_in_force import (
    CLS,
    DAY,
    GFA,
    GTC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
    in_words,
)
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, T0, S, WatchedStore, all_events

NOON = to_ns(datetime(2026, 1, 2, 17, 0, tzinfo=UTC))
"""On a Friday."""
MONDAY = to_ns(datetime(2026, 1, 5, 17, 0, tzinfo=UTC))
EVERY: list[TimeInForce] = [
    DAY, GTC, OPG, CLS, GFA, GoodTillDate("20260105"), GoodTillTime(T0 + 5 * S), GoodForTime("5.0"),
]  # fmt: skip


def opened(clock: ManualClock, store: WatchedStore | None = None) -> OrderManager:
    return OrderManager(
        brokers=[PaperBroker([AAPL])],
        store=WatchedStore() if store is None else store,
        clock=clock,
        instruments=[AAPL],
    )


def submitted(om: OrderManager, tif: TimeInForce) -> int:
    return om.submit("AAPL", Side.BUY, 10, Limit(100), tif=tif).order_id


def test_day_orders_are_not_alive_three_days_later() -> None:
    clock = ManualClock(NOON)
    om = opened(clock)
    order = om.order(submitted(om, DAY))
    clock.advance_to(MONDAY)
    for change in changes(nyse(), NOON, MONDAY):
        om.session(change)
    assert order.status is OrdStatus.EXPIRED
    assert om.open_orders() == []


def test_the_clock_ends_an_order_when_the_manager_is_polled_and_not_before() -> None:
    clock = ManualClock(T0)
    store = WatchedStore()
    om = opened(clock, store)
    order = om.order(submitted(om, GoodForTime("0.3")))
    clock.advance_to(T0 + 299_999_999)
    om.poll()
    assert order.status is OrdStatus.NEW
    clock.advance_to(T0 + 300_000_000)
    om.poll()
    assert (order.status, order.text) == (OrdStatus.EXPIRED, "its time in force has passed")
    (expired,) = [event for event in all_events(store) if isinstance(event, ev.OrderExpired)]
    assert expired.cause == ev.Cause("ExecutionReport", "paper")


def test_an_order_for_the_opening_is_not_refused_by_the_simulator() -> None:
    om = opened(ManualClock(T0))
    om.session(SessionChange(T0, SessionPhase.CLOSED, "20260102"))
    assert om.order(submitted(om, OPG)).status is OrdStatus.NEW


@pytest.mark.parametrize("tif", EVERY, ids=in_words)
@pytest.mark.parametrize("restarts", [False, True], ids=["one run", "restarted"])
def test_a_restart_expires_the_same_orders(tif: TimeInForce, restarts: bool) -> None:
    clock, store = ManualClock(T0), WatchedStore()
    om = opened(clock, store)
    number = submitted(om, tif)
    if restarts:
        om = opened(clock, WatchedStore(all_events(store)))
    clock.advance_to(T0 + 60 * S)
    om.session(SessionChange(clock.now_ns(), SessionPhase.OPEN, "20260105"))
    om.session(SessionChange(clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    assert om.order(number).status is (OrdStatus.NEW if tif == GTC else OrdStatus.EXPIRED)


def test_after_a_restart_nothing_is_left_of_an_order_whose_time_has_passed_meanwhile() -> None:
    clock, store = ManualClock(T0), WatchedStore()
    number = submitted(opened(clock, store), GoodForTime(5))
    clock.advance_to(T0 + 3_600 * S)
    om = opened(clock, WatchedStore(all_events(store)))
    assert om.order(number).status is OrdStatus.EXPIRED

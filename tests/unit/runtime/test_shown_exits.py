"""Exits that show a part of themselves at a time, while their entry has brought less than that."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import Side
from oms.model.market import Quote, TradePrint
from oms.model.reasons import ReasonCode
from oms.model.terms import Limit, Stop, display_qty
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.venue_acts import BustTrade
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, d

ENTRY = Leg("AAPL", Side.BUY, Limit(101), GTC, None, 100)
STOP = Leg("AAPL", Side.SELL, Stop(95), GTC)


def target(qty: int | None = None) -> Leg:
    return Leg("AAPL", Side.SELL, Limit(110, 10), GTC, None, qty)


def opened(*, has_stops: bool) -> OrderManager:
    venue = (
        PaperBroker([AAPL], contingencies=None)
        if has_stops
        else PaperBroker([AAPL], contingencies=None, order_types=ALL_ORDER_TYPES)
    )
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(1))
    quote(om, 100, 102)
    return om


def quote(om: OrderManager, bid: int, ask: int, size: int = 1000) -> None:
    om.update(Quote(AAPL.symbol, 1, d(bid), d(size), d(ask), d(size)))


@pytest.mark.parametrize("has_stops", [True, False], ids=["the target waits here", "the target rests"])
def test_a_target_that_shows_more_than_there_is_yet_is_not_lost(has_stops: bool) -> None:
    om = opened(has_stops=has_stops)
    group = om.submit_group(Oto(ENTRY, (Oco((STOP, target())),)))
    quote(om, 100, 101, 5)
    quote(om, 100, 101, 500)
    quote(om, 110, 111)
    assert [int(leg.executed_qty) for leg in group.legs] == [100, 0, 100]
    assert om.anomalies() == []


def test_it_shows_all_that_there_is() -> None:
    om = opened(has_stops=False)
    group = om.submit_group(Oto(ENTRY, (Oco((STOP, target())),)))
    quote(om, 100, 101, 5)
    (resting,) = group.legs[2].orders
    assert (resting.leaves_qty, display_qty(resting.terms)) == (d(5), d(5))


def test_a_target_that_waits_here_and_has_become_less_is_sent_for_what_is_left() -> None:
    om = opened(has_stops=True)
    group = om.submit_group(Oto(ENTRY, (Oco((STOP, target())),)))
    quote(om, 100, 101, 500)
    quote(om, 94, 95, 95)
    om.update(TradePrint(AAPL.symbol, 1, d(94), d(1)))
    quote(om, 110, 111)
    assert [int(leg.executed_qty) for leg in group.legs] == [100, 95, 5]
    sent = group.legs[2].orders[-1]
    assert (sent.order_qty, display_qty(sent.terms)) == (d(5), d(5))


def test_a_target_that_waits_here_shows_no_more_than_a_bust_has_left_of_it() -> None:
    venue = PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(1))
    quote(om, 100, 102)
    group = om.submit_group(Oto(ENTRY, (Oco((STOP, target())),)))
    quote(om, 100, 101, 95)
    quote(om, 100, 101, 5)
    first = venue.executed[0]
    assert (first.last_qty, first.exec_id is not None) == (d(95), True)
    venue.act(BustTrade(first.exec_id or ""), 1)
    om.poll()
    quote(om, 110, 111)
    sent = group.legs[2].orders[-1]
    assert (sent.cum_qty, sent.order_qty, display_qty(sent.terms)) == (d(5), d(5), d(5))


def test_a_group_with_a_target_that_shows_more_than_it_is_ever_for_is_denied() -> None:
    om = opened(has_stops=False)
    group = om.submit_group(Oto(ENTRY, (target(8),)))
    (denied,) = group.orders
    assert [one.code for one in denied.reasons] == [ReasonCode.ABOVE_ORDER_QTY]

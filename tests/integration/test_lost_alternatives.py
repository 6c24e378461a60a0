"""An OCO that protects a position: what its venue ends of it unasked is told, whoever works it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms import Instrument, Limit, ManualClock, Market, OrderManager, Quote, Side, Stop, TradePrint
from oms.brokers.paper import PaperBroker
from oms.model.contingency import Leg, Oco, Oto, Siblings
from oms.model.enums import AnomalyCode
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.time_in_force import GTC
from oms.stores.memory import MemoryEventStore

AAPL = Symbol("AAPL")
T0 = 1_767_623_400_000_000_000
BROKERS: dict[str, dict[str, Any]] = {
    "its venue works it": {},
    "the library works it": {"contingencies": None},
}


def quote(om: OrderManager, bid: int, size: int = 1000) -> None:
    om.update(Quote(AAPL, T0, bid, size, bid + 1, size))


def bought(fields: dict[str, Any]) -> OrderManager:
    """A manager with 100 AAPL, bought at 101."""
    broker = PaperBroker([Instrument(symbol="AAPL", currency="USD", tick="0.01")], **fields)
    om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(T0))
    quote(om, 100)
    om.submit("AAPL", Side.BUY, 100, Market())
    return om


def protect(om: OrderManager, siblings: Siblings = Siblings.REDUCE) -> Group:
    stop = Leg("AAPL", Side.SELL, Stop(95), GTC, order_qty=100)
    return om.submit_group(Oco((stop, Leg("AAPL", Side.SELL, Limit(110), GTC, order_qty=100)), siblings))


def net(om: OrderManager) -> Decimal:
    position = om.position(AAPL)
    return Decimal() if position is None else position.net_qty


def lost(om: OrderManager) -> list[str]:
    return [one.text for one in om.anomalies() if one.code is AnomalyCode.EXIT_LOST]


@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("fields", BROKERS.values(), ids=BROKERS)
def test_a_stop_that_executes_in_part_and_whose_rest_is_canceled_is_told(
    fields: dict[str, Any], siblings: Siblings
) -> None:
    om = bought(fields)
    protect(om, siblings)

    quote(om, 94, size=30)
    om.update(TradePrint(AAPL, T0, 94, 100))

    assert net(om) == 70
    text = "an order that no entry feeds of group 1 is lost (canceled): 70 of AAPL may be without it"
    assert lost(om) == [text]


@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("fields", BROKERS.values(), ids=BROKERS)
def test_one_whose_sibling_has_done_its_work_or_that_somebody_cancels_is_not_told_of(
    fields: dict[str, Any], siblings: Siblings
) -> None:
    om = bought(fields)
    protect(om, siblings)
    quote(om, 110, size=40)
    quote(om, 111)
    quote(om, 100)
    om.cancel_group(protect(om, siblings))

    assert (net(om), om.open_orders(), lost(om)) == (Decimal(), [], [])


@pytest.mark.parametrize("fields", BROKERS.values(), ids=BROKERS)
def test_of_two_entries_the_one_that_its_venue_ends_is_no_exit(fields: dict[str, Any]) -> None:
    om = bought(fields)
    exits = (Leg("AAPL", Side.SELL, Limit(130), GTC),)
    high = Oto(Leg("AAPL", Side.BUY, Stop(105), GTC, order_qty=100), exits)
    low = Oto(Leg("AAPL", Side.BUY, Limit(90), GTC, order_qty=100), exits)
    om.submit_group(Oco((high, low)))

    quote(om, 105, size=30)
    om.update(TradePrint(AAPL, T0, 106, 100))

    assert net(om) == 130
    assert lost(om) == []

"""A stop that is reached where less is quoted than it is for: one meaning in every way of working. Every figure worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import AnomalyCode, OrdStatus, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

APPLE = Instrument(symbol="AAPL", currency="USD", tick="0.01")
AAPL = Symbol("AAPL")
WAYS: dict[str, Mapping[str, object]] = {
    "its venue works the group": {},
    "the stop lies at its venue": {"contingencies": None},
    "the stop is held here": {"contingencies": None, "order_types": ALL_ORDER_TYPES},
}


def begun(way: str) -> OrderManager:
    broker = PaperBroker([APPLE], **WAYS[way])  # type: ignore[arg-type]  # what a paper broker is made with
    om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock())
    om.update(Quote(AAPL, 0, 100, 500, 101, 500))
    return om


def reach(om: OrderManager) -> None:
    # 40 are bid for where 100 are to be sold.
    om.update(Quote(AAPL, 1, 94, 40, 96, 40))
    om.update(TradePrint(AAPL, 2, 95, 1))
    om.update(Quote(AAPL, 3, 93, 500, 94, 500))


@pytest.mark.parametrize("way", WAYS)
def test_the_rest_of_a_stop_in_a_bracket_is_canceled_told_of_and_left_to_its_target(way: str) -> None:
    with begun(way) as om:
        om.bracket("AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95))

        reach(om)

        position = om.position("AAPL")
        assert position is not None
        assert position.net_qty == Decimal(60)
        assert [one.code for one in om.anomalies()] == [AnomalyCode.EXIT_LOST]
        (left,) = om.open_orders()
        assert (left.terms, left.leaves_qty) == (Limit(110), Decimal(60))
        (stopped,) = [one for one in om.orders() if one.side is Side.SELL and one.cum_qty]
        assert (stopped.status, stopped.cum_qty) == (OrdStatus.CANCELED, Decimal(40))


@pytest.mark.parametrize("way", [way for way in WAYS if "group" not in way])
def test_the_rest_of_a_single_stop_is_canceled(way: str) -> None:
    with begun(way) as om:
        om.submit("AAPL", Side.BUY, 100, Limit(101))
        stop = om.submit("AAPL", Side.SELL, 100, Stop(95), tif=GTC)

        reach(om)

        assert stop.status is OrdStatus.CANCELED
        assert [stop.cum_qty, stop.leaves_qty] == [40, 0]

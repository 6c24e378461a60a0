"""Exits that are lost while their entry still works: one meaning in every way of working. Every figure worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import AnomalyCode, OrdStatus, SessionPhase, Side, TriggerPriceType
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import DAY, GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

AAPL = Symbol("AAPL")
APPLE = Instrument(symbol="AAPL", currency="USD", tick="0.01")
WAYS: dict[str, Mapping[str, object]] = {
    "its venue works the group": {},
    "the stop lies at its venue": {"contingencies": None},
    "the stop is held here": {"contingencies": None, "order_types": ALL_ORDER_TYPES},
}


def begun(way: str) -> OrderManager:
    broker = PaperBroker([APPLE], **WAYS[way])  # type: ignore[arg-type]  # what a paper broker is made with
    return OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock())


@pytest.mark.parametrize("way", WAYS)
def test_once_a_stop_has_fired_into_too_little_its_entry_brings_no_more(way: str) -> None:
    with begun(way) as om:
        om.update(Quote(AAPL, 0, 100, 50, 101, 50))
        stop = Stop(95, TriggerPriceType.BID_ASK)
        group = om.bracket("AAPL", Side.BUY, 10, entry=Limit(100), target=Limit(110), stop=stop, tif=GTC)
        om.update(Quote(AAPL, 1, "99.5", 50, 100, 4))

        om.update(Quote(AAPL, 2, 94, 1, 101, 5))
        om.update(Quote(AAPL, 3, "99.5", 50, 100, 6))

        assert group.entry is not None
        assert (group.entry.status, group.entry.cum_qty) == (OrdStatus.CANCELED, Decimal(4))
        assert [one.code for one in om.anomalies()] == [AnomalyCode.EXIT_LOST]
        (left,) = om.open_orders()
        assert (left.terms, left.leaves_qty) == (Limit(110), Decimal(3))


@pytest.mark.parametrize("way", WAYS)
def test_once_exits_have_expired_with_their_day_an_entry_that_is_good_for_longer_brings_no_more(
    way: str,
) -> None:
    with begun(way) as om:
        om.session(SessionChange(0, SessionPhase.OPEN, "20260105"))
        om.update(Quote(AAPL, 1, 100, 50, 101, 50))
        entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=10)
        exits = Oco((Leg("AAPL", Side.SELL, Stop(95), DAY), Leg("AAPL", Side.SELL, Limit(110), DAY)))
        group = om.submit_group(Oto(entry, (exits,)))
        om.update(Quote(AAPL, 2, "99.5", 50, 100, 4))

        om.session(SessionChange(3, SessionPhase.CLOSED, "20260105"))
        om.session(SessionChange(4, SessionPhase.OPEN, "20260106"))
        om.update(Quote(AAPL, 5, "99.5", 50, 100, 6))

        assert group.entry is not None
        assert (group.entry.status, group.entry.cum_qty) == (OrdStatus.CANCELED, Decimal(4))
        assert om.open_orders() == []
        assert {one.code for one in om.anomalies()} == {AnomalyCode.EXIT_LOST}


@pytest.mark.parametrize("way", WAYS)
def test_exits_for_the_day_are_for_the_day_on_which_their_entry_brings_something(way: str) -> None:
    with begun(way) as om:
        om.session(SessionChange(0, SessionPhase.OPEN, "20260105"))
        om.update(Quote(AAPL, 1, 100, 50, 101, 50))
        group = om.bracket(
            "AAPL", Side.BUY, 10, entry=Limit(100), target=Limit(110), stop=Stop(95), tif=GTC, exit_tif=DAY
        )
        om.session(SessionChange(3, SessionPhase.CLOSED, "20260105"))
        om.session(SessionChange(4, SessionPhase.OPEN, "20260106"))

        om.update(Quote(AAPL, 5, "99.5", 50, 100, 4))

        assert om.anomalies() == []
        stop, target = (leg.orders[-1] for leg in group.legs[1:])
        assert (stop.leaves_qty, target.leaves_qty) == (Decimal(4), Decimal(4))


@pytest.mark.parametrize("way", WAYS)
def test_an_exit_whose_own_exit_has_executed_all_goes_on_for_the_rest_of_its_entry(way: str) -> None:
    with begun(way) as om:
        om.update(Quote(AAPL, 0, 100, 50, 101, 50))
        again = Leg("AAPL", Side.BUY, Limit(98), GTC)
        target = Leg("AAPL", Side.SELL, Limit(105), GTC)
        entry = Leg("AAPL", Side.BUY, Limit(101), GTC, order_qty=10)
        group = om.submit_group(Oto(entry, (Oto(target, (again,)),)))
        om.update(Quote(AAPL, 1, 100, 50, 101, 50))
        om.update(Quote(AAPL, 2, 105, 4, 106, 50))

        om.update(Quote(AAPL, 3, 97, 50, 98, 50))

        assert [leg.executed_qty for leg in group.legs] == [10, 4, 4]
        assert group.legs[1].end is None
        assert om.anomalies() == []
        om.update(Quote(AAPL, 4, 105, 50, 106, 50))
        assert [leg.executed_qty for leg in group.legs] == [10, 10, 4]
        om.update(Quote(AAPL, 5, 97, 50, 98, 50))
        assert [leg.executed_qty for leg in group.legs] == [10, 10, 10]

"""Which legs of an `Oco` take turns: those that would trade alike, however that is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import Side, WorkedBy
from oms.model.market import Quote, TradePrint
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.latency import Constant, Latency
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, d

MS = 1_000_000
ENTRY = Leg("AAPL", Side.BUY, Limit(101), GTC, None, 100)
STOP = Leg("AAPL", Side.SELL, Stop(95), GTC)
ALIKE = {
    "as it stands": Leg("AAPL", Side.SELL, Limit(110), GTC),
    "with the manager's account by its name": Leg("AAPL", Side.SELL, Limit(110), GTC, "main"),
    "as a short sale": Leg("AAPL", Side.SELL_SHORT, Limit(110), GTC),
}


@pytest.mark.parametrize("target", ALIKE.values(), ids=ALIKE)
def test_of_exits_that_trade_alike_one_lies_at_the_venue(target: Leg) -> None:
    venue = PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock())
    om.update(Quote(AAPL.symbol, 1, d(100), d(1000), d(101), d(1000)))
    om.submit_group(Oto(ENTRY, (Oco((STOP, target)),)))
    assert [(order.terms, order.worked_by) for order in om.open_orders()] == [
        (Stop(95), WorkedBy.VENUE),
        (Limit(110), WorkedBy.OMS),
    ]


@pytest.mark.parametrize("target", ALIKE.values(), ids=ALIKE)
def test_exits_that_trade_alike_never_sell_more_than_was_bought_in_a_race(target: Leg) -> None:
    clock = ManualClock(0)
    latency = Latency(to_venue=Constant(50 * MS), from_venue=Constant(50 * MS))
    venue = PaperBroker([AAPL], contingencies=None, latency=latency)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=clock)

    def at(ms: int, bid: int) -> None:
        clock.advance_to(ms * MS)
        om.poll()
        om.update(Quote(AAPL.symbol, clock.now_ns(), d(bid), d(1000), d(bid + 1), d(1000)))

    at(1, 100)
    group = om.submit_group(Oto(ENTRY, (Oco((STOP, target)),)))
    for ms in range(100, 1_000, 100):
        at(ms, 100)
    # At the target, and at the stop a millisecond later.
    at(1_001, 110)
    at(1_002, 94)
    om.update(TradePrint(AAPL.symbol, clock.now_ns(), d(94), d(1)))
    for ms in range(1_100, 3_000, 100):
        at(ms, 94)
    assert sum((leg.executed_qty for leg in group.legs[1:]), Decimal()) == 100
    position = om.position("AAPL")
    assert position is not None
    assert position.net_qty == 0


def test_legs_of_other_accounts_work_at_the_same_time() -> None:
    venue = PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock())
    om.update(Quote(AAPL.symbol, 1, d(100), d(1000), d(101), d(1000)))
    target = Leg("AAPL", Side.SELL, Limit(110), GTC, "hedge")
    om.submit_group(Oto(ENTRY, (Oco((STOP, target)),)))
    assert {order.worked_by for order in om.open_orders()} == {WorkedBy.VENUE}


def test_what_cannot_wait_is_refused_beside_what_trades_alike_once_the_account_is_known() -> None:
    venue = PaperBroker([AAPL], contingencies=None)
    om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(), account="main")
    named = Oto(ENTRY, (Oco((STOP, Leg("AAPL", Side.SELL, Market(), GTC, "main"))),))
    with pytest.raises(ValidationError, match="share an instrument and a side"):
        om.submit_group(named)
    om.submit_group(named, account="hedge")
    with pytest.raises(ValidationError, match="share an instrument and a side"):
        Oco((STOP, Leg("AAPL", Side.SELL_SHORT, Market(), GTC)))

"""Orders for the day on the simulated exchange: every algorithm ends as its session closes, also with a restart over the night."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.algos.volume_curve import VolumeCurve
from oms.brokers.paper import PaperBroker
from oms.model.enums import OrdStatus, SessionPhase, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.routing_table import RouteRule, Routing
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.trading_session import TradingSession
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK, AlgoDesk

HOUR = 3600
S = 1_000_000_000
CURVE = VolumeCurve(
    bucket_ns=HOUR * S, length_ns=6 * HOUR * S, shares=(Decimal("0.1"),) * 6, opening=Decimal("0.2"), closing=Decimal("0.2"),
    days=("20260102",), dropped=(),
)  # fmt: skip
HOURS = TradingSession("20260105", NOON_NS - HOUR * S, NOON_NS + 5 * HOUR * S)
LONG = {"duration": 30 * HOUR, "limit_price": "100.40"}
KINDS: dict[str, dict[str, Any]] = {
    "twap": {**LONG, "slices": 10},
    "vwap": LONG,
    "shortfall": {**LONG, "slices": 10, "urgency": 2},
    "pov": {**LONG, "participation_rate": "0.1"},
    "target_close": {"limit_price": "100.40", "participation_rate": "0.1", "expected_volume": 5_000},
    "iceberg": {"limit_price": "100.40", "display_qty": 50},
    "sniper": {"limit_price": "100.40", "min_size": 5},
    "scale": {"limit_price": "100.40", "levels": 3, "first_price": "100.40", "step": "0.01"},
}


@pytest.mark.parametrize("restarts", [False, True], ids=["without a restart", "restarted over the night"])
@pytest.mark.parametrize("name", KINDS)
def test_it_buys_nothing_on_the_next_day(name: str, restarts: bool) -> None:  # a case
    by_curve = name in ("vwap", "target_close")
    desk = AlgoDesk(curve=CURVE, session=HOURS) if by_curve else AlgoDesk()
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
    number = desk.submit(name, 100, **KINDS[name]).order_id
    desk.wait(HOUR)
    assert not desk.om.order(number).is_ended, desk.om.order(number).reasons
    if restarts:
        desk.restart()
    desk.wait(5 * HOUR)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    order = desk.om.order(number)
    assert order.status is OrdStatus.EXPIRED
    assert order.text.startswith("end_time: " if by_curve else "end_time: its session closed")
    assert not desk.om.open_orders()
    if restarts:
        desk.restart()
    desk.wait(16 * HOUR)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260106"))
    for px in ("100.30", "100.20"):
        desk.quote("100.10", px)
        desk.trade(500, px)
        desk.wait(60)
    assert desk.om.order(number).cum_qty == 0
    desk.check()


def test_one_over_several_brokers_ends_too() -> None:
    clock = ManualClock(NOON_NS)
    om = OrderManager(
        brokers=[PaperBroker([STOCK], name="one"), PaperBroker([STOCK], name="two")],
        store=MemoryEventStore(),
        clock=clock,
        handlers=with_algorithms(),
        routing=Routing(rules=(RouteRule(brokers=("one", "two")),)),
    )

    def quote(ask: str) -> None:
        for broker in ("one", "two"):
            om.update(Quote(Symbol("X"), clock.now_ns(), "100", 100, ask, 100), venue=broker)
        om.poll()

    om.session(SessionChange(clock.now_ns(), SessionPhase.OPEN, "20260105"))
    quote("101")
    order = om.submit("X", Side.BUY, 100, Strategy("smart", {"limit_price": "100.40"}))
    clock.advance_by(HOUR)
    om.session(SessionChange(clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    assert order.status is OrdStatus.EXPIRED
    clock.advance_by(16 * HOUR)
    om.session(SessionChange(clock.now_ns(), SessionPhase.OPEN, "20260106"))
    quote("100.30")
    assert order.cum_qty == 0
    assert not om.open_orders()

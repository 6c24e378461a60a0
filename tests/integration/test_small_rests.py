"""A rest that is less than the instrument lets through waits with its reason, and goes on where a bust makes it enough."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.engine.invariants import check_state
from oms.model.enums import ExecType, Side
from oms.model.events import WorkHeld
from oms.model.ids import ExecId, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.terms import Strategy
from oms.model.work import Pace
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, X
from tests.fakes import ScriptedBroker

LEAST = Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_qty=10)
WORTH = Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_notional=1000)


class Desk:
    """A manager whose venue executes a part of what it gets, and takes the rest back."""

    def __init__(self, instrument: Instrument) -> None:
        self.broker, self.store = ScriptedBroker(), MemoryEventStore()
        self.clock, self.said = ManualClock(NOON_NS), 0
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, clock=self.clock, instruments=[instrument],
            limits=RiskLimits.off("test"), handlers=with_algorithms(),
        )  # fmt: skip
        self.quote()

    def quote(self, size: int = 1000) -> None:
        self.clock.advance_by(1)
        self.om.update(Quote(X, self.clock.now_ns(), "100", 1000, "101", size))
        self.om.poll()

    @property
    def sent(self) -> list[NewOrderSingle]:
        return [one for one in self.broker.requests if isinstance(one, NewOrderSingle)]

    def says(self, kind: ExecType, **more: Any) -> None:  # noqa: ANN401
        self.said += 1
        last = self.sent[-1].cl_ord_id
        named = {
            "cl_ord_id": last,
            "venue_order_id": VenueOrderId(f"v{last}"),
            "exec_id": ExecId(f"{self.said}"),
        }
        assert self.broker.sink is not None
        self.broker.sink.put(ExecutionReport(kind, **{**named, **more}))
        self.om.poll()

    def leave(self, qty: int) -> str:
        """Let the venue execute all but so much of the order that is there, and take that back; give the execution."""
        order = self.sent[-1]
        self.says(ExecType.TRADE, last_qty=order.order_qty - qty, last_px=Decimal(100))
        name = str(self.said)
        self.says(ExecType.CANCELED)
        return name

    def held(self, order: Order) -> list[Pace | None]:
        assert check_state(self.om.state) == ()
        return [
            one.why
            for one in self.store.read()
            if isinstance(one, WorkHeld) and one.order_id == order.order_id
        ]


ORDERS = [
    pytest.param("iceberg", {"display_qty": 50}, id="iceberg"),
    pytest.param("iceberg", {"display_qty": 50, "iceberg_mode": "synthetic", "display_when": "1"}, id="topped up"),
    pytest.param("sniper", {"min_size": 20}, id="sniper"),
]  # fmt: skip


@pytest.mark.parametrize("instrument", [LEAST, WORTH], ids=["quantity", "value"])
@pytest.mark.parametrize(("name", "told"), ORDERS)
def test_a_rest_that_is_too_small_waits_with_that_reason_until_it_is_enough(
    name: str, told: dict[str, Any], instrument: Instrument
) -> None:
    desk = Desk(instrument)
    order = desk.om.submit("X", Side.BUY, 50, Strategy(name, {"limit_price": "101", **told}))
    executed = desk.leave(3)
    assert desk.om.work(order).held is Pace.TOO_SMALL
    for size in (900, 901, 902):
        desk.quote(size)
    assert (len(desk.sent), desk.held(order)) == (1, [Pace.TOO_SMALL])
    desk.says(ExecType.TRADE_CANCEL, exec_ref_id=ExecId(executed))
    desk.quote()
    assert [int(one.order_qty) for one in desk.sent] == [50, 50]
    assert desk.held(order) == [Pace.TOO_SMALL, None]


@pytest.mark.parametrize(("name", "told"), ORDERS)
def test_a_rest_that_is_enough_is_sent_without_a_word(name: str, told: dict[str, Any]) -> None:
    desk = Desk(LEAST)
    order = desk.om.submit("X", Side.BUY, 50, Strategy(name, {"limit_price": "101", **told}))
    desk.leave(10)
    desk.quote(900)
    assert ([int(one.order_qty) for one in desk.sent], desk.held(order)) == ([50, 10], [])

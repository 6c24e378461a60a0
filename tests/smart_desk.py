"""A manager with an algorithm that splits orders over two brokers, which say what a test lets them say."""
# ruff: noqa: ANN401  # an answer of a script may be anything

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from oms.algos.handlers import with_algorithms
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ExecId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.routing_table import HealthRules, RouteRule, Routing, Venue
from oms.model.terms import Limit, Strategy
from oms.model.time_in_force import IOC
from oms.ports.order_type_handler import OrderTypeHandler
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, d

STRICT: Final = HealthRules(degraded_after=1, down_after=1, backoff_s=2, up_after=1)


class Desk:
    """The manager, its brokers and its clock."""

    def __init__(
        self,
        *brokers: Any,
        health: HealthRules | None = None,
        store: MemoryEventStore | None = None,
        instrument: Instrument = AAPL,
        rule: RouteRule | None = None,
        limits: RiskLimits | None = None,
        others: Mapping[str, OrderTypeHandler] | None = None,
        max_quote_age_s: int | None = None,
    ) -> None:
        self.one, self.two = ScriptedBroker(name="one"), ScriptedBroker(name="two")
        self.store = MemoryEventStore() if store is None else store
        self.clock = ManualClock(T0)
        self.om = OrderManager(
            brokers=brokers or [self.one, self.two],
            store=self.store,
            instruments=[instrument],
            clock=self.clock,
            handlers=with_algorithms(others=others),
            limits=limits,
            routing=Routing(
                rules=(rule or RouteRule(brokers=("one", "two")),),
                venues=(Venue(broker="one", maker_bps="-0.2"),),
                health=health or HealthRules(),
                max_quote_age_s=max_quote_age_s,
            ),
        )

    def shows(self, broker: str, ask: str | None, size: int = 100) -> None:
        px = None if ask is None else d(ask)
        quote = Quote(Symbol("AAPL"), self.clock.now_ns(), d("9.00"), d(100), px, d(size if ask else 0))
        self.om.update(quote, venue=broker)

    def buy(self, qty: int, **parameters: Any) -> Order:
        given = {"limit_price": "10.05", **parameters}
        return self.om.submit("AAPL", Side.BUY, qty, Strategy("smart", given))

    def parts(self, order: Order) -> list[tuple[str | None, int, str]]:
        """Give where each child went, for how much, and at what."""
        return [
            (
                child.broker,
                int(child.order_qty),
                f"{'take' if child.time_in_force == IOC else 'rest'} {_px(child)}",
            )
            for child in self.om.children(order)
        ]

    def says(
        self, broker: ScriptedBroker, child: Order, kind: ExecType, *, cum: int = 0, last: int = 0
    ) -> None:
        """Let a broker report of a child."""
        leaves = (
            0 if kind in {ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED} else child.order_qty - cum
        )
        status = {
            ExecType.NEW: OrdStatus.NEW,
            ExecType.CANCELED: OrdStatus.CANCELED,
            ExecType.EXPIRED: OrdStatus.EXPIRED,
            ExecType.REJECTED: OrdStatus.REJECTED,
            ExecType.TRADE: OrdStatus.FILLED if cum == child.order_qty else OrdStatus.PARTIALLY_FILLED,
        }[kind]
        assert broker.sink is not None
        broker.sink.put(
            ExecutionReport(
                exec_type=kind,
                ord_status=status,
                symbol=child.symbol,
                side=child.side,
                cl_ord_id=child.cl_ord_id,
                venue_order_id=VenueOrderId(f"v{child.order_id}"),
                exec_id=ExecId(f"x{child.order_id}-{cum}") if last else None,
                last_qty=d(last) if last else None,
                last_px=_px(child) if last else None,
                order_qty=child.order_qty,
                cum_qty=d(cum),
                leaves_qty=Decimal(leaves),
                avg_px=_px(child) if cum else None,
            )
        )
        self.om.poll()

    def check(self, order: Order) -> None:
        """Law: what has executed and what may still execute never come to more than the order."""
        view = self.om.work(order)
        assert view.filled + view.working <= view.qty
        assert view.filled + view.working + view.available == view.qty


def _px(child: Order) -> Decimal:
    assert isinstance(child.terms, Limit)
    return child.terms.price

"""A large order that the library works over two venues: sliced in time, routed to the better price, watched for what it costs.

Ten slices of a hundred shares go out over ten minutes, each to the venue that shows more for less; half way the price runs away,
and the monitor says so. Run this file to see every decision with its reason.
"""

from __future__ import annotations

from decimal import Decimal

from oms import Instrument, ManualClock, OrderManager, Quote, Side, TradePrint
from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.model.events import SlippageAlerted
from oms.model.routing_table import RouteRule, Routing
from oms.model.slippage import Liquidity, SlippageRules
from oms.model.terms import Strategy
from oms.projections.slippage_monitor import SlippageMonitor
from oms.stores.memory import MemoryEventStore

ACME = Instrument(symbol="ACME", currency="USD", tick="0.01")
START_NS = 1_767_623_400_000_000_000
"""2026-01-05 14:30 UTC."""


def offers(minute: int) -> dict[str, tuple[str, int]]:
    """What each venue offers in a minute: its price, and how much of it."""
    px = Decimal("100.00") + (Decimal("0.90") if minute >= 5 else Decimal(0))
    return {"near": (str(px + Decimal("0.02")), 80), "far": (str(px + Decimal("0.01")), 40 + 10 * minute)}


def tell(alert: SlippageAlerted) -> None:
    """Tell an alert in a line."""
    found = alert.finding
    print(f"{found.measure.value}: {found.figure:.4g}, from {found.before.value} to {found.state.value}")


def main() -> None:
    """Work an order, and tell what became of it."""
    clock = ManualClock(START_NS)
    om = OrderManager(
        brokers=[PaperBroker([ACME], name="near"), PaperBroker([ACME], name="far")],
        store=MemoryEventStore(),
        clock=clock,
        handlers=with_algorithms(),
        routing=Routing(rules=(RouteRule(brokers=("near", "far")),)),
    )
    monitor = SlippageMonitor(
        {"ACME": Liquidity(volatility="0.3", daily_volume=750_000, session_s=23_400)},
        rules=SlippageRules(own_prints=False),
    )
    om.attach(monitor)
    om.on(SlippageAlerted, tell)

    order = None
    for minute in range(11):
        for venue, (ask, size) in offers(minute).items():
            bid = Decimal(ask) - Decimal("0.04")
            om.update(Quote(ACME.symbol, clock.now_ns(), bid, 100, ask, size), venue=venue)
            om.update(TradePrint(ACME.symbol, clock.now_ns(), ask, 2_000), venue=venue)
        if order is None:
            terms = Strategy(
                "twap", {"duration": 600, "slices": 10, "limit_price": "101.00", "on_residual": "sweep"}
            )
            order = om.submit("ACME", Side.BUY, 1000, terms)
        om.poll()
        clock.advance_by(60)
    om.poll()

    assert order is not None
    for child in om.children(order):
        routed = "" if child.routing is None else f" of {len(child.routing.candidates)} venues"
        print(f"{child.cum_qty} of {child.order_qty} at {child.broker}{routed}: {child.status.name}")
    print(order)
    print(monitor.table(live_only=False))


if __name__ == "__main__":
    main()

"""An order that is worked over ten minutes in a market that runs away from it, and what the slippage monitor makes of that.

It buys 1,000 in ten slices while the price rises by a cent every three seconds. Each alert is printed as it is recorded, with the
monitor's table every two minutes; at the end stands what the children cost against the market as each was decided, and the order's
own story, which has the alerts in it.
"""

from __future__ import annotations

from decimal import Decimal

from oms import Instrument, ManualClock, OrderManager, Quote, Side, TradePrint
from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.model.events import SlippageAlerted
from oms.model.slippage import Liquidity, SlippageRules
from oms.model.terms import Strategy
from oms.projections.slippage_monitor import SlippageMonitor
from oms.projections.story import tell_story
from oms.stores.memory import MemoryEventStore

AAPL = Instrument(symbol="AAPL", currency="USD", tick="0.01")
STEP_S = 3
TICK = Decimal("0.01")


def told(alert: SlippageAlerted) -> None:
    """Print an alert."""
    found = alert.finding
    print(
        f"{found.measure.value}: {found.before.value} -> {found.state.value}, at {found.figure:.1f} basis points"
    )


def main() -> None:
    """Work the order, and print what the monitor says."""
    clock, store = ManualClock(1_767_623_400_000_000_000), MemoryEventStore()
    om = OrderManager(brokers=[PaperBroker([AAPL])], store=store, clock=clock, handlers=with_algorithms())
    # Recorded and made-up markets have none of our own executions among their trades; a venue's feed has.
    rules = SlippageRules(own_prints=False)
    monitor = SlippageMonitor({"AAPL": Liquidity(volatility="0.3", daily_volume=1_000_000)}, rules=rules)
    om.attach(monitor)
    om.on(SlippageAlerted, told)

    mid = Decimal(100)
    om.update(Quote(AAPL.symbol, clock.now_ns(), mid - TICK, 500, mid + TICK, 500))
    order = om.submit("AAPL", Side.BUY, 1_000, Strategy("twap", {"duration": 600, "slices": 10}))
    for second in range(STEP_S, 601, STEP_S):
        clock.advance_by(STEP_S)
        mid += TICK
        om.update(TradePrint(AAPL.symbol, clock.now_ns(), mid, 300))
        om.update(Quote(AAPL.symbol, clock.now_ns(), mid - TICK, 500, mid + TICK, 500))
        om.poll()
        if second % 120 == 0:
            print(monitor.table(live_only=False))

    print(monitor.costs_table())
    print(tell_story(store.read(), order.order_id))
    om.close()


if __name__ == "__main__":
    main()

"""What the slippage monitor costs for each update of a market, however many orders are worked in it.

Quotes and trades in turn. The monitor alone, without a manager: what it adds to each update where it is attached. An order is
looked at once in a while, and at most one with each update; the dearest arm looks at one with every update.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from benchmarks.measuring import Figure, figure, held_off, ratios, take_turns
from oms.model import events as ev
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.slippage import Liquidity, SlippageRules
from oms.model.terms import Strategy
from oms.model.time_in_force import DAY
from oms.model.work import Pace, Slice
from oms.projections.slippage_monitor import SlippageMonitor

MAX_GROWTH: Final = 1.5
"""From one order to a thousand, where none is looked at."""
MAX_LOOK_US: Final = 60.0
"""An update with which one of a thousand orders is looked at."""
MAX_ELSEWHERE_US: Final = 1.0
"""An update of a symbol in which nothing is worked."""

X, Y = Symbol("X"), Symbol("Y")
MS: Final = 1_000_000
RARELY_MS: Final = 86_400_000
CAUSE: Final = ev.Cause("SubmitOrder", "benchmark")
BID, ASK, SIZE = Decimal("99.99"), Decimal("100.01"), Decimal(100)


def monitor_of(count: int, check_every_ms: int) -> SlippageMonitor:
    """Give a monitor of so many orders in X, each with ten slices and three children that have executed."""
    monitor = SlippageMonitor(
        {"X": Liquidity(volatility="0.3", daily_volume=10_000_000)},
        rules=SlippageRules(check_every_ms=check_every_ms, schedule_warn=1, schedule_breach=1),
    )
    slices = tuple(Slice(k, k * 60_000 * MS, (k + 1) * 60_000 * MS, SIZE) for k in range(10))
    sequence = 0

    def tell(kind: Callable[..., ev.Event], order_id: OrderId, *fields: object, **after: object) -> None:
        nonlocal sequence
        sequence += 1
        monitor.on_event(kind(sequence, 1, CAUSE, sequence, 0, order_id, *fields, **after))

    for number in range(1, count + 1):
        order_id = OrderId(number)
        terms, qty = Strategy("twap"), SIZE * 10
        tell(ev.OrderCreated, order_id, X, Side.BUY, qty, terms, DAY, Account("main"), None, None, 0)
        tell(ev.WorkPlanned, order_id, slices, 0, 600_000 * MS, "", BID, ASK, 0, leaves_qty=qty)
        for child in (OrderId(count + 3 * number + k) for k in range(3)):
            decided = (0, SIZE, SIZE, Pace.ON_SCHEDULE, "slice", child, BID, ASK, 0)
            tell(ev.SliceDecided, order_id, *decided, leaves_qty=qty)
            tell(ev.OrderSubmitted, child, ClOrdId(f"c{child}"), BrokerName("paper"))
            executed = (child, ExecId(f"x{child}"), Decimal(10), Decimal("1000.1"))
            tell(ev.ChildExecuted, order_id, *executed, leaves_qty=qty)
    return monitor


def updates(symbol: Symbol, count: int) -> list[MarketUpdate]:
    """Give quotes and trades in turn, two milliseconds apart."""
    return [
        TradePrint(symbol, (k + 1) * 2 * MS, ASK, SIZE)
        if k % 2
        else Quote(symbol, (k + 1) * 2 * MS, BID, SIZE, ASK, SIZE)
        for k in range(count)
    ]


def told(monitor: SlippageMonitor, what: list[MarketUpdate]) -> Callable[[], int]:
    """Give what tells a monitor of updates."""

    def tell() -> int:
        for update in what:
            monitor.on_market(update)
        return len(what)

    return tell


def each_update(count: int, orders: int, rounds: int) -> list[Figure]:
    """Measure what an update costs."""
    here, elsewhere = updates(X, count), updates(Y, count)
    with held_off():
        found = take_turns(
            {
                "one": told(monitor_of(1, RARELY_MS), here),
                "many": told(monitor_of(orders, RARELY_MS), here),
                "looking": told(monitor_of(orders, 1), here),
                "elsewhere": told(monitor_of(orders, RARELY_MS), elsewhere),
            },
            rounds=rounds,
        )
    growth = ratios(found["many"], found["one"])
    name = f"{orders:,} orders watched"
    return [
        figure("an update, 1 order watched", found["one"], "us"),
        figure(f"an update, {name}", found["many"], "us"),
        figure(f"an update, {name}, beside 1", growth, "x", MAX_GROWTH),
        figure(f"an update, {name}, one looked at", found["looking"], "us", MAX_LOOK_US),
        figure(f"an update of another symbol, {name}", found["elsewhere"], "us", MAX_ELSEWHERE_US),
    ]

"""What a market costs the simulated exchange that reaches none of our resting orders, however many there are.

Quotes, trades, changes of levels and orders by name, each beside the same orders of ours on 500 levels a side; and quotes
beside as many stops that wait (one at least, so that somebody looks). Half of the changes of levels are at prices where ours
rest.

    python -m benchmarks.market_tick

The floor is a bare loop that compares the two best prices. Arms alternate; CPU time, the median of the rounds; the
numbers go to `benchmarks/results/market_tick.json` as well. The run fails where a limit is broken; the limits are those of a
quote, and the growth that of a change of a level too.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from oms.model.depth import BookOrder, BookUpdate
from oms.model.enums import MDUpdateAction, Side, TriggerPriceType
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.simulation.exchange import SimulatedExchange

RESTING = (0, 100, 10_000, 100_000)
ROUNDS = 15
TICKS = 20_000
MAX_NS = 600
MAX_FLOORS = 10
MAX_GROWTH = 1.2
"""From none to the most resting orders; the limits are the performance goals."""

X = Symbol("X")
RESULTS = Path(__file__).parent / "results"


def quotes() -> list[Quote]:
    """A market that moves between 100.00 and 100.09."""
    tick = Decimal("0.01")
    return [
        Quote(
            X,
            number,
            100 + number % 9 * tick,
            Decimal(5 + number % 7),
            100 + (number % 9 + 1) * tick,
            Decimal(4),
        )
        for number in range(TICKS)
    ]


def trades() -> list[TradePrint]:
    """Trades between 100.00 and 100.09, by either side."""
    tick = Decimal("0.01")
    return [
        TradePrint(X, number, 100 + number % 10 * tick, Decimal(3), Side.BUY if number % 2 else Side.SELL)
        for number in range(TICKS)
    ]


def level_changes() -> list[BookUpdate]:
    """One level a message: inside 100.00 to 100.09 where nobody of ours is, and further out, where ours rest."""
    tick = Decimal("0.01")
    told: list[BookUpdate] = []
    for number in range(TICKS):
        away, size = number // 2 % 20, Decimal(1 + number % 7)
        if number % 4 < 2:
            told.append(BookUpdate(X, number, [(100 - (away - 5) * tick, size)], []))
        else:
            told.append(BookUpdate(X, number, [], [(Decimal("100.06") + away * tick, size)]))
    return told


def named_orders() -> list[BookOrder]:
    """Orders that come on either side and go again, a hundred of them at a time."""
    tick = Decimal("0.01")
    told: list[BookOrder] = []
    for number in range(TICKS // 2):
        told.append(_named(MDUpdateAction.NEW, number, tick))
        if number >= 100:
            told.append(_named(MDUpdateAction.DELETE, number - 100, tick))
    return told


def _named(action: MDUpdateAction, number: int, tick: Decimal) -> BookOrder:
    is_buy, away = bool(number % 2), number // 2 % 20 * tick
    px = Decimal("100.04") - away if is_buy else Decimal("100.06") + away
    size = Decimal(0) if action is MDUpdateAction.DELETE else Decimal(2)
    return BookOrder(X, number, action, f"e{number}", Side.BUY if is_buy else Side.SELL, px, size)


def exchange_with(count: int, *, waits: bool = False) -> SimulatedExchange:
    """An exchange with this many of our orders at 500 prices a side, away from the market; resting, or waiting as stops."""
    exchange = SimulatedExchange([Instrument(symbol=X, currency="USD", tick="0.01")])
    for number in range(count):
        side = Side.BUY if number % 2 else Side.SELL
        away = Decimal("0.01") * (1 + number // 2 % 500)
        px = Decimal(100) - away if side is Side.BUY else Decimal("100.10") + away
        if waits:
            side = Side.SELL if side is Side.BUY else Side.BUY
        exchange.new_order(
            NewOrderSingle(
                BrokerName("paper"),
                OrderId(number),
                ClOrdId(f"o{number}"),
                0,
                X,
                side,
                Decimal(1),
                Stop(px, TriggerPriceType.BID_ASK) if waits else Limit(px),
                GTC,
                Account("main"),
            )
        )
    return exchange


def floor(market: Sequence[Quote]) -> int:
    """Compare two best prices a quote and do nothing else."""
    best_buy, best_sell = Decimal("99.99"), Decimal("100.11")
    reached = 0
    for quote in market:
        bid, ask = quote.bid, quote.ask
        if bid is None or ask is None or not best_buy < bid <= ask < best_sell:
            reached += 1
    return reached


def play(take: Callable[[Any], Sequence[object]], market: Sequence[object]) -> int:
    """Play the market and count the messages that reports follow."""
    reached = 0
    for heard in market:
        if take(heard):
            reached += 1
    return reached


def arms() -> Iterator[tuple[str, int, Callable[[], int]]]:
    """Give each arm: what is heard beside how many orders, how many messages that are, and the run."""
    quoted, traded, leveled, named = quotes(), trades(), level_changes(), named_orders()
    yield "floor", len(quoted), lambda: floor(quoted)
    for resting in RESTING:
        shallow, deep, deepest = (exchange_with(resting) for _ in range(3))
        for kind, market, take in (
            ("quote", quoted, shallow.on_quote),
            ("trade", traded, shallow.on_trade),
            ("level", leveled, deep.on_depth),
            ("named order", named, deepest.on_depth),
        ):
            run: Callable[[], int] = partial(play, take, market)
            yield f"{kind}, {resting:,} resting", len(market), run
        waiting = exchange_with(max(resting, 1), waits=True)
        yield f"quote, {resting:,} waiting", len(quoted), partial(play, waiting.on_quote, quoted)


def measure() -> Mapping[str, float]:
    """Nanoseconds a message, by arm."""
    runs = {name: (count, run) for name, count, run in arms()}
    samples: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (count, run) in runs.items():
            start = time.process_time_ns()
            reached = run()
            samples[name].append((time.process_time_ns() - start) / count)
            assert reached == 0, (
                f"{name}: the market reached {reached} orders, so that this measured something else"
            )
    return {name: statistics.median(values) for name, values in samples.items()}


def main() -> int:
    """Print the table, write the JSON, and say whether the limits hold."""
    ns = measure()
    base = ns["floor"]
    print(f"{'a message that reaches no order of ours':40} {'ns':>8} {'x floor':>8} {'a second':>12}")
    for name, value in ns.items():
        print(f"{name:40} {value:8.0f} {value / base:8.2f} {1e9 / value:12,.0f}")
    growth = {kind: grown(ns, kind) for kind in ("quote", "trade", "level", "named order")}
    for kind, times in growth.items():
        print(f"{kind}: from {RESTING[0]:,} to {RESTING[-1]:,} resting x {times:.2f}")
    most = ns[f"quote, {RESTING[-1]:,} resting"]
    waiting = ns[f"quote, {RESTING[-1]:,} waiting"]
    print(f"limits of a quote: {MAX_NS} ns, {MAX_FLOORS} x floor, x {MAX_GROWTH} from none to the most")
    print(f"beside orders that wait: {MAX_FLOORS} x floor")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "market_tick.json").write_text(
        json.dumps({"ns": ns, "growth": growth}, indent=2) + "\n", encoding="utf-8"
    )
    worst = max(growth["quote"], growth["level"])
    holds = most <= MAX_NS and max(most, waiting) <= MAX_FLOORS * base and worst <= MAX_GROWTH
    return 0 if holds else 1


def grown(ns: Mapping[str, float], kind: str) -> float:
    """By how much a message of a kind costs more beside the most resting orders than beside none."""
    return ns[f"{kind}, {RESTING[-1]:,} resting"] / ns[f"{kind}, {RESTING[0]:,} resting"]


if __name__ == "__main__":
    sys.exit(main())

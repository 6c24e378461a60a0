"""What a quote costs the simulated exchange that reaches none of our resting orders, however many there are.

    python -m benchmarks.market_tick

The floor is a bare loop that compares the two best prices. Arms alternate; CPU time, the median of the rounds; the
numbers go to `benchmarks/results/market_tick.json` as well. The run fails where a limit is broken.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from oms.simulation.exchange import SimulatedExchange

RESTING = (0, 100, 10_000, 100_000)
ROUNDS = 15
TICKS = 20_000
MAX_NS = 600
MAX_GROWTH = 1.25
"""From none to the most resting orders; both limits from the performance goals, with room for a busy machine."""

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


def exchange_with(resting: int) -> SimulatedExchange:
    """An exchange with this many of our orders on 500 levels a side, away from the market."""
    exchange = SimulatedExchange([Instrument(symbol=X, currency="USD", tick="0.01")])
    for number in range(resting):
        side = Side.BUY if number % 2 else Side.SELL
        away = Decimal("0.01") * (1 + number // 2 % 500)
        px = Decimal(100) - away if side is Side.BUY else Decimal("100.10") + away
        exchange.new_order(
            NewOrderSingle(
                BrokerName("paper"),
                OrderId(number),
                ClOrdId(f"o{number}"),
                0,
                X,
                side,
                Decimal(1),
                Limit(px),
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


def play(exchange: SimulatedExchange, market: Sequence[Quote]) -> int:
    """Play the market and count the reports that follow."""
    reports = 0
    on_quote = exchange.on_quote
    for quote in market:
        if on_quote(quote):
            reports += 1
    return reports


def measure() -> Mapping[str, float]:
    """Nanoseconds a quote, by arm."""
    market = quotes()
    arms: dict[str, Callable[[], int]] = {"floor": lambda: floor(market)}
    for resting in RESTING:
        exchange = exchange_with(resting)
        arms[f"{resting:,} resting"] = lambda exchange=exchange: play(exchange, market)  # type: ignore[misc]  # bound now
    samples: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(ROUNDS):
        for name, arm in arms.items():
            start = time.process_time_ns()
            reached = arm()
            samples[name].append((time.process_time_ns() - start) / TICKS)
            assert reached == 0, (
                f"{name}: the market reached {reached} orders, so that this measured something else"
            )
    return {name: statistics.median(values) for name, values in samples.items()}


def main() -> int:
    """Print the table, write the JSON, and say whether the limits hold."""
    ns = measure()
    base = ns["floor"]
    print(f"{'a quote that reaches no order of ours':40} {'ns':>8} {'x floor':>8}")
    for name, value in ns.items():
        print(f"{name:40} {value:8.0f} {value / base:8.2f}")
    least, most = ns[f"{RESTING[0]:,} resting"], ns[f"{RESTING[-1]:,} resting"]
    growth = most / least
    print(f"from {RESTING[0]:,} to {RESTING[-1]:,} resting: x {growth:.2f} (limit {MAX_GROWTH})")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "market_tick.json").write_text(
        json.dumps({"ns": ns, "growth": growth}, indent=2) + "\n", encoding="utf-8"
    )
    return 0 if most <= MAX_NS and growth <= MAX_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())

"""What an update of the market costs the trigger book that releases no order, however many are held.

    python -m benchmarks.held_orders [--quick]

Fixed stops stand at 500 prices a side, away from the market. Trails have a hundred different offsets, and began at a hundred
different prices. Each kind of trigger is played a market that stays where it is; pegged orders, which follow every price, one of the same
prices and other sizes. Trails are also played a market that rises
with every update, where the floor is the same market with a single trail: there is something to do at each update, and it must
not be more for more orders. Arms alternate; CPU time, the median of the rounds, and of what each round
says of the growth; the numbers go to `benchmarks/results/held_orders.json` as well. The run fails where a limit is broken.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import Life, Side, TriggerPriceType, WorkedBy
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.terms import Limit, Pegged, Stop, TrailingStop
from oms.model.time_in_force import GTC, GoodTillCancel
from oms.model.triggers import PriceTrigger, TrailingTrigger, Trigger, TriggerHit, stop
from oms.order_types.trigger_book import TriggerBook
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

HELD = (0, 100, 10_000, 100_000)
ROUNDS = 15
UPDATES = 10_000
MAX_NS = 600
"""An update that moves nothing."""
MAX_GROWTH = 1.2
"""From none to the most held orders; from one where there is something to do for the first of them."""

X = Symbol("X")
TICK = Decimal("0.01")
RESULTS = Path(__file__).parent / "results"
Update = MarketUpdate | MarkPrice
Arm = Callable[[], int]

BEHIND = Pegged(offset=Decimal("-0.10"))
"""Pegged where the simulated exchange has nothing to look at."""
ALONE = ", from one"
TOLD = {
    "a quote to the manager": TriggerPriceType.BID_ASK,
    "a trade to the manager": TriggerPriceType.LAST,
    "a mark to the manager": TriggerPriceType.MARK,
}
"""The updates that a manager is told of, by a kind of price that they have."""
LABELS = {kind: kind.name.lower().replace("_", " ") for kind in TriggerPriceType}


def update(kind: TriggerPriceType, number: int, px: Decimal) -> Update:
    """An update of the kind that moves these triggers."""
    match kind:
        case TriggerPriceType.LAST | TriggerPriceType.DOUBLE_LAST:
            return TradePrint(X, number, px, Decimal(1))
        case TriggerPriceType.MARK:
            return MarkPrice(X, number, px)
        case _:
            return Quote(X, number, px, Decimal(5), px + TICK, Decimal(4))


def steady(kind: TriggerPriceType, updates: int) -> list[Update]:
    """A market that moves between 100.00 and 100.08."""
    # Its prices are few and shared: those of a feed have just been written, and are not fetched from far away either.
    prices = [100 + number * TICK for number in range(9)]
    return [update(kind, number, prices[number % 9]) for number in range(updates)]


def rising(kind: TriggerPriceType, updates: int, start: int) -> list[Update]:
    """A market that rises by a tick with every update, from where an earlier one has ended."""
    return [update(kind, number, 100 + (start + number) * TICK) for number in range(updates)]


def fixed(kind: TriggerPriceType, number: int) -> Trigger:
    """A stop away from the market."""
    away = TICK * (2 + number // 2 % 500)
    if number % 2:
        return stop(Side.SELL, 100 - away, price_type=kind)
    return stop(Side.BUY, Decimal("100.09") + away, price_type=kind)


def trail(kind: TriggerPriceType, number: int) -> Trigger:
    """A trail wide enough for this market."""
    side = Side.SELL if number % 2 else Side.BUY
    return TrailingTrigger(side=side, offset=Offset(10 + number // 2 % 100), price_type=kind)


def rising_trail(kind: TriggerPriceType, number: int) -> Trigger:
    """A trail that a rising market moves each time."""
    return TrailingTrigger(side=Side.SELL, offset=Offset(10 + number % 100), price_type=kind)


def book_with(
    held: int, make: Callable[[TriggerPriceType, int], Trigger], kind: TriggerPriceType
) -> TriggerBook:
    """A book with this many orders, which has seen the market once."""
    book = TriggerBook([Instrument(symbol=X, currency="USD", tick=TICK)])
    for number in range(held):
        trigger = make(kind, number)
        mark = None
        if isinstance(trigger, TrailingTrigger):
            # Against the order, so that the market reaches none of them.
            away = TICK * (9 + number // 2 % 100)
            mark = 100 + away if trigger.side is Side.SELL else 100 - away
        book.add(OrderId(number), X, trigger, water_mark=mark)
    play(book, steady(kind, 18))
    return book


def play(book: TriggerBook, market: Sequence[Update]) -> int:
    """Play the market and count the orders that are released."""
    # One kind of update a market, so that there is nothing to choose inside the loop.
    handlers: dict[type, Callable[[Any], Sequence[TriggerHit]]] = {
        Quote: book.on_quote,
        TradePrint: book.on_trade,
        MarkPrice: book.on_mark,
    }
    handle = handlers[type(market[0])]
    hits = 0
    for one in market:
        if handle(one):
            hits += 1
    return hits


def steady_arms(updates: int, held: Sequence[int]) -> dict[str, dict[int, Arm]]:
    """By kind and number of orders: a market that reaches and moves nothing."""
    arms: dict[str, dict[int, Arm]] = {}
    for kind in TriggerPriceType:
        market = steady(kind, updates)
        for name, make in (("stops", fixed), ("trails", trail)):
            row = arms[f"{name} by {LABELS[kind]}"] = {}
            for count in held:
                book = book_with(count, make, kind)
                row[count] = lambda book=book, market=market: play(book, market)  # type: ignore[misc]  # bound now
    return arms


def manager_with(held: int) -> OrderManager:
    """A manager that holds this many orders, stops and trails by every kind of price, at an exchange that takes none of them."""
    instrument = Instrument(symbol=X, currency="USD", tick=TICK)
    broker = PaperBroker([instrument], order_types=ALL_ORDER_TYPES)
    om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(1))
    kinds = tuple(TriggerPriceType)
    for number in range(held):
        kind = kinds[number // 2 % 6]
        trigger = fixed(kind, number)
        assert isinstance(trigger, PriceTrigger)
        is_trail = number // 12 % 2
        terms = TrailingStop(Offset(10 + number % 100), kind) if is_trail else Stop(trigger.trigger_px, kind)
        om.submit(X, trigger.side, 1, terms)
    for kind in kinds:
        play_through(om, steady(kind, 18))
    return om


def manager_arms(updates: int, held: Sequence[int]) -> dict[str, dict[int, Arm]]:
    """By number of orders: what `om.update` takes for an update that reaches nobody."""
    arms: dict[str, dict[int, Arm]] = {name: {} for name in TOLD}
    markets = {name: steady(kind, updates) for name, kind in TOLD.items()}
    for count in held:
        om = manager_with(count)
        assert len(om.open_orders()) == count
        for name, market in markets.items():
            arms[name][count] = lambda om=om, market=market: play_through(om, market)  # type: ignore[misc]  # bound now
    return arms


def peg_arms(updates: int, held: Sequence[int]) -> dict[str, dict[int, Arm]]:
    """By number of orders: what `om.update` takes for other sizes at the prices that pegged orders have followed."""
    row: dict[int, Arm] = {}
    market = [Quote(X, number, 100, 5 + number % 9, 100 + TICK, 4) for number in range(updates)]
    pairs: frozenset[Any] = frozenset({(Limit, GoodTillCancel)})
    for count in held:
        broker = PaperBroker([Instrument(symbol=X, currency="USD", tick=TICK)], order_types=pairs)
        om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock(1))
        om.update(market[0])
        pegs = [om.submit(X, Side.BUY, 1, BEHIND, tif=GTC) for _ in range(count)]
        assert all(order.worked_by is WorkedBy.OMS and order.life is Life.LIVE for order in pegs)
        row[count] = lambda om=om, market=market: play_through(om, market)  # type: ignore[misc]  # bound now
    return {"other sizes beside pegged orders": row}


def play_through(om: OrderManager, market: Sequence[Update]) -> int:
    """Play the market to a manager and count the orders that were released."""
    before, tell = om.state.version, om.update
    for one in market:
        tell(one)
    return om.state.version - before


def rising_arms(updates: int, held: Sequence[int]) -> dict[str, dict[int, Arm]]:
    """By number of orders: a market that moves the trails with every update."""
    kind = TriggerPriceType.BID_ASK
    row: dict[int, Arm] = {}
    for count in held:
        book = book_with(max(count, 1), rising_trail, kind)
        # A market for each turn, made beforehand; it begins where the last one has ended.
        turns = iter([rising(kind, updates, turn * updates + 200) for turn in range(ROUNDS)])
        row[count] = lambda book=book, turns=turns: play(book, next(turns))  # type: ignore[misc]  # bound now
    return {f"trails, each update a new high{ALONE}": row}


def measure(
    arms: dict[str, dict[int, Arm]], updates: int, rounds: int
) -> dict[str, tuple[dict[int, float], float]]:
    """By arm: nanoseconds an update, and how much the most held orders add to it."""
    found: dict[str, tuple[dict[int, float], float]] = {}
    for name, row in arms.items():
        samples: dict[int, list[float]] = {count: [] for count in row}
        for _ in range(rounds):
            for count, arm in row.items():
                start = time.process_time_ns()
                hits = arm()
                samples[count].append((time.process_time_ns() - start) / updates)
                assert hits == 0, f"{name}: {hits} updates released orders: this measured something else"
        # Of one round after another, since what else the machine does slows neighbours down alike.
        least, most = samples[min(row)], samples[max(row)]
        growth = statistics.median(more / less for more, less in zip(most, least, strict=True))
        found[name] = {count: statistics.median(values) for count, values in samples.items()}, growth
    return found


def main() -> int:
    """Print the table, write the JSON, and say whether the limits hold."""
    is_quick = "--quick" in sys.argv[1:]
    rounds, updates, held = (3, 1_000, (0, 100, 1_000)) if is_quick else (ROUNDS, UPDATES, HELD)
    ns = measure(steady_arms(updates, held), updates, rounds)
    whole = measure({**manager_arms(updates, held), **peg_arms(updates, held[:-1])}, updates, rounds)
    moving = measure(rising_arms(updates, held), updates, rounds)
    head = "".join(f"{count:>10,}" for count in held)
    print(f"{'ns an update that releases nobody; held:':42}{head}   growth")
    broken = []
    found = ns | moving | whole
    for name, (row, growth) in found.items():
        figures = "".join(f"{value:10.0f}" for value in row.values())
        print(f"{name:42}{figures}   x {growth:.2f} (limit {MAX_GROWTH})")
        if growth > MAX_GROWTH or (name in ns and row[held[-1]] > MAX_NS):
            broken.append(name)
    if not is_quick:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps({"ns": {name: row for name, (row, _) in found.items()}, "broken": broken}, indent=2)
        (RESULTS / "held_orders.json").write_text(text + "\n", encoding="utf-8")
    print(f"over the limit: {'; '.join(broken) or 'nothing'}")
    return 1 if broken and not is_quick else 0


if __name__ == "__main__":
    sys.exit(main())

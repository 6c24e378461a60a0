"""What orders cost that the library works by children: a parent, a child of it, and an update of the market beside many of them.

The broker answers at once, so that a child is acknowledged and executes as it is sent. Beside it, in the same run, a plain order
with the same two reports. Of updates of the market: a quote of the same best prices, one of another bid, and a trade, told to a
manager with 0 and with 1,000 live parents of that instrument. These wait for their time, for volume, for a price or for their
limit, or have a child at the best price, which follows it; or they rest at one of two brokers, beside quotes of these beyond
their limit. None of the updates executes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from benchmarks.measuring import Figure, figure, held_off, ratios, take_turns
from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote, TradePrint
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Market, Strategy, Terms
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X: Final = Symbol("X")
LIVE: Final = 1_000
SLICES: Final = 10
START_NS: Final = 1_767_623_400_000_000_000
_S: Final = 1_000_000_000
_BIG: Final = 10**9

TWAP: Final = Strategy("twap", {"duration": 100, "slices": SLICES})
WAITING: Final = {
    "that wait for their time": Strategy("twap", {"duration": 1_000_000, "slices": 2}),
    "that wait for volume": Strategy("pov", {"participation_rate": "0.000001", "duration": 1_000_000}),
    "that follow the best price": Strategy(
        "twap", {"duration": 1_000_000, "slices": 2, "child_style": "passive_then_cross"}
    ),
    "that follow it, and mind its age": Strategy(
        "twap", {"duration": 1_000_000, "slices": 2, "child_style": "passive_then_cross", "max_quote_age": 9}
    ),
    "that would be taken at a price": Strategy(
        "twap", {"duration": 1_000_000, "slices": 2, "i_would_price": "99.50"}
    ),
    "that wait for their limit": Strategy(
        "twap", {"duration": 1_000_000, "slices": 2, "limit_price": "99.50"}
    ),
    "that rest at one of two brokers": Strategy("smart", {"limit_price": "99.50"}),
}
MAX_CHILD: Final = 4.0
"""A child in plain orders: it is one, is planned, decided, and counted on its parent."""


class Desk:
    """A manager on a simulated exchange, and its market."""

    def __init__(self, *brokers: str) -> None:
        """Open it, with one broker, or with several of these names that orders are routed to."""
        self.clock, self.brokers = ManualClock(START_NS), brokers
        instrument = Instrument(symbol=X, currency="USD", tick="0.01", lot=1)
        self.om = OrderManager(
            brokers=[PaperBroker([instrument], name=name) for name in brokers or ("paper",)],
            store=MemoryEventStore(),
            clock=self.clock,
            handlers=with_algorithms(),
            routing=Routing(rules=(RouteRule(brokers=brokers),)) if brokers else None,
        )
        self.number, self.bid = 0, "100.00"
        self.quote()

    def quote(self) -> None:
        """Tell a quote."""
        self.number += 1
        self.tell(self.next_quote())

    def tell(self, update: MarketUpdate) -> None:
        """Tell an update; with several brokers a quote is that of each of them in turn."""
        venue = self.brokers[self.number % len(self.brokers)] if self.brokers else None
        self.om.update(update, venue=venue if type(update) is Quote else None)

    def next_quote(self) -> Quote:
        """Give a quote of the same prices with other sizes."""
        self.number += 1
        return Quote(X, self.clock.now_ns(), self.bid, _BIG + self.number % 7, "100.02", _BIG)

    def other_quote(self) -> Quote:
        """Give a quote of another bid than the one before."""
        self.bid = "99.99" if self.bid == "100.00" else "100.00"
        return self.next_quote()

    def next_trade(self) -> TradePrint:
        """Give a print."""
        self.number += 1
        return TradePrint(X, self.clock.now_ns(), Decimal("100.02"), Decimal(1 + self.number % 3))

    def submit(self, terms: Terms, qty: int = 1_000) -> None:
        """Place an order."""
        self.om.submit(X, Side.BUY, qty, terms)


def _plain(desk: Desk, count: int) -> Callable[[], int]:
    def turn() -> int:
        for _ in range(count):
            desk.quote()
            desk.submit(Market())
        return count

    return turn


def _worked(desk: Desk, count: int) -> Callable[[], int]:
    """Parents one after the other, each with its ten children; a piece of work is a child."""

    def turn() -> int:
        for _ in range(count):
            desk.submit(TWAP)
            for _ in range(SLICES):
                desk.quote()
                desk.clock.advance_by(10)
            desk.om.poll()
        return count * SLICES

    return turn


def children(count: int, rounds: int) -> list[Figure]:
    """Parents and children a second, and a child in plain orders."""
    plain, worked = Desk(), Desk()
    with held_off():
        samples = take_turns(
            {"plain": _plain(plain, count * SLICES), "worked": _worked(worked, count)}, rounds=rounds
        )
    assert not worked.om.open_orders()
    orders = worked.om.orders()
    parents = [order for order in orders if type(order.terms) is Strategy]
    assert all(order.is_filled for order in orders)
    assert len(orders) == len(parents) * (1 + SLICES)
    a_second = [1e6 / us for us in samples["worked"]]
    return [
        figure(f"parents of {SLICES} children: a second", [rate / SLICES for rate in a_second], "/s"),
        figure("children: a second", a_second, "/s"),
        figure("child: in plain orders", ratios(samples["worked"], samples["plain"]), "x", MAX_CHILD),
    ]


def _told(desk: Desk, update: Callable[[], MarketUpdate], count: int) -> Callable[[], int]:
    def turn() -> int:
        updates = [update() for _ in range(count)]
        for one in updates:
            desk.number += 1
            desk.tell(one)
        return count

    return turn


def updates(count: int, rounds: int) -> list[Figure]:
    """An update of the market with so many live parents, and beside none."""
    found = []
    for name, terms in WAITING.items():
        brokers = ("one", "two") if terms.name == "smart" else ()
        none, many = Desk(*brokers), Desk(*brokers)
        for _ in range(LIVE):
            many.submit(terms, 10)
        assert len(many.om.state.parents.live) == LIVE
        at_work = len(many.om.open_orders())
        arms = {}
        for desk, which in ((none, "none"), (many, "many")):
            arms[f"quote {which}"] = _told(desk, desk.next_quote, count)
            # A thousand children that follow it are a thousand replaces.
            is_slow = desk is many and "follow" in name
            arms[f"other bid {which}"] = _told(
                desk, desk.other_quote, max(2, count // 1_000) if is_slow else count
            )
            arms[f"trade {which}"] = _told(desk, desk.next_trade, count)
        samples = take_turns(arms, rounds=rounds)
        assert len(many.om.open_orders()) == at_work
        for what in ("quote", "other bid", "trade"):
            us = samples[f"{what} many"]
            found += [
                figure(f"{what} beside {LIVE:,} {name}", us, "us"),
                figure("  in one beside none", ratios(us, samples[f"{what} none"]), "x"),
            ]
    return found

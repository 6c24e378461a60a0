"""Laws of orders that go on to another of two simulated venues, with latency, refusals, outages and restarts."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.engine.fingerprint import describe
from oms.engine.state import State
from oms.model.decimals import ZERO, exact_arithmetic
from oms.model.enums import ExecType, Side
from oms.model.events import OrderCreated, OrderRouted, ReplaceRequested
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.parent import may_execute
from oms.model.routing_table import HealthRules, Reroute, RouteRule, Routing
from oms.model.terms import Limit, Terms
from oms.model.time_in_force import DAY, FOK, IOC, TimeInForce
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.faults import Fate, FaultModel, Outages, Rejects, ReportFate
from oms.simulation.latency import Latency, Uniform
from oms.stores.memory import MemoryEventStore

AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01")
T0: Final = 1_767_623_400_000_000_000
S: Final = 1_000_000_000
SPAN_S: Final = 40
"""Faults happen in the first so many seconds."""
ROUTING: Final = Routing(
    rules=(RouteRule(brokers=("one", "two"), reroute=tuple(Reroute), reroute_within_s=30),),
    health=HealthRules(degraded_after=1, down_after=2, backoff_s=1, max_backoff_s=4, up_after=1),
)

_FAULTS: st.SearchStrategy[FaultModel | None] = st.one_of(
    st.none(),
    st.builds(
        lambda start_s, long_s, requests, reports: Outages(
            [(T0 + start_s * S, T0 + (start_s + long_s) * S)], requests=requests, reports=reports
        ),
        st.integers(0, 10),
        st.integers(1, 8),
        st.sampled_from(Fate),
        st.sampled_from(ReportFate),
    ),
    st.builds(
        lambda seed, part: Rejects(Decimal(part) / 10, windows=[(T0, T0 + SPAN_S * S)], seed=seed),
        st.integers(0, 99),
        st.integers(3, 9),
    ),
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), st.sampled_from(["one", "two"]), st.integers(-3, 3), st.integers(0, 60)),
        st.tuples(st.just("buy"), st.sampled_from([IOC, IOC, FOK, DAY]), st.integers(1, 90), st.integers(-3, 3)),
        st.tuples(st.just("sell"), st.sampled_from([IOC, IOC, FOK, DAY]), st.integers(1, 90), st.integers(-3, 3)),
        st.tuples(st.just("replace"), st.integers(0, 5), st.integers(1, 90), st.integers(-3, 3)),
        st.tuples(st.just("wait"), st.integers(1, 4_000), st.just(0), st.just(0)),
        st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0), st.just(0)),
    ),
    min_size=5,
    max_size=25,
)  # fmt: skip


class World:
    """A manager, which may be started again, two venues, and what they have really executed."""

    def __init__(self, faults: list[FaultModel | None], delays_ms: list[int]) -> None:
        self.clock = ManualClock(T0)
        self.venues = [
            PaperBroker(
                [AAPL], name=name, faults=fault,
                latency=Latency(to_venue=Uniform(0, 1 + ms * 1_000_000), from_venue=Uniform(0, 1 + ms * 1_000_000), seed=ms),
            )
            for name, fault, ms in zip(("one", "two"), faults, delays_ms, strict=True)
        ]  # fmt: skip
        self.store = MemoryEventStore()
        self.om = self._open()
        self.ids: list[int] = []
        # How each order began, what a replace asked for last, and the largest total that was ever asked for.
        self.begun: dict[int, OrderCreated] = {}
        self.asked: dict[int, tuple[Decimal, Terms]] = {}
        self.most: dict[int, Decimal] = {}
        self.read_to = 0

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=self.venues, store=self.store, instruments=[AAPL], clock=self.clock, request_timeout_s=2, routing=ROUTING,
        )  # fmt: skip

    def restart(self) -> None:
        """Start again after the process was killed: nothing is said to anybody before."""
        for venue in self.venues:
            venue.stop()
        self.om = self._open()

    def quote(self, venue: str, offset: int, size: int) -> None:
        bid, ask = Decimal(999 + offset) / 100, Decimal(1_001 + offset) / 100
        quote = Quote(Symbol("AAPL"), self.clock.now_ns(), bid, Decimal(size), ask, Decimal(size))
        self.om.update(quote, venue=venue)

    def place(self, side: Side, tif: TimeInForce, qty: int, offset: int) -> None:
        px = Decimal(1_001 + offset) if side is Side.BUY else Decimal(999 + offset)
        self.ids.append(self.om.submit("AAPL", side, qty, Limit(px / 100), tif=tif).order_id)

    def replace(self, order: Order, qty: int, offset: int) -> None:
        self.om.replace(order, order_qty=qty, price=Decimal(1_000 + offset) / 100)

    def read(self) -> None:
        """Take in what was asked for since it was read last."""
        for event in self.store.read(self.read_to):
            self.read_to = event.sequence
            if isinstance(event, OrderCreated):
                assert event.order_qty is not None
                self.begun[event.order_id] = event
                self.asked[event.order_id] = event.order_qty, event.terms
                self.most[event.order_id] = event.order_qty
            elif isinstance(event, ReplaceRequested):
                note("a replace is asked for")
                self.asked[event.order_id] = event.order_qty, event.terms
                self.most[event.order_id] = max(self.most[event.order_id], event.order_qty)
            elif isinstance(event, OrderRouted) and event.order_id != event.decision.after is not None:
                note("something goes on")

    def wait(self, ms: int) -> None:
        self.clock.advance_to(self.clock.now_ns() + ms * 1_000_000)
        self.om.poll()

    def chain(self, order_id: int) -> list[Order]:
        """Give an order and those that went on with what was left."""
        found = [self.om.order(order_id)]
        while (decision := found[-1].routing) is not None and decision.after == found[-1].order_id:
            if decision.successor is None:
                break
            found.append(self.om.order(decision.successor))
        return found

    def executed(self, orders: list[Order]) -> Decimal:
        """Give what both venues have really executed of some orders."""
        ids, total = {order.cl_ord_id for order in orders}, ZERO
        for venue in self.venues:
            for report in venue.executed:
                if report.cl_ord_id in ids and report.exec_type is ExecType.TRADE:
                    total += report.last_qty or ZERO
        return total

    def check(self) -> None:
        """Law: of an order and what came after it only the last may execute, and what goes on is what was asked for last.

        That is no more than was left of it, and so all of them together do no more than was asked for.
        """
        self.read()
        for order_id in self.ids:
            orders = self.chain(order_id)
            assert not any(may_execute(order) for order in orders[:-1]), orders
            for order in orders:
                assert order.cum_qty + may_execute(order) <= self.most[order.order_id], orders
            for order, following in pairwise(orders):
                begun, (qty, terms) = self.begun[following.order_id], self.asked[order.order_id]
                assert (begun.side, begun.terms) == (order.side, terms), orders
                assert (begun.order_qty or ZERO) <= qty - order.cum_qty, orders
            done = sum((order.cum_qty for order in orders[:-1]), ZERO)
            assert self.executed(orders) <= done + self.most[orders[-1].order_id], orders
            brokers = [order.broker for order in orders if order.broker is not None]
            assert len(set(brokers)) == len(brokers), orders


@settings(max_examples=60)
@given(
    st.lists(_FAULTS, min_size=2, max_size=2), st.lists(st.integers(0, 900), min_size=2, max_size=2), _STEPS
)
def test_whatever_goes_wrong_an_order_and_what_goes_on_of_it_are_never_there_twice(
    faults: list[FaultModel | None], delays_ms: list[int], steps: list[tuple[Any, Any, Any, Any]]
) -> None:
    """Law: no double exposure under refusals, lost replies, outages and restarts; a replay makes the same again."""
    world = World(faults, delays_ms)
    for venue in ("one", "two"):
        world.quote(venue, 0, 30)
    for what, first, second, third in steps:
        if what == "quote":
            world.quote(first, second, third)
        elif what in {"buy", "sell"}:
            world.place(Side.BUY if what == "buy" else Side.SELL, first, second, third)
        elif what == "wait":
            world.wait(first)
        elif what == "restart":
            world.restart()
        elif first < len(world.ids):
            last = world.chain(world.ids[first])[-1]
            if not last.is_ended and what == "cancel":
                world.om.cancel(last)
            elif not last.is_ended:
                world.replace(last, second, third)
        world.check()
    world.clock.advance_to(max(world.clock.now_ns(), T0 + (SPAN_S + 10) * S))
    world.om.reconcile()
    for _ in range(12):
        world.wait(5_000)
        world.check()
    lengths = [len(world.chain(order_id)) for order_id in world.ids]
    note(f"the longest chain: {max(lengths, default=0)}")
    again = State()
    with exact_arithmetic():
        for event in world.store.read():
            again.apply(event)
    assert describe(again) == describe(world.om.state)

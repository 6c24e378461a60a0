"""Laws of an order over two simulated venues with fees, latency, refusals and outages of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.decimals import ZERO, exact_arithmetic
from oms.model.depth import BookSnapshot
from oms.model.enums import ExecType, Life, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.routing import VenueHealth
from oms.model.routing_table import HealthRules, RouteRule, RouteWeights, Routing, Venue
from oms.model.terms import Strategy
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import state_hash
from oms.simulation.faults import Fate, FaultModel, Outages, Rejects, ReportFate
from oms.simulation.fees import MakerTaker
from oms.simulation.latency import Latency, Uniform
from oms.stores.memory import MemoryEventStore

AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01")
T0: Final = 1_767_623_400_000_000_000
S: Final = 1_000_000_000
SPAN_S: Final = 40
"""Faults happen in the first so many seconds."""

_WINDOWS = st.lists(
    st.tuples(st.integers(0, SPAN_S), st.integers(1, 8)), max_size=3
)  # from when, for how long, in seconds
_FAULTS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.builds(
        lambda found, requests, reports: Outages(_apart(found), requests=requests, reports=reports),
        _WINDOWS,
        st.sampled_from(Fate),
        st.sampled_from(ReportFate),
    ),
    st.builds(
        lambda seed, part: Rejects(Decimal(part) / 10, windows=[(T0, T0 + SPAN_S * S)], seed=seed),
        st.integers(0, 99),
        st.integers(1, 9),
    ),
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), st.sampled_from(["one", "two"]), st.integers(-3, 3), st.integers(0, 60)),
        st.tuples(
            st.just("order"), st.sampled_from([Side.BUY, Side.SELL]), st.integers(1, 90), st.integers(-3, 3)
        ),
        st.tuples(st.just("wait"), st.integers(1, 4_000), st.just(0), st.just(0)),
        st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0), st.just(0)),
        st.tuples(st.just("amend"), st.integers(0, 5), st.integers(-3, 5), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0), st.just(0)),
    ),
    min_size=5,
    max_size=30,
)


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    windows: list[tuple[int, int]] = []
    for start_s, long_s in sorted(found):
        start_ns = T0 + start_s * S
        if windows and start_ns <= windows[-1][1]:
            continue
        windows.append((start_ns, start_ns + long_s * S))
    return windows


class World:
    """A manager, two venues, and what they have really executed."""

    def __init__(self, faults: list[FaultModel | None], delays_ms: list[int]) -> None:
        self.clock = ManualClock(T0)
        self.venues = [
            PaperBroker(
                [AAPL], name=name, fees=MakerTaker(maker_bps=0, taker_bps=bps), faults=fault,
                latency=Latency(to_venue=Uniform(0, 1 + ms * 1_000_000), from_venue=Uniform(0, 1 + ms * 1_000_000), seed=ms),
            )
            for name, bps, fault, ms in zip(("one", "two"), (5, 1), faults, delays_ms, strict=True)
        ]  # fmt: skip
        self.store = MemoryEventStore()
        self.om = self._open()
        self.orders: list[Order] = []

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=self.venues,
            store=self.store,
            instruments=[AAPL],
            clock=self.clock,
            handlers=with_algorithms(),
            request_timeout_s=2,
            routing=Routing(
                rules=(RouteRule(brokers=("one", "two")),),
                venues=(Venue(broker="one", taker_bps=5), Venue(broker="two", taker_bps=1)),
                weights=RouteWeights(reject_bps=2),
                health=HealthRules(degraded_after=1, down_after=2, backoff_s=1, max_backoff_s=4, up_after=1),
            ),
        )

    def restart(self) -> None:
        """The process dies, and another one takes over from the journal."""
        for venue in self.venues:
            venue.stop()
        self.om = self._open()
        self.orders = [self.om.order(order.order_id) for order in self.orders]

    def wait(self, ms: int) -> None:
        self.clock.advance_to(self.clock.now_ns() + ms * 1_000_000)
        self.om.poll()

    def quote(self, venue: str, offset: int, size: int) -> None:
        mid = 1_000 + offset
        bid, ask = Decimal(mid - 1) / 100, Decimal(mid + 1) / 100
        now_ns = self.clock.now_ns()
        if size % 2:
            # A book behind it, so that nobody knows its best price alone.
            bids = [(bid, size), (bid - Decimal("0.02"), 9)]
            asks = [(ask, size), (ask + Decimal("0.01"), 5), (ask + Decimal("0.02"), 9)]
            self.om.update(BookSnapshot(Symbol("AAPL"), now_ns, bids, asks), venue=venue)
        else:
            quote = Quote(Symbol("AAPL"), now_ns, bid, Decimal(size), ask, Decimal(size))
            self.om.update(quote, venue=venue)

    def order(self, side: Side, qty: int, offset: int) -> None:
        limit = Decimal(1_000 + offset) / 100
        given: dict[str, Any] = {"limit_price": limit, "rest": "Y" if qty % 3 else "N"}
        if qty % 4 == 0:
            given["max_child"] = 7
        if qty % 5 == 0:
            given["min_rest"] = 1
        if qty % 7 == 0:
            given |= {"duration": 20, "on_residual": "sweep"}
        elif qty % 11 == 0 or qty % 13 == 0:
            given |= {"rest": "Y", "no_take_liquidity": "Y"}
        self.orders.append(self.om.submit("AAPL", side, qty, Strategy("smart", given)))

    def executed(self, order: Order) -> Decimal:
        """Give what both venues have really executed of an order's parts, whoever has heard of it."""
        # A part that was made smaller has another ClOrdID since.
        parts, known = set(self.om.children(order)), self.om.state.index.by_cl_ord_id
        total = ZERO
        for venue in self.venues:
            for report in venue.executed:
                named = report.cl_ord_id is not None and known.get(report.cl_ord_id)
                if named in parts and report.exec_type is ExecType.TRADE:
                    total += report.last_qty or ZERO
        return total

    def check(self) -> None:
        """Law: never more than was ordered, neither here nor at the venues; what may execute counts until it is known not to."""
        for order in self.orders:
            if order.life is Life.DENIED:
                continue
            view = self.om.work(order)
            assert view.filled + view.working <= view.qty, order
            assert self.executed(order) <= view.qty, order
            assert self.executed(order) <= view.filled + view.working, order
            assert view.filled == order.cum_qty

    def check_replay(self) -> None:
        """Law: the journal makes the same again, health and history of the venues with it."""
        again = State()
        with exact_arithmetic():
            for event in self.store.read():
                again.apply(event)
        assert describe(again) == describe(self.om.state)
        text = dump(self.om.state, self.om.positions)
        state, positions = State(), Positions()
        load(text, state, positions)
        assert dump(state, positions) == text
        assert state_hash(state, positions) == self.om.state_hash()


@settings(max_examples=60)
@given(
    st.lists(_FAULTS, min_size=2, max_size=2), st.lists(st.integers(0, 900), min_size=2, max_size=2), _STEPS
)
def test_whatever_goes_wrong_at_a_venue_no_part_is_sent_twice(
    faults: list[FaultModel | None], delays_ms: list[int], steps: list[tuple[Any, Any, Any, Any]]
) -> None:
    """Law: no double exposure under refusals, outages, doubt, latency and restarts; in the end the books are what the venues did."""
    world = World(faults, delays_ms)
    for venue in ("one", "two"):
        world.quote(venue, 0, 30)
    for what, first, second, third in steps:
        if what == "quote":
            world.quote(first, second, third)
        elif what == "order":
            world.order(first, second, third)
        elif what == "wait":
            world.wait(first)
        elif what == "restart":
            world.restart()
        elif first < len(world.orders) and not world.orders[first].is_closed:
            order = world.orders[first]
            if what == "amend":
                world.om.replace(order, price=Decimal(1_000 + second) / 100)
            else:
                world.om.cancel(order)
        world.check()
    # Nothing goes wrong any more: everything that is in doubt can be found out.
    world.clock.advance_to(max(world.clock.now_ns(), T0 + (SPAN_S + 10) * S))
    for order in world.orders:
        if not order.is_closed and order.life is Life.LIVE:
            world.om.cancel(order)
    # What was executed and never heard of is told by the venue's list of it.
    world.om.reconcile()
    for _ in range(60):
        world.wait(5_000)
    world.check()
    for order in world.orders:
        assert order.is_closed
        assert order.cum_qty == world.executed(order)
    if any(standing.failed for standing in world.om.venues()):
        note("a venue failed")
    if any(standing.health is VenueHealth.DOWN for standing in world.om.venues()):
        note("down at the end")
    world.check_replay()

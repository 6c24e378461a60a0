"""The rule-based machine of one order: everything that can be asked, and everything that can happen on the way.

Subclass `OrderMachine` with factories of your own to hold your adapter, your store or your handlers against a venue that tells
the truth late, twice, out of order or not at all, and run it with `run_machine`, or as `OrderMachine.TestCase` under pytest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from typing import ClassVar, Final

try:
    from hypothesis import settings as hypothesis_settings
    from hypothesis import strategies as st
    from hypothesis.stateful import (
        RuleBasedStateMachine,
        initialize,
        invariant,
        precondition,
        rule,
        run_state_machine_as_test,
    )
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.model import events as ev
from oms.model.capabilities import AMENDABLE, Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT
from oms.model.enums import RequestKind, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId
from oms.model.instrument import Instrument
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market, StopLimit, limit_px
from oms.model.time_in_force import DAY, GTC, Day, GoodTillCancel, GoodTillDate, GoodTillTime, TimeInForce
from oms.model.venue_profile import FIX_BROKER, VenueProfile
from oms.order_types.registry import HandlerRegistry, default_handlers
from oms.ports.broker import Broker
from oms.ports.event_store import EventStore
from oms.runtime.manual_clock import ManualClock
from oms.stores.memory import MemoryEventStore
from oms.testing.decisions import Decision, begin_day, decide, possible
from oms.testing.desk import Desk
from oms.testing.dice import Dice
from oms.testing.line import Answering, Arrival, Fate, LineBroker, Reply, VenueLine
from oms.testing.settling import settle
from oms.testing.strategies import new_orders
from oms.testing.venue import TruthfulVenue, Wording

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
_TIMES_IN_FORCE: Final = (Day, GoodTillCancel, GoodTillDate, GoodTillTime)
_LATER: Final = GoodTillDate("21000101")
DAY_NS: Final = 86_400_000_000_000

_FATES: Final = st.one_of(
    st.just(Fate()), st.just(Fate()), st.builds(Fate, st.sampled_from(Arrival), st.sampled_from(Reply))
)
# Not without our ids: where an order ends before the venue's name for it is known, what says only that name stays kept.
_WORDINGS: Final = st.one_of(
    st.just(Wording()),
    st.builds(
        Wording,
        has_times=st.booleans(),
        has_numbers=st.booleans(),
        has_totals=st.booleans(),
    ),
)
_PICKS: Final = st.integers(0, 59)
_SIZES: Final = st.integers(1, 8)


class OrderMachine(RuleBasedStateMachine):
    """One order at a venue that tells the truth, and everything that can go wrong between the two.

    Attributes:
        profile: How the venue behaves.
        instrument: What is traded.
        seen: How often each rare thing (`oms.testing.rare.RARE`) has happened, over all examples.
    """

    profile: ClassVar[VenueProfile] = FIX_BROKER
    instrument: ClassVar[Instrument] = Instrument(symbol="TEST", currency="USD", tick="0.01")
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.desk: Desk | None = None
        self._seed = 0
        self._is_sound = False  # What is broken is not settled.

    # ------------------------------------------------------------ what a team of adapter authors overrides

    def make_clock(self) -> ManualClock:
        """Give the clock; it must be movable by hand."""
        return ManualClock(START_NS)

    def make_store(self) -> EventStore:
        """Give an empty journal."""
        return MemoryEventStore()

    def reopen_store(self, store: EventStore) -> EventStore:
        """Give the journal as a new process would find it, after the old one has died without closing it."""
        fresh = MemoryEventStore()
        fresh.append(list(store.read()), 0)
        return fresh

    def make_broker(self, line: VenueLine) -> Broker:
        """Give an adapter that speaks over a line; called anew for each start of the manager."""
        return LineBroker(line)

    def make_handlers(self) -> HandlerRegistry:
        """Give what works each kind of order."""
        return default_handlers()

    def capabilities(self) -> Capabilities:
        """Say what may be asked of the venue; the profile should be the machine's."""
        pairs = frozenset((terms, tif) for terms in (Market, Limit, StopLimit) for tif in _TIMES_IN_FORCE)
        return Capabilities(order_types=pairs, amendable=AMENDABLE, simulated=True, profile=self.profile)

    def orders(self) -> st.SearchStrategy[SubmitOrder]:
        """Give the orders that are tried."""
        return new_orders(self.instrument, self.capabilities(), most_lots=20)

    # ------------------------------------------------------------ the beginning

    @initialize(
        order=st.runner().flatmap(lambda machine: machine.orders()),
        wording=_WORDINGS,
        fate=_FATES,
        seed=st.integers(0, 2**32 - 1),
    )
    def begin(self, order: SubmitOrder, wording: Wording, fate: Fate, seed: int) -> None:
        """Open a manager, and give it the order."""
        self._seed = seed
        self.seen["examples"] += 1
        self.desk = Desk(self, wording, self.seen)
        self.desk.line.fates.append(fate)
        self._note(fate)
        self.desk.submit(order)

    @property
    def at(self) -> Desk:
        """The desk, which there is from the first step on."""
        assert self.desk is not None, "nothing was begun"
        return self.desk

    def _step(self) -> Desk:
        self._is_sound = False
        self.seen["steps"] += 1
        desk = self.at
        desk.tick()
        return desk

    def _note(self, fate: Fate) -> None:
        if fate.arrival is Arrival.NEVER:
            self.seen["requests that never arrived"] += 1

    # ------------------------------------------------------------ what we ask

    @rule(fate=_FATES)
    def cancel(self, fate: Fate) -> None:
        """Ask for a cancel."""
        desk = self._step()
        if any(asked.kind is RequestKind.NEW and asked.in_doubt for asked in desk.order.outstanding_requests):
            self.seen["cancels of orders in doubt"] += 1
        self._ask(desk, fate, lambda: desk.om.cancel(desk.order))

    @rule(lots=st.integers(1, 30), fate=_FATES)
    def replace_qty(self, lots: int, fate: Fate) -> None:
        """Ask for another total, at times below what has executed."""
        desk = self._step()
        qty = EXACT.multiply(Decimal(lots), self.instrument.lot)
        self._ask(desk, fate, lambda: desk.om.replace(desk.order, order_qty=qty))

    @rule(ticks=st.integers(1, 50), tif=st.sampled_from([None, None, DAY, GTC, _LATER]), fate=_FATES)
    def replace_price(self, ticks: int, tif: TimeInForce | None, fate: Fate) -> None:
        """Ask for another price, at times for another time in force too."""
        desk = self._step()
        if limit_px(desk.order.terms) is not None:
            self._ask(desk, fate, lambda: desk.om.replace(desk.order, price=self._px(ticks), tif=tif))

    @rule(fate=_FATES)
    def mass_cancel(self, fate: Fate) -> None:
        """Ask for everything to be canceled."""
        desk = self._step()
        self._ask(desk, fate, lambda: desk.om.mass_cancel(asked_by="ops"))

    @rule()
    def ask_status(self) -> None:
        """Ask what the order is now."""
        desk = self._step()
        if desk.order.venue_order_id is not None or self.profile.looks_up_by_cl_ord_id:
            desk.do(lambda: desk.om.request_status(desk.order))

    def _ask(self, desk: Desk, fate: Fate, action: Callable[[], object]) -> None:
        is_chained = any(asked.kind is RequestKind.REPLACE for asked in desk.order.outstanding_requests)
        version = desk.store.version
        desk.line.fates.append(fate)
        desk.do(action)
        if desk.line.fates:
            # It was refused here, and nothing left.
            desk.line.fates.clear()
            return
        self._note(fate)
        if is_chained and any(isinstance(event, ev.ReplaceRequested) for event in desk.store.read(version)):
            self.seen["chained replaces"] += 1

    # ------------------------------------------------------------ what the venue does

    def _decide(self, pick: int, size: int, which: int, ticks: int) -> None:
        desk = self._step()
        venue = desk.line.venues[which % len(desk.line.venues)]
        choices = possible(venue, is_calm=bool(pick % 5))
        if venue is not desk.venue:  # Who hears of an order after a split cannot know the ratio.
            choices = tuple(choice for choice in choices if choice is not Decision.SPLIT)
        if choices:
            dice = Dice(size, which, self.instrument.lot, self._px(ticks))
            decide(venue, choices[pick % len(choices)], dice)
            desk.line.collect()

    @rule(pick=_PICKS, size=_SIZES, which=_PICKS, ticks=st.integers(1, 50))
    def decide(self, pick: int, size: int, which: int, ticks: int) -> None:
        """Let the venue decide something, of which we do not hear yet."""
        self._decide(pick, size, which, ticks)

    @rule(pick=_PICKS, size=_SIZES, which=_PICKS, ticks=st.integers(1, 50))
    def decide_and_say(self, pick: int, size: int, which: int, ticks: int) -> None:
        """Let the venue decide something, of which we hear at once."""
        self._decide(pick, size, which, ticks)
        fresh = self.at.line.on_the_way()
        if fresh:
            self.at.deliver(fresh[-1])

    @rule(pick=st.integers(0, 3), size=_SIZES, which=_PICKS, ticks=st.integers(1, 50))
    def decide_usually(self, pick: int, size: int, which: int, ticks: int) -> None:
        """Let the venue do one of the things that it mostly does: accept, and trade."""
        self._decide(pick, size, which, ticks)

    @precondition(lambda self: self.desk is not None and self.desk.line.in_flight)
    @rule(which=_PICKS)
    def arrive(self, which: int) -> None:
        """Let a request arrive that was on its way, perhaps before an older one."""
        desk = self._step()
        request = desk.line.in_flight[which % len(desk.line.in_flight)]
        desk.line.drop(request.cl_ord_id)
        desk.line.arrive(request)
        self.seen["requests that arrived late"] += 1

    @precondition(lambda self: self.desk is not None and len(self.desk.line.venues) == 1)
    @rule(lots=_SIZES, is_buy=st.booleans())
    def telephone(self, lots: int, is_buy: bool) -> None:
        """Let somebody give an order by telephone."""
        desk = self._step()
        venue = TruthfulVenue(self.profile, now_ns=desk.clock.now_ns(), name="V2")
        venue.hear(
            NewOrderSingle(
                BrokerName("venue"),
                OrderId(0),
                ClOrdId("PHONE-1"),
                desk.clock.now_ns(),
                self.instrument.symbol,
                Side.BUY if is_buy else Side.SELL,
                EXACT.multiply(Decimal(lots), self.instrument.lot),
                Limit(self._px(10)),
                GTC,
                Account("main"),
            )
        )
        desk.line.venues.append(venue)

    @rule()
    def next_day(self) -> None:
        """Let the next trading day begin."""
        desk = self._step()
        desk.tick(DAY_NS)
        for venue in desk.line.venues:
            begin_day(venue)
        desk.line.collect()
        desk.do(desk.om.poll)

    def _px(self, ticks: int) -> Decimal:
        tick = self.instrument.tick_at(Decimal(10))
        return EXACT.add(EXACT.multiply(tick, Decimal(ticks)), EXACT.multiply(tick, Decimal(1000)))

    # ------------------------------------------------------------ what arrives

    @precondition(lambda self: self.desk is not None and self.desk.line.on_the_way())
    @rule()
    def deliver_next(self) -> None:
        """Let the oldest report arrive that is on its way."""
        desk = self._step()
        desk.deliver(desk.line.on_the_way()[0])

    @precondition(lambda self: self.desk is not None and self.desk.line.on_the_way())
    @rule(which=_PICKS)
    def deliver_any(self, which: int) -> None:
        """Let a report arrive that is on its way, perhaps before older ones."""
        desk = self._step()
        way = desk.line.on_the_way()
        desk.deliver(way[which % len(way)])

    @precondition(lambda self: self.desk is not None and self.desk.line.on_the_way())
    @rule()
    def deliver_all(self) -> None:
        """Let everything arrive together, the last said first."""
        desk = self._step()
        desk.deliver(*reversed(desk.line.on_the_way()))

    @precondition(lambda self: self.desk is not None and self.desk.line.letters)
    @rule(which=_PICKS)
    def deliver_again(self, which: int) -> None:
        """Let a report arrive once more that has arrived before."""
        desk = self._step()
        known = [letter for letter in desk.line.letters if letter.delivered]
        if known:
            desk.deliver_again(known[which % len(known)])

    @precondition(lambda self: self.desk is not None and self.desk.line.on_the_way())
    @rule(which=_PICKS)
    def lose(self, which: int) -> None:
        """Lose a report."""
        desk = self._step()
        way = desk.line.on_the_way()
        way[which % len(way)].is_lost = True

    # ------------------------------------------------------------ time, questions, people, and the process

    @rule(seconds=st.integers(0, 12))
    def wait(self, seconds: int) -> None:
        """Let time pass, so that what is unanswered falls into doubt and is asked about."""
        desk = self._step()
        desk.tick(seconds * 1_000_000_000)
        desk.do(desk.om.poll)

    @rule(answering=st.sampled_from(Answering))
    def answer(self, answering: Answering) -> None:
        """Say how the next question is answered."""
        desk = self._step()
        if len(desk.line.answering) < 3:
            desk.line.answering.append(answering)

    @rule()
    def mass_status(self) -> None:
        """Let the broker say everything that it holds."""
        desk = self._step()
        desk.line.mass_status(desk.clock.now_ns(), desk.om.state.version)

    @precondition(
        lambda self: self.desk is not None and self.desk.order_id is not None and self.desk.order.is_in_doubt
    )
    @rule(which=_PICKS)
    def resolve(self, which: int) -> None:
        """Let a person settle a doubt."""
        desk = self._step()
        doubtful = [asked for asked in desk.order.outstanding_requests if asked.in_doubt]
        desk.resolve(doubtful[which % len(doubtful)])

    @rule()
    def acknowledge(self) -> None:
        """Let somebody look at the oldest anomaly."""
        desk = self._step()
        for anomaly in islice(desk.om.anomalies(), 1):
            desk.om.acknowledge(anomaly, by="ops", reason="seen")

    @rule()
    def restart(self) -> None:
        """Let the process die, and start it again."""
        self._step().restart()

    # ------------------------------------------------------------ what must hold

    @invariant()
    def is_consistent(self) -> None:
        """Hold everything against what must be true after every step."""
        if self.desk is not None:
            self.desk.check()
            self._is_sound = True

    def teardown(self) -> None:
        """Let the faults stop, and hold the manager against the venue."""
        if self.desk is not None and self._is_sound:
            settle(self.desk, self._seed)


def run_machine(machine: Callable[[], OrderMachine], *, settings: hypothesis_settings | None = None) -> None:
    """Run a machine, and raise what it finds, with the shortest steps that lead there.

    Args:
        machine: The class, or a function that makes one.
        settings: Hypothesis's, such as how many examples are tried.

    Raises:
        AssertionError: An invariant does not hold, or manager and venue do not agree in the end.
    """
    run_state_machine_as_test(machine, settings=settings or hypothesis_settings())  # type: ignore[arg-type]

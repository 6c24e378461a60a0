"""Laws of groups that their venue works, whatever order the reports of their orders arrive in."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any, Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Input, Reported, Start
from oms.engine.invariants import check_state
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.contingency import CancelGroup, Contingency, SubmitGroup
from oms.model.enums import AnomalyCode
from oms.model.events import AnomalyRaised, Event, GroupUnlisted
from oms.model.ids import Account, BrokerName
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.requests import NewOrderList, NewOrderSingle, OrderCancelRequest
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.simulation.exchange import SimulatedExchange
from tests.properties.test_contingent_lists import PRICES, SIZES, trees
from tests.unit.simulation.venue import INSTRUMENT, NOON_NS, X

PAPER: Final = BrokerName("paper")
CAN: Final = PaperBroker([INSTRUMENT]).capabilities()
Step: TypeAlias = tuple[Any, ...]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), PRICES, SIZES, st.integers(0, 2), SIZES),
        st.tuples(st.just("trade"), PRICES, st.integers(1, 6)),
        st.tuples(st.just("hear"), st.integers(0, 9)),
        st.tuples(st.just("hear"), st.integers(0, 9)),
        st.tuples(st.just("cancel")),
    ),
    min_size=5,
    max_size=40,
)


class Line:
    """An engine and a venue, with reports under way: those of one order arrive in order, those of several in any."""

    def __init__(self, tree: Contingency) -> None:
        self.exchange = SimulatedExchange([INSTRUMENT])
        self.engine = Engine({PAPER: CAN}, default_handlers())
        self.events: list[Event] = []
        self.under_way: dict[str, deque[Report]] = {}
        self.in_order: deque[Report] = deque()
        self.lists = 0
        self.now_ns = NOON_NS
        self.tell(Start("native", 30_000_000_000, RiskLimits.off("a test"), (INSTRUMENT,), Account("main")))
        self.tell(SubmitGroup(tree, Account("main")))
        assert self.lists == 1

    def tell(self, what: Input) -> None:
        self.now_ns += 1_000_000
        outcome = self.engine.handle(what, self.now_ns)
        self.events += outcome.events
        for request in outcome.requests:
            if isinstance(request, NewOrderList):
                self.lists += 1
                self.say(self.exchange.new_list(request))
            elif isinstance(request, OrderCancelRequest):
                self.say(self.exchange.cancel(request))
            else:
                # Nothing but the list and cancels, unless it had to be taken over: exits were missed.
                assert any(isinstance(event, GroupUnlisted) for event in self.events)
                assert isinstance(request, NewOrderSingle)
                self.say(self.exchange.new_order(request))
        assert check_state(self.engine.state) == ()

    def say(self, reports: list[Report]) -> None:
        for report in reports:
            assert isinstance(report, ExecutionReport | OrderCancelReject)
            self.under_way.setdefault(str(report.venue_order_id), deque()).append(report)
            self.in_order.append(report)

    def hear(self, pick: int) -> bool:
        waiting = [said for _, said in sorted(self.under_way.items()) if said]
        if waiting:
            self.tell(Reported(PAPER, waiting[pick % len(waiting)].popleft()))
        return bool(waiting)

    def do(self, step: Step) -> None:
        self.now_ns += 1_000_000
        match step:
            case ("quote", bid, bid_size, spread, ask_size):
                quote = Quote(X, self.now_ns, bid, Decimal(bid_size), bid + spread, Decimal(ask_size))
                self.say(self.exchange.on_quote(quote))
            case ("trade", px, size):
                self.say(self.exchange.on_trade(TradePrint(X, self.now_ns, px, Decimal(size))))
            case ("hear", pick):
                self.hear(pick)
            case _:
                self.tell(CancelGroup(1))


@settings(deadline=None)
@given(trees(), STEPS)
def test_a_group_at_its_venue_is_what_its_venue_says(tree: Contingency, steps: list[Step]) -> None:
    """Once all was heard, each order stands as it does at the venue, nothing more was asked for, and no exit sold too much."""
    line = Line(tree)
    for step in steps:
        line.do(step)
    while line.hear(0):
        pass

    state = line.engine.state
    open_there = {
        said.cl_ord_id: (said.order_qty, said.cum_qty, said.leaves_qty)
        for said in line.exchange.open_orders(line.now_ns)
    }
    open_here = {
        order.cl_ord_id: (order.order_qty, order.cum_qty, order.leaves_qty)
        for order in state.index.by_id.values()
        if not order.is_closed and order.cl_ord_id is not None
    }
    assert open_here == open_there
    # An exit's word may have overtaken its entry's, and is told of; nothing else of the kind is.
    codes = {one.code for one in line.events if isinstance(one, AnomalyRaised)}
    assert codes <= {AnomalyCode.EXIT_LOST, AnomalyCode.EXITS_EXCEED_ENTRY}


@settings(deadline=None)
@given(trees(), STEPS)
def test_a_group_at_its_venue_is_the_same_after_a_replay_and_from_a_snapshot(
    tree: Contingency, steps: list[Step]
) -> None:
    """What is recorded, and what a snapshot holds, make the same group again."""
    line = Line(tree)
    for step in steps:
        line.do(step)

    again = Engine({PAPER: CAN}, default_handlers(), State())
    again.replay(line.events)
    assert describe(again.state) == describe(line.engine.state)
    loaded = State()
    load(dump(line.engine.state, Positions()), loaded, Positions())
    assert describe(loaded) == describe(line.engine.state)


@settings(deadline=None)
@given(trees(), STEPS)
def test_what_is_heard_in_order_is_no_riddle(tree: Contingency, steps: list[Step]) -> None:
    """Where every report arrives as it is said, no exit exceeds its entry, and nothing is asked about."""
    line = Line(tree)
    for step in steps:
        line.do(step)
        while line.in_order:
            line.tell(Reported(PAPER, line.in_order.popleft()))

    codes = {one.code for one in line.events if isinstance(one, AnomalyRaised)}
    assert codes <= {AnomalyCode.EXIT_LOST}

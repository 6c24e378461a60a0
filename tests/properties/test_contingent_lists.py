"""Laws of orders that depend on one another at the simulated exchange, in any market and with any requests.

What is looked at is the venue's own state, after every step, and every execution that it has reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.contingencies import order_qtys
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings, legs_of
from oms.model.enums import ExecType, Side
from oms.model.ids import BrokerName, ClOrdId, ListId
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, Report
from oms.model.requests import NewOrderList
from oms.model.terms import Limit, Market, Stop, StopLimit
from oms.model.time_in_force import GTC, IOC
from oms.simulation.standing import Standing
from oms.simulation.venue_acts import BustTrade
from oms.simulation.venue_order import Stage, VenueOrder
from tests.unit.simulation.venue import Venue, X, order

# The venue's own state is what the laws are about.
# pyright: reportPrivateUsage=false

D = Decimal
ZERO = D(0)
ENTRY = Leg("X", Side.BUY, Limit(100), GTC, None, 10)
STOP, TARGET = Leg("X", Side.SELL, Stop(97), GTC), Leg("X", Side.SELL, Limit(103), GTC)
HALF = Leg("X", Side.SELL, Limit(101), GTC, None, 4)
AT_ONCE = Leg("X", Side.SELL, Market(), IOC)
AGAIN = Oto(TARGET, (Leg("X", Side.BUY, Limit(101), GTC),))
PRICES = st.integers(95, 105).map(D)
SIZES = st.integers(0, 6)
Step: TypeAlias = tuple[Any, ...]


@st.composite
def trees(draw: st.DrawFn) -> Contingency:
    siblings = draw(st.sampled_from(Siblings))
    oco = Oco((STOP, TARGET), siblings)
    shapes: list[tuple[Contingency, ...]] = [
        (oco,),
        (oco,),
        (HALF, oco),
        (HALF, TARGET),
        (TARGET,),
        (AT_ONCE,),
        (Oco((STOP, AGAIN), siblings),),
        (Oco((STOP, evolve(STOP, terms=StopLimit(98, 98)), TARGET), siblings),),
    ]
    exits = draw(st.sampled_from(shapes))
    if draw(st.integers(0, 4)) == 0:
        buys = Leg("X", Side.BUY, Stop(102), GTC, None, draw(st.integers(6, 10)))
        return Oco((Oto(ENTRY, exits) if draw(st.booleans()) else ENTRY, buys), siblings)
    return Oto(ENTRY, exits, draw(st.sampled_from(Arm)), draw(st.sampled_from(Remainder)))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), PRICES, SIZES, st.integers(0, 2), SIZES),
        st.tuples(st.just("quote"), PRICES, SIZES, st.integers(0, 2), SIZES),
        st.tuples(st.just("trade"), PRICES, st.integers(1, 6)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("replace"), st.integers(0, 5), st.integers(1, 14), PRICES),
    ),
    min_size=5,
    max_size=30,
)


BUSTS = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), PRICES, SIZES, st.integers(0, 2), SIZES),
        st.tuples(st.just("trade"), PRICES, st.integers(1, 6)),
        st.tuples(st.just("bust"), st.integers(0, 5)),
    ),
    min_size=5,
    max_size=30,
)


class Scene:
    """One list at a venue, and what has executed of each of its orders."""

    def __init__(self, tree: Contingency) -> None:
        self.tree = tree
        self.venue = Venue()
        self.legs = legs_of(tree)
        self.names = [ClOrdId(name) for name in "abcdef"[: len(self.legs)]]
        self.venue_ids = {f"v{name}": at for at, name in enumerate(self.names)}
        self.executed = [ZERO] * len(self.legs)
        quotes = zip(self.names, self.legs, order_qtys(tree), strict=True)
        orders = tuple(order(name, leg.side, qty, leg.terms, leg.time_in_force) for name, leg, qty in quotes)
        for one in orders:
            self.venue.remember(one)
        self.requests = 0
        self.said: list[ExecutionReport] = []
        self.busts = 0
        request = NewOrderList(BrokerName("paper"), ListId("l"), self.venue.time_ns, tree, orders)
        self.hear(self.venue.exchange.new_list(request))
        self.orders: list[VenueOrder] = [self.venue.exchange._desk.orders[name] for name in self.names]

    def do(self, step: Step) -> None:
        venue, exchange = self.venue, self.venue.exchange
        venue.time_ns += 1_000_000
        match step:
            case ("quote", bid, bid_size, spread, ask_size):
                self.hear(
                    exchange.on_quote(Quote(X, venue.time_ns, bid, D(bid_size), bid + spread, D(ask_size)))
                )
            case ("trade", px, size):
                self.hear(exchange.on_trade(TradePrint(X, venue.time_ns, px, D(size))))
            case ("cancel", at):
                one = self.orders[at % len(self.orders)]
                self.hear(exchange.cancel(venue.cancel_request(self.next_name(), one.cl_ord_id)))
            case ("replace", at, qty, px):
                one = self.orders[at % len(self.orders)]
                terms = Limit(px) if isinstance(one.terms, Limit) else one.terms
                request = venue.replace_request(self.next_name(), one.cl_ord_id, D(qty), terms)
                self.hear(exchange.replace(evolve(request, time_in_force=one.time_in_force)))
            case ("bust", at):
                trades = list(Standing(self.said).now())
                if trades:
                    act = BustTrade(trades[at % len(trades)])
                    self.busts += 1
                    self.hear(exchange.acts.act_on_trade(act, self.said, venue.time_ns))
            case _:
                raise AssertionError(step)

    def next_name(self) -> str:
        self.requests += 1
        return f"r{self.requests}"

    def hear(self, reports: list[Report]) -> None:
        """Take reports in, one by one: what has executed is right after each of them, not only in the end."""
        for report in reports:
            if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE_CANCEL:
                assert report.last_qty is not None
                self.said.append(report)
                self.executed[self.venue_ids[str(report.venue_order_id)]] -= report.last_qty
            if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE:
                assert report.last_qty is not None
                self.said.append(report)
                self.executed[self.venue_ids[str(report.venue_order_id)]] += report.last_qty
                if self.busts:
                    continue  # what was sold of a busted purchase cannot be taken back
                for entry, exits in self.entries(self.tree, [0]):
                    assert sum(self.executed[at] for at in exits) <= self.executed[entry]

    def entries(self, node: Contingency, number: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Give the number of each entry, and those of the exits that share what it brings."""
        if isinstance(node, Leg):
            number[0] += 1
            return
        if isinstance(node, Oco):
            for one in node.legs:
                yield from self.entries(one, number)
            return
        entry, sharing = number[0], []
        number[0] += 1
        inner = []
        for exit_ in node.exits:
            for leg in exit_.legs if isinstance(exit_, Oco) else (exit_,):
                sharing.append(number[0])
                inner += list(self.entries(leg, number))
        yield entry, sharing
        yield from inner

    def most_of_exits(self, node: Oto, first: int) -> Decimal:
        """Give what all exits of an entry may have executed at the next moment: of an `Oco` the most of one leg beside the rest."""
        most, number = ZERO, first + 1
        for one in node.exits:
            firsts = []
            for leg in one.legs if isinstance(one, Oco) else (one,):
                firsts.append(number)
                number += len(legs_of(leg))
            most += sum((self.orders[at].cum_qty for at in firsts), ZERO)
            most += max(self.orders[at].open_qty if self.is_open(at) else ZERO for at in firsts)
        return most

    def is_open(self, at: int) -> bool:
        return self.orders[at].stage is Stage.OPEN

    def check(self) -> None:
        book = self.venue.exchange._books["X"]
        for one in self.orders:
            if one.stage is Stage.OPEN:
                assert (one.room is book.held) is not bool(one.open_qty), one
                assert one.cum_qty < one.order_qty, one
        assert [one.cum_qty for one in self.orders] == self.executed
        assert {id(one) for one in book.orders()} == {
            id(one) for one in self.orders if one.stage is Stage.OPEN
        }
        if isinstance(self.tree, Oto):
            assert self.most_of_exits(self.tree, 0) <= self.orders[0].cum_qty


@settings(deadline=None)
@given(trees(), STEPS)
def test_exits_never_come_to_more_than_their_entry_has_brought(tree: Contingency, steps: list[Step]) -> None:
    """After every step what exits have executed and may execute is at most what the entry has executed."""
    scene = Scene(tree)
    scene.check()
    for step in steps:
        scene.do(step)
        scene.check()


@settings(deadline=None)
@given(st.sampled_from(Remainder), STEPS)
def test_both_exits_of_a_bracket_always_work_for_what_is_not_sold_yet(
    remainder: Remainder, steps: list[Step]
) -> None:
    """While both exits are open, each works for all that the entry has brought and neither of them has sold."""
    scene = Scene(Oto(ENTRY, (Oco((STOP, TARGET)),), remainder=remainder))
    for step in steps:
        if step[0] == "replace" and step[1] % 3:
            continue  # a smaller exit works for less
        scene.do(step)
        entry, stop, target = scene.orders
        held = entry.cum_qty - stop.cum_qty - target.cum_qty
        if scene.is_open(1) and scene.is_open(2):
            assert stop.open_qty == target.open_qty == held
        if scene.is_open(0) and remainder is Remainder.CANCEL:
            assert held or not entry.cum_qty


@settings(deadline=None)
@given(st.sampled_from(Siblings), BUSTS)
def test_a_bust_leaves_exits_no_more_than_what_is_held(siblings: Siblings, steps: list[Step]) -> None:
    """After every step, busts among them, exits work for no more than the entry has brought and none of them has sold."""
    scene = Scene(Oto(ENTRY, (HALF, Oco((STOP, TARGET), siblings))))
    for step in steps:
        scene.do(step)
        entry, half, stop, target = scene.orders
        assert [one.cum_qty for one in scene.orders] == scene.executed
        held = max(entry.cum_qty - half.cum_qty - stop.cum_qty - target.cum_qty, ZERO)
        working = [one.open_qty if one.stage is Stage.OPEN else ZERO for one in (half, stop, target)]
        assert working[0] + max(working[1:]) <= held


@settings(deadline=None)
@given(STEPS)
def test_of_legs_that_cancel_one_another_one_executes(steps: list[Step]) -> None:
    """Of an `Oco` whose siblings are canceled at most one leg ever executes."""
    buys = Leg("X", Side.BUY, Stop(102), GTC, None, 8)
    scene = Scene(Oco((ENTRY, buys, evolve(buys, terms=Limit(99))), Siblings.CANCEL))
    for step in steps:
        scene.do(step)
        assert sum(1 for qty in scene.executed if qty) <= 1

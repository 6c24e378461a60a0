"""Laws of the simulated exchange on markets in depth, beside exchanges that are too simple to be wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Levels
from oms.model.enums import ExecType, MDUpdateAction, Side
from oms.model.market import TradePrint
from oms.model.reports import ExecutionReport, Report
from oms.model.terms import Limit
from oms.model.time_in_force import FOK, GTC, IOC, TimeInForce
from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional, QueueModel
from oms.simulation.rules import USUAL_RULES, MatchingRules
from tests.properties.slow_depth import SlowLevels, SlowNamed
from tests.properties.slow_exchange import Fill, SlowExchange, SlowOrder
from tests.properties.test_simulated_exchange import as_fill, px_of
from tests.unit.simulation.venue import NOON_NS, Venue, X, order

TICK = Decimal("0.01")
MODELS: dict[str, QueueModel] = {
    "pessimistic": Pessimistic(),
    "proportional": Proportional(),
    "optimistic": Optimistic(),
}
Happening: TypeAlias = tuple[Any, ...]
MANY = settings(max_examples=max(300, settings().max_examples))

BIDS = st.sampled_from([997, 998, 998, 999, 999, 999, 1000])
ASKS = st.sampled_from([1000, 1001, 1001, 1001, 1002, 1002, 1003])
ANY_PX = st.sampled_from([997, 998, 999, 999, 1000, 1000, 1001, 1001, 1002, 1003])
SIZES = st.integers(1, 6)
SHOWN = st.integers(0, 6)
SIDES = st.sampled_from([Side.BUY, Side.SELL])
TIMES_IN_FORCE = st.sampled_from([GTC, GTC, GTC, GTC, IOC, FOK])
RECENT = st.integers(0, 3)

REQUESTS: tuple[st.SearchStrategy[Happening], ...] = (
    st.tuples(st.just("new"), SIDES, SIZES, ANY_PX, st.integers(0, 9), TIMES_IN_FORCE),
    st.tuples(st.just("new"), SIDES, SIZES, ANY_PX, st.integers(0, 9), TIMES_IN_FORCE),
    st.tuples(st.just("cancel"), RECENT),
    st.tuples(st.just("replace"), RECENT, SIZES, ANY_PX),
)
LEVELS: tuple[st.SearchStrategy[Happening], ...] = (
    st.tuples(
        st.just("update"),
        st.dictionaries(BIDS, SHOWN, max_size=2),
        st.dictionaries(ASKS, SHOWN, max_size=2),
    ),
    st.tuples(
        st.just("snapshot"),
        st.dictionaries(BIDS, SIZES, max_size=4),
        st.dictionaries(ASKS, SIZES, max_size=4),
    ),
    st.tuples(st.just("trade"), ANY_PX, SIZES, st.sampled_from([None, Side.BUY, Side.SELL])),
    st.tuples(st.just("trade"), ANY_PX, SIZES, st.sampled_from([None, Side.BUY, Side.SELL])),
)
# What queues are made of: where an order of ours rests, others come, cancel and trade.
QUEUES: tuple[st.SearchStrategy[Happening], ...] = (
    st.tuples(st.just("nudge"), RECENT, st.integers(1, 6)),
    st.tuples(st.just("nudge"), RECENT, st.integers(-4, -1)),
    st.tuples(st.just("hit"), RECENT, st.integers(1, 4)),
)
ORDERS: tuple[st.SearchStrategy[Happening], ...] = (
    st.tuples(st.just("bid"), BIDS, SIZES),
    st.tuples(st.just("ask"), ASKS, SIZES),
    st.tuples(st.just("change"), st.integers(0, 5), st.integers(-1, 1), SHOWN, SHOWN),
    st.tuples(st.just("change"), st.integers(0, 5), st.just(0), SHOWN, SHOWN),
    st.tuples(st.just("go"), st.integers(0, 6), SHOWN),
    st.tuples(st.just("iceberg"), SIDES, SIZES, ANY_PX, st.integers(1, 3)),
    st.tuples(st.just("again"), st.integers(0, 6), SIDES, ANY_PX, SIZES),
)


Slow = TypeVar("Slow", bound=SlowExchange)
Told: TypeAlias = tuple[list[Report], list[Fill]]


class Desk(Generic[Slow]):
    """Our requests, told to the exchange and to a slow one."""

    def __init__(self, slow: Slow, rules: MatchingRules = USUAL_RULES) -> None:
        self.slow = slow
        self.venue = Venue(rules=rules)
        self.orders: dict[str, ExecutionReport] = {}
        self.names: list[str] = []
        self.displays: dict[str, int] = {}
        self.requests = 0

    def do(self, happening: Happening) -> list[Fill]:
        kind, *what = happening
        told: Told = getattr(self, f"do_{kind}")(*what)
        reports, fills = told
        executions = [report for report in reports if isinstance(report, ExecutionReport)]
        assert [as_fill(report) for report in executions if report.exec_type is ExecType.TRADE] == fills
        for report in executions:
            assert report.venue_order_id is not None
            self.orders[report.venue_order_id.removeprefix("v")] = report
        for one in self.slow.resting:
            latest = self.orders[one.name].cl_ord_id
            assert latest is not None
            assert self.venue.exchange.queue_ahead(latest) == self.ahead_of(one)
        return fills

    def ahead_of(self, one: SlowOrder) -> int:
        return one.ahead

    def do_new(self, side: Side, qty: int, px: int, dice: int, time_in_force: TimeInForce) -> Told:
        price = None if dice == 9 else px
        name = f"o{len(self.names)}"
        self.names.append(name)
        request = order(name, side, Decimal(qty), px_of(price), time_in_force)
        self.venue.remember(request)
        fills = self.slow.new(
            name,
            qty,
            price,
            is_buy=side is Side.BUY,
            rests=time_in_force is GTC,
            in_full=time_in_force is FOK,
        )
        return self.venue.exchange.new_order(request), fills

    def do_cancel(self, number: int) -> Told:
        name = self._name(number)
        self.slow.cancel(name)
        return self.venue.exchange.cancel(self.venue.cancel_request(self._request(), name)), []

    def do_replace(self, number: int, qty: int, price: int) -> Told:
        name = self._name(number)
        request = self.venue.replace_request(
            self._request(), name, Decimal(qty), Limit(price * TICK, self.displays.get(name))
        )
        known = self.orders.get(name)
        if known is None or not known.leaves_qty:
            return self.venue.exchange.replace(request), []
        assert known.order_qty is not None
        leaves = qty - int(known.cum_qty or 0)
        fills: list[Fill] = []
        if leaves <= 0:
            self.slow.cancel(name)
        elif known.price == price * TICK and qty <= known.order_qty:
            self.slow.reduce(name, leaves)
        else:
            self.slow.cancel(name)
            is_buy = known.side is Side.BUY
            fills = self.slow.new(name, leaves, price, is_buy=is_buy, rests=True, in_full=False)
        return self.venue.exchange.replace(request), fills

    def _name(self, number: int) -> str:
        return self.names[-1 - number] if number < len(self.names) else "nobody"

    def _request(self) -> str:
        self.requests += 1
        return f"r{self.requests}"


class ByLevel(Desk[SlowLevels]):
    """The exchange on a market by level, beside the slow one."""

    def __init__(self, model: str) -> None:
        super().__init__(SlowLevels(model), MatchingRules(queue=MODELS[model]))
        self.do(("snapshot", {999: 5, 998: 3}, {1001: 5, 1002: 3}))
        for side, px in ((Side.BUY, 999), (Side.SELL, 1001), (Side.BUY, 998), (Side.BUY, 999)):
            self.do(("new", side, 4, px, 0, GTC))

    def do_update(self, bids: dict[int, int], asks: dict[int, int]) -> Told:
        update = BookUpdate(X, NOON_NS, changes(bids), changes(asks))
        return self.venue.exchange.on_market(update), self.slow.update(bids.items(), asks.items())

    def do_snapshot(self, bids: dict[int, int], asks: dict[int, int]) -> Told:
        told = BookSnapshot(X, NOON_NS, changes(bids)[::-1], changes(asks))
        return self.venue.exchange.on_market(told), self.slow.snapshot(bids, asks)

    def do_nudge(self, number: int, more: int) -> Told:
        rests = self._resting(number)
        if rests is None:
            return [], []
        px, is_buy = rests
        change = {px: max(self.slow.levels[is_buy].get(px, 0) + more, 0)}
        return self.do_update(change, {}) if is_buy else self.do_update({}, change)

    def do_hit(self, number: int, size: int) -> Told:
        rests = self._resting(number)
        if rests is None:
            return [], []
        px, is_buy = rests
        return self.do_trade(px, size, Side.SELL if is_buy else Side.BUY)

    def _resting(self, number: int) -> tuple[int, bool] | None:
        resting = self.slow.resting
        if number >= len(resting):
            return None
        return resting[-1 - number].price, resting[-1 - number].is_buy

    def do_trade(self, px: int, size: int, aggressor: Side | None) -> Told:
        reports = self.venue.exchange.on_market(TradePrint(X, NOON_NS, px * TICK, Decimal(size), aggressor))
        bought = None if aggressor is None else aggressor is Side.BUY
        return reports, self.slow.trade(px, size, bought=bought)


class ByOrder(Desk[SlowNamed]):
    """The exchange on a market by order, beside the slow one; the messages need not make sense."""

    def __init__(self) -> None:
        super().__init__(SlowNamed())
        self.entries: list[tuple[str, Side]] = []
        for happening in (("bid", 999, 5), ("bid", 998, 3), ("ask", 1001, 5), ("ask", 1002, 3)):
            self.do(happening)

    def ahead_of(self, one: SlowOrder) -> int:
        return sum(
            other.size
            for other in self.slow.theirs.values()
            if (other.is_buy, other.price) == (one.is_buy, one.price) and other.place < one.place
        )

    def do_iceberg(self, side: Side, qty: int, px: int, display: int) -> Told:
        name = f"o{len(self.names)}"
        self.names.append(name)
        self.displays[name] = self.slow.displays[name] = display
        request = order(name, side, Decimal(qty), Limit(px * TICK, display), GTC)
        self.venue.remember(request)
        fills = self.slow.new(name, qty, px, is_buy=side is Side.BUY, rests=True, in_full=False)
        return self.venue.exchange.new_order(request), fills

    def do_bid(self, px: int, size: int) -> Told:
        return self._come(f"e{len(self.entries)}", Side.BUY, px, size)

    def do_ask(self, px: int, size: int) -> Told:
        return self._come(f"e{len(self.entries)}", Side.SELL, px, size)

    def do_again(self, number: int, side: Side, px: int, size: int) -> Told:
        name, _ = self._entry(number)
        return self._come(name, side, px, size)

    def do_change(self, number: int, ticks: int, less: int, executed: int) -> Told:
        name, side = self._entry(number)
        known = self.slow.theirs.get(name)
        if known is None:
            return [], []
        px, size = known.price + ticks, max(known.size - less, 0) or known.size + 1
        message = self._message(MDUpdateAction.CHANGE, name, side, px, size, executed)
        return message, self.slow.changes(name, px, size, executed)

    def do_go(self, number: int, executed: int) -> Told:
        name, side = self._entry(number)
        message = self._message(MDUpdateAction.DELETE, name, side, 1000, 0, executed)
        return message, self.slow.goes(name, executed)

    def _come(self, name: str, side: Side, px: int, size: int) -> Told:
        self.entries.append((name, side))
        message = self._message(MDUpdateAction.NEW, name, side, px, size, 0)
        return message, self.slow.comes(name, side is Side.BUY, px, size)

    def _entry(self, number: int) -> tuple[str, Side]:
        name = self.entries[-1 - number][0] if number < len(self.entries) else "nobody"
        known = self.slow.theirs.get(name)
        return name, Side.BUY if known is None or known.is_buy else Side.SELL

    def _message(
        self, action: MDUpdateAction, name: str, side: Side, px: int, size: int, executed: int
    ) -> list[Report]:
        message = BookOrder(X, NOON_NS, action, name, side, px * TICK, Decimal(size), Decimal(executed))
        return self.venue.exchange.on_market(message)


def changes(levels: dict[int, int]) -> Levels:
    return tuple((px * TICK, Decimal(levels[px])) for px in sorted(levels))


@pytest.mark.slow
@MANY
@given(
    st.sampled_from(sorted(MODELS)),
    st.lists(st.one_of(*LEVELS, *QUEUES, *QUEUES, *QUEUES, *REQUESTS), min_size=40, max_size=80),
)
def test_fills_by_level_are_those_of_the_slow_and_obvious_market(
    model: str, happenings: list[Happening]
) -> None:
    """Who fills, how much, where, as maker or taker, in which order, by each queue model."""
    both = ByLevel(model)

    for happening in happenings:
        both.do(happening)


@pytest.mark.slow
@MANY
@given(st.lists(st.one_of(*ORDERS, *ORDERS, *REQUESTS), min_size=20, max_size=60))
def test_fills_by_order_are_those_of_the_slow_and_obvious_market(happenings: list[Happening]) -> None:
    """One queue of theirs and ours, by price and then by arrival, whatever the messages say."""
    both = ByOrder()

    for happening in happenings:
        both.do(happening)

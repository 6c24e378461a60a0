"""Laws of the simulated exchange over any market and any orders, beside an exchange that is too simple to be wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.enums import ExecType, LastLiquidityInd, Side
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, Report
from oms.model.terms import Limit
from oms.model.time_in_force import FOK, GTC, IOC, TimeInForce
from tests.properties.slow_exchange import Fill, SlowExchange
from tests.unit.simulation.venue import NOON_NS, Venue, X, order

TICK = Decimal("0.01")
ZERO = Decimal(0)

Happening: TypeAlias = tuple[Any, ...]

# Few prices close together, so that orders meet the market and one another; locked and crossed quotes are among them.
# What is named more often is drawn more often.
KINDS = st.sampled_from(["quote", "trade", "trade", "trade", "new", "new", "new", "new", "cancel", "replace"])
PRICES = st.sampled_from([998, 999, 999, 1000, 1000, 1001, 1001, 1002])
# None for the market's own price on that side at the time, where queues are.
PRICES_OR_BEST = st.one_of(st.none(), PRICES)
BIDS = st.sampled_from([None, 998, 999, 999, 999, 999, 1000, 1001])
ASKS = st.sampled_from([None, 999, 1000, 1001, 1001, 1001, 1001, 1002])
SHOWN_SIZES = st.integers(min_value=0, max_value=6)
SIZES = st.integers(min_value=1, max_value=4)
SIDES = st.sampled_from([Side.BUY, Side.BUY, Side.SELL, Side.SELL_SHORT])
AGGRESSORS = st.sampled_from([None, Side.BUY, Side.SELL])
TIMES_IN_FORCE = st.sampled_from([GTC, GTC, GTC, GTC, IOC, FOK])
RECENT = st.integers(min_value=0, max_value=3)


@st.composite
def happenings_of_one_market(draw: st.DrawFn) -> Happening:
    """Draw a quote, a print or a request."""
    kind = draw(KINDS)
    match kind:
        case "quote":
            bid, ask = draw(BIDS), draw(ASKS)
            bid_size = 0 if bid is None else draw(SHOWN_SIZES)
            return kind, (bid, bid_size), (ask, 0 if ask is None else draw(SHOWN_SIZES))
        case "trade":
            return kind, draw(PRICES_OR_BEST), draw(SIZES), draw(AGGRESSORS)
        case "new":
            is_market = draw(st.integers(0, 9)) == 9
            return kind, draw(SIDES), draw(SIZES), draw(PRICES_OR_BEST), is_market, draw(TIMES_IN_FORCE)
        case "cancel":
            return kind, draw(RECENT)
        case _:
            return kind, draw(RECENT), draw(st.integers(1, 6)), draw(PRICES)


HAPPENINGS = st.lists(happenings_of_one_market(), min_size=30, max_size=60)
MANY = settings(max_examples=max(300, settings().max_examples))
FIRST: Happening = ("quote", (999, 5), (1001, 5))


class Both:
    """The exchange and the slow one, told the same; fills are compared after each happening."""

    def __init__(self) -> None:
        self.venue = Venue()
        self.slow = SlowExchange()
        self.orders: dict[str, ExecutionReport] = {}
        self.names: list[str] = []
        self.reports: list[ExecutionReport] = []
        self.requests = 0
        self.do(FIRST)

    def do(self, happening: Happening) -> None:
        kind, *what = happening
        reports, fills = getattr(self, f"do_{kind}")(*what)
        executions = [report for report in reports if isinstance(report, ExecutionReport)]
        assert [as_fill(report) for report in executions if report.exec_type is ExecType.TRADE] == fills
        self.reports += executions
        for report in executions:
            assert report.venue_order_id is not None
            self.orders[report.venue_order_id.removeprefix("v")] = report

    def do_quote(
        self, bid: tuple[int | None, int], ask: tuple[int | None, int]
    ) -> tuple[list[Report], list[Fill]]:
        quote = Quote(X, NOON_NS, px_of(bid[0]), Decimal(bid[1]), px_of(ask[0]), Decimal(ask[1]))
        return self.venue.exchange.on_quote(quote), self.slow.quote(bid, ask)

    def do_trade(
        self, price: int | None, size: int, aggressor: Side | None
    ) -> tuple[list[Report], list[Fill]]:
        px = self.best(price, is_bid=aggressor is not Side.BUY)
        reports = self.venue.exchange.on_trade(TradePrint(X, NOON_NS, px * TICK, Decimal(size), aggressor))
        bought = None if aggressor is None else aggressor is Side.BUY
        return reports, self.slow.trade(px, size, bought=bought)

    def do_new(
        self, side: Side, qty: int, wanted: int | None, is_market: bool, time_in_force: TimeInForce
    ) -> tuple[list[Report], list[Fill]]:
        price = None if is_market else self.best(wanted, is_bid=side is Side.BUY)
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

    def do_cancel(self, number: int) -> tuple[list[Report], list[Fill]]:
        name = self.name(number)
        self.slow.cancel(name)
        return self.venue.exchange.cancel(self.venue.cancel_request(self.request(), name)), []

    def do_replace(self, number: int, qty: int, price: int) -> tuple[list[Report], list[Fill]]:
        name = self.name(number)
        request = self.venue.replace_request(self.request(), name, Decimal(qty), Limit(price * TICK))
        known = self.orders.get(name)
        if known is None or not known.leaves_qty:
            return self.venue.exchange.replace(request), []
        assert known.side is not None
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

    def best(self, price: int | None, *, is_bid: bool) -> int:
        return price or self.slow.shown[is_bid][0] or 1000

    def name(self, number: int) -> str:
        return self.names[-1 - number] if number < len(self.names) else "nobody"

    def request(self) -> str:
        self.requests += 1
        return f"r{self.requests}"


def px_of(ticks: int | None) -> Decimal | None:
    return None if ticks is None else ticks * TICK


def as_fill(report: ExecutionReport) -> Fill:
    assert report.venue_order_id is not None
    assert report.last_qty is not None
    assert report.last_px is not None
    name = report.venue_order_id.removeprefix("v")
    is_maker = report.last_liquidity_ind is LastLiquidityInd.ADDED
    return name, int(report.last_qty), int(report.last_px / TICK), is_maker


@pytest.mark.slow
@MANY
@given(HAPPENINGS)
def test_fills_are_those_of_the_slow_and_obvious_exchange(happenings: list[Happening]) -> None:
    """Price before time, and the queue model: who fills, how much, where, as maker or taker, in which order."""
    both = Both()

    for happening in happenings:
        both.do(happening)


@pytest.mark.slow
@given(HAPPENINGS)
def test_no_volume_fills_twice(happenings: list[Happening]) -> None:
    """What fills from one print is at most its size; from one showing of one side, at most what was shown."""
    both = Both()
    showing: dict[bool, tuple[tuple[int | None, int], int]] = {True: (FIRST[1], 0), False: (FIRST[2], 0)}

    for happening in happenings:
        before = len(both.reports)
        both.do(happening)
        fills = [report for report in both.reports[before:] if report.exec_type is ExecType.TRADE]
        if happening[0] == "trade":
            assert sum(report.last_qty or ZERO for report in fills) <= happening[2]
            continue
        if happening[0] == "quote":
            for is_bid, side in ((True, happening[1]), (False, happening[2])):
                if side != showing[is_bid][0]:
                    showing[is_bid] = (side, 0)
        for report in fills:
            is_bid = report.side is not Side.BUY
            side, used = showing[is_bid]
            showing[is_bid] = (side, used + int(report.last_qty or 0))
            assert showing[is_bid][1] <= side[1]


@pytest.mark.slow
@given(HAPPENINGS)
def test_orders_add_up_and_never_trade_outside_their_limit(happenings: list[Happening]) -> None:
    """Executed and open make the total while an order lives, and after its end nothing is open and nothing happens."""
    both = Both()
    for happening in happenings:
        both.do(happening)

    assert len({report.exec_id for report in both.reports}) == len(both.reports)
    executed: dict[str, Decimal] = {}
    over: set[str] = set()
    for report in both.reports:
        assert report.venue_order_id is not None
        assert report.order_qty is not None
        assert report.cum_qty is not None
        assert report.leaves_qty is not None
        assert report.venue_order_id not in over
        if report.last_qty is not None and report.last_px is not None:
            executed[report.venue_order_id] = executed.get(report.venue_order_id, ZERO) + report.last_qty
            assert report.last_qty > 0
            if report.price is not None:
                assert (
                    report.last_px <= report.price
                    if report.side is Side.BUY
                    else report.last_px >= report.price
                )
        assert report.cum_qty == executed.get(report.venue_order_id, ZERO)
        if report.exec_type is ExecType.CANCELED:
            assert report.leaves_qty == 0
        else:
            assert report.cum_qty + report.leaves_qty == report.order_qty
        if not report.leaves_qty:
            over.add(report.venue_order_id)

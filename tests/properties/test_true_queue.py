"""An order of ours in a market by order, beside a market in which it really stands: both fill it first by the same arrival."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.depth import BookOrder
from oms.model.enums import ExecType, LastLiquidityInd, MDUpdateAction, Side
from oms.model.reports import ExecutionReport, Report
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from tests.properties.slow_depth import Message, TrueMarket
from tests.unit.simulation.venue import NOON_NS, Venue, X, order

TICK = Decimal("0.01")
MANY = settings(max_examples=max(300, settings().max_examples))
Coming: TypeAlias = tuple[bool, int, int, bool]

# Both sides meet at 1000, so that some come to trade and some to rest.
COMINGS = st.tuples(st.booleans(), st.integers(997, 1003), st.integers(1, 6), st.booleans())
LEAVINGS = st.tuples(st.integers(0, 7), st.integers(0, 3))
EVENTS = st.lists(st.one_of(COMINGS, COMINGS, LEAVINGS), min_size=10, max_size=40)


def said(message: Message) -> BookOrder:
    what, name, is_buy, price, size, traded = message
    side = Side.BUY if is_buy else Side.SELL
    action = MDUpdateAction[what.upper()]
    return BookOrder(X, NOON_NS, action, name, side, price * TICK, Decimal(size), Decimal(traded))


def happens(market: TrueMarket, number: int, event: Coming | tuple[int, int]) -> list[Message]:
    """Let the same happen to a market as to any other with the same orders of others in it."""
    if len(event) == 4:
        is_buy, price, size, aggressor_first = event
        return market.add(f"e{number}", is_buy, price, size, aggressor_first=aggressor_first)
    place, size = event
    theirs = [one for one in market.standing if one.name != "us"]
    if not theirs:
        return []
    one = theirs[place % len(theirs)]
    return market.reduce(one.name, min(size, one.size - 1))


@pytest.mark.slow
@MANY
@given(EVENTS, EVENTS, st.booleans(), st.integers(996, 1004), st.integers(1, 8))
def test_an_order_first_fills_when_and_as_far_as_it_would_in_the_market(
    before: list[Coming | tuple[int, int]],
    after: list[Coming | tuple[int, int]],
    is_buy: bool,
    price: int,
    qty: int,
) -> None:
    """Until then what it does moves nobody, so that the market with it and the recorded one without it are the same."""
    with_us, without_us, venue = TrueMarket(), TrueMarket(), Venue()
    for number, event in enumerate(before):
        happens(with_us, number, event)
        for message in happens(without_us, number, event):
            venue.exchange.on_market(said(message))
    taken = [one for one in with_us.standing if one.is_buy is not is_buy]
    if any(one.price <= price if is_buy else one.price >= price for one in taken):
        return  # it would take
    with_us.add("us", is_buy, price, qty, aggressor_first=False)
    side = Side.BUY if is_buy else Side.SELL
    venue.exchange.new_order(order("us", side, Decimal(qty), price * TICK, GTC))

    for number, event in enumerate(after, len(before)):
        ours = sum(message[5] for message in happens(with_us, number, event) if message[1] == "us")
        reports = [
            report
            for message in happens(without_us, number, event)
            for report in venue.exchange.on_market(said(message))
        ]
        fills = fills_of(reports)
        assert total(fills) == ours
        assert all(fill.last_px == price * TICK for fill in fills)
        if ours:
            return


ORDERS = st.tuples(st.booleans(), st.integers(997, 1003), st.integers(1, 6), st.integers(0, 3))


@pytest.mark.slow
@MANY
@given(
    st.lists(
        st.one_of(COMINGS, COMINGS, COMINGS, LEAVINGS, ORDERS.map(lambda one: ("ours", *one))),
        min_size=20,
        max_size=60,
    )
)
def test_what_fills_of_ours_by_one_arrival_is_at_most_what_arrived(
    events: list[tuple[str, bool, int, int, int] | Coming | tuple[int, int]],
) -> None:
    """Nor is more taken of an order than it was, nor anything by who leaves; each at its own limit, the better one first."""
    market, venue = TrueMarket(), Venue()
    for number, event in enumerate(events):
        if len(event) == 5:
            _, is_buy, price, qty, display = event
            terms = Limit(price * TICK, display or None)
            side = Side.BUY if is_buy else Side.SELL
            reports = venue.exchange.new_order(order(f"o{number}", side, Decimal(qty), terms, GTC))
            takes = [one for one in fills_of(reports) if one.last_liquidity_ind is LastLiquidityInd.REMOVED]
            shown = sum(
                one.size
                for one in market.standing
                if one.is_buy is not is_buy and (one.price <= price if is_buy else one.price >= price)
            )
            assert total(takes) <= shown
            continue
        arrived = event[2] if len(event) == 4 else 0
        told = [
            report
            for message in happens(market, number, event)
            for report in venue.exchange.on_market(said(message))
        ]
        fills = fills_of(told)
        assert total(fills) <= arrived
        assert all(fill.last_px == fill.price for fill in fills)
        prices = [fill.last_px or Decimal(0) for fill in fills]
        assert prices == sorted(prices, reverse=any(fill.side is Side.BUY for fill in fills))


def fills_of(reports: list[Report]) -> list[ExecutionReport]:
    return [
        report
        for report in reports
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE
    ]


def total(fills: list[ExecutionReport]) -> Decimal:
    return sum((fill.last_qty or Decimal(0) for fill in fills), Decimal(0))

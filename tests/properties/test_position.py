"""The law of a position: no money appears or vanishes between what is realised and what is open."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oms.model.decimals import EXACT, ZERO
from oms.model.ids import Account, Symbol
from oms.model.position import Position

SIZES = st.integers(-(10**9), 10**9).filter(bool)
QUANTITIES = st.builds(lambda size, places: Decimal(size).scaleb(-places), SIZES, st.integers(0, 8))
PRICES = st.builds(
    lambda size, places: Decimal(size).scaleb(-places), st.integers(-(10**7), 10**9), st.integers(0, 8)
)
MULTIPLIERS = st.sampled_from([Decimal(1), Decimal(50), Decimal("0.01")])


@given(st.lists(st.tuples(QUANTITIES, PRICES), max_size=40), PRICES, MULTIPLIERS)
def test_realised_and_open_profit_are_the_cash_flows_and_the_value(
    trades: list[tuple[Decimal, Decimal]], px: Decimal, multiplier: Decimal
) -> None:
    """Realised profit + open profit at a price == cash that came in - cash that went out + value at the price, exactly."""
    position = Position(Account("main"), Symbol("AAPL"), multiplier)
    cash = held = ZERO
    for qty, paid in trades:
        position.trade(qty, paid)
        cash = EXACT.subtract(cash, EXACT.multiply(EXACT.multiply(qty, paid), multiplier))
        held = EXACT.add(held, qty)

    worth = EXACT.multiply(EXACT.multiply(held, px), multiplier)
    assert EXACT.add(position.realised_pnl, position.open_pnl(px)) == EXACT.add(cash, worth)
    assert position.net_qty == held == EXACT.subtract(position.bought_qty, position.sold_qty)
    if not held:
        assert position.cost == 0
        assert position.avg_cost_px is None


@given(st.lists(st.tuples(QUANTITIES, PRICES), min_size=1, max_size=20))
def test_what_is_open_costs_no_more_than_the_dearest_and_no_less_than_the_cheapest_trade(
    trades: list[tuple[Decimal, Decimal]],
) -> None:
    """The average cost of an open position lies between the prices that were traded (to the 28th digit)."""
    position = Position(Account("main"), Symbol("AAPL"), Decimal(1))
    for qty, paid in trades:
        position.trade(qty, paid)

    average = position.avg_cost_px
    if average is not None:
        prices = [paid for _, paid in trades]
        slack = Decimal("1E-9")
        assert min(prices) - slack <= average <= max(prices) + slack

"""Laws of self-match modes, orders that show a part, and auctions, each beside something too simple to be wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from oms.model.reports import Report
from oms.model.terms import Limit
from oms.model.time_in_force import FOK, GTC, IOC, TimeInForce
from oms.simulation.auction import Interest, clearing_px, fills
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from tests.properties.slow_exchange import Fill, SlowExchange
from tests.properties.slow_rules import SlowIcebergs, SlowSelfMatch
from tests.properties.test_simulated_exchange import FIRST, HAPPENINGS, TICK, Both, Happening
from tests.unit.simulation.venue import Venue, order

MANY = settings(max_examples=max(300, settings().max_examples))


class BothWith(Both):
    """The exchange and a slow one, told the same; fills, and what is left resting, are compared after each happening."""

    def __init__(self, slow: SlowExchange, rules: MatchingRules) -> None:
        super().__init__()
        self.venue = Venue(rules=rules)
        self.slow = slow
        self.do(FIRST)

    def do(self, happening: Happening) -> None:
        super().do(happening)
        told = {
            (str(one.venue_order_id).removeprefix("v"), int(one.leaves_qty or 0))
            for one in self.venue.exchange.open_orders(0)
        }
        assert told == {(one.name, one.leaves) for one in self.slow.resting}

    def do_new(
        self, side: Side, qty: int, wanted: int | None, is_market: bool, time_in_force: TimeInForce
    ) -> tuple[list[Report], list[Fill]]:
        # Who trades in full meets nobody of ours; that has its own stories.
        return super().do_new(side, qty, wanted, is_market, IOC if time_in_force is FOK else time_in_force)


class WithIcebergs(BothWith):
    """Every other order that has a limit shows one or two at a time."""

    def __init__(self) -> None:
        self.icebergs = SlowIcebergs()
        super().__init__(self.icebergs, MatchingRules())

    def do_new(
        self, side: Side, qty: int, wanted: int | None, is_market: bool, time_in_force: TimeInForce
    ) -> tuple[list[Report], list[Fill]]:
        price = self.best(wanted, is_bid=side is Side.BUY)
        display = qty // 2
        if is_market or time_in_force in (IOC, FOK) or not display or len(self.names) % 2:
            return super().do_new(side, qty, wanted, is_market, time_in_force)
        name = f"o{len(self.names)}"
        self.names.append(name)
        terms = Limit(price * TICK, display)
        request = evolve(order(name, side, Decimal(qty), price * TICK), terms=terms)
        self.venue.remember(request)
        self.icebergs.displays[name] = display
        told = self.slow.new(name, qty, price, is_buy=side is Side.BUY, rests=True, in_full=False)
        return self.venue.exchange.new_order(request), told

    def do_replace(self, number: int, qty: int, price: int) -> tuple[list[Report], list[Fill]]:
        if self.name(number) in self.icebergs.displays:
            return self.do_cancel(number)
        return super().do_replace(number, qty, price)


# What was taken before the first own order is no part of what stands before the second one.
TWO_IN_A_ROW: list[Happening] = [
    ("quote", (999, 5), (1001, 1)),
    ("new", Side.SELL, 1, 1001, False, GTC),
    ("quote", (999, 5), (1001, 3)),
    ("new", Side.SELL, 1, 1001, False, GTC),
    ("quote", (999, 5), (1001, 6)),
    ("new", Side.BUY, 4, 1001, False, GTC),
]


@pytest.mark.slow
@MANY
@given(HAPPENINGS, st.sampled_from(SelfMatch))
@example(TWO_IN_A_ROW, SelfMatch.CANCEL_OLDEST)
@example(TWO_IN_A_ROW, SelfMatch.DECREMENT_BOTH)
def test_whoever_meets_an_own_order_does_what_the_mode_says(
    happenings: list[Happening], mode: SelfMatch
) -> None:
    """Who fills, and what is left of whom, is what the slow exchange says in every mode."""
    both = BothWith(SlowSelfMatch(mode), MatchingRules(self_match=mode))

    for happening in happenings:
        both.do(happening)


@pytest.mark.slow
@MANY
@given(HAPPENINGS)
def test_an_order_that_shows_a_part_joins_the_queue_with_each_part(happenings: list[Happening]) -> None:
    """Who fills, and when, is what the slow exchange says, however much of an order is shown."""
    both = WithIcebergs()

    for happening in happenings:
        both.do(happening)


INTEREST = st.builds(
    Interest,
    st.one_of(st.none(), st.integers(95, 105).map(Decimal), st.integers(95, 105).map(Decimal)),
    st.integers(1, 9).map(Decimal),
)
SIDE = st.lists(INTEREST, max_size=6)
NEAR = st.one_of(st.none(), st.integers(94, 106).map(Decimal))


def at(side: list[Interest], px: Decimal, *, is_buy: bool) -> Decimal:
    """How much a side would trade at a price, looked at one by one."""
    willing = [
        one.qty for one in side if one.price is None or (one.price >= px if is_buy else one.price <= px)
    ]
    return sum(willing, Decimal(0))


@given(SIDE, SIDE, NEAR, NEAR)
def test_an_auction_trades_the_most_and_serves_better_limits_first(
    buys: list[Interest], sells: list[Interest], last_px: Decimal | None, near: Decimal | None
) -> None:
    """No other price trades more, or leaves less over, or is nearer; each side gives the volume, nobody beyond a limit."""
    prices = {one.price for one in (*buys, *sells) if one.price is not None}
    prices |= set() if last_px is None else {last_px}

    def worth(px: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        bought, sold = at(buys, px, is_buy=True), at(sells, px, is_buy=False)
        return -min(bought, sold), abs(bought - sold), Decimal(0) if near is None else abs(px - near), px

    best = min(prices, key=worth, default=None)
    volume = Decimal(0) if best is None else -worth(best)[0]

    found = clearing_px(buys, sells, last_px, near)

    assert found == ((best, volume) if volume else None)
    if found is None:
        return
    for side, is_buy in ((buys, True), (sells, False)):
        shares = fills(side, found[1], is_buy=is_buy)
        assert sum(qty for _, qty in shares) == found[1]
        assert all(0 < qty <= one.qty for one, qty in shares)
        assert all(
            one.price is None or (one.price >= found[0] if is_buy else one.price <= found[0])
            for one, _ in shares
        )
        # Whoever gets less than all of it is the last, and whoever gets nothing has no better limit.
        assert all(qty == one.qty for one, qty in shares[:-1])
        served = [rank(one, is_buy=is_buy) for one, _ in shares]
        left = [rank(one, is_buy=is_buy) for one in side if not any(one is other for other, _ in shares)]
        assert not left or max(served) <= min(left)


def rank(one: Interest, *, is_buy: bool) -> Decimal:
    """The lower, the sooner."""
    if one.price is None:
        return Decimal(-1000)
    return -one.price if is_buy else one.price

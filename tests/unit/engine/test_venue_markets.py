"""What each broker shows: its book as far as it can be relied on, and what was sent against it."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Final

import pytest
from attrs import evolve

from oms.engine.state import State
from oms.engine.venue_markets import VenueMarkets
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, RawLevels
from oms.model.enums import Life, MDUpdateAction, Side
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Market
from oms.model.time_in_force import DAY
from tests.fakes import T0, d

AAPL: Final = Symbol("AAPL")
ONE: Final = BrokerName("one")
BUY, SELL = Side.BUY, Side.SELL
ASKS: Final[RawLevels] = (("10.00", 30), ("10.01", 50), ("10.02", 70))
BOOK: Final = BookSnapshot(AAPL, T0, (("9.99", 20), ("9.98", 40)), ASKS, 7)


def markets(*told: BookSnapshot | BookUpdate | BookOrder, now_ns: int = T0) -> VenueMarkets:
    """What one broker shows after so much was told."""
    state = State()
    state.now_ns = now_ns
    state.venues.routing = Routing(rules=(RouteRule(brokers=("one", "two")),))
    found = VenueMarkets(state, {})
    for one in told:
        found.hear(ONE, one)
    return found


def behind(shown: VenueMarkets, qty: int = 1_000, side: Side = BUY) -> list[tuple[str, int]]:
    return [(str(px), int(size)) for px, size in shown.behind(AAPL, ONE, side, d(qty))]


def sent(life: Life = Life.LIVE, cum_qty: int = 0) -> Order:
    """An order to buy, as it is now."""
    order = Order(OrderId(1), AAPL, BUY, d(100), Market(), DAY, Account("main"), None, None, T0)
    order._life, order._cum_qty = life, d(cum_qty)
    return order


def test_a_book_is_shown_to_buyers_and_to_sellers_behind_its_best_price() -> None:
    shown = markets(BOOK)

    assert behind(shown) == [("10.01", 50), ("10.02", 70)]
    assert behind(shown, side=SELL) == [("9.98", 40)]
    assert shown.fresh(AAPL, ONE) == Quote(AAPL, T0, "9.99", 20, "10.00", 30)


def test_no_more_of_a_book_is_looked_at_than_the_order_takes() -> None:
    assert behind(markets(BOOK), 30) == []
    assert behind(markets(BOOK), 31) == [("10.01", 50)]
    assert behind(markets(BOOK), 80) == [("10.01", 50)]


def test_only_best_prices_that_change_are_news_to_others() -> None:
    shown = markets(BOOK)

    assert shown.hear(ONE, BookUpdate(AAPL, T0 + 1, (), (("10.01", 5),), 8, 8)) is None
    assert behind(shown) == [("10.01", 5), ("10.02", 70)]
    quote = shown.hear(ONE, BookUpdate(AAPL, T0 + 2, (), (("10.00", 0),), 9, 9))
    assert quote == Quote(AAPL, T0 + 2, "9.99", 20, "10.01", 5)


def test_a_book_with_a_gap_shows_its_best_price_alone() -> None:
    shown = markets(BOOK, BookUpdate(AAPL, T0 + 1, (), (("10.02", 60),), 9, 9))

    assert behind(shown) == []
    shown.hear(ONE, evolve(BOOK, last_id=9))
    assert behind(shown) == [("10.01", 50), ("10.02", 70)]


def test_a_book_that_does_not_fit_the_last_quote_is_not_believed() -> None:
    shown = markets(BOOK)
    shown.see(ONE, Quote(AAPL, T0, "9.99", 20, "10.01", 30))

    assert behind(shown) == []
    assert behind(shown, side=SELL) == [("9.98", 40)]


def test_orders_of_others_make_a_book_too() -> None:
    orders = [
        BookOrder(AAPL, T0, MDUpdateAction.NEW, name, SELL, px, size)
        for name, px, size in (("x", "10.00", 30), ("y", "10.01", 20), ("z", "10.01", 5))
    ]
    shown = markets(*orders)

    assert behind(shown) == [("10.01", 25)]
    shown.claim(sent(), ONE, ((d("10.00"), d(30)), (d("10.01"), d(25))), d(40))
    assert behind(shown) == [("10.01", 15)]
    # It goes from one price to the other: at both it is told anew what is there.
    shown.hear(ONE, BookOrder(AAPL, T0, MDUpdateAction.CHANGE, "z", SELL, "10.00", 5))
    assert shown.claimed(AAPL, ONE, BUY) == 0
    assert behind(shown) == [("10.01", 20)]


def test_what_was_sent_against_a_price_is_gone_until_that_price_is_told_anew() -> None:
    shown = markets(BOOK)
    shown.claim(sent(), ONE, ((d("10.00"), d(30)), (d("10.01"), d(50))), d(60))

    assert (shown.claimed(AAPL, ONE, BUY), shown.claimed(AAPL, ONE, SELL)) == (d(30), d(0))
    assert behind(shown) == [("10.01", 20), ("10.02", 70)]
    shown.hear(ONE, BookUpdate(AAPL, T0, (), (("10.00", 25),), 8, 8))
    assert shown.claimed(AAPL, ONE, BUY) == 0
    assert behind(shown) == [("10.01", 20), ("10.02", 70)]
    shown.hear(ONE, BookUpdate(AAPL, T0, (), (("10.01", 50),), 9, 9))
    assert behind(shown) == [("10.01", 50), ("10.02", 70)]
    shown.claim(sent(), ONE, ((d("10.00"), d(30)),), d(10))
    shown.hear(ONE, evolve(BOOK, last_id=10))
    assert shown.claimed(AAPL, ONE, BUY) == 0


@pytest.mark.parametrize("life", [Life.UNSENT, Life.DENIED, Life.REJECTED, Life.CANCELED, Life.EXPIRED])
def test_what_has_ended_without_an_execution_has_taken_nothing_of_a_book(life: Life) -> None:
    shown, order = markets(BOOK), sent()
    shown.claim(sent(), ONE, ((d("10.00"), d(30)),), d(10))
    shown.claim(order, ONE, ((d("10.00"), d(20)), (d("10.01"), d(50))), d(60))
    assert (shown.claimed(AAPL, ONE, BUY), behind(shown)) == (d(30), [("10.01", 10), ("10.02", 70)])

    order._life = life
    assert (shown.claimed(AAPL, ONE, BUY), behind(shown)) == (d(10), [("10.01", 50), ("10.02", 70)])
    order._cum_qty = d(1)
    assert (shown.claimed(AAPL, ONE, BUY), behind(shown)) == (d(30), [("10.01", 10), ("10.02", 70)])
    # It is told anew what is there: that holds, whatever becomes of the order.
    shown.hear(ONE, evolve(BOOK, last_id=8))
    assert shown.claimed(AAPL, ONE, BUY) == 0


@pytest.mark.parametrize(
    ("life", "counts"),
    [(Life.UNSENT, False), (Life.DENIED, False), (Life.REJECTED, False), (Life.CANCELED, True), (Life.EXPIRED, True)],
)  # fmt: skip
def test_what_found_nothing_where_there_is_no_book_counts_until_the_next_quote(
    life: Life, counts: bool
) -> None:
    shown = markets()
    shown.see(ONE, Quote(AAPL, T0, "9.99", 20, "10.00", 30))
    shown.claim(sent(life), ONE, ((d("10.00"), d(30)),), d(10))

    assert (shown.claimed(AAPL, ONE, BUY) == 10) is counts


def test_a_broker_shows_what_it_did_while_the_side_that_is_taken_from_stays() -> None:
    shown = markets(BOOK)
    assert not shown.is_as_before(AAPL, ONE, BUY)
    shown.claim(sent(), ONE, ((d("10.00"), d(30)),), d(10))
    shown.hear(ONE, BookUpdate(AAPL, T0, (("9.99", 21),), (), 8, 8))

    assert shown.is_as_before(AAPL, ONE, BUY)
    assert not shown.is_as_before(AAPL, ONE, SELL)
    shown.hear(ONE, BookUpdate(AAPL, T0, (), (("10.00", 31),), 9, 9))
    assert not shown.is_as_before(AAPL, ONE, BUY)


def test_what_was_sent_against_a_quote_is_gone_until_the_next_of_its_broker() -> None:
    shown = markets()
    quote = Quote(AAPL, T0, "9.99", 20, "10.00", 30)
    shown.see(ONE, quote)
    shown.claim(sent(), ONE, ((d("10.00"), d(30)),), d(10))

    assert shown.claimed(AAPL, ONE, BUY) == 10
    shown.see(BrokerName("two"), quote)
    assert shown.claimed(AAPL, ONE, BUY) == 10
    shown.see(ONE, quote)
    assert shown.claimed(AAPL, ONE, BUY) == 0


def test_what_was_sent_against_the_market_as_a_whole_is_gone_until_its_next_quote() -> None:
    whole = {AAPL: Quote(AAPL, T0, "9.99", 20, "10.00", 30)}
    shown = VenueMarkets(State(), whole)
    shown.claim(sent(), ONE, ((d("10.00"), d(30)),), d(10))

    assert shown.claimed(AAPL, ONE, BUY) == 10
    assert shown.claimed(AAPL, BrokerName("two"), BUY) == 0
    whole[AAPL] = evolve(whole[AAPL])
    assert shown.claimed(AAPL, ONE, BUY) == 0


def test_best_prices_stay_fresh_while_the_book_behind_them_moves() -> None:
    late_ns = T0 + 61_000_000_000
    assert markets(BOOK, now_ns=late_ns).fresh(AAPL, ONE) is None

    shown = markets(BOOK, BookUpdate(AAPL, T0 + 2_000_000_000, (), (("10.02", 1),), 8, 8), now_ns=late_ns)

    quote = shown.fresh(AAPL, ONE)
    assert quote is not None
    assert quote.time_ns == T0


def test_one_that_takes_over_knows_the_same_books() -> None:
    earlier, later = markets(BOOK), markets()
    later.follow(earlier)

    assert behind(later) == [("10.01", 50), ("10.02", 70)]

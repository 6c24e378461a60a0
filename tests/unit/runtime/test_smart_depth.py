"""One order over several brokers that tell their books: what behind the best prices is taken, and when it is looked at."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.depth import BookSnapshot, BookUpdate, RawLevels
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.terms import Strategy
from tests.fakes import AAPL, d
from tests.smart_desk import Desk

BIDS = (("9.90", 100),)


def papers() -> Desk:
    """Two simulated brokers."""
    return Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))


def tells(desk: Desk, broker: str, *asks: tuple[str, int]) -> None:
    """Let a broker say what is offered there, all of it."""
    desk.om.update(BookSnapshot(Symbol("AAPL"), desk.clock.now_ns(), BIDS, asks), venue=broker)


def changes(desk: Desk, broker: str, asks: RawLevels) -> None:
    """Let a broker say what has changed."""
    desk.om.update(BookUpdate(Symbol("AAPL"), desk.clock.now_ns(), (), asks), venue=broker)


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    desk = papers()
    tells(desk, "one", ("10.00", 10))
    desk.buy(10)


def test_books_are_taken_from_over_all_brokers_the_cheapest_first() -> None:
    desk = papers()
    tells(desk, "one", ("10.00", 30), ("10.02", 50), ("10.05", 20), ("10.06", 900))
    tells(desk, "two", ("10.01", 40), ("10.03", 10))

    order = desk.buy(200)

    assert desk.parts(order) == [
        ("one", 100, "take 10.05"),
        ("two", 50, "take 10.03"),
        ("one", 50, "rest 10.05"),
    ]
    spent = 30 * d("10.00") + 50 * d("10.02") + 20 * d("10.05") + 40 * d("10.01") + 10 * d("10.03")
    assert (order.cum_qty, order.notional) == (d(150), spent)
    routing = order.routing
    assert routing is not None
    assert (routing.best_broker, routing.best_px, routing.best_size) == ("one", d("10.00"), d(30))
    assert [(one.broker, one.qty, one.behind) for one in routing.taken] == [
        ("one", d(150), ((d("10.02"), d(50)), (d("10.05"), d(20)))),
        ("two", d(50), ((d("10.03"), d(10)),)),
    ]
    desk.check(order)


def test_an_order_without_a_limit_takes_all_that_is_shown() -> None:
    desk = papers()
    tells(desk, "one", ("10.00", 30), ("11.00", 50))

    order = desk.om.submit("AAPL", Side.BUY, 100, Strategy("smart", {}))

    assert (order.cum_qty, order.is_ended) == (d(80), True)
    assert order.text == "nothing more is shown for 20 of 100"


def test_what_comes_behind_an_unchanged_best_price_is_taken_within_the_limit() -> None:
    desk = Desk()
    tells(desk, "one", ("10.00", 30))
    order = desk.buy(100, rest="N")
    assert desk.parts(order) == [("one", 30, "take 10.00")]
    seen = desk.store.version

    changes(desk, "one", [("10.06", 500)])
    assert desk.store.version == seen
    changes(desk, "one", [("10.04", 20)])

    # What was sent for at 10.00 is unanswered, and not sent for again.
    assert desk.parts(order)[1:] == [("one", 20, "take 10.04")]
    desk.check(order)


def test_what_is_sent_against_a_book_is_not_counted_on_again() -> None:
    desk = Desk()
    tells(desk, "one", ("10.00", 30), ("10.01", 50))
    first, second = desk.buy(60), desk.buy(60)

    assert desk.parts(first) == [("one", 60, "take 10.01")]
    assert desk.parts(second) == [("one", 20, "take 10.01"), ("one", 40, "rest 10.05")]


def test_what_rests_is_taken_back_for_what_others_show_behind_their_best_price() -> None:
    desk = papers()
    tells(desk, "one", ("10.10", 10))
    order = desk.buy(100)
    assert desk.parts(order) == [("one", 100, "rest 10.05")]

    tells(desk, "two", ("10.03", 1), ("10.04", 39))

    # The order that rests is reduced: what is left of it keeps its place.
    assert desk.parts(order) == [("one", 60, "rest 10.05"), ("two", 40, "take 10.04")]
    assert order.cum_qty == 40
    desk.check(order)


def test_brokers_that_tell_best_prices_alone_are_taken_from_beside_books() -> None:
    desk = papers()
    tells(desk, "one", ("10.00", 30), ("10.02", 50))
    desk.shows("two", "10.01", 40)

    order = desk.buy(100, rest="N")

    assert desk.parts(order) == [("one", 60, "take 10.02"), ("two", 40, "take 10.01")]
    assert order.cum_qty == Decimal(100)


def test_books_that_are_told_while_the_manager_is_halted_count_when_it_is_resumed() -> None:
    desk = papers()
    tells(desk, "one", ("10.00", 30))
    desk.om._loop._halt(RuntimeError("for this test"), ())
    tells(desk, "one", ("10.01", 20), ("10.02", 50))
    changes(desk, "one", [("10.03", 50)])
    desk.om.resume("desk", "nothing was wrong")

    assert desk.parts(desk.buy(90, rest="N")) == [("one", 90, "take 10.03")]

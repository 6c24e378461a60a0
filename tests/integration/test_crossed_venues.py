"""Two venues that show prices which cross: of one another, or each by itself."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.routing import RouteVerdict
from oms.model.terms import Limit, Strategy
from tests.fakes import AAPL, T0
from tests.smart_desk import Desk


def desk_of_two() -> Desk:
    return Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))


def shows(desk: Desk, broker: str, bid: str, ask: str) -> None:
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), bid, 100, ask, 100), venue=broker)


def twap(desk: Desk) -> Order:
    terms = Strategy("twap", {"duration": 60, "slices": 2, "child_style": "marketable_limit"})
    return desk.om.submit("AAPL", Side.BUY, 20, terms)


@pytest.mark.parametrize(("older", "newer"), [("one", "two"), ("two", "one")])
def test_an_algorithm_goes_by_what_was_heard_last_of_two_venues_that_cross(older: str, newer: str) -> None:
    desk = desk_of_two()
    shows(desk, older, "10.10", "10.12")
    desk.clock.advance_by(1)
    shows(desk, newer, "10.00", "10.02")

    assert desk.om.quote("AAPL") == Quote(Symbol("AAPL"), desk.clock.now_ns(), "10.00", 100, "10.02", 100)
    order = twap(desk)

    assert [(child.broker, child.terms) for child in desk.om.children(order)] == [(newer, Limit("10.02"))]
    assert order.cum_qty == 10


def test_an_algorithm_does_not_wait_where_what_was_heard_last_crosses_and_has_one_side() -> None:
    desk = desk_of_two()
    shows(desk, "one", "10.10", "10.12")
    desk.clock.advance_by(1)
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), None, 0, "10.02", 100), venue="two")

    assert desk.om.quote("AAPL") == Quote(Symbol("AAPL"), T0, "10.10", 100, "10.12", 100)
    assert len(desk.om.children(twap(desk))) == 1


def test_both_count_again_once_they_do_not_cross() -> None:
    desk = desk_of_two()
    shows(desk, "one", "10.10", "10.12")
    shows(desk, "two", "10.00", "10.02")
    shows(desk, "one", "9.99", "10.01")

    assert desk.om.quote("AAPL") == Quote(Symbol("AAPL"), T0, "10.00", 100, "10.01", 100)


def test_a_venue_whose_own_prices_cross_shows_nothing() -> None:
    desk = desk_of_two()
    shows(desk, "one", "10.05", "10.00")
    waiting = twap(desk)
    assert desk.om.children(waiting) == []

    shows(desk, "two", "10.01", "10.03")

    assert [(child.broker, child.terms) for child in desk.om.children(waiting)] == [("two", Limit("10.03"))]
    order = desk.buy(30)
    assert desk.parts(order) == [("two", 30, "take 10.03")]
    assert order.routing is not None
    (against,) = [one for one in order.routing.candidates if one.broker == "one"]
    assert (against.verdict, against.px) == (RouteVerdict.NO_QUOTE, None)


def test_an_order_over_venues_whose_prices_all_cross_by_themselves_takes_nothing() -> None:
    desk = desk_of_two()
    shows(desk, "one", "10.05", "10.00")
    shows(desk, "two", "10.06", "10.01")

    order = desk.buy(30)

    assert desk.parts(order) == [("one", 30, "rest 10.05")]

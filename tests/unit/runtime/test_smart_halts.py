"""After a halt, a break or lost market data an order over several brokers goes by what they show since, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oms.model.depth import BookSnapshot
from oms.model.enums import ExecType, SecurityTradingStatus, SessionPhase, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.market_news import FeedGap
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from tests.smart_desk import Desk

X = Symbol("AAPL")


def halt(desk: Desk) -> None:
    for status in (SecurityTradingStatus.TRADING_HALT, SecurityTradingStatus.RESUME):
        desk.om.update(SecurityStatus(X, desk.clock.now_ns(), status))
        desk.clock.advance_by(1)


def break_off(desk: Desk) -> None:
    for phase in (SessionPhase.HALTED, SessionPhase.OPEN):
        desk.om.session(SessionChange(desk.clock.now_ns(), phase, "20260105", X))
        desk.clock.advance_by(1)


def lose(desk: Desk) -> None:
    desk.om.update(FeedGap(X, desk.clock.now_ns()))
    desk.clock.advance_by(1)


STOPS = pytest.mark.parametrize(
    "stop", [halt, break_off, lose], ids=["after a halt", "after a break", "after lost data"]
)


def shows(desk: Desk, broker: str, ask: str) -> None:
    desk.om.update(Quote(X, desk.clock.now_ns(), "9.90", 100, ask, 100), venue=broker)


@STOPS
def test_it_takes_nothing_that_was_shown_before(stop: Callable[[Desk], None]) -> None:
    desk = Desk()
    desk.buy(10, min_rest=1)  # what is worked is looked at
    shows(desk, "one", "10.02")
    shows(desk, "two", "10.04")
    desk.clock.advance_by(1)
    stop(desk)
    order = desk.buy(150)

    assert desk.parts(order) == []
    desk.clock.advance_by(20)
    desk.om.poll()
    assert desk.parts(order) == []

    shows(desk, "two", "10.04")
    assert desk.parts(order)[0] == ("two", 100, "take 10.04")
    assert ("one", 100, "take 10.02") not in desk.parts(order)
    desk.check(order)


@STOPS
def test_what_rests_gives_way_to_what_is_shown_since(stop: Callable[[Desk], None]) -> None:
    desk = Desk()
    shows(desk, "one", "10.50")
    shows(desk, "two", "10.60")
    order = desk.buy(150)
    (rest,) = desk.om.children(order)
    desk.says(desk.one, rest, ExecType.NEW)
    stop(desk)
    shows(desk, "one", "10.50")
    assert len(desk.parts(order)) == 1

    shows(desk, "two", "10.03")
    assert len(desk.one.requests) == 2  # it is made smaller for that
    desk.check(order)


def test_what_a_broker_shows_as_before_wakes_it_then() -> None:
    desk = Desk()
    desk.buy(10, min_rest=1)
    shows(desk, "one", "10.50")
    shows(desk, "two", "10.03")
    desk.clock.advance_by(1)
    halt(desk)
    order = desk.buy(150, max_child=50)
    shows(desk, "one", "10.50")
    rested = desk.parts(order)
    assert rested == [("one", 50, "rest 10.05")]

    shows(desk, "two", "10.03")

    assert desk.parts(order)[1:] == [("two", 50, "take 10.03")]


def test_a_book_that_is_told_again_counts_though_its_best_prices_have_stayed() -> None:
    desk = Desk()
    desk.buy(10, min_rest=1)
    book = ([("9.98", 300)], [("10.02", 60)])
    desk.om.update(BookSnapshot(X, desk.clock.now_ns(), *book), venue="one")
    desk.clock.advance_by(1)
    halt(desk)
    order = desk.buy(60)
    assert desk.parts(order) == []

    desk.om.update(BookSnapshot(X, desk.clock.now_ns(), *book), venue="one")
    shows(desk, "two", "10.50")

    assert desk.parts(order) == [("one", 60, "take 10.02")]
    assert order.side is Side.BUY

"""By what an order that is worked here is looked at: by what may change something for it, and by nothing else."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.algos.pov_handler import PovHandler
from oms.algos.schedule_handler import ScheduleHandler
from oms.algos.smart_handler import SmartHandler
from oms.brokers.paper import PaperBroker
from oms.model.depth import BookSnapshot
from oms.model.enums import ExecType, SecurityTradingStatus, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.parent import Parent
from oms.model.reports import NotSent
from oms.model.routing_table import HealthRules
from oms.model.security_status import SecurityStatus
from oms.model.terms import Limit, Strategy
from oms.model.venue_profile import ReplaceSupport
from oms.model.work import Wake
from oms.ports.working_handler import Steps, View
from tests.fakes import AAPL, CAN_ALL, ScriptedBroker, d
from tests.smart_desk import STRICT, Desk

X = Symbol("AAPL")


class CountingSmart(SmartHandler):
    """Counts how often it is asked."""

    looks = 0

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        self.looks += 1
        return super().step(parent, view, why)


class CountingSchedule(ScheduleHandler):
    """Counts how often it is asked."""

    looks = 0

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        self.looks += 1
        return super().step(parent, view, why)


class CountingPov(PovHandler):
    """Counts how often it is asked."""

    looks = 0

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        self.looks += 1
        return super().step(parent, view, why)


class CountingDesk(Desk):
    """A desk that tells how often an algorithm was asked since one asked for that last."""

    def __init__(
        self, *brokers: ScriptedBroker | PaperBroker, max_quote_age_s: int | None = None, health: HealthRules | None = None
    ) -> None:  # fmt: skip
        self.smart, self.schedule, self.pov = CountingSmart(), CountingSchedule({}), CountingPov()
        others = {"smart": self.smart, "twap": self.schedule, "pov": self.pov}
        super().__init__(*brokers, others=others, max_quote_age_s=max_quote_age_s, health=health)

    def looks(self) -> int:
        found = self.smart.looks + self.schedule.looks + self.pov.looks
        self.smart.looks = self.schedule.looks = self.pov.looks = 0
        return found

    def quote(self, broker: str, bid: str, ask: str) -> None:
        self.om.update(Quote(X, self.clock.now_ns(), bid, 100, ask, 100), venue=broker)


def resting() -> CountingDesk:
    """An order of 40 that rests at the first broker at 10.05, where nothing can be replaced: 3 of it are not worth its place."""
    can = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, replace=ReplaceSupport.NONE))
    one, two = ScriptedBroker(name="one", can=can), ScriptedBroker(name="two")
    desk = CountingDesk(one, two)
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (child,) = desk.om.children(order)
    desk.says(one, child, ExecType.NEW)
    desk.looks()
    return desk


def test_what_rests_is_not_looked_at_by_quotes_beyond_its_limit() -> None:
    desk = resting()
    for broker, ask in (("one", "10.40"), ("two", "10.06"), ("two", None), ("one", "10.07")):
        desk.shows(broker, ask, 500)
        assert desk.looks() == 0, (broker, ask)
    desk.om.update(Quote(X, desk.clock.now_ns(), "9.99", 5, "10.06", 5))
    desk.om.update(BookSnapshot(X, desk.clock.now_ns(), [("9.98", 300)], [("10.06", 60)]), venue="two")

    assert desk.looks() == 0


def test_it_is_looked_at_by_what_is_within_its_limit_once() -> None:
    desk = resting()

    desk.shows("two", "10.05", 3)
    assert desk.looks() == 2  # once more as it is found that nothing can be replaced
    for _ in range(5):
        desk.clock.advance_by(1)
        desk.shows("two", "10.05", 3)
    assert desk.looks() == 0
    desk.shows("two", "10.05", 2)
    assert desk.looks() == 1
    desk.om.update(Quote(X, desk.clock.now_ns(), "9.99", 5, "10.04", 5))
    assert desk.looks() == 1
    desk.om.update(BookSnapshot(X, desk.clock.now_ns(), [("9.98", 300)], [("10.05", 1)]), venue="two")
    assert desk.looks() == 1


def test_what_was_taken_in_vain_is_taken_again_a_second_later_where_it_is_shown_again() -> None:
    desk = CountingDesk()
    desk.shows("one", "10.02", 40)
    order = desk.buy(60, max_child=40)
    (taking, rest) = desk.om.children(order)
    assert desk.parts(order) == [("one", 40, "take 10.02"), ("one", 20, "rest 10.05")]
    for child in (taking, rest):
        desk.says(desk.one, child, ExecType.NEW)
    desk.says(desk.one, taking, ExecType.EXPIRED)
    assert len(desk.om.children(order)) == 2

    desk.shows("one", "10.02", 40)
    assert len(desk.om.children(order)) == 2
    desk.clock.advance_by(1)
    desk.om.poll()

    assert desk.parts(order)[2:] == [("one", 40, "take 10.02")]
    desk.check(order)


def test_what_was_taken_in_vain_is_taken_again_at_once_where_something_else_is_shown() -> None:
    desk = CountingDesk()
    desk.shows("one", "10.02", 40)
    order = desk.buy(60, max_child=40)
    (taking, rest) = desk.om.children(order)
    for child in (taking, rest):
        desk.says(desk.one, child, ExecType.NEW)
    desk.says(desk.one, taking, ExecType.EXPIRED)

    desk.shows("one", "10.02", 39)

    assert desk.parts(order)[2:] == [("one", 39, "take 10.02")]
    desk.check(order)


def test_what_is_on_its_way_as_a_whole_is_looked_at_by_no_quote() -> None:
    desk = CountingDesk()
    desk.shows("one", "10.02", 40)
    desk.buy(40)
    desk.looks()

    desk.shows("two", "10.01", 100)

    assert desk.looks() == 0


def test_a_quote_of_the_same_is_taken_where_the_one_before_was_too_old() -> None:
    desk = CountingDesk(max_quote_age_s=5)
    desk.shows("two", "10.05", 1)
    desk.shows("two", "10.04", 30)
    order = desk.buy(40, max_child=20)
    (taking, resting) = desk.om.children(order)
    assert desk.parts(order) == [("two", 20, "take 10.04"), ("one", 10, "rest 10.05")]
    for child, broker in ((taking, desk.two), (resting, desk.one)):
        desk.says(broker, child, ExecType.NEW)
    desk.clock.advance_by(6)
    desk.says(desk.two, taking, ExecType.EXPIRED)
    assert len(desk.om.children(order)) == 2

    desk.shows("two", "10.04", 30)

    assert desk.parts(order)[2:] == [("two", 20, "take 10.04")]


def test_while_trading_is_halted_no_quote_is_looked_at() -> None:
    desk = CountingDesk()
    desk.om.update(SecurityStatus(X, desk.clock.now_ns(), SecurityTradingStatus.TRADING_HALT))
    order = desk.buy(40)
    desk.looks()

    desk.shows("one", "10.02", 40)
    assert desk.looks() == 0
    assert desk.om.children(order) == []

    desk.om.update(SecurityStatus(X, desk.clock.now_ns(), SecurityTradingStatus.RESUME))
    assert desk.parts(order) == [("one", 40, "take 10.02")]


def test_what_only_waits_is_looked_at_by_other_prices_until_it_rests_at_its_limit() -> None:
    desk = CountingDesk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.02")
    desk.shows("two", "10.04")
    order = desk.buy(40, no_take_liquidity="Y")
    desk.shows("one", "10.02", 50)
    desk.looks()

    desk.shows("one", "10.02", 77)
    desk.shows("two", "10.05", 77)
    assert desk.looks() == 0
    desk.shows("one", "10.03", 77)
    assert desk.parts(order) == [("one", 40, "rest 10.02")]
    desk.shows("one", "10.60", 77)
    desk.shows("two", "10.60", 77)
    assert desk.parts(order) == [("one", 40, "rest 10.05")]
    desk.looks()
    for ask in ("10.50", "10.30"):
        desk.shows("one", ask)
    assert desk.looks() == 0


@pytest.mark.parametrize("style", ["passive_then_cross", "marketable_limit"])
def test_a_schedule_that_minds_the_age_of_quotes_is_looked_at_by_quotes_only_after_one_that_is_too_old(
    style: str,
) -> None:
    desk = CountingDesk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    given: dict[str, str | int] = {"duration": 600, "slices": 2, "child_style": style, "max_quote_age": 5}
    if style == "marketable_limit":
        given["limit_price"] = "10.05"
    desk.shows("one", "10.10")
    order = desk.om.submit("AAPL", Side.BUY, 40, Strategy("twap", given))
    desk.shows("one", "10.10", 50)
    desk.looks()

    for size in range(5):
        desk.shows("one", "10.10", 100 + size)
    assert desk.looks() == 0

    # At the end of the first slice the last quote is too old: the next one tells something, whatever it says.
    desk.clock.advance_by(301)
    desk.om.poll()
    assert desk.looks() >= 1
    desk.shows("one", "10.10", 104)
    assert desk.looks() >= 1
    desk.shows("one", "10.10", 104)
    assert desk.looks() == 0
    assert desk.om.work(order).suspended is None


WOULD: dict[str, dict[str, str | int]] = {
    "twap": {"duration": 600, "slices": 2},
    "pov": {"duration": 600, "participation_rate": "0.1"},
}


def would_take(desk: CountingDesk, name: str, side: Side, **given: str | int) -> Order:
    """An order of 100 that would be taken as a whole at 10.00, in a market of 10.10 at 10.20 if it buys, and mirrored if it sells."""
    desk.quote("one", *(("10.10", "10.20") if side is Side.BUY else ("9.80", "9.90")))
    order = desk.om.submit(
        "AAPL", side, 100, Strategy(name, {**WOULD[name], "i_would_price": "10.00", **given})
    )
    desk.clock.advance_by(10)
    desk.om.poll()
    desk.looks()
    return order


def paper_desk() -> CountingDesk:
    return CountingDesk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
@pytest.mark.parametrize(
    ("name", "limit"),
    [("twap", {}), ("pov", {}), ("twap", {"limit_price": "10.00"})],
    ids=["by time", "by volume", "beyond its limit too"],
)
def test_what_would_be_taken_at_a_price_is_looked_at_by_no_quote_that_is_worse(
    name: str, side: Side, limit: dict[str, str]
) -> None:
    desk = paper_desk()
    order = would_take(desk, name, side, **limit)
    before = len(desk.om.children(order))

    prices = [("10.10", "10.21"), ("10.00", "10.19"), ("9.99", "10.01"), ("9.00", "10.01")]
    if side is Side.SELL:
        prices = [("9.79", "9.90"), ("9.81", "10.00"), ("9.99", "10.01"), ("9.99", "11.00")]
    for bid, ask in prices:
        desk.quote("one", bid, ask)
    assert desk.looks() == 0

    desk.quote("one", *(("9.90", "10.00") if side is Side.BUY else ("10.00", "10.10")))
    assert desk.looks() >= 1
    children = desk.om.children(order)[before:]
    left = 50 if name == "twap" and not limit else 100
    assert [(child.order_qty, child.terms) for child in children] == [(d(left), Limit("10.00"))]


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_schedule_whose_limit_is_not_there_is_looked_at_by_no_quote_that_is_worse(side: Side) -> None:
    desk = paper_desk()
    desk.quote("one", *(("10.10", "10.20") if side is Side.BUY else ("9.80", "9.90")))
    order = desk.om.submit("AAPL", side, 100, Strategy("twap", {**WOULD["twap"], "limit_price": "10.00"}))
    desk.looks()

    for bid, ask in (
        [("10.00", "10.11"), ("9.00", "10.01")] if side is Side.BUY else [("9.70", "9.90"), ("9.99", "10.30")]
    ):
        desk.quote("one", bid, ask)
    assert (desk.looks(), desk.om.children(order)) == (0, [])

    desk.quote("one", *(("9.90", "10.00") if side is Side.BUY else ("10.00", "10.10")))
    assert [(child.order_qty, child.terms) for child in desk.om.children(order)] == [(d(50), Limit("10.00"))]


@pytest.mark.parametrize("name", WOULD)
def test_what_would_be_taken_at_a_price_hears_of_a_quote_that_another_one_hid(name: str) -> None:
    # The offer of 9.90 is older than the bid of 10.10 that it crosses, and left out until that is gone.
    desk = paper_desk()
    desk.quote("one", "10.10", "10.20")
    desk.quote("two", "9.80", "9.90")
    desk.clock.advance_by(1)
    desk.quote("one", "10.10", "10.20")
    order = desk.om.submit("AAPL", Side.BUY, 100, Strategy(name, {**WOULD[name], "i_would_price": "10.00"}))
    before = len(desk.om.children(order))
    desk.clock.advance_by(10)

    desk.quote("one", "9.70", "10.20")

    assert [child.terms for child in desk.om.children(order)[before:]] == [Limit("9.90")]


def test_what_would_be_taken_at_a_price_and_was_not_hears_every_price_until_that_is_gone() -> None:
    desk = CountingDesk()
    order = would_take(desk, "twap", Side.BUY, min_rest=60)
    (child,) = desk.om.children(order)
    desk.says(desk.one, child, ExecType.NEW)
    desk.looks()
    desk.quote("one", "9.90", "10.00")
    assert desk.om.children(order) == [child]
    desk.looks()

    desk.quote("one", "9.91", "10.00")
    assert desk.looks() == 1
    desk.quote("one", "9.91", "10.01")
    assert desk.looks() == 1
    desk.quote("one", "9.92", "10.02")
    assert desk.looks() == 0


@pytest.mark.parametrize("rests", ["two", None], ids=["some of it rests elsewhere", "everybody is down"])
def test_a_broker_that_is_back_gets_of_what_is_left_without_a_new_quote(rests: str | None) -> None:
    desk = CountingDesk(health=STRICT)
    desk.shows("one", "10.00")
    for broker in (desk.one,) if rests else (desk.one, desk.two):
        broker.answers.append(NotSent("no line"))
        desk.om.submit("AAPL", Side.BUY, 1, Limit("9"), broker=broker.name)
    order = desk.buy(40, max_child=10)
    at_first = [("two", 10, "rest 10.05")] if rests else []
    assert desk.parts(order) == at_first
    desk.clock.advance_by(1)
    desk.om.poll()
    assert desk.parts(order) == at_first

    desk.clock.advance_by(1)
    desk.om.poll()

    assert desk.parts(order)[len(at_first) :][:1] == [("one", 1, "take 10.00")]
    desk.check(order)

"""One order over several brokers: what is taken, what rests, and that nothing is sent twice."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.model.enums import ExecType, Life, RequestKind, Side
from oms.model.reasons import ReasonCode
from oms.model.reports import Absent, NotSent, Refused, Unknown
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.routing import RouteVerdict, VenueHealth
from oms.model.terms import Limit, Strategy
from oms.model.venue_profile import ReplaceSupport
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, T0, ScriptedBroker, d
from tests.smart_desk import STRICT, Desk


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    desk = Desk()
    desk.shows("one", "10.00")
    desk.buy(10)


def test_what_is_shown_is_taken_the_best_first_and_the_rest_rests_where_that_is_paid_for() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.02", 30)
    desk.shows("two", "10.01", 50)

    order = desk.buy(100)

    assert desk.parts(order) == [
        ("two", 50, "take 10.01"),
        ("one", 30, "take 10.02"),
        ("one", 20, "rest 10.05"),
    ]
    assert (order.cum_qty, order.leaves_qty) == (d(80), d(20))
    assert order.life is Life.LIVE
    assert order.routing is not None
    assert [(one.broker, one.qty) for one in order.routing.taken] == [("two", d(50)), ("one", d(50))]
    assert [one.routing for one in desk.om.children(order)] == [None] * 3
    desk.check(order)


def test_an_order_without_a_rule_of_several_brokers_is_denied() -> None:
    om = OrderManager(
        brokers=[ScriptedBroker(name="one")], store=MemoryEventStore(), instruments=[AAPL], clock=ManualClock(T0),
        handlers=with_algorithms(),
    )  # fmt: skip

    order = om.submit("AAPL", Side.BUY, 10, Strategy("smart", {"limit_price": 10}))

    assert [reason.allowed for reason in order.reasons] == [
        "a rule of the manager's `routing` that names several brokers"
    ]


def test_a_part_that_came_back_unfilled_is_placed_anew_where_something_is_shown() -> None:
    desk = Desk()
    desk.shows("one", "10.01", 60)
    desk.shows("two", "10.03", 20)
    order = desk.buy(60, rest="N")
    (first,) = desk.om.children(order)
    desk.says(desk.one, first, ExecType.NEW)
    desk.says(desk.one, first, ExecType.TRADE, cum=10, last=10)
    assert desk.parts(order) == [("one", 60, "take 10.01")]

    desk.says(desk.one, first, ExecType.EXPIRED, cum=10)

    # What the first showed was sent for; the other shows 20, and 30 are kept back.
    assert desk.parts(order)[1:] == [("two", 20, "take 10.03")]
    desk.check(order)
    desk.shows("one", "10.02", 500)
    assert desk.parts(order)[2:] == [("one", 30, "take 10.02")]
    desk.check(order)


def test_a_part_that_is_refused_goes_to_another_at_once_and_the_first_is_left_alone_for_a_while() -> None:
    desk = Desk()
    desk.one.answers.append(Refused("unknown symbol", "1"))
    desk.shows("one", "10.01", 60)
    desk.shows("two", "10.03", 20)
    order = desk.buy(60)

    assert desk.parts(order) == [
        ("one", 60, "take 10.01"),
        ("two", 20, "take 10.03"),
        ("two", 40, "rest 10.05"),
    ]
    assert order.routing is not None
    assert [(one.broker, one.verdict, one.text) for one in order.routing.candidates][-1] == (
        "one",
        RouteVerdict.TRIED,
        "it refused a part; again in 1 s",
    )
    assert desk.om.work(order).suspended is None
    desk.check(order)


def test_a_part_in_doubt_counts_as_working_and_is_never_sent_again() -> None:
    desk = Desk()
    desk.one.answers.append(Unknown("timeout"))
    desk.shows("one", "10.01", 60)
    desk.shows("two", "10.02", 500)
    order = desk.buy(60)
    (first,) = desk.om.children(order)

    desk.clock.advance_by(60)
    desk.shows("two", "10.00", 500)
    desk.om.poll()
    assert desk.parts(order) == [("one", 60, "take 10.01")]
    assert desk.om.work(order).working == 60
    desk.check(order)

    desk.om.resolve(first, Absent(is_authoritative=True, text="not there"), by="desk", reason="rang them up")

    assert desk.parts(order)[1:] == [("two", 60, "take 10.00")]
    desk.check(order)


def test_nothing_is_sent_elsewhere_until_it_is_answered_that_what_rests_is_for_less() -> None:
    desk = Desk()
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    assert desk.parts(order) == [("one", 40, "rest 10.05")]

    desk.shows("two", "10.02", 25)

    _, reduced = desk.one.requests
    assert isinstance(reduced, OrderCancelReplaceRequest)
    assert reduced.order_qty == 15
    assert not desk.two.requests
    assert desk.om.work(order).working == 40
    desk.shows("two", "10.01", 25)
    assert desk.two.requests == []
    # It trades while that is on its way: that counts.
    desk.says(desk.one, resting, ExecType.TRADE, cum=30, last=30)
    assert desk.two.requests == []
    desk.says(desk.one, resting, ExecType.CANCELED, cum=30)
    assert desk.parts(order)[1:] == [("two", 10, "take 10.01")]
    desk.check(order)


@pytest.mark.parametrize(("size", "is_worth_it"), [(4, True), (3, False)])
def test_what_cannot_be_reduced_is_taken_back_for_a_tenth_of_it(size: int, is_worth_it: bool) -> None:
    """Forty rest at a broker that replaces nothing: four that another one shows are worth its place in the queue, three are not."""
    can = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, replace=ReplaceSupport.NONE))
    one = ScriptedBroker(name="one", can=can)
    desk = Desk(one, two := ScriptedBroker(name="two"))
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (resting,) = desk.om.children(order)
    desk.says(one, resting, ExecType.NEW)

    desk.shows("two", "10.02", size)

    assert [type(request) for request in one.requests[1:]] == [OrderCancelRequest] * is_worth_it
    assert not two.requests
    desk.check(order)


def test_what_rests_at_a_broker_that_goes_down_is_taken_back_before_it_goes_elsewhere() -> None:
    desk = Desk(health=STRICT)
    desk.shows("one", "10.50", 10)
    desk.shows("two", "10.50", 10)
    order = desk.buy(40)
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    desk.one.answers.append(NotSent("no line"))
    desk.om.submit("AAPL", Side.BUY, 1, Limit("9"), broker="one")
    assert desk.om.venues()[0].health is VenueHealth.DOWN

    assert [one.kind for one in resting.outstanding_requests] == [RequestKind.CANCEL]
    assert not desk.two.requests
    assert desk.om.work(order).working == 40
    desk.says(desk.one, resting, ExecType.CANCELED)
    # Its answer has brought the broker back, as one that is not up: what is left goes where nothing has failed.
    assert desk.parts(order)[1:] == [("two", 40, "rest 10.05")]
    desk.check(order)


def test_a_cancel_in_doubt_leaves_the_part_working() -> None:
    desk = Desk()
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    desk.one.answers.append(Unknown("timeout"))

    desk.shows("two", "10.02", 25)
    desk.shows("two", "10.01", 25)

    assert resting.is_in_doubt
    assert not desk.two.requests
    assert desk.om.work(order).working == 40
    desk.check(order)


def test_what_may_not_rest_ends_once_nothing_more_is_shown() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.02", 30)
    desk.shows("two", "10.06", 50)

    order = desk.buy(100, rest="N")

    assert order.cum_qty == 30
    assert order.life is Life.EXPIRED
    assert order.text == "nothing more is shown for 70 of 100"
    (verdict,) = (
        [one.verdict for one in order.routing.candidates if one.broker == "two"] if order.routing else []
    )
    assert verdict is RouteVerdict.LIMIT


def test_a_passive_order_rests_where_it_is_paid_most() -> None:
    can = Desk(PaperBroker([AAPL], name="two"), PaperBroker([AAPL], name="one"))
    can.shows("one", "10.02", 30)
    can.shows("two", "10.02", 30)

    order = can.buy(20, no_take_liquidity="Y", limit_price="10.00")

    assert can.parts(order) == [("one", 20, "rest 10.00")]
    (child,) = can.om.children(order)
    assert child.instructions is not None
    assert child.instructions.post_only


def test_a_restart_goes_on_with_what_is_left_and_sends_nothing_twice() -> None:
    desk = Desk()
    desk.shows("one", "10.01", 60)
    order = desk.buy(60)
    again = Desk(store=desk.store)
    parent = again.om.order(order.order_id)

    again.shows("two", "10.00", 500)

    # What was sent before the restart is in doubt, and counts as working.
    assert again.parts(parent) == [("one", 60, "take 10.01")]
    assert not again.two.requests
    assert again.om.work(parent).working == 60
    assert parent.routing == order.routing
    again.check(parent)


def test_while_nobody_shows_anything_it_waits_and_says_so_once() -> None:
    desk = Desk()
    desk.shows("one", None)
    order = desk.buy(60, limit_price="10.00")
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.CANCELED)
    waiting = desk.buy(60)
    desk.shows("one", None)

    assert desk.parts(order)[0] == ("one", 60, "rest 10.00")
    assert waiting.life is Life.LIVE
    desk.check(waiting)


def test_a_price_between_two_ticks_is_taken_from_the_grid() -> None:
    desk = Desk()
    desk.shows("one", "10.015", 60)

    assert desk.parts(desk.buy(60)) == [("one", 60, "take 10.02")]


def test_each_child_of_another_algorithm_is_routed_as_a_whole() -> None:
    desk = Desk()
    desk.shows("one", "10.02")
    desk.shows("two", "10.01")
    order = desk.om.submit("AAPL", Side.BUY, 20, Strategy("twap", {"duration": 60, "slices": 2}))
    desk.clock.advance_by(30)
    desk.shows("one", "10.00")
    desk.om.poll()

    first, second = desk.om.children(order)
    assert (first.broker, second.broker, order.routing) == ("two", "one", None)
    assert first.routing is not None
    assert [one.broker for one in first.routing.candidates] == ["two", "one"]


def test_an_algorithm_waits_while_every_broker_is_down_and_is_not_suspended() -> None:
    desk = Desk(health=STRICT)
    for broker in (desk.one, desk.two):
        broker.answers.append(NotSent("no line"))
        desk.om.submit("AAPL", Side.BUY, 1, Limit("9"), broker=broker.name)
    desk.shows("one", "10.02")
    desk.shows("two", "10.01")

    order = desk.om.submit("AAPL", Side.BUY, 20, Strategy("twap", {"duration": 60, "slices": 1}))
    (denied,) = desk.om.children(order)
    assert [reason.code for reason in denied.reasons] == [ReasonCode.VENUE_DOWN]
    assert desk.om.work(order).suspended is None

    desk.clock.advance_by(2)
    desk.shows("two", "10.01")
    desk.om.poll()
    assert [child.broker for child in desk.om.children(order)] == [None, "two"]

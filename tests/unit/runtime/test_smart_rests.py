"""What rests of an order over several brokers: at what price, and what becomes of that as its limit or the market moves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.model.enums import CxlRejResponseTo, ExecType, Life, OrdStatus, Side
from oms.model.ids import Symbol
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import OrderCancelReject, Refused
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.model.terms import Limit, Strategy
from oms.model.venue_profile import ReplaceSupport
from tests.fakes import AAPL, CAN_ALL, ScriptedBroker, d
from tests.smart_desk import Desk


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    desk = Desk()
    desk.shows("one", "10.00")
    desk.buy(10)


def asked(broker: ScriptedBroker) -> list[tuple[type[Request], Decimal | None]]:
    """What a broker was asked for, with the price of it."""
    found: list[tuple[type[Request], Decimal | None]] = []
    for one in broker.requests:
        if isinstance(one, NewOrderSingle):
            assert isinstance(one.terms, Limit)
            found.append((type(one), one.terms.price))
        else:
            found.append(
                (
                    type(one),
                    one.terms.price
                    if isinstance(one, OrderCancelReplaceRequest) and isinstance(one.terms, Limit)
                    else None,
                )
            )
    return found


WAITS = evolve(CAN_ALL, instructions=frozenset({"post_only"}))
NEW, REPLACE, CANCEL = NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest


def refusing(broker: ScriptedBroker, answer: Refused) -> Callable[[Request], None]:
    return lambda _: broker.answers.append(answer)


def resting(desk: Desk, **parameters: str | int) -> tuple[Order, Order]:
    """An order of 40 that rests at the first broker, at its limit."""
    desk.shows("one", "10.50", 10)
    order = desk.buy(40, **parameters)
    (child,) = desk.om.children(order)
    desk.says(desk.one, child, ExecType.NEW)
    assert desk.parts(order) == [("one", 40, "rest 10.05")]
    return order, child


# ------------------------------------------------------------ a limit that is changed


def test_what_rests_follows_a_looser_limit() -> None:
    desk = Desk()
    order, _ = resting(desk)

    desk.om.replace(order, price="10.10")

    assert asked(desk.one) == [(NEW, d("10.05")), (REPLACE, d("10.10"))]
    desk.shows("one", "10.51")
    desk.clock.advance_by(5)
    desk.om.poll()
    assert len(desk.one.requests) == 2
    assert not desk.two.requests
    desk.check(order)


def test_it_follows_a_looser_limit_once() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (child,) = desk.om.children(order)

    desk.om.replace(order, price="10.10")
    desk.shows("one", "10.40", 10)

    assert child.terms == Limit("10.10")
    desk.om.replace(order, price="10.07")
    desk.shows("one", "10.40", 10)
    # A tighter limit takes back what is beyond it.
    assert desk.parts(order) == [("one", 40, "rest 10.1"), ("one", 40, "rest 10.07")]
    assert child.life is Life.CANCELED
    desk.om.replace(order, price="10.40")
    assert order.cum_qty == 10
    desk.check(order)


def test_where_nothing_is_replaced_it_is_taken_back_and_rests_anew_at_the_looser_limit() -> None:
    can = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, replace=ReplaceSupport.NONE))
    one = ScriptedBroker(name="one", can=can)
    desk = Desk(one, ScriptedBroker(name="two"))
    desk.one = one
    order, child = resting(desk)

    desk.om.replace(order, price="10.10")

    assert asked(one) == [(NEW, d("10.05")), (CANCEL, None)]
    assert desk.om.work(order).working == 40
    desk.says(one, child, ExecType.CANCELED)
    assert desk.parts(order)[1:] == [("one", 40, "rest 10.1")]
    desk.check(order)


def test_where_the_price_is_not_changed_after_all_it_is_taken_back_and_rests_anew() -> None:
    desk = Desk()
    order, child = resting(desk)
    desk.om.replace(order, price="10.10")
    (changing,) = child.outstanding_requests
    assert desk.one.sink is not None
    desk.one.sink.put(
        OrderCancelReject(
            cl_ord_id=changing.cl_ord_id,
            orig_cl_ord_id=child.cl_ord_id,
            ord_status=OrdStatus.NEW,
            response_to=CxlRejResponseTo.REPLACE,
            text="no",
        )
    )
    desk.om.poll()

    assert [kind for kind, _ in asked(desk.one)] == [NEW, REPLACE, CANCEL]
    desk.says(desk.one, child, ExecType.CANCELED)
    assert desk.parts(order)[1:] == [("one", 40, "rest 10.1")]
    desk.check(order)


def test_what_another_shows_within_the_looser_limit_is_taken_first() -> None:
    desk = Desk()
    order, child = resting(desk)
    desk.shows("two", "10.08", 15)

    desk.om.replace(order, price="10.10")

    (_, reduced) = desk.one.requests
    assert isinstance(reduced, OrderCancelReplaceRequest)
    assert reduced.order_qty == 25
    assert not desk.two.requests
    assert not child.is_closed
    desk.check(order)


def test_a_looser_limit_waits_like_a_new_part() -> None:
    desk = Desk()
    order, _ = resting(desk, min_rest=30)
    desk.om.replace(order, price="10.10")
    assert [kind for kind, _ in asked(desk.one)] == [NEW]

    desk.clock.advance_by(30)
    desk.om.poll()

    assert asked(desk.one)[1:] == [(REPLACE, d("10.10"))]


def test_after_a_restart_what_rests_still_follows_the_looser_limit() -> None:
    desk = Desk()
    order, child = resting(desk, min_rest=30)
    desk.om.replace(order, price="10.10")
    again = Desk(store=desk.store)
    kept = again.om.order(child.order_id)
    again.says(again.one, kept, ExecType.NEW)
    again.clock.advance_by(30)
    again.om.poll()

    assert asked(again.one) == [(REPLACE, d("10.10"))]


# ------------------------------------------------------------ orders that only wait


def test_what_only_waits_rests_a_step_before_the_best_price_that_anybody_shows() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.04")
    desk.shows("two", "10.02")

    order = desk.buy(40, no_take_liquidity="Y")

    assert desk.parts(order) == [("one", 40, "rest 10.01")]
    assert order.cum_qty == 0
    assert order.routing is not None
    assert [one.text for one in order.routing.candidates] == ["", ""]


def test_one_that_sells_rests_a_step_above_the_best_bid() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), "10.00", 5, "10.10", 5), venue="two")
    terms = Strategy("smart", {"limit_price": "9.90", "no_take_liquidity": "Y"})

    order = desk.om.submit("AAPL", Side.SELL, 40, terms)

    assert desk.parts(order) == [("one", 40, "rest 10.01")]
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), "9.95", 5, "10.10", 5), venue="two")
    (child,) = desk.om.children(order)
    assert child.terms == Limit("9.96")


def test_it_follows_the_market_to_its_limit_and_does_not_give_way() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.02")
    order = desk.buy(40, no_take_liquidity="Y")
    (child,) = desk.om.children(order)
    assert child.terms == Limit("10.01")

    for ask, rests_at in (("10.03", "10.02"), ("10.09", "10.05"), (None, "10.05"), ("10.06", "10.05")):
        desk.shows("one", ask)
        assert child.terms == Limit(rests_at), ask
    desk.shows("two", "10.01")
    assert child.terms == Limit("10.05")
    assert len(desk.om.children(order)) == 1
    desk.check(order)


def test_it_stays_where_it_is_while_nobody_shows_the_other_side() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.shows("one", "10.02")
    order = desk.buy(40, no_take_liquidity="Y")
    desk.shows("one", None)

    assert desk.parts(order) == [("one", 40, "rest 10.01")]


def test_it_waits_where_every_price_would_take() -> None:
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), None, 0, "0.01", 5), venue="one")

    order = desk.buy(40, no_take_liquidity="Y")

    assert desk.parts(order) == []
    assert order.life is Life.LIVE
    desk.shows("one", "10.02")
    assert desk.parts(order) == [("one", 40, "rest 10.01")]


def test_where_a_collar_keeps_it_back_it_is_not_sent_again_and_again() -> None:
    """It may not pay more than 0.5 % above the middle of the market, which comes to be far from where it would rest."""
    limits = RiskLimits(
        max_order_qty=1_000, max_order_notional=100_000, max_open_orders=100, max_messages=10_000, price_collar="0.005"
    )  # fmt: skip
    desk = Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"), limits=limits)
    desk.om.update(Quote(Symbol("AAPL"), desk.clock.now_ns(), "10.00", 5, "10.02", 5), venue="one")
    order = desk.buy(40, no_take_liquidity="Y")
    assert desk.parts(order) == [("one", 40, "rest 10.01")]

    for second in range(20):
        desk.clock.advance_by(1)
        desk.shows("one", "10.40", 100 + second % 2)  # 9.00 is bid: 9.7485 is the most

    assert {parts[2] for parts in desk.parts(order)[1:]} == {"rest 9.74"}
    assert len(desk.om.children(order)) <= 5
    assert desk.om.work(order).working == 40
    desk.check(order)


@pytest.mark.parametrize("answer", ["refused", "rejected", "canceled"])
def test_while_the_market_runs_away_from_it_it_is_tried_again_ever_more_slowly(answer: str) -> None:
    """The market is always a step further than what is known of it, so that what only waits would take."""
    desk = Desk(*(brokers := [ScriptedBroker(name=name, can=WAITS) for name in ("one", "two")]))
    desk.one, desk.two = brokers

    if answer == "refused":
        desk.one.on_request = refusing(desk.one, Refused("post only, and it would take", "99"))
    for broker in ("one", "two"):
        desk.shows(broker, "10.02")
    desk.two.on_request = refusing(desk.two, Refused("closed here", "99"))
    order = desk.buy(40, no_take_liquidity="Y")
    for second in range(200):
        desk.shows("one", "10.02", 100 + second % 3)
        for child in desk.om.children(order):
            if child.broker == "one" and not child.is_closed and answer != "refused":
                desk.says(desk.one, child, ExecType[answer.upper()])
        desk.clock.advance_by(1)
        desk.om.poll()

    assert desk.om.work(order).suspended is None
    assert order.life is Life.LIVE
    assert len(desk.one.requests) <= 12
    assert len(desk.one.requests) >= 6
    desk.check(order)


def test_what_is_wrong_with_the_order_itself_still_suspends_what_only_waits() -> None:
    brokers = [ScriptedBroker(name=name, can=WAITS) for name in ("one", "two")]
    desk = Desk(*brokers)
    for broker in brokers:
        broker.on_request = refusing(broker, Refused("lot", "13"))
    desk.shows("one", "10.02")
    order = desk.buy(40, no_take_liquidity="Y")
    for _ in range(60):
        desk.clock.advance_by(1)
        desk.shows("one", "10.02")

    assert desk.om.work(order).suspended is not None

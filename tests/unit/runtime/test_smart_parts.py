"""How an order over several brokers goes out: how much at a time, how often, and what becomes of the rest at its end."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import Capabilities
from oms.model.enums import ExecType, Life, RequestKind
from oms.model.order import Order
from oms.model.reports import NotSent, Unknown
from oms.model.routing import RouteVerdict
from oms.model.terms import Limit, Market
from oms.model.time_in_force import AtTheClose, Day, ImmediateOrCancel
from tests.fakes import AAPL, ScriptedBroker, d
from tests.smart_desk import STRICT, Desk

NO_AUCTION = Capabilities(
    order_types=frozenset((kind, tif) for kind in (Limit, Market) for tif in (Day, ImmediateOrCancel)),
    simulated=True,
)


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    desk = Desk()
    desk.shows("one", "10.00")
    desk.buy(10)


def papers() -> Desk:
    return Desk(PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two"))


def fills(desk: Desk, child: Order) -> None:
    """Let a child execute all of it."""
    qty = int(child.order_qty)
    desk.says(desk.one if child.broker == "one" else desk.two, child, ExecType.TRADE, cum=qty, last=qty)


# ------------------------------------------------------------ how much at a time


def test_no_part_is_larger_than_it_may_be_and_the_next_comes_once_the_one_before_has_ended() -> None:
    desk = Desk()
    desk.shows("one", "10.00", 40)
    desk.shows("two", "10.02", 100)

    order = desk.buy(100, max_child=30, rest="N")

    assert desk.parts(order) == [("one", 30, "take 10.00"), ("two", 30, "take 10.02")]
    first, second = desk.om.children(order)
    # Of what the first showed 10 are left: they are kept for it, and the second would get the other 30.
    fills(desk, second)
    assert desk.parts(order)[2:] == [("two", 30, "take 10.02")]
    assert order.routing is not None
    assert {one.broker: (one.verdict, one.qty) for one in order.routing.candidates} == {
        "two": (RouteVerdict.TAKEN, d(30)),
        "one": (RouteVerdict.AT_WORK, d(0)),
    }
    fills(desk, first)
    assert desk.parts(order)[3:] == [("one", 10, "take 10.00")]
    desk.check(order)


def test_nobody_waits_for_a_broker_of_which_it_is_not_known_whether_it_has_its_part() -> None:
    desk = Desk()
    desk.one.answers.append(Unknown("timeout"))
    desk.shows("one", "10.00", 100)
    desk.shows("two", "10.02", 100)

    order = desk.buy(60, max_child=30, rest="N")

    assert desk.parts(order) == [("one", 30, "take 10.00"), ("two", 30, "take 10.02")]
    assert desk.om.work(order).working == 60
    desk.check(order)


def test_one_part_rests_at_a_time() -> None:
    desk = Desk()
    desk.shows("one", "10.50")
    order = desk.buy(70, max_child=30)
    (first,) = desk.om.children(order)
    desk.shows("two", "10.50")
    assert desk.parts(order) == [("one", 30, "rest 10.05")]

    desk.says(desk.one, first, ExecType.NEW)
    fills(desk, first)

    assert desk.parts(order)[1:] == [("one", 30, "rest 10.05")]
    desk.check(order)


def test_the_largest_part_is_a_multiple_of_the_lot_and_no_less_than_the_smallest_order() -> None:
    desk = Desk(instrument=evolve(AAPL, lot=d(2), min_qty=d(10)))

    odd, small = desk.buy(70, max_child=11), desk.buy(70, max_child=8, on_residual="cancel")

    assert [str(reason) for reason in odd.reasons] == ["OFF_LOT: max_child = 11; allowed: a multiple of 2"]
    assert [str(reason) for reason in small.reasons] == [
        "BELOW_MIN_QTY: max_child = 8; allowed: at least 10, the least order in AAPL"
    ]
    assert desk.buy(70, max_child=10).life is Life.LIVE


# ------------------------------------------------------------ how often


def test_nothing_is_sent_for_so_long_after_something_was() -> None:
    desk = papers()
    desk.shows("one", "10.00", 30)
    desk.shows("two", "10.01", 30)
    order = desk.buy(100, min_rest=5, rest="N")
    assert desk.parts(order) == [("one", 30, "take 10.00"), ("two", 30, "take 10.01")]

    desk.clock.advance_by(4)
    desk.shows("one", "10.00", 30)
    assert len(desk.parts(order)) == 2
    desk.clock.advance_by(1)
    desk.om.poll()

    assert desk.parts(order)[2:] == [("one", 30, "take 10.00")]


def test_what_rests_at_a_broker_that_goes_down_is_taken_back_all_the_same() -> None:
    desk = Desk(health=STRICT)
    desk.shows("one", "10.50", 10)
    desk.shows("two", "10.50", 10)
    order = desk.buy(40, min_rest=60)
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    desk.shows("two", "10.00", 10)
    assert not resting.outstanding_requests

    desk.one.answers.append(NotSent("no line"))
    desk.om.submit("AAPL", order.side, 1, Limit("9"), broker="one")

    assert [one.kind for one in resting.outstanding_requests] == [RequestKind.CANCEL]
    desk.says(desk.one, resting, ExecType.CANCELED)
    assert len(desk.parts(order)) == 1
    desk.clock.advance_by(60)
    desk.om.poll()
    assert desk.parts(order)[1:] == [("two", 10, "take 10.00"), ("one", 30, "rest 10.05")]
    desk.check(order)


def test_after_a_restart_it_goes_on_waiting() -> None:
    desk = Desk()
    desk.shows("one", "10.00", 30)
    order = desk.buy(100, min_rest=5, max_child=30, rest="N")
    desk.says(desk.one, desk.om.children(order)[0], ExecType.NEW)
    fills(desk, desk.om.children(order)[0])
    again = Desk(store=desk.store)
    parent = again.om.order(order.order_id)

    again.clock.advance_by(4)
    again.shows("one", "10.00", 30)
    assert len(again.parts(parent)) == 1
    again.clock.advance_by(1)
    again.om.poll()
    assert again.parts(parent)[1:] == [("one", 30, "take 10.00")]


# ------------------------------------------------------------ at the end


def test_what_is_left_ends_with_the_order_unless_told_otherwise() -> None:
    desk = papers()
    desk.shows("one", "10.50")
    order = desk.buy(40, duration=10)
    (resting,) = desk.om.children(order)

    desk.clock.advance_by(10)
    desk.om.poll()
    desk.om.poll()

    assert resting.life is Life.CANCELED
    assert (order.life, order.text) == (Life.EXPIRED, "end_time: 40 of 40 did not trade")


def test_at_the_end_all_that_is_shown_is_swept_once_whatever_the_size_of_parts() -> None:
    desk = papers()
    desk.shows("one", "10.00", 30)
    desk.shows("two", "10.01", 30)
    order = desk.buy(100, duration=10, max_child=5, min_rest=60, rest="N", on_residual="sweep")
    assert desk.parts(order) == [("one", 5, "take 10.00"), ("two", 5, "take 10.01")]

    desk.clock.advance_by(10)
    desk.om.poll()
    desk.om.poll()

    assert desk.parts(order)[2:] == [("one", 25, "take 10.00"), ("two", 25, "take 10.01")]
    assert (order.cum_qty, order.life) == (d(60), Life.EXPIRED)
    assert order.text == "end_time: 40 of 100 did not trade"
    assert order.routing is not None
    assert order.routing.qty == 90


def test_a_sweep_waits_for_the_cancel_of_what_rests() -> None:
    desk = Desk()
    desk.shows("one", "10.50")
    order = desk.buy(40, duration=10, min_rest=60, on_residual="sweep")
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    desk.shows("two", "10.00", 100)

    desk.clock.advance_by(10)
    desk.om.poll()
    assert len(desk.parts(order)) == 1
    desk.says(desk.one, resting, ExecType.TRADE, cum=15, last=15)
    assert len(desk.parts(order)) == 1
    desk.says(desk.one, resting, ExecType.CANCELED, cum=15)

    assert desk.parts(order)[1:] == [("two", 25, "take 10.00")]
    desk.check(order)


def test_where_nothing_is_shown_at_the_end_nothing_is_swept() -> None:
    desk = papers()
    desk.shows("one", "10.50")
    order = desk.buy(40, duration=10, on_residual="sweep")

    desk.clock.advance_by(10)
    desk.om.poll()
    desk.om.poll()

    assert (order.life, order.text) == (Life.EXPIRED, "end_time: 40 of 40 did not trade")
    assert desk.parts(order) == [("one", 40, "rest 10.05")]


def test_an_order_that_may_works_on_past_its_end() -> None:
    desk = papers()
    desk.shows("one", "10.50")
    order = desk.buy(40, duration=10, allow_past_end="Y", on_residual="extend")

    desk.clock.advance_by(11)
    desk.om.poll()
    assert desk.parts(order) == [("one", 40, "rest 10.05")]
    desk.shows("two", "10.01", 15)

    assert desk.parts(order) == [("one", 25, "rest 10.05"), ("two", 15, "take 10.01")]
    assert order.life is Life.LIVE


def test_what_is_left_goes_into_the_closing_auction_where_it_is_to() -> None:
    one, two = ScriptedBroker(name="one", can=NO_AUCTION), ScriptedBroker(name="two")
    desk = Desk(one, two)
    desk.shows("one", "10.50")
    desk.shows("two", "10.01", 10)
    order = desk.buy(40, duration=10, max_child=15, min_rest=60, on_residual="auction")
    (taking, resting) = desk.om.children(order)
    desk.says(two, taking, ExecType.TRADE, cum=10, last=10)

    desk.clock.advance_by(10)
    desk.om.poll()
    assert len(desk.parts(order)) == 2
    desk.says(one, resting, ExecType.CANCELED)

    parts = desk.om.children(order)[2:]
    assert [(one.broker, one.order_qty, one.terms) for one in parts] == [("two", d(15), Limit("10.05"))] * 2
    for auction in parts:
        assert auction.time_in_force == AtTheClose()
        desk.says(two, auction, ExecType.TRADE, cum=15, last=15)
    assert order.is_filled
    desk.check(order)


def test_the_closing_auction_is_refused_where_none_of_its_brokers_has_one() -> None:
    desk = Desk(ScriptedBroker(name="one", can=NO_AUCTION), ScriptedBroker(name="two", can=NO_AUCTION))

    order = desk.buy(40, duration=10, on_residual="auction")

    assert order.life is Life.DENIED
    assert [(reason.field, reason.allowed) for reason in order.reasons] == [
        ("on_residual", "cancel, sweep or extend: none of its brokers takes orders for the closing auction"),
    ]

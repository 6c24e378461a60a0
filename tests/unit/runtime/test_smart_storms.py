"""Brokers that refuse, throw out what rests, or have not what they show: they are tried ever more slowly, and nothing storms."""

from __future__ import annotations

import pytest

from oms.model.enums import ExecType
from oms.model.order import Order
from oms.model.reports import Refused
from oms.model.routing_table import RouteRule
from tests.fakes import ScriptedBroker, d
from tests.smart_desk import Desk

MS = 1_000_000


def throwing_out(desk: Desk, order: Order, seconds: int) -> None:
    """Both brokers take each part and cancel it a millisecond later."""
    end_ns = desk.clock.now_ns() + seconds * 1_000_000_000
    known: set[int] = set()
    while desk.clock.now_ns() < end_ns:
        new = [child for child in desk.om.children(order) if not child.is_closed]
        for child in new:
            if child.order_id not in known:
                known.add(child.order_id)
                desk.says(desk.one if child.broker == "one" else desk.two, child, ExecType.NEW)
        desk.clock.advance_to(desk.clock.now_ns() + (MS if new else 100 * MS))
        desk.om.poll()
        for child in new:
            if not child.is_closed:
                desk.says(desk.one if child.broker == "one" else desk.two, child, ExecType.CANCELED)
        desk.check(order)


def test_brokers_that_throw_out_what_rests_are_tried_ever_more_slowly() -> None:
    desk = Desk()
    desk.shows("one", "10.02")
    desk.shows("two", "10.02")
    order = desk.buy(200)

    throwing_out(desk, order, 1)
    rests = [part for part in desk.parts(order) if part[2].startswith("rest")]
    assert len(rests) <= 4
    assert desk.om.work(order).suspended is None
    throwing_out(desk, order, 9)

    sent = {name: sum(child.broker == name for child in desk.om.children(order)) for name in ("one", "two")}
    # One take, and what rests at 0, 1, 3 and 7 s.
    assert sent == {"one": 5, "two": 5}
    assert desk.om.work(order).suspended is None


def test_what_works_at_a_broker_does_not_make_it_forget_what_was_thrown_out() -> None:
    desk = Desk()
    desk.shows("one", "10.50")
    desk.two.on_request = lambda _: desk.two.answers.append(Refused("closed here", "99"))
    order = desk.buy(40)
    (first,) = desk.om.children(order)
    desk.says(desk.one, first, ExecType.NEW)
    desk.om.replace(order, order_qty=80)
    (_, second) = desk.om.children(order)
    desk.says(desk.one, second, ExecType.NEW)
    desk.says(desk.one, first, ExecType.CANCELED)

    assert [part for part in desk.parts(order) if part[0] == "one"] == [("one", 40, "rest 10.05")] * 2
    desk.clock.advance_by(1)
    desk.om.poll()
    assert [part for part in desk.parts(order) if part[0] == "one"] == [("one", 40, "rest 10.05")] * 3
    desk.check(order)


def test_what_was_not_there_is_taken_again_once_it_has_changed_or_ever_more_slowly() -> None:
    desk = Desk()
    desk.shows("one", "10.02")
    desk.shows("two", "10.50")
    order = desk.buy(100, rest="N")
    sent_at: list[int] = []
    start_ns = desk.clock.now_ns()
    for _ in range(80):
        desk.clock.advance_to(desk.clock.now_ns() + 50 * MS)
        desk.shows("one", "10.02")  # as before
        for child in desk.om.children(order):
            if not child.is_closed:
                sent_at.append((child.created_ns - start_ns) // (50 * MS))
                desk.says(desk.one, child, ExecType.CANCELED)
        desk.clock.advance_to(desk.clock.now_ns() + 50 * MS)
        desk.om.poll()

    assert sent_at == [0, 20, 60, 140]  # at 0, 1, 3 and 7 s
    desk.shows("one", "10.02", 99)
    assert len([part for part in desk.parts(order) if part[2] == "take 10.02"]) == 5
    desk.check(order)


@pytest.mark.parametrize("count", [2, 3])
def test_refusals_of_different_brokers_do_not_add_up_at_once(count: int) -> None:
    names = ("one", "two", "three")[:count]
    brokers = [ScriptedBroker(name=name) for name in names]
    for broker in brokers:
        broker.on_request = lambda _, broker=broker: broker.answers.append(Refused("no", "99"))
    desk = Desk(*brokers, rule=RouteRule(brokers=names))
    for name in names:
        desk.shows(name, "10.02")
    order = desk.buy(100 * count)
    assert desk.om.work(order).suspended is None
    for _ in range(8):
        desk.clock.advance_by(1)
        desk.om.poll()
    assert desk.om.work(order).suspended is None
    assert {len(broker.requests) for broker in brokers} <= {4, 5}

    for _ in range(30):
        desk.clock.advance_by(1)
        desk.om.poll()
    assert desk.om.work(order).suspended is not None
    # Each has refused five; some have got one to take and one to rest at a time.
    sent = [len(broker.requests) for broker in brokers]
    assert min(sent) == 5
    assert max(sent) <= 7
    assert order.cum_qty == d(0)


def test_while_a_part_works_at_one_broker_refusals_of_another_suspend_nothing() -> None:
    desk = Desk()
    desk.shows("one", "10.50")
    order = desk.buy(100)
    (resting,) = desk.om.children(order)
    desk.says(desk.one, resting, ExecType.NEW)
    desk.two.on_request = lambda _: desk.two.answers.append(Refused("no", "99"))
    desk.one.on_request = lambda _: desk.one.answers.append(Refused("no", "99"))
    desk.om.replace(order, order_qty=160)
    for _ in range(60):
        desk.clock.advance_by(1)
        desk.om.poll()
    refused = [child for child in desk.om.children(order) if child.is_closed]

    assert len(refused) >= 10
    assert not resting.is_closed
    assert desk.om.work(order).suspended is None
    desk.check(order)

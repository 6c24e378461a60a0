"""What the machine of one order has found, each as the shortest way there: steps at a desk, and the end that must be reached."""

from __future__ import annotations

from collections import Counter

from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO
from oms.model.enums import Life, OrdStatus, Side
from oms.model.ids import Account
from oms.model.outstanding import OutstandingRequest
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import DAY
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, VenueProfile
from oms.testing.campaign import ExchangeMachine
from oms.testing.decisions import Decision, decide
from oms.testing.desk import Desk
from oms.testing.dice import Dice
from oms.testing.line import Answering, Arrival, Fate, Reply
from oms.testing.order_machine import OrderMachine
from oms.testing.settling import settle
from oms.testing.venue import Wording
from tests.fakes import S, d


def opened(profile: VenueProfile = FIX_BROKER, qty: int = 10, terms: Terms | None = None) -> Desk:
    """A desk with an order that has just been sent."""
    machine = ExchangeMachine() if profile is EXCHANGE else OrderMachine()
    desk = Desk(machine, Wording(), Counter())
    what = Limit(10) if terms is None else terms
    desk.submit(SubmitOrder(machine.instrument.symbol, Side.BUY, qty, what, DAY, Account("main")))
    return desk


def says(desk: Desk, *decisions: Decision, size: int = 1, is_heard: bool = True) -> None:
    for decision in decisions:
        desk.tick()
        decide(desk.venue, decision, Dice(size, 0, d(1), d(10)))
        desk.line.collect()
        if is_heard:
            desk.deliver(desk.line.on_the_way()[-1])
            desk.check()


def asked(desk: Desk, number: int) -> OutstandingRequest:
    return desk.order.outstanding_requests[number]


def test_a_pending_status_that_is_heard_twice_does_not_acknowledge_the_order() -> None:
    desk = opened()
    desk.om.cancel(desk.order)
    letter = desk.line.mass_status(desk.clock.now_ns())
    desk.deliver(letter)
    assert (desk.order.life, desk.order.status) == (Life.SENT, OrdStatus.PENDING_CANCEL)

    desk.deliver(letter)

    assert desk.order.life is Life.SENT


def test_an_order_is_asked_about_again_after_a_question_about_its_own_request_served_for_both() -> None:
    desk = opened()
    desk.om.cancel(desk.order)
    desk.line.answering.extend([Answering.BY_REPORT])
    says(desk, Decision.EXPIRE, is_heard=False)
    desk.tick(10 * S)
    desk.do(desk.om.poll)
    desk.deliver(*desk.line.on_the_way())

    desk.check()  # It once failed: a question that is due waits nowhere.
    settle(desk, 0)


def test_an_answer_that_is_older_than_a_cancel_says_nothing_of_it() -> None:
    desk = opened()
    says(desk, Decision.ACCEPT)
    desk.om.cancel(desk.order)
    desk.tick()
    old = desk.line.mass_status(desk.clock.now_ns())
    says(desk, Decision.REFUSE_REQUEST)
    desk.tick()
    desk.line.fates.append(Fate(Arrival.NEVER, Reply.SENT))
    desk.om.cancel(desk.order)

    desk.deliver(old)

    assert not asked(desk, 0).pending
    settle(desk, 0)


def test_a_restatement_that_comes_before_a_correction_is_not_lifted_by_what_was_corrected() -> None:
    desk = opened(qty=3)
    says(desk, Decision.FILL_ALL)
    says(desk, Decision.CORRECT, size=2, is_heard=False)
    says(desk, Decision.RESTATE_QTY, size=3)

    settle(desk, 0)

    assert (desk.order.order_qty, desk.order.cum_qty, desk.order.leaves_qty) == (d(5), d(2), d(3))


def test_what_an_exchange_has_lost_before_a_replace_is_no_part_of_the_new_total() -> None:
    desk = opened(EXCHANGE, qty=9)
    says(desk, Decision.FILL)
    says(desk, Decision.BUST, is_heard=False)
    desk.tick()
    desk.om.replace(desk.order, price=11)
    says(desk, Decision.ACCEPT_REQUEST)
    assert desk.order.cum_qty == d(1)

    desk.deliver(*desk.line.on_the_way())

    assert (desk.order.order_qty, desk.order.cum_qty, desk.order.leaves_qty) == (d(9), ZERO, d(9))


def test_a_replace_whose_answer_was_lost_is_settled_when_a_later_one_is_in_force() -> None:
    desk = opened()
    says(desk, Decision.ACCEPT)
    for qty in (12, 14, 16):
        desk.tick()
        desk.om.replace(desk.order, order_qty=qty)
    for _ in range(3):
        says(desk, Decision.ACCEPT_REQUEST, is_heard=False)
    first, second, third = desk.line.on_the_way()
    first.is_lost = second.is_lost = True
    desk.deliver(third)
    assert [request.cl_ord_id for request in desk.order.outstanding_requests] != []

    for _ in range(3):
        desk.tick(700 * S)
        desk.do(desk.om.poll)

    assert list(desk.order.outstanding_requests) == []
    assert desk.order.order_qty == d(16)
    desk.check()


def test_a_market_order_that_never_arrived_is_rejected_by_an_answer_and_by_nothing_else() -> None:
    desk = opened(terms=Market())
    assert desk.order.life is Life.SENT

    never = opened(terms=Market())
    never.venue.truth = None
    never.tick(10 * S)
    never.line.answering.append(Answering.NOT_YET)
    never.do(never.om.poll)
    assert never.om.in_doubt() == [never.order]
    never.tick(60 * S)
    never.do(never.om.poll)
    assert (never.om.in_doubt(), never.order.life) == ([], Life.REJECTED)

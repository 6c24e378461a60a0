"""What the venue of the simulator may execute of a child: what it does of its own accord counts once it was heard of."""

from __future__ import annotations

from decimal import Decimal

from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.time_in_force import DAY
from oms.model.venue_profile import FIX_BROKER
from oms.testing.decisions import Decision, decide
from oms.testing.dice import Dice
from oms.testing.simulator.kids import Kid
from oms.testing.venue import TruthfulVenue
from tests.fakes import T0, d

FIRST = ExecId("V1-2")


class OneOrder:
    """A venue with one order of ten, of which seven have executed."""

    def __init__(self) -> None:
        self.book = TruthfulVenue(FIX_BROKER, now_ns=T0)
        where = (BrokerName("venue"), OrderId(1), ClOrdId("A"), T0, Symbol("TEST"), Side.BUY)
        self.book.hear(NewOrderSingle(*where, d(10), Limit(10), DAY, Account("main")))
        self.decide(Decision.ACCEPT)
        self.decide(Decision.FILL, 7)
        self.kid = Kid(OrderId(1), "take", d(10), ClOrdId("A"), has_left=True, heard={FIRST: d(7)})

    def decide(self, what: Decision, qty: int = 1) -> str:
        decide(self.book, what, Dice(qty, 0, d(1), d(10)))
        return str(getattr(self.book.said[-1], "exec_id", ""))

    def of_order(self, order_id: OrderId) -> TruthfulVenue | None:
        return self.book

    def is_flying(self, cl_ord_id: ClOrdId) -> bool:
        return False

    def most(self) -> Decimal:
        return self.kid.most(self)


def test_while_it_works_it_may_execute_all_of_it_and_then_what_has_executed() -> None:
    venue = OneOrder()
    assert venue.most() == 10
    venue.decide(Decision.CANCEL)
    assert venue.most() == 7


def test_a_correction_to_more_after_its_end_counts_once_it_was_heard_of() -> None:
    venue = OneOrder()
    venue.decide(Decision.CANCEL)
    corrected = ExecId(venue.decide(Decision.CORRECT, 9))
    assert venue.book.existing.cum_qty == 9
    assert venue.most() == 7
    venue.kid.heard = {corrected: d(9)}
    assert venue.most() == 9


def test_a_correction_to_more_before_its_end_counts_whoever_has_heard_of_it() -> None:
    venue = OneOrder()
    venue.decide(Decision.CORRECT, 9)
    venue.decide(Decision.CANCEL)
    assert venue.most() == 9


def test_of_several_corrections_the_last_one_that_was_heard_of_counts() -> None:
    venue = OneOrder()
    venue.decide(Decision.CANCEL)
    heard = ExecId(venue.decide(Decision.CORRECT, 8))
    venue.decide(Decision.CORRECT, 9)
    venue.kid.heard = {heard: d(8)}
    assert venue.most() == 8


def test_a_correction_to_less_counts_at_once() -> None:
    venue = OneOrder()
    venue.decide(Decision.CANCEL)
    venue.decide(Decision.CORRECT, 4)
    assert venue.most() == 4


def test_what_executes_after_its_end_counts_once_it_was_heard_of() -> None:
    venue = OneOrder()
    venue.decide(Decision.CANCEL)
    late = ExecId(venue.decide(Decision.LATE_FILL, 2))
    assert venue.most() == 7
    venue.kid.heard[late] = d(2)
    assert venue.most() == 9


def test_of_a_child_that_its_session_has_ended_here_only_what_was_heard_of_counts_once_the_next_has_opened() -> (
    None
):
    venue = OneOrder()
    venue.kid.ended_by_session = True
    assert venue.most() == 10
    venue.kid.note_opening()
    assert venue.most() == 7
    venue.kid = Kid(OrderId(1), "take", d(10), ClOrdId("A"), has_left=True, heard={FIRST: d(7)})
    venue.kid.note_opening()
    assert venue.most() == 10

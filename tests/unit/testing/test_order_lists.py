"""Lists at the venue of the simulator: what its orders come to follows from what has executed, worked out by hand."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from oms.model.contingencies import order_qtys
from oms.model.contingency import (
    Arm,
    Contingency,
    Leg,
    Oco,
    Oto,
    Remainder,
    Siblings,
    bracket,
    legs_of,
)
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.model.venue_profile import FIX_BROKER
from oms.testing.decisions import Decision, decide, decide_all
from oms.testing.dice import Dice
from oms.testing.simulator.order_lists import OrderLists
from oms.testing.venue import TruthfulVenue
from tests.fakes import T0, S, d

BROKER = BrokerName("venue")


class Venue:
    """A bracket for 10: an entry, a stop and a target, or the stop and the target alone."""

    def __init__(
        self,
        siblings: Siblings = Siblings.REDUCE,
        *,
        has_entry: bool = True,
        of: Contingency | None = None,
    ) -> None:
        tree: Contingency = bracket(
            "TEST", Side.BUY, 10, entry=Limit(10), target=Limit(12), stop=Stop(9), siblings=siblings
        )
        if not has_entry:
            tree = Oco(tuple(Leg("TEST", Side.SELL, one, order_qty=10) for one in (Stop(9), Limit(12))))
        tree = of or tree
        self.lists = OrderLists(Counter())
        self.books: list[TruthfulVenue] = []
        for number, (leg, qty) in enumerate(zip(legs_of(tree), order_qtys(tree), strict=True)):
            book = TruthfulVenue(FIX_BROKER, now_ns=T0, name=f"V{number}")
            head = (BROKER, OrderId(number + 1), ClOrdId(f"C{number}"), T0, leg.symbol, leg.side)
            book.hear(NewOrderSingle(*head, qty, leg.terms, leg.time_in_force, Account("main")))
            self.books.append(book)
        self.lists.add(tree, self.books)
        self.first = self.books[0]

    def decide(self, number: int, decision: Decision, size: int = 1) -> None:
        book = self.books[number]
        book.now_ns += S
        assert self.lists.may_decide(book, decision)
        decide(book, decision, self.lists.within(book, decision, Dice(size, 0, d(1), d(10))))
        self.lists.follow(book)

    @property
    def totals(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Total, executed and left of each order."""
        truths = [book.existing for book in self.books]
        return [(truth.order_qty, truth.cum_qty, truth.leaves_qty) for truth in truths]

    @property
    def kinds(self) -> list[list[ExecType]]:
        """What was said of each order."""
        said = [[one for one in book.said if isinstance(one, ExecutionReport)] for book in self.books]
        return [[one.exec_type for one in of_one] for of_one in said]


def q(*numbers: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def test_a_list_is_accepted_as_a_whole() -> None:
    venue = Venue()
    venue.decide(1, Decision.ACCEPT)
    assert venue.kinds == [[ExecType.NEW]] * 3
    assert not venue.lists.may_decide(venue.first, Decision.REJECT)


def test_a_list_is_refused_as_a_whole() -> None:
    venue = Venue()
    venue.decide(2, Decision.REJECT)
    assert venue.kinds == [[ExecType.REJECTED]] * 3
    assert {book.existing.end for book in venue.books} == {OrdStatus.REJECTED}


def test_an_exit_trades_no_more_than_its_entry_has() -> None:
    venue = Venue()
    venue.decide(0, Decision.ACCEPT)
    for decision in (Decision.FILL, Decision.FILL_ALL, Decision.TRIGGER, Decision.OVERFILL):
        assert not venue.lists.may_decide(venue.books[1], decision)
    venue.decide(0, Decision.FILL, size=4)
    assert not venue.lists.may_decide(venue.books[1], Decision.FILL_ALL)
    venue.decide(1, Decision.FILL, size=9)
    # Four were bought, and four sold: the rest of the entry is canceled, and nothing is left to the target.
    assert venue.totals == [q(10, 4, 0), q(10, 4, 0), q(10, 0, 0)]
    assert venue.kinds[0][-1] is ExecType.CANCELED
    assert venue.kinds[2][-1] is ExecType.CANCELED


def test_what_one_exit_executes_is_taken_off_the_other() -> None:
    venue = Venue()
    venue.decide(0, Decision.FILL_ALL)
    venue.decide(2, Decision.FILL, size=3)
    assert venue.totals == [q(10, 10, 0), q(7, 0, 7), q(10, 3, 7)]
    assert venue.kinds[1] == [ExecType.NEW, ExecType.RESTATED]
    venue.decide(1, Decision.FILL, size=2)
    assert venue.totals == [q(10, 10, 0), q(7, 2, 5), q(8, 3, 5)]


def test_an_execution_of_one_exit_ends_the_other_where_the_list_says_so() -> None:
    venue = Venue(Siblings.CANCEL)
    venue.decide(0, Decision.FILL_ALL)
    venue.decide(2, Decision.FILL, size=3)
    assert venue.totals == [q(10, 10, 0), q(10, 0, 0), q(10, 3, 7)]
    assert venue.kinds[1] == [ExecType.NEW, ExecType.CANCELED]


@pytest.mark.parametrize(
    ("filled", "left"),
    [
        pytest.param(0, [q(10, 0, 0)] * 3, id="an entry that brought nothing ends its exits"),
        pytest.param(4, [q(10, 4, 0), q(4, 0, 4), q(4, 0, 4)], id="an entry that brought some leaves that"),
    ],
)
def test_exits_come_to_what_a_canceled_entry_has_brought(
    filled: int, left: list[tuple[Decimal, ...]]
) -> None:
    venue = Venue()
    venue.decide(0, Decision.ACCEPT)
    if filled:
        venue.decide(0, Decision.FILL, size=filled)
    venue.decide(0, Decision.CANCEL)
    assert venue.totals == left


def test_a_bust_of_an_entry_shrinks_what_works_and_is_told_where_the_exits_have_sold() -> None:
    venue = Venue()
    venue.decide(0, Decision.FILL_ALL)
    venue.decide(1, Decision.FILL, size=3)
    assert venue.lists.exceeded() == []
    venue.decide(0, Decision.BUST)
    assert venue.first.existing.cum_qty == 0
    assert venue.lists.exceeded() == [venue.first]
    assert not venue.lists.may_decide(venue.books[1], Decision.FILL)


def test_a_replaced_exit_keeps_its_own_total_beside_what_was_taken_off_it() -> None:
    venue = Venue()
    venue.decide(0, Decision.FILL_ALL)
    venue.decide(2, Decision.FILL, size=2)
    stop = venue.books[1]
    head = (BROKER, OrderId(2), ClOrdId("R"), T0 + S, ClOrdId("C1"), None, stop.symbol, Side.SELL)
    stop.hear(OrderCancelReplaceRequest(*head, d(5), Stop(9), GTC, Account("main")))
    decide_all(stop)
    venue.lists.follow(stop)
    # Five of the eight that it came to: with one more of the target it is still for five, since seven are left.
    assert venue.totals[1] == q(5, 0, 5)
    venue.decide(2, Decision.FILL, size=1)
    assert venue.totals[1] == q(4, 0, 4)


def test_orders_without_an_entry_reduce_one_another() -> None:
    venue = Venue(has_entry=False)
    venue.decide(0, Decision.FILL, size=4)
    assert venue.totals == [q(10, 4, 6), q(6, 0, 6)]
    assert venue.kinds == [[ExecType.TRADE], [ExecType.NEW, ExecType.RESTATED]]


ENTRY = Leg("TEST", Side.BUY, Limit(10), GTC, order_qty=10)
STOP, TARGET = Leg("TEST", Side.SELL, Stop(9), GTC), Leg("TEST", Side.SELL, Limit(12), GTC)
HALF = Leg("TEST", Side.SELL, Limit(11), GTC, order_qty=4)


def test_of_several_exits_the_first_ones_come_first() -> None:
    venue = Venue(of=Oto(ENTRY, (HALF, TARGET)))
    venue.decide(0, Decision.FILL, size=5)
    # Four of five for the first, and one for the other.
    assert venue.totals == [q(10, 5, 5), q(4, 0, 4), q(6, 0, 6)]
    venue.decide(2, Decision.FILL, size=9)
    assert venue.totals[2] == q(6, 1, 5)
    assert not venue.lists.may_decide(venue.books[2], Decision.FILL)


@pytest.mark.parametrize(
    ("arm", "working"), [(Arm.EACH_FILL, 7), (Arm.FIRST_FILL, 3), (Arm.COMPLETE, 0)], ids=str
)
def test_exits_work_for_what_their_entry_has_brought_when_the_list_says_so(arm: Arm, working: int) -> None:
    venue = Venue(of=Oto(ENTRY, (TARGET,), arm))
    for size in (3, 4):
        venue.decide(0, Decision.FILL, size=size)
    assert venue.lists.may_decide(venue.books[1], Decision.FILL) is bool(working)
    if working:
        venue.decide(1, Decision.FILL, size=9)
        assert venue.totals[1][1] == working
    else:
        venue.decide(0, Decision.FILL, size=3)
        assert venue.lists.may_decide(venue.books[1], Decision.FILL_ALL)


def test_the_rest_of_an_entry_works_on_where_the_list_says_so() -> None:
    venue = Venue(of=Oto(ENTRY, (TARGET,), remainder=Remainder.REARM))
    venue.decide(0, Decision.FILL, size=4)
    venue.decide(1, Decision.FILL, size=4)
    assert venue.totals == [q(10, 4, 6), q(10, 4, 6)]


def test_an_exit_with_exits_of_its_own_brings_them_what_it_has_executed() -> None:
    again = Oto(TARGET, (Leg("TEST", Side.BUY, Limit(9), GTC),))
    venue = Venue(of=Oto(ENTRY, (Oco((STOP, again)),)))
    venue.decide(0, Decision.FILL_ALL)
    assert not venue.lists.may_decide(venue.books[3], Decision.FILL)
    venue.decide(2, Decision.FILL, size=6)
    # The target has sold six, which its exit may buy again, and the stop is for what is left.
    assert venue.totals == [q(10, 10, 0), q(4, 0, 4), q(10, 6, 4), q(10, 0, 10)]
    venue.decide(1, Decision.FILL, size=4)
    assert venue.totals == [q(10, 10, 0), q(4, 4, 0), q(10, 6, 0), q(6, 0, 6)]
    venue.decide(3, Decision.FILL, size=9)
    assert venue.totals[3] == q(6, 6, 0)


def test_of_two_entries_one_ends_the_other_and_what_hangs_on_it() -> None:
    other = Leg("TEST", Side.BUY, Stop(13), GTC, order_qty=10)
    venue = Venue(of=Oco((Oto(ENTRY, (TARGET,)), other), Siblings.CANCEL))
    venue.decide(2, Decision.FILL, size=1)
    assert venue.totals == [q(10, 0, 0), q(10, 0, 0), q(10, 1, 9)]

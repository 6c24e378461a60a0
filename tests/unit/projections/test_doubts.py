"""Requests in doubt, read off a journal."""

from copy import copy
from decimal import Decimal

import pytest

from oms.errors import TransitionError, UnknownOrderError
from oms.model import events as ev
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId, OrderId
from oms.projections.doubts import doubts_of
from oms.projections.rebuilding import Asked, Rebuilt
from tests.unit.journals import CANCEL_ID, MS, NEW_ID, T0, Journal, make

SECOND = OrderId(2)
NEW_2 = ClOrdId("new-2")


def two_doubts() -> Journal:
    """The second order's submit and, an answer later, the first order's cancel are in doubt."""
    journal = Journal()
    journal.submit()
    journal.submit(2, cl_ord_id=NEW_2)
    journal.report(ev.RequestInDoubt, order_id=SECOND, cl_ord_id=NEW_2, text="timed out")
    journal.report(ev.OrderStatusRequested, order_id=SECOND, cl_ord_id=NEW_2, text="asked by ann")
    journal.report(ev.OrderStatusRequested, order_id=SECOND, cl_ord_id=NEW_2, attempt=1)
    journal.report(ev.OrderAcknowledged)
    journal.add(ev.CancelRequested)
    journal.report(ev.RequestInDoubt, cl_ord_id=CANCEL_ID, text="no answer")
    return journal


def told(journal: Journal) -> list[tuple[int, RequestKind, ClOrdId, Asked]]:
    return [
        (doubt.order.order_id, doubt.request.kind, doubt.request.cl_ord_id, doubt.asked)
        for doubt in doubts_of(journal.events)
    ]


FIRST_DOUBT = (1, RequestKind.CANCEL, CANCEL_ID, Asked(T0 + 60 * MS, 0, 0, "no answer"))
SECOND_DOUBT = (2, RequestKind.NEW, NEW_2, Asked(T0 + 12 * MS, 2, T0 + 36 * MS, "asked by ann"))


def test_what_is_in_doubt_is_given_by_order() -> None:
    assert told(two_doubts()) == [FIRST_DOUBT, SECOND_DOUBT]


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (ev.OrderCanceled, {}),
        (ev.CancelRejected, {}),
        (ev.OrderPendingCancel, {}),
        (ev.OrderExpired, {}),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_what_is_answered_is_in_doubt_no_longer(answer: type[ev.OrderEvent], fields: dict[str, str]) -> None:
    journal = two_doubts()
    journal.report(answer, **fields)

    assert told(journal) == [SECOND_DOUBT]


def test_an_execution_does_not_settle_a_cancel_in_doubt() -> None:
    journal = two_doubts()
    journal.report(ev.Traded, last_qty=Decimal(100))

    assert told(journal) == [FIRST_DOUBT, SECOND_DOUBT]


def test_a_question_about_the_order_is_not_one_about_its_request() -> None:
    journal = two_doubts()
    journal.report(ev.OrderStatusRequested, cl_ord_id=NEW_ID)

    assert told(journal) == [FIRST_DOUBT, SECOND_DOUBT]


def test_the_journal_is_left_as_it_was() -> None:
    journal = two_doubts()
    before = [copy(event) for event in journal.events]

    doubts_of(journal.events)

    assert journal.events == before


def test_a_journal_without_its_beginning_is_refused() -> None:
    with pytest.raises(UnknownOrderError, match="its creation is missing"):
        doubts_of(two_doubts().events[1:])


def test_a_journal_that_no_table_allows_is_refused() -> None:
    with pytest.raises(TransitionError):
        doubts_of([make(ev.OrderCreated), make(ev.OrderAcknowledged)])


@pytest.mark.parametrize("first", [ev.OrderCreated, ev.OrderAdopted], ids=["created", "adopted"])
def test_an_order_is_made_again_as_it_was(first: type[ev.OrderEvent]) -> None:
    journal = Journal()
    journal.add(first, order_qty=Decimal(70))

    rebuilt = Rebuilt(make(first, order_qty=Decimal(70)))
    rebuilt.apply(make(first, order_qty=Decimal(70)))

    assert rebuilt.order.snapshot() == journal.orders[OrderId(1)].snapshot()
    assert rebuilt.order.is_external is (first is ev.OrderAdopted)

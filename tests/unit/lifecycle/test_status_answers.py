"""Answers to status requests: no news where they show what is known, and otherwise what they show."""

from __future__ import annotations

from typing import Final

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.ids import ClOrdId
from oms.model.reports import ExecutionReport
from tests.unit.journals import CANCEL_ID, NEW_ID, REPLACE_ID, T0, make, venue_id
from tests.unit.lifecycle.readings import (
    ASKED,
    CANCELED,
    FULL,
    LIVE,
    OLD,
    PART,
    SENT,
    THEIRS,
    after,
    d,
    first,
    ignored,
    read,
    report,
    set_aside,
    take,
    told,
)

CODE = AnomalyCode
S = OrdStatus
SECOND_CANCEL: Final = make(ev.CancelRequested, cl_ord_id=ClOrdId("cancel-2"))
CANCELED_AT_TEN: Final = (*LIVE, make(ev.OrderCanceled, venue_ns=T0 + 10, venue_seq=4))
SENT_AND_ASKED: Final = (*SENT, make(ev.CancelRequested), make(ev.ReplaceRequested))


def answer(status: OrdStatus | None, **fields: object) -> ExecutionReport:
    return report(ExecType.ORDER_STATUS, ord_status=status, **fields)


NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "a canceled order": (LIVE, answer(S.CANCELED, text="off"), ev.OrderCanceled(*first(), NEW_ID, "off")),
    "an expired order": (LIVE, answer(S.EXPIRED, text="over"), ev.OrderExpired(*first(), "over")),
    "a rejected order": (
        LIVE,
        answer(S.REJECTED, text="no", reject_code="3"),
        ev.OrderRejected(*first(), "no", "3"),
    ),
    "a canceled order that was never acknowledged": (
        SENT,
        answer(S.CANCELED),
        ev.OrderCanceled(*first(), NEW_ID, ""),
    ),
    "a new order that is being decided on": (
        SENT,
        answer(S.PENDING_NEW, venue_order_id="v1"),
        ev.OrderPendingNew(*first(), venue_id("v1")),
    ),
    "an order of which it says no more than that it is there": (
        SENT,
        answer(None, venue_order_id="v1"),
        ev.OrderPendingNew(*first(), venue_id("v1")),
    ),
    "an order that is being priced": (
        SENT,
        answer(S.ACCEPTED_FOR_BIDDING, venue_order_id="v1"),
        ev.OrderAcceptedForBidding(*first(), venue_id("v1")),
    ),
    "the first word about an order, with its total": (
        SENT,
        answer(S.NEW, venue_order_id="v1", order_qty=d(90)),
        ev.OrderAcknowledged(*first(), venue_id("v1"), d(90)),
    ),
    "the first word, of an order that has executed": (
        SENT,
        answer(S.PARTIALLY_FILLED),
        ev.OrderAcknowledged(*first(), None),
    ),
    "the first word, of an order whose cancel is being decided on": (
        SENT_AND_ASKED,
        answer(S.PENDING_CANCEL),
        ev.OrderPendingCancel(*first(), CANCEL_ID),
    ),
    "the first word, of a cancel that was asked for elsewhere": (
        SENT,
        answer(S.PENDING_CANCEL),
        ev.OrderAcknowledged(*first(), None),
    ),
    "the first word, of an order whose replace is being decided on": (
        SENT_AND_ASKED,
        answer(S.PENDING_REPLACE),
        ev.OrderPendingReplace(*first(), REPLACE_ID),
    ),
    "the first word, of a replace that was asked for elsewhere": (
        (*SENT, make(ev.CancelRequested)),
        answer(S.PENDING_REPLACE),
        ev.OrderAcknowledged(*first(), None),
    ),
    "a cancel that is being decided on, asked about under its own name": (
        (*LIVE, make(ev.CancelRequested), SECOND_CANCEL),
        answer(S.PENDING_CANCEL, cl_ord_id=ClOrdId("cancel-2")),
        ev.OrderPendingCancel(*first(), ClOrdId("cancel-2")),
    ),
    "a cancel that is being decided on, asked about under the order's name": (
        (*LIVE, make(ev.CancelRequested)),
        answer(S.PENDING_CANCEL),
        ev.OrderPendingCancel(*first(), CANCEL_ID),
    ),
    "a cancel that is being decided on, asked about under a replace's name": (
        ASKED,
        answer(S.PENDING_CANCEL, cl_ord_id=REPLACE_ID),
        ev.OrderPendingCancel(*first(), CANCEL_ID),
    ),
    "a replace that is being decided on, asked about under no name": (
        ASKED,
        answer(S.PENDING_REPLACE, cl_ord_id=None),
        ev.OrderPendingReplace(*first(), REPLACE_ID),
    ),
    # The identity of a replace is in force only once it is accepted (FIX G.1.c).
    "a replace that was accepted": (
        ASKED,
        answer(S.PARTIALLY_FILLED, cl_ord_id=REPLACE_ID, order_qty=d(140)),
        ev.OrderReplaced(*first(), REPLACE_ID, None, d(140), OLD),
    ),
}


def test_a_replaced_order_that_is_shown_as_overfilled_keeps_its_total() -> None:
    said = answer(S.FILLED, cl_ord_id=REPLACE_ID, order_qty=d(40), cum_qty=d(60))
    replaced, missing = read(after(*ASKED), said)
    assert isinstance(replaced, ev.OrderReplaced)
    assert replaced.order_qty == d(40)
    assert isinstance(missing, ev.AnomalyRaised)
    assert missing.code is CODE.MISSING_EXECUTION


@pytest.mark.parametrize(("way", "said", "news"), NEWS.values(), ids=NEWS)
def test_an_answer_that_shows_what_nothing_has_said_is_news(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


REPEATS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport]]] = {
    "nothing": (LIVE, answer(None)),
    "that one of two cancels is being decided on": (
        (*LIVE, make(ev.CancelRequested), SECOND_CANCEL),
        answer(S.PENDING_CANCEL),
    ),
    "that a cancel is being decided on that was refused since, while another is outstanding": (
        (*LIVE, make(ev.CancelRequested), make(ev.CancelRejected), SECOND_CANCEL),
        answer(S.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
    ),
    "a live order": (LIVE, answer(S.NEW)),
    "a filled order": (FULL, answer(S.FILLED)),
    "an order that is being priced": (LIVE, answer(S.ACCEPTED_FOR_BIDDING)),
    "a canceled order that is canceled": (CANCELED, answer(S.CANCELED)),
    "an expired order that is canceled": (CANCELED, answer(S.EXPIRED)),
    "a canceled order of which it says no more than that it is there": (CANCELED, answer(None)),
    "a canceled order that is filled": (CANCELED, answer(S.FILLED)),
    "a filled order, of which a cancel is outstanding": (
        (*FULL, make(ev.CancelRequested)),
        answer(S.FILLED),
    ),
    "a filled order, of which a replace is in doubt": (
        (*FULL, make(ev.ReplaceRequested), make(ev.RequestInDoubt, cl_ord_id=REPLACE_ID)),
        answer(S.FILLED),
    ),
    "a cancel that was asked for elsewhere": (PART, answer(S.PENDING_CANCEL)),
    "a replace that was asked for elsewhere, while a cancel is outstanding": (
        (*PART, make(ev.CancelRequested)),
        answer(S.PENDING_REPLACE),
    ),
    "a cancel that is known to be decided on": (
        (*ASKED, make(ev.OrderPendingCancel)),
        answer(S.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
    ),
    "a live order, under the name of a cancel that is outstanding": (
        ASKED,
        answer(S.PARTIALLY_FILLED, cl_ord_id=CANCEL_ID),
    ),
    "a live order, under a name that nobody knows": (ASKED, answer(S.PARTIALLY_FILLED, cl_ord_id=THEIRS)),
    "a live order, under no name": (ASKED, answer(S.PARTIALLY_FILLED, cl_ord_id=None)),
}


@pytest.mark.parametrize(("way", "said"), REPEATS.values(), ids=REPEATS)
def test_an_answer_that_shows_what_is_known_is_no_news(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport
) -> None:
    assert read(after(*way), said) == (ignored(said, "a status answer"),)


@pytest.mark.parametrize(
    "said",
    [
        answer(S.NEW, transact_time_ns=T0 + 9),
        answer(S.NEW, transact_time_ns=T0 + 11, report_seq=3),
        answer(S.CANCELED, transact_time_ns=T0 + 9),
    ],
    ids=["at work by time", "at work by number", "canceled by time"],
)
def test_an_answer_from_before_the_end_of_an_order_is_older(said: ExecutionReport) -> None:
    assert read(after(*CANCELED_AT_TEN), said) == (ignored(said, "older than the end"),)


AT_WORK: Final = (
    S.NEW,
    S.PARTIALLY_FILLED,
    S.PENDING_NEW,
    S.PENDING_CANCEL,
    S.PENDING_REPLACE,
    S.SUSPENDED,
    S.STOPPED,
)


@pytest.mark.parametrize("status", AT_WORK, ids=lambda status: status.name)
def test_an_answer_that_shows_an_ended_order_at_work_is_flagged(status: OrdStatus) -> None:
    said = answer(status)
    text = f"canceled here, and the broker shows it as {status.name}"

    assert read(after(*CANCELED), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


@pytest.mark.parametrize(
    ("end", "fields", "life"),
    [
        pytest.param(CANCELED_AT_TEN, {}, "canceled", id="at no time"),
        pytest.param(CANCELED_AT_TEN, {"transact_time_ns": T0 + 10}, "canceled", id="at the same time"),
        pytest.param(CANCELED_AT_TEN, {"transact_time_ns": T0 + 11}, "canceled", id="at a later time"),
        pytest.param(CANCELED, {"transact_time_ns": T0 - 9}, "canceled", id="canceled at no time"),
        pytest.param((*LIVE, make(ev.OrderRejected)), {"transact_time_ns": T0}, "rejected", id="rejected"),
        pytest.param((*LIVE, make(ev.OrderExpired)), {}, "expired", id="expired"),
    ],
)
def test_unless_it_is_certainly_older_than_the_end(
    end: tuple[ev.OrderEvent, ...], fields: dict[str, object], life: str
) -> None:
    said = answer(S.NEW, **fields)
    text = f"{life} here, and the broker shows it as {S.NEW.name}"

    assert read(after(*end), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


def test_an_order_that_is_shown_as_filled_and_has_not_filled_here_misses_executions() -> None:
    uncounted, counted = answer(S.FILLED), answer(S.FILLED, cum_qty=d(100))

    text = "shown as filled, of which 40 of 100 are known here"
    assert read(after(*PART), uncounted) == (
        set_aside(CODE.MISSING_EXECUTION, text, uncounted, counted=d(100)),
    )
    # Once, where it says how much.
    text = "100 executed in all, of which 40 are known here"
    assert read(after(*PART), counted) == (
        ignored(counted, "a status answer"),
        set_aside(CODE.MISSING_EXECUTION, text, counted, 1),
    )


def test_the_cancels_in_doubt_of_an_order_that_has_filled_are_refused() -> None:
    order = after(
        *FULL,
        make(ev.CancelRequested),
        SECOND_CANCEL,
        make(ev.CancelRequested, cl_ord_id=ClOrdId("cancel-3")),
        make(ev.ReplaceRequested),
        make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID),
        make(ev.RequestInDoubt, cl_ord_id=REPLACE_ID),
        make(ev.RequestInDoubt, cl_ord_id=ClOrdId("cancel-3")),
    )

    events = read(order, answer(S.FILLED))

    assert events == (
        ev.CancelRejected(*first(), CANCEL_ID, "the order has filled", ""),
        ev.CancelRejected(*first(1), ClOrdId("cancel-3"), "the order has filled", ""),
    )
    take(order, events)
    assert [asked.cl_ord_id for asked in order.outstanding_requests] == ["cancel-2", REPLACE_ID]


def test_a_cancel_in_doubt_stays_so_where_the_order_has_not_filled_here() -> None:
    order = after(*PART, make(ev.CancelRequested), make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID))

    assert told(read(order, answer(S.FILLED))) == ["MISSING_EXECUTION"]


@pytest.mark.parametrize(
    ("note", "status"),
    [
        pytest.param(make(ev.OrderPendingCancel), S.PENDING_CANCEL, id="a cancel"),
        pytest.param(make(ev.OrderPendingReplace), S.PENDING_REPLACE, id="a replace"),
    ],
)
def test_the_first_word_about_an_order_whose_request_is_known_to_be_decided_on_is_no_news(
    note: ev.OrderEvent, status: OrdStatus
) -> None:
    said = answer(status)

    assert read(after(*SENT_AND_ASKED, note), said) == (ignored(said, "already pending"),)


def test_an_order_that_is_decided_on_still_is_no_news() -> None:
    said = answer(S.PENDING_NEW)

    assert read(after(*SENT, make(ev.OrderPendingNew)), said) == (ignored(said, "no news"),)


@pytest.mark.parametrize(
    ("at_ns", "is_news"), [(T0 - 1, False), (T0, True), (T0 + 1, True), (None, True)], ids=str
)
def test_an_answer_from_before_a_request_says_nothing_of_it(at_ns: int | None, is_news: bool) -> None:
    said = answer(S.PENDING_CANCEL, transact_time_ns=at_ns)

    (event,) = read(after(*LIVE, make(ev.CancelRequested)), said)
    assert isinstance(event, ev.OrderPendingCancel) is is_news
    (event,) = read(after(*SENT, make(ev.CancelRequested)), said)
    assert isinstance(event, ev.OrderPendingCancel) is is_news


@pytest.mark.parametrize("way", [SENT, LIVE], ids=["sent", "live"])
def test_an_order_that_the_broker_does_not_know_is_not_taken_for_rejected(
    way: tuple[ev.OrderEvent, ...],
) -> None:
    said = answer(S.REJECTED, reject_code="5")

    assert read(after(*way), said) == (
        set_aside(CODE.CONTRADICTS_ORDER, "the broker says that it does not know the order", said),
    )


def test_the_code_of_an_unknown_order_means_nothing_for_an_order_that_is_shown_as_canceled() -> None:
    assert read(after(*LIVE), answer(S.CANCELED, reject_code="5")) == (
        ev.OrderCanceled(*first(), NEW_ID, ""),
    )


def test_a_replace_to_less_than_has_executed_stops_there_where_the_answer_names_no_total() -> None:
    order = after(*PART, make(ev.ReplaceRequested, order_qty=d(30)))
    said = report(ExecType.ORDER_STATUS, cl_ord_id=REPLACE_ID, ord_status=OrdStatus.PARTIALLY_FILLED)

    (replaced,) = read(order, said)

    assert isinstance(replaced, ev.OrderReplaced)
    assert replaced.order_qty == d(40)


HIDDEN: Final[dict[str, tuple[OrdStatus, dict[str, object], bool]]] = {
    "calculated": (S.CALCULATED, {}, True),
    "suspended": (S.SUSPENDED, {}, True),
    "stopped": (S.STOPPED, {}, True),
    "done for the day": (S.DONE_FOR_DAY, {}, False),
    "at work": (S.PARTIALLY_FILLED, {}, False),
    "of which something is left": (S.CALCULATED, {"leaves_qty": d(1)}, False),
    "of which nothing is said to be left": (S.CALCULATED, {"leaves_qty": None}, False),
    "that has filled": (S.CALCULATED, {"cum_qty": d(100)}, False),
    "of which nobody says how much executed": (S.CALCULATED, {"cum_qty": None}, False),
    "of which no number executed": (S.CALCULATED, {"cum_qty": d("NaN")}, False),
    "of an unknown total": (S.CALCULATED, {"order_qty": None}, False),
    "by another request": (S.CALCULATED, {"cl_ord_id": NEW_ID}, False),
}


@pytest.mark.parametrize(("status", "fields", "is_end"), HIDDEN.values(), ids=HIDDEN)
def test_a_cancel_that_is_decided_has_ended_an_order_with_nothing_left_whatever_it_is_shown_as(
    status: OrdStatus, fields: dict[str, object], *, is_end: bool
) -> None:
    shown = {"cl_ord_id": CANCEL_ID, "order_qty": d(100), "cum_qty": d(40), "leaves_qty": d(0)}
    order = after(*PART, make(ev.CancelRequested))

    events = told(read(order, answer(status, **{**shown, **fields})))

    assert ("OrderCanceled" in events) is is_end

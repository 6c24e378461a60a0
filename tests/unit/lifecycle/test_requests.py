"""Cancels and replaces that are being decided on or were refused: ours, and those that were asked for elsewhere."""
# ruff: noqa: ANN401  # the fields of reports are of any kind

from __future__ import annotations

from typing import Any, Final

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus, RequestKind
from oms.model.ids import ClOrdId
from oms.model.order import Mark
from oms.model.reports import ExecutionReport, OrderCancelReject
from tests.unit.journals import CANCEL_ID, NEW_ID, REPLACE_ID, make
from tests.unit.lifecycle.readings import (
    ASKED,
    CANCELED,
    FULL,
    LIVE,
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
)

CODE = AnomalyCode
CANCEL, REPLACE = CxlRejResponseTo.CANCEL, CxlRejResponseTo.REPLACE
ELSEWHERE: Final = (
    *LIVE,
    make(ev.OrderPendingCancel, cl_ord_id=None),
    make(ev.OrderPendingReplace, cl_ord_id=None),
)


def refusal(identity: ClOrdId, response_to: CxlRejResponseTo, **fields: Any) -> OrderCancelReject:
    return OrderCancelReject(identity, response_to, **fields)


def overlooked(text: str) -> ev.ReportIgnored:
    return ev.ReportIgnored(*first(), "CANCEL_REJECT", None, text)


# ---------------------------------------------------------------- the broker is deciding

PENDING: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "our cancel": (
        ASKED,
        report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
        ev.OrderPendingCancel(*first(), CANCEL_ID),
    ),
    "our replace": (
        ASKED,
        report(ExecType.PENDING_REPLACE, cl_ord_id=REPLACE_ID),
        ev.OrderPendingReplace(*first(), REPLACE_ID),
    ),
    "a cancel that was asked for elsewhere": (
        LIVE,
        report(ExecType.PENDING_CANCEL, cl_ord_id=THEIRS),
        ev.OrderPendingCancel(*first(), None),
    ),
    "a replace that was asked for elsewhere, under no name": (
        LIVE,
        report(ExecType.PENDING_REPLACE, cl_ord_id=None),
        ev.OrderPendingReplace(*first(), None),
    ),
    "a cancel beside a replace of elsewhere": (
        (*LIVE, make(ev.OrderPendingReplace, cl_ord_id=None)),
        report(ExecType.PENDING_CANCEL, cl_ord_id=THEIRS),
        ev.OrderPendingCancel(*first(), None),
    ),
    "a replace beside a cancel of elsewhere": (
        (*LIVE, make(ev.OrderPendingCancel, cl_ord_id=None)),
        report(ExecType.PENDING_REPLACE, cl_ord_id=THEIRS),
        ev.OrderPendingReplace(*first(), None),
    ),
}


@pytest.mark.parametrize(("way", "said", "news"), PENDING.values(), ids=PENDING)
def test_what_the_broker_is_deciding_on_is_news(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


NO_NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "a cancel that is decided on, still": (
        (*ASKED, make(ev.OrderPendingCancel)),
        report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
        "already pending",
    ),
    "a replace that is decided on, still": (
        (*ASKED, make(ev.OrderPendingReplace)),
        report(ExecType.PENDING_REPLACE, cl_ord_id=REPLACE_ID),
        "already pending",
    ),
    "a cancel that was refused": (
        (*LIVE, make(ev.CancelRequested), make(ev.CancelRejected)),
        report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
        "that request is no longer outstanding",
    ),
    "a cancel under the name of a replace": (
        ASKED,
        report(ExecType.PENDING_CANCEL, cl_ord_id=REPLACE_ID),
        "that request is no longer outstanding",
    ),
    "a cancel of elsewhere, still": (
        ELSEWHERE,
        report(ExecType.PENDING_CANCEL, cl_ord_id=THEIRS),
        "already pending",
    ),
    "a replace of elsewhere, still": (
        ELSEWHERE,
        report(ExecType.PENDING_REPLACE, cl_ord_id=THEIRS),
        "already pending",
    ),
}


@pytest.mark.parametrize(("way", "said", "text"), NO_NEWS.values(), ids=NO_NEWS)
def test_what_is_known_to_be_pending_is_no_news(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (ignored(said, text),)


def test_nothing_is_decided_on_once_the_order_has_ended() -> None:
    said = report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID)
    text = "PENDING_CANCEL for an order that is canceled with 0 left"

    order = after(*LIVE, make(ev.CancelRequested), make(ev.OrderCanceled))
    assert read(order, said) == (set_aside(CODE.ILLEGAL_IN_STATE, text, said),)


# ---------------------------------------------------------------- the broker refuses

REFUSED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], OrderCancelReject, ev.OrderEvent]]] = {
    "our cancel": (
        ASKED,
        refusal(CANCEL_ID, CANCEL, text="no", reject_code="0"),
        ev.CancelRejected(*first(), CANCEL_ID, "no", "0"),
    ),
    "our replace": (
        ASKED,
        refusal(REPLACE_ID, REPLACE, text="no", reject_code="99"),
        ev.ReplaceRejected(*first(), REPLACE_ID, "no", "99"),
    ),
    "our cancel of a filled order": (
        (*FULL, make(ev.CancelRequested)),
        refusal(CANCEL_ID, CANCEL, ord_status=OrdStatus.FILLED),
        ev.CancelRejected(*first(), CANCEL_ID, "", ""),
    ),
    "our cancel of an order that is shown as working": (
        ASKED,
        refusal(CANCEL_ID, CANCEL, ord_status=OrdStatus.PARTIALLY_FILLED),
        ev.CancelRejected(*first(), CANCEL_ID, "", ""),
    ),
    "a cancel of elsewhere": (
        ELSEWHERE,
        refusal(THEIRS, CANCEL, text="no", reject_code="0"),
        ev.CancelRejected(*first(), THEIRS, "no", "0"),
    ),
    "a replace of elsewhere": (
        ELSEWHERE,
        refusal(THEIRS, REPLACE, text="no", reject_code="0"),
        ev.ReplaceRejected(*first(), THEIRS, "no", "0"),
    ),
}


@pytest.mark.parametrize(("way", "said", "news"), REFUSED.values(), ids=REFUSED)
def test_what_the_broker_refuses_is_news(
    way: tuple[ev.OrderEvent, ...], said: OrderCancelReject, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


@pytest.mark.parametrize(
    ("response_to", "news"),
    [(CANCEL, ev.CancelRejected), (REPLACE, ev.ReplaceRejected)],
    ids=["a cancel", "a replace"],
)
def test_a_refusal_of_elsewhere_may_come_under_no_identity_at_all(
    response_to: CxlRejResponseTo, news: type[ev.CancelRejected | ev.ReplaceRejected]
) -> None:
    unnamed: Any = None  # whatever the class of the report says

    assert read(after(*ELSEWHERE), refusal(unnamed, response_to)) == (news(*first(), ClOrdId(""), "", ""),)


def test_a_refusal_takes_away_only_the_mark_that_it_is_about() -> None:
    order = after(*ELSEWHERE)
    take(order, read(order, refusal(THEIRS, CANCEL)))
    assert order.marks == {Mark.PENDING_REPLACE}

    take(order, read(order, refusal(THEIRS, REPLACE)))
    assert order.marks == frozenset()


def test_a_refusal_of_ours_leaves_what_was_asked_for_elsewhere() -> None:
    order = after(*ELSEWHERE, make(ev.CancelRequested), make(ev.ReplaceRequested))
    take(order, (*read(order, refusal(CANCEL_ID, CANCEL)), *read(order, refusal(REPLACE_ID, REPLACE))))

    assert order.marks == {Mark.PENDING_CANCEL, Mark.PENDING_REPLACE}
    assert order.outstanding_requests == ()


SURPRISES: Final[dict[str, tuple[dict[str, Any], AnomalyCode, str]]] = {
    "the broker does not know the order": (
        {"reject_code": "1"},
        CODE.ABSENT_AT_BROKER,
        "refused because the broker does not know the order",
    ),
    "the broker shows the order as rejected": (
        {"ord_status": OrdStatus.REJECTED},
        CODE.ABSENT_AT_BROKER,
        "refused because the broker does not know the order",
    ),
    "it has filled": (
        {"ord_status": OrdStatus.FILLED},
        CODE.UNORDERED,
        "refused, and the order is shown as FILLED, which nothing has said before",
    ),
    "it was canceled": (
        {"ord_status": OrdStatus.CANCELED},
        CODE.UNORDERED,
        "refused, and the order is shown as CANCELED, which nothing has said before",
    ),
    "it has expired": (
        {"ord_status": OrdStatus.EXPIRED},
        CODE.UNORDERED,
        "refused, and the order is shown as EXPIRED, which nothing has said before",
    ),
}


@pytest.mark.parametrize(("fields", "code", "text"), SURPRISES.values(), ids=SURPRISES)
def test_a_refusal_that_shows_something_unheard_of_makes_somebody_ask(
    fields: dict[str, Any], code: AnomalyCode, text: str
) -> None:
    said = refusal(CANCEL_ID, CANCEL, **fields)

    assert read(after(*ASKED), said) == (
        ev.CancelRejected(*first(), CANCEL_ID, "", fields.get("reject_code", "")),
        set_aside(code, text, said, 1),
    )


CONTRADICTIONS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], OrderCancelReject, str]]] = {
    "our cancel as a replace": (
        ASKED,
        refusal(CANCEL_ID, REPLACE),
        f"{CANCEL_ID!r} is a cancel request, refused as REPLACE",
    ),
    "our replace as a cancel": (
        ASKED,
        refusal(REPLACE_ID, CANCEL),
        f"{REPLACE_ID!r} is a replace request, refused as CANCEL",
    ),
    "the new order as a replace": (
        SENT,
        refusal(NEW_ID, REPLACE),
        f"{NEW_ID!r} is a new request, refused as REPLACE",
    ),
}


@pytest.mark.parametrize(("way", "said", "text"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_refusal_of_something_else_than_was_asked_is_set_aside(
    way: tuple[ev.OrderEvent, ...], said: OrderCancelReject, text: str
) -> None:
    assert read(after(*way), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


OVERLOOKED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], OrderCancelReject]]] = {
    "of a cancel that the end of the order has closed": (
        (*LIVE, make(ev.CancelRequested), make(ev.OrderCanceled)),
        refusal(CANCEL_ID, CANCEL),
    ),
    "of a cancel that nobody asked for": (LIVE, refusal(THEIRS, CANCEL)),
    "of a replace that nobody asked for": (LIVE, refusal(THEIRS, REPLACE)),
    "of our cancel, again, while one of elsewhere is decided on": (
        (*ELSEWHERE, make(ev.CancelRequested), make(ev.CancelRejected)),
        refusal(CANCEL_ID, CANCEL),
    ),
    "of a replace, while only a cancel of elsewhere is decided on": (
        (*LIVE, make(ev.OrderPendingCancel, cl_ord_id=None)),
        refusal(THEIRS, REPLACE),
    ),
    "of a cancel, while only a replace of elsewhere is decided on": (
        (*LIVE, make(ev.OrderPendingReplace, cl_ord_id=None)),
        refusal(THEIRS, CANCEL),
    ),
    "of a canceled order": (CANCELED, refusal(THEIRS, CANCEL)),
}


@pytest.mark.parametrize(("way", "said"), OVERLOOKED.values(), ids=OVERLOOKED)
def test_a_refusal_of_what_is_not_outstanding_is_no_news(
    way: tuple[ev.OrderEvent, ...], said: OrderCancelReject
) -> None:
    assert read(after(*way), said) == (overlooked("that request is no longer outstanding"),)


# ---------------------------------------------------------------- the set of unanswered requests


def shown(*events: ev.OrderEvent) -> list[tuple[str, bool, bool]]:
    """Every unanswered request: its identity, whether the broker decides, whether it is in doubt."""
    return [(each.cl_ord_id, each.pending, each.in_doubt) for each in after(*events).outstanding_requests]


def test_a_broker_that_is_deciding_has_the_request_so_that_it_is_not_in_doubt() -> None:
    doubted = (
        *SENT,
        make(ev.CancelRequested),
        make(ev.RequestInDoubt, cl_ord_id=NEW_ID),
        make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID),
    )
    assert shown(*doubted) == [(NEW_ID, False, True), (CANCEL_ID, False, True)]

    noted = shown(*doubted, make(ev.OrderPendingNew), make(ev.OrderPendingCancel))
    assert noted == [(NEW_ID, True, False), (CANCEL_ID, True, False)]


def test_a_request_that_is_decided_on_may_come_into_doubt() -> None:
    noted = shown(
        *SENT,
        make(ev.CancelRequested),
        make(ev.OrderPendingCancel),
        make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID),
    )

    assert noted == [(NEW_ID, False, False), (CANCEL_ID, True, True)]


def test_notes_about_what_is_not_outstanding_are_not_kept() -> None:
    order = (*SENT, make(ev.OrderPendingCancel), make(ev.RequestInDoubt, cl_ord_id=THEIRS))

    assert shown(*order) == [(NEW_ID, False, False)]
    live = after(*LIVE, make(ev.CancelRequested), make(ev.OrderPendingReplace))
    assert [each.pending for each in live.outstanding_requests] == [False]


def test_the_new_order_is_noted_wherever_it_stands_among_the_requests() -> None:
    order = after(*SENT, make(ev.CancelRequested), make(ev.OrderPendingNew))

    assert [(each.kind, each.pending) for each in order.outstanding_requests] == [
        (RequestKind.NEW, True),
        (RequestKind.CANCEL, False),
    ]


def test_an_answer_to_the_new_order_leaves_a_pending_cancel_pending() -> None:
    order = after(*SENT, make(ev.CancelRequested), make(ev.OrderPendingCancel), make(ev.OrderAcknowledged))
    assert (order.status, len(order.outstanding_requests)) == (OrdStatus.PENDING_CANCEL, 1)

    # The new order was answered before, so that an execution answers nothing.
    take(order, (make(ev.Traded),))
    assert (order.status, len(order.outstanding_requests)) == (OrdStatus.PENDING_CANCEL, 1)


def test_an_accepted_replace_that_overtakes_the_acknowledgement_answers_both() -> None:
    order = after(*SENT, make(ev.ReplaceRequested), make(ev.OrderPendingReplace), make(ev.OrderReplaced))

    assert order.outstanding_requests == ()
    assert order.status is OrdStatus.NEW


def test_an_accepted_replace_leaves_other_requests() -> None:
    order = after(
        *SENT, make(ev.ReplaceRequested), make(ev.CancelRequested), make(ev.OrderReplaced, order_qty=d(90))
    )

    assert [each.cl_ord_id for each in order.outstanding_requests] == [CANCEL_ID]


def test_a_new_order_that_was_answered_is_decided_on_no_more() -> None:
    # A broker may say so all the same, while something else is unanswered.
    order = after(make(ev.OrderAdopted), make(ev.CancelRequested), make(ev.OrderPendingNew))

    assert [each.pending for each in order.outstanding_requests] == [False]


def test_what_is_decided_on_of_ours_is_a_request_and_no_mark() -> None:
    order = after(*ASKED, make(ev.OrderPendingCancel), make(ev.OrderPendingReplace))

    assert order.marks == frozenset()
    assert [each.pending for each in order.outstanding_requests] == [True, True]

"""Replaces and restatements: what the venue says wins, of two the later one, and what cannot be ordered is flagged."""
# ruff: noqa: ANN401  # the fields of reports are of any kind

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, ExecRestatementReason, ExecType, OrdStatus
from oms.model.ids import ClOrdId, ExecId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Market, StopLimit, Terms
from oms.model.time_in_force import GTC
from oms.model.venue_profile import EXCHANGE
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
    these,
    told,
)

CODE = AnomalyCode
SECOND_ID: Final = ClOrdId("replace-2")
SECOND: Final = make(ev.ReplaceRequested, cl_ord_id=SECOND_ID, order_qty=d(160), terms=Limit(191))
DONE: Final = make(ev.OrderReplaced, order_qty=d(150), venue_ns=T0 + 10)
DONE_BY_SECOND: Final = make(
    ev.OrderReplaced, cl_ord_id=SECOND_ID, order_qty=d(160), terms=Limit(191), venue_ns=T0 + 10
)


def replaced(identity: ClOrdId | None = REPLACE_ID, **fields: Any) -> ExecutionReport:
    return report(ExecType.REPLACED, cl_ord_id=identity, **fields)


def restated(**fields: Any) -> ExecutionReport:
    return report(ExecType.RESTATED, **fields)


def to(identity: ClOrdId, qty: int, terms: Terms = OLD, place: int = 0, **fields: Any) -> ev.OrderReplaced:
    return attrs.evolve(ev.OrderReplaced(*first(place), identity, None, d(qty), terms), **fields)


def unordered(said: ExecutionReport, place: int) -> ev.AnomalyRaised:
    text = f"{said.exec_type.name} cannot be ordered against what was said before; taken as it came"
    return set_aside(CODE.UNORDERED, text, said, place)


# ---------------------------------------------------------------- what is news

NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "a replace that was asked for": (
        ASKED,
        replaced(venue_order_id="v2", transact_time_ns=T0 + 3, report_seq=8),
        to(REPLACE_ID, 150, venue_order_id=venue_id("v2"), venue_ns=T0 + 3, venue_seq=8),
    ),
    "a replace that was asked for, before the acknowledgement": (
        (*SENT, make(ev.ReplaceRequested, order_qty=d(150))),
        replaced(),
        to(REPLACE_ID, 150),
    ),
    "a replace at a total and prices of the venue's own": (
        (*PART, make(ev.ReplaceRequested, order_qty=d(150), terms=StopLimit(188, 187))),
        replaced(order_qty=d(140), price=d(186), stop_px=d(189)),
        to(REPLACE_ID, 140, StopLimit(189, 186)),
    ),
    "a replace of the time in force": (
        (*PART, make(ev.ReplaceRequested, time_in_force=GTC)),
        replaced(),
        to(REPLACE_ID, 100, time_in_force=GTC),
    ),
    # FIX C.3.c: a total at or below what has executed means "stop here"
    "a replace to less than has executed": (ASKED, replaced(order_qty=d(10)), to(REPLACE_ID, 40)),
    "a replace to what is shown of it": (
        ASKED,
        replaced(display_qty=d(10)),
        to(REPLACE_ID, 150, Limit("189.50", 10)),
    ),
    "a replace at the venue's own price": (
        LIVE,
        replaced(THEIRS, price=d(190)),
        to(THEIRS, 100, Limit(190)),
    ),
    "a replace by the venue that names no request": (LIVE, replaced(None, order_qty=d(80)), to(NEW_ID, 80)),
    "a replace by the venue of an order that was taken in under no name": (
        (make(ev.OrderAdopted, cl_ord_id=None),),
        replaced(None, order_qty=d(80)),
        to(ClOrdId(""), 80),
    ),
}


@pytest.mark.parametrize(("way", "said", "news"), NEWS.values(), ids=NEWS)
def test_a_replace_says_what_the_order_is_now(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    order = after(*way)

    assert read(order, said) == (news,)
    assert isinstance(news, ev.OrderReplaced)
    assert take(order, (news,)).order_qty == news.order_qty


RESTATED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "the quantity": (
        LIVE,
        restated(order_qty=d(80), text="e", exec_id=ExecId("r1"), transact_time_ns=T0 + 3, report_seq=8),
        ev.OrderRestated(
            *first(), d(80), OLD, "e", trade_date="20260105", exec_id=ExecId("r1"), venue_ns=T0 + 3, venue_seq=8
        ),
    ),
    "the price, for a reason and a day": (
        LIVE,
        restated(price=d(190), exec_restatement_reason=ExecRestatementReason.REPRICING, trade_date="20260109"),
        ev.OrderRestated(*first(), d(100), Limit(190), "", ExecRestatementReason.REPRICING, "20260109"),
    ),
    "to less than has executed": (PART, restated(order_qty=d(10)), ev.OrderRestated(*first(), d(40), OLD, "")),
    "to nothing more": (PART, restated(order_qty=d(0)), ev.OrderRestated(*first(), d(40), OLD, "")),
    "nothing, of an order that was never acknowledged": (
        SENT,
        restated(),
        ev.OrderRestated(*first(), d(100), OLD, ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("way", "said", "news"), RESTATED.values(), ids=RESTATED)
def test_a_restatement_says_what_the_order_is_now(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


PRICED: Final[dict[str, ExecutionReport]] = {
    "a replace": replaced(THEIRS, price=d(190)),
    "a restatement": restated(price=d(190)),
}


@pytest.mark.parametrize("said", PRICED.values(), ids=PRICED)
def test_a_price_makes_no_limit_order_of_a_market_order(said: ExecutionReport) -> None:
    (event,) = read(after(*LIVE, terms=Market()), said)

    assert isinstance(event, ev.OrderReplaced | ev.OrderRestated)
    assert (event.order_qty, event.terms) == (d(100), Market())


def test_a_total_of_what_had_executed_by_then_is_not_lifted_by_what_came_later() -> None:
    # FIX C.3.c: 30 had executed when the venue took the replace, 40 are known by now.
    order = after(*ASKED)

    assert read(order, replaced(order_qty=d(10), cum_qty=d(30))) == (to(REPLACE_ID, 30),)
    assert read(order, replaced(order_qty=d(35), cum_qty=d(30))) == (to(REPLACE_ID, 35),)
    assert told(read(order, replaced(order_qty=d(10), cum_qty=d("NaN")))) == ["OrderReplaced", "MALFORMED"]
    assert read(order, replaced(order_qty=d(10), cum_qty=d("NaN")))[0] == to(REPLACE_ID, 40)
    # The same goes for a restatement.
    said = restated(order_qty=d(10), cum_qty=d(30))
    assert read(order, said) == (ev.OrderRestated(*first(), d(30), OLD, ""),)


# ---------------------------------------------------------------- a total of nothing

NOTHING: Final[dict[str, tuple[ExecutionReport, str, list[str]]]] = {
    "a replace in the venue's words": (replaced(THEIRS, order_qty=d(0), text="gone"), "gone", ["OrderReplaced"]),
    "a replace without a word": (replaced(THEIRS, order_qty=d(0)), "replaced to a total of 0", ["OrderReplaced"]),
    "a restatement": (restated(order_qty=d(0)), "restated to a total of 0", ["OrderRestated"]),
}  # fmt: skip


@pytest.mark.parametrize(("said", "text", "expected"), NOTHING.values(), ids=NOTHING)
def test_a_total_of_nothing_is_a_cancel_by_another_name(
    said: ExecutionReport, text: str, expected: list[str]
) -> None:
    order = after(*LIVE)

    events = read(order, attrs.evolve(said, transact_time_ns=T0, report_seq=4))

    assert told(events) == [*expected, "OrderCanceled"]
    assert events[1] == ev.OrderCanceled(*first(1), said.cl_ord_id, text, T0, 4)
    take(order, events)
    assert (order.status, order.leaves_qty) == (OrdStatus.CANCELED, ZERO)


@pytest.mark.parametrize("said", PRICED.values(), ids=PRICED)
def test_an_order_in_money_whose_total_nobody_has_said_yet_is_not_canceled_for_it(
    said: ExecutionReport,
) -> None:
    order = after(*LIVE, order_qty=ZERO, cash_order_qty=d(1000))

    events = read(order, said)

    assert len(events) == 1
    take(order, events)
    assert (order.status, order.is_closed) == (OrdStatus.NEW, False)


# ---------------------------------------------------------------- which was said last


def two_asked() -> Order:
    return after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), SECOND)


def test_a_replace_that_a_later_one_has_overtaken_changes_nothing() -> None:
    order = two_asked()
    take(order, (DONE_BY_SECOND,))

    events = read(order, replaced(order_qty=d(150)))

    assert events == (ev.ReplaceSuperseded(*first(), REPLACE_ID),)
    take(order, events)
    assert these(order.order_qty, order.cl_ord_id, order.outstanding_requests) == (160, SECOND_ID, ())
    again = replaced(order_qty=d(150))
    assert read(order, again) == (ignored(again, "a later replace is in force"),)


def test_a_replace_that_builds_on_another_has_accepted_that_one_too() -> None:
    order = two_asked()

    events = read(order, replaced(SECOND_ID, orig_cl_ord_id=REPLACE_ID))

    assert events == (ev.ReplaceSuperseded(*first(), REPLACE_ID), to(SECOND_ID, 160, Limit(191), 1))
    assert take(order, events).outstanding_requests == ()


BUILT_ON: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ClOrdId]]] = {
    "the order itself": ((), NEW_ID),
    "a cancel, which cannot be": ((make(ev.CancelRequested),), CANCEL_ID),
    "itself, which cannot be": ((), REPLACE_ID),
}


@pytest.mark.parametrize(("way", "orig"), BUILT_ON.values(), ids=BUILT_ON)
def test_a_replace_that_builds_on_something_else_has_accepted_nothing_more(
    way: tuple[ev.OrderEvent, ...], orig: ClOrdId
) -> None:
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), *way)

    assert read(order, replaced(orig_cl_ord_id=orig)) == (to(REPLACE_ID, 150),)


def test_the_chain_tells_which_of_two_replaces_is_later_whatever_the_venues_times_say() -> None:
    order = two_asked()
    take(order, (DONE,))

    said = replaced(SECOND_ID, transact_time_ns=T0 + 5)

    assert read(order, said) == (to(SECOND_ID, 160, Limit(191), venue_ns=T0 + 5),)


THEIR_WORD: Final = make(
    ev.OrderRestated, order_qty=d(80), venue_ns=T0 + 10, exec_id=ExecId("r1"), trade_date="20260105"
)
OUR_REPLACE: Final = (*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), THEIR_WORD)


def test_a_replace_from_before_what_the_venue_said_itself_is_accepted_and_changes_no_terms() -> None:
    order = after(*OUR_REPLACE)

    events = read(order, replaced(price=d(180), transact_time_ns=T0 + 5, report_seq=3))

    assert events == (to(REPLACE_ID, 80, venue_ns=T0 + 5, venue_seq=3, is_overtaken=True),)
    take(order, events)
    assert these(order.cl_ord_id, order.order_qty, order.outstanding_requests) == (REPLACE_ID, 80, ())
    # What was said last is what the venue said itself.
    old = restated(order_qty=d(70), transact_time_ns=T0 + 9)
    assert read(order, old) == (ignored(old, "older than what is in force"),)


def test_a_replace_from_after_what_the_venue_said_itself_changes_the_terms() -> None:
    said = replaced(transact_time_ns=T0 + 15)

    assert read(after(*OUR_REPLACE), said) == (to(REPLACE_ID, 150, venue_ns=T0 + 15),)


def test_a_replace_at_no_time_after_what_the_venue_said_itself_is_taken_and_flagged() -> None:
    said = replaced()

    assert read(after(*OUR_REPLACE), said) == (to(REPLACE_ID, 150), unordered(said, 1))


def test_the_flag_stands_behind_all_that_is_said() -> None:
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), SECOND, THEIR_WORD)
    said = replaced(SECOND_ID, orig_cl_ord_id=REPLACE_ID)

    assert read(order, said) == (
        ev.ReplaceSuperseded(*first(), REPLACE_ID),
        to(SECOND_ID, 160, Limit(191), 1),
        unordered(said, 2),
    )


def test_what_cannot_be_ordered_and_makes_no_difference_is_not_flagged() -> None:
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(80)), THEIR_WORD)

    assert read(order, replaced()) == (to(REPLACE_ID, 80),)
    told_again = restated(order_qty=d(80))
    assert told(read(order, told_again)) == ["OrderRestated"]


ORDERED: Final[dict[str, tuple[dict[str, Any], list[str]]]] = {
    "after it, by time": ({"transact_time_ns": T0 + 11}, ["OrderRestated"]),
    "before it, by time": ({"transact_time_ns": T0 + 9}, ["ReportIgnored"]),
    "at the same time": ({"transact_time_ns": T0 + 10}, ["OrderRestated", "UNORDERED"]),
    "at no time": ({}, ["OrderRestated", "UNORDERED"]),
    "after it, by number": ({"report_seq": 6, "transact_time_ns": T0 + 9}, ["OrderRestated"]),
    "before it, by number": ({"report_seq": 4, "transact_time_ns": T0 + 11}, ["ReportIgnored"]),
    "at its place": ({"report_seq": 5, "transact_time_ns": T0 + 11}, ["OrderRestated", "UNORDERED"]),
}


@pytest.mark.parametrize(("fields", "expected"), ORDERED.values(), ids=ORDERED)
def test_restatements_are_ordered_by_the_venues_own_numbers_and_then_by_its_times(
    fields: dict[str, Any], expected: list[str]
) -> None:
    order = after(*LIVE, attrs.evolve(THEIR_WORD, venue_seq=5))
    said = restated(order_qty=d(70), **fields)

    events = read(order, said)

    assert told(events) == expected
    if expected == ["ReportIgnored"]:
        assert events == (ignored(said, "older than what is in force"),)
    if len(expected) > 1:
        assert events[1] == unordered(said, 1)


def test_a_replace_by_the_venue_is_ordered_by_time_even_after_one_of_ours() -> None:
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), DONE)
    older = replaced(THEIRS, order_qty=d(70), transact_time_ns=T0 + 9)
    at_no_time = replaced(THEIRS, order_qty=d(70))

    # The identity that was accepted since stays in force.
    assert read(order, older) == (to(REPLACE_ID, 150, venue_ns=T0 + 9, is_overtaken=True),)
    assert read(order, at_no_time) == (to(THEIRS, 70), unordered(at_no_time, 1))


def test_a_restatement_is_ordered_against_a_replace_too() -> None:
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), DONE)
    said = restated(order_qty=d(70), transact_time_ns=T0 + 9)

    assert read(order, said) == (ignored(said, "older than what is in force"),)


# ---------------------------------------------------------------- answers that come again, or too late

ANSWERED: Final = (*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), DONE)
REFUSED: Final = (*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), make(ev.ReplaceRejected))

AGAIN: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport]]] = {
    "word for word": (ANSWERED, replaced(order_qty=d(150), price=d("189.50"), transact_time_ns=T0 + 10)),
    "without the terms": (ANSWERED, replaced()),
    "from before what was said since": (
        (*ANSWERED, make(ev.OrderRestated, order_qty=d(80), venue_ns=T0 + 20)),
        replaced(order_qty=d(150), transact_time_ns=T0 + 10),
    ),
    "of a canceled order": ((*ANSWERED, make(ev.OrderCanceled)), replaced(order_qty=d(150))),
}


@pytest.mark.parametrize(("way", "said"), AGAIN.values(), ids=AGAIN)
def test_the_answer_to_a_replace_that_was_answered_is_no_news(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport
) -> None:
    assert read(after(*way), said) == (ignored(said, "repeat of an answered replace"),)


CHANGED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "another total": (
        ANSWERED, replaced(order_qty=d(140)), "replace-1 was answered before, and now 140 at None; not applied",
    ),
    "another price": (
        ANSWERED, replaced(price=d(190)), "replace-1 was answered before, and now None at 190; not applied",
    ),
    "an acceptance of what was refused": (
        REFUSED, replaced(order_qty=d(150)), "replace-1 was answered before, and now 150 at None; not applied",
    ),
    "another total, at a later time": (
        ANSWERED,
        replaced(order_qty=d(140), transact_time_ns=T0 + 11),
        "replace-1 was answered before, and now 140 at None; not applied",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("way", "said", "text"), CHANGED.values(), ids=CHANGED)
def test_another_answer_to_a_replace_that_was_answered_is_set_aside(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


ENDED: Final[dict[str, tuple[ev.OrderEvent, str]]] = {
    "canceled": (
        make(ev.OrderCanceled, venue_ns=T0 + 20),
        "replaced under replace-1, although the order is canceled",
    ),
    "expired": (
        make(ev.OrderExpired, venue_ns=T0 + 20),
        "replaced under replace-1, although the order is expired",
    ),
}


@pytest.mark.parametrize(("end", "text"), ENDED.values(), ids=ENDED)
def test_a_replace_from_before_the_end_that_is_heard_of_after_it_changes_the_total_and_is_flagged(
    end: ev.OrderEvent, text: str
) -> None:
    order = after(*PART, make(ev.ReplaceRequested, order_qty=d(150)), end)
    said = replaced(order_qty=d(150), transact_time_ns=T0 + 19)

    events = read(order, said)

    assert events == (
        to(REPLACE_ID, 150, venue_ns=T0 + 19),
        set_aside(CODE.ILLEGAL_IN_STATE, text, said, 1),
    )
    before = order.status
    take(order, events)
    assert these(order.status, order.order_qty, order.leaves_qty) == (before, 150, 0)


def late(end: ev.OrderEvent, *more: ev.OrderEvent, **fields: Any) -> list[str]:
    """What a replace amounts to that is heard of after the end of its order."""
    order = after(*LIVE, make(ev.ReplaceRequested, order_qty=d(150)), *more, end)
    return told(read(order, replaced(**{"order_qty": d(150), **fields})))


TAKEN, UNORDERED, ILLEGAL = ["OrderReplaced", "ILLEGAL_IN_STATE"], ["UNORDERED"], ["ILLEGAL_IN_STATE"]


def test_a_replace_from_after_the_end_is_set_aside() -> None:
    end = make(ev.OrderCanceled, venue_ns=T0 + 20, venue_seq=7)

    assert late(end, transact_time_ns=T0 + 21) == ILLEGAL
    assert late(end, transact_time_ns=T0 + 19, report_seq=8) == ILLEGAL


@pytest.mark.parametrize(
    "fields", [{}, {"transact_time_ns": T0 + 20}], ids=["at no time", "at the same time"]
)
def test_a_replace_that_cannot_be_ordered_against_the_end_makes_somebody_ask(fields: dict[str, Any]) -> None:
    order = after(*LIVE, make(ev.ReplaceRequested), make(ev.OrderCanceled, venue_ns=T0 + 20))
    said = replaced(**fields)

    assert read(order, said) == (unordered(said, 0),)


def test_a_cancel_of_ours_was_built_on_the_replaces_before_it_and_on_no_others() -> None:
    cancel, end = make(ev.CancelRequested), make(ev.OrderCanceled, cl_ord_id=CANCEL_ID)

    assert late(end, cancel) == TAKEN
    order = after(*LIVE, cancel, make(ev.ReplaceRequested, order_qty=d(150)), end)
    assert told(read(order, replaced(order_qty=d(150)))) == UNORDERED
    # Not even that helps where the venue's own time says otherwise.
    assert late(attrs.evolve(end, venue_ns=T0 + 20), cancel, transact_time_ns=T0 + 21) == ILLEGAL


def test_a_cancel_under_the_name_of_a_replace_came_after_that() -> None:
    assert late(make(ev.OrderCanceled, cl_ord_id=REPLACE_ID)) == TAKEN
    assert late(make(ev.OrderCanceled, cl_ord_id=NEW_ID)) == UNORDERED


def test_a_replace_to_nothing_that_is_heard_of_after_the_end_ends_nothing_more() -> None:
    assert late(make(ev.OrderCanceled, venue_ns=T0 + 20), order_qty=d(0), transact_time_ns=T0) == TAKEN


def test_a_replace_that_cannot_be_ordered_after_the_end_is_flagged_once() -> None:
    assert late(make(ev.OrderCanceled, cl_ord_id=CANCEL_ID), THEIR_WORD, make(ev.CancelRequested)) == TAKEN


def test_a_replace_that_a_later_one_overtook_before_the_end_is_no_news() -> None:
    order = after(
        *LIVE, make(ev.ReplaceRequested, order_qty=d(150)), SECOND, DONE_BY_SECOND, make(ev.OrderCanceled)
    )
    said = replaced(order_qty=d(150))

    assert read(order, said) == (ignored(said, "a later replace is in force"),)


# ---------------------------------------------------------------- what does not fit

SENSELESS: Final[dict[str, tuple[ExecutionReport, str]]] = {
    "a replace to a quantity below zero": (
        replaced(THEIRS, order_qty=d(-1)),
        "a replace to Decimal('-1') at None",
    ),
    "a replace to no number": (
        replaced(THEIRS, order_qty=d("NaN"), price=d(1)),
        "a replace to Decimal('NaN') at Decimal('1')",
    ),
    "a replace to a number that must not be compared": (
        replaced(THEIRS, order_qty=d("sNaN")),
        "a replace to Decimal('sNaN') at None",
    ),
    "a replace to a price that is no number": (
        replaced(THEIRS, price=d("NaN")),
        "a replace to None at Decimal('NaN')",
    ),
    "a replace to a stop price that is no number": (
        replaced(THEIRS, price=d(1), stop_px=d("NaN")),
        "a replace to None at Decimal('1')",
    ),
    "a replace that shows no number": (
        replaced(THEIRS, price=d(1), display_qty=d("NaN")),
        "a replace to None at Decimal('1')",
    ),
    "a replace that shows nothing": (
        replaced(THEIRS, price=d(1), display_qty=d(0)),
        "a replace to None at Decimal('1')",
    ),
    "a restatement to a quantity below zero": (
        restated(order_qty=d(-1)),
        "a restatement to Decimal('-1') at None",
    ),
    "a restatement to a price that is no number": (
        restated(price=d("NaN")),
        "a restatement to None at Decimal('NaN')",
    ),
}


@pytest.mark.parametrize(("said", "text"), SENSELESS.values(), ids=SENSELESS)
def test_terms_that_make_no_sense_are_set_aside(said: ExecutionReport, text: str) -> None:
    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, text, said),)


NOT_OURS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, AnomalyCode, str]]] = {
    "by a cancel": (
        ASKED,
        replaced(CANCEL_ID, order_qty=d(150)),
        CODE.CONTRADICTS_ORDER,
        "replaced by cancel-1, which is a cancel request",
    ),
    "after a rejection": (
        (*SENT, make(ev.ReplaceRequested), make(ev.OrderRejected)),
        replaced(order_qty=d(150)),
        CODE.ILLEGAL_IN_STATE,
        "REPLACED for an order that is rejected with 0 left",
    ),
    "by the venue, after the end": (
        CANCELED,
        replaced(THEIRS, order_qty=d(150)),
        CODE.ILLEGAL_IN_STATE,
        "REPLACED for an order that is canceled with 0 left",
    ),
    "a restatement after the end": (
        CANCELED,
        restated(order_qty=d(150)),
        CODE.ILLEGAL_IN_STATE,
        "RESTATED for an order that is canceled with 0 left",
    ),
}


@pytest.mark.parametrize(("way", "said", "code", "text"), NOT_OURS.values(), ids=NOT_OURS)
def test_a_change_that_cannot_be_is_set_aside(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, code: AnomalyCode, text: str
) -> None:
    assert read(after(*way), said) == (set_aside(code, text, said),)


@pytest.mark.parametrize("identity", [THEIRS, NEW_ID, None], ids=["theirs", "the order's", "none"])
def test_a_replace_that_nobody_asked_for_and_that_says_nothing_is_no_news(identity: ClOrdId | None) -> None:
    said = replaced(identity)

    assert read(after(*LIVE), said) == (ignored(said, "no such replace is outstanding"),)


# ---------------------------------------------------------------- reinstatement


@pytest.mark.parametrize(
    "end",
    [make(ev.OrderCanceled), make(ev.OrderExpired), make(ev.OrderRejected)],
    ids=["canceled", "expired", "rejected"],
)
def test_where_the_venue_reinstates_a_restatement_makes_an_ended_order_work_again(end: ev.OrderEvent) -> None:
    order = after(*PART, end)

    events = read(order, restated(text="back"), profile=attrs.evolve(EXCHANGE, reinstates=True))

    assert events == (
        ev.OrderReinstated(*first(), "back"),
        ev.OrderRestated(*first(1), d(100), OLD, "back"),
    )
    take(order, events)
    assert these(order.status, order.leaves_qty, order.text) == (OrdStatus.PARTIALLY_FILLED, 60, "back")


def test_where_the_venue_reinstates_a_working_order_is_only_restated() -> None:
    profile = attrs.evolve(EXCHANGE, reinstates=True)

    assert told(read(after(*PART), restated(), profile=profile)) == ["OrderRestated"]
    assert told(read(after(make(ev.OrderDenied)), restated(), profile=profile)) == ["ILLEGAL_IN_STATE"]


def test_what_is_flagged_about_a_reinstatement_stands_behind_it() -> None:
    order = after(*PART, THEIR_WORD, make(ev.OrderCanceled))
    said = restated(order_qty=d(90), cum_qty=d(41))

    events = read(order, said, profile=attrs.evolve(EXCHANGE, reinstates=True))

    assert told(events) == ["OrderReinstated", "OrderRestated", "UNORDERED", "MISSING_EXECUTION"]
    assert [event.sequence for event in events] == [7, 8, 9, 10]


# ---------------------------------------------------------------- what a restatement counts


def test_a_restatement_that_counts_more_than_is_known_shows_that_an_execution_is_missing() -> None:
    said = restated(cum_qty=d(41))
    text = "41 executed in all, of which 40 are known here"

    assert read(after(*PART), said) == (
        ev.OrderRestated(*first(), d(100), OLD, ""),
        set_aside(CODE.MISSING_EXECUTION, text, said, 1),
    )


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity"])
def test_a_restatement_that_counts_no_number_is_taken_and_flagged(number: str) -> None:
    said = restated(cum_qty=d(number), order_qty=d(90))
    text = f"Decimal('{number}') executed in all, of which 40 are known here"

    assert read(after(*PART), said) == (
        ev.OrderRestated(*first(), d(90), OLD, ""),
        set_aside(CODE.MALFORMED, text, said, 1),
    )


@pytest.mark.parametrize("counted", [40, 39], ids=["as much", "less"])
def test_a_restatement_that_counts_no_more_than_is_known_is_taken_as_it_is(counted: int) -> None:
    assert told(read(after(*PART), restated(cum_qty=d(counted)))) == ["OrderRestated"]


def test_a_filled_order_that_is_made_larger_works_again() -> None:
    order = after(*FULL, make(ev.ReplaceRequested, order_qty=d(150)))
    take(order, read(order, replaced()))

    assert these(order.status, order.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 50)

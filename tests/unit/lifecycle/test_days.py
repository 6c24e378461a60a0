"""Quantities of more than one trading day, and what a bust takes away for good."""

from __future__ import annotations

from typing import Any, Final

import pytest

from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus
from oms.model.ids import ExecId
from oms.model.order import Mark
from oms.model.reports import ExecutionReport, OrderCancelReject
from tests.unit.journals import CANCEL_ID, T0, make, venue_id
from tests.unit.lifecycle.readings import (
    LIVE,
    PART,
    after,
    d,
    first,
    ignored,
    read,
    report,
    set_aside,
    take,
    these,
)

MONDAY, TUESDAY = "20260105", "20260106"


def traded(exec_id: str, qty: int, day: str) -> ev.Traded:
    return make(ev.Traded, exec_id=ExecId(exec_id), last_qty=d(qty), trade_date=day)


def bust(qty: int, day: str, **fields: Any) -> ev.TradeCanceled:  # noqa: ANN401  # any field
    return make(ev.TradeCanceled, exec_id=ExecId("h1"), old_qty=d(qty), trade_date=day, **fields)


def restated(**fields: Any) -> ev.OrderRestated:  # noqa: ANN401  # any field
    return make(ev.OrderRestated, **fields)


A, B, C = traded("a", 10, MONDAY), traded("b", 20, MONDAY), traded("c", 5, TUESDAY)

# events, then: executed in all, on the day that is counted, the total of that day
DAYS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], tuple[int, int, int]]]] = {
    "nothing executed": ((), (0, 0, 100)),
    "one day": ((A, B), (30, 30, 100)),
    "a second day": ((A, B, C), (35, 5, 70)),
    "an execution of the first day that comes on the second": ((A, C, B), (35, 5, 70)),
    "executions of no day": ((traded("a", 10, ""), traded("b", 20, "")), (30, 30, 100)),
    "an execution of no day during one": ((A, traded("b", 20, "")), (30, 10, 80)),
    # FIX J.1.c: a bust of the day takes it off the day, a bust of an earlier day makes the day's total larger
    "a bust of the day": ((A, B, C, bust(5, TUESDAY)), (30, 0, 70)),
    "a bust of an earlier day": ((A, B, C, bust(20, MONDAY)), (15, 5, 90)),
    "a correction of the day": (
        (A, B, C, make(ev.TradeCorrected, old_qty=d(5), last_qty=d(4), trade_date=TUESDAY)),
        (34, 4, 70),
    ),
    "a day that begins with a restatement": ((A, restated(trade_date=TUESDAY)), (10, 0, 90)),
    "a restatement of the same day": ((A, restated(trade_date=MONDAY)), (10, 10, 100)),
    "a restatement of an earlier day": ((C, restated(trade_date=MONDAY)), (5, 5, 100)),
    "the end of the next day": ((A, make(ev.OrderDoneForDay, trade_date=TUESDAY)), (10, 0, 90)),
    "the end of an earlier day": ((C, make(ev.OrderDoneForDay, trade_date=MONDAY)), (5, 5, 100)),
    "the end of a day that nobody named": ((A, make(ev.OrderDoneForDay)), (10, 10, 100)),
    "the end of the day": ((A, make(ev.OrderDoneForDay, trade_date=MONDAY)), (10, 10, 100)),
}


@pytest.mark.parametrize(("events", "expected"), DAYS.values(), ids=DAYS)
def test_what_executed_on_the_day_is_counted_apart(
    events: tuple[ev.OrderEvent, ...], expected: tuple[int, int, int]
) -> None:
    order = after(*LIVE, *events)

    assert these(order.cum_qty, order.day_cum_qty, order.day_order_qty) == expected


DONE: Final = make(ev.OrderDoneForDay, trade_date=MONDAY)


def test_done_for_the_day_ends_with_the_next_days_execution() -> None:
    order = after(*LIVE, A, DONE, make(ev.OrderSuspended))
    assert order.status is OrdStatus.DONE_FOR_DAY

    take(order, (C,))
    assert order.marks == {Mark.SUSPENDED}
    assert order.leaves_qty == 85


@pytest.mark.parametrize("other", [B, traded("b", 20, "")], ids=["of the same day", "of no day"])
def test_done_for_the_day_stays_with_an_execution(other: ev.Traded) -> None:
    assert after(*LIVE, A, DONE, other).marks == {Mark.DONE_FOR_DAY}


def test_done_for_a_day_that_nobody_named_stays_with_an_execution_of_any_day() -> None:
    assert after(*LIVE, make(ev.OrderDoneForDay), C).marks == {Mark.DONE_FOR_DAY}


def test_what_is_over_with_the_day_stays_so_on_the_next_one() -> None:
    order = after(*LIVE, A, make(ev.OrderDoneForDay, trade_date=MONDAY, is_over=True), C)

    assert these(order.marks, order.leaves_qty, order.cum_qty) == ({Mark.DONE_FOR_DAY}, 0, 15)


def test_only_the_mark_of_the_day_goes_when_it_is_the_last() -> None:
    order = after(*LIVE, A, DONE, C)

    assert (order.marks, order.status) == (frozenset(), OrdStatus.PARTIALLY_FILLED)


# ---------------------------------------------------------------- what a bust takes away

# events after 40 of 100: executed, left, notional
LOST: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], tuple[int, int, str]]]] = {
    "a bust that works again": ((bust(40, MONDAY),), (0, 100, "0")),
    "a bust that does not": ((bust(40, MONDAY, reopens=False),), (0, 60, "0")),
    "a bust that does not, and an execution": (
        (bust(40, MONDAY, reopens=False), traded("b", 20, MONDAY)),
        (20, 40, "3790"),
    ),
    "more executed than was left of it": (
        (bust(40, MONDAY, reopens=False), traded("b", 90, MONDAY)),
        (90, 0, "17055"),
    ),
    "two busts that do not": (
        (traded("b", 20, MONDAY), bust(40, MONDAY, reopens=False), bust(20, MONDAY, reopens=False)),
        (0, 40, "0"),
    ),
    "a correction to less that does not": (
        (make(ev.TradeCorrected, last_qty=d(30), reopens=False),),
        (30, 60, "5685"),
    ),
    "a correction to less that works again": ((make(ev.TradeCorrected, last_qty=d(30)),), (30, 70, "5685")),
    "a correction to more": ((make(ev.TradeCorrected, last_qty=d(50), reopens=False),), (50, 50, "9475")),
    "a correction of the price": (
        (make(ev.TradeCorrected, last_px=d(190), reopens=False),),
        (40, 60, "7600"),
    ),
    "a new total forgets what was lost": (
        (bust(40, MONDAY, reopens=False), make(ev.OrderReplaced, order_qty=d(80))),
        (0, 80, "0"),
    ),
    "another acknowledged total does not": (
        (bust(40, MONDAY, reopens=False), make(ev.OrderAcknowledged, order_qty=d(80))),
        (0, 40, "0"),
    ),
    "what was lost is forgotten with the total of the reinstated order": (
        (
            bust(40, MONDAY, reopens=False),
            make(ev.OrderCanceled),
            make(ev.OrderReinstated),
            make(ev.OrderRestated),
        ),
        (0, 100, "0"),
    ),
    "reinstatement forgets that the day was over": (
        (make(ev.OrderDoneForDay, is_over=True), make(ev.OrderCanceled), make(ev.OrderReinstated)),
        (40, 60, "7580"),
    ),
    "after the end": ((make(ev.OrderCanceled), bust(40, MONDAY)), (0, 0, "0")),
    "after the last day": ((make(ev.OrderDoneForDay, is_over=True), bust(40, MONDAY)), (0, 0, "0")),
}


@pytest.mark.parametrize(("events", "expected"), LOST.values(), ids=LOST)
def test_what_is_left_after_a_bust(events: tuple[ev.OrderEvent, ...], expected: tuple[int, int, str]) -> None:
    order = after(*PART, *events)

    cum_qty, leaves_qty, notional = expected
    assert these(order.cum_qty, order.leaves_qty, order.notional) == (cum_qty, leaves_qty, d(notional))
    assert order.avg_px == (order.notional / cum_qty if cum_qty else None)


# ---------------------------------------------------------------- what the venue calls the order, and its total


def test_the_first_name_that_the_venue_gives_stays_with_an_execution() -> None:
    order = after(*LIVE, make(ev.Traded, venue_order_id=venue_id("V1")))
    take(order, (make(ev.Traded, venue_order_id=venue_id("V2")),))

    assert order.venue_order_id == "V1"


def test_a_later_acknowledgement_or_replace_gives_another_name_and_none_takes_it_away() -> None:
    order = after(*LIVE, make(ev.OrderAcknowledged, venue_order_id=venue_id("V1")))
    take(order, (make(ev.OrderAcknowledged),))
    assert order.venue_order_id == "V1"

    take(order, (make(ev.OrderReplaced, venue_order_id=venue_id("V2")), make(ev.OrderReplaced)))
    assert order.venue_order_id == "V2"


def test_an_order_that_is_being_decided_on_keeps_its_name() -> None:
    named = make(ev.OrderPendingNew, venue_order_id=venue_id("V1"))

    assert after(make(ev.OrderSubmitted), named, make(ev.OrderPendingNew)).venue_order_id == "V1"


def test_an_acknowledged_total_is_what_is_left() -> None:
    order = after(make(ev.OrderSubmitted), make(ev.OrderAcknowledged, order_qty=d(90)))

    assert these(order.order_qty, order.leaves_qty) == (90, 90)


def test_a_time_in_force_stays_where_the_replace_says_none() -> None:
    order = after(*LIVE)
    before = order.time_in_force
    take(order, (make(ev.OrderReplaced),))

    assert order.time_in_force is before


def test_a_canceled_order_has_nothing_left_whatever_is_reported_about_it() -> None:
    order = after(*PART, make(ev.OrderCanceled))
    take(order, read(order, report(ExecType.TRADE, exec_id=ExecId("x2"), last_qty=d(1), last_px=d(1))))

    assert these(order.cum_qty, order.leaves_qty) == (41, ZERO)


# ---------------------------------------------------------------- the first word of a day

BEGAN: Final = ev.OrderDayBegan(*first(), TUESDAY)
TRIGGERED: Final = report(ExecType.TRIGGERED, trade_date=TUESDAY)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(TRIGGERED, id="by the day that it names"),
        pytest.param(report(ExecType.TRIGGERED, transact_time_ns=T0 + 86_400_000_000_000), id="by its time"),
        pytest.param(
            report(ExecType.TRIGGERED, trade_date=TUESDAY, transact_time_ns=T0),
            id="by the day that it names, although it comes the evening before",
        ),
    ],
)
def test_the_first_report_of_a_day_begins_it(said: ExecutionReport) -> None:
    order = after(*LIVE, A)

    events = read(order, said)

    assert events[0] == BEGAN
    assert isinstance(events[1], ev.OrderTriggered)
    assert events[1].sequence == 8
    take(order, events)
    assert these(order.day_cum_qty, order.day_order_qty, order.cum_qty) == (0, 90, 10)


def test_a_repeated_acknowledgement_may_be_the_first_word_of_a_day() -> None:
    order = after(*LIVE, A)

    events = read(order, report(ExecType.NEW, trade_date=TUESDAY))

    noted = ev.ReportIgnored(*first(1), "NEW", None, "already acknowledged", is_dated=True)
    assert events == (BEGAN, noted)


def test_a_restatement_may_be_the_first_word_of_a_day() -> None:
    order = after(*LIVE, A)

    events = read(order, report(ExecType.RESTATED, trade_date=TUESDAY, order_qty=d(90)))

    restatement = ev.OrderRestated(*first(1), d(90), order.terms, "", trade_date=TUESDAY)
    assert events == (BEGAN, restatement)


def test_the_refusal_of_a_cancel_may_be_the_first_word_of_a_day() -> None:
    order = after(*LIVE, A, make(ev.CancelRequested))
    said = OrderCancelReject(CANCEL_ID, CxlRejResponseTo.CANCEL, transact_time_ns=T0 + 86_400_000_000_000)

    assert read(order, said) == (BEGAN, ev.CancelRejected(*first(1), CANCEL_ID, "", ""))


NO_NEW_DAY: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport]]] = {
    "of the same day": ((*LIVE, A), report(ExecType.TRIGGERED, trade_date=MONDAY)),
    "of an earlier day": ((*LIVE, C), report(ExecType.TRIGGERED, trade_date=MONDAY)),
    "at no time": ((*LIVE, A), report(ExecType.TRIGGERED)),
    "of an order that nothing has executed of": (LIVE, TRIGGERED),
    "that counts nothing of such an order": (
        LIVE,
        report(ExecType.TRIGGERED, trade_date=TUESDAY, cum_qty=d(0)),
    ),
    "that counts no number of such an order": (
        LIVE,
        report(ExecType.TRIGGERED, trade_date=TUESDAY, cum_qty=d("NaN")),
    ),
}


@pytest.mark.parametrize(("way", "said"), NO_NEW_DAY.values(), ids=NO_NEW_DAY)
def test_a_report_begins_no_day(way: tuple[ev.OrderEvent, ...], said: ExecutionReport) -> None:
    assert [type(event) for event in read(after(*way), said)] == [ev.OrderTriggered]


def test_a_report_that_counts_what_nobody_has_heard_of_begins_the_day() -> None:
    said = report(ExecType.TRIGGERED, trade_date=TUESDAY, cum_qty=d(1))

    assert read(after(*LIVE), said)[0] == BEGAN


@pytest.mark.parametrize("way", [(), (make(ev.OrderDenied),)], ids=["unsent", "denied"])
def test_no_day_begins_for_what_never_left(way: tuple[ev.OrderEvent, ...]) -> None:
    order = after(*way)

    events = read(order, report(ExecType.CANCELED, trade_date=TUESDAY, cum_qty=d(1)))

    assert [type(event) for event in events] == [ev.AnomalyRaised, ev.AnomalyRaised]


def test_done_for_the_next_day_is_news_for_an_order_that_is_done_for_one() -> None:
    order = after(*LIVE, A, DONE)

    events = read(order, report(ExecType.DONE_FOR_DAY, trade_date=TUESDAY, leaves_qty=d(90)))

    assert events == (BEGAN, ev.OrderDoneForDay(*first(1), "", False, TUESDAY))
    assert take(order, events).marks == {Mark.DONE_FOR_DAY}


def test_done_for_a_day_that_nobody_names_may_be_another_days() -> None:
    order = after(*LIVE, A, DONE)
    said = report(ExecType.DONE_FOR_DAY, exec_id=ExecId("r2"))
    text = "DONE_FOR_DAY cannot be ordered against what was said before; taken as it came"

    events = read(order, said)

    assert events == (
        ev.ReportIgnored(*first(), "DONE_FOR_DAY", ExecId("r2"), "no news", is_known=True),
        set_aside(AnomalyCode.UNORDERED, text, said, 1),
    )
    # Asked about once, it is known.
    take(order, events)
    assert read(order, said) == (ignored(said, "repeat of a known report"),)
    # Without a name it is what it looks like, and so is one of the day.
    unnamed = report(ExecType.DONE_FOR_DAY)
    assert read(order, unnamed) == (ignored(unnamed, "no news"),)
    again = report(ExecType.DONE_FOR_DAY, exec_id=ExecId("r3"), trade_date=MONDAY)
    assert read(order, again) == (ignored(again, "no news"),)


def test_done_for_the_next_day_is_none_for_an_order_that_is_over() -> None:
    order = after(*LIVE, A, make(ev.OrderDoneForDay, trade_date=MONDAY, is_over=True))
    said = report(ExecType.DONE_FOR_DAY, trade_date=TUESDAY)

    events = read(order, said)

    assert events == (BEGAN, ev.ReportIgnored(*first(1), "DONE_FOR_DAY", None, "no news"))
    assert take(order, events).marks == {Mark.DONE_FOR_DAY}


def test_what_is_done_for_a_day_that_nobody_named_is_done_for_the_next_one_too() -> None:
    order = after(*LIVE, make(ev.OrderDoneForDay))
    said = report(ExecType.DONE_FOR_DAY, trade_date=TUESDAY)

    assert [type(event) for event in read(order, said)] == [ev.ReportIgnored]

"""Facts beside the life of an order: what sets them, what clears them, and which of two that the venue says is later."""
# ruff: noqa: ANN401  # the fields of reports are of any kind

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any, Final

import pytest

from oms.lifecycle.facts import MAX_SEEN, is_later
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.ids import ExecId
from oms.model.order import Mark, Said
from oms.model.reports import ExecutionReport
from oms.model.time_in_force import GTC, IOC, TimeInForce
from tests.unit.journals import REPLACE_ID, T0, make
from tests.unit.lifecycle.readings import (
    CANCELED,
    FULL,
    LIVE,
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
WHEN: Final[dict[str, Any]] = {"exec_id": ExecId("r1"), "transact_time_ns": T0 + 3, "report_seq": 8}
SAID: Final = (ExecId("r1"), T0 + 3, 8)

NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "a halt": (
        LIVE,
        report(ExecType.SUSPENDED, text="b", **WHEN),
        ev.OrderSuspended(*first(), "b", *SAID),
    ),
    "a halt at no time": (LIVE, report(ExecType.SUSPENDED), ev.OrderSuspended(*first(), "", None, 0, 0)),
    "end-of-day figures": (
        FULL,
        report(ExecType.CALCULATED, text="c", **WHEN),
        ev.OrderCalculated(*first(), "c", *SAID),
    ),
    "a guaranteed price": (
        PART,
        report(ExecType.STOPPED, last_qty=d(60), last_px=d("189.40"), **WHEN),
        ev.OrderStopped(*first(), d(60), d("189.40"), *SAID),
    ),
    "a guarantee without numbers": (LIVE, report(ExecType.STOPPED), ev.OrderStopped(*first(), None, None)),
    "the end of the day": (
        LIVE,
        report(ExecType.DONE_FOR_DAY, text="a", leaves_qty=d(100), **WHEN),
        ev.OrderDoneForDay(*first(), "a", False, "20260105", *SAID),
    ),
    "the end of a day that the venue names": (
        LIVE,
        report(ExecType.DONE_FOR_DAY, leaves_qty=d(100), trade_date="20260106", transact_time_ns=T0),
        ev.OrderDoneForDay(*first(), "", False, "20260106", None, T0, 0),
    ),
}


@pytest.mark.parametrize(("way", "said", "news"), NEWS.values(), ids=NEWS)
def test_a_mark_says_what_the_venue_says_and_when(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


# ---------------------------------------------------------------- done for the day

# the report's own leaves_qty, the time in force: whether the order is over
DONE: Final[dict[str, tuple[dict[str, Any], TimeInForce | None, bool]]] = {
    "a day order": ({}, None, True),
    "a good-till order": ({}, GTC, False),
    "an order of another kind": ({}, IOC, False),
    "a day order that the venue keeps": ({"leaves_qty": d(60)}, None, False),
    "a good-till order that the venue does not keep": ({"leaves_qty": d(0)}, GTC, True),
}


@pytest.mark.parametrize(("fields", "time_in_force", "is_over"), DONE.values(), ids=DONE)
def test_an_order_is_over_with_the_day_by_the_venues_word_or_its_time_in_force(
    fields: dict[str, Any], time_in_force: TimeInForce | None, is_over: bool
) -> None:
    order = after(*PART, **({} if time_in_force is None else {"time_in_force": time_in_force}))

    events = read(order, report(ExecType.DONE_FOR_DAY, **fields))

    assert events == (ev.OrderDoneForDay(*first(), "", is_over),)
    take(order, events)
    assert these(order.status, order.leaves_qty) == (OrdStatus.DONE_FOR_DAY, 0 if is_over else 60)


@pytest.mark.parametrize("leaves_qty", [None, ZERO], ids=["nothing said of what is left", "nothing left"])
def test_a_filled_order_is_over_with_the_day_unless_a_bust_on_a_later_one_may_open_it_again(
    leaves_qty: Decimal | None,
) -> None:
    said = report(ExecType.DONE_FOR_DAY, leaves_qty=leaves_qty)

    assert read(after(*FULL), said) == (ev.OrderDoneForDay(*first(), "", True),)
    assert read(after(*FULL, time_in_force=GTC), said) == (ev.OrderDoneForDay(*first(), "", False),)


def test_a_bust_leaves_a_day_order_over_that_had_filled() -> None:
    order = after(*FULL)
    take(order, read(order, report(ExecType.DONE_FOR_DAY)))
    take(order, (make(ev.TradeCanceled, old_qty=d(100)),))

    assert these(order.status, order.cum_qty, order.leaves_qty) == (OrdStatus.DONE_FOR_DAY, 0, 0)


def test_what_is_left_after_the_day_must_be_a_number() -> None:
    said = report(ExecType.DONE_FOR_DAY, leaves_qty=d("NaN"))

    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, "a leaves_qty of Decimal('NaN')", said),)


DAY_OVER: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any]]]] = {
    "a day that is over": ((*LIVE, make(ev.OrderDoneForDay)), {}),
    "an earlier day than one that it has traded on": (PART, {"trade_date": "20260104"}),
}


@pytest.mark.parametrize(("way", "fields"), DAY_OVER.values(), ids=DAY_OVER)
def test_the_end_of_a_day_that_is_past_is_no_news(
    way: tuple[ev.OrderEvent, ...], fields: dict[str, Any]
) -> None:
    said = report(ExecType.DONE_FOR_DAY, **fields)

    assert read(after(*way), said) == (ignored(said, "no news"),)


def test_the_end_of_the_very_day_that_it_has_traded_on_is_news() -> None:
    assert told(read(after(*PART), report(ExecType.DONE_FOR_DAY, trade_date="20260105"))) == [
        "OrderDoneForDay"
    ]


# ---------------------------------------------------------------- repeats and what cannot be


@pytest.mark.parametrize(
    ("mark", "exec_type"),
    [
        pytest.param(make(ev.OrderSuspended), ExecType.SUSPENDED, id="a halt"),
        pytest.param(make(ev.OrderCalculated), ExecType.CALCULATED, id="end-of-day figures"),
    ],
)
def test_a_mark_that_is_set_is_no_news(mark: ev.OrderEvent, exec_type: ExecType) -> None:
    said = report(exec_type)

    assert read(after(*LIVE, mark), said) == (ignored(said, "no news"),)


@pytest.mark.parametrize(
    ("mark", "exec_type"),
    [
        pytest.param(make(ev.OrderSuspended), ExecType.SUSPENDED, id="a halt"),
        pytest.param(make(ev.OrderCalculated), ExecType.CALCULATED, id="end-of-day figures"),
    ],
)
def test_a_mark_that_is_set_already_is_known_by_its_name_where_it_has_no_time(
    mark: ev.OrderEvent, exec_type: ExecType
) -> None:
    order = after(*LIVE, mark)
    undated, dated = report(exec_type, exec_id=ExecId("r2")), report(exec_type, **WHEN)

    assert read(order, dated) == (ignored(dated, "no news"),)
    known = ev.ReportIgnored(*first(), exec_type.name, ExecId("r2"), "no news", is_known=True)
    assert read(order, undated) == (known,)
    # After a restatement it would be news, were it not known.
    take(order, (known, make(ev.OrderRestated)))
    assert read(order, undated) == (ignored(undated, "repeat of a known report"),)


def test_one_mark_is_news_beside_another() -> None:
    order = after(*LIVE, make(ev.OrderSuspended), make(ev.OrderDoneForDay))

    assert told(read(order, report(ExecType.CALCULATED))) == ["OrderCalculated"]
    order = after(*LIVE, make(ev.OrderCalculated))
    assert told(read(order, report(ExecType.SUSPENDED))) == ["OrderSuspended"]
    assert told(read(order, report(ExecType.DONE_FOR_DAY))) == ["OrderDoneForDay"]


CANNOT_BE: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "a halt of a canceled order": (
        CANCELED, report(ExecType.SUSPENDED), "SUSPENDED for an order that is canceled with 0 left",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("way", "said", "text"), CANNOT_BE.values(), ids=CANNOT_BE)
def test_what_cannot_be_marked_is_set_aside(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (set_aside(CODE.ILLEGAL_IN_STATE, text, said),)


GUARANTEES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "of a size that is no number": ({"last_qty": d("NaN")}, "a guarantee of Decimal('NaN') at None"),
    "of a price that is no number": (
        {"last_qty": d(1), "last_px": d("NaN")},
        "a guarantee of Decimal('1') at Decimal('NaN')",
    ),
}


@pytest.mark.parametrize(("fields", "text"), GUARANTEES.values(), ids=GUARANTEES)
def test_a_guarantee_that_makes_no_sense_is_set_aside(fields: dict[str, Any], text: str) -> None:
    said = report(ExecType.STOPPED, **fields)

    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, text, said),)


def test_a_guarantee_stands_until_another_is_given() -> None:
    order = after(*LIVE)
    assert order.guarantee is None

    take(order, read(order, report(ExecType.STOPPED, last_qty=d(60), last_px=d(189))))
    take(order, read(order, report(ExecType.STOPPED, last_qty=d(70))))
    assert order.guarantee == (d(70), None)


# ---------------------------------------------------------------- which was said last

RESUMED: Final = make(ev.OrderReplaced, order_qty=d(100), is_resumed=True, venue_ns=T0 + 10, venue_seq=5)
RENEWED: Final = make(ev.OrderRestated, order_qty=d(100), venue_ns=T0 + 10, venue_seq=5)
MARKING: Final = [ExecType.SUSPENDED, ExecType.CALCULATED, ExecType.STOPPED, ExecType.DONE_FOR_DAY]
AGES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "later": ({"transact_time_ns": T0 + 11}, "newer"),
    "earlier": ({"transact_time_ns": T0 + 9}, "older"),
    "earlier by its time and later by its number": ({"transact_time_ns": T0 + 9, "report_seq": 6}, "newer"),
    "at the same time": ({"transact_time_ns": T0 + 10}, "unknown"),
    "at no time": ({}, "unknown"),
}


@pytest.mark.parametrize(("fields", "age"), AGES.values(), ids=AGES)
@pytest.mark.parametrize("exec_type", MARKING, ids=lambda kind: kind.name)
def test_a_mark_is_held_against_when_the_order_was_last_said_to_work(
    exec_type: ExecType, fields: dict[str, Any], age: str
) -> None:
    said = report(exec_type, leaves_qty=d(100), **fields)

    events = read(after(*LIVE, RENEWED, RESUMED), said)

    if age == "older":
        assert events == (ignored(said, "older than what is in force"),)
        return
    assert isinstance(
        events[0], ev.OrderSuspended | ev.OrderCalculated | ev.OrderStopped | ev.OrderDoneForDay
    )
    text = f"{exec_type.name} cannot be ordered against what was said before; taken as it came"
    assert events[1:] == (() if age == "newer" else (set_aside(CODE.UNORDERED, text, said, 1),))


def test_nothing_is_held_against_an_order_that_was_never_said_to_work_again() -> None:
    order = after(*LIVE, make(ev.OrderReplaced, venue_ns=T0 + 10))

    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0))) == ["OrderSuspended"]


@pytest.mark.parametrize(
    ("said", "other", "expected"),
    [
        pytest.param((2, 0), (1, 0), True, id="a later time"),
        pytest.param((1, 0), (2, 0), False, id="an earlier time"),
        pytest.param((1, 0), (1, 0), False, id="the same time"),
        pytest.param((2, 0), (0, 0), False, id="a time against none"),
        pytest.param((0, 0), (2, 0), False, id="none against a time"),
        pytest.param((1, 2), (2, 1), True, id="a higher number at an earlier time"),
        pytest.param((2, 1), (1, 2), False, id="a lower number at a later time"),
        pytest.param((2, 1), (1, 1), False, id="the same number at a later time"),
        pytest.param((2, 1), (1, 0), True, id="a number against none, at a later time"),
        pytest.param((2, 0), (1, 1), True, id="none against a number, at a later time"),
    ],
)
def test_the_venues_numbers_tell_what_is_later_and_its_times_where_it_has_none(
    said: Said, other: Said, expected: bool
) -> None:
    assert is_later(said, other) is expected


# ---------------------------------------------------------------- what clears a mark


def halted(**fields: Any) -> tuple[ev.OrderEvent, ...]:
    return (*PART, make(ev.OrderSuspended, venue_ns=T0 + 10, **fields))


def test_an_acknowledgement_from_after_a_halt_says_that_the_order_works_again() -> None:
    order = after(*halted())

    events = read(order, report(ExecType.NEW, text="go", **{**WHEN, "transact_time_ns": T0 + 11}))

    assert events == (ev.OrderResumed(*first(), "go", ExecId("r1"), T0 + 11, 8),)
    take(order, events)
    assert (order.status, order.marks) == (OrdStatus.PARTIALLY_FILLED, frozenset())
    # A halt from before is no news any more.
    old = report(ExecType.SUSPENDED, transact_time_ns=T0 + 10)
    assert read(order, old) == (ignored(old, "older than what is in force"),)


NOT_RESUMED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any]]]] = {
    "from before the halt": (halted(), {"transact_time_ns": T0 + 9}),
    "that shows the order as suspended": (
        halted(),
        {"transact_time_ns": T0 + 11, "ord_status": OrdStatus.SUSPENDED},
    ),
    "from before it, by its number": (
        halted(venue_seq=9),
        {"transact_time_ns": T0 + 11, "report_seq": 8},
    ),
    "of an order that is stopped": (
        (*PART, make(ev.OrderStopped, venue_ns=T0 + 10)),
        {"ord_status": OrdStatus.SUSPENDED},
    ),
    "of one that has been at work since": (
        (*LIVE, make(ev.OrderSuspended, venue_ns=T0 + 10), make(ev.OrderResumed, venue_ns=T0 + 20)),
        {"transact_time_ns": T0 + 20},
    ),
    "of one that shows as suspended": (
        PART,
        {"transact_time_ns": T0 + 11, "ord_status": OrdStatus.SUSPENDED},
    ),
}


@pytest.mark.parametrize(("way", "fields"), NOT_RESUMED.values(), ids=NOT_RESUMED)
def test_an_acknowledgement_resumes_nothing(way: tuple[ev.OrderEvent, ...], fields: dict[str, Any]) -> None:
    said = report(ExecType.NEW, **fields)

    assert read(after(*way), said) == (ignored(said, "already acknowledged"),)


def test_an_acknowledgement_is_noted_with_its_time_against_a_halt_before_it() -> None:
    order = after(*PART, make(ev.OrderStopped, venue_ns=T0 + 10))
    said = report(ExecType.NEW, transact_time_ns=T0 + 11, report_seq=9, exec_id=ExecId("n"))

    noted = ev.ReportIgnored(
        *first(), "NEW", ExecId("n"), "already acknowledged", T0 + 11, venue_seq=9, is_dated=True
    )
    assert read(order, said) == (noted,)
    take(order, (noted,))
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 10))) == ["ReportIgnored"]
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 12))) == ["OrderSuspended"]
    # A number alone tells it as well.
    numbered = report(ExecType.NEW, report_seq=9)
    assert read(after(*PART), numbered) == (
        ev.ReportIgnored(*first(), "NEW", None, "already acknowledged", venue_seq=9, is_dated=True),
    )
    # Said again later it counts from then on.
    take(order, read(order, report(ExecType.NEW, transact_time_ns=T0 + 15)))
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 14))) == ["ReportIgnored"]
    # What is older is no news.
    assert read(order, report(ExecType.NEW, transact_time_ns=T0 + 10)) == (
        ignored(report(ExecType.NEW), "already acknowledged"),
    )


@pytest.mark.parametrize(
    ("mark", "exec_type"),
    [
        pytest.param(make(ev.OrderSuspended, venue_ns=T0), ExecType.SUSPENDED, id="a halt"),
        pytest.param(make(ev.OrderCalculated, venue_ns=T0), ExecType.CALCULATED, id="end-of-day figures"),
        pytest.param(make(ev.OrderDoneForDay, venue_ns=T0), ExecType.DONE_FOR_DAY, id="the end of the day"),
    ],
)
def test_a_mark_that_is_set_again_later_outlives_what_cleared_it_in_between(
    mark: ev.OrderEvent, exec_type: ExecType
) -> None:
    order = after(*LIVE, mark)
    said = report(exec_type, transact_time_ns=T0 + 20)

    noted = ev.ReportIgnored(*first(), exec_type.name, None, "no news", T0 + 20, is_dated=True)
    assert read(order, said) == (noted,)
    take(order, (noted, make(ev.OrderRestated, venue_ns=T0 + 10)))
    assert {mark.value.upper() for mark in order.marks} == {exec_type.name.replace("_", " ")}


def test_what_is_set_again_leaves_the_other_marks() -> None:
    order = after(*LIVE, make(ev.OrderSuspended, venue_ns=T0), make(ev.OrderCalculated, venue_ns=T0))
    noted = ev.ReportIgnored(*first(), ExecType.SUSPENDED.name, None, "no news", T0 + 20, is_dated=True)
    before = order.marks
    assert take(order, (noted,)).marks == before
    assert len(before) == 2


def test_what_was_cleared_last_counts_whenever_it_is_heard_of() -> None:
    order = after(*LIVE, make(ev.OrderResumed, venue_ns=T0 + 20), make(ev.OrderRestated, venue_ns=T0 + 10))

    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 15))) == ["ReportIgnored"]
    assert told(read(order, report(ExecType.CALCULATED, transact_time_ns=T0 + 15))) == ["OrderCalculated"]


SHOWN_AS_WORKING: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any], bool]]] = {
    "at some time": (LIVE, {"transact_time_ns": T0}, True),
    "by some number": (LIVE, {"report_seq": 4}, True),
    "at no time": (LIVE, {}, False),
    "at no time, of an order that is held back": ((*LIVE, make(ev.OrderSuspended)), {}, True),
    "as suspended": ((*LIVE, make(ev.OrderSuspended)), {"ord_status": OrdStatus.SUSPENDED, "report_seq": 4}, False),
}  # fmt: skip


@pytest.mark.parametrize(("way", "fields", "is_resumed"), SHOWN_AS_WORKING.values(), ids=SHOWN_AS_WORKING)
def test_a_replaced_order_that_is_shown_as_working_is_not_held_back_at_that_time(
    way: tuple[ev.OrderEvent, ...], fields: dict[str, Any], is_resumed: bool
) -> None:
    said = {"cl_ord_id": THEIRS, "order_qty": d(150), "ord_status": OrdStatus.NEW, **fields}

    (replaced,) = read(after(*way), report(ExecType.REPLACED, **said))[:1]

    assert isinstance(replaced, ev.OrderReplaced)
    assert replaced.is_resumed is is_resumed


def test_a_halt_of_a_filled_order_that_is_over_is_no_news() -> None:
    order = after(*FULL, make(ev.OrderResumed, venue_ns=T0 + 10))

    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 9))) == ["ReportIgnored"]


def test_a_guarantee_of_the_same_time_stands() -> None:
    order = after(*LIVE, make(ev.OrderStopped, last_qty=d(20), venue_ns=T0 + 10))

    assert told(read(order, report(ExecType.STOPPED, last_qty=d(10), transact_time_ns=T0 + 10))) == [
        "OrderStopped"
    ]


def test_an_older_guarantee_takes_no_newer_one_back() -> None:
    order = after(*LIVE, make(ev.OrderStopped, last_qty=d(20), venue_ns=T0 + 10))
    said = report(ExecType.STOPPED, last_qty=d(10), transact_time_ns=T0 + 9)

    assert read(order, said) == (ignored(said, "older than what is in force"),)


def test_what_holds_a_filled_order_back_is_noted_and_shows_when_the_fill_is_busted() -> None:
    said = report(ExecType.SUSPENDED, transact_time_ns=T0, exec_id=ExecId("s"))
    order = after(*FULL)

    events = read(order, said)

    text = "SUSPENDED for an order of which all 100 executed"
    marking = ev.OrderSuspended(*first(), "", ExecId("s"), T0)
    assert events == (marking, set_aside(CODE.ILLEGAL_IN_STATE, text, said, 1))
    take(order, events)
    assert these(order.status) == (OrdStatus.FILLED,)
    take(order, (make(ev.TradeCanceled, old_qty=d(100)),))
    assert these(order.status) == (OrdStatus.SUSPENDED,)


@pytest.mark.parametrize(
    "fields", [{}, {"transact_time_ns": T0 + 10}], ids=["at no time", "at the time of the halt"]
)
def test_where_nothing_tells_if_a_halt_is_over_it_is_asked_for(fields: dict[str, Any]) -> None:
    said = report(ExecType.NEW, **fields)

    text = "NEW cannot be ordered against what was said before; not applied"
    assert read(after(*halted()), said) == (
        ignored(said, "already acknowledged"),
        set_aside(CODE.UNORDERED, text, said, 1),
    )


STANDING: Final = (
    *PART,
    make(ev.OrderSuspended, venue_ns=T0 + 10),
    make(ev.OrderStopped, venue_ns=T0 + 10),
    make(ev.OrderCalculated, venue_ns=T0 + 10),
    make(ev.OrderDoneForDay, venue_ns=T0 + 10, is_over=True),
)


def test_a_restatement_from_after_the_marks_makes_the_order_work_again() -> None:
    order = after(*STANDING, make(ev.OrderRestated, venue_ns=T0 + 11))

    assert these(order.marks, order.leaves_qty) == ({Mark.STOPPED}, 60)


def test_a_restatement_from_before_the_marks_leaves_them_and_the_order_over() -> None:
    order = after(*STANDING, make(ev.OrderRestated, venue_ns=T0 + 9, order_qty=d(90)))

    assert order.marks == {Mark.SUSPENDED, Mark.STOPPED, Mark.CALCULATED, Mark.DONE_FOR_DAY}
    assert these(order.order_qty, order.leaves_qty, order.status) == (90, 0, OrdStatus.DONE_FOR_DAY)


def test_an_execution_clears_none_of_them() -> None:
    order = after(*STANDING, make(ev.Traded, exec_id="x2", transact_time_ns=T0 + 20))

    assert order.marks == {Mark.SUSPENDED, Mark.STOPPED, Mark.CALCULATED, Mark.DONE_FOR_DAY}
    assert these(order.cum_qty, order.leaves_qty) == (80, 0)


REPLACED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], OrdStatus | None, bool]]] = {
    "shown as new": ((*LIVE, make(ev.OrderSuspended)), OrdStatus.NEW, True),
    "shown as partly filled": ((*PART, make(ev.OrderDoneForDay)), OrdStatus.PARTIALLY_FILLED, True),
    "stopped, shown as new": ((*LIVE, make(ev.OrderStopped)), OrdStatus.NEW, True),
    "shown as nothing": ((*LIVE, make(ev.OrderSuspended)), None, False),
    "shown as suspended": ((*LIVE, make(ev.OrderSuspended)), OrdStatus.SUSPENDED, False),
    "with no mark": (LIVE, OrdStatus.NEW, False),
    "with another mark": ((*LIVE, make(ev.OrderCalculated)), OrdStatus.NEW, False),
}


@pytest.mark.parametrize(("way", "shown_as", "is_resumed"), REPLACED.values(), ids=REPLACED)
def test_a_replaced_order_that_is_shown_as_working_works_again(
    way: tuple[ev.OrderEvent, ...], shown_as: OrdStatus | None, is_resumed: bool
) -> None:
    order = after(*way, make(ev.ReplaceRequested))
    said = report(ExecType.REPLACED, cl_ord_id=REPLACE_ID, ord_status=shown_as)

    (event,) = read(order, said)

    assert isinstance(event, ev.OrderReplaced)
    assert event.is_resumed is is_resumed
    marks = order.marks
    take(order, (event,))
    assert order.marks == (frozenset() if is_resumed else marks)


def test_a_replace_that_resumes_brings_back_what_was_over() -> None:
    order = after(*STANDING, make(ev.OrderReplaced, is_resumed=True, venue_ns=T0 + 11))

    assert these(order.marks, order.leaves_qty) == ({Mark.CALCULATED}, 60)
    # What the venue said before that is no news.
    old = report(ExecType.SUSPENDED, transact_time_ns=T0 + 10)
    assert read(order, old) == (ignored(old, "older than what is in force"),)


def test_a_replace_from_before_the_end_of_the_day_leaves_the_order_over() -> None:
    order = after(*STANDING, make(ev.OrderReplaced, is_resumed=True, venue_ns=T0 + 9, order_qty=d(90)))

    assert order.marks == {Mark.SUSPENDED, Mark.STOPPED, Mark.CALCULATED, Mark.DONE_FOR_DAY}
    assert these(order.order_qty, order.leaves_qty) == (90, 0)


def test_an_older_word_does_not_take_back_when_the_order_was_said_to_work() -> None:
    # A replace is taken by the chain, whatever its time.
    order = after(
        *LIVE,
        make(ev.OrderReplaced, is_resumed=True, venue_ns=T0 + 20),
        make(ev.OrderReplaced, is_resumed=True, venue_ns=T0 + 5),
    )
    old = report(ExecType.SUSPENDED, transact_time_ns=T0 + 10)

    assert read(order, old) == (ignored(old, "older than what is in force"),)


def test_a_later_word_moves_on_when_the_order_was_said_to_work() -> None:
    order = after(*LIVE, make(ev.OrderRestated, venue_ns=T0 + 10), make(ev.OrderRestated, venue_ns=T0 + 20))
    old = report(ExecType.SUSPENDED, transact_time_ns=T0 + 15)

    assert read(order, old) == (ignored(old, "older than what is in force"),)


@pytest.mark.parametrize("ended", [ev.OrderCanceled, ev.OrderExpired], ids=lambda kind: kind.__name__)
def test_an_end_ends_what_was_said_later_too(ended: type[ev.OrderEvent]) -> None:
    order = after(
        *LIVE,
        make(ev.OrderSuspended, venue_ns=T0 + 20, venue_seq=5),
        make(ev.OrderStopped, venue_ns=T0 + 20),
        make(ended, venue_ns=T0 + 10, venue_seq=4),
    )

    assert order.marks == frozenset()
    assert order.is_ended


def test_of_very_many_reports_the_old_ones_are_forgotten() -> None:
    def halt(number: int) -> ExecutionReport:
        return report(ExecType.TRIGGERED, exec_id=ExecId(f"r{number}"), transact_time_ns=T0)

    order = after(*LIVE)
    for number in range(MAX_SEEN):
        take(order, (make(ev.OrderTriggered, exec_id=ExecId(f"r{number}"), venue_ns=T0),))
    assert read(order, halt(0)) == (ignored(halt(0), "repeat of a known report"),)

    take(order, read(order, halt(MAX_SEEN)))
    assert told(read(order, halt(0))) != ["ReportIgnored"]
    assert read(order, halt(MAX_SEEN)) == (ignored(halt(MAX_SEEN), "repeat of a known report"),)


def test_the_mark_of_elsewhere_goes_with_the_replace() -> None:
    order = after(
        *LIVE, make(ev.OrderPendingReplace, cl_ord_id=None), make(ev.OrderPendingCancel, cl_ord_id=None)
    )
    assert order.status is OrdStatus.PENDING_CANCEL

    take(order, (make(ev.OrderReplaced, cl_ord_id=THEIRS, order_qty=d(90)),))
    assert order.marks == {Mark.PENDING_CANCEL}


# ---------------------------------------------------------------- being priced


def test_an_order_that_is_being_priced_is_shown_as_that_and_nothing_else() -> None:
    order = after(*SENT, make(ev.OrderAcceptedForBidding))
    assert these(order.status, order.leaves_qty) == (OrdStatus.ACCEPTED_FOR_BIDDING, 100)

    take(order, (make(ev.OrderAcknowledged),))
    assert (order.status, order.marks) == (OrdStatus.NEW, frozenset())


def test_the_figures_stay_when_a_calculated_order_ends() -> None:
    order = after(*STANDING, make(ev.OrderCanceled))

    assert these(order.marks, order.status, order.leaves_qty) == (
        {Mark.CALCULATED},
        OrdStatus.CALCULATED,
        ZERO,
    )


# ---------------------------------------------------------------- the first acknowledgement, and what comes after the end

ACKNOWLEDGED_AT: Final[dict[str, tuple[dict[str, Any], dict[str, Any], bool]]] = {
    "an older halt": ({"transact_time_ns": T0 + 10}, {"transact_time_ns": T0 + 9}, False),
    "an older halt by its number": ({"report_seq": 3}, {"report_seq": 2}, False),
    "a newer halt": ({"transact_time_ns": T0 + 10}, {"transact_time_ns": T0 + 11}, True),
    "a halt of the same time": ({"transact_time_ns": T0 + 10}, {"transact_time_ns": T0 + 10}, True),
    "a halt of no time": ({"transact_time_ns": T0 + 10}, {}, True),
    "a newer halt by its number": ({"report_seq": 3}, {"report_seq": 4}, True),
    "one that shows it as suspended": (
        {"transact_time_ns": T0 + 10, "ord_status": OrdStatus.SUSPENDED},
        {"transact_time_ns": T0 + 9},
        True,
    ),
}


@pytest.mark.parametrize(("new", "halt", "holds"), ACKNOWLEDGED_AT.values(), ids=ACKNOWLEDGED_AT)
def test_a_halt_from_before_the_first_acknowledgement_that_is_heard_does_not_hold(
    new: dict[str, Any], halt: dict[str, Any], holds: bool
) -> None:
    order = after(*SENT)
    take(order, read(order, report(ExecType.NEW, **new)))
    said = report(ExecType.SUSPENDED, **halt)

    events = read(order, said)

    assert told(events) == (["OrderSuspended"] if holds else ["ReportIgnored"])
    take(order, events)
    assert order.status is (OrdStatus.SUSPENDED if holds else OrdStatus.NEW)


@pytest.mark.parametrize("unit", ["transact_time_ns", "report_seq"])
@pytest.mark.parametrize("heard", list(permutations(range(3))), ids=str)
def test_a_halt_that_is_over_comes_to_the_same_end_in_every_order(heard: tuple[int, ...], unit: str) -> None:
    kinds = (ExecType.NEW, ExecType.SUSPENDED, ExecType.NEW)
    order = after(*SENT)

    for place in heard:
        take(order, read(order, report(kinds[place], **{unit: place + 1})))

    assert (order.status, order.leaves_qty) == (OrdStatus.NEW, d(100))


def test_a_first_acknowledgement_says_when_it_was_said() -> None:
    order = after(*SENT)
    acknowledged = ev.OrderAcknowledged(*first(), None, None, T0 + 10, 4)

    assert read(order, report(ExecType.NEW, transact_time_ns=T0 + 10, report_seq=4)) == (acknowledged,)
    strange = report(ExecType.NEW, transact_time_ns=T0 + 10, report_seq=4, order_qty=d(0))
    assert read(order, strange)[0] == acknowledged
    # A status answer shows an order as it is, and resumes none.
    shown = report(ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW, transact_time_ns=T0 + 10, report_seq=4)
    assert read(order, shown) == (ev.OrderAcknowledged(*first(), None),)


def test_an_acknowledgement_that_brings_the_total_late_says_when_too() -> None:
    order = after(*PART)
    said = report(ExecType.NEW, order_qty=d(90), transact_time_ns=T0 + 10, report_seq=4)
    assert read(order, said) == (ev.OrderAcknowledged(*first(), None, d(90), T0 + 10, 4),)
    shown = report(ExecType.NEW, order_qty=d(90), report_seq=4, ord_status=OrdStatus.SUSPENDED)
    assert read(order, shown) == (ev.OrderAcknowledged(*first(), None, d(90)),)


def test_of_two_acknowledgements_the_later_word_counts() -> None:
    order = after(
        *SENT,
        make(ev.OrderAcknowledged, venue_ns=T0 + 10),
        make(ev.OrderAcknowledged, order_qty=d(90), venue_ns=T0 + 5),
        make(ev.OrderAcknowledged, order_qty=d(80)),
    )
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 9))) == ["ReportIgnored"]
    take(order, (make(ev.OrderAcknowledged, order_qty=d(70), venue_ns=T0 + 12),))
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 11))) == ["ReportIgnored"]
    assert told(read(order, report(ExecType.SUSPENDED, transact_time_ns=T0 + 12))) == ["OrderSuspended"]


def test_a_first_acknowledgement_is_held_against_nothing_but_a_halt() -> None:
    order = after(*SENT, make(ev.OrderAcknowledged, venue_ns=T0 + 10))

    for exec_type in (ExecType.CALCULATED, ExecType.STOPPED, ExecType.DONE_FOR_DAY):
        assert told(read(order, report(exec_type, transact_time_ns=T0 + 9))) != ["ReportIgnored"]


LATE: Final = [
    ExecType.NEW, ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE, ExecType.DONE_FOR_DAY, ExecType.SUSPENDED,
    ExecType.STOPPED, ExecType.TRIGGERED,
]  # fmt: skip
ENDED: Final = {
    "canceled": (*LIVE, make(ev.OrderCanceled, venue_ns=T0 + 10, venue_seq=5)),
    "expired": (*LIVE, make(ev.OrderExpired, venue_ns=T0 + 10, venue_seq=5)),
}
STALE: Final[dict[str, tuple[dict[str, Any], bool]]] = {
    "by its time": ({"transact_time_ns": T0 + 9}, True),
    "by its number": ({"report_seq": 4}, True),
    "at the same time": ({"transact_time_ns": T0 + 10}, False),
    "later": ({"report_seq": 6}, False),
    "at no time": ({}, False),
}


@pytest.mark.parametrize(("fields", "is_stale"), STALE.values(), ids=STALE)
@pytest.mark.parametrize("way", ENDED.values(), ids=ENDED)
@pytest.mark.parametrize("exec_type", LATE, ids=lambda kind: kind.name)
def test_what_was_said_before_the_end_is_late_and_no_anomaly(
    exec_type: ExecType, way: tuple[ev.OrderEvent, ...], fields: dict[str, Any], is_stale: bool
) -> None:
    order = after(*way)
    said = report(exec_type, **fields)

    text = f"{exec_type.name} for an order that is {order.life.value} with 0 left"
    expected = (
        ignored(said, "older than the end") if is_stale else set_aside(CODE.ILLEGAL_IN_STATE, text, said)
    )
    assert read(order, said) == (expected,)


@pytest.mark.parametrize("end", [ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected])
@pytest.mark.parametrize("when", [{"venue_ns": T0 + 10}, {"venue_seq": 4}], ids=["by time", "by number"])
def test_the_acknowledgement_of_an_ended_order_is_known_when_it_comes_again(
    end: type[ev.OrderEvent], when: dict[str, int]
) -> None:
    order = after(*SENT, make(ev.OrderAcknowledged, **when), make(end))
    fields = {"transact_time_ns": when.get("venue_ns"), "report_seq": when.get("venue_seq")}
    said = report(ExecType.NEW, **fields)

    assert read(order, said) == (ignored(said, "already acknowledged"),)
    assert told(read(order, report(ExecType.NEW))) == ["ILLEGAL_IN_STATE"]
    assert told(read(order, report(ExecType.NEW, transact_time_ns=T0 + 11))) == ["ILLEGAL_IN_STATE"]


@pytest.mark.parametrize(("fields", "is_stale"), STALE.values(), ids=STALE)
@pytest.mark.parametrize("way", ENDED.values(), ids=ENDED)
def test_figures_from_before_the_end_show_whichever_is_heard_first(
    way: tuple[ev.OrderEvent, ...], fields: dict[str, Any], is_stale: bool
) -> None:
    order = after(*way)
    said = report(ExecType.CALCULATED, **fields)
    straight = after(*LIVE, make(ev.OrderCalculated), way[-1])
    ended = order.status

    events = read(order, said)

    assert told(events) == (["OrderCalculated"] if is_stale else ["ILLEGAL_IN_STATE"])
    take(order, events)
    assert (order.life, order.leaves_qty) == (straight.life, ZERO)
    assert order.status is (straight.status if is_stale else ended)


def test_the_figures_of_a_rejected_order_are_set_aside() -> None:
    order = after(*SENT, make(ev.OrderRejected))

    assert told(read(order, report(ExecType.CALCULATED, transact_time_ns=T0))) == ["ILLEGAL_IN_STATE"]

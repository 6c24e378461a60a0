"""What the venue has busted for good: it stays lost, unless the total was said anew after that."""
# ruff: noqa: ANN401  # the fields of events and reports are of any kind
# pyright: reportPrivateUsage=false

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve

from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.invariants import check_order
from oms.lifecycle.losses import lost_there
from oms.model import events as ev
from oms.model.enums import ExecType, Life, OrdStatus
from oms.model.ids import ExecId
from oms.model.reports import ExecutionReport
from tests.unit.journals import T0, make
from tests.unit.lifecycle.readings import LIVE, PART, after, d, read, report, take, these, told

LATER: Final[dict[str, Any]] = {"venue_ns": T0 + 20}
BUST: Final = make(ev.TradeCanceled, exec_id=ExecId("h1"), reopens=False, **LATER)
LESS: Final = make(ev.TradeCorrected, exec_id=ExecId("g1"), last_qty=d(30), reopens=False, **LATER)


def total(kind: type[ev.OrderEvent] = ev.OrderRestated, **said: Any) -> ev.OrderEvent:
    return make(kind, order_qty=d(100), **said)


LEFT: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], int]]] = {
    "a bust, and an older total": ((BUST, total(venue_ns=T0 + 19)), 60),
    "a bust, and a newer total": ((BUST, total(venue_ns=T0 + 21)), 100),
    "a bust, and a total of the same time": ((BUST, total(venue_ns=T0 + 20)), 100),
    "a bust, and a total of no time": ((BUST, total()), 100),
    "a bust, and a replacement from before it": ((BUST, total(ev.OrderReplaced, venue_ns=T0 + 19)), 60),
    "a bust, and one that was overtaken": (
        (BUST, total(ev.OrderReplaced, venue_ns=T0 + 19, is_overtaken=True)),
        60,
    ),
    "a bust, and an answer that shows it": (
        (BUST, total(ev.OrderReplaced, venue_ns=T0 + 21, lost_qty=d(40))),
        60,
    ),
    "a bust, and an answer that shows nothing lost": ((BUST, total(venue_ns=T0 + 21, lost_qty=d(0))), 100),
    "a bust, and an answer that shows it, and a newer total": (
        (BUST, total(venue_ns=T0 + 21, lost_qty=d(40)), total(venue_ns=T0 + 22)),
        100,
    ),
    "what a correction has taken off": ((LESS, total(venue_ns=T0 + 19)), 60),
    "the older of two losses": (
        (
            make(ev.Traded, exec_id=ExecId("x2"), last_qty=d(20)),
            make(ev.TradeCanceled, exec_ref_id=ExecId("x2"), old_qty=d(20), reopens=False, venue_ns=T0 + 10),
            BUST,
            total(venue_ns=T0 + 15),
        ),
        60,
    ),
}


@pytest.mark.parametrize(("events", "left"), LEFT.values(), ids=LEFT)
def test_what_is_left_counts_what_was_lost_after_the_total_was_said(
    events: tuple[ev.OrderEvent, ...], left: int
) -> None:
    order = after(*PART, *events)

    assert these(order.leaves_qty) == (left,)
    assert check_order(order) == ()


def test_what_was_lost_counts_by_a_split_that_is_heard_of_later() -> None:
    split = make(ev.OrderRestated, order_qty=d(200), split_new=d(2), split_old=d(1), venue_ns=T0 + 10)
    order = after(*PART, LESS, split)

    # 30 of the 40 stand and count for 60, the other 10 are 20 that are lost.
    assert these(order.cum_qty, order.leaves_qty, order._lost_qty) == (60, 120, 20)
    assert check_order(order) == ()


def test_what_is_taken_for_lost_must_be_what_was_lost_one_by_one() -> None:
    order = after(*PART, BUST)
    order._lost_qty += 1

    assert any("41 are taken for lost, one by one they are 40" in what for what in check_order(order))


REPLACE: Final = make(ev.ReplaceRequested, order_qty=d(150))
SHOWN: Final[dict[str, tuple[dict[str, Any], int | None, int]]] = {
    "all but what was lost": ({"leaves_qty": d(110)}, 40, 110),
    "all of it": ({"leaves_qty": d(150)}, 0, 150),
    "nothing": ({"leaves_qty": d(0)}, 150, 0),
    "more than there is": ({"leaves_qty": d(151)}, None, 150),
    "no word of it": ({}, None, 150),
    "no number": ({"leaves_qty": d("NaN")}, None, 150),
    "another count": ({"leaves_qty": d(110), "cum_qty": d(40)}, None, 150),
    "of one that is decided on": ({"leaves_qty": d(110), "ord_status": OrdStatus.DONE_FOR_DAY}, None, 150),
}


@pytest.mark.parametrize(("fields", "lost", "left"), SHOWN.values(), ids=SHOWN)
def test_what_an_answer_shows_as_left_tells_if_a_loss_came_after_the_total(
    fields: dict[str, Any], lost: int | None, left: int
) -> None:
    order = after(*PART, REPLACE, BUST)
    shown = {"ord_status": OrdStatus.NEW, "order_qty": d(150), "cum_qty": d(0), "transact_time_ns": T0 + 30}
    said = report(ExecType.ORDER_STATUS, **{"cl_ord_id": REPLACE.cl_ord_id, **shown, **fields})

    events = read(order, said)
    (replaced,) = (event for event in events if isinstance(event, ev.OrderReplaced))

    assert these(replaced.lost_qty) == (lost,)
    assert these(take(order, events).leaves_qty) == (left,)
    assert check_order(order) == ()


def test_where_nothing_was_lost_an_answer_says_nothing_of_it() -> None:
    shown = {
        "ord_status": OrdStatus.PARTIALLY_FILLED,
        "order_qty": d(150),
        "cum_qty": d(40),
        "leaves_qty": d(100),
    }
    said = report(ExecType.ORDER_STATUS, cl_ord_id=REPLACE.cl_ord_id, transact_time_ns=T0 + 30, **shown)
    events = read(after(*PART, REPLACE), said)
    assert [event.lost_qty for event in events if isinstance(event, ev.OrderReplaced)] == [None]


def test_an_answer_that_a_newer_total_has_overtaken_says_nothing_of_what_was_lost() -> None:
    order = after(*PART, REPLACE, BUST, total(venue_ns=T0 + 40, lost_qty=d(40)))
    shown = {"ord_status": OrdStatus.NEW, "order_qty": d(150), "cum_qty": d(0), "leaves_qty": d(70)}
    said = report(ExecType.ORDER_STATUS, cl_ord_id=REPLACE.cl_ord_id, transact_time_ns=T0 + 30, **shown)
    events = read(order, said)
    found = [(event.is_overtaken, event.lost_qty) for event in events if isinstance(event, ev.OrderReplaced)]
    assert found == [(True, None)]
    assert these(take(order, events).leaves_qty) == (60,)


SAID: Final[dict[str, tuple[dict[str, Any], bool]]] = {
    "before it": ({"transact_time_ns": T0 + 19}, False),
    "after it": ({"transact_time_ns": T0 + 21}, False),
    "at the same time": ({"transact_time_ns": T0 + 20}, True),
    "at no time": ({}, True),
}


@pytest.mark.parametrize(("fields", "is_unclear"), SAID.values(), ids=SAID)
@pytest.mark.parametrize("exec_type", [ExecType.RESTATED, ExecType.REPLACED], ids=lambda kind: kind.name)
def test_where_nothing_tells_if_a_loss_is_part_of_the_total_the_broker_is_asked(
    exec_type: ExecType, fields: dict[str, Any], is_unclear: bool
) -> None:
    order = after(*PART, BUST)

    events = told(read(order, report(exec_type, order_qty=d(100), **fields)))

    assert ("UNORDERED" in events) is is_unclear
    assert "UNORDERED" not in told(read(after(*PART), report(exec_type, order_qty=d(100), **fields)))


# ---------------------------------------------------------------- the end that comes with an execution


def index_of(*executions: ev.OrderEvent) -> ExecutionIndex:
    index = ExecutionIndex()
    for one in executions:
        if isinstance(one, ev.Traded):
            index.put(one.exec_id, one)
        elif isinstance(one, ev.TradeCanceled | ev.TradeCorrected):
            index.amend(one)
    return index


def numbered(number: int, **fields: Any) -> ev.Traded:
    """A fill of the rest that has a number and no time."""
    return make(
        ev.Traded,
        exec_id=ExecId("x1"),
        last_qty=d(60),
        transact_time_ns=0,
        sequence=109,
        venue_seq=number,
        **fields,
    )


def corrected(**fields: Any) -> ev.OrderEvent:
    """The correction of a fill of the rest from 70, itself the last thing that was said."""
    return make(
        ev.TradeCorrected, exec_id=ExecId("g1"), exec_ref_id=ExecId("x1"), last_qty=d(60), old_qty=d(70),
        trade_sequence=109, venue_seq=9, **fields,
    )  # fmt: skip


def filled(qty: int, ns: int, exec_id: str = "x1") -> ev.OrderEvent:
    return make(
        ev.Traded, exec_id=ExecId(exec_id), last_qty=d(qty), transact_time_ns=ns, sequence=ns - T0 + 100
    )


def busted(qty: int, of: ev.OrderEvent, ns: int) -> ev.OrderEvent:
    assert isinstance(of, ev.Traded)
    fields = {"exec_ref_id": of.exec_id, "old_qty": d(qty), "transact_time_ns": of.transact_time_ns}
    return make(
        ev.TradeCanceled, exec_id=ExecId(f"h{ns - T0}"), reopens=False, venue_ns=ns, trade_sequence=of.sequence, **fields
    )  # fmt: skip


EARLY, SAME, LATE = filled(60, T0 + 1), filled(60, T0 + 5), filled(60, T0 + 9)

NUMBERED: Final = {"transact_time_ns": None, "trade_date": "20260105", "report_seq": 5}

# An execution of 40 of 100 at T0 + 5 that is shown as canceled; what is known before it is heard; is it the end?
ENDS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any], bool]]] = {
    "nothing else": ((), {}, True),
    "an earlier fill of the rest": ((EARLY,), {}, False),
    "a fill of the rest at the same time": ((SAME,), {}, False),
    "a later fill of the rest": ((LATE,), {}, True),
    "a later fill of the rest, at no time": ((LATE,), {"transact_time_ns": None, "trade_date": "20260105"}, False),
    "a fill of the rest of a later number": ((numbered(6),), NUMBERED, True),
    "a fill of the rest of an earlier number": ((numbered(4),), NUMBERED, False),
    "a fill of the rest of no number": ((numbered(0),), NUMBERED, False),
    "a fill of the rest of a later number, corrected": (
        (evolve(numbered(6), last_qty=d(70)), corrected(trade_venue_seq=6)), NUMBERED, True,
    ),
    "a fill of the rest of an earlier number, corrected": (
        (evolve(numbered(4), last_qty=d(70)), corrected(trade_venue_seq=4)), NUMBERED, False,
    ),
    "a later fill of the rest, counted": ((LATE,), {"transact_time_ns": None, "cum_qty": d(40)}, True),
    "a later fill of the rest, which the count has": ((LATE,), {"cum_qty": d(100)}, False),
    "an earlier fill of the rest, busted for good later": ((EARLY, busted(60, EARLY, T0 + 9)), {}, False),
    "an earlier fill of the rest, busted for good before": ((EARLY, busted(60, EARLY, T0 + 3)), {}, False),
    "a later fill of the rest, busted for good": ((LATE, busted(60, LATE, T0 + 12)), {}, True),
    "a bust for good later, counted": (
        (filled(30, T0 + 1), busted(30, filled(30, T0 + 1), T0 + 9)), {"cum_qty": d(70)}, True,
    ),
    "a bust for good before, counted": ((EARLY, busted(60, EARLY, T0 + 3)), {"cum_qty": d(40)}, False),
    "a bust for good, at no time": ((EARLY, busted(60, EARLY, T0 + 3)), {"transact_time_ns": None}, False),
}  # fmt: skip


@pytest.mark.parametrize(("known", "fields", "is_end"), ENDS.values(), ids=ENDS)
def test_an_end_with_an_execution_is_one_if_something_was_left_by_then(
    known: tuple[ev.OrderEvent, ...], fields: dict[str, Any], is_end: bool
) -> None:
    order = after(*PART[:-1], *known)
    said = report(
        ExecType.TRADE,
        **{
            "exec_id": ExecId("x9"), "last_qty": d(40), "last_px": d(100), "transact_time_ns": T0 + 5,
            "ord_status": OrdStatus.CANCELED, **fields,
        },
    )  # fmt: skip

    assert ("OrderCanceled" in told(read(order, said, index_of(*known)))) is is_end


def test_an_order_that_is_over_ends_by_an_execution_that_is_shown_as_its_end() -> None:
    order = after(*PART, make(ev.OrderDoneForDay, is_over=True))
    said = report(
        ExecType.TRADE, exec_id=ExecId("x9"), last_qty=Decimal(10), last_px=d(100), transact_time_ns=T0,
        ord_status=OrdStatus.EXPIRED,
    )  # fmt: skip

    assert told(read(order, said)) == ["Traded", "LATE_EXECUTION", "OrderExpired"]


def trade_of(exec_id: str, qty: int, number: int, **fields: Any) -> ExecutionReport:
    return report(
        ExecType.TRADE, exec_id=ExecId(exec_id), last_qty=d(qty), last_px=d(100), trade_date="20260105", report_seq=number,
        **fields,
    )  # fmt: skip


FIRST: Final = trade_of("a1", 40, 5, ord_status=OrdStatus.CANCELED)
SECOND: Final = trade_of("a2", 60, 6)
CORRECTION: Final = report(
    ExecType.TRADE_CORRECT, exec_id=ExecId("g2"), exec_ref_id=ExecId("a2"), last_qty=d(50), last_px=d(100), report_seq=7,
    trade_date="20260105",
)  # fmt: skip
CORRECTED_AGAIN: Final = evolve(
    CORRECTION, exec_id=ExecId("g3"), exec_ref_id=ExecId("g2"), last_qty=d(60), report_seq=8
)


@pytest.mark.parametrize("heard", [(0, 1, 2, 3), (1, 0, 2, 3), (1, 2, 0, 3), (1, 2, 3, 0)], ids=str)
def test_numbers_alone_tell_the_end_with_an_execution_from_what_came_after_it(heard: tuple[int, ...]) -> None:
    order, index = after(*LIVE), ExecutionIndex()

    reports = (FIRST, SECOND, CORRECTION, CORRECTED_AGAIN)
    for place in heard:
        events = read(order, reports[place], index)
        take(order, events)
        for event in events:
            if isinstance(event, ev.Traded):
                index.put(event.exec_id, event)
            elif isinstance(event, ev.TradeCorrected):
                index.amend(event)

    assert (order.life, order.cum_qty, order.leaves_qty) == (Life.CANCELED, d(100), d(0))


TWO: Final = make(ev.Traded, exec_id=ExecId("x2"), last_qty=d(20))
LOST_TWO: Final = make(
    ev.TradeCanceled, exec_id=ExecId("h2"), exec_ref_id=ExecId("x2"), old_qty=d(20), reopens=False, **LATER
)
"""20 of 60 are busted for good: 40 have executed, 20 are lost, and 40 of the 100 are left."""

TOLD: Final[dict[str, tuple[dict[str, Any], int | None]]] = {
    "what is left, all but what was lost": ({}, 20),
    "all of it, nothing lost": ({"leaves_qty": d(60)}, 0),
    "more than that": ({"leaves_qty": d(61)}, None),
    "nothing": ({"leaves_qty": d(0)}, 60),
    "less than nothing": ({"leaves_qty": d(-1)}, None),
    "no word of it": ({"leaves_qty": None}, None),
    "another count": ({"cum_qty": d(60)}, None),
    "no word of the count": ({"cum_qty": None}, None),
    "a count that is no number": ({"cum_qty": d("NaN")}, None),
    "a count that signals": ({"cum_qty": d("sNaN")}, None),
    "a report of what has just happened": ({"exec_type": ExecType.NEW}, None),
}


@pytest.mark.parametrize(("fields", "lost"), TOLD.values(), ids=TOLD)
def test_what_an_answer_shows_as_left_of_an_order_that_has_executed(
    fields: dict[str, Any], lost: int | None
) -> None:
    shown = {"exec_type": ExecType.ORDER_STATUS, "cum_qty": d(40), "leaves_qty": d(40), **fields}
    said = report(shown.pop("exec_type"), **shown)
    assert these(lost_there(after(*PART, TWO, LOST_TWO), said, d(100))) == (lost,)


def test_that_nothing_is_lost_leaves_no_loss() -> None:
    order = after(*PART, BUST, total(venue_ns=T0 + 21, lost_qty=d(0)))
    assert order._losses == ()
    order = after(*PART, BUST, total(venue_ns=T0 + 21, lost_qty=d(40)))
    assert order._losses == ((T0 + 21, 0, d(40), T0 + 21, "", 1),)


def test_what_an_answer_without_a_time_shows_as_lost_is_split_with_the_order() -> None:
    split = make(
        ev.OrderRestated,
        order_qty=d(200),
        split_new=d(2),
        trade_date="20260106",
        sequence=9,
        time_ns=T0 + 86_400 * 10**9,
    )
    order = after(*PART, BUST, total(lost_qty=d(40), sequence=8), split)
    assert order._losses == ()
    order = after(*PART, BUST, total(lost_qty=d(40), sequence=8), evolve(split, lost_qty=d(80)))
    assert these(order._lost_qty, order.leaves_qty) == (80, 120)


def test_without_times_a_loss_of_the_same_moment_had_happened_when_an_end_was_said() -> None:
    at_once: dict[str, Any] = {"transact_time_ns": T0 + 5}
    order = after(
        *PART[:-1],
        make(ev.Traded, **at_once),
        make(ev.TradeCanceled, exec_id=ExecId("h1"), reopens=False, **at_once),
    )
    last: dict[str, Any] = {
        "exec_id": ExecId("x3"),
        "last_qty": d(60),
        "last_px": d(100),
        "ord_status": OrdStatus.CANCELED,
    }
    assert told(read(order, report(ExecType.TRADE, **last, **at_once))) == ["Traded"]
    earlier = report(ExecType.TRADE, **last, transact_time_ns=T0 + 4)
    assert told(read(order, earlier)) == ["Traded", "OrderCanceled"]

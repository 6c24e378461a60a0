"""Busts and corrections: along their chain, once, and kept where the execution is not known yet."""
# ruff: noqa: ANN401  # the fields of reports are of any kind

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.execution_index import Execution, ExecutionIndex
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, Side
from oms.model.ids import Account, ExecId, OrderId, Symbol
from oms.model.reports import ExecutionReport
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, VenueProfile
from tests.unit.journals import T0, make
from tests.unit.lifecycle.readings import (
    PAPER,
    PART,
    after,
    d,
    envelope,
    first,
    ignored,
    read,
    report,
    set_aside,
    these,
    told,
)

CODE = AnomalyCode
DAY, NEXT_DAY = "20260105", "20260106"
WHOSE: Final = (Symbol("AAPL"), Side.BUY, Account("main"), PAPER)
X1, G1, G2, H1 = ExecId("x1"), ExecId("g1"), ExecId("g2"), ExecId("h1")
TRADED: Final = make(ev.Traded, sequence=6, transact_time_ns=T0)  # x1: 40 at 189.50
CORRECTED: Final = make(
    ev.TradeCorrected,
    exec_id=G1,
    last_qty=d(30),
    last_px=d(189),
    transact_time_ns=T0,
    venue_ns=T0 + 10,
    trade_sequence=6,
)
BUSTED: Final = make(ev.TradeCanceled, exec_id=H1, transact_time_ns=T0, venue_ns=T0 + 10, trade_sequence=6)


def index_of(*said: Execution) -> ExecutionIndex:
    index = ExecutionIndex()
    for each in said:
        if isinstance(each, ev.Traded):
            index.put(each.exec_id, each)
        else:
            index.amend(each)
    return index


def bust(ref: str | None = "x1", **fields: Any) -> ExecutionReport:
    named = {"exec_id": ExecId("h9"), "exec_ref_id": None if ref is None else ExecId(ref), "trade_date": DAY}
    return report(ExecType.TRADE_CANCEL, **{**named, **fields})


def correction(ref: str | None = "x1", **fields: Any) -> ExecutionReport:
    usual = {"exec_id": ExecId("g9"), "last_qty": d(20), "last_px": d(188)}
    return attrs.evolve(bust(ref), **{"exec_type": ExecType.TRADE_CORRECT, **usual, **fields})


def amends(
    said: ExecutionReport, *known: Execution, profile: VenueProfile = FIX_BROKER
) -> tuple[ev.Event, ...]:
    return read(after(*PART), said, index_of(*known), profile)


# ---------------------------------------------------------------- what is news


def test_a_bust_takes_back_what_the_execution_was() -> None:
    canceled = ev.TradeCanceled(
        *first(), ExecId("h9"), X1, *WHOSE, d(40), d("189.50"), DAY, "8=FIX", T0, True, T0 + 50, 0, 6
    )

    # What it says of its own size is not looked at: it is often 0 (FIX J.1.a).
    for qty, px in ((d(0), None), (d(7), d(1))):
        said = bust(last_qty=qty, last_px=px, transact_time_ns=T0 + 50, raw="8=FIX")
        assert amends(said, TRADED) == (canceled,)


def test_a_correction_gives_the_execution_a_new_size_and_price() -> None:
    said = correction(transact_time_ns=T0 + 50, raw="8=FIX")

    assert amends(said, TRADED) == (
        ev.TradeCorrected(
            *first(),
            ExecId("g9"),
            X1,
            *WHOSE,
            d(20),
            d(188),
            d(40),
            d("189.50"),
            DAY,
            "8=FIX",
            T0,
            True,
            T0 + 50,
            0,
            6,
        ),
    )


def test_an_amendment_belongs_to_the_day_of_the_execution_whenever_it_comes() -> None:
    began, event = amends(bust(trade_date=NEXT_DAY), TRADED)

    assert began == ev.OrderDayBegan(*first(), NEXT_DAY)
    assert isinstance(event, ev.TradeCanceled)
    assert (event.trade_date, event.transact_time_ns, event.venue_ns) == (DAY, T0, 0)


@pytest.mark.parametrize("ref", ["x1", "g1"], ids=["its first identity", "that of its correction"])
def test_an_amendment_of_a_corrected_execution_takes_back_what_it_was_corrected_to(ref: str) -> None:
    (event,) = amends(bust(ref), TRADED, CORRECTED)

    assert isinstance(event, ev.TradeCanceled)
    assert these(event.old_qty, event.old_px, event.exec_ref_id) == (30, 189, ref)


def test_of_an_exec_id_that_was_used_on_two_days_the_one_of_the_day_is_meant() -> None:
    tuesday = attrs.evolve(TRADED, sequence=7, trade_date=NEXT_DAY, last_qty=d(7))
    by_time = bust(trade_date=None, transact_time_ns=T0 + 86_400_000_000_000)

    by_earlier_time = bust(trade_date=None, transact_time_ns=T0 + 50)

    for said, qty in ((bust(), 40), (bust(trade_date=NEXT_DAY), 7), (by_time, 7), (by_earlier_time, 40)):
        event = amends(said, TRADED, tuesday)[-1]
        assert isinstance(event, ev.TradeCanceled)
        assert event.old_qty == qty


# ---------------------------------------------------------------- does it work again

OPENS: Final[dict[str, tuple[dict[str, Any], VenueProfile, bool]]] = {
    "nothing said, where filled orders re-open": ({}, FIX_BROKER, True),
    "nothing said, where they do not": ({}, EXCHANGE, False),
    "no number left": ({"leaves_qty": d("NaN")}, EXCHANGE, False),
    "something left": ({"leaves_qty": d(1)}, EXCHANGE, True),
    "nothing left": ({"leaves_qty": d(0)}, FIX_BROKER, False),
    "something left, no number counted": ({"leaves_qty": d(1), "cum_qty": d("NaN")}, EXCHANGE, True),
    "nothing left, no number counted": ({"leaves_qty": d(0), "cum_qty": d("NaN")}, FIX_BROKER, False),
    "all of the total left": ({"leaves_qty": d(100), "cum_qty": d(0)}, EXCHANGE, True),
    "less than the total left": ({"leaves_qty": d(60), "cum_qty": d(0)}, FIX_BROKER, False),
    "all of the total that it says": (
        {"leaves_qty": d(60), "cum_qty": d(20), "order_qty": d(80)}, EXCHANGE, True,
    ),
    "less than the total that it says": (
        {"leaves_qty": d(60), "cum_qty": d(40), "order_qty": d(120)}, FIX_BROKER, False,
    ),
    "a total that is no number": (
        {"leaves_qty": d(60), "cum_qty": d(40), "order_qty": d("NaN")}, EXCHANGE, True,
    ),
}  # fmt: skip


SAID_ANEW: Final[dict[str, tuple[ev.OrderEvent, dict[str, Any], bool]]] = {
    "before the total was said": (make(ev.OrderReplaced, venue_ns=T0 + 60), {"transact_time_ns": T0 + 50}, True),
    "before it, by number": (
        make(ev.OrderReplaced, venue_ns=T0 + 40, venue_seq=3), {"transact_time_ns": T0 + 50, "report_seq": 2}, True,
    ),
    "before the venue said it itself": (
        make(ev.OrderRestated, venue_ns=T0 + 60), {"transact_time_ns": T0 + 50}, True,
    ),
    "after it": (make(ev.OrderReplaced, venue_ns=T0 + 40), {"transact_time_ns": T0 + 50}, False),
    "at the same time": (make(ev.OrderReplaced, venue_ns=T0 + 50), {"transact_time_ns": T0 + 50}, False),
    "at no time": (make(ev.OrderReplaced, venue_ns=T0 + 60), {}, False),
}  # fmt: skip


@pytest.mark.parametrize(("total", "fields", "reopens"), SAID_ANEW.values(), ids=SAID_ANEW)
def test_what_was_lost_before_the_total_was_said_anew_is_no_part_of_it(
    total: ev.OrderEvent, fields: dict[str, Any], reopens: bool
) -> None:
    (event,) = read(after(*PART, total), bust(**fields), index_of(TRADED), EXCHANGE)

    assert isinstance(event, ev.TradeCanceled)
    assert event.reopens is reopens


@pytest.mark.parametrize(("fields", "profile", "reopens"), OPENS.values(), ids=OPENS)
def test_what_is_taken_back_works_again_by_the_reports_own_numbers_and_else_by_the_profile(
    fields: dict[str, Any], profile: VenueProfile, reopens: bool
) -> None:
    for said in (bust(**fields), correction(**fields)):
        (event,) = amends(said, TRADED, profile=profile)
        assert isinstance(event, ev.TradeCanceled | ev.TradeCorrected)
        assert event.reopens is reopens


# ---------------------------------------------------------------- what does not fit

SENSELESS: Final[dict[str, tuple[ExecutionReport, str]]] = {
    "a bust without an identity": (
        bust(exec_id=None), "a bust or correction needs an exec_id and an exec_ref_id: None, 'x1'",
    ),
    "a bust of nothing": (bust(None), "a bust or correction needs an exec_id and an exec_ref_id: 'h9', None"),
    "a correction of an empty name": (
        correction(""), "a bust or correction needs an exec_id and an exec_ref_id: 'g9', ''",
    ),
    "a correction without a size": (
        correction(last_qty=None), "a correction needs a last_qty above zero and a last_px: None, Decimal('188')",
    ),
    "a correction to nothing": (
        correction(last_qty=d(0)),
        "a correction needs a last_qty above zero and a last_px: Decimal('0'), Decimal('188')",
    ),
    "a correction to no number": (
        correction(last_qty=d("NaN")),
        "a correction needs a last_qty above zero and a last_px: Decimal('NaN'), Decimal('188')",
    ),
    "a correction without a price": (
        correction(last_px=None), "a correction needs a last_qty above zero and a last_px: Decimal('20'), None",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "text"), SENSELESS.values(), ids=SENSELESS)
def test_an_amendment_that_makes_no_sense_is_set_aside(said: ExecutionReport, text: str) -> None:
    assert amends(said, TRADED) == (set_aside(CODE.MALFORMED, text, said),)


@pytest.mark.parametrize("said", [bust(), correction()], ids=["a bust", "a correction"])
def test_an_amendment_of_an_execution_that_is_not_known_yet_is_kept(said: ExecutionReport) -> None:
    text = "exec_ref_id 'x1' is no execution of this order that is known; kept until it is"

    assert amends(said) == (
        set_aside(CODE.UNKNOWN_EXECUTION, text, said),
        ev.ReportHeld(*envelope(1), PAPER, OrderId(1), said, "execution x1"),
    )


def test_an_execution_of_another_order_is_not_waited_for() -> None:
    said = bust()

    assert amends(said, attrs.evolve(TRADED, order_id=OrderId(2))) == (
        set_aside(CODE.UNKNOWN_EXECUTION, "exec_ref_id 'x1' is an execution of order 2", said),
    )


def test_an_execution_of_another_order_on_another_day_is_another_execution() -> None:
    theirs = attrs.evolve(TRADED, order_id=OrderId(2), trade_date=NEXT_DAY)

    assert told(amends(bust(), theirs)) == ["UNKNOWN_EXECUTION", "ReportHeld"]


def test_an_amendment_of_another_order_under_the_same_name_is_flagged() -> None:
    said = bust(exec_id=H1)
    text = "exec_id 'h1' said something else before than that it amends 'x1'"
    theirs = attrs.evolve(BUSTED, order_id=OrderId(2), exec_ref_id=ExecId("x7"))

    assert amends(said, TRADED, theirs) == (set_aside(CODE.CONFLICTING_REPEAT, text, said),)


def test_the_same_words_about_another_order_are_another_amendment() -> None:
    said = bust(exec_id=H1)
    text = "exec_id 'h1' said something else before than that it amends 'x1'"
    known = index_of(TRADED)
    known.put(H1, attrs.evolve(BUSTED, order_id=OrderId(2)))

    assert read(after(*PART), said, known) == (set_aside(CODE.CONFLICTING_REPEAT, text, said),)


@pytest.mark.parametrize(
    "said", [bust(trade_date=None), correction(trade_date=None)], ids=["a bust", "a correction"]
)
def test_an_amendment_at_no_time_is_one_of_the_execution_that_it_names(said: ExecutionReport) -> None:
    (event,) = amends(said, TRADED)

    assert isinstance(event, ev.TradeCanceled | ev.TradeCorrected)
    assert these(event.old_qty, event.trade_date, event.venue_ns) == (40, DAY, 0)


@pytest.mark.parametrize(
    "said", [bust(), bust("h1"), correction()], ids=["a bust", "of the bust", "a correction"]
)
def test_what_was_busted_is_not_amended_again(said: ExecutionReport) -> None:
    text = f"execution {said.exec_ref_id!r} was busted by 'h1' before"

    assert amends(said, TRADED, BUSTED) == (set_aside(CODE.UNKNOWN_EXECUTION, text, said),)


# ---------------------------------------------------------------- repeats, and what comes out of order

REPEATS: Final[dict[str, tuple[ExecutionReport, Execution]]] = {
    "a bust": (bust(exec_id=H1), BUSTED),
    "a bust, on another day": (bust(exec_id=H1, trade_date="20260102"), BUSTED),
    "a correction": (correction(exec_id=G1, last_qty=d(30), last_px=d(189)), CORRECTED),
}


@pytest.mark.parametrize(("said", "known"), REPEATS.values(), ids=REPEATS)
def test_an_amendment_that_is_known_is_no_news(said: ExecutionReport, known: Execution) -> None:
    assert amends(said, TRADED, known) == (ignored(said, "repeat of a known bust or correction"),)


def test_a_correction_that_was_corrected_in_turn_is_known_still() -> None:
    said = correction(exec_id=G1, last_qty=d(30), last_px=d(189))
    was = {"exec_ref_id": G1, "old_qty": d(30), "old_px": d(189), "trade_sequence": 6}
    second = make(ev.TradeCorrected, exec_id=G2, last_qty=d(25), **was)

    assert amends(said, TRADED, CORRECTED, second) == (ignored(said, "repeat of a known bust or correction"),)
    busted = make(ev.TradeCanceled, exec_id=H1, **was)
    assert amends(said, TRADED, CORRECTED, busted) == (ignored(said, "repeat of a known bust or correction"),)


CONFLICTS: Final[dict[str, tuple[ExecutionReport, Execution]]] = {
    "an execution": (bust(exec_id=X1), TRADED),
    "an execution, and it does not say on which day": (bust(exec_id=X1, trade_date=None), TRADED),
    "an execution of a day that was not told": (bust(exec_id=X1), attrs.evolve(TRADED, trade_date="")),
    "a correction and not a bust": (bust(exec_id=G1, last_qty=d(30), last_px=d(189)), CORRECTED),
    "a bust and not a correction": (correction(exec_id=H1), BUSTED),
    "a bust of another execution": (bust("x2", exec_id=H1), BUSTED),
    "a correction to another size": (correction(exec_id=G1, last_qty=d(31), last_px=d(189)), CORRECTED),
    "a correction to another price": (correction(exec_id=G1, last_qty=d(30), last_px=d(190)), CORRECTED),
    "a correction of another execution": (
        correction("x2", exec_id=G1, last_qty=d(30), last_px=d(189)),
        CORRECTED,
    ),
}


@pytest.mark.parametrize(("said", "known"), CONFLICTS.values(), ids=CONFLICTS)
def test_an_exec_id_that_said_something_else_before_is_flagged(
    said: ExecutionReport, known: Execution
) -> None:
    text = f"exec_id {said.exec_id!r} said something else before than that it amends {said.exec_ref_id!r}"

    assert amends(said, TRADED, known) == (set_aside(CODE.CONFLICTING_REPEAT, text, said),)


def test_an_amendment_may_have_the_exec_id_that_another_execution_had_on_its_day() -> None:
    monday = attrs.evolve(TRADED, sequence=5, exec_id=ExecId("x2"), last_qty=d(7))

    began, event = amends(bust(exec_id=ExecId("x2"), trade_date=NEXT_DAY), TRADED, monday)

    assert began == ev.OrderDayBegan(*first(), NEXT_DAY)
    assert isinstance(event, ev.TradeCanceled)
    assert these(event.exec_id, event.exec_ref_id, event.old_qty, event.trade_sequence) == ("x2", "x1", 40, 6)
    # Heard again, on whichever day, it is known; what the execution was stays as it was.
    again = bust(exec_id=ExecId("x2"), trade_date="20260107")
    assert amends(again, TRADED, monday, event)[-1] == attrs.evolve(
        ignored(again, "repeat of a known bust or correction"), sequence=8
    )
    (taken,) = amends(bust("x2"), TRADED, monday, event)
    assert isinstance(taken, ev.TradeCanceled)
    assert these(taken.old_qty, taken.trade_sequence) == (7, 5)


def test_an_amendment_is_known_though_an_execution_of_the_day_has_its_exec_id_too() -> None:
    again = bust(exec_id=H1, trade_date=NEXT_DAY)
    tuesday = attrs.evolve(TRADED, sequence=9, exec_id=H1, trade_date=NEXT_DAY)

    known = ignored(again, "repeat of a known bust or correction")
    assert amends(again, TRADED, BUSTED, tuesday)[-1] == attrs.evolve(known, sequence=8)


def test_of_two_corrections_by_the_first_identity_the_later_one_stands() -> None:
    said = correction(transact_time_ns=T0 + 9)

    assert amends(said, TRADED, CORRECTED) == (ignored(said, "older than correction g1"),)


LATER: Final[dict[str, ExecutionReport]] = {
    "at a later time": correction(transact_time_ns=T0 + 11),
    "by the identity of the correction, which must have come first": correction(
        "g1", transact_time_ns=T0 + 9
    ),
}


@pytest.mark.parametrize("said", LATER.values(), ids=LATER)
def test_a_later_correction_of_a_correction_is_taken(said: ExecutionReport) -> None:
    (event,) = amends(said, TRADED, attrs.evolve(CORRECTED, sequence=8, trade_sequence=6))

    assert isinstance(event, ev.TradeCorrected)
    assert these(event.old_qty, event.last_qty, event.trade_sequence) == (30, 20, 6)


UNORDERED: Final[dict[str, ExecutionReport]] = {
    "at the same time": correction(transact_time_ns=T0 + 10),
    "at no time": correction(),
}


@pytest.mark.parametrize("said", UNORDERED.values(), ids=UNORDERED)
def test_of_two_corrections_that_cannot_be_ordered_the_second_is_taken_and_flagged(
    said: ExecutionReport,
) -> None:
    event, flag = amends(said, TRADED, CORRECTED)

    assert isinstance(event, ev.TradeCorrected)
    assert these(event.old_qty, event.last_qty) == (30, 20)
    text = "TRADE_CORRECT cannot be ordered against what was said before; taken as it came"
    assert flag == set_aside(CODE.UNORDERED, text, said, 1)


def test_an_older_amendment_than_the_execution_itself_is_taken() -> None:
    assert told(amends(correction(transact_time_ns=T0 - 1), TRADED)) == ["TradeCorrected"]

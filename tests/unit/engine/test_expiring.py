"""Orders that expire: by a session that opens or closes, or by the clock; and what is asked where nothing is heard."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, SessionPhase
from oms.model.ids import ExecId, OrderId
from oms.model.reasons import ReasonCode
from oms.model.reports import ExecutionReport, Found
from oms.model.requests import OrderStatusRequest
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market, Stop, Terms
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    OPG,
    Day,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
    in_words,
)
from oms.model.venue_profile import FIX_BROKER
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import CAN_MORE, T0, S
from tests.unit.engine.desk import DATE, OFF, PAPER, TIMEOUT_NS, Desk, kinds, request_id

REAL = {"paper": evolve(CAN_MORE, simulated=False)}
SIMULATED = {"paper": CAN_MORE}
OPEN, CLOSED = SessionPhase.OPEN, SessionPhase.CLOSED
ONE_MINUTE = GoodTillTime(T0 + 60 * S)


def working(tif: TimeInForce, can: Any = REAL) -> Desk:
    """A desk with a working order for 100 AAPL that is good for so long."""
    desk = Desk(can=can)
    desk.submit(tif=tif)
    desk.say(ExecType.NEW)
    return desk


def session(desk: Desk, phase: SessionPhase, day: str = DATE) -> list[str]:
    """Say that the session of a day opens or closes now, and give what follows."""
    return kinds(desk.tell(SessionChange(desk.now_ns, phase, day)))[1:]


def wait(desk: Desk, seconds: int) -> tuple[ev.Event, ...]:
    """Let time pass, and give what follows."""
    desk.now_ns += seconds * S
    return desk.tell(TimerDue())


def assert_told_again(desk: Desk) -> None:
    """A replay of the journal and a snapshot come to the same state."""
    replayed = Engine({}, default_handlers())
    replayed.replay(desk.journal)
    state = State()
    load(dump(desk.engine.state, Positions()), state, Positions())
    wanted = describe(desk.engine.state)
    assert describe(replayed.state) == wanted
    assert describe(state) == wanted


# Time in force, and what it is after a close on the day before its own, and after one on its own day.
BY_CLOSE: list[tuple[TimeInForce, str, Life]] = [
    (DAY, DATE, Life.EXPIRED),
    (CLS, DATE, Life.EXPIRED),
    (GFA, DATE, Life.EXPIRED),
    (GTC, DATE, Life.LIVE),
    (OPG, DATE, Life.LIVE),
    (GoodTillDate(DATE), "20260102", Life.LIVE),
    (GoodTillDate(DATE), DATE, Life.EXPIRED),
    (GoodTillDate(DATE), "20260107", Life.EXPIRED),
    (ONE_MINUTE, DATE, Life.EXPIRED),
    (GoodTillTime(T0 + 60 * S + 1), DATE, Life.LIVE),
]


@pytest.mark.parametrize(("tif", "day", "life"), BY_CLOSE, ids=str)
def test_a_close_ends_what_is_not_good_beyond_it(tif: TimeInForce, day: str, life: Life) -> None:
    desk = working(tif)
    desk.now_ns += 60 * S
    session(desk, CLOSED, day)
    assert desk.order().life is life
    assert_told_again(desk)


def test_day_orders_are_not_alive_three_days_later() -> None:
    desk = working(DAY)
    session(desk, CLOSED)
    desk.now_ns += 3 * 86_400 * S
    session(desk, OPEN, "20260108")
    assert (desk.order().life, desk.order().status) == (Life.EXPIRED, OrdStatus.EXPIRED)


@pytest.mark.parametrize("tif", [DAY, CLS, GFA, GoodTillDate(DATE)], ids=in_words)
@pytest.mark.parametrize("can", [REAL, SIMULATED], ids=["real", "simulated"])
def test_what_was_placed_after_a_close_is_not_ended_as_that_is_heard_of(can: Any, tif: TimeInForce) -> None:
    desk = Desk(can=can)
    closed_ns = desk.now_ns
    desk.now_ns += S
    desk.submit(tif=tif)
    desk.say(ExecType.NEW)
    assert kinds(desk.tell(SessionChange(closed_ns, CLOSED, DATE)))[1:] == []
    assert desk.order().life is Life.LIVE
    assert_told_again(desk)


@pytest.mark.parametrize("tif", [DAY, GoodTillDate(DATE)], ids=in_words)
def test_what_was_placed_at_the_very_time_of_a_close_goes_by_whether_that_was_known(tif: TimeInForce) -> None:
    for waits, is_ended in ((0, True), (1, False)):
        desk = working(tif)
        closed_ns = desk.now_ns
        desk.now_ns += waits
        desk.tell(SessionChange(closed_ns, CLOSED, DATE))
        assert (desk.order().life is Life.EXPIRED) is is_ended


def test_an_order_for_the_opening_that_was_placed_after_one_waits_for_the_next() -> None:
    desk = Desk(can=REAL)
    opened_ns = desk.now_ns
    desk.now_ns += S
    desk.submit(tif=OPG)
    desk.say(ExecType.NEW)
    desk.tell(SessionChange(opened_ns, OPEN, DATE))
    assert wait(desk, 3_600) == ()
    assert session(desk, CLOSED) == []
    assert desk.order().life is Life.LIVE


@pytest.mark.parametrize("tif", [DAY, CLS, GoodTillDate(DATE)], ids=in_words)
def test_a_close_does_not_end_what_may_be_good_for_longer_by_now_but_has_it_asked(tif: TimeInForce) -> None:
    desk = working(tif)
    desk.replace(time_in_force=GTC)
    assert session(desk, CLOSED) == []
    assert desk.order().life is Life.LIVE
    assert_told_again(desk)
    # Beside the question about the replace, which is in doubt by then.
    assert "AnomalyRaised" in kinds(wait(desk, 30))
    assert_told_again(desk)


def test_a_replace_that_has_made_it_good_for_longer_ends_the_watch() -> None:
    desk = working(DAY)
    desk.replace(time_in_force=GTC)
    session(desk, CLOSED)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert wait(desk, 3_600) == ()
    assert desk.order().time_in_force == GTC
    assert desk.order().life is Life.LIVE
    assert_told_again(desk)


def test_an_order_for_a_day_that_is_past_ends_as_a_later_one_opens() -> None:
    desk = working(GoodTillDate(DATE))
    assert session(desk, OPEN, DATE) == []
    assert session(desk, OPEN, "20260106") == ["OrderExpired"]
    assert desk.order().text == "the session opened"


def test_our_clock_ends_nothing_at_a_venue_but_has_it_asked() -> None:
    desk = working(ONE_MINUTE)
    assert desk.next_due_ns == T0 + 60 * S + TIMEOUT_NS
    assert wait(desk, 60) == ()
    raised, asked = wait(desk, 30)
    assert isinstance(raised, ev.AnomalyRaised)
    assert (raised.code, raised.order_id) == (AnomalyCode.EXPIRY_OVERDUE, OrderId(1))
    assert (
        raised.text
        == "GTD 2026-01-05 14:31:00.000 UTC: it should have expired at 2026-01-05 14:31:00.000 UTC"
    )
    assert isinstance(asked, ev.OrderStatusRequested)
    assert isinstance(desk.sent[-1], OrderStatusRequest)
    assert desk.order().life is Life.LIVE
    assert_told_again(desk)
    # It is said once, however long it takes.
    assert wait(desk, 3_600) == ()


def test_what_the_venue_answers_then_ends_the_order() -> None:
    desk = working(ONE_MINUTE)
    wait(desk, 90)
    said = ExecutionReport(
        ExecType.ORDER_STATUS,
        cl_ord_id=request_id(1),
        ord_status=OrdStatus.EXPIRED,
        leaves_qty=0 * desk.order().order_qty,
    )
    desk.answer(Found(said))
    assert desk.order().life is Life.EXPIRED
    assert_told_again(desk)


def test_a_venue_that_says_itself_that_it_has_expired_is_not_asked() -> None:
    desk = working(ONE_MINUTE)
    desk.now_ns += 60 * S
    desk.say(ExecType.EXPIRED, exec_id=ExecId("e1"))
    assert wait(desk, 3_600) == ()
    assert desk.order().life is Life.EXPIRED
    assert desk.next_due_ns is None
    assert_told_again(desk)


def test_at_a_simulated_venue_the_clock_ends_what_the_venue_knows_of_no_more() -> None:
    desk = working(ONE_MINUTE, SIMULATED)
    assert wait(desk, 89) == ()
    (expired,) = wait(desk, 1)
    assert isinstance(expired, ev.OrderExpired)
    assert expired.text == "its time in force has passed"
    assert_told_again(desk)


def test_seconds_count_from_when_the_order_is_placed() -> None:
    desk = working(GoodForTime("0.3"))
    assert desk.next_due_ns == T0 + 300_000_000 + TIMEOUT_NS


def test_an_order_of_which_nothing_was_heard_by_its_time_is_in_doubt_and_not_expired() -> None:
    desk = Desk(can=SIMULATED)
    desk.submit(tif=ONE_MINUTE)
    assert kinds(wait(desk, 30)) == ["RequestInDoubt", "OrderStatusRequested"]
    assert "AnomalyRaised" in kinds(wait(desk, 60))
    assert desk.order().life is Life.SENT
    assert session(desk, CLOSED) == []
    assert_told_again(desk)


def test_an_order_that_a_bust_brings_back_is_looked_at_again() -> None:
    desk = working(ONE_MINUTE)
    desk.trade("x1", 100, trade_date=DATE)
    assert wait(desk, 90) == ()
    assert desk.order().is_closed
    desk.say(
        ExecType.TRADE_CANCEL,
        exec_id=ExecId("x2"),
        exec_ref_id=ExecId("x1"),
        trade_date=DATE,
        transact_time_ns=T0,
    )
    assert not desk.order().is_closed
    assert_told_again(desk)
    assert "AnomalyRaised" in kinds(wait(desk, 0))


@pytest.mark.parametrize("tif", [OPG, GFA], ids=in_words)
def test_after_an_opening_the_venue_says_what_became_of_the_orders_for_it(tif: TimeInForce) -> None:
    desk = working(tif)
    assert session(desk, OPEN) == []
    assert_told_again(desk)
    assert [type(event) for event in wait(desk, 30)] == [ev.AnomalyRaised, ev.OrderStatusRequested]
    assert session(desk, CLOSED) == ["OrderExpired"]


def test_an_order_for_the_opening_that_came_too_late_for_one_waits_for_the_next() -> None:
    desk = Desk(can=REAL)
    session(desk, OPEN)
    desk.submit(tif=OPG)
    desk.say(ExecType.NEW)
    assert session(desk, CLOSED) == []
    assert wait(desk, 3_600) == ()
    assert session(desk, OPEN, "20260106") == []
    assert session(desk, CLOSED, "20260106") == ["OrderExpired"]


@pytest.mark.parametrize("tif", [OPG, GFA], ids=in_words)
def test_a_simulated_opening_has_been_held_when_it_is_heard_of(tif: TimeInForce) -> None:
    desk = working(tif, SIMULATED)
    assert session(desk, OPEN) == ["OrderExpired"]
    assert_told_again(desk)


def test_another_time_in_force_counts_from_when_the_venue_grants_it() -> None:
    desk = working(ONE_MINUTE)
    desk.replace(time_in_force=GoodForTime(300))
    desk.now_ns += 50 * S
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert desk.order().time_in_force == GoodForTime(300)
    assert wait(desk, 300) == ()
    assert_told_again(desk)
    assert kinds(wait(desk, 30)) == ["AnomalyRaised", "OrderStatusRequested"]


def test_a_time_in_force_without_an_instant_ends_the_watch() -> None:
    desk = working(ONE_MINUTE)
    desk.replace(time_in_force=GTC)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert wait(desk, 3_600) == ()
    assert_told_again(desk)


def test_a_restart_at_any_moment_looks_at_the_same_orders() -> None:
    desk = working(ONE_MINUTE)
    again = Engine(dict.fromkeys([PAPER], REAL["paper"]), default_handlers())
    again.replay(desk.journal)
    begun = again.handle(Start("desk", TIMEOUT_NS, OFF, ()), T0 + 200 * S)
    assert "AnomalyRaised" in kinds(tuple(begun.events))
    # Nobody is connected yet while it starts: the question follows.
    assert [type(request) for request in again.handle(TimerDue(), T0 + 200 * S).requests] == [
        OrderStatusRequest
    ]


IN_THE_PAST = [
    (GoodTillTime(T0), "GTD 2026-01-05 14:30:00.000 UTC", "an instant after 2026-01-05 14:30:00 UTC"),
    (GoodTillDate("20260103"), "GTD 2026-01-03", "20260104 or a later day"),
]


@pytest.mark.parametrize(("tif", "value", "allowed"), IN_THE_PAST, ids=["time", "date"])
def test_what_is_past_already_is_refused(tif: TimeInForce, value: str, allowed: str) -> None:
    desk = Desk(can=REAL)
    desk.submit(tif=tif)
    (reason,) = desk.order().reasons
    assert (reason.code, reason.field) == (ReasonCode.IN_THE_PAST, "time_in_force")
    assert (reason.value, reason.allowed) == (value, allowed)


@pytest.mark.parametrize("terms", [Limit(100), Stop(105)], ids=["native", "held"])
def test_a_day_before_the_one_of_the_session_is_past_already(terms: Terms) -> None:
    desk = Desk(can={"paper": PLAIN})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))

    # By the clock alone the day could still be that of a session west of Greenwich.
    desk.submit(tif=GoodTillDate("20260105"), terms=terms)
    desk.submit(tif=GoodTillDate("20260106"), terms=terms)

    (reason,) = desk.order().reasons
    assert (reason.code, reason.allowed) == (ReasonCode.IN_THE_PAST, "20260106 or a later day")
    assert desk.order(2).reasons == ()
    (denied,) = desk.replace(2, time_in_force=GoodTillDate("20260105"))
    assert isinstance(denied, ev.ReplaceDenied)


PLAIN = Capabilities(
    order_types=frozenset((Limit, tif) for tif in (Day, GoodTillDate)) | {(Market, GoodTillDate)},
    amendable=frozenset({"order_qty", "price", "time_in_force"}),
    profile=FIX_BROKER,
)


def test_what_is_past_already_is_refused_in_a_replace_too() -> None:
    desk = working(GTC)
    (denied,) = desk.replace(time_in_force=GoodTillTime(T0 - 1))
    assert isinstance(denied, ev.ReplaceDenied)
    assert [reason.code for reason in denied.reasons] == [ReasonCode.IN_THE_PAST]


def test_a_time_in_force_that_the_venue_does_not_take_is_refused_with_what_it_takes() -> None:
    desk = Desk(
        can={"paper": evolve(CAN_MORE, order_types=frozenset({(Limit, type(DAY)), (Limit, type(FOK))}))}
    )
    desk.submit(tif=ONE_MINUTE)
    (reason,) = desk.order().reasons
    assert (reason.code, reason.field) == (ReasonCode.UNSUPPORTED, "terms and time_in_force")
    assert (reason.value, reason.allowed) == ("Limit GoodTillTime", "Limit Day, Limit FillOrKill")
    assert reason.venue == "paper"

"""An order that is worked here and is good for the day ends with it, whether or not anybody tells of sessions."""
# ruff: noqa: ANN401  # parameters are data of any kind

from __future__ import annotations

from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, SessionPhase
from oms.model.ids import ExecId, Symbol
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.model.work import WorkEnd
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, d
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS, request_id
from tests.unit.engine.test_parents import REAL, Work

NIGHT_S = 16 * 3600
CLOSED = "end_time: its session closed"

LONG = {"duration": 100_000, "limit_price": "100.01"}
KINDS: dict[str, dict[str, Any]] = {
    "twap": {**LONG, "slices": 10},
    "shortfall": {**LONG, "slices": 10, "urgency": 2},
    "pov": {**LONG, "participation_rate": "0.1"},
    "iceberg": {"limit_price": "100.01", "display_qty": 50},
    "sniper": {"limit_price": "99.00", "min_size": 5},
    "scale": {"limit_price": "100.01", "levels": 3, "first_price": "100.01", "step": "0.01"},
}
EVERY = [pytest.param(name, told, id=name) for name, told in KINDS.items()]


def session(
    work: Work, phase: SessionPhase, date: str = "20260105", symbol: str | None = None
) -> tuple[ev.Event, ...]:
    return work.tell(SessionChange(work.now_ns, phase, date, None if symbol is None else Symbol(symbol)))


def at_work(name: str, tif: TimeInForce = DAY, *, is_told: bool = True, **told: Any) -> Work:
    work = Work()
    if is_told:
        session(work, SessionPhase.OPEN)
    work.submit(qty=100, terms=Strategy(name, told), tif=tif)
    for number in range(1, len(work.sent) + 1):
        work.say(ExecType.NEW, cl_ord_id=request_id(number))
    return work


def news(work: Work) -> int:
    return sum(isinstance(one, NewOrderSingle) for one in work.sent)


@pytest.mark.parametrize(("name", "told"), EVERY)
def test_an_order_for_the_day_ends_as_its_session_closes(name: str, told: dict[str, Any]) -> None:
    work = at_work(name, **told)
    sent = news(work)
    work.wait(60)
    sent = news(work)
    for number in range(2, len(work.sent) + 1):
        work.say(ExecType.NEW, cl_ord_id=request_id(number))
    session(work, SessionPhase.CLOSED)
    assert (work.order().status, work.order().text) == (OrdStatus.EXPIRED, CLOSED)
    assert work.parent.stopped is WorkEnd.END_TIME
    work.wait(NIGHT_S)
    session(work, SessionPhase.OPEN, "20260106")
    work.quote()
    assert news(work) == sent
    assert work.next_due_ns is None


@pytest.mark.parametrize(("name", "told"), EVERY)
def test_one_till_canceled_goes_on_the_next_day(name: str, told: dict[str, Any]) -> None:
    work = at_work(name, GTC, **told)
    session(work, SessionPhase.CLOSED)
    work.wait(60)
    session(work, SessionPhase.OPEN, "20260106")
    assert not work.order().is_ended
    assert work.parent.stopped is None


def test_the_close_of_another_instrument_means_nothing() -> None:
    work = at_work("iceberg", **KINDS["iceberg"])
    session(work, SessionPhase.CLOSED, symbol="BTC-USD")
    assert work.parent.stopped is None
    session(work, SessionPhase.CLOSED, symbol="AAPL")
    assert work.order().status is OrdStatus.EXPIRED


def test_what_the_venue_never_confirmed_is_taken_back_before_it_ends() -> None:
    work = Work()
    session(work, SessionPhase.OPEN)
    work.submit(qty=100, terms=Strategy("iceberg", KINDS["iceberg"]))
    session(work, SessionPhase.CLOSED)
    assert work.order().status is OrdStatus.NEW
    assert isinstance(work.sent[-1], OrderCancelRequest)
    work.fill(1, 20)
    work.say(
        ExecType.CANCELED,
        cl_ord_id=request_id(2),
        orig_cl_ord_id=request_id(1),
        order_qty=d(50),
        cum_qty=d(20),
    )
    assert (work.order().status, work.order().cum_qty) == (OrdStatus.EXPIRED, d(20))


def test_one_that_comes_while_the_session_is_closed_waits_for_the_next_close() -> None:
    work = Work()
    session(work, SessionPhase.CLOSED)
    work.submit(qty=100, terms=Strategy("iceberg", KINDS["iceberg"]))
    assert work.parent.stopped is None
    work.wait(60)
    session(work, SessionPhase.OPEN, "20260106")
    work.quote()
    assert news(work) == 1
    work.say(ExecType.NEW)
    session(work, SessionPhase.CLOSED, "20260106")
    assert work.order().status is OrdStatus.EXPIRED


def test_a_close_that_nobody_told_of_is_known_by_the_next_day() -> None:
    work = at_work("twap", **KINDS["twap"])
    work.wait(NIGHT_S)
    session(work, SessionPhase.OPEN, "20260106")
    assert work.parent.stopped is WorkEnd.END_TIME


def test_the_same_session_told_again_ends_nothing() -> None:
    work = at_work("twap", **KINDS["twap"])
    work.wait(60)
    session(work, SessionPhase.OPEN)
    assert work.parent.stopped is None


def test_without_sessions_its_day_is_over_as_a_child_for_the_day_expires() -> None:
    work = at_work("iceberg", is_told=False, **KINDS["iceberg"])
    work.say(ExecType.EXPIRED)
    assert work.order().status is OrdStatus.EXPIRED
    assert work.order().text == "end_time: its day is over at a venue, where a child of it expired"
    assert news(work) == 1


def test_with_sessions_a_child_that_expires_within_one_is_placed_anew() -> None:
    work = at_work("iceberg", **KINDS["iceberg"])
    work.say(ExecType.EXPIRED)
    assert not work.order().is_ended
    assert news(work) == 1
    work.wait(1)
    assert news(work) == 2


def test_a_bust_after_the_close_has_nothing_sent_again() -> None:
    work = Work()
    session(work, SessionPhase.OPEN)
    work.submit(qty=50, terms=Strategy("iceberg", KINDS["iceberg"]))
    work.fill(1, 50, "100.01", "x1")
    work.wait(1)
    session(work, SessionPhase.CLOSED)
    work.wait(NIGHT_S)
    session(work, SessionPhase.OPEN, "20260106")
    work.say(
        ExecType.TRADE_CANCEL, exec_id=ExecId("b1"), exec_ref_id=ExecId("x1"), last_qty=d(50), last_px=d("100.01"),
        cum_qty=d(0), leaves_qty=d(0), order_qty=d(50),
    )  # fmt: skip
    work.quote()
    assert news(work) == 1
    assert work.order().status is OrdStatus.EXPIRED


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True], ids=["on its journal", "on a snapshot"])
def test_a_restart_over_the_close_ends_it(has_snapshot: bool) -> None:  # a case
    work = at_work("twap", **KINDS["twap"])
    begin_again(work, has_snapshot=has_snapshot)
    work.wait(60)
    session(work, SessionPhase.CLOSED)
    assert (work.order().status, work.order().text) == (OrdStatus.EXPIRED, CLOSED)
    begin_again(work, has_snapshot=has_snapshot)
    session(work, SessionPhase.OPEN, "20260106")
    work.quote()
    assert news(work) == 1


@pytest.mark.slow  # a snapshot is written and read
def test_a_restart_keeps_when_the_session_was_over() -> None:
    work = at_work("twap", **KINDS["twap"])
    session(work, SessionPhase.CLOSED)
    before = describe(work.engine.state)
    begin_again(work, has_snapshot=True, is_started=False)
    assert work.engine.state.sessions.closes == {None: work.now_ns}
    assert describe(work.engine.state) == before


def begin_again(work: Work, *, has_snapshot: bool, is_started: bool = True) -> None:
    """Another process takes over."""
    state = State()
    if has_snapshot:
        load(dump(work.engine.state, Positions()), state, Positions())
    work.engine = Engine({PAPER: REAL}, with_algorithms(), state)
    if not has_snapshot:
        work.engine.replay(work.journal)
    if is_started:
        work.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
        work.quote()

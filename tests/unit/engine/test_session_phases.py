"""How the sessions of instruments stand, as changes of all and of single ones are told."""

from __future__ import annotations

import pytest

from oms.model.enums import SessionPhase
from oms.model.ids import Symbol
from oms.model.sessions import SessionChange
from tests.fakes import T0
from tests.unit.engine.desk import SYMBOL, Desk

OPEN, HALTED, CLOSED = SessionPhase.OPEN, SessionPhase.HALTED, SessionPhase.CLOSED
OTHER = Symbol("OTHER")
DAY, NEXT = "20260105", "20260106"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], (False, False, "")),
        ([(HALTED, DAY, None)], (True, True, DAY)),
        ([(OPEN, DAY, None), (HALTED, DAY, None)], (True, True, DAY)),
        ([(HALTED, DAY, None), (OPEN, DAY, None)], (False, False, DAY)),
        ([(HALTED, DAY, None), (CLOSED, DAY, None)], (True, False, DAY)),
        ([(OPEN, DAY, None), (HALTED, DAY, SYMBOL)], (True, True, DAY)),
        ([(OPEN, DAY, None), (HALTED, DAY, OTHER)], (False, False, DAY)),
        ([(HALTED, DAY, None), (OPEN, DAY, SYMBOL)], (False, False, DAY)),
        ([(HALTED, DAY, None), (OPEN, DAY, OTHER)], (True, True, DAY)),
        ([(HALTED, DAY, SYMBOL), (OPEN, DAY, None)], (False, False, DAY)),
        ([(HALTED, DAY, SYMBOL), (HALTED, NEXT, None)], (True, True, NEXT)),
    ],
)
def test_how_the_session_of_an_instrument_stands(
    told: list[tuple[SessionPhase, str, Symbol | None]], expected: tuple[bool, bool, str]
) -> None:
    desk = Desk()
    for number, (phase, day, symbol) in enumerate(told):
        desk.tell(SessionChange(T0 - 10 + number, phase, day, symbol))
    sessions = desk.engine.state.sessions
    stands = sessions.is_closed(SYMBOL), sessions.has_break(SYMBOL), sessions.trade_date(SYMBOL)
    assert stands == expected
    last = sessions.last_change(SYMBOL)
    phase = HALTED if expected[1] else CLOSED if expected[0] else OPEN
    assert last is None if not told else last is not None and last.phase is phase


@pytest.mark.parametrize(
    ("told", "goes_on"),
    [
        ([], False),
        ([(OPEN, DAY)], True),
        ([(HALTED, DAY)], True),
        ([(CLOSED, DAY)], False),
        ([(HALTED, "20260102")], False),
        ([(OPEN, "20260102")], False),
    ],
    ids=[
        "nobody told",
        "told twice",
        "after a break",
        "after a close",
        "after a break of an earlier day",
        "a new day",
    ],
)
def test_what_opens_and_what_only_goes_on(told: list[tuple[SessionPhase, str]], *, goes_on: bool) -> None:
    desk = Desk()
    for phase, day in told:
        desk.tell(SessionChange(T0, phase, day))
    sessions = desk.engine.state.sessions
    assert sessions.goes_on_with(SessionChange(T0, OPEN, DAY), SYMBOL) is goes_on
    assert not sessions.goes_on_with(SessionChange(T0, HALTED, DAY), SYMBOL)
    assert not sessions.goes_on_with(SessionChange(T0, CLOSED, DAY), SYMBOL)


def test_the_day_is_over_as_the_next_ones_break_is_heard_of_and_no_close_was() -> None:
    desk = Desk()
    for phase, day in ((OPEN, DAY), (HALTED, DAY), (HALTED, NEXT)):
        assert desk.engine.state.sessions.over_ns(SYMBOL) == 0
        desk.tell(SessionChange(T0, phase, day))
    assert desk.engine.state.sessions.over_ns(SYMBOL) > 0

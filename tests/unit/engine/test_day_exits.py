"""Exits that are good for the day, at a venue that says that they have expired before anybody says that its session is closed."""

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.contingency import Arm
from oms.model.enums import AnomalyCode, ExecType, LegEnd, Life, SessionPhase
from oms.model.sessions import SessionChange
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, GTC, TimeInForce
from tests.fakes import CAN_MORE, T0
from tests.unit.engine.floor import Floor, simple


def stood(exit_tif: TimeInForce) -> Floor:
    """A bracket whose stop (2) lies at the venue, and whose target (3) is held here."""
    desk = Floor({"paper": CAN_MORE})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(exit_tif=exit_tif))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.news()
    return desk


@pytest.mark.parametrize("is_told_first", [True, False])
def test_the_day_of_an_exit_ends_with_that_of_its_sibling_at_the_venue(is_told_first: bool) -> None:
    desk = stood(DAY)
    closed = SessionChange(T0, SessionPhase.CLOSED, "20260105")

    if is_told_first:
        desk.tell(closed)
    desk.done(2, ExecType.EXPIRED)
    if not is_told_first:
        desk.tell(closed)

    assert (desk.news(), desk.waiting()) == ([], [])
    assert [desk.order(number).life for number in (2, 3)] == [Life.EXPIRED, Life.EXPIRED]
    assert [leg.end for leg in desk.engine.state.groups.by_id[1].legs[1:]] == [LegEnd.LOST, LegEnd.LOST]
    assert AnomalyCode.EXIT_LOST in [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_an_exit_that_is_good_for_longer_takes_the_turn_of_one_that_has_expired() -> None:
    desk = stood(GTC)

    desk.done(2, ExecType.EXPIRED)

    assert desk.news() == ["new 4: SELL 100 Limit"]
    assert desk.order(4).terms == Limit(110)


@pytest.mark.parametrize("is_told_first", [True, False])
def test_exits_that_are_first_placed_as_their_entry_expires_wait_for_the_next_session(
    is_told_first: bool,
) -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(arm=Arm.COMPLETE, exit_tif=DAY))
    desk.new(1)
    desk.fill(1, 40)
    desk.news()
    closed = SessionChange(T0, SessionPhase.CLOSED, "20260105")

    if is_told_first:
        desk.tell(closed)
    desk.done(1, ExecType.EXPIRED)
    desk.quote(110, 111)
    if not is_told_first:
        desk.tell(closed)
    assert (desk.news(), desk.waiting()) == ([], [])

    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert (desk.news(), desk.waiting()) == (["new 2: SELL 40 Stop"], [Limit(110)])
    desk.new(2)
    desk.done(2, ExecType.EXPIRED)
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260107"))
    assert (desk.news(), desk.waiting()) == ([], [])


@pytest.mark.parametrize(("exit_tif", "is_told"), [(GTC, True), (DAY, False)])
def test_exits_that_are_good_for_longer_or_of_no_session_are_placed_as_their_entry_expires(
    exit_tif: TimeInForce, is_told: bool
) -> None:
    desk = Floor({"paper": CAN_MORE})
    if is_told:
        desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(arm=Arm.COMPLETE, exit_tif=exit_tif))
    desk.new(1)
    desk.fill(1, 40)
    desk.news()

    desk.done(1, ExecType.EXPIRED)

    assert desk.news() == ["new 2: SELL 40 Stop"]


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True], ids=["the journal", "a snapshot"])
def test_that_the_day_of_a_group_is_over_is_known_after_a_restart(has_snapshot: bool) -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(arm=Arm.COMPLETE, exit_tif=DAY))
    desk.new(1)
    desk.fill(1, 40)
    desk.done(1, ExecType.EXPIRED)
    desk.news()

    desk.restart(has_snapshot=has_snapshot)
    desk.fill(1, 10)
    assert (desk.news(), desk.waiting()) == ([], [])

    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert (desk.news(), desk.waiting()) == (["new 2: SELL 50 Stop"], [Limit(110)])


@pytest.mark.parametrize("is_told_first", [True, False])
def test_an_exit_that_expires_while_it_is_taken_back_for_another_one_ends_the_day_of_that_too(
    is_told_first: bool,
) -> None:
    desk = stood(DAY)
    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    closed = SessionChange(T0, SessionPhase.CLOSED, "20260105")

    if is_told_first:
        desk.tell(closed)
    desk.done(2, ExecType.EXPIRED)
    if not is_told_first:
        desk.tell(closed)
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))

    assert (desk.news(), desk.waiting()) == ([], [])
    assert [leg.end for leg in desk.engine.state.groups.by_id[1].legs[1:]] == [LegEnd.LOST, LegEnd.LOST]
    assert AnomalyCode.EXIT_LOST in [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_the_day_of_an_exit_that_has_expired_is_not_given_back_by_a_break() -> None:
    """It is over until another day is told of, or a close."""
    desk = Floor({"paper": CAN_MORE})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(arm=Arm.COMPLETE, exit_tif=DAY))
    desk.new(1)
    desk.fill(1, 40)
    desk.news()
    desk.done(1, ExecType.EXPIRED)
    for phase in (SessionPhase.HALTED, SessionPhase.OPEN, SessionPhase.OPEN):
        desk.tell(SessionChange(T0, phase, "20260105"))
        assert (desk.news(), desk.waiting()) == ([], [])
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))
    assert (desk.news(), desk.waiting()) == (["new 2: SELL 40 Stop"], [Limit(110)])


def test_an_exit_is_not_sent_in_a_break() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    desk.place(simple(exit_tif=DAY))
    desk.new(1)
    desk.news()
    desk.tell(SessionChange(T0, SessionPhase.HALTED, "20260105"))
    desk.fill(1, 100)
    assert (desk.news(), desk.waiting()) == ([], [])
    desk.tell(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    assert (desk.news(), desk.waiting()) == (["new 2: SELL 100 Stop"], [Limit(110)])

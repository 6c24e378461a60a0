"""Exits that are good for the day, at a venue that says that they have expired before anybody says that its session is closed."""

from __future__ import annotations

import pytest

from oms.model import events as ev
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

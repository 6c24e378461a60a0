"""A rebuild from events alone: what it gives, and how it tells how far it is."""

from __future__ import annotations

from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.enums import ExecType, SessionPhase
from oms.model.ids import OrderId
from oms.runtime.recovery import PROGRESS_EVERY, recover
from tests.fakes import T0, d
from tests.unit.engine.desk import DATE, Desk


def test_a_journal_amounts_to_its_orders_and_positions() -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 40, 99)
    desk.trade("x2", 10, 100)
    desk.say(ExecType.TRADE_CANCEL, exec_id="b1", exec_ref_id="x2", trade_date=DATE)
    desk.say(
        ExecType.TRADE_CORRECT, exec_id="c1", exec_ref_id="x1", trade_date=DATE, last_qty=d(30), last_px=d(98)
    )

    found = recover(desk.journal)

    assert found.count == len(desk.journal) == found.state.version
    assert check_state(found.state) == ()
    order = found.state.index.by_id[OrderId(1)]
    assert order.snapshot() == desk.order().snapshot()
    assert [(held.net_qty, held.cost) for held in found.positions] == [(d(30), d(2940))]


def days(count: int) -> list[ev.Event]:
    """A journal of so many events, of the shortest kind."""
    cause = ev.Cause("SessionChange", "clock")
    return [
        ev.SessionChanged(number, 1, cause, number, T0, SessionPhase.OPEN, DATE, None, T0)
        for number in range(1, count + 1)
    ]


def test_progress_is_told_after_each_so_many_events() -> None:
    told: list[int] = []

    found = recover(days(2 * PROGRESS_EVERY + 1), told.append)

    assert told == [PROGRESS_EVERY, 2 * PROGRESS_EVERY]
    assert found.count == 2 * PROGRESS_EVERY + 1


def test_a_short_journal_is_done_before_there_is_progress_to_tell() -> None:
    told: list[int] = []

    recover(days(3), told.append)

    assert told == []

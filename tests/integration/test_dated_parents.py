"""Orders that are worked here until a day: each ends as the session of that day closes, and not before. Cases worked by hand."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from oms.calendars.sessions import CalendarSessions
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.model.enums import OrdStatus, SessionPhase, Side
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.time_in_force import GoodForTime, GoodTillDate, GoodTillTime, TimeInForce
from tests.algo_desk import NOON_NS, AlgoDesk

HOUR = 3600
S = 1_000_000_000
MONDAY, TUESDAY, WEDNESDAY = "20260105", "20260106", "20260107"
OPEN, HALTED, CLOSED = SessionPhase.OPEN, SessionPhase.HALTED, SessionPhase.CLOSED
KINDS: dict[str, dict[str, Any]] = {
    "twap": {"duration": 60 * HOUR, "slices": 10, "limit_price": "100.40"},
    "pov": {"duration": 60 * HOUR, "limit_price": "100.40", "participation_rate": "0.1"},
    "iceberg": {"limit_price": "99.40", "display_qty": 50},
    "sniper": {"limit_price": "100.40", "min_size": 5},
    "scale": {"limit_price": "99.40", "levels": 3, "first_price": "99.40", "step": "0.01"},
}


class Desk(AlgoDesk):
    """A desk that is told of sessions."""

    def tell(self, phase: SessionPhase, day: str) -> None:
        self.om.session(SessionChange(self.clock.now_ns(), phase, day))

    def dated(self, name: str, tif: TimeInForce, **told: Any) -> Order:  # noqa: ANN401  # parameters are data of any kind
        return self.om.submit("X", Side.BUY, 100, Strategy(name, told), tif=tif)


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("name", KINDS)
def test_it_ends_as_the_session_of_its_day_closes(name: str, *, restarts: bool) -> None:
    """Good till Tuesday: Monday's close and night, and a break of Tuesday, do not end it."""
    desk = Desk()
    desk.tell(OPEN, MONDAY)
    number = desk.dated(name, GoodTillDate(TUESDAY), **KINDS[name]).order_id
    for phase, day in ((CLOSED, MONDAY), (OPEN, TUESDAY), (HALTED, TUESDAY), (OPEN, TUESDAY)):
        desk.wait(4 * HOUR)
        desk.tell(phase, day)
        if restarts:
            desk.restart()
        desk.quote()
        assert not desk.om.order(number).is_ended, (phase, day)
    if name in ("iceberg", "scale"):
        assert any(child.created_ns > NOON_NS + 7 * HOUR * S for child in desk.om.children(number))
    desk.wait(4 * HOUR)
    desk.tell(CLOSED, TUESDAY)
    order = desk.om.order(number)
    assert (order.status, order.text) == (OrdStatus.EXPIRED, "end_time: the session of its last day closed")
    assert desk.om.open_orders() == []
    count = len(desk.om.children(order))
    desk.wait(16 * HOUR)
    desk.tell(OPEN, WEDNESDAY)
    desk.quote("99", "99.1")
    desk.trade(500, "99.1")
    desk.wait(60)
    assert (int(order.cum_qty), len(desk.om.children(order))) == (0, count)
    desk.check()


@pytest.mark.parametrize("phase", [OPEN, HALTED])
def test_so_it_does_where_that_was_missed_and_another_day_is_told_of(phase: SessionPhase) -> None:
    desk = Desk()
    desk.tell(OPEN, MONDAY)
    order = desk.dated("iceberg", GoodTillDate(MONDAY), **KINDS["iceberg"])
    desk.wait(20 * HOUR)
    desk.tell(phase, TUESDAY)
    assert order.status is OrdStatus.EXPIRED
    assert desk.om.open_orders() == []
    desk.check()


def test_what_is_left_is_not_sent_then_and_what_was_filled_before_stays_filled() -> None:
    desk = Desk()
    desk.tell(OPEN, MONDAY)
    order = desk.dated("iceberg", GoodTillDate(MONDAY), limit_price=101, display_qty=100)
    assert order.is_filled
    rest = desk.dated(
        "sniper", GoodTillDate(MONDAY), limit_price=100, min_size=5, duration=24 * 3600, on_residual="sweep"
    )
    desk.wait(HOUR)
    desk.tell(CLOSED, MONDAY)
    assert (order.status, rest.status) == (OrdStatus.FILLED, OrdStatus.EXPIRED)
    assert desk.children(rest) == []


@pytest.mark.parametrize(
    ("tif", "told", "reason"),
    [
        (
            GoodTillDate(TUESDAY),
            False,
            (
                "UNSUPPORTED: time_in_force = GTD 2026-01-06; "
                "allowed: DAY or GTC: nobody has told of the sessions of X, which end it"
            ),
        ),
        (
            GoodTillDate("20260102"),
            True,
            "IN_THE_PAST: time_in_force = GTD 2026-01-02; allowed: 20260105 or a later day",
        ),
        (
            GoodTillTime(NOON_NS + HOUR * S),
            True,
            (
                "UNSUPPORTED: time_in_force = GTD 2026-01-05 16:00:00.000 UTC; "
                "allowed: DAY, GTC or GTD by a day: at a time it ends by its own end_time"
            ),
        ),
        (
            GoodForTime(60),
            True,
            (
                "UNSUPPORTED: time_in_force = GFT 60 s; "
                "allowed: DAY, GTC or GTD by a day: at a time it ends by its own end_time"
            ),
        ),
    ],
    ids=["nobody tells of sessions", "a day that is over", "an instant", "seconds"],
)
def test_what_is_refused(tif: TimeInForce, *, told: bool, reason: str) -> None:
    desk = Desk()
    if told:
        desk.tell(OPEN, MONDAY)
    order = desk.dated("iceberg", tif, **KINDS["iceberg"])
    assert [str(one) for one in order.reasons] == [reason]


def test_a_schedule_that_goes_on_after_its_day_is_refused_where_the_hours_are_known() -> None:
    """Six hours from 15:00 on, of which Monday has two: for a slice that is due on Tuesday it has to be good till Tuesday."""
    hours = Hours(open=time(14), close=time(17))
    calendar = WeeklyCalendar("of a test", "UTC", dict.fromkeys(range(5), hours))
    desk = Desk(sessions=CalendarSessions(calendar))
    told = {"end_time": "20260106-16:00:00", "slices": 4}
    monday, tuesday = (desk.dated("twap", GoodTillDate(day), **told) for day in (MONDAY, TUESDAY))
    assert [str(one) for one in monday.reasons] == [
        "UNSUPPORTED: time_in_force = GTD 2026-01-05; allowed: 20260106 or a later day, or GTC"
    ]
    assert not tuesday.is_ended

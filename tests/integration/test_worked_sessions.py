"""Schedules over a break, a night and a holiday of their market's calendar: cases worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest

from oms.calendars.sessions import CalendarSessions
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.model.enums import SessionPhase, Side
from oms.model.events import SliceDecided, WorkPlanned
from oms.model.order import Order
from oms.model.sessions import to_ns
from oms.model.terms import Strategy
from oms.model.time_in_force import GTC, AtTheClose
from oms.model.timetable import Timetable
from oms.model.work import Pace
from tests.algo_desk import NOON_NS, AlgoDesk

S = 1_000_000_000
HOURS = Hours(open=time(14), close=time(17), breaks=((time(15, 2), time(15, 4)),))
MARKET = WeeklyCalendar(
    "of a test", "UTC", dict.fromkeys(range(5), HOURS), closures=lambda _: frozenset({date(2026, 1, 6)})
)
"""From 14 to 17 h, without 15:02 to 15:04. Monday the 5th is followed by a holiday."""


def at(day: int, hour: int, minute: int, second: int = 0) -> int:
    return to_ns(datetime(2026, 1, day, hour, minute, second, tzinfo=UTC))


def text(moment_ns: int) -> str:
    return datetime.fromtimestamp(moment_ns // S, UTC).strftime("%Y%m%d-%H:%M:%S")


class Market(AlgoDesk):
    """A desk with that calendar."""

    def __init__(self) -> None:
        super().__init__(sessions=CalendarSessions(MARKET))
        self._ticks = 0

    def go(self, until_ns: int, *, step_s: int = 10) -> None:
        """Let time pass, with a quote at each step, whether the market is open or not."""
        while self.clock.now_ns() < until_ns:
            self.clock.advance_to(min(self.clock.now_ns() + step_s * S, until_ns))
            self.om.poll()
            self._ticks += 1
            self.quote(bid_size=100 + self._ticks, ask_size=100 + self._ticks)
            self.om.poll()
            self.check()

    def good_till_canceled(self, **parameters: int | str) -> Order:
        """Buy a hundred, over several days if it takes as long."""
        return self.om.submit("X", Side.BUY, 100, Strategy("twap", parameters), tif=GTC)

    def sent(self, order: Order) -> list[tuple[str, int]]:
        """When each child went out, and how large it was."""
        children = self.om.children(self.om.order(order.order_id))
        return [(text(one.created_ns)[7:], int(one.order_qty)) for one in children]


@pytest.mark.parametrize("restarts", [False, True])
def test_slices_go_out_before_and_after_the_break_and_none_in_it(*, restarts: bool) -> None:
    """From 15:00 to 15:06 are four open minutes: four slices of 25, of which the third comes after the break."""
    desk = Market()
    order = desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4)
    for minute in (1, 3, 5):
        desk.go(at(5, 15, minute, 30))
        if restarts:
            desk.restart()
            desk.quote()
    desk.go(at(5, 15, 7))
    assert desk.sent(order) == [
        ("5-15:00:00", 25),
        ("5-15:01:00", 25),
        ("5-15:04:00", 25),
        ("5-15:05:00", 25),
    ]
    assert desk.om.order(order.order_id).is_filled
    plans = [one for one in desk.store.read() if isinstance(one, WorkPlanned)]
    assert len(plans) == 1


def test_a_night_and_a_holiday_are_not_worked() -> None:
    """Two minutes are left of Monday, and two are wanted of Wednesday, the next day that is traded: four slices."""
    desk = Market()
    order = desk.good_till_canceled(start_time=text(at(5, 16, 58)), end_time=text(at(7, 14, 2)), slices=4)
    desk.go(at(5, 17, 30))
    desk.go(at(7, 13, 59), step_s=3600)
    desk.go(at(7, 14, 3))
    assert desk.sent(order) == [
        ("5-16:58:00", 25),
        ("5-16:59:00", 25),
        ("7-14:00:00", 25),
        ("7-14:01:00", 25),
    ]
    assert order.is_filled


def test_one_for_the_day_is_not_planned_for_another_day() -> None:
    """It would end with Monday: what is planned for Wednesday would never be sent."""
    desk = Market()
    order = desk.submit("twap", start_time=text(at(5, 16, 58)), end_time=text(at(7, 14, 2)), slices=4)
    assert order.is_ended
    assert (
        str(order.reasons[0])
        == "UNSUPPORTED: time_in_force = DAY; allowed: GTC: it goes on after its session"
    )
    today = desk.submit("twap", end_time=text(at(5, 20, 0)), slices=4)
    assert not today.is_ended
    desk.om.replace(today, parameters={"end_time": text(at(7, 16, 0))})
    assert desk.om.work(today).end_ns == at(5, 17, 0)


def test_what_was_missed_before_the_break_is_not_crossed_in_it() -> None:
    """The second slice waits at the bid as the break begins: it is taken back, and crossed with the first quote after it."""
    desk = Market()
    order = desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4, child_style="passive_then_cross")
    desk.go(at(5, 15, 2), step_s=5)
    before = len(desk.children(order))
    desk.go(at(5, 15, 3, 55), step_s=5)
    assert not desk.om.work(order).working
    assert len(desk.children(order)) == before
    desk.wait(5)
    # The last quote is one of the break: it is not to be used.
    assert len(desk.children(order)) == before
    desk.quote()
    new = [(int(one.order_qty), one.created_ns) for one in desk.om.children(order)][before:]
    # The 25 of the second are crossed; the third waits at the bid.
    assert new == [(25, at(5, 15, 4)), (25, at(5, 15, 4))]
    assert desk.children(order)[before].startswith("25/25 @ 101")
    desk.check()


def test_the_plan_ends_with_the_last_open_moment() -> None:
    """An end at night is an end at the close: what is left then is dropped there, and not hours later."""
    desk = Market()
    order = desk.good_till_canceled(
        start_time=text(at(5, 16, 58)),
        end_time=text(at(5, 20, 0)),
        slices=2,
        limit_price=50,
    )
    assert desk.om.work(order).end_ns == at(5, 17, 0)
    desk.go(at(5, 17, 1))
    assert order.text == "end_time: 100 of 100 did not trade"
    assert [one.pace for one in _decided(desk)] == [Pace.BEYOND_LIMIT, Pace.PAST_END]


def test_an_order_that_has_no_open_time_is_refused() -> None:
    desk = Market()
    order = desk.submit("twap", start_time=text(at(5, 17, 0)), end_time=text(at(7, 14, 0)), slices=2)
    assert order.is_ended
    assert "pass a window in which the market is open" in str(order.reasons[0])
    late = desk.submit("twap", start_time=text(at(5, 15, 2)), end_time=text(at(5, 15, 4)), slices=2)
    assert late.is_ended


def test_what_a_halt_moves_is_moved_in_open_time() -> None:
    """A halt from 15:00:30 to 15:04:30 lasts two open minutes: 15:01 becomes 15:05, 15:04 becomes 15:06, and 15:05 15:07."""
    desk = Market()
    order = desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4, halt_clock="pause")
    desk.go(at(5, 15, 0, 30))
    desk.halt()
    desk.go(at(5, 15, 4, 30))
    desk.halt(is_over=True)
    assert desk.om.work(order).end_ns == at(5, 15, 8)
    desk.go(at(5, 15, 9))
    assert desk.sent(order) == [
        ("5-15:00:00", 25),
        ("5-15:05:00", 25),
        ("5-15:06:00", 25),
        ("5-15:07:00", 25),
    ]


def test_what_a_halt_would_move_past_the_close_is_sent_before_it() -> None:
    """Ten minutes to the close, a slice a minute; a halt of eight: what is left goes with the last slice before the close."""
    desk = Market()
    order = desk.submit(
        "twap", start_time=text(at(5, 16, 50)), end_time=text(at(5, 17, 0)), slices=10, halt_clock="pause"
    )
    desk.go(at(5, 16, 50, 30))
    desk.halt()
    desk.go(at(5, 16, 58, 30))
    desk.halt(is_over=True)
    assert desk.om.work(order).end_ns == at(5, 17, 0)
    desk.go(at(5, 17, 1))
    # The second slice was due at 16:51, thirty seconds into the halt: 16:59 now; the eight after it would come after the close.
    assert desk.sent(order) == [("5-16:50:00", 10), ("5-16:59:00", 90)]


def test_a_change_in_the_break_is_planned_over_what_is_open() -> None:
    desk = Market()
    order = desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4)
    desk.go(at(5, 15, 3))
    desk.om.replace(order, order_qty=200)
    assert [(text(one.start_ns)[9:], int(one.qty)) for one in desk.om.work(order).slices] == [
        ("15:04:00", 75), ("15:05:00", 75),
    ]  # fmt: skip


def test_what_is_due_does_not_grow_in_the_break() -> None:
    desk = Market()
    order = desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4)
    (plan,) = [one for one in desk.store.read() if isinstance(one, WorkPlanned)]
    due = [Timetable(plan.slices).due(at(5, 15, 0) + 30 * k * S).ideal for k in range(13)]
    # 12.5 each half minute, and nothing from 15:02 to 15:04.
    assert due == [0, 12.5, 25, 37.5, 50, 50, 50, 50, 50, 62.5, 75, 87.5, 100]
    assert all(earlier <= later for earlier, later in pairwise(due))
    assert order.order_qty == 100


def test_the_sessions_of_instruments_are_their_own() -> None:
    sessions = CalendarSessions({"X": MARKET})
    monday, wednesday = sessions.session_at("X", NOON_NS), sessions.session_at("X", at(5, 17, 0))
    assert monday is not None
    assert wednesday is not None
    assert (monday.trade_date, wednesday.trade_date) == ("20260105", "20260107")
    assert sessions.session_at("Y", NOON_NS) is None
    assert [one.phase for one in sessions.changes(NOON_NS, at(5, 17, 0))] == [
        SessionPhase.HALTED,
        SessionPhase.OPEN,
        SessionPhase.CLOSED,
    ]


def _decided(desk: AlgoDesk) -> list[SliceDecided]:
    return [one for one in desk.store.read() if isinstance(one, SliceDecided)]


def test_what_is_left_as_the_session_closes_goes_into_the_next_closing_auction_once_that_session_is_open() -> (
    None
):
    """What executed just before the close may be heard of after it: until the 7th opens nothing goes out in its place."""
    desk = Market()
    order = desk.good_till_canceled(
        end_time=text(at(5, 17, 0)), slices=1, child_style="passive_then_cross", limit_price="90", on_residual="auction"
    )  # fmt: skip
    desk.go(at(5, 17, 30), step_s=60)
    before = desk.sent(order)
    desk.go(at(7, 14, 10), step_s=600)
    assert not any(when >= "5-16:59:59" for when, _ in before)
    assert desk.sent(order)[len(before) :] == [("7-14:00:00", 100)]
    assert [child.time_in_force for child in desk.om.children(order)][-1] == AtTheClose()

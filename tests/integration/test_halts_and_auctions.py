"""Schedules over a halt, with a clock that runs or stands, and slices that go into an auction: cases worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.volume_curve import VolumeCurve
from oms.model.enums import SessionPhase
from oms.model.events import SliceDecided
from oms.model.sessions import SessionChange
from oms.model.trading_session import TradingSession
from oms.model.work import Pace
from tests.algo_desk import NOON_NS, AlgoDesk

S = 1_000_000_000


def sent_after(desk: AlgoDesk, number: int = 1) -> list[tuple[int, int]]:
    """When each child went out, in seconds after noon, and how large it was."""
    order = desk.om.order(number)
    return [((one.created_ns - NOON_NS) // S, int(one.order_qty)) for one in desk.om.children(order)]


def halted_from_5_to_35(desk: AlgoDesk, until: int) -> None:
    """Let seconds pass, each with a quote, and a halt in between."""
    for second in range(1, until + 1):
        desk.wait(1)
        if second == 5:
            desk.halt()
        elif second == 35:
            desk.halt(is_over=True)
        desk.quote(bid_size=100 + second, ask_size=100 + second)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_stands_moves_what_is_left_by_the_length_of_the_halt(*, restarts: bool) -> None:
    """Four slices of 25, ten seconds apart; a halt of thirty seconds after the first: the others come thirty seconds later."""
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, halt_clock="pause")
    for second in range(1, 80):
        desk.wait(1)
        if second == 5:
            desk.halt()
        elif second == 35:
            desk.halt(is_over=True)
        elif restarts and second in (20, 50):
            desk.restart()
            if second == 20:
                desk.halt()
        desk.quote(bid_size=100 + second, ask_size=100 + second)
    assert sent_after(desk) == [(0, 25), (40, 25), (50, 25), (60, 25)]
    assert desk.om.order(order.order_id).is_filled
    desk.check()


def test_with_a_clock_that_runs_the_slices_of_the_halt_are_skipped_and_caught_up() -> None:
    """Slices at 10, 20 and 30 fall into the halt: the first two are skipped as halted, the last one takes them with it after it."""
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4)
    halted_from_5_to_35(desk, 39)
    assert sent_after(desk) == [(0, 25), (35, 75)]
    decided = [event for event in desk.store.read() if isinstance(event, SliceDecided)]
    assert [(event.number, event.pace) for event in decided[1:]] == [
        (1, Pace.HALTED),
        (2, Pace.HALTED),
        (3, Pace.CATCHING_UP),
    ]
    desk.check()


MINUTE = 60
HOURS = TradingSession("20260105", NOON_NS + 20 * MINUTE * S, NOON_NS + 80 * MINUTE * S)
CURVE = VolumeCurve(
    bucket_ns=30 * MINUTE * S,
    length_ns=60 * MINUTE * S,
    shares=(Decimal("0.25"), Decimal("0.25")),
    opening=Decimal("0.2"),
    closing=Decimal("0.3"),
    days=("20260102",),
    dropped=(),
)


def test_the_slices_of_the_auctions_are_sent_before_them() -> None:
    """A curve of 20, 25, 25 and 30 hundredths: the first and the last go out ten minutes before the open and the close."""
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    order = desk.submit("vwap", duration=80 * MINUTE, in_open="Y", in_close="Y")
    for minute in range(1, 81):
        desk.wait(MINUTE)
        if minute == 20:
            desk.quote()
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
        elif minute == 80:
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        desk.quote(bid_size=100 + minute, ask_size=100 + minute)
    assert [(at // MINUTE, qty) for at, qty in sent_after(desk)] == [(10, 20), (20, 25), (50, 25), (70, 30)]
    in_force = [type(child.time_in_force).__name__ for child in desk.om.children(order)]
    assert (in_force[0], in_force[-1]) == ("AtTheOpening", "AtTheClose")
    assert order.is_filled
    desk.check()

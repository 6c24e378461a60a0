"""The slippage monitor beside schedules whose time stands while trading is halted: an order that does what is due is never off its schedule."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.costs import Figure
from oms.model.events import SlippageAlerted
from oms.model.slippage import AlertState, Measure, SlippageRules
from oms.projections.slippage_monitor import SlippageMonitor
from tests.algo_desk import AlgoDesk
from tests.integration.test_worked_sessions import Market, at, text

D = Decimal
OK, WARN, BREACH = AlertState
Said = tuple[Measure, AlertState, AlertState]


def watch(desk: AlgoDesk) -> SlippageMonitor:
    """Attach one that looks with each update, as whoever restarts has to."""
    monitor = SlippageMonitor(rules=SlippageRules(check_every_ms=1, own_prints=False))
    desk.om.attach(monitor)
    return monitor


def said(desk: AlgoDesk) -> list[Said]:
    found = [one.finding for one in desk.store.read() if isinstance(one, SlippageAlerted)]
    return [(one.measure, one.before, one.state) for one in found]


def lived(
    desk: AlgoDesk, seconds: int, halts: list[tuple[int, int]], restarts: frozenset[int] = frozenset()
) -> SlippageMonitor:
    """Let seconds pass, each with a quote, and halts in between."""
    monitor = watch(desk)
    for second in range(1, seconds + 1):
        desk.wait(1)
        for begin, end in halts:
            if second in (begin, end):
                desk.halt(is_over=second == end)
        if second in restarts:
            desk.restart()
            monitor = watch(desk)
        desk.quote(bid_size=100 + second % 2, ask_size=100 + second % 2)
    return monitor


@pytest.mark.parametrize("restart", [None, 20, 50], ids=["no restart", "in the halt", "after it"])
def test_what_a_halt_has_put_off_is_due_so_much_later(restart: int | None) -> None:
    """Four slices of 25, ten seconds apart, halted from 5 to 35: half of the first is due up to then, and the second begins at 40."""
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4, halt_clock="pause")
    monitor = lived(desk, 4, [])
    assert monitor.row(1).due_qty == Figure(D(10))
    desk.wait(1)
    desk.halt()
    for seconds, due in ((0, "12.5"), (14, "12.5"), (16, "12.5"), (1, "15"), (4, "25"), (4, "35")):
        for _ in range(seconds):
            desk.wait(1)
            now = desk.clock.now_ns()
            desk.quote()
            if restart is not None and (now // 1_000_000_000 - 1_767_625_200) == restart:
                desk.restart()
                monitor = watch(desk)
        if seconds == 16:
            desk.halt(is_over=True)
            desk.quote(bid_size=7)
        assert (monitor.row(1).due_qty, seconds) == (Figure(D(due)), seconds)
        assert monitor.row(1).off_schedule == Figure(D(0))
    assert said(desk) == []


def test_a_clock_that_runs_has_the_slices_of_a_halt_due() -> None:
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4)
    monitor = lived(desk, 30, [(5, 35)])
    assert monitor.row(1).off_schedule == Figure(D("-0.5"))
    assert said(desk) == [(Measure.SCHEDULE, OK, BREACH)]


def test_what_was_missed_before_a_halt_is_missed_after_it() -> None:
    """The limit lets nothing trade: what had ended is behind, and with the time that goes on the next slice is."""
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4, halt_clock="pause", limit_price=50)
    monitor = lived(desk, 45, [(15, 35)])
    assert monitor.row(1).off_schedule == Figure(D("-0.5"))
    assert monitor.row(1).due_qty == Figure(D("62.5"))


def test_a_halt_over_a_break_puts_off_what_is_left_in_open_time() -> None:
    """From 15:00:30 to 15:04:30, with a break from 15:02 to 15:04: the second slice begins at 15:05."""
    desk = Market()
    monitor = watch(desk)
    desk.submit("twap", end_time=text(at(5, 15, 6)), slices=4, halt_clock="pause")
    desk.go(at(5, 15, 0, 30))
    desk.halt()
    desk.go(at(5, 15, 4, 30))
    assert monitor.row(1).due_qty == Figure(D("12.5"))
    desk.halt(is_over=True)
    desk.go(at(5, 15, 5, 30))
    assert (monitor.row(1).due_qty, monitor.row(1).off_schedule) == (Figure(D("37.5")), Figure(D(0)))
    desk.go(at(5, 15, 9))
    assert said(desk) == []


def test_what_would_come_after_the_close_is_due_before_it() -> None:
    """A halt of eight of ten minutes to the close: ninety go with the slice from 16:59 on."""
    desk = Market()
    monitor = watch(desk)
    start, end = text(at(5, 16, 50)), text(at(5, 17, 0))
    desk.submit("twap", start_time=start, end_time=end, slices=10, halt_clock="pause")
    desk.go(at(5, 16, 50, 30))
    desk.halt()
    desk.go(at(5, 16, 58, 30))
    desk.halt(is_over=True)
    desk.go(at(5, 16, 59, 30))
    row = monitor.row(1)
    assert (row.cum_qty, row.off_schedule, row.is_live) == (D(100), Figure(D(0)), False)
    assert said(desk) == []


def test_a_halt_before_the_start_puts_off_all_of_it() -> None:
    """To begin at 20, halted from 5 to 35: the first slice begins at 50."""
    desk = AlgoDesk()
    start_ns, end_ns = desk.clock.now_ns() + 20_000_000_000, desk.clock.now_ns() + 60_000_000_000
    desk.submit("twap", start_time=text(start_ns), end_time=text(end_ns), slices=4, halt_clock="pause")
    monitor = lived(desk, 55, [(5, 35)])
    assert (monitor.row(1).due_qty, monitor.row(1).cum_qty) == (Figure(D("12.5")), D(25))
    assert said(desk) == []


HALTS = st.lists(st.integers(1, 90), min_size=2, max_size=6, unique=True).map(
    lambda times: list(zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)


@settings(max_examples=25)
@given(HALTS, st.frozensets(st.integers(1, 110), max_size=2), st.sampled_from([0, 15]), st.booleans())
def test_an_order_that_does_what_is_due_is_never_off_its_schedule(
    halts: list[tuple[int, int]], restarts: frozenset[int], start_s: int, is_changed: bool
) -> None:
    """Law: whatever the halts, before or after its start, and wherever it restarts, as long as all that is sent trades."""
    desk = AlgoDesk()
    now_ns = desk.clock.now_ns()
    start, end = (text(now_ns + second * 1_000_000_000) for second in (start_s, start_s + 60))
    order = desk.submit("twap", 60, start_time=start, end_time=end, slices=6, halt_clock="pause")
    if is_changed:
        desk.om.replace(order, order_qty=120)
    monitor = lived(desk, 110, halts, restarts)
    assert said(desk) == []
    row, work = monitor.row(1), desk.om.work(1)
    if row.is_live and not desk.om.state.halted:
        to_come = sum((one.qty for one in work.slices), D(0))
        assert row.cum_qty == work.qty - to_come
        assert row.due_qty.value is not None
        assert row.cum_qty - 20 <= row.due_qty.value <= row.cum_qty

"""A wall clock that is set back, set forward or stands still: time in the journal never goes back, and no timer fires twice."""

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.enums import Side
from oms.model.terms import Limit
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, S, ScriptedBroker

DAY: int = 86_400


class WallClock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.ns = T0

    def now_ns(self) -> int:
        return self.ns


class Desk:
    """A manager whose requests fall into doubt after 5 s."""

    def __init__(self) -> None:
        self.clock, self.store = WallClock(), MemoryEventStore()
        self.om = OrderManager(
            brokers=[ScriptedBroker()],
            store=self.store,
            instruments=[AAPL],
            clock=self.clock,
            request_timeout_s=5,
        )

    def after(self, seconds: int) -> None:
        """Let the clock show another time, and let the manager look."""
        self.clock.ns += seconds * S
        self.om.poll()

    def buy(self) -> int:
        return self.om.submit("AAPL", Side.BUY, 1, Limit(100)).order_id

    def doubts(self) -> list[tuple[int, int]]:
        """Which orders fell into doubt, and how many seconds after the start."""
        found = [event for event in self.store.read() if isinstance(event, ev.RequestInDoubt)]
        return [(event.order_id, (event.time_ns - T0) // S) for event in found]

    def times(self) -> list[int]:
        return [event.time_ns for event in self.store.read()]


@pytest.mark.parametrize("step", [-1, -60, -3600, -DAY])
def test_a_step_back_delays_a_timer_and_neither_loses_nor_repeats_it(step: int) -> None:
    desk = Desk()
    desk.after(10)
    first = desk.buy()
    desk.after(step)
    second = desk.buy()
    assert desk.times() == sorted(desk.times())
    desk.after(-step + 4)
    assert desk.doubts() == []

    desk.after(1)
    desk.after(1)

    # Time stood still while the clock was behind: both were sent at the tenth second.
    assert desk.doubts() == [(first, 15), (second, 15)]
    assert desk.times() == sorted(desk.times())


@pytest.mark.parametrize("step", [60, 3600, DAY])
def test_a_step_forward_fires_a_timer_once_and_setting_it_back_does_not_fire_it_again(step: int) -> None:
    desk = Desk()
    first = desk.buy()
    desk.after(step)
    desk.after(-step)
    desk.after(10)

    assert desk.doubts() == [(first, step)]
    assert desk.times() == sorted(desk.times())


def test_a_clock_that_stands_still_fires_nothing() -> None:
    desk = Desk()
    first = desk.buy()
    for _ in range(10):
        desk.after(0)
    assert desk.doubts() == []
    desk.after(5)
    assert desk.doubts() == [(first, 5)]

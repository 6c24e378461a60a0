"""Orders that are worked here over the break of a session, whose hours no algorithm was told: cases worked by hand.

From 11:28 on there is a quote and a trade of a hundred in every minute, in the break from 11:30 to 12:30 too.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.calendars.sessions import CalendarSessions
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.engine.invariants import check_state
from oms.model.enums import ExecType, Life, SessionPhase, Side
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.sessions import SessionChange, to_ns
from oms.model.terms import Strategy, limit_px
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.venue_acts import CancelOrder
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import STOCK, X
from tests.smart_desk import Desk as SmartDesk

LUNCH = ((time(11, 30), time(12, 30)),)
TOKYO = WeeklyCalendar(
    "XTKS", "Asia/Tokyo", dict.fromkeys(range(5), Hours(open=time(9), close=time(15, 30), breaks=LUNCH))
)
MINUTE_NS = 60_000_000_000
TEN_NS = to_ns(datetime(2026, 1, 6, 1, 0, tzinfo=UTC))
"""Ten o'clock in Tokyo, on a Tuesday."""


def at(hour: int, minute: int) -> int:
    return TEN_NS + ((hour - 10) * 60 + minute) * MINUTE_NS


def clock_time(moment_ns: int) -> str:
    minutes = (moment_ns - TEN_NS) // MINUTE_NS
    return f"{10 + minutes // 60}:{minutes % 60:02}"


class Tokyo:
    """A manager and its venue in Tokyo, from 11:28 on."""

    def __init__(self, *, knows_hours: bool = False) -> None:
        self.sessions = CalendarSessions(TOKYO)
        self.handlers = with_algorithms(session_at=self.sessions.session_at if knows_hours else None)
        self.clock, self.store = ManualClock(at(11, 28)), MemoryEventStore()
        self.broker = PaperBroker([STOCK])
        self.om = self._open()
        self.ticks = 0
        self.tick()

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            sessions=self.sessions,
            handlers=self.handlers,
        )

    def restart(self) -> None:
        events = list(self.store.read())
        self.om.close()
        self.store = MemoryEventStore()
        self.store.append(events, 0)
        self.om = self._open()

    def tick(self) -> None:
        """Show 100 to 101, a hundred and more of each, and print a hundred below the bid."""
        self.ticks += 1
        now_ns, size = self.clock.now_ns(), 100 + self.ticks
        self.om.poll()
        self.om.update(Quote(X, now_ns, "100", size, "101", size))
        self.om.update(TradePrint(X, now_ns, "99", 100))
        self.om.poll()

    def go(self, to_ns: int) -> None:
        """Let the minutes pass."""
        while self.clock.now_ns() < to_ns:
            self.clock.advance_to(self.clock.now_ns() + MINUTE_NS)
            self.tick()
            assert check_state(self.om.state) == ()

    def buy(self, name: str, qty: int = 100, tif: TimeInForce = DAY, **parameters: Any) -> Order:  # noqa: ANN401  # parameters are data of any kind
        return self.om.submit("X", Side.BUY, qty, Strategy(name, parameters), tif=tif)

    def sent(self, number: int = 1) -> list[tuple[str, int]]:
        """When each child of an order went out, and how large it was."""
        children = self.om.children(self.om.order(number))
        return [(clock_time(one.created_ns), int(one.order_qty)) for one in children]


CASES: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
    # A slice every sixteen minutes: those of 11:44 and 12:00 end in the break, and the last one takes them with it.
    ("twap", {"duration": 64 * 60, "slices": 4}, [("11:28", 25), ("12:30", 75)]),
    # A tenth of what the others trade: ten of a hundred, and nothing for the sixty hundreds of the break.
    (
        "pov",
        {"participation_rate": "0.1", "rate_basis": "of_others", "duration": 64 * 60},
        [("11:29", 10), ("12:30", 10), ("12:31", 10)],
    ),
    # Thirty are shown below the bid, where each print fills them.
    ("iceberg", {"display_qty": 30, "limit_price": "99.5"}, [("11:28", 30), ("11:29", 30), ("12:30", 30)]),
    # The next part is due half a minute into the break.
    (
        "iceberg",
        {"display_qty": 30, "limit_price": "99.5", "min_refresh_delay": 90, "max_refresh_delay": 90},
        [("11:28", 30), ("12:30", 30)],
    ),
    # No quote is shot at twice, and none of the break at all.
    (
        "sniper",
        {"limit_price": "101", "min_size": 50, "max_child": 30},
        [("11:28", 30), ("11:29", 30), ("12:30", 30)],
    ),
]


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(
    ("name", "told", "expected"), CASES, ids=["twap", "pov", "iceberg", "delayed iceberg", "sniper"]
)
def test_nobody_sends_anything_in_a_break_and_all_go_on_after_it(
    name: str, told: dict[str, Any], expected: list[tuple[str, int]], *, restarts: bool
) -> None:
    tokyo = Tokyo()
    tokyo.buy(name, **told)
    tokyo.go(at(12, 0))
    if restarts:
        tokyo.restart()
    tokyo.go(at(12, 31))
    assert tokyo.sent()[: len(expected)] == expected


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("twap", {"duration": 90 * 60, "slices": 9}),
        ("pov", {"participation_rate": "0.1", "duration": 90 * 60}),
        ("iceberg", {"display_qty": 30, "limit_price": "99.5"}),
        ("iceberg", {"display_qty": 30, "limit_price": "99.5", "iceberg_mode": "native"}),
        ("sniper", {"limit_price": "101", "min_size": 50, "max_child": 30}),
        ("scale", {"levels": 2, "first_price": "99.5", "step": "0.5"}),
    ],
    ids=["twap", "pov", "iceberg", "native iceberg", "sniper", "scale"],
)
def test_one_that_is_given_in_the_break_begins_after_it(
    name: str, told: dict[str, Any], *, restarts: bool
) -> None:
    tokyo = Tokyo()
    tokyo.go(at(12, 0))
    order = tokyo.buy(name, **told)
    tokyo.go(at(12, 10))
    if restarts:
        tokyo.restart()
    tokyo.go(at(12, 29))
    assert tokyo.sent() == []
    tokyo.go(at(12, 31))
    assert tokyo.sent()[0][0] in ("12:30", "12:31")
    assert tokyo.om.order(order.order_id).life is Life.LIVE


def test_a_level_that_its_venue_takes_back_in_the_break_is_placed_again_after_it() -> None:
    tokyo = Tokyo()
    order = tokyo.buy("scale", levels=2, first_price="98", step=1)
    tokyo.go(at(12, 0))
    first, _ = tokyo.om.children(order)
    tokyo.broker.act(CancelOrder(str(first.cl_ord_id)), tokyo.clock.now_ns())
    tokyo.go(at(12, 29))
    assert tokyo.sent() == [("11:28", 50), ("11:28", 50)]
    tokyo.go(at(12, 30))
    assert tokyo.sent() == [("11:28", 50), ("11:28", 50), ("12:30", 50)]


def test_what_rests_stays_at_its_venue_in_the_break_where_nothing_moves_it() -> None:
    """A child that waits at the bid is not moved after the market before 12:30."""
    tokyo = Tokyo()
    order = tokyo.buy("pov", participation_rate="0.1", child_style="passive_then_cross", duration=64 * 60)
    tokyo.go(at(11, 29))
    (child,) = tokyo.om.children(order)
    assert child.life is Life.LIVE
    tokyo.clock.advance_to(at(12, 0))
    tokyo.om.poll()
    tokyo.om.update(Quote(X, tokyo.clock.now_ns(), "100.5", 50, "101", 50))
    assert limit_px(child.terms) == 100
    tokyo.clock.advance_to(at(12, 30))
    tokyo.om.poll()
    tokyo.om.update(Quote(X, tokyo.clock.now_ns(), "100.6", 50, "101", 50))
    assert limit_px(child.terms) == Decimal("100.6")


@pytest.mark.parametrize("on_residual", ["cancel", "sweep"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("twap", {"slices": 2, "limit_price": "99.5"}),
        ("pov", {"participation_rate": "0.1", "limit_price": "99.5"}),
        ("iceberg", {"display_qty": 30, "limit_price": "98"}),
        ("sniper", {"limit_price": "99.5", "min_size": 50}),
        ("scale", {"levels": 2, "first_price": "98", "step": 1}),
    ],
    ids=["twap", "pov", "iceberg", "sniper", "scale"],
)
@pytest.mark.parametrize("tif", [DAY, GTC], ids=["day", "gtc"])
def test_one_that_ends_in_the_break_takes_back_what_rests_and_ends_there(
    name: str, told: dict[str, Any], on_residual: str, tif: TimeInForce
) -> None:
    """There is nobody to sweep."""
    tokyo = Tokyo()
    order = tokyo.buy(name, tif=tif, duration=32 * 60, on_residual=on_residual, **told)
    tokyo.go(at(11, 59))
    assert not order.is_ended
    count = len(tokyo.sent())
    tokyo.go(at(12, 0))
    assert (order.is_ended, order.text) == (True, "end_time: 100 of 100 did not trade")
    assert all(child.is_ended for child in tokyo.om.children(order))
    tokyo.go(at(12, 35))
    assert len(tokyo.sent()) == count


def test_an_order_for_the_day_goes_on_after_the_break_and_ends_with_the_day() -> None:
    tokyo = Tokyo()
    order = tokyo.buy("iceberg", display_qty=30, limit_price="98")
    tokyo.go(at(12, 31))
    assert not order.is_ended
    tokyo.go(at(15, 30))
    assert (order.is_ended, order.text) == (True, "end_time: its session closed")


@pytest.mark.parametrize("knows_hours", [False, True])
def test_the_hours_of_an_algorithm_and_the_sessions_of_its_manager_go_together(*, knows_hours: bool) -> None:
    """With the hours the sixty minutes are no part of four slices of a minute; without them all but the first two are over."""
    tokyo = Tokyo(knows_hours=knows_hours)
    tokyo.buy("twap", end_time="20260106-03:32:00", slices=4)
    tokyo.go(at(12, 35))
    expected = [("11:28", 25), ("11:29", 25), ("12:30", 25), ("12:31", 25)]
    assert (tokyo.sent() == expected) is knows_hours


@pytest.mark.parametrize("is_new", [False, True], ids=["from before", "given in it"])
def test_one_over_several_brokers_asks_for_nothing_in_a_break(*, is_new: bool) -> None:
    """What rests from before stays, whatever the other broker shows; what is given in the break rests with the first quote after it."""
    desk = SmartDesk()

    def change(phase: SessionPhase) -> None:
        desk.clock.advance_by(60)
        desk.om.session(SessionChange(desk.clock.now_ns(), phase, "20260106"))

    def asked() -> int:
        return len(desk.one.requests) + len(desk.two.requests)

    rests = [("one", 100, "rest 10.05")]
    change(SessionPhase.OPEN)
    order = None if is_new else desk.buy(100)
    change(SessionPhase.HALTED)
    order = order or desk.buy(100)
    assert desk.parts(order) == ([] if is_new else rests)
    before = asked()
    for size in (10, 20):
        desk.shows("two", "10.00", size)
        desk.clock.advance_by(60)
        desk.om.poll()
    desk.shows("two", "10.50")
    assert asked() == before
    change(SessionPhase.OPEN)
    assert asked() == before  # what was shown before it ended counts no more
    desk.clock.advance_by(1)
    desk.shows("two", "10.50")
    assert (desk.parts(order), order.is_ended) == (rests, False)
    assert asked() == 1
    desk.says(desk.one, desk.om.children(order)[0], ExecType.NEW)
    desk.clock.advance_by(1)
    desk.shows("two", "10.00", 30)
    assert asked() > 1
    desk.check(order)

"""What is left at the end of an order's window is sent once, also where what forbids it passes a little later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.model.enums import ExecType, Life, OrdStatus, Side
from oms.model.events import WorkHeld
from oms.model.ids import ExecId, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport, NotSent, Unknown
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Strategy
from oms.model.time_in_force import AtTheClose, ImmediateOrCancel
from oms.model.work import Pace
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK, AlgoDesk, X
from tests.fakes import AAPL, ScriptedBroker
from tests.smart_desk import Desk as SmartDesk

LIMITS = RiskLimits(
    max_order_qty=10**6, max_order_notional=None, price_collar=1, max_open_orders=500, max_messages=3, off_by="test"
)  # fmt: skip
CROSSED, ONE_SIDED = ("102", "101"), (None, "101")


class Desk:
    """A manager whose broker says what a test lets it say; times are seconds since the first order."""

    def __init__(self, broker: Any = None, limits: RiskLimits | None = None) -> None:  # noqa: ANN401
        self.broker = ScriptedBroker() if broker is None else broker
        self.store, self.clock, self._limits = MemoryEventStore(), ManualClock(NOON_NS), limits
        self.om = self._open()
        self.quote()

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=[self.broker], store=self.store, clock=self.clock, instruments=[STOCK], limits=self._limits,
            handlers=with_algorithms(),
        )  # fmt: skip

    def restart(self) -> None:
        events, self.store = list(self.store.read()), MemoryEventStore()
        self.om.close()
        self.store.append(events, 0)
        self.om = self._open()

    def quote(self, bid: str | None = "100", ask: str | None = "101", size: int = 9_999) -> None:
        self.om.update(
            Quote(X, self.clock.now_ns(), bid, size if bid else 0, ask, size if ask else 0),
        )
        self.om.poll()

    def wait(self, seconds: int, bid: str | None = "100", ask: str | None = "101") -> None:
        """Let time pass, with a quote at its end."""
        self.clock.advance_by(seconds)
        self.quote(bid, ask)

    def pause(self, seconds: int) -> None:
        """Let time pass in which nobody quotes."""
        for _ in range(seconds):
            self.clock.advance_by(1)
            self.om.poll()

    def buy(self, name: str = "twap", **told: Any) -> Order:  # noqa: ANN401
        given = {"limit_price": "105", "on_residual": "sweep", **told}
        if "end_time" not in given:
            given["duration"] = 60
        if name == "twap":
            given = {"slices": 4, **given}
        return self.om.submit("X", Side.BUY, 100, Strategy(name, given))

    def says(self, child: Order, kind: ExecType, *, cum: int = 0, code: str = "") -> None:
        """Let the venue report of a child, which has executed so much in all."""
        has_ended = kind in {ExecType.CANCELED, ExecType.REJECTED}
        status = {
            ExecType.NEW: OrdStatus.NEW,
            ExecType.CANCELED: OrdStatus.CANCELED,
            ExecType.REJECTED: OrdStatus.REJECTED,
            ExecType.TRADE: OrdStatus.FILLED if cum == child.order_qty else OrdStatus.PARTIALLY_FILLED,
        }[kind]
        is_trade = kind is ExecType.TRADE
        report = ExecutionReport(
            kind, ord_status=status, symbol=child.symbol, side=child.side, cl_ord_id=child.cl_ord_id,
            venue_order_id=VenueOrderId(f"v{child.order_id}"), exec_id=ExecId(f"{child.order_id}-{kind.name}-{cum}"),
            last_qty=Decimal(cum) if is_trade else None, last_px=Decimal(101) if is_trade else None,
            order_qty=child.order_qty, cum_qty=Decimal(cum),
            leaves_qty=Decimal(0) if has_ended else child.order_qty - cum,
            avg_px=Decimal(101) if cum else None, reject_code=code,
        )  # fmt: skip
        assert self.broker.sink is not None
        self.broker.sink.put(report)
        self.om.poll()

    def to_the_end(self, **told: Any) -> Order:  # noqa: ANN401
        """Give an order of which a quarter was done, with nothing at work, a second before its end."""
        order = self.buy(catch_up="give_up", **told)
        (first,) = self.om.children(order)
        self.says(first, ExecType.TRADE, cum=int(first.order_qty))
        for _ in range(59):
            self.wait(1, "105", "106")
        assert order.cum_qty == 25
        assert self.om.work(order).working == 0
        return order

    def end(self, bid: str | None = "102", ask: str | None = "101") -> None:
        """Come to the end with another quote, a crossed one unless told."""
        self.quote(bid, ask)
        self.pause(1)

    def last(self, order: Order) -> Order:
        return self.om.children(order)[-1]

    def sent(self, order: Order) -> list[int]:
        """Give how much has left for the broker after the first slice, one order after the other."""
        mine = {child.order_id for child in self.om.children(order)}
        asked = [one for one in self.broker.requests if isinstance(one, NewOrderSingle)]
        return [int(one.order_qty) for one in asked if one.order_id in mine][1:]


def text_of(order: Order) -> tuple[Life, str | None]:
    return order.life, order.text


DROPPED = (Life.EXPIRED, "end_time: 75 of 100 did not trade")


# ------------------------------------------------------------ what may pass


def test_orders_that_end_together_are_all_swept_however_few_messages_a_second_may_leave() -> None:
    desk = Desk(PaperBroker([STOCK]), LIMITS)
    orders = []
    for _ in range(5):
        orders.append(desk.buy(end_time="20260105-15:01:00", slices=2, limit_price="101"))
        desk.wait(1)
    while desk.clock.now_ns() < NOON_NS + 59 * 10**9:
        desk.wait(1, "100", "102")
    for _ in range(5):
        desk.wait(1)
    assert [order.is_filled for order in orders] == [True] * 5
    desk.pause(60)
    assert check_state(desk.om.state) == ()


@pytest.mark.parametrize(("count", "swept"), [(60, 60), (190, 183)])
def test_what_is_left_waits_for_its_turn_among_the_messages_and_not_for_refusals(
    count: int, swept: int
) -> None:
    """All end in one second, three messages may leave in each: 3 go at once, 3 in each second of the minute; the others are told why."""
    desk = Desk(PaperBroker([STOCK]), LIMITS)
    orders = [
        desk.buy(start_time="20260105-15:00:59", end_time="20260105-15:01:00", slices=1, limit_price="101")
        for _ in range(count)
    ]
    while desk.clock.now_ns() < NOON_NS + 59 * 10**9:
        desk.wait(1, "100", "102")
    for second in range(62):
        desk.clock.advance_by(1)
        desk.quote(size=9_999 - second)
    assert all(order.is_closed for order in orders)
    assert sum(order.is_filled for order in orders) == swept
    left = {order.text for order in orders if not order.is_filled}
    assert left <= {"end_time: 100 of 100 did not trade: too many messages were ahead of it"}
    assert not [child for order in orders for child in desk.om.children(order) if child.life is Life.DENIED]
    assert check_state(desk.om.state) == ()


@pytest.mark.parametrize(("residual", "tif"), [("sweep", ImmediateOrCancel()), ("auction", AtTheClose())])
def test_what_is_left_goes_out_once_the_rest_after_refusals_is_over(residual: str, tif: object) -> None:
    """The last slice is refused as the order ends: the next child may leave two seconds later."""
    desk = Desk()
    order = desk.buy(on_residual=residual)
    for _ in range(3):
        desk.says(desk.last(order), ExecType.TRADE, cum=25)
        desk.wait(15)
    desk.wait(12)
    desk.says(desk.last(order), ExecType.REJECTED, code="99")
    desk.pause(2)
    desk.says(desk.last(order), ExecType.REJECTED, code="99")
    count = len(desk.sent(order))
    desk.wait(1)
    assert (desk.clock.now_ns() - NOON_NS, int(desk.om.work(order).available)) == (60 * 10**9, 25)
    assert (len(desk.sent(order)), order.life) == (count, Life.LIVE)
    desk.pause(1)
    assert desk.sent(order)[count:] == [25]
    assert desk.last(order).time_in_force == tif
    desk.says(desk.last(order), ExecType.TRADE, cum=25)
    assert order.is_filled


@pytest.mark.parametrize("bad", [CROSSED, ONE_SIDED], ids=["crossed", "one-sided"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("twap", {}),
        ("pov", {"participation_rate": "0.1"}),
        ("sniper", {"limit_price": "101", "min_size": 10}),
    ],
)
def test_one_bad_quote_at_the_end_drops_nothing(
    name: str, told: dict[str, Any], bad: tuple[str | None, str]
) -> None:
    desk = Desk()
    if name == "twap":
        order, left = desk.to_the_end(), 75
    else:
        desk.quote("105", "106")
        order, left = desk.buy(name, **told), 100
        desk.pause(59)
    desk.end(*bad)
    assert (order.life, desk.sent(order)) == (Life.LIVE, [])
    desk.wait(1)
    assert desk.last(order).order_qty == left
    desk.says(desk.last(order), ExecType.TRADE, cum=left)
    assert order.is_filled


def test_a_sweep_that_is_refused_in_passing_goes_again_and_once_it_is_taken_no_more() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.broker.answers.append(NotSent("no line"))
    desk.wait(1)
    assert desk.last(order).life is Life.REJECTED
    desk.wait(1)
    desk.says(desk.last(order), ExecType.REJECTED, code="99")
    desk.pause(1)
    assert desk.sent(order) == [75, 75]
    desk.pause(1)
    assert desk.sent(order) == [75, 75, 75]
    desk.says(desk.last(order), ExecType.TRADE, cum=30)
    desk.says(desk.last(order), ExecType.CANCELED, cum=30)
    desk.pause(70)
    assert desk.sent(order) == [75, 75, 75]
    assert text_of(order) == (Life.EXPIRED, "end_time: 45 of 100 did not trade")


# ------------------------------------------------------------ what does not, and for how long


def test_what_is_left_waits_for_a_minute_and_no_longer() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.pause(59)
    assert order.life is Life.LIVE
    desk.pause(1)
    assert text_of(order) == DROPPED
    desk.wait(1)
    assert desk.sent(order) == []


def test_refusals_are_taken_five_times() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.wait(1)
    for _ in range(60):
        if desk.last(order).life is Life.SENT:
            desk.says(desk.last(order), ExecType.REJECTED, code="99")
        desk.wait(1)
    assert desk.sent(order) == [75] * 5
    assert text_of(order) == DROPPED


def test_a_sweep_of_which_nobody_knows_is_not_sent_again() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.broker.answers.append(Unknown("timeout"))
    desk.wait(1)
    desk.pause(120)
    assert desk.sent(order) == [75]
    assert desk.om.work(order).working == 75
    desk.says(desk.last(order), ExecType.TRADE, cum=75)
    assert order.is_filled


def test_beyond_the_limit_there_is_nothing_to_wait_for() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end("105", "106")
    assert text_of(order) == DROPPED


def test_a_refusal_that_stays_ends_it() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.wait(1)
    desk.says(desk.last(order), ExecType.REJECTED, code="3")
    desk.wait(1)
    assert text_of(order) == DROPPED
    assert desk.sent(order) == [75]


def test_after_a_restart_what_is_left_waits_until_the_same_minute_is_over() -> None:
    desk, late = Desk(), Desk()
    order_id, late_id = desk.to_the_end().order_id, late.to_the_end().order_id
    for one in (desk, late):
        one.end()
        one.clock.advance_by(20)
        one.restart()
        one.wait(1, *ONE_SIDED)
    desk.wait(1)
    assert desk.sent(desk.om.order(order_id)) == [75]
    late.pause(38)
    assert late.om.order(late_id).life is Life.LIVE
    late.pause(1)
    assert text_of(late.om.order(late_id)) == DROPPED


def test_an_order_that_is_given_more_time_while_it_is_swept_is_swept_at_its_new_end_too() -> None:
    desk = Desk()
    order = desk.to_the_end()
    desk.end()
    desk.wait(1)
    desk.om.replace(order, parameters={"duration": 90})
    desk.says(desk.last(order), ExecType.CANCELED)
    for child in range(35):
        desk.wait(1, *(CROSSED if child < 29 else ("100", "101")))
    assert desk.sent(order) == [75, 75]
    assert desk.last(order).time_in_force == ImmediateOrCancel()


def test_that_it_waits_for_a_fresh_quote_is_on_record() -> None:
    desk = AlgoDesk()
    held: list[Pace | None] = []
    desk.om.on(WorkHeld, lambda event: held.append(event.why))
    told: dict[str, int | str] = {"participation_rate": "0.1", "max_quote_age": 5, "limit_price": "101"}
    order = desk.submit("pov", 100, Side.BUY, duration=60, on_residual="sweep", **told)
    desk.wait(60)
    desk.wait(1)
    assert (held, order.life) == ([Pace.STALE], Life.LIVE)
    desk.quote(ask_size=500)
    desk.om.poll()
    assert (held, order.is_filled) == ([Pace.STALE, None], True)


# ------------------------------------------------------------ over several brokers


def test_a_part_of_a_sweep_that_is_refused_in_passing_goes_again() -> None:
    """Two messages have left in the last second, and three may in two: the second part of the sweep goes a second later."""
    aapl = [PaperBroker([AAPL], name=name) for name in ("one", "two")]
    desk = SmartDesk(*aapl, limits=evolve(LIMITS, message_window_s=2))
    desk.shows("one", "10.00", 40)
    desk.shows("two", "10.01", 40)
    order = desk.buy(80, duration=10, max_child=5, min_rest=60, rest="N", on_residual="sweep")
    desk.clock.advance_by(9)
    for _ in range(2):
        desk.om.submit("AAPL", Side.BUY, 1, Limit("9.00"))
    desk.clock.advance_by(1)
    desk.om.poll()
    assert (order.life, int(order.cum_qty)) == (Life.LIVE, 45)
    for broker in ("one", "two"):
        desk.shows(broker, "10.01" if broker == "two" else None, 40)
    desk.om.poll()
    assert order.cum_qty == 45
    desk.clock.advance_by(1)
    desk.om.poll()
    assert desk.parts(order)[-1] == ("two", 35, "take 10.01")
    assert order.is_filled


def test_what_no_broker_shows_for_the_moment_is_waited_for() -> None:
    desk = SmartDesk(*[PaperBroker([AAPL], name=name) for name in ("one", "two")])
    order = desk.buy(40, duration=10, rest="N", on_residual="sweep")
    desk.clock.advance_by(10)
    desk.om.poll()
    assert order.life is Life.LIVE
    desk.shows("one", "10.00", 100)
    desk.om.poll()
    assert order.is_filled


def test_what_brokers_show_beyond_the_limit_is_not_waited_for() -> None:
    desk = SmartDesk(*[PaperBroker([AAPL], name=name) for name in ("one", "two")])
    desk.shows("one", "10.50")
    order = desk.buy(40, duration=10, on_residual="sweep")
    desk.clock.advance_by(10)
    desk.om.poll()
    desk.om.poll()
    assert text_of(order) == (Life.EXPIRED, "end_time: 40 of 40 did not trade")

"""What other systems are known to do wrong with orders, and what happens here instead: a manager and a simulated exchange.

One test for each way to fail, with the order at an exchange that works it and at one that leaves it to the library, where both
can be; every quantity and price is worked by hand.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.decimals import plain
from oms.model.enums import Life, OrdStatus, SessionPhase, Side, TriggerPriceType, WorkedBy
from oms.model.ids import Symbol
from oms.model.instructions import Instructions
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.sessions import SessionChange, to_ns
from oms.model.terms import Limit, Market, Stop, StopLimit, Strategy, TrailingStop
from oms.model.time_in_force import DAY, GTC, OPG, GoodForTime
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, T0, S, WatchedStore, all_events

APPLE = Symbol("AAPL")
FRIDAY_NOON = to_ns(datetime(2026, 1, 2, 17, 0, tzinfo=UTC))
MONDAY_NOON = to_ns(datetime(2026, 1, 5, 17, 0, tzinfo=UTC))


BOTH = pytest.mark.parametrize("worked_by", WorkedBy, ids=lambda worked_by: f"by the {worked_by.value}")


def exchange(worked_by: WorkedBy) -> PaperBroker:
    """One that works every order, or one that takes market and limit orders alone and does not look after positions."""
    if worked_by is WorkedBy.VENUE:
        return PaperBroker([AAPL])
    return PaperBroker([AAPL], order_types=ALL_ORDER_TYPES, instructions=frozenset())


class Pit:
    """A manager at a simulated exchange, and a market that is told by hand, one second after the other."""

    def __init__(
        self,
        start_ns: int = T0,
        sessions: CalendarSessions | None = None,
        broker: PaperBroker | None = None,
    ) -> None:
        self.clock = ManualClock(start_ns)
        self.store = WatchedStore()
        self.om = OrderManager(
            brokers=[PaperBroker([AAPL]) if broker is None else broker],
            store=self.store,
            clock=self.clock,
            instruments=[AAPL],
            sessions=sessions,
            handlers=with_algorithms(),
        )

    def quote(self, bid: str, ask: str, size: int = 100) -> None:
        self.clock.advance_to(self.clock.now_ns() + S)
        self.om.update(Quote(APPLE, self.clock.now_ns(), bid, size, ask, size))

    def trade(self, price: str, size: int = 1) -> None:
        self.clock.advance_to(self.clock.now_ns() + S)
        self.om.update(TradePrint(APPLE, self.clock.now_ns(), price, size))

    def fills(self, order: Order) -> list[str]:
        """What an order has executed."""
        return [
            f"{plain(event.last_qty)} at {plain(event.last_px)}"
            for event in all_events(self.store)
            if isinstance(event, ev.Traded) and event.order_id == order.order_id
        ]


def looks(order: Order) -> str:
    """What an order is shown as, what is done of it, and what is left."""
    return f"{order.status.name} {plain(order.cum_qty)} of {plain(order.order_qty)}, {plain(order.leaves_qty)} left"


def test_an_order_at_the_open_is_not_refused_by_the_simulator() -> None:
    pit = Pit()
    pit.om.session(SessionChange(pit.clock.now_ns(), SessionPhase.CLOSED, "20260102"))
    pit.quote("98", "99", 30)
    order = pit.om.submit("AAPL", Side.BUY, 10, Limit(100), tif=OPG)
    assert looks(order) == "NEW 0 of 10, 10 left"
    pit.om.session(SessionChange(pit.clock.now_ns(), SessionPhase.OPEN, "20260105"))

    # At 99 and at 100 ten trade and twenty are left over; 99 is nearer to the middle of the display, 98.50.
    assert pit.fills(order) == ["10 at 99"]
    assert order.status is OrdStatus.FILLED


@BOTH
def test_a_horizon_of_three_tenths_is_three_tenths_and_not_what_floats_make_of_it(
    worked_by: WorkedBy,
) -> None:
    assert 0.1 + 0.1 + 0.1 != 0.3  # this is what must not come in
    assert int(0.3 / 0.1) == 2
    with pytest.raises(ValidationError, match="float"):
        GoodForTime(0.3)  # type: ignore[arg-type]  # on purpose
    assert GoodForTime("0.3").duration_ns == 3 * GoodForTime("0.1").duration_ns == 300_000_000

    pit = Pit(broker=exchange(worked_by))
    terms = Limit(100) if worked_by is WorkedBy.VENUE else Stop(100)
    order = pit.om.submit("AAPL", Side.BUY, 10, terms, tif=GoodForTime("0.3"))
    assert order.worked_by is worked_by
    seen = []
    for now_ns in (T0 + 100_000_000, T0 + 200_000_000, T0 + 299_999_999, T0 + 300_000_000):
        pit.clock.advance_to(now_ns)
        pit.om.poll()
        seen.append(order.life is Life.EXPIRED)
    assert seen == [False, False, False, True]


def test_a_horizon_of_three_tenths_has_three_intervals_of_a_tenth() -> None:
    pit = Pit()
    pit.quote("99", "100")
    begun = pit.clock.now_ns()
    terms = Strategy("twap", {"duration": "0.3", "interval": "0.1", "child_style": "market"})
    parent = pit.om.submit("AAPL", Side.BUY, 10, terms)
    for tenths in (1, 2, 3):
        pit.clock.advance_to(begun + tenths * 100_000_000)
        pit.om.poll()
    sent = [child.created_ns - begun for child in pit.om.children(parent)]
    assert sent == [0, 100_000_000, 200_000_000]
    assert looks(parent) == "FILLED 10 of 10, 0 left"


def test_a_day_order_is_not_alive_three_days_later() -> None:
    pit = Pit(FRIDAY_NOON, CalendarSessions(nyse()))
    day = pit.om.submit("AAPL", Side.BUY, 10, Limit(100), tif=DAY)
    lasting = pit.om.submit("AAPL", Side.BUY, 10, Limit(100), tif=GTC)
    pit.clock.advance_to(MONDAY_NOON)
    pit.quote("99", "100", 10)

    assert (day.status, pit.fills(day)) == (OrdStatus.EXPIRED, [])
    assert pit.fills(lasting) == ["10 at 100"]


def test_a_day_order_that_is_held_here_is_not_alive_three_days_later_either() -> None:
    pit = Pit(FRIDAY_NOON, CalendarSessions(nyse()), PaperBroker([AAPL], order_types=ALL_ORDER_TYPES))
    day = pit.om.submit("AAPL", Side.BUY, 10, Stop(100), tif=DAY)
    lasting = pit.om.submit("AAPL", Side.BUY, 10, Stop(100), tif=GTC)
    assert (day.worked_by, lasting.worked_by) == (WorkedBy.OMS, WorkedBy.OMS)
    pit.clock.advance_to(MONDAY_NOON)
    pit.quote("99", "100", 10)
    pit.trade("100")

    assert (day.status, pit.fills(day)) == (OrdStatus.EXPIRED, [])
    assert pit.fills(lasting) == ["10 at 100"]


@pytest.mark.parametrize(
    "price_type",
    [
        TriggerPriceType.MARK,
        TriggerPriceType.MID,
        TriggerPriceType.DOUBLE_LAST,
        TriggerPriceType.DOUBLE_BID_ASK,
    ],
)
@BOTH
def test_held_orders_with_mark_mid_or_double_triggers_are_not_dropped_on_submit(
    price_type: TriggerPriceType, worked_by: WorkedBy
) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("98", "99")
    order = pit.om.submit("AAPL", Side.BUY, 10, Stop(100, price_type), tif=GTC)
    assert (order.worked_by, pit.om.open_orders()) == (worked_by, [order])

    # Twice each: 100 at the offer, at the middle of 100 and 102, of two trades, and as the mark price.
    for _ in range(2):
        pit.quote("100", "102")
        pit.trade("101")
        pit.om.update(MarkPrice(APPLE, pit.clock.now_ns(), "100.50"))
    assert pit.fills(order) == ["10 at 102"]


def test_a_modify_to_the_filled_quantity_does_not_leave_the_order_open() -> None:
    pit = Pit()
    order = pit.om.submit("AAPL", Side.BUY, 10, Limit(100), tif=GTC)
    pit.quote("99", "100", 4)
    assert looks(order) == "PARTIALLY_FILLED 4 of 10, 6 left"
    pit.om.replace(order, order_qty=4)

    assert looks(order) == "FILLED 4 of 4, 0 left"
    assert order.outstanding_requests == ()
    assert pit.om.open_orders() == []
    pit.quote("98", "99")
    assert pit.fills(order) == ["4 at 100"]


@BOTH
def test_a_stand_alone_reduce_only_order_is_not_untouched_when_the_position_shrinks(
    worked_by: WorkedBy,
) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("99", "100")
    pit.om.submit("AAPL", Side.BUY, 10, Market())
    target = pit.om.submit(
        "AAPL", Side.SELL, 10, Limit(110), tif=GTC, instructions=Instructions(reduce_only=True)
    )
    pit.om.submit("AAPL", Side.SELL, 4, Market())
    assert looks(target) == "NEW 0 of 6, 6 left"
    pit.om.submit("AAPL", Side.SELL, 6, Market())

    assert target.status is OrdStatus.CANCELED
    pit.quote("111", "112")
    held = pit.om.position("AAPL")
    assert held is not None
    assert not held.net_qty
    assert pit.fills(target) == []


@BOTH
def test_a_stop_limit_does_not_fill_better_than_the_market(worked_by: WorkedBy) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("100", "100.50")
    order = pit.om.submit("AAPL", Side.BUY, 10, StopLimit(101, 105), tif=GTC)
    assert order.worked_by is worked_by
    pit.quote("101.90", "102")
    pit.trade("101")

    assert pit.fills(order) == ["10 at 102"]  # what is offered, and neither the stop price nor the limit


@BOTH
def test_a_stop_does_not_fill_at_its_trigger_through_a_gap(worked_by: WorkedBy) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("99", "100")
    order = pit.om.submit("AAPL", Side.SELL, 10, Stop(95), tif=GTC)
    assert order.worked_by is worked_by
    pit.quote("90", "91")
    pit.trade("90")

    assert pit.fills(order) == ["10 at 90"]


@BOTH
def test_a_stop_on_the_last_price_is_not_fired_by_quotes(worked_by: WorkedBy) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("99", "100")
    order = pit.om.submit("AAPL", Side.BUY, 10, Stop(101, TriggerPriceType.LAST), tif=GTC)
    assert order.worked_by is worked_by
    pit.quote("105", "106")
    assert (pit.om.open_orders(), pit.fills(order)) == ([order], [])
    pit.trade("101")

    assert pit.fills(order) == ["10 at 106"]


@BOTH
def test_a_trailing_stop_does_not_move_away(worked_by: WorkedBy) -> None:
    pit = Pit(broker=exchange(worked_by))
    pit.quote("100", "100.10")
    order = pit.om.submit("AAPL", Side.SELL, 10, TrailingStop(Offset(2)), tif=GTC)
    assert order.worked_by is worked_by
    for price in ("100", "103", "102", "101.01"):
        pit.trade(price)  # the stop price is 98, then 101, and stays there
    assert pit.fills(order) == []
    pit.trade("101")

    assert pit.fills(order) == ["10 at 100"]

"""While trading in an instrument is halted nothing that is held here is reached, and nothing follows the market: as at a venue."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import SecurityTradingStatus, Side, TriggerPriceType
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.security_status import SecurityStatus
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
)
from oms.model.time_in_force import GTC
from oms.ports.event_store import EventStore
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.list_admission import CONTINGENCIES
from oms.stores.memory import MemoryEventStore

X = Symbol("X")
INSTRUMENT = Instrument(symbol=X, currency="USD", tick="0.01")
HALT, RESUME = SecurityTradingStatus.TRADING_HALT, SecurityTradingStatus.RESUME
BID_ASK, MARK = TriggerPriceType.BID_ASK, TriggerPriceType.MARK


def plain(name: str = "paper", *, has_lists: bool = True) -> PaperBroker:
    """Market and limit orders alone, so that all others are held here."""
    lists = CONTINGENCIES if has_lists else None
    return PaperBroker([INSTRUMENT], name=name, order_types=ALL_ORDER_TYPES, contingencies=lists)


def manager(
    *brokers: PaperBroker, store: EventStore | None = None, instrument: Instrument = INSTRUMENT
) -> OrderManager:
    return OrderManager(
        brokers=brokers or [plain()],
        store=store or MemoryEventStore(),
        clock=ManualClock(),
        instruments=[instrument],
    )


def move(om: OrderManager, px: int) -> None:
    """Everybody shows and prints one price."""
    om.update(Quote(X, 0, px, 500, px, 500))
    om.update(TradePrint(X, 0, px, 10))
    om.update(MarkPrice(X, 0, px))


def status(om: OrderManager, what: SecurityTradingStatus, venue: str | None = None) -> None:
    om.update(SecurityStatus(X, 0, what), venue)


WAITS: dict[str, tuple[Side, Terms, int, int]] = {
    "a stop": (Side.SELL, Stop(95), 90, 95),
    "a stop by the bid": (Side.SELL, Stop(95, BID_ASK), 90, 95),
    "a stop by the mark": (Side.SELL, Stop(95, MARK), 90, 95),
    "a stop limit": (Side.SELL, StopLimit(95, 94), 90, 95),
    "a market if touched": (Side.SELL, MarketIfTouched(105), 110, 105),
    "a limit if touched": (Side.SELL, LimitIfTouched(105, 104), 110, 105),
    "a trail that the halt would trigger": (Side.SELL, TrailingStop(Offset(3)), 90, 97),
    "a trail that the halt would move": (Side.SELL, TrailingStop(Offset(3)), 110, 97),
}


@pytest.mark.parametrize("case", WAITS)
def test_what_waits_for_a_price_waits_through_a_halt(case: str) -> None:
    side, terms, in_halt, reached = WAITS[case]
    om = manager()
    order = om.submit(X, side, 10, terms, tif=GTC)
    move(om, 100)

    status(om, HALT)
    move(om, in_halt)
    status(om, RESUME)
    assert order.terms == terms
    move(om, 101 if reached > 100 else 99)
    assert order.terms == terms

    move(om, reached)
    assert order.terms != terms


def test_it_waits_on_where_the_manager_is_started_anew_meanwhile() -> None:
    store = MemoryEventStore()
    om = manager(store=store)
    om.submit(X, Side.SELL, 10, Stop(95), tif=GTC)
    move(om, 100)
    status(om, HALT)

    again = manager(store=store)
    (order,) = again.open_orders()
    move(again, 90)
    assert not is_released(order)

    # Nobody has listened since the start: what the first price after the halt reaches is released.
    status(again, RESUME)
    move(again, 94)
    assert is_released(order)


def test_a_peg_moves_as_trading_goes_on() -> None:
    om = manager()
    om.update(Quote(X, 0, 100, 500, 102, 500))
    order = om.submit(X, Side.BUY, 10, Pegged(), tif=GTC)
    assert order.terms == Limit(100)

    status(om, HALT)
    om.update(Quote(X, 0, 101, 500, 103, 500))
    assert order.terms == Limit(100)
    status(om, RESUME)
    assert order.terms == Limit(101)


def test_a_market_to_limit_order_takes_the_price_of_the_end_of_a_halt() -> None:
    om = manager()
    om.update(Quote(X, 0, 100, 500, 102, 500))
    status(om, HALT)

    order = om.submit(X, Side.BUY, 10, MarketToLimit(), tif=GTC)
    om.update(Quote(X, 0, 101, 500, 103, 500))
    assert (order.terms, order.broker) == (MarketToLimit(), None)

    status(om, RESUME)
    assert order.terms == Limit(103)


def test_the_exit_of_a_bracket_that_waits_is_not_reached_in_a_halt() -> None:
    om = manager(plain(has_lists=False))
    move(om, 100)
    group = om.bracket(X, Side.BUY, 10, entry=Market(), target=Limit(110), stop=Stop(95), tif=GTC)
    target = next(order for order in group.orders if order.terms == Limit(110))
    stop = next(order for order in group.orders if isinstance(order.given_terms, Stop))
    rests, waits = (target, stop) if target.broker else (stop, target)

    status(om, HALT)
    move(om, 90 if waits is stop else 115)
    assert (waits.broker, rests.is_closed) == (None, False)

    status(om, RESUME)
    move(om, 94 if waits is stop else 111)
    assert waits.broker is not None


def is_released(order: Order) -> bool:
    return order.terms == Market()


def test_a_halt_at_one_of_several_brokers_is_none_of_the_instrument() -> None:
    om = manager(
        plain("a"), plain("b"), instrument=Instrument(symbol=X, currency="USD", tick="0.01", broker="a")
    )
    order = om.submit(X, Side.SELL, 10, Stop(95), tif=GTC)
    status(om, HALT, "b")
    move(om, 94)
    assert is_released(order)


@pytest.mark.parametrize(
    "brokers", [("a",), ("a", "b")], ids=["there is no other", "the instrument names it"]
)
def test_a_halt_where_alone_an_instrument_trades_is_one_of_it(brokers: tuple[str, ...]) -> None:
    named = Instrument(symbol=X, currency="USD", tick="0.01", broker=None if len(brokers) == 1 else "a")
    om = manager(*map(plain, brokers), instrument=named)
    order = om.submit(X, Side.SELL, 10, Stop(95), tif=GTC)

    status(om, HALT, "a")
    move(om, 94)
    assert not is_released(order)

    status(om, RESUME, "a")
    move(om, 94)
    assert is_released(order)

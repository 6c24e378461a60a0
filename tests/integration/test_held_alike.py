"""What is the same held here as at a venue although it is rare: each case in the smallest market that shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import OrdStatus, PegOffsetType, PegPriceType, Side, TriggerPriceType, WorkedBy
from oms.model.ids import Symbol
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.terms import Pegged, Terms, TrailingStopLimit, limit_px
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

NATIVE, HELD = "native", "held"


class Trader:
    """A manager whose exchange knows every kind of order, or none that has to wait."""

    def __init__(self, way: str, **instrument: Any) -> None:  # noqa: ANN401  # whatever an instrument is made of
        self.way = way
        of = Instrument(**{"symbol": "X", "currency": "USD", "tick": "0.01", **instrument})
        paper = PaperBroker([of]) if way == NATIVE else PaperBroker([of], order_types=ALL_ORDER_TYPES)
        self.om = OrderManager(brokers=[paper], store=MemoryEventStore(), clock=ManualClock())

    def quote(self, bid: str, ask: str) -> None:
        self.om.update(Quote(Symbol("X"), 0, bid, 50, ask, 50))

    def submit(self, side: Side, terms: Terms, *, post_only: bool = False) -> Order:
        asked = Instructions(post_only=True) if post_only else None
        order = self.om.submit("X", side, 10, terms, tif=GTC, instructions=asked)
        assert order.worked_by is (WorkedBy.VENUE if self.way == NATIVE else WorkedBy.OMS)
        return order


both = pytest.mark.parametrize("way", [NATIVE, HELD])


@both
@pytest.mark.parametrize(
    ("limit_offset", "tick", "px"),
    [
        (Offset("0.30"), "0.01", "0.01"),
        (Offset("0.20"), "0.05", "0.10"),
        (Offset("0.30"), "0.05", "0.05"),
        (Offset(30, PegOffsetType.TICKS), "0.01", "0.01"),
    ],
    ids=str,
)
def test_a_trailing_stop_limit_of_what_is_worth_little_sells_at_the_lowest_price_there_is(
    way: str, limit_offset: Offset, tick: str, px: str
) -> None:
    """The trail stands at 0.30; the limit behind that would be at zero or below, where this instrument has no price."""
    trader = Trader(way, tick=tick)
    trader.quote("0.40", "0.45")
    order = trader.submit(
        Side.SELL, TrailingStopLimit(Offset("0.10"), limit_offset, TriggerPriceType.BID_ASK)
    )
    trader.quote("0.40", "0.45")
    trader.quote(tick, "0.45")
    if Decimal(px) > Decimal(tick):
        assert order.status is OrdStatus.NEW
        assert not order.cum_qty
    else:
        assert (order.cum_qty, order.avg_px) == (Decimal(10), Decimal(tick))


@pytest.mark.parametrize(("px", "qty"), [("0.00", 10), ("-0.20", 0)])
@both
def test_where_prices_may_be_negative_the_limit_is_what_was_asked_for(way: str, px: str, qty: int) -> None:
    """0.30 less 0.40 is -0.10: at zero it sells, and not below that."""
    trader = Trader(way, negative_px=True)
    trader.quote("0.40", "0.45")
    order = trader.submit(
        Side.SELL, TrailingStopLimit(Offset("0.10"), Offset("0.40"), TriggerPriceType.BID_ASK)
    )
    trader.quote("0.40", "0.45")
    trader.quote(px, "0.45")
    assert order.cum_qty == qty


@both
def test_another_quantity_moves_no_peg_that_has_not_far_enough_to_go(way: str) -> None:
    """The offer is half a point lower, and the order follows whole points only: it stays at 99 whatever its quantity is."""
    trader = Trader(way)
    trader.quote("98", "99")
    order = trader.submit(Side.SELL, Pegged(PegPriceType.PRIMARY, min_move=Decimal(1)))
    trader.quote("98", "98.5")
    trader.om.replace(order, order_qty=12)
    assert order.order_qty == 12
    trader.quote("98.9", "99.5")
    assert order.cum_qty == 0
    trader.quote("99", "99.5")
    assert (order.cum_qty, order.avg_px) == (Decimal(12), Decimal(99))


@both
def test_a_peg_that_must_only_wait_waits_for_a_quote_at_which_it_takes_nothing(way: str) -> None:
    """To follow the offer from a tick below it would wait; at the offer itself it would take, and is not sent there."""
    trader = Trader(way)
    order = trader.submit(Side.BUY, Pegged(PegPriceType.MARKET, offset=Decimal("-0.02")), post_only=True)
    order_2 = trader.submit(Side.BUY, Pegged(PegPriceType.MARKET), post_only=True)
    trader.quote("100", "100.50")
    trader.quote("100", "100.60")
    assert not order.is_closed
    assert limit_px(order.terms) in {None, Decimal("100.58")}
    assert not order_2.is_closed
    assert not order.cum_qty + order_2.cum_qty


@both
def test_a_peg_that_must_only_wait_is_refused_where_it_would_take_as_it_comes(way: str) -> None:
    trader = Trader(way)
    trader.quote("100", "100.50")
    order = trader.submit(Side.BUY, Pegged(PegPriceType.MARKET), post_only=True)
    assert order.status is OrdStatus.REJECTED
    assert not order.cum_qty

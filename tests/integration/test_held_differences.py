"""What is not the same held here as at a venue: each difference that the docs list, in the smallest market that shows it."""

from __future__ import annotations

from decimal import Decimal

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import OrdStatus, PegPriceType, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.order import Order
from oms.model.terms import Limit, MarketToLimit, Pegged, Terms
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X = Symbol("X")
INSTRUMENT = Instrument(symbol=X, currency="USD", tick="0.01")


class Deaf(PaperBroker):
    """An exchange whose own market moves apart from what the manager hears of it."""

    def on_market(self, update: MarketData) -> None:
        """Hear nothing of what the manager is told."""

    def move(self, update: MarketData) -> None:
        """Let the exchange see an update."""
        super().on_market(update)


def quote(bid: str, ask: str, ask_size: int = 5) -> Quote:
    return Quote(X, 0, bid, 5, ask, ask_size)


def manager(broker: PaperBroker) -> OrderManager:
    return OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock())


def native() -> OrderManager:
    return manager(PaperBroker([INSTRUMENT]))


def held() -> OrderManager:
    return manager(PaperBroker([INSTRUMENT], order_types=ALL_ORDER_TYPES))


def buy(om: OrderManager, qty: int, terms: Terms) -> Order:
    return om.submit("X", Side.BUY, qty, terms, tif=GTC)


def test_what_we_have_taken_ourselves_is_not_seen_here_and_a_market_to_limit_order_rests() -> None:
    orders = []
    for om in (native(), held()):
        om.update(quote("100.00", "100.02", 5))
        buy(om, 5, MarketToLimit())
        orders.append(buy(om, 3, MarketToLimit()))

    at_venue, here = orders
    assert (at_venue.status, at_venue.cum_qty) == (OrdStatus.CANCELED, Decimal(0))
    assert here.status is OrdStatus.NEW
    assert here.terms == Limit("100.02")


def test_a_market_that_has_left_lets_a_market_to_limit_order_rest() -> None:
    broker = Deaf([INSTRUMENT], order_types=ALL_ORDER_TYPES)
    with manager(broker) as om:
        om.update(quote("100.00", "100.02"))
        broker.move(quote("100.03", "100.05"))

        order = buy(om, 3, MarketToLimit())

        assert (order.status, order.cum_qty) == (OrdStatus.NEW, Decimal(0))
        assert order.terms == Limit("100.02")


def test_a_better_price_leaves_the_rest_at_the_worse_one_that_was_asked_for() -> None:
    broker = Deaf([INSTRUMENT], order_types=ALL_ORDER_TYPES)
    with manager(broker) as om:
        om.update(quote("100.00", "100.02"))
        broker.move(quote("99.98", "100.00", 5))

        order = buy(om, 8, MarketToLimit())

        assert (order.cum_qty, order.avg_px) == (Decimal(5), Decimal("100.00"))
        assert order.terms == Limit("100.02")


def test_until_it_is_replaced_a_peg_trades_at_the_price_that_the_market_has_left() -> None:
    broker = Deaf([INSTRUMENT], order_types=ALL_ORDER_TYPES)
    with manager(broker) as om:
        for first in (broker.move, om.update):
            first(quote("100.00", "100.02"))
        order = buy(om, 3, Pegged())
        broker.move(quote("99.95", "99.97"))
        om.poll()

        # It was 2 ticks above the offer before anybody here had heard of that.
        assert (order.cum_qty, order.avg_px) == (Decimal(3), Decimal("100.00"))


def test_a_peg_joins_its_new_price_behind_whoever_came_before_it_was_replaced() -> None:
    def left_after(om: OrderManager, broker: Deaf | None) -> Decimal:
        for tell in (om.update,) if broker is None else (broker.move, om.update):
            tell(quote("100.00", "100.10"))
        order = buy(om, 3, Pegged(PegPriceType.PRIMARY))
        moved, more = quote("100.01", "100.10"), Quote(X, 0, "100.01", 9, "100.10", 5)
        if broker is None:
            om.update(moved)
            om.update(more)
        else:
            broker.move(moved)
            broker.move(more)
            om.update(moved)
        # What the market shows at 100.01 is 5 first, and then 9; a trade of 8 there reaches whoever stands behind 5.
        trade = TradePrint(X, 0, "100.01", 8, Side.SELL)
        (om.update if broker is None else broker.move)(trade)
        om.poll()
        return order.leaves_qty

    broker = Deaf([INSTRUMENT], order_types=ALL_ORDER_TYPES)
    assert left_after(native(), None) == 0
    assert left_after(manager(broker), broker) == 3

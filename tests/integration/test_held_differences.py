"""What is not the same held here as at a venue: each difference that the docs list, in the smallest market that shows it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.brokers.paper import PROFILE, PaperBroker
from oms.model.bars import Bar, QuoteBar
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.depth import BookSnapshot
from oms.model.enums import OrdStatus, PegPriceType, SessionPhase, Side, TriggerPriceType
from oms.model.ids import Symbol
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.order import Order
from oms.model.sessions import NS_PER_S, SessionChange
from oms.model.terms import Limit, Market, MarketIfTouched, MarketToLimit, Pegged, Stop, StopLimit, Terms
from oms.model.time_in_force import DAY, GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X = Symbol("X")
INSTRUMENT = Instrument(symbol=X, currency="USD", tick="0.01")


BOOK = ((Decimal(100), Decimal(5)), (Decimal(200), Decimal(9)))


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


def in_money(om: OrderManager, terms: Terms, side: Side = Side.BUY) -> Order:
    return om.submit("X", side, None, terms, tif=GTC, cash_order_qty=1050)


def takes_no_money() -> OrderManager:
    return manager(PaperBroker([INSTRUMENT], profile=evolve(PROFILE, takes_cash_orders=False)))


def test_money_that_is_turned_here_is_for_a_quantity_that_is_not_looked_at_again() -> None:
    orders = []
    for om in (native(), takes_no_money()):
        om.update(BookSnapshot(X, 0, ((Decimal(99), Decimal(5)),), BOOK))
        om.update(Quote(X, 0, 99, 5, 100, 5))
        orders.append(in_money(om, Market()))

    at_venue, here = orders
    # 5 at 100, 2 at 200 and 150 left; and 10, which is what 1050 is at 100: 5 at 100 and 5 at 200.
    assert (at_venue.cum_qty, at_venue.notional) == (Decimal(7), Decimal(900))
    assert (here.cum_qty, here.notional) == (Decimal(10), Decimal(1500))


def test_a_purchase_with_a_limit_that_is_turned_here_costs_less_below_its_limit() -> None:
    orders = []
    for om in (native(), takes_no_money()):
        om.update(quote("89", "90", 50))
        orders.append(in_money(om, Limit(105)))

    at_venue, here = orders
    assert (at_venue.cum_qty, here.cum_qty) == (Decimal(11), Decimal(10))


def test_post_only_that_would_take_as_it_is_released_is_canceled_there_and_refused_from_here() -> None:
    orders = []
    for om in (native(), held()):
        om.update(quote("99", "101", 50))
        terms, only = StopLimit(100, 101), Instructions(post_only=True)
        orders.append(om.submit("X", Side.BUY, 3, terms, tif=GTC, instructions=only))
        om.update(TradePrint(X, 0, 100, 1))

    at_venue, here = orders
    assert (at_venue.status, at_venue.cum_qty) == (OrdStatus.CANCELED, Decimal(0))
    assert (here.status, here.cum_qty) == (OrdStatus.REJECTED, Decimal(0))


def test_what_is_given_while_the_session_is_closed_is_refused_there_and_held_here_for_the_next_one() -> None:
    orders = []
    for om in (native(), held()):
        om.session(SessionChange(0, SessionPhase.OPEN, "20260105"))
        om.session(SessionChange(0, SessionPhase.CLOSED, "20260105"))
        orders.append(om.submit("X", Side.BUY, 3, Stop(100), tif=DAY))
        om.session(SessionChange(0, SessionPhase.OPEN, "20260106"))
        om.update(quote("99", "101", 50))
        om.update(TradePrint(X, 0, 100, 1))

    at_venue, here = orders
    assert (at_venue.status, at_venue.cum_qty) == (OrdStatus.REJECTED, Decimal(0))
    assert (here.status, here.cum_qty) == (OrdStatus.FILLED, Decimal(3))


def bar_of(kind: type[Bar | QuoteBar], number: int, opens: int, high: int, low: int, last: int) -> MarketData:
    """A bar of trades, or of quotes whose offers are 1 above the bids."""
    end_ns, start_ns = (number + 1) * NS_PER_S, number * NS_PER_S
    if kind is Bar:
        return Bar(X, end_ns, start_ns, opens, high, low, last, 1000)
    asks = opens + 1, high + 1, low + 1, last + 1
    return QuoteBar(X, end_ns, start_ns, opens, high, low, last, 500, asks[0], asks[1], asks[2], asks[3], 500)


BARS: dict[str, tuple[type[Bar | QuoteBar], TriggerPriceType, list[int], list[int]]] = {
    # Within the bar of trades a stop is met at its price; from here it is sent after the bar, and the next one opens at 105.
    "of trades": (Bar, TriggerPriceType.LAST, [95, 95, 92], [105, 105, 105]),
    # Of quotes the low is the first bid below 95: the market order gets it, the limit order its limit. After the bar, the close.
    "of quotes": (QuoteBar, TriggerPriceType.BID_ASK, [90, 94, 91], [99, 99, 100]),
}


@pytest.mark.parametrize("case", BARS)
def test_on_bars_a_native_stop_trades_within_the_bar_and_a_held_one_at_what_follows_it(case: str) -> None:
    kind, price_type, at_venue, here = BARS[case]
    for om, expected in ((native(), at_venue), (held(), here)):
        om.update(bar_of(kind, 0, 100, 101, 99, 100))
        stops = [
            om.submit("X", side, 10, terms, tif=GTC)
            for side, terms in (
                (Side.SELL, Stop(95, price_type)),
                (Side.SELL, StopLimit(95, 94, price_type)),
                (Side.BUY, MarketIfTouched(92, price_type)),
            )
        ]
        for number, prices in enumerate(((100, 100, 90, 99), (105, 106, 104, 105)), 1):
            om.update(bar_of(kind, number, *prices))

        assert [order.avg_px for order in stops] == [Decimal(px) for px in expected]

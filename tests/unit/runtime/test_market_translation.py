"""Depth and bars: simulated brokers hear them as they are, orders held here what follows from them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.capabilities import Capabilities
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.enums import MDUpdateAction, SecurityTradingStatus, SessionPhase, Side
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.requests import NewOrderSingle
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import GTC, GoodTillCancel
from oms.runtime.manual_clock import ManualClock
from oms.runtime.market_translation import Translation
from oms.runtime.order_manager import OrderManager
from oms.simulation.bar_path import BarPath
from tests.fakes import AAPL, T0, S, ScriptedBroker, WatchedStore, d

X = AAPL.symbol
PLAIN = Capabilities(
    order_types=frozenset({(Market, GoodTillCancel), (Limit, GoodTillCancel)}), simulated=True
)
SNAPSHOT = BookSnapshot(X, T0, [("99.5", 5)], [("100.5", 5)])
RISING = Bar(X, T0 + 60 * S, T0, d(100), d(104), d(99), d(103), d(8))


class Listening(ScriptedBroker):
    """Takes no stops, and hears of the market."""

    def __init__(self) -> None:
        super().__init__(can=PLAIN)
        self.heard: list[MarketData | SessionChange] = []

    def on_market(self, update: MarketData) -> None:
        self.heard.append(update)

    def on_session(self, change: SessionChange) -> None:
        self.heard.append(change)


class House:
    """A manager on a broker without stops."""

    def __init__(self, path: BarPath = BarPath.ADAPTIVE) -> None:
        self.broker = Listening()
        self.om = OrderManager(
            brokers=[self.broker],
            store=WatchedStore(),
            instruments=[AAPL],
            clock=ManualClock(T0),
            bar_path=path,
        )

    def stop(self, side: Side, px: int) -> None:
        self.om.submit("AAPL", side, 10, Stop(px), tif=GTC)

    def sent(self) -> list[Side]:
        return [request.side for request in self.broker.requests if isinstance(request, NewOrderSingle)]


def test_brokers_hear_depth_and_bars_as_they_are() -> None:
    house = House()
    change = BookUpdate(X, T0, [("99.5", 1)], [])
    order = BookOrder(X, T0, MDUpdateAction.NEW, "a", Side.BUY, d(99), d(1))
    bid, ask, lot = d(99), d(100), d(1)
    quotes = QuoteBar(X, T0 + 1, T0, bid, bid, bid, bid, lot, ask, ask, ask, ask, lot)
    halt = SecurityStatus(X, T0 + 2, SecurityTradingStatus.TRADING_HALT)
    heard: list[MarketData] = [SNAPSHOT, change, order, RISING, quotes, halt]

    for one in heard:
        house.om.update(one)

    assert house.broker.heard == heard


def test_of_depth_an_order_is_judged_by_the_best_prices() -> None:
    house = House()
    house.om.update(SNAPSHOT)

    assert house.om.submit("AAPL", Side.BUY, 1, Limit(100), tif=GTC).reference_px == d(100)

    house.om.update(BookUpdate(X, T0, [(100, 2)], []))

    assert house.om.submit("AAPL", Side.BUY, 1, Limit(100), tif=GTC).reference_px == d("100.25")


def test_a_bar_reaches_held_stops_in_the_order_of_its_path() -> None:
    sent = {}
    for path in BarPath:
        house = House(path)
        house.stop(Side.BUY, 104)
        house.stop(Side.SELL, 99)
        house.stop(Side.BUY, 105)

        house.om.update(RISING)

        sent[path] = house.sent()
    assert sent == {
        BarPath.OHLC: [Side.BUY, Side.SELL],
        BarPath.OLHC: [Side.SELL, Side.BUY],
        BarPath.ADAPTIVE: [Side.SELL, Side.BUY],
    }


def test_a_bar_of_which_the_volume_is_not_known_reaches_stops_and_one_without_trades_does_not() -> None:
    house = House()
    house.stop(Side.BUY, 104)

    house.om.update(Bar(X, T0 + 1, T0, d(100), d(104), d(99), d(103), d(0)))
    assert house.sent() == []
    house.om.update(Bar(X, T0 + 1, T0, d(100), d(104), d(99), d(103), None))
    assert house.sent() == [Side.BUY]


def test_a_translation_makes_no_books_before_depth_comes() -> None:
    translation = Translation(BarPath.OHLC)

    assert translation.of(RISING)[0] == TradePrint(X, T0 + 60 * S, d(100), d(2))
    assert translation.tops == {}
    assert translation.of(SNAPSHOT) == (Quote(X, T0, d("99.5"), d(5), d("100.5"), d(5)),)
    assert translation.of(SNAPSHOT) == ()
    assert set(translation.tops) == {X}


@pytest.mark.parametrize("junk", [None, "AAPL", SessionChange(T0, SessionPhase.OPEN, "20260105"), Decimal(1)])
def test_what_no_market_says_is_refused_and_nobody_hears_it(junk: MarketData) -> None:
    house = House()

    with pytest.raises(ValidationError, match="pass a Quote, a TradePrint, a MarkPrice, depth"):
        house.om.update(junk)

    assert house.broker.heard == []


def test_a_path_is_a_path() -> None:
    with pytest.raises(ValidationError, match="bar_path = 'high first': pass a BarPath"):
        House("high first")  # type: ignore[arg-type]  # as a caller might


def at_the_exchange(*market: MarketData) -> OrderManager:
    """A manager at the simulated exchange that has heard this of the market."""
    om = OrderManager(brokers=[PaperBroker([AAPL])], store=WatchedStore(), clock=ManualClock(T0))
    for update in market:
        om.update(update)
    return om


def test_what_depth_executes_is_heard_at_once_also_where_the_best_prices_stay() -> None:
    om = at_the_exchange(BookSnapshot(X, T0, [("99.5", 5)], [("100.5", 5), ("102", 5)]))
    order = om.submit(X, Side.BUY, 8, Limit(101), tif=GTC)
    assert order.cum_qty == 5

    om.update(BookUpdate(X, T0, [], [("101", 3)]))
    assert order.cum_qty == 8


def test_what_a_resumption_executes_is_heard_at_once() -> None:
    om = at_the_exchange(
        Quote(X, T0, d("99.5"), d(5), d("100.5"), d(5)),
        SecurityStatus(X, T0, SecurityTradingStatus.TRADING_HALT),
    )
    order = om.submit(X, Side.BUY, 4, Limit(101), tif=GTC)
    assert not order.cum_qty

    om.update(SecurityStatus(X, T0, SecurityTradingStatus.RESUME))
    assert order.cum_qty == 4


def test_what_a_resumption_executes_is_heard_within_a_batch_too() -> None:
    om = at_the_exchange(
        Quote(X, T0, d("99.5"), d(5), d("100.5"), d(5)),
        SecurityStatus(X, T0, SecurityTradingStatus.TRADING_HALT),
    )
    order = om.submit(X, Side.BUY, 4, Limit(101), tif=GTC)
    with om.batch():
        om.update(SecurityStatus(X, T0, SecurityTradingStatus.RESUME))
        assert order.cum_qty == 4

"""The readers and the simulated exchange on the recorded markets."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.enums import ExecType, LastLiquidityInd, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.reports import ExecutionReport, Report
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.model.terms import Limit
from oms.model.time_in_force import GTC, IOC, TimeInForce
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.fees import MakerTaker

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

BTCUSDT = Symbol("BTCUSDT")
QUOTES = "crypto_btcusdt_binance_2024-08-08_quotes.csv.gz"
TRADES = "crypto_btcusdt_binance_2024-08-08_trades.csv.gz"
XXX_QUOTES = "us_equity_xxx_quotes_2018-01-02.csv.gz"
XXX_TRADES = "us_equity_xxx_trades_2018-01-02.csv.gz"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_every_binance_quote_is_read_as_it_stands(market_data: Path) -> None:
    quotes = list(Recording(market_data / QUOTES, BTCUSDT))

    assert quotes == [
        Quote(
            BTCUSDT,
            int(row["recv_ns"]),
            Decimal(row["bid"]),
            Decimal(row["bid_size"]),
            Decimal(row["ask"]),
            Decimal(row["ask_size"]),
        )
        for row in rows(market_data / QUOTES)
    ]
    assert len(quotes) == 73_174


def test_every_binance_trade_is_read_as_it_stands(market_data: Path) -> None:
    trades = list(Recording(market_data / TRADES, BTCUSDT))

    assert len(trades) == 19_904
    takers = Counter(trade.aggressor for trade in trades if isinstance(trade, TradePrint))
    counted = Counter(row["taker_side"] for row in rows(market_data / TRADES))
    assert (takers[Side.BUY], takers[Side.SELL]) == (counted["BUY"], counted["SELL"])


def test_equity_quotes_of_all_venues_have_51_with_one_side(market_data: Path) -> None:
    quotes = list(Recording(market_data / XXX_QUOTES, "XXX", venue=None))

    assert len(quotes) == 66_693
    assert (
        sum(1 for quote in quotes if isinstance(quote, Quote) and (quote.bid is None or quote.ask is None))
        == 51
    )
    reference = sum(1 for row in rows(market_data / XXX_QUOTES) if row["venue"] == "N")
    assert len(list(Recording(market_data / XXX_QUOTES, "XXX"))) == reference


def test_equity_trades_are_those_of_the_regular_market(market_data: Path) -> None:
    wanted = [
        row
        for row in rows(market_data / XXX_TRADES)
        if row["corr"] == "0" and not any(letter in "MQTUZ47VWCNRP" for letter in row["cond"])
    ]

    trades = list(Recording(market_data / XXX_TRADES, "XXX"))

    assert [trade.price for trade in trades if isinstance(trade, TradePrint)] == [
        Decimal(row["price"]) for row in wanted
    ]


class Player:
    """Plays a market to an exchange and keeps one order of ours a second in it: at the bid, and sometimes at the ask."""

    def __init__(self, instrument: Instrument) -> None:
        self.exchange = SimulatedExchange([instrument], fees=MakerTaker(maker_bps=1, taker_bps=2))
        self.instrument = instrument
        self.count = 0
        self.due_ns = 0
        self.resting: NewOrderSingle | None = None
        self.reports: list[Report] = []

    def play(self, update: MarketData) -> list[Report]:
        """Give what the market did to our orders; then act, once a second."""
        if isinstance(update, TradePrint):
            return self.exchange.on_trade(update)
        assert isinstance(update, Quote), "nobody has recorded a mark price"
        done = self.exchange.on_quote(update)
        if update.time_ns >= self.due_ns and update.bid is not None and update.ask is not None:
            self.due_ns = update.time_ns + 1_000_000_000
            if self.resting is not None:
                done += self.exchange.cancel(self.cancel(self.resting, update.time_ns))
            takes = self.count % 5 == 4
            side = Side.BUY if self.count % 2 else Side.SELL
            px = update.ask if (side is Side.BUY) is takes else update.bid
            self.resting = self.order(side, px, IOC if takes else GTC, update.time_ns)
            done += self.exchange.new_order(self.resting)
        return done

    def order(self, side: Side, px: Decimal, time_in_force: TimeInForce, time_ns: int) -> NewOrderSingle:
        self.count += 1
        return NewOrderSingle(
            BrokerName("paper"),
            OrderId(self.count),
            ClOrdId(f"o{self.count}"),
            time_ns,
            self.instrument.symbol,
            side,
            Decimal("0.5"),
            Limit(px),
            time_in_force,
            Account("main"),
        )

    def cancel(self, request: NewOrderSingle, time_ns: int) -> OrderCancelRequest:
        return OrderCancelRequest(
            request.broker,
            request.order_id,
            ClOrdId(f"c{self.count}"),
            time_ns,
            request.cl_ord_id,
            None,
            request.symbol,
            request.side,
            request.order_qty,
            request.account,
        )


def test_orders_in_a_recorded_market_fill_from_what_was_there(market_data: Path) -> None:
    instrument = Instrument(symbol=BTCUSDT, currency="USDT", tick="0.01", lot="0.00001")
    market = merge(Recording(market_data / QUOTES, BTCUSDT), Recording(market_data / TRADES, BTCUSDT))
    player = Player(instrument)
    last: dict[str | None, ExecutionReport] = {}
    liquidity: Counter[LastLiquidityInd | None] = Counter()

    for update in market:
        filled = Decimal(0)
        for report in player.play(update):
            if isinstance(report, ExecutionReport):
                last[report.venue_order_id] = report
                if report.exec_type is ExecType.TRADE:
                    assert report.last_qty is not None
                    filled += report.last_qty
                    liquidity[report.last_liquidity_ind] += 1
        if isinstance(update, TradePrint):
            assert filled <= update.size
        if isinstance(update, Quote):
            assert filled <= update.bid_size + update.ask_size

    # Ten minutes and fifty seconds, one order a second.
    assert 600 < len(last) < 660
    assert liquidity[LastLiquidityInd.ADDED] > 10
    assert liquidity[LastLiquidityInd.REMOVED] > 50
    for report in last.values():
        assert report.order_qty == Decimal("0.5")
        assert report.cum_qty is not None
        assert report.leaves_qty == 0 or report.exec_type in {ExecType.NEW, ExecType.TRADE}


def test_a_merged_market_is_in_time_order(market_data: Path) -> None:
    times = [
        update.time_ns
        for update in merge(
            Recording(market_data / XXX_QUOTES, "XXX"), Recording(market_data / XXX_TRADES, "XXX")
        )
    ]

    assert all(earlier <= later for earlier, later in pairwise(times))

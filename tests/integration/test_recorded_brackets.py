"""Brackets in recorded markets, bitcoin and a share: what closes them, when and at what price, and that nothing is sold twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define, field, frozen

from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import Life, Side, WorkedBy
from oms.model.events import AnomalyRaised, Traded
from oms.model.group import Group
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.order import Order
from oms.model.sessions import to_ns
from oms.model.terms import Limit, Stop
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.accounts import MarginAccount
from oms.simulation.admission import ORDER_TYPES
from oms.simulation.fee_schedules import PaidIn, Together
from oms.simulation.fees import MakerTaker
from oms.simulation.list_admission import CONTINGENCIES
from oms.stores.memory import MemoryEventStore
from oms.testing.conservation import check_conservation

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

BTCUSDT, XXX = Symbol("BTCUSDT"), Symbol("XXX")
FILES = ("crypto_btcusdt_binance_2024-08-08_quotes.csv.gz", "crypto_btcusdt_binance_2024-08-08_trades.csv.gz")
XXX_FILES = ("us_equity_xxx_quotes_2018-01-02.csv.gz", "us_equity_xxx_trades_2018-01-02.csv.gz")
LOT = Decimal("0.00001")
MONEY = {"USDT": Decimal(10**9), "USD": Decimal(10**9)}
INSTRUMENT = Instrument(symbol=BTCUSDT, currency="USDT", tick="0.01", lot=LOT)
SHARE = Instrument(symbol=XXX, currency="USD", tick="0.01")
OPENS, CLOSES = (
    to_ns(datetime(2018, 1, 2, hour, minute, tzinfo=UTC)) for hour, minute in ((14, 30), (21, 0))
)


FEES = Together(
    [
        MakerTaker(maker_bps=-1, taker_bps=5),
        PaidIn(MakerTaker(maker_bps=1, taker_bps=1), "BNB", {"USDT": 600}),
    ]
)


def paper(
    *, works_stops: bool = True, works_lists: bool = False, instrument: Instrument = INSTRUMENT
) -> PaperBroker:
    """A broker that charges, and keeps accounts that are large enough."""
    return PaperBroker(
        [instrument],
        fees=FEES,
        account=MarginAccount(MONEY),
        order_types=ORDER_TYPES if works_stops else ALL_ORDER_TYPES,
        contingencies=CONTINGENCIES if works_lists else None,
    )


@frozen
class Placed:
    """A bracket of ours, and after which update it was placed."""

    group: Group
    target: Decimal
    stop: Decimal
    after: int


@define
class Desk:
    """Places brackets in a market, and keeps what executed."""

    broker: PaperBroker
    instrument: Instrument = INSTRUMENT
    away: Decimal = Decimal(25)
    every_ns: int = 2_000_000_000
    sessions: CalendarSessions | None = None
    from_ns: int = 0
    until_ns: int = 2**62
    clock: ManualClock = field(factory=ManualClock)
    placed: list[Placed] = field(factory=list)
    trades: dict[OrderId, list[Traded]] = field(factory=dict)
    anomalies: list[AnomalyRaised] = field(factory=list)
    store: MemoryEventStore = field(factory=MemoryEventStore)

    def play(self, market: Sequence[MarketData]) -> OrderManager:
        """Buy the smallest lot every so often, and let a bracket sell it."""
        self.clock.advance_to(market[0].time_ns)
        om = OrderManager(brokers=[self.broker], store=self.store, clock=self.clock, sessions=self.sessions)
        om.on(Traded, self._traded)
        om.on(AnomalyRaised, self.anomalies.append)
        symbol, lot, due_ns = self.instrument.symbol, self.instrument.lot, self.from_ns
        for index, update in enumerate(market):
            self.clock.advance_to(update.time_ns)
            om.update(update)
            is_due = due_ns <= update.time_ns < self.until_ns
            if isinstance(update, Quote) and is_due and update.is_two_sided and update.bid and update.ask:
                due_ns = update.time_ns + self.every_ns
                target, stop = update.bid + self.away, update.bid - self.away
                group = om.bracket(
                    symbol, Side.BUY, lot, entry=Limit(update.ask), target=Limit(target), stop=Stop(stop)
                )
                self.placed.append(Placed(group, target, stop, index))
        assert check_conservation(self.store.read(), self.broker, balances=MONEY) == ()
        return om

    def _traded(self, event: Traded) -> None:
        self.trades.setdefault(event.order_id, []).append(event)

    def bought(self, one: Placed) -> Decimal:
        """What the entry of a bracket has executed."""
        entry = one.group.entry
        assert entry is not None
        return entry.cum_qty

    def sold(self, one: Placed) -> list[Traded]:
        """What the exits of a bracket have executed."""
        entry = one.group.entry
        return [
            trade
            for order in one.group.orders
            if order is not entry
            for trade in self.trades.get(order.order_id, [])
        ]


def closed(
    one: Placed, market: Sequence[MarketData], end: int | None = None
) -> tuple[str, int, Decimal | None] | None:
    """What closes a bracket first, after which update and at what price, by looking at each; None where nothing does."""
    quote: Quote | None = None
    for index in range(one.after + 1, len(market) if end is None else end):
        update = market[index]
        if isinstance(update, Quote):
            quote = update
            if update.is_two_sided and update.bid is not None and update.bid >= one.target:
                return "target", index, update.bid
        elif isinstance(update, TradePrint) and update.size > 0 and update.price <= one.stop:
            return "stop", index, None if quote is None else quote.bid
    return None


def test_brackets_close_at_the_first_of_their_prices_and_sell_what_was_bought(market_data: Path) -> None:
    market = list(merge(*(Recording(market_data / name, BTCUSDT) for name in FILES)))
    desk = Desk(paper())
    desk.play(market)

    seen: Counter[str] = Counter()
    for one in desk.placed:
        expected, sold = closed(one, market), desk.sold(one)
        assert desk.bought(one) == LOT
        if expected is None:
            assert sold == []
            seen["open"] += 1
            continue
        how, index, px = expected
        assert [(trade.last_qty, trade.last_px, trade.time_ns) for trade in sold] == [
            (LOT, px, market[index].time_ns)
        ], one
        seen[how] += 1
    assert desk.anomalies == []
    assert min(seen[how] for how in ("open", "target", "stop")) >= 5, seen


def open_qty(orders: Iterable[Order], *, is_sent: bool) -> Decimal:
    """What may still execute of those that were sent, or of the others."""
    fits = (one for one in orders if not one.is_closed and (one.broker is not None) is is_sent)
    return sum((one.leaves_qty for one in fits), Decimal(0))


@pytest.mark.parametrize("is_native", [True, False], ids=["stops at the exchange", "stops held here"])
def test_no_bracket_sells_more_than_it_bought_and_none_is_left_open_without_exits(
    market_data: Path, *, is_native: bool
) -> None:
    market = list(merge(*(Recording(market_data / name, BTCUSDT) for name in FILES)))
    desk = Desk(paper(works_stops=is_native))
    om = desk.play(market)

    for one in desk.placed:
        left = desk.bought(one) - sum((trade.last_qty for trade in desk.sold(one)), Decimal(0))
        assert left >= 0
        # One exit lies at the exchange, the other one is held here meanwhile: each for what is left.
        for is_sent in (True, False):
            assert open_qty(one.group.orders, is_sent=is_sent) == left
    (position,) = om.positions
    assert position.net_qty == open_qty(om.orders(), is_sent=True)
    assert desk.anomalies == []


def test_brackets_at_the_exchange_close_no_later_and_at_their_own_prices(market_data: Path) -> None:
    market = list(merge(*(Recording(market_data / name, BTCUSDT) for name in FILES)))
    desk = Desk(paper(works_lists=True))
    desk.play(market)

    seen: Counter[str] = Counter()
    for one in desk.placed:
        expected, sold = closed(one, market), desk.sold(one)
        _, stop, target = one.group.orders
        assert one.group.worked_by is WorkedBy.VENUE
        assert desk.bought(one) == LOT
        if not sold:
            # Both exits are at work; the target rests, so that it may trade before the bid has come to its price.
            assert expected is None
            assert stop.leaves_qty == target.leaves_qty == LOT
            seen["open"] += 1
            continue
        assert not any(order.leaves_qty for order in one.group.orders)
        (trade,) = sold
        if expected is not None:
            assert trade.time_ns <= market[expected[1]].time_ns
        if trade.order_id == target.order_id:
            assert (trade.last_qty, trade.last_px) == (LOT, one.target)
            seen["target"] += 1
        else:
            assert expected is not None
            assert (expected[0], market[expected[1]].time_ns) == ("stop", trade.time_ns)
            assert (trade.last_qty, trade.last_px) == (LOT, expected[2])
            seen["stop"] += 1
    assert desk.anomalies == []
    assert min(seen[how] for how in ("open", "target", "stop")) >= 5, seen


@pytest.mark.parametrize("is_native", [True, False], ids=["stops at the exchange", "stops held here"])
def test_brackets_of_a_share_close_at_the_first_of_their_prices_in_its_session(
    market_data: Path, *, is_native: bool
) -> None:
    market = list(merge(*(Recording(market_data / name, XXX) for name in XXX_FILES)))
    end = next(index for index, update in enumerate(market) if update.time_ns >= CLOSES)
    desk = Desk(
        paper(works_stops=is_native, instrument=SHARE),
        SHARE,
        away=Decimal("0.40"),
        every_ns=120_000_000_000,
        sessions=CalendarSessions(nyse()),
        from_ns=OPENS,
        until_ns=CLOSES,
    )
    om = desk.play(market)

    seen: Counter[str] = Counter()
    for one in desk.placed:
        expected, sold, bought = closed(one, market, end), desk.sold(one), desk.bought(one)
        left = bought - sum((trade.last_qty for trade in sold), Decimal(0))
        assert left >= 0
        if not bought:
            # The offer went before it came: its day is over at the close, and it never had an exit.
            entry = one.group.entry
            assert entry is not None
            assert entry.life is Life.EXPIRED
            assert sold == []
            seen["no entry"] += 1
        elif not sold:
            assert expected is None
            seen["open"] += 1
        elif sold[0].last_px == one.target and not is_native:
            # It rests there, so that it may trade before the bid has come to its price.
            assert expected is None or sold[0].time_ns <= market[expected[1]].time_ns
            seen["target"] += 1
        else:
            assert expected is not None
            how, index, px = expected
            assert [(trade.last_qty, trade.last_px, trade.time_ns) for trade in sold] == [
                (SHARE.lot, px, market[index].time_ns)
            ], one
            seen[how] += 1
    assert all(trade.time_ns < CLOSES for trades in desk.trades.values() for trade in trades)
    (position,) = om.positions
    assert position.net_qty == sum(desk.bought(one) for one in desk.placed) - sum(
        trade.last_qty for one in desk.placed for trade in desk.sold(one)
    )
    assert desk.anomalies == []
    assert min(seen[how] for how in ("open", "target", "stop")) >= 5, seen

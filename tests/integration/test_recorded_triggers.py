"""Stops, if-touched orders and trailing stops in the recorded markets, against a reference that looks at every update."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path

import pytest
from attrs import frozen

from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import Life, PegOffsetType, Side, TriggerPriceType, WorkedBy
from oms.model.events import Traded
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.sessions import to_ns
from oms.model.terms import MarketIfTouched, Stop, Terms, TrailingStop
from oms.model.time_in_force import DAY
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.accounts import MarginAccount
from oms.simulation.admission import ORDER_TYPES
from oms.simulation.fees import MakerTaker
from oms.stores.memory import MemoryEventStore
from oms.testing.conservation import check_conservation

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

LAST, BID_ASK, MID = TriggerPriceType.LAST, TriggerPriceType.BID_ASK, TriggerPriceType.MID
TICK = Decimal("0.01")
BTCUSDT, XXX = Symbol("BTCUSDT"), Symbol("XXX")
BTC_FILES = (
    "crypto_btcusdt_binance_2024-08-08_quotes.csv.gz",
    "crypto_btcusdt_binance_2024-08-08_trades.csv.gz",
)
XXX_FILES = ("us_equity_xxx_quotes_2018-01-02.csv.gz", "us_equity_xxx_trades_2018-01-02.csv.gz")


@frozen
class Placed:
    """An order of ours, and after which update it was placed."""

    order: Order
    terms: Terms
    after: int


@frozen
class Firsts:
    """Keeps the first execution of each order."""

    by_order: dict[OrderId, Traded]

    def __call__(self, event: Traded) -> None:
        self.by_order.setdefault(event.order_id, event)


def prices(update: MarketData, side: Side, price_type: TriggerPriceType) -> Decimal | None:
    """What a trigger looks at in an update; None where it looks at nothing."""
    if isinstance(update, TradePrint):
        return update.price if price_type is LAST and update.size > 0 else None
    if price_type is LAST or not isinstance(update, Quote):
        return None
    if update.bid is None or update.ask is None or update.bid > update.ask:
        return None
    if not update.bid_size or not update.ask_size:
        return None
    if price_type is MID:
        return (update.bid + update.ask) / 2
    return update.ask if side is Side.BUY else update.bid


def released(placed: Placed, market: Sequence[MarketData], end: int) -> int | None:
    """The update that releases an order, by looking at each; None where none does."""
    terms, side = placed.terms, placed.order.side
    assert isinstance(terms, Stop | MarketIfTouched | TrailingStop)
    buys = side is Side.BUY
    mark: Decimal | None = None
    for index in range(placed.after + 1, end):
        px = prices(market[index], side, terms.price_type)
        if px is None:
            continue
        if isinstance(terms, TrailingStop):
            mark = px if mark is None else min(mark, px) if buys else max(mark, px)
            # The stop price lies on the grid, where it is further from the market.
            away = terms.offset.distance
            stop_px = (mark + away if buys else mark - away).quantize(
                TICK, ROUND_CEILING if buys else ROUND_FLOOR
            )
            is_reached = px >= stop_px if buys else px <= stop_px
        else:
            is_up = buys is isinstance(terms, Stop)
            is_reached = px >= terms.stop_px if is_up else px <= terms.stop_px
        if is_reached:
            return index
    return None


def asked(quote: Quote, away: Decimal, number: int) -> tuple[Side, Terms]:
    """One of several kinds of orders, by its number."""
    assert quote.bid is not None
    assert quote.ask is not None
    side = Side.BUY if number % 2 else Side.SELL
    price_type = (LAST, BID_ASK, MID)[number % 3]
    up, down = quote.ask + away, quote.bid - away
    kind = number // 2 % 3
    if kind == 0:
        return side, Stop(up if side is Side.BUY else down, price_type)
    if kind == 1:
        return side, MarketIfTouched(down if side is Side.BUY else up, price_type)
    return side, TrailingStop(Offset(away, PegOffsetType.PRICE), price_type)


def play(
    om: OrderManager,
    clock: ManualClock,
    market: Sequence[MarketData],
    instrument: Instrument,
    *,
    from_ns: int,
    every_ns: int,
    until_ns: int,
    away: Decimal,
) -> list[Placed]:
    """Place an order now and then, and play the market to its end."""
    due_ns, placed = from_ns, list[Placed]()
    lot = instrument.lot
    for index, update in enumerate(market):
        clock.advance_to(update.time_ns)
        om.update(update)
        if (
            isinstance(update, Quote)
            and due_ns <= update.time_ns < until_ns
            and prices(update, Side.BUY, MID)
        ):
            due_ns = update.time_ns + every_ns
            side, terms = asked(update, away, len(placed))
            order = om.submit(instrument.symbol, side, lot, terms, tif=DAY)
            placed.append(Placed(order, terms, index))
    return placed


def held_against(
    placed: Sequence[Placed], firsts: dict[OrderId, Traded], market: Sequence[MarketData], end: int
) -> Counter[str]:
    """Hold every order against the reference: when it was released, and that it took what was quoted then."""
    seen: Counter[str] = Counter()
    quoted: list[Quote | None] = []
    quote: Quote | None = None
    for update in market:
        quote = update if isinstance(update, Quote) else quote
        quoted.append(quote)
    for one in placed:
        index, first = released(one, market, end), firsts.get(one.order.order_id)
        kind = type(one.terms).__name__
        if index is None:
            assert first is None, f"{one.order!r} traded, and nothing released it"
            seen[f"{kind} not released"] += 1
            continue
        shown = quoted[index]
        assert shown is not None
        px = shown.ask if one.order.side is Side.BUY else shown.bid
        assert first is not None, f"{one.order!r}: released by {market[index]}"
        if px is None:
            seen["released beside one side alone"] += 1
            continue
        assert (first.time_ns, first.last_px) == (market[index].time_ns, px), f"{one.order!r}"
        assert one.order.cum_qty == one.order.order_qty
        seen[f"{kind} released"] += 1
    return seen


ALL_KINDS = {
    f"{kind} {how}"
    for kind in ("Stop", "MarketIfTouched", "TrailingStop")
    for how in ("released", "not released")
}


MONEY = {"USD": Decimal(10**9), "USDT": Decimal(10**9)}
WORKED_BY = pytest.mark.parametrize("worked_by", WorkedBy, ids=lambda worked_by: f"by the {worked_by.value}")


def paper(instrument: Instrument, worked_by: WorkedBy) -> PaperBroker:
    """A simulated exchange that watches the market for our orders, or one that leaves it to us."""
    order_types = ORDER_TYPES if worked_by is WorkedBy.VENUE else ALL_ORDER_TYPES
    fees, account = MakerTaker(maker_bps=-1, taker_bps=5), MarginAccount(MONEY)
    return PaperBroker([instrument], fees=fees, account=account, order_types=order_types)


@WORKED_BY
def test_orders_that_wait_for_a_price_in_bitcoin(market_data: Path, worked_by: WorkedBy) -> None:
    instrument = Instrument(symbol=BTCUSDT, currency="USDT", tick=TICK, lot="0.00001")
    market = list(merge(*(Recording(market_data / name, BTCUSDT) for name in BTC_FILES)))
    clock, firsts = ManualClock(market[0].time_ns), dict[OrderId, Traded]()
    broker, store = paper(instrument, worked_by), MemoryEventStore()
    om = OrderManager(brokers=[broker], store=store, clock=clock)
    om.on(Traded, Firsts(firsts))

    from_ns, until_ns = market[0].time_ns, market[-1].time_ns
    placed = play(
        om,
        clock,
        market,
        instrument,
        from_ns=from_ns,
        every_ns=3_000_000_000,
        until_ns=until_ns,
        away=Decimal(40),
    )

    assert check_conservation(store.read(), broker, balances=MONEY) == ()
    seen = held_against(placed, firsts, market, len(market))
    assert seen.keys() == ALL_KINDS
    assert min(seen.values()) >= 3, seen
    assert {one.order.worked_by for one in placed} == {worked_by}
    waits = Life.LIVE if worked_by is WorkedBy.VENUE else Life.UNSENT
    assert all(one.order.life is (Life.LIVE if one.order.order_id in firsts else waits) for one in placed)


@WORKED_BY
def test_orders_that_wait_for_a_price_in_a_share_and_expire_at_the_close(
    market_data: Path, worked_by: WorkedBy
) -> None:
    instrument = Instrument(symbol=XXX, currency="USD", tick=TICK)
    market = list(merge(*(Recording(market_data / name, XXX) for name in XXX_FILES)))
    clock, firsts = ManualClock(market[0].time_ns), dict[OrderId, Traded]()
    sessions = CalendarSessions(nyse())
    broker, store = paper(instrument, worked_by), MemoryEventStore()
    om = OrderManager(brokers=[broker], store=store, clock=clock, sessions=sessions)
    om.on(Traded, Firsts(firsts))
    opens, closes = (
        to_ns(datetime(2018, 1, 2, hour, minute, tzinfo=UTC)) for hour, minute in ((14, 30), (21, 0))
    )

    placed = play(
        om,
        clock,
        market,
        instrument,
        from_ns=opens,
        every_ns=120_000_000_000,
        until_ns=closes,
        away=Decimal("0.40"),
    )

    end = next(index for index, update in enumerate(market) if update.time_ns >= closes)
    assert check_conservation(store.read(), broker, balances=MONEY) == ()
    seen = held_against(placed, firsts, market, end)
    assert seen.keys() >= ALL_KINDS
    assert {one.order.worked_by for one in placed} == {worked_by}
    for one in placed:
        done = Life.LIVE if one.order.order_id in firsts else Life.EXPIRED
        assert one.order.life is done, f"{one.order!r}"

"""Algorithms in the recorded markets: how near they come to their schedule, and which part of the volume is theirs.

`-s` prints the figures.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import define, field

from oms.algos.handlers import with_algorithms
from oms.algos.volume_curve import VolumeCurve, day_volumes, volume_curve
from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.feeds.fields import iso_ns
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.bars import Bar
from oms.model.enums import Side
from oms.model.events import Event, SliceDecided, Traded, WorkPlanned
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.order import Order
from oms.model.terms import Strategy
from oms.model.trading_session import TradingSession
from oms.model.work import Slice
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

MINUTE_NS = 60_000_000_000
BTC_FILES = (
    "crypto_btcusdt_binance_2024-08-08_quotes.csv.gz",
    "crypto_btcusdt_binance_2024-08-08_trades.csv.gz",
)
XXX_FILES = ("us_equity_xxx_quotes_2018-01-02.csv.gz", "us_equity_xxx_trades_2018-01-02.csv.gz")
FUTURE_FILE = "index_future_bars_1m_2006-01.csv.gz"
BTC = Instrument(symbol="BTCUSDT", currency="USDT", tick="0.01", lot="0.00001")
XXX = Instrument(symbol="XXX", currency="USD", tick="0.01", lot=1)
FUTURE = Instrument(symbol="FESX", currency="EUR", tick="1", lot=1, multiplier=10)


@define
class Played:
    """What one order did in a market.

    Attributes:
        order: It.
        events: All that happened.
        traded: When how much of it had executed in all.
        printed: When how much others had traded in all since it began.
        followed: How much others had traded and how much had executed, after each print and each execution, as they came.
        shown: How much of it was at the venue, after each event.
        slices: What was planned.
    """

    order: Order
    events: Sequence[Event]
    traded: list[tuple[int, Decimal]] = field(factory=list)
    printed: list[tuple[int, Decimal]] = field(factory=list)
    followed: list[tuple[Decimal, Decimal]] = field(factory=list)
    shown: list[Decimal] = field(factory=list)
    slices: tuple[Slice, ...] = ()

    def done_by(self, time_ns: int) -> Decimal:
        """How much had executed by a moment."""
        return max((total for at_ns, total in self.traded if at_ns <= time_ns), default=Decimal(0))

    def printed_by(self, time_ns: int) -> Decimal:
        """How much others had traded by a moment."""
        return max((total for at_ns, total in self.printed if at_ns <= time_ns), default=Decimal(0))

    @property
    def deviation(self) -> Decimal:
        """The largest part of the order by which it was behind or ahead of what was due as a slice ended."""
        due, worst = Decimal(0), Decimal(0)
        for one in self.slices:
            due += one.qty
            worst = max(worst, abs(due - self.done_by(one.end_ns)) / self.order.order_qty)
        return worst

    def behind(self, rate: Decimal) -> list[Fraction]:
        """By how much it was behind such a part of all volume, its own included, as it went; below zero where it was ahead."""
        share, qty = Fraction(rate) / (1 - Fraction(rate)), Fraction(self.order.order_qty)
        return [min(Fraction(others) * share, qty) - Fraction(own) for others, own in self.followed]

    @property
    def participation(self) -> Decimal:
        """Its part of all that was traded until its last execution."""
        last_ns = self.traded[-1][0]
        own = self.done_by(last_ns)
        return own / (own + self.printed_by(last_ns))


def play(
    market: Iterable[MarketData],
    instrument: Instrument,
    qty: Decimal | int | str,
    terms: Strategy,
    *,
    at_ns: int,
    side: Side = Side.BUY,
    curves: dict[str, VolumeCurve] | None = None,
    session: TradingSession | None = None,
) -> Played:
    """Place one order at a moment, and play the market on; what must hold of the state holds all the time."""
    clock, store = ManualClock(), MemoryEventStore()
    handlers = with_algorithms(curves=curves, session_at=lambda *_: session)
    om = OrderManager(brokers=[PaperBroker([instrument])], store=store, clock=clock, handlers=handlers)
    order: Order | None = None
    traded: list[tuple[int, Decimal]] = []
    printed: list[tuple[int, Decimal]] = []
    followed: list[tuple[Decimal, Decimal]] = []
    shown: list[Decimal] = []
    own, others = Decimal(0), Decimal(0)

    def on_traded(event: Traded) -> None:
        nonlocal own
        own += event.last_qty
        traded.append((event.time_ns, own))
        followed.append((others, own))

    def on_event(_: Event) -> None:
        at_venue = (one.leaves_qty for one in om.open_orders() if one.given_terms is not terms)
        shown.append(sum(at_venue, Decimal(0)))

    om.on(Traded, on_traded)
    om.on(Event, on_event)
    for number, update in enumerate(market):
        clock.advance_to(update.time_ns)
        if order is None and update.time_ns >= at_ns:
            order = om.submit(instrument.symbol, side, qty, terms)
            assert not order.is_ended, order.reasons
        is_volume = False
        if order is not None and isinstance(update, TradePrint | Bar):
            is_volume, size = True, update.size if isinstance(update, TradePrint) else update.volume
            others += size or Decimal(0)
            printed.append((update.time_ns, others))
        om.update(update)
        if is_volume:
            followed.append((others, own))
        if number % 500 == 0:
            assert check_state(om.state) == ()
        if order is not None and order.is_closed and not om.open_orders():
            break
    assert order is not None
    events = list(store.read())
    assert order.cum_qty == own, "the parent has what its children executed"
    decided = {event.number for event in events if isinstance(event, SliceDecided)}
    planned = [event.slices for event in events if isinstance(event, WorkPlanned)]
    assert {one.number for one in planned[0]} <= decided, "each slice is decided, with its reason"
    return Played(order, events, traded, printed, followed, shown, planned[0])


def told(name: str, played: Played, limit: Decimal | None = None) -> None:
    """Print what was measured."""
    children = sum(1 for event in played.events if isinstance(event, SliceDecided) and event.qty)
    skipped = sum(1 for event in played.events if isinstance(event, SliceDecided) and not event.qty)
    deviation = f"deviation from the schedule {played.deviation:.3%}, " if played.slices else ""
    print(  # noqa: T201  # the figures, for whoever asks with -s
        f"{name}: {played.order.cum_qty} of {played.order.order_qty} at {played.order.avg_px:.4f}, {children} children, {skipped} "
        f"skipped; {deviation}participation {played.participation:.3%}"
        + ("" if limit is None else f" (aimed at {limit:.1%})")
    )


def told_volume(played: Played, rate: Decimal) -> tuple[float, float]:
    """Print how far it was from its part of the volume; give the most it was behind and ahead, as parts of the order."""
    behind, qty = played.behind(rate), float(played.order.order_qty)
    short, over = float(max(behind)), float(max(-min(behind), Fraction(0)))
    print(  # noqa: T201  # likewise
        f"  against its part of the volume: at most {short:.5f} behind ({short / qty:.3%} of the order), "
        f"{over:.5f} ahead ({over / qty:.3%})"
    )
    return short / qty, over / qty


def told_shown(played: Played, display: Decimal) -> Decimal:
    """Print how it kept to what is to be shown; give the most that was."""
    sizes = [event.qty for event in played.events if isinstance(event, SliceDecided) and event.qty]
    most = max(played.shown)
    print(  # noqa: T201  # likewise
        f"  shown: at most {most} at once, {display} allowed; refreshed {len(sizes) - 1} times, "
        f"with {min(sizes)} to {max(sizes)}"
    )
    return most


def bid_at(market: Sequence[MarketData], time_ns: int) -> Decimal:
    """The first bid from a moment on."""
    bids = (one.bid for one in market if isinstance(one, Quote) and one.time_ns >= time_ns)
    return next(bid for bid in bids if bid is not None)


@pytest.fixture(scope="module")
def bitcoin(market_data: Path) -> list[MarketData]:
    """Eleven minutes of quotes and trades."""
    quotes, trades = (Recording(market_data / name, BTC.symbol) for name in BTC_FILES)
    return list(merge(quotes, trades))


@pytest.fixture(scope="module")
def equity(market_data: Path) -> list[MarketData]:
    """A day of a stock: the quotes of its own market, all trades."""
    quotes = Recording(market_data / XXX_FILES[0], XXX.symbol)
    return list(merge(quotes, Recording(market_data / XXX_FILES[1], XXX.symbol)))


@pytest.mark.parametrize("side", Side)
def test_twap_in_bitcoin(bitcoin: list[MarketData], side: Side) -> None:
    """Half a coin in twenty slices over eight minutes."""
    start = bitcoin[0].time_ns + MINUTE_NS
    terms = Strategy("twap", {"duration": 480, "slices": 20})
    played = play(bitcoin, BTC, "0.5", terms, at_ns=start, side=side)
    told(f"TWAP {side.name}", played)
    assert played.order.is_filled
    assert played.deviation <= Decimal("0.01")


@pytest.mark.parametrize("rate", ["0.05", "0.1", "0.2"])
def test_participation_in_bitcoin(bitcoin: list[MarketData], rate: str) -> None:
    """Two coins as a part of the volume: never more than the rate, and near it."""
    start = bitcoin[0].time_ns + MINUTE_NS
    terms = Strategy("pov", {"participation_rate": rate, "duration": 540, "min_child": "0.001"})
    played = play(bitcoin, BTC, 2, terms, at_ns=start)
    told(f"POV {rate}", played, Decimal(rate))
    aim = Decimal(rate)
    for at_ns, total in played.traded:
        others = played.printed_by(at_ns)
        assert total <= others * aim / (1 - aim)
    assert abs(played.participation - aim) < Decimal("0.005")
    behind, ahead = told_volume(played, aim)
    assert behind < 0.07
    assert ahead == 0


def test_an_iceberg_in_bitcoin(bitcoin: list[MarketData]) -> None:
    """A coin at the bid of the beginning, a twentieth of it shown, its sizes drawn."""
    start = bitcoin[0].time_ns + MINUTE_NS
    bid = bid_at(bitcoin, start)
    terms = Strategy(
        "iceberg",
        {
            "display_qty": "0.05",
            "display_variance": "0.5",
            "display_method": 3,
            "limit_price": bid,
            "seed": 1,
        },
    )
    played = play(bitcoin, BTC, 1, terms, at_ns=start)
    told("iceberg", played)
    sizes = [event.qty for event in played.events if isinstance(event, SliceDecided)]
    assert len(sizes) > 5
    assert all(size <= Decimal("0.075") for size in sizes)
    assert all(size >= Decimal("0.025") for size in sizes[:-1])
    assert told_shown(played, Decimal("0.075")) == max(sizes), "never two at once"


@pytest.mark.parametrize("side", Side)
def test_twap_in_a_stock(equity: list[MarketData], side: Side) -> None:
    """Five thousand from 15:00 to 20:30 UTC, every five minutes, passive and then across the spread."""
    start = iso_ns("2018-01-02T15:00:00Z")
    terms = Strategy("twap", {"duration": 19_800, "interval": 300, "child_style": "passive_then_cross"})
    played = play(equity, XXX, 5_000, terms, at_ns=start, side=side)
    told(f"TWAP of a stock {side.name}", played)
    assert played.order.is_filled
    assert played.deviation <= Decimal("0.03")


def test_participation_in_a_stock(equity: list[MarketData]) -> None:
    """A tenth of the volume, looked at every minute."""
    start = iso_ns("2018-01-02T15:00:00Z")
    terms = Strategy(
        "pov", {"participation_rate": "0.1", "max_participation": "0.15", "interval": 60, "duration": 19_800}
    )
    played = play(equity, XXX, 1_000_000, terms, at_ns=start)
    told("POV of a stock", played, Decimal("0.1"))
    assert Decimal("0.08") < played.participation <= Decimal("0.1")
    behind, ahead = told_volume(played, Decimal("0.1"))
    assert behind < 0.02
    assert ahead == 0


def test_an_iceberg_in_a_stock(equity: list[MarketData]) -> None:
    """Ten thousand at the offer of 15:00 less ten cents, two hundred shown."""
    start = iso_ns("2018-01-02T15:00:00Z")
    limit = bid_at(equity, start) + Decimal("0.10")
    terms = Strategy("iceberg", {"display_qty": 200, "limit_price": limit})
    played = play(equity, XXX, 10_000, terms, at_ns=start)
    told("iceberg of a stock", played)
    assert played.order.cum_qty
    assert all(event.qty <= 200 for event in played.events if isinstance(event, SliceDecided))
    assert told_shown(played, Decimal(200)) == 200


# ---------------------------------------------------------------- the index future


def day_of(day: str) -> TradingSession:
    """A session from 09:00 to 22:00 in Frankfurt."""
    return TradingSession(day.replace("-", ""), iso_ns(f"{day}T08:00:00Z"), iso_ns(f"{day}T21:00:00Z"))


@pytest.fixture(scope="module")
def sessions(market_data: Path) -> dict[str, list[Bar]]:
    """The bars of each session."""
    bars: dict[str, list[Bar]] = defaultdict(list)
    with gzip.open(market_data / FUTURE_FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = iso_ns(row["start"])
            opening, high, low, last = (Decimal(row[name]) for name in ("open", "high", "low", "close"))
            bar = Bar(
                Symbol("FESX"), start + MINUTE_NS, start, opening, high, low, last, Decimal(row["volume"])
            )
            bars[row["start"][:10]].append(bar)
    return dict(bars)


@pytest.mark.parametrize("dynamic", [False, True])
def test_vwap_in_an_index_future(sessions: dict[str, list[Bar]], *, dynamic: bool) -> None:
    """The last session of the month by the curve of those before it: 500 contracts from 09:00 to 16:30 UTC."""
    *before, last = sorted(sessions)
    length = 30 * MINUTE_NS
    # The first session ended early.
    curve = volume_curve([day_volumes(sessions[day], day_of(day), length) for day in before[1:]], length)
    start, end = iso_ns(f"{last}T09:00:00Z"), iso_ns(f"{last}T16:30:00Z")
    parameters: dict[str, int | str] = {"duration": (end - start) // 1_000_000_000, "child_style": "market"}
    if dynamic:
        volume = sum(bar.volume or 0 for bar in sessions[before[-1]])
        parameters |= {"dynamic_band": "0.05", "expected_volume": str(volume)}
    played = play(
        sessions[last],
        FUTURE,
        500,
        Strategy("vwap", parameters),
        at_ns=start,
        curves={"FESX": curve},
        session=day_of(last),
    )
    traded = [bar for bar in sessions[last] if start < bar.time_ns <= end]
    volume = sum(bar.volume or 0 for bar in traded)
    worth = [(bar.high + bar.low + bar.close) / 3 * (bar.volume or 0) for bar in traded]
    vwap = sum(worth, Decimal(0)) / volume
    told(f"VWAP{' dynamic' if dynamic else ''}", played)
    cost = (played.order.avg_px or 0) / vwap - 1
    print(f"  against the window's VWAP of typical prices, {vwap:.3f}: {cost * 10_000:+.2f} bps")  # noqa: T201  # likewise
    assert played.order.is_filled
    assert played.deviation <= Decimal("0.06")
    assert abs(cost) < Decimal("0.002")

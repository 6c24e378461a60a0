from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from oms.errors import ValidationError
from oms.model.bars import Bar
from oms.model.instrument import Instrument
from oms.model.price_grid import PriceGrid
from oms.simulation.slippage import (
    NoSlippage,
    SlippageModel,
    SquareRoot,
    Taking,
    Ticks,
    VolumeShare,
    slipped_px,
)
from tests.unit.simulation.venue import NOON_NS, Venue, X, spoken

SHARE = Instrument(symbol="X", currency="USD", tick="0.01")
LADDER = Instrument(symbol="X", currency="USD", tick=((0, "0.01"), (10, "0.05")))
SPREAD = Instrument(symbol="X", currency="USD", tick="0.25", negative_px=True)
ROOT = SquareRoot(days={"X": ("0.02", 1_000_000)})


@pytest.mark.parametrize(
    ("model", "instrument", "taken", "limit", "px"),
    [
        pytest.param(NoSlippage(), SHARE, "buy 100 @20", None, "20", id="none"),
        pytest.param(Ticks(2), SHARE, "buy 100 @20", None, "20.02", id="two ticks up"),
        pytest.param(Ticks(2), SHARE, "sell 100 @20", None, "19.98", id="two ticks down"),
        pytest.param(Ticks(2), LADDER, "buy 1 @9.99", None, "10.05", id="across a ladder: 10.00, 10.05"),
        pytest.param(Ticks(2), SHARE, "buy 100 @20", "20.01", "20.01", id="not through a limit"),
        pytest.param(Ticks(2), SHARE, "sell 100 @20", "20", "20", id="not through a limit, for a sale"),
        pytest.param(Ticks(5), SHARE, "sell 100 @0.03", None, "0.01", id="not below the grid"),
        pytest.param(Ticks(2), SPREAD, "sell 1 @0.25", None, "-0.25", id="below zero where prices go there"),
        # A quarter of a day's volume: its root is a half; 0.02 x 0.5 = 1 %.
        pytest.param(ROOT, SHARE, "buy 250000 @20", None, "20.2", id="root, a purchase"),
        pytest.param(ROOT, SHARE, "sell 250000 @20", None, "19.8", id="root, a sale"),
        pytest.param(
            ROOT, SPREAD, "buy 250000 @-10", None, "-9.75", id="root, below zero: -9.9, up to the grid"
        ),
        # 100 of a million: root 0.01; 0.02 x 0.01 x 20 = 0.004, up to a cent.
        pytest.param(ROOT, SHARE, "buy 100 @20", None, "20.01", id="rounded away from a purchase"),
        pytest.param(ROOT, SHARE, "sell 100 @20", None, "19.99", id="rounded away from a sale"),
        pytest.param(
            SquareRoot(days={"X": ("0.02", 1_000_000)}, y="0.5"),
            SHARE,
            "buy 250000 @20",
            None,
            "20.1",
            id="half of it",
        ),
        pytest.param(
            SquareRoot(days={"Y": (1, 1)}), SHARE, "buy 9 @20", None, "20", id="a day that nobody told"
        ),
        # Nobody has traded: the limit is the share. 20 x 0.1 x 0.5 x 0.5 = 0.5.
        pytest.param(VolumeShare(limit="0.5"), SHARE, "buy 1 @20", None, "20.5", id="share without volume"),
    ],
)
def test_what_takes_trades_at(
    model: SlippageModel, instrument: Instrument, taken: str, limit: str | None, px: str
) -> None:
    side, qty, shown = taken.split()
    taking = Taking(instrument, PriceGrid(instrument), side == "buy", Decimal(qty), Decimal(shown[1:]), 0)
    with localcontext(prec=3):  # the caller's context is no business of ours
        slipped = slipped_px(model.gauge(), taking, None if limit is None else Decimal(limit))
    assert slipped == Decimal(px)
    assert len(str(slipped).partition(".")[2]) <= 2  # no more than the tick has


STORIES: dict[str, tuple[SlippageModel, tuple[str, ...]]] = {
    "a market order pays two ticks more": (
        Ticks(2),
        ("quote 99x5 101x5", "buy a 3 mkt day -> a new; a 3@101.02 taker leaves 0"),
    ),
    "a limit order pays no more than its limit": (
        Ticks(2),
        ("quote 99x5 101x5", "buy a 3 @101.01 day -> a new; a 3@101.01 taker leaves 0"),
    ),
    "what rests trades at its limit": (
        Ticks(2),
        ("quote 99x5 101x5", "buy a 3 @100 day -> a new", "trade 99.5x9 -> a 3@100 maker leaves 0"),
    ),
    "a stop slips after its release": (
        Ticks(3),
        (
            "quote 99x5 101x5",
            "sell a 3 stop98 gtc -> a new",
            "trade 98x1 -> a triggered; a 3@98.97 taker leaves 0",
        ),
    ),
    "market to limit trades at the price shown": (
        Ticks(3),
        (
            "quote 99x5 101x2",
            "buy a 3 mtl day -> a new; a 2@101 taker leaves 1",
            "trade 100x9 -> a 1@101 maker leaves 0",
        ),
    ),
    "an auction has one price": (
        Ticks(3),
        ("quote 99x5 101x5", "trade 100x1", "buy a 3 mkt cls -> a new", "close -> a 3@101 auction leaves 0"),
    ),
    # Half of the 20 that traded may be taken. 4 of 20 is a fifth: 100 x 0.1 x 0.04 = 0.4. With them 10 of 20 is a half: 2.5.
    # Then nothing is left; the window of a minute ends 60 s after the trade, which is 58 s after the third order.
    "a share of what has traded": (
        VolumeShare(limit="0.5", impact="0.1"),
        (
            "quote 99x50 100x50",
            "trade 99.5x20",
            "buy a 4 mkt day -> a new; a 4@100.4 taker leaves 0",
            "buy b 9 mkt day -> b new; b 6@102.5 taker leaves 3; b canceled cum 6",
            "buy c 1 mkt day -> c new; c canceled cum 0",
            "buy d 1 @100 day -> d new",
            "sell e 6 mkt fok -> e new; e canceled cum 0",
            "trade 99.5x2 -> d 1@100 maker leaves 0",
            "sell f 3 mkt fok -> f new; f canceled cum 0",
            # 11 of 22 is a half: 99 x 0.1 x 0.25 = 2.475, and 96.525 rounded down.
            "sell g 1 mkt fok -> g new; g 1@96.52 taker leaves 0",
            "wait 60000",
            "trade 99.5x2",
            "buy h 1 mkt fok -> h new; h 1@102.5 taker leaves 0",
        ),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_slippage_in_a_market(name: str) -> None:
    model, lines = STORIES[name]
    venue = Venue(slippage=model)
    for line in lines:
        happening, _, said = line.partition(" -> ")
        assert venue.tell(happening) == (said.split("; ") if said else []), line


def test_each_exchange_has_volumes_of_its_own() -> None:
    model = VolumeShare()
    gauge, other = model.gauge(), model.gauge()
    gauge.note_volume(X, Decimal(1000), 5)

    assert gauge.most(SHARE, 5) == 25
    assert other.most(SHARE, 5) == 0
    assert gauge.most(SHARE, 60_000_000_004) == 25
    assert gauge.most(SHARE, 60_000_000_005) == 0


def test_the_volume_of_a_bar_counts_from_the_bar_itself_on() -> None:
    venue = Venue(slippage=VolumeShare(limit="0.5", impact="0.1"))
    venue.tell("buy a 10 @120 gtc")
    bar = Bar(X, NOON_NS + 60_000_000_000, venue.time_ns, 100, 101, 99, 100, 40)
    said = [spoken(report) for report in venue.exchange.on_bar(bar)]

    # A quarter of 40: 100 x 0.1 x 0.0625.
    assert said == ["a 10@100.63 taker leaves 0"]


def test_only_whole_lots_of_a_share_are_taken() -> None:
    gauge = VolumeShare(limit="0.1").gauge()
    gauge.note_volume(X, Decimal(199), 0)

    assert gauge.most(SHARE, 0) == 19
    assert gauge.most(Instrument(symbol="X", currency="USD", tick=1, lot=5), 0) == 15


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Ticks(-1), "0 to 1000000"),
        (lambda: Ticks(True), "0 to 1000000"),
        (lambda: VolumeShare(limit=2), "at most 1"),
        (lambda: VolumeShare(limit=0), "more than zero"),
        (lambda: VolumeShare(impact=-1), "zero or more"),
        (lambda: VolumeShare(window_s=0), "1 to 604800"),
        (lambda: SquareRoot(days={"X": ("0.02",)}), "volatility, volume"),
        (lambda: SquareRoot(days={"X": ("0.02", 0)}), "more than zero"),
        (lambda: SquareRoot(days=[]), "volatility, volume"),  # type: ignore[arg-type]  # that is the test
        (lambda: SquareRoot(days={}, y=0.5), "floats are inexact"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match=why):
        make()


def test_where_orders_have_names_a_print_of_what_they_say_is_no_more_volume() -> None:
    venue = Venue(slippage=VolumeShare(limit="0.5", impact="0"))
    for line in ("new A sell 10@101", "change A sell 6@101 traded 4", "trade 101x4 buy"):
        venue.tell(line)

    assert venue.tell("buy a 5 mkt ioc") == ["a new", "a 2@101 taker leaves 3", "a canceled cum 2"]

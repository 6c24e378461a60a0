"""What slippage does to a price, whatever the model, the price and the limit."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oms.model.ids import Symbol
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

INSTRUMENTS = (
    Instrument(symbol="X", currency="USD", tick="0.01"),
    Instrument(symbol="X", currency="USD", tick=((0, "0.01"), (10, "0.05"), (100, "0.5"))),
    Instrument(symbol="X", currency="USD", tick="0.25", negative_px=True),
)
MODELS: tuple[SlippageModel, ...] = (
    NoSlippage(),
    Ticks(1),
    Ticks(7),
    VolumeShare(limit=1, impact=3),
    SquareRoot(days={"X": ("0.5", 1000)}, y=2),
)


@given(
    st.sampled_from(INSTRUMENTS),
    st.sampled_from(MODELS),
    st.booleans(),
    st.integers(1, 10_000),
    st.integers(-2000, 40_000),
    st.one_of(st.none(), st.integers(0, 500)),
    st.integers(0, 5000),
)
def test_a_slipped_price_is_on_the_grid_and_between_what_is_shown_and_the_limit(
    instrument: Instrument,
    model: SlippageModel,
    is_buy: bool,
    qty: int,
    steps: int,
    room: int | None,
    volume: int,
) -> None:
    """It is on the grid, never better than shown, never through the limit, never below the lowest price."""
    grid = PriceGrid(instrument)
    if not instrument.negative_px:
        steps = abs(steps) + 1
    px = grid.stepped(Decimal(0), steps)
    limit = None if room is None else grid.stepped(px, room if is_buy else -room)
    gauge = model.gauge()
    gauge.note_volume(Symbol("X"), Decimal(volume), 0)

    slipped = slipped_px(gauge, Taking(instrument, grid, is_buy, Decimal(qty), px, 0), limit)

    assert instrument.is_on_tick(slipped)
    assert slipped >= px if is_buy else slipped <= px
    if limit is not None:
        assert slipped <= limit if is_buy else slipped >= min(limit, px)
    if not instrument.negative_px:
        assert slipped > 0


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50), st.booleans()), max_size=40))
def test_no_more_than_a_share_of_what_has_traded_is_taken(moments: list[tuple[int, int, bool]]) -> None:
    """At any time what was taken in the window, by whoever takes all that may be taken, is at most the share of the volume."""
    model = VolumeShare(limit="0.3", window_s=60)
    gauge, instrument = model.gauge(), INSTRUMENTS[0]
    grid = PriceGrid(instrument)
    traded: list[tuple[int, Decimal]] = []
    taken: list[tuple[int, Decimal]] = []
    now_s = 0
    for wait_s, size, takes in moments:
        now_s += wait_s
        now_ns = now_s * 1_000_000_000
        if takes:
            most = gauge.most(instrument, now_ns)
            assert most is not None
            if most:
                gauge.note_taken(Taking(instrument, grid, True, most, Decimal(20), now_ns))
                taken.append((now_s, most))
            recent = sum((qty for at, qty in traded if at > now_s - 60), Decimal(0))
            had = sum((qty for at, qty in taken if at > now_s - 60), Decimal(0))
            # What was allowed may exceed the share once the volume that allowed it has left the window.
            assert not most or had <= recent * Decimal("0.3")
            assert most or (recent * Decimal("0.3") - had) < 1
        else:
            gauge.note_volume(Symbol("X"), Decimal(size), now_ns)
            traded.append((now_s, Decimal(size)))

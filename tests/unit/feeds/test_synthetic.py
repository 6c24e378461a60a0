from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from itertools import islice, pairwise

import pytest

from oms.errors import ValidationError
from oms.feeds.synthetic import MAX_LOTS, MAX_SPREAD, MIN_PX, SyntheticMarket
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint

DEMO = Instrument(symbol="DEMO", currency="USD", tick="0.05", lot=10)


def market(*, steps: int = 1_000, seed: int = 7, start_px: str = "100", start_ns: int = 0) -> SyntheticMarket:
    return SyntheticMarket(
        instrument=DEMO, start_px=Decimal(start_px), start_ns=start_ns, steps=steps, seed=seed
    )


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    assert list(market()) == list(market())
    assert list(market()) != list(market(seed=8))


FINGERPRINT = """
import hashlib
from oms.feeds.synthetic import SyntheticMarket
from oms.model.instrument import Instrument
demo = Instrument(symbol="DEMO", currency="USD", tick="0.05", lot=10)
market = SyntheticMarket(instrument=demo, start_px="100", start_ns=0, steps=300, seed=7)
print(hashlib.sha256(repr(list(market)).encode()).hexdigest())
"""


@pytest.mark.slow
def test_a_market_does_not_depend_on_the_hash_seed() -> None:
    expected = hashlib.sha256(repr(list(market(steps=300))).encode()).hexdigest()

    for hash_seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", FINGERPRINT]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_it_is_made_as_it_is_read() -> None:
    assert len(list(islice(market(steps=10**12), 5))) == 5


def test_quotes_are_on_the_grid_with_a_spread_of_a_few_ticks() -> None:
    bids = set()
    for update in market():
        if isinstance(update, Quote):
            assert update.bid is not None
            assert update.ask is not None
            assert DEMO.is_on_tick(update.bid)
            assert DEMO.is_on_tick(update.ask)
            assert 1 <= (update.ask - update.bid) / Decimal("0.05") <= MAX_SPREAD
            for size in (update.bid_size, update.ask_size):
                assert size % 10 == 0
                assert 10 <= size <= 10 * MAX_LOTS
            bids.add(update.bid)
    assert len(bids) > 5


def test_trades_are_at_the_price_shown_for_no_more_than_is_shown() -> None:
    sides = {Side.BUY: 0, Side.SELL: 0}
    updates = list(market())
    for before, update in pairwise(updates):
        if isinstance(update, TradePrint) and isinstance(before, Quote):
            assert update.aggressor is not None
            is_buy = update.aggressor is Side.BUY
            assert update.price == (before.ask if is_buy else before.bid)
            assert 0 < update.size <= (before.ask_size if is_buy else before.bid_size)
            sides[update.aggressor] += 1
    assert min(sides.values()) > 100


def test_times_rise_from_the_start() -> None:
    times = [update.time_ns for update in market(start_ns=500)]

    assert times == sorted(times)
    assert times[0] > 500


def test_prices_do_not_fall_below_the_floor() -> None:
    floor = MIN_PX * Decimal("0.05")
    bids = [update.bid for update in market(start_px=str(floor), steps=2_000) if isinstance(update, Quote)]

    assert min(bid for bid in bids if bid is not None) == floor


@pytest.mark.parametrize(
    ("start_px", "steps", "field"),
    [("100.01", 1, "start_px"), ("0.45", 1, "start_px"), ("-100", 1, "start_px"), ("100", -1, "steps")],
    ids=["off the grid", "below the floor", "below zero", "fewer than no steps"],
)
def test_what_cannot_be_meant_cannot_be_built(start_px: str, steps: int, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        market(start_px=start_px, steps=steps)

    assert caught.value.field == field


def test_no_steps_are_an_empty_market() -> None:
    assert list(market(steps=0)) == []

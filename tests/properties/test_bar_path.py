"""What holds of the way inside any bar."""

from __future__ import annotations

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given

from oms.model.bars import Bar
from oms.model.ids import Symbol
from oms.simulation.bar_path import BarPath, path_of, prints_of


@given(st.lists(st.integers(0, 6), min_size=4, max_size=4), st.sampled_from(BarPath), st.integers(0, 50))
def test_a_path_begins_at_the_open_ends_at_the_close_and_sees_both_extremes(
    drawn: list[int], path: BarPath, volume: int
) -> None:
    low, *between, high = sorted(drawn)
    opening, closing = (Decimal(px) for px in between)
    made = Bar(Symbol("AAPL"), 60, 0, opening, Decimal(high), Decimal(low), closing, Decimal(volume))

    way = path_of(made, path)

    assert (way[0], way[-1], max(way), min(way)) == (made.open, made.close, made.high, made.low)
    assert sum(trade.size for trade in prints_of(made, path)) == made.volume

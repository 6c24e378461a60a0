"""Sizes and times that differ: worked draws and bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.jitter import jittered_sizes, jittered_times
from oms.algos.slicing import Slice
from oms.errors import ValidationError
from oms.model.draws import Draws

D = Decimal


class Loaded(Draws):
    """Draws that are known beforehand: the number of the draw chooses among them."""

    def number(self, k: int) -> int:
        return {0: 0, 1: 3, 2: 200_000, 3: 7}[k]


LOADED = Loaded(1, 1)
PAIR = (Slice(0, 0, 10, D(100)), Slice(1, 10, 20, D(100)))


def qtys(slices: tuple[Slice, ...]) -> list[int]:
    return [int(each.qty) for each in slices]


def test_sizes_are_multiplied_and_scaled_back_to_their_sum() -> None:
    # p = 0.2: the factors are 0.8 + 0 and 0.8 + 0.2 = 1.0; 200 x 0.8 / 1.8 = 88.9.
    assert qtys(jittered_sizes(PAIR, D(1), D("0.2"), 50, LOADED)) == [89, 111]


def test_what_a_draw_would_move_beyond_the_band_is_cut_off() -> None:
    assert qtys(jittered_sizes(PAIR, D(1), D("0.2"), 5, LOADED)) == [95, 105]
    assert qtys(jittered_sizes(PAIR, D(1), D("0.2"), 0, LOADED)) == [100, 100]


def test_no_size_becomes_less_than_a_child_is_worth() -> None:
    assert qtys(jittered_sizes(PAIR, D(1), D("0.2"), 50, LOADED, D("94.5"))) == [95, 105]
    assert qtys(jittered_sizes(PAIR, D(1), D("0.2"), 50, LOADED, D(200))) == [100, 100]


def test_whole_lots_are_moved_and_an_odd_tail_stays() -> None:
    # 10 lots and a tail of 3 each; 20 x 0.8 / 1.8 = 8.9 lots.
    pair = tuple(Slice(n, 0, 10, D(103)) for n in (0, 1))

    assert qtys(jittered_sizes(pair, D(10), D("0.2"), 5, LOADED)) == [93, 113]


class Extreme(Draws):
    """The smallest factor for the first slice and the last, the largest for the one between."""

    def number(self, k: int) -> int:
        return {0: 0, 2: 1_800_000, 4: 0}[k]


def test_a_slice_of_one_lot_keeps_it() -> None:
    # Factors 0.1, 1.9 and 0.1 would give 0.06, 11.9 and 0.06 of twelve lots.
    slices = tuple(Slice(n, 10 * n, 10 * n + 10, D(qty)) for n, qty in enumerate((1, 10, 1)))

    assert jittered_sizes(slices, D(1), D("0.9"), 5, Extreme(1, 1)) == slices


def test_a_slice_begins_somewhere_in_its_own_span() -> None:
    assert [each.start_ns for each in jittered_times(PAIR, D(1), LOADED)] == [3, 17]
    # Half of the span is 5: 3 of 5, and 7 of 5, which is 2.
    assert [each.start_ns for each in jittered_times(PAIR, D("0.5"), LOADED)] == [3, 12]


def test_no_share_is_no_change() -> None:
    assert jittered_sizes(PAIR, D(1), D(0), 5, LOADED) == PAIR
    assert jittered_times(PAIR, D(0), LOADED) == PAIR
    assert jittered_sizes((), D(1), D("0.5"), 5, LOADED) == ()


@pytest.mark.parametrize("share", ["-0.1", "1", "1.1"])
def test_a_share_out_of_its_bounds_is_refused(share: str) -> None:
    with pytest.raises(ValidationError, match="randomise_size"):
        jittered_sizes(PAIR, D(1), D(share), 5, LOADED)


def test_a_band_below_zero_and_a_time_share_above_one_are_refused() -> None:
    with pytest.raises(ValidationError, match="band_lots"):
        jittered_sizes(PAIR, D(1), D("0.1"), -1, LOADED)
    with pytest.raises(ValidationError, match="randomise_time"):
        jittered_times(PAIR, D("1.1"), LOADED)

"""Quantities cut into slices: worked cases."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from oms.algos.slicing import (
    MAX_SLICES,
    Progress,
    Rounding,
    Slice,
    Window,
    apportioned,
    ceiled,
    clipped,
    due_by,
    floored,
    in_whole_lots,
    merged,
    planned,
    replanned,
    share_of,
    sliced,
    whole_lots,
    without,
)
from oms.errors import ValidationError

D = Decimal
CUMULATIVE = Rounding.CUMULATIVE
LARGEST = Rounding.LARGEST_REMAINDER


def windows(*weights: int) -> tuple[Window, ...]:
    return tuple(Window(n, 10 * n, 10 * n + 10, Fraction(weight)) for n, weight in enumerate(weights))


def decimals(text: str) -> tuple[Decimal, ...]:
    return tuple(map(D, text.split()))


@pytest.mark.parametrize(
    ("rounding", "lots", "weights", "counts"),
    [
        # 10 / 4 = 2.5 each: the two left-over lots go to the first two of four equal remainders.
        pytest.param(LARGEST, 10, "1 1 1 1", "3 3 2 2", id="ties go to the earlier slice"),
        # The sums 2.5, 5, 7.5, 10 become 3, 5, 8, 10.
        pytest.param(CUMULATIVE, 10, "1 1 1 1", "3 2 3 2", id="sums are rounded half up"),
        # 7 x (5, 3, 2)/10 = 3.5, 2.1, 1.4: one lot is left, for .5.
        pytest.param(LARGEST, 7, "5 3 2", "4 2 1", id="the largest remainder"),
        # Sums 3.5, 5.6, 7 become 4, 6, 7.
        pytest.param(CUMULATIVE, 7, "5 3 2", "4 2 1", id="the same by sums"),
        pytest.param(LARGEST, 1, "1 1 1 1 1 1 1 1 1 1", "1 0 0 0 0 0 0 0 0 0", id="one share over ten"),
        # Sums .1, .2, ... : .5 is the first that is rounded up.
        pytest.param(CUMULATIVE, 1, "1 1 1 1 1 1 1 1 1 1", "0 0 0 0 1 0 0 0 0 0", id="one share by sums"),
        pytest.param(LARGEST, 5, "0 1 0", "0 5 0", id="no weight, no lot"),
        pytest.param(LARGEST, 0, "1 2", "0 0", id="nothing to give"),
        pytest.param(LARGEST, 3, "0.1 0.2", "1 2", id="decimal weights"),
    ],
)
def test_lots_are_given_out_by_weight(rounding: Rounding, lots: int, weights: str, counts: str) -> None:
    assert apportioned(lots, decimals(weights), rounding) == tuple(map(int, counts.split()))


@pytest.mark.parametrize(
    ("qty", "lot", "weights", "shares"),
    [
        # What two known libraries get wrong: they send a sixth slice for what is left.
        pytest.param("1003", "1", "1 1 1 1 1", "201 200 201 200 201", id="1003 over five"),
        pytest.param(
            "1", "0.001", "1 1 1 1 1 1", "0.167 0.166 0.167 0.167 0.166 0.167", id="a third over six"
        ),
        # 250 = 2 lots and a tail of 50, which goes with the last slice that has a lot.
        pytest.param("250", "100", "1 1 1", "100 150 0", id="an odd tail"),
        pytest.param("50", "100", "1 1 0", "0 50 0", id="less than a lot"),
        pytest.param(
            "1000000000000.00000003",
            "0.00000001",
            "1 1",
            "500000000000.00000002 500000000000.00000001",
            id="a million millions with eight decimals",
        ),
    ],
)
def test_a_quantity_is_cut_exactly(qty: str, lot: str, weights: str, shares: str) -> None:
    cut = sliced(D(qty), D(lot), decimals(weights))

    assert cut == decimals(shares)
    assert sum(cut) == D(qty)


@pytest.mark.parametrize(
    ("qtys", "min_child", "result"),
    [
        ("1 1 1 1", "2", "0 2 0 2"),
        ("1 1 1", "2", "0 3 0"),  # the last goes backwards
        ("5 1", "2", "6 0"),
        ("1 0 1", "2", "0 0 2"),
        ("1 1", "5", "0 2"),  # all of it is too little: it stays together
        ("1 0", "5", "1 0"),
        ("3 4", "0", "3 4"),
        ("", "5", ""),
    ],
)
def test_what_is_too_small_goes_with_its_neighbour(qtys: str, min_child: str, result: str) -> None:
    assert merged(decimals(qtys), D(min_child)) == decimals(result)


def test_zero_slices_are_dropped_and_the_others_keep_their_numbers_and_times() -> None:
    assert planned(D(2), D(1), windows(1, 0, 1)) == (Slice(0, 0, 10, D(1)), Slice(2, 20, 30, D(1)))
    assert planned(D(0), D(1), windows(1)) == ()


def test_a_new_plan_is_what_has_neither_traded_nor_works() -> None:
    progress = Progress(qty=D(100), filled=D(25), working=D(10))

    assert progress.available == 65
    assert replanned(progress, D(1), windows(1, 1, 1)[1:]) == (
        Slice(1, 10, 20, D(33)),
        Slice(2, 20, 30, D(32)),
    )


def test_more_than_was_ordered_leaves_nothing_to_plan() -> None:
    progress = Progress(qty=D(100), filled=D(80), working=D(30))

    assert (progress.available, progress.excess) == (D(0), D(10))
    assert replanned(progress, D(1), windows(1)) == ()
    assert replanned(Progress(qty=D(5)), D(1), ()) == ()
    assert Progress(qty=D(5)).excess == 0


def test_windows_are_cut_to_a_span_and_keep_their_weight_by_length() -> None:
    auction = Window(3, 30, 30, Fraction(5))

    assert clipped([*windows(4, 4, 4), auction], 5, 30) == (
        Window(0, 5, 10, Fraction(2)),
        Window(1, 10, 20, Fraction(4)),
        Window(2, 20, 30, Fraction(4)),
        auction,
    )
    assert clipped([auction], 31, 40) == ()


def test_a_halt_takes_the_weight_of_its_span() -> None:
    [first, second, third] = windows(4, 4, 4)

    assert without([first, second, third], 5, 20) == (
        Window(0, 0, 5, Fraction(2)),
        Window(1, 10, 20, Fraction(0)),
        third,
    )
    assert without([first], 2, 4) == (Window(0, 0, 10, Fraction(16, 5)),)
    assert without([first], 0, 5) == (Window(0, 5, 10, Fraction(2)),)
    auction = Window(0, 5, 5, Fraction(1))
    assert without([auction], 0, 5) == (auction,)
    assert without([auction], 5, 6) == (Window(0, 5, 5, Fraction(0)),)


def test_a_slice_is_due_from_its_beginning_on() -> None:
    plan = planned(D(9), D(1), windows(1, 1, 1))

    assert [due_by(plan, time) for time in (-1, 0, 9, 10, 20, 99)] == [0, 3, 3, 6, 9, 9]


def test_parts_of_lots_are_rounded_to_the_side_that_is_asked_for() -> None:
    assert (floored(Fraction(7, 2), D(2)), ceiled(Fraction(7, 2), D(2))) == (D(2), D(4))
    assert (in_whole_lots(D(5), D(2)), in_whole_lots(D(4), D(2))) == (D(4), D(4))
    # A quarter of 300 is 75; of 400 it is a lot, and of 401 more than one.
    assert [share_of(D(qty), D(2), D(8), D(100)) for qty in (0, 300, 400, 401)] == [0, 100, 100, 200]
    # What is the last of it, or more, takes all.
    assert [share_of(D(300), D(part), D(8), D(100)) for part in (1, 8, 9)] == [100, 300, 300]
    assert (floored(Fraction(4), D(2)), ceiled(Fraction(4), D(2))) == (D(4), D(4))


def test_what_cannot_be_cut_is_refused() -> None:
    with pytest.raises(ValidationError, match="lot = 0"):
        whole_lots(D(1), D(0))
    with pytest.raises(ValidationError, match="qty = -1"):
        whole_lots(D(-1), D(1))
    with pytest.raises(ValidationError, match="working = -1"):
        Progress(qty=D(1), working=D(-1))
    for weights in ([], [0], [1, -1]):
        with pytest.raises(ValidationError, match="weights"):
            apportioned(1, weights)
    with pytest.raises(ValidationError, match=f"at most {MAX_SLICES}"):
        apportioned(1, [1] * (MAX_SLICES + 1))

"""Time-weighted schedules: worked tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from oms.algos.slicing import MAX_SLICES, Slice, Window, due_by, planned
from oms.algos.twap import by_child, by_count, by_interval, caught_up, line_at
from oms.errors import ValidationError

D = Decimal
LOT = D(100)


def table(slices: tuple[Slice, ...]) -> list[tuple[int, int, int]]:
    return [(each.start_ns, each.end_ns, int(each.qty)) for each in slices]


def spans(windows: tuple[Window, ...]) -> list[tuple[int, int]]:
    return [(each.start_ns, each.end_ns) for each in windows]


def test_1000_in_lots_of_100_over_60_seconds_every_ten() -> None:
    # Six slices, ten lots: 1.67, 3.33, 5, 6.67, 8.33 and 10 lots by the end of each. Two for each of the first four would be 8 for 6.67.
    assert table(planned(D(1000), LOT, by_interval(0, 60, 10))) == [
        (0, 10, 200),
        (10, 20, 100),
        (20, 30, 200),
        (30, 40, 200),
        (40, 50, 100),
        (50, 60, 200),
    ]


@pytest.mark.parametrize(("lots", "slices"), [(195, 390), (585, 390), (7, 100), (100, 7)])
def test_lots_that_cannot_be_even_are_spread_over_the_whole_window(lots: int, slices: int) -> None:
    """As many as half of the slices, or one and a half times as many: by no slice is it more than a lot from its line."""
    plan = planned(D(lots), D(1), by_interval(0, slices, 1))
    assert sum(each.qty for each in plan) == lots
    for time in range(1, slices):
        assert abs(Fraction(due_by(plan, time - 1)) - Fraction(lots * time, slices)) <= 1


def test_a_window_that_is_no_multiple_of_the_interval_has_a_short_last_slice() -> None:
    # 65 / 20 rounded up is 4, and none at the end itself.
    assert spans(by_interval(1000, 1065, 20)) == [(1000, 1020), (1020, 1040), (1040, 1060), (1060, 1065)]


def test_an_interval_longer_than_the_window_is_one_slice() -> None:
    assert spans(by_interval(0, 5, 60)) == [(0, 5)]


def test_a_number_of_slices_is_spread_over_whole_nanoseconds() -> None:
    assert spans(by_count(0, 10, 3)) == [(0, 3), (3, 6), (6, 10)]


def test_a_child_of_fixed_size_says_how_far_apart_they_are() -> None:
    # 1,000 in children of 300 over 100: they are 30 apart, and the fourth is what is left.
    windows = by_child(0, 100, D(1000), D(300), LOT)

    assert table(planned(D(1000), LOT, windows)) == [
        (0, 30, 300),
        (30, 60, 300),
        (60, 90, 300),
        (90, 100, 100),
    ]


def test_the_odd_tail_goes_with_the_last_child_of_fixed_size() -> None:
    # 650 / 300: children at 0 and, 300/650 of 100 later, at 46; the tail of 50 is no child of its own.
    assert table(planned(D(650), LOT, by_child(0, 100, D(650), D(300), LOT))) == [
        (0, 46, 300),
        (46, 100, 350),
    ]
    assert table(planned(D(50), LOT, by_child(0, 100, D(50), D(300), LOT))) == [(0, 100, 50)]
    assert spans(by_child(0, 100, D(0), D(300), LOT)) == [(0, 100)]


def test_a_late_start_may_catch_up_what_was_due() -> None:
    plan = planned(D(600), LOT, by_interval(0, 60, 10))

    assert table(caught_up(plan, 0)) == table(plan)
    assert table(caught_up(plan, 35)) == [(35, 40, 400), (40, 50, 100), (50, 60, 100)]
    assert table(caught_up(plan, 60)) == [(60, 60, 600)]
    auction = (Slice(0, 5, 5, D(100)), Slice(1, 5, 9, D(200)))
    assert caught_up(auction, 5) == auction
    assert table(caught_up(auction, 6)) == [(6, 9, 300)]
    assert caught_up((), 10) == ()
    amid = (Slice(0, 0, 9, D(300)), Slice(1, 5, 5, D(100)), Slice(2, 9, 12, D(200)))
    assert table(caught_up(amid, 6)) == [(6, 9, 400), (9, 12, 200)]


def test_a_late_start_may_compress() -> None:
    # 35 to 60 every ten: three slices; two lots each.
    assert table(planned(D(600), LOT, by_interval(35, 60, 10))) == [
        (35, 45, 200),
        (45, 55, 200),
        (55, 60, 200),
    ]


def test_the_line_is_what_is_due_by_time() -> None:
    assert [line_at(D(100), 10, 50, time) for time in (0, 10, 20, 50, 90)] == [0, 0, 25, 100, 100]
    assert line_at(D(1), 0, 3, 1) == D("0.3333333333333333333333333333")


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: by_interval(5, 5, 1), "end_time"),
        (lambda: by_interval(0, 5, 0), "interval"),
        (lambda: by_interval(0, MAX_SLICES + 1, 1), "interval"),
        (lambda: by_count(0, 5, 0), "slices"),
        (lambda: by_count(0, 5, 6), "slices"),
        (lambda: by_count(0, 10**9, MAX_SLICES + 1), "slices"),
        (lambda: by_child(0, 5, D(100), D(50), LOT), "child_qty"),
        (lambda: by_child(0, 5, D(100), D(0), LOT), "child_qty"),
        (lambda: by_child(0, 5, D(1000), D(100), LOT), "child_qty"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(make: object, field: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError) as caught:
        make()
    assert caught.value.field == field

"""The shares of a day's volume: worked curves, windows and targets."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve

from oms.algos.slicing import Window, planned
from oms.algos.twap import by_interval
from oms.algos.volume_curve import Average, DayVolumes, Dropped, VolumeCurve, day_volumes, volume_curve
from oms.algos.vwap import dynamic_share, regrouped, share_by, target_at
from oms.errors import ValidationError
from oms.model.bars import Bar
from oms.model.ids import Symbol
from oms.model.trading_session import TradingSession

D = Decimal
F = Fraction


def day(date: str, *volumes: int, length: int = 30, opening: int = 0, closing: int = 0) -> DayVolumes:
    return DayVolumes(
        trade_date=date,
        length_ns=length,
        volumes=tuple(map(D, volumes)),
        opening=D(opening),
        closing=D(closing),
    )


# Shares of volume: 1/2 1/4 1/4, 1/5 1/5 3/5 and 1/10 3/10 6/10 of a much busier day.
THREE = [
    day("20260105", 2, 1, 1),
    day("20260106", 10, 10, 30),
    day("20260107", 100, 300, 600),
]


def test_the_median_of_shares_is_made_into_shares_again() -> None:
    # Medians 1/5, 1/4, 3/5 sum to 21/20: 4/21, 5/21, 12/21.
    curve = volume_curve(THREE, 10)

    assert [round(share, 6) for share in curve.shares] == [D("0.190476"), D("0.238095"), D("0.571429")]
    assert sum(curve.shares) + curve.opening + curve.closing == 1
    assert curve.days == ("20260105", "20260106", "20260107")


def test_the_mean_is_of_shares_and_not_of_volumes() -> None:
    # (1/2 + 1/5 + 1/10)/3 = 4/15, (1/4 + 1/5 + 3/10)/3 = 1/4, 29/60.
    curve = volume_curve(THREE, 10, Average.MEAN)

    assert [round(share, 6) for share in curve.shares] == [D("0.266667"), D("0.25"), D("0.483333")]
    assert sum(curve.shares) == 1


def test_days_that_were_not_as_usual_are_left_out_and_named() -> None:
    days = [
        *THREE,
        day("20260108", 5, 5, length=20),
        evolve(day("20260109", 1, 1, 1), was_halted=True),
        evolve(day("20260112", 1, 1, 1), is_roll=True),
        evolve(day("20260113", 1, 1, 1), is_early_close=True),
        day("20260114", 0, 0, 0),
    ]
    curve = volume_curve(days, 10)

    assert curve.shares == volume_curve(THREE, 10).shares
    assert curve.dropped == (
        ("20260108", Dropped.HALF_DAY),
        ("20260109", Dropped.HALT),
        ("20260112", Dropped.ROLL_DAY),
        ("20260113", Dropped.HALF_DAY),
        ("20260114", Dropped.NO_VOLUME),
    )


def test_only_the_last_days_count() -> None:
    curve = volume_curve(THREE, 10, most_days=1)

    assert curve.shares == (D("0.1"), D("0.3"), D("0.6"))
    assert curve.dropped == (("20260105", Dropped.TOO_OLD), ("20260106", Dropped.TOO_OLD))


def test_auctions_are_buckets_of_their_own() -> None:
    curve = volume_curve([day("20260105", 2, 2, 2, opening=1, closing=3)], 10)

    assert (curve.opening, *curve.shares, curve.closing) == (
        D("0.1"),
        *[D("0.2")] * 3,
        D("0.3"),
    )


def test_days_without_a_curve_are_refused() -> None:
    with pytest.raises(ValidationError, match="pass at least one"):
        volume_curve([], 10)
    with pytest.raises(ValidationError, match="same length"):
        volume_curve([day("20260105", 1, 1), day("20260106", 1, 1, 1)], 10)
    with pytest.raises(ValidationError, match="take the mean"):
        volume_curve([day("20260105", 1, 0, 0), day("20260106", 0, 1, 0), day("20260107", 0, 0, 1)], 10)
    with pytest.raises(ValidationError, match="none below zero"):
        day("20260105", -1)


SESSION = TradingSession("20260105", 1000, 1030)
CURVE = VolumeCurve(
    bucket_ns=10,
    length_ns=30,
    shares=(D("0.5"), D("0.1"), D("0.2")),
    opening=D("0.05"),
    closing=D("0.15"),
    days=("20260105",),
    dropped=(),
)


def parts(windows: tuple[Window, ...]) -> list[tuple[int, int, int, Fraction]]:
    return [(each.number, each.start_ns, each.end_ns, each.weight) for each in windows]


def test_a_window_has_the_part_of_each_bucket_that_it_covers() -> None:
    assert parts(CURVE.windows(SESSION, 1005, 1022)) == [
        (1, 1005, 1010, F(1, 4)),
        (2, 1010, 1020, F(1, 10)),
        (3, 1020, 1022, F(1, 25)),
    ]


def test_a_schedule_of_the_curve() -> None:
    # 25 : 10 : 4 of 39 lots.
    plan = planned(D(3900), D(100), CURVE.windows(SESSION, 1005, 1022))

    assert [(each.start_ns, int(each.qty)) for each in plan] == [(1005, 2500), (1010, 1000), (1020, 400)]


def test_auctions_take_part_only_if_asked_to_and_if_the_window_has_them() -> None:
    both = CURVE.windows(SESSION, 1000, 1030, in_open=True, in_close=True)

    assert parts(both)[0] == (0, 1000, 1000, F(1, 20))
    assert parts(both)[-1] == (4, 1030, 1030, F(3, 20))
    assert sum(window.weight for window in both) == 1
    assert sum(window.weight for window in CURVE.windows(SESSION, 1000, 1030)) == F(4, 5)
    assert len(CURVE.windows(SESSION, 1001, 1029, in_open=True, in_close=True)) == 3


def test_breaks_and_an_early_close_have_no_windows() -> None:
    lunch = TradingSession("20260105", 1000, 1025, ((1005, 1012),))

    # A bucket has all of its share in the part that the break leaves; the last has half of its time before the close.
    assert parts(CURVE.windows(lunch, 0, 9999)) == [
        (1, 1000, 1005, F(1, 2)),
        (2, 1012, 1020, F(1, 10)),
        (3, 1020, 1025, F(1, 10)),
    ]


def bar(start: int, volume: str | None) -> Bar:
    return Bar(Symbol("X"), start + 1, start, D(1), D(1), D(1), D(1), None if volume is None else D(volume))


def test_bars_are_counted_where_they_begin() -> None:
    bars = [bar(start, volume) for start, volume in ((999, "1"), (1000, "2"), (1009, "3"), (1010, "4"))]
    bars += [bar(1015, None), bar(1029, "5"), bar(1030, "6")]

    assert day_volumes(bars, SESSION, 10) == day("20260105", 5, 4, 5)
    assert day_volumes(bars, SESSION, 25, was_halted=True).volumes == (D(9), D(5))
    assert day_volumes([bar(1005, "1")], evolve(SESSION, breaks=((1004, 1006),)), 10).volumes == (D(0),) * 3
    with pytest.raises(ValidationError, match="bucket_ns"):
        day_volumes(bars, SESSION, 0)


def test_children_at_an_interval_take_the_curve_of_their_spans() -> None:
    curve = CURVE.windows(SESSION, 1000, 1030, in_open=True, in_close=True)

    assert parts(regrouped(by_interval(1000, 1030, 15), curve)) == [
        (0, 1000, 1000, F(1, 20)),
        (1, 1000, 1015, F(11, 20)),
        (2, 1015, 1030, F(1, 4)),
        (3, 1030, 1030, F(3, 20)),
    ]


def test_the_share_of_the_window_by_a_moment() -> None:
    windows = CURVE.windows(SESSION, 1000, 1030)

    assert [share_by(windows, time) for time in (999, 1000, 1010, 1015, 1030)] == [
        0,
        0,
        F(5, 8),
        F(11, 16),
        1,
    ]
    with pytest.raises(ValidationError, match="windows"):
        share_by((), 0)


@pytest.mark.parametrize(
    ("curve", "volume", "expected", "band", "share"),
    [
        pytest.param("0.5", 500, 1000, "1", F(1, 2), id="as expected"),
        pytest.param("0.5", 1000, 1000, "1", F(2, 3), id="twice as busy: 1000 of 1500"),
        pytest.param("0.5", 250, 1000, "1", F(1, 3), id="half as busy: 250 of 750"),
        pytest.param("0.5", 1000, 1000, "0.1", F(3, 5), id="held by the band above"),
        pytest.param("0.5", 0, 1000, "0.1", F(2, 5), id="held by the band below"),
        pytest.param("0.5", 1000, 1000, "0", F(1, 2), id="no band is the curve"),
        pytest.param("0.05", 0, 1000, "0.1", F(0), id="never below zero"),
        pytest.param("1", 10, 1000, "0.5", F(1), id="at the end all is due"),
        pytest.param("0.25", 10, 0, "0.5", F(1, 4), id="nobody knows what to expect"),
    ],
)
def test_the_share_that_is_due_follows_todays_volume(
    curve: str, volume: int, expected: int, band: str, share: Fraction
) -> None:
    assert dynamic_share(F(D(curve)), D(volume), D(expected), D(band)) == share


def test_a_target_is_in_whole_lots_and_in_the_end_all() -> None:
    assert [target_at(D(1050), D(100), share) for share in (F(0), F(1, 3), F(999, 1000), F(1))] == [
        0,
        300,
        1000,
        1050,
    ]


def test_numbers_out_of_their_bounds_are_refused() -> None:
    with pytest.raises(ValidationError, match="band"):
        dynamic_share(F(1, 2), D(1), D(1), D(2))
    with pytest.raises(ValidationError, match="volume"):
        dynamic_share(F(1, 2), D(-1), D(1), D(0))


@pytest.mark.parametrize("volume", [D("NaN"), D("sNaN"), D("Infinity"), D(-1), None, 1.5, "1"])
@pytest.mark.parametrize("where", ["volumes", "opening", "closing"])
def test_a_volume_is_a_finite_number_that_is_not_below_zero(where: str, volume: object) -> None:
    wrong: dict[str, Any] = {"volumes": (D(1), D(1)), where: (D(1), volume) if where == "volumes" else volume}
    with pytest.raises(
        ValidationError, match=r"volumes of 20260105 = .*pass finite Decimals, none below zero"
    ):
        DayVolumes(trade_date="20260105", length_ns=20, **wrong)


@pytest.mark.parametrize("length", [0, -1, 1.5, None, True])
def test_a_day_has_a_length(length: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError, match="length_ns"):
        DayVolumes(trade_date="20260105", length_ns=length, volumes=(D(1),))


@pytest.mark.parametrize("bucket_ns", [5, 9, 15, 20, 0, -10, 10.0, None])
def test_a_curve_has_the_buckets_that_its_days_were_cut_into(bucket_ns: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError, match="bucket_ns = "):
        volume_curve(THREE, bucket_ns)


@pytest.mark.parametrize("most_days", [0, -1, None, 1.5])
def test_a_curve_is_made_of_a_day_at_least(most_days: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError, match="most_days"):
        volume_curve(THREE, 10, most_days=most_days)

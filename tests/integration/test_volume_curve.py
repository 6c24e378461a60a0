"""The curve of an index future's volume, from the sessions of a January."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from oms.algos.slicing import planned
from oms.algos.volume_curve import Average, DayVolumes, Dropped, VolumeCurve, day_volumes, volume_curve
from oms.algos.vwap import share_by
from oms.feeds.fields import iso_ns
from oms.model.bars import Bar
from oms.model.ids import Symbol
from oms.model.trading_session import TradingSession

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

FILE = "index_future_bars_1m_2006-01.csv.gz"
MINUTE = 60_000_000_000
HALF_HOUR = 30 * MINUTE
D = Decimal


def session(day: str, close: str = "21:00:00") -> TradingSession:
    return TradingSession(day.replace("-", ""), iso_ns(f"{day}T08:00:00Z"), iso_ns(f"{day}T{close}Z"))


@pytest.fixture(scope="module")
def days(market_data: Path) -> list[DayVolumes]:
    """Each session in half hours; the first ends with its last bar, two hours early."""
    bars: dict[str, list[Bar]] = defaultdict(list)
    with gzip.open(market_data / FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = iso_ns(row["start"])
            opening, high, low, last = (D(row[name]) for name in ("open", "high", "low", "close"))
            bar = Bar(Symbol("FESX"), start + MINUTE, start, opening, high, low, last, D(row["volume"]))
            bars[row["start"][:10]].append(bar)
    closes = {"2006-01-02": "19:04:00"}
    return [
        day_volumes(of_day, session(day, closes.get(day, "21:00:00")), HALF_HOUR)
        for day, of_day in bars.items()
    ]


@pytest.fixture(scope="module")
def curve(days: list[DayVolumes]) -> VolumeCurve:
    return volume_curve(days, HALF_HOUR)


def test_every_bar_is_in_one_bucket(days: list[DayVolumes]) -> None:
    # Sums by day, added up from the file.
    assert {day.trade_date: sum(day.volumes) for day in days[:3]} == {
        "20060102": 161_267,
        "20060103": 552_675,
        "20060104": 514_929,
    }
    assert [len(day.volumes) for day in days] == [23, *[26] * 21]


def test_the_curve_is_of_21_sessions_and_sums_to_one(curve: VolumeCurve) -> None:
    assert len(curve.days) == 21
    assert curve.dropped == (("20060102", Dropped.HALF_DAY),)
    assert len(curve.shares) == 26
    assert sum(curve.shares) == 1
    assert (curve.opening, curve.closing) == (D(0), D(0))


def test_the_curve_is_that_of_a_sum_made_elsewhere(days: list[DayVolumes], curve: VolumeCurve) -> None:
    """Shares by half hour from awk over the file: their means, and their medians over the sum of medians."""
    mean = volume_curve(days, HALF_HOUR, Average.MEAN)
    for number, share in enumerate(curve.shares):
        print(f"half hour {number:2}: median {share:.4%}, mean {mean.shares[number]:.4%}")  # noqa: T201  # the figures, for whoever asks with -s

    assert [round(mean.shares[number], 6) for number in (0, 13, 25)] == [
        D("0.103620"),
        D("0.061229"),
        D("0.004109"),
    ]
    assert [round(curve.shares[number], 6) for number in (0, 13, 25)] == [
        D("0.111728"),
        D("0.062598"),
        D("0.004328"),
    ]


def test_a_schedule_over_a_part_of_a_day_follows_the_curve(curve: VolumeCurve) -> None:
    """1,000 contracts from 09:00 to 16:30 on a day that the curve does not know."""
    today = session("2006-02-01")
    start, end = iso_ns("2006-02-01T09:00:00Z"), iso_ns("2006-02-01T16:30:00Z")
    windows = curve.windows(today, start, end)
    plan = planned(D(1000), D(1), windows)
    due = D(0)
    for each in plan:
        due += each.qty
        assert abs(Fraction(due) - 1000 * share_by(windows, each.end_ns)) < len(plan)
        print(f"{(each.start_ns - start) // MINUTE:4} min: {each.qty:4}, due {due:5}")  # noqa: T201  # likewise

    assert len(plan) == 15
    assert due == 1000
    inside = sum(curve.shares[2:17])
    assert all(abs(each.qty - 1000 * curve.shares[each.number - 1] / inside) < 1 for each in plan)

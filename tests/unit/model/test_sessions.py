"""Moments, as integers inside and aware datetimes at the edge, and the day that each belongs to."""
# pyright: reportPrivateUsage=false

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from oms.errors import ValidationError
from oms.model import sessions
from oms.model.sessions import to_datetime, to_ns, utc_date

S = 1_000_000_000
DAY_NS = 86_400 * S
NEW_YORK_IN_WINTER = timezone(timedelta(hours=-5))

# 2026-01-05 lies 56 years and 14 leap days after 1970, and 4 days into its year: 20 458 days.
MOMENTS = {
    "the epoch": (datetime(1970, 1, 1, tzinfo=UTC), 0),
    "a second": (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), S),
    "a microsecond before the epoch": (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1_000),
    "a moment of a winter's day": (
        datetime(2026, 1, 5, 14, 30, 0, 1, tzinfo=UTC),
        20_458 * DAY_NS + 52_200 * S + 1_000,
    ),
}


@pytest.mark.parametrize(("moment", "time_ns"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_is_a_number_of_nanoseconds_and_back(moment: datetime, time_ns: int) -> None:
    assert to_ns(moment) == time_ns
    assert to_datetime(time_ns) == moment
    assert to_datetime(time_ns).tzinfo is UTC


def test_the_same_moment_on_another_clock_is_the_same_number() -> None:
    assert to_ns(datetime(2026, 1, 5, 9, 30, tzinfo=NEW_YORK_IN_WINTER)) == to_ns(
        datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("time_ns", "microsecond"), [(999, 0), (1_000, 1), (1_999, 1)], ids=["999 ns", "1000 ns", "1999 ns"]
)
def test_what_a_datetime_cannot_show_is_cut_off(time_ns: int, microsecond: int) -> None:
    assert to_datetime(time_ns) == datetime(1970, 1, 1, 0, 0, 0, microsecond, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        to_ns(datetime(2026, 1, 5, 14, 30))  # noqa: DTZ001  # on purpose

    error = raised.value
    assert (error.field, error.value) == ("time", "2026-01-05T14:30:00")
    assert error.allowed == "pass an aware datetime, such as datetime(..., tzinfo=UTC)"


DAYS = {
    "the first moment of a day": (20_458 * DAY_NS, "20260105"),
    "the last moment of a day": (20_459 * DAY_NS - 1, "20260105"),
    "the next day": (20_459 * DAY_NS, "20260106"),
    "a day before the epoch": (-1, "19691231"),
}


@pytest.mark.parametrize(("time_ns", "day"), DAYS.values(), ids=DAYS)
def test_a_moment_belongs_to_its_utc_day(time_ns: int, day: str) -> None:
    assert utc_date(time_ns) == day


def test_however_many_days_are_asked_for_only_so_many_are_kept() -> None:
    epoch = date(1970, 1, 1).toordinal()
    for day in range(sessions._MAX_DATES + 10):
        found = utc_date(day * DAY_NS)
        if not day % 97:
            assert found == date.fromordinal(epoch + day).strftime("%Y%m%d")

    assert 0 < len(sessions._dates) <= sessions._MAX_DATES
    assert utc_date(0) == "19700101"

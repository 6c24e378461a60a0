"""The exchange's days against its own notices; over all years they are held to another source in tests/integration."""

from datetime import UTC, date, datetime, time

import pytest

from oms.calendars.nyse import early_closes, holidays, nyse
from oms.errors import ValidationError
from oms.model.sessions import to_ns


def utc(*at: int) -> int:
    return to_ns(datetime(*at, tzinfo=UTC))  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        pytest.param(date(2026, 1, 5), (2026, 1, 5, 14, 30), (2026, 1, 5, 21, 0), id="in winter"),
        pytest.param(date(2026, 7, 6), (2026, 7, 6, 13, 30), (2026, 7, 6, 20, 0), id="in summer"),
        pytest.param(
            date(2026, 3, 6), (2026, 3, 6, 14, 30), (2026, 3, 6, 21, 0), id="before the clocks change"
        ),
        pytest.param(
            date(2026, 3, 9), (2026, 3, 9, 13, 30), (2026, 3, 9, 20, 0), id="after the clocks change"
        ),
        pytest.param(
            date(2026, 11, 27), (2026, 11, 27, 14, 30), (2026, 11, 27, 18, 0), id="the day after Thanksgiving"
        ),
    ],
)
def test_the_hours_of_a_day_are_new_yorks(day: date, opens: tuple[int, ...], closes: tuple[int, ...]) -> None:
    session = nyse().session(day)
    assert session is not None
    assert (session.trade_date, session.open_ns, session.close_ns) == (
        day.strftime("%Y%m%d"),
        utc(*opens),
        utc(*closes),
    )


# From the exchange's published list of 2026.
def test_the_holidays_of_2026() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 4, 3), date(2026, 5, 25), date(2026, 6, 19),
        date(2026, 7, 3), date(2026, 9, 7), date(2026, 11, 26), date(2026, 12, 25),
    ]  # fmt: skip
    assert early_closes(2026) == {date(2026, 11, 27): time(13), date(2026, 12, 24): time(13)}


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2021, 12, 31), id="a New Year on a Saturday is not kept on the Friday before"),
        pytest.param(date(2021, 6, 18), id="Juneteenth was no holiday before 2022"),
        pytest.param(date(2002, 7, 3), id="a Wednesday before a Thursday's holiday, until 2012"),
    ],
)
def test_it_trades_all_day_although_one_might_think_otherwise(day: date) -> None:
    session = nyse().session(day)
    assert session is not None
    assert not session.is_early_close


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2022, 6, 20), id="Juneteenth on a Sunday is kept on Monday"),
        pytest.param(date(2020, 7, 3), id="the Fourth on a Saturday is kept on Friday"),
        pytest.param(date(2012, 10, 29), id="the hurricane"),
        pytest.param(date(2025, 1, 9), id="the mourning for President Carter"),
        pytest.param(date(2026, 1, 4), id="a Sunday"),
    ],
)
def test_it_is_closed(day: date) -> None:
    assert nyse().session(day) is None


def test_what_is_announced_tomorrow_is_passed_in() -> None:
    day, eve = date(2027, 3, 3), date(2027, 3, 2)
    calendar = nyse(closed=[day], early={eve: time(13)})
    assert calendar.session(day) is None
    session = calendar.session(eve)
    assert session is not None
    assert session.is_early_close
    assert session.close_ns == utc(2027, 3, 2, 18, 0)


def test_years_of_other_rules_are_refused() -> None:
    with pytest.raises(ValidationError, match="year = 1999: pass a year from 2000 on"):
        nyse().session(date(1999, 12, 31))

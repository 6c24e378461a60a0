"""Local hours as instants: breaks, evenings before, clocks put forward and back."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from oms.calendars.always import AlwaysOpen
from oms.calendars.walking import changes
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.errors import ValidationError
from oms.model.enums import SessionPhase
from oms.model.sessions import to_ns
from oms.model.trading_session import TradingSession

SUNDAY = 6


def utc(*at: int) -> int:
    return to_ns(datetime(*at, tzinfo=UTC))  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


def of(calendar: WeeklyCalendar, *day: int) -> TradingSession:
    session = calendar.session(date(*day))
    assert session is not None
    return session


def test_an_evening_before_belongs_to_the_next_trading_day() -> None:
    # 23 hours a day from Sunday 17:00 in Chicago; Chicago is 6 hours behind UTC in January.
    day = Hours(open=time(17), open_day=-1, close=time(16))
    futures = WeeklyCalendar("futures", "America/Chicago", dict.fromkeys(range(5), day))
    monday = of(futures, 2026, 1, 5)
    assert (monday.open_ns, monday.close_ns) == (utc(2026, 1, 4, 23, 0), utc(2026, 1, 5, 22, 0))
    assert monday.trade_date == "20260105"
    assert futures.session(date(2026, 1, 4)) is None


def test_a_session_may_close_on_the_next_morning() -> None:
    night = WeeklyCalendar("night", "Asia/Tokyo", {0: Hours(open=time(16, 30), close=time(6), close_day=1)})
    session = of(night, 2026, 1, 5)
    assert session.close_ns - session.open_ns == 13.5 * 3600 * 10**9
    assert session.trade_date == "20260105"


def test_nothing_trades_in_a_break_and_the_close_is_no_part_of_the_session() -> None:
    lunch = ((time(11, 30), time(12, 30)),)
    tokyo = WeeklyCalendar("XTKS", "Asia/Tokyo", {0: Hours(open=time(9), close=time(15, 30), breaks=lunch)})
    session = of(tokyo, 2026, 1, 5)
    assert session.breaks == ((utc(2026, 1, 5, 2, 30), utc(2026, 1, 5, 3, 30)),)
    open_at = {
        at: session.is_open_at(utc(2026, 1, 5, *at)) for at in ((0, 0), (2, 30), (3, 29), (3, 30), (6, 30))
    }
    assert open_at == {(0, 0): True, (2, 30): False, (3, 29): False, (3, 30): True, (6, 30): False}
    assert not session.is_open_at(session.open_ns - 1)


def test_an_early_close_shortens_and_a_close_before_the_opening_leaves_nothing() -> None:
    lunch = ((time(11, 30), time(12, 30)),)
    hours = {0: Hours(open=time(9), close=time(15), breaks=lunch)}
    soon = {date(2026, 1, 5): time(12), date(2026, 1, 12): time(11), date(2026, 1, 19): time(9)}
    calendar = WeeklyCalendar("half", "UTC", hours, early_closes=lambda _: soon)
    first, second = of(calendar, 2026, 1, 5), of(calendar, 2026, 1, 12)
    assert (first.close_ns, first.breaks) == (
        utc(2026, 1, 5, 12, 0),
        ((utc(2026, 1, 5, 11, 30), utc(2026, 1, 5, 12, 0)),),
    )
    assert (second.close_ns, second.breaks, second.is_early_close) == (utc(2026, 1, 12, 11, 0), (), True)
    assert calendar.session(date(2026, 1, 19)) is None
    assert not of(calendar, 2026, 1, 26).is_early_close


# In New York the clocks go from 2:00 to 3:00 on 2026-03-08 and from 2:00 back to 1:00 on 2026-11-01.
def test_an_hour_that_the_clocks_skip_is_the_first_moment_after_it() -> None:
    calendar = WeeklyCalendar("gap", "America/New_York", {SUNDAY: Hours(open=time(2, 30), close=time(12))})
    assert of(calendar, 2026, 3, 8).open_ns == utc(2026, 3, 8, 7, 0)


def test_of_an_hour_that_comes_twice_an_opening_takes_the_first_and_a_close_the_second() -> None:
    opens = WeeklyCalendar("fold", "America/New_York", {SUNDAY: Hours(open=time(1, 30), close=time(12))})
    closes = WeeklyCalendar("fold", "America/New_York", {SUNDAY: Hours(open=time(0), close=time(1, 30))})
    assert of(opens, 2026, 11, 1).open_ns == utc(2026, 11, 1, 5, 30)
    assert of(closes, 2026, 11, 1).close_ns == utc(2026, 11, 1, 6, 30)


def test_a_break_within_an_hour_that_comes_twice_is_held_the_second_time() -> None:
    hours = Hours(
        open=time(0), close=time(12), breaks=((time(0, 45), time(1, 10)), (time(1, 15), time(1, 45)))
    )
    session = of(WeeklyCalendar("fold", "America/New_York", {SUNDAY: hours}), 2026, 11, 1)
    assert session.breaks == (
        (utc(2026, 11, 1, 4, 45), utc(2026, 11, 1, 5, 10)),
        (utc(2026, 11, 1, 6, 15), utc(2026, 11, 1, 6, 45)),
    )


@pytest.mark.parametrize(
    ("close", "opening"), [(time(1, 30), time(1, 30)), (time(1, 15), time(1, 45)), (time(1), time(1))]
)
def test_a_session_ends_where_the_next_one_opens_in_an_hour_that_comes_twice(
    close: time, opening: time
) -> None:
    days = {day: Hours(open=opening, close=close, close_day=1) for day in range(7)}
    calendar = WeeklyCalendar("fold", "America/New_York", days)
    saturday, sunday = of(calendar, 2026, 10, 31), of(calendar, 2026, 11, 1)
    assert saturday.close_ns == sunday.open_ns == utc(2026, 11, 1, 5, opening.minute)
    phases = [
        (one.phase, one.trade_date) for one in changes(calendar, saturday.open_ns, utc(2026, 11, 1, 20, 0))
    ]
    assert phases == [(SessionPhase.CLOSED, "20261031"), (SessionPhase.OPEN, "20261101")]
    assert not saturday.is_early_close


def test_a_zone_that_changes_by_half_an_hour() -> None:
    # On Lord Howe Island the clocks go from 2:00 to 2:30 on 2026-10-04, UTC+10:30 to UTC+11.
    calendar = WeeklyCalendar(
        "island", "Australia/Lord_Howe", {SUNDAY: Hours(open=time(2, 15), close=time(9))}
    )
    assert of(calendar, 2026, 10, 4).open_ns == utc(2026, 10, 3, 15, 30)


def test_a_market_that_never_closes_trades_days_of_utc() -> None:
    day = AlwaysOpen().session(date(2026, 2, 28))
    assert (day.trade_date, day.open_ns, day.close_ns) == (
        "20260228",
        utc(2026, 2, 28, 0, 0),
        utc(2026, 3, 1, 0, 0),
    )


def test_a_datetime_is_looked_up_as_its_day() -> None:
    calendar = WeeklyCalendar("plain", "UTC", {0: Hours(open=time(9), close=time(15))})
    assert calendar.session(datetime(2026, 1, 5, 23, tzinfo=UTC)) == of(calendar, 2026, 1, 5)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "America"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="pass an IANA name"):
        WeeklyCalendar("nowhere", zone, {})


def test_a_weekday_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"hours = \[7\]: pass weekdays from 0, Monday, to 6"):
        WeeklyCalendar("odd", "UTC", {7: Hours(open=time(9), close=time(15))})


@pytest.mark.parametrize("year", [1969, 2262])
def test_years_that_nanoseconds_do_not_reach_are_refused(year: int) -> None:
    calendar = WeeklyCalendar("plain", "UTC", {0: Hours(open=time(9), close=time(15))})
    with pytest.raises(ValidationError, match=f"day = {year}-01-01: pass a day of 1970 to 2261"):
        calendar.session(date(year, 1, 1))


@pytest.mark.parametrize(
    ("opens", "closes", "breaks"),
    [
        pytest.param(5, 5, (), id="no time between"),
        pytest.param(5, 4, (), id="closes before it opens"),
        pytest.param(5, 9, ((4, 6),), id="a break before the opening"),
        pytest.param(5, 9, ((6, 10),), id="a break beyond the close"),
        pytest.param(5, 9, ((7, 8), (6, 7)), id="breaks out of order"),
        pytest.param(5, 9, ((7, 6),), id="a break that ends before it begins"),
    ],
)
def test_hours_that_no_day_can_have_are_refused(
    opens: int, closes: int, breaks: tuple[tuple[int, int], ...]
) -> None:
    with pytest.raises(ValidationError, match="session 20260105"):
        TradingSession("20260105", opens, closes, breaks)


def test_a_trading_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="trade_date"):
        TradingSession("2026-01-05", 1, 2)


# Over a whole year of each zone an opening and a close lie where its clocks show them.
@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/London", "Australia/Sydney", "America/Sao_Paulo"]
)
def test_local_hours_are_kept_all_year(zone: str) -> None:
    from zoneinfo import ZoneInfo  # noqa: TID251  # what is under test, looked at from outside

    calendar = WeeklyCalendar("year", zone, dict.fromkeys(range(7), Hours(open=time(9), close=time(17, 45))))
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        session = calendar.session(day)
        assert session is not None
        local = [
            datetime.fromtimestamp(at / 10**9, ZoneInfo(zone)) for at in (session.open_ns, session.close_ns)
        ]
        assert [(at.date(), at.time()) for at in local] == [(day, time(9)), (day, time(17, 45))]

"""The New York Stock Exchange: 9:30 to 16:00 in New York, its holidays and its early closes, from 2000 on.

The rules are Rule 7.2 of the exchange as it was applied; what no rule tells (mourning, disaster) is listed by date. A
closure that is announced tomorrow is not known here: pass it to `nyse(closed=...)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Final

from dateutil.easter import easter
from dateutil.relativedelta import FR, MO, TH, relativedelta

from oms.calendars.weekly import Hours, WeeklyCalendar, check_days, check_local_time
from oms.errors import ValidationError

FIRST_YEAR: Final = 2000

_MON, _WED, _THU, _FRI, _SAT, _SUN = 0, 2, 3, 4, 5, 6
_REGULAR: Final = Hours(open=time(9, 30), close=time(16))
_EARLY: Final = time(13)

_UNFORESEEN: Final = frozenset(
    {
        *(date(2001, 9, day) for day in (11, 12, 13, 14)),  # the attacks on New York
        date(2004, 6, 11),  # mourning for President Reagan
        date(2007, 1, 2),  # mourning for President Ford
        *(date(2012, 10, day) for day in (29, 30)),  # Hurricane Sandy
        date(2018, 12, 5),  # mourning for President G. H. W. Bush
        date(2025, 1, 9),  # mourning for President Carter
    }
)
_UNFORESEEN_EARLY: Final = frozenset({date(2003, 12, 26)})  # the Friday after Christmas


def nyse(*, closed: Iterable[date] = (), early: Mapping[date, time] | None = None) -> WeeklyCalendar:
    """Give the exchange's calendar, from 2000 on.

    Args:
        closed: Days on which it is closed besides those known here.
        early: Days on which it closes early besides those known here, each with the time in New York.

    Raises:
        ValidationError: What is added is no day, or no local time up to the usual close.
    """
    added, sooner = frozenset(closed), dict(early or {})
    check_days("closed", added)
    check_days("early", sooner)
    for at in sooner.values():
        check_local_time("early", at)
        if at > _REGULAR.close:
            raise ValidationError(
                "early", f"{at:%H:%M}", f"pass a time up to the usual close, {_REGULAR.close:%H:%M}"
            )
    return WeeklyCalendar(
        "XNYS",
        "America/New_York",
        dict.fromkeys(range(5), _REGULAR),
        closures=lambda year: holidays(year) | {day for day in added if day.year == year},
        early_closes=lambda year: {
            **early_closes(year),
            **{day: at for day, at in sooner.items() if day.year == year},
        },
    )


def holidays(year: int) -> frozenset[date]:
    """Give the days of a year on which the exchange is closed, weekends aside.

    Raises:
        ValidationError: The year lies before 2000, where other rules held.
    """
    if year < FIRST_YEAR:
        raise ValidationError("year", str(year), f"pass a year from {FIRST_YEAR} on")
    new_year = date(year, 1, 1)
    days = {
        # On a Saturday it is not kept: the last day of a year is always traded.
        new_year + relativedelta(days=1) if new_year.weekday() == _SUN else new_year,
        new_year + relativedelta(weekday=MO(3)),  # Martin Luther King Day
        date(year, 2, 1) + relativedelta(weekday=MO(3)),  # Washington's Birthday
        easter(year) - relativedelta(days=2),  # Good Friday
        date(year, 5, 31) + relativedelta(weekday=MO(-1)),  # Memorial Day
        _kept(date(year, 7, 4)),
        date(year, 9, 1) + relativedelta(weekday=MO(1)),  # Labor Day
        _thanksgiving(year),
        _kept(date(year, 12, 25)),
    }
    if year >= 2022:
        days.add(_kept(date(year, 6, 19)))  # Juneteenth
    return frozenset(days) | {day for day in _UNFORESEEN if day.year == year}


def early_closes(year: int) -> dict[date, time]:
    """Give the days of a year on which the exchange closes early, each with the time in New York."""
    days = {_thanksgiving(year) + relativedelta(weekday=FR(1))}
    eve = date(year, 12, 24)
    if eve.weekday() <= _THU:
        days.add(eve)
    before = date(year, 7, 3)
    if before.weekday() <= _THU and (before.weekday() != _WED or year >= 2013):
        days.add(before)
    elif before.weekday() == _WED:
        days.add(date(year, 7, 5))  # until 2012 the Friday after a Thursday's holiday
    days |= {day for day in _UNFORESEEN_EARLY if day.year == year}
    return {day: _EARLY for day in days if day not in holidays(year)}


def _kept(day: date) -> date:
    """Give the weekday on which a holiday of a fixed date is kept: Friday for Saturday, Monday for Sunday."""
    return day + relativedelta(days={_SAT: -1, _SUN: 1}.get(day.weekday(), 0))


def _thanksgiving(year: int) -> date:
    return date(year, 11, 1) + relativedelta(weekday=TH(4))

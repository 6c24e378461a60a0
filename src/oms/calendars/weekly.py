"""Markets that trade by the week: the same local hours on each weekday, but for holidays and early closes.

Hours are local times. Where the clocks are put forward over one, the moment meant is the first after the gap; where they
are put back over one, an opening is the first of the two moments and a close the second, so that no trading time is lost;
a session is over as the next one opens, and a break that lies within such an hour is held the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oms.errors import ValidationError
from oms.model.define import value
from oms.model.door import shown
from oms.model.sessions import to_ns
from oms.model.trading_session import TradingSession

Closures: TypeAlias = Callable[[int], frozenset[date]]
"""Gives the trading days of a year on which the market is closed although its weekday trades."""
EarlyCloses: TypeAlias = Callable[[int], Mapping[date, time]]
"""Gives the trading days of a year on which the market closes early, each with the local time."""

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2261
"""Moments are nanoseconds in 63 bits, which end in 2262."""

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@value(kw_only=True)
class Hours:
    """The local hours of one trading day.

    Attributes:
        open: When it opens.
        close: When it closes.
        open_day: On which day, seen from the trading day: -1 for the evening before.
        close_day: On which day it closes; 1 for the next morning.
        breaks: The pauses, from when to when, on the trading day itself: in order, and between the opening and the close.

    Raises:
        ValidationError: A time is none or has a zone, it opens no sooner than it closes, or a break lies elsewhere.
    """

    open: time
    close: time
    open_day: int = 0
    close_day: int = 0
    breaks: tuple[tuple[time, time], ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse hours that no day can have."""
        check_local_time("open", self.open)
        check_local_time("close", self.close)
        for name, number in (("open_day", self.open_day), ("close_day", self.close_day)):
            if type(number) is not int or number not in {-1, 0, 1}:
                raise ValidationError(name, shown(number), "pass -1, 0 or 1: days seen from the trading day")
        if (self.open_day, self.open) >= (self.close_day, self.close):
            asked = f"{self.close:%H:%M} with an open of {self.open:%H:%M}"
            allowed = (
                "close after the open: pass open_day=-1 where it opens on the evening before, "
                "close_day=1 where it closes on the next morning"
            )
            raise ValidationError("close", asked, allowed)
        self._check_breaks()

    def _check_breaks(self) -> None:
        last = (self.open_day, self.open)
        for pause in self.breaks:
            if not isinstance(pause, tuple) or len(pause) != 2:
                raise ValidationError("breaks", shown(pause), "pass pairs of times, from when to when")
            for at in pause:
                check_local_time("breaks", at)
            begin, end = ((0, at) for at in pause)
            if not last < begin < end <= (self.close_day, self.close):
                asked = f"{pause[0]:%H:%M} to {pause[1]:%H:%M}"
                allowed = "pass them in order, between the open and the close, on the trading day itself"
                raise ValidationError("breaks", asked, allowed)
            last = end


def check_local_time(name: str, at: object) -> None:
    """Check that something is a local time of day.

    Raises:
        ValidationError: It is something else, or has a time zone, which is the calendar's to say.
    """
    if not isinstance(at, time):
        allowed = "pass a datetime.time in the calendar's zone, such as time(17) or time(9, 30)"
        raise ValidationError(name, shown(at), allowed)
    if at.tzinfo is not None:
        allowed = "pass a time without tzinfo: it is local, in the zone of its calendar"
        raise ValidationError(name, shown(at), allowed)


def check_days(name: str, days: Iterable[object]) -> None:
    """Check that each is a day.

    Raises:
        ValidationError: One is something else; a datetime is no day, and would equal none.
    """
    for day in days:
        if type(day) is not date:
            raise ValidationError(
                name, shown(day), "pass a datetime.date for each day, such as date(2026, 12, 24)"
            )


def _none(year: int) -> frozenset[date]:
    return frozenset()


def _never(year: int) -> Mapping[date, time]:
    return {}


class WeeklyCalendar:
    """The trading days of a market that keeps the same hours every week."""

    def __init__(
        self,
        name: str,
        zone: str,
        hours: Mapping[int, Hours],
        *,
        closures: Closures = _none,
        early_closes: EarlyCloses = _never,
    ) -> None:
        """Say when it trades.

        Args:
            name: What the calendar is called.
            zone: The IANA name of the time zone that the hours are in.
            hours: By weekday, Monday 0 to Sunday 6; a weekday that is missing does not trade.
            closures: The holidays of a year.
            early_closes: The early closes of a year; a close before the opening leaves no session.

        Raises:
            ValidationError: The zone is not known here, a weekday is none, or two days overlap.
        """
        try:
            self._zone = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            allowed = (
                "pass an IANA name such as America/New_York; where there is no zone data, install tzdata"
            )
            raise ValidationError("zone", shown(zone), allowed) from error
        strange = [day for day in hours if day not in range(7)]
        if strange:
            raise ValidationError("hours", shown(strange), "pass weekdays from 0, Monday, to 6, Sunday")
        self.name = name
        self._hours = dict(hours)
        _check_week(self._hours)
        self._closures = closures
        self._early_closes = early_closes
        self._years: dict[int, Mapping[date, TradingSession]] = {}

    def session(self, day: date) -> TradingSession | None:
        """Give the session of a trading day; None where there is none.

        Raises:
            ValidationError: The year lies outside 1970 to 2261, or what its closures or early closes say cannot be meant.
        """
        year = self._years.get(day.year)
        if year is None:
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValidationError("day", day.isoformat(), f"pass a day of {FIRST_YEAR} to {LAST_YEAR}")
            year = self._years[day.year] = self._of_year(day.year)
        # A datetime is a date too, and would be looked up in vain.
        return year.get(date(day.year, day.month, day.day))

    def __repr__(self) -> str:
        """Give one readable line."""
        return f"<WeeklyCalendar {self.name} {self._zone.key}>"

    def _of_year(self, year: int) -> dict[date, TradingSession]:
        closed, early = self._closures(year), self._early_closes(year)
        check_days("closures", closed)
        check_days("early_closes", early)
        sessions: dict[date, TradingSession] = {}
        day = date(year, 1, 1)
        while day.year == year:
            hours = self._hours.get(day.weekday())
            if hours is not None and day not in closed:
                session = self._of_day(day, hours, early.get(day))
                if session is not None:
                    sessions[day] = session
            day += _DAY
        return sessions

    def _of_day(self, day: date, hours: Hours, early: time | None) -> TradingSession | None:
        begin = self._instant(day + hours.open_day * _DAY, hours.open, is_end=False)
        usual = self._close(day, hours)
        end = usual
        if early is not None:
            check_local_time("early_closes", early)
            end = self._instant(day, early, is_end=True)
            if end > usual:
                allowed = f"pass a time up to the usual close, {hours.close:%H:%M}"
                raise ValidationError("early_closes", f"{day} {early:%H:%M}", allowed)
        if end <= begin:
            return None
        breaks = [self._break(day, first, last) for first, last in hours.breaks]
        within = tuple((first, min(last, end)) for first, last in breaks if begin < first < end)
        return TradingSession(day.strftime("%Y%m%d"), begin, end, within, end < usual)

    def _close(self, day: date, hours: Hours) -> int:
        close = self._instant(day + hours.close_day * _DAY, hours.close, is_end=True)
        for ahead in (1, 2):
            later = day + ahead * _DAY
            following = self._hours.get(later.weekday())
            if following is not None:
                opening = self._instant(later + following.open_day * _DAY, following.open, is_end=False)
                close = min(close, opening)
        return close

    def _break(self, day: date, first: time, last: time) -> tuple[int, int]:
        begin, end = self._instant(day, first, is_end=True), self._instant(day, last, is_end=False)
        return begin, max(end, self._instant(day, last, is_end=True)) if end < begin else end

    def _instant(self, day: date, at: time, *, is_end: bool) -> int:
        # The fold tells which of two moments is meant that have the same local time.
        local = datetime.combine(day, at.replace(fold=int(is_end)), self._zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            moment = self._after_gap(local)
        return to_ns(moment)

    def _after_gap(self, local: datetime) -> datetime:
        """Give the first moment after the clocks were put forward over a local time."""
        before, after = sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        offset = before.astimezone(self._zone).utcoffset()
        while after - before > _SECOND:
            middle = before + (after - before) // 2
            if middle.astimezone(self._zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)


def _check_week(week: Mapping[int, Hours]) -> None:
    for day, hours in week.items():
        if not isinstance(hours, Hours):
            raise ValidationError("hours", shown(hours), "pass Hours(open=..., close=...) for each weekday")
        for ahead in (1, 2):
            later = (day + ahead) % 7
            following = week.get(later)
            if not isinstance(following, Hours):
                continue
            if (hours.close_day, hours.close) > (ahead + following.open_day, following.open):
                asked = (
                    f"{_WEEKDAYS[day]} closes at {hours.close:%H:%M}, "
                    f"and {_WEEKDAYS[later]} opens at {following.open:%H:%M} before that"
                )
                raise ValidationError("hours", asked, "let each day close before the next one opens")

"""How the simulated exchange behaves and when it is open, as it is named on the command line."""

from __future__ import annotations

from datetime import date, time
from typing import Final, cast

from attrs import evolve

from oms.brokers.paper import PROFILE
from oms.calendars.always import AlwaysOpen
from oms.calendars.exchange import ExchangeCalendar
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.calendars.walking import MAX_CLOSED
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.cli.words import Ways, Words, made, way, yes_or_no
from oms.model.instrument import Instrument
from oms.model.venue_profile import EXCHANGE, FIX_42_BROKER, FIX_BROKER, VenueProfile
from oms.ports.calendar import TradingCalendar

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FLAGS: Final = ("pending", "chained")
_FLAGS_USAGE: Final = "[:pending=yes|no][,chained=yes|no]"


def _profile(words: Words, profile: VenueProfile) -> VenueProfile:
    pending, chained = words.named.get("pending"), words.named.get("chained")
    return evolve(
        profile,
        sends_pending=profile.sends_pending if pending is None else yes_or_no(pending),
        chains_replaces=profile.chains_replaces if chained is None else yes_or_no(chained),
    )


def _weekly(words: Words) -> TradingCalendar:
    zone, opens, closes = words.values
    first, _, last = words.named.get("days", "mon-fri").partition("-")
    if not {first, last or first} <= set(_WEEKDAYS):
        raise ValueError(f"name weekdays as {', '.join(_WEEKDAYS)}, one or two of them, such as mon-fri")
    days = range(_WEEKDAYS.index(first), _WEEKDAYS.index(last or first) + 1)
    if not days:
        raise ValueError(f"{last} is before {first}: the week begins with mon")
    start, end = time.fromisoformat(opens), time.fromisoformat(closes)
    # Hours that go over midnight belong to the day on which they end, as those of futures do.
    hours = Hours(open=start, close=end, open_day=-1 if end <= start else 0)
    return WeeklyCalendar("weekly", zone, dict.fromkeys(days, hours))


def _exchange(words: Words) -> TradingCalendar:
    name, first, last = words.values
    # Whoever asks for the next session looks some days further.
    return ExchangeCalendar(
        name, date.fromisoformat(first) - MAX_CLOSED, date.fromisoformat(last) + 2 * MAX_CLOSED
    )


PROFILES: Final[Ways] = {
    "simulated": way(
        f"simulated{_FLAGS_USAGE}",
        "amends in place, one replace after another",
        0,
        0,
        lambda words: _profile(words, PROFILE),
        *_FLAGS,
    ),
    "exchange": way(
        f"exchange{_FLAGS_USAGE}",
        "FIX 5.0 SP2 Volume 7: no pending states",
        0,
        0,
        lambda words: _profile(words, EXCHANGE),
        *_FLAGS,
    ),
    "fix-broker": way(
        f"fix-broker{_FLAGS_USAGE}",
        "FIX 4.4 Volume 4: pending reports before it decides",
        0,
        0,
        lambda words: _profile(words, FIX_BROKER),
        *_FLAGS,
    ),
    "fix-4.2-broker": way(
        f"fix-4.2-broker{_FLAGS_USAGE}",
        "the same; guarantees look like executions",
        0,
        0,
        lambda words: _profile(words, FIX_42_BROKER),
        *_FLAGS,
    ),
}
CALENDARS: Final[Ways] = {
    "nyse": way("nyse", "the New York Stock Exchange", 0, 0, lambda _: nyse()),
    "always": way("always", "around the clock; a day is one of UTC", 0, 0, lambda _: AlwaysOpen()),
    "weekly": way(
        "weekly:ZONE,OPEN,CLOSE[,days=mon-fri]",
        "local hours, such as weekly:Europe/Berlin,09:00,22:00; overnight where the close is earlier",
        3,
        3,
        _weekly,
        "days",
    ),
    "exchange": way(
        "exchange:NAME,FIRST_DAY,LAST_DAY",
        "a market of exchange_calendars, such as exchange:XLON,2018-01-01,2018-01-31",
        3,
        3,
        _exchange,
    ),
}


def profile(text: str, instrument: Instrument) -> VenueProfile:
    """Give how a venue behaves.

    Raises:
        ValidationError: It is no such profile.
    """
    return cast(VenueProfile, made("--profile", text, PROFILES, instrument))


def sessions(text: str, instrument: Instrument) -> CalendarSessions:
    """Give when sessions open and close.

    Raises:
        ValidationError: It is no calendar that is known.
    """
    return CalendarSessions(cast(TradingCalendar, made("--calendar", text, CALENDARS, instrument)))

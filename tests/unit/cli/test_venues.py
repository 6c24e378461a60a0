"""How the exchange behaves and when it is open, as it is named on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from oms.brokers.paper import PROFILE
from oms.cli import venues
from oms.errors import ValidationError
from oms.model.enums import SessionPhase
from oms.model.instrument import Instrument
from oms.model.sessions import SessionChange, to_ns
from oms.model.venue_profile import EXCHANGE, FIX_42_BROKER, FIX_BROKER, VenueProfile

X = Instrument(symbol="X", currency="USD", tick="0.01")


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("simulated", PROFILE),
        ("simulated:pending=yes,chained=no", evolve(PROFILE, sends_pending=True, chains_replaces=False)),
        ("exchange", EXCHANGE),
        ("fix-broker", FIX_BROKER),
        ("fix-broker:pending=no", evolve(FIX_BROKER, sends_pending=False)),
        ("fix-4.2-broker", FIX_42_BROKER),
    ],
)
def test_profiles(text: str, profile: VenueProfile) -> None:
    assert venues.profile(text, X) == profile


def _at(day: date, hour: int, minute: int = 0) -> int:
    return to_ns(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))


TUESDAY = date(2018, 1, 2)


@pytest.mark.parametrize(
    ("text", "opens_ns", "closes_ns"),
    [
        ("nyse", _at(TUESDAY, 14, 30), _at(TUESDAY, 21)),
        ("weekly:Europe/Berlin,09:00,22:00", _at(TUESDAY, 8), _at(TUESDAY, 21)),
        ("weekly:UTC,09:00,09:30,days=tue", _at(TUESDAY, 9), _at(TUESDAY, 9, 30)),
        ("weekly:UTC,22:00,20:00,days=mon-sun", _at(date(2018, 1, 1), 22), _at(TUESDAY, 20)),
    ],
)
def test_calendars(text: str, opens_ns: int, closes_ns: int) -> None:
    told = venues.sessions(text, X).changes(opens_ns - 1, closes_ns)
    day = TUESDAY.strftime("%Y%m%d")
    assert told == [
        SessionChange(opens_ns, SessionPhase.OPEN, day),
        SessionChange(closes_ns, SessionPhase.CLOSED, day),
    ]


def test_a_market_without_hours_opens_and_closes_at_midnight() -> None:
    midnight = _at(TUESDAY, 0)
    told = venues.sessions("always", X).changes(midnight - 1, midnight)
    assert [change.phase for change in told] == [SessionPhase.CLOSED, SessionPhase.OPEN]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tokyo", "--calendar = tokyo: nyse; always; weekly:ZONE,OPEN,CLOSE[,days=mon-fri]; exchange:NAME"),
        ("weekly:Mars,09:00,10:00", "pass an IANA name"),
        ("weekly:UTC,9,10", "--calendar = weekly:UTC,9,10: weekly:ZONE,OPEN,CLOSE"),
        ("weekly:UTC,09:00,10:00,days=mo-fr", "name weekdays as mon, tue"),
        ("weekly:UTC,09:00,10:00,days=fri-mon", "mon is before fri"),
        ("exchange:XLON,soon,later", "Invalid isoformat string"),
    ],
)
def test_what_is_no_calendar_is_told_how_to_give_one(text: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        venues.sessions(text, X)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bank", "--profile = bank: simulated[:pending=yes|no]"),
        ("exchange:pending=perhaps", "'perhaps' is neither yes nor no"),
        ("exchange:bundles=no", "--profile = exchange:bundles=no: exchange[:pending"),
    ],
)
def test_what_is_no_profile_is_told_how_to_give_one(text: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        venues.profile(text, X)
    assert told in str(caught.value)

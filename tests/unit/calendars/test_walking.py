"""From moments to sessions."""

from datetime import UTC, date, datetime, time

import pytest

from oms.calendars.always import AlwaysOpen
from oms.calendars.nyse import nyse
from oms.calendars.walking import (
    changes,
    close_of,
    next_session,
    session_at,
    sessions,
    standing,
    trade_date_at,
)
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.errors import ValidationError
from oms.model.enums import SessionPhase
from oms.model.ids import Symbol
from oms.model.sessions import SessionChange, to_ns
from oms.model.trading_session import TradingSession

OPEN, HALTED, CLOSED = SessionPhase.OPEN, SessionPhase.HALTED, SessionPhase.CLOSED
NYSE = nyse()
FUTURES = WeeklyCalendar(
    "futures",
    "America/Chicago",
    dict.fromkeys(range(5), Hours(open=time(17), open_day=-1, close=time(16))),
)


def utc(*at: int) -> int:
    return to_ns(datetime(*at, tzinfo=UTC))  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("at", "trade_date", "is_open"),
    [
        pytest.param((2026, 1, 5, 14, 30), "20260105", True, id="at the opening"),
        pytest.param((2026, 1, 5, 14, 29), "20260105", False, id="just before it"),
        pytest.param((2026, 1, 5, 21, 0), "20260106", False, id="at the close: the next day's"),
        pytest.param((2026, 1, 2, 22, 0), "20260105", False, id="on a Friday evening: Monday's"),
        pytest.param((2026, 4, 3, 15, 0), "20260406", False, id="on Good Friday: Monday's"),
    ],
)
def test_what_happens_while_it_is_closed_belongs_to_the_next_session(
    at: tuple[int, ...], trade_date: str, is_open: bool
) -> None:
    assert trade_date_at(NYSE, utc(*at)) == trade_date
    assert (session_at(NYSE, utc(*at)) is not None) is is_open


def test_a_sunday_evening_of_a_23_hour_market_is_mondays() -> None:
    assert trade_date_at(FUTURES, utc(2026, 1, 4, 23, 0)) == "20260105"
    assert trade_date_at(FUTURES, utc(2026, 1, 5, 22, 30)) == "20260106"


def test_a_day_order_ends_with_its_session_or_with_the_next_one() -> None:
    assert close_of(NYSE, utc(2026, 1, 5, 15, 0)) == utc(2026, 1, 5, 21, 0)
    assert close_of(NYSE, utc(2026, 1, 5, 21, 0)) == utc(2026, 1, 6, 21, 0)
    assert close_of(NYSE, utc(2026, 11, 26, 15, 0)) == utc(2026, 11, 27, 18, 0)


def test_the_sessions_of_a_span_hold_both_ends() -> None:
    found = [session.trade_date for session in sessions(NYSE, date(2026, 1, 2), date(2026, 1, 6))]
    assert found == ["20260102", "20260105", "20260106"]


def test_changes_come_in_order_without_the_first_moment_and_with_the_last() -> None:
    begin, end = utc(2026, 1, 5, 14, 30), utc(2026, 1, 6, 14, 30)
    found = [(change.time_ns, change.phase, change.trade_date) for change in changes(NYSE, begin, end)]
    assert found == [
        (utc(2026, 1, 5, 21, 0), CLOSED, "20260105"),
        (utc(2026, 1, 6, 14, 30), OPEN, "20260106"),
    ]


def test_a_market_that_never_closes_closes_a_day_before_it_opens_the_next() -> None:
    midnight = utc(2026, 1, 6, 0, 0)
    found = [
        (change.phase, change.trade_date)
        for change in changes(AlwaysOpen(), midnight - 1, midnight, Symbol("BTCUSDT"))
    ]
    assert found == [(CLOSED, "20260105"), (OPEN, "20260106")]


def test_a_change_is_about_the_instrument_that_was_named() -> None:
    found = list(changes(AlwaysOpen(), 0, 1, Symbol("BTCUSDT")))
    assert not found
    first = next(changes(NYSE, utc(2026, 1, 5, 0, 0), utc(2026, 1, 6, 0, 0), Symbol("AAPL")))
    assert first.symbol == "AAPL"


def test_a_market_that_does_not_trade_any_more_says_so() -> None:
    ended = WeeklyCalendar("ended", "UTC", {})
    with pytest.raises(ValidationError, match=r"2026-01-05 00:00 UTC: a moment within 60 days .* of ended"):
        next_session(ended, utc(2026, 1, 5, 0, 0))


class OneDay:
    """A market that trades on the first day there is, from its hundredth nanosecond to the two hundredth."""

    name = "of one day"

    def __init__(self, *breaks: tuple[int, int]) -> None:
        self._session = TradingSession("19700101", 100, 200, breaks)

    def session(self, day: date) -> TradingSession | None:
        return self._session if day == date(1970, 1, 1) else None


@pytest.mark.parametrize(
    ("breaks", "between"),
    [
        (((120, 130),), [(120, HALTED), (130, OPEN)]),
        (((120, 130), (150, 160)), [(120, HALTED), (130, OPEN), (150, HALTED), (160, OPEN)]),
        (((120, 130), (130, 140)), [(120, HALTED), (130, HALTED), (140, OPEN)]),
        (((120, 120),), []),
        (((100, 130),), [(100, HALTED), (130, OPEN)]),
        (((180, 200),), [(180, HALTED)]),
    ],
    ids=[
        "one",
        "two",
        "one right after another",
        "one of no length",
        "from the opening on",
        "up to the close",
    ],
)
def test_a_break_begins_and_ends(
    breaks: tuple[tuple[int, int], ...], between: list[tuple[int, SessionPhase]]
) -> None:
    market = OneDay(*breaks)
    expected = [(100, OPEN), *between, (200, CLOSED)]
    found = [(change.time_ns, change.phase) for change in changes(market, 0, 300)]
    assert found == expected
    assert sorted(changes(market, 0, 300), key=lambda one: one.sort_key) == list(changes(market, 0, 300))
    for now in range(100, 210):
        last = [one for one in expected if one[0] <= now][-1]
        assert standing(market, now) == SessionChange(*last, "19700101")
        assert (last[1] is OPEN) is TradingSession("19700101", 100, 200, breaks).is_open_at(now)
        assert list(changes(market, now - 1, now)) == [
            SessionChange(*one, "19700101") for one in expected if one[0] == now
        ]

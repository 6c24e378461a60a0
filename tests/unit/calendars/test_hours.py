"""Hours and days that cannot be meant are refused where they are given, by name and with what would be right."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from oms import Instrument, ManualClock, OrderManager
from oms.brokers.paper import PaperBroker
from oms.calendars.nyse import nyse
from oms.calendars.sessions import CalendarSessions
from oms.calendars.walking import has_ended, standing
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.errors import ValidationError
from oms.model.enums import AnomalyCode
from oms.model.sessions import to_ns
from oms.stores.memory import MemoryEventStore

NINE, FOUR = time(9), time(16)
MONDAY = to_ns(datetime(2026, 1, 5, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"open": time(17), "close": FOUR}, "close = 16:00 .*open_day=-1", id="evening before"),
        pytest.param({"open": NINE, "close": NINE}, "close = 09:00 .*open_day=-1", id="no time between"),
        pytest.param({"open": time(14, 30, tzinfo=UTC), "close": FOUR}, "open = .*without tzinfo", id="zone"),
        pytest.param({"open": NINE, "close": time(21, tzinfo=UTC)}, "close = .*without tzinfo", id="close"),
        pytest.param({"open": "17:00", "close": FOUR}, r"open = '17:00': .*time\(17\)", id="text"),
        pytest.param({"open": NINE, "close": 16}, "close = 16: pass a datetime.time", id="number"),
        pytest.param({"open": datetime(2026, 1, 5, 9), "close": FOUR}, "open = .*datetime.time", id="datetime"),  # noqa: DTZ001
        pytest.param({"open": NINE, "close": FOUR, "close_day": 5}, "close_day = 5: pass -1, 0 or 1", id="days"),
        pytest.param({"open": NINE, "close": FOUR, "open_day": "-1"}, "open_day = '-1': pass -1", id="day"),
        pytest.param({"breaks": ((time(15, 30), time(15, 15)),)}, "breaks = .*in order", id="break backwards"),
        pytest.param({"breaks": ((time(18), time(18, 30)),)}, "breaks = 18:00.*on the trading day", id="outside"),
        pytest.param({"breaks": ((time(10), time(11)), (NINE, time(10, 30)))}, "breaks = .*in order", id="overlap"),
        pytest.param({"breaks": ((time(10), "11:00"),)}, "breaks = '11:00': pass a datetime", id="break text"),
        pytest.param({"breaks": (time(10), time(11))}, r"breaks = .*pass pairs", id="no pairs"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_meant_are_refused(given: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {"open": time(17), "open_day": -1, "close": FOUR}
    with pytest.raises(ValidationError, match=words):
        Hours(**(given if "open" in given else usual | given))


def test_a_break_may_end_with_the_session() -> None:
    assert Hours(open=NINE, close=FOUR, breaks=((time(15), FOUR),)).breaks


def week(**days: Hours) -> WeeklyCalendar:
    numbers = {"mon": 0, "tue": 1, "sun": 6}
    return WeeklyCalendar("week", "America/Chicago", {numbers[name]: hours for name, hours in days.items()})


@pytest.mark.parametrize(
    "days",
    [
        {"mon": Hours(open=NINE, close=time(18)), "tue": Hours(open=time(17), open_day=-1, close=FOUR)},
        {"sun": Hours(open=NINE, close=time(10), close_day=1), "mon": Hours(open=NINE, close=FOUR)},
    ],
    ids=["an evening before", "a next morning"],
)
def test_days_that_overlap_are_refused(days: dict[str, Hours]) -> None:
    with pytest.raises(ValidationError, match=r"hours = .* closes at .*, and .* opens at .* before that"):
        week(**days)


def test_a_day_may_open_as_the_day_before_closes() -> None:
    evening = Hours(open=time(17), open_day=-1, close=time(17))
    around_the_clock = week(mon=evening, tue=evening)
    monday, tuesday = (around_the_clock.session(date(2026, 1, day)) for day in (5, 6))
    assert monday is not None
    assert tuesday is not None
    assert monday.close_ns == tuesday.open_ns


def test_hours_are_told_from_something_else() -> None:
    with pytest.raises(ValidationError, match=r"hours = \(9, 16\): pass Hours"):
        WeeklyCalendar("odd", "UTC", {0: (9, 16)})  # type: ignore[dict-item]  # that is the point


def calendar(**rules: Any) -> WeeklyCalendar:
    return WeeklyCalendar(
        "rules", "America/New_York", dict.fromkeys(range(5), Hours(open=NINE, close=FOUR)), **rules
    )


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        pytest.param({"closures": lambda _: {datetime(2026, 1, 5)}}, "closures = .*datetime.date", id="closure"),  # noqa: DTZ001
        pytest.param({"closures": lambda _: {"2026-01-05"}}, "closures = '2026-01-05'", id="text"),
        pytest.param({"early_closes": lambda _: {date(2026, 1, 5): time(17)}}, "early_closes = 2026-01-05 17:00.*16:00", id="later"),
        pytest.param({"early_closes": lambda _: {date(2026, 1, 5): "13:00"}}, "early_closes = '13:00'", id="at a text"),
        pytest.param({"early_closes": lambda _: {date(2026, 1, 5): time(13, tzinfo=UTC)}}, "early_closes = .*without", id="zone"),
        pytest.param({"early_closes": lambda _: {datetime(2026, 1, 5): time(13)}}, "early_closes = .*datetime.date", id="datetime"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_rules_of_a_year_that_cannot_be_meant_are_refused(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        calendar(**rules).session(date(2026, 1, 6))


@pytest.mark.parametrize(
    "added",
    [
        {"closed": [datetime(2026, 1, 5)]},  # noqa: DTZ001
        {"early": {datetime(2026, 1, 5): time(13)}},  # noqa: DTZ001
        {"early": {date(2026, 1, 5): "13:00"}},
        {"early": {date(2026, 1, 5): time(17)}},
    ],
    ids=["a closure", "a day", "a text", "later than usual"],
)
def test_what_is_added_to_an_exchange_is_looked_at_at_once(added: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"closed|early"):
        nyse(**added)


def test_a_calendar_that_never_trades_is_told_of() -> None:
    never = WeeklyCalendar("never", "UTC", {})
    assert has_ended(never, MONDAY)
    assert standing(never, MONDAY) is None
    om = OrderManager(
        brokers=[PaperBroker([Instrument(symbol="X", currency="USD", tick="0.01")])],
        store=MemoryEventStore(),
        clock=ManualClock(MONDAY),
        sessions=CalendarSessions(never),
    )
    assert [one.code for one in om.anomalies()] == [AnomalyCode.CALENDAR_ENDED]


def test_a_market_that_opens_again_within_a_year_has_not_ended() -> None:
    until = date(2026, 9, 1)
    closed = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    asleep = calendar(closures=lambda _: {day for day in closed if day < until})
    assert not has_ended(asleep, MONDAY)
    assert has_ended(
        calendar(
            closures=lambda year: (
                closed if year == 2026 else {date(year, 1, 1) + timedelta(days=n) for n in range(366)}
            )
        ),
        MONDAY,
    )

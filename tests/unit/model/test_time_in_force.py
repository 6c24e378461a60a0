"""Times in force: what can be meant by each, and when each is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.door import MAX_TIME_NS
from oms.model.enums import SessionPhase
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
    expires_at,
    in_words,
    is_over,
)

T = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
S = 1_000_000_000


def test_a_day_may_be_given_as_a_date_or_as_a_text() -> None:
    assert GoodTillDate(date(2026, 1, 5)) == GoodTillDate("20260105")
    assert GoodTillDate("20260105").expire_date == "20260105"


def test_an_instant_may_be_given_as_an_aware_datetime_of_any_zone_or_in_nanoseconds() -> None:
    assert GoodTillTime(datetime(2026, 1, 5, 14, 30, tzinfo=UTC)).expire_time_ns == T
    new_york = timezone(timedelta(hours=-5))
    assert GoodTillTime(datetime(2026, 1, 5, 9, 30, tzinfo=new_york)) == GoodTillTime(T)


@pytest.mark.parametrize(
    ("seconds", "duration_ns"),
    [
        (30, 30 * S),
        ("0.3", 300_000_000),
        (Decimal("0.1"), 100_000_000),
        ("0.000000001", 1),
        ("0.1000000000", 100_000_000),
    ],
)
def test_a_duration_is_exact_to_the_nanosecond(seconds: Decimal | int | str, duration_ns: int) -> None:
    assert GoodForTime(seconds).duration_ns == duration_ns


def test_a_horizon_of_0_3_s_is_three_times_0_1_s_which_it_is_not_in_floats() -> None:
    assert 0.3 != 0.1 + 0.1 + 0.1
    assert GoodForTime("0.3").duration_ns == 3 * GoodForTime("0.1").duration_ns


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a datetime as a day": (
        lambda: GoodTillDate(datetime(2026, 1, 5, tzinfo=UTC)),
        "expire_date .*GoodTillTime",
    ),
    "a day with dashes": (lambda: GoodTillDate("2026-01-05"), "expire_date = '2026-01-05': .* 8 digits"),
    "a day that is none": (lambda: GoodTillDate("20260230"), "expire_date = '20260230'"),
    "a day as a number": (lambda: GoodTillDate(20260105), "expire_date = 20260105"),  # type: ignore[arg-type]
    "a naive datetime": (lambda: GoodTillTime(datetime(2026, 1, 5)), "expire_time .*tzinfo=UTC"),  # noqa: DTZ001
    "an instant as a float": (lambda: GoodTillTime(1e18), "expire_time = 1e[+]18"),  # type: ignore[arg-type]
    "an instant as a truth": (lambda: GoodTillTime(True), "expire_time = True"),
    "an instant before the epoch": (lambda: GoodTillTime(datetime(1969, 1, 1, tzinfo=UTC)), "expire_time"),
    "the epoch": (lambda: GoodTillTime(0), "expire_time = 0"),
    "an instant after the last one": (lambda: GoodTillTime(MAX_TIME_NS + 1), "expire_time"),
    "seconds as a float": (lambda: GoodForTime(0.3), "exposure_duration_s = 0.3: .*Decimal"),  # type: ignore[arg-type]
    "no seconds": (lambda: GoodForTime(0), "exposure_duration_s = 0"),
    "less than none": (lambda: GoodForTime("-1"), "exposure_duration_s = -1"),
    "half a nanosecond": (lambda: GoodForTime("0.0000000005"), "whole nanoseconds"),
    "more than a century": (lambda: GoodForTime(3_162_240_001), "at most 3162240000"),
}


@pytest.mark.parametrize(("build", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_cannot_be_built(build: Callable[[], object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        build()


TIMED = GoodTillTime(T)
SHORT = GoodForTime("1.5")
JAN_5 = GoodTillDate("20260105")


@pytest.mark.parametrize("time_in_force", [DAY, GTC, IOC, FOK, OPG, CLS, GFA, JAN_5], ids=in_words)
def test_no_clock_ends_what_a_session_ends(time_in_force: TimeInForce) -> None:
    assert expires_at(time_in_force, T) is None


def test_the_clock_ends_what_has_an_instant_or_a_duration() -> None:
    assert expires_at(TIMED, T - S) == T
    assert expires_at(SHORT, T) == T + 1_500_000_000
    assert expires_at(GoodForTime(10), MAX_TIME_NS - 1) == MAX_TIME_NS


OPEN, CLOSED = SessionPhase.OPEN, SessionPhase.CLOSED
# What, the session's trading day, when the order is due, and whether it is over at the opening and at the close.
ENDS: list[tuple[TimeInForce, str, int | None, bool, bool]] = [
    (DAY, "20260105", None, False, True),
    (GTC, "20260105", None, False, False),
    (IOC, "20260105", None, False, False),
    (FOK, "20260105", None, False, False),
    (CLS, "20260105", None, False, True),
    (GFA, "20260105", None, True, True),
    (OPG, "20260105", None, False, False),
    (OPG, "20260105", T - S, True, True),
    (JAN_5, "20260102", None, False, False),
    (JAN_5, "20260105", None, False, True),
    (JAN_5, "20260106", None, True, True),
    (TIMED, "20260105", T + 1, False, False),
    (TIMED, "20260105", T, True, True),
    (SHORT, "20260105", T + 1, False, False),
    (SHORT, "20260105", T, True, True),
    (SHORT, "20260105", None, False, False),
]


@pytest.mark.parametrize(("tif", "day", "due_ns", "at_open", "at_close"), ENDS)
def test_what_a_session_ends(
    tif: TimeInForce, day: str, due_ns: int | None, at_open: bool, at_close: bool
) -> None:
    assert is_over(tif, OPEN, day, T, due_ns) is at_open
    assert is_over(tif, CLOSED, day, T, due_ns) is at_close


@pytest.mark.parametrize(
    ("time_in_force", "text"),
    [
        (DAY, "DAY"),
        (GTC, "GTC"),
        (IOC, "IOC"),
        (FOK, "FOK"),
        (OPG, "OPG"),
        (CLS, "CLS"),
        (GFA, "GFA"),
        (JAN_5, "GTD 2026-01-05"),
        (GoodTillTime(T + 7_000_000), "GTD 2026-01-05 14:30:00.007 UTC"),
        (GoodForTime("30.0"), "GFT 30 s"),
        (GoodForTime("0.30"), "GFT 0.3 s"),
    ],
)
def test_a_time_in_force_in_words(time_in_force: TimeInForce, text: str) -> None:
    assert in_words(time_in_force) == text

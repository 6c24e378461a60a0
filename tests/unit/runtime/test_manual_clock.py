"""A clock in the hand: it stands, and goes forward when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oms.errors import ValidationError
from oms.runtime.manual_clock import ManualClock
from tests.fakes import T0, S


def test_a_clock_begins_at_a_datetime_or_at_a_number_and_stands() -> None:
    assert ManualClock().now_ns() == 0
    assert ManualClock(T0).now_ns() == T0
    clock = ManualClock(datetime(2026, 1, 5, 14, 30, tzinfo=UTC))

    assert [clock.now_ns(), clock.now_ns()] == [T0, T0]


@pytest.mark.parametrize(
    ("to", "now"),
    [
        pytest.param(T0 + 1, T0 + 1, id="a later time"),
        pytest.param(T0, T0, id="the time that it is"),
        pytest.param(T0 - 1, T0, id="an earlier time"),
    ],
)
def test_a_clock_never_goes_back(to: int, now: int) -> None:
    clock = ManualClock(T0)

    clock.advance_to(to)

    assert clock.now_ns() == now


def test_a_clock_is_moved_on_by_whole_seconds() -> None:
    clock = ManualClock(T0)

    clock.advance_by(3)
    clock.advance_by(0)

    assert clock.now_ns() == T0 + 3 * S


def test_a_clock_is_not_moved_by_less_than_nothing() -> None:
    clock = ManualClock(T0)

    with pytest.raises(ValidationError) as raised:
        clock.advance_by(-1)

    assert (raised.value.field, raised.value.value) == ("seconds", "-1")
    assert clock.now_ns() == T0

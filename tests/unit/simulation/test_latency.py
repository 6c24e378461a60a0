from __future__ import annotations

import pytest

from oms.errors import ValidationError
from oms.model.draws import drawn
from oms.model.enums import ExecType, RequestKind
from oms.simulation.latency import Constant, Delay, Latency, LogNormal, Uniform

HALF = sum(2**20 << (21 * part) for part in range(12))
"""Twelve halves: z is 0."""
ONES = 2**252 - 1


@pytest.mark.parametrize(
    ("delay", "number", "ns"),
    [
        pytest.param(Constant(7), ONES, 7, id="constant"),
        pytest.param(Uniform(10, 19), 0, 10, id="the shortest"),
        pytest.param(Uniform(10, 19), 9, 19, id="the longest"),
        pytest.param(Uniform(10, 19), 123, 13, id="the remainder of ten"),
        pytest.param(LogNormal(1_000_000, "0.5"), HALF, 1_000_000, id="the median"),
        # One part of 2^20 more is z = 0.5: exp(0.25) = 1.284025416…
        pytest.param(
            LogNormal(1_000_000, "0.5"), HALF - 2**20, 778_800, id="below it: exp(-0.25) = 0.778800783…"
        ),
        pytest.param(LogNormal(1_000_000, "0.5"), 0, 49_787, id="the shortest: exp(-3) = 0.049787068…"),
        # z is 12 x 2^-21 less than 6, 0.0000057: exp(3) = 20.0855369… less 0.0000575.
        pytest.param(LogNormal(1_000_000, "0.5"), ONES, 20_085_479, id="the longest, nearly exp(3)"),
        pytest.param(LogNormal(1_000_000, 0), ONES, 1_000_000, id="no deviation"),
    ],
)
def test_a_delay_follows_from_a_draw(delay: Delay, number: int, ns: int) -> None:
    assert delay.delay_ns(number) == ns


def test_a_lognormal_delay_is_near_its_median_half_of_the_time() -> None:
    delay = LogNormal(1000, "0.5")
    delays = [delay.delay_ns(drawn(1, "x", k)) for k in range(400)]

    assert 160 < sum(one < 1000 for one in delays) < 240
    # One in six is beyond one deviation: exp(0.5) = 1.65.
    assert 40 < sum(one > 1649 for one in delays) < 95


def test_each_kind_of_message_has_a_delay_of_its_own() -> None:
    latency = Latency(
        to_venue=Constant(5),
        from_venue=Constant(3),
        by_request={RequestKind.CANCEL: Constant(2)},
        by_report={ExecType.TRADE: Constant(1)},
        market_data=Constant(100),
    )

    assert latency.request_ns(RequestKind.NEW, "a") == 105
    assert latency.request_ns(RequestKind.CANCEL, "a") == 102
    assert latency.report_ns(ExecType.TRADE, "a") == 1
    assert latency.report_ns(ExecType.NEW, "a") == 3
    assert latency.report_ns(None, "a") == 3
    assert latency.deciding_ns("a") == 0


def test_a_message_takes_as_long_whatever_else_is_sent() -> None:
    one = Latency(to_venue=Uniform(0, 10**9), from_venue=Uniform(0, 10**9), seed=7)
    other = Latency(to_venue=Uniform(0, 10**9), from_venue=Uniform(0, 10**9), seed=8)

    assert one.request_ns(RequestKind.NEW, "a") == one.request_ns(RequestKind.NEW, "a")
    assert one.request_ns(RequestKind.NEW, "a") != one.request_ns(RequestKind.NEW, "b")
    assert one.request_ns(RequestKind.NEW, "a") != one.report_ns(ExecType.NEW, "a")
    assert one.request_ns(RequestKind.NEW, "a") != other.request_ns(RequestKind.NEW, "a")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Constant(-1), "from 0 to an hour"),
        (lambda: Constant(0.5), "from 0 to an hour"),  # type: ignore[arg-type]  # that is the test
        (lambda: Uniform(2, 1), "at most 1"),
        (lambda: LogNormal(1, 4), "0 to 3"),
        (lambda: Latency(seed=-1), "an int from 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match=why):
        make()

"""How messages fare, as it is named on the command line."""

from __future__ import annotations

import pytest

from oms.cli import wires
from oms.cli.halting import Moment
from oms.cli.unasked import Unasked
from oms.errors import ValidationError
from oms.model.decimals import ONE, ZERO, exact
from oms.model.enums import ExecType, RequestKind
from oms.model.instrument import Instrument
from oms.simulation.busts import Busts
from oms.simulation.faults import Fate, FaultModel, Faults, Outages, RandomOutages, Rejects, ReportFate
from oms.simulation.latency import Constant, Delay, Latency, LogNormal, Uniform

X = Instrument(symbol="X", currency="USD", tick="0.01")
MS = 1_000_000
# 2018-01-02T15:00:00Z, and a minute later.
FROM_NS, UNTIL_NS = 1_514_905_200_000_000_000, 1_514_905_260_000_000_000


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("constant:1.5", Constant(1_500_000)),
        ("constant:0", Constant(0)),
        ("uniform:1,10", Uniform(MS, 10 * MS)),
        ("log-normal:2,0.5", LogNormal(2 * MS, exact("0.5", "sigma"))),
    ],
)
def test_latency_is_the_same_either_way(text: str, delay: Delay) -> None:
    assert wires.latency([text], X, 7) == Latency(to_venue=delay, from_venue=delay, seed=7)
    assert wires.latency(["none"], X, 7) == Latency(seed=7)


def test_latency_of_each_direction_and_each_kind_of_message() -> None:
    asked = [
        "constant:5",
        "from-venue=uniform:1,2",
        "deciding=constant:3",
        "market-data=constant:4",
        "request.cancel=constant:1",
        "report.trade=constant:2",
        "report.pending-cancel=constant:6",
    ]
    assert wires.latency(asked, X, 7, may_overtake=True) == Latency(
        to_venue=Constant(5 * MS),
        from_venue=Uniform(MS, 2 * MS),
        deciding=Constant(3 * MS),
        market_data=Constant(4 * MS),
        by_request={RequestKind.CANCEL: Constant(MS)},
        by_report={ExecType.TRADE: Constant(2 * MS), ExecType.PENDING_CANCEL: Constant(6 * MS)},
        keeps_order=False,
        seed=7,
    )


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (
            ["request.amend=constant:1"],
            "--latency = request.amend=constant:1: name what takes the time: to-venue",
        ),
        (["constant:1", "constant:2"], "give that of both ways once"),
        (["to-venue=none", "to-venue=none"], "give that of to-venue once"),
        (["deciding=slow"], "--latency = slow: none; constant:MS"),
        (["constant:soon"], "--latency = constant:soon: constant:MS; "),
        (["constant:0.0000001"], "no whole nanoseconds"),
        (["constant:-1"], "from 0 to an hour"),
    ],
)
def test_what_is_no_latency_is_told_how_to_give_one(texts: list[str], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        wires.latency(texts, X, 0)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("rejects:0.01", Rejects("0.01", seed=3)),
        (
            "rejects:0.01,kinds=cancel/replace,from=2018-01-02T15:00:00Z,until=2018-01-02T15:01:00Z,code=1",
            Rejects(
                "0.01",
                kinds={RequestKind.CANCEL, RequestKind.REPLACE},
                windows=[(FROM_NS, UNTIL_NS)],
                code="1",
                seed=3,
            ),
        ),
        (
            "outage:2018-01-02T15:00:00Z,2018-01-02T16:01:00+01:00,requests=lost and unanswered",
            Outages([(FROM_NS, UNTIL_NS)], requests=Fate.LOST_UNANSWERED),
        ),
        (
            "outages:5,0.02,requests=lost,reports=lost",
            RandomOutages(
                slot_ns=5_000 * MS, probability="0.02", requests=Fate.LOST, reports=ReportFate.LOST, seed=3
            ),
        ),
    ],
)
def test_faults(text: str, model: FaultModel) -> None:
    assert wires.faults([text], X, 3) == Faults((model,))


def test_faults_are_added_up() -> None:
    parts = wires.faults(["rejects:0.01", "rejects:0.5"], X, 3)
    assert parts == Faults((Rejects("0.01", seed=3), Rejects("0.5", seed=3)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rejects:often", "--faults = rejects:often: rejects:PROBABILITY[,kinds"),
        ("rejects:0.1,from=2018-01-02T15:00:00Z", "give both from= and until="),
        ("outage:2018-01-02T15:00:00,2018-01-02T16:00:00", "has no zone"),
        ("outage:2018-01-02T16:00:00Z,2018-01-02T15:00:00Z", "pass (from, until)"),
        ("outages:5,0.02,requests=eaten", "--faults = outages:5,0.02,requests=eaten: outages:SECONDS"),
    ],
)
def test_what_is_no_fault_is_told_how_to_give_one(text: str, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        wires.faults([text], X, 0)
    assert told in str(caught.value)


def test_busts() -> None:
    assert wires.busts("0.1", None, X, 3) == Busts("0.1", seed=3)
    assert wires.busts("0.1", "constant:5", X, 3) == Busts("0.1", after=Constant(5 * MS), seed=3)
    for rate, after, told in (
        ("2", None, "--bust-rate = 2: pass 0 to 1"),
        ("1", "soon", "--bust-after = soon: none;"),
    ):
        with pytest.raises(ValidationError) as caught:
            wires.busts(rate, after, X, 3)
        assert told in str(caught.value)


def test_what_the_venue_does_unasked() -> None:
    assert wires.unasked(None, None, None, X, 3) is None
    assert wires.unasked("0.1", None, None, X, 3) == Unasked(
        exact("0.1", "rate"), Constant(1_000 * MS), 3, None
    )
    finish = Moment(75_600_000 * MS, is_daily=True)
    assert wires.unasked("1", "constant:5", "21:00", X, 3) == Unasked(ONE, Constant(5 * MS), 3, finish)
    assert wires.unasked(None, None, "21:00", X, 3) == Unasked(ZERO, Constant(1_000 * MS), 3, finish)
    assert wires.unasked(
        None,
        None,
        None,
        X,
        3,
        suspend_rate="0.1",
        suspend_for="constant:5",
        stop_rate="0.2",
        correct_rate="1",
    ) == Unasked(
        ZERO,
        Constant(1_000 * MS),
        3,
        None,
        suspends=exact("0.1", "rate"),
        suspended_for=Constant(5 * MS),
        stops=exact("0.2", "rate"),
        corrects=ONE,
    )
    with pytest.raises(ValidationError, match="--suspend-for = none: give --suspend-rate too"):
        wires.unasked(None, None, None, X, 3, suspend_for="none")
    with pytest.raises(ValidationError, match="--stop-rate = 2: pass 0 to 1"):
        wires.unasked(None, None, None, X, 3, stop_rate="2")
    for rate, after, done, told in (
        ("2", None, None, "--cancel-rate = 2: pass 0 to 1"),
        ("1", "soon", None, "--cancel-after = soon: none;"),
        (None, "none", "21:00", "--cancel-after = none: give --cancel-rate too"),
        (None, None, "noon", "--done-for-day = noon: write a time of day"),
    ):
        with pytest.raises(ValidationError) as caught:
            wires.unasked(rate, after, done, X, 3)
        assert told in str(caught.value)

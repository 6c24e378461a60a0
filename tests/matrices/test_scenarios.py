"""Every path through every lifecycle: after each message everything that the scenario says is true."""

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.venue_profile import EXCHANGE
from tests.matrices.driver import play
from tests.matrices.scenarios import Path, all_paths, scenarios

PATHS = all_paths()

# What is odd about these even in their own order. Every other path raises nothing.
ODD: dict[str, set[AnomalyCode]] = {
    # The broker does not know the order that is to be canceled.
    "B.1.f": {AnomalyCode.ABSENT_AT_BROKER},
    # The refusal of another order under the same id; our own never leaves twice.
    "F.1.b": {AnomalyCode.CONTRADICTS_ORDER},
    "own:F.1.a": {AnomalyCode.CONTRADICTS_ORDER},
    # An answer about an order that nobody has given.
    "G.1.a": {AnomalyCode.UNKNOWN_ORDER},
    "own:I.1.c": {AnomalyCode.LATE_EXECUTION},
    "own:J.1.b": {AnomalyCode.LATE_EXECUTION},
    "own:J.1.f": {AnomalyCode.LATE_EXECUTION},
    "own:J.1.g": {AnomalyCode.OVERFILL},
}


# What an exchange is never asked: a replace on top of another, a filled order made larger, an amount of money.
REFUSED_AT_AN_EXCHANGE = {
    "D.2.a", "D.2.d", "G.1.c", "L.1.b", "L.1.b[2]", "own:C.1.c", "own:C.1.c[5]", "own:C.1.c[7]", "own:D.2.b",
    "own:D.2.b[8]", "own:D.2.c", "own:D.2.c[9]",
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.id)
def test_a_path_reads_as_the_scenario_says(path: Path) -> None:
    _, differences = play(path)
    if differences:
        pytest.fail("\n".join(map(str, differences)), pytrace=False)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.id)
def test_only_what_is_odd_about_a_path_is_flagged(path: Path) -> None:
    player, _ = play(path)
    flagged = {event.code for event in player.events if isinstance(event, ev.AnomalyRaised)}
    assert flagged == ODD.get(path.id, ODD.get(path.scenario.id, set()))


# At an exchange an order that was not given here waits for somebody to adopt it.
@pytest.mark.parametrize(
    "path", [path for path in PATHS if path.scenario.id != "E.1.a"], ids=lambda path: path.id
)
def test_at_an_exchange_a_path_reads_the_same_or_is_refused_here(path: Path) -> None:
    _, differences = play(path, EXCHANGE)
    if path.id in REFUSED_AT_AN_EXCHANGE:
        (refusal,) = differences
        assert refusal.what == "our request"
    elif differences:
        pytest.fail("\n".join(map(str, differences)), pytrace=False)


def test_no_scenario_is_missing() -> None:
    standard = [scenario for scenario in scenarios() if not scenario.id.startswith("own:")]
    assert len(standard) == 46
    assert sum(1 for scenario in standard for _ in scenario.paths()) == 120
    assert all(scenario.rule for scenario in scenarios() if scenario not in standard)

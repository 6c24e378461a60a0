"""Reports that arrive in another order, and twice, come to the same end; all of them in the nox session `matrices`."""

from __future__ import annotations

import random  # noqa: TID251  # the seed is fixed
from math import factorial

import pytest

from tests.matrices.arrival import MOST, doubled, moves, orders_of_arrival, try_all
from tests.matrices.scenarios import Scenario, Told, scenarios
from tests.matrices.unordered import UNORDERED

SOME = 40
SCENARIOS = scenarios()


@pytest.mark.parametrize("told", [Told.TIMES, Told.NUMBERS], ids=lambda told: told.name.lower())
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_with_the_venues_times_or_numbers_it_comes_to_the_same_end(scenario: Scenario, told: Told) -> None:
    campaign = try_all(scenario, told, SOME)
    if campaign.failures:
        pytest.fail("\n".join(campaign.failures), pytrace=False)
    assert campaign.asked == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_without_either_it_comes_to_the_same_end_or_the_broker_is_asked(scenario: Scenario) -> None:
    campaign = try_all(scenario, Told.NOTHING, SOME)
    if campaign.failures:
        pytest.fail("\n".join(campaign.failures), pytrace=False)
    assert bool(campaign.asked) is (scenario.id in UNORDERED), f"left a question: {campaign.asked[:5]}"


def test_the_list_of_what_cannot_be_ordered_names_scenarios_and_gives_reasons() -> None:
    assert set(UNORDERED) <= {scenario.id for scenario in SCENARIOS}
    assert all(cause.why for causes in UNORDERED.values() for cause in causes)


def test_up_to_7_reports_every_order_is_tried() -> None:
    for count in range(1, 8):
        orders = list(orders_of_arrival(count, MOST))
        assert len(orders) == len(set(orders)) == factorial(count)
    assert len(set(orders_of_arrival(9, MOST))) == MOST


def test_the_orders_that_are_tried_first_are_those_in_which_one_report_alone_is_out_of_place() -> None:
    assert set(moves(3)) == {(1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1)}
    assert set(moves(5)) <= set(orders_of_arrival(5, SOME))


def test_a_doubled_order_delivers_each_report_again_after_its_first_time() -> None:
    once = (2, 0, 1, 3)
    twice = doubled(once, random.Random(1))
    assert sorted(twice) == sorted(once * 2)
    assert [report for place, report in enumerate(twice) if report not in twice[:place]] == list(once)

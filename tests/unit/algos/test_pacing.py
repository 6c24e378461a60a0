"""What is sent now, and why: a table of cases, and every two rules against each other."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from attrs import evolve

from oms.algos.pacing import CatchUp, Decision, Facts, Pace, Rule, decide
from oms.algos.slicing import Progress

D = Decimal
NOTHING = D(0)
BASE = Facts(
    progress=Progress(qty=D(1000)), now_ns=50, start_ns=0, end_ns=100, lot=D(100), px=D(10), touch_px=D(10)
)


def facts(**changes: Any) -> Facts:  # noqa: ANN401  # fields of every kind
    """The base with changes; plain numbers become decimals, and three of them an order's progress."""
    values: dict[str, Any] = {
        name: D(said) if name in DECIMALS and said is not None else said for name, said in changes.items()
    }
    if "done" in values:
        filled, working = values.pop("done")
        values["progress"] = Progress(qty=D(1000), filled=D(filled), working=D(working))
    return evolve(BASE, **values)


DECIMALS = {
    *("px", "limit_px", "cap_qty", "max_child", "min_child", "i_would_px", "touch_px", "i_would_qty"),
    *("target", "slice_qty", "min_qty"),
}

CASES: list[tuple[str, dict[str, Any], int, Pace, bool]] = [
    ("a slice is due", {"target": 200, "slice_qty": 200}, 200, Pace.ON_SCHEDULE, False),
    ("nothing is due between slices", {"target": 200, "done": (200, 0)}, 0, Pace.NOTHING_DUE, False),
    (
        "what works counts as sent",
        {"target": 200, "slice_qty": 200, "done": (0, 200)},
        0,
        Pace.NOTHING_DUE,
        False,
    ),
    ("ahead of it", {"target": 200, "slice_qty": 200, "done": (300, 0)}, 0, Pace.AHEAD, False),
    # 500 due, 100 done: 400 behind, of which 100 are this slice's. The other 300:
    (
        "carried",
        {"target": 500, "slice_qty": 100, "done": (100, 0), "catch_up": CatchUp.CARRY},
        400,
        Pace.CATCHING_UP,
        False,
    ),
    (
        "spread over 400 that are left: a quarter is 75, a lot",
        {"target": 500, "slice_qty": 100, "done": (100, 0), "left_qty": 400},
        200,
        Pace.CATCHING_UP,
        False,
    ),
    (
        "spread over what is the last slice: all",
        {"target": 500, "slice_qty": 100, "done": (100, 0), "left_qty": 100},
        400,
        Pace.CATCHING_UP,
        False,
    ),
    (
        "given up",
        {"target": 500, "slice_qty": 100, "done": (100, 0), "catch_up": CatchUp.GIVE_UP},
        100,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "not crossed before the slice ends",
        {"target": 500, "slice_qty": 100, "done": (100, 0), "catch_up": CatchUp.CROSS},
        100,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "crossed as the slice ends",
        {"target": 500, "done": (100, 0), "catch_up": CatchUp.CROSS, "slice_ends": True},
        400,
        Pace.CROSSING,
        True,
    ),
    (
        "nothing to cross as the slice ends",
        {"target": 500, "done": (500, 0), "catch_up": CatchUp.CROSS, "slice_ends": True},
        0,
        Pace.NOTHING_DUE,
        False,
    ),
    (
        "a part of a slice was done before it was due",
        {"target": 200, "slice_qty": 200, "done": (100, 0)},
        100,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "less than a lot is due",
        {"target": 150, "slice_qty": 50, "done": (100, 0)},
        0,
        Pace.NOTHING_DUE,
        False,
    ),
    (
        "the odd tail is sent as the last of the order",
        {"target": 1000, "slice_qty": 50, "done": (950, 0)},
        50,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "less than a child is worth",
        {"target": 200, "slice_qty": 200, "min_child": 300},
        0,
        Pace.TOO_SMALL,
        False,
    ),
    (
        "less than the instrument lets through",
        {"target": 200, "slice_qty": 200, "least_qty": 300},
        0,
        Pace.TOO_SMALL,
        False,
    ),
    (
        "so much stays behind that it can be sent",
        {"target": 800, "slice_qty": 800, "least_qty": 300},
        700,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "what would stay behind cannot, nor what would go",
        {"target": 900, "slice_qty": 400, "done": (500, 0), "least_qty": 300},
        0,
        Pace.TOO_SMALL,
        False,
    ),
    (
        "all that is left goes at once",
        {"target": 1000, "slice_qty": 400, "done": (600, 0), "least_qty": 300},
        400,
        Pace.ON_SCHEDULE,
        False,
    ),
    (
        "the rest of all is less than the instrument lets through",
        {"target": 1000, "slice_qty": 100, "done": (900, 0), "least_qty": 300},
        0,
        Pace.TOO_SMALL,
        False,
    ),
    ("under the least, without a schedule", {"min_qty": 250}, 200, Pace.UNDER_MINIMUM, True),
    (
        "the least is what the policy holds back",
        {"target": 500, "slice_qty": 100, "catch_up": CatchUp.GIVE_UP, "min_qty": 300},
        300,
        Pace.UNDER_MINIMUM,
        True,
    ),
    ("completion without a schedule takes all", {"completing": True}, 1000, Pace.COMPLETING, True),
    (
        "completion takes what the schedule is behind",
        {"target": 500, "done": (100, 0), "completing": True},
        400,
        Pace.COMPLETING,
        True,
    ),
    (
        "as much as is wanted at that price",
        {"i_would_px": 10, "i_would_qty": 300, "target": 0},
        300,
        Pace.I_WOULD,
        True,
    ),
    (
        "no more is wanted at that price",
        {"i_would_px": 10, "i_would_qty": 0, "target": 100, "slice_qty": 100},
        100,
        Pace.ON_SCHEDULE,
        False,
    ),
    ("the price is not good enough", {"i_would_px": 9, "target": 0}, 0, Pace.NOTHING_DUE, False),
    ("nobody knows the price", {"i_would_px": 11, "touch_px": None, "target": 0}, 0, Pace.NOTHING_DUE, False),
    ("all of it works or has traded", {"done": (400, 600), "completing": True}, 0, Pace.DONE, False),
    ("more than all of it", {"done": (400, 700), "completing": True}, 0, Pace.DONE, False),
    ("before the start", {"now_ns": -1, "completing": True}, 0, Pace.NOT_STARTED, False),
    ("past the end", {"now_ns": 100, "completing": True}, 0, Pace.PAST_END, False),
    (
        "past the end, as it may be",
        {"now_ns": 100, "completing": True, "allow_past_end": True},
        1000,
        Pace.COMPLETING,
        True,
    ),
    ("canceled", {"is_canceled": True, "completing": True}, 0, Pace.CANCELED, False),
    ("closed", {"is_open": False, "completing": True}, 0, Pace.CLOSED, False),
    ("no quote", {"has_quote": False, "completing": True}, 0, Pace.NO_QUOTE, False),
    ("at the limit", {"limit_px": 10, "completing": True}, 1000, Pace.COMPLETING, True),
    (
        "at the market, where there is a limit",
        {"limit_px": 10, "px": None, "completing": True},
        0,
        Pace.BEYOND_LIMIT,
        False,
    ),
    ("half a lot is allowed", {"completing": True, "cap_qty": 50}, 0, Pace.CAPPED, False),
    ("the cap is passed already", {"completing": True, "cap_qty": -300}, 0, Pace.CAPPED, False),
    (
        "the caps leave less than a child is worth",
        {"completing": True, "max_child": 200, "min_child": 300},
        0,
        Pace.CAPPED,
        False,
    ),
]


@pytest.mark.parametrize(
    ("changes", "qty", "pace", "crosses"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_case_of_the_table(changes: dict[str, Any], qty: int, pace: Pace, crosses: bool) -> None:
    decision = decide(facts(**changes))

    assert (decision.qty, decision.pace, decision.crosses) == (D(qty), pace, crosses)


def test_what_was_asked_for_is_told_where_the_caps_hold_it_back() -> None:
    assert decide(facts(completing=True, max_child=250)) == Decision(D(200), Pace.COMPLETING, True, D(1000))
    assert decide(facts(completing=True, cap_qty=300, max_child=250)).qty == 200
    assert decide(facts(completing=True, rested_ns=50)).qty == 1000
    assert decide(facts(completing=True, rested_ns=51)) == Decision(NOTHING, Pace.RESTING, False, D(1000))


# What makes each rule speak, and what it says where it is alone.
SPEAKING: dict[Rule, tuple[dict[str, Any], Decision]] = {
    Rule.RISK: ({"is_killed": True}, Decision(NOTHING, Pace.KILLED)),
    Rule.LIFE: ({"is_suspended": True}, Decision(NOTHING, Pace.SUSPENDED)),
    Rule.MARKET: ({"is_halted": True}, Decision(NOTHING, Pace.HALTED)),
    Rule.LIMIT: ({"limit_px": 9}, Decision(NOTHING, Pace.BEYOND_LIMIT)),
    Rule.CAPS: ({"max_child": 50}, Decision(NOTHING, Pace.NOTHING_DUE)),
    Rule.I_WOULD: ({"i_would_px": 10}, Decision(D(1000), Pace.I_WOULD, True, D(1000))),
    Rule.SCHEDULE: (
        {"target": 100, "slice_qty": 100},
        Decision(D(100), Pace.ON_SCHEDULE, False, D(100)),
    ),
    Rule.MIN_PARTICIPATION: ({"min_qty": 200}, Decision(D(200), Pace.UNDER_MINIMUM, True, D(200))),
    Rule.COMPLETION: ({"completing": True}, Decision(D(1000), Pace.COMPLETING, True, D(1000))),
}
# Where both are heard: the later rule acts within what the earlier one leaves.
TOGETHER: dict[tuple[Rule, Rule], Decision] = {
    **{
        (Rule.CAPS, rule): Decision(NOTHING, Pace.CAPPED, False, SPEAKING[rule][1].asked)
        for rule in (Rule.I_WOULD, Rule.SCHEDULE, Rule.MIN_PARTICIPATION, Rule.COMPLETION)
    },
    # 200 are under the least, and only 100 are due.
    (Rule.SCHEDULE, Rule.MIN_PARTICIPATION): SPEAKING[Rule.SCHEDULE][1],
    # All is to be finished, and only 100 are due: they are, across the spread.
    (Rule.SCHEDULE, Rule.COMPLETION): Decision(D(100), Pace.COMPLETING, True, D(100)),
    # What is under the least is part of all.
    (Rule.MIN_PARTICIPATION, Rule.COMPLETION): SPEAKING[Rule.COMPLETION][1],
}
PAIRS = list(combinations(Rule, 2))


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_alone_is_heard(rule: Rule) -> None:
    changes, said = SPEAKING[rule]

    assert decide(facts(**changes)) == said


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[f"{a.name} over {b.name}" for a, b in PAIRS])
def test_of_two_rules_the_first_is_heard(first: Rule, second: Rule) -> None:
    expected = TOGETHER.get((first, second), SPEAKING[first][1])

    assert decide(facts(**{**SPEAKING[second][0], **SPEAKING[first][0]})) == expected


@pytest.mark.parametrize("later", [Rule.MIN_PARTICIPATION, Rule.COMPLETION])
def test_ahead_of_the_schedule_nothing_is_sent_for_a_later_rule(later: Rule) -> None:
    assert decide(facts(target=100, done=(200, 0), **SPEAKING[later][0])).pace is Pace.AHEAD


def test_a_price_at_which_it_would_be_taken_sets_the_schedule_aside() -> None:
    assert decide(facts(target=100, done=(200, 0), i_would_px=10)) == Decision(
        D(800), Pace.I_WOULD, True, D(800)
    )


def test_completion_passes_the_caps_only_if_asked_to() -> None:
    capped = {"completing": True, "cap_qty": 300, "max_child": 200, "rested_ns": 99}

    assert decide(facts(**capped)).pace is Pace.RESTING
    assert decide(facts(**capped, completion_ignores_caps=True)).qty == 1000
    # A good price must not hold it back, nor may it pass what stands before the caps.
    assert decide(facts(**capped, completion_ignores_caps=True, i_would_px=10)).qty == 1000
    assert decide(facts(**capped, completion_ignores_caps=True, limit_px=9)).pace is Pace.BEYOND_LIMIT
    assert decide(facts(**capped, completion_ignores_caps=True, target=500)).qty == 500


def test_every_pace_names_the_rule_that_set_it() -> None:
    assert {pace.rule for pace in Pace} == set(Rule)
    assert len({pace.words for pace in Pace}) == len(Pace)

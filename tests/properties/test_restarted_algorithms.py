"""Law: wherever the process dies, what is left of the plan is the same in the next one, draws and all, and the same children follow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from oms.model.terms import limit_px
from tests.worked_desk import HALTING, NAMES, SEEDS, Step, WorkedDesk, drawn

LARGE = 1_000
"""What others trade at a time, at least: the count of it is on record then, for any rate that is drawn."""
# What smart has taken of what is shown is in no journal: its restarts are among the faults of `test_smart_faults`.
SAME = tuple(name for name in NAMES if name != "smart")


@pytest.mark.parametrize("name", SAME)
@settings(max_examples=25)
@given(
    seed=SEEDS,
    qty=st.integers(1, 300),
    steps=HALTING,
    side=st.sampled_from(Side),
    when=st.integers(0, 29),
    again=st.integers(0, 29),
)
def test_a_restart_at_any_point_leaves_the_plan_and_what_follows(
    name: str, seed: int, qty: int, steps: list[Step], side: Side, when: int, again: int
) -> None:
    told = drawn(name, seed, qty)
    note(f"{told}")
    seen = []
    for dies in (False, True):
        desk = WorkedDesk(name, side)
        plans: list[Any] = []
        if desk.place(qty, told).is_ended:
            return
        for number, (kind, one, two, three) in enumerate(steps):
            if number in (when, again):
                # All that is shown and known when it dies is told again.
                desk.begin()
                desk.wait(1)
                desk.settle()
                if dies:
                    before = desk.plan()
                    desk.restart()
                    assert desk.plan() == before
                desk.begin()
            desk.tell((kind, one + LARGE * (kind == "trade"), two, three))
            plans.append(desk.plan())
        desk.wait(200)
        desk.check()
        plans.append(desk.om.order(desk.order.order_id).life)
        children = [
            (one.created_ns, one.order_qty, limit_px(one.terms), one.cum_qty, one.broker)
            for one in desk.om.children(desk.order.order_id)
        ]
        seen.append((plans, children))

    assert seen[0] == seen[1]

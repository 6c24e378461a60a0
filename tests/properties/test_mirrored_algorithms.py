"""Law: a sale in a mirrored market is worked as the purchase is by every algorithm: the same children at the same times, with mirrored prices."""

from __future__ import annotations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from tests.worked_desk import BUSY, NAMES, SEEDS, Step, WorkedDesk, drawn


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(seed=SEEDS, qty=st.integers(1, 300), steps=BUSY)
def test_a_sale_is_worked_and_executes_as_the_mirrored_purchase(
    name: str, seed: int, qty: int, steps: list[Step]
) -> None:
    told = drawn(name, seed, qty)
    note(f"{told}")
    seen, ends = [], []
    for side in (Side.BUY, Side.SELL):
        desk = WorkedDesk(name, side)
        order = desk.place(qty, told)
        if not order.is_ended:
            for step in steps:
                desk.tell(step)
            desk.wait(200)
            desk.begin()
        desk.check()
        seen.append([*desk.told_of()])
        ends.append((order.life, order.cum_qty, len(order.reasons)))

    assert seen[0] == seen[1]
    assert ends[0] == ends[1]

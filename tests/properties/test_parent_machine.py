"""The machine of orders that are worked here, for a few seconds with each algorithm."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from oms.algos.algorithms import ALGORITHMS
from oms.testing.parent_acts import HERE, THERE
from oms.testing.parent_machine import ParentMachine

SETTINGS = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


def machine(name: str) -> type[ParentMachine]:
    """Give the machine of one algorithm; what chooses among brokers has two."""
    brokers = (HERE, THERE) if name == "smart" else (HERE,)
    return type(f"Machine_{name}", (ParentMachine,), {"algorithm": name, "brokers": brokers})


# Law: whatever executes, is refused, lost, canceled, busted, corrected, paused, changed, halted or restarted, and in whatever order
# that is heard, the accounts of an order are exact, it is never exceeded, nothing leaves past its end, its limit or its caps, each
# slice is sent or told why not, and in the end nothing of it works.
@pytest.mark.parametrize("name", ALGORITHMS)
def test_whatever_happens_to_an_order_its_laws_hold(name: str) -> None:
    run_state_machine_as_test(machine(name), settings=SETTINGS)

"""The machine of groups that their venue works, for a few seconds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from oms.testing.list_machine import ListMachine

# Law: whatever the venue does to a list, whatever is asked for, and in whatever order that is heard, what exits have sold beyond
# their entry is told, a canceled group is asked to end, and in the end engine and venue agree.
TestAList = ListMachine.TestCase
TestAList.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

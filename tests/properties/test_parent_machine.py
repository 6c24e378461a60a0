"""The machine of orders that are worked here, for a few seconds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from oms.testing.parent_machine import ParentMachine

# Law: whatever executes, is refused, canceled, busted, paused, changed, halted or restarted, and in whatever order that is heard, the
# accounts of an order are exact, it is never exceeded, nothing leaves past its end or its limit, and in the end nothing of it works.
TestAParent = ParentMachine.TestCase
TestAParent.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

"""The machine of groups, for a few seconds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from oms.testing.group_machine import GroupMachine

# Law: whatever executes, is refused, canceled, replaced, busted or restarted, and in whatever order that is heard, exits never
# exceed their entry, and what it has brought is protected or it is said why not.
TestAGroup = GroupMachine.TestCase
TestAGroup.settings = settings(
    max_examples=45,  # Most of them come to exits.
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

"""The machine of held orders, for a few seconds."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from oms.testing.held_machine import HeldMachine

# Law: whatever the market does and whoever asks for what, a manager does with the orders that it holds what a slow and obvious
# reference does, also after a restart.
TestHeldOrders = HeldMachine.TestCase
TestHeldOrders.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

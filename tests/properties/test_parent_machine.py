"""The machine of orders that are worked here, for a few seconds each."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings

from oms.model.terms import Strategy
from oms.testing.parent_machine import ParentMachine

SETTINGS = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)

# Law: whatever executes, is refused, canceled, busted, paused, changed, halted or restarted, and in whatever order that is heard, the
# accounts of an order are exact, it is never exceeded, nothing leaves past its end or its limit, and in the end nothing of it works.
TestAParent = ParentMachine.TestCase
TestAParent.settings = SETTINGS


class _IcebergMachine(ParentMachine):
    def terms(self, told: dict[str, Any]) -> Strategy:
        """Give an iceberg that shows one at a time at its limit."""
        kept: dict[str, Any] = {
            name: told[name] for name in ("duration", "on_residual", "min_rest") if name in told
        }
        limit = told.get("limit_price", self.usual_limit)
        return Strategy("iceberg", {**kept, "display_qty": 1, "limit_price": limit})


class _ScaleMachine(ParentMachine):
    def terms(self, told: dict[str, Any]) -> Strategy:
        """Give a ladder from the usual limit on."""
        kept: dict[str, Any] = {
            name: told[name] for name in ("duration", "on_residual", "limit_price") if name in told
        }
        return Strategy("scale", {**kept, "levels": 3, "first_price": self.usual_limit, "step": "0.02"})


# The same laws of orders that rest at prices of their own.
TestAnIceberg = _IcebergMachine.TestCase
TestAnIceberg.settings = SETTINGS
TestALadder = _ScaleMachine.TestCase
TestALadder.settings = SETTINGS

"""The machine of one order, for a few seconds; the nox session `machine` runs it for longer."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from oms.testing.campaign import ExchangeMachine
from oms.testing.order_machine import OrderMachine

QUICK = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

# Law: whatever is late, repeated, out of order or lost, every invariant holds after every step, and when the faults stop
# manager and venue agree.
TestOneOrderAtAFixBroker = OrderMachine.TestCase
TestOneOrderAtAFixBroker.settings = QUICK
TestOneOrderAtAnExchange = ExchangeMachine.TestCase
TestOneOrderAtAnExchange.settings = QUICK

"""An adapter that does what no adapter may is found, whatever it makes of the venue's protest."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings

from oms.model.ids import ClOrdId
from oms.model.reports import SendResult
from oms.model.requests import NewOrderSingle
from oms.ports.broker import Broker
from oms.testing.line import LineBroker, VenueLine
from oms.testing.order_machine import OrderMachine, run_machine

BRIEF = settings(
    max_examples=30,
    stateful_step_count=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


class SendsAgain(LineBroker):
    """Sends each order a second time under an id of its own making."""

    def submit(self, request: NewOrderSingle) -> SendResult:
        answer = super().submit(request)
        super().submit(evolve(request, cl_ord_id=ClOrdId(f"{request.cl_ord_id[:-1]}7")))
        return answer


class SendsTwice(LineBroker):
    """Sends each order twice."""

    def submit(self, request: NewOrderSingle) -> SendResult:
        super().submit(request)
        return super().submit(request)


class SendsAgainMachine(OrderMachine):
    def make_broker(self, line: VenueLine) -> Broker:
        return SendsAgain(line)


class SendsTwiceMachine(OrderMachine):
    def make_broker(self, line: VenueLine) -> Broker:
        return SendsTwice(line)


@pytest.mark.parametrize(
    ("machine", "complaint"),
    [
        pytest.param(SendsAgainMachine, "sent before its intent was in the journal", id="under another id"),
        pytest.param(SendsTwiceMachine, "sent twice", id="under the same id"),
    ],
)
def test_an_order_that_is_sent_a_second_time_is_found(machine: type[OrderMachine], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        run_machine(machine, settings=BRIEF)

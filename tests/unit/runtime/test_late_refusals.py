"""What a listener asked for and what is refused when its turn has come: nobody else sees it as an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oms.bus import SubscriberFailed
from oms.errors import UnknownBrokerError, ValidationError
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ClOrdId
from oms.model.reports import Absent, ExecutionReport
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, T0, ScriptedBroker, WatchedStore


class Unspeakable(Exception):
    """Cannot be told in words."""

    def __str__(self) -> str:
        raise RuntimeError("nor can this")


def opened(*answers: BaseException) -> tuple[OrderManager, ScriptedBroker, list[SubscriberFailed]]:
    broker = ScriptedBroker(*answers)
    om = OrderManager(brokers=[broker], store=WatchedStore(), instruments=[AAPL], clock=ManualClock(T0))
    failed: list[SubscriberFailed] = []
    om.on(SubscriberFailed, failed.append)
    return om, broker, failed


ASKS: dict[str, Callable[[OrderManager, ev.OrderSubmitted], object]] = {
    "ResolveDoubt": lambda om, event: om.resolve(event.order_id, Absent(True), by="ann", reason="told so"),
    "AdoptOrder": lambda om, _: om.adopt("paper", venue_order_id="v1", by="ann", reason="by telephone"),
    "AcknowledgeAnomaly": lambda om, event: om.acknowledge(event.sequence, by="ann", reason="seen"),
}


@pytest.mark.parametrize("kind", ASKS)
def test_who_places_an_order_does_not_see_what_a_listener_is_refused(kind: str) -> None:
    om, broker, failed = opened()

    def ask(event: ev.OrderSubmitted) -> None:
        ASKS[kind](om, event)

    om.on(ev.OrderSubmitted, ask)

    order = om.submit("AAPL", Side.BUY, 100, Limit(100))

    assert (order.status, len(broker.requests)) == (OrdStatus.PENDING_NEW, 1)
    ((listener, heard, error),) = [(one.listener, type(one.heard).__name__, one.error) for one in failed]
    assert (listener, heard, isinstance(error, ValidationError)) == (kind, kind, True)
    assert om.bus.failures == 1


def test_what_waits_behind_a_refusal_is_handled_all_the_same() -> None:
    om, broker, failed = opened()
    for _ in range(2):
        om.on(ev.AnomalyRaised, lambda event: om.acknowledge(event, by="ann", reason="seen"))
    assert broker.sink is not None
    broker.sink.put(ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("nobody's")))
    broker.sink.put(ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("nobody's either")))

    om.poll()

    assert (om.anomalies(), len(om.held_reports()), len(failed)) == ([], 2, 2)


def test_who_asks_sees_a_refusal_still() -> None:
    om, _, failed = opened()
    order = om.submit("AAPL", Side.BUY, 100, Limit(100))

    with pytest.raises(ValidationError, match="nothing is in doubt"):
        om.resolve(order, Absent(True), by="ann", reason="told so")
    with om.batch(), pytest.raises(ValidationError, match="nothing is in doubt"):
        om.resolve(order, Absent(True), by="ann", reason="told so")

    assert failed == []


def test_an_exception_of_an_adapter_that_cannot_be_told_leaves_the_matter_in_doubt() -> None:
    om, _, failed = opened(Unspeakable())

    order = om.submit("AAPL", Side.BUY, 100, Limit(100))

    assert (om.in_doubt(), failed) == ([order], [])


def test_a_broker_that_is_no_name_is_not_attached() -> None:
    om, _, _ = opened()

    with pytest.raises(UnknownBrokerError):
        om.mass_cancel(broker=["paper"])  # type: ignore[arg-type]

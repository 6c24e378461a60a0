"""What leaves a manager that fails as it starts: nothing that nobody would ever put on record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.errors import StoreError
from oms.model.enums import CxlRejResponseTo, ExecType, OrdStatus, Side
from oms.model.ids import ExecId
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.requests import OrderCancelRequest
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import FaultyStore, StoreFault, StorePlan
from tests.fakes import AAPL, CAN_ALL, T0, ScriptedBroker

CANNOT_AMEND = evolve(
    CAN_ALL, amendable=frozenset(), profile=evolve(CAN_ALL.profile, looks_up_by_cl_ord_id=True)
)


def opened(broker: ScriptedBroker, store: Any) -> OrderManager:  # noqa: ANN401  # a journal of any kind
    return OrderManager(brokers=[broker], store=store, instruments=[AAPL], clock=ManualClock(T0))


def filled(om: OrderManager, broker: ScriptedBroker, order: Order, exec_id: str) -> None:
    assert broker.sink is not None
    size: dict[str, Any] = {"last_qty": order.order_qty, "last_px": Decimal(100)}
    broker.sink.put(
        ExecutionReport(
            ExecType.TRADE, cl_ord_id=order.cl_ord_id, exec_id=ExecId(exec_id), transact_time_ns=T0, **size
        )
    )
    om.poll()


def kept() -> tuple[MemoryEventStore, Order]:
    """A journal in which a reduce-only order asks for more than is held, and its cancel was refused."""
    store, broker = MemoryEventStore(), ScriptedBroker(can=CANNOT_AMEND)
    om = opened(broker, store)
    filled(om, broker, om.submit("AAPL", Side.BUY, 100, Limit(100)), "e1")
    exit_ = om.submit("AAPL", Side.SELL, 100, Limit(110), instructions=Instructions(reduce_only=True))
    assert broker.sink is not None
    broker.sink.put(ExecutionReport(ExecType.NEW, cl_ord_id=exit_.cl_ord_id))
    om.poll()
    filled(om, broker, om.submit("AAPL", Side.SELL, 60, Limit(100)), "e2")
    cancel = broker.requests[-1]
    assert isinstance(cancel, OrderCancelRequest)
    broker.sink.put(
        OrderCancelReject(
            cancel.cl_ord_id,
            CxlRejResponseTo.CANCEL,
            orig_cl_ord_id=exit_.cl_ord_id,
            ord_status=OrdStatus.NEW,
            text="too late",
        )
    )
    om.poll()
    om.submit("AAPL", Side.BUY, 1, Limit(90))  # It is unanswered, and asked about as the next manager starts.
    fresh = MemoryEventStore()
    fresh.append(list(store.read()), 0)
    return fresh, exit_


def test_a_start_looks_at_what_could_not_be_canceled_before() -> None:
    store, exit_ = kept()
    broker = ScriptedBroker(can=CANNOT_AMEND)

    opened(broker, store)

    assert [(type(request), request.order_id) for request in broker.requests] == [
        (OrderCancelRequest, exit_.order_id)
    ]


def test_a_start_that_cannot_be_recorded_cancels_nothing_at_once() -> None:
    store, _ = kept()
    broker = ScriptedBroker(can=CANNOT_AMEND)

    with pytest.raises(StoreError):
        opened(broker, FaultyStore(store, StorePlan(appends={2: StoreFault.FAILS_BEFORE})))

    assert broker.requests == []

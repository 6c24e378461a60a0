"""The manager as somebody who watches over orders sees it: doubts, kept reports, foreign orders, fees and anomalies."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.engine.invariants import check_state
from oms.engine.outstanding import Outstanding
from oms.errors import UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, Side
from oms.model.ids import ExecId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import Absent, ExecutionReport, FeeReport, Found, Report, Undetermined, Unknown
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.venue_profile import FIX_BROKER
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, T0, S, ScriptedBroker, all_events, d

ADOPTS = evolve(CAN_ALL, profile=FIX_BROKER)
V9 = VenueOrderId("v9")


class House:
    """A manager with a broker and a journal in hand."""

    def __init__(
        self,
        *answers: Any,
        can: Capabilities = CAN_ALL,
        store: MemoryEventStore | None = None,
        at_ns: int = T0,
    ) -> None:
        self.broker = ScriptedBroker(*answers, can=can)
        self.store = MemoryEventStore() if store is None else store
        self.clock = ManualClock(at_ns)
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, instruments=[AAPL], clock=self.clock, account="house"
        )

    def buy(self) -> Order:
        return self.om.submit("AAPL", Side.BUY, 100, Limit(100))

    def hear(self, *reports: Report) -> None:
        """Let the broker say something, and handle it."""
        assert self.broker.sink is not None
        for report in reports:
            self.broker.sink.put(report)
        self.om.poll()
        assert check_state(self.om.state) == ()

    def fill(self, order: Order, exec_id: str, **fields: Any) -> None:
        said = {
            "exec_id": ExecId(exec_id),
            "last_qty": d(10),
            "last_px": d(100),
            "transact_time_ns": T0,
            **fields,
        }
        self.hear(ExecutionReport(ExecType.TRADE, cl_ord_id=order.cl_ord_id, **said))

    def is_the_same_from_the_journal(self) -> bool:
        recovered = recover(all_events(self.store))
        return state_hash(recovered.state, recovered.positions) == self.om.state_hash()


# ---------------------------------------------------------------- doubts


def test_a_send_that_failed_is_asked_about_and_what_never_arrived_is_rejected_before_submit_returns() -> None:
    house = House(RuntimeError("the line broke"))
    house.broker.query_answers.append(Absent(True, "no such order"))

    order = house.buy()

    assert (order.life, order.text) == (Life.REJECTED, "never arrived: no such order")
    assert [query.cl_ord_id for query in house.broker.queries] == [order.cl_ord_id]
    # It was sent once, and never again under any id.
    assert [type(request) for request in house.broker.requests] == [NewOrderSingle]
    assert house.om.in_doubt() == []
    assert house.is_the_same_from_the_journal()


def test_a_question_that_fails_is_asked_again_when_its_time_comes() -> None:
    house = House(Unknown("timed out"))
    house.broker.query_answers += [RuntimeError("still broken"), Undetermined("busy")]
    order = house.buy()
    (request,) = order.outstanding_requests

    assert house.om.in_doubt() == [order]
    house.clock.advance_by(30)
    house.om.poll()
    house.clock.advance_by(5)

    assert len(house.broker.queries) == 2
    assert house.om.outstanding() == [Outstanding(order, request, 35 * S, 2, T0 + 90 * S, True)]
    assert house.om.outstanding(order) == house.om.outstanding(order.order_id) == house.om.outstanding()
    with pytest.raises(UnknownOrderError):
        house.om.outstanding(99)


def test_a_found_order_works_on() -> None:
    house = House(Unknown("timed out"))
    status = ExecutionReport(ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW, venue_order_id=V9)
    house.broker.query_answers.append(Found(status))

    order = house.buy()

    assert (order.life, order.venue_order_id, order.is_in_doubt) == (Life.LIVE, V9, False)


def test_after_a_restart_what_is_due_is_asked_as_soon_as_the_brokers_are_connected() -> None:
    first = House()
    order = first.buy()

    again = House(store=first.store, at_ns=T0 + 3600 * S)

    assert [query.cl_ord_id for query in again.broker.queries] == [order.cl_ord_id]
    assert [one.order_id for one in again.om.in_doubt()] == [order.order_id]
    assert again.is_the_same_from_the_journal()


def test_a_person_settles_a_doubt_by_name_and_reason() -> None:
    house = House(Unknown("timed out"))
    order = house.buy()

    with pytest.raises(ValidationError, match="authoritative"):
        house.om.resolve(order, Absent(False), by="ann", reason="they have not seen it yet")
    assert order.is_in_doubt
    house.om.resolve(order, Absent(True), by="ann", reason="they looked", cl_ord_id=order.cl_ord_id)

    assert order.life is Life.REJECTED
    with pytest.raises(ValidationError, match="nothing is in doubt"):
        house.om.resolve(order, Absent(True), by="ann", reason="they looked")
    assert house.is_the_same_from_the_journal()


def test_a_status_is_asked_for_and_the_answer_is_heard() -> None:
    house = House()
    order = house.buy()
    house.broker.query_answers.append(Found(ExecutionReport(ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW)))

    house.om.request_status(order, asked_by="ann")

    assert (order.life, len(house.broker.queries)) == (Life.LIVE, 1)


# ---------------------------------------------------------------- kept reports, foreign orders


def foreign(exec_type: ExecType = ExecType.NEW, **fields: Any) -> ExecutionReport:
    told: dict[str, Any] = {
        "venue_order_id": V9,
        "symbol": AAPL.symbol,
        "side": Side.SELL,
        "order_qty": d(50),
        **fields,
    }
    return ExecutionReport(exec_type, **told)


def test_an_order_given_elsewhere_is_adopted_and_counts_in_positions() -> None:
    house = House(can=ADOPTS)

    house.hear(foreign(ExecType.TRADE, exec_id="x1", last_qty=d(20), last_px=d(99), transact_time_ns=T0))

    (order,) = house.om.orders()
    assert (order.is_external, order.account, order.cum_qty) == (True, "house", d(20))
    position = house.om.position("AAPL")
    assert position is not None
    assert position.net_qty == d(-20)
    assert house.om.open_orders() == [order]
    assert house.is_the_same_from_the_journal()


def test_a_person_adopts_what_is_kept() -> None:
    house = House()
    house.hear(foreign())
    (held,) = house.om.held_reports()
    assert held.report == foreign()

    order = house.om.adopt("paper", venue_order_id=V9, by="ann", reason="given by phone")

    assert order is not None
    assert (order.is_external, order.life, house.om.held_reports()) == (True, Life.LIVE, [])
    with pytest.raises(ValidationError, match="kept report"):
        house.om.adopt("paper", venue_order_id="v10", by="ann", reason="given by phone")


def test_a_listener_that_adopts_waits_its_turn() -> None:
    house = House()
    given: list[Order | None] = []

    def adopt(event: ev.ReportHeld) -> None:
        given.append(house.om.adopt("paper", venue_order_id=V9, by="bot", reason=event.text))

    house.om.on(ev.ReportHeld, adopt)
    house.hear(foreign())

    assert given == [None]
    assert [order.is_external for order in house.om.orders()] == [True]


# ---------------------------------------------------------------- fees


def test_a_fee_is_paid_from_the_position() -> None:
    house = House()
    order = house.buy()
    house.fill(order, "x1", commission=d(1), comm_currency="USD")

    house.hear(
        FeeReport(d("0.35"), "USD", exec_id=ExecId("x1")), FeeReport(d("-0.05"), "EUR", exec_id=ExecId("x1"))
    )

    assert house.om.positions.fees() == {"USD": d("1.35"), "EUR": d("-0.05")}
    assert house.is_the_same_from_the_journal()


# ---------------------------------------------------------------- anomalies


def test_anomalies_are_listed_until_somebody_acknowledges_them() -> None:
    house = House()
    order, other = house.buy(), house.buy()
    house.hear(ExecutionReport(ExecType.NEW, cl_ord_id=order.cl_ord_id), foreign())
    house.fill(order, "x1", last_qty=d(101))
    house.fill(other, "x1", last_qty=d(101))

    unknown, overfill, conflict = house.om.anomalies()
    assert [one.code for one in (unknown, overfill, conflict)] == [
        AnomalyCode.UNKNOWN_ORDER, AnomalyCode.OVERFILL, AnomalyCode.CONFLICTING_REPEAT,
    ]  # fmt: skip
    assert unknown.raw == repr(foreign())
    assert house.om.anomalies(order) == [overfill]
    assert house.om.anomalies(other.order_id) == [conflict]
    assert house.om.anomalies(code=AnomalyCode.OVERFILL) == [overfill]

    house.om.acknowledge(overfill, by="ann", reason="agreed with the broker")
    house.om.acknowledge(unknown.sequence, by="ann", reason="the phone desk's")

    assert house.om.anomalies() == [conflict]
    assert house.om.anomalies(acknowledged=True) == [unknown, overfill]
    assert house.om.anomalies(order, acknowledged=True) == [overfill]
    again = House(store=house.store)
    assert again.om.anomalies() == [conflict]
    assert again.om.anomalies(acknowledged=True) == [unknown, overfill]
    with pytest.raises(ValidationError, match="unacknowledged"):
        again.om.acknowledge(overfill, by="ann", reason="again")
    with pytest.raises(UnknownOrderError):
        again.om.anomalies(99)

"""Laws of retention, under the same histories as the laws of the whole house: orders leave memory all the time."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any, Final

from attrs import evolve
from hypothesis import event as note
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.errors import StoreError
from oms.model import events as ev
from oms.model.enums import ExecType, Life, Listing, OrdStatus, Side
from oms.model.ids import ExecId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import (
    Acknowledged,
    ExecutionReport,
    ExecutionsReport,
    MassStatus,
    PositionLine,
    PositionReport,
    SendResult,
)
from oms.model.requests import OrderMassStatusRequest, RequestForPositions, TradeCaptureReportRequest
from oms.model.terms import Limit
from oms.projections.positions import Positions
from oms.runtime.recovery import state_hash
from oms.runtime.retention import Retention
from oms.stores.order_archive import MemoryOrderArchive
from tests.fakes import CAN_ALL, T0, ScriptedBroker, WatchedStore, all_events, d
from tests.properties.test_order_laws import VENUE_IDS, OrderHouse

ALL: Final = frozenset(Listing)
ENDED: Final = {
    Life.CANCELED: OrdStatus.CANCELED,
    Life.EXPIRED: OrdStatus.EXPIRED,
    Life.REJECTED: OrdStatus.REJECTED,
}


class TellingBroker(ScriptedBroker):
    """A broker that can also be asked for everything, and knows what the journal knows, of orders in memory or out of it."""

    def __init__(self, house: HouseWithRetention) -> None:
        super().__init__(can=evolve(CAN_ALL, lists=ALL))
        self.house = house

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        traded = [event for event in self.house.store.read() if isinstance(event, ev.Traded)]
        told = tuple(self.house.as_reported(event) for event in traded if not event.is_synthetic)
        return Acknowledged(ExecutionsReport(None, is_complete=True, reports=told))

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        orders = [self.house.om.order(number) for number in range(1, self.house.om.state.next_order_id)]
        told = tuple(
            _status(order) for order in orders if order.cl_ord_id and order.broker and order.life in TOLD
        )
        return Acknowledged(MassStatus(told, is_complete=False, as_of_ns=request.time_ns, has_all_open=True))

    def positions(self, request: RequestForPositions) -> SendResult:
        held = self.house.om.state.traded.of(self.name).items()
        lines = tuple(PositionLine(symbol, qty, account) for (account, symbol), qty in held)
        return Acknowledged(PositionReport(lines, is_complete=True, as_of_ns=request.time_ns))


TOLD: Final = frozenset({*ENDED, Life.LIVE})


def _status(order: Order) -> ExecutionReport:
    status = ENDED.get(order.life, OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW)
    leaves_qty = d(0) if order.is_ended else order.leaves_qty
    if not order.is_ended and not leaves_qty:
        status = OrdStatus.FILLED
    return ExecutionReport(
        ExecType.ORDER_STATUS,
        order.cl_ord_id,
        ord_status=status,
        cum_qty=order.cum_qty,
        leaves_qty=leaves_qty,
    )


class HouseWithRetention(OrderHouse):
    """The same house, with closed orders leaving memory whenever they may, at a broker that can be reconciled with.

    The second engine, which hears the journal only, has no archive: that it comes to the same after each delivery shows that
    the journal alone is enough.
    """

    def __init__(self) -> None:
        super().__init__()
        self.archive = MemoryOrderArchive()

    def options(self) -> dict[str, Any]:
        return {"retention": Retention(closed_orders=0), "archive": self.archive, "reconcile_grace_s": 1}

    def new_broker(self) -> ScriptedBroker:
        return TellingBroker(self)

    def _compare(self) -> None:
        super()._compare()
        text = dump(self.om.state, self.om.positions)
        state, positions = State(), Positions()
        load(text, state, positions)
        assert describe(state) == describe(self.om.state)
        assert state_hash(state, positions) == self.om.state_hash()

    def as_reported(self, traded: ev.Traded) -> ExecutionReport:
        """An execution as its broker said it, under the name that its order has now."""
        order = self.om.order(traded.order_id)
        return ExecutionReport(
            ExecType.TRADE, cl_ord_id=order.cl_ord_id, exec_id=traded.exec_id, last_qty=traded.last_qty,
            last_px=traded.last_px, trade_date=traded.trade_date or None, commission=traded.commission or None,
            comm_currency=traded.comm_currency or None,
        )  # fmt: skip

    def held(self) -> list[tuple[object, ...]]:
        return [(one.symbol, one.account, one.net_qty, one.trades) for one in self.om.positions]

    def traded(self) -> list[ev.Traded]:
        return [event for event in self.store.read() if isinstance(event, ev.Traded)]

    @rule()
    def look_at_what_is_wrong(self) -> None:
        """An order of which something is wrong stays; here somebody looks at all of it."""
        for anomaly in self.om.anomalies():
            self.om.acknowledge(anomaly, by="ops", reason="seen")
        for one in self.om.breaks():
            self.om.resolve_break(one, by="ops", reason="seen")

    @rule(venue_id=VENUE_IDS)
    def fill_one_and_let_it_leave(self, venue_id: VenueOrderId | None) -> None:
        order = self.om.submit("AAPL", Side.BUY, 1, Limit(100))
        if not order.is_ended:
            exec_id = ExecId(f"f{order.order_id}")
            filled: dict[str, Any] = {
                "exec_id": exec_id,
                "last_qty": d(1),
                "last_px": d(100),
                "venue_order_id": venue_id,
            }
            self._report(
                ExecutionReport(ExecType.TRADE, cl_ord_id=order.cl_ord_id, transact_time_ns=T0, **filled)
            )
        self.look_at_what_is_wrong()
        if self.om.retire() and order.cum_qty:
            note("a filled one has left")

    @rule()
    def reconcile(self) -> None:
        """Law: what a broker tells again books nothing, whether the orders are in memory or not."""
        before = self.held()
        out = any(traded.order_id not in self.om.state.index.by_id for traded in self.traded())
        self.om.reconcile()
        for _ in range(4):
            self.clock.advance_by(1)
            self.om.poll()
        assert self.held() == before
        if self.om.state.retired or out:
            note("reconciled while orders are out of memory")

    @rule()
    def restart_from_a_snapshot(self) -> None:
        self.om.snapshot()
        taken = self.store.snapshot()
        assert taken is not None
        self.store = WatchedStore(all_events(self.store))
        self.store.save_snapshot(*taken)
        self.open()
        if self.om.state.retired and self.om.began_from.version:
            note("a snapshot without the orders out of memory")

    @rule(is_known=st.booleans(), retires=st.booleans())
    def halt_and_resume(self, is_known: bool, retires: bool) -> None:
        """Law: what is said of orders out of memory while the manager is halted is not lost, and books nothing twice."""
        known = self.traded()
        assert self.broker.sink is not None
        before = self.held()
        self.store.fail()
        with suppress(StoreError):
            if retires:
                self.om.retire()
            self.om.submit("AAPL", Side.BUY, 1, Limit(100))
        assert self.om.halted
        if is_known and known:
            self.broker.sink.put(self.as_reported(known[0]))
            note(f"halted, of an order in memory: {known[0].order_id in self.om.state.index.by_id}")
        self.store.failure = None
        self.om.resume("ops", "another disk")
        assert self.om.halted is None
        if self.held() != before:
            raise AssertionError((before, self.held()))

    @rule()
    def retire(self) -> None:
        if self.om.retire():
            note("retired")

    @precondition(lambda self: self.om.state.retired)
    @rule()
    def lose_the_archive(self) -> None:
        """Law: an archive that is lost is made again from the journal."""
        lost, self.archive = self.archive, MemoryOrderArchive()
        self.store = WatchedStore(all_events(self.store))
        self.open()
        for number in range(1, self.om.state.next_order_id):
            key = f"order\x1f\x1f{number}"
            if number not in self.om.state.index.by_id:
                assert [text for _, text in self.archive.find(key)] == [text for _, text in lost.find(key)]
                note("made again")

    @precondition(lambda self: self.traded())
    @rule()
    def repeat_an_execution_of_any_order(self) -> None:
        """Law: an execution that comes again books nothing, whether its order is in memory or not."""
        known = self.traded()
        traded = known[len(known) // 2]
        if traded.order_id not in self.om.state.index.by_id:
            note("repeat for an order out of memory")
        before = self.held()
        self._report(self.as_reported(traded))
        assert self.held() == before

    def teardown(self) -> None:
        """Law: no execution is booked twice, and every order is found, in memory or out of it."""
        traded = Counter(
            (event.broker, event.account, event.symbol, event.trade_date, event.exec_id)
            for event in self.store.read()
            if isinstance(event, ev.Traded)
        )
        assert [identity for identity, count in traded.items() if count > 1] == []
        for number in range(1, self.om.state.next_order_id):
            assert self.om.order(number).order_id == number
        recalled = sum(isinstance(event, ev.OrderRecalled) for event in self.store.read())
        note(f"recalled: {bool(recalled)}")


TestHouseWithRetention = HouseWithRetention.TestCase
TestHouseWithRetention.settings = settings(stateful_step_count=30, max_examples=30)

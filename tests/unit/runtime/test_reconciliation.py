"""The books held against what a broker says: at the start, while running, and over restarts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from attrs import evolve

from oms.bus import SubscriberFailed
from oms.engine.engine import Engine
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.errors import StoreError, UnknownBrokerError, ValidationError
from oms.model import events as ev
from oms.model.break_commands import AssignBreak
from oms.model.capabilities import Capabilities
from oms.model.enums import AnomalyCode, BreakKind, ExecType, Listing, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ExecId, Symbol, VenueOrderId
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.reports import (
    Absent,
    Acknowledged,
    ExecutionReport,
    ExecutionsReport,
    Found,
    MassStatus,
    PositionLine,
    PositionReport,
    QueryResult,
    Report,
    SendResult,
    Sent,
    Undetermined,
    Unknown,
)
from oms.model.requests import (
    NewOrderSingle,
    OrderMassStatusRequest,
    OrderStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)
from oms.model.terms import Limit, Market
from oms.model.venue_profile import ExternalOrders
from oms.order_types.registry import default_handlers
from oms.ports.broker import ReportSink
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, replay, state_hash, tell
from oms.simulation.list_admission import CONTINGENCIES
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, T0, S, ScriptedBroker, d

ALL = frozenset(Listing)
GRACE_S = 5


class KeptJournal(MemoryEventStore):
    """A journal that outlives its managers."""

    failure: Exception | None = None

    def append(self, events: Sequence[ev.Event], expected_version: int) -> None:
        """Fail where the test wants it."""
        if self.failure is not None:
            raise self.failure
        super().append(events, expected_version)

    def close(self) -> None:
        """Stay open."""


class Venue:
    """A broker whose books the test writes: what it holds is told when it is asked, and not before."""

    def __init__(self, lists: frozenset[Listing] = ALL, **profile: Any) -> None:  # noqa: ANN401  # of any kind
        self.name = BrokerName("venue")
        self.can: Capabilities = evolve(CAN_ALL, lists=lists, profile=evolve(CAN_ALL.profile, **profile))
        self.orders: dict[str, ExecutionReport] = {}
        self.fills: list[ExecutionReport] = []
        self.held: tuple[PositionLine, ...] = ()
        self.has_whole_list = True
        self.asked: list[str] = []
        self.cursors: list[str | None] = []
        self.is_up = True
        self.lists_ended = False
        self.is_deaf = False
        self.absent: QueryResult = Absent(is_authoritative=True, text="no such order")
        self.sink: ReportSink | None = None

    def capabilities(self) -> Capabilities:
        return self.can

    def start(self, sink: ReportSink) -> None:
        self.sink = sink

    def stop(self) -> None:
        self.sink = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        self.asked.append("submit")
        if self.is_deaf:
            return Unknown("no answer")
        venue_order_id = VenueOrderId(f"V{request.order_id}")
        self.orders[request.cl_ord_id] = ExecutionReport(
            ExecType.ORDER_STATUS, request.cl_ord_id, venue_order_id=venue_order_id, ord_status=OrdStatus.NEW,
            order_qty=request.order_qty, cum_qty=d(0), leaves_qty=request.order_qty, price=d(100), symbol=request.symbol,
            side=request.side,
        )  # fmt: skip
        return Acknowledged(ExecutionReport(ExecType.NEW, request.cl_ord_id, venue_order_id=venue_order_id))

    def cancel(self, request: object) -> SendResult:
        self.asked.append("cancel")
        return Sent()

    def replace(self, request: object) -> SendResult:
        self.asked.append("replace")
        return Sent()

    def query(self, request: OrderStatusRequest) -> QueryResult:
        self.asked.append(f"query {request.order_id}")
        if not self.is_up:
            return Undetermined("down")
        found = self.orders.get(request.cl_ord_id)
        return self.absent if found is None else Found(found)

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        self.asked.append("executions")
        self.cursors.append(request.cursor)
        told = tuple(self.fills[int(request.cursor or 0) :])
        cursor = str(len(self.fills)) if self.fills else None
        return self._says(ExecutionsReport(cursor, is_complete=True, reports=told))

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        self.asked.append("open orders")
        opened = tuple(one for one in self.orders.values() if one.leaves_qty and self.has_whole_list)
        said = MassStatus(opened, is_complete=False, as_of_ns=request.time_ns, has_all_open=True)
        if self.lists_ended:
            every = tuple(self.orders.values())
            said = MassStatus(every, is_complete=True, as_of_ns=1, after_sequence=request.after_sequence)
        return self._says(said)

    def positions(self, request: RequestForPositions) -> SendResult:
        self.asked.append("positions")
        return self._says(PositionReport(self.held, is_complete=True, as_of_ns=request.time_ns))

    def _says(self, report: Report) -> SendResult:
        return Acknowledged(report) if self.is_up else Unknown("down")

    # ------------------------------------------------------------ what happens there

    def change(self, order: Order, **now: Any) -> None:  # noqa: ANN401  # of any kind
        assert order.cl_ord_id is not None
        self.orders[order.cl_ord_id] = evolve(self.orders[order.cl_ord_id], **now)

    def trade(
        self, order: Order, exec_id: str, qty: int, px: int = 100, *, is_told: bool = True
    ) -> ExecutionReport:
        """Let something execute, told among the executions or nowhere; give its report."""
        assert order.cl_ord_id is not None
        now = self.orders[order.cl_ord_id]
        cum_qty = (now.cum_qty or d(0)) + qty
        leaves_qty = (now.leaves_qty or d(0)) - qty
        status = OrdStatus.PARTIALLY_FILLED if leaves_qty else OrdStatus.FILLED
        self.change(order, cum_qty=cum_qty, leaves_qty=leaves_qty, ord_status=status)
        report = ExecutionReport(
            ExecType.TRADE, order.cl_ord_id, exec_id=ExecId(exec_id), last_qty=d(qty), last_px=d(px), cum_qty=cum_qty,
            trade_date="20260105",
        )  # fmt: skip
        if is_told:
            self.fills.append(report)
        return report


class House:
    """A manager on such a venue."""

    def __init__(self, venue: Venue | None = None, **options: Any) -> None:  # noqa: ANN401  # of any kind
        self.venue = Venue() if venue is None else venue
        self.clock = ManualClock(T0)
        self.store = KeptJournal()
        self.options = options
        self.om = self.open()

    def open(self) -> OrderManager:
        return OrderManager(
            brokers=[self.venue], store=self.store, instruments=[AAPL], clock=self.clock, reconcile_grace_s=GRACE_S,
            **self.options,
        )  # fmt: skip

    def submit(self, qty: int = 10) -> Order:
        return self.om.submit("AAPL", Side.BUY, qty, Limit(100))

    def wait(self, seconds: int = GRACE_S) -> None:
        self.clock.advance_to(self.clock.now_ns() + seconds * S)
        self.om.poll()

    def restart(self) -> None:
        self.om = self.open()

    def since(self, version: int) -> list[str]:
        return [type(event).__name__ for event in self.store.read(version)]

    def reconcile(self) -> list[str]:
        """Reconcile to the end, a second later, and give what that made happen."""
        self.wait(1)
        version = self.om.state.version
        self.om.reconcile()
        self.wait()
        self.wait()
        return self.since(version)


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    # Whatever happened, a rebuild from the journal knows the same.
    recovered = recover(house.store.read())
    assert state_hash(recovered.state, recovered.positions) == house.om.state_hash()


def only(events: list[str], *kinds: str) -> list[str]:
    return [kind for kind in events if kind in kinds]


def test_where_nothing_differs_nothing_happens(house: House) -> None:
    house.submit()
    assert house.reconcile() == []
    assert house.om.breaks() == []
    assert house.venue.asked[-3:] == ["executions", "open orders", "positions"]


# ---------------------------------------------------------------- before new orders are taken


def test_new_orders_are_refused_until_the_broker_has_answered_and_cancels_are_not() -> None:
    house = House()
    order = house.submit()
    larger = house.submit()
    house.venue.is_up = False
    house.restart()
    order, larger = house.om.order(order.order_id), house.om.order(larger.order_id)
    assert house.om.unreconciled() == ["venue"]

    denied = house.submit()
    house.om.cancel(order)
    asked: list[ev.Event] = []
    house.om.on(ev.ReplaceDenied, asked.append)
    house.om.replace(larger, order_qty=20)
    house.om.replace(larger, order_qty=5)

    assert [reason.code for reason in denied.reasons] == [ReasonCode.NOT_RECONCILED]
    assert denied.reasons[0].value == "venue"
    assert order.outstanding_requests[0].kind.value == "cancel"
    assert [
        [reason.code for reason in one.reasons] for one in asked if isinstance(one, ev.ReplaceDenied)
    ] == [[ReasonCode.NOT_RECONCILED]]
    assert larger.outstanding_requests[0].order_qty == d(5)

    house.venue.is_up = True
    house.wait(60)
    house.wait(60)
    assert house.om.unreconciled() == []
    assert house.submit().life.value == "live"


def test_a_manager_that_was_resumed_compares_its_books_as_one_that_was_started() -> None:
    house = House()
    house.submit()
    house.store.failure = StoreError("no room")
    with pytest.raises(StoreError):
        house.submit()
    house.store.failure = None
    house.venue.asked.clear()

    house.om.resume("ops", "there is room again")

    assert house.venue.asked == ["executions", "open orders", "positions"]
    assert house.om.unreconciled() == []
    assert house.submit().life.value == "live"


def test_where_reports_were_lost_while_halted_new_orders_wait_until_the_list_has_made_up_for_them() -> None:
    house = House(max_held=1)
    order = house.submit()
    house.store.failure = StoreError("no room")
    with pytest.raises(StoreError):
        house.submit()
    for exec_id in ("x1", "x2", "x3"):
        house.venue.sink.put(house.venue.trade(order, exec_id, 2))  # type: ignore[union-attr]
    house.store.failure = None
    house.venue.is_up = False

    house.om.resume("ops", "there is room again")

    # The first was kept; the others are lost, and nobody answers yet.
    assert (order.cum_qty, house.om.unreconciled()) == (d(2), ["venue"])
    assert [reason.code for reason in house.submit().reasons] == [ReasonCode.NOT_RECONCILED]
    house.venue.is_up = True
    house.venue.held = (PositionLine(Symbol("AAPL"), d(6), Account("main")),)
    house.wait(60)
    house.wait(60)
    assert (order.cum_qty, house.om.unreconciled(), house.om.breaks()) == (d(6), [], [])
    assert house.submit().life.value == "live"


def test_what_is_in_doubt_is_asked_about_before_anything_else() -> None:
    house = House()
    order = house.submit()
    house.om.cancel(order)
    house.venue.asked.clear()

    house.restart()

    assert house.venue.asked[0] == f"query {order.order_id}"
    assert house.venue.asked[1] == "executions"


def test_what_was_in_doubt_and_is_not_in_a_complete_list_that_was_asked_for_never_arrived(
    house: House,
) -> None:
    house.venue.is_deaf, house.venue.lists_ended, house.venue.absent = True, True, Undetermined("busy")
    order = house.submit()
    assert order.is_in_doubt

    house.om.reconcile()

    assert (order.is_in_doubt, order.status, house.om.breaks()) == (False, OrdStatus.REJECTED, [])


def test_a_broker_that_cannot_be_asked_gets_new_orders_at_once() -> None:
    house = House(Venue(frozenset()))
    house.submit()
    house.restart()
    assert house.om.unreconciled() == []
    assert house.submit().life.value == "live"


def test_a_broker_must_have_what_it_says_that_it_lists() -> None:
    class Boasting(ScriptedBroker):
        def capabilities(self) -> Capabilities:
            return evolve(CAN_ALL, lists=frozenset({Listing.POSITIONS, Listing.OPEN_ORDERS}))

    with pytest.raises(ValidationError, match="it has no open_orders, positions"):
        OrderManager(brokers=[Boasting()], store=MemoryEventStore())


def test_a_broker_must_have_what_it_says_that_it_works_as_a_list() -> None:
    class Boasting(ScriptedBroker):
        def capabilities(self) -> Capabilities:
            return evolve(CAN_ALL, contingencies=CONTINGENCIES)

    with pytest.raises(ValidationError, match="it has no submit_list"):
        OrderManager(brokers=[Boasting()], store=MemoryEventStore())


def test_a_journal_that_fails_with_a_question_about_everything_halts_and_lets_cancels_leave() -> None:
    house = House()
    order = house.submit()
    house.store.failure = StoreError("the disk is full")

    with pytest.raises(StoreError, match="the disk is full"), house.om.batch():  # noqa: PT012  # a batch
        house.submit()
        house.om.reconcile()
    house.venue.asked.clear()
    house.om.cancel(order)

    assert (house.om.halted, house.venue.asked) == ("the disk is full", ["cancel"])
    house.store.failure = None
    house.om.resume("ops", "there is room again")
    assert house.om.breaks() == []


def test_an_unanswered_question_is_asked_again_later_and_later() -> None:
    house = House()
    house.submit()
    house.venue.is_up = False
    house.restart()
    house.venue.asked.clear()
    for _ in range(20):
        house.wait(30)
    # After 30, 60, 120 and 240 seconds.
    assert house.venue.asked.count("executions") == 4


# ---------------------------------------------------------------- executions that were missed


def test_an_execution_in_the_window_without_a_connection_is_booked_as_it_was_reported(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4, 99)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)

    happened = house.reconcile()

    assert happened == ["Traded", "ExecutionsListed"]
    assert (order.cum_qty, order.avg_px) == (d(4), d(99))
    assert house.reconcile() == []
    assert house.venue.cursors[-1] == "1"


def test_a_restart_asks_from_where_the_last_run_ended(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4)
    house.reconcile()
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    house.restart()
    assert house.venue.cursors[-1] == "1"
    assert house.om.order(order.order_id).cum_qty == d(4)


def test_what_nobody_reports_is_inferred_after_one_question_and_some_grace(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4, is_told=False)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    version = house.om.state.version

    house.om.reconcile()
    assert house.since(version) == ["OrderStatusRequested"]
    assert order.cum_qty == d(0)
    house.wait(GRACE_S - 1)
    assert house.since(version) == ["OrderStatusRequested"]
    house.wait(1)

    opened, traded, resolved = list(house.store.read(version + 1))
    assert isinstance(opened, ev.BreakOpened)
    assert (opened.kind, opened.expected, opened.said) == (BreakKind.MISSING_FILL, "0", "4")
    assert isinstance(traded, ev.Traded)
    assert (traded.exec_id, traded.is_synthetic) == ("synthetic-1-4", True)
    assert (traded.last_qty, traded.last_px) == (d(4), d(100))  # at its limit: nothing tells better
    assert isinstance(resolved, ev.BreakResolved)
    assert house.reconcile() == []


def test_what_is_inferred_beyond_the_total_is_booked_and_alarmed(house: House) -> None:
    order = house.submit(3)
    house.venue.trade(order, "E1", 4, is_told=False)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    house.reconcile()
    assert order.cum_qty == d(4)
    (raised,) = house.om.anomalies(code=AnomalyCode.OVERFILL)
    assert raised.text == "booked, 4 executed of 3"
    assert house.reconcile() == []


def test_two_runs_over_the_same_history_infer_the_same() -> None:
    def journal() -> list[ev.Event]:
        house = House()
        order = house.submit()
        house.venue.trade(order, "E1", 4, is_told=False)
        house.reconcile()
        house.restart()
        return list(house.store.read())

    assert journal() == journal()


@pytest.fixture
def halfway(house: House) -> tuple[House, ExecutionReport, Engine, Positions]:
    """A house with open breaks and something inferred, what is reported of it later, and what a snapshot of it reads back as."""
    order = house.submit()
    report = house.venue.trade(order, "x1", 4, is_told=False)
    house.venue.orders["X"] = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("V77"), ord_status=OrdStatus.NEW, order_qty=d(3), leaves_qty=d(3),
        symbol=Symbol("ZZZ"), side=Side.SELL,
    )  # fmt: skip
    house.reconcile()
    state, positions = State(), Positions()
    load(dump(house.om.state, house.om.positions), state, positions)
    return house, report, Engine({}, default_handlers(), state), positions


def test_a_snapshot_with_open_breaks_and_something_inferred_goes_on_as_the_whole_journal_does(
    halfway: tuple[House, ExecutionReport, Engine, Positions],
) -> None:
    house, report, engine, positions = halfway
    version, breaks = engine.state.version, engine.state.breaks.open
    assert list(engine.state.executions.synthetic) == [1]
    assert [one.kind for one in breaks.values()] == [BreakKind.UNKNOWN_ORDER, BreakKind.POSITION]

    # What was inferred gives way to what is reported, and a break gets an owner.
    house.om.assign_break(next(iter(breaks)), "desk", by="ops")
    house.venue.sink.put(evolve(report, last_qty=d(3), cum_qty=d(3)))  # type: ignore[union-attr]
    house.reconcile()

    replay(engine, list(house.store.read(version)), partial(tell, positions))
    assert dump(engine.state, positions) == dump(house.om.state, house.om.positions)


def test_a_restart_infers_nothing_again(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4, is_told=False)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    house.reconcile()
    for _ in range(3):
        house.restart()
        house.wait()
        house.wait()
    events = list(house.store.read())
    assert [event.exec_id for event in events if isinstance(event, ev.Traded)] == ["synthetic-1-4"]
    assert len(house.om.orders()) == 1


@pytest.mark.parametrize("restarts", [False, True], ids=["while it runs", "after a restart"])
def test_the_real_executions_take_the_place_of_the_inferred_one_however_they_split(
    house: House, restarts: bool
) -> None:
    order = house.submit()
    first = house.venue.trade(order, "E1", 1, 98, is_told=False)
    second = house.venue.trade(order, "E2", 3, 99, is_told=False)
    house.reconcile()
    assert order.cum_qty == d(4)
    if restarts:
        house.restart()
        order = house.om.order(order.order_id)

    assert house.venue.sink is not None
    for report in (second, first, second):
        house.venue.sink.put(report)
        house.om.poll()
        assert order.cum_qty == d(4)

    position = house.om.position("AAPL")
    assert position is not None
    assert position.net_qty == d(4)
    assert order.avg_px == d("98.75")  # (1 at 98 and 3 at 99) / 4
    assert house.om.state.executions.synthetic == {}


def test_an_execution_beyond_the_inferred_one_is_counted_beside_it(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4, is_told=False)
    house.reconcile()
    third = house.venue.trade(order, "E2", 3, is_told=False)
    assert house.venue.sink is not None
    house.venue.sink.put(third)
    house.om.poll()
    assert order.cum_qty == d(7)


def test_what_was_inferred_is_taken_back_where_the_broker_counts_less(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "E1", 4, is_told=False)
    house.reconcile()
    house.venue.change(order, cum_qty=d(1), leaves_qty=d(9))
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    assert only(house.reconcile(), "BreakOpened", "TradeCorrected", "BreakResolved") == [
        "BreakOpened",
        "TradeCorrected",
        "BreakResolved",
    ]
    assert order.cum_qty == d(1)


def test_an_execution_that_the_broker_does_not_know_stays_booked_and_is_a_break(house: House) -> None:
    order = house.submit()
    report = house.venue.trade(order, "E1", 4)
    house.reconcile()
    house.venue.change(order, cum_qty=d(0), leaves_qty=d(10), ord_status=OrdStatus.NEW)
    assert report.exec_id == "E1"
    house.reconcile()
    (found,) = house.om.breaks(kind=BreakKind.UNKNOWN_FILL)
    assert (found.expected, found.said, order.cum_qty) == ("4", "0", d(4))


# ---------------------------------------------------------------- orders


def test_an_order_that_the_list_lacks_ends_only_where_the_broker_does_not_know_it_either(
    house: House,
) -> None:
    order = house.submit()
    del house.venue.orders[str(order.cl_ord_id)]
    house.venue.absent = Absent(is_authoritative=False, text="not yet")
    house.reconcile()
    assert order.life.value == "live"
    (found,) = house.om.breaks()
    assert (found.kind, found.order_id, found.said) == (BreakKind.MISSING_ORDER, order.order_id, "nothing")

    house.venue.absent = Absent(is_authoritative=True, text="never heard of it")
    house.wait(3600)
    house.reconcile()
    assert order.life.value == "canceled"
    assert house.om.breaks() == []


def test_an_order_that_the_list_lacks_and_the_broker_finds_when_asked_is_no_break(house: House) -> None:
    order = house.submit()
    house.venue.has_whole_list = False
    assert only(house.reconcile(), "OrderStatusRequested") == ["OrderStatusRequested"]
    assert (order.life.value, house.om.breaks()) == ("live", [])


def test_an_order_that_is_open_here_and_has_nothing_left_there_is_a_break(house: House) -> None:
    order = house.submit()
    house.venue.change(order, ord_status=OrdStatus.SUSPENDED, leaves_qty=d(0))
    house.reconcile()
    (found,) = house.om.breaks()
    assert (found.kind, found.expected, found.said) == (BreakKind.STATUS, "open, 10 left", "nothing left")


@pytest.mark.parametrize("status", [OrdStatus.CALCULATED, OrdStatus.DONE_FOR_DAY, None], ids=str)
def test_an_order_with_nothing_left_there_is_a_break_whatever_it_is_shown_as(
    house: House, status: OrdStatus | None
) -> None:
    order = house.submit()
    house.venue.change(order, ord_status=status, leaves_qty=d(0))
    house.reconcile()
    (found,) = house.om.breaks()
    assert (found.kind, found.said) == (BreakKind.STATUS, "nothing left")


def test_an_order_that_has_filled_there_lacks_executions_whatever_it_is_shown_as() -> None:
    house = House(Venue(frozenset({Listing.OPEN_ORDERS})))
    order = house.om.submit("AAPL", Side.BUY, 10, Market())
    house.venue.trade(order, "x1", 10)
    house.venue.change(order, ord_status=OrdStatus.CALCULATED)
    house.reconcile()
    assert [one.kind for one in house.om.breaks()] == [BreakKind.MISSING_FILL]


def test_an_order_that_was_asked_about_lately_is_not_taken_for_missing_without_a_question() -> None:
    house = House(Venue(frozenset({Listing.OPEN_ORDERS})))
    order = house.om.submit("AAPL", Side.BUY, 10, Market())
    # It has filled, which only an answer tells, and nothing tells at what price: the list does not show it any more.
    house.venue.trade(order, "x1", 10)
    house.reconcile()
    assert [one.kind for one in house.om.breaks()] == [BreakKind.MISSING_FILL]
    assert house.reconcile() == []
    assert [one.kind for one in house.om.breaks()] == [BreakKind.MISSING_FILL]


def test_what_the_broker_shows_as_left_when_asked_is_taken_over(house: House) -> None:
    order = house.submit()
    # What had executed was busted there for good, and nothing here tells of either.
    house.venue.change(order, leaves_qty=d(0))
    version = house.om.state.version
    house.reconcile()
    (restated,) = (event for event in house.store.read(version) if isinstance(event, ev.OrderRestated))
    assert (restated.order_qty, restated.lost_qty, order.leaves_qty, order.cum_qty) == (
        d(10),
        d(10),
        d(0),
        d(0),
    )
    assert (house.om.breaks(), order.is_ended) == ([], False)
    assert house.reconcile() == []


def test_what_is_left_is_not_taken_over_while_a_request_is_undecided(house: House) -> None:
    order = house.submit()
    house.om.cancel(order)
    house.venue.change(order, leaves_qty=d(0))
    assert "OrderRestated" not in house.reconcile()
    (found,) = house.om.breaks()
    assert (found.kind, found.said, order.leaves_qty) == (BreakKind.STATUS, "nothing left", d(10))


def test_an_order_that_was_not_given_here_is_adopted(house: House) -> None:
    house.venue.orders["X"] = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("V77"), ord_status=OrdStatus.NEW, order_qty=d(3), cum_qty=d(0),
        leaves_qty=d(3), price=d(90), symbol=Symbol("AAPL"), side=Side.SELL,
    )  # fmt: skip
    happened = house.reconcile()
    assert only(happened, "BreakOpened", "OrderAdopted", "BreakResolved") == [
        "BreakOpened",
        "OrderAdopted",
        "BreakResolved",
    ]
    (order,) = house.om.open_orders()
    assert (order.is_external, order.leaves_qty) == (True, d(3))
    assert house.reconcile() == []


def test_an_order_that_cannot_be_adopted_stays_a_break_and_is_not_raised_again(house: House) -> None:
    house.venue.orders["X"] = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("V77"), ord_status=OrdStatus.NEW, order_qty=d(3), leaves_qty=d(3),
        symbol=Symbol("ZZZ"), side=Side.SELL,
    )  # fmt: skip
    assert "BreakOpened" in house.reconcile()
    (found,) = house.om.breaks()
    assert (found.kind, found.key, found.said) == (BreakKind.UNKNOWN_ORDER, "V77", "sell 3 ZZZ")
    assert house.reconcile() == []
    del house.venue.orders["X"]
    # The kept report still waits for somebody to say what it is.
    assert len(house.om.held_reports()) == 1


@pytest.mark.parametrize(
    ("there", "kind"),
    [({"order_qty": d(8), "leaves_qty": d(8)}, BreakKind.QUANTITY), ({"price": d(101)}, BreakKind.PRICE)],
    ids=["another total", "another price"],
)
def test_total_and_price_are_taken_over_once_the_broker_has_confirmed_them(
    house: House, there: dict[str, Any], kind: BreakKind
) -> None:
    order = house.submit()
    house.venue.change(order, **there)
    version = house.om.state.version
    house.reconcile()
    events = list(house.store.read(version))
    assert [event.kind for event in events if isinstance(event, ev.BreakOpened)] == [kind]
    assert only([type(event).__name__ for event in events], "OrderRestated") == ["OrderRestated"]
    assert house.om.breaks() == []
    assert house.reconcile() == []


@pytest.mark.parametrize("status", [OrdStatus.DONE_FOR_DAY, OrdStatus.CALCULATED], ids=str)
def test_an_order_that_rests_until_the_next_day_is_compared_as_one_that_works(
    house: House, status: OrdStatus
) -> None:
    order = house.submit()
    house.venue.change(order, ord_status=status, order_qty=d(8), leaves_qty=d(8))
    assert only(house.reconcile(), "BreakOpened", "OrderRestated") == ["BreakOpened", "OrderRestated"]
    assert (order.order_qty, order.leaves_qty, house.om.breaks()) == (d(8), d(8), [])


def test_an_order_that_works_there_and_ended_here_works_again(house: House) -> None:
    order = house.submit()
    house.venue.sink.put(ExecutionReport(ExecType.CANCELED, order.cl_ord_id))  # type: ignore[union-attr]
    house.om.poll()
    assert order.is_ended
    assert "OrderReinstated" in house.reconcile()
    assert order.life.value == "live"
    assert house.reconcile() == []


# ---------------------------------------------------------------- positions, and what people do


def test_a_position_that_differs_is_looked_at_twice_and_then_a_break(house: House) -> None:
    house.submit()
    house.venue.held = (PositionLine(Symbol("AAPL"), d(7), Account("main")),)
    assert house.reconcile() == ["BreakOpened"]
    assert house.venue.asked.count("positions") == 2
    (found,) = house.om.breaks("venue")
    assert (found.kind, found.key, found.expected, found.said) == (BreakKind.POSITION, "main AAPL", "0", "7")
    house.wait(60)
    assert found.age_ns(house.clock.now_ns()) == (GRACE_S + 60) * S  # since the grace was over
    assert house.reconcile() == []

    house.venue.held = ()
    assert house.reconcile() == ["BreakResolved"]


def test_a_break_has_an_owner_and_an_accepted_one_does_not_come_back_unless_it_changes(house: House) -> None:
    house.venue.held = (PositionLine(Symbol("AAPL"), d(7)),)
    house.reconcile()
    (found,) = house.om.breaks()
    house.om.assign_break(found, "kim", by="ops")
    assert house.om.breaks()[0].owner == "kim"
    house.restart()
    house.wait()
    house.wait()
    (found,) = house.om.breaks()
    assert found.owner == "kim"

    house.om.resolve_break(found, by="kim", reason="held since before this journal began")
    assert house.om.breaks() == []
    # What is traded from now on changes both, and not the difference.
    order = house.submit()
    house.venue.trade(order, "E1", 2)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(9)),)
    assert house.reconcile() == ["Traded", "ExecutionsListed"]
    house.venue.held = (PositionLine(Symbol("AAPL"), d(10)),)
    assert house.reconcile() == ["BreakOpened"]


def test_only_open_breaks_can_be_given_away_or_accepted(house: House) -> None:
    with pytest.raises(ValidationError, match="an open break"):
        house.om.assign_break(3, "kim", by="ops")
    with pytest.raises(ValidationError, match="an open break"):
        house.om.resolve_break(3, by="kim", reason="none")
    with pytest.raises(ValidationError, match="owner"):
        AssignBreak(3, " ", "ops")
    with pytest.raises(UnknownBrokerError):
        house.om.reconcile("nowhere")


def test_rounds_come_by_themselves_where_that_is_asked_for() -> None:
    house = House(reconcile_every_s=60)
    house.submit()
    house.wait(59)
    house.venue.asked.clear()
    house.wait(1)
    assert house.venue.asked == ["executions", "open orders", "positions"]
    house.wait(59)
    house.wait(1)
    assert house.venue.asked.count("executions") == 2


def test_a_fill_or_fee_that_is_told_otherwise_later_is_a_break_for_a_person(house: House) -> None:
    order = house.submit()
    report = house.venue.trade(order, "E1", 4)
    house.reconcile()
    house.venue.fills = [report, evolve(report, last_px=d(90)), evolve(report, commission=d(1))]
    house.venue.held = (PositionLine(Symbol("AAPL"), d(4)),)
    house.reconcile()
    assert [(one.kind, one.expected, one.said) for one in house.om.breaks()] == [
        (BreakKind.FILL, "4 at 100", "4 at 90"),
        (BreakKind.FEE, "0", "1"),
    ]
    assert house.reconcile() == []


def test_what_was_adopted_by_wish_of_the_profile_is_adopted_the_same() -> None:
    house = House(Venue(external_orders=ExternalOrders.ADOPTED))
    house.venue.orders["X"] = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("V77"), ord_status=OrdStatus.PARTIALLY_FILLED, order_qty=d(3),
        cum_qty=d(1), leaves_qty=d(2), price=d(90), symbol=Symbol("AAPL"), side=Side.SELL,
    )  # fmt: skip
    house.reconcile()
    (order,) = house.om.open_orders()
    assert (order.cum_qty, order.avg_px) == (d(1), d(90))


class Fragile(ExecutionReport):
    """A report of an adapter's own class, of which a field cannot be read."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401  # of any kind
        if name == "last_px":
            raise RuntimeError("not parsed")
        return super().__getattribute__(name)


def test_an_execution_that_cannot_be_read_is_set_aside_and_those_beside_it_count(house: House) -> None:
    order = house.submit()
    house.venue.trade(order, "x1", 4)
    house.venue.fills.insert(0, Fragile(ExecType.TRADE, order.cl_ord_id))

    house.reconcile()

    assert order.cum_qty == d(4)
    assert [anomaly.code for anomaly in house.om.anomalies()] == [AnomalyCode.MALFORMED]


class Broken(Venue):
    """One whose adapter does not work."""

    error: Exception | None = TypeError("no such field")

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        if self.error is not None:
            raise self.error
        return super().executions(request)


def test_a_broker_that_raises_when_it_is_asked_is_told_of_and_asked_again() -> None:
    """The journal says nothing of a question, so that a broken adapter would be silent."""
    venue = Broken()
    house = House(venue)
    failed: list[SubscriberFailed] = []
    house.om.on(SubscriberFailed, failed.append)
    house.om.reconcile()
    assert [(one.listener, type(one.heard), one.error) for one in failed] == [
        ("broker venue", TradeCaptureReportRequest, venue.error)
    ]
    venue.error = None
    house.wait(60)
    assert venue.cursors == [None]

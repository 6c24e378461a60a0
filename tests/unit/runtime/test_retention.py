"""Closed orders out of memory: what is said of them later finds them, and nothing is booked twice."""
# ruff: noqa: ANN401  # fields of reports are of any kind

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from oms.engine.invariants import check_state
from oms.errors import StoreError, UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.enums import ExecType, Life, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, FeeReport, Found, Unknown
from oms.model.terms import Limit
from oms.ports.order_archive import OrderArchive
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.runtime.retention import Retention
from oms.stores.memory import MemoryEventStore
from oms.stores.order_archive import MemoryOrderArchive, SQLiteOrderArchive
from tests.fakes import AAPL, T0, ScriptedBroker, d


class Kept(MemoryEventStore):
    """A journal in memory that several managers use, one after the other."""

    def close(self) -> None:
        """Stay open."""


class Failed(Kept):
    """A journal whose disk fails when it is told to."""

    is_broken = False

    def append(self, events: Sequence[ev.Event], expected_version: int) -> None:
        """Keep them, unless it is broken."""
        if self.is_broken:
            raise StoreError("the disk is gone")
        super().append(events, expected_version)


class Desk:
    """A manager that keeps no closed order in memory once it is told to look."""

    def __init__(
        self, archive: OrderArchive | None = None, store: Kept | None = None, **options: Any
    ) -> None:
        self.store = store or Kept()
        self.archive = archive or MemoryOrderArchive()
        self.clock = ManualClock(T0)
        self.broker = ScriptedBroker()
        options = {"retention": Retention(closed_orders=0), **options}
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, instruments=[AAPL], clock=self.clock, archive=self.archive, **options
        )  # fmt: skip

    def filled(self, **options: Any) -> Order:
        """An order for 100 that executes as x<number> of 100 at 100."""
        order = self.om.submit("AAPL", Side.BUY, 100, Limit(100), **options)
        number = order.order_id
        self.say(ExecType.NEW, order, venue_order_id=VenueOrderId(f"v{number}"))
        self.trade(order, f"x{number}")
        return order

    def say(self, kind: ExecType, order: Order | None, **fields: Any) -> None:
        identity = None if order is None else order.cl_ord_id
        self.put(ExecutionReport(kind, **{"cl_ord_id": identity, "transact_time_ns": T0, **fields}))

    def trade(self, order: Order | None, exec_id: str, qty: int = 100, **fields: Any) -> None:
        self.say(
            ExecType.TRADE,
            order,
            **{"exec_id": ExecId(exec_id), "last_qty": d(qty), "last_px": d(100), **fields},
        )

    def put(self, report: Any) -> None:
        assert self.broker.sink is not None
        self.broker.sink.put(report)
        self.om.poll()
        assert check_state(self.om.state) == ()
        again = recover(self.store.read())
        assert state_hash(again.state, again.positions) == self.om.state_hash()

    def held(self) -> Any:
        position = self.om.position("AAPL")
        return None if position is None else position.net_qty

    def last(self) -> tuple[str, ...]:
        """The kinds of events of the last input."""
        events = list(self.store.read())
        return tuple(type(one).__name__ for one in events if one.input_sequence == events[-1].input_sequence)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.filled(client_ref="mine")
    assert desk.om.retire() == 1
    assert desk.om.orders() == []
    gc.collect()
    return desk


def test_an_order_out_of_memory_is_read_from_the_archive_under_each_of_its_names(desk: Desk) -> None:
    identity = desk.om.order(1).cl_ord_id
    assert identity is not None
    for found in (desk.om.order("mine"), desk.om.order(identity), desk.om.find("v1", broker="paper")[0]):
        assert (found.order_id, found.cum_qty, found.is_closed) == (1, d(100), True)
    assert [one.order_id for one in (*desk.om.find("mine"), *desk.om.find(identity))] == [1, 1]
    assert desk.om.find("nobody's") == desk.om.find("v1", broker="another") == []
    assert desk.om.orders() == []  # to read is not to recall
    with pytest.raises(UnknownOrderError):
        desk.om.order(2)


@pytest.mark.parametrize("name", ["request", "venue id"])
def test_a_late_fill_finds_its_order_and_moves_the_position(desk: Desk, name: str) -> None:
    order = desk.om.order(1)
    fields: dict[str, Any] = {} if name == "request" else {"cl_ord_id": None, "venue_order_id": "v1"}
    desk.trade(order, "late", 7, **fields)
    assert desk.last() == ("OrderRecalled", "Traded", "AnomalyRaised")
    assert (desk.held(), desk.om.order(1).cum_qty, desk.om.state.retired) == (d(107), d(107), 0)


def test_a_repeated_fill_books_nothing(desk: Desk) -> None:
    desk.trade(desk.om.order(1), "x1")
    assert desk.last() == ("OrderRecalled", "ReportIgnored")
    assert desk.held() == d(100)


def test_the_same_execution_for_another_order_books_nothing(desk: Desk) -> None:
    other = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    desk.say(ExecType.NEW, other)
    desk.trade(other, "x1")
    assert desk.last() == ("OrderRecalled", "AnomalyRaised")
    assert desk.held() == d(100)


def test_a_bust_and_a_correction_find_what_they_amend(desk: Desk) -> None:
    desk.say(
        ExecType.TRADE_CORRECT,
        desk.om.order(1),
        exec_id="c1",
        exec_ref_id="x1",
        last_qty=d(60),
        last_px=d(99),
    )
    assert desk.held() == d(60)
    desk.om.retire()
    desk.say(ExecType.TRADE_CANCEL, desk.om.order(1), exec_id="b1", exec_ref_id="c1")
    assert desk.held() == d(0)


def test_a_fee_finds_its_execution_and_is_charged_once(desk: Desk) -> None:
    for _ in range(2):
        desk.put(FeeReport(d(1), "USD", "f1", exec_id=ExecId("x1")))
        desk.om.retire()
    position = desk.om.position("AAPL")
    assert position is not None
    assert position.fees == {"USD": d(1)}


def test_what_is_asked_of_it_is_refused_as_for_any_closed_order(desk: Desk) -> None:
    desk.om.cancel(1)
    assert desk.last() == ("OrderRecalled", "CancelDenied")
    desk.om.retire()
    again = desk.om.submit("AAPL", Side.BUY, 1, Limit(100), client_ref="mine")
    assert [reason.code.name for reason in again.reasons] == ["DUPLICATE_CLIENT_REF"]


def test_a_handle_that_somebody_keeps_moves_on_after_a_recall() -> None:
    desk = Desk()
    order = desk.filled()
    assert desk.om.retire() == 1
    desk.trade(order, "late", 7)
    assert order.cum_qty == d(107)
    assert desk.om.order(1) is order
    desk.om.retire()
    desk.om.cancel(order)
    assert desk.last()[-1] == "CancelDenied"


def test_what_nobody_knows_is_still_unknown(desk: Desk) -> None:
    desk.trade(None, "x9", cl_ord_id=ClOrdId("nobody's"))
    assert desk.last() == ("AnomalyRaised", "ReportHeld")
    assert desk.om.orders() == []


def test_open_and_doubtful_orders_stay() -> None:
    desk = Desk()
    sent = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    working = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    desk.say(ExecType.NEW, working)
    canceling = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    desk.say(ExecType.NEW, canceling)
    desk.om.cancel(canceling)
    desk.trade(canceling, "x3")  # filled, and the cancel is unanswered
    assert (canceling.is_closed, desk.om.retire()) == (True, 0)
    assert desk.om.orders() == [sent, working, canceling]
    desk.say(ExecType.CANCELED, working)
    assert desk.om.retire() == 1
    assert [order.life for order in (sent, working)] == [Life.SENT, Life.CANCELED]


def test_the_newest_stay_and_each_stays_its_time() -> None:
    desk = Desk(retention=Retention(closed_orders=1, closed_for_s=60))
    for _ in range(3):
        desk.filled()
    assert desk.om.retire() == 0
    desk.clock.advance_by(60)
    assert desk.om.retire() == 2
    assert [order.order_id for order in desk.om.orders()] == [3]


def test_poll_lets_them_leave_by_itself() -> None:
    desk = Desk(retention=Retention(closed_orders=2))
    for _ in range(80):
        desk.om.submit("AAPL", Side.BUY, "0.5", Limit(100))  # denied: half a lot
        desk.om.poll()
    assert len(desk.om.state.index.by_id) < 80
    assert desk.om.state.retired + len(desk.om.state.index.by_id) == 80


def test_a_restart_finds_them_with_a_snapshot_and_without(desk: Desk) -> None:
    desk.om.snapshot()
    again = Desk(desk.archive, desk.store)
    assert again.om.began_from.version > 0
    again.trade(again.om.order(1), "late", 7)
    assert again.held() == d(107)


def test_an_archive_that_was_lost_is_made_again_from_the_journal(desk: Desk) -> None:
    desk.om.snapshot()
    again = Desk(MemoryOrderArchive(), desk.store)
    assert "the archive does not hold all orders" in again.om.began_from.passed_over
    again.trade(again.om.order(1), "x1")
    assert again.held() == d(100)


def test_a_crash_between_the_archive_and_the_event_leaves_the_order_in_memory() -> None:
    desk = Desk()
    order = desk.filled()
    before = list(desk.store.read())
    desk.om.retire()
    crashed = Kept()
    crashed.append(before, 0)
    again = Desk(desk.archive, crashed)
    assert [one.order_id for one in again.om.orders()] == [1]
    again.trade(order, "x1")
    assert again.held() == d(100)
    assert again.om.retire() == 1
    assert again.om.order(1).cum_qty == d(100)


def test_a_journal_whose_orders_have_left_memory_needs_its_own_archive(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="1 orders have left memory"):
        OrderManager(brokers=[ScriptedBroker()], store=desk.store)
    with pytest.raises(ValidationError, match="archive"):
        OrderManager(brokers=[ScriptedBroker()], store=Kept(), retention=Retention())
    foreign = Desk()
    foreign.clock.advance_by(1)
    foreign.filled()
    foreign.om.retire()
    desk.om.snapshot()
    # What it holds of its own is overwritten where the whole journal is read, and is not believed before that.
    again = Desk(foreign.archive, desk.store)
    assert again.om.began_from.version == 0
    assert again.om.order(1).client_ref == "mine"


class Failing(MemoryOrderArchive):
    """An archive whose disk fails when it is told to."""

    is_broken = False

    def find(self, key: str) -> Any:
        if self.is_broken:
            raise StoreError("the archive's disk is gone")
        return super().find(key)


def test_a_report_that_cannot_be_looked_up_waits_and_nothing_more_is_done() -> None:
    archive = Failing()
    desk = Desk(archive)
    desk.filled()
    desk.om.retire()
    archive.is_broken = True
    assert desk.broker.sink is not None
    report = ExecutionReport(
        ExecType.TRADE, ClOrdId("nobody's"), exec_id=ExecId("x9"), last_qty=d(1), last_px=d(1)
    )
    desk.broker.sink.put(report)
    version = desk.om.state.version
    with pytest.raises(StoreError, match="disk is gone"):
        desk.om.poll()
    assert desk.om.state.version == version
    assert [what.report for what in desk.om._loop.inbox] == [report]  # type: ignore[union-attr]


@pytest.mark.parametrize("fields", [{"closed_orders": -1}, {"closed_for_s": 1.5}, {"closed_orders": True}])
def test_a_policy_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Retention(**fields)


def test_an_archive_in_a_file_is_read_by_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with SQLiteOrderArchive(path) as archive:
        desk = Desk(archive)
        desk.filled(client_ref="mine")
        desk.om.retire()
    with SQLiteOrderArchive(path) as archive:
        again = Desk(archive, desk.store)
        assert again.om.order("mine").cum_qty == d(100)
        assert archive.mark(2) is None
    with pytest.raises(StoreError, match="closed"):
        archive.find("anything")


def test_a_file_that_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and long enough to be taken for one " * 4)
    with pytest.raises(StoreError, match="cannot be opened"):
        SQLiteOrderArchive(path)
    assert path.read_text().startswith("not a database")


def test_a_damaged_order_in_the_archive_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with SQLiteOrderArchive(path) as archive:
        desk = Desk(archive)
        desk.filled()
        desk.om.retire()
        with sqlite3.connect(path) as other:
            other.execute('UPDATE orders SET text = replace(text, \'"cum_qty":"100"\', \'"cum_qty":"900"\')')
        other.close()
        with pytest.raises(StoreError, match="damaged at order 1"):
            desk.om.order(1)


def test_events_that_recall_have_the_whole_order_in_them(desk: Desk) -> None:
    desk.om.cancel(1)
    recalled = next(event for event in desk.store.read() if isinstance(event, ev.OrderRecalled))
    assert recalled.text.split("\n")[0].startswith('{"type":"OrderRow","order_id":1,"symbol":"AAPL"')


# ---------------------------------------------------------------- with what else goes on


def test_orders_of_which_something_is_wrong_stay_until_somebody_has_looked(desk: Desk) -> None:
    desk.trade(desk.om.order(1), "late", 7)
    (late,) = desk.om.anomalies()
    assert desk.om.retire() == 0
    desk.om.acknowledge(late, by="ops", reason="seen")
    assert desk.om.retire() == 1


def test_what_was_said_while_the_manager_was_halted_finds_orders_out_of_memory() -> None:
    store = Failed()
    desk = Desk(store=store)
    kept = desk.filled()
    desk.filled()
    assert desk.om.retire() == 2
    store.is_broken = True
    with pytest.raises(StoreError):
        desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    store.is_broken = False
    assert desk.broker.sink is not None
    for identity, exec_id in ((kept.cl_ord_id, "x1"), (desk.om.order(2).cl_ord_id, "late")):
        fields: dict[str, Any] = {"exec_id": ExecId(exec_id), "last_qty": d(100), "last_px": d(100)}
        desk.broker.sink.put(ExecutionReport(ExecType.TRADE, identity, transact_time_ns=T0, **fields))
    desk.om.resume("ops", "another disk")
    assert desk.held() == d(300)
    assert kept.cum_qty == d(100)
    assert desk.om.order(1) is kept


def test_orders_leave_a_manager_that_was_resumed() -> None:
    store = Failed()
    desk = Desk(store=store)
    handle = desk.filled()
    store.is_broken = True
    with pytest.raises(StoreError):
        desk.om.retire()
    assert desk.om.halted is not None
    store.is_broken = False
    desk.om.resume("ops", "another disk")
    # The archive has the order, and the journal does not say that it has left.
    assert desk.om.orders() == [handle]
    assert desk.om.retire() == 1
    desk.trade(handle, "late", 7)
    assert handle.cum_qty == d(107)


def test_orders_that_cannot_leave_are_not_looked_through_at_each_poll() -> None:
    desk = Desk(retention=Retention(closed_for_s=60, closed_orders=0))
    for _ in range(64):
        desk.om.submit("AAPL", Side.BUY, "0.5", Limit(100))  # denied: half a lot
    for before, after in ((64, 128), (65, 128)):
        assert len(desk.om.orders()) == before
        desk.om.poll()
        assert desk.om._keeping.due_at == after  # pyright: ignore[reportPrivateUsage]
        desk.om.submit("AAPL", Side.BUY, "0.5", Limit(100))


def test_a_name_that_no_file_can_hold_is_looked_up_all_the_same(tmp_path: Path) -> None:
    with SQLiteOrderArchive(tmp_path / "archive.db") as archive:
        desk = Desk(archive)
        order = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
        desk.trade(order, "x1", venue_order_id=VenueOrderId("\ud800"))
        assert desk.om.retire() == 1
        desk.trade(None, "late", 7, cl_ord_id=None, venue_order_id=VenueOrderId("\ud800"))
        assert desk.om.order(1).cum_qty == d(107)
        desk.trade(None, "y", 7, cl_ord_id=ClOrdId("7" * 3_000_000))
        assert desk.last() == ("AnomalyRaised",)


def test_an_execution_id_of_another_day_does_not_hide_an_execution_out_of_memory(desk: Desk) -> None:
    for number, day in ((2, "20260106"), (3, "20260107")):
        order = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
        desk.trade(order, "x1", 100, trade_date=day)
        assert desk.held() == d(100 * number)
        for anomaly in desk.om.anomalies():
            desk.om.acknowledge(anomaly, by="ops", reason="seen")
        desk.om.retire()
    desk.trade(desk.om.submit("AAPL", Side.BUY, 100, Limit(100)), "x1", 10, trade_date="20260108")
    assert [order.order_id for order in desk.om.orders() if order.cum_qty == d(10)] == [4]
    assert desk.om.retire() == 3
    desk.trade(desk.om.order(4), "x1", 100, trade_date="20260106")
    assert desk.held() == d(310)


def test_an_answer_that_names_an_order_out_of_memory_is_not_taken_for_one_about_another(desk: Desk) -> None:
    desk.broker.answers.append(Unknown("timed out"))
    desk.broker.query_answers.append(
        Found(
            ExecutionReport(
                ExecType.CANCELED, venue_order_id=VenueOrderId("v1"), ord_status=OrdStatus.CANCELED
            )
        )
    )
    asked = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    desk.om.poll()
    assert len(desk.broker.queries) == 1
    assert (asked.life, desk.om.anomalies(asked)) == (Life.SENT, [])


def test_a_name_stays_with_the_order_that_had_it_first_though_only_the_other_is_in_memory(desk: Desk) -> None:
    other = desk.om.submit(
        "AAPL", Side.BUY, 100, Limit(100), client_ref="mine"
    )  # denied: the reference is in use
    second = desk.om.submit("AAPL", Side.BUY, 100, Limit(100))
    desk.trade(second, "x2", venue_order_id=VenueOrderId("v1"))
    for anomaly in desk.om.anomalies():
        desk.om.acknowledge(anomaly, by="ops", reason="seen")
    assert desk.om.retire() == 3
    desk.trade(second, "x2")
    desk.om.cancel(other)
    assert [order.order_id for order in desk.om.orders()] == [2, 3]
    desk.trade(None, "late", 7, cl_ord_id=None, venue_order_id=VenueOrderId("v1"))
    assert desk.om.order(1).cum_qty == d(107)
    again = desk.om.submit("AAPL", Side.BUY, 1, Limit(100), client_ref="mine")
    assert "order 1 has it" in again.reasons[0].allowed

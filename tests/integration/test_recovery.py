"""A journal is opened again and everything goes on where it stopped; the same from memory and from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, localcontext
from pathlib import Path
from typing import Any

import pytest

from oms.engine.invariants import check_state
from oms.engine.state import ID_BLOCK
from oms.errors import JournalDamagedError, TransitionError
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ExecId, OrderId, Symbol, counter_of
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport, Unknown
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from oms.ports.event_store import EventStore
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import PROGRESS_EVERY, recover, state_hash
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore
from tests.fakes import AAPL, BTC, T0, ScriptedBroker, d

Reopen = Callable[[], EventStore]


@pytest.fixture(params=["memory", "sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Reopen:
    """Opens the journal, the first time and again."""
    kept: list[ev.Event] = []
    opened: list[MemoryEventStore] = []

    def open_in_memory() -> EventStore:
        if opened:
            kept[:] = list(opened[-1].read())
        store = MemoryEventStore()
        store.append(kept, 0)
        opened.append(store)
        return store

    return open_in_memory if request.param == "memory" else lambda: SQLiteEventStore(tmp_path / "orders.db")


def opened(store: EventStore, *answers: Any, **made: Any) -> tuple[OrderManager, ScriptedBroker]:  # noqa: ANN401
    broker = ScriptedBroker(*answers)
    clock = ManualClock(T0)
    om = OrderManager(brokers=[broker], store=store, instruments=[AAPL, BTC], clock=clock, **made)
    return om, broker


def trade(om: OrderManager, broker: ScriptedBroker) -> list[Order]:
    """Leave something of every kind behind: filled, busted, in doubt, half replaced, canceled, denied, expired."""
    assert broker.sink is not None
    om.update(Quote(Symbol("AAPL"), T0, d("99.99"), d(5), d("100.01"), d(5)))
    orders = [om.submit("AAPL", Side.BUY, 100, Limit(100), tif=GTC, client_ref=f"r{n}") for n in range(5)]
    orders.append(om.submit("BTC-USD", Side.SELL, "0.0001", Limit(1)))
    for order in orders[:4]:
        broker.sink.put(ExecutionReport(ExecType.NEW, cl_ord_id=order.cl_ord_id))
    for number, (order, qty) in enumerate([(orders[0], 100), (orders[1], 40), (orders[1], 10)]):
        execution = {
            "exec_id": ExecId(f"x{number}"),
            "last_qty": d(qty),
            "last_px": d("100.005"),
            "transact_time_ns": T0,
        }
        broker.sink.put(ExecutionReport(ExecType.TRADE, cl_ord_id=order.cl_ord_id, **execution))  # type: ignore[arg-type]
    bust: dict[str, Any] = {"exec_id": "b1", "exec_ref_id": "x2", "trade_date": "20260105"}
    broker.sink.put(ExecutionReport(ExecType.TRADE_CANCEL, cl_ord_id=orders[1].cl_ord_id, **bust))
    om.poll()
    om.replace(orders[1], order_qty=150)
    om.cancel(orders[2])
    broker.sink.put(ExecutionReport(ExecType.CANCELED, cl_ord_id=orders[2].cl_ord_id))
    broker.answers.append(Unknown("cut"))
    om.cancel(orders[3])
    om.kill("a drill")
    return orders


def test_a_journal_that_is_opened_again_holds_what_was_true(reopen: Reopen) -> None:
    store = reopen()
    om, broker = opened(store)
    before = trade(om, broker)
    looks = [repr(order) for order in before]
    recorded = om.state_hash()
    version = store.version
    if isinstance(store, SQLiteEventStore):
        store.close()

    again = reopen()
    found = recover(again.read())
    assert (found.count, state_hash(found.state, found.positions)) == (version, recorded)
    assert check_state(found.state) == ()
    om, broker = opened(again)

    assert [repr(order) for order in om.orders()] == looks
    assert [order.order_id for order in om.open_orders()] == [2, 4, 5]
    # What was unanswered is in doubt now: a replace, a cancel that was before, and an order.
    assert [order.order_id for order in om.in_doubt()] == [2, 4, 5]
    assert om.order("r1").outstanding_requests[0].order_qty == d(150)
    position = om.position("AAPL")
    assert position is not None
    assert (position.net_qty, position.cost, position.trades) == (d(140), d("14000.7"), 4)
    assert om.submit("AAPL", Side.BUY, 1, Limit(1)).status is OrdStatus.DENIED
    om.close()


def test_ids_and_orders_go_on_where_they_stopped(reopen: Reopen) -> None:
    store = reopen()
    om, broker = opened(store)
    used = [request.cl_ord_id for request in broker.requests]
    trade(om, broker)
    used = [request.cl_ord_id for request in broker.requests]
    if isinstance(store, SQLiteEventStore):
        store.close()

    om, broker = opened(reopen())
    om.release_kill("the drill is over")
    order = om.submit("AAPL", Side.BUY, 1, Limit(1))

    assert order.order_id == 7
    assert [counter_of(request.cl_ord_id) for request in broker.requests] == [ID_BLOCK]
    assert order.cl_ord_id not in used
    assert om.state.epoch == 2
    # What the broker repeats of the day before is no news.
    assert broker.sink is not None
    execution: dict[str, Any] = {
        "exec_id": "x0",
        "last_qty": d(100),
        "last_px": d("100.005"),
        "transact_time_ns": T0,
    }
    broker.sink.put(ExecutionReport(ExecType.TRADE, cl_ord_id=used[0], **execution))
    om.poll()
    assert om.order(1).cum_qty == d(100)
    om.close()


def test_nothing_is_sent_again_when_a_journal_is_opened(reopen: Reopen) -> None:
    store = reopen()
    om, broker = opened(store)
    trade(om, broker)
    if isinstance(store, SQLiteEventStore):
        store.close()

    om, broker = opened(reopen())

    assert broker.requests == []
    om.close()


def test_the_same_day_in_memory_and_in_a_file_is_the_same_to_the_hash(tmp_path: Path) -> None:
    hashes = []
    stores: list[EventStore] = [MemoryEventStore(), SQLiteEventStore(tmp_path / "orders.db")]
    for store in stores:
        om, broker = opened(store)
        trade(om, broker)
        hashes.append(om.state_hash())
        om.close()

    assert hashes[0] == hashes[1]


def test_a_rebuild_and_its_hash_do_not_depend_on_the_callers_decimal_context() -> None:
    store = MemoryEventStore()
    om, broker = opened(store)
    trade(om, broker)
    recorded = om.state_hash()

    with localcontext(Context(prec=2, traps=[])):
        found = recover(store.read())
        assert state_hash(found.state, found.positions) == recorded
        assert om.state_hash() == recorded


def harmed(events: Sequence[ev.Event]) -> dict[str, tuple[list[ev.Event], type[Exception]]]:
    journal = list(events)
    twice = journal[-1]
    # The last event of a good order's way is told once more under the next number.
    again = ev.OrderPendingNew(
        len(journal) + 1, twice.epoch, twice.cause, len(journal) + 1, twice.time_ns, OrderId(1), None
    )
    return {
        "a gap": ([*journal[:5], *journal[6:]], JournalDamagedError),
        "an event twice": ([*journal[:5], *journal[4:]], JournalDamagedError),
        "an impossible event": ([*journal, again], TransitionError),
    }


@pytest.mark.parametrize("harm", ["a gap", "an event twice", "an impossible event"])
def test_a_journal_that_cannot_be_is_not_opened_and_nothing_is_started(harm: str) -> None:
    store = MemoryEventStore()
    om, broker = opened(store)
    trade(om, broker)
    events, error = harmed(list(store.read()))[harm]
    broker = ScriptedBroker()

    class Harmed(MemoryEventStore):
        """A journal that was meddled with."""

        def read(self, after: int = 0) -> Any:  # noqa: ANN401
            return iter(events)

    with pytest.raises(error):
        OrderManager(brokers=[broker], store=Harmed(), instruments=[AAPL])

    assert broker.sink is None


@pytest.mark.slow
def test_a_long_rebuild_tells_how_far_it_is() -> None:
    store = MemoryEventStore()
    om, _ = opened(store)
    while store.version < 2 * PROGRESS_EVERY:
        om.submit("AAPL", Side.BUY, 1, Limit(1))
    told: list[int] = []

    found = recover(store.read(), told.append)

    assert told == [PROGRESS_EVERY, 2 * PROGRESS_EVERY]
    assert found.count == store.version

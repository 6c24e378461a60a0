"""Memory stays flat however many orders there were: what is in it is counted, since bytes depend on the machine."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from oms.brokers.paper import PaperBroker
from oms.bus import SubscriberFailed
from oms.model.enums import ExecType, Side
from oms.model.ids import ExecId, VenueOrderId
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Stop
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.retention import Retention
from oms.stores.memory import MemoryEventStore
from oms.stores.order_archive import MemoryOrderArchive, SQLiteOrderArchive
from oms.stores.sqlite import SQLiteEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, d


def one_more(om: OrderManager, broker: ScriptedBroker) -> None:
    order = om.submit("AAPL", Side.BUY, 100, Limit(100))
    assert broker.sink is not None
    number = order.order_id
    said: tuple[tuple[ExecType, dict[str, Any]], ...] = (
        (ExecType.NEW, {"venue_order_id": VenueOrderId(f"v{number}")}),
        (ExecType.TRADE, {"exec_id": ExecId(f"x{number}"), "last_qty": d(100), "last_px": d(100)}),
    )
    for kind, fields in said:
        broker.sink.put(ExecutionReport(kind, order.cl_ord_id, transact_time_ns=T0, **fields))
    broker.requests.clear()


def handles() -> int:
    gc.collect()
    return sum(isinstance(one, Order) for one in gc.get_objects())


def in_memory(om: OrderManager) -> dict[str, int]:
    state = om.state
    index = state.index
    return {
        "orders": len(index.by_id),
        "requests": len(index.by_cl_ord_id),
        "venue ids": sum(map(len, index.by_venue_id.values())),
        "executions": len(state.executions.by_exec_id),
        "noted": len(state.traded.noted),
        "questions": len(state.inquiries.of_orders) + len(state.inquiries.queue),
        "timers": sum(1 for _ in state.timers.waiting()),
        "handles": handles(),
        "objects": len(gc.get_objects()),
    }


@pytest.mark.slow
def test_what_is_in_memory_does_not_grow_with_the_orders_there_were(tmp_path: Path) -> None:
    broker, others = ScriptedBroker(), handles()
    with SQLiteOrderArchive(tmp_path / "archive.db") as archive:
        om = OrderManager(
            brokers=[broker], store=SQLiteEventStore(tmp_path / "journal.db"), instruments=[AAPL],
            clock=ManualClock(T0), retention=Retention(closed_orders=100), archive=archive,
        )  # fmt: skip
        om.on(SubscriberFailed, lambda failed: pytest.fail(str(failed.error)))
        sizes = []
        for _ in range(5):
            for _ in range(6):
                with om.batch():
                    for _ in range(100):
                        one_more(om, broker)
                om.poll()
            sizes.append(in_memory(om))
        om.close()
    assert om.state.next_order_id == 3_001
    first, last = sizes[0], sizes[-1]
    assert max(last["orders"], last["requests"], last["venue ids"], last["executions"]) <= 300
    assert last["handles"] - others <= 300
    assert (last["noted"] <= 300, last["questions"], last["timers"]) == (True, 0, 0)
    assert last["objects"] < first["objects"] * 1.1


def test_nothing_is_kept_of_a_group_whose_orders_have_left_memory() -> None:
    with OrderManager(
        brokers=[PaperBroker([AAPL], contingencies=None)],
        store=MemoryEventStore(),
        clock=ManualClock(T0),
        retention=Retention(closed_orders=0),
        archive=MemoryOrderArchive(),
    ) as om:
        om.update(Quote(AAPL.symbol, T0, "100", 100, "101", 100))
        om.bracket(AAPL.symbol, Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95))
        book = om.state.groups
        assert [len(kept) for kept in (book.by_id, book.sharing)] == [1, 1]
        om.update(Quote(AAPL.symbol, T0, "110", 100, "111", 100))

        assert om.retire() == 4  # The stop twice: at its venue, and held while the target had its turn.
        assert [len(kept) for kept in (book.by_id, book.sharing, book.of_order)] == [0, 0, 0]

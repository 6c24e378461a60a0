"""What a manager that was started again does of itself, where neither a broker nor the market says anything."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.handlers import with_algorithms
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.events import Traded
from oms.model.ids import ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.model.terms import Limit, Stop, Strategy
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import ScriptedBroker

X = Symbol("X")
STOCK = Instrument(symbol="X", currency="USD", tick="0.01", lot=1)


def filled(cl_ord_id: ClOrdId | None, qty: int) -> ExecutionReport:
    return ExecutionReport(
        exec_type=ExecType.TRADE,
        ord_status=OrdStatus.FILLED,
        symbol=X,
        side=Side.BUY,
        cl_ord_id=cl_ord_id,
        venue_order_id=VenueOrderId(f"v{cl_ord_id}"),
        exec_id=ExecId("e1"),
        last_qty=Decimal(qty),
        last_px=Decimal(100),
        order_qty=Decimal(qty),
        cum_qty=Decimal(qty),
        leaves_qty=Decimal(0),
    )


class Quiet:
    """A manager at a broker that acknowledges and has nothing to reconcile; it goes on in another process."""

    def __init__(self) -> None:
        self.broker, self.clock, self.store = (
            ScriptedBroker(),
            ManualClock(1_767_625_200_000_000_000),
            MemoryEventStore(),
        )
        self.om = self._open()

    def report(self, report: ExecutionReport) -> None:
        assert self.broker.sink is not None
        self.broker.sink.put(report)
        self.om.poll()

    def _open(self) -> OrderManager:
        return OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            handlers=with_algorithms(),
            instruments=[STOCK],
        )

    def restart_after(self, seconds: int) -> None:
        events = list(self.store.read())
        self.om.close()
        self.clock.advance_by(seconds)
        self.store = MemoryEventStore()
        self.store.append(events, 0)
        self.om = self._open()

    def acknowledge(self) -> None:
        for request in self.broker.requests:
            if isinstance(request, NewOrderSingle) and request.order_qty is not None:
                report = ExecutionReport(
                    exec_type=ExecType.NEW,
                    ord_status=OrdStatus.NEW,
                    symbol=request.symbol,
                    side=request.side,
                    cl_ord_id=request.cl_ord_id,
                    venue_order_id=VenueOrderId(f"v{request.cl_ord_id}"),
                    order_qty=request.order_qty,
                    cum_qty=Decimal(0),
                    leaves_qty=request.order_qty,
                )
                self.report(report)


def sent(quiet: Quiet) -> list[str]:
    return [type(request).__name__ for request in quiet.broker.requests]


@pytest.mark.parametrize("seconds", [61, 300])
def test_the_children_of_an_order_whose_time_is_over_are_taken_back_at_the_start(seconds: int) -> None:
    quiet = Quiet()
    quiet.om.update(Quote(X, quiet.clock.now_ns(), 100, 100, 101, 100))
    quiet.om.submit("X", Side.BUY, 100, Strategy("twap", {"duration": 60, "slices": 4}))
    quiet.acknowledge()
    assert sent(quiet) == [NewOrderSingle.__name__]

    quiet.restart_after(seconds)

    assert sent(quiet) == [NewOrderSingle.__name__, OrderCancelRequest.__name__]


def test_an_order_wakes_by_itself_at_its_end_after_a_restart_before_it() -> None:
    quiet = Quiet()
    quiet.om.update(Quote(X, quiet.clock.now_ns(), 100, 100, 101, 100))
    quiet.om.submit("X", Side.BUY, 100, Strategy("twap", {"duration": 60, "slices": 4}))
    quiet.acknowledge()

    quiet.restart_after(10)
    quiet.om.poll()
    assert sent(quiet) == [NewOrderSingle.__name__]
    for _ in range(5):
        quiet.clock.advance_by(10)
        quiet.om.poll()

    assert sent(quiet) == [NewOrderSingle.__name__, OrderCancelRequest.__name__]


def test_exits_that_were_not_placed_when_the_process_ended_are_placed_at_the_start() -> None:
    quiet = Quiet()
    group = quiet.om.bracket("X", Side.BUY, 10, entry=Limit(100), target=Limit(110), stop=Stop(90))
    assert group.entry is not None
    entry = group.entry.cl_ord_id
    quiet.acknowledge()
    quiet.report(filled(entry, 10))
    assert len(sent(quiet)) == 2
    # Of what followed from the fill nothing had been written.
    events = list(quiet.store.read())
    first = next(event.sequence for event in events if isinstance(event, Traded))
    quiet.store = MemoryEventStore()
    quiet.store.append([event for event in events if event.sequence <= first], 0)
    del quiet.broker.requests[1:]

    quiet.restart_after(1)

    assert len(sent(quiet)) == 2

"""The two arms of the lifecycle benchmark, each with the same orders, and proof that each did the work."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any

from benchmarks.floor import Floor
from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.events import OrderEvent
from oms.model.ids import BrokerName, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.reports import ExecutionReport, QueryResult, SendResult, Sent
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.terms import Limit
from oms.ports.broker import ReportSink
from oms.ports.event_store import EventStore
from oms.runtime.order_manager import OrderManager
from oms.runtime.system_clock import SystemClock

SYMBOL = Symbol("AAPL")
QTY = Decimal(100)
PX = Decimal("189.50")
PARTIAL = Decimal(40)
REST = Decimal(60)
ZERO = Decimal(0)
TIME_NS = 1_767_349_800_000_000_000
KEPT = 100
"""How many requests the broker remembers: the most that are in one batch."""

# Looking a member of an Enum up costs more than the calls below, and would be the same cost in both arms.
BUY, SELL = Side.BUY, Side.SELL
NEW, TRADE = ExecType.NEW, ExecType.TRADE
SHOWN_NEW, SHOWN_PARTIALLY_FILLED, SHOWN_FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
_SENT = Sent()


def acknowledgement(number: int, identity: ClOrdId) -> ExecutionReport:
    """Build what the broker says when it has taken an order."""
    return ExecutionReport(
        NEW,
        identity,
        venue_order_id=VenueOrderId(f"V{number}"),
        ord_status=SHOWN_NEW,
        cum_qty=ZERO,
        leaves_qty=QTY,
        transact_time_ns=TIME_NS,
    )


def partial_fill(number: int, identity: ClOrdId) -> ExecutionReport:
    """Build what the broker says of the first execution."""
    return ExecutionReport(
        TRADE,
        identity,
        venue_order_id=VenueOrderId(f"V{number}"),
        exec_id=ExecId(f"E{number}.1"),
        ord_status=SHOWN_PARTIALLY_FILLED,
        last_qty=PARTIAL,
        last_px=PX,
        cum_qty=PARTIAL,
        leaves_qty=REST,
        transact_time_ns=TIME_NS,
    )


def final_fill(number: int, identity: ClOrdId) -> ExecutionReport:
    """Build what the broker says of the last execution."""
    return ExecutionReport(
        TRADE,
        identity,
        venue_order_id=VenueOrderId(f"V{number}"),
        exec_id=ExecId(f"E{number}.2"),
        ord_status=SHOWN_FILLED,
        last_qty=REST,
        last_px=PX,
        cum_qty=QTY,
        leaves_qty=ZERO,
        transact_time_ns=TIME_NS,
    )


class SinkBroker:
    """Takes every request and says nothing; the benchmark reports in its name."""

    name = BrokerName("sink")

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.sent: deque[NewOrderSingle] = deque(maxlen=KEPT)
        self.sink: ReportSink | None = None

    def capabilities(self) -> Capabilities:
        """Everything, for money: so that limits must be given."""
        return Capabilities(order_types=ALL_ORDER_TYPES)

    def start(self, sink: ReportSink) -> None:
        """Keep where to report."""
        self.sink = sink

    def stop(self) -> None:
        """Do nothing."""

    def submit(self, request: NewOrderSingle) -> SendResult:
        """Take an order."""
        self.sent.append(request)
        return _SENT

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Take a cancel."""
        return _SENT

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        """Take a replace."""
        return _SENT

    def query(self, request: OrderStatusRequest) -> QueryResult:
        """Take a question."""
        return _SENT


class Counter:
    """The subscriber of either arm."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.heard = 0

    def __call__(self, event: object) -> None:
        """Count."""
        self.heard += 1


class FloorArm:
    """The floor, driven order by order."""

    name = "floor"

    def __init__(self) -> None:
        """Begin with no order."""
        self.counter = Counter()
        self.floor = Floor(self.counter)
        self.done = 0

    def lifecycle(self, number: int) -> None:
        """Take one order from its submission to its last fill."""
        floor = self.floor
        # The floor finds an order by our own number, where a broker would give the ClOrdID back.
        identity: Any = floor.submit(SYMBOL, 1 if number & 1 else 2, QTY, PX)
        floor.on_report(acknowledgement(number, identity))
        floor.on_report(partial_fill(number, identity))
        floor.on_report(final_fill(number, identity))
        self.done += 1

    def check(self) -> None:
        """Prove that the work was done."""
        assert self.counter.heard == 5 * self.done, (self.counter.heard, self.done)
        odd = self.done & 1
        assert abs(self.floor.position_qty) == (QTY if odd else ZERO)


class OmsArm:
    """The library through its public door: `OrderManager`, the sink, the bus; limits on, all checks on."""

    def __init__(
        self,
        store: EventStore,
        name: str = "oms",
        broker: SinkBroker | None = None,
        **options: Any,  # noqa: ANN401  # any of the manager's
    ) -> None:
        """Open a manager on a journal."""
        self.name = name
        self.store = store
        self.broker = SinkBroker() if broker is None else broker
        self.counter = Counter()
        instrument = Instrument(symbol=SYMBOL, currency="USD", tick="0.01", min_notional=1)
        limits = RiskLimits(
            max_order_qty=10_000,
            max_order_notional=10_000_000,
            price_collar="0.05",
            max_open_orders=1_000_000,
            max_messages=100_000,
            max_reference_age_s=86_400,
        )
        clock = SystemClock()
        self.om = OrderManager(
            brokers=[self.broker],
            store=store,
            instruments=[instrument],
            limits=limits,
            clock=clock,
            **options,
        )
        self.om.on(OrderEvent, self.counter)
        # The quote must be fresh for the collar.
        self.om.update(Quote(SYMBOL, clock.now_ns(), Decimal("189.49"), QTY, PX, QTY))
        assert self.broker.sink is not None
        self.put = self.broker.sink.put
        self.sent = self.broker.sent
        self.base = self.om.state.version
        self.open = 0
        self.done = 0

    def order(self, number: int) -> tuple[Symbol, Side, Decimal, Limit]:
        """Give what `submit` is asked for."""
        return SYMBOL, BUY if number & 1 else SELL, QTY, Limit(PX)

    def submit(self, number: int) -> ClOrdId:
        """Submit one order and give the identity that left."""
        self.om.submit(SYMBOL, BUY if number & 1 else SELL, QTY, Limit(PX))
        return self.sent[-1].cl_ord_id

    def lifecycle(self, number: int) -> None:
        """Take one order from its submission to its last fill."""
        om, put = self.om, self.put
        om.submit(SYMBOL, BUY if number & 1 else SELL, QTY, Limit(PX))
        identity = self.sent[-1].cl_ord_id
        put(acknowledgement(number, identity))
        om.poll()
        put(partial_fill(number, identity))
        om.poll()
        put(final_fill(number, identity))
        om.poll()
        self.done += 1

    def lifecycles(self, count: int) -> None:
        """Take so many orders through, one after the other."""
        for number in range(self.done, self.done + count):
            self.lifecycle(number)

    def lifecycles_in_one_append(self, numbers: range) -> None:
        """Take orders through together: all submitted in one batch, all that their broker says in another."""
        om, put = self.om, self.put
        self.sent.clear()
        with om.batch():
            for number in numbers:
                om.submit(SYMBOL, BUY if number & 1 else SELL, QTY, Limit(PX))
        left = [request.cl_ord_id for request in self.sent]
        with om.batch():
            for number, identity in zip(numbers, left, strict=True):
                put(acknowledgement(number, identity))
                put(partial_fill(number, identity))
                put(final_fill(number, identity))
            om.poll()
        self.done += len(numbers)

    def open_orders(self, count: int) -> None:
        """Leave orders open, acknowledged and far from done."""
        for number in range(count):
            self.put(acknowledgement(-1 - number, self.submit(number)))
            self.om.poll()
        self.open += count

    def check(self) -> None:
        """Prove that the work was done: every event journaled and heard, the position right, no order left over."""
        expected = 5 * self.done + 3 * self.open
        # Now and then a block of ClOrdIDs is reserved, which is an event of its own and no order's.
        blocks = self.om.state.reserved // 65_536 - 1
        assert self.store.version == self.base + expected + blocks, (
            self.store.version,
            self.base,
            expected,
            blocks,
        )
        assert self.counter.heard == expected, (self.counter.heard, expected)
        position = self.om.position(SYMBOL)
        if self.done:
            assert position is not None
            assert abs(position.net_qty) == (QTY if self.done & 1 else ZERO), position.net_qty
            assert position.trades == 2 * self.done
        assert len(self.om.open_orders()) == self.open

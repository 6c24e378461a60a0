"""A manager in front of a paper broker, and what it holds to be true, as text."""

from __future__ import annotations

from oms.brokers.paper import PaperBroker
from oms.model.enums import Side
from oms.model.events import (
    CancelRejected,
    OrderAcknowledged,
    OrderCanceled,
    OrderDoneForDay,
    OrderEvent,
    OrderExpired,
    OrderPendingCancel,
    OrderPendingNew,
    OrderPendingReplace,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderStopped,
    OrderSuspended,
    OrderTriggered,
    ReplaceRejected,
    TradeCanceled,
    TradeCorrected,
    Traded,
)
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore

X = Symbol("X")
INSTRUMENT = Instrument(symbol="X", currency="USD", tick="0.01")
MS = 1_000_000
START_NS = 1_704_715_200_000_000_000


class House:
    """A manager, its clock, and a paper broker; times are in milliseconds from the start."""

    def __init__(self, broker: PaperBroker, *, start_ns: int = START_NS) -> None:
        self.broker = broker
        self.start_ns = start_ns
        self.clock = ManualClock(start_ns)
        self.store = MemoryEventStore()
        self.om = OrderManager(brokers=[broker], store=self.store, clock=self.clock)
        self.said: list[str] = []
        self.om.on(OrderEvent, self._hear)
        self.quote(0)

    def _hear(self, event: OrderEvent) -> None:
        name = NAMES.get(type(event))
        if name is not None:
            self.said.append(f"{(self.clock.now_ns() - self.start_ns) // MS} {name}")

    def to(self, at_ms: int) -> None:
        """Let time pass, step by step as something is due."""
        until_ns = self.start_ns + at_ms * MS
        while (due_ns := self.broker.due_ns) is not None and due_ns <= until_ns:
            self.clock.advance_to(due_ns)
            self.om.poll()
        self.clock.advance_to(until_ns)
        self.om.poll()

    def quote(self, at_ms: int, bid: str = "99x5", ask: str = "101x5") -> None:
        self.to(at_ms)
        (bid_px, bid_size), (ask_px, ask_size) = bid.split("x"), ask.split("x")
        self.om.update(Quote(X, self.start_ns + at_ms * MS, bid_px, bid_size, ask_px, ask_size))

    def trade(self, at_ms: int, px: str, size: int) -> None:
        self.to(at_ms)
        self.om.update(TradePrint(X, self.start_ns + at_ms * MS, px, size))

    def buy(self, qty: int, px: str) -> Order:
        return self.om.submit("X", Side.BUY, qty, Limit(px))

    def heard(self) -> list[str]:
        said, self.said = self.said, []
        return said


def shown(order: Order) -> str:
    """The order as its status and what has executed of it."""
    at = "" if order.avg_px is None else f" @{order.avg_px}"
    return f"{order.status.name} {order.cum_qty}/{order.order_qty}{at}"


NAMES: dict[type, str] = {
    OrderPendingNew: "pending new",
    OrderAcknowledged: "new",
    OrderRejected: "rejected",
    Traded: "traded",
    OrderPendingCancel: "pending cancel",
    OrderCanceled: "canceled",
    CancelRejected: "cancel rejected",
    OrderPendingReplace: "pending replace",
    OrderReplaced: "replaced",
    ReplaceRejected: "replace rejected",
    OrderExpired: "expired",
    OrderTriggered: "triggered",
    OrderDoneForDay: "done for day",
    OrderSuspended: "suspended",
    OrderStopped: "stopped",
    OrderRestated: "restated",
    TradeCanceled: "busted",
    TradeCorrected: "corrected",
}

"""A broker and a store that do as they are told, for tests of what stands between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from oms.errors import StoreError
from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities, ReplaceSupport
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.instrument import Instrument
from oms.model.reports import SendResult, Sent
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.ports.broker import ReportSink
from oms.stores.memory import MemoryEventStore

T0 = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
S = 1_000_000_000

AAPL = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1)
BTC = Instrument(
    symbol="BTC-USD", currency="USD", tick="0.5", lot="0.001", min_qty="0.002", min_notional=10, multiplier=1
)

CAN_ALL = Capabilities(
    order_types=ALL_ORDER_TYPES,
    replace=ReplaceSupport.IN_PLACE,
    amendable=frozenset({"order_qty", "price"}),
    chains_replaces=True,
    simulated=True,
)

Answer = SendResult | BaseException


class ScriptedBroker:
    """Keeps every request, and answers each with the next answer of its script; `Sent` when that is used up.

    An answer that is an exception is raised. `on_request` is called inside each send.
    """

    def __init__(self, *answers: Answer, name: str = "paper", can: Capabilities = CAN_ALL) -> None:
        self.name = BrokerName(name)
        self.answers: deque[Answer] = deque(answers)
        self.requests: list[Request] = []
        self.sink: ReportSink | None = None
        self.on_request: Callable[[Request], None] | None = None
        self._can = can

    def capabilities(self) -> Capabilities:
        return self._can

    def start(self, sink: ReportSink) -> None:
        self.sink = sink

    def stop(self) -> None:
        self.sink = None

    def submit(self, request: NewOrderSingle) -> SendResult:
        return self._answer(request)

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        return self._answer(request)

    def replace(self, request: OrderCancelReplaceRequest) -> SendResult:
        return self._answer(request)

    def _answer(self, request: Request) -> SendResult:
        self.requests.append(request)
        if self.on_request is not None:
            self.on_request(request)
        answer = self.answers.popleft() if self.answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        return answer


class WatchedStore(MemoryEventStore):
    """A journal in memory that notes the size of each append, and fails when it is told to."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        super().__init__()
        if events:
            super().append(events, 0)
        self.appended: list[int] = []
        self.failure: Exception | None = None

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        if self.failure is not None:
            raise self.failure
        super().append(events, expected_version)
        self.appended.append(len(events))

    def fail(self) -> None:
        """Fail at every append from now on."""
        self.failure = StoreError("the disk is full")


def all_events(store: MemoryEventStore) -> list[Event]:
    """Everything in a journal."""
    found: Iterator[Event] = store.read()
    return list(found)


def d(number: str | int) -> Decimal:
    """An exact number, briefly."""
    return Decimal(number)

"""A broker and a store that do as they are told, for tests of what stands between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import get_args

from attrs import evolve

from oms.errors import StoreError
from oms.model.capabilities import ALL_ORDER_TYPES, AMENDABLE, Capabilities
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.instrument import Instrument
from oms.model.reports import QueryResult, SendResult, Sent
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
    Request,
)
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.venue_profile import EXCHANGE, FIX_BROKER
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
    amendable=frozenset({"order_qty", "price"}),
    simulated=True,
    profile=evolve(EXCHANGE, name="exchange that chains", chains_replaces=True),
)

CAN_MORE = Capabilities(
    order_types=frozenset((terms, tif) for terms in get_args(Terms) for tif in get_args(TimeInForce)),
    amendable=AMENDABLE,
    simulated=True,
    profile=FIX_BROKER,
)
"""Every kind of order, and every change of it, at a broker as FIX 4.4 has it."""

Answer = SendResult | BaseException


class ScriptedBroker:
    """Keeps every request, and answers each with the next answer of its script; `Sent` when that is used up.

    An answer that is an exception is raised. `on_request` is called inside each send. Questions have lists of their own.
    """

    def __init__(self, *answers: Answer, name: str = "paper", can: Capabilities = CAN_ALL) -> None:
        self.name = BrokerName(name)
        self.answers: deque[Answer] = deque(answers)
        self.requests: list[Request] = []
        self.queries: list[OrderStatusRequest] = []
        self.query_answers: deque[QueryResult | BaseException] = deque()
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

    def query(self, request: OrderStatusRequest) -> QueryResult:
        self.queries.append(request)
        answer = self.query_answers.popleft() if self.query_answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        return answer

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

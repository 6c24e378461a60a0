"""Between us and the simulated venue: requests arrive later than they were sent, reports are heard later than they were made.

What happens in time order: orders expire at the venue, requests arrive, the venue decides about them, reports are heard. Of one
moment, what was set going first comes first; a request that arrives at the moment of an update of the market comes before it.
A venue whose profile sends pending reports says that it has a request before it decides about it.

Nothing in here waits: whoever holds it passes the time in, and gets what is heard by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Final, TypeAlias

from attrs import evolve

from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.reports import (
    ExecutionReport,
    FeeReport,
    NotSent,
    OrderCancelReject,
    Report,
    SendResult,
    Sent,
    Unknown,
)
from oms.model.requests import NewOrderList, NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.faults import Fate, FaultModel
from oms.simulation.latency import Latency
from oms.simulation.reporting import Reports

Sendable: TypeAlias = NewOrderSingle | NewOrderList | OrderCancelRequest | OrderCancelReplaceRequest

_SENT: Final = Sent()
_DOWN: Final = NotSent("the connection to the venue is down")
_UNANSWERED: Final = Unknown("the venue did not answer in time")


class Wire:
    """The ways to one venue and back.

    Attributes:
        on_made: Told of every report when the venue makes it, whoever hears it.
    """

    __slots__ = ("_events", "_exchange", "_faults", "_heard", "_is_pending", "_last_in_ns", "_last_out_ns", "_latency", "_now_ns",
                 "_number", "_under_way", "on_made")  # fmt: skip

    def __init__(
        self,
        exchange: SimulatedExchange,
        latency: Latency,
        faults: FaultModel,
        on_made: Callable[[Report], None],
        *,
        sends_pending: bool = False,
    ) -> None:
        """Begin with nothing under way.

        Args:
            exchange: The venue.
            latency: How long everything takes.
            faults: What goes wrong.
            on_made: Told of every report when the venue makes it.
            sends_pending: The venue says that it has a request before it decides about it.
        """
        self._exchange = exchange
        self._latency = latency
        self._faults = faults
        self._is_pending = sends_pending
        self.on_made = on_made
        self._now_ns = 0
        self._number = 0
        self._last_in_ns = 0
        self._last_out_ns = 0
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._under_way: dict[ClOrdId, int] = {}
        self._heard: Reports = []

    def send(self, request: Sendable) -> SendResult:
        """Set a request going at its own time, and say what its sender knows of it; then ask `heard` for what follows at once."""
        time_ns = max(request.time_ns, self._now_ns)
        fate = self._faults.fate(time_ns)
        if fate is Fate.NOT_SENT:
            return _DOWN
        if fate is Fate.LOST or fate is Fate.LOST_UNANSWERED:
            return _SENT if fate is Fate.LOST else _UNANSWERED
        arrival_ns = time_ns + self._latency.request_ns(_kind(request), request.cl_ord_id)
        if self._latency.keeps_order:
            arrival_ns = self._last_in_ns = max(arrival_ns, self._last_in_ns)
        for identity in _identities(request):
            self._under_way[identity] = self._under_way.get(identity, 0) + 1
        self._at(arrival_ns, lambda now_ns: self._arrive(request, now_ns))
        return _SENT if fate is None else _UNANSWERED

    def heard(self, time_ns: int) -> Reports:
        """Let everything happen up to a moment, in nanoseconds UTC, and give what is heard by then, in order."""
        exchange, events = self._exchange, self._events
        self._now_ns = max(time_ns, self._now_ns)
        while True:
            due_ns = exchange.due_ns
            next_ns = events[0][0] if events else None
            if due_ns is not None and due_ns <= self._now_ns and (next_ns is None or due_ns <= next_ns):
                self._make(exchange.on_clock(due_ns), due_ns)
            elif next_ns is not None and next_ns <= self._now_ns:
                heappop(events)[2](next_ns)
            else:
                break
        heard, self._heard = self._heard, []
        return heard

    def tell(self, made: Iterable[Report], time_ns: int) -> Reports:
        """Set going what the venue has made at a moment, and give what is heard by then."""
        self._make(made, time_ns)
        return self.heard(time_ns)

    @property
    def due_ns(self) -> int | None:
        """When something happens next, in nanoseconds UTC; None where nothing does."""
        due_ns = self._exchange.due_ns
        next_ns = self._events[0][0] if self._events else None
        return next_ns if due_ns is None else due_ns if next_ns is None else min(due_ns, next_ns)

    def is_under_way(self, identity: ClOrdId) -> bool:
        """Tell whether a request is on its way, or undecided."""
        return identity in self._under_way

    def is_reachable(self, time_ns: int) -> bool:
        """Tell whether questions are answered at a moment."""
        return self._faults.is_reachable(time_ns)

    def _at(self, time_ns: int, what: Callable[[int], None]) -> None:
        self._number += 1
        heappush(self._events, (time_ns, self._number, what))

    def _arrive(self, request: Sendable, now_ns: int) -> None:
        arrived = _at_time(request, now_ns)
        if self._is_pending and not isinstance(arrived, NewOrderList):
            self._make(self._exchange.reception.pending(arrived), now_ns)
        wait_ns = self._latency.deciding_ns(request.cl_ord_id)
        if wait_ns:
            self._at(now_ns + wait_ns, lambda later_ns: self._decide(_at_time(request, later_ns)))
        else:
            self._decide(arrived)

    def _decide(self, request: Sendable) -> None:
        exchange = self._exchange
        for identity in _identities(request):
            left = self._under_way.pop(identity) - 1
            if left:
                self._under_way[identity] = left
        exchange.reception.decided(request.cl_ord_id)
        against = self._faults.refusal(_kind(request), request.cl_ord_id, request.time_ns)
        if against is not None:
            # Of a list, every order.
            parts = request.orders if isinstance(request, NewOrderList) else (request,)
            refuse = exchange.reception.refuse
            made = [report for part in parts for report in refuse(part, against.code, against.text)]
        elif isinstance(request, NewOrderSingle):
            made = exchange.new_order(request)
        elif isinstance(request, NewOrderList):
            made = exchange.new_list(request)
        elif isinstance(request, OrderCancelRequest):
            made = exchange.cancel(request)
        else:
            made = exchange.replace(request)
        self._make(made, request.time_ns)

    def _make(self, made: Iterable[Report], time_ns: int) -> None:
        for report in made:
            self.on_made(report)
            kind = report.exec_type if isinstance(report, ExecutionReport) else None
            heard_ns = self._faults.heard_from(time_ns + self._latency.report_ns(kind, _name(report)))
            if heard_ns is None:
                continue
            if self._latency.keeps_order:
                heard_ns = self._last_out_ns = max(heard_ns, self._last_out_ns)
            self._at(heard_ns, lambda _, report=report: self._heard.append(report))  # type: ignore[misc]


def _kind(request: Sendable) -> RequestKind:
    if isinstance(request, NewOrderSingle | NewOrderList):
        return RequestKind.NEW
    return RequestKind.CANCEL if isinstance(request, OrderCancelRequest) else RequestKind.REPLACE


def _identities(request: Sendable) -> list[ClOrdId]:
    if isinstance(request, NewOrderList):
        return [order.cl_ord_id for order in request.orders]
    return [request.cl_ord_id]


def _at_time(request: Sendable, time_ns: int) -> Sendable:
    if isinstance(request, NewOrderList):
        orders = tuple(evolve(order, time_ns=time_ns) for order in request.orders)
        return evolve(request, time_ns=time_ns, orders=orders)
    return evolve(request, time_ns=time_ns)


def _name(report: Report) -> str:
    # What tells a report from all others, so that its draw is its own.
    if isinstance(report, ExecutionReport):
        return f"{report.exec_id}/{report.cl_ord_id}"
    if isinstance(report, OrderCancelReject):
        return f"{report.cl_ord_id}/refused"
    return f"{report.exec_id}/{report.currency}" if isinstance(report, FeeReport) else "all"

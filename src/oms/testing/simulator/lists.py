"""What a venue answers when it is asked for everything: what has executed, what it holds, and what is held of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol, runtime_checkable

from oms.model.ids import Account, Symbol
from oms.model.reports import (
    ExecutionReport,
    ExecutionsReport,
    MassStatus,
    PositionLine,
    PositionReport,
    SendResult,
    Statement,
)
from oms.model.requests import (
    ListingRequest,
    NewOrderList,
    OrderMassStatusRequest,
    RequestForPositions,
    TradeCaptureReportRequest,
)
from oms.testing.line import Line, LineBroker
from oms.testing.simulator.oracle import positions
from oms.testing.venue import TruthfulVenue

STATEMENTS: Final = (MassStatus, ExecutionsReport, PositionReport)
"""What answers such a question."""
MAX_PAGE: Final = 20
"""How many executions are told in one answer."""


def listed(
    request: ListingRequest,
    books: Sequence[TruthfulVenue],
    executions: Sequence[ExecutionReport],
    now_ns: int,
    *,
    is_quiet: bool,
) -> Statement:
    """Give the answer to a question about everything.

    Args:
        request: The question.
        books: Every order.
        executions: Every execution, bust and correction that was ever said, oldest first.
        now_ns: The true time, in nanoseconds UTC.
        is_quiet: Nothing is under way, so that the list of orders may say that it is complete.
    """
    if isinstance(request, TradeCaptureReportRequest):
        begin = int(request.cursor or 0)
        told = tuple(executions[begin : begin + MAX_PAGE])
        end = begin + len(told)
        return ExecutionsReport(str(end) if end else None, end == len(executions), told)
    if isinstance(request, OrderMassStatusRequest):
        return _orders(books, now_ns, request.after_sequence, is_complete=is_quiet)
    held = positions(books)
    lines = tuple(
        PositionLine(Symbol(symbol), qty, Account(who)) for (who, symbol), qty in sorted(held.items())
    )
    return PositionReport(lines, is_complete=True, as_of_ns=now_ns)


def everything(
    books: Iterable[TruthfulVenue], now_ns: int, after_sequence: int | None, *, is_complete: bool
) -> MassStatus:
    """Give all that is held, also what is over.

    Args:
        books: Every order.
        now_ns: The true time, in nanoseconds UTC.
        after_sequence: The newest event of the manager that asks for it; None where none does.
        is_complete: Nothing is under way.
    """
    reports: list[ExecutionReport] = []
    for book in books:
        if book.truth is not None:
            book.now_ns = now_ns
            reports.append(book.status_report())
    return MassStatus(tuple(reports), is_complete, now_ns, after_sequence=after_sequence)


def _orders(
    books: Iterable[TruthfulVenue], now_ns: int, after_sequence: int, *, is_complete: bool
) -> MassStatus:
    reports: list[ExecutionReport] = []
    for book in books:
        if book.truth is not None and (is_complete or book.truth.leaves_qty):
            book.now_ns = now_ns
            reports.append(book.status_report())
    return MassStatus(tuple(reports), is_complete, now_ns, has_all_open=True, after_sequence=after_sequence)


@runtime_checkable
class ListingLine(Line, Protocol):
    """A line whose venue can be asked for everything."""

    def list(self, request: ListingRequest) -> SendResult:
        """Carry a question about everything; errors as in `ask`."""
        ...


class ListingBroker(LineBroker):
    """The plainest adapter that can be asked for everything, and sends orders that depend on one another."""

    def __init__(self, line: ListingLine, name: str = "venue") -> None:
        """Speak over this line, under this name."""
        super().__init__(line, name)
        self._lists = line

    def submit_list(self, request: NewOrderList) -> SendResult:
        """Send a list."""
        return self._lists.send(request)

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        """Ask what has executed since a cursor."""
        return self._lists.list(request)

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        """Ask which orders are open."""
        return self._lists.list(request)

    def positions(self, request: RequestForPositions) -> SendResult:
        """Ask what is held."""
        return self._lists.list(request)

"""The plainest adapter that can be asked for everything at once: its answers are what is true at the venues then."""

from __future__ import annotations

from decimal import Decimal

from oms.model.enums import Side
from oms.model.ids import Account, Symbol
from oms.model.reports import (
    Acknowledged,
    ExecutionsReport,
    MassStatus,
    PositionLine,
    PositionReport,
    SendResult,
)
from oms.model.requests import OrderMassStatusRequest, RequestForPositions, TradeCaptureReportRequest
from oms.testing.line import LineBroker, VenueLine
from oms.testing.venue import is_execution


class ListingLineBroker(LineBroker):
    """An adapter over a line whose venues can be asked for everything."""

    def __init__(self, line: VenueLine, name: str = "venue") -> None:
        """Speak over this line, under this name."""
        super().__init__(line, name)
        self._line_of_venues = line

    def executions(self, request: TradeCaptureReportRequest) -> SendResult:
        """Ask what the venues have said of executions since a cursor: how many of these were told before."""
        venues = self._line_of_venues.venues
        told = [report for venue in venues for report in venue.said if is_execution(report)]
        told.sort(key=lambda report: report.report_seq or 0)
        since = tuple(told[int(request.cursor or 0) :])
        cursor = str(len(told)) if told else None
        return Acknowledged(ExecutionsReport(cursor, is_complete=True, reports=since))

    def open_orders(self, request: OrderMassStatusRequest) -> SendResult:
        """Ask which orders are open; what is in flight never arrives."""
        self._line_of_venues.drop()
        opened = tuple(
            venue.status_report()
            for venue in self._line_of_venues.venues
            if venue.truth is not None and venue.truth.leaves_qty
        )
        return Acknowledged(
            MassStatus(
                opened,
                is_complete=False,
                as_of_ns=request.time_ns,
                has_all_open=True,
                after_sequence=request.after_sequence,
            )
        )

    def positions(self, request: RequestForPositions) -> SendResult:
        """Ask what is held after everything that has executed."""
        held: dict[tuple[Account, Symbol], Decimal] = {}
        for venue in self._line_of_venues.venues:
            if venue.truth is not None:
                sign = 1 if venue.truth.side is Side.BUY else -1
                holding = (venue.account, venue.symbol)
                held[holding] = held.get(holding, Decimal(0)) + sign * venue.truth.traded_qty
        lines = tuple(PositionLine(symbol, qty, account) for (account, symbol), qty in sorted(held.items()))
        return Acknowledged(PositionReport(lines, is_complete=True, as_of_ns=request.time_ns))

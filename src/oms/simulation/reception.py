"""What the venue says of a request before it decides about it, or instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from oms.model.enums import CxlRejResponseTo, ExecType, OrdStatus
from oms.model.ids import ClOrdId, ExecId
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelRequest
from oms.simulation.book import Book
from oms.simulation.order_desk import Amendment, OrderDesk, order_of, refuse_order, refuse_request
from oms.simulation.reporting import Reports, execution_report
from oms.simulation.venue_order import Stage, VenueOrder

_PENDING: Final = {
    ExecType.PENDING_NEW: OrdStatus.PENDING_NEW,
    ExecType.PENDING_CANCEL: OrdStatus.PENDING_CANCEL,
    ExecType.PENDING_REPLACE: OrdStatus.PENDING_REPLACE,
}


class Reception:
    """Takes requests in for a desk that is busy."""

    __slots__ = ("_books", "_desk", "_waiting")

    def __init__(self, desk: OrderDesk, books: Mapping[str, Book]) -> None:
        """Begin with nothing pending."""
        self._desk = desk
        self._books = books
        # Orders, by the identities of requests that are undecided: one request may build on another that is.
        self._waiting: dict[ClOrdId, VenueOrder] = {}

    def pending(self, request: NewOrderSingle | Amendment) -> Reports:
        """Say that the venue has a request: `PENDING_NEW`, `PENDING_CANCEL` or `PENDING_REPLACE`.

        Nothing is said of one that will be refused because nothing is open that it could be about.
        """
        if isinstance(request, NewOrderSingle):
            if request.cl_ord_id in self._desk.orders:
                return []
            order = order_of(request)
            self._waiting[request.cl_ord_id] = order
            return [self._report(order, ExecType.PENDING_NEW, request)]
        orig = request.orig_cl_ord_id
        found = self._desk.orders.get(orig) or self._waiting.get(orig)
        if found is None or found.stage is not Stage.OPEN or request.cl_ord_id in self._desk.orders:
            return []
        self._waiting[request.cl_ord_id] = found
        is_cancel = isinstance(request, OrderCancelRequest)
        kind = ExecType.PENDING_CANCEL if is_cancel else ExecType.PENDING_REPLACE
        return [self._report(found, kind, request)]

    def decided(self, cl_ord_id: ClOrdId) -> None:
        """Forget a request that is decided."""
        self._waiting.pop(cl_ord_id, None)

    def refuse(self, request: NewOrderSingle | Amendment, code: str, text: str) -> Reports:
        """Refuse a request whatever it asks for; a new order is known from then on, as rejected."""
        desk, identity, time_ns = self._desk, request.cl_ord_id, request.time_ns
        if isinstance(request, NewOrderSingle):
            order = desk.orders.get(identity)
            if order is None:
                order = desk.orders[identity] = order_of(request)
                order.end(Stage.REJECTED)
            return refuse_order(order, identity, time_ns, self._books.get(order.symbol), code, text)
        is_cancel = isinstance(request, OrderCancelRequest)
        response_to = CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE
        found = desk.find(request, response_to)
        if not isinstance(found, VenueOrder):
            return found
        desk.refused.add(identity)
        return refuse_request(found, request, response_to, code, text)

    def _report(
        self, order: VenueOrder, kind: ExecType, request: NewOrderSingle | Amendment
    ) -> ExecutionReport:
        book = self._books.get(order.symbol)
        trade_date = None if book is None else book.trade_date_at(request.time_ns)
        orig = None if isinstance(request, NewOrderSingle) else order.cl_ord_id
        identity = request.cl_ord_id
        report = execution_report(
            order, kind, request.time_ns, trade_date, cl_ord_id=identity, orig_cl_ord_id=orig
        )
        # An order that is undecided has no count of its own yet.
        exec_id = ExecId(f"{order.venue_order_id}-{identity}")
        return evolve(report, ord_status=_PENDING[kind], exec_id=exec_id)

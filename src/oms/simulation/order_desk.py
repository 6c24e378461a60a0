"""Where the simulated venue takes requests: which order is meant, whether it may be done, and the answer."""

from __future__ import annotations

from typing import TypeAlias

from oms.model.enums import CxlRejResponseTo, ExecType
from oms.model.ids import ClOrdId, VenueOrderId
from oms.model.reports import ExecutionReport
from oms.model.requests import (
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.terms import Limit, Terms, amended, limit_px, stop_px
from oms.model.time_in_force import expires_at
from oms.simulation import admission
from oms.simulation.admission import Refusal
from oms.simulation.book import Book
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports, answer, cancel_reject, execution_report, status_report
from oms.simulation.venue_order import Stage, VenueOrder
from oms.simulation.watch import watch_of

_Amendment: TypeAlias = OrderCancelRequest | OrderCancelReplaceRequest


class OrderDesk:
    """Every order that the venue ever took, by every identity that it ever had."""

    __slots__ = ("_matching", "_orders", "_refused")

    def __init__(self, matching: Matching) -> None:
        """Begin without orders."""
        self._matching = matching
        self._orders: dict[ClOrdId, VenueOrder] = {}
        # Cancel and replace requests that came to nothing: whoever asks about one has nothing to wait for.
        self._refused: set[ClOrdId] = set()

    def new_order(self, request: NewOrderSingle) -> Reports:
        """Take an order and let it trade, or refuse it.

        A second order under a used ClOrdID is refused in the name of the first, which lives on (FIX F.1.b).
        """
        cl_ord_id, time_ns = request.cl_ord_id, request.time_ns
        known = self._orders.get(cl_ord_id)
        book = self._matching.books.get(request.symbol)
        if known is not None:
            text = f"ClOrdID {cl_ord_id} was used before"
            return _refuse(known, cl_ord_id, time_ns, book, admission.DUPLICATE_ORDER, text)
        order = _order(request)
        self._orders[cl_ord_id] = order
        if book is None:
            order.end(Stage.REJECTED)
            text = f"{request.symbol} is not traded here"
            return _refuse(order, cl_ord_id, time_ns, book, admission.UNKNOWN_SYMBOL, text)
        is_closed = book.is_closed and not order.is_for_auction
        why_not = (
            admission.refusal_of_kind(book.instrument, order.terms, order.time_in_force)
            or admission.refusal(book.instrument, request.order_qty, order.price, is_closed=is_closed)
            or admission.why_past(order.time_in_force, book.trade_date_at(time_ns), time_ns)
        )
        if why_not is not None:
            order.end(Stage.REJECTED)
            return _refuse(order, cl_ord_id, time_ns, book, why_not.code, why_not.text)
        order.watch = watch_of(order.side, order.terms, book.grid)
        accepted = execution_report(order, ExecType.NEW, time_ns, book.trade_date_at(time_ns))
        return [accepted, *self._matching.work(book, order, time_ns)]

    def cancel(self, request: OrderCancelRequest) -> Reports:
        """Cancel what is left of an order, or refuse to."""
        found = self._find(request, CxlRejResponseTo.CANCEL)
        if not isinstance(found, VenueOrder):
            return found
        time_ns = request.time_ns
        book = self._matching.books[found.symbol]
        book.remove(found)
        found.end(Stage.CANCELED)
        return [answer(found, request.cl_ord_id, ExecType.CANCELED, time_ns, book.trade_date_at(time_ns))]

    def replace(self, request: OrderCancelReplaceRequest) -> Reports:
        """Give an order another total quantity, limit or stop price, or refuse to.

        A total at or below what has traded means "stop here" (FIX C.3.c). A smaller total at the same price keeps
        the order's place; another price or a larger total loses it, and may trade at once. An order that waits for a price
        keeps its place and what it has seen, unless it is given another stop price.
        """
        found = self._find(request, CxlRejResponseTo.REPLACE)
        if not isinstance(found, VenueOrder):
            return found
        order, time_ns = found, request.time_ns
        book = self._matching.books[order.symbol]
        order_qty, terms = request.order_qty, request.terms
        why_not = _refusal_to_turn(order, request)
        stops_here = order_qty <= order.cum_qty
        if stops_here:
            order_qty, terms = order.cum_qty, order.terms
        elif why_not is None:
            is_closed = book.is_closed and not order.is_for_auction
            why_not = admission.refusal_of_kind(
                book.instrument, terms, order.time_in_force
            ) or admission.refusal(book.instrument, order_qty, limit_px(terms), is_closed=is_closed)
        if why_not is not None:
            self._refused.add(request.cl_ord_id)
            return _refuse_request(order, request, CxlRejResponseTo.REPLACE, why_not.cxl_code, why_not.text)
        px = limit_px(terms)
        is_same_px = px == limit_px(order.terms)
        is_same_trigger = stop_px(terms) == stop_px(order.terms)
        loses_place = not is_same_trigger
        if order.watch is None:
            loses_place = not is_same_px or order_qty > order.order_qty
        if loses_place or stops_here:
            book.remove(order)
        order.terms = terms
        order.amend(order_qty, order.price if px is None else px)
        if not is_same_trigger:
            order.watch = watch_of(order.side, order.terms, book.grid)
        replaced = answer(order, request.cl_ord_id, ExecType.REPLACED, time_ns, book.trade_date_at(time_ns))
        return [replaced, *self._matching.work(book, order, time_ns)] if loses_place else [replaced]

    def status(self, request: OrderStatusRequest) -> ExecutionReport | None:
        """Say what an order is now, by the identity that is asked about; None for one that came to nothing or never came."""
        identity = request.cl_ord_id
        order = self._orders.get(identity)
        if order is None and not identity and request.venue_order_id is not None:
            order = next(
                (o for o in self._orders.values() if o.venue_order_id == request.venue_order_id), None
            )
        if order is None or identity in self._refused:
            return None
        return status_report(order, request.time_ns)

    def _find(self, request: _Amendment, response_to: CxlRejResponseTo) -> VenueOrder | Reports:
        # The order that is meant, if it is open, or the refusal. An id is used up even by a request that is refused.
        order = self._orders.get(request.orig_cl_ord_id)
        cl_ord_id = request.cl_ord_id
        if order is None:
            text = f"no order {request.orig_cl_ord_id} is known here"
            return _refuse_request(None, request, response_to, admission.UNKNOWN_ORDER, text)
        if cl_ord_id in self._orders:
            text = f"ClOrdID {cl_ord_id} was used before"
            return _refuse_request(order, request, response_to, admission.DUPLICATE_REQUEST, text)
        self._orders[cl_ord_id] = order
        if order.stage is not Stage.OPEN:
            self._refused.add(cl_ord_id)
            text = f"too late: the order is {order.stage.value}"
            return _refuse_request(order, request, response_to, admission.TOO_LATE_TO_CANCEL, text)
        return order


def _order(request: NewOrderSingle) -> VenueOrder:
    return VenueOrder(
        cl_ord_id=request.cl_ord_id,
        venue_order_id=VenueOrderId(f"v{request.cl_ord_id}"),
        symbol=request.symbol,
        side=request.side,
        account=request.account,
        order_qty=request.order_qty,
        terms=request.terms,
        price=limit_px(request.terms),
        time_in_force=request.time_in_force,
        leaves_qty=request.order_qty,
        expires_ns=expires_at(request.time_in_force, request.time_ns),
    )


def _refusal_to_turn(order: VenueOrder, request: OrderCancelReplaceRequest) -> Refusal | None:
    # A replace may change the quantity and the prices; what else it says must be what the order is.
    is_same = (
        request.symbol == order.symbol
        and request.side is order.side
        and request.account == order.account
        and request.time_in_force == order.time_in_force
        and _is_same_kind(order.terms, request.terms)
    )
    if not is_same:
        return Refusal(
            admission.OTHER, "only the quantity, the limit price and the stop price can be changed"
        )
    if order.watch is None and stop_px(request.terms) != stop_px(order.terms):
        return Refusal(admission.OTHER, "too late for another stop price: the order was triggered")
    return None


def _is_same_kind(before: Terms, after: Terms) -> bool:
    # The same but for a limit and a stop price, and for how much of it is shown, which is all of it here.
    if isinstance(before, Limit) and isinstance(after, Limit):
        return True
    return amended(before, price=limit_px(after), stop_px=stop_px(after)) == after


def _refuse(
    order: VenueOrder, cl_ord_id: ClOrdId, time_ns: int, book: Book | None, reject_code: str, text: str
) -> Reports:
    trade_date = None if book is None else book.trade_date_at(time_ns)
    return [
        execution_report(
            order,
            ExecType.REJECTED,
            time_ns,
            trade_date,
            cl_ord_id=cl_ord_id,
            text=text,
            reject_code=reject_code,
        )
    ]


def _refuse_request(
    order: VenueOrder | None, request: _Amendment, response_to: CxlRejResponseTo, reject_code: str, text: str
) -> Reports:
    return [
        cancel_reject(
            order, request.cl_ord_id, response_to, request.time_ns, reject_code=reject_code, text=text
        )
    ]

"""Where the simulated venue takes requests: which order is meant, whether it may be done, and the answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.contingency import Oco, legs_of
from oms.model.decimals import EXACT, plain
from oms.model.enums import CxlRejResponseTo, ExecType
from oms.model.ids import ClOrdId, VenueOrderId
from oms.model.reports import ExecutionReport
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.terms import Limit, Pegged, Terms, amended, display_qty, limit_px, stop_px
from oms.model.time_in_force import expires_at, in_words
from oms.simulation import admission
from oms.simulation.admission import Refusal
from oms.simulation.book import Book
from oms.simulation.executions import NOTHING_TO_REDUCE
from oms.simulation.list_admission import refusal_of_list
from oms.simulation.matching import Matching
from oms.simulation.pegs import px_at_once
from oms.simulation.reporting import Reports, answer, cancel_reject, execution_report, status_report
from oms.simulation.venue_order import ANY_QTY, Stage, VenueOrder
from oms.simulation.watch import watch_of

_SUBTRACT: Final = EXACT.subtract

Amendment: TypeAlias = OrderCancelRequest | OrderCancelReplaceRequest
"""What asks for something else of an order that is there."""


class OrderDesk:
    """Every order that the venue ever took.

    Attributes:
        orders: Each of them, by every identity that it ever had; identities of refused requests are among them.
        refused: Cancel and replace requests that came to nothing: whoever asks about one has nothing to wait for.
    """

    __slots__ = ("_charging", "_matching", "orders", "refused")

    def __init__(self, matching: Matching) -> None:
        """Begin without orders."""
        self._matching = matching
        self._charging = matching.executions.charging
        self.orders: dict[ClOrdId, VenueOrder] = {}
        self.refused: set[ClOrdId] = set()

    def order(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Give the order that was ever known by an identity; None where there is none."""
        return self.orders.get(cl_ord_id)

    def new_order(self, request: NewOrderSingle) -> Reports:
        """Take an order and let it trade, or refuse it.

        A second order under a used ClOrdID is refused in the name of the first, which lives on (FIX F.1.b).
        """
        cl_ord_id, time_ns = request.cl_ord_id, request.time_ns
        known = self.orders.get(cl_ord_id)
        book = self._matching.books.get(request.symbol)
        if known is not None:
            text = f"ClOrdID {cl_ord_id} was used before"
            return refuse_order(known, cl_ord_id, time_ns, book, admission.DUPLICATE_ORDER, text)
        order = order_of(request)
        self.orders[cl_ord_id] = order
        why_not = self._refusal_of(book, order, time_ns)
        if book is None or why_not is not None:
            assert why_not is not None
            order.end(Stage.REJECTED)
            return refuse_order(order, cl_ord_id, time_ns, book, why_not.code, why_not.text)
        if order.is_reduce_only:
            self._matching.executions.note_reducing(order)
        self._charging.hold(book, order, time_ns)
        accepted = execution_report(order, ExecType.NEW, time_ns, book.trade_date_at(time_ns))
        return [accepted, *self._matching.work(book, order, time_ns)]

    def new_list(self, request: NewOrderList) -> Reports:
        """Take orders that depend on one another, or refuse all of them: `NEW` for each, then what follows."""
        time_ns = request.time_ns
        used = {one.cl_ord_id for one in request.orders if one.cl_ord_id in self.orders}
        orders = [order_of(one) for one in request.orders if one.cl_ord_id not in used]
        books = [self._matching.books.get(order.symbol) for order in orders]
        self.orders.update((order.cl_ord_id, order) for order in orders)
        why_not: dict[ClOrdId, Refusal] = {}
        for order, book in zip(orders, books, strict=True):
            # What will be so when its turn has come nobody knows; the way in is the same.
            against = self._refusal_of(book, order, time_ns, is_now=order.cl_ord_id in _at_once(request))
            if order.cash_left is not None:
                against = Refusal(admission.UNSUPPORTED, "an order of a list is not for an amount of money")
            if against is not None:
                why_not[order.cl_ord_id] = against
        of_list = Refusal(admission.DUPLICATE_ORDER, "a ClOrdID was used before") if used else None
        of_list = of_list or refusal_of_list(request)
        if why_not or of_list is not None:
            of_list = of_list or Refusal(admission.OTHER, next(iter(why_not.values())).text)
            return self._refuse_list(request, orders, why_not, of_list)
        traded = tuple(book for book in books if book is not None)
        lists = self._matching.executions.lists
        lists.add(request.contingency, tuple(orders), traded)
        # Of alternatives one is held for; an account is not asked about what others release.
        self._charging.hold(traded[0], orders[0], time_ns)
        reports: Reports = []
        for order, book in zip(orders, traded, strict=True):
            book.set_apart(order, book.held)
            reports.append(execution_report(order, ExecType.NEW, time_ns, book.trade_date_at(time_ns)))
        lists.begin(orders[0], time_ns, reports)
        return reports

    def _refuse_list(
        self,
        request: NewOrderList,
        orders: list[VenueOrder],
        why_not: dict[ClOrdId, Refusal],
        of_list: Refusal,
    ) -> Reports:
        for order in orders:
            order.end(Stage.REJECTED)
        reports: Reports = []
        for one in request.orders:
            order, book = self.orders[one.cl_ord_id], self._matching.books.get(one.symbol)
            own = why_not.get(one.cl_ord_id)
            code, text = (
                (of_list.code, f"the list is refused: {of_list.text}")
                if own is None
                else (own.code, own.text)
            )
            reports += refuse_order(order, one.cl_ord_id, request.time_ns, book, code, text)
        return reports

    def _refusal_of(
        self, book: Book | None, order: VenueOrder, time_ns: int, *, is_now: bool = True
    ) -> Refusal | None:
        # Gives a new order its eye on the market too.
        if book is None:
            return Refusal(admission.UNKNOWN_SYMBOL, f"{order.symbol} is not traded here")
        is_closed = book.is_closed and not order.is_for_auction
        order.watch = watch_of(order.side, order.terms, book.grid)
        return (
            self._refusal_in_halt(book)
            or admission.refusal_of_kind(book.instrument, order.terms, order.time_in_force)
            or admission.refusal_of_size(book.instrument, order, is_closed=is_closed)
            or admission.why_past(order.time_in_force, book.trade_date_at(time_ns), time_ns)
            or admission.refusal_of_instructions(order, order.order_qty)
            or (self._refusal_now(book, order, order.terms) if is_now else None)
            or (
                self._refusal_of_account(book, order, order.order_qty, order.terms, time_ns)
                if is_now
                else None
            )
        )

    def cancel(self, request: OrderCancelRequest) -> Reports:
        """Cancel what is left of an order, or refuse to."""
        found = self.find(request, CxlRejResponseTo.CANCEL)
        if not isinstance(found, VenueOrder):
            return found
        time_ns = request.time_ns
        book = self._matching.books[found.symbol]
        book.remove(found)
        found.end(Stage.CANCELED)
        trade_date = book.trade_date_at(time_ns)
        reports: Reports = [answer(found, request.cl_ord_id, ExecType.CANCELED, time_ns, trade_date)]
        self._matching.executions.follow(found, time_ns, reports)
        return reports

    def replace(self, request: OrderCancelReplaceRequest) -> Reports:
        """Give an order another total quantity, limit or stop price, or refuse to.

        A total at or below what has traded means "stop here" (FIX C.3.c). What a total leaves above what has traded works, what
        was busted before included. Less than what was left keeps the order's place at the same price; another price or more
        loses it, and may trade at once. An order that waits for a price keeps its place and what it has seen, unless it is given
        another stop price; for more, or at another limit, it takes no part in a bar that began before.
        """
        found = self.find(request, CxlRejResponseTo.REPLACE)
        if not isinstance(found, VenueOrder):
            return found
        order, time_ns = found, request.time_ns
        book = self._matching.books[order.symbol]
        order_qty, terms, time_in_force = request.order_qty, request.terms, request.time_in_force
        stops_here = order_qty <= order.cum_qty
        if stops_here:
            order_qty, terms, time_in_force = order.cum_qty, order.terms, order.time_in_force
        is_moved = _is_moved(book, order, order_qty, terms)
        why_not = _refusal_to_turn(order, request)
        if why_not is None and not stops_here:
            why_not = (
                self._refusal_to_amend(book, order, order_qty, terms, is_moved=is_moved)
                or _refusal_to_last(book, order, request)
                or self._refusal_of_account(book, order, order_qty, terms, time_ns)
            )
        if why_not is not None:
            self.refused.add(request.cl_ord_id)
            return refuse_request(order, request, CxlRejResponseTo.REPLACE, why_not.cxl_code, why_not.text)
        if is_moved or stops_here:
            book.remove(order)
        if stop_px(terms) != stop_px(order.terms):
            order.watch = watch_of(order.side, terms, book.grid)
        if order.watch is not None and _asks_more(order, order_qty, terms):
            order.since_ns = (
                time_ns  # of a bar that has begun before, nobody knows whether it came so far before or after
            )
        order.amend(order_qty, terms)
        self._charging.hold(book, order, time_ns)
        if time_in_force != order.time_in_force:
            order.time_in_force = time_in_force
            order.expires_ns = expires_at(time_in_force, time_ns)
            if not is_moved:
                self._matching.endings.add(order)
        trade_date = book.trade_date_at(time_ns)
        reports: Reports = [answer(order, request.cl_ord_id, ExecType.REPLACED, time_ns, trade_date)]
        if order.working_qty is not None:
            self._matching.executions.lists.amend(order)
            self._matching.executions.follow(order, time_ns, reports)
        return [*reports, *self._matching.work(book, order, time_ns)] if is_moved else reports

    def _refusal_in_halt(self, book: Book) -> Refusal | None:
        if not (book.is_halted or book.is_paused) or self._matching.rules.takes_orders_in_halts:
            return None
        return Refusal(admission.EXCHANGE_CLOSED, f"trading in {book.instrument.symbol} is halted")

    def _refusal_to_amend(
        self, book: Book, order: VenueOrder, order_qty: Decimal, terms: Terms, *, is_moved: bool
    ) -> Refusal | None:
        instrument, price = book.instrument, limit_px(terms)
        is_closed = book.is_closed and not order.is_for_auction
        return (
            self._refusal_in_halt(book)
            or admission.refusal_of_kind(instrument, terms, order.time_in_force)
            or admission.refusal(instrument, order_qty, price, is_closed=is_closed)
            or admission.refusal_of_instructions(order, order_qty)
            or (self._refusal_now(book, order, terms) if is_moved and order.watch is None else None)
        )

    def status(self, request: OrderStatusRequest) -> ExecutionReport | None:
        """Say what an order is now, by the identity that is asked about; None for one that came to nothing or never came."""
        identity = request.cl_ord_id
        order = self.orders.get(identity)
        if order is None and not identity and request.venue_order_id is not None:
            order = next(
                (o for o in self.orders.values() if o.venue_order_id == request.venue_order_id), None
            )
        if order is None or identity in self.refused:
            return None
        return status_report(order, request.time_ns)

    def _refusal_of_account(
        self, book: Book, order: VenueOrder, order_qty: Decimal, terms: Terms, time_ns: int
    ) -> Refusal | None:
        why_not = self._charging.why_not(book, order, order_qty, terms, time_ns)
        return None if why_not is None else Refusal(admission.EXCEEDS_LIMIT, why_not)

    def _refusal_now(self, book: Book, order: VenueOrder, terms: Terms) -> Refusal | None:
        # What depends on the market and the position at this moment.
        if self._matching.executions.has_nothing_to_reduce(order):
            return Refusal(admission.OTHER, NOTHING_TO_REDUCE)
        px = px_at_once(book, order, terms) if order.is_post_only and order.watch is None else None
        if px is not None and book.is_met_by(order, px):
            return Refusal(admission.OTHER, "post_only, and it would take at once")
        return None

    def find(self, request: Amendment, response_to: CxlRejResponseTo) -> VenueOrder | Reports:
        """Give the order that is meant, if it is open, or the refusal; an id is used up even by a request that is refused."""
        order = self.orders.get(request.orig_cl_ord_id)
        cl_ord_id = request.cl_ord_id
        if order is None:
            text = f"no order {request.orig_cl_ord_id} is known here"
            return refuse_request(None, request, response_to, admission.UNKNOWN_ORDER, text)
        if cl_ord_id in self.orders:
            text = f"ClOrdID {cl_ord_id} was used before"
            return refuse_request(order, request, response_to, admission.DUPLICATE_REQUEST, text)
        self.orders[cl_ord_id] = order
        if order.stage is not Stage.OPEN:
            self.refused.add(cl_ord_id)
            text = f"too late: the order is {order.stage.value}"
            return refuse_request(order, request, response_to, admission.TOO_LATE_TO_CANCEL, text)
        return order


def _at_once(request: NewOrderList) -> frozenset[ClOrdId]:
    # The orders of a list that work from the start on: an entry, or the first of each leg.
    tree, numbers = request.contingency, {0}
    if isinstance(tree, Oco):
        sizes = [len(legs_of(one)) for one in tree.legs]
        numbers = {sum(sizes[:place]) for place in range(len(sizes))}
    return frozenset(request.orders[number].cl_ord_id for number in numbers)


def order_of(request: NewOrderSingle) -> VenueOrder:
    """Give the order that a request asks for."""
    return VenueOrder(
        cl_ord_id=request.cl_ord_id,
        venue_order_id=VenueOrderId(f"v{request.cl_ord_id}"),
        symbol=request.symbol,
        side=request.side,
        account=request.account,
        order_qty=request.order_qty,
        terms=request.terms,
        price=None if isinstance(request.terms, Pegged) else limit_px(request.terms),
        time_in_force=request.time_in_force,
        leaves_qty=request.order_qty if request.cash_order_qty is None else ANY_QTY,
        cash_order_qty=request.cash_order_qty,
        cash_left=request.cash_order_qty,
        instructions=request.instructions,
        expires_ns=expires_at(request.time_in_force, request.time_ns),
    )


def _is_moved(book: Book, order: VenueOrder, order_qty: Decimal, terms: Terms) -> bool:
    # Whether a replace loses the order's place. Who stands in no queue has none, and may be content with less now.
    # What is held with nothing open was filled, and busted: it stands nowhere, and all that a replace gives it is new.
    if order.room is book.held and order.leaves_qty:
        return False
    if order.watch is not None:
        return stop_px(terms) != stop_px(order.terms)
    return _asks_more(order, order_qty, terms) or _shows_more(order.terms, terms) or order.room is book.aside


def _asks_more(order: VenueOrder, order_qty: Decimal, terms: Terms) -> bool:
    # Whether a replace asks for another limit, or for more than is left; after a bust the same total is more.
    return limit_px(terms) != limit_px(order.terms) or _SUBTRACT(order_qty, order.cum_qty) > order.leaves_qty


def _shows_more(before: Terms, after: Terms) -> bool:
    was, now = display_qty(before), display_qty(after)
    return was is not None and (now is None or now > was)


def _refusal_to_turn(order: VenueOrder, request: OrderCancelReplaceRequest) -> Refusal | None:
    # A replace may change the quantity, the prices and the time in force; what else it says must be what the order is.
    if order.pause is not None:
        return Refusal(admission.OTHER, "too late: the order is held back")
    if order.cash_left is not None:
        text = f"too early: {plain(order.cash_left)} in money, whose quantity is not known yet"
        return Refusal(admission.OTHER, text)
    is_same = (
        request.symbol == order.symbol
        and request.side is order.side
        and request.account == order.account
        and _is_same_kind(order.terms, request.terms)
    )
    if not is_same:
        return Refusal(admission.OTHER, "only the quantity, the prices and the time in force can be changed")
    if order.watch is None and stop_px(request.terms) != stop_px(order.terms):
        return Refusal(admission.OTHER, "too late for another stop price: the order was triggered")
    return None


def _refusal_to_last(book: Book, order: VenueOrder, request: OrderCancelReplaceRequest) -> Refusal | None:
    # Between times for which an order rests, and not into the past.
    before, after = order.time_in_force, request.time_in_force
    if after == before:
        return None
    if not (isinstance(before, admission.RESTING) and isinstance(after, admission.RESTING)):
        text = f"{in_words(before)} cannot become {in_words(after)}: cancel the order, and send another"
        return Refusal(admission.OTHER, text)
    time_ns = request.time_ns
    return admission.why_past(after, book.trade_date_at(time_ns), time_ns)


def _is_same_kind(before: Terms, after: Terms) -> bool:
    # The same but for a limit and a stop price, and for how much of it is shown.
    if isinstance(before, Limit) and isinstance(after, Limit):
        return True
    return amended(before, price=limit_px(after), stop_px=stop_px(after)) == after


def refuse_order(
    order: VenueOrder, cl_ord_id: ClOrdId, time_ns: int, book: Book | None, reject_code: str, text: str
) -> Reports:
    """Give the refusal of a new order."""
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


def refuse_request(
    order: VenueOrder | None, request: Amendment, response_to: CxlRejResponseTo, reject_code: str, text: str
) -> Reports:
    """Give the refusal of a cancel or replace request."""
    return [
        cancel_reject(
            order, request.cl_ord_id, response_to, request.time_ns, reject_code=reject_code, text=text
        )
    ]

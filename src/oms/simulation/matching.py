"""How our orders trade with the market; the rules stand at the top of `oms.simulation.exchange`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT
from oms.model.enums import ExecType, LastLiquidityInd, SessionPhase, Side
from oms.model.instrument import Instrument
from oms.model.sessions import SessionChange
from oms.simulation.book import Book, Ladder, Stage, VenueOrder
from oms.simulation.fees import FeeModel
from oms.simulation.reporting import Reports, execution_report

_SUBTRACT: Final = EXACT.subtract
_SESSION_CLOSED: Final = "the session closed"


class Matching:
    """The books of a venue and what trades in them.

    Attributes:
        books: One an instrument, by symbol.
    """

    __slots__ = ("_fees", "_places", "books")

    def __init__(self, instruments: Iterable[Instrument], fees: FeeModel) -> None:
        """Open an empty book for each instrument."""
        self.books: dict[str, Book] = {instrument.symbol: Book(instrument) for instrument in instruments}
        self._fees = fees
        self._places = 0

    def work(self, book: Book, order: VenueOrder, time_ns: int) -> Reports:
        """Let an order take what it can, then rest or end; it gets the last place in time."""
        self._places += 1
        order.place = self._places
        reports: Reports = []
        px, left = book.offered_to(is_buy=order.is_buy)
        is_in_full = left >= order.leaves_qty or not order.is_all_or_nothing
        if px is not None and left and order.is_met_by(px) and is_in_full:
            qty = min(left, order.leaves_qty)
            book.take(qty, is_buy=order.is_buy)
            self._execute(book, order, qty, px, LastLiquidityInd.REMOVED, time_ns, reports)
        if not order.leaves_qty:
            return reports
        if order.price is not None and order.may_rest:
            book.rest(order, order.price)
            return reports
        text = f"nothing more to trade with at once, {order.leaves_qty} of {order.order_qty} left"
        order.end(Stage.CANCELED)
        reports.append(
            execution_report(order, ExecType.CANCELED, time_ns, book.trade_date_at(time_ns), text=text)
        )
        return reports

    def match_display(self, book: Book, time_ns: int) -> Reports:
        """Trade resting orders that the market's best prices have reached."""
        reports: Reports = []
        if book.is_closed:
            return reports
        for ladder in (book.buys, book.sells):
            px, left = book.offered_to(is_buy=ladder.is_buy)
            while left and px is not None and ladder.reaches(px):
                qty = self._fill_first(book, ladder, left, time_ns, reports)
                book.take(qty, is_buy=ladder.is_buy)
                left = _SUBTRACT(left, qty)
        return reports

    def match_print(
        self, book: Book, px: Decimal, size: Decimal, aggressor: Side | None, time_ns: int
    ) -> Reports:
        """Trade resting orders with a trade between others, which is used up once."""
        reports: Reports = []
        if book.is_closed:
            return reports
        for ladder in (book.sells, book.buys) if aggressor is Side.BUY else (book.buys, book.sells):
            if not ladder.reaches(px):
                continue
            ladder.note_trade_beyond(px)
            while size and ladder.is_beyond(px):
                size = _SUBTRACT(size, self._fill_first(book, ladder, size, time_ns, reports))
            # Whoever bought aggressively traded with the offers, so that the queue of the bids did not move.
            if size and (aggressor is None or (aggressor is Side.BUY) is not ladder.is_buy):
                size = self._trade_queue(book, ladder, px, size, time_ns, reports)
        return reports

    def change_session(self, change: SessionChange) -> Reports:
        """Open or close one book or all; closing expires DAY orders, the earliest first."""
        if change.symbol is None:
            books = list(self.books.values())
        else:
            books = [self.books[change.symbol]] if change.symbol in self.books else []
        is_closed = change.phase is SessionPhase.CLOSED
        for book in books:
            book.is_closed = is_closed
            book.trade_date = change.trade_date
        if not is_closed:
            return [report for book in books for report in self.match_display(book, change.time_ns)]
        ending = [(order, book) for book in books for order in book.orders() if order.expires_at_close]
        reports: Reports = []
        for order, book in sorted(ending, key=lambda entry: entry[0].place):
            book.remove(order)
            order.end(Stage.EXPIRED)
            report = execution_report(
                order, ExecType.EXPIRED, change.time_ns, change.trade_date, text=_SESSION_CLOSED
            )
            reports.append(report)
        return reports

    def _trade_queue(
        self, book: Book, ladder: Ladder, px: Decimal, size: Decimal, time_ns: int, reports: Reports
    ) -> Decimal:
        # The market's queue ahead of our first order, that order, the market's queue between it and our second, and so on.
        while size and ladder.reaches(px):
            size = _SUBTRACT(size, ladder.best().pass_queue(size))
            if size:
                size = _SUBTRACT(size, self._fill_first(book, ladder, size, time_ns, reports))
        return size

    def _fill_first(
        self, book: Book, ladder: Ladder, most: Decimal, time_ns: int, reports: Reports
    ) -> Decimal:
        level = ladder.best()
        order = level.first()
        qty = min(order.leaves_qty, most)
        self._execute(book, order, qty, level.price, LastLiquidityInd.ADDED, time_ns, reports)
        if not order.leaves_qty:
            book.remove(order)
        return qty

    def _execute(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd,
        time_ns: int,
        reports: Reports,
    ) -> None:
        order.execute(qty)
        reports.append(
            execution_report(
                order,
                ExecType.TRADE,
                time_ns,
                book.trade_date_at(time_ns),
                last_qty=qty,
                last_px=px,
                last_liquidity_ind=liquidity,
                commission=self._fees.fee(book.instrument, qty, px, liquidity),
                comm_currency=book.instrument.currency,
            )
        )

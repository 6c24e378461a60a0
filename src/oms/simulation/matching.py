"""How our orders trade with the market; the rules stand at the top of `oms.simulation.exchange`."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import ExecType, LastLiquidityInd, Side
from oms.model.market import MarketUpdate
from oms.model.time_in_force import expires_at
from oms.simulation.admission import why_past
from oms.simulation.book import Book
from oms.simulation.endings import Endings
from oms.simulation.executions import NO_MONEY, NOTHING_TO_REDUCE, Executions
from oms.simulation.ladder import Ladder
from oms.simulation.pegs import moved, set_limit
from oms.simulation.reporting import Reports, execution_report
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch, ahead_of_own, rival_of
from oms.simulation.shown_orders import Passive
from oms.simulation.taking import first_of, take, total
from oms.simulation.venue_order import Stage, VenueOrder

_SUBTRACT: Final = EXACT.subtract


class Matching:
    """The books of a venue and what trades in them.

    Attributes:
        books: One an instrument, by symbol.
        executions: Where what trades is booked.
        rules: What the venue does where venues differ.
        endings: The orders that the clock ends.
    """

    __slots__ = ("_places", "books", "endings", "executions", "rules")

    def __init__(self, books: dict[str, Book], executions: Executions, rules: MatchingRules) -> None:
        """Begin with empty books."""
        self.rules = rules
        self.books = books
        self.executions = executions
        self._places = 0
        self.endings = Endings()

    def work(self, book: Book, order: VenueOrder, time_ns: int) -> Reports:
        """Let an order take what it can, then rest or end; it gets the last place in time."""
        reports: Reports = []
        self._places += 1
        order.place = self._places
        order.since_ns = time_ns
        self.endings.add(order)
        if order.working_qty is not None and not order.open_qty:
            self.executions.lay_off(book, order, time_ns, reports)
            return reports
        if order.is_for_auction or order.watch is not None:
            book.set_apart(order, book.waiting if order.is_for_auction else book.stops)
            return reports
        set_limit(book, order)
        if order.is_pegged and order.price is None:
            book.set_apart(order, book.unpriced)
            return reports
        if order.is_post_only and book.is_met_by(order, order.price):
            self.executions.cancel(book, order, "it would have taken", time_ns, reports)
            return reports
        executions = self.executions
        waits = book.is_awaited and (order.price is None or not order.may_rest)
        if not (book.is_still or waits):
            mode = self.rules.self_match_of(order.account)
            take(executions, mode, book, order, time_ns, reports)
        if not order.leaves_qty:
            return reports
        if not executions.wanted(order):
            executions.lay_off(book, order, time_ns, reports)
        elif waits:
            book.set_apart(order, book.due)
        elif order.price is None or not order.may_rest:
            text = f"nothing more to trade with at once, {_left_of(order)} left"
            executions.cancel(book, order, text, time_ns, reports)
        elif order.least_qty(order.leaves_qty):
            book.set_apart(order, book.aside)
        elif order.cash_left is None or executions.set_quantity(book, order, order.price, time_ns, reports):
            book.rest(order, order.price)
        return reports

    def release(self, book: Book, released: list[VenueOrder], time_ns: int) -> Reports:
        """Work orders that the market has released: `TRIGGERED` and what follows, one after the other."""
        reports: Reports = []
        for order in sorted(released, key=_rank):
            watch = order.watch
            assert watch is not None
            if order.stage is not Stage.OPEN or order.room is not book.stops:
                continue  # what was released before it has left it nothing to reduce, or nothing of its list
            book.remove(order)
            order.watch = None
            if watch.limit_px is not None:
                order.price = watch.limit_px
            reports.append(execution_report(order, ExecType.TRIGGERED, time_ns, book.trade_date_at(time_ns)))
            reports += self.work(book, order, time_ns)
        return reports

    def activate(self, time_ns: int, reports: Reports) -> None:
        """Work the orders that others of their list have released; those of closed books wait until these open."""
        lists = self.executions.lists
        armed = lists.armed
        waiting: list[VenueOrder] = []
        while armed:
            order = armed.pop(0)
            book = self.books[order.symbol]
            if book.is_still and not order.is_for_auction:
                waiting.append(order)
                continue
            if not lists.arm(order):
                continue
            # Whoever is given more loses the place, as with a replace.
            book.remove(order)
            if not order.place:
                # Seconds, and a day, count from the moment at which it begins to work.
                order.expires_ns = expires_at(order.time_in_force, time_ns)
                if order.is_reduce_only:
                    self.executions.note_reducing(order)
            past = why_past(order.time_in_force, book.trade_date_at(time_ns), time_ns)
            if past is not None:
                self.executions.end(book, order, Stage.EXPIRED, past.text, time_ns, reports)
            elif self.executions.has_nothing_to_reduce(order):
                self.executions.cancel(book, order, NOTHING_TO_REDUCE, time_ns, reports)
            else:
                reports += self.work(book, order, time_ns)
        armed.extend(waiting)

    def release_by(self, book: Book, update: MarketUpdate) -> Reports:
        """Let whoever waits for a price look at an update, and work those whom it releases."""
        released = book.released_by(update)
        return self.release(book, released, update.time_ns) if released else []

    def match_display(self, book: Book, time_ns: int, *, opens: bool = False, adds: bool = True) -> Reports:
        """Trade resting orders that the market's best prices have reached, then let pegged ones follow them.

        Args:
            book: Where.
            time_ns: When, in nanoseconds UTC.
            opens: The market has come there without passing any price between: who rests beyond it trades at its price.
            adds: Who trades so adds liquidity, rather than taking it.
        """
        reports: Reports = []
        if book.is_still:
            return reports
        # Others who are about to trade with one another do so before they come to us.
        is_awaited = book.by_order is not None and book.by_order.is_locked
        for ladder in () if is_awaited else (book.buys, book.sells):
            for px, left in book.facing(is_buy=ladder.is_buy).offers():
                if not ladder.reaches(px):
                    break
                gap = (LastLiquidityInd.ADDED if adds else LastLiquidityInd.REMOVED) if opens else None
                self._match_offer(book, ladder, px, left, time_ns, reports, gap=gap)
        if book.aside and not is_awaited:
            for order in sorted(book.aside.values(), key=_priority):
                self._match_aside(book, order, time_ns, reports)
        if book.due and not book.is_awaited:
            reports += self.work_due(book, time_ns)
        if book.pegs:
            for order in moved(book):
                book.remove(order)
                reports += self.work(book, order, time_ns)
        return reports

    def work_due(self, book: Book, time_ns: int) -> Reports:
        """Work what waited until there is somebody to trade with, in order of arrival."""
        reports: Reports = []
        for order in list(book.due.values()):
            if order.room is book.due:  # else it has ended with what it depended on
                book.remove(order)
                reports += self.work(book, order, time_ns)
        return reports

    def _match_offer(
        self,
        book: Book,
        ladder: Ladder,
        px: Decimal,
        left: Decimal,
        time_ns: int,
        reports: Reports,
        *,
        gap: LastLiquidityInd | None,
    ) -> None:
        # What is left of one price of the other side goes to whoever of ours reaches it; through a gap at that price.
        left = book.whole(left)
        while left and ladder.reaches(px):
            is_beyond = ladder.is_beyond(px)
            ours = left if is_beyond else self._granted(book, ladder, left)
            if gap is not None and is_beyond and not ladder.best().first().is_post_only:
                qty = self.fill_first(book, ladder, ours, time_ns, reports, px=px, liquidity=gap)
            else:
                qty = self.fill_first(book, ladder, ours, time_ns, reports) if ours else ZERO
            if qty:
                book.take(px, qty, is_buy=ladder.is_buy)
            left = _SUBTRACT(left, qty) if ours == left else ZERO

    def match_print(
        self, book: Book, px: Decimal, size: Decimal, aggressor: Side | None, time_ns: int
    ) -> Reports:
        """Trade resting orders with a trade between others, which is used up once."""
        reports: Reports = []
        if book.is_still:
            return reports
        for ladder in (book.sells, book.buys) if aggressor is Side.BUY else (book.buys, book.sells):
            if not ladder.reaches(px):
                continue
            ladder.note_trade_beyond(px)
            while (lots := book.whole(size)) and ladder.is_beyond(px):
                size = _SUBTRACT(size, self.fill_first(book, ladder, lots, time_ns, reports))
            # Whoever bought aggressively traded with the offers, so that the queue of the bids did not move.
            if size and (aggressor is None or (aggressor is Side.BUY) is not ladder.is_buy):
                size = self._trade_queue(book, ladder, px, size, time_ns, reports)
        return reports

    def match_execution(self, book: Book, traded: Passive, time_ns: int) -> Reports:
        """Trade resting orders with what took from somebody's order by name, which is used up once.

        Whoever of ours stands at a better price is met before it, and so is whoever came to its price before it.
        """
        reports: Reports = []
        if book.is_still:
            return reports
        ladder, px, size = book.buys if traded.side is Side.BUY else book.sells, traded.price, traded.size
        size = book.whole(size)
        while size and ladder.reaches(px):
            if not ladder.is_beyond(px) and ladder.best().first().queue_place > traded.place:
                break
            size = _SUBTRACT(size, self.fill_first(book, ladder, size, time_ns, reports))
        return reports

    def expire(self, time_ns: int) -> Reports:
        """End what is good no longer at a moment, the first due first."""
        reports: Reports = []
        for order, due_ns in self.endings.over(time_ns):
            book = self.books[order.symbol]
            self.end_in_time(book, order, due_ns, "its time in force has passed", reports)
        return reports

    def end_in_time(self, book: Book, order: VenueOrder, time_ns: int, text: str, reports: Reports) -> None:
        """Let an order expire, and say why."""
        book.remove(order)
        self.executions.end(book, order, Stage.EXPIRED, text, time_ns, reports)

    def _trade_queue(
        self, book: Book, ladder: Ladder, px: Decimal, size: Decimal, time_ns: int, reports: Reports
    ) -> Decimal:
        # The market's queue ahead of our first order, that order, the market's queue between it and our second, and so on.
        level = ladder.level(px)
        left = size
        while left and ladder.reaches(px):
            passed = ladder.best().pass_queue(left)
            left, size = _SUBTRACT(left, passed), _SUBTRACT(size, passed)
            if left:
                lots = book.whole(left)
                ours = self._granted(book, ladder, lots) if lots else ZERO
                qty = self.fill_first(book, ladder, ours, time_ns, reports) if ours else ZERO
                left = _SUBTRACT(left, qty) if ours and ours == lots else ZERO
        if level is not None:
            # What we got in here was somebody's out there, and is not shown any more either.
            level.note_traded(size)
        return left

    def _granted(self, book: Book, ladder: Ladder, size: Decimal) -> Decimal:
        # How much of a size that touches the price of the first order is ours; the rest has met others.
        if self.rules.fills is None or book.by_order is not None:
            return size
        order = ladder.best().first()
        order.touches += 1
        return self.rules.fills.granted(order.venue_order_id, order.touches - 1, size, book.instrument.lot)

    def fill_first(
        self,
        book: Book,
        ladder: Ladder,
        most: Decimal,
        time_ns: int,
        reports: Reports,
        *,
        px: Decimal | None = None,
        liquidity: LastLiquidityInd = LastLiquidityInd.ADDED,
    ) -> Decimal:
        """Fill the first order of a side with up to so much, at its limit unless a price is given; give how much it got.

        What adds trades as much as it shows; what takes, as it comes, trades with all of it, and what is left shows a whole part.
        """
        level = ladder.best()
        order = level.first()
        executions = self.executions
        takes = liquidity is LastLiquidityInd.REMOVED
        shown = None if takes else order.shown_qty
        wanted = min(executions.wanted(order), most if shown is None else min(shown, most))
        at = level.price if px is None else px
        qty = executions.payable(book, order, wanted, at, liquidity, time_ns)
        if qty:
            executions.execute(book, order, qty, at, liquidity, time_ns, reports)
        if not order.leaves_qty:
            book.remove(order)
        elif qty < wanted:
            book.remove(order)
            executions.cancel(book, order, NO_MONEY, time_ns, reports)
        elif not executions.wanted(order):
            book.remove(order)
            executions.lay_off(book, order, time_ns, reports)
        elif shown is not None:
            order.shown_qty = _SUBTRACT(shown, qty)
            if not order.shown_qty:
                self._replenish(book, order)
        elif takes:
            order.show_part()
        return qty

    def _replenish(self, book: Book, order: VenueOrder) -> None:
        self._places += 1
        order.place = self._places
        self.endings.add(order)
        book.replenish(order)

    def _match_aside(self, book: Book, order: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Trade an order that joins no queue, at its own limit, where what is shown is enough of it."""
        if order.room is not book.aside:
            return
        wanted = self.executions.wanted(order)
        most = self.executions.may_take(book, wanted, time_ns)
        mode = self.rules.self_match_of(order.account)
        found = ahead_of_own(mode, book, order, most)
        there, least = total(found), order.least_qty(wanted)
        if not there or there < least:
            return
        assert order.price is not None
        book.remove(order)
        added = LastLiquidityInd.ADDED
        qty = self.executions.payable(book, order, there, order.price, added, time_ns)
        qty = ZERO if qty < least else qty
        for px, taken in first_of(found, qty) if qty else ():
            book.take(px, taken, is_buy=order.is_buy)
        if qty:
            self.executions.execute(book, order, qty, order.price, added, time_ns, reports)
        if not order.leaves_qty:
            return
        if qty < there:
            self.executions.cancel(book, order, NO_MONEY, time_ns, reports)
        elif not self.executions.wanted(order):
            self.executions.lay_off(book, order, time_ns, reports)
        elif mode is not SelfMatch.REST_BOTH and rival_of(book, order) is not None:
            reports += self.work(
                book, order, time_ns
            )  # it joins the queues now, and meets whoever of ours is next
        else:
            # Whoever rested at this price has been filled before, so that it is the first there.
            book.rest(order, order.price)


def _left_of(order: VenueOrder) -> str:
    if order.cash_left is not None:
        return f"{order.cash_left} of {order.cash_order_qty} in money"
    return f"{order.leaves_qty} of {order.order_qty}"


def _rank(order: VenueOrder) -> tuple[bool, Decimal, int]:
    assert order.watch is not None
    return (*order.watch.rank, order.place)


def _priority(order: VenueOrder) -> tuple[Decimal, int]:
    assert order.price is not None
    return order.price.copy_negate() if order.is_buy else order.price, order.place

"""A simulated exchange: our orders against a recorded or generated market, with an order state of its own.

The rules, all of them on the careful side:

- A market is what was heard of it: orders by name, levels, quotes, or bars alone (`oms.simulation.shown_orders`, `shown_levels`,
  `shown`, `bar_matching`); the deepest counts.
- A market or marketable limit order trades at the prices shown on the other side, the best first, up to the sizes shown there.
  What we take is gone until a quote or a level shows something else, or for as long as an order by name is the same. What is not
  known is not there: the rest of a market order is canceled; a limit order's rest stays, unless it is IOC. FOK trades in
  full or not at all.
- A resting order trades at its own limit, as maker: when the other side reaches its price, up to the size shown; when a trade
  prints through its price, up to the trade's size; when a trade prints at its price and what was ahead of it in the
  market's queue is gone (`oms.simulation.ladder` says what is ahead, `oms.simulation.queue_models` what a smaller showing says
  of it). Orders by name say by themselves who is ahead and what has traded.
- An order may show a part of itself at a time; each further part joins the back of the queue.
- Each size shown and each size printed is used once over all our orders, the better price first, then the earlier order.
  What printed beyond an order's price fills it before anything is counted at the printed price. If both our sides are
  reached by one print, the side that its aggressor hit comes first; the purchases, where that is not known.
- An order that waits for a price looks at what comes after it, not at what was before. When it is released it is worked at once,
  after whatever rests, like an order that arrives then: it takes what is shown, so that in a gap it trades beyond its stop
  price. Of several the rises come first, from the lowest stop price, then the falls, from the highest; then by arrival.
  What counts as reached is told in `oms.simulation.watch`; while a session is closed or has a break, nothing does.
- Pegged orders rest at a limit that follows the best prices of quotes that show a market, after whatever rests has met them; at
  each new limit they are worked like an order that arrives then, and so lose their place. Nothing is reported of it.
- Market-to-limit orders trade at the best price alone; what is left rests at that price.
- Post-only orders are refused where the market shows a price on the other side that they would trade at, and canceled where they
  are released there. All-or-none orders, and those with a least quantity until they have had it, join no queue: they wait beside,
  after whatever rests, and trade at their limit when the other side has reached it with enough size; prints do nothing for
  them. Reduce-only orders trade no more than the position that was executed here, net, for their account; they
  are refused without one and canceled with it.
- Orders of one list depend on one another (`oms.simulation.contingent_lists`): all of the exits of an entry work at the same time,
  for what it has brought, and what one of them executes is taken off the others, or ends them, before anything else can trade.
- Our orders never trade with one another (`oms.simulation.self_match` says who gives way), and what we do moves nobody else.
- While trading is halted nothing trades, and it goes on with an auction (`oms.simulation.halts`). So it is in a break of the
  session (`oms.simulation.sessions`).
- While a session is closed nothing trades, and only orders for an opening or a close are taken. Orders expire with the session
  or at the instant that their time in force says: by the times of requests and market updates, or by the clock.
- Orders for an opening or a close wait for the next one, and trade nowhere else; what is left of them expires then. An auction
  is held when somebody has given an order for it: among those orders, our resting ones and the market's best prices at that
  moment, at a single price (`oms.simulation.auction` has the rule). In it our own orders may trade with one another.

There is no clock and no chance in here: times come with requests and market updates, ids are made from the ClOrdID,
which is unique for the life of a journal, and a number, so that a venue that starts anew never uses an ExecID twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Depth, Levels
from oms.model.enums import SecurityTradingStatus
from oms.model.ids import Account, ClOrdId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData, MarkPrice, PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.reports import ExecutionReport
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.simulation.accounts import AccountModel
from oms.simulation.bar_matching import on_bar
from oms.simulation.book import Book
from oms.simulation.charging import Charging
from oms.simulation.depth_feed import on_levels, on_order
from oms.simulation.endings import NEVER_NS
from oms.simulation.executions import Executions
from oms.simulation.fees import FeeModel, NoFees
from oms.simulation.halts import halt, resume
from oms.simulation.matching import Matching
from oms.simulation.order_desk import OrderDesk
from oms.simulation.purses import Funds
from oms.simulation.quote_bars import on_quote_bar
from oms.simulation.reception import Reception
from oms.simulation.reporting import Reports, status_report
from oms.simulation.rules import USUAL_RULES, MatchingRules
from oms.simulation.sessions import change_session, opened
from oms.simulation.slippage import SlippageModel
from oms.simulation.venue_acts import VenueActs


class SimulatedExchange:
    """A venue in the process; every method gives the reports that follow, in order.

    Market data are taken to be of the instrument that is traded: sizes and prices on its grid, none of them NaN.

    Attributes:
        acts: What the venue does of its own accord.
        reception: What is said of a request before it is decided, or instead.
    """

    __slots__ = (
        "_books",
        "_desk",
        "_endings",
        "_hears_volume",
        "_lists",
        "_matching",
        "_rules",
        "acts",
        "reception",
    )

    def __init__(
        self,
        instruments: Iterable[Instrument],
        *,
        fees: FeeModel | None = None,
        slippage: SlippageModel | None = None,
        account: AccountModel | None = None,
        rules: MatchingRules = USUAL_RULES,
    ) -> None:
        """Open a book for each instrument.

        Args:
            instruments: What is traded.
            fees: What executions cost; nothing unless given.
            slippage: How much worse than shown what takes trades; not at all unless given.
            account: On which terms accounts trade; without limits unless given.
            rules: What it does where venues differ.
        """
        self._rules = rules
        self._books: dict[str, Book] = {
            instrument.symbol: Book(instrument, rules.queue) for instrument in instruments
        }
        gauge = None if slippage is None else slippage.gauge()
        meter = (NoFees() if fees is None else fees).meter()
        executions = Executions(Charging(self._books, meter, account), gauge)
        self._matching = Matching(self._books, executions, rules)
        self._endings = self._matching.endings
        self._hears_volume = slippage is not None
        self._desk = OrderDesk(self._matching)
        self.reception = Reception(self._desk, self._books)
        self.acts = VenueActs(self._desk, self._matching)
        self._lists = self._matching.executions.lists

    def new_order(self, request: NewOrderSingle) -> Reports:
        """Take an order: `NEW`, its executions, and its end if it has none of it left to rest; or `REJECTED`.

        A second order under a used ClOrdID is refused in the name of the first, which lives on (FIX F.1.b).
        """
        expired = self.on_clock(request.time_ns)
        return self._settled([*expired, *self._desk.new_order(request)], request.time_ns)

    def new_list(self, request: NewOrderList) -> Reports:
        """Take orders that depend on one another: `NEW` for each, then what follows; or `REJECTED` for each.

        None is taken where one cannot be. An order that others release is shown as `NEW` from the start on, as FIX has it
        (WorkingIndicator, 636, would be N), though nothing of it works yet.
        """
        expired = self.on_clock(request.time_ns)
        return self._settled([*expired, *self._desk.new_list(request)], request.time_ns)

    def cancel(self, request: OrderCancelRequest) -> Reports:
        """Cancel what is left of an order: `CANCELED`, or an `OrderCancelReject`."""
        expired = self.on_clock(request.time_ns)
        return self._settled([*expired, *self._desk.cancel(request)], request.time_ns)

    def replace(self, request: OrderCancelReplaceRequest) -> Reports:
        """Change an order's total quantity, its prices, its time in force: `REPLACED` and executions, or an `OrderCancelReject`.

        A total at or below what has traded means "stop here" (FIX C.3.c). A smaller total at the same price keeps the
        order's place; another price or a larger total loses it, and may trade at once. The stop price can be changed until
        the order was released by it. One time in force for which an order rests can be replaced by another, which counts from
        then on; it costs no place.
        """
        expired = self.on_clock(request.time_ns)
        return self._settled([*expired, *self._desk.replace(request)], request.time_ns)

    def status(self, request: OrderStatusRequest) -> ExecutionReport | None:
        """Say what an order is now: `ORDER_STATUS`; None where the identity that is asked about came to nothing here.

        A cancel or replace request that was refused came to nothing, as one did that never arrived.
        """
        return self._desk.status(request)

    def funds(self, account: Account) -> Funds | None:
        """Give what an account has, at the prices of now; None where accounts are not watched."""
        return self._matching.executions.charging.funds(account)

    def open_orders(self, time_ns: int) -> list[ExecutionReport]:
        """Say what each open order is now, by instrument: `ORDER_STATUS`."""
        return [
            status_report(order, time_ns)
            for _, book in sorted(self._books.items())
            for order in book.orders()
        ]

    def queue_ahead(self, cl_ord_id: ClOrdId) -> Decimal | None:
        """Give how much of the market's own queue is ahead of a resting order, as far as that is known.

        None for an order that rests at no price or is not known; infinite where the market does not show its price. Where the
        market's orders have names it is what they are; elsewhere it is what the queue model makes of it. Whatever is at
        better prices does not count.
        """
        order = self._desk.order(cl_ord_id)
        return (
            None
            if order is None or order.symbol not in self._books
            else self._books[order.symbol].ahead_of(order)
        )

    def untaken(self, symbol: Symbol) -> tuple[Levels, Levels]:
        """Give what we have left of the bids and of the offers that others show, from the best price on.

        Raises:
            ValidationError: Nothing of this name is traded here.
        """
        book = self._books.get(symbol)
        if book is None:
            raise ValidationError("symbol", symbol, f"name one of {', '.join(sorted(self._books))}")
        return tuple(book.bids.offers()), tuple(book.asks.offers())

    def on_market(self, heard: MarketData) -> Reports:
        """Take whatever is heard of a market.

        The deepest that was heard of an instrument is its market: orders by name, or else levels, or else quotes, or else bars.
        """
        match heard:
            case Quote():
                return self.on_quote(heard)
            case TradePrint():
                return self.on_trade(heard)
            case MarkPrice():
                return self.on_mark(heard)
            case BookUpdate() | BookSnapshot() | BookOrder():
                return self.on_depth(heard)
            case Bar() | QuoteBar():
                return self.on_bar(heard)
            case SecurityStatus():
                return self.on_status(heard)
            case PriceLimits() | FeedGap() | PrintCorrection():
                # What has traded here has traded; limits of prices are for whoever sends orders.
                return self.on_clock(heard.time_ns)

    def on_status(self, status: SecurityStatus) -> Reports:
        """Take the news that trading in an instrument is halted, or goes on (`oms.simulation.halts`)."""
        expired = self.on_clock(status.time_ns)
        book = self._books.get(status.symbol)
        if book is None:
            return expired
        if status.security_trading_status is SecurityTradingStatus.TRADING_HALT:
            halt(book)
            return expired
        reports = resume(self._matching, book, status.time_ns)
        return self._settled([*expired, *reports], status.time_ns)

    def on_bar(self, heard: Bar | QuoteBar) -> Reports:
        """Take a bar: of trades as `oms.simulation.bar_matching` says, of quotes as `oms.simulation.quote_bars` does."""
        expired = self.on_clock(heard.time_ns)
        book = self._books.get(heard.symbol)
        if book is None:
            return expired
        if isinstance(heard, QuoteBar):
            reports = on_quote_bar(self._matching, book, heard, self._rules.bar_path)
        else:
            reports = on_bar(self._matching, book, heard, self._rules)
        return self._settled([*expired, *reports], heard.time_ns)

    def on_depth(self, heard: Depth) -> Reports:
        """Take a book, changes of its levels, or what became of one order of others."""
        expired = self.on_clock(heard.time_ns) if heard.time_ns >= self._endings.due_ns else []
        book = self._books.get(heard.symbol)
        if book is None:
            return expired
        if isinstance(heard, BookOrder):
            reports = on_order(self._matching, book, heard)
        else:
            reports = on_levels(self._matching, book, heard)
        return self._settled([*expired, *reports] if expired else reports, heard.time_ns)

    def on_quote(self, quote: Quote) -> Reports:
        """Take the market's best prices; None for a price means that there is nobody on that side."""
        expired = self.on_clock(quote.time_ns) if quote.time_ns >= self._endings.due_ns else []
        book = self._books.get(quote.symbol)
        if book is None:
            return expired
        bid, ask = quote.bid, quote.ask
        # Nearly every quote of a market lies between our best prices, and reaches no stop: then there is nothing to look at.
        if (
            not book.is_followed
            and not book.is_taken
            and bid is not None
            and ask is not None
            and book.buys.best_px < bid <= ask < book.sells.best_px
            and (not book.is_watched or book.watching.is_far_from(bid, ask))
        ):
            book.quote = quote
            return expired
        if book.is_deep:
            # Beside a market in depth a quote moves those who wait for one, and nobody else.
            book.quote = quote
            if not book.is_watched:
                return expired
            return self._settled([*expired, *self._matching.release_by(book, quote)], quote.time_ns)
        book.show(quote)
        reports = [*expired, *self._matching.match_display(book, quote.time_ns)]
        if book.is_watched:
            reports += self._matching.release_by(book, quote)
        return self._settled(reports, quote.time_ns)

    def on_trade(self, trade: TradePrint) -> Reports:
        """Take a trade between others."""
        expired = self.on_clock(trade.time_ns) if trade.time_ns >= self._endings.due_ns else []
        book = self._books.get(trade.symbol)
        if book is None:
            return expired
        book.last_px = trade.price
        book.is_printed = True
        if self._hears_volume and book.by_order is None:
            self._matching.executions.note_volume(trade.symbol, trade.size, trade.time_ns)
        reports = expired
        # Where orders have names, their own messages say what has traded.
        if book.by_order is None and not book.buys.best_px < trade.price < book.sells.best_px:
            traded = self._matching.match_print(book, trade.price, trade.size, trade.aggressor, trade.time_ns)
            reports = [*expired, *traded]
        if book.is_watched and (book.is_followed or not book.watching.is_far_from_trade(trade.price)):
            reports += self._matching.release_by(book, trade)
        return self._settled(reports, trade.time_ns)

    def on_mark(self, mark: MarkPrice) -> Reports:
        """Take a mark price; it moves nobody but orders that wait for one."""
        expired = self.on_clock(mark.time_ns) if mark.time_ns >= self._endings.due_ns else []
        book = self._books.get(mark.symbol)
        if book is None or not book.is_watched:
            return expired
        return self._settled([*expired, *self._matching.release_by(book, mark)], mark.time_ns)

    def on_session(self, change: SessionChange) -> Reports:
        """Take the news that a session opened or closed, or has a break; books are open until somebody says otherwise."""
        expired, books = self.on_clock(change.time_ns), opened(self._matching, change)
        reports = [*expired, *change_session(self._matching, change)]
        return self._settled([*reports, *self.acts.renew(books, change.time_ns)], change.time_ns)

    @property
    def due_ns(self) -> int | None:
        """When the first order expires by the clock, in nanoseconds UTC; None where none does."""
        due_ns = self._endings.due_ns
        return None if due_ns == NEVER_NS else due_ns

    def on_clock(self, time_ns: int) -> Reports:
        """Take the time, in nanoseconds UTC: `EXPIRED` for each order that is good no longer, the first due first."""
        if time_ns < self._endings.due_ns:
            return []
        return self._settled(self._matching.expire(time_ns), time_ns)

    def _settled(self, reports: Reports, time_ns: int) -> Reports:
        # What others of their list have released is worked last.
        if self._lists.armed:
            self._matching.activate(time_ns, reports)
        return reports

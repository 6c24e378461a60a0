"""One instrument at the venue: our orders in it, and beside them what the market shows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from oms.model.decimals import EXACT, ZERO
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook
from oms.model.enums import SessionPhase, Side
from oms.model.ids import VenueOrderId
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.market_order_book import MarketOrderBook
from oms.model.price_grid import PriceGrid
from oms.model.sessions import SessionChange, utc_date
from oms.simulation.ladder import Ladder
from oms.simulation.queue_models import QueueModel
from oms.simulation.shown import ShownSide, TopSide
from oms.simulation.shown_levels import LevelMarket
from oms.simulation.shown_orders import OrderMarket, Passive
from oms.simulation.venue_order import Stage, VenueOrder
from oms.simulation.watch_index import WatchIndex


class Book:
    """One instrument at the venue.

    Attributes:
        instrument: What is traded.
        buys: Our resting purchases.
        sells: Our resting sales.
        bids: What the market shows of those who want to buy.
        asks: What the market shows of those who want to sell.
        by_level: The market's levels; None where they were never shown.
        by_order: The market's orders; None where they were never shown.
        quote: The last quote, which is the market where nothing behind it was ever shown.
        grid: The prices that there are.
        waiting: Our orders for an opening or a close.
        stops: Our orders that wait for a price, in order of arrival.
        aside: Our orders that trade in full or by a least quantity: they join no queue.
        unpriced: Our pegged orders that have no limit yet.
        due: Our orders that wait for the next price, where only bars are known, for the end of a halt, or for an opening.
        held: Our orders of which nothing works, since others of their list have not executed, or what had was busted.
        late: Our orders that came after a bar began, while it is gone through.
        watching: The stops, by the price that each waits for.
        pegs: All our pegged orders, in order of arrival; some have ended meanwhile.
        is_by_bar: Whether bars are all that is known of the market.
        is_printed: Whether trades were heard.
        bar_start_ns: When the last bar of trades that was gone through began, in nanoseconds UTC; below 0 before the first.
        bar_end_ns: When it ended.
        quotes_end_ns: When the last bar of quotes that was gone through ended, in nanoseconds UTC; below 0 before the first.
        is_watched: Whether an order waits for something of the market.
        is_followed: Whether one of these has to look at every update, since no one price says when it is concerned.
        is_taken: Whether we have taken something of what is shown.
        last_px: The price of the last trade between others; None before the first.
        is_closed: Whether its session is closed.
        is_halted: Whether trading is halted within its session.
        is_paused: Whether its session has a break.
        trade_date: The day of its session, YYYYMMDD; None where nobody said.
    """

    __slots__ = (
        "_last_top",
        "_no_quote",
        "_top",
        "aside",
        "asks",
        "bar_end_ns",
        "bar_start_ns",
        "bids",
        "buys",
        "by_level",
        "by_order",
        "due",
        "grid",
        "held",
        "instrument",
        "is_by_bar",
        "is_closed",
        "is_followed",
        "is_halted",
        "is_paused",
        "is_printed",
        "is_taken",
        "is_watched",
        "last_px",
        "late",
        "pegs",
        "quote",
        "quotes_end_ns",
        "sells",
        "stops",
        "trade_date",
        "unpriced",
        "waiting",
        "watching",
    )

    def __init__(self, instrument: Instrument, queue: QueueModel | None = None) -> None:
        """Make an open book without orders and without a market.

        Args:
            instrument: What is traded.
            queue: Where those who cancel stood, in the market's queue; `Pessimistic` unless given.
        """
        self.instrument = instrument
        self.buys = Ladder(is_buy=True, queue=queue, lot=instrument.lot)
        self.sells = Ladder(is_buy=False, queue=queue, lot=instrument.lot)
        self.quote = Quote(instrument.symbol, 0, None, ZERO, None, ZERO)
        self._no_quote = self.quote
        self._top = TopSide(self, is_bid=True), TopSide(self, is_bid=False)
        self.bids: ShownSide = self._top[0]
        self.asks: ShownSide = self._top[1]
        self.by_level: LevelMarket | None = None
        self.by_order: OrderMarket | None = None
        self._last_top = self.quote
        self.is_closed = False
        self.is_halted = self.is_paused = False
        self.trade_date: str | None = None
        self.grid = PriceGrid(instrument)
        self.waiting: dict[VenueOrderId, VenueOrder] = {}
        self.stops: dict[VenueOrderId, VenueOrder] = {}
        self.aside: dict[VenueOrderId, VenueOrder] = {}
        self.unpriced: dict[VenueOrderId, VenueOrder] = {}
        self.due: dict[VenueOrderId, VenueOrder] = {}
        self.is_by_bar = False
        self.is_printed = False
        self.bar_start_ns = self.bar_end_ns = self.quotes_end_ns = -1
        self.held: dict[VenueOrderId, VenueOrder] = {}
        self.late: dict[VenueOrderId, VenueOrder] = {}
        self.pegs: dict[VenueOrderId, VenueOrder] = {}
        self.watching = WatchIndex()
        self.is_watched = self.is_followed = False
        self.last_px: Decimal | None = None
        self.is_taken = False

    def show(self, quote: Quote, *, goes_on: bool = False) -> None:
        """Take the market's best prices; a side that shows another price or size than before is whole again, unless it `goes_on`."""
        before = self.quote
        if self.is_taken and not goes_on:
            bids, asks = self._top
            is_bid_taken = bids.refresh(before, quote)
            self.is_taken = asks.refresh(before, quote) or is_bid_taken
        self.quote = quote
        for ladder, was, px, size in (
            (self.buys, before.bid, quote.bid, quote.bid_size),
            (self.sells, before.ask, quote.ask, quote.ask_size),
        ):
            if px is not None:
                ladder.note_shown(px, size)
            ladder.note_best(was, px)

    def show_levels(self, message: BookSnapshot | BookUpdate) -> None:
        """Take the market's levels, from the first message about them on in place of its quotes; orders by name count for more."""
        if self.by_order is not None:
            return
        market = self.by_level
        if market is None:
            market = self.by_level = LevelMarket(DepthBook(self.instrument.symbol))
            self.bids, self.asks = market.bids, market.asks
            market.take(message, self.buys, self.sells)
            market.tell_all(self.buys, self.sells)
        else:
            market.take(message, self.buys, self.sells)

    def show_order(self, message: BookOrder) -> Passive | None:
        """Take one of the market's orders, from the first on in place of levels and quotes; give what of it traded while it rested."""
        market = self.by_order
        if market is None:
            market = self.by_order = OrderMarket(MarketOrderBook(self.instrument.symbol))
            self.bids, self.asks = market.bids, market.asks
        return market.take(message)

    @property
    def is_deep(self) -> bool:
        """Whether the market is known behind its best prices."""
        return self.by_level is not None or self.by_order is not None

    @property
    def is_still(self) -> bool:
        """Whether nothing trades: the session is closed or has a break, or trading is halted."""
        return self.is_closed or self.is_halted or self.is_paused

    @property
    def is_awaited(self) -> bool:
        """Whether there is nobody to trade with before something happens: a bar, the end of a halt, or an opening."""
        return self.is_still or (self.is_by_bar and not self.is_beside)

    @property
    def is_shown(self) -> bool:
        """Whether quotes were heard, or what is behind them."""
        return self.quote is not self._no_quote or self.is_deep

    @property
    def is_beside(self) -> bool:
        """Whether more of the market was heard than bars of trades, which then trade with nobody."""
        return self.is_printed or self.is_shown

    @property
    def is_reached(self) -> bool:
        """Whether the market shows a price that one of our resting orders would trade at."""
        bid, ask = self.bids.best()[0], self.asks.best()[0]
        return (ask is not None and self.buys.reaches(ask)) or (bid is not None and self.sells.reaches(bid))

    def top(self, time_ns: int = 0) -> Quote:
        """Give the market's best prices."""
        if not self.is_deep:
            return self.quote
        return Quote(self.instrument.symbol, time_ns, *self.bids.best(), *self.asks.best())

    def new_top(self, time_ns: int) -> Quote | None:
        """Give the best prices of a market that is known in depth, if they are others than when they were asked for last."""
        before, now = self._last_top, self.top(time_ns)
        self._last_top = now
        is_same = (now.bid, now.bid_size, now.ask, now.ask_size) == (
            before.bid,
            before.bid_size,
            before.ask,
            before.ask_size,
        )
        return None if is_same else now

    def facing(self, *, is_buy: bool) -> ShownSide:
        """Give the side of the market that a purchase, or a sale, trades with."""
        return self.asks if is_buy else self.bids

    def in_reach(self, order: VenueOrder, most: Decimal) -> list[tuple[Decimal, Decimal]]:
        """Give the prices at which an order could trade now, up to so much, and how much at each; the best first."""
        found: list[tuple[Decimal, Decimal]] = []
        for px, left in self.facing(is_buy=order.is_buy).offers():
            if not most or not order.is_met_by(px):
                break
            qty = min(self.whole(left), most)
            if not qty:
                continue
            found.append((px, qty))
            most = EXACT.subtract(most, qty)
            if order.becomes_limit:
                break
        return found

    def whole(self, size: Decimal) -> Decimal:
        """Give a size of the market rounded down to whole lots, in which our orders trade."""
        lot = self.instrument.lot
        return EXACT.multiply(EXACT.divide_int(size, lot), lot) if EXACT.remainder(size, lot) else size

    def is_met_by(self, order: VenueOrder, price: Decimal | None) -> bool:
        """Tell whether the market shows a price on the other side that an order with this limit would trade at."""
        px, _ = self.facing(is_buy=order.is_buy).best()
        if px is None or price is None:
            return px is not None
        return px <= price if order.is_buy else px >= price

    def take(self, px: Decimal, qty: Decimal, *, is_buy: bool) -> None:
        """Use up so much of what is offered at a price."""
        self.is_taken = True
        self.facing(is_buy=is_buy).take(px, qty)

    def orders(self) -> Iterator[VenueOrder]:
        """Give every open order: the resting purchases first, and last those that wait for something."""
        yield from self.buys.orders()
        yield from self.sells.orders()
        yield from self.waiting.values()
        yield from self.stops.values()
        yield from self.aside.values()
        yield from self.unpriced.values()
        yield from self.due.values()
        yield from self.held.values()
        yield from self.late.values()

    def goes_on_with(self, change: SessionChange) -> bool:
        """Tell whether its session is no new one with a change that is yet to come: a break ends, or it is told twice."""
        is_open = change.phase is SessionPhase.OPEN
        return is_open and not self.is_closed and self.trade_date == change.trade_date

    def ending(self, change: SessionChange) -> list[VenueOrder]:
        """Give the orders that are good no longer once the session has changed, and its auction was held."""
        ending = [order for order in self.orders() if order.ends_with(change)]
        if self.is_closed:
            # What is to trade at once or not at all waits no longer than its session, for whatever it waits.
            waiting = (
                *self.due.values(),
                *(order for order in self.held.values() if order.pause is not None),
            )
            ending += [order for order in waiting if not order.may_rest and order.watch is None]
        return ending

    def released_by(self, update: Quote | TradePrint | MarkPrice) -> list[VenueOrder]:
        """Let whoever waits for a price look at an update, and give those that it releases; none while nothing trades."""
        if self.is_still:
            return []
        return self.watching.released_by(update)

    def set_apart(self, order: VenueOrder, room: dict[VenueOrderId, VenueOrder]) -> None:
        """Let an order wait beside the prices, in one of the book's rooms."""
        order.room = room
        room[order.venue_order_id] = order
        if room is self.stops:
            self.watching.add(order)
        self._note_watched()

    def rest(self, order: VenueOrder, price: Decimal) -> None:
        """Put an order last at its price, behind what the market shows there."""
        if order.is_buy:
            self.buys.add(order, price, self.bids.ahead_at(price))
        else:
            self.sells.add(order, price, self.asks.ahead_at(price))
        order.show_part()
        if self.by_order is not None:
            order.queue_place = self.by_order.next_place

    def replenish(self, order: VenueOrder) -> None:
        """Show the next part of an order, last at its price."""
        side, ladder = (self.bids, self.buys) if order.is_buy else (self.asks, self.sells)
        ladder.requeue(order, side.ahead_at(order.resting_px))
        order.show_part()
        if self.by_order is not None:
            order.queue_place = self.by_order.next_place

    def ahead_of(self, order: VenueOrder) -> Decimal | None:
        """Give how much of the market's own queue is ahead of an order; None where it rests at no price."""
        if order.stage is not Stage.OPEN or order.room is not None:
            return None
        if self.by_order is not None:
            side = Side.BUY if order.is_buy else Side.SELL
            return self.by_order.queue_ahead(side, order.resting_px, order.queue_place)
        level = (self.buys if order.is_buy else self.sells).level(order.resting_px)
        return None if level is None else level.ahead_of(order)

    def remove(self, order: VenueOrder) -> None:
        """Take an open order out."""
        if order.room is not None:
            del order.room[order.venue_order_id]
            if order.room is self.stops:
                self.watching.remove(order)
            order.room = None
            self._note_watched()
            return
        (self.buys if order.is_buy else self.sells).remove(order)

    def note_peg(self, order: VenueOrder) -> None:
        """Look after a pegged order from now on."""
        self.pegs[order.venue_order_id] = order
        self._note_watched()

    def forget_peg(self, order: VenueOrder) -> None:
        """Look after a pegged order no longer: it has ended."""
        del self.pegs[order.venue_order_id]
        self._note_watched()

    def _note_watched(self) -> None:
        was, is_bound = self.is_watched, bool(self.aside or self.pegs or self.due)
        self.is_watched = is_bound or bool(self.stops)
        self.is_followed = is_bound or self.watching.has_lookers
        if self.is_watched and not was and self.is_deep:
            # What the market was before does not matter to who begins to look.
            self._last_top = self.top()

    def trade_date_at(self, time_ns: int) -> str:
        """Give the trading day of a moment: the session's, or the UTC day where nobody said one."""
        return self.trade_date or utc_date(time_ns)

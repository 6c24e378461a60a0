"""Our resting orders in one instrument, indexed by price, beside the market's best bid and ask.

The queue model. An order that joins a price stands behind the size that the market shows there. Trades at that price
use up what is ahead of it; a quote that shows less there caps it, since whoever left may have been ahead, and a
quote that shows a worse best price says that nobody is ahead at all. Behind a better market price the queue is
not shown: it counts as endless until a quote first shows the price. What joins the market's queue later is behind us.

From this follows that of our own orders at one price, the earlier one never has more ahead of it than the later one, so
that trades and caps need to look at the front of a level alone, however many orders rest there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import define, field
from sortedcontainers import SortedDict

from oms.model.decimals import EXACT, ZERO
from oms.model.ids import VenueOrderId
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.price_grid import PriceGrid
from oms.model.sessions import utc_date
from oms.simulation.venue_order import VenueOrder

_ENDLESS: Final = Decimal("Infinity")
_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


@define(eq=False)
class Level:
    """Our orders at one price, in time order, and what is known of the market's queue there.

    Attributes:
        price: Their limit.
        orders: Them, the first in time first.
        traded: How much of the market's own queue has traded here since the level was made.
    """

    price: Decimal
    orders: dict[VenueOrderId, VenueOrder] = field(factory=dict)
    traded: Decimal = ZERO
    _newest: int = 0
    # (place, end of queue): no order up to that place has a queue that ends later. Both rise.
    _caps: list[tuple[int, Decimal]] = field(factory=list)

    def join(self, order: VenueOrder, ahead: Decimal) -> None:
        """Put an order last, behind so much of the market's own queue."""
        order.resting_px = self.price
        order.queue_end = _ADD(self.traded, ahead)
        self.orders[order.venue_order_id] = order
        self._newest = order.place

    def cap(self, shown: Decimal) -> None:
        """Take note that the market shows so much here: nobody has more than that ahead."""
        end = _ADD(self.traded, shown)
        caps = self._caps
        while caps and caps[-1][1] >= end:
            caps.pop()
        if not caps or caps[-1][0] < self._newest:
            caps.append((self._newest, end))

    def first(self) -> VenueOrder:
        """Give the order that is first in time."""
        return next(iter(self.orders.values()))

    def pass_queue(self, size: Decimal) -> Decimal:
        """Let a trade of this size use up what is ahead of the first order, and give how much of it did."""
        used = min(self.ahead_of(self.first()), size)
        self.traded = _ADD(self.traded, used)
        return used

    def ahead_of(self, order: VenueOrder) -> Decimal:
        """Give how much of the market's own queue is still ahead of an order; infinite where it is not shown."""
        end = order.queue_end
        position = bisect_left(self._caps, (order.place,))
        if position < len(self._caps):
            end = min(end, self._caps[position][1])
        return max(_SUBTRACT(end, self.traded), ZERO)


class Ladder:
    """One side of our resting orders, the best price first.

    Attributes:
        is_buy: Which side it is.
        best_px: The best price on it; infinitely bad when it is empty.
    """

    __slots__ = ("_levels", "_nothing", "best_px", "is_buy")

    def __init__(self, *, is_buy: bool) -> None:
        """Make an empty side."""
        self.is_buy = is_buy
        # The key rises as prices get worse, so that both sides are the same code.
        self._levels: SortedDict[Decimal, Level] = SortedDict()
        self._nothing = _ENDLESS.copy_negate() if is_buy else _ENDLESS
        self.best_px = self._nothing

    def _key(self, px: Decimal) -> Decimal:
        return px.copy_negate() if self.is_buy else px

    def add(self, order: VenueOrder, price: Decimal, market_px: Decimal | None, shown: Decimal) -> None:
        """Put an order last at its price.

        Args:
            order: What to add.
            price: Its limit.
            market_px: The market's best price on this side; None where there is none.
            shown: The size shown there.
        """
        key = self._key(price)
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level(price)
            if key < self._key(self.best_px):
                self.best_px = price
        if market_px is None or key < self._key(market_px):
            ahead = ZERO
        else:
            ahead = shown if price == market_px else _ENDLESS
        level.join(order, ahead)

    def remove(self, order: VenueOrder) -> None:
        """Take an order out."""
        key = self._key(order.resting_px)
        level = self._levels[key]
        del level.orders[order.venue_order_id]
        if not level.orders:
            del self._levels[key]
            if order.resting_px == self.best_px:
                self.best_px = self.best().price if self._levels else self._nothing

    def best(self) -> Level:
        """Give the level of the best price; there must be one."""
        return self._levels.peekitem(0)[1]

    def level(self, px: Decimal) -> Level | None:
        """Give the level of a price; None where no order of ours rests."""
        return self._levels.get(self._key(px))

    def reaches(self, px: Decimal) -> bool:
        """Tell whether the best order here would trade at `px`."""
        return self.best_px >= px if self.is_buy else self.best_px <= px

    def is_beyond(self, px: Decimal) -> bool:
        """Tell whether the best order here would trade at a price worse for it than `px`."""
        return self.best_px > px if self.is_buy else self.best_px < px

    def note_market(self, before: Decimal | None, px: Decimal | None, shown: Decimal) -> None:
        """Cap the queues after the market's best price on this side went from `before` to `px`, with `shown` there."""
        if px is not None:
            level = self.level(px)
            if level is not None:
                level.cap(shown)
        if before is not None:
            self._clear_queues(self._key(before), None if px is None else self._key(px))

    def note_trade_beyond(self, px: Decimal) -> None:
        """Take note that the market traded at `px`: nobody is ahead at any better price."""
        self._clear_queues(None, self._key(px))

    def _clear_queues(self, start: Decimal | None, stop: Decimal | None) -> None:
        # From `start` on, before `stop`: these prices are better than the best that the market shows.
        if start is None or stop is None or start < stop:
            for key in self._levels.irange(start, stop, (True, False)):
                self._levels[key].cap(ZERO)

    def orders(self) -> Iterator[VenueOrder]:
        """Give every order, by price and then by time."""
        for level in self._levels.values():
            yield from level.orders.values()


class Book:
    """One instrument at the venue.

    Attributes:
        instrument: What is traded.
        buys: Our resting purchases.
        sells: Our resting sales.
        quote: The market's best prices as last shown.
        grid: The prices that there are.
        waiting: Our orders for an opening or a close.
        stops: Our orders that wait for a price, in order of arrival.
        aside: Our orders that trade in full or by a least quantity: they join no queue.
        unpriced: Our pegged orders that have no limit yet.
        pegs: All our pegged orders, in order of arrival; some have ended meanwhile.
        is_watched: Whether an order has to look at every update of the market.
        last_px: The price of the last trade between others; None before the first.
        is_closed: Whether its session is closed.
        trade_date: The day of its session, YYYYMMDD; None where nobody said.
    """

    __slots__ = (
        "_ask_taken",
        "_bid_taken",
        "aside",
        "buys",
        "grid",
        "instrument",
        "is_closed",
        "is_taken",
        "is_watched",
        "last_px",
        "pegs",
        "quote",
        "sells",
        "stops",
        "trade_date",
        "unpriced",
        "waiting",
    )

    def __init__(self, instrument: Instrument) -> None:
        """Make an open book without orders and without a market."""
        self.instrument = instrument
        self.buys = Ladder(is_buy=True)
        self.sells = Ladder(is_buy=False)
        self.quote = Quote(instrument.symbol, 0, None, ZERO, None, ZERO)
        self.is_closed = False
        self.trade_date: str | None = None
        self.grid = PriceGrid(instrument)
        self.waiting: dict[VenueOrderId, VenueOrder] = {}
        self.stops: dict[VenueOrderId, VenueOrder] = {}
        self.aside: dict[VenueOrderId, VenueOrder] = {}
        self.unpriced: dict[VenueOrderId, VenueOrder] = {}
        self.pegs: dict[VenueOrderId, VenueOrder] = {}
        self.is_watched = False
        self.last_px: Decimal | None = None
        self.is_taken = False
        self._bid_taken = ZERO
        self._ask_taken = ZERO

    def show(self, quote: Quote) -> None:
        """Take the market's best prices; a side that shows another price or size than before is whole again."""
        before = self.quote
        if self.is_taken:
            if quote.bid != before.bid or quote.bid_size != before.bid_size:
                self._bid_taken = ZERO
            if quote.ask != before.ask or quote.ask_size != before.ask_size:
                self._ask_taken = ZERO
            self.is_taken = bool(self._bid_taken or self._ask_taken)
        self.quote = quote

    def note_market(self, before: Quote) -> None:
        """Cap the queues of our resting orders after the quote changed from `before`."""
        quote = self.quote
        self.buys.note_market(before.bid, quote.bid, quote.bid_size)
        self.sells.note_market(before.ask, quote.ask, quote.ask_size)

    def offered_to(self, *, is_buy: bool) -> tuple[Decimal | None, Decimal]:
        """Give the price that a purchase or sale would trade at, and how much we have left untaken of what is shown."""
        quote = self.quote
        if is_buy:
            return quote.ask, max(_SUBTRACT(quote.ask_size, self._ask_taken), ZERO)
        return quote.bid, max(_SUBTRACT(quote.bid_size, self._bid_taken), ZERO)

    def is_met_by(self, order: VenueOrder, price: Decimal | None) -> bool:
        """Tell whether the market shows a price on the other side that an order with this limit would trade at."""
        quote = self.quote
        px, size = (quote.ask, quote.ask_size) if order.is_buy else (quote.bid, quote.bid_size)
        if px is None or not size or price is None:
            return px is not None and bool(size)
        return px <= price if order.is_buy else px >= price

    def take(self, qty: Decimal, *, is_buy: bool) -> None:
        """Use up so much of what is offered."""
        self.is_taken = True
        if is_buy:
            self._ask_taken = _ADD(self._ask_taken, qty)
        else:
            self._bid_taken = _ADD(self._bid_taken, qty)

    def orders(self) -> Iterator[VenueOrder]:
        """Give every open order: the resting purchases first, and last those that wait for something."""
        yield from self.buys.orders()
        yield from self.sells.orders()
        yield from self.waiting.values()
        yield from self.stops.values()
        yield from self.aside.values()
        yield from self.unpriced.values()

    def released_by(self, update: Quote | TradePrint | MarkPrice) -> list[VenueOrder]:
        """Let whoever waits for a price look at an update, and give those that it releases; none while the book is closed."""
        if self.is_closed:
            return []
        return [order for order in self.stops.values() if order.watch and order.watch.sees(update)]

    def set_apart(self, order: VenueOrder, room: dict[VenueOrderId, VenueOrder]) -> None:
        """Let an order wait beside the prices, in one of the book's rooms."""
        order.room = room
        room[order.venue_order_id] = order
        self._note_watched()

    def rest(self, order: VenueOrder, price: Decimal) -> None:
        """Put an order last at its price, behind what the market shows there."""
        quote = self.quote
        if order.is_buy:
            self.buys.add(order, price, quote.bid, quote.bid_size)
        else:
            self.sells.add(order, price, quote.ask, quote.ask_size)

    def remove(self, order: VenueOrder) -> None:
        """Take an open order out."""
        if order.room is not None:
            del order.room[order.venue_order_id]
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
        self.is_watched = bool(self.stops or self.aside or self.pegs)

    def trade_date_at(self, time_ns: int) -> str:
        """Give the trading day of a moment: the session's, or the UTC day where nobody said one."""
        return self.trade_date or utc_date(time_ns)

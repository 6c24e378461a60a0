"""What others show, kept a second time for a witness of fills, and what our fills have used up of it.

The books themselves are those of `oms.model`, which are proven against recorded ones; all that is ours in them is kept here, in
the plainest way, and shares nothing with the exchange.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Final, Protocol, TypeAlias

from attrs import define

from oms.model.bars import QuoteBar
from oms.model.book_side import BookSide
from oms.model.decimals import GRID
from oms.model.define import record
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.market_order_book import BookEntry, MarketOrderBook

ZERO: Final = Decimal(0)
SUMS: Final = Context(prec=200)

Offer: TypeAlias = tuple[Decimal, Decimal, Decimal]
"""A price, the worst price that goes with it, and what is left there; of a bar of quotes a side has a range of prices."""


class Showing(Protocol):
    """What others show, by side."""

    @abstractmethod
    def offers(self, *, of_bids: bool) -> Iterator[Offer]:
        """Give what is left, from the best price on."""

    @abstractmethod
    def take(self, px: Decimal, qty: Decimal, *, of_bids: bool) -> None:
        """Use up so much at a price."""


@define
class _Top:
    px: Decimal | None = None
    size: Decimal = ZERO
    low: Decimal | None = None
    high: Decimal | None = None
    taken: Decimal = ZERO

    def show(self, px: Decimal | None, size: Decimal) -> None:
        if (px, size) != (self.px, self.size):
            self.taken = ZERO
        self.px = self.low = self.high = px
        self.size = size


class BestShown:
    """The best price of each side: of a quote, or all that a bar of quotes went through."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._bids, self._asks = _Top(), _Top()
        self._until_ns = -1

    def hear(self, quote: Quote) -> None:
        """Take a quote: a side that shows another price or size is whole again."""
        self._bids.show(quote.bid, quote.bid_size)
        self._asks.show(quote.ask, quote.ask_size)

    def hear_bar(self, bar: QuoteBar) -> None:
        """Take a bar: its size is there once for all of its prices; nothing where a part of it was heard before."""
        if bar.start_ns < self._until_ns:
            return
        self._until_ns = bar.time_ns
        for side, opening, high, low, closing, size in (
            (self._bids, bar.bid_open, bar.bid_high, bar.bid_low, bar.bid_close, bar.bid_size),
            (self._asks, bar.ask_open, bar.ask_high, bar.ask_low, bar.ask_close, bar.ask_size),
        ):
            # A size that is not known is next to nothing, of which no lot can be had.
            side.show(opening, ZERO if opening is None else GRID if size is None else size)
            side.px, side.low, side.high = closing, low, high

    def settle(self) -> None:
        """From here on the last prices alone are there."""
        for side in (self._bids, self._asks):
            side.low = side.high = side.px

    def offers(self, *, of_bids: bool) -> Iterator[Offer]:
        """Give what is left of a side."""
        side = self._bids if of_bids else self._asks
        if side.low is not None and side.high is not None and side.size > side.taken:
            left = SUMS.subtract(side.size, side.taken)
            yield (side.high, side.low, left) if of_bids else (side.low, side.high, left)

    def take(self, px: Decimal, qty: Decimal, *, of_bids: bool) -> None:
        """Use up so much of a side."""
        side = self._bids if of_bids else self._asks
        side.taken = SUMS.add(side.taken, qty)


class LevelsShown:
    """Every level of a market."""

    def __init__(self, symbol: Symbol) -> None:
        """Begin with none."""
        self._book = DepthBook(symbol)
        self._taken: dict[bool, dict[Decimal, Decimal]] = {True: {}, False: {}}

    def hear(self, message: BookSnapshot | BookUpdate) -> None:
        """Take levels in: one that shows another size is whole again."""
        used = [
            (of_bids, px, self._side(of_bids).size_at(px))
            for of_bids, taken in self._taken.items()
            for px in taken
        ]
        self._book.take(message)
        for of_bids, px, size in used:
            if self._side(of_bids).size_at(px) != size:
                del self._taken[of_bids][px]

    def _side(self, of_bids: bool) -> BookSide:
        return self._book.bids if of_bids else self._book.asks

    def offers(self, *, of_bids: bool) -> Iterator[Offer]:
        """Give the levels that are left."""
        taken = self._taken[of_bids]
        for px, size in self._side(of_bids).levels():
            left = SUMS.subtract(size, taken.get(px, ZERO))
            if left > ZERO:
                yield px, px, left

    def take(self, px: Decimal, qty: Decimal, *, of_bids: bool) -> None:
        """Use up so much of a level."""
        taken = self._taken[of_bids]
        taken[px] = SUMS.add(taken.get(px, ZERO), qty)


@record
class Hit:
    """What took from somebody's order that rested.

    Attributes:
        is_buy: Whether that order bought.
        price: Its limit.
        place: Its place in time, in the book's count.
        size: How much of it traded.
    """

    is_buy: bool
    price: Decimal
    place: int
    size: Decimal


class OrdersShown:
    """Every order of a market, by name."""

    def __init__(self, symbol: Symbol) -> None:
        """Begin with none."""
        self._book = MarketOrderBook(symbol)
        self._taken: dict[str, Decimal] = {}
        # How much of an order that has just come is about to trade with the other side.
        self._about: dict[str, Decimal] = {}

    @property
    def next_place(self) -> int:
        """The place in time of the next order of others."""
        return self._book.next_place

    def hear(self, message: BookOrder) -> Hit | None:
        """Take in what became of an order; give what has traded of it while it rested, None for nothing."""
        name, book = message.entry_id, self._book
        known = book.entries.get(name)
        was = None if known is None else (known.side is Side.BUY, known.price, known.place, known.size)
        book.take(message)
        entry = book.entries.get(name)
        hit: Hit | None = None
        if was is not None:
            is_buy, price, place, size = was
            traded, about = min(message.executed, size), self._about.pop(name, ZERO)
            rested = max(SUMS.subtract(traded, about), ZERO)
            if rested:
                hit = Hit(is_buy, price, place, rested)
            if entry is not None and entry.place == place:
                if about > traded:
                    self._about[name] = SUMS.subtract(about, traded)
                return hit
            self._taken.pop(name, None)
        if entry is not None:
            self._note_arrival(entry)
        return hit

    def _note_arrival(self, entry: BookEntry) -> None:
        is_buy = entry.side is Side.BUY
        reached = ZERO
        for px, size in (self._book.asks if is_buy else self._book.bids).levels():
            if reached >= entry.size or (px > entry.price if is_buy else px < entry.price):
                break
            reached = SUMS.add(reached, size)
        if reached:
            self._about[entry.entry_id] = min(reached, entry.size)

    def _left_of(self, entry: BookEntry) -> Decimal:
        gone = SUMS.add(self._taken.get(entry.entry_id, ZERO), self._about.get(entry.entry_id, ZERO))
        return max(SUMS.subtract(entry.size, gone), ZERO)

    def offers(self, *, of_bids: bool) -> Iterator[Offer]:
        """Give the prices at which something is left."""
        side = Side.BUY if of_bids else Side.SELL
        for px, _ in (self._book.bids if of_bids else self._book.asks).levels():
            left = ZERO
            for entry in self._book.orders_at(side, px):
                left = SUMS.add(left, self._left_of(entry))
            if left:
                yield px, px, left

    def take(self, px: Decimal, qty: Decimal, *, of_bids: bool) -> None:
        """Use up so much at a price, of whoever came first first."""
        for entry in self._book.orders_at(Side.BUY if of_bids else Side.SELL, px):
            part = min(self._left_of(entry), qty)
            if part:
                taken = self._taken.get(entry.entry_id, ZERO)
                self._taken[entry.entry_id] = SUMS.add(taken, part)
                qty = SUMS.subtract(qty, part)

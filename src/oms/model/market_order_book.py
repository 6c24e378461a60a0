"""A market's book by order (L3), rebuilt from what became of each order of others.

Orders at one price stand in the order in which they came. One that gets smaller keeps its place; one that grows, or changes
its price, goes to the end, as nearly every venue has it. Messages can come out of order: of an order that is gone
nothing more is believed, or it would haunt the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, assert_never

from attrs import define

from oms.errors import ValidationError
from oms.model.book_side import BookSide
from oms.model.decimals import EXACT, ZERO
from oms.model.depth import BookOrder
from oms.model.door import shown
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol
from oms.model.market import Quote

MAX_GONE: Final = 100_000
"""Of how many orders it is remembered that they are gone; late messages come within moments."""


@define
class OrderCounts:
    """What has come to a book by order, and what about it was odd; nothing is dropped that is not counted here.

    Attributes:
        messages: Messages heard, those left out too.
        adopted: Orders that were first heard of when they changed, and taken in then.
        repeated_news: Orders that came again while they were there; the latest word holds, at the end of the queue.
        late_news: Orders that came after they were gone; left out.
        late_changes: Orders that changed after they were gone; left out.
        repeated_deletes: Orders that went after they were gone.
        unknown_deletes: Orders that went and were never seen.
        moved: Changes that cost an order its place.
        locked: Messages after which the best bid was the best offer.
        crossed: Messages after which the best bid was above the best offer.
    """

    messages: int = 0
    adopted: int = 0
    repeated_news: int = 0
    late_news: int = 0
    late_changes: int = 0
    repeated_deletes: int = 0
    unknown_deletes: int = 0
    moved: int = 0
    locked: int = 0
    crossed: int = 0


@define(eq=False)
class BookEntry:
    """An order of somebody else in the book; it moves as the order does, and is for looking at only.

    Attributes:
        entry_id: What the market calls it.
        side: On which side it is.
        price: Its limit price.
        size: What is left of it.
        place: Its place in time: whoever has a lower one at the same price is ahead of it.
    """

    entry_id: str
    side: Side
    price: Decimal
    size: Decimal
    place: int


class MarketOrderBook:
    """A market's book by order; it shows what was told, crossed or not.

    Attributes:
        symbol: What is traded.
        bids: What the buyers want, by level.
        asks: What the sellers offer, by level.
        entries: Every order, by what the market calls it; for looking at only.
        next_place: The place in time that the next order to come will have.
        counts: What has come, and what about it was odd.
    """

    __slots__ = ("_gone", "_queues", "asks", "bids", "counts", "entries", "next_place", "symbol")

    def __init__(self, symbol: Symbol) -> None:
        """Begin with an empty book."""
        self.symbol = symbol
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)
        self.entries: dict[str, BookEntry] = {}
        self.next_place = 0
        self.counts = OrderCounts()
        # At each price the orders by arrival; a dict keeps them so, and lets any of them go at once.
        self._queues: dict[tuple[Side, Decimal], dict[str, BookEntry]] = {}
        self._gone: dict[str, None] = {}

    def take(self, message: BookOrder) -> None:
        """Take in what became of an order.

        Raises:
            ValidationError: It is about something else, or no `BookOrder`.
        """
        if type(message) is not BookOrder:
            raise ValidationError("message", shown(message), "pass a BookOrder")
        if message.symbol != self.symbol:
            raise ValidationError("symbol", shown(message.symbol), f"this is the book of {self.symbol}")
        self.counts.messages += 1
        match message.action:
            case MDUpdateAction.NEW:
                self._come(message)
            case MDUpdateAction.CHANGE:
                self._change(message)
            case MDUpdateAction.DELETE:
                self._go(message.entry_id)
            case _:
                assert_never(message.action)
        bid, ask = self.bids.best_px, self.asks.best_px
        if bid is not None and ask is not None and bid >= ask:
            if bid == ask:
                self.counts.locked += 1
            else:
                self.counts.crossed += 1

    def quote(self, time_ns: int) -> Quote:
        """Give the best prices and the sizes shown there."""
        bid, bid_size = self.bids.best or (None, ZERO)
        ask, ask_size = self.asks.best or (None, ZERO)
        return Quote(self.symbol, time_ns, bid, bid_size, ask, ask_size)

    def orders_at(self, side: Side, price: Decimal) -> Iterator[BookEntry]:
        """Give the orders of a side at a price, whoever came first first; the book must not change meanwhile."""
        return iter(self._queues.get((side, price), {}).values())

    def ahead_of(self, side: Side, price: Decimal, place: int) -> Decimal:
        """Give how much stands at a price before a place in time; `next_place` is behind all that is there now."""
        ahead = ZERO
        for entry in self.orders_at(side, price):
            if entry.place >= place:
                break
            ahead = EXACT.add(ahead, entry.size)
        return ahead

    # ------------------------------------------------------------ what became of an order

    def _come(self, message: BookOrder) -> None:
        if message.entry_id in self._gone:
            self.counts.late_news += 1
            return
        known = self.entries.get(message.entry_id)
        if known is not None:
            self.counts.repeated_news += 1
            self._take_out(known)
        self._put_in(message)

    def _change(self, message: BookOrder) -> None:
        entry_id, price, size = message.entry_id, message.price, message.size
        entry = self.entries.get(entry_id)
        if entry is None:
            if entry_id in self._gone:
                self.counts.late_changes += 1
                return
            self.counts.adopted += 1
            self._put_in(message)
        elif price == entry.price and size <= entry.size and message.side is entry.side:
            self._resize(entry, EXACT.subtract(size, entry.size))
            entry.size = size
        else:
            self.counts.moved += 1
            self._take_out(entry)
            self._put_in(message)

    def _go(self, entry_id: str) -> None:
        entry = self.entries.get(entry_id)
        if entry is not None:
            self._take_out(entry)
        elif entry_id in self._gone:
            self.counts.repeated_deletes += 1
        else:
            self.counts.unknown_deletes += 1
        # Also where it was never seen: what says that it came may be on its way yet.
        if len(self._gone) >= MAX_GONE:
            del self._gone[next(iter(self._gone))]
        self._gone[entry_id] = None

    def _put_in(self, message: BookOrder) -> None:
        entry = BookEntry(message.entry_id, message.side, message.price, message.size, self.next_place)
        self.next_place += 1
        self.entries[entry.entry_id] = entry
        key = (entry.side, entry.price)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = {}
        queue[entry.entry_id] = entry
        self._resize(entry, entry.size)

    def _take_out(self, entry: BookEntry) -> None:
        del self.entries[entry.entry_id]
        key = (entry.side, entry.price)
        queue = self._queues[key]
        del queue[entry.entry_id]
        if not queue:
            del self._queues[key]
        self._resize(entry, entry.size.copy_negate())

    def _resize(self, entry: BookEntry, difference: Decimal) -> None:
        side = self.bids if entry.side is Side.BUY else self.asks
        side.put(entry.price, EXACT.add(side.size_at(entry.price), difference))

"""What a market shows that names its orders (L3): each of them, what we have left of it, and who of ours is ahead of it.

What we take of an order is gone for as long as it is the same order: one that trades with others or is made smaller does not
grow back. One that loses its place in time, by a higher size or another price, is a new one.

An order that reaches the other side when it comes is about to trade there, and its own messages say so soon, before or after
those of whom it trades with. So much of it as could trade then is not there to be taken, and executions of it up to so much
are those of an aggressor: they are nobody's turn on its own side.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from oms.model.decimals import EXACT, ZERO
from oms.model.define import record
from oms.model.depth import BookOrder
from oms.model.enums import Side
from oms.model.market_order_book import BookEntry, MarketOrderBook

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


@record
class Passive:
    """An execution of somebody's order that rested.

    Attributes:
        side: On which side it rested.
        price: Its limit.
        place: Its place in time.
        size: How much of it has traded.
    """

    side: Side
    price: Decimal
    place: int
    size: Decimal


class OrderSide:
    """One side, by order."""

    __slots__ = ("_aggressing", "_book", "_levels", "_side", "_taken")

    def __init__(self, book: MarketOrderBook, side: Side, aggressing: dict[str, Decimal]) -> None:
        """Look at a side of a book as it is at the time.

        Args:
            book: The market.
            side: Which side of it.
            aggressing: How much of an order is about to trade with the other side.
        """
        self._book = book
        self._side = side
        self._levels = book.bids if side is Side.BUY else book.asks
        self._aggressing = aggressing
        self._taken: dict[str, Decimal] = {}

    def best(self) -> tuple[Decimal | None, Decimal]:
        """Give the best price and what is shown there."""
        return self._levels.best or (None, ZERO)

    def offers(self) -> Iterator[tuple[Decimal, Decimal]]:
        """Give the prices at which something is left, from the best on."""
        is_whole = not self._taken and not self._aggressing
        for px, size in self._levels.levels():
            left = size if is_whole else self._left_at(px)
            if left > ZERO:
                yield px, left

    def _left_at(self, px: Decimal) -> Decimal:
        left = ZERO
        for entry in self._book.orders_at(self._side, px):
            left = _ADD(left, self._left_of(entry))
        return left

    def _left_of(self, entry: BookEntry) -> Decimal:
        left, entry_id = entry.size, entry.entry_id
        for gone in (self._taken, self._aggressing):
            if entry_id in gone:
                left = _SUBTRACT(left, gone[entry_id])
        return max(left, ZERO)

    def take(self, px: Decimal, qty: Decimal) -> None:
        """Use up so much of the orders at a price, whoever came first first."""
        taken = self._taken
        for entry in self._book.orders_at(self._side, px):
            part = min(self._left_of(entry), qty)
            if part:
                taken[entry.entry_id] = _ADD(taken.get(entry.entry_id, ZERO), part)
                qty = _SUBTRACT(qty, part)
            if not qty:
                return

    def ahead_at(self, px: Decimal) -> Decimal:
        """Give the size of all orders at a price."""
        return self._levels.size_at(px)

    def refresh(self, entry_id: str) -> None:
        """Forget what we have taken of an order, which is gone or another one."""
        self._taken.pop(entry_id, None)


class OrderMarket:
    """Both sides of a market by order.

    Attributes:
        bids: Those who want to buy.
        asks: Those who want to sell.
    """

    __slots__ = ("_aggressing", "_book", "asks", "bids")

    def __init__(self, book: MarketOrderBook) -> None:
        """Look at a book, which is told of every message from here."""
        self._book = book
        self._aggressing: dict[str, Decimal] = {}
        self.bids = OrderSide(self._book, Side.BUY, self._aggressing)
        self.asks = OrderSide(self._book, Side.SELL, self._aggressing)

    @property
    def next_place(self) -> int:
        """The place in time that the next order of others will have."""
        return self._book.next_place

    def take(self, message: BookOrder) -> Passive | None:
        """Take in what became of an order, and give what of it has traded while it rested; None where nothing has."""
        book, entry_id = self._book, message.entry_id
        known = book.entries.get(entry_id)
        if known is None:
            book.take(message)
            if entry_id in book.entries:
                self._note_aggressing(message)
            return None
        side, price, place, size = known.side, known.price, known.place, known.size
        book.take(message)
        executed = min(message.executed, size)
        aggressing = self._aggressing.pop(entry_id, ZERO)
        if aggressing:
            hit = min(executed, aggressing)
            executed, aggressing = _SUBTRACT(executed, hit), _SUBTRACT(aggressing, hit)
        entry = book.entries.get(entry_id)
        if entry is not None and entry.place == place:
            if aggressing:
                self._aggressing[entry_id] = aggressing
        else:
            (self.bids if side is Side.BUY else self.asks).refresh(entry_id)
            if entry is not None:
                self._note_aggressing(message)
        return Passive(side, price, place, executed) if executed else None

    def _note_aggressing(self, message: BookOrder) -> None:
        is_buy, px = message.side is Side.BUY, message.price
        reached = ZERO
        for other, size in (self._book.asks if is_buy else self._book.bids).levels():
            if (other > px) if is_buy else (other < px):
                break
            reached = _ADD(reached, size)
            if reached >= message.size:
                break
        if reached:
            self._aggressing[message.entry_id] = min(reached, message.size)

    @property
    def is_locked(self) -> bool:
        """Whether both sides reach each other: then orders of others are about to trade with one another."""
        bid, ask = self._book.bids.best_px, self._book.asks.best_px
        return bid is not None and ask is not None and bid >= ask

    def queue_ahead(self, side: Side, px: Decimal, place: int) -> Decimal:
        """Give how much of the market's own queue at a price stands before a place in time."""
        return self._book.ahead_of(side, px, place)

"""What a market shows that tells the sizes at its prices (L2): every level, and what we have left of each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from oms.model.book_side import BookSide
from oms.model.decimals import EXACT, ZERO
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook
from oms.simulation.ladder import Ladder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


class LevelSide:
    """One side, by level."""

    __slots__ = ("_side", "_taken")

    def __init__(self, side: BookSide) -> None:
        """Look at a side of a book as it is at the time."""
        self._side = side
        self._taken: dict[Decimal, Decimal] = {}

    def best(self) -> tuple[Decimal | None, Decimal]:
        """Give the best level."""
        return self._side.best or (None, ZERO)

    def offers(self) -> Iterator[tuple[Decimal, Decimal]]:
        """Give the levels of which something is left, from the best on."""
        taken = self._taken
        for px, size in self._side.levels():
            left = _SUBTRACT(size, taken[px]) if px in taken else size
            if left > ZERO:
                yield px, left

    def take(self, px: Decimal, qty: Decimal) -> None:
        """Use up so much of a level."""
        self._taken[px] = _ADD(self._taken.get(px, ZERO), qty)

    def ahead_at(self, px: Decimal) -> Decimal:
        """Give the size of a level; 0 where there is none, behind the last one too."""
        return self._side.size_at(px)

    def used(self) -> list[tuple[Decimal, Decimal]]:
        """Give the levels of which we have taken something, and what is shown there."""
        return [(px, self._side.size_at(px)) for px in self._taken]

    def refresh(self, before: list[tuple[Decimal, Decimal]]) -> None:
        """Let those levels be whole again that show something else than `before`."""
        for px, size in before:
            if self._side.size_at(px) != size:
                del self._taken[px]


class LevelMarket:
    """Both sides of a market by level.

    Attributes:
        bids: Those who want to buy.
        asks: Those who want to sell.
    """

    __slots__ = ("_book", "asks", "bids")

    def __init__(self, book: DepthBook) -> None:
        """Look at a book, which is told of every message from here."""
        self._book = book
        self.bids = LevelSide(self._book.bids)
        self.asks = LevelSide(self._book.asks)

    def take(self, message: BookSnapshot | BookUpdate, buys: Ladder, sells: Ladder) -> None:
        """Take changes in, and tell our own orders what is shown at their prices now."""
        bids, asks, book = self.bids, self.asks, self._book
        used_bids, used_asks = bids.used(), asks.used()
        book.take(message)
        if used_bids:
            bids.refresh(used_bids)
        if used_asks:
            asks.refresh(used_asks)
        for ladder, side, levels in ((buys, book.bids, message.bids), (sells, book.asks, message.asks)):
            if ladder.is_empty:
                continue
            if type(message) is BookUpdate:
                ours = ladder.at_px
                for px, _ in levels:
                    level = ours.get(px)
                    if level is not None:
                        ladder.note_shown_at(level, side.size_at(px))
            else:
                self._tell_all(ladder, side)

    def tell_all(self, buys: Ladder, sells: Ladder) -> None:
        """Tell all our own orders what is shown at their prices."""
        self._tell_all(buys, self._book.bids)
        self._tell_all(sells, self._book.asks)

    @staticmethod
    def _tell_all(ladder: Ladder, side: BookSide) -> None:
        for px in ladder.prices():
            ladder.note_shown(px, side.size_at(px))

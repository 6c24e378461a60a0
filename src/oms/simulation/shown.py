"""What a market shows on one side, as far as it is known, and what we have left of it.

What we take of a level is gone until the market shows something else there. However deep a market is known, it answers the
same questions, so that the rules of trading are written once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Protocol

from oms.model.decimals import EXACT, ZERO
from oms.model.market import Quote
from oms.simulation.ladder import ENDLESS

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


class ShownSide(Protocol):
    """What others want to buy, or want to sell."""

    @abstractmethod
    def best(self) -> tuple[Decimal | None, Decimal]:
        """Give the best price and the size shown there, whatever we have taken; None and 0 where there is nobody."""

    @abstractmethod
    def offers(self) -> Iterator[tuple[Decimal, Decimal]]:
        """Give each price at which we have left something, and how much, from the best price on."""

    @abstractmethod
    def take(self, px: Decimal, qty: Decimal) -> None:
        """Use up so much of what is left at a price."""

    @abstractmethod
    def ahead_at(self, px: Decimal) -> Decimal:
        """Give how much of this side an order that joins it at a price has ahead; `ENDLESS` where that is not shown."""


class HasQuote(Protocol):
    """Whoever knows the last quote of a market."""

    quote: Quote


class TopSide:
    """The best price alone, which is all that a quote shows."""

    __slots__ = ("_is_bid", "_market", "_taken")

    def __init__(self, market: HasQuote, *, is_bid: bool) -> None:
        """Look at one side of whatever quote the market shows at the time."""
        self._market = market
        self._is_bid = is_bid
        self._taken = ZERO

    def best(self) -> tuple[Decimal | None, Decimal]:
        """Give the price and the size of the quote."""
        quote = self._market.quote
        px, size = (quote.bid, quote.bid_size) if self._is_bid else (quote.ask, quote.ask_size)
        return (None, ZERO) if px is None or not size else (px, size)

    def offers(self) -> Iterator[tuple[Decimal, Decimal]]:
        """Give the quote's price, if anything is left of its size."""
        px, size = self.best()
        if px is not None and size > self._taken:
            yield px, _SUBTRACT(size, self._taken)

    def take(self, px: Decimal, qty: Decimal) -> None:
        """Use up so much of the size of the quote."""
        self._taken = _ADD(self._taken, qty)

    def ahead_at(self, px: Decimal) -> Decimal:
        """Give the size of the quote at its price, 0 at a better one; what is behind it is not shown."""
        quote = self._market.quote
        best, size = (quote.bid, quote.bid_size) if self._is_bid else (quote.ask, quote.ask_size)
        if best is None or (px > best if self._is_bid else px < best):
            return ZERO
        return size if px == best else ENDLESS

    def refresh(self, before: Quote, after: Quote) -> bool:
        """Be whole again if this side of the quote is another than before; tell whether anything is taken of it."""
        if self._taken:
            if self._is_bid:
                is_same = before.bid == after.bid and before.bid_size == after.bid_size
            else:
                is_same = before.ask == after.ask and before.ask_size == after.ask_size
            if not is_same:
                self._taken = ZERO
        return bool(self._taken)

"""One side of a market's book by level: what is shown at which price, the best first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from oms.model.decimals import ZERO
from oms.model.depth import Level
from oms.model.enums import Side


class BookSide:
    """The levels of the buyers or of the sellers.

    Prices are kept in a list whose last one is the best, since nearly all that changes is near the best: then little is
    moved. Offers are kept as their negatives for that.

    Attributes:
        sizes: What is shown at each price, in no order; for looking at only.
    """

    __slots__ = ("_is_bid", "_keys", "sizes")

    def __init__(self, side: Side) -> None:
        """Begin with nobody.

        Args:
            side: `Side.BUY` for those who bid; any other for those who offer.
        """
        self._is_bid = side is Side.BUY
        self._keys: list[Decimal] = []
        self.sizes: dict[Decimal, Decimal] = {}

    def __len__(self) -> int:
        """How many levels there are."""
        return len(self._keys)

    def put(self, px: Decimal, size: Decimal) -> bool:
        """Let a size be shown at a price, zero for none; False where there was nothing to take away."""
        sizes = self.sizes
        if size:
            if px not in sizes:
                insort(self._keys, px if self._is_bid else px.copy_negate())
            sizes[px] = size
        elif px in sizes:
            del sizes[px]
            keys = self._keys
            del keys[bisect_left(keys, px if self._is_bid else px.copy_negate())]
        else:
            return False
        return True

    def replace(self, levels: Iterable[Level]) -> None:
        """Forget everything, and show these levels; none may be named twice, nor have a size of zero."""
        self.sizes = dict(levels)
        self._keys = sorted(self.sizes if self._is_bid else [px.copy_negate() for px in self.sizes])

    @property
    def best_px(self) -> Decimal | None:
        """The highest bid or the lowest offer; None where nobody is."""
        if not self._keys:
            return None
        return self._keys[-1] if self._is_bid else self._keys[-1].copy_negate()

    @property
    def best(self) -> Level | None:
        """The best price and the size shown there; None where nobody is."""
        px = self.best_px
        return None if px is None else (px, self.sizes[px])

    def size_at(self, px: Decimal) -> Decimal:
        """Give the size shown at a price, zero where there is none."""
        return self.sizes.get(px, ZERO)

    def levels(self, limit: int | None = None) -> Iterator[Level]:
        """Give prices and sizes from the best on, at most `limit` of them; the side must not change meanwhile."""
        sizes = self.sizes
        for key in islice(reversed(self._keys), limit):
            px = key if self._is_bid else key.copy_negate()
            yield px, sizes[px]

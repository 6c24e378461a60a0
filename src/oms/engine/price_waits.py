"""Who waits for a price, found without a walk over all that wait: nearly every quote reaches nobody."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Final

from sortedcontainers import SortedList

from oms.model.enums import Side
from oms.model.ids import OrderId

_LAST: Final = float("inf")
"""After every number that anybody is given."""
_NOBODY: Final = OrderId(0)


class PriceWaits:
    """Orders of one instrument that wait until they could trade at a price or a better one."""

    __slots__ = ("_buys", "_numbers", "_sells", "_waiting")

    def __init__(self) -> None:
        """Begin with none."""
        # Each with its price, its side, and a number that says who began to wait first.
        self._waiting: dict[OrderId, tuple[Side, Decimal, int]] = {}
        self._buys: SortedList[tuple[Decimal, float, OrderId]] = SortedList()
        self._sells: SortedList[tuple[Decimal, float, OrderId]] = SortedList()
        self._numbers = count()

    def __len__(self) -> int:
        """Give how many wait."""
        return len(self._waiting)

    def set(self, order_id: OrderId, side: Side, px: Decimal | None) -> None:
        """Have an order wait for a price from now on; None for none. One that waited already keeps its turn."""
        known = self._waiting.get(order_id)
        if known is not None:
            before, before_px, number = known
            if side is before and px == before_px:
                return
            self._of(before).remove((before_px, number, order_id))
            if px is None:
                del self._waiting[order_id]
        if px is not None:
            number = next(self._numbers) if known is None else known[2]
            self._waiting[order_id] = side, px, number
            self._of(side).add((px, number, order_id))

    def reached(self, bid: Decimal | None, ask: Decimal | None) -> list[OrderId]:
        """Give those who could trade at their price or a better one with these best prices, in the order in which they began to wait."""
        found: list[tuple[float, OrderId]] = []
        if ask is not None and self._buys and ask <= self._buys[-1][0]:
            found += [(number, one) for _, number, one in self._buys.irange((ask, -1, _NOBODY))]
        if bid is not None and self._sells and bid >= self._sells[0][0]:
            found += [(number, one) for _, number, one in self._sells.irange(None, (bid, _LAST, _NOBODY))]
        return [one for _, one in sorted(found)]

    def _of(self, side: Side) -> SortedList[tuple[Decimal, float, OrderId]]:
        return self._buys if side is Side.BUY else self._sells

"""The orders of the venue that only reduce a position, by what they reduce and by side."""

from __future__ import annotations

from typing import Final, TypeAlias

from oms.model.ids import Account, Symbol
from oms.simulation.venue_order import Stage, VenueOrder

_Side: TypeAlias = tuple[Account, Symbol, bool]

_LEAST_SWEPT: Final = 16
"""Fewer are not swept of those that have ended."""


class _Watched:
    """Those of one side, each with its number in the order of arrival. Some have ended meanwhile."""

    __slots__ = ("most", "orders")

    def __init__(self) -> None:
        self.orders: dict[VenueOrder, int] = {}
        self.most = _LEAST_SWEPT

    def add(self, order: VenueOrder, number: int) -> None:
        if len(self.orders) >= self.most:
            # Swept each time that they have doubled: no arrival looks at all of them.
            self.sweep()
            self.most = max(2 * len(self.orders), _LEAST_SWEPT)
        self.orders.setdefault(order, number)

    def sweep(self) -> None:
        self.orders = {one: number for one, number in self.orders.items() if one.stage is Stage.OPEN}


class Reducing:
    """Looks after orders that only reduce. What there still is to reduce costs nothing, however many they are."""

    __slots__ = ("_arrived", "_sides")

    def __init__(self) -> None:
        """Begin with none."""
        self._sides: dict[_Side, _Watched] = {}
        self._arrived = 0

    def note(self, order: VenueOrder) -> None:
        """Look after an order from now on, in the order of arrival; or again, as it is taken up."""
        self._arrived += 1
        side = (order.account, order.symbol, order.is_buy)
        self._sides.setdefault(side, _Watched()).add(order, self._arrived)

    def of_side(self, account: Account, symbol: Symbol, *, is_buy: bool) -> list[tuple[int, VenueOrder]]:
        """Give those of one side that are open, each with its number in the order of arrival."""
        watched = self._sides.get((account, symbol, is_buy))
        if watched is None or not watched.orders:
            return []
        watched.sweep()
        return [(number, order) for order, number in watched.orders.items()]

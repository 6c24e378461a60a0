"""The simulated exchange once more, slow and obvious: a list of orders, searched from end to end each time.

It shares nothing with the library but the reading of the rules: each order holds how much of the market's queue is
ahead of it, and every quote and print goes through all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

ENDLESS = 10**9


@dataclass
class SlowOrder:
    """A resting order: prices in ticks, sizes in lots."""

    name: str
    is_buy: bool
    price: int
    leaves: int
    place: int
    ahead: int = 0
    # How much of it is shown at a time, and how much is now; 0 for all of it.
    display: int = 0
    shown: int = 0

    def show(self) -> None:
        self.shown = self.display if self.display < self.leaves else 0

    def is_beaten_by(self, px: int) -> bool:
        return self.price < px if self.is_buy else self.price > px

    def beats(self, px: int) -> bool:
        return self.price > px if self.is_buy else self.price < px


Fill = tuple[str, int, int, bool]
"""Whose, how much, at what price, and whether it was resting."""


class SlowExchange:
    """Fills only; what reports carry is not its concern."""

    def __init__(self) -> None:
        self.resting: list[SlowOrder] = []
        self.shown: dict[bool, tuple[int | None, int]] = {
            True: (None, 0),
            False: (None, 0),
        }  # by: is it the bid
        self.left = {True: 0, False: 0}
        self.places = 0

    def new(
        self, name: str, qty: int, price: int | None, *, is_buy: bool, rests: bool, in_full: bool
    ) -> list[Fill]:
        """Take, then rest."""
        self.places += 1
        px, _ = self.shown[not is_buy]
        left = self.left[not is_buy]
        fills: list[Fill] = []
        if px is not None and left and (price is None or (px <= price if is_buy else px >= price)):
            taken = min(qty, left)
            if taken == qty or not in_full:
                self.left[not is_buy] -= taken
                qty -= taken
                fills.append((name, taken, px, False))
        if qty and rests and price is not None:
            order = SlowOrder(name, is_buy, price, qty, self.places)
            own_px, size = self.shown[is_buy]
            if own_px is None or order.beats(own_px):
                order.ahead = 0
            else:
                order.ahead = size if price == own_px else ENDLESS
            self.resting.append(order)
        return fills

    def quote(self, bid: tuple[int | None, int], ask: tuple[int | None, int]) -> list[Fill]:
        """Show new prices."""
        for is_bid, side in ((True, bid), (False, ask)):
            if side != self.shown[is_bid]:
                self.left[is_bid] = side[1]
            self.shown[is_bid] = side
        for order in self.resting:
            px, size = self.shown[order.is_buy]
            if px is None or order.beats(px):
                order.ahead = 0
            elif px == order.price:
                order.ahead = min(order.ahead, size)
        fills: list[Fill] = []
        for is_buy in (True, False):
            px, _ = self.shown[not is_buy]
            for order in self._in_order(is_buy):
                if px is not None and (order.beats(px) or order.price == px):
                    self.left[not is_buy] -= self._fill(order, self.left[not is_buy], fills)
        return fills

    def trade(self, px: int, size: int, *, bought: bool | None) -> list[Fill]:
        """Print a trade; `bought` is None where nobody knows who was the aggressor."""
        fills: list[Fill] = []
        for is_buy in (False, True) if bought else (True, False):
            side = self._in_order(is_buy)
            for order in side:
                if order.beats(px):
                    order.ahead = 0
            for order in side:
                if order.beats(px):
                    size -= self._fill(order, size, fills)
            at_px = [order for order in side if order.price == px]
            for order in at_px if bought is None or bought is not is_buy else []:
                passed = min(order.ahead, size)
                size -= passed
                for waiting in at_px:
                    waiting.ahead = max(waiting.ahead - passed, 0)
                size -= self._fill(order, size, fills)
        return fills

    def cancel(self, name: str) -> SlowOrder | None:
        """Take an order out."""
        for order in self.resting:
            if order.name == name:
                self.resting.remove(order)
                return order
        return None

    def reduce(self, name: str, leaves: int) -> None:
        """Leave less of an order where it is."""
        [order] = [order for order in self.resting if order.name == name]
        order.leaves = leaves

    def _in_order(self, is_buy: bool) -> list[SlowOrder]:
        side = [order for order in self.resting if order.is_buy is is_buy]
        return sorted(side, key=lambda order: (-order.price if is_buy else order.price, order.place))

    def _fill(self, order: SlowOrder, most: int, fills: list[Fill]) -> int:
        qty = min(order.leaves, most)
        if qty:
            order.leaves -= qty
            fills.append((order.name, qty, order.price, True))
            if not order.leaves:
                self.resting.remove(order)
        return qty

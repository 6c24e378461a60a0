"""What is held at one price: orders indexed by the price that moves them, the nearest first."""

from __future__ import annotations

from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Any, Final, Protocol

from attrs import define

from oms.model.ids import OrderId, Symbol
from oms.model.triggers import Trigger

NEVER: Final = Decimal("Infinity")
ALWAYS: Final = Decimal("-Infinity")
SPARE: Final = 16
"""How many keys of levels that are gone a ladder may keep beside one for each level that is there."""


class Place(Protocol):
    """Where a held order waits."""

    def remove(self, held: Held, /) -> None:
        """Take an order out that is in it."""
        ...

    def water_mark(self, held: Held, /) -> Decimal | None:
        """Give the best price since the order's trail began; None where it has not, or there is none."""
        ...


@define(eq=False)
class Held:
    """An order that waits for a price.

    Attributes:
        arrival: Its place in time among all that are held; a later one once it was amended.
        place: Where it waits; None while it is moved.
        px: The price that it waits for there, if that is a fixed one.
        bucket: The trails that it shares its water mark with, if it trails.
        given_mark: The water mark that it came with, until it trails.
    """

    order_id: OrderId
    symbol: Symbol
    trigger: Trigger
    arrival: int
    place: Place | None = None
    px: Decimal = NEVER
    bucket: Any = None
    given_mark: Decimal | None = None

    @property
    def water_mark(self) -> Decimal | None:
        """The best price since its trail began; None where it has not, or does not trail."""
        return None if self.place is None else self.place.water_mark(self)


class Ladder:
    """Orders that wait for fixed prices to be reached from one direction.

    Attributes:
        is_up: Prices are reached from below.
        edge: The nearest of them; infinitely far where nobody waits.
    """

    __slots__ = ("_heap", "_levels", "edge", "is_up")

    def __init__(self, *, is_up: bool) -> None:
        """Make an empty one."""
        self.is_up = is_up
        # The key rises with the distance from the market, so that both directions are the same code.
        self._levels: dict[Decimal, dict[OrderId, Held]] = {}
        # The keys of the levels, the nearest first; and of some that are gone, until they come to the top or are too many.
        self._heap: list[Decimal] = []
        self.edge = NEVER if is_up else ALWAYS

    def add(self, held: Held, px: Decimal) -> None:
        """Let an order wait for a price."""
        held.px, held.place = px, self
        key = px if self.is_up else px.copy_negate()
        level = self._levels.get(key)
        if level is None:
            self._levels[key] = {held.order_id: held}
            heappush(self._heap, key)
            if (px < self.edge) if self.is_up else (px > self.edge):
                self.edge = px
        else:
            level[held.order_id] = held

    def remove(self, held: Held) -> None:
        """Take an order out."""
        px = held.px
        key = px if self.is_up else px.copy_negate()
        level = self._levels[key]
        if len(level) > 1:
            del level[held.order_id]
            return
        del self._levels[key]
        if px == self.edge:
            self._find_edge()
        elif len(self._heap) > 2 * len(self._levels) + SPARE:
            self._heap = list(self._levels)
            heapify(self._heap)

    def water_mark(self, held: Held) -> Decimal | None:
        """Give none: what waits for a fixed price does not trail, or not yet."""
        return None

    def is_reached(self, px: Decimal) -> bool:
        """Tell whether a price reaches the nearest."""
        return px >= self.edge if self.is_up else px <= self.edge

    def take(self, px: Decimal) -> list[Held]:
        """Take out whoever is reached by a price, the nearest first."""
        taken: list[Held] = []
        while self.is_reached(px):
            taken += self._levels.pop(heappop(self._heap)).values()
            self._find_edge()
        return taken

    def _find_edge(self) -> None:
        # A key may stand there twice, where its level went and came again.
        heap, levels = self._heap, self._levels
        while heap and heap[0] not in levels:
            heappop(heap)
        if heap:
            self.edge = heap[0] if self.is_up else heap[0].copy_negate()
        else:
            self.edge = NEVER if self.is_up else ALWAYS

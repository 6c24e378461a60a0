"""When which order is to be looked at: the soonest first, and one time for each."""

from __future__ import annotations

from heapq import heappop, heappush

from oms.model.ids import OrderId


class Wakes:
    """The orders that wait for a time."""

    __slots__ = ("_at", "_queue")

    def __init__(self) -> None:
        """Begin with none."""
        self._at: dict[OrderId, int] = {}
        # Entries of which nothing is known any more are passed over.
        self._queue: list[tuple[int, OrderId]] = []

    def set(self, order_id: OrderId, at_ns: int | None) -> None:
        """Have an order looked at from a time on, in nanoseconds UTC, and at no other; None for never."""
        if at_ns is None:
            self._at.pop(order_id, None)
        else:
            self._at[order_id] = at_ns
            heappush(self._queue, (at_ns, order_id))

    def pop(self, now_ns: int) -> OrderId | None:
        """Take the first order whose time has come by now; None if there is none."""
        queue = self._queue
        while queue and queue[0][0] <= now_ns:
            at_ns, order_id = heappop(queue)
            if self._at.get(order_id) == at_ns:
                del self._at[order_id]
                return order_id
        return None

    @property
    def next_ns(self) -> int | None:
        """When the first order is to be looked at, in nanoseconds UTC; None if none is."""
        queue = self._queue
        while queue and self._at.get(queue[0][1]) != queue[0][0]:
            heappop(queue)
        return queue[0][0] if queue else None

"""When orders are to have expired by the clock, or by an auction that has passed. Derived from facts, as all timers are.

Who ends an order is its venue. That its time has passed here is no evidence that it has ended there: where the venue has said
nothing by the time a request would be in doubt, the matter is an anomaly, and the broker is asked.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from attrs import define

from oms.model.ids import OrderId


@define
class Expiry:
    """An order's end by its time in force.

    Attributes:
        due_ns: When it is to have expired, in nanoseconds UTC.
        ask_ns: When it is asked about if it has not.
        is_told: It was.
        is_past: It was looked at, and nothing was left of the order then. Not moved by events.
    """

    due_ns: int
    ask_ns: int
    is_told: bool = False
    is_past: bool = False


class Expiries:
    """The orders that expire at a known instant.

    Attributes:
        known: These, by their ids.
        next_ns: The first is to be looked at no sooner than this, in nanoseconds UTC; None if there is none.
    """

    __slots__ = ("_queue", "known", "next_ns")

    def __init__(self) -> None:
        """Begin with none."""
        self.known: dict[OrderId, Expiry] = {}
        self.next_ns: int | None = None
        # Some entries may be out of date, but for the first.
        self._queue: list[tuple[int, OrderId]] = []

    def watch(self, order_id: OrderId, expiry: Expiry) -> None:
        """Look at an order at a time; at no other one where it was watched before."""
        self.known[order_id] = expiry
        expiry.is_past = False
        heappush(self._queue, (expiry.ask_ns, order_id))
        self._trim()

    def on_told(self, order_id: OrderId) -> None:
        """Take in that it is an anomaly by now: it is not asked about for its time again."""
        expiry = self.known.get(order_id)
        if expiry is not None:
            expiry.is_told = True
            self._trim()

    def forget(self, order_id: OrderId) -> None:
        """Let an order go: it has left memory, or has another time in force."""
        if self.known.pop(order_id, None) is not None:
            self._trim()

    def pop(self) -> OrderId:
        """Take the first off the queue; there must be one."""
        order_id = heappop(self._queue)[1]
        self.known[order_id].is_past = True
        self._trim()
        return order_id

    def put_back(self, known: dict[OrderId, Expiry]) -> None:
        """Take in what a snapshot has."""
        self.known = known
        self._queue = [(one.ask_ns, order_id) for order_id, one in known.items()]
        heapify(self._queue)
        self._trim()

    def _trim(self) -> None:
        queue, known = self._queue, self.known
        while queue:
            ask_ns, order_id = queue[0]
            expiry = known.get(order_id)
            if expiry is not None and expiry.ask_ns == ask_ns and not (expiry.is_told or expiry.is_past):
                break
            heappop(queue)
        self.next_ns = queue[0][0] if queue else None

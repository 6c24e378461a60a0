"""When unanswered requests fall into doubt, and when orders should have expired. Derived from facts: a restart makes the same timers from the same events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

from oms.engine.expiries import Expiries, Expiry
from oms.model.enums import SessionPhase
from oms.model.events import (
    OrderAdopted,
    OrderAmended,
    OrderCreated,
    OrderReleased,
    OrderReplaced,
    SessionChanged,
)
from oms.model.ids import ClOrdId, OrderId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.sessions import came_before
from oms.model.time_in_force import (
    AtTheOpening,
    GoodForAuction,
    GoodForTime,
    GoodTillTime,
    expires_at,
    is_over,
)

CLOCKED: Final = frozenset({GoodTillTime, GoodForTime})
"""The times in force that the clock ends."""


class Timers:
    """The time limits of requests, soonest first; equal times in the order of their making.

    A request waits from when it is sent until it is answered, in doubt, or known to have arrived, and whatever has once
    stopped to wait never waits again. Time never goes back, so requests with the same time limit fall due in the order
    in which they were sent: there is one queue for each limit, and never more of these than limits were in force.

    Attributes:
        queues: What waits under each time limit, the first due first.
        expiries: The orders that expire at a known instant.
        next_due_ns: The first of both is due no sooner than this, in nanoseconds UTC; None if nothing waits.
    """

    __slots__ = ("expiries", "next_due_ns", "queues")

    def __init__(self) -> None:
        """Begin with none."""
        # Not plain dicts: to find the first key of one takes as long as many were deleted before it.
        self.queues: dict[int, OrderedDict[ClOrdId, int]] = {}
        self.expiries = Expiries()
        self.next_due_ns: int | None = None

    def follow(
        self,
        before: Mapping[ClOrdId, OutstandingRequest],
        after: Mapping[ClOrdId, OutstandingRequest],
        timeout_ns: int,
    ) -> None:
        """Take in how an order's set of unanswered requests has changed; new ones may take `timeout_ns`."""
        if before:
            for identity in before:
                if identity not in after or not _waits(after[identity]):
                    for queue in self.queues.values():
                        if queue.pop(identity, None) is not None:
                            break
            if not any(self.queues.values()):
                self.next_due_ns = self.expiries.next_ns
        if after:
            for identity, request in after.items():
                if identity not in before:
                    due_ns = request.sent_ns + timeout_ns
                    try:
                        self.queues[timeout_ns][identity] = due_ns
                    except KeyError:
                        self.queues[timeout_ns] = OrderedDict({identity: due_ns})
                    if self.next_due_ns is None or due_ns < self.next_due_ns:
                        self.next_due_ns = due_ns

    def expire(
        self,
        order_id: OrderId,
        event: OrderCreated | OrderAdopted | OrderAmended | OrderReleased | OrderReplaced,
        timeout_ns: int,
    ) -> None:
        """Take in how long an order is good from now on; its venue has so long to say that it has expired."""
        if event.time_in_force is None:
            # It stays, but what was filled may be larger now.
            self.rearm(order_id)
        elif (due_ns := expires_at(event.time_in_force, event.time_ns)) is None:
            self.expiries.forget(order_id)
        else:
            self.watch(order_id, Expiry(due_ns, due_ns + timeout_ns))

    def grant(self, order_id: OrderId, timeout_ns: int) -> None:
        """Give whoever is to end an order so long to say that it has expired: 0 where that is nobody but us."""
        expiry = self.expiries.known.get(order_id)
        if expiry is not None:
            self.watch(order_id, Expiry(expiry.due_ns, expiry.due_ns + timeout_ns))

    def release(self, event: OrderReleased, timeout_ns: int) -> None:
        """Take in that what was held is sent: its venue has so long to say that it has expired, by what it was sent with."""
        if event.time_in_force is None:
            self.grant(event.order_id, timeout_ns)
        else:
            self.expire(event.order_id, event, timeout_ns)

    def on_session(self, event: SessionChanged, orders: Iterable[Order], timeout_ns: int) -> None:
        """Take in that a session opened or closed: of the orders that are open, those for an opening are to expire with it.

        So are those that are over, unless a replace which is unanswered has made them good for longer.

        Args:
            event: What has changed.
            orders: The open orders whose session is a new one.
            timeout_ns: How long their venues have to say so, in nanoseconds.
        """
        for order in orders:
            is_there = event.symbol is None or order.symbol == event.symbol
            was_there = is_there and came_before(order.created_ns, event.changed_ns, event.time_ns)
            if was_there and self._is_left_open(event, order):
                self.watch(order.order_id, Expiry(event.time_ns, event.time_ns + timeout_ns))

    def _is_left_open(self, event: SessionChanged, order: Order) -> bool:
        tif = order.time_in_force
        if event.phase is SessionPhase.OPEN and isinstance(tif, AtTheOpening | GoodForAuction):
            return True
        # What the clock ends is watched already.
        return (
            type(tif) not in CLOCKED
            and may_change(order)
            and is_over(tif, event.phase, event.trade_date, event.changed_ns, None)
        )

    def watch(self, order_id: OrderId, expiry: Expiry) -> None:
        """Look at an order at the time at which its end is to be known."""
        self.expiries.watch(order_id, expiry)
        if self.next_due_ns is None or expiry.ask_ns < self.next_due_ns:
            self.next_due_ns = expiry.ask_ns

    def rearm(self, order_id: OrderId) -> None:
        """Look at an order again at the same time, if it is watched."""
        expiry = self.expiries.known.get(order_id)
        if expiry is not None and not expiry.is_told:
            self.watch(order_id, expiry)

    def settle(self) -> None:
        """Find out anew when the first is due.

        What was due and no longer waits leaves a time behind that is too soon. Whoever goes on from a snapshot and whoever reads
        the whole journal have not looked at the same moments since, and start alike all the same.
        """
        due = [_head(queue) for queue in self.queues.values() if queue]
        if self.expiries.next_ns is not None:
            due.append(self.expiries.next_ns)
        self.next_due_ns = min(due, default=None)

    def pop_due(self, now_ns: int) -> ClOrdId | None:
        """Take the first request that still waits and is due by now; None if there is none."""
        waiting = [queue for queue in self.queues.values() if queue]
        expires_ns = self.expiries.next_ns
        if not waiting:
            self.next_due_ns = expires_ns
            return None
        first = min(waiting, key=_head)
        due_ns = _head(first)
        self.next_due_ns = due_ns if expires_ns is None or due_ns < expires_ns else expires_ns
        if due_ns > now_ns:
            return None
        return first.popitem(last=False)[0]

    def waiting(self) -> list[tuple[int, ClOrdId]]:
        """Give what is still waited for: due time and request, soonest first."""
        entries = [(due_ns, identity) for queue in self.queues.values() for identity, due_ns in queue.items()]
        return sorted(entries, key=lambda entry: entry[0])


def _waits(request: OutstandingRequest) -> bool:
    # A request that the broker is deciding has arrived and cannot fall into doubt.
    return not request.in_doubt and not request.pending


def may_change(order: Order) -> bool:
    """Tell whether a replace is unanswered that changes for how long an order is good: nobody knows which of the two holds."""
    asked = [request.time_in_force for request in order.outstanding_requests]
    return any(tif is not None and tif != order.time_in_force for tif in asked)


def _head(queue: OrderedDict[ClOrdId, int]) -> int:
    return next(iter(queue.values()))

"""When unanswered requests fall into doubt. Derived from facts: a restart makes the same timers from the same events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from oms.model.ids import ClOrdId
from oms.model.outstanding import OutstandingRequest


class Timers:
    """The time limits of requests, soonest first; equal times in the order of their making.

    A request waits from when it is sent until it is answered, in doubt, or known to have arrived, and whatever has once
    stopped to wait never waits again. Time never goes back, so requests with the same time limit fall due in the order
    in which they were sent: there is one queue for each limit, and never more of these than limits were in force.

    Attributes:
        queues: What waits under each time limit, the first due first.
        next_due_ns: The first is due no sooner than this, in nanoseconds UTC; None if nothing waits.
    """

    __slots__ = ("next_due_ns", "queues")

    def __init__(self) -> None:
        """Begin with none."""
        # Not plain dicts: to find the first key of one takes as long as many were deleted before it.
        self.queues: dict[int, OrderedDict[ClOrdId, int]] = {}
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
                self.next_due_ns = None
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

    def pop_due(self, now_ns: int) -> ClOrdId | None:
        """Take the first request that still waits and is due by now; None if there is none."""
        waiting = [queue for queue in self.queues.values() if queue]
        if not waiting:
            self.next_due_ns = None
            return None
        first = min(waiting, key=_head)
        self.next_due_ns = _head(first)
        if self.next_due_ns > now_ns:
            return None
        return first.popitem(last=False)[0]

    def waiting(self) -> list[tuple[int, ClOrdId]]:
        """Give what is still waited for: due time and request, soonest first."""
        entries = [(due_ns, identity) for queue in self.queues.values() for identity, due_ns in queue.items()]
        return sorted(entries, key=lambda entry: entry[0])


def _waits(request: OutstandingRequest) -> bool:
    # A request that the broker is deciding has arrived and cannot fall into doubt.
    return not request.in_doubt and not request.pending


def _head(queue: OrderedDict[ClOrdId, int]) -> int:
    return next(iter(queue.values()))

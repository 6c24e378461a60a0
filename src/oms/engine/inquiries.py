"""What the brokers are to be asked: about requests in doubt or undecided until there is evidence, about orders once.

Derived from events, so that a restart asks at the same times: a question is due when a doubt arises, or when a request that
the broker has said to be deciding on is left undecided for the request timeout, and after each `OrderStatusRequested` again,
later from time to time. Whether a broker can be asked is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final, TypeAlias

from attrs import define

from oms.model.enums import AnomalyCode
from oms.model.events import AnomalyRaised, OrderEvent, OrderStatusRequested, RequestInDoubt
from oms.model.ids import ClOrdId, OrderId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest

# Asked about for each change of an order's requests; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

MAX_WAIT_NS: Final = 600 * 1_000_000_000
"""The longest that is waited before the same question is asked again, in nanoseconds."""

UNDECIDED: Final = "received, and still undecided"
"""Why a broker is asked about a request that it has."""

_MAX_DOUBLINGS: Final = 40
ASKS: Final = frozenset(
    {
        AnomalyCode.UNORDERED,
        AnomalyCode.MISSING_EXECUTION,
        AnomalyCode.ABSENT_AT_BROKER,
        AnomalyCode.EXPIRY_OVERDUE,
    }
)
"""Anomalies that only the broker can settle."""

ANSWER: Final = "Found"
_ANSWERS: Final = frozenset({ANSWER, "Absent", "MassStatus"})
"""Causes of anomalies that were raised by an answer: to ask again would only give the same answer."""

SEND_RESULT: Final = "send result"
"""The evidence of a doubt that the outcome of the send itself has settled, and nothing that the broker has said."""

NOBODY: Final = OrderId(0)
"""Stands for the order where what is due is about none."""

Key: TypeAlias = tuple[OrderId, ClOrdId | None]
"""A request in doubt, or None for the order as a whole."""


@define
class Inquiry:
    """A question to a broker.

    Attributes:
        order: What it is about.
        cl_ord_id: The request that is in doubt or undecided; None where it is about the order.
        attempts: How often it was asked, in a row.
        asked_ns: When it was asked last, in nanoseconds UTC; 0 before that.
        due_ns: When it is to be asked next, in nanoseconds UTC; None where nothing needs to be asked.
        sequence: The event that made it due: questions of one time are asked in this order.
        text: Why it is asked.
    """

    order: Order
    cl_ord_id: ClOrdId | None
    attempts: int
    asked_ns: int
    due_ns: int | None
    sequence: int
    text: str


class Inquiries:
    """Every question.

    Attributes:
        of_requests: Those about requests.
        doubts: Those of them that are about requests in doubt; the others are about requests that the broker is deciding on.
        of_orders: Those about orders that were ever asked about.
        queue: What is due when; some entries may be out of date.
        mute: Questions that are due and could not be asked, since they cannot name the order at its broker.
        alarms: When each reconciliation under way has to go on. They are in the queue too, so that a look there tells of both.
    """

    __slots__ = ("alarms", "doubts", "mute", "of_orders", "of_requests", "queue")

    def __init__(self) -> None:
        """Begin with none."""
        self.of_requests: dict[ClOrdId, Inquiry] = {}
        self.doubts: dict[ClOrdId, Inquiry] = {}
        self.of_orders: dict[OrderId, Inquiry] = {}
        self.queue: list[tuple[int, int, Key]] = []
        self.mute: dict[OrderId, list[Key]] = {}
        self.alarms: dict[str, int] = {}

    def wake(self, who: str, due_ns: int) -> None:
        """Let somebody who asks for everything go on at a time, in nanoseconds UTC, and not sooner."""
        if self.alarms.get(who) != due_ns:
            self.alarms[who] = due_ns
            heappush(self.queue, (due_ns, 0, (NOBODY, ClOrdId(who))))

    def on_doubt(self, order: Order, event: RequestInDoubt) -> None:
        """Take in that a request is in doubt: it is asked about at once."""
        identity = event.cl_ord_id
        if identity in self.doubts or identity not in order._requests:
            return
        inquiry = Inquiry(order, identity, 0, 0, event.time_ns, event.sequence, event.text)
        self.of_requests[identity] = self.doubts[identity] = inquiry
        self._queue(inquiry)

    def on_pending(self, order: Order, event: OrderEvent, timeout_ns: int) -> None:
        """Take in that a broker is deciding on requests: about each it is asked if its decision does not come in time."""
        for identity, request in order._requests.items():
            if request.pending and identity not in self.of_requests:
                due_ns = event.time_ns + timeout_ns
                inquiry = Inquiry(order, identity, 0, 0, due_ns, event.sequence, UNDECIDED)
                self.of_requests[identity] = inquiry
                self._queue(inquiry)

    def on_requests(
        self, before: Mapping[ClOrdId, OutstandingRequest], after: Mapping[ClOrdId, OutstandingRequest]
    ) -> None:
        """Take in how an order's unanswered requests have changed: what is settled is not asked about."""
        for identity, earlier in before.items():
            request = after.get(identity)
            # What was in doubt and is known to have arrived is asked about anew, if it stays undecided.
            if request is None or (earlier.in_doubt and not request.in_doubt):
                self.of_requests.pop(identity, None)
                self.doubts.pop(identity, None)

    def on_anomaly(self, order: Order, event: AnomalyRaised, timeout_ns: int) -> None:
        """Take in that something is wrong that only the broker can settle: it is asked, one question at a time."""
        if event.cause.kind in _ANSWERS:
            return
        inquiry = self.of_orders.get(order._order_id)
        if inquiry is None:
            inquiry = self.of_orders[order._order_id] = Inquiry(order, None, 0, 0, None, 0, "")
        if inquiry.due_ns is not None:
            return
        again_ns = inquiry.asked_ns + wait_ns(timeout_ns, inquiry.attempts - 1) if inquiry.attempts else 0
        inquiry.due_ns = max(event.time_ns, again_ns)
        inquiry.sequence = event.sequence
        inquiry.text = event.code.value
        self._queue(inquiry)

    def on_asked(self, order: Order, event: OrderStatusRequested, timeout_ns: int) -> None:
        """Take in that a broker was asked."""
        inquiry = self.of_requests.get(event.cl_ord_id)
        if inquiry is None:
            inquiry = self.of_orders.get(order._order_id)
            if inquiry is None:
                inquiry = self.of_orders[order._order_id] = Inquiry(order, None, 0, 0, None, 0, "")
            inquiry.due_ns = None
        elif event.cl_ord_id == order._cl_ord_id and order._order_id in self.of_orders:
            # The request is the order's own: the one question serves for both.
            self.of_orders[order._order_id].due_ns = None
        inquiry.attempts = event.attempt + 1
        inquiry.asked_ns = event.time_ns
        inquiry.sequence = event.sequence
        if inquiry.cl_ord_id is not None:
            inquiry.due_ns = event.time_ns + wait_ns(timeout_ns, event.attempt)
            self._queue(inquiry)

    def attempts(self, order_id: OrderId, cl_ord_id: ClOrdId | None, now_ns: int) -> int:
        """Give how often a question was asked in a row; an order's are forgotten after the longest wait."""
        inquiry = self._of((order_id, cl_ord_id))
        if inquiry is None or (cl_ord_id is None and now_ns - inquiry.asked_ns >= MAX_WAIT_NS):
            return 0
        return inquiry.attempts

    def put_back(self, inquiry: Inquiry) -> None:
        """Take in a question as a snapshot has it."""
        if inquiry.cl_ord_id is None:
            self.of_orders[inquiry.order._order_id] = inquiry
        else:
            self.of_requests[inquiry.cl_ord_id] = inquiry
            if inquiry.order._requests[inquiry.cl_ord_id].in_doubt:
                self.doubts[inquiry.cl_ord_id] = inquiry
        self._queue(inquiry)

    def pop_due(self, now_ns: int) -> Inquiry | None:
        """Take the first question that is due by now off the queue; None if there is none."""
        while self.queue and self.queue[0][0] <= now_ns:
            inquiry = self._current(heappop(self.queue))
            if inquiry is not None:
                return inquiry
        return None

    def next_due_ns(self) -> int | None:
        """Give when the next question is due, in nanoseconds UTC; None if there is none."""
        while self.queue:
            due_ns, _, (order_id, who) = self.queue[0]
            if order_id == NOBODY and who is not None:
                if self.alarms.get(who) == due_ns:
                    return due_ns
            elif self._current(self.queue[0]) is not None:
                return due_ns
            heappop(self.queue)
        return None

    def silence(self, inquiry: Inquiry) -> None:
        """Put a question that cannot be asked aside, until something is heard of its order."""
        key = (inquiry.order._order_id, inquiry.cl_ord_id)
        self.mute.setdefault(inquiry.order._order_id, []).append(key)

    def revive(self, order_id: OrderId) -> None:
        """Put what was put aside about an order back on the queue."""
        for key in self.mute.pop(order_id, ()):
            inquiry = self._of(key)
            if inquiry is not None and inquiry.due_ns is not None:
                self._queue(inquiry)

    def waiting(self) -> list[Inquiry]:
        """Give every question that is to be asked, the first due first."""
        due = [
            inquiry
            for inquiry in (*self.of_requests.values(), *self.of_orders.values())
            if inquiry.due_ns is not None
        ]
        return sorted(due, key=lambda inquiry: (inquiry.due_ns, inquiry.sequence))

    def _queue(self, inquiry: Inquiry) -> None:
        if inquiry.due_ns is not None:
            key = (inquiry.order._order_id, inquiry.cl_ord_id)
            heappush(self.queue, (inquiry.due_ns, inquiry.sequence, key))

    def _of(self, key: Key) -> Inquiry | None:
        order_id, cl_ord_id = key
        return self.of_orders.get(order_id) if cl_ord_id is None else self.of_requests.get(cl_ord_id)

    def _current(self, entry: tuple[int, int, Key]) -> Inquiry | None:
        due_ns, sequence, key = entry
        inquiry = self._of(key)
        is_current = inquiry is not None and (inquiry.due_ns, inquiry.sequence) == (due_ns, sequence)
        return inquiry if is_current else None


def wait_ns(timeout_ns: int, attempt: int) -> int:
    """Give how long an answer is waited for before the question is asked again: the request timeout, doubled each time."""
    return min(timeout_ns << min(attempt, _MAX_DOUBLINGS), MAX_WAIT_NS)

"""Orders made again from the events of a journal, by the machine that made them the first time.

Read models that need an order's facts take them from here, and repeat no rule.
"""

from __future__ import annotations

from copy import copy
from typing import TypeVar

from attrs import evolve

from oms.errors import UnknownOrderError
from oms.lifecycle.machine import apply, new_order, request_of
from oms.model import events as ev
from oms.model.define import record
from oms.model.ids import ClOrdId
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest

E = TypeVar("E", bound=ev.OrderEvent)


@record
class Asked:
    """What was heard and asked about a request in doubt.

    Attributes:
        since_ns: Since when it has been in doubt, in nanoseconds UTC.
        attempts: How often the broker was asked about it.
        asked_ns: When it was asked last, in nanoseconds UTC; 0 before that.
        text: The last words about it.
    """

    since_ns: int
    attempts: int
    asked_ns: int
    text: str


@record
class Doubt:
    """A request of which nobody knows whether it arrived.

    Attributes:
        order: Whose.
        request: What was asked of the broker.
        asked: What was heard and asked about it.
    """

    order: Order
    request: OutstandingRequest
    asked: Asked


class Rebuilt:
    """An order made again, and what was heard and asked about its requests in doubt, which it does not keep itself.

    Attributes:
        order: As it stands after the events applied so far.
    """

    __slots__ = ("_asked", "order")

    def __init__(self, first: ev.OrderEvent) -> None:
        """Begin with the order as it stood before its first event, which is still to be applied.

        Raises:
            UnknownOrderError: That is no order's first event: the journal does not begin at its beginning.
        """
        self.order = _begin(first)
        self._asked: dict[ClOrdId, Asked] = {}

    def apply(self, event: E) -> E:
        """Move the order by an event, and give a copy of the event with the values after it.

        To be called inside `oms.model.decimals.exact_arithmetic`.

        Raises:
            TransitionError: The tables do not allow it; nothing has moved.
        """
        noted = self._noted(event)
        # The machine writes the after-values, and the journal's event is not ours to touch.
        after = copy(event)
        apply(self.order, after)
        self._asked.update(noted)
        return after

    def doubts(self) -> list[Doubt]:
        """Give what is in doubt of it, the oldest request first."""
        return [
            Doubt(self.order, request, self._asked[request.cl_ord_id])
            for request in self.order.outstanding_requests
            if request.in_doubt
        ]

    def _noted(self, event: ev.OrderEvent) -> dict[ClOrdId, Asked]:
        # What an event that is about to happen says of a doubt.
        if isinstance(event, ev.RequestInDoubt):
            identity = event.cl_ord_id
            # Said twice, it is the same doubt; said again after it was settled, it is a new one.
            known = request_of(self.order, identity)
            if known is None or not known.in_doubt:
                return {identity: Asked(event.time_ns, 0, 0, event.text)}
        elif isinstance(event, ev.OrderStatusRequested) and event.cl_ord_id in self._asked:
            asked = self._asked[event.cl_ord_id]
            text = event.text or asked.text
            return {
                event.cl_ord_id: evolve(asked, attempts=asked.attempts + 1, asked_ns=event.time_ns, text=text)
            }
        return {}


def _begin(event: ev.OrderEvent) -> Order:
    if not isinstance(event, ev.OrderCreated | ev.OrderAdopted):
        raise UnknownOrderError(
            "order", str(event.order_id), "pass the journal from its beginning: its creation is missing"
        )
    return new_order(event)

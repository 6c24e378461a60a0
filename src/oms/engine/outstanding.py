"""What was sent and is not answered, for those who watch over it."""

from __future__ import annotations

from collections.abc import Iterable

from oms.engine.doubt import is_askable
from oms.engine.state import State
from oms.model.define import record, told
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest


@record
class Outstanding:
    """A request without an answer.

    Attributes:
        order: Whose.
        request: What was asked; `in_doubt` says that nobody knows whether it arrived.
        age_ns: How long ago it was decided, in nanoseconds.
        attempts: How often the broker was asked what became of it; 0 while it is neither in doubt nor known to be undecided.
        next_query_ns: When it is asked next, in nanoseconds UTC; None while it is neither in doubt nor known to be undecided.
        is_askable: The broker can be asked about it: it is attached, and looks requests up by ClOrdID or has named the order.
            Where it is not, nothing is sent until it can be, and only a report or a person settles the doubt.
    """

    order: Order
    request: OutstandingRequest
    age_ns: int
    attempts: int
    next_query_ns: int | None
    is_askable: bool

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)


def outstanding(state: State, orders: Iterable[Order], now_ns: int) -> list[Outstanding]:
    """Give every unanswered request of these orders, those of each order oldest first."""
    found: list[Outstanding] = []
    for order in orders:
        for request in order.outstanding_requests:
            inquiry = state.inquiries.of_requests.get(request.cl_ord_id)
            found.append(
                Outstanding(
                    order,
                    request,
                    request.age_ns(now_ns),
                    0 if inquiry is None else inquiry.attempts,
                    None if inquiry is None else inquiry.due_ns,
                    is_askable(state, order, request.cl_ord_id),
                )
            )
    return found

"""What was asked of a broker and has not been answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.model.define import record, told
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce


@record
class OutstandingRequest:
    """A request that was sent and has not been answered.

    Attributes:
        cl_ord_id: Its identity.
        kind: What was asked.
        sent_ns: When it was decided, in nanoseconds UTC.
        order_qty: The total that a replace asks for; None for a new order and for a cancel.
        terms: The terms that a replace asks for; None for a new order and for a cancel.
        time_in_force: The time in force asked for; None where it stays.
        pending: The broker has said that it is deciding.
        in_doubt: Nobody knows whether it arrived.
    """

    cl_ord_id: ClOrdId
    kind: RequestKind
    sent_ns: int
    order_qty: Decimal | None
    terms: Terms | None
    pending: bool = False
    in_doubt: bool = False
    time_in_force: TimeInForce | None = None

    def __repr__(self) -> str:
        """Give what is said, without what is left out."""
        return told(self)

    def age_ns(self, now_ns: int) -> int:
        """Give how long it has been unanswered, in nanoseconds."""
        return now_ns - self.sent_ns


NO_REQUESTS: Final[dict[ClOrdId, OutstandingRequest]] = {}
"""Shared by all orders that wait for nothing: never written to."""

"""From facts to the one word that is shown: FIX's precedence of OrdStatus (39).

An order can be several things at once: partly filled and pending cancel and done for the day. What is shown is the one
of highest rank. Two ties that FIX leaves are broken here: Rejected over New over Pending New (an order that was New may
be rejected), and of Canceled and Expired the first one in wins, which the life state sees to. Only facts that are still
true take part: marks are cleared when an order ends.

Source: FIX 4.4 Errata 20030618 Volume 4, FIX 5.0 SP2 Appendix D.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from oms.model.enums import Life, OrdStatus, RequestKind
from oms.model.order import Mark, Order

RANKING: Final[tuple[OrdStatus, ...]] = (
    OrdStatus.PENDING_CANCEL,
    OrdStatus.PENDING_REPLACE,
    OrdStatus.DONE_FOR_DAY,
    OrdStatus.CALCULATED,
    OrdStatus.FILLED,
    OrdStatus.STOPPED,
    OrdStatus.SUSPENDED,
    OrdStatus.CANCELED,
    OrdStatus.EXPIRED,
    OrdStatus.PARTIALLY_FILLED,
    OrdStatus.REJECTED,
    OrdStatus.NEW,
    OrdStatus.PENDING_NEW,
    OrdStatus.ACCEPTED_FOR_BIDDING,
    OrdStatus.DENIED,
    OrdStatus.UNSENT,
)
"""Every status, the highest first."""

OF_LIFE: Final[dict[Life, OrdStatus]] = {
    Life.UNSENT: OrdStatus.UNSENT,
    Life.DENIED: OrdStatus.DENIED,
    Life.SENT: OrdStatus.PENDING_NEW,
    Life.LIVE: OrdStatus.NEW,
    Life.CANCELED: OrdStatus.CANCELED,
    Life.EXPIRED: OrdStatus.EXPIRED,
    Life.REJECTED: OrdStatus.REJECTED,
}

OF_MARK: Final[dict[Mark, OrdStatus]] = {
    Mark.ACCEPTED_FOR_BIDDING: OrdStatus.ACCEPTED_FOR_BIDDING,
    Mark.PENDING_CANCEL: OrdStatus.PENDING_CANCEL,
    Mark.PENDING_REPLACE: OrdStatus.PENDING_REPLACE,
    Mark.DONE_FOR_DAY: OrdStatus.DONE_FOR_DAY,
    Mark.STOPPED: OrdStatus.STOPPED,
    Mark.SUSPENDED: OrdStatus.SUSPENDED,
    Mark.CALCULATED: OrdStatus.CALCULATED,
}

_OF_PENDING: Final[dict[RequestKind, OrdStatus]] = {
    RequestKind.CANCEL: OrdStatus.PENDING_CANCEL,
    RequestKind.REPLACE: OrdStatus.PENDING_REPLACE,
}

_RANK: Final[dict[OrdStatus, int]] = {status: rank for rank, status in enumerate(RANKING)}

_LIVE: Final = Life.LIVE
_NEW: Final = OrdStatus.NEW
_PARTIALLY_FILLED: Final = OrdStatus.PARTIALLY_FILLED
_FILLED: Final = OrdStatus.FILLED


def true_statuses(order: Order) -> Iterator[OrdStatus]:
    """Give every status that is true of the order now."""
    marks = order.marks
    for mark in marks:
        yield OF_MARK[mark]
    # An order that is being priced is received, and that is all it is: the new order's own status would outrank it.
    if Mark.ACCEPTED_FOR_BIDDING not in marks:
        yield OF_LIFE[order.life]
    for request in order.outstanding_requests:
        if request.pending and request.kind is not RequestKind.NEW:
            yield _OF_PENDING[request.kind]
    if order.cum_qty:
        yield _PARTIALLY_FILLED
        if order.is_filled:
            yield _FILLED


def status_of(order: Order) -> OrdStatus:
    """Give the status that an order is shown as: of all that are true, the one of highest rank."""
    return min(true_statuses(order), key=_RANK.__getitem__)

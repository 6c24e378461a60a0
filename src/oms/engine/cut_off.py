"""Children that their venue has taken, and ended soon after of its own accord: they count as refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from oms.model import events as ev
from oms.model.enums import Life, RequestKind
from oms.model.order import Order
from oms.model.parent import Child, Parent
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    FillOrKill,
    GoodForAuction,
    ImmediateOrCancel,
)
from oms.ports.working_handler import MAX_REJECTS

# What is read of an order's slots costs a call otherwise.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

COMMANDS: Final = frozenset({"CancelOrder", "MassCancel"})
"""The inputs by which what is held here ends without a request."""
CUT_NS: Final = 60_000_000_000
"""What its venue ends within so long of its creation, in nanoseconds, and before any of it has executed, counts as refused."""
_ENDS_BY_ITSELF: Final = frozenset({ImmediateOrCancel, FillOrKill, AtTheOpening, AtTheClose, GoodForAuction})
"""Times in force by which a child ends soon and without a fault."""
_REFUSED: Final = frozenset({Life.DENIED, Life.REJECTED})


def is_cut_off(event: ev.OrderEvent, child: Child) -> bool:
    """Tell whether a child was ended by its venue, soon after it was sent, before any of it has executed."""
    order = child.order
    assert order is not None
    is_asked = child.is_taken_back or RequestKind.CANCEL in order._amendments.values()
    is_soon = event.time_ns - order._created_ns < CUT_NS
    ends_by_itself = type(order._time_in_force) in _ENDS_BY_ITSELF
    return is_soon and not (is_asked or ends_by_itself or order._cum_qty or event.cause.kind in COMMANDS)


def refused_in_a_row(parent: Parent, now_ns: int) -> int:
    """Count the last children that were refused or cut off, leaving out those that work or end by themselves."""
    refused = (one for one in _last_in_vain(parent, now_ns) if one.is_closed and _was_refused(one))
    return sum(1 for _ in islice(refused, MAX_REJECTS))


def are_too_many(parent: Parent, *, is_routed: bool) -> bool:
    """Tell whether too many children in a row were refused for another to be sent.

    Where an algorithm says where each child goes (`is_routed`), what one broker refuses says nothing of the others: there it takes as
    many by each of those that the last children went to, and no child at work.
    """
    if parent.rejects < MAX_REJECTS or not is_routed:
        return parent.rejects >= MAX_REJECTS
    count, brokers = 0, set()
    for order in _last_in_vain(parent, parent.refused_ns):
        if order._life is Life.SENT:
            continue
        if not order.is_closed:
            return False
        if _was_refused(order):
            count += 1
            brokers.add(order.broker)
    return count >= MAX_REJECTS * max(len(brokers), 1)


def _last_in_vain(parent: Parent, now_ns: int) -> Iterator[Order]:
    """Give the last children, the newest first, those that work too: up to one that ended as was asked, has executed, or is old."""
    for child in reversed(parent.children.values()):
        order = child.order
        if order is None:
            continue
        is_old = now_ns - order._created_ns >= 2 * MAX_REJECTS * CUT_NS
        if order.is_closed and (child.is_taken_back or order._cum_qty or is_old):
            return
        yield order


def _was_refused(order: Order) -> bool:
    return order._life in _REFUSED or type(order._time_in_force) not in _ENDS_BY_ITSELF

"""Children for an auction: none is larger than `max_child`, and all go there at once, since nothing trades before it is held."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.handling import AT_THE_CLOSE, Auction, auction_child
from oms.algos.least import least_child
from oms.algos.slicing import in_whole_lots
from oms.algos.working import Working
from oms.model.decimals import EXACT, ZERO
from oms.model.parent import Parent
from oms.model.work import Pace
from oms.ports.working_handler import NewChild, View

MAX_PARTS: Final = 1_000
"""Into how many children a quantity is cut at most; what is beyond that is left."""


def auction_children(
    view: View,
    working: Working,
    qty: Decimal,
    number: int,
    pace: Pace = Pace.COMPLETING,
    auction: Auction = AT_THE_CLOSE,
) -> tuple[NewChild, ...]:
    """Give the children of a quantity for an auction, the closing one unless told; each says how much was still to go."""
    children, left = [], qty
    for part in _parts(qty, working.max_child, view.instrument.lot, least_child(view, working)):
        children.append(auction_child(working, part, number, pace, auction, asked=left))
        left = EXACT.subtract(left, part)
    return tuple(children)


def why_none_goes(parent: Parent, view: View, end_ns: int) -> tuple[Pace | None, int | None]:
    """Give what forbids a child for an auction that is held at a time, and when to look again where that may pass before it; in nanoseconds UTC."""
    if not parent.may_send:
        # A change waits only for what it has taken back.
        is_changing = parent.amend is not None and parent.suspended is None
        return Pace.SUSPENDED, end_ns if is_changing and view.now_ns < end_ns else None
    is_resting = view.now_ns < view.resting_ns
    again_ns = view.resting_ns if is_resting else end_ns
    why_not = (
        Pace.KILLED
        if view.is_killed
        else Pace.NOT_RECONCILED
        if not view.is_reconciled
        else Pace.RESTING
        if is_resting
        else None
    )
    may_pass = why_not is not None and view.now_ns < end_ns and again_ns <= end_ns
    return why_not, again_ns if may_pass else None


def _parts(qty: Decimal, cap: Decimal | None, lot: Decimal, least: Decimal) -> list[Decimal]:
    """Give the sizes of the children. A rest that could not be sent by itself takes from the part before it, or is left."""
    parts: list[Decimal] = []
    left = qty
    while cap is not None and left > cap and len(parts) < MAX_PARTS:
        part = in_whole_lots(cap, lot)
        if EXACT.subtract(left, part) < least:
            smaller = in_whole_lots(max(EXACT.subtract(left, least), ZERO), lot)
            part = smaller if smaller >= least else part
        if part < least:
            return parts
        parts.append(part)
        left = EXACT.subtract(left, part)
    is_last = left > ZERO and (cap is None or left <= cap)
    return [*parts, left] if is_last and (left >= least or not parts) else parts

"""What must be true of how orders were handled, by what was asked of the manager and what the venue has executed.

Each execution is held against the order as the manager has it: what was lost or changed on the way to the venue shows here.
What a venue does against its own rules, after the end or beyond the total, is a fault of its own and not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.terms import display_qty
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    FillOrKill,
    GoodForAuction,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    ImmediateOrCancel,
)
from oms.testing.simulator.kept import Fill, Kept, Phase
from oms.testing.venue import TruthfulVenue

_PHASES: Final[dict[type, frozenset[Phase]]] = {
    AtTheOpening: frozenset({Phase.OPENING}),
    AtTheClose: frozenset({Phase.CLOSING}),
    GoodForAuction: frozenset({Phase.OPENING, Phase.CLOSING}),
    ImmediateOrCancel: frozenset({Phase.CONTINUOUS}),
    FillOrKill: frozenset({Phase.CONTINUOUS}),
}
_ANY: Final = frozenset(Phase) - {Phase.CLOSED}
_SHORT_LIVED: Final = (
    ImmediateOrCancel,
    FillOrKill,
    Day,
    AtTheOpening,
    AtTheClose,
    GoodForAuction,
    GoodForTime,
    GoodTillTime,
)


def wrong_with(kept: Kept, order: Order, *, knows_reduce_only: bool) -> Iterator[str]:
    """Give what is wrong with how an order was handled, as sentences.

    Args:
        kept: The order as the venue has it.
        order: The same as the manager has it.
        knows_reduce_only: The venue sees to it by itself that an order only reduces a position.
    """
    asked, told = order.instructions, kept.asked.instructions
    if asked is not None and not knows_reduce_only:
        asked = asked.said_to(frozenset({"post_only", "all_or_none", "min_qty"}))
    if asked != told:
        yield f"its venue was told {told}, and it was asked for {asked}"
    regular = [fill for fill in kept.fills if not fill.is_amiss]
    for place, fill in enumerate(regular):
        if fill.phase not in _PHASES.get(type(fill.time_in_force), _ANY):
            yield f"good as {fill.time_in_force}, it has executed in {fill.phase.value}"
        if fill.is_over:
            yield f"good as {fill.time_in_force}, it has executed after its time"
        if fill.shown_qty is not None and fill.qty > fill.shown_qty:
            yield f"{fill.shown_qty} of it were shown, and {fill.qty} have executed at once"
        if isinstance(fill.time_in_force, FillOrKill) and (fill.qty != fill.left_qty or place):
            yield f"fill or kill, it has executed in parts: {fill.qty} of {fill.left_qty}"
        if asked is not None:
            yield from _wrong_with_fill(asked, fill, is_first=fill is kept.fills[0])


def _wrong_with_fill(asked: Instructions, fill: Fill, *, is_first: bool) -> Iterator[str]:
    if asked.post_only and fill.takes:
        yield "post-only, it has taken"
    if asked.reduce_only and fill.excess_qty:
        yield f"reduce-only, it has executed {fill.excess_qty} beyond the position"
    if asked.all_or_none and fill.qty != fill.left_qty:
        yield f"all or none, it has executed in parts: {fill.qty} of {fill.left_qty}"
    if asked.min_qty is not None and is_first and fill.qty < asked.min_qty:
        yield f"at least {asked.min_qty} at first, it has executed {fill.qty}"


def is_to_be_over(order: Order, closed_date: str) -> bool:
    """Tell whether an order must be over once the last session, of this day, has closed and all its instants have passed."""
    tif = order.time_in_force
    if isinstance(tif, GoodTillDate):
        return tif.expire_date <= closed_date
    return isinstance(tif, _SHORT_LIVED)


def differs(book: TruthfulVenue, order: Order) -> str:
    """Give what of an order's terms is another thing at the venue; empty where all is the same."""
    truth = book.existing
    if truth.time_in_force != order.time_in_force:
        return f"good as {truth.time_in_force} at the venue, as {order.time_in_force} here"
    if display_qty(truth.terms) != display_qty(order.terms):
        return f"shows {display_qty(truth.terms)} at the venue, {display_qty(order.terms)} here"
    return ""

"""Orders that came after a bar began: what happened in it before they came is nothing to them.

Nobody can tell from a bar which of its prices were there before an order and which after. So whoever came after its start takes no
part in it; whoever came at its start does.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from oms.model.ids import VenueOrderId
from oms.simulation.book import Book
from oms.simulation.venue_order import Stage, VenueOrder

_Late: TypeAlias = tuple[VenueOrder, dict[VenueOrderId, VenueOrder] | None, Decimal]
# The order, where it stood, and what it had ahead of it there.


def set_late_apart(book: Book, start_ns: int, *, stops_alone: bool) -> list[_Late]:
    """Set the orders apart that came after a bar began, in order of arrival; `stops_alone` leaves all others where they are.

    Orders that follow a peg stay.
    """
    rooms = book.stops, book.aside, book.due
    late = [
        order
        for order in (book.stops.values() if stops_alone else book.orders())
        if order.since_ns > start_ns
        and not order.is_pegged
        and (order.room is None or any(order.room is room for room in rooms))
    ]
    kept: list[_Late] = []
    for order in sorted(late, key=lambda one: one.place):
        kept.append((order, order.room, book.ahead_of(order) or Decimal(0)))
        book.remove(order)
        book.set_apart(order, book.late)
    return kept


def put_back(book: Book, kept: list[_Late]) -> None:
    """Put those that were set apart back to where they stood, unless they have ended or stand elsewhere."""
    for order, room, ahead in kept:
        if order.stage is not Stage.OPEN or order.room is not book.late:
            continue
        book.remove(order)
        if room is not None:
            book.set_apart(order, room)
        else:
            ladder = book.buys if order.is_buy else book.sells
            ladder.add(order, order.resting_px, ahead)

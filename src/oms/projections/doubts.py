"""Requests of which nobody knows whether they arrived, in a whole journal."""

from __future__ import annotations

from collections.abc import Iterable

from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.ids import OrderId
from oms.projections.rebuilding import Doubt, Rebuilt


def doubts_of(events: Iterable[ev.Event]) -> list[Doubt]:
    """Give every request that is in doubt at the end of a journal, by order.

    Args:
        events: The journal from its beginning; they are only read.

    Raises:
        UnknownOrderError: The creation of an order is missing.
        TransitionError: The events do not follow the tables: the journal was not written by this library.
    """
    orders: dict[OrderId, Rebuilt] = {}
    with exact_arithmetic():
        for event in events:
            if isinstance(event, ev.OrderEvent):
                rebuilt = orders.get(event.order_id)
                if rebuilt is None:
                    rebuilt = orders[event.order_id] = Rebuilt(event)
                rebuilt.apply(event)
    return [doubt for _, rebuilt in sorted(orders.items()) for doubt in rebuilt.doubts()]

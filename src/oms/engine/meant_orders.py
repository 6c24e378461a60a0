"""Which orders a mass cancel means: those at their brokers, those that are held here, and those that are worked here."""

from __future__ import annotations

from attrs import evolve

from oms.engine.state import State
from oms.model.commands import MassCancel
from oms.model.ids import OrderId
from oms.model.order import Order


def meant_by(command: MassCancel, state: State) -> list[Order]:
    """Give the open orders that a mass cancel means, oldest first; the broker of a held one is where it is to be sent.

    Of orders that are worked here both are meant, they and their children; with a broker, the children there.
    """
    held = state.held_orders
    found: dict[OrderId, Order] = {
        order_id: order for order_id, order in state.book.exposure.open_orders.items() if command.fits(order)
    }
    anywhere = evolve(command, broker=None)
    found |= {
        order_id: order
        for order_id, order in held.orders.items()
        if command.broker in (None, held.brokers[order_id]) and anywhere.fits(order)
    }
    found |= {
        order_id: parent.order
        for order_id, parent in state.parents.live.items()
        if command.broker is None and command.fits(parent.order)
    }
    return [order for _, order in sorted(found.items())]

"""What an embedder asks of orders that are worked here, for the manager."""

from __future__ import annotations

from oms.engine.state import State
from oms.errors import UnknownOrderError
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.model.parent import Parent, WorkView


def children(state: State, order_id: OrderId) -> list[Order]:
    """Give the orders that were made of one, oldest first; none where it is not worked here."""
    parent = state.parents.by_id.get(order_id)
    found = () if parent is None else parent.children.values()
    return [child.order for child in found if child.order is not None]


def parent_of(state: State, order_id: OrderId) -> Order | None:
    """Give the order that another one was made of; None where it was asked for by itself."""
    parent = state.of_parent.get(order_id)
    return None if parent is None or parent.order_id == order_id else parent.order


def work(state: State, order_id: OrderId) -> WorkView:
    """Give how an order stands that is worked here; errors as in `OrderManager.work`."""
    return _known(state, order_id).snapshot()


def _known(state: State, order_id: OrderId) -> Parent:
    parent = state.parents.by_id.get(order_id)
    if parent is None:
        allowed = "an order that is worked here and in memory"
        raise UnknownOrderError("order", repr(order_id), allowed)
    return parent

"""Where the next child of an order goes after a broker has refused one: to another that takes it, where its rule names one.

A broker whose last answer to the order was a refusal is left out for a while, as long as another one is there. Nothing is in doubt
then: what is unanswered counts as at work, wherever it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final, Protocol

from oms.engine.parent_entry import routes_children
from oms.engine.state import State
from oms.engine.venue_choice import VenueChoice
from oms.model.commands import SubmitOrder
from oms.model.enums import Life
from oms.model.ids import BrokerName, OrderId
from oms.model.parent import Parent
from oms.model.routing import RouteDecision
from oms.model.time_in_force import FillOrKill, ImmediateOrCancel
from oms.ports.working_handler import NewChild, WorkingHandler

# What of an order is looked at is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

LEFT_OUT_NS: Final = 600_000_000_000
"""For how long after it was sent a child that was refused speaks against its broker, in nanoseconds."""
MAX_LOOKED_AT: Final = 100
"""How many of the last children are looked at."""
_AT_ONCE: Final = (ImmediateOrCancel, FillOrKill)


class Entry(Protocol):
    """The way in for orders, as far as it is used here; see `oms.engine.order_entry.OrderEntry`."""

    state: State
    _choice: VenueChoice

    def choose_again(self, command: SubmitOrder, tried: Mapping[BrokerName, str]) -> RouteDecision | None:
        """Give where an order goes that was at some brokers before; None where no rule gives a choice."""


def broker_for(
    entry: Entry, parent: Parent, new: NewChild, command: SubmitOrder
) -> tuple[BrokerName | None, RouteDecision | None]:
    """Give where a child goes, and why; None where its rule says that, as for any order.

    Args:
        entry: What chooses among brokers.
        parent: Its order.
        new: What its algorithm says of it.
        command: It.
    """
    if parent.broker is not None:
        return parent.broker, entry._choice.given(command, parent.broker)
    tried = {} if new.broker is not None else _left_out(parent, entry.state.now_ns)
    decision = entry.choose_again(command, tried) if tried else None
    if decision is None or not decision.taken:
        return new.broker, None
    return decision.taken[0].broker, decision


def claim(entry: Entry, new: NewChild, order_id: OrderId, routing: RouteDecision | None) -> None:
    """Remember what a child takes of what is shown where its algorithm has sent it, by a decision of its own.

    What is good for longer than at once rests.
    """
    if routing is not None and new.broker is not None and isinstance(new.time_in_force, _AT_ONCE):
        entry._choice.claim(entry.state.index.by_id[order_id], new.broker, routing)


def goes_elsewhere(entry: Entry, parent: Parent, order_id: OrderId, handler: WorkingHandler | None) -> bool:
    """Tell whether what was refused may go to another broker: its algorithm says where, or its rule names one that takes it."""
    if routes_children(handler):
        return True
    order = parent.children[order_id].order
    tried = _left_out(parent, entry.state.now_ns)
    if order is None or parent.broker is not None or not tried:
        return False
    command = SubmitOrder(
        order._symbol, order._side, order._order_qty, order._terms, order._time_in_force, order._account,
        instructions=order._instructions,
    )  # fmt: skip
    decision = entry.choose_again(command, tried)
    return decision is not None and bool(decision.taken)


def _left_out(parent: Parent, now_ns: int) -> dict[BrokerName, str]:
    """Give the brokers that have refused the last child that they were sent, lately, and which that was."""
    last: dict[BrokerName, str] = {}
    for child in islice(reversed(parent.children.values()), MAX_LOOKED_AT):
        order = child.order
        if order is None or order._broker is None or order._life is Life.DENIED or order._broker in last:
            continue
        is_refused = order._life is Life.REJECTED and now_ns - order._created_ns < LEFT_OUT_NS
        last[order._broker] = f"it refused order {order._order_id}" if is_refused else ""
    return {broker: text for broker, text in last.items() if text}

"""Closed orders leave memory and come back: by events, so that a replay has the same orders at hand at every point.

`OrdersRetired` says which orders leave. Each is kept whole in an archive beside the journal, and is written there before the
event is: an order is in memory, in the archive, or in both. `OrderRecalled` brings one back, and has all of it in itself, so
that the journal alone makes the same state, without any archive. An archive that is lost is made again by replaying the
journal: at each `OrdersRetired` the orders are still in memory.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Final

from oms.engine.order_rows import OrderRow
from oms.engine.retiring import (
    CLIENT_REF,
    EXECUTION,
    FEE,
    ORDER,
    REQUEST,
    VENUE_ORDER,
    forms,
    key_of,
    mark_of,
    of_group,
    parent_of,
    returnable,
)
from oms.engine.snapshot_rows import ROWS
from oms.engine.state import State
from oms.lifecycle.anomalies import MAX_NAME
from oms.model import events as ev
from oms.model.ids import BrokerName, ClOrdId, OrderId
from oms.model.order import Order

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

__all__ = ["CLIENT_REF", "ORDER", "REQUEST", "VENUE_ORDER", "key_of"]

MAX_SWEEP: Final = 10_000
"""How many orders leave with one event."""
MAX_TEXT: Final = 400_000
"""An order of which there is more to say, in characters, stays in memory: an event could not bring it back."""


def is_retirable(state: State, order: Order) -> bool:
    """Tell whether an order can do without memory: nothing is left of it, nothing is asked of it, and nothing waits for it."""
    if not order.is_closed or order._requests or order._exposed_qty:
        return False
    asked = state.inquiries.of_orders.get(order._order_id)
    if asked is not None and asked.due_ns is not None:
        return False
    broker = order._broker
    if broker is not None and broker in state.sessions.scoped and order._venue_order_id is not None:
        # Its id means this order until the next session begins, and nothing after that.
        return state.index.by_venue_id.get(broker, {}).get(order._venue_order_id) is not order
    return True


def retirable(state: State, order_ids: Iterable[OrderId]) -> list[OrderId]:
    """Give those of some orders that are in memory and can leave it."""
    awaited = _spoken_of(state)
    by_id, of_order = state.index.by_id, state.groups.of_order
    if of_order:
        order_ids = _with_groups(state, order_ids)
    found = [
        order_id
        for order_id in order_ids
        if order_id in by_id
        and order_id not in awaited
        and is_retirable(state, by_id[order_id])
        and not (state.groups.of_order and state.groups.may_act(order_id))
    ]
    if state.of_parent:
        found = _with_families(state, found, awaited)
    return _whole_groups(state, found) if of_order else found


def _with_groups(state: State, order_ids: Iterable[OrderId]) -> list[OrderId]:
    """Give orders with all others of their groups."""
    result: dict[OrderId, None] = {}
    for order_id in order_ids:
        leg = state.groups.of_order.get(order_id)
        if leg is None:
            result[order_id] = None
        elif order_id not in result:
            result |= dict.fromkeys(order._order_id for order in leg._group.orders)
    return list(result)


def _whole_groups(state: State, order_ids: Sequence[OrderId]) -> list[OrderId]:
    """Give orders without those of a group of which somebody has to stay, and without the families of these."""
    leaving, staying = set(order_ids), set[OrderId]()
    for order_id in order_ids:
        leg = state.groups.of_order.get(order_id)
        if leg is not None and not all(order._order_id in leaving for order in leg._group.orders):
            parent = state.of_parent.get(order_id)
            staying.update((order_id,) if parent is None else state.parents.family(parent))
    return [one for one in order_ids if one not in staying] if staying else list(order_ids)


def _with_families(
    state: State, order_ids: Sequence[OrderId], awaited: Container[OrderId | None]
) -> list[OrderId]:
    """Give orders with all that belong to the same parent; without those of which somebody has to stay."""
    result: dict[OrderId, None] = {}
    for order_id in order_ids:
        parent = state.of_parent.get(order_id)
        if parent is None:
            result[order_id] = None
        elif order_id not in result:
            family = state.parents.family(parent)
            orders = [state.index.by_id.get(one) for one in family]
            if parent.is_over and all(
                order is not None and order._order_id not in awaited and is_retirable(state, order)
                for order in orders
            ):
                result |= dict.fromkeys(family)
    return list(result)


def _spoken_of(state: State) -> set[OrderId | None]:
    """Give the orders about which something is open, or which something under way holds in its hands."""
    spoken = {held.order_id for held in state.held.by_sequence.values()}
    spoken.update(one.order_id for one in state.anomalies.open.values())
    spoken.update(one.order_id for one in state.breaks.open.values())
    spoken.update(event.order_id for event in state.fresh if isinstance(event, ev.OrderEvent))
    for run in state.runs.values():
        spoken.update(run.said, run.noticed, run.asked, (one.order_id for one in run.fills))
        spoken.update(order._order_id for order, _ in run.heard)
        spoken.update(order._order_id for order in run.missing)
    return spoken


def retire(state: State, order_ids: Sequence[OrderId]) -> None:
    """Let orders leave memory; those that cannot stay."""
    found = forms(state, retirable(state, order_ids[:MAX_SWEEP]))
    leaving = returnable(state, found, MAX_TEXT)
    if leaving:
        event = ev.OrdersRetired(*state.envelope(), tuple(OrderId(one.order_id) for one in leaving))
        if state.archive is not None:
            state.archive.put(state.sweeps + 1, mark_of(event), leaving)
        state.record(event)


# ---------------------------------------------------------------- what brings an order back


def archived(state: State, key: str) -> list[tuple[OrderRow, str]]:
    """Give the orders with a key that have left memory, and their texts.

    Raises:
        StoreError: The archive cannot be read.
    """
    if state.archive is None:
        return []
    found = []
    for sweep, text in state.archive.find(key):
        # What a crash left there before its event was kept is no news: the order is still in memory.
        if sweep <= state.sweeps:
            row = ROWS.read(text.partition("\n")[0])
            if row.order_id < state.next_order_id and row.order_id not in state.index.by_id:
                found.append((row, text))
    return found


def recall(state: State, kind: str, name: object, broker: str = "") -> None:
    """Bring back every order with a name that has left memory."""
    for row, text in archived(state, key_of(kind, name, broker)):
        if row.order_id in state.index.by_id:
            continue  # It came with another one of its group.
        parent_id = parent_of(text)
        if parent_id is not None and parent_id not in state.index.by_id:
            # What has become of a child is to be told to its parent.
            for parent, whole in archived(state, key_of(ORDER, parent_id)):
                state.record(ev.OrderRecalled(*state.envelope(), parent.order_id, whole))
        for other_id in of_group(text):
            # What has become of one may be for the others of its group to make good.
            if other_id != row.order_id and other_id not in state.index.by_id:
                for other, whole in archived(state, key_of(ORDER, other_id)):
                    state.record(ev.OrderRecalled(*state.envelope(), other.order_id, whole))
        state.record(ev.OrderRecalled(*state.envelope(), row.order_id, text))


def order_of_id(state: State, order_id: OrderId) -> Order | None:
    """Give an order by our own number, brought back where it has left memory; None where there never was one."""
    order = state.index.by_id.get(order_id)
    if order is None and state.retired:
        recall(state, ORDER, order_id)
        order = state.index.by_id.get(order_id)
    return order


def recall_named(state: State, broker: BrokerName, said: object) -> None:
    """Bring back what a broker speaks of, where it has left memory: by request, by venue id, by execution and by fee.

    A name that somebody in memory has was that one's when the others left, and means nobody else. An ExecID alone does not tell
    executions apart, so that it is always looked up.
    """
    if not state.retired:
        return
    for field in ("cl_ord_id", "orig_cl_ord_id"):
        if identity := _name(said, field):
            _recall_requested(state, broker, identity)
    if identity := _name(said, "venue_order_id"):
        _recall_at_venue(state, broker, identity)
    for field in ("exec_id", "exec_ref_id"):
        if identity := _name(said, field):
            recall(state, EXECUTION, identity, broker)
    identity = _name(said, "fee_id")
    if identity and (broker, identity) not in state.fees:
        recall(state, FEE, identity, broker)


def recall_called(state: State, broker: BrokerName, name: str) -> None:
    """Bring back what a broker calls so, be it a ClOrdID or an id of its own, where it has left memory."""
    if state.retired:
        _recall_requested(state, broker, name)
        _recall_at_venue(state, broker, name)


def _recall_requested(state: State, broker: BrokerName, identity: str) -> None:
    if state.index.requested(broker, ClOrdId(identity)) is None:
        recall(state, REQUEST, identity)
        recall(state, REQUEST, identity, broker)


def _recall_at_venue(state: State, broker: BrokerName, name: str) -> None:
    if name not in state.index.by_venue_id.get(broker, {}):
        recall(state, VENUE_ORDER, name, broker)


def _name(said: object, field: str) -> str | None:
    name = getattr(said, field, None)
    # Whatever longer is said is set aside: it is nobody's name.
    return name if type(name) is str and len(name) <= MAX_NAME else None

"""The groups of orders that depend on one another, as rows of a snapshot, and back; what is not written is told by their orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from oms.engine import snapshot_rows as rows
from oms.engine.group_book import GroupBook
from oms.engine.held_orders import HeldOrders
from oms.engine.leg_events import count
from oms.engine.order_index import OrderIndex
from oms.model.contingency import SubmitGroup
from oms.model.contingency import nodes_of as written
from oms.model.group import Group
from oms.model.group_tree import tree_of

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


class Holder(Protocol):
    """What of a state is written and put back; see `oms.engine.state.State`."""

    index: OrderIndex
    groups: GroupBook
    held_orders: HeldOrders


def rows_of(state: Holder) -> Iterator[object]:
    """Give the rows; none where there never was a group."""
    book = state.groups
    if book.next_id == 1:
        return
    yield rows.GroupsRow(book.next_id, tuple(sorted(book.days_over)))
    for group in book.by_id.values():
        yield from rows_of_group(group)


def rows_of_group(group: Group) -> Iterator[rows.GroupRow | rows.LegRow]:
    """Give the rows of a group, its own first."""
    nodes = written(group.contingency)
    yield rows.GroupRow(
        group.group_id, group.account, group.client_ref, nodes, group.is_canceled, group.list_id
    )
    for leg in group.legs:
        yield rows.LegRow(
            group.group_id, leg.number, tuple(order.order_id for order in leg.orders), leg.terms, leg.end, leg.reached,
            leg.reach, leg.is_final, leg.first_qty, leg.has_ended, leg._asked_away, leg._excess_told,
            leg._wait_told, tuple(sorted(leg._cut)), tuple(sorted(leg._stuck)), tuple(sorted(leg._no_replace.items())), tuple(sorted(leg._no_cancel.items())),
        )  # fmt: skip


def recall(state: Holder, said: Sequence[rows.GroupRow | rows.LegRow]) -> None:
    """Put a group back of which an order comes back into memory, once all of its orders have."""
    legs = [row for row in said if isinstance(row, rows.LegRow)]
    by_id = state.index.by_id
    if not legs or legs[0].group_id in state.groups.by_id:
        return
    if all(order_id in by_id for leg in legs for order_id in leg.order_ids):
        for row in said:
            take(state, row)


def take(state: Holder, row: object) -> bool:
    """Put a row back, and tell whether it is one of these."""
    book = state.groups
    match row:
        case rows.GroupsRow(next_id, days_over):
            book.next_id, book.days_over = next_id, set(days_over)
        case rows.GroupRow():
            group = Group(row.group_id, SubmitGroup(tree_of(row.nodes), row.account, row.client_ref))
            group.is_canceled, group.list_id = row.is_canceled, row.list_id
            group._has_notes = True  # Perhaps.
            book.add(group)
        case rows.LegRow():
            leg = book.by_id[row.group_id].legs[row.number]
            leg.orders = [state.index.by_id[order_id] for order_id in row.order_ids]
            leg.terms, leg.end, leg.reached, leg.reach = row.terms, row.end, row.reached, row.reach
            leg._group._has_lost |= row.end is not None  # Perhaps.
            leg.is_final, leg.first_qty, leg.has_ended = row.is_final, row.first_qty, row.has_ended
            leg._asked_away, leg._excess_told, leg._wait_told = row.asked_away, row.excess_told, row.wait_told
            leg._cut, leg._stuck = frozenset(row.cut), frozenset(row.stuck)
            leg._no_replace, leg._no_cancel = dict(row.no_replace), dict(row.no_cancel)
            for at_ns in (*leg._no_replace.values(), *leg._no_cancel.values()):
                book.refused[row.group_id] = max(at_ns, book.refused.get(row.group_id, at_ns))
            leg.held = next((one for one in leg.orders if one.order_id in state.held_orders.orders), None)
            if leg.held is not None and leg.reach is not None:
                state.held_orders.reach(leg.held.order_id)
            count(leg)
            book.of_order.update((order_id, leg) for order_id in row.order_ids)
        case _:
            return False
    return True

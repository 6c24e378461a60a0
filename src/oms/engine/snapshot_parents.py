"""The orders that are worked here, as rows of a snapshot or of the archive, and back; what is not written is told by their orders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from oms.engine import snapshot_rows as rows
from oms.engine.order_index import OrderIndex
from oms.engine.parent_book import ParentBook, begin_watching
from oms.model.decimals import ZERO
from oms.model.ids import OrderId
from oms.model.parent import Child, Parent

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


class Holder(Protocol):
    """What of a state is written and put back; see `oms.engine.state.State`."""

    index: OrderIndex
    parents: ParentBook


def rows_of(state: Holder) -> Iterator[object]:
    """Give the rows; none where nothing is worked here."""
    for parent in state.parents.by_id.values():
        yield _parent_row(parent, parent.away, parent._away_told)
        for child in parent.children.values():
            yield _child_row(parent, child)


def _parent_row(parent: Parent, away: dict[int, Decimal], told: tuple[Decimal, Decimal]) -> rows.ParentRow:
    qty, terms = parent.amend or (None, None)
    return rows.ParentRow(
        parent.order_id, tuple(parent.slices.values()), tuple(parent.taken.values()), tuple(parent.decided.items()),
        parent.start_ns, parent.end_ns, parent.arrival, parent.memo, parent.rejects, parent.refused_ns, parent.last_child_ns,
        parent.suspended, parent.stopped, parent.stop_text, qty, terms, parent._told_excess, parent.held,
        tuple(away.items()), told, parent.broker,
    )  # fmt: skip


def _child_row(parent: Parent, child: Child) -> rows.ChildRow:
    return rows.ChildRow(
        parent.order_id, child.order_id, child.number, child.role, child.until_ns, child.exec_id, child.is_taken_back, child.refused_ns,
        child.unmoved_ns,
        *child._told,
        child.counted,
    )  # fmt: skip


# ---------------------------------------------------------------- out of memory, and back


def row_of(state: Holder, order_id: OrderId) -> rows.ParentRow | rows.ChildRow | None:
    """Give what is kept of an order that leaves memory with all of its family; None where it has none."""
    parent = state.parents.of_order.get(order_id)
    if parent is None:
        return None
    if parent.order_id != order_id:
        return _child_row(parent, parent.children[order_id])
    away, (qty, worth) = dict(parent.away), parent._away_told
    for child in parent.children.values():
        if child.filled:
            away[child.number] = away.get(child.number, ZERO) + child.filled
        qty, worth = qty + child._told[0], worth + child._told[1]
    return _parent_row(parent, away, (qty, worth))


def recall(state: Holder, row: rows.ParentRow | rows.ChildRow) -> None:
    """Put back what was kept of an order that comes back; of a child nothing, where its parent is not in memory."""
    if isinstance(row, rows.ParentRow):
        take(state, row)
        return
    parent = state.parents.by_id.get(row.parent)
    if parent is None:
        return
    order = state.index.by_id[row.order_id]
    if order._cum_qty:
        left = parent.away.get(row.number, ZERO) - order._cum_qty
        if left:
            parent.away[row.number] = left
        else:
            parent.away.pop(row.number, None)
    qty, worth = parent._away_told
    parent._away_told = (qty - row.told_qty, worth - row.told_notional)
    # It is counted again as it is put back.
    parent.filled -= order._cum_qty
    take(state, row)
    parent.children = dict(sorted(parent.children.items()))


def take(state: Holder, row: object) -> bool:
    """Put a row back, and tell whether it is one of these."""
    book = state.parents
    match row:
        case rows.ParentRow():
            begin_watching(state)
            parent = Parent(state.index.by_id[row.order_id])
            parent.slices = {each.number: each for each in row.slices}
            parent.taken = {each.number: each for each in row.taken}
            parent.planned = sum((each.qty for each in row.slices), ZERO)
            parent.decided = dict(row.decided)
            parent.start_ns, parent.end_ns, parent.arrival, parent.memo = (
                row.start_ns,
                row.end_ns,
                row.arrival,
                row.memo,
            )
            parent.rejects, parent.refused_ns = row.rejects, row.refused_ns
            parent.last_child_ns, parent.suspended = row.last_child_ns, row.suspended
            parent.stopped, parent.stop_text = row.stopped, row.stop_text
            if row.amend_qty is not None and row.amend_terms is not None:
                parent.amend = (row.amend_qty, row.amend_terms)
            parent._told_excess = row.told_excess
            parent.held, parent.broker = row.held, row.broker
            parent.away, parent._away_told = dict(row.away), row.away_told
            parent.filled = sum(parent.away.values(), ZERO)
            book.add(parent)
            book.settle(parent)
        case rows.ChildRow():
            parent = book.by_id[row.parent]
            child = Child(row.order_id, row.number, row.role, row.until_ns)
            child.exec_id, child.is_taken_back, child.refused_ns = (
                row.exec_id,
                row.is_taken_back,
                row.refused_ns,
            )
            child.unmoved_ns = row.unmoved_ns
            child._told = (row.told_qty, row.told_notional)
            child.counted = row.counted
            book.announce(parent, child)
            child.order = state.index.by_id.get(row.order_id)
            if child.order is not None:
                book.count(parent, child)
            book.settle(parent)
        case _:
            return False
    return True

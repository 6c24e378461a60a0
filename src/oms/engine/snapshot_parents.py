"""The orders that are worked here, as rows of a snapshot, and back; what is not written is told by their orders."""

from __future__ import annotations

from collections.abc import Iterator

from oms.engine import snapshot_rows as rows
from oms.engine.parent_book import begin_watching
from oms.engine.state import State
from oms.model.decimals import ZERO
from oms.model.parent import Child, Parent

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def rows_of(state: State) -> Iterator[object]:
    """Give the rows; none where nothing is worked here."""
    for parent in state.parents.by_id.values():
        qty, terms = parent.amend or (None, None)
        yield rows.ParentRow(
            parent.order_id, tuple(parent.slices.values()), tuple(parent.taken.values()), tuple(parent.decided.items()),
            parent.start_ns, parent.end_ns, parent.arrival, parent.memo, parent.rejects, parent.refused_ns, parent.last_child_ns,
            parent.suspended, parent.stopped, parent.stop_text, qty, terms, parent._told_excess,
            parent.held,
        )  # fmt: skip
        for child in parent.children.values():
            yield rows.ChildRow(
                parent.order_id, child.order_id, child.number, child.role, child.until_ns, child.exec_id, child.is_taken_back, child.refused_ns,
                child.unmoved_ns,
                *child._told,
            )  # fmt: skip


def take(state: State, row: object) -> bool:
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
            parent.held = row.held
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
            book.announce(parent, child)
            child.order = state.index.by_id.get(row.order_id)
            if child.order is not None:
                book.count(parent, child)
            book.settle(parent)
        case _:
            return False
    return True

"""What is true of every order that is worked here, after every event: worked out again from its children."""

from __future__ import annotations

from collections.abc import Iterator

from oms.engine.state import State
from oms.model.decimals import ZERO
from oms.model.parent import Child, Parent, is_parent, may_execute, missing_of

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def check_parents(state: State) -> Iterator[str]:
    """Give everything that is wrong with the parents of a state, as sentences."""
    book = state.parents
    wanted = {order_id for parent in book.by_id.values() for order_id in book.family(parent)}
    if book.of_order.keys() != wanted:
        yield f"orders of parents are {sorted(wanted)}, known as such {sorted(book.of_order)}"
    # Also one that is over is told of what its children have executed.
    untold = {book.of_order[child].order_id for child in book.told}
    live = {order_id for order_id, parent in book.by_id.items() if not parent.is_over or order_id in untold}
    if book.live.keys() != live:
        yield f"parents at work are {sorted(live)}, looked after are {sorted(book.live)}"
    is_busy = bool(book.told or book.woken)
    for parent in book.by_id.values():
        for what in check_parent(parent, is_busy=is_busy):
            yield f"order {parent.order_id}: {what}"
    if not is_busy:
        # Between two inputs every parent was told of everything.
        for parent in book.by_id.values():
            if (parent.order.cum_qty, parent.filled) != (parent.filled, parent.order.cum_qty):
                yield f"order {parent.order_id}: cum_qty {parent.order.cum_qty}, its children have executed {parent.filled}"


def check_parent(parent: Parent, *, is_busy: bool) -> Iterator[str]:
    """Give everything that is wrong with one parent; while it is yet to be looked at, it may not have taken back what is too much."""
    order = parent.order
    if not is_parent(order):
        yield "it has children, and is not worked here"
    children = [child.order for child in parent.children.values() if child.order is not None]
    gone = sum(parent.away.values(), ZERO)
    filled = gone + sum((child._cum_qty for child in children), ZERO)
    working = sum((may_execute(child) for child in children), ZERO)
    working += sum(
        (missing_of(one.order, one.counted) for one in parent.children.values() if one.order), ZERO
    )
    if (parent.filled, parent.working) != (filled, working):
        yield (
            f"{parent.filled} executed and {parent.working} at work, "
            f"its children have executed {filled} and may execute {working}"
        )
    told = parent._away_told[0] + sum((child._told[0] for child in parent.children.values()), ZERO)
    worth = parent._away_told[1] + sum((child._told[1] for child in parent.children.values()), ZERO)
    if not all(parent.away.values()):
        yield f"children that have left memory are counted with nothing: {parent.away}"
    if (order.cum_qty, order.notional) != (told, worth):
        yield f"cum_qty {order.cum_qty} worth {order.notional}, it was told of {told} worth {worth}"
    is_open = {child.order_id for child in parent.children.values() if child.working}
    if parent.open.keys() != is_open:
        yield f"its open children are {sorted(is_open)}, known as such {sorted(parent.open)}"
    # Q = X + working + available; what has executed beyond the total, and what a bust gives back to an order that has ended, is told.
    left = max(order.order_qty - parent.filled, ZERO)
    if not order.is_ended and parent.amend is None and parent.filled <= order.order_qty:
        if parent.working <= left and parent.working + parent.available != left:
            yield f"of {order.order_qty} are {parent.filled} executed, {parent.working} at work and {parent.available} left"
        # A venue may make a child larger; then as much is taken back as is too much.
        kept = sum((child.working for child in parent.open.values() if not _was_asked_back(child)), ZERO)
        if kept > left and not is_busy:
            yield f"{kept} at work that nobody has taken back, and {left} are left"
    if parent.planned != sum((each.qty for each in parent.slices.values()), ZERO):
        yield f"{parent.planned} are taken for planned, its slices are {list(parent.slices.values())}"
    for number in parent.slices.keys() & parent.decided.keys():
        yield f"slice {number} is decided and to come"


def _was_asked_back(child: Child) -> bool:
    """Tell whether a cancel of a child was asked for, by its algorithm or by somebody else."""
    return child.is_taken_back or child.is_pending_cancel or bool(child.refused_ns)

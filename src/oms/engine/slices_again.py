"""Slices that are due again: of what was sent of them, nothing was taken."""

from __future__ import annotations

from attrs import evolve

from oms.model.decimals import EXACT
from oms.model.parent import Child, Parent
from oms.model.work import Pace, Slice

# What of an order is looked at is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def put_back(parent: Parent, child: Child) -> None:
    """Have the slice of a child due again of which nothing has executed; of one that went into an auction in parts, what is not there."""
    if child.filled:
        return
    again = parent.taken.pop(child.number, None)
    if child.is_for_auction:
        again = _of_auction(parent, child, again)
    if again is not None:
        plan_again(parent, [again])


def _of_auction(parent: Parent, child: Child, taken: Slice | None) -> Slice | None:
    assert child.order is not None
    refused, due = child.order._order_qty, parent.slices.pop(child.number, None)
    if due is not None:
        # Another part was refused before.
        parent.planned -= due.qty
        return evolve(due, qty=EXACT.add(due.qty, refused))
    if taken is None:
        return None
    left = taken.qty
    for one in parent.children.values():
        if one.number == child.number and one.is_for_auction:
            left = EXACT.subtract(left, EXACT.add(one.filled, one.working))
    # Some of what was missed before may have gone with it.
    return evolve(taken, qty=max(left, refused))


def plan_again(parent: Parent, again: list[Slice]) -> None:
    """Have slices due again that were decided."""
    slices = dict(parent.slices)
    for each in again:
        parent.decided.pop(each.number, None)
        parent.planned += each.qty
        slices[each.number] = each
    parent.slices = dict(sorted(slices.items(), key=lambda one: one[1].start_ns))


def reopen(parent: Parent) -> None:
    """Have the slices due again that were not sent since the order was filled, which it is no more."""
    spared = [number for number in parent.taken if parent.decided.get(number) is Pace.DONE]
    if spared:
        plan_again(parent, [parent.taken.pop(number) for number in spared])

"""Exits that are lost: their entry brings no more, and what it has brought without them is told of, again whenever that grows.

An entry that is itself an exit goes on: its rest is for what its own entry has brought.
"""

from __future__ import annotations

from decimal import Decimal

from oms.engine import group_records, list_exits
from oms.engine.group_book import GroupBook
from oms.engine.state import State
from oms.model.decimals import ZERO
from oms.model.enums import LegEnd
from oms.model.group import Group, GroupLeg
from oms.model.order import Order

# What is kept on a leg is the group book's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def tell(state: State, book: GroupBook, leg: GroupLeg, order: Order) -> None:
    """Tell that a leg is lost with an order, and how much may be without it."""
    entry = leg._entry
    if entry is not None:
        group_records.tell_lost(state, leg, order, _left(book, entry))
    elif (left := list_exits.without_alternative(leg, order)) > ZERO:
        group_records.tell_lost(state, leg, order, left)


def follow(state: State, book: GroupBook, group: Group) -> bool:
    """Tell of what was brought since an exit was lost, and let no entry bring more for which one is missed.

    Returns:
        Whether an entry was stopped.
    """
    if group.is_canceled:
        return False
    legs = group.legs
    for number, exits in book.sharing[group.group_id].exits_of.items():
        entry, lost = legs[number], [legs[one] for one in exits if legs[one].end is LegEnd.LOST]
        if entry._brings_bare:
            entry._brings_bare = False
            if lost and (left := _left(book, entry)) > ZERO:
                group_records.tell_lost(state, lost[0], lost[0].orders[-1], left)
        is_first = entry._entry is None and entry.end is None
        if is_first and _may_bring(entry) and not all(map(list_exits.has_another, lost)):
            group_records.stop(state, entry, LegEnd.UNPROTECTED)
            return True
    return False


def _left(book: GroupBook, entry: GroupLeg) -> Decimal:
    group = entry._group
    exits = book.sharing[group.group_id].exits_of[entry.number]
    return entry.executed_qty - list_exits.executed(group, exits)


def _may_bring(entry: GroupLeg) -> bool:
    return not entry.has_ended or entry.asked_qty > ZERO or entry.held is not None

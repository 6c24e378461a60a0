"""What is true of a group that has lost an exit: what was told of it, and which of its entries may bring no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from oms.model.contingency import Contingency
from oms.model.enums import AnomalyCode, LegEnd
from oms.model.events import AnomalyRaised, Event
from oms.model.group import GroupLeg
from oms.model.ids import OrderId
from oms.model.terms import Stop, StopLimit, TrailingStop, TrailingStopLimit
from oms.testing.group_laws import each, entries

# ruff: noqa: SLF001  # of which entry a leg is an exit is the group book's own
# pyright: reportPrivateUsage=false

_LOST: Final = re.compile(r"is lost .*: (\d+) of ")


def lost_in(events: Iterable[Event], of_order: Mapping[OrderId, GroupLeg]) -> dict[int, Decimal]:
    """Give how much was last told to have lost an exit, by the number of its entry."""
    told: dict[int, Decimal] = {}
    for event in events:
        if isinstance(event, AnomalyRaised) and event.code is AnomalyCode.EXIT_LOST and event.order_id:
            entry, found = of_order[event.order_id]._entry, _LOST.search(event.text)
            if entry is not None and found is not None:
                told[entry.number] = Decimal(found[1])
    return told


def bare(tree: Contingency, legs: Sequence[GroupLeg]) -> Iterator[int]:
    """Give each entry that is no exit of which an exit is lost, and none or no stop is left."""
    for oto, number in entries(tree):
        exits = [legs[one] for one in each(oto, number)]
        lost, left = ([leg for leg in exits if leg.end is end] for end in (LegEnd.LOST, None))
        has_none = not left or (any(map(_is_stop, lost)) and not any(map(_is_stop, left)))
        if lost and has_none and legs[number]._entry is None:
            yield number


def _is_stop(leg: GroupLeg) -> bool:
    return isinstance(leg.leg.terms, Stop | StopLimit | TrailingStop | TrailingStopLimit)

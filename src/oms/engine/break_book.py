"""Where the books and the brokers stand: open breaks, accepted differences, and which brokers may get new orders.

Moved by events alone, so that a restart knows of the same breaks, of the same age and owner.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from attrs import evolve

from oms.model import events as ev
from oms.model.breaks import Break
from oms.model.decimals import EXACT, plain
from oms.model.enums import BreakKind
from oms.model.ids import BrokerName

BreakKey: TypeAlias = tuple[BrokerName, BreakKind, str]
"""What tells a break from all others: the broker, the kind, and what it is about."""


class BreakBook:
    """What differs.

    Attributes:
        open: Every open break by its number, oldest first.
        by_key: The number of each open break.
        accepted: What a person has accepted: the difference, as `difference_of` gives it.
        unreconciled: The brokers that get no new orders yet.
        cursors: How far each broker has told what has executed.
    """

    __slots__ = ("accepted", "by_key", "cursors", "open", "unreconciled")

    def __init__(self) -> None:
        """Begin with none."""
        self.open: dict[int, Break] = {}
        self.by_key: dict[BreakKey, int] = {}
        self.accepted: dict[BreakKey, str] = {}
        self.unreconciled: dict[BrokerName, None] = {}
        self.cursors: dict[BrokerName, str] = {}

    def find(self, broker: BrokerName, kind: BreakKind, key: str) -> Break | None:
        """Give an open break; None if there is none."""
        number = self.by_key.get((broker, kind, key))
        return None if number is None else self.open[number]

    def on_event(self, event: ev.Event) -> None:
        """Take in an event of one of the classes in `BREAK_EVENTS`."""
        BREAK_EVENTS[type(event)](self, event)

    def _on_opened(self, event: ev.BreakOpened) -> None:
        opened = Break(
            event.sequence, event.broker, event.kind, event.key, event.order_id, event.expected, event.said, event.text,
            event.time_ns,
        )  # fmt: skip
        self.open[event.sequence] = opened
        self.by_key[event.broker, event.kind, event.key] = event.sequence

    def _on_changed(self, event: ev.BreakChanged) -> None:
        self.open[event.number] = evolve(self.open[event.number], expected=event.expected, said=event.said)

    def _on_assigned(self, event: ev.BreakAssigned) -> None:
        self.open[event.number] = evolve(self.open[event.number], owner=event.owner)

    def _on_resolved(self, event: ev.BreakResolved) -> None:
        resolved = self.open.pop(event.number)
        key = (resolved.broker, resolved.kind, resolved.key)
        del self.by_key[key]
        if event.is_accepted:
            self.accepted[key] = difference_of(resolved.kind, resolved.expected, resolved.said)

    def _on_reconciled(self, event: ev.BrokerReconciled) -> None:
        self.unreconciled.pop(event.broker, None)

    def _on_listed(self, event: ev.ExecutionsListed) -> None:
        self.cursors[event.broker] = event.cursor


def difference_of(kind: BreakKind, expected: str, said: str) -> str:
    """Give what is accepted where a person accepts a break: of positions how far they are apart, else both values."""
    if kind is BreakKind.POSITION:
        return plain(EXACT.subtract(Decimal(said), Decimal(expected)))
    return f"{expected} | {said}"


# The methods are the table's, and nobody else's.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

BREAK_EVENTS: Final[dict[type[ev.Event], Callable[[BreakBook, Any], None]]] = {
    ev.BreakOpened: BreakBook._on_opened,
    ev.BreakChanged: BreakBook._on_changed,
    ev.BreakAssigned: BreakBook._on_assigned,
    ev.BreakResolved: BreakBook._on_resolved,
    ev.BrokerReconciled: BreakBook._on_reconciled,
    ev.ExecutionsListed: BreakBook._on_listed,
}
"""What each event does here."""

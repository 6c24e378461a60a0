"""Rare paths that take more than one event to tell."""

from __future__ import annotations

from collections import Counter
from typing import Final

from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import ClOrdId, OrderId

_REQUESTS: Final = {
    ev.OrderSubmitted: "submits in doubt",
    ev.CancelRequested: "cancels in doubt",
    ev.ReplaceRequested: "replaces in doubt",
}


class Marks:
    """Counts what is rare in one journal."""

    __slots__ = ("_busted", "_canceled", "_doubted", "_kinds", "_seen")

    def __init__(self, seen: Counter[str]) -> None:
        """Count here."""
        self._seen = seen
        self._kinds: dict[ClOrdId, str] = {}
        self._doubted: set[OrderId] = set()
        self._busted: set[OrderId] = set()
        self._canceled: set[OrderId] = set()

    def take(self, event: ev.Event) -> None:
        """Take an event in."""
        match event:
            case ev.OrderSubmitted() | ev.CancelRequested() | ev.ReplaceRequested():
                self._kinds[event.cl_ord_id] = _REQUESTS[type(event)]
            case ev.RequestInDoubt():
                self._seen[self._kinds[event.cl_ord_id]] += 1
                self._doubted.add(event.order_id)
            case ev.OrderCanceled():
                self._canceled.add(event.order_id)
                self._seen["orders in doubt that were canceled"] += event.order_id in self._doubted
            case ev.TradeCanceled():
                self._busted.add(event.order_id)
            case ev.AnomalyRaised(code=AnomalyCode.LATE_EXECUTION, order_id=order_id):
                self._seen["late fills after a bust"] += order_id in self._busted
            case ev.AnomalyRaised(code=AnomalyCode.OVERFILL, order_id=order_id):
                self._seen["overfills after a cancel"] += order_id in self._canceled
            case _:
                pass

"""Rare paths that take more than one event to tell."""

from __future__ import annotations

from collections import Counter
from typing import Final

from oms.model import events as ev
from oms.model.enums import AnomalyCode, Choice
from oms.model.ids import ClOrdId, OrderId
from oms.model.routing import RouteVerdict

_REQUESTS: Final = {
    ev.OrderSubmitted: "submits in doubt",
    ev.CancelRequested: "cancels in doubt",
    ev.ReplaceRequested: "replaces in doubt",
}
_OF_LISTS: Final = {
    AnomalyCode.EXIT_LOST: "exits that their venue has lost",
    AnomalyCode.EXITS_EXCEED_ENTRY: "exits beyond their entry",
}


class _Listed(Choice):
    """Which manager has sent a list that is not answered."""

    SENT = "this one"
    LEFT = "one before it"


class Marks:
    """Counts what is rare in one journal."""

    __slots__ = ("_busted", "_canceled", "_doubted", "_kinds", "_lists", "_live", "_seen")

    def __init__(self, seen: Counter[str]) -> None:
        """Count here."""
        self._seen = seen
        self._kinds: dict[ClOrdId, str] = {}
        self._doubted: set[OrderId] = set()
        self._busted: set[OrderId] = set()
        self._canceled: set[OrderId] = set()
        self._lists: dict[OrderId, _Listed] = {}
        # Orders that are worked by children, and have not been ended.
        self._live: set[OrderId] = set()

    def take(self, event: ev.Event) -> None:
        """Take an event in."""
        self._take_of_lists(event)
        self._take_of_parents(event)
        self._take_of_brokers(event)
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

    def _take_of_parents(self, event: ev.Event) -> None:
        seen = self._seen
        match event:
            case ev.WorkPlanned():
                self._live.add(event.order_id)
                seen["plans made anew"] += bool(event.why)
            case ev.SliceDecided():
                seen["slices skipped" if event.child is None else "children"] += 1
            case ev.ChildExecuted():
                seen["executions of children that were taken back or corrected"] += event.qty_change <= 0
                seen["parents that executed"] += 1
            case ev.WorkSuspended():
                seen["parents suspended"] += 1
            case ev.WorkAmended():
                seen["parents amended at work"] += 1
            case ev.WorkStopped():
                seen[f"parents stopped: {event.why.value}"] += 1
            case ev.EpochStarted():
                seen["parents that a later manager finds at work"] += len(self._live)
            case ev.OrderCanceled() | ev.OrderExpired() if event.order_id in self._live:
                self._live.discard(event.order_id)
            case _:
                pass

    def _take_of_brokers(self, event: ev.Event) -> None:
        seen = self._seen
        match event:
            case ev.OrderRouted(decision=decision) if decision.after is not None:
                if event.order_id == decision.successor:
                    seen["orders that went on to another broker"] += 1
                elif decision.successor is None:
                    seen["orders that every broker was tried for"] += 1
            case ev.OrderRouted(decision=decision):
                takes = decision.taken
                seen["orders split over brokers"] += len(takes) > 1
                seen["parts taken from behind the best price"] += any(
                    one.is_taking and one.qty > one.size and one.behind for one in takes
                )
                was_refused = any(one.verdict is RouteVerdict.TRIED for one in decision.candidates)
                seen["parts placed anew after a refusal"] += was_refused and bool(takes)
                best = decision.best_broker
                is_down = any(
                    one.broker == best and one.verdict is RouteVerdict.DOWN for one in decision.candidates
                )
                seen["orders that went elsewhere since the best broker was down"] += is_down and bool(takes)
            case ev.VenueHealthChanged(health=health):
                seen[f"brokers that are {health.value}"] += 1
            case _:
                pass

    def _take_of_lists(self, event: ev.Event) -> None:
        # The first order of a list stands for all of them.
        match event:
            case ev.GroupListed():
                self._lists[event.order_ids[0]] = _Listed.SENT
                self._seen["order lists"] += 1
            case ev.GroupUnlisted():
                self._seen["order lists that are worked here from then on"] += 1
            case ev.EpochStarted():
                for order_id in self._lists:
                    self._lists[order_id] = _Listed.LEFT
            case ev.RequestInDoubt() if event.order_id in self._lists:
                self._seen["order lists in doubt"] += self._kinds[event.cl_ord_id] == "submits in doubt"
            case ev.OrderRejected() if self._lists.pop(event.order_id, None) is not None:
                self._seen["order lists that were refused, or never arrived"] += 1
            case ev.OrderAcknowledged() | ev.Traded():
                if self._lists.pop(event.order_id, None) is _Listed.LEFT:
                    self._seen["order lists that a later manager finds at work"] += 1
            case ev.OrderCanceled() | ev.OrderExpired():
                self._lists.pop(event.order_id, None)
            case ev.AnomalyRaised(code=code) if code in _OF_LISTS:
                self._seen[_OF_LISTS[code]] += 1
            case _:
                pass

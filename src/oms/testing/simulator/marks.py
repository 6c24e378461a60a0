"""Rare paths that take more than one event to tell."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Final

from oms.model import events as ev
from oms.model.enums import AnomalyCode, Choice, TriggerPriceType
from oms.model.ids import ClOrdId, OrderId
from oms.model.reasons import ReasonCode
from oms.model.routing import RouteVerdict
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy, TrailingStop, TrailingStopLimit, display_qty
from oms.model.triggers import PriceTrigger, TrailingTrigger
from oms.testing.simulator.parent_draws import CHOICES

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

    __slots__ = (
        "_busted", "_canceled", "_children", "_doubted", "_kinds", "_lists", "_live", "_seen", "_terms", "_triggers",
    )  # fmt: skip

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
        self._triggers: dict[OrderId, TriggerPriceType] = {}
        self._children: set[OrderId] = set()
        # How much was ordered of those that algorithms work, and how.
        self._terms: dict[OrderId, tuple[Decimal, Strategy]] = {}

    def take(self, event: ev.Event) -> None:
        """Take an event in."""
        self._take_of_lists(event)
        self._take_of_kinds(event)
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

    def _take_of_kinds(self, event: ev.Event) -> None:
        seen = self._seen
        match event:
            case ev.OrderCreated(instructions=instructions, cash_order_qty=cash):
                seen[f"orders: {type(event.time_in_force).__name__}"] += 1
                for name in () if instructions is None else instructions.asked:
                    seen[f"orders: {name}"] += 1
                seen["orders: cash_order_qty"] += cash is not None
                seen["orders: display_qty"] += display_qty(event.terms) is not None
                if isinstance(event.terms, TrailingStop | TrailingStopLimit):
                    seen[f"trails in {event.terms.offset.offset_type.name}"] += 1
                    seen["trails that begin at a price"] += event.terms.activation_px is not None
            case ev.OrderHeld(trigger=PriceTrigger() | TrailingTrigger() as trigger):
                self._triggers[event.order_id] = trigger.price_type
            case ev.OrderReleased():
                price_type = self._triggers.get(event.order_id)
                if price_type is not None:
                    seen[f"orders released by {price_type.name}"] += 1
                seen["orders in cash that were turned into a quantity here"] += event.order_qty is not None
            case ev.OrderDenied(reasons=reasons):
                for reason in reasons:
                    seen["reduce-only orders refused here"] += reason.code is ReasonCode.REDUCE_ONLY
            case ev.ReplaceRequested() | ev.CancelRequested() if event.cause.origin == "reduce-only":
                seen["reduce-only orders cut here"] += 1
            case ev.OrderExpired() if event.cause.kind == SessionChange.__name__:
                seen["orders ended here as a session changed"] += 1
            case ev.AnomalyRaised(code=AnomalyCode.EXPIRY_OVERDUE):
                seen["orders of whose expiry nothing was heard"] += 1
            case ev.AnomalyRaised(code=AnomalyCode.REDUCE_ONLY_EXCEEDED):
                seen["reduce-only orders that exceed the position"] += 1
            case _:
                pass

    def _take_of_parents(self, event: ev.Event) -> None:
        seen = self._seen
        match event:
            case ev.OrderCreated(terms=Strategy() as terms):
                self._terms[event.order_id] = event.order_qty, terms
            case ev.WorkPlanned():
                if event.order_id not in self._live and not event.why:
                    self._count_told(self._terms[event.order_id][1])
                self._live.add(event.order_id)
                seen["plans made anew"] += bool(event.why)
            case ev.SliceDecided():
                seen["slices skipped" if event.child is None else "children"] += 1
                if event.child is not None:
                    self._children.add(event.child)
                seen[f"slices: {event.pace.value}"] += 1
                seen[f"children: {event.role}"] += event.child is not None
            case ev.ChildExecuted():
                seen["executions of children that were taken back or corrected"] += event.qty_change <= 0
                seen["parents that executed"] += 1
            case ev.WorkSuspended():
                seen["parents suspended"] += 1
            case ev.WorkAmended(terms=Strategy() as terms):
                seen["parents amended at work"] += 1
                self._count_amended(event, terms)
            case ev.AnomalyRaised(order_id=order_id) if order_id in self._children:
                seen["executions of children that were counted, and not reported"] += (
                    event.counted_qty is not None
                )
            case ev.WorkStopped():
                seen[f"parents stopped: {event.why.value}"] += 1
            case ev.EpochStarted():
                seen["parents that a later manager finds at work"] += len(self._live)
            case ev.OrderCanceled() | ev.OrderExpired() if event.order_id in self._live:
                self._live.discard(event.order_id)
            case _:
                pass

    def _count_told(self, terms: Strategy) -> None:
        for name, text in terms.parameters:
            self._seen[f"parents told: {name}"] += 1
            if name in CHOICES:
                self._seen[f"parents told: {name} {text}"] += 1

    def _count_amended(self, event: ev.WorkAmended, terms: Strategy) -> None:
        qty, before = self._terms[event.order_id]
        self._seen["parents amended: order_qty"] += event.order_qty != qty
        for name, _ in set(terms.parameters) - set(before.parameters):
            self._seen[f"parents amended: {name}"] += 1
        self._terms[event.order_id] = event.order_qty, terms

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

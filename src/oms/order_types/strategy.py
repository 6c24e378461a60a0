"""Kinds of orders of somebody's own: each is worked by the handler that is registered under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Strategy, Terms
from oms.model.triggers import Release, TriggerHit
from oms.ports.order_type_handler import OrderTypeHandler, TriggeredHandler
from oms.ports.working_handler import WorkingHandler


class StrategyHandler:
    """Asks the handler of the strategy that the terms name; one that nobody has registered is refused.

    Attributes:
        wants_events: One of them wants to be told of events.
    """

    def __init__(self, by_name: Mapping[str, OrderTypeHandler]) -> None:
        """Work these strategies."""
        self._by_name = dict(by_name)
        self.wants_events = any(handler.wants_events for handler in self._by_name.values())

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Ask its handler; refuse a strategy without one."""
        handler = self._handler(order.terms)
        if handler is not None:
            return handler.check(order, instrument)
        asked = order.terms.name if isinstance(order.terms, Strategy) else type(order.terms).__name__
        known = ", ".join(sorted(self._by_name)) or "none; open the manager with a handler of it"
        return (Reason(ReasonCode.UNSUPPORTED, "strategy", asked, known),)

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Ask its handler."""
        handler = self._handler(order.terms)
        return None if handler is None else handler.worst_px(order, reference_px)

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Tell its handler, where that wants to be told."""
        handler = self._handler(order.terms)
        return () if handler is None or not handler.wants_events else handler.on_event(order, event)

    def trigger(self, order: SubmitOrder) -> Release | None:
        """Ask its handler; None where its orders cannot be held."""
        handler = self._handler(order.terms)
        return handler.trigger(order) if isinstance(handler, TriggeredHandler) else None

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Ask its handler; what cannot be held stays as it is."""
        handler = self._handler(order.terms)
        return handler.released(order, hit) if isinstance(handler, TriggeredHandler) else order.terms

    def working(self, terms: Terms) -> WorkingHandler | None:
        """Give its handler as one that works orders by children; None where it is another one."""
        handler: Any = self._handler(terms)
        return handler if handler is not None and hasattr(handler, "step") else None

    def _handler(self, terms: Terms) -> OrderTypeHandler | None:
        return self._by_name.get(terms.name) if isinstance(terms, Strategy) else None


def working(handlers: Mapping[type[Terms], OrderTypeHandler], terms: Terms) -> WorkingHandler | None:
    """Give what works orders of such terms by children; None where nothing does."""
    if type(terms) is not Strategy:
        return None
    handler = handlers.get(Strategy)
    return handler.working(terms) if isinstance(handler, StrategyHandler) else None

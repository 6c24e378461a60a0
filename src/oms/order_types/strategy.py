"""Kinds of orders of somebody's own: each is worked by the handler that is registered under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from oms.errors import ValidationError
from oms.model.commands import Command, SubmitOrder
from oms.model.door import KnownAsker
from oms.model.enums import WorkedBy
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.parent import ORIGIN
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Strategy, Terms
from oms.model.triggers import Release, TriggerHit
from oms.model.work_commands import PauseWork
from oms.order_types.handler_answers import check_commands, check_px, check_reasons, failure
from oms.ports.order_type_handler import OrderTypeHandler, TriggeredHandler
from oms.ports.working_handler import WorkingHandler

_ALGO: Final = KnownAsker(ORIGIN)


class StrategyHandler:
    """Asks the handler of the strategy that the terms name; one that nobody has registered is refused.

    A handler of somebody's own may raise anything, or give what is no answer: its order is refused for it.

    Attributes:
        wants_events: One of them wants to be told of events.
    """

    def __init__(self, by_name: Mapping[str, OrderTypeHandler]) -> None:
        """Work these strategies.

        Raises:
            ValidationError: One works orders by children, and does not say whether it needs prints.
        """
        self._by_name = dict(by_name)
        for name, handler in self._by_name.items():
            if hasattr(handler, "step") and not hasattr(handler, "needs_prints"):
                raise ValidationError("handlers", name, "give it needs_prints, True or False")
        self.wants_events = any(handler.wants_events for handler in self._by_name.values())
        # Of an order that is looked at: why no price could be had of its handler.
        self._no_px: tuple[SubmitOrder, Reason] | None = None

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Ask its handler; refuse a strategy without one."""
        handler = self._handler(order.terms)
        if handler is not None:
            return self._checked(handler, order, instrument)
        asked = order.terms.name if isinstance(order.terms, Strategy) else type(order.terms).__name__
        known = ", ".join(sorted(self._by_name)) or "none; open the manager with a handler of it"
        return (Reason(ReasonCode.UNSUPPORTED, "strategy", asked, known),)

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Ask its handler; None where that fails or gives no price, for which `check` refuses the order."""
        handler = self._handler(order.terms)
        if handler is None:
            return None
        try:
            worst_px = handler.worst_px(order, reference_px)
            check_px(worst_px)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  # one of somebody's own may raise anything
            self._no_px = order, _failed("worst_px", error)
            return None
        return worst_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Tell its handler, where that wants to be told; where one that works orders fails at that, its order is paused."""
        handler = self._handler(order.given_terms)
        if handler is None or not handler.wants_events:
            return ()
        try:
            commands = handler.on_event(order, event)
            check_commands(commands)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            if not hasattr(handler, "step"):
                raise
            why = f"the on_event of its algorithm failed: {failure(error)}"
            is_worked = order.worked_by is WorkedBy.OMS and not order.is_ended
            return (PauseWork(order.order_id, why, _ALGO),) if is_worked else ()
        return commands

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

    def _checked(
        self, handler: OrderTypeHandler, order: SubmitOrder, instrument: Instrument
    ) -> Sequence[Reason]:
        no_px, self._no_px = self._no_px, None
        try:
            reasons = handler.check(order, instrument)
            check_reasons(reasons)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  # as above
            reasons = (_failed("check", error),)
        return reasons if no_px is None or no_px[0] is not order else (*reasons, no_px[1])

    def _handler(self, terms: Terms) -> OrderTypeHandler | None:
        return self._by_name.get(terms.name) if isinstance(terms, Strategy) else None


def _failed(asked: str, error: Exception) -> Reason:
    told = f"the {asked} of its handler failed: {failure(error)}"
    return Reason(ReasonCode.OTHER, "terms", told, "terms that their handler can check")


def working(handlers: Mapping[type[Terms], OrderTypeHandler], terms: Terms) -> WorkingHandler | None:
    """Give what works orders of such terms by children; None where nothing does."""
    if type(terms) is not Strategy:
        return None
    handler = handlers.get(Strategy)
    return handler.working(terms) if isinstance(handler, StrategyHandler) else None

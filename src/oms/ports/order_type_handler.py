"""What works a kind of order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Terms
from oms.model.triggers import Release, TriggerHit


class OrderTypeHandler(Protocol):
    """How one kind of terms is checked and worked. It returns what should happen and does nothing itself.

    Attributes:
        wants_events: Whether `on_event` is to be called for each event of such an order.
    """

    wants_events: bool

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Give every reason why these terms are not possible for this instrument; none when they are."""
        ...

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the price that limits on value are computed with; None where there is none to be had."""
        ...

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Give the commands that should follow; each passes the gate and waits its turn."""
        ...


@runtime_checkable
class TriggeredHandler(OrderTypeHandler, Protocol):
    """A kind of terms that can be held here until a price comes, where the venue does not take it."""

    def trigger(self, order: SubmitOrder) -> Release | None:
        """Give what the order waits for; None where this one cannot be held."""
        ...

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give the plainer terms that it is sent with once its price has come.

        Of which class they are must not depend on the prices: the venue is asked beforehand whether it takes them.
        """
        ...

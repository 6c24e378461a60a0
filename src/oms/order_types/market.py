"""Market orders: sent as they are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason


class MarketHandler:
    """The venue works the order; its value is taken at the market's price."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """There is nothing to be wrong about."""
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the market's price: there is no better guess."""
        return reference_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

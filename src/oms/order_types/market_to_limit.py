"""Market-to-limit orders: what does not trade at once rests at the price that the rest traded at."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason


class MarketToLimitHandler:
    """It has no price of its own."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """There is nothing to look at."""
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the market's price."""
        return reference_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

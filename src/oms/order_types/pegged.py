"""Pegged orders: a limit that follows the market."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Pegged
from oms.order_types.grid_checks import check_price, check_step


class PeggedHandler:
    """The worst price that it follows to, and its offset, must lie on the instrument's grid."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Look at the worst price and at the offset."""
        terms = order.terms
        if not isinstance(terms, Pegged):
            return ()
        of_px = () if terms.price is None else check_price(terms.price, instrument)
        return (*of_px, *check_step(terms.offset, instrument, "offset"))

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the worst price that it follows to; the market's where there is none."""
        terms = order.terms
        return terms.price if isinstance(terms, Pegged) and terms.price is not None else reference_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

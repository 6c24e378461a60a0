"""Limit orders: sent as they are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.decimals import ZERO
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Limit
from oms.order_types.grid_checks import check_display, check_price


class LimitHandler:
    """The venue works the order; its limit and what it shows must lie on the instrument's grids."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Look at the limit price and at what is shown."""
        terms = order.terms
        if type(terms) is not Limit:
            return ()
        px = terms.price
        tick = instrument.only_tick
        if tick is not None and px > ZERO and not px % tick and terms.display_qty is None:
            return ()
        return (*check_price(px, instrument), *check_display(terms.display_qty, order, instrument))

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the limit."""
        terms = order.terms
        return terms.price if type(terms) is Limit else None

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

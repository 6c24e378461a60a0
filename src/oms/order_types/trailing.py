"""Trailing stops: a stop price that follows the market at a distance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Limit, Market, Terms, TrailingStop, TrailingStopLimit
from oms.model.triggers import Trigger, TriggerHit, trigger_of
from oms.order_types.grid_checks import check_offset, check_price


class TrailingHandler:
    """The activation price, and offsets in the instrument's currency, must lie on its grid."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Look at the activation price and at the offsets."""
        terms = order.terms
        if not isinstance(terms, TrailingStop | TrailingStopLimit):
            return ()
        px = terms.activation_px
        of_px = () if px is None else check_price(px, instrument, "activation_px")
        of_limit = (
            check_offset(terms.limit_offset, instrument, "limit_offset")
            if isinstance(terms, TrailingStopLimit)
            else ()
        )
        return (*of_px, *check_offset(terms.offset, instrument, "offset"), *of_limit)

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the market's price: where the trail will stand when it is reached is not known."""
        return reference_px

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

    def trigger(self, order: SubmitOrder) -> Trigger | None:
        """Give what releases it where it is held here."""
        return trigger_of(order.side, order.terms)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give a limit order beyond the stop price, or a market order where it has no limit offset."""
        return Market() if hit.limit_px is None else Limit(hit.limit_px)

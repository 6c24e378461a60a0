"""Pegged orders: a limit that follows the market, at its venue or replaced from here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.capabilities import Capabilities
from oms.model.commands import Command, SubmitOrder
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Pegged, Terms
from oms.model.time_in_force import Day, GoodForTime, GoodTillCancel, GoodTillDate, GoodTillTime
from oms.model.triggers import QuoteTrigger, Release, TriggerHit
from oms.model.venue_profile import ReplaceSupport
from oms.order_types.grid_checks import check_price, check_step

_RESTING: Final = (Day, GoodTillCancel, GoodTillDate, GoodTillTime, GoodForTime)


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

    def trigger(self, order: SubmitOrder) -> Release | None:
        """Give that a quote releases it; None for one that does not rest."""
        return QuoteTrigger(side=order.side) if isinstance(order.time_in_force, _RESTING) else None

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give a limit order at the price that it follows now."""
        return Limit(hit.px if hit.limit_px is None else hit.limit_px)


def why_not_followed(order: SubmitOrder, capabilities: Capabilities, venue: str) -> tuple[Reason, ...]:
    """Give the reason why a pegged order cannot be worked from here: its venue replaces no prices. None for any other."""
    if not isinstance(order.terms, Pegged):
        return ()
    if "price" in capabilities.amendable and capabilities.profile.replace is not ReplaceSupport.NONE:
        return ()
    allowed = "a venue that pegs, or one whose orders can be given another price"
    return (Reason(ReasonCode.UNSUPPORTED, "terms", "pegged", allowed, venue),)

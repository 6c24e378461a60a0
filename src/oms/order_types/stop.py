"""Stop and if-touched orders, with a market or a limit order behind them: watched and released by the venue, or held here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oms.model.commands import Command, SubmitOrder
from oms.model.enums import Side
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.terms import Limit, LimitIfTouched, Market, MarketIfTouched, Stop, StopLimit, Terms, limit_px
from oms.model.triggers import Trigger, TriggerHit, trigger_of
from oms.order_types.grid_checks import check_price

_BUY: Final = Side.BUY
# A union would be made anew with each call.
_AT_MARKET: Final = (Stop, MarketIfTouched)


class StopHandler:
    """Of stop and of market-if-touched orders; the stop price must lie on the instrument's grid."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Look at the stop price."""
        terms = order.terms
        if not isinstance(terms, _AT_MARKET):
            return ()
        return check_price(terms.stop_px, instrument, "stop_px")

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the stop price, or the market's where that is worse already.

        Once released it trades at any price, so that this is the best guess and no bound.
        """
        terms = order.terms
        if not isinstance(terms, _AT_MARKET):
            return None
        if reference_px is None:
            return terms.stop_px
        worse = max if order.side is _BUY else min
        return worse(terms.stop_px, reference_px)

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

    def trigger(self, order: SubmitOrder) -> Trigger | None:
        """Give what releases it where it is held here."""
        return trigger_of(order.side, order.terms)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give a market order."""
        return Market()


class StopLimitHandler:
    """Of stop-limit and of limit-if-touched orders; both prices must lie on the instrument's grid."""

    wants_events = False

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        """Look at the stop price and at the limit."""
        terms = order.terms
        if not isinstance(terms, StopLimit | LimitIfTouched):
            return ()
        return (*check_price(terms.stop_px, instrument, "stop_px"), *check_price(terms.price, instrument))

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        """Give the limit."""
        terms = order.terms
        return terms.price if isinstance(terms, StopLimit | LimitIfTouched) else None

    def on_event(self, order: Order, event: OrderEvent) -> Sequence[Command]:
        """Nothing follows."""
        return ()

    def trigger(self, order: SubmitOrder) -> Trigger | None:
        """Give what releases it where it is held here."""
        return trigger_of(order.side, order.terms)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give a limit order at its price."""
        px = limit_px(order.terms)
        return Market() if px is None else Limit(px)

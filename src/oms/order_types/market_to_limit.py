"""Market-to-limit orders: what does not trade at once rests at the price that the rest traded at.

Where its venue lacks them, one is sent as a limit order at the best price of the other side. At an exchange whose book has one
price a side that is the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from oms.model.commands import Command, SubmitOrder
from oms.model.enums import Side
from oms.model.events import OrderEvent
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.price_grid import PriceGrid
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, MarketToLimit, Terms
from oms.model.time_in_force import AtTheClose, AtTheOpening, GoodForAuction
from oms.model.triggers import QuoteTrigger, Release, TriggerHit


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

    def trigger(self, order: SubmitOrder) -> Release | None:
        """Give that it is released by what is shown; None for an auction, in which nothing is shown."""
        is_for_auction = isinstance(order.time_in_force, AtTheOpening | AtTheClose | GoodForAuction)
        return None if is_for_auction else QuoteTrigger(side=order.side)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        """Give a limit order at the best price of the other side."""
        return Limit(hit.px if hit.limit_px is None else hit.limit_px)


def best_px(quote: Quote | None, *, is_buy: bool) -> Decimal | None:
    """Give the price of the other side that an order would trade at; None where nothing is shown there."""
    if quote is None:
        return None
    px, size = (quote.ask, quote.ask_size) if is_buy else (quote.bid, quote.bid_size)
    return px if size else None


def limit_px(best: Decimal, grid: PriceGrid, *, is_buy: bool) -> Decimal:
    """Give the limit that takes this price: the same, or the next one on the grid that does."""
    return grid.up(best) if is_buy else grid.down(best)


def why_nothing_to_take(order: SubmitOrder, quote: Quote | None) -> tuple[Reason, ...]:
    """Give the reason against such an order while the other side shows nothing, as a venue would; none otherwise."""
    if (
        not isinstance(order.terms, MarketToLimit)
        or best_px(quote, is_buy=order.side is Side.BUY) is not None
    ):
        return ()
    side = "ask" if order.side is Side.BUY else "bid"
    allowed = f"a market-to-limit order, which is worked here, while the market shows {side} and size"
    return (Reason(ReasonCode.INPUT_UNAVAILABLE, side, "none", allowed),)

"""Orders for an amount of money (CashOrderQty, 152) at a venue that takes none: turned into a quantity as they are released.

The quantity is that of the whole lots that the money pays for at one price: that of the other side's quote, or the limit, where it
is the worse of the two for how much that is; so a purchase never costs more at its limit. What was turned is not looked at
again: a market order that trades at another price costs, or brings, more or less than its money.
"""

from __future__ import annotations

from decimal import Decimal

from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import BOUND, ONE, plain
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, Pegged, Terms, limit_px
from oms.model.time_in_force import AtTheClose, AtTheOpening, GoodForAuction
from oms.model.triggers import PriceTrigger, QuoteTrigger, Release
from oms.order_types.market_to_limit import best_px


def is_turned(order: SubmitOrder, capabilities: Capabilities) -> bool:
    """Tell whether an order that is held here is turned into a quantity before its venue is given it."""
    if order.cash_order_qty is None:
        return False
    # A limit that is to be moved must have a total that is known.
    return isinstance(order.terms, Pegged) or not capabilities.profile.takes_cash_orders


def waits_to_be_turned(order: SubmitOrder, capabilities: Capabilities) -> QuoteTrigger | None:
    """Give that a market or limit order waits for a quote to be turned by; None where it need not, or is for an auction."""
    if type(order.terms) not in {Market, Limit} or not is_turned(order, capabilities):
        return None
    is_for_auction = isinstance(order.time_in_force, AtTheOpening | AtTheClose | GoodForAuction)
    return None if is_for_auction else QuoteTrigger(side=order.side)


def as_turned(order: SubmitOrder) -> SubmitOrder:
    """Give an order for money as one for a quantity, whichever: what its venue makes of its kind does not depend on that."""
    return SubmitOrder(
        order.symbol,
        order.side,
        ONE,
        order.terms,
        order.time_in_force,
        order.account,
        order.client_ref,
        instructions=order.instructions,
    )


def cash_px(terms: Terms, quote: Quote | None, reached_px: Decimal, *, is_buy: bool) -> Decimal:
    """Give the price at which an order that is released as these terms is turned into a quantity.

    Args:
        terms: What it is released as.
        quote: What the market shows; None where that is not known.
        reached_px: The price that has released it, where nothing else is known.
        is_buy: Whether it buys.
    """
    limit, best = limit_px(terms), best_px(quote, is_buy=is_buy)
    known = [px for px in (limit, best) if px is not None]
    if is_buy:
        return known[0] if known else reached_px
    return max(known, default=reached_px)


def lots_for(cash: Decimal, px: Decimal, instrument: Instrument) -> Decimal | Reason:
    """Give the quantity that an amount of money pays for at a price, or the reason why that is none that an order can have."""
    qty, worth = instrument.lots_for(cash, px), instrument.lot * instrument.multiplier
    if not qty:
        asked = f"{plain(cash)}, which is no lot at {plain(px)}"
        least = plain(px * worth)
        return Reason(
            ReasonCode.BELOW_MIN_QTY, "cash_order_qty", asked, f"at least {least} {instrument.currency}"
        )
    if qty >= BOUND:
        asked = f"{plain(cash)}, which is {plain(qty)} at {plain(px)}"
        return Reason(ReasonCode.MAX_ORDER_QTY, "cash_order_qty", asked, f"less than {plain(BOUND)} units")
    return qty


def why_too_many(order: SubmitOrder, trigger: Release, instrument: Instrument) -> tuple[Reason, ...]:
    """Give the reason against money for more units than an order can have, where it is turned at its trigger; none otherwise."""
    cash = order.cash_order_qty
    if cash is None or type(trigger) is not PriceTrigger:
        return ()
    limit = limit_px(order.terms) if order.side is Side.BUY else None
    qty = lots_for(cash, trigger.trigger_px if limit is None else limit, instrument)
    return (qty,) if isinstance(qty, Reason) and qty.code is ReasonCode.MAX_ORDER_QTY else ()


def why_not_turned(order: SubmitOrder, quote: Quote | None) -> tuple[Reason, ...]:
    """Give the reason against a market or limit order for money while the other side shows nothing; none otherwise."""
    is_buy = order.side is Side.BUY
    if order.cash_order_qty is None or type(order.terms) not in {Market, Limit}:
        return ()
    if best_px(quote, is_buy=is_buy) is not None:
        return ()
    side = "ask" if is_buy else "bid"
    allowed = f"an order in money, which is turned into units here, while the market shows {side} and size"
    return (Reason(ReasonCode.INPUT_UNAVAILABLE, side, "none", allowed),)

"""At what price a child goes out, by its style, its limit and what the market shows."""

from __future__ import annotations

from decimal import Decimal

from oms.algos.choices import ChildStyle
from oms.algos.working import Working
from oms.model.decimals import EXACT
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.price_grid import PriceGrid
from oms.model.terms import Limit, Market, Terms


def touch_px(quote: Quote | None, *, is_buy: bool) -> Decimal | None:
    """Give the best price of the other side; None where there is no quote."""
    return None if quote is None else quote.ask if is_buy else quote.bid


def own_px(quote: Quote | None, *, is_buy: bool) -> Decimal | None:
    """Give the best price of the order's own side; None where there is no quote."""
    return None if quote is None else quote.bid if is_buy else quote.ask


def within(px: Decimal, limit_px: Decimal | None, *, is_buy: bool) -> Decimal:
    """Give a price, or the limit where it is beyond that."""
    if limit_px is None:
        return px
    return min(px, limit_px) if is_buy else max(px, limit_px)


def is_passive(working: Working) -> bool:
    """Tell whether children wait at the best price of their own side before they cross."""
    return working.child_style is ChildStyle.PASSIVE_THEN_CROSS


def judged_px(working: Working, quote: Quote | None, *, is_buy: bool, crosses: bool) -> Decimal | None:
    """Give the price by which it is judged whether a child may go out: that at which it would trade at first, or rest."""
    if is_passive(working) and not crosses:
        px = own_px(quote, is_buy=is_buy)
        return None if px is None else within(px, working.limit_price, is_buy=is_buy)
    return touch_px(quote, is_buy=is_buy)


def terms_of(
    working: Working, instrument: Instrument, quote: Quote | None, *, is_buy: bool, crosses: bool
) -> Terms:
    """Give the terms of a child that may go out.

    Args:
        working: How its order is worked.
        instrument: Its grid of prices.
        quote: What the market shows, both sides; None only for what goes out at any price.
        is_buy: Which way it goes.
        crosses: It is to trade at once, whatever its style.
    """
    limit = working.limit_price
    if working.child_style is ChildStyle.MARKET:
        return Market() if limit is None else Limit(limit)
    assert quote is not None, "a price that follows the market needs a quote"
    if is_passive(working) and not crosses:
        return Limit(passive_px(working, quote, is_buy=is_buy))
    touch = touch_px(quote, is_buy=is_buy)
    assert touch is not None, "the quote has both sides"
    grid, offset = PriceGrid(instrument), working.child_offset
    px = grid.down(EXACT.add(touch, offset)) if is_buy else grid.up(EXACT.subtract(touch, offset))
    return Limit(within(px, limit, is_buy=is_buy))


def passive_px(working: Working, quote: Quote, *, is_buy: bool) -> Decimal:
    """Give the price at which a child waits: the best of its own side, or the limit where that is beyond it."""
    own = own_px(quote, is_buy=is_buy)
    assert own is not None, "the quote has both sides"
    return within(own, working.limit_price, is_buy=is_buy)

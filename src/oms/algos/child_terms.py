"""At what price a child goes out, by its style, its limit and what the market shows."""

from __future__ import annotations

from decimal import Decimal

from oms.algos.choices import ChildStyle
from oms.algos.working import Working
from oms.model.decimals import EXACT
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.market_news import PriceLimits
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
    working: Working,
    instrument: Instrument,
    quote: Quote | None,
    *,
    is_buy: bool,
    crosses: bool,
    limits: PriceLimits | None = None,
    would_px: Decimal | None = None,
) -> Terms:
    """Give the terms of a child that may go out.

    Args:
        working: How its order is worked.
        instrument: Its grid of prices.
        quote: What the market shows, both sides; None only for what goes out at any price.
        is_buy: Which way it goes.
        crosses: It is to trade at once, whatever its style.
        limits: What the market may trade at, which every price is held to; None where nobody has said.
        would_px: The price at which it is taken aside of what is due, and at none that is worse; None for what is due.
    """
    limit, grid = working.limit_price, PriceGrid(instrument)
    if would_px is not None:
        limit = within(would_px, limit, is_buy=is_buy)
    if working.child_style is ChildStyle.MARKET:
        if limits is None:
            return Market() if limit is None else Limit(limit)
        worst = limits.worst(grid, is_buy=is_buy) if limit is None else limits.nearest(limit, grid)
        return Market() if worst is None else Limit(worst)
    assert quote is not None, "a price that follows the market needs a quote"
    if is_passive(working) and not crosses:
        return Limit(passive_px(limit, quote, grid, is_buy=is_buy, limits=limits))
    touch = touch_px(quote, is_buy=is_buy)
    assert touch is not None, "the quote has both sides"
    offset = working.child_offset
    px = grid.down(EXACT.add(touch, offset)) if is_buy else grid.up(EXACT.subtract(touch, offset))
    px = within(px, limit, is_buy=is_buy)
    return Limit(px if limits is None else limits.nearest(px, grid))


def passive_px(
    limit_px: Decimal | None,
    quote: Quote,
    grid: PriceGrid,
    *,
    is_buy: bool,
    limits: PriceLimits | None = None,
) -> Decimal:
    """Give the price at which a child waits: the best of its own side, or the limit where that is beyond it, within price limits."""
    own = own_px(quote, is_buy=is_buy)
    assert own is not None, "the quote has both sides"
    px = within(own, limit_px, is_buy=is_buy)
    return px if limits is None else limits.nearest(px, grid)

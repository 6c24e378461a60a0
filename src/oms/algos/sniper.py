"""To take what is there, only when enough of it is there at the price."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from oms.algos.slicing import in_whole_lots
from oms.model.decimals import EXACT, ZERO
from oms.model.define import record
from oms.model.market import Quote


class Holding(Enum):
    """Why nothing is taken."""

    NO_QUOTE = "no two-sided, uncrossed quote"
    STALE = "the quote is too old"
    BEYOND_LIMIT = "the price is beyond the limit"
    TOO_FEW = "too little is shown at the price"
    NOTHING_LEFT = "nothing of the order is left"


@record
class Shot:
    """What to take, or why not.

    Attributes:
        qty: How much; zero where nothing is taken.
        px: At what price, the best of the other side; None where there is none.
        why_not: Why nothing is taken; None where something is.
    """

    qty: Decimal
    px: Decimal | None
    why_not: Holding | None


def snipe(
    quote: Quote | None,
    *,
    is_buy: bool,
    limit_px: Decimal,
    min_size: Decimal,
    left: Decimal,
    lot: Decimal,
    now_ns: int,
    max_age_ns: int,
    max_child: Decimal | None = None,
    least: Decimal = ZERO,
) -> Shot:
    """Give what to take of a quote: all that is shown at its price, if it is enough and within the limit.

    Args:
        quote: The best prices now; None where nobody knows them.
        is_buy: Whether it is to be bought.
        limit_px: The worst price.
        min_size: How much must be shown, at least; where less than that is left of the order, what is left.
        left: How much of the order may still be sent.
        lot: What is sent is whole lots of this, but for the last of the order.
        now_ns: The time, in nanoseconds UTC.
        max_age_ns: How old a quote may be.
        max_child: How much is taken at a time at most.
        least: The smallest order that the instrument lets through; neither what is taken nor what is left is less.
    """
    if not left:
        return Shot(ZERO, None, Holding.NOTHING_LEFT)
    px, size = (None, ZERO) if quote is None else _other_side(quote, is_buy)
    if quote is None or px is None or not quote.is_two_sided:
        return Shot(ZERO, None, Holding.NO_QUOTE)
    if now_ns - quote.time_ns > max_age_ns:
        return Shot(ZERO, px, Holding.STALE)
    if px > limit_px if is_buy else px < limit_px:
        return Shot(ZERO, px, Holding.BEYOND_LIMIT)
    most = left if max_child is None else min(left, max_child)
    qty = min(most, size)
    if qty < left:
        qty = in_whole_lots(qty, lot)
        if ZERO < EXACT.subtract(left, qty) < least:
            qty = in_whole_lots(max(EXACT.subtract(left, least), ZERO), lot)
    if size < min(min_size, left) or not qty or qty < least:
        return Shot(ZERO, px, Holding.TOO_FEW)
    return Shot(qty, px, None)


def _other_side(
    quote: Quote, is_buy: bool
) -> tuple[Decimal | None, Decimal]:  # the side that it would take from
    return (quote.ask, quote.ask_size) if is_buy else (quote.bid, quote.bid_size)

"""Where the price of a pegged order belongs, beside a quote; pure arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, assert_never

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import PegPriceType
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.price_grid import PriceGrid
from oms.model.terms import Pegged

_HALF: Final = Decimal("0.5")


def peg_px(terms: Pegged, quote: Quote, *, is_buy: bool) -> Decimal | None:
    """Give the price that is followed with the offset, not rounded; None where the quote lacks a side, or is crossed."""
    bid, ask = quote.bid, quote.ask
    if bid is None or ask is None or not quote.is_two_sided:
        return None
    match terms.peg:
        case PegPriceType.MID:
            px = EXACT.multiply(EXACT.add(bid, ask), _HALF)
        case PegPriceType.PRIMARY:
            px = bid if is_buy else ask
        case PegPriceType.MARKET:
            px = ask if is_buy else bid
        case _:
            assert_never(terms.peg)
    return EXACT.add(px, terms.offset)


def has_moved(terms: Pegged, before: Decimal | None, peg: Decimal) -> bool:
    """Tell whether the price that is followed has moved by as much as it takes; always where it was not known before."""
    return before is None or EXACT.subtract(peg, before).copy_abs() >= terms.min_move


def limit_at(
    terms: Pegged, peg: Decimal, instrument: Instrument, grid: PriceGrid, *, is_buy: bool
) -> Decimal | None:
    """Give the limit: on the grid, rounded away from the other side, no worse than asked for; None where that is no price."""
    px = grid.down(peg) if is_buy else grid.up(peg)
    worst = terms.price
    if worst is not None:
        px = min(px, worst) if is_buy else max(px, worst)
    return None if px <= ZERO and not instrument.negative_px else px


def would_take(px: Decimal, quote: Quote, *, is_buy: bool) -> bool:
    """Tell whether an order at this limit would trade with what is shown."""
    other, size = (quote.ask, quote.ask_size) if is_buy else (quote.bid, quote.bid_size)
    return other is not None and bool(size) and (other <= px if is_buy else other >= px)

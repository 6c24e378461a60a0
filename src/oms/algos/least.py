"""The smallest quantity that an instrument lets a child have."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from oms.algos.slicing import ceiled
from oms.algos.working import Working
from oms.model.decimals import EXACT, ZERO
from oms.model.instrument import Instrument
from oms.ports.working_handler import View


def least_qty(instrument: Instrument, px: Decimal) -> Decimal:
    """Give the smallest order at a price, in whole lots: a lot, the least quantity, and what the least value is worth there.

    Args:
        instrument: Its grids and minimums.
        px: The price; where it is not above zero, the value does not count.
    """
    least = max(instrument.lot, ceiled(Fraction(instrument.min_qty), instrument.lot))
    worth = EXACT.multiply(px, instrument.multiplier)
    if instrument.min_notional and worth > ZERO:
        least = max(least, ceiled(Fraction(instrument.min_notional) / Fraction(worth), instrument.lot))
    return least


def least_child(view: View, working: Working) -> Decimal:
    """Give the smallest child that the instrument lets through now, at the lowest price that is known of; by its price it may be less.

    Args:
        view: What is known.
        working: How the order is worked.
    """
    quote, last = view.good_quote, view.last_trade
    known = (
        working.limit_price,
        None if quote is None else quote.bid,
        None if last is None else last.price,
    )
    return least_qty(view.instrument, min((px for px in known if px is not None and px > ZERO), default=ZERO))

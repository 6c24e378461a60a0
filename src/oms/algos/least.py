"""The smallest quantity that an instrument lets a child have."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from oms.algos.slicing import ceiled
from oms.model.decimals import EXACT, ZERO
from oms.model.instrument import Instrument


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

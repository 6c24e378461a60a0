"""The rate of participation at a moment: as it was given, or as it moves with size, time or price."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import evolve

from oms.algos.child_terms import touch_px
from oms.algos.choices import LinkedTo
from oms.algos.pov import linked_rate, price_rate
from oms.algos.reacting import Pov
from oms.model.decimals import EXACT, ZERO
from oms.model.market import TradePrint
from oms.model.parent import Parent
from oms.ports.working_handler import NextWake, View

_DIGITS: Final = Decimal("1E-12")
"""To how much a rate that moves is rounded, down."""


def moves(pov: Pov) -> bool:
    """Tell whether the rate may change by itself."""
    return pov.end_rate is not None or pov.upper_band_rate is not None or pov.lower_band_rate is not None


def rate_now(pov: Pov, parent: Parent, view: View, *, is_buy: bool) -> Decimal:
    """Give the rate now: as it was given, or as it moves with size, time or price."""
    rate = pov.participation_rate
    if pov.end_rate is not None:
        if pov.rate_linked_to is LinkedTo.SIZE:
            rate = _rounded(linked_rate(rate, pov.end_rate, parent.filled, parent.qty))
        else:
            rate = _rate_at(pov, pov.end_rate, parent, Fraction(view.now_ns))
    px = touch_px(view.good_quote, is_buy=is_buy)
    if px is None:
        return rate
    better, worse = _bands(pov, is_buy=is_buy)
    return price_rate(rate, px, is_buy=is_buy, better=better, worse=worse)


def rate_under(pov: Pov, parent: Parent, before: Decimal, prints: Iterable[TradePrint]) -> Decimal:
    """Give the rate under which something was printed: that of before, or where it moves with time that of its time, on average.

    Args:
        pov: How the order is worked.
        parent: The order.
        before: The rate as it was looked at last: with size or price it has not changed since, or it would have been looked at.
        prints: What was printed since.
    """
    is_timed = pov.end_rate is not None and pov.rate_linked_to is LinkedTo.TIME
    if pov.end_rate is None or not is_timed or before in (pov.upper_band_rate, pov.lower_band_rate):
        return before
    qty, weighed = ZERO, ZERO
    for one in prints:
        qty = EXACT.add(qty, one.size)
        weighed = EXACT.add(weighed, EXACT.multiply(one.size, one.time_ns))
    return _rate_at(pov, pov.end_rate, parent, Fraction(weighed) / Fraction(qty)) if qty else before


def awaits_bands(wake: NextWake, pov: Pov, view: View, *, is_buy: bool) -> NextWake:
    """Give when an order is looked at next, with the prices at which it has another rate."""
    better, worse = _bands(pov, is_buy=is_buy)
    if (better is None and worse is None) or wake.on_price or wake.on_quote:
        return wake
    px = touch_px(view.good_quote, is_buy=is_buy)
    if worse is not None or better is None or px is None:
        return evolve(wake, on_price=True)
    if px <= better[0] if is_buy else px >= better[0]:
        return evolve(wake, on_price=True)
    waited = better[0] if wake.price_to is None else wake.price_to
    return evolve(wake, price_to=max(better[0], waited) if is_buy else min(better[0], waited))


def _rate_at(pov: Pov, end_rate: Decimal, parent: Parent, time_ns: Fraction) -> Decimal:
    length = max(parent.end_ns - parent.start_ns, 1)
    return _rounded(linked_rate(pov.participation_rate, end_rate, time_ns - parent.start_ns, length))


def _rounded(rate: Fraction) -> Decimal:
    return EXACT.multiply(Decimal(rate // Fraction(_DIGITS)), _DIGITS)


def _bands(
    pov: Pov, *, is_buy: bool
) -> tuple[tuple[Decimal, Decimal] | None, tuple[Decimal, Decimal] | None]:
    """Give the price from which another rate holds, and that rate: of the better prices, and of the worse ones."""
    upper = _pair(pov.upper_band_price, pov.upper_band_rate)
    lower = _pair(pov.lower_band_price, pov.lower_band_rate)
    return (lower, upper) if is_buy else (upper, lower)


def _pair(px: Decimal | None, rate: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return None if px is None or rate is None else (px, rate)

"""Whether parameters fit an order and its instrument: what the parameters alone cannot tell. All reasons at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.algorithms import Algorithm
from oms.algos.iceberg import Display, around, fixed
from oms.algos.parameter import Kind, in_ns
from oms.algos.reacting import Iceberg
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode

_NO_LOTS: Final = frozenset({"expected_volume", "display_low_qty", "display_high_qty"})
"""Quantities that need not be multiples of a lot: a guess, and bounds that are rounded inwards."""
_CHILDREN: Final = frozenset({"child_qty", "max_child"})
"""How large a child is, or is at most."""
_PARTS: Final = frozenset({"child_qty", "min_child", "display_qty", "refresh_qty"})
"""Quantities that cannot be more than the order."""


def check(
    algorithm: Algorithm, qty: Decimal, *, is_buy: bool, instrument: Instrument, now_ns: int
) -> tuple[Reason, ...]:
    """Give every reason why an order cannot be worked so; none when it can.

    Args:
        algorithm: What it is told.
        qty: The order's quantity.
        is_buy: Which way it goes.
        instrument: Its grids.
        now_ns: When it came, in nanoseconds UTC.
    """
    reasons: list[Reason] = []
    for parameter in algorithm.DESCRIPTION.parameters:
        owner = algorithm if parameter in algorithm.DESCRIPTION.own else algorithm.working
        given = getattr(owner, parameter.name)
        if not isinstance(given, Decimal):
            continue
        if parameter.kind is Kind.PRICE and not instrument.is_on_tick(given):
            near = " or ".join(plain(px) for px in instrument.neighbours(given))
            reasons.append(Reason(ReasonCode.OFF_TICK, parameter.name, plain(given), near))
        if (
            parameter.kind is Kind.QTY
            and parameter.name not in _NO_LOTS
            and EXACT.remainder(given, instrument.lot)
        ):
            allowed = f"a multiple of {plain(instrument.lot)}"
            reasons.append(Reason(ReasonCode.OFF_LOT, parameter.name, plain(given), allowed))
        least = max(instrument.lot, instrument.min_qty)
        if parameter.name in _CHILDREN and given < least:
            allowed = f"at least {plain(least)}, the least order in {instrument.symbol}"
            reasons.append(Reason(ReasonCode.BELOW_MIN_QTY, parameter.name, plain(given), allowed))
        if parameter.name in _PARTS and given > qty:
            allowed = f"at most the order's {plain(qty)}"
            reasons.append(Reason(ReasonCode.ABOVE_ORDER_QTY, parameter.name, plain(given), allowed))
    return (
        *reasons,
        *_against_times(algorithm, now_ns),
        *_against_prices(algorithm, is_buy=is_buy),
        *_against_display(algorithm, instrument),
    )


def display_of(iceberg: Iceberg, lot: Decimal, k: int = 0) -> Display:
    """Give what may be shown of an order at a time: the first time with 0, and then again.

    Raises:
        ValidationError: There is no whole number of lots between the bounds.
    """
    increment = iceberg.display_min_incr or ZERO
    if iceberg.display_variance is not None:
        return around(iceberg.display_qty, iceberg.display_variance, lot, increment)
    if iceberg.display_low_qty is not None and iceberg.display_high_qty is not None:
        return Display(iceberg.display_low_qty, iceberg.display_high_qty, lot, increment)
    again = iceberg.refresh_qty if k else None
    return fixed(iceberg.display_qty if again is None else again, lot)


def _against_times(algorithm: Algorithm, now_ns: int) -> tuple[Reason, ...]:
    working = algorithm.working
    start = now_ns if working.start_time is None else working.start_time
    field, end = "end_time", working.end_time
    if working.duration is not None:
        field, end = "duration", start + in_ns(working.duration)
    if end is None or end > max(start, now_ns):
        return ()
    return (Reason(ReasonCode.IN_THE_PAST, field, f"ends at {end}", f"after {max(start, now_ns)}"),)


def _against_prices(algorithm: Algorithm, *, is_buy: bool) -> tuple[Reason, ...]:
    limit, would = algorithm.working.limit_price, algorithm.working.i_would_price
    if limit is None or would is None or (would <= limit if is_buy else would >= limit):
        return ()
    side = "at or below" if is_buy else "at or above"
    return (
        Reason(ReasonCode.OTHER, "i_would_price", plain(would), f"{side} the limit price {plain(limit)}"),
    )


def _against_display(algorithm: Algorithm, instrument: Instrument) -> tuple[Reason, ...]:
    if not isinstance(algorithm, Iceberg):
        return ()
    try:
        display_of(algorithm, instrument.lot)
    except ValidationError as error:
        return (Reason(ReasonCode.OFF_LOT, error.field, error.value, error.allowed),)
    return ()

"""Whether parameters fit an order and its instrument: what the parameters alone cannot tell. All reasons at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.algos.algorithms import Algorithm
from oms.algos.iceberg import Display, around, fixed
from oms.algos.parameter import Kind, in_ns
from oms.algos.reacting import Iceberg, Scale
from oms.algos.told import Told, sound
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
    told = sound(algorithm)
    return (*against(told, qty, is_buy=is_buy, instrument=instrument), *against_times(told, now_ns, now_ns))


def against(told: Told, qty: Decimal, *, is_buy: bool, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason why an order cannot be worked so, but for its times; of what is wrong by itself nothing more is said.

    Args:
        told: What its algorithm is told.
        qty: The order's quantity; zero where it is not known.
        is_buy: Which way it goes.
        instrument: Its grids.
    """
    reasons: list[Reason] = []
    for parameter in told.description.parameters:
        given = told.values.get(parameter.name)
        if not isinstance(given, Decimal):
            continue
        if parameter.kind is Kind.PRICE and not instrument.is_on_tick(given):
            near = " or ".join(plain(px) for px in instrument.neighbours(given))
            reasons.append(Reason(ReasonCode.OFF_TICK, parameter.name, plain(given), near))
        if parameter.kind is Kind.PRICE and given <= ZERO and not instrument.negative_px:
            allowed = "more than zero"
            reasons.append(Reason(ReasonCode.PRICE_NOT_POSITIVE, parameter.name, plain(given), allowed))
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
        if qty and parameter.name in _PARTS and given > qty:
            allowed = f"at most the order's {plain(qty)}"
            reasons.append(Reason(ReasonCode.ABOVE_ORDER_QTY, parameter.name, plain(given), allowed))
    return (
        *reasons,
        *_against_prices(told, is_buy=is_buy),
        *_against_display(told.algorithm, instrument),
        *_against_levels(told.algorithm, instrument, is_buy=is_buy),
    )


def against_times(told: Told, from_ns: int, now_ns: int) -> tuple[Reason, ...]:
    """Give every reason why an order is over already.

    Args:
        told: What its algorithm is told.
        from_ns: When it begins unless it is told, in nanoseconds UTC.
        now_ns: How late it is.
    """
    values, ends = told.values, {}
    start = values.get("start_time", 0)
    if isinstance(end := values.get("end_time"), int):
        ends["end_time"] = end
    if isinstance(duration := values.get("duration"), Decimal) and "start_time" in values:
        ends["duration"] = (start if isinstance(start, int) else from_ns) + in_ns(duration)
    return tuple(
        Reason(ReasonCode.IN_THE_PAST, field, f"ends at {end}", f"after {now_ns}")
        for field, end in ends.items()
        if end <= now_ns
    )


def display_of(iceberg: Iceberg, lot: Decimal, k: int = 0) -> Display:
    """Give what may be shown of an order at a time: the first time with 0, and then again.

    Bounds of their own (DisplayLowQty, DisplayHighQty) are those of what is shown again, as FIX has it; the first is `display_qty`.

    Raises:
        ValidationError: There is no whole number of lots between the bounds.
    """
    increment = iceberg.display_min_incr or ZERO
    if iceberg.display_variance is not None:
        return around(iceberg.display_qty, iceberg.display_variance, lot, increment)
    if k and iceberg.display_low_qty is not None and iceberg.display_high_qty is not None:
        return Display(iceberg.display_low_qty, iceberg.display_high_qty, lot, increment)
    again = iceberg.refresh_qty if k else None
    return fixed(iceberg.display_qty if again is None else again, lot)


def _against_prices(told: Told, *, is_buy: bool) -> tuple[Reason, ...]:
    limit, would = told.values.get("limit_price"), told.values.get("i_would_price")
    if not isinstance(limit, Decimal) or not isinstance(would, Decimal):
        return ()
    if would <= limit if is_buy else would >= limit:
        return ()
    side = "at or below" if is_buy else "at or above"
    return (
        Reason(ReasonCode.OTHER, "i_would_price", plain(would), f"{side} the limit price {plain(limit)}"),
    )


def _against_display(algorithm: Algorithm | None, instrument: Instrument) -> tuple[Reason, ...]:
    if not isinstance(algorithm, Iceberg):
        return ()
    try:
        for k in (0, 1):
            display_of(algorithm, instrument.lot, k)
    except ValidationError as error:
        return (Reason(ReasonCode.OFF_LOT, error.field, error.value, error.allowed),)
    return ()


def _against_levels(
    algorithm: Algorithm | None, instrument: Instrument, *, is_buy: bool
) -> tuple[Reason, ...]:
    if not isinstance(algorithm, Scale) or not is_buy or instrument.negative_px:
        return ()
    last = EXACT.subtract(
        algorithm.first_price, EXACT.multiply(algorithm.step, Decimal(algorithm.levels - 1))
    )
    if last > ZERO or algorithm.first_price <= ZERO:
        return ()
    allowed = f"fewer, or a smaller step: the price of the last one would be {plain(last)}"
    return (Reason(ReasonCode.PRICE_NOT_POSITIVE, "levels", str(algorithm.levels), allowed),)

"""To be done by the close: the latest start from which the expected volume is enough at the rate that is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from oms.algos.pov import RateBasis, part_of
from oms.algos.slicing import Window, clipped, floored
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record


@record
class CloseTarget:
    """When to begin, and over which windows.

    Attributes:
        start_ns: The latest moment from which the volume is enough, in nanoseconds UTC; the earliest there is where none is.
        windows: What is worked from there on, each with its weight.
        shortfall: How much is not expected to be traded by the end; zero where the volume is enough.
    """

    start_ns: int
    windows: tuple[Window, ...]
    shortfall: Decimal


def latest_start(
    qty: Decimal,
    lot: Decimal,
    windows: Sequence[Window],
    expected_volume: Decimal,
    rate: Decimal,
    basis: RateBasis = RateBasis.OF_TOTAL,
) -> CloseTarget:
    """Work back from the last window to the moment from which so much can be traded at this rate.

    Args:
        qty: How much is to be traded.
        lot: The size of a lot: what would be less than one is not expected.
        windows: Those of a volume curve, up to the end, auctions among them, in order.
        expected_volume: What others are expected to trade in all of the windows together.
        rate: Which part of it may be ours.
        basis: What the rate is a part of.

    Raises:
        ValidationError: There is no window with a weight, the volume is not above zero, or the rate is out of its bounds.
    """
    whole = sum((window.weight for window in windows), Fraction(0))
    if not whole:
        raise ValidationError("windows", len(windows), "pass some that have a weight")
    if expected_volume <= ZERO:
        raise ValidationError("expected_volume", plain(expected_volume), "pass more than zero")
    # Of everything that is expected, so much weight is needed for the order.
    needed = Fraction(qty) / part_of(expected_volume, rate, basis) * whole
    for window in reversed(windows):
        if needed <= window.weight:
            length = window.end_ns - window.start_ns
            # Rounded to the earlier nanosecond, so that the volume is enough.
            start = window.end_ns - -(-length * needed // window.weight) if window.weight else window.end_ns
            return CloseTarget(int(start), clipped(windows, int(start), windows[-1].end_ns), ZERO)
        needed -= window.weight
    reached = floored(part_of(expected_volume, rate, basis), lot)
    return CloseTarget(windows[0].start_ns, tuple(windows), EXACT.subtract(qty, min(reached, qty)))

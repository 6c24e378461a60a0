"""How much of an order is shown at a time."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from oms.algos.slicing import ceiled, floored, quantity, whole_lots
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.define import value
from oms.model.draws import Draws


def _rounded_inwards(low: Decimal, high: Decimal, lot: Decimal) -> tuple[int, int]:
    least, _ = whole_lots(ceiled(Fraction(low), lot), lot)
    most, _ = whole_lots(floored(Fraction(high), lot), lot)
    return max(least, 1), most


@value
class Display:
    """What may be shown of an order at a time.

    Attributes:
        low: DisplayLowQty (1085): the least.
        high: DisplayHighQty (1086): the most; the same where the size is fixed.
        lot: What quantities are multiples of.
        increment: DisplayMinIncr (1087): by how much two sizes differ at least; a lot where it is zero.

    Raises:
        ValidationError: The bounds are not in order, no whole number of lots lies between them, or the increment is no multiple of the
            lot.
    """

    low: Decimal
    high: Decimal
    lot: Decimal
    increment: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        """Refuse bounds between which there is nothing to show."""
        if self.low < ZERO or self.high < self.low:
            raise ValidationError(
                "display_high_qty",
                plain(self.high),
                f"pass at least display_low_qty, {plain(self.low)}, and none below zero",
            )
        if whole_lots(self.increment, self.lot)[1]:
            raise ValidationError(
                "display_min_incr", plain(self.increment), f"pass a multiple of the lot {plain(self.lot)}"
            )
        least, most = _rounded_inwards(self.low, self.high, self.lot)
        if least > most:
            raise ValidationError(
                "display_qty",
                f"{plain(self.low)} to {plain(self.high)}",
                f"leave room for a multiple of the lot {plain(self.lot)}",
            )

    @property
    def sizes(self) -> tuple[Decimal, Decimal, int]:
        """The least size, the distance of two and how many there are, all in whole lots, the bounds rounded inwards."""
        least, most = _rounded_inwards(self.low, self.high, self.lot)
        step = max(whole_lots(self.increment, self.lot)[0], 1)
        return quantity(least, self.lot), quantity(step, self.lot), (most - least) // step + 1

    def shown(self, left: Decimal, draws: Draws, k: int, last: Decimal | None = None) -> Decimal:
        """Give how much is shown next, of so much that is left; the last piece may be smaller.

        Args:
            left: How much is left of the order.
            draws: Those of the order.
            k: Which draw: the number of the refresh, from 0.
            last: What was shown before: where there is a choice it is not drawn again, so that no size repeats. None to allow it.
        """
        least, step, count = self.sizes
        before = -1
        if last is not None and count > 1:
            place, rest = EXACT.divmod(EXACT.subtract(last, least), step)
            before = int(place) if not rest and 0 <= place < count else -1
        chosen = draws.below(k, count - (before >= 0))
        chosen += 0 <= before <= chosen
        return min(EXACT.add(least, EXACT.multiply(step, Decimal(chosen))), left)


def fixed(display_qty: Decimal, lot: Decimal) -> Display:
    """Show the same size each time."""
    return Display(display_qty, display_qty, lot)


def around(display_qty: Decimal, variance: Decimal, lot: Decimal, increment: Decimal = ZERO) -> Display:
    """Show sizes up to a part of `display_qty` smaller or larger.

    Raises:
        ValidationError: The variance is not from 0 to less than 1, or as in `Display`.
    """
    if not ZERO <= variance < ONE:
        raise ValidationError("display_variance", plain(variance), "pass a part from 0 to less than 1")
    reach = EXACT.multiply(display_qty, variance)
    return Display(EXACT.subtract(display_qty, reach), EXACT.add(display_qty, reach), lot, increment)


def refresh_delay_ns(least_ns: int, most_ns: int, draws: Draws, k: int) -> int:
    """Give how long to wait before the next piece is shown: drawn between the bounds, both included.

    Args:
        least_ns: In nanoseconds.
        most_ns: In nanoseconds.
        draws: Those of the order.
        k: Which draw; one that no size was drawn with.

    Raises:
        ValidationError: The bounds are below zero or not in order.
    """
    if not 0 <= least_ns <= most_ns:
        raise ValidationError("refresh_delay", f"{least_ns} to {most_ns}", "pass bounds from 0 up, in order")
    return draws.between(k, least_ns, most_ns)

"""Time-weighted: equal slices, one every interval.

The number of slices is T / i rounded up. Slice k is due at start + k x i, so that the first is due at once and the last one interval
before the end, or less, and has time to trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from attrs import evolve

from oms.algos.slicing import MAX_SLICES, Slice, Window, whole_lots
from oms.errors import ValidationError
from oms.model.decimals import EXACT, QUOTIENT, ZERO, plain

_ONE = Fraction(1)


class LateStart(Enum):
    """What becomes of the slices that were due before the order came."""

    COMPRESS = "compress"
    """The whole quantity is worked over what is left of the window."""
    CATCH_UP = "catch_up"
    """The slices stay where they are; the first that is left takes what the past ones had."""


def by_interval(start_ns: int, end_ns: int, interval_ns: int) -> tuple[Window, ...]:
    """Give a window for each interval, the last cut off by the end.

    Raises:
        ValidationError: The end is not after the start, the interval is not above zero, or there are too many.
    """
    _check_window(start_ns, end_ns)
    if interval_ns <= 0:
        raise ValidationError("interval", interval_ns, "pass more than 0 nanoseconds")
    count = -(-(end_ns - start_ns) // interval_ns)
    if count > MAX_SLICES:
        raise ValidationError(
            "interval", interval_ns, f"pass one that gives at most {MAX_SLICES} slices, not {count}"
        )
    starts = [start_ns + number * interval_ns for number in range(count)]
    return _equal([*starts, end_ns])


def by_count(start_ns: int, end_ns: int, slices: int) -> tuple[Window, ...]:
    """Give so many windows of the same length; each begins at a whole nanosecond, rounded down.

    Raises:
        ValidationError: The end is not after the start, or the count is out of 1 to `MAX_SLICES` or more than there are nanoseconds.
    """
    _check_window(start_ns, end_ns)
    length = end_ns - start_ns
    if not 0 < slices <= min(MAX_SLICES, length):
        raise ValidationError("slices", slices, f"pass from 1 to {min(MAX_SLICES, length)}")
    return _equal([start_ns + length * number // slices for number in range(slices + 1)])


def by_child(
    start_ns: int, end_ns: int, qty: Decimal, child_qty: Decimal, lot: Decimal
) -> tuple[Window, ...]:
    """Give a window for each child of a fixed size: their distance is child_qty x T / qty, the last child is what is left.

    The weights are in lots, so that each child but the last is exactly of that size.

    Raises:
        ValidationError: As in `by_count`; the child is no whole number of lots above zero.
    """
    lots, _ = whole_lots(qty, lot)
    child, odd = whole_lots(child_qty, lot)
    if not child or odd:
        raise ValidationError(
            "child_qty", plain(child_qty), f"pass a multiple of the lot {plain(lot)} above zero"
        )
    _check_window(start_ns, end_ns)
    length = end_ns - start_ns
    # A quantity of less than a lot is one child; the odd tail of a larger one goes with the last.
    children = max(-(-lots // child), 1)
    if children > min(MAX_SLICES, length):
        raise ValidationError(
            "child_qty", plain(child_qty), f"pass one that gives at most {min(MAX_SLICES, length)} slices"
        )
    distance = length * Fraction(child_qty) / Fraction(qty) if qty else _ONE
    bounds = [*(start_ns + int(distance * number) for number in range(children)), end_ns]
    parts = [child] * (children - 1) + [lots - child * (children - 1) or 1]
    return tuple(
        Window(number, bounds[number], bounds[number + 1], Fraction(part))
        for number, part in enumerate(parts)
    )


def caught_up(slices: Sequence[Slice], now_ns: int) -> tuple[Slice, ...]:
    """Let what was due in slices that are over go with the first one that is not, which is due at once.

    Where all are over, they are one slice, due at once: whether it may still be sent is for the pace to say.
    """
    past, left = list[Slice](), list[Slice]()
    missed = ZERO
    for each in slices:
        # An auction's slice has no length: it is over only after its moment, be it in the midst of another.
        if max(each.end_ns, each.start_ns + 1) <= now_ns:
            past.append(each)
            missed = EXACT.add(missed, each.qty)
        else:
            left.append(each)
    if left:
        first = left[0]
        left[0] = evolve(first, start_ns=max(first.start_ns, now_ns), qty=EXACT.add(first.qty, missed))
    elif past:
        left = [evolve(past[-1], start_ns=now_ns, end_ns=now_ns, qty=missed)]
    return tuple(left)


def line_at(qty: Decimal, start_ns: int, end_ns: int, time_ns: int) -> Decimal:
    """Give how much is due at a moment if the quantity were worked evenly: a measure, to 28 significant digits."""
    passed = min(max(time_ns - start_ns, 0), end_ns - start_ns)
    return QUOTIENT.divide(EXACT.multiply(qty, Decimal(passed)), Decimal(end_ns - start_ns))


def _check_window(start_ns: int, end_ns: int) -> None:
    if end_ns <= start_ns:
        raise ValidationError("end_time", end_ns, f"pass a moment after the start, {start_ns}")


def _equal(bounds: Sequence[int]) -> tuple[Window, ...]:
    return tuple(
        Window(number, bounds[number], bounds[number + 1], _ONE) for number in range(len(bounds) - 1)
    )

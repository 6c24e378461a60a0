"""How a quantity is cut into slices: exact in the sum, in whole lots, the same on every machine.

Quantities are counted in lots; what is left over after whole lots, the odd tail, goes with the last slice. Shares are exact
fractions, so that nothing depends on how a quotient was rounded. Two ways of rounding:

- largest remainder: each slice gets its share in whole lots, and what is left goes lot by lot to the largest fractional parts, the
  earlier slice first where two are equal. Each slice is less than a lot from its share.
- cumulative: the sum up to each slice is its share of the whole, rounded to whole lots, half up. Each sum is half a lot from its
  share at most, and each slice less than a lot.

A schedule goes by the first, and by the second where the first would be further than a lot from its line at some slice: of equal shares
the earlier ones would have what is left, so that 195 lots in 390 slices would be done in the first half.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import Final, TypeAlias, assert_never

from attrs import evolve

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record, value
from oms.model.work import Slice

__all__ = [
    "MAX_SLICES", "Progress", "Rounding", "Slice", "Weight", "Window", "apportioned", "ceiled", "clipped", "continued", "due_by",
    "floored", "in_whole_lots", "merged", "planned", "quantity", "replanned", "share_of", "sliced", "whole_lots", "without",
]  # fmt: skip

MAX_SLICES: Final = 100_000
"""How many slices a schedule may have."""

Weight: TypeAlias = int | Decimal | Fraction


class Rounding(Enum):
    """How shares become whole lots."""

    LARGEST_REMAINDER = "largest_remainder"
    CUMULATIVE = "cumulative"
    WITHIN_A_LOT = "within_a_lot"
    """By largest remainder where each sum is less than a lot from its share of the whole, or just that; else cumulative."""


@record
class Window:
    """The span of time that one slice belongs to, and its part in the whole.

    Attributes:
        number: Which slice of the schedule, from 0. It stays the same when what is left is planned anew, and so do the draws.
        start_ns: The beginning, in nanoseconds UTC.
        end_ns: The first moment that is not in it; in an auction's bucket the same as the beginning.
        weight: Its part, in proportion to the others.
    """

    number: int
    start_ns: int
    end_ns: int
    weight: Fraction


@value(kw_only=True)
class Progress:
    """How far an order is.

    Attributes:
        qty: How much was ordered.
        filled: How much has traded.
        working: What its children may still trade, those in doubt included.

    Raises:
        ValidationError: One of them is below zero.
    """

    qty: Decimal
    filled: Decimal = ZERO
    working: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be counted."""
        for name in ("qty", "filled", "working"):
            if getattr(self, name) < ZERO:
                raise ValidationError(name, plain(getattr(self, name)), "pass zero or more")

    @property
    def available(self) -> Decimal:
        """What may still be sent: what has neither traded nor works. Zero where there is too much already."""
        return max(EXACT.subtract(self.qty, EXACT.add(self.filled, self.working)), ZERO)

    @property
    def excess(self) -> Decimal:
        """By how much what has traded and works is more than was ordered."""
        return max(EXACT.subtract(EXACT.add(self.filled, self.working), self.qty), ZERO)


def whole_lots(qty: Decimal, lot: Decimal) -> tuple[int, Decimal]:
    """Give how many whole lots a quantity is, and the odd tail that is left.

    Raises:
        ValidationError: The lot is not above zero, or the quantity is below zero.
    """
    if lot <= ZERO:
        raise ValidationError("lot", plain(lot), "pass more than zero")
    if qty < ZERO:
        raise ValidationError("qty", plain(qty), "pass zero or more")
    lots, tail = EXACT.divmod(qty, lot)
    return int(lots), tail


def quantity(lots: int, lot: Decimal) -> Decimal:
    """Give so many lots as a quantity."""
    return EXACT.multiply(Decimal(lots), lot)


def in_whole_lots(qty: Decimal, lot: Decimal) -> Decimal:
    """Give a quantity without its odd tail."""
    return EXACT.subtract(qty, EXACT.remainder(qty, lot))


def share_of(qty: Decimal, part: Decimal, whole: Decimal, lot: Decimal) -> Decimal:
    """Give of a quantity what a part has of a whole, rounded up to whole lots; all of it where there is no more than the part."""
    if part >= whole:
        return ceiled(Fraction(qty), lot)
    return ceiled(Fraction(qty) * Fraction(part) / Fraction(whole), lot)


def floored(share: Fraction, lot: Decimal) -> Decimal:
    """Give a quantity that need not be a decimal number, rounded down to whole lots."""
    return quantity(share // Fraction(lot), lot)


def ceiled(share: Fraction, lot: Decimal) -> Decimal:
    """Give a quantity that need not be a decimal number, rounded up to whole lots."""
    return quantity(-(-share // Fraction(lot)), lot)


def apportioned(
    lots: int, weights: Sequence[Weight], rounding: Rounding = Rounding.LARGEST_REMAINDER
) -> tuple[int, ...]:
    """Give to each weight its share of so many lots; their sum is exact.

    Raises:
        ValidationError: There are more weights than `MAX_SLICES`, one is below zero, or none is above.
    """
    parts = _in_whole_numbers(weights)
    whole = sum(parts)
    match rounding:
        case Rounding.LARGEST_REMAINDER:
            return _by_remainder(lots, parts, whole)
        case Rounding.CUMULATIVE:
            return _by_sums(lots, parts, whole)
        case Rounding.WITHIN_A_LOT:
            found = _by_remainder(lots, parts, whole)
            sums = zip(accumulate(found), accumulate(parts), strict=True)
            strays = any(abs(count * whole - lots * part) > whole for count, part in sums)
            return _by_sums(lots, parts, whole) if strays else found
        case _:
            assert_never(rounding)


def _by_remainder(lots: int, parts: Sequence[int], whole: int) -> tuple[int, ...]:
    shares = [divmod(lots * part, whole) for part in parts]
    left = lots - sum(share for share, _ in shares)
    first = sorted(range(len(parts)), key=lambda k: -shares[k][1])[:left]
    more = frozenset(first)
    return tuple(share + (k in more) for k, (share, _) in enumerate(shares))


def _by_sums(lots: int, parts: Sequence[int], whole: int) -> tuple[int, ...]:
    sums = [(2 * lots * part + whole) // (2 * whole) for part in accumulate(parts)]
    return tuple(after - before for before, after in zip((0, *sums), sums, strict=False))


def _in_whole_numbers(weights: Sequence[Weight]) -> list[int]:
    if len(weights) > MAX_SLICES:
        raise ValidationError("slices", len(weights), f"ask for at most {MAX_SLICES}")
    fractions = [Fraction(weight) for weight in weights]
    if any(weight < 0 for weight in fractions) or not any(fractions):
        raise ValidationError(
            "weights", f"{len(weights)} of them", "pass none below zero and at least one above"
        )
    scale = lcm(*(weight.denominator for weight in fractions))
    return [weight.numerator * (scale // weight.denominator) for weight in fractions]


def merged(qtys: Sequence[Decimal], min_child: Decimal) -> tuple[Decimal, ...]:
    """Let each quantity under `min_child` go with the next one, and the last with the one before it.

    A whole that is under `min_child` itself stays together in the last place that had a part of it.
    """
    result: list[Decimal] = []
    carried, last = ZERO, 0
    for place, qty in enumerate(qtys):
        together = EXACT.add(carried, qty)
        is_small = ZERO < together < min_child
        if qty:
            last = place
        result.append(ZERO if is_small else together)
        carried = together if is_small else ZERO
    if carried:
        into = max((place for place, qty in enumerate(result) if qty), default=last)
        result[into] = EXACT.add(result[into], carried)
    return tuple(result)


def sliced(
    qty: Decimal,
    lot: Decimal,
    weights: Sequence[Weight],
    *,
    min_child: Decimal = ZERO,
    rounding: Rounding = Rounding.WITHIN_A_LOT,
) -> tuple[Decimal, ...]:
    """Give to each weight its share of a quantity, zeros included; their sum is exact.

    The odd tail goes with the last share that has a lot; where none has one, with the last weight above zero.

    Raises:
        ValidationError: As in `whole_lots` and `apportioned`.
    """
    lots, tail = whole_lots(qty, lot)
    counts = apportioned(lots, weights, rounding)
    result = [quantity(count, lot) for count in counts]
    if tail:
        shares: Sequence[Weight] = counts if lots else weights
        last = max(place for place, share in enumerate(shares) if share)
        result[last] = EXACT.add(result[last], tail)
    return merged(result, min_child)


def planned(
    qty: Decimal,
    lot: Decimal,
    windows: Sequence[Window],
    *,
    min_child: Decimal = ZERO,
    rounding: Rounding = Rounding.WITHIN_A_LOT,
) -> tuple[Slice, ...]:
    """Give the slices of a quantity over windows; none is zero, and their sum is exact.

    Raises:
        ValidationError: As in `sliced`; there is a quantity to plan and no window with a weight.
    """
    if not qty:
        return ()
    weights = [window.weight for window in windows]
    shares = sliced(qty, lot, weights, min_child=min_child, rounding=rounding)
    return _made(windows, shares)


def replanned(
    progress: Progress,
    lot: Decimal,
    windows: Sequence[Window],
    *,
    min_child: Decimal = ZERO,
    rounding: Rounding = Rounding.WITHIN_A_LOT,
) -> tuple[Slice, ...]:
    """Plan what may still be sent over the windows that are left: filled + working + planned is the quantity, exactly.

    Where no window is left, or none has a weight, nothing is planned: what is available is the residual.
    """
    if not any(window.weight for window in windows):
        return ()
    return planned(progress.available, lot, windows, min_child=min_child, rounding=rounding)


def continued(
    progress: Progress,
    lot: Decimal,
    windows: Sequence[Window],
    left: Sequence[Window],
    *,
    in_force: Window | None = None,
    min_child: Decimal = ZERO,
) -> tuple[Slice, ...]:
    """Plan what may still be sent so that a schedule goes on: what has traded and works counts by what was due before.

    Behind the schedule, what is available goes over what is left of it by the weights; ahead of it, the windows keep what the schedule
    gives them, and what is too much already is taken off the first. Either way all that is available is planned, exactly, where
    anything is left.

    Args:
        progress: How far the order is.
        lot: The size of a lot.
        windows: All of the schedule.
        left: Those of them of which nothing is decided, cut off where a part of their time is over; with the weight that they keep.
        in_force: The rest of the one of which something was decided already; it takes part with no more than what was due with it.
        min_child: What is less goes with the next one.
    """
    numbers = {window.number for window in left}
    whole = {each.number: each.qty for each in planned(progress.qty, lot, windows, min_child=min_child)}
    due = ZERO
    for number, qty in whole.items():
        if number not in numbers:
            due = EXACT.add(due, qty)
    ahead = EXACT.subtract(EXACT.add(progress.filled, progress.working), due)
    if ahead <= ZERO:
        return _behind(progress, lot, left, in_force, -ahead, min_child)
    rest = [whole.get(window.number, ZERO) for window in left]
    qtys, carried = [], ZERO
    for qty in rest:
        taken = min(ahead, qty)
        ahead = EXACT.subtract(ahead, taken)
        together = EXACT.add(carried, EXACT.subtract(qty, taken))
        qtys.append(in_whole_lots(together, lot))
        carried = EXACT.subtract(together, qtys[-1])
    if carried:
        # The odd tail goes with the last that has any.
        last = max((place for place, qty in enumerate(qtys) if qty), default=len(qtys) - 1)
        qtys[last] = EXACT.add(qtys[last], carried)
    return _made(left, merged(qtys, min_child))


def _behind(
    progress: Progress,
    lot: Decimal,
    left: Sequence[Window],
    in_force: Window | None,
    missing: Decimal,
    min_child: Decimal,
) -> tuple[Slice, ...]:
    if in_force is None:
        return replanned(progress, lot, left, min_child=min_child)
    first, *later = replanned(progress, lot, (in_force, *left), min_child=min_child) or (None,)
    room = in_whole_lots(missing, lot)
    if first is None or first.number != in_force.number or first.qty <= room or not later:
        return () if first is None else (first, *later)
    room = room if room >= min_child else ZERO
    rest = replanned(
        evolve(progress, working=EXACT.add(progress.working, room)), lot, left, min_child=min_child
    )
    return (evolve(first, qty=room), *rest) if room else rest


def _made(windows: Sequence[Window], qtys: Sequence[Decimal]) -> tuple[Slice, ...]:
    return tuple(
        Slice(window.number, window.start_ns, window.end_ns, qty)
        for window, qty in zip(windows, qtys, strict=True)
        if qty
    )


def clipped(windows: Sequence[Window], start_ns: int, end_ns: int) -> tuple[Window, ...]:
    """Give the part of windows that lies from one moment to, and without, another; each keeps its weight by its length.

    An auction's bucket, which has no length, is in it from `start_ns` to `end_ns`, both included.
    """
    result = []
    for window in windows:
        begin, end = max(window.start_ns, start_ns), min(window.end_ns, end_ns)
        length = window.end_ns - window.start_ns
        if not length and start_ns <= window.start_ns <= end_ns:
            result.append(window)
        elif begin < end:
            weight = window.weight * Fraction(end - begin, length)
            result.append(evolve(window, start_ns=begin, end_ns=end, weight=weight))
    return tuple(result)


def without(windows: Sequence[Window], start_ns: int, end_ns: int) -> tuple[Window, ...]:
    """Take a span out of windows, such as a halt: what is in it loses its weight, so that a new plan gives it to the others.

    A window of which a part is left begins after the span, where it ends after it.
    """
    result = []
    for window in windows:
        kept = [*clipped([window], window.start_ns, start_ns), *clipped([window], end_ns, window.end_ns)]
        kept = [part for part in kept if part.start_ns < part.end_ns]
        if window.start_ns == window.end_ns:
            kept = [] if start_ns <= window.start_ns < end_ns else [window]
        if not kept:
            result.append(evolve(window, weight=Fraction(0)))
        else:
            weight = sum((part.weight for part in kept), Fraction(0))
            result.append(
                evolve(window, start_ns=kept[-1].start_ns, end_ns=kept[-1].end_ns, weight=weight)
                if len(kept) == 1
                else evolve(window, weight=weight)
            )
    return tuple(result)


def due_by(slices: Sequence[Slice], time_ns: int) -> Decimal:
    """Give how much of the slices is due at a moment; a slice is due from its beginning on."""
    count = bisect_right([each.start_ns for each in slices], time_ns)
    total = ZERO
    for each in slices[:count]:
        total = EXACT.add(total, each.qty)
    return total

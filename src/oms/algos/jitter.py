"""Against being recognised: sizes and times that differ from slice to slice, drawn so that a replay draws the same.

Slice number n has the draws 2n, for its size, and 2n + 1, for its time. As a slice keeps its number when what is left is planned
anew, it keeps its draws over a restart.

Sizes: each slice is multiplied by a factor drawn from [1 - p, 1 + p] in steps of a millionth, and the whole is scaled back to its
sum, in whole lots. A slice that had a lot keeps one. The sum up to each slice stays within a band of what it was, which is part of
the promise: what a draw would move beyond it is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Final

from attrs import evolve

from oms.algos.slicing import Slice, ceiled, quantity, whole_lots
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.draws import Draws

_STEPS: Final = 1_000_000


def jittered_sizes(
    slices: Sequence[Slice],
    lot: Decimal,
    share: Decimal,
    band_lots: int,
    draws: Draws,
    min_child: Decimal = ZERO,
) -> tuple[Slice, ...]:
    """Change the sizes of slices by up to a share of each; their sum stays the same, and so do their times.

    Args:
        slices: In the order of their times.
        lot: The size of a lot; an odd tail stays with the slice that has it.
        share: How much a size may change before the whole is scaled back to its sum, from 0 to less than 1.
        band_lots: By how many lots the sum up to any slice may differ from what it was.
        draws: Those of the order.
        min_child: No size becomes less than this, but those that are less already.

    Raises:
        ValidationError: The share or the band is out of its bounds.
    """
    _check_share("randomise_size", share, is_one_allowed=False)
    if band_lots < 0:
        raise ValidationError("band_lots", band_lots, "pass 0 or more")
    if not share or not slices:
        return tuple(slices)
    counts, tails = zip(*(whole_lots(each.qty, lot) for each in slices), strict=True)
    reach = int(share * _STEPS)
    fewest = max(whole_lots(ceiled(Fraction(min_child), lot), lot)[0], 1)
    factors = [draws.between(2 * each.number, _STEPS - reach, _STEPS + reach) for each in slices]
    return tuple(
        evolve(each, qty=EXACT.add(quantity(count, lot), tail))
        for each, count, tail in zip(slices, _within(counts, factors, band_lots, fewest), tails, strict=True)
    )


def _within(counts: Sequence[int], factors: Sequence[int], band: int, fewest: int) -> list[int]:
    # The sums up to each slice are held to what three rules leave: the band, so few lots for each slice that had as many, and the
    # same for those still to come. What the counts were themselves keeps all three, so that there is always something left.
    whole = sum(counts)
    scaled = [count * factor for count, factor in zip(counts, factors, strict=True)]
    weight = sum(scaled) or 1
    later = sum(min(count, fewest) for count in counts)
    result, before = [], 0
    for count, due, drawn in zip(counts, accumulate(counts), accumulate(scaled), strict=True):
        least = min(count, fewest)
        later -= least
        wanted = int(Fraction(2 * whole * drawn + weight, 2 * weight))
        lowest, highest = max(before + least, due - band), min(whole - later, due + band)
        after = min(max(wanted, lowest), highest) if count else before
        result.append(after - before)
        before = after
    return result


def jittered_times(slices: Sequence[Slice], share: Decimal, draws: Draws) -> tuple[Slice, ...]:
    """Move each slice to a moment drawn from the first part of its own span, so that their order stays the same.

    Args:
        slices: In the order of their times; none begins before the one before it has ended.
        share: Which part of its span it may be moved over, from 0 to 1: with 1 it begins anywhere in it.
        draws: Those of the order.

    Raises:
        ValidationError: The share is out of its bounds.
    """
    _check_share("randomise_time", share, is_one_allowed=True)
    result = []
    for each in slices:
        reach = int(Fraction(share) * (each.end_ns - each.start_ns))
        moved = draws.below(2 * each.number + 1, reach) if reach else 0
        result.append(evolve(each, start_ns=each.start_ns + moved))
    return tuple(result)


def _check_share(field: str, share: Decimal, *, is_one_allowed: bool) -> None:
    if not ZERO <= share <= ONE or (share == ONE and not is_one_allowed):
        raise ValidationError(
            field, plain(share), f"pass a part from 0 to {'1' if is_one_allowed else 'less than 1'}"
        )

"""A ladder: orders at several prices, each further from the first, all of them together the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final, assert_never

from oms.algos.slicing import Rounding, Weight, sliced
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record
from oms.model.price_grid import PriceGrid

MAX_LEVELS: Final = 1_000
"""How many levels a ladder may have."""


class Sizes(Enum):
    """How much there is at each level."""

    EQUAL = "equal"
    GEOMETRIC = "geometric"
    """Each is a fixed multiple of the one before."""
    WEIGHTED = "weighted"
    """As the weights say."""


@record
class Level:
    """One order of a ladder.

    Attributes:
        number: Which level, from 0, the first price.
        price: Its limit, on the grid.
        qty: How much, above zero.
    """

    number: int
    price: Decimal
    qty: Decimal


def weights_of(
    sizes: Sizes, levels: int, *, ratio: Decimal | None = None, weights: Sequence[Weight] = ()
) -> tuple[Weight, ...]:
    """Give the weight of each level.

    Raises:
        ValidationError: There are no levels or too many, the ratio is missing or not above zero, or there is not a weight for each.
    """
    if not 0 < levels <= MAX_LEVELS:
        raise ValidationError("levels", levels, f"pass from 1 to {MAX_LEVELS}")
    match sizes:
        case Sizes.EQUAL:
            return (1,) * levels
        case Sizes.GEOMETRIC:
            if ratio is None or ratio <= ZERO:
                raise ValidationError(
                    "ratio", "none" if ratio is None else plain(ratio), "pass more than zero"
                )
            return tuple(Fraction(ratio) ** level for level in range(levels))
        case Sizes.WEIGHTED:
            if len(weights) != levels:
                raise ValidationError(
                    "weights", f"{len(weights)} of them", f"pass {levels}, one for each level"
                )
            return tuple(weights)
        case _:
            assert_never(sizes)


def ladder(
    qty: Decimal,
    lot: Decimal,
    grid: PriceGrid,
    *,
    is_buy: bool,
    first_px: Decimal,
    step: Decimal,
    weights: Sequence[Weight],
    min_child: Decimal = ZERO,
) -> tuple[Level, ...]:
    """Give the levels of a ladder: a purchase goes down from the first price, a sale up; their sum is exact.

    Prices that are not on the grid are moved away from the market: down to buy, up to sell. Levels without quantity are left out;
    one that is too small goes with the next, further one.

    Raises:
        ValidationError: The step is below zero, or the weights are none.
    """
    if step < ZERO:
        raise ValidationError("step", plain(step), "pass zero or more: the side says which way it goes")
    shares = sliced(qty, lot, weights, min_child=min_child, rounding=Rounding.LARGEST_REMAINDER)
    levels = []
    for number, share in enumerate(shares):
        away = EXACT.multiply(step, Decimal(number))
        px = grid.down(EXACT.subtract(first_px, away)) if is_buy else grid.up(EXACT.add(first_px, away))
        if share:
            levels.append(Level(number, px, share))
    return tuple(levels)

"""A ladder: orders at several prices, each further from the first, all of them together the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final, assert_never

from attrs import evolve

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
    least_at: Callable[[Decimal], Decimal] | None = None,
) -> tuple[Level, ...]:
    """Give the levels of a ladder: a purchase goes down from the first price, a sale up; their sum is exact.

    Prices that are not on the grid are moved away from the market: down to buy, up to sell. Levels without quantity are left out.
    From the first level on, one that is too small goes with the next, further one; what is left of them at the end goes with the last
    that stands. Where none does, the whole stands at the first price at which it is enough, and where there is no such price, at the last.

    Args:
        qty: How much in all.
        lot: The size of a lot.
        grid: Its prices.
        is_buy: Which way it goes.
        first_px: The price nearest to the market.
        step: How far apart the prices are.
        weights: How much there is at each price, in proportion to the others.
        min_child: The smallest level.
        least_at: Gives the smallest order at a price, in whole lots.

    Raises:
        ValidationError: The step is below zero, or the weights are none.
    """
    if step < ZERO:
        raise ValidationError("step", plain(step), "pass zero or more: the side says which way it goes")
    shares = sliced(qty, lot, weights, rounding=Rounding.LARGEST_REMAINDER)
    levels = []
    for number, share in enumerate(shares):
        away = EXACT.multiply(step, Decimal(number))
        px = grid.down(EXACT.subtract(first_px, away)) if is_buy else grid.up(EXACT.add(first_px, away))
        if share:
            levels.append(Level(number, px, share))
    least = [max(min_child, ZERO if least_at is None else least_at(level.price)) for level in levels]
    return _standing(levels, least)


def _standing(levels: Sequence[Level], least: Sequence[Decimal]) -> tuple[Level, ...]:
    found: list[Level] = []
    carried = ZERO
    for level, enough in zip(levels, least, strict=True):
        carried = EXACT.add(carried, level.qty)
        if carried >= enough:
            found.append(evolve(level, qty=carried))
            carried = ZERO
    if carried and found:
        found[-1] = evolve(found[-1], qty=EXACT.add(found[-1].qty, carried))
    elif carried:
        fits = (level for level, enough in zip(levels, least, strict=True) if carried >= enough)
        found.append(evolve(next(fits, levels[-1]), qty=carried))
    return tuple(found)

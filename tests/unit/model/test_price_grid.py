"""The grid of prices: rounding to it, and counting along it."""

from decimal import Decimal

import pytest

from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.price_grid import PriceGrid


def grid(*ladder: tuple[str, str]) -> PriceGrid:
    return PriceGrid(Instrument(symbol=Symbol("X"), currency="USD", tick=ladder, negative_px=True))


EVEN = grid(("0", "0.05"))
# 0, 0.1 … 1.0, 1.25, 1.5, 1.75, 2, 2.5 …: the second step begins between two multiples of its tick.
STEPPED = grid(("0", "0.1"), ("1.1", "0.25"), ("2", "0.5"))
# The step from 1 to 1.1 has no price at all: 0, 0.1 … 0.9, 1.1, 1.2 …
HOLLOW = grid(("0", "0.1"), ("1", "3"), ("1.1", "0.1"))

# price: the nearest ones below and above
ROUNDED = {
    (EVEN, "1.02"): ("1", "1.05"),
    (EVEN, "1.05"): ("1.05", "1.05"),
    (EVEN, "-1.02"): ("-1.05", "-1"),
    (EVEN, "0.01"): ("0", "0.05"),
    (EVEN, "-0.01"): ("-0.05", "0"),
    (EVEN, "0"): ("0", "0"),
    (STEPPED, "0.99"): ("0.9", "1"),
    (STEPPED, "1.1"): ("1", "1.25"),
    (STEPPED, "1.2"): ("1", "1.25"),
    (STEPPED, "1.76"): ("1.75", "2"),
    (STEPPED, "2.49"): ("2", "2.5"),
    (STEPPED, "-1.2"): ("-1.25", "-1"),
    (STEPPED, "-2"): ("-2", "-2"),
    (STEPPED, "-2.1"): ("-2.5", "-2"),
    (HOLLOW, "1.05"): ("0.9", "1.1"),
}


@pytest.mark.parametrize(("on", "px", "below", "above"), [(*key, *ends) for key, ends in ROUNDED.items()])
def test_a_price_is_rounded_to_one_that_the_instrument_can_have(
    on: PriceGrid, px: str, below: str, above: str
) -> None:
    assert (on.down(Decimal(px)), on.up(Decimal(px))) == (Decimal(below), Decimal(above))


# price: as the nearest ones below and above are told
TOLD = {
    (EVEN, "1.0200"): ("1.00", "1.05"),
    (EVEN, "1.050000"): ("1.05", "1.05"),
    (EVEN, "-1.0200"): ("-1.05", "-1.00"),
    (EVEN, "1"): ("1", "1"),
    (EVEN, "1.1"): ("1.1", "1.1"),
    (STEPPED, "1.7600"): ("1.75", "2.0"),
    (grid(("0", "5")), "12.50"): ("10", "15"),
    (grid(("0", "5")), "15.00"): ("15", "15"),
    (grid(("0", "1E+1")), "15.00"): ("10", "20"),
}


@pytest.mark.parametrize(("on", "px", "below", "above"), [(*key, *ends) for key, ends in TOLD.items()])
def test_a_price_has_no_more_decimals_than_the_tick(on: PriceGrid, px: str, below: str, above: str) -> None:
    assert (str(on.down(Decimal(px))), str(on.up(Decimal(px)))) == (below, above)


STEPS = [
    (EVEN, "1", 3, "1.15"),
    (EVEN, "0.05", -3, "-0.1"),
    (STEPPED, "0.9", 3, "1.5"),
    (STEPPED, "2.5", -3, "1.5"),
    (STEPPED, "1.25", 4, "2.5"),
    (STEPPED, "0.1", -3, "-0.2"),
    (STEPPED, "-1", -1, "-1.25"),
    (STEPPED, "-2.5", 2, "-1.75"),
    (HOLLOW, "0.9", 1, "1.1"),
    (HOLLOW, "1.2", -2, "0.9"),
]


@pytest.mark.parametrize(("on", "px", "steps", "there"), STEPS)
def test_steps_are_counted_from_price_to_price(on: PriceGrid, px: str, steps: int, there: str) -> None:
    assert on.stepped(Decimal(px), steps) == Decimal(there)

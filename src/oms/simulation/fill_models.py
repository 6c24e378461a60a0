"""How much of what comes to the price of our resting orders, and not beyond, comes to us.

A quote or a trade beyond an order's limit leaves no doubt: whoever stood there was met. One that only touches the limit
may have met others, since nobody knows a market's queue for sure. A model says what of it is ours; the rest has met others.

- `EveryTouch`: all of it, which is what happens where no model is given.
- `SomeTouches`: all of it, with a probability, or nothing.
- `PartOfTouch`: a part of it, in whole lots, and at least one.

Where the market's orders have names, and on bars, nothing is in doubt in this way, and no model is asked.
"""

from __future__ import annotations

from abc import abstractmethod
from decimal import ROUND_FLOOR, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Protocol

from attrs import field

from oms.model.decimals import EXACT, ZERO, fraction
from oms.model.define import value
from oms.model.draws import drawn, happens

_DOWN: Final = Context(prec=192, rounding=ROUND_FLOOR, traps=[InvalidOperation, DivisionByZero, Overflow])


def _share(number: object) -> Decimal:
    return fraction(number, "share")


class FillModel(Protocol):
    """What of a touch is ours."""

    @abstractmethod
    def granted(self, order: str, touch: int, size: Decimal, lot: Decimal) -> Decimal:
        """Give how much of a size comes to an order of ours whose price it touches; in whole lots, from 0 to all of it.

        Args:
            order: What the venue calls the order, from which draws follow.
            touch: How often its price was touched before.
            size: What has come to its price, beyond what was ahead of it.
            lot: What quantities of the instrument are multiples of.
        """


@value
class EveryTouch:
    """All of it."""

    def granted(self, order: str, touch: int, size: Decimal, lot: Decimal) -> Decimal:
        """Give all of it."""
        return size


@value
class SomeTouches:
    """All of it or nothing: touch k of an order is SHA-256 of the seed, the order and k.

    Attributes:
        probability: How likely it is all of it, from 0 to 1.
        seed: What the draws follow from.
    """

    probability: Decimal = field(converter=_share)
    seed: int = field(default=0, kw_only=True)

    def granted(self, order: str, touch: int, size: Decimal, lot: Decimal) -> Decimal:
        """Give all of it where the draw says so."""
        return size if happens(drawn(self.seed, f"touch/{order}", touch), self.probability) else ZERO


@value
class PartOfTouch:
    """A part of it, rounded down to whole lots, and at least one.

    Attributes:
        share: Which part, from 0 to 1.
    """

    share: Decimal = field(converter=_share)

    def granted(self, order: str, touch: int, size: Decimal, lot: Decimal) -> Decimal:
        """Give the part."""
        lots = _DOWN.to_integral_value(_DOWN.divide(EXACT.multiply(size, self.share), lot))
        return min(max(EXACT.multiply(lots, lot), lot), size)

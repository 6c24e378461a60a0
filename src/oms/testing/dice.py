"""What is left to chance in a venue's decisions, as numbers that whoever drives it draws."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from oms.model.decimals import EXACT


@frozen
class Dice:
    """What a decision is about, as far as it is a matter of chance.

    Attributes:
        size: A small number of lots, from 1.
        which: A number from 0: which execution or price.
        lot: The size of a lot.
        px: A price.
    """

    size: int
    which: int
    lot: Decimal
    px: Decimal

    @property
    def qty(self) -> Decimal:
        """A quantity."""
        return EXACT.multiply(Decimal(self.size), self.lot)

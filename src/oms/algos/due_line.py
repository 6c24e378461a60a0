"""What participation owes after so much volume where its rate moves: what was printed counts by the rate under which it was printed.

What is due is a line over the volume of the others that goes on by the rate of the moment. Where volume is taken back, by a correction
or since it was ours, the line is followed back, by the rate on average where that was another one: it never falls below zero.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import evolve

from oms.algos.pov import RateBasis, part_of
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.define import value

_MOST_DENOMINATOR: Final = 10**18
"""Up to here what is due is exact where the rate changes; else it is rounded down to such a part."""


@value(kw_only=True)
class DueLine:
    """What is due after so much volume.

    Attributes:
        rate: By which it goes on.
        basis: What the rate is a part of.
        since: The volume at which that rate began.
        due: What was due then.
        most: The largest volume that was counted yet.
    """

    rate: Decimal
    basis: RateBasis
    since: Decimal = ZERO
    due: Fraction = Fraction(0)
    most: Decimal = ZERO

    def at(self, volume: Decimal) -> Fraction:
        """Give what is due after so much volume."""
        if volume >= self.since:
            return self.due + part_of(EXACT.subtract(volume, self.since), self.rate, self.basis)
        return self.due * Fraction(volume) / Fraction(self.since)

    def volume_for(self, qty: Decimal) -> Fraction:
        """Give the volume at which so much is due, if the rate stays."""
        return Fraction(self.since) + (Fraction(qty) - self.due) / part_of(ONE, self.rate, self.basis)

    def counted(self, volume: Decimal, rate: Decimal) -> DueLine:
        """Go on to a volume of which what is new was printed under a rate."""
        return self if volume <= self.most else evolve(self.by(rate), most=volume)

    def by(self, rate: Decimal) -> DueLine:
        """Go on by another rate from here."""
        if rate == self.rate:
            return self
        due = self.at(self.most)
        if due.denominator > _MOST_DENOMINATOR:
            due = Fraction(due.numerator * _MOST_DENOMINATOR // due.denominator, _MOST_DENOMINATOR)
        return evolve(self, rate=rate, since=self.most, due=due)

    @property
    def text(self) -> str:
        """As it stands in the memo."""
        return f"{plain(self.rate)}:{plain(self.since)}:{self.due}:{plain(self.most)}"


def line_of(text: str, basis: RateBasis) -> DueLine:
    """Give what a memo says."""
    rate, since, due, most = text.split(":")
    return DueLine(
        rate=Decimal(rate), basis=basis, since=Decimal(since), due=Fraction(due), most=Decimal(most)
    )

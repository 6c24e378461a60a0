"""How much of the market's own queue is thought to be still ahead of an order of ours, where the market does not name its orders.

A market that shows sizes alone shows 500 at a price, then 400, and nothing has traded there: 100 were canceled, ahead of our order
or behind it. A queue model says which. With `ahead` of the `before` that were shown and `after` shown now, these are left ahead:

=================  ==============================================  =============================
model              left ahead                                      300 ahead, 500 shown, then 400
=================  ==============================================  =============================
`Pessimistic`      min(ahead, after): they were behind us          300
`Proportional`     ahead x after / before, up to whole lots        240
`Optimistic`       max(ahead - (before - after), 0): all ahead     200
=================  ==============================================  =============================

What has traded at a price was ahead of us in each of them, and is no part of `before`. Where the market's orders have names,
nothing is estimated, and no model is asked.
"""

from __future__ import annotations

from abc import abstractmethod
from decimal import ROUND_CEILING, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Protocol

from oms.model.decimals import EXACT, ZERO
from oms.model.define import value

# Products of two checked numbers have 72 digits at most, so that a quotient that is no whole number is seen to be none.
_UP: Final = Context(prec=192, rounding=ROUND_CEILING, traps=[InvalidOperation, DivisionByZero, Overflow])


class QueueModel(Protocol):
    """What a smaller showing at a price, which no trade explains, says of the queue ahead of our orders there."""

    @abstractmethod
    def left_ahead(self, ahead: Decimal, before: Decimal, after: Decimal, lot: Decimal) -> Decimal:
        """Give how much is ahead of an order now; more than `after` counts as `after`.

        Of two orders, the one that had no more ahead than the other must not be left with more.

        Args:
            ahead: How much was ahead of it, at most `before`.
            before: How much the market showed at its price, less what has traded there since; above zero.
            after: How much it shows now; less than `before`, 0 or more.
            lot: What quantities of the instrument are multiples of.
        """


@value
class Pessimistic:
    """Whoever cancels was behind us, as far as that can be: the least that the showing allows."""

    def left_ahead(self, ahead: Decimal, before: Decimal, after: Decimal, lot: Decimal) -> Decimal:
        """Give min(ahead, after)."""
        return min(ahead, after)


@value
class Proportional:
    """Whoever cancels stood anywhere with the same chance: the queue ahead shrinks as the whole does."""

    def left_ahead(self, ahead: Decimal, before: Decimal, after: Decimal, lot: Decimal) -> Decimal:
        """Give ahead x after / before, rounded up to a multiple of the lot."""
        lots = _UP.divide(EXACT.multiply(ahead, after), EXACT.multiply(before, lot))
        return EXACT.multiply(_UP.to_integral_value(lots), lot)


@value
class Optimistic:
    """Whoever cancels was ahead of us, as far as that can be."""

    def left_ahead(self, ahead: Decimal, before: Decimal, after: Decimal, lot: Decimal) -> Decimal:
        """Give max(ahead - (before - after), 0)."""
        return max(EXACT.subtract(ahead, EXACT.subtract(before, after)), ZERO)

"""The prices that an instrument can have, in order: rounding to them, and counting along them across a tick ladder."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal

from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.instrument import Instrument

_REMAINDER = EXACT.remainder
_SUBTRACT = EXACT.subtract
_ADD = EXACT.add


class PriceGrid:
    """The grid of one instrument: within each step of its ladder the multiples of the step's tick, by size on both sides of 0.

    No price that it gives has more decimals than the tick has.

    Attributes:
        least_px: The lowest price above zero, where there are none at zero and below; None where there are.
    """

    __slots__ = ("_bases", "_lowest", "_only_tick", "_quantum", "_starts", "_ticks", "least_px")

    def __init__(self, instrument: Instrument) -> None:
        """Number the prices of the grid: 0 is number 0, the next price above it number 1, and so on."""
        ladder = instrument.tick
        self._only_tick = tick = instrument.only_tick
        self._quantum = ONE if tick is None or not _REMAINDER(tick, ONE) else tick
        self._starts = tuple(start for start, _ in ladder)
        self._ticks = tuple(tick for _, tick in ladder)
        # For each step: how many ticks its lowest price is, and the number of that price.
        self._lowest = tuple(_rounded_up_quotient(start, tick) for start, tick in ladder)
        bases, base = [0], 0
        for step, (_, tick) in enumerate(ladder[:-1]):
            base += _rounded_up_quotient(self._starts[step + 1], tick) - self._lowest[step]
            bases.append(base)
        self._bases = tuple(bases)
        self.least_px = None if instrument.negative_px else self._px(1)

    def down(self, px: Decimal) -> Decimal:
        """Give the highest price on the grid that is not above this one."""
        tick = self._only_tick
        if tick is None:
            return self._px(self._number(px))
        rest = _REMAINDER(px, tick)
        if not rest:
            return self._told(px)
        below = _SUBTRACT(px, rest)
        return self._told(_SUBTRACT(below, tick) if rest < ZERO else below)

    def up(self, px: Decimal) -> Decimal:
        """Give the lowest price on the grid that is not below this one."""
        return self.down(px.copy_negate()).copy_negate()

    def stepped(self, px: Decimal, steps: int) -> Decimal:
        """Give the price so many steps above a price that is on the grid; below it where `steps` is negative."""
        tick = self._only_tick
        if tick is not None:
            return _ADD(px, EXACT.multiply(tick, Decimal(steps)))
        return self._px(self._number(px) + steps)

    def _told(self, px: Decimal) -> Decimal:
        # What was computed may have more decimals than it needs.
        quantum = self._quantum
        if px.same_quantum(quantum) or px.as_tuple().exponent >= quantum.as_tuple().exponent:  # type: ignore[operator]  # both are finite
            return px
        return px.quantize(quantum, context=EXACT)

    def _number(self, px: Decimal) -> int:
        # The number of the highest price that is not above `px`.
        if px < ZERO:
            size = px.copy_negate()
            number = self._number(size)
            return -number if self._px(number) == size else -number - 1
        step = bisect_right(self._starts, px) - 1
        ticks = int(EXACT.divide_int(px, self._ticks[step]))
        # Where a step does not begin with a multiple of its tick, the highest price below may belong to the step before.
        return self._bases[step] + ticks - self._lowest[step]

    def _px(self, number: int) -> Decimal:
        if number < 0:
            return self._px(-number).copy_negate()
        step = bisect_right(self._bases, number) - 1
        return EXACT.multiply(self._ticks[step], Decimal(self._lowest[step] + number - self._bases[step]))


def _rounded_up_quotient(number: Decimal, divisor: Decimal) -> int:
    whole = int(EXACT.divide_int(number, divisor))
    return whole + 1 if _REMAINDER(number, divisor) else whole

"""Axes of a chart: where values and times lie on it, and which of them are written beside it."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

from oms.model.decimals import plain
from oms.model.define import value
from oms.model.sessions import to_datetime

_TICKS: Final = 6
_SHARP: Final = Context(prec=40)
_STEPS_NS: Final = tuple(
    count * unit
    for unit, counts in (
        (1, (1, 2, 5, 10, 20, 50, 100, 200, 500)),
        (1_000, (1, 2, 5, 10, 20, 50, 100, 200, 500)),
        (1_000_000, (1, 2, 5, 10, 20, 50, 100, 200, 500)),
        (1_000_000_000, (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200)),
        (86_400_000_000_000, (1, 2, 7, 14, 28, 56, 112, 224, 448, 896, 1_792, 3_584, 7_168, 14_336, 28_672)),
    )
    for count in counts
)  # fmt: skip


@value
class Axis:
    """A stretch of numbers laid on a stretch of the chart.

    Attributes:
        low: The number at `start`.
        high: The number at `end`; above `low`.
        start: Where it begins, in the chart's units.
        end: Where it ends; below `start` for an axis that rises upwards.
    """

    low: Decimal
    high: Decimal
    start: float
    end: float

    def at(self, number: Decimal | int) -> float:
        """Give where a number lies, to a tenth of a unit; beyond the axis for one outside."""
        share = float(_SHARP.divide(_SHARP.subtract(Decimal(number), self.low), self.high - self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, most: int = _TICKS) -> list[Decimal]:
        """Give round numbers on the axis, at most so many steps apart: 1, 2 or 5 times a power of ten."""
        step = _round_step(_SHARP.divide(self.high - self.low, most))
        number = _SHARP.multiply(_SHARP.divide(self.low, step).to_integral_value(ROUND_CEILING), step)
        found = []
        while number <= self.high:
            found.append(number)
            number = _SHARP.add(number, step)
        return found


def _round_step(least: Decimal) -> Decimal:
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def of_numbers(numbers: list[Decimal], start: float, end: float) -> Axis:
    """Give an axis on which all numbers lie with a little room around them; around zero where there are none."""
    low, high = (min(numbers), max(numbers)) if numbers else (Decimal(0), Decimal(0))
    room = (high - low) / 20 or abs(high) / 1_000 or Decimal(1)
    return Axis(_SHARP.subtract(low, room), _SHARP.add(high, room), start, end)


def time_ticks(start_ns: int, end_ns: int, most: int = 8) -> list[int]:
    """Give round times from `start_ns` to `end_ns`, in nanoseconds UTC; at most so many steps apart."""
    step = next((step for step in _STEPS_NS if step * most >= end_ns - start_ns), _STEPS_NS[-1])
    first = -(-start_ns // step) * step
    return list(range(first, end_ns + 1, step))


def time_label(time_ns: int, span_ns: int) -> str:
    """Give a time as short as the span of the chart allows: the day, or the time of day to what is told apart."""
    at = to_datetime(time_ns)
    if span_ns > 3 * 86_400_000_000_000:
        return at.strftime("%Y-%m-%d")
    if span_ns > 86_400_000_000_000:
        return at.strftime("%d %H:%M")
    if span_ns > 600_000_000_000:
        return at.strftime("%H:%M")
    if span_ns > 8_000_000_000:
        return at.strftime("%H:%M:%S")
    return f"{at.strftime('%H:%M:%S')}.{time_ns % 1_000_000_000:09d}".rstrip("0").rstrip(".")


def number_label(number: Decimal) -> str:
    """Give a number of an axis."""
    text = plain(number.normalize(_SHARP))
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole not in {"-0", "0"} else text

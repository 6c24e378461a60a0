"""What trading cost: the formulae that the live monitor and the analysis after the trade share.

Cost is positive where it is worse for the trader, whichever the side, in money and in basis points of what the benchmark says the
same quantity is worth. Averages are kept as the two sums that they are quotients of, so that nothing is rounded before the one
division at the end: how executions were split, or in which order they came, changes no digit. What cannot be computed is None with
the reason, never zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from typing import Final

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, QUOTIENT, ZERO, plain
from oms.model.define import record, value
from oms.model.enums import Choice, Side
from oms.model.market import Quote, TradePrint

BPS: Final = Decimal(10_000)
TRADING_DAYS: Final = Decimal(250)
"""How many trading days a volatility for a year is for."""

_HALF: Final = Decimal("0.5")
_WIDE: Final = Context(prec=40, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


class Missing(Choice):
    """Why a figure cannot be computed."""

    NOTHING_TRADED = "nothing has traded"
    NO_QUOTE = "there was no quote of both sides"
    STALE_QUOTE = "the last good quote is too old"
    NO_VOLUME = "nobody has traded in the window"
    NOT_HEARD = "the market was not heard from the beginning of the window on"
    NO_BASE = "the benchmark is not above zero"
    NO_RISK = "volatility and daily volume were not given"
    NO_SCHEDULE = "it goes by no schedule"
    TOO_EARLY = "nothing is due yet"
    NO_END = "it has no end"
    TOO_FEW = "there are too few samples"


@value
class Figure:
    """A number, or why there is none.

    Attributes:
        value: The number; None where it cannot be computed.
        missing: Why it cannot; None where it can.

    Raises:
        ValidationError: Neither is given, or both are.
    """

    value: Decimal | None
    missing: Missing | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a number without a value and without a reason."""
        if (self.value is None) is (self.missing is None):
            raise ValidationError("figure", f"{self.value}, {self.missing}", "a number, or why there is none")

    def __str__(self) -> str:
        """Give the number as a person reads it, or the reason."""
        return (
            plain(self.value)
            if self.value is not None
            else f"none: {self.missing.value}"
            if self.missing
            else ""
        )


@record
class Average:
    """An average price, as the sums that it is the quotient of; nothing is rounded.

    Attributes:
        notional: The sum of price x size.
        qty: The sum of the sizes, never below zero.
    """

    notional: Decimal = ZERO
    qty: Decimal = ZERO

    @classmethod
    def at(cls, px: Decimal) -> Average:
        """Give a single price."""
        return cls(px, ONE)

    def plus(self, px: Decimal, qty: Decimal) -> Average:
        """Give the average with so much more of it at a price; less of it, where `qty` is below zero."""
        return Average(EXACT.fma(px, qty, self.notional), EXACT.add(self.qty, qty))

    def since(self, before: Average) -> Average:
        """Give the average of what came after an earlier one of the same sums."""
        return Average(EXACT.subtract(self.notional, before.notional), EXACT.subtract(self.qty, before.qty))

    @property
    def px(self) -> Decimal | None:
        """The price, to 28 digits; None where there is no quantity."""
        if not self.qty:
            return None
        # A price that was put in as it is comes out as it is.
        return self.notional if self.qty == ONE else QUOTIENT.divide(self.notional, self.qty)


def mid(bid: Decimal | None, ask: Decimal | None) -> Decimal | None:
    """Give the mid, exactly; None where a side is missing or the sides cross. Where they are equal the market is locked, and has one."""
    if bid is None or ask is None or bid > ask:
        return None
    return EXACT.multiply(EXACT.add(bid, ask), _HALF)


@record
class PrevailingMid:
    """The mid of the last good quote at a moment.

    Attributes:
        mid: The mid; None where no quote until then was good.
        quote_ns: When the quote was received, in nanoseconds UTC; 0 where there is none.
        passed_over: How many later ones were not good: one side was missing or had no size, or they crossed.
    """

    mid: Decimal | None
    quote_ns: int
    passed_over: int


def prevailing_mid(quotes: Sequence[Quote], time_ns: int) -> PrevailingMid:
    """Give the mid of the last good quote that was received by a moment, that moment included.

    Args:
        quotes: In the order in which they were received, their times rising or equal.
        time_ns: The moment, in nanoseconds UTC.
    """
    place = bisect_right(quotes, time_ns, key=_received)
    for passed_over in range(place):
        quote = quotes[place - 1 - passed_over]
        if quote.is_two_sided:
            return PrevailingMid(mid(quote.bid, quote.ask), quote.time_ns, passed_over)
    return PrevailingMid(None, 0, place)


def _received(quote: Quote) -> int:
    return quote.time_ns


def traded_between(prints: Iterable[TradePrint], start_ns: int, end_ns: int) -> Average:
    """Give the average of what was traded from a moment on and before another; in any order."""
    found = Average()
    for each in prints:
        if start_ns <= each.time_ns < end_ns:
            found = found.plus(each.price, each.size)
    return found


def cost(side: Side, traded: Average, benchmark: Average) -> Decimal | None:
    """Give what executions cost against a benchmark, price x size; times the instrument's multiplier it is money.

    Args:
        side: Bought or sold.
        traded: What executed.
        benchmark: The price that it is compared to.

    Returns:
        Above zero where it was worse than the benchmark. Exact where the benchmark is one price, to 28 digits where it is an
        average. Zero where nothing traded; None where the benchmark has no quantity.
    """
    if not benchmark.qty:
        return None
    excess = _excess(side, traded, benchmark)
    return excess if benchmark.qty == ONE else QUOTIENT.divide(excess, benchmark.qty)


def cost_bps(
    side: Side, traded: Average, benchmark: Average, why_none: Missing = Missing.NO_VOLUME
) -> Figure:
    """Give what executions cost in basis points of what they would have come to at the benchmark, to 28 digits.

    Args:
        side: Bought or sold.
        traded: What executed.
        benchmark: The price that it is compared to.
        why_none: Why there is no benchmark, where it has no quantity.
    """
    if not traded.qty:
        return Figure(None, Missing.NOTHING_TRADED)
    if not benchmark.qty:
        return Figure(None, why_none)
    if benchmark.notional <= ZERO:
        return Figure(None, Missing.NO_BASE)
    base = EXACT.multiply(traded.qty, benchmark.notional)
    return Figure(QUOTIENT.divide(EXACT.multiply(BPS, _excess(side, traded, benchmark)), base))


def _excess(side: Side, traded: Average, benchmark: Average) -> Decimal:
    # s (sum q p x V - X x sum v p): the cost times the quantity of the benchmark, so that nothing is divided.
    ours = EXACT.multiply(traded.notional, benchmark.qty)
    theirs = EXACT.multiply(traded.qty, benchmark.notional)
    return EXACT.subtract(ours, theirs) if side is Side.BUY else EXACT.subtract(theirs, ours)


def part(numerator: Decimal, denominator: Decimal, why_none: Missing) -> Figure:
    """Give a part of a whole, to 28 digits; the reason where there is no whole."""
    return Figure(QUOTIENT.divide(numerator, denominator)) if denominator else Figure(None, why_none)


def timing_risk_bps(volatility: Decimal, days_of_volume: Decimal) -> Decimal:
    """Give how far the average price of an order may well be from its arrival price: one standard deviation, in basis points.

    The order is taken to trade evenly while so much of a day's volume trades, so that a third of the variance of that time counts.

    Args:
        volatility: The standard deviation of a year's return, such as 0.3 for 30%.
        days_of_volume: How much the others have traded meanwhile, or are expected to, in parts of an average day's volume.

    Raises:
        ValidationError: A number is below zero.

    Source:
        Kissell and Glantz, Optimal Trading Strategies: timing risk = sigma sqrt(1/3 x 1/250 x Q/ADV x (1 - POV)/POV), where
        Q (1 - POV)/POV is the volume of the others.
    """
    for field, number in (("volatility", volatility), ("days_of_volume", days_of_volume)):
        if number < ZERO:
            raise ValidationError(field, plain(number), "pass zero or more")
    years = _WIDE.divide(days_of_volume, EXACT.multiply(Decimal(3), TRADING_DAYS))
    return QUOTIENT.plus(_WIDE.multiply(_WIDE.multiply(BPS, volatility), _WIDE.sqrt(years)))


def expected_volume(qty: Decimal, participation: Decimal) -> Decimal:
    """Give how much the others trade while an order of a size is worked that is a part of everything traded, to 28 digits.

    Raises:
        ValidationError: The part is not above 0 and at most 1.
    """
    if not ZERO < participation <= ONE:
        raise ValidationError("participation", plain(participation), "pass a part above 0 and at most 1")
    return QUOTIENT.divide(EXACT.multiply(qty, EXACT.subtract(ONE, participation)), participation)


# ---------------------------------------------------------------- many of them


@record
class CostSample:
    """One order's, or one child's, part in a mean.

    Attributes:
        cost: What it cost against its benchmark; above zero is worse.
        base: What it would have come to at the benchmark, above zero.
    """

    cost: Decimal
    base: Decimal

    @property
    def bps(self) -> Decimal:
        """The cost in basis points of the base, to 28 digits."""
        return QUOTIENT.divide(EXACT.multiply(BPS, self.cost), self.base)


@value(kw_only=True)
class MeanCost:
    """The mean of several costs, each counting by its size.

    Attributes:
        count: How many.
        mean_bps: The sum of the costs by the sum of the bases, to 28 digits.
        standard_error_bps: How far the mean of others like these may well be from it, one standard deviation; of two samples at
            least.
    """

    count: int
    mean_bps: Figure
    standard_error_bps: Figure


def mean_cost(samples: Sequence[CostSample]) -> MeanCost:
    """Give the mean of costs, by size.

    The standard error is that of a ratio of two sums: with m = sum c / sum b, its square is
    n / (n - 1) x sum (c - m b)^2 / (sum b)^2.

    Source:
        Cochran, Sampling Techniques, 3rd edition, 2.11 and 6.4.
    """
    count = len(samples)
    if not count:
        none = Figure(None, Missing.TOO_FEW)
        return MeanCost(count=0, mean_bps=none, standard_error_bps=none)
    total, base = (_sum(sample.cost for sample in samples), _sum(sample.base for sample in samples))
    mean = Figure(QUOTIENT.divide(EXACT.multiply(BPS, total), base))
    if count == 1:
        return MeanCost(count=1, mean_bps=mean, standard_error_bps=Figure(None, Missing.TOO_FEW))
    # Fractions, since squares of sums have more digits than any context of ours.
    ratio = Fraction(total) / Fraction(base)
    squares = sum((Fraction(sample.cost) - ratio * Fraction(sample.base)) ** 2 for sample in samples)
    variance = squares * count / ((count - 1) * Fraction(base) ** 2) * Fraction(BPS) ** 2
    quotient = _WIDE.divide(Decimal(variance.numerator), Decimal(variance.denominator))
    return MeanCost(
        count=count, mean_bps=mean, standard_error_bps=Figure(QUOTIENT.plus(_WIDE.sqrt(quotient)))
    )


@record
class Drift:
    """Two cumulative sums of how far costs have been from what is expected, each never below zero nor above a cap.

    Attributes:
        worse: Of what was dearer.
        better: Of what was cheaper.
    """

    worse: Decimal = ZERO
    better: Decimal = ZERO

    def after(self, bps: Decimal, *, expected: Decimal, slack: Decimal, cap: Decimal) -> Drift:
        """Give the sums after one more cost, all in basis points.

        Args:
            bps: The cost.
            expected: What is expected.
            slack: What a cost may be away from that and count as nothing: half of the drift that is to be found soon.
            cap: How far a sum goes at most, so that it finds its way back.

        Source:
            Page (1954), Continuous Inspection Schemes; the tabular form in Montgomery, Statistical Quality Control, 9.1.
        """
        away = QUOTIENT.subtract(bps, expected)
        worse = QUOTIENT.add(self.worse, QUOTIENT.subtract(away, slack))
        better = QUOTIENT.subtract(self.better, QUOTIENT.add(away, slack))
        return Drift(min(max(worse, ZERO), cap), min(max(better, ZERO), cap))


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = EXACT.add(total, number)
    return total

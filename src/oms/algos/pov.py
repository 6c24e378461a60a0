"""Participation: a part of what the others trade.

What is ours never feeds back into what we are to do: the rate is on the volume of others alone, counted from the start on. Two
conventions, with V the others' volume:

- `OF_TOTAL`: ours is a part r of everything, ours included: ours = r / (1 - r) x V. A rate of 1 has no answer and is refused.
- `OF_OTHERS`: ours is a part r of what the others trade: ours = r x V.

Targets are cumulative and rounded down to whole lots, so that the rate is never passed; what is sent at a time is never more than the
rate allows on the volume of the last interval, rounded up to a lot, so that a halt or a gap is not followed by a burst.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from attrs import evolve

from oms.algos.slicing import Progress, ceiled, floored, in_whole_lots
from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.define import value
from oms.model.market import OwnTrade, PrintCorrection, TradePrint
from oms.model.sessions import NS_PER_S


class RateBasis(Enum):
    """What a rate is a part of."""

    OF_TOTAL = "of_total"
    OF_OTHERS = "of_others"


class Stance(Enum):
    """How a child is to be placed."""

    WAIT = "wait"
    PASSIVE = "passive"
    CROSS = "cross"


@value(kw_only=True)
class OthersVolume:
    """What the others have traded since the start, and lately.

    Attributes:
        start_ns: From when on; what traded at that moment or before does not count.
        limit_px: The order's limit; None for none.
        is_buy: Which side the limit is for.
        counts_outside_limit: Whether volume beyond the limit counts. If not, there is no burst when the price comes back.
        total: What counts so far.
        lately: What of it came since the last time that `next_interval` was asked for.
        owed: How much of our own has executed and was not printed yet: an execution may be heard of before its print.
    """

    start_ns: int
    is_buy: bool
    limit_px: Decimal | None = None
    counts_outside_limit: bool = False
    total: Decimal = ZERO
    lately: Decimal = ZERO
    owed: Decimal = ZERO

    def after(self, qty: Decimal, px: Decimal, time_ns: int, *, is_own: bool = False) -> OthersVolume:
        """Count a print; one that is late counts when it comes. A correction is a print of the difference, which may be below zero.

        Args:
            qty: How much, below zero where an earlier print is taken back.
            px: At what price; that of the earlier print where one is taken back.
            time_ns: When it traded, in nanoseconds UTC.
            is_own: Whether a child of ours was part of it.
        """
        if is_own or time_ns <= self.start_ns or not self._is_within(px):
            return self
        total = max(EXACT.add(self.total, qty), ZERO)
        return evolve(self, total=total, lately=max(EXACT.add(self.lately, qty), ZERO))

    def after_all(
        self,
        prints: Iterable[TradePrint],
        own: Decimal = ZERO,
        corrections: Iterable[PrintCorrection] = (),
        *,
        had_gap: bool = False,
    ) -> OthersVolume:
        """Count prints, and what of earlier ones was corrected; so much of them was ours, and is taken off again.

        Where prints are missing nobody knows which of them were ours: no more is taken off than was printed.
        """
        printed = ZERO
        for one in prints:
            printed = EXACT.add(printed, self.counts(one))
        own = EXACT.add(own, self.owed)
        more = EXACT.subtract(printed, own)
        least = ZERO if had_gap else EXACT.minus(self.total)
        owed = ZERO if had_gap else max(EXACT.subtract(least, more), ZERO)
        more = max(more, least)
        for correction in corrections:
            change = EXACT.subtract(self.counts(correction.now), self.counts(correction.was))
            more = EXACT.add(more, change)
        if not more and owed == self.owed:
            return self
        total, lately = EXACT.add(self.total, more), EXACT.add(self.lately, more)
        return evolve(self, total=max(total, ZERO), lately=max(lately, ZERO), owed=owed)

    def counts(self, one: TradePrint | None) -> Decimal:
        """Give how much of a print counts; none of one that never was."""
        counts = one is not None and one.time_ns > self.start_ns and self._is_within(one.price)
        return one.size if one is not None and counts else ZERO

    def own_of(self, trades: Iterable[OwnTrade], until_ns: int | None = None) -> Decimal:
        """Give how much of what has executed here was printed where prints count.

        Args:
            trades: What has executed here.
            until_ns: The last moment at which prints count, in nanoseconds UTC; None where they still do.
        """
        qty = ZERO
        for one in trades:
            # Venues tell the time to a second, some of them.
            is_timely = one.time_ns + NS_PER_S > self.start_ns and (
                until_ns is None or one.time_ns <= until_ns
            )
            if is_timely and self._is_within(one.price):
                qty = EXACT.add(qty, one.qty)
        return qty

    def next_interval(self) -> OthersVolume:
        """Begin an interval: nothing has traded lately."""
        return evolve(self, lately=ZERO)

    def _is_within(self, px: Decimal) -> bool:
        if self.limit_px is None or self.counts_outside_limit:
            return True
        return px <= self.limit_px if self.is_buy else px >= self.limit_px


def part_of(volume: Decimal, rate: Decimal, basis: RateBasis = RateBasis.OF_TOTAL) -> Fraction:
    """Give what is ours of so much volume of others, exactly.

    Raises:
        ValidationError: The rate is not above 0, above 1, or 1 where it is a part of everything.
    """
    if not ZERO < rate <= ONE or (rate == ONE and basis is RateBasis.OF_TOTAL):
        most = "less than 1: all of everything leaves nothing to others" if rate == ONE else "1"
        raise ValidationError("participation_rate", plain(rate), f"pass a part above 0 and up to {most}")
    part = Fraction(rate)
    return Fraction(volume) * (part / (1 - part) if basis is RateBasis.OF_TOTAL else part)


def target_of(
    progress: Progress, volume: Decimal, rate: Decimal, lot: Decimal, basis: RateBasis = RateBasis.OF_TOTAL
) -> Decimal:
    """Give how much of an order should have traded or work after so much volume: whole lots, at most all of it."""
    return whole_of(progress, part_of(volume, rate, basis), lot)


def whole_of(progress: Progress, part: Fraction, lot: Decimal) -> Decimal:
    """Give so much of an order in whole lots, rounded down; at most all of it, which may have an odd tail."""
    return progress.qty if part >= Fraction(progress.qty) else floored(part, lot)


def next_child(
    progress: Progress,
    others: OthersVolume,
    rate: Decimal,
    lot: Decimal,
    *,
    basis: RateBasis = RateBasis.OF_TOTAL,
    due: Fraction | None = None,
    left: Decimal = ZERO,
    max_rate: Decimal | None = None,
    max_child: Decimal | None = None,
) -> Decimal:
    """Give what is to be sent now: what is due, but no more at a time than the last interval allows.

    Args:
        progress: How far the order is.
        others: What the others have traded.
        rate: The part that is aimed at.
        lot: The size of a lot.
        basis: What the rate is a part of.
        due: How much is due by now in all; that of `rate` on all that counts where it is None.
        left: How much may be sent beside what the last interval allows.
        max_rate: What may be used to catch up: the part of the last interval that is sent at most; `rate` where it is None.
        max_child: How much is sent at a time at most.

    Returns:
        Whole lots, but for an odd tail with the last of the order; zero where nothing is due, never less.
    """
    done = EXACT.add(progress.filled, progress.working)
    part = part_of(others.total, rate, basis) if due is None else due
    missing = EXACT.subtract(whole_of(progress, part, lot), done)
    burst = ceiled(part_of(others.lately, rate if max_rate is None else max_rate, basis), lot)
    burst = EXACT.add(burst, left)
    child = min(missing, burst, progress.available)
    if max_child is not None:
        child = min(child, max_child)
    child = max(child, ZERO)
    return child if child == progress.available else in_whole_lots(child, lot)


def stance(
    progress: Progress,
    volume: Decimal,
    lot: Decimal,
    *,
    min_rate: Decimal,
    max_rate: Decimal,
    basis: RateBasis = RateBasis.OF_TOTAL,
) -> Stance:
    """Tell how to place a child: passive between the least and the most, across the spread only under the least.

    For the most, what works counts as done: where one lot more would pass it, nothing is sent. For the least only what has traded
    counts: what waits in the book is what is to be given up.
    """
    more = min(lot, progress.available)
    done = EXACT.add(progress.filled, progress.working)
    if not more or EXACT.add(done, more) > target_of(progress, volume, max_rate, lot, basis):
        return Stance.WAIT
    least = target_of(progress, volume, min_rate, lot, basis)
    return Stance.CROSS if progress.filled < least else Stance.PASSIVE


def linked_rate(
    start_rate: Decimal, end_rate: Decimal, done: Decimal | Fraction, whole: Decimal | int
) -> Fraction:
    """Give a rate that moves evenly from one to another as size or time goes by.

    Args:
        start_rate: At the beginning.
        end_rate: At the end.
        done: How much has traded, or how long it has been worked.
        whole: How much there is to trade, or how long the window is; above zero.
    """
    part = min(max(Fraction(done) / Fraction(whole), Fraction(0)), Fraction(1))
    return Fraction(start_rate) + (Fraction(end_rate) - Fraction(start_rate)) * part


def price_rate(
    rate: Decimal,
    px: Decimal,
    *,
    is_buy: bool,
    better: tuple[Decimal, Decimal] | None = None,
    worse: tuple[Decimal, Decimal] | None = None,
) -> Decimal:
    """Give the rate at a price: another one from a better price on, and from a worse price on.

    Args:
        rate: That between the two.
        px: The price now.
        is_buy: Which side is better off with lower prices.
        better: A price and the rate at it and at all better ones.
        worse: A price and the rate at it and at all worse ones.
    """
    sign = 1 if is_buy else -1
    if better is not None and sign * px <= sign * better[0]:
        return better[1]
    if worse is not None and sign * px >= sign * worse[0]:
        return worse[1]
    return rate

"""Volume-weighted: slices after a curve of the day's volume, and a target that follows today's volume within bands.

The static schedule is `slicing.planned` over `VolumeCurve.windows`, or over `regrouped` ones where children are to come at an interval.

The dynamic target: with c the curve's share of the window by now, v what has traded in the window so far and E what the whole window
was expected to trade, the window is now expected to trade v + E (1 - c), and the share that is due is v / (v + E (1 - c)), held within
`band` of c, and from 0 to 1. On a day as expected, v = c E and the share is c; a busy day is ahead of the curve, a quiet one behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import evolve

from oms.algos.slicing import Window, clipped, floored
from oms.errors import ValidationError
from oms.model.decimals import ONE, ZERO, plain


def regrouped(spans: Sequence[Window], curve: Sequence[Window]) -> tuple[Window, ...]:
    """Give spans of time the weight that a curve has in each of them; the curve's auctions stay windows of their own.

    The result is numbered anew, in the order of time: an auction at the beginning of a span comes before it, one at its end after it.
    """
    auctions = [window for window in curve if window.start_ns == window.end_ns]
    lengths = [window for window in curve if window.start_ns < window.end_ns]
    result: list[Window] = []
    for span in spans:
        while auctions and auctions[0].start_ns <= span.start_ns:
            result.append(auctions.pop(0))
        inside = clipped(lengths, span.start_ns, span.end_ns)
        result.append(evolve(span, weight=sum((window.weight for window in inside), Fraction(0))))
    return tuple(evolve(window, number=number) for number, window in enumerate([*result, *auctions]))


def share_by(windows: Sequence[Window], time_ns: int) -> Fraction:
    """Give which part of the windows' weight is over at a moment; an auction is over at its moment."""
    whole = sum((window.weight for window in windows), Fraction(0))
    if not whole:
        raise ValidationError("windows", len(windows), "pass some that have a weight")
    over = clipped(windows, min((window.start_ns for window in windows), default=0), time_ns)
    return sum((window.weight for window in over), Fraction(0)) / whole


def dynamic_share(
    curve_share: Fraction, volume: Decimal, expected_volume: Decimal, band: Decimal
) -> Fraction:
    """Give which part of the order is due by now, given today's volume.

    Args:
        curve_share: The curve's share of the window by now, from 0 to 1.
        volume: What has traded in the window so far.
        expected_volume: What the whole window was expected to trade; zero where nobody knows, which leaves the curve's share.
        band: By how much the result may differ from the curve's share, from 0 to 1.

    Raises:
        ValidationError: A volume is below zero, or the band out of its bounds.
    """
    for name, number in (("volume", volume), ("expected_volume", expected_volume)):
        if number < ZERO:
            raise ValidationError(name, plain(number), "pass zero or more")
    if not ZERO <= band <= ONE:
        raise ValidationError("band", plain(band), "pass a part from 0 to 1")
    to_come = Fraction(expected_volume) * (1 - curve_share)
    whole = Fraction(volume) + to_come
    if not expected_volume or not whole or curve_share == 1:
        return curve_share
    share = Fraction(volume) / whole
    lowest, highest = (
        max(curve_share - Fraction(band), Fraction(0)),
        min(curve_share + Fraction(band), Fraction(1)),
    )
    return min(max(share, lowest), highest)


def target_at(qty: Decimal, lot: Decimal, share: Fraction) -> Decimal:
    """Give how much of an order is due where this part of it is: in whole lots, rounded down; all of it at 1."""
    return qty if share >= 1 else floored(Fraction(qty) * share, lot)

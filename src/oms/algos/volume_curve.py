"""How a market's volume is spread over its day, learned from days that were.

Each day is made into shares of its own volume first, so that a busy day counts no more than a quiet one; the curve is the median or
the mean of the shares, bucket by bucket, made into shares again. Half days, days with a halt, days on which a future rolls and days
without volume are left out, and named. Shares are computed as exact fractions and given as whole 10^-18 parts by largest remainder,
so that they sum to 1 exactly.

Times are counted from the opening of the session, so that a change of the clocks moves nothing. Auctions are buckets of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from statistics import median
from typing import Final

from attrs import evolve

from oms.algos.open_time import open_time
from oms.algos.slicing import MAX_SLICES, Window, apportioned, clipped
from oms.errors import ValidationError
from oms.model.bars import Bar
from oms.model.decimals import EXACT, MAX_DECIMALS, ZERO
from oms.model.define import value
from oms.model.trading_session import TradingSession

_PARTS: Final = 10**MAX_DECIMALS
MOST_DAYS: Final = 30
"""How many days a curve is made of, unless more or less is asked for."""


class Average(Enum):
    """How the shares of several days become one."""

    MEDIAN = "median"
    MEAN = "mean"


class Dropped(Enum):
    """Why a day is not in a curve."""

    HALF_DAY = "half day"
    HALT = "halt"
    ROLL_DAY = "roll day"
    NO_VOLUME = "no volume"
    TOO_OLD = "too old"


@value(kw_only=True)
class DayVolumes:
    """What traded on one day, bucket by bucket.

    Attributes:
        trade_date: The trading day, YYYYMMDD.
        length_ns: From its opening to its close, in nanoseconds.
        volumes: One for each bucket, in order.
        opening: What traded in the opening auction.
        closing: What traded in the closing auction.
        is_early_close: The market closed before its usual time.
        was_halted: Trading was interrupted.
        is_roll: A future on whose volume the change to the next one told.

    Raises:
        ValidationError: The length or a volume is not what it should be, or below zero.
    """

    trade_date: str
    length_ns: int
    volumes: tuple[Decimal, ...]
    opening: Decimal = ZERO
    closing: Decimal = ZERO
    is_early_close: bool = False
    was_halted: bool = False
    is_roll: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what no day can have."""
        _check_length("length_ns", self.length_ns)
        if not isinstance(self.volumes, tuple):
            raise ValidationError(
                f"volumes of {self.trade_date}",
                type(self.volumes).__name__,
                "pass a tuple, one for each bucket",
            )
        for volume in self.all_volumes:
            if not isinstance(volume, Decimal | int) or not Decimal(volume).is_finite() or volume < ZERO:
                allowed = "pass finite Decimals, none below zero"
                raise ValidationError(f"volumes of {self.trade_date}", str(volume), allowed)

    @property
    def all_volumes(self) -> tuple[Decimal, ...]:
        """The opening, the buckets and the closing, in order."""
        return (self.opening, *self.volumes, self.closing)


@value(kw_only=True)
class VolumeCurve:
    """The shares of a day's volume.

    Attributes:
        bucket_ns: How long a bucket is; the last may be shorter.
        length_ns: How long the session is.
        shares: One for each bucket, in order.
        opening: That of the opening auction.
        closing: That of the closing auction; with the others it sums to exactly 1.
        days: The days it was learned from.
        dropped: The days that were left out, each with the reason.
    """

    bucket_ns: int
    length_ns: int
    shares: tuple[Decimal, ...]
    opening: Decimal
    closing: Decimal
    days: tuple[str, ...]
    dropped: tuple[tuple[str, Dropped], ...]

    def windows(
        self,
        session: TradingSession,
        start_ns: int,
        end_ns: int,
        *,
        in_open: bool = False,
        in_close: bool = False,
    ) -> tuple[Window, ...]:
        """Give the part of today's buckets that lies from one moment to another, without breaks; each weighs its share of it.

        The weight of a bucket is its share by how much of its open time is inside; one that a break parts is two windows of one
        number. A day that closes early has the buckets up to its close. An auction is there where it is asked for and its moment
        lies from start to end, both included.
        """
        shares = list(enumerate(self.shares, 1))
        usual_ns = session.open_ns + self.length_ns
        day = open_time(
            (evolve(session, close_ns=max(session.close_ns, usual_ns)),), session.open_ns, usual_ns
        )
        windows = []
        for number, share in shares:
            begin = session.open_ns + (number - 1) * self.bucket_ns
            parts = day.stretches(begin, begin + self.bucket_ns)
            length = sum(last - first for first, last in parts)
            # What was traded in a bucket was traded while the market was open.
            windows += [
                Window(number, first, last, Fraction(share) * Fraction(last - first, length))
                for first, last in parts
            ]
        inside = clipped(windows, max(start_ns, session.open_ns), min(end_ns, session.close_ns))
        opening = Window(0, session.open_ns, session.open_ns, Fraction(self.opening))
        closing = Window(len(shares) + 1, session.close_ns, session.close_ns, Fraction(self.closing))
        return (
            *(clipped([opening], start_ns, end_ns) if in_open else ()),
            *inside,
            *(clipped([closing], start_ns, end_ns) if in_close else ()),
        )


def day_volumes(
    bars: Iterable[Bar],
    session: TradingSession,
    bucket_ns: int,
    *,
    was_halted: bool = False,
    is_roll: bool = False,
) -> DayVolumes:
    """Count the bars of one session into buckets; each goes to the bucket in which it begins.

    Bars outside of the session, in a break, or of unknown volume, count nothing. The auctions are left at zero: what a file of bars
    knows of them is in the first and the last bar.

    Raises:
        ValidationError: The buckets have no length, or there would be too many.
    """
    length = session.close_ns - session.open_ns
    _check_length("bucket_ns", bucket_ns)
    if length > bucket_ns * MAX_SLICES:
        raise ValidationError("bucket_ns", bucket_ns, f"pass at least {-(-length // MAX_SLICES)}")
    volumes = [ZERO] * -(-length // bucket_ns)
    for bar in bars:
        if bar.volume is not None and session.is_open_at(bar.start_ns):
            bucket = (bar.start_ns - session.open_ns) // bucket_ns
            volumes[bucket] = EXACT.add(volumes[bucket], bar.volume)
    return DayVolumes(
        trade_date=session.trade_date,
        length_ns=length,
        volumes=tuple(volumes),
        is_early_close=session.is_early_close,
        was_halted=was_halted,
        is_roll=is_roll,
    )


def volume_curve(
    days: Sequence[DayVolumes],
    bucket_ns: int,
    average: Average = Average.MEDIAN,
    *,
    most_days: int = MOST_DAYS,
) -> VolumeCurve:
    """Learn a curve from days, the last `most_days` of those that count; a day shorter than most is a half day.

    Raises:
        ValidationError: No day counts, the days have no volume in common, or the buckets have not the length that they were cut by.
    """
    _check_length("bucket_ns", bucket_ns)
    if type(most_days) is not int or most_days < 1:
        raise ValidationError("most_days", str(most_days), "pass at least 1")
    usual_ns = _usual_length(days)
    kept: list[DayVolumes] = []
    dropped: list[tuple[str, Dropped]] = []
    for day in days:
        reason = _reason_against(day, usual_ns)
        if reason is None:
            kept.append(day)
        else:
            dropped.append((day.trade_date, reason))
    old = kept[: max(len(kept) - most_days, 0)]
    dropped += [(day.trade_date, Dropped.TOO_OLD) for day in old]
    kept = kept[len(old) :]
    if not kept:
        raise ValidationError("days", len(days), "pass at least one that is whole, has volume and no halt")
    if len({len(day.volumes) for day in kept}) > 1:
        raise ValidationError("volumes", "of several lengths", "cut each day into buckets of the same length")
    buckets = len(kept[0].volumes)
    if buckets != -(-usual_ns // bucket_ns):
        allowed = f"pass the length that the {buckets} buckets of a day of {usual_ns} ns were cut by"
        raise ValidationError("bucket_ns", bucket_ns, allowed)
    columns = zip(*(_shares_of(day) for day in kept), strict=True)
    typical = [_average(column, average) for column in columns]
    if not any(typical):
        raise ValidationError(
            "average", average.value, "take the mean: no bucket has volume on half of the days"
        )
    opening, *shares, closing = (
        Decimal(parts).scaleb(-MAX_DECIMALS) for parts in apportioned(_PARTS, typical)
    )
    return VolumeCurve(
        bucket_ns=bucket_ns,
        length_ns=usual_ns,
        shares=tuple(shares),
        opening=opening,
        closing=closing,
        days=tuple(day.trade_date for day in kept),
        dropped=tuple(sorted(dropped, key=lambda each: each[0])),
    )


def _check_length(name: str, length_ns: object) -> None:
    if type(length_ns) is not int or length_ns <= 0:
        raise ValidationError(name, str(length_ns), "pass nanoseconds, more than 0")


def _usual_length(days: Sequence[DayVolumes]) -> int:
    lengths = Counter(day.length_ns for day in days)
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _reason_against(day: DayVolumes, usual_ns: int) -> Dropped | None:
    if day.is_early_close or day.length_ns < usual_ns:
        return Dropped.HALF_DAY
    if day.was_halted:
        return Dropped.HALT
    if day.is_roll:
        return Dropped.ROLL_DAY
    return None if any(day.all_volumes) else Dropped.NO_VOLUME


def _shares_of(day: DayVolumes) -> list[Fraction]:
    volumes = [Fraction(volume) for volume in day.all_volumes]
    whole = sum(volumes)
    return [volume / whole for volume in volumes]


def _average(shares: Sequence[Fraction], average: Average) -> Fraction:
    return Fraction(median(shares)) if average is Average.MEDIAN else sum(shares, Fraction(0)) / len(shares)

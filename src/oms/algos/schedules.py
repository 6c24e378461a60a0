"""From typed parameters to slices: what is planned for an order when it comes, and the windows that new plans are made over.

The same parameters, quantity, moment and curve give the same slices, always; what is drawn follows from the seed and the order. When
what is left is planned anew, `slicing.replanned` takes the windows that are left, which keep their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from attrs import evolve

from oms.algos.close_targeting import latest_start
from oms.algos.jitter import jittered_sizes, jittered_times
from oms.algos.open_time import OpenTime, open_time
from oms.algos.parameter import in_ns
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.shortfall import URGENCIES, ImpactModel, decaying, trajectory, weighed
from oms.algos.slicing import Slice, Window, planned
from oms.algos.twap import LateStart, by_child, by_count, by_interval, caught_up
from oms.algos.volume_curve import VolumeCurve
from oms.algos.vwap import regrouped
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.decimals import QUOTIENT, ZERO
from oms.model.define import value
from oms.model.draws import Draws
from oms.model.trading_session import TradingSession
from oms.model.work import NEVER_NS

Scheduled: TypeAlias = Twap | Vwap | Shortfall | TargetClose
_NS: Final = Decimal(1_000_000_000)


@value(kw_only=True)
class Occasion:
    """What a schedule is made for.

    Attributes:
        qty: How much is to be traded.
        lot: The size of a lot.
        now_ns: When the order came, in nanoseconds UTC.
        sessions: Those that the order may be worked in, from the one that its start lies in or comes to next, in order; none where
            the instrument trades at all times.
        curve: The volume curve of the instrument, for what goes by one; None where there is none.
        least_qty: The smallest order that the instrument lets through.
    """

    qty: Decimal
    lot: Decimal
    now_ns: int
    sessions: tuple[TradingSession, ...] = ()
    curve: VolumeCurve | None = None
    least_qty: Decimal = ZERO

    def min_child(self, working: Working) -> Decimal:
        """Give the smallest slice."""
        return max(working.min_child or ZERO, self.least_qty)

    @property
    def close_ns(self) -> int | None:
        """When the first session closes, in nanoseconds UTC; None where there is none."""
        return self.sessions[0].close_ns if self.sessions else None

    def open_time(self, start_ns: int, end_ns: int) -> OpenTime:
        """Give when the instrument trades between two moments.

        Raises:
            ValidationError: It does not trade at all.
        """
        return open_time(self.sessions, start_ns, end_ns)

    def on_curve(
        self, start_ns: int, end_ns: int, *, in_open: bool = False, in_close: bool = False
    ) -> tuple[Window, ...]:
        """Give the curve's windows in the sessions between two moments; each session has all of the curve.

        Raises:
            ValidationError: There is no curve, or no session.
        """
        if self.curve is None or not self.sessions:
            what = "curve" if self.curve is None else "session"
            raise ValidationError(what, "none", "give a volume curve and the session of the day")
        windows: list[Window] = []
        for session in self.sessions:
            windows += self.curve.windows(session, start_ns, end_ns, in_open=in_open, in_close=in_close)
        return tuple(windows)


def span_of(working: Working, now_ns: int, close_ns: int | None = None) -> tuple[int, int]:
    """Give from when to when an order is meant to be worked, whether or not that has begun.

    It begins at its start, at once unless one is given; it ends at its end, or so long after its start, or at the close.

    Raises:
        ValidationError: It has no end, or that is not after its start and now.
    """
    start = now_ns if working.start_time is None else working.start_time
    if working.end_time is not None:
        end = working.end_time
    elif working.duration is not None:
        end = start + in_ns(working.duration)
    elif close_ns is not None:
        end = close_ns
    else:
        raise ValidationError("end_time", "none", "give end_time or duration")
    if end <= max(start, now_ns):
        raise ValidationError("end_time", end, f"pass a moment after {max(start, now_ns)}")
    return start, end


def open_span(working: Working, now_ns: int) -> tuple[int, int]:
    """Give from when to when an order is meant to be worked that needs no end: it has none unless one is given; see `span_of`.

    Raises:
        ValidationError: Its end is not after its start and now.
    """
    if working.end_time is None and working.duration is None:
        return (now_ns if working.start_time is None else working.start_time), NEVER_NS
    return span_of(working, now_ns)


def windows_of(algorithm: Scheduled, occasion: Occasion) -> tuple[Window, ...]:
    """Give the windows of a schedule, each with its weight.

    Raises:
        ValidationError: There is no such schedule: no end, no curve, too many slices, or nothing in the window.
    """
    start, end = span_of(
        algorithm.working,
        occasion.now_ns,
        occasion.close_ns if isinstance(algorithm, TargetClose) else None,
    )
    late = LateStart.COMPRESS if isinstance(algorithm, TargetClose) else algorithm.late_start
    if late is LateStart.COMPRESS:
        start = max(start, occasion.now_ns)
    match algorithm:
        case Twap():
            hours = occasion.open_time(start, end)
            if algorithm.child_qty is None:
                return hours.kept(_evenly(hours, algorithm.interval, algorithm.slices))
            length, qty = hours.length_ns, occasion.qty
            children = by_child(
                hours.start_ns, hours.start_ns + length, qty, algorithm.child_qty, occasion.lot
            )
            return hours.kept(hours.spread(children))
        case Vwap():
            inside = occasion.on_curve(start, end, in_open=algorithm.in_open, in_close=algorithm.in_close)
            return _by_curve(inside, start, end, algorithm, occasion)
        case Shortfall():
            hours = occasion.open_time(start, end)
            windows = hours.kept(_evenly(hours, algorithm.interval, algorithm.slices))
            return weighed(windows, _parts(algorithm, occasion.qty, hours.length_ns, len(windows)))
        case TargetClose():
            inside = occasion.on_curve(start, end, in_close=algorithm.in_close)
            target = latest_start(
                occasion.qty,
                occasion.lot,
                inside,
                algorithm.expected_volume,
                algorithm.participation_rate,
                algorithm.rate_basis,
            )
            if target.start_ns >= end:
                return target.windows
            return _by_curve(target.windows, target.start_ns, end, algorithm, occasion)
        case _:
            assert_never(algorithm)


def slices_of(algorithm: Scheduled, occasion: Occasion, order_id: int) -> tuple[Slice, ...]:
    """Give the slices of an order: planned, drawn where that is asked for, and caught up where it came late.

    Raises:
        ValidationError: As in `windows_of`.
    """
    windows, least = windows_of(algorithm, occasion), occasion.min_child(algorithm.working)
    slices = planned(occasion.qty, occasion.lot, windows, min_child=least)
    return caught_up(drawn(slices, algorithm.working, occasion, order_id), occasion.now_ns)


def drawn(slices: Sequence[Slice], working: Working, occasion: Occasion, order_id: int) -> tuple[Slice, ...]:
    """Give slices with the sizes and times that an order's dice give them, where that is asked for.

    Args:
        slices: As they are planned, in the order of their times; no size that is the smallest or more becomes less than that.
        working: How the order is worked.
        occasion: What its schedule is made for.
        order_id: The order's own dice.
    """
    draws, least = Draws(working.seed, order_id), occasion.min_child(working)
    if working.random_band is not None:
        share = working.randomise_size
        slices = jittered_sizes(slices, occasion.lot, share, working.random_band, draws, least)
    return jittered_times(slices, working.randomise_time, draws)


def _evenly(hours: OpenTime, interval: Decimal | None, slices: int | None) -> tuple[Window, ...]:
    """Give windows of the same open time, each from its first moment to its last, whatever closes in it."""
    start, end = hours.start_ns, hours.start_ns + hours.length_ns
    if interval is not None:
        return hours.spread(by_interval(start, end, in_ns(interval)))
    return hours.spread(by_count(start, end, slices or 1))


def _by_curve(
    inside: Sequence[Window], start_ns: int, end_ns: int, algorithm: Vwap | TargetClose, occasion: Occasion
) -> tuple[Window, ...]:
    if not any(window.weight for window in inside):
        raise ValidationError(
            "end_time", f"{start_ns} to {end_ns}", "pass a window in which the curve has volume"
        )
    if algorithm.interval is not None or algorithm.slices is not None:
        hours = occasion.open_time(start_ns, end_ns)
        kept = hours.kept(regrouped(_evenly(hours, algorithm.interval, algorithm.slices), inside))
        # What is kept of a span with an auction in it is before that, or after.
        inside = sorted(kept, key=lambda window: (window.start_ns, window.end_ns))
    return tuple(evolve(window, number=number) for number, window in enumerate(inside))


def _parts(algorithm: Shortfall, qty: Decimal, length_ns: int, steps: int) -> tuple[Decimal, ...]:
    if algorithm.urgency is not None:
        return decaying(URGENCIES[algorithm.urgency], steps)
    model = ImpactModel(
        volatility=algorithm.volatility or ZERO,
        temporary_impact=algorithm.temporary_impact or ZERO,
        permanent_impact=algorithm.permanent_impact or ZERO,
        risk_aversion=algorithm.risk_aversion or ZERO,
        drift=algorithm.drift or ZERO,
    )
    seconds = QUOTIENT.divide(Decimal(length_ns), _NS)
    return trajectory(qty, QUOTIENT.divide(seconds, algorithm.time_unit or seconds), steps, model).trades

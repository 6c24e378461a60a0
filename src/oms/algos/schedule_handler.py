"""TWAP, VWAP, arrival price and target close at work: slices that fall due, what was missed, and the end.

A slice is decided once: a child goes out, or it is skipped with its reason. Where the market forbids a child it is waited for until
the slice ends. A child that still works as its slice ends is taken back; what it leaves is missed, and goes by the catch-up policy:
passive children are crossed then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from attrs import evolve

from oms.algos.admission import (
    TIMES,
    algorithm_of,
    goes_past_end,
    planned,
    reasons_of,
    told_after,
    told_in,
    why_not_amended,
    why_not_begun,
)
from oms.algos.algorithms import Algorithm
from oms.algos.auctions import placed, without_auctions
from oms.algos.capped import without_later
from oms.algos.ending import past_end
from oms.algos.halt_clock import follow, is_over_ns, own_time, put_off, stands
from oms.algos.halts import held_back
from oms.algos.handling import Handler, extends, room_of
from oms.algos.hours import Hours, SessionAt
from oms.algos.least import least_child
from oms.algos.order_checks import against_times
from oms.algos.others import first_memo, keep_corrections, others_volume
from oms.algos.replanning import Course, is_same, rest_of
from oms.algos.residual import Room, end_steps
from oms.algos.schedule_round import ScheduleRound
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.schedules import Occasion, Scheduled, slices_of, span_of, windows_of
from oms.algos.told import Told
from oms.algos.twap import LateStart
from oms.algos.venue_checks import check_auctions
from oms.algos.volume_curve import VolumeCurve
from oms.algos.volume_since import counted_anew
from oms.algos.vwap import share_by
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO
from oms.model.ids import OrderId, Symbol
from oms.model.parent import Parent
from oms.model.reasons import Reason
from oms.model.time_in_force import Day, GoodTillDate, in_words
from oms.model.work import Slice, Wake
from oms.ports.working_handler import NextWake, Plan, Steps, View


class ScheduleHandler(Handler):
    """Works the orders of algorithms that have a schedule."""

    def __init__(self, curves: Mapping[str, VolumeCurve], session_at: SessionAt | None = None) -> None:
        """Plan by these curves and sessions.

        Args:
            curves: Volume curves by their names; that of an instrument stands under its symbol.
            session_at: What tells the trading sessions; where it is not given, all time is open.
        """
        self._curves = dict(curves)
        self._hours = Hours(session_at)

    # ------------------------------------------------------------ plans

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan | tuple[Reason, ...]:
        """Plan a new order."""
        known = told_in(order.terms)
        reasons = (*why_not_begun(order, view), *self._against_curve(known, order.symbol))
        return planned(reasons, known, lambda algorithm: self._begun(algorithm, order, order_id, view))

    def _begun(self, told: Algorithm, order: SubmitOrder, order_id: OrderId, view: View) -> Plan:
        course = self._course(told, order.order_qty, view, view.now_ns)
        algorithm, occasion = course.algorithm, course.occasion
        slices = slices_of(algorithm, occasion, order_id)
        start_ns, end_ns = course.start_ns, course.end_ns
        if end_ns <= view.now_ns:
            raise ValidationError("end_time", end_ns, f"end when the market is open, after {view.now_ns}")
        self._check_day(order, view, slices)
        memo = first_memo(algorithm.working, view, start_ns, is_needed=_dynamic(algorithm) is not None)
        slices, of_auctions = placed(slices, occasion.sessions, view.now_ns)
        check_auctions(order, algorithm.working.limit_price, of_auctions, view)
        start_ns = min((start_ns, *(one.start_ns for one in slices)))
        return Plan(slices=slices, start_ns=start_ns, end_ns=end_ns, memo=(*memo, *of_auctions))

    def amend(self, parent: Parent, after: SubmitOrder, view: View) -> Plan | tuple[Reason, ...]:
        """Plan what is left as the schedule would have had it from its beginning; where that stays the same, so do the slices."""
        known = told_after(parent, after)
        of_itself = (*why_not_amended(parent, after, view), *self._against_curve(known, after.symbol))
        reasons = (*of_itself, *self._against_end(parent, known, view))
        return planned(reasons, known, lambda algorithm: self._amended(parent, algorithm, after, view))

    def _against_end(self, parent: Parent, known: Told, view: View) -> tuple[Reason, ...]:
        """Give why an order would be over by the times that it is to have instead of its own; nothing where those stay."""
        before = algorithm_of(parent.order.terms)
        was = {name: getattr(before.working, name) for name in TIMES}
        if goes_past_end(known) or all(known.values.get(name) == was[name] for name in TIMES):
            return ()
        anchor_ns, is_set = _anchor_ns(parent, view), known.values.get("end_time") != was["end_time"]
        try:
            course = self._course(before, parent.order.order_qty, view, anchor_ns)
        except ValidationError:
            return ()  # Nobody knows any more how late it is in its own time.
        time = own_time(parent, view, self._hours, parent.end_ns if is_set else course.end_ns)
        return against_times(known, anchor_ns, time.now_ns)

    def _amended(self, parent: Parent, told: Algorithm, after: SubmitOrder, view: View) -> Plan:
        anchor_ns = _anchor_ns(parent, view)
        was = self._course(algorithm_of(parent.order.terms), parent.order.order_qty, view, anchor_ns)
        course = self._course(told, after.order_qty, view, anchor_ns)
        if is_same(was, course, parent.order_id):
            slices = tuple(parent.slices.values())
            return Plan(slices=slices, start_ns=parent.start_ns, end_ns=parent.end_ns, memo=parent.memo)
        working = course.algorithm.working
        # An end that somebody sets later is meant as it is said.
        is_set = working.end_time is not None and working.end_time != was.algorithm.working.end_time
        time = own_time(parent, view, self._hours, parent.end_ns if is_set else was.end_ns)
        if course.end_ns <= time.now_ns and not extends(working):
            raise ValidationError("end_time", course.end_ns, f"pass a moment after {time.now_ns}")
        slices = rest_of(parent, was, course, time.now_ns)
        slices, end_ns = put_off(slices, course.end_ns, time, view, self._hours)
        self._check_day(after, view, slices)
        slices, of_auctions = placed(slices, course.occasion.sessions, view.now_ns)
        check_auctions(after, working.limit_price, of_auctions, view)
        memo = parent.memo
        if _dynamic(course.algorithm) is not None:
            windows = windows_of(course.algorithm, course.occasion)
            memo = counted_anew(parent, view, working, 1 - share_by(windows, time.now_ns))
        memo = (*without_later(without_auctions(memo)), *of_auctions)
        return Plan(slices=slices, start_ns=course.start_ns, end_ns=end_ns, memo=memo)

    def _check_day(self, order: SubmitOrder, view: View, slices: Sequence[Slice]) -> None:
        """Refuse what an order for the day, or until one, would never send: it ends with its session."""
        symbol, tif = view.instrument.symbol, order.time_in_force
        if isinstance(tif, GoodTillDate) and slices:
            last = self._hours.session(symbol, max(one.start_ns for one in slices))
            if last is not None and last.trade_date > tif.expire_date:
                raise ValidationError(
                    "time_in_force", in_words(tif), f"{last.trade_date} or a later day, or GTC"
                )
            return
        session = self._hours.session(symbol, view.now_ns)
        if session is None or not isinstance(tif, Day):
            return
        if any(one.start_ns > session.close_ns for one in slices):
            raise ValidationError("time_in_force", "DAY", "GTC: it goes on after its session")

    def _course(self, told: Algorithm, qty: Decimal, view: View, from_ns: int) -> Course:
        """Give how an order would be worked that had come at a time, in nanoseconds UTC."""
        algorithm = _scheduled(told)
        occasion = self._occasion(algorithm, qty, view, from_ns)
        start_ns, end_ns = self._span(algorithm, occasion)
        if isinstance(algorithm, TargetClose) or algorithm.late_start is LateStart.COMPRESS:
            # What is late begins as it comes.
            start_ns = max(start_ns, from_ns)
        return Course(algorithm, occasion, start_ns, end_ns)

    def _occasion(self, algorithm: Scheduled, qty: Decimal, view: View, now_ns: int) -> Occasion:
        curve, symbol, working = None, view.instrument.symbol, algorithm.working
        if isinstance(algorithm, Vwap | TargetClose):
            curve = self._curves.get(symbol if algorithm.curve is None else algorithm.curve)
            if curve is None:
                raise self._no_curve(symbol, algorithm.curve)
        start_ns = now_ns if working.start_time is None else working.start_time
        first = self._hours.session(symbol, start_ns)
        ends = first is not None and isinstance(algorithm, TargetClose)
        start_ns, end_ns = span_of(working, now_ns, first.close_ns if ends and first is not None else None)
        sessions = self._hours.sessions(symbol, start_ns, end_ns)
        return Occasion(
            qty=qty,
            lot=view.instrument.lot,
            now_ns=now_ns,
            sessions=sessions,
            curve=curve,
            least_qty=least_child(view, working),
        )

    def _against_curve(self, known: Told, symbol: Symbol) -> tuple[Reason, ...]:
        """Give why there is no curve to work an order by that needs one."""
        if "curve" not in known.values:
            return ()
        name = known.values["curve"]
        if (symbol if name is None else name) in self._curves:
            return ()
        return reasons_of(self._no_curve(symbol, name))

    def _no_curve(self, symbol: Symbol, name: object) -> ValidationError:
        known = ", ".join(sorted(self._curves)) or "none"
        return ValidationError(
            "curve", symbol if name is None else name, f"name a curve that was given: {known}"
        )

    def _span(self, algorithm: Scheduled, occasion: Occasion) -> tuple[int, int]:
        """Give from when to when an order is worked: up to the last moment of it in which the market is open."""
        close_ns = occasion.close_ns if isinstance(algorithm, TargetClose) else None
        start_ns, end_ns = span_of(algorithm.working, occasion.now_ns, close_ns)
        try:
            return start_ns, occasion.open_time(start_ns, end_ns).end_ns
        except ValidationError:
            if isinstance(algorithm, Twap | Shortfall):
                raise
            # An auction may be held as nothing trades.
            return start_ns, end_ns

    # ------------------------------------------------------------ steps

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        """Decide what is due, and what was missed."""
        algorithm = algorithm_of(parent.order.terms)
        working = algorithm.working
        symbol = view.instrument.symbol
        if stands(parent, view, working, self._hours):
            steps = _corrected(follow(parent, view, self._hours), parent, view)
            if not view.is_halted:
                return steps
            sent = ScheduleRound(parent, view, working, why, _dynamic(algorithm)).into_auctions()
            times = [at_ns for at_ns in (sent.wake.at_ns, is_over_ns(parent, view, self._hours)) if at_ns]
            wake = NextWake(at_ns=min(times, default=None))
            steps = evolve(steps, skips=sent.skips, children=sent.children, wake=wake)
            return held_back(steps, parent, view, working)
        seen, opens_ns = self._hours.seen(symbol, view)
        steps = held_back(self._steps(parent, seen, why, algorithm), parent, view, working)
        if seen is view:
            return steps
        # Nobody tells of what the hours alone say, nor of a quote of the same prices as the last one before.
        wake = steps.wake
        times = [at_ns for at_ns in (wake.at_ns, opens_ns) if at_ns is not None]
        wake = evolve(
            wake, at_ns=min(times, default=None), on_quote=wake.on_quote or wake.on_price, on_price=False
        )
        return evolve(steps, wake=wake)

    def _steps(self, parent: Parent, view: View, why: frozenset[Wake], algorithm: Algorithm) -> Steps:
        working = algorithm.working
        if view.now_ns >= parent.end_ns:
            steps = end_steps(parent, view, working, room=_room(parent, view, working, why))
            if steps is not None:
                return evolve(steps, skips=past_end(parent))
        return ScheduleRound(parent, view, working, why, _dynamic(algorithm)).steps()


def _room(parent: Parent, view: View, working: Working, why: frozenset[Wake]) -> Room | None:
    """Give what the participation that is allowed leaves at the end; None where it is not limited."""
    memo = dict(parent.memo)
    others = others_volume(memo, parent, view, working, is_restart=Wake.RESTART in why)
    qty = room_of(parent, view, working, others)
    return None if qty is None else Room(qty, tuple(memo.items()))


def _anchor_ns(parent: Parent, view: View) -> int:
    """Give from when on an order is planned that has no start, in nanoseconds UTC."""
    return min(parent.start_ns, view.now_ns)


def _corrected(steps: Steps, parent: Parent, view: View) -> Steps:
    """Give steps that keep what of the volume was corrected while an order's time stands."""
    memo = dict(parent.memo if steps.memo is None else steps.memo)
    return evolve(steps, memo=tuple(memo.items())) if keep_corrections(memo, parent, view) else steps


def _dynamic(algorithm: Algorithm) -> tuple[Decimal, Decimal] | None:
    """Give by which part of the order what is due may differ from the curve, and which volume was expected; None for the curve alone."""
    if not isinstance(algorithm, Vwap) or algorithm.dynamic_band is None:
        return None
    return algorithm.dynamic_band, algorithm.expected_volume or ZERO


def _scheduled(algorithm: Algorithm) -> Scheduled:
    if isinstance(algorithm, Twap | Vwap | Shortfall | TargetClose):
        return algorithm
    raise ValidationError("strategy", algorithm.DESCRIPTION.name, "pass an algorithm that has a schedule")

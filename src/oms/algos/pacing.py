"""What to send now, and why, or why not: one decision from the facts, with a fixed precedence.

A rule acts only within what the rules before it leave:

1. A kill switch or a risk check that failed: nothing.
2. Canceled, suspended, before the start or past the end: nothing.
3. The broker not reconciled yet, halted, closed, or without a usable quote: nothing.
4. The price is beyond the limit, or the limit outside of what the market may trade at: nothing.
5. Caps: at most what the participation that is allowed leaves, at most `max_child`, and nothing before the rest between children is over.
6. I-would price: all that is available, or as much as is wanted at that price.
7. The schedule: what is due, by the catch-up policy; ahead of it, nothing.
8. The least participation: what the policy holds back, up to what the schedule is behind; without a schedule, up to what is available.
9. Completion near the end: the same, and across the spread. It may pass the caps of 5 only if asked to, never the schedule.

The deficit is what is due by now less what has traded and works. Children in doubt count as working, so that nothing is sent twice.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import assert_never

from oms.algos.slicing import Progress, in_whole_lots, share_of
from oms.model.decimals import EXACT, ZERO
from oms.model.define import value
from oms.model.work import Pace, Rule

__all__ = ["CatchUp", "Decision", "Facts", "Pace", "Rule", "decide"]


class CatchUp(Enum):
    """What becomes of what was due and has neither traded nor works."""

    CARRY = "carry"
    """The next slice takes all of it with it."""
    SPREAD = "spread"
    """The slices that are left take it, each by its part of what is planned, in whole lots rounded up."""
    GIVE_UP = "give_up"
    """It is left to the end."""
    CROSS = "cross"
    """It is taken across the spread as its slice ends."""


@value(kw_only=True)
class Facts:
    """What is known when it is decided.

    Attributes:
        progress: How far the order is.
        now_ns: The time, in nanoseconds UTC.
        start_ns: When it begins.
        end_ns: The first moment at which nothing is sent any more.
        lot: The size of a lot.
        is_buy: Which way it goes.
        is_killed: A kill switch is pressed, or a risk check failed.
        is_canceled: A cancel of the order was asked for.
        is_suspended: Somebody has paused it, or too much was refused.
        allow_past_end: It may go on after the end.
        is_reconciled: The broker takes new orders, as far as it is for a restart to say.
        is_halted: The instrument is halted.
        is_open: Its session is open, and no break.
        has_quote: There is a two-sided, uncrossed quote that is fresh enough.
        no_quote: Why there is none where there is none.
        is_beyond_band: The market may trade at no price that the limit allows.
        px: The price at which a child would trade or rest; None for the market's, whatever it is, which a limit forbids.
        limit_px: The worst price that any child may have; None for any.
        cap_qty: How much the participation that is allowed leaves now; None where it is not limited.
        max_child: How much is sent at a time at most; None for any.
        min_child: Less than this is not worth a child, but for the last of the order.
        least_qty: The smallest order that the instrument lets through; neither a child nor what is left after it is less.
        rested_ns: From when on the next child may be sent.
        i_would_px: At this price or a better one, all is taken; None where there is none.
        touch_px: The best price of the other side, which is what `i_would_px` is compared with; None where nobody knows.
        i_would_qty: How much at most; None for all.
        target: What is due by now in all, this slice included; None where there is no schedule.
        slice_qty: What the slice that is due now was planned with; zero between slices.
        left_qty: What the slices that are left were planned with in all, this one included.
        slice_ends: The slice is at its end.
        catch_up: What becomes of what was missed.
        min_qty: By how much it is under the least participation.
        completing: The end is near, and it is to be finished.
        completion_ignores_caps: Finishing may pass the caps.
    """

    progress: Progress
    now_ns: int
    start_ns: int
    end_ns: int
    lot: Decimal
    is_buy: bool = True
    is_killed: bool = False
    is_canceled: bool = False
    is_suspended: bool = False
    allow_past_end: bool = False
    is_reconciled: bool = True
    is_halted: bool = False
    is_open: bool = True
    has_quote: bool = True
    no_quote: Pace = Pace.NO_QUOTE
    is_beyond_band: bool = False
    px: Decimal | None = None
    limit_px: Decimal | None = None
    cap_qty: Decimal | None = None
    max_child: Decimal | None = None
    min_child: Decimal = ZERO
    least_qty: Decimal = ZERO
    rested_ns: int = 0
    i_would_px: Decimal | None = None
    touch_px: Decimal | None = None
    i_would_qty: Decimal | None = None
    target: Decimal | None = None
    slice_qty: Decimal = ZERO
    left_qty: Decimal = ZERO
    slice_ends: bool = False
    catch_up: CatchUp = CatchUp.SPREAD
    min_qty: Decimal = ZERO
    completing: bool = False
    completion_ignores_caps: bool = False

    @property
    def deficit(self) -> Decimal | None:
        """What is due by now and has neither traded nor works; below zero where it is ahead; None without a schedule."""
        if self.target is None:
            return None
        return EXACT.subtract(self.target, EXACT.add(self.progress.filled, self.progress.working))


@value
class Decision:
    """What to send now.

    Attributes:
        qty: How much; zero for nothing.
        pace: Why.
        crosses: It is to be sent across the spread.
        asked: How much the rule wanted before the caps; more than `qty` where they held it back.
    """

    qty: Decimal
    pace: Pace
    crosses: bool = False
    asked: Decimal = ZERO


def decide(facts: Facts) -> Decision:
    """Give what to send now, by the precedence that this module opens with."""
    stopped = why_stopped(facts)
    if stopped is not None:
        return Decision(ZERO, stopped)
    chosen = _within_caps(facts, _by_plan(facts))
    if _is_wanted_at_this_price(facts):
        available = facts.progress.available
        wanted = available if facts.i_would_qty is None else min(available, facts.i_would_qty)
        taken = _within_caps(facts, Decision(wanted, Pace.I_WOULD, True, wanted))
        # Only completion that may pass the caps asks for more.
        return chosen if chosen.qty > taken.qty and chosen.pace is Pace.COMPLETING else taken
    return chosen


def why_stopped(facts: Facts) -> Pace | None:
    """Rules 1 to 4: what forbids anything at all."""
    if facts.is_killed:
        return Pace.KILLED
    if facts.is_canceled:
        return Pace.CANCELED
    if facts.is_suspended:
        return Pace.SUSPENDED
    if not facts.progress.available:
        return Pace.DONE
    if facts.now_ns < facts.start_ns:
        return Pace.NOT_STARTED
    if facts.now_ns >= facts.end_ns and not facts.allow_past_end:
        return Pace.PAST_END
    if not facts.is_reconciled:
        return Pace.NOT_RECONCILED
    if facts.is_halted:
        return Pace.HALTED
    if not facts.is_open:
        return Pace.CLOSED
    if not facts.has_quote:
        return facts.no_quote
    if facts.is_beyond_band:
        return Pace.BEYOND_BAND
    if facts.limit_px is not None and (facts.px is None or _is_worse(facts, facts.px, facts.limit_px)):
        return Pace.BEYOND_LIMIT
    return None


def _is_worse(facts: Facts, px: Decimal, than: Decimal) -> bool:
    return px > than if facts.is_buy else px < than


def _is_wanted_at_this_price(facts: Facts) -> bool:
    """Rule 6: the price is good enough, and there is a quantity that is wanted at it."""
    if facts.i_would_px is None or facts.touch_px is None or facts.i_would_qty == ZERO:
        return False
    return not _is_worse(facts, facts.touch_px, facts.i_would_px)


def _by_plan(facts: Facts) -> Decision:
    """Rules 7 to 9: how much is wanted, before the caps."""
    available, deficit = facts.progress.available, facts.deficit
    if deficit is not None and deficit < ZERO:
        return Decision(ZERO, Pace.AHEAD)
    room = available if deficit is None else min(deficit, available)
    wish = _by_schedule(facts, room) if deficit is not None else Decision(ZERO, Pace.NOTHING_DUE)
    least = min(facts.min_qty, room)
    if least > wish.qty:
        wish = Decision(least, Pace.UNDER_MINIMUM, True, least)
    return Decision(room, Pace.COMPLETING, True, room) if facts.completing and room else wish


def _by_schedule(facts: Facts, deficit: Decimal) -> Decision:
    planned = min(facts.slice_qty, deficit)
    missed = EXACT.subtract(deficit, planned)
    if facts.slice_ends and facts.catch_up is CatchUp.CROSS and deficit:
        return Decision(deficit, Pace.CROSSING, True, deficit)
    if not facts.slice_qty:
        return Decision(ZERO, Pace.NOTHING_DUE)
    match facts.catch_up:
        case CatchUp.CARRY:
            more = missed
        case CatchUp.SPREAD:
            # Up to a lot, but never more than was missed.
            more = min(share_of(missed, facts.slice_qty, facts.left_qty, facts.lot), missed)
        case CatchUp.GIVE_UP | CatchUp.CROSS:
            more = ZERO
        case _:
            assert_never(facts.catch_up)
    if not planned and not more:
        return Decision(ZERO, Pace.NOTHING_DUE)
    qty = EXACT.add(planned, more)
    return Decision(qty, Pace.CATCHING_UP if more else Pace.ON_SCHEDULE, False, qty)


def _within_caps(facts: Facts, wish: Decision) -> Decision:
    """Rule 5, and what is worth a child."""
    qty = wish.qty
    if not qty:
        return wish
    if not (wish.pace is Pace.COMPLETING and facts.completion_ignores_caps):
        if facts.now_ns < facts.rested_ns:
            return Decision(ZERO, Pace.RESTING, False, wish.qty)
        for cap in (facts.cap_qty, facts.max_child):
            if cap is not None:
                qty = min(qty, max(cap, ZERO))
    available, is_held_back = facts.progress.available, qty < wish.qty
    if qty != available:
        qty = in_whole_lots(qty, facts.lot)
        if ZERO < EXACT.subtract(available, qty) < facts.least_qty:
            # What would be left could never be sent.
            qty = in_whole_lots(max(EXACT.subtract(available, facts.least_qty), ZERO), facts.lot)
    least = facts.least_qty if qty == available else max(facts.least_qty, facts.min_child)
    if not qty or qty < least:
        too_little = Pace.TOO_SMALL if qty else Pace.NOTHING_DUE
        return Decision(ZERO, Pace.CAPPED if is_held_back else too_little, False, wish.qty)
    return Decision(qty, wish.pace, wish.crosses, wish.asked)

"""What becomes of an order at the end of its window: what works is taken back, and what is left is swept, sent into the auction or dropped.

What is left is sent once: a sweep is one child, `max_child` and `min_rest` aside, but never for more than the participation that is
allowed leaves. It waits for what forbids that and may pass, up to a minute after the end, and goes again where it was
refused; a child that was not refused, or of which nobody knows, is the one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from attrs import evolve

from oms.algos.auction_parts import auction_children
from oms.algos.choices import OnResidual
from oms.algos.ending import EndStep, at_end
from oms.algos.handling import PATIENCE_NS, child_of, extends, facts_of, progress_of
from oms.algos.least import least_child
from oms.algos.pacing import why_stopped
from oms.algos.slicing import Progress, in_whole_lots
from oms.algos.working import Working
from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record
from oms.model.enums import Life
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.model.parent import AUCTION, Child, Parent
from oms.model.sessions import NS_PER_S
from oms.model.time_in_force import ImmediateOrCancel
from oms.model.work import HELD, Memo, Pace, WorkEnd
from oms.ports.working_handler import NextWake, Steps, View, back_off_ns

SENT: Final = "residual"
"""The entry of the memo that says that what was left at the end was sent."""
SWEEP: Final = "sweep"
"""What a child is for that takes what is left at the end."""
WAIT_NS: Final = 60_000_000_000
"""For how long after the end what is left waits for what forbids it and may pass, in nanoseconds."""

_PASSING: Final = frozenset(
    {
        Pace.NOT_RECONCILED,
        Pace.HALTED,
        Pace.NO_QUOTE,
        Pace.STALE,
        Pace.FEED_GAP,
        Pace.BEYOND_BAND,
        Pace.RESTING,
    }
)
"""What may pass. In a break nobody trades, beyond the limit a sweep would take nothing, and the rest is somebody's word."""
_SENT: Final = frozenset({OnResidual.SWEEP, OnResidual.AUCTION})
_REFUSED: Final = frozenset({Life.DENIED, Life.REJECTED})

Swept: TypeAlias = Steps | Pace
"""How what is left is taken, or why it cannot be now."""


@record
class Room:
    """What the participation that is allowed leaves now.

    Attributes:
        qty: How much; below zero where more has traded and works.
        memo: What is kept of the count of the volume.
    """

    qty: Decimal
    memo: Memo


def end_steps(
    parent: Parent,
    view: View,
    working: Working,
    sweep: Callable[[], Swept] | None = None,
    room: Room | None = None,
) -> Steps | None:
    """Give what is to be done at the end of the window; None where the order is worked on.

    Args:
        parent: The order.
        view: What is known.
        working: How it is worked.
        sweep: Gives how what is left is taken within the limit; one child by the style of the order unless given.
        room: What the participation that is allowed leaves; None where it is not limited.
    """
    steps = _end_steps(parent, view, working, sweep, room)
    if steps is None or room is None or steps.memo is not None:
        return steps
    # The volume is counted on, whatever is done now.
    return evolve(steps, memo=room.memo)


def _end_steps(
    parent: Parent, view: View, working: Working, sweep: Callable[[], Swept] | None, room: Room | None
) -> Steps | None:
    was_sent, in_auction = _was_sent(parent), _in_auction(parent)
    if in_auction and (was_sent or not parent.available or not _tries(parent)):
        return Steps()  # It ends with its auction.
    patient = [one for one in parent.open.values() if one.role == SWEEP and not one.is_pending_cancel]
    until_ns = parent.last_child_ns + PATIENCE_NS
    if patient and view.now_ns < until_ns:
        return Steps(wake=NextWake(at_ns=until_ns))
    residual = OnResidual.EXTEND if extends(working) else working.on_residual
    found = _found(parent, view, working, residual, sweep, room)
    why_not = found if isinstance(found, Pace) else None
    wait_ns = parent.end_ns + WAIT_NS
    # Also what works for longer than that is followed by one child; it is not tried again then.
    is_timely = view.now_ns < wait_ns
    ending = at_end(
        _beside(parent, in_auction),
        residual,
        are_canceled=all(child.is_pending_cancel for child in parent.open.values()),
        was_sent=was_sent,
        can_send=isinstance(found, Steps) and (is_timely or parent.memo_of(SENT) is None),
        may_wait=why_not in _PASSING and is_timely,
    )
    match ending.step:
        case EndStep.EXTEND:
            return None
        case EndStep.CANCEL_CHILDREN:
            return Steps(cancel=tuple(one for one in parent.open if one not in in_auction))
        case EndStep.RESIDUAL if in_auction:
            return Steps()
        case EndStep.AWAIT_CHILDREN | EndStep.FILLED | EndStep.OVERFILLED:
            return Steps()
        case EndStep.WAIT:
            wake = NextWake(at_ns=min(_again_ns(view), wait_ns), on_quote=True)
            return Steps(wake=wake, held=why_not if why_not in HELD else None)
        case EndStep.AUCTION if not view.is_open:
            # What executed before the close may not have been heard of yet: in its place nothing goes out before the next opening.
            return Steps()
        case EndStep.SWEEP | EndStep.AUCTION:
            assert isinstance(found, Steps)
            kept = parent.memo if room is None else room.memo
            others = ((name, text) for name, text in kept if name != SENT)
            memo = (*others, (SENT, ending.step.name.lower()))
            return evolve(found, memo=memo, wake=NextWake(at_ns=view.now_ns + PATIENCE_NS))
        case EndStep.RESIDUAL:
            is_waiting = residual in _SENT and not was_sent
            text = f"end_time: {plain(ending.qty)} of {plain(parent.qty)} did not trade"
            text += _because(why_not, view, is_waiting=is_waiting)
            return Steps(finish=WorkEnd.END_TIME, text=text)
        case _:
            assert_never(ending.step)


def _again_ns(view: View) -> int:
    """Give when to look again: of some of what forbids a child nobody is told as it passes."""
    known_ns = max(view.resting_ns, view.free_ns)
    return known_ns if known_ns > view.now_ns else view.now_ns + NS_PER_S


def _because(why_not: Pace | None, view: View, *, is_waiting: bool) -> str:
    """Give why what is left was not sent, where that is more than that its time is over."""
    if why_not is Pace.CAPPED:
        return f": {why_not.words}"
    is_late = is_waiting and why_not is Pace.RESTING and view.now_ns < view.free_ns
    return ": too many messages were ahead of it" if is_late else ""


def _found(
    parent: Parent,
    view: View,
    working: Working,
    residual: OnResidual,
    sweep: Callable[[], Swept] | None,
    room: Room | None,
) -> Swept:
    """Give how what is left is sent, or why it is not now."""
    tries = _tries(parent)
    # Where one of several was taken nothing rests by itself.
    tried_ns = tries[0].created_ns + back_off_ns(1) if tries else 0
    is_resting = view.now_ns < max(view.resting_ns, view.free_ns, tried_ns)
    if residual is OnResidual.SWEEP and sweep is not None:
        # What a broker has refused of the order before rests for that broker alone.
        is_resting = view.now_ns < view.free_ns or (is_resting and bool(tries))
        return Pace.RESTING if is_resting else sweep()
    facts = evolve(facts_of(parent, view, working, crosses=True), allow_past_end=True)
    if residual is OnResidual.AUCTION:
        # An auction has no market before it.
        facts = evolve(
            facts, is_halted=False, is_open=True, has_quote=True, is_beyond_band=False, limit_px=None
        )
    pace = why_stopped(facts)
    if pace is not None or is_resting:
        return pace or Pace.RESTING
    left, number = parent.available, max(parent.decided, default=0)
    if residual is OnResidual.AUCTION:
        children = auction_children(view, working, left, number)
        return Steps(children=children) if children else Pace.CAPPED
    qty = (
        left if room is None or working.completion_ignores_caps else _within(room.qty, parent, view, working)
    )
    if not qty:
        return Pace.CAPPED
    child = child_of(
        parent, view, working, qty, Pace.COMPLETING, number=number, role=SWEEP, crosses=True, asked=left
    )
    if (type(child.terms), ImmediateOrCancel) in view.capabilities.order_types:
        child = evolve(child, time_in_force=ImmediateOrCancel())
    return Steps(children=(child,))


def _in_auction(parent: Parent) -> dict[OrderId, Child]:
    return {
        order_id: child
        for order_id, child in parent.open.items()
        if child.is_for_auction and not child.is_pending_cancel
    }


def _beside(parent: Parent, in_auction: Mapping[OrderId, Child]) -> Progress:
    """Give how far an order is but for parts that are in an auction: others of them may have been refused, and go again."""
    progress = progress_of(parent)
    there = sum((child.working for child in in_auction.values()), ZERO)
    return evolve(
        progress,
        qty=max(EXACT.subtract(progress.qty, there), ZERO),
        working=EXACT.subtract(progress.working, there),
    )


def _within(room: Decimal, parent: Parent, view: View, working: Working) -> Decimal:
    """Give how much of what is left a sweep takes; nothing where the room is less than the instrument lets through."""
    if parent.available <= room:
        return parent.available
    qty = in_whole_lots(max(room, ZERO), view.instrument.lot)
    return qty if qty >= least_child(view, working) else ZERO


def _tries(parent: Parent) -> list[Order]:
    """Give the children of the last time that what was left was sent."""
    sent = [
        child.order
        for child in parent.children.values()
        if child.order is not None
        and child.role in (SWEEP, AUCTION)
        and child.order.created_ns >= parent.end_ns
    ]
    last_ns = max((order.created_ns for order in sent), default=0)
    return [order for order in sent if order.created_ns == last_ns]


def _was_sent(parent: Parent) -> bool:
    """Tell whether what was left was sent, and not refused; what has left memory was."""
    if parent.memo_of(SENT) is None:
        return False
    tries = _tries(parent)
    return all(order.life not in _REFUSED for order in tries) if tries else bool(parent.away)

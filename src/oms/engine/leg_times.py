"""How long an exit is good that is good for so many seconds: they count from when the first order was made of it.

All that is made of it after that, as it is resized, has its turn again or is busted, is for what is left of them; once they have
passed nothing is made of it. An order that still works then is its venue's to end.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from oms.engine.state import State
from oms.model.commands import SubmitOrder
from oms.model.decimals import EXACT
from oms.model.group import GroupLeg
from oms.model.reasons import Reason, ReasonCode
from oms.model.time_in_force import GoodForTime, expires_at, in_words

# What of a leg and of its orders is looked at is read off their slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def timed(state: State, leg: GroupLeg, command: SubmitOrder) -> SubmitOrder:
    """Give the command that places an order of a leg, good for what is left of its seconds."""
    if type(leg.leg.time_in_force) is not GoodForTime:
        return command
    due_ns = _due_ns(state, leg)
    if due_ns is None or due_ns <= state.now_ns:
        return command
    return evolve(command, time_in_force=GoodForTime(EXACT.scaleb(Decimal(due_ns - state.now_ns), -9)))


def is_over(state: State, leg: GroupLeg) -> bool:
    """Tell whether the seconds of a leg have passed."""
    if type(leg.leg.time_in_force) is not GoodForTime:
        return False
    due_ns = _due_ns(state, leg)
    return due_ns is not None and due_ns <= state.now_ns


def why_over(leg: GroupLeg) -> tuple[Reason, ...]:
    """Give the reason against making more of a leg whose seconds have passed."""
    asked, allowed = in_words(leg.leg.time_in_force), "an exit whose seconds have not passed"
    return (Reason(ReasonCode.IN_THE_PAST, "time_in_force", asked, allowed),)


def _due_ns(state: State, leg: GroupLeg) -> int | None:
    if not leg.orders:
        return None
    last = leg.orders[-1]
    known = state.timers.expiries.known.get(last._order_id)
    if known is not None:
        return known.due_ns
    if not (leg.reached or last.is_closed or type(last.given_time_in_force) is GoodForTime):
        # Somebody has made it good for something else.
        return None
    # It was sent with another time in force, since its venue takes no own for that, or it was out of memory.
    return expires_at(leg.leg.time_in_force, leg.orders[0]._created_ns)

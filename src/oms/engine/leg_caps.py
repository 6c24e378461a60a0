"""What is left of a position for the legs of a group that may only reduce it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from oms.engine.reduce_only_room import net_qty
from oms.engine.reducing_sums import Holding
from oms.engine.state import State
from oms.model.decimals import ZERO, plain
from oms.model.enums import Side
from oms.model.group import GroupLeg
from oms.model.reasons import Reason, ReasonCode
from oms.order_types.leg_goals import LegGoal

# What is read of an order's slots costs a call otherwise.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_Side: TypeAlias = tuple[Holding, bool]
Tell: TypeAlias = Callable[[GroupLeg, Decimal, tuple[Reason, ...]], None]


def capped(
    state: State, legs: Sequence[GroupLeg], goals: Sequence[LegGoal], turns: Mapping[int, int], tell: Tell
) -> list[LegGoal]:
    """Give goals by which the legs that may only reduce a position ask for no more than is left of it.

    What other orders ask for is theirs. Of a leg whose turn it is not, nothing is taken: it is for what its sibling is for.
    What was taken off a leg although there was room for it is not asked for again while that room is the same.

    Args:
        state: What is true.
        legs: The legs of a group.
        goals: What they should come to by what their entry has brought.
        turns: By the numbers of those that take turns, which ones do so together.
        tell: Says that an exit waits.
    """
    begin: dict[_Side, tuple[Decimal, Decimal]] = {}
    left: dict[_Side, Decimal] = {}
    free: dict[_Side, Decimal] = {}
    used: dict[tuple[_Side, int], Decimal] = {}
    result = list(goals)
    # Those that go to their venue first.
    for leg, goal in sorted(zip(legs, goals, strict=True), key=lambda one: one[1].is_held):
        if goal.total is None or not leg.reduces:
            continue
        key = _side_of(leg)
        if key not in left:
            net, left[key], free[key] = _room(state, key, legs)
            begin[key] = net, left[key]
        turn = turns.get(leg.number, leg.number)
        room = left[key] + (used.get((key, turn), ZERO) if goal.is_held else ZERO)
        wants = min(goal.total - leg.executed_qty, room)
        wants = _without_cut(leg, wants, begin[key], tell)
        now = free[key] if goal.room is None else min(goal.room, free[key])
        is_held = goal.is_held and wants > ZERO
        result[leg.number] = LegGoal(leg.executed_qty + wants, now, is_held, goal.completes)
        if not goal.is_held:
            left[key] -= wants
            used[key, turn] = used.get((key, turn), ZERO) + wants
    return result


def _without_cut(leg: GroupLeg, wants: Decimal, room: tuple[Decimal, Decimal], tell: Tell) -> Decimal:
    """Give what a leg may ask for: no more than it does where just that was taken off it before, in the same room."""
    if leg._cut_at is not None and leg._cut_at != room:
        leg._cut_at = None
    has = leg.asked_qty + (ZERO if leg.held is None else leg.held._order_qty)
    if wants <= has:
        return wants
    if leg._cut_at is None:
        leg._wanted_at = room
        return wants
    if not leg._cut_told:
        leg._cut_told = True
        net, left = room
        allowed = f"nothing more while the position is {plain(net)}, and {plain(left)} of it left for its group: it was taken off as it was asked for"
        tell(leg, wants - has, (Reason(ReasonCode.REDUCE_ONLY, "order_qty", plain(wants), allowed),))
    return has


def _side_of(leg: GroupLeg) -> _Side:
    return (leg.leg.account or leg._group.account, leg.leg.symbol), leg.leg.side is Side.BUY


def _room(state: State, key: _Side, legs: Sequence[GroupLeg]) -> tuple[Decimal, Decimal, Decimal]:
    """Give a position, what of it is left by the orders of others, and what of it nobody may execute yet."""
    holding, is_buy = key
    net = net_qty(state, holding)
    room = max(-net if is_buy else net, ZERO)
    side = state.reductions.of(state, holding, is_buy=is_buy)
    ours = {order._order_id for leg in legs for order in leg.orders}
    of_ours = [side.shares[number].asked_qty for number in ours if number in side.shares]
    left = room - side.asked_qty + sum(of_ours, ZERO)
    return net, max(left, ZERO), max(room - side.open_qty, ZERO)

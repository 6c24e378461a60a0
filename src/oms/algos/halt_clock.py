"""A schedule whose time stands while trading is halted: what was not decided comes later by as long as the halt has lasted."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.algos.choices import HaltClock
from oms.algos.working import Working
from oms.model.parent import Parent
from oms.ports.working_handler import NextWake, Replan, Steps, View

_HALTED: Final = "halted"
"""The entry of the memo that says since when the time stands, in nanoseconds UTC."""


def stands(parent: Parent, view: View, working: Working) -> bool:
    """Tell whether an order's time stands, or has stood and is yet to be moved on."""
    if working.halt_clock is not HaltClock.PAUSE:
        return False
    return view.is_halted or parent.memo_of(_HALTED) is not None


def follow(parent: Parent, view: View) -> Steps:
    """Note since when the time of an order stands; once trading goes on, move its slices and its end on by so much."""
    since, memo = parent.memo_of(_HALTED), dict(parent.memo)
    if view.is_halted:
        if since is not None:
            return Steps()
        memo[_HALTED] = str(view.now_ns)
        return Steps(memo=tuple(memo.items()))
    assert since is not None, "its time has stood"
    del memo[_HALTED]
    by_ns = view.now_ns - int(since)
    moved = tuple(
        evolve(one, start_ns=one.start_ns + by_ns, end_ns=one.end_ns + by_ns)
        for one in parent.slices.values()
    )
    return Steps(
        replan=Replan(slices=moved, why="trading was halted", end_ns=parent.end_ns + by_ns),
        memo=tuple(memo.items()),
        wake=NextWake(at_ns=min((one.start_ns for one in moved), default=None)),
    )

"""A schedule whose time stands while trading is halted: what was not decided comes later by as long as the halt has lasted.

As any time of a schedule that is open time: what a halt has of a night counts nothing, and what moves over a close comes after it.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.algos.auctions import in_force
from oms.algos.choices import HaltClock
from oms.algos.hours import Hours
from oms.algos.working import Working
from oms.model.decimals import EXACT
from oms.model.parent import Parent
from oms.model.work import Slice
from oms.ports.working_handler import NextWake, Replan, Steps, View

_HALTED: Final = "halted"
"""The entry of the memo that says since when the time stands, in nanoseconds UTC."""


def stands(parent: Parent, view: View, working: Working) -> bool:
    """Tell whether an order's time stands, or has stood and is yet to be moved on."""
    if working.halt_clock is not HaltClock.PAUSE:
        return False
    return view.is_halted or parent.memo_of(_HALTED) is not None


def follow(parent: Parent, view: View, hours: Hours) -> Steps:
    """Note since when the time of an order stands; once trading goes on, move its slices and its end on by so much."""
    since, memo = parent.memo_of(_HALTED), dict(parent.memo)
    if view.is_halted:
        if since is not None:
            return Steps()
        memo[_HALTED] = str(view.now_ns)
        return Steps(memo=tuple(memo.items()))
    assert since is not None, "its time has stood"
    del memo[_HALTED]
    slices, end_ns = _moved(parent, int(since), view, hours)
    return Steps(
        replan=Replan(slices=slices, why="trading was halted", end_ns=end_ns),
        memo=tuple(memo.items()),
        wake=NextWake(at_ns=min((one.start_ns for one in slices), default=None)),
    )


def _moved(parent: Parent, since_ns: int, view: View, hours: Hours) -> tuple[tuple[Slice, ...], int]:
    """Give the slices and the end of an order, each later by so much open time as the halt has lasted.

    It ends with the session that it was to end in all the same: what would come after goes with the last slice before. Auctions
    are held when they are held.
    """
    symbol, ended_ns, memo = view.instrument.symbol, parent.end_ns, dict(parent.memo)
    auctions = [one for one in parent.slices.values() if in_force(memo, one.number) is not None]
    others = [one for one in parent.slices.values() if one not in auctions]
    last_ns = max(ended_ns, view.now_ns, *(one.end_ns for one in others))
    opened = hours.until(symbol, since_ns, last_ns - since_ns + view.now_ns - since_ns, last_ns)
    by_ns = opened.before(view.now_ns)
    session = hours.session(symbol, ended_ns - 1)
    end_ns = opened.ends(opened.before(ended_ns) + by_ns)
    if session is not None:
        end_ns = min(end_ns, max(session.close_ns, ended_ns))
    moved: list[Slice] = []
    for one in others:
        begin = opened.begins(opened.before(one.start_ns) + by_ns)
        end = min(opened.ends(opened.before(one.end_ns) + by_ns), end_ns)
        if begin < end:
            begin, end = opened.longest(begin, end)
            moved.append(evolve(one, start_ns=begin, end_ns=end))
        elif moved:
            moved[-1] = evolve(moved[-1], qty=EXACT.add(moved[-1].qty, one.qty))
        else:
            moved.append(evolve(one, start_ns=view.now_ns, end_ns=max(end_ns, view.now_ns)))
    return tuple(sorted([*moved, *auctions], key=lambda one: one.start_ns)), end_ns

"""A schedule whose time stands while trading is halted: what was not decided comes later by as long as the halt has lasted.

As any time of a schedule that is open time: what a halt has of a night counts nothing, and what moves over a close comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from oms.algos.auctions import in_force
from oms.algos.choices import HaltClock
from oms.algos.hours import Hours
from oms.algos.open_time import OpenTime
from oms.algos.working import Working
from oms.model.decimals import EXACT
from oms.model.define import record
from oms.model.parent import Parent
from oms.model.work import STANDS_SINCE, Slice
from oms.ports.working_handler import NextWake, Replan, Steps, View


def stands(parent: Parent, view: View, working: Working, hours: Hours) -> bool:
    """Tell whether an order's time stands, or has stood and is yet to be moved on.

    No halt outlives the session that the order was to end in.
    """
    if working.halt_clock is not HaltClock.PAUSE or not (
        view.is_halted or parent.memo_of(STANDS_SINCE) is not None
    ):
        return False
    if parent.memo_of(STANDS_SINCE) is None and view.now_ns >= parent.end_ns:
        return False  # It was over before.
    over_ns = is_over_ns(parent, view, hours)
    return over_ns is None or view.now_ns < over_ns


def is_over_ns(parent: Parent, view: View, hours: Hours) -> int | None:
    """Give when an order ends at the latest whose time stands, in nanoseconds UTC; None where nobody knows."""
    session = hours.session(view.instrument.symbol, parent.end_ns - 1)
    return None if session is None else max(session.close_ns, parent.end_ns)


def follow(parent: Parent, view: View, hours: Hours) -> Steps:
    """Note since when the time of an order stands; once trading goes on, move its slices and its end on by so much."""
    since, memo = parent.memo_of(STANDS_SINCE), dict(parent.memo)
    if view.is_halted:
        if since is not None:
            return Steps()
        memo[STANDS_SINCE] = str(view.now_ns)
        return Steps(memo=tuple(memo.items()))
    assert since is not None, "its time has stood"
    del memo[STANDS_SINCE]
    slices, end_ns = _moved(parent, int(since), view, hours)
    return Steps(
        replan=Replan(slices=slices, why="trading was halted", end_ns=end_ns),
        memo=tuple(memo.items()),
        wake=NextWake(at_ns=min((one.start_ns for one in slices), default=None)),
    )


def _moved(parent: Parent, since_ns: int, view: View, hours: Hours) -> tuple[tuple[Slice, ...], int]:
    """Give the slices and the end of an order, each later by so much open time as the halt has lasted."""
    memo, slices = dict(parent.memo), tuple(parent.slices.values())
    others = [one for one in slices if in_force(memo, one.number) is None]
    last_ns = max(parent.end_ns, view.now_ns, *(one.end_ns for one in others))
    length_ns = last_ns - since_ns + view.now_ns - since_ns
    opened = hours.until(view.instrument.symbol, since_ns, length_ns, last_ns)
    auctions = [one for one in slices if one not in others]
    by_ns = opened.before(view.now_ns)
    moved, end_ns = _later(others, parent.end_ns, by_ns, opened, view, hours)
    return tuple(sorted([*moved, *auctions], key=lambda one: one.start_ns)), end_ns


def _later(
    slices: Sequence[Slice], ended_ns: int, by_ns: int, opened: OpenTime, view: View, hours: Hours
) -> tuple[list[Slice], int]:
    """Give slices and an end, each later by so much open time.

    It ends with the session that it was to end in all the same: what would come after goes with the last slice before.
    """
    session = hours.session(view.instrument.symbol, ended_ns - 1)
    end_ns = opened.ends(opened.before(ended_ns) + by_ns)
    if session is not None:
        end_ns = min(end_ns, max(session.close_ns, ended_ns))
    moved: list[Slice] = []
    for one in slices:
        begin = opened.begins(opened.before(one.start_ns) + by_ns)
        end = min(opened.ends(opened.before(one.end_ns) + by_ns), end_ns)
        if begin < end:
            begin, end = opened.longest(begin, end)
            moved.append(evolve(one, start_ns=begin, end_ns=end))
        elif moved:
            moved[-1] = evolve(moved[-1], qty=EXACT.add(moved[-1].qty, one.qty))
        else:
            moved.append(evolve(one, start_ns=view.now_ns, end_ns=max(end_ns, view.now_ns)))
    return moved, end_ns


# ---------------------------------------------------------------- changes of an order that was halted


@record
class OwnTime:
    """The time of an order itself, in which no halt has put anything off.

    Attributes:
        now_ns: How late it is, in nanoseconds UTC; while the time stands, since when.
        by_ns: By how much open time what is left was put off.
    """

    now_ns: int
    by_ns: int


def own_time(parent: Parent, view: View, hours: Hours, end_ns: int) -> OwnTime:
    """Give the time of an order, which would have ended so without any halt."""
    since = parent.memo_of(STANDS_SINCE)
    now_ns = view.now_ns if since is None else int(since)
    if parent.end_ns <= end_ns:
        return OwnTime(now_ns, 0)
    start_ns = min(parent.start_ns, now_ns)
    opened = hours.until(
        view.instrument.symbol, start_ns, parent.end_ns - start_ns, max(parent.end_ns, now_ns)
    )
    by_ns = opened.before(parent.end_ns) - opened.before(end_ns)
    return OwnTime(opened.begins(opened.before(now_ns) - by_ns), by_ns)


def put_off(
    slices: Sequence[Slice], end_ns: int, time: OwnTime, view: View, hours: Hours
) -> tuple[tuple[Slice, ...], int]:
    """Give slices and an end that were made in an order's own time as they are in everybody's; auctions are held when they are held."""
    if not time.by_ns:
        return tuple(slices), end_ns
    others = [one for one in slices if one.start_ns < one.end_ns]
    last_ns = max(end_ns, time.now_ns)
    opened = hours.until(
        view.instrument.symbol, time.now_ns, last_ns - time.now_ns + time.by_ns, last_ns + time.by_ns
    )
    moved, end_ns = _later(others, end_ns, time.by_ns, opened, view, hours)
    auctions = [one for one in slices if one.start_ns == one.end_ns]
    return tuple(sorted([*moved, *auctions], key=lambda one: one.start_ns)), end_ns

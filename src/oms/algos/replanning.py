"""What is left of an order that has a schedule, planned anew as somebody changes it.

A change that leaves the schedule as it is leaves the slices: nothing that was decided is decided again, and what a halt has put off
stays so. Any other is planned as if the order had been so from its beginning: what has traded and works counts by what would have
been due (see `slicing.continued`), so that no change is a reason to send more than the new schedule has due.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from oms.algos.handling import progress_of
from oms.algos.schedules import Occasion, Scheduled, drawn, slices_of, windows_of
from oms.algos.slicing import Window, clipped, continued
from oms.model.define import record
from oms.model.ids import OrderId
from oms.model.parent import Parent
from oms.model.work import Slice


@record
class Course:
    """An order with a schedule as it would be worked from its beginning, without any halt.

    Attributes:
        algorithm: How.
        occasion: What the schedule is made for.
        start_ns: When it begins, in nanoseconds UTC.
        end_ns: The first moment after its time, in nanoseconds UTC.
    """

    algorithm: Scheduled
    occasion: Occasion
    start_ns: int
    end_ns: int


def is_same(before: Course, after: Course, order_id: OrderId) -> bool:
    """Tell whether a change leaves the schedule of an order as it is.

    Raises:
        ValidationError: There is no such schedule; see `schedules.windows_of`.
    """
    spans = [(one.start_ns, one.end_ns) for one in (before, after)]
    slices = [slices_of(one.algorithm, one.occasion, order_id) for one in (before, after)]
    return spans[0] == spans[1] and slices[0] == slices[1]


def rest_of(parent: Parent, before: Course, after: Course, now_ns: int) -> tuple[Slice, ...]:
    """Give the slices of what is left of an order, with their own times: those of auctions have no length.

    Args:
        parent: The order.
        before: As it was.
        after: As it is to be.
        now_ns: How late it is in the order's own time, in nanoseconds UTC.

    Raises:
        ValidationError: As in `is_same`.
    """
    algorithm, occasion = after.algorithm, after.occasion
    windows = windows_of(algorithm, occasion)
    has_same_times = _times(windows) == _times(windows_of(before.algorithm, before.occasion))
    in_force, left = _left(parent, windows, now_ns, goes_by_number=has_same_times)
    progress = evolve(progress_of(parent), qty=occasion.qty)
    least = occasion.min_child(algorithm.working)
    slices = continued(progress, occasion.lot, windows, left, in_force=in_force, min_child=least)
    return drawn(slices, algorithm.working, occasion, parent.order_id)


def _times(windows: Sequence[Window]) -> list[tuple[int, int, int]]:
    return [(one.number, one.start_ns, one.end_ns) for one in windows]


def _left(
    parent: Parent, windows: Sequence[Window], now_ns: int, *, goes_by_number: bool
) -> tuple[Window | None, list[Window]]:
    """Give what is left of the window of which something was decided, and those of which nothing was.

    Where the windows are others than before, nobody knows what was decided of the one in force: then it is taken for decided. So is
    the next auction wherever a child for one is at work.
    """
    is_sent = any(child.is_for_auction for child in parent.open.values())
    in_force, left = None, []
    for window in windows:
        is_auction = window.start_ns == window.end_ns
        if window.end_ns < now_ns or (window.end_ns == now_ns and not is_auction):
            continue
        # What is to come was not decided, whatever had its number before; but what goes into an auction is sent before that.
        has_number = goes_by_number and window.number in parent.decided
        if is_auction:
            is_decided, is_sent = is_sent or has_number, False
        else:
            is_decided = window.start_ns <= now_ns and (has_number or not goes_by_number)
        if not is_decided:
            left.append(evolve(window, start_ns=max(window.start_ns, now_ns)) if not is_auction else window)
        elif window.start_ns <= now_ns and not is_auction:
            (in_force,) = clipped([window], now_ns, window.end_ns)
    return in_force, left

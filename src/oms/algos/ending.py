"""What happens at the end of an order's window.

No more children are sent; those that work are canceled, and their answers waited for, since a fill may cross a cancel and counts. What
is left then is dropped, swept by one child across the spread, or sent into the auction, by `on_residual`; what forbids that child
and may pass is waited for. With `extend` the order is
worked on, and none of this happens.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import assert_never

from oms.algos.choices import OnResidual
from oms.algos.slicing import Progress
from oms.model.decimals import ZERO
from oms.model.define import value
from oms.model.parent import Parent
from oms.model.work import Pace
from oms.ports.working_handler import Skip


class EndStep(Enum):
    """What is to be done next at the end."""

    EXTEND = "work on"
    CANCEL_CHILDREN = "cancel the children that work"
    AWAIT_CHILDREN = "wait for the answers to their cancels"
    FILLED = "it is filled"
    OVERFILLED = "more than all of it has traded"
    SWEEP = "send one child across the spread, within the limit"
    AUCTION = "send one child into the auction"
    WAIT = "wait for what forbids that child, and may pass"
    RESIDUAL = "drop what is left: end_time"


@value
class Ending:
    """A step and how much it is about.

    Attributes:
        step: What to do.
        qty: How much to send or to drop, or by how much it is too much; zero for the others.
    """

    step: EndStep
    qty: Decimal = ZERO


def past_end(parent: Parent) -> tuple[Skip, ...]:
    """Give what becomes at the end of the slices that are left: nothing is sent of them."""
    return tuple(
        Skip(number=number, pace=Pace.PAST_END, asked_qty=each.qty) for number, each in parent.slices.items()
    )


def at_end(
    progress: Progress,
    on_residual: OnResidual,
    *,
    are_canceled: bool,
    was_sent: bool,
    can_send: bool = True,
    may_wait: bool = False,
) -> Ending:
    """Give the next step at the end of the window; asked again after each answer, until the order is over.

    Args:
        progress: How far the order is; children in doubt count as working.
        on_residual: What is to become of what is left.
        are_canceled: The cancels of all children that work were sent.
        was_sent: The one child of a sweep or an auction was sent; there is never a second one.
        can_send: A child may be sent: no kill switch, no halt, the price within the limit.
        may_wait: What forbids one may pass, and there is time left to wait for that.
    """
    left = progress.available
    if on_residual is OnResidual.EXTEND and (left or progress.working):
        return Ending(EndStep.EXTEND)
    if progress.working:
        return Ending(EndStep.AWAIT_CHILDREN if are_canceled else EndStep.CANCEL_CHILDREN)
    if progress.excess:
        return Ending(EndStep.OVERFILLED, progress.excess)
    if not left:
        return Ending(EndStep.FILLED)
    match on_residual:
        case OnResidual.SWEEP if can_send and not was_sent:
            return Ending(EndStep.SWEEP, left)
        case OnResidual.AUCTION if can_send and not was_sent:
            return Ending(EndStep.AUCTION, left)
        case OnResidual.SWEEP | OnResidual.AUCTION if may_wait and not was_sent:
            return Ending(EndStep.WAIT)
        case OnResidual.CANCEL | OnResidual.SWEEP | OnResidual.AUCTION | OnResidual.EXTEND:
            return Ending(EndStep.RESIDUAL, left)
        case _:
            assert_never(on_residual)

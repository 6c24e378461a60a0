"""The end of an order that is worked here: what of its plan was not sent, and that it is over."""

from __future__ import annotations

from typing import Final

from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.decimals import ZERO
from oms.model.parent import ORIGIN, SLICE, Parent
from oms.model.work import Pace, WorkEnd

_WHY: Final = {
    WorkEnd.CANCELED: Pace.CANCELED,
    WorkEnd.END_TIME: Pace.PAST_END,
    WorkEnd.FINISHED: Pace.DONE,
    WorkEnd.OVERFILLED: Pace.DONE,
}
"""Why nothing is sent of a slice that is still to come as an order stops."""


def end(state: State, parent: Parent) -> None:
    """End an order of which nothing works any more, where that is not filled, and say of each slice to come that it is not sent."""
    order, stopped = parent.order, parent.stopped
    if order.is_filled:
        leave_out(state, parent, Pace.DONE)
        return
    if stopped is None:
        return
    leave_out(state, parent, _WHY[stopped])
    state.begin(SubmitOrder, ORIGIN)
    whose = (*state.envelope(), parent.order_id)
    if stopped is WorkEnd.CANCELED:
        state.record_of(order, ev.OrderCanceled(*whose, None, parent.stop_text))
    else:
        state.record_of(order, ev.OrderExpired(*whose, parent.stop_text))


def leave_out(state: State, parent: Parent, why: Pace) -> None:
    """Say of each slice to come that it is not sent. Those of a filled order are due again where a bust has it work again."""
    if not parent.slices:
        return
    state.begin(SubmitOrder, ORIGIN)
    for number, each in tuple(parent.slices.items()):
        unsent = ev.SliceDecided(
            *state.envelope(), parent.order_id, number, each.qty, ZERO, why, SLICE, None, None, None, 0
        )
        state.record_of(parent.order, unsent)

"""Children that wait: for how long, and those that must do nothing else."""

from __future__ import annotations

from oms.algos.working import Working
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.parent import Parent
from oms.model.time_in_force import DAY, GTC, GoodTillCancel, TimeInForce
from oms.ports.working_handler import View


def only_waits(parent: Parent, view: View, working: Working) -> Instructions | None:
    """Give the instructions of a child that must only wait, where its venue takes them; None where it may trade at once."""
    if not working.no_take_liquidity or "post_only" not in view.capabilities.instructions:
        return None
    given = parent.order.instructions
    return Instructions(post_only=True, reduce_only=given is not None and given.reduce_only)


def resting_tif(order: Order) -> TimeInForce:
    """Give for how long a child of an order is sent that waits: till it is canceled where the order is, else for the day."""
    return GTC if type(order.time_in_force) is GoodTillCancel else DAY

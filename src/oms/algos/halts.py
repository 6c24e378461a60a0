"""What becomes of the children of an order that are at work as trading is halted."""

from __future__ import annotations

from attrs import evolve

from oms.algos.choices import OnHalt
from oms.algos.working import Working
from oms.model.parent import Parent
from oms.ports.working_handler import Steps, View


def held_back(steps: Steps, parent: Parent, view: View, working: Working) -> Steps:
    """Give steps that take back what is at work while trading is halted, where the order is to be worked so.

    What is to trade in an auction stays: one is held at the end of many a halt.
    """
    if not view.is_halted or working.on_halt is OnHalt.KEEP:
        return steps
    open_ids = [child.order_id for child in parent.open.values() if not child.is_for_auction]
    return evolve(steps, cancel=tuple(dict.fromkeys((*steps.cancel, *open_ids))), reprice=())

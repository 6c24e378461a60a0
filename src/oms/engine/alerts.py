"""What those who watch orders have found is put on record; nothing else changes with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from oms.engine.state import State
from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.door import shown


def alerting(state: State) -> dict[type[Any], Callable[[Any], None]]:
    """Give what handles each command of this kind."""
    return {RaiseSlippageAlert: partial(_slippage, state), RaiseCostDrift: partial(_drift, state)}


def _slippage(state: State, command: RaiseSlippageAlert) -> None:
    # It may have left memory: it is not asked for, since an alert is no reason to have it back.
    if not 0 < command.order_id < state.next_order_id:
        raise UnknownOrderError("order_id", shown(command.order_id), "an order of this journal")
    state.begin(RaiseSlippageAlert, command.asked_by)
    state.record(ev.SlippageAlerted(*state.envelope(), command.order_id, command.finding))


def _drift(state: State, command: RaiseCostDrift) -> None:
    state.begin(RaiseCostDrift, command.asked_by)
    state.record(ev.CostDriftAlerted(*state.envelope(), command.strategy, command.broker, command.finding))

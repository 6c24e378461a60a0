"""What those who watch orders and calendars have found is put on record; nothing else changes with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from oms.engine.inputs import CalendarEnded
from oms.engine.state import State
from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.door import shown
from oms.model.enums import AnomalyCode
from oms.model.ids import BrokerName


def alerting(state: State) -> dict[type[Any], Callable[[Any], None]]:
    """Give what handles each input of this kind."""
    return {
        RaiseSlippageAlert: partial(_slippage, state),
        RaiseCostDrift: partial(_drift, state),
        CalendarEnded: partial(_calendar_ended, state),
    }


def _slippage(state: State, command: RaiseSlippageAlert) -> None:
    # It may have left memory: it is not asked for, since an alert is no reason to have it back.
    if not 0 < command.order_id < state.next_order_id:
        raise UnknownOrderError("order_id", shown(command.order_id), "an order of this journal")
    state.begin(RaiseSlippageAlert, command.asked_by)
    state.record(ev.SlippageAlerted(*state.envelope(), command.order_id, command.finding))


def _drift(state: State, command: RaiseCostDrift) -> None:
    state.begin(RaiseCostDrift, command.asked_by)
    state.record(ev.CostDriftAlerted(*state.envelope(), command.strategy, command.broker, command.finding))


def _calendar_ended(state: State, what: CalendarEnded) -> None:
    text = f"{what.name} reaches no further: nothing opens or closes by it any more"
    code = AnomalyCode.CALENDAR_ENDED
    if any(one.code is code and one.text == text for one in state.anomalies.open.values()):
        return  # said in an earlier run, and nobody has looked at it yet
    state.begin(CalendarEnded, "clock")
    state.record(ev.AnomalyRaised(*state.envelope(), code, BrokerName(""), None, text, ""))

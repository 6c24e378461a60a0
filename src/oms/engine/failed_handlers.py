"""A handler of somebody's own that fails at an event of its order, or asks for what cannot be: it is told of, and all else goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oms.engine.failed_releases import handler_name
from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import Command
from oms.model.enums import AnomalyCode
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.order_types.handler_answers import failure


def tell_failed(state: State, order: Order, handlers: Mapping[Any, object], error: Exception) -> None:
    """Raise the anomaly about a handler that failed as it was told of an event of its order, or gave no commands."""
    text = f"what should follow from an event is not known; handler {handler_name(order, handlers)}: {failure(error)}"
    told = (AnomalyCode.HANDLER_FAILED, order.broker or BrokerName(""), order.order_id, text, "")
    state.record(ev.AnomalyRaised(*state.envelope(), *told))


def tell_refused(state: State, command: Command, error: Exception) -> None:
    """Raise the anomaly about a command that a handler has asked for and that could not be meant."""
    text = f"a handler asked for what cannot be done, {type(command).__name__}: {failure(error)}"
    told = (AnomalyCode.HANDLER_FAILED, BrokerName(""), None, text, "")
    state.record(ev.AnomalyRaised(*state.envelope(), *told))

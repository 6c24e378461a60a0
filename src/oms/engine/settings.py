"""What it does to the state that something is set for the manager as a whole."""

from __future__ import annotations

from typing import Any

from oms.model import events as ev
from oms.model.enums import SecurityTradingStatus, SessionPhase
from oms.model.ids import namespace_prefix

# The state comes in as `Any`: its module has the table in which these stand, all called in the same way.
# ruff: noqa: ANN401, ARG001


def on_started(state: Any, event: ev.EpochStarted) -> None:
    """Take in that a manager has begun a new epoch."""
    state.epoch = event.epoch
    state.namespace = event.namespace
    state.prefix = namespace_prefix(event.namespace)
    state.id_head = ""
    state.request_timeout_ns = event.request_timeout_ns
    state.sessions.scoped = event.session_scoped
    state.breaks.unreconciled = dict.fromkeys(event.unreconciled)
    state.groups.look_at_all()
    state.parents.on_started()
    state.held_orders.start()
    # Counters of the last block may have left in emergency cancels that were never journaled.
    state.next_counter = state.reserved


def on_defined(state: Any, event: ev.InstrumentDefined) -> None:
    """Take in what may be traded."""
    state.instruments[event.instrument.symbol] = event.instrument
    state.held_orders.define()


def on_killed(state: Any, event: ev.KillSwitchEngaged) -> None:
    """Take in that new orders are stopped."""
    state.book.kill_reason = event.reason


def on_released(state: Any, event: ev.KillSwitchReleased) -> None:
    """Take in that they are let through again."""
    state.book.kill_reason = None


def on_status(state: Any, event: ev.SecurityStatusChanged) -> None:
    """Take in that trading in an instrument was halted, or goes on."""
    if event.security_trading_status is SecurityTradingStatus.TRADING_HALT:
        state.halted[event.symbol] = event.status_ns
    else:
        state.halted.pop(event.symbol, None)


def on_session(state: Any, event: ev.SessionChanged) -> None:
    """Take in that a session opened or closed, or has a break."""
    sessions, over = state.sessions, state.groups.days_over
    if over and event.phase is not SessionPhase.HALTED:
        over.difference_update([one for one in over if not sessions.goes_on_with(event, one[1])])
    orders = state.book.exposure.open_orders.values()
    opened = (order for order in orders if not sessions.goes_on_with(event, order.symbol))
    state.timers.on_session(event, opened, state.request_timeout_ns)
    sessions.on_changed(event, state.index, state.held)

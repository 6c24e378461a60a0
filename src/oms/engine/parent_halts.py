"""Halts of trading: on record, so that they hold after a restart, and what is asked as trading goes on."""

from __future__ import annotations

from oms.engine.doubt import ask, is_askable
from oms.engine.state import State
from oms.model import events as ev
from oms.model.enums import Life, SecurityTradingStatus
from oms.model.ids import Symbol
from oms.model.parent import ORIGIN
from oms.model.requests import Request
from oms.model.security_status import SecurityStatus

# Whose child an order is, and whether it works, is read off slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def record(state: State, status: SecurityStatus) -> bool:
    """Put on record that trading in an instrument is halted, or goes on, where that is new; and tell whether it goes on."""
    is_halt = status.security_trading_status is SecurityTradingStatus.TRADING_HALT
    if is_halt == (status.symbol in state.halted):
        return False
    state.begin(SecurityStatus, "")
    told = (status.symbol, status.security_trading_status, status.time_ns)
    state.record(ev.SecurityStatusChanged(*state.envelope(), *told))
    return not is_halt


def ask_about_kept(state: State, symbol: Symbol, requests: list[Request]) -> None:
    """Ask brokers about the children that were at work over a halt: some venues cancel them, and some do not."""
    for parent in state.parents.live.values():
        if parent.order._symbol != symbol:
            continue
        for child in parent.open.values():
            order = child.order
            if order is not None and order._life is Life.LIVE and is_askable(state, order, None):
                state.begin(SecurityStatus, ORIGIN)
                ask(state, order, None, "trading was halted", requests)

"""What the events of an order that is worked here change of its facts. For the machine alone.

Decimal operators are used as they are: see `oms.lifecycle.machine`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from oms.model import events as ev
from oms.model.decimals import QUOTIENT, ZERO
from oms.model.enums import Life
from oms.model.order import Order

# This module writes what `Order` keeps to itself, on the machine's behalf; nobody else may.
# ruff: noqa: SLF001, ANN401, ARG001
# pyright: reportPrivateUsage=false


def _planned(order: Order, event: Any) -> None:
    order._given_terms = order._terms


def _child_executed(order: Order, event: Any) -> None:
    order._cum_qty += event.qty_change
    order._notional += event.notional_change
    order._avg_px = QUOTIENT.divide(order._notional, order._cum_qty) if order._cum_qty else None
    _count(order)


def _amended(order: Order, event: Any) -> None:
    order._order_qty = event.order_qty
    order._terms = order._given_terms = event.terms
    _count(order)


def _count(order: Order) -> None:
    left = order._order_qty - order._cum_qty
    order._leaves_qty = max(left, ZERO) if order._life is Life.LIVE else ZERO


WORK_CHANGES: Final[dict[type[ev.OrderEvent], Callable[[Order, Any], None]]] = {
    ev.WorkPlanned: _planned,
    ev.ChildExecuted: _child_executed,
    ev.WorkAmended: _amended,
}
"""Which facts an event sets; what becomes of the order's life is in the tables."""

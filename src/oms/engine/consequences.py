"""What an event of an order does to the state besides moving the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from oms.engine.held_orders import HELD, follow_again, on_reopened
from oms.engine.held_reports import EXECUTION, REQUEST, VENUE_ORDER
from oms.engine.parent_book import WORK
from oms.model import events as ev
from oms.model.order import Order

# What follows from an event is read off the slots of `Order`; a property costs a call.
# The state comes in as `Any`: its module has the table in which these functions stand, all called in the same way.
# ruff: noqa: SLF001, ANN401, ARG001
# pyright: reportPrivateUsage=false


def _requested(state: Any, event: Any, order: Order) -> None:
    cl_ord_id = event.cl_ord_id
    state.index.by_cl_ord_id[cl_ord_id] = order
    if state.held.names and order._broker is not None:
        state.held.turn_up(REQUEST, order._broker, cl_ord_id)
    state.next_counter += 1
    state.book.sent_ns.append(event.time_ns)


def _named(state: Any, event: Any, order: Order) -> None:
    name, broker = event.venue_order_id, order._broker
    if name is not None and broker is not None:
        if (known := state.index.name_at_venue(broker, name, order)) is not order:
            state.clash = known
        if state.held.names:
            state.held.turn_up(VENUE_ORDER, broker, name)


def _pending(state: Any, event: Any, order: Order) -> None:
    state.inquiries.on_pending(order, event, state.request_timeout_ns)


def _pending_new(state: Any, event: Any, order: Order) -> None:
    _named(state, event, order)
    _pending(state, event, order)


def _taken(state: Any, event: Any, order: Order) -> None:
    if event.order_qty is not None:
        state.book.exposure.move(order)
        on_reopened(state, event, order)
    name, broker = event.venue_order_id, order._broker  # `_named`, without the call
    if name is not None and broker is not None:
        if (known := state.index.name_at_venue(broker, name, order)) is not order:
            state.clash = known
        if state.held.names:
            state.held.turn_up(VENUE_ORDER, broker, name)


def _traded(state: Any, event: Any, order: Order) -> None:
    if state.executions.by_exec_id.setdefault(event.exec_id, event) is not event:
        state.executions.put(event.exec_id, event)
    state.traded.noted.append(event)
    if event.is_synthetic:
        state.executions.infer(event)
    name = state.sessions.name_now(event, order, state.index) if state.sessions.scoped else event.venue_order_id  # fmt: skip
    if name is not None and (known := state.index.name_at_venue(event.broker, name, order)) is not order:
        state.clash = known
    if state.held.names:
        state.held.turn_up(EXECUTION, event.broker, event.exec_id)
        if name is not None:
            state.held.turn_up(VENUE_ORDER, event.broker, name)


def _amended(state: Any, event: Any, order: Order) -> None:
    state.executions.amend(event)
    on_reopened(state, event, order)
    state.traded.noted.append(event)
    if state.held.names:
        state.held.turn_up(EXECUTION, event.broker, event.exec_id)


def _identified(state: Any, event: Any, order: Order) -> None:
    # A venue may give an order an id that we never sent.
    identity, broker = event.cl_ord_id, order._broker
    if type(event) is ev.OrderReplaced:
        state.timers.expire(order._order_id, event, state.request_timeout_ns)
        follow_again(state, order)
    if identity and broker is not None:
        state.index.name_request(broker, identity, order)
        if state.held.names:
            state.held.turn_up(REQUEST, broker, identity)
    _named(state, event, order)


def _charged(state: Any, event: Any, order: Order) -> None:
    state.fees[event.broker, event.fee_id] = event


AFTER: Final[dict[type[ev.OrderEvent], Callable[[Any, Any, Order], None]]] = {
    ev.OrderSubmitted: _requested,
    ev.CancelRequested: _requested,
    ev.ReplaceRequested: _requested,
    ev.OrderAdopted: _identified,
    ev.OrderNamed: _identified,
    ev.OrderPendingNew: _pending_new,
    ev.OrderAcceptedForBidding: _pending_new,
    ev.OrderPendingCancel: _pending,
    ev.OrderPendingReplace: _pending,
    ev.OrderAcknowledged: _taken,
    ev.OrderReplaced: _identified,
    ev.Traded: _traded,
    ev.TradeCorrected: _amended,
    ev.TradeCanceled: _amended,
    ev.FeeCharged: _charged,
    ev.RequestInDoubt: lambda state, event, order: state.inquiries.on_doubt(order, event),
    ev.OrderStatusRequested: lambda state, event, order: state.inquiries.on_asked(
        order, event, state.request_timeout_ns
    ),
    **HELD,
    **WORK,
}
"""What is done after an event has moved its order, for those after which there is something to do."""

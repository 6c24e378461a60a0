"""Orders whose time in force has passed: by a session that has opened or closed, or by the clock."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from oms.engine.state import State
from oms.engine.timers import may_change
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import AnomalyCode, Life, SessionPhase
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.sessions import SessionChange, came_before
from oms.model.time_in_force import AtTheOpening, GoodForAuction, in_words, is_over
from oms.order_types.validation import check_expiry
from oms.projections.wording import day_and_time

_TEXTS: Final = {
    SessionPhase.CLOSED: "the session closed",
    SessionPhase.OPEN: "the session opened",
    SessionPhase.HALTED: "the session of a later day has a break",
}


def going_on(state: State, what: SessionChange) -> frozenset[Symbol]:
    """Give the instruments whose session is no new one with a change that is not taken in yet, as at the end of a break."""
    return frozenset(symbol for symbol in state.instruments if state.sessions.goes_on_with(what, symbol))


def end_with_session(
    state: State,
    what: SessionChange,
    simulated: Container[BrokerName | None],
    goes_on: Container[Symbol] = frozenset(),
) -> None:
    """End the orders that a session ends as it opens or closes; none of those instruments in which it goes on.

    An order that the broker never confirmed is in doubt, not expired: only evidence ends it. So with an order that was not given
    here, whose time in force nobody has told us. What an opening leaves of an order for it ends with the word of its venue,
    which has that auction still before it; at the latest as the session closes. What is held here has no venue.

    A change that is heard of late says nothing of what was placed since: that is for the session after it. Nor is known what has
    become of an order of which a replace is unanswered that makes it good for another time: it is asked about.
    """
    held = state.held_orders.orders
    for order in (*state.book.exposure.open_orders.values(), *held.values()):
        if (
            (order.life is Life.LIVE or order.order_id in held)
            and not order.is_external
            and came_before(order.created_ns, what.time_ns, state.now_ns)
            and not may_change(order)
            and (what.symbol is None or order.symbol == what.symbol)
            and order.symbol not in goes_on
            and _is_over(state, order, what, simulated)
        ):
            text = _TEXTS[what.phase]
            state.record_of(order, ev.OrderExpired(*state.envelope(), order.order_id, text))


def _is_over(
    state: State, order: Order, what: SessionChange, simulated: Container[BrokerName | None]
) -> bool:
    expiry, tif = state.timers.expiries.known.get(order.order_id), order.time_in_force
    due_ns = None if expiry is None else expiry.due_ns
    if isinstance(tif, AtTheOpening | GoodForAuction) and what.phase is SessionPhase.OPEN:
        # A simulated venue has held its opening by now, and has said everything about it.
        # What is held here has missed it.
        return order.broker in simulated or order.order_id in state.held_orders.orders
    return is_over(tif, what.phase, what.trade_date, what.time_ns, due_ns)


def why_past(state: State, asked: SubmitOrder) -> tuple[Reason, ...]:
    """Give the reason against an order whose time in force has passed already, by the clock or the session; none otherwise."""
    return check_expiry(asked.time_in_force, state.now_ns, state.sessions.trade_date(asked.symbol))


def look_at(state: State, order_id: OrderId, simulated: Container[BrokerName]) -> None:
    """Say that an order's time has passed and that nothing was heard of its end.

    A simulated venue goes by the same clock as we do; the one that had the order may be gone, with everything that it knew.
    """
    order = state.index.by_id.get(order_id)
    if order is None or order.is_closed:
        return
    broker = order.broker or BrokerName("")
    if order_id in state.held_orders.orders or (order.life is Life.LIVE and broker in simulated):
        text = "its time in force has passed"
        state.record_of(order, ev.OrderExpired(*state.envelope(), order_id, text))
        return
    due_ns = state.timers.expiries.known[order_id].due_ns
    text = f"{in_words(order.time_in_force)}: it should have expired at {day_and_time(due_ns)} UTC"
    state.record(ev.AnomalyRaised(*state.envelope(), AnomalyCode.EXPIRY_OVERDUE, broker, order_id, text, ""))

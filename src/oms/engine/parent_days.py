"""The end of an order that is worked here and is good for a day, or until one: as its session ends, or as a venue says so.

A plain order for the day is ended by its venue, or as its session closes. An order that is worked here has no venue: it ends as its
session closes. Where nobody tells of sessions, its day is over as a venue lets a child expire that was good for the day. One that
is good till a day ends as the session of that day closes, and is taken only where somebody tells of sessions.
"""

from __future__ import annotations

from typing import Final

from oms.engine.sessions import Sessions
from oms.engine.state import State
from oms.model.enums import Life
from oms.model.ids import Symbol
from oms.model.parent import Child, Parent
from oms.model.time_in_force import Day, GoodTillDate
from oms.model.work import Wake

# What of an order is looked at is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

CLOSED: Final = "end_time: its session closed"
DATED: Final = "end_time: the session of its last day closed"
EXPIRED: Final = "end_time: its day is over at a venue, where a child of it expired"


def why_over(state: State, parent: Parent, why: frozenset[Wake]) -> str | None:
    """Tell why the day of an order is over that was good for it, or until it; None where that goes on, or it is good for longer."""
    order, sessions = parent.order, state.sessions
    has_expired = parent.order_id in state.parents.expired
    state.parents.expired.discard(parent.order_id)
    if type(order._time_in_force) is GoodTillDate:
        return DATED if _is_past(state.sessions, order._symbol, order._time_in_force.expire_date) else None
    if type(order._time_in_force) is not Day:
        return None
    if sessions.is_told(order._symbol):
        over_ns = sessions.over_ns(order._symbol)
        # What has the very time of a close came before it where that is being told only now, and after it else.
        closes_now = over_ns == state.now_ns and Wake.SESSION in why
        return CLOSED if over_ns > order._created_ns - closes_now else None
    if Wake.RESTART in why:
        has_expired = has_expired or any(is_of_the_day(child) for child in parent.children.values())
    return EXPIRED if has_expired else None


def _is_past(sessions: Sessions, symbol: Symbol, last: str) -> bool:
    is_over = sessions.is_closed(symbol) and not sessions.has_break(symbol)
    return sessions.trade_date(symbol) >= last if is_over else sessions.trade_date(symbol) > last


def is_of_the_day(child: Child) -> bool:
    """Tell whether a child has expired that was good for the day."""
    order = child.order
    return child.is_for_the_day and order is not None and order._life is Life.EXPIRED

"""Orders whose price has come and that may not be sent yet: every broker that could get them is out, or the message rate is reached.

They stay held, as reached, and go once nothing of that is so any more; somebody is told once. It passes by itself: by the clock, or
by what a broker says. While the kill switch is engaged nothing is put off, since only a person ends that.
"""

from __future__ import annotations

from typing import Final

from oms.engine.failed_releases import tell_put_off
from oms.engine.order_entry import OrderEntry
from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.ids import BrokerName, OrderId
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import VenueHealth
from oms.model.triggers import ReachedTrigger
from oms.risk.gate import too_fast

_PASSES: Final = frozenset({ReasonCode.VENUE_DOWN, ReasonCode.NOT_RECONCILED})
_ALARM: Final = "orders that were put off"


class PutOff:
    """Tells which orders are put off, and until when."""

    __slots__ = ("_entry", "_looked")

    def __init__(self, entry: OrderEntry) -> None:
        """Ask about what would go through this entry."""
        self._entry = entry
        # After which event each was looked at last, and when it is to be looked at although nothing happens.
        self._looked: dict[OrderId, tuple[int, int | None]] = {}

    def is_due(self, order_id: OrderId) -> bool:
        """Tell whether anything has changed since an order was put off."""
        state = self._entry.state
        version, due_ns = self._looked.get(order_id, (0, None))
        return version != state.version or (due_ns is not None and due_ns <= state.now_ns)

    def is_put_off(
        self, order: Order, command: SubmitOrder, named: BrokerName | None, reached: ReachedTrigger
    ) -> bool:
        """Tell whether an order is not sent yet, and put that on record where it is new.

        Args:
            order: It.
            command: It, as it would be sent.
            named: The broker that was named for it; None where it may go anywhere.
            reached: What it was reached with.
        """
        state, order_id = self._entry.state, order.order_id
        held = state.held_orders
        reasons = self._why_not_yet(order, command, named)
        if not reasons:
            self._looked.pop(order_id, None)
            return False
        if order_id not in held.reached:
            self._looked = {one: when for one, when in self._looked.items() if one in held.reached}
            where = held.brokers[order_id], reached, named is not None
            state.record_of(order, ev.OrderHeld(*state.envelope(), order_id, *where))
            tell_put_off(state, order, reasons)
        due_ns = self._due_ns()
        self._looked[order_id] = state.version, due_ns
        if due_ns is not None:
            state.inquiries.wake(_ALARM, due_ns)
        return True

    def _why_not_yet(
        self, order: Order, command: SubmitOrder, named: BrokerName | None
    ) -> tuple[Reason, ...]:
        """Give what speaks against an order now and passes; none where it is to be sent, or denied."""
        entry, state = self._entry, self._entry.state
        risk = state.book
        if risk.kill_reason is not None:
            return ()
        if risk.is_rate_reached(state.now_ns):
            limits = risk.limits
            assert limits is not None
            return (too_fast(limits),)
        # Nearly always everybody is there, and nothing has to be chosen twice.
        if not state.breaks.unreconciled and not any(self._out()):
            return ()
        at = entry.routes.at
        route = entry.way_of(order, command)[0] if named is None else at(command.symbol, named)
        return route.why_not if all(one.code in _PASSES for one in route.why_not) else ()

    def _due_ns(self) -> int | None:
        state = self._entry.state
        if state.book.is_rate_reached(state.now_ns):
            return state.book.free_at(1)
        return min((one for one in self._out() if one > state.now_ns), default=None)

    def _out(self) -> list[int]:
        """Give until when each broker that is down gets nothing, in nanoseconds UTC."""
        records = self._entry.state.venues.records.values()
        return [known.until_ns for known in records if known.health is VenueHealth.DOWN]

"""What is left of an order that its broker refused, or did not execute: it goes to the next broker of its rule, where that says so.

Nothing is sent before the broker itself has said that the order executes no more: one that is in doubt is not sent elsewhere, nor is
one that somebody wanted back, or changed. What is left is an order of its own, which goes to no broker that it was at before. Where
the first order comes back to life, or executes all the same, the other is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from attrs import evolve

from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import CancelOrder, SubmitOrder
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import RequestKind
from oms.model.ids import BrokerName, OrderId
from oms.model.order import ENDED, Order
from oms.model.requests import Request
from oms.model.routing import RouteDecision, RouteVerdict
from oms.model.routing_table import Reroute
from oms.model.sessions import NS_PER_S
from oms.model.time_in_force import FillOrKill, ImmediateOrCancel

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

ORIGIN: Final = "routing"
"""Who asks where an order goes to another broker."""

_THERE_ALREADY: Final = frozenset({"6", "7"})
"""OrdRejReason (103) by which the order, or one like it, may be at the broker after all: duplicates."""
_AT_ONCE: Final = (ImmediateOrCancel, FillOrKill)
_COMES_BACK: Final = (ev.Traded, ev.OrderReinstated)


class Entry(Protocol):
    """The way in for orders, as far as it is used here; see `oms.engine.order_entry.OrderEntry`."""

    state: State

    def submit(
        self, command: SubmitOrder, requests: list[Request], *, promised: OrderId | None = None,
        broker: BrokerName | None = None, decision: RouteDecision | None = None,
    ) -> None:  # fmt: skip
        """Place an order, or deny it."""

    def cancel(self, command: CancelOrder, requests: list[Request]) -> None:
        """Ask for a cancel, or deny it."""

    def choose_again(self, command: SubmitOrder, tried: dict[BrokerName, str]) -> RouteDecision | None:
        """Give where an order goes that was at some brokers before; None where no rule gives a choice."""


class Rerouting:
    """Sends what is left of orders to the next broker."""

    __slots__ = ("_entry", "_state")

    def __init__(self, entry: Entry) -> None:
        """Work on the state of an order entry, through which all orders go."""
        self._entry = entry
        self._state = entry.state

    def follow(self, requests: list[Request]) -> None:
        """Do what follows from the events that have not been handed out yet; what was done about one is not done again."""
        for event in tuple(self._state.fresh):
            if isinstance(event, _COMES_BACK):
                self._call_off(event, requests)
            elif isinstance(event, ev.OrderRejected | ev.OrderExpired | ev.OrderCanceled):
                order = self._state.index.by_id.get(event.order_id)
                if order is not None and self._is_wanted(order, event):
                    self._send_on(order, event, requests)

    def _is_wanted(self, order: Order, event: ev.OrderEvent) -> bool:
        """Tell whether what is left of an order that has ended is to go to another broker."""
        state = self._state
        routing, routed, order_id = state.venues.routing, order.routing, order._order_id
        why = _why(order, event)
        found = None if routing is None else routing.rule_for(order._symbol, order._account)
        if found is None or why is None or why not in found[1].reroute:
            return False
        # One that had no choice, or of which it was decided before.
        if routed is None or routed.after == order_id:
            return False
        is_its_own = order_id not in state.of_parent and order_id not in state.groups.of_order
        is_named = any(one.verdict is RouteVerdict.NAMED for one in routed.candidates)
        is_plain = order._given_terms is None and order._cash_order_qty is None and not is_named
        if not (is_its_own and is_plain and order._life in ENDED) or self._is_missing_some(order):
            return False
        # One that has left memory was given long ago.
        first = state.index.by_id.get(_first_of(order))
        is_late = first is None or state.now_ns - first._created_ns > found[1].reroute_within_s * NS_PER_S
        return state.book.kill_reason is None and not is_late

    def _is_missing_some(self, order: Order) -> bool:
        """Tell whether the broker counts more executed than is known here, and nobody has looked at that yet."""
        order_id, state = order._order_id, self._state
        # Its broker is asked about each such order, so that nearly always there is nothing to look through.
        return order_id in state.inquiries.of_orders and any(
            one.order_id == order_id and one.counted_qty is not None and one.counted_qty > order._cum_qty
            for one in state.anomalies.open.values()
        )

    def _send_on(self, order: Order, event: ev.OrderEvent, requests: list[Request]) -> None:
        state, left = self._state, EXACT.subtract(order._order_qty, order._cum_qty)
        if left <= ZERO:
            return
        state.begin(SubmitOrder, ORIGIN)
        command = SubmitOrder(
            order._symbol, order._side, left, order._terms, order._time_in_force, order._account, asked_by=ORIGIN,
            instructions=order._instructions,
        )  # fmt: skip
        decision = self._entry.choose_again(command, dict(_tried(order, event)))
        if decision is None:
            return
        first, decision = _first_of(order), evolve(decision, after=order._order_id)
        taken = decision.taken
        if not taken:
            self._note(order, decision)
            return
        successor = state.free_order_id()
        decision = evolve(decision, successor=successor)
        self._note(order, decision)
        decision = evolve(decision, after=first)
        self._entry.submit(command, requests, promised=successor, broker=taken[0].broker, decision=decision)

    def _note(self, order: Order, decision: RouteDecision) -> None:
        state = self._state
        state.record_of(order, ev.OrderRouted(*state.envelope(), order._order_id, decision))

    def _call_off(self, event: ev.OrderEvent, requests: list[Request]) -> None:
        """Take back what was sent in place of an order that executes after all."""
        for order in self._successors(event.order_id):
            asked = order._requests.values()
            if order._life not in ENDED and not any(one.kind is RequestKind.CANCEL for one in asked):
                self._state.begin(CancelOrder, ORIGIN)
                self._entry.cancel(CancelOrder(order._order_id, ORIGIN), requests)

    def _successors(self, order_id: OrderId) -> Iterator[Order]:
        by_id = self._state.index.by_id
        order = by_id.get(order_id)
        while order is not None and order.routing is not None and order.routing.after == order._order_id:
            following = order.routing.successor
            order = None if following is None else by_id.get(following)
            if order is not None:
                yield order


def _why(order: Order, event: ev.OrderEvent) -> Reroute | None:
    """Give what kind of end an order came to, where its broker has said so and nobody wanted it back, or changed."""
    # Of a replace that was under way nobody knows what has become, and what its broker knows is not what was asked for last.
    if event.cause.origin != order._broker or order._amendments:
        return None
    if isinstance(event, ev.OrderRejected):
        return None if event.reject_code in _THERE_ALREADY else Reroute.REFUSED
    return Reroute.EXPIRED if isinstance(order._time_in_force, _AT_ONCE) else None


def _first_of(order: Order) -> OrderId:
    """Give the order with which a chain began that this one is the last of."""
    routed = order.routing
    return order._order_id if routed is None or routed.after is None else routed.after


def _tried(order: Order, event: ev.OrderEvent) -> Iterator[tuple[BrokerName, str]]:
    """Give the brokers that an order, or those before it, were at, and what came of that."""
    for one in () if order.routing is None else order.routing.candidates:
        if one.verdict is RouteVerdict.TRIED:
            yield one.broker, one.text
    if order._broker is not None:
        what = "it refused" if isinstance(event, ev.OrderRejected) else "it did not execute"
        yield order._broker, f"{what} order {order._order_id}"

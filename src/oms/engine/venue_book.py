"""What is remembered of each broker that orders may be routed to; moved by events alone, and by none where nothing is routed.

A replay makes the same records, whatever table the manager is opened with: what was decided is in the events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from oms.engine.inquiries import SEND_RESULT
from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import RequestKind
from oms.model.ids import BrokerName
from oms.model.order import ENDED, Order
from oms.model.routing import VenueHealth
from oms.model.routing_table import Routing
from oms.routing.records import ALL_PPM, VenueRecord

# What has happened to an order is read off its slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_START: Final = "Start"

_After: TypeAlias = Callable[[Any, Any, Order], None]


class VenueBook:
    """The brokers that a table of routes names.

    Attributes:
        routing: The table in force; None where there is none.
        records: What is remembered of each broker that it names.
        wary: The brokers of which something may have to be decided; nearly always none.
        is_watching: Events of orders are noted here; not so before the first table.
        reroutes: What is left of an order may go to another broker.
    """

    __slots__ = ("is_watching", "records", "reroutes", "routing", "wary")

    def __init__(self) -> None:
        """Begin without a table."""
        self.routing: Routing | None = None
        self.records: dict[BrokerName, VenueRecord] = {}
        self.wary: dict[BrokerName, None] = {}
        self.is_watching = self.reroutes = False

    def on_set(self, event: ev.RoutingSet) -> None:
        """Take a table in; what is remembered of brokers that stay is kept."""
        self.routing = event.routing
        named = () if event.routing is None else event.routing.brokers
        self.records = {broker: self.records.get(broker) or VenueRecord() for broker in named}
        self.watch()

    def watch(self) -> None:
        """Look at every broker again that is not up."""
        self.reroutes = self.routing is not None and any(rule.reroute for rule in self.routing.rules)
        self.wary.clear()
        unsettled = (
            broker
            for broker, known in self.records.items()
            if known.health is not VenueHealth.UP or known.failures or known.rejects
        )
        self.wary.update(dict.fromkeys(unsettled))

    def on_changed(self, event: ev.VenueHealthChanged) -> None:
        """Take in what was decided about a broker."""
        known = self.records.get(event.broker)
        if known is not None:
            known.change(event.health, event.strikes, event.until_ns)

    def on_reconciled(self, event: ev.BrokerReconciled) -> None:
        """Take in that a broker has answered what it was asked as a whole."""
        known = self.records.get(event.broker)
        if known is not None:
            known.on_reached()
            if known.health is not VenueHealth.UP:
                self.wary[event.broker] = None

    def on_order_event(self, event: Any, order: Order) -> None:  # the table tells what each class has
        """Take in an event of one of the classes in `VENUE_EVENTS`."""
        broker = order._broker
        known = None if broker is None else self.records.get(broker)
        if known is not None and broker is not None:
            kind = type(event)
            VENUE_EVENTS[kind](known, event, order)
            if known.failures or known.rejects or (known.heard and known.health is not VenueHealth.UP):
                self.wary[broker] = None
            elif self.reroutes and (order._life in ENDED or kind is ev.OrderReinstated):
                # Something of it may have to go elsewhere, or to be taken back there.
                self.wary[broker] = None


# ---------------------------------------------------------------- what an event says of the broker


def _sent(known: VenueRecord, event: ev.OrderSubmitted, order: Order) -> None:
    known.on_sent(order._order_id, event.time_ns)


def _heard(known: VenueRecord, event: ev.OrderEvent, order: Order) -> None:
    # What happens by the clock, or by a person's word, is nothing that the broker has said.
    if event.cause.origin == order._broker:
        known.on_heard(order._order_id, event.time_ns)


def _rejected(known: VenueRecord, event: ev.OrderRejected, order: Order) -> None:
    if event.cause.origin != order._broker or order._order_id not in known.waiting:
        # It is given up by somebody's word, or was rejected after it had been answered, or was in doubt before.
        known.on_closed(order._order_id)
    elif event.never_sent:
        known.on_failed(order._order_id, event.time_ns, is_over=True)
    else:
        known.on_rejected(order._order_id, event.time_ns)


def _doubted(known: VenueRecord, event: ev.RequestInDoubt, order: Order) -> None:
    if event.cause.kind == _START:
        # Nobody listened: that says nothing of the broker.
        known.on_closed(order._order_id)
    else:
        known.on_failed(order._order_id, event.time_ns, is_over=False)


def _resolved(known: VenueRecord, event: ev.DoubtResolved, order: Order) -> None:
    # How long that took says nothing of how long an answer takes.
    known.on_closed(order._order_id)
    if event.evidence != SEND_RESULT and event.cause.origin == order._broker:
        known.on_reached()


def _traded(known: VenueRecord, event: ev.Traded, order: Order) -> None:
    _heard(known, event, order)
    if order._order_qty and order._cum_qty >= order._order_qty:
        known.on_ended(ALL_PPM)


def _ended(known: VenueRecord, event: ev.OrderEvent, order: Order) -> None:
    _heard(known, event, order)
    known.on_closed(order._order_id)
    was_taken_back = RequestKind.CANCEL in order._amendments.values()
    if order._order_qty > ZERO and not was_taken_back:
        share = EXACT.divide_int(EXACT.multiply(order._cum_qty, ALL_PPM), order._order_qty)
        known.on_ended(min(int(share), ALL_PPM))


VENUE_EVENTS: Final[dict[type[ev.OrderEvent], Callable[[VenueRecord, Any, Order], None]]] = {
    ev.OrderSubmitted: _sent,
    ev.OrderPendingNew: _heard,
    ev.OrderAcknowledged: _heard,
    ev.OrderReplaced: _heard,
    ev.OrderPendingCancel: _heard,
    ev.OrderPendingReplace: _heard,
    ev.OrderRejected: _rejected,
    ev.RequestInDoubt: _doubted,
    ev.DoubtResolved: _resolved,
    ev.Traded: _traded,
    ev.OrderCanceled: _ended,
    ev.OrderExpired: _ended,
    ev.OrderReinstated: _heard,
}
"""What each event says of the broker that has the order. Whether a cancel was refused or never left is not told apart: neither
counts."""


# ---------------------------------------------------------------- in the table of the state

# The state comes in as `Any`: its module has the tables in which these stand, all called in the same way.
# ruff: noqa: ANN401


def _reconciled(state: Any, event: ev.BrokerReconciled) -> None:
    state.breaks.on_event(event)
    state.venues.on_reconciled(event)


def _set(state: Any, event: ev.RoutingSet) -> None:
    state.venues.on_set(event)
    begin_watching(state)


def begin_watching(state: Any) -> None:
    """Note from now on what the events of orders tell of their brokers."""
    if not state.venues.is_watching:
        state.venues.is_watching = True
        state.order_events = {kind: _watched(kind, *does) for kind, does in state.order_events.items()}


def _watched(
    kind: type[ev.OrderEvent], moves: bool, after: _After | None
) -> tuple[bool, _After | None]:  # as in the table
    if kind not in VENUE_EVENTS:
        return moves, after

    def and_noted(state: Any, event: Any, order: Order) -> None:
        if after is not None:
            after(state, event, order)
        state.venues.on_order_event(event, order)

    return moves, and_noted


def _changed(state: Any, event: ev.VenueHealthChanged) -> None:
    state.venues.on_changed(event)


ROUTING_EVENTS: Final[dict[type[ev.Event], Callable[[Any, Any], None]]] = {
    ev.BrokerReconciled: _reconciled,
    ev.RoutingSet: _set,
    ev.VenueHealthChanged: _changed,
}
"""What each event that is of no order does to the state."""

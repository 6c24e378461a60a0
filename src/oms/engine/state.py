"""What the engine holds to be true. It is moved by events alone, so that a replay makes the same state.

`record` is the live way in, `apply` the way of a replay; the one calls the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from weakref import WeakValueDictionary

from oms.engine.anomaly_book import AnomalyBook, on_raised
from oms.engine.break_book import BREAK_EVENTS, BreakBook
from oms.engine.broker_positions import BrokerPositions
from oms.engine.consequences import AFTER
from oms.engine.group_book import GROUP_EVENTS, GroupBook
from oms.engine.held_orders import HeldOrders, on_trails_moved
from oms.engine.held_reports import HeldReports
from oms.engine.inquiries import Inquiries
from oms.engine.order_index import OrderIndex
from oms.engine.parent_book import WORK_EVENTS, ParentBook
from oms.engine.reconciliation_run import Run
from oms.engine.reducing_sums import ReducingSums
from oms.engine.retiring import on_recalled, on_retired
from oms.engine.sessions import Sessions
from oms.engine.settings import on_defined, on_killed, on_released, on_session, on_started, on_status
from oms.engine.timers import CLOCKED, Timers
from oms.engine.venue_book import ROUTING_EVENTS, VenueBook
from oms.errors import JournalDamagedError
from oms.lifecycle.anomalies import At
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.machine import ORDER_EVENTS, fulfil, new_order
from oms.lifecycle.machine import apply as apply_to_order
from oms.model import events as ev
from oms.model.ids import (
    LOW_COUNTER,
    Account,
    BrokerName,
    ClOrdId,
    OrderId,
    Symbol,
    cl_ord_id,
    cl_ord_id_head,
)
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.venue_profile import VenueProfile
from oms.ports.order_archive import OrderArchive
from oms.risk.book import RiskBook

# What follows from an event is read off the slots of `Order`; a property costs a call.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

ID_BLOCK: Final = 1 << 16
"""How many ClOrdIDs are put on record at a time."""

EMERGENCY_IDS: Final = 1 << 13
"""How many ClOrdIDs at the end of each block are kept for emergency cancels: they are on record, and nothing else uses them."""

MAX_ORIGINS: Final = 1_000
"""How many speakers' causes are kept to be shared by their events."""


class State:
    """The whole state of an engine.

    Attributes:
        version: The sequence number of the last event.
        epoch: Which run of the manager this is.
        last_ns: The time of the last event, in nanoseconds UTC; time never goes back.
        index: Every order.
        executions: Every execution by its identity.
        book: What the risk gate judges by.
        instruments: What may be traded.
        timers: When unanswered requests fall into doubt, and when orders should have expired.
        inquiries: What brokers are to be asked, and when.
        held: Reports that cannot be understood yet.
        held_orders: Orders that wait here for a price.
        anomalies: What nobody has acknowledged.
        fees: Every fee by its broker and identity.
        groups: The groups of orders that depend on one another.
        parents: The orders that are worked here by children.
        of_parent: The parent of each of their orders, its own among them; empty where there are none.
        sessions: Which trading session it is.
        halted: The instruments in which trading is halted, each with the moment in nanoseconds UTC at which that was received.
        account: For whom an order is that a report names no account for. To be set by the engine, not by events.
        next_order_id: The number that the next order gets.
        next_counter: The counter that the next ClOrdID is made from.
        reserved: ClOrdID counters below this are on record as perhaps in use.
        usable: Those from here on, below `reserved`, are for emergency cancels.
        profiles: How each attached broker behaves.
        breaks: Where the books and the brokers differ.
        venues: What is remembered of the brokers that orders may be routed to.
        traded: What was traded at each broker, net.
        reductions: What reduce-only orders ask for together; worked out again where it was not kept.
        runs: The reconciliations under way; not moved by events.
        retired: How many orders have left memory and were not recalled.
        sweeps: How often orders left memory.
        sweep_mark: What tells the last of these times from others.
        archive: Where they are; None in a replay that has no use for them. To be set by the manager.
        away: Those of them of which somebody still has the handle.
    """

    __slots__ = (
        "account", "anomalies", "archive", "at", "away", "book", "breaks", "cause", "causes", "clash", "epoch", "executions", "fees",
        "fresh", "groups", "halted", "handles", "held", "held_orders", "id_head", "index", "input_sequence", "inquiries", "instruments", "last_ns", "namespace",
        "next_counter", "next_order_id", "now_ns", "of_parent", "order_events", "parents", "prefix", "profiles", "reductions", "request_timeout_ns", "reserved", "retired", "runs",
        "sessions", "sweep_mark", "sweeps", "timers", "traded", "usable", "venues", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin before the first event."""
        self.version = self.epoch = self.last_ns = 0
        self.index = OrderIndex()
        self.executions = ExecutionIndex()
        self.instruments: dict[Symbol, Instrument] = {}
        self.book = RiskBook(self.instruments)
        self.timers = Timers()
        self.inquiries, self.held = Inquiries(), HeldReports()
        self.held_orders = HeldOrders(self.instruments)
        self.anomalies = AnomalyBook()
        self.fees: dict[tuple[BrokerName, str], ev.FeeCharged] = {}
        self.sessions = Sessions()
        self.halted: dict[Symbol, int] = {}
        self.groups = GroupBook()
        self.breaks, self.venues = BreakBook(), VenueBook()
        self.order_events = _ORDER_EVENTS  # others where orders are routed, or worked here
        self.parents = ParentBook()
        self.of_parent = self.parents.of_order
        self.traded = BrokerPositions()
        self.reductions = ReducingSums()
        self.runs: dict[BrokerName, Run] = {}
        self.account = Account("main")
        self.next_order_id = OrderId(1)
        self.next_counter = self.reserved = self.usable = 0
        self.namespace = self.prefix = self.id_head = ""
        self.request_timeout_ns = 0
        self.profiles: dict[BrokerName, VenueProfile] = {}
        self.retired = self.sweeps = 0
        self.sweep_mark = ""
        self.archive: OrderArchive | None = None
        self.away: WeakValueDictionary[OrderId, Order] = WeakValueDictionary()
        # What belongs to the input under way, and what is still to be handed out.
        self.cause = ev.Cause("", "")
        self.at = At(0, 0, self.cause, 0, 0, BrokerName(""))
        self.causes: dict[str, dict[type[Any], ev.Cause]] = {}
        self.input_sequence = self.now_ns = 0
        self.fresh: list[ev.Event] = []
        # Handles that were given out before their order was created.
        self.handles: dict[OrderId, Order] = {}
        # The order that had a venue id first which another one was just called by.
        self.clash: Order | None = None

    def envelope(self) -> tuple[int, int, ev.Cause, int, int]:
        """Give the first fields of the next event."""
        return self.version + 1, self.epoch, self.cause, self.input_sequence, self.now_ns

    def record(self, event: ev.Event) -> None:
        """Make a new event true; the engine hands it out with its outcome."""
        if (happened := _OTHER_EVENTS.get(type(event))) is None:
            self.apply(event)
        else:  # As `apply` does it.
            happened(self, event)
            self.version, self.last_ns = event.sequence, event.time_ns
        self.fresh.append(event)

    def record_created(self, event: ev.OrderCreated | ev.OrderAdopted) -> Order:
        """Make a new order, and that it was asked for or found, true."""
        order = _create(self, event)
        self.record_of(order, event)
        return order

    def is_still(self, symbol: Symbol) -> bool:
        """Tell whether nobody trades an instrument now: its session is closed or has a break, or trading in it is halted."""
        return (bool(self.halted) and symbol in self.halted) or self.sessions.is_closed(symbol)

    def is_interrupted(self, symbol: Symbol) -> bool:
        """Tell whether trading in an instrument goes on within its session: it has a break, or trading is halted."""
        return symbol in self.halted or self.sessions.has_break(symbol)

    def record_of(self, order: Order, event: ev.OrderEvent) -> None:
        """Make a new event of an order true: `record`, without looking up what is known."""
        before = order._requests
        apply_to_order(order, event)
        moves, after = self.order_events[type(event)]
        if moves:
            self.book.exposure.move(order)
        if order._requests is not before:
            self.timers.follow(before, order._requests, self.request_timeout_ns)
            if self.inquiries.of_requests:
                self.inquiries.on_requests(before, order._requests)
        if after is not None:
            after(self, event, order)
        if self.groups.of_order:
            self.groups.on_order_event(event, order)
        self.version = event.sequence
        self.last_ns = event.time_ns
        self.fresh.append(event)

    def apply(self, event: ev.Event) -> None:
        """Make an event true.

        Raises:
            JournalDamagedError: It does not follow the last one, or speaks of an order that was never created.
            TransitionError: It may not happen to its order now.
        """
        if event.sequence != self.version + 1:
            raise JournalDamagedError(
                self.version + 1, f"event {event.sequence} follows event {self.version}"
            )
        kind = type(event)
        if kind in _ORDER_EVENTS:
            told: Any = event
            if kind in _BEGINNINGS:
                self.record_created(told)
            elif (order := self.index.by_id.get(told.order_id)) is not None:
                self.record_of(order, told)
            else:
                raise JournalDamagedError(event.sequence, f"order {told.order_id} was never created")
            self.fresh.pop()  # It is not news, or it is still to be called so: see `record`.
            return
        if (happened := _OTHER_EVENTS.get(kind)) is not None:
            happened(self, event)
        self.version, self.last_ns = event.sequence, event.time_ns

    def begin(self, kind: type[Any], origin: str) -> None:
        """Begin with an input: the events that follow from it share its cause.

        Args:
            kind: The input's class.
            origin: Who spoke.
        """
        self.input_sequence = self.version + 1
        try:
            self.cause = self.causes[origin][kind]
        except KeyError:
            if len(self.causes) >= MAX_ORIGINS:
                self.causes.clear()
            self.cause = self.causes.setdefault(origin, {})[kind] = ev.Cause(kind.__name__, origin)

    def free_order_id(self) -> OrderId:
        """Give the next number that no order has and none was promised."""
        return OrderId(max(self.next_order_id, max(self.handles) + 1)) if self.handles else self.next_order_id

    def next_cl_ord_id(self) -> ClOrdId:
        """Give the id of the next request; a block of them is put on record first where the last is used up."""
        if self.next_counter >= self.usable:
            self.record(ev.IdBlockReserved(*self.envelope(), self.reserved + ID_BLOCK))
        counter = self.next_counter
        if not counter & LOW_COUNTER or not self.id_head:
            self.id_head = cl_ord_id_head(self.prefix, counter)
        return cl_ord_id(self.id_head, counter)


# ---------------------------------------------------------------- what an event does besides moving its order


def _reserved(state: State, event: Any) -> None:
    # What is left of the last block is for emergencies alone: it begins with the new one.
    state.next_counter = state.reserved
    state.reserved = event.up_to
    state.usable = event.up_to - min(EMERGENCY_IDS, (event.up_to - state.next_counter) // 4)
    # What is noted for nobody must not grow without end.
    state.traded.add_up()


def _create(state: State, event: ev.OrderCreated | ev.OrderAdopted) -> Order:
    order_id = event.order_id
    order = state.handles.pop(order_id, None) if state.handles else None
    if order is None:
        order = new_order(event)
    else:
        fulfil(order, event)
    state.index.add(order)
    if type(event) is _CREATED and event.leg is not None:
        state.groups.on_placed(order_id, event.leg)
    # A promised number may be taken after a later one.
    if order_id >= state.next_order_id:
        state.next_order_id = OrderId(order_id + 1)
    if type(event.time_in_force) in CLOCKED:
        state.timers.expire(order_id, event, state.request_timeout_ns)
    return order


_OTHER_EVENTS: Final[dict[type[ev.Event], Callable[[State, Any], None]]] = {
    ev.EpochStarted: on_started,
    ev.IdBlockReserved: _reserved,
    ev.InstrumentDefined: on_defined,
    ev.LimitsSet: lambda state, event: state.book.set_limits(event.limits),
    ev.KillSwitchEngaged: on_killed,
    ev.KillSwitchReleased: on_released,
    ev.SecurityStatusChanged: on_status,
    ev.SessionChanged: on_session,
    ev.AnomalyRaised: on_raised,
    ev.AnomalyAcknowledged: lambda state, event: state.anomalies.on_acknowledged(event),
    ev.ReportHeld: lambda state, event: state.held.hold(event),
    ev.ReportReleased: lambda state, event: state.held.release(event.held),
    ev.TrailsMoved: on_trails_moved,
    **dict.fromkeys(BREAK_EVENTS, lambda state, event: state.breaks.on_event(event)),
    **ROUTING_EVENTS,
    **GROUP_EVENTS,
    ev.OrdersRetired: on_retired,
    ev.OrderRecalled: on_recalled,
}


_CREATED: Final = ev.OrderCreated
_BEGINNINGS: Final = frozenset({ev.OrderCreated, ev.OrderAdopted})
_MOVES_NOTHING: Final = frozenset(
    {
        ev.OrderCreated, ev.OrderDenied, ev.OrderPendingNew, ev.OrderAcceptedForBidding, ev.OrderAcknowledged, ev.CancelDenied,
        ev.ReplaceDenied, ev.OrderPendingCancel, ev.OrderPendingReplace, ev.RequestInDoubt, ev.OrderStatusRequested,
        ev.DoubtResolved, ev.FeeCharged, ev.ReportIgnored, ev.OrderTriggered, ev.OrderNamed, ev.OrderHeld, ev.OrderAmended, ev.TriggerMissed, ev.OrderReleased, ev.OrderRouted, *WORK_EVENTS,
    }
)  # fmt: skip
"""Events that can change neither what is left of an order nor what is asked for it, and so no exposure: but an acknowledgement of another total."""

_ORDER_EVENTS: Final[dict[type[ev.OrderEvent], tuple[bool, Callable[[State, Any, Order], None] | None]]] = {
    kind: (kind not in _MOVES_NOTHING, AFTER.get(kind)) for kind in ORDER_EVENTS
}

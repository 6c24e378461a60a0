"""The orders that are worked here by children, and how each stands: moved by events alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from oms.engine.cut_off import COMMANDS, is_cut_off, refused_in_a_row
from oms.engine.slices_again import put_back, reopen
from oms.lifecycle.anomalies import OLDER
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, ExecType
from oms.model.ids import OrderId
from oms.model.order import ENDED, Order
from oms.model.parent import ORIGIN, Child, Parent, may_execute, missing_of
from oms.model.work import Pace, Wake

# What is kept of a parent is the book's own. What can happen to an order is told in functions that are all called alike.
# ruff: noqa: SLF001, ANN401, ARG001
# pyright: reportPrivateUsage=false

_ANSWER: Final = ExecType.ORDER_STATUS.name
_EXECUTIONS: Final = frozenset({ev.Traded, ev.TradeCorrected, ev.TradeCanceled})
_ENDS: Final = frozenset({ev.OrderDenied, ev.OrderRejected, ev.OrderCanceled, ev.OrderExpired})
_TAKEN: Final = frozenset({ev.OrderAcknowledged, ev.Traded})
"""Events by which a child is known to have been taken."""
_HEARD: Final = frozenset(
    {
        *_EXECUTIONS, *_ENDS, ev.CancelRejected, ev.CancelDenied, ev.ReplaceRejected, ev.ReplaceDenied, ev.OrderReplaced,
        ev.OrderRestated, ev.OrderReinstated, ev.DoubtResolved, ev.OrderDoneForDay,
    }
)  # fmt: skip
"""Events of a child of which its parent's algorithm is to hear."""


_After: TypeAlias = Callable[[Any, Any, Order], None]
Refusal: TypeAlias = ev.OrderDenied | ev.OrderRejected | ev.OrderCanceled | ev.OrderExpired


class ParentBook:
    """Every order that is worked here and is in memory.

    Attributes:
        by_id: The parents.
        is_watching: What happens to orders is noted: there was a parent once.
        live: Those of them about which something may still be done.
        of_order: The parent of each order of theirs, children and parents alike; always the same dict.
        woken: Why each parent is to be looked at; not part of the state.
        told: The children of which something has executed that their parents were not told of; not part of the state.
        refused: How children were refused, or cut off by their venue, that nobody has looked at since; not part of the state.
        expired: The parents of which a child for the day has expired that nobody has looked at since; not part of the state.
        asked_away: The children that somebody else has asked to be canceled, with who that was; not part of the state.
    """

    __slots__ = (
        "asked_away", "by_id", "expired", "is_watching", "live", "of_order", "refused", "told", "woken",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with none."""
        self.by_id: dict[OrderId, Parent] = {}
        self.live: dict[OrderId, Parent] = {}
        self.is_watching = False
        self.of_order: dict[OrderId, Parent] = {}
        self.woken: dict[OrderId, set[Wake]] = {}
        self.told: dict[OrderId, Child] = {}
        self.refused: dict[OrderId, Refusal] = {}
        self.expired: set[OrderId] = set()
        self.asked_away: dict[OrderId, str] = {}

    def wake(self, parent: Parent, why: Wake) -> None:
        """Have a parent looked at."""
        self.woken.setdefault(parent.order_id, set()).add(why)

    def wake_all(self, why: Wake) -> None:
        """Have every parent looked at about which something may still be done."""
        for parent in self.live.values():
            self.wake(parent, why)

    def add(self, parent: Parent) -> None:
        """Keep a parent."""
        self.by_id[parent.order_id] = self.of_order[parent.order_id] = self.live[parent.order_id] = parent

    def announce(self, parent: Parent, child: Child) -> None:
        """Keep a child whose order is yet to be created."""
        parent.children[child.order_id] = child
        self.of_order[child.order_id] = parent

    def settle(self, parent: Parent) -> None:
        """Note whether something may still be done about a parent."""
        if parent.is_over:
            self.live.pop(parent.order_id, None)
            self.woken.pop(parent.order_id, None)
            if parent.slices:
                self._wake_unsent(parent, Wake.CHILD)
        else:
            self.live[parent.order_id] = parent

    def _wake_unsent(self, parent: Parent, why: Wake) -> None:
        """Have a filled parent looked at of whose slices it is not told yet that they are not sent."""
        if parent.is_over and parent.slices and parent.order._life not in ENDED:
            self.wake(parent, why)

    def on_order_event(self, event: ev.OrderEvent, order: Order) -> None:
        """Take in what has happened to an order; those that belong to no parent mean nothing here."""
        parent = self.of_order.get(order._order_id)
        if parent is None:
            return
        if parent.order is order:
            if type(event) in _ENDS or type(event) is ev.WorkAmended:
                self.settle(parent)
            return
        self._child(event, order, parent, parent.children[order._order_id])

    def _child(self, event: ev.OrderEvent, order: Order, parent: Parent, child: Child) -> None:
        kind = type(event)
        if kind is ev.OrderCreated:
            child.order = order
        self._count_less(event, child, order)
        self.count(parent, child)
        if kind in _EXECUTIONS:
            said: Any = event
            child.exec_id = said.exec_id
        elif kind is ev.CancelRequested:
            if event.cause.origin == ORIGIN:
                child.is_taken_back = True
            else:
                self.asked_away[child.order_id] = event.cause.origin
                self.wake(parent, Wake.CHILD)
        if kind in _TAKEN:
            parent.rejects = 0
            if kind is ev.Traded or not child.is_for_auction:
                parent.taken.pop(child.number, None)
        elif kind in _ENDS:
            self._end(event, parent, child)
        elif kind is ev.CancelRejected or kind is ev.CancelDenied:
            child.refused_ns = event.time_ns
        elif kind is ev.ReplaceRejected or kind is ev.ReplaceDenied:
            child.unmoved_ns = event.time_ns
        self.settle(parent)
        if child.order_id in self.told:
            # Also one that is over is told.
            self.live[parent.order_id] = parent
        if kind in _HEARD and parent.order_id in self.live:
            self.wake(parent, Wake.CHILD)

    def _end(self, event: ev.OrderEvent, parent: Parent, child: Child) -> None:
        if isinstance(event, ev.OrderDenied | ev.OrderRejected):
            parent.rejects += 1
            parent.refused_ns = event.time_ns
            self.refused[child.order_id] = event
            put_back(parent, child)
        elif isinstance(event, ev.OrderExpired):
            if child.is_for_the_day:
                self.expired.add(parent.order_id)
        elif event.cause.kind in COMMANDS and event.cause.origin != ORIGIN:
            # What is held here ends without a request.
            self.asked_away[child.order_id] = event.cause.origin
        elif child.is_taken_back and child.is_for_auction:
            # Its auction is to come: another one goes in its place.
            put_back(parent, child)
        if isinstance(event, ev.OrderCanceled | ev.OrderExpired) and is_cut_off(event, child):
            # It was taken before, which is no reason to send the next at once.
            parent.rejects = refused_in_a_row(parent, event.time_ns)
            parent.refused_ns = event.time_ns
            self.refused[child.order_id] = event

    def _count_less(self, event: ev.OrderEvent, child: Child, order: Order) -> None:
        """Take in what a venue counts less: by a bust or a correction, or by an answer, which says anew whether it counts more.

        An answer that is older than the end of the child says nothing of that.
        """
        if child.counted and isinstance(event, ev.TradeCanceled | ev.TradeCorrected):
            child.counted = max(child.counted + order._cum_qty - child.filled, ZERO)
        elif child.counted and isinstance(event, ev.ReportIgnored) and _says_anew(event):
            child.counted = ZERO
            self.wake(self.of_order[child.order_id], Wake.CHILD)

    def count(self, parent: Parent, child: Child) -> None:
        """Count anew what a child has executed and may still execute."""
        order = child.order
        assert order is not None
        filled, working = order._cum_qty, may_execute(order)
        missing = missing_of(order, child.counted) if child.counted else ZERO
        parent.filled += filled - child.filled
        parent.working += working - child.working + missing - child.missing
        child.missing = missing
        if (filled, order._notional) != child._told:
            self.told[child.order_id] = child
        child.filled, child.working = filled, working
        if working:
            parent.open[child.order_id] = child
        else:
            parent.open.pop(child.order_id, None)

    def on_raised(self, event: ev.AnomalyRaised) -> None:
        """Take in that somebody was told of too much that has executed, or that a venue counts more of a child than was reported."""
        order_id = OrderId(0) if event.order_id is None else event.order_id
        if (parent := self.of_order.get(order_id)) is None:
            return
        child = parent.children.get(order_id)
        if child is None and event.code is AnomalyCode.OVERFILL:
            parent._told_excess = parent.excess
        elif child is not None and child.order is not None and event.counted_qty is not None:
            child.counted = max(child.counted, event.counted_qty)
            self.count(parent, child)
            self.settle(parent)
            if parent.beyond and parent.order_id in self.live:
                self.wake(parent, Wake.CHILD)

    def on_started(self) -> None:
        """Take in that a manager has begun a new epoch: what was announced and never created never will be."""
        for parent in self.by_id.values():
            for child in [one for one in parent.children.values() if one.order is None]:
                del parent.children[child.order_id], self.of_order[child.order_id]
        self.woken.clear()
        self.refused.clear()
        self.expired.clear()
        self.asked_away.clear()
        self.wake_all(Wake.RESTART)
        for parent in self.by_id.values():
            self._wake_unsent(parent, Wake.RESTART)

    def family(self, parent: Parent) -> list[OrderId]:
        """Give the numbers of a parent and of all its children."""
        return [parent.order_id, *parent.children]

    def on_retired(self, order_ids: tuple[OrderId, ...]) -> None:
        """Forget the parents that leave memory; their children do so with them."""
        for order_id in order_ids:
            parent = self.by_id.pop(order_id, None)
            if parent is not None:
                self.live.pop(order_id, None)
                self.woken.pop(order_id, None)
                for one in self.family(parent):
                    del self.of_order[one]


def _says_anew(event: ev.ReportIgnored) -> bool:
    return event.exec_type == _ANSWER and event.text != OLDER


def begin_watching(state: Any) -> None:
    """Note from now on what the events of orders tell of their parents; nobody else has to look whether there are any."""
    if not state.parents.is_watching:
        state.parents.is_watching = True
        state.order_events = {kind: _watched(*does) for kind, does in state.order_events.items()}


def _watched(moves: bool, after: _After | None) -> tuple[bool, _After]:  # as in the table
    def and_noted(state: Any, event: Any, order: Order) -> None:
        if after is not None:
            after(state, event, order)
        state.parents.on_order_event(event, order)

    return moves, and_noted


def _planned(state: Any, event: ev.WorkPlanned, order: Order) -> None:
    book: ParentBook = state.parents
    parent = book.by_id.get(event.order_id)
    if parent is None:
        parent = Parent(order)
        parent.arrival, parent.broker = (event.bid, event.ask, event.quote_ns), event.broker
        begin_watching(state)
        book.add(parent)
        if order._instructions is not None and order._instructions.reduce_only:
            # From here on positions are watched.
            state.book.exposure.reducing.setdefault((order._account, order._symbol), {})
        book.wake(parent, Wake.COMMAND)
    parent.slices = {each.number: each for each in event.slices}
    parent.planned = sum((each.qty for each in event.slices), ZERO)
    for number in parent.slices:
        parent.decided.pop(number, None)
        parent.taken.pop(number, None)
    parent.start_ns, parent.end_ns, parent.memo = event.start_ns, event.end_ns, event.memo


def _decided(state: Any, event: ev.SliceDecided, order: Order) -> None:
    book: ParentBook = state.parents
    parent = book.by_id[event.order_id]
    each = parent.slices.pop(event.number, None)
    goes_on = each is None and event.number in parent.decided
    if each is not None or event.number not in parent.decided:
        parent.decided[event.number] = event.pace
    if each is not None:
        parent.planned -= each.qty
        if event.child is None and event.pace is Pace.DONE and parent.is_over:
            # A bust may have it work again.
            parent.taken[event.number] = each
    if event.memo is not None:
        parent.memo = event.memo
    if event.child is not None:
        if each is not None:
            parent.taken[event.number] = each
        parent.last_child_ns = event.time_ns
        until_ns = 0 if each is None else each.end_ns
        if goes_on:
            # Another part of a slice of which one was sent before.
            before = (
                one.until_ns for one in reversed(parent.children.values()) if one.number == event.number
            )
            until_ns = next(before, 0)
        book.announce(parent, Child(event.child, event.number, event.role, until_ns))


def _noted(state: Any, event: ev.WorkNoted, order: Order) -> None:
    state.parents.by_id[event.order_id].memo = event.memo


def _executed(state: Any, event: ev.ChildExecuted, order: Order) -> None:
    book: ParentBook = state.parents
    parent = book.by_id[event.order_id]
    child = parent.children[event.child]
    qty, notional = child._told
    child._told = (qty + event.qty_change, notional + event.notional_change)
    book.told.pop(event.child, None)
    parent._told_excess = min(parent._told_excess, parent.excess)
    if event.qty_change < 0 and parent.taken and parent.filled < order._order_qty:
        reopen(parent)
    book.settle(parent)


def _held(state: Any, event: ev.WorkHeld, order: Order) -> None:
    state.parents.by_id[event.order_id].held = event.why


def _suspended(state: Any, event: ev.WorkSuspended, order: Order) -> None:
    parent = state.parents.by_id[event.order_id]
    parent.suspended = event.why
    state.parents.wake(parent, Wake.COMMAND)


def _resumed(state: Any, event: ev.WorkResumed, order: Order) -> None:
    parent = state.parents.by_id[event.order_id]
    parent.suspended = None
    parent.rejects = 0
    state.parents.wake(parent, Wake.COMMAND)


def _stopped(state: Any, event: ev.WorkStopped, order: Order) -> None:
    parent = state.parents.by_id[event.order_id]
    parent.stopped, parent.stop_text = event.why, event.text
    parent.amend = None
    state.parents.wake(parent, Wake.COMMAND)


def _amend_requested(state: Any, event: ev.WorkAmendRequested, order: Order) -> None:
    parent = state.parents.by_id[event.order_id]
    parent.amend = (event.order_qty, event.terms)
    state.parents.wake(parent, Wake.COMMAND)


def _amended(state: Any, event: ev.WorkAmended, order: Order) -> None:
    parent = state.parents.by_id[event.order_id]
    parent.amend = None
    parent._told_excess = min(parent._told_excess, parent.excess)
    state.parents.wake(parent, Wake.COMMAND)


WORK: Final[dict[type[ev.OrderEvent], Callable[[Any, Any, Order], None]]] = {
    ev.WorkPlanned: _planned,
    ev.SliceDecided: _decided,
    ev.WorkNoted: _noted,
    ev.ChildExecuted: _executed,
    ev.WorkHeld: _held,
    ev.WorkSuspended: _suspended,
    ev.WorkResumed: _resumed,
    ev.WorkStopped: _stopped,
    ev.WorkAmendRequested: _amend_requested,
    ev.WorkAmended: _amended,
}
"""What events of an order that is worked here do to the state."""

WORK_EVENTS: Final = frozenset(WORK)

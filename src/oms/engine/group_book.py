"""The groups of orders that depend on one another, and how each leg stands: moved by events alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from oms.model import events as ev
from oms.model.contingency import SubmitGroup, tree_of
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, LegEnd
from oms.model.group import Group, GroupLeg
from oms.model.ids import OrderId
from oms.model.order import Order
from oms.order_types.contingency import LegFacts, Sharing

# What is kept on a leg is the book's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

ORIGIN: Final = "contingency"
"""Who speaks where a group asks for something."""

_CHANGES_NOTHING: Final = frozenset(
    {
        ev.OrderCreated, ev.OrderSubmitted, ev.OrderPendingNew, ev.OrderAcceptedForBidding, ev.OrderNamed, ev.OrderPendingCancel,
        ev.OrderPendingReplace, ev.OrderStatusRequested, ev.OrderTriggered, ev.FeeCharged, ev.ReportIgnored,
    }
)  # fmt: skip
"""Events that change nothing of what a group has executed, has at work or wants."""

_EXECUTIONS: Final = frozenset({ev.Traded, ev.TradeCorrected, ev.TradeCanceled})


class GroupBook:
    """Every group that may still act.

    Attributes:
        by_id: The groups.
        of_order: The leg of each of their orders; empty where there are no groups.
        dirty: The groups of which something has changed, and which nobody has looked at since; not part of the state.
        sharing: The arithmetic of each group.
        may_rest: Of each group, which of its legs the venue takes as they are, once somebody has looked: by the leg's number and
            whether its price was reached; not part of the state.
        next_id: The number that the next group gets.
        asked: The handle that is to become the next group; None to make one.
    """

    __slots__ = ("asked", "by_id", "dirty", "may_rest", "next_id", "of_order", "sharing")

    def __init__(self) -> None:
        """Begin with none."""
        self.by_id: dict[int, Group] = {}
        self.of_order: dict[OrderId, GroupLeg] = {}
        self.dirty: dict[int, Group] = {}
        self.sharing: dict[int, Sharing] = {}
        self.may_rest: dict[int, dict[tuple[int, bool], bool]] = {}
        self.next_id = 1
        self.asked: Group | None = None

    def add(self, group: Group) -> None:
        """Keep a group."""
        self.by_id[group.group_id] = self.dirty[group.group_id] = group
        self.sharing[group.group_id] = Sharing(group.contingency)
        self.may_rest[group.group_id] = {}
        self.next_id = max(self.next_id, group.group_id + 1)

    def look_at_all(self) -> None:
        """Have every group looked at again."""
        self.dirty.update(self.by_id)

    def on_created(self, event: ev.GroupCreated) -> None:
        """Take in a new group."""
        group, self.asked = self.asked, None
        if group is None:
            tree = tree_of(event.nodes)
            group = Group(event.group_id, SubmitGroup(tree, event.account, event.client_ref))
        group.group_id = event.group_id
        self.add(group)

    def on_listed(self, event: ev.GroupListed) -> None:
        """Take in that a group is worked by its venue."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.list_id = event.list_id

    def on_placed(self, event: ev.LegPlaced) -> None:
        """Take in that the next order is a leg's."""
        self.of_order[event.order_id] = self.by_id[event.group_id].legs[event.leg]

    def on_reached(self, event: ev.LegReached) -> None:
        """Take in that a leg's price was reached."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.legs[event.leg].reached = event.sequence

    def on_stopped(self, event: ev.LegStopped) -> None:
        """Take in that nothing more is made of a leg."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.legs[event.leg].end = event.why

    def on_canceled(self, event: ev.GroupCancelRequested) -> None:
        """Take in that nothing more is made of a group."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.is_canceled = True
        for leg in group.legs:
            leg.end = leg.end or LegEnd.CANCELED

    def on_raised(self, event: ev.AnomalyRaised) -> None:
        """Take in that somebody was told of exits that exceed their entry."""
        leg = None if event.order_id is None else self.of_order.get(event.order_id)
        if leg is not None and event.code is AnomalyCode.EXITS_EXCEED_ENTRY:
            leg._excess_told = True

    def on_started(self) -> None:
        """Take in that a manager has begun a new epoch: what was announced and never created never will be."""
        self.of_order = {
            order_id: leg
            for order_id, leg in self.of_order.items()
            if any(order._order_id == order_id for order in leg.orders)
        }
        self.look_at_all()

    def on_order_event(self, event: ev.OrderEvent, order: Order) -> None:
        """Take in what has happened to an order; those of no group mean nothing here."""
        leg = self.of_order.get(order._order_id)
        if leg is None:
            return
        kind = type(event)
        if kind is ev.OrderCreated:
            leg.orders.append(order)
        if kind in _CHANGES_NOTHING or (type(event) is ev.OrderAcknowledged and event.order_qty is None):
            return
        group = leg._group
        self.dirty[group.group_id] = group
        if kind in _EXECUTIONS:
            executed = leg.executed_qty
            leg._first_qty = (leg._first_qty or executed) if executed else ZERO
            for one in group.legs:
                one._no_cancel.clear()
                one._no_replace.clear()
        elif (happened := _HAPPENED.get(kind)) is not None:
            happened(event, leg)
        if order.is_closed and all(one.is_closed for one in leg.orders):
            leg._has_ended = True

    def facts(self, leg: GroupLeg, *, may_rest: bool = True, is_final: bool = False) -> LegFacts:
        """Give how a leg stands."""
        orders = leg.orders
        return LegFacts(
            executed=leg.executed_qty if orders else ZERO,
            open_qty=sum([_open_qty(order) for order in orders], ZERO) if orders else ZERO,
            first_qty=leg._first_qty,
            is_placed=bool(orders),
            has_ended=leg._has_ended,
            is_stopped=leg.end is not None,
            may_rest=may_rest,
            rank=leg.reached,
            is_final=is_final,
        )

    def is_over(self, group: Group) -> bool:
        """Tell whether a group has nothing left to do."""
        if group.group_id in self.dirty or not all(order.is_closed for order in group.orders):
            return False
        if group.list_id is not None:
            return True
        facts = [self.facts(leg) for leg in group.legs]
        goals = self.sharing[group.group_id].goals(facts)
        return all(
            known.is_placed if goal.total is None else goal.total == known.executed and not goal.is_held
            for goal, known in zip(goals, facts, strict=True)
        )

    def may_act(self, order_id: OrderId) -> bool:
        """Tell whether an order belongs to a group that may still act."""
        leg = self.of_order.get(order_id)
        return leg is not None and not self.is_over(leg._group)

    def on_retired(self, order_ids: tuple[OrderId, ...]) -> None:
        """Forget the groups of orders that leave memory."""
        for order_id in order_ids:
            leg = self.of_order.get(order_id)
            if leg is not None:
                self.forget(leg._group)

    def forget(self, group: Group) -> None:
        """Forget a group that is over."""
        for order in group.orders:
            self.of_order.pop(order._order_id, None)
        del self.by_id[group.group_id], self.sharing[group.group_id], self.may_rest[group.group_id]
        self.dirty.pop(group.group_id, None)


def _open_qty(order: Order) -> Decimal:
    # What the library holds until its price comes is not exposed yet, and will be.
    return order._exposed_qty or (ZERO if order.is_closed else order._leaves_qty)


def _canceled(event: ev.CancelRequested | ev.OrderCanceled, leg: GroupLeg) -> None:
    if event.cause.origin == ORIGIN:
        leg._cut.add(event.order_id)
    else:
        leg._asked_away = True


def _ended(event: ev.OrderCanceled, leg: GroupLeg) -> None:
    # What is held here ends without a request.
    if event.cause.kind in _COMMANDS:
        _canceled(event, leg)


_COMMANDS: Final = frozenset({"CancelOrder", "MassCancel"})
_HAPPENED: Final[dict[type[ev.OrderEvent], Callable[[Any, GroupLeg], None]]] = {
    ev.CancelRequested: _canceled,
    ev.OrderCanceled: _ended,
    ev.CancelRejected: lambda event, leg: leg._no_cancel.add(event.order_id),
    ev.CancelDenied: lambda event, leg: leg._no_cancel.add(event.order_id),
    ev.ReplaceRejected: lambda event, leg: leg._no_replace.add(event.order_id),
    ev.ReplaceDenied: lambda event, leg: leg._no_replace.add(event.order_id),
}

GROUP_EVENTS: Final[dict[type[ev.Event], Callable[[Any, Any], None]]] = {
    ev.GroupCreated: lambda state, event: state.groups.on_created(event),
    ev.GroupListed: lambda state, event: state.groups.on_listed(event),
    ev.LegPlaced: lambda state, event: state.groups.on_placed(event),
    ev.LegReached: lambda state, event: state.groups.on_reached(event),
    ev.LegStopped: lambda state, event: state.groups.on_stopped(event),
    ev.GroupCancelRequested: lambda state, event: state.groups.on_canceled(event),
}
"""What each event of a group does to the state."""

"""The groups of orders that depend on one another, and how each leg stands: moved by events alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from oms.engine import list_exits
from oms.engine.leg_events import HAPPENED, Taken, forget_refusals, give_way, moved, note_done
from oms.model import events as ev
from oms.model.contingency import TAKES_TURNS, SubmitGroup
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, LegEnd, Life
from oms.model.group import Group, GroupLeg, Reach
from oms.model.group_tree import tree_of
from oms.model.ids import Account, OrderId, Symbol
from oms.model.order import Order
from oms.model.terms import Market
from oms.order_types.contingency import Sharing

# What is kept on a leg is the book's own. What can happen to an order is told in functions that are all called alike.
# ruff: noqa: SLF001, ANN401
# pyright: reportPrivateUsage=false

_MOVES_ROOM: Final = frozenset(
    {
        ev.Traded, ev.TradeCorrected, ev.TradeCanceled, ev.OrderReplaced, ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected,
        ev.OrderDenied, ev.OrderRestated,
    }
)  # fmt: skip
"""Events after which more or less may be left of a position for those that may only reduce it."""


class GroupBook:
    """Every group that may still act.

    Attributes:
        by_id: The groups.
        of_order: The leg of each of their orders; empty where there are no groups.
        dirty: The groups of which something has changed, and which nobody has looked at since; not part of the state.
        sharing: The arithmetic of each group.
        reducing: Those with legs that may only reduce a position, by its account and symbol.
        refused: When something was last refused of a group, in nanoseconds UTC, by its number; until it is looked at again for
            that. Not part of the state.
        barred: Those of them with an exit that the gate does not let go, each with when to look at it again. Not part of the
            state.
        days_over: The groups of which an order for the day has expired, each with its instrument: until another session is told
            of, that day is over for them.
        next_id: The number that the next group gets.
        asked: The handle that is to become the next group; None to make one.
    """

    __slots__ = (
        "asked", "barred", "by_id", "days_over", "dirty", "next_id", "of_order", "reducing", "refused", "sharing",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with none."""
        self.by_id: dict[int, Group] = {}
        self.of_order: dict[OrderId, GroupLeg] = {}
        self.dirty: dict[int, Group] = {}
        self.sharing: dict[int, Sharing] = {}
        self.reducing: dict[tuple[Account, Symbol], dict[int, Group]] = {}
        self.refused: dict[int, int] = {}
        self.barred: dict[int, Any] = {}
        self.days_over: set[tuple[int, Symbol]] = set()
        self.next_id = 1
        self.asked: Group | None = None

    def add(self, group: Group) -> None:
        """Keep a group."""
        self.by_id[group.group_id] = self.dirty[group.group_id] = group
        sharing = self.sharing[group.group_id] = Sharing(group.contingency, group.account)
        legs = group.legs
        for number, exits in sharing.exits_of.items():
            entry = legs[number]
            entry.is_entry = True
            for one in exits:
                legs[one]._entry = entry
        if group._reduces:
            for holding in _holdings(group):
                self.reducing.setdefault(holding, {})[group.group_id] = group
        if group.group_id >= self.next_id:
            self.next_id = group.group_id + 1

    def look_at_all(self) -> None:
        """Have every group looked at again, as if nobody had looked before."""
        self.dirty.update(self.by_id)
        for group in self.by_id.values():
            group._is_unknown = group._has_executed = True

    def on_created(self, event: ev.GroupCreated) -> None:
        """Take in a new group."""
        group, self.asked = self.asked, None
        if group is None:
            tree = tree_of(event.nodes)
            group = Group(event.group_id, SubmitGroup(tree, event.account, event.client_ref))
        group.group_id = event.group_id
        # There is nothing yet that could have executed.
        group._has_executed = False
        self.add(group)

    def on_listed(self, event: ev.GroupListed) -> None:
        """Take in that a group is worked by its venue."""
        self.by_id[event.group_id].list_id = event.list_id

    def on_placed(self, order_id: OrderId, place: tuple[int, int]) -> None:
        """Take in that an order is of a leg, by the numbers of its group and of the leg in it."""
        group_id, number = place
        self.of_order[order_id] = self.by_id[group_id].legs[number]

    def on_unlisted(self, event: ev.GroupUnlisted) -> None:
        """Take in that a group which its venue worked is worked here from now on."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.list_id = None
        group._is_unknown = group._has_executed = True
        for leg in group.legs:
            if leg.end is None and leg.orders[-1]._life is Life.CANCELED:
                # What its list left of it may have been heard of only since.
                note_done(self, leg, leg.orders[-1])

    def on_reached(self, event: ev.LegReached) -> None:
        """Take in that a leg's price was reached."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        leg = group.legs[event.leg]
        leg.reached = event.sequence
        if type(leg.leg.terms) in TAKES_TURNS:
            leg.terms = event.terms
        leg.reach = Reach(event.terms, event.trigger_px, event.px, event.px_ns)
        leg.is_final, leg.may_rest = type(event.terms) is Market, True
        # That it waited before that is another matter.
        leg._wait_told = False
        give_way(leg, self.sharing[group.group_id].turns)
        # Whether it may go to its venue now is looked at once.
        group._is_unknown = True

    def on_stopped(self, event: ev.LegStopped) -> None:
        """Take in that nothing more is made of a leg."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.legs[event.leg].end = event.why
        group._has_lost |= event.why is LegEnd.LOST

    def on_canceled(self, event: ev.GroupCancelRequested) -> None:
        """Take in that nothing more is made of a group; what was refused before is asked for again."""
        group = self.dirty[event.group_id] = self.by_id[event.group_id]
        group.is_canceled = True
        forget_refusals(group)
        for leg in group.legs:
            leg.end = leg.end or LegEnd.CANCELED

    def on_raised(self, event: ev.AnomalyRaised) -> None:
        """Take in that somebody was told of exits that exceed their entry, of one that waits or was refused, or of an order that stays."""
        leg = None if event.order_id is None else self.of_order.get(event.order_id)
        if leg is None or event.order_id is None:
            return
        if event.code is AnomalyCode.EXITS_EXCEED_ENTRY:
            leg._excess_told = self._excess(leg)
            leg._group._has_notes = True
        elif event.code is AnomalyCode.NOT_TAKEN_BACK:
            leg._stuck |= {event.order_id}
            leg._group._has_notes = True
        elif event.code is AnomalyCode.EXIT_REFUSED:
            # As if it had been canceled here: it is not lost.
            leg._cut |= {event.order_id}
        elif event.code is AnomalyCode.EXIT_LOST:
            (leg._entry or leg)._brings_bare = False
        elif event.code is AnomalyCode.EXIT_WAITS:
            leg._wait_told = True
            leg._group._has_notes = True

    def _excess(self, entry: GroupLeg) -> Decimal:
        group = entry._group
        return self.sharing[group.group_id].excess(group.legs).get(entry.number, ZERO)

    def on_order_event(self, event: ev.OrderEvent, order: Order) -> None:
        """Take in what has happened to an order; those of no group mean nothing here."""
        if self.reducing and type(event) in _MOVES_ROOM:
            # A position has changed, or what is left of it.
            self.dirty.update(self.reducing.get((order._account, order._symbol), {}))
        leg = self.of_order.get(order._order_id)
        if leg is not None:
            take: Taken | None = HAPPENED.get(type(event), moved)
            if take is not None:
                take(self, event, leg, order)

    def together(self, group: Group, qtys: Sequence[Decimal]) -> Decimal:
        """Give how much the orders of a list may execute together, by how much that of each leg may by itself."""
        return list_exits.together(group, self.sharing[group.group_id], qtys)

    def look_through_notes(self, group: Group) -> None:
        """Take in that something has executed: what was refused may be asked for again, and an excess may have become less."""
        forget_refusals(group)
        for leg in group.legs:
            if leg._excess_told:
                leg._excess_told = min(leg._excess_told, self._excess(leg))

    def is_over(self, group: Group) -> bool:
        """Tell whether a group has nothing left to do."""
        if group.group_id in self.dirty or not all(order.is_closed for order in group.orders):
            return False
        if group.list_id is not None:
            return True
        goals = self.sharing[group.group_id].goals(group.legs)
        return all(
            bool(leg.orders) if goal.total is None else goal.total == leg.executed_qty
            for goal, leg in zip(goals, group.legs, strict=True)
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
        del self.by_id[group.group_id], self.sharing[group.group_id]
        self.dirty.pop(group.group_id, None)
        self.refused.pop(group.group_id, None)
        self.barred.pop(group.group_id, None)
        self.days_over = {over for over in self.days_over if over[0] != group.group_id}
        for holding in _holdings(group) if group._reduces else ():
            of_holding = self.reducing[holding]
            del of_holding[group.group_id]
            if not of_holding:
                del self.reducing[holding]


def _holdings(group: Group) -> set[tuple[Account, Symbol]]:
    return {(leg.leg.account or group.account, leg.leg.symbol) for leg in group.legs if leg.reduces}


def is_refused(group: Group) -> bool:
    """Tell whether a request was refused of an order that a group still has at work."""
    return any(
        order_id in leg._no_cancel or order_id in leg._no_replace
        for leg in group.legs
        for order_id in [order._order_id for order in leg.orders if not order.is_closed]
    )


def is_fresh(refused: Mapping[OrderId, int], order: Order, state: Any) -> bool:
    """Tell whether a request was refused of an order so lately that it is not asked for again yet."""
    at_ns: int | None = refused.get(order._order_id)
    return at_ns is not None and state.now_ns < at_ns + state.request_timeout_ns


def _reached(state: Any, event: ev.LegReached) -> None:
    state.groups.on_reached(event)
    state.held_orders.reach(event.order_id)


GROUP_EVENTS: Final[dict[type[ev.Event], Callable[[Any, Any], None]]] = {
    ev.GroupCreated: lambda state, event: state.groups.on_created(event),
    ev.GroupListed: lambda state, event: state.groups.on_listed(event),
    ev.GroupUnlisted: lambda state, event: state.groups.on_unlisted(event),
    ev.LegReached: _reached,
    ev.LegStopped: lambda state, event: state.groups.on_stopped(event),
    ev.GroupCancelRequested: lambda state, event: state.groups.on_canceled(event),
}
"""What each event of a group does to the state."""

"""Groups at work: what they should have at the venues is compared to what they have, and the difference is asked for.

Nothing is remembered of what was meant to happen: after each input the groups that it touched are looked at, and the first
thing that is not as it should be is done, until nothing is left to do. Each order passes the gate like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from oms.engine import group_records, leg_times, lost_exits, replaces
from oms.engine.group_book import GroupBook, is_fresh, is_refused
from oms.engine.holding import Holding
from oms.engine.inputs import PlaceGroup
from oms.engine.leg_caps import capped
from oms.engine.leg_entry import LegEntry, sent_of
from oms.engine.leg_events import ORIGIN, may_be_held
from oms.engine.leg_gate import LegGate
from oms.engine.native_groups import NativeGroups
from oms.engine.order_entry import OrderEntry
from oms.engine.replaces import asked_qty
from oms.engine.routes import Reasons
from oms.errors import LimitExceededError, ValidationError
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.contingency import TAKES_TURNS, CancelGroup, SubmitGroup
from oms.model.decimals import ZERO, plain
from oms.model.enums import AnomalyCode, LegEnd, Life, RequestKind
from oms.model.group import Group, GroupLeg
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.time_in_force import Day
from oms.model.venue_profile import ReplaceSupport
from oms.order_types.contingency import Sharing
from oms.order_types.exit_units import check_units
from oms.order_types.leg_goals import HELD, LET_BE, LegGoal

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_DENIED: Final = Life.DENIED
MAX_STEPS: Final = 10_000
"""How many steps groups may take after one input before it is taken for a loop."""


class Groups:
    """What works the groups of an engine."""

    __slots__ = ("_book", "_entry", "_gate", "_legs", "_native", "_state")

    def __init__(self, entry: OrderEntry, holding: Holding) -> None:
        """Work on the state of an order entry, through which all orders go; those that are held here are sent by `holding`."""
        self._entry = entry
        self._legs = LegEntry(entry, holding)
        self._gate = LegGate(entry, self._legs)
        self._state = entry.state
        self._book: GroupBook = entry.state.groups
        self._native = NativeGroups(entry, self._legs)

    # ------------------------------------------------------------ what is asked

    @property
    def inputs(self) -> dict[type[Any], Callable[[Any], None]]:
        """What is done with each input that is about groups."""
        return {
            SubmitGroup: self.submit,
            PlaceGroup: lambda what: self.submit(what.command, what.group),
            CancelGroup: self.cancel,
        }

    def submit(self, command: SubmitGroup, group: Group | None = None) -> None:
        """Take a group in; its orders are placed when it is looked at.

        Raises:
            UnknownInstrumentError: A symbol was never defined; nothing has changed.
            ValidationError: The name is in use, nothing works such terms, or an exit is not for what its entry brings, so that others
                would not be placed; nothing has changed.
        """
        state, book = self._state, self._book
        self._legs.check_known(command.legs)
        check_units(command)
        ref = command.client_ref
        if ref is not None and any(one.client_ref == ref for one in book.by_id.values()):
            raise ValidationError("client_ref", ref, "a reference that no other group has")
        state.begin(SubmitGroup, command.asked_by)
        book.asked = group
        first, epoch, now_ns = state.input_sequence, state.epoch, state.now_ns
        account, nodes = command.account, command.nodes
        state.record(
            ev.GroupCreated(first, epoch, state.cause, first, now_ns, book.next_id, account, ref, nodes)
        )

    def cancel(self, command: CancelGroup) -> None:
        """Make nothing more of a group, and ask again for what was refused; where it is over, there is nothing to do.

        Raises:
            ValidationError: There never was such a group; nothing has changed.
        """
        state = self._state
        if not 0 < command.group_id < self._book.next_id:
            raise ValidationError("group_id", command.group_id, "the id of a group that was submitted here")
        group = self._book.by_id.get(command.group_id)
        if group is not None and not (group.is_canceled and not is_refused(group)):
            state.begin(CancelGroup, command.asked_by)
            state.record(ev.GroupCancelRequested(*state.envelope(), command.group_id))

    def why_not_more(self, command: ReplaceOrder) -> Reasons:
        """Give the reason why a replace would make an exit larger than its group has it for; none where it would not.

        Its group would make it smaller again, but the venue may execute it before that.
        """
        leg, qty = self._book.of_order.get(command.order_id), command.order_qty
        if leg is None or qty is None or leg._entry is None or leg._group.list_id is not None:
            return ()
        order = self._state.index.by_id[command.order_id]
        most = order._cum_qty + asked_qty(order)
        if qty <= most:
            return ()
        allowed = f"at most {plain(most)}: its entry has brought {plain(leg._entry.executed_qty)}"
        return (Reason(ReasonCode.ABOVE_ORDER_QTY, "order_qty", plain(qty), allowed),)

    # ------------------------------------------------------------ what follows

    def ask_again(self) -> int | None:
        """Have the groups looked at again of which a request was refused long enough ago, and tell when the next is due.

        A request is asked for again once it was refused for as long as one may take: so often at most, however often its
        group is looked at.
        """
        refused, book, pause_ns = self._book.refused, self._book, self._state.request_timeout_ns
        if book.barred:
            self._gate.ask_again()
        for group_id, at_ns in list(refused.items()):
            if at_ns + pause_ns <= self._state.now_ns:
                del refused[group_id]
                book.dirty[group_id] = book.by_id[group_id]
                if group_id in book.barred:
                    self._gate.look_again(book.by_id[group_id])
        if not refused:
            return None
        due_ns = min(refused.values()) + pause_ns
        free_ns = self._gate.next_due_ns() if book.barred else None
        return due_ns if free_ns is None else min(due_ns, free_ns)

    def settle(self, requests: list[Request]) -> None:
        """Ask for everything that is not as it should be.

        Raises:
            LimitExceededError: It does not come to rest.
        """
        dirty = self._book.dirty
        # Each has one step for free: after a start, or as a session opens, all of them are looked at.
        left = MAX_STEPS + len(dirty)
        while dirty:
            group_id = next(iter(dirty))
            group = dirty.pop(group_id)
            if self._look(group, requests):
                dirty[group_id] = group
            left -= 1
            if left < 0:
                raise LimitExceededError("MAX_STEPS", MAX_STEPS, "a group answers itself")

    def _look(self, group: Group, requests: list[Request]) -> bool:
        """Ask for what is not as it should be; True where it is to be looked at again, since what is known has changed."""
        if group.list_id is not None:
            return self._native.watch(group, requests)
        sharing, legs = self._book.sharing[group.group_id], group.legs
        if not legs[0].orders:
            if self._native.place(group, requests) or self._gate.denies_exits(group, self._begin):
                return False
            if sharing.is_flat and legs[0].end is None:
                # It begins, as nearly all do: its entry is placed, and then left alone. No exit is for anything yet.
                self._legs.look_up(legs[:1], ())
                if legs[0].may_rest:
                    self._send(legs[0], LET_BE, requests)
                elif not self._gate.denies(group, (), self._begin):
                    self._hold(legs[0], HELD)
                return False
        if group._is_unknown:
            if self._stop(group):
                return True
            group._is_unknown = False
            self._legs.look_up(legs, sharing.turns)
            if self._gate.bar_reached(legs, sharing.turns):
                return True
            self._gate.bar_next(legs, sharing)
        if group._has_lost and lost_exits.follow(self._state, self._book, group):
            return True
        goals = sharing.goals(legs)
        if group._reduces:
            goals = capped(self._state, legs, goals, sharing.turns, self._gate.tell)
        if group._has_executed:
            group._has_executed = False
            group_records.tell_excesses(self._state, legs, sharing.excess(legs))
        lacking: list[tuple[GroupLeg, LegGoal]] = []
        for leg in legs:
            goal = goals[leg.number]
            if goal.completes:
                group_records.stop(self._state, leg, LegEnd.COMPLETED)
                return True
            total = goal.total
            if total is None:
                # It is placed with its own quantity, and then left alone.
                if leg.reach is not None or (not leg.orders and leg.leg.order_qty is not None):
                    lacking.append((leg, goal))
            elif leg.held is None and not goal.is_held and total - leg.executed_qty == leg.asked_qty:
                continue
            elif self._lacks(leg, total, goal, sharing, requests):
                lacking.append((leg, goal))
        if not legs[0].orders and self._gate.denies(group, lacking, self._begin):
            return True
        # What goes to a venue first: whoever comes after it finds less room. What is held here needs none.
        sent = 0
        for leg, goal in lacking:
            if not goal.is_held:
                if sent:
                    return True
                sent += self._send(leg, goal, requests)
        for leg, goal in lacking:
            if goal.is_held:
                self._hold(leg, goal)
        return False

    def _lacks(
        self, leg: GroupLeg, total: Decimal, goal: LegGoal, sharing: Sharing, requests: list[Request]
    ) -> bool:
        """Take off what a leg has at work beyond its goal, and tell whether it has less than that."""
        held = leg.held
        wanted = total - leg.executed_qty
        at_venue = ZERO if goal.is_held else wanted
        if leg.asked_qty > at_venue:
            self._cut(leg, leg.asked_qty - at_venue, requests)
        lacks = wanted - leg.asked_qty
        if held is None:
            return lacks > ZERO
        # One that waits for a quote goes with that.
        waits = goal.is_held or (leg.reach is None and type(leg.leg.terms) not in TAKES_TURNS)
        if lacks <= ZERO or (goal.is_held and leg.reach is not None and leg.may_rest):
            # Where another one was reached after it, it waits anew.
            self._legs.drop(held)
            return lacks > ZERO
        if waits and held._order_qty != lacks:
            self._legs.amend(held, lacks)
        return not waits

    def _stop(self, group: Group) -> bool:
        """Take note of orders that somebody canceled, and of those that are lost."""
        for leg in group.legs:
            if leg.end is not None:
                continue
            if leg._asked_away:
                group_records.stop(self._state, leg, LegEnd.WITHDRAWN)
                return True
            for order in leg.orders:
                is_day_over = order._life is Life.EXPIRED and type(order._time_in_force) is Day
                if is_day_over or (order.is_ended and order.order_id not in leg._cut):
                    if may_be_held(leg, order):
                        group_records.tell_refused(self._state, leg, order)
                        return True
                    group_records.stop(self._state, leg, LegEnd.LOST)
                    lost_exits.tell(self._state, self._book, leg, order)
                    if is_day_over:
                        self._legs.end_day(group, leg.leg.symbol)
                    return True
        return False

    def _cut(self, leg: GroupLeg, excess: Decimal, requests: list[Request]) -> None:
        """Take off what a leg has at its venue beyond what is wanted, the newest order first."""
        for order in reversed(leg.orders):
            asked = ZERO if order is leg.held else asked_qty(order)
            if asked <= ZERO:
                continue
            if asked > excess and self._can_replace(leg, order):
                if not _has_pending(order, RequestKind.REPLACE) or self._chains(order):
                    total = replaces.wanted(order)[0] - excess
                    self._ask(ReplaceOrder(order.order_id, order_qty=total), requests)
                return
            if not is_fresh(leg._no_cancel, order, self._state):
                self._ask(CancelOrder(order.order_id), requests)
            elif order.order_id not in leg._stuck:
                text = f"group {leg._group.group_id} wants {plain(min(asked, excess))} less of it, and the request was refused; it is asked again"
                group_records.tell(self._state, AnomalyCode.NOT_TAKEN_BACK, order, text)
            excess -= asked
            if excess <= ZERO:
                return

    def _send(self, leg: GroupLeg, goal: LegGoal, requests: list[Request]) -> bool:
        """Give a leg what it lacks at its venue, as far as there is room; False where there is none."""
        total, room, held = goal.total, goal.room, leg.held
        if total is not None:
            lacks = total - leg.executed_qty - leg.asked_qty
        else:
            lacks = held._order_qty if held is not None else leg.leg.order_qty or ZERO
        qty = lacks if room is None or room > lacks else room
        if qty <= ZERO or not self._is_open_for(leg, qty) or not self._gate.may_go(leg, qty):
            if held is not None and held._order_qty != lacks:
                self._legs.amend(held, lacks)
            return False
        if leg.reach is not None:
            self._legs.release(leg, qty, requests)
            return True
        if held is not None:
            # The venue takes it as it is, so that it is an order of another kind.
            self._legs.drop(held)
        elif leg.orders:
            for order in reversed(leg.orders):
                if asked_qty(order) <= ZERO or not self._can_replace(leg, order):
                    continue
                if _has_pending(order, RequestKind.REPLACE) and not self._chains(order):
                    return False
                self._ask(ReplaceOrder(order.order_id, order_qty=replaces.wanted(order)[0] + qty), requests)
                return True
        self._entry.submit(sent_of(self._entry, leg, qty), requests, leg=self._begin(leg))
        order = leg.orders[-1]
        if order._life is _DENIED and order._order_id in leg._cut:
            self._gate.bar(leg, qty, 0, order.reasons)
        return True

    def _hold(self, leg: GroupLeg, goal: LegGoal) -> None:
        """Give a leg what it lacks, to be held here until its price comes."""
        if goal.total is None:
            qty = leg.leg.order_qty or ZERO
        else:
            qty = goal.total - leg.executed_qty - leg.asked_qty
        if qty > ZERO and self._is_open_for(leg, qty):
            self._legs.hold(leg, qty, self._begin(leg))

    def _is_open_for(self, leg: GroupLeg, qty: Decimal) -> bool:
        # Too little for an order, a broker that is not known well enough yet, or a closed session: it comes when there is more,
        # or is known, or once that opens. It never comes once its seconds have passed. Whoever begins a group while it is closed is told by the venue.
        entry = leg._entry
        if leg.reach is None and leg_times.is_over(self._state, leg):
            if leg.asked_qty:
                self._gate.tell(leg, qty, leg_times.why_over(leg))
            elif leg.held is None and not leg.open_qty:
                group_records.stop(self._state, leg, LegEnd.LOST)
                lost_exits.tell(self._state, self._book, leg, leg.orders[-1])
            return False
        if (entry is not None or leg.orders) and self._legs.is_shut_for(leg):
            return False
        if entry is None:
            return True
        if not self._legs.is_open_for(leg):
            return False
        if entry.has_ended:
            return True
        # What an order at work is made larger by need not be enough for one.
        grows = leg.asked_qty and any(asked_qty(one) and self._can_replace(leg, one) for one in leg.orders)
        reasons = self._legs.why_too_little(leg, leg.asked_qty + qty if grows else qty)
        if reasons:
            self._gate.tell(leg, qty, reasons)
        return not reasons

    def _begin(self, leg: GroupLeg) -> tuple[int, int]:
        """Begin with the next order of a leg, and give its place: the numbers of its group and of the leg."""
        self._state.begin(SubmitOrder, ORIGIN)
        return leg._group.group_id, leg.number

    def _ask(self, command: CancelOrder | ReplaceOrder, requests: list[Request]) -> None:
        self._state.begin(type(command), ORIGIN)
        if isinstance(command, CancelOrder):
            self._entry.cancel(command, requests)
        else:
            self._entry.replace(command, requests)

    def _can_replace(self, leg: GroupLeg, order: Order) -> bool:
        can = self._entry.reach(order)
        return (
            "order_qty" in can.amendable
            and can.profile.replace is not ReplaceSupport.NONE
            and not is_fresh(leg._no_replace, order, self._state)
            and not order.is_filled
            and not any(one.in_doubt for one in order.outstanding_requests)
        )

    def _chains(self, order: Order) -> bool:
        return self._entry.reach(order).profile.chains_replaces


def _has_pending(order: Order, kind: RequestKind) -> bool:
    return any(request.kind is kind for request in order._requests.values())

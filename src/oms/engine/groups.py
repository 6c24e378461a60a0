"""Groups at work: what they should have at the venues is compared to what they have, and the difference is asked for.

Nothing is remembered of what was meant to happen: after each input the groups that it touched are looked at, and the first
thing that is not as it should be is done, until nothing is left to do. Each order passes the gate like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from oms.engine import replaces
from oms.engine.group_book import ORIGIN, GroupBook
from oms.engine.group_watch import GroupWatch, released
from oms.engine.inputs import PlaceGroup
from oms.engine.leg_entry import check_known, is_open_for, is_taken
from oms.engine.native_groups import NativeGroups
from oms.engine.order_entry import OrderEntry
from oms.errors import LimitExceededError, ValidationError
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.contingency import CancelGroup, SubmitGroup, legs_of, nodes_of
from oms.model.decimals import ZERO, plain
from oms.model.enums import AnomalyCode, LegEnd, RequestKind
from oms.model.group import Group, GroupLeg
from oms.model.ids import BrokerName
from oms.model.market import MarketUpdate
from oms.model.order import Order
from oms.model.requests import Request
from oms.model.venue_profile import ReplaceSupport
from oms.order_types.contingency import LegFacts, LegGoal

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

MAX_STEPS: Final = 10_000
"""How many steps groups may take after one input before it is taken for a loop."""


class Groups:
    """What works the groups of an engine.

    Attributes:
        watch: The legs that wait here for their price.
    """

    __slots__ = ("_book", "_entry", "_native", "_state", "watch")

    def __init__(self, entry: OrderEntry) -> None:
        """Work on the state of an order entry, through which all orders go."""
        self._entry = entry
        self._state = entry.state
        self._book: GroupBook = entry.state.groups
        self._native = NativeGroups(entry)
        self.watch = GroupWatch(entry.state)

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
            ValidationError: The name is in use, or nothing works such terms; nothing has changed.
        """
        state, book = self._state, self._book
        for leg in legs_of(command.contingency):
            check_known(self._entry, leg)
        ref = command.client_ref
        if ref is not None and any(one.client_ref == ref for one in book.by_id.values()):
            raise ValidationError("client_ref", ref, "a reference that no other group has")
        state.begin(SubmitGroup, command.asked_by)
        book.asked = group
        state.record(
            ev.GroupCreated(
                *state.envelope(), book.next_id, command.account, ref, nodes_of(command.contingency)
            )
        )

    def cancel(self, command: CancelGroup) -> None:
        """Make nothing more of a group; where it is over, there is nothing to do.

        Raises:
            ValidationError: There never was such a group; nothing has changed.
        """
        state = self._state
        if not 0 < command.group_id < self._book.next_id:
            raise ValidationError("group_id", command.group_id, "the id of a group that was submitted here")
        group = self._book.by_id.get(command.group_id)
        if group is not None and not group.is_canceled:
            state.begin(CancelGroup, command.asked_by)
            state.record(ev.GroupCancelRequested(*state.envelope(), command.group_id))

    def on_market(self, update: MarketUpdate) -> None:
        """Take note that the market has reached the prices of legs that wait here."""
        state = self._state
        for group_id, number, hit in self.watch.reached(update):
            state.begin(type(update), ORIGIN)
            state.record(ev.LegReached(*state.envelope(), group_id, number, hit.trigger_px, hit.px))

    # ------------------------------------------------------------ what follows

    def settle(self, requests: list[Request]) -> None:
        """Ask for everything that is not as it should be.

        Raises:
            LimitExceededError: It does not come to rest.
        """
        dirty = self._book.dirty
        steps = 0
        while dirty:
            group = next(iter(dirty.values()))
            del dirty[group.group_id]
            steps += 1
            if steps > MAX_STEPS:
                raise LimitExceededError("MAX_STEPS", MAX_STEPS, "a group answers itself")
            if self._step(group, requests):
                dirty[group.group_id] = group

    def arm(self) -> None:
        """Wait for the prices of all legs that wait here, without asking for anything."""
        for group in self._book.by_id.values():
            if group.list_id is not None:
                continue
            facts = self._facts(group)
            self.watch.follow(group, self._book.sharing[group.group_id].goals(facts))

    def _facts(self, group: Group) -> list[LegFacts]:
        known, looked = [], self._book.may_rest[group.group_id]
        for leg in group.legs:
            is_reached = leg.reached > 0
            key = (leg.number, is_reached)
            may_rest = looked.get(key)
            if may_rest is None:
                may_rest = looked[key] = self._may_rest(group, leg)
            known.append(
                self._book.facts(leg, may_rest=may_rest, is_final=is_reached and self.watch.is_final(leg))
            )
        return known

    def _may_rest(self, group: Group, leg: GroupLeg) -> bool:
        # What cannot wait here is left to the gate.
        return not self.watch.can_wait(leg) or is_taken(self._entry, _order_of(group, leg, Decimal(1)))

    def _step(self, group: Group, requests: list[Request]) -> bool:
        """Do the first thing that is not as it should be; False where all is."""
        if group.list_id is not None:
            self._native.watch(group, requests)
            return False
        if self._native.place(group, requests):
            return True
        if self._stop(group):
            return True
        sharing = self._book.sharing[group.group_id]
        facts = self._facts(group)
        goals = sharing.goals(facts)
        for entry, excess in sharing.excess(facts).items():
            if not group.legs[entry]._excess_told:
                self._tell_excess(group.legs[entry], excess)
        for leg, goal in zip(group.legs, goals, strict=True):
            if goal.completes:
                self._record_stop(leg, LegEnd.COMPLETED)
                return True
        for leg, goal, known in zip(group.legs, goals, facts, strict=True):
            if (
                leg.orders
                and goal.total is not None
                and self._cut(leg, goal.total - known.executed, requests)
            ):
                return True
        lacking = [
            at for at, goal in enumerate(goals) if goal.total is None or goal.total > facts[at].executed
        ]
        for at in lacking:
            leg = group.legs[at]
            if self._add(leg, goals[at], facts[at], requests):
                # Whoever comes after it finds less room.
                if at != lacking[-1] or leg.orders[-1].is_ended:
                    return True
                break
        self.watch.follow(group, goals)
        return False

    def _stop(self, group: Group) -> bool:
        """Take note of orders that somebody canceled, and of those that are lost."""
        for leg in group.legs:
            if leg.end is not None:
                continue
            if leg._asked_away:
                self._record_stop(leg, LegEnd.WITHDRAWN)
                return True
            for order in leg.orders:
                if order.is_ended and order.order_id not in leg._cut:
                    self._record_stop(leg, LegEnd.LOST)
                    self._tell_lost(leg, order)
                    return True
        return False

    def _record_stop(self, leg: GroupLeg, why: LegEnd) -> None:
        state = self._state
        state.begin(SubmitGroup, ORIGIN)
        state.record(ev.LegStopped(*state.envelope(), leg._group.group_id, leg.number, why))

    def _tell_lost(self, leg: GroupLeg, order: Order) -> None:
        group = leg._group
        exits_of = self._book.sharing[group.group_id].exits_of
        entry = next((one for one, exits in exits_of.items() if leg.number in exits), None)
        if entry is None:
            return
        left = group.legs[entry].executed_qty - sum(
            (group.legs[one].executed_qty for one in exits_of[entry]), ZERO
        )
        text = f"an exit of group {group.group_id} is lost ({order.life.value}): {plain(left)} of {leg.leg.symbol} may be without it"
        self._tell(AnomalyCode.EXIT_LOST, order, text)

    def _tell_excess(self, entry: GroupLeg, excess: Decimal) -> None:
        text = (
            f"the exits of group {entry._group.group_id} have executed {plain(excess)} more than their entry"
        )
        order = entry.orders[-1] if entry.orders else None
        if order is not None:
            self._tell(AnomalyCode.EXITS_EXCEED_ENTRY, order, text)

    def _tell(self, code: AnomalyCode, order: Order, text: str) -> None:
        state = self._state
        state.begin(SubmitGroup, ORIGIN)
        broker = order.broker or BrokerName("")
        state.record(ev.AnomalyRaised(*state.envelope(), code, broker, order.order_id, text, ""))

    def _cut(self, leg: GroupLeg, wanted: Decimal, requests: list[Request]) -> bool:
        """Take off what a leg has at work beyond what is wanted, the newest order first."""
        excess = sum((_asked(order) for order in leg.orders), ZERO) - wanted
        if excess <= ZERO:
            return False
        for order in reversed(leg.orders):
            asked = _asked(order)
            if asked <= ZERO:
                continue
            keeps = asked - excess
            if keeps > ZERO and self._can_replace(leg, order):
                if not _has_pending(order, RequestKind.REPLACE) or self._chains(order):
                    total = replaces.wanted(order)[0] - excess
                    self._ask(ReplaceOrder(order.order_id, order_qty=total), requests)
                    return True
                return False
            if order.order_id not in leg._no_cancel:
                self._ask(CancelOrder(order.order_id), requests)
                return True
            excess -= asked
            if excess <= ZERO:
                return False
        return False

    def _add(self, leg: GroupLeg, goal: LegGoal, known: LegFacts, requests: list[Request]) -> bool:
        """Give a leg what it lacks, as far as there is room."""
        if goal.total is None:
            if leg.orders or leg.leg.order_qty is None:
                return False
            return self._place(leg, leg.leg.order_qty, requests)
        if goal.total <= known.executed:
            return False
        asked = sum([_asked(order) for order in leg.orders], ZERO)
        lacks = goal.total - known.executed - asked
        qty = lacks if goal.room is None else min(lacks, goal.room)
        if qty <= ZERO:
            return False
        for order in reversed(leg.orders):
            if _asked(order) <= ZERO:
                continue
            if not self._can_replace(leg, order):
                continue
            if _has_pending(order, RequestKind.REPLACE) and not self._chains(order):
                return False
            total = replaces.wanted(order)[0] + qty
            self._ask(ReplaceOrder(order.order_id, order_qty=total), requests)
            return True
        return self._place(leg, qty, requests)

    def _place(self, leg: GroupLeg, qty: Decimal, requests: list[Request]) -> bool:
        state, group = self._state, leg._group
        entry = self._entry_of(leg)
        command = _order_of(group, leg, qty)
        # Too little for an order, or a broker that is not known well enough yet: it comes when there is more, or is known.
        if entry is not None and not is_open_for(self._entry, command, is_last=entry._has_ended):
            return False
        state.begin(SubmitOrder, ORIGIN)
        order_id = state.free_order_id()
        state.record(ev.LegPlaced(*state.envelope(), group.group_id, leg.number, order_id))
        self._entry.submit(command, requests, promised=order_id)
        return True

    def _entry_of(self, leg: GroupLeg) -> GroupLeg | None:
        group = leg._group
        for entry, exits in self._book.sharing[group.group_id].exits_of.items():
            if leg.number in exits:
                return group.legs[entry]
        return None

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
            and order.order_id not in leg._no_replace
            and not order.is_filled
            and not any(one.in_doubt for one in order.outstanding_requests)
        )

    def _chains(self, order: Order) -> bool:
        return self._entry.reach(order).profile.chains_replaces


def _asked(order: Order) -> Decimal:
    """Give how much of an order is wanted to execute still, when everything that is unanswered is granted."""
    if order.is_closed and not order.outstanding_requests:
        return ZERO
    if _has_pending(order, RequestKind.CANCEL):
        return ZERO
    if order.is_ended:
        return ZERO
    return max(replaces.wanted(order)[0] - order.cum_qty, ZERO)


def _has_pending(order: Order, kind: RequestKind) -> bool:
    return any(request.kind is kind for request in order.outstanding_requests)


def _order_of(group: Group, leg: GroupLeg, qty: Decimal) -> SubmitOrder:
    of = leg.leg
    return SubmitOrder(
        of.symbol,
        of.side,
        qty,
        released(leg),
        of.time_in_force,
        of.account or group.account,
        instructions=of.instructions,
    )

"""Exits that may not go to their venue now: whatever lies there stays, somebody is told once, and they are asked for again.

A leg of a group is asked about before anything is taken back for it. Nothing is recorded of what is only asked about. An exit
that may not go waits here: it is held where it can be, and so gives its turn to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from oms.engine.group_book import GroupBook
from oms.engine.leg_entry import LegEntry, order_of, sent_of
from oms.engine.leg_events import ORIGIN
from oms.engine.leg_ways import way_of
from oms.engine.order_entry import OrderEntry
from oms.model import events as ev
from oms.model.contingency import TAKES_TURNS, SubmitGroup
from oms.model.decimals import ZERO, plain
from oms.model.define import record
from oms.model.enums import AnomalyCode
from oms.model.group import Group, GroupLeg
from oms.model.ids import BrokerName
from oms.model.market import MarketUpdate
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.order_types.contingency import Sharing
from oms.order_types.grid_checks import check_qty
from oms.order_types.leg_goals import LegGoal
from oms.order_types.strategy import working
from oms.order_types.validation import check_capabilities

# Routes, handlers and the gate are the order entry's own; what is kept on a leg is the group book's.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Reasons = tuple[Reason, ...]

_OF_ONE: Final = frozenset(
    {ReasonCode.MAX_ORDER_QTY, ReasonCode.MAX_ORDER_VALUE, ReasonCode.PRICE_COLLAR, ReasonCode.SELF_MATCH}
)
"""Why the gate refuses one order, and may let its siblings go."""


@record
class Barred:
    """With what a leg was barred; it is asked for again once one of these is another.

    Attributes:
        leg: It.
        update: The market as it was.
        open_orders: How many there were.
        is_killed: The kill switch was engaged.
        free_ns: Only the limit on messages bars it, until then, in nanoseconds UTC; None where that is not so.
    """

    leg: GroupLeg
    update: MarketUpdate | None
    open_orders: int
    is_killed: bool
    free_ns: int | None


class LegGate:
    """What asks the gate for legs before anything is done."""

    __slots__ = ("_book", "_entry", "_legs", "_state")

    def __init__(self, entry: OrderEntry, legs: LegEntry) -> None:
        """Ask the gate of an order entry; `legs` knows what can be held here."""
        self._entry, self._legs = entry, legs
        self._state = entry.state
        self._book: GroupBook = entry.state.groups

    def why_not(self, leg: GroupLeg, qty: Decimal, ahead: int) -> Reasons:
        """Give every reason for which a leg may not go to its venue now.

        Args:
            leg: It.
            qty: For how much.
            ahead: How many orders are to be canceled for it first; of these each is a message, and open no longer then.
        """
        entry, state = self._entry, self._state
        command = sent_of(entry, leg, qty)
        route = entry._routes.get(command.symbol) or entry._route(command.symbol)
        if route.has_choice:
            route = way_of(entry, leg)
        px, px_ns = entry._reference(command.symbol)
        handler = entry._handlers[type(command.terms)]
        worst_px = handler.worst_px(command, px)
        verdict = entry._gate.approve_submit(command, route.instrument, worst_px, px, px_ns, state.now_ns)
        reasons = verdict if isinstance(verdict, tuple) else ()
        if ahead:
            reasons = (*self._behind(reasons, ahead), *check_qty(qty, worst_px, route.instrument))
        if leg.reach is None:
            return reasons
        return (
            *reasons,
            *check_capabilities(command, route.capabilities, route.broker),
            *handler.check(command, route.instrument),
        )

    def _behind(self, reasons: Reasons, ahead: int) -> Reasons:
        """Give what speaks against an order that leaves only after some cancels, from what would if it left now."""
        risk = self._state.book
        limits = risk.limits
        assert limits is not None
        most = limits.max_open_orders
        if most is not None and len(risk.exposure.open_orders) - ahead < most:
            reasons = tuple(one for one in reasons if one.code is not ReasonCode.MAX_OPEN_ORDERS)
        free_ns = risk.free_at(ahead + 1)
        is_free = free_ns is not None and free_ns <= self._state.now_ns
        if is_free or any(one.code is ReasonCode.MSG_RATE for one in reasons):
            return reasons
        allowed = f"at most {limits.max_messages} requests in {limits.message_window_s} s"
        return (*reasons, Reason(ReasonCode.MSG_RATE, "message rate", f"{ahead + 1} more", allowed))

    def denies(
        self,
        group: Group,
        asked: Sequence[tuple[GroupLeg, LegGoal]],
        begin: Callable[[GroupLeg], tuple[int, int]],
    ) -> bool:
        """Deny the orders with which a group begins where one of them cannot be placed now: all of them, or none.

        What is held here passes the gate as it is released. But nothing begins while the kill switch is engaged.

        Args:
            group: It; nothing is asked once it has an order.
            asked: What it is to begin with.
            begin: Begins with the next order of a leg, and gives its place.

        Returns:
            Whether they were denied.
        """
        begins = [leg for leg in group.legs if leg._entry is None and leg.end is None]
        if not begins or any(leg.orders for leg in group.legs):
            return False
        if self._state.book.kill_reason is not None:
            against = {leg.number: self.why_not(leg, _own_qty(leg), 0) for leg in begins}
        else:
            against = {
                leg.number: self._legs.why_not_held(leg, order_of(leg, _own_qty(leg)))
                if goal.is_held
                else self._why_not_sent(leg)
                for leg, goal in asked
            }
        # One that may go itself is denied with the reasons of the first that may not.
        reasons: Reasons = next((some for some in against.values() if some), ())
        going = sum(not goal.is_held for _, goal in asked)
        if going > 1 and not reasons:
            reasons = self._too_many(going)
        if reasons:
            self._deny_all(begins, against, reasons, begin)
        return bool(reasons)

    def denies_exits(self, group: Group, begin: Callable[[GroupLeg], tuple[int, int]]) -> bool:
        """Deny the orders with which a group begins where one of its others could never be placed, and tell whether that was so.

        What an entry has brought would be without its exit.
        """
        reasons = self._legs.why_never([leg for leg in group.legs if leg._entry is not None])
        if not reasons:
            turns = self._book.sharing[group.group_id].turns
            reasons = self._legs.why_never_waiting(group.legs, turns)
        if reasons:
            begins = [leg for leg in group.legs if leg._entry is None]
            self._deny_all(begins, {}, reasons, begin)
        return bool(reasons)

    def _deny_all(
        self,
        legs: Sequence[GroupLeg],
        against: Mapping[int, Reasons],
        reasons: Reasons,
        begin: Callable[[GroupLeg], tuple[int, int]],
    ) -> None:
        for leg in legs:
            self._entry.deny(order_of(leg, _own_qty(leg)), begin(leg), against.get(leg.number) or reasons)

    def _why_not_sent(self, leg: GroupLeg) -> Reasons:
        """Give every reason for which a leg's first order would be denied if it were sent now."""
        entry, qty = self._entry, _own_qty(leg)
        last = self.why_not(leg, qty, 0)
        command = order_of(leg, qty)
        handler = entry._handlers[type(command.terms)]
        if working(entry._handlers, command.terms) is not None:
            return last
        route = way_of(entry, leg)
        px, _ = entry._reference(command.symbol)
        of_qty = check_qty(qty, handler.worst_px(command, px), route.instrument)
        of_itself = (*handler.check(command, route.instrument), *of_qty)
        return entry._look_closer(command, route, of_itself, last)[1]

    def _too_many(self, count: int) -> Reasons:
        """Give what speaks against so many orders at once of which each alone may go."""
        risk = self._state.book
        limits, opened = risk.limits, len(risk.exposure.open_orders)
        assert limits is not None
        reasons: Reasons = ()
        if limits.max_open_orders is not None and opened + count > limits.max_open_orders:
            asked, most = f"{opened} open, and {count} more", f"at most {limits.max_open_orders}"
            reasons = (Reason(ReasonCode.MAX_OPEN_ORDERS, "open orders", asked, most),)
        free_ns = risk.free_at(count)
        if free_ns is None or free_ns > self._state.now_ns:
            allowed = f"at most {limits.max_messages} requests in {limits.message_window_s} s"
            reasons += (Reason(ReasonCode.MSG_RATE, "message rate", f"{count} more", allowed),)
        return reasons

    def bar_reached(self, legs: Sequence[GroupLeg], turns: Mapping[int, int]) -> bool:
        """Bar the legs that were reached and may not go to their venue, before anything is taken back for them.

        Returns:
            Whether one was denied: one that no entry feeds, so that nobody knows whether it is an exit.
        """
        for leg in legs:
            held = leg.held
            if leg.reach is None or held is None or leg.number not in turns:
                continue
            ahead = _ahead_of(leg, turns)
            if leg._entry is None and not ahead:
                continue
            reasons = self.why_not(leg, held._order_qty, ahead)
            if not reasons:
                leg._passed = self._entry.market.get(leg.leg.symbol)
            elif leg._entry is None:
                self._deny(leg, reasons)
                return True
            else:
                self.bar(leg, held._order_qty, ahead, reasons)
        return False

    def bar_next(self, legs: Sequence[GroupLeg], sharing: Sharing) -> None:
        """Bar the legs that wait here and may not go to their venue, where their turn would come though no price was reached for them.

        What lies at the venue then stays.
        """
        turns = sharing.turns
        asked = [leg for leg in legs if leg.held is not None and leg.reach is None and not leg.asked_qty]
        while asked:
            goals = sharing.goals(legs)
            # Whoever is barred leaves its turn to another one.
            leg = next((one for one in asked if not goals[one.number].is_held), None)
            if leg is None:
                return
            asked.remove(leg)
            held, ahead = leg.held, _ahead_of(leg, turns)
            assert held is not None
            reasons = self.why_not(leg, held._order_qty, ahead) if ahead else ()
            if reasons:
                self.bar(leg, held._order_qty, ahead, reasons)

    def is_open(self) -> bool:
        """Tell whether nothing bars every order alike; what bars one alone is found out as it is placed."""
        risk = self._state.book
        limits = risk.limits
        return (
            risk.kill_reason is None
            and limits is not None
            and (limits.max_open_orders is None or len(risk.exposure.open_orders) < limits.max_open_orders)
            and not risk.is_rate_reached(self._state.now_ns)
        )

    def may_go(self, leg: GroupLeg, qty: Decimal) -> bool:
        """Tell whether a leg may be sent, and bar it where it may not.

        One that is placed with a price of its own is placed where nothing bars every order: it may be denied then, and
        waits from then on. One that was reached is not given away like that. What no entry feeds may open a position: nothing
        that is refused of that as it is asked for, or as it is reached, is asked for later.
        """
        if leg._entry is None and (leg.reach is not None or not leg.orders):
            return True
        if self.is_open():
            if leg.reach is None and not leg._wait_told and not (leg._entry or leg)._wait_told:
                return True
            if leg.reach is not None and leg._passed is self._entry.market.get(leg.leg.symbol):
                return True
        reasons = self.why_not(leg, qty, 0)
        if reasons:
            self.bar(leg, qty, 0, reasons)
        return not reasons

    def bar(self, leg: GroupLeg, qty: Decimal, ahead: int, reasons: Reasons) -> None:
        """Let an exit wait for these reasons: told once, and asked for again when one of them may be gone."""
        state, book, group = self._state, self._book, leg._group
        risk = state.book
        free_ns = None
        if all(one.code is ReasonCode.MSG_RATE for one in reasons):
            free_ns = risk.free_at(ahead + 1)
        book.refused.setdefault(group.group_id, state.now_ns)
        book.barred[group.group_id] = Barred(
            leg,
            self._entry.market.get(leg.leg.symbol),
            len(risk.exposure.open_orders),
            risk.kill_reason is not None,
            free_ns,
        )
        if leg.may_rest and not leg.asked_qty and (leg.reach is not None or type(leg.terms) in TAKES_TURNS):
            leg.may_rest = False
            book.dirty[group.group_id] = group
        self.tell(leg, qty, reasons)

    def tell(self, leg: GroupLeg, qty: Decimal, reasons: Reasons) -> None:
        """Say that an exit waits, and for what; once."""
        group, entry = leg._group, leg._entry
        # What bars this one alone is told of it; of what bars all of them alike it is told once for all.
        is_alone = leg.reach is None and bool(leg.orders) and any(one.code in _OF_ONE for one in reasons)
        subject = leg if leg.reach is not None or entry is None or is_alone else entry
        if subject._wait_told:
            return
        why = "; ".join(map(str, reasons))
        if leg.reach is not None:
            text = f"the price of an exit of group {group.group_id} was reached, and it may not go to its venue now: {why}; it is asked again"
        elif subject is leg:
            text = f"an exit of group {group.group_id} for {plain(qty)} of {leg.leg.symbol} may not go to its venue now, and waits here: {why}; it is asked again"
        else:
            text = f"{plain(qty)} of {leg.leg.symbol} in group {group.group_id} may be without an exit at a venue: {why}; it is asked again"
        order = leg.held if leg.reach is not None else subject.orders[-1]
        assert order is not None
        state = self._state
        state.begin(SubmitGroup, ORIGIN)
        broker = order.broker or BrokerName("")
        code = AnomalyCode.EXIT_WAITS
        state.record(ev.AnomalyRaised(*state.envelope(), code, broker, order.order_id, text, ""))

    def _deny(self, leg: GroupLeg, reasons: Reasons) -> None:
        """Deny the order of a leg whose price was reached; nothing leaves."""
        state, order = self._state, leg.held
        assert order is not None
        state.begin(SubmitGroup, ORIGIN)
        state.record_of(order, ev.OrderDenied(*state.envelope(), order.order_id, reasons))

    def ask_again(self) -> None:
        """Have the groups looked at again of which an exit may be let go by now."""
        barred, risk = self._book.barred, self._state.book
        if risk.kill_reason is not None:
            return
        count, market, now_ns = len(risk.exposure.open_orders), self._entry.market, self._state.now_ns
        for one in list(barred.values()):
            leg = one.leg
            if leg.reach is None and _ahead_of(leg, self._book.sharing[leg._group.group_id].turns):
                # Another one lies at the venue for it. It would give way, which is not worth more than a look each pause.
                continue
            if one.free_ns is not None:
                is_due = one.free_ns <= now_ns
            else:
                symbol = leg.leg.symbol
                is_due = one.is_killed or one.open_orders != count or market.get(symbol) is not one.update
            if is_due:
                self.look_again(leg._group)

    def look_again(self, group: Group) -> None:
        """Have a group looked at as if nobody had looked at its gate before."""
        self._book.barred.pop(group.group_id, None)
        group._is_unknown = True
        self._book.dirty[group.group_id] = group

    def next_due_ns(self) -> int | None:
        """Give when the limit on messages lets the next one go, in nanoseconds UTC; None where it bars nobody."""
        due = [one.free_ns for one in self._book.barred.values() if one.free_ns is not None]
        return min(due) if due else None


def _own_qty(leg: GroupLeg) -> Decimal:
    assert leg.leg.order_qty is not None, "a leg that no entry feeds has a quantity"
    return leg.leg.order_qty


def _ahead_of(leg: GroupLeg, turns: Mapping[int, int]) -> int:
    """Count the orders that have to be canceled before a leg may take its turn."""
    turn = turns.get(leg.number)
    if turn is None:
        return 0
    return sum(
        1
        for other in leg._group.legs
        if other is not leg and turns.get(other.number) == turn
        for order in other.orders
        if order is not other.held and _works(order)
    )


def _works(order: Order) -> bool:
    return not order.is_closed and order._leaves_qty > ZERO

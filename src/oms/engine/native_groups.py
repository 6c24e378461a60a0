"""Groups that their venue works: they go out as one list, and are watched from then on.

A group goes to its venue where that works all of it exactly, and every one of its orders could be placed now as it is;
otherwise it is worked here. What the venue does to one order because of another comes back as reports like any other; what is
left to do here is to notice what it should not have done, to cancel what is to be canceled, and to take a group back of which
its venue leaves something without the exits that it should have.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, TypeAlias

from oms.engine import group_records, list_exits, lost_exits
from oms.engine.group_book import GroupBook, is_fresh
from oms.engine.leg_entry import LegEntry
from oms.engine.leg_events import ORIGIN, may_be_held
from oms.engine.leg_ways import routed, way_of
from oms.engine.order_entry import _DATED, OrderEntry
from oms.engine.routes import Route
from oms.engine.state import ID_BLOCK
from oms.model import events as ev
from oms.model.commands import CancelOrder, SubmitOrder
from oms.model.contingencies import order_qtys
from oms.model.contingency import SubmitGroup
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, LegEnd, RequestKind
from oms.model.group import Group, GroupLeg
from oms.model.ids import BrokerName, ListId, OrderId
from oms.model.order import Order
from oms.model.requests import NewOrderList, Request
from oms.model.time_in_force import Day, GoodForTime, GoodTillCancel, GoodTillDate, GoodTillTime
from oms.order_types.grid_checks import check_qty

# What is kept on a leg is the group book's own; routes and handlers are the order entry's.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


_LONGER: Final = frozenset({GoodTillCancel, GoodTillDate, GoodTillTime, GoodForTime})
"""Times in force that may go beyond a day."""
_Granted: TypeAlias = tuple[SubmitOrder, Any, Decimal | None, int]
"""An order that may go out, what the gate said, and the market price that it was judged by and when that was received."""


class NativeGroups:
    """What sends groups as lists, and watches over them."""

    __slots__ = ("_book", "_entry", "_legs", "_state")

    def __init__(self, entry: OrderEntry, legs: LegEntry) -> None:
        """Work on the state of an order entry, through which all orders go; `legs` knows what venues take."""
        self._entry, self._legs = entry, legs
        self._state = entry.state
        self._book: GroupBook = entry.state.groups

    def place(self, group: Group, requests: list[Request]) -> bool:
        """Send a group as one list; False where nothing was done, since it is to be worked here."""
        broker = self._venue_of(group)
        if broker is None or group.is_canceled:
            return False
        for leg in group.legs:
            if leg.orders or leg.reached or leg.end is not None:
                return False
        state, router = self._state, self._entry._router
        granted = self._granted(group, broker)
        if not granted:
            return False
        state.begin(SubmitOrder, ORIGIN)
        epoch, cause, begun, now_ns = state.epoch, state.cause, state.input_sequence, state.now_ns
        list_id, first = ListId(f"{state.prefix}-{group.group_id}"), state.free_order_id()
        order_ids = tuple([OrderId(first + leg.number) for leg in group.legs])
        state.record(
            ev.GroupListed(begun, epoch, cause, begun, now_ns, group.group_id, list_id, broker, order_ids)
        )
        orders = []
        is_routed = state.venues.routing is not None
        for leg, order_id, (command, verdict, px, px_ns) in zip(group.legs, order_ids, granted, strict=True):
            # As `OrderEntry.submit` has it, which would look at everything again.
            order = state.record_created(
                ev.OrderCreated(
                    state.version + 1, epoch, cause, begun, now_ns, order_id, command.symbol, command.side, command.order_qty,
                    command.terms, command.time_in_force, command.account, None, px, px_ns, None, command.instructions,
                    (group.group_id, leg.number),
                )
            )  # fmt: skip
            if is_routed and (decision := routed(self._entry, leg, command)[1]) is not None:
                self._entry._choice.record(order, decision, is_sent=leg._entry is None)
            identity = state.next_cl_ord_id()
            state.record_of(
                order,
                ev.OrderSubmitted(state.version + 1, epoch, cause, begun, now_ns, order_id, identity, broker),
            )
            orders.append(router.new_order(verdict, order_id, broker, identity, now_ns))
        requests.append(NewOrderList(broker, list_id, now_ns, group.contingency, tuple(orders)))
        return True

    def _granted(self, group: Group, broker: BrokerName) -> list[_Granted]:
        """Give the orders of a group as they go out together; none where one of them may not, or would be for nothing."""
        entry, state = self._entry, self._state
        qtys = order_qtys(group.contingency)
        if not all(qtys) or not self._has_room(broker, len(qtys)):
            return []
        granted: list[_Granted] = []
        for leg in group.legs:
            of, qty = leg.leg, qtys[leg.number]
            symbol, terms = of.symbol, of.terms
            command = SubmitOrder(
                symbol, of.side, qty, terms, of.time_in_force, of.account or group.account, None, "", None, of.instructions
            )  # fmt: skip
            route, handler = way_of(entry, leg), entry._handlers[type(terms)]
            instrument = route.instrument
            px, px_ns = entry._reference(symbol)
            worst_px = handler.worst_px(command, px)
            verdict = entry._gate.approve_submit(command, instrument, worst_px, px, px_ns, state.now_ns)
            if (
                type(verdict) is tuple
                or handler.check(command, instrument)
                or check_qty(qty, worst_px, instrument)
                or not self._is_taken(leg, command, route)
            ):
                return []
            granted.append((command, verdict, px, px_ns))
        return granted

    def watch(self, group: Group, requests: list[Request]) -> bool:
        """Cancel the orders of a group that is to be canceled, and tell of what its venue should not have done.

        What an entry has brought may be without an exit although nobody has ended one: its list was done with them before
        something was busted or came late, or its venue has refused one. Its venue makes no new ones, so the group is worked
        here from then on.

        Returns:
            Whether that has begun.
        """
        legs = group.legs
        for leg in legs:
            if group.is_canceled or leg.end is LegEnd.UNPROTECTED:
                for order in leg.orders:
                    self._cancel(leg, order, requests)
        sharing = self._book.sharing[group.group_id]
        group_records.tell_excesses(self._state, legs, sharing.excess(legs))
        is_missed = False
        for leg in legs:
            if leg.end is not None:
                continue
            if leg._asked_away or leg.orders[-1].is_closed:
                is_missed |= self._stop(leg)
            elif leg._entry is not None and leg.orders[-1]._lost_qty:
                is_missed |= list_exits.is_short(leg, sharing.exits_of[leg._entry.number])
        if group._has_lost:
            lost_exits.follow(self._state, self._book, group)
        if is_missed:
            state = self._state
            state.begin(SubmitGroup, ORIGIN)
            state.record(ev.GroupUnlisted(*state.envelope(), group.group_id))
        return is_missed

    def _cancel(self, leg: GroupLeg, order: Order, requests: list[Request]) -> None:
        pending = any(request.kind is RequestKind.CANCEL for request in order.outstanding_requests)
        if order.is_closed or pending:
            return
        if not is_fresh(leg._no_cancel, order, self._state):
            self._state.begin(CancelOrder, ORIGIN)
            self._entry.cancel(CancelOrder(order.order_id), requests)
        elif order.order_id not in leg._stuck:
            why = "is canceled" if leg._group.is_canceled else "has lost an exit"
            text = f"group {leg._group.group_id} {why}, and the cancel of it was refused; it is asked again"
            group_records.tell(self._state, AnomalyCode.NOT_TAKEN_BACK, order, text)

    def _stop(self, leg: GroupLeg) -> bool:
        """Take note that an order was withdrawn, has ended with its list's work done, or is lost; True where it is missed here."""
        state, group, order = self._state, leg._group, leg.orders[-1]
        if leg._asked_away:
            group_records.stop(state, leg, LegEnd.WITHDRAWN)
            return False
        exits_of, entry, lost = self._book.sharing[group.group_id].exits_of, leg._entry, ZERO
        if entry is not None:
            lost = list_exits.without(leg, exits_of[entry.number])
            if lost <= ZERO:
                return False  # as its list wants it, as far as anybody knows
            if not order.is_ended or order.order_id in leg._cut or may_be_held(leg, order):
                return True
        elif not order.is_ended:
            return False
        else:
            lost = list_exits.without_alternative(leg, order)
        is_done = entry is None and ZERO < leg.executed_qty <= list_exits.executed(
            group, exits_of.get(leg.number, ())
        )
        group_records.stop(state, leg, LegEnd.COMPLETED if is_done else LegEnd.LOST)
        if lost > ZERO:
            group_records.tell_lost(state, leg, order, lost)
        return False

    # ------------------------------------------------------------ whether a venue works it

    def _venue_of(self, group: Group) -> BrokerName | None:
        symbol = group.legs[0].leg.symbol
        first = way_of(self._entry, group.legs[0])
        can = first.capabilities.contingencies
        if can is None or first.why_not:
            return None
        legs = group.legs
        if can.why_not(group.contingency, [leg.leg for leg in legs]):
            return None
        for leg in legs:
            if _may_end_before_its_entry(leg):
                return None
            if leg.leg.symbol == symbol:
                continue
            route = way_of(self._entry, leg)
            if route.broker != first.broker or route.why_not:
                return None
        return first.broker

    def _is_taken(self, leg: GroupLeg, command: SubmitOrder, route: Route) -> bool:
        # What `OrderEntry.submit` would look at beside the gate, its terms and its quantity.
        if command.instructions is None and type(command.time_in_force) not in _DATED:
            return self._legs.rests(leg, route)
        trigger, against = self._entry._look_closer(command, route, (), ())
        return trigger is None and not against

    def _has_room(self, broker: BrokerName, count: int) -> bool:
        # For all of them together: the gate looks at one after the other. A block of ids may have to be begun for them.
        if self._entry._last_counters[broker] < self._state.reserved + ID_BLOCK:
            return False
        book, now_ns = self._state.book, self._state.now_ns
        limits = book.limits
        if limits is None:
            return False
        most = limits.max_open_orders
        if most is not None and len(book.exposure.open_orders) + count > most:
            return False
        free_ns = book.free_at(count)
        return free_ns is not None and free_ns <= now_ns


def _may_end_before_its_entry(leg: GroupLeg) -> bool:
    # Its venue counts the time of an exit from when the list is placed. Worked here, that is from when there is something to exit.
    if leg._entry is None:
        return False
    tif = type(leg.leg.time_in_force)
    return tif is GoodForTime or (tif is Day and type(leg._entry.leg.time_in_force) in _LONGER)

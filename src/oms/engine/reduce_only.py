"""Reduce-only orders: together they never ask for more than flattens the position.

The position is what has executed here, net, for the account and the instrument. An order that would turn it over is refused;
as it shrinks, what works is made smaller, newest first, and canceled where nothing is left; as it grows again, nothing grows.
A list is taken back from its venue where that is to happen to it: its group goes on with what is left, and grows again.
All of it is commands, each of which passes the gate. A venue may execute faster than it can be asked: what executes beyond the
position is booked as always, and flagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from oms.engine import replaces
from oms.engine.order_entry import OrderEntry
from oms.engine.reduce_only_room import net_qty
from oms.engine.reducing_sums import NOTHING, Holding, is_reduce_only
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder
from oms.model.decimals import ZERO, plain
from oms.model.door import REDUCE_ONLY, KnownAsker
from oms.model.enums import AnomalyCode, Side
from oms.model.group import Group
from oms.model.ids import BrokerName, ClOrdId, OrderId
from oms.model.order import Order
from oms.model.reasons import ReasonCode

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

ORIGIN: Final = REDUCE_ONLY
"""Who asks for what is done here, for the record."""

_EXECUTIONS: Final = frozenset({ev.Traded, ev.TradeCorrected, ev.TradeCanceled})
_NO_NEWS: Final = frozenset(
    {
        ev.OrderCreated, ev.OrderDenied, ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested, ev.FeeCharged,
        ev.OrderStatusRequested, ev.ReportIgnored, ev.OrderNamed,
    }
)  # fmt: skip
"""Events of a reduce-only order that neither let it execute more nor settle what was asked about it."""

_Command: TypeAlias = CancelOrder | ReplaceOrder


class ReduceOnly:
    """Looks after the reduce-only orders of an engine, event by event."""

    __slots__ = ("_entry", "_looks_at_all", "_ours", "_seen", "_state", "_working")

    def __init__(self, entry: OrderEntry) -> None:
        """Begin with a look at every one of them: what was asked before may not have been possible then."""
        self._entry = entry
        self._state = entry.state
        self._working = entry.state.book.exposure.reducing
        self._looks_at_all = True
        self._seen = entry.state.version
        # The last replace that was asked for here, by order: once it is refused the order is canceled.
        self._ours: dict[OrderId, ClOrdId] = {}

    def follow(self, fresh: Sequence[ev.Event]) -> Sequence[_Command]:
        """Give the commands that follow from the events since the last look, the newest of which are `fresh`."""
        if not self._looks_at_all and (not fresh or fresh[-1].sequence == self._seen):
            return ()
        new = [event for event in fresh if event.sequence > self._seen]
        touched = dict.fromkeys(self._working) if self._looks_at_all else {}
        self._looks_at_all = False
        fixed: set[OrderId] = set()
        stuck: set[OrderId] = set()
        for event in new:
            if not isinstance(event, ev.OrderEvent):
                continue
            order = self._state.index.by_id.get(event.order_id)
            if order is None:
                continue
            holding = (order._account, order._symbol)
            if holding in self._working and self._is_news(order, event, fixed, stuck):
                touched[holding] = None
        commands = [command for holding in touched for command in self._cuts(holding, fixed, stuck)]
        self._seen = self._state.version
        self._state.reductions.catch_up(self._state)
        return commands

    def _is_news(self, order: Order, event: ev.OrderEvent, fixed: set[OrderId], stuck: set[OrderId]) -> bool:
        kind = type(event)
        if not is_reduce_only(order):
            return kind in _EXECUTIONS
        number = order._order_id
        if isinstance(event, ev.ReplaceRequested) and event.cause.origin == ORIGIN:
            self._ours[number] = event.cl_ord_id
        elif isinstance(event, ev.ReplaceRejected) and self._ours.get(number) == event.cl_ord_id:
            fixed.add(number)
        elif isinstance(event, ev.ReplaceDenied | ev.CancelDenied):
            if event.cause.origin != ORIGIN:
                return False
            (fixed if isinstance(event, ev.ReplaceDenied) else stuck).add(number)
        elif isinstance(event, ev.CancelRejected):
            stuck.add(number)
        elif isinstance(event, ev.Traded | ev.TradeCorrected):
            self._flag_excess(order, event)
        return kind not in _NO_NEWS

    def _flag_excess(self, order: Order, event: ev.Traded | ev.TradeCorrected) -> None:
        more = event.last_qty if isinstance(event, ev.Traded) else event.last_qty - event.old_qty
        net = net_qty(self._state, (order._account, order._symbol))
        beyond = min(net if order._side is Side.BUY else -net, more)
        if beyond > ZERO:
            text = f"{plain(beyond)} more than the position executed; it is {plain(net)} now"
            self._flag(order, text)

    def _flag(self, order: Order, text: str) -> None:
        state, code = self._state, AnomalyCode.REDUCE_ONLY_EXCEEDED
        broker = order._broker or BrokerName("")
        state.record(ev.AnomalyRaised(*state.envelope(), code, broker, order._order_id, text, ""))

    def _cuts(self, holding: Holding, fixed: set[OrderId], stuck: set[OrderId]) -> Iterator[_Command]:
        net = net_qty(self._state, holding)
        for is_buy in (False, True):
            side = self._state.reductions.of(self._state, holding, is_buy=is_buy)
            excess = side.asked_qty - max(-net if is_buy else net, ZERO)
            lists = dict(side.lists)
            # The newest first.
            for number in reversed(side.shares):
                if excess <= ZERO:
                    break
                share = side.shares[number]
                if share.group is not None:
                    excess -= self._take_back(share.group, lists.pop(share.group.group_id, NOTHING)[0])
                    continue
                order, asked = share.order, share.asked_qty
                cut = min(asked, excess)
                if cut and number in stuck:
                    # Older ones give way to what cannot be stopped.
                    text = f"it may execute {plain(cut)} more than the position, and could not be canceled"
                    self._flag(order, text)
                elif cut:
                    excess -= cut
                    yield from self._cut(order, asked - cut, can_amend=number not in fixed)

    def _take_back(self, group: Group, asked: Decimal) -> Decimal:
        """Let a group work here from now on what its list asks for, which is less now; gives how much that was."""
        if asked:
            state = self._state
            state.record(ev.GroupUnlisted(*state.envelope(), group.group_id))
        return asked

    def _cut(self, order: Order, left: Decimal, *, can_amend: bool) -> Iterator[_Command]:
        """Give what leaves this much of an order; nothing where an answer must come first."""
        if left and can_amend:
            parent = self._state.parents.by_id.get(order._order_id)
            done = order._cum_qty if parent is None else parent.filled
            command = ReplaceOrder(order._order_id, order_qty=done + left, asked_by=KnownAsker(ORIGIN))
            against = replaces.why_not_amendable(order, command, self._entry.reach(order))
            if order._broker is None or not against:
                yield command
                return
            is_waiting = all(reason.code is ReasonCode.ALREADY_PENDING for reason in against)
            if is_waiting and not order.is_in_doubt:
                return
        yield CancelOrder(order._order_id, KnownAsker(ORIGIN))

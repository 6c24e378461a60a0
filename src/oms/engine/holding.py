"""What becomes of the orders that are held here: the market releases them, commands change them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from oms.engine import replaces
from oms.engine.expiring import why_past
from oms.engine.failed_releases import checked_terms, give_up, tell_denied
from oms.engine.inputs import TimerDue
from oms.engine.leg_ways import way_of
from oms.engine.order_entry import OrderEntry
from oms.engine.put_off import PutOff
from oms.engine.reduce_only_room import why_not_grown, why_too_large
from oms.engine.routes import unquoted_of
from oms.model import events as ev
from oms.model.capabilities import AMENDABLE, Capabilities
from oms.model.commands import ReplaceOrder, SubmitOrder
from oms.model.decimals import EXACT, plain
from oms.model.enums import HeldPolicy, Side
from oms.model.ids import BrokerName
from oms.model.market import MarketUpdate
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.terms import Terms
from oms.model.time_in_force import GoodForTime
from oms.model.triggers import QuoteTrigger, ReachedTrigger, Release, TriggerHit
from oms.order_types.cash import cash_px, is_turned, lots_for
from oms.order_types.grid_checks import check_qty
from oms.order_types.placing import hold, released_terms, released_time_in_force
from oms.order_types.validation import check_capabilities, check_least_qty

# It is the part of the order entry that is needed where orders are held.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

Reasons: TypeAlias = tuple[Reason, ...]
Reach: TypeAlias = tuple[Terms, Decimal, Decimal, int]
"""What an order was reached with: what it becomes, what it waited for, which price that was, and when it was received."""

_CLOCK: Final = "clock"
MARKET: Final = "market"
"""Who spoke where a price has released an order."""

_HERE: Final = Capabilities(order_types=frozenset(), amendable=AMENDABLE)
"""What is held here can be changed in everything."""


class Holding:
    """Works the orders that are held.

    Attributes:
        policy: What becomes of those that the first price after a start reaches.
    """

    __slots__ = ("_entry", "_put_off", "policy")

    def __init__(self, entry: OrderEntry) -> None:
        """Send through this entry."""
        self._entry = entry
        self._put_off = PutOff(entry)
        self.policy = HeldPolicy.RELEASE

    def watch(self, update: MarketUpdate, requests: list[Request]) -> None:
        """Take the market in, and send whoever it releases.

        While nobody trades no price counts, and no trail moves: as at a venue.
        While the broker is not reconciled, or of a rule for the instrument none is, nobody listens: what the first price after
        that reaches is missed, as after a start.
        """
        entry, state = self._entry, self._entry.state
        held = state.held_orders
        if state.is_still(update.symbol):
            return
        if state.breaks.unreconciled and entry.routes.is_shut(update.symbol):
            return
        book, hits = held.book, held.take(update)
        if hits or book.moves:
            state.begin(type(update), MARKET)
            for name, px in tuple(book.moves.items()):
                state.record(ev.TrailsMoved(*state.envelope(), *name, px))
            for hit in hits:
                order_id = hit.order_id
                order = held.orders[order_id]
                if held.comes_back(order_id):
                    where = held.brokers[order_id], held.trigger(order_id), order_id in held.named
                    state.record_of(order, ev.OrderHeld(*state.envelope(), order_id, *where))
                else:
                    self._reached(order, hit, update.time_ns, requests)
        if held.unheard:
            held.hear(update)

    def _reached(self, order: Order, hit: TriggerHit, px_ns: int, requests: list[Request]) -> None:
        state = self._entry.state
        held, order_id = state.held_orders, order.order_id
        if held.is_missed(order_id):
            policy = self.policy
            missed = (hit.trigger_px, hit.px, policy, held.stood(order_id))
            state.record_of(order, ev.TriggerMissed(*state.envelope(), order_id, *missed))
            if policy is HeldPolicy.WAIT:
                return
            if policy is HeldPolicy.CANCEL:
                text = "its trigger may have been reached while nobody listened"
                state.record_of(order, ev.OrderCanceled(*state.envelope(), order_id, None, text))
                return
        self.release(order, hit, px_ns, requests)

    def release(self, order: Order, hit: TriggerHit, px_ns: int, requests: list[Request]) -> None:
        """Send an order that is held, or deny it, as it is released; where it is of a group, that does so in its turn.

        One that cannot be, since a handler of its terms fails at it, is denied and told of; nothing else is the worse for it.

        Args:
            order: It.
            hit: What has released it.
            px_ns: When that was received, in nanoseconds UTC.
            requests: Where what leaves is added.
        """
        try:
            self._release(order, hit, px_ns, requests)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # a handler of somebody's own may raise anything
            give_up(self._entry.state, order, self._entry._handlers, error)

    def try_again(self, order: Order, requests: list[Request]) -> None:
        """Send an order that was put off, if it may go by now; not while nobody trades."""
        state = self._entry.state
        trigger = state.held_orders.trigger(order.order_id)
        is_still = state.is_still(order.symbol)
        if isinstance(trigger, ReachedTrigger) and not is_still and self._put_off.is_due(order.order_id):
            state.begin(TimerDue, _CLOCK)
            try:
                self._go(order, trigger, requests)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001  # as above
                give_up(state, order, self._entry._handlers, error)

    def _release(self, order: Order, hit: TriggerHit, px_ns: int, requests: list[Request]) -> None:
        state, order_id = self._entry.state, order.order_id
        terms = checked_terms(
            released_terms(command_of(order, order.terms), hit, self._entry._handlers), self._entry._handlers
        )
        reach = (terms, hit.trigger_px, hit.px, px_ns)
        leg = state.groups.of_order.get(order_id)
        if leg is not None:
            # What else lies at the venue for it is taken back first: the group releases it.
            state.record(ev.LegReached(*state.envelope(), leg._group.group_id, leg.number, order_id, *reach))
            return
        self._go(order, ReachedTrigger(*reach), requests)

    def _go(self, order: Order, reached: ReachedTrigger, requests: list[Request]) -> None:
        """Send an order with what it was reached with, or put it off where it waits for a price and may not go yet."""
        held, terms = self._entry.state.held_orders, reached.terms
        reach = (terms, reached.trigger_px, reached.px, reached.px_ns)
        named, waits_for = held.named_broker(order.order_id), held.trigger(order.order_id)
        is_priced = not isinstance(waits_for, QuoteTrigger)
        if is_priced and self._put_off.is_put_off(order, command_of(order, terms), named, reached):
            return
        if order.cash_order_qty is not None:
            self._release_money(order, reach, requests, named)
            return
        self.release_as(order, reach, requests, named)

    def release_as(
        self,
        order: Order,
        reach: Reach,
        requests: list[Request],
        named: BrokerName | None = None,
        money: tuple[Decimal | None, Decimal | None] = (None, None),
    ) -> None:
        """Send an order as what it was reached with, with a time in force that its venue takes for that, or deny it."""
        state, order_id, terms = self._entry.state, order.order_id, reach[0]
        can = self._entry._router.reach(state.held_orders.brokers[order_id])
        own = order.time_in_force
        sent = own if can is None else released_time_in_force(own, order.terms, terms, can.order_types)
        if sent is own:
            self._shorten(order)
        state.record_of(
            order,
            ev.OrderReleased(*state.envelope(), order_id, *reach, *money, None if sent is own else sent),
        )
        self.send(order, terms, requests, named)

    def _release_money(
        self, order: Order, reach: Reach, requests: list[Request], named: BrokerName | None
    ) -> None:
        """Send an order for money that is released; for a quantity where its venue takes no money."""
        state, order_id, cash = self._entry.state, order.order_id, order.cash_order_qty
        route, terms = self._entry.home(order.symbol, order.account, named), reach[0]
        assert cash is not None
        if not is_turned(command_of(order, order.terms), route.capabilities):
            self.release_as(order, reach, requests, named)
            return
        quote = self._entry.quotes.get(order.symbol)
        px = cash_px(terms, quote, reach[2], is_buy=order.side is Side.BUY)
        qty = lots_for(cash, px, route.instrument)
        if isinstance(qty, Reason):
            state.record_of(order, ev.OrderReleased(*state.envelope(), order_id, *reach, None, px))
            state.record_of(order, ev.OrderDenied(*state.envelope(), order_id, (qty,)))
            tell_denied(state, order, (qty,))
            return
        self.release_as(order, reach, requests, named, (qty, px))

    def _shorten(self, order: Order) -> None:
        """Leave an order that is good for so many seconds what is left of them: its venue counts from when it comes there."""
        state, tif = self._entry.state, order.time_in_force
        if type(tif) is not GoodForTime:
            return
        left_ns = state.timers.expiries.known[order.order_id].due_ns - state.now_ns
        if 0 < left_ns < tif.duration_ns:
            left = GoodForTime(EXACT.scaleb(Decimal(left_ns), -9))
            amended = (order.order_qty, order.terms, state.held_orders.trigger(order.order_id), left)
            state.record_of(order, ev.OrderAmended(*state.envelope(), order.order_id, *amended))

    def send(
        self, order: Order, terms: Terms, requests: list[Request], named: BrokerName | None = None
    ) -> None:
        """Send an order that was just released as these terms, to the broker named where one was; or deny it.

        It is denied, too, where a handler of its terms fails.
        """
        try:
            self._send(order, command_of(order, terms), requests, named)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # as above
            give_up(self._entry.state, order, self._entry._handlers, error)

    def _send(
        self, order: Order, command: SubmitOrder, requests: list[Request], named: BrokerName | None
    ) -> None:
        entry, state, order_id = self._entry, self._entry.state, order.order_id
        route, decision = (
            entry.way_of(order, command)
            if named is None
            else (entry.routes.at(order.symbol, named), entry._choice.given(command, named))
        )
        px, px_ns = entry._reference(command.symbol)
        handler = entry._handlers[type(command.terms)]
        worst_px = handler.worst_px(command, px)
        verdict = entry._gate.approve_submit(command, route.instrument, worst_px, px, px_ns, state.now_ns)
        of_qty: Reasons = ()
        if order.cash_order_qty is not None and command.cash_order_qty is None:
            of_qty = (
                *check_qty(command.order_qty, worst_px, route.instrument),
                *check_least_qty(command),
            )
        of_place = route.why_not or (
            *check_capabilities(command, route.capabilities, route.broker),
            *entry._why_no_id(route.broker, route.capabilities),
            *why_too_large(state, command, order_id),
        )
        against = (*of_place, *handler.check(command, route.instrument), *of_qty)
        is_denied = bool(against) or isinstance(verdict, tuple)
        if decision is not None:
            entry._choice.record(order, decision, is_sent=not is_denied)
        if against or isinstance(verdict, tuple):
            reasons = (*against, *(verdict if isinstance(verdict, tuple) else ()))
            state.record_of(order, ev.OrderDenied(*state.envelope(), order_id, reasons))
            if order_id not in state.groups.of_order:
                tell_denied(state, order, reasons)
            return
        identity = state.next_cl_ord_id()
        state.record_of(order, ev.OrderSubmitted(*state.envelope(), order_id, identity, route.broker))
        requests.append(entry._router.new_order(verdict, order_id, route.broker, identity, state.now_ns))

    # ------------------------------------------------------------ commands

    def replace(self, command: ReplaceOrder) -> None:
        """Change an order that is held, or deny it; nothing leaves."""
        state = self._entry.state
        order = state.held_orders.orders[command.order_id]
        trigger = self._amended(order, command)
        if isinstance(trigger, tuple):
            state.record_of(order, ev.ReplaceDenied(*state.envelope(), order.order_id, trigger))
            return
        was = state.held_orders.trigger(order.order_id)
        if isinstance(was, ReachedTrigger):
            trigger = was
        after = replaces.after(order, command)
        amended = (after.order_qty, after.terms, trigger, command.time_in_force)
        state.record_of(order, ev.OrderAmended(*state.envelope(), order.order_id, *amended))

    def _amended(self, order: Order, command: ReplaceOrder) -> Release | Reasons:
        """Give what an order waits for once it is changed, or every reason against that."""
        if order.cash_order_qty is not None:
            asked = f"{plain(order.cash_order_qty)}, in units not known yet"
            allowed = "a replace once the broker has said how many units it is"
            return (Reason(ReasonCode.UNSUPPORTED, "cash_order_qty", asked, allowed),)
        reasons = self._why_reached(order, command) or replaces.why_not_amendable(order, command, _HERE)
        reasons = reasons or why_not_grown(self._entry.state, order, command)
        if reasons:
            return reasons
        entry, after = self._entry, replaces.after(order, command)
        leg = entry.state.groups.of_order.get(order.order_id)
        named = entry.state.held_orders.named_broker(order.order_id)
        route = entry.home(after.symbol, after.account, named) if leg is None else way_of(entry, leg)
        handler, now_ns = entry._handlers[type(after.terms)], entry.state.now_ns
        px, px_ns = entry._reference(after.symbol)
        worst_px = handler.worst_px(after, px)
        trigger, against = (
            (None, route.why_not)
            if route.why_not
            else hold(
                after,
                route.capabilities,
                route.broker,
                entry._handlers,
                is_leg=leg is not None,
                unquoted=unquoted_of(entry.quotes, entry.market, route.instrument),
            )
        )
        verdict = (
            entry._gate.approve_reduction(command)
            if replaces.takes_less(order, command)
            else entry._gate.approve_replace(command, after, route.instrument, worst_px, px, px_ns, now_ns)
        )
        reasons = (
            *against,
            *why_past(entry.state, after),
            *check_least_qty(after),
            *handler.check(after, route.instrument),
            *check_qty(after.order_qty, worst_px, route.instrument),
            *(verdict if isinstance(verdict, tuple) else ()),
        )
        return reasons if reasons or trigger is None else trigger

    def _why_reached(self, order: Order, command: ReplaceOrder) -> Reasons:
        if order.order_id not in self._entry.state.held_orders.reached:
            return ()
        prices = {"price": command.price, "stop_px": command.stop_px, "display_qty": command.display_qty}
        return tuple(
            Reason(ReasonCode.UNSUPPORTED, name, plain(px), "no change of prices: its price was reached")
            for name, px in prices.items()
            if px is not None
        )


def command_of(order: Order, terms: Terms) -> SubmitOrder:
    """Give a held order as the command that would place it with these terms."""
    cash = order.cash_order_qty if not order.order_qty else None
    return SubmitOrder(
        order.symbol,
        order.side,
        None if cash is not None else order.order_qty,
        terms,
        order.time_in_force,
        order.account,
        order.client_ref,
        cash_order_qty=cash,
        instructions=order.instructions,
    )

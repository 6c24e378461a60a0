"""Commands: validated, gated, made true, and turned into requests. Refusals are events with every reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from oms.engine import leg_ways, parent_entry, replaces
from oms.engine.expiring import why_past
from oms.engine.meant_orders import meant_by
from oms.engine.reduce_only_room import why_not_grown, why_too_large
from oms.engine.refusals import why_used
from oms.engine.retention import order_of_id
from oms.engine.routes import Reasons, Route, reference_px, unworked
from oms.engine.state import State
from oms.engine.tapes import Tapes
from oms.engine.venue_choice import VenueChoice
from oms.engine.ways import NO_CAPABILITIES, Routes
from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.approval import Approved
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, MassCancel, ReplaceOrder, SubmitOrder
from oms.model.depth import Depth
from oms.model.enums import RequestKind
from oms.model.ids import Account, BrokerName, OrderId, Symbol, cl_ord_id, cl_ord_id_head
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote
from oms.model.mass_cancel import MassCancelResult
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.routing import RouteDecision
from oms.model.routing_places import Places
from oms.model.terms import Limit
from oms.model.time_in_force import GoodTillDate, GoodTillTime
from oms.model.triggers import Release
from oms.order_types.grid_checks import check_cash, check_qty
from oms.order_types.placing import place
from oms.order_types.registry import HandlerRegistry
from oms.order_types.strategy import working
from oms.order_types.validation import check_capabilities, check_least_qty
from oms.ports.working_handler import Plan
from oms.risk.gate import Gate
from oms.routing.router import Router

_DATED: Final = frozenset({GoodTillDate, GoodTillTime})

_TAKEN: Final[tuple[Release | Plan | None, Reasons]] = None, ()
"""Nothing speaks against sending an order as it is."""


class OrderEntry:
    """The way in for commands about orders."""

    __slots__ = (
        "_choice", "_gate", "_handlers", "_last_counters", "_references", "_route", "_router", "_routes", "market", "quotes",
        "routes", "state", "tapes",
    )  # fmt: skip

    def __init__(
        self, state: State, capabilities: Mapping[BrokerName, Capabilities], handlers: HandlerRegistry
    ) -> None:
        """Work on this state, with these brokers and order types."""
        self.state = state
        self.market: dict[Symbol, MarketUpdate] = {}
        self.quotes: dict[Symbol, Quote] = {}
        self.tapes = Tapes(state.halted)
        self._references: dict[Symbol, tuple[MarketUpdate | None, tuple[Decimal | None, int]]] = {}
        self._gate = Gate(state.book)
        self._router = Router(capabilities)
        self.routes = Routes(state, capabilities, self._router)
        self._routes, self._route = self.routes.known, self.routes.find
        self._handlers = handlers
        self._last_counters = self.routes.last_counters
        self._choice = VenueChoice(self.routes, state, capabilities, handlers, self.quotes)

    def submit(
        self, command: SubmitOrder, requests: list[Request], *, promised: OrderId | None = None,
        broker: BrokerName | None = None, leg: tuple[int, int] | None = None,
        decision: RouteDecision | None = None,
    ) -> None:  # fmt: skip
        """Place an order, or deny it: under the number promised, at the broker named (by that decision), or as that leg of that group.

        Raises:
            UnknownInstrumentError: The symbol was never defined; nothing has changed.
            ValidationError: No handler works such terms; nothing has changed.
        """
        state = self.state
        symbol, terms, qty, cash = command.symbol, command.terms, command.order_qty, command.cash_order_qty
        route = self.routes.at(symbol, broker) if broker else self._routes.get(symbol) or self._route(symbol)
        instrument, now_ns = route.instrument, state.now_ns
        px, px_ns = self._reference(symbol)
        handler = self._handlers.get(type(terms)) or unworked(terms)
        worst_px = handler.worst_px(command, px)
        of_terms = handler.check(command, instrument)
        of_qty = check_qty(qty, worst_px, instrument) if cash is None else check_cash(cash, instrument)
        verdict = self._gate.approve_submit(command, instrument, worst_px, px, px_ns, now_ns)
        trigger, against = _TAKEN
        if (
            of_terms
            or of_qty
            or type(verdict) is not Approved
            or command.client_ref is not None
            or cash is not None
            or command.instructions is not None
            or (type(terms), type(command.time_in_force)) not in route.order_types
            or type(command.time_in_force) in _DATED
            or route.last_counter < state.next_counter
            or (type(terms) is Limit and terms.display_qty is not None)
        ):
            if route.has_choice:
                route, decision = leg_ways.chosen(self, command, route, leg, decision)
            last, of = verdict if type(verdict) is tuple else (), (*of_terms, *of_qty)
            trigger, against = self._look_closer(command, route, of, last, promised, broker)
        order_id = promised or (state.free_order_id() if state.handles else state.next_order_id)
        order = state.record_created(
            ev.OrderCreated(
                state.version + 1, state.epoch, state.cause, state.input_sequence, now_ns, order_id,
                symbol, command.side, qty, terms, command.time_in_force, command.account, command.client_ref, px, px_ns,
                cash, command.instructions, leg,
            )
        )  # fmt: skip
        if decision is not None:
            is_sent = not against and trigger is None and type(verdict) is Approved
            self._choice.record(order, decision, is_sent=is_sent)
        if against or type(verdict) is not Approved:
            state.record_of(order, ev.OrderDenied(*state.envelope(), order_id, against))
            return
        if trigger is not None:
            self._keep(order, trigger, route.broker, broker)
            return
        identity, to = state.next_cl_ord_id(), route.broker
        state.record_of(
            order, ev.OrderSubmitted(state.version + 1, state.epoch, state.cause, state.input_sequence, now_ns, order_id, identity, to)
        )  # fmt: skip
        requests.append(self._router.new_order(verdict, order_id, to, identity, now_ns))

    def submit_to(self, broker: BrokerName, command: SubmitOrder, requests: list[Request], promised: OrderId) -> None:  # fmt: skip
        """Place an order at the broker that was named with it, as `submit` does."""
        self.submit(command, requests, promised=promised, broker=broker, decision=self._choice.given(command, broker))  # fmt: skip

    def _keep(self, order: Order, what: Release | Plan, broker: BrokerName, named: BrokerName | None) -> None:
        """Hold an order here, or begin to work it, at the broker named where one was."""
        state = self.state
        if isinstance(what, Plan):
            parent_entry.plan(self, order, what, broker=named)
        else:
            head, is_named = (*state.envelope(), order.order_id), named is not None
            state.record_of(order, ev.OrderHeld(*head, broker, what, is_named))

    def deny(self, command: SubmitOrder, leg: tuple[int, int], reasons: Reasons) -> None:
        """Put an order of a leg on record, and that it was denied."""
        state, (px, px_ns) = self.state, self._reference(command.symbol)
        order_id = state.free_order_id()
        order = state.record_created(
            ev.OrderCreated(
                *state.envelope(), order_id, command.symbol, command.side, command.order_qty, command.terms,
                command.time_in_force, command.account, command.client_ref, px, px_ns, None, command.instructions,
                leg,
            )
        )  # fmt: skip
        state.record_of(order, ev.OrderDenied(*state.envelope(), order_id, reasons))

    def cancel(self, command: CancelOrder, requests: list[Request]) -> None:
        """Ask for a cancel, or deny it.

        Raises:
            UnknownOrderError: There is no such order; nothing has changed.
        """
        self._cancel(self._order(command.order_id), command, requests)

    def mass_cancel(
        self, command: MassCancel, requests: list[Request], result: MassCancelResult | None = None
    ) -> None:
        """Ask for the cancel of every open order that fits, oldest first; tell `result` what became of each."""
        state = self.state
        state.record(
            ev.MassCancelRequested(
                *state.envelope(), command.symbol, command.side, command.account, command.broker
            )
        )
        told = MassCancelResult() if result is None else result
        for order in meant_by(command, state):
            reasons = self._cancel(order, CancelOrder(order.order_id, command.asked_by), requests)
            if reasons:
                told.refused.append((order, reasons))
            else:
                told.requested.append(order)
        told.is_handled = True

    def replace(self, command: ReplaceOrder, requests: list[Request]) -> None:
        """Ask for a replace, or deny it.

        Raises:
            UnknownOrderError: There is no such order; nothing has changed.
            ValidationError: No handler works its terms; nothing has changed.
        """
        state = self.state
        order = self._order(command.order_id)
        # The order stays where it is, wherever its instrument's new orders go by now.
        capabilities = self.reach(order)
        reasons = (
            replaces.why_not_replaceable(order, command, capabilities.profile)
            or self._why_cut_off(order)
            or replaces.why_not_amendable(order, command, capabilities)
            or self._why_not_more(order, command)
            or why_not_grown(state, order, command)
        )
        if not reasons:
            after = replaces.after(order, command)
            takes_less = replaces.takes_less(order, command)
            verdict = self._judge_replace(
                command, after, order.broker or "", capabilities, takes_less=takes_less
            )
            if not isinstance(verdict, tuple):
                identity = state.next_cl_ord_id()
                orig = replaces.last_sent(order)
                asked_tif = replaces.asked_time_in_force(order, command)
                asked = ev.ReplaceRequested(
                    *state.envelope(), order.order_id, identity, orig, after.order_qty, after.terms, asked_tif
                )
                state.record_of(order, asked)
                requests.append(self._router.replace(verdict, order, identity, orig, after, state.now_ns))
                return
            reasons = verdict
        state.record_of(order, ev.ReplaceDenied(*state.envelope(), order.order_id, reasons))

    def reach(self, order: Order) -> Capabilities:
        """Give what may be asked of an order's broker; nothing where it is not attached."""
        return self._router.reach(order.broker) or NO_CAPABILITIES

    def home(self, symbol: Symbol, account: Account, named: BrokerName | None = None) -> Route:
        """Give the way out of an account's orders in an instrument, as far as it can be told before they are chosen for."""
        if named is not None:
            return self.routes.at(symbol, named)
        route = self._routes.get(symbol) or self._route(symbol)
        return self._choice.home(route.instrument, account) if route.has_choice else route

    def places_of(self, instrument: Instrument, account: Account) -> Callable[[SubmitOrder], Places] | None:
        """Give what tells of the brokers that an account's orders in an instrument could go to; None where there is no choice."""
        return self._choice.places_of(instrument, account, self.tapes.went_on_ns(instrument.symbol))

    def choose_again(self, command: SubmitOrder, tried: Mapping[BrokerName, str]) -> RouteDecision | None:
        """Give where an order goes that was at some brokers before; None where no rule gives a choice."""
        return self._choice.choose(command, self._route(command.symbol).instrument, tried)[1]

    def way_of(self, order: Order, command: SubmitOrder) -> tuple[Route, RouteDecision | None]:
        """Give where a held order goes as it is released, and why; None for that where there is no choice."""
        route, leg = self._route(order.symbol), self.state.groups.of_order.get(order.order_id)
        if leg is not None:
            return leg_ways.routed(self, leg, command)
        return self._choice.choose(command, route.instrument) if route.has_choice else (route, None)

    def see_at(self, broker: BrokerName, quote: Quote) -> Quote:
        """Take in what a broker shows, and give what the market shows with it."""
        return self._choice.markets.see(broker, quote)

    def hear_at(self, broker: BrokerName, depth: Depth) -> Quote | None:
        """Take in what a broker says of its book, and give what the market shows with it; None where its best prices stay."""
        return self._choice.markets.hear(broker, depth)

    def would_see_at(self, broker: BrokerName, quote: Quote) -> Quote:
        """Give what the market shows with what a broker shows, and take nothing in."""
        return self._choice.markets.would_see(broker, quote)

    def follow(self, earlier: OrderEntry) -> None:
        """Take over from one that is given up what each broker showed last."""
        self._choice.markets.follow(earlier._choice.markets)

    def forget_routes(self) -> None:
        """Look every instrument's way out up again; to be called when one was defined."""
        self.routes.forget()

    def _cancel(self, order: Order, command: CancelOrder, requests: list[Request]) -> Reasons:
        state = self.state
        if order.order_id in state.parents.by_id:
            return parent_entry.stop(state, order)
        if order.order_id in state.held_orders.orders:
            text = "canceled before it was released"
            state.record_of(order, ev.OrderCanceled(*state.envelope(), order.order_id, None, text))
            return ()
        reasons = (
            replaces.why_not_working(order)
            or self._why_cut_off(order)
            or replaces.why_pending(order, RequestKind.CANCEL)
        )
        if reasons:
            state.record_of(order, ev.CancelDenied(*state.envelope(), order.order_id, reasons))
            return reasons
        approved = self._gate.approve_cancel(command)
        identity = state.next_cl_ord_id()
        orig = replaces.last_sent(order)
        state.record_of(order, ev.CancelRequested(*state.envelope(), order.order_id, identity, orig))
        requests.append(self._router.cancel(approved, order, identity, orig, state.now_ns))
        return ()

    def _judge_replace(
        self,
        command: ReplaceOrder,
        after: SubmitOrder,
        venue: str,
        capabilities: Capabilities,
        *,
        takes_less: bool,
    ) -> Approved[ReplaceOrder] | Reasons:
        instrument = self._route(after.symbol).instrument
        px, px_ns = self._reference(after.symbol)
        handler = self._handlers.get(type(after.terms)) or unworked(after.terms)
        worst_px = handler.worst_px(after, px)
        verdict = (
            self._gate.approve_reduction(command)
            if takes_less
            else self._gate.approve_replace(
                command, after, instrument, worst_px, px, px_ns, self.state.now_ns
            )
        )
        is_of_another_kind = command.time_in_force is not None or command.display_qty is not None
        reasons = (
            *(check_capabilities(after, capabilities, venue) if is_of_another_kind else ()),
            *(why_past(self.state, after) if command.time_in_force else ()),
            *handler.check(after, instrument),
            *check_qty(after.order_qty, worst_px, instrument),
        )
        return reasons + (verdict if type(verdict) is tuple else ()) or verdict

    def _why_not_more(self, order: Order, command: ReplaceOrder) -> Reasons:
        after = replaces.after(order, command)
        takes_less = after.order_qty - order.cum_qty <= order.leaves_qty and after.terms == order.terms
        return () if takes_less else self.routes.why_unreconciled(order.broker)

    def _look_closer(
        self,
        command: SubmitOrder,
        route: Route,
        of_itself: Reasons,
        last: Reasons,
        promised: OrderId | None = None,
        broker: BrokerName | None = None,
    ) -> tuple[Release | Plan | None, Reasons]:
        """Give what releases an order that is to be held here, or the plan of one that is worked here, and all against it."""
        trigger: Release | Plan | None = None
        handler = working(self._handlers, command.terms)
        if handler is not None:
            route = self.home(command.symbol, command.account, broker)
        of_kind = route.why_not
        if handler is not None:
            order_id, known = promised or self.state.free_order_id(), (*of_kind, *of_itself)
            trigger, of_kind = parent_entry.begin(self, command, handler, order_id, broker, known)
            of_itself = ()
        elif not of_kind:
            seen = self.quotes.get(command.symbol), route.instrument
            trigger, of_kind = place(command, route.capabilities, route.broker, self._handlers, *seen)
            of_id = self._why_no_id(route.broker, route.capabilities)
            of_kind = (*of_kind, *of_id)
        if not route.why_not:
            of_kind = (*of_kind, *why_too_large(self.state, command, promised))
        of_kind = (*of_kind, *check_least_qty(command), *why_past(self.state, command))
        return trigger, (*of_kind, *of_itself, *why_used(self.state, command.client_ref), *last)

    def _why_cut_off(self, order: Order, counter: int | None = None) -> Reasons:
        can = self._router.reach(order.broker)
        if can is not None:
            return self._why_no_id(order.broker, can, counter)
        allowed = "an order whose broker is attached"
        return (Reason(ReasonCode.NO_ROUTE, "broker", str(order.broker), allowed),)

    def _why_no_id(
        self, broker: BrokerName | None, capabilities: Capabilities, counter: int | None = None
    ) -> Reasons:
        state = self.state
        if counter is None:
            counter, last = state.next_counter, self._last_counters[broker]
        else:  # one of those that are kept for emergencies, at the end of a block
            last = capabilities.profile.cl_ord_ids.last_counter
        if last >= counter:
            return ()
        identity = cl_ord_id(cl_ord_id_head(state.prefix, counter), counter)
        allowed = capabilities.profile.cl_ord_ids.in_words
        return (Reason(ReasonCode.UNSUPPORTED, "cl_ord_id", identity, allowed, broker or ""),)

    def _order(self, order_id: OrderId) -> Order:
        order = order_of_id(self.state, order_id)
        if order is None:
            last = self.state.next_order_id - 1
            allowed = f"an order id from 1 to {last}" if last else "nothing has been submitted yet"
            raise UnknownOrderError("order_id", repr(order_id), allowed)
        return order

    def _reference(self, symbol: Symbol) -> tuple[Decimal | None, int]:
        update = self.market.get(symbol)
        judged = self._references.get(symbol)
        # The middle of a quote is worked out when the first order asks for it.
        if judged is None or judged[0] is not update:
            judged = self._references[symbol] = (
                update,
                (reference_px(update), 0 if update is None else update.time_ns),
            )
        return judged[1]

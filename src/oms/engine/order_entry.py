"""Commands: validated, gated, made true, and turned into requests. Refusals are events with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from oms.engine.state import State
from oms.errors import UnknownInstrumentError, UnknownOrderError
from oms.model import events as ev
from oms.model.approval import Approved
from oms.model.capabilities import Capabilities, ReplaceSupport
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.decimals import plain
from oms.model.define import record
from oms.model.enums import RequestKind
from oms.model.ids import BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketUpdate, Quote
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.terms import Limit, Terms
from oms.order_types.registry import HandlerRegistry
from oms.order_types.validation import check_capabilities, check_qty
from oms.risk.gate import Gate
from oms.routing.router import Router

_HALF: Final = Decimal("0.5")
_NO_CAPABILITIES: Final = Capabilities(order_types=frozenset())

Reasons: TypeAlias = tuple[Reason, ...]


@record
class _Route:
    """What there is to know about an instrument's way out; `why_not` where there is none."""

    instrument: Instrument
    broker: BrokerName
    capabilities: Capabilities
    why_not: Reasons


class OrderEntry:
    """The way in for commands about orders."""

    __slots__ = ("_gate", "_handlers", "_references", "_router", "_routes", "market", "state")

    def __init__(
        self, state: State, capabilities: Mapping[BrokerName, Capabilities], handlers: HandlerRegistry
    ) -> None:
        """Work on this state, with these brokers and order types."""
        self.state = state
        self.market: dict[Symbol, MarketUpdate] = {}
        self._references: dict[Symbol, tuple[MarketUpdate | None, tuple[Decimal | None, int]]] = {}
        self._gate = Gate(state.book)
        self._router = Router(capabilities)
        self._routes: dict[Symbol, _Route] = {}
        self._handlers = handlers

    def submit(
        self, command: SubmitOrder, requests: list[Request], *, promised: OrderId | None = None
    ) -> None:
        """Place an order, or deny it; under the number that was promised, if one was.

        Raises:
            UnknownInstrumentError: The symbol was never defined; nothing has changed.
        """
        state = self.state
        symbol, terms, qty = command.symbol, command.terms, command.order_qty
        route = self._routes.get(symbol) or self._route(symbol)
        instrument = route.instrument
        px, px_ns = self._reference(symbol)
        now_ns = state.now_ns
        handler = self._handlers[type(terms)]
        worst_px = handler.worst_px(command, px)
        of_terms = handler.check(command, instrument)
        of_qty = check_qty(qty, worst_px, instrument)
        verdict = self._gate.approve_submit(command, instrument, worst_px, px, px_ns, now_ns)
        against: Reasons = ()
        if (
            of_terms
            or of_qty
            or type(verdict) is not Approved
            or command.client_ref is not None
            or (type(terms), type(command.time_in_force)) not in route.capabilities.order_types
        ):
            first = route.why_not or check_capabilities(command, route.capabilities)
            last = verdict if type(verdict) is tuple else ()
            against = (*first, *of_terms, *of_qty, *self._why_used(command.client_ref), *last)
        order_id = promised or (state.free_order_id() if state.handles else state.next_order_id)
        order = state.record_created(
            ev.OrderCreated(
                state.version + 1, state.epoch, state.cause, state.input_sequence, now_ns, order_id,
                symbol, command.side, qty, terms, command.time_in_force, command.account, command.client_ref, px, px_ns,
            )
        )  # fmt: skip
        if against or type(verdict) is not Approved:
            state.record_of(order, ev.OrderDenied(*state.envelope(), order_id, against))
            return
        identity = state.next_cl_ord_id()
        broker = route.broker
        state.record_of(
            order,
            ev.OrderSubmitted(
                state.version + 1,
                state.epoch,
                state.cause,
                state.input_sequence,
                now_ns,
                order_id,
                identity,
                broker,
            ),
        )
        requests.append(self._router.new_order(verdict, order_id, broker, identity, now_ns))

    def cancel(self, command: CancelOrder, requests: list[Request]) -> None:
        """Ask for a cancel, or deny it.

        Raises:
            UnknownOrderError: There is no such order; nothing has changed.
        """
        state = self.state
        order = self._order(command.order_id)
        reasons = (
            _why_not_working(order, may_grow=True)
            or self._why_cut_off(order)
            or _why_pending(order, RequestKind.CANCEL)
        )
        if reasons:
            state.record_of(order, ev.CancelDenied(*state.envelope(), order.order_id, reasons))
            return
        approved = self._gate.approve_cancel(command)
        identity = state.next_cl_ord_id()
        orig = _last_sent(order)
        state.record_of(order, ev.CancelRequested(*state.envelope(), order.order_id, identity, orig))
        requests.append(self._router.cancel(approved, order, identity, orig, state.now_ns))

    def replace(self, command: ReplaceOrder, requests: list[Request]) -> None:
        """Ask for a replace, or deny it.

        Raises:
            UnknownOrderError: There is no such order; nothing has changed.
        """
        state = self.state
        order = self._order(command.order_id)
        route = self._route(order.symbol)
        reasons = _why_not_working(order) or self._why_cut_off(order)
        if not reasons:
            # The order stays where it is, wherever its instrument's new orders go by now.
            capabilities = self._router.reach(order.broker)
            reasons = _why_not_amendable(order, command, capabilities or _NO_CAPABILITIES)
        if not reasons:
            after = _after(order, command)
            verdict = self._judge_replace(command, after, route.instrument)
            if not isinstance(verdict, tuple):
                identity = state.next_cl_ord_id()
                orig = _last_sent(order)
                asked = ev.ReplaceRequested(
                    *state.envelope(), order.order_id, identity, orig, after.order_qty, after.terms
                )
                state.record_of(order, asked)
                requests.append(self._router.replace(verdict, order, identity, orig, after, state.now_ns))
                return
            reasons = verdict
        state.record_of(order, ev.ReplaceDenied(*state.envelope(), order.order_id, reasons))

    def forget_routes(self) -> None:
        """Look every instrument's way out up again; to be called when one was defined."""
        self._routes.clear()

    def _judge_replace(
        self, command: ReplaceOrder, after: SubmitOrder, instrument: Instrument
    ) -> Approved[ReplaceOrder] | Reasons:
        px, px_ns = self._reference(after.symbol)
        handler = self._handlers[type(after.terms)]
        worst_px = handler.worst_px(after, px)
        verdict = self._gate.approve_replace(
            command, after, instrument, worst_px, px, px_ns, self.state.now_ns
        )
        reasons = (*handler.check(after, instrument), *check_qty(after.order_qty, worst_px, instrument))
        return reasons + (verdict if type(verdict) is tuple else ()) or verdict

    def _route(self, symbol: Symbol) -> _Route:
        route = self._routes.get(symbol)
        if route is None:
            instrument = self.state.instruments.get(symbol)
            if instrument is None:
                raise UnknownInstrumentError("symbol", symbol, "define the instrument first")
            choice = self._router.choose(instrument)
            if isinstance(choice, Reason):
                route = _Route(instrument, BrokerName(""), _NO_CAPABILITIES, (choice,))
            else:
                route = _Route(instrument, choice[0], choice[1], ())
            self._routes[symbol] = route
        return route

    def _why_used(self, client_ref: str | None) -> Reasons:
        order = None if client_ref is None else self.state.index.by_client_ref.get(client_ref)
        if order is None or client_ref is None:
            return ()
        allowed = f"a reference that is not in use; order {order.order_id} has it"
        return (Reason(ReasonCode.DUPLICATE_CLIENT_REF, "client_ref", client_ref, allowed),)

    def _why_cut_off(self, order: Order) -> Reasons:
        if self._router.reach(order.broker) is not None:
            return ()
        return (
            Reason(ReasonCode.NO_ROUTE, "broker", str(order.broker), "an order whose broker is attached"),
        )

    def _order(self, order_id: OrderId) -> Order:
        order = self.state.index.by_id.get(order_id)
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
                (_reference_px(update), 0 if update is None else update.time_ns),
            )
        return judged[1]


def _reference_px(update: MarketUpdate | None) -> Decimal | None:
    if update is None:
        return None
    if not isinstance(update, Quote):
        return update.price
    return None if update.bid is None or update.ask is None else (update.bid + update.ask) * _HALF


def _why_not_working(order: Order, *, may_grow: bool = False) -> Reasons:
    # A filled order with an unanswered replace may yet trade again, so a cancel still has something to stop.
    grows = may_grow and any(request.order_qty is not None for request in order.outstanding_requests)
    if order.is_closed and not grows:
        how = "filled" if not order.is_ended else order.life.value
        return (
            Reason(
                ReasonCode.NOT_WORKING,
                "order_id",
                f"{order.order_id}, which is {how}",
                "an order that still works",
            ),
        )
    if order.broker is None:
        return (
            Reason(ReasonCode.NOT_WORKING, "order_id", f"{order.order_id}, unsent", "an order that was sent"),
        )
    return ()


def _why_pending(order: Order, kind: RequestKind, *, also_in_doubt: bool = False) -> Reasons:
    for request in order.outstanding_requests:
        if request.kind is kind and (also_in_doubt or not request.in_doubt):
            asked = f"{order.order_id}, {kind.value} {request.cl_ord_id} unanswered"
            return (Reason(ReasonCode.ALREADY_PENDING, "order_id", asked, f"one {kind.value} at a time"),)
    return ()


def _why_not_amendable(order: Order, command: ReplaceOrder, capabilities: Capabilities) -> Reasons:
    reasons: list[Reason] = []
    asked = [name for name in ("order_qty", "price") if getattr(command, name) is not None]
    if capabilities.replace is ReplaceSupport.NONE:
        reasons.append(
            Reason(ReasonCode.UNSUPPORTED, "replace", "asked for", "cancel and submit anew at this broker")
        )
    reasons += [
        Reason(
            ReasonCode.UNSUPPORTED,
            name,
            "a new value",
            ", ".join(sorted(capabilities.amendable)) or "nothing",
        )
        for name in asked
        if capabilities.replace is not ReplaceSupport.NONE and name not in capabilities.amendable
    ]
    if command.price is not None and not isinstance(order.terms, Limit):
        reasons.append(
            Reason(ReasonCode.UNSUPPORTED, "price", plain(command.price), "no price for a market order")
        )
    reasons += _why_pending(order, RequestKind.CANCEL)
    if not capabilities.chains_replaces:
        reasons += _why_pending(order, RequestKind.REPLACE, also_in_doubt=True)
    wanted_qty, wanted_terms = _wanted(order)
    qty = wanted_qty if command.order_qty is None else command.order_qty
    if not reasons and qty == wanted_qty and (command.price is None or Limit(command.price) == wanted_terms):
        reasons.append(
            Reason(ReasonCode.NO_CHANGE, "replace", "what is asked for already", "another quantity or price")
        )
    return tuple(reasons)


def _wanted(order: Order) -> tuple[Decimal, Terms]:
    # A replace builds on the last one that is unanswered: what it does not name stays as was asked, not as it is.
    wanted = order.order_qty, order.terms
    for request in order.outstanding_requests:
        if request.order_qty is not None and request.terms is not None:
            wanted = request.order_qty, request.terms
    return wanted


def _after(order: Order, command: ReplaceOrder) -> SubmitOrder:
    wanted_qty, wanted_terms = _wanted(order)
    qty = wanted_qty if command.order_qty is None else command.order_qty
    terms = wanted_terms if command.price is None else Limit(command.price)
    return SubmitOrder(
        order.symbol, order.side, qty, terms, order.time_in_force, order.account, order.client_ref
    )


def _last_sent(order: Order) -> ClOrdId:
    # The last identity sent that was not refused: an unanswered replace counts, a cancel names nothing, and what is in
    # doubt may never have arrived, so that the venue would not know it.
    sent = [
        request.cl_ord_id
        for request in order.outstanding_requests
        if request.kind is not RequestKind.CANCEL and not request.in_doubt
    ]
    return sent[-1] if sent else order.cl_ord_id or ClOrdId("")

"""What the way in for orders does for a leg of a group: whether its venue takes it, and its order while it is held here."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import evolve

from oms.engine.expiring import why_past
from oms.engine.holding import Holding
from oms.engine.leg_events import ORIGIN
from oms.engine.leg_times import timed
from oms.engine.leg_ways import routed, way_of
from oms.engine.order_entry import _DATED, OrderEntry
from oms.engine.routes import Reasons, Route, unquoted_of
from oms.errors import UnknownInstrumentError, ValidationError
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.contingency import TAKES_TURNS, TRAILS, Leg
from oms.model.decimals import ONE, plain
from oms.model.door import shown
from oms.model.enums import Life
from oms.model.group import Group, GroupLeg
from oms.model.ids import Symbol
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import Request
from oms.model.terms import Limit, Stop, Strategy, Terms
from oms.model.time_in_force import AtTheClose, AtTheOpening, Day, GoodForAuction
from oms.model.triggers import Release
from oms.order_types.grid_checks import check_price, check_qty
from oms.order_types.limit import LimitHandler
from oms.order_types.placing import hold, released_time_in_force, triggered, waits_for_market
from oms.order_types.stop import StopHandler
from oms.order_types.strategy import working
from oms.order_types.validation import check_capabilities, check_least_qty
from oms.ports.order_type_handler import TriggeredHandler

# Routes and handlers are the order entry's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_Kind: TypeAlias = tuple[object, ...]

_OF_PRICE_ALONE: Final = frozenset({LimitHandler, StopHandler})
"""What looks at nothing but a price, where a leg asks for nothing beside it."""
_OF_AUCTIONS: Final = (AtTheOpening, AtTheClose, GoodForAuction)
"""The times in force that a venue takes while its session is closed."""


class LegEntry:
    """The way in for the orders of legs.

    What a venue takes is looked up once for each kind of order, and anew once the way out was looked up anew.
    """

    __slots__ = ("_entry", "_holdable", "_holding", "_possible", "_rests")

    def __init__(self, entry: OrderEntry, holding: Holding) -> None:
        """Send through these."""
        self._entry = entry
        self._holding = holding
        # By the kind of order: the route for which it was found, and what was found.
        self._rests: dict[_Kind, tuple[object, bool]] = {}
        self._possible: dict[_Kind, object] = {}
        self._holdable: dict[_Kind, tuple[object, TriggeredHandler | None]] = {}

    def check_known(self, legs: Sequence[Leg]) -> None:
        """Check that an order of each leg could be asked for.

        Raises:
            UnknownInstrumentError: The symbol was never defined.
            ValidationError: No handler works such terms.
        """
        instruments, handlers = self._entry.state.instruments, self._entry._handlers
        for leg in legs:
            if leg.symbol not in instruments:
                raise UnknownInstrumentError("symbol", leg.symbol, "define the instrument first")
            if type(leg.terms) not in handlers:
                raise ValidationError("terms", shown(leg.terms), "open the manager with a handler of them")

    def look_up(self, legs: Sequence[GroupLeg], take_turns: Container[int]) -> None:
        """Note of each leg whether its venue takes it as it is; False where it is to be held here until its price comes.

        What cannot be held here is left to the gate.
        """
        routes = self._entry._routes
        for leg in legs:
            of = leg.leg
            kind = type(of.terms)
            if leg.reached or kind not in TAKES_TURNS:
                leg.may_rest = True
                continue
            if leg._cut and any(order._life is Life.REJECTED for order in leg.orders):
                # As it is, its venue has refused it.
                leg.may_rest = False
                continue
            if kind in TRAILS and leg.number in take_turns:
                leg.may_rest = False
                continue
            route = routes.get(of.symbol) or self._entry._route(of.symbol)
            if route.has_choice:
                route = way_of(self._entry, leg)
            leg.may_rest = self.rests(leg, route)

    def rests(self, leg: GroupLeg, route: Route) -> bool:
        """Tell whether a venue takes an order of a leg as it is, on the way out of its instrument."""
        of = leg.leg
        terms = of.terms
        if (
            type(terms) is Limit
            and terms.display_qty is None
            and of.instructions is None
            and (Limit, type(of.time_in_force)) in route.order_types
        ):
            # As `OrderEntry.submit` has it; nearly every entry and every target.
            return True
        key = _kind(of, terms)
        known = self._rests.get(key)
        if known is None or known[0] is not route or of.instructions is not None:
            against = check_capabilities(order_of(leg, ONE), route.capabilities, route.broker)
            known = self._rests[key] = route, not against
        return known[1]

    def is_open_for(self, leg: GroupLeg) -> bool:
        """Tell whether an exit can be placed now; False where it should wait for its broker to be reconciled."""
        entry = self._entry
        if not entry.state.breaks.unreconciled:
            return True
        return not entry.routes.why_unreconciled(way_of(entry, leg).broker)

    def why_too_little(self, leg: GroupLeg, qty: Decimal) -> tuple[Reason, ...]:
        """Give why so much of an exit cannot be placed; where its entry brings more, it can wait for that."""
        entry = self._entry
        symbol = leg.leg.symbol
        route = way_of(entry, leg)
        px, _ = entry._reference(symbol)
        command = order_of(leg, qty)
        worst_px = entry._handlers[type(command.terms)].worst_px(command, px)
        reasons = check_qty(qty, worst_px, route.instrument)
        least = _least_qty(leg)
        if least is None or least <= qty or leg.orders:
            return reasons
        allowed = f"at least {plain(least)}, its min_qty"
        return (*reasons, Reason(ReasonCode.BELOW_MIN_QTY, "order_qty", plain(qty), allowed))

    def is_shut_for(self, leg: GroupLeg) -> bool:
        """Tell whether the session of a leg's instrument is closed, so that its venue would refuse it.

        So it is for an order for the day where one of its group has expired, until another session is told of; where none ever
        was, there is nothing to wait for.
        """
        of = leg.leg
        sessions = self._entry.state.sessions
        if not sessions.closed and not sessions.closing:
            return False
        days_over = self._entry.state.groups.days_over
        if days_over and type(of.time_in_force) is Day and (leg._group.group_id, of.symbol) in days_over:
            return True
        return not sessions.takes_orders(of.symbol) and type(of.time_in_force) not in _OF_AUCTIONS

    def why_never(self, legs: Sequence[GroupLeg]) -> Reasons:
        """Give every reason for which the first of some exits that cannot be placed never can, whatever its entry brings."""
        routes, handlers = self._entry._routes, self._entry._handlers
        for leg in legs:
            of, above = leg.leg, leg
            route = routes.get(of.symbol) or self._entry._route(of.symbol)
            if route.has_choice:
                route = way_of(self._entry, leg)
            kind, px = _kind(of, of.terms), _only_px(of)
            if px is not None and self._possible.get(kind) is route and not check_price(px, route.instrument):
                continue  # As nearly all are: of this kind another one was possible.
            while above.leg.order_qty is None and above._entry is not None:
                above = above._entry
            if route.why_not or working(self._entry._handlers, of.terms) is not None:
                continue  # Perhaps there is a way by then; what is worked here is for its algorithm to refuse.
            command = order_of(leg, above.leg.order_qty or ONE)
            handler = handlers[type(of.terms)]
            of_terms = handler.check(command, route.instrument)
            against = (*of_terms, *check_least_qty(command))
            if not against and not self.rests(leg, route):
                trigger, why_not = self._trigger(leg, command, route)
                against = () if trigger is not None else why_not
            if against or type(of.time_in_force) in _DATED:
                against = (*against, *why_past(self._entry.state, command))
            if against:
                return against
            if px is not None and type(handler) in _OF_PRICE_ALONE:
                self._possible[kind] = route
        return ()

    def why_never_waiting(self, legs: Sequence[GroupLeg], turns: Mapping[int, int]) -> Reasons:
        """Give the reason why an order that may not take can never take its turn: what it waits for here is a quote to take.

        Args:
            legs: The legs of a group.
            turns: By the numbers of those that take turns, which ones do so together.
        """
        posted = [leg for leg in legs if leg.number in turns and _is_post_only(leg.leg)]
        if not posted:
            return ()
        self.look_up(legs, turns)
        for leg in posted:
            turn = turns[leg.number]
            if leg is not next((one for one in legs if one.may_rest and turns.get(one.number) == turn), None):
                allowed = "the first in its Oco, so that it is what rests, or a broker that works the group"
                return (Reason(ReasonCode.UNSUPPORTED, "instructions", "post_only, to wait here", allowed),)
        return ()

    # ------------------------------------------------------------ orders that are held

    def why_not_held(self, leg: GroupLeg, command: SubmitOrder) -> Reasons:
        """Give every reason for which an order could not be held here."""
        return self._looked_at(leg, command, way_of(self._entry, leg))[1]

    def _looked_at(self, leg: GroupLeg, command: SubmitOrder, route: Route) -> tuple[Release | None, Reasons]:
        """Give what releases an order that is held here, and all that speaks against that."""
        entry = self._entry
        handler, instrument = entry._handlers[type(command.terms)], route.instrument
        trigger, against = self._trigger(leg, command, route)
        px, _ = entry._reference(command.symbol)
        of_terms = handler.check(command, instrument)
        of_qty = check_qty(command.order_qty, handler.worst_px(command, px), instrument)
        of_time = why_past(entry.state, command)
        return trigger, (*against, *of_terms, *of_qty, *of_time)

    def hold(self, leg: GroupLeg, qty: Decimal, place: tuple[int, int]) -> None:
        """Place an order that is held here, or deny it. It passes the gate as it is released, when it may trade."""
        entry, state, now_ns = self._entry, self._entry.state, self._entry.state.now_ns
        command = timed(state, leg, order_of(leg, qty))
        symbol, terms = command.symbol, command.terms
        route = entry._routes.get(symbol) or entry._route(symbol)
        decision = None
        if route.has_choice:
            route, decision = routed(entry, leg, command)
        trigger, against = self._looked_at(leg, command, route)
        px, px_ns = entry._reference(symbol)
        epoch, cause, begun = state.epoch, state.cause, state.input_sequence
        order_id = state.free_order_id() if state.handles else state.next_order_id
        order = state.record_created(
            ev.OrderCreated(
                state.version + 1, epoch, cause, begun, now_ns, order_id, symbol, command.side, qty, terms, command.time_in_force,
                command.account, None, px, px_ns, None, command.instructions, place,
            )
        )  # fmt: skip
        if decision is not None:
            entry._choice.record(order, decision, is_sent=False)
        head = (state.version + 1, epoch, cause, begun, now_ns)
        if against or trigger is None:
            state.record_of(order, ev.OrderDenied(*head, order_id, against))
        else:
            state.record_of(order, ev.OrderHeld(*head, order_id, route.broker, trigger))

    def _trigger(self, leg: GroupLeg, command: SubmitOrder, route: Route) -> tuple[Release | None, Reasons]:
        entry, kind = self._entry, _kind(leg.leg, command.terms)
        known = self._holdable.get(kind)
        if known is not None and known[0] is route and command.instructions is None:
            handler = known[1]
            if handler is not None:
                return handler.trigger(command), ()
            return waits_for_market(command, unquoted_of(entry.quotes, entry.market, route.instrument)), ()
        if route.why_not:
            return None, route.why_not
        against = check_capabilities(command, route.capabilities, route.broker)
        unquoted = unquoted_of(entry.quotes, entry.market, route.instrument)
        can, venue = route.capabilities, route.broker
        trigger, further = hold(command, can, venue, entry._handlers, against, is_leg=True, unquoted=unquoted)
        # What a handler of somebody's own gives may depend on anything.
        is_known = type(command.terms) is not Strategy
        if trigger is not None and not further and command.instructions is None and is_known:
            self._holdable[kind] = route, triggered(entry._handlers[type(command.terms)])
        return trigger, further

    def amend(self, order: Order, qty: Decimal, instructions: Instructions | None = None) -> None:
        """Give an order that is held another quantity, and other instructions where they are given; nothing leaves."""
        state, order_id = self._entry.state, order._order_id
        state.begin(ReplaceOrder, ORIGIN)
        amended = (qty, order._terms, state.held_orders.trigger(order_id), None, instructions)
        state.record_of(order, ev.OrderAmended(*state.envelope(), order_id, *amended))

    def drop(self, order: Order) -> None:
        """End an order that is held; nothing leaves."""
        state = self._entry.state
        state.begin(CancelOrder, ORIGIN)
        first = state.input_sequence
        text = "nothing is left for it to do"
        ended = ev.OrderCanceled(
            first, state.epoch, state.cause, first, state.now_ns, order._order_id, None, text
        )
        state.record_of(order, ended)

    def end_day(self, group: Group, symbol: Symbol) -> None:
        """End what a group holds for a day that is over: at its venue an order of it for the day has expired.

        Nobody may have said yet that the session is closed; what is sent now would be of the next one, and waits for it.
        """
        state = self._entry.state
        for leg in group.legs:
            held = leg.held
            if held is not None and held._symbol == symbol and type(held._time_in_force) is Day:
                state.begin(CancelOrder, ORIGIN)
                text = "its day is over at its venue"
                state.record_of(held, ev.OrderExpired(*state.envelope(), held._order_id, text))

    def release(self, leg: GroupLeg, qty: Decimal, requests: list[Request]) -> None:
        """Send the order of a leg whose price was reached, for so much, or deny it."""
        state, order, reach = self._entry.state, leg.held, leg.reach
        assert order is not None
        assert reach is not None
        # What is shown of it is what is sent.
        asked = None if order._instructions is None else _asked_with(leg, qty)
        if asked != order._instructions:
            self.amend(order, qty, asked)
        elif order._order_qty != qty:
            self.amend(order, qty)
        state.begin(SubmitOrder, ORIGIN)
        terms = _shown_within(leg, reach.terms, qty)
        self._holding.release_as(order, (terms, reach.trigger_px, reach.px, reach.px_ns), requests)


def sent_of(entry: OrderEntry, leg: GroupLeg, qty: Decimal) -> SubmitOrder:
    """Give the command that sends an order of a leg; of a stop that has fired, with a time in force that its venue takes for that."""
    command = timed(entry.state, leg, order_of(leg, qty))
    if not leg.reached:
        return command
    own, taken = command.time_in_force, way_of(entry, leg).capabilities.order_types
    sent = released_time_in_force(own, leg.leg.terms, command.terms, taken)
    return command if sent is own else evolve(command, time_in_force=sent)


def order_of(leg: GroupLeg, qty: Decimal) -> SubmitOrder:
    """Give the command that places an order of a leg, as what it was reached with where it was.

    Of less than its least quantity (110) the exit is for all at once, and of less than what it shows at a time (1138) it shows all.
    """
    of, reach = leg.leg, leg.reach
    terms = _shown_within(leg, leg.terms if reach is None else reach.terms, qty)
    account = of.account or leg._group.account
    asked = None if of.instructions is None else _asked_with(leg, qty)
    # By place: by name a class is called at twice the cost.
    return SubmitOrder(of.symbol, of.side, qty, terms, of.time_in_force, account, None, "", None, asked)


def _asked_with(leg: GroupLeg, qty: Decimal) -> Instructions | None:
    asked, least = leg.leg.instructions, _least_qty(leg)
    return asked if asked is None or least is None or least <= qty else evolve(asked, min_qty=qty)


def _shown_within(leg: GroupLeg, terms: Terms, qty: Decimal) -> Terms:
    # Of an exit; what is above the whole of it is denied, as it is of any order.
    if type(terms) is not Limit or (shown := terms.display_qty) is None or shown <= qty:
        return terms
    most = leg.leg.order_qty
    return terms if leg._entry is None or (most is not None and shown > most) else Limit(terms.price, qty)


def _least_qty(leg: GroupLeg) -> Decimal | None:
    # Of an exit; what is above the whole of it is denied, as it is of any order.
    of, asked = leg.leg, leg.leg.instructions
    if asked is None or leg._entry is None or asked.min_qty is None:
        return None
    return asked.min_qty if of.order_qty is None or asked.min_qty <= of.order_qty else None


def _is_post_only(leg: Leg) -> bool:
    # What has a trigger beside its limit waits for that, and not for a quote.
    return type(leg.terms) is Limit and leg.instructions is not None and leg.instructions.post_only


def _only_px(leg: Leg) -> Decimal | None:
    # None where more than a price is to be looked at.
    terms = leg.terms
    if leg.instructions is not None or type(leg.time_in_force) in _DATED:
        return None
    if type(terms) is Limit:
        return terms.price if terms.display_qty is None else None
    return terms.stop_px if type(terms) is Stop else None


def _kind(leg: Leg, terms: Terms) -> _Kind:
    if type(terms) is Limit:
        return leg.symbol, Limit, type(leg.time_in_force), terms.display_qty is None
    return leg.symbol, type(terms), type(leg.time_in_force), getattr(terms, "price_type", None)

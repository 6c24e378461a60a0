"""Where an order goes that could go to several brokers: what is known of each now is brought together, and the rules decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from attrs import evolve

from oms.engine.routes import Reasons, Route
from oms.engine.state import State
from oms.engine.venue_markets import VenueMarkets
from oms.engine.ways import Routes
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.decimals import ONE, ZERO
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import RouteDecision, RouteVerdict, VenueHealth
from oms.model.routing_places import Place, Places
from oms.model.routing_table import RouteBy, RouteRule, Routing
from oms.model.sessions import to_datetime
from oms.model.terms import Limit, Market, MarketToLimit, limit_px
from oms.model.time_in_force import AtTheClose, AtTheOpening, FillOrKill, GoodForAuction, ImmediateOrCancel
from oms.order_types.placing import place
from oms.order_types.registry import HandlerRegistry
from oms.order_types.strategy import working
from oms.routing.decisions import choose, given
from oms.routing.ranking import Asked
from oms.routing.records import VenueRecord

_AT_ONCE: Final = (ImmediateOrCancel, FillOrKill)
_PASSES: Final = frozenset({RouteVerdict.DOWN, RouteVerdict.NOT_RECONCILED})
"""What speaks against a place for now and not for good."""
_AT_ONCE_TERMS: Final = (Limit, Market, MarketToLimit)
"""The terms that trade with what is shown as they come to a venue."""
_OF_AUCTIONS: Final = (AtTheOpening, AtTheClose, GoodForAuction)

NAMED: Final = (RouteVerdict.NAMED, RouteVerdict.ANOTHER_NAMED)
IN_TURN: Final = (RouteVerdict.TAKEN, RouteVerdict.LATER_IN_TURN)
WITH_ITS_GROUP: Final = (RouteVerdict.WITH_ITS_GROUP, RouteVerdict.GROUP_ELSEWHERE)

NOBODY: Final[Mapping[BrokerName, str]] = {}


class VenueChoice:
    """Chooses among the brokers of a rule.

    Attributes:
        markets: What each broker shows.
    """

    __slots__ = ("_capabilities", "_handlers", "_market", "_routes", "_state", "markets")

    def __init__(
        self,
        routes: Routes,
        state: State,
        capabilities: Mapping[BrokerName, Capabilities],
        handlers: HandlerRegistry,
        market: Mapping[Symbol, Quote],
    ) -> None:
        """Choose among these; `market` is the last quote of each instrument."""
        self._routes = routes
        self._state = state
        self._capabilities = capabilities
        self._handlers = handlers
        self._market = market
        self.markets = VenueMarkets(state, market)

    def choose(
        self, command: SubmitOrder, instrument: Instrument, tried: Mapping[BrokerName, str] = NOBODY
    ) -> tuple[Route, RouteDecision | None]:
        """Give the way out for an order, and why it was chosen; None for that where there was no choice.

        Args:
            command: The order.
            instrument: What is traded.
            tried: The brokers that it does not go to again, and why.
        """
        routing = self._state.venues.routing
        found = None if routing is None else routing.rule_for(instrument.symbol, command.account)
        if routing is None or found is None:
            return self._routes.without_rule(instrument), None
        number, rule = found
        if len(rule.brokers) == 1:
            return self._routes.at(instrument.symbol, rule.brokers[0]), None
        places = self.places(command, instrument, rule, routing)
        if tried:
            places = tuple(_judged(place, tried) for place in places)
        now_ns = self._state.now_ns
        what = asked_of(command, instrument, command.order_qty)
        decision = choose(what, places, rule=number, by=rule.by, weights=routing.weights, now_ns=now_ns)
        taken = decision.taken
        if not taken:
            return self._routes.nowhere(instrument, _why_nowhere(decision)), decision
        return self._routes.at(instrument.symbol, taken[0].broker), decision

    def home(self, instrument: Instrument, account: Account) -> Route:
        """Give the way out that an account's orders in an instrument would have by the order of their rule, without a look at prices.

        That is the first broker that is reconciled and up; where there is none, the first that is reconciled, else the first.
        """
        state, symbol = self._state, instrument.symbol
        found = None if state.venues.routing is None else state.venues.routing.rule_for(symbol, account)
        if found is None:
            return self._routes.without_rule(instrument)
        brokers = found[1].brokers
        attached = [one for one in brokers if one in self._capabilities] or brokers[:1]
        reconciled = [one for one in attached if one not in state.breaks.unreconciled]
        up = (one for one in reconciled if not self._is_out(one))
        return self._routes.at(symbol, next(up, None) or (reconciled or attached)[0])

    def _is_out(self, broker: BrokerName) -> bool:
        known = self._state.venues.records.get(broker)
        is_down = known is not None and known.health is VenueHealth.DOWN
        return is_down and known is not None and not known.may_be_tried(self._state.now_ns)

    def places_of(
        self, instrument: Instrument, account: Account, since_ns: int
    ) -> Callable[[SubmitOrder], Places] | None:
        """Give what tells of the brokers that an account's orders in an instrument could go to; None where there is no choice.

        What a broker showed before `since_ns` (in nanoseconds UTC) it shows no longer.
        """
        routing = self._state.venues.routing
        found = None if routing is None else routing.rule_for(instrument.symbol, account)
        if routing is None or found is None or len(found[1].brokers) == 1:
            return None
        number, rule = found

        def places(command: SubmitOrder) -> Places:
            found = (self._place(command, instrument, broker, routing, since_ns) for broker in rule.brokers)
            return Places(number, routing.weights, tuple(self._with_book(one, command) for one in found))

        return places

    def given(
        self, command: SubmitOrder, broker: BrokerName, verdicts: tuple[RouteVerdict, RouteVerdict] = NAMED
    ) -> RouteDecision | None:
        """Give what is to be recorded of an order that goes to a broker whatever others show; None where there is no other.

        Nor is there anything to record of one that is worked here: its children are.

        Args:
            command: The order.
            broker: Where it goes.
            verdicts: What is said of that broker, and of the others where nothing else speaks against them.
        """
        routing, instrument = self._state.venues.routing, self._state.instruments.get(command.symbol)
        found = None if routing is None else routing.rule_for(command.symbol, command.account)
        is_known = instrument is not None and type(command.terms) in self._handlers
        if routing is None or found is None or instrument is None or not is_known:
            return None
        number, rule = found
        names = rule.brokers if broker in rule.brokers else (*rule.brokers, broker)
        if len(names) == 1 or working(self._handlers, command.terms) is not None:
            return None
        places = [self._place(command, instrument, name, routing) for name in names]
        is_named = verdicts is NAMED
        places = [_going(one, is_named=is_named) if one.broker == broker else one for one in places]
        what = asked_of(command, instrument, command.order_qty)
        by = RouteBy.IN_TURN if verdicts is IN_TURN else rule.by
        now_ns = self._state.now_ns
        return given(
            what, places, broker, verdicts, rule=number, by=by, weights=routing.weights, now_ns=now_ns
        )

    def record(self, order: Order, decision: RouteDecision, *, is_sent: bool) -> None:
        """Put a decision about an order on record; where it `is_sent` now, remember what it takes of what is shown."""
        state = self._state
        state.record_of(order, ev.OrderRouted(*state.envelope(), order.order_id, decision))
        if is_sent:
            for one in decision.taken:
                self.claim(order, one.broker, decision)

    def claim(self, order: Order, broker: BrokerName, decision: RouteDecision) -> None:
        """Remember what an order that is sent to a broker, by this decision, takes of what is shown there."""
        for one in decision.taken:
            if one.broker == broker and one.is_taking and one.px is not None:
                self.markets.claim(order, broker, ((one.px, one.size), *one.behind), order.order_qty)

    def places(
        self, command: SubmitOrder, instrument: Instrument, rule: RouteRule, routing: Routing
    ) -> tuple[Place, ...]:
        """Give what is known of every broker of a rule, for an order like this one."""
        return tuple(self._place(command, instrument, broker, routing) for broker in rule.brokers)

    def _with_book(self, place: Place, command: SubmitOrder) -> Place:
        if place.quote is None:
            return place
        behind = self.markets.behind(command.symbol, place.broker, command.side, command.order_qty)
        return evolve(place, behind=behind) if behind else place

    def _place(
        self, command: SubmitOrder, instrument: Instrument, broker: BrokerName, routing: Routing, since_ns: int = 0
    ) -> Place:  # fmt: skip
        symbol = instrument.symbol
        known = self._state.venues.records.get(broker) or VenueRecord()
        fresh = self.markets.fresh(symbol, broker, since_ns)
        claimed = self.markets.claimed(symbol, broker, command.side)
        venue = routing.venue(broker)
        latency_ns = venue.latency_ns if known.latency_ns is None else known.latency_ns
        verdict, text, may_hold = self._why_not(command, broker, known)
        facts = (known.health, fresh, claimed, latency_ns, known.fill_ppm, known.reject_ppm)
        is_forgiven = known.health is VenueHealth.DEGRADED and known.may_be_tried(self._state.now_ns)
        is_as_before = self.markets.is_as_before(symbol, broker, command.side)
        return Place(broker, venue, *facts, verdict, text, may_hold, is_forgiven, is_as_before=is_as_before)

    def _why_not(
        self, command: SubmitOrder, broker: BrokerName, known: VenueRecord
    ) -> tuple[RouteVerdict | None, str, bool]:
        can = self._capabilities.get(broker)
        if can is None:
            return RouteVerdict.NOT_ATTACHED, "", False
        quote = self._market.get(command.symbol)
        trigger, against = place(command, can, broker, self._handlers, quote)
        route = self._routes.at(command.symbol, broker)
        if against:
            return RouteVerdict.CANNOT, _told(against), False
        if route.last_counter < self._state.next_counter:
            return RouteVerdict.CANNOT, f"its ClOrdIDs are used up: {can.profile.cl_ord_ids.in_words}", False
        if broker in self._state.breaks.unreconciled:
            return RouteVerdict.NOT_RECONCILED, "", False
        if known.health is VenueHealth.DOWN and not known.may_be_tried(self._state.now_ns):
            return RouteVerdict.DOWN, _until(known, self._state.now_ns), False
        return None, "", trigger is not None


def _judged(place: Place, tried: Mapping[BrokerName, str]) -> Place:
    text = tried.get(place.broker)
    return place if text is None else evolve(place, verdict=RouteVerdict.TRIED, text=text)


def _going(place: Place, *, is_named: bool) -> Place:
    """Give a place where an order goes even though it is down; a leg of a group may be held for one that does not take it as it is."""
    goes = place.verdict is RouteVerdict.DOWN or (place.verdict is RouteVerdict.CANNOT and not is_named)
    return evolve(place, verdict=None) if goes else place


def asked_of(command: SubmitOrder, instrument: Instrument, qty: Decimal) -> Asked:
    """Give what is to be placed of an order, as places are compared by it."""
    limit, how = limit_px(command.terms), command.instructions
    return Asked(
        command.side,
        qty,
        limit,
        may_take=how is None or not how.post_only,
        may_rest=limit is not None and not isinstance(command.time_in_force, _AT_ONCE),
        lot=instrument.lot,
        min_qty=max(instrument.min_qty, ZERO) or ONE.min(instrument.lot),
        multiplier=instrument.multiplier,
        is_later=not isinstance(command.terms, _AT_ONCE_TERMS)
        or isinstance(command.time_in_force, _OF_AUCTIONS),
    )


def _why_nowhere(decision: RouteDecision) -> Reasons:
    told = "; ".join(
        f"{one.broker} {one.verdict.value}{f' ({one.text})' if one.text else ''}"
        for one in decision.candidates
    )
    passes = any(one.verdict in _PASSES for one in decision.candidates)
    code = ReasonCode.VENUE_DOWN if passes else ReasonCode.NO_ROUTE
    allowed = (
        f"the order again once one of them is back; rule {decision.rule} names no other"
        if passes
        else f"an order that one of them takes, or another broker in rule {decision.rule}"
    )
    return (Reason(code, "broker", told, allowed),)


def _told(reasons: Reasons) -> str:
    return "; ".join(f"{one.field} = {one.value}; allowed: {one.allowed}" for one in reasons)


def _until(known: VenueRecord, now_ns: int) -> str:
    if now_ns < known.until_ns:
        return f"until {to_datetime(known.until_ns):%H:%M:%S} UTC"
    return "an order is under way that tries it"

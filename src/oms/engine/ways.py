"""The ways out: where the orders of an instrument go, looked up once, and chosen anew for each order where there is a choice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oms.engine.routes import Reasons, Route, last_usable
from oms.engine.state import State
from oms.errors import UnknownInstrumentError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.cl_ord_id_rules import LAST_COUNTER
from oms.model.decimals import EXACT, ZERO
from oms.model.ids import BrokerName, Symbol
from oms.model.instrument import Instrument
from oms.model.market import OwnTrade
from oms.model.reasons import Reason, ReasonCode
from oms.order_types.placing import without_triggers
from oms.routing.router import Router

NO_CAPABILITIES: Final = Capabilities(order_types=frozenset())


class Routes:
    """The ways out of every instrument.

    Attributes:
        known: What was looked up, by symbol.
        last_counters: The counter of the last ClOrdID that each broker takes.
    """

    __slots__ = ("_at", "_capabilities", "_router", "_state", "known", "last_counters")

    def __init__(self, state: State, capabilities: Mapping[BrokerName, Capabilities], router: Router) -> None:
        """Lead to these brokers."""
        self._state = state
        self._capabilities = capabilities
        self._router = router
        self._at: dict[tuple[Symbol, BrokerName], Route] = {}
        self.known: dict[Symbol, Route] = {}
        # What a broker takes otherwise is the same for all of them.
        self.last_counters: dict[BrokerName | None, int] = {
            broker: last_usable(can.profile.cl_ord_ids.last_counter) for broker, can in capabilities.items()
        }

    def forget(self) -> None:
        """Look everything up again; to be called when an instrument or the table was changed, or a broker reconciled."""
        self.known.clear()
        self._at.clear()

    def find(self, symbol: Symbol) -> Route:
        """Give the way out of an instrument.

        Raises:
            UnknownInstrumentError: It was never defined.
        """
        route = self.known.get(symbol)
        if route is None:
            route = self.known[symbol] = self._look_up(symbol)
        return route

    def at(self, symbol: Symbol, broker: BrokerName) -> Route:
        """Give the way out of an instrument to a broker; errors as in `find`."""
        route = self._at.get((symbol, broker))
        if route is None:
            route = self._at[symbol, broker] = self._to(self._instrument(symbol), broker)
        return route

    def own_qty(self, symbol: Symbol) -> Decimal:
        """Give how much of what was executed here in an instrument is part of its prints: all but what simulated brokers did."""
        found = ZERO
        for broker, qty in self._state.traded.executed(symbol).items():
            can = self._capabilities.get(broker)
            if can is None or not can.simulated:
                found = EXACT.add(found, qty)
        return found

    def own_trades(self, symbol: Symbol) -> list[OwnTrade]:
        """Give each execution of what `own_qty` counts since this was asked last; nothing the first time."""
        traded, found = self._state.traded, list[OwnTrade]()
        traded.add_up()
        events = traded.listened.setdefault(symbol, [])
        for event in events:
            can = self._capabilities.get(event.broker)
            if can is not None and can.simulated:
                continue
            time_ns = event.transact_time_ns or event.time_ns
            first = event.sequence if isinstance(event, ev.Traded) else event.trade_sequence
            if not isinstance(event, ev.Traded):
                found.append(OwnTrade(EXACT.minus(event.old_qty), event.old_px, time_ns, first))
            if not isinstance(event, ev.TradeCanceled):
                found.append(OwnTrade(event.last_qty, event.last_px, time_ns, first))
        events.clear()
        return found

    def is_shut(self, symbol: Symbol) -> bool:
        """Tell whether orders in an instrument have no way out now: a rule that is about it has no broker that is reconciled."""
        unreconciled = self._state.breaks.unreconciled
        if not unreconciled:
            return False
        route = self.known.get(symbol) or self.find(symbol)
        routing = self._state.venues.routing
        if not route.has_choice or routing is None:
            return route.broker in unreconciled
        rules = [rule for rule in routing.rules if rule.may_be_about(symbol)]
        ways = [rule.brokers for rule in rules]
        if all(rule.accounts for rule in rules) and (other := self.without_rule(route.instrument)).broker:
            ways.append((other.broker,))  # that of the accounts that no rule is about
        return any(all(one in unreconciled for one in brokers) for brokers in ways)

    def why_unreconciled(self, broker: BrokerName | None) -> Reasons:
        """Give the reason why a broker gets no new orders yet; none where it does."""
        if broker is None or broker not in self._state.breaks.unreconciled:
            return ()
        allowed = "cancels, and replaces that only take less; new orders once the broker is reconciled"
        return (Reason(ReasonCode.NOT_RECONCILED, "broker", str(broker), allowed),)

    def _instrument(self, symbol: Symbol) -> Instrument:
        instrument = self._state.instruments.get(symbol)
        if instrument is None:
            raise UnknownInstrumentError("symbol", symbol, "define the instrument first")
        return instrument

    def _look_up(self, symbol: Symbol) -> Route:
        instrument, routing = self._instrument(symbol), self._state.venues.routing
        rules = [] if routing is None else [rule for rule in routing.rules if rule.may_be_about(symbol)]
        first = rules[0] if rules else None
        if first is None:
            return self.without_rule(instrument)
        if not first.accounts and len(first.brokers) == 1:
            return self._to(instrument, first.brokers[0])
        attached = [one for rule in rules for one in rule.brokers if one in self._capabilities]
        home = attached[0] if attached else first.brokers[0]
        way = self._to(instrument, home)
        # Nothing is taken without a closer look, since it is to be chosen where it goes.
        return Route(
            instrument, home, way.capabilities, way.why_not, frozenset(), way.last_counter, has_choice=True
        )

    def without_rule(self, instrument: Instrument) -> Route:
        """Give the way out of an instrument that no rule is about."""
        choice = self._router.choose(instrument)
        if isinstance(choice, Reason):
            return self.nowhere(instrument, (choice,))
        return self._to(instrument, choice[0])

    def nowhere(self, instrument: Instrument, why_not: Reasons) -> Route:
        """Give what there is to know where there is no way out."""
        types = NO_CAPABILITIES.order_types
        return Route(instrument, BrokerName(""), NO_CAPABILITIES, why_not, types, LAST_COUNTER)

    def _to(self, instrument: Instrument, broker: BrokerName) -> Route:
        can = self._capabilities.get(broker)
        if can is None:
            known = ", ".join(sorted(self._capabilities)) or "none is attached"
            allowed = f"a broker that is attached, one of: {known}"
            return self.nowhere(instrument, (Reason(ReasonCode.NO_ROUTE, "broker", str(broker), allowed),))
        why_not = self.why_unreconciled(broker)
        # Where nothing is allowed, every order is looked at more closely: what is refused for costs the others nothing.
        # So with triggers: the venue may not compare every kind of price to them.
        types = NO_CAPABILITIES.order_types if why_not else without_triggers(can.order_types)
        return Route(instrument, broker, can, why_not, types, self.last_counters[broker])

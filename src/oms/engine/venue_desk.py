"""Whether brokers can be relied on: decided after each input that told something of it, and recorded as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oms.engine import reconciler
from oms.engine.rerouting import Entry, Rerouting
from oms.model import events as ev
from oms.model.break_commands import ReconcileBroker
from oms.model.enums import Listing
from oms.model.ids import BrokerName
from oms.model.requests import Request
from oms.model.routing import VenueHealth
from oms.model.routing_table import HealthRules
from oms.model.sessions import NS_PER_S
from oms.routing.health import HealthChange, judge, recovered
from oms.routing.records import VenueRecord

_CLOCK: Final = "clock"
_MAX_DOUBLINGS: Final = 20


class VenueDesk:
    """Watches the brokers that orders are routed to."""

    __slots__ = ("_asked", "_lists", "_rerouting", "_state")

    def __init__(self, entry: Entry, lists: Mapping[BrokerName, frozenset[Listing]]) -> None:
        """Watch; `lists` is what each broker can be asked for as a whole."""
        self._state = entry.state
        self._rerouting = Rerouting(entry)
        self._lists = lists
        # Those that are down and are being asked whether they are back.
        # When each is to be asked again, in nanoseconds UTC, and how often it was.
        self._asked: dict[BrokerName, tuple[int, int]] = {}

    def tend(self, grace_ns: int, requests: list[Request]) -> bool:
        """Decide about every broker of which something was heard, and ask those whose back-off is over whether they are back.

        They are asked by being compared with the books, which harms nothing and is needed after an outage anyway. One that
        lists nothing is tried by an order. What is left of orders that go on to another broker is sent there after that.

        Returns:
            Whether the health of one has changed.
        """
        state, venues = self._state, self._state.venues
        routing = venues.routing
        if routing is None:
            venues.wary.clear()
            return False
        has_changed = False
        for broker in tuple(venues.wary):
            known = venues.records[broker]
            change = judge(known, routing.health, state.now_ns) or self._answered(broker, known)
            if change is not None:
                self._asked.pop(broker, None)
                has_changed = True
                told = (broker, change.health, change.strikes, change.until_ns, change.text)
                state.record(ev.VenueHealthChanged(*state.envelope(), *told))
            if known.health is VenueHealth.DOWN and self._lists.get(broker):
                self._ask(broker, known, grace_ns, requests)
            else:
                del venues.wary[broker]
        if venues.reroutes:
            self._rerouting.follow(requests)
        return has_changed

    def _answered(self, broker: BrokerName, known: VenueRecord) -> HealthChange | None:
        if broker not in self._asked or broker in self._state.runs:
            return None
        return recovered(known, self._rules(), self._state.now_ns, "it was compared with the books")

    def _ask(self, broker: BrokerName, known: VenueRecord, grace_ns: int, requests: list[Request]) -> None:
        """Ask a broker whether it is back, and again while it does not answer: after its back-off, then after twice as long."""
        state, rules = self._state, self._rules()
        due_ns, attempts = self._asked.get(broker, (known.until_ns, 0))
        if state.now_ns >= due_ns:
            wait_s = min(rules.backoff_s << min(attempts, _MAX_DOUBLINGS), rules.max_backoff_s)
            due_ns = state.now_ns + wait_s * NS_PER_S
            self._asked[broker] = due_ns, attempts + 1
            state.begin(ReconcileBroker, _CLOCK)
            run = state.runs.get(broker)
            if run is None:
                reconciler.begin(state, broker, self._lists[broker], grace_ns, requests)
            elif run.awaited is not None:
                run.due_ns = min(run.due_ns, state.now_ns)
                reconciler.advance(state, requests)
        # Not the alarm of the comparison itself, which goes by that name.
        state.inquiries.wake(f"whether {broker} is back", due_ns)

    def _rules(self) -> HealthRules:
        routing = self._state.venues.routing
        assert routing is not None
        return routing.health

"""Whether brokers can be relied on: decided after each input that told something of it, and recorded as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oms.engine import reconciler
from oms.engine.state import State
from oms.model import events as ev
from oms.model.break_commands import ReconcileBroker
from oms.model.enums import Listing
from oms.model.ids import BrokerName
from oms.model.requests import Request
from oms.model.routing import VenueHealth
from oms.routing.health import HealthChange, judge
from oms.routing.records import VenueRecord

_CLOCK: Final = "clock"


class VenueDesk:
    """Watches the brokers that orders are routed to."""

    __slots__ = ("_asked", "_lists", "_state")

    def __init__(self, state: State, lists: Mapping[BrokerName, frozenset[Listing]]) -> None:
        """Watch; `lists` is what each broker can be asked for as a whole."""
        self._state = state
        self._lists = lists
        # Those that are down and are being asked whether they are back.
        self._asked: set[BrokerName] = set()

    def tend(self, grace_ns: int, requests: list[Request]) -> None:
        """Decide about every broker of which something was heard, and ask those whose back-off is over whether they are back.

        They are asked by being compared with the books, which harms nothing and is needed after an outage anyway. One that
        lists nothing is tried by an order.
        """
        state, venues = self._state, self._state.venues
        routing = venues.routing
        if routing is None:
            venues.wary.clear()
            return
        for broker in tuple(venues.wary):
            known = venues.records[broker]
            change = judge(known, routing.health, state.now_ns) or self._answered(broker, known)
            if change is not None:
                self._asked.discard(broker)
                told = (broker, change.health, change.strikes, change.until_ns, change.text)
                state.record(ev.VenueHealthChanged(*state.envelope(), *told))
            if known.health is VenueHealth.DOWN and self._lists.get(broker):
                self._ask(broker, known, grace_ns, requests)
            else:
                del venues.wary[broker]

    def _answered(self, broker: BrokerName, known: VenueRecord) -> HealthChange | None:
        if broker not in self._asked or broker in self._state.runs:
            return None
        return HealthChange(VenueHealth.DEGRADED, known.strikes, 0, "it was compared with the books")

    def _ask(self, broker: BrokerName, known: VenueRecord, grace_ns: int, requests: list[Request]) -> None:
        state = self._state
        if state.now_ns < known.until_ns:
            state.inquiries.wake(broker, known.until_ns)
        elif broker not in self._asked:
            self._asked.add(broker)
            state.begin(ReconcileBroker, _CLOCK)
            reconciler.begin(state, broker, self._lists[broker], grace_ns, requests)

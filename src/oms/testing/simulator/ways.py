"""How a manager reaches the venue of a run: by one broker, or by two between which orders are routed.

Two brokers lead to the same venue, each with its own fees and its own line, which may break while the other holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

from attrs import Factory, define

from oms.model.capabilities import Capabilities
from oms.model.ids import BrokerName
from oms.model.reports import QueryResult, SendResult
from oms.model.requests import ListingRequest, OrderStatusRequest, Request
from oms.model.routing_table import HealthRules, Reroute, RouteRule, RouteWeights, Routing, Venue
from oms.ports.broker import Broker
from oms.testing.line import Letter, LineBroker, Listener
from oms.testing.simulator.draws import Draws

BROKERS: Final = (BrokerName("venue"), BrokerName("other"))
"""What they are called, where there are two."""
ROUTING: Final = Routing(
    rules=(RouteRule(brokers=BROKERS, reroute=tuple(Reroute), reroute_within_s=30),),
    venues=(
        Venue(broker=BROKERS[0], taker_bps=5, maker_bps=1),
        Venue(broker=BROKERS[1], taker_bps=1, maker_bps="-0.2"),
    ),
    weights=RouteWeights(reject_bps=2),
    health=HealthRules(degraded_after=1, down_after=2, backoff_s=1, max_backoff_s=8, up_after=1),
    max_quote_age_s=600,
)
"""What decides between them."""


class Surroundings(Protocol):
    """What a venue needs of the world it is in.

    Attributes:
        now_ns: The true time, in nanoseconds UTC.
        seen: How often each rare thing has happened.
    """

    now_ns: int
    seen: Counter[str]

    def draws(self, component: str) -> Draws:
        """Give the draws of a component, for what happens now."""
        ...

    def later(self, delay_ns: int, what: Callable[[], None]) -> None:
        """Let something happen in so many nanoseconds."""
        ...

    def deliver(self, letter: Letter) -> None:
        """Let a report arrive."""
        ...

    def watch_request(self, request: Request, connection: Connection) -> None:
        """Look at a request that has left a manager, before anything becomes of it."""
        ...


class Reached(Protocol):
    """The venue, as far as a connection leads to it."""

    capabilities: Capabilities

    def receive(self, request: Request, connection: Connection) -> SendResult:
        """Take what a manager sends, or lose it."""
        ...

    def answer(self, request: OrderStatusRequest) -> QueryResult:
        """Answer a question, truthfully or not at all."""
        ...

    def list(self, request: ListingRequest) -> SendResult:
        """Answer a question about everything."""
        ...


@define(eq=False)
class Connection:
    """What one manager has of the venue; it is the line that an adapter speaks over.

    Attributes:
        venue: Where it leads.
        epoch: How many connections there were before it.
        on_report: Whom reports are delivered to; None while nobody listens.
        ways: What each of several brokers has of it.
    """

    venue: Reached
    epoch: int
    on_report: Listener | None = None
    ways: dict[str, Way] = Factory(dict)

    @property
    def capabilities(self) -> Capabilities:
        """What may be asked of the venue."""
        return self.venue.capabilities

    def send(self, request: Request) -> SendResult:
        """Carry a request; errors as in `oms.testing.line.VenueLine.send`."""
        return self.venue.receive(request, self)

    def ask(self, request: OrderStatusRequest) -> QueryResult:
        """Carry a question; errors as in `oms.testing.line.VenueLine.ask`."""
        return self.venue.answer(request)

    def list(self, request: ListingRequest) -> SendResult:
        """Carry a question about everything; errors as in `ask`."""
        return self.venue.list(request)

    def listener(self, way: str) -> Listener | None:
        """Give who hears what is said to a broker."""
        known = self.ways.get(way)
        return self.on_report if known is None else known.on_report

    def hang_up(self) -> None:
        """Let nobody hear anything any more."""
        self.on_report = None
        self.ways.clear()


@define(eq=False)
class Way:
    """What one of several brokers has of a connection.

    Attributes:
        connection: Which.
        on_report: Whom reports are delivered to; None while nobody listens.
    """

    connection: Connection
    on_report: Listener | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What may be asked of the venue."""
        return self.connection.capabilities

    def send(self, request: Request) -> SendResult:
        """Carry a request; errors as in `Connection.send`."""
        return self.connection.send(request)

    def ask(self, request: OrderStatusRequest) -> QueryResult:
        """Carry a question; errors as in `Connection.ask`."""
        return self.connection.ask(request)


def brokers_over(connection: Connection) -> list[Broker]:
    """Give the two brokers that a manager reaches the venue by."""
    connection.ways.update((name, Way(connection)) for name in BROKERS)
    brokers: list[Broker] = [LineBroker(connection.ways[name], name) for name in BROKERS]
    return brokers

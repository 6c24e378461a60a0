"""What is known of the places where an order could go, at the moment at which that is decided."""

from __future__ import annotations

from decimal import Decimal

from oms.model.define import record
from oms.model.depth import Levels
from oms.model.ids import BrokerName
from oms.model.market import Quote
from oms.model.routing import RouteVerdict, VenueHealth
from oms.model.routing_table import RouteWeights, Venue


@record
class Place:
    """What is known of a place when it is decided.

    Attributes:
        broker: Which.
        venue: What it costs.
        health: Whether it can be relied on.
        quote: What it shows; None where that is not known, too old, or crosses.
        claimed: How much was sent there since that quote, and may have taken what it shows.
        latency_ns: How long its answers take, in nanoseconds.
        fill_ppm: The share of its orders that executed, in millionths.
        reject_ppm: The share of its orders that it refused, in millionths.
        verdict: Why it cannot be taken; None where it can.
        text: The reasons, where it cannot.
        is_forgiven: It is degraded, and may show by one order at a time that it is not: it counts as one that is up.
        may_hold: Its orders would have to be held here until a price comes; those that take the order as it is go before it.
        behind: What its book shows behind the best price on the side that is taken from, the better first, less what was sent
            there since; no more of it than it takes for the whole order. Empty where only the best price is known.
        is_busy: A part is there already, and it gets the next once that has ended: what it shows is kept for it.
        is_as_before: It shows what it did as something was last sent to take that.
    """

    broker: BrokerName
    venue: Venue
    health: VenueHealth
    quote: Quote | None
    claimed: Decimal
    latency_ns: int
    fill_ppm: int
    reject_ppm: int
    verdict: RouteVerdict | None = None
    text: str = ""
    may_hold: bool = False
    is_forgiven: bool = False
    behind: Levels = ()
    is_busy: bool = False
    is_as_before: bool = False


@record
class Places:
    """The places of a rule, in its order.

    Attributes:
        rule: The rule's number, counted from 1.
        weights: What is added to prices.
        places: They.
    """

    rule: int
    weights: RouteWeights
    places: tuple[Place, ...]

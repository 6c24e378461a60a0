"""Where the parts of a run come from: subclass `Parts` to put an adapter, a store or handlers of your own into the simulator."""

from __future__ import annotations

from typing import Final, get_args

from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.model.capabilities import AMENDABLE, Capabilities
from oms.model.contingencies import Contingencies
from oms.model.contingency import MAX_LEGS, Arm, Remainder
from oms.model.enums import ContingencyType, Listing, Side, TriggerPriceType
from oms.model.instructions import INSTRUCTIONS, REDUCE_ONLY
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import (
    AtTheClose,
    AtTheOpening,
    Day,
    GoodTillCancel,
    GoodTillDate,
    ImmediateOrCancel,
    TimeInForce,
)
from oms.model.venue_profile import VenueProfile
from oms.order_types.registry import HandlerRegistry
from oms.ports.broker import Broker
from oms.ports.event_store import EventStore
from oms.stores.memory import MemoryEventStore
from oms.testing.line import Line, LineBroker
from oms.testing.simulator.hours import CURVES, session_at
from oms.testing.simulator.lists import ListingBroker, ListingLine
from oms.testing.simulator.scene import Scene

INSTRUMENTS: Final = (
    Instrument(symbol="AAA", currency="USD", tick="0.01"),
    Instrument(symbol="BBB-USD", currency="USD", tick="0.5", lot="0.001"),
    Instrument(symbol="CCC", currency="EUR", tick="0.25", multiplier=10),
)
ACCOUNTS: Final = ("main", "hedge")
PROBE: Final = (INSTRUMENTS[0].symbol, Side.BUY, 1, Limit("10"))
"""An order that must not be taken."""
LIMITS: Final = RiskLimits.off("the simulator")
"""What a venue is reached under that is taken for a real one."""


class Parts:
    """The library's own parts; each method may be overridden.

    Attributes:
        name: What the repeating command calls these parts; empty for the library's own.
        is_listing: The adapter is an `oms.ports.broker.ListingBroker`: in some runs its venue can be asked for everything.
        works_lists: The adapter is an `oms.ports.broker.ListBroker`: in some runs its venue works brackets by itself.
    """

    name: str = ""
    is_listing: bool = False
    works_lists: bool = False

    def make_store(self) -> EventStore:
        """Give an empty journal."""
        return MemoryEventStore()

    def reopen_store(self, store: EventStore) -> EventStore:
        """Give the journal as a new process would find it, after the old one has died without closing it."""
        fresh = MemoryEventStore()
        kept = list(store.read())
        if kept:
            fresh.append(kept, 0)
        snapshot = store.snapshot()
        if snapshot is not None:
            fresh.save_snapshot(*snapshot)
        return fresh

    def drop_store(self, store: EventStore) -> None:
        """Let go of the journal; the run is over."""
        store.close()

    def make_broker(self, line: Line) -> Broker:
        """Give an adapter that speaks over a line; called anew for each start of a manager."""
        return LineBroker(line)

    def make_handlers(self) -> HandlerRegistry:
        """Give what works each kind of order, algorithms among them."""
        return with_algorithms(curves=CURVES, session_at=session_at)

    def capabilities(self, profile: VenueProfile) -> Capabilities:
        """Say what may be asked of the venue, which behaves as the profile of the run has it."""
        pairs = frozenset(
            (terms, tif) for terms in get_args(Terms) for tif in (Day, GoodTillCancel, GoodTillDate)
        )
        at_auctions = frozenset(
            (terms, tif) for terms in (Limit, Market) for tif in (AtTheOpening, AtTheClose)
        )
        return Capabilities(
            order_types=pairs | at_auctions,
            amendable=AMENDABLE,
            simulated=True,
            profile=profile,
            trigger_prices=frozenset(TriggerPriceType),
        )


class OwnParts(Parts):
    """The library's own parts, with an adapter that can be asked for everything, and sends orders that depend on one another."""

    is_listing = True
    works_lists = True

    def make_broker(self, line: Line) -> Broker:
        """Give an adapter that speaks over a line."""
        assert isinstance(line, ListingLine)
        return ListingBroker(line)


def with_lists(can: Capabilities, *, trees: bool = False) -> Capabilities:
    """Give what may be asked of a venue that works brackets too, or any tree, of every kind of order that it takes."""
    contingencies = Contingencies(
        types=frozenset(ContingencyType),
        order_types=can.order_types,
        arms=frozenset(Arm) if trees else frozenset({Arm.EACH_FILL}),
        remainders=frozenset(Remainder) if trees else frozenset({Remainder.CANCEL}),
        max_orders=MAX_LEGS if trees else 3,
        is_nested=trees,
        instructions=can.instructions,
    )
    return evolve(can, contingencies=contingencies)


def with_orders_at_once(can: Capabilities) -> Capabilities:
    """Give what may be asked of a venue that takes orders too that are good at once only."""
    pairs = frozenset((terms, ImmediateOrCancel) for terms in (Limit, Market))
    return evolve(can, order_types=can.order_types | pairs)


def with_every_kind(can: Capabilities, *, knows_reduce_only: bool) -> Capabilities:
    """Give what may be asked of a venue that takes every kind of order, for every time, and that goes by a clock of its own."""
    pairs = frozenset((terms, tif) for terms in get_args(Terms) for tif in get_args(TimeInForce))
    known = INSTRUCTIONS if knows_reduce_only else INSTRUCTIONS - {REDUCE_ONLY}
    return evolve(can, order_types=pairs, instructions=known, simulated=False)


def capabilities_of(parts: Parts, scene: Scene) -> Capabilities:
    """Say what may be asked of the venue of a run."""
    can = parts.capabilities(scene.profile)
    if scene.has_sessions:
        can = with_every_kind(can, knows_reduce_only=scene.knows_reduce_only)
    if scene.lists and parts.is_listing:
        can = evolve(can, lists=frozenset(Listing))
    if scene.works_lists and parts.works_lists:
        can = with_lists(can, trees=True)
    if scene.has_two_brokers:
        can = with_orders_at_once(can)
    if scene.holds:
        plain = frozenset(pair for pair in can.order_types if pair[0] in {Market, Limit})
        can = evolve(can, order_types=plain)
    return can

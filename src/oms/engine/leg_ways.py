"""Where the orders of a group go: all of an instrument to one broker, by the rule for their account.

A group that has begun stays with its broker, for an exit has to be where its entry has traded. Until something of it is there, it
goes where a plain order could: to the first broker of the rule that is reconciled and up.
"""

from __future__ import annotations

from typing import Protocol

from oms.engine.routes import Route
from oms.engine.state import State
from oms.engine.venue_choice import IN_TURN, WITH_ITS_GROUP, VenueChoice
from oms.model.commands import SubmitOrder
from oms.model.group import GroupLeg
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.routing import RouteDecision
from oms.order_types.registry import HandlerRegistry
from oms.order_types.strategy import working

# What of a leg and of its orders is looked at is read off their slots.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


class Entry(Protocol):
    """The way in for orders, as far as it is looked at here; see `oms.engine.order_entry.OrderEntry`."""

    state: State
    _choice: VenueChoice
    _handlers: HandlerRegistry

    def _route(self, symbol: Symbol) -> Route: ...

    def home(self, symbol: Symbol, account: Account, named: BrokerName | None = None) -> Route:
        """Give the way out of an account's orders in an instrument, as far as it can be told before they are chosen for."""
        ...


def way_of(entry: Entry, leg: GroupLeg) -> Route:
    """Give the way out of the orders of a leg."""
    of = leg.leg
    route = entry._route(of.symbol)
    if not route.has_choice:
        return route
    return entry.home(of.symbol, of.account or leg._group.account, begun_at(leg))


def chosen(
    entry: Entry,
    command: SubmitOrder,
    route: Route,
    place: tuple[int, int] | None,
    decision: RouteDecision | None,
) -> tuple[Route, RouteDecision | None]:
    """Give where a new order goes that has a choice, and why: that of its group where it is the leg in that place."""
    if place is not None:
        return routed(entry, entry.state.groups.by_id[place[0]].legs[place[1]], command)
    if working(entry._handlers, command.terms) is not None:
        return route, decision  # Its children are chosen for.
    return entry._choice.choose(command, route.instrument)


def routed(entry: Entry, leg: GroupLeg, command: SubmitOrder) -> tuple[Route, RouteDecision | None]:
    """Give the way out of an order of a leg, and what is to be recorded of that; None for the latter where there was no choice."""
    route = way_of(entry, leg)
    if not entry._route(leg.leg.symbol).has_choice or not route.broker:
        return route, None
    verdicts = IN_TURN if begun_at(leg) is None else WITH_ITS_GROUP
    return route, entry._choice.given(command, route.broker, verdicts)


def begun_at(leg: GroupLeg) -> BrokerName | None:
    """Give the broker where something of a leg's group is, in the leg's instrument: an order that works, or what one has executed."""
    symbol = leg.leg.symbol
    for other in leg._group.legs:
        if other.leg.symbol != symbol:
            continue
        for order in other.orders:
            if order._broker is not None and (order._cum_qty or not order.is_closed):
                return order._broker
    return None

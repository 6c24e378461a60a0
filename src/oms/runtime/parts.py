"""What a manager is made of, checked at the door, where it would otherwise fail far inside or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.door import shown
from oms.model.enums import HeldPolicy, Listing
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.limits import RiskLimits
from oms.model.routing_table import Routing

T = TypeVar("T")
Projection: TypeAlias = tuple[type[Event], Callable[[Any], None]]
"""A class of events, derived ones included, and a read model's way to take one in."""

BROKER: Final = ("name", "capabilities", "start", "stop", "submit", "cancel", "replace", "query")
"""The members of `oms.ports.broker.Broker`."""

_LISTINGS: Final = {
    Listing.EXECUTIONS: "executions",
    Listing.OPEN_ORDERS: "open_orders",
    Listing.POSITIONS: "positions",
}

_STORE: Final = (
    "capabilities", "notices", "version", "append", "read", "save_snapshot", "snapshot", "close",
)  # fmt: skip
"""The members of `oms.ports.event_store.EventStore`."""

_MAX_TIMEOUT_S: Final = 86_400
_MAX_EVERY: Final = 1_000_000_000
_MAX_HELD: Final = 100_000_000


def several(given: Iterable[T], field: str, allowed: str) -> Iterable[T]:
    """Check that something is several, and no text.

    Raises:
        ValidationError: It is not.
    """
    if isinstance(given, str | bytes | type) or not isinstance(given, Iterable):
        raise ValidationError(field, shown(given), allowed)
    return given


def each_of(kind: type[T], given: Iterable[T], field: str, allowed: str) -> Iterable[T]:
    """Check that something is several of a kind; errors as in `several`."""
    found = list(several(given, field, allowed))
    for one in found:
        if not isinstance(one, kind):
            raise ValidationError(field, shown(one), allowed)
    return found


def check_members(given: object, members: tuple[str, ...], field: str, allowed: str) -> None:
    """Check that something has what is asked of it later.

    Raises:
        ValidationError: Something is missing.
    """
    missing = [
        member
        for member in members
        # The class is asked first, so that no property is read for nothing.
        if isinstance(given, type) or not (hasattr(type(given), member) or hasattr(given, member))
    ]
    if missing:
        raise ValidationError(field, shown(given), f"{allowed}; it has no {', '.join(missing)}")


def check_parts(
    store: object,
    clock: object,
    limits: object,
    handlers: object,
) -> None:
    """Check what is no list.

    Raises:
        ValidationError: Something is of another kind.
    """
    check_members(store, _STORE, "store", "pass a journal, such as SQLiteEventStore(path)")
    if clock is not None:
        check_members(clock, ("now_ns",), "clock", "pass a clock, such as ManualClock(), or leave it out")
    if limits is not None and not isinstance(limits, RiskLimits):
        raise ValidationError("limits", shown(limits), "pass RiskLimits(...), or leave it out")
    if handlers is not None and not isinstance(handlers, Mapping):
        raise ValidationError("handlers", shown(handlers), "pass a mapping of terms to what works them")


def check_numbers(request_timeout_s: object, snapshot_every: object, max_held: object) -> None:
    """Check what is a number.

    Raises:
        ValidationError: It is none, or out of range.
    """
    if type(request_timeout_s) is not int or not 0 < request_timeout_s <= _MAX_TIMEOUT_S:
        raise ValidationError(
            "request_timeout_s", shown(request_timeout_s), f"pass an int from 1 to {_MAX_TIMEOUT_S}"
        )
    if snapshot_every is not None and (
        type(snapshot_every) is not int or not 0 < snapshot_every <= _MAX_EVERY
    ):
        raise ValidationError(
            "snapshot_every", shown(snapshot_every), f"pass an int from 1 to {_MAX_EVERY}, or leave it out"
        )
    if type(max_held) is not int or not 0 <= max_held <= _MAX_HELD:
        raise ValidationError("max_held", shown(max_held), f"pass an int from 0 to {_MAX_HELD}")


def check_policy(after_restart: object) -> None:
    """Check what becomes of held orders after a restart.

    Raises:
        ValidationError: It is no policy.
    """
    if type(after_restart) is not HeldPolicy:
        raise ValidationError("after_restart", shown(after_restart), "pass a member of HeldPolicy")


def check_routing(routing: object, brokers: Mapping[BrokerName, object]) -> None:
    """Check that orders are routed to brokers that are attached.

    Raises:
        ValidationError: It is no table, or names another broker.
    """
    if routing is None:
        return
    if not isinstance(routing, Routing):
        raise ValidationError("routing", shown(routing), "pass Routing(...), or leave it out")
    attached = ", ".join(brokers) or "none"
    for broker in (*routing.brokers, *(one.broker for one in routing.venues)):
        if broker not in brokers:
            raise ValidationError("routing", broker, f"name brokers that are attached; those are: {attached}")


def check_listings(
    brokers: Mapping[BrokerName, object], capabilities: Mapping[BrokerName, Capabilities]
) -> None:
    """Check that brokers have what they say they can be asked for: listings, and lists of orders.

    Raises:
        ValidationError: A member is missing.
    """
    for key, can in capabilities.items():
        members = tuple(member for listing, member in _LISTINGS.items() if listing in can.lists)
        allowed = "declare in `Capabilities.lists` what `oms.ports.broker.ListingBroker` has"
        check_members(brokers[key], members, "brokers", allowed)
        if can.contingencies is not None:
            allowed = "declare `Capabilities.contingencies` for what is an `oms.ports.broker.ListBroker`"
            check_members(brokers[key], ("submit_list",), "brokers", allowed)


def pairs(projections: Iterable[Projection]) -> tuple[Projection, ...]:
    """Give read models as they were given, each a class of events and what is told of them.

    Raises:
        ValidationError: Something is no such pair.
    """
    allowed = "pass pairs of an event class and what is told of each such event"
    found = tuple(several(projections, "projections", allowed))
    for given in found:
        pair: object = given
        match pair:
            case (type(), listener) if callable(listener):
                continue
            case _:
                raise ValidationError("projections", shown(pair), allowed)
    return found


def no_limits(capabilities: Mapping[BrokerName, Capabilities]) -> RiskLimits:
    """Give the limits of a manager that was given none.

    Raises:
        ValidationError: A broker is there with real money.
    """
    real = sorted(key for key, can in capabilities.items() if not can.simulated)
    if real:
        raise ValidationError("limits", f"none, with {', '.join(real)}", "pass limits=RiskLimits(...)")
    return RiskLimits.off("every broker is simulated")

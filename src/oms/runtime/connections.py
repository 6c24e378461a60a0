"""The brokers of one manager: told apart, asked what they define, started and stopped together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.door import shown
from oms.model.ids import BrokerName, Symbol, name
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.ports.broker import Broker
from oms.ports.clock import Clock
from oms.ports.event_store import EventStore
from oms.ports.reference_data import ReferenceData
from oms.runtime.inbox import Inbox, InboxSink

T = TypeVar("T")

_BROKER: Final = ("name", "capabilities", "start", "stop", "submit", "cancel", "replace", "query")
_STORE: Final = ("append", "read", "close")


def several(given: Iterable[T], field: str, allowed: str) -> Iterable[T]:
    """Check that something is several, and no text.

    Raises:
        ValidationError: It is not.
    """
    if isinstance(given, str | bytes | type) or not isinstance(given, Iterable):
        raise ValidationError(field, shown(given), allowed)
    return given


def check_members(given: object, members: tuple[str, ...], field: str, allowed: str) -> None:
    """Check that something has what is asked of it later.

    Raises:
        ValidationError: Something is missing.
    """
    missing = [member for member in members if isinstance(given, type) or not hasattr(given, member)]
    if missing:
        raise ValidationError(field, shown(given), f"{allowed}; it has no {', '.join(missing)}")


def check_parts(store: EventStore, clock: Clock | None, limits: RiskLimits | None) -> None:
    """Check what a manager is made of, beside its brokers and instruments.

    Raises:
        ValidationError: Something is of another kind.
    """
    check_members(store, _STORE, "store", "pass a journal, such as SQLiteEventStore(path)")
    if clock is not None:
        check_members(clock, ("now_ns",), "clock", "pass a clock, such as ManualClock(), or leave it out")
    if limits is not None and not isinstance(limits, RiskLimits):
        raise ValidationError("limits", shown(limits), "pass RiskLimits(...), or leave it out")


def by_name(brokers: Iterable[Broker]) -> dict[BrokerName, Broker]:
    """Give the brokers by their names.

    Raises:
        ValidationError: Two have the same, or something is no broker.
    """
    attached: dict[BrokerName, Broker] = {}
    for broker in several(brokers, "brokers", "pass a list of brokers, such as [PaperBroker([...])]"):
        check_members(broker, _BROKER, "brokers", "pass adapters as `oms.ports.broker.Broker` has them")
        name(broker.name, "broker")
        if attached.setdefault(broker.name, broker) is not broker:
            raise ValidationError("brokers", broker.name, "give every broker a name of its own")
    return attached


def no_limits(capabilities: Mapping[BrokerName, Capabilities]) -> RiskLimits:
    """Give the limits of a manager that was given none.

    Raises:
        ValidationError: A broker is there with real money.
    """
    real = sorted(key for key, can in capabilities.items() if not can.simulated)
    if real:
        raise ValidationError("limits", f"none, with {', '.join(real)}", "pass limits=RiskLimits(...)")
    return RiskLimits.off("every broker is simulated")


def defined(brokers: Iterable[Broker], given: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """Give what may be traded, by symbol: what brokers define, and what was given, which goes before it.

    Raises:
        ValidationError: What was given are no instruments.
    """
    allowed = "pass a list of instruments, such as [Instrument(symbol=..., currency=..., tick=...)]"
    given = tuple(several(given, "instruments", allowed))
    wrong = [instrument for instrument in given if not isinstance(instrument, Instrument)]
    if wrong:
        raise ValidationError("instruments", shown(wrong[0]), allowed)
    found: dict[Symbol, Instrument] = {}
    for broker in brokers:
        if isinstance(broker, ReferenceData):
            found.update((instrument.symbol, instrument) for instrument in broker.instruments())
    found.update((instrument.symbol, instrument) for instrument in given)
    return tuple(instrument for _, instrument in sorted(found.items()))


def connect(brokers: Mapping[BrokerName, Broker], inbox: Inbox, then: Callable[[], None]) -> None:
    """Start every broker, then do what follows; where any of it fails, stop those that were started, and raise."""
    started: list[Broker] = []
    try:
        for key, broker in brokers.items():
            broker.start(InboxSink(inbox, key))
            started.append(broker)
        then()
    except BaseException as error:
        for failure in _failures(broker.stop for broker in started):
            error.add_note(f"while stopping: {failure!r}")
        raise


def in_turn(steps: Iterable[Callable[[], None]]) -> None:
    """Do every step, also after one that failed; the first error is raised at the end, the others noted on it."""
    failures = _failures(steps)
    if not failures:
        return
    first, *others = failures
    for failure in others:
        first.add_note(f"and afterwards: {failure!r}")
    raise first


def _failures(steps: Iterable[Callable[[], None]]) -> list[BaseException]:
    failures: list[BaseException] = []
    for step in steps:
        try:
            step()
        except BaseException as error:  # noqa: BLE001  # an interrupt, too, must not keep the rest open
            failures.append(error)
    return failures

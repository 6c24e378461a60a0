"""The brokers of one manager: told apart, asked what they define, started and stopped together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from oms.errors import ValidationError
from oms.model.capabilities import Capabilities
from oms.model.ids import BrokerName, Symbol, name
from oms.model.instrument import Instrument
from oms.ports.broker import Broker
from oms.ports.reference_data import ReferenceData
from oms.runtime.inbox import Inbox, InboxSink
from oms.runtime.parts import BROKER, check_listings, check_members, each_of, several


def by_name(brokers: Iterable[Broker]) -> dict[BrokerName, Broker]:
    """Give the brokers by their names.

    Raises:
        ValidationError: Two have the same, or something is no broker.
    """
    attached: dict[BrokerName, Broker] = {}
    for broker in several(brokers, "brokers", "pass a list of brokers, such as [PaperBroker([...])]"):
        check_members(broker, BROKER, "brokers", "pass adapters as `oms.ports.broker.Broker` has them")
        name(broker.name, "broker")
        if attached.setdefault(broker.name, broker) is not broker:
            raise ValidationError("brokers", broker.name, "give every broker a name of its own")
    return attached


def capabilities_of(brokers: Mapping[BrokerName, Broker]) -> dict[BrokerName, Capabilities]:
    """Give what each broker can do.

    Raises:
        ValidationError: One says that it can list what it has no member for.
    """
    found = {key: broker.capabilities() for key, broker in brokers.items()}
    check_listings(brokers, found)
    return found


def defined(brokers: Iterable[Broker], given: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """Give what may be traded, by symbol: what brokers define, and what was given, which goes before it.

    Raises:
        ValidationError: What was given are no instruments.
    """
    allowed = "pass a list of instruments, such as [Instrument(symbol=..., currency=..., tick=...)]"
    given = tuple(each_of(Instrument, given, "instruments", allowed))
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

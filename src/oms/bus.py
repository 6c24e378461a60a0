"""The in-process bus: the only wiring between what makes events and what listens to them.

A delivery goes through fixed lanes, whatever the order of attaching: RECORD, so that everything is kept before anything
leaves; SEND; PROJECT, the read models; OBSERVE, everybody else. A listener that fails harms nobody: its error is
published as a `SubscriberFailed`. What a listener publishes waits until the delivery under way is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from oms.errors import LimitExceededError, UnknownBrokerError
from oms.model.define import record
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.requests import Request

MAX_WAITING: Final = 100_000
"""How many deliveries may follow from the one under way."""

E = TypeVar("E", bound=object)
Recorder: TypeAlias = Callable[[Sequence[Event]], None]
Sender: TypeAlias = Callable[[Request], None]
Listener: TypeAlias = Callable[[Any], None]


@record
class SubscriberFailed:
    """A listener raised. Not an event: it is published, never journaled.

    Attributes:
        listener: Which, as text.
        heard: What it was told.
        error: What it raised.
    """

    listener: str
    heard: object
    error: Exception


class Bus:
    """Four lanes. Not for use from several threads at once.

    Attributes:
        failures: How many listeners' calls have failed.
    """

    __slots__ = ("_delivering", "_followed", "_observers", "_observing", "_projecting", "_projectors", "_recorders", "_senders", "_waiting", "failures")  # fmt: skip

    def __init__(self) -> None:
        """Begin with nobody attached."""
        self._recorders: list[Recorder] = []
        self._senders: dict[BrokerName, Sender] = {}
        self._projectors: list[tuple[type[Any], Listener]] = []
        self._observers: list[tuple[type[Any], Listener]] = []
        # What listens to a class of event, base classes included, looked up once for each class.
        self._projecting: dict[type[Any], tuple[Listener, ...]] = {}
        self._observing: dict[type[Any], tuple[Listener, ...]] = {}
        self._waiting: deque[tuple[Sequence[Event], Sequence[Request]]] = deque()
        self._delivering = False
        self._followed = 0
        self.failures = 0

    def record(self, recorder: Recorder) -> None:
        """Attach to RECORD: it keeps each delivery's events, or raises, and then nothing is sent."""
        self._recorders.append(recorder)

    def send(self, broker: BrokerName, sender: Sender) -> None:
        """Attach to SEND under a broker's name; it must not raise."""
        self._senders[broker] = sender

    def project(self, kind: type[E], listener: Callable[[E], None]) -> None:
        """Attach to PROJECT: a read model that hears every event of a class and of those derived from it."""
        self._projectors.append((kind, listener))
        self._projecting.clear()

    def observe(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Attach to OBSERVE, and give the function that detaches again."""
        entry = (kind, listener)
        self._observers.append(entry)
        self._observing.clear()

        def detach() -> None:
            if entry in self._observers:
                self._observers.remove(entry)
                self._observing.clear()

        return detach

    def publish(self, events: Sequence[Event], requests: Sequence[Request]) -> None:
        """Deliver events and requests, lane by lane; inside a delivery, wait for its end.

        Raises:
            StoreError: RECORD failed; nothing of this delivery was sent.
            LimitExceededError: Listeners have published more than `MAX_WAITING` times in this delivery.
        """
        if self._delivering:
            self._wait(events, requests)
            return
        self._delivering = True
        try:
            while True:
                if events:
                    for recorder in self._recorders:
                        recorder(events)
                for request in requests:
                    self._sender(request)(request)
                # The two lanes are written out: a call for each would cost an event more than its listeners.
                for event in events:
                    try:
                        listeners = self._projecting[type(event)]
                    except KeyError:
                        listeners = self._resolve(type(event), self._projectors, self._projecting)
                    for listener in listeners:
                        try:
                            listener(event)
                        except Exception as error:  # noqa: BLE001  # isolated and published: see the module's opening
                            self._fail(listener, event, error)
                for event in events:
                    try:
                        listeners = self._observing[type(event)]
                    except KeyError:
                        listeners = self._resolve(type(event), self._observers, self._observing)
                    for listener in listeners:
                        try:
                            listener(event)
                        except Exception as error:  # noqa: BLE001  # as above
                            self._fail(listener, event, error)
                if not self._waiting:
                    return
                events, requests = self._waiting.popleft()
        finally:
            self._delivering = False
            if self._followed:
                self._followed = 0
                self._waiting.clear()

    def replay(self, event: Event) -> None:
        """Tell the read models of an event that was recorded before; one that fails is isolated, as it was then."""
        kind = type(event)
        for listener in self._projecting.get(kind) or self._resolve(kind, self._projectors, self._projecting):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001  # a broken read model must not keep a journal shut
                self._fail(listener, event, error)

    def _wait(self, events: Sequence[Event], requests: Sequence[Request]) -> None:
        # Counted over the whole delivery, so that one who answers everything with one more comes to an end too.
        self._followed += 1
        if self._followed > MAX_WAITING:
            raise LimitExceededError(
                "MAX_WAITING", MAX_WAITING, "a listener publishes whenever it is told something"
            )
        self._waiting.append((events, requests))

    def _sender(self, request: Request) -> Sender:
        sender = self._senders.get(request.broker)
        if sender is None:
            raise UnknownBrokerError(
                "broker", request.broker, f"attached are: {', '.join(self._senders) or 'none'}"
            )
        return sender

    def _resolve(
        self,
        kind: type[Any],
        attached: list[tuple[type[Any], Listener]],
        found: dict[type[Any], tuple[Listener, ...]],
    ) -> tuple[Listener, ...]:
        listeners = found[kind] = tuple(listener for base, listener in attached if issubclass(kind, base))
        return listeners

    def _fail(self, listener: Listener, heard: object, error: Exception) -> None:
        self.failures += 1
        if isinstance(heard, SubscriberFailed):
            return  # Whoever fails at hearing of failures is only counted.
        failed = SubscriberFailed(getattr(listener, "__qualname__", repr(listener)), heard, error)
        for told in self._resolve(SubscriberFailed, self._observers, self._observing):
            try:
                told(failed)
            except Exception as again:  # noqa: BLE001  # see above
                self._fail(told, failed, again)

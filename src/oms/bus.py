"""The in-process bus: the only wiring between what makes events and what listens to them.

A delivery goes through fixed lanes, whatever the order of attaching: RECORD, so that everything is kept before anything
leaves; SEND; PROJECT, the read models; OBSERVE, everybody else. A listener that fails harms nobody: its error is
published as a `SubscriberFailed`. What a listener publishes waits until the delivery under way is done. Who is told of an
event is settled when its lane comes to it, and for an event that is delivered alone when the lanes begin.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from oms.errors import LimitExceededError, UnknownBrokerError
from oms.model.define import record
from oms.model.events import Event
from oms.model.ids import BrokerName
from oms.model.requests import Request
from oms.ports.event_store import StoreNotice

MAX_WAITING: Final = 100_000
"""How many deliveries may follow from the one under way."""

E = TypeVar("E", bound=object)
Recorder: TypeAlias = Callable[[Sequence[Event]], None]
Sender: TypeAlias = Callable[[Request], None]
Listener: TypeAlias = Callable[[Any], None]
_Attached: TypeAlias = list[tuple[type[Any], Listener]]
_Resolved: TypeAlias = dict[type[Any], tuple[Listener, ...]]


@record
class SubscriberFailed:
    """A listener raised, or asked for what was refused when its turn had come; or a broker raised when it was asked something.

    Not an event: published, never journaled.

    Attributes:
        listener: Which, as text; the kind of command where that was refused; the broker.
        heard: What it was told; the command where that was refused; the question.
        error: What it raised, or why the command was refused.
    """

    listener: str
    heard: object
    error: Exception


@record
class Halted:
    """The manager takes nothing new any more. Not an event: published at once, journaled when it is resumed.

    Attributes:
        reason: What has failed.
        remedy: What is to be done.
        since_ns: When, in nanoseconds UTC.
    """

    reason: str
    remedy: str
    since_ns: int


@record
class ReportsLost:
    """More reports came while the manager was halted than could be kept. Not an event, as `Halted`.

    Attributes:
        lost: How many of each broker's, in all, since it halted.
    """

    lost: tuple[tuple[BrokerName, int], ...]


class Bus:
    """Four lanes. Not for use from several threads at once.

    Attributes:
        failures: How many listeners' calls have failed.
        unrecorded: The delivery whose RECORD failed last: whether its events were kept is in doubt, and nothing of it was
            sent. None where none did.
        is_broken_off: A delivery ended after RECORD, before everybody was told.
    """

    __slots__ = (
        "_delivering", "_followed", "_lanes", "_observers", "_projectors", "_record", "_recorders", "_senders", "_telling",
        "_waiting", "failures", "is_broken_off", "unrecorded",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with nobody attached."""
        self._recorders: list[Recorder] = []
        self._record: Recorder = _in_turn(self._recorders)
        self._senders: dict[BrokerName, Sender] = {}
        self._projectors: _Attached = []
        self._observers: _Attached = []
        # What listens to a class of event, base classes included, looked up once for each class: lane by lane, and both.
        self._lanes: tuple[tuple[_Attached, _Resolved], ...] = ((self._projectors, {}), (self._observers, {}))
        self._telling: _Resolved = {}
        self._waiting: deque[tuple[Sequence[Event], Sequence[Request]]] = deque()
        self._delivering = False
        self._followed = 0
        self.failures = 0
        self.unrecorded: tuple[Sequence[Event], Sequence[Request]] | None = None
        self.is_broken_off = False

    def record(self, recorder: Recorder) -> None:
        """Attach to RECORD: it keeps each delivery's events, or raises, and then nothing is sent."""
        self._recorders.append(recorder)
        # Nearly always there is one, which is then called without a loop.
        self._record = recorder if len(self._recorders) == 1 else _in_turn(self._recorders)

    def send(self, broker: BrokerName, sender: Sender) -> None:
        """Attach to SEND under a broker's name; it must not raise."""
        self._senders[broker] = sender

    def project(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Attach to PROJECT a read model that hears every event of a class and of those derived from it; gives what detaches it."""
        return self._attach(self._projectors, (kind, listener))

    def observe(self, kind: type[E], listener: Callable[[E], None]) -> Callable[[], None]:
        """Attach to OBSERVE, and give the function that detaches again."""
        return self._attach(self._observers, (kind, listener))

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
                    record = self._record
                    try:
                        record(events)
                    except BaseException:
                        self.unrecorded = (events, requests)
                        raise
                for request in requests:
                    self._sender(request.broker)(request)
                # Nearly every delivery is of one event, for which both lanes are one walk. The walks are written out: a
                # call for each event would cost more than its listeners.
                if len(events) == 1:
                    event = events[0]
                    try:
                        listeners = self._telling[type(event)]
                    except KeyError:
                        listeners = self._resolve_both(type(event))
                    for listener in listeners:
                        try:
                            listener(event)
                        except Exception as error:  # noqa: BLE001  # isolated and published: see the module's opening
                            self._fail(listener, event, error)
                else:
                    for attached, resolved in self._lanes:
                        for event in events:
                            try:
                                listeners = resolved[type(event)]
                            except KeyError:
                                listeners = _resolve(type(event), attached, resolved)
                            for listener in listeners:
                                try:
                                    listener(event)
                                except Exception as error:  # noqa: BLE001  # as above
                                    self._fail(listener, event, error)
                if not self._followed:
                    return
                if not self._waiting:
                    self._followed = 0
                    return
                events, requests = self._waiting.popleft()
        except BaseException:
            self._followed = 0
            self._waiting.clear()
            self.is_broken_off = self.unrecorded is None
            raise
        finally:
            self._delivering = False

    def replay(self, event: Event) -> None:
        """Tell the read models of an event that was recorded before; one that fails is isolated, as it was then."""
        attached, resolved = self._lanes[0]
        kind = type(event)
        for listener in resolved.get(kind) or _resolve(kind, attached, resolved):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001  # a broken read model must not keep a journal shut
                self._fail(listener, event, error)

    def tell(self, events: Iterable[Event]) -> None:
        """Tell read models and observers of events that are on record already, and that nobody has heard of."""
        for attached, resolved in self._lanes:
            for event in events:
                for listener in _resolve(type(event), attached, resolved):
                    try:
                        listener(event)
                    except Exception as error:  # noqa: BLE001  # as in `publish`
                        self._fail(listener, event, error)

    def send_unrecorded(self, request: Request) -> None:
        """Send at once what is put on record later."""
        self._sender(request.broker)(request)

    def notify(self, notice: Halted | ReportsLost | StoreNotice) -> None:
        """Tell observers something that is no event."""
        self._tell(notice)

    def fail(self, what: str, asked: object, error: Exception) -> None:
        """Publish that what a listener asked for was refused when its turn had come."""
        self.failures += 1
        self._tell(SubscriberFailed(what, asked, error))

    def _wait(self, events: Sequence[Event], requests: Sequence[Request]) -> None:
        # Counted over the whole delivery, so that one who answers everything with one more comes to an end too.
        self._followed += 1
        if self._followed > MAX_WAITING:
            raise LimitExceededError(
                "MAX_WAITING", MAX_WAITING, "a listener publishes whenever it is told something"
            )
        self._waiting.append((events, requests))

    def _sender(self, broker: BrokerName) -> Sender:
        try:
            return self._senders[broker]
        except KeyError:
            attached = f"attached are: {', '.join(self._senders) or 'none'}"
            raise UnknownBrokerError("broker", broker, attached) from None

    def _resolve_both(self, kind: type[Any]) -> tuple[Listener, ...]:
        projecting, observing = (_resolve(kind, attached, resolved) for attached, resolved in self._lanes)
        listeners = self._telling[kind] = projecting + observing
        return listeners

    def _attach(self, attached: _Attached, entry: tuple[type[Any], Listener]) -> Callable[[], None]:
        attached.append(entry)
        self._forget_resolved()

        def detach() -> None:
            if entry in attached:
                attached.remove(entry)
                self._forget_resolved()

        return detach

    def _forget_resolved(self) -> None:
        self._telling.clear()
        for _, resolved in self._lanes:
            resolved.clear()

    def _fail(self, listener: Listener, heard: object, error: Exception) -> None:
        self.failures += 1
        if isinstance(error, MemoryError) and any(listener is one for _, one in self._projectors):
            raise error  # no fault of the read model, which would be wrong from now on for having missed an event
        if isinstance(heard, SubscriberFailed):
            return  # Whoever fails at hearing of failures is only counted.
        self._tell(SubscriberFailed(getattr(listener, "__qualname__", repr(listener)), heard, error))

    def _tell(self, notice: SubscriberFailed | Halted | ReportsLost | StoreNotice) -> None:
        for told in _resolve(type(notice), *self._lanes[1]):
            try:
                told(notice)
            except Exception as again:  # noqa: BLE001  # see above
                self._fail(told, notice, again)


def _in_turn(recorders: list[Recorder]) -> Recorder:
    def record_all(events: Sequence[Event]) -> None:
        for recorder in recorders:
            recorder(events)

    return record_all


def _resolve(kind: type[Any], attached: _Attached, resolved: _Resolved) -> tuple[Listener, ...]:
    listeners = resolved[kind] = tuple(listener for base, listener in attached if issubclass(kind, base))
    return listeners

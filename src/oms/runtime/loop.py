"""The loop around the engine: one input at a time, its outcome through every lane, then the next.

What comes up meanwhile (a broker's answer, a listener's command) waits in the inbox. In a batch the engine still handles
each input at once, and the deliveries are put off to the batch's end, so that they share one durable append.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from oms.bus import Bus
from oms.engine.engine import Engine
from oms.engine.inputs import Answered, Input
from oms.errors import HaltedError, LimitExceededError, ValidationError
from oms.model.events import Event
from oms.model.reports import SendResult, Sent, Unknown
from oms.model.requests import NewOrderSingle, OrderCancelRequest, Request
from oms.ports.broker import Broker
from oms.ports.clock import Clock
from oms.runtime.inbox import MAX_COMMANDS, Inbox

MAX_BATCH: Final = 100_000
"""How many events one batch may hold."""

MAX_FOLLOWING: Final = 100_000
"""How many inputs listeners may add to what is being handled, before it is taken for a loop."""


class Loop:
    """Feeds the engine and delivers what it answers. For one thread; only the inbox may be filled from others.

    Attributes:
        engine: What decides.
        bus: Where outcomes go.
        inbox: What waits.
        is_deferred: What enters now is handled later: a listener is being told something.
        halted: Why nothing is handled any more; None while all is well.
        next_due_ns: When the next timer may be due, in nanoseconds UTC; None if there is none.
    """

    __slots__ = (
        "_batch",
        "_clock",
        "_entered",
        "bus",
        "engine",
        "halted",
        "inbox",
        "is_deferred",
        "next_due_ns",
    )

    def __init__(self, engine: Engine, bus: Bus, clock: Clock) -> None:
        """Begin idle."""
        self.engine = engine
        self.bus = bus
        self.inbox = Inbox()
        self.halted: str | None = None
        self.next_due_ns: int | None = None
        self._clock = clock
        self._entered = 0
        self.is_deferred = False
        self._batch: tuple[list[Event], list[Request]] | None = None

    def enter(self, what: Input) -> None:
        """Handle an input and everything that waits; from within a listener, leave it to wait.

        Raises:
            HaltedError: The journal failed before; nothing was taken.
            LimitExceededError: Too much waits already, or the batch is full; nothing was taken.
            StoreError: The journal failed now; nothing was sent.
        """
        if self.halted is not None:
            raise HaltedError(
                f"a delivery was broken off ({self.halted}): close this manager and open the journal again"
            )
        inbox = self.inbox
        if inbox and len(inbox) >= MAX_COMMANDS:
            raise LimitExceededError(
                "MAX_COMMANDS", MAX_COMMANDS, "call poll() so that what waits is handled"
            )
        if self._batch is not None and len(self._batch[0]) >= MAX_BATCH:
            raise LimitExceededError("MAX_BATCH", MAX_BATCH, "end this batch and begin another")
        if not self.is_deferred:
            inbox.append(what)
            self.drain()
            return
        # Counted before it is put in: what came out again might be a report that another thread has put there meanwhile.
        if self._entered >= MAX_FOLLOWING:
            raise LimitExceededError(
                "MAX_FOLLOWING", MAX_FOLLOWING, "a listener asks for something whenever it is told something"
            )
        self._entered += 1
        inbox.append(what)

    def drain(self) -> None:
        """Handle everything that waits; nothing while halted or from within a listener."""
        inbox = self.inbox
        if not inbox or self.is_deferred or self.halted is not None:
            return
        self.is_deferred = True
        self._entered = 0
        is_delivering = False
        try:
            while inbox:
                outcome = self.engine.handle(inbox.popleft(), self._clock.now_ns())
                self.next_due_ns = outcome.next_due_ns
                events = outcome.events
                if self._batch is not None:
                    self._batch[0].extend(events)
                    self._batch[1].extend(outcome.requests)
                    if len(self._batch[0]) >= MAX_BATCH:
                        return
                elif events:
                    is_delivering = True
                    self.bus.publish(events, outcome.requests)
                    is_delivering = False
        except BaseException as error:
            # Whatever broke the delivery off (an interrupt too), somebody has not heard of what the engine holds.
            if is_delivering:
                self.halted = str(error) or type(error).__name__
            raise
        finally:
            self.is_deferred = False

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Put deliveries off to the end of the block; the end always commits and sends, on an exception too.

        Raises:
            ValidationError: Inside another batch, or from within a listener.
        """
        if self._batch is not None or self.is_deferred:
            raise ValidationError(
                "batch", "begun inside another or a listener", "end the one under way first"
            )
        events: list[Event] = []
        requests: list[Request] = []
        self._batch = events, requests
        try:
            yield
        finally:
            self._batch = None
            if events:
                self.is_deferred = True
                try:
                    self.bus.publish(events, requests)
                except BaseException as error:
                    self.halted = str(error) or type(error).__name__
                    raise
                finally:
                    self.is_deferred = False
            self.drain()

    def sender(self, broker: Broker) -> Callable[[Request], None]:
        """Give what the SEND lane calls for a broker; an exception of the adapter's leaves the request in doubt."""
        inbox = self.inbox

        def send(request: Request) -> None:
            try:
                if type(request) is NewOrderSingle:
                    result: SendResult = broker.submit(request)
                elif type(request) is OrderCancelRequest:
                    result = broker.cancel(request)
                else:
                    result = broker.replace(request)  # type: ignore[arg-type]  # the third and last kind
            except Exception as error:  # noqa: BLE001  # whatever it is, the request may have left
                result = Unknown(f"{type(error).__name__}: {error}")
            if type(result) is not Sent:
                inbox.append(Answered(request, result))

        return send

"""The loop around the engine: one input at a time, its outcome through every lane, then the next.

What comes up meanwhile (a broker's answer, a listener's command) waits in the inbox. In a batch the engine still handles
each input at once, and the deliveries are put off to the batch's end, so that they share one durable append.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from oms.bus import Bus
from oms.engine.engine import Engine
from oms.engine.inputs import Answered, Input, Promised, Reported, SetAside
from oms.errors import ClockError, HaltedError, LimitExceededError, OmsError, StoreError, ValidationError
from oms.model.events import Event
from oms.model.reports import QueryResult, SendResult, Sent, Unknown
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassStatusRequest,
    OrderStatusRequest,
    Outgoing,
    Request,
    TradeCaptureReportRequest,
)
from oms.ports.broker import Broker
from oms.ports.clock import Clock
from oms.runtime.halting import MAX_HELD, NEVER_LEFT, Halting, said
from oms.runtime.inbox import MAX_COMMANDS, Inbox

MAX_BATCH: Final = 100_000
"""How many events one batch may hold."""

MAX_FOLLOWING: Final = 100_000
"""How many inputs listeners may add to what is being handled, before it is taken for a loop."""

_HALTS: Final = (MemoryError, RecursionError, ClockError)
"""What halts: what may be raised in the middle of a change, as an interrupt may, after which the state is not to be trusted;
and that nobody knows what time it is."""

_TOLD: Final = (NewOrderSingle, NewOrderList, OrderCancelRequest, OrderCancelReplaceRequest)
_SAID: Final = (Reported, Answered, SetAside)

CLOSED: Final = "this manager is closed"


class Loop:
    """Feeds the engine and delivers what it answers. For one thread; only the inbox may be filled from others.

    Attributes:
        engine: What decides.
        bus: Where outcomes go.
        inbox: What waits.
        is_deferred: What enters now is handled later: a listener is being told something.
        halted: Why nothing is handled any more; None while all is well.
        halting: What is done then.
        next_due_ns: When the next timer may be due, in nanoseconds UTC; None if there is none.
    """

    __slots__ = (
        "_batch",
        "_clock",
        "_entered",
        "bus",
        "engine",
        "halted",
        "halting",
        "inbox",
        "is_deferred",
        "next_due_ns",
    )

    def __init__(self, engine: Engine, bus: Bus, clock: Clock, max_held: int = MAX_HELD) -> None:
        """Begin idle; keep so many reports while halted."""
        self.engine = engine
        self.bus = bus
        self.inbox = Inbox()
        self.halted: str | None = None
        self.next_due_ns: int | None = None
        self._clock = clock
        self._entered = 0
        self.is_deferred = False
        self._batch: _Batch | None = None
        self.halting = Halting(bus, self.inbox, clock, max_held)

    def now_ns(self) -> int:
        """Give the time in nanoseconds UTC.

        Raises:
            ClockError: The clock is at fault; the manager is halted.
        """
        try:
            return self._clock.now_ns()
        except ClockError as error:
            if self.halted is None:
                self._halt(error, ())
            raise

    def enter(self, what: Input) -> None:
        """Handle an input and everything that waits; from within a listener, leave it to wait; while halted, see `Halting.take`.

        Raises:
            ClockError: The clock failed now; nothing was taken.
            HaltedError: Something failed before, or the manager is closed; nothing was taken.
            LimitExceededError: Too much waits already, or the batch is full; nothing was taken.
            StoreError: The journal failed now; nothing was sent.
        """
        if self.halted is not None:
            if self.halted is CLOSED:
                raise HaltedError(CLOSED, "open another one on the journal")
            self.halting.take(self.engine, what)
            return
        inbox = self.inbox
        if inbox and len(inbox) >= MAX_COMMANDS:
            raise LimitExceededError(
                "MAX_COMMANDS", MAX_COMMANDS, "call poll() so that what waits is handled"
            )
        if self._batch is not None and len(self._batch.events) >= MAX_BATCH:
            raise LimitExceededError("MAX_BATCH", MAX_BATCH, "end this batch and begin another")
        if not self.is_deferred:
            self.drain(what)
            return
        # Counted before it is put in: what came out again might be a report that another thread has put there meanwhile.
        if self._entered >= MAX_FOLLOWING:
            raise LimitExceededError(
                "MAX_FOLLOWING", MAX_FOLLOWING, "a listener asks for something whenever it is told something"
            )
        self._entered += 1
        inbox.append(what)

    @property
    def is_idle(self) -> bool:
        """What the engine holds is on record: nothing is under way, put off or broken off."""
        return not self.is_deferred and self._batch is None and self.halted is None

    def check_idle(self, what: str) -> None:
        """Check that what the engine holds is on record.

        Raises:
            HaltedError: A delivery was broken off, or the manager is closed.
            ValidationError: Inside a batch, or from within a listener.
        """
        if self.halted is not None:
            raise HaltedError(f"no {what}: {self.halted}")
        self.check_alone(what)

    def check_alone(self, what: str) -> None:
        """Check that nothing is under way or put off.

        Raises:
            ValidationError: Inside a batch, or from within a listener.
        """
        if self.is_deferred or self._batch is not None:
            raise ValidationError(what, "within a batch or a listener", "call it after that has ended")

    def finish(self) -> None:
        """End the batch under way, if there is one; errors as in `enter`."""
        if self._batch is not None:
            self.end(self._batch)

    def close(self) -> None:
        """Handle nothing from now on, and let no cancel leave either."""
        self.halted = CLOSED

    def drain(self, own: Input | None = None) -> None:
        """Handle everything that waits, then an input of `enter`; without one, nothing while halted or from within a listener.

        A refusal of `own` is its caller's to see. What a listener asked for has nobody to raise to any more when its turn has
        come: its refusal is published as a `SubscriberFailed`.
        """
        inbox = self.inbox
        if own is None and (not inbox or self.is_deferred or self.halted is not None):
            return
        refusal: Exception | None = None
        what = own
        try:
            self.is_deferred = True
            self._entered = 0
            if own is not None:
                inbox.append(own)
            while inbox:
                what = inbox.popleft()
                try:
                    outcome = self.engine.handle(what, self._clock.now_ns())
                except _HALTS:
                    raise
                except Exception as error:
                    what, halts = self._judge(what, error)
                    if halts is not None:
                        raise halts  # noqa: B904  # it has its cause, or is the error itself
                    if what is not own and isinstance(error, ValidationError):
                        self._refuse(what, error)
                        continue
                    refusal = error
                    raise
                self.next_due_ns = outcome.next_due_ns
                events = outcome.events
                if self._batch is not None:
                    batch = self._batch
                    batch.inputs.append(what)
                    batch.events += events
                    batch.requests += outcome.requests
                    if len(batch.events) >= MAX_BATCH:
                        break
                elif events or outcome.requests:
                    self.bus.publish(events, outcome.requests)
            self.is_deferred = False
        except BaseException as error:
            # Whatever broke it off (an interrupt too), the engine may hold what the journal does not know, or somebody has
            # not heard of what it holds.
            if error is not refusal:
                self._halt(error, () if what is None else (what,), own)
            self.is_deferred = False
            raise

    def _judge(self, what: Input, error: Exception) -> tuple[Input, Exception | None]:
        """Give the error that halts and the input that is kept then; no error where what was asked can be asked again."""
        # A handler of somebody's own fails between two changes of the state, when what was said has become true.
        was_following_up, self.engine.is_following_up = self.engine.is_following_up, False
        if not isinstance(what, _SAID):
            return what, None
        # An order that has left memory could not be looked for: what was said is not at fault.
        if isinstance(error, StoreError):
            return what, error
        return (what, None) if was_following_up else self.halting.blame(what, error)

    def _halt(self, error: BaseException, inputs: Sequence[Input], own: Input | None = None) -> None:
        self.halted = said(error)
        batch, halting = self._batch, self.halting
        decided: Sequence[Event] = ()
        if batch is not None:
            decided = batch.events
            halting.keep_back(batch.requests)
        for refused in halting.strike(self.engine, error, inputs, own, decided):
            self._refuse(refused, HaltedError(f"the manager is halted ({halting.reason})", halting.remedy))

    def go_on(self, engine: Engine, first: Sequence[Input], unheard: Sequence[Event]) -> None:
        """Go on with another engine after a halt: tell of what nobody has heard, then handle `first` and everything that waits.

        Raises:
            ClockError: The clock failed again; the manager is halted again. So it is after the next.
            StoreError: The journal failed again.
        """
        self.engine = engine
        self.inbox.extendleft(reversed(first))
        self.halted = None
        if unheard:
            self.is_deferred = True
            self.bus.tell(unheard)
            self.is_deferred = False
        with self.batch():
            self.drain()
        if self.halted is None:
            self.halting.end()

    def _refuse(self, what: Input, error: OmsError) -> None:
        if type(what) is Promised:
            self.engine.state.handles.pop(what.order_id, None)
        self.bus.fail(type(what).__name__, what, error)

    def batch(self) -> AbstractContextManager[None]:
        """Put deliveries off to the end of the block; the end always commits and sends, on an exception too.

        Where the manager has halted within it, what was decided before is recorded, and only cancels are sent. Beginning it raises `ValidationError` inside another batch and from within a listener.
        """
        return _Batch(self)

    def begin(self, batch: _Batch) -> None:
        """Put deliveries off from now on.

        Raises:
            ValidationError: Inside another batch, or from within a listener.
        """
        if self._batch is not None or self.is_deferred:
            raise ValidationError(
                "batch", "begun inside another or a listener", "end the one under way first"
            )
        self._batch = batch

    def end(self, batch: _Batch) -> None:
        """Deliver what was put off, then handle what waits; nothing where that was done already. Errors as in `enter`."""
        if self._batch is not batch:
            return
        kept_back: list[Request] = []
        has_begun = False
        try:
            self._batch = None
            if batch.events or batch.requests:
                self.is_deferred = True
                requests: Sequence[Request] = batch.requests
                if self.halted is not None:
                    requests, kept_back = self.halting.sort_requests(requests)
                has_begun = True
                self.bus.publish(batch.events, requests)
                self.is_deferred = False
        except BaseException as error:
            bus = self.bus
            if has_begun and bus.unrecorded is None:
                bus.is_broken_off = True
            elif batch.events:
                bus.unrecorded = batch.events, batch.requests
            self._halt(error, batch.inputs)
            self.is_deferred = False
            raise
        self.inbox.extend(Answered(request, NEVER_LEFT) for request in kept_back)
        self.drain()

    def sender(self, broker: Broker) -> Callable[[Outgoing], None]:
        """Give what the SEND lane calls for a broker; an exception of the adapter's leaves the matter in doubt."""
        inbox = self.inbox

        def send(request: Outgoing) -> None:
            try:
                if type(request) is NewOrderSingle:
                    result: SendResult | QueryResult = broker.submit(request)
                elif type(request) is OrderCancelRequest:
                    result = broker.cancel(request)
                elif type(request) is OrderCancelReplaceRequest:
                    result = broker.replace(request)
                elif type(request) is OrderStatusRequest:
                    result = broker.query(request)
                else:
                    result = _list(broker, request)
            except Exception as error:  # noqa: BLE001  # whatever it is, the request may have left
                result = Unknown(_in_words(error))
                if not isinstance(request, _TOLD):
                    # The journal says what the send of an order, a cancel or a replace has raised; nothing says it of a question.
                    self.bus.fail(f"broker {broker.name}", request, error)
            if type(result) is not Sent:
                inbox.append(Answered(request, result))

        return send


def _list(broker: Any, request: Outgoing) -> SendResult:  # noqa: ANN401  # what is declared to be there was looked for at the door
    result: SendResult
    if type(request) is NewOrderList:
        result = broker.submit_list(request)
    elif type(request) is TradeCaptureReportRequest:
        result = broker.executions(request)
    elif type(request) is OrderMassStatusRequest:
        result = broker.open_orders(request)
    else:
        result = broker.positions(request)
    return result


def _in_words(error: Exception) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # an adapter's own exception may fail at being told
        return type(error).__name__


class _Batch:
    """What was put off. A class, since a generator in its place costs several times as much."""

    __slots__ = ("_loop", "events", "inputs", "requests")

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.inputs: list[Input] = []
        self.events: list[Event] = []
        self.requests: list[Request] = []

    def __enter__(self) -> None:
        self._loop.begin(self)

    def __exit__(self, *_: object) -> None:
        try:
            self._loop.end(self)
        except BaseException:
            # An interrupt may have come before the end had begun: what is put off must not stay so.
            self._loop.end(self)
            raise

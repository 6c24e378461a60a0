"""What a manager does from when its journal or its clock fails until a person lets it go on.

Nothing new is taken, and nothing of the delivery that failed is sent. Cancels, and replaces that only take less, leave at
once, under ClOrdIDs that are on record for them alone, and are journaled when the manager is resumed. What brokers report is kept,
up to a limit. Nothing is repaired in memory: see `oms.runtime.resuming`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from attrs import define

from oms.bus import Bus, Halted, ReportsLost
from oms.engine.engine import Engine
from oms.engine.inputs import (
    Answered,
    EmergencyCancel,
    EmergencyReduction,
    Input,
    Reported,
    SetAside,
    VenueDepth,
    VenueQuote,
    WatchedMassCancel,
)
from oms.engine.meant_orders import meant_by
from oms.engine.state import EMERGENCY_IDS, ID_BLOCK, State
from oms.errors import (
    ClockError,
    ConcurrencyConflictError,
    HaltedError,
    LimitExceededError,
    OmsError,
    ReportFailedError,
)
from oms.model import commands as cmd
from oms.model.door import KnownAsker
from oms.model.events import CancelRequested, Event, IdBlockReserved
from oms.model.ids import ClOrdId, OrderId
from oms.model.market import NEWS, MarkPrice, Quote, TradePrint
from oms.model.mass_cancel import MassCancelResult
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import NotSent, Refused, Unknown
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request, ids_of, new_orders
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.ports.clock import Clock
from oms.runtime.inbox import CANCELS, COMMANDS, HELD, LISTINGS, HeldReports, Inbox

MAX_HELD: Final = 100_000
"""How many reports may wait while the manager is halted, if nothing else is said."""

NEVER_LEFT: Final = NotSent("the manager was halted as it was recorded, and it did not leave")

_MAX_REASON: Final = 4096
_LEAVE: Final = "cancels and replaces that only take less still leave"
_RESUME: Final = f"{_LEAVE}; mend what has failed, then call resume(by=, reason=)"
_AGAIN: Final = f"it is kept, and handled again when resume(by=, reason=) is called; {_LEAVE}"
_ASIDE: Final = f"resume(by=, reason=) puts it on record as an anomaly and goes on without it; {_LEAVE}"
_FENCED: Final = "another manager has the journal: cancel there, and close this one"
_BROKEN_OFF: Final = f"{_LEAVE}; close this manager and open the journal again"

Reasons: TypeAlias = tuple[Reason, ...]


@define
class Doubtful:
    """A delivery whose append failed: whether it is in the journal is not known, and nothing of it was sent.

    Attributes:
        events: What was to be appended.
        requests: What was to be sent.
        inputs: What led to it and is to be handled again, if the events were not kept.
    """

    events: Sequence[Event]
    requests: Sequence[Request]
    inputs: Sequence[Input]


def said(error: BaseException) -> str:
    """Give what an error says, or its kind where it says nothing or fails at being told."""
    if isinstance(error, ReportFailedError):
        return error.reason
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # a store's or an adapter's own error may do anything
        text = ""
    return text or type(error).__name__


class Halting:
    """One manager's halts. For the loop, which calls it when something has failed.

    Attributes:
        reason: What has failed, first to last.
        remedy: What is to be done.
        error: What was raised last.
        since_ns: When it halted, in nanoseconds UTC.
        doubtful: The delivery that is in doubt; None where none is.
        unsent: Requests that the state in memory holds and that never left.
        held: Where reports go while halted.
        may_cancel: Cancels still leave.
        may_resume: A person's word is enough.
        has_left_all: Every cancel that had been asked for when it failed last has left.
    """

    __slots__ = (
        "_bus", "_clock", "_failed", "_inbox", "_last_id", "_next_id", "_reduced", "_told_lost", "doubtful", "error", "has_left_all", "held",
        "may_cancel", "may_resume", "reason", "remedy", "since_ns", "unsent",
    )  # fmt: skip

    def __init__(self, bus: Bus, inbox: Inbox, clock: Clock, max_held: int) -> None:
        """Begin while all is well."""
        self._bus = bus
        self._inbox = inbox
        self._clock = clock
        self.held = HeldReports(inbox, max_held)
        self.end()

    def end(self) -> None:
        """Forget the halt that is over."""
        self.held.counts.clear()
        self._inbox.unbound()
        self._next_id = self._last_id = 0
        self._reduced: dict[OrderId, ClOrdId] = {}
        self._told_lost = 0
        self._failed: list[Reported | Answered] = []
        self.reason = ""
        self.remedy = ""
        self.error: BaseException | None = None
        self.since_ns = 0
        self.doubtful: Doubtful | None = None
        self.unsent: set[ClOrdId] = set()
        self.may_cancel = True
        self.may_resume = True
        self.has_left_all = True

    # ------------------------------------------------------------ when something fails

    def strike(
        self,
        engine: Engine,
        error: BaseException,
        inputs: Sequence[Input],
        own: Input | None,
        decided: Iterable[Event],
    ) -> list[Input]:
        """Take in that something has failed, send the cancels that were asked for, and tell whoever listens.

        Args:
            engine: What has decided so far.
            error: What was raised.
            inputs: What was being handled.
            own: The input whose caller hears of the error himself.
            decided: Events that are not on record and not in doubt: those of a batch under way.

        Returns:
            The commands that waited and are refused.
        """
        self.error = error
        self.has_left_all = isinstance(error, Exception)
        state = engine.state
        text = said(error)[:_MAX_REASON]
        if not self.reason:
            self.reason, self.since_ns = text, state.now_ns
        elif text not in self.reason:
            self.reason = f"{self.reason}; then {text}"[:_MAX_REASON]
        unrecorded, self._bus.unrecorded = self._bus.unrecorded, None
        kept = [what for what in inputs if isinstance(what, HELD)]
        events: Sequence[Event] = ()
        requests: Sequence[Request] = ()
        if unrecorded is not None:
            events = unrecorded[0]
            # What was to be asked about everything is asked anew when it goes on.
            requests = [request for request in unrecorded[1] if not isinstance(request, LISTINGS)]
            self.doubtful = Doubtful(events, requests, kept)
            kept = []
        if not self._last_id:
            self._next_id, self._last_id = _ids((*events, *decided, *state.fresh), state)
        self.unsent.update(ids_of(requests))
        self._judge(error)
        self._inbox.bound(self.held)
        waited = self._sort_out(kept)
        refused: list[Input] = [what for what in waited if not isinstance(what, CANCELS) and what is not own]
        if isinstance(error, Exception):
            # An interrupt ends the process: nothing more is begun then.
            handled = () if unrecorded is not None else inputs
            self._cancel_at_once(engine, requests, (*handled, *waited), events)
            self._bus.notify(Halted(self.reason, self.remedy, self.since_ns))
        return refused if isinstance(error, Exception) else []

    def blame(
        self, what: Reported | Answered | SetAside, error: Exception
    ) -> tuple[Reported | Answered | SetAside, ReportFailedError]:
        """Give what is to be handled, once it goes on, in place of what has met a bug, and the error that says so."""
        broker = what.request.broker if isinstance(what, Answered) else what.broker
        told = (
            what if isinstance(what, Answered) else what.report if isinstance(what, Reported) else what.said
        )
        is_again = isinstance(what, SetAside) or any(what is one for one in self._failed)
        why = f"{type(error).__name__}: {said(error)}"
        failed = ReportFailedError(broker, told, why, _ASIDE if is_again else _AGAIN)
        failed.__cause__ = error
        if isinstance(what, SetAside):
            return what, failed
        if is_again:
            # It would be the same for ever: it is put on record as it came, for a person to read.
            return SetAside(broker, told, failed.reason), failed
        self._failed.append(what)
        return what, failed

    def keep_back(self, requests: Sequence[Request]) -> None:
        """Take in that of the requests of a batch under way only those are to leave that `sort_requests` lets through."""
        self.unsent.update(ids_of(self.sort_requests(requests)[1]))

    def sort_requests(self, requests: Sequence[Request]) -> tuple[list[Request], list[Request]]:
        """Give the requests that may leave while halted, cancels and questions, and those that may not.

        The cancel of an order that does not leave is one of the latter.
        """
        kept = {one.order_id for request in requests for one in new_orders(request)}
        leaving: list[Request] = []
        staying: list[Request] = []
        for request in requests:
            is_new = bool(new_orders(request)) or type(request) is OrderCancelReplaceRequest
            stays = is_new or (type(request) is OrderCancelRequest and request.order_id in kept)
            (staying if stays else leaving).append(request)
        return leaving, staying

    def _judge(self, error: BaseException) -> None:
        self.remedy = _RESUME
        if isinstance(error, ReportFailedError):
            self.remedy = error.remedy
        if self._bus.is_broken_off:
            self.may_resume = False
            self.remedy = _BROKEN_OFF
        if isinstance(error, ConcurrencyConflictError):
            self.fence()

    def fence(self) -> None:
        """Take in that somebody else writes to the journal: nothing leaves any more."""
        self.may_cancel = self.may_resume = False
        self.remedy = _FENCED

    def _sort_out(self, first: Sequence[Input]) -> list[Input]:
        """Leave in the inbox what is kept, `first` before the rest, and give the commands that waited."""
        # What other threads report meanwhile comes after what is there now.
        there = [self._inbox.popleft() for _ in range(len(self._inbox))]
        kept = [*first, *(what for what in there if isinstance(what, HELD))]
        self._inbox.extendleft(reversed(kept))
        return [what for what in there if isinstance(what, COMMANDS)]

    def _cancel_at_once(
        self, engine: Engine, requests: Sequence[Request], waited: Sequence[Input], events: Sequence[Event]
    ) -> None:
        who = {event.cl_ord_id: event.cause.origin for event in events if isinstance(event, CancelRequested)}
        asked: list[Input] = [
            cmd.CancelOrder(request.order_id, KnownAsker(who.get(request.cl_ord_id, "")))
            for request in requests
            if type(request) is OrderCancelRequest
        ]
        for what in (*asked, *waited):
            if isinstance(what, CANCELS):
                try:
                    self.take(engine, what)
                except OmsError as failure:
                    self.has_left_all = False
                    self._bus.fail(type(what).__name__, what, failure)

    # ------------------------------------------------------------ what is asked meanwhile

    def take(self, engine: Engine, what: Input) -> None:
        """Take an input in, as far as that is possible while halted.

        Raises:
            HaltedError: It is not; nothing has changed.
            LimitExceededError: Every ClOrdID that is kept for emergencies is used, or too much waits.
        """
        self._check_may_cancel(what)
        if isinstance(what, cmd.CancelOrder):
            self._refuse_aloud(what.order_id, self._cancel(engine, what.order_id, what.asked_by))
        elif isinstance(what, WatchedMassCancel):
            self._mass_cancel(engine, what.command, what.result)
        elif isinstance(what, cmd.MassCancel):
            self._mass_cancel(engine, what, MassCancelResult())
        elif isinstance(what, cmd.ReplaceOrder):
            self._reduce(engine, what)
        elif isinstance(what, SessionChange | SecurityStatus | cmd.EngageKillSwitch):
            if len(self._inbox) >= self.held.cap:
                raise LimitExceededError("max_held", self.held.cap, self.remedy)
            self._inbox.append(what)
        elif isinstance(what, (Quote, TradePrint, MarkPrice, VenueQuote, VenueDepth, *NEWS)):
            engine.see(what)
        else:
            raise HaltedError(f"the manager is halted ({self.reason})", self.remedy)

    def watch(self) -> None:
        """Tell whoever listens if reports were lost since the last time."""
        lost = self.held.lost()
        count = sum(number for _, number in lost)
        if count > self._told_lost:
            self._told_lost = count
            self._bus.notify(ReportsLost(lost))

    def _check_may_cancel(self, what: Input) -> None:
        if not self.may_cancel and isinstance(what, (*CANCELS, cmd.ReplaceOrder)):
            raise HaltedError(f"the manager is halted ({self.reason})", self.remedy)

    def _mass_cancel(self, engine: Engine, command: cmd.MassCancel, result: MassCancelResult) -> None:
        for order in meant_by(command, engine.state):
            if reasons := self._cancel(engine, order.order_id, command.asked_by, family=False):
                result.refused.append((order, reasons))
            else:
                result.requested.append(order)
        result.is_handled = True

    def _cancel(self, engine: Engine, order_id: OrderId, asked_by: str, *, family: bool = True) -> Reasons:
        """Send a cancel, and those of an order's children with it; or give the reasons why there is nothing to cancel."""
        if self._next_id >= self._last_id:
            raise LimitExceededError("EMERGENCY_IDS", EMERGENCY_IDS, self.remedy)
        command = cmd.CancelOrder(order_id, KnownAsker(asked_by))  # Also a group's own that was not recorded.
        if (parent := engine.state.parents.live.get(order_id)) or order_id in engine.state.held_orders.orders:
            self._inbox.append(command)  # As the manager goes on, before anything can release it.
            for child in tuple(parent.open) if parent and family else ():
                self._cancel(engine, child, asked_by)
            return ()
        found = engine.emergency_cancel(
            command, self._next_id, self.unsent, self._now_ns(engine.state), self._reduced_id(order_id)
        )
        if isinstance(found, tuple):
            return found
        self._next_id += 1
        # On record before its answer, which the sender may put there at once.
        self._inbox.append(EmergencyCancel(found, asked_by))
        self._bus.send_unrecorded(found)
        return ()

    def _reduce(self, engine: Engine, command: cmd.ReplaceOrder) -> None:
        """Send a replace that only takes less; one for an order at a time, as nobody reads the answer."""
        if self._next_id >= self._last_id:
            raise LimitExceededError("EMERGENCY_IDS", EMERGENCY_IDS, self.remedy)
        found = engine.emergency_reduction(command, self._next_id, self.unsent, self._now_ns(engine.state))
        if found is None:
            raise HaltedError(f"the manager is halted ({self.reason})", self.remedy)
        why = f"the replace of order {command.order_id} could not leave while halted"
        if isinstance(found, tuple):
            raise HaltedError(why, "; ".join(map(str, found)))
        if command.order_id in self._reduced:
            remedy = "cancel it: it was reduced already, and the answer is read when it goes on"
            raise HaltedError(why, remedy)
        self._next_id += 1
        self._reduced[command.order_id] = found.cl_ord_id
        self._inbox.append(EmergencyReduction(found, command.asked_by))
        self._bus.send_unrecorded(found)

    def _reduced_id(self, order_id: OrderId) -> ClOrdId | None:
        """Give the identity of the reduction that has left for an order, unless the send came to nothing."""
        identity = self._reduced.get(order_id)
        if identity is None:
            return None
        # A copy, as other threads may report meanwhile.
        came_to_nothing = any(
            isinstance(what, Answered)
            and isinstance(what.request, OrderCancelReplaceRequest)
            and what.request.cl_ord_id == identity
            and isinstance(what.result, Refused | NotSent | Unknown)
            for what in tuple(self._inbox)
        )
        return None if came_to_nothing else identity

    def _now_ns(self, state: State) -> int:
        try:
            return max(self._clock.now_ns(), state.last_ns)
        except ClockError:
            return state.last_ns

    @staticmethod
    def _refuse_aloud(order_id: OrderId, reasons: Reasons) -> None:
        # That there is nothing to cancel harms nobody; that what there is cannot be reached, somebody must hear.
        if any(reason.code is not ReasonCode.NOT_WORKING for reason in reasons):
            what = "; ".join(map(str, reasons))
            raise HaltedError(f"the cancel of order {order_id} could not leave while halted", what)


def _ids(undecided: Iterable[Event], state: State) -> tuple[int, int]:
    """Give the ClOrdID counters for emergencies that are certainly on record: the first, and the one after the last."""
    for event in undecided:
        if type(event) is IdBlockReserved:
            # The block itself may not be on record; the one before it is.
            end = event.up_to - ID_BLOCK
            return end - EMERGENCY_IDS, end
    return state.usable, state.reserved

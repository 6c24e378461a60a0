"""What must be true after every step of a run, whatever has gone wrong: I1 to I18 as far as one step can show them.

The journal is read as it grows: each event is judged by itself, replayed into a second engine, and counted. Every so often
everything that is held to be true is compared with what the journal amounts to.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from hashlib import sha256
from typing import Final

from oms.codec.event_codec import encode
from oms.engine.anomaly_book import MAX_OPEN
from oms.engine.engine import Engine
from oms.engine.held_reports import MAX_HELD
from oms.engine.parent_invariants import check_parent
from oms.lifecycle.invariants import check_order
from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import ClOrdId, OrderId
from oms.model.market import Quote
from oms.model.requests import OrderStatusRequest, Request, ids_of
from oms.model.sessions import SessionChange
from oms.model.triggers import QuoteTrigger
from oms.order_types.registry import HandlerRegistry
from oms.ports.event_store import EventStore
from oms.projections.positions import Positions
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import state_hash, tell
from oms.testing.checks import JournalChecker, check_state
from oms.testing.rare import count
from oms.testing.simulator.kids import Reached
from oms.testing.simulator.marks import Marks
from oms.testing.simulator.parent_laws import ParentLaws

_REQUESTS: Final = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
_RELEASES: Final = (
    ev.OrderCanceled, ev.OrderRejected, ev.OrderExpired, ev.Traded, ev.TradeCorrected, ev.TradeCanceled, ev.OrderReplaced,
    ev.OrderRestated, ev.OrderDoneForDay, ev.ReplaceRejected, ev.ReplaceSuperseded, ev.OrderAcknowledged,
)  # fmt: skip
_PROOFS: Final = (ev.ReportReleased, ev.BreakOpened, ev.BreakResolved)
_NO_EVIDENCE: Final = frozenset(
    {"TimerDue", "Start", "SubmitOrder", "CancelOrder", "ReplaceOrder", "MassCancel", "RequestStatus"}
)


class Violation(AssertionError):
    """An invariant does not hold.

    Attributes:
        invariant: Which, such as `I2`, or `oracle` where manager and venue do not agree in the end.
        what: What was found, in words.
    """

    def __init__(self, invariant: str, what: str) -> None:
        """Say what does not hold."""
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant
        self.what = what


class Watcher:
    """Follows one journal, over all managers that write to it.

    Attributes:
        seen: How often each rare thing has happened.
        checked: The last event that was looked at.
        digest: The SHA-256 of the journal so far, as text.
        flagged: Orders of which an anomaly was ever raised, and the codes.
        ended_by_session: Orders that the manager has ended as a session opened or closed.
        laws: What must be true of orders that algorithms work.
    """

    def __init__(
        self, handlers: HandlerRegistry, venue: Reached, seen: Counter[str], *, digests: bool
    ) -> None:
        """Begin before the first event.

        Args:
            handlers: What works each kind of order.
            venue: Where it all goes.
            seen: Where rare things are counted.
            digests: Every event is made text for `digest`.
        """
        self.seen = seen
        self._digests = digests
        self.checked = 0
        self.digest = sha256()
        self.flagged: dict[OrderId, set[AnomalyCode]] = {}
        self.ended_by_session: set[OrderId] = set()
        self.laws = ParentLaws(venue)
        self._checker = JournalChecker(looks_for_floats=False)
        self._shadow = Engine({}, handlers)
        self._positions = Positions()
        self._marks = Marks(seen)
        self._intents: set[ClOrdId] = set()
        self._sent: set[ClOrdId] = set()
        self._doubts: set[ClOrdId] = set()
        self._exposed = Decimal(0)
        self._heard = 0
        self._broken: list[Violation] = []

    # ------------------------------------------------------------ what leaves

    def on_request(self, request: Request, store: EventStore, epoch: int, newest: int) -> None:
        """Look at a request as it reaches the line.

        What is wrong is raised with the next step: the errors of an adapter mean only that nobody knows.

        Args:
            request: What was sent.
            store: What has been kept by now.
            epoch: Which manager has sent it.
            newest: Which manager is the newest.
        """
        if isinstance(request, OrderStatusRequest):
            return
        self._read_intents(store)
        for identity in ids_of((request,)):
            if identity not in self._intents:
                self._broken.append(Violation("I3", f"sent before its intent was in the journal: {request}"))
            if identity in self._sent:
                self._broken.append(Violation("I4", f"sent twice: {request}"))
            self._sent.add(identity)
        self._broken += [Violation("parents", what) for what in self.laws.judge(request, epoch=epoch)]
        if epoch != newest:
            self._broken.append(Violation("I13", f"sent by an older manager: {request}"))

    def _read_intents(self, store: EventStore) -> None:
        # What the next step will look at as a whole is only skimmed here.
        for event in store.read(self._heard):
            self._heard = event.sequence
            self._broken += [Violation("parents", what) for what in self.laws.take(event)]
            if isinstance(event, _REQUESTS):
                self._intents.add(event.cl_ord_id)

    # ------------------------------------------------------------ what is kept

    def step(self, store: EventStore, om: OrderManager | None) -> None:
        """Look at what was kept since the last step, and at the orders that it has moved.

        Raises:
            Violation: An invariant does not hold.
        """
        if store.version == self.checked and not self._broken:
            return
        self._read_intents(store)
        fresh = list(store.read(self.checked))
        for event in fresh:
            self._take(event)
        count(self.seen, fresh)
        try:
            self._shadow.replay(fresh, self._look_at_the_accounts)
        except Exception as error:
            raise Violation(
                "I6", f"the journal cannot be replayed: {type(error).__name__}: {error}"
            ) from error
        if om is not None:
            self._check_moved(om, fresh)
        self._broken += [Violation("parents", what) for event in fresh if (what := self.laws.accounts(event))]
        if self._broken:
            raise self._broken[0]

    def _take(self, event: ev.Event) -> None:
        for what in self._checker.take(event):
            raise Violation(_invariant_of(what), what)
        tell(self._positions, event)
        if self._digests:
            self.digest.update(encode(event).encode())
            self.digest.update(b"\n")
        self.checked = event.sequence
        if isinstance(event, ev.AnomalyRaised) and event.order_id is not None:
            self.flagged.setdefault(event.order_id, set()).add(event.code)
        if type(event) is ev.OrderExpired and event.cause.kind == SessionChange.__name__:
            self.ended_by_session.add(event.order_id)
        self.seen["held orders that were released"] += type(event) is ev.OrderReleased
        if type(event) is ev.ReplaceRequested and event.cause.kind == Quote.__name__:
            self.seen["pegged orders that were moved here"] += 1
        if type(event) is ev.OrderHeld and isinstance(event.trigger, QuoteTrigger):
            self.seen["orders that were held for a quote"] += 1
        self._marks.take(event)

    def _look_at_the_accounts(self, event: ev.Event) -> None:
        """Hold the order that is worked here to its accounts, whose event or whose child's this is: also in the midst of an input."""
        worked = self._shadow.state.of_parent
        if not (worked and isinstance(event, ev.OrderEvent) and event.order_id in worked):
            return
        for what in check_parent(worked[event.order_id], is_busy=True):
            self._broken.append(
                Violation("I5", f"order {worked[event.order_id].order_id} after {event}: {what}")
            )

    def _check_moved(self, om: OrderManager, fresh: list[ev.Event]) -> None:
        orders = om.state.index.by_id
        for order_id in {event.order_id: None for event in fresh if isinstance(event, ev.OrderEvent)}:
            for what in check_order(orders[order_id]):
                raise Violation("I5", what)
        exposed = _exposed(om)
        if exposed < self._exposed and not any(isinstance(event, _RELEASES) for event in fresh):
            raise Violation(
                "I11", f"the exposure falls from {self._exposed} to {exposed}, and nothing was answered"
            )
        self._exposed = exposed
        doubts = set(om.state.inquiries.doubts)
        is_unproven = all(
            event.cause.kind in _NO_EVIDENCE and not isinstance(event, _PROOFS) for event in fresh
        )
        if self._doubts - doubts and is_unproven:
            raise Violation("I17", f"in doubt no longer, without evidence: {sorted(self._doubts - doubts)}")
        self._doubts = doubts

    def begin_anew(self, om: OrderManager) -> None:
        """Take what a manager holds that has just started: what was lost with the one before it was never true."""
        self._exposed = _exposed(om)
        self._doubts = set(om.state.inquiries.doubts)
        self.laws.heard.forget()

    def check_all(self, om: OrderManager) -> None:
        """Hold everything against what must be true, and against what the journal amounts to.

        Raises:
            Violation: An invariant does not hold.
        """
        for what in check_state(om.state):
            raise Violation("I5", what)
        self._check_bounds(om)
        self.check_replay(om)

    def _check_bounds(self, om: OrderManager) -> None:
        state = om.state
        sizes = {
            "kept reports": (len(om.held_reports()), MAX_HELD),
            "open anomalies": (len(state.anomalies.open), MAX_OPEN),
            # Each question is in the queue once when it is due, and a few times more where it was put off.
            "questions": (len(state.inquiries.queue), 100 + 20 * len(state.index.by_id)),
        }
        for what, (size, most) in sizes.items():
            if size > most:
                raise Violation("I15", f"{size} {what}, and {most} at most are allowed")

    def check_replay(self, om: OrderManager) -> None:
        """Compare everything with what the journal amounts to.

        Raises:
            Violation: They differ.
        """
        if om.state_hash() != state_hash(self._shadow.state, self._positions):
            raise Violation("I7", "the journal amounts to something else than what is held to be true")


def _exposed(om: OrderManager) -> Decimal:
    entries = om.state.book.exposure.items()
    return sum((entry.open_buy_qty + entry.open_sell_qty for _, _, entry in entries), Decimal(0))


def _invariant_of(what: str) -> str:
    if "twice" in what or "another execution" in what:
        return "I2"
    if "it follows" in what or "time goes back" in what or "epoch" in what:
        return "I9"
    if "ended" in what or "never there" in what or "no evidence" in what:
        return "I6"
    return "I4" if "was used before" in what else "I5"


class Audience:
    """A listener of one manager, behind others that may fail: it must hear every event, once and in order.

    Attributes:
        heard: The last event it was told of.
        fault: What it has heard out of turn; empty while all is well.
    """

    __slots__ = ("fault", "heard")

    def __init__(self, heard: int) -> None:
        """Begin after an event."""
        self.heard = heard
        self.fault = ""

    def __call__(self, event: ev.Event) -> None:
        """Take an event in."""
        if event.sequence != self.heard + 1 and not self.fault:
            self.fault = f"a listener was told of event {event.sequence} after event {self.heard}"
        self.heard = event.sequence

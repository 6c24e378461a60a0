"""One order manager, one line and one order: what it takes to drive them, and to hold them against the truth after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar, Final, Protocol

from oms.engine.engine import Engine
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import AnomalyCode, Life
from oms.model.ids import ClOrdId, OrderId
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.outstanding import OutstandingRequest
from oms.model.reports import Absent, ExecutionReport, Found, OrderCancelReject
from oms.model.requests import Request
from oms.order_types.registry import HandlerRegistry
from oms.ports.broker import Broker
from oms.ports.event_store import EventStore
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import state_hash, tell
from oms.testing.checks import JournalChecker, check_state
from oms.testing.line import Crash, Letter, VenueLine
from oms.testing.rare import count, count_doubt
from oms.testing.venue import TruthfulVenue, Wording, is_answer

STEP_NS: Final = 1_000_000
"""How much time passes with each step, in nanoseconds."""
HASH_EVERY: Final = 8
"""How many steps there are between two comparisons of everything with what the journal amounts to."""
REQUEST_TIMEOUT_S: Final = 5

_NO_EVIDENCE: Final = frozenset(
    {"TimerDue", "Start", "SubmitOrder", "CancelOrder", "ReplaceOrder", "MassCancel", "RequestStatus"}
)
_RELEASES: Final = (
    ev.OrderCanceled, ev.OrderRejected, ev.OrderExpired, ev.Traded, ev.TradeCorrected, ev.TradeCanceled, ev.OrderReplaced,
    ev.OrderRestated, ev.OrderDoneForDay, ev.ReplaceRejected, ev.ReplaceSuperseded, ev.OrderAcknowledged,
)  # fmt: skip
"""What may lower the exposure that limits are held against: the end, an execution, and the venue's word on the total."""


class Workshop(Protocol):
    """Where the parts come from; `oms.testing.order_machine.OrderMachine` is one, with methods to override.

    Attributes:
        instrument: What is traded.
    """

    instrument: ClassVar[Instrument]

    def make_clock(self) -> ManualClock:
        """Give the clock, which is moved by hand."""
        ...

    def make_store(self) -> EventStore:
        """Give an empty journal."""
        ...

    def reopen_store(self, store: EventStore) -> EventStore:
        """Give the journal as a new process would find it, after the old one has died without closing it."""
        ...

    def make_broker(self, line: VenueLine) -> Broker:
        """Give an adapter that speaks over a line; called anew for each start of the manager."""
        ...

    def make_handlers(self) -> HandlerRegistry:
        """Give what works each kind of order."""
        ...

    def capabilities(self) -> Capabilities:
        """Say what may be asked of the venue, and how it behaves."""
        ...


class Desk:
    """A manager on a line, with one order of ours at most.

    Attributes:
        clock: The time, for the manager and the venue.
        line: The line, with the venue at its end.
        om: The manager that runs now.
        store: Its journal.
        seen: How often each rare thing has happened.
        order_id: Our order; None before it is given.
        broker: The name of the adapter.
        flagged: The kinds of anomalies that were ever raised about each order.
    """

    def __init__(self, workshop: Workshop, wording: Wording, seen: Counter[str]) -> None:
        """Open for the first time."""
        self._workshop = workshop
        self.seen = seen
        self.clock = workshop.make_clock()
        capabilities = workshop.capabilities()
        self.venue = TruthfulVenue(capabilities.profile, wording=wording, now_ns=self.clock.now_ns())
        self.line = VenueLine(self.venue, capabilities)
        self.line.before_send = self._check_send
        self._broken: list[str] = []
        self.store = workshop.make_store()
        self.order_id: OrderId | None = None
        self._checked = 0
        self._steps = 0
        self._intents: set[ClOrdId] = set()
        self._scanned = 0
        self._sent: set[ClOrdId] = set()
        self._checker = JournalChecker()
        self._shadow = Engine({}, workshop.make_handlers())
        self._shadow_positions = Positions()
        self._doubts: dict[ClOrdId, OutstandingRequest] = {}
        self._exposed = Decimal(0)
        self.flagged: dict[OrderId, set[AnomalyCode]] = {}
        self.om = self._open()

    def _open(self) -> OrderManager:
        workshop = self._workshop
        broker = workshop.make_broker(self.line)
        self.broker = broker.name
        return OrderManager(
            brokers=[broker],
            store=self.store,
            instruments=[workshop.instrument],
            clock=self.clock,
            handlers=workshop.make_handlers(),
            request_timeout_s=REQUEST_TIMEOUT_S,
        )

    # ------------------------------------------------------------ what is done

    @property
    def order(self) -> Order:
        """Our order, as the manager has it."""
        assert self.order_id is not None, "no order was given yet"
        return self.om.order(self.order_id)

    def tick(self, by_ns: int = STEP_NS) -> None:
        """Let time pass."""
        self.clock.advance_to(self.clock.now_ns() + by_ns)
        for venue in self.line.venues:
            venue.now_ns = self.clock.now_ns()

    def do(self, action: Callable[[], object]) -> None:
        """Do something with the manager; where the process dies of it, start another."""
        try:
            action()
        except Crash:
            self.seen["crashes while sending"] += 1
            self.restart()
        self.line.collect()

    def submit(self, command: SubmitOrder) -> None:
        """Give the order."""

        def submit() -> None:
            self.om.submit(
                command.symbol, command.side, command.order_qty, command.terms, tif=command.time_in_force
            )

        self.do(submit)
        self.order_id = self.om.orders()[0].order_id

    def restart(self) -> None:
        """Let the process die and another one take over, from the journal alone."""
        self.seen["restarts"] += 1
        self.line.on_report = None
        self.store = self._workshop.reopen_store(self.store)
        self.do(self._reopen)

    def _reopen(self) -> None:
        self.om = self._open()

    def deliver(self, *letters: Letter) -> None:
        """Let reports arrive together, and be handled."""
        way = self.line.on_the_way()
        is_early = self.order_id is not None and self.order.life is Life.SENT
        for letter in letters:
            if letter.delivered:
                self.seen["reports delivered again"] += 1
            elif letter in way and way[0] is not letter:
                self.seen["reports delivered out of order"] += 1
            self.line.deliver(letter)
            way = self.line.on_the_way()
        self.do(self.om.poll)
        if is_early and self.order.cum_qty:
            self.seen["executions before the acknowledgement"] += 1

    def deliver_again(self, letter: Letter) -> None:
        """Let a report arrive once more, which must change nothing."""
        # What the time has made due is not the report's doing.
        self.do(self.om.poll)
        before, version = self.looks(), self.store.version
        self.deliver(letter)
        # An answer says what is and not what has happened: it may be evidence now of what nobody doubted before.
        # So may a report be that was set aside as impossible when it came first.
        was_set_aside = any(AnomalyCode.ILLEGAL_IN_STATE in codes for codes in self.flagged.values())
        # And where it says again what only the venue can explain, the venue is asked, and its answer may be news.
        was_asked = any(isinstance(event, ev.OrderStatusRequested) for event in self.store.read(version))
        if is_answer(letter.report) or was_set_aside or was_asked:
            assert self.looks()[1] == before[1], f"a position moved when it came again: {letter.report}"
            return
        assert self.looks() == before, f"a report changed something when it came again: {letter.report}"

    def looks(self) -> tuple[object, ...]:
        """Give what a repeated report must not change."""
        books = [(o.snapshot(), o.marks, o.day_cum_qty) for o in self.om.orders()]
        return books, [(p.account, p.symbol, p.net_qty, p.cost, dict(p.fees)) for p in self.om.positions]

    def resolve(self, request: OutstandingRequest) -> None:
        """Let a person settle a doubt who has looked at the venue's own screen."""
        identity = request.cl_ord_id
        self.line.drop(identity)
        answer = self.venue.answer(identity)
        self.line.collect()
        evidence: Absent | ExecutionReport | OrderCancelReject
        if isinstance(answer, Found):
            evidence = answer.report
        elif isinstance(answer, Absent):
            evidence = answer
        else:
            evidence = self.venue.refusals[identity]
        before = self.looks()
        try:
            self.om.resolve(self.order, evidence, cl_ord_id=identity, by="ops", reason="seen on the screen")
        except ValidationError:
            self.seen["evidence that proved nothing"] += 1
            assert self.looks() == before, "evidence was refused, and something has changed"

    # ------------------------------------------------------------ what is checked

    def _check_send(self, request: Request) -> None:
        for event in self.store.read(self._scanned):
            self._scanned = event.sequence
            if isinstance(event, ev.OrderSubmitted | ev.CancelRequested | ev.ReplaceRequested):
                self._intents.add(event.cl_ord_id)
        identity = request.cl_ord_id
        # Noted and not raised: the adapter's errors mean only that nobody knows.
        if identity not in self._intents:
            self._broken.append(f"sent before its intent was in the journal: {request}")
        if identity in self._sent:
            self._broken.append(f"sent twice: {request}")
        self._sent.add(identity)

    def check(self) -> None:
        """Hold everything against what must be true after every step.

        Raises:
            AssertionError: Something is not.
        """
        self._steps += 1
        self.line.collect()
        fresh = list(self.store.read(self._checked))
        faults = [*self._broken, *(fault for venue in self.line.venues for fault in venue.broken)]
        for event in fresh:
            faults += self._checker.take(event)
            tell(self._shadow_positions, event)
            self._checked = event.sequence
            if isinstance(event, ev.AnomalyRaised) and event.order_id is not None:
                self.flagged.setdefault(event.order_id, set()).add(event.code)
        count(self.seen, fresh)
        self._shadow.replay(fresh)
        faults += check_state(self.om.state)
        faults += self._check_doubts(fresh)
        faults += self._check_exposure(fresh)
        assert not faults, "\n".join(faults)
        if self._steps % HASH_EVERY == 0:
            self.check_replay()

    def check_replay(self) -> None:
        """Hold everything that is held to be true against what the journal amounts to.

        Raises:
            AssertionError: They differ.
        """
        replayed = state_hash(self._shadow.state, self._shadow_positions)
        assert self.om.state_hash() == replayed, (
            "the journal amounts to something else than what is held to be true"
        )

    def _check_doubts(self, fresh: list[ev.Event]) -> list[str]:
        before = self._doubts
        asked = [request for order in self.om.orders() for request in order.outstanding_requests]
        now = {request.cl_ord_id: request for request in asked if request.in_doubt}
        self._doubts = now
        for identity, request in now.items():
            if identity not in before:
                count_doubt(self.seen, request)
        has_evidence = any(event.cause.kind not in _NO_EVIDENCE for event in fresh)
        gone = [identity for identity in before if identity not in now]
        return [
            f"{identity} is not in doubt any more, without evidence" for identity in gone if not has_evidence
        ]

    def _check_exposure(self, fresh: list[ev.Event]) -> list[str]:
        before = self._exposed
        entries = self.om.state.book.exposure.items()
        self._exposed = sum((entry.open_buy_qty + entry.open_sell_qty for _, _, entry in entries), Decimal(0))
        if self._exposed >= before or any(isinstance(event, _RELEASES) for event in fresh):
            return []
        return [f"the exposure falls from {before} to {self._exposed}, and nothing was answered"]

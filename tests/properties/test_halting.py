"""Laws of halting: whatever fails and whenever, nothing leaves unrecorded but cancels and reductions, and no fill is lost or counted twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.errors import OmsError
from oms.model import events as ev
from oms.model.enums import ExecType, Side
from oms.model.ids import ClOrdId, ExecId
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, Request
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import OF_READS, FaultyStore, SimulatedCrashError, StoreFault, StorePlan
from tests.fakes import AAPL, T0, ScriptedBroker

QTY: Final = 1_000
_INTENTS: Final = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
FAULTS: Final = [fault for fault in StoreFault if fault not in OF_READS]
STEPS: Final = st.one_of(
    st.tuples(
        st.sampled_from(["buy", "poll", "mass", "kill", "release", "resume", "restart", "batch"]), st.just(0)
    ),
    st.tuples(st.sampled_from(["buy", "cancel", "replace", "reduce", "accept", "fill"]), st.integers(0, 3)),
    st.tuples(st.just("fault"), st.integers(0, len(FAULTS) - 1)),
    st.tuples(st.sampled_from(["halt", "reduce"]), st.just(0)),
    st.tuples(st.just("read fault"), st.integers(0, 1)),
)


class World:
    """A venue that remembers what it was asked and what it said, and managers that come and go on one journal."""

    def __init__(self) -> None:
        self.store = FaultyStore(MemoryEventStore())
        self.clock = ManualClock(T0)
        self.requests: list[Request] = []
        self.fills: list[tuple[ClOrdId, str]] = []
        self.start()

    def start(self) -> None:
        # What left unrecorded is known to nobody but the venue once the process has died.
        self.to_record: list[ClOrdId] = []
        self.broker = ScriptedBroker()
        self.broker.on_request = self.hear
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, instruments=[AAPL], clock=self.clock, request_timeout_s=5
        )

    def hear(self, request: Request) -> None:
        is_reduction = isinstance(request, OrderCancelReplaceRequest) and request.order_qty < QTY
        if isinstance(request, NewOrderSingle | OrderCancelReplaceRequest) and not is_reduction:
            intents = [event.cl_ord_id for event in self.store.inner.read() if isinstance(event, _INTENTS)]
            assert request.cl_ord_id in intents, "it left before it was on record"
        self.requests.append(request)
        self.to_record.append(request.cl_ord_id)

    def say(self, kind: ExecType, identity: ClOrdId, exec_id: str | None = None) -> None:
        if self.broker.sink is None:
            return
        if exec_id is None:
            self.broker.sink.put(ExecutionReport(kind, cl_ord_id=identity))
            return
        fill: dict[str, Any] = {"exec_id": ExecId(exec_id), "last_qty": Decimal(1), "last_px": Decimal(100)}
        self.broker.sink.put(ExecutionReport(kind, cl_ord_id=identity, transact_time_ns=T0, **fill))

    def step(self, what: str, which: int) -> None:
        self.clock.advance_by(1)
        sent = [request.cl_ord_id for request in self.requests if isinstance(request, NewOrderSingle)]
        orders = self.om.orders()
        match what:
            case "buy":
                self.om.submit("AAPL", Side.BUY, QTY, Limit(100))
            case "batch":
                with self.om.batch():
                    self.om.submit("AAPL", Side.BUY, QTY, Limit(100))
                    self.om.mass_cancel()
            case "cancel" if which < len(orders):
                self.om.cancel(orders[which])
            case "replace" if which < len(orders):
                self.om.replace(orders[which], price=99)
            case "reduce" if which < len(orders):
                self.om.replace(orders[which], order_qty=QTY - 1 - len(self.requests))
            case "accept" if which < len(sent):
                self.say(ExecType.NEW, sent[which])
            case "fill" if which < len(sent):
                self.fills.append((sent[which], f"x{len(self.fills)}"))
                self.say(ExecType.TRADE, *self.fills[-1])
            case "poll":
                self.om.poll()
            case "mass":
                self.om.mass_cancel()
            case "kill":
                self.om.kill("a test", cancel_all=True)
            case "release":
                self.om.release_kill("a test")
            case "resume":
                self.store.repair()
                self.om.resume("ops", "a test")
            case "restart":
                self.restart()
            case "fault":
                self.store.plan = StorePlan(appends={self.store.appends + 1: FAULTS[which]})
            case "halt":
                self.store.plan = StorePlan(appends={self.store.appends + 1: StoreFault.FAILS_BEFORE})
                self.om.submit("AAPL", Side.BUY, QTY, Limit(100))
            case "read fault":
                fault = (StoreFault.READ_FAILS, StoreFault.READ_BREAKS)[which]
                self.store.plan = StorePlan(reads={self.store.reads + 1: fault})
            case _:
                pass

    def restart(self) -> None:
        self.store.plan = StorePlan()
        self.store.repair()
        self.store.restart()
        self.start()

    def settle(self) -> None:
        """Faults stop; a person resumes; the venue says everything again."""
        self.store.plan = StorePlan()
        self.store.repair()
        self.om.resume("ops", "a test")
        for identity, exec_id in self.fills:
            self.say(ExecType.TRADE, identity, exec_id)
        self.om.poll()


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=30))
def test_whatever_fails_the_journal_the_memory_and_the_venue_agree_in_the_end(
    steps: list[tuple[str, int]],
) -> None:
    """No intent unrecorded but a cancel's; no ClOrdID twice; memory is the journal; every fill counts once."""
    world = World()
    for what, which in steps:
        try:
            world.step(what, which)
        except SimulatedCrashError:
            world.restart()
        except OmsError:
            pass
    if world.store.fired[StoreFault.CRASHES_BEFORE] or world.store.fired[StoreFault.CRASHES_AFTER]:
        world.store.restart()
    world.settle()

    identities = [request.cl_ord_id for request in world.requests]
    assert len(set(identities)) == len(identities)
    again = recover(world.store.inner.read())
    assert world.om.state_hash() == state_hash(again.state, again.positions)
    assert sum(order.cum_qty for order in world.om.orders()) == len(world.fills)
    intents = [event.cl_ord_id for event in world.store.inner.read() if isinstance(event, _INTENTS)]
    assert len(set(intents)) == len(intents)
    set_aside = [event.text for event in world.store.inner.read() if isinstance(event, ev.AnomalyRaised)]
    for identity in world.to_record:
        assert identity in intents or any(identity in text for text in set_aside), (
            "it left and is on no record"
        )

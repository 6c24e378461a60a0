"""What a manager does when its journal or its clock fails, and what it knows after a person has let it go on."""

# ruff: noqa: ANN401, PT012  # anything may be passed; what a batch holds is several statements
# pyright: reportPrivateUsage=false, reportPossiblyUnboundVariable=false

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.bus import Halted, ReportsLost, SubscriberFailed
from oms.engine.state import EMERGENCY_IDS, ID_BLOCK
from oms.errors import (
    ClockError,
    ConcurrencyConflictError,
    HaltedError,
    LimitExceededError,
    StoreError,
    ValidationError,
)
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, SecurityTradingStatus, SessionPhase, Side
from oms.model.ids import ExecId, Symbol, counter_of
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport, NotSent
from oms.model.requests import OrderCancelRequest, OrderStatusRequest
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Strategy
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import FaultyStore, SimulatedCrashError, StoreFault, StorePlan
from tests.fakes import AAPL, CAN_ALL, T0, ScriptedBroker, d

PX = Limit(100)
LOOKS_UP = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, looks_up_by_cl_ord_id=True))
WHO: dict[str, str] = {"by": "ops", "reason": "the disk has room again"}


class House:
    """A manager on a journal that fails when it is told to."""

    def __init__(self, *answers: Any, can: Capabilities = CAN_ALL, **made: Any) -> None:
        self.broker = ScriptedBroker(*answers, can=can)
        self.store = FaultyStore(MemoryEventStore())
        self.clock = ManualClock(T0)
        parts = {"brokers": [self.broker], "store": self.store, "instruments": [AAPL], "clock": self.clock}
        self.om = OrderManager(**{**parts, **made})
        self.notices: list[Halted] = []
        self.failed: list[SubscriberFailed] = []
        self.om.on(Halted, self.notices.append)
        self.om.on(SubscriberFailed, self.failed.append)

    def buy(self, qty: int = 100, **fields: Any) -> Order:
        return self.om.submit("AAPL", Side.BUY, qty, PX, **fields)

    def live(self, qty: int = 100) -> Order:
        order = self.buy(qty)
        self.say(ExecType.NEW, order)
        self.om.poll()
        return order

    def say(self, exec_type: ExecType, order: Order, **fields: Any) -> None:
        assert self.broker.sink is not None
        self.broker.sink.put(ExecutionReport(exec_type, **{"cl_ord_id": order.cl_ord_id, **fields}))

    def fill(self, order: Order, exec_id: str, qty: int) -> None:
        what: dict[str, Any] = {"exec_id": ExecId(exec_id), "last_qty": d(qty), "last_px": d(100)}
        self.say(ExecType.TRADE, order, transact_time_ns=T0, **what)

    def next_fails(self, fault: StoreFault = StoreFault.FAILS_BEFORE, *, after: int = 0) -> None:
        """Let the append after so many more meet a fault."""
        self.store.plan = StorePlan(appends={self.store.appends + 1 + after: fault})

    def halt(self, fault: StoreFault = StoreFault.FAILS_BEFORE) -> None:
        """Halt, by an order that is not placed."""
        self.next_fails(fault)
        with pytest.raises(StoreError):
            self.buy()

    def resume(self) -> list[ev.Event]:
        """Resume, and give what was recorded in doing so."""
        before = self.store.inner.version
        self.store.repair()
        self.om.resume(**WHO)
        return list(self.store.inner.read(before))

    def canceled(self) -> list[OrderCancelRequest]:
        return [request for request in self.broker.requests if isinstance(request, OrderCancelRequest)]

    def check(self) -> None:
        """What is held to be true is what the journal amounts to."""
        again = recover(self.store.inner.read())
        assert self.om.state_hash() == state_hash(again.state, again.positions)
        assert {order.order_id: order.status for order in self.om.orders()} == {
            order_id: order.status for order_id, order in again.state.index.by_id.items()
        }


def kinds(events: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


EVERY_FAULT = [
    StoreFault.FAILS_BEFORE,
    StoreFault.FAILS_AFTER,
    StoreFault.HANGS,
    StoreFault.FULL,
    StoreFault.READ_ONLY,
    StoreFault.GONE,
]


# ---------------------------------------------------------------- what is refused and what is not


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.name)
def test_whatever_fails_new_orders_and_replaces_are_refused_with_reason_and_remedy(fault: StoreFault) -> None:
    house = House()
    order = house.live()
    house.halt(fault)
    sent = list(house.broker.requests)

    for ask in (house.buy, lambda: house.om.replace(order, price=101)):
        with pytest.raises(HaltedError) as raised:
            ask()
        assert fault.value in raised.value.reason
        assert "resume" in raised.value.remedy
    assert house.broker.requests == sent
    assert house.om.halted is not None
    assert fault.value in house.om.halted
    assert [(notice.reason == house.om.halted, notice.since_ns) for notice in house.notices] == [(True, T0)]


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.name)
def test_whatever_fails_a_cancel_leaves_at_once_and_is_recorded_when_it_goes_on(fault: StoreFault) -> None:
    house = House()
    order = house.live()
    house.halt(fault)
    house.clock.advance_by(1)

    house.om.cancel(order, asked_by="trader")

    (request,) = house.canceled()
    assert (request.order_id, request.orig_cl_ord_id, request.time_ns) == (1, order.cl_ord_id, T0 + 10**9)
    house.clock.advance_by(9)
    recorded = [event for event in house.resume() if isinstance(event, ev.CancelRequested)]
    assert [
        (event.cl_ord_id, event.orig_cl_ord_id, event.left_ns, event.time_ns, event.cause)
        for event in recorded
    ] == [
        (request.cl_ord_id, order.cl_ord_id, T0 + 10**9, T0 + 10 * 10**9, ev.Cause("CancelOrder", "trader"))
    ]
    assert [asked.cl_ord_id for asked in order.outstanding_requests] == [request.cl_ord_id]
    house.check()


def test_an_error_that_fails_at_being_told_halts_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class MuteError(StoreError):
        def __str__(self) -> str:
            raise RuntimeError

    def fail(*_: object) -> None:
        raise MuteError

    house = House()
    order = house.live()
    monkeypatch.setattr(house.store, "append", fail)
    with pytest.raises(MuteError):
        house.buy()
    assert house.om.halted == "MuteError"
    with pytest.raises(HaltedError):
        house.buy()
    house.om.cancel(order)
    assert type(house.broker.requests[-1]) is OrderCancelRequest


def test_a_cancel_that_meets_the_failure_itself_leaves_and_does_not_raise() -> None:
    house = House()
    order = house.live()
    house.next_fails()

    house.om.cancel(order, asked_by="trader")

    assert [request.order_id for request in house.canceled()] == [1]
    assert house.om.halted is not None
    assert [type(event) for event in house.resume()].count(ev.CancelRequested) == 1
    house.check()


def test_a_cancel_whose_append_was_kept_after_all_is_recorded_as_two_of_which_one_left() -> None:
    house = House()
    order = house.live()
    house.next_fails(StoreFault.FAILS_AFTER)
    house.om.cancel(order)
    (request,) = house.canceled()

    house.resume()

    recorded = [event for event in house.store.inner.read() if isinstance(event, ev.CancelRequested)]
    never_left, left = recorded
    assert (never_left.left_ns, left.left_ns, left.cl_ord_id) == (0, T0, request.cl_ord_id)
    refused = [event for event in house.store.inner.read() if isinstance(event, ev.CancelRejected)]
    assert [event.cl_ord_id for event in refused] == [never_left.cl_ord_id]
    assert [asked.cl_ord_id for asked in order.outstanding_requests] == [request.cl_ord_id]
    house.check()


def test_a_mass_cancel_leaves_for_what_is_open_and_names_what_cannot_be_reached() -> None:
    house = House()
    first, second = house.live(), house.live()
    house.halt()

    result = house.om.mass_cancel(asked_by="risk")

    # The order that was not placed is in memory, and the venue has never heard of it.
    assert (result.is_handled, result.requested) == (True, [first, second])
    assert [(order.order_id, reasons[0].value) for order, reasons in result.refused] == [(3, "3, unsent")]
    assert [request.order_id for request in house.canceled()] == [1, 2]
    house.resume()
    house.check()


def test_a_mass_cancel_of_an_order_that_is_worked_here_sends_one_cancel_for_each_child() -> None:
    house = House(handlers=with_algorithms())
    house.om.update(Quote(AAPL.symbol, T0, d(100), d(500), d("100.01"), d(500)))
    ladder = Strategy("scale", {"levels": 3, "first_price": "99", "step": 1})
    parent = house.om.submit("AAPL", Side.BUY, 90, ladder)
    children = house.om.children(parent)
    for child in children:
        house.say(ExecType.NEW, child)
    house.om.poll()
    house.halt()

    result = house.om.mass_cancel(asked_by="risk")

    assert result.requested == [parent, *children]
    assert [request.order_id for request in house.canceled()] == [child.order_id for child in children]


def test_the_kill_switch_sends_its_cancels_at_once_and_is_engaged_when_it_goes_on() -> None:
    house = House()
    house.live()
    house.next_fails()

    house.om.kill("fat finger", cancel_all=True, asked_by="risk")

    assert [request.order_id for request in house.canceled()] == [1]
    recorded = kinds(house.resume())
    assert recorded.index("KillSwitchEngaged") < recorded.index("CancelRequested")
    assert house.om.state.book.kill_reason == "fat finger"
    assert house.buy().life is Life.DENIED
    house.check()


def test_a_cancel_names_what_was_really_sent_last() -> None:
    # The replace is in memory, and never left: the venue knows the order by its first id.
    house = House()
    order = house.live()
    identity = order.cl_ord_id
    house.next_fails()
    with pytest.raises(StoreError):
        house.om.replace(order, price=101)

    house.om.cancel(order)

    assert [request.orig_cl_ord_id for request in house.canceled()] == [identity]


def test_nothing_is_canceled_of_an_order_that_never_left() -> None:
    house = House()
    house.next_fails()
    with pytest.raises(StoreError), house.om.batch():
        lost = house.buy()

    house.om.cancel(lost)

    assert house.broker.requests == []


def test_a_cancel_that_cannot_leave_says_so() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om._loop.halting._next_id = house.om._loop.halting._last_id

    with pytest.raises(LimitExceededError, match="EMERGENCY_IDS"):
        house.om.cancel(order)


def test_emergency_ids_come_from_the_end_of_the_block_on_record_and_are_never_used_again() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.cancel(order)
    house.om.cancel(order)
    used = [counter_of(request.cl_ord_id) for request in house.canceled()]
    assert used == [ID_BLOCK - EMERGENCY_IDS, ID_BLOCK - EMERGENCY_IDS + 1]

    # A crash before anything was recorded of them: the next process begins above.
    again = House(store=house.store)
    again.buy()
    again.store.plan = StorePlan(appends={again.store.appends + 1: StoreFault.FAILS_BEFORE})
    other = again.om.orders()[-1]
    again.store = house.store
    house.store.plan = StorePlan(appends={house.store.appends + 1: StoreFault.FAILS_BEFORE})
    again.om.cancel(other)
    later = [counter_of(request.cl_ord_id) for request in again.broker.requests]
    assert later == [ID_BLOCK, 2 * ID_BLOCK - EMERGENCY_IDS]


def test_an_id_of_a_block_that_may_not_be_on_record_is_not_used() -> None:
    house = House()
    order = house.live()
    house.om.state.next_counter = ID_BLOCK - EMERGENCY_IDS
    house.halt()  # the order would have begun another block

    house.om.cancel(order)

    assert [counter_of(request.cl_ord_id) for request in house.canceled()] == [ID_BLOCK - EMERGENCY_IDS]


def test_of_what_waited_cancels_leave_and_orders_are_refused_and_reports_stay() -> None:
    house = House()
    order = house.live()

    def act(event: ev.Event) -> None:
        if not house.om._loop.halted and isinstance(event, ev.OrderSubmitted):
            handles.append(house.om.submit("AAPL", Side.BUY, 1, PX))
            house.om.cancel(order)
            house.fill(order, "x1", 40)

    handles: list[Order] = []
    house.om.on(ev.OrderSubmitted, act)
    house.next_fails(after=1)
    with pytest.raises(StoreError):
        house.buy(7)

    assert [request.order_id for request in house.canceled()] == [1]
    assert [type(what).__name__ for what in house.om._loop.inbox] == ["Reported", "EmergencyCancel"]
    assert house.om.state.handles == {}
    house.resume()
    assert order.cum_qty == d(40)
    house.check()


def test_a_listener_may_cancel_when_it_hears_that_the_manager_has_halted() -> None:
    house = House()
    order = house.live()
    house.om.on(Halted, lambda _: house.om.cancel(order))

    house.halt()

    assert [request.order_id for request in house.canceled()] == [1]
    assert house.failed == []


def test_the_market_goes_on_while_halted() -> None:
    house = House()
    house.halt()
    house.om.update(Quote(Symbol("AAPL"), T0, d(99), d(1), d(101), d(1)))
    house.om.session(SessionChange(T0, SessionPhase.OPEN, "20260105"))
    house.om.update(SecurityStatus(Symbol("IBM"), T0, SecurityTradingStatus.TRADING_HALT))

    recorded = house.resume()

    assert kinds(recorded).count("SessionChanged") == 1
    assert kinds(recorded).count("SecurityStatusChanged") == 1
    assert house.om.state.halted == {"IBM": T0}
    assert house.buy().reference_px == d(100)


def test_polling_while_halted_does_nothing_and_fires_nothing_twice() -> None:
    house = House(request_timeout_s=5)
    order = house.buy()
    house.halt()
    house.clock.advance_by(60)
    house.om.poll()
    assert not order.is_in_doubt

    house.resume()
    house.om.poll()
    house.om.poll()

    doubts = [event for event in house.store.inner.read() if isinstance(event, ev.RequestInDoubt)]
    assert [(event.order_id, event.time_ns) for event in doubts] == [(1, T0 + 60 * 10**9)]
    house.check()


# ---------------------------------------------------------------- what is known afterwards


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.name)
def test_the_journal_tells_whether_the_append_in_doubt_was_kept(fault: StoreFault) -> None:
    house = House()
    heard: list[int] = []
    house.om.on(ev.OrderEvent, lambda event: heard.append(event.order_id))
    house.halt(fault)
    was_kept = fault is StoreFault.FAILS_AFTER

    (halted,) = [event for event in house.resume() if isinstance(event, ev.ManagerHalted)]

    assert (halted.since_ns, halted.first, halted.last, halted.was_kept) == (T0, 5, 6, was_kept)
    assert house.om.halted is None
    # What was kept never left: in doubt at the new start, and known to have come to nothing; listeners hear of each event once.
    assert [(order.order_id, order.life) for order in house.om.orders()] == (
        [(1, Life.REJECTED)] if was_kept else []
    )
    assert heard == ([1] * 6 if was_kept else [])
    assert house.broker.requests == []
    house.check()
    after = house.buy()
    assert after.order_id == (2 if was_kept else 1)
    assert [request.order_id for request in house.broker.requests] == [after.order_id]


def test_handles_go_on_and_say_what_the_journal_says() -> None:
    house = House()
    order, other = house.live(), house.live()
    house.next_fails()
    with pytest.raises(StoreError), house.om.batch():
        lost = house.buy(7)
        house.om.replace(order, price=101)

    house.fill(order, "x1", 60)
    house.resume()

    assert (order.terms, order.cum_qty, order.outstanding_requests) == (PX, d(60), ())
    assert (lost.life, lost.status, lost.leaves_qty) == (Life.UNSENT, OrdStatus.UNSENT, d(7))
    assert house.om.order(1) is order
    assert house.om.orders() == [order, other]
    house.fill(order, "x2", 40)
    house.om.poll()
    assert order.status is OrdStatus.FILLED
    assert house.om.order(order.cl_ord_id or "") is order
    assert house.om.open_orders() == [other]
    house.check()


@pytest.mark.parametrize(
    "fault", [StoreFault.FAILS_BEFORE, StoreFault.FAILS_AFTER], ids=lambda fault: fault.name
)
def test_the_fill_whose_record_failed_is_counted_once(fault: StoreFault) -> None:
    seen: list[ev.Traded] = []
    house = House(projections=[(ev.Traded, seen.append)])
    order = house.live()
    house.fill(order, "x1", 40)
    house.om.poll()
    house.fill(order, "x2", 25)
    house.next_fails(fault)
    with pytest.raises(StoreError):
        house.om.poll()
    house.fill(order, "x2", 25)
    house.fill(order, "x3", 5)

    house.resume()

    position = house.om.position("AAPL")
    assert position is not None
    assert (order.cum_qty, position.net_qty) == (d(70), d(70))
    assert [event.exec_id for event in seen] == ["x1", "x2", "x3"]
    house.check()


def test_what_became_of_an_emergency_cancel_is_handled_when_it_goes_on() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.broker.answers.append(NotSent("no line"))
    house.om.cancel(order)
    assert order.outstanding_requests == ()

    recorded = kinds(house.resume())

    assert recorded[-2:] == ["CancelRequested", "CancelRejected"]
    house.check()


def test_everything_is_recorded_in_one_append_and_says_who_and_why() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.cancel(order)
    house.fill(order, "x1", 40)
    appends = house.store.appends

    recorded = house.resume()

    assert kinds(recorded) == [
        "EpochStarted", "IdBlockReserved", "ManagerHalted", "ManagerResumed", "CancelRequested", "Traded",
    ]  # fmt: skip
    assert house.store.appends == appends + 1
    resumed = recorded[3]
    assert isinstance(resumed, ev.ManagerResumed)
    assert resumed.cause == ev.Cause("Resume", "ops")
    assert (resumed.reason, resumed.held, resumed.lost, resumed.emergencies) == (WHO["reason"], 1, 0, 1)


@pytest.mark.parametrize(
    "fault", [StoreFault.FAILS_BEFORE, StoreFault.FAILS_AFTER], ids=lambda fault: fault.name
)
def test_a_question_about_an_order_that_never_left_is_asked_once_it_goes_on(fault: StoreFault) -> None:
    house = House(can=LOOKS_UP)
    order = house.live()
    # An execution is missing, about which only the broker can tell, so that it is asked.
    house.say(ExecType.DONE_FOR_DAY, order, cum_qty=d(20))
    house.next_fails(fault)
    with pytest.raises(StoreError):
        house.om.poll()
    assert house.broker.queries == []

    recorded = house.resume()

    asked = [event for event in recorded if isinstance(event, ev.OrderStatusRequested)]
    assert [question.cl_ord_id for question in house.broker.queries] == [order.cl_ord_id]
    assert [(event.order_id, event.cl_ord_id) for event in asked] == [(order.order_id, order.cl_ord_id)]
    house.check()


def test_a_question_that_somebody_asked_and_that_never_left_is_asked_once_it_goes_on() -> None:
    house = House(can=LOOKS_UP)
    order = house.live()
    house.next_fails(StoreFault.FAILS_AFTER)
    with pytest.raises(StoreError):
        house.om.request_status(order, asked_by="alice")
    assert house.broker.queries == []

    recorded = house.resume()

    (again,) = [event for event in recorded if isinstance(event, ev.OrderStatusRequested)]
    assert (again.order_id, again.attempt, again.cause.origin) == (order.order_id, 1, "ops")
    assert [question.cl_ord_id for question in house.broker.queries] == [order.cl_ord_id]
    house.check()


def test_a_question_about_a_doubt_that_never_left_is_asked_when_its_time_comes() -> None:
    house = House(can=LOOKS_UP, request_timeout_s=5)
    order = house.buy()
    house.next_fails(StoreFault.FAILS_AFTER)
    house.clock.advance_by(5)
    with pytest.raises(StoreError):
        house.om.poll()
    assert order.is_in_doubt

    house.resume()
    assert house.broker.queries == []
    house.clock.advance_by(5)
    house.om.poll()

    assert [question.cl_ord_id for question in house.broker.queries] == [order.cl_ord_id]
    house.check()


def test_the_state_that_a_halt_has_ended_is_not_kept_in_memory() -> None:
    house = House()
    house.live()
    ended = weakref.ref(house.om.state.away)  # a part of it that may be referred to so
    house.halt()
    house.resume()
    gc.collect()
    assert ended() is None
    assert house.om.began_from.state is house.om.state


def test_resuming_what_is_not_halted_does_nothing() -> None:
    house = House()
    house.halt()
    house.resume()
    version = house.store.version

    house.om.resume(**WHO)

    assert house.store.version == version


@pytest.mark.parametrize("who", [{"by": "", "reason": "x"}, {"by": "ops", "reason": ""}])
def test_a_person_gives_a_name_and_a_reason(who: dict[str, str]) -> None:
    house = House()
    house.halt()
    with pytest.raises(ValidationError):
        house.om.resume(**who)
    assert house.om.halted is not None


def test_nobody_resumes_from_within_a_batch_or_a_listener() -> None:
    house = House()
    house.om.on(Halted, lambda _: house.om.resume(**WHO))
    house.next_fails()
    with pytest.raises(StoreError), house.om.batch():
        house.buy()
    assert [type(failed.error) for failed in house.failed] == [ValidationError]
    assert house.om.halted is not None


# ---------------------------------------------------------------- when it fails again


@pytest.mark.parametrize(
    "plan",
    [
        lambda store: {"reads": {store.reads + 1: StoreFault.READ_FAILS}},
        lambda store: {"reads": {store.reads + 1: StoreFault.READ_BREAKS}},
        lambda store: {"appends": {store.appends + 1: StoreFault.FAILS_BEFORE}},
        lambda store: {"appends": {store.appends + 1: StoreFault.FAILS_AFTER}},
    ],
    ids=["reading fails", "reading breaks off", "the append fails", "the append is kept and fails"],
)
@pytest.mark.parametrize(
    "first", [StoreFault.FAILS_BEFORE, StoreFault.FAILS_AFTER], ids=lambda fault: fault.name
)
def test_a_second_failure_halts_again_and_nothing_is_lost_or_doubled(
    plan: Callable[[FaultyStore], dict[str, Any]], first: StoreFault
) -> None:
    house = House()
    order = house.live()
    house.halt(first)
    house.om.cancel(order)
    house.fill(order, "x1", 40)
    before = (order.status, order.cum_qty, order.cl_ord_id)
    house.store.plan = StorePlan(**plan(house.store))
    with pytest.raises(StoreError):
        house.om.resume(**WHO)
    assert house.om.halted is not None
    if "reads" in plan(house.store):
        assert (order.status, order.cum_qty, order.cl_ord_id) == before
    with pytest.raises(HaltedError):
        house.buy()
    house.om.cancel(order)

    house.resume()

    assert house.om.halted is None
    assert order.cum_qty == d(40)
    asked = [event.cl_ord_id for event in house.store.inner.read() if isinstance(event, ev.CancelRequested)]
    assert asked == [request.cl_ord_id for request in house.canceled()]
    assert len(set(asked)) == 2
    house.check()


@pytest.mark.parametrize(
    "fault", [StoreFault.CRASHES_BEFORE, StoreFault.CRASHES_AFTER], ids=lambda fault: fault.name
)
def test_a_crash_while_resuming_leaves_what_a_fresh_process_understands(fault: StoreFault) -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.cancel(order)
    house.fill(order, "x1", 40)
    house.next_fails(fault)
    with pytest.raises(SimulatedCrashError):
        house.om.resume(**WHO)
    house.store.restart()

    again = House(store=house.store)
    again.store = house.store
    again.fill(again.om.order(1), "x1", 40)
    again.om.poll()

    position = again.om.position("AAPL")
    assert position is not None
    assert position.net_qty == d(40)
    again.check()


def test_a_crash_sends_nothing_more() -> None:
    house = House()
    order = house.live()
    house.next_fails(StoreFault.CRASHES_BEFORE)
    with pytest.raises(SimulatedCrashError):
        house.om.cancel(order)
    assert house.canceled() == []


# ---------------------------------------------------------------- somebody else, and what a word cannot mend


def test_when_somebody_else_has_the_journal_nothing_leaves_and_nothing_is_resumed() -> None:
    house = House()
    order = house.live()
    other = House(store=house.store)
    other.buy()
    with pytest.raises(ConcurrencyConflictError):
        house.buy()

    for ask in (house.buy, lambda: house.om.cancel(order), lambda: house.om.resume(**WHO)):
        with pytest.raises(HaltedError) as raised:
            ask()
        assert "close this one" in raised.value.remedy
    assert house.canceled() == []


def test_somebody_who_has_written_while_it_was_halted_is_found_when_it_is_resumed() -> None:
    house = House()
    house.halt()
    House(store=house.store)

    with pytest.raises(ConcurrencyConflictError):
        house.om.resume(**WHO)

    with pytest.raises(HaltedError, match="another manager has the journal"):
        house.om.resume(**WHO)


def test_a_journal_that_has_lost_what_it_had_kept_is_not_gone_on_with() -> None:
    house = House()
    order = house.live()
    house.halt()
    shorter = MemoryEventStore()
    shorter.append(list(house.store.inner.read())[:5], 0)
    house.store.restart(shorter)
    status = order.status

    with pytest.raises(StoreError, match="it ends before event 7"):
        house.om.resume(**WHO)

    assert (house.om.halted is not None, order.status) == (True, status)


def test_a_delivery_that_was_broken_off_after_its_record_needs_a_fresh_start() -> None:
    house = House()
    order = house.live()

    def interrupt(_: ev.Event) -> None:
        raise KeyboardInterrupt

    detach = house.om.on(ev.OrderSubmitted, interrupt)
    with pytest.raises(KeyboardInterrupt):
        house.buy()
    detach()

    with pytest.raises(HaltedError, match="open the journal again"):
        house.om.resume(**WHO)
    house.om.cancel(order)
    assert [request.order_id for request in house.canceled()] == [1]


def test_after_closing_no_cancel_leaves() -> None:
    house = House()
    order = house.live()
    house.halt()
    house.om.close()
    with pytest.raises(HaltedError, match="closed"):
        house.om.cancel(order)
    assert house.canceled() == []


# ---------------------------------------------------------------- memory


def test_reports_beyond_what_can_be_kept_are_counted_told_of_and_made_up_for() -> None:
    house = House(max_held=2)
    order = house.live()
    lost: list[ReportsLost] = []
    house.om.on(ReportsLost, lost.append)
    house.halt()
    for number in range(1, 5):
        house.fill(order, f"x{number}", 10)
    assert lost == []
    house.om.poll()
    house.om.poll()
    assert lost == [ReportsLost((("paper", 2),))]  # type: ignore[arg-type]  # a name is a text
    assert house.om.lost_reports == 2

    recorded = house.resume()

    # The oldest are there; the gap at the end is known, and the broker is asked.
    assert order.cum_qty == d(20)
    (anomaly,) = [event for event in recorded if isinstance(event, ev.AnomalyRaised)]
    assert (anomaly.code, anomaly.broker) == (AnomalyCode.MISSING_EXECUTION, "paper")
    assert "2 reports" in anomaly.text
    assert house.om.lost_reports == 0
    house.check()


def test_the_broker_is_asked_about_what_is_open_where_reports_were_lost() -> None:
    can = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, looks_up_by_cl_ord_id=True))
    house = House(can=can, max_held=0)
    order = house.live()
    house.halt()
    house.fill(order, "x1", 10)

    house.resume()

    assert [(asked.order_id, type(asked)) for asked in house.broker.queries] == [(1, OrderStatusRequest)]
    house.check()


def test_reports_are_taken_without_a_limit_again_after_it() -> None:
    house = House(max_held=1)
    order = house.live()
    house.halt()
    house.resume()
    for number in range(5):
        house.fill(order, f"x{number}", 10)
    house.om.poll()
    assert order.cum_qty == d(50)


def test_what_else_is_kept_has_the_same_limit() -> None:
    house = House(max_held=1)
    house.halt()
    house.om.kill("once")
    with pytest.raises(LimitExceededError, match="max_held"):
        house.om.kill("twice")


# ---------------------------------------------------------------- the clock


class OddClock:
    """Gives what it was told to, or raises it."""

    def __init__(self) -> None:
        self.gives: Any = T0

    def now_ns(self) -> int:
        if isinstance(self.gives, BaseException):
            raise self.gives
        return self.gives  # type: ignore[no-any-return]  # that is what is tried


@pytest.mark.parametrize("given", [OSError("no clock"), -1, None, 1.5, float("nan"), True, 2**63], ids=repr)
def test_without_a_clock_nothing_new_is_taken_and_cancels_leave(given: Any) -> None:
    clock = OddClock()
    house = House(clock=clock)
    order = house.live()
    clock.gives = given

    with pytest.raises(ClockError):
        house.buy()

    sent = len(house.broker.requests)
    with pytest.raises(HaltedError, match="the clock"):
        house.buy()
    house.om.cancel(order)
    (request,) = house.canceled()
    assert (request.time_ns, len(house.broker.requests)) == (T0, sent + 1)
    with pytest.raises(ClockError):
        house.om.resume(**WHO)
    house.fill(order, "x1", 40)
    clock.gives = T0 + 1
    house.resume()
    assert (order.cum_qty, house.om.orders()) == (d(40), [order])
    house.check()


def test_a_cancel_that_meets_a_dead_clock_leaves() -> None:
    clock = OddClock()
    house = House(clock=clock)
    order = house.live()
    clock.gives = None
    house.om.cancel(order)
    assert [request.order_id for request in house.canceled()] == [1]


def test_a_report_that_met_a_dead_clock_is_handled_when_it_goes_on() -> None:
    clock = OddClock()
    house = House(clock=clock)
    order = house.live()
    house.fill(order, "x1", 40)
    house.fill(order, "x2", 30)
    clock.gives = None
    with pytest.raises(ClockError):
        house.om.poll()
    clock.gives = T0
    house.resume()
    trades = [event.exec_id for event in house.store.inner.read() if isinstance(event, ev.Traded)]
    assert (order.cum_qty, trades) == (d(70), ["x1", "x2"])
    house.check()


def test_a_batch_whose_clock_dies_is_recorded_up_to_there_and_none_of_its_orders_leaves() -> None:
    clock = OddClock()
    house = House(clock=clock)
    with pytest.raises(ClockError), house.om.batch():
        order = house.buy()
        clock.gives = None
        house.buy()
    assert house.broker.requests == []
    clock.gives = T0
    house.resume()
    assert house.broker.requests == []
    assert house.om.orders() == [order]
    assert order.is_ended
    house.check()


def test_a_cancel_does_not_overtake_its_order_where_the_clock_dies_within_a_batch() -> None:
    clock = OddClock()
    house = House(clock=clock)
    with house.om.batch():
        order = house.buy()
        clock.gives = None
        house.om.cancel(order)
        house.om.cancel(order)
    assert house.broker.requests == []
    clock.gives = T0
    house.resume()
    assert house.broker.requests == []
    assert order.is_ended
    house.check()


def test_of_a_batch_whose_clock_dies_cancels_leave_and_replaces_do_not() -> None:
    clock = OddClock()
    house = House(clock=clock)
    first, second = house.live(), house.live()
    sent = len(house.broker.requests)
    with pytest.raises(ClockError), house.om.batch():
        house.om.cancel(first)
        house.om.replace(second, price=101)
        clock.gives = None
        house.buy()
    assert [(type(one), one.order_id) for one in house.broker.requests[sent:]] == [
        (OrderCancelRequest, first.order_id)
    ]
    clock.gives = T0
    house.resume()
    assert (second.outstanding_requests, second.terms) == ((), PX)
    house.check()


def test_a_batch_whose_clock_dies_and_then_its_journal_is_told_that_nothing_left() -> None:
    clock = OddClock()
    house = House(clock=clock)
    house.next_fails(StoreFault.FAILS_AFTER)
    with pytest.raises(StoreError), house.om.batch():
        order = house.buy()
        clock.gives = None
        house.om.cancel(order)
    clock.gives = T0
    house.resume()
    assert house.broker.requests == []
    assert house.om.order(order.order_id).is_ended
    house.check()


def test_a_report_that_comes_while_the_manager_is_being_resumed_is_never_lost() -> None:
    class Interrupting:
        """Lets something happen as it is asked for the second time, as another thread may at any moment."""

        happens: Callable[[], None] | None = None
        asked = 0

        def now_ns(self) -> int:
            self.asked += 1
            if self.happens is not None and self.asked == 2:
                self.happens()
            return T0

    clock = Interrupting()
    house = House(clock=clock, max_held=2)
    order = house.live()
    house.halt()
    house.fill(order, "x1", 10)
    house.fill(order, "x2", 10)
    clock.asked, clock.happens = 0, lambda: house.fill(order, "x3", 40)

    house.resume()
    house.om.poll()

    assert (order.cum_qty, house.om.lost_reports) == (d(60), 0)
    house.check()

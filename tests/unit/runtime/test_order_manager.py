"""The manager as an embedder sees it: turns, batches, threads, failures, and what it refuses."""
# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401, ARG001, PT012  # cases are data of any kind

from __future__ import annotations

import copy
import pickle  # noqa: TID251  # to see that it is refused
import threading
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest

from oms.bus import SubscriberFailed
from oms.engine.invariants import check_state
from oms.errors import (
    HaltedError,
    LimitExceededError,
    StoreError,
    UnknownInstrumentError,
    UnknownOrderError,
    ValidationError,
)
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import Command, SubmitOrder
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, RequestKind, SessionPhase, Side
from oms.model.ids import BrokerName, ClOrdId, ExecId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import MarketData, Quote
from oms.model.order import Order
from oms.model.reasons import Reason
from oms.model.reports import Acknowledged, ExecutionReport, NotSent, Refused, Report, SendResult, Unknown
from oms.model.requests import NewOrderSingle, OrderCancelRequest, Request
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market
from oms.ports.broker import ReportSink
from oms.runtime.inbox import MAX_COMMANDS
from oms.runtime.loop import MAX_BATCH, MAX_FOLLOWING
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, BTC, CAN_ALL, T0, ScriptedBroker, WatchedStore, all_events, d

PX = Limit(100)


class House:
    """A manager, with what is attached to it and what it says in hand."""

    def __init__(self, *answers: Any, store: WatchedStore | None = None, **made: Any) -> None:
        self.broker = ScriptedBroker(*answers)
        self.store = WatchedStore() if store is None else store
        self.clock = ManualClock(T0)
        self.om = OrderManager(
            **{
                "brokers": [self.broker],
                "store": self.store,
                "instruments": [AAPL, BTC],
                "clock": self.clock,
                **made,
            }
        )
        self.failed: list[SubscriberFailed] = []
        self.om.on(SubscriberFailed, self.failed.append)
        self.store.appended.clear()

    def buy(self, qty: Any = 100, **fields: Any) -> Order:
        return self.om.submit("AAPL", Side.BUY, qty, fields.pop("terms", PX), **fields)

    def say(self, exec_type: ExecType, order: Order, **fields: Any) -> None:
        """Let the broker report; the manager hears of it when it polls."""
        assert self.broker.sink is not None
        self.broker.sink.put(ExecutionReport(exec_type, cl_ord_id=order.cl_ord_id, **fields))

    def fill(self, order: Order, exec_id: str, qty: int) -> None:
        fields: dict[str, Any] = {
            "exec_id": ExecId(exec_id),
            "last_qty": d(qty),
            "last_px": d(100),
            "transact_time_ns": T0,
        }
        self.say(ExecType.TRADE, order, **fields)

    def kinds(self, after: int = 0) -> list[str]:
        return [type(event).__name__ for event in self.store.read(after)]


# ---------------------------------------------------------------- orders and their handles


def test_a_handle_moves_as_its_order_does() -> None:
    house = House()
    order = house.buy()
    assert (order.status, order.life, order.leaves_qty) == (OrdStatus.PENDING_NEW, Life.SENT, d(100))

    house.say(ExecType.NEW, order)
    house.fill(order, "x1", 40)
    assert order.status is OrdStatus.PENDING_NEW
    house.om.poll()

    assert (order.status, order.cum_qty, order.leaves_qty, order.avg_px) == (
        OrdStatus.PARTIALLY_FILLED, d(40), d(60), d(100),
    )  # fmt: skip
    assert house.om.order(order.order_id) is order


def test_a_handle_cannot_be_written_to() -> None:
    order = House().buy()

    for name in dir(order):
        if not name.startswith("_"):
            with pytest.raises(AttributeError):
                setattr(order, name, None)
    with pytest.raises(AttributeError):
        order.note = "mine"  # type: ignore[attr-defined]  # on purpose


def test_a_snapshot_stays_as_it_was() -> None:
    house = House()
    order = house.buy()
    before = order.snapshot()

    house.say(ExecType.NEW, order)
    house.om.poll()

    assert (before.status, order.status) == (OrdStatus.PENDING_NEW, OrdStatus.NEW)
    assert order.snapshot().status is OrdStatus.NEW


def test_a_denied_order_has_a_handle_with_its_reasons() -> None:
    order = House().buy("100.5")

    assert order.status is OrdStatus.DENIED
    assert [str(reason) for reason in order.reasons] == [
        "OFF_LOT: order_qty = 100.5; allowed: 100 or 101 (lots of 1)"
    ]


def test_an_order_is_found_by_every_name_that_it_has() -> None:
    house = House()
    order = house.buy(client_ref="mine")
    house.om.cancel(order)

    assert house.om.order(1) is order
    assert house.om.order("mine") is order
    for request in house.broker.requests:
        assert house.om.order(request.cl_ord_id) is order
    for nobody in (2, "yours", "1"):
        with pytest.raises(UnknownOrderError, match=repr(nobody)):
            house.om.order(nobody)


def test_orders_are_listed_oldest_first_and_those_in_doubt_apart() -> None:
    house = House(
        Acknowledged(ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("?"))), Unknown("cut"), Refused("no")
    )
    orders = [house.buy() for _ in range(4)]

    assert house.om.orders() == orders
    assert house.om.open_orders() == [orders[0], orders[1], orders[3]]
    assert house.om.in_doubt() == [orders[1]]


NOT_MEANT: dict[str, tuple[dict[str, Any], str]] = {
    "a float": ({"order_qty": 1.5}, "floats are inexact"),
    "no quantity": ({"order_qty": 0}, "more than zero"),
    "a quantity below zero": ({"order_qty": -1}, "more than zero"),
    "not a number": ({"order_qty": Decimal("NaN")}, "finite"),
    "digits of another alphabet": ({"order_qty": "\uff11\uff10\uff10"}, "ASCII"),
    "a side that is a text": ({"side": "BUY"}, "Side.BUY"),
    "a price in place of terms": ({"terms": Decimal(1)}, "Limit"),
    "a time in force that is a text": ({"tif": "DAY"}, "Day"),
    "a reference with a space": ({"client_ref": "my order"}, "no space"),
    "an account with a space": ({"account": "my account"}, "account"),
}


@pytest.mark.parametrize(("changed", "remedy"), NOT_MEANT.values(), ids=NOT_MEANT)
def test_what_cannot_be_meant_raises_and_nothing_moves(changed: dict[str, Any], remedy: str) -> None:
    house = House()
    before = house.om.state_hash()
    asked = {"symbol": "AAPL", "side": Side.BUY, "order_qty": 100, "terms": PX, **changed}

    with pytest.raises(ValidationError, match=remedy):
        house.om.submit(**asked)

    assert house.om.state_hash() == before
    assert (house.store.appended, house.broker.requests) == ([], [])


SYMBOLS: dict[str, tuple[list[Instrument], str, str]] = {
    "a slip of the pen": ([AAPL, BTC], "APPL", "known are AAPL"),
    "nothing like any": ([AAPL, BTC], "ZZZZZZZZ", "known are AAPL, BTC-USD"),
    "none is defined": ([], "AAPL", r"no instrument is defined: pass instruments=\[...\]"),
}


@pytest.mark.parametrize(("defined", "symbol", "said"), SYMBOLS.values(), ids=SYMBOLS)
def test_an_unknown_symbol_is_told_what_is_like_it(defined: list[Instrument], symbol: str, said: str) -> None:
    house = House(instruments=defined)
    before = house.om.state_hash()

    with pytest.raises(UnknownInstrumentError, match=said):
        house.om.submit(symbol, Side.BUY, 1, PX)

    assert house.om.state_hash() == before


def test_an_order_of_another_manager_is_not_taken_for_our_own_of_that_number() -> None:
    house = House()
    house.buy()
    before = house.om.state_hash()
    strange = House().buy()

    with pytest.raises(UnknownOrderError, match="an order of this manager"):
        house.om.cancel(strange)
    with pytest.raises(UnknownOrderError):
        house.om.replace(strange, price=101)
    with pytest.raises(UnknownOrderError):
        house.om.cancel(7)

    assert house.om.state_hash() == before


# ---------------------------------------------------------------- record before send


def test_nothing_is_sent_before_it_is_recorded() -> None:
    house = House()
    seen: list[tuple[str, int]] = []
    house.broker.on_request = lambda request: seen.append((request.cl_ord_id, house.store.version))

    order = house.buy()
    house.om.cancel(order)

    recorded = {
        event.cl_ord_id: event.sequence
        for event in all_events(house.store)
        if isinstance(event, (ev.OrderSubmitted, ev.CancelRequested))
    }
    assert [identity for identity, _ in seen] == list(recorded)
    assert [version for _, version in seen] == list(recorded.values())


def test_what_a_broker_answers_in_the_send_is_handled_before_submit_returns() -> None:
    house = House()

    def answer(request: Request) -> None:
        assert house.broker.sink is not None
        house.broker.sink.put(ExecutionReport(ExecType.NEW, cl_ord_id=request.cl_ord_id))

    house.broker.on_request = answer

    assert house.buy().status is OrdStatus.NEW
    assert house.store.appended == [2, 1]


ANSWERS: dict[str, tuple[Any, OrdStatus, bool]] = {
    "an exception of the adapter's": (ConnectionError("reset"), OrdStatus.PENDING_NEW, True),
    "an outcome that is unknown": (Unknown("timed out"), OrdStatus.PENDING_NEW, True),
    "nothing that is a result": ("ok", OrdStatus.PENDING_NEW, True),
    "a refusal": (Refused("no"), OrdStatus.REJECTED, False),
    "not sent": (NotSent("no line"), OrdStatus.REJECTED, False),
}


@pytest.mark.parametrize(("answer", "status", "is_in_doubt"), ANSWERS.values(), ids=ANSWERS)
def test_what_became_of_the_send_shows_on_the_order(
    answer: Any, status: OrdStatus, is_in_doubt: bool
) -> None:
    house = House(answer)

    order = house.buy()

    assert (order.status, order.is_in_doubt) == (status, is_in_doubt)
    if is_in_doubt:
        assert order.outstanding_requests[0].kind is RequestKind.NEW
    doubts = [event.text for event in all_events(house.store) if isinstance(event, ev.RequestInDoubt)]
    if isinstance(answer, Exception):
        assert doubts == ["ConnectionError: reset"]


def test_an_exception_in_a_cancel_or_replace_puts_that_request_in_doubt() -> None:
    house = House()
    order = house.buy()
    house.say(ExecType.NEW, order)
    house.broker.answers.extend([OSError("a"), OSError("b")])

    house.om.replace(order, price=101)
    house.om.cancel(order)

    assert [(r.kind, r.in_doubt) for r in order.outstanding_requests] == [
        (RequestKind.REPLACE, True),
        (RequestKind.CANCEL, True),
    ]
    assert order.status is OrdStatus.NEW


# ---------------------------------------------------------------- turns


def test_an_order_placed_from_within_a_listener_is_unsent_until_its_turn() -> None:
    house = House()
    seen: list[tuple[OrdStatus, int]] = []
    handles: list[Order] = []

    def follow(event: ev.OrderSubmitted) -> None:
        if len(handles) < 2:
            handles.append(house.buy(50, client_ref=f"child{len(handles)}"))
            seen.append((handles[-1].status, handles[-1].order_id))

    house.om.on(ev.OrderSubmitted, follow)

    parent = house.buy()

    assert parent.order_id == 1
    assert seen == [(OrdStatus.UNSENT, 2), (OrdStatus.UNSENT, 3)]
    assert [handle.status for handle in handles] == [OrdStatus.PENDING_NEW] * 2
    assert [house.om.order(number) for number in (2, 3)] == handles
    assert [request.order_id for request in house.broker.requests] == [1, 2, 3]
    assert house.failed == []
    assert check_state(house.om.state) == ()


def test_what_a_listener_asks_for_is_done_in_the_order_in_which_it_was_asked() -> None:
    house = House()
    told: list[str] = []

    def act(event: ev.OrderAcknowledged) -> None:
        child = house.buy(1)
        house.om.replace(event.order_id, order_qty=50)
        house.om.cancel(child)
        house.om.cancel(event.order_id)
        house.om.kill("enough")
        told.append("acted")

    house.om.on(ev.OrderAcknowledged, act)
    order = house.buy()
    house.say(ExecType.NEW, order)
    house.say(ExecType.ORDER_STATUS, order)
    version = house.store.version

    house.om.poll()

    # The second report was there before the listener spoke.
    assert house.kinds(version) == [
        "OrderAcknowledged",
        "ReportIgnored",
        *("OrderCreated", "OrderSubmitted"),
        *("ReplaceRequested", "CancelRequested", "CancelRequested"),
        "KillSwitchEngaged",
    ]
    assert told == ["acted"]


class Splitter:
    """Places another order for each market order that is submitted."""

    wants_events = True

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return reference_px

    def on_event(self, order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        if not isinstance(event, ev.OrderAcknowledged):
            return ()
        return [SubmitOrder(order.symbol, Side.SELL, d(7), Limit(101), order.time_in_force, order.account)]


def test_an_order_keeps_the_number_that_its_caller_was_told_whatever_is_placed_before_it() -> None:
    from oms.order_types.limit import LimitHandler

    house = House(handlers={Market: Splitter(), Limit: LimitHandler()})
    parent = house.buy(terms=Market())
    other = house.buy(terms=Market())
    placed: list[Order] = []
    house.om.on(ev.OrderPendingNew, lambda _: placed.append(house.buy(33)))
    house.om.on(ev.OrderPendingNew, lambda _: house.om.cancel(placed[0]))
    # A listener places an order while the report that a child follows from still waits.
    house.say(ExecType.ORDER_STATUS, parent)
    house.say(ExecType.NEW, parent)

    house.om.poll()

    (order,) = placed
    assert (order.order_qty, order.side, order.life) == (d(33), Side.BUY, Life.SENT)
    assert house.om.order(order.order_id) is order
    (child,) = [order for order in house.om.orders() if order.side is Side.SELL]
    assert child.order_qty == d(7)
    canceled = [request for request in house.broker.requests if isinstance(request, OrderCancelRequest)]
    assert [request.order_id for request in canceled] == [order.order_id]
    # And one that is placed while a report waits gets the handle of its own order too.
    house.say(ExecType.NEW, other)
    assert house.buy(44).order_qty == d(44)
    assert check_state(house.om.state) == ()


class FailsOnce(Splitter):
    """Has a bug that shows at the first event."""

    is_fresh = True

    def on_event(self, order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        was_fresh, self.is_fresh = self.is_fresh, False
        if was_fresh:
            raise RuntimeError("a bug in a handler")
        return ()


def test_a_handler_that_fails_is_told_of_and_keeps_nothing_back() -> None:
    from oms.order_types.limit import LimitHandler

    house = House(handlers={Market: FailsOnce(), Limit: LimitHandler()})
    version = house.store.version

    house.buy(terms=Market())

    assert house.kinds(version) == ["OrderCreated", "OrderSubmitted", "AnomalyRaised"]
    assert [request.order_id for request in house.broker.requests] == [1]
    (told,) = house.om.anomalies()
    assert told.code is AnomalyCode.HANDLER_FAILED
    assert "RuntimeError: a bug in a handler" in told.text


class Interrupted(Splitter):
    """Is where the keyboard's interrupt, or the end of the memory, happens to be noticed."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def on_event(self, order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        raise self.error("in the middle")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, RecursionError])
def test_an_interrupt_while_the_engine_decides_halts(error: type[BaseException]) -> None:
    from oms.order_types.limit import LimitHandler

    house = House(handlers={Market: Interrupted(error), Limit: LimitHandler()})
    version = house.store.version
    with pytest.raises(error):
        house.buy(terms=Market())

    # Memory is ahead of the journal now: nothing may be decided from it any more.
    with pytest.raises(HaltedError, match="in the middle"):
        house.buy()
    assert (house.store.version, house.broker.requests) == (version, [])


def test_a_listener_that_fails_is_told_of_and_harms_nobody() -> None:
    house = House()
    heard: list[str] = []

    def fail(event: ev.Event) -> None:
        raise ValueError("a bug in a bot")

    house.om.on(ev.OrderSubmitted, fail)
    house.om.on(ev.Event, lambda event: heard.append(type(event).__name__))

    order = house.buy()

    assert order.status is OrdStatus.PENDING_NEW
    assert heard == ["OrderCreated", "OrderSubmitted"]
    assert [str(failed.error) for failed in house.failed] == ["a bug in a bot"]


def test_a_listener_can_be_taken_off() -> None:
    house = House()
    heard: list[ev.OrderCreated] = []
    stop = house.om.on(ev.OrderCreated, heard.append)

    house.buy()
    stop()
    house.buy()

    assert [event.order_id for event in heard] == [1]


def test_more_commands_than_may_wait_are_refused_by_name_and_reports_never_are() -> None:
    house = House()
    order = house.buy()
    assert house.broker.sink is not None
    raised: list[LimitExceededError] = []

    def ask(_: ev.OrderAcknowledged) -> None:
        assert house.broker.sink is not None
        waiting = house.om._loop.inbox
        waiting.extend([Quote(Symbol("BTC-USD"), T0, None, d(0), None, d(0))] * (MAX_COMMANDS - len(waiting)))
        with pytest.raises(LimitExceededError) as limit:
            house.buy()
        raised.append(limit.value)
        house.say(ExecType.ORDER_STATUS, order)
        for __ in range(MAX_COMMANDS):
            waiting.popleft()

    house.om.on(ev.OrderAcknowledged, ask)
    house.say(ExecType.NEW, order)
    house.om.poll()

    assert house.failed == []
    assert [(error.limit, error.bound) for error in raised] == [("MAX_COMMANDS", MAX_COMMANDS)]
    assert house.kinds()[-1] == "ReportIgnored"
    assert house.buy().order_id == 2


@pytest.mark.slow
def test_a_listener_that_answers_each_event_with_a_command_is_stopped() -> None:
    house = House()
    order = house.buy()
    house.om.on(ev.CancelDenied, lambda _: house.om.cancel(order))
    house.om.kill("so that nothing is sent", cancel_all=True)
    house.om.cancel(order)

    (failed,) = house.failed
    assert isinstance(failed.error, LimitExceededError)
    assert (failed.error.limit, failed.error.bound) == ("MAX_FOLLOWING", MAX_FOLLOWING)
    assert house.kinds().count("CancelDenied") == MAX_FOLLOWING + 1
    assert house.buy().reasons[0].code.name == "KILL_SWITCH"


# ---------------------------------------------------------------- batches


def test_a_batch_is_one_append_and_sends_at_its_end() -> None:
    house = House()

    with house.om.batch():
        first = house.buy()
        second = house.buy(50)
        house.om.cancel(first)
        assert (house.store.appended, house.broker.requests) == ([], [])
        assert (first.status, second.status) == (OrdStatus.PENDING_NEW, OrdStatus.PENDING_NEW)

    assert house.store.appended == [5]
    assert [type(request) for request in house.broker.requests] == [
        NewOrderSingle,
        NewOrderSingle,
        OrderCancelRequest,
    ]


def test_a_batch_that_is_left_by_an_exception_commits_and_sends_too() -> None:
    house = House()

    with pytest.raises(ZeroDivisionError), house.om.batch():
        house.buy()
        raise ZeroDivisionError

    assert house.store.appended == [2]
    assert [request.order_id for request in house.broker.requests] == [1]


def test_orders_in_a_batch_see_one_another() -> None:
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar=None, max_open_orders=3, max_messages=None, off_by="me"
    )  # fmt: skip
    house = House(limits=limits)

    with house.om.batch():
        statuses = [house.buy().status for _ in range(5)]

    assert statuses == [OrdStatus.PENDING_NEW] * 3 + [OrdStatus.DENIED] * 2
    assert len(house.broker.requests) == 3


def test_an_empty_batch_appends_nothing() -> None:
    house = House()

    with house.om.batch():
        pass

    assert house.store.appended == []


def test_what_was_answered_in_a_batchs_sends_is_handled_at_its_end() -> None:
    house = House()
    house.broker.on_request = lambda request: house.say(ExecType.NEW, house.om.order(request.order_id))

    with house.om.batch():
        orders = [house.buy(), house.buy()]

    assert [order.status for order in orders] == [OrdStatus.NEW] * 2
    assert house.store.appended == [4, 1, 1]


def test_what_a_listener_asks_for_at_the_end_of_a_batch_waits_its_turn() -> None:
    house = House()
    seen: list[OrdStatus] = []

    def follow(_: ev.OrderSubmitted) -> None:
        if not seen:
            seen.append(house.buy(1).status)

    house.om.on(ev.OrderSubmitted, follow)

    with house.om.batch():
        house.buy()
        house.buy()

    assert seen == [OrdStatus.UNSENT]
    assert house.store.appended == [4, 2]
    assert [request.order_id for request in house.broker.requests] == [1, 2, 3]


def test_batches_do_not_nest_and_do_not_begin_within_a_listener() -> None:
    house = House()
    with house.om.batch():
        with pytest.raises(ValidationError, match="inside another"), house.om.batch():
            pass
        house.buy()
    assert house.store.appended == [2]

    def begin(_: ev.OrderCreated) -> None:
        with house.om.batch():
            pass

    house.om.on(ev.OrderCreated, begin)
    house.buy()
    assert [type(failed.error) for failed in house.failed] == [ValidationError]


@pytest.mark.slow
def test_a_batch_that_is_full_is_refused_by_name_and_what_it_holds_is_kept() -> None:
    house = House()

    with pytest.raises(LimitExceededError) as raised, house.om.batch():
        for _ in range(MAX_BATCH):
            house.buy()

    assert (raised.value.limit, raised.value.bound) == ("MAX_BATCH", MAX_BATCH)
    assert house.store.appended == [MAX_BATCH]
    assert len(house.broker.requests) == len(house.om.orders()) == MAX_BATCH // 2
    assert house.buy().order_id == MAX_BATCH // 2 + 1


# ---------------------------------------------------------------- other threads


def test_what_another_thread_reports_is_handled_by_poll() -> None:
    house = House()
    orders = [house.buy() for _ in range(4)]

    def report(order: Order) -> None:
        for number in range(5):
            house.fill(order, f"{order.order_id}.{number}", 10)

    threads = [threading.Thread(target=report, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [order.cum_qty for order in orders] == [d(0)] * 4
    house.om.poll()

    assert [order.cum_qty for order in orders] == [d(50)] * 4
    position = house.om.position("AAPL")
    assert position is not None
    assert position.net_qty == d(200)


def test_poll_fires_what_is_due_and_nothing_before() -> None:
    house = House(request_timeout_s=5)
    order = house.buy()
    house.om.poll()
    house.clock.advance_by(4)
    house.om.poll()
    assert not order.is_in_doubt

    house.clock.advance_by(1)
    house.om.poll()

    assert order.is_in_doubt
    assert house.om.in_doubt() == [order]
    version = house.store.version
    house.clock.advance_by(4)
    house.om.poll()
    assert house.store.version == version


# ---------------------------------------------------------------- when the journal fails


def test_when_the_journal_fails_nothing_is_sent_and_the_manager_halts() -> None:
    house = House()
    order = house.buy()
    sent = list(house.broker.requests)
    heard: list[ev.Event] = []
    house.om.on(ev.Event, heard.append)
    house.store.fail()

    with pytest.raises(StoreError, match="the disk is full"):
        house.buy()

    assert (house.broker.requests, heard) == (sent, [])
    house.store.failure = None
    asked: dict[str, Callable[[], object]] = {
        "submit": house.buy,
        "replace": lambda: house.om.replace(order, price=101),
        "release": lambda: house.om.release_kill("why"),
        "status": lambda: house.om.request_status(order),
    }
    for ask in asked.values():
        with pytest.raises(HaltedError, match="the disk is full"):
            ask()
    assert (house.broker.requests, house.store.version) == (sent, house.store.version)


def test_reports_that_come_while_halted_are_kept_and_not_handled() -> None:
    house = House()
    order = house.buy()
    house.store.fail()
    with pytest.raises(StoreError):
        house.buy()

    house.say(ExecType.NEW, order)
    house.om.poll()

    assert order.status is OrdStatus.PENDING_NEW
    assert len(house.om._loop.inbox) == 1


def test_a_journal_that_fails_at_the_end_of_a_batch_halts_too() -> None:
    house = House()
    house.store.fail()

    with pytest.raises(StoreError), house.om.batch():
        house.buy()

    assert house.broker.requests == []
    with pytest.raises(HaltedError):
        house.buy()


def test_an_error_of_the_store_that_it_does_not_call_its_own_halts_all_the_same() -> None:
    house = House()
    house.store.failure = ValueError("this cannot be encoded")

    with pytest.raises(ValueError, match="encoded"):
        house.buy()

    house.store.failure = None
    with pytest.raises(HaltedError, match="encoded"):
        house.buy()
    assert house.broker.requests == []


def test_a_halted_journal_is_opened_again_and_knows_what_was_recorded() -> None:
    house = House()
    order = house.buy()
    house.store.fail()
    with pytest.raises(StoreError):
        house.buy(client_ref="lost")

    again = House(store=WatchedStore(all_events(house.store)))

    assert [found.order_id for found in again.om.orders()] == [order.order_id]
    assert again.buy(client_ref="lost").order_id == 2
    assert {request.cl_ord_id for request in again.broker.requests}.isdisjoint(
        request.cl_ord_id for request in house.broker.requests
    )


# ---------------------------------------------------------------- how it is opened

REAL = Capabilities(order_types=CAN_ALL.order_types)


def test_without_limits_a_broker_with_real_money_is_refused_before_anything_happens() -> None:
    store = WatchedStore()
    paper, real = ScriptedBroker(), ScriptedBroker(name="real", can=REAL)

    with pytest.raises(ValidationError, match=r"none, with real: pass limits=RiskLimits\(...\)"):
        OrderManager(brokers=[paper, real], store=store)

    assert (store.version, paper.sink, real.sink) == (0, None, None)


def test_with_limits_a_broker_with_real_money_is_fine() -> None:
    OrderManager(brokers=[ScriptedBroker(can=REAL)], store=WatchedStore(), limits=RiskLimits.off("me"))


def test_two_brokers_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="a name of its own"):
        OrderManager(brokers=[ScriptedBroker(), ScriptedBroker()], store=WatchedStore())


@pytest.mark.parametrize("seconds", [0, -1, 86_401, 1.5, "30", None, True])
def test_a_request_timeout_is_a_number_of_whole_seconds(seconds: Any) -> None:
    with pytest.raises(ValidationError, match="an int from 1 to 86400"):
        House(request_timeout_s=seconds)


class Talkative(ScriptedBroker):
    """Reports as soon as it is started."""

    def start(self, sink: ReportSink) -> None:
        super().start(sink)
        said: Report = ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("from yesterday"))
        sink.put(said)


def test_what_a_broker_says_as_it_starts_is_handled_in_the_epoch_that_begins() -> None:
    store = MemoryEventStore()

    OrderManager(brokers=[Talkative()], store=store, clock=ManualClock(T0))

    events = all_events(store)
    assert isinstance(events[0], ev.EpochStarted)
    assert [type(event) for event in events[-2:]] == [ev.AnomalyRaised, ev.ReportHeld]
    assert {event.epoch for event in events} == {1}


class Venue(ScriptedBroker):
    """Defines instruments, and trades on the market that it is told of."""

    def __init__(self, *defined: Instrument) -> None:
        super().__init__()
        self.defined = defined
        self.heard: list[MarketData | SessionChange] = []

    def instruments(self) -> Iterable[Instrument]:
        return self.defined

    def on_market(self, update: MarketData) -> None:
        self.heard.append(update)
        self.report(ExecType.NEW)

    def on_session(self, change: SessionChange) -> None:
        self.heard.append(change)
        self.report(ExecType.EXPIRED, text="by the venue")

    def report(self, exec_type: ExecType, **fields: Any) -> None:
        assert self.sink is not None
        self.sink.put(ExecutionReport(exec_type, cl_ord_id=self.requests[0].cl_ord_id, **fields))


def test_what_a_broker_defines_may_be_traded_and_the_embedders_definition_goes_before_it() -> None:
    ours, theirs = AAPL, attrs.evolve(AAPL, tick="0.05")
    store = WatchedStore()

    OrderManager(brokers=[Venue(theirs, BTC)], store=store, instruments=[ours], clock=ManualClock(T0))

    defined = [event.instrument for event in all_events(store) if isinstance(event, ev.InstrumentDefined)]
    assert defined == [ours, BTC]


def test_a_simulated_broker_hears_the_market_before_the_orders_do() -> None:
    venue, store = Venue(AAPL), WatchedStore()
    om = OrderManager(brokers=[venue], store=store, clock=ManualClock(T0))
    order = om.submit("AAPL", Side.BUY, 100, PX)
    quote = Quote(Symbol("AAPL"), T0, d(99), d(5), d(101), d(5))
    close = SessionChange(T0, SessionPhase.CLOSED, "20260105")

    om.update(quote)
    assert order.status is OrdStatus.NEW
    om.session(close)

    assert venue.heard == [quote, close]
    # What the venue said of the close is handled first; afterwards there is no DAY order left to end.
    assert [type(event).__name__ for event in all_events(store)[-2:]] == ["OrderExpired", "SessionChanged"]
    assert (order.status, order.text) == (OrdStatus.EXPIRED, "by the venue")


def test_brokers_are_stopped_and_the_journal_closed_at_the_end() -> None:
    house = House()
    with house.om:
        house.buy()
    house.om.close()

    assert house.broker.sink is None
    with pytest.raises(StoreError, match="closed"):
        _ = house.store.version


@pytest.mark.parametrize(
    "attempt", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickled", "copied", "copied deeply"]
)
def test_a_manager_cannot_be_pickled_or_copied(attempt: Callable[[OrderManager], object]) -> None:
    with pytest.raises(TypeError, match="open another one on the journal"):
        attempt(House().om)


def test_a_manager_says_in_one_line_what_it_holds() -> None:
    house = House()
    house.buy()
    house.buy("0.5")

    assert repr(house.om) == f"<OrderManager paper: 2 orders, 1 open, {house.store.version} events>"


def test_further_read_models_hear_the_recorded_events_first() -> None:
    house = House()
    house.buy()
    heard: list[int] = []

    again = House(
        store=WatchedStore(all_events(house.store)),
        projections=[(ev.Event, lambda event: heard.append(event.sequence))],
    )
    again.buy()

    assert heard == list(range(1, again.store.version + 1))


def test_the_kill_switch_can_cancel_all_that_is_open() -> None:
    house = House()
    orders = [house.buy() for _ in range(3)]
    house.say(ExecType.CANCELED, orders[1])
    house.om.poll()

    house.om.kill("the end of the day", cancel_all=True, asked_by="ops")

    canceled = [
        request.order_id for request in house.broker.requests if isinstance(request, OrderCancelRequest)
    ]
    assert canceled == [1, 3]
    assert house.buy().status is OrdStatus.DENIED
    house.om.release_kill("a new day")
    assert house.buy().status is OrdStatus.PENDING_NEW


def test_the_answer_that_a_broker_types_wrongly_is_no_reason_to_stop() -> None:
    result: SendResult = Unknown(text=None)  # type: ignore[arg-type]  # on purpose
    house = House(result, Refused(text=b"no", code=7))  # type: ignore[arg-type]  # on purpose

    doubtful, refused = house.buy(), house.buy()

    assert doubtful.is_in_doubt
    assert (refused.status, refused.text) == (OrdStatus.REJECTED, "b'no'")
    assert (doubtful.order_id, refused.broker) == (OrderId(1), BrokerName("paper"))


@pytest.mark.parametrize("cancel_all", ["false", 0, None], ids=repr)
def test_only_true_cancels_all_that_is_open(cancel_all: Any) -> None:
    house = House()

    with pytest.raises(ValidationError, match=r"cancel_all = .*: pass True or False"):
        house.om.kill("why", cancel_all=cancel_all)

    assert house.om.submit("AAPL", Side.BUY, 1, Limit("100")).reasons == ()
    with pytest.raises(ValidationError, match=r"acknowledged = .*: pass True or False"):
        house.om.anomalies(acknowledged=cancel_all)


def test_a_cl_ord_id_that_two_brokers_use_finds_neither_order_and_says_which_they_are() -> None:
    house = House()
    index = house.om.state.index
    first, second = (house.om.submit("AAPL", Side.BUY, 1, Limit("100")) for _ in range(2))
    index.name_request(BrokerName("paper"), ClOrdId("phone"), first)
    assert house.om.order("phone") is first

    index.name_request(BrokerName("other"), ClOrdId("phone"), second)

    with pytest.raises(
        UnknownOrderError, match="pass an order id: it is the ClOrdID of 1 at paper, 2 at paper"
    ):
        house.om.order("phone")

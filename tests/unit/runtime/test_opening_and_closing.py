"""How a manager connects and lets go, whatever its brokers do; and what it answers for its own account."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import pytest

from oms.bus import SubscriberFailed
from oms.errors import StoreError
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ExecId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, Sent, Unknown
from oms.model.terms import Limit
from oms.ports.broker import Broker, ReportSink
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, T0, Answer, ScriptedBroker, WatchedStore, all_events, d

PX = Limit(100)


class Troubled(ScriptedBroker):
    """Raises when it is started or stopped, if it was told to; counts how often it is."""

    def __init__(self, name: str, *answers: Answer, start: str = "", stop: str = "") -> None:
        super().__init__(*answers, name=name)
        self.trouble = {"start": start, "stop": stop}
        self.calls: list[str] = []

    def start(self, sink: ReportSink) -> None:
        self._call("start")
        super().start(sink)

    def stop(self) -> None:
        self._call("stop")
        super().stop()

    def _call(self, what: str) -> None:
        self.calls.append(what)
        if self.trouble[what]:
            raise ConnectionError(self.trouble[what])


class KeptStore(WatchedStore):
    """Counts how often it is closed, and can be read afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def opened(*brokers: Broker, store: KeptStore, account: str = "main") -> OrderManager:
    return OrderManager(
        brokers=brokers, store=store, instruments=[AAPL], clock=ManualClock(T0), account=account
    )


def fill(broker: ScriptedBroker, order: Order, qty: int = 100) -> None:
    assert broker.sink is not None
    broker.sink.put(
        ExecutionReport(
            ExecType.TRADE,
            cl_ord_id=order.cl_ord_id,
            exec_id=ExecId("x1"),
            last_qty=d(qty),
            last_px=d(100),
            transact_time_ns=T0,
        )
    )


# ---------------------------------------------------------------- the end


def test_what_brokers_have_reported_is_recorded_before_the_journal_is_let_go() -> None:
    broker, store = ScriptedBroker(), KeptStore()
    om = opened(broker, store=store)
    order = om.submit("AAPL", Side.BUY, 100, PX)
    fill(broker, order)

    om.close()

    assert order.status is OrdStatus.FILLED
    assert isinstance(all_events(store)[-1], ev.Traded)
    assert (broker.sink, store.closed) == (None, 1)


def test_while_halted_reports_are_left_where_they_are_and_the_rest_is_closed() -> None:
    broker, store = ScriptedBroker(), KeptStore()
    om = opened(broker, store=store)
    order = om.submit("AAPL", Side.BUY, 100, PX)
    store.fail()
    with pytest.raises(StoreError):
        om.replace(order, price=99)
    version = len(all_events(store))
    fill(broker, order)

    om.close()

    assert (len(all_events(store)), len(om._loop.inbox)) == (version, 1)
    assert (broker.sink, store.closed) == (None, 1)


def test_a_journal_that_fails_in_the_last_append_keeps_nothing_open() -> None:
    broker, store = ScriptedBroker(), KeptStore()
    om = opened(broker, store=store)
    fill(broker, om.submit("AAPL", Side.BUY, 100, PX))
    store.fail()

    with pytest.raises(StoreError, match="the disk is full"):
        om.close()

    assert (broker.sink, store.closed) == (None, 1)


def test_brokers_that_cannot_stop_keep_neither_the_others_nor_the_journal_open() -> None:
    first, second = Troubled("first", stop="no line"), Troubled("second", stop="no line either")
    third, store = Troubled("third"), KeptStore()
    om = opened(first, second, third, store=store)

    with pytest.raises(ConnectionError) as raised:
        om.close()

    assert raised.value.args == ("no line",)
    assert raised.value.__notes__ == ["and afterwards: ConnectionError('no line either')"]
    assert [broker.calls for broker in (first, second, third)] == [["start", "stop"]] * 3
    assert store.closed == 1


def test_a_manager_is_closed_once_however_often_it_is_told() -> None:
    broker, store = Troubled("first", stop="no line"), KeptStore()
    om = opened(broker, store=store)
    with pytest.raises(ConnectionError):
        om.close()

    om.close()

    assert (broker.calls, store.closed) == (["start", "stop"], 1)


def test_a_manager_may_be_closed_from_within_a_listener() -> None:
    broker, store = ScriptedBroker(), KeptStore()
    om = opened(broker, store=store)
    failed: list[SubscriberFailed] = []
    om.on(SubscriberFailed, failed.append)
    om.on(ev.OrderSubmitted, lambda _: om.close())

    om.submit("AAPL", Side.BUY, 100, PX)

    assert (failed, broker.sink, store.closed) == ([], None, 1)


# ---------------------------------------------------------------- the beginning


def test_when_a_broker_cannot_start_those_before_it_are_stopped_and_the_journal_stays_the_callers() -> None:
    first, second, third = Troubled("first"), Troubled("second", start="no line"), Troubled("third")
    store = KeptStore()

    with pytest.raises(ConnectionError, match="no line"):
        opened(first, second, third, store=store)

    assert [broker.calls for broker in (first, second, third)] == [["start", "stop"], ["start"], []]
    assert (first.sink, store.closed) == (None, 0)
    again = opened(first, store=store)
    assert again.submit("AAPL", Side.BUY, 100, PX).status is OrdStatus.PENDING_NEW


def test_a_broker_that_cannot_stop_either_does_not_hide_why_the_other_did_not_start() -> None:
    first, second = Troubled("first", stop="stuck"), Troubled("second", start="no line")

    with pytest.raises(ConnectionError) as raised:
        opened(first, second, store=KeptStore())

    assert raised.value.args == ("no line",)
    assert raised.value.__notes__ == ["while stopping: ConnectionError('stuck')"]


# ---------------------------------------------------------------- what there is


def test_an_order_that_is_filled_is_listed_while_a_request_of_its_is_in_doubt() -> None:
    broker, store = ScriptedBroker(Sent(), Unknown("cut"), Sent(), Unknown("cut")), KeptStore()
    om = opened(broker, store=store)
    filled = om.submit("AAPL", Side.BUY, 100, PX)
    om.cancel(filled)
    om.submit("AAPL", Side.BUY, 100, PX)
    waiting = om.submit("AAPL", Side.BUY, 100, PX)
    fill(broker, filled)
    om.poll()

    assert filled.status is OrdStatus.FILLED
    assert om.in_doubt() == [filled, waiting]


def test_a_position_is_of_the_managers_own_account_unless_another_is_named() -> None:
    broker, store = ScriptedBroker(), KeptStore()
    om = opened(broker, store=store, account="fund1")
    fill(broker, om.submit("AAPL", Side.BUY, 100, PX))
    om.poll()

    ours, same, others = om.position("AAPL"), om.position("AAPL", "fund1"), om.position("AAPL", "main")

    assert ours is not None
    assert (ours.net_qty, ours.account) == (d(100), "fund1")
    assert (same, others, om.position("MSFT")) == (ours, None, None)

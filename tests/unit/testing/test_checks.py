"""The checks of a journal must see what is wrong: each is shown a sound journal with one thing broken."""

# ruff: noqa: ANN401  # the fields of events are of any kind

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest

from oms.model import events as ev
from oms.model.commands import SubmitOrder
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId, VenueOrderId
from oms.model.market import Quote
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import DAY, GoodTillTime
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from oms.testing.checks import check_journal, floats_in
from tests.fakes import AAPL, T0, S, ScriptedBroker, d
from tests.unit.journals import ROUTED


def journal() -> list[ev.Event]:
    """Submitted, acknowledged, filled 40 and 20 of 100, the second execution busted, canceled."""
    broker, store, clock = ScriptedBroker(), MemoryEventStore(), ManualClock(T0)
    om = OrderManager(brokers=[broker], store=store, instruments=[AAPL], clock=clock)
    order = om.submit("AAPL", Side.BUY, 100, Limit("189.50"))

    def hear(exec_type: ExecType, **said: Any) -> None:
        assert broker.sink is not None
        clock.advance_by(1)
        where = (order.cl_ord_id, None, VenueOrderId("V1"))
        broker.sink.put(ExecutionReport(exec_type, *where, transact_time_ns=clock.now_ns(), **said))
        om.poll()

    hear(ExecType.NEW)
    hear(ExecType.TRADE, exec_id=ExecId("E1"), last_qty=d(40), last_px=d("189.50"))
    hear(ExecType.TRADE, exec_id=ExecId("E2"), last_qty=d(20), last_px=d(189))
    hear(ExecType.TRADE_CANCEL, exec_id=ExecId("E3"), exec_ref_id=ExecId("E2"))
    om.cancel(order)
    hear(ExecType.CANCELED, ord_status=OrdStatus.CANCELED)
    assert order.is_ended
    return list(store.read())


SOUND = journal()


def place_of(kind: type[ev.Event], number: int = 0) -> int:
    return [place for place, event in enumerate(SOUND) if type(event) is kind][number]


def changed(kind: type[ev.Event], number: int = 0, **fields: Any) -> list[ev.Event]:
    place = place_of(kind, number)
    broken = attrs.evolve(SOUND[place], **fields)
    return [*SOUND[:place], broken, *SOUND[place + 1 :]]


def with_another(event: ev.Event, **fields: Any) -> list[ev.Event]:
    return [*SOUND, attrs.evolve(event, sequence=len(SOUND) + 1, time_ns=SOUND[-1].time_ns, **fields)]


def first_id() -> ClOrdId:
    submitted = SOUND[place_of(ev.OrderSubmitted)]
    assert isinstance(submitted, ev.OrderSubmitted)
    return submitted.cl_ord_id


def sent_on(place: int, qty: str) -> ev.OrderRouted:
    """What is left of the order goes to another broker, as the event after so many."""
    last = SOUND[place - 1]
    assert isinstance(last, ev.OrderEvent)
    envelope = (place + 1, last.epoch, last.cause, place + 1, last.time_ns, last.order_id)
    decision = attrs.evolve(ROUTED, qty=d(qty), after=last.order_id)
    return ev.OrderRouted(
        *envelope,
        decision,
        status=last.status,
        cum_qty=last.cum_qty,
        leaves_qty=last.leaves_qty,
        avg_px=last.avg_px,
    )


BROKEN: dict[str, tuple[Callable[[], list[ev.Event]], str]] = {
    "a gap": (lambda: SOUND[:-2] + SOUND[-1:], "it follows event"),
    "time that goes back": (lambda: changed(ev.OrderCanceled, time_ns=T0 - 1), "time goes back"),
    "another epoch": (lambda: changed(ev.OrderCanceled, epoch=7), "it is of epoch 7"),
    "a ClOrdID that is used again": (
        lambda: changed(ev.CancelRequested, cl_ord_id=first_id()),
        "was used before",
    ),
    "an execution that is booked twice": (
        lambda: changed(ev.Traded, 1, exec_id=ExecId("E1")),
        "is booked twice",
    ),
    "a bust of something else": (lambda: changed(ev.TradeCanceled, old_qty=d(30)), "was another execution"),
    "a cum_qty that falls": (lambda: changed(ev.OrderCanceled, cum_qty=d(39)), "cum_qty falls from 40 to 39"),
    "a cum_qty that rises without an execution": (
        lambda: changed(ev.CancelRequested, cum_qty=d(41)),
        "without an execution",
    ),
    "an execution that is not counted": (
        lambda: changed(ev.Traded, 1, cum_qty=d(59)),
        "the executions are 60",
    ),
    "another average": (lambda: changed(ev.Traded, 1, avg_px=d(189)), "the executions make it"),
    "more left than there is": (lambda: changed(ev.Traded, 1, leaves_qty=d(41)), "leaves_qty is 41"),
    "something left after the end": (lambda: changed(ev.OrderCanceled, leaves_qty=d(60)), "after the end"),
    "an overfill without a word": (
        lambda: [
            *changed(ev.Traded, 1, last_qty=d(61), cum_qty=d(101), leaves_qty=d(0), avg_px=None)[
                : place_of(ev.Traded, 1) + 2
            ],
        ],
        "filled beyond its total",
    ),
    "an order that ends by a timer": (
        lambda: changed(ev.OrderCanceled, cause=ev.Cause("TimerDue", "clock")),
        "no evidence",
    ),
    "a rest that goes on before the end": (
        lambda: [*SOUND[: place_of(ev.OrderCanceled)], sent_on(place_of(ev.OrderCanceled), "60")],
        "had not ended",
    ),
    "more that goes on than was left": (
        lambda: [*SOUND, sent_on(len(SOUND), "61")],
        "61 of order 1 go on, and 60 were left",
    ),
    "a place that is chosen for one that has ended": (
        lambda: [*SOUND, attrs.evolve(sent_on(len(SOUND), "60"), decision=ROUTED)],
        "had ended",
    ),
    "an end that is not the end": (
        lambda: with_another(SOUND[place_of(ev.CancelRequested)], cl_ord_id=ClOrdId("other")),
        "had ended",
    ),
    "an order that nobody created": (
        lambda: with_another(SOUND[place_of(ev.Traded)], order_id=9),
        "order 9 was never there",
    ),
    "an order that is created twice": (
        lambda: with_another(SOUND[place_of(ev.OrderCreated)]),
        "was there before",
    ),
    "a float": (lambda: changed(ev.OrderCanceled, text=1.5), "it holds the float 1.5"),
}


def test_a_sound_journal_is_found_sound() -> None:
    assert check_journal(SOUND) == ()


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named(case: str) -> None:
    events, words = BROKEN[case]

    assert any(words in what for what in check_journal(events())), check_journal(events())


def test_a_total_that_an_amount_of_money_was_turned_into_is_the_total() -> None:
    store = MemoryEventStore()
    om = OrderManager(brokers=[ScriptedBroker()], store=store, instruments=[AAPL], clock=ManualClock(T0))
    om.update(Quote(AAPL.symbol, T0, bid="189", bid_size=100, ask="189.50", ask_size=100))
    om.submit("AAPL", Side.BUY, None, Limit("189.50"), cash_order_qty=2_000)
    released = [event for event in store.read() if type(event) is ev.OrderReleased]
    assert [event.order_qty for event in released] == [d(10)]
    assert check_journal(store.read()) == ()


def test_what_is_held_here_may_end_by_our_own_clock_and_what_was_sent_may_not() -> None:
    store, clock = MemoryEventStore(), ManualClock(T0)
    om = OrderManager(brokers=[ScriptedBroker()], store=store, instruments=[AAPL], clock=clock)
    om.submit("AAPL", Side.BUY, 100, Stop("200"), tif=GoodTillTime(T0 + S))
    clock.advance_by(60)
    om.poll()
    events = list(store.read())
    assert type(events[-1]) is ev.OrderExpired
    assert check_journal(events) == ()
    by_clock = changed(ev.OrderCanceled, cause=events[-1].cause)
    assert any("no evidence" in found for found in check_journal(by_clock))


def test_a_float_is_found_at_any_depth() -> None:
    command = SubmitOrder(AAPL.symbol, Side.BUY, 1, Limit("1.5"), *_rest())
    assert list(floats_in((Decimal(1), [command, {"no": 1}]))) == []
    assert list(floats_in((Decimal(1), [2.5, (3.5,)]))) == [2.5, 3.5]


def _rest() -> tuple[Any, ...]:
    return DAY, "main"

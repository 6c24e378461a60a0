"""The engine as a machine: what it leaves alone, what it carries over a restart, and what handlers may ask of it."""
# ruff: noqa: ANN401, ARG001  # cases are data of any kind

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_UP, Clamped, Context, Decimal, Inexact, Rounded, Subnormal, getcontext, localcontext
from typing import Any

import pytest

from oms.engine.engine import MAX_FOLLOW_UPS, Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Reported, Start
from oms.engine.state import ID_BLOCK
from oms.errors import JournalDamagedError, LimitExceededError, TransitionError
from oms.model import events as ev
from oms.model.commands import CancelOrder, Command, EngageKillSwitch, SubmitOrder
from oms.model.enums import ExecType, Life, Side
from oms.model.ids import ClOrdId, OrderId, counter_of
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY
from oms.order_types.limit import LimitHandler
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL, CAN_ALL, T0, S, d
from tests.unit.engine.desk import MAIN, OFF, PAPER, PREFIX, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id

HOSTILE = Context(prec=3, rounding=ROUND_UP, capitals=0, traps=[Inexact, Rounded, Clamped, Subnormal])
"""Nearly nothing can be computed in it; whoever embeds the library may have set it."""


def replayed(journal: Sequence[ev.Event]) -> Engine:
    """An engine that has heard a journal."""
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(journal)
    return engine


def restarted(desk: Desk) -> Desk:
    """A desk on the journal of another one, as after a crash."""
    again = Desk.__new__(Desk)
    again.engine = replayed(desk.journal)
    again.now_ns = desk.now_ns
    again.is_watched = True
    again.journal = list(desk.journal)
    again.sent = []
    again.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL,)))
    return again


# ---------------------------------------------------------------- the caller's decimal context


def a_day(context: Context | None) -> list[ev.Event]:
    """What a desk does in a context: orders of every length of number, fills, a bust, a replace, a doubt."""
    fine = Instrument(symbol="AAPL", currency="USD", tick="0.000001", lot="0.000001", multiplier="1.5")
    with localcontext(context) as around:
        around.clear_flags()  # what earlier tests have raised comes along with the copy
        before = around.copy()
        desk = Desk(instruments=(fine,))
        desk.tell(Quote(SYMBOL, T0, d("1234.567890"), d(5), d("1234.567891"), d(5)))
        desk.submit(qty="12345.678901", terms=Limit("1234.567891"))
        desk.submit(terms=Market())
        desk.submit(qty="0.0000005")
        desk.replace(order_qty="23456.789012", price="1234.5")
        desk.trade("x1", "1.234567", "1234.567891", commission=d("-0.00012345"), comm_currency="USD")
        desk.trade("x2", "2.345678", "1234.567892")
        desk.say(ExecType.TRADE_CANCEL, exec_id="b1", exec_ref_id="x1", trade_date="20260105")
        desk.now_ns += TIMEOUT_NS
        desk.cancel(2)
        after = getcontext()
        assert (after.prec, after.rounding, after.traps) == (before.prec, before.rounding, before.traps)
        assert {signal for signal, is_raised in after.flags.items() if is_raised} == set()
        looks = describe(desk.engine.state)
        assert describe(replayed(desk.journal).state) == looks
    return [*desk.journal, looks]  # type: ignore[list-item]  # compared, whatever they are


def test_the_callers_decimal_context_is_neither_read_nor_changed() -> None:
    assert a_day(HOSTILE.copy()) == a_day(Context(prec=28)) == a_day(None)


def test_an_error_leaves_the_callers_decimal_context_as_it_was() -> None:
    desk = Desk()

    with localcontext(HOSTILE) as mine:
        with pytest.raises(KeyError):
            desk.engine.handle("no input", T0)  # type: ignore[arg-type]  # on purpose
        assert getcontext() is mine


# ---------------------------------------------------------------- what a restart carries over


def test_a_restart_begins_a_new_epoch_with_new_ids_and_writes_down_what_is_new_only() -> None:
    desk = Desk().acknowledged()

    again = restarted(desk)

    cause = ev.Cause("Start", "clock")
    begun = again.journal[len(desk.journal) :]
    assert begun == [
        ev.EpochStarted(9, 2, cause, 9, T0, "desk", TIMEOUT_NS),
        ev.IdBlockReserved(10, 2, cause, 9, T0, 2 * ID_BLOCK),
    ]
    again.submit()
    assert again.sent[0].order_id == 2
    assert counter_of(again.sent[0].cl_ord_id) == ID_BLOCK


def test_an_order_lives_on_over_a_restart() -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 40)

    again = restarted(desk)

    assert again.looks() == {**desk.looks(), "instruments": again.looks()["instruments"]}
    assert kinds(again.trade("x1", 40)) == ["ReportIgnored"]
    again.cancel()
    assert kinds(again.say(ExecType.CANCELED, cl_ord_id=again.sent[-1].cl_ord_id)) == ["OrderCanceled"]


def test_the_kill_switch_stays_engaged_over_a_restart_and_lets_cancels_through() -> None:
    desk = Desk().acknowledged()
    desk.tell(EngageKillSwitch("a fire", "ops"))

    again = restarted(desk)

    created, denial = again.submit()
    assert isinstance(created, ev.OrderCreated)
    assert isinstance(denial, ev.OrderDenied)
    assert denial.reasons == (
        Reason(ReasonCode.KILL_SWITCH, "kill switch", "a fire", "nothing new until it is released"),
    )
    assert kinds(again.cancel()) == ["CancelRequested"]


def test_what_is_unanswered_at_a_restart_is_in_doubt_and_asked_about_with_the_next_input() -> None:
    desk = Desk().acknowledged()
    desk.submit()
    desk.cancel(1)
    desk.now_ns += S
    known = len(desk.journal)
    again = restarted(desk)

    # The acknowledged order itself is in no doubt: its cancel is, and the order that was never answered.
    doubts = [event for event in again.journal[known:] if isinstance(event, ev.RequestInDoubt)]
    assert [(event.order_id, event.cl_ord_id) for event in doubts] == [(2, request_id(2)), (1, request_id(3))]
    assert {event.text for event in doubts} == {"it was unanswered when the manager was started again"}
    assert again.sent == []
    asked = again.tell(Quote(SYMBOL, T0, None, d(0), None, d(0)))
    assert kinds(asked) == ["OrderStatusRequested", "OrderStatusRequested"]
    assert [request.cl_ord_id for request in again.sent] == [request_id(2), request_id(3)]


def test_time_never_goes_back_over_a_restart() -> None:
    desk = Desk()
    desk.now_ns += S
    desk.submit()
    desk.now_ns -= 3600 * S

    assert {event.time_ns for event in restarted(desk).submit()} == {T0 + S}


def test_no_id_is_given_twice_over_many_restarts() -> None:
    desk = Desk()
    desk.is_watched = False
    given: list[ClOrdId] = []
    for _ in range(4):
        for _ in range(3):
            desk.submit()
        given += [request.cl_ord_id for request in desk.sent if isinstance(request, NewOrderSingle)]
        desk = restarted(desk)

    assert len(given) == len(set(given)) == 12
    assert [counter_of(identity) // ID_BLOCK for identity in given] == [
        run for run in range(4) for _ in range(3)
    ]


def test_a_block_of_ids_that_is_used_up_is_followed_by_another_before_the_next_request() -> None:
    cause = ev.Cause("Start", "clock")
    desk = Desk()
    begun = [
        *desk.journal[:1],
        ev.IdBlockReserved(2, 1, cause, 1, T0, 1),
        *desk.journal[2:],
    ]
    desk.engine = replayed(begun)

    assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]
    assert kinds(desk.submit()) == ["OrderCreated", "IdBlockReserved", "OrderSubmitted"]
    reserved = desk.journal[-2]
    assert isinstance(reserved, ev.IdBlockReserved)
    assert reserved.up_to == 1 + ID_BLOCK
    assert [event.sequence for event in desk.journal[-3:]] == [8, 9, 10]
    assert [request.cl_ord_id for request in desk.sent] == [PREFIX + "aaaaaaaaa", PREFIX + "aaaaaaaab"]


# ---------------------------------------------------------------- journals that cannot be

GAPS: dict[str, Callable[[list[ev.Event]], list[ev.Event]]] = {
    "an event is missing": lambda journal: [*journal[:3], *journal[4:]],
    "an event stands twice": lambda journal: [*journal[:3], journal[2], *journal[3:]],
    "the first event is missing": lambda journal: journal[1:],
}


@pytest.mark.parametrize("harm", GAPS.values(), ids=GAPS)
def test_a_journal_with_a_gap_is_damaged(harm: Callable[[list[ev.Event]], list[ev.Event]]) -> None:
    with pytest.raises(JournalDamagedError):
        replayed(harm(Desk().acknowledged().journal))


def test_an_event_of_an_order_that_was_never_created_is_damage() -> None:
    stray = ev.OrderExpired(6, 1, ev.Cause("", ""), 6, T0, OrderId(9), "")

    with pytest.raises(JournalDamagedError, match="order 9 was never created"):
        replayed([*Desk().journal, stray])


def test_an_event_that_the_tables_do_not_allow_is_not_replayed() -> None:
    desk = Desk().acknowledged()
    again = ev.OrderPendingNew(9, 1, ev.Cause("", ""), 9, T0, OrderId(1), None)

    with pytest.raises(TransitionError, match="OrderPendingNew"):
        replayed([*desk.journal, again])


# ---------------------------------------------------------------- brokers that are gone


def test_an_order_whose_broker_is_not_attached_any_more_is_not_sent_anything() -> None:
    desk = Desk().acknowledged()
    journal = desk.journal
    desk.engine = Engine({}, default_handlers())
    desk.engine.replay(journal)
    before = desk.looks()
    gone = (Reason(ReasonCode.NO_ROUTE, "broker", "paper", "an order whose broker is attached"),)

    for (event,) in (desk.cancel(), desk.replace(order_qty=50)):
        assert isinstance(event, (ev.CancelDenied, ev.ReplaceDenied))
        assert event.reasons == gone
    assert len(desk.sent) == 1
    assert desk.looks() == before


# ---------------------------------------------------------------- orders that never left


def test_an_order_of_which_the_journal_does_not_say_that_it_was_sent_is_not_asked_about() -> None:
    desk = Desk()
    desk.submit()
    desk.engine = replayed(desk.journal[:6])
    before = desk.looks()
    assert desk.order().life is Life.UNSENT
    why = (Reason(ReasonCode.NOT_WORKING, "order_id", "1, unsent", "an order that was sent"),)

    for (event,) in (desk.cancel(), desk.replace(order_qty=50)):
        assert isinstance(event, (ev.CancelDenied, ev.ReplaceDenied))
        assert event.reasons == why
    assert len(desk.sent) == 1
    assert desk.looks() == before


# ---------------------------------------------------------------- what handlers ask for


class Told:
    """A handler of market orders that answers each event of one with what it is told to."""

    wants_events = True

    def __init__(self, answer: Callable[[Order, ev.OrderEvent], Sequence[Command]]) -> None:
        self.heard: list[tuple[int, str]] = []
        self._answer = answer

    def check(self, order: SubmitOrder, instrument: Instrument) -> Sequence[Reason]:
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return reference_px

    def on_event(self, order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        self.heard.append((event.sequence, type(event).__name__))
        return self._answer(order, event)


def child(qty: str | int = 10, terms: Any = None) -> SubmitOrder:
    return SubmitOrder(
        SYMBOL, Side.SELL, qty, Limit(101) if terms is None else terms, DAY, MAIN, asked_by="handler"
    )  # fmt: skip


def listening(answer: Callable[[Order, ev.OrderEvent], Sequence[Command]], **made: Any) -> tuple[Desk, Told]:
    handler = Told(answer)
    return Desk(handlers={Market: handler, Limit: LimitHandler()}, **made), handler


def test_what_a_handler_asks_for_is_gated_recorded_and_sent_with_what_caused_it() -> None:
    def on_fill(order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        return (
            [child(10), child("10.5"), CancelOrder(order.order_id, "handler")]
            if isinstance(event, ev.Traded)
            else []
        )

    desk, handler = listening(on_fill)
    desk.submit(terms=Market())

    events = desk.trade("x1", 40)

    assert kinds(events) == [
        "Traded",
        *("OrderCreated", "OrderSubmitted"),
        *("OrderCreated", "OrderDenied"),
        "CancelRequested",
    ]
    assert [event.sequence for event in events] == list(range(8, 14))
    # Each command is an input of its own to whoever asks what led to what.
    assert [event.input_sequence for event in events] == [8, 9, 9, 11, 11, 13]
    asked = ["SubmitOrder"] * 4 + ["CancelOrder"]
    assert [event.cause for event in events[1:]] == [ev.Cause(kind, "handler") for kind in asked]
    assert [type(request).__name__ for request in desk.sent] == [
        "NewOrderSingle",
        "NewOrderSingle",
        "OrderCancelRequest",
    ]
    # The children are limit orders, of which another handler is told nothing.
    assert handler.heard == [
        (6, "OrderCreated"),
        (7, "OrderSubmitted"),
        (8, "Traded"),
        (13, "CancelRequested"),
    ]


def test_what_follows_waits_for_its_turn_behind_what_was_asked_before() -> None:
    def twice(order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        if not isinstance(event, ev.OrderCreated) or order.order_id > 3:
            return ()
        return [child(order.order_id, Market()), child(order.order_id)]

    desk, _ = listening(twice)

    desk.submit(qty=1, terms=Market())

    placed = [
        (int(event.order_id), type(event.terms).__name__, int(event.order_qty))
        for event in desk.journal
        if isinstance(event, ev.OrderCreated)
    ]
    assert placed == [
        (1, "Market", 1),
        *((2, "Market", 1), (3, "Limit", 1)),
        *((4, "Market", 2), (5, "Limit", 2)),
    ]


@pytest.mark.slow
def test_a_handler_that_answers_itself_is_stopped_at_a_named_limit() -> None:
    left = [MAX_FOLLOW_UPS + 50]

    def endlessly(order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        left[0] -= 1
        return [CancelOrder(OrderId(1), "handler")] if left[0] > 0 else ()

    desk, handler = listening(endlessly)
    with pytest.raises(LimitExceededError) as raised:
        desk.submit(terms=Market())

    assert (raised.value.limit, raised.value.bound) == ("MAX_FOLLOW_UPS", MAX_FOLLOW_UPS)
    # What had become true is handed out with the next outcome, and nobody is told of it a second time.
    heard = len(handler.heard)
    outcome = desk.engine.handle(Quote(SYMBOL, T0, None, d(0), None, d(0)), T0)
    assert [event.sequence for event in outcome.events] == list(range(6, 6 + len(outcome.events)))
    assert len(outcome.requests) == 2
    assert len(handler.heard) == heard


def test_a_handler_that_fails_is_not_told_again() -> None:
    def fail(order: Order, event: ev.OrderEvent) -> Sequence[Command]:
        raise RuntimeError("a bug in a handler")

    desk, handler = listening(fail)
    events = desk.submit(terms=Market())

    assert handler.heard == [(6, "OrderCreated"), (7, "OrderSubmitted")]
    assert kinds(events) == ["OrderCreated", "OrderSubmitted", "AnomalyRaised", "AnomalyRaised"]
    assert desk.tell(Quote(SYMBOL, T0, None, d(0), None, d(0))) == ()
    assert len(handler.heard) == 2


# ---------------------------------------------------------------- determinism


def test_the_same_inputs_give_the_same_events() -> None:
    def run() -> list[ev.Event]:
        desk = Desk()
        for number in range(1, 9):
            desk.submit(account=f"a{number % 3}", client_ref=f"r{number}")
            desk.say(ExecType.NEW, cl_ord_id=request_id(number), venue_order_id=f"v{number}")
        desk.tell(Reported(PAPER, ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("?"))))
        desk.now_ns += TIMEOUT_NS
        desk.cancel(3)
        return desk.journal

    assert run() == run()

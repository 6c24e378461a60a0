"""Requests that the broker says to be deciding on: asked about when the decision does not come, and never in doubt by that."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Answered, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.outstanding import outstanding
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import RequestStatus, ResolveDoubt
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus
from oms.model.ids import ClOrdId, OrderId, VenueOrderId
from oms.model.reports import (
    Absent,
    ExecutionReport,
    Found,
    NotSent,
    OrderCancelReject,
    Refused,
    Sent,
    Unknown,
)
from oms.model.requests import OrderStatusRequest
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL, BTC, CAN_ALL, S
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS, Desk, kinds, request_id

NEW, SECOND = request_id(1), request_id(2)
V1: Final = VenueOrderId("v1")


def new_pending() -> Desk:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.PENDING_NEW)
    return desk


def cancel_pending() -> Desk:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.say(ExecType.PENDING_CANCEL, cl_ord_id=SECOND)
    return desk


def replace_pending() -> Desk:
    desk = Desk().acknowledged()
    desk.replace(order_qty=150)
    desk.say(ExecType.PENDING_REPLACE, cl_ord_id=SECOND)
    return desk


def bidding() -> Desk:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.NEW, ord_status=OrdStatus.ACCEPTED_FOR_BIDDING)
    return desk


PENDING: Final = {
    "new": new_pending,
    "cancel": cancel_pending,
    "replace": replace_pending,
    "bidding": bidding,
}


def wait(desk: Desk, by_ns: int) -> tuple[ev.Event, ...]:
    desk.now_ns += by_ns
    return desk.tell(TimerDue())


def question(desk: Desk) -> OrderStatusRequest:
    asked = desk.sent[-1]
    assert isinstance(asked, OrderStatusRequest)
    return asked


def answered(desk: Desk, answer: Any) -> tuple[ev.Event, ...]:  # noqa: ANN401  # adapters answer anything
    return desk.tell(Answered(question(desk), answer))


def rebuilt(desk: Desk) -> Engine:
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    assert check_state(engine.state) == ()
    return engine


@pytest.mark.parametrize("make", PENDING.values(), ids=PENDING)
def test_it_is_asked_about_at_growing_intervals_and_is_not_in_doubt(make: Any) -> None:  # noqa: ANN401
    desk = make()

    waits_s: list[int] = []
    for attempt in range(7):
        before_ns = desk.now_ns
        assert desk.next_due_ns is not None
        assert wait(desk, desk.next_due_ns - desk.now_ns - 1) == ()
        (asked,) = wait(desk, 1)
        assert isinstance(asked, ev.OrderStatusRequested)
        assert (asked.attempt, asked.cause) == (attempt, ev.Cause("TimerDue", "clock"))
        waits_s.append((desk.now_ns - before_ns) // S)

    assert waits_s == [30, 30, 60, 120, 240, 480, 600]
    (request,) = desk.order().outstanding_requests
    assert question(desk).cl_ord_id == request.cl_ord_id
    assert (request.pending, request.in_doubt, desk.order().is_in_doubt) == (True, False, False)
    assert describe(rebuilt(desk).state) == describe(desk.engine.state)


@pytest.mark.parametrize("make", PENDING.values(), ids=PENDING)
def test_a_restart_asks_at_the_same_time(make: Any) -> None:  # noqa: ANN401
    desk = make()
    engine = rebuilt(desk)
    now_ns = desk.now_ns + 10 * S
    engine.handle(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)), now_ns)

    assert engine.handle(TimerDue(), desk.now_ns + TIMEOUT_NS - 1).events == []
    outcome = engine.handle(TimerDue(), desk.now_ns + TIMEOUT_NS)
    assert [type(request) for request in outcome.requests] == [OrderStatusRequest]


def test_what_is_outstanding_shows_when_it_is_asked_about() -> None:
    desk = cancel_pending()
    orders = [desk.order()]

    (shown,) = outstanding(desk.engine.state, orders, desk.now_ns)
    assert (shown.attempts, shown.next_query_ns) == (0, desk.now_ns + TIMEOUT_NS)
    wait(desk, TIMEOUT_NS)
    (shown,) = outstanding(desk.engine.state, orders, desk.now_ns)
    assert (shown.attempts, shown.next_query_ns) == (1, desk.now_ns + TIMEOUT_NS)


def test_a_decision_in_time_leaves_nothing_to_ask() -> None:
    desk = new_pending()
    desk.say(ExecType.NEW)

    assert wait(desk, 100 * TIMEOUT_NS) == ()
    assert desk.next_due_ns is None


def test_what_was_in_doubt_and_is_known_to_be_undecided_begins_anew() -> None:
    desk = Desk()
    desk.submit()
    desk.answer(Unknown("timed out"))
    wait(desk, 5 * S)
    desk.say(ExecType.PENDING_NEW)

    assert desk.next_due_ns == desk.now_ns + TIMEOUT_NS
    (asked,) = wait(desk, TIMEOUT_NS)
    assert isinstance(asked, ev.OrderStatusRequested)
    assert asked.attempt == 0


ANSWERS: Final[dict[str, tuple[Any, OrdStatus | None, dict[str, Any], list[str]]]] = {
    "accepted": (new_pending, OrdStatus.NEW, {}, ["OrderAcknowledged"]),
    "refused": (new_pending, OrdStatus.REJECTED, {}, ["OrderRejected"]),
    "still deciding": (new_pending, OrdStatus.PENDING_NEW, {}, ["ReportIgnored"]),
    "canceled": (cancel_pending, OrdStatus.CANCELED, {}, ["OrderCanceled"]),
    "a cancel still deciding": (cancel_pending, OrdStatus.PENDING_CANCEL, {}, ["ReportIgnored"]),
    "a cancel that is not pending any more": (cancel_pending, OrdStatus.NEW, {}, ["ReportIgnored", "CancelRejected"]),
    "replaced": (replace_pending, OrdStatus.NEW, {"cl_ord_id": SECOND, "order_qty": Decimal(150)}, ["OrderReplaced"]),
    # It may have been accepted before, and be in force under another identity.
    "a replace that is not pending any more": (replace_pending, OrdStatus.NEW, {"cl_ord_id": NEW}, ["ReportIgnored"]),
}  # fmt: skip


@pytest.mark.parametrize(("make", "status", "said", "events"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_says_what_was_decided(
    make: Any,  # noqa: ANN401
    status: OrdStatus,
    said: dict[str, Any],
    events: list[str],
) -> None:
    desk = make()
    wait(desk, TIMEOUT_NS)

    report = ExecutionReport(
        ExecType.ORDER_STATUS, **{"cl_ord_id": question(desk).cl_ord_id, "ord_status": status, **said}
    )
    assert kinds(answered(desk, Found(report))) == events


def test_an_answer_from_before_it_was_known_to_be_undecided_refuses_no_cancel() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    wait(desk, TIMEOUT_NS)
    early = question(desk)
    desk.say(ExecType.PENDING_CANCEL, cl_ord_id=SECOND)

    report = ExecutionReport(ExecType.ORDER_STATUS, SECOND, ord_status=OrdStatus.NEW)
    assert kinds(desk.tell(Answered(early, Found(report)))) == ["ReportIgnored"]
    assert desk.order().outstanding_requests


def test_a_cancel_that_comes_true_after_it_was_taken_for_refused_ends_the_order() -> None:
    desk = cancel_pending()
    wait(desk, TIMEOUT_NS)
    answered(desk, Found(ExecutionReport(ExecType.ORDER_STATUS, SECOND, ord_status=OrdStatus.NEW)))

    assert kinds(desk.say(ExecType.CANCELED, cl_ord_id=SECOND)) == ["OrderCanceled"]


def test_that_the_broker_does_not_have_what_it_was_deciding_on_is_an_anomaly_and_settles_nothing() -> None:
    desk = new_pending()
    wait(desk, TIMEOUT_NS)

    (event,) = answered(desk, Absent(True, "never seen"))

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.ABSENT_AT_BROKER
    assert desk.order().life is Life.SENT


# ---------------------------------------------------------------- a person's word


def resolve(desk: Desk, evidence: Any) -> tuple[ev.Event, ...]:  # noqa: ANN401
    return desk.tell(ResolveDoubt(OrderId(1), evidence, None, "ann", "the desk said so"))


def test_a_person_may_say_what_the_broker_decided() -> None:
    desk = cancel_pending()

    events = resolve(desk, OrderCancelReject(SECOND, CxlRejResponseTo.CANCEL, text="too late"))

    assert kinds(events) == ["DoubtResolved", "CancelRejected"]
    assert desk.order().status is OrdStatus.NEW
    assert desk.next_due_ns is None
    assert describe(rebuilt(desk).state) == describe(desk.engine.state)


def test_a_persons_word_that_something_never_arrived_does_not_outweigh_the_brokers_that_it_did() -> None:
    desk = new_pending()
    before = desk.looks()

    with pytest.raises(ValidationError, match="the broker has said that it has"):
        resolve(desk, Absent(True))
    assert desk.looks() == before


# ---------------------------------------------------------------- what became of the send


@pytest.mark.parametrize("result", [Sent(), Unknown("timeout"), None], ids=["sent", "unknown", "junk"])
@pytest.mark.parametrize("make", [new_pending, cancel_pending, replace_pending])
def test_a_result_that_knows_less_than_the_report_before_it_is_no_news(
    make: Any,  # noqa: ANN401
    result: Any,  # noqa: ANN401
) -> None:
    desk = make()
    before = desk.looks()

    assert desk.answer(result) == ()
    assert desk.looks() == before


@pytest.mark.parametrize("make", [new_pending, cancel_pending, replace_pending])
def test_that_it_was_never_sent_contradicts_the_broker(make: Any) -> None:  # noqa: ANN401
    desk = make()
    before = desk.looks()

    (event,) = desk.answer(NotSent("not connected"))

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.CONTRADICTS_ORDER
    assert desk.looks() == before


def test_a_refusal_of_the_send_is_the_decision() -> None:
    desk = cancel_pending()

    assert kinds(desk.answer(Refused("too late"))) == ["CancelRejected"]


def test_what_cannot_be_asked_waits_until_the_broker_names_the_order() -> None:
    able = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, looks_up_by_cl_ord_id=False))
    desk = Desk(can={"paper": able})
    desk.submit()
    desk.say(ExecType.PENDING_NEW)

    assert wait(desk, TIMEOUT_NS) == ()
    assert kinds(desk.say(ExecType.TRIGGERED, venue_order_id=V1)) == [
        "OrderTriggered",
        "OrderNamed",
        "OrderStatusRequested",
    ]


def test_a_question_of_a_person_counts_as_the_question_about_the_order_that_is_being_decided() -> None:
    desk = new_pending()
    desk.tell(RequestStatus(OrderId(1), "ann"))

    assert wait(desk, TIMEOUT_NS - 1) == ()
    assert kinds(wait(desk, 1)) == ["OrderStatusRequested"]


@pytest.mark.parametrize("first_id", [SECOND, request_id(3)], ids=["the earlier one", "the one in force"])
def test_a_replace_that_was_left_undecided_is_overtaken_where_the_order_is_shown_under_a_later_one(
    first_id: ClOrdId,
) -> None:
    able = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, chains_replaces=True))
    desk = Desk(can={"paper": able}).acknowledged()
    desk.replace(order_qty=150)
    desk.say(ExecType.PENDING_REPLACE, cl_ord_id=SECOND)
    desk.replace(order_qty=200)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(3), orig_cl_ord_id=NEW, order_qty=Decimal(200))
    wait(desk, TIMEOUT_NS)
    assert question(desk).cl_ord_id == SECOND

    shown = ExecutionReport(ExecType.ORDER_STATUS, first_id, ord_status=OrdStatus.NEW, order_qty=Decimal(200))
    events = kinds(answered(desk, Found(shown)))

    # Under its own identity it is told by the report itself that a later one is in force.
    assert events == (["ReplaceSuperseded"] if first_id == SECOND else ["ReportIgnored", "ReplaceSuperseded"])
    assert desk.order().outstanding_requests == ()
    assert desk.order().order_qty == Decimal(200)

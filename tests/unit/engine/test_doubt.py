"""Requests in doubt: asked about until there is evidence, and settled by nothing else."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Answered, Start, TimerDue
from oms.engine.invariants import check_state
from oms.engine.outstanding import Outstanding, outstanding
from oms.errors import UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import RequestStatus, ResolveDoubt
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus, Side
from oms.model.ids import ClOrdId, OrderId, VenueOrderId
from oms.model.reports import (
    Absent,
    ExecutionReport,
    Found,
    MassStatus,
    NotSent,
    OrderCancelReject,
    Refused,
    Sent,
    Undetermined,
    Unknown,
)
from oms.model.requests import OrderStatusRequest
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL, BTC, CAN_ALL, T0, S, d
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id

NEW, CANCEL = request_id(1), request_id(2)
V1 = VenueOrderId("v1")
NO_LOOK_UP = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, looks_up_by_cl_ord_id=False))


def doubtful(can: Mapping[str, Capabilities] | None = None) -> Desk:
    """A desk with an order for 100 AAPL of which nobody knows whether it arrived: events 6 to 9 are about it."""
    desk = Desk(can=can)
    desk.submit()
    desk.answer(Unknown("timed out"))
    return desk


def doubtful_cancel(can: Mapping[str, Capabilities] | None = None, **named: Any) -> Desk:
    """A desk with a working order whose cancel may or may not have arrived."""
    desk = Desk(can=can)
    desk.submit()
    desk.say(ExecType.NEW, **named)
    desk.cancel()
    desk.answer(Unknown("timed out"))
    return desk


def doubtful_replace() -> Desk:
    desk = Desk().acknowledged()
    desk.replace(order_qty=150)
    desk.answer(Unknown("timed out"))
    return desk


def question(desk: Desk) -> OrderStatusRequest:
    (asked,) = [request for request in desk.sent if isinstance(request, OrderStatusRequest)]
    return asked


def asked_after(desk: Desk, wait_ns: int) -> tuple[ev.Event, ...]:
    desk.now_ns += wait_ns
    return desk.tell(TimerDue())


def rebuilt(desk: Desk) -> Engine:
    """What the journal alone makes of it."""
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    assert check_state(engine.state) == ()
    return engine


# ---------------------------------------------------------------- asking


def test_what_falls_into_doubt_is_asked_about_in_the_same_input() -> None:
    desk = doubtful()

    cause = ev.Cause("Unknown", "paper")
    after: dict[str, Any] = {"status": OrdStatus.PENDING_NEW, "leaves_qty": d(100)}
    assert tuple(desk.journal[-2:]) == (
        ev.RequestInDoubt(8, 1, cause, 8, T0, OrderId(1), NEW, "timed out", **after),
        ev.OrderStatusRequested(9, 1, cause, 8, T0, OrderId(1), NEW, 0, "timed out", **after),
    )
    assert desk.sent[1:] == [
        OrderStatusRequest(PAPER, OrderId(1), NEW, T0, None, None, SYMBOL, Side.BUY, MAIN)
    ]


def test_a_cancel_in_doubt_is_asked_about_by_its_own_id_with_the_one_in_force() -> None:
    desk = doubtful_cancel(venue_order_id=V1)

    assert question(desk) == OrderStatusRequest(
        PAPER, OrderId(1), CANCEL, T0, NEW, V1, SYMBOL, Side.BUY, MAIN
    )


def test_it_is_asked_again_at_growing_intervals_for_as_long_as_it_takes_and_never_given_up() -> None:
    desk = doubtful()

    waits_s: list[int] = []
    for attempt in range(1, 9):
        before_ns = desk.now_ns
        assert desk.next_due_ns is not None
        assert asked_after(desk, desk.next_due_ns - desk.now_ns - 1) == ()
        (again,) = asked_after(desk, 1)
        assert isinstance(again, ev.OrderStatusRequested)
        assert (again.cl_ord_id, again.attempt, again.cause) == (NEW, attempt, ev.Cause("TimerDue", "clock"))
        waits_s.append((desk.now_ns - before_ns) // S)

    # 30 s, doubled each time, at most 10 minutes.
    assert waits_s == [30, 60, 120, 240, 480, 600, 600, 600]
    assert desk.order().is_in_doubt
    assert len(desk.sent) == 10
    assert {type(request) for request in desk.sent[1:]} == {OrderStatusRequest}


@pytest.mark.parametrize(
    "result",
    [
        Sent(),
        Absent(False, "not seen yet"),
        Undetermined("busy"),
        Unknown("?"),
        NotSent("down"),
        Refused("no"),
        None,
        7,
    ],
    ids=lambda result: type(result).__name__,
)
def test_an_answer_without_authority_settles_nothing(result: Any) -> None:
    desk = doubtful()

    assert desk.tell(Answered(question(desk), result)) == ()
    assert desk.order().is_in_doubt
    assert desk.next_due_ns == T0 + TIMEOUT_NS


def test_a_restart_asks_at_the_time_at_which_it_would_have_been_asked() -> None:
    desk = doubtful()
    asked_after(desk, TIMEOUT_NS)
    engine = rebuilt(desk)
    assert describe(engine.state) == describe(desk.engine.state)

    engine.handle(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)), desk.now_ns + 1)
    due_ns = desk.now_ns + 2 * TIMEOUT_NS
    assert engine.handle(TimerDue(), due_ns - 1).requests == []
    (again,) = engine.handle(TimerDue(), due_ns).events

    assert isinstance(again, ev.OrderStatusRequested)
    assert (again.cl_ord_id, again.attempt) == (NEW, 2)


def test_while_a_manager_starts_nobody_is_asked_since_nobody_is_connected() -> None:
    desk = Desk()
    desk.submit()
    engine = rebuilt(desk)

    outcome = engine.handle(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)), T0 + TIMEOUT_NS)

    assert outcome.requests == []
    assert kinds(tuple(outcome.events))[0] == "RequestInDoubt"
    assert outcome.next_due_ns == T0 + TIMEOUT_NS
    assert kinds(tuple(engine.handle(TimerDue(), T0 + TIMEOUT_NS).events)) == ["OrderStatusRequested"]


def test_a_venue_that_looks_nothing_up_by_our_ids_is_asked_by_its_own() -> None:
    desk = doubtful_cancel({"paper": NO_LOOK_UP}, venue_order_id=V1)

    assert question(desk).venue_order_id == V1


def test_what_can_be_named_by_nothing_is_not_asked_about_until_it_can_be() -> None:
    desk = doubtful_cancel({"paper": NO_LOOK_UP})
    assert kinds(tuple(desk.journal[-1:])) == ["RequestInDoubt"]
    assert asked_after(desk, 10 * TIMEOUT_NS) == ()
    (request,) = desk.order().outstanding_requests
    told = outstanding(desk.engine.state, [desk.order()], desk.now_ns)
    assert told == [Outstanding(desk.order(), request, 10 * TIMEOUT_NS, 0, T0, False)]

    # An execution that brings the venue's id.
    assert kinds(desk.trade("x1", 40, venue_order_id=V1)) == ["Traded", "OrderStatusRequested"]
    assert question(desk).venue_order_id == V1
    assert outstanding(desk.engine.state, [desk.order()], desk.now_ns)[0].is_askable


def test_a_broker_that_is_not_attached_is_not_asked() -> None:
    desk = doubtful()
    engine = Engine({}, default_handlers())
    engine.replay(desk.journal)
    engine.handle(Start("desk", TIMEOUT_NS, OFF, ()), T0 + 1)

    assert engine.handle(TimerDue(), T0 + 100 * TIMEOUT_NS).requests == []
    assert not outstanding(engine.state, engine.state.index.by_id.values(), T0)[0].is_askable


# ---------------------------------------------------------------- settled by reports

PROOFS: dict[str, tuple[ExecutionReport, str, Life]] = {
    "an acknowledgement": (ExecutionReport(ExecType.NEW, cl_ord_id=NEW), "OrderAcknowledged", Life.LIVE),
    "received and undecided": (ExecutionReport(ExecType.PENDING_NEW, cl_ord_id=NEW), "OrderPendingNew", Life.SENT),
    "a status answer": (
        ExecutionReport(ExecType.ORDER_STATUS, cl_ord_id=NEW, ord_status=OrdStatus.NEW), "OrderAcknowledged", Life.LIVE,
    ),
    "a rejection": (ExecutionReport(ExecType.REJECTED, cl_ord_id=NEW), "OrderRejected", Life.REJECTED),
    "its end": (ExecutionReport(ExecType.CANCELED, cl_ord_id=NEW), "OrderCanceled", Life.CANCELED),
}  # fmt: skip


@pytest.mark.parametrize(("report", "event", "life"), PROOFS.values(), ids=PROOFS)
def test_a_report_settles_a_doubt_and_says_so_first(report: ExecutionReport, event: str, life: Life) -> None:
    desk = doubtful()

    resolved, *rest = desk.report(report)

    assert isinstance(resolved, ev.DoubtResolved)
    assert (resolved.sequence, resolved.cl_ord_id, resolved.evidence) == (10, NEW, "report")
    assert kinds(tuple(rest)) == [event]
    assert (desk.order().life, desk.order().is_in_doubt) == (life, False)
    # What the broker has is asked about only where it does not decide.
    assert kinds(asked_after(desk, 100 * TIMEOUT_NS)) == ["OrderStatusRequested"] * bool(
        desk.order().outstanding_requests
    )
    assert describe(rebuilt(desk).state) == describe(desk.engine.state)


def test_a_report_of_something_else_settles_nothing() -> None:
    desk = doubtful_cancel()

    assert kinds(desk.trade("x1", 40)) == ["Traded"]
    assert desk.order().is_in_doubt


def test_the_answer_to_a_query_is_read_as_a_report() -> None:
    desk = doubtful()
    status = ExecutionReport(
        ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW, venue_order_id=V1, cl_ord_id=NEW
    )

    events = desk.tell(Answered(question(desk), Found(status)))

    assert kinds(events) == ["DoubtResolved", "OrderAcknowledged"]
    assert isinstance(events[0], ev.DoubtResolved)
    assert events[0].evidence == "query"
    assert desk.order().venue_order_id == V1


def test_an_answer_that_does_not_say_which_order_is_about_the_one_that_was_asked_about() -> None:
    desk = doubtful_cancel()
    status = ExecutionReport(ExecType.ORDER_STATUS, ord_status=OrdStatus.PENDING_CANCEL)

    events = desk.tell(Answered(question(desk), Found(status)))

    assert kinds(events) == ["DoubtResolved", "OrderPendingCancel"]


@pytest.mark.parametrize(
    ("symbol", "side", "is_meant"),
    [(SYMBOL, Side.BUY, True), (SYMBOL, Side.SELL, False), ("BTC-USD", Side.BUY, False)],
)
def test_an_answer_by_ids_that_nobody_knows_is_about_the_order_that_was_asked_about_if_it_may_be(
    symbol: Any, side: Side, *, is_meant: bool
) -> None:
    desk = doubtful()
    pending: dict[str, Any] = {"ord_status": OrdStatus.PENDING_CANCEL, "venue_order_id": V1, "symbol": symbol}

    desk.tell(
        Answered(
            question(desk),
            Found(ExecutionReport(ExecType.ORDER_STATUS, ClOrdId("lost"), side=side, **pending)),
        )
    )

    assert desk.order().is_in_doubt is not is_meant
    assert (desk.order().venue_order_id == V1) is is_meant


def test_an_answer_that_calls_the_order_by_a_new_name_is_about_it_and_one_by_the_name_of_another_is_not() -> (
    None
):
    desk = doubtful()
    desk.submit()
    desk.say(ExecType.NEW, cl_ord_id=CANCEL, venue_order_id=V1)
    another = ExecutionReport(ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW, venue_order_id=V1)
    its_own = evolve(another, venue_order_id=VenueOrderId("v2"))

    assert kinds(desk.tell(Answered(question(desk), Found(another)))) == ["ReportIgnored"]
    assert desk.order(1).is_in_doubt
    assert kinds(desk.tell(Answered(question(desk), Found(its_own)))) == [
        "DoubtResolved",
        "OrderAcknowledged",
    ]


def test_a_send_that_certainly_came_to_nothing_settles_the_doubt_that_its_silence_raised() -> None:
    desk = Desk()
    desk.submit()
    asked_after(desk, TIMEOUT_NS)

    events = desk.answer(NotSent("the line was down"), 0)

    assert kinds(events) == ["DoubtResolved", "OrderRejected"]
    assert isinstance(events[0], ev.DoubtResolved)
    assert (events[0].evidence, events[0].text) == ("send result", "never sent: the line was down")


# ---------------------------------------------------------------- settled by absence

NEVER: dict[str, tuple[Any, str, Life]] = {
    "a new order": (doubtful, "OrderRejected", Life.REJECTED),
    "a cancel": (doubtful_cancel, "CancelRejected", Life.LIVE),
    "a replace": (doubtful_replace, "ReplaceRejected", Life.LIVE),
}


@pytest.mark.parametrize(("make", "event", "life"), NEVER.values(), ids=NEVER)
def test_an_absence_with_authority_means_that_it_never_arrived(make: Any, event: str, life: Life) -> None:
    desk: Desk = make()
    asked = question(desk)

    resolved, refused = desk.tell(Answered(asked, Absent(True, "no such id")))

    assert isinstance(resolved, ev.DoubtResolved)
    assert (resolved.cl_ord_id, resolved.evidence, resolved.text) == (asked.cl_ord_id, "query", "no such id")
    assert type(refused).__name__ == event
    assert refused.text == "never arrived: no such id"  # type: ignore[attr-defined]
    assert (desk.order().life, desk.order().outstanding_requests) == (life, ())
    assert desk.order().order_qty == d(100)
    assert len(desk.sent) == len([request for request in desk.sent if request is not asked]) + 1
    assert describe(rebuilt(desk).state) == describe(desk.engine.state)


def test_an_absence_counts_only_while_what_was_asked_about_is_in_doubt() -> None:
    desk = doubtful()
    asked = question(desk)
    desk.say(ExecType.NEW)

    (event,) = desk.tell(Answered(asked, Absent(True, "no such id")))

    # The broker has acknowledged it before: it contradicts itself, and nothing is taken back.
    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.ABSENT_AT_BROKER
    assert desk.order().life is Life.LIVE


def test_an_absence_of_what_has_ended_is_no_news() -> None:
    desk = doubtful()
    asked = question(desk)
    desk.say(ExecType.REJECTED)

    assert kinds(desk.tell(Answered(asked, Absent(True)))) == ["ReportIgnored"]


def test_an_order_that_is_absent_says_nothing_of_a_cancel_that_could_not_be_asked_about() -> None:
    desk = doubtful_cancel({"paper": NO_LOOK_UP}, venue_order_id=V1)

    (event,) = desk.tell(Answered(question(desk), Absent(True, "no such order")))

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.ABSENT_AT_BROKER
    assert desk.order().is_in_doubt


# ---------------------------------------------------------------- snapshots


def snapshot(
    *reports: ExecutionReport, is_complete: bool = True, after_sequence: int | None = 9
) -> MassStatus:
    """What a broker answers that was asked after event 9, by when the order was in doubt; its clock is years behind."""
    return MassStatus(reports, is_complete, 1, after_sequence=after_sequence)


def test_what_a_complete_snapshot_does_not_have_never_arrived() -> None:
    desk = doubtful()

    events = desk.report(snapshot())

    assert kinds(events) == ["DoubtResolved", "OrderRejected"]
    assert isinstance(events[0], ev.DoubtResolved)
    assert events[0].evidence == "mass status"


def test_what_a_snapshot_has_is_read_as_a_status_answer() -> None:
    desk = doubtful()
    status = ExecutionReport(ExecType.ORDER_STATUS, cl_ord_id=NEW, ord_status=OrdStatus.NEW)

    assert kinds(desk.report(snapshot(status))) == ["DoubtResolved", "OrderAcknowledged"]


SILENT: dict[str, MassStatus] = {
    "incomplete": snapshot(is_complete=False),
    "complete, it says, in a word that is none": MassStatus((), "yes", 1, after_sequence=9),  # type: ignore[arg-type]  # a wrong kind
    "asked for before the order was in doubt": snapshot(after_sequence=7),
    "that nobody has asked for, with a clock that is ahead": MassStatus((), True, T0 + 86_400 * S),
    "asked for at no event": MassStatus((), True, 1, after_sequence=9.5),  # type: ignore[arg-type]  # a wrong kind
    "with an order that may be it": snapshot(
        ExecutionReport(
            ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("v9"), symbol=SYMBOL, side=Side.BUY
        )
    ),
    "with an order that may be it, by a cancel that is not in the journal": snapshot(
        ExecutionReport(
            ExecType.ORDER_STATUS,
            ClOrdId("emergency"),
            venue_order_id=VenueOrderId("v9"),
            symbol=SYMBOL,
            side=Side.BUY,
        )
    ),
}


@pytest.mark.parametrize("said", SILENT.values(), ids=SILENT)
def test_a_snapshot_that_proves_nothing_settles_nothing(said: MassStatus) -> None:
    desk = doubtful()

    assert not [event for event in desk.report(said) if isinstance(event, ev.OrderEvent)]
    assert desk.order().is_in_doubt


def test_a_complete_snapshot_says_nothing_of_cancels_and_nothing_of_other_brokers() -> None:
    desk = doubtful_cancel()
    assert desk.report(snapshot()) == ()
    desk = doubtful()
    assert desk.report(snapshot(), broker="other") == ()
    assert desk.order().is_in_doubt


@pytest.mark.parametrize(
    ("reports", "as_of_ns"), [(None, T0), ((), 1.5), ((), -1)], ids=["reports", "time", "no time"]
)
def test_a_snapshot_that_makes_no_sense_is_set_aside(reports: Any, as_of_ns: Any) -> None:
    desk = doubtful()

    (event,) = desk.report(MassStatus(reports, is_complete=True, as_of_ns=as_of_ns))

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.MALFORMED


def test_what_is_no_execution_report_in_a_snapshot_is_set_aside_and_the_rest_is_read() -> None:
    desk = doubtful()
    status = ExecutionReport(ExecType.ORDER_STATUS, cl_ord_id=NEW, ord_status=OrdStatus.NEW)
    junk: Any = (7, status)

    assert kinds(desk.report(snapshot(*junk))) == ["AnomalyRaised", "DoubtResolved", "OrderAcknowledged"]


# ---------------------------------------------------------------- what may be done meanwhile


def test_an_order_in_doubt_can_be_canceled_and_a_cancel_in_doubt_can_be_asked_for_again() -> None:
    desk = doubtful()
    assert kinds(desk.cancel()) == ["CancelRequested"]
    desk.answer(Unknown("timed out"))
    assert kinds(desk.cancel()) == ["CancelRequested"]


# ---------------------------------------------------------------- a person's word


def resolve(
    evidence: Any, cl_ord_id: ClOrdId | None = None, by: Any = "ann", reason: Any = "asked the desk"
) -> ResolveDoubt:
    return ResolveDoubt(OrderId(1), evidence, cl_ord_id, by, reason)


def test_a_person_who_knows_that_it_never_arrived_settles_it_by_name() -> None:
    desk = doubtful()

    resolved, rejected = desk.tell(resolve(Absent(True, "said the broker")))

    assert isinstance(resolved, ev.DoubtResolved)
    assert (resolved.evidence, resolved.text) == ("operator", "ann: asked the desk")
    assert resolved.cause == rejected.cause == ev.Cause("ResolveDoubt", "ann")
    assert isinstance(rejected, ev.OrderRejected)
    assert describe(rebuilt(desk).state) == describe(desk.engine.state)


EVIDENCE: dict[str, tuple[Any, Any, list[str]]] = {
    "a new order was taken": (doubtful, ExecutionReport(ExecType.NEW), ["DoubtResolved", "OrderAcknowledged"]),
    "a cancel was done": (
        doubtful_cancel, ExecutionReport(ExecType.CANCELED, cl_ord_id=CANCEL), ["DoubtResolved", "OrderCanceled"],
    ),
    "a cancel was refused": (
        doubtful_cancel, OrderCancelReject(CANCEL, CxlRejResponseTo.CANCEL), ["DoubtResolved", "CancelRejected"],
    ),
    "a replace was done": (
        doubtful_replace, ExecutionReport(ExecType.REPLACED, cl_ord_id=CANCEL, order_qty=d(150)),
        ["DoubtResolved", "OrderReplaced"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "evidence", "events"), EVIDENCE.values(), ids=EVIDENCE)
def test_a_person_passes_on_what_the_broker_said(make: Any, evidence: Any, events: list[str]) -> None:
    desk: Desk = make()

    told = desk.tell(resolve(evidence))

    assert kinds(told) == events
    assert isinstance(told[0], ev.DoubtResolved)
    assert told[0].evidence == "operator"
    assert not desk.order().is_in_doubt


REFUSED: dict[str, tuple[Any, Any]] = {
    "nothing is in doubt": (lambda: Desk().acknowledged(), Absent(True)),
    "a report that settles nothing": (doubtful_cancel, ExecutionReport(ExecType.TRIGGERED, cl_ord_id=NEW)),
    "a report about another order": (doubtful, ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("other"))),
    "a report that is none": (doubtful, ExecutionReport("0")),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("make", "evidence"), REFUSED.values(), ids=REFUSED)
def test_what_proves_nothing_is_refused_and_nothing_moves(make: Any, evidence: Any) -> None:
    desk: Desk = make()
    before = desk.looks()

    with pytest.raises(ValidationError):
        desk.tell(resolve(evidence))

    assert desk.looks() == before


def test_where_two_requests_are_in_doubt_it_must_be_said_which_is_meant() -> None:
    desk = doubtful()
    desk.cancel()
    desk.answer(Unknown("timed out"))

    with pytest.raises(ValidationError, match="cl_ord_id"):
        desk.tell(resolve(Absent(True)))
    with pytest.raises(ValidationError, match="cl_ord_id"):
        desk.tell(resolve(Absent(True), request_id(3)))
    assert kinds(desk.tell(resolve(Absent(True), CANCEL))) == ["DoubtResolved", "CancelRejected"]
    assert [request.cl_ord_id for request in desk.order().outstanding_requests] == [NEW]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"evidence": Absent(False)}, "evidence"),
        ({"evidence": Found(ExecutionReport(ExecType.NEW))}, "evidence"),
        ({"evidence": Absent(True), "by": " "}, "by"),
        ({"evidence": Absent(True), "by": "a" * 257}, "by"),
        ({"evidence": Absent(True), "reason": ""}, "reason"),
    ],
)
def test_evidence_name_and_reason_must_be_given(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        resolve(**fields)


# ---------------------------------------------------------------- asking for a status


def test_a_status_may_be_asked_for_at_any_time_after_the_order_was_sent() -> None:
    desk = Desk().acknowledged()

    (asked,) = desk.tell(RequestStatus(OrderId(1), "ann"))

    assert isinstance(asked, ev.OrderStatusRequested)
    assert (asked.cl_ord_id, asked.attempt, asked.text) == (NEW, 0, "asked for by ann")
    assert asked.cause == ev.Cause("RequestStatus", "ann")
    assert question(desk) == OrderStatusRequest(
        PAPER, OrderId(1), NEW, T0, None, None, SYMBOL, Side.BUY, MAIN
    )
    # It is asked once; the answer comes as a report.
    assert desk.next_due_ns is None
    assert kinds(desk.say(ExecType.ORDER_STATUS, ord_status=OrdStatus.NEW)) == ["ReportIgnored"]


def test_asking_by_hand_counts_where_the_order_is_in_doubt() -> None:
    desk = doubtful()

    (asked,) = desk.tell(RequestStatus(OrderId(1)))

    assert isinstance(asked, ev.OrderStatusRequested)
    assert asked.attempt == 1
    assert desk.next_due_ns == T0 + 2 * TIMEOUT_NS


def test_what_was_never_sent_or_cannot_be_named_cannot_be_asked_about() -> None:
    desk = Desk()
    desk.submit(qty="0.5")
    assert desk.order().life is Life.DENIED
    with pytest.raises(ValidationError, match="denied"):
        desk.tell(RequestStatus(OrderId(1)))
    with pytest.raises(UnknownOrderError):
        desk.tell(RequestStatus(OrderId(2)))
    desk = Desk(can={"paper": NO_LOOK_UP}).acknowledged()
    with pytest.raises(ValidationError, match="looks orders up"):
        desk.tell(RequestStatus(OrderId(1)))

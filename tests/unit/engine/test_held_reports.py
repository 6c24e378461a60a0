"""Reports that nothing explains yet: kept once, handled in the order they came as soon as something turns up."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from oms.codec.event_codec import decode, encode
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Reported, Start
from oms.engine.invariants import check_state
from oms.engine.plain_reports import plain_report
from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus
from oms.model.ids import ClOrdId, ExecId, OrderId, VenueOrderId
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.order_types.registry import default_handlers
from tests.fakes import CAN_ALL, T0, d
from tests.junk import JUNK
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS, Desk, kinds, request_id

V1, V2 = VenueOrderId("v1"), VenueOrderId("v2")
CODE = AnomalyCode


def fill(exec_id: str, qty: int, **named: Any) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE, exec_id=ExecId(exec_id), last_qty=d(qty), last_px=d(100), transact_time_ns=T0, **named
    )


def held(desk: Desk) -> list[int]:
    return list(desk.engine.state.held.by_sequence)


def same_after_a_restart(desk: Desk) -> None:
    """The journal alone gives the same state."""
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    assert check_state(engine.state) == ()


# ---------------------------------------------------------------- orders that turn up


def test_a_report_of_an_unknown_order_is_raised_and_kept() -> None:
    desk = Desk()
    said = fill("x1", 40, venue_order_id=V1)

    events = desk.report(said)

    head = (1, ev.Cause("ExecutionReport", "paper"), 6, T0)
    text = "no order here has these identities"
    assert events == (
        ev.AnomalyRaised(6, *head, CODE.UNKNOWN_ORDER, PAPER, None, text, repr(said)),
        ev.ReportHeld(7, *head, PAPER, None, said, text),
    )
    same_after_a_restart(desk)


def test_kept_reports_are_handled_in_the_order_they_came_when_the_order_gets_their_name() -> None:
    desk = Desk()
    desk.submit()
    desk.report(fill("x1", 40, venue_order_id=V1))
    desk.report(fill("other", 5, venue_order_id=V2))
    desk.report(fill("x2", 60, venue_order_id=V1))

    events = desk.say(ExecType.NEW, venue_order_id=V1)

    assert kinds(events) == ["OrderAcknowledged", "ReportReleased", "Traded", "ReportReleased", "Traded"]
    assert [event.held for event in events if isinstance(event, ev.ReportReleased)] == [9, 13]
    assert [event.exec_id for event in events if isinstance(event, ev.Traded)] == ["x1", "x2"]
    assert {event.input_sequence for event in events} == {events[0].sequence}
    assert (desk.order().status, desk.order().cum_qty) == (OrdStatus.FILLED, d(100))
    assert held(desk) == [11]
    same_after_a_restart(desk)


def test_a_kept_report_finds_an_order_by_a_client_id_that_is_sent_later() -> None:
    desk = Desk()
    desk.report(fill("x1", 40, cl_ord_id=request_id(1)))

    events = desk.submit()

    assert kinds(events) == ["OrderCreated", "OrderSubmitted", "ReportReleased", "Traded"]
    assert desk.order().cum_qty == d(40)


def test_the_refusal_of_a_cancel_that_nobody_knows_is_kept_too() -> None:
    desk = Desk()
    refusal = OrderCancelReject(ClOrdId("c9"), CxlRejResponseTo.CANCEL, venue_order_id=V1)

    assert kinds(desk.report(refusal)) == ["AnomalyRaised", "ReportHeld"]
    desk.submit()
    assert kinds(desk.say(ExecType.NEW, venue_order_id=V1)) == [
        "OrderAcknowledged",
        "ReportReleased",
        "ReportIgnored",
    ]


def test_a_report_of_another_broker_does_not_find_the_order() -> None:
    desk = Desk()
    desk.report(fill("x1", 40, venue_order_id=V1), broker="other")
    desk.submit()

    assert kinds(desk.say(ExecType.NEW, venue_order_id=V1)) == ["OrderAcknowledged"]
    assert len(held(desk)) == 1


def test_the_same_report_is_kept_once_and_leaves_a_trace() -> None:
    desk = Desk()
    desk.report(fill("x1", 40, venue_order_id=V1))

    (again,) = desk.report(fill("x1", 40, venue_order_id=V1, raw="resent"))

    assert isinstance(again, ev.AnomalyRaised)
    assert again.text == "the same as the report that is kept under number 7"
    assert kinds(desk.report(fill("x1", 41, venue_order_id=V1))) == ["AnomalyRaised", "ReportHeld"]


def test_what_names_nothing_is_not_kept() -> None:
    desk = Desk()

    assert kinds(desk.report(fill("x1", 40, cl_ord_id=""))) == ["AnomalyRaised"]
    assert held(desk) == []


def test_at_the_limit_the_oldest_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oms.engine.held_reports.MAX_HELD", 2)
    desk = Desk()
    desk.is_watched = False
    desk.report(fill("elsewhere", 1, venue_order_id=V2), broker="other")
    desk.report(fill("x1", 1, venue_order_id=V1))
    desk.report(fill("x2", 1, venue_order_id=V1))

    events = desk.report(fill("x3", 1, venue_order_id=V1))

    assert kinds(events) == ["AnomalyRaised", "ReportHeld", "ReportReleased", "AnomalyRaised"]
    assert isinstance(events[2], ev.ReportReleased)
    assert events[2].held == 9
    assert held(desk) == [7, 11, 13]


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_whatever_is_in_its_fields_what_is_kept_can_be_read_back(junk: Any) -> None:
    desk = Desk()
    desk.is_watched = False
    said = dict.fromkeys(("text", "cum_qty", "side", "exec_ref_id"), junk)

    events = (
        *desk.report(ExecutionReport(**{**said, "exec_type": ExecType.TRADE, "cl_ord_id": ClOrdId("c9")})),
        *desk.report(ExecutionReport(**{**said, "exec_type": junk, "cl_ord_id": ClOrdId("c8")})),
    )

    kept = [event for event in events if isinstance(event, ev.ReportHeld)]
    assert [event.report.cl_ord_id for event in kept][:1] == ["c9"]
    assert [decode(encode(event)) for event in kept] == kept


class Native(ExecutionReport):
    """An adapter's own report, with more in it."""


def test_a_report_of_a_derived_class_counts_as_a_report() -> None:
    desk = Desk()
    desk.submit()

    (event,) = desk.report(Native(ExecType.NEW, cl_ord_id=request_id(1)))

    assert isinstance(event, ev.OrderAcknowledged)
    assert type(plain_report(Native(ExecType.NEW))) is ExecutionReport


# ---------------------------------------------------------------- executions that turn up


def bust(exec_id: str, ref: str) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE_CANCEL,
        cl_ord_id=request_id(1),
        exec_id=ExecId(exec_id),
        exec_ref_id=ExecId(ref),
        transact_time_ns=T0 + 9,
    )


def correction(exec_id: str, ref: str, qty: int, px: int) -> ExecutionReport:
    return ExecutionReport(
        ExecType.TRADE_CORRECT, cl_ord_id=request_id(1), exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref), last_qty=d(qty),
        last_px=d(px), transact_time_ns=T0 + int(exec_id[1:]),
    )  # fmt: skip


def test_a_bust_that_is_quicker_than_its_execution_waits_for_it() -> None:
    desk = Desk().acknowledged()

    assert kinds(desk.report(bust("b1", "x1"))) == ["AnomalyRaised", "ReportHeld"]
    assert kinds(desk.report(bust("b1", "x1"))) == ["ReportIgnored"]
    events = desk.report(fill("x1", 40, cl_ord_id=request_id(1)))

    assert kinds(events) == ["Traded", "ReportReleased", "TradeCanceled"]
    assert (desk.order().cum_qty, held(desk)) == (d(0), [])
    same_after_a_restart(desk)


CHAIN = (
    fill("x1", 40, cl_ord_id=request_id(1)),
    correction("c1", "x1", 30, 101),
    correction("c2", "c1", 20, 102),
    correction("c3", "c2", 10, 103),
)


@pytest.mark.parametrize("arrival", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_a_chain_of_corrections_comes_to_the_same_in_every_order_of_arrival(arrival: tuple[int, ...]) -> None:
    desk = Desk().acknowledged()

    for place in arrival:
        desk.report(CHAIN[place])
        desk.report(CHAIN[place])

    # The last word: 10 at 103.
    assert (desk.order().cum_qty, desk.order().avg_px, held(desk)) == (d(10), d(103), [])


def test_a_bust_of_what_is_never_known_changes_nothing_and_stays() -> None:
    desk = Desk().acknowledged()
    desk.report(bust("b1", "x9"))

    desk.trade("x1", 40)

    assert desk.order().cum_qty == d(40)
    assert len(held(desk)) == 1


def test_what_waits_survives_a_restart_and_is_handled_then() -> None:
    desk = Desk().acknowledged()
    desk.report(bust("b1", "x1"))
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    engine.handle(Start("desk", TIMEOUT_NS, OFF, ()), T0)

    events = engine.handle(Reported(PAPER, fill("x1", 40, cl_ord_id=request_id(1))), T0).events

    assert kinds(tuple(events)) == ["Traded", "ReportReleased", "TradeCanceled"]


# ---------------------------------------------------------------- names that contradict one another


def two_orders() -> Desk:
    desk = Desk()
    desk.submit()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=V1)
    desk.say(ExecType.NEW, cl_ord_id=request_id(2), venue_order_id=V2)
    return desk


def test_an_execution_with_the_venue_id_of_another_order_is_booked_where_its_client_id_says_and_flagged() -> (
    None
):
    desk = two_orders()

    traded, flagged = desk.trade("x1", 40, venue_order_id=V2)

    assert isinstance(traded, ev.Traded)
    assert traded.order_id == 1
    assert isinstance(flagged, ev.AnomalyRaised)
    assert (flagged.code, flagged.order_id) == (CODE.CONTRADICTS_ORDER, OrderId(1))
    assert desk.order(2).cum_qty == d(0)
    # The name stays with the order that had it first.
    assert desk.engine.state.index.named_at_venue(PAPER, V2) is desk.order(2)
    assert kinds(desk.trade("x2", 1)) == ["Traded"]


def test_anything_else_with_the_venue_id_of_another_order_is_set_aside() -> None:
    desk = two_orders()

    (flagged,) = desk.say(ExecType.CANCELED, venue_order_id=V2)

    assert isinstance(flagged, ev.AnomalyRaised)
    assert flagged.code is CODE.CONTRADICTS_ORDER
    assert not desk.order(1).is_ended
    assert not desk.order(2).is_ended


def test_the_bust_of_an_execution_with_the_venue_id_of_another_order_is_booked_and_flagged() -> None:
    desk = two_orders()
    desk.trade("x1", 40)
    said = ExecutionReport(
        ExecType.TRADE_CANCEL, cl_ord_id=request_id(1), exec_id=ExecId("b1"), exec_ref_id=ExecId("x1"), venue_order_id=V2,
        transact_time_ns=T0,
    )  # fmt: skip

    assert kinds(desk.report(said)) == ["TradeCanceled", "AnomalyRaised"]


def test_an_order_is_found_under_every_name_that_it_ever_had() -> None:
    desk = two_orders()
    desk.replace(order_qty=200)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(3), venue_order_id=VenueOrderId("v3"))
    desk.cancel()

    names: tuple[dict[str, Any], ...] = (
        {"cl_ord_id": request_id(1)}, {"cl_ord_id": request_id(3)}, {"cl_ord_id": request_id(4)}, {"venue_order_id": V1},
        {"venue_order_id": VenueOrderId("v3")},
    )  # fmt: skip
    for number, named in enumerate(names):
        (traded,) = desk.report(fill(f"x{number}", 1, **named))
        assert isinstance(traded, ev.Traded)
        assert traded.order_id == 1

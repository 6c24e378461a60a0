"""Anomalies: kept until somebody has looked at them; those that only the broker can settle lead to a question."""

from __future__ import annotations

from typing import Any

import pytest

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Answered, TimerDue
from oms.engine.invariants import check_state
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import AcknowledgeAnomaly
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.ids import OrderId
from oms.model.reports import Absent, ExecutionReport, Found, Sent
from oms.model.requests import OrderStatusRequest
from oms.order_types.registry import default_handlers
from tests.fakes import CAN_ALL, T0, S, d
from tests.unit.engine.desk import PAPER, TIMEOUT_NS, Desk, kinds, request_id


def missing(desk: Desk, exec_id: str) -> tuple[ev.Event, ...]:
    """An execution of 10 that says that 90 more have executed than we have heard of."""
    counted = desk.order().cum_qty + d(100)
    return desk.trade(exec_id, 10, cum_qty=counted)


def wide() -> Desk:
    """A working order for 10 000, of which much may execute."""
    desk = Desk()
    desk.submit(qty=10_000)
    desk.say(ExecType.NEW)
    return desk


def open_numbers(desk: Desk) -> list[int]:
    return list(desk.engine.state.anomalies.open)


# ---------------------------------------------------------------- looked at


def test_an_anomaly_stays_open_until_somebody_has_looked_at_it() -> None:
    desk = Desk().acknowledged()
    desk.say(ExecType.TRADE)
    desk.say(ExecType.TRADE)
    assert open_numbers(desk) == [9, 10]

    events = desk.tell(AcknowledgeAnomaly(9, "ann", "a known bug of theirs"))

    cause = ev.Cause("AcknowledgeAnomaly", "ann")
    assert events == (ev.AnomalyAcknowledged(11, 1, cause, 11, T0, 9, "a known bug of theirs"),)
    assert open_numbers(desk) == [10]
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    assert check_state(engine.state) == ()


@pytest.mark.parametrize("number", [8, 999], ids=["another event", "no event"])
def test_what_is_no_open_anomaly_cannot_be_acknowledged(number: int) -> None:
    desk = Desk().acknowledged()

    with pytest.raises(ValidationError, match="unacknowledged"):
        desk.tell(AcknowledgeAnomaly(number, "ann", "seen"))
    assert desk.version == 8


def test_an_anomaly_is_acknowledged_once() -> None:
    desk = Desk().acknowledged()
    desk.say(ExecType.TRADE)
    desk.tell(AcknowledgeAnomaly(9, "ann", "seen"))

    with pytest.raises(ValidationError):
        desk.tell(AcknowledgeAnomaly(9, "ann", "seen"))


@pytest.mark.parametrize(
    ("anomaly", "by", "reason"),
    [(9, "", "seen"), (9, "ann", ""), ("9", "ann", "seen"), (True, "ann", "seen")],
)
def test_number_name_and_reason_must_be_given(anomaly: Any, by: str, reason: str) -> None:  # noqa: ANN401  # junk
    with pytest.raises(ValidationError):
        AcknowledgeAnomaly(anomaly, by, reason)


def test_only_the_newest_are_kept_in_memory_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oms.engine.anomaly_book.MAX_OPEN", 2)
    desk = Desk().acknowledged()
    desk.is_watched = False
    for _ in range(3):
        desk.say(ExecType.TRADE)

    assert open_numbers(desk) == [10, 11]
    assert desk.engine.state.anomalies.raised == 3


# ---------------------------------------------------------------- what only the broker can settle


def test_a_missing_execution_is_asked_about() -> None:
    desk = wide()

    events = missing(desk, "x1")

    assert kinds(events) == ["Traded", "AnomalyRaised", "OrderStatusRequested"]
    assert isinstance(events[2], ev.OrderStatusRequested)
    assert (events[2].cl_ord_id, events[2].attempt, events[2].text) == (request_id(1), 0, "missing execution")
    assert [type(request) for request in desk.sent[1:]] == [OrderStatusRequest]
    assert desk.next_due_ns is None


def test_an_anomaly_that_the_broker_cannot_settle_is_not_asked_about() -> None:
    desk = Desk().acknowledged()

    assert kinds(desk.trade("x1", 101)) == ["Traded", "AnomalyRaised"]


def test_while_one_question_about_an_order_is_open_the_next_one_waits_and_is_asked_once() -> None:
    desk = wide()
    missing(desk, "x1")

    assert kinds(missing(desk, "x2")) == ["Traded", "AnomalyRaised"]
    assert kinds(missing(desk, "x3")) == ["Traded", "AnomalyRaised"]

    assert desk.next_due_ns == T0 + TIMEOUT_NS
    desk.now_ns += TIMEOUT_NS
    (asked,) = desk.tell(TimerDue())
    assert isinstance(asked, ev.OrderStatusRequested)
    assert asked.attempt == 1
    assert desk.next_due_ns is None


def test_after_a_while_of_peace_it_is_asked_at_once_again() -> None:
    desk = wide()
    missing(desk, "x1")
    desk.now_ns += 600 * S

    events = missing(desk, "x2")

    assert isinstance(events[2], ev.OrderStatusRequested)
    assert events[2].attempt == 0


def test_an_answer_that_shows_the_same_again_leads_to_no_further_question() -> None:
    desk = wide()
    missing(desk, "x1")
    asked = desk.sent[-1]
    status = ExecutionReport(
        ExecType.ORDER_STATUS, cl_ord_id=request_id(1), ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=d(100)
    )

    assert kinds(desk.tell(Answered(asked, Found(status)))) == ["ReportIgnored", "AnomalyRaised"]
    assert kinds(desk.tell(Answered(asked, Absent(True)))) == ["AnomalyRaised"]
    assert desk.tell(Answered(asked, Sent())) == ()
    assert desk.next_due_ns is None


def test_the_same_as_a_report_of_its_own_leads_to_none_either() -> None:
    desk = wide()
    missing(desk, "x1")

    events = desk.say(ExecType.ORDER_STATUS, ord_status=OrdStatus.PARTIALLY_FILLED, cum_qty=d(100))

    assert kinds(events) == ["ReportIgnored", "AnomalyRaised"]
    assert desk.next_due_ns is None


def test_each_order_is_asked_about_for_itself_and_again_after_a_restart() -> None:
    desk = wide()
    desk.submit(qty=10_000)
    missing(desk, "x1")
    missing(desk, "x2")
    assert kinds(desk.trade("y1", 10, cl_ord_id=request_id(2), cum_qty=d(50)))[-1] == "OrderStatusRequested"
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)

    assert describe(engine.state) == describe(desk.engine.state)
    (asked,) = engine.handle(TimerDue(), T0 + TIMEOUT_NS).events
    assert isinstance(asked, ev.OrderStatusRequested)
    assert asked.order_id == OrderId(1)


def test_an_unknown_code_of_an_order_that_nobody_knows_is_not_asked_about() -> None:
    desk = Desk()

    assert kinds(desk.say(ExecType.TRADE)) == ["AnomalyRaised", "ReportHeld"]
    assert desk.engine.state.anomalies.open[6].code is AnomalyCode.UNKNOWN_ORDER

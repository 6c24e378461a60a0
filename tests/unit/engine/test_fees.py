"""Fees as reports of their own: matched to executions and orders, booked once, in several currencies."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.codec.event_codec import encode
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.ids import ClOrdId, ExecId, OrderId, VenueOrderId
from oms.model.reports import ExecutionReport, FeeReport
from oms.order_types.registry import default_handlers
from oms.projections.blotter import Blotter
from oms.projections.executions import Executions
from oms.projections.positions import Positions
from tests.fakes import CAN_ALL, T0, d
from tests.junk import JUNK
from tests.unit.engine.desk import DATE, MAIN, PAPER, SYMBOL, Desk, kinds, request_id

X1 = ExecId("x1")


SOME = d("0.35")


def fee(amount: Any = SOME, currency: Any = "USD", **fields: Any) -> FeeReport:
    return FeeReport(amount, currency, **fields)


def traded() -> Desk:
    """A desk whose first order has executed 40 as x1."""
    desk = Desk().acknowledged()
    desk.trade("x1", 40)
    return desk


def charged(desk: Desk) -> list[ev.FeeCharged]:
    return [event for event in desk.journal if isinstance(event, ev.FeeCharged)]


def costs(
    desk: Desk,
) -> tuple[dict[str, Decimal], dict[str, Decimal], list[dict[str, Decimal]], dict[str, Decimal]]:
    """What positions, the blotter, the executions and their totals make of the journal."""
    positions, blotter, executions = Positions(), Blotter(), Executions()
    for event in desk.journal:
        if isinstance(event, ev.OrderEvent):
            blotter.apply(event)
        if isinstance(event, ev.FeeCharged):
            positions.on_fee(event)
        executions.apply(event)
    row = blotter.get(OrderId(1))
    assert row is not None
    return positions.fees(), row.fees, [one.fees for one in executions], executions.totals().fees


def test_a_fee_is_booked_on_its_execution_wherever_that_was() -> None:
    desk = traded()

    (event,) = desk.report(fee(exec_id=X1, kind="clearing", raw="35c"))

    assert event == ev.FeeCharged(
        10, 1, ev.Cause("FeeReport", "paper"), 10, T0, OrderId(1), f"~{DATE}/x1/main/AAPL/clearing/USD", X1, SYMBOL, MAIN, PAPER,
        d("0.35"), "USD", "clearing", DATE, "35c", status=OrdStatus.PARTIALLY_FILLED, cum_qty=d(40), leaves_qty=d(60),
        avg_px=d(100),
    )  # fmt: skip
    assert costs(desk) == ({"USD": d("0.35")},) * 2 + ([{"USD": d("0.35")}], {"USD": d("0.35")})


def test_several_fees_in_several_currencies_and_a_rebate_add_up() -> None:
    desk = traded()
    desk.report(fee(d("0.35"), exec_id=X1, kind="clearing"))
    desk.report(fee(d("-0.10"), exec_id=X1, kind="exchange"))
    desk.report(fee(d(2), "HKD", exec_id=X1, kind="stamp"))
    desk.report(fee(d(1), cl_ord_id=request_id(1), kind="ticket"))

    of_execution = {"USD": d("0.25"), "HKD": d(2)}
    in_all = {"USD": d("1.25"), "HKD": d(2)}
    assert costs(desk) == (in_all, in_all, [of_execution], in_all)


NAMES: dict[str, dict[str, Any]] = {
    "by the client id": {"cl_ord_id": request_id(1)},
    "by the venue id": {"venue_order_id": VenueOrderId("v1")},
}


@pytest.mark.parametrize("named", NAMES.values(), ids=NAMES)
def test_a_fee_of_an_order_is_found(named: dict[str, Any]) -> None:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=VenueOrderId("v1"))

    (event,) = desk.report(fee(**named))

    assert isinstance(event, ev.FeeCharged)
    assert (event.order_id, event.exec_id, event.fee_id) == (1, None, "~order 1/main/AAPL//USD")


def test_the_same_fee_of_an_order_on_another_day_is_another_fee() -> None:
    desk = Desk().acknowledged()
    for day in (DATE, "20260106", "20260106"):
        desk.report(fee(d(1), cl_ord_id=request_id(1), kind="custody", trade_date=day))

    assert [event.trade_date for event in charged(desk)] == [DATE, "20260106"]


# ---------------------------------------------------------------- once

REPEATS: dict[str, tuple[FeeReport, FeeReport, str]] = {
    "the same, told apart by what it is for": (fee(exec_id=X1), fee(exec_id=X1), "ReportIgnored"),
    "the same, by the broker's name": (fee(exec_id=X1, fee_id="f1"), fee(exec_id=X1, fee_id="f1", raw="again"), "ReportIgnored"),
    "another amount": (fee(exec_id=X1), fee(d(1), exec_id=X1), "AnomalyRaised"),
    "another amount under the broker's name": (fee(exec_id=X1, fee_id="f1"), fee(d(1), exec_id=X1, fee_id="f1"), "AnomalyRaised"),
    "another kind under the broker's name": (
        fee(exec_id=X1, fee_id="f1"), fee(exec_id=X1, fee_id="f1", kind="tax"), "AnomalyRaised",
    ),
    "another currency": (fee(exec_id=X1), fee(d("0.35"), "EUR", exec_id=X1), "FeeCharged"),
    "another kind": (fee(exec_id=X1), fee(exec_id=X1, kind="tax"), "FeeCharged"),
    "another name": (fee(exec_id=X1, fee_id="f1"), fee(exec_id=X1, fee_id="f2"), "FeeCharged"),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "event"), REPEATS.values(), ids=REPEATS)
def test_a_fee_is_booked_once(first: FeeReport, second: FeeReport, event: str) -> None:
    desk = traded()
    desk.report(first)

    (told,) = desk.report(second)

    assert type(told).__name__ == event
    assert len(charged(desk)) == 1 + (event == "FeeCharged")
    if isinstance(told, ev.AnomalyRaised):
        assert (told.code, told.order_id) == (AnomalyCode.CONFLICTING_REPEAT, OrderId(1))


# ---------------------------------------------------------------- before what they are for


def test_a_fee_that_is_quicker_than_its_execution_waits_for_it() -> None:
    desk = Desk().acknowledged()

    raised, kept = desk.report(fee(exec_id=X1, cl_ord_id=request_id(1)))
    assert isinstance(raised, ev.AnomalyRaised)
    assert (raised.code, raised.order_id) == (AnomalyCode.UNKNOWN_EXECUTION, OrderId(1))
    assert isinstance(kept, ev.ReportHeld)
    assert kinds(desk.report(fee(exec_id=X1, cl_ord_id=request_id(1)))) == ["ReportIgnored"]

    assert kinds(desk.trade("x1", 40)) == ["Traded", "ReportReleased", "FeeCharged"]
    assert kinds(desk.report(fee(exec_id=X1, cl_ord_id=request_id(1)))) == ["ReportIgnored"]
    engine = Engine({PAPER: CAN_ALL}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    assert check_state(engine.state) == ()


def test_a_fee_of_an_unknown_order_waits_for_it() -> None:
    desk = Desk()
    desk.submit()
    assert kinds(desk.report(fee(venue_order_id=VenueOrderId("v1")))) == ["AnomalyRaised", "ReportHeld"]

    events = desk.say(ExecType.NEW, venue_order_id=VenueOrderId("v1"))

    assert kinds(events) == ["OrderAcknowledged", "ReportReleased", "FeeCharged"]


def test_an_exec_id_of_two_days_needs_the_day() -> None:
    desk = traded()
    desk.trade("x1", 10, transact_time_ns=None, trade_date="20260106")

    assert kinds(desk.report(fee(exec_id=X1))) == ["AnomalyRaised", "ReportHeld"]
    (event,) = desk.report(fee(exec_id=X1, trade_date="20260106"))
    assert isinstance(event, ev.FeeCharged)
    assert event.trade_date == "20260106"


def test_a_fee_may_name_a_correction_and_come_after_the_end() -> None:
    desk = traded()
    correction = ExecutionReport(
        ExecType.TRADE_CORRECT, cl_ord_id=request_id(1), exec_id=ExecId("c1"), exec_ref_id=X1, last_qty=d(30), last_px=d(100),
        transact_time_ns=T0,
    )  # fmt: skip
    desk.report(correction)
    desk.say(ExecType.CANCELED)

    assert kinds(desk.report(fee(exec_id=ExecId("c1")))) == ["FeeCharged"]
    assert costs(desk)[2] == [{"USD": d("0.35")}]


def test_a_fee_of_another_broker_is_not_of_our_execution() -> None:
    desk = traded()

    assert kinds(desk.report(fee(exec_id=X1), broker="other")) == ["AnomalyRaised", "ReportHeld"]


# ---------------------------------------------------------------- nonsense

NONSENSE: dict[str, FeeReport] = {
    "a float": fee(0.35, exec_id=X1),
    "no number": fee(d("NaN"), exec_id=X1),
    "a signalling one": fee(Decimal("sNaN"), exec_id=X1),
    "without end": fee(d("Infinity"), exec_id=X1),
    "too large": fee(Decimal("1e999"), exec_id=X1),
    "too fine": fee(Decimal("1e-19"), exec_id=X1),
    "a text": fee("0.35", exec_id=X1),
    "no currency": fee(currency="", exec_id=X1),
    "a currency that is none": fee(currency=None, exec_id=X1),
    "nothing that it is for": fee(),
    "an id that is none": fee(exec_id=7),
    "an empty id": fee(cl_ord_id=ClOrdId("")),
}


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE)
def test_a_fee_that_makes_no_sense_is_set_aside(said: FeeReport) -> None:
    desk = traded()
    before = desk.looks()

    (event,) = desk.report(said)

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.MALFORMED
    assert desk.looks() == before


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_whatever_is_in_its_fields_a_fee_never_raises(junk: Any) -> None:
    desk = traded()

    for field in ("amount", "currency", "kind", "exec_id", "raw"):
        for event in desk.report(
            FeeReport(**{"amount": d(1), "currency": "USD", "cl_ord_id": request_id(1), field: junk})
        ):
            encode(event)

"""What proves nothing ends no order, adopts none twice, and never comes out of the receive path as an error."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.codec.event_codec import decode, encode
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import ResolveDoubt
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, Life, OrdStatus, Side
from oms.model.ids import BrokerName, ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.reports import ExecutionReport, FeeReport, Found, MassStatus, OrderCancelReject, Unknown
from oms.model.venue_profile import FIX_BROKER, ReplaceSupport
from tests.fakes import AAPL, CAN_ALL, T0, d
from tests.junk import JUNK
from tests.unit.engine.desk import Desk, kinds, request_id

V1 = VenueOrderId("v1")
RENAMING = evolve(CAN_ALL, profile=evolve(FIX_BROKER, replace=ReplaceSupport.NEW_IDENTITY_ATOMIC))


class OfTheAdapter(ExecutionReport):
    """A report with a way of its own to be made."""

    def __init__(self, status: OrdStatus) -> None:
        super().__init__(ExecType.ORDER_STATUS, ord_status=status)


class Hollow(ExecutionReport):
    """A report that was never filled in."""

    def __init__(self) -> None:
        pass


class HollowFee(FeeReport):
    """A fee that was never filled in."""

    def __init__(self) -> None:
        pass


class HollowMassStatus(MassStatus):
    """A mass status that was never filled in."""

    def __init__(self) -> None:
        pass


def in_doubt() -> Desk:
    desk = Desk()
    desk.submit()
    desk.answer(Unknown("the line broke"))
    return desk


def status(**fields: Any) -> ExecutionReport:
    return ExecutionReport(ExecType.ORDER_STATUS, **fields)


UNREADABLE: dict[str, Any] = {
    "no report": object(),
    "a report that was never filled in": Hollow(),
    "no kind of report": ExecutionReport(None, cl_ord_id=ClOrdId("x")),  # type: ignore[arg-type]
    "an identity that is a number": status(cl_ord_id=7, symbol=Symbol("AAPL")),
    "an empty identity": status(cl_ord_id=ClOrdId(""), venue_order_id=V1, symbol=Symbol("AAPL")),
    "an instrument that cannot be looked up": status(symbol=["AAPL"], venue_order_id=V1),
    "a side that is a text": status(symbol=Symbol("AAPL"), side="1", venue_order_id=V1),
}


@pytest.mark.parametrize("held", UNREADABLE.values(), ids=UNREADABLE)
def test_a_complete_list_that_cannot_be_read_in_full_proves_of_no_order_that_it_is_missing(held: Any) -> None:
    desk = in_doubt()

    desk.report(MassStatus((held,), is_complete=True, as_of_ns=T0 + 1, after_sequence=9))

    assert (desk.order().life, desk.order().is_in_doubt) == (Life.SENT, True)


@pytest.mark.parametrize(
    "name", ["symbol", "side", "cl_ord_id", "orig_cl_ord_id", "venue_order_id", "exec_type"]
)
@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_no_junk_in_a_mass_status_or_an_answer_gets_out(name: str, junk: Any) -> None:
    desk = in_doubt()
    report = evolve(status(ord_status=OrdStatus.NEW), **{name: junk})

    desk.report(MassStatus((report,), is_complete=True, as_of_ns=T0 + 1, after_sequence=9))
    if desk.order().is_in_doubt:
        desk.answer(Found(report))


def test_an_order_that_a_complete_list_certainly_does_not_name_is_still_taken_as_missing() -> None:
    desk = in_doubt()

    desk.report(
        MassStatus(
            (status(venue_order_id=V1, symbol=Symbol("BTC-USD")),),
            is_complete=True,
            as_of_ns=T0 + 1,
            after_sequence=9,
        )
    )

    assert desk.order().life is Life.REJECTED


@pytest.mark.parametrize(
    "hollow", [Hollow(), HollowFee(), HollowMassStatus()], ids=lambda one: type(one).__name__
)
def test_a_report_that_was_never_filled_in_is_set_aside(hollow: Any) -> None:
    (event,) = Desk().report(hollow)

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.MALFORMED


def test_an_answer_of_a_class_of_the_adapter_s_own_is_taken_in() -> None:
    desk = in_doubt()

    assert kinds(desk.answer(Found(OfTheAdapter(OrdStatus.NEW)))) == ["DoubtResolved", "OrderAcknowledged"]


def test_an_answer_whose_identity_cannot_be_read_is_not_taken_for_one_about_the_order() -> None:
    desk = in_doubt()

    desk.answer(Found(status(cl_ord_id=7, ord_status=OrdStatus.NEW)))

    assert desk.order().is_in_doubt


def test_evidence_that_names_another_order_at_the_venue_settles_nothing() -> None:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=V1)
    desk.submit()
    desk.answer(Unknown("the line broke"))
    evidence = ExecutionReport(ExecType.CANCELED, venue_order_id=V1)

    with pytest.raises(ValidationError, match="a report about order 2"):
        desk.tell(ResolveDoubt(OrderId(2), evidence, None, "ann", "told so"))

    assert desk.order(2).is_in_doubt


def test_a_bust_that_is_kept_can_be_written_whatever_else_is_wrong_with_it() -> None:
    desk = Desk()
    for number in (1, 2):
        desk.submit()
        desk.say(ExecType.NEW, cl_ord_id=request_id(number), venue_order_id=VenueOrderId(f"v{number}"))
    bust = {
        "exec_id": ExecId("b"),
        "exec_ref_id": ExecId("x"),
        "venue_order_id": VenueOrderId("v2"),
        "transact_time_ns": T0,
    }

    events = desk.say(ExecType.TRADE_CANCEL, leaves_qty=Decimal("NaN"), **bust)
    again = desk.say(ExecType.TRADE_CANCEL, leaves_qty=Decimal("NaN"), **bust)

    assert (kinds(events), kinds(again)) == (
        ["AnomalyRaised", "ReportHeld", "AnomalyRaised"],
        ["ReportIgnored", "AnomalyRaised"],
    )
    assert [decode(encode(event)) for event in events] == list(events)


# ---------------------------------------------------------------- adoption


def external(**fields: Any) -> ExecutionReport:
    given = {"symbol": Symbol("AAPL"), "side": Side.BUY, "order_qty": d(200), "transact_time_ns": T0}
    return ExecutionReport(
        ExecType.TRADE, exec_id=ExecId("x1"), last_qty=d(10), last_px=d(100), **{**given, **fields}
    )


def test_a_report_that_names_an_order_at_another_broker_before_itself_is_kept_and_adopted_never() -> None:
    able = evolve(CAN_ALL, profile=FIX_BROKER)
    desk = Desk(instruments=(evolve(AAPL, broker=BrokerName("other")),), can={"paper": able, "other": able})
    desk.submit()

    events = desk.report(external(venue_order_id=V1, orig_cl_ord_id=request_id(1)))

    assert kinds(events) == ["AnomalyRaised", "ReportHeld"]
    assert list(desk.engine.state.index.by_id) == [1]


def test_what_a_replace_makes_of_an_order_is_not_adopted_before_the_replace_is_answered() -> None:
    desk = Desk(can={"paper": RENAMING})
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=V1)
    desk.replace(order_qty=200)
    renamed = VenueOrderId("v2")

    assert kinds(desk.report(external(venue_order_id=renamed))) == ["AnomalyRaised", "ReportHeld"]
    fields = {"cl_ord_id": request_id(2), "orig_cl_ord_id": request_id(1), "order_qty": d(200)}
    events = desk.say(ExecType.REPLACED, venue_order_id=renamed, **fields)

    assert kinds(events) == ["OrderReplaced", "ReportReleased", "Traded"]
    assert (list(desk.engine.state.index.by_id), desk.order().cum_qty) == ([1], d(10))


def test_what_no_replace_made_is_adopted_once_the_replace_is_refused() -> None:
    desk = Desk(can={"paper": RENAMING})
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=V1)
    desk.replace(order_qty=200)
    desk.report(external(venue_order_id=VenueOrderId("v2")))

    events = desk.report(OrderCancelReject(request_id(2), CxlRejResponseTo.REPLACE))

    assert kinds(events) == ["ReplaceRejected", "OrderAdopted", "ReportReleased", "Traded"]

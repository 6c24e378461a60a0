"""What brokers say, through the engine: news, repeats, late and impossible things. Nothing raises, nothing is lost."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest

from oms.codec.event_codec import decode, encode
from oms.engine.inputs import Reported
from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, LastLiquidityInd, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.reports import Acknowledged, ExecutionReport, OrderCancelReject, Report
from oms.model.terms import Limit
from tests.fakes import CAN_ALL, CAN_MORE, T0, S, d
from tests.junk import JUNK
from tests.unit.engine.desk import DATE, MAIN, PAPER, SYMBOL, Desk, kinds, request_id

CODE = AnomalyCode
DAY_NS = 86_400 * S


def codes(events: tuple[ev.Event, ...]) -> list[AnomalyCode]:
    return [event.code for event in events if isinstance(event, ev.AnomalyRaised)]


def quantities(desk: Desk) -> tuple[OrdStatus, Decimal, Decimal, Decimal | None]:
    order = desk.order()
    return order.status, order.cum_qty, order.leaves_qty, order.avg_px


def report(exec_type: ExecType, **fields: Any) -> ExecutionReport:
    return ExecutionReport(exec_type, **{"cl_ord_id": request_id(1), **fields})


def trade(exec_id: str, qty: int | str, px: int | str = 100, **fields: Any) -> ExecutionReport:
    return report(
        ExecType.TRADE,
        **{
            "exec_id": ExecId(exec_id),
            "last_qty": d(qty),
            "last_px": d(px),
            "transact_time_ns": T0,
            **fields,
        },
    )


# ---------------------------------------------------------------- a good order's life


def test_an_order_is_acknowledged_and_filled_in_two_parts() -> None:
    desk = Desk()
    desk.submit()
    desk.now_ns += 1

    told = [
        *desk.say(ExecType.NEW, venue_order_id=VenueOrderId("v1")),
        *desk.report(
            trade(
                "x1", 40, "99.99", venue_order_id=VenueOrderId("v1"), last_liquidity_ind=LastLiquidityInd.ADDED,
                commission=d("-0.01"), comm_currency="USD", raw="8=FIX",
            )
        ),
        *desk.report(trade("x2", 60, "99.98", transact_time_ns=None, trade_date="20260106")),
    ]  # fmt: skip

    cause = ev.Cause("ExecutionReport", "paper")

    def envelope(number: int) -> tuple[int, int, ev.Cause, int, int, OrderId]:
        return number, 1, cause, number, T0 + 1, OrderId(1)

    whose = (SYMBOL, Side.BUY, MAIN, PAPER)
    first: dict[str, Any] = {"status": OrdStatus.PARTIALLY_FILLED, "cum_qty": d(40), "leaves_qty": d(60)}
    last: dict[str, Any] = {"status": OrdStatus.FILLED, "cum_qty": d(100), "leaves_qty": d(0)}
    assert told == [
        ev.OrderAcknowledged(*envelope(8), VenueOrderId("v1"), status=OrdStatus.NEW, leaves_qty=d(100)),
        ev.Traded(
            *envelope(9), ExecId("x1"), *whose, d(40), d("99.99"), DATE, T0, LastLiquidityInd.ADDED, d("-0.01"), "USD",
            VenueOrderId("v1"), "8=FIX", avg_px=d("99.99"), **first,
        ),
        # (40 x 99.99 + 60 x 99.98) / 100
        ev.Traded(
            *envelope(10), ExecId("x2"), *whose, d(60), d("99.98"), "20260106", 0, None, d(0), "", None, "",
            avg_px=d("99.984"), **last,
        ),
    ]  # fmt: skip
    assert desk.engine.state.book.exposure.open_orders == {}


def test_a_fill_before_the_acknowledgement_implies_it() -> None:
    desk = Desk()
    desk.submit()

    assert kinds(desk.trade("x1", 40)) == ["Traded"]
    assert quantities(desk) == (OrdStatus.PARTIALLY_FILLED, d(40), d(60), d(100))
    assert kinds(desk.say(ExecType.NEW)) == ["ReportIgnored"]
    assert quantities(desk) == (OrdStatus.PARTIALLY_FILLED, d(40), d(60), d(100))


# ---------------------------------------------------------------- repeats

REPEATS: dict[str, tuple[Report, ...]] = {
    "an acknowledgement": (report(ExecType.NEW),),
    "a pending acknowledgement": (report(ExecType.PENDING_NEW),),
    "a fill": (trade("x1", 40),),
    "a fill under the venue's name for the order": (
        trade("x1", 40, venue_order_id=VenueOrderId("v1")),
        trade("x1", 40, cl_ord_id=None, venue_order_id=VenueOrderId("v1")),
    ),
    "a fill that tells its date in another way": (trade("x1", 40), trade("x1", 40, transact_time_ns=None, trade_date=DATE)),
    "the last fill": (trade("x1", 100),),
    "a cancel": (report(ExecType.CANCELED),),
    "an expiry": (report(ExecType.EXPIRED),),
    "a rejection": (report(ExecType.REJECTED),),
    "a halt": (report(ExecType.SUSPENDED),),
    "the end of the day": (report(ExecType.DONE_FOR_DAY),),
    "end-of-day figures": (report(ExecType.CALCULATED),),
    "a bust": (
        trade("x1", 40),
        report(ExecType.TRADE_CANCEL, exec_id=ExecId("b1"), exec_ref_id=ExecId("x1"), trade_date=DATE),
    ),
    "a correction": (
        trade("x1", 40),
        report(
            ExecType.TRADE_CORRECT, exec_id=ExecId("c1"), exec_ref_id=ExecId("x1"), last_qty=d(30), last_px=d(99), trade_date=DATE
        ),
    ),
    "a status answer": (report(ExecType.ORDER_STATUS, exec_id=ExecId("0")),),
}  # fmt: skip


@pytest.mark.parametrize("said", REPEATS.values(), ids=REPEATS)
def test_what_is_said_twice_changes_nothing_and_leaves_a_trace(said: tuple[Report, ...]) -> None:
    desk = Desk()
    desk.submit()
    for first in said:
        desk.report(first)
    before = desk.looks()

    for again in said:
        events = desk.report(again)
        assert kinds(events) == ["ReportIgnored"]
        ignored = events[0]
        assert isinstance(ignored, ev.ReportIgnored)
        assert isinstance(again, ExecutionReport)
        assert (ignored.exec_type, ignored.exec_id) == (again.exec_type.name, again.exec_id)
        assert (ignored.status, ignored.cum_qty) == quantities(desk)[:2]

    assert desk.looks() == before


OTHER_CONTENTS: dict[str, dict[str, Any]] = {
    "another size": {"last_qty": d(41)},
    "another price": {"last_px": d("100.01")},
    "no longer an execution but its bust": {"exec_type": ExecType.TRADE_CANCEL, "exec_ref_id": ExecId("x1")},
    "no longer an execution but the correction of another": {
        "exec_type": ExecType.TRADE_CORRECT,
        "exec_ref_id": ExecId("x0"),
    },
    "another order": {"cl_ord_id": request_id(2)},
    "the bust of another order's": {
        "exec_type": ExecType.TRADE_CANCEL,
        "cl_ord_id": request_id(2),
        "exec_ref_id": ExecId("x1"),
    },
}


@pytest.mark.parametrize("changed", OTHER_CONTENTS.values(), ids=OTHER_CONTENTS)
def test_the_same_exec_id_with_other_content_is_an_anomaly_and_no_correction(changed: dict[str, Any]) -> None:
    desk = Desk()
    desk.submit()
    desk.submit()
    first = trade("x1", 40)
    desk.report(first)
    before = desk.looks()

    events = desk.report(attrs.evolve(first, **changed))

    assert codes(events) == [CODE.CONFLICTING_REPEAT]
    assert desk.looks() == before


def test_an_exec_id_counts_within_its_trade_date_and_broker() -> None:
    desk = Desk(can={"paper": CAN_ALL})
    desk.submit()

    assert kinds(desk.trade("x1", 40)) == ["Traded"]
    assert kinds(desk.trade("x1", 40, transact_time_ns=T0 + DAY_NS)) == ["Traded"]
    assert kinds(desk.trade("x1", 40, transact_time_ns=T0 + DAY_NS)) == ["ReportIgnored"]
    assert quantities(desk) == (OrdStatus.PARTIALLY_FILLED, d(80), d(20), d(100))


def test_an_execution_without_a_date_is_booked_and_flagged() -> None:
    desk = Desk().acknowledged()

    events = desk.trade("x1", 40, transact_time_ns=None)

    assert kinds(events) == ["Traded", "AnomalyRaised"]
    assert codes(events) == [CODE.NO_TRADE_DATE]
    assert kinds(desk.trade("x1", 40, transact_time_ns=None)) == ["ReportIgnored"]


# ---------------------------------------------------------------- late, too much, contradictory

ENDS: dict[str, tuple[ExecType, OrdStatus]] = {
    "canceled": (ExecType.CANCELED, OrdStatus.CANCELED),
    "expired": (ExecType.EXPIRED, OrdStatus.EXPIRED),
    # An execution outranks a rejection: the venue contradicts itself, and the fill is what counts.
    "rejected": (ExecType.REJECTED, OrdStatus.PARTIALLY_FILLED),
}


@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_a_late_fill_is_booked_and_flagged_and_revives_nothing(end: ExecType, status: OrdStatus) -> None:
    desk = Desk().acknowledged()
    desk.say(end)

    traded, flagged = desk.trade("x1", 40)

    assert isinstance(traded, ev.Traded)
    assert (traded.cum_qty, traded.leaves_qty, traded.status) == (d(40), d(0), status)
    assert isinstance(flagged, ev.AnomalyRaised)
    assert (flagged.code, flagged.order_id, flagged.broker) == (CODE.LATE_EXECUTION, 1, PAPER)
    assert (flagged.sequence, flagged.input_sequence) == (traded.sequence + 1, traded.sequence)
    assert quantities(desk) == (status, d(40), d(0), d(100))
    assert desk.order().is_ended
    assert kinds(desk.trade("x2", 60)) == ["Traded", "AnomalyRaised"]
    assert quantities(desk) == (OrdStatus.FILLED, d(100), d(0), d(100))


def test_an_overfill_is_kept_whole_and_flagged() -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 90)

    events = desk.trade("x2", 20, 103)

    assert kinds(events) == ["Traded", "AnomalyRaised"]
    assert codes(events) == [CODE.OVERFILL]
    # (90 x 100 + 20 x 103) / 110
    assert quantities(desk) == (OrdStatus.FILLED, d(110), d(0), d("100.5454545454545454545454545"))


CONTRADICTIONS: dict[str, tuple[dict[str, Any], AnomalyCode]] = {
    "another symbol": ({"symbol": Symbol("MSFT")}, CODE.CONTRADICTS_ORDER),
    "the other side": ({"side": Side.SELL}, CODE.CONTRADICTS_ORDER),
    "an order that nobody knows": ({"cl_ord_id": ClOrdId("who")}, CODE.UNKNOWN_ORDER),
    "no order at all": ({"cl_ord_id": None}, CODE.UNKNOWN_ORDER),
    "a venue's name that nobody knows": ({"cl_ord_id": None, "venue_order_id": "v9"}, CODE.UNKNOWN_ORDER),
}


@pytest.mark.parametrize(("changed", "code"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_report_about_something_else_is_set_aside_whole(changed: dict[str, Any], code: AnomalyCode) -> None:
    desk = Desk().acknowledged()
    before = desk.looks()
    said = trade("x1", 40, **changed)

    event, *kept = desk.report(said)

    assert isinstance(event, ev.AnomalyRaised)
    known = None if code is CODE.UNKNOWN_ORDER else OrderId(1)
    assert (event.code, event.broker, event.order_id, event.raw) == (code, PAPER, known, repr(said))
    # What names an order may yet be understood.
    assert [type(one) for one in kept] == [ev.ReportHeld] * (known is None and changed != {"cl_ord_id": None})
    assert {**desk.looks(), "held": [], "held_names": []} == before


def test_another_broker_cannot_speak_of_our_order() -> None:
    desk = Desk().acknowledged()
    desk.say(ExecType.PENDING_NEW, venue_order_id="v1")
    before = desk.looks()

    for said in (trade("x1", 40), trade("x1", 40, cl_ord_id=None, venue_order_id="v1")):
        assert codes(desk.report(said, broker="stranger")) == [CODE.UNKNOWN_ORDER]
    assert {**desk.looks(), "held": [], "held_names": []} == before


def test_a_report_is_understood_under_every_id_that_the_order_ever_had() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=200)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), venue_order_id=VenueOrderId("v2"))
    desk.cancel()
    names: tuple[dict[str, Any], ...] = (
        {"cl_ord_id": request_id(1)},
        {"cl_ord_id": request_id(2)},
        {"cl_ord_id": request_id(3)},
        {"cl_ord_id": None, "orig_cl_ord_id": request_id(1)},
        {"cl_ord_id": "unheard of", "orig_cl_ord_id": request_id(2)},
        {"cl_ord_id": None, "venue_order_id": "v2"},
    )

    for number, name in enumerate(names):
        assert kinds(desk.trade(f"x{number}", 10, **name)) == ["Traded"]

    assert desk.order().cum_qty == d(60)


# ---------------------------------------------------------------- busts and corrections


def amend(desk: Desk, exec_type: ExecType, exec_id: str, ref: str, **fields: Any) -> tuple[ev.Event, ...]:
    return desk.say(exec_type, exec_id=ExecId(exec_id), exec_ref_id=ExecId(ref), trade_date=DATE, **fields)


def test_a_bust_takes_the_execution_out_and_reopens_the_order_where_the_venue_does_so() -> None:
    desk = Desk(can={"paper": CAN_MORE}).acknowledged()
    first = desk.trade("x1", 40, 99)[0].sequence
    desk.trade("x2", 60, 101)

    # The quantity of a bust stands in the execution that it names, not in the report.
    (event,) = amend(desk, ExecType.TRADE_CANCEL, "b1", "x1", last_qty=d(0))

    number = event.sequence
    envelope = (number, 1, ev.Cause("ExecutionReport", "paper"), number, T0, OrderId(1))
    after: dict[str, Any] = {"cum_qty": d(60), "leaves_qty": d(40), "avg_px": d(101)}
    assert event == ev.TradeCanceled(
        *envelope, ExecId("b1"), ExecId("x1"), SYMBOL, Side.BUY, MAIN, PAPER, d(40), d(99), DATE, "", T0, trade_sequence=first,
        status=OrdStatus.PARTIALLY_FILLED, **after,
    )  # fmt: skip
    assert list(desk.engine.state.book.exposure.open_orders) == [1]
    amend(desk, ExecType.TRADE_CANCEL, "b2", "x2")
    assert quantities(desk) == (OrdStatus.NEW, d(0), d(100), None)


def test_a_bust_cannot_be_busted_nor_an_execution_be_busted_twice() -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 40)
    amend(desk, ExecType.TRADE_CANCEL, "b1", "x1")
    before = desk.looks()

    for ref in ("x1", "b1", "x9"):
        assert codes(amend(desk, ExecType.TRADE_CANCEL, f"again {ref}", ref)) == [CODE.UNKNOWN_EXECUTION]
    # The bust of an execution that nobody has spoken of waits for it; the others never can be meant.
    assert [held.report.exec_ref_id for held in desk.engine.state.held.by_sequence.values()] == ["x9"]  # type: ignore[union-attr]
    assert {**desk.looks(), "held": [], "held_names": []} == before


@pytest.mark.parametrize("ref", ["x1", "c1", "c2"])
def test_a_correction_replaces_the_last_word_whichever_id_it_names(ref: str) -> None:
    desk = Desk(can={"paper": CAN_MORE}).acknowledged()
    desk.trade("x1", 40)
    amend(desk, ExecType.TRADE_CORRECT, "c1", "x1", last_qty=d(30), last_px=d(99), report_seq=1)
    amend(desk, ExecType.TRADE_CORRECT, "c2", "c1", last_qty=d(20), last_px=d(98), report_seq=2)

    (event,) = amend(desk, ExecType.TRADE_CORRECT, "c3", ref, last_qty=d(10), last_px=d(97), report_seq=3)

    assert isinstance(event, ev.TradeCorrected)
    assert (event.old_qty, event.old_px, event.last_qty, event.last_px) == (d(20), d(98), d(10), d(97))
    assert quantities(desk) == (OrdStatus.PARTIALLY_FILLED, d(10), d(90), d(97))
    assert kinds(amend(desk, ExecType.TRADE_CANCEL, "b1", ref)) == ["TradeCanceled"]
    assert quantities(desk) == (OrdStatus.NEW, d(0), d(100), None)


AMENDMENTS: dict[str, dict[str, Any]] = {
    "a correction to nothing": {"last_qty": d(0), "last_px": d(1)},
    "a correction without a size": {"last_px": d(1)},
    "a correction without a price": {"last_qty": d(1)},
    "a correction to NaN": {"last_qty": d(1), "last_px": Decimal("NaN")},
    "a correction to a size too fine": {"last_qty": Decimal("1E-30"), "last_px": d(1)},
    "a correction without an id": {"exec_id": None, "last_qty": d(1), "last_px": d(1)},
    "a correction of nothing": {"exec_ref_id": None, "last_qty": d(1), "last_px": d(1)},
}


@pytest.mark.parametrize("fields", AMENDMENTS.values(), ids=AMENDMENTS)
def test_a_correction_that_says_too_little_is_set_aside(fields: dict[str, Any]) -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 40)
    before = desk.looks()

    said = {"exec_id": ExecId("c1"), "exec_ref_id": ExecId("x1"), "trade_date": DATE, **fields}
    assert codes(desk.say(ExecType.TRADE_CORRECT, **said)) == [CODE.MALFORMED]
    assert desk.looks() == before


# ---------------------------------------------------------------- requests and their answers


def test_a_refused_cancel_leaves_the_facts_of_now_and_not_those_of_when_it_was_sent() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.say(ExecType.PENDING_CANCEL, cl_ord_id=request_id(2))
    desk.trade("x1", 40)
    assert desk.order().status is OrdStatus.PENDING_CANCEL

    (event,) = desk.report(
        OrderCancelReject(request_id(2), CxlRejResponseTo.CANCEL, text="too late", reject_code="0")
    )

    envelope = (12, 1, ev.Cause("OrderCancelReject", "paper"), 12, T0, OrderId(1))
    after: dict[str, Any] = {
        "status": OrdStatus.PARTIALLY_FILLED,
        "cum_qty": d(40),
        "leaves_qty": d(60),
        "avg_px": d(100),
    }
    assert event == ev.CancelRejected(*envelope, request_id(2), "too late", "0", **after)
    assert kinds(desk.cancel()) == ["CancelRequested"]


def test_the_refusal_of_a_request_that_is_settled_is_only_a_trace() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.say(ExecType.CANCELED, cl_ord_id=request_id(2))
    before = desk.looks()

    (event,) = desk.report(OrderCancelReject(request_id(2), CxlRejResponseTo.CANCEL))

    assert isinstance(event, ev.ReportIgnored)
    assert event.exec_type == "CANCEL_REJECT"
    assert desk.looks() == before


REFUSED_AS: dict[str, tuple[int, CxlRejResponseTo]] = {
    "a cancel, refused as a replace": (2, CxlRejResponseTo.REPLACE),
    "a new order, refused as a cancel": (1, CxlRejResponseTo.CANCEL),
}


@pytest.mark.parametrize(("number", "response_to"), REFUSED_AS.values(), ids=REFUSED_AS)
def test_a_refusal_of_something_else_than_was_asked_is_set_aside(
    number: int, response_to: CxlRejResponseTo
) -> None:
    desk = Desk()
    desk.submit()
    desk.cancel()
    before = desk.looks()

    assert codes(desk.report(OrderCancelReject(request_id(number), response_to))) == [CODE.CONTRADICTS_ORDER]
    assert desk.looks() == before


REPLACED: dict[str, tuple[dict[str, Any], Decimal, Limit, Decimal, OrdStatus]] = {
    # 40 of 100 at 100 have traded, and 80 at 101 were asked for.
    "as it was asked for": ({}, d(80), Limit(101), d(40), OrdStatus.PARTIALLY_FILLED),
    "lowered by the venue": ({"order_qty": d(70)}, d(70), Limit(101), d(30), OrdStatus.PARTIALLY_FILLED),
    "priced by the venue": ({"price": d("100.50")}, d(80), Limit("100.50"), d(40), OrdStatus.PARTIALLY_FILLED),
    "cut to what has traded": ({"order_qty": d(40)}, d(40), Limit(101), d(0), OrdStatus.FILLED),
    "cut below what has traded": ({"order_qty": d(10)}, d(40), Limit(101), d(0), OrdStatus.FILLED),
}  # fmt: skip


@pytest.mark.parametrize(("said", "qty", "terms", "left", "status"), REPLACED.values(), ids=REPLACED)
def test_a_replace_has_the_effect_that_the_venue_says(
    said: dict[str, Any], qty: Decimal, terms: Limit, left: Decimal, status: OrdStatus
) -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 40)
    desk.replace(order_qty=80, price=101)

    (event,) = desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), **said)

    envelope = (11, 1, ev.Cause("ExecutionReport", "paper"), 11, T0, OrderId(1))
    after: dict[str, Any] = {"status": status, "cum_qty": d(40), "leaves_qty": left, "avg_px": d(100)}
    assert event == ev.OrderReplaced(*envelope, request_id(2), None, qty, terms, **after)
    assert desk.order().cl_ord_id == request_id(2)
    assert desk.order().outstanding_requests == ()


def test_an_answer_in_the_send_is_a_report_like_any_other() -> None:
    desk = Desk()
    desk.submit()

    (event,) = desk.answer(Acknowledged(report(ExecType.NEW, venue_order_id=VenueOrderId("v1"))))

    cause = ev.Cause("Acknowledged", "paper")
    after: dict[str, Any] = {"status": OrdStatus.NEW, "leaves_qty": d(100)}
    assert event == ev.OrderAcknowledged(8, 1, cause, 8, T0, OrderId(1), VenueOrderId("v1"), **after)


# ---------------------------------------------------------------- what no adapter should send

FULL = trade(
    "x1", 40, exec_ref_id=ExecId("x0"), order_qty=d(90), price=d(99), venue_order_id=VenueOrderId("v1"),
    trade_date=DATE, commission=d(1), comm_currency="USD", symbol=SYMBOL, side=Side.BUY, account=MAIN,
)  # fmt: skip


def busy() -> Desk:
    """A desk with an order that has an execution, a cancel and a replace under way."""
    desk = Desk().acknowledged()
    desk.trade("x0", 10)
    desk.replace(order_qty=150)
    desk.cancel()
    return desk


def keeps(desk: Desk, said: Any) -> tuple[ev.Event, ...]:
    """What a report leads to: it does not raise, and every event can be kept and read again."""
    version = desk.version
    events = desk.tell(Reported(PAPER, said))
    assert [event.sequence for event in events] == list(range(version + 1, version + 1 + len(events)))
    assert tuple(decode(encode(event)) for event in events) == events
    return events


@pytest.mark.parametrize("name", JUNK)
def test_what_is_no_report_is_set_aside(name: str) -> None:
    desk = busy()
    before = desk.looks()

    events = keeps(desk, JUNK[name])

    assert len(codes(events)) == 1
    assert desk.looks() == before


ESSENTIAL: dict[str, tuple[str, Callable[[str], bool]]] = {
    "its identity": ("exec_id", lambda name: name not in ("a text", "half a surrogate pair", "control characters")),
    "its size": ("last_qty", lambda name: name not in ("the largest number", "the smallest number")),
    "its price": (
        "last_px",
        lambda name: name
        not in ("a negative number", "zero, exactly", "the largest number", "the smallest number"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("field", "is_wrong"), ESSENTIAL.values(), ids=ESSENTIAL)
def test_an_execution_is_not_booked_without_what_makes_it_one(
    field: str, is_wrong: Callable[[str], bool]
) -> None:
    desk = busy()
    desk.is_watched = False  # forty looks take longer than a unit test may
    before = desk.looks()
    booked = []

    for name in JUNK:
        events = desk.report(attrs.evolve(FULL, **{field: JUNK[name]}))
        if kinds(events)[0] == "Traded":
            booked.append(name)
            desk = busy()
            desk.is_watched = False
        else:
            assert (name, codes(events)) == (name, [CODE.MALFORMED])

    assert booked == [name for name in JUNK if not is_wrong(name)]
    assert desk.looks() == before


@pytest.mark.parametrize(
    "field",
    ["raw", "text", "comm_currency", "last_liquidity_ind", "transact_time_ns", "venue_order_id", "commission", "ord_status"],
)  # fmt: skip
def test_an_execution_is_booked_without_what_is_junk_beside_it_and_flagged(field: str) -> None:
    desk = busy()

    junk: dict[str, Any] = {field: ["junk"]}
    events = desk.report(attrs.evolve(FULL, **junk))

    assert kinds(events) == ["Traded", "AnomalyRaised"]
    assert codes(events) == [CODE.MALFORMED]
    flagged = events[1]
    assert isinstance(flagged, ev.AnomalyRaised)
    assert field in flagged.text
    assert "['junk']" in flagged.raw
    assert desk.order().cum_qty == d(50)


NOTHING: dict[str, Any] = {"text": None, "raw": None, "reject_code": None}


def test_none_in_the_place_of_an_empty_text_loses_no_answer() -> None:
    desk = busy()

    refused = desk.report(attrs.evolve(OrderCancelReject(request_id(3), CxlRejResponseTo.CANCEL), **NOTHING))
    traded = desk.report(attrs.evolve(FULL, **NOTHING))
    ended = desk.say(ExecType.CANCELED, **NOTHING)

    assert [kinds(events) for events in (refused, traded, ended)] == [
        ["CancelRejected"],
        ["Traded"],
        ["OrderCanceled"],
    ]
    assert all(decode(encode(event)) == event for events in (refused, traded, ended) for event in events)

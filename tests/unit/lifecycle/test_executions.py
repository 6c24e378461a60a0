"""Executions: booked whatever else is wrong, once, with what is wrong beside them, and with the end that comes in the same report."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.anomalies import MAX_RAW
from oms.lifecycle.execution_index import ExecutionIndex
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.enums import AnomalyCode, ExecType, LastLiquidityInd, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol
from oms.model.reports import ExecutionReport
from oms.model.venue_profile import EXCHANGE, FIX_42_BROKER, LateFills
from tests.unit.journals import NEW_ID, T0, make, venue_id
from tests.unit.lifecycle.readings import (
    CANCELED,
    FULL,
    LIVE,
    PAPER,
    PART,
    SENT,
    after,
    d,
    first,
    ignored,
    read,
    report,
    set_aside,
    take,
    these,
    told,
)

CODE = AnomalyCode
DAY: Final = "20260105"
NEXT_DAY: Final = "20260106"


def trade(qty: int | str, **fields: Any) -> ExecutionReport:
    usual: dict[str, Any] = {
        "exec_id": ExecId("x9"),
        "last_qty": Decimal(qty),
        "last_px": Decimal(189),
        "transact_time_ns": T0,
    }
    return report(ExecType.TRADE, **{**usual, **fields})


def booked(qty: int | str, place: int = 0, **fields: Any) -> ev.Traded:
    traded = ev.Traded(
        *first(place), ExecId("x9"), Symbol("AAPL"), Side.BUY, Account("main"), PAPER, Decimal(qty), Decimal(189),
        DAY, T0, None, ZERO, "", None, "",
    )  # fmt: skip
    return attrs.evolve(traded, **fields)


def told_of(order_events: tuple[ev.OrderEvent, ...], said: ExecutionReport, **fields: Any) -> list[str]:
    return told(read(after(*order_events, **fields), said))


# ---------------------------------------------------------------- what is booked


def test_an_execution_is_booked_with_everything_that_the_venue_says_of_it() -> None:
    said = trade(
        40,
        trade_date=NEXT_DAY,
        last_liquidity_ind=LastLiquidityInd.REMOVED,
        commission=d("-0.25"),
        comm_currency="EUR",
        venue_order_id="V1",
        raw="8=FIX",
        account=Account("main"),
        cum_qty=d(80),
        ord_status=OrdStatus.PARTIALLY_FILLED,
    )

    assert read(after(*PART), said) == (
        booked(
            40,
            trade_date=NEXT_DAY,
            last_liquidity_ind=LastLiquidityInd.REMOVED,
            commission=d("-0.25"),
            comm_currency="EUR",
            venue_order_id=venue_id("V1"),
            raw="8=FIX",
        ),
    )


def test_the_day_of_an_execution_is_that_of_its_time_where_the_venue_names_none() -> None:
    assert read(after(*LIVE), trade(40)) == (booked(40),)


@pytest.mark.parametrize("qty", ["0.000000000000000001", "100"], ids=["the least", "all"])
def test_an_execution_of_up_to_all_that_is_left_is_plain(qty: str) -> None:
    assert read(after(*LIVE), trade(qty, last_px=d(-1))) == (booked(qty, last_px=d(-1)),)


NO_EXECUTION: Final[dict[str, dict[str, object]]] = {
    "without an identity": {"exec_id": None},
    "with an empty identity": {"exec_id": ""},
    "without a size": {"last_qty": None},
    "of nothing": {"last_qty": d(0)},
    "of less than nothing": {"last_qty": d(-1)},
    "of no number": {"last_qty": d("NaN")},
    "of too many decimals": {"last_qty": d("1E-19")},
    "of a float": {"last_qty": 1.5},
    "without a price": {"last_px": None},
    "at no number": {"last_px": d("Infinity")},
    "at a float": {"last_px": 1.5},
}


@pytest.mark.parametrize("fields", NO_EXECUTION.values(), ids=NO_EXECUTION)
def test_what_cannot_be_told_from_other_executions_or_counted_is_none(fields: dict[str, Any]) -> None:
    said = trade(40, **fields)
    text = (
        "an execution needs an exec_id, a last_qty above zero and a last_px: "
        f"{said.exec_id!r}, {said.last_qty!r}, {said.last_px!r}"
    )

    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, text, said),)


NEVER_SENT: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], str]]] = {
    "unsent": ((), "TRADE for an order that is unsent with 100 left"),
    "denied": ((make(ev.OrderDenied),), "TRADE for an order that is denied with 0 left"),
}


@pytest.mark.parametrize(("way", "text"), NEVER_SENT.values(), ids=NEVER_SENT)
def test_what_never_left_cannot_execute(way: tuple[ev.OrderEvent, ...], text: str) -> None:
    said = trade(40)

    assert read(after(*way), said) == (set_aside(CODE.ILLEGAL_IN_STATE, text, said),)


# ---------------------------------------------------------------- what is flagged beside it

OVER: Final = (*LIVE, make(ev.OrderDoneForDay, is_over=True, trade_date=DAY))
FLAGS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any], dict[str, Any], AnomalyCode, str]]] = {
    "after a cancel": (
        CANCELED, {}, {}, CODE.LATE_EXECUTION, "booked, although the order is canceled",
    ),
    "after an expiry": (
        (*LIVE, make(ev.OrderExpired)), {}, {}, CODE.LATE_EXECUTION, "booked, although the order is expired",
    ),
    "after a rejection": (
        (*SENT, make(ev.OrderRejected)), {}, {}, CODE.LATE_EXECUTION, "booked, although the order is rejected",
    ),
    "after the day": (
        (*PART, make(ev.OrderDoneForDay)), {}, {}, CODE.LATE_EXECUTION, "booked, although the order is DONE_FOR_DAY",
    ),
    "after a day of which nobody said which": (
        (*LIVE, make(ev.OrderDoneForDay)), {}, {}, CODE.LATE_EXECUTION, "booked, although the order is DONE_FOR_DAY",
    ),
    "after the last day": (
        OVER,
        {"trade_date": NEXT_DAY},
        {"trade_date": NEXT_DAY},
        CODE.LATE_EXECUTION,
        "booked, although the order is DONE_FOR_DAY",
    ),
    "during a halt": (
        (*PART, make(ev.OrderSuspended)), {}, {}, CODE.LATE_EXECUTION, "booked, although the order is SUSPENDED",
    ),
    "for another account": (
        LIVE, {"account": "x"}, {}, CODE.CONTRADICTS_ORDER, "booked for main, although it says account x",
    ),
    "of an order that was replaced by nothing": (
        (*LIVE, make(ev.OrderReplaced, order_qty=ZERO)), {}, {}, CODE.OVERFILL, "booked, 40 executed of 0",
    ),
    "of more than is left": (
        FULL, {}, {}, CODE.OVERFILL, "booked, 140 executed of 100",
    ),
    "at no time": (
        LIVE,
        {"transact_time_ns": None},
        {"transact_time_ns": 0, "trade_date": ""},
        CODE.NO_TRADE_DATE,
        "booked, without the venue's time its repeats on other days look the same",
    ),
    "at a cost that is no number": (
        LIVE, {"commission": d("NaN")}, {}, CODE.MALFORMED, "booked without its commission, Decimal('NaN')",
    ),
    "with a name of the wrong kind": (
        LIVE,
        {"comm_currency": 7},
        {},
        CODE.MALFORMED,
        "booked, but for comm_currency must be a text of at most 256 characters: 7",
    ),
    "with a count that is no number": (
        LIVE, {"cum_qty": d("NaN")}, {}, CODE.MALFORMED, "booked, whatever its cum_qty means: Decimal('NaN')",
    ),
    "with a count that must not be compared": (
        LIVE, {"cum_qty": d("sNaN")}, {}, CODE.MALFORMED, "booked, whatever its cum_qty means: Decimal('sNaN')",
    ),
    "with a count of another kind": (
        LIVE, {"cum_qty": 40}, {}, CODE.MALFORMED, "booked, whatever its cum_qty means: 40",
    ),
    "after another that is not known": (
        PART, {"cum_qty": d(90)}, {}, CODE.MISSING_EXECUTION, "booked, and 90 executed in all, of which 80 are known here",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("way", "fields", "kept", "code", "text"), FLAGS.values(), ids=FLAGS)
def test_an_execution_is_booked_with_what_is_wrong_beside_it(
    way: tuple[ev.OrderEvent, ...],
    fields: dict[str, Any],
    kept: dict[str, Any],
    code: AnomalyCode,
    text: str,
) -> None:
    said = trade(40, **fields)

    assert read(after(*way), said) == (booked(40, **kept), set_aside(code, text, said, 1))


def test_everything_that_is_wrong_is_flagged_in_turn() -> None:
    said = trade(40, account="x", transact_time_ns=None, commission=d("NaN"), text=7, cum_qty=d(500))
    events = read(after(*FULL, make(ev.OrderCanceled)), said)

    assert told(events) == [
        "Traded",
        "LATE_EXECUTION",
        "CONTRADICTS_ORDER",
        "OVERFILL",
        "NO_TRADE_DATE",
        "MALFORMED",
        "MALFORMED",
        "MISSING_EXECUTION",
    ]
    assert [event.sequence for event in events] == [7, 8, 9, 10, 11, 12, 13, 14]


UNFLAGGED: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], dict[str, Any]]]] = {
    "of an order that was never acknowledged": (SENT, {}),
    "of an order that is being priced": ((*SENT, make(ev.OrderAcceptedForBidding)), {}),
    "of a stopped order": ((*PART, make(ev.OrderStopped)), {}),
    "with a count that is older": (PART, {"cum_qty": d(40)}),
    "for its own account": (LIVE, {"account": "main"}),
    "of another day than the one that is done": (
        (*PART, make(ev.OrderDoneForDay, trade_date=DAY)),
        {"trade_date": NEXT_DAY},
    ),
}


@pytest.mark.parametrize(("way", "fields"), UNFLAGGED.values(), ids=UNFLAGGED)
def test_an_execution_is_no_surprise(way: tuple[ev.OrderEvent, ...], fields: dict[str, Any]) -> None:
    assert told_of(way, trade(40, **fields)) == ["Traded"]


def test_an_execution_of_an_earlier_day_is_late_for_an_order_that_is_done_for_the_day() -> None:
    way = (*PART, make(ev.OrderDoneForDay, trade_date=DAY))

    assert told_of(way, trade(40, trade_date="20260102")) == ["Traded", "LATE_EXECUTION"]


def test_where_late_executions_are_usual_none_is_raised() -> None:
    usual = attrs.evolve(EXCHANGE, late_fills=LateFills.EXPECTED)

    assert read(after(*CANCELED), trade(40), profile=usual) == (booked(40),)
    rejected = after(*SENT, make(ev.OrderRejected))
    assert told(read(rejected, trade(40), profile=usual)) == ["Traded", "LATE_EXECUTION"]


# ---------------------------------------------------------------- repeats


def known(**fields: Any) -> ExecutionIndex:
    index = ExecutionIndex()
    index.put(ExecId("x9"), booked(40, **fields))
    return index


REPEATS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "word for word": ({}, {}),
    "without the day": ({}, {"transact_time_ns": None}),
    "with the day that it lacked": ({"trade_date": ""}, {}),
    "with another count": ({}, {"cum_qty": d(90)}),
}


@pytest.mark.parametrize(("was", "now"), REPEATS.values(), ids=REPEATS)
def test_an_execution_that_is_known_is_booked_once(was: dict[str, Any], now: dict[str, Any]) -> None:
    said = trade(40, **now)

    assert read(after(*PART), said, known(**was)) == (ignored(said, "repeat of a known execution"),)


CONFLICTS: Final[dict[str, tuple[dict[str, Any], dict[str, Any], str]]] = {
    "of another size": ({}, {"last_qty": d(41)}, "exec_id 'x9' was 40 at 189, now 41 at 189"),
    "at another price": ({}, {"last_px": d(190)}, "exec_id 'x9' was 40 at 189, now 40 at 190"),
    "of another order": ({"order_id": OrderId(2)}, {}, "exec_id 'x9' was an execution of order 2"),
}


@pytest.mark.parametrize(("was", "now", "text"), CONFLICTS.values(), ids=CONFLICTS)
def test_the_same_identity_with_other_contents_is_flagged_and_not_booked(
    was: dict[str, Any], now: dict[str, Any], text: str
) -> None:
    said = trade(40, **now)

    assert read(after(*PART), said, known(**was)) == (set_aside(CODE.CONFLICTING_REPEAT, text, said),)


OTHERS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "on another day": ({"trade_date": "20260102"}, {}),
    "at another broker": ({"broker": BrokerName("live"), "order_id": OrderId(2)}, {}),
    "for another account": ({"account": Account("hedge"), "order_id": OrderId(2)}, {}),
    "in another instrument": ({"symbol": Symbol("MSFT"), "order_id": OrderId(2)}, {}),
    "of another size, on a day that one of them does not tell": ({"trade_date": ""}, {"last_qty": d(41)}),
}


@pytest.mark.parametrize(("was", "now"), OTHERS.values(), ids=OTHERS)
def test_the_same_identity_elsewhere_is_another_execution(was: dict[str, Any], now: dict[str, Any]) -> None:
    assert told(read(after(*PART), trade(40, **now), known(**was))) == ["Traded"]


def test_an_execution_that_was_corrected_is_still_known_by_its_first_contents() -> None:
    index = known()
    amended = {"exec_id": ExecId("g1"), "exec_ref_id": ExecId("x9"), "trade_sequence": 7}
    index.amend(make(ev.TradeCorrected, last_qty=d(30), **amended))
    said = trade(40)

    assert read(after(*PART), said, index) == (ignored(said, "repeat of a known execution"),)


@pytest.mark.parametrize("kind", [ev.TradeCanceled, ev.TradeCorrected], ids=lambda kind: kind.__name__)
def test_an_execution_under_the_identity_of_a_bust_or_correction_is_flagged(
    kind: type[ev.OrderEvent],
) -> None:
    index = known()
    amended = make(kind, exec_id=ExecId("g1"), exec_ref_id=ExecId("x9"), trade_sequence=7)
    assert isinstance(amended, ev.TradeCanceled | ev.TradeCorrected)
    index.amend(amended)
    said = trade(40, exec_id=ExecId("g1"))

    text = "exec_id 'g1' was a bust or correction"
    assert read(after(*PART), said, index) == (set_aside(CODE.CONFLICTING_REPEAT, text, said),)


# ---------------------------------------------------------------- the end in the same report

ENDS: Final[dict[str, tuple[OrdStatus, ev.OrderEvent]]] = {
    "a cancel": (OrdStatus.CANCELED, ev.OrderCanceled(*first(1), NEW_ID, "the rest is off", T0, 4)),
    "an expiry": (OrdStatus.EXPIRED, ev.OrderExpired(*first(1), "the rest is off", T0, 4)),
}


@pytest.mark.parametrize(("shown_as", "end"), ENDS.values(), ids=ENDS)
def test_an_end_that_is_bundled_with_an_execution_follows_it(shown_as: OrdStatus, end: ev.OrderEvent) -> None:
    order = after(*LIVE)

    events = read(order, trade(40, ord_status=shown_as, text="the rest is off", report_seq=4))

    assert events == (booked(40, venue_seq=4), end)
    take(order, events)
    assert (order.status, order.cum_qty, order.leaves_qty) == (shown_as, Decimal(40), ZERO)


def test_a_bundled_end_is_numbered_after_what_is_flagged_about_the_execution() -> None:
    said = trade(40, ord_status=OrdStatus.CANCELED, transact_time_ns=None)

    events = read(after(*LIVE), said)

    assert told(events) == ["Traded", "NO_TRADE_DATE", "OrderCanceled"]
    assert events[2] == ev.OrderCanceled(*first(2), NEW_ID, "")


WITHOUT_END: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], OrdStatus, list[str]]]] = {
    "of all that is left": ((*LIVE, make(ev.Traded, last_qty=d(60))), OrdStatus.CANCELED, ["Traded"]),
    "of an order that has ended": (CANCELED, OrdStatus.EXPIRED, ["Traded", "LATE_EXECUTION"]),
    "that is shown as suspended": ((*PART, make(ev.OrderSuspended)), OrdStatus.SUSPENDED, ["Traded", "LATE_EXECUTION"]),
    "of all but what was lost": (
        (*PART, make(ev.TradeCanceled, reopens=False), make(ev.Traded, last_qty=d(20))),
        OrdStatus.CANCELED,
        ["Traded"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("way", "shown_as", "expected"), WITHOUT_END.values(), ids=WITHOUT_END)
def test_an_execution_ends_nothing(
    way: tuple[ev.OrderEvent, ...], shown_as: OrdStatus, expected: list[str]
) -> None:
    assert told_of(way, trade(40, ord_status=shown_as)) == expected


def test_a_number_of_the_wrong_kind_does_not_get_into_the_end() -> None:
    said = trade(40, ord_status=OrdStatus.CANCELED, report_seq=1.5)

    assert read(after(*LIVE), said) == (
        booked(40),
        set_aside(CODE.MALFORMED, "booked, but for report_seq must be an int of 0 or more: 1.5", said, 1),
        ev.OrderCanceled(*first(2), NEW_ID, "", T0),
    )


# ---------------------------------------------------------------- guarantees of FIX 4.2


@pytest.mark.parametrize("counted", [40, 59, 0], ids=["as before", "less than its own size", "nothing"])
def test_an_execution_that_is_shown_as_stopped_and_counts_nothing_is_a_guarantee(counted: int) -> None:
    said = trade(60, ord_status=OrdStatus.STOPPED, cum_qty=d(counted), report_seq=3)

    assert read(after(*PART), said, profile=FIX_42_BROKER) == (
        ev.OrderStopped(*first(), d(60), d(189), ExecId("x9"), T0, 3),
    )


def test_a_guarantee_may_be_of_less_than_has_executed() -> None:
    said = trade(30, ord_status=OrdStatus.STOPPED, cum_qty=d(40))

    assert read(after(*PART), said, profile=FIX_42_BROKER) == (
        ev.OrderStopped(*first(), d(30), d(189), ExecId("x9"), T0),
    )


def test_a_repeat_of_such_a_guarantee_is_no_news() -> None:
    said = trade(60, ord_status=OrdStatus.STOPPED, cum_qty=d(40))
    order = after(*PART)
    take(order, read(order, said, profile=FIX_42_BROKER))

    assert read(order, said, profile=FIX_42_BROKER) == (ignored(said, "repeat of a known report"),)


def test_where_guarantees_come_otherwise_it_is_an_execution() -> None:
    said = trade(60, ord_status=OrdStatus.STOPPED, cum_qty=d(40))

    # Less is counted than is known here: others were heard late, or busted.
    assert read(after(*PART), said) == (booked(60),)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"cum_qty": d(80)}, id="it is counted"),
        pytest.param({"cum_qty": None}, id="nothing is counted"),
        pytest.param({"cum_qty": d("NaN")}, id="what is counted is no number"),
        pytest.param({"cum_qty": 40.0}, id="what is counted is a float"),
        pytest.param({"cum_qty": d(40), "ord_status": OrdStatus.PARTIALLY_FILLED}, id="it is not shown as stopped"),
    ],
)  # fmt: skip
def test_any_other_execution_of_a_stopped_order_is_one(fields: dict[str, Any]) -> None:
    said = trade(40, **{"ord_status": OrdStatus.STOPPED, **fields})

    assert read(after(*PART), said, profile=FIX_42_BROKER)[0] == booked(40)


def test_the_first_execution_of_a_stopped_order_is_one() -> None:
    said = trade(60, ord_status=OrdStatus.STOPPED, cum_qty=d(60))

    assert read(after(*LIVE, make(ev.OrderStopped)), said, profile=FIX_42_BROKER) == (booked(60),)


# ---------------------------------------------------------------- orders in amounts of money


MONEY: Final = {"order_qty": ZERO, "cash_order_qty": d(1000)}


@pytest.mark.parametrize("way", [SENT, LIVE], ids=["sent", "acknowledged without a total"])
def test_an_execution_may_bring_the_total_of_an_order_in_money(way: tuple[ev.OrderEvent, ...]) -> None:
    order = after(*way, **MONEY)

    events = read(order, trade(2, order_qty=d(5), venue_order_id="V1", cum_qty=d(2)))

    assert events == (
        ev.OrderAcknowledged(*first(), venue_id("V1"), d(5)),
        booked(2, 1, venue_order_id=venue_id("V1")),
    )
    take(order, events)
    assert these(order.order_qty, order.cum_qty, order.leaves_qty) == (5, 2, 3)
    assert (order.status, order.is_closed) == (OrdStatus.PARTIALLY_FILLED, False)


@pytest.mark.parametrize(
    ("counted", "total"),
    [
        pytest.param(None, 42, id="nothing is counted"),
        pytest.param(d("NaN"), 42, id="what is counted is no number"),
        pytest.param(d(45), 45, id="more is counted than is known"),
    ],
)
def test_the_last_execution_of_an_order_in_money_brings_its_total_too(
    counted: Decimal | None, total: int
) -> None:
    order = after(*LIVE, make(ev.Traded), **MONEY)  # 40, of an open total

    events = read(order, trade(2, ord_status=OrdStatus.FILLED, cum_qty=counted))

    assert events[:2] == (ev.OrderAcknowledged(*first(), None, d(total)), booked(2, 1))
    take(order, events[:2])
    assert these(order.order_qty, order.cum_qty, order.leaves_qty) == (total, 42, total - 42)
    assert order.is_filled is (total == 42)


def test_a_total_that_is_told_is_the_total() -> None:
    events = read(after(*SENT, **MONEY), trade(2, ord_status=OrdStatus.FILLED, order_qty=d(5)))

    assert events == (ev.OrderAcknowledged(*first(), None, d(5)), booked(2, 1))


def test_the_last_execution_of_an_order_by_quantity_brings_no_total() -> None:
    assert read(after(*PART), trade(2, ord_status=OrdStatus.FILLED)) == (booked(2),)


def test_what_is_wrong_with_it_is_flagged_after_both() -> None:
    said = trade(6, order_qty=d(5), transact_time_ns=None, account="x", text=7)

    events = read(after(*SENT, **MONEY), said)

    assert told(events) == [
        "OrderAcknowledged", "Traded", "CONTRADICTS_ORDER", "OVERFILL", "NO_TRADE_DATE", "MALFORMED",
    ]  # fmt: skip
    assert [event.sequence for event in events] == [7, 8, 9, 10, 11, 12]
    assert events[3] == set_aside(CODE.OVERFILL, "booked, 6 executed of 5", said, 3)


def test_it_may_end_in_the_same_report() -> None:
    events = read(after(*SENT, **MONEY), trade(2, order_qty=d(5), ord_status=OrdStatus.CANCELED))

    assert told(events) == ["OrderAcknowledged", "Traded", "OrderCanceled"]
    assert events[2] == ev.OrderCanceled(*first(2), NEW_ID, "", T0)
    filled = read(after(*SENT, **MONEY), trade(5, order_qty=d(5), ord_status=OrdStatus.CANCELED))
    assert told(filled) == ["OrderAcknowledged", "Traded"]


NO_TOTAL: Final[dict[str, Any]] = {
    "none": None,
    "nothing": d(0),
    "no number": d("NaN"),
    "less than nothing": d(-5),
}


@pytest.mark.parametrize("order_qty", NO_TOTAL.values(), ids=NO_TOTAL)
def test_an_execution_without_a_total_is_booked_on_an_open_total(order_qty: Any) -> None:
    order = after(*SENT, **MONEY)

    events = read(order, trade(2, order_qty=order_qty))

    assert events == (booked(2),)
    take(order, events)
    assert these(order.status, order.cum_qty, order.leaves_qty) == (OrdStatus.PARTIALLY_FILLED, 2, 0)
    assert not order.is_closed


def test_an_end_is_one_though_the_total_is_not_known() -> None:
    said = trade(2, ord_status=OrdStatus.CANCELED)

    assert told_of(SENT, said, **MONEY) == ["Traded", "OrderCanceled"]


def test_a_late_execution_of_an_order_in_money_is_booked_without_its_total() -> None:
    order = after(*SENT, make(ev.OrderCanceled), **MONEY)

    events = read(order, trade(2, order_qty=d(5)))

    assert told(events) == ["Traded", "LATE_EXECUTION"]
    assert take(order, events).cum_qty == 2


# ---------------------------------------------------------------- words


def test_of_many_words_the_first_are_kept_and_the_rest_is_no_fault() -> None:
    words = "a" * MAX_RAW + "b"

    (event,) = read(after(*LIVE), report(ExecType.CANCELED, text=words))

    assert event == ev.OrderCanceled(*first(), NEW_ID, "a" * MAX_RAW)

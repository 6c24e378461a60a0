"""The 27 cases that the standard leaves open, or shows only in passing: what is done in each of them.

Two of them are decided differently from the usual advice, and the tests say how: A9 (the broker's CumQty is not taken over
as a number: the report waits for its execution) and A23 (an execution does not resume a suspended order).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import (
    AnomalyCode,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    Life,
    OrdStatus,
    RequestKind,
)
from oms.model.ids import ExecId, VenueOrderId
from oms.model.requests import OrderCancelReplaceRequest, OrderStatusRequest
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.model.venue_profile import EXCHANGE, FIX_42_BROKER, FIX_BROKER, LateFills, VenueProfile
from tests.fakes import T0, S
from tests.matrices.bench import Bench, flags, kinds

CANCEL, REPLACE = CxlRejResponseTo.CANCEL, CxlRejResponseTo.REPLACE
NEW, PARTIALLY_FILLED, FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
CANCELED, PENDING_CANCEL, PENDING_REPLACE = (
    OrdStatus.CANCELED,
    OrdStatus.PENDING_CANCEL,
    OrdStatus.PENDING_REPLACE,
)


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


def working(tif: TimeInForce = DAY, profile: VenueProfile = FIX_BROKER) -> Bench:
    """An order for 10 that the broker works."""
    bench = Bench(tif=tif, profile=profile)
    bench.say(ExecType.NEW)
    return bench


def asked(bench: Bench) -> list[RequestKind]:
    return [request.kind for request in bench.order.outstanding_requests]


def canceled_with_4() -> Bench:
    bench = working()
    bench.trade("E1", 4)
    bench.say(ExecType.CANCELED, leaves_qty=Decimal(0))
    return bench


def test_a1_a_fill_under_a_pending_cancel_leaves_the_status_and_shows_in_the_quantities() -> None:
    bench = working()
    cancel = bench.cancel()
    assert cancel is not None
    bench.say(ExecType.PENDING_CANCEL, cl_ord_id=cancel)
    bench.trade("E1", 10, status=PENDING_CANCEL)

    assert (bench.order.status, bench.quantities) == (PENDING_CANCEL, d(10, 10, 0))
    assert bench.order.is_filled
    assert asked(bench) == [RequestKind.CANCEL]

    bench.refuse(cancel, CANCEL, FILLED)
    assert (bench.order.status, asked(bench)) == (FILLED, [])


def test_a2_the_refusal_of_a_second_order_under_the_same_id_does_not_kill_the_first() -> None:
    bench = working()
    bench.trade("E1", 4)
    before = bench.quantities

    bench.say(ExecType.REJECTED, PARTIALLY_FILLED, reject_code="6")

    assert (bench.order.life, bench.order.status, bench.quantities) == (Life.LIVE, PARTIALLY_FILLED, before)


def test_a2_a_refusal_as_a_duplicate_that_shows_no_status_does_not_kill_a_working_order() -> None:
    bench = working()
    bench.say(ExecType.REJECTED, ord_status=None, reject_code="6")
    assert (bench.order.status, bench.quantities) == (NEW, d(10, 0, 10))


def test_a3_a_rejection_after_a_fill_ends_the_order_as_canceled_and_keeps_the_fill() -> None:
    bench = working()
    bench.trade("E1", 4)

    events = bench.say(ExecType.REJECTED, leaves_qty=Decimal(0))

    assert (bench.order.status, bench.quantities) == (CANCELED, d(10, 4, 0))
    assert flags(events) == [AnomalyCode.CONTRADICTS_ORDER]


def test_a4_a_late_fill_is_booked_and_flagged_and_leaves_a_canceled_order_closed() -> None:
    bench = canceled_with_4()

    events = bench.trade("E2", 2, 101, CANCELED, leaves_qty=Decimal(0))

    assert kinds(events) == ["Traded", "AnomalyRaised"]
    assert flags(events) == [AnomalyCode.LATE_EXECUTION]
    assert (bench.order.status, bench.quantities) == (CANCELED, d(10, 6, 0))
    assert bench.order.notional == 4 * 100 + 2 * 101


def test_a4_late_fills_that_reach_the_quantity_read_filled() -> None:
    bench = canceled_with_4()
    bench.trade("E2", 6, status=FILLED)
    assert (bench.order.status, bench.order.life, bench.quantities) == (FILLED, Life.CANCELED, d(10, 10, 0))


def test_a4_nothing_is_raised_where_the_venue_is_known_for_late_fills() -> None:
    bench = working(profile=evolve(FIX_BROKER, late_fills=LateFills.EXPECTED))
    bench.say(ExecType.CANCELED, leaves_qty=Decimal(0))
    assert kinds(bench.trade("E1", 4, status=CANCELED)) == ["Traded"]
    assert bench.quantities == d(10, 4, 0)


def test_a5_a_late_fill_leaves_an_expired_order_expired() -> None:
    bench = working()
    bench.say(ExecType.EXPIRED, leaves_qty=Decimal(0))
    events = bench.trade("E1", 4, status=OrdStatus.EXPIRED, leaves_qty=Decimal(0))
    assert flags(events) == [AnomalyCode.LATE_EXECUTION]
    assert (bench.order.status, bench.quantities) == (OrdStatus.EXPIRED, d(10, 4, 0))


def test_a5_a_fill_of_a_rejected_order_is_booked_and_shown_and_raised() -> None:
    bench = Bench()
    bench.say(ExecType.REJECTED, leaves_qty=Decimal(0))

    events = bench.trade("E1", 4, status=PARTIALLY_FILLED)
    assert flags(events)
    assert (bench.order.status, bench.quantities) == (PARTIALLY_FILLED, d(10, 4, 0))

    bench.trade("E2", 6, status=FILLED)
    assert (bench.order.status, bench.quantities) == (FILLED, d(10, 10, 0))


def test_a6_a_filled_order_is_made_larger_only_where_the_profile_allows_it() -> None:
    allowed, refused = working(), working(profile=EXCHANGE)
    for bench in (allowed, refused):
        bench.trade("E1", 10, status=FILLED)

    assert allowed.replace(order_qty=12) is not None
    assert refused.replace(order_qty=12) is None
    assert isinstance(refused.events[-1], ev.ReplaceDenied)


@pytest.mark.parametrize("end", [ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED])
def test_a6_a_restatement_of_an_ended_order_is_an_anomaly(end: ExecType) -> None:
    bench = working()
    bench.say(end, leaves_qty=Decimal(0))
    status, quantities = bench.order.status, bench.quantities

    assert flags(bench.say(ExecType.RESTATED, NEW))
    assert (bench.order.status, bench.quantities) == (status, quantities)


def test_a6_a_restatement_reopens_a_canceled_order_where_the_profile_reinstates() -> None:
    bench = working(profile=evolve(FIX_BROKER, reinstates=True))
    bench.trade("E1", 4)
    bench.say(ExecType.CANCELED, leaves_qty=Decimal(0))

    events = bench.say(ExecType.RESTATED, PARTIALLY_FILLED)

    assert "OrderReinstated" in kinds(events)
    assert (bench.order.life, bench.order.status, bench.quantities) == (
        Life.LIVE,
        PARTIALLY_FILLED,
        d(10, 4, 6),
    )


def test_a7_an_overfill_is_booked_and_kept_and_flagged_with_nothing_open() -> None:
    bench = working()
    bench.trade("E1", 6, 100)
    events = bench.trade("E2", 7, 101, FILLED)

    assert flags(events) == [AnomalyCode.OVERFILL]
    assert (bench.order.status, bench.quantities) == (FILLED, d(10, 13, 0))
    assert bench.order.notional == 6 * 100 + 7 * 101


def test_a8_a_repeat_leaves_a_trace_and_nothing_else() -> None:
    bench = working()
    bench.trade("E1", 4)
    before = bench.looks()
    assert kinds(bench.again()) == ["ReportIgnored"]
    assert bench.looks() == before


def test_a8_the_same_exec_id_with_other_content_is_an_anomaly_and_no_correction() -> None:
    bench = working()
    bench.trade("E1", 4)
    before = bench.looks()
    events = bench.trade("E1", 5)
    assert flags(events) == [AnomalyCode.CONFLICTING_REPEAT]
    assert bench.looks() == before


def test_a8_the_same_exec_id_on_another_trading_day_is_another_execution() -> None:
    bench = working(tif=GTC)
    bench.trade("E1", 4)
    bench.day = 1
    assert kinds(bench.trade("E1", 4)) == ["Traded"]
    assert bench.quantities == d(10, 8, 2)


def test_a9_a_bust_of_an_unknown_execution_waits_for_it() -> None:
    bench = working()

    events = bench.bust("B1", "E1", 0)
    assert flags(events) == [AnomalyCode.UNKNOWN_EXECUTION]
    assert "ReportHeld" in kinds(events)
    assert (bench.order.status, bench.quantities) == (NEW, d(10, 0, 10))

    events = bench.trade("E1", 4)
    assert {"Traded", "TradeCanceled", "ReportReleased"} <= set(kinds(events))
    assert (bench.order.status, bench.quantities) == (NEW, d(10, 0, 10))


def test_a9_the_cum_qty_of_such_a_report_is_not_taken_over() -> None:
    bench = working()
    bench.trade("E1", 4)
    bench.bust("B9", "E9", 0, cum_qty=Decimal(3), leaves_qty=Decimal(7))
    assert bench.quantities == d(10, 4, 6)


def test_a9_a_correction_of_an_unknown_execution_waits_for_it() -> None:
    bench = working()
    bench.correct("C1", "E1", 0, 3, 101)
    bench.cum_qty = Decimal(0)
    bench.trade("E1", 4, 100)
    assert bench.quantities == d(10, 3, 7)
    assert bench.order.notional == 3 * 101


def test_a9_a_busted_execution_is_not_busted_again() -> None:
    bench = working()
    bench.trade("E1", 4)
    bench.bust("B1", "E1", 4)
    assert flags(bench.bust("B2", "E1", 0)) == [AnomalyCode.UNKNOWN_EXECUTION]
    assert (bench.order.status, bench.quantities) == (NEW, d(10, 0, 10))


@pytest.mark.parametrize("ref", ["E1", "C1"])
def test_a9_a_second_correction_may_name_the_first_one_or_the_execution(ref: str) -> None:
    bench = working()
    bench.trade("E1", 4, 100)
    bench.correct("C1", "E1", 4, 5, 100)
    bench.correct("C2", ref, 5, 2, 101)
    assert bench.quantities == d(10, 2, 8)
    assert bench.order.notional == 2 * 101


def test_a10_a_bust_reopens_a_filled_order() -> None:
    bench = working()
    bench.trade("E1", 4)
    bench.trade("E2", 6, status=FILLED)
    bench.bust("B1", "E2", 6, PARTIALLY_FILLED)
    assert (bench.order.status, bench.quantities) == (PARTIALLY_FILLED, d(10, 4, 6))


def test_a10_a_bust_does_not_reopen_an_order_that_its_report_shows_with_nothing_left() -> None:
    bench = working()
    bench.trade("E1", 10, status=FILLED)
    bench.bust("B1", "E1", 10, leaves_qty=Decimal(0))
    assert bench.quantities == d(10, 0, 0)


def test_a10_on_an_exchange_nothing_works_again_unless_the_report_says_so() -> None:
    silent, said = working(profile=EXCHANGE), working(profile=EXCHANGE)
    for bench in (silent, said):
        bench.trade("E1", 10, status=FILLED)

    silent.bust("B1", "E1", 10, leaves_qty=None)
    said.bust("B1", "E1", 10, NEW, leaves_qty=Decimal(10))

    assert silent.quantities == d(10, 0, 0)
    assert said.quantities == d(10, 0, 10)


@pytest.mark.parametrize("last_qty", [None, Decimal(0), Decimal(1), Decimal(999)])
def test_a11_the_size_on_a_bust_means_nothing(last_qty: Decimal | None) -> None:
    bench = working()
    bench.trade("E1", 4)
    bench.trade("E2", 3)
    bench.bust("B1", "E1", 4, last_qty=last_qty)
    assert bench.quantities == d(10, 3, 7)


def test_a12_a_correction_gives_the_new_size_and_price_and_no_difference() -> None:
    bench = working()
    bench.trade("E1", 4, 100)
    bench.trade("E2", 2, 99)
    bench.correct("C1", "E1", 4, 3, 101)
    assert bench.quantities == d(10, 5, 5)
    assert bench.order.notional == 3 * 101 + 2 * 99


def test_a13_a_bust_moves_the_day_that_its_execution_belongs_to() -> None:
    bench = working(tif=GTC)
    bench.trade("E1", 4)
    bench.day = 1
    bench.trade("E2", 3)
    assert (bench.order.day_order_qty, bench.order.day_cum_qty) == d(6, 3)

    bench.bust("B1", "E1", 4)
    assert (bench.order.day_order_qty, bench.order.day_cum_qty) == d(10, 3)

    bench.bust("B2", "E2", 3)
    assert (bench.order.day_order_qty, bench.order.day_cum_qty) == d(10, 0)
    assert bench.quantities == d(10, 0, 10)


def split() -> Bench:
    """10 wanted, 4 executed at 100, and then every unit became two."""
    bench = working(tif=GTC)
    bench.trade("E1", 4, 100)
    bench.day = 1
    bench.order_qty, bench.cum_qty = d(20, 8)
    reason = ExecRestatementReason.GT_CORPORATE_ACTION
    bench.say(ExecType.RESTATED, PARTIALLY_FILLED, exec_restatement_reason=reason)
    return bench


def test_a14_a_restatement_for_a_split_moves_the_executed_quantity_and_not_what_it_was_worth() -> None:
    bench = split()
    assert bench.quantities == d(20, 8, 12)
    assert (bench.order.notional, bench.order.avg_px) == d(400, 50)
    assert (bench.order.day_order_qty, bench.order.day_cum_qty) == d(12, 0)


def test_a14_a_bust_of_an_execution_before_the_split_takes_back_all_that_it_became() -> None:
    bench = split()
    bench.trade("E2", 3, 51)
    bench.bust("B1", "E1", 8)
    assert bench.quantities == d(20, 3, 17)
    assert bench.order.notional == 3 * 51


@pytest.mark.parametrize(
    ("wanted", "given"), [(3, 4), (20, 15), (8, 8)], ids=["lifted", "lowered", "as asked"]
)
def test_a15_the_total_is_what_the_answer_says_and_not_what_was_asked(wanted: int, given: int) -> None:
    bench = working()
    bench.trade("E1", 4)
    replace = bench.replace(order_qty=wanted)
    bench.order_qty = Decimal(given)
    bench.say(ExecType.REPLACED, FILLED if given == 4 else PARTIALLY_FILLED, cl_ord_id=replace)
    assert bench.quantities == d(given, 4, given - 4)


def test_a16_no_pending_report_need_come_before_an_answer() -> None:
    bench = working()
    replace = bench.replace(order_qty=12)
    bench.order_qty = Decimal(12)
    assert kinds(bench.say(ExecType.REPLACED, NEW, cl_ord_id=replace)) == ["OrderReplaced"]
    cancel = bench.cancel()
    assert kinds(bench.say(ExecType.CANCELED, cl_ord_id=cancel, leaves_qty=Decimal(0))) == ["OrderCanceled"]
    assert (bench.order.status, bench.quantities) == (CANCELED, d(12, 0, 0))


def test_a17_a_refusal_falls_back_to_the_facts_of_its_moment() -> None:
    bench = working()
    replace = bench.replace(order_qty=12)
    assert replace is not None
    bench.say(ExecType.PENDING_REPLACE, cl_ord_id=replace)
    bench.trade("E1", 4, status=PENDING_REPLACE)
    bench.refuse(replace, REPLACE, PARTIALLY_FILLED)
    assert (bench.order.status, bench.quantities) == (PARTIALLY_FILLED, d(10, 4, 6))


def test_a17_a_refusal_leaves_what_another_request_keeps_pending() -> None:
    bench = working()
    first, second = bench.replace(order_qty=12), bench.replace(order_qty=15)
    assert second is not None
    bench.say(ExecType.PENDING_REPLACE, cl_ord_id=first)
    bench.refuse(second, REPLACE, PENDING_REPLACE, reject_code="3")
    assert bench.order.status is PENDING_REPLACE
    assert [request.cl_ord_id for request in bench.order.outstanding_requests] == [first]


def test_a18_a_refusal_is_told_by_its_id_alone_and_what_was_chained_on_it_still_stands() -> None:
    bench = working()
    first, second = bench.replace(order_qty=12), bench.replace(order_qty=15)
    assert first is not None
    chained = bench.requests[-1]
    assert isinstance(chained, OrderCancelReplaceRequest)
    assert chained.orig_cl_ord_id == first

    # The broker names the id that it accepted last, and re-bases the second one on it.
    bench.refuse(first, REPLACE, NEW, orig_cl_ord_id=bench.cl_ord_id)
    assert [request.cl_ord_id for request in bench.order.outstanding_requests] == [second]

    bench.order_qty = Decimal(15)
    bench.say(ExecType.REPLACED, NEW, cl_ord_id=second, orig_cl_ord_id=bench.cl_ord_id)
    assert (bench.order.cl_ord_id, bench.quantities, asked(bench)) == (second, d(15, 0, 15), [])


@pytest.mark.parametrize("shown", [NEW, PENDING_CANCEL])
def test_a19_an_acknowledgement_does_not_end_a_pending_cancel(shown: OrdStatus) -> None:
    bench = Bench()
    cancel = bench.cancel()
    bench.say(ExecType.PENDING_CANCEL, cl_ord_id=cancel)
    bench.say(ExecType.NEW, shown)
    assert (bench.order.life, bench.order.status) == (Life.LIVE, PENDING_CANCEL)
    assert asked(bench) == [RequestKind.CANCEL]


def test_a20_that_the_broker_does_not_know_an_order_does_not_end_it_and_is_asked_about() -> None:
    bench = Bench()
    cancel = bench.cancel()
    assert cancel is not None

    events = bench.refuse(
        cancel, CANCEL, OrdStatus.REJECTED, reject_code="1", venue_order_id=VenueOrderId("NONE")
    )

    assert not bench.order.is_ended
    assert asked(bench) == [RequestKind.NEW]
    assert flags(events) == [AnomalyCode.ABSENT_AT_BROKER]
    assert "OrderStatusRequested" in kinds(events)
    assert isinstance(bench.requests[-1], OrderStatusRequest)
    assert bench.order.venue_order_id is None


def test_a21_the_end_of_an_order_closes_every_request_and_their_late_refusals_change_nothing() -> None:
    bench = working()
    replace = bench.replace(order_qty=12)
    assert replace is not None
    bench.say(ExecType.PENDING_REPLACE, cl_ord_id=replace)
    bench.say(ExecType.CANCELED, leaves_qty=Decimal(0))
    assert (bench.order.status, asked(bench)) == (CANCELED, [])

    before = bench.looks()
    events = bench.refuse(replace, REPLACE, CANCELED)
    assert flags(events) == []
    assert bench.looks() == before


@pytest.mark.parametrize("tif", [DAY, GTC], ids=["day order", "good till canceled"])
def test_a22_what_is_left_of_an_order_that_is_done_for_the_day_is_what_the_report_says(
    tif: TimeInForce,
) -> None:
    bench = working(tif=tif)
    bench.trade("E1", 4)
    left = Decimal(0 if tif is DAY else 6)
    bench.say(ExecType.DONE_FOR_DAY, leaves_qty=left)
    assert (bench.order.status, bench.quantities) == (OrdStatus.DONE_FOR_DAY, (Decimal(10), Decimal(4), left))
    assert bench.order.is_closed is (not left)
    assert not bench.order.is_ended


def test_a22_what_is_done_for_the_day_may_still_be_busted() -> None:
    bench = working()
    bench.trade("E1", 4)
    bench.say(ExecType.DONE_FOR_DAY, leaves_qty=Decimal(0))
    bench.bust("B1", "E1", 4, OrdStatus.DONE_FOR_DAY, leaves_qty=Decimal(0))
    assert (bench.order.status, bench.quantities) == (OrdStatus.DONE_FOR_DAY, d(10, 0, 0))


def suspended() -> Bench:
    bench = working()
    bench.trade("E1", 4)
    bench.say(ExecType.SUSPENDED)
    assert bench.order.status is OrdStatus.SUSPENDED
    return bench


def test_a23_an_execution_of_a_suspended_order_is_late_and_resumes_nothing() -> None:
    bench = suspended()
    events = bench.trade("E2", 2, status=OrdStatus.SUSPENDED)
    assert flags(events) == [AnomalyCode.LATE_EXECUTION]
    assert (bench.order.status, bench.quantities) == (OrdStatus.SUSPENDED, d(10, 6, 4))


@pytest.mark.parametrize(
    "how", [ExecType.NEW, ExecType.RESTATED, ExecType.REPLACED], ids=lambda how: how.name
)
def test_a23_a_later_report_that_shows_it_working_resumes_a_suspended_order(how: ExecType) -> None:
    bench = suspended()
    replace = None
    if how is ExecType.REPLACED:
        replace = bench.replace(order_qty=12)
        bench.order_qty = Decimal(12)
    bench.say(how, PARTIALLY_FILLED, cl_ord_id=replace or bench.cl_ord_id)
    assert bench.order.status is PARTIALLY_FILLED
    assert bench.quantities == d(12 if replace else 10, 4, 8 if replace else 6)


def test_a23_an_acknowledgement_from_before_the_suspension_does_not_resume() -> None:
    bench = suspended()
    assert kinds(bench.say(ExecType.NEW, NEW, transact_time_ns=T0 + S // 2)) == ["ReportIgnored"]
    assert bench.order.status is OrdStatus.SUSPENDED


def test_a23_calculated_changes_no_quantity() -> None:
    bench = working()
    bench.trade("E1", 10, status=FILLED)
    bench.say(ExecType.CALCULATED, order_qty=Decimal(99), cum_qty=Decimal(5), leaves_qty=Decimal(94))
    assert (bench.order.status, bench.quantities) == (OrdStatus.CALCULATED, d(10, 10, 0))


def test_a23_an_order_that_is_accepted_for_bidding_is_shown_so_until_anything_else_is_said() -> None:
    bench = Bench()
    bench.say(ExecType.ORDER_STATUS, OrdStatus.ACCEPTED_FOR_BIDDING)
    assert (bench.order.life, bench.order.status) == (Life.SENT, OrdStatus.ACCEPTED_FOR_BIDDING)
    bench.say(ExecType.NEW)
    assert (bench.order.life, bench.order.status) == (Life.LIVE, NEW)


@pytest.mark.parametrize(
    ("exec_type", "profile"),
    [(ExecType.STOPPED, FIX_BROKER), (ExecType.TRADE, FIX_42_BROKER)],
    ids=["4.4", "4.2"],
)
def test_a24_a_guarantee_is_no_execution_whatever_its_exec_type(
    exec_type: ExecType, profile: VenueProfile
) -> None:
    bench = working(profile=profile)
    events = bench.say(exec_type, OrdStatus.STOPPED, last_qty=Decimal(4), last_px=Decimal(101))

    assert kinds(events) == ["OrderStopped"]
    assert (bench.order.status, bench.quantities) == (OrdStatus.STOPPED, d(10, 0, 10))
    assert bench.order.guarantee == d(4, 101)

    bench.trade("E1", 4, 100, OrdStatus.STOPPED)
    assert (bench.order.status, bench.quantities) == (OrdStatus.STOPPED, d(10, 4, 6))


def test_a24_an_execution_of_a_stopped_order_is_booked_whatever_has_been_heard_of_the_others() -> None:
    # The first execution was busted, and is heard of last: what the second one counts is what is counted already.
    bench = working()
    bench.say(ExecType.STOPPED, OrdStatus.STOPPED, last_qty=Decimal(4), last_px=Decimal(101))
    events = bench.say(
        ExecType.TRADE,
        OrdStatus.STOPPED,
        exec_id=ExecId("E2"),
        last_qty=Decimal(4),
        last_px=Decimal(100),
        cum_qty=Decimal(0),
    )
    assert "Traded" in kinds(events)
    assert bench.quantities == d(10, 4, 6)


@pytest.mark.parametrize("profile", [EXCHANGE, FIX_BROKER], ids=lambda profile: profile.name)
def test_a25_one_report_may_carry_an_execution_and_the_end(profile: VenueProfile) -> None:
    bench = Bench(profile=profile)
    events = bench.trade("E1", 4, status=CANCELED)
    assert kinds(events)[:2] == ["Traded", "OrderCanceled"]
    assert (bench.order.life, bench.order.status, bench.quantities) == (Life.CANCELED, CANCELED, d(10, 4, 0))


def test_a26_an_execution_implies_the_acknowledgement_and_a_later_one_is_a_repeat() -> None:
    bench = Bench()
    bench.trade("E1", 4, status=PARTIALLY_FILLED)
    assert (bench.order.life, bench.order.status, asked(bench)) == (Life.LIVE, PARTIALLY_FILLED, [])

    assert kinds(bench.say(ExecType.NEW, NEW)) == ["ReportIgnored"]
    assert (bench.order.status, bench.quantities) == (PARTIALLY_FILLED, d(10, 4, 6))


def test_a27_an_order_is_found_by_its_venue_id_alone() -> None:
    bench = working()
    bench.trade("E1", 4, cl_ord_id=None)
    assert bench.quantities == d(10, 4, 6)


def test_a27_an_order_is_found_by_the_id_of_its_cancel() -> None:
    bench = working()
    cancel = bench.cancel()
    bench.trade("E1", 4, cl_ord_id=cancel, venue_order_id=None)
    assert (bench.quantities, asked(bench)) == (d(10, 4, 6), [RequestKind.CANCEL])


def test_a27_an_order_that_was_never_given_here_is_adopted_where_the_profile_says_so() -> None:
    bench = working()
    stranger: dict[str, Any] = {
        "cl_ord_id": None,
        "venue_order_id": VenueOrderId("V2"),
        "account": bench.order.account,
    }
    bench.say(ExecType.NEW, NEW, order_qty=Decimal(7), cum_qty=Decimal(0), leaves_qty=Decimal(7), **stranger)
    bench.trade("F1", 3, order_qty=Decimal(7), cum_qty=Decimal(3), leaves_qty=Decimal(4), **stranger)

    other = list(bench.engine.state.index.by_id.values())[1]
    assert other.is_external
    assert (other.status, other.order_qty, other.cum_qty, other.leaves_qty) == (PARTIALLY_FILLED, *d(7, 3, 4))
    assert bench.quantities == d(10, 0, 10)

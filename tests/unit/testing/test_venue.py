"""The venue that the machine is held against: what it says must be true, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.reports import Absent, ExecutionReport, Found, OrderCancelReject, Sent
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, GTC, Day, GoodTillCancel
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, VenueProfile
from oms.testing.decisions import Decision, begin_day, decide, possible
from oms.testing.dice import Dice
from oms.testing.venue import TruthfulVenue, Wording
from tests.fakes import T0, S, d

NEW_ID, NEXT_ID, LAST_ID = ClOrdId("A"), ClOrdId("B"), ClOrdId("C")
WHERE = (BrokerName("venue"), OrderId(1))


def dice(size: int = 1, which: int = 0, px: str = "10") -> Dice:
    return Dice(size, which, d(1), d(px))


def opened(
    profile: VenueProfile = FIX_BROKER, *, tif: Day | GoodTillCancel = DAY, wording: Wording | None = None
) -> TruthfulVenue:
    """A venue with an accepted order for 10 at 10."""
    venue = TruthfulVenue(profile, now_ns=T0, wording=wording)
    where = (*WHERE, NEW_ID, T0, Symbol("TEST"), Side.BUY)
    venue.hear(NewOrderSingle(*where, d(10), Limit(10), tif, Account("main")))
    decide(venue, Decision.ACCEPT, dice())
    return venue


def replace(venue: TruthfulVenue, identity: ClOrdId, qty: int) -> None:
    head = (*WHERE, identity, T0 + len(venue.said), NEW_ID, None, Symbol("TEST"), Side.BUY)
    venue.hear(OrderCancelReplaceRequest(*head, d(qty), Limit(10), DAY, Account("main")))


def cancel(venue: TruthfulVenue, identity: ClOrdId) -> None:
    head = (*WHERE, identity, T0, NEW_ID, None, Symbol("TEST"), Side.BUY)
    venue.hear(OrderCancelRequest(*head, d(10), Account("main")))


def last(
    venue: TruthfulVenue,
) -> tuple[ExecType, ClOrdId | None, OrdStatus | None, Decimal | None, Decimal | None]:
    report = venue.said[-1]
    assert isinstance(report, ExecutionReport)
    return report.exec_type, report.cl_ord_id, report.ord_status, report.cum_qty, report.leaves_qty


def test_a_replace_that_arrives_after_one_that_was_built_on_it_is_refused_even_of_the_same_moment() -> None:
    venue = opened()
    where = (Symbol("TEST"), Side.BUY)
    for identity, orig, qty in ((LAST_ID, NEXT_ID, 10), (NEXT_ID, NEW_ID, 20)):
        head = (*WHERE, identity, T0, orig, None, *where)
        venue.hear(OrderCancelReplaceRequest(*head, d(qty), Limit(10), DAY, Account("main")))

    refused = venue.said[-1]
    assert isinstance(refused, OrderCancelReject)
    assert refused.cl_ord_id == NEXT_ID
    assert [asked.cl_ord_id for asked in venue.existing.undecided] == [LAST_ID]


def test_executions_a_correction_and_a_bust_add_up() -> None:
    venue = opened()
    decide(venue, Decision.FILL, dice(4, px="10"))
    decide(venue, Decision.FILL, dice(2, px="11"))
    truth = venue.existing
    assert (truth.cum_qty, truth.notional, truth.leaves_qty) == (d(6), d(62), d(4))

    decide(venue, Decision.CORRECT, dice(3, px="9"))
    assert (truth.cum_qty, truth.notional, truth.leaves_qty) == (d(5), d(49), d(5))
    assert last(venue) == (ExecType.TRADE_CORRECT, NEW_ID, OrdStatus.PARTIALLY_FILLED, d(5), d(5))

    decide(venue, Decision.BUST, dice(which=1))
    assert (truth.cum_qty, truth.notional, truth.avg_px) == (d(3), d(27), d(9))


def test_a_fill_while_a_replace_is_undecided_carries_the_old_identity_and_total() -> None:
    venue = opened()
    replace(venue, NEXT_ID, 20)
    decide(venue, Decision.PEND_REQUEST, dice())
    assert last(venue) == (ExecType.PENDING_REPLACE, NEXT_ID, OrdStatus.PENDING_REPLACE, d(0), d(10))

    decide(venue, Decision.FILL, dice(4))
    assert last(venue) == (ExecType.TRADE, NEW_ID, OrdStatus.PENDING_REPLACE, d(4), d(6))

    decide(venue, Decision.ACCEPT_REQUEST, dice())
    assert last(venue) == (ExecType.REPLACED, NEXT_ID, OrdStatus.PARTIALLY_FILLED, d(4), d(16))


def test_a_replace_below_what_has_executed_means_stop_here() -> None:
    venue = opened()
    decide(venue, Decision.FILL, dice(6))
    replace(venue, NEXT_ID, 2)
    decide(venue, Decision.ACCEPT_REQUEST, dice())

    assert venue.existing.order_qty == d(6)
    assert last(venue) == (ExecType.REPLACED, NEXT_ID, OrdStatus.FILLED, d(6), d(0))


@pytest.mark.parametrize(
    ("profile", "leaves"), [(FIX_BROKER, 10), (EXCHANGE, 6)], ids=["at a broker", "at an exchange"]
)
def test_what_is_busted_works_again_only_at_a_broker(profile: VenueProfile, leaves: int) -> None:
    venue = opened(profile)
    decide(venue, Decision.FILL, dice(4))
    decide(venue, Decision.BUST, dice())

    assert last(venue)[3:] == (d(0), d(leaves))


def test_an_exchange_bundles_a_fill_with_the_end_and_may_trade_late() -> None:
    venue = opened(EXCHANGE)
    decide(venue, Decision.FILL_AND_CANCEL, dice(3))
    assert last(venue) == (ExecType.TRADE, NEW_ID, OrdStatus.CANCELED, d(3), d(0))

    decide(venue, Decision.LATE_FILL, dice(8))
    assert last(venue) == (ExecType.TRADE, NEW_ID, OrdStatus.FILLED, d(10), d(0))


def test_the_end_refuses_what_was_still_asked() -> None:
    venue = opened()
    replace(venue, NEXT_ID, 20)
    cancel(venue, LAST_ID)
    decide(venue, Decision.EXPIRE, dice())

    refused = [report.cl_ord_id for report in venue.said if isinstance(report, OrderCancelReject)]
    assert refused == [NEXT_ID, LAST_ID]
    assert venue.existing.undecided == []
    assert Decision.FILL not in possible(venue)


def test_a_good_till_order_is_renewed_on_the_next_day_and_a_day_order_ends() -> None:
    renewed = opened(tif=GTC)
    decide(renewed, Decision.FINISH_DAY, dice())
    assert last(renewed)[2:] == (OrdStatus.DONE_FOR_DAY, d(0), d(10))
    renewed.now_ns = T0 + 86_400 * S
    begin_day(renewed)
    assert last(renewed) == (ExecType.RESTATED, NEW_ID, OrdStatus.NEW, d(0), d(10))

    ended = opened()
    decide(ended, Decision.FINISH_DAY, dice())
    assert last(ended)[2:] == (OrdStatus.DONE_FOR_DAY, d(0), d(0))
    begin_day(ended)
    assert last(ended)[0] is ExecType.EXPIRED


def test_a_split_doubles_the_total_and_what_has_executed_and_keeps_its_worth() -> None:
    venue = opened()
    decide(venue, Decision.FILL, dice(4, px="10"))
    decide(venue, Decision.SPLIT, dice())

    truth = venue.existing
    assert (truth.order_qty, truth.cum_qty, truth.traded_qty, truth.avg_px) == (d(20), d(8), d(4), d(5))


def test_a_cancel_that_comes_before_its_order_is_for_an_unknown_order() -> None:
    venue = TruthfulVenue(FIX_BROKER, now_ns=T0)
    cancel(venue, LAST_ID)

    (refusal,) = venue.said
    assert isinstance(refusal, OrderCancelReject)
    assert (refusal.venue_order_id, refusal.ord_status, refusal.reject_code) == (
        "NONE",
        OrdStatus.REJECTED,
        "1",
    )


def test_a_question_is_answered_by_what_is_known_of_the_request() -> None:
    venue = opened()
    assert venue.answer(LAST_ID) == Absent(True, "no such request")
    replace(venue, NEXT_ID, 20)
    asked = venue.answer(NEXT_ID)
    assert isinstance(asked, Found)
    assert (asked.report.cl_ord_id, asked.report.ord_status) == (NEXT_ID, OrdStatus.PENDING_REPLACE)
    decide(venue, Decision.REFUSE_REQUEST, dice())
    said = len(venue.said)
    assert venue.answer(NEXT_ID) == Sent()
    assert venue.said[said:] == [venue.refusals[NEXT_ID]]


def test_what_is_not_said_is_left_out_and_the_rest_stays() -> None:
    quiet = Wording(has_times=False, has_numbers=False, has_cl_ord_ids=False, has_totals=False)
    venue = opened(wording=quiet)
    decide(venue, Decision.FILL, dice(4))

    accepted, traded = venue.said
    assert isinstance(accepted, ExecutionReport)
    assert isinstance(traded, ExecutionReport)
    assert (accepted.cl_ord_id, accepted.order_qty, accepted.transact_time_ns) == (NEW_ID, d(10), None)
    unsaid = (traded.cl_ord_id, traded.order_qty, traded.cum_qty, traded.trade_date, traded.report_seq)
    assert unsaid == (None,) * 5
    assert (traded.venue_order_id, traded.last_qty, traded.last_px) == ("V1", d(4), d(10))


def test_no_intent_may_be_sent_twice() -> None:
    venue = opened()
    again = NewOrderSingle(
        *WHERE, NEXT_ID, T0, Symbol("TEST"), Side.BUY, d(1), Limit(10), DAY, Account("main")
    )
    first = venue.truth

    assert venue.hear(again) == []
    assert venue.broken == [f"a second order has arrived: {again}"]
    assert venue.truth is first

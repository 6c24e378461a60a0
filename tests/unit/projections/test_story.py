"""The story of an order: each kind of event has its sentence, and the end says why the order stands where it stands."""

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve

from oms.errors import TransitionError, UnknownOrderError
from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecRestatementReason, ExecType, HeldPolicy, Side, TriggerPriceType
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.offset import Offset
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import ExecutionReport
from oms.model.slippage import AlertState, Measure
from oms.model.terms import Limit, Market, Pegged, Strategy
from oms.model.time_in_force import GTC, IOC
from oms.model.triggers import QuoteTrigger, ReachedTrigger, TrailingTrigger, stop
from oms.model.work import Pace, WorkEnd
from oms.projections.story import tell_story
from tests.unit.journals import (
    CANCEL_ID,
    MS,
    NEW_ID,
    REPLACE_ID,
    ROUTED,
    T0,
    Journal,
    kinds_of_events,
    make,
    venue_id,
)
from tests.unit.projections.watched import a_finding

FIRST: Final = OrderId(1)
OFF_TICK: Final = (Reason(ReasonCode.OFF_TICK, "price", "1.005", "1 or 1.01"),)


def working() -> Journal:
    journal = Journal()
    journal.submit()
    journal.report(ev.OrderAcknowledged)
    return journal


def asked(kind: type[ev.Event]) -> Journal:
    journal = working()
    journal.add(kind, how="a command")
    return journal


def immediate() -> Journal:
    journal = Journal()
    journal.submit(time_in_force=IOC)
    journal.report(ev.OrderAcknowledged, venue_order_id=venue_id("V1"))
    return journal


def created() -> Journal:
    journal = Journal()
    journal.add(ev.OrderCreated, how="SubmitOrder")
    return journal


def held() -> Journal:
    journal = created()
    journal.add(ev.OrderHeld)
    return journal


def pegged() -> Journal:
    journal = Journal()
    journal.add(ev.OrderCreated, how="SubmitOrder", terms=Pegged())
    journal.add(ev.OrderHeld, trigger=QuoteTrigger(side=Side.BUY))
    return journal


def submitted() -> Journal:
    journal = Journal()
    journal.submit()
    return journal


def traded() -> Journal:
    journal = working()
    journal.report(ev.Traded)
    return journal


def to_cancel() -> Journal:
    return asked(ev.CancelRequested)


def to_replace() -> Journal:
    return asked(ev.ReplaceRequested)


def external() -> Journal:
    journal = Journal()
    journal.report(ev.OrderAdopted, venue_order_id=venue_id("V9"))
    return journal


def in_cash() -> Journal:
    journal = Journal()
    journal.submit(order_qty=Decimal(0), cash_order_qty=Decimal(5000), terms=Market())
    return journal


def doubtful() -> Journal:
    journal = submitted()
    journal.report(ev.RequestInDoubt, text="timed out", how="Unknown")
    return journal


def done_for_day() -> Journal:
    journal = working()
    journal.report(ev.OrderDoneForDay, trade_date="20260105")
    return journal


def suspended() -> Journal:
    journal = working()
    journal.report(ev.OrderSuspended)
    return journal


def worked() -> Journal:
    journal = created()
    journal.add(ev.WorkPlanned)
    return journal


def canceled_elsewhere() -> Journal:
    journal = working()
    journal.report(ev.OrderPendingCancel, cl_ord_id=None)
    return journal


def flagged() -> Journal:
    """Events 1 to 3 are a working order, 4 is an anomaly, 5 a report that is kept."""
    journal = working()
    journal.report(ev.AnomalyRaised, code=AnomalyCode.UNKNOWN_EXECUTION, text="no such execution")
    journal.add(ev.ReportHeld, also=True, order_id=FIRST, report=BUST, text="execution x9")
    return journal


def ended() -> Journal:
    journal = working()
    journal.report(ev.OrderCanceled)
    return journal


BUST: Final = ExecutionReport(ExecType.TRADE_CANCEL, exec_id=ExecId("h9"), exec_ref_id=ExecId("x9"))
WORDS: Final = {"text": "so it is"}
ALL_FEES: Final = {"commission": Decimal("0.10"), "comm_currency": "USD", "transact_time_ns": T0 + MS}

# kind of event: (what came before, the event's fields, the sentence)
Case = tuple[Callable[[], Journal], type[ev.Event], dict[str, Any], str]
SENTENCES: Final[list[Case]] = [
    (Journal, ev.OrderCreated, {}, "asked for: BUY 100 AAPL limit 189.5 DAY"),
    (Journal, ev.OrderCreated, {"leg": (7, 2)}, "asked for: BUY 100 AAPL limit 189.5 DAY, leg 2 of group 7"),
    (
        Journal,
        ev.OrderCreated,
        {"reference_px": Decimal("189.40"), "reference_ns": T0 - 2 * MS},
        "asked for: BUY 100 AAPL limit 189.5 DAY; the market was at 189.4, 2 ms before",
    ),
    (
        Journal,
        ev.OrderCreated,
        {"order_qty": Decimal(0), "cash_order_qty": Decimal("5000.50"), "terms": Market()},
        "asked for: BUY AAPL for 5000.5 in cash market DAY",
    ),
    (
        Journal,
        ev.OrderAdopted,
        {"cl_ord_id": None, "venue_order_id": venue_id("V9"), "text": "bob: given by telephone"},
        "not given here, adopted from paper: BUY 100 AAPL limit 189.5 DAY, the venue calls it V9; bob: given by telephone",
    ),
    (
        Journal,
        ev.OrderAdopted,
        {"cl_ord_id": ClOrdId("theirs")},
        "not given here, adopted from paper: BUY 100 AAPL limit 189.5 DAY, ClOrdID theirs",
    ),
    (
        created,
        ev.OrderDenied,
        {"reasons": OFF_TICK},
        "denied here, never sent: OFF_TICK: price = 1.005; allowed: 1 or 1.01",
    ),
    (
        created,
        ev.OrderRouted,
        {},
        "routed: 100 to paper at 189.5; other down; the best shown was 20 at 189.4 at other",
    ),
    (
        created,
        ev.OrderRouted,
        {"decision": evolve(ROUTED, best_broker=None, best_px=None, candidates=ROUTED.candidates[1:])},
        "routed: nothing goes anywhere; other down; no price was shown",
    ),
    (
        created,
        ev.OrderRouted,
        {"decision": evolve(ROUTED, candidates=(evolve(ROUTED.candidates[0], px=None),))},
        "routed: 100 to paper; the best shown was 20 at 189.4 at other",
    ),
    (
        created,
        ev.OrderRouted,
        {"decision": evolve(ROUTED, after=OrderId(7), successor=OrderId(1))},
        "routed after order 7: 100 to paper at 189.5; other down; the best shown was 20 at 189.4 at other",
    ),
    (created, ev.OrderSubmitted, {}, "new order new-1 sent to paper"),
    (submitted, ev.OrderPendingNew, {}, "the broker has it and has not decided"),
    (
        submitted,
        ev.OrderAcknowledged,
        {"venue_order_id": venue_id("V1")},
        "acknowledged, the venue calls it V1",
    ),
    (
        submitted,
        ev.OrderAcknowledged,
        {"order_qty": Decimal(80)},
        "acknowledged with 80 in all, not 100",
    ),
    (in_cash, ev.OrderAcknowledged, {"order_qty": Decimal(26)}, "acknowledged with 26 in all"),
    (submitted, ev.OrderAcknowledged, {"order_qty": Decimal(100)}, "acknowledged"),
    (working, ev.OrderNamed, {"venue_order_id": venue_id("V9")}, "the venue calls it V9"),
    (
        submitted,
        ev.OrderAcceptedForBidding,
        {},
        "the broker has it and is pricing the list that it belongs to",
    ),
    (submitted, ev.OrderRejected, {**WORDS, "reject_code": "99"}, "rejected: so it is [99]"),
    (submitted, ev.OrderRejected, {}, "rejected"),
    (working, ev.Traded, {}, "executed 40 at 189.5 (execution x1, maker)"),
    (
        working,
        ev.Traded,
        {**ALL_FEES, "last_liquidity_ind": None},
        "executed 40 at 189.5 (execution x1, fee 0.1 USD, at the venue 14:30:00.001)",
    ),
    (ended, ev.Traded, {}, "late: executed 40 at 189.5 (execution x1, maker)"),
    (
        traded,
        ev.TradeCorrected,
        {"last_qty": Decimal(30), "last_px": Decimal(189), "exec_id": ExecId("g1")},
        "execution x1 is corrected: 30 at 189, not 40 at 189.5",
    ),
    (
        traded,
        ev.TradeCanceled,
        {"exec_id": ExecId("h1")},
        "execution x1 is busted: 40 at 189.5 did not happen",
    ),
    (
        traded,
        ev.TradeCorrected,
        {"last_qty": Decimal(30), "exec_id": ExecId("g1"), "reopens": False},
        "execution x1 is corrected: 30 at 189.5, not 40 at 189.5; what it takes off does not work again",
    ),
    (
        traded,
        ev.TradeCorrected,
        {"last_px": Decimal(189), "exec_id": ExecId("g1"), "reopens": False},
        "execution x1 is corrected: 40 at 189, not 40 at 189.5",
    ),
    (
        traded,
        ev.TradeCanceled,
        {"exec_id": ExecId("h1"), "reopens": False},
        "execution x1 is busted: 40 at 189.5 did not happen, and does not work again",
    ),
    (traded, ev.FeeCharged, {}, "fee of 0.35 USD (commission) for execution x1"),
    (
        traded,
        ev.FeeCharged,
        {"amount": Decimal("-0.20"), "kind": "", "exec_id": None},
        "rebate of 0.2 USD for the order",
    ),
    (working, ev.CancelRequested, {}, "cancel cancel-1 of new-1 sent to paper"),
    (
        working,
        ev.CancelRequested,
        {"left_ns": T0},
        "cancel cancel-1 of new-1 sent to paper at 2026-01-05 14:30:00.000 UTC, before it could be recorded: an emergency cancel",
    ),
    (working, ev.CancelDenied, {"reasons": OFF_TICK}, f"cancel refused here, not sent: {OFF_TICK[0]}"),
    (to_cancel, ev.OrderPendingCancel, {}, "cancel cancel-1 is with the broker, which has not decided"),
    (
        working,
        ev.OrderPendingCancel,
        {"cl_ord_id": None},
        "the broker is deciding on a cancel that was asked for elsewhere",
    ),
    (canceled_elsewhere, ev.OrderCanceled, WORDS, "canceled, as was asked for elsewhere: so it is"),
    (to_cancel, ev.OrderCanceled, {}, "canceled"),
    (working, ev.OrderCanceled, WORDS, "canceled, though nobody here had asked: so it is"),
    (immediate, ev.OrderCanceled, {}, "canceled, as its IOC asks"),
    (to_cancel, ev.CancelRejected, WORDS, "cancel cancel-1 refused: so it is"),
    (
        working,
        ev.ReplaceRequested,
        {"order_qty": Decimal(120), "terms": Limit(190)},
        "replace replace-1 of new-1 sent to paper: 120 in all, limit 190",
    ),
    (
        working,
        ev.ReplaceRequested,
        {"time_in_force": GTC},
        "replace replace-1 of new-1 sent to paper: 100 in all, limit 189.5 GTC",
    ),
    (
        working,
        ev.ReplaceRequested,
        {"order_qty": Decimal(80), "left_ns": T0},
        "replace replace-1 of new-1 sent to paper: 80 in all, limit 189.5 at 2026-01-05 14:30:00.000 UTC, before it could be recorded: an emergency reduction",
    ),
    (working, ev.ReplaceDenied, {"reasons": OFF_TICK}, f"replace refused here, not sent: {OFF_TICK[0]}"),
    (to_replace, ev.OrderPendingReplace, {}, "replace replace-1 is with the broker, which has not decided"),
    (
        to_replace,
        ev.OrderReplaced,
        {"venue_order_id": venue_id("V2")},
        "replaced by replace-1: 100 in all, limit 189.5, the venue calls it V2",
    ),
    (
        working,
        ev.OrderPendingReplace,
        {"cl_ord_id": None},
        "the broker is deciding on a replace that was asked for elsewhere",
    ),
    (
        to_replace,
        ev.OrderReplaced,
        {"time_in_force": GTC, "is_resumed": True},
        "replaced by replace-1: 100 in all, limit 189.5 GTC",
    ),
    (
        suspended,
        ev.OrderReplaced,
        {"is_resumed": True, "cl_ord_id": NEW_ID},
        "replaced: 100 in all, limit 189.5, and works again",
    ),
    (suspended, ev.OrderReplaced, {"cl_ord_id": NEW_ID}, "replaced: 100 in all, limit 189.5"),
    (ended, ev.OrderReplaced, {}, "late: replaced by replace-1: 100 in all, limit 189.5"),
    (
        to_replace,
        ev.ReplaceSuperseded,
        {},
        "replace replace-1 was accepted, and a later one is in force already: nothing changes",
    ),
    (
        immediate,
        ev.OrderReplaced,
        {"venue_order_id": venue_id("V1")},
        "replaced by replace-1: 100 in all, limit 189.5",
    ),
    (to_replace, ev.ReplaceRejected, {"reject_code": "3"}, "replace replace-1 refused: [3]"),
    (
        to_replace,
        ev.RequestInDoubt,
        {"cl_ord_id": REPLACE_ID, **WORDS},
        "the replace replace-1 is in doubt: nobody knows whether it arrived: so it is",
    ),
    (
        working,
        ev.RequestInDoubt,
        {"cl_ord_id": ClOrdId("gone")},
        "the request gone is in doubt: nobody knows whether it arrived",
    ),
    (
        doubtful,
        ev.OrderStatusRequested,
        {"text": "timed out"},
        "asked paper about the new order new-1: timed out",
    ),
    (
        doubtful,
        ev.OrderStatusRequested,
        {"attempt": 1},
        "asked paper about the new order new-1, asked once before",
    ),
    (
        submitted,
        ev.OrderStatusRequested,
        {"attempt": 2, "text": "missing execution"},
        "asked paper about the order, asked 2 times before: missing execution",
    ),
    (external, ev.OrderStatusRequested, {"cl_ord_id": ClOrdId("")}, "asked paper about the order"),
    (
        doubtful,
        ev.DoubtResolved,
        {"evidence": "operator", "text": "bob: they have it not"},
        "the new order new-1 is in doubt no longer, by operator: bob: they have it not",
    ),
    (working, ev.OrderExpired, WORDS, "expired: so it is"),
    (working, ev.OrderDoneForDay, {}, "done for the day"),
    (
        working,
        ev.OrderDoneForDay,
        {"is_over": True, **WORDS},
        "done for the day, nothing more of it will trade: so it is",
    ),
    (
        done_for_day,
        ev.OrderDayBegan,
        {"trade_date": "20260106"},
        "the venue speaks of it on a later trading day, 20260106",
    ),
    (suspended, ev.OrderResumed, WORDS, "the venue works it again: so it is"),
    (
        ended,
        ev.OrderReinstated,
        WORDS,
        "by the venue's word it works again, though it had ended: so it is",
    ),
    (working, ev.OrderStopped, {}, "the venue guarantees 40 at 189.5"),
    (working, ev.OrderStopped, {"last_px": None}, "the venue guarantees a price"),
    (working, ev.OrderSuspended, WORDS, "suspended by the venue: so it is"),
    (working, ev.OrderCalculated, {}, "the venue reported its end-of-day figures"),
    (
        working,
        ev.OrderRestated,
        {"order_qty": Decimal(200), "terms": Limit("94.75"), **WORDS},
        "restated by the venue: 200 in all, limit 94.75: so it is",
    ),
    (
        traded,
        ev.OrderRestated,
        {
            "order_qty": Decimal(200),
            "terms": Limit("94.75"),
            "reason": ExecRestatementReason.GT_CORPORATE_ACTION,
            "split_new": Decimal(2),
        },
        "restated by the venue, gt corporate action: 200 in all, limit 94.75; what had executed counts 2 for 1",
    ),
    (
        traded,
        ev.OrderRestated,
        {"split_new": Decimal(3), "split_old": Decimal(2), "unsplit_qty": Decimal(10)},
        "restated by the venue: 100 in all, limit 189.5; what had executed counts 3 for 2, but for the 10 since",
    ),
    (working, ev.OrderTriggered, {}, "triggered"),
    (
        created,
        ev.OrderHeld,
        {"trigger": stop(Side.BUY, "95.5", price_type=TriggerPriceType.BID_ASK)},
        "held here for paper until the bid ask price is 95.5 or more",
    ),
    (
        created,
        ev.OrderHeld,
        {"trigger": TrailingTrigger(side=Side.SELL, offset=Offset("1.5"), activation_px=98)},
        "held here for paper until the last price turns by 1.5 once it has reached 98",
    ),
    (
        held,
        ev.OrderAmended,
        {"order_qty": Decimal(50), "time_in_force": GTC},
        "changed here: 50 in all, limit 189.5 GTC; held until the last price is 95 or less",
    ),
    (
        held,
        ev.TriggerMissed,
        {},
        "94 has reached 95, perhaps not for the first time since the manager was away: it is released now",
    ),
    (
        held,
        ev.TriggerMissed,
        {"policy": HeldPolicy.CANCEL},
        "94 has reached 95, perhaps not for the first time since the manager was away: it is canceled",
    ),
    (
        held,
        ev.TriggerMissed,
        {"policy": HeldPolicy.WAIT},
        "94 has reached 95, perhaps not for the first time since the manager was away: it waits for its price to be reached anew",
    ),
    (held, ev.OrderReleased, {"terms": Market()}, "released as market: 94 has reached 95"),
    (
        held,
        ev.OrderReleased,
        {"order_qty": Decimal(50), "cash_px": Decimal(100)},
        "released as limit 189.5: 94 has reached 95, its money as 50 at 100",
    ),
    (
        held,
        ev.OrderReleased,
        {"order_qty": None, "cash_px": Decimal(5001)},
        "released as limit 189.5: 94 has reached 95, its money as no lot at 5001",
    ),
    (
        created,
        ev.OrderHeld,
        {"trigger": QuoteTrigger(side=Side.BUY)},
        "held here for paper until the market shows the price that it takes",
    ),
    (
        created,
        ev.OrderHeld,
        {"trigger": ReachedTrigger(Market(), Decimal(95), Decimal("94.50"), 1)},
        "held here for paper until it may be sent, since 94.5 has reached 95",
    ),
    (
        pegged,
        ev.OrderReleased,
        {"terms": Limit("99.98")},
        "released as limit 99.98 by what the market shows",
    ),
    (held, ev.OrderCanceled, {"cl_ord_id": None, **WORDS}, "canceled here: so it is"),
    (working, ev.ReportIgnored, {"exec_id": None, **WORDS}, "no news: NEW: so it is"),
    (working, ev.ReportIgnored, {"exec_type": "TRADE", **WORDS}, "no news: TRADE x1: so it is"),
    (
        created,
        ev.WorkPlanned,
        {},
        "worked here in 2 slices, from 2026-01-05 14:30:00.000 to 2026-01-05 14:30:02.000 UTC",
    ),
    (
        worked,
        ev.WorkPlanned,
        {"slices": (), "why": "resumed"},
        "planned anew, resumed: without a schedule, from 2026-01-05 14:30:00.000 to 2026-01-05 14:30:02.000 UTC",
    ),
    (worked, ev.SliceDecided, {}, "slice 0: 60 goes out as order 2: a slice is due"),
    (
        worked,
        ev.SliceDecided,
        {"number": 1, "qty": Decimal(40), "role": "sweep", "pace": Pace.CATCHING_UP},
        "sweep 1: 40 of 60 goes out as order 2: a slice is due, and some of what was missed",
    ),
    (
        worked,
        ev.SliceDecided,
        {"child": None, "qty": Decimal(0), "pace": Pace.CAPPED},
        "slice 0: nothing is sent, though 60 would be: no room under the caps for a child",
    ),
    (
        worked,
        ev.SliceDecided,
        {"child": None, "qty": Decimal(0), "asked_qty": Decimal(0), "pace": Pace.AHEAD},
        "slice 0: nothing is sent: ahead of the schedule",
    ),
    (worked, ev.WorkNoted, {}, "its algorithm notes others 12000"),
    (worked, ev.WorkNoted, {"memo": ()}, "its algorithm notes nothing"),
    (worked, ev.ChildExecuted, {}, "order 2 has executed 40, worth 7580 (execution x1)"),
    (
        worked,
        ev.ChildExecuted,
        {"qty_change": Decimal(-40), "notional_change": Decimal(-7580), "exec_id": None},
        "order 2 has executed 40 less",
    ),
    (
        worked,
        ev.ChildExecuted,
        {"qty_change": Decimal(0), "notional_change": Decimal("-1.5")},
        "what order 2 executed is worth -1.5 more (execution x1)",
    ),
    (worked, ev.WorkHeld, {"why": Pace.STALE}, "nothing is sent for now: the last quote is too old"),
    (worked, ev.WorkHeld, {"why": None}, "what held it back is over"),
    (worked, ev.WorkSuspended, {"why": "lunch"}, "suspended, nothing more is sent: lunch"),
    (worked, ev.WorkSuspended, {}, "suspended, nothing more is sent"),
    (worked, ev.WorkResumed, {"why": "back"}, "worked on: back"),
    (worked, ev.WorkStopped, {"why": WorkEnd.CANCELED, **WORDS}, "no more is sent: so it is"),
    (
        worked,
        ev.WorkAmendRequested,
        {"order_qty": Decimal(80)},
        "to be changed once enough is taken back: 80 in all, limit 189.5",
    ),
    (worked, ev.WorkAmended, {"order_qty": Decimal(80)}, "changed: 80 in all, limit 189.5"),
    (working, ev.AnomalyRaised, {"code": AnomalyCode.OVERFILL, **WORDS}, "ANOMALY, overfill: so it is"),
    (
        flagged,
        ev.AnomalyAcknowledged,
        {"anomaly": 4, "reason": "they will correct it", "by": "alice"},
        "anomaly #4 acknowledged by alice: they will correct it",
    ),
    (flagged, ev.AnomalyAcknowledged, {"anomaly": 4, "by": ""}, "anomaly #4 acknowledged by somebody"),
    (
        working,
        ev.ReportHeld,
        {"report": BUST, "text": "execution x9"},
        "a report is kept until it can be understood: execution x9",
    ),
    (
        flagged,
        ev.ReportReleased,
        {"held": 5, "text": "execution x9 has turned up"},
        "the report of #5 waits no longer: execution x9 has turned up",
    ),
    (
        worked,
        ev.SlippageAlerted,
        {"finding": a_finding()},
        "SLIPPAGE, cost against arrival: 70.5 bps, warn from 60 on",
    ),
    (
        worked,
        ev.SlippageAlerted,
        {
            "finding": a_finding(
                measure=Measure.SCHEDULE,
                state=AlertState.BREACH,
                figure=Decimal("0.3"),
                breach=Decimal("0.25"),
            )
        },
        "SLIPPAGE, off schedule: 0.3 of it, breach from 0.25 on",
    ),
    (
        worked,
        ev.SlippageAlerted,
        {"finding": a_finding(state=AlertState.OK, figure=Decimal(20))},
        "cost against arrival is as it should be again: 20 bps",
    ),
    (
        worked,
        ev.SlippageAlerted,
        {"finding": a_finding(state=AlertState.OK, figure=None, warn=None, breach=None)},
        "cost against arrival is as it should be again: nothing left to tell by",
    ),
    (
        worked,
        ev.SlippageAlerted,
        {"finding": a_finding(state=AlertState.BREACH, figure=Decimal(99), warn=None, breach=None)},
        "SLIPPAGE, cost against arrival: 99 bps",
    ),
]
REMARKS: Final = {
    ev.AnomalyRaised,
    ev.AnomalyAcknowledged,
    ev.ReportHeld,
    ev.ReportReleased,
    ev.SlippageAlerted,
}


def test_every_kind_of_event_has_a_sentence() -> None:
    assert {kind for _, kind, _, _ in SENTENCES} == kinds_of_events() | REMARKS


@pytest.mark.parametrize(
    ("before", "kind", "fields", "sentence"), SENTENCES, ids=[sentence for *_, sentence in SENTENCES]
)
def test_an_event_is_told_in_a_sentence(
    before: Callable[[], Journal], kind: type[ev.Event], fields: dict[str, Any], sentence: str
) -> None:
    journal = before()
    event = journal.add(kind, **{"how": "how", **fields})

    step = tell_story(journal.events, FIRST).steps[-1]

    assert step.text == sentence
    assert (step.sequence, step.time_ns) == (event.sequence, event.time_ns)


# ---------------------------------------------------------------- why it stands where it stands


def verdict_of(journal: Journal, order_id: int = 1) -> list[str]:
    return list(tell_story(journal.events, OrderId(order_id)).verdict)


def then(journal: Journal, *events: tuple[type[ev.Event], dict[str, Any]]) -> Journal:
    for kind, fields in events:
        journal.add(kind, **{"by": "paper", "how": "ExecutionReport", **fields})
    return journal


REST: Final = {"exec_id": ExecId("x2"), "last_qty": Decimal(60)}
UNASKED: Final = "It was not asked about yet; only evidence resolves it."


def journal_of_worked() -> Journal:
    journal = Journal()
    journal.add(ev.OrderCreated, terms=Strategy("twap", {"duration": 60}))
    journal.add(ev.WorkPlanned)
    return journal


VERDICTS: Final[
    dict[str, tuple[Callable[[], Journal], list[tuple[type[ev.Event], dict[str, Any]]], list[str]]]
] = {
    "worked here": (
        journal_of_worked,
        [(ev.ChildExecuted, {})],
        [
            "PARTIALLY FILLED: 40 of 100 executed by its children, average 189.5; 60 left, worked here by its children."
        ],
    ),
    "undecided": (created, [], ["UNSENT: asked for, and not decided upon before the journal ends."]),
    "denied": (
        created,
        [(ev.OrderDenied, {"reasons": OFF_TICK})],
        ["DENIED: OFF_TICK: price = 1.005; allowed: 1 or 1.01."],
    ),
    "sent": (
        submitted,
        [],
        [
            "PENDING NEW: nothing executed; sent to paper, which has not confirmed it.",
            "The new order new-1, sent 2026-01-05 14:30:00.000 UTC, is not answered yet.",
        ],
    ),
    "in doubt": (
        submitted,
        [(ev.RequestInDoubt, {"cl_ord_id": NEW_ID, "after_ms": 10_000})],
        [
            "PENDING NEW, IN DOUBT: nothing executed; sent to paper, which has not confirmed it.",
            "In doubt since 2026-01-05 14:30:10.000 UTC: nobody knows whether paper has the new order new-1. "
            + UNASKED,
        ],
    ),
    "undecided by the broker": (
        submitted,
        [(ev.OrderPendingNew, {})],
        [
            "PENDING NEW: nothing executed; sent to paper, which has not confirmed it.",
            "paper has it, as new-1, and has not decided.",
        ],
    ),
    "working": (working, [], ["NEW: nothing executed; 100 left, with paper."]),
    "partly filled": (
        traded,
        [],
        ["PARTIALLY FILLED: 40 of 100 executed in 1 execution, average 189.5; 60 left, with paper."],
    ),
    "filled": (traded, [(ev.Traded, REST)], ["FILLED: 100 of 100 executed in 2 executions, average 189.5."]),
    "filled after a bust": (
        traded,
        [(ev.TradeCanceled, {"exec_id": ExecId("h1")}), (ev.Traded, {"last_qty": Decimal(100)})],
        ["FILLED: 100 of 100 executed in 1 execution, average 189.5."],
    ),
    "overfilled": (
        traded,
        [(ev.Traded, {**REST, "last_qty": Decimal(65)}), (ev.AnomalyRaised, {"order_id": FIRST})],
        [
            "FILLED: 105 of 100 executed in 2 executions, average 189.5.",
            "OVERFILLED: 5 more than asked for. Take it up with paper.",
            "1 anomaly about it is acknowledged by nobody: #6. Somebody should look.",
        ],
    ),
    "canceled as asked": (
        to_cancel,
        [(ev.OrderCanceled, {})],
        ["CANCELED: nothing executed; asked for by bot."],
    ),
    "canceled as asked by nobody with a name": (
        working,
        [(ev.CancelRequested, {"by": ""}), (ev.OrderCanceled, {"text": "done"})],
        ["CANCELED: nothing executed; asked for by the caller: done."],
    ),
    "canceled unasked after a part": (
        traded,
        [(ev.OrderCanceled, {"text": "market closed"})],
        ["CANCELED: 40 of 100 executed in 1 execution, average 189.5; not asked for by us: market closed."],
    ),
    "left over at once": (
        immediate,
        [(ev.OrderCanceled, {})],
        ["CANCELED: nothing executed; as its IOC asks."],
    ),
    "rejected": (
        submitted,
        [(ev.OrderRejected, {"text": "no funds", "reject_code": "3"})],
        ["REJECTED: nothing executed; refused by paper: no funds [3]."],
    ),
    "expired": (
        working,
        [(ev.OrderExpired, {"text": "the session closed"})],
        ["EXPIRED: nothing executed; by its time in force: the session closed."],
    ),
    "a cancel with the broker": (
        to_cancel,
        [
            (ev.OrderPendingCancel, {}),
            (ev.AnomalyRaised, {"order_id": FIRST}),
            (ev.AnomalyRaised, {"order_id": FIRST}),
        ],
        [
            "PENDING CANCEL: nothing executed; 100 left, with paper.",
            "The cancel cancel-1 is with paper, which has not decided.",
            "2 anomalies about it are acknowledged by nobody: #6, #7. Somebody should look.",
        ],
    ),
    "a cancel in doubt": (
        to_cancel,
        [(ev.RequestInDoubt, {"cl_ord_id": CANCEL_ID})],
        [
            "NEW, IN DOUBT: nothing executed; 100 left, with paper.",
            "In doubt since 2026-01-05 14:30:00.012 UTC: nobody knows whether paper has the cancel cancel-1. "
            + UNASKED,
        ],
    ),
    "in doubt, and asked about": (
        doubtful,
        [
            (ev.OrderStatusRequested, {}),
            (ev.OrderStatusRequested, {"attempt": 1, "after_ms": 30_000}),
        ],
        [
            "PENDING NEW, IN DOUBT: nothing executed; sent to paper, which has not confirmed it.",
            (
                "In doubt since 2026-01-05 14:30:00.012 UTC: nobody knows whether paper has the new order new-1. "
                "Asked about 2 times, last 2026-01-05 14:30:30.012 UTC; only evidence resolves it."
            ),
        ],
    ),
    "in doubt again": (
        doubtful,
        [
            (ev.OrderStatusRequested, {}),
            (ev.DoubtResolved, {}),
            (ev.OrderPendingNew, {}),
            (ev.RequestInDoubt, {"cl_ord_id": NEW_ID, "after_ms": 60_000}),
            (ev.RequestInDoubt, {"cl_ord_id": NEW_ID, "after_ms": 60_000}),
        ],
        [
            "PENDING NEW, IN DOUBT: nothing executed; sent to paper, which has not confirmed it.",
            "In doubt since 2026-01-05 14:31:00.012 UTC: nobody knows whether paper has the new order new-1. "
            + UNASKED,
        ],
    ),
    "a day order at the end of its day": (
        traded,
        [(ev.OrderDoneForDay, {"is_over": True})],
        [
            "DONE FOR DAY: 40 of 100 executed in 1 execution, average 189.5; its day is done, and the other 60 will not trade.",
            "The venue executes no more of it.",
        ],
    ),
    "done for the day, for now": (
        done_for_day,
        [],
        [
            "DONE FOR DAY: nothing executed; 100 left, with paper.",
            "The venue executes no more of it today.",
        ],
    ),
    "busted for good": (
        traded,
        [(ev.TradeCanceled, {"exec_id": ExecId("h1"), "reopens": False})],
        ["NEW: nothing executed; 60 left, with paper, and 40 that was busted does not work again."],
    ),
    "filled and busted for good": (
        working,
        [
            (ev.Traded, {"last_qty": Decimal(100)}),
            (ev.TradeCorrected, {"exec_id": ExecId("g1"), "old_qty": Decimal(100), "reopens": False}),
        ],
        [
            (
                "PARTIALLY FILLED: 40 of 100 executed in 1 execution, average 189.5; "
                "the other 60 will not trade: what was busted does not work again."
            ),
        ],
    ),
    "external": (
        external,
        [],
        [
            "PENDING NEW: nothing executed; with paper, which has not confirmed it.",
            "It was not given here, but adopted from what paper reported.",
        ],
    ),
    "canceled elsewhere": (
        canceled_elsewhere,
        [(ev.OrderCanceled, {"text": "by telephone"})],
        ["CANCELED: nothing executed; asked for elsewhere: by telephone."],
    ),
    "asked for elsewhere": (
        canceled_elsewhere,
        [(ev.OrderPendingReplace, {"cl_ord_id": None})],
        [
            "PENDING CANCEL: nothing executed; 100 left, with paper.",
            "The broker is deciding on a cancel that was asked for elsewhere.",
            "The broker is deciding on a replace that was asked for elsewhere.",
        ],
    ),
    "on its list": (
        submitted,
        [(ev.OrderAcceptedForBidding, {})],
        [
            "ACCEPTED FOR BIDDING: nothing executed; sent to paper, which has not confirmed it.",
            "The venue has it and is pricing the list that it belongs to.",
            "paper has it, as new-1, and has not decided.",
        ],
    ),
    "calculated": (
        working,
        [(ev.OrderCalculated, {})],
        [
            "CALCULATED: nothing executed; 100 left, with paper.",
            "The venue has reported its end-of-day figures.",
        ],
    ),
    "in cash, of no known size": (
        in_cash,
        [(ev.OrderAcknowledged, {}), (ev.Traded, {})],
        [
            (
                "PARTIALLY FILLED: 40 executed in 1 execution, average 189.5; "
                "for 5000 in cash, with paper, which has not said how much that buys."
            ),
        ],
    ),
    "in cash, filled": (
        in_cash,
        [(ev.OrderAcknowledged, {"order_qty": Decimal(40)}), (ev.Traded, {})],
        ["FILLED: 40 of 40 executed in 1 execution, average 189.5."],
    ),
    "reinstated": (
        ended,
        [(ev.OrderReinstated, {})],
        ["NEW: nothing executed; 100 left, with paper."],
    ),
    "flagged": (
        flagged,
        [],
        [
            "NEW: nothing executed; 100 left, with paper.",
            "A report about it, #5, is kept until it can be understood: execution x9.",
            "1 anomaly about it is acknowledged by nobody: #4. Somebody should look.",
        ],
    ),
    "beside a report of which nobody knows what it is about": (
        working,
        [(ev.ReportHeld, {"order_id": None, "report": BUST})],
        ["NEW: nothing executed; 100 left, with paper."],
    ),
    "flagged and looked at": (
        flagged,
        [(ev.AnomalyAcknowledged, {"anomaly": 4}), (ev.ReportReleased, {"held": 5})],
        ["NEW: nothing executed; 100 left, with paper."],
    ),
    "held back": (
        working,
        [(ev.OrderSuspended, {}), (ev.OrderStopped, {})],
        [
            "STOPPED: nothing executed; 100 left, with paper.",
            "The venue guarantees 40 at 189.5.",
            "The venue holds it back.",
        ],
    ),
}


@pytest.mark.parametrize(("before", "events", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_the_end_says_why_the_order_stands_where_it_stands(
    before: Callable[[], Journal], events: list[tuple[type[ev.Event], dict[str, Any]]], verdict: list[str]
) -> None:
    assert verdict_of(then(before(), *events)) == verdict


# ---------------------------------------------------------------- the whole


def a_day() -> Journal:
    journal = Journal()
    journal.add(ev.EpochStarted, how="Start", by="")
    journal.submit(client_ref="my-1")
    journal.submit(2, cl_ord_id=ClOrdId("new-2"))
    journal.report(ev.OrderAcknowledged, venue_order_id=venue_id("V1"))
    journal.report(ev.Traded, after_ms=1488)
    journal.add(ev.CancelRequested, how="CancelOrder", by="risk", after_ms=60_000)
    journal.add(ev.EpochStarted, how="Start", by="", epoch=2, after_ms=86_400_000)
    journal.report(ev.OrderCanceled, text="bye\x1b[2J")
    journal.add(ev.EpochStarted, how="Start", by="", epoch=3)
    return journal


def test_the_story_is_a_table_with_a_title_and_an_end() -> None:
    # The columns are aligned by the table, which has its own tests.
    lines = [" ".join(line.split()) for line in str(tell_story(a_day().events, FIRST)).split("\n")]

    assert lines == [
        "Order 1: BUY 100 AAPL limit 189.5 DAY",
        "account main, ref my-1, broker paper, ClOrdID new-1, venue id V1",
        "",
        "event time after who and how stands at what happened",
        lines[4],
        "2026-01-05 UTC",
        "#2 14:30:00.000 bot: SubmitOrder UNSENT 0/100 asked for: BUY 100 AAPL limit 189.5 DAY",
        "#3 14:30:00.000 PENDING NEW 0/100 new order new-1 sent to paper",
        "#6 14:30:00.012 +12 ms paper: ExecutionReport NEW 0/100 acknowledged, the venue calls it V1",
        "#7 14:30:01.500 +1.48 s paper: ExecutionReport PARTIALLY FILLED 40/100 @ 189.5 executed 40 at 189.5 (execution x1, maker)",
        "#8 14:31:01.500 +60 s risk: CancelOrder PARTIALLY FILLED 40/100 @ 189.5 cancel cancel-1 of new-1 sent to paper",
        "2026-01-06 UTC",
        "#9 14:31:01.500 +24 h 0 min Start the manager was started again (run 2)",
        "#10 14:31:01.512 +12 ms paper: ExecutionReport CANCELED 40/100 @ 189.5 canceled: bye [2J",
        "",
        "CANCELED: 40 of 100 executed in 1 execution, average 189.5; asked for by risk: bye [2J.",
    ]
    assert set(lines[4]) == {"-", " "}


def test_a_story_is_about_one_order_and_leaves_the_journal_as_it_was() -> None:
    journal = a_day()
    before = [copy(event) for event in journal.events]

    story = tell_story(journal.events, OrderId(2))

    assert [step.sequence for step in story.steps] == [4, 5]
    assert story.order == journal.orders[OrderId(2)].snapshot()
    assert journal.events == before


def test_a_story_writes_nothing_into_the_events_it_is_told_from() -> None:
    bare = [make(ev.OrderCreated), make(ev.OrderSubmitted), make(ev.Traded)]
    before = [copy(event) for event in bare]

    assert tell_story(bare, FIRST).order.cum_qty == Decimal(40)
    assert bare == before


def test_a_story_ends_with_the_order_as_it_stands() -> None:
    journal = a_day()

    assert tell_story(journal.events, FIRST).order == journal.orders[FIRST].snapshot()


def test_a_story_of_nobody_is_refused() -> None:
    with pytest.raises(UnknownOrderError, match="order = 7"):
        tell_story(a_day().events, OrderId(7))


def test_a_story_without_its_beginning_is_refused() -> None:
    with pytest.raises(UnknownOrderError, match="its creation is missing"):
        tell_story(a_day().events[2:], FIRST)


def test_events_that_no_table_allows_are_no_story() -> None:
    journal = created()
    journal.events.append(make(ev.OrderAcknowledged))

    with pytest.raises(TransitionError):
        tell_story(journal.events, FIRST)


def test_a_broker_that_speaks_in_escape_codes_is_told_in_plain_text() -> None:
    journal = created()
    journal.add(ev.OrderSubmitted, also=True)
    journal.report(ev.OrderRejected, text="\x1b]0;title\x07no\nfunds", by="pa\x1bper")

    assert all(line.isprintable() for line in str(tell_story(journal.events, FIRST)).split("\n"))


# ---------------------------------------------------------------- whole stories


def lines_of(journal: Journal) -> list[str]:
    """The lines of an order's story, but for the head of its table; the columns have tests of their own."""
    lines = [" ".join(line.split()) for line in str(tell_story(journal.events, FIRST)).split("\n")]
    return [*lines[:2], *lines[5:]]


def test_the_story_of_an_order_that_was_not_given_here() -> None:
    """What the broker reported of it was kept, until somebody told that it was given by telephone."""
    journal = Journal()
    said = ExecutionReport(ExecType.TRADE, venue_order_id=venue_id("V9"), exec_id=ExecId("x1"))
    other = ExecutionReport(ExecType.NEW, venue_order_id=venue_id("V8"))
    journal.report(ev.AnomalyRaised, order_id=None, code=AnomalyCode.UNKNOWN_ORDER)
    journal.add(
        ev.ReportHeld, also=True, order_id=None, report=said, text="no order here has these identities"
    )
    journal.report(ev.ReportHeld, order_id=None, report=other, text="no order here has these identities")
    journal.add(
        ev.OrderAdopted,
        how="AdoptOrder",
        by="bob",
        after_ms=60_000,
        cl_ord_id=None,
        venue_order_id=venue_id("V9"),
        text="bob: given by telephone",
    )
    journal.add(ev.ReportReleased, also=True, held=2, text="its order has turned up")
    journal.add(ev.Traded, also=True)
    journal.report(ev.ReportReleased, held=3, text="given up: too many reports are kept")
    journal.report(ev.OrderPendingCancel, cl_ord_id=None)
    journal.report(ev.OrderCanceled, cl_ord_id=None, text="by telephone")

    assert lines_of(journal) == [
        "Order 1: BUY 100 AAPL limit 189.5 DAY",
        "account main, broker paper, venue id V9",
        "2026-01-05 UTC",
        (
            "#4 14:31:00.024 bob: AdoptOrder PENDING NEW 0/100 "
            "not given here, adopted from paper: BUY 100 AAPL limit 189.5 DAY, the venue calls it V9; bob: given by telephone"
        ),
        (
            "#5 14:31:00.024 "
            "the report of #2, kept since 2026-01-05 14:30:00.012 UTC, waits no longer: its order has turned up"
        ),
        "#6 14:31:00.024 PARTIALLY FILLED 40/100 @ 189.5 executed 40 at 189.5 (execution x1, maker)",
        (
            "#8 14:31:00.048 +24 ms paper: ExecutionReport PENDING CANCEL 40/100 @ 189.5 "
            "the broker is deciding on a cancel that was asked for elsewhere"
        ),
        (
            "#9 14:31:00.060 +12 ms paper: ExecutionReport CANCELED 40/100 @ 189.5 "
            "canceled, as was asked for elsewhere: by telephone"
        ),
        "",
        "CANCELED: 40 of 100 executed in 1 execution, average 189.5; asked for elsewhere: by telephone.",
        "It was not given here, but adopted from what paper reported.",
    ]


@pytest.mark.parametrize(
    ("named", "is_told"),
    [
        ({"venue_order_id": venue_id("V9")}, True),
        ({"cl_ord_id": NEW_ID}, True),
        ({"cl_ord_id": ClOrdId("theirs"), "orig_cl_ord_id": NEW_ID}, True),
        ({"venue_order_id": venue_id("V8"), "cl_ord_id": ClOrdId("theirs")}, False),
        ({"venue_order_id": venue_id("V9"), "broker": "another"}, False),
    ],
    ids=["by its venue id", "by its ClOrdID", "by the ClOrdID before", "by other names", "at another broker"],
)
def test_a_report_that_came_before_its_order_is_told_where_it_is_read(
    named: dict[str, Any], is_told: bool
) -> None:
    broker = named.pop("broker", "paper")
    journal = Journal()
    journal.report(ev.ReportHeld, order_id=None, broker=broker, report=ExecutionReport(ExecType.NEW, **named))
    journal.submit()
    journal.report(ev.OrderAcknowledged, venue_order_id=venue_id("V9"))
    journal.add(ev.ReportReleased, also=True, held=1, text="its order has turned up")

    last = tell_story(journal.events, FIRST).steps[-1]

    assert (last.sequence == 5) is is_told
    assert last.text == (
        "the report of #1, kept since 2026-01-05 14:30:00.012 UTC, waits no longer: its order has turned up"
        if is_told
        else "acknowledged, the venue calls it V9"
    )


def test_the_story_of_an_order_in_doubt_that_a_query_finds() -> None:
    journal = Journal()
    journal.submit()
    journal.report(ev.RequestInDoubt, how="Unknown", text="timed out")
    journal.add(ev.OrderStatusRequested, also=True, text="timed out")
    journal.add(ev.EpochStarted, how="Start", by="", epoch=2, after_ms=10_000)
    journal.add(
        ev.OrderStatusRequested, how="TimerDue", by="clock", attempt=1, text="timed out", after_ms=20_000
    )
    journal.report(ev.DoubtResolved, how="Found", evidence="query", text="it works")
    journal.add(ev.OrderAcknowledged, also=True, venue_order_id=venue_id("V1"))

    assert lines_of(journal) == [
        "Order 1: BUY 100 AAPL limit 189.5 DAY",
        "account main, broker paper, ClOrdID new-1, venue id V1",
        "2026-01-05 UTC",
        "#1 14:30:00.000 bot: SubmitOrder UNSENT 0/100 asked for: BUY 100 AAPL limit 189.5 DAY",
        "#2 14:30:00.000 PENDING NEW 0/100 new order new-1 sent to paper",
        (
            "#3 14:30:00.012 +12 ms paper: Unknown PENDING NEW 0/100 "
            "the new order new-1 is in doubt: nobody knows whether it arrived: timed out"
        ),
        "#4 14:30:00.012 PENDING NEW 0/100 asked paper about the new order new-1: timed out",
        "#5 14:30:10.012 +10 s Start the manager was started again (run 2)",
        (
            "#6 14:30:30.012 +20 s clock: TimerDue PENDING NEW 0/100 "
            "asked paper about the new order new-1, asked once before: timed out"
        ),
        (
            "#7 14:30:30.024 +12 ms paper: Found PENDING NEW 0/100 "
            "the new order new-1 is in doubt no longer, by query: it works"
        ),
        "#8 14:30:30.024 NEW 0/100 acknowledged, the venue calls it V1",
        "",
        "NEW: nothing executed; 100 left, with paper.",
    ]


def test_the_story_of_a_bust_that_comes_before_its_execution() -> None:
    journal = working()
    journal.report(
        ev.AnomalyRaised, order_id=FIRST, code=AnomalyCode.UNKNOWN_EXECUTION, text="x1 is not known"
    )
    journal.add(ev.ReportHeld, also=True, order_id=FIRST, report=BUST, text="execution x1")
    journal.report(ev.Traded)
    journal.add(ev.ReportReleased, also=True, held=5, text="execution x1 has turned up")
    journal.add(ev.TradeCanceled, also=True, exec_id=ExecId("h1"), reopens=False)
    journal.add(
        ev.AnomalyAcknowledged,
        how="AcknowledgeAnomaly",
        by="alice",
        anomaly=4,
        reason="both came",
        after_ms=1000,
    )

    assert lines_of(journal) == [
        "Order 1: BUY 100 AAPL limit 189.5 DAY",
        "account main, broker paper, ClOrdID new-1",
        "2026-01-05 UTC",
        "#1 14:30:00.000 bot: SubmitOrder UNSENT 0/100 asked for: BUY 100 AAPL limit 189.5 DAY",
        "#2 14:30:00.000 PENDING NEW 0/100 new order new-1 sent to paper",
        "#3 14:30:00.012 +12 ms paper: ExecutionReport NEW 0/100 acknowledged",
        "#4 14:30:00.024 +12 ms paper: ExecutionReport ANOMALY, unknown execution: x1 is not known",
        "#5 14:30:00.024 a report is kept until it can be understood: execution x1",
        (
            "#6 14:30:00.036 +12 ms paper: ExecutionReport PARTIALLY FILLED 40/100 @ 189.5 "
            "executed 40 at 189.5 (execution x1, maker)"
        ),
        "#7 14:30:00.036 the report of #5 waits no longer: execution x1 has turned up",
        "#8 14:30:00.036 NEW 0/100 execution x1 is busted: 40 at 189.5 did not happen, and does not work again",
        "#9 14:30:01.036 +1 s alice: AcknowledgeAnomaly anomaly #4 acknowledged by alice: both came",
        "",
        "NEW: nothing executed; 60 left, with paper, and 40 that was busted does not work again.",
    ]


def test_the_story_of_an_order_in_cash_says_what_it_buys_once_the_broker_does() -> None:
    journal = in_cash()
    journal.report(ev.OrderAcknowledged, order_qty=Decimal("26.4"))
    story = tell_story(journal.events, FIRST)

    assert str(story).startswith("Order 1: BUY 26.4 AAPL for 5000 in cash market DAY\n")
    assert [step.after for step in story.steps] == ["UNSENT 0", "PENDING NEW 0", "NEW 0/26.4"]


def test_what_is_said_of_other_orders_is_not_told() -> None:
    journal = flagged()
    journal.report(ev.AnomalyRaised, order_id=OrderId(2))
    journal.report(ev.ReportHeld, order_id=OrderId(2), report=BUST)
    journal.add(ev.AnomalyAcknowledged, anomaly=6)
    journal.add(ev.ReportReleased, held=7)
    journal.add(ev.SlippageAlerted, order_id=OrderId(2), finding=a_finding())

    assert [step.sequence for step in tell_story(journal.events, FIRST).steps] == [1, 2, 3, 4, 5]


def test_a_halt_is_told_before_what_came_after_it() -> None:
    journal = working()
    journal.add(ev.EpochStarted, how="Start", by="", epoch=2, after_ms=1000)
    journal.add(
        ev.ManagerHalted,
        how="Resume",
        by="ops",
        reason="the disk is full",
        since_ns=T0,
        first=5,
        last=6,
        was_kept=False,
    )
    journal.add(
        ev.ManagerResumed, how="Resume", by="ops", reason="there is room again", held=0, lost=0, emergencies=0
    )
    journal.report(ev.OrderCanceled)

    told = [line for line in lines_of(journal) if "manager" in line]

    assert [line.split(" ", 1)[1] for line in told] == [
        "14:30:01.012 +1 s Start the manager was started again (run 2)",
        "14:30:01.012 +0 ns ops: Resume the manager had been halted since 2026-01-05 14:30:00.000 UTC: the disk is full",
        "14:30:01.012 +0 ns ops: Resume the manager was resumed by ops: there is room again",
    ]

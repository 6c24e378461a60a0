"""The story of an order: each kind of event has its sentence, and the end says why the order stands where it stands."""

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any, Final

import pytest

from oms.errors import TransitionError, UnknownOrderError
from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit
from oms.model.time_in_force import IOC
from oms.projections.story import tell_story
from tests.unit.journals import (
    CANCEL_ID,
    MS,
    NEW_ID,
    REPLACE_ID,
    T0,
    Journal,
    kinds_of_events,
    make,
    venue_id,
)

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


def ended() -> Journal:
    journal = working()
    journal.report(ev.OrderCanceled)
    return journal


WORDS: Final = {"text": "so it is"}
ALL_FEES: Final = {"commission": Decimal("0.10"), "comm_currency": "USD", "transact_time_ns": T0 + MS}

# kind of event: (what came before, the event's fields, the sentence)
Case = tuple[Callable[[], Journal], type[ev.Event], dict[str, Any], str]
SENTENCES: Final[list[Case]] = [
    (Journal, ev.OrderCreated, {}, "asked for: BUY 100 AAPL limit 189.5 DAY"),
    (
        Journal,
        ev.OrderCreated,
        {"reference_px": Decimal("189.40"), "reference_ns": T0 - 2 * MS},
        "asked for: BUY 100 AAPL limit 189.5 DAY; the market was at 189.4, 2 ms before",
    ),
    (
        created,
        ev.OrderDenied,
        {"reasons": OFF_TICK},
        "denied here, never sent: OFF_TICK: price = 1.005; allowed: 1 or 1.01",
    ),
    (created, ev.OrderSubmitted, {}, "new order new-1 sent to paper"),
    (submitted, ev.OrderPendingNew, {}, "the broker has it and has not decided"),
    (
        submitted,
        ev.OrderAcknowledged,
        {"venue_order_id": venue_id("V1")},
        "acknowledged, the venue calls it V1",
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
    (working, ev.CancelRequested, {}, "cancel cancel-1 of new-1 sent to paper"),
    (working, ev.CancelDenied, {"reasons": OFF_TICK}, f"cancel refused here, not sent: {OFF_TICK[0]}"),
    (to_cancel, ev.OrderPendingCancel, {}, "cancel cancel-1 is with the broker, which has not decided"),
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
    (working, ev.ReplaceDenied, {"reasons": OFF_TICK}, f"replace refused here, not sent: {OFF_TICK[0]}"),
    (to_replace, ev.OrderPendingReplace, {}, "replace replace-1 is with the broker, which has not decided"),
    (
        to_replace,
        ev.OrderReplaced,
        {"venue_order_id": venue_id("V2")},
        "replaced by replace-1: 100 in all, limit 189.5, the venue calls it V2",
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
    (working, ev.OrderExpired, WORDS, "expired: so it is"),
    (working, ev.OrderDoneForDay, {}, "done for the day"),
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
    (working, ev.OrderTriggered, {}, "triggered"),
    (working, ev.ReportIgnored, {"exec_id": None, **WORDS}, "no news: NEW: so it is"),
    (working, ev.ReportIgnored, {"exec_type": "TRADE", **WORDS}, "no news: TRADE x1: so it is"),
    (working, ev.AnomalyRaised, {"code": AnomalyCode.OVERFILL, **WORDS}, "ANOMALY, overfill: so it is"),
]


def test_every_kind_of_event_has_a_sentence() -> None:
    assert {kind for _, kind, _, _ in SENTENCES} == kinds_of_events() | {ev.AnomalyRaised}


@pytest.mark.parametrize(
    ("before", "kind", "fields", "sentence"), SENTENCES, ids=[sentence for *_, sentence in SENTENCES]
)
def test_an_event_is_told_in_a_sentence(
    before: Callable[[], Journal], kind: type[ev.Event], fields: dict[str, Any], sentence: str
) -> None:
    journal = before()
    event = journal.add(kind, how="how", **fields)

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
QUERY: Final = "Query it; only evidence resolves it."

VERDICTS: Final[
    dict[str, tuple[Callable[[], Journal], list[tuple[type[ev.Event], dict[str, Any]]], list[str]]]
] = {
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
            + QUERY,
        ],
    ),
    "undecided by the broker": (
        submitted,
        [(ev.OrderPendingNew, {})],
        [
            "PENDING NEW: nothing executed; sent to paper, which has not confirmed it.",
            "The broker has it and has not decided.",
            "The new order new-1, sent 2026-01-05 14:30:00.000 UTC, is not answered yet.",
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
            "1 anomaly was raised about it; somebody should look.",
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
            "2 anomalies were raised about it; somebody should look.",
        ],
    ),
    "a cancel in doubt": (
        to_cancel,
        [(ev.RequestInDoubt, {"cl_ord_id": CANCEL_ID})],
        [
            "NEW, IN DOUBT: nothing executed; 100 left, with paper.",
            "In doubt since 2026-01-05 14:30:00.012 UTC: nobody knows whether paper has the cancel cancel-1. "
            + QUERY,
        ],
    ),
    "held back": (
        working,
        [(ev.OrderSuspended, {}), (ev.OrderStopped, {})],
        [
            "STOPPED: nothing executed; 100 left, with paper.",
            "The venue guarantees a price.",
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

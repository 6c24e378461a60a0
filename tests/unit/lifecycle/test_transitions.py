"""The transition tables, against a second copy of them that was worked out by hand from the rules of FIX.

Every cell is tried: a legal one through the machine, on an order that has as much to lose as its state allows (three
requests unanswered, all marks set, something executed), and an illegal one to see that nothing moves. Every fact of the
order is looked at, those that it keeps to itself too.
"""
# pyright: reportPrivateUsage=false

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

from oms.errors import TransitionError
from oms.lifecycle.machine import ORDER_EVENTS, apply, fulfil, is_allowed, lives_that_allow, unsend
from oms.lifecycle.transitions import COLUMNS, LIFE, MARKS, REQUESTS
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.enums import Life, RequestKind
from oms.model.ids import Account, ClOrdId, ExecId
from oms.model.order import Mark, Order
from oms.model.outstanding import OutstandingRequest
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from tests.unit.journals import (
    CANCEL_ID,
    NEW_ID,
    REPLACE_ID,
    ROUTED,
    T0,
    kinds_of_events,
    make,
    new_order,
    venue_id,
)

LETTERS: Final = {
    "U": Life.UNSENT,
    "D": Life.DENIED,
    "S": Life.SENT,
    "L": Life.LIVE,
    "C": Life.CANCELED,
    "E": Life.EXPIRED,
    "R": Life.REJECTED,
}
ENDS: Final = frozenset({Life.DENIED, Life.CANCELED, Life.EXPIRED, Life.REJECTED})
BIG: Final = Decimal(250)
DENIAL: Final = (Reason(ReasonCode.OFF_TICK, "price", "1.005", "1 or 1.01"),)

LookedAt = dict[str, Any]
"""Every fact of an order, by its name."""
Facts = Callable[[LookedAt], LookedAt]


def nothing(_: LookedAt) -> LookedAt:
    return {}


@dataclass(frozen=True)
class Expected:
    """What an event does, by hand: the life after it from U D S L C E R, and the facts beside the life."""

    after: str
    facts: Facts = nothing
    answers: frozenset[ClOrdId] = frozenset()
    adds: OutstandingRequest | None = None
    notes: tuple[ClOrdId, str] | None = None
    sets: Mark | None = None
    clears: frozenset[Mark] = frozenset()
    fields: dict[str, object] = field(default_factory=dict)


ALL_REQUESTS: Final = frozenset({NEW_ID, CANCEL_ID, REPLACE_ID})
ALL_MARKS: Final = frozenset(Mark)
# The end-of-day figures stay out when an order has ended.
ENDING: Final = {"answers": ALL_REQUESTS, "clears": ALL_MARKS - {Mark.CALCULATED}}
TAKEN: Final = frozenset({NEW_ID})
PRICED: Final = frozenset({Mark.ACCEPTED_FOR_BIDDING})
AGAIN: Final = ClOrdId("again")
NEW_TERMS: Final = {"order_qty": BIG, "terms": Limit("190")}
SAID: Final = {"exec_id": ExecId("r9"), "venue_ns": T0 + 5, "venue_seq": 9}
SINCE: Final = (T0 + 5, 9)
END: Final = {"text": "words", "venue_ns": T0 + 5, "venue_seq": 9}


def executed(more_qty: int, more_notional: str) -> Facts:
    """By how much an event moves what has executed; the average is worked out from the two sums."""

    def facts(before: LookedAt) -> LookedAt:
        cum_qty, notional = before["cum_qty"] + more_qty, before["notional"] + Decimal(more_notional)
        return {
            "cum_qty": cum_qty,
            "notional": notional,
            "avg_px": notional / cum_qty if cum_qty else None,
            "day": "20260105",
            "day_cum_qty": before["day_cum_qty"] + more_qty,
        }

    return facts


def worked(more_qty: int, more_notional: str) -> Facts:
    """What a child has executed counts in all, and for no day."""

    def facts(before: LookedAt) -> LookedAt:
        found = executed(more_qty, more_notional)(before)
        return {name: found[name] for name in ("cum_qty", "notional", "avg_px")}

    return facts


def traded(before: LookedAt) -> LookedAt:
    return executed(10, "1900")(before) | {"venue_order_id": before["venue_order_id"] or "V9"}


def named(before: LookedAt) -> LookedAt:
    """The name that was told first stays."""
    return {"venue_order_id": before["venue_order_id"] or "V9"}


def always(**facts: object) -> Facts:
    return lambda _: facts


def said(_: LookedAt) -> LookedAt:
    return {"text": "words"}


def ended(by: ClOrdId | None) -> Facts:
    return always(text="words", end=(*SINCE, by))


def seen(before: LookedAt) -> LookedAt:
    """The report is known from now on."""
    return {"seen": before["seen"] | {("r9", T0 + 5)}}


def sent(kind: RequestKind) -> Facts:
    return lambda before: {"amendments": {**before["amendments"], AGAIN: kind}}


def restated(before: LookedAt) -> LookedAt:
    anew = {
        "text": "words",
        "said": (*SINCE, False),
        "cleared": dict.fromkeys((Mark.DONE_FOR_DAY, Mark.SUSPENDED, Mark.CALCULATED), SINCE),
        "day": "20260106",
        "day_cum_qty": Decimal(0),
    }
    return seen(before) | anew | NEW_TERMS


EXPECTED: Final[dict[type[ev.OrderEvent], Expected]] = {
    ev.OrderCreated: Expected("U......"),
    ev.OrderAdopted: Expected(
        "S......",
        always(is_external=True, broker="paper", cl_ord_id=NEW_ID, venue_order_id="V9"),
        fields={"venue_order_id": venue_id("V9")},
    ),
    ev.OrderDenied: Expected("D......", always(reasons=DENIAL), fields={"reasons": DENIAL}),
    ev.OrderHeld: Expected("U......", always(given_terms=Limit("189.50"))),
    ev.OrderAmended: Expected(
        "U......",
        always(given_terms=Limit("190"), time_in_force=GTC, **NEW_TERMS),
        fields={**NEW_TERMS, "time_in_force": GTC},
    ),
    ev.TriggerMissed: Expected("U......"),
    ev.OrderReleased: Expected("U......", always(terms=Limit("190")), fields={"terms": Limit("190")}),
    ev.OrderRouted: Expected("U..LCER", always(routing=ROUTED)),
    ev.OrderSubmitted: Expected(
        "S......",
        always(broker="paper", cl_ord_id=NEW_ID),
        adds=OutstandingRequest(NEW_ID, RequestKind.NEW, T0, None, None),
    ),
    ev.OrderPendingNew: Expected(
        "..S....",
        always(venue_order_id="V9"),
        notes=(NEW_ID, "pending"),
        fields={"venue_order_id": venue_id("V9")},
    ),
    ev.OrderAcceptedForBidding: Expected(
        "..S....",
        always(venue_order_id="V9"),
        notes=(NEW_ID, "pending"),
        sets=Mark.ACCEPTED_FOR_BIDDING,
        fields={"venue_order_id": venue_id("V9")},
    ),
    ev.OrderAcknowledged: Expected(
        "..LL...",
        always(venue_order_id="V9", order_qty=BIG, acknowledged=SINCE),
        answers=TAKEN,
        clears=PRICED,
        fields={"venue_order_id": venue_id("V9"), "order_qty": BIG, "venue_ns": T0 + 5, "venue_seq": 9},
    ),
    ev.OrderNamed: Expected("..SLCER", named, fields={"venue_order_id": venue_id("V9")}),
    ev.OrderRejected: Expected("..RR...", said, **ENDING, fields={"text": "words"}),  # type: ignore[arg-type]
    ev.Traded: Expected(
        "..LLCER",
        traded,
        answers=TAKEN,
        clears=PRICED,
        fields={
            "last_qty": Decimal(10),
            "last_px": Decimal(190),
            "exec_id": ExecId("x9"),
            "venue_order_id": venue_id("V9"),
        },
    ),
    # 40 at 189.50 (7580) becomes 30 at 189 (5670).
    ev.TradeCorrected: Expected(
        "...LCER", executed(-10, "-1910"), fields={"last_qty": Decimal(30), "last_px": Decimal(189)}
    ),
    ev.TradeCanceled: Expected("...LCER", executed(-40, "-7580")),
    ev.FeeCharged: Expected("..SLCER"),
    ev.CancelRequested: Expected(
        "..SL...",
        sent(RequestKind.CANCEL),
        adds=OutstandingRequest(AGAIN, RequestKind.CANCEL, T0, None, None),
        fields={"cl_ord_id": AGAIN},
    ),
    ev.CancelDenied: Expected("UDSLCER", fields={"reasons": DENIAL}),
    ev.OrderPendingCancel: Expected("..SL...", notes=(CANCEL_ID, "pending")),
    ev.OrderCanceled: Expected("C.CC...", ended(CANCEL_ID), **ENDING, fields=END | {"cl_ord_id": CANCEL_ID}),  # type: ignore[arg-type]
    ev.CancelRejected: Expected("..SLCER", answers=frozenset({CANCEL_ID}), fields={"text": "words"}),
    ev.ReplaceRequested: Expected(
        "..SL...",
        sent(RequestKind.REPLACE),
        adds=OutstandingRequest(AGAIN, RequestKind.REPLACE, T0, BIG, Limit("190"), time_in_force=GTC),
        fields={"cl_ord_id": AGAIN, "time_in_force": GTC, **NEW_TERMS},
    ),
    ev.ReplaceDenied: Expected("UDSLCER", fields={"reasons": DENIAL}),
    ev.OrderPendingReplace: Expected("..SL...", notes=(REPLACE_ID, "pending")),
    ev.OrderReplaced: Expected(
        "..LLCE.",
        always(
            cl_ord_id=REPLACE_ID, venue_order_id="V9", said=(*SINCE, True), time_in_force=GTC, **NEW_TERMS
        ),
        answers=frozenset({NEW_ID, REPLACE_ID}),
        clears=PRICED | {Mark.PENDING_REPLACE},
        fields={
            **NEW_TERMS,
            "venue_order_id": venue_id("V9"),
            "time_in_force": GTC,
            "venue_ns": T0 + 5,
            "venue_seq": 9,
        },
    ),
    ev.ReplaceSuperseded: Expected("..SLCER", answers=frozenset({REPLACE_ID})),
    ev.ReplaceRejected: Expected("..SLCER", answers=frozenset({REPLACE_ID}), fields={"text": "words"}),
    ev.RequestInDoubt: Expected("..SL...", notes=(CANCEL_ID, "in_doubt"), fields={"cl_ord_id": CANCEL_ID}),
    ev.OrderStatusRequested: Expected("..SLCER"),
    ev.DoubtResolved: Expected("..SLCER"),
    ev.OrderExpired: Expected("E.EE...", ended(None), **ENDING, fields=END),  # type: ignore[arg-type]
    ev.OrderDoneForDay: Expected(
        "..LL...",
        lambda before: seen(before) | {"day": "20260106", "day_cum_qty": Decimal(0), "is_over": True},
        answers=TAKEN,
        sets=Mark.DONE_FOR_DAY,
        clears=PRICED,
        fields={**SAID, "is_over": True, "trade_date": "20260106"},
    ),
    ev.OrderDayBegan: Expected(
        "..SLCER",
        always(day="20260106", day_cum_qty=Decimal(0)),
        clears=frozenset({Mark.DONE_FOR_DAY}),
        fields={"trade_date": "20260106"},
    ),
    ev.OrderStopped: Expected(
        "..LL...",
        lambda before: seen(before) | {"guarantee": (Decimal(60), Decimal(189))},
        answers=TAKEN,
        sets=Mark.STOPPED,
        clears=PRICED,
        fields={**SAID, "last_qty": Decimal(60), "last_px": Decimal(189)},
    ),
    ev.OrderSuspended: Expected(
        "..LL...", seen, answers=TAKEN, sets=Mark.SUSPENDED, clears=PRICED, fields=SAID
    ),
    ev.OrderResumed: Expected(
        "...L...",
        lambda before: seen(before) | {"cleared": {Mark.SUSPENDED: SINCE}},
        clears=frozenset({Mark.SUSPENDED}),
        fields=SAID,
    ),
    ev.OrderCalculated: Expected(
        "..LLCE.", seen, answers=TAKEN, sets=Mark.CALCULATED, clears=PRICED, fields=SAID
    ),
    ev.OrderRestated: Expected(
        "..LL...",
        restated,
        answers=TAKEN,
        clears=PRICED | {Mark.SUSPENDED, Mark.DONE_FOR_DAY, Mark.CALCULATED},
        fields={**NEW_TERMS, **SAID, "text": "words", "trade_date": "20260106"},
    ),
    ev.OrderReinstated: Expected("....LLL", always(text="words", end=None), fields={"text": "words"}),
    ev.OrderTriggered: Expected("..SL...", seen, fields=SAID),
    ev.ReportIgnored: Expected("UDSLCER"),
    ev.WorkPlanned: Expected("L..L...", always(given_terms=Limit("189.50"))),
    ev.SliceDecided: Expected("...L..."),
    ev.WorkNoted: Expected("...L..."),
    ev.ChildExecuted: Expected(
        "...LCE.",
        worked(10, "1900"),
        fields={"qty_change": Decimal(10), "notional_change": Decimal(1900)},
    ),
    ev.WorkHeld: Expected("...L..."),
    ev.WorkSuspended: Expected("...L...", sets=Mark.SUSPENDED),
    ev.WorkResumed: Expected("...L...", clears=frozenset({Mark.SUSPENDED})),
    ev.WorkStopped: Expected("...L..."),
    ev.WorkAmendRequested: Expected("...L...", fields=NEW_TERMS),
    ev.WorkAmended: Expected("...L...", always(given_terms=Limit("190"), **NEW_TERMS), fields=NEW_TERMS),
}

TO_SENT: Final = (
    make(ev.OrderSubmitted),
    make(ev.OrderAcceptedForBidding),
    make(ev.CancelRequested),
    make(ev.ReplaceRequested, order_qty=Decimal(120)),
    make(ev.OrderPendingCancel, cl_ord_id=None),
    make(ev.OrderPendingReplace, cl_ord_id=None),
)
TO_LIVE: Final = (
    *TO_SENT,
    make(ev.OrderAcknowledged, venue_order_id=venue_id("V1")),
    make(ev.Traded),
    make(ev.OrderDoneForDay),
    make(ev.OrderStopped),
    make(ev.OrderSuspended),
    make(ev.OrderCalculated),
)
WAYS: Final[dict[Life, tuple[ev.OrderEvent, ...]]] = {
    Life.UNSENT: (),
    Life.DENIED: (make(ev.OrderDenied),),
    Life.SENT: TO_SENT,
    Life.LIVE: TO_LIVE,
    Life.CANCELED: (*TO_LIVE, make(ev.OrderCanceled)),
    Life.EXPIRED: (*TO_LIVE, make(ev.OrderExpired)),
    Life.REJECTED: (*TO_LIVE, make(ev.OrderRejected)),
}


def order_in(life: Life) -> Order:
    """An order in a state, with everything unanswered, marked and executed that the state allows."""
    order = new_order()
    for event in WAYS[life]:
        apply(order, copy(event))
    assert order.life is life
    return order


def looked_at(order: Order) -> LookedAt:
    # Why it went where it went is not set where there was no choice.
    return {slot.removeprefix("_"): getattr(order, slot, None) for slot in Order.__slots__}


def cells(*, legal: bool) -> list[object]:
    return [
        pytest.param(kind, life, id=f"{kind.__name__} when {life.value}")
        for kind, expected in EXPECTED.items()
        for life, letter in zip(COLUMNS, expected.after, strict=True)
        if (letter != ".") is legal
    ]


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    with exact_arithmetic():
        yield


def test_every_event_of_an_order_is_in_every_table_that_must_know_it() -> None:
    kinds = kinds_of_events()

    assert set(EXPECTED) == kinds
    assert {kind for row in LIFE.values() for kind in row} == kinds
    assert set(REQUESTS) == kinds
    assert set(MARKS) <= kinds
    assert kinds == ORDER_EVENTS


def test_the_table_has_a_column_for_every_life() -> None:
    assert set(COLUMNS) == set(Life) == set(LIFE) == set(LETTERS.values())


def test_every_state_can_be_reached_from_unsent() -> None:
    reached, fresh = {Life.UNSENT}, {Life.UNSENT}
    while fresh:
        fresh = {after for life in fresh for after in LIFE[life].values()} - reached
        reached |= fresh

    assert reached == set(Life)


def test_an_ended_order_stays_as_it_ended_unless_the_venue_reinstates_it() -> None:
    stays = {
        life: {after for kind, after in LIFE[life].items() if kind is not ev.OrderReinstated} for life in ENDS
    }

    assert stays == {life: {life} for life in ENDS}


@pytest.mark.parametrize(("kind", "life"), cells(legal=True))
def test_a_legal_event_moves_what_it_should_and_nothing_else(kind: type[ev.OrderEvent], life: Life) -> None:
    expected = EXPECTED[kind]
    order = order_in(life)
    before = looked_at(order)
    event = make(kind, **expected.fields)

    assert is_allowed(order, kind)
    assert life in lives_that_allow(kind)
    apply(order, event)

    after = LETTERS[expected.after[COLUMNS.index(life)]]
    requests = {key: request for key, request in before["requests"].items() if key not in expected.answers}
    if expected.adds is not None:
        requests[expected.adds.cl_ord_id] = expected.adds
    if expected.notes is not None:
        identity, note = expected.notes
        requests[identity] = attrs.evolve(requests[identity], **{note: True})
    marks = {mark: since for mark, since in before["marks"].items() if mark not in expected.clears}
    if expected.sets is not None:
        marks[expected.sets] = (getattr(event, "venue_ns", 0), getattr(event, "venue_seq", 0))
    facts = {"life": after, "requests": requests, "marks": marks, **expected.facts(before)}
    facts["is_pending"] = any(request.pending for request in requests.values())
    # What an order derives from these facts has its own tests; here it is only held to be said alike in both places.
    facts |= {"status": order.status, "leaves_qty": order.leaves_qty}
    assert looked_at(order) == before | facts
    assert (event.status, event.cum_qty, event.leaves_qty, event.avg_px) == (
        order.status,
        order.cum_qty,
        order.leaves_qty,
        order.avg_px,
    )


@pytest.mark.parametrize(("kind", "life"), cells(legal=False))
def test_an_illegal_event_raises_and_nothing_moves(kind: type[ev.OrderEvent], life: Life) -> None:
    order = order_in(life)
    before = looked_at(order)
    event = make(kind, **EXPECTED[kind].fields)
    untouched = copy(event)

    assert not is_allowed(order, kind)
    assert life not in lives_that_allow(kind)
    with pytest.raises(TransitionError) as raised:
        apply(order, event)

    assert str(raised.value) == f"{kind.__name__} is not allowed for an order that is {life.value}: {order!r}"
    assert looked_at(order) == before
    assert event == untouched


def test_the_tries_leave_no_request_or_mark_untested() -> None:
    sent, live = order_in(Life.SENT), order_in(Life.LIVE)

    assert {request.cl_ord_id for request in sent.outstanding_requests} == ALL_REQUESTS
    assert sent.marks | live.marks == ALL_MARKS
    assert live.cum_qty == 40


def test_an_order_takes_in_what_was_not_known_when_its_handle_was_given_out() -> None:
    order = new_order()
    before = looked_at(order)

    fulfil(order, make(ev.OrderCreated, reference_px=Decimal(190), time_ns=T0 + 7))

    assert looked_at(order) == before | {"reference_px": Decimal(190), "created_ns": T0 + 7}


def test_what_was_never_recorded_leaves_a_handle_as_it_was_given_out() -> None:
    whose: dict[str, Any] = {
        "account": Account("hedge"),
        "client_ref": "mine",
        "time_in_force": GTC,
        "time_ns": T0 + 7,
    }
    order = new_order(**whose, cash_order_qty=Decimal(5000), reference_px=Decimal(190))
    for event in (make(ev.OrderSubmitted), make(ev.OrderAcknowledged), make(ev.Traded)):
        apply(order, event)

    unsend(order)

    expected = new_order(**whose, cash_order_qty=Decimal(5000))
    assert {slot: getattr(order, slot, None) for slot in Order.__slots__} == {
        slot: getattr(expected, slot, None) for slot in Order.__slots__
    }

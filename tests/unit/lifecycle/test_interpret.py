"""What each kind of report means in each state of an order: news, no news, or nothing that can be believed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.execution_index import ExecutionIndex
from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus, RequestKind, Side
from oms.model.ids import ClOrdId, ExecId, Symbol
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject, Report
from tests.unit.journals import NEW_ID, T0, make, venue_id
from tests.unit.lifecycle.readings import (
    CANCELED,
    FULL,
    LIVE,
    PART,
    SENT,
    THEIRS,
    after,
    d,
    first,
    ignored,
    read,
    report,
    set_aside,
    take,
    told,
)

CODE = AnomalyCode
DECIDED: Final = (*SENT, make(ev.OrderPendingNew))
PRICED: Final = (*SENT, make(ev.OrderAcceptedForBidding))

WAYS: Final[dict[str, tuple[ev.OrderEvent, ...]]] = {
    "unsent": (),
    "denied": (make(ev.OrderDenied),),
    "sent": SENT,
    "being decided": DECIDED,
    "live": LIVE,
    "partly filled": PART,
    "filled": FULL,
    "done for the day": (*PART, make(ev.OrderDoneForDay)),
    "stopped": (*PART, make(ev.OrderStopped)),
    "suspended": (*PART, make(ev.OrderSuspended)),
    "calculated": (*FULL, make(ev.OrderCalculated)),
    "canceled": CANCELED,
    "expired": (*LIVE, make(ev.OrderExpired)),
    "rejected": (*SENT, make(ev.OrderRejected)),
}

# In the order of WAYS: + news, = no news, x cannot happen now, c taken as a cancel, f an end that changes nothing shown,
# u no news, or that a halt is over.
MEANINGS: Final[dict[ExecType, tuple[str, str]]] = {
    ExecType.NEW: ("OrderAcknowledged", "xx++=====u=xxx"),
    # Whatever is known by now says more than that it was being decided.
    ExecType.PENDING_NEW: ("OrderPendingNew", "==+==========="),
    ExecType.REJECTED: ("OrderRejected", "xx+++cccccc" + "xx="),
    ExecType.CANCELED: ("OrderCanceled", "xx++++f+++f=xx"),
    ExecType.EXPIRED: ("OrderExpired", "xx++++f+++fx=x"),
    ExecType.PENDING_CANCEL: ("OrderPendingCancel", "xx+++++++++xxx"),
    ExecType.PENDING_REPLACE: ("OrderPendingReplace", "xx+++++++++xxx"),
    ExecType.REPLACED: ("OrderReplaced", "xx+++++++++xxx"),
    ExecType.RESTATED: ("OrderRestated", "xx+++++++++xxx"),
    ExecType.DONE_FOR_DAY: ("OrderDoneForDay", "xx+++++=+++xxx"),
    # Of a filled order it may have been said before the last execution, and shows if that is busted.
    ExecType.SUSPENDED: ("OrderSuspended", "xx++++f++=fxxx"),
    ExecType.CALCULATED: ("OrderCalculated", "xx++++++++=xxx"),
    ExecType.STOPPED: ("OrderStopped", "xx++++f+++fxxx"),
    ExecType.TRIGGERED: ("OrderTriggered", "xx+++++++++xxx"),
    # Whatever it is now, the broker has it.
    ExecType.ORDER_STATUS: ("OrderPendingNew", "==+==========="),
}
EXECUTIONS: Final = {ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT}


def test_every_kind_of_report_but_executions_has_a_row() -> None:
    assert set(MEANINGS) == set(ExecType) - EXECUTIONS
    assert {len(letters) for _, letters in MEANINGS.values()} == {len(WAYS)}


@pytest.mark.parametrize(
    ("exec_type", "state", "expected"),
    [
        pytest.param(
            exec_type,
            state,
            {
                "+": [news],
                "=": ["ReportIgnored"],
                "u": ["ReportIgnored", "UNORDERED"],
                "x": ["ILLEGAL_IN_STATE"],
                "c": ["OrderCanceled", "CONTRADICTS_ORDER"],
                "f": [news, "ILLEGAL_IN_STATE"],
            }[letter],
            id=f"{exec_type.name} when {state}",
        )
        for exec_type, (news, letters) in MEANINGS.items()
        for state, letter in zip(WAYS, letters, strict=True)
    ],
)
def test_a_report_means_what_the_state_of_the_order_makes_of_it(
    exec_type: ExecType, state: str, expected: list[str]
) -> None:
    order = after(*WAYS[state])
    # A replace that nobody asked for is told from a stray answer by what it changes.
    changed = {"cl_ord_id": THEIRS, "order_qty": d(150)} if exec_type is ExecType.REPLACED else {}

    events = read(order, report(exec_type, **changed))

    assert told(events) == expected
    take(order, events)


@pytest.mark.parametrize("status", OrdStatus, ids=lambda status: status.name)
@pytest.mark.parametrize("state", WAYS)
def test_whatever_a_status_answer_shows_can_be_applied(state: str, status: OrdStatus) -> None:
    order = after(*WAYS[state])

    take(order, read(order, report(ExecType.ORDER_STATUS, ord_status=status, order_qty=d(90))))


# ---------------------------------------------------------------- what the news says

AND_TIME: Final = {"transact_time_ns": T0 + 3, "report_seq": 8, "exec_id": ExecId("r1")}

NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "a new order that is being decided": (
        SENT,
        report(ExecType.PENDING_NEW, venue_order_id="v1"),
        ev.OrderPendingNew(*first(), venue_id("v1")),
    ),
    "a new order that is being priced": (
        SENT,
        report(ExecType.NEW, venue_order_id="v1", ord_status=OrdStatus.ACCEPTED_FOR_BIDDING),
        ev.OrderAcceptedForBidding(*first(), venue_id("v1")),
    ),
    "a new order that is being priced, called pending": (
        DECIDED,
        report(ExecType.PENDING_NEW, venue_order_id="v1", ord_status=OrdStatus.ACCEPTED_FOR_BIDDING),
        ev.OrderAcceptedForBidding(*first(), venue_id("v1")),
    ),
    "an acknowledgement": (
        SENT,
        report(ExecType.NEW, venue_order_id="v1", order_qty=d("100.0")),
        ev.OrderAcknowledged(*first(), venue_id("v1")),
    ),
    "an acknowledgement of less": (
        SENT,
        report(ExecType.NEW, venue_order_id="v1", order_qty=d(90)),
        ev.OrderAcknowledged(*first(), venue_id("v1"), d(90)),
    ),
    "an acknowledgement that is read the long way, for its long id": (
        SENT,
        report(ExecType.NEW, venue_order_id="v" * 255, order_qty=d(90)),
        ev.OrderAcknowledged(*first(), venue_id("v" * 255), d(90)),
    ),
    "the total of an order that an execution has acknowledged": (
        PART,
        report(ExecType.NEW, venue_order_id="v1", order_qty=d(90)),
        ev.OrderAcknowledged(*first(), venue_id("v1"), d(90)),
    ),
    "a rejection with its words and its code": (
        SENT,
        report(ExecType.REJECTED, text="no", reject_code="99", ord_status=OrdStatus.REJECTED),
        ev.OrderRejected(*first(), "no", "99"),
    ),
    "a rejection of an order as a repeat, while nothing shows that there was a first": (
        SENT,
        report(ExecType.REJECTED, text="no", reject_code="6"),
        ev.OrderRejected(*first(), "no", "6"),
    ),
    "a rejection of a live order for another reason": (
        LIVE,
        report(ExecType.REJECTED, reject_code="3"),
        ev.OrderRejected(*first(), "", "3"),
    ),
    "a cancel that was not asked for": (
        LIVE,
        report(ExecType.CANCELED, text="by the venue"),
        ev.OrderCanceled(*first(), NEW_ID, "by the venue"),
    ),
    "an expiry": (LIVE, report(ExecType.EXPIRED, text="the close"), ev.OrderExpired(*first(), "the close")),
    "a trigger": (
        LIVE,
        report(ExecType.TRIGGERED, text="d", **AND_TIME),
        ev.OrderTriggered(*first(), "d", ExecId("r1"), T0 + 3, 8),
    ),
    "a trigger at no time": (LIVE, report(ExecType.TRIGGERED), ev.OrderTriggered(*first(), "", None, 0, 0)),
}


@pytest.mark.parametrize(("way", "said", "news"), NEWS.values(), ids=NEWS)
def test_the_news_says_what_the_report_says(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


def test_a_pending_new_order_is_one_that_the_broker_is_deciding_on() -> None:
    order = after(*DECIDED)

    (request,) = order.outstanding_requests
    assert (request.kind, request.pending, order.status) == (RequestKind.NEW, True, OrdStatus.PENDING_NEW)


# ---------------------------------------------------------------- what does not fit

ABOUT_FILLED: Final[dict[str, tuple[ExecType, ev.OrderEvent, str]]] = {
    "a cancel": (ExecType.CANCELED, ev.OrderCanceled(*first(), NEW_ID, "off"), "CANCELED"),
    "an expiry": (ExecType.EXPIRED, ev.OrderExpired(*first(), "off"), "EXPIRED"),
}


@pytest.mark.parametrize(("exec_type", "end", "name"), ABOUT_FILLED.values(), ids=ABOUT_FILLED)
def test_the_end_of_a_filled_order_is_booked_and_flagged_and_it_stays_filled(
    exec_type: ExecType, end: ev.OrderEvent, name: str
) -> None:
    order, said = after(*FULL), report(exec_type, text="off")

    events = read(order, said)

    assert events == (
        end,
        set_aside(CODE.ILLEGAL_IN_STATE, f"{name} for an order of which all 100 executed", said, 1),
    )
    assert take(order, events).status is OrdStatus.FILLED


def test_a_rejection_after_a_fill_is_taken_as_a_cancel_and_flagged() -> None:
    said = report(ExecType.REJECTED, text="no credit")

    assert read(after(*PART), said) == (
        ev.OrderCanceled(*first(), NEW_ID, "no credit"),
        set_aside(CODE.CONTRADICTS_ORDER, "a rejection after 40 executed; taken as a cancel", said, 1),
    )


CONTRADICTIONS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "a rejection that shows the order as working": (
        LIVE,
        report(ExecType.REJECTED, ord_status=OrdStatus.NEW),
        "a rejection that shows the order as NEW",
    ),
    "a rejection of a second order under the same identity": (
        LIVE,
        report(ExecType.REJECTED, reject_code="6"),
        "a rejection of another order with its ClOrdID",
    ),
    "another instrument": (
        LIVE,
        report(ExecType.CANCELED, symbol=Symbol("MSFT")),
        "symbol 'MSFT', the order's is 'AAPL'",
    ),
    "another side": (
        LIVE,
        report(ExecType.CANCELED, side=Side.SELL),
        "side SELL, the order's is BUY",
    ),
}


@pytest.mark.parametrize(("way", "said", "text"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_report_that_denies_what_the_order_is_is_set_aside(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


def test_a_report_that_names_the_orders_own_instrument_and_side_is_taken() -> None:
    said = report(ExecType.CANCELED, symbol=Symbol("AAPL"), side=Side.BUY)

    assert read(after(*LIVE), said) == (ev.OrderCanceled(*first(), NEW_ID, ""),)


def test_what_cannot_happen_now_is_set_aside_with_what_is_left() -> None:
    said = report(ExecType.TRIGGERED)
    text = "TRIGGERED for an order that is canceled with 0 left"

    assert read(after(*CANCELED), said) == (set_aside(CODE.ILLEGAL_IN_STATE, text, said),)


# ---------------------------------------------------------------- what is no news

REPEATS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "an acknowledgement of another total after a restatement": (
        (*LIVE, make(ev.OrderRestated, order_qty=d(80))),
        report(ExecType.NEW, order_qty=d(100)),
        "already acknowledged",
    ),
    "an order that is priced, still": (
        PRICED,
        report(ExecType.NEW, ord_status=OrdStatus.ACCEPTED_FOR_BIDDING),
        "no news",
    ),
    "an order that is decided on, still": (DECIDED, report(ExecType.PENDING_NEW), "no news"),
    "an order that works, while a cancel is outstanding": (
        (*LIVE, make(ev.CancelRequested)),
        report(ExecType.PENDING_NEW),
        "no news",
    ),
    "an order that was being priced and works": (
        LIVE,
        report(ExecType.PENDING_NEW, ord_status=OrdStatus.ACCEPTED_FOR_BIDDING),
        "no news",
    ),
    "a second cancel": (CANCELED, report(ExecType.CANCELED, exec_id=ExecId("r1")), "already canceled"),
    "a second expiry": ((*LIVE, make(ev.OrderExpired)), report(ExecType.EXPIRED), "already expired"),
    "a second rejection": ((*SENT, make(ev.OrderRejected)), report(ExecType.REJECTED), "already rejected"),
}


@pytest.mark.parametrize(("way", "said", "text"), REPEATS.values(), ids=REPEATS)
def test_a_repeat_leaves_a_trace_that_says_why(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (ignored(said, text),)


@pytest.mark.parametrize("fields", [{"order_qty": d(100)}, {"order_qty": d(0)}, {}], ids=str)
def test_a_second_acknowledgement_is_no_news_but_may_be_a_resumption_heard_early(
    fields: dict[str, Any],
) -> None:
    order = after(*LIVE)
    again = read(order, report(ExecType.NEW, **fields))
    noted = ev.ReportIgnored(*first(), "NEW", None, "already acknowledged", is_dated=True)
    halt = report(ExecType.SUSPENDED)

    assert again == (noted,)
    assert told(read(order, halt)) == ["OrderSuspended"]
    assert told(read(take(order, again), halt)) == ["OrderSuspended", "UNORDERED"]


KNOWN: Final = {"exec_id": ExecId("r1"), "venue_ns": T0 + 3}
REMEMBERED: Final[dict[str, tuple[ev.OrderEvent, ExecutionReport]]] = {
    "a halt": (make(ev.OrderSuspended, **KNOWN), report(ExecType.SUSPENDED)),
    "the end of the day": (make(ev.OrderDoneForDay, **KNOWN), report(ExecType.DONE_FOR_DAY)),
    "a guarantee": (make(ev.OrderStopped, **KNOWN), report(ExecType.STOPPED)),
    "end-of-day figures": (make(ev.OrderCalculated, **KNOWN), report(ExecType.CALCULATED)),
    "a restatement": (make(ev.OrderRestated, **KNOWN), report(ExecType.RESTATED, order_qty=d(70))),
    "a trigger": (make(ev.OrderTriggered, **KNOWN), report(ExecType.TRIGGERED)),
}


@pytest.mark.parametrize(("news", "said"), REMEMBERED.values(), ids=REMEMBERED)
def test_a_report_that_is_known_by_its_exec_id_and_time_is_a_repeat(
    news: ev.OrderEvent, said: ExecutionReport
) -> None:
    again = attrs.evolve(said, exec_id=ExecId("r1"), transact_time_ns=T0 + 3)

    assert read(after(*LIVE, news), again) == (ignored(again, "repeat of a known report"),)


def test_a_report_without_a_time_is_known_by_its_exec_id() -> None:
    order = after(*LIVE, make(ev.OrderTriggered, exec_id=ExecId("r1")))
    said = report(ExecType.TRIGGERED, exec_id=ExecId("r1"))

    assert read(order, said) == (ignored(said, "repeat of a known report"),)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"exec_id": ExecId("r2"), "transact_time_ns": T0 + 3}, id="another exec_id"),
        pytest.param({"exec_id": ExecId("r1"), "transact_time_ns": T0 + 4}, id="another time"),
        pytest.param({"exec_id": None, "transact_time_ns": T0 + 3}, id="no exec_id"),
    ],
)
def test_a_report_is_no_repeat_under_another_identity(other: dict[str, object]) -> None:
    order = after(*LIVE, make(ev.OrderTriggered, **KNOWN))

    assert told(read(order, report(ExecType.TRIGGERED, **other))) == ["OrderTriggered"]


# ---------------------------------------------------------------- what is counted

COUNTING: Final[dict[str, tuple[ExecutionReport, list[str]]]] = {
    "an acknowledgement": (report(ExecType.NEW, ord_status=OrdStatus.NEW), ["ReportIgnored"]),
    "a cancel": (report(ExecType.CANCELED), ["OrderCanceled"]),
    "an expiry": (report(ExecType.EXPIRED), ["OrderExpired"]),
    "the end of the day": (report(ExecType.DONE_FOR_DAY), ["OrderDoneForDay"]),
    "a replace": (report(ExecType.REPLACED, cl_ord_id=THEIRS, order_qty=d(120)), ["OrderReplaced"]),
    "a status answer": (report(ExecType.ORDER_STATUS), ["ReportIgnored"]),
    "end-of-day figures": (report(ExecType.CALCULATED), ["OrderCalculated"]),
}


@pytest.mark.parametrize(("said", "news"), COUNTING.values(), ids=COUNTING)
def test_a_report_that_counts_more_than_is_known_shows_that_an_execution_is_missing(
    said: ExecutionReport, news: list[str]
) -> None:
    said = attrs.evolve(said, cum_qty=d(41))

    events = read(after(*PART), said)

    assert told(events) == [*news, "MISSING_EXECUTION"]
    text = "41 executed in all, of which 40 are known here"
    assert events[-1] == set_aside(CODE.MISSING_EXECUTION, text, said, 1)


def test_the_first_word_about_an_order_may_show_that_an_execution_is_missing() -> None:
    said = report(ExecType.NEW, cum_qty=d(40))

    assert read(after(*SENT), said) == (
        ev.OrderAcknowledged(*first(), None),
        set_aside(CODE.MISSING_EXECUTION, "40 executed in all, of which 0 are known here", said, 1),
    )
    assert told(read(after(*SENT), report(ExecType.NEW, cum_qty=d(0)))) == ["OrderAcknowledged"]


@pytest.mark.parametrize("counted", [None, d(40), d(39), d(0)], ids=str)
@pytest.mark.parametrize(("said", "news"), COUNTING.values(), ids=COUNTING)
def test_a_report_that_counts_no_more_than_is_known_is_taken_as_it_is(
    said: ExecutionReport, news: list[str], counted: object
) -> None:
    assert told(read(after(*PART), attrs.evolve(said, cum_qty=counted))) == news  # type: ignore[arg-type]


@pytest.mark.parametrize("counted", [d("NaN"), d("sNaN"), d("1E20"), 41, "41"], ids=repr)
def test_what_counts_nothing_that_can_be_understood_is_flagged(counted: object) -> None:
    said = report(ExecType.CANCELED, cum_qty=counted)

    assert read(after(*PART), said) == (
        ev.OrderCanceled(*first(), NEW_ID, ""),
        set_aside(CODE.MALFORMED, f"a cum_qty of {counted!r}", said, 1),
    )


@pytest.mark.parametrize(
    "exec_type", [ExecType.SUSPENDED, ExecType.STOPPED, ExecType.TRIGGERED], ids=lambda kind: kind.name
)
def test_what_other_reports_count_is_not_looked_at(exec_type: ExecType) -> None:
    assert len(read(after(*PART), report(exec_type, cum_qty=d(70)))) == 1


# ---------------------------------------------------------------- what makes no sense

SENSELESS: Final[dict[str, tuple[ExecutionReport, str]]] = {
    "a kind of report in another's alphabet": (
        attrs.evolve(report(ExecType.NEW), exec_type="0"),  # type: ignore[arg-type]  # on purpose
        "exec_type '0'",
    ),
    "a kind of report that cannot even be looked up": (
        attrs.evolve(report(ExecType.NEW), exec_type=[]),  # type: ignore[arg-type]  # on purpose
        "exec_type []",
    ),
    "two fields of the wrong kind": (
        report(ExecType.CANCELED, cl_ord_id=7, ord_status="4"),
        "cl_ord_id must be a text of at most 256 characters: 7; ord_status must be an OrdStatus: 4",
    ),
}


@pytest.mark.parametrize(("said", "text"), SENSELESS.values(), ids=SENSELESS)
def test_a_report_that_makes_no_sense_is_set_aside(said: ExecutionReport, text: str) -> None:
    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, text, said),)


@pytest.mark.parametrize("order_qty", [d("NaN"), d("sNaN"), d(0), d(-5), "90", 90.5], ids=repr)
def test_an_acknowledgement_of_a_total_that_makes_no_sense_is_taken_without_it(order_qty: object) -> None:
    said = report(ExecType.NEW, venue_order_id="v1", order_qty=order_qty)
    text = f"acknowledged, whatever its order_qty means: {order_qty!r}"

    assert read(after(*SENT), said) == (
        ev.OrderAcknowledged(*first(), venue_id("v1")),
        set_aside(CODE.MALFORMED, text, said, 1),
    )


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ({"exec_type": ExecType.NEW}, (T0, 3)),
        ({"exec_type": ExecType.NEW, "ord_status": OrdStatus.SUSPENDED}, (0, 0)),
        ({"exec_type": ExecType.ORDER_STATUS, "ord_status": OrdStatus.NEW}, (0, 0)),
    ],
    ids=["new", "new and suspended", "an answer"],
)
def test_of_such_an_acknowledgement_too_only_one_that_sets_it_to_work_has_a_time(
    said: dict[str, Any], when: tuple[int, int]
) -> None:
    events = read(after(*SENT), report(**said, order_qty=d(0), transact_time_ns=T0, report_seq=3))
    found = [(event.venue_ns, event.venue_seq) for event in events if isinstance(event, ev.OrderAcknowledged)]
    assert found == [when]


OTHERS: Final[dict[str, tuple[Report | SimpleNamespace, str]]] = {
    "a likeness": (SimpleNamespace(**attrs.asdict(report(ExecType.CANCELED))), "not a report"),
    "a fee, which is no report about the order's state": (FeeReport(d(1), "USD"), "not a report"),
    "a refusal with a field of the wrong kind": (
        OrderCancelReject(ClOrdId("c"), CxlRejResponseTo.CANCEL, venue_order_id=7, reject_code=5),  # type: ignore[arg-type]
        (
            "venue_order_id must be a text of at most 256 characters: 7; "
            "reject_code must be a text of at most 256 characters: 5"
        ),
    ),
}


@pytest.mark.parametrize(("said", "text"), OTHERS.values(), ids=OTHERS)
def test_what_only_looks_like_a_report_is_set_aside(said: object, text: str) -> None:
    assert read(after(*LIVE, make(ev.CancelRequested)), said) == (set_aside(CODE.MALFORMED, text, said),)


def test_a_report_of_the_wrong_kind_in_some_field_is_not_read_the_short_way() -> None:
    said = report(ExecType.NEW, exec_id=7)

    assert told(read(after(*SENT), said)) == ["MALFORMED"]


def test_bad_words_about_an_execution_that_is_not_known_are_not_kept() -> None:
    said = report(ExecType.TRADE_CANCEL, exec_id=ExecId("h1"), exec_ref_id=ExecId("x1"), trade_date=5)

    assert told(read(after(*PART), said, ExecutionIndex())) == ["MALFORMED"]

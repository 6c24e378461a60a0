"""What each kind of report means in each state of an order: news, no news, or nothing that can be believed."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.anomalies import At
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.enums import AnomalyCode, ExecType, OrdStatus
from oms.model.ids import BrokerName, ClOrdId, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit, Market, Terms
from tests.unit.journals import CANCEL_ID, NEW_ID, REPLACE_ID, T0, make, new_order, venue_id

CODE = AnomalyCode
PAPER: Final = BrokerName("paper")
CAUSE: Final = ev.Cause("ExecutionReport", "paper")
AT: Final = At(7, 2, CAUSE, 7, T0, PAPER)
FIRST: Final = (7, 2, CAUSE, 7, T0, OrderId(1))
"""The envelope of the first event of an order that a report leads to."""

THEIRS: Final = ClOrdId("venue-1")
"""An identity that the venue gave to an order of its own accord."""

SENT: Final = (make(ev.OrderSubmitted),)
LIVE: Final = (*SENT, make(ev.OrderAcknowledged))
PART: Final = (*LIVE, make(ev.Traded))  # 40 of 100
FULL: Final = (*LIVE, make(ev.Traded, last_qty=Decimal(100)))

WAYS: Final[dict[str, tuple[ev.OrderEvent, ...]]] = {
    "sent": SENT,
    "being decided": (*SENT, make(ev.OrderPendingNew)),
    "live": LIVE,
    "partly filled": PART,
    "filled": FULL,
    "canceled": (*LIVE, make(ev.OrderCanceled)),
    "expired": (*LIVE, make(ev.OrderExpired)),
    "rejected": (*SENT, make(ev.OrderRejected)),
}

# In the order of WAYS: + news, = no news, x cannot happen now, ? an answer to nothing, c taken as a cancel.
MEANINGS: Final[dict[ExecType, tuple[str, str]]] = {
    ExecType.NEW: ("OrderAcknowledged", "++===xxx"),
    # Whatever is known by now says more than that it was being decided.
    ExecType.PENDING_NEW: ("OrderPendingNew", "+======="),
    ExecType.REJECTED: ("OrderRejected", "+++cxxx="),
    ExecType.CANCELED: ("OrderCanceled", "++++x=xx"),
    ExecType.EXPIRED: ("OrderExpired", "++++xx=x"),
    ExecType.PENDING_CANCEL: ("OrderPendingCancel", "?????xxx"),
    ExecType.PENDING_REPLACE: ("OrderPendingReplace", "?????xxx"),
    ExecType.REPLACED: ("OrderReplaced", "+++++xxx"),
    ExecType.RESTATED: ("OrderRestated", "+++++xxx"),
    ExecType.DONE_FOR_DAY: ("OrderDoneForDay", "+++++xxx"),
    ExecType.SUSPENDED: ("OrderSuspended", "+++++xxx"),
    ExecType.CALCULATED: ("OrderCalculated", "+++++xxx"),
    # There is nothing to guarantee a price for once all has executed.
    ExecType.STOPPED: ("OrderStopped", "++++xxxx"),
    ExecType.TRIGGERED: ("OrderTriggered", "+++++xxx"),
    ExecType.ORDER_STATUS: ("", "========"),
}
EXECUTIONS: Final = {ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT}


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    with exact_arithmetic():
        yield


def after(*events: ev.OrderEvent, **fields: Any) -> Order:
    order = new_order(**fields)
    for event in events:
        apply(order, copy(event))
    return order


def report(exec_type: ExecType, **fields: Any) -> ExecutionReport:
    return ExecutionReport(exec_type, **{"cl_ord_id": NEW_ID, **fields})


def read(order: Order, said: Any) -> tuple[ev.Event, ...]:
    """What a report amounts to; the order is only looked at."""
    before, marks = order.snapshot(), order.marks
    events = interpret(order, said, AT, ExecutionIndex())
    assert (order.snapshot(), order.marks) == (before, marks)
    return events


def told(events: tuple[ev.Event, ...]) -> list[str]:
    """The events' classes, and for an anomaly its code."""
    return [
        event.code.name if isinstance(event, ev.AnomalyRaised) else type(event).__name__ for event in events
    ]


def set_aside(code: AnomalyCode, text: str, said: object, place: int = 0) -> ev.AnomalyRaised:
    return ev.AnomalyRaised(7 + place, 2, CAUSE, 7, T0, code, PAPER, OrderId(1), text, repr(said))


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
                "x": ["ILLEGAL_IN_STATE"],
                "?": ["UNKNOWN_REQUEST"],
                "c": ["OrderCanceled", "CONTRADICTS_ORDER"],
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
    changed = {"cl_ord_id": THEIRS, "order_qty": Decimal(150)} if exec_type is ExecType.REPLACED else {}
    said = report(exec_type, **changed)

    events = read(order, said)

    assert told(events) == expected
    for event in events:
        if isinstance(event, ev.OrderEvent):
            apply(order, event)  # the tables agree that it may happen


# ---------------------------------------------------------------- what the news says

ASKED: Final = (*PART, make(ev.ReplaceRequested, order_qty=Decimal(150)), make(ev.CancelRequested))
OLD: Final = Limit("189.50")

NEWS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, ev.OrderEvent]]] = {
    "a new order that is being decided": (
        SENT,
        report(ExecType.PENDING_NEW, venue_order_id="v1"),
        ev.OrderPendingNew(*FIRST, venue_id("v1")),
    ),
    "a rejection with its words and its code": (
        SENT,
        report(ExecType.REJECTED, text="no", reject_code="99", ord_status=OrdStatus.REJECTED),
        ev.OrderRejected(*FIRST, "no", "99"),
    ),
    "a cancel that was not asked for": (
        LIVE,
        report(ExecType.CANCELED, text="by the venue"),
        ev.OrderCanceled(*FIRST, NEW_ID, "by the venue"),
    ),
    "an expiry": (LIVE, report(ExecType.EXPIRED, text="the close"), ev.OrderExpired(*FIRST, "the close")),
    "a cancel that is being decided": (
        ASKED,
        report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
        ev.OrderPendingCancel(*FIRST, CANCEL_ID),
    ),
    "a replace that is being decided": (
        ASKED,
        report(ExecType.PENDING_REPLACE, cl_ord_id=REPLACE_ID),
        ev.OrderPendingReplace(*FIRST, REPLACE_ID),
    ),
    "the end of the day": (LIVE, report(ExecType.DONE_FOR_DAY, text="a"), ev.OrderDoneForDay(*FIRST, "a")),
    "a halt": (LIVE, report(ExecType.SUSPENDED, text="b"), ev.OrderSuspended(*FIRST, "b")),
    "end-of-day figures": (LIVE, report(ExecType.CALCULATED, text="c"), ev.OrderCalculated(*FIRST, "c")),
    "a trigger": (LIVE, report(ExecType.TRIGGERED, text="d"), ev.OrderTriggered(*FIRST, "d")),
    "a guaranteed price": (
        PART,
        report(ExecType.STOPPED, last_qty=Decimal(60), last_px=Decimal("189.40")),
        ev.OrderStopped(*FIRST, Decimal(60), Decimal("189.40")),
    ),
    "a guarantee without numbers": (LIVE, report(ExecType.STOPPED), ev.OrderStopped(*FIRST, None, None)),
    "a restatement of the quantity": (
        LIVE,
        report(ExecType.RESTATED, order_qty=Decimal(80), text="e"),
        ev.OrderRestated(*FIRST, Decimal(80), OLD, "e"),
    ),
    "a restatement of the price": (
        LIVE,
        report(ExecType.RESTATED, price=Decimal(190)),
        ev.OrderRestated(*FIRST, Decimal(100), Limit(190), ""),
    ),
    "a restatement below what has executed": (
        PART,
        report(ExecType.RESTATED, order_qty=Decimal(10)),
        ev.OrderRestated(*FIRST, Decimal(40), OLD, ""),
    ),
    "a restatement to nothing more": (
        PART,
        report(ExecType.RESTATED, order_qty=Decimal(0)),
        ev.OrderRestated(*FIRST, Decimal(40), OLD, ""),
    ),
    "a replace that was asked for": (
        ASKED,
        report(ExecType.REPLACED, cl_ord_id=REPLACE_ID, venue_order_id="v2"),
        ev.OrderReplaced(*FIRST, REPLACE_ID, venue_id("v2"), Decimal(150), OLD),
    ),
    "a replace at the venue's own price": (
        LIVE,
        report(ExecType.REPLACED, cl_ord_id=THEIRS, price=Decimal(190)),
        ev.OrderReplaced(*FIRST, THEIRS, None, Decimal(100), Limit(190)),
    ),
    "a replace by the venue that names no request": (
        LIVE,
        report(ExecType.REPLACED, cl_ord_id=None, order_qty=Decimal(80)),
        ev.OrderReplaced(*FIRST, NEW_ID, None, Decimal(80), OLD),
    ),
}


@pytest.mark.parametrize(("way", "said", "news"), NEWS.values(), ids=NEWS)
def test_the_news_says_what_the_report_says(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, news: ev.OrderEvent
) -> None:
    assert read(after(*way), said) == (news,)


PRICED: Final[dict[str, tuple[ExecType, type[ev.OrderReplaced | ev.OrderRestated]]]] = {
    "a replace": (ExecType.REPLACED, ev.OrderReplaced),
    "a restatement": (ExecType.RESTATED, ev.OrderRestated),
}


@pytest.mark.parametrize(("exec_type", "kind"), PRICED.values(), ids=PRICED)
def test_a_price_makes_no_limit_order_of_a_market_order(
    exec_type: ExecType, kind: type[ev.OrderReplaced | ev.OrderRestated]
) -> None:
    terms: Terms = Market()

    (event,) = read(after(*LIVE, terms=terms), report(exec_type, cl_ord_id=THEIRS, price=Decimal(190)))

    assert isinstance(event, kind)
    assert (event.order_qty, event.terms) == (Decimal(100), terms)


def test_a_rejection_after_a_fill_is_taken_as_a_cancel_and_flagged() -> None:
    said = report(ExecType.REJECTED, text="no credit")

    assert read(after(*PART), said) == (
        ev.OrderCanceled(*FIRST, NEW_ID, "no credit"),
        set_aside(CODE.CONTRADICTS_ORDER, "a rejection after 40 executed; taken as a cancel", said, 1),
    )


def test_a_rejection_that_shows_the_order_as_working_is_of_another_order() -> None:
    said = report(ExecType.REJECTED, ord_status=OrdStatus.NEW)
    text = f"a rejection that shows the order as {OrdStatus.NEW!r}"

    assert read(after(*LIVE), said) == (set_aside(CODE.CONTRADICTS_ORDER, text, said),)


# ---------------------------------------------------------------- what is no news

REPEATS: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], ExecutionReport, str]]] = {
    "a halt during a halt": (
        (*LIVE, make(ev.OrderSuspended)),
        report(ExecType.SUSPENDED),
        "no news",
    ),
    "the end of a day that has ended": (
        (*LIVE, make(ev.OrderDoneForDay)),
        report(ExecType.DONE_FOR_DAY),
        "no news",
    ),
    "a cancel that is still being decided": (
        (*ASKED, make(ev.OrderPendingCancel)),
        report(ExecType.PENDING_CANCEL, cl_ord_id=CANCEL_ID),
        "already pending",
    ),
    "a replace that nobody asked for, and that says nothing": (
        LIVE,
        report(ExecType.REPLACED, cl_ord_id=REPLACE_ID),
        "no such replace is outstanding",
    ),
}


@pytest.mark.parametrize(("way", "said", "text"), REPEATS.values(), ids=REPEATS)
def test_a_repeat_leaves_a_trace_that_says_why(
    way: tuple[ev.OrderEvent, ...], said: ExecutionReport, text: str
) -> None:
    assert read(after(*way), said) == (ev.ReportIgnored(*FIRST, said.exec_type.name, None, text),)


@pytest.mark.parametrize(
    ("exec_type", "identity", "kind"),
    [
        pytest.param(
            ExecType.PENDING_CANCEL, REPLACE_ID, "cancel", id="a cancel under the name of a replace"
        ),
        pytest.param(ExecType.PENDING_REPLACE, CANCEL_ID, "replace", id="a replace under that of a cancel"),
        pytest.param(ExecType.PENDING_CANCEL, ClOrdId("who"), "cancel", id="a cancel that nobody asked for"),
    ],
)
def test_what_is_pending_must_have_been_asked_for(exec_type: ExecType, identity: ClOrdId, kind: str) -> None:
    said = report(exec_type, cl_ord_id=identity)
    text = f"no {kind} request {identity!r} is outstanding"

    assert read(after(*ASKED), said) == (set_aside(CODE.UNKNOWN_REQUEST, text, said),)


# ---------------------------------------------------------------- what makes no sense

NAN: Final = Decimal("NaN")
SENSELESS: Final[dict[str, tuple[ExecutionReport, str]]] = {
    "a replace to a quantity below zero": (
        report(ExecType.REPLACED, cl_ord_id=THEIRS, order_qty=Decimal(-1)),
        "a replace to Decimal('-1') at None",
    ),
    "a replace to no number": (
        report(ExecType.REPLACED, cl_ord_id=THEIRS, order_qty=NAN, price=Decimal(1)),
        "a replace to Decimal('NaN') at Decimal('1')",
    ),
    "a replace to a price that is no number": (
        report(ExecType.REPLACED, cl_ord_id=THEIRS, price=NAN),
        "a replace to None at Decimal('NaN')",
    ),
    "a restatement to a quantity below zero": (
        report(ExecType.RESTATED, order_qty=Decimal(-1)),
        "a restatement to Decimal('-1') at None",
    ),
    "a restatement to a price that is no number": (
        report(ExecType.RESTATED, price=NAN),
        "a restatement to None at Decimal('NaN')",
    ),
    "a guarantee of a size that is no number": (
        report(ExecType.STOPPED, last_qty=NAN),
        "a guarantee of Decimal('NaN') at None",
    ),
    "a guarantee of a price that is no number": (
        report(ExecType.STOPPED, last_qty=Decimal(1), last_px=NAN),
        "a guarantee of Decimal('1') at Decimal('NaN')",
    ),
    "a kind of report in another's alphabet": (
        attrs.evolve(report(ExecType.NEW), exec_type="0"),  # type: ignore[arg-type]  # on purpose
        "exec_type '0'",
    ),
}


@pytest.mark.parametrize(("said", "text"), SENSELESS.values(), ids=SENSELESS)
def test_a_report_that_makes_no_sense_is_set_aside(said: ExecutionReport, text: str) -> None:
    (event,) = read(after(*LIVE), said)

    assert event == set_aside(CODE.MALFORMED, text, said)


def test_what_only_looks_like_a_report_is_set_aside() -> None:
    said = SimpleNamespace(**attrs.asdict(report(ExecType.CANCELED)))

    assert read(after(*LIVE), said) == (set_aside(CODE.MALFORMED, "not a report", said),)

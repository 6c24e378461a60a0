"""Executions that say more than that something has traded: the end of the order too, or of an order that never left."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from typing import Any, Final

import pytest

from oms.lifecycle.anomalies import MAX_RAW, At
from oms.lifecycle.execution_index import ExecutionIndex
from oms.lifecycle.interpret import interpret
from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import ZERO, exact_arithmetic
from oms.model.enums import AnomalyCode, ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from tests.unit.journals import NEW_ID, T0, make, new_order

PAPER: Final = BrokerName("paper")
CAUSE: Final = ev.Cause("ExecutionReport", "paper")
AT: Final = At(7, 2, CAUSE, 7, T0, PAPER)
LIVE: Final = (make(ev.OrderSubmitted), make(ev.OrderAcknowledged))


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    with exact_arithmetic():
        yield


def after(*events: ev.OrderEvent) -> Order:
    order = new_order()
    for event in events:
        apply(order, copy(event))
    return order


def trade(qty: int, **fields: Any) -> ExecutionReport:
    usual: dict[str, Any] = {
        "cl_ord_id": NEW_ID,
        "exec_id": ExecId("x9"),
        "last_qty": Decimal(qty),
        "last_px": Decimal(189),
        "transact_time_ns": T0,
    }
    return ExecutionReport(ExecType.TRADE, **{**usual, **fields})


def read(order: Order, said: ExecutionReport) -> tuple[ev.Event, ...]:
    return interpret(order, said, AT, ExecutionIndex())


def of_order(place: int) -> tuple[int, int, ev.Cause, int, int, OrderId]:
    """The envelope of an event, so many after the first."""
    return 7 + place, 2, CAUSE, 7, T0, OrderId(1)


def booked(qty: int, trade_date: str = "20260105", transact_time_ns: int = T0) -> ev.Traded:
    return ev.Traded(
        *of_order(0), ExecId("x9"), Symbol("AAPL"), Side.BUY, Account("main"), PAPER, Decimal(qty), Decimal(189),
        trade_date, transact_time_ns, None, ZERO, "", None, "",
    )  # fmt: skip


def flagged(code: AnomalyCode, text: str, said: ExecutionReport) -> ev.AnomalyRaised:
    return ev.AnomalyRaised(8, 2, CAUSE, 7, T0, code, PAPER, OrderId(1), text, repr(said))


ENDS: Final[dict[str, tuple[OrdStatus, ev.OrderEvent]]] = {
    "a cancel": (OrdStatus.CANCELED, ev.OrderCanceled(*of_order(1), NEW_ID, "the rest is off")),
    "an expiry": (OrdStatus.EXPIRED, ev.OrderExpired(*of_order(1), "the rest is off")),
}


@pytest.mark.parametrize(("shown_as", "end"), ENDS.values(), ids=ENDS)
def test_an_end_that_is_bundled_with_an_execution_follows_it(shown_as: OrdStatus, end: ev.OrderEvent) -> None:
    order = after(*LIVE)

    events = read(order, trade(40, ord_status=shown_as, text="the rest is off"))

    assert events == (booked(40), end)
    for event in events:
        assert isinstance(event, ev.OrderEvent)
        apply(order, copy(event))
    assert (order.status, order.cum_qty, order.leaves_qty) == (shown_as, Decimal(40), ZERO)


def test_a_bundled_end_is_numbered_after_what_is_flagged_about_the_execution() -> None:
    said = trade(40, ord_status=OrdStatus.CANCELED, transact_time_ns=None)
    text = "booked, without the venue's time its repeats on other days look the same"

    assert read(after(*LIVE), said) == (
        booked(40, "", 0),
        flagged(AnomalyCode.NO_TRADE_DATE, text, said),
        ev.OrderCanceled(*of_order(2), NEW_ID, ""),
    )


def test_an_execution_of_all_that_is_left_leaves_nothing_to_end() -> None:
    order = after(*LIVE, make(ev.Traded))

    assert read(order, trade(60, ord_status=OrdStatus.CANCELED)) == (booked(60),)


def test_an_execution_of_an_order_that_has_ended_does_not_end_it_again() -> None:
    said = trade(40, ord_status=OrdStatus.EXPIRED)

    assert read(after(*LIVE, make(ev.OrderCanceled)), said) == (
        booked(40),
        flagged(AnomalyCode.LATE_EXECUTION, "booked, although the order is canceled", said),
    )


NEVER_SENT: Final[dict[str, tuple[tuple[ev.OrderEvent, ...], str]]] = {
    "unsent": ((), "TRADE for an order that is unsent with 100 left"),
    "denied": ((make(ev.OrderDenied),), "TRADE for an order that is denied with 0 left"),
}


@pytest.mark.parametrize(("way", "text"), NEVER_SENT.values(), ids=NEVER_SENT)
def test_what_never_left_cannot_execute(way: tuple[ev.OrderEvent, ...], text: str) -> None:
    said = trade(40)

    assert read(after(*way), said) == (
        ev.AnomalyRaised(
            7, 2, CAUSE, 7, T0, AnomalyCode.ILLEGAL_IN_STATE, PAPER, OrderId(1), text, repr(said)
        ),
    )


def test_of_many_words_the_first_are_kept_and_the_rest_is_no_fault() -> None:
    words = "a" * MAX_RAW + "b"

    (event,) = read(after(*LIVE), ExecutionReport(ExecType.CANCELED, cl_ord_id=NEW_ID, text=words))

    assert event == ev.OrderCanceled(*of_order(0), NEW_ID, "a" * MAX_RAW)

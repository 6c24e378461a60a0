"""The checker of orders: each thing that must hold is broken by hand, and the checker names it and nothing else."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from typing import Any, Final

import pytest

from oms.lifecycle.invariants import check_order
from oms.model import events as ev
from oms.model.enums import OrdStatus, RequestKind
from oms.model.ids import BrokerName
from oms.model.order import Mark
from oms.model.outstanding import OutstandingRequest
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit
from tests.unit.journals import CANCEL_ID, NEW_ID, REPLACE_ID, T0, make, venue_id
from tests.unit.lifecycle.readings import after

WHY: Final = (Reason(ReasonCode.OFF_TICK, "price", "1.005", "1 or 1.01"),)
SENT: Final = (make(ev.OrderSubmitted),)
LIVE: Final = (*SENT, make(ev.OrderAcknowledged))
PART: Final = (*LIVE, make(ev.Traded))  # 40 of 100 at 189.50
CANCELED: Final = (*LIVE, make(ev.OrderCanceled))
DENIED: Final = (make(ev.OrderDenied, reasons=WHY),)
ADOPTED: Final = (make(ev.OrderAdopted),)
AWAITING: Final = (*LIVE, make(ev.Traded))
IN_MONEY: Final = {"order_qty": Decimal(0), "cash_order_qty": Decimal(9000)}

NEW: Final = OutstandingRequest(NEW_ID, RequestKind.NEW, T0, None, None)
CANCEL: Final = OutstandingRequest(CANCEL_ID, RequestKind.CANCEL, T0, None, None)
CANCEL_WITH_TERMS: Final = OutstandingRequest(CANCEL_ID, RequestKind.CANCEL, T0, Decimal(5), Limit(190))
REPLACE_BY_HALF: Final = OutstandingRequest(REPLACE_ID, RequestKind.REPLACE, T0, Decimal(5), None)
REPLACE_OF_NOTHING: Final = OutstandingRequest(REPLACE_ID, RequestKind.REPLACE, T0, None, Limit(190))
REPLACE_WITHOUT: Final = OutstandingRequest(REPLACE_ID, RequestKind.REPLACE, T0, None, None)

Way = tuple[ev.OrderEvent, ...]

# What the other facts would be if the broken one were true is set along with it, so that one sentence is left.
BROKEN: Final[dict[str, tuple[Any, ...]]] = {
    "less than nothing executed": (
        LIVE,
        {"_cum_qty": Decimal(-1), "_leaves_qty": Decimal(101), "_avg_px": Decimal(0), "_status": OrdStatus.PARTIALLY_FILLED},
        "cum_qty is -1, below zero", "day_cum_qty is 0 of a cum_qty of -1",
    ),
    "a working order with too little left": (
        PART,
        {"_leaves_qty": Decimal(50)},
        "leaves_qty is 50, 40 of 100 executed leave 60",
    ),
    "an ended order with something left": (
        (*PART, make(ev.OrderCanceled)),
        {"_leaves_qty": Decimal(60)},
        "leaves_qty is 60, 40 of 100 executed leave 0",
    ),
    "a value of nothing": (LIVE, {"_notional": Decimal(5)}, "notional is 5 with nothing executed"),
    "an average of something else": (
        PART,
        {"_avg_px": Decimal(190)},
        "avg_px is 190, 7580.00 over 40 is 189.50",
    ),
    "an average of nothing": (LIVE, {"_avg_px": Decimal(190)}, "avg_px is 190, 0 over 0 is None"),
    "two requests of one identity": (
        LIVE,
        {"_requests": {CANCEL_ID: CANCEL, REPLACE_ID: CANCEL}},
        "two outstanding requests have one identity",
    ),
    "an ended order that waits for an answer": (
        CANCELED,
        {"_requests": {CANCEL_ID: CANCEL}},
        "it is canceled with 1 outstanding requests",
    ),
    "a live order whose new order is unanswered": (
        LIVE,
        {"_requests": {NEW_ID: NEW}},
        "it is live with 1 unanswered new orders",
    ),
    "a sent order whose new order was answered": (
        SENT,
        {"_requests": {}},
        "it is sent with 0 unanswered new orders",
    ),
    "a cancel that asks for terms": (
        LIVE,
        {"_requests": {CANCEL_ID: CANCEL_WITH_TERMS}},
        f"the cancel request cancel-1 asks for 5 on {Limit(190)}",
    ),
    "a replace that asks for nothing": (
        LIVE,
        {"_requests": {REPLACE_ID: REPLACE_WITHOUT}},
        "the replace request replace-1 asks for None on None",
    ),
    "a replace that asks for a quantity on no terms": (
        LIVE,
        {"_requests": {REPLACE_ID: REPLACE_BY_HALF}},
        "the replace request replace-1 asks for 5 on None",
    ),
    "a replace that asks for terms of no quantity": (
        LIVE,
        {"_requests": {REPLACE_ID: REPLACE_OF_NOTHING}},
        f"the replace request replace-1 asks for None on {Limit(190)}",
    ),
    "a status that the facts do not give": (
        PART,
        {"_status": OrdStatus.NEW},
        "it is shown as NEW, its facts say PARTIALLY_FILLED",
    ),
    "an ended order with marks": (
        CANCELED,
        {"_marks": dict.fromkeys((Mark.SUSPENDED, Mark.CALCULATED, Mark.STOPPED), (0, 0)), "_status": OrdStatus.CALCULATED},
        "it is canceled and still stopped, suspended",
    ),
    "an order that is over and has something left": (
        (*PART, make(ev.OrderDoneForDay, is_over=True)),
        {"_leaves_qty": Decimal(60)},
        "leaves_qty is 60, 40 of 100 executed leave 0",
    ),
    "what was lost that is left": (
        (*PART, make(ev.TradeCanceled, reopens=False)),
        {"_leaves_qty": Decimal(100)},
        "leaves_qty is 100, 0 of 100 executed leave 60",
    ),
    "more executed on the day than in all": (
        PART, {"_day_cum_qty": Decimal(41)}, "day_cum_qty is 41 of a cum_qty of 40",
    ),
    "less than nothing executed on the day": (
        PART, {"_day_cum_qty": Decimal(-1)}, "day_cum_qty is -1 of a cum_qty of 40",
    ),
    "an adopted order that waits for an answer to a new order": (
        ADOPTED, {"_requests": {NEW_ID: NEW}}, "it is sent with 1 unanswered new orders",
    ),
    "an adopted order under no name": (ADOPTED, {"_cl_ord_id": None}, "it is sent at paper as None"),
    "a venue's name alone for an order of ours": (
        LIVE, {"_cl_ord_id": None, "_venue_order_id": venue_id("V1")}, "it is live at paper as None",
    ),
    "an order that awaits its total, shown as filled": (
        AWAITING, {"_status": OrdStatus.FILLED}, "it is shown as FILLED, its facts say PARTIALLY_FILLED",
    ),
    "a denied order without reasons": (DENIED, {"_reasons": ()}, "it is denied with 0 reasons"),
    "a live order with reasons against it": (LIVE, {"_reasons": WHY}, "it is live with 1 reasons"),
    "a live order that is nowhere": (LIVE, {"_broker": None}, "it is live at None as new-1"),
    "a live order without an identity": (LIVE, {"_cl_ord_id": None}, "it is live at paper as None"),
    "an unsent order at a broker": (
        (),
        {"_broker": BrokerName("paper")},
        "it is unsent at paper as None",
    ),
    "a denied order with an identity": (DENIED, {"_cl_ord_id": NEW_ID}, "it is denied at None as new-1"),
    "an execution that did not acknowledge its order": (
        SENT,
        {
            "_cum_qty": Decimal(40), "_leaves_qty": Decimal(60), "_notional": Decimal(7580), "_avg_px": Decimal("189.50"),
            "_status": OrdStatus.PARTIALLY_FILLED,
        },
        "it is sent with 40 executed",
    ),
    "an execution of what was never sent": (
        (),
        {
            "_cum_qty": Decimal(40), "_leaves_qty": Decimal(60), "_notional": Decimal(7580), "_avg_px": Decimal("189.50"),
            "_status": OrdStatus.PARTIALLY_FILLED,
        },
        "it is unsent with 40 executed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("way", "facts", "sentences"), [(way, facts, named) for way, facts, *named in BROKEN.values()], ids=BROKEN
)
def test_what_is_wrong_with_an_order_is_named_and_nothing_else(
    way: Way, facts: dict[str, object], sentences: list[str]
) -> None:
    order = after(*way, **(IN_MONEY if way is AWAITING else {}))
    assert check_order(order) == ()

    for slot, fact in facts.items():
        setattr(order, slot, fact)

    assert check_order(order) == tuple(f"order 1: {sentence}" for sentence in sentences)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    order = after(*PART)
    order._leaves_qty = Decimal(50)
    order._status = OrdStatus.NEW
    order._reasons = WHY

    assert check_order(order) == (
        "order 1: leaves_qty is 50, 40 of 100 executed leave 60",
        "order 1: it is shown as NEW, its facts say PARTIALLY_FILLED",
        "order 1: it is live with 1 reasons",
    )


@pytest.mark.parametrize(
    ("way", "fields"),
    [
        pytest.param(ADOPTED, {}, id="adopted"),
        pytest.param(
            (make(ev.OrderAdopted, cl_ord_id=None, venue_order_id=venue_id("V1")),),
            {},
            id="adopted under a venue id",
        ),
        pytest.param(AWAITING, IN_MONEY, id="in money"),
        pytest.param(
            (*PART, make(ev.OrderCalculated), make(ev.OrderCanceled)), {}, id="calculated and ended"
        ),
    ],
)
def test_an_order_of_a_rarer_kind_is_well(way: Way, fields: dict[str, Any]) -> None:
    assert check_order(after(*way, **fields)) == ()


def test_the_check_does_not_depend_on_the_arithmetic_outside() -> None:
    order = after(*LIVE, make(ev.Traded, last_qty=Decimal("33.333"), last_px=Decimal("0.333333")))

    with localcontext(Context(prec=2)):
        assert check_order(order) == ()

"""What follows from the refusal of a child: its quantity is free at once; tried again later and later, or its order is suspended."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from oms.engine.inputs import TimerDue
from oms.engine.parent_entry import resting_ns
from oms.engine.refusals import PASSING, STAYING
from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import OrderId
from oms.model.limits import RiskLimits
from oms.model.reasons import ReasonCode
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Strategy
from oms.model.work_commands import ResumeWork
from tests.fakes import S
from tests.unit.engine.desk import request_id
from tests.unit.engine.test_parents import Work

PASS: Final = ("", "0", "2", "4", "6", "8", "12", "16", "19", "99", "THROTTLED")
"""OrdRejReason (103) of what may pass: not said, the broker's option, exchange closed, too late, duplicate, stale, surveillance, beyond
the price band, no reference price, other, and a venue's own word."""
STAY: Final = tuple(map(str, (1, 3, 5, 7, 9, 10, 11, 13, 14, 15, 18, *range(20, 30))))
"""Of what stays: symbol, limit, order, given by word of mouth, trade along, investor, characteristic, quantities, account, increment; and
from 20 on notional, algorithm's risk, three of short sales, credit, clip size, notional, DV01 and CS01."""


def refuse(work: Work, number: int, code: str = "", **fields: Any) -> tuple[ev.Event, ...]:  # noqa: ANN401  # of any kind
    """The n-th request, a child, is rejected."""
    return work.say(ExecType.REJECTED, cl_ord_id=request_id(number), reject_code=code, **fields)


@pytest.mark.parametrize("code", PASS)
def test_what_may_pass_is_tried_again_after_a_second(code: str) -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    refuse(work, 1, code)
    assert (work.parent.available, work.parent.working) == (Decimal(10), Decimal(0))
    assert work.parent.suspended is None
    work.wait(0.9)
    assert len(work.sent) == 1
    work.wait(0.2)
    assert [one.order_qty for one in work.sent if isinstance(one, NewOrderSingle)] == [10, 10]


@pytest.mark.parametrize("code", STAY)
def test_what_stays_suspends_the_order_at_once(code: str) -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    refuse(work, 1, code, text="no")
    assert work.parent.suspended == f"its child 2 was rejected [{code}]: no"
    assert (work.order().status, work.parent.available) == (OrdStatus.SUSPENDED, Decimal(10))
    work.wait(30)
    assert len(work.sent) == 1


def test_every_code_is_one_or_the_other() -> None:
    assert set(STAY) == STAYING
    assert not set(PASS) & STAYING
    assert {code for code in PASS if code.isdigit()} | STAYING == {*map(str, range(30)), "99"} - {"17"}
    stay_here = {
        ReasonCode.OFF_TICK, ReasonCode.OFF_LOT, ReasonCode.BELOW_MIN_QTY, ReasonCode.BELOW_MIN_NOTIONAL, ReasonCode.PRICE_NOT_POSITIVE,
        ReasonCode.UNSUPPORTED, ReasonCode.MAX_ORDER_QTY, ReasonCode.MAX_ORDER_VALUE, ReasonCode.DUPLICATE_CLIENT_REF,
        ReasonCode.NO_ROUTE, ReasonCode.NOT_WORKING, ReasonCode.ALREADY_PENDING, ReasonCode.NO_CHANGE, ReasonCode.ABOVE_ORDER_QTY,
        ReasonCode.IN_THE_PAST, ReasonCode.OTHER,
    }  # fmt: skip
    assert PASSING | stay_here == set(ReasonCode)
    assert not PASSING & stay_here


def test_the_rest_after_refusals_doubles_up_to_a_minute() -> None:
    work = Work()
    work.begin(qty=10, slices=1)
    parent = work.parent
    rests = []
    for count in range(9):
        parent.rejects, parent.refused_ns = count, 1_000 * S
        rests.append(resting_ns(parent) and (resting_ns(parent) - 1_000 * S) // S)
    assert rests == [0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_a_child_that_is_taken_ends_the_row_and_so_does_a_person() -> None:
    """Four refusals, one that is taken, and four again: not five in a row. The fifth suspends; resumed, it counts anew."""
    work = Work()
    work.begin(qty=10, slices=1, duration=600)
    for number in (1, 2, 3, 4):
        refuse(work, number)
        work.wait(17)
    work.say(ExecType.NEW, cl_ord_id=request_id(5))
    assert work.parent.rejects == 0
    work.fill(5, 4)
    work.say(ExecType.CANCELED, cl_ord_id=request_id(5), text="by the venue")
    work.wait(600)
    assert work.parent.suspended is None

    work = Work()
    work.begin(qty=40, slices=4, duration=600)
    for number in (1, 2, 3, 4, 5):
        assert work.parent.suspended is None
        refuse(work, number, text="busy")
        work.wait(17)
    assert work.parent.suspended == "5 children in a row were refused, the last one, 6: busy"
    assert len(work.sent) == 5
    work.tell(ResumeWork(OrderId(1), "they are back", "ann"))
    work.at(150)
    assert len(work.sent) == 6
    refuse(work, 6, text="busy")
    assert work.parent.rejects == 1
    assert work.parent.suspended is None


def test_a_throttle_here_is_waited_out() -> None:
    """Two requests in twelve seconds may leave, of which the first did at 0: denied at 10 and 11, the third child goes out at 13."""
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar=None, max_open_orders=None, max_messages=2, message_window_s=12, off_by="a test",
    )  # fmt: skip
    work = Work(limits=limits)
    work.begin(qty=100, duration=20, slices=4)
    work.fill(1, 25)
    work.at(5)
    work.fill(2, 25)
    steps = []
    for at_s in (9, 10, 10.9, 11.1, 12.9, 13.2):
        work.at(at_s)
        denied = [event.reasons[0].code for event in work.journal if isinstance(event, ev.OrderDenied)]
        steps.append((at_s, len(work.sent), len(denied), work.parent.rejects, int(work.parent.available)))
        assert set(denied) <= {ReasonCode.MSG_RATE}
    assert steps == [
        (9, 2, 0, 0, 50), (10, 2, 1, 1, 50), (10.9, 2, 1, 1, 50), (11.1, 2, 2, 2, 50), (12.9, 2, 2, 2, 50), (13.2, 3, 2, 2, 25),
    ]  # fmt: skip
    assert work.parent.suspended is None


@pytest.mark.parametrize(
    ("side", "limit", "bid", "px"),
    [
        # 5% above 95 are 99.75, and 5% below 105 too; on the grid of hundredths 5% above 95.005 are 99.75525.
        pytest.param(Side.BUY, "104", "94.99", "99.75", id="a purchase"),
        pytest.param(Side.BUY, "104", "94.995", "99.75", id="a purchase, down to the grid"),
        pytest.param(Side.SELL, "96", "104.99", "99.75", id="a sale"),
        pytest.param(Side.BUY, "104", "99.99", "104", id="within the collar"),
    ],
)
def test_a_childs_price_is_held_to_the_collar(side: Side, limit: str, bid: str, px: str) -> None:
    """It goes out at its limit, whatever the market: which the market has left behind, so that the gate would deny it."""
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar="0.05", max_open_orders=None, max_messages=None, off_by="a test",
    )  # fmt: skip
    work = Work(limits=limits)
    told: dict[str, int | str] = {
        "duration": 60,
        "slices": 4,
        "child_style": "market",
        "limit_price": limit,
    }
    work.submit(qty=100, side=side, terms=Strategy("twap", told))
    work.fill(1, 25)
    work.now_ns += 15 * S
    work.quote(bid, str(Decimal(bid) + Decimal("0.02")))
    work.tell(TimerDue())
    assert [one.terms for one in work.sent if isinstance(one, NewOrderSingle)] == [Limit(limit), Limit(px)]
    assert not any(isinstance(event, ev.OrderDenied) for event in work.journal)


def test_a_price_that_is_stale_for_the_gate_passes_with_the_next_quote() -> None:
    """The collar needs a market price of the last five seconds; the slice comes with one of ten seconds ago."""
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar="0.05", max_open_orders=None, max_messages=None, max_reference_age_s=5,
        off_by="a test",
    )  # fmt: skip
    work = Work(limits=limits)
    work.begin(qty=50, duration=20, slices=2)
    work.fill(1, 25)
    work.now_ns += 10 * S
    work.tell(TimerDue())
    denied = [event for event in work.journal if isinstance(event, ev.OrderDenied)]
    assert [event.reasons[0].code for event in denied] == [ReasonCode.INPUT_UNAVAILABLE]
    assert (work.parent.rejects, work.parent.available) == (1, Decimal(25))
    assert work.parent.suspended is None
    work.wait(1.1)
    assert [one.order_qty for one in work.sent if isinstance(one, NewOrderSingle)] == [25, 25]

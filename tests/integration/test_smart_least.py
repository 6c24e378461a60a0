"""What an order over several brokers does in an instrument with a least value: no part is worth less, nor is what is left after it."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.model.enums import ExecType, Life
from oms.model.reports import NotSent
from oms.model.work import Pace
from tests.fakes import AAPL
from tests.smart_desk import STRICT, Desk

WORTH = evolve(AAPL, min_notional="500")


@pytest.mark.parametrize(
    ("qty", "two", "parts"),
    [
        # 20 at 10.01 are worth 200.20; without it 60 would leave 40, which at 10.05 are worth 402.
        (100, 20, [("one", 50, "take 10.00"), ("one", 50, "rest 10.05")]),
        (1000, 40, [("one", 60, "take 10.00"), ("one", 940, "rest 10.05")]),
        (120, 60, [("one", 60, "take 10.00"), ("two", 60, "take 10.01")]),
        (90, 20, [("one", 90, "rest 10.05")]),
    ],
)
def test_no_part_is_worth_less_than_the_least(qty: int, two: int, parts: list[tuple[str, int, str]]) -> None:
    desk = Desk(instrument=WORTH)
    desk.shows("one", "10.00", 60)
    desk.shows("two", "10.01", two)
    order = desk.buy(qty)

    assert desk.parts(order) == parts
    assert desk.om.work(order).suspended is None


def test_one_that_is_tried_gets_the_least() -> None:
    desk = Desk(instrument=WORTH, health=STRICT)
    desk.shows("one", "10.00", 900)
    desk.shows("two", None)
    desk.one.answers.append(NotSent("x"))
    desk.two.answers.append(NotSent("x"))
    order = desk.buy(1000)
    for _ in range(6):
        desk.clock.advance_by(1)
        desk.om.poll()
        desk.shows("one", "10.00", 900)
        desk.shows("two", "10.02", 900)

    assert desk.om.work(order).suspended is None
    assert ("one", 50, "take 10.00") in desk.parts(order)
    assert all(child.order_qty >= 50 and child.life is not Life.DENIED for child in desk.om.children(order))


def test_what_is_too_little_waits_and_says_so() -> None:
    desk = Desk(instrument=WORTH)
    desk.shows("one", "10.00", 100)
    desk.shows("two", None)
    order = desk.buy(100)
    (child,) = desk.om.children(order)
    desk.says(desk.one, child, ExecType.TRADE, cum=70, last=70)
    desk.says(desk.one, child, ExecType.CANCELED, cum=70)

    # 30 are worth 301.50 at most.
    assert desk.parts(order) == [("one", 100, "take 10.00")]
    work = desk.om.work(order)
    assert (work.suspended, work.held, int(work.available)) == (None, Pace.TOO_SMALL, 30)

    desk.om.replace(order, order_qty=150)
    assert desk.om.work(order).held is None
    assert desk.parts(order)[1:] == [("one", 80, "rest 10.05")]


def test_a_sweep_at_the_end_may_leave_less() -> None:
    desk = Desk(instrument=WORTH)
    desk.shows("one", None)
    desk.shows("two", "10.00", 60)
    order = desk.buy(100, rest="N", duration=10, on_residual="sweep", min_rest=10)
    (child,) = desk.om.children(order)
    assert child.order_qty == 50
    desk.says(desk.two, child, ExecType.CANCELED)
    desk.clock.advance_by(10)
    desk.shows("two", "10.01", 60)

    assert desk.parts(order)[1:] == [("two", 60, "take 10.01")]

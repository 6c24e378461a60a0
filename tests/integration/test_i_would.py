"""What is taken at the price at which it would be taken: at that price or better, and as much as was asked for."""

from __future__ import annotations

import pytest

from oms.model.depth import BookSnapshot
from oms.model.enums import Side
from oms.model.order import Order
from oms.model.terms import Limit, Strategy
from oms.simulation.venue_acts import CancelOrder
from tests.algo_desk import AlgoDesk, X

STYLES: list[dict[str, str]] = [{}, {"child_style": "market"}, {"child_offset": "5"}]


def work(desk: AlgoDesk, side: Side, name: str = "twap", **parameters: str | int) -> Order:
    schedule: dict[str, str | int] = (
        {"duration": 600, "slices": 10} if name == "twap" else {"duration": 600, "participation_rate": "0.1"}
    )
    return desk.om.submit("X", side, 1000, Strategy(name, {**schedule, **parameters}))


def deep(desk: AlgoDesk, side: Side) -> None:
    """Thirty at 99 for who buys, forty more at 103; and the same mirrored at 101 for who sells."""
    ours, others = [("98", 100)], [("99", 30), ("103", 40)]
    if side is Side.SELL:
        ours, others = [("102", 100)], [("101", 30), ("97", 40)]
    bids, asks = (ours, others) if side is Side.BUY else (others, ours)
    desk.om.update(BookSnapshot(X, desk.clock.now_ns(), bids, asks))


@pytest.mark.parametrize("name", ["twap", "pov"])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("side", "would"), [(Side.BUY, "99"), (Side.SELL, "101")])
def test_it_is_taken_no_worse_than_at_that_price_whatever_the_style(
    side: Side, would: str, style: dict[str, str], name: str
) -> None:
    desk = AlgoDesk()
    order = work(desk, side, name, i_would_price=would, **style)
    before = order.cum_qty
    desk.wait(1)
    deep(desk, side)

    child = desk.om.children(order)[-1]
    assert child.order_qty == 1000 - before
    assert child.terms == Limit(would)
    assert child.cum_qty == 30
    desk.check()


@pytest.mark.parametrize("name", ["twap", "pov"])
def test_what_did_not_execute_is_asked_for_again(name: str) -> None:
    desk = AlgoDesk()
    order = work(desk, Side.BUY, name, i_would_price="99", i_would_qty=200, limit_price="99")
    desk.quote("98", "99", ask_size=50)
    first = desk.om.children(order)[-1]
    assert [first.order_qty, first.cum_qty] == [200, 50]
    desk.quote("98", "100")
    desk.wait(6)
    assert first.is_closed
    desk.quote("98", "99", ask_size=400)

    later = desk.om.children(order)[-1]
    assert [later.order_qty, later.cum_qty] == [150, 150]
    desk.quote("97", "98.5", ask_size=400)
    assert sum(child.cum_qty for child in desk.om.children(order) if child.order_qty in (200, 150)) == 200


def test_nothing_counts_as_taken_of_what_its_venue_ended() -> None:
    desk = AlgoDesk()
    order = work(desk, Side.BUY, i_would_price="99", i_would_qty=200, limit_price="99")
    desk.quote("98", "99", ask_size=1)
    child = desk.om.children(order)[-1]
    assert [child.order_qty, child.cum_qty] == [200, 1]
    assert child.cl_ord_id is not None
    desk.broker.act(CancelOrder(child.cl_ord_id), desk.clock.now_ns())
    desk.om.poll()
    desk.quote("98", "99", ask_size=400)

    assert desk.om.children(order)[-1].cum_qty == 199


@pytest.mark.parametrize(("side", "would"), [(Side.BUY, "99"), (Side.SELL, "101")])
def test_it_is_taken_between_two_intervals_too_and_nothing_else_is_sent_then(side: Side, would: str) -> None:
    desk = AlgoDesk()
    order = work(desk, side, "pov", interval=60, i_would_price=would, i_would_qty=200)
    desk.wait(1)
    desk.trade(500)
    assert desk.om.children(order) == []

    # The volume makes a child due, with the next interval.
    desk.wait(9)
    deep(desk, side)

    (taken,) = desk.om.children(order)
    assert [taken.order_qty, taken.cum_qty] == [200, 30]
    assert taken.terms == Limit(would)
    desk.quote("100", "102")
    desk.wait(10)
    assert taken.is_closed
    desk.wait(41)
    assert [child.order_qty for child in desk.om.children(order)[1:]] == [25]
    desk.check()

"""Children that a venue takes, and ends soon after without a fill: the next one rests first, and five in a row suspend the order."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.enums import Side
from oms.model.terms import Limit, Strategy
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.venue_acts import CancelOrder
from tests.algo_desk import STOCK, AlgoDesk

ORDERS: dict[str, dict[str, str | int]] = {
    "iceberg": {"limit_price": "100", "display_qty": 10},
    "scale": {"levels": 1, "first_price": "100", "step": "0.01"},
}
SUSPENDED = "5 children in a row were refused, the last one, 6: "


def cut(desk: AlgoDesk, number: int) -> None:
    """Have the venue end a child of its own accord."""
    child = desk.om.orders()[number]
    assert child.cl_ord_id is not None
    desk.broker.act(CancelOrder(child.cl_ord_id), desk.clock.now_ns())
    desk.om.poll()


@pytest.mark.parametrize("name", ["iceberg", "scale"])
def test_each_waits_longer_and_the_fifth_suspends(name: str) -> None:
    desk = AlgoDesk()
    order = desk.om.submit("X", Side.BUY, 100, Strategy(name, ORDERS[name]))
    waits = []
    for number in range(1, 5):
        cut(desk, number)
        assert len(desk.om.children(order)) == number
        waits.append(0)
        while len(desk.om.children(order)) == number:
            desk.wait(1)
            waits[-1] += 1
    cut(desk, 5)

    assert waits == [1, 2, 4, 8]
    work = desk.om.work(order)
    assert work is not None
    assert (work.suspended or "").startswith(SUSPENDED)
    desk.check()


def test_it_stays_so_over_a_restart() -> None:
    desk = AlgoDesk()
    order = desk.om.submit("X", Side.BUY, 100, Strategy("iceberg", ORDERS["iceberg"]))
    for number in range(1, 4):
        cut(desk, number)
        if number < 3:
            desk.wait(4)
    desk.restart()
    desk.wait(3)
    order = desk.om.orders()[0]
    assert len(desk.om.children(order)) == 3
    desk.wait(1)
    assert len(desk.om.children(order)) == 4


def test_what_has_executed_between_begins_anew() -> None:
    desk = AlgoDesk()
    order = desk.om.submit("X", Side.BUY, 100, Strategy("iceberg", ORDERS["iceberg"]))
    cut(desk, 1)
    desk.wait(1)
    desk.quote("99", "100", ask_size=10)  # the second one trades
    cut(desk, 3)
    desk.wait(1)

    assert len(desk.om.children(order)) == 4


def test_what_lived_longer_is_no_refusal() -> None:
    desk = AlgoDesk()
    order = desk.om.submit("X", Side.BUY, 100, Strategy("iceberg", ORDERS["iceberg"]))
    for number in range(1, 8):
        desk.wait(60)
        cut(desk, number)

    work = desk.om.work(order)
    assert work is not None
    assert work.suspended is None
    assert len(desk.om.children(order)) == 8


def test_an_own_order_in_the_way_does_not_make_it_send_without_end() -> None:
    desk = AlgoDesk()
    desk.broker = PaperBroker([STOCK], rules=MatchingRules(self_match=SelfMatch.CANCEL_NEWEST))
    desk.restart()
    desk.quote("99", "102")
    desk.om.submit("X", Side.SELL, 50, Limit(100))
    order = desk.om.submit("X", Side.BUY, 100, Strategy("iceberg", ORDERS["iceberg"]))

    assert len(desk.om.children(order)) == 1
    desk.wait(1)
    assert len(desk.om.children(order)) == 2

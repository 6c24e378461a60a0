"""Orders at work leave memory with their children, and what becomes of a child later is told to its parent all the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.model.enums import Side
from oms.model.events import ChildExecuted, OrdersRetired, Traded
from oms.model.order import Order
from oms.model.terms import limit_px
from oms.runtime.retention import Retention
from oms.simulation.venue_acts import BustTrade, CorrectTrade
from oms.stores.order_archive import MemoryOrderArchive
from tests.algo_desk import AlgoDesk

D = Decimal
WAYS = pytest.mark.parametrize(
    "way", ["it stays in memory", "it has left memory", "another manager", "no archive is left"]
)
"""What an order has been through before something becomes of a child of it. It must come to the same."""


class Desk(AlgoDesk):
    """A desk with an archive."""

    def __init__(self, stay: int = 0) -> None:
        super().__init__(archive=MemoryOrderArchive(), retention=Retention(closed_orders=stay))

    def leave(self, way: str) -> None:
        """Let what is closed leave memory, one way or the other."""
        if way == "it stays in memory":
            return
        assert self.om.retire()
        assert not self.om.state.parents.of_order
        self.check()
        if way == "no archive is left":
            self.archive = MemoryOrderArchive()
        if way != "it has left memory":
            self.restart()
            # What brokers say as they are asked what there is brings orders back.
            self.om.retire()
            assert not self.om.state.parents.of_order
            self.quote()

    def traded(self) -> list[Traded]:
        return [event for event in self.store.read() if isinstance(event, Traded)]

    def bust(self, number: int) -> None:
        """The n-th execution is void."""
        self.broker.act(BustTrade(self.traded()[number].exec_id), self.clock.now_ns())
        self.om.poll()
        self.check()

    def stands(self, order: Order) -> tuple[str, int, int, Decimal | None]:
        now = self.om.order(order.order_id)
        return now.status.name, int(now.cum_qty), int(now.leaves_qty), now.avg_px


def bought(desk: Desk, until: int = 4, **told: Any) -> Order:  # noqa: ANN401  # parameters are data of any kind
    """A hundred in four slices ten seconds apart, at 101, 102, 103 and 104; all of it unless fewer are asked for."""
    order = desk.submit("twap", duration=40, slices=4, **told)
    for px in range(102, 101 + until):
        desk.wait(9)
        desk.quote("100", str(px), ask_size=100 + px)
        desk.wait(1)
    return order


@WAYS
def test_a_bust_after_the_end_of_a_filled_order_is_the_parents_own(way: str) -> None:
    """Of 25 each at 101 to 104 the second is void: 75 at 102 2/3 are left, and 25 that nobody works on any more."""
    desk = Desk()
    order = bought(desk)
    assert desk.stands(order) == ("FILLED", 100, 0, D("102.5"))
    desk.wait(60)
    desk.leave(way)
    desk.bust(1)
    status, cum_qty, leaves_qty, avg_px = desk.stands(order)
    assert (status, cum_qty, leaves_qty) == ("EXPIRED", 75, 0)
    assert avg_px is not None
    assert avg_px * 75 - 7700 == pytest.approx(0)  # 2525 + 2575 + 2600
    told = [event for event in desk.store.read() if isinstance(event, ChildExecuted)]
    assert [(one.qty_change, one.notional_change) for one in told[4:]] == [(D(-25), D(-2550))]
    assert desk.om.order(order.order_id).text == "end_time: 25 of 100 did not trade"


@WAYS
def test_a_bust_within_the_time_of_a_filled_order_is_worked_again(way: str) -> None:
    """It is filled at second 30, and its window ends at 40: the 25 that are given back are swept then, at 105."""
    desk = Desk()
    order = bought(desk, on_residual="sweep")
    desk.leave(way)
    desk.bust(0)
    desk.wait(5)
    assert desk.stands(order)[:3] == ("PARTIALLY_FILLED", 75, 25)
    desk.quote("100", "105", ask_size=300)
    desk.wait(5)
    assert desk.stands(order) == ("FILLED", 100, 0, D("103.5"))
    desk.check()


@WAYS
def test_a_bust_after_the_end_of_a_canceled_order_lowers_what_it_has_executed(way: str) -> None:
    desk = Desk()
    order = bought(desk, until=2)
    desk.om.cancel(order)
    assert desk.stands(order) == ("CANCELED", 50, 0, D("101.5"))
    desk.leave(way)
    desk.bust(0)
    assert desk.stands(order) == ("CANCELED", 25, 0, D(102))


@WAYS
def test_a_correction_moves_the_average(way: str) -> None:
    """The third traded at 107 instead of 103: a whole more on average."""
    desk = Desk()
    order = bought(desk)
    desk.wait(60)
    desk.leave(way)
    desk.broker.act(CorrectTrade(desk.traded()[2].exec_id, D(25), D(107)), desk.clock.now_ns())
    desk.om.poll()
    desk.check()
    assert desk.stands(order) == ("FILLED", 100, 0, D("103.5"))


@WAYS
def test_one_bust_after_the_other_and_out_of_memory_in_between(way: str) -> None:
    desk = Desk()
    order = bought(desk)
    desk.wait(60)
    for number, left in ((3, 75), (0, 50), (2, 25)):
        desk.leave(way)
        desk.bust(number)
        assert desk.stands(order)[1:3] == (left, 0)
    assert desk.stands(order)[3] == 102
    desk.leave(way)
    desk.bust(1)
    assert desk.stands(order) == ("EXPIRED", 0, 0, None)


@WAYS
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_level_of_a_ladder_is_placed_again_at_its_own_price(way: str, side: Side) -> None:
    """Three levels of ten, all executed: what a bust takes from the second stands there again, and nowhere else."""
    desk = Desk()
    first, px, through = ("99", "98", "96") if side is Side.BUY else ("102", "103", "105")
    order = desk.submit("scale", 30, side=side, levels=3, first_price=first, step=1)
    desk.quote(*((through, "96.5") if side is Side.BUY else ("104.5", through)))
    desk.trade(100, through)
    assert desk.stands(order)[:2] == ("FILLED", 30)
    desk.quote()
    desk.leave(way)
    (second,) = [number for number, one in enumerate(desk.traded()) if one.order_id == 3]
    desk.bust(second)
    desk.wait(1)
    assert desk.stands(order)[:3] == ("PARTIALLY_FILLED", 20, 10)
    at_work = [
        (one, number) for one, number, _, _, working in desk.om.work(order.order_id).children if working
    ]
    assert [(number, limit_px(desk.om.order(one).terms)) for one, number in at_work] == [(1, D(px))]


def test_memory_stays_small_and_nothing_leaves_that_is_at_work() -> None:
    """Sixty orders one after the other, of five each, of which at most twenty closed ones stay; one works all the while."""
    desk = Desk(20)
    long = desk.submit("twap", 1000, duration=10_000, slices=1000)
    most, families, parents = 0, set(), set()
    for number in range(60):
        parents.add(bought(desk).order_id)
        most = max(most, len(desk.om.state.index.by_id))
        if number % 10 == 0:
            desk.check()
    desk.check()
    retired = [event for event in desk.store.read() if isinstance(event, OrdersRetired)]
    gone = {order_id for event in retired for order_id in event.order_ids}
    mine = {long.order_id, *(child.order_id for child in desk.om.children(long))}
    assert len(gone) > 200
    assert not gone & mine
    # The order at work and its children, twenty that are closed, and what comes in until it is looked again.
    assert most - len(mine) <= 20 + 64
    assert len(desk.om.state.parents.of_order) <= most
    for event in retired:
        # Each family leaves at once: four children, and the parent, whose number comes before theirs.
        whole = set(event.order_ids)
        families |= {len(whole & set(range(parent, parent + 20))) >= 5 for parent in parents & whole}
    assert families == {True}


def test_a_family_of_which_one_has_too_much_to_tell_stays_whole() -> None:
    """What of an order an event could not bring back stays in memory: so do its parent and the other children."""
    desk = Desk()
    order = desk.submit("twap", 5000, duration=40, slices=2)
    desk.wait(1)
    for _ in range(900):
        desk.quote(ask_size=1)
        desk.wait(0)
        desk.trade(1, "101")
    assert len(desk.traded()) > 900
    desk.om.cancel(order)
    assert order.is_closed
    other = bought(desk)
    desk.wait(60)
    desk.om.retire()
    family = [order.order_id, *(child.order_id for child in desk.om.children(order))]
    assert [one.order_id for one in desk.om.orders()] == family
    assert len(family) == 2
    assert other.order_id not in family
    desk.check()

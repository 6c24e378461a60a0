"""Groups that their venue works, through the manager, at the paper broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from oms import Limit, OrderManager, Quote, Side, Stop
from oms.brokers.paper import PaperBroker
from oms.errors import HaltedError, StoreError
from oms.model.contingency import Leg, Oco, Oto, Remainder, bracket
from oms.model.enums import Life, WorkedBy
from oms.model.events import AnomalyRaised, Traded
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.instructions import Instructions
from oms.model.market import TradePrint
from oms.model.terms import Terms
from oms.model.time_in_force import GTC
from oms.ports.event_store import EventStore
from oms.runtime.manual_clock import ManualClock
from oms.simulation.venue_acts import BustTrade
from oms.stores.jsonl import JSONLEventStore
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import FaultyStore, StoreFault, StorePlan
from tests.fakes import AAPL, T0

SYMBOL = Symbol("AAPL")


class House:
    """A manager at a paper broker, and the anomalies that it has told of."""

    def __init__(self, store: EventStore | None = None, broker: PaperBroker | None = None) -> None:
        self.broker = PaperBroker([AAPL]) if broker is None else broker
        self.store = MemoryEventStore() if store is None else store
        self.om = OrderManager(brokers=[self.broker], store=self.store, clock=ManualClock(T0))
        self.told: list[AnomalyRaised] = []
        self.om.on(AnomalyRaised, self.told.append)

    def quote(self, bid: str, ask: str, size: int = 100) -> None:
        self.om.update(Quote(SYMBOL, T0, bid, size, ask, size))

    def bracket(self, entry: Terms | None = None, remainder: Remainder = Remainder.CANCEL) -> Group:
        tree = bracket(
            "AAPL",
            Side.BUY,
            100,
            entry=entry or Limit(101),
            target=Limit(110),
            stop=Stop(95),
            remainder=remainder,
        )
        return self.om.submit_group(tree)

    @property
    def is_at_rest(self) -> bool:
        """Nothing is held, nothing is open, and nobody was told of anything."""
        position = self.om.position("AAPL")
        is_flat = position is None or not position.net_qty
        return is_flat and not self.om.open_orders() and not self.told


def executed(group: Group) -> list[int]:
    return [int(leg.executed_qty) for leg in group.legs]


def test_both_exits_lie_at_the_venue_and_the_target_ends_the_stop() -> None:
    house = House()
    house.quote("100", "101")
    group = house.bracket()

    assert group.worked_by is WorkedBy.VENUE
    assert [order.life for order in group.orders] == [Life.LIVE] * 3
    assert executed(group) == [100, 0, 0]
    house.quote("110", "111")

    assert executed(group) == [100, 0, 100]
    assert house.is_at_rest


def test_a_stop_that_fires_ends_the_target_in_the_same_update() -> None:
    house = House()
    house.quote("100", "101")
    group = house.bracket()
    house.quote("94", "95")
    house.om.update(TradePrint(SYMBOL, T0, "95", 10))

    assert executed(group) == [100, 100, 0]
    assert house.is_at_rest


def test_exits_are_for_what_has_filled_and_the_rest_of_the_entry_goes_with_them() -> None:
    house = House()
    house.quote("102", "103")
    group = house.bracket()
    house.quote("100", "101", 30)
    house.quote("112", "113")

    assert executed(group) == [30, 0, 30]
    assert house.is_at_rest


def test_a_partly_filled_target_leaves_the_stop_with_the_rest() -> None:
    house = House()
    house.quote("100", "101")
    group = house.bracket()
    house.quote("110", "111", 30)
    assert [order.order_qty for order in group.orders] == [100, 70, 100]
    house.quote("90", "91", 100)
    house.om.update(TradePrint(SYMBOL, T0, "90", 10))

    assert executed(group) == [100, 70, 30]
    assert house.is_at_rest


def test_what_rearms_gets_exits_for_the_rest() -> None:
    house = House()
    house.quote("102", "103")
    group = house.bracket(remainder=Remainder.REARM)
    house.quote("100", "101", 30)
    house.quote("112", "113")
    house.quote("100", "101", 70)
    house.quote("112", "113")

    assert executed(group) == [100, 0, 100]
    assert house.is_at_rest


def test_a_group_is_canceled_whole() -> None:
    house = House()
    house.quote("102", "103")
    group = house.bracket()
    house.om.cancel_group(group)

    assert [order.life for order in group.orders] == [Life.CANCELED] * 3
    assert not house.om.open_orders()
    assert not house.told


def test_totals_that_change_twice_in_one_moment_are_no_riddle() -> None:
    house = House()
    house.quote("102", "103")
    first = Leg("AAPL", Side.SELL, Limit(111), GTC, None, 40)
    oco = Oco((Leg("AAPL", Side.SELL, Stop(95), GTC), Leg("AAPL", Side.SELL, Limit(113), GTC)))
    group = house.om.submit_group(Oto(Leg("AAPL", Side.BUY, Limit(100), GTC, None, 100), (first, oco)))
    house.quote("99", "100", 50)
    # The entry goes, and leaves 10 for the pair; then the first exit goes, and leaves it all 50.
    house.om.cancel_group(group)

    assert [order.order_qty for order in group.orders] == [100, 40, 50, 50]
    assert not house.told


def test_an_exit_that_is_made_larger_than_its_group_allows_is_put_right_by_its_venue() -> None:
    house = House()
    house.quote("102", "103")
    group = house.bracket()
    house.om.replace(group.orders[2], order_qty=300)

    assert [order.order_qty for order in group.orders] == [100, 100, 100]
    assert not house.told


def test_an_order_of_a_group_can_be_canceled_and_the_other_exit_stays() -> None:
    house = House()
    house.quote("100", "101")
    group = house.bracket()
    house.om.cancel(group.orders[1])
    house.quote("110", "111")

    assert executed(group) == [100, 0, 100]
    assert house.is_at_rest


@pytest.mark.slow
def test_a_group_survives_a_restart(tmp_path: Path) -> None:
    path, broker = tmp_path / "orders.jsonl", PaperBroker([AAPL])
    house = House(JSONLEventStore(path), broker)
    house.quote("100", "101")
    house.bracket()
    house.om.close()

    again = House(JSONLEventStore(path), broker)
    again.om.reconcile()
    (group,) = again.om.groups()
    assert group.worked_by is WorkedBy.VENUE
    again.quote("110", "111")

    assert executed(group) == [100, 0, 100]
    assert again.is_at_rest
    again.om.close()


def test_a_list_whose_record_fails_does_not_leave() -> None:
    store = FaultyStore(MemoryEventStore())
    house = House(store)
    house.quote("102", "103")
    store.plan = StorePlan(appends={store.appends + 1: StoreFault.FAILS_AFTER})

    with pytest.raises(StoreError):
        house.bracket()
    with pytest.raises(HaltedError):
        house.bracket()
    house.om.resume(by="me", reason="the disk is back")

    (group,) = house.om.groups()
    # It is on record, and it never left: each of its orders says so.
    assert [order.life for order in group.orders] == [Life.REJECTED] * 3
    assert house.told == []


def test_within_a_batch_a_list_leaves_with_the_rest() -> None:
    house = House()
    house.quote("100", "101")
    with house.om.batch():
        group = house.bracket()
        assert executed(group) == [0, 0, 0]

    assert executed(group) == [100, 0, 0]


def test_legs_without_an_entry_work_at_the_same_time() -> None:
    house = House()
    house.quote("100", "101")
    legs = (Leg("AAPL", Side.BUY, Limit(99), GTC, None, 10), Leg("AAPL", Side.BUY, Stop(105), GTC, None, 10))
    group = house.om.submit_group(Oco(legs))
    assert len(house.om.open_orders()) == 2
    house.quote("98", "99", 4)
    house.quote("104", "105")
    house.om.update(TradePrint(SYMBOL, T0, "105", 1))

    assert executed(group) == [4, 6]
    assert not house.om.open_orders()
    assert not house.told


def test_a_bust_of_the_entry_shrinks_the_exits_at_the_venue() -> None:
    house = House()
    traded: list[Traded] = []
    house.om.on(Traded, traded.append)
    house.quote("100", "101", 40)
    group = house.bracket()
    house.quote("100", "101", 60)
    assert executed(group) == [100, 0, 0]

    house.broker.act(BustTrade(traded[0].exec_id), T0)
    house.om.poll()
    assert executed(group) == [60, 0, 0]
    assert [int(leg.orders[0].leaves_qty) for leg in group.legs[1:]] == [60, 60]

    house.quote("110", "111", 100)
    assert sorted(executed(group)) == [0, 60, 60]
    assert house.is_at_rest


def test_a_bust_of_the_target_after_its_stop_has_ended_gives_both_back_here() -> None:
    house = House()
    traded: list[Traded] = []
    house.om.on(Traded, traded.append)
    house.quote("100", "101")
    group = house.bracket()
    house.quote("110", "111")
    assert sorted(executed(group)) == [0, 100, 100]

    house.broker.act(BustTrade(traded[-1].exec_id), T0)
    house.om.poll()
    position = house.om.position("AAPL")
    assert position is not None
    assert position.net_qty == 100
    # What was busted does not work again at the venue, and its stop is gone: the group is worked here by now.
    assert (group.worked_by, house.told) == (WorkedBy.OMS, [])
    assert [int(order.leaves_qty) for order in house.om.open_orders()] == [100, 100]

    house.quote("94", "94.5", 200)
    house.om.update(TradePrint(SYMBOL, T0, 95, 1))
    assert sorted(executed(group)) == [0, 100, 100]
    assert house.is_at_rest


def test_a_bust_of_part_of_the_target_gives_its_stop_the_rest_back() -> None:
    house = House()
    traded: list[Traded] = []
    house.om.on(Traded, traded.append)
    house.quote("100", "101")
    group = house.bracket()
    house.quote("110", "111", 30)
    house.broker.act(BustTrade(traded[-1].exec_id), T0)
    house.om.poll()
    assert executed(group) == [100, 0, 0]

    house.quote("94", "94.5", 200)
    house.om.update(TradePrint(SYMBOL, T0, 95, 1))
    assert sorted(executed(group)) == [0, 100, 100]
    assert house.is_at_rest


def test_both_reduce_only_exits_of_a_whole_position_stay_at_the_venue() -> None:
    house, reducing = House(), Instructions(reduce_only=True)
    house.quote("100", "101")
    house.om.submit("AAPL", Side.BUY, 100, Limit(101))
    target, stop = (
        Leg("AAPL", Side.SELL, terms, GTC, order_qty=100, instructions=reducing)
        for terms in (Limit(110), Stop(95))
    )
    group = house.om.submit_group(Oco((target, stop)))
    house.quote("100", "101")
    assert [order.life for order in group.orders] == [Life.LIVE, Life.LIVE]

    house.quote("110", "111", 30)
    assert [order.leaves_qty for order in group.orders] == [70, 70]
    house.quote("94", "95")
    house.om.update(TradePrint(SYMBOL, T0, "95", 10))

    assert (executed(group), group.worked_by) == ([30, 70], WorkedBy.VENUE)
    assert house.is_at_rest

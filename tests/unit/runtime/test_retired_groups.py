"""Groups whose orders have left memory, and of which something is busted after that."""

from __future__ import annotations

import pytest

from oms import Limit, OrderManager, Quote, Side, Stop
from oms.brokers.paper import PaperBroker
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.invariants import check_state
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.enums import AnomalyCode
from oms.model.ids import Symbol
from oms.model.market import TradePrint
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.retention import Retention
from oms.simulation.venue_acts import BustTrade
from oms.stores.memory import MemoryEventStore
from oms.stores.order_archive import MemoryOrderArchive
from tests.fakes import AAPL, T0, all_events

AT_VENUE = "worked by its venue"


class House:
    """A bracket that has taken its gain, and has left memory with all of its orders."""

    def __init__(self, worked: str, closed_orders: int = 0) -> None:
        self.broker = PaperBroker([AAPL]) if worked == AT_VENUE else PaperBroker([AAPL], contingencies=None)
        self.store = MemoryEventStore()
        self.om = OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=ManualClock(T0),
            retention=Retention(closed_orders=closed_orders),
            archive=MemoryOrderArchive(),
        )
        self.quote(100)
        self.om.bracket("AAPL", Side.BUY, 100, entry=Limit(101), target=Limit(110), stop=Stop(95))
        self.quote(100)
        self.quote(110)
        self.om.retire()
        assert (self.om.orders(), self.om.groups(), self.net_qty) == ([], [], 0)

    def quote(self, bid: int) -> None:
        self.om.update(Quote(Symbol("AAPL"), T0, bid, 100, bid + 1, 100))

    @property
    def net_qty(self) -> int:
        position = self.om.position("AAPL")
        return 0 if position is None else int(position.net_qty)

    def bust(self, at: int) -> None:
        self.broker.act(BustTrade(str(self.broker.executed[at].exec_id)), T0)
        self.om.poll()
        assert check_state(self.om.state) == ()


@pytest.mark.parametrize("worked", [AT_VENUE, "worked here"])
@pytest.mark.parametrize("closed_orders", [0, 2], ids=["all at once", "of which the first is to leave"])
def test_a_bust_of_an_exit_that_has_left_memory_gives_back_what_is_to_be_exited(
    worked: str, closed_orders: int
) -> None:
    house = House(worked, closed_orders)
    house.quote(100)

    house.bust(-1)

    (group,) = house.om.groups()
    assert [order.leaves_qty for order in group.orders if not order.is_closed] == [100, 100]
    replayed = Engine({house.broker.name: house.broker.capabilities()}, default_handlers())
    replayed.replay(all_events(house.store))
    assert describe(replayed.state) == describe(house.om.state)
    loaded = State()
    load(dump(house.om.state, Positions()), loaded, Positions())
    assert describe(loaded) == describe(house.om.state)

    house.quote(94)
    house.om.update(TradePrint(Symbol("AAPL"), T0, 94, 10))
    house.quote(94)
    assert house.net_qty == 0
    assert (house.om.open_orders(), house.om.anomalies()) == ([], [])
    house.om.retire()
    assert house.om.groups() == []


@pytest.mark.parametrize("worked", [AT_VENUE, "worked here"])
def test_a_bust_of_an_entry_that_has_left_memory_says_that_its_exits_exceed_it(worked: str) -> None:
    house = House(worked)

    house.bust(0)

    assert [one.code for one in house.om.anomalies()] == [AnomalyCode.EXITS_EXCEED_ENTRY]


def test_an_order_of_a_group_is_asked_for_and_leaves_with_the_others_again() -> None:
    house = House(AT_VENUE)
    order = house.om.order(2)
    assert order is not None
    house.om.cancel(order)
    assert [order.order_id for order in house.om.orders()] == [1, 2, 3]
    assert house.om.open_orders() == []

    house.om.retire()
    assert house.om.orders() == []

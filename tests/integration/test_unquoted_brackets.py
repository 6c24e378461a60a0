"""Brackets that are worked here in a market that nobody quotes: a trade at a better price than the target's has it sent."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.bars import Bar
from oms.model.decimals import plain
from oms.model.enums import Side, TriggerPriceType
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint
from oms.model.terms import Limit, Stop
from oms.model.triggers import PriceTrigger
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import STOCK
from tests.fakes import S

X = Symbol("X")


class House:
    """A manager at an exchange that takes stops and works no groups."""

    def __init__(self, side: Side = Side.BUY) -> None:
        self.side, self.clock, self.store = side, ManualClock(0), MemoryEventStore()
        self.broker = PaperBroker([STOCK], contingencies=None)
        self.om = self.opened()

    def opened(self) -> OrderManager:
        return OrderManager(brokers=[self.broker], store=self.store, clock=self.clock)

    def px(self, px: float) -> str:
        """A price above 100, for who buys; mirrored below it, for who sells."""
        return str(px if self.side is Side.BUY else 200 - px)

    def trade(self, px: float) -> None:
        self.clock.advance_by(1)
        self.om.update(TradePrint(X, self.clock.now_ns(), self.px(px), 500))

    def bracket(self) -> Group:
        target, stop = Limit(self.px(110)), Stop(self.px(95))
        return self.om.bracket("X", self.side, 100, entry=Limit(self.px(100)), target=target, stop=stop)


def exits(group: Group) -> list[str]:
    """What its exits are, and what they have executed."""
    entry = group.entry
    return [
        f"{type(one.terms).__name__} {one.life.value} {plain(one.cum_qty)}"
        for one in group.orders
        if one is not entry
    ]


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_trade_at_a_better_price_has_the_target_sent(side: Side) -> None:
    house = House(side)
    house.trade(100)
    group = house.bracket()
    house.trade(99)
    for px in (104, 110):
        house.trade(px)
        # At its own price it may be behind others.
        assert exits(group) == ["Stop live 0", "Limit unsent 0"]
    house.trade(110.01)
    house.trade(111)

    assert exits(group) == ["Stop canceled 0", "Stop canceled 0", "Limit live 100"]
    (target,) = [one for one in group.orders if one.cum_qty and one is not group.entry]
    assert str(target.avg_px) == house.px(110)


def test_a_bar_beyond_the_target_has_it_sent() -> None:
    house = House()

    def bar(px: int) -> None:
        house.clock.advance_by(1)
        end_ns = house.clock.now_ns()
        house.om.update(Bar(X, end_ns, end_ns - S, px, px + 1, px - 1, px, 1000))

    bar(100)
    group = house.bracket()
    for px in (99, 104, 112, 112, 96):
        bar(px)

    assert exits(group)[-1] == "Limit live 100"


def test_it_waits_so_after_a_restart_too() -> None:
    house = House()
    house.trade(100)
    group = house.bracket()
    house.trade(99)
    events, house.store = list(house.store.read()), MemoryEventStore()
    house.om.close()
    house.store.append(events, 0)
    house.om = house.opened()
    (group,) = house.om.groups()
    house.trade(105)  # what was heard first after a start reaches nobody by itself
    house.trade(111)
    house.trade(112)

    assert exits(group)[-1] == "Limit live 100"


def test_where_the_market_is_quoted_a_trade_alone_does_not() -> None:
    house = House()
    house.clock.advance_by(1)
    house.om.update(Quote(X, house.clock.now_ns(), 99, 500, 100, 500))
    group = house.bracket()
    assert group.entry is not None
    assert group.entry.is_filled
    house.trade(111)

    assert exits(group) == ["Stop live 0", "Limit unsent 0"]


def test_another_price_for_the_target_is_waited_for_in_the_same_way() -> None:
    house = House()
    house.trade(100)
    group = house.bracket()
    house.trade(99)
    target = group.orders[-1]
    house.om.replace(target, price=108)
    trigger = house.om.state.held_orders.trigger(target.order_id)

    assert isinstance(trigger, PriceTrigger)
    assert trigger.price_type is TriggerPriceType.LAST
    house.trade(108)
    assert exits(group) == ["Stop live 0", "Limit unsent 0"]
    house.trade(109)
    house.trade(109)
    assert exits(group)[-1] == "Limit live 100"

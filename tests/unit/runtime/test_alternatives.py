"""`Siblings.CANCEL`, worked by the library: what was canceled for another leg never comes back and turns the position."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.contingency import Contingency, Leg, Oco, Oto, Siblings
from oms.model.enums import SessionPhase, Side
from oms.model.group import Group
from oms.model.market import Quote, TradePrint
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Stop, Terms
from oms.model.time_in_force import DAY, GTC, TimeInForce
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, d

WAYS = pytest.mark.parametrize("is_native", [True, False], ids=["worked by its venue", "worked here"])


class House:
    """A manager, its market and one group."""

    def __init__(self, tree: Contingency, *, is_native: bool) -> None:
        venue = PaperBroker([AAPL]) if is_native else PaperBroker([AAPL], contingencies=None)
        self.om = OrderManager(brokers=[venue], store=MemoryEventStore(), clock=ManualClock(1))
        self.quote(100)
        self.group: Group = self.om.submit_group(tree)

    def quote(self, bid: int, size: int = 1000) -> None:
        self.om.update(Quote(AAPL.symbol, 1, d(bid), d(size), d(bid + 1), d(size)))

    def trade(self, px: int) -> None:
        self.om.update(TradePrint(AAPL.symbol, 1, d(px), d(1)))

    def next_day(self) -> None:
        self.om.session(SessionChange(1, SessionPhase.CLOSED, "20260105"))
        self.om.session(SessionChange(1, SessionPhase.OPEN, "20260106"))

    @property
    def executed(self) -> list[int]:
        return [int(leg.executed_qty) for leg in self.group.legs]

    @property
    def open_sides(self) -> list[Side]:
        return [order.side for order in self.om.open_orders()]


def either(buy: Terms, sell: Terms, tif: TimeInForce = GTC) -> Oco:
    legs = (Leg("AAPL", Side.BUY, buy, tif, None, 100), Leg("AAPL", Side.SELL, sell, GTC, None, 100))
    return Oco(legs, Siblings.CANCEL)


def breakout(tif: TimeInForce = GTC) -> Oco:
    long = Oto(
        Leg("AAPL", Side.BUY, Limit(99), tif, None, 100),
        (Oco((Leg("AAPL", Side.SELL, Stop(90), GTC), Leg("AAPL", Side.SELL, Limit(103), GTC))),),
    )
    short = Oto(
        Leg("AAPL", Side.SELL, Limit(106), GTC, None, 100),
        (Oco((Leg("AAPL", Side.BUY, Stop(115), GTC), Leg("AAPL", Side.BUY, Limit(100), GTC))),),
    )
    return Oco((long, short), Siblings.CANCEL)


@WAYS
def test_a_stop_whose_rest_the_venue_cancels_does_not_bring_the_other_one_back(is_native: bool) -> None:
    house = House(either(Stop(105), Stop(95)), is_native=is_native)
    house.quote(104, 30)
    house.trade(105)
    assert (house.executed, house.open_sides) == ([30, 0], [])
    house.quote(94)
    house.trade(95)
    assert house.executed == [30, 0]


@WAYS
def test_a_limit_whose_rest_somebody_cancels_does_not_either(is_native: bool) -> None:
    house = House(either(Limit(99), Limit(103)), is_native=is_native)
    house.quote(98, 30)
    assert (house.executed, house.open_sides) == ([30, 0], [Side.BUY])
    house.om.cancel(house.group.legs[0].orders[0])
    assert house.open_sides == []
    house.quote(103)
    assert house.executed == [30, 0]


@WAYS
def test_nor_one_that_expires_with_its_day(is_native: bool) -> None:
    house = House(either(Limit(99), Limit(103), DAY), is_native=is_native)
    house.quote(98, 30)
    house.next_day()
    house.quote(103)
    assert (house.executed, house.open_sides) == ([30, 0], [])


@WAYS
def test_an_entry_that_is_over_with_its_target_does_not_bring_the_other_entry_back(is_native: bool) -> None:
    house = House(breakout(), is_native=is_native)
    house.quote(98, 40)
    house.quote(103)
    assert (house.executed, house.open_sides) == ([40, 0, 40, 0, 0, 0], [])
    house.quote(106)
    assert house.executed == [40, 0, 40, 0, 0, 0]


@WAYS
def test_an_entry_that_expires_keeps_its_exits_and_the_other_entry_stays_away(is_native: bool) -> None:
    house = House(breakout(DAY), is_native=is_native)
    house.quote(98, 40)
    house.next_day()
    assert (house.executed, house.open_sides) == ([40, 0, 0, 0, 0, 0], [Side.SELL, Side.SELL])


def test_a_first_one_that_never_executed_brings_nobody_to_an_end() -> None:
    house = House(either(Limit(99), Limit(103)), is_native=False)
    house.om.cancel(house.group.legs[0].orders[0])
    house.quote(103)
    assert house.executed == [0, 100]


def test_what_an_entry_has_brought_gets_the_other_exit_on_the_same_side_and_nothing_else() -> None:
    """Of a stop and a short sale's purchase beside it, the stop loses its rest: the purchase would double the loss."""
    exits = (Leg("AAPL", Side.SELL, Stop(95), GTC), Leg("AAPL", Side.BUY, Limit(90), GTC))
    entry = Leg("AAPL", Side.BUY, Limit(101), GTC, None, 100)
    house = House(Oto(entry, (Oco(exits, Siblings.CANCEL),)), is_native=False)
    house.quote(94, 30)
    house.trade(95)
    assert (house.executed, house.open_sides) == ([100, 30, 0], [])
    exits = (exits[0], Leg("AAPL", Side.SELL, Limit(110), GTC))
    house = House(Oto(entry, (Oco(exits, Siblings.CANCEL),)), is_native=False)
    house.quote(94, 30)
    house.trade(95)
    assert (house.executed, house.open_sides) == ([100, 30, 0], [Side.SELL])
    house.quote(110)
    assert house.executed == [100, 30, 70]

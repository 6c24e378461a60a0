"""Exits that a risk limit forbids while it lets their siblings go: they are held here, told once, and nothing goes to and fro. Worked by hand."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.contingency import Leg, Oco, Oto, bracket
from oms.model.enums import AnomalyCode, Side
from oms.model.terms import Limit, Stop, StopLimit
from oms.model.time_in_force import GTC
from tests.fakes import CAN_MORE
from tests.unit.engine.floor import Floor
from tests.unit.engine.test_barred_legs import limits, lying, told, waits

SHORT = bracket("AAPL", Side.SELL, 100, entry=Limit(100), target=Limit(90), stop=Stop(110))
"""Its stop would buy for 11,000, and its target for 9,000."""
DEAR = limits(max_order_notional=10_500)


def stood() -> Floor:
    """A short bracket whose entry (1) has filled: the stop (2) was denied, the target (4) is at the venue, and a stop (5) held here."""
    desk = Floor({"paper": CAN_MORE}, limits=DEAR)
    desk.quote(100, 101)
    desk.place(SHORT)
    desk.new(1)
    desk.fill(1, 100)
    desk.new(4)
    return desk


def test_a_stop_that_a_limit_forbids_is_held_here_beside_its_target_and_told_once() -> None:
    desk = stood()

    for px in (99, 98, 101, 100):
        desk.quote(px, px + 1)
    for _ in range(5):
        desk.wait(31)

    assert desk.news() == ["new 1: SELL 100 Limit", "new 4: BUY 100 Limit"]
    assert sorted(map(repr, desk.waiting())) == [repr(Stop(110))]
    assert (lying(desk, 4), told(desk)) == ([100], [waits(2)])
    text = next(one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised))
    assert text == (
        "an exit of group 1 for 100 of AAPL may not go to its venue now, and waits here: "
        "MAX_ORDER_VALUE: notional = 11000; allowed: at most 10500 USD; it is asked again"
    )


def test_a_stop_that_was_held_here_for_a_limit_is_told_of_again_as_its_price_is_reached() -> None:
    desk = stood()
    desk.news()

    desk.print(110)
    desk.print(111)

    assert (desk.news(), lying(desk, 4)) == ([], [100])
    assert told(desk) == [waits(2), waits(5)]


def test_a_stop_that_a_limit_forbids_grows_beside_its_target_and_nobody_is_told_again() -> None:
    desk = Floor({"paper": CAN_MORE}, limits=DEAR)
    desk.quote(100, 101)
    desk.place(SHORT)
    desk.new(1)
    # 95 of them would be bought for 10,450, and 96 for 10,560.
    desk.fill(1, 96)
    desk.new(4)
    desk.news()

    for _ in range(4):
        desk.fill(1, 1)
        desk.replaced(4)
    desk.wait(31)

    assert (desk.news()[-1], told(desk)) == ("replace 4: 100", [waits(2)])
    assert [desk.order(one).order_qty for one in desk.engine.state.held_orders.orders] == [100]


@pytest.mark.parametrize("has_snapshot", [False, True], ids=["from its journal", "from a snapshot"])
def test_after_a_restart_a_stop_that_a_limit_forbids_does_not_displace_its_target(
    *, has_snapshot: bool
) -> None:
    desk = stood()
    desk.news()

    desk.restart(has_snapshot=has_snapshot, limits=DEAR)
    desk.quote(100, 101)
    desk.wait(31)

    assert (desk.news(), lying(desk, 4), told(desk)) == ([], [100], [waits(2)])


def test_once_a_limit_lets_a_stop_go_it_takes_the_place_of_its_target_after_a_pause() -> None:
    desk = stood()
    desk.news()
    desk.fill(4, 10, 90)  # 90 would be bought for 9,900.
    assert desk.news() == []

    desk.wait(31)
    assert desk.news() == ["cancel 4"]
    desk.done(4)
    assert desk.news() == ["new 7: BUY 90 Stop"]
    assert sorted(map(repr, desk.waiting())) == [repr(Limit(90))]


def test_where_the_market_goes_to_and_fro_across_a_limit_an_exit_changes_places_once_a_pause() -> None:
    # From 99 on it may sell down to 94.05; from 98.5, where the market has fallen below its stop price, down to 93.58.
    desk = Floor({"paper": CAN_MORE}, limits=limits(price_collar="0.05"))
    desk.quote(100, 101)
    exits = (
        Leg("AAPL", Side.SELL, StopLimit(99, 94), time_in_force=GTC),
        Leg("AAPL", Side.SELL, Limit(101), time_in_force=GTC),
    )
    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), exits=(Oco(exits),)))
    desk.new(1)
    desk.quote(101, 102)
    desk.fill(1, 100)
    assert desk.news() == ["new 1: BUY 100 Limit", "new 4: SELL 100 Limit"]
    desk.new(4)

    for _ in range(50):
        desk.quote(98, 99)
        desk.quote(101, 102)

    assert (desk.news(), len(told(desk))) == ([], 1)


def test_an_exit_beside_others_that_is_barred_for_itself_is_denied_once() -> None:
    exits = (
        Leg("AAPL", Side.BUY, Stop(110), order_qty=97, time_in_force=GTC),
        Leg("AAPL", Side.BUY, Limit(90), order_qty=3, time_in_force=GTC),
    )
    desk = Floor({"paper": CAN_MORE}, limits=DEAR)
    desk.quote(100, 101)
    desk.place(Oto(Leg("AAPL", Side.SELL, Limit(100), order_qty=100), exits=exits))
    desk.new(1)

    desk.fill(1, 97)
    desk.fill(1, 1)
    desk.new(4)
    for _ in range(2):
        desk.fill(1, 1)
        desk.replaced(4)
    assert desk.news() == ["new 1: SELL 100 Limit", "new 4: BUY 1 Limit", "replace 4: 2", "replace 4: 3"]

    denied = [one for one in desk.journal if isinstance(one, ev.OrderDenied)]
    codes = [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert (len(denied), codes) == (1, [AnomalyCode.EXIT_WAITS])

"""Exits that may only reduce a position, which others change too; every figure worked by hand."""

from __future__ import annotations

from oms.model import events as ev
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import Life, Side
from oms.model.instructions import Instructions
from oms.model.terms import Limit, Stop
from tests.unit.engine.desk import submit
from tests.unit.engine.floor import Floor

REDUCING = Instructions(reduce_only=True)
STOP = Leg("AAPL", Side.SELL, Stop(95), instructions=REDUCING)
TARGET = Leg("AAPL", Side.SELL, Limit(110), instructions=REDUCING)


def bought(*exits: Leg | Oco) -> Floor:
    """A desk that has bought 100, with exits at work."""
    desk = Floor()
    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), exits))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.news()
    return desk


def anomalies(desk: Floor) -> list[object]:
    return [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_the_exits_of_a_bracket_shrink_with_the_position_and_grow_with_it() -> None:
    desk = bought(Oco((STOP, TARGET)))
    assert [desk.order(number).order_qty for number in (2, 3)] == [100, 100]

    desk.tell(submit(side=Side.SELL, qty=60))
    desk.fill(4, 60)
    assert desk.news() == ["new 4: SELL 60 Limit", "replace 2: 40"]
    desk.replaced(2)
    assert [desk.order(number).order_qty for number in (2, 3)] == [40, 40]
    assert desk.news() == []

    desk.tell(submit(qty=60))
    desk.fill(5, 60)
    assert desk.news() == ["new 5: BUY 60 Limit", "replace 2: 100"]
    desk.replaced(2)
    assert [desk.order(number).order_qty for number in (2, 3)] == [100, 100]
    assert anomalies(desk) == []


def test_where_the_position_is_gone_nothing_is_left_of_the_exits_and_none_is_lost() -> None:
    desk = bought(Oco((STOP, TARGET)))

    desk.tell(submit(side=Side.SELL, qty=100))
    desk.fill(4, 100)
    desk.done(2)
    desk.print(90)

    assert desk.news() == ["new 4: SELL 100 Limit", "cancel 2"]
    assert [desk.order(number).life for number in (2, 3)] == [Life.CANCELED, Life.CANCELED]
    assert anomalies(desk) == []


def test_a_stop_that_is_reached_is_for_what_is_left_of_the_position() -> None:
    desk = bought(Oco((STOP, TARGET)))
    desk.print(95)
    desk.tell(submit(side=Side.SELL, qty=30))
    desk.fill(4, 30)

    desk.done(2)

    assert desk.news() == ["cancel 2", "new 4: SELL 30 Limit", "new 3: SELL 70 Market"]
    assert anomalies(desk) == []


def test_two_exits_share_what_is_left_in_their_order() -> None:
    first = Leg("AAPL", Side.SELL, Limit(105), order_qty=40, instructions=REDUCING)
    desk = bought(first, TARGET)
    desk.new(3)
    assert [desk.order(number).order_qty for number in (2, 3)] == [40, 60]

    desk.tell(submit(side=Side.SELL, qty=70))
    desk.fill(4, 70)
    desk.replaced(2)

    # The newest gives way first; what is left is the first one's.
    assert desk.news()[1:] == ["cancel 3", "replace 2: 30"]
    desk.done(3)
    assert [desk.order(2).order_qty, desk.order(3).life] == [30, Life.CANCELED]
    assert anomalies(desk) == []

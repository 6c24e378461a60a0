"""Lists whose exits may only reduce a position, beside others who change it; every figure worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.contingency import Contingency, Leg, Oco, Oto, Siblings
from oms.model.enums import ExecType, Life, Side, WorkedBy
from oms.model.group import Group
from oms.model.instructions import Instructions
from oms.model.reasons import ReasonCode
from oms.model.terms import Limit, Stop
from oms.simulation.list_admission import CONTINGENCIES
from tests.fakes import CAN_MORE
from tests.unit.engine.desk import submit
from tests.unit.engine.floor import Floor

CAN_LISTS = evolve(CAN_MORE, contingencies=CONTINGENCIES, instructions=frozenset({"reduce_only"}))
REDUCING = Instructions(reduce_only=True)
STOP = Leg("AAPL", Side.SELL, Stop(95), order_qty=100, instructions=REDUCING)
TARGET = Leg("AAPL", Side.SELL, Limit(110), order_qty=100, instructions=REDUCING)
BRACKET = Oto(
    Leg("AAPL", Side.BUY, Limit(99), order_qty=100),
    (Oco((evolve(STOP, order_qty=None), evolve(TARGET, order_qty=None))),),
)


def holding(qty: int, tree: Contingency) -> tuple[Floor, Group]:
    """A desk that has bought so much, with a list at its venue."""
    desk = Floor({"paper": CAN_LISTS})
    desk.tell(submit(qty=qty))
    desk.new(1)
    desk.fill(1, qty)
    group = desk.place(tree)
    assert group.worked_by is WorkedBy.VENUE
    for order in group.orders:
        desk.new(order.order_id)
    assert [word.partition(":")[0] for word in desk.news()][1:] == ["list -1"]
    return desk, group


def sell(desk: Floor, qty: int) -> None:
    desk.tell(submit(side=Side.SELL, qty=qty))
    number = max(desk.engine.state.index.by_id)
    desk.fill(number, qty)
    assert desk.news()[0] == f"new {number}: SELL {qty} Limit"


def anomalies(desk: Floor) -> list[object]:
    return [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("legs", [(STOP, TARGET), (TARGET, STOP)], ids=["stop first", "target first"])
def test_two_exits_of_which_one_executes_may_each_be_for_the_whole_position(
    legs: tuple[Leg, Leg], siblings: Siblings
) -> None:
    desk, group = holding(100, Oco(legs, siblings))
    first, second = (order.order_id for order in group.orders)

    desk.fill(first, 40)
    assert desk.news() == []
    if siblings is Siblings.REDUCE:
        desk.say(ExecType.RESTATED, cl_ord_id=desk.order(second).cl_ord_id, order_qty=Decimal(60))
    else:
        desk.done(second)
    desk.fill(first, 60)

    assert desk.news() == []
    assert desk.order(first).is_filled
    assert anomalies(desk) == []


def test_what_is_left_of_the_position_others_may_reduce_and_no_more() -> None:
    desk, _ = holding(150, Oco((STOP, TARGET)))
    more = evolve(submit(side=Side.SELL, qty=50), instructions=REDUCING)
    desk.tell(more)
    assert desk.order(4).life is Life.SENT

    desk.tell(evolve(more, order_qty=1))
    assert [one.code for one in desk.order(5).reasons] == [ReasonCode.REDUCE_ONLY]


def test_exits_count_for_what_their_entry_has_brought() -> None:
    desk, group = holding(150, BRACKET)
    sell(desk, 100)
    assert desk.news() == []

    desk.fill(2, 100)

    assert (desk.news(), group.worked_by) == ([], WorkedBy.VENUE)
    assert [order.leaves_qty for order in group.orders] == [0, 100, 100]


def test_a_list_for_more_than_the_position_is_worked_here_shrinks_and_grows_again() -> None:
    desk, group = holding(150, BRACKET)
    desk.fill(2, 100)
    desk.tell(submit(side=Side.SELL, qty=190))
    desk.fill(5, 190)

    # One exit is left at the venue, for what is left, and the other one waits here for its price.
    assert desk.news() == ["new 5: SELL 190 Limit", "replace 3: 60", "cancel 4"]
    assert group.worked_by is WorkedBy.OMS
    desk.replaced(3)
    desk.done(4)
    assert [order.leaves_qty for order in group.orders if not order.is_closed] == [60, 60]

    desk.tell(submit(qty=90))
    desk.fill(7, 90)
    assert desk.news() == ["new 7: BUY 90 Limit", "replace 3: 100"]
    desk.replaced(3)
    assert [desk.order(number).leaves_qty for number in (3, 6)] == [100, 100]
    assert anomalies(desk) == []


def test_a_list_without_an_entry_shrinks_with_the_position() -> None:
    desk, group = holding(100, Oco((STOP, TARGET)))
    desk.tell(submit(side=Side.SELL, qty=40))
    desk.fill(4, 40)

    assert desk.news() == ["new 4: SELL 40 Limit", "replace 2: 60", "cancel 3"]
    desk.replaced(2)
    desk.done(3)
    assert [order.leaves_qty for order in group.orders if not order.is_closed] == [60, 60]
    assert anomalies(desk) == []

"""What has gone wrong with groups of orders in other systems, each by its name; see the list in the docs on brackets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.contingency import Leg, Oco, Oto, Remainder, Siblings
from oms.model.enums import Side
from oms.model.terms import Limit, Stop
from tests.fakes import CAN_ALL, CAN_MORE
from tests.unit.engine.floor import Floor, simple

VENUES = {"a venue without stops": CAN_ALL, "a venue with stops": CAN_MORE}


@pytest.mark.parametrize("venue", VENUES)
def test_exits_at_the_full_size_of_the_bracket_on_the_first_partial_fill(venue: str) -> None:
    desk = Floor({"paper": VENUES[venue]})
    desk.place(simple())
    desk.new(1)

    desk.fill(1, 1)

    assert desk.order(2).order_qty == 1
    assert desk.news()[1:] == [f"new 2: SELL 1 {type(desk.order(2).terms).__name__}"]


@pytest.mark.parametrize("siblings", Siblings)
def test_a_partial_fill_of_one_oco_leg_canceling_both(siblings: Siblings) -> None:
    desk = Floor()
    desk.place(simple(siblings=siblings))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.news()

    desk.fill(2, 40, 110)

    assert desk.news() == []
    assert desk.order(2).leaves_qty == 60
    assert desk.waiting() == ([Stop(95)] if siblings is Siblings.REDUCE else [])


@pytest.mark.parametrize("venue", VENUES)
def test_both_legs_partly_filled_leaving_a_position_without_exits_or_with_an_undersized_stop(
    venue: str,
) -> None:
    desk = Floor({"paper": VENUES[venue]})
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.quote(110, 111)  # the target is reached: where the stop rests, it is taken back
    if venue == "a venue with stops":
        desk.done(2)
        desk.new(3)
    target = group.legs[2].orders[-1].order_id
    desk.print(95)  # and then the stop: the target is taken back, and sells a part before that
    desk.fill(target, 30, 110)
    desk.done(target)
    stop = group.legs[1].orders[-1]
    assert desk.news()[-1] == f"new {stop.order_id}: SELL 70 Market"

    desk.fill(stop.order_id, 20, 95)

    # Both have sold a part. What is left is at work, and nothing beside it.
    assert [leg.executed_qty for leg in group.legs] == [100, 20, 30]
    assert [order for order in group.orders if not order.is_closed] == [stop]
    assert stop.leaves_qty == 50
    assert desk.news() == []


def test_entry_half_filled_target_done_entry_remainder_filling_unprotected() -> None:
    for remainder in Remainder:
        desk = Floor()
        desk.place(simple(remainder=remainder))
        desk.new(1)
        desk.fill(1, 50)
        desk.new(2)
        desk.news()
        desk.fill(2, 50, 110)
        # The rest of the entry is taken back, or is to go on.
        assert desk.news() == (["cancel 1"] if remainder is Remainder.CANCEL else [])

        desk.fill(1, 50)

        assert desk.news() == ["new 4: SELL 50 Limit"]  # 3 was the stop, which is held.
        assert desk.waiting() == [Stop(95)]


def test_a_modify_equal_to_the_filled_quantity_left_open_for_ever() -> None:
    # Two exits at once: the first fills in part, and a bust of the entry leaves it just what it has.
    desk = Floor()
    exits = (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), Leg("AAPL", Side.SELL, Limit(110)))
    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), exits))
    desk.new(1)
    desk.fill(1, 20)
    desk.fill(1, 80)
    desk.new(2)
    desk.replaced(2)
    desk.new(3)
    desk.fill(2, 20, 105)
    desk.news()

    desk.bust(1, 2)

    assert desk.news() == ["cancel 2", "cancel 3"]
    desk.done(2)
    desk.done(3)
    assert [desk.order(number).leaves_qty for number in (2, 3)] == [0, 0]


def test_a_replace_that_crosses_the_fill_of_its_quantity_is_over() -> None:
    desk = Floor()
    desk.place(
        Oco(
            (
                Leg("AAPL", Side.BUY, Limit(100), order_qty=100),
                Leg("BTC-USD", Side.BUY, Limit(9), order_qty=100),
            )
        )
    )
    desk.new(1)
    desk.new(2)
    desk.fill(1, 60)
    assert desk.news()[2:] == ["replace 2: 40"]

    desk.fill(2, 40)  # on its way when the replace arrived
    desk.replaced(2)

    assert desk.order(2).is_closed
    assert desk.order(1).order_qty - desk.order(1).cum_qty == 40
    assert desk.news() == ["cancel 1"]
    desk.done(1)
    assert desk.order(1).is_closed
    assert desk.news() == []


def test_a_bust_on_the_entry_leaves_exits_larger_than_the_position() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 60)
    desk.fill(1, 40)
    desk.new(2)
    desk.replaced(2)
    desk.news()

    desk.bust(1, 2)

    assert desk.news() == ["replace 2: 60"]


def test_a_target_that_fills_while_it_is_taken_back_gets_no_stop_beside_it() -> None:
    desk = Floor()
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.print(95)
    desk.news()

    desk.fill(2, 100, 110)

    assert desk.news() == []
    assert desk.order(2).cum_qty == Decimal(100)

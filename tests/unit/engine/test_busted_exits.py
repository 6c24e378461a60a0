"""A bust of an exit, in every way of working that the library has: the exits stand as they did before the first was reached. Every figure worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.contingency import Siblings
from oms.model.enums import AnomalyCode, Life, RequestKind
from oms.model.group import Group
from oms.model.ids import OrderId
from oms.model.offset import Offset
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms, TrailingStop
from oms.simulation.list_admission import CONTINGENCIES
from tests.fakes import CAN_ALL, CAN_MORE, T0, S
from tests.unit.engine.floor import Floor, simple


def told(desk: Floor) -> list[ev.AnomalyRaised]:
    return [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def lying(desk: Floor) -> list[Terms]:
    """What works at the venue but for the entry."""
    orders = [desk.order(number) for number in range(2, desk.engine.state.next_order_id)]
    return [one.terms for one in orders if not one.is_closed and one.life in {Life.SENT, Life.LIVE}]


@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("stop", [Stop(95), TrailingStop(Offset(5)), StopLimit(95, 94)])
def test_a_bust_of_a_stop_that_was_reached_here_lets_it_wait_as_at_first(
    stop: Terms, siblings: Siblings
) -> None:
    desk = Floor({"paper": CAN_ALL})
    desk.place(simple(stop=stop, siblings=siblings))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.print(100)
    desk.print(95)
    desk.done(2)
    desk.fill(3, 100, 94)
    desk.news()

    desk.bust(3, 2)

    assert desk.news()[-1].endswith("SELL 100 Limit")
    assert (lying(desk)[-1], desk.waiting(), told(desk)) == (Limit(110), [stop], [])
    desk.print(100)
    desk.print(95)
    (taken_back,) = desk.news()
    assert taken_back.startswith("cancel")


def test_a_bust_of_a_stop_at_its_venue_has_another_one_placed_there() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.fill(2, 100, 94)
    desk.news()

    desk.bust(2, 2)

    assert (lying(desk)[-1], desk.waiting(), told(desk)) == (Stop(95), [Limit(110)], [])


def test_a_bust_of_a_target_that_had_its_turn_gives_the_turn_back_to_the_stop() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.quote(110, 111)
    desk.done(2)
    desk.new(3)
    desk.fill(3, 100, 110)
    desk.news()

    desk.bust(3, 2, leaves_qty=Decimal(0))

    assert (lying(desk)[-1], desk.waiting()) == (Stop(95), [Limit(110)])


def test_a_stop_that_was_moved_before_it_was_reached_waits_where_it_was_moved_to() -> None:
    desk = Floor({"paper": CAN_ALL})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.replace(3, stop_px=97)
    desk.print(97)
    desk.done(2)
    desk.fill(3, 100, 97)

    desk.bust(3, 2)

    assert desk.waiting() == [Stop(97)]


def test_a_venue_that_cancels_what_it_has_busted_ends_no_leg() -> None:
    desk = Floor({"paper": CAN_MORE})
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.fill(2, 100, 94)
    desk.bust(2, 2, leaves_qty=Decimal(0))
    desk.news()

    desk.done(2)

    assert (desk.news(), told(desk), [leg.end for leg in group.legs]) == ([], [], [None] * 3)
    assert (lying(desk)[-1], desk.waiting()) == (Stop(95), [Limit(110)])
    # One of which something works is another thing.
    desk.done(4)
    assert [one.code for one in told(desk)] == [AnomalyCode.EXIT_LOST]


def test_what_still_works_of_a_stop_goes_on_and_takes_back_what_was_busted() -> None:
    desk = Floor({"paper": CAN_ALL})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.print(95)
    desk.done(2)
    desk.fill(3, 60, 94)
    desk.news()

    desk.bust(3, 2)

    assert lying(desk)[-1] == desk.order(OrderId(3)).terms
    assert not desk.waiting()


# ---------------------------------------------------------------- one meaning, whoever works the group

WAYS = {
    "its venue works the list": evolve(CAN_MORE, contingencies=CONTINGENCIES),
    "the stop rests": CAN_MORE,
    "the target rests, and the stop is held": CAN_ALL,
}


def answered(desk: Floor) -> None:
    """The venue takes what is new, and grants what it is asked for, until nothing is left to answer."""
    orders = desk.engine.state.index.by_id
    while open_ := [one for one in orders.values() if one.life is Life.SENT or one.outstanding_requests]:
        for order in open_:
            if order.life is Life.SENT:
                desk.new(order.order_id)
            elif order.outstanding_requests[0].kind is RequestKind.CANCEL:
                desk.done(order.order_id)
            else:
                desk.replaced(order.order_id, transact_time_ns=T0 + S)


def sold(way: str, siblings: Siblings, leg: int, qty: int) -> tuple[Floor, Group, OrderId]:
    """100 were bought, and so many of them sold by the stop, which is leg 1, or by the target, which is leg 2."""
    desk = Floor({"paper": WAYS[way]})
    group = desk.place(simple(siblings=siblings))
    answered(desk)
    desk.fill(1, 100)
    answered(desk)
    if group.legs[leg].held is not None:
        if leg == 1:
            desk.print(95)
        else:
            desk.quote(110, 111)
        answered(desk)
    sells = group.legs[leg].orders[-1]
    desk.fill(sells.order_id, qty, 94 if leg == 1 else 110)
    other = group.legs[3 - leg].orders[-1]
    if group.list_id is not None and (siblings is Siblings.CANCEL or qty == 100):
        desk.done(other.order_id)  # as the list has it
    answered(desk)
    return desk, group, sells.order_id


@pytest.mark.parametrize("works", [0, 100], ids=["and does not work again", "and works again"])
@pytest.mark.parametrize("leg", [1, 2], ids=["the stop", "the target"])
@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("way", WAYS)
def test_a_bust_of_an_exit_leaves_both_exits_standing_for_all_that_is_to_be_exited(
    way: str, siblings: Siblings, leg: int, works: int
) -> None:
    desk, group, sells = sold(way, siblings, leg, 100)
    assert not lying(desk)
    assert not desk.waiting()

    desk.bust(sells, desk.trades, cum_qty=Decimal(0), leaves_qty=Decimal(works))
    answered(desk)

    stands = [
        (type(leg.leg.terms).__name__, int(order.leaves_qty))
        for leg in group.legs[1:]
        for order in leg.orders
        if not order.is_closed
    ]
    if desk.order(sells).terms == Market() and works:
        # It is at the market already, and sells all of it next.
        assert (stands, desk.waiting()) == ([("Stop", 100)], [])
    else:
        # One of them lies at the venue, the other one is held for the same.
        assert stands == [("Stop", 100), ("Limit", 100)]
        assert len(desk.waiting()) == 1
    assert ([one.end for one in group.legs], told(desk)) == ([None] * 3, [])


@pytest.mark.parametrize("leg", [1, 2], ids=["the stop", "the target"])
@pytest.mark.parametrize("way", WAYS)
def test_a_bust_of_a_part_of_an_exit_that_still_works_is_for_it_to_sell(way: str, leg: int) -> None:
    desk, group, sells = sold(way, Siblings.CANCEL, leg, 40)
    desk.fill(sells, 20, 94 if leg == 1 else 110)

    desk.bust(sells, desk.trades, cum_qty=Decimal(40), leaves_qty=Decimal(60))
    answered(desk)

    # It goes on alone: something that it has executed stands.
    assert desk.order(sells).leaves_qty == 60
    assert (desk.waiting(), told(desk)) == ([], [])
    assert [one.end for one in group.legs] == [None] * 3


@pytest.mark.parametrize("leg", [1, 2], ids=["the stop", "the target"])
@pytest.mark.parametrize("siblings", Siblings)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_busted_for_good_of_an_exit_that_still_works_has_its_exit_at_once(
    way: str, siblings: Siblings, leg: int
) -> None:
    desk, group, sells = sold(way, siblings, leg, 40)

    desk.bust(sells, desk.trades, cum_qty=Decimal(0), leaves_qty=Decimal(60))
    answered(desk)

    # All 100 are in it, and not once the other 60 are done.
    assert sum(order.leaves_qty for order in group.legs[leg].orders) == 100
    assert (group.list_id, told(desk)) == (None, [])
    assert [one.end for one in group.legs] == [None] * 3

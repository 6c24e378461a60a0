"""A bust of an exit, in every way of working that the library has: the exits stand as they did before the first was reached. Every figure worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model import events as ev
from oms.model.contingency import Siblings
from oms.model.enums import AnomalyCode, Life
from oms.model.ids import OrderId
from oms.model.offset import Offset
from oms.model.terms import Limit, Stop, StopLimit, Terms, TrailingStop
from tests.fakes import CAN_ALL, CAN_MORE
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

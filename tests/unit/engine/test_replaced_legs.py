"""Orders of groups that somebody replaces: what an exit is for is its group's, what it asks for is theirs. Every figure worked by hand."""

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.contingency import Leg, Oto
from oms.model.enums import Side
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Stop
from tests.fakes import CAN_ALL, CAN_MORE
from tests.unit.engine.floor import Floor, simple

VENUES = {"a venue without stops": CAN_ALL, "a venue with stops": CAN_MORE}


def bought(qty: int, can: Capabilities = CAN_MORE) -> Floor:
    """An entry of 100 that has brought so much, and an exit at its venue for that."""
    desk = Floor({"paper": can})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, qty)
    desk.new(2)
    desk.news()
    return desk


def denied(desk: Floor) -> list[tuple[Reason, ...]]:
    return [one.reasons for one in desk.journal if isinstance(one, ev.ReplaceDenied)]


@pytest.mark.parametrize("venue", VENUES)
def test_an_exit_is_not_made_larger_than_what_its_entry_has_brought(venue: str) -> None:
    desk = bought(50, VENUES[venue])

    desk.replace(2, order_qty=80)

    assert desk.news() == []
    allowed = "at most 50: its entry has brought 50"
    assert denied(desk) == [(Reason(ReasonCode.ABOVE_ORDER_QTY, "order_qty", "80", allowed),)]
    assert desk.order(2).order_qty == 50


def test_an_exit_is_not_made_larger_while_it_is_being_made_smaller() -> None:
    desk = bought(50)
    desk.replace(2, order_qty=30)
    desk.news()

    # The group is putting it right already: 50 in all.
    desk.replace(2, order_qty=51)

    assert (desk.news(), len(denied(desk))) == ([], 1)


def test_what_is_taken_off_an_exit_is_put_back() -> None:
    desk = bought(50)

    desk.replace(2, order_qty=30)
    # Until it is answered the venue may still execute all 50.
    assert desk.news() == ["replace 2: 30"]
    desk.replaced(2)

    assert desk.news() == ["replace 2: 50"]


def test_an_exit_that_is_made_as_small_as_what_it_has_sold_is_followed_by_another_one() -> None:
    desk = bought(50, CAN_ALL)
    desk.fill(2, 20, 110)
    desk.replace(2, order_qty=20)
    assert desk.news() == ["replace 2: 20"]

    desk.replaced(2)

    assert desk.order(2).is_closed
    assert desk.news() == ["new 4: SELL 30 Limit"]
    assert [order.leaves_qty for order in desk.engine.state.held_orders.orders.values()] == [30]


def test_the_price_of_an_exit_moves_with_or_without_its_quantity() -> None:
    desk = bought(50)

    desk.replace(2, stop_px=96, order_qty=50)
    desk.replaced(2)

    assert desk.news() == ["replace 2: 50"]
    assert denied(desk) == []


def test_an_entry_is_made_larger_as_somebody_likes() -> None:
    desk = bought(50)

    desk.replace(1, order_qty=200)

    assert desk.news() == ["replace 1: 200"]


def test_an_exit_that_an_entry_of_its_own_feeds_is_measured_by_that() -> None:
    desk = Floor({"paper": CAN_ALL})
    exits = (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), Leg("AAPL", Side.SELL, Limit(110)))
    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), exits))
    desk.new(1)
    desk.fill(1, 60)
    desk.new(2)
    desk.new(3)
    desk.news()

    desk.replace(2, order_qty=60)

    assert (desk.news(), len(denied(desk))) == ([], 1)


def test_a_stop_that_is_held_here_is_put_right_at_once() -> None:
    desk = bought(50, CAN_ALL)

    desk.replace(3, order_qty=80, stop_px=96)

    assert (desk.news(), desk.waiting()) == ([], [Stop(96)])
    assert desk.order(3).order_qty == 50

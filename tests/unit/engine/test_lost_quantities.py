"""What was busted for good of an order that still works: it does not count as at work, and a total may bring it back. Every figure worked by hand."""

# ruff: noqa: ANN401  # what a broker can do is data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.handlers import with_algorithms
from oms.model import events as ev
from oms.model.commands import EngageKillSwitch
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import CxlRejResponseTo, ExecType, Life, Side
from oms.model.group import Group
from oms.model.ids import ExecId, OrderId
from oms.model.instructions import Instructions
from oms.model.reports import OrderCancelReject
from oms.model.terms import Limit, Stop, Strategy
from oms.model.time_in_force import GTC
from tests.fakes import CAN_ALL, T0, S
from tests.unit.engine.desk import kinds, submit
from tests.unit.engine.floor import Floor

REDUCING = Instructions(reduce_only=True)
INSTRUCTIONS = pytest.mark.parametrize("instructions", [None, REDUCING], ids=["any", "reduce-only"])


def sold_in_part(instructions: Instructions | None, **can: Any) -> tuple[Floor, Group]:
    """100 were bought, and 40 of them sold by the target, which is order 2."""
    desk = Floor({"paper": evolve(CAN_ALL, **can)})
    target = Leg("AAPL", Side.SELL, Limit(110), instructions=instructions)
    stop = Leg("AAPL", Side.SELL, Stop(95), instructions=instructions)
    group = desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), (Oco((target, stop)),)))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.fill(2, 40, 110)
    desk.news()
    return desk, group


def bust_for_good(desk: Floor, order_id: int, trade: int, leaves: int) -> None:
    desk.bust(order_id, trade, cum_qty=Decimal(0), leaves_qty=Decimal(leaves))


def granted(desk: Floor, order_id: int) -> None:
    """The venue grants a replace, after all that it has said before."""
    asked = desk.order(order_id).outstanding_requests[-1]
    desk.say(
        ExecType.REPLACED,
        cl_ord_id=asked.cl_ord_id,
        orig_cl_ord_id=desk.order(order_id).cl_ord_id,
        order_qty=asked.order_qty,
        transact_time_ns=T0 + S,
    )


def correct(desk: Floor, order_id: int, trade: int, qty: int, leaves: int) -> None:
    """An execution was for less; the rest of it does not work again."""
    desk.say(
        ExecType.TRADE_CORRECT,
        cl_ord_id=desk.order(order_id).cl_ord_id,
        exec_id=ExecId(f"c{trade}"),
        exec_ref_id=ExecId(f"x{trade}"),
        last_qty=Decimal(qty),
        last_px=Decimal(100),
        cum_qty=Decimal(qty),
        leaves_qty=Decimal(leaves),
        transact_time_ns=T0,
    )


def refuse_replace(desk: Floor, order_id: int) -> None:
    order = desk.order(order_id)
    asked = order.outstanding_requests[-1].cl_ord_id
    desk.report(OrderCancelReject(asked, CxlRejResponseTo.REPLACE, order.cl_ord_id))


def leaves(desk: Floor, *order_ids: int) -> list[int]:
    return [int(desk.order(order_id).leaves_qty) for order_id in order_ids]


def at_work(desk: Floor, group: Group) -> list[int]:
    assert [one for one in desk.journal if isinstance(one, ev.AnomalyRaised | ev.ReplaceDenied)] == []
    return [int(order.leaves_qty) for leg in group.legs[1:] for order in leg.orders if not order.is_closed]


@INSTRUCTIONS
def test_an_exit_takes_back_what_was_busted_of_it_by_the_total_that_it_was_for(
    instructions: Instructions | None,
) -> None:
    desk, group = sold_in_part(instructions)
    assert at_work(desk, group) == [60, 60]

    bust_for_good(desk, 2, 2, 60)

    # A total is what works besides what has executed: one of 140 would let 140 be sold of 100.
    assert desk.news() == ["replace 2: 100"]
    granted(desk, 2)
    assert (desk.news(), at_work(desk, group)) == ([], [100, 100])


@INSTRUCTIONS
def test_an_exit_that_was_corrected_down_takes_back_what_it_lost(instructions: Instructions | None) -> None:
    desk, group = sold_in_part(instructions)

    correct(desk, 2, 2, 15, 60)

    assert desk.news() == ["replace 2: 100"]
    granted(desk, 2)
    assert (desk.news(), at_work(desk, group)) == ([], [85, 85])


@INSTRUCTIONS
def test_where_a_venue_amends_nothing_another_order_is_for_what_was_busted(
    instructions: Instructions | None,
) -> None:
    desk, group = sold_in_part(instructions, amendable=frozenset())

    bust_for_good(desk, 2, 2, 60)

    assert desk.news() == ["new 4: SELL 40 Limit"]
    desk.new(4)
    assert (desk.news(), at_work(desk, group)) == ([], [60, 40, 100])


@INSTRUCTIONS
def test_an_exit_that_has_lost_something_is_cut_to_what_is_left(instructions: Instructions | None) -> None:
    desk, _ = sold_in_part(instructions)
    bust_for_good(desk, 2, 2, 60)
    desk.news()
    refuse_replace(desk, 2)
    assert desk.news() == ["new 4: SELL 40 Limit"]
    desk.new(4)

    # The entry has brought 30 after all. 40 are off with the newest order, and 30 of the 60 that work of the other one.
    correct(desk, 1, 1, 30, 0)

    assert desk.news() == ["cancel 4", "replace 2: 30"]
    desk.done(4)
    granted(desk, 2)
    assert desk.news() == []
    assert leaves(desk, 2, 4) == [30, 0]


def test_another_price_alone_brings_nothing_back() -> None:
    desk = Floor()
    desk.submit(qty=100)
    desk.new(1)
    desk.fill(1, 40)
    bust_for_good(desk, 1, 1, 60)
    desk.news()

    desk.replace(1, price=99)

    # Its total of 100 would.
    assert desk.news() == ["replace 1: 60"]


def test_what_lost_a_part_is_made_larger_by_a_total_below_its_own() -> None:
    desk = Floor()
    desk.submit(qty=100)
    desk.new(1)
    desk.fill(1, 40)
    bust_for_good(desk, 1, 1, 60)
    desk.tell(EngageKillSwitch("a test", "somebody"))

    # 80 would work of it, and 60 do.
    assert kinds(desk.replace(1, order_qty=80)) == ["ReplaceDenied"]
    assert kinds(desk.replace(1, order_qty=50)) == ["ReplaceRequested"]


# ---------------------------------------------------------------- orders that may only reduce


def alone() -> Floor:
    """100 were bought; order 2 may only reduce that, has sold 40 of them, and lost these for good."""
    desk = Floor()
    desk.submit(qty=100)
    desk.fill(1, 100)
    desk.tell(evolve(submit(side=Side.SELL, terms=Limit(110)), instructions=REDUCING))
    desk.new(2)
    desk.fill(2, 40, 110)
    bust_for_good(desk, 2, 2, 60)
    desk.news()
    return desk


def test_what_an_order_lost_another_one_may_reduce() -> None:
    desk = alone()

    desk.tell(evolve(submit(side=Side.SELL, qty=40, terms=Limit(110)), instructions=REDUCING))
    desk.new(3)

    assert desk.news() == ["new 3: SELL 40 Limit"]
    assert leaves(desk, 2, 3) == [60, 40]
    # What its total would bring back belongs to the other one now.
    changes: list[dict[str, int]] = [{"order_qty": 61}, {"order_qty": 100}, {"order_qty": 100, "price": 111}]
    for change in changes:
        (denied,) = desk.replace(2, **change)
        assert isinstance(denied, ev.ReplaceDenied)
        assert denied.reasons[0].allowed.startswith("at most 60: the position is 100")
    assert kinds(desk.replace(2, price=111)) == ["ReplaceRequested"]


def test_an_order_may_be_asked_for_what_it_lost_while_nothing_else_reduces_that() -> None:
    desk = alone()

    assert kinds(desk.replace(2, order_qty=100)) == ["ReplaceRequested"]
    granted(desk, 2)

    assert (desk.news(), leaves(desk, 2)) == (["replace 2: 100"], [100])


def test_the_position_cuts_an_order_by_what_still_works_of_it() -> None:
    desk = alone()

    desk.submit(side=Side.SELL, qty=50)
    desk.fill(3, 50)

    assert desk.news() == ["new 3: SELL 50 Limit", "replace 2: 50"]
    granted(desk, 2)
    assert (desk.news(), leaves(desk, 2)) == ([], [50])


def test_a_child_that_lost_something_leaves_room_for_another_one() -> None:
    """What is worked here places what its children lost anew, and the position is not asked for more."""
    desk = Floor(handlers=with_algorithms())
    desk.submit(qty=100)
    desk.fill(1, 100)
    desk.quote(100, 101)
    terms = Strategy("iceberg", {"display_qty": 50, "limit_price": "100"})
    desk.tell(evolve(submit(side=Side.SELL, terms=terms, tif=GTC), instructions=REDUCING))
    desk.new(3)
    desk.fill(3, 20)
    desk.news()

    bust_for_good(desk, 3, 2, 30)
    for _ in range(3):
        desk.wait(1)

    parent = desk.engine.state.parents.by_id[OrderId(2)]
    assert parent.suspended is None
    assert not any(word.startswith("cancel") for word in desk.news())
    assert desk.order(2).life is Life.LIVE

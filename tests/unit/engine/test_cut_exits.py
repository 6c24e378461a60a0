"""Exits that the reduce-only rule takes back as they are placed: they wait until something has changed, and nothing storms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine import reducing_sums
from oms.engine.replaces import asked_qty
from oms.model import events as ev
from oms.model.contingency import Leg, Oco, Oto
from oms.model.enums import AnomalyCode, ExecType, Side
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.model.terms import Limit, Stop
from tests.fakes import CAN_ALL, S
from tests.unit.engine.desk import submit
from tests.unit.engine.floor import Floor

REDUCING = Instructions(reduce_only=True)
STORM = 60
"""So many requests are one."""


def as_if_more_worked(order: Order) -> Decimal:
    """What the rule counts here, and nobody else: 40 more of all that works."""
    asked = asked_qty(order)
    return asked + 40 if asked else asked


AMENDS = pytest.mark.parametrize("amends", [True, False], ids=["amends", "amends nothing"])


def sold_in_part(monkeypatch: pytest.MonkeyPatch, *, amends: bool) -> Floor:
    """100 were bought, 40 of them sold by the target, which is order 2, and the rule counts too much as these are busted."""
    can = CAN_ALL if amends else evolve(CAN_ALL, amendable=frozenset())
    desk = Floor({"paper": can})
    desk.is_watched = False  # What contradicts itself is built in on purpose.
    target = Leg("AAPL", Side.SELL, Limit(110), instructions=REDUCING)
    stop = Leg("AAPL", Side.SELL, Stop(95), instructions=REDUCING)
    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), (Oco((target, stop)),)))
    desk.new(1)
    desk.fill(1, 100)
    desk.fill(2, 40, 110)
    desk.seen = len(desk.sent)
    monkeypatch.setattr(reducing_sums, "asked_qty", as_if_more_worked)
    desk.bust(2, 2, cum_qty=Decimal(0), leaves_qty=Decimal(60))
    return desk


def answer(desk: Floor, request: Request) -> None:
    desk.now_ns += S
    said: dict[str, Any] = {"cl_ord_id": request.cl_ord_id, "transact_time_ns": desk.now_ns}
    match request:
        case NewOrderSingle():
            desk.say(ExecType.NEW, **said)
        case OrderCancelRequest():
            desk.say(ExecType.CANCELED, orig_cl_ord_id=request.orig_cl_ord_id, **said)
        case OrderCancelReplaceRequest():
            said |= {"orig_cl_ord_id": request.orig_cl_ord_id, "order_qty": request.order_qty}
            desk.say(ExecType.REPLACED, **said)
        case _:
            raise AssertionError(request)


def settles(desk: Floor) -> bool:
    """Have the venue grant whatever is asked at once, as a broker in the same poll does; False where that has no end."""
    begin = desk.seen
    while desk.seen < len(desk.sent):
        if desk.seen - begin > STORM:
            return False
        desk.seen += 1
        answer(desk, desk.sent[desk.seen - 1])
    return True


def waits(desk: Floor) -> list[str]:
    found = [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    return [one.text for one in found if one.code is AnomalyCode.EXIT_WAITS]


@AMENDS
def test_an_exit_that_is_taken_back_as_it_is_placed_waits_and_that_is_told_once(
    monkeypatch: pytest.MonkeyPatch, *, amends: bool
) -> None:
    desk = sold_in_part(monkeypatch, amends=amends)

    assert settles(desk)

    (text,) = waits(desk)
    assert "REDUCE_ONLY" in text


@AMENDS
@pytest.mark.parametrize("has_snapshot", [True, False], ids=["snapshot", "journal"])
def test_a_restart_tries_it_once_more(
    monkeypatch: pytest.MonkeyPatch, *, amends: bool, has_snapshot: bool
) -> None:
    desk = sold_in_part(monkeypatch, amends=amends)
    assert settles(desk)

    desk.restart(has_snapshot=has_snapshot)

    assert settles(desk)
    assert len(waits(desk)) <= 2


@AMENDS
def test_it_is_placed_again_once_the_position_has_changed(
    monkeypatch: pytest.MonkeyPatch, *, amends: bool
) -> None:
    desk = sold_in_part(monkeypatch, amends=amends)
    assert settles(desk)
    monkeypatch.setattr(reducing_sums, "asked_qty", asked_qty)

    desk.tell(submit(side=Side.SELL, qty=1))
    desk.fill(next(reversed(desk.engine.state.index.by_id)), 1)

    assert settles(desk)
    assert at_work(desk) == 99
    assert len(waits(desk)) == 1


def at_work(desk: Floor) -> int:
    group = next(iter(desk.engine.state.groups.by_id.values()))
    return int(sum(order.leaves_qty for order in group.legs[1].orders if not order.is_closed))

"""Requests of groups that their venue refuses: somebody is told at once, and they are asked again, at measured pace."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.contingency import CancelGroup
from oms.model.enums import AnomalyCode, CxlRejResponseTo
from oms.model.reports import OrderCancelReject
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE, S
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS
from tests.unit.engine.floor import Floor, simple


def told(desk: Floor) -> list[tuple[AnomalyCode, int | None]]:
    return [(one.code, one.order_id) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def refuse_replace(desk: Floor, order_id: int) -> None:
    order = desk.order(order_id)
    asked = order.outstanding_requests[-1].cl_ord_id
    desk.report(OrderCancelReject(asked, CxlRejResponseTo.REPLACE, order.cl_ord_id))


def stood(brought: tuple[int, ...] = (65, 35)) -> Floor:
    """A bracket whose stop lies at the venue, for all that its entry has brought."""
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    first, *more = brought
    desk.fill(1, first)
    desk.new(2)
    for qty in more:
        desk.fill(1, qty)
        desk.replaced(2)
    desk.news()
    return desk


def shrink_refused() -> Floor:
    desk = stood()
    desk.bust(1, 2)
    assert desk.news() == ["replace 2: 65"]
    refuse_replace(desk, 2)
    assert desk.news() == ["cancel 2"]
    assert told(desk) == []
    desk.refuse_cancel(2)
    return desk


def test_an_exit_that_cannot_be_made_smaller_is_told_of_and_asked_for_again() -> None:
    desk = shrink_refused()
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]
    assert desk.news() == []
    assert desk.next_due_ns == desk.now_ns + TIMEOUT_NS

    desk.wait(29.9)
    assert desk.news() == []
    desk.wait(0.1)
    assert desk.news() == ["replace 2: 65"]
    desk.replaced(2)

    assert desk.order(2).order_qty == 65
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]


def test_who_is_refused_for_ever_asks_once_in_each_pause_and_tells_once() -> None:
    desk = shrink_refused()
    for _ in range(5):
        desk.wait(30)
        for price in (100, 101, 100):
            desk.print(price)
        assert desk.news() == ["replace 2: 65"]
        refuse_replace(desk, 2)
        assert desk.news() == ["cancel 2"]
        desk.refuse_cancel(2)
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]


def test_an_exit_whose_sibling_waits_for_it_is_asked_back_again() -> None:
    desk = stood((100,))
    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    desk.refuse_cancel(2)
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]

    desk.wait(30)
    assert desk.news() == ["cancel 2"]
    desk.done(2)

    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_a_person_who_cancels_a_group_again_is_not_made_to_wait() -> None:
    desk = stood((100,))
    desk.tell(CancelGroup(1))
    assert desk.news() == ["cancel 2"]
    desk.tell(CancelGroup(1))
    assert desk.news() == []
    desk.refuse_cancel(2)
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]

    desk.tell(CancelGroup(1))

    assert desk.news() == ["cancel 2"]
    desk.done(2)
    desk.tell(CancelGroup(1))
    desk.wait(30)
    assert desk.news() == []
    assert desk.next_due_ns is None


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True])
def test_what_was_refused_is_asked_for_again_after_a_restart(has_snapshot: bool) -> None:
    desk = shrink_refused()
    desk.news()
    state = State()
    other = Floor({"paper": CAN_MORE})
    if has_snapshot:
        load(dump(desk.engine.state, Positions()), state, Positions())
    engine = Engine({PAPER: CAN_MORE}, default_handlers(), state)
    if not has_snapshot:
        engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    other.engine, other.sent, other.now_ns = engine, [], desk.now_ns + 10 * S
    other.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    other.wait(10)
    assert other.news() == []

    other.wait(10)

    assert other.news() == ["replace 2: 65"]


def test_an_excess_that_grows_is_told_of_again() -> None:
    desk = Floor({"paper": CAN_ALL})
    desk.place(simple())
    desk.new(1)
    for qty in (40, 30, 30):
        desk.fill(1, qty)
        if qty == 40:
            desk.new(2)
        else:
            desk.replaced(2)
    desk.fill(2, 100, 110)

    desk.bust(1, 1)
    texts = [one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert [text.split()[-5] for text in texts] == ["40"], texts
    desk.bust(1, 2)

    texts = [one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert [text.split()[-5] for text in texts] == ["40", "70"], texts
    assert desk.order(2).cum_qty == Decimal(100)

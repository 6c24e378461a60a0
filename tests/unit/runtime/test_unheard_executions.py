"""What a broker counts as executed of a part, and of which nobody has heard: nothing is sent in its place before that is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus
from oms.model.ids import ExecId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.projections.positions import Positions
from oms.simulation.faults import Fate, Outages, ReportFate
from tests.fakes import AAPL, T0, S, d
from tests.smart_desk import Desk

CANCELED: Final = ExecutionReport(
    exec_type=ExecType.CANCELED, ord_status=OrdStatus.CANCELED, cum_qty=d(15), leaves_qty=d(0)
)


def said(desk: Desk, child: Order, report: ExecutionReport) -> None:
    """Let the first broker say something of a child."""
    assert desk.one.sink is not None
    venue_id = VenueOrderId(f"v{child.order_id}")
    told = evolve(
        report, symbol=child.symbol, side=child.side, cl_ord_id=child.cl_ord_id, venue_order_id=venue_id, order_qty=d(40)
    )  # fmt: skip
    desk.one.sink.put(told)
    desk.om.poll()


def lost() -> tuple[Desk, Order, Order]:
    """An order of 40 that rested at the first broker, which has taken it off, and counts 15 that nobody has heard of."""
    desk = Desk()
    desk.shows("one", "10.50", 10)
    order = desk.buy(40)
    (child,) = desk.om.children(order)
    desk.says(desk.one, child, ExecType.NEW)
    desk.shows("two", "10.02", 500)
    assert len(desk.one.requests) == 2
    said(desk, child, CANCELED)
    assert child.life is Life.CANCELED
    return desk, order, child


def test_what_is_counted_and_not_heard_of_is_not_sent_again() -> None:
    desk, order, _ = lost()

    assert desk.parts(order)[1:] == [("two", 25, "take 10.02")]
    assert desk.om.work(order).working == 40
    desk.clock.advance_by(2)
    desk.shows("two", "10.01", 500)
    assert len(desk.om.children(order)) == 2
    desk.check(order)


def test_once_it_is_heard_of_it_is_executed() -> None:
    desk, order, child = lost()
    late = ExecutionReport(
        exec_type=ExecType.TRADE, ord_status=OrdStatus.CANCELED, exec_id=ExecId("late"), last_qty=d(15), last_px=d("10.05"),
        cum_qty=d(15), leaves_qty=d(0),
    )  # fmt: skip
    said(desk, child, late)

    assert (order.cum_qty, desk.om.work(order).working) == (d(15), d(25))
    assert len(desk.om.children(order)) == 2
    desk.check(order)


def test_that_somebody_has_looked_at_it_sends_none_of_it_again() -> None:
    desk, order, _ = lost()
    desk.clock.advance_by(2)
    (raised,) = [one for one in desk.om.anomalies() if one.code is AnomalyCode.MISSING_EXECUTION]
    assert raised.counted_qty == 15

    desk.om.acknowledge(raised.sequence, by="desk", reason="they are asked about it")

    assert desk.parts(order)[2:] == []
    desk.check(order)


def test_a_snapshot_keeps_what_is_counted_and_not_heard_of() -> None:
    desk, order, _ = lost()
    text = dump(desk.om.state, desk.om.positions)
    state, positions = State(), Positions()
    load(text, state, positions)

    assert state.parents.by_id[order.order_id].working == Decimal(40)
    assert dump(state, positions) == text
    again = Desk(store=desk.store)
    assert again.om.work(again.om.order(order.order_id)).working == 40


@pytest.mark.parametrize("is_reconciled", [False, True])
def test_what_was_executed_before_a_cancel_whose_reply_was_lost_is_not_executed_elsewhere(
    is_reconciled: bool,
) -> None:
    """For ten seconds nobody hears one, where 15 trade and the rest is canceled as was asked; later it is asked what has become of it."""
    deaf = Outages([(T0 + 10 * S, T0 + 20 * S)], requests=Fate.UNANSWERED, reports=ReportFate.LOST)
    venues = PaperBroker([AAPL], name="one", faults=deaf), PaperBroker([AAPL], name="two")
    desk = Desk(*venues)
    desk.shows("one", "10.50")
    order = desk.buy(40)
    desk.clock.advance_by(12)
    desk.shows("one", "10.05", 15)
    desk.shows("two", "10.02", 500)
    for second in range(160):
        desk.clock.advance_by(1)
        desk.shows("two", f"10.0{second % 3}", 500)
        desk.om.poll()
        desk.check(order)

    if is_reconciled:
        desk.om.reconcile()
        assert order.is_filled
    at_two = sum((one.last_qty or d(0) for one in venues[1].executed if one.last_qty), d(0))
    assert (at_two, order.cum_qty) == (d(25), d(40 if is_reconciled else 25))
    desk.check(order)

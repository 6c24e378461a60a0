"""The market at which an order that is worked here arrives: nothing that was shown before market data was lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.costs import Figure, Missing
from oms.model.enums import Side
from oms.model.events import SliceDecided, WorkPlanned
from oms.model.order import Order
from oms.model.work import Pace
from oms.projections.slippage_monitor import SlippageMonitor
from tests.algo_desk import AlgoDesk

UNKNOWN = Figure(None, Missing.NO_QUOTE)


def arrival(desk: AlgoDesk, order: Order) -> tuple[Decimal | None, Decimal | None, int]:
    (plan,) = (
        one for one in desk.store.read() if isinstance(one, WorkPlanned) and one.order_id == order.order_id
    )
    return plan.bid, plan.ask, plan.quote_ns


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
@pytest.mark.parametrize("is_worked", [True, False], ids=["beside another order", "alone"])
def test_what_comes_after_a_loss_arrives_at_nothing_before_the_next_good_quote(
    side: Side, *, is_worked: bool
) -> None:
    desk = AlgoDesk()
    monitor = SlippageMonitor()
    desk.om.attach(monitor)
    told = {"duration": 100, "slices": 2}
    if is_worked:
        desk.submit("twap", side=side, **told)
    desk.wait(1)
    desk.lose()
    blind = desk.submit("twap", side=side, **told)
    assert (arrival(desk, blind), monitor.row(blind.order_id).arrival_px) == ((None, None, 0), UNKNOWN)
    desk.wait(1)
    desk.quote(bid_size=0)  # Nobody bids: it is news, and no price to arrive at.
    half = desk.submit("twap", side=side, **told)
    assert (arrival(desk, half), monitor.row(half.order_id).arrival_px) == ((None, None, 0), UNKNOWN)
    desk.wait(1)
    desk.quote("102", "103")
    seen = desk.submit("twap", side=side, **told)
    assert arrival(desk, seen) == (Decimal(102), Decimal(103), desk.clock.now_ns())
    desk.wait(1)
    desk.quote(ask_size=0)  # The last good one is known, and nothing was lost since.
    late = desk.submit("twap", side=side, **told)
    assert monitor.row(late.order_id).arrival_px == Figure(Decimal("102.5"))
    desk.check()


def test_what_is_decided_while_market_data_is_lost_was_decided_by_no_price() -> None:
    desk = AlgoDesk()
    desk.submit("twap", duration=10, slices=2, catch_up="give_up")
    desk.wait(1)
    desk.lose()
    desk.wait(9)
    skipped = [one for one in desk.store.read() if isinstance(one, SliceDecided) and one.child is None]
    assert [(one.pace, one.bid, one.ask, one.quote_ns) for one in skipped] == [(Pace.PAST_END, None, None, 0)]


def test_the_first_order_of_an_instrument_arrives_at_nothing_from_before_a_loss() -> None:
    desk = AlgoDesk()
    desk.wait(1)
    desk.lose()
    desk.quote(bid_size=0)
    order = desk.submit("twap", duration=100, slices=2)
    assert arrival(desk, order) == (None, None, 0)

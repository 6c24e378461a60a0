from decimal import Decimal

import pytest

from oms.lifecycle.machine import apply
from oms.model import events as ev
from oms.model.decimals import exact_arithmetic
from oms.model.enums import RequestKind
from oms.model.order import Order
from oms.model.terms import Market, StopLimit
from tests.unit.journals import CANCEL_ID, NEW_ID, T0, make, new_order


def moved(order: Order, *events: ev.OrderEvent) -> Order:
    with exact_arithmetic():
        for event in events:
            apply(order, event)
    return order


@pytest.mark.parametrize("name", ["status", "cum_qty", "life", "order_qty", "anything"])
def test_nobody_can_assign_to_an_order(name: str) -> None:
    order = new_order()

    with pytest.raises(AttributeError):
        setattr(order, name, Decimal(1))

    assert order.snapshot() == new_order().snapshot()


def test_a_snapshot_stays_while_the_order_moves() -> None:
    order = new_order()
    before = order.snapshot()

    moved(order, make(ev.OrderSubmitted), make(ev.Traded))

    assert (before.cum_qty, order.cum_qty) == (Decimal(0), Decimal(40))
    assert before == new_order().snapshot()


def test_an_order_reads_as_one_line() -> None:
    order = new_order()

    assert repr(order) == "<Order 1 BUY AAPL limit 189.5 UNSENT 0/100>"
    moved(order, make(ev.OrderSubmitted), make(ev.Traded))
    assert repr(order) == "<Order 1 BUY AAPL limit 189.5 PARTIALLY_FILLED 40/100 @ 189.5>"
    assert repr(new_order(terms=Market())) == "<Order 1 BUY AAPL market UNSENT 0/100>"
    assert repr(new_order(terms=StopLimit(95, 94))) == "<Order 1 BUY AAPL stop 95 limit 94 UNSENT 0/100>"


def test_an_order_in_money_reads_so_until_its_units_are_known() -> None:
    order = new_order(terms=Market(), order_qty=Decimal(0), cash_order_qty=Decimal(2500))

    assert repr(order) == "<Order 1 BUY AAPL market UNSENT 0 for 2500>"


def test_requests_are_listed_oldest_first_and_doubt_about_one_is_doubt_about_the_order() -> None:
    order = moved(new_order(), make(ev.OrderSubmitted), make(ev.CancelRequested))

    assert [(r.cl_ord_id, r.kind) for r in order.outstanding_requests] == [
        (NEW_ID, RequestKind.NEW),
        (CANCEL_ID, RequestKind.CANCEL),
    ]
    assert not order.is_in_doubt
    moved(order, make(ev.RequestInDoubt, cl_ord_id=CANCEL_ID))
    assert order.is_in_doubt


def test_a_filled_order_is_closed_and_has_not_ended() -> None:
    order = moved(new_order(), make(ev.OrderSubmitted))
    assert (order.is_closed, order.is_ended) == (False, False)

    moved(order, make(ev.Traded, last_qty=Decimal(100)))
    assert (order.is_closed, order.is_ended) == (True, False)

    moved(order, make(ev.OrderCanceled))
    assert (order.is_closed, order.is_ended) == (True, True)


def test_an_order_in_money_shows_the_amount_until_its_total_is_known() -> None:
    order = new_order(order_qty=Decimal(0), cash_order_qty=Decimal("1000.00"))
    moved(order, make(ev.OrderSubmitted), make(ev.OrderAcknowledged))

    assert repr(order) == "<Order 1 BUY AAPL limit 189.5 NEW 0 for 1000>"
    assert (order.cash_order_qty, order.is_closed, order.is_filled) == (Decimal(1000), False, False)
    moved(order, make(ev.OrderAcknowledged, order_qty=Decimal(5)))
    assert repr(order) == "<Order 1 BUY AAPL limit 189.5 NEW 0/5>"
    assert order.cash_order_qty == 1000


def test_an_order_of_ours_is_not_external_and_an_adopted_one_is() -> None:
    assert not moved(new_order(), make(ev.OrderSubmitted)).is_external
    assert moved(new_order(), make(ev.OrderAdopted)).is_external


def test_the_total_of_the_day_is_less_by_what_executed_on_earlier_days() -> None:
    order = moved(new_order(), make(ev.OrderSubmitted), make(ev.Traded))
    assert (order.day_cum_qty, order.day_order_qty) == (Decimal(40), Decimal(100))

    moved(order, make(ev.Traded, exec_id="x2", last_qty=Decimal(5), trade_date="20260106"))
    assert (order.day_cum_qty, order.day_order_qty) == (Decimal(5), Decimal(60))


def test_a_request_tells_how_long_it_has_been_unanswered() -> None:
    (request,) = moved(new_order(), make(ev.OrderSubmitted)).outstanding_requests

    assert request.age_ns(T0 + 7) == 7

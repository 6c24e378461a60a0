"""Replaces that follow one another, cross executions, are resent, or get lost."""

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.reasons import ReasonCode
from oms.model.reports import Unknown
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Market, Terms
from tests.fakes import CAN_ALL, T0
from tests.unit.engine.desk import SYMBOL, Desk, kinds, request_id


def chaining() -> Desk:
    return Desk(can={"paper": evolve(CAN_ALL, chains_replaces=True)}).acknowledged()


def test_a_chained_replace_builds_on_the_one_that_is_unanswered() -> None:
    desk = chaining()
    desk.replace(order_qty=10)
    desk.replace(price=101)

    last = desk.sent[-1]
    assert isinstance(last, OrderCancelReplaceRequest)
    assert (last.order_qty, last.terms, last.orig_cl_ord_id) == (Decimal(10), Limit(101), request_id(2))


def test_going_back_to_the_terms_in_force_is_a_change_while_another_replace_is_unanswered() -> None:
    desk = chaining()
    desk.replace(order_qty=300)

    assert kinds(desk.replace(order_qty=100)) == ["ReplaceRequested"]


def test_what_an_unanswered_replace_asks_for_counts_when_the_old_quantity_is_filled() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=200)
    desk.trade("E1", 100)

    order = desk.order()
    assert (order.status, order.leaves_qty) == (OrdStatus.FILLED, Decimal(0))
    book = desk.engine.state.book
    assert list(book.exposure.open_orders) == [1]
    assert book.exposure.of(order.account, order.symbol).open_buy_qty == 100
    assert kinds(desk.cancel()) == ["CancelRequested"]
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), order_qty=Decimal(200))
    assert order.leaves_qty == 100


def test_a_resent_answer_to_an_older_replace_does_not_bring_its_terms_back() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=200)
    first = {"cl_ord_id": request_id(2), "order_qty": Decimal(200), "exec_id": ExecId("R1")}
    desk.say(ExecType.REPLACED, **first)
    desk.replace(order_qty=50)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(3), order_qty=Decimal(50), exec_id=ExecId("R2"))
    before = desk.looks()

    (event,) = desk.say(ExecType.REPLACED, **first)

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.CONTRADICTS_ORDER
    assert desk.looks() == before


def test_a_resent_answer_to_the_last_replace_is_no_news() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=200)
    answer = {"cl_ord_id": request_id(2), "order_qty": Decimal(200)}
    desk.say(ExecType.REPLACED, **answer)
    before = desk.looks()

    assert kinds(desk.say(ExecType.REPLACED, **answer)) == ["ReportIgnored"]
    assert desk.looks() == before


def test_a_replaced_that_names_a_cancel_is_set_aside() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    before = desk.looks()

    (event,) = desk.say(ExecType.REPLACED, cl_ord_id=request_id(2), order_qty=Decimal(50))

    assert isinstance(event, ev.AnomalyRaised)
    assert event.code is AnomalyCode.CONTRADICTS_ORDER
    assert desk.looks() == before


def test_an_order_is_found_by_the_id_that_the_venue_gave_it_in_a_replace() -> None:
    desk = Desk().acknowledged()
    desk.say(
        ExecType.REPLACED, orig_cl_ord_id=request_id(1), cl_ord_id=ClOrdId("VENUEX"), order_qty=Decimal(80)
    )
    assert kinds(desk.trade("E1", 30, cl_ord_id=ClOrdId("VENUEX"))) == ["Traded"]
    assert (desk.order().order_qty, desk.order().cum_qty) == (Decimal(80), Decimal(30))


def test_a_replace_in_doubt_is_not_followed_by_another_where_the_venue_does_not_chain() -> None:
    desk = Desk(can={"paper": evolve(CAN_ALL, chains_replaces=False)}).acknowledged()
    desk.replace(order_qty=200)
    desk.answer(Unknown("lost"))

    (event,) = desk.replace(order_qty=150)

    assert isinstance(event, ev.ReplaceDenied)
    assert [reason.code for reason in event.reasons] == [ReasonCode.ALREADY_PENDING]


def test_a_cancel_names_the_last_id_that_is_known_to_have_arrived() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=200)
    desk.answer(Unknown("lost"))
    desk.cancel()

    last = desk.sent[-1]
    assert isinstance(last, OrderCancelRequest)
    assert last.orig_cl_ord_id == request_id(1)


@pytest.mark.parametrize(
    ("terms", "quoted", "codes"),
    [
        (Limit("0.01"), True, [ReasonCode.MAX_ORDER_VALUE]),
        (Market(), True, [ReasonCode.MAX_ORDER_VALUE]),
        (Limit(200), True, [ReasonCode.MAX_ORDER_VALUE]),
        (Limit("0.01"), False, [ReasonCode.INPUT_UNAVAILABLE]),
    ],
    ids=["far below the market", "at the market", "far above it", "with no market"],
)
def test_the_value_of_a_sale_is_taken_at_the_market_where_that_is_above_its_limit(
    terms: Terms, quoted: bool, codes: list[ReasonCode]
) -> None:
    limits = RiskLimits(
        max_order_qty=None,
        max_order_notional=1_000,
        price_collar=None,
        max_open_orders=None,
        max_messages=None,
        off_by="a test",
    )
    desk = Desk(limits)
    if quoted:
        desk.tell(Quote(SYMBOL, T0, Decimal(99), Decimal(1), Decimal(101), Decimal(1)))

    *_, denied = desk.submit(side=Side.SELL, qty=50, terms=terms)

    assert isinstance(denied, ev.OrderDenied)
    assert [reason.code for reason in denied.reasons] == codes

"""Instructions of held orders: what could only be refused at the trigger is refused as it is asked for."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import CxlRejResponseTo, OrdStatus, Side
from oms.model.instructions import INSTRUCTIONS, Instructions
from oms.model.market import TradePrint
from oms.model.offset import Offset
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import GTC, GoodTillCancel
from tests.fakes import CAN_ALL, T0
from tests.unit.engine.desk import OFF, SYMBOL, Desk, kinds, request_id
from tests.unit.engine.desk import submit as order

POST, LEAST = Instructions(post_only=True), Instructions(min_qty=20)
PLAIN = Capabilities(
    order_types=frozenset((terms, GoodTillCancel) for terms in (Market, Limit)),
    amendable=frozenset({"order_qty", "price"}),
    instructions=INSTRUCTIONS,
)
NO_LIMIT = Reason(ReasonCode.UNSUPPORTED, "instructions", "post_only", "an order with a limit")
TOO_MUCH = Reason(ReasonCode.ABOVE_ORDER_QTY, "min_qty", "20", "at most the total, 10")


def submit(desk: Desk, terms: Terms, instructions: Instructions) -> tuple[ev.Event, ...]:
    return desk.tell(evolve(order(side=Side.SELL, qty=10, terms=terms, tif=GTC), instructions=instructions))


@pytest.mark.parametrize("can", [PLAIN, evolve(CAN_ALL, instructions=INSTRUCTIONS)], ids=["held", "native"])
@pytest.mark.parametrize(
    "terms",
    [Stop(95), MarketIfTouched(105), TrailingStop(Offset(3)), Market(), MarketToLimit()],
    ids=lambda terms: type(terms).__name__,
)
def test_what_has_no_limit_is_never_post_only(can: Capabilities, terms: Terms) -> None:
    desk = Desk(OFF, can={"paper": can})

    denied = submit(desk, terms, POST)[1]

    assert isinstance(denied, ev.OrderDenied)
    assert NO_LIMIT in denied.reasons
    assert desk.sent == []


@pytest.mark.parametrize(
    "terms",
    [StopLimit(95, 94), LimitIfTouched(105, 105), TrailingStopLimit(Offset(3), Offset(1))],
    ids=lambda terms: type(terms).__name__,
)
def test_what_becomes_a_limit_order_is_held_and_released_with_its_instructions(terms: Terms) -> None:
    desk = Desk(OFF, can={"paper": PLAIN})
    assert kinds(submit(desk, terms, POST)) == ["OrderCreated", "OrderHeld"]

    for px in (100, 105, 95):
        desk.tell(TradePrint(SYMBOL, T0, px, 100))

    (request,) = desk.sent
    assert isinstance(request, NewOrderSingle)
    assert request.instructions == POST


@pytest.mark.parametrize("terms", [StopLimit(95, 94), Limit(95)], ids=["held", "native"])
def test_a_least_quantity_above_the_total_is_refused(terms: Terms) -> None:
    desk = Desk(OFF, can={"paper": PLAIN})

    denied = submit(desk, terms, LEAST)[1]

    assert isinstance(denied, ev.OrderDenied)
    assert denied.reasons == (TOO_MUCH,)


def test_a_held_order_is_not_made_smaller_than_its_least_quantity() -> None:
    desk = Desk(OFF, can={"paper": PLAIN})
    desk.tell(evolve(order(side=Side.SELL, qty=30, terms=StopLimit(95, 94), tif=GTC), instructions=LEAST))

    assert kinds(desk.replace(order_qty=20)) == ["OrderAmended"]
    (denied,) = desk.replace(order_qty=10)

    assert isinstance(denied, ev.ReplaceDenied)
    assert denied.reasons == (TOO_MUCH,)


@pytest.mark.parametrize("terms", [StopLimit(95, 94), Limit(105)], ids=["held", "native"])
def test_one_whose_position_falls_below_its_least_quantity_is_canceled(terms: Terms) -> None:
    desk = Desk(OFF, can={"paper": PLAIN})
    desk.submit(qty=30, terms=Limit(100), tif=GTC)
    desk.trade("E1", 30)
    only = Instructions(min_qty=20, reduce_only=True)
    desk.tell(evolve(order(side=Side.SELL, qty=30, terms=terms, tif=GTC), instructions=only))
    is_held = terms != Limit(105)
    desk.submit(side=Side.SELL, qty=18, terms=Limit(100), tif=GTC)

    desk.trade("E2", 18, cl_ord_id=request_id(2 if is_held else 3))
    if not is_held:
        # Its venue refuses to make it smaller, and so it is to be canceled.
        asked = desk.sent[-1]
        assert isinstance(asked, OrderCancelReplaceRequest)
        desk.report(
            OrderCancelReject(asked.cl_ord_id, CxlRejResponseTo.REPLACE, orig_cl_ord_id=request_id(2))
        )
        assert isinstance(desk.sent[-1], OrderCancelRequest)
    else:
        assert desk.order(2).status is OrdStatus.CANCELED

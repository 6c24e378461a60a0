"""Replaces that follow one another, cross executions, are resent, or get lost."""
# ruff: noqa: ANN401  # cases are data of any kind

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.offset import Offset
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import OrderCancelReject, Unknown
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import DAY, GTC, Day, TimeInForce
from oms.model.venue_profile import EXCHANGE, FIX_BROKER
from tests.fakes import CAN_ALL, CAN_MORE, T0
from tests.unit.engine.desk import MAIN, PAPER, SYMBOL, Desk, kinds, request_id


def chaining() -> Desk:
    return Desk(can={"paper": CAN_ALL}).acknowledged()


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

    assert kinds(desk.say(ExecType.REPLACED, **first)) == ["ReportIgnored"]
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
    desk = Desk(can={"paper": evolve(CAN_ALL, profile=EXCHANGE)}).acknowledged()
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


# ---------------------------------------------------------------- what can be changed

CHANGES: dict[str, tuple[Terms, dict[str, Any], tuple[int, Terms, TimeInForce, TimeInForce | None]]] = {
    # the order's terms, what is asked: total, terms and time in force wanted, and the latter where it was asked for
    "the total": (Limit(100), {"order_qty": 50}, (50, Limit(100), DAY, None)),
    "the price": (Limit(100), {"price": 101}, (100, Limit(101), DAY, None)),
    "the part that is shown": (Limit(100), {"display_qty": 10}, (100, Limit(100, 10), DAY, None)),
    "all of it is shown": (Limit(100, 10), {"display_qty": 100}, (100, Limit(100, 100), DAY, None)),
    "the trigger of a stop": (Stop(105), {"stop_px": 106}, (100, Stop(106), DAY, None)),
    "the trigger of a stop limit": (StopLimit(105, 106), {"stop_px": 104}, (100, StopLimit(104, 106), DAY, None)),
    "the price of a stop limit": (StopLimit(105, 106), {"price": 107}, (100, StopLimit(105, 107), DAY, None)),
    "the time in force": (Market(), {"time_in_force": GTC}, (100, Market(), GTC, GTC)),
    "everything that a limit has": (
        Limit(100, 10),
        {"order_qty": 200, "price": 99, "display_qty": 20, "time_in_force": GTC},
        (200, Limit(99, 20), GTC, GTC),
    ),
    "the price, and what is shown stays": (Limit(100, 10), {"price": 101}, (100, Limit(101, 10), DAY, None)),
}  # fmt: skip


def capable(**fields: Any) -> Desk:
    """A broker that takes every kind of order and every change, but for these fields of its profile."""
    return Desk(can={"paper": evolve(CAN_MORE, profile=evolve(FIX_BROKER, **fields))})


@pytest.mark.parametrize(("terms", "asked", "wanted"), CHANGES.values(), ids=CHANGES)
def test_a_replace_asks_for_the_whole_order_as_it_shall_be(
    terms: Terms, asked: dict[str, Any], wanted: tuple[int, Terms, TimeInForce, TimeInForce | None]
) -> None:
    desk = capable()
    desk.submit(terms=terms)
    desk.say(ExecType.NEW)

    (event,) = desk.replace(**asked)

    qty, new_terms, tif, asked_tif = wanted
    envelope = (9, 1, ev.Cause("ReplaceOrder", "bot"), 9, T0, OrderId(1))
    ids = (request_id(2), request_id(1))
    after: dict[str, Any] = {"status": OrdStatus.NEW, "leaves_qty": Decimal(100)}
    assert event == ev.ReplaceRequested(*envelope, *ids, Decimal(qty), new_terms, asked_tif, **after)
    assert desk.sent[-1] == OrderCancelReplaceRequest(
        PAPER, OrderId(1), *ids[:1], T0, ids[1], None, SYMBOL, Side.BUY, Decimal(qty), new_terms, tif, MAIN
    )  # fmt: skip
    # What is in force stays in force until the broker says so.
    order = desk.order()
    assert (order.terms, order.time_in_force) == (terms, DAY)
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2))
    assert (order.order_qty, order.terms, order.time_in_force) == (Decimal(qty), new_terms, tif)


def test_a_replace_of_a_replace_keeps_the_time_in_force_that_was_asked_for() -> None:
    desk = capable().acknowledged()
    desk.replace(time_in_force=GTC)
    (second,) = desk.replace(price=101)
    (third,) = desk.replace(time_in_force=DAY)

    assert isinstance(second, ev.ReplaceRequested)
    assert isinstance(third, ev.ReplaceRequested)
    # The second is whole: should the first be refused, it asks for the same all the same.
    assert (second.terms, second.time_in_force) == (Limit(101), GTC)
    assert (third.terms, third.time_in_force) == (Limit(101), DAY)
    asked = [request for request in desk.sent if isinstance(request, OrderCancelReplaceRequest)]
    assert [request.time_in_force for request in asked] == [GTC, GTC, DAY]
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(3))
    assert desk.order().time_in_force == GTC


UNSUPPORTED = ReasonCode.UNSUPPORTED
LACKED: dict[str, tuple[Terms, dict[str, Any], tuple[Reason, ...]]] = {
    "a price of a market order": (
        Market(), {"price": 101}, (Reason(UNSUPPORTED, "price", "101", "no price for a market order"),),
    ),
    "a price of a stop": (
        Stop(105), {"price": 101}, (Reason(UNSUPPORTED, "price", "101", "no price for a stop order"),),
    ),
    "a trigger of a limit": (
        Limit(100), {"stop_px": "95.50"}, (Reason(UNSUPPORTED, "stop_px", "95.5", "no stop_px for a limit order"),),
    ),
    "a price of a market if touched order": (
        MarketIfTouched(95), {"price": 100}, (Reason(UNSUPPORTED, "price", "100", "no price for a market if touched order"),),
    ),
    "a display_qty of a limit if touched order": (
        LimitIfTouched(95, 96), {"display_qty": 100}, (Reason(UNSUPPORTED, "display_qty", "100", "no display_qty for a limit if touched order"),),
    ),
    "a stop_px of a trailing stop order": (
        TrailingStop(Offset(1)), {"stop_px": 100}, (Reason(UNSUPPORTED, "stop_px", "100", "no stop_px for a trailing stop order"),),
    ),
    "a price of a trailing stop limit order": (
        TrailingStopLimit(Offset(1), Offset(1)), {"price": 100}, (Reason(UNSUPPORTED, "price", "100", "no price for a trailing stop limit order"),),
    ),
    "a price of a market to limit order": (
        MarketToLimit(), {"price": 100}, (Reason(UNSUPPORTED, "price", "100", "no price for a market to limit order"),),
    ),
    "a stop_px of a pegged order": (
        Pegged(), {"stop_px": 100}, (Reason(UNSUPPORTED, "stop_px", "100", "no stop_px for a pegged order"),),
    ),
    "a part of a stop limit, with what it has": (
        StopLimit(105, 106), {"display_qty": 10, "stop_px": 104},
        (Reason(UNSUPPORTED, "display_qty", "10", "no display_qty for a stop limit order"),),
    ),
    "a part that is more than the new total": (
        Limit(100, 60), {"order_qty": 50},
        (Reason(ReasonCode.ABOVE_ORDER_QTY, "display_qty", "60", "at most the total, 50"),),
    ),
    "prices off the grid": (
        StopLimit(105, 106), {"stop_px": "104.001", "price": "0.001"},
        (
            Reason(ReasonCode.OFF_TICK, "stop_px", "104.001", "104 or 104.01 (ticks of 0.01)"),
            Reason(ReasonCode.OFF_TICK, "price", "0.001", "0 or 0.01 (ticks of 0.01)"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("terms", "asked", "reasons"), LACKED.values(), ids=LACKED)
def test_what_the_order_cannot_have_is_not_asked_for(
    terms: Terms, asked: dict[str, Any], reasons: tuple[Reason, ...]
) -> None:
    desk = capable()
    desk.submit(terms=terms)

    (event,) = desk.replace(**asked)

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == reasons


def test_what_the_broker_does_not_change_or_take_is_refused_in_its_name() -> None:
    able = evolve(
        CAN_MORE,
        order_types=frozenset({(Limit, Day)}),
        amendable=frozenset({"display_qty", "time_in_force"}),
        profile=evolve(FIX_BROKER, takes_display_qty=False),
    )
    desk = Desk(can={"paper": able})
    desk.submit()

    (first,) = desk.replace(order_qty=50, price=101)
    (second,) = desk.replace(display_qty=10, time_in_force=GTC)

    assert isinstance(first, ev.ReplaceDenied)
    assert first.reasons == (
        Reason(UNSUPPORTED, "order_qty", "50", "to change display_qty, time_in_force", "paper"),
        Reason(UNSUPPORTED, "price", "101", "to change display_qty, time_in_force", "paper"),
    )
    assert isinstance(second, ev.ReplaceDenied)
    assert second.reasons == (
        Reason(UNSUPPORTED, "terms and time_in_force", "Limit GoodTillCancel", "Limit Day", "paper"),
        Reason(UNSUPPORTED, "display_qty", "10", "none: the whole order is shown", "paper"),
    )


# ---------------------------------------------------------------- filled orders


def test_a_filled_order_is_made_larger_where_the_venue_takes_it_up_again() -> None:
    desk = capable().acknowledged()
    desk.trade("E1", 100)

    (event,) = desk.replace(order_qty=101)

    assert isinstance(event, ev.ReplaceRequested)
    assert event.order_qty == 101
    assert desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_buy_qty == 1
    # The next one builds on it.
    (further,) = desk.replace(price=102)
    assert isinstance(further, ev.ReplaceRequested)
    assert (further.order_qty, further.terms) == (Decimal(101), Limit(102))
    desk.say(ExecType.REPLACED, cl_ord_id=request_id(2))
    assert (desk.order().status, desk.order().leaves_qty) == (OrdStatus.PARTIALLY_FILLED, Decimal(1))


STAYS_FILLED: dict[str, tuple[bool, dict[str, Any], Reason]] = {
    "to the same total": (
        True, {"order_qty": 100}, Reason(ReasonCode.NOT_WORKING, "order_qty", "100", "more than 100, which is filled", "paper"),
    ),
    "to less": (
        True, {"order_qty": 99}, Reason(ReasonCode.NOT_WORKING, "order_qty", "99", "more than 100, which is filled", "paper"),
    ),
    "to another price": (
        True, {"price": 102}, Reason(ReasonCode.NOT_WORKING, "order_qty", "100", "more than 100, which is filled", "paper"),
    ),
    "to more, at a venue that takes nothing up again": (
        False, {"order_qty": 200},
        Reason(ReasonCode.NOT_WORKING, "order_id", "1, which is filled", "an order that still works", "paper"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reopens", "asked", "reason"), STAYS_FILLED.values(), ids=STAYS_FILLED)
def test_a_filled_order_is_not_replaced_otherwise(
    reopens: bool, asked: dict[str, Any], reason: Reason
) -> None:
    desk = capable(reopens_filled=reopens).acknowledged()
    desk.trade("E1", 100)

    (event,) = desk.replace(**asked)

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == (reason,)


@pytest.mark.parametrize("end", [ExecType.CANCELED, ExecType.EXPIRED], ids=lambda end: end.name)
def test_an_order_that_was_filled_in_part_and_ended_is_never_replaced(end: ExecType) -> None:
    desk = capable().acknowledged()
    desk.trade("E1", 40)
    desk.say(end)

    (event,) = desk.replace(order_qty=500)
    # Nor when the rest turns out to have traded before the end.
    desk.trade("E2", 60)
    (again,) = desk.replace(order_qty=500)

    for denied in (event, again):
        assert isinstance(denied, ev.ReplaceDenied)
        assert [reason.code for reason in denied.reasons] == [ReasonCode.NOT_WORKING]
    assert desk.order().is_filled


# ---------------------------------------------------------------- doubt


def test_an_order_of_which_nobody_knows_whether_it_arrived_can_be_canceled() -> None:
    desk = Desk()
    desk.submit()
    desk.answer(Unknown("line cut"))

    (event,) = desk.cancel()

    assert isinstance(event, ev.CancelRequested)
    assert (event.cl_ord_id, event.orig_cl_ord_id) == (request_id(2), request_id(1))
    assert desk.order().is_in_doubt


def test_a_cancel_names_the_last_id_that_was_not_refused() -> None:
    desk = chaining()
    desk.replace(order_qty=200)
    desk.replace(order_qty=300)
    desk.replace(order_qty=400)
    desk.report(OrderCancelReject(request_id(4), CxlRejResponseTo.REPLACE))
    desk.cancel()

    last = desk.sent[-1]
    assert isinstance(last, OrderCancelRequest)
    assert last.orig_cl_ord_id == request_id(3)

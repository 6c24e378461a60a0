"""Orders for an amount of money that are held here: what they are released as, and for how much."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import ExecType, OrdStatus, Side, WorkedBy
from oms.model.ids import OrderId
from oms.model.market import Quote, TradePrint
from oms.model.offset import Offset
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import NewOrderSingle
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
)
from oms.model.time_in_force import DAY, GTC, Day, GoodTillCancel
from oms.model.venue_profile import EXCHANGE
from tests.fakes import AAPL, T0, d
from tests.unit.engine.desk import OFF, SYMBOL, Desk, kinds

PAIRS: frozenset[Any] = frozenset((terms, tif) for terms in (Market, Limit) for tif in (Day, GoodTillCancel))
PLAIN = Capabilities(order_types=PAIRS, amendable=frozenset({"order_qty", "price"}), profile=EXCHANGE)
IN_MONEY = evolve(PLAIN, profile=evolve(EXCHANGE, takes_cash_orders=True))


def desk_of(can: Capabilities = PLAIN, bid: Any = 99, ask: Any = 101, **instrument: Any) -> Desk:
    desk = Desk(OFF, (evolve(AAPL, **instrument),), {"paper": can})
    if bid is not None or ask is not None:
        quote(desk, bid, ask)
    return desk


def quote(desk: Desk, bid: Any, ask: Any) -> tuple[ev.Event, ...]:
    return desk.tell(Quote(SYMBOL, T0, bid, 0 if bid is None else 100, ask, 0 if ask is None else 100))


def trade(desk: Desk, px: Any) -> tuple[ev.Event, ...]:
    return desk.tell(TradePrint(SYMBOL, T0, px, 100))


def sent(desk: Desk) -> list[tuple[Decimal, Decimal | None, Terms]]:
    return [
        (one.order_qty, one.cash_order_qty, one.terms) for one in desk.sent if isinstance(one, NewOrderSingle)
    ]


def test_it_is_released_with_its_money_where_the_venue_takes_money() -> None:
    desk = desk_of(IN_MONEY)

    assert kinds(desk.submit(qty=None, terms=Stop(105), cash=1050)) == ["OrderCreated", "OrderHeld"]
    events = trade(desk, 105)

    assert kinds(events) == ["OrderReleased", "OrderSubmitted"]
    assert isinstance(events[0], ev.OrderReleased)
    assert (events[0].order_qty, events[0].cash_px) == (None, None)
    assert sent(desk) == [(d(0), d(1050), Market())]


def test_it_is_turned_into_units_at_its_trigger_where_the_venue_takes_none() -> None:
    desk = desk_of()
    assert kinds(desk.submit(qty=None, terms=Stop(105), cash=1050)) == ["OrderCreated", "OrderHeld"]
    assert desk.order().worked_by is WorkedBy.OMS
    quote(desk, 104, 106)

    events = trade(desk, 105)

    # 1050 at 106 is 9, and 96 are left.
    at = (desk.version - 1, 1, ev.Cause("TradePrint", "market"), desk.version - 1, T0)
    assert events[0] == ev.OrderReleased(
        *at, OrderId(1), Market(), d(105), d(105), T0, d(9), d(106), leaves_qty=d(9)
    )
    assert sent(desk) == [(d(9), None, Market())]
    order = desk.order()
    assert (order.order_qty, order.leaves_qty, order.cash_order_qty) == (d(9), d(9), d(1050))
    assert desk.engine.state.book.exposure.of(order.account, SYMBOL).open_buy_qty == 9
    desk.say(ExecType.NEW, order_qty=d(9))
    desk.trade("E1", 9)
    assert (order.status, desk.engine.state.book.exposure.open_orders) == (OrdStatus.FILLED, {})
    assert check_state(desk.engine.state) == ()


TURNED: dict[str, tuple[Side, Terms, Any, Any, str, str]] = {
    # side, terms, the quote (bid, ask) as it is reached, and the price and the quantity that its 1050 is
    "bought at the ask": (Side.BUY, Stop(105), 104, 106, "106", "9"),
    "sold at the bid": (Side.SELL, Stop(105), 104, 106, "104", "10"),
    "bought at the price that reached it, where nobody offers": (Side.BUY, Stop(105), 104, None, "105", "10"),
    "bought at its limit, whatever is offered": (Side.BUY, StopLimit(105, 110), 104, 106, "110", "9"),
    "sold at its limit, where that is more": (Side.SELL, StopLimit(105, 110), 104, 106, "110", "9"),
    "sold at the bid, where that is more than its limit": (Side.SELL, StopLimit(105, 100), 104, 106, "104", "10"),
    "bought as it is touched": (Side.BUY, MarketIfTouched(105), 104, 106, "106", "9"),
    "bought at its limit as it is touched": (Side.BUY, LimitIfTouched(105, 104), 104, 106, "104", "10"),
}  # fmt: skip


@pytest.mark.parametrize(("side", "terms", "bid", "ask", "px", "qty"), TURNED.values(), ids=TURNED)
def test_its_money_is_turned_into_whole_lots(
    side: Side, terms: Terms, bid: Any, ask: Any, px: str, qty: str
) -> None:
    desk = desk_of()
    desk.submit(side=side, qty=None, terms=terms, cash=1050)
    quote(desk, bid, ask)
    # It is reached from either side.
    (released, _) = trade(desk, 105)

    assert isinstance(released, ev.OrderReleased)
    assert (released.cash_px, released.order_qty) == (d(px), d(qty))
    assert [(one[0], one[1]) for one in sent(desk)] == [(d(qty), None)]


def test_a_trail_is_turned_into_units_where_it_is_reached() -> None:
    desk = desk_of()
    desk.submit(side=Side.SELL, qty=None, terms=TrailingStop(Offset(5)), cash=1050)
    trade(desk, 110)
    quote(desk, 103, 104)

    (released, _) = trade(desk, 104)

    assert isinstance(released, ev.OrderReleased)
    assert (released.cash_px, released.order_qty) == (d(103), d(10))


def test_money_for_less_than_a_lot_is_denied_as_it_is_released() -> None:
    desk = desk_of()
    desk.submit(qty=None, terms=Stop(105), cash=100)
    quote(desk, 104, 106)

    released, denied, told = trade(desk, 105)

    assert isinstance(released, ev.OrderReleased)
    assert isinstance(told, ev.AnomalyRaised)
    assert (released.cash_px, released.order_qty) == (d(106), None)
    assert isinstance(denied, ev.OrderDenied)
    assert denied.reasons == (
        Reason(ReasonCode.BELOW_MIN_QTY, "cash_order_qty", "100, which is no lot at 106", "at least 106 USD"),
    )
    assert desk.sent == []


def test_what_it_is_turned_into_is_checked_as_it_is_released() -> None:
    desk = desk_of(min_qty=10)
    desk.submit(qty=None, terms=Stop(105), cash=1050)
    quote(desk, 104, 106)

    _, denied, _ = trade(desk, 105)

    assert isinstance(denied, ev.OrderDenied)
    assert denied.reasons == (Reason(ReasonCode.BELOW_MIN_QTY, "order_qty", "9", "at least 10"),)


AT_ONCE: dict[str, tuple[Side, Terms, str, str, Terms]] = {
    "a market order": (Side.BUY, Market(), "101", "10", Market()),
    "a market order to sell": (Side.SELL, Market(), "99", "10", Market()),
    "a limit order": (Side.BUY, Limit(105), "105", "10", Limit(105)),
    "a limit order to sell": (Side.SELL, Limit(90), "99", "10", Limit(90)),
    "market to limit": (Side.BUY, MarketToLimit(), "101", "10", Limit(101)),
    "pegged": (Side.BUY, Pegged(), "99", "10", Limit(99)),
}


@pytest.mark.parametrize(("side", "terms", "px", "qty", "out"), AT_ONCE.values(), ids=AT_ONCE)
def test_what_waits_for_nothing_is_turned_into_units_at_once(
    side: Side, terms: Terms, px: str, qty: str, out: Terms
) -> None:
    desk = desk_of()

    events = desk.submit(side=side, qty=None, terms=terms, cash=1050, tif=GTC)

    assert kinds(events) == ["OrderCreated", "OrderHeld", "OrderReleased", "OrderSubmitted"]
    assert isinstance(events[2], ev.OrderReleased)
    assert (events[2].cash_px, events[2].order_qty) == (d(px), d(qty))
    assert sent(desk) == [(d(qty), None, out)]


def test_what_waits_for_nothing_is_denied_while_nobody_is_there_to_trade_with() -> None:
    desk = desk_of(bid=99, ask=None)

    denied = desk.submit(qty=None, terms=Market(), cash=1050, tif=DAY)[1]

    assert isinstance(denied, ev.OrderDenied)
    assert [one.code for one in denied.reasons] == [ReasonCode.UNSUPPORTED, ReasonCode.INPUT_UNAVAILABLE]

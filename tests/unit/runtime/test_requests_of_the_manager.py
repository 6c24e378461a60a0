"""What an embedder asks of the manager beyond the usual: whole lots of cancels, every kind of replace, orders in money."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from typing import Any

import pytest

from oms.engine.invariants import check_state
from oms.errors import UnknownBrokerError, UnknownInstrumentError, ValidationError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.enums import OrdStatus, Side
from oms.model.mass_cancel import MassCancelResult
from oms.model.order import Order
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Market, StopLimit
from oms.model.time_in_force import DAY, GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE, T0, ScriptedBroker, WatchedStore, all_events, d

PX = Limit(100)


class House:
    """A manager with a broker that can do everything, and what it was sent."""

    def __init__(self, can: Capabilities = CAN_MORE) -> None:
        self.broker = ScriptedBroker(can=can)
        self.store = WatchedStore()
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, instruments=[AAPL, BTC], clock=ManualClock(T0)
        )

    def buy(self, symbol: str = "AAPL", **fields: Any) -> Order:
        return self.om.submit(symbol, Side.BUY, 100, PX, **fields)

    def canceled(self) -> list[int]:
        return [
            request.order_id for request in self.broker.requests if isinstance(request, OrderCancelRequest)
        ]


# ---------------------------------------------------------------- mass cancels


def test_a_mass_cancel_tells_at_once_what_is_to_be_canceled_and_what_could_not_be() -> None:
    house = House()
    first, second, third = house.buy(), house.buy("BTC-USD"), house.buy()
    house.om.cancel(third)

    result = house.om.mass_cancel(asked_by="ops")

    assert result.requested == [first, second]
    assert [order for order, _ in result.refused] == [third]
    assert [reason.code.value for reason in result.refused[0][1]] == ["ALREADY_PENDING"]
    assert repr(result).startswith("<MassCancelResult: 2 requested, 1 refused: order 3: ALREADY_PENDING")
    assert house.canceled() == [3, 1, 2]
    # One input, and so one append.
    assert house.store.appended[-1] == 4


def test_a_mass_cancel_takes_filters() -> None:
    house = House()
    here, there = house.buy(), house.buy("BTC-USD", account="hedge")

    assert house.om.mass_cancel(symbol="BTC-USD").requested == [there]
    assert house.om.mass_cancel(side=Side.SELL).requested == []
    assert house.om.mass_cancel(account="main", broker="paper").requested == [here]


def test_a_mass_cancel_from_within_a_listener_is_told_of_when_its_turn_has_come() -> None:
    house = House()
    results: list[MassCancelResult] = []
    seen: list[tuple[bool, str]] = []

    def stop(event: ev.OrderSubmitted) -> None:
        if event.order_id == 2:
            results.append(house.om.mass_cancel())
            seen.append((results[0].is_handled, repr(results[0])))

    house.om.on(ev.OrderSubmitted, stop)
    orders = [house.buy(), house.buy()]

    assert seen == [(False, "<MassCancelResult: not handled yet>")]
    assert (results[0].is_handled, results[0].requested) == (True, orders)
    assert house.canceled() == [1, 2]
    assert check_state(house.om.state) == ()


def test_a_mass_cancel_in_a_batch_leaves_at_its_end() -> None:
    house = House()
    with house.om.batch():
        order = house.buy()
        result = house.om.mass_cancel()
        assert result.requested == [order]
        assert house.broker.requests == []

    assert house.canceled() == [1]


WRONG: dict[str, tuple[dict[str, Any], type[ValidationError], str]] = {
    "an instrument that was never defined": ({"symbol": "APPL"}, UnknownInstrumentError, "known are AAPL"),
    "an instrument that is no text": ({"symbol": 7}, UnknownInstrumentError, "known are"),
    "a broker that is not attached": ({"broker": "real"}, UnknownBrokerError, "attached are paper"),
    "a side that is a text": ({"side": "BUY"}, ValidationError, "Side.BUY"),
    "an account with a space": ({"account": "my account"}, ValidationError, "account"),
}


@pytest.mark.parametrize(("filters", "error", "said"), WRONG.values(), ids=WRONG)
def test_a_mass_cancel_that_cannot_be_meant_raises_and_cancels_nothing(
    filters: dict[str, Any], error: type[ValidationError], said: str
) -> None:
    house = House()
    house.buy()
    before = len(all_events(house.store))

    with pytest.raises(error, match=said):
        house.om.mass_cancel(**filters)

    assert len(all_events(house.store)) == before


# ---------------------------------------------------------------- replaces


def test_every_field_of_an_order_can_be_replaced() -> None:
    house = House()
    shown = house.buy()
    stop = house.om.submit("AAPL", Side.BUY, 100, StopLimit(105, 106))

    house.om.replace(shown, order_qty=200, price="99.50", display_qty=50, tif=GTC, asked_by="bot")
    house.om.replace(stop, stop_px=104)

    asked = [
        (request.order_qty, request.terms, request.time_in_force)
        for request in house.broker.requests
        if isinstance(request, OrderCancelReplaceRequest)
    ]
    assert asked == [(d(200), Limit("99.50", 50), GTC), (d(100), StopLimit(104, 106), DAY)]


def test_a_replace_that_cannot_be_meant_raises() -> None:
    house = House()
    order = house.buy()

    with pytest.raises(
        ValidationError, match="pass order_qty=, price=, stop_px=, display_qty=, tif= or parameters="
    ):
        house.om.replace(order)
    with pytest.raises(ValidationError, match="Day"):
        house.om.replace(order, tif="DAY")  # type: ignore[arg-type]


# ---------------------------------------------------------------- orders in money


def test_an_order_is_given_as_an_amount_of_money() -> None:
    house = House()

    order = house.om.submit("AAPL", Side.BUY, None, Market(), cash_order_qty="2500.50")

    (request,) = house.broker.requests
    assert isinstance(request, NewOrderSingle)
    assert (request.order_qty, request.cash_order_qty) == (d(0), order.cash_order_qty)
    assert repr(order) == "<Order 1 BUY AAPL market PENDING_NEW 0 for 2500.5>"
    assert house.om.open_orders() == [order]
    with pytest.raises(ValidationError, match="not both"):
        house.om.submit("AAPL", Side.BUY, 1, Market(), cash_order_qty=1)
    with pytest.raises(ValidationError, match="order_qty"):
        house.om.submit("AAPL", Side.BUY, None, Market())


def test_an_order_in_money_from_within_a_listener_is_in_money_before_its_turn() -> None:
    house = House()
    handles: list[tuple[Order, str]] = []

    def follow(event: ev.OrderSubmitted) -> None:
        if event.order_id == 1:
            order = house.om.submit("AAPL", Side.BUY, None, Market(), cash_order_qty=2500)
            handles.append((order, repr(order)))

    house.om.on(ev.OrderSubmitted, follow)
    house.buy()

    ((order, told),) = handles
    assert told == "<Order 2 BUY AAPL market UNSENT 0 for 2500>"
    assert (order.status, order.cash_order_qty) == (OrdStatus.PENDING_NEW, d(2500))


def test_a_broker_without_money_orders_gets_none_while_nothing_is_shown() -> None:
    house = House(CAN_ALL)

    order = house.om.submit("AAPL", Side.BUY, None, Market(), cash_order_qty=2500)

    assert order.status is OrdStatus.DENIED
    allowed = "an order in money, which is turned into units here, while the market shows ask and size"
    assert [str(reason) for reason in order.reasons] == [
        "UNSUPPORTED: cash_order_qty = 2500; allowed at paper: none: give order_qty, in units",
        f"INPUT_UNAVAILABLE: ask = none; allowed: {allowed}",
    ]

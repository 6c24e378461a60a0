from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.errors import ValidationError
from oms.model.commands import ReplaceOrder, SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY, IOC

AAPL = Symbol("AAPL")


def submit(**fields: object) -> SubmitOrder:
    usual = {"symbol": AAPL, "side": Side.BUY, "order_qty": 100, "terms": Market()}
    return SubmitOrder(**{**usual, "time_in_force": DAY, "account": Account("main"), **fields})  # type: ignore[arg-type]


def test_a_submit_takes_exact_numbers_in_any_form() -> None:
    assert [submit(order_qty=qty).order_qty for qty in ("1.50", 2, Decimal("0.5"))] == [
        Decimal("1.50"),
        Decimal(2),
        Decimal("0.5"),
    ]


BAD_SUBMITS = {
    "neither a quantity nor an amount": ({"order_qty": None}, "order_qty"),
    "both a quantity and an amount": ({"cash_order_qty": 1}, "order_qty"),
    "an amount, and a quantity of zero": ({"order_qty": 0, "cash_order_qty": 1}, "order_qty"),
    "an amount of zero": ({"order_qty": None, "cash_order_qty": 0}, "cash_order_qty"),
    "an amount as float": ({"order_qty": None, "cash_order_qty": 1.5}, "cash_order_qty"),
    "a quantity of zero": ({"order_qty": 0}, "order_qty"),
    "a negative quantity": ({"order_qty": "-1"}, "order_qty"),
    "a quantity as float": ({"order_qty": 1.5}, "order_qty"),
    "an infinite quantity": ({"order_qty": Decimal("Infinity")}, "order_qty"),
    "a side as text": ({"side": "BUY"}, "side"),
    "a side's code": ({"side": "1"}, "side"),
    "terms as text": ({"terms": "limit"}, "terms"),
    "a class of terms": ({"terms": Market}, "terms"),
    "no terms": ({"terms": None}, "terms"),
    "a time in force as text": ({"time_in_force": "DAY"}, "tif"),
}


def test_an_order_may_be_given_as_an_amount_of_money() -> None:
    command = submit(order_qty=None, cash_order_qty="2500.50")

    assert (command.order_qty, command.cash_order_qty) == (Decimal(0), Decimal("2500.50"))
    # What was built may be built again from its own fields.
    assert evolve(command, side=Side.SELL) == submit(order_qty=None, cash_order_qty="2500.50", side=Side.SELL)
    assert submit().cash_order_qty is None


@pytest.mark.parametrize(("fields", "named"), BAD_SUBMITS.values(), ids=BAD_SUBMITS)
def test_a_submit_that_cannot_be_meant_cannot_be_built(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        submit(**fields)

    assert caught.value.field == named


@pytest.mark.parametrize("price", [1.5, "NaN", "1e400", None, "1_0", "\uff11"], ids=repr)
def test_a_limit_has_an_exact_price(price: str) -> None:
    with pytest.raises(ValidationError, match="price"):
        Limit(price)


def test_a_limit_may_be_below_zero_since_only_its_instrument_knows_better() -> None:
    assert Limit("-37.63").price == Decimal("-37.63")


def test_equal_commands_are_equal() -> None:
    assert submit(terms=Limit("1.50"), time_in_force=IOC) == submit(terms=Limit("1.5"), time_in_force=IOC)


def test_a_replace_changes_the_quantity_the_price_or_both() -> None:
    assert ReplaceOrder(OrderId(1), order_qty=5).price is None
    assert ReplaceOrder(OrderId(1), price="-0.5").price == Decimal("-0.5")
    assert ReplaceOrder(OrderId(1), order_qty="5", price=2).order_qty == 5


def test_a_replace_changes_any_of_five_fields() -> None:
    asked = ReplaceOrder(OrderId(1), stop_px="95.5", display_qty=10, time_in_force=IOC)

    assert (asked.stop_px, asked.display_qty, asked.time_in_force) == (Decimal("95.5"), Decimal(10), IOC)
    assert (asked.order_qty, asked.price) == (None, None)


BAD_REPLACES = {
    "a trigger as float": ({"stop_px": 5.0}, "stop_px"),
    "nothing shown": ({"display_qty": 0}, "display_qty"),
    "a time in force as text": ({"time_in_force": "DAY"}, "tif"),
    "nothing to change": ({}, "replace"),
    "a quantity of zero": ({"order_qty": 0}, "order_qty"),
    "a quantity as float": ({"order_qty": 5.0}, "order_qty"),
    "a price as float": ({"price": 5.0}, "price"),
    "a price that is no number": ({"price": "NaN"}, "price"),
}


@pytest.mark.parametrize(("fields", "named"), BAD_REPLACES.values(), ids=BAD_REPLACES)
def test_a_replace_that_cannot_be_meant_cannot_be_built(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ReplaceOrder(OrderId(1), **fields)

    assert caught.value.field == named

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.commands import ReplaceOrder, SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.terms import Limit, Market, limit_px
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


def test_the_worst_price_of_a_market_order_is_unknown() -> None:
    assert limit_px(Limit("1.5")) == Decimal("1.5")
    assert limit_px(Market()) is None


def test_equal_commands_are_equal() -> None:
    assert submit(terms=Limit("1.50"), time_in_force=IOC) == submit(terms=Limit("1.5"), time_in_force=IOC)


def test_a_replace_changes_the_quantity_the_price_or_both() -> None:
    assert ReplaceOrder(OrderId(1), order_qty=5).price is None
    assert ReplaceOrder(OrderId(1), price="-0.5").price == Decimal("-0.5")
    assert ReplaceOrder(OrderId(1), order_qty="5", price=2).order_qty == 5


BAD_REPLACES = {
    "nothing to change": ({}, "replace"),
    "a quantity of zero": ({"order_qty": 0}, "order_qty"),
    "a quantity as float": ({"order_qty": 5.0}, "order_qty"),
    "a price as float": ({"price": 5.0}, "price"),
    "a price that is no number": ({"price": "NaN"}, "price"),
}


@pytest.mark.parametrize(("fields", "named"), BAD_REPLACES.values(), ids=BAD_REPLACES)
def test_a_replace_that_cannot_be_meant_cannot_be_built(fields: dict[str, str], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ReplaceOrder(OrderId(1), **fields)

    assert caught.value.field == named

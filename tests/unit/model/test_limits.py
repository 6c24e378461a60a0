"""Risk limits: each is given, or off on somebody's word."""
# ruff: noqa: ANN401  # cases are data of any kind

from decimal import Decimal
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.limits import RiskLimits


def limits(**fields: Any) -> RiskLimits:
    usual: dict[str, Any] = {
        "max_order_qty": 100,
        "max_order_notional": "1000.50",
        "price_collar": Decimal("0.05"),
        "max_open_orders": 10,
        "max_messages": 20,
    }
    return RiskLimits(**{**usual, **fields})


def test_limits_take_exact_numbers_in_any_form() -> None:
    made = limits()

    assert (made.max_order_qty, made.max_order_notional) == (Decimal(100), Decimal("1000.50"))
    assert (made.price_collar, made.max_open_orders, made.max_messages) == (Decimal("0.05"), 10, 20)


BAD_LIMITS: dict[str, tuple[dict[str, Any], str]] = {
    "no quantity at all": ({"max_order_qty": 0}, "max_order_qty"),
    "a value below zero": ({"max_order_notional": -1}, "max_order_notional"),
    "a collar as float": ({"price_collar": 0.05}, "price_collar"),
    "no open order": ({"max_open_orders": 0}, "max_open_orders"),
    "a truth for a count": ({"max_open_orders": True}, "max_open_orders"),
    "more open orders than can be": ({"max_open_orders": 10_000_001}, "max_open_orders"),
    "half a message": ({"max_messages": 1.5}, "max_messages"),
    "more messages than are counted": ({"max_messages": 100_001}, "max_messages"),
    "a window of no length": ({"message_window_s": 0}, "message_window_s"),
    "a window of more than a day": ({"message_window_s": 86_401}, "message_window_s"),
    "an age as text": ({"max_reference_age_s": "60"}, "max_reference_age_s"),
    "an age of none": ({"max_reference_age_s": None}, "max_reference_age_s"),
    "a count for a truth": ({"blocks_self_match": 1}, "blocks_self_match"),
}


@pytest.mark.parametrize(("fields", "named"), BAD_LIMITS.values(), ids=BAD_LIMITS)
def test_limits_that_cannot_be_meant_are_refused(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as raised:
        limits(**fields)

    assert raised.value.field == named


@pytest.mark.parametrize(
    "name", ["max_order_qty", "max_order_notional", "price_collar", "max_open_orders", "max_messages"]
)
def test_a_limit_is_off_only_on_somebodys_word(name: str) -> None:
    with pytest.raises(ValidationError, match="name who switched a limit off"):
        limits(**{name: None})

    assert getattr(limits(**{name: None}, off_by="the desk"), name) is None


def test_limits_that_are_off_stop_nothing_and_say_who_answers() -> None:
    off = RiskLimits.off("the desk")

    assert off == limits(
        max_order_qty=None,
        max_order_notional=None,
        price_collar=None,
        max_open_orders=None,
        max_messages=None,
        off_by="the desk",
    )

"""What an order that is worked in parts could not keep is refused as it is given, all at once."""

from __future__ import annotations

import pytest

from oms.model.enums import Life, Side
from oms.model.instructions import Instructions
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.terms import Strategy
from tests.algo_desk import AlgoDesk

ORDERS: dict[str, dict[str, str | int]] = {
    "twap": {"duration": 60, "slices": 4},
    "pov": {"duration": 60, "participation_rate": "0.1"},
    "sniper": {"limit_price": "101", "min_size": 10},
    "iceberg": {"limit_price": "100", "display_qty": 10},
    "scale": {"levels": 4, "first_price": "99", "step": 1},
}
WAITS = {"iceberg", "scale"}


def given(
    name: str, instructions: Instructions | None = None, side: Side = Side.BUY, **more: str | int
) -> Order:
    desk = AlgoDesk()
    terms = Strategy(name, {**ORDERS[name], **more})
    order = desk.om.submit("X", side, 1000, terms, instructions=instructions)
    assert order.life is not Life.DENIED or not desk.om.children(order)
    return order


def fields(order: Order) -> list[str]:
    return [one.field for one in order.reasons]


@pytest.mark.parametrize("name", ORDERS)
def test_what_goes_out_in_parts_is_not_all_or_none_and_has_no_least_execution(name: str) -> None:
    assert fields(given(name, Instructions(all_or_none=True))) == ["all_or_none"]
    (reason,) = given(name, Instructions(min_qty=500)).reasons
    assert (reason.field, reason.value, reason.allowed) == (
        "min_qty",
        "500",
        "min_child, the smallest part that is sent",
    )


@pytest.mark.parametrize("name", ORDERS)
def test_what_crosses_is_not_post_only(name: str) -> None:
    assert fields(given(name, Instructions(post_only=True))) == ([] if name in WAITS else ["post_only"])


def test_what_only_waits_may_be_post_only() -> None:
    order = given(
        "twap", Instructions(post_only=True), no_take_liquidity="Y", child_style="passive_then_cross"
    )
    assert fields(order) == []


@pytest.mark.parametrize("name", ORDERS)
def test_what_only_reduces_may_be_worked(name: str) -> None:
    # Nothing is there to be reduced, and nothing else is wrong.
    assert fields(given(name, Instructions(reduce_only=True))) in (["order_qty"], [])


@pytest.mark.parametrize("px", ["0", "-5"])
def test_a_limit_is_above_zero(px: str) -> None:
    (reason,) = given("twap", limit_price=px).reasons
    assert (reason.code, reason.field, reason.value) == (ReasonCode.PRICE_NOT_POSITIVE, "limit_price", px)


def test_a_ladder_does_not_reach_zero() -> None:
    (reason,) = given("scale", first_price="0.03", step="0.01", levels=4).reasons
    assert reason.field == "levels"
    assert reason.allowed == "fewer, or a smaller step: the price of the last one would be 0"
    assert fields(given("scale", first_price="0.03", step="0.01", levels=3)) == []
    assert fields(given("scale", side=Side.SELL, first_price="0.03", step="0.01", levels=4)) == []


def test_all_of_it_is_told_at_once() -> None:
    assert set(fields(given("twap", Instructions(min_qty=5), limit_price="-5", slices=0))) == {
        "min_qty",
        "limit_price",
        "slices",
    }

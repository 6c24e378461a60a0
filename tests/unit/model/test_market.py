"""What is heard from a market: exact numbers, and sizes that can be."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint

AAPL = Symbol("AAPL")


def test_a_quote_takes_exact_numbers_in_any_form() -> None:
    made = Quote(AAPL, 7, "99.50", 0, 100, "5")

    assert (made.bid, made.bid_size, made.ask, made.ask_size) == (
        Decimal("99.50"),
        Decimal(0),
        Decimal(100),
        Decimal(5),
    )


def test_a_side_on_which_nobody_is_has_no_price() -> None:
    zero = Decimal(0)

    assert Quote(AAPL, 7, None, zero, None, zero).bid is None


def quote(**fields: Any) -> Quote:
    return Quote(**{"symbol": AAPL, "time_ns": 7, "bid": 1, "bid_size": 1, "ask": 2, "ask_size": 1, **fields})


def trade(**fields: Any) -> TradePrint:
    return TradePrint(**{"symbol": AAPL, "time_ns": 7, "price": 1, "size": 1, **fields})


IMPOSSIBLE: dict[str, tuple[Callable[..., object], dict[str, Any], tuple[str, str, str]]] = {
    "a bid for less than nothing": (quote, {"bid_size": -1}, ("size", "-1", "pass zero or more")),
    "an offer of less than nothing": (quote, {"ask_size": "-0.50"}, ("size", "-0.5", "pass zero or more")),
    "a trade of less than nothing": (trade, {"size": -1}, ("size", "-1", "pass zero or more")),
    "a bid that is no number": (quote, {"bid": "NaN"}, ("price", "NaN", "")),
    "a trade without a price": (trade, {"price": None}, ("price", "None", "")),
}


@pytest.mark.parametrize(("make", "fields", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_no_market_can_say_is_refused(
    make: Callable[..., object], fields: dict[str, Any], said: tuple[str, str, str]
) -> None:
    with pytest.raises(ValidationError) as raised:
        make(**fields)

    field, value, allowed = said
    assert (raised.value.field, raised.value.value) == (field, value)
    assert allowed in raised.value.allowed


@pytest.mark.parametrize("symbol", [None, "", 7], ids=repr)
@pytest.mark.parametrize("kind", [Quote, TradePrint])
def test_an_update_is_about_an_instrument(kind: Any, symbol: Any) -> None:
    numbers = (1, 1, 2, 1) if kind is Quote else (1, 1)

    with pytest.raises(ValidationError, match=r"symbol = .*: pass the symbol of an instrument"):
        kind(symbol, 7, *numbers)

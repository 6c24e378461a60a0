"""Bars that can be, and no others."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.bars import Bar, QuoteBar
from oms.model.ids import Symbol

AAPL = Symbol("AAPL")
SIDES = ("bid_open", "bid_high", "bid_low", "bid_close", "ask_open", "ask_high", "ask_low", "ask_close")


def bar(**fields: Any) -> Bar:
    usual = {
        "symbol": AAPL,
        "time_ns": 60,
        "start_ns": 0,
        "open": 10,
        "high": 12,
        "low": 9,
        "close": 11,
        "volume": 5,
    }
    return Bar(**{**usual, **fields})


def quote_bar(**fields: Any) -> QuoteBar:
    usual = {"symbol": AAPL, "time_ns": 60, "start_ns": 0, "bid_size": 1, "ask_size": None}
    return QuoteBar(**{**usual, **dict(zip(SIDES, (10, 12, 9, 11, 11, 13, 10, 12), strict=True)), **fields})


def test_a_bar_takes_exact_numbers_in_any_form_and_may_not_know_its_volume() -> None:
    made = bar(open="10.50", volume=None)

    assert (made.open, made.high, made.low, made.close) == (
        Decimal("10.50"),
        Decimal(12),
        Decimal(9),
        Decimal(11),
    )
    assert made.volume is None


def test_a_bar_of_one_price_is_a_bar() -> None:
    assert bar(open=-1, high=-1, low=-1, close=-1, volume=0).volume == 0


def test_a_quote_bar_may_have_one_side() -> None:
    made = quote_bar(bid_open=None, bid_high=None, bid_low=None, bid_close=None, bid_size=None)

    assert (made.bid_close, made.ask_close, made.ask_size) == (None, Decimal(12), None)


IMPOSSIBLE: dict[str, tuple[Callable[..., object], dict[str, Any], tuple[str, str, str]]] = {
    "an open above the high": (bar, {"open": 13}, ("high", "12", "open is 13")),
    "a close above the high": (bar, {"close": 13}, ("high", "12", "close is 13")),
    "a low above the high": (bar, {"low": 13, "open": 12}, ("high", "12", "low is 13")),
    "an open below the low": (bar, {"open": 8}, ("low", "9", "open is 8")),
    "a close below the low": (bar, {"close": 8}, ("low", "9", "close is 8")),
    "a volume below zero": (bar, {"volume": -1}, ("size", "-1", "zero or more")),
    "a bar of no time": (bar, {"start_ns": 60}, ("start_ns", "60", "before it ends, which is at 60")),
    "a time that is none": (bar, {"start_ns": -1}, ("time_ns", "-1", "nanoseconds")),
    "no symbol": (bar, {"symbol": None}, ("symbol", "None", "the symbol of an instrument")),
    "an inexact price": (bar, {"open": 10.1}, ("price", "10.1", "floats are inexact")),
    "a bid outside its range": (quote_bar, {"bid_close": 13}, ("bid_high", "12", "bid_close is 13")),
    "an offer outside its range": (quote_bar, {"ask_open": 9}, ("ask_low", "10", "ask_open is 9")),
    "half a side": (
        quote_bar,
        {"ask_low": None},
        ("ask_open", "11, 13, None, 12", "all four prices of a side"),
    ),
    "a quote bar of no time": (quote_bar, {"start_ns": 61}, ("start_ns", "61", "before it ends")),
}


@pytest.mark.parametrize(("make", "fields", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_no_bar_can_say_is_refused(
    make: Callable[..., object], fields: dict[str, Any], said: tuple[str, str, str]
) -> None:
    with pytest.raises(ValidationError) as raised:
        make(**fields)

    field, value, allowed = said
    assert (raised.value.field, str(raised.value.value)) == (field, value)
    assert allowed in raised.value.allowed

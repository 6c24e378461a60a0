"""What is heard of a market behind its best prices: books that can be, and no others."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol

AAPL = Symbol("AAPL")
NEW, CHANGE, DELETE = MDUpdateAction.NEW, MDUpdateAction.CHANGE, MDUpdateAction.DELETE


def snapshot(**fields: Any) -> BookSnapshot:
    return BookSnapshot(**{"symbol": AAPL, "time_ns": 7, "bids": [(9, 1)], "asks": [(10, 1)], **fields})


def update(**fields: Any) -> BookUpdate:
    return BookUpdate(**{"symbol": AAPL, "time_ns": 7, "bids": [(9, 1)], "asks": [], **fields})


def order(**fields: Any) -> BookOrder:
    usual = {
        "symbol": AAPL,
        "time_ns": 7,
        "action": NEW,
        "entry_id": "a",
        "side": Side.BUY,
        "price": 9,
        "size": 1,
    }
    return BookOrder(**{**usual, **fields})


def test_levels_take_exact_numbers_in_any_form() -> None:
    book = snapshot(bids=[("9.50", 3), (9, "0.1")], asks=((Decimal(10), 1),))

    assert book.bids == ((Decimal("9.50"), Decimal(3)), (Decimal(9), Decimal("0.1")))
    assert book.asks == ((Decimal(10), Decimal(1)),)


def test_a_side_of_a_book_may_be_empty() -> None:
    assert snapshot(bids=[]).bids == ()
    assert not snapshot(bids=[]).is_crossed


@pytest.mark.parametrize(
    ("bid", "ask", "crossed"),
    [(9, 10, False), (10, 10, True), (11, 10, True)],
    ids=["apart", "locked", "crossed"],
)
def test_a_locked_or_crossed_book_is_taken_and_says_so(bid: int, ask: int, crossed: bool) -> None:
    assert snapshot(bids=[(bid, 1)], asks=[(ask, 1)]).is_crossed is crossed


def test_a_change_takes_levels_away_by_a_size_of_zero_and_in_any_order() -> None:
    assert update(bids=[(8, 0), (9, 2), (8, 1)]).bids == (
        (Decimal(8), Decimal(0)),
        (Decimal(9), Decimal(2)),
        (Decimal(8), Decimal(1)),
    )


def test_an_order_that_is_gone_may_say_what_of_it_traded() -> None:
    gone = order(action=DELETE, size=0, executed="0.5")

    assert (gone.size, gone.executed) == (Decimal(0), Decimal("0.5"))
    assert order().executed == 0


IMPOSSIBLE: dict[str, tuple[Callable[..., object], dict[str, Any], tuple[str, str, str]]] = {
    "a price twice": (snapshot, {"bids": [(9, 1), (9, 1)]}, ("bids", "9, 9", "each price once")),
    "a worse bid first": (snapshot, {"bids": [(8, 1), (9, 1)]}, ("bids", "8, 9", "from the best price on")),
    "a worse offer first": (snapshot, {"asks": [(11, 1), (10, 1)]}, ("asks", "11, 10", "from the best")),
    "a level of nothing": (snapshot, {"asks": [(10, 0)]}, ("asks", "a size of 0 at 10", "leave out")),
    "a level of less than nothing": (update, {"bids": [(9, -1)]}, ("size", "-1", "pass zero or more")),
    "a price that is no number": (update, {"asks": [("NaN", 1)]}, ("price", "NaN", "")),
    "an inexact price": (update, {"asks": [(0.1, 1)]}, ("price", "0.1", "floats are inexact")),
    "a level that is no pair": (update, {"bids": [(9,)]}, ("levels", "[(9,)]", "pairs")),
    "levels that are none": (update, {"bids": 7}, ("levels", "7", "pairs")),
    "a change with half a range": (update, {"first_id": 3}, ("first_id", "3, last_id None", "or neither")),
    "a change that ends before it begins": (
        update,
        {"first_id": 3, "last_id": 2},
        ("first_id", "3, last_id 2", "in this order"),
    ),
    "a number of a change that is no number": (snapshot, {"last_id": "3"}, ("update_id", "'3'", "an int")),
    "a number of a change below zero": (snapshot, {"last_id": -1}, ("update_id", "-1", "an int")),
    "a time that is none": (update, {"time_ns": 1.5}, ("time_ns", "1.5", "nanoseconds")),
    "no symbol": (snapshot, {"symbol": ""}, ("symbol", "''", "the symbol of an instrument")),
    "an order that comes with nothing": (
        order,
        {"size": 0},
        ("size", "0 with 0 executed", "more than nothing"),
    ),
    "an order that comes executed": (order, {"executed": 1}, ("size", "1 with 1 executed", "more than")),
    "an order that is gone with something left": (
        order,
        {"action": DELETE},
        ("size", "1", "pass DELETE and a size of 0"),
    ),
    "an order that changed to nothing": (
        order,
        {"action": CHANGE, "size": 0},
        ("size", "0", "more than 0 for"),
    ),
    "an action of another kind": (order, {"action": "0"}, ("action", "'0'", "MDUpdateAction")),
    "a side of another kind": (order, {"side": "BID"}, ("side", "'BID'", "Side.BUY or Side.SELL")),
    "a short sale, which no market shows": (
        order,
        {"side": Side.SELL_SHORT},
        ("side", "Side.SELL_SHORT", "Side.BUY or Side.SELL"),
    ),
    "an order without a name": (order, {"entry_id": ""}, ("entry_id", "''", "1 to 64 characters")),
    "an order whose name is a number": (order, {"entry_id": 7}, ("entry_id", "7", "a text")),
    "an order with a long name": (order, {"entry_id": "a" * 65}, ("entry_id", repr("a" * 65), "64")),
    "an order of less than nothing": (order, {"action": CHANGE, "size": -1}, ("size", "-1", "zero or more")),
}


@pytest.mark.parametrize(("make", "fields", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_no_book_can_say_is_refused(
    make: Callable[..., object], fields: dict[str, Any], said: tuple[str, str, str]
) -> None:
    with pytest.raises(ValidationError) as raised:
        make(**fields)

    field, value, allowed = said
    assert (raised.value.field, raised.value.value) == (field, value)
    assert allowed in raised.value.allowed

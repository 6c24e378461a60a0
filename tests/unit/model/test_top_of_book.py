"""The quotes that follow from depth: one for each change of the best prices, and none for what is behind them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.top_of_book import TopOfBook

AAPL = Symbol("AAPL")
SNAPSHOT = BookSnapshot(AAPL, 1, [(9, 1), (8, 1)], [(10, 2)])


def order(entry_id: str, px: int, side: Side = Side.BUY) -> BookOrder:
    return BookOrder(AAPL, 5, MDUpdateAction.NEW, entry_id, side, Decimal(px), Decimal(1))


def test_a_snapshot_is_quoted_and_a_change_behind_the_best_prices_is_not() -> None:
    top = TopOfBook(AAPL)

    assert top.take(SNAPSHOT) == Quote(AAPL, 1, 9, 1, 10, 2)
    assert top.take(BookUpdate(AAPL, 2, [(8, 5)], [(11, 1)])) is None
    assert top.take(SNAPSHOT) is None


@pytest.mark.parametrize(
    ("update", "quote"),
    [
        (BookUpdate(AAPL, 2, [(9, 5)], []), Quote(AAPL, 2, 9, 5, 10, 2)),
        (BookUpdate(AAPL, 2, [(9, 0)], []), Quote(AAPL, 2, 8, 1, 10, 2)),
        (BookUpdate(AAPL, 2, [], [(10, 0)]), Quote(AAPL, 2, 9, 1, None, 0)),
        (BookUpdate(AAPL, 2, [(11, 1)], []), Quote(AAPL, 2, 11, 1, 10, 2)),
    ],
    ids=["a size", "a price", "a side that is empty now", "a book that is crossed now"],
)
def test_a_change_of_the_best_prices_or_of_their_sizes_is_quoted(update: BookUpdate, quote: Quote) -> None:
    top = TopOfBook(AAPL)
    top.take(SNAPSHOT)

    assert top.take(update) == quote


def test_numbered_changes_are_not_quoted_before_the_first_snapshot() -> None:
    top = TopOfBook(AAPL)

    assert top.take(BookUpdate(AAPL, 1, [(7, 1)], [], 1, 2)) is None
    assert top.take(BookSnapshot(AAPL, 2, [(9, 1)], [], 1)) == Quote(AAPL, 2, 9, 1, None, 0)


def test_orders_are_believed_rather_than_levels() -> None:
    top = TopOfBook(AAPL)
    top.take(SNAPSHOT)

    assert top.take(order("a", 7)) == Quote(AAPL, 5, 7, 1, None, 0)
    assert top.take(BookUpdate(AAPL, 6, [(12, 1)], [])) is None
    assert top.take(order("b", 11, Side.SELL)) == Quote(AAPL, 5, 7, 1, 11, 1)
    assert top.by_level is not None
    assert top.by_order is not None
    assert len(top.by_order.entries) == 2


def test_depth_of_something_else_is_refused() -> None:
    with pytest.raises(ValidationError, match="this is the book of MSFT"):
        TopOfBook(Symbol("MSFT")).take(SNAPSHOT)

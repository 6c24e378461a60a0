"""A book by order: who stands where, and what messages out of order do to it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model import market_order_book
from oms.model.depth import BookOrder
from oms.model.enums import MDUpdateAction, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.market_order_book import MarketOrderBook, OrderCounts

AAPL = Symbol("AAPL")
NEW, CHANGE, DELETE = MDUpdateAction.NEW, MDUpdateAction.CHANGE, MDUpdateAction.DELETE


def new(entry_id: str, px: int, size: int, side: Side = Side.BUY) -> BookOrder:
    return BookOrder(AAPL, 1, NEW, entry_id, side, Decimal(px), Decimal(size))


def change(entry_id: str, px: int, size: int, side: Side = Side.BUY) -> BookOrder:
    return BookOrder(AAPL, 1, CHANGE, entry_id, side, Decimal(px), Decimal(size))


def gone(entry_id: str, px: int = 9, side: Side = Side.BUY) -> BookOrder:
    return BookOrder(AAPL, 1, DELETE, entry_id, side, Decimal(px), Decimal(0))


def book_of(*messages: BookOrder) -> MarketOrderBook:
    book = MarketOrderBook(AAPL)
    for message in messages:
        book.take(message)
    return book


def queue(book: MarketOrderBook, px: int, side: Side = Side.BUY) -> list[tuple[str, int]]:
    return [(entry.entry_id, int(entry.size)) for entry in book.orders_at(side, Decimal(px))]


def levels(book: MarketOrderBook) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    bids, asks = ([(int(px), int(size)) for px, size in side.levels()] for side in (book.bids, book.asks))
    return bids, asks


def test_orders_stand_at_their_price_in_the_order_in_which_they_came() -> None:
    book = book_of(new("a", 9, 1), new("b", 9, 2), new("c", 8, 4), new("d", 10, 3, Side.SELL))

    assert queue(book, 9) == [("a", 1), ("b", 2)]
    assert levels(book) == ([(9, 3), (8, 4)], [(10, 3)])
    assert book.quote(7) == Quote(AAPL, 7, 9, 3, 10, 3)
    assert book.next_place == 4


@pytest.mark.parametrize("size", [1, 5], ids=["smaller", "as large"])
def test_an_order_that_does_not_grow_keeps_its_place(size: int) -> None:
    book = book_of(new("a", 9, 5), new("b", 9, 2), change("a", 9, size))

    assert queue(book, 9) == [("a", size), ("b", 2)]
    assert (levels(book), book.counts.moved) == (([(9, size + 2)], []), 0)


@pytest.mark.parametrize(
    ("changed", "px"), [(change("a", 9, 6), 9), (change("a", 8, 5), 8)], ids=["it grows", "another price"]
)
def test_an_order_that_grows_or_moves_goes_to_the_end(changed: BookOrder, px: int) -> None:
    book = book_of(new("a", 9, 5), new("b", 9, 2), new("c", 8, 1), changed)

    assert queue(book, px)[-1] == ("a", int(changed.size))
    assert book.entries["a"].place == 3
    assert book.counts.moved == 1


def test_an_order_that_changes_sides_is_another_one() -> None:
    book = book_of(new("a", 9, 5), change("a", 9, 5, Side.SELL))

    assert levels(book) == ([], [(9, 5)])


def test_what_stands_ahead_of_a_place_is_what_came_before_and_is_still_there() -> None:
    book = book_of(new("a", 9, 1), new("b", 9, 2))
    place = book.next_place
    for message in (new("c", 9, 4), new("d", 9, 8)):
        book.take(message)

    assert book.ahead_of(Side.BUY, Decimal(9), place) == 3
    assert book.ahead_of(Side.BUY, Decimal(9), book.next_place) == 15
    assert book.ahead_of(Side.SELL, Decimal(9), place) == 0

    book.take(gone("a"))
    book.take(change("b", 9, 1))
    book.take(gone("c"))

    assert book.ahead_of(Side.BUY, Decimal(9), place) == 1


def test_the_last_order_of_a_level_takes_the_level_with_it() -> None:
    book = book_of(new("a", 9, 1), new("b", 8, 1), gone("a"))

    assert levels(book) == ([(8, 1)], [])
    assert queue(book, 9) == []
    assert set(book.entries) == {"b"}
    assert len(book._queues) == 1  # pyright: ignore[reportPrivateUsage]  # nothing is left behind


# ---------------------------------------------------------------- messages out of order


def test_a_change_that_comes_after_the_end_of_an_order_is_left_out_and_counted() -> None:
    book = book_of(new("a", 9, 3), gone("a"), change("a", 9, 2))

    assert levels(book) == ([], [])
    assert book.counts == OrderCounts(messages=3, late_changes=1)


def test_an_order_that_comes_after_its_end_is_left_out_and_counted() -> None:
    book = book_of(gone("a"), new("a", 9, 3))

    assert levels(book) == ([], [])
    assert book.counts == OrderCounts(messages=2, unknown_deletes=1, late_news=1)


def test_the_end_of_an_order_never_seen_and_a_second_end_are_told_apart() -> None:
    book = book_of(new("b", 9, 1), gone("a"), gone("b"), gone("b"))

    assert (book.counts.unknown_deletes, book.counts.repeated_deletes) == (1, 1)


def test_an_order_that_was_there_before_anybody_listened_is_adopted_when_it_changes() -> None:
    book = book_of(new("b", 9, 2), change("a", 9, 3))

    assert queue(book, 9) == [("b", 2), ("a", 3)]
    assert book.counts.adopted == 1


def test_an_order_that_comes_twice_stands_once_by_the_latest_word() -> None:
    book = book_of(new("a", 9, 3), new("b", 9, 2), new("a", 9, 1))

    assert queue(book, 9) == [("b", 2), ("a", 1)]
    assert (levels(book), book.counts.repeated_news) == (([(9, 3)], []), 1)


def test_of_orders_that_are_gone_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_order_book, "MAX_GONE", 2)
    book = book_of(gone("a"), gone("b"), gone("c"), new("a", 9, 1), new("b", 9, 1))

    assert set(book.entries) == {"a"}
    assert book.counts.late_news == 1


@pytest.mark.parametrize(
    ("bid", "locked", "crossed"), [(9, 0, 0), (10, 1, 0), (11, 0, 1)], ids=["apart", "locked", "crossed"]
)
def test_a_locked_or_crossed_book_is_shown_as_it_is_and_counted(bid: int, locked: int, crossed: int) -> None:
    book = book_of(new("a", 10, 1, Side.SELL), new("b", bid, 1))

    assert (book.counts.locked, book.counts.crossed) == (locked, crossed)


def test_a_book_takes_messages_about_its_own_instrument_only() -> None:
    book = MarketOrderBook(Symbol("MSFT"))

    with pytest.raises(ValidationError, match="this is the book of MSFT"):
        book.take(new("a", 9, 1))
    with pytest.raises(ValidationError, match="pass a BookOrder"):
        book.take(Quote(AAPL, 1, None, 0, None, 0))  # type: ignore[arg-type]  # as a caller might

    assert book.counts == OrderCounts()


def test_an_empty_book_is_quoted_as_nobody() -> None:
    assert book_of().quote(7) == Quote(AAPL, 7, None, 0, None, 0)

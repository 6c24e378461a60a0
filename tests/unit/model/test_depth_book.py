"""A book by level: what it shows after snapshots and changes, whole, late, missing or too early."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

import pytest

from oms.errors import ValidationError
from oms.model import depth_book
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook, DepthCounts
from oms.model.ids import Symbol
from oms.model.market import Quote

AAPL = Symbol("AAPL")

Levels: TypeAlias = Sequence[tuple[int | str, int]]


def snapshot(bids: Levels, asks: Levels, last_id: int | None = None) -> BookSnapshot:
    return BookSnapshot(AAPL, 1, bids, asks, last_id)


def update(
    bids: Levels = (), asks: Levels = (), ids: tuple[int, int] | tuple[None, None] = (None, None)
) -> BookUpdate:
    return BookUpdate(AAPL, 2, bids, asks, *ids)


def book_of(*messages: BookSnapshot | BookUpdate) -> DepthBook:
    book = DepthBook(AAPL)
    for message in messages:
        book.take(message)
    return book


def shown(book: DepthBook) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    bids, asks = ([(str(px), str(size)) for px, size in side.levels()] for side in (book.bids, book.asks))
    return bids, asks


def test_a_snapshot_is_the_book() -> None:
    book = book_of(snapshot([("9.50", 3), (9, 1)], [(10, 2), (11, 5)]))

    assert shown(book) == ([("9.50", "3"), ("9", "1")], [("10", "2"), ("11", "5")])
    assert book.quote(7) == Quote(AAPL, 7, "9.50", 3, 10, 2)
    assert [book.bids.size_at(Decimal(px)) for px in ("9.5", 8)] == [3, 0]
    assert (len(book.bids), len(book.asks)) == (2, 2)


def test_changes_put_levels_in_resize_them_and_take_them_away() -> None:
    book = book_of(
        snapshot([(9, 1), (8, 1)], [(11, 1), (12, 1)]),
        update(bids=[(9, 0), ("8.5", 4)], asks=[(10, 7), (11, 2), (12, 0)]),
    )

    assert shown(book) == ([("8.5", "4"), ("8", "1")], [("10", "7"), ("11", "2")])
    assert book.counts == DepthCounts(snapshots=1, updates=1, changes=5)


def test_levels_are_told_from_the_best_on_as_many_as_are_wanted() -> None:
    book = book_of(snapshot([(9, 1), (8, 1), (7, 1)], [(10, 1), (11, 1)]))

    assert [px for px, _ in book.bids.levels(2)] == [9, 8]
    assert [px for px, _ in book.asks.levels(1)] == [10]
    assert list(book.asks.levels(0)) == []


def test_of_several_changes_of_a_price_in_one_message_the_last_holds() -> None:
    assert shown(book_of(update(bids=[(9, 5), (9, 0), (9, 2)]))) == ([("9", "2")], [])


def test_an_empty_side_is_quoted_as_nobody() -> None:
    book = book_of(snapshot([], [(10, 1)]))

    assert book.quote(7) == Quote(AAPL, 7, None, 0, 10, 1)
    assert (book.bids.best, book.bids.best_px) == (None, None)


def test_a_level_that_is_taken_away_and_was_not_there_is_counted() -> None:
    assert book_of(update(bids=[(9, 0)], asks=[(10, 0)])).counts.unknown_levels == 2


@pytest.mark.parametrize(
    ("bid", "locked", "crossed"), [(9, 0, 0), (10, 1, 0), (11, 0, 1)], ids=["apart", "locked", "crossed"]
)
def test_a_locked_or_crossed_book_is_shown_as_it_is_and_counted(bid: int, locked: int, crossed: int) -> None:
    book = book_of(snapshot([(8, 1)], [(10, 1)]), update(bids=[(bid, 1)]))

    assert (book.counts.locked, book.counts.crossed) == (locked, crossed)
    assert book.bids.best == (Decimal(bid), Decimal(1))


# ---------------------------------------------------------------- numbered changes


def test_changes_without_numbers_need_no_snapshot() -> None:
    book = book_of(update(bids=[(9, 1)]))

    assert book.has_begun
    assert book.is_complete


def test_numbered_changes_are_no_book_before_the_first_snapshot() -> None:
    book = book_of(update(bids=[(9, 1)], ids=(1, 3)))

    assert not book.has_begun
    assert not book.is_complete


def test_what_a_snapshot_contains_is_left_out_and_what_follows_it_is_applied() -> None:
    # Received in this order: 1-3, 4-6, the snapshot as of 4, 7-8. The update 4-6 is newer than the snapshot in part.
    book = book_of(
        update(bids=[(7, 9)], ids=(1, 3)),
        update(bids=[(8, 2)], asks=[(10, 0)], ids=(4, 6)),
        snapshot([(9, 1), (8, 1)], [(10, 1), (11, 1)], last_id=4),
        update(asks=[(11, 5)], ids=(7, 8)),
    )

    assert shown(book) == ([("9", "1"), ("8", "2")], [("11", "5")])
    assert (book.last_id, book.is_complete, book.has_begun) == (8, True, True)
    assert (book.counts.stale_updates, book.counts.gaps) == (1, 0)


def test_an_update_that_the_book_has_already_is_left_out_and_counted() -> None:
    book = book_of(
        snapshot([(9, 1)], [], last_id=10),
        update(bids=[(9, 5)], ids=(9, 10)),
        update(bids=[(9, 2)], ids=(10, 11)),
        update(bids=[(9, 5)], ids=(11, 11)),
    )

    assert shown(book) == ([("9", "2")], [])
    assert (book.counts.stale_updates, book.counts.gaps, book.last_id) == (2, 0, 11)


def test_a_missing_number_is_a_gap_until_the_next_snapshot() -> None:
    book = book_of(snapshot([(9, 1)], [], last_id=10), update(bids=[(9, 2)], ids=(13, 14)))

    assert not book.is_complete
    assert book.has_begun
    assert (book.counts.gaps, book.counts.missed_ids) == (1, 2)
    # What is named is right again; what was missed is not known.
    assert shown(book) == ([("9", "2")], [])

    book.take(snapshot([(9, 2), (8, 1)], [], last_id=13))

    assert book.is_complete
    assert shown(book) == ([("9", "2"), ("8", "1")], [])
    assert book.last_id == 14


def test_a_snapshot_from_before_a_gap_does_not_mend_it() -> None:
    book = book_of(
        snapshot([(9, 1)], [], last_id=10),
        update(bids=[(9, 2)], ids=(13, 14)),
        snapshot([(9, 1)], [], last_id=11),
    )

    assert not book.is_complete
    assert shown(book) == ([("9", "2")], [])


def test_a_snapshot_that_is_older_than_a_whole_book_is_left_out_and_counted() -> None:
    book = book_of(
        snapshot([(9, 1)], [], last_id=10),
        update(bids=[(9, 2)], ids=(11, 12)),
        snapshot([(9, 1)], [], last_id=11),
    )

    assert shown(book) == ([("9", "2")], [])
    assert (book.counts.snapshots, book.counts.stale_snapshots) == (1, 1)


def test_a_snapshot_without_a_number_is_taken_as_of_now() -> None:
    book = book_of(
        update(bids=[(9, 5)], ids=(1, 3)), snapshot([(9, 1)], []), update(bids=[(8, 1)], ids=(4, 4))
    )

    assert shown(book) == ([("9", "1"), ("8", "1")], [])
    assert book.is_complete


@pytest.mark.parametrize(("count", "forgotten"), [(2, 0), (3, 1)], ids=["all are kept", "one is too many"])
def test_of_updates_that_wait_for_a_snapshot_the_oldest_are_forgotten_and_leave_a_gap(
    count: int, forgotten: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth_book, "MAX_PENDING", 2)
    book = book_of(*(update(ids=(number, number)) for number in range(1, count + 1)), snapshot([], [], 0))

    assert (book.counts.forgotten, book.counts.gaps) == (forgotten, forgotten)
    assert book.is_complete is (not forgotten)


def test_a_book_takes_messages_about_its_own_instrument_only() -> None:
    book = DepthBook(Symbol("MSFT"))

    with pytest.raises(ValidationError, match="this is the book of MSFT"):
        book.take(update(bids=[(9, 1)]))
    with pytest.raises(ValidationError, match="pass a BookSnapshot or a BookUpdate"):
        DepthBook(AAPL).take(Quote(AAPL, 1, None, 0, None, 0))  # type: ignore[arg-type]  # as a caller might

    assert book.counts == DepthCounts()
    assert book.bids.best is None


def test_a_side_of_a_book_forgets_what_a_snapshot_does_not_name() -> None:
    book = book_of(snapshot([(9, 1), (8, 1)], [(10, 1)]), snapshot([(7, 1)], []))

    assert shown(book) == ([("7", "1")], [])
    assert book.asks.sizes == {}

"""Rows of depth: levels that are put together, orders one by one, and what is missing between them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.faults import BadRow, FeedError
from oms.feeds.fields import TimeFormat
from oms.feeds.recording import Recording
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.depth_book import DepthBook
from oms.model.enums import MDUpdateAction, Side
from oms.model.market import MarketData
from tests.unit.feeds.files import X, read, write

NEW, CHANGE, DELETE = MDUpdateAction.NEW, MDUpdateAction.CHANGE, MDUpdateAction.DELETE
LEVEL = {"time": "t", "side": "side", "price": "px", "size": "qty"}
SNAPSHOTS = ColumnMap(kind=Kind.SNAPSHOTS, columns=LEVEL | {"last_id": "id"}, time_format=TimeFormat.NS)
UPDATES = ColumnMap(
    kind=Kind.UPDATES, columns=LEVEL | {"first_id": "f", "last_id": "l"}, time_format=TimeFormat.NS
)
PLAIN_UPDATES = ColumnMap(kind=Kind.UPDATES, columns=LEVEL, time_format=TimeFormat.NS)
SNAPSHOT_HEADER, UPDATE_HEADER, PLAIN_HEADER = "t,id,side,px,qty", "t,f,l,side,px,qty", "t,side,px,qty"


def skipped(folder: Path, columns: ColumnMap, *lines: str) -> tuple[list[MarketData], list[BadRow]]:
    recording = Recording(write(folder, *lines), "X", columns=columns, bad_rows="skip")
    return list(recording), recording.bad_rows


def test_rows_of_one_moment_and_one_number_are_one_snapshot_in_any_order(tmp_path: Path) -> None:
    rows = ("1,7,BID,8,1", "1,7,ASK,11,2", "1,7,BID,9,3", "1,7,ASK,10,4", "2,9,BID,9,1")

    assert read(tmp_path, SNAPSHOTS, SNAPSHOT_HEADER, *rows) == [
        BookSnapshot(X, 1, [(9, 3), (8, 1)], [(10, 4), (11, 2)], 7),
        BookSnapshot(X, 2, [(9, 1)], [], 9),
    ]


def test_snapshots_need_no_numbers(tmp_path: Path) -> None:
    columns = ColumnMap(kind=Kind.SNAPSHOTS, columns=LEVEL, time_format=TimeFormat.NS)

    assert read(tmp_path, columns, PLAIN_HEADER, "1,BID,8,1", "2,ASK,9,1") == [
        BookSnapshot(X, 1, [(8, 1)], []),
        BookSnapshot(X, 2, [], [(9, 1)]),
    ]


def test_rows_of_one_moment_and_one_range_are_one_update(tmp_path: Path) -> None:
    rows = ("1,1,3,BID,8,1", "1,1,3,ASK,11,0", "1,4,4,BID,8,0", "2,5,6,BID,7,1")

    assert read(tmp_path, UPDATES, UPDATE_HEADER, *rows) == [
        BookUpdate(X, 1, [(8, 1)], [(11, 0)], 1, 3),
        BookUpdate(X, 1, [(8, 0)], [], 4, 4),
        BookUpdate(X, 2, [(7, 1)], [], 5, 6),
    ]


def test_updates_need_no_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN_UPDATES, PLAIN_HEADER, "1,BID,8,1", "1,BID,8,0", "2,ASK,9,1") == [
        BookUpdate(X, 1, [(8, 1), (8, 0)], []),
        BookUpdate(X, 2, [], [(9, 1)]),
    ]


def test_a_file_without_rows_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, UPDATES, UPDATE_HEADER) == []
    assert read(tmp_path, SNAPSHOTS, SNAPSHOT_HEADER) == []


def test_a_gap_in_the_numbers_is_a_fault_of_the_row_that_shows_it_and_the_row_is_kept(tmp_path: Path) -> None:
    rows = ("1,1,3,BID,8,1", "2,6,7,BID,8,0", "2,6,7,BID,7,1", "3,8,8,BID,6,1")

    messages, bad = skipped(tmp_path, UPDATES, UPDATE_HEADER, *rows)

    assert len(messages) == 3
    assert [(row.line, row.column, row.value, row.reason, row.is_dropped) for row in bad] == [
        (3, "f", "6", "2 changes are missing before it: the last number was 3", False)
    ]
    with pytest.raises(FeedError, match="line 3: f = 6: 2 changes are missing before it"):
        read(tmp_path, UPDATES, UPDATE_HEADER, *rows)


def test_an_update_that_comes_late_or_again_is_no_gap(tmp_path: Path) -> None:
    rows = ("1,1,3,BID,8,1", "2,4,6,BID,8,2", "3,1,3,BID,8,1", "4,7,7,BID,8,3")

    messages, bad = skipped(tmp_path, UPDATES, UPDATE_HEADER, *rows)

    assert (len(messages), bad) == (4, [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2,4,5,BUYER,8,1", "side"),
        ("2,4,5,BID,x,1", "px"),
        ("2,4,5,BID,8,-1", "qty"),
        ("2,5,4,BID,8,1", "f"),
        ("2,4,x,BID,8,1", "l"),
        ("2,-1,5,BID,8,1", "f"),
        ("0,4,5,BID,8,1", "time_ns"),
        ("x,4,5,BID,8,1", "t"),
    ],
)
def test_a_bad_row_among_changes_is_left_out_and_the_others_are_not(
    tmp_path: Path, row: str, column: str
) -> None:
    messages, bad = skipped(tmp_path, UPDATES, UPDATE_HEADER, "1,1,3,BID,8,1", row, "1,1,3,ASK,9,1")

    assert messages == [BookUpdate(X, 1, [(8, 1)], [(9, 1)], 1, 3)]
    assert [(one.line, one.column, one.is_dropped) for one in bad] == [(3, column, True)]


A, B, C = ("1,7,BID,8,1", "1,7,ASK,9,1"), ("2,9,BID,7,1", "2,9,ASK,8,1"), ("3,11,BID,6,1",)
OF_A, OF_B, OF_C = (
    BookSnapshot(X, 1, [(8, 1)], [(9, 1)], 7),
    BookSnapshot(X, 2, [(7, 1)], [(8, 1)], 9),
    BookSnapshot(X, 3, [(6, 1)], [], 11),
)
SPOILED: dict[str, tuple[tuple[str, ...], list[BookSnapshot], list[tuple[int, str]]]] = {
    # The rows, the snapshots that are whole, and the lines of the faults: of the row, then of the snapshots that lack it.
    "a price twice": ((A[0], "1,7,BID,8.0,1", A[1], *B), [OF_B], [(3, "px"), (2, "t")]),
    "a level of nothing": ((*A, "1,7,BID,7,0", *B), [OF_B], [(4, "qty"), (2, "t")]),
    "the first row": (("1,7,BID,x,1", *A, *B), [OF_B], [(2, "px"), (2, "t")]),
    "the first row of the second": ((*A, "2,9,BUYER,6,1", *B, *C), [OF_A, OF_C], [(4, "side"), (4, "t")]),
    "all there is of the second": ((*A, "2,9,BID,x,1", *C), [OF_A, OF_C], [(4, "px"), (4, "t")]),
    "the last row of the last": ((*A, *C, "3,11,BID,5,x"), [OF_A], [(5, "qty"), (4, "t")]),
    "an earlier time within": ((A[0], "0,7,BID,7,1", A[1], *B), [OF_B], [(3, "time_ns"), (2, "t")]),
    "a number that is none within": ((A[0], "1,x,BID,7,1", A[1], *B), [OF_B], [(3, "id"), (2, "t")]),
    "nobody knows of which of two": ((*A, "2,9,BID", *B, *C), [OF_C], [(4, "row"), (2, "t"), (5, "t")]),
    "nobody knows, before the first": (("1,7", *A, *B), [OF_B], [(2, "row"), (3, "t")]),
}


@pytest.mark.parametrize(("rows", "whole", "faults"), SPOILED.values(), ids=SPOILED)
def test_a_snapshot_that_lacks_a_row_is_left_out_as_a_whole_and_told(
    tmp_path: Path, rows: tuple[str, ...], whole: list[BookSnapshot], faults: list[tuple[int, str]]
) -> None:
    messages, bad = skipped(tmp_path, SNAPSHOTS, SNAPSHOT_HEADER, *rows)

    assert messages == whole
    assert [(one.line, one.column) for one in bad] == faults
    assert all(one.is_dropped for one in bad)
    assert bad[1].reason.startswith("a row of this snapshot is bad, so that none of its")


def test_a_book_stays_as_it_was_where_a_snapshot_is_left_out(tmp_path: Path) -> None:
    messages, _ = skipped(tmp_path, SNAPSHOTS, SNAPSHOT_HEADER, *A, B[0], "2,9,ASK,x,1")
    book = DepthBook(X)
    for message in messages:
        assert isinstance(message, BookSnapshot)
        book.take(message)
    assert (book.bids.best, book.asks.best) == (OF_A.bids[0], OF_A.asks[0])
    assert book.last_id == 7


# ---------------------------------------------------------------- orders


BITSTAMP = "recv_ms,order_s,order_id,side,price,size,action"


def order(
    time_ms: int, action: MDUpdateAction, size: int, executed: int = 0, entry_id: str = "a"
) -> BookOrder:
    side, px = Side.BUY, Decimal(9)
    return BookOrder(X, time_ms * 1_000_000, action, entry_id, side, px, Decimal(size), Decimal(executed))


def test_what_an_order_has_lost_at_bitstamp_was_traded_and_what_was_left_at_its_end_was_not(
    tmp_path: Path,
) -> None:
    rows = (
        "1,0,a,BID,9,5,created",
        "2,0,b,BID,9,2,created",
        "3,0,a,BID,9,3,changed",
        "4,0,a,BID,9,3,deleted",  # canceled with 3 left
        "5,0,b,BID,9,0,deleted",  # all of it was taken
        "6,0,c,BID,9,4,changed",  # there before anybody listened
        "7,0,d,BID,9,0,deleted",
        "8,0,b,BID,9,1,changed",  # late: it says nothing of what has traded
    )

    assert list(Recording(write(tmp_path, BITSTAMP, *rows), "X")) == [
        order(1, NEW, 5),
        order(2, NEW, 2, 0, "b"),
        order(3, CHANGE, 3, 2),
        order(4, DELETE, 0, 0),
        order(5, DELETE, 0, 2, "b"),
        order(6, CHANGE, 4, 0, "c"),
        order(7, DELETE, 0, 0, "d"),
        order(8, CHANGE, 1, 0, "b"),
    ]


def test_orders_by_a_map_say_themselves_what_has_traded(tmp_path: Path) -> None:
    columns = ColumnMap(
        kind=Kind.ORDERS,
        columns={
            "time": "t",
            "action": "what",
            "entry_id": "id",
            "side": "side",
            "price": "px",
            "size": "qty",
            "executed": "done",
        },
        time_format=TimeFormat.MS,
    )

    assert read(
        tmp_path,
        columns,
        "t,what,id,side,px,qty,done",
        "1,NEW,a,BUY,9,5,",
        "2,CHANGE,a,BUY,9,2,1",
        "3,DELETE,a,BUY,9,2,2",
    ) == [order(1, NEW, 5), order(2, CHANGE, 2, 1), order(3, DELETE, 0, 2)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,0,a,BID,9,5,gone", "action"),
        ("1,0,a,bid,9,5,created", "side"),
        ("1,0,a,BID,9,0,created", "size"),
        ("1,0,,BID,9,5,created", "entry_id"),
        ("x,0,a,BID,9,5,created", "recv_ms"),
    ],
)
def test_an_order_that_cannot_be_is_a_bad_row(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(FeedError) as caught:
        list(Recording(write(tmp_path, BITSTAMP, row), "X"))

    assert (caught.value.line, caught.value.field) == (2, column)


def test_a_row_of_a_book_is_a_snapshot_and_may_be_less_deep_than_it_is_wide(tmp_path: Path) -> None:
    names = [f"{side}{n}_{what}" for side in ("bid", "ask") for n in range(1, 11) for what in ("px", "sz")]
    bids = ["9", "1", "8", "2", *[""] * 16]
    asks = ["10", "3", *[""] * 18]
    path = write(tmp_path, ",".join(["recv_ms", *names]), ",".join(["5", *bids, *asks]))

    assert list(Recording(path, "X")) == [BookSnapshot(X, 5_000_000, [(9, 1), (8, 2)], [(10, 3)])]


def test_a_row_of_a_book_that_is_out_of_order_is_a_bad_row(tmp_path: Path) -> None:
    names = [f"{side}{n}_{what}" for side in ("bid", "ask") for n in range(1, 11) for what in ("px", "sz")]
    row = ["5", "8", "1", "9", "1", *[""] * 36]
    path = write(tmp_path, ",".join(["recv_ms", *names]), ",".join(row))

    with pytest.raises(FeedError, match="line 2: bids = 8, 9"):
        list(Recording(path, "X"))

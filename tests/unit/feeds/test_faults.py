"""Bad rows: raised, listed or told, and never dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from oms.feeds import faults
from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.faults import BadRow, FeedError
from oms.feeds.fields import TimeFormat
from oms.feeds.recording import Recording
from tests.unit.feeds.files import write

TRADES = ColumnMap(
    kind=Kind.TRADES, columns={"time": "t", "price": "px", "size": "qty"}, time_format=TimeFormat.NS
)
ROWS = ("t,px,qty", "1,10,5", "2,ten,5", "", "4,10,5", "3,10,5", "5,10", "6,10,0", "7,10,5")


def test_bad_rows_are_listed_with_line_column_value_and_reason(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS)
    recording = Recording(path, "X", columns=TRADES, bad_rows="skip")

    assert [trade.time_ns for trade in recording] == [1, 4, 7]
    assert [(row.line, row.column, row.value, row.is_dropped) for row in recording.bad_rows] == [
        (3, "px", "ten", True),
        (6, "time_ns", "3", True),
        (7, "row", "5,10", True),
        (8, "qty", "0", True),
    ]
    assert (
        str(recording.bad_rows[1])
        == f"{path}, line 6: time_ns = 3: times must not fall; the row before, in line 5, is at 4"
    )
    assert recording.bad_row_count == 4

    list(recording)  # a second reading begins anew

    assert recording.bad_row_count == 4


def test_bad_rows_can_be_told_to_a_function(tmp_path: Path) -> None:
    told: list[BadRow] = []
    recording = Recording(write(tmp_path, *ROWS), "X", columns=TRADES, bad_rows=told.append)

    assert len(list(recording)) == 3
    assert [row.line for row in told] == [3, 6, 7, 8]
    assert (recording.bad_rows, recording.bad_row_count) == ([], 4)


def test_a_function_that_is_told_may_end_the_reading(tmp_path: Path) -> None:
    def end(row: BadRow) -> None:
        raise RuntimeError(row.column)

    with pytest.raises(RuntimeError, match="px"):
        list(Recording(write(tmp_path, *ROWS), "X", columns=TRADES, bad_rows=end))


def test_a_bad_row_raises_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="line 3: px = ten"):
        list(Recording(write(tmp_path, *ROWS), "X", columns=TRADES))


def test_a_file_of_which_more_is_bad_than_can_be_listed_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "MAX_LISTED", 2)
    recording = Recording(write(tmp_path, *ROWS), "X", columns=TRADES, bad_rows="skip")

    with pytest.raises(
        FeedError, match=r"line 7: .* more than 2 rows are bad: tell how the file is to be read"
    ):
        list(recording)

    assert (len(recording.bad_rows), recording.bad_row_count) == (2, 3)

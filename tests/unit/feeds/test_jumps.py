"""Times that are far ahead of the rows around them: one of them spoils nothing but its own row."""

from __future__ import annotations

from pathlib import Path

import pytest

from oms.feeds.column_map import ColumnMap, Kind
from oms.feeds.faults import FeedError
from oms.feeds.fields import TimeFormat
from oms.feeds.reading import MAX_JUMP_NS
from oms.feeds.recording import Recording
from tests.unit.feeds.files import OPENING_NS, S, write

TRADES = "recv_ns,price,size,taker_side"
FAR_NS = 9 * 10**18
DAY_NS = 86_400 * S


def times(folder: Path, *rows_ns: int) -> tuple[list[int], list[tuple[int, str]]]:
    """What is read of trades at these times, and the lines of the bad rows with their values; all times from 2018 on."""
    recording = Recording(write(folder, TRADES, *(f"{ns},10,1,BUY" for ns in rows_ns)), "X", bad_rows="skip")
    return [one.time_ns for one in recording], [(one.line, one.value) for one in recording.bad_rows]


T0 = OPENING_NS
CASES: dict[str, tuple[list[int], list[int]]] = {
    # The times, and the places of those that are bad.
    "one far ahead": ([T0, FAR_NS, T0 + 1, T0 + 2], [1]),
    "the first far ahead": ([FAR_NS, T0, T0 + 1], [0]),
    "two far ahead, each alone": ([T0, FAR_NS, T0 + 1, FAR_NS, T0 + 2], [1, 3]),
    "a night or a weekend between": ([T0, T0 + 3 * DAY_NS, T0 + 3 * DAY_NS + 1], []),
    "a weekend, then one a little late": ([T0, T0 + 3 * DAY_NS, T0 + 3 * DAY_NS - 1, T0 + 3 * DAY_NS], [2]),
    "less than a day ahead": ([T0, T0 + DAY_NS, T0 + 1, T0 + DAY_NS], [2]),
    "far back": ([T0, T0 + 1, 5, T0 + 2], [2]),
    # Of two rows nobody knows which is wrong: the earlier time holds.
    "the second far back": ([T0, 5, T0 + 1], [0]),
    "far ahead, then far back": ([T0, FAR_NS, 5, T0 + 1], [1, 2]),
    "the last, which nothing gainsays": ([T0, FAR_NS], []),
    "two that agree": ([T0, T0 + 9 * DAY_NS, T0 + 9 * DAY_NS + 1, T0 + 1], [3]),
}


@pytest.mark.parametrize(("rows_ns", "bad"), CASES.values(), ids=CASES)
def test_which_of_two_times_that_cannot_both_be_meant_is_the_bad_one(
    tmp_path: Path, rows_ns: list[int], bad: list[int]
) -> None:
    good = [ns for place, ns in enumerate(rows_ns) if place not in bad]
    found, faults = times(tmp_path, *rows_ns)
    assert found == good
    assert sorted(faults) == [(place + 2, str(rows_ns[place])) for place in bad]


def test_the_two_lines_that_do_not_agree_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, TRADES, *(f"{ns},10,1,BUY" for ns in (T0, FAR_NS, T0 + 1)))
    recording = Recording(path, "X", bad_rows="skip")
    told = (
        "it is more than a day after line 2, and more than a day after line 4, "
        f"which is at {T0 + 1}: one of the two is wrong"
    )
    assert len(list(recording)) == 2
    assert [str(one) for one in recording.bad_rows] == [f"{path}, line 3: time_ns = {FAR_NS}: {told}"]
    read = iter(Recording(path, "X"))
    assert next(read).time_ns == T0
    with pytest.raises(FeedError, match="line 3: time_ns"):
        next(read)


def test_bars_after_one_that_is_far_ahead_are_read(tmp_path: Path) -> None:
    header = "start,open,high,low,close,volume"
    starts = ("2018-01-02T14:30:00Z", "2218-01-02T14:31:00Z", "2018-01-02T14:32:00Z")
    path = write(tmp_path, header, *(f"{start},10,11,9,10,5" for start in starts))
    recording = Recording(path, "X", span_s=60, bad_rows="skip")
    assert [(bar.time_ns - T0) // S for bar in recording] == [60, 180]
    assert [one.line for one in recording.bad_rows] == [3]


def test_levels_after_one_that_is_far_ahead_are_read(tmp_path: Path) -> None:
    columns = {"time": "t", "side": "side", "price": "px", "size": "qty"}
    rows = (f"{T0},BID,8,1", f"{FAR_NS},BID,7,1", f"{T0 + 1},BID,8,2", f"{T0 + 2},BID,8,3")
    for kind, whole in ((Kind.UPDATES, [0, 1, 2]), (Kind.SNAPSHOTS, [2])):
        column_map = ColumnMap(kind=kind, columns=columns, time_format=TimeFormat.NS)
        recording = Recording(
            write(tmp_path, "t,side,px,qty", *rows), "X", columns=column_map, bad_rows="skip"
        )
        # Nobody knows which snapshot the bad row is of: the one before it, or the one after it.
        assert [one.time_ns - T0 for one in recording] == whole
        assert (recording.bad_rows[0].line, recording.bad_rows[0].value) == (3, str(FAR_NS))


def test_a_bad_row_after_a_jump_lets_what_came_before_it_through(tmp_path: Path) -> None:
    rows = (f"{T0},10,1,BUY", f"{T0 + 2 * MAX_JUMP_NS},10,1,BUY", f"{T0 + 2 * MAX_JUMP_NS},ten,1,BUY")
    read = iter(Recording(write(tmp_path, TRADES, *rows), "X"))
    assert [next(read).time_ns - T0 for _ in range(2)] == [0, 2 * MAX_JUMP_NS]
    with pytest.raises(FeedError, match="line 4: price"):
        next(read)

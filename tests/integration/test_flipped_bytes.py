"""A short profile of the campaign in `tests/flips`: some bytes of a small journal, all moves of a few records."""

from pathlib import Path

import pytest

from oms.audit.raw_journal import open_raw
from tests.flips.campaign import flip_lines, flip_sqlite, move_records
from tests.flips.journals import as_lines

SIZE = 40_000


@pytest.mark.slow
def test_flipped_bytes_of_lines_are_found_at_their_records(tmp_path: Path) -> None:
    result = flip_lines(tmp_path / "journal", SIZE, every=53)

    assert result.failures == []
    assert result.counts["bytes of records, in lines"] > 700
    assert result.counts["ends of lines"] > 0


@pytest.mark.slow
def test_flipped_bytes_of_sqlite_are_found_or_have_no_effect(tmp_path: Path) -> None:
    result = flip_sqlite(tmp_path / "journal", SIZE, every=79)

    assert result.failures == []
    assert result.counts["bytes of records, in SQLite"] > 400
    assert result.counts["bytes beside records that were found"] > 0


@pytest.mark.slow
def test_moved_records_are_found_and_named() -> None:
    result = move_records(20_000)

    assert result.failures == []
    assert min(result.counts.values()) > 0


def test_the_lines_are_a_journal(tmp_path: Path) -> None:
    assert (
        len(list(open_raw(str(tmp_path / "journal")).rows()) if as_lines(tmp_path / "journal", 5000) else [])
        > 3
    )

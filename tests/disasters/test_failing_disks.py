"""A disk that fails makes an append raise, never go on as if nothing had happened; the long way is `nox -s failing_disks`."""

from __future__ import annotations

import itertools

import pytest

from tests.disasters.failing_disks import positions, too_long
from tests.disasters.system_calls import IS_WANTED

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not IS_WANTED, reason="needs strace: apt-get install strace")
@pytest.mark.parametrize(
    ("call", "error", "every"),
    [("pwrite64", "ENOSPC", 37), ("fdatasync", "EIO", 13), ("openat", "EROFS", 23)],
)
def test_a_call_that_fails_leaves_what_the_store_then_tells(call: str, error: str, every: int) -> None:
    tallies = list(itertools.islice(positions(call, error, every), 8))

    assert [what for tally in tallies for what in tally.findings] == []
    assert len(tallies) >= 2


@pytest.mark.parametrize("size", [0, 12_288, 49_152])
def test_a_file_that_may_not_grow_leaves_what_the_store_then_tells(size: int) -> None:
    tally = too_long(size)

    assert tally.findings == []
    assert tally.seen["openings refused"] + tally.seen["appends refused"] > 0

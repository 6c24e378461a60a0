"""A process that is killed has lost nothing that it was told is kept; the long way is `nox -s kills`."""

from __future__ import annotations

import pytest

from tests.disasters.kills import run


@pytest.mark.slow
def test_what_was_acknowledged_outlives_the_process() -> None:
    line = run(8, 1)

    assert line.tally.findings == []
    assert (line.tally.tried, line.lost) == (8, 0)
    assert line.tally.seen["acknowledged events"] > 50
    assert line.tally.seen["orders at the venue"] > 10

"""Whatever moment a process dies at, what it leaves is whole and says the truth; the long way is `nox -s crashes`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.disasters.bytecodes import Crashes, Tried
from tests.disasters.paths import PATHS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.version_info >= (3, 12),
        reason="what is traced of each bytecode tells of all of them on 3.11 alone",
    ),
]


def _tried(name: str, folder: Path, every: int = 16) -> Crashes:
    crashes = Crashes(name, folder / "way", every)
    crashes.everywhere()
    return crashes


def _is_well(tried: Tried) -> bool:
    return tried.findings == [] and tried.crashes == tried.bytecodes > 1_000


@pytest.mark.parametrize("name", PATHS)
def test_a_crash_at_any_bytecode_loses_and_doubles_nothing(name: str, tmp_path: Path) -> None:
    crashes = _tried(name, tmp_path, 1 if name in ("submit", "fill") else 16)

    assert _is_well(crashes.tried), crashes.tried.findings
    # At least: nothing has happened yet, it is in the journal, and all is over.
    assert crashes.tried.outcomes >= 3


def test_a_crash_at_any_bytecode_of_a_recovery_from_a_crash_changes_nothing(tmp_path: Path) -> None:
    crashes = _tried("submit, unanswered", tmp_path)
    crashes.within_recovery(1)

    assert crashes.tried.findings == []
    assert crashes.tried.doubled > 10_000
    assert crashes.tried.seen["crashes of a recovery that had written"]


def test_a_process_that_dies_for_good_leaves_what_was_judged(tmp_path: Path) -> None:
    crashes = _tried("batch", tmp_path)
    for bytecode in range(1, crashes.tried.bytecodes, 4_000):
        crashes.dies(bytecode)

    assert crashes.tried.findings == []
    assert crashes.tried.seen["processes ended for good"] == crashes.tried.died >= 3


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("name", ["submit", "fill"])
def test_after_an_interrupt_the_manager_halts_or_agrees_with_its_journal(
    name: str, error: type[BaseException], tmp_path: Path
) -> None:
    crashes = _tried(name, tmp_path)
    for bytecode in range(1, crashes.tried.bytecodes, 257):
        crashes.interrupted(bytecode, error)

    assert crashes.tried.findings == []
    assert crashes.tried.seen["interrupts: halted"]
    assert crashes.tried.seen["interrupts: goes on"]

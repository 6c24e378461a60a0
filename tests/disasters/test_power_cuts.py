"""A loss of power takes nothing that was acknowledged; the long way is `nox -s power_cuts`."""

from __future__ import annotations

import random  # noqa: TID251  # what survives is drawn from a seed

import pytest

from tests.disasters.disk import Disk
from tests.disasters.power import Workload, run
from tests.disasters.system_calls import IS_WANTED, Call

needs_strace = pytest.mark.skipif(not IS_WANTED, reason="needs strace: apt-get install strace")
BUSY = ("--checkpoint-every", "8", "--reopen-every", "17")


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("appends", [2, 40])
def test_no_cut_loses_what_was_acknowledged_or_corrupts_the_file(appends: int) -> None:
    line = run(Workload("a journal", appends, BUSY, 60), 1)

    assert line.tally.findings == []
    assert (line.tally.tried, line.lost, line.corrupt) == (60, 0, 0)
    assert line.tally.seen["cuts that tore or lost something"] > 10


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize(("level", "what"), [("NORMAL", "lost"), ("OFF", "corrupt")])
def test_less_than_full_is_found_out(level: str, what: str) -> None:
    line = run(Workload(level, 60, (*BUSY, "--synchronous", level), 80, promises=False), 1)

    assert {"lost": line.lost, "corrupt": line.corrupt}[what] > 0


FOLDER, FILE = "/d", "/d/journal"
WRITTEN = [
    Call("create", FILE),
    Call("write", FILE, b"a" * 512 + b"b" * 512, 0),
    Call("sync", FILE),
    Call("sync", FOLDER),
    Call("write", FILE, b"c" * 1024, 512),
]


def _after(calls: list[Call], times: int = 200) -> set[bytes | None]:
    disk = Disk(FOLDER)
    for call in calls:
        disk.take(call)
    dice = random.Random(1)
    return {disk.after_a_cut(dice).get(FILE) for _ in range(times)}


def test_what_was_synced_is_there_after_a_cut() -> None:
    assert _after([*WRITTEN, Call("sync", FILE)]) == {b"a" * 512 + b"c" * 1024}


def test_what_was_not_synced_is_there_sector_by_sector_or_is_not() -> None:
    a, b, c, none = b"a" * 512, b"b" * 512, b"c" * 512, bytes(512)

    assert _after(WRITTEN) == {a + b, a + b + none, a + c, a + c + none, a + b + c, a + c + c}


def test_a_name_is_there_once_its_folder_was_synced() -> None:
    assert None in _after(WRITTEN[:3])
    assert None not in _after(WRITTEN[:4])


def test_a_new_name_and_the_one_before_it_are_never_both_gone() -> None:
    moved = [
        Call("create", FILE), Call("sync", FOLDER), Call("create", "/d/new"), Call("write", "/d/new", b"new", 0),
        Call("sync", "/d/new"), Call("rename", "/d/new", target=FILE),
    ]  # fmt: skip

    assert _after(moved) == {b"", b"new"}

"""The JSONL journal as a file: its lines, tears that are repaired and told, damage that is not, faults while writing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Literal

import attrs
import pytest

from oms.codec.chain import Chain, head_of
from oms.codec.event_codec import encode
from oms.errors import (
    ChainBrokenError,
    ConcurrencyConflictError,
    FencedOutError,
    JournalDamagedError,
    JournalMovedError,
    JournalNewerError,
    NotAJournalError,
    StoreError,
    ValidationError,
)
from oms.model.events import Event, IdBlockReserved
from oms.ports.event_store import SnapshotPassedOver, TailCut
from oms.stores.jsonl import JSONLEventStore
from tests.integration.journal_events import REPORT, T0, trade, trades

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.jsonl"


def written(path: Path, *sizes: int) -> Path:
    """A journal of appends of these sizes."""
    last = 0
    with JSONLEventStore(path) as store:
        for size in sizes or (1, 1, 1):
            store.append(trades(last + 1, last + size), last)
            last += size
    return path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_the_file_says_what_it_is_and_holds_one_record_a_line(path: Path) -> None:
    header, *found = lines(written(path, 1, 2))
    about = json.loads(header)
    assert (about["format"], about["version"], len(about["id"])) == ("oms journal", 1, 32)
    assert [json.loads(line)["sequence"] for line in found] == [1, 2, 3]
    assert [line[-2:] for line in found] == [b"}\n", b" \n", b"}\n"]
    assert json.loads(found[1])["prev_hash"] == json.loads(found[0])["hash"]
    assert sorted(each.name for each in path.parent.iterdir()) == ["orders.jsonl", "orders.jsonl-writer"]


def test_each_append_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JSONLEventStore(path) as store:
        synced: list[int] = []
        sync = os.fsync

        def count(descriptor: int) -> None:
            synced.append(os.fstat(descriptor).st_size)
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", count)
        store.append(trades(1, 1), 0)
        store.append(trades(2, 3), 1)
        assert len(synced) == 2
        assert synced[-1] == path.stat().st_size


# ------------------------------------------------------------------------------------------ tears


def blocks(first: int, last: int) -> tuple[Event, ...]:
    """Events with short records."""
    return tuple(IdBlockReserved(number, 1, REPORT, number, T0, number) for number in range(first, last + 1))


def is_left(path: Path, torn: bytes, last: int, kept: int, check: Literal["quick", "full"]) -> None:
    """A reader leaves the tear out; a writer cuts it off, keeps it beside, says so and goes on."""
    path.write_bytes(torn)
    beside = Path(f"{path}-torn-1")
    beside.unlink(missing_ok=True)
    with JSONLEventStore(path, read_only=True, check=check) as reader:
        assert tuple(reader.read()) == blocks(1, last)
        [seen] = reader.notices or (None,)
    assert path.read_bytes() == torn
    with JSONLEventStore(path, check=check) as store:
        assert tuple(store.read()) == blocks(1, last)
        if len(torn) == kept:
            assert (seen, store.notices, beside.exists()) == (None, (), False)
        else:
            tear = torn[kept:]
            assert seen == TailCut(last + 1, len(tear), "")
            assert store.notices == (TailCut(last + 1, len(tear), str(beside)),)
            assert beside.read_bytes() == tear
        assert path.read_bytes() == torn[:kept]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "check"),
    [
        pytest.param((1, 1, 1, 1), "full", id="three appends"),
        pytest.param((1, 3), "full", id="one append"),
        pytest.param((1, 1, 2), "full", id="two appends"),
        pytest.param((1, 1, 2), "quick", id="two appends and a quick check"),
    ],
)
def test_a_tear_at_any_byte_of_the_last_three_records_is_repaired_and_told(
    path: Path, sizes: tuple[int, ...], check: Literal["quick", "full"], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = 0
    with JSONLEventStore(path) as store:
        for size in sizes:
            store.append(blocks(last + 1, last + size), last)
            last += size
    # The disk is not what is tried here, and it is slow.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    header, *found = lines(path)
    content = path.read_bytes()
    # Where an append ends, and which event is its last.
    ends = {len(header) + sum(map(len, found[:last])): last for last in accumulate(sizes)}
    first = min(ends)
    for length in range(first, len(content) + 1):
        kept = max(end for end in ends if end <= length)
        is_left(path, content[:length], ends[kept], kept, check)
    assert len(content) - first == sum(map(len, found[1:]))
    assert len(found[1:]) == 3


def test_a_journal_whose_first_append_was_torn_is_empty(path: Path) -> None:
    header, first = lines(written(path, 1))
    is_left(path, header + first[:50], 0, len(header), "full")


def test_an_append_after_a_tear_goes_on_and_each_tear_is_kept(path: Path) -> None:
    written(path, 2)
    for number in (1, 2):
        with path.open("ab") as file:
            file.write(lines(path)[-1][:100])
        with JSONLEventStore(path) as store:
            assert store.notices == (TailCut(2 + number, 100, f"{path}-torn-{number}"),)
            store.append([trade(2 + number)], 1 + number)
    with JSONLEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 4)


# ------------------------------------------------------------------------------------------ damage


def damage_of(path: Path, content: bytes) -> JournalDamagedError:
    """The error at opening, the same for a reader and a writer, with nothing changed and nothing put beside."""
    path.write_bytes(content)
    errors = []
    for read_only in (True, False):
        with pytest.raises(JournalDamagedError) as caught:
            JSONLEventStore(path, read_only=read_only)
        errors.append(caught.value)
    assert path.read_bytes() == content
    assert not list(path.parent.glob("*-torn-*"))
    assert (str(errors[0]), errors[0].sequence) == (str(errors[1]), errors[1].sequence)
    return errors[0]


@pytest.mark.slow
def test_half_a_record_at_any_place_in_the_middle_is_damage(path: Path) -> None:
    header, *found = lines(written(path, 1, 2, 1))
    content = path.read_bytes()
    half = found[2][: len(found[2]) // 2]
    starts = [len(header) + sum(map(len, found[:place])) for place in range(5)]
    for place in range(len(header), len(content)):
        error = damage_of(path, content[:place] + half + content[place:])
        assert error.sequence == max(number for number in range(1, 5) if starts[number - 1] <= place)
        assert f"line {error.sequence + 1}" in str(error)


@pytest.mark.slow
def test_any_changed_byte_is_found_and_named(path: Path) -> None:
    with JSONLEventStore(path) as store:
        for first, last in ((1, 1), (2, 3), (4, 4)):
            store.append(blocks(first, last), first - 1)
    header, *found = lines(path)
    content = path.read_bytes()
    starts = [len(header) + sum(map(len, found[:place])) for place in range(5)]
    for place in range(len(content)):
        for flip in (0x01, 0x80, 0xFF):
            changed = bytearray(content)
            changed[place] ^= flip
            path.write_bytes(changed)
            with pytest.raises((JournalDamagedError, JournalNewerError, NotAJournalError)) as caught:
                JSONLEventStore(path, read_only=True)
            if place >= len(header):
                assert isinstance(caught.value, JournalDamagedError)
                assert caught.value.sequence == max(n for n in range(1, 5) if starts[n - 1] <= place)


@pytest.mark.parametrize(
    ("change", "sequence", "words"),
    [
        pytest.param(lambda found: [*found[:3], *found[4:]], 4, "line 5: event 5 stands there: 4 is missing", id="a line missing"),
        pytest.param(lambda found: [*found[:4], *found[3:]], 5, "line 6: event 4 stands there: 4 is there twice", id="a line twice"),
        pytest.param(lambda found: [*found[:2], found[3], found[2], *found[4:]], 3, "event 4 stands there: 3 is missing", id="two lines swapped"),
        pytest.param(lambda found: [*found[:2], found[2][:-1], *found[3:]], 3, "line 4: ", id="no end of a line"),
        pytest.param(lambda found: [*found[:2], b"\n", *found[2:]], 3, "line 4: it is no whole record", id="an empty line"),
        pytest.param(lambda found: [*found[:2], found[2][:99] + b"\n", *found[3:]], 3, "line 4: it is no whole record", id="half a line"),
        pytest.param(lambda found: [*found[:2], found[2].replace(b"189.50", b"189.60"), *found[3:]], 3, "its content and its own hash do not agree", id="a price changed"),
        pytest.param(lambda found: [*found[:-1], found[-1].replace(b"189.50", b"189.60")], 6, "its content and its own hash do not agree", id="a price of the last changed"),
        pytest.param(lambda found: [*found[:2], found[2].replace(b"}\n", b"} \n"), *found[3:]], 0, "", id="an append joined to the next"),
        pytest.param(lambda found: [*found, b"\x00" * 100], 7, "line 8: it is no whole record", id="zeros at the end"),
        pytest.param(lambda found: [*found[:-1], b"\x00" * len(found[-1])], 6, "line 7: ", id="zeros for the last"),
        pytest.param(lambda found: [*found, b"somebody's notes"], 7, "line 8: it is no whole record", id="notes at the end"),
        pytest.param(lambda found: [*found, b"somebody's notes\n"], 7, "line 8: it is no whole record", id="a line of notes at the end"),
        pytest.param(lambda found: [*found[:-1], found[-1][:-1] + b"\x0b"], 6, "line 7: it is no whole record", id="another end of the last line"),
    ],
)  # fmt: skip
def test_damage_is_named_by_line_and_event(
    path: Path, change: Callable[[list[bytes]], list[bytes]], sequence: int, words: str
) -> None:
    header, *found = lines(written(path, 1, 1, 1, 1, 1, 1))
    content = header + b"".join(change(found))
    if not sequence:
        # Which appends there were is no part of the record: joined ones are read as they were.
        path.write_bytes(content)
        with JSONLEventStore(path) as store:
            assert tuple(store.read()) == trades(1, 6)
        return
    error = damage_of(path, content)
    assert error.sequence == sequence
    assert words in str(error)


def test_a_quick_check_leaves_the_middle_to_the_reading(path: Path) -> None:
    header, *found = lines(written(path, 1, 1, 1, 1))
    path.write_bytes(header + b"".join(found).replace(b'"X-2"', b'"X-9"'))
    with JSONLEventStore(path, check="quick") as store:
        reading = store.read()
        assert next(reading) == trade(1)
        with pytest.raises(ChainBrokenError) as caught:
            next(reading)
    assert caught.value.sequence == 2


@pytest.mark.parametrize("check", ["quick", "full"])
def test_the_end_of_a_journal_of_long_lines_is_found(path: Path, check: Literal["quick", "full"]) -> None:
    events = [trade(number, raw="x" * 90_000) for number in (1, 2, 3)]
    with JSONLEventStore(path) as store:
        store.append(events, 0)
    with JSONLEventStore(path, check=check) as store:
        assert store.version == 3
        assert list(store.read()) == events


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", NotAJournalError, "is empty"),
        (b"SQLite format 3\x00", NotAJournalError, "does not begin as a journal"),
        (b'{"type":"Traded"}\n', NotAJournalError, "does not begin as a journal"),
        (b'{"format":"oms jour', JournalDamagedError, "cut short"),
        (b'{"format":"oms journal","version":2,"id":"x"}\n', JournalNewerError, "has format 2"),
        (b'{"format":"oms journal","version":1}\n', JournalDamagedError, "line 1"),
        (b'{"format":"oms journal","version":1,"id":"00"}\n', JournalDamagedError, "line 1"),
        (b'{"format":"oms journal","version":"1","id":"00"}\n', JournalDamagedError, "line 1"),
    ],
)
def test_another_file_is_told_apart_and_left_alone(
    path: Path, content: bytes, kind: type[StoreError], words: str
) -> None:
    path.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(kind, match=words):
            JSONLEventStore(path, read_only=read_only)
    assert path.read_bytes() == content
    assert [found.name for found in path.parent.iterdir()] == ["orders.jsonl"]


def test_no_record_of_one_journal_fits_into_another(tmp_path: Path) -> None:
    first, second = written(tmp_path / "first"), written(tmp_path / "second")
    second.write_bytes(b"".join([lines(second)[0], *lines(first)[1:]]))
    with pytest.raises(ChainBrokenError) as caught:
        JSONLEventStore(second)
    assert caught.value.sequence == 1


# ------------------------------------------------------------------------------------------ faults while writing


@pytest.mark.parametrize("room", [0, 1, 300, 700, 900, 1500], ids=lambda room: f"room for {room} bytes")
def test_a_full_disk_leaves_the_append_in_doubt_and_nothing_of_it_behind(path: Path, room: int) -> None:
    resource = pytest.importorskip("resource")
    with JSONLEventStore(written(path)) as store:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, limits[1]))
        try:
            with pytest.raises(StoreError, match="events 4 to 7 were kept is in doubt"):
                store.append(trades(4, 7), 3)
            with pytest.raises(StoreError, match="read the journal again"):
                store.append(trades(4, 7), 3)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert store.version == 3
        store.append(trades(4, 7), 3)
        assert tuple(store.read()) == trades(1, 7)
    with JSONLEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 7)


def test_what_could_not_be_synced_is_written_again_before_it_counts(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JSONLEventStore(written(path)) as store:
        written_again: list[bytes] = []
        sync, write = os.fsync, os.write

        def fail(_: int) -> None:
            raise OSError(5, "Input/output error")

        def note(descriptor: int, content: bytes) -> int:
            written_again.append(bytes(content))
            return write(descriptor, content)

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match=r"events 4 to 5 were kept is in doubt .*Input/output error"):
            store.append(trades(4, 5), 3)
        with pytest.raises(StoreError, match="could not be brought to the disk"):
            store.read()
        with pytest.raises(StoreError, match="read the journal again"):
            store.append(trades(6, 6), 5)
        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(os, "write", note)
        assert store.version == 5
        assert written_again == [b"".join(lines(path)[4:])]
        store.append(trades(6, 6), 5)
        assert tuple(store.read()) == trades(1, 6)


def test_who_writes_around_the_lock_is_noticed(path: Path) -> None:
    with JSONLEventStore(written(path)) as store:
        after = Chain(head_of(lines(path)[-1].decode().rstrip(), 3))
        with path.open("a") as file:
            file.write(after.link(encode(attrs.evolve(trade(4), epoch=2))) + "\n")
        with pytest.raises(FencedOutError) as caught:
            store.append(trades(4, 4), 3)
        assert (caught.value.expected, caught.value.found, caught.value.newer_epoch) == (3, 4, 2)
        assert store.version == 4


def test_a_journal_that_has_lost_events_takes_none(path: Path) -> None:
    with JSONLEventStore(written(path)) as store:
        os.truncate(path, sum(map(len, lines(path)[:3])))
        with pytest.raises((JournalMovedError, ConcurrencyConflictError), match="has lost events"):
            store.append(trades(4, 4), 3)


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").rename(path)


@pytest.mark.parametrize("how", [remove, replace])
@pytest.mark.parametrize("suffix", ["", "-writer"])
def test_nothing_is_written_when_a_file_was_taken_away(
    path: Path, suffix: str, how: Callable[[Path], None]
) -> None:
    with JSONLEventStore(written(path)) as store:
        how(Path(f"{path}{suffix}"))
        with pytest.raises(JournalMovedError, match="while the journal was open"):
            store.append(trades(4, 4), 3)
        with pytest.raises(JournalMovedError):
            store.save_snapshot(3, "{}")


PROGRAM = """
import os
from oms.errors import JournalMovedError
from oms.stores.jsonl import JSONLEventStore
from tests.integration.journal_events import trades
store = JSONLEventStore({path!r})
"""
FORKED = """
child = os.fork()
if not child:
    try:
        store.append(trades(1, 1), 0)
    except JournalMovedError as error:
        print("fork" if "fork" in str(error) else error, flush=True)
    store.close()
    os._exit(0)
os.waitpid(child, 0)
store.append(trades(1, 1), 0)
"""
KILLED = """
for number in range(1, 60):
    store.append(trades(2 * number - 1, 2 * number), 2 * number - 2)
    print(2 * number, flush=True)
os.kill(os.getpid(), 9)
"""


def run(path: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(path=str(path)) + script],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_uses_nothing_of_its_parents_journal(path: Path) -> None:
    done = run(path, FORKED)
    assert (done.stdout, done.returncode) == ("fork\n", 0), done.stderr
    with JSONLEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 1)


def test_what_was_acknowledged_before_a_kill_is_there_after(path: Path) -> None:
    done = run(path, KILLED)
    assert (done.returncode, done.stdout.split()[-1]) == (-9, "118"), done.stderr
    with JSONLEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 118)


# ------------------------------------------------------------------------------------------ snapshots, arguments


def test_snapshots_are_files_beside_the_journal_and_two_are_kept(path: Path) -> None:
    with JSONLEventStore(written(path)) as store:
        for version in (1, 2, 3):
            store.save_snapshot(version, f"at {version}")
        assert sorted(found.name for found in path.parent.glob("*snapshot*")) == [
            "orders.jsonl-snapshot-2",
            "orders.jsonl-snapshot-3",
        ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda content: content[:-1] + b"!", "it was changed", id="changed"),
        pytest.param(lambda content: content[:20], "cannot be read", id="cut short"),
        pytest.param(lambda _: b"\xff", "cannot be read", id="no text"),
        pytest.param(lambda _: b"[" * 100_000, "cannot be read", id="too deep"),
        pytest.param(lambda content: content.replace(b'"version":3', b'"version":2'), "it was changed", id="another number"),
    ],
)  # fmt: skip
def test_a_snapshot_that_cannot_be_trusted_is_passed_over_for_the_one_before(
    path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    with JSONLEventStore(written(path)) as store:
        store.save_snapshot(2, "two")
        store.save_snapshot(3, "three")
        newest = Path(f"{path}-snapshot-3")
        newest.write_bytes(change(newest.read_bytes()))
        assert store.snapshot() == (2, "two")
        [notice] = store.notices
        assert isinstance(notice, SnapshotPassedOver)
        assert notice.version == 3
        assert words in notice.reason


def test_a_snapshot_newer_than_the_journal_or_of_another_past_is_passed_over(path: Path) -> None:
    with JSONLEventStore(written(path)) as store:
        store.save_snapshot(3, "three")
    path.write_bytes(b"".join(lines(path)[:3]))
    with JSONLEventStore(path) as store:
        assert store.snapshot() is None
        assert "ends at event 2, before it" in str(store.notices)
        store.append([trade(3, raw="another past")], 2)
        assert store.snapshot() is None
        assert "other events" in str(store.notices[-1])


def test_a_snapshot_that_cannot_be_kept_leaves_the_journal_as_it_was(path: Path) -> None:
    with JSONLEventStore(written(path)) as store:
        Path(f"{path}-snapshot-3").mkdir()
        with pytest.raises(StoreError, match="the journal is as it was"):
            store.save_snapshot(3, "three")
        store.append(trades(4, 4), 3)
        assert tuple(store.read()) == trades(1, 4)


def test_arguments_that_cannot_be_meant_are_refused(path: Path) -> None:
    with pytest.raises(ValidationError, match='pass "quick" or "full"'):
        JSONLEventStore(path, check="some")  # type: ignore[arg-type]  # what a caller without a type checker passes
    with pytest.raises(ValidationError, match="32 lower-case hex digits"):
        JSONLEventStore(path, store_id="7")
    assert list(path.parent.iterdir()) == []


def test_a_second_name_is_refused_to_a_writer(path: Path) -> None:
    os.link(written(path), path.with_name("second"))
    with pytest.raises(StoreError, match="hard link"):
        JSONLEventStore(path)

"""The SQLite journal as a file: beginning, opening again, writers and readers, what goes wrong while writing."""

# Some faults are made on the writer's own connection.
# pyright: reportPrivateUsage=false

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

import attrs
import pytest

from oms.codec.chain import Chain, head_of
from oms.codec.event_codec import encode
from oms.errors import (
    ChainBrokenError,
    ConcurrencyConflictError,
    FencedOutError,
    JournalMovedError,
    NotAJournalError,
    StoreBusyError,
    StoreError,
    ValidationError,
)
from oms.model.events import Event
from oms.ports.event_store import SnapshotPassedOver
from oms.stores.sqlite import APPLICATION_ID, FORMAT, SQLiteEventStore
from oms.stores.sqlite_file import check_sharing, connect
from tests.integration.journal_events import trade, trades

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def written(path: Path, last: int = 3) -> Path:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, last), 0)
    return path


def test_a_journal_is_there_when_opened_again(path: Path) -> None:
    written(path)
    with SQLiteEventStore(str(path)) as store:
        assert store.version == 3
        store.append(trades(4, 4), 3)
    with SQLiteEventStore(path, read_only=True) as store:
        assert tuple(store.read()) == trades(1, 4)


def test_a_closed_journal_is_one_file_and_the_writers_lock(path: Path) -> None:
    written(path)
    assert sorted(found.name for found in path.parent.iterdir()) == ["orders.db", "orders.db-writer"]
    assert Path(f"{path}-writer").stat().st_size == 0


def test_the_file_says_what_it_is(path: Path) -> None:
    with closing(sqlite3.connect(written(path))) as plain:
        assert plain.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert plain.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert (
            "journal of oms" in plain.execute("SELECT content FROM meta WHERE name = 'about'").fetchone()[0]
        )
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_each_commit_waits_for_the_disk(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 1), 0)
        assert store._writer is not None
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    "odd", [None, 7, b"orders.db", "", "a\x00b"], ids=["none", "a number", "bytes", "empty", "a NUL"]
)
def test_what_is_no_path_is_refused(odd: object) -> None:
    with pytest.raises(ValidationError, match="pass the path of a file"):
        SQLiteEventStore(odd)  # type: ignore[arg-type]  # what a caller without a type checker passes


def test_a_journal_in_memory_is_another_store() -> None:
    with pytest.raises(ValidationError, match="MemoryEventStore"):
        SQLiteEventStore(":memory:")


@pytest.mark.parametrize(
    "name", ["a?mode=memory.db", "50%25.db", "a#b.db", "file:x.db", "with space.db", "ключ.db", "'quoted'.db"]
)
def test_a_name_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    written(tmp_path / name)
    assert sorted(found.name for found in tmp_path.iterdir()) == sorted([name, f"{name}-writer"])


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotAJournalError, match="there is no directory"):
        SQLiteEventStore(tmp_path / "no" / "orders.db")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_not_made_by_a_reader(path: Path) -> None:
    with pytest.raises(NotAJournalError, match="does not exist"):
        SQLiteEventStore(path, read_only=True)
    assert list(path.parent.iterdir()) == []


def test_a_second_writer_is_refused_until_the_first_has_closed(path: Path) -> None:
    with SQLiteEventStore(path) as first:
        first.append(trades(1, 2), 0)
        with pytest.raises(StoreError, match="open for writing elsewhere"):
            SQLiteEventStore(path)
        first.append(trades(3, 3), 2)
    with SQLiteEventStore(path) as second:
        assert tuple(second.read()) == trades(1, 3)


def test_a_second_writer_by_another_name_of_the_file_is_refused(path: Path) -> None:
    with SQLiteEventStore(path):
        alias = path.with_name("alias.db")
        alias.symlink_to(path)
        with pytest.raises(StoreError, match="open for writing elsewhere"):
            SQLiteEventStore(alias)


def test_a_writer_in_another_process_is_refused(path: Path) -> None:
    with SQLiteEventStore(path):
        other = run(f"SQLiteEventStore({str(path)!r})")
    assert other.returncode == 1
    assert "open for writing elsewhere" in other.stderr


def test_the_lock_of_a_killed_writer_is_free(path: Path) -> None:
    killed = run(
        f"store = SQLiteEventStore({str(path)!r}); store.append(trades(1, 2), 0); os.kill(os.getpid(), 9)"
    )
    assert killed.returncode == -9
    with SQLiteEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 2)


def test_readers_see_what_a_live_writer_has_committed(path: Path) -> None:
    with SQLiteEventStore(path) as writer, SQLiteEventStore(path, read_only=True) as reader:
        assert reader.version == 0
        writer.append(trades(1, 3), 0)
        assert reader.version == 3
        reading = reader.read()
        assert next(reading) == trade(1)
        writer.append(trades(4, 4), 3)
        assert list(reading) == list(trades(2, 3))
        assert tuple(reader.read(3)) == trades(4, 4)


def test_a_reader_does_not_write(path: Path) -> None:
    before = written(path).read_bytes()
    with SQLiteEventStore(path, read_only=True) as reader:
        with pytest.raises(StoreError, match="for reading only"):
            reader.append(trades(4, 4), 3)
        assert reader.version == 3
    assert path.read_bytes() == before


def test_an_iterator_ends_with_the_store(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        reading = store.read()
        assert next(reading) == trade(1)
    with pytest.raises(StoreError, match="closed"):
        next(reading)


def append_around_the_lock(path: Path, event: Event) -> None:
    """What a second writer does where locks do not work: it goes on with the chain."""
    with closing(sqlite3.connect(path)) as intruder, intruder:
        [(sequence, payload)] = intruder.execute("SELECT max(sequence), payload FROM events")
        linked = Chain(head_of(payload, sequence)).link(encode(event))
        intruder.execute("INSERT INTO events VALUES (?, ?)", (event.sequence, linked))


def test_who_writes_around_the_lock_is_noticed_inside_the_transaction(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 2), 0)
        append_around_the_lock(path, trade(3))
        with pytest.raises(ConcurrencyConflictError) as caught:
            store.append(trades(3, 4), 2)
        assert type(caught.value) is ConcurrencyConflictError
        assert (caught.value.expected, caught.value.found) == (2, 3)
        with pytest.raises(StoreError, match="read the journal again"):
            store.append(trades(4, 4), 3)
        assert store.version == 3
        store.append(trades(4, 4), 3)
        assert tuple(store.read()) == trades(1, 4)


def test_who_was_overtaken_by_a_newer_epoch_is_told_so_inside_the_transaction(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 2), 0)
        append_around_the_lock(path, attrs.evolve(trade(3), epoch=2))
        with pytest.raises(FencedOutError) as caught:
            store.append(trades(3, 4), 2)
        assert (caught.value.expected, caught.value.found) == (2, 3)
        assert (caught.value.epoch, caught.value.newer_epoch) == (1, 2)
        assert store.version == 3
        with pytest.raises(FencedOutError):
            store.append(trades(4, 4), 3)
        assert store.version == 3


def test_an_event_that_has_no_text_leaves_nothing_behind(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        with pytest.raises(ValidationError, match=r"Traded\.last_px"):
            store.append([trade(1), attrs.evolve(trade(2), last_px=Decimal("NaN"))], 0)
        store.append(trades(1, 2), 0)
        assert tuple(store.read()) == trades(1, 2)


def test_a_file_locked_against_the_rules_is_waited_for_and_then_nothing_was_kept(path: Path) -> None:
    with SQLiteEventStore(written(path), busy_timeout_s=0.1) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
            intruder.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                with pytest.raises(StoreBusyError, match=r"for 0\.1 s: nothing was kept"):
                    store.append(trades(4, 5), 3)
        store.append(trades(4, 5), 3)
        assert tuple(store.read()) == trades(1, 5)


@pytest.mark.parametrize("wait_s", [-1, 60.5, float("nan")])
def test_how_long_is_waited_is_bounded(path: Path, wait_s: float) -> None:
    with pytest.raises(ValidationError, match="pass seconds from 0 to 60"):
        SQLiteEventStore(path, busy_timeout_s=wait_s)


@pytest.mark.parametrize(
    ("level", "may_lose"),
    [("OFF", False), ("OFF", True), ("NORMAL", False), ("FULL", True), ("EXTRA", False)],
)
def test_less_durability_is_refused_unless_the_loss_is_named(
    path: Path, level: str, *, may_lose: bool
) -> None:
    with pytest.raises(ValidationError, match=r"synchronous|may_lose_acknowledged_events"):
        SQLiteEventStore(path, synchronous=cast(Any, level), may_lose_acknowledged_events=may_lose)
    assert not path.exists()


def test_less_durability_is_given_where_the_loss_is_named(path: Path) -> None:
    with SQLiteEventStore(path, synchronous="NORMAL", may_lose_acknowledged_events=True) as store:
        store.append(trades(1, 1), 0)
        assert store._writer is not None
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (1,)
        assert not store.capabilities.synced


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 6, 23), True),
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_several_writers_are_refused_where_sqlite_would_corrupt_the_file(
    version: tuple[int, int, int], *, is_safe: bool
) -> None:
    if is_safe:
        check_sharing(version)
    else:
        with pytest.raises(StoreError, match="WAL-reset defect"):
            check_sharing(version)


def test_a_shared_journal_is_refused_or_not_by_the_sqlite_that_is_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreError, match=r"3\.51\.3 or newer"):
        SQLiteEventStore(path, shared=True)
    assert not path.exists()


def test_whoever_takes_a_shared_journal_over_fences_the_other_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One after the other in one thread is safe with every SQLite.
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    with SQLiteEventStore(path, shared=True) as leader, SQLiteEventStore(path, shared=True) as standby:
        leader.append(trades(1, 2), 0)
        assert standby.version == 2
        with pytest.raises(StoreBusyError, match="open for writing elsewhere"):
            SQLiteEventStore(path)
        standby.append([attrs.evolve(trade(3), epoch=2)], 2)
        with pytest.raises(FencedOutError, match="belongs to epoch 2, which has ended epoch 1"):
            leader.append(trades(3, 3), 2)
        assert leader.version == 3
        with pytest.raises(FencedOutError):
            leader.append(trades(4, 4), 3)
        standby.append([attrs.evolve(trade(4), epoch=2)], 3)
    with pytest.raises(StoreBusyError), SQLiteEventStore(path):
        SQLiteEventStore(path, shared=True)


def test_a_reader_cannot_checkpoint(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 3), 0)
        log = Path(f"{path}-wal").read_bytes()
        with closing(connect(path, "ro")) as reader:
            assert reader.execute("SELECT count(*) FROM events").fetchone() == (3,)
            with pytest.raises(sqlite3.OperationalError):
                reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert Path(f"{path}-wal").read_bytes() == log


def test_a_full_disk_leaves_the_append_in_doubt_until_the_journal_is_read(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        store.append(trades(4, 4), 3)
        assert store._writer is not None
        store._writer.execute("PRAGMA max_page_count = 1")  # SQLite's own full disk
        with pytest.raises(StoreError, match="is in doubt"):
            store.append([trade(5, raw="x" * 100_000)], 4)
        with pytest.raises(StoreError, match="read the journal again"):
            store.append(trades(5, 5), 4)
        assert tuple(store.read()) == trades(1, 4)
        store.append(trades(5, 5), 4)
        assert store.version == 5


def test_an_interrupt_in_the_middle_of_an_append_leaves_it_in_doubt(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        store.append(trades(4, 4), 3)
        assert store._writer is not None
        store._writer.set_progress_handler(_interrupt, 1)
        with pytest.raises(StoreError, match="is in doubt"):
            store.append(trades(5, 5), 4)
        assert store.version == 4


def _interrupt() -> int:
    return 1


def remove(path: Path) -> None:
    path.unlink()


def move_away(path: Path) -> None:
    path.rename(f"{path}-elsewhere")


def replace(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.rename(path)


@pytest.mark.parametrize("how", [remove, move_away, replace])
@pytest.mark.parametrize("suffix", ["", "-wal", "-writer"])
def test_nothing_is_written_when_a_file_was_taken_away(
    path: Path, suffix: str, how: Callable[[Path], None]
) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 2), 0)
        how(Path(f"{path}{suffix}"))
        with pytest.raises(JournalMovedError, match="while the journal was open"):
            store.append(trades(3, 3), 2)
        with pytest.raises(JournalMovedError):
            store.save_snapshot(2, "{}")
        assert store._version == 2


def test_a_file_that_was_put_back_is_written_to_again(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 2), 0)
        elsewhere = path.rename(f"{path}-elsewhere")
        with pytest.raises(JournalMovedError, match="put it back"):
            store.append(trades(3, 3), 2)
        elsewhere.rename(path)
        store.append(trades(3, 3), 2)
        assert tuple(store.read()) == trades(1, 3)


def test_a_file_replaced_before_anything_was_written_is_noticed(path: Path) -> None:
    # The new file often gets the number of the deleted one; not while somebody holds that.
    with SQLiteEventStore(written(path)) as store:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        with pytest.raises(JournalMovedError, match="another file"):
            store.append(trades(4, 4), 3)


def test_a_second_name_is_refused_to_a_writer(path: Path) -> None:
    os.link(written(path), path.with_name("second.db"))
    with pytest.raises(StoreError, match="hard link"):
        SQLiteEventStore(path)
    with SQLiteEventStore(path, read_only=True) as reader:
        assert reader.version == 3


FORKED = """
store = SQLiteEventStore({path!r})
store.append(trades(1, 2), 0)
child = os.fork()
if not child:
    said = []
    for use in (lambda: store.append(trades(3, 3), 2), lambda: store.version, lambda: SQLiteEventStore({path!r}, read_only=True)):
        try:
            use()
            said.append("nothing")
        except JournalMovedError as error:
            said.append("fork" if "fork" in str(error) else str(error))
    store.close()
    print(*said, flush=True)
    os._exit(0)
os.waitpid(child, 0)
store.append(trades(3, 3), 2)
print(store.version)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_uses_nothing_of_its_parents_journal(path: Path) -> None:
    done = run(FORKED.format(path=str(path)))
    assert (done.stdout.split(), done.returncode) == (["fork", "fork", "fork", "3"], 0), done.stderr
    with SQLiteEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 3)


LOCKED = """
store = SQLiteEventStore({path!r})
store.append(trades(1, 2), 0)
with SQLiteEventStore({path!r}, read_only=True) as reader:
    assert reader.version == 2
print(flush=True)
input()
"""


def test_a_reader_in_the_writers_process_leaves_the_writer_its_locks(path: Path) -> None:
    """To close a descriptor of a file drops all locks of the process on it; the last writer to close deletes the log."""
    imports = "import os; from oms.stores.sqlite import SQLiteEventStore; from tests.integration.journal_events import trades"
    with subprocess.Popen(
        [sys.executable, "-c", f"{imports}\n{LOCKED.format(path=str(path))}"],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        with closing(sqlite3.connect(path)) as plain:
            assert plain.execute("SELECT count(*) FROM events").fetchone() == (2,)
        assert Path(f"{path}-wal").exists()
        other.communicate("\n", timeout=60)


@pytest.mark.parametrize("check", ["quick", "full"])
def test_damage_in_the_middle_is_found_at_open_by_a_full_check_and_when_it_is_read_by_a_quick_one(
    path: Path, check: Literal["quick", "full"]
) -> None:
    written(path, 60)
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE events SET payload = replace(payload, '189.50', '189.60') WHERE sequence = 30")
    if check == "full":
        with pytest.raises(ChainBrokenError) as caught:
            SQLiteEventStore(path, check=check)
    else:
        with SQLiteEventStore(path, check=check) as store, pytest.raises(ChainBrokenError) as caught:
            list(store.read())
    assert caught.value.sequence == 30


def test_what_to_check_is_said_in_one_of_two_words(path: Path) -> None:
    with pytest.raises(ValidationError, match='pass "quick" or "full"'):
        SQLiteEventStore(path, check="some")  # type: ignore[arg-type]  # what a caller without a type checker passes


def test_a_journal_keeps_the_id_it_was_made_with(path: Path) -> None:
    with SQLiteEventStore(path, store_id="0123456789abcdef" * 2) as store:
        assert store.store_id == "0123456789abcdef" * 2
    with SQLiteEventStore(path, store_id="f" * 32) as store:
        assert store.store_id == "0123456789abcdef" * 2
    with pytest.raises(ValidationError, match="32 lower-case hex digits"):
        SQLiteEventStore(path, store_id="F" * 32)


def test_no_record_of_one_journal_fits_into_another(tmp_path: Path) -> None:
    first, second = written(tmp_path / "first.db"), written(tmp_path / "second.db")
    with closing(sqlite3.connect(second)) as plain, plain:
        plain.execute("ATTACH ? AS first", (str(first),))
        plain.execute(
            "UPDATE events SET payload = (SELECT payload FROM first.events o WHERE o.sequence = events.sequence)"
        )
    with pytest.raises(ChainBrokenError):
        SQLiteEventStore(second, read_only=True, check="quick")


def test_a_snapshot_is_passed_over_when_it_was_changed_and_the_one_before_it_is_given(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        store.save_snapshot(2, "two")
        store.save_snapshot(3, "three")
        assert store.snapshot() == (3, "three")
        with closing(sqlite3.connect(path)) as plain, plain:
            plain.execute("UPDATE snapshots SET content = 'THREE' WHERE version = 3")
        assert store.snapshot() == (2, "two")
        [notice] = store.notices
        assert isinstance(notice, SnapshotPassedOver)
        assert notice.version == 3
        assert "it was changed" in notice.reason


def test_a_snapshot_newer_than_the_journal_or_of_another_past_is_passed_over(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        store.save_snapshot(3, "three")
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("DELETE FROM events WHERE sequence = 3")
    with SQLiteEventStore(path) as store:
        assert store.snapshot() is None
        assert [str(notice) for notice in store.notices if "ends at event 2, before it" in str(notice)]
        store.append([trade(3, raw="another past")], 2)
    with SQLiteEventStore(path) as store:
        assert store.snapshot() is None
        [notice] = store.notices
        assert "other events" in str(notice)


def test_two_snapshots_are_kept(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        for version in (1, 2, 3):
            store.save_snapshot(version, "x" * version)
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT version FROM snapshots ORDER BY version").fetchall() == [(2,), (3,)]


def test_what_a_crash_left_of_a_journal_that_was_being_made_is_cleared_away(path: Path) -> None:
    Path(f"{path}-unfinished").write_bytes(b"half")
    with SQLiteEventStore(path) as store:
        assert store.version == 0
    assert not Path(f"{path}-unfinished").exists()


def test_another_file_in_the_place_of_the_lock_is_named(path: Path) -> None:
    lock = Path(f"{path}-writer")
    lock.write_text("somebody's notes, longer than the header of a database, so that it is read as one" * 10)
    with pytest.raises(StoreError, match=r"the writer's lock .* cannot be taken"):
        SQLiteEventStore(path)
    assert lock.stat().st_size > 500
    assert not path.exists()


def test_a_directory_that_takes_no_files_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(StoreError, match="cannot be"):
        SQLiteEventStore(closed / "orders.db")


KILLED = """
store = SQLiteEventStore({path!r})
for number in range(1, 10_000):
    store.append(trades(number, number), number - 1)
    print(number, flush=True)
    if number == {last}:
        {end}
"""


@pytest.mark.parametrize("end", ["os._exit(7)", "os.kill(os.getpid(), 9)"], ids=["an exit at once", "a kill"])
@pytest.mark.parametrize(
    "last", [1, 37, 700], ids=["the first append", "some appends", "appends over a checkpoint"]
)
def test_what_was_acknowledged_before_the_end_is_there_after(path: Path, last: int, end: str) -> None:
    ended = run(KILLED.format(path=str(path), last=last, end=end))
    assert ended.returncode in {7, -9}, ended.stderr
    acknowledged = int(ended.stdout.split()[-1])
    assert acknowledged == last
    with SQLiteEventStore(path, read_only=True) as reader:  # beside a WAL that nobody has cleaned up
        assert tuple(reader.read()) == trades(1, acknowledged)
    with SQLiteEventStore(path) as store:
        assert tuple(store.read()) == trades(1, acknowledged)
        store.append(trades(acknowledged + 1, acknowledged + 1), acknowledged)


def test_an_append_that_was_under_way_is_there_whole_or_not_at_all(path: Path) -> None:
    script = "store.append(trades(1, 3), 0); c = store._writer; c.execute('BEGIN'); c.execute('INSERT INTO events VALUES (4, 5)')"
    ended = run(f"store = SQLiteEventStore({str(path)!r}); {script}; os._exit(7)")
    assert ended.returncode == 7, ended.stderr
    with SQLiteEventStore(path) as store:
        assert tuple(store.read()) == trades(1, 3)


def test_a_journal_may_be_moved_when_it_is_closed(path: Path) -> None:
    elsewhere = shutil.move(written(path), path.with_name("moved.db"))
    with SQLiteEventStore(elsewhere) as store:
        assert tuple(store.read()) == trades(1, 3)


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    imports = (
        "import os; from oms.errors import JournalMovedError; from oms.stores.sqlite import SQLiteEventStore; "
        "from tests.integration.journal_events import trades"
    )
    return subprocess.run(
        [sys.executable, "-c", f"{imports}\n{script}"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

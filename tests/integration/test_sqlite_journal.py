"""The SQLite journal as a file: beginning, opening again, writers and readers, what goes wrong while writing."""

# Some faults are made on the writer's own connection.
# pyright: reportPrivateUsage=false

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from oms.errors import ConcurrencyConflictError, NotAJournalError, StoreError, ValidationError
from oms.stores.sqlite import APPLICATION_ID, FORMAT, SQLiteEventStore
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


def test_who_writes_around_the_lock_is_noticed_inside_the_transaction(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(1, 2), 0)
        with closing(sqlite3.connect(path)) as intruder, intruder:
            intruder.execute("INSERT INTO events SELECT 3, payload FROM events WHERE sequence = 2")
        with pytest.raises(ConcurrencyConflictError) as caught:
            store.append(trades(3, 4), 2)
        assert (caught.value.expected, caught.value.found) == (2, 3)
        assert store.version == 3


def test_an_event_that_has_no_text_leaves_nothing_behind(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        with pytest.raises(ValidationError, match=r"Traded\.last_px"):
            store.append([trade(1), attrs.evolve(trade(2), last_px=Decimal("NaN"))], 0)
        store.append(trades(1, 2), 0)
        assert tuple(store.read()) == trades(1, 2)


@pytest.mark.slow
def test_a_file_locked_against_the_rules_is_waited_for_and_then_in_doubt(path: Path) -> None:
    with SQLiteEventStore(written(path)) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
            intruder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="events 4 to 5 were kept is in doubt"):
                store.append(trades(4, 5), 3)
            with pytest.raises(StoreError, match="read the journal again"):
                store.append(trades(4, 5), 3)
        assert store.version == 3
        store.append(trades(4, 5), 3)
        assert tuple(store.read()) == trades(1, 5)


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
    imports = "import os; from oms.stores.sqlite import SQLiteEventStore; from tests.integration.journal_events import trades"
    return subprocess.run(
        [sys.executable, "-c", f"{imports}\n{script}"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

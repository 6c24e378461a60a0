"""Files that are no journals, journals of the future, and journals that were damaged: told apart, and left as they are."""

import os
import random  # noqa: TID251  # positions to damage; the seed is fixed
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from oms.codec.chain import Chain, genesis
from oms.codec.event_codec import encode
from oms.errors import JournalDamagedError, JournalNewerError, NotAJournalError, StoreError
from oms.stores.sqlite import SQLiteEventStore
from tests.integration.journal_events import trade, trades

LAST = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of some pages, closed; its file is never written to."""
    path = tmp_path_factory.mktemp("whole") / "orders.db"
    with SQLiteEventStore(path) as store:
        store.append(trades(1, LAST), 0)
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "orders.db"))


@contextmanager
def untouched(path: Path) -> Iterator[None]:
    """Whatever happens, the file's bytes stay as they are."""
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


def read_all(path: Path, *, read_only: bool) -> int:
    with SQLiteEventStore(path, read_only=read_only) as store:
        return sum(1 for _ in store.read())


def damage_of(path: Path) -> JournalDamagedError:
    """The error on reading, the same for a reader and a writer, with the file left alone."""
    errors = []
    for read_only in (True, False):
        with untouched(path), pytest.raises(JournalDamagedError) as caught:
            read_all(path, read_only=read_only)
        errors.append(caught.value)
    assert errors[0].sequence == errors[1].sequence
    return errors[0]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        for statement in statements:
            plain.execute(statement)


def rewrite(path: Path, sequence: int, old: str, new: str) -> None:
    """Put other words into a record, and compute the chain anew: whoever may write to the file can do so."""
    with closing(sqlite3.connect(path)) as plain, plain:
        [(store_id,)] = plain.execute("SELECT content FROM meta WHERE name = 'id'")
        found, made = Chain(genesis(store_id)), Chain(genesis(store_id))
        for number, payload in plain.execute(
            "SELECT sequence, payload FROM events ORDER BY sequence"
        ).fetchall():
            text = found.unlink(payload, number)
            if number == sequence:
                assert old in text
                text = text.replace(old, new)
            plain.execute("UPDATE events SET payload = ? WHERE sequence = ?", (made.link(text), number))


def text_file(path: Path) -> None:
    path.write_text("sequence,type\n1,OrderCreated\n")


def json_lines(path: Path) -> None:
    path.write_text(f"{encode(trade(1))}\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign_database(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)")


def marked_database(path: Path) -> None:
    foreign_database(path)
    change(path, "PRAGMA application_id = 252006674")


@pytest.mark.parametrize("read_only", [True, False], ids=["to a reader", "to a writer"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(text_file, "is not a SQLite file", id="a text file"),
        pytest.param(json_lines, "is not a SQLite file", id="JSON lines"),
        pytest.param(empty, "is empty, which no journal is", id="an empty file"),
        pytest.param(foreign_database, "of another application", id="a database without a mark"),
        pytest.param(marked_database, "of another application", id="a database of another mark"),
    ],
)
def test_another_file_is_no_journal(
    path: Path, make: Callable[[Path], None], words: str, *, read_only: bool
) -> None:
    make(path)
    with untouched(path), pytest.raises(NotAJournalError, match=words):
        SQLiteEventStore(path, read_only=read_only)
    assert [found.name for found in path.parent.iterdir()] == ["orders.db"]


@pytest.mark.parametrize("read_only", [True, False], ids=["to a reader", "to a writer"])
def test_a_directory_is_no_journal(tmp_path: Path, *, read_only: bool) -> None:
    with pytest.raises(NotAJournalError, match="is not a file"):
        SQLiteEventStore(tmp_path, read_only=read_only)


def test_a_device_is_no_journal() -> None:
    with pytest.raises(NotAJournalError, match="is not a file"):
        SQLiteEventStore(os.devnull)


@pytest.mark.parametrize("read_only", [True, False], ids=["to a reader", "to a writer"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"schema":1', '"schema":2', id="a newer schema of an event"),
        pytest.param('"Traded"', '"Allocated"', id="a newer kind of event"),
    ],
)
def test_a_newer_event_is_named_as_such(path: Path, old: str, new: str, *, read_only: bool) -> None:
    rewrite(path, 30, old, new)
    with untouched(path), pytest.raises(JournalNewerError, match="use a newer"):
        read_all(path, read_only=read_only)


@pytest.mark.parametrize("read_only", [True, False], ids=["to a reader", "to a writer"])
def test_a_newer_format_of_the_file_is_named_as_such(path: Path, *, read_only: bool) -> None:
    change(path, "PRAGMA user_version = 2")
    with untouched(path), pytest.raises(JournalNewerError, match="use a newer"):
        read_all(path, read_only=read_only)


def test_a_file_of_a_newer_format_has_nothing_put_beside_it(path: Path) -> None:
    change(path, "PRAGMA user_version = 2")
    with pytest.raises(JournalNewerError, match="has format 2"):
        SQLiteEventStore(path)
    assert [found.name for found in path.parent.iterdir()] == ["orders.db"]


def test_a_newer_format_that_a_crash_left_in_the_log_is_seen(path: Path, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute("PRAGMA user_version = 2")
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", crashed / f"orders.db{suffix}")
    with untouched(crashed / "orders.db"), pytest.raises(JournalNewerError, match="format 2"):
        SQLiteEventStore(crashed / "orders.db")


@pytest.mark.parametrize(
    ("statement", "sequence", "words"),
    [
        pytest.param("DELETE FROM events WHERE sequence = 30", 30, "it is missing; the next one", id="one missing"),
        pytest.param("DELETE FROM events WHERE sequence < 30", 1, "the next one there is 30", id="the first ones missing"),
        pytest.param("UPDATE events SET sequence = 90 WHERE sequence = 60", 60, "it is missing", id="one moved to the end"),
        pytest.param("UPDATE events SET sequence = -1 WHERE sequence = 5", 5, "it is missing", id="one moved before the first"),
        pytest.param(
            "UPDATE events SET payload = (SELECT payload FROM events WHERE sequence = 31) WHERE sequence = 30",
            30, "does not name the hash", id="one in the place of another",
        ),
        pytest.param("UPDATE events SET payload = x'7b7d' WHERE sequence = 30", 30, "bytes", id="bytes for a text"),
        pytest.param("UPDATE events SET payload = '' WHERE sequence = 30", 30, "its own hash", id="an empty record"),
        pytest.param("UPDATE events SET payload = 7 WHERE sequence = 30", 30, "its own hash", id="a number for a record"),
        pytest.param("UPDATE events SET payload = CAST(x'ff' AS TEXT) WHERE sequence = 30", 30, "UTF-8", id="no text at all"),
        pytest.param("UPDATE events SET payload = substr(payload, 1, 99) WHERE sequence = 60", 60, "its own hash", id="the last cut short"),
        pytest.param(
            """UPDATE events SET payload = replace(payload, '"189.50"', '"NaN"') WHERE sequence = 30""",
            30, "it was changed", id="not a number",
        ),
        pytest.param("DROP TABLE events", 1, "the table of events is missing", id="no table"),
        pytest.param("ALTER TABLE events ADD COLUMN colour", 1, "not as it was made", id="a column more"),
        pytest.param("PRAGMA user_version = 0", 1, "format 0", id="no format"),
        pytest.param("DELETE FROM meta WHERE name = 'id'", 1, "the id of the journal", id="no id"),
        pytest.param("UPDATE meta SET content = '00' WHERE name = 'id'", 1, "does not name the hash", id="another id"),
        pytest.param(
            "CREATE TRIGGER forget AFTER INSERT ON events BEGIN DELETE FROM events WHERE sequence = new.sequence - 1; END",
            1, "there is a trigger, 'forget'", id="a trigger",
        ),
    ],
)  # fmt: skip
def test_damage_is_named_by_the_first_event_that_it_hit(
    path: Path, statement: str, sequence: int, words: str
) -> None:
    change(path, statement)
    error = damage_of(path)
    assert error.sequence == sequence
    assert words in str(error)


def test_a_journal_under_another_id_is_not_opened_though_hardly_more_than_its_end_is_read(path: Path) -> None:
    change(path, "UPDATE meta SET content = '00' WHERE name = 'id'")
    with pytest.raises(JournalDamagedError, match="event 1"):
        SQLiteEventStore(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('"avg_px":"189.50"', '"avg_px":"NaN"', r"Traded.avg_px", id="what is no number"),
        pytest.param('"sequence":30', '"sequence":31', "says that it is number 31", id="another number"),
    ],
)
def test_a_record_that_cannot_be_is_named_though_its_chain_is_whole(
    path: Path, old: str, new: str, words: str
) -> None:
    rewrite(path, 30, old, new)
    error = damage_of(path)
    assert error.sequence == 30
    assert words in str(error)


def test_what_comes_before_the_damage_is_given(path: Path) -> None:
    change(path, "DELETE FROM events WHERE sequence = 30")
    with SQLiteEventStore(path, read_only=True) as store:
        reading = store.read()
        assert tuple(next(reading) for _ in range(29)) == trades(1, 29)
        with pytest.raises(JournalDamagedError):
            next(reading)


def test_a_file_cut_short_within_its_header_is_a_damaged_journal(path: Path) -> None:
    content = path.read_bytes()
    for length in range(1, 100):
        path.write_bytes(content[:length])
        assert damage_of(path).sequence == 1


def test_a_file_cut_short_anywhere_is_a_damaged_journal(path: Path) -> None:
    content = path.read_bytes()
    lengths = {100, 511, 512, 513, len(content) - 1} | {
        page * 4096 + more for page in range(len(content) // 4096) for more in (-1, 0, 1, 2000)
    }
    for length in sorted(lengths - set(range(100))):
        path.write_bytes(content[:length])
        assert 1 <= damage_of(path).sequence <= LAST


def test_a_flipped_bit_is_found_or_is_none_of_the_journals(path: Path) -> None:
    """What is read is what was written, or there is an error: no changed digit goes unnoticed."""
    content = path.read_bytes()
    dice = random.Random(7)
    found = 0
    for place in [*range(100), *dice.sample(range(100, len(content)), 900)]:
        flipped = bytearray(content)
        flipped[place] ^= 1 << dice.randrange(8)
        path.write_bytes(flipped)
        with untouched(path):
            try:
                with SQLiteEventStore(path, read_only=True) as store:
                    assert tuple(store.read()) == trades(1, LAST)
            except StoreError:
                found += 1
    assert found > 600


def test_a_zeroed_page_of_events_is_found(path: Path) -> None:
    content = path.read_bytes()
    pages = [
        start for start in range(4096, len(content), 4096) if b'"Traded"' in content[start : start + 4096]
    ]
    assert len(pages) > 5
    for start in pages:
        path.write_bytes(content[:start] + bytes(4096) + content[start + 4096 :])
        assert 1 <= damage_of(path).sequence <= LAST


def test_damage_beside_a_log_that_was_not_yet_written_back_leaves_both_files_alone(
    path: Path, tmp_path: Path
) -> None:
    with SQLiteEventStore(path) as store:
        store.append(trades(LAST + 1, LAST + 5), LAST)
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", crashed / f"orders.db{suffix}")
    database, log = crashed / "orders.db", crashed / "orders.db-wal"
    content = bytearray(database.read_bytes())
    place = content.index(b'"X-9"')
    content[place : place + 3] = b'"\x00\x00'
    database.write_bytes(content)
    with untouched(database), untouched(log):
        for read_only in (True, False):
            with (
                pytest.raises(JournalDamagedError) as caught,
                SQLiteEventStore(database, read_only=read_only) as store,
            ):
                list(store.read())
            assert caught.value.sequence == 9

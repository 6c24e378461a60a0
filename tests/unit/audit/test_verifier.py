"""What the verifier says of journals that were meddled with in ways that are known."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from oms.audit import verifier
from oms.audit.raw_journal import open_raw
from oms.audit.verifier import Anchor, Verdict, verify
from oms.errors import NotAJournalError
from oms.stores.jsonl import JSONLEventStore
from tests.chained_files import (
    FIRST_LINE,
    STORE_ID,
    hash_in,
    linked,
    plain_records,
    root_by_definition,
    with_a_hash_of_its_own,
    write_lines,
    write_sqlite,
)
from tests.unit.codec.v1_events import EXPECTED

Write = Callable[[Path, Sequence[bytes]], Path]
RECORDS = linked(plain_records(12))
OTHERS = linked(plain_records(12, shift=1))
BOTH = pytest.mark.parametrize("write", [write_lines, write_sqlite], ids=["lines", "SQLite"])


@pytest.fixture
def judge(write: Write, tmp_path: Path) -> Callable[..., Verdict]:
    def judge(records: Sequence[bytes], *anchors: Anchor) -> Verdict:
        return verify(open_raw(str(write(tmp_path / "journal", records))), anchors)

    return judge


def anchor(size: int, records: Sequence[bytes] = RECORDS) -> Anchor:
    head = (
        hash_in(records[size - 1]) if size else sha256(b"openoms journal\n" + STORE_ID.encode()).hexdigest()
    )
    return Anchor(size=size, head=head, root=root_by_definition(records[:size]), name=f"anchor {size}")


def first(verdict: Verdict) -> tuple[int, str]:
    return verdict.findings[0].position, verdict.findings[0].kind


@BOTH
@pytest.mark.parametrize("size", [0, 1, 2, 7, 12])
def test_a_journal_as_it_was_written_has_no_findings(judge: Callable[..., Verdict], size: int) -> None:
    at = anchor(size)
    epoch = 1 + size // 5 if size else 0

    assert judge(RECORDS[:size], at) == Verdict(
        findings=(), size=size, head=at.head, root=at.root, epoch=epoch, anchored=size
    )


def but(place: int, *records: bytes, instead: int = 1) -> list[bytes]:
    """The records with others from a place on, which is counted from 1."""
    return [*RECORDS[: place - 1], *records, *RECORDS[place - 1 + instead :]]


def changed(place: int) -> bytes:
    return RECORDS[place - 1].replace(b'"reason":"number', b'"reason":"Number')


MEDDLED = [
    pytest.param(but(5, changed(5)), (5, "changed"), id="a record changed"),
    pytest.param(but(12, changed(12)), (12, "changed"), id="the last record changed"),
    pytest.param(but(1, changed(1)), (1, "changed"), id="the first record changed"),
    pytest.param(but(5, b"nonsense"), (5, "changed"), id="no record at all"),
    pytest.param(but(12, RECORDS[11][:100]), (12, "changed"), id="half a record at the end"),
    pytest.param(but(5, RECORDS[4].replace(hash_in(RECORDS[4]).encode(), b"0" * 64)), (5, "changed"), id="its hash changed"),
    pytest.param(but(5), (5, "removed"), id="one removed"),
    pytest.param(but(5, instead=3), (5, "removed"), id="three removed"),
    pytest.param(but(1), (1, "removed"), id="the first removed"),
    pytest.param(but(5, RECORDS[4], RECORDS[4]), (6, "inserted"), id="one twice"),
    pytest.param(but(9, *RECORDS[4:9]), (9, "inserted"), id="five of them again"),
    pytest.param([*RECORDS, RECORDS[3]], (13, "inserted"), id="an old one at the end"),
    pytest.param(but(5, b"nonsense", RECORDS[4]), (5, "inserted"), id="nonsense in between"),
    pytest.param(but(5, RECORDS[5], RECORDS[4], instead=2), (5, "swapped"), id="two neighbors swapped"),
    pytest.param([RECORDS[1], RECORDS[0], *RECORDS[2:]], (1, "swapped"), id="the first two swapped"),
    pytest.param([*RECORDS[:10], RECORDS[11], RECORDS[10]], (11, "swapped"), id="the last two swapped"),
    pytest.param(but(5, RECORDS[8], *RECORDS[5:8], RECORDS[4], instead=5), (5, "swapped"), id="two far apart swapped"),
    pytest.param(but(5, RECORDS[8], *RECORDS[4:8], instead=5), (5, "swapped"), id="one moved forward"),
    pytest.param(but(5, with_a_hash_of_its_own(changed(5))), (5, "replaced"), id="one changed and its hash too"),
    pytest.param(OTHERS[:5] + RECORDS[5:], (5, "replaced"), id="a beginning that was made anew"),
    pytest.param(linked(plain_records(12), "f" * 32), (1, "replaced"), id="a journal with another id"),
]  # fmt: skip


@BOTH
@pytest.mark.parametrize(("records", "found"), MEDDLED)
def test_what_was_done_is_named_with_its_first_position(
    judge: Callable[..., Verdict], records: list[bytes], found: tuple[int, str]
) -> None:
    assert first(judge(records)) == found


@pytest.mark.parametrize("write", [write_lines])
def test_what_is_whole_behind_a_finding_is_no_finding(judge: Callable[..., Verdict]) -> None:
    twice = [*RECORDS[:2], changed(3), *RECORDS[3:6], *RECORDS[7:9], RECORDS[10], RECORDS[9], RECORDS[11]]

    assert [(found.position, found.kind) for found in judge(twice).findings] == [
        (3, "changed"),
        (7, "removed"),
        (10, "swapped"),
    ]


@BOTH
def test_a_record_whose_hash_was_made_to_fit_is_told_by_an_anchor_before_it(
    judge: Callable[..., Verdict],
) -> None:
    meddled = but(5, with_a_hash_of_its_own(changed(5)))

    assert first(judge(meddled, anchor(4))) == (5, "replaced")
    assert first(judge(meddled, anchor(5))) == (1, "rewritten")
    assert first(judge(meddled, anchor(4), anchor(5))) == (5, "rewritten")


@BOTH
def test_a_journal_that_was_written_anew_is_told_by_an_anchor(judge: Callable[..., Verdict]) -> None:
    anew = linked([*plain_records(7), *plain_records(12, shift=1)[7:]])

    assert judge(anew).findings == ()
    verdict = judge(anew, anchor(4), anchor(7), anchor(9), anchor(11))
    assert [(found.position, found.kind) for found in verdict.findings] == [(8, "rewritten")]
    assert "from 8 to 9" in verdict.findings[0].text
    assert verdict.anchored == 7


@BOTH
@pytest.mark.parametrize("left", range(12))
def test_a_tail_that_was_cut_is_told_by_an_anchor_alone(judge: Callable[..., Verdict], left: int) -> None:
    assert judge(RECORDS[:left]).findings == ()
    assert first(judge(RECORDS[:left], anchor(12))) == (left + 1, "cut")


@BOTH
@pytest.mark.parametrize("part", ["head", "root"])
def test_an_anchor_with_another_head_or_root_is_a_finding(judge: Callable[..., Verdict], part: str) -> None:
    known = {"size": 6, "head": anchor(6).head, "root": anchor(6).root, "name": "it"}

    assert first(judge(RECORDS, Anchor(**(known | {part: "0" * 64})))) == (1, "rewritten")  # type: ignore[arg-type]


@BOTH
def test_two_anchors_of_one_size_cannot_both_be_right(judge: Callable[..., Verdict]) -> None:
    verdict = judge(RECORDS, anchor(6), anchor(6, OTHERS))

    assert first(verdict) == (6, "rewritten")
    assert verdict.anchored == 6


def test_a_row_that_was_filed_elsewhere_is_named(tmp_path: Path) -> None:
    path = write_sqlite(tmp_path / "journal", RECORDS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET sequence = 20 WHERE sequence = 12")
        connection.commit()

    assert first(verify(open_raw(str(path)))) == (12, "renumbered")


def test_a_record_that_fits_and_has_a_number_too_high_is_named(tmp_path: Path) -> None:
    texts = plain_records(4)
    texts[2] = texts[2].replace('"sequence":3', '"sequence":7')

    assert first(verify(open_raw(str(write_lines(tmp_path / "journal", linked(texts)))))) == (3, "renumbered")


@pytest.mark.parametrize("value", [None, 7, 1.5, b"\x00"], ids=repr)
def test_what_is_no_text_is_a_finding(tmp_path: Path, value: object) -> None:
    path = write_sqlite(tmp_path / "journal", RECORDS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'events'"
        )
        connection.commit()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET payload = ? WHERE sequence = 5", (value,))
        connection.commit()

    assert first(verify(open_raw(str(path)))) == (5, "changed")


def test_a_last_line_without_an_end_is_a_finding(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "journal", RECORDS)
    path.write_bytes(path.read_bytes()[:-1])

    [found] = verify(open_raw(str(path))).findings
    assert (found.position, found.kind) == (13, "file")


def test_a_journal_of_lines_as_the_store_writes_it_is_clean(tmp_path: Path) -> None:
    with JSONLEventStore(tmp_path / "journal") as store:
        store.append(EXPECTED[:1], 0)
        store.append(
            [attrs.evolve(event, sequence=number) for number, event in enumerate(EXPECTED[1:9], 2)], 1
        )

    verdict = verify(open_raw(str(tmp_path / "journal")))
    assert (verdict.findings, verdict.size) == ((), 9)


def test_a_page_that_cannot_be_read_is_a_finding_where_reading_ends(tmp_path: Path) -> None:
    path = write_sqlite(tmp_path / "journal", RECORDS, page_size=1024)
    content = path.read_bytes()
    place = content.rindex(b'"sequence":7,') // 1024 * 1024
    path.write_bytes(content[:place] + b"\xff" * 1024 + content[place + 1024 :])

    verdict = verify(open_raw(str(path)))
    assert [found.kind for found in verdict.findings][:2] == ["unreadable", "file"]
    assert verdict.findings[0].position == verdict.size + 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"no journal\n", b"[]\n", b'{"id":7}\n', b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 4096],
    ids=["nothing", "an empty line", "text", "a list", "a number for an id", "half a header", "a broken header"],
)  # fmt: skip
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(NotAJournalError):
        open_raw(str(path))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM meta",
        "DROP TABLE events",
        "DROP TABLE meta",
        "ALTER TABLE events RENAME TO e; CREATE VIEW events AS SELECT * FROM e",
    ],
)
def test_a_database_without_what_a_journal_has_is_refused(tmp_path: Path, statement: str) -> None:
    path = write_sqlite(tmp_path / "journal", RECORDS)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)

    with pytest.raises(NotAJournalError):
        open_raw(str(path))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAJournalError, match="cannot be read"):
        open_raw(str(tmp_path / "nothing"))


@BOTH
def test_progress_is_told_now_and_then_and_at_the_end(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oms.audit.reading_ahead._PROGRESS_EVERY", 5)
    told: list[int] = []
    verify(open_raw(str(write(tmp_path / "journal", RECORDS))), progress=told.append)

    assert told == [5, 10, 12]


@BOTH
def test_each_whole_record_is_handed_on_up_to_the_first_finding(write: Write, tmp_path: Path) -> None:
    given: list[tuple[int, bytes, str]] = []
    path = write(tmp_path / "journal", but(4, changed(4)))
    verify(open_raw(str(path)), each=lambda *record: given.append(record))

    assert given == [(number, RECORDS[number - 1], hash_in(RECORDS[number - 1])) for number in (1, 2, 3)]


@BOTH
def test_findings_are_told_up_to_a_limit(write: Write, tmp_path: Path) -> None:
    journal = open_raw(str(write(tmp_path / "journal", [b"x"] * 150)))

    assert [found.position for found in verify(journal, most=3).findings] == [1, 2, 3]
    assert len(verify(journal).findings) == verifier.MAX_FINDINGS == 100


@BOTH
def test_verifying_writes_nothing(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path / "journal", RECORDS)
    before = path.read_bytes()
    verify(open_raw(str(path)))

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_first_line_of_the_lines_names_the_id(tmp_path: Path) -> None:
    assert open_raw(str(write_lines(tmp_path / "journal", []))).store_id == FIRST_LINE["id"]

"""`oms audit …` on real journals: exit codes, and what is said."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from oms.cli.__main__ import main
from oms.model import events as ev
from oms.model.ids import ClOrdId, OrderId
from oms.stores.sqlite import SQLiteEventStore
from tests.unit.journals import Journal

Capture = pytest.CaptureFixture[str]


def events() -> list[ev.Event]:
    journal = Journal()
    journal.add(ev.EpochStarted, how="Start", by="")
    journal.submit(client_ref="mine")
    journal.submit(2, cl_ord_id=ClOrdId("new-2"))
    journal.report(ev.OrderAcknowledged)
    journal.report(ev.OrderAcknowledged, order_id=OrderId(2))
    journal.report(ev.Traded)
    return list(journal.events)


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = tmp_path / "orders.db"
    with SQLiteEventStore(path) as store:
        store.append(events(), 0)
    return str(path)


@pytest.fixture
def key(tmp_path: Path, capsys: Capture) -> str:
    path = str(tmp_path / "key")
    assert main(["audit", "keygen", path]) == 0
    capsys.readouterr()
    return path


def anchored(db: str, key: str, capsys: Capture) -> str:
    capsys.readouterr()
    assert main(["audit", "anchor", db, "--key", key]) == 0
    path = Path(db).with_name("anchors.jsonl")
    with path.open("a") as file:
        file.write(capsys.readouterr().out)
    return str(path)


def execute(db: str, statement: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_journal_as_it_was_written_is_clean(db: str, capsys: Capture) -> None:
    count = len(events())

    assert main(["audit", "verify", db]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{count} records, each whole and in its place; the last has the hash ")
    assert "not anchored at all: whoever can write the file could have written those records anew" in out


def test_a_change_is_named(db: str, capsys: Capture) -> None:
    execute(db, "UPDATE events SET payload = replace(payload, '189.50', '189.40') WHERE sequence = 2")

    assert main(["audit", "verify", db]) == 1
    assert capsys.readouterr().out.startswith(
        "record 2: changed: content and hash of the record do not agree\n1 finding"
    )


def test_what_is_anchored_is_told(db: str, key: str, capsys: Capture) -> None:
    anchors = anchored(db, key, capsys)

    assert main(["audit", "verify", db, "--anchor", anchors, "--key", key]) == 0
    assert capsys.readouterr().out.endswith("all of them are as anchored\n")
    assert main(["audit", "verify", db, "--anchor", anchors]) == 0
    assert capsys.readouterr().out.endswith("no --key was given\n")


def test_a_cut_is_told_by_the_anchor(db: str, key: str, capsys: Capture) -> None:
    anchors, count = anchored(db, key, capsys), len(events())
    execute(db, f"DELETE FROM events WHERE sequence = {count}")

    assert main(["audit", "verify", db]) == 0
    assert main(["audit", "verify", db, "--anchor", anchors, "--key", key]) == 1
    assert f"record {count}: cut: the journal ends after record {count - 1}" in capsys.readouterr().out


def test_a_forged_anchor_is_told_by_the_key(db: str, key: str, capsys: Capture) -> None:
    anchors = Path(anchored(db, key, capsys))
    anchors.write_text(anchors.read_text().replace('"epoch":', '"epoch":1'))

    assert main(["audit", "verify", db, "--anchor", str(anchors), "--key", key]) == 1
    assert (
        "anchor: line 1 of the anchors is not signed by a key that is trusted there"
        in capsys.readouterr().out
    )


def test_a_journal_with_findings_is_not_anchored(db: str, key: str, capsys: Capture) -> None:
    execute(db, "DELETE FROM events WHERE sequence = 2")

    assert main(["audit", "anchor", db, "--key", key]) == 1
    out, err = capsys.readouterr()
    assert (out, err.startswith("the journal is not anchored: record 2: removed")) == ("", True)


def test_a_key_is_never_written_over_and_is_for_its_owner_alone(key: str, capsys: Capture) -> None:
    before = Path(key).read_text()

    assert main(["audit", "keygen", key]) == 2
    assert Path(key).read_text() == before
    assert Path(key).stat().st_mode & 0o077 == 0
    assert json.loads(before)["secret"] not in capsys.readouterr().out


def test_a_key_hands_over_to_another(db: str, key: str, tmp_path: Path, capsys: Capture) -> None:
    anchors, new = anchored(db, key, capsys), str(tmp_path / "new")
    assert main(["audit", "keygen", new]) == 0
    capsys.readouterr()
    assert main(["audit", "rotate", db, "--key", key, "--new-key", new]) == 0
    with Path(anchors).open("a") as file:
        file.write(capsys.readouterr().out)
    anchored(db, new, capsys)

    assert main(["audit", "verify", db, "--anchor", anchors, "--key", key, "--key", new]) == 0
    anchored(db, key, capsys)
    assert main(["audit", "verify", db, "--anchor", anchors, "--key", key, "--key", new]) == 1


def test_an_order_is_proved_from_the_anchor(db: str, key: str, tmp_path: Path, capsys: Capture) -> None:
    anchors, proof = anchored(db, key, capsys), tmp_path / "proof.json"
    assert main(["audit", "prove", db, "mine", "--anchor", anchors, "--key", key]) == 0
    proof.write_text(capsys.readouterr().out)

    assert main(["audit", "check-proof", str(proof), "--anchor", anchors, "--key", key]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["order_id"] for line in out.splitlines()] == [1] * (len(events()) - 4)
    assert "whether there are others of this order cannot be told" in err

    proof.write_text(proof.read_text().replace("189.50", "189.40", 1))
    assert main(["audit", "check-proof", str(proof), "--anchor", anchors]) == 1
    assert capsys.readouterr().out.startswith("not proved: proof = record ")


def test_a_proof_needs_an_anchor_of_its_root(db: str, key: str, tmp_path: Path, capsys: Capture) -> None:
    proof = tmp_path / "proof.json"
    assert main(["audit", "prove", db, "1"]) == 0
    proof.write_text(capsys.readouterr().out)
    with SQLiteEventStore(db) as store:
        more = Journal()
        for _ in range(store.version):
            more.add(ev.EpochStarted, how="Start", by="")
        more.add(ev.EpochStarted, how="Start", by="")
        store.append(more.events[-1:], store.version)
    anchors = anchored(db, key, capsys)

    assert main(["audit", "check-proof", str(proof), "--anchor", anchors]) == 1
    assert "no anchor in" in capsys.readouterr().out


def test_an_order_is_exported_in_three_forms(db: str, capsys: Capture) -> None:
    told = []
    for form in ("text", "json", "csv"):
        assert main(["audit", "export", db, "mine", "--format", form]) == 0
        told.append(capsys.readouterr().out)

    assert "entered or accepted by" in told[0]
    assert json.loads(told[1])["order_id"] == 1
    assert told[2].startswith("sequence,time_ns,")


@pytest.mark.parametrize("command", ["verify", "anchor", "prove", "export"])
def test_what_is_no_journal_is_one_line_and_code_2(
    command: str, tmp_path: Path, key: str, capsys: Capture
) -> None:
    path = tmp_path / "text"
    path.write_text("no journal")
    arguments = {"anchor": ["--key", key], "prove": ["1"], "export": ["1"]}.get(command, [])

    assert main(["audit", command, str(path), *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_key_without_anchors_has_nothing_to_check_and_is_refused(
    db: str, key: str, capsys: Capture
) -> None:
    for command in (["verify", db], ["prove", db, "1"]):
        assert main(["audit", *command, "--key", key]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"oms: --key = {key}, without --anchor: ")
        assert "--anchor FILE" in told.err


ROTATION = (
    '{"kind":"rotation","format":1,"store_id":"x","time_ns":1,"old_key_id":"a","new_key_id":"b",'
    '"new_algorithm":"Ed25519","new_public":"zz","signatures":{}}'
)
ANCHORS: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "No such file or directory"),
    "empty": (b"", "there is no checkpoint in it"),
    "text": (b"hello\n", "line 1 of the anchors = hello"),
    "binary": (bytes(range(256)), "line 1 of the anchors"),
    "another JSON": (b'{"kind":"checkpoint"}\n', "the keys that `oms audit anchor` prints"),
    "nested": (b"[" * 9_000, "line 1 of the anchors"),
    "a rotation to no key": (ROTATION.encode(), "new_public must be 64 hex digits"),
}
KEYS: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "No such file or directory"),
    "empty": (b"", "key = "),
    "text": (b"hello", "key = "),
    "binary": (bytes(range(256)), "key = "),
    "nested": (b"[" * 9_000, "key = "),
    "short": (b'{"algorithm": "HMAC-SHA256", "secret": "00ff"}', "a key is 32 bytes long"),
    "no hex digits": (b'{"algorithm": "HMAC-SHA256", "secret": "zz"}', "key = "),
    "another algorithm": (b'{"algorithm": "MD5", "secret": "00"}', "key = "),
}


def refused(arguments: list[str], path: Path, why: str, remedy: str, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["audit", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    for part in (str(path), why, remedy):
        assert part in told.err


@pytest.mark.parametrize(("content", "why"), ANCHORS.values(), ids=ANCHORS)
def test_what_is_wrong_with_a_file_of_anchors_names_it_and_what_to_do(
    content: bytes | None, why: str, db: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "odd-anchors"
    if content is not None:
        path.write_bytes(content)
    for command in (["verify", db], ["prove", db, "1"]):
        refused([*command, "--anchor", str(path)], path, why, "`oms audit anchor` printed", capsys)


@pytest.mark.parametrize(("content", "why"), KEYS.values(), ids=KEYS)
def test_what_is_wrong_with_a_file_of_a_key_names_it_and_what_to_do(
    content: bytes | None, why: str, db: str, key: str, tmp_path: Path, capsys: Capture
) -> None:
    anchors = anchored(db, key, capsys)
    path = tmp_path / "odd-key"
    if content is not None:
        path.write_bytes(content)
    for command in (
        ["verify", db, "--anchor", anchors, "--key", str(path)],
        ["anchor", db, "--key", str(path)],
        ["rotate", db, "--key", key, "--new-key", str(path)],
    ):
        refused(command, path, why, "`oms audit keygen` made", capsys)


def test_what_is_wrong_with_the_other_files_names_them_and_what_to_do(
    db: str, key: str, tmp_path: Path, capsys: Capture
) -> None:
    missing, nested = tmp_path / "missing", tmp_path / "nested.jsonl"
    nested.write_bytes(b"[" * 9_000)
    anchors = anchored(db, key, capsys)

    refused(["verify", str(missing)], missing, "No such file or directory", "name a journal of oms", capsys)
    refused(["verify", str(nested)], nested, "no journal that can be read", "name a journal of oms", capsys)
    proof = ["check-proof", str(missing), "--anchor", anchors]
    refused(proof, missing, "No such file or directory", "`oms audit prove` printed", capsys)
    refused(["keygen", key], Path(key), "File exists", "not there yet", capsys)
    refused(
        ["verify", db, "--anchor", str(tmp_path)], tmp_path, "Is a directory", "`oms audit anchor`", capsys
    )

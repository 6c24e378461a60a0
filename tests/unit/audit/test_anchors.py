"""Checkpoints and rotations: what is signed, what is trusted, and what is wrong with a file of them."""

import hmac
import json
from typing import Any

import pytest

from oms.audit.anchors import Line, check_anchors, checkpoint, read_anchors, rotation
from oms.audit.keys import Key, ed25519_key, ed25519_public_key, hmac_key
from oms.audit.verifier import Anchor
from oms.errors import ValidationError

ID = "0123456789abcdef0123456789abcdef"
A, B, C = (hmac_key(bytes([number]) * 32) for number in (1, 2, 3))
HEAD, ROOT = "a" * 64, "b" * 64


def mark(key: Key, size: int = 7, **changes: Any) -> str:  # noqa: ANN401  # any field of a checkpoint
    fields: dict[str, Any] = {"store_id": ID, "epoch": 2, "time_ns": 1000 + size, "head": HEAD, "root": ROOT}
    return checkpoint(key, size=size, **(fields | changes))


def findings(lines: list[str], *keys: Key) -> list[tuple[int, str]]:
    found = check_anchors(read_anchors(lines), ID, keys)
    assert {it.kind for it in found} <= {"anchor"}
    return [(it.position, it.text.removeprefix("line ")) for it in found]


def test_a_checkpoint_is_one_line_of_json_and_its_signature_covers_all_of_it() -> None:
    body = (
        f'{{"kind":"checkpoint","format":1,"store_id":"{ID}","size":7,"epoch":2,"time_ns":1007,'
        f'"head":"{HEAD}","root":"{ROOT}"}}'
    )
    signature = hmac.digest(b"\x01" * 32, b"openoms anchor\n" + body.encode(), "sha256").hex()

    assert mark(A) == f'{body[:-1]},"signatures":{{"{A.key_id}":"{signature}"}}}}'


def test_a_checkpoint_is_read_as_what_the_verifier_takes() -> None:
    [line] = read_anchors(["\n", mark(A) + "\n"])

    assert line.anchor == Anchor(size=7, head=HEAD, root=ROOT, name="the anchor in line 2")
    assert line.is_signed_by(A)
    assert not line.is_signed_by(B)


def test_a_file_in_order_has_no_findings() -> None:
    assert findings([mark(A, 0), mark(A, 7), mark(A, 7), mark(A, 12)], A) == []


def test_without_a_key_no_signature_is_looked_at() -> None:
    assert findings([mark(A).replace('"size":7', '"size":8')]) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [('"size":7', '"size":8'), ('"epoch":2', '"epoch":3'), ("1007", "1008"), (HEAD, ROOT), (ROOT, HEAD)],
    ids=["size", "epoch", "time", "head", "root"],
)
def test_a_changed_checkpoint_is_found_by_its_signature(old: str, new: str) -> None:
    [(_, text)] = findings([mark(A).replace(old, new, 1)], A)

    assert (
        text
        == f"1 of the anchors is not signed by a key that is trusted there: the signature of the key {A.key_id} is wrong"
    )


def test_a_checkpoint_by_a_stranger_is_found() -> None:
    [(position, text)] = findings([mark(A), mark(B, 9)], A)

    assert (position, text) == (
        9,
        f"2 of the anchors is not signed by a key that is trusted there: it names {B.key_id}",
    )


def test_a_checkpoint_of_another_journal_is_found() -> None:
    [(_, text)] = findings([mark(A, store_id="f" * 32)], A)

    assert text == f"1 of the anchors is of the journal {'f' * 32}"


def test_sizes_and_times_do_not_go_back() -> None:
    assert [text for _, text in findings([mark(A, 9), mark(A, 7, time_ns=1)], A)] == [
        "2 of the anchors is older than the line before it",
        "2 of the anchors is of 7 records, fewer than the 9 before it",
    ]


def turn(old: Key, new: Key, time_ns: int = 1009) -> str:
    return rotation(old, new, store_id=ID, time_ns=time_ns)


def test_a_key_hands_over_to_another() -> None:
    assert findings([mark(A), turn(A, B), mark(B, 9)], A, B) == []


def test_a_key_that_has_handed_over_is_not_trusted_any_more() -> None:
    assert [text for _, text in findings([mark(A), turn(A, B), mark(A, 9)], A, B)] == [
        f"3 of the anchors is not signed by a key that is trusted there: it names {A.key_id}"
    ]


def test_a_key_is_not_trusted_before_it_was_handed_over_to() -> None:
    assert [text for _, text in findings([mark(B), turn(A, B), mark(B, 9)], A, B)] == [
        f"1 of the anchors is not signed by a key that is trusted there: it names {B.key_id}"
    ]


def test_a_secret_that_was_handed_over_to_has_to_be_given() -> None:
    found = [text for _, text in findings([mark(A), turn(A, B), mark(B, 9)], A)]

    assert (
        found[0] == f"2 of the anchors hands over to the key {B.key_id}, which is a secret and was not given"
    )


def test_an_ed25519_key_that_was_handed_over_to_comes_with_the_line() -> None:
    pytest.importorskip("cryptography")
    old, new = ed25519_key(b"\x01" * 32), ed25519_key(b"\x02" * 32)
    lines = [mark(old), turn(old, new), mark(new, 9)]

    assert findings(lines, ed25519_public_key(old.public)) == []


def test_a_handover_needs_both_signatures() -> None:
    line = json.loads(turn(A, B))
    for missing in (A, B):
        signatures = {name: it for name, it in line["signatures"].items() if name != missing.key_id}
        found = findings([mark(A), json.dumps(line | {"signatures": signatures})], A, B)
        assert len(found) == 1
        assert "hands over" in found[0][1]


def test_a_stranger_cannot_hand_over() -> None:
    [(_, text)] = findings([mark(A), turn(C, B)], A)

    assert text.startswith("2 of the anchors hands over from a key that is not trusted there")


def test_a_key_cannot_hand_over_to_itself() -> None:
    with pytest.raises(ValidationError, match="another key"):
        turn(A, A)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("x", "a line that", id="no JSON"),
        pytest.param("[" * 100_000, "a line that", id="too deep"),
        pytest.param("[]", "a line that", id="a list"),
        pytest.param("{}", "the keys", id="nothing"),
        pytest.param(mark(A).replace('"root"', '"roof"'), "the keys", id="another key"),
        pytest.param(mark(A).replace('"size":7', '"size":"7"'), "size must be a number", id="a text for a number"),
        pytest.param(mark(A).replace('"size":7', '"size":true'), "size must be a number", id="true for a number"),
        pytest.param(mark(A).replace('"size":7', '"size":-7'), "size must be a number", id="below zero"),
        pytest.param(mark(A).replace(f'"{HEAD}"', "7"), "head must be a text", id="a number for a text"),
        pytest.param(mark(A).replace('"format":1', '"format":2'), "a newer version of oms", id="a newer format"),
        pytest.param(json.dumps(json.loads(mark(A)) | {"signatures": [7]}), "the keys", id="a list of signatures"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_refused_and_named(text: str, what: str) -> None:
    with pytest.raises(ValidationError, match=what) as caught:
        read_anchors([mark(A), text])
    assert caught.value.field == "line 2 of the anchors"


def test_a_line_tells_a_checkpoint_from_a_rotation() -> None:
    lines: list[Line] = read_anchors([mark(A), turn(A, B)])

    assert [line.is_checkpoint for line in lines] == [True, False]

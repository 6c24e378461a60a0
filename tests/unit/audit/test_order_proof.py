"""One order's records proved without the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from oms.audit.order_proof import check_proof, prove_order
from oms.audit.raw_journal import RawJournal, open_raw
from oms.audit.verifier import Anchor
from oms.errors import JournalDamagedError, UnknownOrderError, ValidationError
from tests.chained_files import (
    STORE_ID,
    hash_in,
    linked,
    plain_records,
    root_by_definition,
    with_a_hash_of_its_own,
    write_lines,
)


def of_order(text: str, number: int) -> str:
    """A record of order 1, 2 or none; one that speaks of the order in its reason only is not of it."""
    content = json.loads(text) | {"reason": '"order_id":1,'}
    if number % 3:
        content["order_id"] = number % 3
    return json.dumps(content, separators=(",", ":"))


RECORDS = linked([of_order(text, number) for number, text in enumerate(plain_records(11), 1)])
OF_ORDER_1 = (1, 4, 7, 10)
ANCHOR = Anchor(size=8, head=hash_in(RECORDS[7]), root=root_by_definition(RECORDS[:8]), name="it")


@pytest.fixture
def journal(tmp_path: Path) -> RawJournal:
    return open_raw(str(write_lines(tmp_path / "journal", RECORDS)))


def test_the_records_of_an_order_are_proved_and_no_others_shown(journal: RawJournal) -> None:
    text = prove_order(journal, 1, None)
    shown = check_proof(text)

    assert shown.records == {number: RECORDS[number - 1].decode() for number in OF_ORDER_1}
    assert (shown.order_id, shown.store_id, shown.size) == (1, STORE_ID, 11)
    assert shown.root == root_by_definition(RECORDS)
    assert all(
        RECORDS[number - 1].decode()[:50] not in text for number in range(1, 12) if number not in OF_ORDER_1
    )


def test_a_proof_for_an_anchor_ends_there(journal: RawJournal) -> None:
    shown = check_proof(prove_order(journal, 1, ANCHOR))

    assert (list(shown.records), shown.size, shown.root) == ([1, 4, 7], 8, ANCHOR.root)


def test_an_order_that_is_not_there_has_no_proof(journal: RawJournal) -> None:
    with pytest.raises(UnknownOrderError, match="no record up to number 11"):
        prove_order(journal, 3, None)


def test_a_journal_that_was_meddled_with_proves_nothing(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "journal", [*RECORDS[:5], RECORDS[5].replace(b'"order_id', b'"order-id'), *RECORDS[6:]]
    )

    with pytest.raises(JournalDamagedError) as caught:
        prove_order(open_raw(str(path)), 1, None)
    assert caught.value.sequence == 6


def test_a_journal_that_is_not_the_anchored_one_proves_nothing(journal: RawJournal) -> None:
    with pytest.raises(JournalDamagedError, match="rewritten"):
        prove_order(journal, 1, Anchor(size=8, head=ANCHOR.head, root="0" * 64, name="it"))


def changed(proof: str, **changes: Any) -> str:  # noqa: ANN401  # any key of a proof
    return json.dumps(json.loads(proof) | changes)


def with_first(proof: str, **changes: Any) -> str:  # noqa: ANN401  # any key of a record
    content = json.loads(proof)
    content["records"][0] |= changes
    return json.dumps(content)


def test_a_proof_that_was_meddled_with_proves_nothing(journal: RawJournal) -> None:
    proof = prove_order(journal, 1, None)
    [first, *others] = json.loads(proof)["records"]
    edited = first["record"].replace('"epoch":1', '"epoch":2')
    wrong = [
        (changed(proof, root="0" * 64), "does not lead to the root"),
        (changed(proof, size=4), "does not lead to the root"),
        (changed(proof, order_id=2), "it is not of order 2"),
        (changed(proof, records=[]), "a proof shows one at least"),
        (changed(proof, kind="cake"), "a proof of an order"),
        (changed(proof, format=2), "a proof of an order"),
        (with_first(proof, record=edited), "its own hash do not agree"),
        (with_first(proof, record=with_a_hash_of_its_own(edited.encode()).decode()), "does not lead to the root"),
        (with_first(proof, record=others[0]["record"]), "the record itself bears this number"),
        (with_first(proof, sequence=4), "the record itself bears this number"),
        (with_first(proof, path=first["path"][1:]), "does not lead to the root"),
        (with_first(proof, path=["zz"]), "what `oms audit prove` printed"),
        (with_first(proof, path=7), "what `oms audit prove` printed"),
        ("", "what `oms audit prove` printed"),
        ("[]", "what `oms audit prove` printed"),
        ("{}", "what `oms audit prove` printed"),
        ("[" * 100_000, "what `oms audit prove` printed"),
    ]  # fmt: skip
    for text, why in wrong:
        with pytest.raises(ValidationError, match=why):
            check_proof(text)

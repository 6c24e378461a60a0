"""The proof that the records of one order are in an anchored journal, without the other records.

A proof shows that these records were there, word for word, when the journal was anchored. It cannot show that no other
record of the order was: what is left out of a proof is not seen. Of the records beside them it gives away their hashes,
from which a record that can be guessed to the last digit, with the hash before it, can be recognized.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Final

from oms.audit.raw_journal import RawJournal
from oms.audit.verifier import Anchor, Verdict, verify
from oms.codec import merkle
from oms.errors import JournalDamagedError, UnknownOrderError, ValidationError
from oms.model.define import value

FORMAT: Final = 1
"""The version of the proof's layout."""

_OWN: Final = re.compile(r',"hash":"([0-9a-f]{64})"\}$')
_SEQUENCE: Final = re.compile(r'\{"type":"[A-Za-z]+","schema":[0-9]+,"sequence":([0-9]{1,19}),')


@value(kw_only=True)
class ProvenOrder:
    """What a proof says.

    Attributes:
        order_id: The order.
        store_id: The journal's id, as the proof names it.
        size: How many records the journal had.
        root: The root of the tree over them, 64 hex digits, which has to be known from elsewhere.
        records: The order's records as they are stored, by their numbers.
    """

    order_id: int
    store_id: str
    size: int
    root: str
    records: dict[int, str]


def prove_order(journal: RawJournal, order_id: int, anchor: Anchor | None) -> str:
    """Give the proof for an order as JSON.

    Args:
        journal: The journal; it is verified on the way.
        order_id: The order.
        anchor: What the proof is to be checked against; None for the journal as long as it is now.

    Raises:
        JournalDamagedError: The journal is not as it was written or anchored.
        UnknownOrderError: There is no record of the order up to the anchor.
    """
    leaves: list[bytes] = []
    chosen: dict[int, str] = {}
    mark = re.compile(rb'"order_id":%d[,}]' % order_id).search
    size = None if anchor is None else anchor.size

    def keep(sequence: int, content: bytes, own: str) -> None:
        if size is not None and sequence > size:
            return
        leaves.append(merkle.leaf_hash(bytes.fromhex(own)))
        if mark(content) and json.loads(content).get("order_id") == order_id:
            chosen[sequence] = content.decode("ascii")

    verdict = verify(journal, [] if anchor is None else [anchor], each=keep)
    _refuse_findings(verdict)
    if not chosen:
        raise UnknownOrderError("order", order_id, f"no record up to number {len(leaves)} is of this order")
    proofs = merkle.inclusion_proofs(leaves, [sequence - 1 for sequence in chosen])
    root = verdict.root if anchor is None else anchor.root
    content = {
        "kind": "order", "format": FORMAT, "store_id": journal.store_id, "order_id": order_id, "size": len(leaves),
        "root": root,
        "records": [
            {"sequence": sequence, "record": text, "path": [step.hex() for step in proofs[sequence - 1]]}
            for sequence, text in chosen.items()
        ],
    }  # fmt: skip
    return json.dumps(content, indent=1)


def check_proof(text: str) -> ProvenOrder:
    """Give what a proof shows, once each of its records was found to be in the tree of its root.

    Whether the root can be trusted is for the caller to see.

    Raises:
        ValidationError: It is no proof, or it proves nothing; the record is named.
    """
    try:
        content = json.loads(text)
        if (content["kind"], content["format"]) != ("order", FORMAT):
            raise ValidationError("proof", content["format"], f"a proof of an order, format {FORMAT}")
        order_id, size, root = int(content["order_id"]), int(content["size"]), str(content["root"])
        store_id = str(content["store_id"])
        trusted = bytes.fromhex(root)
        records = {}
        for item in content["records"]:
            sequence, record = int(item["sequence"]), str(item["record"])
            path = [bytes.fromhex(step) for step in item["path"]]
            _check_record(order_id, sequence, record)
            if not merkle.is_included(_leaf(record, sequence), sequence - 1, size, path, trusted):
                raise ValidationError("proof", f"record {sequence}", "its path does not lead to the root")
            records[sequence] = record
    except ValidationError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValidationError("proof", text, "what `oms audit prove` printed") from error
    if not records:
        raise ValidationError("proof", "no records", "a proof shows one at least")
    return ProvenOrder(order_id=order_id, store_id=store_id, size=size, root=root, records=records)


def _check_record(order_id: int, sequence: int, record: str) -> None:
    found = _SEQUENCE.match(record)
    if found is None or int(found[1]) != sequence:
        raise ValidationError("proof", f"record {sequence}", "the record itself bears this number")
    if json.loads(record).get("order_id") != order_id:
        raise ValidationError("proof", f"record {sequence}", f"it is not of order {order_id}")


def _leaf(record: str, sequence: int) -> bytes:
    found = _OWN.search(record)
    own = sha256(record[: found.start()].encode()).digest() if found else b""
    if found is None or own.hex() != found[1]:
        raise ValidationError("proof", f"record {sequence}", "its content and its own hash do not agree")
    return merkle.leaf_hash(own)


def _refuse_findings(verdict: Verdict) -> None:
    if verdict.findings:
        first = verdict.findings[0]
        raise JournalDamagedError(first.position, f"{first.kind}: {first.text}")

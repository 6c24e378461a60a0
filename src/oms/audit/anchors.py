"""Checkpoints of a journal, signed, one a line in a file that is kept elsewhere: anchors.

A checkpoint says how long a journal was, with the own hash of its last record and the root of the tree over all of them.
What the journal held then can later not be changed without this being seen, by whoever has the file and trusts it:
because it was kept where the journal's owner cannot write, or because of the signatures and a key that the owner has not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

from oms.audit.keys import Key, ed25519_public_key
from oms.audit.verifier import Anchor, Finding
from oms.errors import ValidationError
from oms.model.define import value

FORMAT: Final = 1
"""The version of a line's layout, inside what is signed."""

_DOMAIN: Final = b"openoms anchor\n"
_CHECKPOINT: Final = {
    "kind": str, "format": int, "store_id": str, "size": int, "epoch": int, "time_ns": int, "head": str, "root": str,
}  # fmt: skip
_ROTATION: Final = {
    "kind": str, "format": int, "store_id": str, "time_ns": int, "old_key_id": str, "new_key_id": str,
    "new_algorithm": str, "new_public": str,
}  # fmt: skip
_PUBLIC: Final = re.compile("([0-9a-f]{64})?")


@value(kw_only=True)
class Line:
    """One line of a file of anchors.

    Attributes:
        number: Its place in the file, from 1.
        content: What is signed: the keys of a checkpoint or of a rotation, with their values.
        signatures: The hex digits of each signature, by the id of its key.
    """

    number: int
    content: dict[str, str | int]
    signatures: dict[str, str]

    @property
    def is_checkpoint(self) -> bool:
        """It is about the journal, and not about keys."""
        return self.content["kind"] == "checkpoint"

    @property
    def anchor(self) -> Anchor:
        """What a checkpoint says, as the verifier takes it."""
        size, head, root = (self.content[name] for name in ("size", "head", "root"))
        assert isinstance(size, int)
        return Anchor(size=size, head=str(head), root=str(root), name=f"the anchor in line {self.number}")

    def is_signed_by(self, key: Key) -> bool:
        """It has a signature of this key, and the signature is right."""
        signature = self.signatures.get(key.key_id)
        return signature is not None and key.is_signed(_message(self.content), signature)


def checkpoint(key: Key, *, store_id: str, size: int, epoch: int, time_ns: int, head: str, root: str) -> str:
    """Give the line of a checkpoint, signed.

    Args:
        key: The key, with its secret.
        store_id: The journal's id.
        size: How many records it has.
        epoch: The run of the manager that wrote the last of them.
        time_ns: Now, in nanoseconds UTC; it is the signer's word and no more.
        head: The own hash of the last record, 64 hex digits.
        root: The root of the tree over all of them, 64 hex digits.

    Raises:
        ValidationError: The key cannot sign.
    """
    content: dict[str, str | int] = {
        "kind": "checkpoint", "format": FORMAT, "store_id": store_id, "size": size, "epoch": epoch,
        "time_ns": time_ns, "head": head, "root": root,
    }  # fmt: skip
    return _line(content, key)


def rotation(old: Key, new: Key, *, store_id: str, time_ns: int) -> str:
    """Give the line that hands over from one key to another, signed by both.

    Args:
        old: The key that signed until now, with its secret.
        new: The key that signs from now on, with its secret.
        store_id: The journal's id.
        time_ns: Now, in nanoseconds UTC.

    Raises:
        ValidationError: One of the two cannot sign, or they are the same.
    """
    if old.key_id == new.key_id:
        raise ValidationError("new key", new.key_id, "pass another key than the old one")
    content: dict[str, str | int] = {
        "kind": "rotation", "format": FORMAT, "store_id": store_id, "time_ns": time_ns, "old_key_id": old.key_id,
        "new_key_id": new.key_id, "new_algorithm": new.algorithm, "new_public": new.public.hex(),
    }  # fmt: skip
    return _line(content, old, new)


def read_anchors(lines: Iterable[str]) -> list[Line]:
    """Give the lines of a file of anchors; empty ones are passed over.

    Raises:
        ValidationError: A line is none; it is named.
    """
    return [_read(number, text) for number, text in enumerate(lines, 1) if text.strip()]


def check_anchors(lines: Sequence[Line], store_id: str, keys: Iterable[Key]) -> list[Finding]:
    """Give what is wrong with a file of anchors by itself: the journal, the order and the signatures.

    A key is trusted because it is given here, or because one that is trusted handed over to it. Once a key has handed
    over, what it signs further down in the file is not trusted any more.

    Args:
        lines: The file.
        store_id: The id of the journal that it should be about.
        keys: Those that are trusted from the start. With none, no signature is looked at.
    """
    trusted = {key.key_id: key for key in keys}
    known, is_checking = dict(trusted), bool(trusted)
    # A key that a rotation hands over to is trusted from there on, though it was given.
    for line in lines:
        if not line.is_checkpoint:
            trusted.pop(str(line.content["new_key_id"]), None)
    findings, size, time_ns = [], 0, 0
    for line in lines:
        found = (
            [f"is of the journal {line.content['store_id']}"] if line.content["store_id"] != store_id else []
        )
        if _number(line, "time_ns") < time_ns:
            found.append("is older than the line before it")
        if line.is_checkpoint and line.anchor.size < size:
            found.append(f"is of {line.anchor.size} records, fewer than the {size} before it")
        if is_checking:
            found += _check_signatures(line, trusted, known)
        time_ns = max(time_ns, _number(line, "time_ns"))
        size = max(size, line.anchor.size) if line.is_checkpoint else size
        position = line.anchor.size if line.is_checkpoint else size
        findings += [
            Finding(
                position=max(position, 1), kind="anchor", text=f"line {line.number} of the anchors {what}"
            )
            for what in found
        ]
    return findings


def _check_signatures(line: Line, trusted: dict[str, Key], known: dict[str, Key]) -> list[str]:
    """Give what is wrong with a line's signatures; a rotation that is right changes what is trusted."""
    signers = [key for key in trusted.values() if line.is_signed_by(key)]
    if line.is_checkpoint:
        return [] if signers else [f"is not signed by a key that is trusted there{_by_whom(line, trusted)}"]
    old = next((key for key in signers if key.key_id == line.content["old_key_id"]), None)
    if old is None:
        return [
            f"hands over from a key that is not trusted there, or is not signed by it{_by_whom(line, trusted)}"
        ]
    new_id, public = str(line.content["new_key_id"]), str(line.content["new_public"])
    new = known.get(new_id) or (ed25519_public_key(bytes.fromhex(public)) if public else None)
    if new is None:
        return [f"hands over to the key {new_id}, which is a secret and was not given"]
    if new.key_id != new_id or not line.is_signed_by(new):
        return [f"hands over to the key {new_id}, which has not signed it"]
    del trusted[old.key_id]
    trusted[new.key_id] = new
    return []


def _by_whom(line: Line, trusted: dict[str, Key]) -> str:
    wrong = [name for name in line.signatures if name in trusted]
    if wrong:
        return f": the signature of the key {wrong[0]} is wrong"
    return f": it names {', '.join(line.signatures) or 'none'}"


def _number(line: Line, name: str) -> int:
    content = line.content[name]
    assert isinstance(content, int)
    return content


def _message(content: dict[str, str | int]) -> bytes:
    return _DOMAIN + json.dumps(content, separators=(",", ":")).encode("ascii")


def _line(content: dict[str, str | int], *keys: Key) -> str:
    message = _message(content)
    signatures = {key.key_id: key.sign(message) for key in keys}
    return json.dumps({**content, "signatures": signatures}, separators=(",", ":"))


def _read(number: int, text: str) -> Line:
    def refuse(what: str) -> ValidationError:
        return ValidationError(f"line {number} of the anchors", text.strip(), what)

    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse("a line that `oms audit anchor` printed") from error
    if not isinstance(record, dict):
        raise refuse("a line that `oms audit anchor` printed")
    signatures = record.pop("signatures", None)
    kinds = {"checkpoint": _CHECKPOINT, "rotation": _ROTATION}.get(str(record.get("kind")))
    if kinds is None or list(record) != list(kinds) or not _is_text_by_text(signatures):
        raise refuse("the keys that `oms audit anchor` prints, in their order")
    for name, kind in kinds.items():
        if type(record[name]) is not kind or (kind is int and record[name] < 0):
            raise refuse(f"{name} must be {'a number' if kind is int else 'a text'}")
    if not _PUBLIC.fullmatch(str(record.get("new_public", ""))):
        raise refuse("new_public must be 64 hex digits, or empty")
    if record["format"] > FORMAT:
        raise refuse(f"format {FORMAT} is the newest one known: use a newer version of oms")
    return Line(number=number, content=record, signatures=signatures)


def _is_text_by_text(content: object) -> bool:
    return isinstance(content, dict) and all(type(item) is str for item in content.values())

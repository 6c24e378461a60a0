"""The hash chain through the records of a journal: SHA-256, one link a record.

A record is stored as the text of `encode(event)` with two values more: its empty `"prev_hash":""` holds the hash of the
record before, and `"hash"`, a last key of its own, holds its own hash, which is the SHA-256 of the text up to
`,"hash":`. The first record names as the one before it what `genesis` makes of the journal's id, so that no record of
one journal fits into another. That each record carries its own hash too tells which of two neighbours was changed, and
finds a change of the last one, which nothing follows.

A chain finds accidents and careless hands. Who can write to the file can compute it anew: see the pages on tamper
evidence for what a checkpoint kept elsewhere adds.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from oms.errors import ChainBrokenError, ValidationError

LINK_LENGTH: Final = 64 + len(',"hash":""') + 64
"""How many characters longer a record is in the chain than as plain text."""

_NO_PREV: Final = '"prev_hash":""'
_PREV: Final = '"prev_hash":"'
_OWN: Final = ',"hash":"'
TAIL_LENGTH: Final = len(_OWN) + 64 + len('"}')
"""How many characters at the end of a record its own hash does not cover."""

_DOMAIN: Final = b"openoms journal\n"


def genesis(store_id: str) -> str:
    """Give the hash that the first record of a journal names as the one before it: 64 hex digits.

    Args:
        store_id: The journal's id, which is made with it and never changes.
    """
    return sha256(_DOMAIN + store_id.encode()).hexdigest()


def head_of(linked: str, sequence: int) -> str:
    """Give the own hash of a record of the chain, from which the chain goes on.

    Args:
        linked: The record as it is stored.
        sequence: Where it stands, for the error.

    Raises:
        ChainBrokenError: The record is not what its hash was made from.
    """
    own = _hash_of(linked[:-TAIL_LENGTH], sequence)
    if linked[-TAIL_LENGTH:] != f'{_OWN}{own}"}}':
        raise ChainBrokenError(sequence, "its content and its own hash do not agree: it was changed")
    return own


class Chain:
    """A place between two records of a journal, from which it is written or read on.

    Attributes:
        head: The hash of the record before: 64 hex digits.
    """

    __slots__ = ("head",)

    def __init__(self, head: str) -> None:
        """Begin at `genesis(...)`, or at `head_of` the last record."""
        self.head = head

    def link(self, text: str) -> str:
        """Give a plain record as it is stored next, and move on.

        Raises:
            ValidationError: The text has no empty `prev_hash`; the chain has not moved.
        """
        before, mark, after = text.partition(_NO_PREV)
        if not mark:
            raise ValidationError(
                "record", text, "pass the text that encode() gives, with an empty prev_hash"
            )
        covered = f'{before}"prev_hash":"{self.head}"{after[:-1]}'
        head = self.head = sha256(covered.encode()).hexdigest()
        return f'{covered}{_OWN}{head}"}}'

    def unlink(self, linked: str, sequence: int) -> str:
        """Check a stored record, give it as plain text for `decode`, and move on.

        Args:
            linked: The record as it is stored.
            sequence: Where it stands, for the error.

        Raises:
            ChainBrokenError: It was changed, or is not the one that followed here; the chain has not moved.
        """
        own = head_of(linked, sequence)
        before, mark, after = linked[:-TAIL_LENGTH].partition(_PREV)
        if not mark or not after.startswith(f'{self.head}"'):
            raise ChainBrokenError(
                sequence,
                f"it does not name the hash {self.head:.16}… of the record before: "
                "one was removed, inserted, swapped, or belongs to another journal",
            )
        self.head = own
        return f"{before}{mark}{after[64:]}}}"


def _hash_of(covered: str, sequence: int) -> str:
    try:
        return sha256(covered.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise ChainBrokenError(sequence, "it holds half a character, which no record does") from error

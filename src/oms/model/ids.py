"""Identities: ours, which are numbers that never change, and those that go to a broker.

A `ClOrdId` is 18 characters of lower-case base 32, the longest form that every venue takes: nine for the namespace,
nine for a counter. It is a function of the two, so that a replay makes the same ids.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NewType

from oms.errors import ValidationError

OrderId = NewType("OrderId", int)
"""Ours; one an order for life, counted from 1 in each journal."""
ClOrdId = NewType("ClOrdId", str)
"""ClOrdID (11): one a request."""
VenueOrderId = NewType("VenueOrderId", str)
"""OrderID (37): what the venue calls the order."""
ExecId = NewType("ExecId", str)
"""ExecID (17): what the venue calls an execution; unique within a trade date only."""
ListId = NewType("ListId", str)
"""ListID (66): what a list of orders that depend on one another goes by; unique for the life of a journal."""
Symbol = NewType("Symbol", str)
"""Symbol (55)."""
Account = NewType("Account", str)
"""Account (1)."""
BrokerName = NewType("BrokerName", str)
"""The name under which a broker is attached to the manager."""

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
COUNTER_LENGTH: Final = 9
NAMESPACE_LENGTH: Final = 9
LOW_COUNTER: Final = (1 << 20) - 1

_PAIRS: Final = tuple(a + b for a in ALPHABET for b in ALPHABET)
_SYMBOL: Final = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,23}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_REF: Final = re.compile(r"[\x21-\x7e]{1,64}")


def namespace_prefix(namespace: str) -> str:
    """Give the nine characters that every `ClOrdId` of a namespace begins with (45 bits of its SHA-256)."""
    number = int.from_bytes(hashlib.sha256(namespace.encode()).digest()[:8], "big") >> 19
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(NAMESPACE_LENGTH)))


def cl_ord_id_head(prefix: str, counter: int) -> str:
    """Give the first 14 characters of the id of a request; they change when `counter & LOW_COUNTER` is 0."""
    return prefix + ALPHABET[counter >> 40] + _PAIRS[(counter >> 30) & 1023] + _PAIRS[(counter >> 20) & 1023]


def cl_ord_id(head: str, counter: int) -> ClOrdId:
    """Give the id of the request with this counter, from 0 to 2^45 - 1, from the head that belongs to it."""
    return ClOrdId(head + _PAIRS[(counter >> 10) & 1023] + _PAIRS[counter & 1023])


def counter_of(identity: ClOrdId) -> int:
    """Give back the counter that an id of ours was made from."""
    number = 0
    for character in identity[NAMESPACE_LENGTH:]:
        number = number * 32 + ALPHABET.index(character)
    return number


def symbol(text: str) -> Symbol:
    """Check a symbol: 1 to 24 of A-Z, 0-9, `.`, `/` and `-`, the first a letter or digit.

    Raises:
        ValidationError: It has other characters; nothing is folded or normalised, since look-alikes are not the same.
    """
    if not isinstance(text, str) or _SYMBOL.fullmatch(text) is None:
        raise ValidationError(
            "symbol", text, "use 1 to 24 of A-Z, 0-9, '.', '/', '-', beginning with a letter or digit"
        )
    return Symbol(text)


def name(text: str, field: str) -> str:
    """Check the name of an account or broker: 1 to 32 of letters, digits, `.`, `_` and `-`."""
    if not isinstance(text, str) or _NAME.fullmatch(text) is None:
        raise ValidationError(
            field, text, "use 1 to 32 of A-Z, a-z, 0-9, '.', '_', '-', beginning with a letter or digit"
        )
    return text


def client_ref(text: str) -> str:
    """Check a caller's own reference: 1 to 64 visible ASCII characters."""
    if not isinstance(text, str) or _REF.fullmatch(text) is None:
        raise ValidationError("client_ref", text, "use 1 to 64 visible ASCII characters, no space")
    return text

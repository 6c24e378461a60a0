"""Which client order ids a venue takes, and how ours become such ids and back.

Ours are 18 lower-case characters of base 32 (`oms.model.ids`), which most venues take as they are. A broker may want text of
its own in front, a venue may give capitals back, and some want an integer. A rule's `encode` makes what goes over the wire
and its `decode` gives our id back, so that an adapter keeps no table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from attrs import field

from oms.errors import LimitExceededError, ValidationError
from oms.model.define import value
from oms.model.door import shown
from oms.model.ids import (
    ALPHABET,
    COUNTER_LENGTH,
    NAMESPACE_LENGTH,
    ClOrdId,
    cl_ord_id,
    cl_ord_id_head,
    counter_of,
)

LAST_COUNTER: Final = 32**COUNTER_LENGTH - 1
"""The last counter that a `ClOrdId` of ours can be made from."""
MIN_BITS: Final = 16
MAX_BITS: Final = 64

_LENGTH: Final = NAMESPACE_LENGTH + COUNTER_LENGTH
_OURS: Final = re.compile(f"[{ALPHABET}]{{{_LENGTH}}}")
_PREFIX: Final = re.compile(f"[{ALPHABET}]{{{NAMESPACE_LENGTH}}}")


@value
class AsIs:
    """Our id, as it is."""

    def encode(self, identity: str) -> str:
        """Give the text for the wire."""
        return identity

    def decode(self, text: str) -> str:
        """Give back what was encoded."""
        return text


@value
class Prefixed:
    """Our id behind a text that the broker wants in front, such as a partner's number.

    Attributes:
        lead: That text.
    """

    lead: str

    def encode(self, identity: str) -> str:
        """Give the text for the wire."""
        return self.lead + identity

    def decode(self, text: str) -> str:
        """Give back what was encoded; the empty text where the lead is missing."""
        return text[len(self.lead) :] if text.startswith(self.lead) else ""


@value
class UpperCase:
    """Our id in capitals, for venues that take or give back nothing else."""

    def encode(self, identity: str) -> str:
        """Give the text for the wire."""
        return identity.upper()

    def decode(self, text: str) -> str:
        """Give back what was encoded."""
        return text.lower()


TextCodec: TypeAlias = AsIs | Prefixed | UpperCase
"""How an id of ours is written as another text."""

AS_IS: Final = AsIs()


def _check_count(field: str, number: object, least: int, most: int) -> None:
    if type(number) is not int or not least <= number <= most:
        raise ValidationError(field, shown(number), f"pass an int from {least} to {most}")


@value(kw_only=True)
class TextIds:
    """A venue that takes texts.

    Attributes:
        max_length: How many characters an id may have at most.
        characters: Which, as they stand between the brackets of a regular expression.
        codec: How ours are written there.

    Raises:
        ValidationError: The length is no int from 1 to 1000, or the characters are no such expression.
    """

    max_length: int = 36
    characters: str = "A-Za-z0-9_-"
    codec: TextCodec = AS_IS
    _class: re.Pattern[str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Compile the class of characters."""
        _check_count("max_length", self.max_length, 1, 1000)
        try:
            compiled = re.compile(f"[{self.characters}]{{1,{self.max_length}}}")
        except re.error as error:
            allowed = (
                f"give them as between the brackets of a regular expression, such as A-Za-z0-9_-: {error}"
            )
            raise ValidationError("characters", shown(self.characters), allowed) from None
        object.__setattr__(self, "_class", compiled)

    @property
    def in_words(self) -> str:
        """What is taken, for refusals."""
        return f"1 to {self.max_length} of [{self.characters}]"

    @property
    def last_counter(self) -> int:
        """The last of our counters whose id fits, -1 if none does: all of ours look alike."""
        return LAST_COUNTER if self._takes_like(self.codec) else -1

    @property
    def takes_ours_as_they_are(self) -> bool:
        """No codec is needed."""
        return self._takes_like(AS_IS)

    def takes(self, identity: str | int) -> bool:
        """Tell whether the venue takes this."""
        return isinstance(identity, str) and self._class.fullmatch(identity) is not None

    def encode(self, identity: ClOrdId) -> str:
        """Give an id of ours as it goes over the wire.

        Raises:
            ValidationError: It is none of ours, or the venue does not take it.
        """
        _check_ours(identity)
        text = self.codec.encode(identity)
        if not self.takes(text):
            raise ValidationError(
                "cl_ord_id", text, f"this venue takes {self.in_words}; give its rule a codec"
            )
        return text

    def decode(self, said: str | int, prefix: str) -> ClOrdId:
        """Give back our id; `prefix` is for `IntegerIds`, whose ids do not hold the namespace.

        Raises:
            ValidationError: It was not made by `encode`.
        """
        text = self.codec.decode(said) if isinstance(said, str) else ""
        if _OURS.fullmatch(text) is None or self.codec.encode(text) != said:
            raise ValidationError("cl_ord_id", shown(said), "pass what encode() gave")
        return ClOrdId(text)

    def _takes_like(self, codec: TextCodec) -> bool:
        # Every character of the alphabet once, and one id for the length.
        pieces = [(ALPHABET * 2)[start : start + _LENGTH] for start in range(0, len(ALPHABET), _LENGTH)]
        return all(self.takes(codec.encode(piece)) for piece in pieces)


@value
class IntegerIds:
    """A venue that takes integers: those from 1 to 2^bits - 1. 0 is left out, since it often stands for no id.

    The integer is the counter of our id plus 1, so that one namespace gives each integer once. Managers whose orders meet
    at such a venue cannot share an account there: their namespaces are not in it. Each start of a manager passes over up
    to 65,536 counters (`oms.engine.state.ID_BLOCK`), which 31 bits allow 32,000 times.

    Attributes:
        bits: How many, from 16 to 64.
    """

    bits: int

    def __attrs_post_init__(self) -> None:
        """Check the count."""
        _check_count("bits", self.bits, MIN_BITS, MAX_BITS)

    @property
    def in_words(self) -> str:
        """What is taken, for refusals."""
        return f"integers from 1 to 2^{self.bits} - 1"

    @property
    def last_counter(self) -> int:
        """The last of our counters whose id fits."""
        return min((1 << self.bits) - 2, LAST_COUNTER)

    @property
    def takes_ours_as_they_are(self) -> bool:
        """No codec is needed: never, since ours are texts."""
        return False

    def takes(self, identity: str | int) -> bool:
        """Tell whether the venue takes this."""
        return type(identity) is int and 0 < identity < 1 << self.bits

    def encode(self, identity: ClOrdId) -> int:
        """Give an id of ours as it goes over the wire.

        Raises:
            ValidationError: It is none of ours.
            LimitExceededError: Its counter needs more bits.
        """
        _check_ours(identity)
        counter = counter_of(identity)
        if counter > self.last_counter:
            raise LimitExceededError(
                f"the last counter of {self.bits}-bit ClOrdIDs",
                self.last_counter,
                f"{identity} has the counter {counter}; begin a journal with another namespace for this venue",
            )
        return counter + 1

    def decode(self, said: str | int, prefix: str) -> ClOrdId:
        """Give back our id.

        Args:
            said: The integer, or its decimal text.
            prefix: The nine characters that the namespace's ids begin with (`oms.model.ids.namespace_prefix`).

        Raises:
            ValidationError: It was not made by `encode`, or the prefix is none.
        """
        if _PREFIX.fullmatch(prefix) is None:
            raise ValidationError("prefix", shown(prefix), "pass namespace_prefix(namespace)")
        number = int(said) if isinstance(said, str) and re.fullmatch("[1-9][0-9]{0,19}", said) else said
        if type(number) is not int or not 0 < number <= self.last_counter + 1:
            raise ValidationError("cl_ord_id", shown(said), "pass what encode() gave")
        return cl_ord_id(cl_ord_id_head(prefix, number - 1), number - 1)


ClOrdIdRule: TypeAlias = TextIds | IntegerIds
"""What a venue takes for a ClOrdID, and how ours are written there."""


def _check_ours(identity: str) -> None:
    if not isinstance(identity, str) or _OURS.fullmatch(identity) is None:
        raise ValidationError(
            "cl_ord_id", shown(identity), f"pass an id of this library: {_LENGTH} of {ALPHABET}"
        )


RULES: Final[Mapping[str, ClOrdIdRule]] = MappingProxyType(
    {
        # Bilateral; this is what the FIX gateways of exchanges usually take.
        "FIX": TextIds(),
        "Alpaca": TextIds(max_length=48),
        "IB orderId": IntegerIds(31),
        # Free text, of no documented length; so is OANDA's.
        "IB orderRef": TextIds(),
        "Binance": TextIds(),
        "OANDA": TextIds(),
        "Lighter": TextIds(max_length=19, characters="A-Za-z0-9"),
        "Foxbit": TextIds(max_length=20, characters="A-Za-z0-9"),
        "Kite tag": TextIds(max_length=20, characters="A-Za-z0-9"),
        # The venue wants its mark in front.
        "Gate": TextIds(max_length=30, characters="A-Za-z0-9_.-", codec=Prefixed("t-")),
        "OKX": TextIds(max_length=32, characters="A-Za-z0-9"),
        "MEXC": TextIds(max_length=32),
        "Bybit spot": TextIds(max_length=32),
        "Bybit": TextIds(),
        "Gemini": TextIds(),
        "KuCoin": TextIds(max_length=40),
        "BingX": TextIds(max_length=40),
        "Dexalot": TextIds(max_length=64),
        "Kraken futures": TextIds(max_length=100),
        "Kraken userref": IntegerIds(31),
        "dYdX": IntegerIds(31),
        "Backpack": IntegerIds(32),
        "63-bit integers": IntegerIds(63),
        "64-bit integers": IntegerIds(64),
    }
)
"""What venues take, as far as it is known: check against the venue's own pages before building on it."""

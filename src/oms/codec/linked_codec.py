"""Events straight to and from records in a chain of hashes: what `Chain` and the codec do one after the other, in one go.

A journal is written and read record by record on the way of every order and at every start; without the text in between
each record is searched and copied fewer times. What is not read here in the plain way is left to the two, which say what
is wrong with it. `oms.codec.fast` has no part in it: a reader that knows what it has read before is sooner here.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from oms.codec.chain import LINK_LENGTH, TAIL_LENGTH, Chain
from oms.codec.diagnosis import explain_event
from oms.codec.event_codec import (
    EVENT_TYPES,
    MAX_RECORD_LENGTH,
    decode,
    head_of_text,
    layout_of,
)
from oms.codec.generate import (
    READ_ERRORS,
    WRITE_ERRORS,
    Field,
    Layout,
    LinkedCodec,
    Shape,
    compile_linked_codec,
)
from oms.errors import OmsError, ValidationError
from oms.model.events import Event

_PREV: Final = "prev_hash"
_OWN: Final = "hash"
_HASH: Final = Shape(
    name="hash",
    meaning="64 hex digits",
    pattern='"[0-9a-f]{64}"',
    capture='"([^"]{64})"',  # which is compared with what it has to be
    fragment=f'"{{{_PREV}}}"',
)
# Of what a hash covers, the end of the record is no part.
_MAX_COVERED: Final = MAX_RECORD_LENGTH + LINK_LENGTH - TAIL_LENGTH


def encode_linked(event: Event, chain: Chain) -> str:
    """Give an event as it is stored next, and move on: `chain.link(encode(event))`, sooner; errors as there."""
    try:
        covered = _CODECS[type(event)].write(event, chain.head)
    except WRITE_ERRORS as error:
        raise explain_event(event, EVENT_TYPES, layout_of) from error
    if len(covered) > _MAX_COVERED:
        raise ValidationError(
            type(event).__name__,
            f"{len(covered) - 63} characters",
            f"at most {MAX_RECORD_LENGTH} characters",
        )
    head = chain.head = sha256(covered.encode()).hexdigest()
    return f'{covered},"hash":"{head}"}}'


def decode_linked(linked: str, chain: Chain, sequence: int) -> Event:
    """Check a stored record, give its event, and move on: `decode(chain.unlink(linked, sequence))`, sooner; errors as there."""
    head = head_of_text(linked)
    cls = _CLASSES.get(head) or _find_class(head)
    if cls is not None and len(linked) <= MAX_RECORD_LENGTH:
        try:
            found = _CODECS[cls].read(linked, chain.head)
        except (OmsError, *READ_ERRORS):
            found = None
        if found is not None:
            event: Event
            event, chain.head = found
            return event
    return decode(chain.unlink(linked, sequence))


class _Codecs(dict[type[Event], LinkedCodec]):
    """What is compiled for each class when the first of its events is written or read."""

    def __missing__(self, cls: type[Event]) -> LinkedCodec:
        if EVENT_TYPES.get(cls.__name__) is not cls:
            raise TypeError(f"{cls.__name__} is not an event of this library")
        plain = layout_of(cls)
        parts = (
            Field(_PREV, _HASH, is_given=False) if part == '"prev_hash":""' else part for part in plain.parts
        )
        layout = Layout(cls, (*parts, Field(_OWN, _HASH, is_given=False)))
        codec = self[cls] = compile_linked_codec(layout, _PREV, _OWN, -TAIL_LENGTH)
        return codec


_CODECS: Final = _Codecs()
_CLASSES: Final[dict[str, type[Event]]] = {}
"""By the text that records of one class begin with."""


def _find_class(head: str) -> type[Event] | None:
    for name, cls in EVENT_TYPES.items():
        if head == f'{{"type":"{name}","schema":{cls.schema}':
            _CLASSES[head] = cls
            return cls
    return None

"""Events as text: one JSON object an event, the same bytes for the same event on every machine and Python.

The layout of a record never changes under one schema number. A change of a class's fields raises the class's `schema`;
texts of older schemas are then lifted to it step by step, see `oms.codec.upcasting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from oms.codec.diagnosis import explain_event, explain_text
from oms.codec.generate import READ_ERRORS, WRITE_ERRORS, Codec, Layout, compile_codec
from oms.codec.shapes import fields_of
from oms.codec.upcasting import UPCASTERS, upcast
from oms.errors import OmsError, ValidationError
from oms.model import events
from oms.model.events import Event

MAX_RECORD_LENGTH: Final = 1 << 20
"""The longest record in characters, both ways."""

EVENT_TYPES: Final[dict[str, type[Event]]] = {
    name: cls
    for name, cls in vars(events).items()
    if isinstance(cls, type) and issubclass(cls, Event) and cls not in (Event, events.OrderEvent)
}
"""Every kind of event that can be kept, by name: the events of `oms.model.events`, which is a closed list."""

_Reader: TypeAlias = Callable[[str], Event | None]

_FIRST_FIELD: Final = ',"sequence":'
_LONGEST_HEAD: Final = 100


def encode(event: Event) -> str:
    """Give an event as text.

    Raises:
        ValidationError: It is not an event of this library, a field holds what cannot be read back, or the text would be
            longer than `MAX_RECORD_LENGTH`.
    """
    try:
        text = _CODECS[type(event)].write(event)
    except WRITE_ERRORS as error:
        raise explain_event(event, EVENT_TYPES, layout_of) from error
    if len(text) > MAX_RECORD_LENGTH:
        raise ValidationError(
            type(event).__name__, f"{len(text)} characters", f"at most {MAX_RECORD_LENGTH} characters"
        )
    return text


def decode(text: str) -> Event:
    """Give the event that a text was made from.

    The text must be exactly what `encode` gives: no spaces, every key once and in its order.

    Raises:
        JournalNewerError: It has a type or a schema that this version of the library does not know.
        ValidationError: It is not the text of an event; the error names the field.
    """
    if type(text) is not str:
        raise ValidationError("record", f"{type(text).__name__}", "the text of one event, a str")
    if len(text) > MAX_RECORD_LENGTH:
        raise ValidationError("record", f"{len(text)} characters", f"at most {MAX_RECORD_LENGTH} characters")
    read = _READERS.get(text[: text.find(_FIRST_FIELD, 0, _LONGEST_HEAD)])
    if read is None:
        read = _make_reader(text)
    try:
        event = read(text)
    except OmsError:
        raise
    except READ_ERRORS as error:
        raise explain_text(text, EVENT_TYPES, layout_of) from error
    if event is None:
        raise explain_text(text, EVENT_TYPES, layout_of)
    return event


def read_with(make: Callable[[type[Event], _Reader], _Reader] | None) -> None:
    """Read with other readers from now on; see `oms.codec.fast`.

    Args:
        make: Gives the reader of a class, and is handed that of this library to fall back on; None for that one alone.
    """
    _other_reader[:] = [] if make is None else [make]
    _READERS.clear()


def head_of_text(text: str) -> str:
    """Give what a record begins with, by which the records of one class and schema are known."""
    return text[: text.find(_FIRST_FIELD, 0, _LONGEST_HEAD)]


def layout_of(cls: type[Event]) -> Layout:
    """Give the layout of the records of a class."""
    sequence, epoch, cause, *rest = fields_of(cls)
    assert (sequence.name, epoch.name, cause.name) == ("sequence", "epoch", "cause")
    head = (f'"type":"{cls.__name__}"', f'"schema":{cls.schema}')
    # The last but the rest is the place of the hash of the record before, empty as long as records are not chained.
    return Layout(cls, (*head, sequence, epoch, cause, '"prev_hash":""', *rest))


class _Codecs(dict[type[Event], Codec]):
    """What is compiled for each class when the first of its events is written or read."""

    def __missing__(self, cls: type[Event]) -> Codec:
        if EVENT_TYPES.get(cls.__name__) is not cls:
            raise TypeError(f"{cls.__name__} is not an event of this library")
        codec = self[cls] = compile_codec(layout_of(cls))
        return codec


_CODECS: Final = _Codecs()
_other_reader: Final[list[Callable[[type[Event], _Reader], _Reader]]] = []
_READERS: Final[dict[str, _Reader]] = {}
"""By the text that records of one class and schema begin with."""


def _make_reader(text: str) -> _Reader:
    for name, cls in EVENT_TYPES.items():
        for schema in range(1, cls.schema + 1):
            head = f'{{"type":"{name}","schema":{schema}'
            if text.startswith(f"{head}{_FIRST_FIELD}"):
                read = _CODECS[cls].read if schema == cls.schema else _make_lifting_reader(cls)
                if _other_reader and schema == cls.schema:
                    read = _other_reader[0](cls, read)
                _READERS[head] = read
                return read
    raise explain_text(text, EVENT_TYPES, layout_of)


def _make_lifting_reader(cls: type[Event]) -> _Reader:
    parts = layout_of(cls).parts
    keys = tuple(part[1 : part.index('"', 1)] if isinstance(part, str) else part.name for part in parts)

    def read(text: str) -> Event | None:
        lifted = upcast(text, cls.__name__, cls.schema, keys, UPCASTERS)
        event: Event | None = _CODECS[cls].read(lifted)
        if event is None:
            raise explain_text(lifted, EVENT_TYPES, layout_of)
        return event

    return read

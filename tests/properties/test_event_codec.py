"""Laws of the codec, for every kind of event."""

import json
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.codec.event_codec import decode, encode
from oms.errors import JournalNewerError, ValidationError
from oms.model.contingency import GroupNode
from oms.model.events import Event
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.triggers import Release
from tests.properties.event_strategies import EVENT_CLASSES, events

UNION_MEMBERS = (
    *get_args(GroupNode),
    *get_args(Terms),
    *get_args(Release),
    *get_args(TimeInForce),
    ExecutionReport,
    OrderCancelReject,
    FeeReport,
)


def plain(content: object) -> Any:  # noqa: ANN401  # what json.dumps takes
    """A value of the model as json.dumps takes it; written down again here, apart from the codec."""
    match content:
        case Event():
            rest = {item.name: plain(getattr(content, item.name)) for item in attrs.fields(type(content))}
            head = {"type": type(content).__name__, "schema": content.schema}
            envelope = {key: rest.pop(key) for key in ("sequence", "epoch", "cause")}
            return head | envelope | {"prev_hash": ""} | rest
        case Enum():
            return content.value
        case Decimal():
            return str(content)
        case tuple():
            return [plain(item) for item in content]
        case _ if attrs.has(type(content)):
            tag = {"type": type(content).__name__} if isinstance(content, UNION_MEMBERS) else {}
            cls: Any = type(content)
            given = [item.name for item in attrs.fields(cls) if item.init]
            return tag | {name: plain(getattr(content, name)) for name in given}
        case _:
            return content


def dumps(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))


@pytest.mark.parametrize("cls", EVENT_CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=12)
@given(data=st.data())
def test_an_event_is_written_as_json_and_comes_back_to_the_last_digit(
    cls: type[Event], data: st.DataObject
) -> None:
    """Law: encode(event) == json.dumps(its fields), byte for byte, and decode(encode(event)) is the event.

    Compared by repr too, which tells 1.50 from 1.5 and 1 from Decimal(1).
    """
    event = data.draw(events(cls))
    text = encode(event)
    assert text == dumps(plain(event))
    again = decode(text)
    assert type(again) is cls
    assert repr(again) == repr(event)
    assert again == event


def _spaces(text: str) -> str:
    return json.dumps(json.loads(text))


def _reordered(text: str) -> str:
    return dumps(dict(reversed(json.loads(text).items())))


def _doubled(text: str) -> str:
    return text.replace('"prev_hash":""', '"prev_hash":"","prev_hash":""')


def _extra(text: str) -> str:
    return dumps(json.loads(text) | {"colour": "red"})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_spaces, id="spaces between"),
        pytest.param(_reordered, id="keys in another order"),
        pytest.param(_doubled, id="a key twice"),
        pytest.param(_extra, id="a field too many"),
    ],
)
@given(event=events())
def test_only_what_encode_writes_is_read(change: Callable[[str], str], event: Event) -> None:
    """Law: the same content in other words is refused, so that a record has one form and hence one hash."""
    with pytest.raises(ValidationError):
        decode(change(encode(event)))


@given(event=events(), data=st.data())
def test_a_missing_field_is_named(event: Event, data: st.DataObject) -> None:
    """Law: a record without one of its fields is refused with the field's name, or the record's kind if that is gone."""
    record = json.loads(encode(event))
    key = data.draw(st.sampled_from(sorted(record)))
    del record[key]
    with pytest.raises(ValidationError) as caught:
        decode(dumps(record))
    assert caught.value.field in {f"{type(event).__name__}.{key}", key}


@given(event=events(), data=st.data())
def test_a_field_of_another_kind_is_named(event: Event, data: st.DataObject) -> None:
    """Law: a record with a field that holds what is never right there is refused with the field's name."""
    record = json.loads(encode(event))
    key = data.draw(st.sampled_from(sorted(record)))
    record[key] = {"a": []}
    with pytest.raises(ValidationError) as caught:
        decode(dumps(record))
    assert caught.value.field in {f"{type(event).__name__}.{key}", key}


@given(event=events(), data=st.data())
def test_a_changed_character_is_refused_or_read_as_what_stands_there(
    event: Event, data: st.DataObject
) -> None:
    """Law: of a text with one character changed, decode gives an event that is written as this text, or an error."""
    text = encode(event)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = (
        text[:place] + data.draw(st.sampled_from('0123456789"\\{}[]:,.-+eEaN nul\x00é')) + text[place + 1 :]
    )
    try:
        read = decode(changed)
    except (ValidationError, JournalNewerError):
        return
    # Numbers may be written in more than one way: 1E-7 and 0.0000001, 007 and 7.
    assert encode(read) == changed or decode(encode(read)) == read


@given(event=events(), length=st.floats(0, 1, exclude_max=True))
def test_a_record_cut_short_is_refused(event: Event, length: float) -> None:
    """Law: no beginning of a record is a record."""
    text = encode(event)
    with pytest.raises(ValidationError):
        decode(text[: int(len(text) * length)])


@given(text=st.text())
def test_any_other_text_is_refused_with_an_error_of_ours(text: str) -> None:
    """Law: decode raises nothing but the errors that it names."""
    with pytest.raises((ValidationError, JournalNewerError)):
        decode(text)

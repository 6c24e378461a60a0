"""Laws of reading with `msgspec`: it makes no difference but to the time it takes."""
# pyright: reportPrivateUsage=false

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.codec import fast
from oms.codec.event_codec import _CODECS, encode
from oms.errors import OmsError
from oms.model.events import Event
from tests.properties.event_strategies import EVENT_CLASSES, events

pytest.importorskip("msgspec")


class Asked:
    """The reader without `msgspec`, which counts how often it is asked."""

    def __init__(self, cls: type[Event]) -> None:
        self.read = _CODECS[cls].read
        self.count = 0

    def __call__(self, text: str) -> Event | None:
        self.count += 1
        event: Event | None = self.read(text)
        return event


def outcome(read: Callable[[str], Event | None], text: str) -> object:
    """What comes of a text: the event to its last digit, None, or the kind of error."""
    try:
        return repr(read(text))
    except (OmsError, KeyError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("cls", EVENT_CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=8)
@given(data=st.data())
def test_every_event_is_read_as_without_it(cls: type[Event], data: st.DataObject) -> None:
    """Law: for the text of any event both readers give the same event, and it is written as the same bytes."""
    event = data.draw(events(cls))
    text = encode(event)
    again = fast.make_reader(cls, _CODECS[cls].read)(text)
    assert again is not None
    assert repr(again) == repr(event)
    assert type(again) is cls
    assert encode(again) == text


@given(event=events(), data=st.data())
def test_a_changed_text_comes_to_the_same(event: Event, data: st.DataObject) -> None:
    """Law: of a text with one character changed, both readers make the same: an event, or the same refusal."""
    text = encode(event)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from('0123456789"\\{}[]:,.-+eEaN nul\x00é\ud800'))
    changed = text[:place] + letter + text[place + 1 :]
    read = _CODECS[type(event)].read
    assert outcome(fast.make_reader(type(event), read), changed) == outcome(read, changed)


@given(
    event=events(),
    other=st.sampled_from(
        [
            '"1_0"',
            '" 1"',
            '"NaN"',
            '"-Infinity"',
            '"1e5"',
            '"007"',
            '"+1"',
            '".5"',
            '"\uff11"',
            '"1E+41"',
            '"0E+999999"',
            "1",
            "1.0",
            "null",
            "true",
            "[]",
        ]
    ),
)
def test_other_forms_of_a_value_come_to_the_same(event: Event, other: str) -> None:
    """Law: whatever stands in the place of any one value, both readers make the same of it."""
    text = encode(event)
    read = _CODECS[type(event)].read
    quick = fast.make_reader(type(event), read)
    for piece in {piece for piece in text.split(":") if "," in piece}:
        value = piece[: piece.rindex(",")]
        changed = text.replace(f":{value},", f":{other},", 1)
        assert outcome(quick, changed) == outcome(read, changed)


def test_plain_texts_are_read_without_asking_the_other() -> None:
    """Most of the fixture is read by `msgspec` alone: those with escapes are not."""
    from tests.unit.codec.v1_events import EXPECTED

    plain = [event for event in EXPECTED if "\\" not in encode(event)]
    asked = 0
    for event in plain:
        other = Asked(type(event))
        assert repr(fast.make_reader(type(event), other)(encode(event))) == repr(event)
        asked += other.count
    assert len(plain) > 60
    assert asked == 0

"""Records of made-up older schemas, lifted to the one of today."""
# pyright: reportPrivateUsage=false

import json
from collections.abc import Iterator, Mapping

import attrs
import pytest

from oms.codec import event_codec
from oms.codec.event_codec import EVENT_TYPES, decode, encode
from oms.codec.upcasting import UPCASTERS, Record, Step, upcast
from oms.errors import JournalNewerError, ValidationError
from oms.model.events import Cause, Event

KEYS = ("type", "schema", "sequence", "size", "side")
OLDEST = '{"type":"Wish","schema":1,"sequence":7,"lots":2,"buy":true}'


def name_the_side(record: Record) -> Record:
    """Schema 2 says the side in a word."""
    record["side"] = "BUY" if record.pop("buy") else "SELL"
    return record


def count_in_pieces(record: Record) -> Record:
    """Schema 3 has pieces, of which a lot is a hundred."""
    record["size"] = str(record.pop("lots") * 100)
    return record


STEPS: Mapping[tuple[str, int], Step] = {("Wish", 1): name_the_side, ("Wish", 2): count_in_pieces}


@pytest.mark.parametrize(
    "text",
    [OLDEST, '{"type":"Wish","schema":2,"sequence":7,"lots":2,"side":"BUY"}',
     '{"type":"Wish","schema":3,"sequence":7,"size":"200","side":"BUY"}'],
    ids=["from schema 1", "from schema 2", "from schema 3 itself"],
)  # fmt: skip
def test_a_record_is_lifted_one_step_at_a_time(text: str) -> None:
    assert (
        upcast(text, "Wish", 3, KEYS, STEPS)
        == '{"type":"Wish","schema":3,"sequence":7,"size":"200","side":"BUY"}'
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("{", "record", id="no JSON"),
        pytest.param("[" * 100_000, "record", id="too deep"),
        pytest.param("7", "record", id="no object"),
        pytest.param(OLDEST.replace(",", ", "), "record", id="spaces"),
        pytest.param(OLDEST.replace('"lots":2', '"lots":2,"lots":2'), "record", id="a key twice"),
        pytest.param(OLDEST.replace('"lots":2', '"lots":2.5'), "record", id="a float"),
        pytest.param(OLDEST.replace('"lots":2', '"lots":NaN'), "record", id="not a number"),
        pytest.param(OLDEST.replace('"lots":2', '"lots":null'), "Wish", id="what a step cannot lift"),
        pytest.param(OLDEST.replace('"lots":2,', ""), "Wish", id="a field missing"),
        pytest.param(OLDEST.replace('"lots":2', '"lots":2,"more":1'), "Wish", id="a field too many"),
    ],
)
def test_what_is_no_record_of_an_older_schema_is_refused(text: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        upcast(text, "Wish", 3, KEYS, STEPS)
    assert caught.value.field == field


def test_a_step_that_is_missing_is_named() -> None:
    with pytest.raises(ValidationError, match=r"Wish.schema = 2: a schema from which a step leads to 3"):
        upcast(OLDEST, "Wish", 3, KEYS, {("Wish", 1): name_the_side})


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Event]]:
    """A class that is at schema 3 now: schema 1 had no reason, schema 2 called it `why`."""

    @attrs.define(slots=True)  # pyright: ignore[reportGeneralTypeIssues]  # frozen to the type checkers alone
    class Wish(Event):
        schema = 3
        reason: str

    def call_it_reason(record: Record) -> Record:
        record["reason"] = record.pop("why")
        return record

    monkeypatch.setitem(EVENT_TYPES, "Wish", Wish)
    monkeypatch.setattr(
        event_codec,
        "UPCASTERS",
        {("Wish", 1): lambda record: record | {"why": "unknown"}, ("Wish", 2): call_it_reason},
    )
    yield Wish
    for head in [head for head in event_codec._READERS if "Wish" in head]:
        del event_codec._READERS[head]
    event_codec._CODECS.pop(Wish, None)


ENVELOPE = (
    '"sequence":4,"epoch":1,"cause":{"kind":"a","origin":"b"},"prev_hash":"","input_sequence":4,"time_ns":5'
)


@pytest.mark.parametrize(
    ("schema", "rest", "reason"),
    [(1, "", "unknown"), (2, ',"why":"\\u00e9"', "\u00e9"), (3, ',"reason":"r"', "r")],
)
def test_an_event_of_any_past_schema_is_read(newer: type[Event], schema: int, rest: str, reason: str) -> None:
    text = f'{{"type":"Wish","schema":{schema},{ENVELOPE}{rest}}}'
    expected = newer(4, 1, Cause("a", "b"), 4, 5, reason)  # type: ignore[call-arg]  # its own field

    assert decode(text) == decode(text) == expected
    assert json.loads(encode(decode(text)))["schema"] == 3


@pytest.mark.parametrize(
    ("schema", "rest", "error"),
    [(4, ',"reason":"r"', JournalNewerError), (2, ',"why":7', ValidationError), (2, "", ValidationError),
     (1, ',"which":"r"', ValidationError), (0, "", ValidationError), (3, ',"why":"r"', ValidationError)],
    ids=["newer than the newest", "of another kind", "missing", "too many", "no schema at all", "of the schema before"],
)  # fmt: skip
@pytest.mark.usefixtures("newer")
def test_an_event_that_is_not_of_its_schema_is_refused(
    schema: int, rest: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decode(f'{{"type":"Wish","schema":{schema},{ENVELOPE}{rest}}}')


def test_every_class_has_a_step_from_each_schema_before_its_own() -> None:
    needed = {(name, schema) for name, cls in EVENT_TYPES.items() for schema in range(1, cls.schema)}

    assert set(UPCASTERS) == needed

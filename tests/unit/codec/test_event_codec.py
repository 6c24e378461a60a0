"""The codec case by case; its laws are in `tests/properties/test_event_codec.py`."""

from decimal import Context, Decimal, Inexact, Rounded, localcontext
from pathlib import Path
from typing import Any

import attrs
import pytest

from oms.codec.event_codec import EVENT_TYPES, MAX_RECORD_LENGTH, decode, encode
from oms.errors import JournalNewerError, ValidationError
from oms.model.events import Cause, EpochStarted, Event, OrderStopped, Traded
from oms.model.ids import OrderId
from tests.unit.codec.v1_events import EXPECTED, T0

LINES = (Path(__file__).parent / "fixtures" / "v1.jsonl").read_text("ascii").splitlines()
BY_NAME = {type(event).__name__: event for event in EXPECTED if not getattr(event, "is_synthetic", False)}
TRADED = encode(BY_NAME["Traded"])
STOPPED = OrderStopped(1, 1, Cause("a", "b"), 1, T0, OrderId(1), Decimal(1), None)
STARTED = '{"type":"EpochStarted","schema":1,"sequence":1,"epoch":1,"cause":{"kind":"a","origin":"b"},"prev_hash":"",'


@pytest.mark.parametrize(
    ("line", "event"),
    list(zip(LINES, EXPECTED, strict=True)),
    ids=[f"line {number}" for number in range(1, len(LINES) + 1)],
)
def test_a_line_of_version_1_means_what_it_meant(line: str, event: Event) -> None:
    assert repr(decode(line)) == repr(event)


@pytest.mark.parametrize(("line", "event"), list(zip(LINES, EXPECTED, strict=True)))
def test_a_line_of_version_1_is_written_as_it_was(line: str, event: Event) -> None:
    assert encode(event) == line


def test_every_kind_of_event_has_a_line_of_version_1() -> None:
    assert {type(event) for event in EXPECTED} == set(EVENT_TYPES.values())


def but(event: Event, **changes: Any) -> Event:  # noqa: ANN401  # wrong ones too
    """The event with other contents, right or wrong."""
    return attrs.evolve(event, **changes)


def changed(old: str, new: str) -> str:
    assert TRADED.count(old) == 1
    return TRADED.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            changed('"type":"Traded"', '"type":"TradeAllocated"'), id="a kind of event that is not known"
        ),
        pytest.param(changed('"schema":1', '"schema":2'), id="a schema that is not known"),
    ],
)
def test_what_a_newer_version_wrote_is_named_as_such(text: str) -> None:
    with pytest.raises(JournalNewerError, match="use a newer one"):
        decode(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param(changed('"last_qty":"', '"last_qty":"x'), "Traded.last_qty", id="letters for a number"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":1'), "Traded.last_qty", id="an integer for a number"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":1.5'), "record", id="a float"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":NaN'), "record", id="not a number, bare"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"NaN"'), "Traded.last_qty", id="not a number, as text"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"Infinity"'), "Traded.last_qty", id="infinity, as text"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":-Infinity'), "record", id="infinity, bare"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"1e999999"'), "Traded.last_qty", id="a huge exponent"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"1E+100"'), "Traded.last_qty", id="a large exponent"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"\uff11"'), "Traded.last_qty", id="full-width digits"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":"1_0"'), "Traded.last_qty", id="an underscore in a number"),
        pytest.param(changed('"last_qty":"1"', '"last_qty":null'), "Traded.last_qty", id="null where there must be one"),
        pytest.param(changed('"transact_time_ns":0', '"transact_time_ns":"0"'), "Traded.transact_time_ns", id="text for an integer"),
        pytest.param(changed('"transact_time_ns":0', '"transact_time_ns":true'), "Traded.transact_time_ns", id="true for an integer"),
        pytest.param(changed('"transact_time_ns":0', '"transact_time_ns":00'), "record", id="a leading zero"),
        pytest.param(changed('"transact_time_ns":0', f'"transact_time_ns":{"9" * 5000}'), "record", id="an integer of 5000 digits"),
        pytest.param(changed('"side":"1"', '"side":"3"'), "Traded.side", id="no side"),
        pytest.param(changed('"side":"1"', '"side":1'), "Traded.side", id="a number for a side"),
        pytest.param(changed('"raw":""', '"raw":[]'), "Traded.raw", id="a list for a text"),
        pytest.param(changed('"raw":""', '"raw":"\\u0041"'), "record", id="an escape that need not be"),
        pytest.param(changed('"raw":""', '"raw":"é"'), "record", id="a character that is not escaped"),
        pytest.param(changed('"raw":""', '"raw":"\x01"'), "record", id="a bare control character"),
        pytest.param(changed('"raw":""', '"raw":"","raw":""'), "record", id="a key twice"),
        pytest.param(changed('"raw":""', '"raw":"","x":1'), "Traded.x", id="a key too many"),
        pytest.param(changed(',"raw":""', ""), "Traded.raw", id="a key missing"),
        pytest.param(changed('"prev_hash":""', '"prev_hash":"ab"'), "Traded.prev_hash", id="a hash"),
        pytest.param(changed('"schema":1', '"schema":0'), "schema", id="a schema that never was"),
        pytest.param(changed('"schema":1', '"schema":"1"'), "schema", id="a schema as text"),
        pytest.param(changed('"type":"Traded"', '"type":7'), "type", id="a number for a type"),
        pytest.param(changed('{"type"', ' {"type"'), "record", id="a space before"),
        pytest.param(TRADED + "\n", "record", id="a line break after"),
        pytest.param(TRADED + TRADED, "record", id="two records"),
        pytest.param("", "record", id="nothing"),
        pytest.param("null", "record", id="null"),
        pytest.param("[" * 100_000, "record", id="deep nesting"),
        pytest.param('{"a":' * 100_000, "record", id="deep nesting of objects"),
        pytest.param("x" * (MAX_RECORD_LENGTH + 1), "record", id="too long"),
        pytest.param(f'{STARTED}"input_sequence":1,"time_ns":1,"namespace":"","request_timeout_ns":1.0}}', "record", id="a float for an integer"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_refused_by_the_name_of_what_is_wrong(text: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        decode(text)
    assert caught.value.field == field
    assert len(caught.value.value) <= 201


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            changed('"raw":""', '"raw":"","raw":""'), "the key 'raw' more than once", id="a key twice"
        ),
        pytest.param(
            changed('"raw":""', f'"raw":"{"x" * MAX_RECORD_LENGTH}"'), "at most 1048576", id="too long"
        ),
        pytest.param(
            changed('{"type"', ' {"type"'), "the keys in their order and nothing between", id="a space"
        ),
    ],
)
def test_a_record_that_json_would_read_is_refused_for_its_form(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        decode(text)


def test_a_record_of_what_the_model_refuses_is_refused_in_the_models_words() -> None:
    text = encode(BY_NAME["InstrumentDefined"]).replace('"lot":"0.50"', '"lot":"-1"')
    with pytest.raises(ValidationError, match="lot = -1: pass more than zero"):
        decode(text)


def test_a_field_that_was_never_given_is_named() -> None:
    event = but(STOPPED)
    del event.last_px  # type: ignore[attr-defined]  # an event half made
    with pytest.raises(ValidationError, match=r"OrderStopped\.last_px = None") as caught:
        encode(event)
    assert caught.value.field == "OrderStopped.last_px"


@pytest.mark.parametrize("text", [None, 7, b"{}", ["{}"]], ids=["none", "a number", "bytes", "a list"])
def test_only_text_is_read(text: object) -> None:
    with pytest.raises(ValidationError, match="the text of one event"):
        decode(text)  # type: ignore[arg-type]  # what a damaged database gives


@pytest.mark.parametrize(
    ("event", "field"),
    [
        pytest.param(but(STOPPED, last_qty=Decimal("NaN")), "OrderStopped.last_qty", id="not a number"),
        pytest.param(but(STOPPED, last_qty=Decimal("sNaN")), "OrderStopped.last_qty", id="a signaling one"),
        pytest.param(but(STOPPED, last_px=Decimal("-Infinity")), "OrderStopped.last_px", id="infinity"),
        pytest.param(but(STOPPED, last_qty=Decimal("1E+40")), "OrderStopped.last_qty", id="too large"),
        pytest.param(but(STOPPED, last_qty=1.5), "OrderStopped.last_qty", id="a float"),
        pytest.param(but(STOPPED, last_qty=1), "OrderStopped.last_qty", id="an int for a Decimal"),
        pytest.param(but(STOPPED, last_qty="1"), "OrderStopped.last_qty", id="a text for a Decimal"),
        pytest.param(but(STOPPED, cum_qty=None), "OrderStopped.cum_qty", id="None where there must be one"),
        pytest.param(but(STOPPED, order_id=True), "OrderStopped.order_id", id="a bool for an int"),
        pytest.param(but(STOPPED, sequence=1.0), "OrderStopped.sequence", id="a float for an int"),
        pytest.param(but(STOPPED, order_id=10**5000), "OrderStopped.order_id", id="an int of 5000 digits"),
        pytest.param(but(STOPPED, status="0"), "OrderStopped.status", id="a text for an enumeration"),
        pytest.param(but(STOPPED, cause=None), "OrderStopped.cause", id="no cause"),
        pytest.param(but(STOPPED, cause=Cause("a", b"b")), "OrderStopped.cause", id="bytes for a text"),  # type: ignore[arg-type]
        pytest.param(EpochStarted(1, 1, Cause("", ""), 1, 1, 7, 1), "EpochStarted.namespace", id="an int for a text"),  # type: ignore[arg-type]
        pytest.param(but(BY_NAME["OrderDenied"], reasons=[]), "OrderDenied.reasons", id="a list for a tuple"),
        pytest.param(but(BY_NAME["OrderDenied"], reasons=("?",)), "OrderDenied.reasons", id="a text for a reason"),
        pytest.param(but(BY_NAME["OrderRestated"], terms="limit"), "OrderRestated.terms", id="a text for terms"),
        pytest.param(but(BY_NAME["Traded"], raw="x" * MAX_RECORD_LENGTH), "Traded", id="too long"),
        pytest.param("Traded", "event", id="not an event"),
        pytest.param(Event(1, 1, Cause("", ""), 1, 1), "event", id="no kind of event"),
    ],
)  # fmt: skip
def test_what_could_not_be_read_again_is_not_written(event: Event, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        encode(event)
    assert caught.value.field == field


def test_an_event_of_a_class_of_ones_own_is_not_written() -> None:
    own = type("Traded", (Traded,), {})
    with pytest.raises(ValidationError, match=r"pass an event of oms\.model\.events"):
        encode(
            own(*(getattr(BY_NAME["Traded"], item.name) for item in attrs.fields(Traded) if not item.kw_only))
        )


def test_a_number_keeps_its_zeros_and_its_exponent() -> None:
    for text in ("1.50", "1E+3", "0E-7", "-0.00", "0E+999999", "1E-30"):
        read = decode(encode(but(STOPPED, last_px=Decimal(text))))
        assert isinstance(read, OrderStopped)
        assert str(read.last_px) == text


def test_a_record_is_the_same_whatever_decimal_context_the_embedder_has_set() -> None:
    tiny = but(BY_NAME["Traded"], last_qty=Decimal("1E-18"), last_px=Decimal("0E+3"))
    written = encode(tiny)
    with localcontext(Context(prec=1, capitals=0, traps=[Inexact, Rounded])):
        assert encode(tiny) == written
    assert '"last_qty":"1E-18","last_px":"0E+3"' in written
    assert decode(written) == tiny

"""Events straight to and from records of the chain: nothing else than the chain and the codec one after the other."""

from collections.abc import Iterable
from hashlib import sha256

import pytest

from oms.codec import linked_codec
from oms.codec.chain import LINK_LENGTH, Chain, genesis
from oms.codec.event_codec import MAX_RECORD_LENGTH, decode, encode
from oms.codec.linked_codec import decode_linked, encode_linked
from oms.errors import ChainBrokenError, OmsError, ValidationError
from oms.model.events import Cause, Event, KillSwitchEngaged
from tests.unit.codec.v1_events import EXPECTED, T0

START = genesis("0123456789abcdef0123456789abcdef")
STARTED, SAID = EXPECTED[0], KillSwitchEngaged(2, 1, Cause("a", "b"), 2, T0, 'a "quoted" \\ word, é')


def in_two_steps(events: Iterable[Event]) -> list[str]:
    chain = Chain(START)
    return [chain.link(encode(event)) for event in events]


def of_length(length: int) -> Event:
    shortest = len(encode(KillSwitchEngaged(1, 1, Cause("a", "b"), 1, T0, "")))
    return KillSwitchEngaged(1, 1, Cause("a", "b"), 1, T0, "x" * (length - shortest))


def ending(linked: str) -> str:
    """A record that was meddled with, with a hash that fits it again."""
    covered = linked[:-74]
    return f'{covered},"hash":"{sha256(covered.encode()).hexdigest()}"}}'


@pytest.mark.slow  # a codec is made for every class
def test_every_kind_of_event_is_written_and_read_as_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = in_two_steps(EXPECTED)
    written, read = Chain(START), Chain(START)

    assert [encode_linked(event, written) for event in EXPECTED] == stored
    assert written.head == stored[-1][-66:-2]
    # The way around is not taken: every record is read in the plain way.
    monkeypatch.setattr(linked_codec, "decode", None)
    found = [decode_linked(linked, read, number) for number, linked in enumerate(stored, 1)]
    assert [repr(event) for event in found] == [repr(event) for event in EXPECTED]
    assert read.head == written.head


def test_text_that_is_escaped_is_written_and_read_as_in_two_steps() -> None:
    stored = in_two_steps([STARTED, SAID])
    chain = Chain(START)

    assert [decode_linked(linked, chain, number) for number, linked in enumerate(stored, 1)] == [
        STARTED,
        SAID,
    ]
    chain = Chain(START)
    assert [encode_linked(event, chain) for event in (STARTED, SAID)] == stored


FIRST, SECOND = in_two_steps([STARTED, SAID])


@pytest.mark.parametrize(
    "linked",
    [
        pytest.param(SECOND, id="another record of the chain"),
        pytest.param(FIRST.replace('"epoch":1', '"epoch":2'), id="changed content"),
        pytest.param(ending(FIRST.replace(START, "0" * 64)), id="changed hash of the record before"),
        pytest.param(ending(FIRST.replace(START, "")), id="no hash of the record before"),
        pytest.param(FIRST[:-3] + ("1" if FIRST[-3] == "0" else "0") + '"}', id="changed hash"),
        pytest.param(FIRST.upper(), id="upper case"),
        pytest.param(ending(FIRST.replace('"epoch":1', '"epoch":"1"')), id="a text for a number"),
        pytest.param(ending(FIRST.replace('"epoch":1', '"epoch": 1')), id="a space"),
        pytest.param(ending(FIRST.replace('"schema":1', '"schema":2')), id="a newer schema"),
        pytest.param(ending(FIRST.replace("EpochStarted", "EraStarted")), id="an unknown kind"),
        pytest.param(ending(FIRST.replace('"time_ns":1', '"time_ns":é')), id="a letter that is not escaped"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(linked: str) -> None:
    chain, other = Chain(START), Chain(START)

    with pytest.raises(OmsError) as caught:
        decode_linked(linked, chain, 1)
    with pytest.raises(OmsError) as expected:
        decode(other.unlink(linked, 1))
    assert (type(caught.value), str(caught.value)) == (type(expected.value), str(expected.value))
    assert chain.head == other.head
    if isinstance(caught.value, ChainBrokenError):
        assert chain.head == START


def test_a_record_of_the_greatest_length_is_written_and_read() -> None:
    event = of_length(MAX_RECORD_LENGTH)
    linked = encode_linked(event, Chain(START))

    assert len(linked) == MAX_RECORD_LENGTH + LINK_LENGTH
    assert decode_linked(linked, Chain(START), 1) == event


def test_a_record_that_is_too_long_is_refused_and_the_chain_stays() -> None:
    chain, event = Chain(START), of_length(MAX_RECORD_LENGTH + 1)

    with pytest.raises(ValidationError) as caught:
        encode_linked(event, chain)
    with pytest.raises(ValidationError) as expected:
        encode(event)
    assert str(caught.value) == str(expected.value)
    assert chain.head == START


@pytest.mark.parametrize("event", [KillSwitchEngaged(1, 1, Cause("a", "b"), 1, T0, 7), "text"])  # type: ignore[arg-type]
def test_what_cannot_be_written_is_refused_in_the_same_words(event: Event) -> None:
    chain = Chain(START)

    with pytest.raises(ValidationError) as caught:
        encode_linked(event, chain)
    with pytest.raises(ValidationError) as expected:
        encode(event)
    assert str(caught.value) == str(expected.value)
    assert chain.head == START

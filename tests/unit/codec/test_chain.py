"""The hash chain: each hash is worked out here with hashlib alone."""

from hashlib import sha256
from pathlib import Path

import pytest

from oms.codec.chain import LINK_LENGTH, Chain, genesis, head_of
from oms.errors import ChainBrokenError, JournalDamagedError, ValidationError

FIXTURE = (Path(__file__).parent / "fixtures" / "v1.jsonl").read_text("ascii").splitlines()
ID = "0123456789abcdef0123456789abcdef"
# printf 'openoms journal\n0123456789abcdef0123456789abcdef' | sha256sum
GENESIS = sha256(b"openoms journal\n0123456789abcdef0123456789abcdef").hexdigest()
PLAIN = ('{"n":1,"prev_hash":"","x":"a"}', '{"n":2,"prev_hash":"","x":"b"}', '{"n":3,"prev_hash":"","x":"c"}')


def by_hand(texts: tuple[str, ...] = PLAIN) -> list[str]:
    """The texts as they are stored, put together without the chain."""
    stored, before = [], GENESIS
    for text in texts:
        covered = text.replace('"prev_hash":""', f'"prev_hash":"{before}"', 1).removesuffix("}")
        before = sha256(covered.encode("ascii")).hexdigest()
        stored.append(f'{covered},"hash":"{before}"}}')
    return stored


def read(stored: list[str]) -> list[str]:
    chain = Chain(genesis(ID))
    return [chain.unlink(linked, number) for number, linked in enumerate(stored, 1)]


def test_a_journal_begins_with_a_hash_of_its_id() -> None:
    assert genesis(ID) == GENESIS
    assert genesis("") == sha256(b"openoms journal\n").hexdigest()


def test_a_record_is_stored_with_the_hash_before_it_and_its_own() -> None:
    chain = Chain(genesis(ID))

    assert [chain.link(text) for text in PLAIN] == by_hand()
    assert {len(linked) - len(text) for linked, text in zip(by_hand(), PLAIN, strict=True)} == {LINK_LENGTH}


def test_the_head_is_the_hash_of_the_last_record() -> None:
    chain = Chain(genesis(ID))
    last = [chain.link(text) for text in PLAIN][-1]

    assert chain.head == head_of(last, 3) == last[-66:-2]


def test_a_chain_that_goes_on_from_the_last_record_is_the_same_chain() -> None:
    first, second, third = by_hand()

    assert Chain(head_of(first, 1)).link(PLAIN[1]) == second
    assert Chain(head_of(second, 2)).unlink(third, 3) == PLAIN[2]


def test_what_is_read_is_what_was_written() -> None:
    assert read(by_hand()) == list(PLAIN)


def test_a_mark_inside_a_text_is_no_mark() -> None:
    origin = r'{"origin":"\"prev_hash\":\"\"","prev_hash":"","x":"\"prev_hash\":\"\",\"hash\":\"\""}'

    assert read(by_hand((origin,))) == [origin]


def test_every_line_of_the_fixture_goes_through_the_chain_and_comes_back() -> None:
    chain, again = Chain(genesis(ID)), Chain(genesis(ID))

    assert [again.unlink(chain.link(line), 1) for line in FIXTURE] == FIXTURE


def test_what_has_no_empty_prev_hash_cannot_be_linked_and_leaves_the_chain_where_it_was() -> None:
    chain = Chain(GENESIS)

    with pytest.raises(ValidationError, match="pass the text that encode"):
        chain.link(by_hand()[0])
    assert chain.head == GENESIS


@pytest.mark.parametrize(
    "place", [0, 5, 20, 50, 91, 100, 101, 110, 165, 166, 167], ids="at character {}".format
)
def test_a_changed_character_is_found_in_its_record(place: int) -> None:
    stored = by_hand()
    old = stored[1][place]
    stored[1] = stored[1][:place] + ("0" if old != "0" else "1") + stored[1][place + 1 :]

    with pytest.raises(ChainBrokenError, match="it was changed") as raised:
        read(stored)
    assert raised.value.sequence == 2
    assert isinstance(raised.value, JournalDamagedError)


def test_a_change_of_the_last_record_is_found() -> None:
    stored = by_hand()
    stored[2] = stored[2].replace('"x":"c"', '"x":"d"')

    with pytest.raises(ChainBrokenError) as raised:
        read(stored)
    assert raised.value.sequence == 3


@pytest.mark.parametrize(
    ("order", "position"),
    [
        pytest.param((1, 2), 1, id="the first one removed"),
        pytest.param((0, 2), 2, id="one removed in the middle"),
        pytest.param((0, 0, 1, 2), 2, id="one twice"),
        pytest.param((0, 2, 1), 2, id="two swapped"),
    ],
)
def test_a_record_that_does_not_follow_is_found_where_it_stands(
    order: tuple[int, ...], position: int
) -> None:
    stored = by_hand()

    with pytest.raises(ChainBrokenError, match="removed, inserted, swapped") as raised:
        read([stored[number] for number in order])
    assert raised.value.sequence == position


def test_a_record_of_another_journal_does_not_fit() -> None:
    with pytest.raises(ChainBrokenError, match="another journal"):
        Chain(genesis("another")).unlink(by_hand()[0], 1)


@pytest.mark.parametrize("text", ["", "{}", PLAIN[0], '{"a":"\ud800"}' + " " * 80], ids=repr)
def test_what_is_no_record_of_a_chain_is_refused_and_leaves_the_chain_where_it_was(text: str) -> None:
    chain = Chain(GENESIS)

    with pytest.raises(ChainBrokenError):
        chain.unlink(text, 1)
    assert chain.head == GENESIS

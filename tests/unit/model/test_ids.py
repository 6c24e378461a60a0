import base64
import hashlib

import pytest

from oms.errors import ValidationError
from oms.model.ids import (
    ALPHABET,
    LOW_COUNTER,
    ClOrdId,
    cl_ord_id,
    cl_ord_id_head,
    client_ref,
    counter_of,
    name,
    namespace_prefix,
    symbol,
)

COUNTERS = [0, 1, 31, 32, 1023, 1024, 2**20, 2**30 - 1, 2**40, 2**45 - 1]


def made(prefix: str, counter: int) -> ClOrdId:
    return cl_ord_id(cl_ord_id_head(prefix, counter), counter)


@pytest.mark.parametrize("counter", COUNTERS)
def test_an_id_gives_back_its_counter(counter: int) -> None:
    identity = made(namespace_prefix("desk"), counter)

    assert len(identity) == 18
    assert set(identity) <= set(ALPHABET)
    assert counter_of(identity) == counter


@pytest.mark.parametrize(
    ("counter", "digits"),
    [
        (0, "aaaaaaaaa"),
        (1, "aaaaaaaab"),
        (31, "aaaaaaaa7"),
        (32, "aaaaaaaba"),
        (33, "aaaaaaabb"),
        (2**45 - 1, "777777777"),
    ],
)
def test_a_counter_is_written_in_base_32(counter: int, digits: str) -> None:
    assert made("", counter) == digits


@pytest.mark.parametrize("counter", [LOW_COUNTER, LOW_COUNTER + 1, 2 * LOW_COUNTER + 1, 2 * LOW_COUNTER + 2])
def test_the_head_of_an_id_changes_when_the_low_counter_begins_anew(counter: int) -> None:
    is_new = cl_ord_id_head("", counter) != cl_ord_id_head("", counter - 1)

    assert is_new is (counter & LOW_COUNTER == 0)


def test_a_namespace_gives_the_first_45_bits_of_its_sha_256_in_base_32() -> None:
    # The standard library's base 32 uses the same alphabet, and takes five bits a character from the left as well.
    digest = hashlib.sha256(b"desk").digest()

    assert namespace_prefix("desk") == base64.b32encode(digest).decode().lower()[:9]
    assert namespace_prefix("desk") != namespace_prefix("desk2")


@pytest.mark.parametrize("text", ["AAPL", "BTC-USDT", "BRK.B", "EUR/USD", "7203", "A" * 24])
def test_a_symbol_is_taken_as_it_is(text: str) -> None:
    assert symbol(text) == text


BAD_SYMBOLS = {
    "empty": "",
    "lower case": "aapl",
    "white space": "AA PL",
    "a line end": "AAPL\n",
    "25 characters": "A" * 25,
    "a full-width letter": "\uff21APL",
    "a Cyrillic letter that looks Latin": "\u0410APL",
    "a point in front": ".AAPL",
    "an underscore": "BTC_USDT",
    "no text": None,
    "bytes": b"AAPL",
}


@pytest.mark.parametrize("text", BAD_SYMBOLS.values(), ids=BAD_SYMBOLS)
def test_another_symbol_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="use 1 to 24 of A-Z"):
        symbol(text)


@pytest.mark.parametrize("text", ["main", "Desk-7", "a", "x.y_z", "9", "a" * 32])
def test_a_name_is_taken_as_it_is(text: str) -> None:
    assert name(text, "account") == text


@pytest.mark.parametrize("text", ["", "-main", "a b", "a" * 33, "m\u00e4in", "main\n", None, 7], ids=repr)
def test_another_name_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        name(text, "account")

    assert caught.value.field == "account"


@pytest.mark.parametrize("text", ["a", "order#7", "~!@", "x" * 64])
def test_a_reference_is_visible_ascii(text: str) -> None:
    assert client_ref(text) == text


@pytest.mark.parametrize("text", ["", " ", "a b", "x" * 65, "\u00e9", "a\x7f", "a\x00", None, 5], ids=repr)
def test_another_reference_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="use 1 to 64 visible ASCII characters"):
        client_ref(text)

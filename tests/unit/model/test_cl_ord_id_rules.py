"""What venues take for a ClOrdID: each takes ours by its codec, and gives them back."""

from __future__ import annotations

import pytest

from oms.errors import LimitExceededError, ValidationError
from oms.model.cl_ord_id_rules import (
    LAST_COUNTER,
    RULES,
    ClOrdIdRule,
    IntegerIds,
    Prefixed,
    TextIds,
    UpperCase,
)
from oms.model.ids import ClOrdId, cl_ord_id, cl_ord_id_head, namespace_prefix

PREFIX = namespace_prefix("desk")


def our_id(counter: int, prefix: str = PREFIX) -> ClOrdId:
    return cl_ord_id(cl_ord_id_head(prefix, counter), counter)


FIRST = ClOrdId(PREFIX + "aaaaaaaaa")
THOUSANDTH = ClOrdId(PREFIX + "aaaaaaa7h")
"""Counter 999: 31 x 32 + 7, and the alphabet's last letter is 7, its eighth h."""

ENCODED: dict[str, tuple[ClOrdIdRule, ClOrdId, str | int]] = {
    "as it is": (TextIds(), FIRST, PREFIX + "aaaaaaaaa"),
    "in the shortest text of all": (RULES["Lighter"], THOUSANDTH, PREFIX + "aaaaaaa7h"),
    "behind a partner's number": (
        TextIds(codec=Prefixed("x-AB12CD34")), FIRST, "x-AB12CD34" + PREFIX + "aaaaaaaaa",
    ),
    "behind the venue's mark": (RULES["Gate"], THOUSANDTH, "t-" + PREFIX + "aaaaaaa7h"),
    "in capitals": (
        TextIds(characters="A-Z0-9", codec=UpperCase()), THOUSANDTH, PREFIX.upper() + "AAAAAAA7H",
    ),
    "as the first integer, which is not 0": (RULES["Kraken userref"], FIRST, 1),
    "as a later integer": (RULES["Backpack"], THOUSANDTH, 1000),
    "as the last of 31 bits": (IntegerIds(31), our_id(2**31 - 2), 2**31 - 1),
    "as the last of 32 bits": (IntegerIds(32), our_id(2**32 - 2), 2**32 - 1),
    "as the last of all, in 63 bits": (RULES["63-bit integers"], ClOrdId(PREFIX + "777777777"), 2**45),
    "as the last of all, in 64 bits": (RULES["64-bit integers"], ClOrdId(PREFIX + "777777777"), 2**45),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "identity", "wire"), ENCODED.values(), ids=ENCODED)
def test_an_id_goes_over_the_wire_and_comes_back(
    rule: ClOrdIdRule, identity: ClOrdId, wire: str | int
) -> None:
    assert rule.encode(identity) == wire
    assert rule.takes(wire)
    assert rule.decode(wire, PREFIX) == identity
    if isinstance(rule, IntegerIds):
        assert rule.decode(str(wire), PREFIX) == identity


def test_the_widths_of_the_venues_are_these() -> None:
    texts = {rule.max_length for rule in RULES.values() if isinstance(rule, TextIds)}
    bits = {rule.bits for rule in RULES.values() if isinstance(rule, IntegerIds)}

    assert texts == {19, 20, 30, 32, 36, 40, 48, 64, 100}
    assert bits == {31, 32, 63, 64}
    assert {"FIX", "Alpaca", "IB orderId", "IB orderRef", "Binance", "OANDA"} <= RULES.keys()


TAKEN: dict[str, tuple[ClOrdIdRule, int, bool]] = {
    "a text as long as ours": (TextIds(max_length=18), LAST_COUNTER, True),
    "a text that is too short": (TextIds(max_length=17), -1, False),
    "a text without digits": (TextIds(characters="a-z"), -1, False),
    "a text without one of our letters": (TextIds(characters="a-ln-z0-9"), -1, False),
    "capitals only, and no codec": (TextIds(characters="A-Z0-9"), -1, False),
    "capitals only": (TextIds(characters="A-Z0-9", codec=UpperCase()), LAST_COUNTER, False),
    "a number in front that leaves too little": (TextIds(max_length=20, codec=Prefixed("t-x")), -1, True),
    "16 bits": (IntegerIds(16), 65_534, False),
    "31 bits": (IntegerIds(31), 2_147_483_646, False),
    "45 bits": (IntegerIds(45), 35_184_372_088_830, False),
    "46 bits": (IntegerIds(46), LAST_COUNTER, False),
}


@pytest.mark.parametrize(("rule", "last", "as_they_are"), TAKEN.values(), ids=TAKEN)
def test_a_rule_tells_which_of_ours_it_takes(rule: ClOrdIdRule, last: int, as_they_are: bool) -> None:
    assert (rule.last_counter, rule.takes_ours_as_they_are) == (last, as_they_are)


def test_an_id_that_the_venue_would_not_take_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValidationError, match=r"this venue takes 1 to 17 of \[A-Za-z0-9_-\]") as caught:
        TextIds(max_length=17).encode(FIRST)

    assert (caught.value.field, caught.value.value) == ("cl_ord_id", FIRST)


def test_a_counter_that_no_longer_fits_is_told_with_the_remedy() -> None:
    assert IntegerIds(31).encode(our_id(2**31 - 2)) == 2**31 - 1
    with pytest.raises(LimitExceededError) as caught:
        IntegerIds(31).encode(our_id(2**31 - 1))

    assert caught.value.bound == 2_147_483_646
    assert str(caught.value) == (
        "the last counter of 31-bit ClOrdIDs of 2147483646 reached: "
        f"{our_id(2**31 - 1)} has the counter 2147483647; begin a journal with another namespace for this venue"
    )


@pytest.mark.parametrize("rule", [TextIds(), IntegerIds(63)], ids=["text", "integer"])
@pytest.mark.parametrize(
    "identity", ["", "order-1", PREFIX + "aaaaaaaaaa", PREFIX.upper() + "AAAAAAAAA", 7, None]
)
def test_only_ids_of_this_library_are_encoded(rule: ClOrdIdRule, identity: str) -> None:
    with pytest.raises(ValidationError, match="pass an id of this library"):
        rule.encode(ClOrdId(identity))


FOREIGN: dict[str, tuple[ClOrdIdRule, str | int]] = {
    "a foreign text": (TextIds(), "web_order_1"),
    "an integer where texts are": (TextIds(), 7),
    "no mark in front": (RULES["Gate"], FIRST),
    "lower case where capitals are": (TextIds(characters="A-Z0-9", codec=UpperCase()), FIRST),
    "nothing": (TextIds(), ""),
    "0": (IntegerIds(31), 0),
    "below 0": (IntegerIds(31), -1),
    "an integer beyond the bits": (IntegerIds(31), 2**31),
    "an integer beyond our counters": (IntegerIds(64), 2**45 + 1),
    "a text that is no integer": (IntegerIds(31), "1.0"),
    "an integer with a sign": (IntegerIds(31), "+1"),
    "a truth": (IntegerIds(31), True),
}


@pytest.mark.parametrize(("rule", "said"), FOREIGN.values(), ids=FOREIGN)
def test_what_was_not_made_by_the_codec_is_refused(rule: ClOrdIdRule, said: str | int) -> None:
    with pytest.raises(ValidationError, match=r"pass what encode\(\) gave"):
        rule.decode(said, PREFIX)


@pytest.mark.parametrize("prefix", ["", "desk", PREFIX + "a", PREFIX.upper()])
def test_an_integer_comes_back_only_with_the_prefix_of_a_namespace(prefix: str) -> None:
    with pytest.raises(ValidationError, match=r"namespace_prefix\(namespace\)"):
        IntegerIds(31).decode(1, prefix)


def test_a_rule_that_cannot_be_meant_cannot_be_built() -> None:
    for bits in (15, 65, True, "31"):
        with pytest.raises(ValidationError, match="bits"):
            IntegerIds(bits)  # type: ignore[arg-type]
    for length in (0, 1001, "36"):
        with pytest.raises(ValidationError, match="max_length"):
            TextIds(max_length=length)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="characters"):
        TextIds(characters="z-a")


def test_a_rule_says_in_words_what_is_taken() -> None:
    assert RULES["OKX"].in_words == "1 to 32 of [A-Za-z0-9]"
    assert IntegerIds(31).in_words == "integers from 1 to 2^31 - 1"

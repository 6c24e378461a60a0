"""Values that are read again and again are made once, within bounds."""

from decimal import Decimal

import pytest

from oms.codec.event_codec import decode, encode
from oms.codec.sharing import MAX_SHARED, MAX_SHARED_LENGTH, Shared
from oms.model.events import OrderCreated, Traded
from tests.unit.codec.v1_events import EXPECTED


def test_a_text_that_is_read_again_gives_the_same_value() -> None:
    numbers = Shared(Decimal)

    assert numbers["1.50"] == Decimal("1.50")
    assert numbers["x1.50"[1:]] is numbers["1.50"]
    assert str(numbers["1.5"]) == "1.5"


def test_no_more_is_known_than_the_bound_allows() -> None:
    numbers = Shared(int)

    for number in range(3 * MAX_SHARED):
        assert numbers[str(number)] == number
        assert len(numbers) <= MAX_SHARED


def test_a_long_text_is_read_and_not_kept() -> None:
    texts = Shared(len)

    assert texts["x" * MAX_SHARED_LENGTH] == MAX_SHARED_LENGTH
    assert texts["x" * (MAX_SHARED_LENGTH + 1)] == MAX_SHARED_LENGTH + 1
    assert list(texts) == ["x" * MAX_SHARED_LENGTH]


def test_what_cannot_be_made_is_not_kept() -> None:
    numbers = Shared(int)

    for _ in range(2):
        with pytest.raises(ValueError, match="invalid literal"):
            numbers["x"]
    assert not numbers


def test_events_share_what_they_say_in_the_same_words() -> None:
    texts = [encode(event) for event in EXPECTED if isinstance(event, OrderCreated | Traded)]
    for text in texts:
        one, two = decode(text), decode(text)
        assert one == two
        assert one is not two
        assert one.cause is two.cause
        if isinstance(one, OrderCreated) and isinstance(two, OrderCreated):
            assert one.terms is two.terms
            assert one.time_in_force is two.time_in_force
        if isinstance(one, Traded) and isinstance(two, Traded):
            assert one.last_px is two.last_px
            assert one.symbol is two.symbol

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.feeds.merging import merge
from oms.model.ids import Symbol
from oms.model.market import MarketUpdate, TradePrint


def prints(*times: int, price: int = 1) -> list[MarketUpdate]:
    return [
        TradePrint(Symbol("X"), time_ns, Decimal(price), Decimal(place + 1))
        for place, time_ns in enumerate(times)
    ]


def test_streams_are_merged_by_time_then_stream_then_place() -> None:
    first, second = prints(1, 3, 3, 9, price=1), prints(2, 3, 9, price=2)

    merged = list(merge(first, second))

    assert merged == [first[0], second[0], first[1], first[2], second[1], first[3], second[2]]


def test_nothing_is_read_before_it_is_needed() -> None:
    def endless() -> Iterator[MarketUpdate]:
        yield from prints(*range(5))
        raise AssertionError("read too far")

    merged = merge(endless(), prints(2))

    assert [next(merged).time_ns for _ in range(4)] == [0, 1, 2, 2]


def test_a_stream_that_goes_back_in_time_is_refused() -> None:
    merged = merge(prints(1, 5, 4), prints(2))

    assert [next(merged).time_ns for _ in range(3)] == [1, 2, 5]
    with pytest.raises(ValidationError, match="time_ns = 4: give streams in time order"):
        next(merged)


def test_no_streams_are_an_empty_one() -> None:
    assert list(merge()) == []

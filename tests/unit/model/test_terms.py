"""At what price an order may trade: what can be built, changed and told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import evolve

from oms.errors import ValidationError
from oms.model.terms import (
    Limit,
    Market,
    Stop,
    StopLimit,
    Terms,
    amended,
    display_qty,
    in_words,
    limit_px,
    stop_px,
)

D = Decimal
TOLD: dict[str, tuple[Terms, str, Decimal | None, Decimal | None, Decimal | None]] = {
    # terms, in words, limit, trigger, shown
    "a market order": (Market(), "market", None, None, None),
    "a limit": (Limit("189.50"), "limit 189.5", D("189.5"), None, None),
    "a limit below zero": (Limit(-1), "limit -1", D(-1), None, None),
    "a limit that shows a part": (Limit(100, "25.0"), "limit 100 showing 25", D(100), None, D(25)),
    "a stop": (Stop("95.50"), "stop 95.5", None, D("95.5"), None),
    "a stop limit": (StopLimit(95, "94.50"), "stop 95 limit 94.5", D("94.5"), D(95), None),
}


@pytest.mark.parametrize(("terms", "words", "limit", "trigger", "shown"), TOLD.values(), ids=TOLD)
def test_terms_tell_what_they_allow(
    terms: Terms, words: str, limit: Decimal | None, trigger: Decimal | None, shown: Decimal | None
) -> None:
    assert (in_words(terms), limit_px(terms), stop_px(terms), display_qty(terms)) == (
        words,
        limit,
        trigger,
        shown,
    )


AMENDED: dict[str, tuple[Terms, Terms]] = {
    "a market order stays as it is": (Market(), Market()),
    "a limit takes the price and the part shown": (Limit(100), Limit(101, 5)),
    "a stop takes the trigger": (Stop(95), Stop(96)),
    "a stop limit takes both prices": (StopLimit(95, 94), StopLimit(96, 101)),
}


@pytest.mark.parametrize(("terms", "after"), AMENDED.values(), ids=AMENDED)
def test_terms_take_those_new_numbers_that_their_kind_has(terms: Terms, after: Terms) -> None:
    assert amended(terms, price=D(101), stop_px=D(96), display_qty=D(5)) == after
    assert amended(terms) == terms


def test_what_is_not_given_stays() -> None:
    assert amended(Limit(100, 10), price=D(101)) == Limit(101, 10)
    assert amended(Limit(100, 10), display_qty=D(20)) == Limit(100, 20)
    assert amended(StopLimit(95, 94), price=D(93)) == StopLimit(95, 93)
    assert amended(StopLimit(95, 94), stop_px=D(96)) == StopLimit(96, 94)


BAD: dict[str, tuple[Callable[[], Terms], str]] = {
    "a price as float": (lambda: Limit(1.5), "price"),  # type: ignore[arg-type]
    "a price that is none": (lambda: Limit(None), "price"),  # type: ignore[arg-type]
    "a price of too many decimals": (lambda: Limit(D("1E-19")), "price"),
    "a price that is no number": (lambda: Limit(D("NaN")), "price"),
    "nothing shown": (lambda: Limit(100, 0), "display_qty"),
    "less than nothing shown": (lambda: Limit(100, "-1"), "display_qty"),
    "a part shown as float": (lambda: Limit(100, 1.0), "display_qty"),  # type: ignore[arg-type]
    "a trigger as float": (lambda: Stop(1.5), "stop_px"),  # type: ignore[arg-type]
    "a trigger that is no number": (lambda: Stop("NaN"), "stop_px"),
    "a stop limit's trigger": (lambda: StopLimit("x", 1), "stop_px"),
    "a stop limit's limit": (lambda: StopLimit(1, "x"), "price"),
}


@pytest.mark.parametrize(("build", "named"), BAD.values(), ids=BAD)
def test_terms_that_cannot_be_meant_cannot_be_built(build: Callable[[], Terms], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build()

    assert caught.value.field == named


def test_a_limit_is_a_value_like_the_others() -> None:
    assert Limit("1.50", 2) == Limit(price=D("1.5"), display_qty=D(2))
    assert Limit(1) != Limit(1, 1)
    assert evolve(Limit(1, 5), price=2) == Limit(2, 5)
    assert repr(Limit(1)) == "Limit(price=Decimal('1'), display_qty=None)"

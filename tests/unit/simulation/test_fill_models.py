from __future__ import annotations

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.simulation.fill_models import EveryTouch, FillModel, PartOfTouch, SomeTouches
from oms.simulation.rules import MatchingRules
from tests.unit.simulation.venue import Venue

NEVER = SomeTouches(0)
HALF = PartOfTouch("0.5")


@pytest.mark.parametrize(
    ("model", "size", "lot", "ours"),
    [
        pytest.param(EveryTouch(), "7", "1", "7", id="all of it"),
        pytest.param(SomeTouches(1), "7", "1", "7", id="always"),
        pytest.param(NEVER, "7", "1", "0", id="never"),
        pytest.param(HALF, "7", "1", "3", id="half, in whole lots"),
        pytest.param(HALF, "0.7", "0.1", "0.3", id="half, in tenths"),
        pytest.param(PartOfTouch("0.1"), "7", "1", "1", id="a lot at least"),
        pytest.param(PartOfTouch(0), "7", "5", "5", id="nothing is a lot"),
        pytest.param(PartOfTouch("0.1"), "3", "5", "3", id="less than a lot is all there is"),
    ],
)
def test_what_of_a_touch_is_ours(model: FillModel, size: str, lot: str, ours: str) -> None:
    assert model.granted("v1", 0, Decimal(size), Decimal(lot)) == Decimal(ours)


def test_touches_are_drawn_by_order_and_count() -> None:
    model = SomeTouches("0.3", seed=9)
    drawn = [bool(model.granted("v1", touch, Decimal(1), Decimal(1))) for touch in range(300)]

    assert 60 < sum(drawn) < 120
    assert drawn == [bool(model.granted("v1", touch, Decimal(5), Decimal(1))) for touch in range(300)]
    assert drawn != [bool(model.granted("v2", touch, Decimal(5), Decimal(1))) for touch in range(300)]


STORIES: dict[str, tuple[FillModel, tuple[str, ...]]] = {
    "a touch may be for others": (
        NEVER,
        (
            "quote 99x5 101x5",
            "buy a 3 @100 gtc -> a new",
            "trade 100x9",
            "quote 99x5 100x2",
            "quote 99x5 101x5",
            "trade 99.99x2 -> a 2@100 maker leaves 1",
        ),
    ),
    "an offer below the limit leaves no doubt": (
        NEVER,
        ("quote 99x5 101x5", "buy a 3 @100 gtc -> a new", "quote 99x5 99.5x2 -> a 2@100 maker leaves 1"),
    ),
    # Of the 8 that trade 5 were ahead of us; of 3 one is ours. The queue has gone on.
    "what is ahead goes on": (
        HALF,
        (
            "quote 99x5 101x5",
            "buy a 3 @99 gtc -> a new",
            "trade 99x8 sell -> a 1@99 maker leaves 2",
            "trade 99x2 sell -> a 1@99 maker leaves 1",
        ),
    ),
    "of several orders at a price the first is asked about": (
        HALF,
        (
            "quote 99x5 101x5",
            "buy a 1 @100 gtc -> a new",
            "buy b 3 @100 gtc -> b new",
            "trade 100x4 -> a 1@100 maker leaves 0",
            "trade 100x4 -> b 2@100 maker leaves 1",
        ),
    ),
    "what is taken is taken": (
        NEVER,
        ("quote 99x5 101x5", "buy a 3 @101 gtc -> a new; a 3@101 taker leaves 0"),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_touches_in_a_market(name: str) -> None:
    model, lines = STORIES[name]
    venue = Venue(rules=MatchingRules(fills=model))
    for line in lines:
        happening, _, said = line.partition(" -> ")
        assert venue.tell(happening) == (said.split("; ") if said else []), line


@pytest.mark.parametrize(
    "make", [lambda: SomeTouches(2), lambda: SomeTouches(-1), lambda: PartOfTouch("1.01")]
)
def test_a_share_is_between_nothing_and_all(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match="0 to 1"):
        make()

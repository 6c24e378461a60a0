"""Where an order of ours stands after others canceled, by each of the queue models; all numbers are worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.simulation.queue_models import Optimistic, Pessimistic, Proportional, QueueModel
from oms.simulation.rules import MatchingRules
from tests.unit.simulation.venue import Venue

MODELS: dict[str, QueueModel] = {
    "pessimistic": Pessimistic(),
    "proportional": Proportional(),
    "optimistic": Optimistic(),
}

# ahead, before, after, lot -> pessimistic, proportional, optimistic
TABLE: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "a fifth is canceled": ("300", "500", "400", "1", "300", "240", "200"),
    "more is canceled than was ahead": ("300", "500", "150", "1", "150", "90", "0"),
    "nobody was ahead": ("0", "500", "100", "1", "0", "0", "0"),
    "nobody was behind": ("500", "500", "499", "1", "499", "499", "499"),
    "all is canceled": ("3", "7", "0", "1", "0", "0", "0"),
    "a share of a lot is a lot": ("3", "7", "5", "1", "3", "3", "1"),  # 15/7 = 2.14
    "a share of a lot is a lot, however small": ("3", "7", "2", "1", "2", "1", "0"),  # 6/7
    "a whole number of lots stays one": ("4", "8", "6", "1", "4", "3", "2"),
    "round lots": ("300", "500", "400", "100", "300", "300", "200"),  # 240
    "small lots": ("0.3", "0.7", "0.5", "0.001", "0.3", "0.215", "0.1"),  # 0.2142...
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_what_is_left_ahead(row: tuple[str, ...]) -> None:
    ahead, before, after, lot, *expected = map(Decimal, row)

    assert [model.left_ahead(ahead, before, after, lot) for model in MODELS.values()] == expected


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=2),
    st.integers(1, 50),
    st.integers(0, 49),
    st.sampled_from(list(MODELS)),
)
def test_who_had_no_more_ahead_is_not_left_with_more(
    aheads: list[int], before: int, after: int, name: str
) -> None:
    """Nor is anybody left with more than was ahead, or the careful model with less than another."""
    after = min(after, before - 1)
    less, more = sorted(min(ahead, before) for ahead in aheads)
    model, lot = MODELS[name], Decimal(1)

    def left(model: QueueModel, ahead: int) -> Decimal:
        return model.left_ahead(Decimal(ahead), Decimal(before), Decimal(after), lot)

    assert left(model, less) <= left(model, more) <= more
    assert left(Optimistic(), more) <= left(Proportional(), more) <= left(Pessimistic(), more) <= after


ONE_ORDER = ("quote 99x5 101x5", "buy a 2 @99 gtc", "quote 99x9 101x5", "quote 99x6 101x5")
"""Five are ahead, four join behind, and three of the nine are canceled."""
TRADED = (
    "quote 99x5 101x5",
    "buy a 2 @99 gtc",
    "trade 99x2 sell",
    "quote 99x3 101x5",
    "trade 99x4 sell",
)
TWO_ORDERS = (
    "quote 99x5 101x5",
    "buy a 2 @99 gtc",
    "quote 99x8 101x5",
    "buy b 2 @99 gtc",
    "quote 99x4 101x5",
)
UNSEEN = ("quote 99x5 101x5", "buy a 2 @98 gtc", "quote 98x6 101x5", "quote 98x3 101x5", "trade 98x4 sell")

STORIES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "five stay ahead": (
        "pessimistic",
        (*ONE_ORDER, "trade 99x6 sell"),
        ("a 1@99 maker leaves 1",),
    ),
    "five of nine become four of six": (  # 5 x 6/9 = 3.3
        "proportional",
        (*ONE_ORDER, "trade 99x5 sell"),
        ("a 1@99 maker leaves 1",),
    ),
    "two are left ahead": ("optimistic", (*ONE_ORDER, "trade 99x3 sell"), ("a 1@99 maker leaves 1",)),
    "what traded was not canceled, carefully": ("pessimistic", TRADED, ("a 1@99 maker leaves 1",)),
    "what traded was not canceled, by share": ("proportional", TRADED, ("a 1@99 maker leaves 1",)),
    "what traded was not canceled, hopefully": ("optimistic", TRADED, ("a 1@99 maker leaves 1",)),
    "each of two orders has its share": (  # 5 and 8 of 8 become 3 (2.5) and 4 of 4
        "proportional",
        (*TWO_ORDERS, "trade 99x4 sell", "trade 99x3 sell"),
        ("a 1@99 maker leaves 1", "a 1@99 maker leaves 0", "b 1@99 maker leaves 1"),
    ),
    "each of two orders hopes for itself": (  # 5 and 8 of 8 become 1 and 4 of 4
        "optimistic",
        (*TWO_ORDERS, "trade 99x2 sell", "trade 99x5 sell"),
        ("a 1@99 maker leaves 1", "a 1@99 maker leaves 0", "b 1@99 maker leaves 1"),
    ),
    "a queue that is first shown counts in full": ("optimistic", UNSEEN, ("a 1@98 maker leaves 1",)),
    "so it does by share": ("proportional", UNSEEN, ("a 1@98 maker leaves 1",)),
}


@pytest.mark.parametrize(("name", "lines", "fills"), STORIES.values(), ids=STORIES.keys())
def test_who_fills_after_others_canceled(name: str, lines: tuple[str, ...], fills: tuple[str, ...]) -> None:
    venue = Venue(rules=MatchingRules(queue=MODELS[name]))

    said = [told for line in lines for told in venue.tell(line)]

    assert tuple(told for told in said if not told.endswith(" new")) == fills

"""Orders that show a part of themselves, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

import pytest

from tests.unit.simulation.test_depth_stories import play
from tests.unit.simulation.venue import Venue

STORIES: dict[str, tuple[str, ...]] = {
    "what comes takes with all of it": (
        "quote 99x5 101x5",
        "buy a 7 @101/show2 gtc -> a new; a 5@101 taker leaves 2",
    ),
    "each part joins the back of the queue": (
        "quote 99x3 101x5",
        "buy a 6 @99/show2 gtc -> a new",
        "quote 99x7 101x5",  # 3 ahead, 4 behind
        # 3 go ahead, 2 are ours, 4 were behind us and are ahead of the next part, 1 is ours
        "trade 99x10 sell -> a 2@99 maker leaves 4; a 1@99 maker leaves 3",
        "quote 99x2 101x5",  # those came after the second part
        "trade 99x3 sell -> a 1@99 maker leaves 2",  # behind the 2, as the third part
    ),
    "a part that is not used up keeps its place": (
        "quote 98x3 101x5",
        "buy a 6 @99/show3 gtc -> a new",
        "trade 99x2 sell -> a 2@99 maker leaves 4",
        "quote 99x9 101x5",
        "trade 99x1 sell -> a 1@99 maker leaves 3",
        "trade 99x9 sell",
        "trade 99x1 sell -> a 1@99 maker leaves 2",
    ),
    "others of ours come between the parts": (
        "quote 98x3 101x5",
        "buy a 6 @99/show2 gtc -> a new",
        "buy b 3 @99 gtc -> b new",
        "trade 99x6 sell -> a 2@99 maker leaves 4; b 3@99 maker leaves 0; a 1@99 maker leaves 3",
    ),
    "a trade through the price takes all of it": (
        "quote 99x3 101x5",
        "buy a 6 @99/show2 gtc -> a new",
        "trade 98x9 sell -> a 2@99 maker leaves 4; a 2@99 maker leaves 2; a 2@99 maker leaves 0",
    ),
    "the other side takes all of it": (
        "quote 98x3 101x5",
        "sell a 5 @100/show3 gtc -> a new",
        "quote 100x4 101x5 -> a 3@100 maker leaves 2; a 1@100 maker leaves 1",
    ),
    # At the open at which it comes it takes, in order of arrival: its limit is 101, and 100 is asked.
    "where bars are known it takes with all of it too": (
        "bar 100,101,99,100x50",
        "buy a 6 @101/show2 gtc -> a new",
        "buy b 3 @101 gtc -> b new",
        "bar 100,101,99,100x8 -> a 6@100 taker leaves 0; b 2@100 taker leaves 1",
    ),
    "and what the volume leaves of it shows a whole part, at its place": (
        "bar 100,101,99,100x50",
        "buy a 12 @101/show4 gtc -> a new",
        "buy b 3 @101 gtc -> b new",
        "bar 100,100,100,100x6 -> a 6@100 taker leaves 6",
        "bar 100,100,100,100x8 -> a 4@100 maker leaves 2; b 3@100 maker leaves 0; a 1@100 maker leaves 1",
    ),
    "on levels a part stands behind its level": (
        "book 99x5,98x4 101x5",
        "buy a 4 @98/show2 gtc -> a new",
        "levels 99x0,98x6 -",  # 4 ahead, 2 behind
        "trade 98x8 sell -> a 2@98 maker leaves 2",  # 4, ours, and the 2 behind us
        "trade 98x1 sell -> a 1@98 maker leaves 1",
    ),
    "among orders by name a part stands behind who came meanwhile": (
        "new A buy 5@99",
        "new C sell 5@101",
        "buy a 4 @99/show2 gtc -> a new",
        "new F buy 3@99",
        "delete A buy 99 traded 5",
        "change F buy 1@99 traded 2 -> a 2@99 maker leaves 2",
        "new G buy 4@99",  # behind the second part
        "delete F buy 99 traded 1",
        "change G buy 3@99 traded 1 -> a 1@99 maker leaves 1",
    ),
    "among orders by name who trades at a worse price has met all of it": (
        "new A buy 5@99",
        "new C sell 5@101",
        "buy a 5 @100/show2 gtc -> a new",
        "change A buy 1@99 traded 4 -> a 2@100 maker leaves 3; a 2@100 maker leaves 1",
    ),
    "less of it may be shown at the same place": (
        "quote 98x3 101x5",
        "buy a 6 @99/show4 gtc -> a new",
        "buy b 2 @99 gtc -> b new",
        "replace c a 6@99/show1 -> c replaced 6@99 cum 0 leaves 6",
        "trade 99x4 sell -> c 1@99 maker leaves 5; b 2@99 maker leaves 0; c 1@99 maker leaves 4",
    ),
    "more of it costs the place": (
        "quote 98x3 101x5",
        "buy a 6 @99/show1 gtc -> a new",
        "buy b 2 @99 gtc -> b new",
        "replace c a 6@99/show4 -> c replaced 6@99 cum 0 leaves 6",
        "trade 99x4 sell -> b 2@99 maker leaves 0; c 2@99 maker leaves 4",
    ),
    "all of it costs the place too": (
        "quote 98x3 101x5",
        "buy a 6 @99/show1 gtc -> a new",
        "buy b 2 @99 gtc -> b new",
        "replace c a 6@99 -> c replaced 6@99 cum 0 leaves 6",
        "trade 99x4 sell -> b 2@99 maker leaves 0; c 2@99 maker leaves 4",
    ),
    "a smaller order shows no more than it did": (
        "quote 98x3 101x5",
        "buy a 9 @99/show4 gtc -> a new",
        "buy b 2 @99 gtc -> b new",
        "trade 99x3 sell -> a 3@99 maker leaves 6",
        "replace c a 5@99/show4 -> c replaced 5@99 cum 3 leaves 2",
        "trade 99x4 sell -> c 1@99 maker leaves 1; b 2@99 maker leaves 0; c 1@99 maker leaves 0",
    ),
    "a part as large as the order is all of it": (
        "quote 98x3 101x5",
        "buy a 4 @99/show9 gtc -> a new",
        "buy b 2 @99 gtc -> b new",
        "trade 99x5 sell -> a 4@99 maker leaves 0; b 1@99 maker leaves 1",
    ),
    "a part is of whole lots": ("buy a 4 @99/show0.5 gtc -> a rejected 13",),
    "an order in parts expires in time": (
        "quote 98x3 101x5",
        "buy a 4 @99/show1 gtt -> a new",
        "trade 99x1 sell -> a 1@99 maker leaves 3",
        "wait 20 -> a expired cum 1",
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_an_order_shows_a_part_of_itself(story: tuple[str, ...]) -> None:
    play(Venue(), story)

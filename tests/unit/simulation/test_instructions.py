"""What the simulated exchange makes of instructions, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

import pytest

from tests.unit.simulation.test_triggers import Story, tell

POST_ONLY: dict[str, Story] = {
    "it is refused where it would take": (
        "quote 99x5 101x5",
        "buy a 3 @101 gtc post -> a rejected 99",
        "sell b 3 @98 gtc post -> b rejected 99",
    ),
    "it rests where it would not, and makes": (
        "quote 99x5 101x5",
        "buy a 3 @100.99 gtc post -> a new",
        "quote 99x5 100.99x2 -> a 2@100.99 maker leaves 1",
    ),
    "it rests where nobody is on the other side": (
        "quote 99x5 -",
        "buy a 3 @105 gtc post -> a new",
        "quote 99x5 110x0",
        "buy b 3 @110 gtc post -> b new",
    ),
    "what we have taken of the display is still shown": (
        "quote 99x5 101x5",
        "buy t 5 mkt ioc -> t new; t 5@101 taker leaves 0",
        "buy a 3 @101 gtc post -> a rejected 99",
    ),
    "a replace to where it would take is refused, and the order stays": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc post -> a new",
        "replace b a 3@101 -> b replace refused 99",
        "quote 98x5 100x2 -> a 2@100 maker leaves 1",
    ),
    "less of it may stand where the market has come to it": (
        "quote 99x5 101x5",
        "buy a 8 @100 gtc post -> a new",
        "quote 99x5 100x2 -> a 2@100 maker leaves 6",
        "replace b a 7@100 -> b replaced 7@100 cum 2 leaves 5",
        "replace c b 8@100 -> c replace refused 99",
    ),
    "released where it would take, it is canceled": (
        "quote 99x5 101x5",
        "buy a 3 stop100@101 gtc post -> a new",
        "trade 100x1 -> a triggered; a canceled cum 0",
    ),
    "released where it would not take, it rests": (
        "quote 99x5 101x5",
        "buy a 3 stop100@100 gtc post -> a new",
        "trade 100x1 -> a triggered",
        "quote 99x5 100x3 -> a 3@100 maker leaves 0",
    ),
    "it needs a limit": (
        "buy a 3 mkt gtc post -> a rejected 11",
        "buy b 3 stop100 gtc post -> b rejected 11",
    ),
}

ALL_OR_NONE: dict[str, Story] = {
    "it takes where there is enough": (
        "quote 99x5 101x5",
        "buy a 5 @101 gtc aon -> a new; a 5@101 taker leaves 0",
    ),
    "it takes nothing where there is not, and waits until there is": (
        "quote 99x5 101x4",
        "buy a 5 @101 gtc aon -> a new",
        "quote 99x5 101x3",
        "trade 101x9 sell",
        "trade 100x9",
        "quote 99x5 100.5x5 -> a 5@101 maker leaves 0",
    ),
    "it comes after what rests, which leaves it too little": (
        "buy a 5 @101 gtc aon -> a new",
        "buy r 1 @100 gtc -> r new",
        "quote 99x5 100x5 -> r 1@100 maker leaves 0",
        "quote 99x5 101x5 -> a 5@101 maker leaves 0",
    ),
    "a market order gets all or nothing": (
        "quote 99x5 101x4",
        "buy a 5 mkt day aon -> a new; a canceled cum 0",
        "buy b 4 mkt day aon -> b new; b 4@101 taker leaves 0",
    ),
    "less of it may be enough at once": (
        "quote 99x5 101x4",
        "buy a 5 @101 gtc aon -> a new",
        "replace b a 4@101 -> b replaced 4@101 cum 0 leaves 4; b 4@101 taker leaves 0",
    ),
    "it can be canceled, and expires": (
        "buy a 5 @101 gtc aon -> a new",
        "buy b 5 @101 gft5 aon -> b new",
        "cancel c a -> c canceled cum 0",
        "wait 5 -> b expired cum 0",
        "quote 99x5 101x9",
    ),
    "the better price comes first, then time": (
        "sell a 2 @100 gtc aon -> a new",
        "sell b 2 @99 gtc aon -> b new",
        "sell c 2 @99 gtc aon -> c new",
        "quote 100x5 101x5 -> b 2@99 maker leaves 0; c 2@99 maker leaves 0",
        "quote 100x6 101x5 -> a 2@100 maker leaves 0",
    ),
    "it looks again when the session opens": (
        "buy a 5 @101 gtc aon -> a new",
        "close",
        "quote 99x5 101x5",
        "open -> a 5@101 maker leaves 0",
    ),
    "a released stop is still all or none": (
        "quote 95x2 96x5",
        "sell a 3 stop95@94 gtc aon -> a new",
        "trade 95x1 -> a triggered",
        "quote 94.5x3 96x5 -> a 3@94 maker leaves 0",
    ),
    "not in an auction": ("buy a 5 @101 opg aon -> a rejected 11",),
}

MIN_QTY: dict[str, Story] = {
    "the first execution is at least so much, what follows may be less": (
        "quote 99x5 101x2",
        "buy a 8 @101 gtc min3 -> a new",
        "quote 99x5 101x3 -> a 3@101 maker leaves 5",
        "quote 99x5 101x1 -> a 1@101 maker leaves 4",
    ),
    "taken at once, the rest joins the queue": (
        "quote 99x5 101x4",
        "buy a 8 @101 gtc min3 -> a new; a 4@101 taker leaves 4",
        "quote 99x5 101x1 -> a 1@101 maker leaves 3",
    ),
    "with an immediate order it is that or nothing": (
        "quote 99x5 101x2",
        "buy a 8 @101 ioc min3 -> a new; a canceled cum 0",
        "buy b 8 @101 ioc min2 -> b new; b 2@101 taker leaves 6; b canceled cum 2",
    ),
    "more than the order is refused": (
        "buy a 2 @101 gtc min3 -> a rejected 13",
        "buy b 3 @101 gtc min3 -> b new",
        "replace c b 2@101 -> c replace refused 99",
    ),
    "after its first execution it expires like any other": (
        "quote 99x5 101x2",
        "buy a 8 @101 gft5 min3 -> a new",
        "quote 99x5 101x3 -> a 3@101 maker leaves 5",
        "wait 5 -> a expired cum 3",
    ),
    # Who came last sells 12 at 100, of which 5 are about to trade with the bid; that trade is nothing to who stands beside.
    "of orders by name it trades with what others leave": (
        "new A buy 5@100",
        "new C sell 5@102",
        "buy a 8 @100 gtc min6 -> a new",
        "new D sell 12@100",
        "delete A buy 100 traded 5 -> a 7@100 maker leaves 1",
    ),
}

REDUCE_ONLY: dict[str, Story] = {
    "without a position it is refused": (
        "quote 99x5 101x5",
        "sell a 3 @101 gtc reduce -> a rejected 99",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "buy c 3 @90 gtc reduce -> c rejected 99",
    ),
    "it is filled up to the position, and the rest is canceled": (
        "quote 99x5 101x5",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell a 5 mkt ioc reduce -> a new; a 3@99 taker leaves 2; a canceled cum 3",
    ),
    "resting it is filled up to the position too": (
        "quote 99x5 101x5",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell a 5 @102 gtc reduce -> a new",
        "quote 102x2 103x5 -> a 2@102 maker leaves 3",
        "quote 102x5 103x5 -> a 1@102 maker leaves 2; a canceled cum 3",
    ),
    "a position that goes by another order takes all of them with it": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 @102 gtc reduce -> r new",
        "sell s 3 stop98 gtc reduce -> s new",
        "sell t 3 @104 gtc aon reduce -> t new",
        "sell o 3 @105 gtc -> o new",
        "sell c 2 mkt ioc -> c new; c 2@99 taker leaves 0",
        "sell d 2 mkt ioc -> d new; d 2@99 taker leaves 0; r canceled cum 0; s canceled cum 0; t canceled cum 0",
    ),
    "of two by one print the second has nothing left": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 @102 gtc reduce -> r new",
        "sell s 3 @102 gtc reduce -> s new",
        "trade 103x9 -> r 3@102 maker leaves 0; s canceled cum 0",
    ),
    "of two released by one trade the second has nothing left": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 stop98 gtc reduce -> r new",
        "sell s 3 stop97 gtc reduce -> s new",
        "trade 97x1 -> r triggered; r 3@99 taker leaves 0; s canceled cum 0",
    ),
    "what is released after the position has shrunk is filled up to what is left": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell s 3 stop98 gtc reduce -> s new",
        "sell c 1 mkt ioc -> c new; c 1@99 taker leaves 0",
        "trade 98x1 -> s triggered; s 2@99 taker leaves 1; s canceled cum 2",
    ),
    "it buys back what was sold short": (
        "quote 99x9 101x9",
        "short b 3 mkt ioc -> b new; b 3@99 taker leaves 0",
        "buy a 5 @100 gtc reduce -> a new",
        "trade 99x9 -> a 3@100 maker leaves 2; a canceled cum 3",
    ),
    "all or none of it is all or none of the position": (
        "quote 99x2 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell a 5 @99 gtc aon reduce -> a new",
        "quote 99x3 101x9 -> a 3@99 maker leaves 2; a canceled cum 3",
    ),
    "it takes no part in auctions": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 @100 gtc reduce -> r new",
        "close",
        "quote - -",
        "buy o 3 @100 opg -> o new",
        "open -> o expired cum 0",
    ),
    "an auction that turns the position ends it": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 @105 gtc reduce -> r new",
        "sell c 5 mkt cls -> c new",
        "close -> c 5@99 auction leaves 0; r canceled cum 0",
    ),
    "a replace does not help it beyond the position": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell r 3 @105 gtc reduce -> r new",
        "replace s r 9@99 -> s replaced 9@99 cum 0 leaves 9; s 3@99 taker leaves 6; s canceled cum 3",
    ),
}

STORIES = {
    f"{title}: {name}": story
    for title, stories in {
        "post-only": POST_ONLY,
        "all-or-none": ALL_OR_NONE,
        "min-qty": MIN_QTY,
        "reduce-only": REDUCE_ONLY,
    }.items()
    for name, story in stories.items()
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_what_the_story_says(story: Story) -> None:
    tell(story)

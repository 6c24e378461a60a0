"""What happens in the break of a session and when it is over, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

import pytest

from oms.simulation.rules import MatchingRules
from oms.simulation.venue_acts import FinishDay
from tests.unit.simulation.test_depth_stories import play
from tests.unit.simulation.venue import Venue, spoken

STORIES: dict[str, tuple[str, ...]] = {
    "what rests stays, nothing trades, and no day ends": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 @100 day -> a new",
        "pause",
        "quote 98x5 99x5",
        "trade 97x9",
        "quote 98x5 101x5",
        "open",
        "trade 99x9 sell -> a 3@100 maker leaves 0",
    ),
    # 5 are offered at 101 for 3 of b and 3 of c, of which only any price comes first.
    "orders come and trade with nobody before its end": (
        "open",
        "quote 99x5 101x5",
        "pause",
        "buy a 3 @102 gtc -> a new",
        "buy b 3 mkt day -> b new",
        "buy c 3 @102 ioc -> c new",
        "buy f 9 @102 fok -> f new",
        "cancel d a -> d canceled cum 0",
        "open -> b 3@101 auction leaves 0; c 2@101 auction leaves 1; c canceled cum 2; f canceled cum 0",
    ),
    "a stop is not released in it, and is by the first price after it": (
        "open",
        "quote 99x5 101x5",
        "sell a 3 stop95 gtc -> a new",
        "pause",
        "trade 94x1",
        "open",
        "trade 96x1",
        "trade 94x1 -> a triggered; a 3@99 taker leaves 0",
    ),
    "a pegged order stays, and follows once it is over": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "pause",
        "quote 98x5 101x5",
        "quote 97x5 101x5",
        "open",
        "trade 98.5x9",
        "trade 96.5x9 -> a 3@97 maker leaves 0",
    ),
    "what is for an opening or a close waits for its own": (
        "open",
        "quote 99x12 101x12",
        "buy a 3 mkt opg -> a new",
        "buy b 3 mkt cls -> b new",
        "buy c 3 mkt gfa -> c new",
        "pause",
        "buy d 3 mkt opg -> d new",
        "open",
        "close -> b 3@101 auction leaves 0; c 3@101 auction leaves 0",
        "open 9 -> a 3@101 auction leaves 0; d 3@101 auction leaves 0",
    ),
    "seconds go on": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 @100 gft5 -> a new",
        "pause",
        "wait 5 -> a expired cum 0",
        "open",
    ),
    "what is good till a day outlives its breaks and not that day": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 @100 gtd8 -> a new",
        "pause",
        "open",
        "close -> a expired cum 0",
    ),
    "a break is the first that is heard of a day": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 @100 gtd8 -> a new",
        "buy b 3 @100 gtc -> b new",
        "pause 9 -> a expired cum 0",
        "quote 98x5 99x5",
        "open 9 -> b 3@99 auction leaves 0",
    ),
    "it may go on until the close, whose auction is held": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 mkt cls -> a new",
        "pause",
        "buy b 3 mkt day -> b new",
        "buy c 3 @101 ioc -> c new",
        "close -> a 3@101 auction leaves 0; b expired cum 0; c expired cum 0",
    ),
    "a halt that ends in it is over with it": (
        "open",
        "quote 99x5 101x5",
        "halt",
        "buy a 3 mkt gtc -> a new",
        "pause",
        "resume",
        "open -> a 3@101 auction leaves 0",
    ),
    "a halt may outlast it": (
        "open",
        "quote 99x5 101x5",
        "pause",
        "halt",
        "buy a 3 mkt gtc -> a new",
        "open",
        "resume -> a 3@101 auction leaves 0",
    ),
    "what is told twice is nothing new": (
        "open",
        "quote 99x5 101x5",
        "buy o 2 mkt opg -> o new",
        "pause",
        "pause",
        "buy a 3 mkt gtc -> a new",
        "open -> a 3@101 auction leaves 0",
        "open",
        "close",
        "open 9 -> o 2@101 auction leaves 0",
    ),
    "exits wait for its end": (
        "open",
        "quote 99x9 101x9",
        (
            "list first: a buy 4 @101 gtc > b sell * stop95 gtc | c sell * @110 gtc "
            "-> a new; b new; c new; a 4@101 taker leaves 0"
        ),
        "pause",
        "trade 94x9",
        "trade 111x9",
        "open",
        "trade 94x1 -> b triggered; b 4@99 taker leaves 0; c canceled cum 0",
    ),
    "bars trade nothing": (
        "open",
        "bar 100,101,99,100x9",
        "buy a 3 @99.5 gtc -> a new",
        "pause",
        "bar 100,101,99,100x9",
        "open",
        "bar 100,101,99,100x9 -> a 3@99.5 maker leaves 0",
    ),
}
REFUSING: tuple[str, ...] = (
    "open",
    "quote 99x5 101x5",
    "buy a 3 @100 day -> a new",
    "pause",
    "buy b 3 @100 gtc -> b rejected 2",
    "replace c a 3@99 -> c replace refused 2",
    "cancel d a -> d canceled cum 0",
    "open",
    "buy e 3 @100 gtc -> e new",
)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_a_session_has_a_break(story: tuple[str, ...]) -> None:
    play(Venue(), story)


def test_a_venue_may_take_no_orders_in_a_break() -> None:
    play(Venue(rules=MatchingRules(takes_orders_in_halts=False)), REFUSING)


def test_what_is_done_for_the_day_is_not_renewed_after_a_break() -> None:
    venue = Venue()
    play(venue, ("open", "quote 99x5 101x5", "buy a 3 @100 gtc -> a new"))
    (done,) = venue.exchange.acts.act_on_order(FinishDay("a"), venue.time_ns)
    assert spoken(done) == "a done_for_day"
    play(venue, ("pause", "open", "trade 98x9", "close", "open 9 -> a restated 3 cum 0"))

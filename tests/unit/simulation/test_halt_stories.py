"""What happens while trading is halted and when it goes on, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.security_status import SecurityStatus
from oms.simulation.rules import MatchingRules
from oms.simulation.venue_acts import ResumeOrder, SuspendOrder
from tests.unit.simulation.test_depth_stories import play
from tests.unit.simulation.venue import Venue, X, spoken

STORIES: dict[str, tuple[str, ...]] = {
    "what rests stays, and nothing trades": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "halt",
        "quote 98x5 99x5",
        "trade 97x9",
        "quote 98x5 101x5",
        "resume",
        "trade 99x9 sell -> a 3@100 maker leaves 0",
    ),
    "it goes on with an auction at a single price": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "halt",
        "quote 95x5 97x5",
        # Three buy at 100 and more, and five sell at 97: all of 97 to 100 trade three and leave two; 98 is nearest to
        # nothing that was traded, but 97 to the middle of the display, which is 96.
        "resume -> a 3@97 auction leaves 0",
    ),
    # 2.5 are offered; half a lot is nobody's.
    "what others show counts in whole lots": (
        "quote 99x5 101x2.5",
        "halt",
        "buy a 3 @102 gtc -> a new",
        "resume -> a 2@101 auction leaves 1",
    ),
    # Whoever bids 1.5 at the same price comes first, for 1.
    "so does what stands beside ours": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 @102 gtc -> a new",
        "quote 102x1.5 101x4",
        "resume -> a 3@101 auction leaves 0",
    ),
    # 25 buy at 100.01 and more, 20 sell there: all of the offer, our 5 and 15 of the bid trade, so that 5 of the bid are left.
    "in a crossed book others trade with one another too": (
        "book 100.03x20,100.00x9 100.01x20,100.04x9",
        "halt",
        "buy a 5 @100.04 gtc -> a new",
        "resume -> a 5@100.01 auction leaves 0",
        "buy b 3 @100.05 gtc -> b new; b 3@100.04 taker leaves 0",
        "sell c 9 @100.02 gtc -> c new; c 5@100.03 taker leaves 4",
    ),
    "orders come and trade with nobody": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 @102 gtc -> a new",
        "buy b 3 mkt day -> b new",
        "buy c 3 @102 ioc -> c new",
        "cancel d a -> d canceled cum 0",
        # b before c, since any price is better than 102; the offer is 5
        "resume -> b 3@101 auction leaves 0; c 2@101 auction leaves 1; c canceled cum 2",
    ),
    "what an auction leaves of a market order is worked then": (
        "book 99x5 101x2,102x9",
        "halt",
        "buy a 4 mkt gtc -> a new",
        # At 102 all four trade, at 101 two.
        "resume -> a 4@102 auction leaves 0",
    ),
    # At 100 all 14 trade that are there; what is left has 100 for its limit, and waits for it.
    "what an auction leaves of a market-to-limit order rests at its price": (
        "quote 99x5 100x10",
        "halt",
        "buy a 25 mtl gtc -> a new",
        "sell b 4 @100 gtc -> b new",
        "resume -> a 14@100 auction leaves 11; b 4@100 auction leaves 0",
        "quote 99x5 100.5x30",
        "quote 99x5 100x3 -> a 3@100 maker leaves 8",
        "trade 99.5x9 sell -> a 8@100 maker leaves 0",
    ),
    "so it does where levels are known": (
        "book 99x5 100x10,100.5x30",
        "halt",
        "buy a 25 mtl gtc -> a new",
        "sell b 4 @100 gtc -> b new",
        # At 100.5 all 25 trade: 4 of ours, 10 at 100, and 11 at 100.5.
        "resume -> a 25@100.5 auction leaves 0; b 4@100.5 auction leaves 0",
        "halt",
        "buy c 50 mtl gtc -> c new",
        "resume -> c 19@100.5 auction leaves 31",
        "levels - 100.5x0,101x9",
        "levels - 100.5x4 -> c 4@100.5 maker leaves 27",
    ),
    "so it does among orders by name": (
        "new A buy 5@99",
        "new C sell 10@100",
        "halt",
        "buy a 25 mtl gtc -> a new",
        "resume -> a 10@100 auction leaves 15",
        "new D sell 9@100.5",
        "new E sell 2@100 -> a 2@100 maker leaves 13",
    ),
    "so it does where bars are known": (
        "bar 100,100,100,100x9",
        "halt",
        "buy a 25 mtl gtc -> a new",
        "sell b 4 @100 gtc -> b new",
        "resume -> a 4@100 auction leaves 21; b 4@100 auction leaves 0",
        "bar 100.5,101,100,100.5x30",
        "bar 100.5,101,99,100.5x30 -> a 21@100 maker leaves 0",
    ),
    "an IOC that is market to limit does not rest": (
        "quote 99x5 100x10",
        "halt",
        "buy a 25 mtl ioc -> a new",
        "resume -> a 10@100 auction leaves 15; a canceled cum 10",
    ),
    "none is for an opening or a close": (
        "buy a 25 mtl cls -> a rejected 11",
        "close",
        "buy b 25 mtl opg -> b rejected 11",
    ),
    # Two that were left of one auction stand in their order, behind who rested before them.
    "of several the earlier comes first": (
        "quote 99x5 100x10",
        "halt",
        "buy a 25 mtl gtc -> a new",
        "buy b 25 mtl gtc -> b new",
        "buy c 2 @100 gtc -> c new",
        "sell d 20 @100 gtc -> d new",
        "resume -> a 25@100 auction leaves 0; b 5@100 auction leaves 20; d 20@100 auction leaves 0",
        "trade 99.5x5 sell -> c 2@100 maker leaves 0; b 3@100 maker leaves 17",
    ),
    "what finds nobody is canceled": (
        "quote 99x5 -",
        "halt",
        "buy a 4 mkt gtc -> a new",
        "buy b 4 @100 gtc -> b new",
        "resume -> a canceled cum 0",
        "trade 99x1 -> b 1@100 maker leaves 3",
    ),
    "orders of ours may trade with one another in it": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 @100 gtc -> a new",
        "sell b 3 @100 gtc -> b new",
        "resume -> a 3@100 auction leaves 0; b 3@100 auction leaves 0",
    ),
    "nobody is released": (
        "quote 99x5 101x5",
        "sell a 3 stop98 gtc -> a new",
        "halt",
        "trade 97x9",
        "resume",
        "trade 98x1 -> a triggered; a 3@99 taker leaves 0",
    ),
    "an order can be replaced": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "halt",
        "replace b a 3@101 -> b replaced 3@101 cum 0 leaves 3",
        "resume -> b 3@101 auction leaves 0",
    ),
    "orders expire": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 mkt day -> a new",
        "buy b 3 @100 gtt -> b new",
        "wait 20 -> b expired cum 0",
        "close -> a expired cum 0",
        "resume",
    ),
    "a close that comes within a halt holds no auction": (
        "quote 99x5 101x5",
        "buy a 3 mkt cls -> a new",
        "halt",
        "close -> a expired cum 0",
    ),
    "who trades in full or by a least quantity has no part in the auction": (
        "quote 99x5 101x5",
        "halt",
        "buy a 8 @101 fok -> a new",
        "buy b 8 mkt fok -> b new",
        "buy c 8 mkt day aon -> c new",
        "buy d 8 mkt day min6 -> d new",
        "resume -> a canceled cum 0; b canceled cum 0; c canceled cum 0; d canceled cum 0",
    ),
    "they are worked after it": (
        "quote 99x5 101x9",
        "halt",
        "buy a 6 mkt fok -> a new",
        "buy b 2 mkt day -> b new",
        "buy c 5 mkt day min1 -> c new",
        # Of nine b has two in the auction, then a six; one is left.
        "resume -> b 2@101 auction leaves 0; a 6@101 taker leaves 0; c 1@101 taker leaves 4; c canceled cum 1",
    ),
    "who only reduces has no part in the auction, and ends with the position": (
        "quote 99x20 101x9",
        "buy z 5 mkt day -> z new; z 5@101 taker leaves 0",
        "halt",
        "sell a 5 mkt day -> a new",
        "sell b 5 mkt day reduce -> b new",
        "resume -> a 5@99 auction leaves 0; b canceled cum 0",
    ),
    "who only reduces is worked after the auction": (
        "quote 99x20 101x9",
        "buy z 5 mkt day -> z new; z 5@101 taker leaves 0",
        "halt",
        "sell b 5 mkt day reduce -> b new",
        "sell a 3 mkt day -> a new",
        "resume -> a 3@99 auction leaves 0; b 2@99 taker leaves 3; b canceled cum 2",
    ),
    "what waits is worked after the opening where the halt ends in a closed session": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 @101 ioc -> a new",
        "buy b 3 mkt fok -> b new",
        "buy c 3 mkt gtc -> c new",
        "buy d 1 mkt day -> d new",
        "close -> a expired cum 0; b expired cum 0; d expired cum 0",
        "resume",
        "buy o 4 mkt opg -> o new",
        # Of five the opening has four.
        "open 9 -> o 4@101 auction leaves 0; c 1@101 taker leaves 2; c canceled cum 1",
    ),
    "a halt may outlast the opening": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 mkt gtc -> a new",
        "close",
        "open 9",
        "quote 99x5 102x5",
        "resume -> a 3@102 auction leaves 0",
    ),
    # Its own has been held before it came; that the session is open is told twice, which opens nothing.
    "what comes for an opening after that waits for the next one": (
        "quote 99x5 101x5",
        "open",
        "halt",
        "buy a 3 mkt opg -> a new",
        "buy b 1 mkt day -> b new",
        "resume -> b 1@101 auction leaves 0",
        "open",
        "close",
        "open 9 -> a 3@101 auction leaves 0",
    ),
    "where no opening was told of before, the first one is its own": (
        "quote 99x5 101x5",
        "halt",
        "buy a 3 mkt opg -> a new",
        "buy b 9 mkt opg -> b new",
        "cancel c b -> c canceled cum 0",
        "resume",
        "open -> a 3@101 auction leaves 0",
    ),
    "an opening within a halt holds no auction, and ends what was for it": (
        "quote 99x5 101x5",
        "close",
        "buy a 3 mkt opg -> a new",
        "buy b 3 mkt gfa -> b new",
        "buy c 3 mkt cls -> c new",
        "halt",
        "open 9 -> a expired cum 0; b expired cum 0",
        "resume",
        "close 9 -> c 3@101 auction leaves 0",
    ),
    "what waits for a bar takes the first quote": (
        "bar 100,101,99,100x9",
        "buy a 3 mkt day -> a new",
        "quote 99x5 101x5 -> a 3@101 taker leaves 0",
    ),
    "an auction without any of ours is none": (
        "quote 99x5 101x5",
        "halt",
        "quote 101x5 99x5",
        "buy a 1 @90 gtc -> a new",
        "resume",
        "buy b 5 @99 ioc -> b new; b 5@99 taker leaves 0",
    ),
    "a second halt is none": ("quote 99x5 101x5", "halt", "halt", "resume", "resume"),
    "pegged orders follow afterwards": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "halt",
        "quote 98x5 101x5",
        "resume",
        "trade 98.5x9",
    ),
    "bars trade nothing": (
        "bar 100,101,99,100x9",
        "buy a 3 @99.5 gtc -> a new",
        "halt",
        "bar 100,101,99,100x9",
        "resume",
        "bar 100,101,99,100x9 -> a 3@99.5 maker leaves 0",
    ),
    "orders by name are heard, and trade with nobody of ours": (
        "new A buy 5@99",
        "new C sell 5@101",
        "buy a 2 @99 gtc -> a new",
        "halt",
        "delete A buy 99 traded 5",
        "new F buy 3@99",
        "delete F buy 99 traded 3",
        "resume",
        "new G buy 3@99",
        "delete G buy 99 traded 3 -> a 2@99 maker leaves 0",
    ),
}
REFUSING: tuple[str, ...] = (
    "quote 99x5 101x5",
    "buy a 3 @100 gtc -> a new",
    "halt",
    "buy b 3 @100 gtc -> b rejected 2",
    "replace c a 3@99 -> c replace refused 2",
    "cancel d a -> d canceled cum 0",
    "resume",
    "buy e 3 @100 gtc -> e new",
)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_trading_is_halted_and_goes_on(story: tuple[str, ...]) -> None:
    play(Venue(), story)


def test_a_venue_may_take_no_orders_in_a_halt() -> None:
    play(Venue(rules=MatchingRules(takes_orders_in_halts=False)), REFUSING)


def test_an_order_that_is_taken_up_in_a_closed_session_trades_in_the_next_one() -> None:
    venue = Venue()
    play(venue, ("quote 98x5 101x5", "buy a 3 @100 gtc -> a new", "halt", "buy b 2 mkt gtc -> b new"))
    acts = venue.exchange.acts
    for name in ("a", "b"):
        acts.act_on_order(SuspendOrder(name), venue.time_ns)
    play(venue, ("resume", "close", "quote 98x5 99x9"))
    for name in ("a", "b"):
        (taken_up,) = acts.act_on_order(ResumeOrder(name), venue.time_ns)
        assert spoken(taken_up) == f"{name} new"
    # What rests is met at its limit, then the market order takes.
    play(
        venue,
        ("quote 98x5 99x4", "open 9 -> a 3@100 maker leaves 0; b 1@99 taker leaves 1; b canceled cum 1"),
    )


def test_a_status_of_another_kind_is_refused() -> None:
    wrong: Any = "2"
    with pytest.raises(ValidationError, match="SecurityTradingStatus"):
        SecurityStatus(X, 0, wrong)

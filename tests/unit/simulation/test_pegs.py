"""Pegged and market-to-limit orders at the simulated exchange, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import LastLiquidityInd, Side
from oms.model.instrument import Instrument
from oms.model.reports import ExecutionReport
from tests.unit.simulation.test_triggers import Story, tell
from tests.unit.simulation.venue import NOON_NS, Venue, order, terms_of

D = Decimal

PEGS: dict[str, Story] = {
    "a primary peg to buy rests at the bid, and follows it": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",  # 99
        "quote 99.5x5 101x5",  # 99.50
        "trade 99.4x2 -> a 2@99.5 maker leaves 1",
        "quote 98x5 101x5",  # 98
        "trade 98.5x2",
        "trade 97.9x2 -> a 1@98 maker leaves 0",
    ),
    "a primary peg to sell rests at the offer": (
        "quote 99x5 101x5",
        "sell a 3 peg gtc -> a new",
        "quote 99x5 100x5",
        "trade 100.01x2 -> a 2@100 maker leaves 1",
    ),
    "its offset is added as it is": (
        "quote 99x5 101x5",
        "buy a 3 pegm0.5 gtc -> a new",  # 98.50
        "trade 98.49x2 -> a 2@98.5 maker leaves 1",
    ),
    "it stands behind what the market shows where it comes to": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "trade 99x4",
        "quote 98x5 101x5",  # another price, another queue
        "trade 98x5",
        "trade 98x2 -> a 2@98 maker leaves 1",
    ),
    "it loses its place to one that came later, once it has moved": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "buy b 3 @98 gtc -> b new",
        "quote 98x1 101x5",  # b has an endless queue, capped to 1; a comes after it
        "trade 98x2 -> b 1@98 maker leaves 2",
    ),
    "the mid is rounded away from the other side: down to buy": (
        "quote 99x5 99.05x5",
        "buy a 3 peg/mid gtc -> a new",  # 99.025
        "quote 98x5 99.03x5",
        "trade 98.51x1 -> a 1@98.51 maker leaves 2",  # 98.515
    ),
    "the mid is rounded away from the other side: up to sell": (
        "quote 99x5 99.05x5",
        "sell a 3 peg/mid gtc -> a new",  # 99.03
        "trade 99.03x1 -> a 1@99.03 maker leaves 2",
    ),
    "a market peg takes": (
        "quote 99x5 101x2",
        "buy a 3 peg/market gtc -> a new; a 2@101 taker leaves 1",
        "quote 99x5 100x5 -> a 1@101 maker leaves 0",
    ),
    "a market peg away from the market follows it": (
        "quote 99x5 101x2",
        "sell a 3 peg1/market gtc -> a new",  # 100
        "quote 98x5 101x2",  # 99
        "trade 99x1 -> a 1@99 maker leaves 2",
    ),
    "a primary peg that meets the other side trades with it": (
        "quote 99x5 101x2",
        "buy a 3 peg gtc -> a new",
        "quote 100x5 100x2 -> a 2@100 taker leaves 1",
    ),
    "it is first met where it stood": (
        "quote 99x5 101x2",
        "buy a 3 peg gtc -> a new",
        "quote 97x5 98x2 -> a 2@99 maker leaves 1",
        "trade 97x9 -> a 1@97 maker leaves 0",
    ),
    "it does not follow beyond its worst price": (
        "quote 99x5 101x5",
        "buy a 3 peg@99.5 gtc -> a new",
        "quote 99.9x5 101x5",
        "trade 99.4x1 -> a 1@99.5 maker leaves 2",
        "quote 99.2x5 101x5",
        "trade 99.1x1 -> a 1@99.2 maker leaves 1",
    ),
    "another worst price counts at once": (
        "quote 99x5 101x5",
        "sell a 3 peg@102 gtc -> a new",
        "replace b a 3:peg@100 -> b replaced 3@100 cum 0 leaves 3",
        "trade 101.01x1 -> b 1@101 maker leaves 2",
        "quote 99x5 -",
        "replace c b 3:peg@103 -> c replaced 3@103 cum 1 leaves 2",
        "trade 103.01x1 -> c 1@103 maker leaves 1",
    ),
    "less of it keeps its place": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "trade 99x4",
        "replace b a 2:peg -> b replaced 2 cum 0 leaves 2",
        "trade 99x2 -> b 1@99 maker leaves 1",
    ),
    "another peg is refused": (
        "buy a 3 peg gtc -> a new",
        "replace b a 3:peg/mid -> b replace refused 99",
    ),
    "it follows moves of the least size alone": (
        "quote 99x5 101x5",
        "buy a 3 peg>0.5 gtc -> a new",
        "quote 99.49x5 101x5",
        "trade 98.99x1 -> a 1@99 maker leaves 2",
        "quote 99.5x5 101x5",
        "trade 99.49x1 -> a 1@99.5 maker leaves 1",
    ),
    "before there is a market it waits for one": (
        "buy a 3 peg gtc -> a new",
        "quote 99x5 -",
        "trade 50x9",
        "quote 99x5 101x5",
        "trade 98x1 -> a 1@99 maker leaves 2",
    ),
    "one-sided and crossed quotes do not move it": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "quote 99.9x5 -",
        "quote 105x5 104x5",
        "quote 105x0 106x5",
        "trade 98x1 -> a 1@99 maker leaves 2",
    ),
    "it does not follow a closed market, and does as it opens": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "close",
        "quote 100x5 101x5",
        "open",
        "trade 99.99x1 -> a 1@100 maker leaves 2",
    ),
    "waiting for a market it can be canceled, and expires": (
        "buy a 3 peg gtc -> a new",
        "buy b 3 peg gft5 -> b new",
        "cancel c a -> c canceled cum 0",
        "wait 5 -> b expired cum 0",
        "quote 99x5 101x5",
    ),
    "post-only it is refused where it would take": (
        "quote 99x5 101x5",
        "buy a 3 peg/market gtc post -> a rejected 99",
        "buy b 3 peg gtc post -> b new",
        "replace c b 9:peg@98 -> c replaced 9@98 cum 0 leaves 9",
    ),
    "post-only it does not follow to where it would take": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc post -> a new",
        "quote 100x5 100x5",
        "trade 98x1 -> a 1@99 maker leaves 2",
        "quote 100x5 100.5x5",
        "trade 99.9x1 -> a 1@100 maker leaves 1",
    ),
    "post-only it waits for a market that it would not take from": (
        "buy a 3 peg/mid gtc post -> a new",
        "quote 100x5 100x5",
        "quote 99x5 101x5",
        "trade 99.9x1 -> a 1@100 maker leaves 2",
    ),
    "all or none it follows too": (
        "quote 99x5 101x5",
        "buy a 3 peg gtc aon -> a new",
        "quote 98x5 101x5",
        "quote 97x5 98x2",
        "quote 97x5 97x3 -> a 3@97 maker leaves 0",
    ),
    "reduce-only it ends with the position": (
        "quote 99x9 101x9",
        "buy b 3 mkt ioc -> b new; b 3@101 taker leaves 0",
        "sell a 3 peg gtc reduce -> a new",
        "sell c 3 mkt ioc -> c new; c 3@99 taker leaves 0; a canceled cum 0",
        "quote 98x9 99x9",
    ),
    "a day peg expires with the session": ("open", "buy a 3 peg day -> a new", "close -> a expired cum 0"),
    "a worst price off the grid is refused": ("buy a 3 peg@99.001 gtc -> a rejected 18",),
    "an immediate one is refused": ("buy a 3 peg ioc -> a rejected 11",),
}

MARKET_TO_LIMIT: dict[str, Story] = {
    "what it leaves rests at the price that it traded at": (
        "quote 99x5 101x2",
        "buy a 5 mtl gtc -> a new; a 2@101 taker leaves 3",
        "quote 99x5 102x9",
        "quote 99x5 100x1 -> a 1@101 maker leaves 2",
    ),
    "to sell, likewise": (
        "quote 99x2 101x5",
        "sell a 5 mtl day -> a new; a 2@99 taker leaves 3",
        "quote 98x5 101x5",
        "trade 99.5x2 -> a 2@99 maker leaves 1",
    ),
    "it trades at the best price alone": (
        "quote 99x5 101x9",
        "buy a 5 mtl gtc -> a new; a 5@101 taker leaves 0",
    ),
    "where nobody is to trade with it is canceled": (
        "quote 99x5 -",
        "buy a 5 mtl gtc -> a new; a canceled cum 0",
    ),
    "an immediate one leaves nothing": (
        "quote 99x5 101x2",
        "buy a 5 mtl ioc -> a new; a 2@101 taker leaves 3; a canceled cum 2",
    ),
    "all or nothing": (
        "quote 99x5 101x2",
        "buy a 5 mtl fok -> a new; a canceled cum 0",
        "buy b 5 mtl gtc aon -> b new; b canceled cum 0",
        "buy c 5 mtl gtc min3 -> c new; c canceled cum 0",
    ),
    "more of it works at the same limit": (
        "quote 99x5 101x2",
        "buy a 5 mtl gtc -> a new; a 2@101 taker leaves 3",
        "quote 99x5 103x5",
        "replace b a 9:mtl -> b replaced 9@101 cum 2 leaves 7",
        "quote 99x5 101x1 -> b 1@101 maker leaves 6",
    ),
    "it cannot be post-only": ("buy a 5 mtl gtc post -> a rejected 11",),
}

# Who sold at 98 has met ours at 99 before.
PEGS["among orders by name it is met before who is worse"] = (
    "new A buy 3@99",
    "new C sell 5@102",
    "new B buy 9@98",
    "buy a 9 peg gtc -> a new",
    "change B buy 4@98 traded 5 -> a 5@99 maker leaves 4",
)
STORIES = PEGS | MARKET_TO_LIMIT


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_what_the_story_says(story: Story) -> None:
    tell(story)


@pytest.mark.parametrize(("negative_px", "fills"), [(False, []), (True, [D("-0.04")])])
def test_a_peg_below_zero_waits_unless_there_are_such_prices(negative_px: bool, fills: list[Decimal]) -> None:
    instrument = Instrument(symbol="X", currency="USD", tick="0.01", negative_px=negative_px)
    venue = Venue(instrument)
    venue.tell("quote 0.01x5 0.02x5")
    venue.exchange.new_order(order("a", Side.BUY, "3", terms_of("pegm0.05")))

    venue.tell("trade -0.05x1")

    traded = [report for report in venue.reports if isinstance(report, ExecutionReport)]
    assert [report.last_px for report in traded] == fills
    assert all(report.last_liquidity_ind is LastLiquidityInd.ADDED for report in traded)
    assert len(venue.exchange.open_orders(NOON_NS)) == 1

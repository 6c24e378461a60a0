"""The rules of the simulated exchange as stories, one a rule; what each line must lead to is worked out by hand."""

from __future__ import annotations

import pytest

from oms.model.enums import ExecType
from oms.model.reports import ExecutionReport
from tests.unit.simulation.venue import Venue

TAKING: dict[str, tuple[str, ...]] = {
    "a market buy trades at the ask": (
        "quote 99x5 101x5",
        "buy a 3 mkt day -> a new; a 3@101 taker leaves 0",
    ),
    "a market sell trades at the bid": (
        "quote 99x5 101x5",
        "sell a 3 mkt day -> a new; a 3@99 taker leaves 0",
    ),
    "of a size that is shown whole lots are ours": (
        "quote 99x5 101x2.5",
        "buy a 3 @101 gtc -> a new; a 2@101 taker leaves 1",
        "quote 99x5 101x0.9",
        "quote 99x5 101x1.9 -> a 1@101 maker leaves 0",
        "buy b 1 mkt ioc -> b new; b canceled cum 0",
    ),
    "of a size that trades whole lots are ours": (
        "quote 99x1 101x5",
        "buy a 3 @99 gtc -> a new",
        "trade 99x2.5 sell -> a 1@99 maker leaves 2",
        "trade 98x1.5 -> a 1@99 maker leaves 1",
        "trade 98x0.5",
    ),
    "a short sale trades like a sale": (
        "quote 99x5 101x5",
        "short a 5 mkt ioc -> a new; a 5@99 taker leaves 0",
    ),
    "what a market buy cannot get at the ask is canceled": (
        "quote 99x5 101x5",
        "buy a 8 mkt day -> a new; a 5@101 taker leaves 3; a canceled cum 5",
    ),
    "what a market sell cannot get at the bid is canceled, although it is GTC": (
        "quote 99x4 101x5",
        "sell a 6 mkt gtc -> a new; a 4@99 taker leaves 2; a canceled cum 4",
    ),
    "a market buy is canceled where nobody offers": (
        "quote 99x5 -",
        "buy a 3 mkt day -> a new; a canceled cum 0",
    ),
    "a market sell is canceled where nobody bids": (
        "quote - 101x5",
        "sell a 3 mkt gtc -> a new; a canceled cum 0",
    ),
    "a market order before the first quote is canceled": ("buy a 3 mkt day -> a new; a canceled cum 0",),
    "a market IOC keeps what it got": (
        "quote 99x5 101x5",
        "buy a 6 mkt ioc -> a new; a 5@101 taker leaves 1; a canceled cum 5",
    ),
    "a market FOK that fits trades": (
        "quote 99x5 101x5",
        "sell a 5 mkt fok -> a new; a 5@99 taker leaves 0",
    ),
    "a market FOK that does not fit gets nothing": (
        "quote 99x5 101x5",
        "sell a 6 mkt fok -> a new; a canceled cum 0",
    ),
    "a limit buy at the ask trades": (
        "quote 99x5 101x5",
        "buy a 3 @101 day -> a new; a 3@101 taker leaves 0",
    ),
    "a limit buy above the ask pays the ask": (
        "quote 99x5 101x5",
        "buy a 3 @105 gtc -> a new; a 3@101 taker leaves 0",
    ),
    "a limit sell below the bid gets the bid": (
        "quote 99x5 101x5",
        "sell a 3 @98.5 gtc -> a new; a 3@99 taker leaves 0",
    ),
    "what a limit order cannot take rests": (
        "quote 99x5 101x5",
        "buy a 8 @101 day -> a new; a 5@101 taker leaves 3",
        "quote 99x5 102x9",
        "cancel b a -> b canceled cum 5",
    ),
    "an order at a worse price rests": (
        "quote 99x5 101x5",
        "buy a 3 @100.99 day -> a new",
    ),
    "a limit IOC takes what is there": (
        "quote 99x5 101x5",
        "buy a 7 @102 ioc -> a new; a 5@101 taker leaves 2; a canceled cum 5",
    ),
    "a limit IOC at a worse price gets nothing": (
        "quote 99x5 101x5",
        "sell a 3 @99.01 ioc -> a new; a canceled cum 0",
    ),
    "a limit IOC that fits is not canceled": (
        "quote 99x5 101x5",
        "sell a 5 @99 ioc -> a new; a 5@99 taker leaves 0",
    ),
    "a limit FOK that fits trades": (
        "quote 99x5 101x5",
        "sell a 5 @99 fok -> a new; a 5@99 taker leaves 0",
    ),
    "a limit FOK that is one too large gets nothing": (
        "quote 99x5 101x5",
        "buy a 6 @101 fok -> a new; a canceled cum 0",
    ),
    "a limit FOK at a worse price gets nothing": (
        "quote 99x5 101x5",
        "buy a 1 @100 fok -> a new; a canceled cum 0",
    ),
    "a FOK that failed used nothing up": (
        "quote 99x5 101x5",
        "buy a 6 @101 fok -> a new; a canceled cum 0",
        "buy b 5 @101 fok -> b new; b 5@101 taker leaves 0",
    ),
}

USED_ONCE: dict[str, tuple[str, ...]] = {
    "what was taken is gone": (
        "quote 99x5 101x5",
        "buy a 3 @101 ioc -> a new; a 3@101 taker leaves 0",
        "buy b 3 @101 ioc -> b new; b 2@101 taker leaves 1; b canceled cum 2",
        "buy c 3 @101 ioc -> c new; c canceled cum 0",
    ),
    "the same quote again shows the same volume": (
        "quote 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "quote 99x5 101x5",
        "buy b 3 @101 ioc -> b new; b canceled cum 0",
    ),
    "another size at the ask is news": (
        "quote 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "quote 99x5 101x6",
        "buy b 7 @101 ioc -> b new; b 6@101 taker leaves 1; b canceled cum 6",
    ),
    "a new bid says nothing of the ask": (
        "quote 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "quote 98x7 101x5",
        "buy b 3 @101 ioc -> b new; b canceled cum 0",
        "sell c 7 @98 ioc -> c new; c 7@98 taker leaves 0",
    ),
    "an ask that went and came back is news": (
        "quote 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "quote 99x5 102x5",
        "quote 99x5 101x5",
        "buy b 3 @101 ioc -> b new; b 3@101 taker leaves 0",
    ),
    "both sides can be taken and are whole again each for itself": (
        "quote 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "sell b 5 @99 ioc -> b new; b 5@99 taker leaves 0",
        "quote 99x6 101x5",
        "buy c 1 @101 ioc -> c new; c canceled cum 0",
        "sell d 6 @99 ioc -> d new; d 6@99 taker leaves 0",
    ),
    "what a resting order got is gone for the next to take": (
        "quote 98x5 102x5",
        "buy a 3 @100 gtc -> a new",
        "quote 98x5 100x5 -> a 3@100 maker leaves 0",
        "buy b 5 @100 ioc -> b new; b 2@100 taker leaves 3; b canceled cum 2",
    ),
    "one print is used once over several orders": (
        "quote 99x5 103x5",
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @101 gtc -> b new",
        "trade 99.5x4 sell -> b 3@101 maker leaves 0; a 1@100 maker leaves 2",
    ),
}

REACHED_BY_A_QUOTE: dict[str, tuple[str, ...]] = {
    "a resting buy pays its own limit when the ask falls below it": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 98x5 99x5 -> a 3@100 maker leaves 0",
    ),
    "a resting buy trades when the ask comes to its price": (
        "quote 99x5 101x5",
        "buy a 3 @100 day -> a new",
        "quote 99x5 100x3 -> a 3@100 maker leaves 0",
    ),
    "a resting sell gets its own limit when the bid rises above it": (
        "quote 99x5 101x5",
        "sell a 3 @100 gtc -> a new",
        "quote 100.5x2 101x5 -> a 2@100 maker leaves 1",
    ),
    "a resting order trades up to the size shown, which a repeat does not renew": (
        "quote 98x5 102x5",
        "buy a 8 @100 gtc -> a new",
        "quote 98x5 100x5 -> a 5@100 maker leaves 3",
        "quote 98x5 100x5",
        "quote 98x5 100x6 -> a 3@100 maker leaves 0",
    ),
    "the better price comes first, then the earlier order": (
        "quote 98x5 102x5",
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @101 gtc -> b new",
        "buy c 3 @100 gtc -> c new",
        "quote 98x5 100x7 -> b 3@101 maker leaves 0; a 3@100 maker leaves 0; c 1@100 maker leaves 2",
    ),
    "the better sale is the lower one": (
        "quote 98x5 102x5",
        "sell a 3 @101 gtc -> a new",
        "sell b 3 @100 gtc -> b new",
        "quote 101x5 102x5 -> b 3@100 maker leaves 0; a 2@101 maker leaves 1",
    ),
    "the rest of an order that took waits for more at its price": (
        "quote 99x5 101x2",
        "buy a 5 @101 gtc -> a new; a 2@101 taker leaves 3",
        "quote 99x5 101x4 -> a 3@101 maker leaves 0",
    ),
    "a locked quote is traded with on both sides": (
        "quote 98x5 102x5",
        "buy a 3 @100 gtc -> a new",
        "sell b 3 @101 gtc -> b new",
        "quote 101x2 101x2 -> b 2@101 maker leaves 1",
        "buy c 2 @101 ioc -> c new; c 2@101 taker leaves 0",
    ),
    "a crossed quote reaches both our sides": (
        "quote 98x5 102x5",
        "buy a 3 @100 gtc -> a new",
        "sell b 3 @101 gtc -> b new",
        "quote 102x2 99x2 -> a 2@100 maker leaves 1; b 2@101 maker leaves 1",
    ),
    "a price that is shown with no size is nothing to trade with": (
        "quote 99x0 101x0",
        "buy a 3 @101 day -> a new",
        "sell b 3 @99 ioc -> b new; b canceled cum 0",
    ),
    "a side that empties takes its prices along": (
        "quote 99x5 101x5",
        "quote - -",
        "buy a 3 @105 gtc -> a new",
        "sell b 3 mkt day -> b new; b canceled cum 0",
    ),
}

REACHED_BY_A_TRADE: dict[str, tuple[str, ...]] = {
    "a print through the price fills, whatever was ahead": (
        "quote 100x50 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 99.99x10 sell -> a 3@100 maker leaves 0",
    ),
    "a print through the price fills up to its size": (
        "quote 100x50 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 99.99x2 sell -> a 2@100 maker leaves 1",
    ),
    "a print through a sale's price is above it": (
        "quote 99x5 100x50",
        "sell a 3 @100 gtc -> a new",
        "trade 99.99x9 buy",
        "trade 100.01x9 buy -> a 3@100 maker leaves 0",
    ),
    "after a print through the price nobody is ahead": (
        "quote 100x50 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 99x2 sell -> a 2@100 maker leaves 1",
        "trade 100x1 sell -> a 1@100 maker leaves 0",
    ),
    "prints at the price use up the queue first": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 100x4 sell",
        "trade 100x3 sell -> a 2@100 maker leaves 1",
        "trade 100x3 sell -> a 1@100 maker leaves 0",
    ),
    "the queue of the offers goes the same way": (
        "quote 99x5 100x5",
        "sell a 3 @100 gtc -> a new",
        "trade 100x7 buy -> a 2@100 maker leaves 1",
    ),
    "an aggressive purchase leaves the queue of the bids alone": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 100x9 buy",
        "trade 100x6 sell -> a 1@100 maker leaves 2",
    ),
    "an aggressive sale leaves the queue of the offers alone": (
        "quote 99x5 100x5",
        "sell a 3 @100 gtc -> a new",
        "trade 100x9 sell",
        "trade 100x6 buy -> a 1@100 maker leaves 2",
    ),
    "a print of unknown aggressor counts": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 100x6 -> a 1@100 maker leaves 2",
    ),
    "a quote that shows less shortens the queue": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 100x2 101x5",
        "trade 100x4 sell -> a 2@100 maker leaves 1",
    ),
    "each quote that shows less shortens it further": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 100x4 101x5",
        "quote 100x2 101x5",
        "trade 100x4 sell -> a 2@100 maker leaves 1",
    ),
    "a quote that shows less shortens the queue of later orders too": (
        "quote 100x5 101x5",
        "buy a 1 @100 gtc -> a new",
        "quote 100x4 101x5",
        "quote 100x8 101x5",
        "buy b 1 @100 gtc -> b new",
        "quote 100x6 101x5",
        "trade 100x4 sell",
        "trade 100x1 sell -> a 1@100 maker leaves 0",
        "trade 100x2 sell",
        "trade 100x1 sell -> b 1@100 maker leaves 0",
    ),
    "a quote that shows more does not lengthen it": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 100x9 101x5",
        "trade 100x6 sell -> a 1@100 maker leaves 2",
    ),
    "what shortened the queue does not reach who joined after it": (
        "quote 100x5 101x5",
        "buy a 1 @100 gtc -> a new",
        "quote 100x2 101x5",
        "quote 100x8 101x5",
        "buy b 1 @100 gtc -> b new",
        "trade 100x3 sell -> a 1@100 maker leaves 0",
        "trade 100x6 sell",  # 2 of its 8 were traded before a, and these are the other 6
        "trade 100x1 sell -> b 1@100 maker leaves 0",
    ),
    "an order that betters the bid has nobody ahead": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 100x2 sell -> a 2@100 maker leaves 1",
    ),
    "behind the best bid the queue is unknown until it is shown": (
        "quote 100x5 101x5",
        "buy a 3 @99 gtc -> a new",
        "trade 99x50 sell",
        "quote 99x4 101x5",
        "trade 99x5 sell -> a 1@99 maker leaves 2",
    ),
    "when the bid falls below an order nobody is ahead of it": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 99x5 101x5",
        "trade 100x2 sell -> a 2@100 maker leaves 1",
    ),
    "when the ask rises above an order nobody is ahead of it, even if it comes back": (
        "quote 99x5 100x5",
        "sell a 3 @100 gtc -> a new",
        "quote 99x5 101x5",
        "quote 99x5 100x7",
        "trade 100x2 buy -> a 2@100 maker leaves 1",
    ),
    "when nobody bids any more nobody is ahead": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote - 101x5",
        "trade 100x1 sell -> a 1@100 maker leaves 2",
    ),
    "the market's queue between two of our orders must trade too": (
        "quote 100x5 101x5",
        "buy a 2 @100 gtc -> a new",
        "quote 100x8 101x5",
        "buy b 2 @100 gtc -> b new",
        "trade 100x6 sell -> a 1@100 maker leaves 1",  # 5 ahead, 1 for a
        "trade 100x3 sell -> a 1@100 maker leaves 0",  # 1 for a, 2 of the 3 between
        "trade 100x3 sell -> b 2@100 maker leaves 0",  # the last one between, 2 for b
    ),
    "a print fills what it went through before what it printed at": (
        "quote 99x5 103x5",
        "buy a 3 @101 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "trade 100x5 sell -> a 3@101 maker leaves 0; b 2@100 maker leaves 1",
    ),
    "our own orders do not trade with one another; a print reaches the purchases first": (
        "quote 95x5 105x5",
        "buy a 3 @101 gtc -> a new",
        "sell b 3 @99 gtc -> b new",
        "trade 100x4 -> a 3@101 maker leaves 0; b 1@99 maker leaves 2",
    ),
    "an aggressive purchase reaches our sales first": (
        "quote 95x5 105x5",
        "buy a 3 @101 gtc -> a new",
        "sell b 3 @99 gtc -> b new",
        "trade 100x4 buy -> b 3@99 maker leaves 0; a 1@101 maker leaves 2",
    ),
    "a market of prints alone trades with who is there": (
        "buy a 3 @100 gtc -> a new",
        "trade 100.01x5 sell",
        "trade 100x2 sell -> a 2@100 maker leaves 1",
    ),
    "a print away from our prices does nothing": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "sell b 3 @102 gtc -> b new",
        "trade 100.5x50",
    ),
}

CANCELING: dict[str, tuple[str, ...]] = {
    "a resting order is canceled once": (
        "buy a 3 @100 gtc -> a new",
        "cancel b a -> b canceled cum 0",
        "trade 99x5 sell",
        "cancel c a -> c cancel refused 0",
    ),
    "a filled order cannot be canceled": (
        "quote 99x5 101x5",
        "buy a 3 @101 gtc -> a new; a 3@101 taker leaves 0",
        "cancel b a -> b cancel refused 0",
    ),
    "an order that never was cannot be canceled": ("cancel b a -> b cancel refused 1",),
    "a rejected order cannot be canceled": (
        "buy a 3 @100.001 gtc -> a rejected 18",
        "cancel b a -> b cancel refused 0",
    ),
    "an order is found by each identity it had": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 4@100 -> b replaced 4@100 cum 0 leaves 4",
        "replace c a 5@100 -> c replaced 5@100 cum 0 leaves 5",
        "cancel d b -> d canceled cum 0",
    ),
    "a used ClOrdID cannot cancel": (
        "buy a 3 @100 gtc -> a new",
        "cancel a a -> a cancel refused 6",
        "trade 99x5 sell -> a 3@100 maker leaves 0",
    ),
    "canceling the best order leaves the next one best": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @101 gtc -> b new",
        "cancel c b -> c canceled cum 0",
        "quote 98x5 100x2 -> a 2@100 maker leaves 1",
    ),
}

REPLACING: dict[str, tuple[str, ...]] = {
    "less at the same price keeps the place": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "replace c a 2@100.00 -> c replaced 2@100.00 cum 0 leaves 2",
        "trade 100x3 sell -> c 2@100 maker leaves 0; b 1@100 maker leaves 2",
    ),
    "more at the same price loses the place": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "replace c a 4@100 -> c replaced 4@100 cum 0 leaves 4",
        "trade 100x4 sell -> b 3@100 maker leaves 0; c 1@100 maker leaves 3",
    ),
    "another price loses the place": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "replace c a 3@99 -> c replaced 3@99 cum 0 leaves 3",
        "replace d c 3@100 -> d replaced 3@100 cum 0 leaves 3",
        "trade 100x4 sell -> b 3@100 maker leaves 0; d 1@100 maker leaves 2",
    ),
    "more at the same price joins the market's queue anew": (
        "quote 100x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "trade 100x5 sell",
        "replace b a 4@100 -> b replaced 4@100 cum 0 leaves 4",
        "trade 100x5 sell",
        "trade 100x1 sell -> b 1@100 maker leaves 3",
    ),
    "a new price that reaches the ask takes": (
        "quote 99x5 101x2",
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@102 -> b replaced 3@102 cum 0 leaves 3; b 2@101 taker leaves 1",
    ),
    "a total above what has traded leaves the difference": (
        "buy a 5 @100 gtc -> a new",
        "trade 99x2 sell -> a 2@100 maker leaves 3",
        "replace b a 3@100 -> b replaced 3@100 cum 2 leaves 1",
        "trade 99x2 sell -> b 1@100 maker leaves 0",
    ),
    "a total of what has traded means stop here": (
        "buy a 5 @100 gtc -> a new",
        "trade 99x2 sell -> a 2@100 maker leaves 3",
        "replace b a 2@100 -> b replaced 2@100 cum 2 leaves 0",
        "trade 99x2 sell",
        "cancel c b -> c cancel refused 0",
    ),
    "a total below what has traded means stop here as well, whatever the price": (
        "buy a 5 @100 gtc -> a new",
        "trade 99x2 sell -> a 2@100 maker leaves 3",
        "replace b a 1@101 -> b replaced 2@100 cum 2 leaves 0",
    ),
    "a price off the grid is refused and the order lives on": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@100.001 -> b replace refused 18",
        "trade 99x5 sell -> a 3@100 maker leaves 0",
    ),
    "a quantity off the grid is refused": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 2.5@100 -> b replace refused 99",
    ),
    "a limit order does not become a market order": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@mkt -> b replace refused 99",
    ),
    "a finished order is not replaced": (
        "buy a 3 @100 ioc -> a new; a canceled cum 0",
        "replace b a 2@100 -> b replace refused 0",
    ),
    "an order that never was is not replaced": ("replace b a 2@100 -> b replace refused 1",),
    "a used ClOrdID cannot replace": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "replace b a 2@100 -> b replace refused 6",
    ),
    "a request chained on a refused one finds the order": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@100.001 -> b replace refused 18",
        "replace c b 2@100 -> c replaced 2@100 cum 0 leaves 2",
    ),
}

REFUSING: dict[str, tuple[str, ...]] = {
    "a used ClOrdID is refused and the first order lives on": (
        "buy a 3 @100 gtc -> a new",
        "sell a 2 @99 gtc -> a rejected 6",
        "trade 99x5 sell -> a 3@100 maker leaves 0",
    ),
    "the id of a cancel request is used up": (
        "buy a 3 @100 gtc -> a new",
        "cancel b a -> b canceled cum 0",
        "buy b 3 @100 gtc -> b rejected 6",
    ),
    "a price off the grid": ("buy a 3 @100.001 gtc -> a rejected 18",),
    "a price of zero": ("buy a 3 @0 gtc -> a rejected 18",),
    "a quantity off the grid": ("buy a 2.5 @100 gtc -> a rejected 13",),
    "no quantity": ("buy a 0 @100 gtc -> a rejected 13",),
    "a refused order takes nothing": (
        "quote 99x5 101x5",
        "buy a 2.5 @101 gtc -> a rejected 13",
        "buy b 5 @101 ioc -> b new; b 5@101 taker leaves 0",
    ),
}

SESSIONS: dict[str, tuple[str, ...]] = {
    "DAY orders expire at the close, the earliest first, and GTC orders stay": (
        "buy a 3 @100 day -> a new",
        "sell b 3 @102 day -> b new",
        "buy c 3 @101 gtc -> c new",
        "buy d 3 @101 day -> d new",
        "close -> a expired cum 0; b expired cum 0; d expired cum 0",
        "open",
        "trade 99x9 sell -> c 3@101 maker leaves 0",
    ),
    "what a DAY order got it keeps": (
        "buy a 3 @100 day -> a new",
        "trade 99x1 sell -> a 1@100 maker leaves 2",
        "close -> a expired cum 1",
    ),
    "while closed no new order is taken": (
        "close",
        "buy a 3 @100 gtc -> a rejected 2",
        "open",
        "buy b 3 @100 gtc -> b new",
    ),
    "while closed nothing trades, and what the quote reaches trades at the opening": (
        "buy a 3 @100 gtc -> a new",
        "close",
        "quote 98x5 99x2",
        "trade 98x9 sell",
        "open -> a 2@100 maker leaves 1",
    ),
    "while closed orders can be canceled and stopped, but not changed": (
        "buy a 3 @100 gtc -> a new",
        "buy b 3 @100 gtc -> b new",
        "trade 99x1 sell -> a 1@100 maker leaves 2",
        "close",
        "replace c a 2@100 -> c replace refused 2",
        "replace d a 1@100 -> d replaced 1@100 cum 1 leaves 0",
        "cancel e b -> e canceled cum 0",
    ),
}

STORIES = (
    TAKING | USED_ONCE | REACHED_BY_A_QUOTE | REACHED_BY_A_TRADE | CANCELING | REPLACING | REFUSING | SESSIONS
)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_what_the_story_says(story: tuple[str, ...]) -> None:
    venue = Venue()

    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line

    assert_whole(venue)


def assert_whole(venue: Venue) -> None:
    """What holds after any story: quantities add up, and no two reports of executions share an id."""
    reports = [report for report in venue.reports if isinstance(report, ExecutionReport)]
    assert len({report.exec_id for report in reports}) == len(reports)
    for report in reports:
        is_over = report.exec_type in {ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED}
        assert report.order_qty is not None
        assert report.cum_qty is not None
        if not is_over:
            assert report.order_qty == report.cum_qty + (report.leaves_qty or 0)
        elif report.exec_type is not ExecType.REJECTED:
            assert report.leaves_qty == 0

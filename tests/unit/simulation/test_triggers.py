"""Orders that wait for a price at the simulated exchange, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport
from tests.unit.simulation.test_exchange_stories import assert_whole
from tests.unit.simulation.venue import NOON_NS, Venue, X, order, terms_of

D = Decimal
Story = tuple[str, ...]

STOPS: dict[str, Story] = {
    "a stop to sell is released by a trade at it, and sells at the bid": (
        "quote 95x5 96x5",
        "sell a 3 stop95 gtc -> a new",
        "trade 95.01x1",
        "trade 95x1 -> a triggered; a 3@95 taker leaves 0",
    ),
    "a stop to buy is released by a trade at it, and buys at the offer": (
        "quote 104x5 105x5",
        "buy a 3 stop105 gtc -> a new",
        "trade 104.99x1",
        "trade 105x1 -> a triggered; a 3@105 taker leaves 0",
    ),
    "a short sale waits like a sale": (
        "quote 95x5 96x5",
        "short a 3 stop95 gtc -> a new",
        "trade 94x1 -> a triggered; a 3@95 taker leaves 0",
    ),
    "a stop to sell fills beyond its stop price through a gap": (
        "sell a 3 stop95 gtc -> a new",
        "quote 99x5 101x5",
        "quote 90x5 91x5",
        "trade 90x1 -> a triggered; a 3@90 taker leaves 0",
    ),
    "a stop to buy fills beyond its stop price through a gap": (
        "buy a 3 stop105/ba gtc -> a new",
        "quote 99x5 101x5",
        "quote 109x5 110x5 -> a triggered; a 3@110 taker leaves 0",
    ),
    "a stop limit whose limit the gap has passed rests at it": (
        "quote 99x5 101x5",
        "sell a 3 stop95@94/ba gtc -> a new",
        "quote 90x5 91x5 -> a triggered",
        "quote 94x2 95x5 -> a 2@94 maker leaves 1",
    ),
    "a stop limit fills no better than the market": (
        "quote 94.5x2 96x5",
        "sell a 3 stop95@94 gtc -> a new",
        "trade 95x1 -> a triggered; a 2@94.5 taker leaves 1",
        "quote 94.2x2 96x5 -> a 1@94 maker leaves 0",
    ),
    "a stop limit to buy fills no worse than its limit": (
        "buy a 8 stop105@106 gtc -> a new",
        "quote 104x5 105.5x5",
        "trade 105x1 -> a triggered; a 5@105.5 taker leaves 3",
        "quote 104x5 106.01x5",
        "quote 104x5 106x1 -> a 1@106 maker leaves 2",
    ),
    "what was there before does not release it": (
        "quote 90x5 91x5",
        "trade 90x1",
        "sell a 3 stop95 gtc -> a new",
        "sell b 3 stop95/ba gtc -> b new",
        "trade 90x1 -> a triggered; a 3@90 taker leaves 0",
        "quote 90x6 91x5 -> b triggered; b 3@90 taker leaves 0",
    ),
    "where nobody is to trade with, a released stop is canceled like any market order": (
        "sell a 3 stop95 gtc -> a new",
        "trade 95x1 -> a triggered; a canceled cum 0",
    ),
    "what the display does not have of it is canceled": (
        "quote 95x2 96x5",
        "sell a 3 stop95 day -> a new",
        "trade 95x1 -> a triggered; a 2@95 taker leaves 1; a canceled cum 2",
    ),
    "resting orders come first, then what is released by the same quote": (
        "quote 99x5 101x5",
        "buy r 2 @100 gtc -> r new",
        "buy a 5 stop100/ba gtc -> a new",
        "quote 99x5 100x4 -> r 2@100 maker leaves 0; a triggered; a 2@100 taker leaves 3; a canceled cum 2",
    ),
}

TOUCHED: dict[str, Story] = {
    "if touched to buy is released by a fall": (
        "quote 94x5 95x5",
        "buy a 3 mit95 gtc -> a new",
        "trade 95.01x1",
        "trade 95x1 -> a triggered; a 3@95 taker leaves 0",
    ),
    "if touched to sell is released by a rise": (
        "quote 105x5 106x5",
        "sell a 3 mit105 gtc -> a new",
        "trade 104.99x1",
        "trade 105x1 -> a triggered; a 3@105 taker leaves 0",
    ),
    "through a gap it fills at the better market, not where it was touched": (
        "buy a 3 mit95/ba gtc -> a new",
        "quote 99x5 101x5",
        "quote 89x5 90x5 -> a triggered; a 3@90 taker leaves 0",
    ),
    "limit if touched keeps its limit": (
        "quote 95x5 96x5",
        "buy a 3 mit95@94.5 gtc -> a new",
        "trade 95x1 -> a triggered",
        "quote 94x5 94.5x1 -> a 1@94.5 maker leaves 2",
    ),
    "limit if touched to sell keeps its limit": (
        "quote 104x5 106x5",
        "sell a 3 mit105@105.5 gtc -> a new",
        "trade 105x1 -> a triggered",
        "quote 106x1 107x5 -> a 1@105.5 maker leaves 2",
    ),
}

TRAILS: dict[str, Story] = {
    "a trail to sell follows the best price and never moves away": (
        "quote 101x5 103x5",
        "sell a 3 trail1.5 gtc -> a new",
        "trade 100x1",  # stop 98.50
        "trade 102x1",  # 100.50
        "trade 101x1",  # stays
        "trade 100.51x1",
        "trade 100.5x1 -> a triggered; a 3@101 taker leaves 0",
    ),
    "a trail to buy follows the best price and never moves away": (
        "quote 98x5 99x5",
        "buy a 3 trail1.5 gtc -> a new",
        "trade 100x1",  # stop 101.50
        "trade 98x1",  # 99.50
        "trade 99x1",
        "trade 99.49x1",
        "trade 99.5x1 -> a triggered; a 3@99 taker leaves 0",
    ),
    "a gap fills beyond the trail": (
        "sell a 3 trail1 gtc -> a new",
        "quote 89x5 90x5",
        "trade 100x1",
        "trade 90x1 -> a triggered; a 3@89 taker leaves 0",
    ),
    "by ticks": (
        "quote 90x5 91x5",
        "sell a 3 trail5t gtc -> a new",
        "trade 100x1",
        "trade 99.96x1",
        "trade 99.95x1 -> a triggered; a 3@90 taker leaves 0",
    ),
    # 50 basis points of 100.01 are 0.50005: 99.50995 is rounded down to 99.50, away from the market.
    "by basis points, rounded away from the market": (
        "quote 90x5 91x5",
        "sell a 3 trail50bp gtc -> a new",
        "trade 100.01x1",
        "trade 99.51x1",
        "trade 99.5x1 -> a triggered; a 3@90 taker leaves 0",
    ),
    # 1% of 100.01 is 1.0001: 101.0101 is rounded up to 101.02.
    "by percent to buy, rounded away from the market": (
        "quote 101x5 102x5",
        "buy a 3 trail1% gtc -> a new",
        "trade 100.01x1",
        "trade 101.01x1",
        "trade 101.02x1 -> a triggered; a 3@102 taker leaves 0",
    ),
    "it begins when its activation price was there, with the price that was": (
        "quote 104x5 106x5",
        "sell a 3 trail1>105 gtc -> a new",
        "trade 100x1",
        "trade 90x1",
        "trade 105.5x1",  # stop 104.50
        "trade 104.51x1",
        "trade 104.5x1 -> a triggered; a 3@104 taker leaves 0",
    ),
    "it begins to buy when the price has fallen so far": (
        "quote 94x5 96x5",
        "buy a 3 trail1>95 gtc -> a new",
        "trade 99x1",
        "trade 94.5x1",  # stop 95.50
        "trade 95.5x1 -> a triggered; a 3@96 taker leaves 0",
    ),
    "its limit lies beyond the stop price": (
        "quote 99x1 101x5",
        "sell a 3 trail1@0.5 gtc -> a new",
        "trade 100x1",
        "trade 98x1 -> a triggered; a 1@99 taker leaves 2",  # stop 99, limit 98.50
        "quote 98.49x5 101x5",
        "quote 98.5x1 101x5 -> a 1@98.5 maker leaves 1",
    ),
    "its limit to buy lies beyond the stop price": (
        "quote 99x1 101.6x5",
        "buy a 3 trail1@0.5 gtc -> a new",
        "trade 100x1",
        "trade 101x1 -> a triggered",  # stop 101, limit 101.50
        "quote 99x1 101.5x5 -> a 3@101.5 maker leaves 0",
    ),
    "by the mid, which may lie between two prices": (
        "sell a 3 trail1/mid gtc -> a new",
        "quote 99.99x5 100x5",  # 99.995; 98.995 is rounded down to 98.99
        "quote 98.99x5 99x5",  # 98.995
        "quote 98.98x5 99x5 -> a triggered; a 3@98.98 taker leaves 0",
    ),
    "a trail to sell follows the bid": (
        "sell a 3 trail1/ba gtc -> a new",
        "quote 100x5 102x5",  # stop 99
        "quote 99.01x5 99.02x5",
        "quote 98x5 103x5 -> a triggered; a 3@98 taker leaves 0",
    ),
}

PRICE_TYPES: dict[str, Story] = {
    "last-price stops are not fired by quotes nor marks": (
        "sell a 3 stop95 gtc -> a new",
        "buy b 3 stop95 gtc -> b new",
        "quote 90x5 91x5",
        "quote 99x5 101x5",
        "mark 90",
        "mark 99",
        "trade 94x1 -> a triggered; a 3@99 taker leaves 0",
        "trade 95x1 -> b triggered; b 3@101 taker leaves 0",
    ),
    "a bid stop is not fired by trades nor by the offer": (
        "sell a 3 stop95/ba gtc -> a new",
        "trade 90x1",
        "mark 90",
        "quote 95.01x5 95.02x5",
        "quote 95x5 96x5 -> a triggered; a 3@95 taker leaves 0",
    ),
    "an ask stop is not fired by the bid": (
        "buy a 3 stop105/ba gtc -> a new",
        "quote 104.98x5 104.99x5",
        "quote 104x5 105x5 -> a triggered; a 3@105 taker leaves 0",
    ),
    "the mid is not rounded": (
        "sell a 3 stop95/mid gtc -> a new",
        "quote 94.99x5 95.02x5",  # 95.005
        "trade 90x1",
        "quote 94x5 96x5 -> a triggered; a 3@94 taker leaves 0",
    ),
    "a mark stop is fired by the mark alone": (
        "sell a 3 stop95/mark gtc -> a new",
        "quote 90x5 91x5",
        "trade 90x1",
        "mark 95.01",
        "mark 95 -> a triggered; a 3@90 taker leaves 0",
    ),
    "two trades in a row": (
        "quote 90x5 91x5",
        "sell a 3 stop95/last2 gtc -> a new",
        "trade 94x1",
        "trade 96x1",
        "trade 94x1",
        "quote 90x6 91x5",
        "trade 94.5x1 -> a triggered; a 3@90 taker leaves 0",
    ),
    "two quotes in a row": (
        "sell a 3 stop95/ba2 gtc -> a new",
        "quote 94x5 95x5",
        "quote 96x5 97x5",
        "quote 94x5 95x5",
        "trade 99x1",
        "quote 93x5 95x5 -> a triggered; a 3@93 taker leaves 0",
    ),
    "a one-sided quote comes between two": (
        "sell a 3 stop95/ba2 gtc -> a new",
        "quote 94x5 95x5",
        "quote 94x5 -",
        "quote 94x5 95x5",
        "quote 94x5 95x5 -> a triggered; a 3@94 taker leaves 0",
    ),
    "one-sided quotes release nobody": (
        "sell a 3 stop95/ba gtc -> a new",
        "buy b 3 stop105/ba gtc -> b new",
        "sell c 3 stop95/mid gtc -> c new",
        "quote 90x5 -",
        "quote - 110x5",
        "quote 90x5 110x0",
        "quote 90x0 110x5",
    ),
    "crossed quotes release nobody": (
        "sell a 3 stop95/ba gtc -> a new",
        "buy b 3 stop105/ba gtc -> b new",
        "sell c 3 mit97/mid gtc -> c new",
        "quote 94x5 93x5",
        "quote 107x5 106x5",
    ),
    "a locked quote does": (
        "sell a 3 stop95/ba gtc -> a new",
        "quote 95x5 95x5 -> a triggered; a 3@95 taker leaves 0",
    ),
    "crossed and one-sided quotes move no trail": (
        "sell a 3 trail1/ba gtc -> a new",
        "quote 100x5 101x5",  # stop 99
        "quote 120x5 110x5",
        "quote 120x5 -",
        "quote 99.01x5 101x5",
        "quote 99x5 101x5 -> a triggered; a 3@99 taker leaves 0",
    ),
    "a trade of no size is none": (
        "quote 90x5 91x5",
        "sell a 3 stop95 gtc -> a new",
        "trade 90x0",
    ),
}

WHILE_WAITING: dict[str, Story] = {
    "it can be canceled": (
        "sell a 3 stop95 gtc -> a new",
        "cancel b a -> b canceled cum 0",
        "trade 90x1",
    ),
    "a day stop expires with the session": (
        "open",
        "sell a 3 stop95 day -> a new",
        "close -> a expired cum 0",
    ),
    "a stop for some seconds expires by the clock": (
        "sell a 3 stop95 gft5 -> a new",
        "wait 5 -> a expired cum 0",
        "trade 90x1",
    ),
    "released it still expires by the clock": (
        "quote 90x5 99x5",
        "sell a 3 stop95@94 gft5 -> a new",
        "trade 95x1 -> a triggered",
        "wait 5 -> a expired cum 0",
    ),
    "a stop for immediate execution is so from its release on": (
        "quote 95x2 96x5",
        "sell a 3 stop95@95 ioc -> a new",
        "trade 96x1",
        "trade 95x1 -> a triggered; a 2@95 taker leaves 1; a canceled cum 2",
    ),
    "nothing is released while the session is closed": (
        "sell a 3 stop95 gtc -> a new",
        "sell b 3 trail1 gtc -> b new",
        "trade 100x1",
        "close",
        "quote 90x5 91x5",
        "trade 90x1",
        "trade 120x1",
        "open",
        "trade 99.01x1",
        "trade 99x1 -> b triggered; b 3@90 taker leaves 0",
        "trade 95x1 -> a triggered; a 2@90 taker leaves 1; a canceled cum 2",
    ),
    "another stop price waits anew": (
        "quote 90x5 91x5",
        "sell a 3 stop95 gtc -> a new",
        "replace b a 4:stop93 -> b replaced 4 stop 93 cum 0 leaves 4",
        "trade 94x1",
        "trade 93x1 -> b triggered; b 4@90 taker leaves 0",
    ),
    "another limit is that of the released order": (
        "quote 94x5 96x5",
        "sell a 3 stop95@94.5 gtc -> a new",
        "replace b a 3:stop95@94 -> b replaced 3@94 stop 95 cum 0 leaves 3",
        "trade 95x1 -> b triggered; b 3@94 taker leaves 0",
    ),
    "another total keeps the trail": (
        "quote 90x5 91x5",
        "sell a 3 trail1 gtc -> a new",
        "trade 100x1",
        "replace b a 5:trail1 -> b replaced 5 stop 99 cum 0 leaves 5",
        "trade 99x1 -> b triggered; b 5@90 taker leaves 0",
    ),
    "another trail is refused": (
        "sell a 3 trail1 gtc -> a new",
        "replace b a 3:trail2 -> b replace refused 99",
    ),
    "another stop price after the release is refused, another limit is not": (
        "quote 90x5 99x5",
        "sell a 3 stop95@94 gtc -> a new",
        "trade 95x1 -> a triggered",
        "replace b a 3:stop93@94 -> b replace refused 99",
        "replace c a 3:stop95@90 -> c replaced 3@90 cum 0 leaves 3; c 3@90 taker leaves 0",
    ),
    "a total of nothing ends it": (
        "sell a 3 stop95 gtc -> a new",
        "replace b a 0:stop95 -> b replaced 0 stop 95 cum 0 leaves 0",
        "trade 90x1",
    ),
    "a stop price off the grid is refused": ("sell a 3 stop95.001 gtc -> a rejected 18",),
    "an activation price off the grid is refused": ("sell a 3 trail1>95.001 gtc -> a rejected 18",),
    "a new stop price off the grid is refused": (
        "sell a 3 stop95 gtc -> a new",
        "replace b a 3:stop95.001 -> b replace refused 18",
    ),
    "a stop for an auction is refused": ("sell a 3 stop95 opg -> a rejected 11",),
}

IN_ORDER: dict[str, Story] = {
    "rises from the lowest, then falls from the highest, then by arrival": (
        "quote 100x9 100x9",
        "sell a 1 stop101 gtc -> a new",
        "sell b 1 stop103 gtc -> b new",
        "buy c 1 stop99 gtc -> c new",
        "sell d 1 mit98 gtc -> d new",
        "buy e 1 stop99 gtc -> e new",
        "trade 100x1 -> " + "; ".join(f"{one} triggered; {one} 1@100 taker leaves 0" for one in "dceba"),
    ),
    "an amended one goes behind": (
        "quote 90x9 91x9",
        "sell a 1 stop96 gtc -> a new",
        "sell b 1 stop95 gtc -> b new",
        "replace c a 1:stop95 -> c replaced 1 stop 95 cum 0 leaves 1",
        "trade 95x1 -> b triggered; b 1@90 taker leaves 0; c triggered; c 1@90 taker leaves 0",
    ),
}

STORIES = STOPS | TOUCHED | TRAILS | PRICE_TYPES | WHILE_WAITING | IN_ORDER


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_what_the_story_says(story: Story) -> None:
    tell(story)


def tell(story: Story) -> None:
    venue = Venue()
    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line
    assert_whole(venue)


def test_last_price_stops_are_not_fired_by_quotes() -> None:
    tell(PRICE_TYPES["last-price stops are not fired by quotes nor marks"])


@pytest.mark.parametrize("to", ["sell", "buy"])
def test_a_stop_does_not_fill_at_its_trigger_through_a_gap(to: str) -> None:
    tell(STOPS[f"a stop to {to} fills beyond its stop price through a gap"])


def test_a_stop_limit_does_not_fill_better_than_the_market() -> None:
    tell(STOPS["a stop limit fills no better than the market"])


@pytest.mark.parametrize("to", ["sell", "buy"])
def test_a_trailing_stop_does_not_move_away(to: str) -> None:
    tell(TRAILS[f"a trail to {to} follows the best price and never moves away"])


@pytest.mark.parametrize(
    ("asked", "stop_pxs"),
    [
        ("trail1", [None, "99", "101", "101", "101", "103"]),
        ("trail10%", [None, "90.00", "91.80", "91.80", "91.80", "93.60"]),
        ("stop50", ["50"] * 6),
    ],
)
def test_its_status_shows_where_it_waits(asked: str, stop_pxs: list[str | None]) -> None:
    venue = Venue()
    venue.exchange.new_order(order("a", Side.SELL, "3", terms_of(asked)))
    seen = [waits_at(venue)]
    for px in ("100", "102", "101.5", "101.01", "104"):
        # Nobody may be released by the way down here: 101.01 is above 101.
        venue.exchange.on_trade(TradePrint(X, NOON_NS, Decimal(px), Decimal(1)))
        seen.append(waits_at(venue))
    assert seen == [None if px is None else Decimal(px) for px in stop_pxs]


def waits_at(venue: Venue) -> Decimal | None:
    [report] = venue.exchange.open_orders(NOON_NS)
    assert isinstance(report, ExecutionReport)
    return report.stop_px


def test_a_mark_price_of_what_is_not_traded_is_nothing() -> None:
    venue = Venue()
    assert venue.tell("mark 95") == []
    assert venue.exchange.on_quote(Quote(Symbol("Y"), NOON_NS, D(1), D(1), D(2), D(1))) == []

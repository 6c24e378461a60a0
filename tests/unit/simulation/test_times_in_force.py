"""What the simulated exchange does with each time in force, as stories; what must follow is worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import Side
from oms.model.reports import ExecutionReport
from oms.model.time_in_force import FOK, IOC, TimeInForce
from oms.simulation.auction import Interest, clearing_px
from tests.unit.simulation.test_exchange_stories import assert_whole
from tests.unit.simulation.venue import NOON_NS, TIMES_IN_FORCE, Venue, order

D = Decimal

BY_THE_CLOCK: dict[str, tuple[str, ...]] = {
    "5 milliseconds end with the fifth after the order, when the clock says so": (
        "buy a 3 @100 gft5 -> a new",
        "wait 4",
        "wait 1 -> a expired cum 0",
    ),
    "a quote says what time it is, and what has expired trades no more": (
        "buy a 3 @100 gft5 -> a new",
        "wait 4",
        "quote 98x5 99x5 -> a expired cum 0",
    ),
    "a quote in time trades": (
        "buy a 3 @100 gft5 -> a new",
        "wait 3",
        "quote 98x5 99x2 -> a 2@100 maker leaves 1",
        "wait 1 -> a expired cum 2",
    ),
    "a print says it too": ("buy a 3 @100 gft5 -> a new", "wait 4", "trade 99x5 sell -> a expired cum 0"),
    "of another instrument's quiet market nothing is needed": (
        "quote 99x5 101x5",
        "buy a 3 @100 gft5 -> a new",
        "wait 4",
        "quote 99x5 102x5 -> a expired cum 0",
    ),
    "an instant ends what is left": (
        "quote 99x5 101x5",
        "buy a 8 @101 gtt -> a new; a 5@101 taker leaves 3",
        "wait 7",
        "wait 1 -> a expired cum 5",
    ),
    "an instant that is past is refused": ("wait 9", "buy a 3 @100 gtt -> a rejected 99"),
    "a cancel comes too late for what has expired": (
        "buy a 3 @100 gft5 -> a new",
        "wait 4",
        "cancel b a -> a expired cum 0; b cancel refused 0",
    ),
    "a replace comes too late too": (
        "buy a 3 @100 gft5 -> a new",
        "wait 4",
        "replace b a 2@100 -> a expired cum 0; b replace refused 0",
    ),
    "a replace leaves the instant as it was": (
        "buy a 3 @100 gft5 -> a new",
        "wait 3",
        "replace b a 3@99 -> b replaced 3@99 cum 0 leaves 3",
        "wait 1 -> b expired cum 0",
    ),
    "what has ended does not end again": (
        "buy a 3 @100 gft5 -> a new",
        "cancel b a -> b canceled cum 0",
        "wait 9",
    ),
    "the first due ends first": (
        "buy a 3 @100 gtt -> a new",
        "buy b 3 @100 gft5 -> b new",
        "wait 20 -> b expired cum 0; a expired cum 0",
    ),
    "the clock goes on while the market is closed": (
        "buy a 3 @100 gft5 -> a new",
        "close",
        "wait 9 -> a expired cum 0",
    ),
}

BY_THE_DAY: dict[str, tuple[str, ...]] = {
    "an order for a day ends with its session": (
        "open",
        "buy a 3 @100 gtd8 -> a new",
        "close -> a expired cum 0",
    ),
    "an order for a later day lives on, and trades on it": (
        "open",
        "buy a 3 @100 gtd9 -> a new",
        "close",
        "open 9",
        "trade 99x1 sell -> a 1@100 maker leaves 2",
        "close 9 -> a expired cum 1",
    ),
    "where no session is held on its day, the next opening ends it": (
        "open",
        "buy a 3 @100 gtd8 -> a new",
        "open 9 -> a expired cum 0",
    ),
    "a day that is past is refused": ("open 9", "buy a 3 @100 gtd8 -> a rejected 99"),
}

AT_THE_OPENING: dict[str, tuple[str, ...]] = {
    "an order for the opening is taken while the market is closed, and trades as it opens": (
        "close",
        "quote 99x5 101x5",
        "buy a 3 mkt opg -> a new",
        "open -> a 3@101 auction leaves 0",
    ),
    "it is taken before anybody has said that the market is closed": (
        "quote 99x5 101x5",
        "buy a 3 mkt opg -> a new",
        "open -> a 3@101 auction leaves 0",
    ),
    "what the opening leaves of it expires then": (
        "close",
        "quote 99x5 101x5",
        "buy a 8 @101 opg -> a new",
        "open -> a 5@101 auction leaves 3; a expired cum 5",
    ),
    "a limit that the opening does not reach expires": (
        "close",
        "quote 99x5 101x5",
        "buy a 3 @100 opg -> a new",
        "open -> a expired cum 0",
    ),
    "it trades nowhere else": ("buy a 3 @101 opg -> a new", "quote 99x5 100x5", "trade 99x5 sell"),
    "it waits for the next opening when it comes too late for one, beyond a close": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 mkt opg -> a new",
        "close",
        "open 9 -> a 3@101 auction leaves 0",
    ),
    "it can be canceled": ("close", "buy a 3 mkt opg -> a new", "cancel b a -> b canceled cum 0", "open"),
    "it can be changed while the market is closed": (
        "close",
        "quote 99x5 101x5",
        "buy a 3 @100 opg -> a new",
        "replace b a 4@101 -> b replaced 4@101 cum 0 leaves 4",
        "open -> b 4@101 auction leaves 0",
    ),
    "what is taken in it is gone from the display": (
        "close",
        "quote 99x5 101x5",
        "buy a 3 mkt opg -> a new",
        "open -> a 3@101 auction leaves 0",
        "buy b 3 mkt day -> b new; b 2@101 taker leaves 1; b canceled cum 2",
    ),
    "our own orders meet, at the last traded price where that is as good as any": (
        "trade 100x1",
        "close",
        "buy a 3 mkt opg -> a new",
        "sell b 3 mkt opg -> b new",
        "open -> a 3@100 auction leaves 0; b 3@100 auction leaves 0",
    ),
    "without any price there is no auction": (
        "close",
        "buy a 3 mkt opg -> a new",
        "sell b 3 mkt opg -> b new",
        "open -> a expired cum 0; b expired cum 0",
    ),
    "resting orders trade in it at its price": (
        "buy r 2 @100 gtc -> r new",
        "close",
        "sell a 3 @98 opg -> a new",
        "trade 98x1",
        "open -> r 2@98 auction leaves 0; a 2@98 auction leaves 1; a expired cum 2",
    ),
    "orders without a limit come first, then better limits, then the display, then time": (
        "buy r 2 @101 gtc -> r new",
        "close",
        "quote 101x1 -",
        "buy s 2 @102 opg -> s new",
        "buy m 2 mkt opg -> m new",
        "sell a 6 @101 opg -> a new",
        "trade 101x1",
        "open -> m 2@101 auction leaves 0; s 2@101 auction leaves 0; r 1@101 auction leaves 1; a 6@101 auction leaves 0",
    ),
}

AT_THE_CLOSE: dict[str, tuple[str, ...]] = {
    "an order for the close waits for it": (
        "quote 99x5 101x5",
        "sell a 3 mkt cls -> a new",
        "trade 99x5",
        "close -> a 3@99 auction leaves 0",
    ),
    "what the close leaves of it expires": (
        "quote 99x5 101x5",
        "sell a 8 mkt cls -> a new",
        "close -> a 5@99 auction leaves 3; a expired cum 5",
    ),
    "an opening does not move it": (
        "close",
        "quote 99x5 101x5",
        "sell a 3 mkt cls -> a new",
        "open",
        "close -> a 3@99 auction leaves 0",
    ),
    "day orders take part, and expire after it": (
        "buy d 5 @100 day -> d new",
        "sell a 3 @99 cls -> a new",
        "trade 100x1 buy",
        "close -> d 3@100 auction leaves 2; a 3@100 auction leaves 0; d expired cum 3",
    ),
    "without an order for it, nothing is held": (
        "buy d 5 @101 day -> d new",
        "sell e 3 @100 day -> e new",
        "close -> d expired cum 0; e expired cum 0",
    ),
    "a close that is said again holds no other auction": (
        "quote 99x5 101x5",
        "close",
        "sell a 3 mkt cls -> a new",
        "close -> a expired cum 0",
    ),
}

ANY_AUCTION: dict[str, tuple[str, ...]] = {
    "an order for an auction trades at the opening": (
        "close",
        "quote 99x5 101x5",
        "buy a 8 mkt gfa -> a new",
        "open -> a 5@101 auction leaves 3; a expired cum 5",
    ),
    "or at the close": (
        "open",
        "quote 99x5 101x5",
        "buy a 3 mkt gfa -> a new",
        "close -> a 3@101 auction leaves 0",
    ),
}

REPLACED: dict[str, tuple[str, ...]] = {
    "another time counts from then on": (
        "buy a 3 @100 gft5 -> a new",
        "wait 3",
        "replace b a 3@100 gft5x2 -> b replaced 3@100 cum 0 leaves 3",
        "wait 9",
        "wait 1 -> b expired cum 0",
    ),
    "what was good for seconds may be good till canceled": (
        "buy a 3 @100 gft5 -> a new",
        "replace b a 3@100 gtc -> b replaced 3@100 cum 0 leaves 3",
        "wait 50",
        "close",
    ),
    "what was good till canceled may end with the session": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@100 day -> b replaced 3@100 cum 0 leaves 3",
        "close -> b expired cum 0",
    ),
    "it costs no place": (
        "quote 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "buy c 3 @100 gtc -> c new",
        "replace b a 3@100 gft5 -> b replaced 3@100 cum 0 leaves 3",
        "trade 100x1 -> b 1@100 maker leaves 2",
        "wait 4 -> b expired cum 1",
    ),
    "there and back it expires once": (
        "buy a 3 @100 gtt -> a new",
        "replace b a 3@100 gtc -> b replaced 3@100 cum 0 leaves 3",
        "replace c b 3@100 gtt -> c replaced 3@100 cum 0 leaves 3",
        "wait 9 -> c expired cum 0",
    ),
    "with another price it expires too": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@99 gft5 -> b replaced 3@99 cum 0 leaves 3",
        "wait 5 -> b expired cum 0",
    ),
    "a stop that waits may be good for longer": (
        "sell a 3 stop95 day -> a new",
        "replace b a 3:stop95 gtc -> b replaced 3 stop 95 cum 0 leaves 3",
        "close",
    ),
    "not into the past": (
        "buy a 3 @100 gtc -> a new",
        "wait 20",
        "replace b a 3@100 gtt -> b replace refused 99",
        "replace c a 3@100 day -> c replaced 3@100 cum 0 leaves 3",
    ),
    "not for immediate execution, nor for an auction": (
        "buy a 3 @100 gtc -> a new",
        "replace b a 3@100 ioc -> b replace refused 99",
        "replace c a 3@100 opg -> c replace refused 99",
        "buy d 3 @100 cls -> d new",
        "replace e d 3@100 gtc -> e replace refused 99",
    ),
}

STORIES = REPLACED | BY_THE_CLOCK | BY_THE_DAY | AT_THE_OPENING | AT_THE_CLOSE | ANY_AUCTION


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_what_the_story_says(story: tuple[str, ...]) -> None:
    venue = Venue()

    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line

    assert_whole(venue)


@pytest.mark.parametrize(
    "before", [(), ("open",), ("close",)], ids=["at first", "while open", "while closed"]
)
@pytest.mark.parametrize("kind", ["mkt", "@100"])
def test_the_simulator_does_not_refuse_an_order_for_the_opening(before: tuple[str, ...], kind: str) -> None:
    venue = Venue()
    for line in before:
        venue.tell(line)
    assert venue.tell(f"buy a 3 {kind} opg") == ["a new"]


@pytest.mark.parametrize("tif", TIMES_IN_FORCE.values(), ids=TIMES_IN_FORCE)
def test_an_open_order_is_told_of_whatever_it_waits_for(tif: TimeInForce) -> None:
    venue = Venue()
    venue.exchange.new_order(order("a", Side.BUY, "3", "100", tif))
    told = [report.cl_ord_id for report in venue.exchange.open_orders(NOON_NS)]
    assert told == ([] if tif in (IOC, FOK) else ["a"])


def test_what_has_expired_did_so_at_its_own_time() -> None:
    venue = Venue()
    venue.tell("buy a 3 @100 gft5")
    venue.tell("wait 5000")
    expired = venue.reports[-1]
    assert isinstance(expired, ExecutionReport)
    assert expired.transact_time_ns == NOON_NS + 6_000_000
    assert venue.exchange.due_ns is None


# Buys, sells, the last price, the price to be near, and what is found; a price of None is a market order.
Sides = list[tuple[str | None, int]]
CLEARING: dict[str, tuple[Sides, Sides, str | None, str | None, tuple[str, int] | None]] = {
    "the price at which most trades": (
        [("102", 5), ("100", 5)],
        [("99", 4), ("101", 6)],
        None,
        None,
        ("101", 5),
    ),
    "of several the one that leaves least over": (
        [("102", 5), ("101", 1)],
        [("100", 5)],
        None,
        None,
        ("102", 5),
    ),
    "of these the one nearest to the last": ([("103", 5)], [("100", 5)], "102.5", "102.5", ("102.5", 5)),
    "nearest to what is not itself a price": ([("103", 5)], [("100", 5)], None, "102", ("103", 5)),
    "of two as near the lower": ([("103", 5)], [("101", 5)], None, "102", ("101", 5)),
    "market orders at the last price": ([(None, 5)], [(None, 3)], "100", "100", ("100", 3)),
    "nothing where no price is known": ([(None, 5)], [(None, 3)], None, None, None),
    "nothing where nobody agrees": ([("99", 5)], [("100", 3)], "100", "100", None),
    "nothing where one side is empty": ([("99", 5)], [], "100", "100", None),
}

BUSTED: dict[str, tuple[str, ...]] = {
    "until its time has passed it can be canceled": (
        "quote 99x5 101x5",
        "buy a 3 @101 day -> a new; a 3@101 taker leaves 0",
        "bust a -> a trade_cancel",
        "trade 100x9",
        "cancel b a -> b canceled cum 0",
        "close",
    ),
    "or given another total, which is worked like a new order": (
        "quote 99x5 101x5",
        "buy a 3 @101 day -> a new; a 3@101 taker leaves 0",
        "bust a -> a trade_cancel",
        "replace b a 2@101 -> b replaced 2@101 cum 0 leaves 2; b 2@101 taker leaves 0",
        "close",
    ),
    "also the same one": (
        "quote 99x5 101x3",
        "buy a 3 @101 day -> a new; a 3@101 taker leaves 0",
        "bust a -> a trade_cancel",
        "replace b a 3@101 -> b replaced 3@101 cum 0 leaves 3",
        "trade 100x9 -> b 3@101 maker leaves 0",
        "bust b -> b trade_cancel",
        "close -> b expired cum 0",
    ),
    "or be told to stop at what stands": (
        "quote 99x5 101x5",
        "buy a 3 @100 day -> a new",
        "trade 99x2 -> a 2@100 maker leaves 1",
        "trade 99x2 -> a 1@100 maker leaves 0",
        "bust a -> a trade_cancel",
        "replace b a 2@100 -> b replaced 2@100 cum 2 leaves 0",
        "close",
    ),
    "an exit of a list is canceled as it is busted": (
        "quote 99x5 101x5",
        "list : a buy 3 @101 gtc > b sell * @110 gtc -> a new; b new; a 3@101 taker leaves 0",
        "quote 110x5 111x5 -> b 3@110 maker leaves 0",
        "bust b -> b trade_cancel; b canceled cum 0",
    ),
}


@pytest.mark.parametrize("name", BUSTED)
def test_what_was_filled_and_busted_ends(name: str) -> None:
    venue = Venue()
    for line in BUSTED[name]:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line


@pytest.mark.parametrize(("buys", "sells", "last", "near", "found"), CLEARING.values(), ids=CLEARING)
def test_the_price_of_an_auction(
    buys: Sides, sells: Sides, last: str | None, near: str | None, found: tuple[str, int] | None
) -> None:
    bought, sold = (
        [Interest(None if px is None else D(px), D(qty)) for px, qty in side] for side in (buys, sells)
    )
    wanted = None if found is None else (D(found[0]), D(found[1]))
    assert clearing_px(bought, sold, _px(last), _px(near)) == wanted


def _px(text: str | None) -> Decimal | None:
    return None if text is None else D(text)

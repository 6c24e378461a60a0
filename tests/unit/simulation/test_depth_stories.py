"""The rules on markets that are known in depth as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.bars import Bar, QuoteBar
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.enums import MDUpdateAction, SecurityTradingStatus, Side
from oms.model.ids import ClOrdId, Symbol
from oms.model.market import MarketData, MarkPrice, Quote, TradePrint
from oms.model.security_status import SecurityStatus
from oms.simulation.queue_models import Optimistic, Proportional
from oms.simulation.rules import MatchingRules
from tests.unit.simulation.test_exchange_stories import assert_whole
from tests.unit.simulation.venue import Venue, X, spoken

BY_LEVEL: dict[str, tuple[str, ...]] = {
    "a market order walks the levels, each for what is shown there": (
        "book 99x5,98x4 101x5,102x3",
        "buy a 7 mkt day -> a new; a 5@101 taker leaves 2; a 2@102 taker leaves 0",
    ),
    "a market sale walks the bids downwards": (
        "book 99x5,98x4 101x5",
        "sell a 9 mkt ioc -> a new; a 5@99 taker leaves 4; a 4@98 taker leaves 0",
    ),
    "what the whole book does not have is canceled": (
        "book 99x5 101x5,102x3",
        "buy a 9 mkt gtc -> a new; a 5@101 taker leaves 4; a 3@102 taker leaves 1; a canceled cum 8",
    ),
    "a limit order walks up to its limit, and rests with what is left": (
        "book 99x5 101x5,102x3,103x9",
        "buy a 10 @102 gtc -> a new; a 5@101 taker leaves 5; a 3@102 taker leaves 2",
        "levels 102x4 101x0,102x0",
        "trade 102x3 sell -> a 2@102 maker leaves 0",  # nobody was ahead of it
    ),
    "an IOC walks, and the rest is canceled": (
        "book 99x5,98x4 101x5",
        "sell a 9 @99 ioc -> a new; a 5@99 taker leaves 4; a canceled cum 5",
    ),
    "a FOK counts all levels within its limit": (
        "book 99x5 101x5,102x3,103x9",
        "buy a 9 @102 fok -> a new; a canceled cum 0",
        "buy b 8 @102 fok -> b new; b 5@101 taker leaves 3; b 3@102 taker leaves 0",
    ),
    "market to limit takes the best price alone": (
        "book 99x5 101x5,102x3",
        "buy a 7 mtl gtc -> a new; a 5@101 taker leaves 2",
        "levels - 102x9",
        "levels - 101x1 -> a 1@101 maker leaves 1",
    ),
    "what was taken of a level is gone until that level is shown otherwise": (
        "book 99x5 101x5,102x3",
        "buy a 6 @102 ioc -> a new; a 5@101 taker leaves 1; a 1@102 taker leaves 0",
        "levels 99x4 103x1",
        "buy b 9 @102 ioc -> b new; b 2@102 taker leaves 7; b canceled cum 2",
        "levels - 101x5",  # the same size: no news
        "buy c 9 @102 ioc -> c new; c canceled cum 0",
        "levels - 101x6",
        "buy d 9 @102 ioc -> d new; d 6@101 taker leaves 3; d canceled cum 6",
    ),
    "a snapshot makes whole what it shows otherwise, and nothing else": (
        "book 99x5 101x5,102x3",
        "buy a 8 @102 ioc -> a new; a 5@101 taker leaves 3; a 3@102 taker leaves 0",
        "book 99x5 101x5,102x4",
        "buy b 9 @102 ioc -> b new; b 4@102 taker leaves 5; b canceled cum 4",
    ),
    "a level that went and came back is whole": (
        "book 99x5 101x5,102x3",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "levels - 101x0",
        "levels - 101x5",
        "buy b 5 @101 ioc -> b new; b 5@101 taker leaves 0",
    ),
    "each side is whole again by itself": (
        "book 99x5 101x5",
        "buy a 5 @101 ioc -> a new; a 5@101 taker leaves 0",
        "sell b 5 @99 ioc -> b new; b 5@99 taker leaves 0",
        "levels 99x4 101x3",
        "buy c 9 @101 ioc -> c new; c 3@101 taker leaves 6; c canceled cum 3",
        "sell d 9 @99 ioc -> d new; d 4@99 taker leaves 5; d canceled cum 4",
    ),
    "an order joins behind what its level shows, also behind the best price": (
        "book 99x5,98x4 101x5",
        "buy a 2 @98 gtc -> a new",
        "levels 99x0 -",
        "trade 98x5 sell -> a 1@98 maker leaves 1",
    ),
    "an order at a price that nobody shows is alone there": (
        "book 99x5,97x4 101x5",
        "buy a 2 @98 gtc -> a new",
        "levels 99x0 -",
        "trade 98x1 sell -> a 1@98 maker leaves 1",
    ),
    "a level that shows less caps what is ahead, wherever it stands": (
        "book 99x5,98x4 101x5",
        "buy a 2 @98 gtc -> a new",
        "levels 98x1 -",
        "levels 98x9 -",
        "trade 98x2 sell -> a 1@98 maker leaves 1",
    ),
    "a trade at the best price does nothing to who rests behind it": (
        "book 99x5,98x4 101x5",
        "buy a 2 @98 gtc -> a new",
        "trade 99x9 sell",
        "trade 98x4 sell",
        "trade 98x1 sell -> a 1@98 maker leaves 1",
    ),
    "a trade through the price fills, whatever was ahead": (
        "book 99x5,98x4 101x5",
        "buy a 2 @98 gtc -> a new",
        "trade 97x9 sell -> a 2@98 maker leaves 0",
    ),
    "the other side reaches the price on several levels": (
        "book 99x5 103x5",
        "buy a 7 @102 gtc -> a new",
        "levels - 101x3,102x2 -> a 3@102 maker leaves 4; a 2@102 maker leaves 2",
        "levels - 101x3,102x4 -> a 2@102 maker leaves 0",
        "buy b 9 @102 ioc -> b new; b 2@102 taker leaves 7; b canceled cum 2",
    ),
    "the better of ours meets the better of theirs": (
        "book 99x5 103x5",
        "buy a 2 @101 gtc -> a new",
        "buy b 2 @102 gtc -> b new",
        "book 99x5 101x3,102x9 -> b 2@102 maker leaves 0; a 1@101 maker leaves 1",
    ),
    "all or none may be filled over several levels, at its own limit": (
        "book 99x5 103x5",
        "buy a 6 @102 gtc aon -> a new",
        "levels - 101x3,102x2",
        "levels - 102x3 -> a 6@102 maker leaves 0",
        "buy b 1 @102 ioc -> b new; b canceled cum 0",
    ),
    "post-only looks at the best level": (
        "book 99x5 101x5",
        "buy a 6 @101 gtc post -> a rejected 99",
        "buy b 6 @100 gtc post -> b new",
    ),
    "a stop sees the best prices of a book": (
        "book 99x5 101x5",
        "sell a 3 stop97/ba gtc -> a new",
        "levels 98x4 -",
        "levels 99x0,98x0,96x2 - -> a triggered; a 2@96 taker leaves 1; a canceled cum 2",
    ),
    "a peg follows the best prices of a book": (
        "book 99x5 101x5",
        "buy a 3 peg gtc -> a new",
        "levels 100x4 -",
        "levels 99x9,100x2 -",
        "trade 100x3 sell -> a 1@100 maker leaves 2",
    ),
    "a quote beside levels moves who waits for quotes, and trades with nobody": (
        "book 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "sell b 2 stop97/ba gtc -> b new",
        "quote 96x5 98x9 -> b triggered; b 2@99 taker leaves 0",
    ),
    "a quote beside levels trades with nobody": (
        "book 99x5 101x5",
        "buy a 3 @100 gtc -> a new",
        "quote 98x5 99x5",
        "levels - 100x1 -> a 1@100 maker leaves 2",
    ),
    "orders that rested before levels are shown learn what is ahead of them": (
        "quote 99x5 101x5",
        "buy a 2 @98 gtc -> a new",
        "book 99x5,98x2 101x5",
        "trade 98x3 sell -> a 1@98 maker leaves 1",
    ),
}
PROPORTIONAL: tuple[str, ...] = (
    "book 99x5,98x6 101x5",
    "buy a 2 @98 gtc -> a new",
    "levels 98x9 -",
    "levels 98x3 -",  # 6 ahead of 9 become 2 of 3
    "levels 99x0 -",
    "trade 98x3 sell -> a 1@98 maker leaves 1",
)
OPTIMISTIC: tuple[str, ...] = (
    "book 99x5,98x6 101x5",
    "buy a 2 @98 gtc -> a new",
    "levels 98x9 -",
    "levels 98x4 -",  # 5 of the 6 are gone
    "levels 99x0 -",
    "trade 98x2 sell -> a 1@98 maker leaves 1",
)

BOOK = ("new A buy 5@99", "new B buy 4@98", "new C sell 5@101", "new D sell 3@102")
BY_ORDER: dict[str, tuple[str, ...]] = {
    "a market order walks the orders": (
        *BOOK,
        "buy a 7 mkt day -> a new; a 5@101 taker leaves 2; a 2@102 taker leaves 0",
    ),
    "what was taken of an order is gone until it is another one": (
        *BOOK,
        "buy a 6 @102 ioc -> a new; a 5@101 taker leaves 1; a 1@102 taker leaves 0",
        "new E sell 1@101",
        "buy b 9 @102 ioc -> b new; b 1@101 taker leaves 8; b 2@102 taker leaves 6; b canceled cum 3",
        "change C sell 4@101 traded 1",
        "buy c 9 @102 ioc -> c new; c canceled cum 0",
        "change C sell 7@101",  # behind E, as a new one
        "buy d 9 @102 ioc -> d new; d 7@101 taker leaves 2; d canceled cum 7",
        "delete C sell 101 traded 4",
        "buy e 9 @102 ioc -> e new; e canceled cum 0",
    ),
    "an order fills when who came before has traded and somebody trades": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "change A buy 1@99 traded 4",
        "delete A buy 99 traded 1",
        "change F buy 2@99 traded 1 -> a 1@99 maker leaves 1",
        "change F buy 0.5@99 traded 1.5 -> a 1@99 maker leaves 0",
    ),
    "an order fills when who came before was canceled and somebody trades": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "delete A buy 99",
        "delete F buy 99 traded 3 -> a 2@99 maker leaves 0",
    ),
    "who cancels behind moves nobody": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "delete F buy 99",
        "delete A buy 99 traded 5",
    ),
    "who grows goes behind": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "change A buy 6@99",
        "change A buy 3@99 traded 3 -> a 2@99 maker leaves 0",
    ),
    "who shrinks stays ahead": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "change A buy 2@99",
        "change A buy 1@99 traded 1",
    ),
    "an order at a better price than what traded was met first": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "change B buy 1@98 traded 3 -> a 2@99 maker leaves 0",
    ),
    "what traded is used once, over all our orders": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "buy b 2 @98 gtc -> b new",
        "new F buy 9@98",
        "change F buy 6@98 traded 3 -> a 2@99 maker leaves 0; b 1@98 maker leaves 1",
    ),
    "each of ours fills in its own turn": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "buy b 2 @99 gtc -> b new",
        "new G buy 9@99",
        "delete A buy 99 traded 5",
        "delete F buy 99 traded 3 -> a 2@99 maker leaves 0",
        "change G buy 8@99 traded 1 -> b 1@99 maker leaves 1",
    ),
    "an aggressor who is about to trade with others is not there to be met": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "new S sell 7@99",  # it will trade with A for 5, and F for 2
        "delete A buy 99 traded 5",
        "change F buy 1@99 traded 2 -> a 2@99 maker leaves 0",
        "delete S sell 99 traded 7",
    ),
    "nor if its own messages come first": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new S sell 6@99",
        "change S sell 1@99 traded 5",
        "delete A buy 99 traded 5 -> a 1@99 maker leaves 1",
        "delete S sell 99",
    ),
    "what is left of an aggressor comes to us": (
        *BOOK,
        "buy a 9 @99 gtc -> a new",
        "new F buy 1@99",
        "new S sell 8@99",
        "delete A buy 99 traded 5",
        # 6 of it were to trade with A and F; F has not yet.
        "delete F buy 99 traded 1 -> a 1@99 maker leaves 8; a 2@99 maker leaves 6",
        "change S sell 2@99 traded 6",  # the same two
    ),
    "an offer that nobody else reaches is ours": (
        *BOOK,
        "buy a 4 @100 gtc -> a new",
        "new S sell 3@100 -> a 3@100 maker leaves 1",
        "change S sell 1@100 traded 2",
        "delete S sell 100 traded 1",
        "new T sell 3@100 -> a 1@100 maker leaves 0",
    ),
    "an aggressor's own executions are nobody's turn on its side": (
        *BOOK,
        "sell a 4 @101 gtc -> a new",
        "new S sell 2@99",
        "change A buy 3@99 traded 2",
        "delete S sell 99 traded 2",
    ),
    "what an aggressor left over is an order like any other": (
        *BOOK,
        "sell a 4 @101 gtc -> a new",
        "new S sell 7@99",
        "delete A buy 99 traded 5",
        "change S sell 2@99 traded 5",
        "change S sell 1@99 traded 1",
        "new E sell 1@102",
        "change D sell 2@102 traded 1 -> a 1@101 maker leaves 3",
    ),
    "prints say nothing that the orders do not": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "trade 98x9 sell",
    ),
    "prints release who waits for one": (
        *BOOK,
        "sell a 2 stop98 gtc -> a new",
        "trade 98x9 sell -> a triggered; a 2@99 taker leaves 0",
    ),
    "the deletion of an order that nobody has seen is nothing": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "delete Z buy 97 traded 4",
        "change A buy 1@99 traded 4",
    ),
    "a change after the end is nothing": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "delete F buy 99",
        "change F buy 1@99 traded 2",
    ),
    "no more of an order trades than was there": (
        *BOOK,
        "buy a 9 @99 gtc -> a new",
        "new F buy 3@99",
        "delete F buy 99 traded 5 -> a 3@99 maker leaves 6",
    ),
    "levels beside orders are nothing": (
        *BOOK,
        "book 50x1 51x1",
        "sell a 6 @98 ioc -> a new; a 5@99 taker leaves 1; a 1@98 taker leaves 0",
    ),
    "a replace to the same price with more goes behind who came meanwhile": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "new F buy 3@99",
        "replace b a 3@99 -> b replaced 3@99 cum 0 leaves 3",
        "delete A buy 99 traded 5",
        "delete F buy 99 traded 3",
        "new G buy 1@99",
        "delete G buy 99 traded 1 -> b 1@99 maker leaves 2",
    ),
    "nothing trades while the session is closed": (
        *BOOK,
        "buy a 2 @99 gtc -> a new",
        "close",
        "delete A buy 99",
        "new F buy 3@98",
        "delete F buy 98 traded 3",
        "new S sell 3@99",
        "open -> a 2@99 maker leaves 0",
    ),
}
STORIES = BY_LEVEL | BY_ORDER


def play(venue: Venue, story: tuple[str, ...]) -> None:
    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line
    assert_whole(venue)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_exchange_does_in_depth_what_the_story_says(story: tuple[str, ...]) -> None:
    play(Venue(), story)


@pytest.mark.parametrize(
    ("market", "expected"),
    [
        (("quote 99x5 101x5",), [Decimal(5), Decimal("Infinity"), Decimal(0)]),
        (("book 99x5,98x3 101x5",), [Decimal(5), Decimal(3), Decimal(0)]),
        (("new A buy 2@99", "new B buy 3@99", "new C buy 3@98"), [Decimal(5), Decimal(3), Decimal(0)]),
    ],
)
def test_it_says_what_is_ahead_of_an_order(market: tuple[str, ...], expected: list[Decimal]) -> None:
    venue = Venue()
    for line in (*market, "buy a 1 @99 gtc", "buy b 1 @98 gtc", "buy c 1 @99.5 gtc", "sell s 1 stop50 gtc"):
        venue.tell(line)

    assert [venue.exchange.queue_ahead(ClOrdId(name)) for name in "abc"] == expected
    assert venue.exchange.queue_ahead(ClOrdId("s")) is None
    assert venue.exchange.queue_ahead(ClOrdId("nobody")) is None
    venue.tell("cancel d a")
    assert venue.exchange.queue_ahead(ClOrdId("a")) is None


Y = Symbol("Y")
OF_ANOTHER: tuple[MarketData, ...] = (
    Quote(Y, 1, Decimal(1), Decimal(1), Decimal(2), Decimal(1)),
    TradePrint(Y, 1, Decimal(1), Decimal(1)),
    MarkPrice(Y, 1, Decimal(1)),
    BookSnapshot(Y, 1, (), ()),
    BookUpdate(Y, 1, (), ()),
    BookOrder(Y, 1, MDUpdateAction.NEW, "a", Side.BUY, Decimal(1), Decimal(1)),
    Bar(Y, 1, 0, Decimal(1), Decimal(1), Decimal(1), Decimal(1)),
    QuoteBar(Y, 1, 0, *(Decimal(1),) * 5, *(Decimal(2),) * 5),
    SecurityStatus(Y, 1, SecurityTradingStatus.RESUME),
)


@pytest.mark.parametrize("heard", OF_ANOTHER, ids=lambda heard: type(heard).__name__)
def test_the_market_of_another_instrument_moves_nobody(heard: MarketData) -> None:
    venue = Venue()
    venue.tell("buy a 1 @99 gtc")

    assert venue.exchange.on_market(heard) == []


def test_a_bar_of_quotes_is_the_quotes_of_its_path() -> None:
    venue = Venue()
    venue.tell("sell a 3 @102 gtc")
    bids = Decimal(99), Decimal(102), Decimal(98), Decimal(100), Decimal(2)
    asks = Decimal(101), Decimal(104), Decimal(100), Decimal(102), Decimal(4)

    told = venue.exchange.on_market(QuoteBar(X, venue.time_ns + 1, venue.time_ns, *bids, *asks))

    assert [spoken(report) for report in told] == ["a 2@102 maker leaves 1"]
    assert venue.tell("buy b 9 @102 ioc") == ["b new", "b 4@102 taker leaves 5", "b canceled cum 4"]


def test_levels_behind_the_best_are_canceled_by_share() -> None:
    play(Venue(rules=MatchingRules(queue=Proportional())), PROPORTIONAL)


def test_levels_behind_the_best_are_canceled_ahead() -> None:
    play(Venue(rules=MatchingRules(queue=Optimistic())), OPTIMISTIC)

"""Bars of quotes: the size of a side is there once in a bar, gaps trade at the open, and nobody trades before having come."""

from __future__ import annotations

from decimal import Decimal

from oms.model.bars import QuoteBar
from oms.simulation.bar_path import BarPath
from oms.simulation.rules import MatchingRules
from tests.unit.simulation.venue import Venue, X, spoken

MS = 1_000_000


def heard(
    venue: Venue, bids: str, asks: str, *, sizes: str = "9,9", since_ms: int = 0, until_ms: int = 1
) -> list[str]:
    """Let a bar end a millisecond from now, and give what the venue says; `-` for a side without anybody."""
    venue.time_ns += until_ms * MS
    start_ns = venue.time_ns - since_ms * MS if since_ms else venue.time_ns - 1
    size = sizes.split(",")
    bar = QuoteBar(
        X,
        venue.time_ns,
        start_ns,
        *side_of(bids),
        size_of(size[0]),
        *side_of(asks),
        size_of(size[1]),
    )
    return [spoken(report) for report in venue.exchange.on_market(bar)]


Prices = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def side_of(text: str) -> Prices:
    if text == "-":
        return None, None, None, None
    opening, high, low, closing = map(Decimal, text.split(","))
    return opening, high, low, closing


def size_of(text: str) -> Decimal | None:
    return None if text == "?" else Decimal(text)


def high_first() -> Venue:
    return Venue(rules=MatchingRules(bar_path=BarPath.OHLC))


def test_what_a_side_shows_is_there_once_for_all_prices_of_the_bar() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("buy a 9 @103 gtc")
    venue.tell("buy b 9 @101 gtc")

    # Open 104, high 105, low 100, close 102: both limits are reached on the way to the low, where 10 are offered in all.
    assert heard(venue, "99,99,95,97", "104,105,100,102", sizes="3,10") == [
        "a 9@103 maker leaves 0",
        "b 1@101 maker leaves 8",
    ]


def test_a_gap_trades_at_the_open_and_who_only_adds_at_its_limit() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("buy a 4 @105 gtc")
    venue.tell("buy b 4 @104 gtc post")
    venue.tell("buy c 4 @100 gtc")

    assert heard(venue, "99,99,95,97", "102,103,100,101", sizes="3,10") == [
        "a 4@102 maker leaves 0",
        "b 4@104 maker leaves 0",
        "c 2@100 maker leaves 2",
    ]


def test_who_came_before_the_first_quote_takes_at_the_open() -> None:
    venue = high_first()
    venue.tell("buy a 400 @15 gtc")

    assert heard(venue, "8,8,8,8", "10,11,9,10", sizes="100,100") == ["a 100@10 taker leaves 300"]


def test_what_was_taken_stays_gone_until_another_bar_shows_something_else() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "100,100,100,100", sizes="1,5")
    assert venue.tell("buy a 7 @100 gtc") == ["a new", "a 5@100 taker leaves 2"]

    assert heard(venue, "90,90,90,90", "100,101,100,100", sizes="1,5") == []
    assert heard(venue, "90,90,90,90", "100,100,100,100", sizes="1,6") == ["a 2@100 maker leaves 0"]
    assert venue.tell("buy b 9 mkt ioc") == ["b new", "b 4@100 taker leaves 5", "b canceled cum 4"]


def test_a_bar_that_begins_before_the_last_one_has_ended_is_passed_over() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110", since_ms=1)
    venue.tell("buy a 4 @100 gtc")

    assert heard(venue, "90,90,90,90", "100,110,95,110", since_ms=5) == []
    assert heard(venue, "90,90,90,90", "100,110,95,110") == ["a 4@100 maker leaves 0"]


def test_who_came_after_the_start_of_a_bar_meets_its_close_alone() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("buy a 4 @100 gtc")
    venue.tell("buy b 4 @106 gtc")
    venue.tell("sell c 1 stop85/ba gtc")

    # The bar began before they came; its low was 95, and its close is 105.
    assert heard(venue, "80,90,80,90", "105,110,95,105", since_ms=4) == ["b 4@106 maker leaves 0"]


def test_a_stop_is_released_on_the_way_and_takes_what_is_left() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("sell a 4 @99 gtc")
    venue.tell("sell s 9 stop88/ba gtc")

    # a is reached at the high of the bids, and leaves 3 of the 7 for the stop at their low.
    assert heard(venue, "95,99,85,92", "111,111,111,111", sizes="7,1") == [
        "a 4@99 maker leaves 0",
        "s triggered",
        "s 3@85 taker leaves 6",
        "s canceled cum 3",
    ]


def test_beside_levels_a_bar_of_quotes_trades_with_nobody() -> None:
    venue = high_first()
    venue.tell("book 90x5 110x5")
    venue.tell("buy a 4 @100 gtc")
    venue.tell("buy s 2 stop104/ba gtc")

    assert heard(venue, "90,90,90,90", "100,110,95,110") == ["s triggered", "s 2@110 taker leaves 0"]


def test_in_a_halt_a_bar_of_quotes_is_seen_and_nobody_trades() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("buy a 4 @100 gtc")
    venue.tell("halt")

    assert heard(venue, "90,90,90,90", "100,105,95,98", sizes="1,3") == []
    assert venue.tell("resume") == ["a 3@98 auction leaves 1"]


def test_sides_without_anybody_or_without_a_size_trade_with_nobody() -> None:
    venue = high_first()
    heard(venue, "90,90,90,90", "110,110,110,110")
    venue.tell("buy a 4 @100 gtc")

    assert heard(venue, "90,90,90,90", "-", sizes="1,?") == []
    assert heard(venue, "90,90,90,90", "95,95,95,95", sizes="1,?") == []
    assert heard(venue, "-", "95,95,95,95", sizes="?,4") == ["a 4@95 maker leaves 0"]

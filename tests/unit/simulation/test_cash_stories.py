"""Orders for an amount of money at the simulated exchange, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from attrs import evolve

from oms.model.enums import OrdStatus
from oms.model.instrument import Instrument
from oms.model.reports import ExecutionReport
from oms.simulation.accounts import CashAccount
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.slippage import Ticks
from tests.unit.simulation.venue import INSTRUMENT, Venue

Story = tuple[str, ...]

STORIES: dict[str, Story] = {
    "a market order buys as many whole lots as its money does": (
        "quote 100x50 101x50",
        "buy a $1050 mkt gtc -> a new; a 10@101 taker leaves 0",  # 40 left
    ),
    "a market order sells as many as bring its money": (
        "quote 100x50 101x50",
        "sell a $1050 mkt gtc -> a new; a 10@100 taker leaves 0",  # 50 left
    ),
    "at each level what is left of the money counts": (
        "book 99x50 100x5,102x3,110x9",
        # 1050 - 500 - 306 = 244, which is 2 at 110, and 24 of it are left.
        "buy a $1050 mkt gtc -> a new; a 5@100 taker leaves money; a 3@102 taker leaves money; a 2@110 taker leaves 0",
    ),
    "a level that it cannot pay a lot of ends it": (
        "book 99x50 100x5,110x9",
        "buy a $605 mkt gtc -> a new; a 5@100 taker leaves money; a canceled cum 5",
    ),
    "a sale stops at the price that one lot would bring too much at": (
        "book 100x5,40x9 101x5",
        "sell a $350 mkt gtc -> a new; a 3@100 taker leaves 0",
    ),
    "money for less than a lot buys nothing": (
        "quote 100x50 101x50",
        "buy a $50 mkt gtc -> a new; a canceled cum 0",
    ),
    "where nobody sells it is canceled": ("quote 100x50 -", "buy a $500 mkt gtc -> a new; a canceled cum 0"),
    "the rest of a market order that the market is too small for is canceled": (
        "quote 100x50 101x5",
        "buy a $1050 mkt gtc -> a new; a 5@101 taker leaves money; a canceled cum 5",
    ),
    "a limit order that takes nothing rests for what its money buys at its limit": (
        "quote 99x5 101x5",
        "buy a $1050 @100 gtc -> a new; a restated 10 cum 0",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "trade 99x9 sell -> a 6@100 maker leaves 0",
    ),
    "a limit order takes for less, and rests for what is left": (
        "quote 99x5 101x3",
        # 1050 - 303 = 747, which is 7 at 105.
        "buy a $1050 @105 gtc -> a new; a 3@101 taker leaves money; a restated 10 cum 3",
        "trade 104x9 -> a 7@105 maker leaves 0",
    ),
    "what is left and buys nothing at the limit does not rest": (
        "quote 99x5 100x1",
        "buy a $210 @110 gtc -> a new; a 1@100 taker leaves money; a restated 2 cum 1",
        "cancel b a -> b canceled cum 1",
        "quote 99x5 100x2",
        "buy c $305 @110 gtc -> c new; c 2@100 taker leaves money; c canceled cum 2",
    ),
    "a sale with a limit rests for what its money is there": (
        "quote 102x3 103x5",
        # 1000 - 306 = 694, which is 6 at 101.
        "sell a $1000 @101 gtc -> a new; a 3@102 taker leaves money; a restated 9 cum 3",
        "trade 101.01x9 -> a 6@101 maker leaves 0",
    ),
    "it may be replaced once its quantity is known": (
        "quote 99x5 101x5",
        "buy s $1050 stop105 gtc -> s new",
        "replace t s 5:stop106 -> t replace refused 99",
        "buy a $1050 @100 gtc -> a new; a restated 10 cum 0",
        "replace b a 4@99.50 -> b replaced 4@99.50 cum 0 leaves 4",
    ),
    "what is to trade at once trades for money and no more": (
        "quote 99x5 101x5",
        "buy a $1050 @101 ioc -> a new; a 5@101 taker leaves money; a canceled cum 5",
        "quote 99x5 101x6",
        "buy b $310 @101 ioc -> b new; b 3@101 taker leaves 0",
    ),
    "all at once: all of its money but for less than a lot, or nothing": (
        "book 99x5 101x5,102x5",
        # 505 and 510: 1015 in all, so that 1050 would leave 35, for which there is no lot at 102 either.
        "buy a $1050 @102 fok -> a new; a 5@101 taker leaves money; a 5@102 taker leaves 0",
        "book 99x5 101x6,102x5",
        "buy b $1300 @102 fok -> b new; b canceled cum 0",  # 606 and 510 leave 184
        "buy c $1300 mkt fok -> c new; c canceled cum 0",
        "buy d $700 @102 fok -> d new; d 6@101 taker leaves 0",  # 94 left
    ),
    "a stop waits with its money": (
        "quote 99x5 101x50",
        "buy a $1050 stop105 gtc -> a new",
        "quote 104x5 106x50",
        "trade 105x1 -> a triggered; a 9@106 taker leaves 0",  # 954
    ),
    "a stop-limit rests for what its money buys at its limit": (
        "quote 99x5 101x50",
        "buy a $1050 stop105@104 gtc -> a new",
        "quote 104x5 106x50",
        "trade 105x1 -> a triggered; a restated 10 cum 0",
    ),
    "market to limit: the rest has the price that it traded at": (
        "book 99x5 101x5,102x5",
        "buy a $1050 mtl gtc -> a new; a 5@101 taker leaves money; a restated 10 cum 5",
        "trade 100x3 -> a 3@101 maker leaves 2",
    ),
    "post only: it rests for what its money buys": (
        "quote 99x5 101x5",
        "buy a $1050 @100 gtc post -> a new; a restated 10 cum 0",
    ),
    "it ends like any other": (
        "quote 99x5 101x5",
        "buy a $1050 stop105 day -> a new",
        "buy b $1050 stop105 gtc -> b new",
        "cancel c b -> c canceled cum 0",
        "close -> a expired cum 0",
    ),
    "after a halt it trades for its money": (
        "quote 99x5 101x50",
        "halt",
        "buy a $1050 mkt gtc -> a new",
        "resume -> a 10@101 taker leaves 0",
    ),
    "of bars it takes the open, and waits for the next one with what is left": (
        "bar 100,100,100,100x5",
        "buy a $1050 mkt gtc -> a new",
        "bar 100,101,99,100x4 -> a 4@100 taker leaves money",
        "bar 120,121,119,120x9 -> a 5@120 taker leaves 0",  # 650 left: 5 at 120
        "buy b $1050 mkt gtc -> b new",
        "bar 2000,2000,2000,2000x9 -> b canceled cum 0",
    ),
    "all at once of bars": (
        "bar 100,100,100,100x5",
        "buy a $1050 mkt fok -> a new",
        "bar 100,101,99,100x4 -> a canceled cum 0",
        "buy b $450 mkt fok -> b new",
        "bar 100,101,99,100x4 -> b 4@100 taker leaves 0",
    ),
    "market to limit of bars": (
        "bar 100,100,100,100x5",
        "buy a $1050 mtl gtc -> a new",
        "bar 101,101,101,101x4 -> a 4@101 taker leaves money; a restated 10 cum 4",
        "bar 100,101,99,100x9 -> a 6@100 maker leaves 0",
    ),
    "what it cannot be for": (
        "quote 99x5 101x5",
        "buy a $1050 @101 gtc aon -> a rejected 11",
        "buy b $1050 @101 gtc min2 -> b rejected 11",
        "sell c $1050 @101 gtc reduce -> c rejected 11",
        "buy d $1050 @101/show5 gtc -> d rejected 11",
        "buy e $1050 @101 opg -> e rejected 11",
        "buy f $100 @101 gtc -> f rejected 13",
        "buy g $1050 @100.005 gtc -> g rejected 18",
        "close",
        "buy h $1050 @101 gtc -> h rejected 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_an_amount_of_money_is_traded(story: Story) -> None:
    play(Venue(), story)


def play(venue: Venue, story: Story) -> None:
    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert venue.tell(happens) == [said for said in follows.split("; ") if said], line
    assert_no_more_is_spent(venue)


def assert_no_more_is_spent(venue: Venue) -> None:
    """What a purchase costs is never more than its money, and a quantity that is said is what has traded and what is left."""
    spent: dict[object, Decimal] = {}
    for report in venue.reports:
        if not isinstance(report, ExecutionReport) or report.cash_order_qty is None:
            continue
        if report.last_qty is not None and report.last_px is not None:
            whose = report.venue_order_id
            spent[whose] = spent.get(whose, Decimal(0)) + report.last_qty * report.last_px
            assert spent[whose] <= report.cash_order_qty, report
        if report.order_qty:
            assert report.leaves_qty is not None
            is_over = report.ord_status in {OrdStatus.CANCELED, OrdStatus.EXPIRED}
            assert is_over or report.order_qty == (report.cum_qty or 0) + report.leaves_qty
        else:
            assert report.leaves_qty == 0
            assert report.ord_status is not OrdStatus.FILLED


def test_the_reports_say_the_money_and_no_quantity_before_it_is_known() -> None:
    venue = Venue()
    for line in ("book 99x5 100x5,102x9", "buy a $1050 mkt gtc"):
        venue.tell(line)

    said = [one for one in venue.reports if isinstance(one, ExecutionReport)]
    assert {one.cash_order_qty for one in said} == {Decimal(1050)}
    assert [f"{one.ord_status} {one.order_qty} {one.cum_qty} {one.leaves_qty}" for one in said] == [
        "OrdStatus.NEW None 0 0",
        "OrdStatus.PARTIALLY_FILLED None 5 0",
        "OrdStatus.FILLED 10 10 0",
    ]


OWN: Final[dict[SelfMatch, Story]] = {
    SelfMatch.CANCEL_OLDEST: ("a new; r canceled cum 0; a 10@101 taker leaves 0",),
    SelfMatch.CANCEL_NEWEST: ("a new; a canceled cum 0",),
    # 4 at 100 are taken off it; 650 are 6 at 101.
    SelfMatch.DECREMENT_BOTH: ("a new; r canceled cum 0; a 6@101 taker leaves 0",),
}


@pytest.mark.parametrize("mode", OWN, ids=lambda mode: mode.value)
def test_it_does_not_trade_with_its_own_account(mode: SelfMatch) -> None:
    play(
        Venue(rules=MatchingRules(self_match=mode)),
        (
            "quote 98x5 101x50",
            "sell r 4 @100 gtc -> r new",
            f"buy a $1050 mkt gtc -> {OWN[mode][0]}",
        ),
    )


def test_lots_and_multipliers_count() -> None:
    future = Instrument(symbol="X", currency="USD", tick="0.01", lot="0.1", multiplier=50)
    # 0.1 at 101 is 505: 1600 is 0.3, and 85 are left.
    play(Venue(future), ("quote 100x50 101x50", "buy a $1600 mkt gtc -> a new; a 0.3@101 taker leaves 0"))


def test_what_is_below_the_least_value_is_refused() -> None:
    play(
        Venue(evolve(INSTRUMENT, min_notional=1000)),
        ("quote 100x50 101x50", "buy a $999 mkt gtc -> a rejected 13", "buy b $1000 @100 gtc -> b new; b restated 10 cum 0"),
    )  # fmt: skip


def test_slippage_is_paid_out_of_the_money() -> None:
    # 100 shown and 50 ticks worse is 100.50: 1000 is 9, which cost 904.50.
    play(
        Venue(slippage=Ticks(50)),
        ("quote 99x50 100x50", "buy a $1000 mkt gtc -> a new; a 9@100.5 taker leaves 0"),
    )


def test_an_account_is_asked_about_the_money_and_holds_it() -> None:
    venue = Venue(account=CashAccount(balances={"USD": 1000}))
    play(
        venue,
        (
            "quote 99x50 100x50",
            "buy a $1050 @100 gtc -> a rejected 3",
            "buy b $950 @99 gtc -> b new; b restated 9 cum 0",
            "buy c $150 @99 gtc -> c rejected 3",
            "cancel d b -> d canceled cum 0",
            "buy e $900 mkt gtc -> e new; e 9@100 taker leaves 0",
            "sell f $1000 mkt gtc -> f rejected 3",
            "sell g $800 mkt gtc -> g new; g 8@99 taker leaves 0",
        ),
    )

"""A cash account is never taken below zero by what its purchases cost, whatever they come to beyond what was held for them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.ids import Account
from oms.simulation.accounts import CashAccount, MarginAccount
from oms.simulation.fees import MakerTaker, NoFees
from oms.simulation.slippage import NoSlippage, SlippageModel, Ticks
from tests.unit.simulation.venue import Venue

# cash, fee in basis points, ticks of slippage, the story, and the cash at its end
STORIES: dict[str, tuple[str, int, int, tuple[str, ...], str]] = {
    "a market order is valued level by level": (
        "1019.99",
        0,
        0,
        ("book 99x5 101x5,103x5", "buy a 10 mkt ioc -> a rejected 3"),
        "1019.99",
    ),
    "and can be paid to the last cent": (
        "1020",
        0,
        0,
        (
            "book 99x5 101x5,103x5",
            "buy a 10 mkt ioc -> a new; a 5@101 taker leaves 5; a 5@103 taker leaves 0",
        ),
        "0",
    ),
    # 5 at 101 and 15 at 103.
    "what is not shown is valued at the last level": (
        "2049",
        0,
        0,
        ("book 99x5 101x5,103x5", "buy a 20 mkt ioc -> a rejected 3"),
        "2049",
    ),
    # 10 at 101.02 are 1010.20; 9 are 909.18.
    "slippage takes as much as can be paid": (
        "1010",
        0,
        2,
        ("quote 99x5 101x20", "buy a 10 mkt ioc -> a new; a 9@101.02 taker leaves 1; a canceled cum 9"),
        "100.82",
    ),
    # 9 at 105 were held for, 945; 8 at 120 are 960.
    "a stop that a gap releases": (
        "1000",
        0,
        0,
        (
            "quote 99x5 101x20",
            "buy a 9 stop105/ba gtc -> a new",
            "quote 119x5 120x20 -> a triggered; a 8@120 taker leaves 1; a canceled cum 8",
        ),
        "40",
    ),
    # 1 % of 8 x 120 is 9.60; 960 + 9.60 is more than 965.
    "the fee is paid too": (
        "965",
        100,
        0,
        (
            "quote 99x5 101x20",
            "buy a 9 stop105/ba gtc -> a new",
            "quote 119x5 120x20 -> a triggered; a 7@120 taker leaves 2; a canceled cum 7",
        ),
        "116.60",
    ),
    # 1890 are free beside what b holds for 2 at 55.
    "what other orders hold is theirs": (
        "2000",
        0,
        0,
        (
            "quote 99x5 101x20",
            "buy b 2 @55 gtc -> b new",
            "buy a 18 stop105/ba gtc -> a new",
            "quote 119x5 120x20 -> a triggered; a 15@120 taker leaves 3; a canceled cum 15",
        ),
        "200",
    ),
    "who wants all or nothing gets nothing": (
        "1000",
        0,
        0,
        (
            "quote 99x5 101x20",
            "buy a 9 stop105/ba fok -> a new",
            "quote 119x5 120x20 -> a triggered; a canceled cum 0",
        ),
        "1000",
    ),
    "no money for a single lot": (
        "110",
        0,
        0,
        (
            "quote 99x5 101x20",
            "buy a 1 stop105/ba gtc -> a new",
            "quote 119x5 120x20 -> a triggered; a canceled cum 0",
        ),
        "110",
    ),
    "a gap between two bars": (
        "1010",
        0,
        0,
        (
            "bar 101,101,101,101x9",
            "buy a 10 mkt day -> a new",
            "bar 120,121,119,120x50 -> a 8@120 taker leaves 2; a canceled cum 8",
        ),
        "50",
    ),
    "a sale brings money at any price": (
        "1010",
        0,
        0,
        (
            "quote 99x50 101x20",
            "buy a 10 @101 gtc -> a new; a 10@101 taker leaves 0",
            "sell b 10 mkt ioc -> b new; b 10@99 taker leaves 0",
        ),
        "990",
    ),
}


def venue(cash: str, bps: int, ticks: int) -> Venue:
    slippage: SlippageModel = Ticks(ticks) if ticks else NoSlippage()
    fees = MakerTaker(maker_bps=0, taker_bps=bps) if bps else NoFees()
    return Venue(fees=fees, slippage=slippage, account=CashAccount({"USD": cash}))


@pytest.mark.parametrize("name", STORIES)
def test_a_cash_account_pays_no_more_than_it_has(name: str) -> None:
    cash, bps, ticks, story, left = STORIES[name]
    told = venue(cash, bps, ticks)
    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert told.tell(happens) == [said for said in follows.split("; ") if said], line

    funds = told.exchange.funds(Account("main"))
    assert funds is not None
    assert [one.cash for one in funds.balances] == [Decimal(left)]


def test_a_margin_account_is_on_credit() -> None:
    told = Venue(account=MarginAccount({"USD": 1000}))
    told.tell("quote 99x5 101x20")
    told.tell("buy a 9 stop105/ba gtc")

    assert told.tell("quote 119x5 120x20") == ["a triggered", "a 9@120 taker leaves 0"]

"""A cash account is never taken below zero by what trades, whatever it comes to beyond what was held for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.model.enums import ExecType
from oms.model.ids import Account
from oms.model.reports import ExecutionReport
from oms.simulation.accounts import CashAccount, MarginAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Per, Received
from oms.simulation.fees import FeeModel, MakerTaker, NoFees, PerUnit
from oms.simulation.slippage import NoSlippage, SlippageModel, Ticks
from oms.simulation.venue_acts import BustTrade
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
    # At 110 all 10 would trade, for 1100.
    "an opening at a price that nobody knew": (
        "1000",
        0,
        0,
        (
            "quote 99x50 100x50",
            "close",
            "buy a 10 mkt opg -> a new",
            "quote 109x50 110x50",
            "open -> a 9@110 auction leaves 1; a canceled cum 9",
        ),
        "10",
    ),
    "the end of a halt": (
        "1000",
        0,
        0,
        (
            "quote 99x50 100x50",
            "halt",
            "buy a 10 mkt gtc -> a new",
            "quote 109x50 110x50",
            "resume -> a 9@110 auction leaves 1; a canceled cum 9",
        ),
        "10",
    ),
    # 2000 are held for both, 100 for nobody: a needs 1100, and b has its own 1000.
    "in an auction the first has what is held for nobody": (
        "2100",
        0,
        0,
        (
            "quote 99x50 100x50",
            "halt",
            "buy a 10 mkt gtc -> a new",
            "buy b 10 mkt gtc -> b new",
            "quote 109x50 110x50",
            "resume -> a 10@110 auction leaves 0; b 9@110 auction leaves 1; b canceled cum 9",
        ),
        "10",
    ),
    # 10 would trade at 120, of which 8 can be paid; 8 trade at 110.
    "the auction is held without what cannot be paid": (
        "1000",
        0,
        0,
        (
            "book 99x50 100x50",
            "halt",
            "buy a 10 mkt gtc -> a new",
            "book 99x50 110x9,120x9",
            "resume -> a 8@110 auction leaves 2; a canceled cum 8",
        ),
        "120",
    ),
    "in an auction nobody has money for one": (
        "100",
        0,
        0,
        (
            "quote 99x50 100x50",
            "halt",
            "buy a 1 mkt gtc -> a new",
            "quote 109x50 110x50",
            "resume -> a canceled cum 0",
        ),
        "100",
    ),
    # 1 % of 990 is 9.90, for which there are 10.
    "the fee of an auction is paid too": (
        "1010",
        100,
        0,
        (
            "quote 99x50 100x50",
            "halt",
            "buy a 10 mkt gtc -> a new",
            "quote 109x50 110x50",
            "resume -> a 9@110 auction leaves 1; a canceled cum 9",
        ),
        "10.10",
    ),
    # 10 x 100 were held; 8 x 119 are 952.
    "a limit that follows a peg": (
        "1000",
        0,
        0,
        (
            "quote 99x5 100x20",
            "buy a 10 peg gtc -> a new",
            "quote 119x5 120x20",
            "trade 118.9x20 sell -> a 8@119 maker leaves 2; a canceled cum 8",
        ),
        "48",
    ),
    "a peg that the other side comes to": (
        "1000",
        0,
        0,
        (
            "quote 99x5 100x20",
            "buy a 10 peg gtc -> a new",
            "quote 119x5 120x20",
            "quote 118x5 119x20 -> a 8@119 maker leaves 2; a canceled cum 8",
        ),
        "48",
    ),
    "a peg that wants all or nothing": (
        "1000",
        0,
        0,
        (
            "quote 99x5 100x20",
            "buy a 10 peg gtc aon -> a new",
            "quote 119x5 120x20",
            "quote 118x5 119x20 -> a canceled cum 0",
        ),
        "1000",
    ),
    # 1000 are held for a and 50 for b. 5 at 119 are 595, so that a's other 5 hold 405 rather than 500.
    "what it costs more is not another's": (
        "1050",
        0,
        0,
        (
            "quote 99x5 100x20",
            "buy a 10 peg gtc -> a new",
            "buy b 1 @50 gtc -> b new",
            "quote 119x5 120x20",
            "trade 118.9x5 sell -> a 5@119 maker leaves 5",
            "quote 40x5 130x5",
            "trade 49x1 sell -> b 1@50 maker leaves 0",
        ),
        "405",
    ),
    # 909 are held for a and 90 for b. 5 at 120 are 600, of which 599 - 90 = 310 are left to a: 3 at 95.
    "what it costs more is its own rest's": (
        "1000",
        0,
        0,
        (
            "bar 101,101,101,101x9",
            "buy a 9 mkt day -> a new",
            "buy b 1 @90 gtc -> b new",
            "bar 120,120,120,120x5 -> a 5@120 taker leaves 4",
            "bar 95,95,85,95x20 -> a 3@95 taker leaves 1; a canceled cum 8; b 1@90 maker leaves 0",
        ),
        "25",
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


EURO = PaidIn(PerUnit("0.1"), "EUR", {"USD": "1"})
EURO_A_TIME = Bounded(EURO, minimum=1, per=Per.EXECUTION)
FIVE = Bounded(NoFees(), minimum=5, per=Per.EXECUTION)
IN_COINS = Received(base={"X": "XBT"}, maker_bps=100, taker_bps=100)

# what the account begins with, what executions cost, the story, and the money at its end
FEE_STORIES: dict[str, tuple[dict[str, int], int, FeeModel, tuple[str, ...], dict[str, str]]] = {
    "a fee in a currency that is not there": (
        {"USD": 1000},
        5,
        EURO,
        (
            "quote 99x50 100x50",
            "buy a 5 @100 day -> a rejected 3",
            "sell b 5 @99 day -> b rejected 3",
        ),
        {"USD": "1000"},
    ),
    # 0.50 are held for a; 0.10 are left, for one.
    "it is held as the money is": (
        {"USD": 1000, "EUR": 1},
        5,
        EURO,
        (
            "buy a 5 @90 gtc -> a new",
            "sell b 4 @110 gtc -> b new",
            "sell c 1 @110 gtc -> c new",
            "buy d 1 @90 gtc -> d rejected 3",
            "cancel e a -> e canceled cum 0",
            "buy f 1 @90 gtc -> f new",
            "trade 89x9 -> f 1@90 maker leaves 0",
        ),
        {"USD": "910", "EUR": "0.9"},
    ),
    "it costs more than was held for it": (
        {"USD": 1000, "EUR": 1},
        0,
        EURO_A_TIME,
        (
            "buy a 9 @90 gtc -> a new",
            "trade 89x4 -> a 4@90 maker leaves 5",
            "trade 89x4 -> a canceled cum 4",
        ),
        {"USD": "640", "EUR": "0"},
    ),
    "a sale pays its fee out of what it brings": (
        {"USD": 0},
        5,
        FIVE,
        (
            "quote 4x50 9x50",
            "sell a 1 @4 day -> a rejected 3",
            "sell b 2 @4 day -> b new; b 2@4 taker leaves 0",
        ),
        {"USD": "3"},
    ),
    # One at 4 brings less than it costs.
    "as far as each execution brings enough": (
        {"USD": 0},
        5,
        FIVE,
        ("quote 3x50 9x50", "sell b 2 @4 gtc -> b new", "trade 4.01x1 -> b canceled cum 0"),
        {"USD": "0"},
    ),
    # 1 % of 5 coins is taken out of them.
    "a fee that is taken out of what is bought": (
        {"USD": 500},
        0,
        IN_COINS,
        (
            "quote 99x50 100x50",
            "buy a 5 @100 day -> a new; a 5@100 taker leaves 0",
            "sell b 5 @99 day -> b rejected 3",
            "sell c 4 @99 day -> c new; c 4@99 taker leaves 0",
        ),
        {"USD": "392.04", "XBT": "-0.05"},
    ),
    "or paid with coins that are there": (
        {"USD": 500, "XBT": 1},
        0,
        IN_COINS,
        (
            "quote 99x50 100x50",
            "buy a 5 @100 day -> a new; a 5@100 taker leaves 0",
            "sell b 5 @99 day -> b new; b 5@99 taker leaves 0",
        ),
        {"USD": "490.05", "XBT": "0.95"},
    ),
    "a maker who pays more than a taker": (
        {"USD": 1000},
        0,
        MakerTaker(maker_bps=100, taker_bps=0),
        (
            "buy a 10 @100 gtc -> a rejected 3",
            "buy b 9 @100 gtc -> b new",
            "trade 99x9 -> b 9@100 maker leaves 0",
        ),
        {"USD": "91"},
    ),
    # What a list releases was not held for: 400 are free beside b's 900, which are 4 at 90.
    "what a list releases buys with what is free": (
        {"USD": 1000},
        5,
        NoFees(),
        (
            "buy b 18 @50 gtc -> b new",
            "list : a sell 5 @60 gtc > c buy * @90 gtc -> a new; c new",
            "trade 61x5 -> a 5@60 maker leaves 0",
            "trade 89x9 -> c 4@90 maker leaves 1; c canceled cum 4",
        ),
        {"USD": "940"},
    ),
    # Of two that stand for one another the first holds the money of both.
    "alternatives have the same money": (
        {"USD": 1000},
        0,
        NoFees(),
        (
            "quote 99x5 101x5",
            "list : a buy 10 @90 gtc | b buy 10 @95 gtc -> a new; b new",
            "trade 94x4 -> b 4@95 maker leaves 6; a restated 6 cum 0",
            "trade 94x9 -> b 6@95 maker leaves 0; a canceled cum 0",
        ),
        {"USD": "50"},
    ),
}


@pytest.mark.parametrize("name", FEE_STORIES)
def test_a_cash_account_pays_its_fees_with_what_it_has(name: str) -> None:
    cash, held, fees, story, left = FEE_STORIES[name]
    told = Venue(fees=fees, account=CashAccount(cash, positions={"X": held} if held else {}))
    for line in story:
        happens, _, follows = line.partition(" -> ")
        assert told.tell(happens) == [said for said in follows.split("; ") if said], line

    funds = told.exchange.funds(Account("main"))
    assert funds is not None
    assert {one.currency: one.cash for one in funds.balances} == {
        currency: Decimal(amount) for currency, amount in left.items()
    }


def test_what_was_busted_is_not_sold() -> None:
    told = Venue(account=CashAccount({"USD": 1000}))
    told.tell("quote 99x50 100x50")
    told.tell("buy a 5 @100 day")
    told.tell("sell b 5 @110 gtc")
    bought = [one for one in told.reports if isinstance(one, ExecutionReport)]
    trade = next(one for one in bought if one.exec_type is ExecType.TRADE)
    told.exchange.acts.act_on_trade(BustTrade(str(trade.exec_id)), bought, told.time_ns)

    assert told.tell("quote 111x9 112x9") == ["b canceled cum 0"]
    funds = told.exchange.funds(Account("main"))
    assert funds is not None
    assert [funds.balances[0].cash, funds.positions] == [1000, {}]


def test_a_margin_account_is_on_credit() -> None:
    told = Venue(account=MarginAccount({"USD": 1000}))
    told.tell("quote 99x5 101x20")
    told.tell("buy a 9 stop105/ba gtc")

    assert told.tell("quote 119x5 120x20") == ["a triggered", "a 9@120 taker leaves 0"]

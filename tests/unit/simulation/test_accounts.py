from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.enums import Side
from oms.model.ids import Account
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.terms import Limit, Stop
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.accounts import AccountModel, CashAccount, MarginAccount
from oms.simulation.fees import FeeModel, MakerTaker, NoFees, PerUnit
from oms.stores.memory import MemoryEventStore
from tests.unit.simulation.venue import INSTRUMENT, Venue, X

CASH = CashAccount({"USD": 1000})
HOLDER = CashAccount({"USD": 0}, positions={"X": 10})
MARGIN = MarginAccount({"USD": 1000}, initial="0.5", maintenance="0.25")
FREE = NoFees()
HALF_A_DOLLAR = PerUnit("0.5")

STORIES: dict[str, tuple[AccountModel, FeeModel, tuple[str, ...]]] = {
    "a purchase that the cash is enough for": (
        CASH,
        FREE,
        (
            "quote 99x50 100x50",
            "buy a 10 @100 day -> a new; a 10@100 taker leaves 0",
            "USD -> cash 0 held 0 worth 990",
        ),
    ),
    "one that it is not enough for": (
        CASH,
        FREE,
        (
            "buy a 11 @100 day -> a rejected 3 it needs 1100 USD, and 1000 USD is free",
            "USD -> cash 1000 held 0 worth 0",
        ),
    ),
    "the fee is part of what it needs": (
        CASH,
        HALF_A_DOLLAR,
        (
            "buy a 10 @100 day -> a rejected 3 it needs 1005 USD, fees of 5 included, and 1000 USD is free",
            "buy b 9 @100 day -> b new",
            "USD -> cash 1000 held 904.5 worth 0",
            # 5 x 100 and 5 x 0.5 are left to pay.
            "trade 99x4 -> b 4@100 maker leaves 5",
            "USD -> cash 598 held 502.5 worth 396",
        ),
    ),
    "open orders hold what they need": (
        CASH,
        FREE,
        (
            "buy a 6 @100 gtc -> a new",
            "buy b 5 @100 gtc -> b rejected 3 it needs 500 USD, and 400 USD is free",
            "buy c 4 @100 gtc -> c new",
            "USD -> cash 1000 held 1000 worth 0",
        ),
    ),
    "a cancel, an expiry and an execution free it": (
        CASH,
        FREE,
        (
            "buy a 6 @100 gtc -> a new",
            "cancel b a -> b canceled cum 0",
            "USD -> cash 1000 held 0 worth 0",
            "buy c 6 @100 day -> c new",
            "close -> c expired cum 0",
            "open ->",
            "USD -> cash 1000 held 0 worth 0",
            "buy d 10 @100 gtc -> d new",
            # 4 at 100; what is left holds 600. The market can be sold to at 99 after the second line.
            "trade 99.5x4 -> d 4@100 maker leaves 6",
            "quote 99x5 101x5",
            "USD -> cash 600 held 600 worth 396",
        ),
    ),
    "a better price leaves money": (
        CASH,
        FREE,
        (
            "quote 89x9 90x10",
            "buy a 10 @100 ioc -> a new; a 10@90 taker leaves 0",
            "USD -> cash 100 held 0 worth 890",
        ),
    ),
    "what an IOC could not get is free again": (
        CASH,
        FREE,
        (
            "quote 99x9 100x4",
            "buy a 10 @100 ioc -> a new; a 4@100 taker leaves 6; a canceled cum 4",
            "USD -> cash 600 held 0 worth 396",
        ),
    ),
    "a market order is valued at what is shown": (
        CASH,
        FREE,
        (
            "buy a 1 mkt day -> a rejected 3 no price is known to value an order in X at",
            "quote 99x50 100.01x50",
            "buy b 10 mkt day -> b rejected 3 it needs 1000.1 USD, and 1000 USD is free",
            "quote 99x50 100x50",
            "buy c 10 mkt day -> c new; c 10@100 taker leaves 0",
        ),
    ),
    "with a cushion": (
        CashAccount({"USD": 1000}, cushion="0.05"),
        FREE,
        (
            "quote 99x50 100x50",
            "buy a 10 mkt day -> a rejected 3 it needs 1050 USD, and 1000 USD is free",
            "buy b 10 @100 day -> b new; b 10@100 taker leaves 0",
        ),
    ),
    "a stop is valued at its stop price, or at what is shown where that is more": (
        CASH,
        FREE,
        (
            "quote 99x50 100x50",
            "buy a 10 stop101 gtc -> a rejected 3 it needs 1010 USD, and 1000 USD is free",
            "buy b 9 stop101 gtc -> b new",
            "USD -> cash 1000 held 909 worth 0",
            "buy c 1 mit90 gtc -> c rejected 3 it needs 100 USD, and 91 USD is free",
        ),
    ),
    "only what is there can be sold, once": (
        HOLDER,
        FREE,
        (
            "sell a 6 @100 gtc -> a new",
            "sell b 5 @100 gtc -> b rejected 3 selling 5 X with 4 held and not yet for sale",
            "sell c 4 @100 gtc -> c new",
            "cancel d a -> d canceled cum 0",
            "sell e 6 @101 gtc -> e new",
            "quote 102x10 103x1 -> c 4@100 maker leaves 0; e 6@101 maker leaves 0",
            "USD -> cash 1006 held 0 worth 0",
            "sell f 1 @100 gtc -> f rejected 3 selling 1 X with 0 held and not yet for sale",
        ),
    ),
    "nobody sells short with cash": (
        HOLDER,
        FREE,
        ("short a 1 @100 gtc -> a rejected 3 a cash account does not sell short",),
    ),
    "what was sold can be spent at once": (
        HOLDER,
        PerUnit("0.1"),
        (
            "quote 100x5 101x5",
            "buy a 1 @101 day -> a rejected 3 it needs 101.1 USD, fees of 0.1 included, and 0 USD is free",
            "sell b 5 mkt day -> b new; b 5@100 taker leaves 0",
            "USD -> cash 499.5 held 0 worth 500",
            "buy c 4 @101 day -> c new; c 4@101 taker leaves 0",
            "USD -> cash 95.1 held 0 worth 900",
        ),
    ),
    "a replace is checked for what it needs more": (
        CASH,
        FREE,
        (
            "buy a 6 @100 gtc -> a new",
            "replace b a 11@100 -> b replace refused 99 it needs 1100 USD, and 1000 USD is free",
            "USD -> cash 1000 held 600 worth 0",
            "replace c a 10@100 -> c replaced 10@100 cum 0 leaves 10",
            "USD -> cash 1000 held 1000 worth 0",
            "replace d c 5@90 -> d replaced 5@90 cum 0 leaves 5",
            "USD -> cash 1000 held 450 worth 0",
            "trade 89x2 -> d 2@90 maker leaves 3",
            "replace e d 2@90 -> e replaced 2@90 cum 2 leaves 0",
            "USD -> cash 820 held 0 worth 178",
        ),
    ),
    "a rebate is not counted on": (
        CASH,
        MakerTaker(maker_bps=-100, taker_bps=-100),
        (
            "buy a 10 @100 gtc -> a new",
            "trade 99x10 -> a 10@100 maker leaves 0",
            "USD -> cash 10 held 0 worth 990",
        ),
    ),
    "margin buys for twice the money": (
        MARGIN,
        FREE,
        (
            "buy a 21 @100 day -> a rejected 3 it needs 1050 USD of margin, and 1000 of 1000 USD is free",
            "buy b 20 @100 day -> b new",
            "sell c 20 @100 day -> c new",  # both cannot be executed at once: the larger of the two counts
            "sell d 1 @100 day -> d rejected 3 it needs 50 USD of margin, and 0 of 1000 USD is free",
        ),
    ),
    "and sells short": (
        MARGIN,
        FREE,
        (
            "quote 100x50 100x50",
            "short a 20 mkt day -> a new; a 20@100 taker leaves 0",
            "USD -> cash 3000 held 0 worth -2000",
            "short b 1 mkt day -> b rejected 3 it needs 50 USD of margin, and 0 of 1000 USD is free",
            # What makes the position smaller is always possible; what turns it needs margin for what is left then.
            "quote 109x50 110x50",
            "buy c 45 mkt day -> c rejected 3 it needs 275 USD of margin, and -300 of 800 USD is free",
            "buy d 20 mkt day -> d new; d 20@110 taker leaves 0",
            "USD -> cash 800 held 0 worth 0",
        ),
    ),
    "equity goes with the market": (
        MARGIN,
        FREE,
        (
            "quote 100x50 100x50",
            "buy a 10 mkt day -> a new; a 10@100 taker leaves 0",
            # Equity 1000 + 10 x 20, of which 600 is used.
            "quote 120x50 120x50",
            "buy b 11 @120 day -> b rejected 3 it needs 660 USD of margin, and 600 of 1200 USD is free",
            "buy c 10 @120 day -> c new; c 10@120 taker leaves 0",
        ),
    ),
}


def tell(venue: Venue, happening: str) -> str:
    """What follows, with the reasons of refusals; a currency alone asks for the balance."""
    if happening == "USD":
        funds = venue.exchange.funds(Account("main"))
        assert funds is not None
        (one,) = funds.balances
        assert one.equity == one.cash + one.worth
        return f"cash {plain(one.cash)} held {plain(one.held)} worth {plain(one.worth)}"
    before = len(venue.reports)
    said = venue.tell(happening)
    texts = [
        f" {report.text}"
        if isinstance(report, ExecutionReport | OrderCancelReject) and report.reject_code
        else ""
        for report in venue.reports[before:]
    ]
    return "; ".join(word + text for word, text in zip(said, texts, strict=True))


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@pytest.mark.parametrize("name", STORIES)
def test_accounts(name: str) -> None:
    model, fees, lines = STORIES[name]
    venue = Venue(account=model, fees=fees)
    for line in lines:
        happening, _, said = line.partition(" ->")
        assert tell(venue, happening) == said.strip(), line


def test_an_account_is_called_below_its_maintenance_margin() -> None:
    venue = Venue(account=MARGIN)
    venue.tell("quote 100x50 100x50")
    venue.tell("buy a 20 mkt day")
    called: list[tuple[object, object, bool]] = []
    for px in ("100", "70", "66"):
        # 20 at 70 are 1400, less 1000 owed: 400 of the 350 that are needed. At 66: 320 of 330.
        venue.tell(f"quote {px}x50 {px}x50")
        funds = venue.exchange.funds(Account("main"))
        assert funds is not None
        called.append((funds.balances[0].equity, funds.balances[0].maintenance, funds.balances[0].is_called))

    assert called == [(1000, 500, False), (400, 350, False), (320, 330, True)]
    # Nobody sells it out; it is refused whatever makes its position larger, and may make it smaller.
    assert venue.tell("buy b 1 @60 gtc") == ["b rejected 3"]
    assert venue.tell("sell c 5 mkt day") == ["c new", "c 5@66 taker leaves 0"]


def test_a_multiplier_counts() -> None:
    future = Instrument(symbol="X", currency="EUR", tick=1, multiplier=10)
    venue = Venue(
        future, account=MarginAccount({"EUR": 1000}, initial="0.1", maintenance="0.05"), fees=PerUnit(2)
    )
    venue.tell("quote 100x50 101x50")

    assert venue.tell("buy a 10 mkt day") == ["a rejected 3"]  # 10 x 101 x 10 x 0.1 = 1010, and 20
    assert venue.tell("buy b 9 mkt day") == ["b new", "b 9@101 taker leaves 0"]
    funds = venue.exchange.funds(Account("main"))
    assert funds is not None
    # 9090 for 9, 18 in fees, worth 9 x 100 x 10.
    (one,) = funds.balances
    assert [one.cash, one.worth, one.fees, one.initial] == [-8108, 9000, 18, 900]
    assert funds.positions == {"X": 9}


def test_of_a_bracket_the_entry_is_checked_and_its_exits_sell_what_it_brought() -> None:
    broker = PaperBroker([INSTRUMENT], account=CASH)
    om = OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock())
    om.update(Quote(X, 1, "99", 50, "100", 50))
    dear = om.bracket("X", Side.BUY, 11, entry=Limit(100), target=Limit(110), stop=Stop(90))
    assert [order.status.name for order in dear.orders] == ["REJECTED"] * 3

    bracket = om.bracket("X", Side.BUY, 10, entry=Limit(100), target=Limit(110), stop=Stop(90))
    om.update(Quote(X, 2, "111", 50, "112", 50))
    assert [order.status.name for order in bracket.orders] == ["FILLED", "CANCELED", "FILLED"]
    funds = broker.funds()
    assert funds is not None
    assert [funds.balances[0].cash, funds.balances[0].held, funds.positions] == [1100, 0, {}]


def test_accounts_are_not_watched_unless_asked_for() -> None:
    assert Venue().exchange.funds(Account("main")) is None


def test_every_account_has_a_purse_of_its_own() -> None:
    venue = Venue(account=CASH)
    venue.tell("buy a 6 @100 gtc")
    mine, other = venue.exchange.funds(Account("main")), venue.exchange.funds(Account("other"))

    assert mine is not None
    assert other is not None
    assert [mine.balances[0].held, other.balances[0].held] == [600, 0]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: CashAccount([]), "amounts by name"),  # type: ignore[arg-type]  # that is the test
        (lambda: CashAccount({"USD": 0.5}), "floats are inexact"),  # type: ignore[dict-item]  # that is the test
        (lambda: CashAccount({}, cushion=-1), "zero or more"),
        (lambda: CashAccount({"USD": -5}), "balance = -5: pass zero or more of USD"),
        (lambda: CashAccount({}, positions={"X": -1}), "zero or more of X"),
        (lambda: MarginAccount({}, initial=0), "more than zero"),
        (lambda: MarginAccount({}, initial=2), "at most 1"),
        (lambda: MarginAccount({}, initial="0.2"), "at most the initial rate, 0.2"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match=why):
        make()

"""What becomes of one order in a market: type x side x time in force x what happens, worked by hand.

Each row is played to a whole manager in front of a paper broker, a millisecond a step. `quote 99x5 101x5` shows a bid for 5 and an
offer of 5, `-` nobody; `trade 99x7 sell` is a trade between others and who was the aggressor; `close`, `open`, `wait 5` (ms);
`cancel` and `replace 3@99` are ours. The order is written as in `tests.unit.simulation.venue`. A row ends with the fills, and the
order as status, executed and open quantity.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.enums import LastLiquidityInd, SessionPhase
from oms.model.events import Traded
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.accounts import AccountModel, MarginAccount
from oms.simulation.fee_schedules import PaidIn, Together
from oms.simulation.fees import MakerTaker, PerUnit
from oms.stores.memory import MemoryEventStore
from oms.testing.conservation import check_conservation
from oms.testing.fill_audit.audit import FillAudit
from tests.unit.simulation.venue import (
    INSTRUMENT,
    NOON_NS,
    SIDES,
    TIMES_IN_FORCE,
    X,
    instructions_of,
    shown,
    terms_of,
)

MARKET = "quote 99x5 101x5"
MONEY = {"USD": Decimal(100_000)}
FEES = Together([MakerTaker(maker_bps="-0.5", taker_bps=3), PaidIn(PerUnit("0.02"), "EUR", {"USD": 1})])

# name: (before, the order, after, fills, end)
TABLE: dict[str, tuple[str, str, str, str, str]] = {
    # ------------------------------------------------------------ market orders
    "market buy": (MARKET, "buy 3 mkt day", "", "3@101 taker", "FILLED 3 0"),
    "market sell": (MARKET, "sell 3 mkt day", "", "3@99 taker", "FILLED 3 0"),
    "market short sale": (MARKET, "short 3 mkt ioc", "", "3@99 taker", "FILLED 3 0"),
    "market buy of more than is shown": (MARKET, "buy 8 mkt day", "", "5@101 taker", "CANCELED 5 0"),
    "market sell of more than is shown, good till canceled": (MARKET, "sell 8 mkt gtc", "", "5@99 taker", "CANCELED 5 0"),
    "market buy where nobody offers": ("quote 99x5 -", "buy 3 mkt day", "", "", "CANCELED 0 0"),
    "market sell where nobody bids": ("quote - 101x5", "sell 3 mkt day", "", "", "CANCELED 0 0"),
    "market buy where the offer has no size": ("quote 99x5 101x0", "buy 3 mkt day", "", "", "CANCELED 0 0"),
    "market buy before the first quote": ("", "buy 3 mkt day", "", "", "CANCELED 0 0"),
    "market IOC buy of more than is shown": (MARKET, "buy 8 mkt ioc", "", "5@101 taker", "CANCELED 5 0"),
    "market FOK buy that fits": (MARKET, "buy 5 mkt fok", "", "5@101 taker", "FILLED 5 0"),
    "market FOK sell that does not fit": (MARKET, "sell 6 mkt fok", "", "", "CANCELED 0 0"),
    "market buy while the market is closed": (f"{MARKET}; close", "buy 3 mkt day", "", "", "REJECTED 0 0"),
    "market sell in a crossed book gets the bid": ("quote 101x5 100x5", "sell 3 mkt day", "", "3@101 taker", "FILLED 3 0"),
    # ------------------------------------------------------------ limit orders that take
    "limit buy at the offer": (MARKET, "buy 3 @101 day", "", "3@101 taker", "FILLED 3 0"),
    "limit buy above the offer": (MARKET, "buy 3 @105 gtc", "", "3@101 taker", "FILLED 3 0"),
    "limit sell below the bid": (MARKET, "sell 3 @95 gtc", "", "3@99 taker", "FILLED 3 0"),
    "limit buy in a locked book": ("quote 100x5 100x5", "buy 3 @100 day", "", "3@100 taker", "FILLED 3 0"),
    "limit buy of more than is shown": (MARKET, "buy 8 @101 gtc", "", "5@101 taker", "PARTIALLY_FILLED 5 3"),
    # The same size at the same price is what we have taken already.
    "its rest, and the same quote again": (MARKET, "buy 8 @101 gtc", MARKET, "5@101 taker", "PARTIALLY_FILLED 5 3"),
    "its rest, and another size": (MARKET, "buy 8 @101 gtc", "quote 99x5 101x9", "5@101 taker; 3@101 maker", "FILLED 8 0"),
    "its rest, and a better offer": (MARKET, "buy 8 @101 gtc", "quote 99x5 100.5x2", "5@101 taker; 2@101 maker", "PARTIALLY_FILLED 7 1"),
    "limit IOC buy of more than is shown": (MARKET, "buy 7 @102 ioc", "", "5@101 taker", "CANCELED 5 0"),
    "limit IOC buy below the offer": (MARKET, "buy 3 @100 ioc", "", "", "CANCELED 0 0"),
    "limit FOK buy that fits": (MARKET, "buy 5 @101 fok", "", "5@101 taker", "FILLED 5 0"),
    "limit FOK buy that does not fit": (MARKET, "buy 6 @101 fok", "", "", "CANCELED 0 0"),
    "limit FOK sell that fits": (MARKET, "sell 5 @99 fok", "", "5@99 taker", "FILLED 5 0"),
    # ------------------------------------------------------------ limit orders that rest: between bid and offer
    "bid inside, a trade through it": (MARKET, "buy 3 @100 gtc", "trade 99.5x2", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    "offer inside, a trade through it": (MARKET, "sell 3 @100 gtc", "trade 100.5x2", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    "bid inside, a trade at it": (MARKET, "buy 3 @100 gtc", "trade 100x2", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    "bid inside, a trade above it": (MARKET, "buy 3 @100 gtc", "trade 100.5x9", "", "NEW 0 3"),
    "bid inside, two trades": (MARKET, "buy 3 @100 gtc", "trade 99.5x2; trade 100x9", "2@100 maker; 1@100 maker", "FILLED 3 0"),
    "bid inside, the offer comes to it": (MARKET, "buy 3 @100 gtc", "quote 99x5 100x2", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    "bid inside, the offer comes below it": (MARKET, "buy 3 @100 gtc", "quote 98x5 99.5x9", "3@100 maker", "FILLED 3 0"),
    "offer inside, the bid comes to it": (MARKET, "sell 3 @100 gtc", "quote 100x2 101x5", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    # ------------------------------------------------------------ limit orders that rest: in the market's queue
    # 5 are ahead.
    "bid joins, the queue trades": (MARKET, "buy 3 @99 gtc", "trade 99x5 sell", "", "NEW 0 3"),
    "bid joins, more than the queue trades": (MARKET, "buy 3 @99 gtc", "trade 99x7 sell", "2@99 maker", "PARTIALLY_FILLED 2 1"),
    "offer joins, more than the queue trades": (MARKET, "sell 3 @101 gtc", "trade 101x7 buy", "2@101 maker", "PARTIALLY_FILLED 2 1"),
    # Whoever bought at 99 met an offer there: the queue of bids did not move.
    "bid joins, somebody buys at its price": (MARKET, "buy 3 @99 gtc", "trade 99x7 buy", "", "NEW 0 3"),
    # Pessimistic: whoever left was behind us, but no more than 2 can be ahead.
    "bid joins, the queue shrinks": (MARKET, "buy 3 @99 gtc", "quote 99x2 101x5; trade 99x4 sell", "2@99 maker", "PARTIALLY_FILLED 2 1"),
    "bid joins, the queue grows behind it": (MARKET, "buy 3 @99 gtc", "quote 99x9 101x5; trade 99x6 sell", "1@99 maker", "PARTIALLY_FILLED 1 2"),
    "bid joins, the market's bid falls": (MARKET, "buy 3 @99 gtc", "quote 98x5 101x5; trade 99x1 sell", "1@99 maker", "PARTIALLY_FILLED 1 2"),
    # What is ahead at 98 is not shown while the best bid is 99.
    "bid behind, a trade at it": (MARKET, "buy 3 @98 gtc", "trade 98x50 sell", "", "NEW 0 3"),
    "bid behind, its price is shown": (MARKET, "buy 3 @98 gtc", "quote 98x4 101x5; trade 98x6 sell", "2@98 maker", "PARTIALLY_FILLED 2 1"),
    "bid behind, a trade through it": (MARKET, "buy 3 @98 gtc", "trade 97.99x2 sell", "2@98 maker", "PARTIALLY_FILLED 2 1"),
    # ------------------------------------------------------------ times in force
    "day order, the close": (MARKET, "buy 3 @100 day", "close", "", "EXPIRED 0 0"),
    "day order, a part, the close": (MARKET, "buy 3 @100 day", "trade 100x2; close", "2@100 maker", "EXPIRED 2 0"),
    "day order while the market is closed": ("close", "buy 3 @100 day", "", "", "REJECTED 0 0"),
    "GTC order over the night": (MARKET, "sell 3 @100 gtc", "close; trade 100.5x9; open 9; trade 100.5x9", "3@100 maker", "FILLED 3 0"),
    "GTD order on its day": (MARKET, "buy 3 @100 gtd8", "close", "", "EXPIRED 0 0"),
    "GTD order of the next day": (MARKET, "buy 3 @100 gtd9", "close; open 9", "", "NEW 0 3"),
    "GTD order, the close of the next day": (MARKET, "buy 3 @100 gtd9", "close; open 9; close 9", "", "EXPIRED 0 0"),
    "good for time, in time": (MARKET, "sell 3 @100 gft5", "wait 3; trade 100x9", "3@100 maker", "FILLED 3 0"),
    "good for time, too late": (MARKET, "sell 3 @100 gft5", "wait 5; trade 100x9", "", "EXPIRED 0 0"),
    "good till time": (MARKET, "buy 3 @100 gtt", "wait 9", "", "EXPIRED 0 0"),
    # Of the opening and the close only what meets trades: 3 at 100, where both our bid and the market's offer are.
    "at the opening": ("close; quote 99x5 100x5", "buy 3 @100 opg", "open 9", "3@100 auction", "FILLED 3 0"),
    "at the opening, nobody to meet": ("close; quote 99x5 101x5", "buy 3 @100 opg", "open 9", "", "EXPIRED 0 0"),
    "at the opening, before it a trade through": (f"close; {MARKET}", "buy 3 @100 opg", "trade 99x9", "", "NEW 0 3"),
    "market sell at the close": (f"{MARKET}; trade 100x1", "sell 3 mkt cls", "close", "3@99 auction", "FILLED 3 0"),
    # ------------------------------------------------------------ orders that wait for a price
    "stop buy, reached": (MARKET, "buy 3 stop102 gtc", "trade 102x1", "3@101 taker", "FILLED 3 0"),
    "stop buy, not reached": (MARKET, "buy 3 stop102 gtc", "trade 101.99x1", "", "NEW 0 3"),
    "stop sell through a gap": (MARKET, "sell 3 stop98 gtc", "quote 95x9 96x9; trade 96x1", "3@95 taker", "FILLED 3 0"),
    "stop sell of more than is shown": (MARKET, "sell 3 stop98 gtc", "quote 97x2 98x9; trade 98x1", "2@97 taker", "CANCELED 2 0"),
    "stop sell on the bid": (MARKET, "sell 3 stop98/ba gtc", "quote 97.5x5 98.5x5", "3@97.5 taker", "FILLED 3 0"),
    "stop sell, the close before": (MARKET, "sell 3 stop98 day", "close; trade 97x1", "", "EXPIRED 0 0"),
    "stop limit buy within its limit": (MARKET, "buy 3 stop102@101.5 gtc", "trade 102x1", "3@101 taker", "FILLED 3 0"),
    "stop limit sell past its limit rests": (MARKET, "sell 3 stop98@97.5 gtc", "quote 97x2 98x9; trade 98x1", "", "NEW 0 3"),
    "stop limit IOC past its limit": (MARKET, "sell 3 stop98@97.5 ioc", "quote 97x2 98x9; trade 98x1", "", "CANCELED 0 0"),
    "market if touched buy": (MARKET, "buy 3 mit98 gtc", "quote 97x5 98x5; trade 98x1", "3@98 taker", "FILLED 3 0"),
    "limit if touched sell rests": (MARKET, "sell 3 mit103@102.5 gtc", "quote 102x5 103x5; trade 103x1", "", "NEW 0 3"),
    # 105 is the highest; 2 below it is 103.
    "trailing stop sell": (MARKET, "sell 3 trail2 gtc", "trade 105x1; trade 103.01x1; trade 103x1", "3@99 taker", "FILLED 3 0"),
    "trailing stop sell, not yet": (MARKET, "sell 3 trail2 gtc", "trade 105x1; trade 103.01x1", "", "NEW 0 3"),
    # ------------------------------------------------------------ other kinds
    "market to limit buy rests at what it paid": (MARKET, "buy 8 mtl gtc", "trade 100.5x1", "5@101 taker; 1@101 maker", "PARTIALLY_FILLED 6 2"),
    "market to limit sell where nobody bids": ("quote - 101x5", "sell 3 mtl gtc", "", "", "CANCELED 0 0"),
    # It follows the bid to 100, behind the 5 there.
    "pegged buy follows the bid": (MARKET, "buy 3 peg0 gtc", "quote 100x5 102x5; trade 100x7 sell", "2@100 maker", "PARTIALLY_FILLED 2 1"),
    "post only at the offer": (MARKET, "buy 3 @101 gtc post", "", "", "REJECTED 0 0"),
    "post only inside": (MARKET, "buy 3 @100 gtc post", "trade 99.5x9", "3@100 maker", "FILLED 3 0"),
    "all or none waits for enough": (MARKET, "buy 8 @101 gtc aon", "quote 99x5 101x7; quote 99x5 101x8", "8@101 maker", "FILLED 8 0"),
    "a least quantity, then the rest": (MARKET, "buy 8 @101 gtc min6", "quote 99x5 101x6", "6@101 maker", "PARTIALLY_FILLED 6 2"),
    # The manager knows that there is none, and sends nothing.
    "reduce only without a position": (MARKET, "sell 3 @99 gtc reduce", "", "", "DENIED 0 0"),
    # ------------------------------------------------------------ what we ask for afterwards
    "cancel": (MARKET, "buy 3 @100 gtc", "cancel; trade 99x9", "", "CANCELED 0 0"),
    "cancel after a part": (MARKET, "buy 3 @100 gtc", "trade 100x2; cancel", "2@100 maker", "CANCELED 2 0"),
    "replace, less at the same price, keeps the place": (
        MARKET, "buy 5 @99 gtc", "trade 99x5 sell; replace 3@99; trade 99x3 sell", "3@99 maker", "FILLED 3 0",
    ),
    # It stands behind the 5 that the quote shows, as if it came now.
    "replace, more at the same price, loses it": (MARKET, "buy 5 @99 gtc", "trade 99x5 sell; replace 6@99; trade 99x5 sell", "", "NEW 0 6"),
    "replace, another price and back, loses it": (
        MARKET, "buy 5 @99 gtc", "trade 99x5 sell; replace 5@98; replace 5@99; trade 99x5 sell", "", "NEW 0 5",
    ),
    "replace to the offer trades": (MARKET, "buy 3 @100 gtc", "replace 3@101", "3@101 taker", "FILLED 3 0"),
    "replace to what has traded stops there": (MARKET, "buy 5 @100 gtc", "trade 99.5x2; replace 2@100", "2@100 maker", "FILLED 2 0"),
}  # fmt: skip
WHO = {LastLiquidityInd.ADDED: "maker", LastLiquidityInd.REMOVED: "taker", None: "auction"}


class Scenario:
    """One order of ours in a market."""

    def __init__(self, account: AccountModel | None = None) -> None:
        self.clock = ManualClock(NOON_NS)
        self.audit = FillAudit([INSTRUMENT], balances=MONEY)
        self.broker = PaperBroker([INSTRUMENT], fees=FEES, account=account, witness=self.audit)
        self.store = MemoryEventStore()
        self.om = OrderManager(brokers=[self.broker], store=self.store, clock=self.clock)
        self.fills: list[str] = []
        self.om.on(Traded, self._traded)
        self.order: Order | None = None

    def _traded(self, event: Traded) -> None:
        px = (
            f"{event.last_px:f}".rstrip("0").rstrip(".")
            if "." in f"{event.last_px:f}"
            else f"{event.last_px:f}"
        )
        self.fills.append(f"{event.last_qty}@{px} {WHO[event.last_liquidity_ind]}")

    def play(self, steps: str) -> None:
        for step in filter(None, steps.split("; ")):
            self.clock.advance_to(self.clock.now_ns() + 1_000_000)
            self.step(step.split())

    def step(self, words: list[str]) -> None:
        now_ns = self.clock.now_ns()
        match words:
            case ["quote", bid, ask]:
                self.om.update(Quote(X, now_ns, *shown(bid), *shown(ask)))
            case ["trade", what, *aggressor]:
                px, size = map(Decimal, what.split("x"))
                self.om.update(TradePrint(X, now_ns, px, size, SIDES[aggressor[0]] if aggressor else None))
            case [("open" | "close") as what, *day]:
                phase = SessionPhase.OPEN if what == "open" else SessionPhase.CLOSED
                self.om.session(SessionChange(now_ns, phase, f"2024010{day[0] if day else 8}"))
            case ["wait", milliseconds]:
                self.clock.advance_to(now_ns + (int(milliseconds) - 1) * 1_000_000)
                self.om.poll()
            case ["cancel"]:
                assert self.order is not None
                self.om.cancel(self.order)
            case ["replace", what]:
                assert self.order is not None
                total, _, limit = what.partition("@")
                self.om.replace(self.order, order_qty=total, price=limit)
            case [side, qty, terms, tif, *asked]:
                self.order = self.om.submit(
                    "X",
                    SIDES[side],
                    qty,
                    terms_of(terms),
                    tif=TIMES_IN_FORCE[tif],
                    instructions=instructions_of(asked),
                )
            case _:
                raise AssertionError(f"no such thing happens: {words}")


@pytest.mark.parametrize("name", TABLE)
def test_what_becomes_of_an_order(name: str) -> None:
    before, order, after, fills, end = TABLE[name]
    scenario = Scenario()
    for steps in (before, order, after):
        scenario.play(steps)

    assert scenario.order is not None
    became = scenario.order
    assert "; ".join(scenario.fills) == fills
    assert f"{became.status.name} {became.cum_qty} {became.leaves_qty}" == end
    assert scenario.audit.check(scenario.broker) == ()
    assert scenario.audit.fills == len(scenario.fills)


@pytest.mark.parametrize("name", [name for name, (*_, fills, _) in TABLE.items() if fills])
def test_what_an_order_costs_balances(name: str) -> None:
    # Where nobody is to trade with, an account could not tell what an order is worth, and would refuse it.
    before, order, after, fills, _ = TABLE[name]
    scenario = Scenario(MarginAccount(MONEY))
    for steps in (before, order, after):
        scenario.play(steps)

    assert "; ".join(scenario.fills) == fills
    assert scenario.audit.check(scenario.broker) == ()
    assert check_conservation(scenario.store.read(), scenario.broker, balances=MONEY) == ()


def test_the_table_has_the_rows_that_it_is_to_have() -> None:
    assert len(TABLE) >= 60
    sides = {order.split()[0] for _, order, *_ in TABLE.values()}
    times = {order.split()[3] for _, order, *_ in TABLE.values()}
    assert sides == {"buy", "sell", "short"}
    assert times >= {"day", "gtc", "ioc", "fok", "gtd8", "gft5", "gtt", "opg", "cls"}

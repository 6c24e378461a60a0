"""Money at the simulated exchange: whatever happens, it balances to the last decimal, and nobody spends what is not there."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from oms.model.enums import ExecType, Side
from oms.model.ids import Account
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject, Report
from oms.model.terms import Limit
from oms.simulation.accounts import AccountModel, CashAccount, MarginAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Per, Received, Together
from oms.simulation.fees import FeeModel, MakerTaker, PerUnit
from oms.simulation.slippage import Ticks
from tests.properties.test_simulated_exchange import (
    HAPPENINGS,
    TICK,
    Happening,
    happenings_of_one_market,
    px_of,
)
from tests.unit.simulation.venue import NOON_NS, Venue, X, order

ZERO = Decimal(0)
MAIN = Account("main")
INSTRUMENT = Instrument(symbol="X", currency="USD", tick=TICK, lot=1, multiplier=3)
FEES: tuple[FeeModel, ...] = (
    PerUnit("0.013"),
    Bounded(PerUnit("0.005"), minimum="0.07", maximum_bps=90),
    Together([MakerTaker(maker_bps=-1, taker_bps=7), PaidIn(PerUnit("0.001"), "EUR", {"USD": "1.1"})]),
)
START = {"USD": Decimal(200), "GBP": Decimal(5)}


class Desk:
    """Orders in a market, for one account, and what was said of them."""

    def __init__(self, account: AccountModel, fees: FeeModel, *, ticks: int = 0) -> None:
        self.venue = Venue(INSTRUMENT, account=account, fees=fees, slippage=Ticks(ticks))
        self.names: list[str] = []
        self.requests = 0
        self.said: list[Report] = []
        self.open: dict[str, ExecutionReport] = {}

    def do(self, happening: Happening) -> None:
        kind, *what = happening
        exchange, best = self.venue.exchange, 1000
        if kind == "quote":
            (bid, bid_size), (ask, ask_size) = what
            quote = Quote(X, NOON_NS, px_of(bid), Decimal(bid_size), px_of(ask), Decimal(ask_size))
            self.hear(exchange.on_quote(quote))
        elif kind == "trade":
            px, size, aggressor = what
            self.hear(
                exchange.on_trade(TradePrint(X, NOON_NS, (px or best) * TICK, Decimal(size), aggressor))
            )
        elif kind == "new":
            side, qty, px, is_market, time_in_force = what
            name = f"o{len(self.names)}"
            self.names.append(name)
            price = None if is_market else (px or best) * TICK
            request = order(name, side, Decimal(qty), price, time_in_force)
            self.venue.remember(request)
            self.hear(exchange.new_order(request))
        elif self.names:
            self.requests += 1
            name = self.names[-1 - what[0] % len(self.names)]
            orig = str(self.open[name].cl_ord_id)
            if kind == "cancel":
                self.hear(exchange.cancel(self.venue.cancel_request(f"r{self.requests}", orig)))
            else:
                _, qty, px = what
                terms = Limit(px * TICK)
                self.hear(
                    exchange.replace(
                        self.venue.replace_request(f"r{self.requests}", orig, Decimal(qty), terms)
                    )
                )

    def hear(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.said.append(report)
            if isinstance(report, ExecutionReport):
                self.open[str(report.venue_order_id).removeprefix("v")] = report

    def check(self) -> None:
        """Work the account out again from what was said alone."""
        cash, position = dict(START), ZERO
        for report in self.said:
            if isinstance(report, FeeReport):
                cash[report.currency] = cash.get(report.currency, ZERO) - report.amount
            elif isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE:
                assert report.last_qty is not None
                assert report.last_px is not None
                assert report.commission is not None
                assert report.comm_currency is not None
                signed = report.last_qty if report.side is Side.BUY else -report.last_qty
                position += signed
                cash["USD"] -= signed * report.last_px * 3
                cash[report.comm_currency] = cash.get(report.comm_currency, ZERO) - report.commission
        funds = self.venue.exchange.funds(MAIN)
        assert funds is not None
        assert {one.currency: one.cash for one in funds.balances} == cash
        assert funds.positions == ({X: position} if position else {})
        paid = {one.currency: START.get(one.currency, ZERO) - one.cash for one in funds.balances}
        fees = {one.currency: one.fees for one in funds.balances}
        assert fees.get("EUR", ZERO) == paid.get("EUR", ZERO)

    def claims(self) -> Decimal:
        """What the open purchases are worth at their limits."""
        values = [
            report.leaves_qty * report.price * 3
            for report in self.open.values()
            if report.side is Side.BUY and report.leaves_qty and report.price is not None
        ]
        return sum(values, ZERO)


@given(HAPPENINGS, st.sampled_from(FEES), st.booleans(), st.integers(0, 2))
def test_money_and_positions_are_what_was_said_of_executions_and_fees(
    happenings: list[Happening], fees: FeeModel, is_margin: bool, ticks: int
) -> None:
    """Cash is the start, less what was bought, plus what was sold, less fees; in each currency, to the last decimal."""
    desk = Desk(MarginAccount(START) if is_margin else CashAccount(START), fees, ticks=ticks)
    for happening in happenings:
        desk.do(happening)
        desk.check()


@given(HAPPENINGS, st.sampled_from(FEES[:2]), st.integers(0, 2))
def test_cash_is_never_overdrawn(happenings: list[Happening], fees: FeeModel, ticks: int) -> None:
    """A cash account holds what limit orders are worth and cost, never goes below zero whatever trades, and is never short."""
    desk = Desk(CashAccount(START, positions={"X": 3}), fees, ticks=ticks)
    for happening in happenings:
        desk.do(happening)
        funds = desk.venue.exchange.funds(MAIN)
        assert funds is not None
        usd = next(one for one in funds.balances if one.currency == "USD")
        assert usd.cash >= 0
        assert all(qty > 0 for qty in funds.positions.values())
        assert desk.claims() <= usd.held
        if not desk.claims() and not any(report.leaves_qty for report in desk.open.values()):
            assert usd.held == 0


# What is named more often is drawn more often: a market that is mostly closed shows nothing.
MORE = st.lists(
    st.one_of(
        *[happenings_of_one_market()] * 6,
        st.tuples(
            st.just("tell"), st.sampled_from(["halt", "resume", "resume", "resume", "close", *["open"] * 4])
        ),
        st.tuples(
            st.just("ask"),
            st.sampled_from(["buy", "buy", "sell"]),
            st.integers(1, 6),
            st.sampled_from(
                [
                    "mkt opg",
                    "@10.01 cls",
                    "mkt gtc",
                    "peg gtc",
                    "peg/mid day aon",
                    "peg/market gtc",
                    "stop10.01 gtc",
                    "stop10 day min2",
                    "@10/show1 gtc",
                ]
            ),
        ),
        st.tuples(
            st.just("group"),
            st.sampled_from(
                [
                    "sell 2 @10 gtc > {} buy 2 @10.01 gtc",
                    "buy 4 @9.99 gtc | {} buy 4 stop10.01 gtc",
                    "buy 4 @10 gtc > {} sell * stop9.99 gtc | {} sell * @10.01 gtc",
                ]
            ),
        ),
    ),
    min_size=20,
    max_size=50,
)
MORE_FEES: tuple[FeeModel, ...] = (
    *FEES,
    Bounded(PerUnit("0.01"), minimum="0.5", per=Per.EXECUTION),
    PaidIn(Bounded(PerUnit("0.01"), minimum="0.5", per=Per.EXECUTION), "EUR", {"USD": "1.1"}),
    MakerTaker(maker_bps=50, taker_bps=1),
    Received(base={"X": "XBT"}, maker_bps=100, taker_bps=200),
)


def act(desk: Desk, happening: Happening) -> None:
    kind, *what = happening
    desk.venue.time_ns = NOON_NS
    match kind:
        case "tell":
            desk.hear(desk.venue.do(what))
        case "ask":
            side, qty, rest = what
            desk.names.append(f"o{len(desk.names)}")
            desk.hear(desk.venue.do(f"{side} {desk.names[-1]} {qty} {rest}".split()))
        case "group":
            number = len(desk.names)
            names = [f"o{number + step}" for step in range(what[0].count("{}") + 1)]
            desk.names += names
            desk.hear(desk.venue.do(f"list : {names[0]} {what[0].format(*names[1:])}".split()))
        case _:
            desk.do(happening)


@given(MORE, st.sampled_from(MORE_FEES), st.integers(0, 2))
def test_whatever_trades_is_paid_for(happenings: list[Happening], fees: FeeModel, ticks: int) -> None:
    """In auctions, by pegs, stops and lists, in every currency: there is what is spent, what is sold, and what is held for others.

    What is taken out of what was received is covered by it.
    """
    start = {"USD": Decimal(400), "EUR": Decimal(3)}
    desk = Desk(CashAccount(start, positions={"X": 8}), fees, ticks=ticks)
    for happening in happenings:
        act(desk, happening)
        funds = desk.venue.exchange.funds(MAIN)
        assert funds is not None
        position = funds.positions.get(X, ZERO)
        assert position >= 0
        for one in funds.balances:
            if one.currency == "XBT":
                assert position + one.cash >= 0
            else:
                assert one.cash >= max(one.held, ZERO), (one, desk.said[-1])


@given(HAPPENINGS, st.sampled_from(FEES))
def test_an_order_that_margin_refuses_would_have_been_too_much(
    happenings: list[Happening], fees: FeeModel
) -> None:
    """After an order was taken that makes the position larger, what it needs is covered by equity."""
    desk = Desk(MarginAccount({"USD": 60}), fees)
    for happening in happenings:
        said = len(desk.said)
        before = desk.venue.exchange.funds(MAIN)
        desk.do(happening)
        after = desk.venue.exchange.funds(MAIN)
        assert before is not None
        assert after is not None
        fresh = desk.said[said:]
        if happening[0] != "new" or not isinstance(fresh[0], ExecutionReport):
            assert all(not isinstance(one, OrderCancelReject) or one.text for one in fresh)
            continue
        if fresh[0].exec_type is ExecType.REJECTED and fresh[0].reject_code == "3":
            assert after == before
        elif len(fresh) == 1 and after.balances[0].initial > before.balances[0].initial:
            # It rests: nothing has been paid yet.
            assert after.balances[0].initial <= after.balances[0].equity

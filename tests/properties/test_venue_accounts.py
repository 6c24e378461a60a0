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
from oms.simulation.fee_schedules import Bounded, PaidIn, Together
from oms.simulation.fees import FeeModel, MakerTaker, PerUnit
from oms.simulation.slippage import Ticks
from tests.properties.test_simulated_exchange import HAPPENINGS, TICK, Happening, px_of
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

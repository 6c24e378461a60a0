"""The machine of orders that are refused where they would meet their own: requests and reports are on their way as long as they like.

The exchange lets orders of one account rest beside or beyond one another, so that it would show what the gate lets through.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oms.engine.engine import Engine
from oms.engine.inputs import Input, Reported, Start
from oms.engine.invariants import check_state
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.reports import Report
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms, limit_px
from oms.model.time_in_force import DAY, GTC, IOC, Day, GoodTillCancel, ImmediateOrCancel
from oms.order_types.registry import default_handlers
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from tests.fakes import AAPL, CAN_ALL, T0, S

PAPER, X = BrokerName("paper"), Symbol("AAPL")
ACCOUNTS = tuple(Account(name) for name in ("first", "second"))
LIMITS = evolve(RiskLimits.off("a test"), blocks_self_match=True)
# Stops are held here.
CAN = evolve(
    CAN_ALL,
    order_types=frozenset((kind, tif) for kind in (Market, Limit) for tif in (Day, GoodTillCancel, ImmediateOrCancel)),
)  # fmt: skip
SIDES, PRICES, PICKS = st.sampled_from(Side), st.integers(97, 103), st.integers(0, 99)
SIZES = st.integers(1, 9)


def reach(px: Decimal | None, *, is_buy: bool) -> Decimal:
    """The worst price that an order trades at; there is always a worse one where it has no limit."""
    return px if px is not None else Decimal("Infinity" if is_buy else "-Infinity")


class SelfMatchMachine(RuleBasedStateMachine):
    """Law: no order or replace comes to the exchange while one of its account rests there that it would trade with."""

    @initialize()
    def begin(self) -> None:
        self.engine = Engine({PAPER: CAN}, default_handlers())
        self.exchange = SimulatedExchange([AAPL], rules=MatchingRules(self_match=SelfMatch.REST_BOTH))
        self.requests: deque[Request] = deque()
        self.reports: deque[Report] = deque()
        self.now_ns = T0
        self.tell(Start("desk", 3600 * S, LIMITS, (AAPL,)))
        # Both sides of an account rest, so that a replace may bring them together.
        for side, px in ((Side.BUY, 98), (Side.SELL, 102)):
            self.tell(SubmitOrder(X, side, 9, Limit(px), GTC, ACCOUNTS[0]))
        self.arrive(2)
        self.hear(2)

    def tell(self, what: Input) -> None:
        self.now_ns += 1
        self.requests += self.engine.handle(what, self.now_ns).requests

    # ------------------------------------------------------------ what is asked

    @rule(
        side=SIDES, qty=SIZES, px=st.none() | PRICES, account=st.sampled_from(ACCOUNTS),
        tif=st.sampled_from((DAY, GTC, IOC)),
    )  # fmt: skip
    def submit(self, side: Side, qty: int, px: int | None, account: Account, tif: Day | GoodTillCancel | ImmediateOrCancel) -> None:  # fmt: skip
        self.tell(SubmitOrder(X, side, qty, Market() if px is None else Limit(px), tif, account))

    @rule(side=SIDES, qty=SIZES, stop=PRICES, px=st.none() | PRICES, account=st.sampled_from(ACCOUNTS))
    def hold(self, side: Side, qty: int, stop: int, px: int | None, account: Account) -> None:
        self.tell(SubmitOrder(X, side, qty, Stop(stop) if px is None else StopLimit(stop, px), GTC, account))

    @rule(pick=PICKS, qty=st.none() | SIZES, px=st.none() | PRICES)
    def replace(self, pick: int, qty: int | None, px: int | None) -> None:
        if (order_id := self.pick(pick)) is not None and (qty, px) != (None, None):
            self.tell(ReplaceOrder(order_id, order_qty=qty, price=px))

    @rule(pick=PICKS, px=PRICES)
    def move(self, pick: int, px: int) -> None:
        self.replace(pick, None, px)

    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        if (order_id := self.pick(pick)) is not None:
            self.tell(CancelOrder(order_id))

    def pick(self, number: int) -> OrderId | None:
        working = sorted(self.engine.state.book.exposure.open_orders)
        return working[number % len(working)] if working else None

    # ------------------------------------------------------------ what happens

    @rule(bid=PRICES, size=SIZES)
    def quote(self, bid: int, size: int) -> None:
        quote = Quote(X, self.now_ns, bid, size, bid + 1, size)
        self.reports += self.exchange.on_quote(quote)
        self.tell(quote)

    @rule(px=PRICES, size=SIZES)
    def trade(self, px: int, size: int) -> None:
        trade = TradePrint(X, self.now_ns, px, size)
        self.reports += self.exchange.on_trade(trade)
        self.tell(trade)

    @precondition(lambda self: self.requests)
    @rule(count=st.integers(1, 3))
    def arrive(self, count: int) -> None:
        for _ in range(min(count, len(self.requests))):
            request = self.requests.popleft()
            if isinstance(request, NewOrderSingle | OrderCancelReplaceRequest):
                self.check(request.account, request.side, request.terms)
                came = (
                    self.exchange.new_order if isinstance(request, NewOrderSingle) else self.exchange.replace
                )
                self.reports += came(request)  # type: ignore[arg-type]  # each takes its own
            elif isinstance(request, OrderCancelRequest):
                self.reports += self.exchange.cancel(request)

    @precondition(lambda self: self.reports)
    @rule(count=st.integers(1, 4))
    def hear(self, count: int) -> None:
        for _ in range(min(count, len(self.reports))):
            self.tell(Reported(PAPER, self.reports.popleft()))

    # ------------------------------------------------------------ the law

    def check(self, account: Account, side: Side, terms: Terms) -> None:
        is_buy = side is Side.BUY
        px = reach(limit_px(terms), is_buy=is_buy)
        for one in self.exchange.open_orders(self.now_ns):
            if one.account == account and (one.side is Side.BUY) is not is_buy:
                other = reach(one.price, is_buy=not is_buy)
                assert px < other if is_buy else px > other, f"{one} would meet it at {px}"

    @invariant()
    def no_account_rests_across_itself(self) -> None:
        opened = self.exchange.open_orders(self.now_ns)
        for account in ACCOUNTS:
            ours = [one for one in opened if one.account == account]
            bids = [reach(one.price, is_buy=True) for one in ours if one.side is Side.BUY]
            asks = [reach(one.price, is_buy=False) for one in ours if one.side is not Side.BUY]
            assert not bids or not asks or max(bids) < min(asks)

    @invariant()
    def all_is_well(self) -> None:
        assert check_state(self.engine.state) == ()


TestBlockedSelfMatch = pytest.mark.slow(SelfMatchMachine.TestCase)
TestBlockedSelfMatch.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

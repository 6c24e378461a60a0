"""A simulated exchange that is looked on: whatever it is told in a test, its fills are held against what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from oms.model.bars import Bar, QuoteBar
from oms.model.depth import Depth
from oms.model.instrument import Instrument
from oms.model.market import MarketData, MarkPrice, Quote, TradePrint
from oms.model.reports import ExecutionReport
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
)
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.simulation.accounts import AccountModel
from oms.simulation.exchange import SimulatedExchange
from oms.simulation.fees import FeeModel
from oms.simulation.matching import Matching
from oms.simulation.order_desk import OrderDesk
from oms.simulation.reporting import Reports
from oms.simulation.rules import USUAL_RULES, MatchingRules
from oms.simulation.slippage import SlippageModel
from oms.simulation.standing import Standing
from oms.simulation.venue_acts import OrderAct, TradeAct, VenueActs
from oms.testing.fill_audit.audit import FillAudit


class AuditError(AssertionError):
    """Something does not balance."""


class _Acts(VenueActs):
    """What the venue does of its own accord, looked on."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: WitnessedExchange, desk: OrderDesk, matching: Matching) -> None:
        super().__init__(desk, matching)
        self._exchange = exchange

    def act_on_order(self, act: OrderAct, time_ns: int) -> Reports:
        return self._exchange.seen(_nothing, lambda: super(_Acts, self).act_on_order(act, time_ns))

    def act_on_trade(
        self, act: TradeAct, said: Standing | Iterable[ExecutionReport], time_ns: int
    ) -> Reports:
        return self._exchange.seen(_nothing, lambda: super(_Acts, self).act_on_trade(act, said, time_ns))


def _nothing() -> None:
    """Tell the audit nothing beforehand."""


class WitnessedExchange(SimulatedExchange):
    """Fails as soon as a fill is of nothing that was there."""

    def __init__(
        self,
        instruments: list[Instrument],
        *,
        fees: FeeModel | None = None,
        slippage: SlippageModel | None = None,
        account: AccountModel | None = None,
        rules: MatchingRules = USUAL_RULES,
    ) -> None:
        super().__init__(instruments, fees=fees, slippage=slippage, account=account, rules=rules)
        opening = None if account is None else account.opening()
        self.audit = FillAudit(
            instruments,
            slips=slippage is not None,
            balances=None if opening is None else opening.balances,
            positions=None if opening is None else opening.positions,
        )
        self._is_within = False
        self.acts = _Acts(self, self._desk, self._matching)

    def seen(self, tell: Callable[[], None], happen: Callable[[], Reports]) -> Reports:
        """Let something happen, and look at what follows; what it calls of itself is not looked at twice."""
        if self._is_within:
            return happen()
        self._is_within = True
        try:
            tell()
            reports = happen()
        finally:
            self._is_within = False
        for report in reports:
            self.audit.on_report(report)
        wrong = self.audit.check(self)
        if wrong:
            raise AuditError("; ".join(wrong))
        return reports

    def _market(self, heard: MarketData, happen: Callable[[], Reports]) -> Reports:
        # What the clock ends before it is not of this update.
        before = [] if self._is_within else self.on_clock(heard.time_ns)
        return [*before, *self.seen(lambda: self.audit.on_market(heard), happen)]

    def on_market(self, heard: MarketData) -> Reports:
        return self._market(heard, lambda: super(WitnessedExchange, self).on_market(heard))

    def on_quote(self, quote: Quote) -> Reports:
        return self._market(quote, lambda: super(WitnessedExchange, self).on_quote(quote))

    def on_trade(self, trade: TradePrint) -> Reports:
        return self._market(trade, lambda: super(WitnessedExchange, self).on_trade(trade))

    def on_mark(self, mark: MarkPrice) -> Reports:
        return self._market(mark, lambda: super(WitnessedExchange, self).on_mark(mark))

    def on_bar(self, heard: Bar | QuoteBar) -> Reports:
        return self._market(heard, lambda: super(WitnessedExchange, self).on_bar(heard))

    def on_depth(self, heard: Depth) -> Reports:
        return self._market(heard, lambda: super(WitnessedExchange, self).on_depth(heard))

    def on_status(self, status: SecurityStatus) -> Reports:
        return self._market(status, lambda: super(WitnessedExchange, self).on_status(status))

    def on_session(self, change: SessionChange) -> Reports:
        before = self.on_clock(change.time_ns)
        happen = lambda: super(WitnessedExchange, self).on_session(change)  # noqa: E731  # as its neighbours
        return [*before, *self.seen(lambda: self.audit.on_session(change), happen)]

    def on_clock(self, time_ns: int) -> Reports:
        return self.seen(lambda: None, lambda: super(WitnessedExchange, self).on_clock(time_ns))

    def new_order(self, request: NewOrderSingle) -> Reports:
        happen = lambda: super(WitnessedExchange, self).new_order(request)  # noqa: E731
        return self.seen(lambda: self.audit.on_request(request), happen)

    def new_list(self, request: NewOrderList) -> Reports:
        happen = lambda: super(WitnessedExchange, self).new_list(request)  # noqa: E731
        return self.seen(lambda: self.audit.on_request(request), happen)

    def cancel(self, request: OrderCancelRequest) -> Reports:
        happen = lambda: super(WitnessedExchange, self).cancel(request)  # noqa: E731
        return self.seen(lambda: self.audit.on_request(request), happen)

    def replace(self, request: OrderCancelReplaceRequest) -> Reports:
        happen = lambda: super(WitnessedExchange, self).replace(request)  # noqa: E731
        return self.seen(lambda: self.audit.on_request(request), happen)

"""Looks at every fill of a simulated exchange as it is made: is it of something that was there, once, and in its turn?

It is a second opinion: it hears what the exchange hears and what the exchange says, keeps books and sums of its own, and shares
nothing with what matches. Held against every fill:

- **Volume.** Each size that is shown, each trade between others and each bar is used once; what was taken of a showing stays gone
  until that shows something else (`oms.testing.fill_audit.sources`).
- **Prices.** A fill is at a price that was there, or at the order's own limit where the market has come to it, and never beyond the
  limit; what takes gets the best price that is left.
- **Priority.** Of our own orders the better limit first, then the earlier, whatever is shown of them; where the market's orders have names,
  also among these. Where they have none, the queue ahead is an estimate: no trade at an order's price comes to it before those
  are through who must have been ahead with the best of luck (`oms.testing.fill_audit.queues`).
- **Sums.** What an order has executed is the sum of its fills, busts and corrections counted, and no more than it is for.
- **Money.** At the end cash, positions and fees of each account are what the fills and fees come to, and what is left of what others
  show is what was shown less what we took, to the last decimal.

Orders that follow a peg, only reduce, trade in full or by a least quantity, or depend on others are held to all of it but that
they may be passed over; nobody outside can tell how much of them works.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Protocol

from oms.model.depth import Levels
from oms.model.enums import ExecType, LastLiquidityInd
from oms.model.ids import Account, ExecId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarketData
from oms.model.reports import ExecutionReport, FeeReport, Report
from oms.model.requests import NewOrderList, NewOrderSingle, OrderCancelReplaceRequest
from oms.model.sessions import SessionChange
from oms.model.terms import MarketToLimit
from oms.simulation.purses import Funds
from oms.simulation.witness import Asked
from oms.testing.fill_audit.own_orders import OwnOrder, OwnOrders, is_renewal
from oms.testing.fill_audit.purses import Purses
from oms.testing.fill_audit.showing import SUMS, ZERO
from oms.testing.fill_audit.sources import Sources

MAX_FOUND: Final = 100
"""How many sentences are kept; all are counted."""
_ENDS: Final = frozenset({ExecType.CANCELED, ExecType.EXPIRED})
_PAUSES: Final = frozenset({ExecType.SUSPENDED, ExecType.DONE_FOR_DAY})


class Accountable(Protocol):
    """Whoever can say what is left and what accounts have: a `PaperBroker`, or the exchange itself."""

    @abstractmethod
    def untaken(self, symbol: Symbol, /) -> tuple[Levels, Levels]:
        """Give what is left of the bids and of the offers that others show."""

    @abstractmethod
    def funds(self, account: Account, /) -> Funds | None:
        """Give what an account has; None where accounts are not watched."""


class FillAudit:
    """A witness of one simulated exchange.

    Attributes:
        found: What does not balance, as sentences, at most `MAX_FOUND`.
        wrong: How much was found in all.
        fills: How many fills were looked at.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        *,
        slips: bool = False,
        balances: Mapping[str, Decimal] | None = None,
        positions: Mapping[str, Decimal] | None = None,
    ) -> None:
        """Begin before anything has happened.

        Args:
            instruments: What is traded.
            slips: What takes may trade at worse prices than shown: there is a slippage model.
            balances: What each account begins with, by currency; nothing unless given.
            positions: What each account begins with, by symbol; nothing unless given.
        """
        self._instruments = {one.symbol: one for one in instruments}
        self._sources = {symbol: Sources(one, slips=slips) for symbol, one in self._instruments.items()}
        self._orders = OwnOrders()
        self._asked: dict[str, tuple[NewOrderSingle, bool]] = {}
        self._replaces: dict[str, OrderCancelReplaceRequest] = {}
        self._fills: dict[ExecId | None, tuple[OwnOrder, Decimal, Decimal]] = {}
        self._purses = Purses(balances or {}, positions or {})
        self.found: list[str] = []
        self.wrong = 0
        self.fills = 0

    @property
    def drawn(self) -> Counter[str]:
        """How many fills were of each kind of source."""
        total: Counter[str] = Counter()
        for one in self._sources.values():
            total += one.drawn
        return total

    # ------------------------------------------------------------ what the exchange hears

    def on_request(self, request: Asked) -> None:
        """Take note of what is asked; what was refused is never looked up."""
        if isinstance(request, NewOrderSingle):
            self._asked.setdefault(request.cl_ord_id, (request, False))
        elif isinstance(request, NewOrderList):
            for one in request.orders:
                self._asked.setdefault(one.cl_ord_id, (one, True))
        elif isinstance(request, OrderCancelReplaceRequest):
            self._replaces.setdefault(request.cl_ord_id, request)

    def on_market(self, heard: MarketData) -> None:
        """Take note of what others show and do."""
        sources = self._sources.get(heard.symbol)
        if sources is not None:
            sources.hear(heard)

    def on_session(self, change: SessionChange) -> None:
        """Take note that a session opens or closes."""
        for symbol, sources in self._sources.items():
            if change.symbol is None or change.symbol == symbol:
                sources.change_session(change.phase)

    # ------------------------------------------------------------ what the exchange says

    def on_report(self, report: Report) -> None:
        """Look at what the exchange says."""
        if isinstance(report, FeeReport):
            order = self._fills[report.exec_id][0]
            self._purses.charge(order.account, report.currency, report.amount)
        elif isinstance(report, ExecutionReport):
            name = report.venue_order_id
            known = None if name is None else self._orders.known.get(name)
            if known is not None:
                self._on_own(report, known)
            elif report.exec_type is ExecType.NEW:
                asked, depends = self._asked[report.cl_ord_id or ""]
                order = self._orders.take(asked, report, depends=depends)
                self._put_last(order, report)

    def _put_last(self, order: OwnOrder, report: ExecutionReport) -> None:
        sources = self._sources[order.symbol]
        time_ns = report.transact_time_ns or 0
        kind, since_ns = report.exec_type, sources.since_ns
        if since_ns is not None and kind is ExecType.TRIGGERED and order.placed_ns > since_ns:
            self._tell(f"order {order.name} came after the bar began that has released it")
        # What a bar releases, or shows the next part of, has been there since it began, and trades in it.
        is_of_bar = kind is ExecType.TRIGGERED or (kind is ExecType.TRADE and sources.is_bar_of_trades)
        if since_ns is not None and is_of_bar:
            time_ns = since_ns
        self._orders.put_last(order, queue_place=sources.next_place, time_ns=time_ns)
        order.standing = (
            None if order.price is None else sources.queues.join(order.price, is_buy=order.is_buy)
        )
        if is_of_bar and sources.is_gone_through:
            self._orders.put_late_behind(order)

    def _on_own(self, report: ExecutionReport, order: OwnOrder) -> None:
        orders, kind = self._orders, report.exec_type
        if kind is ExecType.TRADE:
            self._look(report, order)
        elif kind in {ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT}:
            self._take_back(report, order)
        elif kind in _ENDS:
            orders.end(order)
        elif kind in _PAUSES:
            orders.pause(order)
        elif kind is ExecType.TRIGGERED or kind is ExecType.NEW or is_renewal(report):
            if kind is ExecType.TRIGGERED:
                orders.release(order, order.price if report.price is None else report.price)
            else:
                orders.take_up(order)
            self._put_last(order, report)
        elif kind is ExecType.REPLACED or kind is ExecType.RESTATED:
            asked = self._replaces.get(report.cl_ord_id or "") if kind is ExecType.REPLACED else None
            if orders.amend(order, report, asked):
                self._sources[order.symbol].settle()
                self._put_last(order, report)

    def _look(self, report: ExecutionReport, order: OwnOrder) -> None:
        qty, px, liquidity = report.last_qty, report.last_px, report.last_liquidity_ind
        assert qty is not None
        assert px is not None
        sources = self._sources[order.symbol]
        shown = order.show()
        self.fills += 1
        said: list[str | None] = [_beyond_limit(order, px)]
        if liquidity is LastLiquidityInd.ADDED:
            said += self._out_of_turn(order, qty, sources.since_ns)
        said.append(sources.draw(order, qty, px, liquidity))
        gets_limit = order.price is None and isinstance(order.terms, MarketToLimit)
        if gets_limit:
            order.price = px
        self._orders.fill(order, qty)
        if liquidity is LastLiquidityInd.ADDED and order.leaves_qty:
            order.shown = SUMS.subtract(shown, qty)
            if not order.shown:
                self._put_last(order, report)
        elif gets_limit and order.leaves_qty:
            self._put_last(order, report)
        elif liquidity is LastLiquidityInd.REMOVED:
            order.shown = None  # what comes takes with all of it; what is left shows a whole part
        said += _sums(report, order)
        for what in said:
            if what is not None:
                self._tell(f"execution {report.exec_id}, {qty} at {px}: {what}")
        self._fills[report.exec_id] = order, qty, px
        instrument = self._instruments[order.symbol]
        if order.money is not None:
            value = SUMS.multiply(SUMS.multiply(qty, px), instrument.multiplier)
            order.money = SUMS.subtract(order.money, value)
            if order.money < ZERO:
                self._tell(
                    f"order {order.name} is for an amount of money, exceeded by {order.money.copy_abs()}"
                )
        self._purses.trade(order.account, instrument, qty if order.is_buy else SUMS.minus(qty), px)
        if report.commission and report.comm_currency is not None:
            self._purses.charge(order.account, report.comm_currency, report.commission)

    def _out_of_turn(self, order: OwnOrder, qty: Decimal, since_ns: int | None) -> Iterable[str]:
        if order.is_plain and qty > order.show():
            yield f"it shows {order.show()}"
        other = self._orders.ahead_of(order, since_ns)
        if other is not None:
            yield f"order {other.name}, {other.leaves_qty} at {other.price}, comes before it"

    def _take_back(self, report: ExecutionReport, order: OwnOrder) -> None:
        _, qty, px = self._fills.pop(report.exec_ref_id)
        now, now_px = report.last_qty or ZERO, report.last_px or ZERO
        if report.exec_type is ExecType.TRADE_CANCEL:
            now = ZERO
        instrument = self._instruments[order.symbol]
        for signed, at in ((SUMS.minus(qty), px), (now, now_px)):
            self._purses.trade(order.account, instrument, signed if order.is_buy else SUMS.minus(signed), at)
        order.cum_qty = SUMS.add(SUMS.subtract(order.cum_qty, qty), now)
        # Fees are of the execution as it was charged, by whatever name it stands now.
        self._fills[report.exec_id] = order, now, now_px
        self._fills.setdefault(report.exec_ref_id, (order, ZERO, ZERO))

    def _tell(self, what: str) -> None:
        self.wrong += 1
        if len(self.found) < MAX_FOUND:
            self.found.append(what)

    # ------------------------------------------------------------ the end

    def check(self, venue: Accountable) -> tuple[str, ...]:
        """Give everything that does not balance by now, as sentences; nothing if all is well.

        Args:
            venue: The one that it is the witness of; its accounts have begun with what the audit was told.
        """
        for symbol, sources in self._sources.items():
            sources.end()
            for what in sources.found:
                self._tell(what)
            sources.found.clear()
            for of_bids, left in zip((True, False), venue.untaken(symbol), strict=True):
                mine = sources.untaken(of_bids=of_bids)
                if left != mine:
                    which = "bids" if of_bids else "offers"
                    self._tell(
                        f"of the {which} of {symbol} {_first(left)} is left, and by the fills {_first(mine)}"
                    )
        for account in self._purses.accounts():
            funds = venue.funds(account)
            if funds is not None:
                for what in self._purses.differences(funds):
                    self._tell(what)
        return tuple(self.found)


def _beyond_limit(order: OwnOrder, px: Decimal) -> str | None:
    limit = order.price
    if limit is None or (px <= limit if order.is_buy else px >= limit):
        return None
    return f"beyond its limit, {limit}"


def _sums(report: ExecutionReport, order: OwnOrder) -> Iterable[str]:
    if report.cum_qty != order.cum_qty:
        yield f"executed {report.cum_qty} in all, and its fills come to {order.cum_qty}"
    if order.cum_qty > order.order_qty or order.leaves_qty < ZERO:
        yield f"it is for {order.order_qty}, and {order.cum_qty} have executed"


def _first(levels: Levels) -> str:
    return ", ".join(f"{left} at {px}" for px, left in levels[:3]) or "nothing"

"""What could still trade: a ledger moved by every event of an order, so that orders see one another at once.

Exposure rises when an order is to be sent and falls only when it is filled, ended or amended. While a replace is
unanswered the larger of the two quantities counts. An order given as an amount of money counts with an estimate until the
broker says how many units it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from oms.model.decimals import ONE, ZERO
from oms.model.enums import Life, Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.order import Order
from oms.model.terms import limit_px

# The mark that the ledger keeps on an order is its own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

NO_INSTRUMENTS: Final[Mapping[Symbol, Instrument]] = MappingProxyType({})
_WORKING: Final = frozenset({Life.SENT, Life.LIVE})
_BUY: Final = Side.BUY


class Exposure:
    """What is open in one instrument for one account.

    Attributes:
        open_orders: How many orders may still trade.
        open_buy_qty: How much may still be bought.
        open_sell_qty: How much may still be sold.
    """

    __slots__ = ("open_buy_qty", "open_orders", "open_sell_qty")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.open_orders = 0
        self.open_buy_qty = ZERO
        self.open_sell_qty = ZERO


def estimated_qty(order: Order, instrument: Instrument | None) -> Decimal:
    """Give how much may still trade of an order given as an amount of money, before the broker has said how much it is.

    That amount at the lower of its limit and the market price it was judged by, less what has executed; never less than a
    lot, so that it also counts where no price is known.
    """
    least = ONE if instrument is None else instrument.lot
    cash = order.cash_order_qty
    if instrument is None or cash is None:
        return least
    units = instrument.units_for(cash, limit_px(order.terms), order.reference_px)
    return least if units is None else max(units - order.cum_qty, least)


class ExposureLedger:
    """The exposure of every account and instrument, and the orders that make it up.

    Attributes:
        open_orders: The orders that may still trade.
        reducing: Those of them that may only reduce a position, by account and symbol; an entry stays, be it empty.
        matchable: All of them by account and symbol, likewise; None unless `match` asks for it.
    """

    __slots__ = ("_by_symbol", "_instruments", "matchable", "open_orders", "reducing")

    def __init__(self, instruments: Mapping[Symbol, Instrument] = NO_INSTRUMENTS) -> None:
        """Begin with nothing open in these instruments, of which more may be defined later."""
        self._instruments = instruments
        self._by_symbol: dict[Symbol, dict[Account, Exposure]] = {}
        self.open_orders: dict[OrderId, Order] = {}
        self.reducing: dict[tuple[Account, Symbol], dict[OrderId, Order]] = {}
        self.matchable: dict[tuple[Account, Symbol], dict[OrderId, Order]] | None = None

    def match(self, *, is_on: bool) -> None:
        """Keep the open orders by account and symbol from now on, or no longer."""
        self.matchable = {} if is_on else None
        if self.matchable is not None:
            for order_id, order in self.open_orders.items():
                self.matchable.setdefault((order._account, order._symbol), {})[order_id] = order

    def of(self, account: Account, symbol: Symbol) -> Exposure:
        """Give what is open in an instrument for an account."""
        try:
            return self._by_symbol[symbol][account]
        except KeyError:
            return self._by_symbol.setdefault(symbol, {}).setdefault(account, Exposure())

    def items(self) -> list[tuple[Account, Symbol, Exposure]]:
        """Give every entry, by symbol and account."""
        return [
            (account, symbol, exposure)
            for symbol, accounts in sorted(self._by_symbol.items())
            for account, exposure in sorted(accounts.items())
        ]

    def move(self, order: Order) -> None:
        """Take in what an event has just changed about an order."""
        if order._life in _WORKING:
            qty = order._leaves_qty
            if order._requests:
                for request in order._requests.values():
                    if request.order_qty is not None:
                        qty = max(qty, request.order_qty - order._cum_qty)
            if order._cash_order_qty is not None and not order._order_qty:
                qty = estimated_qty(order, self._instruments.get(order._symbol))
        else:
            qty = ZERO
        before = order._exposed_qty
        if qty == before:
            return
        try:
            exposure = self._by_symbol[order._symbol][order._account]
        except KeyError:
            exposure = self.of(order._account, order._symbol)
        if order._side is _BUY:
            exposure.open_buy_qty += qty - before
        else:
            exposure.open_sell_qty += qty - before
        order._exposed_qty = qty
        if not before:
            exposure.open_orders += 1
            self.open_orders[order._order_id] = order
            if order._instructions is not None and order._instructions.reduce_only:
                self.reducing.setdefault((order._account, order._symbol), {})[order._order_id] = order
            if self.matchable is not None:
                self.matchable.setdefault((order._account, order._symbol), {})[order._order_id] = order
        elif not qty:
            exposure.open_orders -= 1
            del self.open_orders[order._order_id]
            if order._instructions is not None and order._instructions.reduce_only:
                del self.reducing[order._account, order._symbol][order._order_id]
            if self.matchable is not None:
                del self.matchable[order._account, order._symbol][order._order_id]

"""What each account holds, with realised and open profit and fees: average cost, fed by executions and fees alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from oms.model.decimals import EXACT, ONE, ZERO
from oms.model.enums import Side
from oms.model.events import FeeCharged, InstrumentDefined, TradeCanceled, TradeCorrected, Traded
from oms.model.ids import Account, Symbol
from oms.model.position import Position

_BUY = Side.BUY


class Positions:
    """Every position, by account and symbol.

    Attributes:
        multipliers: What a price of each instrument is worth.
    """

    __slots__ = ("_by_symbol", "multipliers")

    def __init__(self) -> None:
        """Begin flat."""
        self._by_symbol: dict[Symbol, dict[Account, Position]] = {}
        self.multipliers: dict[Symbol, Decimal] = {}

    def on_instrument(self, event: InstrumentDefined) -> None:
        """Take in what a price is worth."""
        self.multipliers[event.instrument.symbol] = event.instrument.multiplier

    def on_traded(self, event: Traded) -> None:
        """Take an execution in, late ones and overfills too."""
        try:
            position = self._by_symbol[event.symbol][event.account]
        except KeyError:
            position = self.opened(event.account, event.symbol)
        position.trade(event.last_qty if event.side is _BUY else event.last_qty.copy_negate(), event.last_px)
        if event.commission:
            position.pay(event.commission, event.comm_currency)

    def on_canceled(self, event: TradeCanceled) -> None:
        """Take a busted execution back out, at its own price."""
        qty = event.old_qty if event.side is _BUY else EXACT.minus(event.old_qty)
        self.opened(event.account, event.symbol).trade(EXACT.minus(qty), event.old_px)

    def on_corrected(self, event: TradeCorrected) -> None:
        """Take an amended execution back out as it was, and in as it is."""
        sign = 1 if event.side is _BUY else -1
        position = self.opened(event.account, event.symbol)
        position.trade(EXACT.multiply(event.old_qty, Decimal(-sign)), event.old_px)
        position.trade(EXACT.multiply(event.last_qty, Decimal(sign)), event.last_px)

    def on_fee(self, event: FeeCharged) -> None:
        """Take in what an execution or an order cost beyond its report."""
        self.opened(event.account, event.symbol).pay(event.amount, event.currency)

    def get(self, symbol: str, account: str) -> Position | None:
        """Give a position; None where nothing was ever traded. A manager's own account: `OrderManager.position`."""
        return self._by_symbol.get(Symbol(symbol), {}).get(Account(account))

    def __iter__(self) -> Iterator[Position]:
        """Give every position, by symbol and account."""
        for _, accounts in sorted(self._by_symbol.items()):
            for _, position in sorted(accounts.items()):
                yield position

    def __len__(self) -> int:
        """Count the positions, flat ones too."""
        return sum(len(accounts) for accounts in self._by_symbol.values())

    def fees(self) -> dict[str, Decimal]:
        """Give what was paid in all, by currency; negative is a rebate."""
        total: dict[str, Decimal] = {}
        for position in self:
            for currency, amount in position.fees.items():
                total[currency] = EXACT.add(total.get(currency, ZERO), amount)
        return total

    def opened(self, account: Account, symbol: Symbol) -> Position:
        """Give a position, flat where there was none."""
        accounts = self._by_symbol.setdefault(symbol, {})
        position = accounts.get(account)
        if position is None:
            position = accounts[account] = Position(account, symbol, self.multipliers.get(symbol, ONE))
        return position

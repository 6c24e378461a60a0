"""What each account comes to by its fills and fees, added up by a witness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from oms.model.ids import Account, Symbol
from oms.model.instrument import Instrument
from oms.simulation.purses import Funds
from oms.testing.fill_audit.showing import SUMS, ZERO


class Purses:
    """Cash, fees and positions, from what each account began with."""

    def __init__(self, balances: Mapping[str, Decimal], positions: Mapping[str, Decimal]) -> None:
        """Begin.

        Args:
            balances: The money of each account at the start, by currency.
            positions: What each account held at the start, by symbol.
        """
        self._balances = dict(balances)
        self._positions = dict(positions)
        self._spent: dict[tuple[Account, str], Decimal] = {}
        self._fees: dict[tuple[Account, str], Decimal] = {}
        self._bought: dict[tuple[Account, str], Decimal] = {}

    def trade(self, account: Account, instrument: Instrument, qty: Decimal, px: Decimal) -> None:
        """Book a purchase, or a sale where the quantity is negative."""
        _add(self._bought, (account, instrument.symbol), qty)
        money = SUMS.multiply(SUMS.multiply(qty, px), instrument.multiplier)
        _add(self._spent, (account, instrument.currency), money)

    def charge(self, account: Account, currency: str, amount: Decimal) -> None:
        """Book a fee, or a rebate where it is negative."""
        _add(self._fees, (account, currency), amount)

    def accounts(self) -> list[Account]:
        """Give whose fills were booked."""
        return sorted({account for account, _ in self._bought})

    def differences(self, funds: Funds) -> Iterator[str]:
        """Give in what an account is not what its fills and fees come to."""
        account = funds.account
        told = {one.currency: (one.cash, one.fees) for one in funds.balances}
        used = {currency for of, currency in self._spent.keys() | self._fees.keys() if of == account}
        for currency in sorted(told.keys() | used):
            cash, fees = told.get(currency, (ZERO, ZERO))
            paid = self._fees.get((account, currency), ZERO)
            start = self._balances.get(currency, ZERO)
            left = SUMS.subtract(SUMS.subtract(start, self._spent.get((account, currency), ZERO)), paid)
            if cash != left:
                yield f"{account} has {cash} {currency}; its fills and fees make it {left}"
            if fees != paid:
                yield f"{account} paid {fees} {currency} in fees; its fills make it {paid}"
        held = {Symbol(symbol) for of, symbol in self._bought if of == account}
        for symbol in sorted(held | set(funds.positions)):
            position = funds.positions.get(symbol, ZERO)
            bought = self._bought.get((account, symbol), ZERO)
            expected = SUMS.add(self._positions.get(symbol, ZERO), bought)
            if position != expected:
                yield f"{account} holds {position} {symbol}; its fills make it {expected}"


def _add(sums: dict[tuple[Account, str], Decimal], key: tuple[Account, str], amount: Decimal) -> None:
    sums[key] = SUMS.add(sums.get(key, ZERO), amount)

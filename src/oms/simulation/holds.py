"""What an open order holds of its account: money for what it may buy and cost, and the quantity that it may sell."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from oms.model.decimals import EXACT, ZERO
from oms.simulation.fees import Fee
from oms.simulation.purses import Claim, Purse

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply

Amounts: TypeAlias = tuple[Decimal, Decimal, Mapping[str, Decimal]]
"""The quantity that is held for, what was given up of its value, and fees by currency."""


class Hold:
    """What one order holds."""

    __slots__ = ("_claim", "_fees", "_given_up", "_purse", "_qty", "_unit")

    def __init__(self, purse: Purse, claim: Claim, unit: Decimal) -> None:
        """Hold what is claimed, at so much for one unit of quantity."""
        self._purse, self._claim, self._unit = purse, claim, unit
        self._qty = self._given_up = ZERO
        self._fees: dict[str, Decimal] = {}
        self._add(claim.qty, claim.fees)

    @property
    def qty(self) -> Decimal:
        """The quantity that it holds for."""
        return self._qty

    @property
    def sale_qty(self) -> Decimal:
        """The quantity that it holds for a sale."""
        return ZERO if self._claim.is_buy else self._qty

    def money(self, currency: str) -> Decimal:
        """Give the money that it holds in a currency."""
        fee, claim = self._fees.get(currency, ZERO), self._claim
        return _ADD(self._value(), fee) if claim.is_buy and currency == claim.instrument.currency else fee

    def execute(self, qty: Decimal, fees: tuple[Fee, ...]) -> None:
        """Hold so much less, and of the fees what is left of them."""
        paid = {fee.currency: max(fee.amount, ZERO) for fee in fees}
        left = {name: min(paid.get(name, ZERO), held).copy_negate() for name, held in self._fees.items()}
        self._add(qty.copy_negate(), left)
        self._give_up(min(self._value(), ZERO))

    def give_up(self, most: Decimal) -> None:
        """Hold up to so much money less for the same quantity, since what has executed of it has cost more than was held."""
        if self._claim.is_buy:
            self._give_up(min(most, self._value()))

    def take_back(self) -> Amounts:
        """Hold nothing more; give what was held."""
        held = self._qty, self._given_up, dict(self._fees)
        self._give_up(self._given_up.copy_negate())
        self._add(
            self._qty.copy_negate(), {name: amount.copy_negate() for name, amount in self._fees.items()}
        )
        return held

    def release(self) -> None:
        """Hold nothing more."""
        self.take_back()

    def restore(self, held: Amounts) -> None:
        """Hold again what was taken back."""
        qty, given_up, fees = held
        self._add(qty, fees)
        self._give_up(given_up)

    def _value(self) -> Decimal:
        return _SUBTRACT(_MULTIPLY(self._qty, self._unit), self._given_up)

    def _give_up(self, amount: Decimal) -> None:
        if amount:
            self._given_up = _ADD(self._given_up, amount)
            stake = self._purse.stake(self._claim.instrument.symbol)
            stake.claim(self._claim, ZERO, amount.copy_negate())

    def _add(self, qty: Decimal, fees: Mapping[str, Decimal]) -> None:
        self._qty = _ADD(self._qty, qty)
        self._purse.stake(self._claim.instrument.symbol).claim(self._claim, qty, _MULTIPLY(qty, self._unit))
        for currency, amount in fees.items():
            if amount:
                self._fees[currency] = _ADD(self._fees.get(currency, ZERO), amount)
                self._purse.hold_fee(amount, currency)

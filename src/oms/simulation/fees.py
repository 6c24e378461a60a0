"""What an execution costs. A fee is money paid, in the instrument's currency; a negative one is a rebate."""

from __future__ import annotations

from abc import abstractmethod
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Protocol

from attrs import field

from oms.model.decimals import ZERO, exact, positive
from oms.model.define import value
from oms.model.enums import LastLiquidityInd
from oms.model.instrument import Instrument

QUANTUM: Final = Decimal("0.00000001")
"""What fees are rounded to unless the model is told otherwise, half to even."""

_BPS: Final = Decimal("0.0001")
# Four numbers of 36 digits are multiplied before anything is rounded.
_WIDE: Final = Context(prec=192, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


def _rate(number: object) -> Decimal:
    return exact(number, "rate")


def _quantum(number: object) -> Decimal:
    return positive(number, "quantum")


class FeeModel(Protocol):
    """A venue's fee schedule."""

    @abstractmethod
    def fee(
        self,
        instrument: Instrument,
        last_qty: Decimal,
        last_px: Decimal,
        last_liquidity_ind: LastLiquidityInd,
    ) -> Decimal:
        """Give what one execution costs, in the instrument's currency; negative is a rebate."""


@value
class NoFees:
    """Every execution is free."""

    def fee(
        self,
        instrument: Instrument,
        last_qty: Decimal,
        last_px: Decimal,
        last_liquidity_ind: LastLiquidityInd,
    ) -> Decimal:
        """Give zero."""
        return ZERO


@value(kw_only=True)
class MakerTaker:
    """A share of the value traded, one for whoever added the liquidity and one for whoever took it.

    The value is quantity x price x multiplier, without its sign where prices are negative.

    Attributes:
        maker_bps: Basis points paid by an execution that added liquidity; negative is a rebate.
        taker_bps: Basis points paid by an execution that removed it.
        quantum: What the fee is rounded to, half to even: the smallest unit of the currency that the venue books.
    """

    maker_bps: Decimal = field(converter=_rate)
    taker_bps: Decimal = field(converter=_rate)
    quantum: Decimal = field(converter=_quantum, default=QUANTUM)

    def fee(
        self,
        instrument: Instrument,
        last_qty: Decimal,
        last_px: Decimal,
        last_liquidity_ind: LastLiquidityInd,
    ) -> Decimal:
        """Give the rate's share of the value, rounded half to even."""
        is_maker = last_liquidity_ind is LastLiquidityInd.ADDED
        bps = self.maker_bps if is_maker else self.taker_bps
        value_traded = _WIDE.multiply(_WIDE.multiply(last_qty, last_px.copy_abs()), instrument.multiplier)
        return _rounded(_WIDE.multiply(value_traded, _WIDE.multiply(bps, _BPS)), self.quantum)


@value
class PerUnit:
    """So much a share, contract or coin, whoever took the liquidity.

    Attributes:
        rate: Paid for one unit of quantity, in the instrument's currency; negative is a rebate.
        quantum: What the fee is rounded to, half to even.
    """

    rate: Decimal = field(converter=_rate)
    quantum: Decimal = field(converter=_quantum, default=QUANTUM, kw_only=True)

    def fee(
        self,
        instrument: Instrument,
        last_qty: Decimal,
        last_px: Decimal,
        last_liquidity_ind: LastLiquidityInd,
    ) -> Decimal:
        """Give quantity x rate, rounded half to even."""
        return _rounded(_WIDE.multiply(last_qty, self.rate), self.quantum)


def _rounded(amount: Decimal, quantum: Decimal) -> Decimal:
    # To a multiple of the quantum, which need not be a power of ten (five cents).
    return _WIDE.multiply(_WIDE.to_integral_value(_WIDE.divide(amount, quantum)), quantum)

"""What an execution costs. A fee is money paid; a negative one is a rebate.

A model is a schedule, a value. What a schedule has to remember (what an order has paid, what was traded in a month) is in the
meter that it gives to each exchange: `fees` looks and changes nothing, `note` books. The schedules that remember something,
bound others or add them up are in `oms.simulation.fee_schedules`.
"""

from __future__ import annotations

from abc import abstractmethod
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Protocol

from attrs import field

from oms.model.decimals import exact, positive
from oms.model.define import record, value
from oms.model.enums import LastLiquidityInd, Side
from oms.model.ids import Account, VenueOrderId
from oms.model.instrument import Instrument

QUANTUM: Final = Decimal("0.00000001")
"""What fees are rounded to unless the model is told otherwise, half to even."""

_BPS: Final = Decimal("0.0001")
# Four numbers of 36 digits are multiplied before anything is rounded.
WIDE: Final = Context(prec=192, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


@record
class Execution:
    """What a fee is charged for.

    Attributes:
        instrument: What was traded.
        account: For whom.
        venue_order_id: Which order it belongs to.
        side: Bought or sold.
        last_qty: Its size.
        last_px: Its price.
        last_liquidity_ind: Added or removed; what an auction gives counts as removed.
        time_ns: When, in nanoseconds UTC.
        is_last: Nothing of the order is left open after it.
    """

    instrument: Instrument
    account: Account
    venue_order_id: VenueOrderId
    side: Side
    last_qty: Decimal
    last_px: Decimal
    last_liquidity_ind: LastLiquidityInd
    time_ns: int
    is_last: bool = False

    @property
    def value(self) -> Decimal:
        """Quantity x price x multiplier, without its sign where prices are negative; exact."""
        notional = WIDE.multiply(self.last_qty, self.last_px.copy_abs())
        return WIDE.multiply(notional, self.instrument.multiplier)


@record
class Fee:
    """Money paid for an execution.

    Attributes:
        amount: How much; negative is a rebate.
        currency: Of what.
        is_withheld: It is taken out of what is received, so that there is always enough for it.
    """

    amount: Decimal
    currency: str
    is_withheld: bool = False


def checked_rate(number: object) -> Decimal:
    """Check a rate, which may be negative; errors as in `oms.model.decimals.exact`."""
    return exact(number, "rate")


def checked_quantum(number: object) -> Decimal:
    """Check what fees are rounded to; errors as in `oms.model.decimals.positive`."""
    return positive(number, "quantum")


class FeeMeter(Protocol):
    """A fee schedule at work on one exchange."""

    @abstractmethod
    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        """Give what an execution costs after all that was noted, at most one fee a currency; nothing is changed by it."""

    @abstractmethod
    def note(self, execution: Execution) -> None:
        """Take note that an execution happened, and was charged."""

    @abstractmethod
    def forget(self, execution: Execution) -> None:
        """Take an execution back that was noted, and busted: what it was charged was paid back."""


class FeeModel(Protocol):
    """A venue's fee schedule."""

    @abstractmethod
    def meter(self) -> FeeMeter:
        """Give what keeps the accounts of one exchange; one that has nothing to remember may be the schedule itself."""


@value
class NoFees:
    """Every execution is free."""

    def meter(self) -> NoFees:
        """Give itself: there is nothing to remember."""
        return self

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        """Give nothing."""
        return ()

    def note(self, execution: Execution) -> None:
        """Forget it."""

    def forget(self, execution: Execution) -> None:
        """Do nothing: nothing is remembered."""


@value(kw_only=True)
class MakerTaker:
    """A share of the value traded, one for whoever added the liquidity and one for whoever took it.

    The value is quantity x price x multiplier, without its sign where prices are negative.

    Attributes:
        maker_bps: Basis points paid by an execution that added liquidity; negative is a rebate.
        taker_bps: Basis points paid by an execution that removed it.
        quantum: What the fee is rounded to, half to even: the smallest unit of the currency that the venue books.
    """

    maker_bps: Decimal = field(converter=checked_rate)
    taker_bps: Decimal = field(converter=checked_rate)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM)

    def meter(self) -> MakerTaker:
        """Give itself: there is nothing to remember."""
        return self

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        """Give the rate's share of the value, rounded half to even."""
        is_maker = execution.last_liquidity_ind is LastLiquidityInd.ADDED
        amount = share_of(execution.value, self.maker_bps if is_maker else self.taker_bps, self.quantum)
        return (Fee(amount, execution.instrument.currency),)

    def note(self, execution: Execution) -> None:
        """Forget it."""

    def forget(self, execution: Execution) -> None:
        """Do nothing: nothing is remembered."""


@value
class PerUnit:
    """So much a share, contract or coin, whoever took the liquidity.

    Attributes:
        rate: Paid for one unit of quantity, in the instrument's currency; negative is a rebate.
        quantum: What the fee is rounded to, half to even.
    """

    rate: Decimal = field(converter=checked_rate)
    quantum: Decimal = field(converter=checked_quantum, default=QUANTUM, kw_only=True)

    def meter(self) -> PerUnit:
        """Give itself: there is nothing to remember."""
        return self

    def fees(self, execution: Execution) -> tuple[Fee, ...]:
        """Give quantity x rate, rounded half to even."""
        amount = rounded(WIDE.multiply(execution.last_qty, self.rate), self.quantum)
        return (Fee(amount, execution.instrument.currency),)

    def note(self, execution: Execution) -> None:
        """Forget it."""

    def forget(self, execution: Execution) -> None:
        """Do nothing: nothing is remembered."""


def share_of(value_traded: Decimal, bps: Decimal, quantum: Decimal) -> Decimal:
    """Give so many basis points of a value, rounded half to even to a multiple of the quantum."""
    return rounded(WIDE.multiply(value_traded, WIDE.multiply(bps, _BPS)), quantum)


def rounded(amount: Decimal, quantum: Decimal) -> Decimal:
    """Give the multiple of the quantum (which need not be a power of ten: five cents) next to an amount, half to even."""
    return WIDE.multiply(WIDE.to_integral_value(WIDE.divide(amount, quantum)), quantum)

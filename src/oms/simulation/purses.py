"""What an account has at the venue: money, positions, and what open orders hold of both."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Protocol

from attrs import define, evolve

from oms.model.decimals import EXACT, ZERO
from oms.model.define import record
from oms.model.ids import Account, Symbol
from oms.model.instrument import Instrument

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply


@record
class Opening:
    """What an account begins with.

    Attributes:
        balances: The money, by currency.
        positions: What is held, by symbol.
        cushion: What is held for an order without a limit beyond its value, as a share of that.
    """

    balances: Mapping[str, Decimal]
    positions: Mapping[str, Decimal]
    cushion: Decimal


class HasMargins(Protocol):
    """What an account begins with, and what its positions need."""

    @abstractmethod
    def opening(self) -> Opening:
        """Give what an account begins with."""

    @abstractmethod
    def margins(self, worth: Decimal) -> tuple[Decimal, Decimal]:
        """Give the initial and the maintenance margin of a position of this value."""


@record
class Claim:
    """What an order would take of an account.

    Attributes:
        instrument: What it is in.
        is_buy: Whether it buys.
        is_short: Whether it is a short sale.
        qty: How much of it may still trade.
        value: What that is worth, in the instrument's currency.
        fees: What it is thought to cost, by currency; without rebates, without what is taken out of what is received, and where
            nobody gives credit without what a sale brings for it.
    """

    instrument: Instrument
    is_buy: bool
    is_short: bool
    qty: Decimal
    value: Decimal
    fees: Mapping[str, Decimal]

    @property
    def fee(self) -> Decimal:
        """What it is thought to cost in the instrument's currency."""
        return self.fees.get(self.instrument.currency, ZERO)


@define(eq=False)
class Stake:
    """One instrument in a purse: the position, and what open orders may make of it.

    Attributes:
        instrument: Which one.
        position: How much is held, positive when long.
        px: What it was last valued at; 0 before.
        buy_qty: What open purchases are for.
        buy_value: What they are worth.
        sell_qty: What open sales are for.
        sell_value: What they are worth.
        base: The currency that fees are taken out of it in; None where they are not.
    """

    instrument: Instrument | None
    position: Decimal = ZERO
    px: Decimal = ZERO
    buy_qty: Decimal = ZERO
    buy_value: Decimal = ZERO
    sell_qty: Decimal = ZERO
    sell_value: Decimal = ZERO
    base: str | None = None

    def claim(self, claim: Claim, qty: Decimal, worth: Decimal) -> None:
        """Add so much to what is open on the side of an order; less where it is negative."""
        if claim.is_buy:
            self.buy_qty, self.buy_value = _ADD(self.buy_qty, qty), _ADD(self.buy_value, worth)
        else:
            self.sell_qty, self.sell_value = _ADD(self.sell_qty, qty), _ADD(self.sell_value, worth)

    def with_claim(self, claim: Claim) -> Stake:
        """Give what it would be with one more order open."""
        other = evolve(self)
        other.claim(claim, claim.qty, claim.value)
        return other

    def worth(self) -> Decimal:
        """Give the value of the position, negative when short (at prices above zero)."""
        if self.instrument is None:
            return ZERO
        return _MULTIPLY(_MULTIPLY(self.position, self.px), self.instrument.multiplier)

    def exposure(self) -> Decimal:
        """Give the largest value, without its sign, that the position could come to."""
        size = self.worth() if self.px >= ZERO else self.worth().copy_negate()
        long, short = _ADD(size, self.buy_value), _SUBTRACT(size, self.sell_value)
        return max(size.copy_abs(), long.copy_abs(), short.copy_abs())


@record
class Balance:
    """What an account has in one currency.

    Attributes:
        currency: Which one.
        cash: The money, what executed and what it cost included.
        held: What open orders hold of it.
        worth: What positions in this currency are worth.
        equity: `cash` and `worth`.
        initial: What positions and open orders need of initial margin; 0 in a cash account.
        maintenance: What positions need of maintenance margin.
        fees: What was paid in fees, in all.
    """

    currency: str
    cash: Decimal
    held: Decimal
    worth: Decimal
    equity: Decimal
    initial: Decimal
    maintenance: Decimal
    fees: Decimal

    @property
    def is_called(self) -> bool:
        """Whether equity is below the maintenance margin."""
        return self.equity < self.maintenance


@record
class Funds:
    """What an account has at the venue.

    Attributes:
        account: Whose.
        balances: One for each currency that it has or had, by their names.
        positions: What is held, by symbol; flat ones are left out.
    """

    account: Account
    balances: tuple[Balance, ...]
    positions: dict[Symbol, Decimal]


class Purse:
    """The money and the positions of one account.

    Attributes:
        cash: The money, by currency.
        fees: What was paid in fees, by currency.
        stakes: What is held and open, by symbol.
    """

    __slots__ = ("_fees_held", "_model", "cash", "fees", "stakes")

    def __init__(self, model: HasMargins) -> None:
        """Begin with what the model says."""
        self._model = model
        opening = model.opening()
        self.cash = dict(opening.balances)
        self.fees: dict[str, Decimal] = {}
        self.stakes = {Symbol(symbol): Stake(None, qty) for symbol, qty in opening.positions.items()}
        self._fees_held: dict[str, Decimal] = {}

    def stake(self, symbol: Symbol) -> Stake:
        """Give what is held and open of an instrument."""
        stake = self.stakes.get(symbol)
        if stake is None:
            stake = self.stakes[symbol] = Stake(None)
        return stake

    def sellable(self, symbol: Symbol) -> Decimal:
        """Give what is held and not yet for sale: less the fees that were taken out of it, as far as no money pays for them."""
        stake = self.stake(symbol)
        free = _SUBTRACT(stake.position, stake.sell_qty)
        return free if stake.base is None else _ADD(free, min(self.cash.get(stake.base, ZERO), ZERO))

    def pay(self, amount: Decimal, currency: str) -> None:
        """Take money out; put it in where it is negative."""
        self.cash[currency] = _SUBTRACT(self.cash.get(currency, ZERO), amount)

    def pay_fee(self, amount: Decimal, currency: str) -> None:
        """Take a fee out."""
        self.pay(amount, currency)
        self.fees[currency] = _ADD(self.fees.get(currency, ZERO), amount)

    def balances(self) -> tuple[Balance, ...]:
        """Give what there is in each currency."""
        held = {stake.instrument.currency for stake in self.stakes.values() if stake.instrument is not None}
        return tuple(self.balance(currency) for currency in sorted(held | set(self.cash)))

    def positions(self) -> dict[Symbol, Decimal]:
        """Give what is held, by symbol."""
        return {symbol: stake.position for symbol, stake in sorted(self.stakes.items()) if stake.position}

    def hold_fee(self, amount: Decimal, currency: str) -> None:
        """Hold so much more for fees; less where it is negative."""
        self._fees_held[currency] = _ADD(self._fees_held.get(currency, ZERO), amount)

    def held(self, currency: str) -> Decimal:
        """Give what open orders hold of a cash account's money: the value of purchases, and fees."""
        values = (stake.buy_value for stake in self._of(currency))
        return _total(values, self._fees_held.get(currency, ZERO))

    def equity(self, currency: str) -> Decimal:
        """Give the money and the positions' worth."""
        return _total((stake.worth() for stake in self._of(currency)), self.cash.get(currency, ZERO))

    def used(self, currency: str) -> Decimal:
        """Give the initial margin of what is held and open, and the fees held."""
        margins = (self._model.margins(stake.exposure())[0] for stake in self._of(currency))
        return _total(margins, self._fees_held.get(currency, ZERO))

    def balance(self, currency: str) -> Balance:
        """Give what there is in one currency."""
        stakes = self._of(currency)
        initial = _total((self._model.margins(stake.exposure())[0] for stake in stakes), ZERO)
        kept = _total((self._model.margins(stake.worth().copy_abs())[1] for stake in stakes), ZERO)
        equity = self.equity(currency)
        cash = self.cash.get(currency, ZERO)
        fees, held = self.fees.get(currency, ZERO), self.held(currency)
        return Balance(currency, cash, held, _SUBTRACT(equity, cash), equity, initial, kept, fees)

    def _of(self, currency: str) -> list[Stake]:
        return [
            stake
            for stake in self.stakes.values()
            if stake.instrument is not None and stake.instrument.currency == currency
        ]


def _total(amounts: Iterable[Decimal], start: Decimal) -> Decimal:
    total = start
    for amount in amounts:
        total = _ADD(total, amount)
    return total

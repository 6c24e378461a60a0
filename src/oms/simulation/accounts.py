"""What a broker lets an account do: cash or margin, checked when an order comes, moved by what executes.

Every account name that an order is given for has a purse of its own, all on the terms of one model. Currencies are not converted:
each stands for itself. An order is valued at its limit; without one at its stop price or the best price of the other side,
whichever is higher, plus the model's cushion; where neither is known it is refused. What it would need, its fee at the
taker's rate included, is held until it has executed or ended. Fees in other currencies than the instrument's are charged
and not checked, so that such a balance may go below zero; so may any that was spent by worse prices than were held for. Of a
list of orders that depend on one another, each that works from the start on must be possible by itself, and the first is held for;
those that others release are neither checked nor held for.

**Cash**: a purchase needs its value and its fee in the instrument's currency, a sale needs what it sells, and nobody sells short.

**Margin**: equity is cash plus positions at market. An instrument needs the initial rate of the largest value that its position
could come to, with every open purchase or with every open sale executed. An order is taken if what all instruments need, and the
fees held, is no more than equity; or if its instrument needs no more than without it, so that a position can always be made smaller.
A position is valued at the price that it could be closed at, else at the last trade or execution. Nobody is sold out: an account
below its maintenance margin shows it (`Balance.is_called`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Protocol

from attrs import define, evolve, field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, exact, not_negative, plain, positive
from oms.model.define import record, value
from oms.model.door import shown
from oms.model.ids import Account, Symbol
from oms.model.instrument import Instrument

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
_MULTIPLY: Final = EXACT.multiply


def _amounts(amounts: Mapping[str, Decimal | int | str]) -> Mapping[str, Decimal]:
    if not isinstance(amounts, Mapping):
        raise ValidationError("balances", shown(amounts), 'pass amounts by name, such as {"USD": 10000}')
    return {name: exact(amount, "balance") for name, amount in amounts.items()}


def _no_debts(amounts: Mapping[str, Decimal | int | str]) -> Mapping[str, Decimal]:
    checked = _amounts(amounts)
    for name in (name for name, amount in checked.items() if amount < ZERO):
        raise ValidationError("balance", plain(checked[name]), f"pass zero or more of {name}")
    return checked


def _cushion(number: object) -> Decimal:
    return not_negative(number, "cushion", "pass zero or more, as a share of the value")


def _rate(number: object) -> Decimal:
    rate = positive(number, "margin rate")
    if rate > ONE:
        raise ValidationError("margin rate", plain(rate), "pass a share of the value, at most 1")
    return rate


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


@value
class CashAccount:
    """Buys with money that is there, and sells what is there.

    Attributes:
        balances: The money at the start, by currency.
        positions: What is held at the start, by symbol.
        cushion: What is held for an order without a limit beyond its value, as a share of that.

    Raises:
        ValidationError: A balance or a position is below zero.
    """

    balances: Mapping[str, Decimal] = field(converter=_no_debts)
    positions: Mapping[str, Decimal] = field(converter=_no_debts, factory=dict, kw_only=True)
    cushion: Decimal = field(converter=_cushion, default=ZERO, kw_only=True)

    def opening(self) -> Opening:
        """Give what an account begins with."""
        return Opening(self.balances, self.positions, self.cushion)

    def why_not(self, purse: Purse, claim: Claim) -> str | None:
        """Give the reason against what an order would claim, with numbers; None where there is none."""
        if claim.is_short:
            return "a cash account does not sell short"
        symbol, currency = claim.instrument.symbol, claim.instrument.currency
        stake = purse.stake(symbol)
        if not claim.is_buy:
            free = _SUBTRACT(stake.position, stake.sell_qty)
            if claim.qty <= free:
                return None
            return f"selling {plain(claim.qty)} {symbol} with {plain(free)} held and not yet for sale"
        needed = _ADD(claim.value, claim.fee)
        free = _SUBTRACT(purse.cash.get(currency, ZERO), purse.held(currency))
        if needed <= free:
            return None
        fee = f", fees of {plain(claim.fee)} included" if claim.fee else ""
        return f"it needs {plain(needed)} {currency}{fee}, and {plain(free)} {currency} is free"

    def margins(self, worth: Decimal) -> tuple[Decimal, Decimal]:
        """Give the initial and the maintenance margin of a position of this value: none."""
        return ZERO, ZERO


@value
class MarginAccount:
    """Buys and sells short on a part of the value.

    Attributes:
        balances: The money at the start, by currency.
        initial: The part of a position's value that must be there when an order comes, such as 0.5.
        maintenance: The part that must be there ever after; not above `initial`.
        positions: What is held at the start, by symbol.
        cushion: What is held for an order without a limit beyond its value, as a share of that.

    Raises:
        ValidationError: A rate is not above 0 and at most 1, or maintenance is above initial.
    """

    balances: Mapping[str, Decimal] = field(converter=_amounts)
    initial: Decimal = field(converter=_rate, default=Decimal("0.5"), kw_only=True)
    maintenance: Decimal = field(converter=_rate, default=Decimal("0.25"), kw_only=True)
    positions: Mapping[str, Decimal] = field(converter=_amounts, factory=dict, kw_only=True)
    cushion: Decimal = field(converter=_cushion, default=ZERO, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that a new position is not called at once."""
        if self.maintenance > self.initial:
            raise ValidationError(
                "maintenance",
                plain(self.maintenance),
                f"pass at most the initial rate, {plain(self.initial)}",
            )

    def opening(self) -> Opening:
        """Give what an account begins with."""
        return Opening(self.balances, self.positions, self.cushion)

    def why_not(self, purse: Purse, claim: Claim) -> str | None:
        """Give the reason against what an order would claim, with numbers; None where there is none."""
        currency = claim.instrument.currency
        stake = purse.stake(claim.instrument.symbol)
        before, after = stake.exposure(), stake.with_claim(claim).exposure()
        if after <= before:
            return None
        rise = _MULTIPLY(_SUBTRACT(after, before), self.initial)
        used, equity = purse.used(currency), purse.equity(currency)
        free = _SUBTRACT(equity, used)
        needed = _ADD(rise, claim.fee)
        if needed <= free:
            return None
        fee = f", fees of {plain(claim.fee)} included" if claim.fee else ""
        return (
            f"it needs {plain(needed)} {currency} of margin{fee}, and {plain(free)} of "
            f"{plain(equity)} {currency} is free"
        )

    def margins(self, worth: Decimal) -> tuple[Decimal, Decimal]:
        """Give the initial and the maintenance margin of a position of this value."""
        return _MULTIPLY(worth, self.initial), _MULTIPLY(worth, self.maintenance)


class AccountModel(Protocol):
    """On which terms an account trades."""

    @abstractmethod
    def opening(self) -> Opening:
        """Give what an account begins with."""

    @abstractmethod
    def why_not(self, purse: Purse, claim: Claim) -> str | None:
        """Give the reason against what an order would claim, with numbers; None where there is none."""

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
        fee: What it is thought to cost, in the instrument's currency; 0 where it is a rebate.
    """

    instrument: Instrument
    is_buy: bool
    is_short: bool
    qty: Decimal
    value: Decimal
    fee: Decimal


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
    """

    instrument: Instrument | None
    position: Decimal = ZERO
    px: Decimal = ZERO
    buy_qty: Decimal = ZERO
    buy_value: Decimal = ZERO
    sell_qty: Decimal = ZERO
    sell_value: Decimal = ZERO

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

    def __init__(self, model: AccountModel) -> None:
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

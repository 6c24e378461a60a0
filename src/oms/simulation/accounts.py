"""What a broker lets an account do: cash or margin, checked when an order comes, moved by what executes.

Every account name that an order is given for has a purse of its own, all on the terms of one model. Currencies are not converted:
each stands for itself. An order is valued at its limit; without one at its stop price or the best price of the other side,
whichever is higher, a market order level by level, plus the model's cushion; where nothing is known it is refused. What it would need, its fee at the
higher of the maker's and the taker's rate included, is held until it has executed or ended. Of a
list of orders that depend on one another, each that works from the start on must be possible by itself, and the first is held for;
those that others release are neither checked nor held for.

**Cash**: a purchase needs its value, and each order its fees in every currency that they are charged in; a sale needs what it
sells, and money only for fees that it would not bring itself. Nobody sells short. A fee that is taken out of what is received
needs nothing: what it leaves below zero in that currency is not there to be sold.

What trades may cost more than was held for it: by levels behind the best, in a gap, by slippage, in an auction, by a limit that
follows a peg, as one of a list. It gets then as much as the money pays for that is not held for others, its fees included, or as is
there to be sold, and the rest is canceled. What it costs beyond its hold is held no more for the rest of it. So no balance goes
below zero by what trades; a bust or a correction of a sale may take it there, as it takes the money back.

**Credit**: with margin, fees in other currencies than the instrument's are charged and not checked.

**Margin**: equity is cash plus positions at market. An instrument needs the initial rate of the largest value that its position
could come to, with every open purchase or with every open sale executed. An order is taken if what all instruments need, and the
fees held, is no more than equity; or if its instrument needs no more than without it, so that a position can always be made smaller.
A position is valued at the price that it could be closed at, else at the last trade or execution. Nobody is sold out: an account
below its maintenance margin shows it (`Balance.is_called`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, exact, not_negative, plain, positive
from oms.model.define import value
from oms.model.door import shown
from oms.simulation.purses import Claim, Opening, Purse

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
        symbol, home = claim.instrument.symbol, claim.instrument.currency
        free = purse.sellable(symbol)
        if not claim.is_buy and claim.qty > free:
            return f"selling {plain(claim.qty)} {symbol} with {plain(free)} held and not yet for sale"
        needs = dict(claim.fees)
        if claim.is_buy:
            needs = {home: _ADD(claim.value, claim.fee), **{k: v for k, v in needs.items() if k != home}}
        for currency, needed in needs.items():
            free = self.spendable(purse, currency) or ZERO
            if needed > max(free, ZERO):
                is_fee = not claim.is_buy or currency != home
                fee = " in fees" if is_fee else f", fees of {plain(claim.fee)} included" if claim.fee else ""
                return f"it needs {plain(needed)} {currency}{fee}, and {plain(free)} {currency} is free"
        return None

    def spendable(self, purse: Purse, currency: str) -> Decimal | None:
        """Give the money that no order holds."""
        return _SUBTRACT(purse.cash.get(currency, ZERO), purse.held(currency))

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

    def spendable(self, purse: Purse, currency: str) -> Decimal | None:
        """Give None: what is bought is bought on credit."""
        return None

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
    def spendable(self, purse: Purse, currency: str) -> Decimal | None:
        """Give the money that a purchase may cost beyond what is held for it; None for any."""

    @abstractmethod
    def margins(self, worth: Decimal) -> tuple[Decimal, Decimal]:
        """Give the initial and the maintenance margin of a position of this value."""

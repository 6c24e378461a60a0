"""What can be traded, and on which grid of prices and quantities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from attrs import Factory, field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, ZERO, exact, positive
from oms.model.define import value
from oms.model.ids import BrokerName, Symbol, name, symbol

_CURRENCY: Final = re.compile(r"[A-Z0-9]{3,8}")


def _currency(text: str) -> str:
    if not isinstance(text, str) or _CURRENCY.fullmatch(text) is None:
        raise ValidationError("currency", text, "use 3 to 8 of A-Z and 0-9, such as USD")
    return text


def _broker(text: str | None) -> BrokerName | None:
    return None if text is None else BrokerName(name(text, "broker"))


def _ladder(steps: object) -> tuple[tuple[Decimal, Decimal], ...]:
    if not isinstance(steps, (tuple, list)):
        return ((ZERO, positive(steps, "tick")),)
    try:
        ladder = tuple((exact(start, "tick from"), positive(tick, "tick")) for start, tick in steps)
    except ValidationError:
        raise
    except (TypeError, ValueError):
        raise ValidationError("tick", repr(steps), "give (from price, tick) pairs") from None
    starts = [start for start, _ in ladder]
    if not ladder or starts[0] != ZERO or starts != sorted(set(starts)):
        raise ValidationError(
            "tick", repr(steps), "give (from price, tick) steps in rising order, the first from 0"
        )
    return ladder


def _lot(number: Decimal | int | str) -> Decimal:
    return positive(number, "lot")


def _min_qty(number: Decimal | int | str) -> Decimal:
    return exact(number, "min_qty")


def _min_notional(number: Decimal | int | str) -> Decimal:
    return exact(number, "min_notional")


def _multiplier(number: Decimal | int | str) -> Decimal:
    return positive(number, "multiplier")


def _only_tick(instrument: Instrument) -> Decimal | None:
    return instrument.tick[0][1] if len(instrument.tick) == 1 else None


@value(kw_only=True)
class Instrument:
    """One tradable thing.

    Attributes:
        symbol: 1 to 24 characters of A-Z, 0-9, `.`, `/`, `-`.
        currency: What prices, notionals and realised profit are in.
        tick: The price increment, or a ladder: `(from price, tick)` steps in rising order, the first from 0. A step
            holds for prices at or above its start.
        lot: The quantity increment.
        min_qty: The smallest order quantity; a lot unless given.
        min_notional: The smallest quantity x price x multiplier, in `currency`.
        multiplier: What one unit of quantity at a price of 1 is worth, in `currency`.
        negative_px: Whether prices of zero and below are possible (spreads, some futures).
        broker: Where its orders go, if there is a choice.
    """

    symbol: Symbol = field(converter=symbol)
    currency: str = field(converter=_currency)
    tick: tuple[tuple[Decimal, Decimal], ...] = field(converter=_ladder)
    lot: Decimal = field(converter=_lot, default=ONE)
    min_qty: Decimal = field(converter=_min_qty, default=ZERO)
    min_notional: Decimal = field(converter=_min_notional, default=ZERO)
    multiplier: Decimal = field(converter=_multiplier, default=ONE)
    negative_px: bool = False
    broker: BrokerName | None = field(converter=_broker, default=None)
    only_tick: Decimal | None = field(
        init=False, repr=False, eq=False, default=Factory(_only_tick, takes_self=True)
    )
    """The price increment where it is the same at every price; None where there is a ladder."""

    def tick_at(self, px: Decimal) -> Decimal:
        """Give the price increment that holds at a price (by its size, where prices may be negative)."""
        ladder = self.tick
        if len(ladder) == 1:
            return ladder[0][1]
        size = px.copy_abs()
        tick = ladder[0][1]
        for start, step in ladder:
            if size < start:
                break
            tick = step
        return tick

    def is_on_tick(self, px: Decimal) -> bool:
        """Tell whether a price is on the grid."""
        return not EXACT.remainder(px, self.tick_at(px))

    def units_for(self, cash: Decimal, *prices: Decimal | None) -> Decimal | None:
        """Give how many units an amount of money is at the lowest of the prices that are known, rounded up to a lot.

        A purchase at a lower price than that gives more of them. None where no price above zero is known.
        """
        known = [px for px in prices if px is not None and px > ZERO]
        if not known:
            return None
        worth = EXACT.multiply(EXACT.multiply(min(known), self.lot), self.multiplier)
        lots, rest = EXACT.divmod(cash, worth)
        return EXACT.multiply(EXACT.add(lots, ONE) if rest else lots, self.lot)

    def lots_for(self, cash: Decimal, px: Decimal) -> Decimal:
        """Give the quantity of whole lots that an amount of money pays for at a price; 0 where that is not above zero."""
        if px <= ZERO:
            return ZERO
        worth = EXACT.multiply(EXACT.multiply(px, self.lot), self.multiplier)
        return EXACT.multiply(EXACT.divide_int(cash, worth), self.lot)

    def neighbours(self, px: Decimal) -> Sequence[Decimal]:
        """Give the nearest prices on the grid, below and above."""
        tick = self.tick_at(px)
        below = EXACT.subtract(px, EXACT.remainder(px, tick))
        if below > px:
            below = EXACT.subtract(below, tick)
        return (below,) if below == px else (below, EXACT.add(below, tick))

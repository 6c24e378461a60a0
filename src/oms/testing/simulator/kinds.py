"""Of what kinds a bot's orders are: their terms, how long they are good, how they are to be handled, and for how much."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import PegOffsetType, Side
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.offset import Offset
from oms.model.sessions import NS_PER_S, utc_date
from oms.model.terms import Limit, Terms
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
)
from oms.testing.simulator.draws import Draws

TIMES_IN_FORCE: Final[tuple[TimeInForce, ...]] = (DAY, GTC, GoodTillDate("21000101"))
"""What every run draws."""
_NOW_OR_THEN: Final[tuple[TimeInForce, ...]] = (IOC, FOK, OPG, CLS, GFA)
_DAY_NS: Final = 86_400 * NS_PER_S
_DISTANCES: Final = {
    PegOffsetType.PRICE: "1.5",
    PegOffsetType.BASIS_POINTS: "150",
    PegOffsetType.PERCENTAGE: "2.5",
}


@frozen
class Kind:
    """What is asked of an order beside its instrument and account.

    Attributes:
        side: Buy or sell.
        order_qty: How much; None where an amount of money is asked for.
        terms: At what price.
        time_in_force: For how long.
        instructions: How it is to be handled; None where nothing is asked for.
        cash_order_qty: The amount of money; None where a quantity is asked for.
    """

    side: Side
    order_qty: Decimal | None
    terms: Terms
    time_in_force: TimeInForce
    instructions: Instructions | None = None
    cash_order_qty: Decimal | None = None


def offset(draws: Draws, instrument: Instrument) -> Offset:
    """Give how far a trail lies from its market: half of the time in ticks."""
    kind = draws.one_of((*(3 * (PegOffsetType.TICKS,)), *_DISTANCES))
    if kind is PegOffsetType.TICKS:
        return Offset(draws.between(1, 50), kind)
    if kind is PegOffsetType.PRICE:
        return Offset(EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(draws.between(1, 50))), kind)
    return Offset(_DISTANCES[kind], kind)


def resting(draws: Draws, now_ns: int, step_ns: int) -> TimeInForce:
    """Give how long an order is good that may rest: until a session, a day, an instant or so many seconds are over."""
    kind = draws.below(8)
    if kind == 0:
        return GoodTillDate(utc_date(now_ns + draws.below(3) * _DAY_NS))
    if kind == 1:
        return GoodTillTime(now_ns + draws.between(1, 100) * step_ns)
    if kind == 2:
        return GoodForTime(EXACT.scaleb(Decimal(draws.between(1, 100) * step_ns), -9))
    return draws.one_of(TIMES_IN_FORCE)


def any_time(draws: Draws, now_ns: int, step_ns: int) -> TimeInForce:
    """Give how long an order is good: at once and for an auction too."""
    return draws.one_of(_NOW_OR_THEN) if draws.below(3) == 0 else resting(draws, now_ns, step_ns)


def varied(draws: Draws, kind: Kind, instrument: Instrument, net_qty: Decimal) -> Kind:
    """Give an order that is handled in a way of its own, shows less than it is, or is for an amount of money.

    Args:
        draws: What is left to chance.
        kind: The order without any of that.
        instrument: What is traded.
        net_qty: What its account holds, which reduce-only orders reduce.
    """
    what = draws.below(12)
    assert kind.order_qty is not None
    if what == 0 and isinstance(kind.terms, Limit):
        lots = int(kind.order_qty // instrument.lot)
        shown = EXACT.multiply(instrument.lot, Decimal(draws.between(1, lots)))
        return evolve(kind, terms=evolve(kind.terms, display_qty=shown))
    if what == 1:
        # One in eight pays for no lot at the prices there are.
        ticks = 1000 * draws.between(1, 20) if draws.below(8) else 500
        cash = EXACT.multiply(instrument.tick_at(Decimal(1)), Decimal(ticks))
        worth = EXACT.multiply(EXACT.multiply(cash, instrument.lot), instrument.multiplier)
        return evolve(kind, order_qty=None, cash_order_qty=EXACT.add(worth, Decimal("0.01")))
    if what > 5 and net_qty:
        return _reducing(draws, kind, net_qty)
    if what in (2, 3):
        return evolve(kind, instructions=Instructions(post_only=True))
    if what == 4:
        return evolve(kind, instructions=Instructions(all_or_none=True))
    if what == 5:
        least = EXACT.multiply(instrument.lot, Decimal(draws.between(1, 6)))
        return evolve(kind, instructions=Instructions(min_qty=min(least, kind.order_qty)))
    return kind


def _reducing(draws: Draws, kind: Kind, net_qty: Decimal) -> Kind:
    assert kind.order_qty is not None
    how = draws.one_of(
        (
            Instructions(reduce_only=True),
            Instructions(reduce_only=True),
            Instructions(reduce_only=True, post_only=True),
            Instructions(reduce_only=True, all_or_none=True),
        )
    )
    side = Side.SELL if net_qty > ZERO else Side.BUY
    # At times it asks for more than there is.
    qty = kind.order_qty if draws.below(5) == 0 else min(kind.order_qty, abs(net_qty))
    return evolve(kind, side=side, order_qty=qty, instructions=how)

"""The single price of an opening or a close, and who trades at it.

The price is one of the limits, of the displayed prices, or the last traded one: that at which most trades; of several, that
which leaves least over on one side; of these, the one nearest to the last traded price, or to the middle of the display where
nothing was traded; of two as near, the lower. At that price trade, on each side, orders without a limit first, then better
limits before worse ones; of one price, what the market displays before what is ours, and ours in order of time. What the
market displays counts in whole lots, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from attrs import define

from oms.model.decimals import EXACT, ZERO
from oms.simulation.venue_order import VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract


@define(eq=False)
class Interest:
    """What somebody would trade in an auction.

    Attributes:
        price: The limit; None for any price.
        qty: How much.
        order: Ours; None for what the market displays.
    """

    price: Decimal | None
    qty: Decimal
    order: VenueOrder | None = None


def clearing_px(
    buys: Sequence[Interest], sells: Sequence[Interest], last_px: Decimal | None, near: Decimal | None
) -> tuple[Decimal, Decimal] | None:
    """Give the price of an auction and how much trades at it; None where nothing does.

    Args:
        buys: Who buys.
        sells: Who sells.
        last_px: The last traded price, which it may be too; None where nothing was traded.
        near: What it is to be near where several prices are as good; None for none.
    """
    bought, sold = _at_each(buys), _at_each(sells)
    prices = {*bought, *sold}
    if last_px is not None:
        prices.add(last_px)
    # Who buys at a price buys at every lower one, and who sells at it at every higher one.
    wanted, offered = _total(buys), _unlimited(sells)
    best: tuple[tuple[Decimal, Decimal, Decimal], Decimal, Decimal] | None = None
    for px in sorted(prices):
        offered = _ADD(offered, sold.get(px, ZERO))
        volume, over = min(wanted, offered), _SUBTRACT(wanted, offered).copy_abs()
        wanted = _SUBTRACT(wanted, bought.get(px, ZERO))
        away = ZERO if near is None else _SUBTRACT(px, near).copy_abs()
        rank = (volume.copy_negate(), over, away)
        if best is None or rank < best[0]:
            best = rank, px, volume
    return None if best is None or not best[2] else (best[1], best[2])


def fills(side: Iterable[Interest], volume: Decimal, *, is_buy: bool) -> list[tuple[Interest, Decimal]]:
    """Give who of one side trades how much of a volume, in order."""

    def priority(one: Interest) -> tuple[bool, Decimal, int]:
        price = ZERO if one.price is None else one.price.copy_negate() if is_buy else one.price
        return one.price is not None, price, 0 if one.order is None else one.order.place

    told: list[tuple[Interest, Decimal]] = []
    for one in sorted(side, key=priority):
        qty = min(one.qty, volume)
        if not qty:
            break
        told.append((one, qty))
        volume = _SUBTRACT(volume, qty)
    return told


def _at_each(side: Sequence[Interest]) -> dict[Decimal, Decimal]:
    # How much has its limit at each price.
    found: dict[Decimal, Decimal] = {}
    for one in side:
        if one.price is not None:
            found[one.price] = _ADD(found.get(one.price, ZERO), one.qty)
    return found


def _unlimited(side: Sequence[Interest]) -> Decimal:
    return _total(one for one in side if one.price is None)


def _total(side: Iterable[Interest]) -> Decimal:
    total = ZERO
    for one in side:
        total = _ADD(total, one.qty)
    return total

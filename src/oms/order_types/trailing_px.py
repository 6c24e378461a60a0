"""Where a trailing stop stands, and where the limit of the order that it releases lies. Exact; rounded to the grid once.

The stop price is rounded away from the market, so that no move smaller than the offset releases the order: the trail is what
was asked for, or up to a tick more. The limit is rounded towards the stop price, so that nothing beyond the offset is given away.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, assert_never

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import PegOffsetType
from oms.model.offset import Offset
from oms.model.price_grid import PriceGrid

_BASIS_POINT: Final = Decimal("0.0001")
_PERCENT: Final = Decimal("0.01")


def trailing_stop_px(offset: Offset, water_mark: Decimal, grid: PriceGrid, *, is_buy: bool) -> Decimal:
    """Give the stop price of a trail: at least one tick from the water mark, above it for a purchase and below it for a sale."""
    if offset.offset_type is PegOffsetType.TICKS:
        steps = int(offset.distance)
        return (
            grid.stepped(grid.up(water_mark), steps)
            if is_buy
            else grid.stepped(grid.down(water_mark), -steps)
        )
    away = _amount(offset, water_mark)
    if is_buy:
        px = grid.up(EXACT.add(water_mark, away))
        return px if away else grid.stepped(px, 1)
    px = grid.down(EXACT.subtract(water_mark, away))
    # A share of nothing is nothing: only at a price of zero.
    return px if away else grid.stepped(px, -1)


def trailing_limit_px(offset: Offset, stop_px: Decimal, grid: PriceGrid, *, is_buy: bool) -> Decimal:
    """Give the limit of a released order: beyond the stop price, above it for a purchase and below it for a sale.

    A sale whose limit would be at zero or below, where no price is, has the lowest price that there is.
    """
    if offset.offset_type is PegOffsetType.TICKS:
        steps = int(offset.distance)
        px = grid.stepped(stop_px, steps if is_buy else -steps)
    elif is_buy:
        px = grid.down(EXACT.add(stop_px, _amount(offset, stop_px)))
    else:
        px = grid.up(EXACT.subtract(stop_px, _amount(offset, stop_px)))
    least_px = grid.least_px
    return px if is_buy or least_px is None or px > least_px else least_px


def relative_width(offset: Offset) -> Decimal:
    """Give what orders offsets of one family by their width: of two trails with one water mark, the lesser triggers first."""
    match offset.offset_type:
        case PegOffsetType.PRICE | PegOffsetType.TICKS:
            return offset.distance
        case PegOffsetType.BASIS_POINTS:
            return EXACT.multiply(offset.distance, _BASIS_POINT)
        case PegOffsetType.PERCENTAGE:
            return EXACT.multiply(offset.distance, _PERCENT)
        case _:
            assert_never(offset.offset_type)


def family(offset: Offset) -> PegOffsetType:
    """Give the kind of offset that this one can be ordered among: basis points are percentages."""
    kind = offset.offset_type
    return PegOffsetType.PERCENTAGE if kind is PegOffsetType.BASIS_POINTS else kind


def _amount(offset: Offset, px: Decimal) -> Decimal:
    if offset.offset_type is PegOffsetType.PRICE:
        return offset.distance
    # By the size of the price, where prices may be negative.
    size = px if px >= ZERO else px.copy_negate()
    return EXACT.multiply(size, relative_width(offset))

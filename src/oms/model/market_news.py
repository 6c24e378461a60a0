"""What is said of the market of an instrument beside prices: how far they may go, and that some of it was not heard."""

from __future__ import annotations

from decimal import Decimal

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import plain
from oms.model.define import record
from oms.model.door import moment
from oms.model.ids import Symbol
from oms.model.market_fields import price_or_none as _px_or_none
from oms.model.market_fields import symbol as _symbol
from oms.model.price_grid import PriceGrid


@record
class PriceLimits:
    """Between which prices an instrument may trade now, such as a limit-up limit-down band (FIX's PriceLimits).

    Attributes:
        symbol: What is traded.
        time_ns: When it was received, in nanoseconds UTC.
        low_limit_price: The lowest price (1148); None where there is none.
        high_limit_price: The highest price (1149); None where there is none.

    Raises:
        ValidationError: The lowest price is above the highest, a price is not exact and finite, the time is no int from 0 to
            2^63 - 1, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)
    low_limit_price: Decimal | None = field(converter=_px_or_none)
    high_limit_price: Decimal | None = field(converter=_px_or_none)

    def __attrs_post_init__(self) -> None:
        """Refuse a band without a price in it."""
        low, high = self.low_limit_price, self.high_limit_price
        if low is not None and high is not None and low > high:
            raise ValidationError(
                "low_limit_price", plain(low), f"pass at most high_limit_price {plain(high)}"
            )

    def nearest(self, px: Decimal, grid: PriceGrid) -> Decimal:
        """Give a price, or the one nearest to it that the instrument may trade at."""
        low, high = self.low_limit_price, self.high_limit_price
        if low is not None:
            px = max(px, grid.up(low))
        return px if high is None else min(px, grid.down(high))

    def refuses(self, limit_px: Decimal, *, is_buy: bool) -> bool:
        """Tell whether it may trade at no price that a limit allows."""
        low, high = self.low_limit_price, self.high_limit_price
        return (low is not None and limit_px < low) if is_buy else (high is not None and limit_px > high)

    def worst(self, grid: PriceGrid, *, is_buy: bool) -> Decimal | None:
        """Give the worst price that an order can trade at; None where that has no end."""
        high, low = self.high_limit_price, self.low_limit_price
        if is_buy:
            return None if high is None else grid.down(high)
        return None if low is None else grid.up(low)


@record
class FeedGap:
    """The market data of an instrument was lost for a while: what was quoted and printed then is not known.

    Tell it as soon as that is noticed, and again when the data is back.

    Attributes:
        symbol: Whose.
        time_ns: Up to when, in nanoseconds UTC; quotes from before are not to be used.

    Raises:
        ValidationError: The time is no int from 0 to 2^63 - 1, or the symbol no text.
    """

    symbol: Symbol = field(converter=_symbol)
    time_ns: int = field(converter=moment)

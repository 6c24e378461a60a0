"""What releases an order that waits for a price: a closed union, so that a trail has an offset and a stop has a price.

Source: FIX 5.0 SP2, component TriggeringInstruction (tags 1100 to 1114), and PegInstructions for what trails.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import exact
from oms.model.define import record, value
from oms.model.door import shown
from oms.model.enums import Side, TriggerPriceDirection, TriggerPriceType
from oms.model.ids import OrderId
from oms.model.offset import Offset
from oms.model.terms import (
    LimitIfTouched,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)

_BUY: Final = Side.BUY
_UP: Final = TriggerPriceDirection.UP
_DOWN: Final = TriggerPriceDirection.DOWN

DOUBLES: Final = frozenset({TriggerPriceType.DOUBLE_LAST, TriggerPriceType.DOUBLE_BID_ASK})
"""The kinds of price of which two in a row are needed."""


def _trigger_px(px: Decimal | int | str) -> Decimal:
    return exact(px, "trigger_px")


def _activation_px(px: Decimal | int | str | None) -> Decimal | None:
    return None if px is None else exact(px, "activation_px")


def _check_common(side: Side, price_type: TriggerPriceType) -> None:
    if type(side) is not Side:
        raise ValidationError("side", shown(side), "pass a Side")
    if type(price_type) is not TriggerPriceType:
        raise ValidationError("price_type", shown(price_type), "pass a TriggerPriceType")


@record(kw_only=True, unsafe_hash=True)
class PriceTrigger:
    """Released by a price that stays where it is: stops and if-touched orders; see `stop` and `if_touched`.

    Attributes:
        side: Whether the order buys or sells.
        trigger_px: TriggerPrice (1102); the price itself counts as reached.
        direction: From which side it is reached.
        price_type: Which price is compared to it.

    Raises:
        ValidationError: The price is not an exact, finite number, or a choice is none.
    """

    side: Side
    trigger_px: Decimal = field(converter=_trigger_px)
    direction: TriggerPriceDirection
    price_type: TriggerPriceType = TriggerPriceType.LAST

    def __attrs_post_init__(self) -> None:
        """Check the choices."""
        _check_common(self.side, self.price_type)
        if type(self.direction) is not TriggerPriceDirection:
            raise ValidationError("direction", shown(self.direction), "pass a TriggerPriceDirection")


@value(kw_only=True)
class TrailingTrigger:
    """Released by a stop price that follows the market at a distance, and never moves away from it.

    The stop price is the water mark (the best price since the trail began: the highest for a sale, the lowest for a
    purchase) less or plus the offset, rounded to the instrument's grid away from the market.

    Attributes:
        side: Whether the order buys or sells.
        offset: How far from the water mark; more than zero.
        price_type: Which price is followed, and compared to the stop price.
        activation_px: The trail begins when the price has come so far in the order's favour: at or above it for a sale, at
            or below it for a purchase. None where it begins at once.
        limit_offset: How far beyond the stop price the limit of the released order lies; None for a market order.

    Raises:
        ValidationError: The offset is zero, a price is not an exact, finite number, or a choice is none.
    """

    side: Side
    offset: Offset
    price_type: TriggerPriceType = TriggerPriceType.LAST
    activation_px: Decimal | None = field(converter=_activation_px, default=None)
    limit_offset: Offset | None = None

    def __attrs_post_init__(self) -> None:
        """Check the choices and the offsets."""
        _check_common(self.side, self.price_type)
        if type(self.offset) is not Offset or not self.offset.distance:
            raise ValidationError("offset", shown(self.offset), "pass an Offset of more than zero")
        if self.limit_offset is not None and type(self.limit_offset) is not Offset:
            raise ValidationError("limit_offset", shown(self.limit_offset), "pass an Offset or None")

    @property
    def is_buy(self) -> bool:
        """Whether it buys; a short sale sells."""
        return self.side is Side.BUY


Trigger: TypeAlias = PriceTrigger | TrailingTrigger
"""What is compared to the prices of a market, one after the other."""


@value(kw_only=True)
class QuoteTrigger:
    """Released by the first quote that shows what the order takes its price from; at once where one is shown.

    Attributes:
        side: Whether the order buys or sells.

    Raises:
        ValidationError: The choice is none.
    """

    side: Side

    def __attrs_post_init__(self) -> None:
        """Check the choice."""
        if type(self.side) is not Side:
            raise ValidationError("side", shown(self.side), "pass a Side")


@record
class ReachedTrigger:
    """Released as soon as it may be sent: its price was reached while every broker was out, or the message rate was reached.

    Attributes:
        terms: What it is sent as.
        trigger_px: The price that it waited for.
        px: The price that reached it.
        px_ns: When that was received, in nanoseconds UTC.
    """

    terms: Terms
    trigger_px: Decimal
    px: Decimal
    px_ns: int


Release: TypeAlias = Trigger | QuoteTrigger | ReachedTrigger
"""What releases an order that is held here."""


def stop(
    side: Side,
    trigger_px: Decimal | int | str,
    *,
    price_type: TriggerPriceType = TriggerPriceType.LAST,
) -> PriceTrigger:
    """Give the trigger of a stop order: a purchase at or above the price, a sale at or below it."""
    direction = _UP if side is _BUY else _DOWN
    return PriceTrigger(side=side, trigger_px=trigger_px, direction=direction, price_type=price_type)


def if_touched(
    side: Side,
    trigger_px: Decimal | int | str,
    *,
    price_type: TriggerPriceType = TriggerPriceType.LAST,
) -> PriceTrigger:
    """Give the trigger of an if-touched order: a purchase at or below the price, a sale at or above it."""
    direction = _DOWN if side is _BUY else _UP
    return PriceTrigger(side=side, trigger_px=trigger_px, direction=direction, price_type=price_type)


@record
class TriggerHit:
    """An order that is released.

    Attributes:
        order_id: Whose.
        trigger_px: The price that it waited for: of a trail, where its stop price stood.
        px: The price that reached it; beyond `trigger_px` where the market jumped.
        limit_px: The limit of the released order, where its trail has a limit offset.
    """

    order_id: OrderId
    trigger_px: Decimal
    px: Decimal
    limit_px: Decimal | None = None


def trigger_of(side: Side, terms: Terms) -> Trigger | None:
    """Give what releases an order of these terms; None where nothing has to."""
    match terms:
        case Stop() | StopLimit():
            return stop(side, terms.stop_px, price_type=terms.price_type)
        case MarketIfTouched() | LimitIfTouched():
            return if_touched(side, terms.stop_px, price_type=terms.price_type)
        case TrailingStop() | TrailingStopLimit():
            return TrailingTrigger(
                side=side,
                offset=terms.offset,
                price_type=terms.price_type,
                activation_px=terms.activation_px,
                limit_offset=terms.limit_offset if isinstance(terms, TrailingStopLimit) else None,
            )
        case _:
            return None

"""What releases a held order: stops, if-touched orders and trails that can be meant, and no others."""
# ruff: noqa: ANN401  # cases are data of any kind

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from oms.errors import ValidationError
from oms.model.enums import PegOffsetType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.offset import Offset
from oms.model.triggers import PriceTrigger, TrailingTrigger, if_touched, stop

UP, DOWN = TriggerPriceDirection.UP, TriggerPriceDirection.DOWN


@pytest.mark.parametrize(
    ("make", "side", "direction"),
    [
        (stop, Side.BUY, UP),
        (stop, Side.SELL, DOWN),
        (stop, Side.SELL_SHORT, DOWN),
        (if_touched, Side.BUY, DOWN),
        (if_touched, Side.SELL, UP),
        (if_touched, Side.SELL_SHORT, UP),
    ],
)
def test_a_stop_is_reached_against_the_order_and_a_touch_in_its_favour(
    make: Callable[..., PriceTrigger], side: Side, direction: TriggerPriceDirection
) -> None:
    assert make(side, "99.5", price_type=TriggerPriceType.MID) == PriceTrigger(
        side=side, trigger_px=Decimal("99.5"), direction=direction, price_type=TriggerPriceType.MID
    )
    assert make(side, 99).price_type is TriggerPriceType.LAST


def offset(distance: Any = 1, offset_type: Any = PegOffsetType.PRICE) -> Offset:
    return Offset(distance, offset_type)


def fixed(**fields: Any) -> PriceTrigger:
    return PriceTrigger(**{"side": Side.BUY, "trigger_px": 1, "direction": UP, **fields})


def trail(**fields: Any) -> TrailingTrigger:
    return TrailingTrigger(**{"side": Side.BUY, "offset": Offset(1), **fields})


IMPOSSIBLE: dict[str, tuple[Callable[..., object], dict[str, Any], str]] = {
    "an offset as float": (offset, {"distance": 0.5}, "distance"),
    "an offset below zero": (offset, {"distance": "-1"}, "distance"),
    "an offset of another unit": (offset, {"offset_type": "0"}, "offset_type"),
    "half a tick": (offset, {"distance": "0.5", "offset_type": PegOffsetType.TICKS}, "distance"),
    "the whole price in percent": (offset, {"distance": 100, "offset_type": PegOffsetType.PERCENTAGE}, "distance"),
    "the whole price in basis points": (offset, {"distance": 10_000, "offset_type": PegOffsetType.BASIS_POINTS}, "distance"),
    "a stop of no side": (fixed, {"side": "1"}, "side"),
    "a stop without a price": (fixed, {"trigger_px": None}, "trigger_px"),
    "a stop from no direction": (fixed, {"direction": "U"}, "direction"),
    "a stop by no price": (fixed, {"price_type": "2"}, "price_type"),
    "a trail of no side": (trail, {"side": None}, "side"),
    "a trail by no price": (trail, {"price_type": None}, "price_type"),
    "a trail at no distance": (trail, {"offset": Offset(0)}, "offset"),
    "a trail with a bare distance": (trail, {"offset": 1}, "offset"),
    "a limit at a bare distance": (trail, {"limit_offset": 1}, "limit_offset"),
    "an activation price as float": (trail, {"activation_px": 1.5}, "activation_px"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "fields", "named"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_meant_is_refused(
    make: Callable[..., object], fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**fields)

    assert caught.value.field == named


@pytest.mark.parametrize(
    ("distance", "offset_type"),
    [("99.99", PegOffsetType.PERCENTAGE), ("9999.9", PegOffsetType.BASIS_POINTS), ("3.0", PegOffsetType.TICKS), (0, PegOffsetType.PRICE)],
    ids=str,
)  # fmt: skip
def test_the_widest_and_the_narrowest_offsets_are_taken(distance: Any, offset_type: PegOffsetType) -> None:
    assert Offset(distance, offset_type).distance == Decimal(distance)

"""How far one price is from another, in money, ticks, basis points or percent."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, ONE, not_negative, plain
from oms.model.define import value
from oms.model.door import shown
from oms.model.enums import PegOffsetType

_WHOLES: Final = {PegOffsetType.BASIS_POINTS: Decimal(10_000), PegOffsetType.PERCENTAGE: Decimal(100)}


def _distance(number: Decimal | int | str) -> Decimal:
    return not_negative(number, "distance", "pass zero or more; the side says which way it counts")


@value
class Offset:
    """How far one price is from another (PegOffsetValue, 211); the side of the order says in which direction.

    Attributes:
        distance: How far, in units of `offset_type`; a Decimal, an int or a decimal text.
        offset_type: What it is counted in.

    Raises:
        ValidationError: The distance is no exact number, below zero, no whole number of ticks, or the whole price or more.
    """

    distance: Decimal = field(converter=_distance)
    offset_type: PegOffsetType = PegOffsetType.PRICE

    def __attrs_post_init__(self) -> None:
        """Check what depends on the unit."""
        kind, distance = self.offset_type, self.distance
        if type(kind) is not PegOffsetType:
            raise ValidationError("offset_type", shown(kind), "pass a PegOffsetType")
        if kind is PegOffsetType.TICKS and EXACT.remainder(distance, ONE):
            raise ValidationError("distance", plain(distance), "pass a whole number of ticks")
        # A trail as wide as the price would move away from the market where the market moves in its favour.
        if kind in _WHOLES and distance >= _WHOLES[kind]:
            raise ValidationError("distance", plain(distance), f"pass less than {plain(_WHOLES[kind])}")

    def __str__(self) -> str:
        """Give it in a few words, such as `5 ticks`."""
        return f"{plain(self.distance)}{_UNITS[self.offset_type]}"


_UNITS: Final = {
    PegOffsetType.PRICE: "",
    PegOffsetType.BASIS_POINTS: " bp",
    PegOffsetType.TICKS: " ticks",
    PegOffsetType.PERCENTAGE: "%",
}

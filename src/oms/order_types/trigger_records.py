"""What goes into the trigger book, as plain values."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from oms.errors import ValidationError
from oms.model.decimals import exact
from oms.model.define import record
from oms.model.door import shown
from oms.model.enums import Side, TriggerPriceType
from oms.model.ids import OrderId, Symbol
from oms.model.triggers import DOUBLES, PriceTrigger, TrailingTrigger, Trigger

LineName: TypeAlias = tuple[Symbol, TriggerPriceType, Side | None]
"""A price of an instrument that triggers are compared to; with the side of the orders where that makes a difference."""


@record
class TriggerRow:
    """A held order with all that the book knows of it.

    Attributes:
        order_id: Whose.
        symbol: The instrument that it waits for.
        trigger: What releases it.
        water_mark: The best price since its trail began; None where it has not, or there is none.
        is_pending: It needs two prices in a row, and the latest one was the first of them.
    """

    order_id: OrderId
    symbol: Symbol
    trigger: Trigger
    water_mark: Decimal | None = None
    is_pending: bool = False


def new_row(
    order_id: OrderId, symbol: Symbol, trigger: Trigger, water_mark: Decimal | int | str | None
) -> TriggerRow:
    """Give the row of an order that is new; errors as in `check_row`, and for a water mark that is no exact number."""
    mark = None if water_mark is None else exact(water_mark, "water_mark")
    return check_row(TriggerRow(order_id, symbol, trigger, mark))


def check_row(row: TriggerRow) -> TriggerRow:
    """Check what one row says.

    Raises:
        ValidationError: The trigger is none, a water mark belongs to no trail, or an order cannot have been reached.
    """
    trigger = check_trigger(row.trigger)
    trails = type(trigger) is TrailingTrigger
    if row.water_mark is not None and not trails:
        raise ValidationError("water_mark", row.water_mark, "give a water mark to a TrailingTrigger alone")
    if row.is_pending and (trigger.price_type not in DOUBLES or (trails and row.water_mark is None)):
        allowed = "only what needs two prices can have been reached by the first of them"
        raise ValidationError("is_pending", row.is_pending, allowed)
    return row


def check_trigger(trigger: Trigger) -> Trigger:
    """Check that something is a trigger; ValidationError where it is none."""
    if type(trigger) is not PriceTrigger and type(trigger) is not TrailingTrigger:
        raise ValidationError("trigger", shown(trigger), "pass a PriceTrigger or a TrailingTrigger")
    return trigger

"""Risk limits, as values. None is on by accident: each is given, or switched off by somebody with a name."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import positive
from oms.model.define import value

MAX_MESSAGES: Final = 100_000
MAX_OPEN_ORDERS: Final = 10_000_000
MAX_SECONDS: Final = 86_400


def _qty(number: Decimal | int | str | None) -> Decimal | None:
    return None if number is None else positive(number, "max_order_qty")


def _notional(number: Decimal | int | str | None) -> Decimal | None:
    return None if number is None else positive(number, "max_order_notional")


def _collar(number: Decimal | int | str | None) -> Decimal | None:
    return None if number is None else positive(number, "price_collar")


def _check_count(name: str, number: object, most: int) -> None:
    if type(number) is not int or not 0 < number <= most:
        raise ValidationError(name, number, f"pass an int from 1 to {most}")


@value(kw_only=True)
class RiskLimits:
    """What every order is held against; None switches a limit off, which `off_by` must answer for.

    Attributes:
        max_order_qty: The largest quantity of one order, in units of its instrument.
        max_order_notional: The largest quantity x worst price x multiplier of one order, in its instrument's currency.
        price_collar: How far a limit price may be on the far side of the reference price, as a fraction of it: 0.05 is
            5 %. A buy may not be above, a sale not below. A stop price is not bound by it, and the limit of a stop limit is
            held against the market as it is once its stop price has come.
        max_reference_age_s: How old the reference price may be, in seconds; only looked at where it is needed.
        max_open_orders: How many orders may be open at once, over all accounts.
        max_messages: How many requests (new, cancel, replace) may leave in `message_window_s`; cancels count but are
            never stopped by it.
        message_window_s: The length of that window, in seconds.
        off_by: Who answers for the limits that are off.
        blocks_self_match: Refuse what would trade with an order of the same account and symbol that is open at a broker.
    """

    max_order_qty: Decimal | None = field(converter=_qty)
    max_order_notional: Decimal | None = field(converter=_notional)
    price_collar: Decimal | None = field(converter=_collar)
    max_open_orders: int | None
    max_messages: int | None
    message_window_s: int = 1
    max_reference_age_s: int = 60
    off_by: str = ""
    blocks_self_match: bool = False

    def __attrs_post_init__(self) -> None:
        """Check the counts, and refuse a limit that is off without a name."""
        if self.max_open_orders is not None:
            _check_count("max_open_orders", self.max_open_orders, MAX_OPEN_ORDERS)
        if self.max_messages is not None:
            _check_count("max_messages", self.max_messages, MAX_MESSAGES)
        _check_count("message_window_s", self.message_window_s, MAX_SECONDS)
        _check_count("max_reference_age_s", self.max_reference_age_s, MAX_SECONDS)
        if type(self.blocks_self_match) is not bool:
            raise ValidationError("blocks_self_match", self.blocks_self_match, "pass True or False")
        limits = (
            self.max_order_qty,
            self.max_order_notional,
            self.price_collar,
            self.max_open_orders,
            self.max_messages,
        )
        if not self.off_by and any(limit is None for limit in limits):
            raise ValidationError("limits", repr(self), 'name who switched a limit off: off_by="..."')

    @classmethod
    def off(cls, off_by: str) -> RiskLimits:
        """Give limits that stop nothing, on somebody's word."""
        return cls(
            max_order_qty=None,
            max_order_notional=None,
            price_collar=None,
            max_open_orders=None,
            max_messages=None,
            off_by=off_by,
        )

"""What is asked of us. A command that cannot be meant cannot be built; whether it may be done is decided later."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import GRID, ZERO, exact, positive, residue
from oms.model.define import record
from oms.model.door import asker, reason, shown
from oms.model.enums import Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import Day, FillOrKill, GoodTillCancel, ImmediateOrCancel, TimeInForce

_TERMS = frozenset({Limit, Market})
_TIMES_IN_FORCE = frozenset({Day, GoodTillCancel, ImmediateOrCancel, FillOrKill})


def _order_qty(order_qty: Decimal | int | str) -> Decimal:
    # The usual case without a further call.
    if type(order_qty) is Decimal and not residue(order_qty, GRID) and order_qty > ZERO:
        return order_qty
    return positive(order_qty, "order_qty")


@record
class SubmitOrder:
    """Place an order.

    Attributes:
        symbol: What to trade.
        side: Buy or sell.
        order_qty: How much, in units of the instrument, more than zero; a Decimal, an int or a decimal text.
        terms: At what price.
        time_in_force: For how long.
        account: For whom.
        client_ref: The caller's own name for the order, unique for the life of the journal; None for none.
        asked_by: Who wants it, for the record.

    Raises:
        ValidationError: The quantity is not an exact number above zero, or an argument is of another kind.
    """

    symbol: Symbol
    side: Side
    order_qty: Decimal = field(converter=_order_qty)
    terms: Terms
    time_in_force: TimeInForce
    account: Account
    client_ref: str | None = None
    asked_by: str = field(converter=asker, default="")

    def __attrs_post_init__(self) -> None:
        """Check what can be checked without knowing the instrument."""
        if type(self.side) is not Side:
            raise ValidationError("side", shown(self.side), "pass Side.BUY, Side.SELL or Side.SELL_SHORT")
        if type(self.terms) not in _TERMS:
            raise ValidationError("terms", shown(self.terms), 'pass Market() or Limit("189.50")')
        if type(self.time_in_force) not in _TIMES_IN_FORCE:
            allowed = "pass Day(), GoodTillCancel(), ImmediateOrCancel() or FillOrKill()"
            raise ValidationError("tif", shown(self.time_in_force), allowed)


@record
class CancelOrder:
    """Cancel what is left of an order.

    Raises:
        ValidationError: Who asks is not told as a text of at most 256 characters; so in all commands.
    """

    order_id: OrderId
    asked_by: str = field(converter=asker, default="")


def _new_qty(order_qty: Decimal | int | str | None) -> Decimal | None:
    return None if order_qty is None else positive(order_qty, "order_qty")


def _new_price(price: Decimal | int | str | None) -> Decimal | None:
    return None if price is None else exact(price, "price")


@record
class ReplaceOrder:
    """Change an order's total quantity, its limit price, or both.

    Attributes:
        order_id: Which order.
        order_qty: The new total, what has traded included; None to keep it. At or below the traded quantity it means
            "stop here".
        price: The new limit price; None to keep it.
        asked_by: Who wants it, for the record.

    Raises:
        ValidationError: A number is not exact, the quantity is not above zero, or nothing is to change.
    """

    order_id: OrderId
    order_qty: Decimal | None = field(converter=_new_qty, default=None)
    price: Decimal | None = field(converter=_new_price, default=None)
    asked_by: str = field(converter=asker, default="")

    def __attrs_post_init__(self) -> None:
        """Refuse to change nothing."""
        if self.order_qty is None and self.price is None:
            raise ValidationError("replace", "nothing", "pass order_qty=, price= or both")


@record
class EngageKillSwitch:
    """Refuse every new order until the switch is released; cancels still go out.

    Raises:
        ValidationError: The reason is no text of 1 to 4096 characters.
    """

    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")


@record
class ReleaseKillSwitch:
    """Take new orders again; errors as in `EngageKillSwitch`."""

    reason: str = field(converter=reason)
    asked_by: str = field(converter=asker, default="")


Command: TypeAlias = SubmitOrder | CancelOrder | ReplaceOrder | EngageKillSwitch | ReleaseKillSwitch

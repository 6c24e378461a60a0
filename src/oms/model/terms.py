"""At what price an order may trade: a closed union, so that a limit order has a price and a market order has none."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from attrs import field

from oms.model.decimals import GRID, exact, residue
from oms.model.define import record


@record
class Market:
    """OrdType 1: at whatever price there is."""


def _price(price: Decimal | int | str) -> Decimal:
    # The usual case without a further call.
    return price if type(price) is Decimal and not residue(price, GRID) else exact(price, "price")


@record
class Limit:
    """OrdType 2: at the limit price or better.

    Attributes:
        price: Price (44), in the instrument's currency; a Decimal, an int or a decimal text.

    Raises:
        ValidationError: The price is not an exact, finite number.
    """

    price: Decimal = field(converter=_price)


Terms: TypeAlias = Market | Limit


def limit_px(terms: Terms) -> Decimal | None:
    """Give the worst price that the terms allow, None where they allow any."""
    return terms.price if type(terms) is Limit else None

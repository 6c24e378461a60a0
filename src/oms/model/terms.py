"""At what price an order may trade: a closed union, so that a limit order has a price and a market order has none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias, assert_never

from attrs import field

from oms.model.decimals import GRID, exact, plain, positive, residue
from oms.model.define import record


@record
class Market:
    """OrdType 1: at whatever price there is."""


@record(init=False)
class Limit:
    """OrdType 2: at the limit price or better.

    Attributes:
        price: Price (44), in the instrument's currency.
        display_qty: How much of it the market is shown at a time (1138), in units of the instrument; None for all of it.

    Raises:
        ValidationError: The price is not an exact, finite number, or the quantity shown is not one above zero.
    """

    price: Decimal
    display_qty: Decimal | None = None

    # Written out, since a call of a converter for each field would cost more than the rest.
    def __init__(self, price: Decimal | int | str, display_qty: Decimal | int | str | None = None) -> None:
        """Take a Decimal, an int or a decimal text for each."""
        new: Any = self
        new.price = price if type(price) is Decimal and not residue(price, GRID) else exact(price, "price")
        new.display_qty = None if display_qty is None else positive(display_qty, "display_qty")


def _price(price: Decimal | int | str) -> Decimal:
    return exact(price, "price")


def _stop_px(stop_px: Decimal | int | str) -> Decimal:
    return exact(stop_px, "stop_px")


@record
class Stop:
    """OrdType 3: a market order once the market has reached the stop price.

    Attributes:
        stop_px: StopPx (99), in the instrument's currency; a Decimal, an int or a decimal text.

    Raises:
        ValidationError: The price is not an exact, finite number.
    """

    stop_px: Decimal = field(converter=_stop_px)


@record
class StopLimit:
    """OrdType 4: a limit order once the market has reached the stop price.

    Attributes:
        stop_px: StopPx (99), in the instrument's currency; a Decimal, an int or a decimal text.
        price: Price (44) of the limit order, likewise.

    Raises:
        ValidationError: A price is not an exact, finite number.
    """

    stop_px: Decimal = field(converter=_stop_px)
    price: Decimal = field(converter=_price)


Terms: TypeAlias = Market | Limit | Stop | StopLimit


def limit_px(terms: Terms) -> Decimal | None:
    """Give the worst price that the terms allow, None where they allow any."""
    return terms.price if isinstance(terms, Limit | StopLimit) else None


def stop_px(terms: Terms) -> Decimal | None:
    """Give the price that releases the order, None where it works at once."""
    return terms.stop_px if isinstance(terms, Stop | StopLimit) else None


def display_qty(terms: Terms) -> Decimal | None:
    """Give how much is shown at a time, None where all of it is."""
    return terms.display_qty if isinstance(terms, Limit) else None


def amended(
    terms: Terms,
    *,
    price: Decimal | None = None,
    stop_px: Decimal | None = None,
    display_qty: Decimal | None = None,
) -> Terms:
    """Give terms of the same kind with other numbers; None leaves one as it is, and so does one that the kind lacks."""
    match terms:
        case Market():
            return terms
        case Limit():
            return Limit(
                terms.price if price is None else price,
                terms.display_qty if display_qty is None else display_qty,
            )
        case Stop():
            return terms if stop_px is None else Stop(stop_px)
        case StopLimit():
            return StopLimit(
                terms.stop_px if stop_px is None else stop_px, terms.price if price is None else price
            )
        case _:
            assert_never(terms)


def in_words(terms: Terms) -> str:
    """Give terms in a few words, such as `limit 189.5` or `stop 95 limit 94.5`."""
    match terms:
        case Market():
            return "market"
        case Limit(price=price, display_qty=Decimal() as shown):
            return f"limit {plain(price)} showing {plain(shown)}"
        case Limit(price=price):
            return f"limit {plain(price)}"
        case Stop(stop_px=trigger):
            return f"stop {plain(trigger)}"
        case StopLimit(stop_px=trigger, price=price):
            return f"stop {plain(trigger)} limit {plain(price)}"
        case _:
            assert_never(terms)
